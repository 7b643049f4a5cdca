//! Reads scheme folders, and small TOML files that are none, from disk. The only place where they are opened.
//!
//! A path that does not exist is looked up among the shipped schemes: first in the folder `schemes` beside, then in the program.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use base::problem::{Problem, Severity};
use base::reader::StatedNumber;
use base::source::{FileBytes, Folder, LARGEST_FILE_BYTES, LARGEST_PEOPLE_BYTES};
use base::{Reader, ScenarioDraw, SchemeFiles};
use contract::Scheme;
use contract::market::MARKET_FILE;
use contract::market::rules::Market;
use contract::read::SCHEME_FILE;
use records::files::safe;
pub use records::files::safe::Reach;
use simulation::assumptions::{self, ASSUMPTIONS_FILE, Assumptions};
use simulation::game::GAME_FILE;
use simulation::textbook::TEXTBOOK_FILE;

use crate::error::{Error, Problems};
use crate::shipped;

/// A scheme folder and its name as the user gave it.
#[derive(Debug)]
pub struct SchemeFolder {
    pub path: PathBuf,
    /// The files as they were read.
    pub files: Folder,
    pub opened: SchemeFiles,
}

/// A scheme with the assumptions beside it, read without errors.
#[derive(Debug)]
pub struct SchemeInputs {
    pub folder: SchemeFolder,
    pub scheme: Scheme,
    pub assumptions: Assumptions,
    /// What a careful reader of the files would want to know, each as text with its place.
    pub warnings: Vec<String>,
}

/// Reads every `.toml` and `.csv` file of a folder. `schemes/NAME` may be given as `NAME`. `reach` says whether files outside the
/// folder are read where the scheme names them or links to them: a scheme that came from somebody else could name any file of
/// this machine, and a message about it would quote that file.
pub fn open(path: &Path, reach: Reach) -> anyhow::Result<SchemeFolder> {
    read(find(path)?, reach)
}

/// Reads a scheme folder that must have a scheme and assumptions without errors.
pub fn open_inputs(path: &Path, reach: Reach) -> Result<SchemeInputs, Error> {
    open(path, reach)?.into_inputs()
}

/// The textbook cases inside a folder that is not itself a scheme or a case, in the order of their names; none in any other.
pub fn cases_in(path: &Path, reach: Reach) -> anyhow::Result<Vec<SchemeFolder>> {
    let path = match find(path)? {
        Place::Disk(path) => path,
        Place::Shipped(name) => {
            return shipped::cases_in(&name).into_iter().map(|name| read(Place::Shipped(name), reach)).collect();
        }
    };
    let has = |folder: &Path, file: &str| folder.join(file).is_file();
    if has(&path, SCHEME_FILE) || has(&path, TEXTBOOK_FILE) {
        return Ok(Vec::new());
    }
    let inside = fs::read_dir(&path).with_context(|| format!("could not list the folder {}", path.display()))?;
    let mut folders: Vec<PathBuf> = inside.flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| has(folder, TEXTBOOK_FILE));
    folders.sort();
    folders.into_iter().map(|folder| read(Place::Disk(folder), reach)).collect()
}

impl SchemeFolder {
    /// The last part of the path: what the scheme is called where many are listed.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
    }

    /// Problems of these files, as the reader knows the folder.
    #[must_use]
    pub fn problems(&self, problems: &[Problem]) -> Problems {
        Problems::of(&self.path.display().to_string(), problems, &self.opened.sources)
    }

    /// The error that holds some problems of these files.
    pub(crate) fn mistakes(&self, problems: &[Problem]) -> Error {
        self.problems(problems).error()
    }

    /// Refuses a folder that is known not to hold a contract, rather than to miss its file: a game of the textbook, or a folder of
    /// textbook cases.
    pub(crate) fn must_be_contract(&self) -> Result<(), Error> {
        let (place, has) = (self.path.display(), |file: &str| self.files.contains_key(file));
        if has(SCHEME_FILE) {
            return Ok(());
        }
        if has(GAME_FILE) {
            let hint = format!("`wellspent stress {place}` solves it; `wellspent schemes` lists the contracts");
            return Err(Error::failed(format!("{place} is a game of the textbook, and has no contract"), hint));
        }
        match cases_in(&self.path, Reach::Inside(None)).unwrap_or_default().first() {
            Some(case) => {
                let hint =
                    format!("name one of them, such as {}; `wellspent stress {place}` solves them all", case.path.display());
                Err(Error::failed(format!("{place} is a folder of textbook cases, and no scheme"), hint))
            }
            None => Ok(()),
        }
    }

    /// The contract.
    ///
    /// # Errors
    /// The file has mistakes.
    pub fn scheme(&self) -> Result<Scheme, Error> {
        Ok(self.scheme_and_warnings()?.0)
    }

    /// The contract, and what `check` warns of in its tables, in a line each: who runs another command does not see those of `check`.
    ///
    /// # Errors
    /// The file has mistakes.
    pub(crate) fn scheme_and_warnings(&self) -> Result<(Scheme, Vec<String>), Error> {
        self.must_be_contract()?;
        let contract::Checked { scheme, problems, .. } = contract::check(&self.opened);
        let scheme = scheme.ok_or_else(|| self.mistakes(&problems))?;
        let in_table = |problem: &&Problem| problem.severity == Severity::Warning && !problem.file.ends_with(".toml");
        let line = |problem: &Problem| {
            let read = problem.read.as_ref().map_or(String::new(), |read| format!(" ({read})"));
            format!("{} of the contract: {}{read}. `wellspent check` shows where and what to do.", problem.file, problem.what)
        };
        let warnings = problems.iter().filter(in_table).map(line).collect();
        Ok((scheme, warnings))
    }

    /// The market beside the contract; none where there is no such file.
    ///
    /// # Errors
    /// The file, or the table of providers that it names, has mistakes.
    pub fn market(&self, scheme: &Scheme) -> Result<Option<Market>, Error> {
        let (market, mut problems) = contract::check_market(scheme, &self.opened);
        if market.is_none() && self.opened.sources.contains_key(MARKET_FILE) {
            // What is wrong with the form of a file is found before it is read.
            problems.extend(self.opened.problems.iter().cloned());
            return Err(self.mistakes(&problems));
        }
        Ok(market)
    }

    /// Every number of the contract as it is stated, with its source.
    #[must_use]
    pub fn stated_numbers(&self) -> Vec<StatedNumber> {
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&self.opened, &picks);
        let _ = contract::read::scheme(&reader);
        reader.numbers.into_inner()
    }

    /// The assumptions beside the contract, with their problems.
    #[must_use]
    pub fn assumptions(&self, scheme: &Scheme) -> (Option<Assumptions>, Vec<Problem>) {
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&self.opened, &picks);
        let assumptions = assumptions::read(&reader, scheme);
        (assumptions, reader.problems.into_inner())
    }

    /// The contract and the assumptions beside it.
    ///
    /// # Errors
    /// One of the files has mistakes.
    pub fn into_inputs(self) -> Result<SchemeInputs, Error> {
        self.must_be_contract()?;
        let checked = contract::check(&self.opened);
        let mut problems = checked.problems;
        let Some(scheme) = checked.scheme else { return Err(self.mistakes(&problems)) };
        let (found, more) = self.assumptions(&scheme);
        problems.extend(more);
        let is_error = |problem: &&Problem| problem.severity == Severity::Error;
        let errors: Vec<Problem> = problems.iter().filter(is_error).cloned().collect();
        let Some(assumptions) = found.filter(|_| errors.is_empty()) else { return Err(self.mistakes(&errors)) };
        let checked = simulation::assumption_checks::problems(&self.opened, &scheme, &assumptions);
        if checked.iter().any(|problem| is_error(&problem)) {
            return Err(self.mistakes(&checked));
        }
        problems.extend(checked);
        let warnings = self.problems(&problems).texts;
        Ok(SchemeInputs { folder: self, scheme, assumptions, warnings })
    }
}

/// The name of the assumptions file in the version before.
const FORMER_ASSUMPTIONS_FILE: &str = "world.toml";

/// Gives the assumptions file its new name where it has the one of the version before, and says so.
fn with_new_name(folder: &mut Folder) -> Option<Problem> {
    let bytes = folder.remove(FORMER_ASSUMPTIONS_FILE)?;
    let problem = match folder.contains_key(ASSUMPTIONS_FILE) {
        true => Problem::file(FORMER_ASSUMPTIONS_FILE, format!("it is not read, because {ASSUMPTIONS_FILE} is there"))
            .fix(format!("delete {FORMER_ASSUMPTIONS_FILE} if {ASSUMPTIONS_FILE} is the one that is meant")),
        false => {
            folder.insert(ASSUMPTIONS_FILE.to_owned(), bytes);
            Problem::file(
                FORMER_ASSUMPTIONS_FILE,
                format!("this file is now called {ASSUMPTIONS_FILE}; the old name still works"),
            )
            .fix(format!("rename it to {ASSUMPTIONS_FILE}"))
        }
    };
    Some(problem.warning())
}

/// The most files of a scheme's folder.
const MOST_FILES: usize = 500;

/// Where a scheme is.
enum Place {
    Disk(PathBuf),
    /// In the program, by this name.
    Shipped(String),
}

fn read(place: Place, reach: Reach) -> anyhow::Result<SchemeFolder> {
    let path = match place {
        Place::Disk(path) => path,
        Place::Shipped(name) => {
            // A folder of textbook cases has no files of its own.
            let files = shipped::scheme(&name).unwrap_or_default();
            let opened = base::open(&files);
            return Ok(SchemeFolder { path: Path::new(shipped::SCHEMES_FOLDER).join(name), opened, files });
        }
    };
    let mut folder = Folder::new();
    for entry in fs::read_dir(&path).with_context(|| format!("could not list the folder {}", path.display()))? {
        let entry = entry?.path();
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        if !entry.is_dir() && (name.ends_with(".toml") || name.ends_with(".csv")) {
            folder.insert(name.to_owned(), inside(&path, &entry, LARGEST_FILE_BYTES, reach));
        }
        if folder.len() > MOST_FILES {
            bail!(Error::failed(
                format!("{} has more than {MOST_FILES} files", path.display()),
                "a scheme's folder holds its terms and small tables"
            ));
        }
    }
    let renamed = with_new_name(&mut folder);
    let mut opened = base::open(&folder);
    if let Some(file) = simulation::assumptions::people_file(&opened) {
        folder.insert(file.clone(), people(&path, &file, reach));
        opened = base::open(&folder);
    }
    opened.problems.extend(renamed);
    Ok(SchemeFolder { path, opened, files: folder })
}

/// Starts a path that is looked up in the folder of data sets, wherever that is on this machine.
const DATA: &str = "$WELLSPENT_DATA/";

/// The table of people that the assumptions name: in their folder, or among the data sets.
fn people(folder: &Path, file: &str, reach: Reach) -> FileBytes {
    let found = match file.strip_prefix(DATA) {
        None => inside(folder, &folder.join(file), LARGEST_PEOPLE_BYTES, reach),
        Some(rest) => match std::env::var_os("WELLSPENT_DATA") {
            Some(data) => inside(Path::new(&data), &Path::new(&data).join(rest), LARGEST_PEOPLE_BYTES, reach),
            None => return FileBytes::Unreadable("the variable WELLSPENT_DATA names no folder".to_owned()),
        },
    };
    match found {
        FileBytes::Read(bytes) => FileBytes::People(bytes),
        refused => refused,
    }
}

/// The bytes of a file that lies in a folder, links followed. A file that lies elsewhere is not opened unless somebody asked for
/// that.
fn inside(folder: &Path, file: &Path, most: u64, reach: Reach) -> FileBytes {
    if reach == Reach::Anywhere {
        return bytes(file, most);
    }
    match (fs::canonicalize(folder), fs::canonicalize(file)) {
        (Ok(folder), Ok(file)) if !file.starts_with(&folder) => FileBytes::Refused("a file outside the folder, or a link to one"),
        (Ok(_), Ok(_)) => bytes(file, most),
        // We do not say either whether a file outside exists.
        (_, Err(_)) if file.components().any(|part| part == Component::ParentDir) || !file.starts_with(folder) => {
            FileBytes::Refused("a file outside the folder, or a link to one")
        }
        (Err(error), _) | (_, Err(error)) => FileBytes::Unreadable(error.to_string()),
    }
}

/// One small TOML file that is no scheme: what `read` finds in it, and its warnings. Mistakes in it are an error that holds them.
pub fn document<T>(path: &Path, read: impl FnOnce(&Reader<'_>, &str) -> T) -> anyhow::Result<(T, Vec<String>)> {
    if !path.exists() {
        return Err(safe::missing(path));
    }
    // The messages about a file show its lines, so only what says that it is a TOML file is read as one: not a key or a list
    // of passwords, not even by way of a link.
    let place = path.canonicalize().with_context(|| format!("could not open {}", path.display()))?;
    if [path, &place].iter().any(|path| path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("toml"))) {
        bail!(Error::failed(format!("{} is not a TOML file", path.display()), "the name of a TOML file ends in .toml"));
    }
    safe::open(path, LARGEST_FILE_BYTES)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let opened = base::open(&Folder::from([(name.clone(), bytes(path, LARGEST_FILE_BYTES))]));
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let value = read(&reader, &name);
    let mut problems = opened.problems.clone();
    problems.extend(reader.problems.into_inner());
    let folder = path.parent().unwrap_or(Path::new("")).display().to_string();
    let problems = Problems::of(&folder, &problems, &opened.sources).stop()?;
    Ok((value, problems.texts))
}

/// Nothing is written over what is there: a scheme, a pack, an agency's tables.
pub fn must_be_new(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() && !(folder.is_dir() && fs::read_dir(folder)?.next().is_none()) {
        bail!(Error::failed(
            format!("{} is there already", folder.display()),
            "name a folder that does not exist yet, or an empty one"
        ));
    }
    Ok(())
}

/// Whether a file belongs to the scheme that is asked for by a folder, a file in it or a name: a TOML file, or a table that one of them
/// names. The file's path is canonical.
#[must_use]
pub fn is_of_scheme(scheme: &Path, file: &Path) -> bool {
    let Ok(Place::Disk(folder)) = find(scheme) else { return false };
    let Ok(folder) = folder.canonicalize() else { return false };
    let (Some(parent), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else { return false };
    let is_toml = |path: &Path| path.extension().is_some_and(|ending| ending == "toml");
    let tomls = || fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| is_toml(path));
    let names = |toml: PathBuf| match bytes(&toml, LARGEST_FILE_BYTES) {
        FileBytes::Read(text) => names_file(&String::from_utf8_lossy(&text), name),
        _ => false,
    };
    parent == folder && (is_toml(file) || tomls().any(names))
}

/// Whether a TOML text names a file, between quotation marks of either kind.
pub(crate) fn names_file(text: &str, name: &str) -> bool {
    ['"', '\''].iter().any(|quote| text.contains(&format!("{quote}{name}{quote}")))
}

/// The files in a folder, and in the folders of agencies in it; the folder of a file that is named itself.
#[must_use]
pub fn files_in(path: &Path) -> Vec<PathBuf> {
    let folder = if path.is_file() { path.parent().unwrap_or(path) } else { path };
    let list = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = list(folder).into_iter().partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| list(folder)).filter(|path| path.is_file()));
    files
}

/// Refuses a file where a folder is to be written.
pub(crate) fn must_be_folder(path: &Path) -> anyhow::Result<()> {
    if path.exists() && !path.is_dir() {
        bail!(Error::failed(
            format!("{} is a file, and a folder is to be written", path.display()),
            "name a folder that does not exist yet, or an empty one"
        ));
    }
    Ok(())
}

fn find(path: &Path) -> anyhow::Result<Place> {
    if path.is_dir() {
        return Ok(Place::Disk(path.to_owned()));
    }
    if path.is_file() {
        if [SCHEME_FILE, GAME_FILE, TEXTBOOK_FILE].iter().any(|file| path.file_name().is_some_and(|name| name == *file)) {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            return Ok(Place::Disk(parent.unwrap_or(Path::new(".")).to_owned()));
        }
        bail!("{} is a file, and a scheme is a folder with a scheme.toml in it", path.display());
    }
    if path.exists() {
        bail!("{} is a device, a pipe or a socket, and a scheme is a folder with a scheme.toml in it", path.display());
    }
    let beside = Path::new(shipped::SCHEMES_FOLDER).join(path);
    if beside.is_dir() {
        return Ok(Place::Disk(beside));
    }
    let name = path.to_string_lossy();
    if let Some(name) = shipped::found(&name) {
        return Ok(Place::Shipped(name));
    }
    let beside = beside.parent().unwrap_or(Path::new(shipped::SCHEMES_FOLDER));
    let known = shipped::schemes();
    let near = base::problem::nearest(&name, known.iter().map(|scheme| scheme.name.as_str()));
    let hint = match near.map(PathBuf::from).or_else(|| nearest_in(beside, path)) {
        Some(nearest) => format!("did you mean {}?", nearest.display()),
        None => "`wellspent schemes` lists the schemes inside the program; `wellspent new NAME` makes one of your own".to_owned(),
    };
    bail!(Error::failed(format!("there is no folder {}", path.display()), hint))
}

/// The folder in another with the name nearest to the last part of a path.
fn nearest_in(folder: &Path, path: &Path) -> Option<PathBuf> {
    let names: Vec<String> =
        fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let near = base::problem::nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(folder.join(near))
}

/// The bytes of one file up to a size, or why not. Devices, pipes and sockets are not opened: reading them may never end.
pub fn bytes(path: &Path, most: u64) -> FileBytes {
    let read = || -> std::io::Result<FileBytes> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Ok(FileBytes::Refused("a device, a pipe, a socket or a folder"));
        }
        // The size is not believed: some files of the operating system say that they are empty, and are without end.
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(match u64::try_from(bytes.len()) {
            Ok(length) if length <= most => FileBytes::Read(bytes),
            _ => FileBytes::TooLarge { size: metadata.len().max(most + 1), most },
        })
    };
    read().unwrap_or_else(|error| FileBytes::Unreadable(error.to_string()))
}

/// Writes the texts of a scheme into a folder, which is made when it is not there.
pub(crate) fn write_texts(out: &Path, texts: &contract::amend::FileTexts) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("could not make the folder {}", out.display()))?;
    for (name, text) in texts {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

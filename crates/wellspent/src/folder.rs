//! Reads scheme folders, and small TOML files that are none, from disk. The only place where they are opened.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use base::source::{Bytes, Folder, LARGEST_FILE_BYTES, LARGEST_PEOPLE_BYTES};
use base::{Opened, Picks, Reader};
use contract::read::SCHEME_FILE;
use simulation::assumptions::ASSUMPTIONS_FILE;
use simulation::game::GAME_FILE;
use simulation::textbook::TEXTBOOK_FILE;

use records::files::safe;

use crate::error::Problems;

/// A scheme folder and its name as the user gave it.
pub struct SchemeFolder {
    pub path: PathBuf,
    /// The files as they were read.
    pub files: Folder,
    pub opened: Opened,
}

/// Reads every `.toml` and `.csv` file of a folder. `schemes/NAME` may be given as `NAME`.
pub fn open(path: &Path) -> anyhow::Result<SchemeFolder> {
    read(find(path)?)
}

/// The textbook cases inside a folder that is not itself a scheme or a case, in the order of their names; none in any other.
pub fn cases_in(path: &Path) -> anyhow::Result<Vec<SchemeFolder>> {
    let path = find(path)?;
    let has = |folder: &Path, file: &str| folder.join(file).is_file();
    if has(&path, SCHEME_FILE) || has(&path, TEXTBOOK_FILE) {
        return Ok(Vec::new());
    }
    let inside = fs::read_dir(&path).with_context(|| format!("could not list the folder {}", path.display()))?;
    let mut folders: Vec<PathBuf> = inside.flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| has(folder, TEXTBOOK_FILE));
    folders.sort();
    folders.into_iter().map(read).collect()
}

/// The name of the assumptions file in the version before.
const FORMER_ASSUMPTIONS_FILE: &str = "world.toml";

/// The most files of a scheme's folder.
const MOST_FILES: usize = 500;

/// Whether files outside a scheme's folder may be read when the scheme names them or links to them. A scheme that came from
/// somebody else could name any file of this machine, and a message about it would quote that file.
static OUTSIDE: AtomicBool = AtomicBool::new(false);

/// Lets schemes name files outside their folders; for the option of that name.
pub fn allow_outside_files() {
    OUTSIDE.store(true, Ordering::Relaxed);
}

/// Whether that was asked for.
pub fn outside_files_allowed() -> bool {
    OUTSIDE.load(Ordering::Relaxed)
}

fn read(path: PathBuf) -> anyhow::Result<SchemeFolder> {
    let mut folder = Folder::new();
    for entry in fs::read_dir(&path).with_context(|| format!("could not list the folder {}", path.display()))? {
        let entry = entry?.path();
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        if !entry.is_dir() && (name.ends_with(".toml") || name.ends_with(".csv")) {
            folder.insert(name.to_owned(), inside(&path, &entry, LARGEST_FILE_BYTES));
        }
        if folder.len() > MOST_FILES {
            bail!(
                "{} has more than {MOST_FILES} files\n\nhint: a scheme's folder holds its terms and small tables",
                path.display()
            );
        }
    }
    // The file had this name in the version before.
    if !folder.contains_key(ASSUMPTIONS_FILE)
        && let Some(bytes) = folder.remove(FORMER_ASSUMPTIONS_FILE)
    {
        folder.insert(ASSUMPTIONS_FILE.to_owned(), bytes);
    }
    let mut opened = base::open(&folder);
    if let Some(file) = simulation::individuals::file(&opened) {
        folder.insert(file.clone(), people(&path, &file));
        opened = base::open(&folder);
    }
    Ok(SchemeFolder { path, opened, files: folder })
}

/// Starts a path that is looked up in the folder of data sets, wherever that is on this machine.
const DATA: &str = "$WELLSPENT_DATA/";

/// The table of people that a scenario names: in its folder, or among the data sets.
fn people(folder: &Path, file: &str) -> Bytes {
    let found = match file.strip_prefix(DATA) {
        None => inside(folder, &folder.join(file), LARGEST_PEOPLE_BYTES),
        Some(rest) => match std::env::var_os("WELLSPENT_DATA") {
            Some(data) => inside(Path::new(&data), &Path::new(&data).join(rest), LARGEST_PEOPLE_BYTES),
            None => return Bytes::Unreadable("the variable WELLSPENT_DATA names no folder".to_owned()),
        },
    };
    match found {
        Bytes::Read(bytes) => Bytes::People(bytes),
        refused => refused,
    }
}

/// The bytes of a file that lies in a folder, links followed; a file that lies elsewhere is not opened unless that was asked
/// for.
fn inside(folder: &Path, file: &Path, most: u64) -> Bytes {
    if outside_files_allowed() {
        return bytes(file, most);
    }
    match (fs::canonicalize(folder), fs::canonicalize(file)) {
        (Ok(folder), Ok(file)) if !file.starts_with(&folder) => Bytes::Refused("a file outside the folder, or a link to one"),
        (Ok(_), Ok(_)) => bytes(file, most),
        // Whether a file outside exists is not told either.
        (_, Err(_)) if file.components().any(|part| part == Component::ParentDir) || !file.starts_with(folder) => {
            Bytes::Refused("a file outside the folder, or a link to one")
        }
        (Err(error), _) | (_, Err(error)) => Bytes::Unreadable(error.to_string()),
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
        bail!("{} is not a TOML file\n\nhint: the name of a TOML file ends in .toml", path.display());
    }
    safe::open(path, LARGEST_FILE_BYTES)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let opened = base::open(&Folder::from([(name.clone(), bytes(path, LARGEST_FILE_BYTES))]));
    let picks = Picks::new();
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
        bail!("{} is there already\n\nhint: name a folder that does not exist yet, or an empty one", folder.display());
    }
    Ok(())
}

fn find(path: &Path) -> anyhow::Result<PathBuf> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if path.is_file() {
        if [SCHEME_FILE, GAME_FILE, TEXTBOOK_FILE].iter().any(|file| path.file_name().is_some_and(|name| name == *file)) {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            return Ok(parent.unwrap_or(Path::new(".")).to_owned());
        }
        bail!("{} is a file, and a scheme is a folder with a scheme.toml in it", path.display());
    }
    let shipped = Path::new("schemes").join(path);
    if shipped.is_dir() {
        return Ok(shipped);
    }
    let mut message = format!("there is no folder {}", path.display());
    let beside = shipped.parent().unwrap_or(Path::new("schemes"));
    if let Some(name) = path.file_name().and_then(|name| name.to_str())
        && let Ok(list) = fs::read_dir(beside)
    {
        let names: Vec<String> = list.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        if let Some(nearest) = base::problem::nearest(name, names.iter().map(String::as_str)) {
            message += &format!("\n\nhint: did you mean {}?", beside.join(nearest).display());
        }
    }
    bail!(message)
}

/// The bytes of one file up to a size, or why not. Devices, pipes and sockets are not opened: reading them may never end.
pub fn bytes(path: &Path, most: u64) -> Bytes {
    let read = || -> std::io::Result<Bytes> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Ok(Bytes::Refused("a device, a pipe, a socket or a folder"));
        }
        // The size is not believed: some files of the operating system say that they are empty, and are without end.
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(match u64::try_from(bytes.len()) {
            Ok(length) if length <= most => Bytes::Read(bytes),
            _ => Bytes::TooLarge { size: metadata.len().max(most + 1), most },
        })
    };
    read().unwrap_or_else(|error| Bytes::Unreadable(error.to_string()))
}

//! Opens files that another file names (a scheme, a map, the configuration of a linkage). They must be inside its folder, be
//! ordinary files, and be no larger than a limit. A name in a file that came by email must not make the program read a password
//! file, wait forever for a pipe, or fill the memory from a device.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use base::hinted::Hinted;

/// The largest list that is read whole: decisions, short forms of names.
pub const LARGEST_LIST_BYTES: u64 = 64 << 20;
/// The largest model.
pub const LARGEST_MODEL_BYTES: u64 = 64 << 20;
/// The largest table that a configuration may name; tables are read in pieces.
pub const LARGEST_TABLE_BYTES: u64 = 64 << 30;

/// Where a named file may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// In the folder of the file that names it, or below; with the option that allows more, if the command has one.
    Inside(Option<&'static str>),
    /// Anywhere, because somebody asked for it on the command line.
    Anywhere,
}

/// The option of `link` and `records map`.
pub const ALLOW_OUTSIDE: &str = "--allow-outside-files";

impl Reach {
    /// The reach that `--allow-outside-files` gives.
    pub fn asked(allow_outside: bool) -> Reach {
        if allow_outside { Reach::Anywhere } else { Reach::Inside(Some(ALLOW_OUTSIDE)) }
    }
}

/// The path of a file that is named relative to a folder. Refuses one that leads out of the folder, by `..`, an absolute path
/// or a symbolic link, whether or not there is such a file.
pub fn named(folder: &Path, name: &str, reach: Reach) -> anyhow::Result<PathBuf> {
    let path = folder.join(name);
    let Reach::Inside(option) = reach else { return Ok(path) };
    let outside = || {
        let shown = if folder.as_os_str().is_empty() { "the current folder".into() } else { folder.display().to_string() };
        let more = option.map_or_else(String::new, |option| format!(", or add {option} if you trust the file that names it"));
        anyhow::Error::new(Hinted::new(
            format!("`{name}` is outside {shown}, and only files inside it are read"),
            format!("copy the file into that folder{more}"),
        ))
    };
    let base = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let base = base.canonicalize().with_context(|| format!("there is no folder {}", base.display()))?;
    let given = Path::new(name);
    let escapes = if given.is_absolute() {
        // The canonical form is compared below. An absolute path that leads elsewhere is refused before it is opened.
        !given.starts_with(&base) && !given.starts_with(folder)
    } else {
        let mut depth = 0_i32;
        given.components().any(|part| {
            match part {
                Component::ParentDir => depth -= 1,
                Component::Normal(_) => depth += 1,
                _ => {}
            }
            depth < 0
        })
    };
    if escapes {
        return Err(outside());
    }
    match path.canonicalize() {
        Ok(place) if !place.starts_with(&base) => Err(outside()),
        Ok(_) => Ok(path),
        Err(error) => Err(unopened(&path, error)),
    }
}

/// Opens an ordinary file that is not larger than `most` bytes.
pub fn open(path: &Path, most: u64) -> anyhow::Result<File> {
    // Checked before it is opened, because opening a pipe waits for a writer, and checked again when it is open.
    let before = fs::metadata(path).map_err(|error| unopened(path, error))?;
    ordinary(path, &before, most)?;
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let metadata = file.metadata().with_context(|| format!("could not read {}", path.display()))?;
    ordinary(path, &metadata, most)?;
    Ok(file)
}

/// The bytes of an ordinary file that is not larger than `most` bytes.
pub fn read(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = open(path, most)?;
    file.take(most + 1).read_to_end(&mut bytes).with_context(|| format!("could not read {}", path.display()))?;
    // Some files of the operating system say that they have no bytes, and have some.
    if bytes.len() as u64 > most {
        bail!("{} has more than {most} bytes, which is the limit", path.display());
    }
    Ok(bytes)
}

/// Refuses a path that is not a folder. For a file, the message names the folder around it; for a missing folder, the nearest
/// name.
pub fn must_be_folder(folder: &Path, wanted: &str) -> anyhow::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if folder.exists() {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let what =
            folder.metadata().map_or("a file", |metadata| if metadata.is_file() { "a file" } else { kind(metadata.file_type()) });
        bail!(Hinted::new(
            format!("{} is {what}, but {wanted} is expected here", folder.display()),
            format!("give the folder that holds it: {}", parent.display())
        ));
    }
    bail!(Hinted::new(format!("there is no folder {}", folder.display()), nearest(folder, &|path| path.is_dir())));
}

/// An error for a missing file, with the nearest name in its folder.
pub fn missing(path: &Path) -> anyhow::Error {
    Hinted::new(format!("there is no file {}", path.display()), nearest(path, &|path| path.is_file())).into()
}

/// A hint with the nearest name in the folder of a path, or with the missing folder.
fn nearest(path: &Path, of: &dyn Fn(&Path) -> bool) -> String {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(parent) else {
        return match parent.exists() {
            true => format!("{} is not a folder", parent.display()),
            false => format!("there is no folder {}", parent.display()),
        };
    };
    let names = entries.flatten().map(|entry| entry.path()).filter(|path| of(path));
    let mut names: Vec<String> = names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    names.sort();
    let wanted = path.file_name().unwrap_or_default().to_string_lossy();
    // The same name with another ending is more likely than another name.
    let stem = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    let same_stem = names.iter().find(|name| stem(name) == stem(&wanted)).map(String::as_str);
    let near = base::problem::nearest(&wanted, names.iter().map(String::as_str)).or(same_stem);
    match near {
        Some(near) => format!("is `{near}` meant?"),
        None => format!("check the name; it was looked for in {}", parent.display()),
    }
}

/// An error of opening a file, with the nearest name if it is missing.
fn unopened(path: &Path, error: std::io::Error) -> anyhow::Error {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    if matches!(error.kind(), NotFound | NotADirectory) {
        let hint = nearest(path, &|path| path.is_file());
        return Hinted::new(format!("could not open {}: there is no such file", path.display()), hint).into();
    }
    anyhow::Error::new(error).context(format!("could not open {}", path.display()))
}

fn ordinary(path: &Path, metadata: &fs::Metadata, most: u64) -> anyhow::Result<()> {
    if !metadata.is_file() {
        bail!(Hinted::new(format!("{} is {}", path.display(), kind(metadata.file_type())), "name an ordinary file"));
    }
    if metadata.len() > most {
        bail!("{} has {} bytes; the limit is {most}", path.display(), metadata.len());
    }
    Ok(())
}

/// What a path is, if it is not an ordinary file.
fn kind(kind: fs::FileType) -> &'static str {
    if kind.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe (FIFO)";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    "not an ordinary file"
}

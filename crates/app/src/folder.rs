//! Reads a scheme folder from disk. The only place where scheme files are opened.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scheme::Opened;
use scheme::source::{Bytes, Folder, LARGEST_FILE_BYTES};

/// A scheme folder and its name as the user gave it.
pub struct SchemeFolder {
    pub path: PathBuf,
    /// The files as they were read.
    pub files: Folder,
    pub opened: Opened,
}

/// Reads every `.toml` and `.csv` file of a folder. `schemes/NAME` may be given as `NAME`.
pub fn open(path: &Path) -> anyhow::Result<SchemeFolder> {
    let path = find(path)?;
    let mut folder = Folder::new();
    for entry in fs::read_dir(&path).with_context(|| format!("could not list the folder {}", path.display()))? {
        let entry = entry?.path();
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        if entry.is_file() && (name.ends_with(".toml") || name.ends_with(".csv")) {
            folder.insert(name.to_owned(), bytes(&entry));
        }
    }
    Ok(SchemeFolder { path, opened: scheme::open(&folder), files: folder })
}

fn find(path: &Path) -> anyhow::Result<PathBuf> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if path.is_file() {
        if path.file_name().is_some_and(|name| name == "scheme.toml") {
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
    if let Some(name) = path.file_name().and_then(|name| name.to_str())
        && let Ok(list) = fs::read_dir("schemes")
    {
        let names: Vec<String> = list.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        if let Some(nearest) = scheme::problem::nearest(name, names.iter().map(String::as_str)) {
            message += &format!("\n\nhint: did you mean schemes/{nearest}?");
        }
    }
    bail!(message)
}

/// The bytes of one file, or why not.
pub fn bytes(path: &Path) -> Bytes {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > LARGEST_FILE_BYTES => Bytes::TooLarge(metadata.len()),
        Ok(_) => fs::read(path).map_or_else(|error| Bytes::Unreadable(error.to_string()), Bytes::Read),
        Err(error) => Bytes::Unreadable(error.to_string()),
    }
}

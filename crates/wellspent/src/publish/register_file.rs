//! The register of releases as a file. Entries are only added. Whoever publishes holds the file from reading it to writing to it, so
//! that two releases at a time are checked with each other.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use disclosure::register::{PastRelease, ReleaseRegister};
use disclosure::register_lines;

use crate::error::Error;

/// Far more than a contract publishes.
const LARGEST_REGISTER_BYTES: u64 = 256 << 20;

pub(super) struct RegisterFile {
    path: PathBuf,
    file: File,
    register: ReleaseRegister,
    is_new: bool,
}

impl RegisterFile {
    /// Opens a register and holds it; begins one where there is none.
    pub(super) fn open(path: &Path) -> anyhow::Result<RegisterFile> {
        let opened = OpenOptions::new().create(true).read(true).append(true).open(path);
        let mut file = opened.with_context(|| format!("could not open the register of releases {}", path.display()))?;
        if file.try_lock().is_err() {
            bail!(Error::failed(
                format!("{} is held by another release", path.display()),
                "wait until the other release has ended, then try again"
            ));
        }
        let text = text_of(&mut file, path)?;
        let is_new = text.is_empty();
        let register = if is_new { ReleaseRegister::default() } else { parsed(&text, path)? };
        Ok(RegisterFile { path: path.to_owned(), file, register, is_new })
    }

    pub(super) fn register(&self) -> &ReleaseRegister {
        &self.register
    }

    /// Whether no release was remembered before.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Adds an entry, in one piece, and makes sure that it is on the disk.
    pub(super) fn add(&mut self, entry: &PastRelease) -> anyhow::Result<()> {
        let mut text = if self.is_new { register_lines::write(&ReleaseRegister::default()) } else { String::new() };
        text += &register_lines::write_entry(entry);
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        written.with_context(|| {
            format!("could not add to the register of releases {}, so nothing is published", self.path.display())
        })
    }
}

/// Reads a register without holding it.
pub(super) fn read(path: &Path) -> anyhow::Result<ReleaseRegister> {
    let opened = File::open(path);
    let mut file = opened.with_context(|| format!("could not open the register of releases {}", path.display()))?;
    parsed(&text_of(&mut file, path)?, path)
}

fn text_of(file: &mut File, path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = file.take(LARGEST_REGISTER_BYTES + 1).read_to_string(&mut text);
    read.with_context(|| format!("could not read the register of releases {}", path.display()))?;
    if text.len() as u64 > LARGEST_REGISTER_BYTES {
        bail!(Error::failed(
            format!("{} is larger than a register of releases can be", path.display()),
            "give the register of releases"
        ));
    }
    Ok(text)
}

fn parsed(text: &str, path: &Path) -> anyhow::Result<ReleaseRegister> {
    register_lines::read(text).map_err(|problem| {
        let hint = problem.fix.clone().unwrap_or_default();
        anyhow::Error::from(Error::failed(format!("{}: {}", path.display(), problem.what), hint))
    })
}

//! The files that were read, byte for byte as they were read, with their hashes.

use scheme::source::Bytes;

use super::{Files, seal};
use crate::folder::SchemeFolder;

/// Where they are in a pack. It is itself a scheme folder.
pub const FOLDER: &str = "inputs";

/// One input with its hash.
pub struct Input {
    pub name: String,
    pub bytes: usize,
    pub sha256: String,
}

/// The files, by their path within the pack.
pub fn files(folder: &SchemeFolder) -> Files {
    read(folder).map(|(name, bytes)| (format!("{FOLDER}/{name}"), bytes.to_vec())).collect()
}

/// The inputs in the order of their names.
pub fn list(folder: &SchemeFolder) -> Vec<Input> {
    let input = |(name, bytes): (&str, &[u8])| Input {
        name: format!("{FOLDER}/{name}"),
        bytes: bytes.len(),
        sha256: seal::sha256(bytes),
    };
    read(folder).map(input).collect()
}

/// A file that could not be read is an error of the run, and no run with errors comes this far.
fn read(folder: &SchemeFolder) -> impl Iterator<Item = (&str, &[u8])> {
    folder.files.iter().filter_map(|(name, bytes)| match bytes {
        Bytes::Read(bytes) => Some((name.as_str(), bytes.as_slice())),
        Bytes::TooLarge(_) | Bytes::Unreadable(_) => None,
    })
}

//! The files that were read, byte for byte, with their hashes. A table of people is hashed and not copied: it is about real
//! people, and a pack is passed on.

use std::path::Path;

use base::source::FileBytes;

use super::seal::{self, PackFiles};
use crate::folder::SchemeFolder;

/// Where they are in a pack. It is itself a scheme folder.
pub const FOLDER: &str = "inputs";

/// One input with its hash.
pub struct Input {
    /// Its path within the pack; of a table of people its name in the assumptions file.
    pub name: String,
    pub bytes: usize,
    pub sha256: String,
    pub copied: bool,
}

/// The files that are copied, by their path within the pack.
pub fn files(folder: &SchemeFolder) -> PackFiles {
    let read = folder.files.iter().filter_map(|(name, bytes)| match bytes {
        FileBytes::Read(bytes) if !is_of_people(folder, name) => Some((format!("{FOLDER}/{name}"), bytes.clone())),
        _ => None,
    });
    read.collect()
}

/// The inputs: what is copied in the order of names, then tables of people.
pub fn list(folder: &SchemeFolder) -> Vec<Input> {
    let input = |name: &str, bytes: &[u8], copied: bool| Input {
        name: name.to_owned(),
        bytes: bytes.len(),
        sha256: seal::sha256(bytes),
        copied,
    };
    let mut out: Vec<Input> = files(folder).iter().map(|(name, bytes)| input(name, bytes, true)).collect();
    out.extend(folder.files.iter().filter_map(|(name, bytes)| match bytes {
        FileBytes::People(bytes) => Some(input(name, bytes, false)),
        _ => None,
    }));
    out
}

/// Whether a file beside the scheme is the table of people that the assumptions name, whatever its path.
fn is_of_people(folder: &SchemeFolder, name: &str) -> bool {
    let people = folder.files.iter().filter(|(_, bytes)| matches!(bytes, FileBytes::People(_)));
    people.into_iter().any(|(table, _)| Path::new(table).file_name() == Path::new(name).file_name())
}

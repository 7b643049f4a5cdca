//! A spec that was registered before the data were there. Registering writes the spec, its hash, the day and the name into a file beside
//! it. Every run is added to that file with the hash of its table, so that a reader sees how often, and with how many specs, the same
//! data were asked.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use records::files::gated::sha256_of_file;
use records::files::safe::{self, LARGEST_LIST_BYTES, LARGEST_TABLE_BYTES};
use report::evaluate::{Registration, RegistrationState};
use serde::{Deserialize, Serialize};

use crate::Actor;
use crate::error::Error;
use crate::pack::seal::sha256;

/// What the file beside a spec holds, a line for each entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
enum Entry {
    Registered { on: String, by: String, sha256: String, text: String },
    Run { on: String, by: String, spec_sha256: String, table_sha256: String },
}

/// What the name of the file ends in.
const ENDING: &str = ".registered.jsonl";

/// Where the entries of a spec are: beside it.
fn beside(spec: &Path) -> PathBuf {
    let mut name = spec.file_name().unwrap_or_default().to_os_string();
    name.push(ENDING);
    spec.with_file_name(name)
}

fn text(spec: &Path) -> anyhow::Result<String> {
    safe::open(spec, LARGEST_LIST_BYTES)?;
    fs::read_to_string(spec).with_context(|| format!("could not read {}", spec.display()))
}

fn entries(spec: &Path) -> anyhow::Result<Vec<Entry>> {
    let path = beside(spec);
    if !path.exists() {
        return Ok(Vec::new());
    }
    safe::open(&path, LARGEST_LIST_BYTES)?;
    let lines = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let mut out = Vec::new();
    for (at, line) in lines.lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(entry) => out.push(entry),
            Err(_) => bail!(Error::failed(
                format!("{}, line {}: not an entry of a registration", path.display(), at + 1),
                "the file is written by `wellspent evaluate` and must not be edited; restore it from a copy"
            )),
        }
    }
    Ok(out)
}

fn add(spec: &Path, entry: &Entry) -> anyhow::Result<()> {
    let path = beside(spec);
    let line = serde_json::to_string(entry)? + "\n";
    let added = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| file.write_all(line.as_bytes()));
    added.with_context(|| format!("could not add to {}", path.display()))
}

/// The runs that are noted beside any spec of the folder: a spec that is copied keeps its history.
fn runs_beside(spec: &Path) -> anyhow::Result<Vec<Entry>> {
    let folder = spec.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut all = Vec::new();
    let files = fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    for file in files.flatten().map(|file| file.path()) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(of) = name.strip_suffix(ENDING) {
            all.extend(entries(&folder.join(of))?.into_iter().filter(|entry| matches!(entry, Entry::Run { .. })));
        }
    }
    Ok(all)
}

/// Registers a spec: from now on every report says whether it was changed.
///
/// # Errors
/// The spec has mistakes, is registered already, or was evaluated before.
pub fn register(spec: &Path, by: &Actor, on: Date) -> Result<String, Error> {
    super::read::spec(spec)?;
    let text = text(spec)?;
    let known = entries(spec)?;
    if let Some(Entry::Registered { on, by, .. }) = known.iter().find(|entry| matches!(entry, Entry::Registered { .. })) {
        return Err(Error::failed(
            format!("{} was registered on {on} by {by}", spec.display()),
            "a registered spec stays as it is; to ask another question, write another spec",
        ));
    }
    if !known.is_empty() {
        return Err(Error::failed(
            format!("{} was evaluated before, so it can no longer be registered in advance", spec.display()),
            "write a new spec for data that nobody has looked at",
        ));
    }
    let sha256 = sha256(text.as_bytes());
    let asked = |entry: &Entry| matches!(entry, Entry::Run { spec_sha256, .. } if *spec_sha256 == sha256);
    if runs_beside(spec)?.iter().any(asked) {
        return Err(Error::failed(
            format!("the same spec as {} was evaluated before under another name", spec.display()),
            "write a new spec for data that nobody has looked at",
        ));
    }
    add(spec, &Entry::Registered { on: on.to_string(), by: by.name().to_owned(), sha256: sha256.clone(), text })?;
    Ok(sha256)
}

/// Compares a spec with what was registered, and notes the run.
pub(super) fn compared(spec: &Path, table: &Path, on: Date, by: &str) -> anyhow::Result<Registration> {
    let now = text(spec)?;
    let (spec_sha256, table_sha256) = (sha256(now.as_bytes()), sha256_of_file(safe::open(table, LARGEST_TABLE_BYTES)?, table)?);
    let known = entries(spec)?;
    let run = Entry::Run {
        on: on.to_string(),
        by: by.to_owned(),
        spec_sha256: spec_sha256.clone(),
        table_sha256: table_sha256.clone(),
    };
    let state = match known.first() {
        Some(Entry::Registered { on, by, text, sha256 }) => RegistrationState::Registered {
            on: on.clone(),
            by: by.clone(),
            unchanged: *sha256 == spec_sha256,
            difference: difference(text, &now),
        },
        _ => RegistrationState::NotRegistered,
    };
    let beside = runs_beside(spec)?;
    let of_table = beside.iter().filter_map(|entry| match entry {
        Entry::Run { spec_sha256, table_sha256: table, .. } if *table == table_sha256 => Some(spec_sha256.as_str()),
        _ => None,
    });
    let mut specs: Vec<&str> = of_table.clone().chain([spec_sha256.as_str()]).collect();
    let runs = specs.len();
    specs.sort_unstable();
    specs.dedup();
    let first_run = known.iter().find_map(|entry| match entry {
        Entry::Run { on, .. } => Some(on.clone()),
        Entry::Registered { .. } => None,
    });
    let specs = specs.len();
    let registration = Registration { state, spec_sha256, table_sha256, runs, specs, first_run };
    add(spec, &run)?;
    Ok(registration)
}

/// The lines of two texts that differ: those taken out with a minus, those put in with a plus.
fn difference(before: &str, after: &str) -> Vec<String> {
    let mut left: Vec<&str> = after.lines().collect();
    let mut out = Vec::new();
    for line in before.lines() {
        match left.iter().position(|other| *other == line) {
            Some(at) => {
                left.remove(at);
            }
            None => out.push(format!("- {line}")),
        }
    }
    out.extend(left.into_iter().map(|line| format!("+ {line}")));
    out
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn lines_that_differ_are_shown_from_both_texts() {
        assert_eq!(difference("a\nb\nc\n", "a\nc\nd\n"), ["- b", "+ d"]);
        assert!(difference("a\na\n", "a\na\n").is_empty());
        assert_eq!(difference("a\na\n", "a\n"), ["- a"]);
    }
}

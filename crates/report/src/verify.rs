//! Whether an assurance pack is as it was written, for a terminal and for other programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;
use crate::terminal::Terminal;
use base::english::counted;

/// What was found of a pack.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'a> {
    pub place: &'a str,
    /// What is not as it should be, each in words.
    pub wrong: &'a [String],
    /// Files that were compared with the run made again.
    pub compared: usize,
    pub fingerprint: Option<&'a str>,
    /// The version that wrote the pack, where it is not this one.
    pub written_by: Option<&'a str>,
    pub program: &'a str,
}

/// The answer in plain words.
#[must_use]
pub fn text(found: &Verified<'_>, terminal: Terminal) -> String {
    let Verified { place, wrong, compared, program, .. } = *found;
    if wrong.is_empty() {
        let answer = match found.written_by {
            None => format!("{place}: made again, all {compared} files are the same to the byte"),
            Some(writer) => format!(
                "{place}: written by {writer} and made again by {program}. Every number in its data files is the same. Its words may \
                 differ between versions"
            ),
        };
        return format!("{}\nfingerprint {}\n", terminal.green(&answer), found.fingerprint.unwrap_or_default());
    }
    let count = counted(wrong.len(), "thing is", "things are");
    let list = wrong.iter().map(|words| format!("- {}\n", words.replace('\n', "\n  ")));
    format!("{}\n{}", terminal.red(&format!("{place}: {count} not as it should be")), list.collect::<String>())
}

/// Whether an assurance pack is as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VerifyDocument {
    /// the folder of the pack
    pub pack: String,
    /// whether everything is as it was written
    pub right: bool,
    /// what is not as it should be, each in words
    pub wrong: Vec<String>,
    /// how many files were compared with the run made again
    pub compared: usize,
    /// the fingerprint of the pack; null where it has none
    pub fingerprint: Option<String>,
    /// the version of the program that wrote it, where that is not this one
    pub written_by: Option<String>,
}

impl From<&Verified<'_>> for VerifyDocument {
    fn from(found: &Verified<'_>) -> VerifyDocument {
        VerifyDocument {
            pack: found.place.to_owned(),
            right: found.wrong.is_empty(),
            wrong: found.wrong.to_vec(),
            compared: found.compared,
            fingerprint: found.fingerprint.map(str::to_owned),
            written_by: found.written_by.map(str::to_owned),
        }
    }
}

impl JsonDocument for VerifyDocument {
    const SCHEMA: &'static str = "wellspent-verify/1";
    const COMMAND: &'static str = "wellspent verify --json";
}

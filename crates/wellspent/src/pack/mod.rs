//! The assurance pack: what a run was given, what it assumed, what it found and with which error, which checks held, what it cannot
//! show, and what the model is. They are plain files that an auditor opens without this program.
//!
//! A run that has been made comes in; a set of files by name goes out, the same bytes for the same run. `packed_command` says what was asked
//! for, `inputs` holds the files as they were read, `assumptions`, `errors`, `checks`, `limits` and `description` write a file each,
//! `seal` hashes them all, and `compare` compares a pack with the same run made again.

mod assumptions;
mod checks;
pub mod compare;
mod description;
mod errors;
pub mod inputs;
mod limits;
pub mod packed_command;
mod packed_run;
mod plain_text;
mod readme;
pub mod seal;

use base::reader::StatedNumber;
use base::{Reader, ScenarioDraw};
use contract::read;
use simulation::assumptions as believed;

use crate::folder::SchemeFolder;
use report::terminal;

pub use packed_run::PackedRun;
pub use seal::PackFiles;

/// The files of a pack, but for its seal.
pub struct Pack {
    pub files: PackFiles,
    /// Checks that did not hold.
    pub failed: Vec<&'static str>,
}

/// Makes the pack of a run: runs the checks and writes every file.
pub fn of(run: &PackedRun<'_>) -> anyhow::Result<Pack> {
    let numbers = numbers(run.folder);
    let checks = checks::run(run);
    let mut files = PackFiles::new();
    let mut add = |name: &str, text: String| files.insert(name.to_owned(), text.into_bytes());
    for (name, text) in &run.results {
        add(&format!("result/{name}"), terminal::plain(text));
    }
    add(packed_command::MANIFEST, packed_command::manifest(run.command, run.folder, &run.scheme.name)?);
    add("README.md", readme::text(run, &checks, &numbers));
    add("assumptions.csv", assumptions::csv(&numbers));
    add("assumptions.md", assumptions::text(&numbers));
    add("checks.csv", checks::csv(&checks));
    add("checks.md", checks::text(&checks));
    add("limits.md", limits::text(run, &numbers));
    add("description.md", description::text(run, &numbers));
    if let Some((_, report)) = run.results.iter().find(|(name, _)| name == REPORT) {
        add("result/errors.csv", errors::csv(&serde_json::from_str(report)?));
    }
    files.extend(inputs::files(run.folder));
    let failed = checks.iter().filter(|check| check.holds == Some(false)).map(|check| check.name).collect();
    Ok(Pack { files, failed })
}

/// The name of what the terminal shows.
pub const SUMMARY: &str = "summary.txt";

/// The name of the machine-readable result.
pub const REPORT: &str = "report.json";

/// Every number of the folder that the run depends on, each once, in the order of reading.
fn numbers(folder: &SchemeFolder) -> Vec<StatedNumber> {
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&folder.opened, &picks);
    if let Some(scheme) = read::scheme(&reader) {
        let _ = believed::read(&reader, &scheme);
    }
    let mut once: Vec<StatedNumber> = Vec::new();
    for number in reader.numbers.into_inner() {
        if !once.iter().any(|known| known.path == number.path) {
            once.push(number);
        }
    }
    once
}

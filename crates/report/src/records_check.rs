//! Every fault of a folder of records: counted by kind with the first places of each, as text and as JSON.

use std::fmt::Write as _;

use base::english::counted;
use base::money::thousands;
use records::fault::{Fault, Grade};
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;
use crate::quality::place_text;
use crate::terminal::Terminal;

/// What a check of a folder found.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordsCheck {
    /// The folder, as it was named.
    pub folder: String,
    /// The files in the order in which they were checked.
    pub files: Vec<CheckedFile>,
    /// Every kind of fault, errors first.
    pub faults: Vec<FaultKind>,
    pub errors: u64,
    pub warnings: u64,
    pub notes: Vec<String>,
}

impl RecordsCheck {
    /// A line for each file, and the sum.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        text(self, terminal)
    }

    /// Every kind of fault with its first places and its fix, for standard error.
    #[must_use]
    pub fn faults_text(&self) -> String {
        faults_text(self)
    }

    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> RecordsCheckDocument {
        RecordsCheckDocument::from(self)
    }
}

/// A file that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedFile {
    pub name: String,
    pub rows: u64,
    /// Rows without an error, each once.
    pub right: u64,
    /// Rows that repeat another one and count once with it.
    pub repeated: u64,
}

/// Faults of one kind in one column of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultKind {
    pub file: String,
    /// The first of them: all have its column, its words and its fix.
    pub first: Fault,
    pub count: u64,
    /// The first places, with what was read there unless it is personal.
    pub places: Vec<(u64, Option<String>)>,
}

impl FaultKind {
    /// Whether the rows can be used all the same.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.first.grade >= Grade::Repeat
    }
}

impl RecordsCheck {
    /// Whether the folder has tables, and no errors.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.errors == 0 && !self.files.is_empty()
    }
}

fn count(number: u64) -> String {
    thousands(number as i64)
}

/// A line for each file, and the sum.
fn text(found: &RecordsCheck, terminal: Terminal) -> String {
    let row = |file: &CheckedFile| vec![file.name.clone(), count(file.rows), count(file.right)];
    let rows: Vec<Vec<String>> = found.files.iter().map(row).collect();
    let files = match rows.is_empty() {
        true => String::new(),
        false => terminal.table(&["file", "rows", "of them right"].map(str::to_owned), &rows) + "\n",
    };
    let total = |of: fn(&CheckedFile) -> u64| found.files.iter().map(of).sum::<u64>();
    let (right, all, repeated) = (total(|file| file.right), total(|file| file.rows), total(|file| file.repeated));
    let repeats = match repeated {
        0 => String::new(),
        1 => ", and 1 repeats another and counts once with it".to_owned(),
        many => format!(", and {} repeat others and count once with them", count(many)),
    };
    let sum = match found.files.is_empty() {
        true => format!("{}: there is no table here", found.folder),
        false => format!(
            "{}: {} of {} right{repeats}; {}, {}",
            found.folder,
            count(right),
            counted(all, "row is", "rows are"),
            counted(found.errors, "fault", "faults"),
            counted(found.warnings, "warning", "warnings")
        ),
    };
    files + &format!("{}\n", if found.is_sound() { terminal.green(&sum) } else { terminal.red(&sum) })
}

/// Every kind of fault with its first places and its fix, for standard error.
fn faults_text(found: &RecordsCheck) -> String {
    let mut out = String::new();
    for kind in &found.faults {
        let label = if kind.is_warning() { "warning" } else { "error" };
        let first = &kind.first;
        let column = if first.column.is_empty() { String::new() } else { format!(" `{}`:", first.column) };
        let _ = writeln!(out, "{label}: {}/{}:{column} {}", found.folder, kind.file, first.what);
        for (place, value) in kind.places.iter().filter(|(place, value)| *place > 0 || value.is_some()) {
            let _ = writeln!(out, "{}", place_text(*place, value.as_deref(), &first.column));
        }
        let more = kind.count - kind.places.len() as u64;
        if more > 0 {
            let _ = writeln!(out, "      … and {more} more");
        }
        let _ = writeln!(out, "      {:<9} {}\nhint: {}", "expected", first.expected, first.fix);
    }
    out
}

/// Every fault of a folder of records, by kind.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RecordsCheckDocument {
    /// the folder
    pub folder: String,
    /// whether it has tables and no errors
    pub sound: bool,
    /// errors
    pub errors: u64,
    /// warnings
    pub warnings: u64,
    /// the files that were checked
    pub files: Vec<CheckedFileEntry>,
    /// every kind of fault, errors first
    pub faults: Vec<FaultEntry>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// A file that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckedFileEntry {
    /// the file
    pub file: String,
    /// rows
    pub rows: u64,
    /// rows without an error, each once
    pub right: u64,
    /// rows that repeat another one and count once with it
    pub repeated: u64,
}

/// Faults of one kind in one column of one file.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FaultEntry {
    /// whether the row can be used
    #[schemars(extend("enum" = ["error", "warning"]))]
    pub severity: &'static str,
    /// the file
    pub file: String,
    /// the column; empty for a row or a file as a whole
    pub column: String,
    /// what is wrong
    pub what: String,
    /// what was expected
    pub expected: String,
    /// how to fix it
    pub fix: String,
    /// how many
    pub count: u64,
    /// the first places
    pub first_places: Vec<FaultPlaceEntry>,
}

/// A place with the fault.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FaultPlaceEntry {
    /// the row, as a spreadsheet numbers it, with the header as row 1; 0 for the file as a whole
    pub place: u64,
    /// what was read there; null where it is personal
    pub value: Option<String>,
}

impl JsonDocument for RecordsCheckDocument {
    const SCHEMA: &'static str = "wellspent-records-check/1";
    const COMMAND: &'static str = "wellspent records check --json";
}

impl From<&RecordsCheck> for RecordsCheckDocument {
    fn from(found: &RecordsCheck) -> RecordsCheckDocument {
        let file = |file: &CheckedFile| CheckedFileEntry {
            file: file.name.clone(),
            rows: file.rows,
            right: file.right,
            repeated: file.repeated,
        };
        let place = |(place, value): &(u64, Option<String>)| FaultPlaceEntry { place: *place, value: value.clone() };
        let fault = |kind: &FaultKind| FaultEntry {
            severity: if kind.is_warning() { "warning" } else { "error" },
            file: kind.file.clone(),
            column: kind.first.column.clone(),
            what: kind.first.what.to_owned(),
            expected: kind.first.expected.clone(),
            fix: kind.first.fix.clone(),
            count: kind.count,
            first_places: kind.places.iter().map(place).collect(),
        };
        RecordsCheckDocument {
            folder: found.folder.clone(),
            sound: found.is_sound(),
            errors: found.errors,
            warnings: found.warnings,
            files: found.files.iter().map(file).collect(),
            faults: found.faults.iter().map(fault).collect(),
            notes: found.notes.clone(),
        }
    }
}

//! Every fault of a folder of records: counted by kind with the first places of each, as text and as JSON.

use std::fmt::Write as _;

use records::fault::{Fault, Grade};
use serde_json::json;

use crate::machine_readable;
use crate::quality::several;
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
    ///
    /// # Errors
    /// The result cannot be written as JSON.
    pub fn json(&self) -> anyhow::Result<String> {
        json_text(self)
    }
}

/// A file that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedFile {
    pub name: String,
    pub rows: u64,
    /// Rows without an error.
    pub right: u64,
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

/// A line for each file, and the sum.
fn text(found: &RecordsCheck, terminal: Terminal) -> String {
    let mut out = String::new();
    for file in &found.files {
        let rows = if file.rows == 1 { "row," } else { "rows," };
        let _ = writeln!(out, "{:<20} {:>12} {rows} {:>12} of them right", file.name, file.rows, file.right);
    }
    let (right, all) = found.files.iter().fold((0, 0), |(right, all), file| (right + file.right, all + file.rows));
    let sum = match found.files.is_empty() {
        true => format!("{}: there is no table here", found.folder),
        false => format!(
            "{}: {right} of {} right; {}, {}",
            found.folder,
            if all == 1 { "1 row is".to_owned() } else { format!("{all} rows are") },
            several(found.errors, "fault", "faults"),
            several(found.warnings, "warning", "warnings")
        ),
    };
    out + &format!("{}\n", if found.is_sound() { terminal.green(&sum) } else { terminal.red(&sum) })
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
            let place = if *place > 0 { format!("row {place}") } else { "found".into() };
            let _ = writeln!(out, "      {place:<9} {}", value.as_deref().unwrap_or("(not shown: personal)"));
        }
        let more = kind.count - kind.places.len() as u64;
        if more > 0 {
            let _ = writeln!(out, "      … and {more} more");
        }
        let _ = writeln!(out, "      {:<9} {}\nhint: {}", "expected", first.expected, first.fix);
    }
    out
}

/// Everything for other programs.
fn json_text(found: &RecordsCheck) -> anyhow::Result<String> {
    let of_file = |file: &CheckedFile| json!({ "file": file.name, "rows": file.rows, "right": file.right });
    let of_kind = |kind: &FaultKind| {
        let of_place = |(place, value): &(u64, Option<String>)| json!({ "place": place, "value": value });
        json!({
            "severity": if kind.is_warning() { "warning" } else { "error" },
            "file": kind.file,
            "column": kind.first.column,
            "what": kind.first.what,
            "expected": kind.first.expected,
            "fix": kind.first.fix,
            "count": kind.count,
            "first_places": kind.places.iter().map(of_place).collect::<Vec<_>>(),
        })
    };
    let body = json!({
        "folder": found.folder,
        "sound": found.is_sound(),
        "errors": found.errors,
        "warnings": found.warnings,
        "files": found.files.iter().map(of_file).collect::<Vec<_>>(),
        "faults": found.faults.iter().map(of_kind).collect::<Vec<_>>(),
        "notes": found.notes,
    });
    machine_readable::json("wellspent-records-check/1", &body)
}

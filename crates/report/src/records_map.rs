//! What a map made of an agency's own files, as text: rows written and left out for each part of the map, and the faults.

use base::money::thousands;
use records::fault::{Fault, Grade};

use crate::quality::several;
use crate::terminal::red;

/// What a map wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedRecords {
    /// The folder that was written to.
    pub folder: String,
    /// The parts of the map that were carried out, in its order.
    pub parts: Vec<MappedPart>,
    /// Faults by the file they are in; warnings are among them.
    pub faults: Vec<(String, Vec<Fault>)>,
    pub notes: Vec<String>,
}

impl MappedRecords {
    /// What was written, part by part, and what to do next.
    #[must_use]
    pub fn text(&self) -> String {
        text(self)
    }

    /// Every fault for standard error. Rows that are wrong in the same way are reported once.
    #[must_use]
    pub fn faults_text(&self) -> Vec<String> {
        faults_text(self)
    }

    /// What to do where something was written that cannot be used.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        hint(self)
    }
}

/// What one part of the map wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedPart {
    pub table: &'static str,
    pub name: String,
    /// The file that was read, with its sheet; nothing where the map itself has the values.
    pub file: Option<String>,
    pub read: u64,
    pub written: u64,
    /// Values that are not where they were looked up, and are left empty.
    pub not_found: u64,
    /// Rows without a day, which belong to no run of days and are left out.
    pub without_day: u64,
    /// Days that are not written like the others of their column: how many, and the column and row of the first.
    pub unlike_days: u64,
    pub first_unlike_day: Option<(&'static str, u64)>,
}

impl MappedRecords {
    /// Faults that are not only warnings.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.faults.iter().flat_map(|(_, faults)| faults).filter(|fault| fault.grade != Grade::Warning).count()
    }
}

/// What was written, part by part, and what to do next.
fn text(found: &MappedRecords) -> String {
    let mut out: String = found.parts.iter().map(part_text).collect();
    let errors = several(found.errors() as u64, "fault", "faults");
    out += &match (found.errors(), found.parts.is_empty()) {
        (0, _) => format!("next: wellspent records check {}\n", found.folder),
        (_, true) => format!("{}\n", red(&format!("nothing was written: {errors}"))),
        (_, false) => format!(
            "{}\n",
            red(&format!("{}: not everything could be read; {errors}. Every command refuses these tables", found.folder))
        ),
    };
    out
}

/// What to do where something was written that cannot be used.
fn hint(found: &MappedRecords) -> Option<String> {
    let unusable = found.errors() > 0 && !found.parts.is_empty();
    unusable.then(|| format!("hint: correct the faults above, delete {} and make it again", found.folder))
}

fn part_text(part: &MappedPart) -> String {
    let count = |count: u64| thousands(count as i64);
    let from = match &part.file {
        Some(file) => format!("{} of {file}", several(part.read, "row", "rows")),
        None => "the map itself".to_owned(),
    };
    let rows = if part.written == 1 { "row" } else { "rows" };
    let mut out = format!("{:<14} {:<16} {:>12} {rows} from {from}\n", part.table, part.name, count(part.written));
    let mut line = |number: u64, words: String| {
        if number > 0 {
            out += &format!("{:<31} {:>12} {words}\n", "", count(number));
        }
    };
    let one = |number: u64, one: &str, many: &str| if number == 1 { one.to_owned() } else { many.to_owned() };
    line(
        part.not_found,
        one(
            part.not_found,
            "value is not where it was looked up; left empty",
            "values are not where they were looked up; left empty",
        ),
    );
    line(
        part.without_day,
        one(
            part.without_day,
            "row has no day and belongs to no run; left out",
            "rows have no day and belong to no run; left out",
        ),
    );
    if let Some((column, row)) = part.first_unlike_day {
        let first = if row > 0 { format!(", the first in row {row}") } else { String::new() };
        let days = one(part.unlike_days, "day is", "days are");
        line(
            part.unlike_days,
            format!("{days} not written like the others of `{column}`{first}; `wellspent records check` reports them"),
        );
    }
    out
}

/// Every fault for standard error. Rows that are wrong in the same way are reported once.
fn faults_text(found: &MappedRecords) -> Vec<String> {
    let mut out = Vec::new();
    for (file, faults) in &found.faults {
        for (at, fault) in faults.iter().enumerate() {
            let same = |other: &&Fault| (other.what, &other.column) == (fault.what, &fault.column);
            if faults[..at].iter().any(|other| same(&other)) {
                continue;
            }
            let column = if fault.column.is_empty() { String::new() } else { format!(" `{}`:", fault.column) };
            let line = if fault.place > 0 { format!(":{}", fault.place) } else { String::new() };
            let more = faults[at..].iter().filter(same).count() as u64 - 1;
            let more = if more > 0 { format!(", and in {}", several(more, "more row", "more rows")) } else { String::new() };
            let label = if fault.grade == Grade::Warning { "warning" } else { "error" };
            let value = fault.value.as_ref().map_or_else(String::new, |value| format!("\n      found     {value}"));
            out.push(format!(
                "{label}: {file}{line}:{column} {}{more}{value}\n      expected  {}\nhint: {}",
                fault.what, fault.expected, fault.fix
            ));
        }
    }
    out
}

//! A fault of one row, one value or one file of records. It never has a value that may identify a person.

use std::io;

use super::schema::{RecordColumn, RecordTable, ValueKind};

/// One fault in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The row as a spreadsheet counts it, where the header is row 1; 0 for the file as a whole.
    pub place: u64,
    /// The column; empty for the row as a whole.
    pub column: String,
    /// What is wrong. The text is the same for every such fault, so that they can be counted together.
    pub what: &'static str,
    /// What was read; never a value of a personal column.
    pub value: Option<String>,
    pub expected: String,
    /// How to fix it.
    pub fix: String,
    pub grade: Grade,
    /// The kind of event or spell of the row, where it is known for sure. It stands in lists, and in no message.
    pub kind: Option<String>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)?;
        self.value.as_ref().map_or(Ok(()), |value| write!(f, ": {value}"))
    }
}

impl std::error::Error for Fault {}

/// The effect of a fault on its row, or on the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The file cannot be read at all, or no further.
    File,
    /// Nothing is measured or paid until this is fixed: going on would mean guessing.
    Refused,
    /// The row is set aside.
    Row,
    /// The row repeats an earlier one exactly; it counts once.
    Repeat,
    /// The row is used, and the fault is reported.
    Warning,
}

impl Fault {
    /// A fault of a file as a whole.
    #[must_use]
    pub fn file(what: &'static str, expected: impl Into<String>, fix: impl Into<String>) -> Fault {
        let (expected, fix) = (expected.into(), fix.into());
        Fault { place: 0, column: String::new(), what, value: None, expected, fix, grade: Grade::File, kind: None }
    }

    /// A fault of a row.
    #[must_use]
    pub fn row(place: u64, what: &'static str, expected: impl Into<String>, fix: impl Into<String>) -> Fault {
        Fault { place, grade: Grade::Row, ..Fault::file(what, expected, fix) }
    }

    /// A fault of one value. The value is kept only if the column is not personal.
    #[must_use]
    pub fn value(place: u64, column: &RecordColumn, value: &str, what: &'static str, fix: impl Into<String>) -> Fault {
        Fault { column: column.name.into(), value: shown(column, value), ..Fault::row(place, what, column.kind.expected(), fix) }
    }

    /// The fault inside a reading error, or the error itself if it has none. Readers report faults of a file's bytes as errors.
    pub fn of(error: io::Error) -> Result<Fault, io::Error> {
        error.downcast::<Fault>()
    }

    /// Names the column.
    #[must_use]
    pub fn column(mut self, table: &RecordTable, column: usize) -> Fault {
        self.column = table.columns[column].name.into();
        self
    }

    /// The same without the value.
    #[must_use]
    pub fn without_value(mut self) -> Fault {
        self.value = None;
        self
    }

    /// Makes it a warning: the row is used.
    #[must_use]
    pub fn warning(mut self) -> Fault {
        self.grade = Grade::Warning;
        self
    }

    /// Stops the run until this is fixed.
    #[must_use]
    pub fn refused(mut self) -> Fault {
        self.grade = Grade::Refused;
        self
    }
}

/// The value as a message may show it: short, printable, and nothing from a personal column. A cell may have shifted into the
/// next column, for example because of a comma inside an unquoted name. So a value is shown only if it has the form of its
/// column.
fn shown(column: &RecordColumn, value: &str) -> Option<String> {
    (!column.personal && has_form(column, value)).then(|| visible(value))
}

/// A short text in which everything is visible: unusual spaces and invisible characters are written as numbers.
#[must_use]
pub fn visible(value: &str) -> String {
    let mut shown = String::new();
    for letter in value.chars().take(40) {
        match letter {
            ' ' => shown.push(' '),
            letter if letter.is_whitespace() || base::similar_names::unseen(letter) => {
                shown.push_str(&format!("<U+{:04X}>", u32::from(letter)));
            }
            letter => shown.push(letter),
        }
    }
    if value.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a value, right or wrong, clearly belongs to its column, and is not a shifted name, number or note about a person.
fn has_form(column: &RecordColumn, value: &str) -> bool {
    let value = super::marked_day::unmarked(value).unwrap_or(value.trim());
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match column.kind {
        // A date in any order, with or without a time, or the number of a date in a spreadsheet.
        ValueKind::Day => {
            let parts = value.split(['-', '/', '.', 'T', ' ', ':', 'Z', '+']);
            digits > 0
                && parts.clone().all(|part| part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit()))
                && (parts.clone().filter(|part| !part.is_empty()).count() >= 3 || digits <= 5)
                && parts.filter(|part| part.len() > 4).count() <= 1
                && value.len() <= 40
        }
        ValueKind::Amount | ValueKind::Share => {
            let usual = |c: char| c.is_ascii_digit() || ".,-+%£$€eE".contains(c);
            digits <= 9 && value.chars().all(usual)
        }
        // A typing slip in one of the known words.
        ValueKind::Choice(words) => {
            let near = || words.iter().any(|word| super::spelling::near(value, word));
            near() || words.iter().any(|word| word.eq_ignore_ascii_case(value))
        }
        // Any text is possible here; the caller decides with the rest of the row. Where two columns have changed places, a text of
        // several digits may be the id of a person.
        ValueKind::Id | ValueKind::Text => digits < 3,
    }
}

//! What is wrong with one row, one value or one file of records. A value that may say who somebody is never gets in here.

use std::io;

use super::schema::{Column, Kind, Table};

/// One thing wrong in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The line of a CSV file or the row of a Parquet file, from 1; 0 when the file as a whole is meant.
    pub place: u64,
    /// The column, or nothing when the row as a whole is meant.
    pub column: String,
    /// What is wrong, in words that are the same for every such fault, so that many can be counted as one.
    pub what: &'static str,
    /// What was read; never of a personal column.
    pub value: Option<String>,
    pub expected: String,
    pub fix: String,
    pub grade: Grade,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)?;
        self.value.as_ref().map_or(Ok(()), |value| write!(f, ": {value}"))
    }
}

impl std::error::Error for Fault {}

/// What a fault does to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The file cannot be read at all, or no further.
    File,
    /// Nothing is measured or paid until this is put right: to go on would be to guess.
    Refused,
    /// The row is set aside.
    Row,
    /// The row was read before, to the letter; it counts once.
    Repeat,
    /// The row is kept; a careful reader would want to know.
    Warning,
}

impl Fault {
    /// A fault of a file as a whole.
    #[must_use]
    pub fn file(what: &'static str, expected: impl Into<String>, fix: impl Into<String>) -> Fault {
        let (expected, fix) = (expected.into(), fix.into());
        Fault { place: 0, column: String::new(), what, value: None, expected, fix, grade: Grade::File }
    }

    /// A fault of a row.
    #[must_use]
    pub fn row(place: u64, what: &'static str, expected: impl Into<String>, fix: impl Into<String>) -> Fault {
        Fault { place, grade: Grade::Row, ..Fault::file(what, expected, fix) }
    }

    /// A fault of one value; the value is kept only where the column is not personal.
    #[must_use]
    pub fn value(place: u64, column: &Column, value: &str, what: &'static str, fix: impl Into<String>) -> Fault {
        Fault { column: column.name.into(), value: shown(column, value), ..Fault::row(place, what, column.kind.expected(), fix) }
    }

    /// The fault inside an error of reading, or the error where there is none: what is wrong with a file's bytes comes up through
    /// readers as an error.
    pub fn of(error: io::Error) -> Result<Fault, io::Error> {
        error.downcast::<Fault>()
    }

    /// Names the column.
    #[must_use]
    pub fn column(mut self, table: &Table, column: usize) -> Fault {
        self.column = table.columns[column].name.into();
        self
    }

    /// The same without what was read.
    #[must_use]
    pub fn unseen(mut self) -> Fault {
        self.value = None;
        self
    }

    #[must_use]
    pub fn warning(mut self) -> Fault {
        self.grade = Grade::Warning;
        self
    }

    /// Nothing goes on before this is put right.
    #[must_use]
    pub fn refused(mut self) -> Fault {
        self.grade = Grade::Refused;
        self
    }
}

/// The value as a message may show it: short, printable, and nothing of a personal column. A cell may have slipped into a
/// neighbour's column, as a comma inside an unquoted name makes it do; so only what has the form of its column is shown.
fn shown(column: &Column, value: &str) -> Option<String> {
    (!column.personal && has_form(column, value)).then(|| visible(value))
}

/// A short text of which everything can be seen: spaces that are not plain ones and characters that take no space are written
/// by their numbers.
#[must_use]
pub fn visible(value: &str) -> String {
    let mut shown = String::new();
    for letter in value.chars().take(40) {
        match letter {
            ' ' => shown.push(' '),
            letter if letter.is_whitespace() || base::spelling::unseen(letter) => {
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

/// Whether a value, right or wrong, is evidently meant for its column, and no name, number or note of somebody that slipped in.
fn has_form(column: &Column, value: &str) -> bool {
    let value = value.trim();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match column.kind {
        // A date in any order, with or without a time, or the number of a day in a spreadsheet.
        Kind::Day => {
            let parts = value.split(['-', '/', '.', 'T', ' ', ':', 'Z', '+']);
            digits > 0
                && parts.clone().all(|part| part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit()))
                && (parts.clone().filter(|part| !part.is_empty()).count() >= 3 || digits <= 5)
                && parts.filter(|part| part.len() > 4).count() <= 1
                && value.len() <= 40
        }
        Kind::Amount | Kind::Share => {
            let usual = |c: char| c.is_ascii_digit() || ".,-+%£$€eE".contains(c);
            digits <= 9 && value.chars().all(usual)
        }
        // A slip in one of the known words.
        Kind::Choice(words) => {
            let near = value.len() > 3 && base::problem::nearest(value, words.iter().copied()).is_some();
            near || words.iter().any(|word| word.eq_ignore_ascii_case(value))
        }
        // Anything may stand here; whoever knows more of the row decides.
        Kind::Id | Kind::Text => true,
    }
}

//! What is wrong with one row, one value or one file of records. A value that may say who somebody is never gets in here.

use super::schema::{Column, Table};

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
    pub mend: String,
    pub grade: Grade,
}

/// What a fault does to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The file cannot be read at all, or no further.
    File,
    /// Nothing is measured or paid until this is put right: to go on would be to guess.
    Refused,
    /// The row is set apart.
    Row,
    /// The row was read before, to the letter; it counts once.
    Repeat,
    /// The row is kept; a careful reader would want to know.
    Warning,
}

impl Fault {
    /// A fault of a file as a whole.
    #[must_use]
    pub fn file(what: &'static str, expected: impl Into<String>, mend: impl Into<String>) -> Fault {
        let (expected, mend) = (expected.into(), mend.into());
        Fault { place: 0, column: String::new(), what, value: None, expected, mend, grade: Grade::File }
    }

    /// A fault of a row.
    #[must_use]
    pub fn row(place: u64, what: &'static str, expected: impl Into<String>, mend: impl Into<String>) -> Fault {
        Fault { place, grade: Grade::Row, ..Fault::file(what, expected, mend) }
    }

    /// A fault of one value; the value is kept only where the column is not personal.
    #[must_use]
    pub fn value(place: u64, column: &Column, value: &str, what: &'static str, mend: impl Into<String>) -> Fault {
        Fault { column: column.name.into(), value: shown(column, value), ..Fault::row(place, what, column.kind.expected(), mend) }
    }

    /// Names the column.
    #[must_use]
    pub fn column(mut self, table: &Table, column: usize) -> Fault {
        self.column = table.columns[column].name.into();
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

/// The value as a message may show it: short, printable, and nothing of a personal column.
fn shown(column: &Column, value: &str) -> Option<String> {
    (!column.personal).then(|| visible(value))
}

/// A short text of which everything can be seen: spaces that are not plain ones and characters that take no space are written
/// by their numbers.
#[must_use]
pub fn visible(value: &str) -> String {
    let mut shown = String::new();
    for letter in value.chars().take(40) {
        match letter {
            ' ' => shown.push(' '),
            letter if letter.is_whitespace() || letter.is_control() || super::gate::spelling::invisible(letter) => {
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

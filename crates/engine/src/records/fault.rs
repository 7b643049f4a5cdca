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
    /// The row is set apart.
    Row,
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
}

/// The value as a message may show it: short, printable, and nothing of a personal column.
fn shown(column: &Column, value: &str) -> Option<String> {
    if column.personal {
        return None;
    }
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = value.chars().take(40).map(plain).collect();
    if value.chars().nth(40).is_some() {
        shown.push('…');
    }
    Some(shown)
}

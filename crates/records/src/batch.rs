//! Some rows of one table, column by column, as plain vectors. Every reader gives them, and every writer takes them.

use std::borrow::Cow;

pub use super::column_values::{ColumnValues, NONE, Texts};
use super::schema::{RecordTable, ValueKind};
use base::day::{Day, NEVER};

/// The day on which something became known: as stated, or else the day it happened.
pub(crate) fn known_day(stated: Day, happened: Day) -> Day {
    if stated == NEVER { happened } else { stated }
}

/// Some rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub table: &'static RecordTable,
    /// One for each column of the table.
    pub columns: Vec<ColumnValues>,
    /// For each row, its place in the file: the line of a CSV file, or the row of another file, from 1.
    pub places: Vec<u64>,
    /// The file, by its position among the files of the table that are read together.
    pub file: usize,
}

/// How many texts are read together.
pub const TOGETHER: usize = 256;

/// Reads a byte of each text, so that the memory of all of them is fetched together.
pub fn fetch<'a>(texts: impl Iterator<Item = &'a str>) {
    let first = |text: &str| u64::from(text.as_bytes().first().copied().unwrap_or_default());
    std::hint::black_box(texts.fold(0, |sum, text| sum ^ first(text)));
}

/// One value that names something: the number 7 and the text "7" are the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name<'a> {
    Number(i64),
    Text(&'a str),
}

impl<'a> Name<'a> {
    /// A text as a number, if it is written in the usual way: "7", but not "07" or "+7".
    #[must_use]
    pub fn of(text: &'a str) -> Name<'a> {
        let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
        let usual = matches!(digits, [b'1'..=b'9', rest @ ..] if rest.len() < 19 && rest.iter().all(u8::is_ascii_digit));
        match text.parse() {
            Ok(number) if (usual || text == "0") && number != NONE => Name::Number(number),
            _ => Name::Text(text),
        }
    }
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Name::Number(number) => number.fmt(f),
            Name::Text(text) => text.fmt(f),
        }
    }
}

impl Batch {
    /// No rows yet, with every column of the table.
    #[must_use]
    pub fn empty(table: &'static RecordTable) -> Batch {
        let columns = table.columns.iter().map(|column| ColumnValues::empty(column.kind)).collect();
        Batch { table, columns, places: Vec::new(), file: 0 }
    }

    #[must_use]
    pub fn rows(&self) -> usize {
        self.places.len()
    }

    /// Adds a row of texts that are known to be correct, as a CSV file has them. For tables that the program itself writes.
    pub fn push(&mut self, row: &[(&str, &str)]) {
        for (column, values) in self.table.columns.iter().zip(&mut self.columns) {
            let text = row.iter().find(|(name, _)| *name == column.name).map_or("", |(_, text)| text);
            let read = super::cell::read(column, text.as_bytes(), values);
            assert!(read.is_ok(), "{text} is not a value of {}", column.name);
        }
        self.places.push(self.places.len() as u64 + 1);
    }

    /// The day in a column, or [`NEVER`].
    #[must_use]
    pub fn day(&self, column: usize, row: usize) -> Day {
        match &self.columns[column] {
            ColumnValues::Days(days) => days[row],
            _ => NEVER,
        }
    }

    /// Whether a row has a value in a column.
    #[must_use]
    pub fn has(&self, column: usize, row: usize) -> bool {
        match &self.columns[column] {
            ColumnValues::Absent => false,
            ColumnValues::Days(days) => days[row] != NEVER,
            ColumnValues::Numbers(numbers) => numbers[row] != NONE,
            ColumnValues::Texts(texts) => !texts.get(row).is_empty(),
        }
    }

    /// The amount in a column, in hundredths.
    #[must_use]
    pub fn amount(&self, column: usize, row: usize) -> Option<i64> {
        match &self.columns[column] {
            ColumnValues::Numbers(numbers) => Some(numbers[row]).filter(|number| *number != NONE),
            _ => None,
        }
    }

    /// The share in a column, from 0 to 1.
    #[must_use]
    pub fn share(&self, column: usize, row: usize) -> Option<f64> {
        self.amount(column, row).map(|millionths| millionths as f64 / 1e6)
    }

    /// What a value names; `None` if it is empty.
    #[must_use]
    pub fn name(&self, column: usize, row: usize) -> Option<Name<'_>> {
        self.columns[column].name(row)
    }

    /// A value as a CSV file has it, without copying text.
    #[must_use]
    pub fn text_or_borrowed(&self, column: usize, row: usize) -> Cow<'_, str> {
        match &self.columns[column] {
            ColumnValues::Texts(texts) => Cow::Borrowed(texts.get(row)),
            _ => Cow::Owned(self.text(column, row)),
        }
    }

    /// A value as a CSV file has it.
    #[must_use]
    pub fn text(&self, column: usize, row: usize) -> String {
        match &self.columns[column] {
            ColumnValues::Absent => String::new(),
            ColumnValues::Days(days) if days[row] == NEVER => String::new(),
            ColumnValues::Days(days) => base::day::date(days[row]).to_string(),
            ColumnValues::Numbers(numbers) if numbers[row] == NONE => String::new(),
            ColumnValues::Numbers(numbers) if self.table.columns[column].kind == ValueKind::Amount => {
                let (sign, hundredths) = (if numbers[row] < 0 { "-" } else { "" }, numbers[row].unsigned_abs());
                format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
            }
            ColumnValues::Numbers(numbers) if self.table.columns[column].kind == ValueKind::Share => {
                (numbers[row] as f64 / 1e6).to_string()
            }
            ColumnValues::Numbers(numbers) => numbers[row].to_string(),
            ColumnValues::Texts(texts) => texts.get(row).to_owned(),
        }
    }

    /// Keeps only the rows for which `good` is true.
    pub fn keep(&mut self, good: &[bool]) {
        fn only<T: Copy>(values: &mut Vec<T>, good: &[bool]) {
            let mut at = 0;
            values.retain(|_| {
                at += 1;
                good[at - 1]
            });
        }
        for values in &mut self.columns {
            match values {
                ColumnValues::Absent => {}
                ColumnValues::Days(days) => only(days, good),
                ColumnValues::Numbers(numbers) => only(numbers, good),
                ColumnValues::Texts(texts) => {
                    let mut kept = Texts::default();
                    (0..texts.len()).filter(|row| good[*row]).for_each(|row| kept.push(texts.get(row)));
                    *texts = kept;
                }
            }
        }
        only(&mut self.places, good);
    }
}

impl ColumnValues {
    /// What the value of a row names; `None` if it is empty.
    #[must_use]
    #[inline]
    pub fn name(&self, row: usize) -> Option<Name<'_>> {
        match self {
            ColumnValues::Numbers(numbers) => Some(numbers[row]).filter(|number| *number != NONE).map(Name::Number),
            ColumnValues::Texts(texts) => Some(texts.get(row)).filter(|text| !text.is_empty()).map(Name::of),
            ColumnValues::Days(_) | ColumnValues::Absent => None,
        }
    }

    /// No values yet, of a kind.
    #[must_use]
    pub fn empty(kind: ValueKind) -> ColumnValues {
        match kind {
            ValueKind::Day => ColumnValues::Days(Vec::new()),
            ValueKind::Amount | ValueKind::Share => ColumnValues::Numbers(Vec::new()),
            ValueKind::Id | ValueKind::Text | ValueKind::Choice(_) => ColumnValues::Texts(Texts::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_digits_are_the_same_name() {
        assert_eq!(Name::of("7"), Name::Number(7));
        assert_eq!(Name::of("-7"), Name::Number(-7));
        assert_eq!(Name::of("0"), Name::Number(0));
        assert_eq!(Name::of("9223372036854775807"), Name::Number(i64::MAX));
        assert_eq!(Name::of("-9223372036854775807"), Name::Number(-i64::MAX));
        // A number that is too large is its digits, whichever file it comes from. The lowest number means an empty value.
        let large = ["9223372036854775808", "18446744073709551615", "-9223372036854775808", "99999999999999999999"];
        for other in ["07", "+7", "-0", "", "7 ", "A7"].into_iter().chain(large) {
            assert_eq!(Name::of(other), Name::Text(other));
        }
    }
}

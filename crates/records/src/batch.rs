//! Some rows of one table, column by column, as plain vectors: what every reader gives and every writer takes.

use std::borrow::Cow;
use std::ops::Range;

use super::schema::{Kind, Table};
use base::day::{Day, NEVER};

/// No number is given.
pub const NONE: i64 = i64::MIN;

/// Some rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub table: &'static Table,
    /// One for each column of the table.
    pub columns: Vec<Values>,
    /// For each row, where it stands in its file: the line of a CSV file, the row of a Parquet file, from 1.
    pub places: Vec<u64>,
}

/// The values of one column, one for each row.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// The file has no such column, or nobody asked for it.
    Absent,
    /// [`NEVER`] where there is none.
    Days(Vec<Day>),
    /// Whole numbers that name something, or amounts in hundredths; [`NONE`] where there is none.
    Numbers(Vec<i64>),
    /// Empty where there is none.
    Texts(Texts),
}

/// Many short texts in one piece of memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Adds other texts after these.
    pub fn append(&mut self, other: Texts) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// All texts one after the other, and where each stands.
    pub fn into_parts(self) -> (String, impl Iterator<Item = Range<usize>>) {
        let mut from = 0;
        (self.text, self.ends.into_iter().map(move |end| std::mem::replace(&mut from, end)..end))
    }

    #[must_use]
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of all texts together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// So many texts are read together.
pub const TOGETHER: usize = 256;

/// Reads a letter of each of some texts that lie anywhere in memory, so that they are waited for together.
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
    /// The number that a text writes, when it writes it in the one usual way: "7", and neither "07" nor "+7".
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
    pub fn empty(table: &'static Table) -> Batch {
        let columns = table.columns.iter().map(|column| Values::empty(column.kind)).collect();
        Batch { table, columns, places: Vec::new() }
    }

    #[must_use]
    pub fn rows(&self) -> usize {
        self.places.len()
    }

    /// Adds a row of texts, as a CSV file has them, that are known to be right: for tables the program writes itself.
    pub fn push(&mut self, row: &[(&str, &str)]) {
        for (column, values) in self.table.columns.iter().zip(&mut self.columns) {
            let text = row.iter().find(|(name, _)| *name == column.name).map_or("", |(_, text)| text);
            let read = super::cell::read(column, text.as_bytes(), values);
            assert!(read.is_ok(), "{text} is no value of {}", column.name);
        }
        self.places.push(self.places.len() as u64 + 1);
    }

    /// The day in a column; [`NEVER`] when there is none.
    #[must_use]
    pub fn day(&self, column: usize, row: usize) -> Day {
        match &self.columns[column] {
            Values::Days(days) => days[row],
            _ => NEVER,
        }
    }

    /// The amount in a column, in hundredths.
    #[must_use]
    pub fn amount(&self, column: usize, row: usize) -> Option<i64> {
        match &self.columns[column] {
            Values::Numbers(numbers) => Some(numbers[row]).filter(|number| *number != NONE),
            _ => None,
        }
    }

    /// The share in a column, from 0 to 1.
    #[must_use]
    pub fn share(&self, column: usize, row: usize) -> Option<f64> {
        self.amount(column, row).map(|millionths| millionths as f64 / 1e6)
    }

    /// What a value names; `None` when there is none.
    #[must_use]
    pub fn name(&self, column: usize, row: usize) -> Option<Name<'_>> {
        self.columns[column].name(row)
    }

    /// A value as a CSV file has it, without a copy of one that is text.
    #[must_use]
    pub fn said(&self, column: usize, row: usize) -> Cow<'_, str> {
        match &self.columns[column] {
            Values::Texts(texts) => Cow::Borrowed(texts.get(row)),
            _ => Cow::Owned(self.text(column, row)),
        }
    }

    /// A value as a CSV file has it.
    #[must_use]
    pub fn text(&self, column: usize, row: usize) -> String {
        match &self.columns[column] {
            Values::Absent => String::new(),
            Values::Days(days) if days[row] == NEVER => String::new(),
            Values::Days(days) => base::day::date(days[row]).to_string(),
            Values::Numbers(numbers) if numbers[row] == NONE => String::new(),
            Values::Numbers(numbers) if self.table.columns[column].kind == Kind::Amount => {
                let (sign, hundredths) = (if numbers[row] < 0 { "-" } else { "" }, numbers[row].unsigned_abs());
                format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
            }
            Values::Numbers(numbers) if self.table.columns[column].kind == Kind::Share => (numbers[row] as f64 / 1e6).to_string(),
            Values::Numbers(numbers) => numbers[row].to_string(),
            Values::Texts(texts) => texts.get(row).to_owned(),
        }
    }

    /// Leaves only the rows for which `good` is true.
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
                Values::Absent => {}
                Values::Days(days) => only(days, good),
                Values::Numbers(numbers) => only(numbers, good),
                Values::Texts(texts) => {
                    let mut kept = Texts::default();
                    (0..texts.len()).filter(|row| good[*row]).for_each(|row| kept.push(texts.get(row)));
                    *texts = kept;
                }
            }
        }
        only(&mut self.places, good);
    }
}

impl Values {
    /// What the value of a row names; `None` when there is none.
    #[must_use]
    #[inline]
    pub fn name(&self, row: usize) -> Option<Name<'_>> {
        match self {
            Values::Numbers(numbers) => Some(numbers[row]).filter(|number| *number != NONE).map(Name::Number),
            Values::Texts(texts) => Some(texts.get(row)).filter(|text| !text.is_empty()).map(Name::of),
            Values::Days(_) | Values::Absent => None,
        }
    }

    /// No values yet, of a kind.
    #[must_use]
    pub fn empty(kind: Kind) -> Values {
        match kind {
            Kind::Day => Values::Days(Vec::new()),
            Kind::Amount | Kind::Share => Values::Numbers(Vec::new()),
            Kind::Id | Kind::Text | Kind::Choice(_) => Values::Texts(Texts::default()),
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
        // What is too large for a number is its digits, whichever file it comes from; the least number stands for none.
        let large = ["9223372036854775808", "18446744073709551615", "-9223372036854775808", "99999999999999999999"];
        for other in ["07", "+7", "-0", "", "7 ", "A7"].into_iter().chain(large) {
            assert_eq!(Name::of(other), Name::Text(other));
        }
    }
}

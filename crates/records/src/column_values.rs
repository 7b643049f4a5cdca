//! The values of one column, as plain vectors.

use std::ops::Range;

use base::day::Day;

/// There is no number.
pub const NONE: i64 = i64::MIN;

/// The values of one column, one for each row.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// The file does not have the column, or it is not needed.
    Absent,
    /// [`base::day::NEVER`] for an empty value.
    Days(Vec<Day>),
    /// Whole numbers that name something, or amounts in hundredths; [`NONE`] for an empty value.
    Numbers(Vec<i64>),
    /// An empty text for an empty value.
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

    /// All texts in one piece, and the range of each.
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

    /// Whether any of the texts has a sign.
    #[must_use]
    pub fn contains(&self, sign: char) -> bool {
        self.text.contains(sign)
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

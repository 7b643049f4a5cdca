//! Looks up the people and kinds of the rows of a batch, once for everyone who needs them.

use super::batch::{ColumnValues, Name};
use super::names::{NOBODY, Names};

/// The people and kinds of the rows that are left in a batch.
#[derive(Debug, Default)]
pub struct RowLookups {
    /// The position of each row's person; [`NOBODY`] where the row names none. Empty for a table without people.
    pub persons: Vec<u32>,
    /// The position, from 1, of each row's kind among the needed kinds; 0 for any other kind. Empty where no kind is needed.
    pub kinds: Vec<u16>,
}

/// The person of each row; [`NOBODY`] where the name is not in the table of people.
pub(crate) fn find_people(people: &Names, column: &ColumnValues, rows: usize) -> Vec<u32> {
    match column {
        ColumnValues::Numbers(numbers) => people.find_numbers(numbers),
        column => (0..rows).map(|row| column.name(row).and_then(|name| people.find(name)).unwrap_or(NOBODY)).collect(),
    }
}

/// For each row, the position, from 1, of its value among some words; 0 if it is none of them.
pub(crate) fn positions(column: &ColumnValues, rows: usize, words: &[String]) -> Vec<u16> {
    let words: Vec<Name<'_>> = words.iter().map(|word| Name::of(word)).collect();
    let position = |name: Name<'_>| words.iter().position(|word| *word == name).map_or(0, |at| at as u16 + 1);
    match column {
        // Codes are usually small numbers.
        ColumnValues::Numbers(numbers) => {
            let small: Vec<u16> = (0..256).map(|number| position(Name::Number(number))).collect();
            let of = |number: &i64| match usize::try_from(*number).ok().and_then(|number| small.get(number)) {
                Some(position) => *position,
                None => position(Name::Number(*number)),
            };
            numbers.iter().map(of).collect()
        }
        column => (0..rows).map(|row| column.name(row).map_or(0, position)).collect(),
    }
}

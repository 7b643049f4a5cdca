//! Rows of a file that are told as a number, with where to look for the first of them.

use base::english::plural;
use base::money::thousands;

/// How many rows are named.
const NAMED: usize = 3;

/// How many rows there are of some kind, and the numbers of the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountedRows {
    pub count: u64,
    /// The first few row numbers, in the order of the file.
    pub first: Vec<u64>,
}

impl CountedRows {
    /// Counts a row. A row with several such values is counted for each and named once.
    pub fn add(&mut self, row: u64) {
        self.count += 1;
        if row > 0 && self.first.len() < NAMED && self.first.last() != Some(&row) {
            self.first.push(row);
        }
    }

    /// Where they are: "row 7", "rows 7 and 9", "rows 7, 9, 12 and further on"; empty where no row has a number.
    #[must_use]
    pub fn places(&self) -> String {
        let numbers: Vec<String> = self.first.iter().map(|row| thousands(*row as i64)).collect();
        let Some((last, others)) = numbers.split_last() else { return String::new() };
        let rows = plural(numbers.len(), "row", "rows");
        match (others.is_empty(), self.count > numbers.len() as u64) {
            (true, false) => format!("{rows} {last}"),
            (false, false) => format!("{rows} {} and {last}", others.join(", ")),
            (_, true) => format!("{rows} {} and further on", numbers.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_are_named() {
        let of = |rows: &[u64]| {
            let mut counted = CountedRows::default();
            rows.iter().for_each(|row| counted.add(*row));
            counted.places()
        };
        assert_eq!(of(&[]), "");
        assert_eq!(of(&[0]), "");
        assert_eq!(of(&[7]), "row 7");
        assert_eq!(of(&[7, 9]), "rows 7 and 9");
        assert_eq!(of(&[7, 9, 1200]), "rows 7, 9 and 1,200");
        assert_eq!(of(&[7, 9, 12, 13]), "rows 7, 9, 12 and further on");
        assert_eq!(of(&[7, 7]), "row 7 and further on");
    }
}

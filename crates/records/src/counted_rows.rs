//! Rows of a file that are told as a number, with where to look for the first of them.

use base::english::plural;
use base::money::thousands;

/// How many rows are named.
const NAMED: usize = 3;

/// How many rows there are of some kind, and the numbers of the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountedRows {
    /// A row with several such values is counted for each of them.
    pub count: u64,
    /// The first few row numbers, in the order of the file.
    pub first: Vec<u64>,
    /// Rows after those, each once, and the row that was counted last.
    more: u64,
    last: u64,
}

impl CountedRows {
    /// Counts a row. A row with several such values is counted for each and named once.
    pub fn add(&mut self, row: u64) {
        self.count += 1;
        if row == 0 || row == self.last {
            return;
        }
        self.last = row;
        if self.first.len() < NAMED {
            self.first.push(row);
        } else {
            self.more += 1;
        }
    }

    /// Counts rows whose numbers are not known. They come after those that are.
    pub fn add_without_numbers(&mut self, rows: u64) {
        self.count += rows;
        self.more += rows;
    }

    /// Where they are: "row 7", "rows 7 and 9", "rows 7, 9, 12 and 5 more"; empty where no row has a number.
    #[must_use]
    pub fn places(&self) -> String {
        let numbers: Vec<String> = self.first.iter().map(|row| thousands(*row as i64)).collect();
        let Some((last, others)) = numbers.split_last() else { return String::new() };
        let rows = plural(numbers.len(), "row", "rows");
        match (others.is_empty(), self.more) {
            (true, 0) => format!("{rows} {last}"),
            (false, 0) => format!("{rows} {} and {last}", others.join(", ")),
            (_, more) => format!("{rows} {} and {} more", numbers.join(", "), thousands(more as i64)),
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
        assert_eq!(of(&[7, 9, 12, 13]), "rows 7, 9, 12 and 1 more");
        assert_eq!(of(&(7..=2_009).collect::<Vec<_>>()), "rows 7, 8, 9 and 2,000 more");
        // Several values in one row are in one place.
        assert_eq!(of(&[7, 7]), "row 7");
        assert_eq!(of(&[7, 9, 12, 13, 13]), "rows 7, 9, 12 and 1 more");
    }

    #[test]
    fn rows_without_numbers_are_counted() {
        let mut counted = CountedRows::default();
        counted.add(7);
        counted.add_without_numbers(2);
        assert_eq!((counted.count, counted.places().as_str()), (3, "row 7 and 2 more"));
    }
}

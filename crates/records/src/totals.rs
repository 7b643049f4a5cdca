//! Finds rows that are no row of their table but a sum or a note below it, as spreadsheets have them: "Total", "Grand total", "End of
//! report". They would be counted like anybody else. They are only reported: a person may be called Total.

use super::fault::Fault;
use super::spelling;

/// What sums and notes are called, folded as [`spelling::folded`] does.
const NAMES: [&str; 18] = [
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "sum",
    "sums",
    "sum total",
    "overall",
    "overall total",
    "count",
    "average",
    "mean",
    "end",
    "end of file",
    "end of report",
    "end of list",
    "end of data",
];

/// The names among them that a sum has and nothing else: an outcome may be called "Overall", and a period "End".
const SUMS: [&str; 9] = ["total", "totals", "grand total", "sub total", "subtotal", "sum", "sums", "sum total", "overall total"];

/// A row with nothing but an id is strange where at most one row in so many is like it.
const STRANGE_SHARE: u64 = 20;

/// What is remembered of the rows of one file or table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TotalRows {
    rows: u64,
    named: Vec<u64>,
    bare: Vec<u64>,
    more_bare: u64,
}

/// Places that are remembered of each kind.
const MOST: usize = 100;

impl TotalRows {
    /// Adds a row by its id, and whether it has any other value.
    pub(crate) fn look(&mut self, place: u64, id: &str, has_more: bool) {
        self.rows += 1;
        if is_total(id) {
            if self.named.len() < MOST {
                self.named.push(place);
            }
        } else if !has_more && self.bare.len() < MOST {
            self.bare.push(place);
        } else if !has_more {
            self.more_bare += 1;
        }
    }

    /// Warnings about the rows that look like sums or notes. The next table can then begin.
    pub(crate) fn end(&mut self) -> Vec<Fault> {
        let seen = std::mem::take(self);
        let fix =
            "delete the row from the file, or leave it out in the map: given = [\"COLUMN\"] takes only rows with a value there";
        let warn = |place: u64, what: &'static str| {
            Fault::row(place, what, "one row for each person or thing, and no sums or notes", fix)
        };
        let named =
            seen.named.iter().map(|place| warn(*place, "the row is named like a sum or a note below a table, and is counted"));
        let bare = seen.bare.iter().filter(|_| (seen.bare.len() as u64 + seen.more_bare) * STRANGE_SHARE <= seen.rows);
        let bare = bare.map(|place| warn(*place, "the row has an id and nothing else, unlike the others, and is counted"));
        named.chain(bare).map(Fault::warning).collect()
    }
}

/// Whether an id is what sums and notes are called.
pub(crate) fn is_total(id: &str) -> bool {
    is_one_of(&NAMES, id)
}

/// Whether a text is what sums are called, and nothing but sums.
pub(crate) fn is_sum(text: &str) -> bool {
    is_one_of(&SUMS, text)
}

fn is_one_of(names: &[&str], text: &str) -> bool {
    // Almost every id has a digit or is longer.
    if text.len() > 30 || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let folded = spelling::folded(text);
    let bare = folded.trim_matches(|letter: char| !letter.is_alphanumeric());
    names.contains(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(rows: &[(&str, bool)]) -> Vec<u64> {
        let mut totals = TotalRows::default();
        (2..).zip(rows).for_each(|(place, (id, has_more))| totals.look(place, id, *has_more));
        totals.end().iter().map(|fault| fault.place).collect()
    }

    #[test]
    fn sums_and_notes_are_found_however_they_are_written() {
        for id in ["Total", "TOTAL:", "Grand Total", "sub-total", "Sum", "** End of report **", "end_of_file"] {
            assert_eq!(places(&[("P1", true), (id, true)]), [3], "{id}");
        }
        for id in ["T1", "Totaljobs", "Summer", "", "HT/0001"] {
            assert_eq!(places(&[("P1", true), (id, true)]), [0_u64; 0], "{id}");
        }
    }

    #[test]
    fn sums_have_fewer_names() {
        for text in ["Total", "GRAND TOTAL:", "sub_total", "Overall total"] {
            assert!(is_sum(text), "{text}");
        }
        for text in ["End", "Overall", "count", "Mean", "average", "end of report", "Total care", ""] {
            assert!(!is_sum(text), "{text}");
        }
        assert!(SUMS.iter().all(|name| NAMES.contains(name)));
    }

    #[test]
    fn an_id_alone_is_strange_only_among_rows_with_more() {
        let mut rows = vec![("P", true); 40];
        rows.push(("printed on 5 May", false));
        assert_eq!(places(&rows), [42]);
        // Where many have nothing else, the file is simply that short.
        assert_eq!(places(&[("P1", false), ("P2", false), ("P3", true)]), [0_u64; 0]);
    }
}

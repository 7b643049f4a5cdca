//! Finds rows that are no row of their table but a sum or a note below it, as spreadsheets have them: "Total", "Grand total", "End of
//! report". They would be counted like anybody else. They are only reported: a person may be called Total.

use super::fault::Fault;
use base::sum_words::is_sum_or_note;

/// A row with nothing but an id is strange where at most one row in so many is like it.
const STRANGE_SHARE: u64 = 20;

/// What is remembered of the rows of one file or table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TotalRows {
    rows: u64,
    named: Vec<u64>,
    /// Rows with nothing that is read: only other columns of the file have something.
    empty: Vec<u64>,
    bare: Vec<u64>,
    more_bare: u64,
}

/// Places that are remembered of each kind.
const MOST: usize = 100;

impl TotalRows {
    /// Adds a row by its id, and whether it has any other value.
    pub(crate) fn look(&mut self, place: u64, id: &str, has_more: bool) {
        self.rows += 1;
        if is_sum_or_note(id) {
            if self.named.len() < MOST {
                self.named.push(place);
            }
        } else if id.is_empty() && !has_more {
            if self.empty.len() < MOST {
                self.empty.push(place);
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
        let fix_empty = "if the row is about nobody, leave it out in the map: given = [\"COLUMN\"] takes only rows with a value there; otherwise fill in \
                         the columns that the map reads";
        let what_empty = "the row has nothing in the columns that are read, only in others, and is counted";
        let empty =
            seen.empty.iter().map(|place| Fault::row(*place, what_empty, "a value in the columns that are read", fix_empty));
        let empty: Vec<Fault> = empty.collect();
        let named =
            seen.named.iter().map(|place| warn(*place, "the row is named like a sum or a note below a table, and is counted"));
        let bare = seen.bare.iter().filter(|_| (seen.bare.len() as u64 + seen.more_bare) * STRANGE_SHARE <= seen.rows);
        let bare = bare.map(|place| warn(*place, "the row has an id and nothing else, unlike the others, and is counted"));
        named.chain(bare).chain(empty).map(Fault::warning).collect()
    }
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
    fn an_id_alone_is_strange_only_among_rows_with_more() {
        let mut rows = vec![("P", true); 40];
        rows.push(("printed on 5 May", false));
        assert_eq!(places(&rows), [42]);
        // Where many have nothing else, the file is simply that short.
        assert_eq!(places(&[("P1", false), ("P2", false), ("P3", true)]), [0_u64; 0]);
        // A row of which nothing is read is strange anywhere, and has no id.
        let mut totals = TotalRows::default();
        (2..).zip([("P1", true), ("", false)]).for_each(|(place, (id, has_more))| totals.look(place, id, has_more));
        let told = totals.end();
        assert!(told.len() == 1 && told[0].place == 3 && told[0].fix.contains("about nobody"), "{told:?}");
    }
}

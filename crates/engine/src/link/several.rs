//! Tests of records that have several values in a column (aliases, former addresses): each thing a test asks may be true of any
//! of them.

use super::model::Test;
use super::records::More;
use super::score::{Scorer, all};

impl Scorer<'_> {
    /// The first level that holds of any of the records' values; the last where none does.
    pub(super) fn level_of_any(&self, comparison: usize, left: u32, right: u32) -> u8 {
        let levels = &self.model.comparisons[comparison].levels;
        let found = levels.iter().position(|level| self.holds_of_any(&level.test, left, right) == Some(true));
        found.unwrap_or(levels.len() - 1) as u8
    }

    /// Whether a test holds when each thing it asks may be asked of any of the records' values: so that a NOT means that no
    /// value of the one and value of the other fit.
    pub(super) fn holds_of_any(&self, test: &Test, left: u32, right: u32) -> Option<bool> {
        match test {
            Test::All(tests) => all(tests.iter().map(|test| self.holds_of_any(test, left, right))),
            Test::Any(tests) => {
                let none = all(tests.iter().map(|test| self.holds_of_any(test, left, right).map(|holds| !holds)));
                none.map(|none| !none)
            }
            Test::Not(test) => self.holds_of_any(test, left, right).map(|holds| !holds),
            test => {
                let rights = self.variants(test, right);
                let mut found = None;
                for a in self.variants(test, left) {
                    for b in &rights {
                        match self.holds(test, &a, b, &mut None) {
                            Some(true) => return Some(true),
                            Some(false) => found = Some(false),
                            None => {}
                        }
                    }
                }
                found
            }
        }
    }

    /// A record's cells, once with each of its values in the columns that a test looks at.
    fn variants(&self, test: &Test, record: u32) -> Vec<Vec<u32>> {
        let mut columns = Vec::new();
        test.features(&mut |feature| columns.push(self.features[feature].column));
        let cells = self.records.cells(record).to_vec();
        let further = self.records.more(record).iter().filter(|more| columns.contains(&(more.column as usize)));
        let with = |more: &More| {
            let mut cells = cells.clone();
            cells[more.column as usize] = more.value;
            cells
        };
        std::iter::once(cells.clone()).chain(further.map(with)).collect()
    }
}

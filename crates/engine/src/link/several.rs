//! Tests of records that have several values in a column (aliases, former addresses): each thing a test asks may be true of any
//! of them.

use super::level::Likeness;
use super::model::Test;
use super::records::More;
use super::score::Scorer;

impl Scorer<'_> {
    /// The first level that holds of any of the records' values; the last where none does.
    pub(super) fn level_of_any(&self, comparison: usize, left: u32, right: u32) -> u8 {
        let levels = &self.model.comparisons[comparison].levels;
        let found = levels.iter().position(|level| self.any_comes_to(true, &level.test, left, right));
        found.unwrap_or(levels.len() - 1) as u8
    }

    /// Whether a test is true, or false, when each thing it asks may be asked of any of the records' values: so that a NOT means
    /// that no value of the one and value of the other fit.
    pub(super) fn any_comes_to(&self, truth: bool, test: &Test, left: u32, right: u32) -> bool {
        match test {
            Test::All(tests) if truth => tests.iter().all(|test| self.any_comes_to(true, test, left, right)),
            Test::All(tests) => tests.iter().any(|test| self.any_comes_to(false, test, left, right)),
            Test::Any(tests) if truth => tests.iter().any(|test| self.any_comes_to(true, test, left, right)),
            Test::Any(tests) => tests.iter().all(|test| self.any_comes_to(false, test, left, right)),
            Test::Not(test) => self.any_comes_to(!truth, test, left, right),
            test => {
                let rights = self.variants(test, right);
                let comes = |truth: bool| {
                    let of = |a: Vec<u32>| rights.iter().any(|b| self.comes_to(truth, test, &a, b, &mut Likeness::default()));
                    self.variants(test, left).into_iter().any(of)
                };
                if truth { comes(true) } else { !comes(true) && comes(false) }
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

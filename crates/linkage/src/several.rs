//! Tests of records that have several values in a column (aliases, former addresses): each thing a test asks may be true of any
//! of them, or is asked of all of them together (how many there are, how rare those are that both records have), or of the first
//! or last alone.

use super::feature::Features;
use super::input::{More, Records};
use super::model::{Model, Test};
use super::score::{Levels, Scorer};
use super::ways::Likeness;

/// Whether numbers of values, those of the left record times those of the right one, come to at most so many; nothing where one of
/// them is 0, as of a list that is missing.
pub(super) fn few(products: &[(usize, usize)], most: usize, counts: impl Fn(usize) -> (usize, usize)) -> Option<bool> {
    let mut sum = 0;
    for (left, right) in products {
        let (left, right) = (counts(*left).0, counts(*right).1);
        if left == 0 || right == 0 {
            return None;
        }
        sum += left * right;
    }
    Some(sum <= most)
}

/// For each feature the share of each value among all that records say, further values among them, where a test asks how rare
/// shared values are; nothing for others.
pub(super) fn shares(model: &Model, features: &Features<'_>, records: &Records) -> Vec<Vec<f64>> {
    let mut asked = vec![false; model.features.len()];
    model.tests().for_each(|test| test.rarity(&mut |feature| asked[feature] = true));
    let share = |(feature, asked): (usize, bool)| {
        if !asked {
            return Vec::new();
        }
        let mut counts = vec![0_u64; features[feature].distinct()];
        for record in 0..records.len() as u32 {
            numbers(features, feature, records, record).for_each(|number| counts[number as usize] += 1);
        }
        let all = counts.iter().sum::<u64>() as f64;
        counts.into_iter().map(|count| count as f64 / all).collect()
    };
    asked.into_iter().enumerate().map(share).collect()
}

/// The numbers of all values of a record in a feature, the first one first; what is missing is left out.
fn numbers(features: &Features<'_>, feature: usize, records: &Records, record: u32) -> impl Iterator<Item = u32> {
    let column = features[feature].column;
    let first = records.cells(record)[column];
    let further = records.more(record).iter().filter(move |more| more.column as usize == column).map(|more| more.value);
    std::iter::once(first).chain(further).map(move |value| features.number_of(feature, value)).filter(|number| *number != 0)
}

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
            Test::Few(products, most) => {
                let count = |feature, record| numbers(&self.features, feature, self.records, record).count();
                few(products, *most, |feature| (count(feature, left), count(feature, right))) == Some(truth)
            }
            Test::SharedRarer(feature, limit) => {
                let of = |record| numbers(&self.features, *feature, self.records, record);
                let shared = of(left).filter(|number| of(right).any(|other| other == *number));
                (shared.map(|number| self.shares[*feature][number as usize]).product::<f64>() < *limit) == truth
            }
            Test::Share(feature, other) if feature == other => {
                let of = |record| numbers(&self.features, *feature, self.records, record);
                let both = of(left).next().is_some() && of(right).next().is_some();
                both && of(left).any(|number| of(right).any(|other| other == number)) == truth
            }
            Test::OfFirst(test) => {
                self.comes_to(truth, test, self.records.cells(left), self.records.cells(right), &mut Likeness::default())
            }
            Test::OfLast(test) => self.comes_to(truth, test, &self.last(left), &self.last(right), &mut Likeness::default()),
            test if !self.has_several(test, left) && !self.has_several(test, right) => {
                self.comes_to(truth, test, self.records.cells(left), self.records.cells(right), &mut Likeness::default())
            }
            test => {
                let mut columns = Vec::new();
                test.features(&mut |feature| columns.push(self.features[feature].column));
                let rights = self.variants(&columns, right);
                let comes = |truth: bool| {
                    let of = |a: Vec<u32>| rights.iter().any(|b| self.comes_to(truth, test, &a, b, &mut Likeness::default()));
                    self.variants(&columns, left).into_iter().any(of)
                };
                if truth { comes(true) } else { !comes(true) && comes(false) }
            }
        }
    }

    /// The pair of values that agrees best counts: the first level that is not "missing".
    pub(super) fn best_of_more(&self, left: u32, right: u32, levels: &mut Levels) {
        if self.records.more(left).is_empty() && self.records.more(right).is_empty() {
            return;
        }
        for (at, ready) in self.comparisons.iter().enumerate() {
            if ready.shares {
                levels[at] = self.level_of_any(at, left, right);
                continue;
            }
            for column in &ready.columns {
                let (lefts, rights) = (self.variants(&[*column], left), self.variants(&[*column], right));
                for (a, b) in lefts.iter().flat_map(|a| rights.iter().map(move |b| (a, b))) {
                    let level = self.level(at, a, b);
                    let missing = |level: u8| self.model.comparisons[at].levels[usize::from(level)].missing;
                    if missing(levels[at]) || !missing(level) && level < levels[at] {
                        levels[at] = level;
                    }
                }
            }
        }
    }

    /// A record's cells with its last values.
    fn last(&self, record: u32) -> Vec<u32> {
        let mut cells = self.records.cells(record).to_vec();
        self.records.more(record).iter().for_each(|more| cells[more.column as usize] = more.value);
        cells
    }

    /// Whether a record has several values in a column that a test looks at.
    fn has_several(&self, test: &Test, record: u32) -> bool {
        let more = self.records.more(record);
        let mut found = false;
        if !more.is_empty() {
            test.features(&mut |feature| {
                let column = self.features[feature].column;
                found |= more.iter().any(|more| more.column as usize == column);
            });
        }
        found
    }

    /// A record's cells, once with each of its values in some columns.
    fn variants(&self, columns: &[usize], record: u32) -> Vec<Vec<u32>> {
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

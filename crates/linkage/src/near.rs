//! What likeness says: two people picked at random are seldom called Thistlethwaite and Thistlethwayte, and often Smith and
//! Smyth. For the commoner of two values that are alike this counts how many records have a value that comes to the same level
//! with it, as the frequency of a value does for values that are the same.
//!
//! Where the rarer value is a slip of the commoner one, and a slip ends at a value as often as that value occurs among those
//! that are so alike, this share is exactly the *u* of the pair.

use std::sync::OnceLock;

use super::feature::Features;
use super::model::{Comparison, Feature, Part, Test};
use super::score::Scorer;
use super::similarity::{Shape, jaro_before};

/// Values that most records have are compared with each other; for the rest the level's *u* stands.
const COMMON: usize = 256;
/// A share of records that stands for what is not counted, however few the values are.
const UNCOUNTED: f64 = 0.1;

/// Values of one comparison, and what is near to each.
pub(super) struct Near {
    feature: usize,
    /// Values whose Jaro similarity is below this come to none of the levels.
    least: f64,
    /// Common values with their shares, and what they are made of.
    common: Vec<(u32, f64, Shape)>,
    rest: f64,
    /// For each value, once it has been asked for, the share of common values at each level.
    shares: Vec<OnceLock<Box<[f32]>>>,
}

impl Near {
    /// For a comparison with levels of likeness between whole values; nothing for any other.
    pub fn new(comparison: &Comparison, features: &Features<'_>, parts: &[Feature]) -> Option<Near> {
        let near = || comparison.levels.iter().filter(|level| level.frequency.is_some_and(|of| of.near));
        let feature = near().next()?.frequency?.feature;
        let least = |test: &Test| match test {
            Test::JaroWinkler(_, _, least) => *least,
            _ => 0.0,
        };
        let least = jaro_before(near().map(|level| least(&level.test)).fold(1.0, f64::min));
        let of = Some(&features[feature]).filter(|_| parts[feature].part == Part::Whole)?;
        let mut common: Vec<(u32, f64)> = (1..of.distinct() as u32).map(|value| (value, of.log_share(value).exp2())).collect();
        // Of values that are as common as each other their letters decide, not where they stood.
        let commoner = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then_with(|| of.text(a.0).cmp(of.text(b.0)));
        if common.len() > COMMON {
            common.select_nth_unstable_by(COMMON, commoner);
            common.truncate(COMMON);
        }
        common.sort_unstable_by(commoner);
        let rest = (1.0 - common.iter().map(|(_, share)| share).sum::<f64>()).max(UNCOUNTED);
        let common = common.into_iter().map(|(value, share)| (value, share, *of.shape(value))).collect();
        Some(Near { feature, least, common, rest, shares: (0..of.distinct()).map(|_| OnceLock::new()).collect() })
    }
}

impl Near {
    /// No share at a level of this *u* is smaller, as a base-2 logarithm.
    pub fn log_least(&self, u: f64) -> f64 {
        (self.rest * u).log2()
    }
}

impl Scorer<'_> {
    /// The share of records whose value comes to this level with the commoner of two records' values, as a base-2 logarithm;
    /// nothing where one is missing.
    pub(super) fn log_near(&self, near: &Near, at: usize, level: u8, left: u32, right: u32) -> Option<f64> {
        let number = |record| self.features.number(near.feature, self.records.cells(record));
        let of = &self.features[near.feature];
        let (x, y) = (number(left), number(right));
        if x == 0 || y == 0 {
            return None;
        }
        let rank = |value: u32| (of.log_share(value), of.hash(value));
        let value = if rank(x) >= rank(y) { x } else { y };
        let shares = near.shares[value as usize].get_or_init(|| self.shares(near, at, value));
        let u = self.model.comparisons[at].levels[usize::from(level)].u;
        Some((f64::from(shares[usize::from(level)]) + near.rest * u).log2())
    }

    /// The share of common values at each level with a value.
    fn shares(&self, near: &Near, at: usize, value: u32) -> Box<[f32]> {
        let of = &self.features[near.feature];
        let mut shares = vec![0.0; self.model.comparisons[at].levels.len()];
        let mut cells = [vec![0; self.records.columns.len()], vec![0; self.records.columns.len()]];
        cells[0][of.column] = value;
        let shape = *of.shape(value);
        for (other, share, others) in near.common.iter().filter(|(other, _, _)| *other != value) {
            if shape.may_reach(others, near.least) {
                cells[1][of.column] = *other;
                shares[usize::from(self.level(at, &cells[0], &cells[1]))] += share;
            }
        }
        shares.into_iter().map(|share| share as f32).collect()
    }
}

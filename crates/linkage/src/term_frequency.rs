//! Term-frequency adjustment: agreement on a rare value counts more than agreement on a common one.
//!
//! The same holds for similar values. Two people picked at random are seldom called Thistlethwaite and Thistlethwayte, and often
//! Smith and Smyth. For the more common of two similar values, [`SimilarValues`] counts how many records have a value that
//! reaches the same comparison level with it. Where the rarer value is a misspelling of the common one, and a misspelling results
//! in a value as often as that value occurs among all that are as similar, this share is exactly the *u* of the pair.

use std::sync::OnceLock;

use super::comparison_levels::level;
use super::features::Features;
use super::model::{Comparison, Feature, PairTest, ValuePart};
use super::prepared::{PreparedFrequency, PreparedModel};
use super::similarity::{TextShape, jaro_before};

/// This many of the most common values are compared with each other. For the rest, the level's own *u* counts.
const COMMON: usize = 256;
/// A share of records that stands for the values that are not counted, however few they are.
const UNCOUNTED: f64 = 0.1;

/// The logarithm of the share of the more common of two records' values, as the less surprising one.
#[inline]
pub(crate) fn log_share(features: &Features, frequency: &PreparedFrequency, a: &[u32], b: &[u32]) -> f64 {
    let share = |number| match number {
        0 => f64::NEG_INFINITY,
        number => features[frequency.feature].log_share(number),
    };
    let number = |cells| features.number(frequency.feature, cells);
    let (left, right) = (number(a), number(b));
    let commoner = if left == right { share(left) } else { share(left).max(share(right)) };
    let found = commoner.max(frequency.minimum_u);
    if found.is_finite() { found } else { frequency.log_u }
}

/// How common similar values are in one comparison.
#[derive(Debug)]
pub(crate) struct SimilarValues {
    feature: usize,
    /// Values whose Jaro similarity is below this reach none of the levels.
    least: f64,
    /// Common values, each with its share and its shape.
    common: Vec<(u32, f64, TextShape)>,
    /// The share of the other values.
    rest: f64,
    /// For each value, once it has been asked for, the share of common values at each level.
    shares: Vec<OnceLock<Box<[f32]>>>,
}

impl SimilarValues {
    /// For a comparison with levels of similarity between whole values; `None` for any other.
    pub(crate) fn new(comparison: &Comparison, features: &Features, parts: &[Feature]) -> Option<SimilarValues> {
        let similar = || comparison.levels.iter().filter(|level| level.term_frequency.is_some_and(|of| of.by_similarity));
        let feature = similar().next()?.term_frequency?.feature;
        let least = |test: &PairTest| match test {
            PairTest::JaroWinkler(_, _, least) => *least,
            _ => 0.0,
        };
        let least = jaro_before(similar().map(|level| least(&level.test)).fold(1.0, f64::min));
        let of = Some(&features[feature]).filter(|_| parts[feature].part == ValuePart::Whole)?;
        let mut common: Vec<(u32, f64)> = (1..of.distinct() as u32).map(|value| (value, of.log_share(value).exp2())).collect();
        // Equally common values are ordered by their letters, not by where they were in a file.
        let commoner = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then_with(|| of.text(a.0).cmp(of.text(b.0)));
        if common.len() > COMMON {
            common.select_nth_unstable_by(COMMON, commoner);
            common.truncate(COMMON);
        }
        common.sort_unstable_by(commoner);
        let rest = (1.0 - common.iter().map(|(_, share)| share).sum::<f64>()).max(UNCOUNTED);
        let common = common.into_iter().map(|(value, share)| (value, share, *of.shape(value))).collect();
        Some(SimilarValues { feature, least, common, rest, shares: (0..of.distinct()).map(|_| OnceLock::new()).collect() })
    }

    /// No share at a level with this *u* is smaller, as a base-2 logarithm.
    pub(crate) fn log_least(&self, u: f64) -> f64 {
        (self.rest * u).log2()
    }

    /// The share of records whose value reaches this level with the more common of two records' values, as a base-2 logarithm;
    /// `None` where a value is missing.
    pub(crate) fn log_share(&self, prepared: &PreparedModel<'_>, at: usize, level: u8, left: u32, right: u32) -> Option<f64> {
        let number = |record| prepared.features.number(self.feature, prepared.records.cells(record));
        let of = &prepared.features[self.feature];
        let (x, y) = (number(left), number(right));
        if x == 0 || y == 0 {
            return None;
        }
        let rank = |value: u32| (of.log_share(value), of.hash(value));
        let value = if rank(x) >= rank(y) { x } else { y };
        let shares = self.shares[value as usize].get_or_init(|| self.shares_by_level(prepared, at, value));
        let u = prepared.model.comparisons[at].levels[usize::from(level)].u;
        Some((f64::from(shares[usize::from(level)]) + self.rest * u).log2())
    }

    /// The share of common values that reach each level with a value.
    fn shares_by_level(&self, prepared: &PreparedModel<'_>, at: usize, value: u32) -> Box<[f32]> {
        let of = &prepared.features[self.feature];
        let mut shares = vec![0.0; prepared.model.comparisons[at].levels.len()];
        let columns = prepared.records.columns.len();
        let mut cells = [vec![0; columns], vec![0; columns]];
        cells[0][of.column] = value;
        let shape = *of.shape(value);
        for (other, share, others) in self.common.iter().filter(|(other, _, _)| *other != value) {
            if shape.may_reach(others, self.least) {
                cells[1][of.column] = *other;
                shares[usize::from(level(prepared, at, &cells[0], &cells[1]))] += share;
            }
        }
        shares.into_iter().map(|share| share as f32).collect()
    }
}

//! Upper bounds of a pair's match weight, before its values are looked at closely.
//!
//! Most candidate pairs are two people who share a name and a town. It is enough to see which values are the same, and then to
//! compare the one field that tells most, to rule them out. A pair that is ruled out would have had a lower weight than was asked
//! for, so the bounds change the time that scoring takes and nothing else.

use super::comparison_levels::ComparedPair;
use super::model::{ComparisonLevel, LinkageModel};
use super::prepared::{PreparedComparison, PreparedFrequency, PreparedLevel, PreparedModel};
use super::term_frequency::{SimilarValues, log_share};

/// The upper bounds of all comparisons.
pub(crate) struct UpperBounds {
    each: Vec<ComparisonBound>,
    /// Comparisons, first the one whose different values can cost most.
    pub order: Vec<usize>,
}

/// The most bits of one comparison, whatever the level of the comparison that it depends on.
struct ComparisonBound {
    /// For each level, without the frequency of values that are the same.
    levels: Vec<f64>,
    /// Of two values that are there and not the same.
    different: f64,
    /// How the frequency of a value that is the same changes the bits.
    frequency: Option<FrequencyBound>,
}

/// The most bits of a level with a term-frequency adjustment: of all rows the largest of each number.
struct FrequencyBound {
    /// Where strangers share the value only by chance: the bits without the value's share.
    by_chance: f64,
    /// Where strangers also share it for a reason: the bits without its share, and the logarithms of the share of those who do
    /// and of those who do not.
    otherwise: Option<(f64, f64, f64)>,
    weight: f64,
}

impl UpperBounds {
    /// The bounds of a prepared model. `similar` says for each comparison how common similar values are.
    pub(crate) fn new(prepared: &PreparedModel<'_>, similar: &[Option<SimilarValues>]) -> UpperBounds {
        let LinkageModel { comparisons, .. } = prepared.model;
        let each = prepared.comparisons.iter().zip(comparisons).zip(similar);
        let each = each.map(|((of, comparison), similar)| ComparisonBound::new(of, &comparison.levels, similar.as_ref()));
        let each: Vec<ComparisonBound> = each.collect();
        let mut order: Vec<usize> = (0..each.len()).collect();
        let costs = |at: &usize| each[*at].different - each[*at].levels.last().copied().unwrap_or_default();
        order.sort_by(|a, b| costs(b).total_cmp(&costs(a)).then(a.cmp(b)));
        UpperBounds { each, order }
    }

    /// Sets the bounds of pairs whose plain levels are known. `strangers` are the bits before anything is compared.
    pub(crate) fn start(&self, prepared: &PreparedModel<'_>, strangers: f64, pairs: &mut [ComparedPair]) {
        pairs.iter_mut().for_each(|pair| pair.upper_bound = strangers);
        for (at, (comparison, bound)) in prepared.comparisons.iter().zip(&self.each).enumerate() {
            for pair in pairs.iter_mut() {
                pair.upper_bound += if pair.open >> at & 1 == 1 {
                    bound.different
                } else {
                    let level = usize::from(pair.levels[at]);
                    let counted = comparison.rows[0][level].frequency.as_ref();
                    match counted.zip(bound.frequency.as_ref()).filter(|_| comparison.same == Some(pair.levels[at])) {
                        Some((counted, most)) => {
                            let cells = |record: u32| prepared.records.cells(record);
                            most.at(log_share(&prepared.features, counted, cells(pair.left), cells(pair.right)))
                        }
                        None => bound.levels[level],
                    }
                };
            }
        }
    }

    /// How a bound changes once the level of two different values is known.
    #[inline]
    pub(crate) fn change(&self, at: usize, level: u8) -> f64 {
        self.each[at].levels[usize::from(level)] - self.each[at].different
    }
}

impl ComparisonBound {
    fn new(of: &PreparedComparison, levels: &[ComparisonLevel], similar: Option<&SimilarValues>) -> ComparisonBound {
        let rows = || of.rows.iter();
        let count = levels.len();
        let bits = |level: &PreparedLevel, u: f64| match &level.frequency {
            None => level.against_stranger,
            Some(frequency) if frequency.by_similarity => {
                let least = similar.map_or(frequency.log_u, |similar| similar.log_least(u));
                level.against_stranger + frequency.weight * (frequency.log_u - least).max(0.0)
            }
            Some(frequency) if frequency.strangers_share == 0.0 && frequency.minimum_u.is_finite() => {
                level.against_stranger + frequency.weight * (frequency.log_u - frequency.minimum_u).max(0.0)
            }
            Some(_) => f64::INFINITY,
        };
        let most = |at: usize| rows().map(|row| bits(&row[at], levels[at].u)).fold(f64::NEG_INFINITY, f64::max);
        let levels: Vec<f64> = (0..count).map(most).collect();
        let plain = [of.missing, of.same].map(|level| level.map(usize::from));
        let different = (0..count).filter(|level| !plain.contains(&Some(*level))).map(|level| levels[level]);
        let different = different.fold(f64::NEG_INFINITY, f64::max);
        let same = of.same.map(|same| rows().map(|row| &row[usize::from(same)]).collect::<Vec<_>>());
        let frequency = same.and_then(|rows| FrequencyBound::new(&rows));
        ComparisonBound { levels, different, frequency }
    }
}

impl FrequencyBound {
    /// `None` where a value's frequency does not count.
    fn new(rows: &[&PreparedLevel]) -> Option<FrequencyBound> {
        let each: Vec<(f64, &PreparedFrequency)> =
            rows.iter().filter_map(|level| Some((level.against_stranger, level.frequency.as_ref()?))).collect();
        let weight = each.first()?.1.weight;
        let plain =
            each.len() == rows.len() && each.iter().all(|(_, of)| !of.by_similarity && of.weight == weight && weight >= 0.0);
        let most = |of: &dyn Fn(&(f64, &PreparedFrequency)) -> f64, some: bool| {
            let these = each.iter().filter(|(_, frequency)| (frequency.strangers_share > 0.0) == some);
            these.map(of).fold(f64::NEG_INFINITY, f64::max)
        };
        if !plain || weight > 1.0 {
            return Some(FrequencyBound { by_chance: f64::INFINITY, otherwise: None, weight });
        }
        let otherwise = each.iter().any(|(_, of)| of.strangers_share > 0.0).then(|| {
            let bits = most(&|(against, of)| (1.0 - weight) * against + weight * of.log_m, true);
            let least = -most(&|(_, of)| -of.strangers_share, true);
            (bits, least.log2(), (1.0 - least).log2())
        });
        Some(FrequencyBound { by_chance: most(&|(against, of)| against + weight * of.log_u, false), otherwise, weight })
    }

    /// The most bits for a value with this logarithm of its share.
    fn at(&self, log_share: f64) -> f64 {
        let by_chance = self.by_chance - self.weight * log_share;
        let otherwise = self.otherwise.map_or(f64::NEG_INFINITY, |(bits, shared, apart)| {
            // The logarithm of a sum is at least that of either part.
            bits - self.weight * shared.max(apart + log_share)
        });
        by_chance.max(otherwise)
    }
}

//! Match weights of pairs: the bits of each comparison level, and their sum.
//!
//! A match weight is the base-2 logarithm of the odds that two records are one person. Where the model knows households, the odds
//! compare one person with strangers and members of one household together. What such people share (a surname, an address) then
//! does not count as evidence of one person.

use base::hinted::Hinted;
use std::sync::Arc;

use super::comparison_levels::{self, ComparedPair};
use super::features::Features;
use super::model::LinkageModel;
use super::multiple_values::any_is;
use super::prepared::{Levels, PreparedComparison, PreparedFrequency, PreparedLevel, PreparedModel};
use super::record_set::RecordSet;
use super::term_frequency::{SimilarValues, log_share};
use super::upper_bound::UpperBounds;

/// The pattern of a pair whose levels do not fit into one number.
pub const NO_PATTERN: u32 = u32::MAX;

/// The rounding error in sums of a few numbers is far below this many bits.
const MARGIN: f64 = 1e-6;

/// Scores pairs of records with a model.
pub struct Scorer<'a> {
    pub prepared: PreparedModel<'a>,
    /// For each comparison how common similar values are, where it has levels of similarity.
    similar: Arc<Vec<Option<SimilarValues>>>,
    bounds: UpperBounds,
    /// Logarithms of the odds before anything is compared: against strangers, and against households.
    strangers: f64,
    household: f64,
}

/// What a scorer works out from the values of records. It is the same for all models that differ only in their numbers and their
/// blocking rules.
#[derive(Clone, Debug, Default)]
pub struct ScoredValues {
    features: Arc<Features>,
    similar: Arc<Vec<Option<SimilarValues>>>,
}

/// The pairs that a thread works on. A thread keeps it from one stretch of work to the next, so as not to allocate memory again.
#[derive(Default)]
pub struct PairBuffer {
    pairs: Vec<ComparedPair>,
    open: Vec<u32>,
}

impl<'a> Scorer<'a> {
    /// Prepares a model for records.
    ///
    /// # Errors
    /// The model has too many comparisons, or a part of a value that cannot be used.
    pub fn new(model: &'a LinkageModel, records: &'a RecordSet) -> Result<Scorer<'a>, Hinted> {
        let prepared = PreparedModel::new(model, records)?;
        let similar = model.comparisons.iter();
        let similar = similar.map(|comparison| SimilarValues::new(comparison, &prepared.features, &model.features));
        let similar: Vec<Option<SimilarValues>> = similar.collect();
        Ok(Scorer::of(prepared, Arc::new(similar)))
    }

    /// The same records and features under a model that differs only in its numbers and its blocking rules.
    #[must_use]
    pub fn with<'b>(self, model: &'b LinkageModel) -> Scorer<'b>
    where
        'a: 'b,
    {
        Scorer::of(self.prepared.with(model), self.similar)
    }

    /// What this scorer knows of the records' values, for [`Scorer::of_values`].
    #[must_use]
    pub fn values(&self) -> ScoredValues {
        ScoredValues { features: Arc::clone(&self.prepared.features), similar: Arc::clone(&self.similar) }
    }

    /// A scorer for records whose values were worked out before, under a model that differs only in its numbers and its blocking
    /// rules.
    #[must_use]
    pub fn of_values(model: &'a LinkageModel, records: &'a RecordSet, values: ScoredValues) -> Scorer<'a> {
        Scorer::of(PreparedModel::from_features(records, values.features, model), values.similar)
    }

    fn of(prepared: PreparedModel<'a>, similar: Arc<Vec<Option<SimilarValues>>>) -> Scorer<'a> {
        let model = prepared.model;
        // So few households would change nothing.
        let household = if model.household > 1e-3 * model.prior { (model.prior / model.household).log2() } else { f64::INFINITY };
        let strangers = (model.prior / (1.0 - model.prior)).log2();
        let bounds = UpperBounds::new(&prepared, &similar);
        Scorer { prepared, similar, bounds, strangers, household }
    }

    /// The level of each comparison for two records, the left one first.
    #[must_use]
    pub fn levels(&self, left: u32, right: u32) -> Levels {
        comparison_levels::levels(&self.prepared, left, right)
    }

    /// The levels of many pairs, each with its lower record first. Pairs that cannot reach `least` bits are left out. One
    /// comparison after the other is made for all pairs, so that their reads from distant memory overlap.
    pub fn levels_of<'m>(&self, pairs: &[(u32, u32)], least: f64, buffer: &'m mut PairBuffer) -> &'m [ComparedPair] {
        let prepared = &self.prepared;
        buffer.pairs.clear();
        if prepared.records.has_further_values() {
            for (left, right) in pairs.iter().copied() {
                let levels = self.levels(left, right);
                buffer.pairs.push(ComparedPair { left, right, levels, open: 0, upper_bound: f64::INFINITY });
            }
            return &buffer.pairs;
        }
        let (mut compared, mut open) = (std::mem::take(&mut buffer.pairs), std::mem::take(&mut buffer.open));
        compared.extend(pairs.iter().map(|(left, right)| comparison_levels::plain_levels(prepared, *left, *right)));
        if least > f64::NEG_INFINITY {
            self.bounds.start(prepared, self.strangers, &mut compared);
        }
        for at in self.bounds.order.iter().copied() {
            let waits = |pair: &ComparedPair| pair.open >> at & 1 == 1 && !pair.is_below(least);
            open.clear();
            open.extend((0..).zip(&compared).filter(|(_, pair)| waits(pair)).map(|(place, _)| place));
            comparison_levels::fetch(prepared, at, &compared, &open);
            for place in &open {
                let pair = &mut compared[*place as usize];
                let (a, b) = (prepared.records.cells(pair.left), prepared.records.cells(pair.right));
                pair.levels[at] = comparison_levels::level(prepared, at, a, b);
                pair.open &= !(1 << at);
                pair.upper_bound += self.bounds.change(at, pair.levels[at]);
            }
        }
        compared.retain(|pair| pair.open == 0 && !pair.is_below(least));
        (buffer.pairs, buffer.open) = (compared, open);
        &buffer.pairs
    }

    /// The match weight of levels alone, without term-frequency adjustments.
    #[must_use]
    pub fn weight_of_levels(&self, levels: &Levels, within: bool) -> f64 {
        let (mut stranger, mut household) = (self.strangers, self.household);
        for (at, comparison) in self.prepared.comparisons.iter().enumerate() {
            let level = level_at(comparison, levels, at);
            stranger += level.against_stranger;
            household += level.against_household;
        }
        self.calibrated(against_both(stranger, household)) + if within { self.prepared.model.within } else { 0.0 }
    }

    /// A weight as the model's calibration adjusts it.
    fn calibrated(&self, weight: f64) -> f64 {
        self.prepared.model.calibration.map_or(weight, |calibration| calibration.calibrated(weight))
    }

    /// The bits that two records have before anything is compared because one agency holds both.
    fn within(&self, left: u32, right: u32) -> f64 {
        let agency = &self.prepared.records.agency;
        if agency[left as usize] == agency[right as usize] { self.prepared.model.within } else { 0.0 }
    }

    /// The match weight of a pair at its levels: -5 bits or so if the two are suspected twins.
    #[must_use]
    pub fn weight(&self, left: u32, right: u32, levels: &Levels) -> f64 {
        let weight = self.weight_by_columns(left, right, levels);
        match &self.prepared.model.twins {
            Some(twins) if weight > twins.above && any_is(&self.prepared, true, &twins.test, left, right) => twins.bits,
            _ => weight,
        }
    }

    /// The match weight of a pair at its levels, whether or not the two may be twins.
    #[must_use]
    pub fn weight_by_columns(&self, left: u32, right: u32, levels: &Levels) -> f64 {
        let (a, b) = (self.prepared.records.cells(left), self.prepared.records.cells(right));
        let (mut stranger, mut household) = (self.strangers, self.household);
        for (at, comparison) in self.prepared.comparisons.iter().enumerate() {
            let level = level_at(comparison, levels, at);
            stranger += level.against_stranger;
            match &level.frequency {
                None => household += level.against_household,
                Some(frequency) if frequency.by_similarity => {
                    stranger += self.similarity_adjustment(frequency, at, left, right, levels);
                    household += level.against_household;
                }
                Some(frequency) => {
                    let log_share = log_share(&self.prepared.features, frequency, a, b);
                    stranger += frequency.adjustment(level.against_stranger, log_share);
                    if household.is_finite() {
                        let shares = frequency.household_shares;
                        let by_chance = frequency.log_household_chance;
                        household += frequency.log_m - by_chance - (shares + (1.0 - shares) * log_share.exp2()).log2();
                    }
                }
            }
        }
        self.calibrated(against_both(stranger, household)) + self.within(left, right)
    }

    /// The bits that the frequency of similar values adds.
    fn similarity_adjustment(&self, frequency: &PreparedFrequency, at: usize, left: u32, right: u32, levels: &Levels) -> f64 {
        let similar = self.similar[at].as_ref();
        let share = similar.and_then(|similar| similar.log_share(&self.prepared, at, levels[at], left, right));
        share.map_or(0.0, |share| frequency.weight * (frequency.log_u - share))
    }

    /// For each comparison the bits of its level compared with strangers, and its term-frequency adjustment. Then what everything
    /// else changes: households, a rule against twins, calibration.
    #[must_use]
    pub fn parts(&self, left: u32, right: u32, levels: &Levels) -> (Vec<(f64, f64)>, f64) {
        let (a, b) = (self.prepared.records.cells(left), self.prepared.records.cells(right));
        let mut parts = Vec::new();
        for (at, comparison) in self.prepared.comparisons.iter().enumerate() {
            let level = level_at(comparison, levels, at);
            let adjustment = level.frequency.as_ref().map_or(0.0, |frequency| match frequency.by_similarity {
                true => self.similarity_adjustment(frequency, at, left, right, levels),
                false => {
                    let log_share = log_share(&self.prepared.features, frequency, a, b);
                    frequency.adjustment(level.against_stranger, log_share)
                }
            });
            parts.push((level.against_stranger, adjustment));
        }
        let sum = self.before(left, right) + parts.iter().map(|(level, adjustment)| level + adjustment).sum::<f64>();
        (parts, self.weight(left, right, levels) - sum)
    }

    /// Levels as one number, the first comparison counting most; [`NO_PATTERN`] where the number would be too large.
    #[must_use]
    pub fn pattern(&self, levels: &Levels) -> u32 {
        let mut pattern: u32 = 0;
        for (comparison, level) in self.prepared.model.comparisons.iter().zip(levels) {
            let next = u32::try_from(comparison.levels.len()).ok().and_then(|count| pattern.checked_mul(count));
            match next.and_then(|next| next.checked_add(u32::from(*level))) {
                Some(next) => pattern = next,
                None => return NO_PATTERN,
            }
        }
        pattern
    }

    /// The levels of a number that [`Scorer::pattern`] gave.
    #[must_use]
    pub fn levels_of_pattern(&self, mut pattern: u32) -> Levels {
        let mut levels = Levels::default();
        for (comparison, level) in self.prepared.model.comparisons.iter().zip(&mut levels).rev() {
            let count = comparison.levels.len() as u32;
            *level = (pattern % count) as u8;
            pattern /= count;
        }
        levels
    }

    /// The bits of a pair before anything is compared.
    #[must_use]
    pub fn before(&self, left: u32, right: u32) -> f64 {
        self.strangers + self.within(left, right)
    }

    /// Calls `with` for the pairs, each with its lower record first, whose match weight is at least `least`.
    pub fn weights_from(
        &self,
        least: f64,
        pairs: &[(u32, u32)],
        buffer: &mut PairBuffer,
        mut with: impl FnMut(&ComparedPair, f64),
    ) {
        let before = least - self.prepared.model.within.max(0.0);
        self.weights_before(before, pairs, buffer, |pair, weight, _| {
            if weight >= least {
                with(pair, weight);
            }
        });
    }

    /// Calls `with` for the pairs whose match weight is at least `least` before the bits of pairs of one agency are added, with
    /// the weight and with those bits.
    pub(crate) fn weights_before(
        &self,
        least: f64,
        pairs: &[(u32, u32)],
        buffer: &mut PairBuffer,
        mut with: impl FnMut(&ComparedPair, f64, f64),
    ) {
        let model = self.prepared.model;
        // Suspected twins get other bits than their levels give.
        let bound = model.twins.as_ref().map_or(least, |twins| least.min(twins.above - model.within.max(0.0)));
        let bound = model.calibration.map_or(bound, |calibration| calibration.uncalibrated(bound)) - MARGIN;
        for pair in self.levels_of(pairs, bound, buffer) {
            let weight = self.weight(pair.left, pair.right, &pair.levels);
            let within = self.within(pair.left, pair.right);
            if weight - within >= least {
                with(pair, weight, within);
            }
        }
    }
}

/// A comparison's level, in the row that the comparison it depends on chooses.
#[inline]
fn level_at<'s>(comparison: &'s PreparedComparison, levels: &Levels, at: usize) -> &'s PreparedLevel {
    &comparison.rows[comparison.parent.map_or(0, |parent| usize::from(levels[parent]))][usize::from(levels[at])]
}

/// The odds compared with strangers and household members together.
#[inline]
fn against_both(stranger: f64, household: f64) -> f64 {
    if household == f64::INFINITY {
        return stranger;
    }
    let (least, most) = (stranger.min(household), stranger.max(household));
    least - (1.0 + (least - most).exp2()).log2()
}

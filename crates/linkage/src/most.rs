//! The most that a pair can come to, before its values are looked at closely. Most candidates are two people who share a name
//! and a town: a look at which values are the same, and at the one that tells most, then rules them out. What is left out this
//! way would have come to less than was asked for, so nothing changes but the time it takes.

use super::level::{Looked, Memory};
use super::model::{Level, Model};
use super::near::Near;
use super::score::{Ready, ReadyFrequency, ReadyLevel, Scorer};

/// Rounding in sums of a few numbers is far below this many bits.
const MARGIN: f64 = 1e-6;

/// The most bits of each comparison.
pub(super) struct Most {
    each: Vec<Each>,
    /// Comparisons, the one first whose different values can cost most.
    pub order: Vec<usize>,
}

/// The most bits of one comparison, whatever the comparison that it hangs on came to.
struct Each {
    /// For each level, but for the frequency of values that are the same.
    levels: Vec<f64>,
    /// Of two values that are there and not the same.
    different: f64,
    /// What the frequency of a value that is the same makes of the bits.
    frequency: Option<MostFrequency>,
}

/// The most bits of a level that counts the frequency of a value: of its rows the largest of each number.
struct MostFrequency {
    /// Where strangers never share the value other than by chance: bits without the value's share.
    by_chance: f64,
    /// Where they do: bits without it, the share of those who do and of those who do not, as logarithms.
    otherwise: Option<(f64, f64, f64)>,
    weight: f64,
}

impl Most {
    pub fn new(model: &Model, comparisons: &[Ready], near: &[Option<Near>]) -> Most {
        let each = comparisons.iter().zip(&model.comparisons).zip(near);
        let each: Vec<Each> = each.map(|((ready, said), near)| Each::new(ready, &said.levels, near.as_ref())).collect();
        let mut order: Vec<usize> = (0..each.len()).collect();
        let costs = |at: &usize| each[*at].different - each[*at].levels.last().copied().unwrap_or_default();
        order.sort_by(|a, b| costs(b).total_cmp(&costs(a)).then(a.cmp(b)));
        Most { each, order }
    }

    /// How a bound changes once it is known to which level two different values come.
    #[inline]
    pub fn change(&self, at: usize, level: u8) -> f64 {
        self.each[at].levels[usize::from(level)] - self.each[at].different
    }
}

impl Each {
    fn new(ready: &Ready, said: &[Level], near: Option<&Near>) -> Each {
        let rows = || ready.rows.iter();
        let count = said.len();
        let bits = |level: &ReadyLevel, u: f64| match &level.frequency {
            None => level.against_stranger,
            Some(frequency) if frequency.near => {
                let least = near.map_or(frequency.log_u, |near| near.log_least(u));
                level.against_stranger + frequency.weight * (frequency.log_u - least).max(0.0)
            }
            Some(frequency) if frequency.strangers_share == 0.0 && frequency.least.is_finite() => {
                level.against_stranger + frequency.weight * (frequency.log_u - frequency.least).max(0.0)
            }
            Some(_) => f64::INFINITY,
        };
        let of = |at: usize| rows().map(|row| bits(&row[at], said[at].u)).fold(f64::NEG_INFINITY, f64::max);
        let levels: Vec<f64> = (0..count).map(of).collect();
        let plain = [ready.missing, ready.same].map(|level| level.map(usize::from));
        let different = (0..count).filter(|level| !plain.contains(&Some(*level))).map(|level| levels[level]);
        let different = different.fold(f64::NEG_INFINITY, f64::max);
        let same = ready.same.map(|same| rows().map(|row| &row[usize::from(same)]).collect::<Vec<_>>());
        let frequency = same.and_then(|rows| MostFrequency::new(&rows));
        Each { levels, different, frequency }
    }
}

impl MostFrequency {
    /// Nothing where a value's frequency does not count.
    fn new(rows: &[&ReadyLevel]) -> Option<MostFrequency> {
        let each: Vec<(f64, &ReadyFrequency)> =
            rows.iter().filter_map(|level| Some((level.against_stranger, level.frequency.as_ref()?))).collect();
        let weight = each.first()?.1.weight;
        let plain = each.len() == rows.len() && each.iter().all(|(_, of)| !of.near && of.weight == weight && weight >= 0.0);
        let most = |of: &dyn Fn(&(f64, &ReadyFrequency)) -> f64, some: bool| {
            let these = each.iter().filter(|(_, frequency)| (frequency.strangers_share > 0.0) == some);
            these.map(of).fold(f64::NEG_INFINITY, f64::max)
        };
        if !plain || weight > 1.0 {
            return Some(MostFrequency { by_chance: f64::INFINITY, otherwise: None, weight });
        }
        let otherwise = each.iter().any(|(_, of)| of.strangers_share > 0.0).then(|| {
            let bits = most(&|(against, of)| (1.0 - weight) * against + weight * of.log_m, true);
            let least = -most(&|(_, of)| -of.strangers_share, true);
            (bits, least.log2(), (1.0 - least).log2())
        });
        Some(MostFrequency { by_chance: most(&|(against, of)| against + weight * of.log_u, false), otherwise, weight })
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

impl Scorer<'_> {
    /// The bits of pairs, the lower record first, that come to at least so many.
    pub fn weights_from(&self, least: f64, pairs: &[(u32, u32)], memory: &mut Memory, mut with: impl FnMut(&Looked, f64)) {
        let before = least - self.model.within.max(0.0);
        self.weights_before(before, pairs, memory, |pair, weight, _| {
            if weight >= least {
                with(pair, weight);
            }
        });
    }

    /// The bits of pairs that come to at least so many before it is added what pairs of one agency have more or less, and what
    /// that is.
    pub(super) fn weights_before(
        &self,
        least: f64,
        pairs: &[(u32, u32)],
        memory: &mut Memory,
        mut with: impl FnMut(&Looked, f64, f64),
    ) {
        // Twins are given other bits than they come to.
        let bound = self.model.twins.as_ref().map_or(least, |twins| least.min(twins.above - self.model.within.max(0.0)));
        let bound = self.model.calibration.map_or(bound, |calibration| calibration.straight(bound)) - MARGIN;
        for pair in self.levels_of(pairs, bound, memory) {
            let weight = self.weight(pair.left, pair.right, &pair.levels);
            let within = self.within(pair.left, pair.right);
            if weight - within >= least {
                with(pair, weight, within);
            }
        }
    }

    /// Bounds for pairs whose plain levels are known.
    pub(super) fn bound(&self, looked: &mut [Looked]) {
        looked.iter_mut().for_each(|pair| pair.most = self.strangers);
        for (at, (ready, of)) in self.comparisons.iter().zip(&self.most.each).enumerate() {
            for pair in looked.iter_mut() {
                pair.most += if pair.open >> at & 1 == 1 {
                    of.different
                } else {
                    let level = usize::from(pair.levels[at]);
                    let counted = ready.rows[0][level].frequency.as_ref();
                    match counted.zip(of.frequency.as_ref()).filter(|_| ready.same == Some(pair.levels[at])) {
                        Some((counted, most)) => {
                            let cells = |record: u32| self.records.cells(record);
                            most.at(self.log_share(counted, cells(pair.left), cells(pair.right)))
                        }
                        None => of.levels[level],
                    }
                };
            }
        }
    }
}

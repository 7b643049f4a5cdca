//! How likely a pair of records is one person: what the level of each comparison says in bits, and their sum.
//!
//! A weight is the base-2 logarithm of the odds. Where the model knows households, the odds are compared with strangers and
//! members of one household together, so that what such people share (a surname, an address) is not taken for identity.

use super::feature::{Features, prepare};
use super::input::Records;
use super::model::{Frequency, Level, Model, Part, Test};
use super::most::Most;
use super::near::Near;
use super::several;
use super::ways::{Way, ways};

/// The most comparisons of a model.
pub const MOST_COMPARISONS: usize = 16;

/// The levels of a pair are not kept as a number.
pub const NO_PATTERN: u32 = u32::MAX;

/// The level of each comparison, in the order of the model.
pub type Levels = [u8; MOST_COMPARISONS];

/// A model made ready for some records.
pub struct Scorer<'a> {
    pub records: &'a Records,
    pub features: Features<'a>,
    pub model: &'a Model,
    pub(super) comparisons: Vec<Ready>,
    /// For each comparison what is near to its values, where it has levels of likeness.
    near: Vec<Option<Near>>,
    /// For each feature the share of each value among all that records say, where a test asks for it.
    pub(super) shares: Vec<Vec<f64>>,
    pub(super) most: Most,
    /// Logarithms of the odds before anything is compared.
    pub(super) strangers: f64,
    household: f64,
}

/// A comparison made ready.
pub(super) struct Ready {
    /// The column that it is about. Levels that look at this column alone depend on two numbers, and the first of them that
    /// holds is remembered; levels that look at other columns too are asked each time.
    pub column: usize,
    pub alone: Vec<Way>,
    pub beside: Vec<Way>,
    /// The level where nothing else holds.
    pub last: u8,
    pub columns: Vec<usize>,
    /// Features by which all that its tests look at in its own column is reached: one part, and those whose letters count.
    pub fetched: Vec<usize>,
    /// The level of two records one of which has no value, and of two that have the same, where the model says so plainly.
    pub missing: Option<u8>,
    pub same: Option<u8>,
    /// It asks for shared values, so each of its tests looks at all values of a record.
    pub shares: bool,
    /// The comparison that this one hangs on; its level says which row holds.
    parent: Option<usize>,
    pub rows: Vec<Vec<ReadyLevel>>,
}

pub(super) struct ReadyLevel {
    /// Bits of this level: against strangers, and against people of one household.
    pub against_stranger: f64,
    against_household: f64,
    pub frequency: Option<ReadyFrequency>,
}

pub(super) struct ReadyFrequency {
    feature: usize,
    pub weight: f64,
    pub least: f64,
    pub near: bool,
    /// The logarithm of *u* at exact agreement: what a frequency is compared with.
    pub log_u: f64,
    pub log_m: f64,
    /// How often strangers, and households, agree because they share the value; otherwise they agree by chance.
    pub strangers_share: f64,
    household_shares: f64,
    /// How many times as often as strangers households agree by chance.
    log_household_chance: f64,
}

impl<'a> Scorer<'a> {
    /// Makes a model ready; fails when a part of it cannot be read.
    pub fn new(model: &'a Model, records: &'a Records) -> Result<Scorer<'a>, String> {
        if model.comparisons.len() > MOST_COMPARISONS {
            return Err(format!("the model has {} comparisons; at most {MOST_COMPARISONS} are read", model.comparisons.len()));
        }
        let features = prepare(model, records)?;
        let near = model.comparisons.iter().map(|comparison| Near::new(comparison, &features, &model.features)).collect();
        Ok(Scorer::of(records, features, near, model))
    }

    /// The same records and features under a model that differs only in its numbers and its rules.
    #[must_use]
    pub fn with<'b>(self, model: &'b Model) -> Scorer<'b>
    where
        'a: 'b,
    {
        Scorer::of(self.records, self.features, self.near, model)
    }

    fn of(records: &'a Records, features: Features<'a>, near: Vec<Option<Near>>, model: &'a Model) -> Scorer<'a> {
        let comparisons: Vec<Ready> = (0..model.comparisons.len()).map(|at| ready(&features, model, at)).collect();
        // Too few to change anything.
        let household = if model.household > 1e-3 * model.prior { (model.prior / model.household).log2() } else { f64::INFINITY };
        let strangers = (model.prior / (1.0 - model.prior)).log2();
        let most = Most::new(model, &comparisons, &near);
        let shares = several::shares(model, &features, records);
        Scorer { records, features, model, comparisons, near, shares, most, strangers, household }
    }

    /// The bits of levels alone, without what frequencies add.
    #[must_use]
    pub fn weight_of_levels(&self, levels: &Levels, within: bool) -> f64 {
        let (mut stranger, mut household) = (self.strangers, self.household);
        for (at, ready) in self.comparisons.iter().enumerate() {
            let level = self.at(ready, levels, at);
            stranger += level.against_stranger;
            household += level.against_household;
        }
        self.bent(against_both(stranger, household)) + if within { self.model.within } else { 0.0 }
    }

    /// A weight as the model bends it.
    fn bent(&self, weight: f64) -> f64 {
        self.model.calibration.map_or(weight, |calibration| calibration.bent(weight))
    }

    /// The bits that two records have before anything is compared because one agency holds both.
    pub(super) fn within(&self, left: u32, right: u32) -> f64 {
        let agency = &self.records.agency;
        if agency[left as usize] == agency[right as usize] { self.model.within } else { 0.0 }
    }

    fn at<'s>(&self, ready: &'s Ready, levels: &Levels, at: usize) -> &'s ReadyLevel {
        &ready.rows[ready.parent.map_or(0, |parent| usize::from(levels[parent]))][usize::from(levels[at])]
    }

    /// The bits of a pair at its levels, whether or not its records may be twins.
    #[must_use]
    pub fn weight_by_columns(&self, left: u32, right: u32, levels: &Levels) -> f64 {
        let (a, b) = (self.records.cells(left), self.records.cells(right));
        let (mut stranger, mut household) = (self.strangers, self.household);
        for (at, ready) in self.comparisons.iter().enumerate() {
            let level = self.at(ready, levels, at);
            stranger += level.against_stranger;
            match &level.frequency {
                None => household += level.against_household,
                Some(frequency) if frequency.near => {
                    stranger += self.nearness(frequency, at, left, right, levels);
                    household += level.against_household;
                }
                Some(frequency) => {
                    let log_share = self.log_share(frequency, a, b);
                    stranger += frequency.adjusted(level.against_stranger, log_share);
                    if household.is_finite() {
                        let shares = frequency.household_shares;
                        let by_chance = frequency.log_household_chance;
                        household += frequency.log_m - by_chance - (shares + (1.0 - shares) * log_share.exp2()).log2();
                    }
                }
            }
        }
        self.bent(against_both(stranger, household)) + self.within(left, right)
    }

    /// The commoner of the two records' values counts, as the less surprising one.
    pub(super) fn log_share(&self, frequency: &ReadyFrequency, a: &[u32], b: &[u32]) -> f64 {
        let share = |number| match number {
            0 => f64::NEG_INFINITY,
            number => self.features[frequency.feature].log_share(number),
        };
        let number = |cells| self.features.number(frequency.feature, cells);
        let (left, right) = (number(a), number(b));
        let commoner = if left == right { share(left) } else { share(left).max(share(right)) };
        let found = commoner.max(frequency.least);
        if found.is_finite() { found } else { frequency.log_u }
    }

    /// The bits that the frequency of values so alike adds.
    fn nearness(&self, frequency: &ReadyFrequency, at: usize, left: u32, right: u32, levels: &Levels) -> f64 {
        let share = self.near[at].as_ref().and_then(|near| self.log_near(near, at, levels[at], left, right));
        share.map_or(0.0, |share| frequency.weight * (frequency.log_u - share))
    }

    /// What each comparison adds, against strangers, with its adjustment for frequency; and what households take away, or a rule
    /// against twins.
    #[must_use]
    pub fn parts(&self, left: u32, right: u32, levels: &Levels) -> (Vec<(f64, f64)>, f64) {
        let (a, b) = (self.records.cells(left), self.records.cells(right));
        let mut parts = Vec::new();
        for (at, ready) in self.comparisons.iter().enumerate() {
            let level = self.at(ready, levels, at);
            let adjusted = level.frequency.as_ref().map_or(0.0, |frequency| match frequency.near {
                true => self.nearness(frequency, at, left, right, levels),
                false => frequency.adjusted(level.against_stranger, self.log_share(frequency, a, b)),
            });
            parts.push((level.against_stranger, adjusted));
        }
        let sum = self.before(left, right) + parts.iter().map(|(level, adjusted)| level + adjusted).sum::<f64>();
        (parts, self.weight(left, right, levels) - sum)
    }

    /// Levels as one number, the first comparison counting most; [`NO_PATTERN`] where there are too many kinds of pairs for it.
    #[must_use]
    pub fn pattern(&self, levels: &Levels) -> u32 {
        let mut pattern: u32 = 0;
        for (comparison, level) in self.model.comparisons.iter().zip(levels) {
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
        for (comparison, level) in self.model.comparisons.iter().zip(&mut levels).rev() {
            let count = comparison.levels.len() as u32;
            *level = (pattern % count) as u8;
            pattern /= count;
        }
        levels
    }

    /// Bits before anything is compared.
    #[must_use]
    pub fn before(&self, left: u32, right: u32) -> f64 {
        self.strangers + self.within(left, right)
    }
}

/// The odds against two kinds of other people together.
fn against_both(stranger: f64, household: f64) -> f64 {
    if household == f64::INFINITY {
        return stranger;
    }
    let (least, most) = (stranger.min(household), stranger.max(household));
    least - (1.0 + (least - most).exp2()).log2()
}

/// The chance that belongs to a weight.
#[must_use]
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

impl ReadyFrequency {
    /// Bits to add for a value of this frequency.
    fn adjusted(&self, against_stranger: f64, log_share: f64) -> f64 {
        if self.strangers_share == 0.0 {
            return self.weight * (self.log_u - log_share);
        }
        let by_value = self.log_m - (self.strangers_share + (1.0 - self.strangers_share) * log_share.exp2()).log2();
        self.weight * (by_value - against_stranger)
    }
}

fn ready(features: &Features<'_>, model: &Model, at: usize) -> Ready {
    let comparison = &model.comparisons[at];
    let columns = model.columns(at);
    let row = |row: Option<usize>| -> Vec<ReadyLevel> {
        let numbers = |level: usize| match (&comparison.given, row) {
            (Some(given), Some(row)) => (given.m[row][level], given.u[row][level], given.h[row][level]),
            _ => (comparison.levels[level].m, comparison.levels[level].u, comparison.levels[level].h),
        };
        let levels = comparison.levels.iter().enumerate();
        levels.map(|(at_level, level)| ready_level(model, at, level, numbers(at_level), row.is_some())).collect()
    };
    let rows = match &comparison.given {
        None => vec![row(None)],
        Some(given) => (0..given.u.len()).map(|parent| row(Some(parent))).collect(),
    };
    let parent = comparison.given.as_ref().map(|given| given.parent);
    let (missing, same) = plain_levels(model, &comparison.levels);
    let shares = comparison.levels.iter().any(|level| level.test.shares());
    let column = model.own_column(at);
    let looks_beside = |level: &u8| {
        let mut beside = false;
        let test = &comparison.levels[usize::from(*level)].test;
        test.features(&mut |feature| beside |= model.features[feature].column != column);
        beside
    };
    let last = (comparison.levels.len() - 1) as u8;
    let (beside, alone): (Vec<u8>, Vec<u8>) = (0..=last).partition(looks_beside);
    let [alone, beside] = [alone, beside].map(|some| ways(features, &comparison.levels, &some));
    let fetched = fetched(model, at, column);
    Ready { column, alone, beside, last, columns, fetched, shares, missing, same, parent, rows }
}

/// One feature that is a part of a value of the column, since all parts stand together, and every one whose letters count.
fn fetched(model: &Model, at: usize, column: usize) -> Vec<usize> {
    let (mut part, mut letters) = (None, Vec::new());
    for level in &model.comparisons[at].levels {
        level.test.letters(&mut |feature| letters.push(feature));
        let is_part = |feature: &usize| model.features[*feature].part != Part::Whole;
        level.test.features(&mut |feature| part = part.or(Some(feature).filter(is_part)));
    }
    letters.extend(part);
    letters.retain(|feature| model.features[*feature].column == column);
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// The levels for "a value is missing" and "the whole values are the same", where they come first.
fn plain_levels(model: &Model, levels: &[Level]) -> (Option<u8>, Option<u8>) {
    let whole = |feature: &usize| model.features[*feature].part == Part::Whole;
    let is_missing = |level: &Level| match &level.test {
        Test::Any(tests) => matches!(&tests[..], [Test::LeftMissing(a), Test::RightMissing(b)] if a == b && whole(a)),
        _ => false,
    };
    let is_same = |level: &Level| matches!(&level.test, Test::Same(a, b) if a == b && whole(a));
    // A level may ask for another column than the one that is missing: a date beside a list of dates.
    let same_column = |first: &Level, second: &Level| {
        let mut columns = Vec::new();
        let mut column = |feature: usize| columns.push(model.features[feature].column);
        [first, second].into_iter().for_each(|level| level.test.features(&mut column));
        columns.windows(2).all(|pair| pair[0] == pair[1])
    };
    match levels {
        [first, second, ..] if is_missing(first) => (Some(0), (is_same(second) && same_column(first, second)).then_some(1)),
        [first, ..] if is_same(first) => (None, Some(0)),
        _ => (None, None),
    }
}

fn ready_level(model: &Model, comparison: usize, level: &Level, (m, u, h): (f64, f64, f64), depends: bool) -> ReadyLevel {
    let bits = |against: f64| if level.missing { 0.0 } else { (m / against).log2() };
    // What is like a value given what else agrees is not counted.
    let counts = |frequency: &Frequency| !(level.missing || depends && frequency.near);
    let frequency = level.frequency.filter(counts).map(|frequency| {
        let exact = exact_u(model, comparison, frequency.feature).filter(|_| !frequency.own).unwrap_or(level.u);
        let shared = |chance: f64| ((chance - exact) / (1.0 - exact)).clamp(0.0, 1.0);
        ReadyFrequency {
            feature: frequency.feature,
            weight: frequency.weight,
            least: frequency.least.log2(),
            near: frequency.near,
            log_u: exact.log2(),
            log_m: m.log2(),
            strangers_share: if depends && !frequency.scaled { shared(u) } else { 0.0 },
            household_shares: shared(h),
            log_household_chance: (h / exact).min(1.0).log2(),
        }
    });
    ReadyLevel { against_stranger: bits(u), against_household: bits(h), frequency }
}

/// The *u* of the level at which a feature agrees exactly: what a frequency is compared with.
fn exact_u(model: &Model, comparison: usize, feature: usize) -> Option<f64> {
    let exact = |level: &&Level| level.test == Test::Same(feature, feature);
    model.comparisons[comparison].levels.iter().find(exact).map(|level| level.u)
}

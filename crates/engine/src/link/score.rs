//! How likely a pair of records is one person: the level of each comparison, what each level says in bits, and their sum.
//!
//! A weight is the base-2 logarithm of the odds. Where the model knows households, the odds are held against strangers and
//! members of one household together, so that what such people share (a surname, an address) is not taken for identity.

use super::feature::{Features, prepare};
use super::model::{Frequency, Level, Model, Part, Test};
use super::near::Near;
use super::records::Records;
use super::several;
use super::similarity;

/// The most comparisons of a model.
pub const MOST_COMPARISONS: usize = 16;

/// The level of each comparison, in the order of the model.
pub type Levels = [u8; MOST_COMPARISONS];

/// A model made ready for some records.
pub struct Scorer<'a> {
    pub records: &'a Records,
    pub features: Features<'a>,
    pub model: &'a Model,
    comparisons: Vec<Ready>,
    /// For each comparison what is near to its values, where it has levels of likeness.
    near: Vec<Option<Near>>,
    /// For each feature the share of each value among all that records say, where a test asks for it.
    pub(super) shares: Vec<Vec<f64>>,
    /// Logarithms of the odds before anything is compared.
    strangers: f64,
    household: f64,
}

/// A comparison made ready.
struct Ready {
    /// The column that it is about. Levels that look at this column alone depend on two numbers, and the first of them that
    /// holds is remembered; levels that look at other columns too are asked each time.
    column: usize,
    alone: Vec<u8>,
    beside: Vec<u8>,
    columns: Vec<usize>,
    /// The level of two records one of which has no value, and of two that have the same, where the model says so plainly.
    missing: Option<u8>,
    same: Option<u8>,
    /// It asks for shared values, so each of its tests looks at all values of a record.
    shares: bool,
    /// The comparison that this one hangs on; its level says which row holds.
    parent: Option<usize>,
    rows: Vec<Vec<ReadyLevel>>,
}

struct ReadyLevel {
    /// Bits of this level: against strangers, and against people of one household.
    against_stranger: f64,
    against_household: f64,
    frequency: Option<ReadyFrequency>,
}

struct ReadyFrequency {
    feature: usize,
    weight: f64,
    least: f64,
    near: bool,
    /// The logarithm of *u* at exact agreement: what a frequency is held against.
    log_u: f64,
    log_m: f64,
    /// How often strangers, and households, agree because they share the value; otherwise they agree by chance.
    strangers_share: f64,
    household_shares: f64,
}

/// What a thread remembers of pairs of values it has compared; only for speed.
pub struct Memory {
    slots: Vec<Vec<(u64, u8)>>,
}

/// The similarity that was worked out last for these two values: several levels of a comparison ask for the same one.
pub(super) type Known = Option<(usize, usize, f64)>;

/// Slots of one comparison.
const SLOTS: usize = 1 << 13;

impl<'a> Scorer<'a> {
    /// Makes a model ready; fails when a part of it cannot be read.
    pub fn new(model: &'a Model, records: &'a Records) -> Result<Scorer<'a>, String> {
        if model.comparisons.len() > MOST_COMPARISONS {
            return Err(format!("the model has {} comparisons; at most {MOST_COMPARISONS} are read", model.comparisons.len()));
        }
        let features = prepare(model, records)?;
        let near = model.comparisons.iter().map(|comparison| Near::new(comparison, &features, &model.features)).collect();
        let shares = several::shares(model, &features, records);
        let bare = Scorer { records, features, model, comparisons: Vec::new(), near, shares, strangers: 0.0, household: 0.0 };
        Ok(bare.with(model))
    }

    /// The same records and features under a model that differs only in its numbers and its rules.
    #[must_use]
    pub fn with<'b>(self, model: &'b Model) -> Scorer<'b>
    where
        'a: 'b,
    {
        let comparisons = (0..model.comparisons.len()).map(|at| ready(model, at)).collect();
        // Too few to change anything.
        let household = if model.household > 1e-3 * model.prior { (model.prior / model.household).log2() } else { f64::INFINITY };
        let strangers = (model.prior / (1.0 - model.prior)).log2();
        let Scorer { records, features, near, shares, .. } = self;
        Scorer { records, features, model, comparisons, near, shares, strangers, household }
    }

    /// The bits of levels alone, without what frequencies add.
    #[must_use]
    pub fn weight_of_levels(&self, levels: &Levels) -> f64 {
        let (mut stranger, mut household) = (self.strangers, self.household);
        for (at, ready) in self.comparisons.iter().enumerate() {
            let level = self.at(ready, levels, at);
            stranger += level.against_stranger;
            household += level.against_household;
        }
        against_both(stranger, household)
    }

    /// For one pair: nothing is remembered.
    #[must_use]
    pub fn no_memory(&self) -> Memory {
        Memory { slots: Vec::new() }
    }

    #[must_use]
    pub fn memory(&self) -> Memory {
        Memory { slots: self.comparisons.iter().map(|_| vec![(0, 0); SLOTS]).collect() }
    }

    /// The level of each comparison for two records, the left one first.
    #[must_use]
    pub fn levels(&self, left: u32, right: u32, memory: &mut Memory) -> Levels {
        let (a, b) = (self.records.cells(left), self.records.cells(right));
        let mut levels = Levels::default();
        for (at, ready) in self.comparisons.iter().enumerate() {
            let (left, right) = (a[ready.column], b[ready.column]);
            levels[at] = match (ready.missing, ready.same) {
                (Some(missing), _) if left == 0 || right == 0 => missing,
                (_, Some(same)) if left == right && left != 0 => same,
                _ => {
                    let alone = match memory.slots.get_mut(at) {
                        None => self.first_of(at, &ready.alone, a, b),
                        Some(slots) => {
                            let pair = u64::from(left) << 32 | u64::from(right);
                            let slot = &mut slots[(pair.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 51) as usize];
                            if slot.0 != pair || pair == 0 {
                                *slot = (pair, self.first_of(at, &ready.alone, a, b));
                            }
                            slot.1
                        }
                    };
                    let earlier = ready.beside.partition_point(|level| *level < alone);
                    alone.min(self.first_of(at, &ready.beside[..earlier], a, b))
                }
            };
        }
        if self.records.has_more() {
            self.best_of_more(left, right, &mut levels);
        }
        levels
    }

    /// Where a record has several values, the pair of values that agrees best counts: the first level that is not "missing".
    fn best_of_more(&self, left: u32, right: u32, levels: &mut Levels) {
        let (more_left, more_right) = (self.records.more(left), self.records.more(right));
        if more_left.is_empty() && more_right.is_empty() {
            return;
        }
        for (at, ready) in self.comparisons.iter().enumerate() {
            if ready.shares {
                levels[at] = self.level_of_any(at, left, right);
                continue;
            }
            for column in &ready.columns {
                let of = |cells: &[u32], more: &[super::records::More]| -> Vec<Vec<u32>> {
                    let further = more.iter().filter(|more| more.column as usize == *column).map(|more| {
                        let mut cells = cells.to_vec();
                        cells[*column] = more.value;
                        cells
                    });
                    std::iter::once(cells.to_vec()).chain(further).collect()
                };
                let (lefts, rights) = (of(self.records.cells(left), more_left), of(self.records.cells(right), more_right));
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

    /// The first level that holds; the last where none does.
    pub(super) fn level(&self, comparison: usize, a: &[u32], b: &[u32]) -> u8 {
        let ready = &self.comparisons[comparison];
        self.first_of(comparison, &ready.alone, a, b).min(self.first_of(comparison, &ready.beside, a, b))
    }

    /// The first of some levels that holds; the last of the comparison where none does.
    fn first_of(&self, comparison: usize, some: &[u8], a: &[u32], b: &[u32]) -> u8 {
        let levels = &self.model.comparisons[comparison].levels;
        let mut known = None;
        let holds = |level: &&u8| self.holds(&levels[usize::from(**level)].test, a, b, &mut known) == Some(true);
        some.iter().find(holds).copied().unwrap_or((levels.len() - 1) as u8)
    }

    /// Whether a test holds for two records' values; nothing where what it asks about is missing.
    pub(super) fn holds(&self, test: &Test, a: &[u32], b: &[u32], known: &mut Known) -> Option<bool> {
        let number = |feature: usize, cells: &[u32]| self.features.number(feature, cells);
        let both = |left: usize, right: usize| {
            let numbers = (number(left, a), number(right, b));
            (numbers.0 != 0 && numbers.1 != 0).then_some(numbers)
        };
        let texts = |left: usize, right: usize| {
            both(left, right).map(|(x, y)| (self.features[left].text(x), self.features[right].text(y)))
        };
        match test {
            Test::Otherwise => Some(true),
            Test::LeftMissing(feature) => Some(number(*feature, a) == 0),
            Test::RightMissing(feature) => Some(number(*feature, b) == 0),
            Test::Same(left, right) | Test::Share(left, right) if left == right => both(*left, *right).map(|(x, y)| x == y),
            Test::Same(left, right) | Test::Share(left, right) => both(*left, *right).map(|(x, y)| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                one.hash(x) == other.hash(y) && one.text(x) == other.text(y)
            }),
            Test::Jaro(left, right, least) => both(*left, *right).map(|(x, y)| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                one.shape(x).jaro_at_most(other.shape(y)) >= *least && similarity::jaro(one.text(x), other.text(y)) >= *least
            }),
            Test::JaroWinkler(left, right, least) => both(*left, *right).map(|(x, y)| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                if one.shape(x).jaro_winkler_at_most(other.shape(y)) < *least {
                    return false;
                }
                let found = match known {
                    Some((a, b, found)) if (*a, *b) == (*left, *right) => *found,
                    _ => known.insert((*left, *right, similarity::jaro_winkler(one.text(x), other.text(y)))).2,
                };
                found >= *least
            }),
            Test::Levenshtein(left, right, most) => both(*left, *right).map(|(x, y)| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                one.shape(x).edits_at_least(other.shape(y)) <= *most
                    && similarity::levenshtein(one.text(x), other.text(y), *most) <= *most
            }),
            Test::DamerauLevenshtein(left, right, most) => both(*left, *right).map(|(x, y)| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                one.shape(x).edits_at_least(other.shape(y)) <= *most
                    && similarity::damerau_levenshtein(one.text(x), other.text(y), *most) <= *most
            }),
            Test::Seconds(left, right, most) => both(*left, *right).map(|(x, y)| {
                let (x, y) = (self.features[*left].day(x), self.features[*right].day(y));
                (f64::from(x) - f64::from(y)).abs() * 86_400.0 <= *most
            }),
            Test::Begins(left, right, least) => texts(*left, *right).map(|(x, y)| {
                let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
                long.starts_with(short) && short.chars().count() >= *least
            }),
            Test::Few(products, most) => {
                let there = |feature: usize, cells: &[u32]| usize::from(number(feature, cells) != 0);
                several::few(products, *most, |feature| (there(feature, a), there(feature, b)))
            }
            Test::SharedRarer(feature, limit) => {
                let (x, y) = (number(*feature, a), number(*feature, b));
                Some(if x == y && x != 0 { self.shares[*feature][x as usize] } else { 1.0 } < *limit)
            }
            Test::OfFirst(test) | Test::OfLast(test) => self.holds(test, a, b, known),
            Test::All(tests) => all(tests.iter().map(|test| self.holds(test, a, b, known))),
            Test::Any(tests) => all(tests.iter().map(|test| self.holds(test, a, b, known).map(|holds| !holds))).map(|none| !none),
            Test::Not(test) => self.holds(test, a, b, known).map(|holds| !holds),
        }
    }

    fn at<'s>(&self, ready: &'s Ready, levels: &Levels, at: usize) -> &'s ReadyLevel {
        &ready.rows[ready.parent.map_or(0, |parent| usize::from(levels[parent]))][usize::from(levels[at])]
    }

    /// The bits of a pair at its levels, whether or not its records may be twins.
    #[must_use]
    pub fn weight_by_columns(&self, left: u32, right: u32, levels: &Levels) -> f64 {
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
                    let log_share = self.log_share(frequency, left, right);
                    stranger += frequency.adjusted(level.against_stranger, log_share);
                    if household.is_finite() {
                        let shares = frequency.household_shares;
                        household += frequency.log_m - (shares + (1.0 - shares) * log_share.exp2()).log2();
                    }
                }
            }
        }
        against_both(stranger, household)
    }

    /// The commoner of the two records' values counts, as the less surprising one.
    fn log_share(&self, frequency: &ReadyFrequency, left: u32, right: u32) -> f64 {
        let number = |record| self.features.number(frequency.feature, self.records.cells(record));
        let share = |number| match number {
            0 => f64::NEG_INFINITY,
            number => self.features[frequency.feature].log_share(number),
        };
        let (left, right) = (number(left), number(right));
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
        let mut parts = Vec::new();
        for (at, ready) in self.comparisons.iter().enumerate() {
            let level = self.at(ready, levels, at);
            let adjusted = level.frequency.as_ref().map_or(0.0, |frequency| match frequency.near {
                true => self.nearness(frequency, at, left, right, levels),
                false => frequency.adjusted(level.against_stranger, self.log_share(frequency, left, right)),
            });
            parts.push((level.against_stranger, adjusted));
        }
        let sum = self.strangers + parts.iter().map(|(level, adjusted)| level + adjusted).sum::<f64>();
        (parts, self.weight(left, right, levels) - sum)
    }

    /// Bits before anything is compared.
    #[must_use]
    pub fn before(&self) -> f64 {
        self.strangers
    }
}

/// SQL's AND: false if any is false, else unknown if any is unknown.
pub(super) fn all(tests: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut found = Some(true);
    for test in tests {
        match test {
            Some(false) => return Some(false),
            None => found = None,
            Some(true) => {}
        }
    }
    found
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

fn ready(model: &Model, at: usize) -> Ready {
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
    let (beside, alone) = (0..comparison.levels.len() as u8).partition(looks_beside);
    Ready { column, alone, beside, columns, shares, missing, same, parent, rows }
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
            strangers_share: if depends { shared(u) } else { 0.0 },
            household_shares: shared(h),
        }
    });
    ReadyLevel { against_stranger: bits(u), against_household: bits(h), frequency }
}

/// The *u* of the level at which a feature agrees exactly: what a frequency is held against.
fn exact_u(model: &Model, comparison: usize, feature: usize) -> Option<f64> {
    let exact = |level: &&Level| level.test == Test::Same(feature, feature);
    model.comparisons[comparison].levels.iter().find(exact).map(|level| level.u)
}

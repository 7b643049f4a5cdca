//! A model prepared for a set of records: everything that scoring a pair needs and that does not depend on the pair.
//!
//! This file holds plain data and how it is made. The functions that look at pairs are in the files above it:
//! `comparison_functions` (is a test true?), `multiple_values` (records with several values), `comparison_levels` (which level
//! does a comparison reach?), `term_frequency`, `upper_bound` and `scoring`.

use base::hinted::Hinted;
use std::sync::Arc;

use super::features::{FeaturePlace, Features, prepare};
use super::model::{ComparisonLevel, LinkageModel, PairTest, TermFrequencyAdjustment, ValuePart};
use super::record_set::RecordSet;

/// A model has at most this many comparisons.
pub const MOST_COMPARISONS: usize = 16;

/// The comparison level of each comparison, in the order of the model.
pub type Levels = [u8; MOST_COMPARISONS];

/// A model prepared for a set of records.
pub struct PreparedModel<'a> {
    pub records: &'a RecordSet,
    pub model: &'a LinkageModel,
    pub features: Arc<Features>,
    pub(crate) comparisons: Vec<PreparedComparison>,
    /// For each feature whose rarity a test asks about, the share of each value among all values of all records. Empty for
    /// other features.
    pub(crate) value_shares: Vec<Vec<f64>>,
}

/// A comparison, prepared.
pub(crate) struct PreparedComparison {
    /// The column that the comparison is about.
    pub column: usize,
    /// How levels that look at this column alone can hold.
    pub alone: Alternatives,
    /// How levels that also look at other columns can hold.
    pub beside: Alternatives,
    /// The level where no other level holds.
    pub last: u8,
    pub columns: Vec<usize>,
    /// Features to read ahead of time: one part of the column's value, and those whose letters are compared.
    pub fetched: Vec<usize>,
    /// The level where one of the two values is missing, and where both are the same, if the model has a plain level for it.
    pub missing: Option<u8>,
    pub same: Option<u8>,
    /// Some test of it asks about all values of a record.
    pub looks_at_all_values: bool,
    /// The comparison that this one depends on. Its level chooses the row of `rows`.
    pub parent: Option<usize>,
    pub rows: Vec<Vec<PreparedLevel>>,
}

/// The ways in which some levels of a comparison can hold, in order. Tests are split into these once, so that most of what is
/// asked of a pair is whether two numbers are the same. All those questions are asked first, and each of them once.
#[derive(Default)]
pub(crate) struct Alternatives {
    /// At most 64, so that the answers are the bits of one number.
    pub questions: Vec<NumberQuestion>,
    pub each: Vec<Alternative>,
}

/// One way in which a level can hold: all these questions (a bit each) are answered with yes, and all tests are true.
pub(crate) struct Alternative {
    pub level: u8,
    pub questions: u64,
    pub tests: Vec<PairTest>,
}

/// What is asked of the numbers of two values.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum NumberQuestion {
    LeftMissing(FeaturePlace),
    RightMissing(FeaturePlace),
    /// Both values are there, and the same.
    Same(FeaturePlace, FeaturePlace),
}

/// A part of a test that was split.
#[derive(Clone)]
enum Condition {
    Number(NumberQuestion),
    Test(PairTest),
}

/// The match weights of a comparison level.
pub(crate) struct PreparedLevel {
    /// Bits of this level compared with strangers, and compared with people of one household.
    pub against_stranger: f64,
    pub against_household: f64,
    pub frequency: Option<PreparedFrequency>,
}

/// A term-frequency adjustment, prepared.
pub(crate) struct PreparedFrequency {
    pub feature: usize,
    pub weight: f64,
    /// The logarithm of the least u.
    pub minimum_u: f64,
    pub by_similarity: bool,
    /// The logarithm of *u* at exact agreement, which a frequency is compared with.
    pub log_u: f64,
    pub log_m: f64,
    /// The share of strangers, and of households, who agree because they share the value. The others agree by chance.
    pub strangers_share: f64,
    pub household_shares: f64,
    /// The logarithm of how many times as often as strangers households agree by chance.
    pub log_household_chance: f64,
}

impl PreparedFrequency {
    /// The bits to add for a value with this logarithm of its share.
    #[inline]
    pub(crate) fn adjustment(&self, against_stranger: f64, log_share: f64) -> f64 {
        if self.strangers_share == 0.0 {
            return self.weight * (self.log_u - log_share);
        }
        let by_value = self.log_m - (self.strangers_share + (1.0 - self.strangers_share) * log_share.exp2()).log2();
        self.weight * (by_value - against_stranger)
    }
}

impl<'a> PreparedModel<'a> {
    /// Prepares a model for records.
    ///
    /// # Errors
    /// The model has too many comparisons, or a part of a value that cannot be used.
    pub fn new(model: &'a LinkageModel, records: &'a RecordSet) -> Result<PreparedModel<'a>, Hinted> {
        if model.comparisons.len() > MOST_COMPARISONS {
            return Err(Hinted::new(
                format!("the model has {} comparisons, and at most {MOST_COMPARISONS} can be used", model.comparisons.len()),
                "combine comparisons, or leave some out",
            ));
        }
        Ok(PreparedModel::from_features(records, Arc::new(prepare(model, records)?), model))
    }

    /// The same records and features under a model that differs only in its numbers and its blocking rules.
    #[must_use]
    pub fn with<'b>(self, model: &'b LinkageModel) -> PreparedModel<'b>
    where
        'a: 'b,
    {
        PreparedModel::from_features(self.records, self.features, model)
    }

    /// A model prepared with the features of an earlier model that differs only in its numbers and its blocking rules.
    pub(crate) fn from_features(records: &'a RecordSet, features: Arc<Features>, model: &'a LinkageModel) -> PreparedModel<'a> {
        let comparisons = (0..model.comparisons.len()).map(|at| prepared_comparison(&features, model, at)).collect();
        let value_shares = value_shares(model, &features, records);
        PreparedModel { records, model, features, comparisons, value_shares }
    }
}

fn prepared_comparison(features: &Features, model: &LinkageModel, at: usize) -> PreparedComparison {
    let comparison = &model.comparisons[at];
    let columns = model.columns(at);
    let row = |row: Option<usize>| -> Vec<PreparedLevel> {
        let chances = |level: usize| match (&comparison.depends_on, row) {
            (Some(depends_on), Some(row)) => (depends_on.m[row][level], depends_on.u[row][level], depends_on.h[row][level]),
            _ => (comparison.levels[level].m, comparison.levels[level].u, comparison.levels[level].h),
        };
        let levels = comparison.levels.iter().enumerate();
        levels.map(|(at_level, level)| prepared_level(model, at, level, chances(at_level), row.is_some())).collect()
    };
    let rows = match &comparison.depends_on {
        None => vec![row(None)],
        Some(depends_on) => (0..depends_on.u.len()).map(|parent| row(Some(parent))).collect(),
    };
    let parent = comparison.depends_on.as_ref().map(|depends_on| depends_on.parent);
    let (missing, same) = plain_levels(model, &comparison.levels);
    let looks_at_all_values = comparison.levels.iter().any(|level| level.test.looks_at_all_values());
    let column = model.main_column(at);
    let looks_beside = |level: &u8| {
        let mut beside = false;
        let test = &comparison.levels[usize::from(*level)].test;
        test.features(&mut |feature| beside |= model.features[feature].column != column);
        beside
    };
    let last = (comparison.levels.len() - 1) as u8;
    let (beside, alone): (Vec<u8>, Vec<u8>) = (0..=last).partition(looks_beside);
    let [alone, beside] = [alone, beside].map(|some| alternatives(features, &comparison.levels, &some));
    let fetched = fetched(model, at, column);
    PreparedComparison { column, alone, beside, last, columns, fetched, missing, same, looks_at_all_values, parent, rows }
}

/// A test with more alternatives than this is not split.
const MOST_ALTERNATIVES: usize = 8;

/// The alternatives of some levels of a comparison, in order.
fn alternatives(features: &Features, levels: &[ComparisonLevel], some: &[u8]) -> Alternatives {
    let mut found = Alternatives::default();
    for level in some.iter().copied() {
        let test = &levels[usize::from(level)].test;
        let ways = split(features, test);
        let asked = |ways: &[Vec<Condition>]| ways.iter().flatten().filter(|way| matches!(way, Condition::Number(_))).count();
        let ways = if found.questions.len() + asked(&ways) > 64 { vec![vec![Condition::Test(test.clone())]] } else { ways };
        for way in ways {
            let mut alternative = Alternative { level, questions: 0, tests: Vec::new() };
            for condition in way {
                match condition {
                    Condition::Number(question) => alternative.questions |= 1 << found.position(question),
                    Condition::Test(test) => alternative.tests.push(test),
                }
            }
            found.each.push(alternative);
        }
    }
    found
}

impl Alternatives {
    /// The position of a question, which is added if it is new.
    fn position(&mut self, question: NumberQuestion) -> usize {
        self.questions.iter().position(|known| *known == question).unwrap_or_else(|| {
            self.questions.push(question);
            self.questions.len() - 1
        })
    }
}

/// The alternatives in which a test is true, each a list of conditions.
fn split(features: &Features, test: &PairTest) -> Vec<Vec<Condition>> {
    let one = |question: NumberQuestion| vec![vec![Condition::Number(question)]];
    let alternatives = match test {
        PairTest::Otherwise => vec![Vec::new()],
        PairTest::LeftMissing(feature) => one(NumberQuestion::LeftMissing(features.place(*feature))),
        PairTest::RightMissing(feature) => one(NumberQuestion::RightMissing(features.place(*feature))),
        PairTest::Same(left, right) => {
            let (left, right) = features.comparable(*left, *right);
            one(NumberQuestion::Same(left, right))
        }
        PairTest::Any(tests) => tests.iter().flat_map(|test| split(features, test)).collect(),
        PairTest::All(tests) => tests.iter().fold(vec![Vec::new()], |found, test| {
            let more = split(features, test);
            let both = found.iter().flat_map(|one| more.iter().map(|more| [&one[..], &more[..]].concat()));
            both.take(MOST_ALTERNATIVES + 1).collect()
        }),
        _ => vec![vec![Condition::Test(test.clone())]],
    };
    if alternatives.len() > MOST_ALTERNATIVES { vec![vec![Condition::Test(test.clone())]] } else { alternatives }
}

/// One feature that is a part of a value of the column, because all parts are stored together, and every feature whose letters
/// are compared.
fn fetched(model: &LinkageModel, at: usize, column: usize) -> Vec<usize> {
    let (mut part, mut letters) = (None, Vec::new());
    for level in &model.comparisons[at].levels {
        level.test.letter_features(&mut |feature| letters.push(feature));
        let is_part = |feature: &usize| model.features[*feature].part != ValuePart::Whole;
        level.test.features(&mut |feature| part = part.or(Some(feature).filter(is_part)));
    }
    letters.extend(part);
    letters.retain(|feature| model.features[*feature].column == column);
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// The levels for "a value is missing" and "the whole values are the same", where they come first.
fn plain_levels(model: &LinkageModel, levels: &[ComparisonLevel]) -> (Option<u8>, Option<u8>) {
    let whole = |feature: &usize| model.features[*feature].part == ValuePart::Whole;
    let is_missing = |level: &ComparisonLevel| match &level.test {
        PairTest::Any(tests) => matches!(&tests[..], [PairTest::LeftMissing(a), PairTest::RightMissing(b)] if a == b && whole(a)),
        _ => false,
    };
    let is_same = |level: &ComparisonLevel| matches!(&level.test, PairTest::Same(a, b) if a == b && whole(a));
    // A level may ask about another column than the one that is missing: a date beside a list of dates.
    let same_column = |first: &ComparisonLevel, second: &ComparisonLevel| {
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

/// The match weights of a level. `depends` says that its chances depend on another comparison.
fn prepared_level(
    model: &LinkageModel,
    comparison: usize,
    level: &ComparisonLevel,
    (m, u, h): (f64, f64, f64),
    depends: bool,
) -> PreparedLevel {
    let bits = |against: f64| if level.missing { 0.0 } else { (m / against).log2() };
    // How common similar values are is not known for each level of the other comparison.
    let counts = |frequency: &TermFrequencyAdjustment| !(level.missing || depends && frequency.by_similarity);
    let frequency = level.term_frequency.filter(counts).map(|frequency| {
        let exact = exact_u(model, comparison, frequency.feature).filter(|_| !frequency.own_u).unwrap_or(level.u);
        let shared = |chance: f64| ((chance - exact) / (1.0 - exact)).clamp(0.0, 1.0);
        PreparedFrequency {
            feature: frequency.feature,
            weight: frequency.weight,
            minimum_u: frequency.minimum_u.log2(),
            by_similarity: frequency.by_similarity,
            log_u: exact.log2(),
            log_m: m.log2(),
            strangers_share: if depends && !frequency.scaled { shared(u) } else { 0.0 },
            household_shares: shared(h),
            log_household_chance: (h / exact).min(1.0).log2(),
        }
    });
    PreparedLevel { against_stranger: bits(u), against_household: bits(h), frequency }
}

/// The *u* of the level at which a feature agrees exactly, which a frequency is compared with.
fn exact_u(model: &LinkageModel, comparison: usize, feature: usize) -> Option<f64> {
    let exact = |level: &&ComparisonLevel| level.test == PairTest::Same(feature, feature);
    model.comparisons[comparison].levels.iter().find(exact).map(|level| level.u)
}

/// For each feature whose rarity a test asks about, the share of each value among all values of all records, further values
/// included. Empty for other features.
fn value_shares(model: &LinkageModel, features: &Features, records: &RecordSet) -> Vec<Vec<f64>> {
    let mut asked = vec![false; model.features.len()];
    model.tests().for_each(|test| test.rarity_features(&mut |feature| asked[feature] = true));
    let share = |(feature, asked): (usize, bool)| {
        if !asked {
            return Vec::new();
        }
        let mut counts = vec![0_u64; features[feature].distinct()];
        for record in 0..records.len() as u32 {
            all_numbers(features, feature, records, record).for_each(|number| counts[number as usize] += 1);
        }
        let all = counts.iter().sum::<u64>() as f64;
        counts.into_iter().map(|count| count as f64 / all).collect()
    };
    asked.into_iter().enumerate().map(share).collect()
}

/// The numbers of all values of a record in a feature, the first value first. Missing values are left out.
pub(crate) fn all_numbers(features: &Features, feature: usize, records: &RecordSet, record: u32) -> impl Iterator<Item = u32> {
    let column = features[feature].column;
    let first = records.cells(record)[column];
    let further = records.further_values(record).iter().filter(move |value| value.column as usize == column);
    let values = std::iter::once(first).chain(further.map(|value| value.value));
    values.map(move |value| features.number_of(feature, value)).filter(|number| *number != 0)
}

//! Linkage models: which parts of columns are compared, which comparison levels are told apart, and how likely each level is
//! for two records of one person (*m*), for records of two people picked at random (*u*), and for records of two people who
//! live together or are related (*h*). Where these numbers come from is not decided here.
//!
//! Fellegi, I. P. and Sunter, A. B. (1969), "A theory for record linkage", JASA 64.

use std::collections::BTreeMap;

/// Everything that is needed to score a pair of records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkageModel {
    pub features: Vec<Feature>,
    pub comparisons: Vec<Comparison>,
    /// The probability that two records picked at random are of one person.
    pub prior: f64,
    /// The probability that two records picked at random are of two people of one household or family; 0 if the model does not
    /// tell them from strangers.
    pub household: f64,
    /// The bits that two records of one agency start with, compared with two records of two agencies. Usually negative, because
    /// most agencies hold hardly anybody twice. 0 if the model does not tell.
    pub within: f64,
    /// How match weights are adjusted so that they agree with how likely pairs are; `None` if they are not adjusted.
    pub calibration: Option<Calibration>,
    /// How candidates are found: a pair is scored if any rule brings it together.
    pub rules: Vec<BlockingRule>,
    pub twins: Option<TwinRule>,
}

/// The line along which match weights are adjusted: the bits to add, and how many bits one bit becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    pub shift: f64,
    pub slope: f64,
}

/// Weights from here on are adjusted, over a range of so many bits. Weights outside keep their distance from the ends of the
/// range.
pub const CALIBRATED_FROM: f64 = -5.0;
pub const CALIBRATED_BITS: usize = 15;

impl Calibration {
    /// A weight, adjusted.
    #[inline]
    #[must_use]
    pub fn calibrated(&self, weight: f64) -> f64 {
        let inside = weight.clamp(CALIBRATED_FROM, CALIBRATED_FROM + CALIBRATED_BITS as f64);
        self.shift + self.slope * inside + (weight - inside)
    }

    /// The weight that becomes this many bits when it is adjusted.
    #[must_use]
    pub fn uncalibrated(&self, bits: f64) -> f64 {
        let (low, high) = (self.calibrated(CALIBRATED_FROM), self.calibrated(CALIBRATED_FROM + CALIBRATED_BITS as f64));
        match bits {
            bits if bits < low => CALIBRATED_FROM + bits - low,
            bits if bits > high => CALIBRATED_FROM + CALIBRATED_BITS as f64 + bits - high,
            bits => (bits - self.shift) / self.slope,
        }
    }
}

/// A rule against taking twins for one person. If the test is true of any of the records' values, a pair of more than `above`
/// bits gets `bits` instead.
#[derive(Clone, Debug, PartialEq)]
pub struct TwinRule {
    pub test: PairTest,
    pub above: f64,
    pub bits: f64,
}

/// A part of a column, which tests and blocking rules look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    pub column: usize,
    pub part: ValuePart,
}

/// A part of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum ValuePart {
    Whole,
    /// Letters: from which one, counted from 0, and how many.
    Letters(usize, usize),
    /// The first match of a regular expression; missing if there is none.
    Found(String),
    /// A date written in a strftime format, as its day; missing if it is not one.
    Day(String),
    /// A day written year first, unless its day and month may be a filler such as 1 January.
    CertainDay,
    /// A date written year first, with day and month exchanged.
    DayAndMonthExchanged,
    /// A forename in full: its first word as the list has it. The list is by short form.
    InFull(BTreeMap<String, String>),
    /// Its words in alphabetical order.
    Sorted,
    /// The phonetic code of each word of a name; and of the whole name as one word.
    Sounds,
    SoundsAsOne,
    Lower,
    Upper,
    /// Without spaces at either end.
    Trimmed,
    /// Each byte of its UTF-8 as one letter, because DuckDB measures similarity on bytes.
    Bytes,
    /// The second part of the first part.
    Then(Box<ValuePart>, Box<ValuePart>),
}

/// A test of two records. A test of a missing value is neither true nor false, as in SQL. Numbers are positions of features.
#[derive(Clone, Debug, PartialEq)]
pub enum PairTest {
    /// Always true: the last level of a comparison.
    Otherwise,
    /// The left record has no value; or the right one.
    LeftMissing(usize),
    RightMissing(usize),
    /// The feature of the left record equals the other feature of the right record.
    Same(usize, usize),
    /// For records with several values: some value of the left record is among those of the right one.
    Share(usize, usize),
    Jaro(usize, usize, f64),
    JaroWinkler(usize, usize, f64),
    Levenshtein(usize, usize, usize),
    DamerauLevenshtein(usize, usize, usize),
    /// At most this many seconds apart. A day has 86,400.
    WithinSeconds(usize, usize, f64),
    /// The shorter text begins the longer one and has at least this many letters.
    OneBeginsOther(usize, usize, usize),
    /// Both have a word in common.
    SharesWord(usize, usize),
    /// The number of values of the left record times that of the right one, added up over these features, is at most this.
    ValueCountAtMost(Vec<(usize, usize)>, usize),
    /// The product of the shares of all values that both records have is less than this. It is 1 where no value is shared.
    SharedRarer(usize, f64),
    /// The test of each record's first value alone, if it has several; and of its last.
    OfFirst(Box<PairTest>),
    OfLast(Box<PairTest>),
    All(Vec<PairTest>),
    Any(Vec<PairTest>),
    Not(Box<PairTest>),
}

/// A comparison: the first level whose test is true is the level of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub name: String,
    pub levels: Vec<ComparisonLevel>,
    /// The comparison that this one depends on, if any.
    pub depends_on: Option<Dependence>,
}

/// How likely each level is, by the level of another comparison: people who share a postcode share a town, and the town then
/// says little more. First by the level of the other comparison, then by the level of this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependence {
    pub parent: usize,
    pub m: Vec<Vec<f64>>,
    pub u: Vec<Vec<f64>>,
    pub h: Vec<Vec<f64>>,
}

/// A comparison level.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonLevel {
    pub label: String,
    pub test: PairTest,
    /// The level means that there is nothing to compare. It counts neither for nor against.
    pub missing: bool,
    pub m: f64,
    pub u: f64,
    /// Equal to `u` if the model does not tell households from strangers.
    pub h: f64,
    pub term_frequency: Option<TermFrequencyAdjustment>,
}

/// A term-frequency adjustment: agreement on a rare value counts more than on a common one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TermFrequencyAdjustment {
    /// The feature whose frequency counts.
    pub feature: usize,
    /// 1 for the whole adjustment, 0 for none.
    pub weight: f64,
    /// No value counts as rarer than this.
    pub minimum_u: f64,
    /// Frequencies are compared with the level's own *u*, and not with that of the level at which the feature agrees exactly.
    pub own_u: bool,
    /// For a level of similarity: what counts is how common the values are that reach this level with the more common of the
    /// two values, and not how common that value is itself.
    pub by_similarity: bool,
    /// For a level that depends on another comparison: strangers share the value more often by the same factor, however rare it
    /// is. Otherwise some of them share it for a reason, and the others by chance.
    pub scaled: bool,
}

/// A blocking rule: a pair is a candidate if each of these features of the left record equals that of the right one. A rule
/// without features brings every pair together.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockingRule {
    pub label: String,
    pub same: Vec<(usize, usize)>,
}

impl PairTest {
    /// Calls `with` for this test and for every test within it, in order.
    fn each(&self, with: &mut impl FnMut(&PairTest)) {
        with(self);
        match self {
            PairTest::All(tests) | PairTest::Any(tests) => tests.iter().for_each(|test| test.each(with)),
            PairTest::Not(test) | PairTest::OfFirst(test) | PairTest::OfLast(test) => test.each(with),
            _ => {}
        }
    }

    /// Calls `with` for each feature that the test looks at.
    pub fn features(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| match test {
            PairTest::Otherwise
            | PairTest::All(_)
            | PairTest::Any(_)
            | PairTest::Not(_)
            | PairTest::OfFirst(_)
            | PairTest::OfLast(_) => {}
            PairTest::LeftMissing(a) | PairTest::RightMissing(a) | PairTest::SharedRarer(a, _) => with(*a),
            PairTest::Same(a, b)
            | PairTest::Share(a, b)
            | PairTest::Jaro(a, b, _)
            | PairTest::JaroWinkler(a, b, _)
            | PairTest::Levenshtein(a, b, _)
            | PairTest::DamerauLevenshtein(a, b, _)
            | PairTest::WithinSeconds(a, b, _)
            | PairTest::SharesWord(a, b)
            | PairTest::OneBeginsOther(a, b, _) => [*a, *b].into_iter().for_each(&mut *with),
            PairTest::ValueCountAtMost(products, _) => products.iter().flat_map(|(a, b)| [*a, *b]).for_each(&mut *with),
        });
    }

    /// Calls `with` for each feature whose letters the test compares.
    pub fn letter_features(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| match test {
            PairTest::Jaro(a, b, _)
            | PairTest::JaroWinkler(a, b, _)
            | PairTest::Levenshtein(a, b, _)
            | PairTest::DamerauLevenshtein(a, b, _)
            | PairTest::OneBeginsOther(a, b, _) => [*a, *b].into_iter().for_each(&mut *with),
            _ => {}
        });
    }

    /// Calls `with` for each feature whose words the test compares.
    pub fn word_features(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| {
            if let PairTest::SharesWord(a, b) = test {
                [*a, *b].into_iter().for_each(&mut *with);
            }
        });
    }

    /// Calls `with` for each feature whose rarity the test asks about.
    pub fn rarity_features(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| {
            if let PairTest::SharedRarer(feature, _) = test {
                with(*feature);
            }
        });
    }

    /// Whether any part of the test asks about all values of a record.
    #[must_use]
    pub fn looks_at_all_values(&self) -> bool {
        let mut found = false;
        self.each(&mut |test| {
            found |= matches!(
                test,
                PairTest::Share(..)
                    | PairTest::ValueCountAtMost(..)
                    | PairTest::SharedRarer(..)
                    | PairTest::OfFirst(_)
                    | PairTest::OfLast(_)
            );
        });
        found
    }
}

impl LinkageModel {
    /// All tests: those of levels, and the one of twins.
    pub fn tests(&self) -> impl Iterator<Item = &PairTest> {
        let levels = self.comparisons.iter().flat_map(|comparison| &comparison.levels).map(|level| &level.test);
        levels.chain(self.twins.as_ref().map(|twins| &twins.test))
    }

    /// The columns that a comparison looks at, each once.
    #[must_use]
    pub fn columns(&self, comparison: usize) -> Vec<usize> {
        let mut columns = Vec::new();
        for level in &self.comparisons[comparison].levels {
            level.test.features(&mut |feature| columns.push(self.features[feature].column));
        }
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// For each feature whether any test compares its letters.
    #[must_use]
    pub fn letters_compared(&self) -> Vec<bool> {
        let mut looked_at = vec![false; self.features.len()];
        self.tests().for_each(|test| test.letter_features(&mut |feature| looked_at[feature] = true));
        looked_at
    }

    /// For each feature whether any test compares its words.
    #[must_use]
    pub fn words_compared(&self) -> Vec<bool> {
        let mut looked_at = vec![false; self.features.len()];
        self.tests().for_each(|test| test.word_features(&mut |feature| looked_at[feature] = true));
        looked_at
    }

    /// Pairs of different features that some test or rule compares, the lower first, each once.
    #[must_use]
    pub fn cross_pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs: Vec<(usize, usize)> = self.rules.iter().flat_map(|rule| rule.same.iter().copied()).collect();
        let mut held = |test: &PairTest| {
            if let PairTest::Same(a, b) | PairTest::Share(a, b) = test {
                pairs.push((*a, *b));
            }
        };
        self.tests().for_each(|test| test.each(&mut held));
        pairs.iter_mut().for_each(|(a, b)| (*a, *b) = ((*a).min(*b), (*a).max(*b)));
        pairs.retain(|(a, b)| a != b);
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// The column that a comparison is about: the first that its tests look at. It may look at others too.
    #[must_use]
    pub fn main_column(&self, comparison: usize) -> usize {
        let mut own = None;
        for level in &self.comparisons[comparison].levels {
            level.test.features(&mut |feature| own = own.or(Some(self.features[feature].column)));
        }
        own.unwrap_or_default()
    }

    /// Replaces the list of short forms of forenames.
    pub fn set_nicknames(&mut self, names: &BTreeMap<String, String>) {
        for feature in &mut self.features {
            if let ValuePart::InFull(list) = &mut feature.part {
                list.clone_from(names);
            }
        }
    }

    /// The position of a feature, which is added if it is new.
    pub fn feature(&mut self, column: usize, part: ValuePart) -> usize {
        let feature = Feature { column, part };
        self.features.iter().position(|known| *known == feature).unwrap_or_else(|| {
            self.features.push(feature);
            self.features.len() - 1
        })
    }
}

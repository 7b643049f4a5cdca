//! What a linkage model says: which parts of the columns are looked at, which levels of agreement are told apart, and how
//! likely each level is for two records of the same person (*m*), of two people picked at random (*u*), and of two people who
//! live together or are related (*h*). It says nothing of where these numbers come from.
//!
//! Fellegi, I. P. and Sunter, A. B. (1969), "A theory for record linkage", JASA 64.

use std::collections::BTreeMap;

/// Everything needed to score a pair of records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub features: Vec<Feature>,
    pub comparisons: Vec<Comparison>,
    /// The chance that two records picked at random are the same person.
    pub prior: f64,
    /// The chance that two records picked at random are of two people of one household or family; 0 where the model does not
    /// tell them apart from strangers.
    pub household: f64,
    /// Bits by which two records of one agency are likelier to be one person than two records of two: most agencies hold
    /// hardly anybody twice. 0 where the model does not tell.
    pub within: f64,
    /// How weights are bent so that they say how likely pairs are; nothing where that was not found.
    pub calibration: Option<Calibration>,
    /// How candidates for scoring are found: a pair is scored when any rule brings it together.
    pub rules: Vec<Rule>,
    pub twins: Option<Twins>,
}

/// A line along which weights are bent: the bits to add, and how many bits one bit counts for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    pub shift: f64,
    pub slope: f64,
}

/// A rule against taking twins for one person: where the test holds of any of the records' values, a pair whose columns come to
/// more than `above` gets `bits` instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Twins {
    pub test: Test,
    pub above: f64,
    pub bits: f64,
}

/// A part of a column: what a test or a rule looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    pub column: usize,
    pub part: Part,
}

/// Which part of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Whole,
    /// So many letters from a place on, counted from 0.
    Letters(usize, usize),
    /// What a regular expression finds first; missing when it finds nothing.
    Found(String),
    /// A date written in a form of strftime, as its day; missing when it is none.
    Day(String),
    /// A day written year first whose day and month are not only a filler such as 1 January.
    CertainDay,
    /// A date written year first with day and month exchanged.
    DayAndMonthExchanged,
    /// A forename in full: its first word as the list has it, by its short form.
    InFull(BTreeMap<String, String>),
    /// Its words in the order of the alphabet.
    Sorted,
    /// Each word of a name by its sound; and the whole name by its sound, as one word.
    Sounds,
    SoundsAsOne,
    Lower,
    Upper,
    /// Without the spaces around it.
    Trimmed,
    /// Each byte of its UTF-8 as one letter: DuckDB measures the likeness of texts on bytes.
    Bytes,
    /// The second part of the first part.
    Then(Box<Part>, Box<Part>),
}

/// A test of two records. A test of something missing is neither true nor false, as in SQL.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Always: the last level of a comparison.
    Otherwise,
    /// The left record has no such value.
    LeftMissing(usize),
    RightMissing(usize),
    /// The left record's feature is the same as the right one's.
    Same(usize, usize),
    /// Where records have several values: some value of the left one is among those of the right one.
    Share(usize, usize),
    Jaro(usize, usize, f64),
    JaroWinkler(usize, usize, f64),
    Levenshtein(usize, usize, usize),
    DamerauLevenshtein(usize, usize, usize),
    /// At most so many seconds apart; a day has 86,400.
    Seconds(usize, usize, f64),
    /// The shorter text begins the longer one and has at least so many letters.
    Begins(usize, usize, usize),
    /// Both have a word in common.
    SharesWord(usize, usize),
    /// How many values the left record has times how many the right one has, added up over these features, is at most so many.
    Few(Vec<(usize, usize)>, usize),
    /// The shares of all values that both records have, multiplied, come to less than this; where none is shared they come to 1.
    SharedRarer(usize, f64),
    /// The test of each record's first value alone, where it has several; and of its last.
    OfFirst(Box<Test>),
    OfLast(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
}

/// One question asked of a pair of records: the first level whose test holds is the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub name: String,
    pub levels: Vec<Level>,
    /// The comparison that this one depends on, if on any.
    pub given: Option<Given>,
}

/// How likely each level is where another comparison has come to one of its levels: who shares a postcode shares a town, and
/// that then says little more. By the level of the other comparison, then by one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub parent: usize,
    pub m: Vec<Vec<f64>>,
    pub u: Vec<Vec<f64>>,
    pub h: Vec<Vec<f64>>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    pub label: String,
    pub test: Test,
    /// The answer is that there is nothing to compare: it says nothing either way.
    pub missing: bool,
    pub m: f64,
    pub u: f64,
    /// Equal to `u` where the model does not tell households apart.
    pub h: f64,
    pub frequency: Option<Frequency>,
}

/// Agreement on a rare value says more than on a common one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequency {
    /// Whose frequency counts.
    pub feature: usize,
    /// 1 for the whole adjustment, 0 for none.
    pub weight: f64,
    /// No value counts as rarer than this.
    pub least: f64,
    /// Held against the level's own *u*, and not against that of the level at which the feature agrees exactly.
    pub own: bool,
    /// For a level of likeness: what counts is how common the values are that come to this level with the commoner one of the
    /// two, and not how common that value is itself.
    pub near: bool,
    /// Where the level depends on another comparison: strangers share the value so much oftener, however rare it is; otherwise
    /// some of them share it for a reason, and the others by chance.
    pub scaled: bool,
}

/// A pair becomes a candidate when each of these features of the left record equals that of the right one; without any, every
/// pair does.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub label: String,
    pub same: Vec<(usize, usize)>,
}

impl Test {
    /// Calls `with` for this test and for every test within it, in order.
    fn each(&self, with: &mut impl FnMut(&Test)) {
        with(self);
        match self {
            Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| test.each(with)),
            Test::Not(test) | Test::OfFirst(test) | Test::OfLast(test) => test.each(with),
            _ => {}
        }
    }

    /// Calls `with` for each feature that is looked at.
    pub fn features(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| match test {
            Test::Otherwise | Test::All(_) | Test::Any(_) | Test::Not(_) | Test::OfFirst(_) | Test::OfLast(_) => {}
            Test::LeftMissing(a) | Test::RightMissing(a) | Test::SharedRarer(a, _) => with(*a),
            Test::Same(a, b)
            | Test::Share(a, b)
            | Test::Jaro(a, b, _)
            | Test::JaroWinkler(a, b, _)
            | Test::Levenshtein(a, b, _)
            | Test::DamerauLevenshtein(a, b, _)
            | Test::Seconds(a, b, _)
            | Test::SharesWord(a, b)
            | Test::Begins(a, b, _) => [*a, *b].into_iter().for_each(&mut *with),
            Test::Few(products, _) => products.iter().flat_map(|(a, b)| [*a, *b]).for_each(&mut *with),
        });
    }

    /// Calls `with` for each feature whose letters are looked at.
    pub fn letters(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| match test {
            Test::Jaro(a, b, _)
            | Test::JaroWinkler(a, b, _)
            | Test::Levenshtein(a, b, _)
            | Test::DamerauLevenshtein(a, b, _)
            | Test::Begins(a, b, _) => [*a, *b].into_iter().for_each(&mut *with),
            _ => {}
        });
    }

    /// Calls `with` for each feature whose words are looked at.
    pub fn words(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| {
            if let Test::SharesWord(a, b) = test {
                [*a, *b].into_iter().for_each(&mut *with);
            }
        });
    }

    /// Calls `with` for each feature of which it is asked how rare its values are.
    pub fn rarity(&self, with: &mut impl FnMut(usize)) {
        self.each(&mut |test| {
            if let Test::SharedRarer(feature, _) = test {
                with(*feature);
            }
        });
    }

    /// Whether any part of the test asks about several values as such.
    #[must_use]
    pub fn shares(&self) -> bool {
        let mut found = false;
        self.each(&mut |test| {
            found |= matches!(test, Test::Share(..) | Test::Few(..) | Test::SharedRarer(..) | Test::OfFirst(_) | Test::OfLast(_));
        });
        found
    }
}

impl Model {
    /// All tests: those of levels, and the one of twins.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
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

    /// For each feature whether any test looks at its letters.
    #[must_use]
    pub fn looked_at(&self) -> Vec<bool> {
        let mut looked_at = vec![false; self.features.len()];
        self.tests().for_each(|test| test.letters(&mut |feature| looked_at[feature] = true));
        looked_at
    }

    /// For each feature whether any test looks at its words.
    #[must_use]
    pub fn words_of(&self) -> Vec<bool> {
        let mut looked_at = vec![false; self.features.len()];
        self.tests().for_each(|test| test.words(&mut |feature| looked_at[feature] = true));
        looked_at
    }

    /// Pairs of different features that some test or rule holds equal, the lower first, each once.
    #[must_use]
    pub fn crossed(&self) -> Vec<(usize, usize)> {
        let mut pairs: Vec<(usize, usize)> = self.rules.iter().flat_map(|rule| rule.same.iter().copied()).collect();
        let mut held = |test: &Test| {
            if let Test::Same(a, b) | Test::Share(a, b) = test {
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

    /// The column that a comparison is about, which its first test asks for; others may be looked at beside it.
    #[must_use]
    pub fn own_column(&self, comparison: usize) -> usize {
        let mut own = None;
        for level in &self.comparisons[comparison].levels {
            level.test.features(&mut |feature| own = own.or(Some(self.features[feature].column)));
        }
        own.unwrap_or_default()
    }

    /// Takes another list of short forms of forenames in the stead of the one there is.
    pub fn call_in_full(&mut self, names: &BTreeMap<String, String>) {
        for feature in &mut self.features {
            if let Part::InFull(list) = &mut feature.part {
                list.clone_from(names);
            }
        }
    }

    /// The position of a feature, added if it is new.
    pub fn feature(&mut self, column: usize, part: Part) -> usize {
        let feature = Feature { column, part };
        self.features.iter().position(|known| *known == feature).unwrap_or_else(|| {
            self.features.push(feature);
            self.features.len() - 1
        })
    }
}

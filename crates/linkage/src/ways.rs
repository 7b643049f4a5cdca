//! Whether the test of a level holds for two records.

use super::feature::{Features, Place};
use super::model::{Level, Test};
use super::score::Scorer;
use super::several;
use super::similarity;
use super::sounds;

/// One way in which a level holds: all that is asked is so. Tests are taken apart into such ways once, so that most of what is
/// asked of a pair is a look at two numbers.
pub(super) struct Way {
    pub level: u8,
    asks: Vec<Ask>,
}

#[derive(Clone)]
enum Ask {
    LeftMissing(Place),
    RightMissing(Place),
    /// Both are there, and the same.
    Same(Place, Place),
    Test(Test),
}

/// A test that can hold in more ways than this is left as it is.
const MOST_WAYS: usize = 8;

/// The ways in which some levels of a comparison hold, in order.
pub(super) fn ways(features: &Features<'_>, levels: &[Level], some: &[u8]) -> Vec<Way> {
    let of = |level: u8| {
        let ways = taken_apart(features, &levels[usize::from(level)].test).into_iter();
        ways.map(move |asks| Way { level, asks })
    };
    some.iter().copied().flat_map(of).collect()
}

/// In which ways a test is true.
fn taken_apart(features: &Features<'_>, test: &Test) -> Vec<Vec<Ask>> {
    let ways = match test {
        Test::Otherwise => vec![Vec::new()],
        Test::LeftMissing(feature) => vec![vec![Ask::LeftMissing(features.place(*feature))]],
        Test::RightMissing(feature) => vec![vec![Ask::RightMissing(features.place(*feature))]],
        Test::Same(left, right) => {
            let (left, right) = features.against(*left, *right);
            vec![vec![Ask::Same(left, right)]]
        }
        Test::Any(tests) => tests.iter().flat_map(|test| taken_apart(features, test)).collect(),
        Test::All(tests) => tests.iter().fold(vec![Vec::new()], |ways, test| {
            let more = taken_apart(features, test);
            ways.iter().flat_map(|way| more.iter().map(|more| [&way[..], &more[..]].concat())).take(MOST_WAYS + 1).collect()
        }),
        _ => vec![vec![Ask::Test(test.clone())]],
    };
    if ways.len() > MOST_WAYS { vec![vec![Ask::Test(test.clone())]] } else { ways }
}

/// How alike two values are, as far as it was asked: several levels of a comparison ask for the same.
#[derive(Default)]
pub(super) struct Likeness {
    features: (usize, usize),
    at_most: Option<f64>,
    exactly: Option<f64>,
}

impl Scorer<'_> {
    /// The first of some levels that holds and stands before a level, or else that level.
    #[inline]
    pub(super) fn first_of(&self, ways: &[Way], before: u8, a: &[u32], b: &[u32]) -> u8 {
        let mut likeness = Likeness::default();
        let mut holds = |asks: &Ask| match asks {
            Ask::LeftMissing(place) => self.features.at(*place, a) == 0,
            Ask::RightMissing(place) => self.features.at(*place, b) == 0,
            Ask::Same(left, right) => {
                let number = self.features.at(*left, a);
                number != 0 && number == self.features.at(*right, b)
            }
            Ask::Test(test) => self.comes_to(true, test, a, b, &mut likeness),
        };
        let found = ways.iter().take_while(|way| way.level < before).find(|way| way.asks.iter().all(&mut holds));
        found.map_or(before, |way| way.level)
    }

    /// Whether something of two values is so, or not so; where one is missing it is neither.
    #[inline]
    fn of_both(&self, truth: bool, left: (usize, &[u32]), right: (usize, &[u32]), is_so: impl FnOnce(u32, u32) -> bool) -> bool {
        let (x, y) = (self.features.number(left.0, left.1), self.features.number(right.0, right.1));
        x != 0 && y != 0 && is_so(x, y) == truth
    }

    /// Whether a test of two records' values is true, or whether it is false: where what it asks about is missing it is neither,
    /// as in SQL.
    pub(super) fn comes_to(&self, truth: bool, test: &Test, a: &[u32], b: &[u32], likeness: &mut Likeness) -> bool {
        let number = |feature: usize, cells: &[u32]| self.features.number(feature, cells);
        match test {
            Test::Otherwise => truth,
            Test::LeftMissing(feature) => (number(*feature, a) == 0) == truth,
            Test::RightMissing(feature) => (number(*feature, b) == 0) == truth,
            Test::Same(left, right) | Test::Share(left, right) => {
                let (x, y) = (number(*left, a), number(*right, b));
                let equal = || {
                    let (one, other) = self.features.against(*left, *right);
                    self.features.at(one, a) == self.features.at(other, b)
                };
                x != 0 && y != 0 && (if left == right { x == y } else { equal() }) == truth
            }
            Test::Jaro(left, right, least) => self.of_both(truth, (*left, a), (*right, b), |x, y| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                one.shape(x).jaro_at_most(other.shape(y)) >= *least && similarity::jaro(one.text(x), other.text(y)) >= *least
            }),
            Test::JaroWinkler(left, right, least) => self.of_both(truth, (*left, a), (*right, b), |x, y| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                if likeness.features != (*left, *right) {
                    *likeness = Likeness { features: (*left, *right), ..Likeness::default() };
                }
                let at_most = likeness.at_most.get_or_insert_with(|| one.shape(x).jaro_winkler_at_most(other.shape(y)));
                let exactly = || similarity::jaro_winkler(one.text(x), other.text(y));
                *at_most >= *least && *likeness.exactly.get_or_insert_with(exactly) >= *least
            }),
            Test::Levenshtein(left, right, most) => self.of_both(truth, (*left, a), (*right, b), |x, y| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                one.shape(x).edits_at_least(other.shape(y)) <= *most
                    && similarity::levenshtein(one.text(x), other.text(y), *most) <= *most
            }),
            Test::DamerauLevenshtein(left, right, most) => self.of_both(truth, (*left, a), (*right, b), |x, y| {
                let (one, other) = (&self.features[*left], &self.features[*right]);
                one.shape(x).edits_at_least(other.shape(y)) <= *most
                    && similarity::damerau_levenshtein(one.text(x), other.text(y), *most) <= *most
            }),
            Test::Seconds(left, right, most) => self.of_both(truth, (*left, a), (*right, b), |x, y| {
                let (x, y) = (self.features[*left].day(x), self.features[*right].day(y));
                (f64::from(x) - f64::from(y)).abs() * 86_400.0 <= *most
            }),
            Test::Begins(left, right, least) => self.of_both(truth, (*left, a), (*right, b), |x, y| {
                if !self.features[*left].shape(x).may_begin(self.features[*right].shape(y)) {
                    return false;
                }
                let (x, y) = (self.features[*left].text(x), self.features[*right].text(y));
                let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
                long.starts_with(short) && short.chars().count() >= *least
            }),
            Test::SharesWord(left, right) => self.of_both(truth, (*left, a), (*right, b), |x, y| {
                sounds::share_a_word(self.features[*left].words(x), self.features[*right].words(y))
            }),
            Test::Few(products, most) => {
                let there = |feature: usize, cells: &[u32]| usize::from(number(feature, cells) != 0);
                several::few(products, *most, |feature| (there(feature, a), there(feature, b))) == Some(truth)
            }
            Test::SharedRarer(feature, limit) => {
                let (x, y) = (number(*feature, a), number(*feature, b));
                (if x == y && x != 0 { self.shares[*feature][x as usize] } else { 1.0 } < *limit) == truth
            }
            Test::OfFirst(test) | Test::OfLast(test) => self.comes_to(truth, test, a, b, likeness),
            Test::All(tests) if truth => tests.iter().all(|test| self.comes_to(true, test, a, b, likeness)),
            Test::All(tests) => tests.iter().any(|test| self.comes_to(false, test, a, b, likeness)),
            Test::Any(tests) if truth => tests.iter().any(|test| self.comes_to(true, test, a, b, likeness)),
            Test::Any(tests) => tests.iter().all(|test| self.comes_to(false, test, a, b, likeness)),
            Test::Not(test) => self.comes_to(!truth, test, a, b, likeness),
        }
    }
}

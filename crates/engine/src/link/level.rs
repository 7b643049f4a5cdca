//! Which level each comparison of two records comes to: the first one whose test holds.

use super::feature::{Features, Place};
use super::model::{Level, Test};
use super::records::More;
use super::score::{Levels, Ready, Scorer};
use super::similarity;

/// What a thread remembers of pairs of values it has compared, and the pairs it is at; only for speed.
pub struct Memory {
    slots: Vec<Vec<(u64, u8)>>,
    looked: Vec<Looked>,
    open: Vec<u32>,
}

/// Slots of one comparison.
const SLOTS: usize = 1 << 13;

/// A pair, and the level of each comparison as far as it was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Looked {
    pub left: u32,
    pub right: u32,
    pub levels: Levels,
    /// Comparisons that wait for a closer look, a bit each.
    pub(super) open: u32,
    /// No more bits than these are to be had.
    pub(super) most: f64,
}

/// How alike two values are, as far as it was asked: several levels of a comparison ask for the same.
#[derive(Default)]
pub(super) struct Likeness {
    features: (usize, usize),
    at_most: Option<f64>,
    exactly: Option<f64>,
}

impl Scorer<'_> {
    /// For one pair: nothing is remembered.
    #[must_use]
    pub fn no_memory(&self) -> Memory {
        Memory { slots: Vec::new(), looked: Vec::new(), open: Vec::new() }
    }

    #[must_use]
    pub fn memory(&self) -> Memory {
        Memory { slots: self.comparisons.iter().map(|_| vec![(0, 0); SLOTS]).collect(), ..self.no_memory() }
    }

    /// The level of each comparison for two records, the left one first.
    #[must_use]
    pub fn levels(&self, left: u32, right: u32, memory: &mut Memory) -> Levels {
        let (a, b) = (self.records.cells(left), self.records.cells(right));
        let mut levels = Levels::default();
        for (at, ready) in self.comparisons.iter().enumerate() {
            levels[at] = ready.plainly(a, b).unwrap_or_else(|| self.closely(at, a, b, memory));
        }
        if self.records.has_more() {
            self.best_of_more(left, right, &mut levels);
        }
        levels
    }

    /// The levels of many pairs, lower record first; those that cannot come to `least` bits are left out. One comparison is
    /// made after the other, of all pairs, so that what is far away in memory is waited for together.
    pub fn levels_of<'m>(&self, pairs: &[(u32, u32)], least: f64, memory: &'m mut Memory) -> &'m [Looked] {
        memory.looked.clear();
        if self.records.has_more() {
            for (left, right) in pairs.iter().copied() {
                let levels = self.levels(left, right, memory);
                memory.looked.push(Looked { left, right, levels, open: 0, most: f64::INFINITY });
            }
            return &memory.looked;
        }
        let (mut looked, mut open) = (std::mem::take(&mut memory.looked), std::mem::take(&mut memory.open));
        looked.extend(pairs.iter().map(|(left, right)| self.plainly(*left, *right)));
        if least > f64::NEG_INFINITY {
            self.bound(&mut looked);
        }
        for at in self.most.order.iter().copied() {
            // What cannot be ruled out by a bound that is no number is looked at.
            let waits = |pair: &Looked| pair.open >> at & 1 == 1 && !(pair.most < least);
            open.clear();
            open.extend((0..).zip(&looked).filter(|(_, pair)| waits(pair)).map(|(place, _)| place));
            self.fetch(at, &looked, &open);
            for place in &open {
                let pair = &mut looked[*place as usize];
                let (a, b) = (self.records.cells(pair.left), self.records.cells(pair.right));
                pair.levels[at] = self.closely(at, a, b, memory);
                pair.open &= !(1 << at);
                pair.most += self.most.change(at, pair.levels[at]);
            }
        }
        looked.retain(|pair| pair.open == 0 && !(pair.most < least));
        (memory.looked, memory.open) = (looked, open);
        &memory.looked
    }

    /// The levels that need no closer look.
    #[inline]
    fn plainly(&self, left: u32, right: u32) -> Looked {
        let (a, b) = (self.records.cells(left), self.records.cells(right));
        let (mut levels, mut open) = (Levels::default(), 0);
        for (at, ready) in self.comparisons.iter().enumerate() {
            match ready.plainly(a, b) {
                Some(level) => levels[at] = level,
                None => open |= 1 << at,
            }
        }
        Looked { left, right, levels, open, most: 0.0 }
    }

    /// Reads a little of all that a comparison will ask of some pairs.
    fn fetch(&self, at: usize, looked: &[Looked], open: &[u32]) {
        for feature in &self.comparisons[at].fetched {
            let read = |sum: u64, place: &u32| {
                let pair = &looked[*place as usize];
                let of = |record: u32| self.features.fetch(*feature, self.records.cells(record));
                sum ^ of(pair.left) ^ of(pair.right)
            };
            std::hint::black_box(open.iter().fold(0, read));
        }
    }

    /// The level of two values that are there and are not the same.
    pub(super) fn closely(&self, at: usize, a: &[u32], b: &[u32], memory: &mut Memory) -> u8 {
        let ready = &self.comparisons[at];
        let alone = match memory.slots.get_mut(at) {
            None => self.first_of(&ready.alone, ready.last, a, b),
            Some(slots) => {
                let pair = u64::from(a[ready.column]) << 32 | u64::from(b[ready.column]);
                let slot = &mut slots[(pair.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 51) as usize];
                if slot.0 != pair || pair == 0 {
                    *slot = (pair, self.first_of(&ready.alone, ready.last, a, b));
                }
                slot.1
            }
        };
        self.first_of(&ready.beside, alone, a, b)
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
                let of = |cells: &[u32], more: &[More]| -> Vec<Vec<u32>> {
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
        let alone = self.first_of(&ready.alone, ready.last, a, b);
        self.first_of(&ready.beside, alone, a, b)
    }

    /// The first of some levels that holds and stands before a level, or else that level.
    #[inline]
    fn first_of(&self, ways: &[Way], before: u8, a: &[u32], b: &[u32]) -> u8 {
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
            Test::All(tests) if truth => tests.iter().all(|test| self.comes_to(true, test, a, b, likeness)),
            Test::All(tests) => tests.iter().any(|test| self.comes_to(false, test, a, b, likeness)),
            Test::Any(tests) if truth => tests.iter().any(|test| self.comes_to(true, test, a, b, likeness)),
            Test::Any(tests) => tests.iter().all(|test| self.comes_to(false, test, a, b, likeness)),
            Test::Not(test) => self.comes_to(!truth, test, a, b, likeness),
        }
    }
}

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

impl Ready {
    /// The level of two records one of which has no value, or which have the same, where the model says so plainly.
    #[inline]
    pub(super) fn plainly(&self, a: &[u32], b: &[u32]) -> Option<u8> {
        let (left, right) = (a[self.column], b[self.column]);
        match (self.missing, self.same) {
            (Some(missing), _) if left == 0 || right == 0 => Some(missing),
            (_, Some(same)) if left == right && left != 0 => Some(same),
            _ => None,
        }
    }
}

//! Which pairs are looked at: those that agree on all features of some rule. Values that too many records share (a filler date,
//! a hostel's postcode) bring nobody together, and it is told how many pairs that left out.

use std::ops::Range;

use rayon::prelude::*;

use super::feature::Place;
use super::input::Records;
use super::order;
use super::score::Scorer;
use super::values::mix;

/// The blocks of one rule: records that it brings together.
#[derive(Debug, Default)]
pub struct Blocks {
    /// Records, block after block, in order within each.
    records: Vec<u32>,
    /// Where each block ends.
    ends: Vec<u32>,
    /// Records whose value is too common to bring them together; empty when there are none.
    hot: Vec<bool>,
    pub hot_blocks: u64,
    pub hot_pairs: u64,
    /// Pairs within blocks, also those of earlier rules.
    pub pairs: u64,
}

/// Who may be linked with whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Who {
    /// For each agency whether it may hold the same person twice; where not, its records are never compared with each other.
    pub within: Vec<bool>,
}

impl Who {
    /// Whether anybody is never compared with somebody.
    #[must_use]
    pub fn limits(&self) -> bool {
        self.within.contains(&false)
    }

    #[inline]
    pub fn may(&self, records: &Records, left: u32, right: u32) -> bool {
        let (a, b) = (records.agency[left as usize], records.agency[right as usize]);
        a != b || self.within.get(usize::from(a)).copied().unwrap_or(true)
    }
}

/// Where a rule looks in the left record, or in the right one.
fn places(scorer: &Scorer<'_>, same: &[(usize, usize)], right: bool) -> Vec<Place> {
    let against = |(a, b): &(usize, usize)| scorer.features.against(*a, *b);
    same.iter().map(against).map(|(one, other)| if right { other } else { one }).collect()
}

/// The key of a record under a rule, from what stands at these places; 0 when anything is missing.
fn key(scorer: &Scorer<'_>, places: &[Place], record: u32) -> u64 {
    let cells = scorer.records.cells(record);
    let mix = |key: u64, place: &Place| match scorer.features.at(*place, cells) {
        0 => None,
        number => Some(mix(key, u64::from(number))),
    };
    places.iter().try_fold(1, mix).unwrap_or(0)
}

/// Whether a record has all that a rule asks of a left record.
#[must_use]
pub fn has_key(scorer: &Scorer<'_>, rule: usize, record: u32) -> bool {
    key(scorer, &places(scorer, &scorer.model.rules[rule].same, false), record) != 0
}

/// Whether a rule holds one feature of a record equal to another of the other record.
fn is_crossed(same: &[(usize, usize)]) -> bool {
    same.iter().any(|(a, b)| a != b)
}

/// Whether a rule holds that a record is the other one with some features exchanged: it then says the same from either side.
fn is_swap(same: &[(usize, usize)]) -> bool {
    is_crossed(same) && same.iter().all(|(a, b)| same.contains(&(*b, *a)))
}

/// The key of a record under a swap: the same for two records each of which is the other one exchanged.
fn either_way(one: u64, other: u64) -> u64 {
    if one == 0 || other == 0 { 0 } else { mix(one.min(other), one.max(other)) }
}

/// Of one feature, the records whose value has a hash that `every` divides: all records of a value, or none.
#[must_use]
pub fn picked(scorer: &Scorer<'_>, feature: usize, every: u64) -> Vec<u32> {
    let of = &scorer.features[feature];
    let picks: Vec<bool> = (0..of.distinct() as u32).map(|number| number != 0 && of.hash(number).is_multiple_of(every)).collect();
    let place = scorer.features.place(feature);
    let is_picked = |record: &u32| picks[scorer.features.at(place, scorer.records.cells(*record)) as usize];
    (0..scorer.records.len() as u32).filter(is_picked).collect()
}

impl Blocks {
    /// Sorts all records into the blocks of a rule; none has more than `most` records.
    #[must_use]
    pub fn new(scorer: &Scorer<'_>, rule: usize, most: usize) -> Blocks {
        let same = &scorer.model.rules[rule].same;
        let all = |right: bool| {
            let places = places(scorer, same, right);
            (0..scorer.records.len() as u32).map(move |record| (key(scorer, &places, record), record))
        };
        if is_swap(same) {
            let both = all(false).zip(all(true)).map(|((one, record), (other, _))| (either_way(one, other), record));
            return Blocks::of(both.collect(), false, most, scorer.records.len());
        }
        let is_crossed = is_crossed(same);
        let crossed = is_crossed.then(|| all(true));
        Blocks::of(all(false).chain(crossed.into_iter().flatten()).collect(), is_crossed, most, scorer.records.len())
    }

    /// The same for some records only: those with picked left features, and where the rule is crossed those with picked right
    /// ones.
    #[must_use]
    pub fn among(scorer: &Scorer<'_>, rule: usize, most: usize, left: &[u32], right: &[u32]) -> Blocks {
        let same = &scorer.model.rules[rule].same;
        let some = |right: bool, records: &[u32]| -> Vec<(u64, u32)> {
            let places = places(scorer, same, right);
            records.iter().map(|record| (key(scorer, &places, *record), *record)).collect()
        };
        if is_swap(same) {
            let mut all = [left, right].concat();
            all.sort_unstable();
            all.dedup();
            let both = some(false, &all).into_iter().zip(some(true, &all));
            let keyed = both.map(|((one, record), (other, _))| (either_way(one, other), record));
            return Blocks::of(keyed.collect(), false, most, scorer.records.len());
        }
        let (mut keyed, is_crossed) = (some(false, left), is_crossed(same));
        keyed.extend(is_crossed.then(|| some(true, right)).into_iter().flatten());
        Blocks::of(keyed, is_crossed, most, scorer.records.len())
    }

    /// From records and their keys. Where a rule is crossed a record stands in two blocks: a swap brings it together with those
    /// whose right features are its left ones.
    fn of(mut keyed: Vec<(u64, u32)>, is_crossed: bool, most: usize, all: usize) -> Blocks {
        keyed.retain(|(key, _)| *key != 0);
        let mut blocks = Blocks::default();
        let mut keyed = order::by_hash(keyed);
        if is_crossed {
            keyed.dedup();
        }
        for block in keyed.chunk_by(|a, b| a.0 == b.0) {
            let count = block.len() as u64;
            let pairs = count * (count - 1) / 2;
            if block.len() > most {
                blocks.hot_blocks += 1;
                blocks.hot_pairs += pairs;
                blocks.hot.resize(all, false);
                block.iter().for_each(|(_, record)| blocks.hot[*record as usize] = true);
            } else if count > 1 {
                blocks.pairs += pairs;
                blocks.records.extend(block.iter().map(|(_, record)| *record));
                blocks.ends.push(blocks.records.len() as u32);
            }
        }
        blocks
    }

    /// The records of some blocks.
    fn records(&self, blocks: Range<usize>) -> &[u32] {
        let end = |block: usize| if block == 0 { 0 } else { self.ends[block - 1] as usize };
        &self.records[end(blocks.start)..end(blocks.end)]
    }

    fn is_hot(&self, record: u32) -> bool {
        self.hot.get(record as usize).copied().unwrap_or(false)
    }
}

/// What the rules ask of a record, side by side. What is missing is equal to nothing.
pub struct Asked {
    places: Vec<Place>,
    /// For each rule what of the left record is held equal to what of the right one.
    rules: Vec<Vec<(usize, usize)>>,
}

/// What records answer, record after record, and their cells, which are fetched first.
#[derive(Default)]
struct Answers {
    cells: Vec<u32>,
    answers: Vec<u32>,
}

impl Asked {
    #[must_use]
    pub fn new(scorer: &Scorer<'_>) -> Asked {
        let mut places = Vec::new();
        let mut at = |place: Place| {
            let known = places.iter().position(|known| *known == place);
            known.unwrap_or_else(|| {
                places.push(place);
                places.len() - 1
            })
        };
        let mut held = |(a, b): &(usize, usize)| {
            let (one, other) = scorer.features.against(*a, *b);
            (at(one), at(other))
        };
        let rules = scorer.model.rules.iter().map(|rule| rule.same.iter().map(&mut held).collect()).collect();
        Asked { places, rules }
    }

    /// How many places a rule and those before it look at; they stand first.
    fn width(&self, rule: usize) -> usize {
        let places = self.rules[..=rule].iter().flatten().flat_map(|(a, b)| [*a, *b]);
        places.max().map_or(0, |last| last + 1)
    }

    /// What some records answer to the first so many: one place after the other, so that many records are waited for at once.
    fn ask(&self, scorer: &Scorer<'_>, width: usize, records: &[u32], to: &mut Answers) {
        let columns = scorer.records.columns.len();
        to.cells.clear();
        records.iter().for_each(|record| to.cells.extend_from_slice(scorer.records.cells(*record)));
        to.answers.resize(records.len() * width, 0);
        for (at, place) in self.places[..width].iter().enumerate() {
            let rows = to.answers.chunks_exact_mut(width).zip(to.cells.chunks_exact(columns)).zip(records);
            for ((answers, cells), record) in rows {
                answers[at] = match scorer.features.at(*place, cells) {
                    0 => !record,
                    number => number,
                };
            }
        }
    }

    /// Whether a rule brings two records together, by what they answered.
    #[inline]
    fn holds(&self, rule: usize, left: &[u32], right: &[u32]) -> bool {
        self.rules[rule].iter().all(|(a, b)| left[*a] == right[*b])
    }

    /// For each pair the rules, one bit each, that bring its records together.
    #[must_use]
    pub fn rules(&self, scorer: &Scorer<'_>, all: &[Blocks], pairs: &[(u32, u32)]) -> Vec<u128> {
        let (mut answers, width) = (Answers::default(), self.places.len());
        let records: Vec<u32> = pairs.iter().flat_map(|(left, right)| [*left, *right]).collect();
        self.ask(scorer, width, &records, &mut answers);
        let of = |(answers, (left, _)): (&[u32], &(u32, u32))| {
            let (one, other) = answers.split_at(width);
            let holds = |rule: &usize| self.holds(*rule, one, other) && !all[*rule].is_hot(*left);
            (0..all.len()).filter(holds).fold(0, |bits, rule| bits | 1 << rule)
        };
        answers.answers.chunks_exact((2 * width).max(1)).zip(pairs).map(of).collect()
    }
}

/// Goes through every pair once, in parallel: `work` gets something of each thread's own, a rule, and pairs that it and no
/// earlier rule brings together, the lower record first, and adds to what is given back for each stretch of blocks. The
/// stretches come in order, for any number of threads. Pairs that are not `wanted` (by their rule) are passed over. Gives back
/// too how many pairs `work` saw.
pub fn each_pair<S, T: Send>(
    scorer: &Scorer<'_>,
    all: &[Blocks],
    wanted: impl Fn(usize, u32, u32) -> bool + Sync,
    start: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, &mut Vec<T>, usize, &[(u32, u32)]) + Sync + Send,
) -> (u64, Vec<T>) {
    let asked = Asked::new(scorer);
    let (mut sum, mut all_found) = (0, Vec::new());
    for rule in 0..all.len() {
        let (blocks, width) = (&all[rule], asked.width(rule));
        let first = |left: u32, one: &[u32], other: &[u32]| {
            let earlier = |rule: usize| asked.holds(rule, one, other) && !all[rule].is_hot(left);
            asked.holds(rule, one, other) && !(0..rule).any(earlier)
        };
        let look = |(state, answers, pairs): &mut (S, Answers, Vec<(u32, u32)>), stretch: Range<usize>| {
            asked.ask(scorer, width, blocks.records(stretch.clone()), answers);
            pairs.clear();
            let mut answers = &answers.answers[..];
            for at in stretch {
                let block = blocks.records(at..at + 1);
                let answer = |place: usize| &answers[place * width..][..width];
                for (place, left) in block.iter().enumerate() {
                    for (other, right) in block.iter().enumerate().skip(place + 1) {
                        if wanted(rule, *left, *right) && first(*left, answer(place), answer(other)) {
                            pairs.push((*left, *right));
                        }
                    }
                }
                answers = &answers[block.len() * width..];
            }
            let mut found = Vec::new();
            pairs.chunks(TOGETHER).for_each(|pairs| work(state, &mut found, rule, pairs));
            (pairs.len() as u64, found)
        };
        let own = || (start(), Answers::default(), Vec::new());
        let looked: Vec<(u64, Vec<T>)> = stretches(blocks).into_par_iter().map_init(own, look).collect();
        for (pairs, found) in looked {
            sum += pairs;
            all_found.extend(found);
        }
    }
    (sum, all_found)
}

/// So many pairs are worked on together: what they look at stays in the cache meanwhile.
pub const TOGETHER: usize = 1 << 10;

/// Blocks in stretches of about the same work.
fn stretches(blocks: &Blocks) -> Vec<Range<usize>> {
    let (mut stretches, mut from, mut work) = (Vec::new(), 0, 0);
    for at in 0..blocks.ends.len() {
        let count = blocks.records(at..at + 1).len();
        work += count * count;
        if work > 1 << 14 {
            stretches.push(from..at + 1);
            (from, work) = (at + 1, 0);
        }
    }
    stretches.push(from..blocks.ends.len());
    stretches
}

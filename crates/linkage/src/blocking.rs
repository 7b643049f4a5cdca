//! Blocking: which pairs are compared. A blocking rule brings together all records that agree on its features. A value that too
//! many records share (a filler date, a hostel's postcode) brings no records together, and the number of pairs that this leaves
//! out is counted.

use std::ops::Range;

use rayon::prelude::*;

use super::distinct_values::mix;
use super::features::FeaturePlace;
use super::hash_order;
use super::prepared::PreparedModel;
use super::record_set::RecordSet;

/// The blocks of one rule: records that it brings together.
#[derive(Debug, Default)]
pub struct Blocks {
    /// Records, block after block, in order within each.
    records: Vec<u32>,
    /// Where each block ends.
    ends: Vec<u32>,
    /// Records whose value is too common to bring records together; empty if there are none.
    oversized: Vec<bool>,
    pub oversized_blocks: u64,
    pub oversized_pairs: u64,
    /// Pairs within blocks, including those of earlier rules.
    pub pairs: u64,
}

/// Which pairs of records may be linked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AllowedPairs {
    /// For each agency whether it may hold the same person twice. If not, its records are never compared with each other.
    pub within: Vec<bool>,
}

impl AllowedPairs {
    /// Whether any pair is ruled out.
    #[must_use]
    pub fn has_limits(&self) -> bool {
        self.within.contains(&false)
    }

    #[inline]
    pub fn allows(&self, records: &RecordSet, left: u32, right: u32) -> bool {
        let (a, b) = (records.agency[left as usize], records.agency[right as usize]);
        a != b || self.within.get(usize::from(a)).copied().unwrap_or(true)
    }
}

/// Where a rule looks in the left record, or in the right one.
fn places(prepared: &PreparedModel<'_>, same: &[(usize, usize)], right: bool) -> Vec<FeaturePlace> {
    let against = |(a, b): &(usize, usize)| prepared.features.comparable(*a, *b);
    same.iter().map(against).map(|(one, other)| if right { other } else { one }).collect()
}

/// The key of a record under a rule, from its features at these places; 0 if any is missing.
fn key(prepared: &PreparedModel<'_>, places: &[FeaturePlace], record: u32) -> u64 {
    let cells = prepared.records.cells(record);
    let mix = |key: u64, place: &FeaturePlace| match prepared.features.at(*place, cells) {
        0 => None,
        number => Some(mix(key, u64::from(number))),
    };
    places.iter().try_fold(1, mix).unwrap_or(0)
}

/// Whether a record has every feature that a rule needs of a left record.
#[must_use]
pub fn has_key(prepared: &PreparedModel<'_>, rule: usize, record: u32) -> bool {
    key(prepared, &places(prepared, &prepared.model.rules[rule].same, false), record) != 0
}

/// Whether a rule compares a feature of one record with a different feature of the other.
fn is_crossed(same: &[(usize, usize)]) -> bool {
    same.iter().any(|(a, b)| a != b)
}

/// Whether a rule compares a record with the other one with some features exchanged. It then gives the same pairs from either
/// side.
fn is_swap(same: &[(usize, usize)]) -> bool {
    is_crossed(same) && same.iter().all(|(a, b)| same.contains(&(*b, *a)))
}

/// The key of a record under such a rule: the same for two records each of which is the other one exchanged.
fn either_way(one: u64, other: u64) -> u64 {
    if one == 0 || other == 0 { 0 } else { mix(one.min(other), one.max(other)) }
}

/// Records whose value of a feature has a hash that `every` divides: all records of a value, or none.
#[must_use]
pub fn picked(prepared: &PreparedModel<'_>, feature: usize, every: u64) -> Vec<u32> {
    let of = &prepared.features[feature];
    let picks: Vec<bool> = (0..of.distinct() as u32).map(|number| number != 0 && of.hash(number).is_multiple_of(every)).collect();
    let place = prepared.features.place(feature);
    let is_picked = |record: &u32| picks[prepared.features.at(place, prepared.records.cells(*record)) as usize];
    (0..prepared.records.len() as u32).filter(is_picked).collect()
}

impl Blocks {
    /// Sorts all records into the blocks of a rule. No block has more than `most` records.
    #[must_use]
    pub fn new(prepared: &PreparedModel<'_>, rule: usize, most: usize) -> Blocks {
        let same = &prepared.model.rules[rule].same;
        let all = |right: bool| {
            let places = places(prepared, same, right);
            (0..prepared.records.len() as u32).map(move |record| (key(prepared, &places, record), record))
        };
        if is_swap(same) {
            let both = all(false).zip(all(true)).map(|((one, record), (other, _))| (either_way(one, other), record));
            return Blocks::of(both.collect(), false, most, prepared.records.len());
        }
        let is_crossed = is_crossed(same);
        let crossed = is_crossed.then(|| all(true));
        Blocks::of(all(false).chain(crossed.into_iter().flatten()).collect(), is_crossed, most, prepared.records.len())
    }

    /// The same for some records only: those with picked left features and, if the rule compares different features, those with
    /// picked right ones.
    #[must_use]
    pub fn among(prepared: &PreparedModel<'_>, rule: usize, most: usize, left: &[u32], right: &[u32]) -> Blocks {
        let same = &prepared.model.rules[rule].same;
        let some = |right: bool, records: &[u32]| -> Vec<(u64, u32)> {
            let places = places(prepared, same, right);
            records.iter().map(|record| (key(prepared, &places, *record), *record)).collect()
        };
        if is_swap(same) {
            let mut all = [left, right].concat();
            all.sort_unstable();
            all.dedup();
            let both = some(false, &all).into_iter().zip(some(true, &all));
            let keyed = both.map(|((one, record), (other, _))| (either_way(one, other), record));
            return Blocks::of(keyed.collect(), false, most, prepared.records.len());
        }
        let (mut keyed, is_crossed) = (some(false, left), is_crossed(same));
        keyed.extend(is_crossed.then(|| some(true, right)).into_iter().flatten());
        Blocks::of(keyed, is_crossed, most, prepared.records.len())
    }

    /// Blocks of records and their keys. If a rule compares different features, a record is in two blocks: one by its left
    /// features, and one by its right ones.
    fn of(mut keyed: Vec<(u64, u32)>, is_crossed: bool, most: usize, all: usize) -> Blocks {
        keyed.retain(|(key, _)| *key != 0);
        let mut blocks = Blocks::default();
        let mut keyed = hash_order::by_hash(keyed);
        if is_crossed {
            keyed.dedup();
        }
        for block in keyed.chunk_by(|a, b| a.0 == b.0) {
            let count = block.len() as u64;
            let pairs = count * (count - 1) / 2;
            if block.len() > most {
                blocks.oversized_blocks += 1;
                blocks.oversized_pairs += pairs;
                blocks.oversized.resize(all, false);
                block.iter().for_each(|(_, record)| blocks.oversized[*record as usize] = true);
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

    fn is_oversized(&self, record: u32) -> bool {
        self.oversized.get(record as usize).copied().unwrap_or(false)
    }
}

/// The features that the rules compare, each once. A missing value equals nothing.
pub struct RuleKeys {
    places: Vec<FeaturePlace>,
    /// For each rule which places of the left record are compared with which of the right one.
    rules: Vec<Vec<(usize, usize)>>,
}

/// The numbers of records at these places, record after record, and their cells, which are read first.
#[derive(Default)]
struct RuleAnswers {
    cells: Vec<u32>,
    answers: Vec<u32>,
}

impl RuleKeys {
    #[must_use]
    pub fn new(prepared: &PreparedModel<'_>) -> RuleKeys {
        let mut places = Vec::new();
        let mut at = |place: FeaturePlace| {
            let known = places.iter().position(|known| *known == place);
            known.unwrap_or_else(|| {
                places.push(place);
                places.len() - 1
            })
        };
        let mut held = |(a, b): &(usize, usize)| {
            let (one, other) = prepared.features.comparable(*a, *b);
            (at(one), at(other))
        };
        let rules = prepared.model.rules.iter().map(|rule| rule.same.iter().map(&mut held).collect()).collect();
        RuleKeys { places, rules }
    }

    /// How many places a rule and the rules before it look at. These places come first.
    fn width(&self, rule: usize) -> usize {
        let places = self.rules[..=rule].iter().flatten().flat_map(|(a, b)| [*a, *b]);
        places.max().map_or(0, |last| last + 1)
    }

    /// The numbers of some records at the first places. One place after the other, so that many reads from memory overlap.
    fn ask(&self, prepared: &PreparedModel<'_>, width: usize, records: &[u32], to: &mut RuleAnswers) {
        let columns = prepared.records.columns.len();
        to.cells.clear();
        records.iter().for_each(|record| to.cells.extend_from_slice(prepared.records.cells(*record)));
        to.answers.resize(records.len() * width, 0);
        for (at, place) in self.places[..width].iter().enumerate() {
            let rows = to.answers.chunks_exact_mut(width).zip(to.cells.chunks_exact(columns)).zip(records);
            for ((answers, cells), record) in rows {
                answers[at] = match prepared.features.at(*place, cells) {
                    0 => !record,
                    number => number,
                };
            }
        }
    }

    /// Whether a rule brings two records together, by their numbers.
    #[inline]
    fn holds(&self, rule: usize, left: &[u32], right: &[u32]) -> bool {
        self.rules[rule].iter().all(|(a, b)| left[*a] == right[*b])
    }

    /// For each pair the rules that bring its records together, one bit each.
    #[must_use]
    pub fn rules(&self, prepared: &PreparedModel<'_>, all: &[Blocks], pairs: &[(u32, u32)]) -> Vec<u128> {
        let (mut answers, width) = (RuleAnswers::default(), self.places.len());
        let records: Vec<u32> = pairs.iter().flat_map(|(left, right)| [*left, *right]).collect();
        self.ask(prepared, width, &records, &mut answers);
        let of = |(answers, (left, _)): (&[u32], &(u32, u32))| {
            let (one, other) = answers.split_at(width);
            let holds = |rule: &usize| self.holds(*rule, one, other) && !all[*rule].is_oversized(*left);
            (0..all.len()).filter(holds).fold(0, |bits, rule| bits | 1 << rule)
        };
        answers.answers.chunks_exact((2 * width).max(1)).zip(pairs).map(of).collect()
    }
}

/// Goes through every pair once, in parallel. `work` gets a state of its own thread, a rule, and pairs that this rule and no
/// earlier one brings together, the lower record first. It adds its results to a list. The lists come in the order of the
/// blocks, for any number of threads. Pairs that are not `wanted` (by their rule) are left out.
///
/// Returns the number of pairs that `work` got, and all results.
pub fn each_pair<S, T: Send>(
    prepared: &PreparedModel<'_>,
    all: &[Blocks],
    wanted: impl Fn(usize, u32, u32) -> bool + Sync,
    start: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, &mut Vec<T>, usize, &[(u32, u32)]) + Sync + Send,
) -> (u64, Vec<T>) {
    let asked = RuleKeys::new(prepared);
    let (mut sum, mut all_found) = (0, Vec::new());
    for rule in 0..all.len() {
        let (blocks, width) = (&all[rule], asked.width(rule));
        let first = |left: u32, one: &[u32], other: &[u32]| {
            let earlier = |rule: usize| asked.holds(rule, one, other) && !all[rule].is_oversized(left);
            asked.holds(rule, one, other) && !(0..rule).any(earlier)
        };
        let look = |(state, answers, pairs): &mut (S, RuleAnswers, Vec<(u32, u32)>), stretch: Range<usize>| {
            asked.ask(prepared, width, blocks.records(stretch.clone()), answers);
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
        let own = || (start(), RuleAnswers::default(), Vec::new());
        let looked: Vec<(u64, Vec<T>)> = stretches(blocks).into_par_iter().map_init(own, look).collect();
        for (pairs, found) in looked {
            sum += pairs;
            all_found.extend(found);
        }
    }
    (sum, all_found)
}

/// This many pairs are worked on together, so that what they look at stays in the cache.
pub const TOGETHER: usize = 1 << 10;

/// Ranges of blocks that need about the same work.
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

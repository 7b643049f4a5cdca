//! Which pairs are looked at: those that agree on all features of some rule. Values that too many records share (a filler date,
//! a hostel's postcode) bring nobody together, and it is told how many pairs that left out.

use std::ops::Range;

use rayon::prelude::*;

use super::model::Model;
use super::records::Records;
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
    #[inline]
    pub fn may(&self, records: &Records, left: u32, right: u32) -> bool {
        let (a, b) = (records.agency[left as usize], records.agency[right as usize]);
        a != b || self.within.get(usize::from(a)).copied().unwrap_or(true)
    }
}

/// The key of a record under a rule, by the left or the right features; 0 when anything is missing.
fn key(scorer: &Scorer<'_>, same: &[(usize, usize)], right: bool, record: u32) -> u64 {
    let cells = scorer.records.cells(record);
    same.iter()
        .try_fold(1, |key, (a, b)| {
            let feature = if right { *b } else { *a };
            match scorer.features.number(feature, cells) {
                0 => None,
                number => Some(mix(key, scorer.features[feature].hash(number))),
            }
        })
        .unwrap_or(0)
}

/// Whether a rule holds one feature of a record equal to another of the other record.
fn is_crossed(same: &[(usize, usize)]) -> bool {
    same.iter().any(|(a, b)| a != b)
}

/// Of one feature, the records whose value has a hash that `every` divides: all records of a value, or none.
#[must_use]
pub fn picked(scorer: &Scorer<'_>, feature: usize, every: u64) -> Vec<u32> {
    let picks = |record: &u32| {
        let number = scorer.features.number(feature, scorer.records.cells(*record));
        number != 0 && scorer.features[feature].hash(number).is_multiple_of(every)
    };
    (0..scorer.records.len() as u32).filter(picks).collect()
}

impl Blocks {
    /// Sorts all records into the blocks of a rule; none has more than `most` records.
    #[must_use]
    pub fn new(scorer: &Scorer<'_>, rule: usize, most: usize) -> Blocks {
        let same = &scorer.model.rules[rule].same;
        let all = |right: bool| (0..scorer.records.len() as u32).map(move |record| (key(scorer, same, right, record), record));
        let crossed = is_crossed(same).then(|| all(true));
        Blocks::of(all(false).chain(crossed.into_iter().flatten()).collect(), most, scorer.records.len())
    }

    /// The same for some records only: those with picked left features, and where the rule is crossed those with picked right
    /// ones.
    #[must_use]
    pub fn among(scorer: &Scorer<'_>, rule: usize, most: usize, left: &[u32], right: &[u32]) -> Blocks {
        let same = &scorer.model.rules[rule].same;
        let some = |right: bool, records: &[u32]| -> Vec<(u64, u32)> {
            records.iter().map(|record| (key(scorer, same, right, *record), *record)).collect()
        };
        let mut keyed = some(false, left);
        keyed.extend(is_crossed(same).then(|| some(true, right)).into_iter().flatten());
        Blocks::of(keyed, most, scorer.records.len())
    }

    /// From records and their keys. Where a rule is crossed a record stands in two blocks: a swap brings it together with those
    /// whose right features are its left ones.
    fn of(keyed: Vec<(u64, u32)>, most: usize, all: usize) -> Blocks {
        let mut blocks = Blocks::default();
        let keyed = by_key(&keyed);
        for block in keyed.chunk_by(|a, b| a.0 == b.0).filter(|block| block[0].0 != 0) {
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

/// Records and their keys in order, each once. Keys are hashes, so their first bits part them evenly: what is left to sort are
/// handfuls.
fn by_key(keyed: &[(u64, u32)]) -> Vec<(u64, u32)> {
    let shift = 64 - keyed.len().next_power_of_two().trailing_zeros().max(1);
    let mut places = vec![0_u32; (1 << (64 - shift)) + 1];
    keyed.iter().for_each(|(key, _)| places[(key >> shift) as usize + 1] += 1);
    (1..places.len()).for_each(|at| places[at] += places[at - 1]);
    let mut sorted = vec![(0, 0); keyed.len()];
    for pair in keyed {
        let place = &mut places[(pair.0 >> shift) as usize];
        sorted[*place as usize] = *pair;
        *place += 1;
    }
    sorted.chunk_by_mut(|a, b| a.0 >> shift == b.0 >> shift).for_each(<[(u64, u32)]>::sort_unstable);
    sorted.dedup();
    sorted
}

/// What the rules ask of a record, side by side: the number of each feature, or its hash where it is held against another
/// feature. What is missing is equal to nothing.
pub struct Asked {
    features: Vec<(usize, bool)>,
    /// For each rule the places that are held equal.
    rules: Vec<Vec<(usize, usize)>>,
}

impl Asked {
    #[must_use]
    pub fn new(model: &Model) -> Asked {
        let mut features = Vec::new();
        let mut place = |feature: usize, hashed: bool| {
            let known = features.iter().position(|known| *known == (feature, hashed));
            known.unwrap_or_else(|| {
                features.push((feature, hashed));
                features.len() - 1
            })
        };
        let mut places = |(a, b): &(usize, usize)| (place(*a, a != b), place(*b, a != b));
        let rules = model.rules.iter().map(|rule| rule.same.iter().map(&mut places).collect()).collect();
        Asked { features, rules }
    }

    /// How many features a rule and those before it ask for; they stand first.
    fn width(&self, rule: usize) -> usize {
        let places = self.rules[..=rule].iter().flatten().flat_map(|(a, b)| [*a, *b]);
        places.max().map_or(0, |last| last + 1)
    }

    /// Adds what a record answers to the first so many.
    fn ask(&self, scorer: &Scorer<'_>, width: usize, record: u32, to: &mut Vec<u64>) {
        let cells = scorer.records.cells(record);
        to.extend(self.features[..width].iter().map(|(feature, hashed)| match scorer.features.number(*feature, cells) {
            0 => !u64::from(record),
            number if *hashed => scorer.features[*feature].hash(number),
            number => u64::from(number),
        }));
    }

    /// Whether a rule brings two records together, by what was asked of them.
    #[inline]
    fn holds(&self, rule: usize, left: &[u64], right: &[u64]) -> bool {
        self.rules[rule].iter().all(|(a, b)| left[*a] == right[*b])
    }

    /// The rules, one bit each, that bring two records together.
    #[must_use]
    pub fn rules(&self, scorer: &Scorer<'_>, all: &[Blocks], left: u32, right: u32) -> u128 {
        let mut asked = Vec::with_capacity(2 * self.features.len());
        [left, right].iter().for_each(|record| self.ask(scorer, self.features.len(), *record, &mut asked));
        let (one, other) = asked.split_at(self.features.len());
        let holds = |rule: &usize| self.holds(*rule, one, other) && !all[*rule].is_hot(left);
        (0..all.len()).filter(holds).fold(0, |bits, rule| bits | 1 << rule)
    }
}

/// Goes through every pair once, in parallel: `work` gets something of each thread's own, the lower record, the higher one, and
/// adds to what is given back for each stretch of blocks. The stretches come in order, for any number of threads. Pairs that
/// are not `wanted` (by their rule) are passed over. Gives back too how many pairs `work` saw.
pub fn each_pair<S, T: Send>(
    scorer: &Scorer<'_>,
    all: &[Blocks],
    wanted: impl Fn(usize, u32, u32) -> bool + Sync,
    start: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, &mut Vec<T>, (usize, u32, u32)) + Sync + Send,
) -> (u64, Vec<T>) {
    let asked = Asked::new(scorer.model);
    let (mut pairs, mut found) = (0, Vec::new());
    for rule in 0..all.len() {
        let (blocks, width) = (&all[rule], asked.width(rule));
        let first = |left: u32, one: &[u64], other: &[u64]| {
            let earlier = |rule: usize| asked.holds(rule, one, other) && !all[rule].is_hot(left);
            asked.holds(rule, one, other) && !(0..rule).any(earlier)
        };
        let look = |(state, answers): &mut (S, Vec<u64>), stretch: Range<usize>| {
            let (mut pairs, mut found) = (0, Vec::new());
            // All records of the stretch are asked in one go, so that many of them are waited for at once.
            answers.clear();
            blocks.records(stretch.clone()).iter().for_each(|record| asked.ask(scorer, width, *record, answers));
            let mut answers = &answers[..];
            for at in stretch {
                let block = blocks.records(at..at + 1);
                let answer = |place: usize| &answers[place * width..][..width];
                for (place, left) in block.iter().enumerate() {
                    for (other, right) in block.iter().enumerate().skip(place + 1) {
                        if wanted(rule, *left, *right) && first(*left, answer(place), answer(other)) {
                            pairs += 1;
                            work(state, &mut found, (rule, *left, *right));
                        }
                    }
                }
                answers = &answers[block.len() * width..];
            }
            (pairs, found)
        };
        let looked: Vec<(u64, Vec<T>)> = stretches(blocks).into_par_iter().map_init(|| (start(), Vec::new()), look).collect();
        for (some, stretch) in looked {
            pairs += some;
            found.extend(stretch);
        }
    }
    (pairs, found)
}

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

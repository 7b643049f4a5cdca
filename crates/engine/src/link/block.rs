//! Which pairs are looked at: those that agree on all features of some rule. Values that too many records share (a filler date,
//! a hostel's postcode) bring nobody together, and it is told how many pairs that left out.

use rayon::prelude::*;

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
            let prepared = &scorer.features[if right { *b } else { *a }];
            match prepared.of(cells[prepared.column]) {
                0 => None,
                number => Some(mix(key, prepared.hash(number))),
            }
        })
        .unwrap_or(0)
}

impl Blocks {
    /// Sorts records into the blocks of a rule; none has more than `most` records.
    #[must_use]
    pub fn new(scorer: &Scorer<'_>, rule: usize, most: usize) -> Blocks {
        Blocks::one_in(scorer, rule, most, 1)
    }

    /// The same for one in so many blocks, picked by the hash of one of the rule's features: whole blocks, or nothing of them.
    #[must_use]
    pub fn one_in(scorer: &Scorer<'_>, rule: usize, most: usize, every: u64) -> Blocks {
        let same = &scorer.model.rules[rule].same;
        let crossed = same.iter().any(|(a, b)| a != b);
        // Picked by the feature with most values, so that a sample of blocks is many blocks.
        let widest = same.iter().max_by_key(|(a, _)| scorer.features[*a].distinct()).copied().unwrap_or_default();
        let keyed = |right: bool| {
            let first = &scorer.features[if right { widest.1 } else { widest.0 }];
            let picked = |record: &u32| {
                let number = first.of(scorer.records.cells(*record)[first.column]);
                number != 0 && first.hash(number).is_multiple_of(every)
            };
            let of = |record: u32| (key(scorer, same, right, record), record);
            let records = (0..scorer.records.len() as u32).into_par_iter().filter(picked);
            records.map(of).filter(|(key, _)| *key != 0).collect::<Vec<_>>()
        };
        let mut keys = keyed(false);
        if crossed {
            // A swap brings a record together with those whose right features are its left ones: both stand in one block.
            keys.extend(keyed(true));
        }
        keys.par_sort_unstable();
        keys.dedup();
        let mut blocks = Blocks::default();
        for block in keys.chunk_by(|a, b| a.0 == b.0) {
            let count = block.len() as u64;
            let pairs = count * (count - 1) / 2;
            if block.len() > most {
                blocks.hot_blocks += 1;
                blocks.hot_pairs += pairs;
                blocks.hot.resize(scorer.records.len(), false);
                block.iter().for_each(|(_, record)| blocks.hot[*record as usize] = true);
            } else if count > 1 {
                blocks.pairs += pairs;
                blocks.records.extend(block.iter().map(|(_, record)| *record));
                blocks.ends.push(blocks.records.len() as u32);
            }
        }
        blocks
    }

    fn block(&self, at: usize) -> &[u32] {
        &self.records[if at == 0 { 0 } else { self.ends[at - 1] as usize }..self.ends[at] as usize]
    }

    fn is_hot(&self, record: u32) -> bool {
        self.hot.get(record as usize).copied().unwrap_or(false)
    }
}

/// Whether a rule brings two records together.
fn holds(scorer: &Scorer<'_>, rule: usize, hot: Option<&Blocks>, left: u32, right: u32) -> bool {
    let (a, b) = (scorer.records.cells(left), scorer.records.cells(right));
    let same = scorer.model.rules[rule].same.iter().all(|(x, y)| {
        let (one, other) = (&scorer.features[*x], &scorer.features[*y]);
        let (left, right) = (one.of(a[one.column]), other.of(b[other.column]));
        left != 0 && right != 0 && if x == y { left == right } else { one.hash(left) == other.hash(right) }
    });
    same && hot.is_none_or(|blocks| !blocks.is_hot(left))
}

/// The rules, one bit each, that bring two records together.
#[must_use]
pub fn rules(scorer: &Scorer<'_>, all: &[Blocks], left: u32, right: u32) -> u128 {
    (0..all.len()).filter(|rule| holds(scorer, *rule, Some(&all[*rule]), left, right)).fold(0, |bits, rule| bits | 1 << rule)
}

/// Goes through every pair once, in parallel: `work` gets something of each thread's own, the rule, the lower record, the
/// higher one, and adds to what is given back for each stretch of blocks. The stretches come in order, for any number of threads.
pub fn each_pair<S, T: Send>(
    scorer: &Scorer<'_>,
    all: &[Blocks],
    who: &Who,
    start: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, &mut Vec<T>, usize, u32, u32) + Sync + Send,
) -> Vec<T> {
    let mut found = Vec::new();
    for rule in 0..all.len() {
        let blocks = &all[rule];
        let crossed = scorer.model.rules[rule].same.iter().any(|(a, b)| a != b);
        let stretches: Vec<Vec<T>> = stretches(blocks)
            .into_par_iter()
            .map_init(&start, |state, stretch| {
                let mut found = Vec::new();
                for at in stretch {
                    let block = blocks.block(at);
                    for (place, left) in block.iter().enumerate() {
                        for right in &block[place + 1..] {
                            let (left, right) = (*left, *right);
                            let earlier = || (0..rule).any(|rule| holds(scorer, rule, Some(&all[rule]), left, right));
                            let stands = !crossed || holds(scorer, rule, None, left, right);
                            if who.may(scorer.records, left, right) && stands && !earlier() {
                                work(state, &mut found, rule, left, right);
                            }
                        }
                    }
                }
                found
            })
            .collect();
        stretches.into_iter().for_each(|stretch| found.extend(stretch));
    }
    found
}

/// Blocks in stretches of about the same work.
fn stretches(blocks: &Blocks) -> Vec<std::ops::Range<usize>> {
    let (mut stretches, mut from, mut work) = (Vec::new(), 0, 0);
    for at in 0..blocks.ends.len() {
        let count = blocks.block(at).len();
        work += count * count;
        if work > 1 << 16 {
            stretches.push(from..at + 1);
            (from, work) = (at + 1, 0);
        }
    }
    stretches.push(from..blocks.ends.len());
    stretches
}

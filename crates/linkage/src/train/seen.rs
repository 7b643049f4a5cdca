//! What is counted before anything is learned: patterns of candidates, patterns of strangers, and pairs that could be linked.

use rayon::prelude::*;

use crate::block::{self, Asked, Blocks, TOGETHER, Who};
use crate::level::Memory;
use crate::score::{Levels, Scorer};
use crate::values::mix;

/// How many candidates are looked at, and how many pairs of strangers.
const SAMPLE: u64 = 1 << 18;

const STRANGERS: u64 = 1 << 19;

/// Candidates by pattern.
pub type Patterns = Vec<Pattern>;

/// Candidates that are alike: the level of each comparison, the rules that bring such pairs together (a bit each), whether both
/// records are of one agency, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    pub levels: Levels,
    pub rules: u128,
    pub within: bool,
    pub count: u64,
}

/// Pairs that could be linked: of records of two agencies, and of records of one.
pub(super) const STRATA: usize = 2;

/// Counts patterns of candidates. Of the blocks there are one in so many; of a rule's pairs no more are looked at than its share.
pub(super) fn patterns(scorer: &Scorer<'_>, blocks: &[Blocks], every: u64, who: &Who) -> Patterns {
    let share = SAMPLE / blocks.len().max(1) as u64;
    let each: Vec<u64> = blocks.iter().map(|blocks| (blocks.pairs / share.max(1)).max(1)).collect();
    let wanted = |rule: usize, left: u32, right: u32| {
        mix(u64::from(left), u64::from(right)).is_multiple_of(each[rule]) && who.may(scorer.records, left, right)
    };
    let asked = Asked::new(scorer);
    let agency = &scorer.records.agency;
    let work = |memory: &mut Memory, found: &mut Patterns, rule: usize, pairs: &[(u32, u32)]| {
        let looked = scorer.levels_of(pairs, f64::NEG_INFINITY, memory).iter().zip(asked.rules(scorer, blocks, pairs));
        found.extend(looked.map(|(pair, rules)| {
            let within = agency[pair.left as usize] == agency[pair.right as usize];
            Pattern { levels: pair.levels, rules, within, count: each[rule] * every }
        }));
    };
    let (_, mut found) = block::each_pair(scorer, blocks, wanted, Memory::default, work);
    found.par_sort_unstable();
    let counted = found.chunk_by(|a, b| (a.levels, a.rules, a.within) == (b.levels, b.rules, b.within));
    counted.map(|same| Pattern { count: same.iter().map(|pattern| pattern.count).sum(), ..same[0] }).collect()
}

/// Patterns of pairs of records a stride apart, and how many.
pub(super) fn strangers(scorer: &Scorer<'_>, who: &Who) -> Vec<(Levels, u64)> {
    let count = scorer.records.len() as u64;
    if count < 2 {
        return Vec::new();
    }
    // Strides spread over the circle of records; each gives as many pairs as there are records.
    let strides = STRANGERS.div_ceil(count).min((count - 1) / 2).max(1);
    let width = ((count - 1) / 2).max(1);
    // Of many records the first are as good as any.
    let each = count.min(STRANGERS);
    let pair = |at: u64| {
        let (stride, left) = (1 + (at / each * width / strides + width / 3) % width, at % each);
        let right = (left + stride) % count;
        (left.min(right) as u32, left.max(right) as u32)
    };
    let levels = |memory: &mut Memory, some: u64| {
        let pairs = (some * TOGETHER as u64..((some + 1) * TOGETHER as u64).min(strides * each)).map(pair);
        let pairs: Vec<(u32, u32)> = pairs.filter(|(left, right)| who.may(scorer.records, *left, *right)).collect();
        let looked = scorer.levels_of(&pairs, f64::NEG_INFINITY, memory);
        looked.iter().map(|pair| pair.levels).collect::<Vec<Levels>>()
    };
    let chunks = (0..(strides * each).div_ceil(TOGETHER as u64)).into_par_iter();
    let mut found: Vec<Levels> = chunks.map_init(Memory::default, levels).flatten_iter().collect();
    found.par_sort_unstable();
    found.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect()
}

/// Pairs that could be linked, of two agencies and of one.
pub(super) fn possible(scorer: &Scorer<'_>, who: &Who) -> [f64; STRATA] {
    let mut by_agency = vec![0.0; scorer.records.agencies.len()];
    scorer.records.agency.iter().for_each(|agency| by_agency[usize::from(*agency)] += 1.0);
    pairs_of(&by_agency, who)
}

/// The same of records that have all that a rule asks for, as seen in some of the records.
pub(super) fn possible_under(scorer: &Scorer<'_>, who: &Who, rule: usize) -> [f64; STRATA] {
    const SOME: usize = 1 << 15;
    let mut by_agency = vec![0.0; scorer.records.agencies.len()];
    let every = (scorer.records.len() / SOME).max(1);
    for record in (0..scorer.records.len() as u32).step_by(every) {
        if block::has_key(scorer, rule, record) {
            by_agency[usize::from(scorer.records.agency[record as usize])] += every as f64;
        }
    }
    pairs_of(&by_agency, who)
}

fn pairs_of(by_agency: &[f64], who: &Who) -> [f64; STRATA] {
    let pairs = |count: f64| (count * (count - 1.0) / 2.0).max(0.0);
    let inside: f64 = by_agency.iter().copied().map(pairs).sum();
    let may = |(agency, _): &(usize, &f64)| who.within.get(*agency).copied().unwrap_or(true);
    let within: f64 = by_agency.iter().enumerate().filter(may).map(|(_, count)| pairs(*count)).sum();
    [(pairs(by_agency.iter().sum()) - inside).max(0.0), within]
}

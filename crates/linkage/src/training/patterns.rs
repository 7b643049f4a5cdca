//! What is counted before anything is learned: patterns of candidates, patterns of strangers, and pairs that could be linked.

use rayon::prelude::*;

use crate::blocking::{self, AllowedPairs, Blocks, RuleKeys, TOGETHER};
use crate::distinct_values::mix;
use crate::prepared::{Levels, PreparedModel};
use crate::scoring::PairBuffer;
use crate::scoring::Scorer;

/// At most about this many candidates are compared, and this many pairs of strangers.
const SAMPLE: u64 = 1 << 18;

const STRANGERS: u64 = 1 << 19;

/// Candidates by pattern.
pub type LevelPatterns = Vec<LevelPattern>;

/// Candidates with the same pattern: the level of each comparison, the rules that bring such pairs together (a bit each),
/// whether both records are of one agency, and how many pairs there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LevelPattern {
    pub levels: Levels,
    pub rules: u128,
    pub within: bool,
    pub count: u64,
}

/// Pairs that could be linked: of records of two agencies, and of records of one.
pub(super) const STRATA: usize = 2;

/// Counts patterns of candidates. One block in `every` is in the sample, and no more pairs of a rule are compared than its
/// share.
pub(super) fn patterns(scorer: &Scorer<'_>, blocks: &[Blocks], every: u64, allowed: &AllowedPairs) -> LevelPatterns {
    let share = SAMPLE / blocks.len().max(1) as u64;
    let each: Vec<u64> = blocks.iter().map(|blocks| (blocks.pairs / share.max(1)).max(1)).collect();
    let wanted = |rule: usize, left: u32, right: u32| {
        mix(u64::from(left), u64::from(right)).is_multiple_of(each[rule]) && allowed.allows(scorer.prepared.records, left, right)
    };
    let keys = RuleKeys::new(&scorer.prepared);
    let agency = &scorer.prepared.records.agency;
    let work = |buffer: &mut PairBuffer, found: &mut LevelPatterns, rule: usize, pairs: &[(u32, u32)]| {
        let compared = scorer.levels_of(pairs, f64::NEG_INFINITY, buffer).iter().zip(keys.rules(&scorer.prepared, blocks, pairs));
        found.extend(compared.map(|(pair, rules)| {
            let within = agency[pair.left as usize] == agency[pair.right as usize];
            LevelPattern { levels: pair.levels, rules, within, count: each[rule] * every }
        }));
    };
    let (_, mut found) = blocking::each_pair(&scorer.prepared, blocks, wanted, PairBuffer::default, work);
    found.par_sort_unstable();
    let counted = found.chunk_by(|a, b| (a.levels, a.rules, a.within) == (b.levels, b.rules, b.within));
    counted.map(|same| LevelPattern { count: same.iter().map(|pattern| pattern.count).sum(), ..same[0] }).collect()
}

/// Patterns of pairs of records a stride apart, and how many there are of each.
pub(super) fn strangers(scorer: &Scorer<'_>, allowed: &AllowedPairs) -> Vec<(Levels, u64)> {
    let count = scorer.prepared.records.len() as u64;
    if count < 2 {
        return Vec::new();
    }
    // Strides are spread over the circle of records. Each gives as many pairs as there are records.
    let strides = STRANGERS.div_ceil(count).min((count - 1) / 2).max(1);
    let width = ((count - 1) / 2).max(1);
    // If there are many records, the first ones are enough.
    let each = count.min(STRANGERS);
    let pair = |at: u64| {
        let (stride, left) = (1 + (at / each * width / strides + width / 3) % width, at % each);
        let right = (left + stride) % count;
        (left.min(right) as u32, left.max(right) as u32)
    };
    let levels = |buffer: &mut PairBuffer, some: u64| {
        let pairs = (some * TOGETHER as u64..((some + 1) * TOGETHER as u64).min(strides * each)).map(pair);
        let pairs: Vec<(u32, u32)> =
            pairs.filter(|(left, right)| allowed.allows(scorer.prepared.records, *left, *right)).collect();
        let compared = scorer.levels_of(&pairs, f64::NEG_INFINITY, buffer);
        compared.iter().map(|pair| pair.levels).collect::<Vec<Levels>>()
    };
    let chunks = (0..(strides * each).div_ceil(TOGETHER as u64)).into_par_iter();
    let mut found: Vec<Levels> = chunks.map_init(PairBuffer::default, levels).flatten_iter().collect();
    found.par_sort_unstable();
    found.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect()
}

/// Pairs that could be linked: of two agencies, and of one.
pub(super) fn possible(prepared: &PreparedModel<'_>, allowed: &AllowedPairs) -> [f64; STRATA] {
    let mut by_agency = vec![0.0; prepared.records.agencies.len()];
    prepared.records.agency.iter().for_each(|agency| by_agency[usize::from(*agency)] += 1.0);
    pairs_of(&by_agency, allowed)
}

/// The same for records that have every feature that a rule needs, as seen in a sample of records.
pub(super) fn possible_under(prepared: &PreparedModel<'_>, allowed: &AllowedPairs, rule: usize) -> [f64; STRATA] {
    const SOME: usize = 1 << 15;
    let mut by_agency = vec![0.0; prepared.records.agencies.len()];
    let every = (prepared.records.len() / SOME).max(1);
    for record in (0..prepared.records.len() as u32).step_by(every) {
        if blocking::has_key(prepared, rule, record) {
            by_agency[usize::from(prepared.records.agency[record as usize])] += every as f64;
        }
    }
    pairs_of(&by_agency, allowed)
}

fn pairs_of(by_agency: &[f64], allowed: &AllowedPairs) -> [f64; STRATA] {
    let pairs = |count: f64| (count * (count - 1.0) / 2.0).max(0.0);
    let inside: f64 = by_agency.iter().copied().map(pairs).sum();
    let may = |(agency, _): &(usize, &f64)| allowed.within.get(*agency).copied().unwrap_or(true);
    let within: f64 = by_agency.iter().enumerate().filter(may).map(|(_, count)| pairs(*count)).sum();
    [(pairs(by_agency.iter().sum()) - inside).max(0.0), within]
}

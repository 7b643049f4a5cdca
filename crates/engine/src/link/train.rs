//! Where the numbers of a model come from when nobody has labelled a pair.
//!
//! How often strangers agree (*u*) is counted in pairs picked by a fixed stride through records in the order of their hashes.
//! How often one person's records agree (*m*), and those of one household (*h*), comes from expectation and maximisation on
//! counts of patterns: every rule that finds candidates is a sitting of its own, in which the fields that the rule holds equal
//! say nothing and the others do (Winkler 1988; Fellegi and Sunter 1969, method 2). All sittings share one *m* and one *h*.
//! Sums run over sorted patterns, so that results do not depend on threads.

use std::collections::HashMap;

use rayon::prelude::*;

use super::block::{self, Blocks, Who};
use super::model::Model;
use super::score::{Levels, Scorer};
use super::values::mix;

/// How many pairs are looked at for each of the two counts.
const SAMPLE: u64 = 1 << 20;
/// Rounds of expectation and maximisation.
const ROUNDS: usize = 60;
/// A level is never taken to be less likely than this.
const LEAST: f64 = 1e-7;

/// Candidates by pattern: the level of each comparison, the rules that bring such pairs together (a bit each), and how many.
pub type Patterns = Vec<(Levels, u64, u64)>;

/// How a model came to its numbers.
#[derive(Clone, Debug, Default)]
pub struct Training {
    /// Candidates that were looked at, by pattern, and how many candidates each stands for.
    pub patterns: Patterns,
    pub each: u64,
    /// Pairs of strangers that were counted.
    pub strangers: u64,
    /// Pairs that could be linked at all.
    pub possible: f64,
    /// Candidates expected to be one person, and one household.
    pub matches: f64,
    pub households: f64,
}

/// Counts patterns of candidates, every so many of them.
#[must_use]
pub fn patterns(scorer: &Scorer<'_>, blocks: &[Blocks], who: &Who) -> (Patterns, u64) {
    let all: u64 = blocks.iter().map(|blocks| blocks.pairs).sum();
    let each = all.div_ceil(SAMPLE).max(1);
    let work = |memory: &mut super::score::Memory, found: &mut Vec<(Levels, u64)>, left: u32, right: u32| {
        if mix(u64::from(left), u64::from(right)) % each == 0 {
            found.push((scorer.levels(left, right, memory), block::rules(scorer, blocks, left, right)));
        }
    };
    let mut found = block::each_pair(scorer, blocks, who, || scorer.memory(), work);
    found.par_sort_unstable();
    let counted = found.chunk_by(|a, b| a == b).map(|same| (same[0].0, same[0].1, same.len() as u64));
    (counted.collect(), each)
}

/// Level counts of pairs of records a stride apart.
fn strangers(scorer: &Scorer<'_>, who: &Who) -> (Vec<Vec<u64>>, u64) {
    let count = scorer.records.len() as u64;
    let sizes: Vec<usize> = scorer.model.comparisons.iter().map(|comparison| comparison.levels.len()).collect();
    let none = || (sizes.iter().map(|size| vec![0; *size]).collect::<Vec<Vec<u64>>>(), 0);
    if count < 2 {
        return none();
    }
    // Strides spread over the circle of records; each gives as many pairs as there are records.
    let strides = SAMPLE.div_ceil(count).min((count - 1) / 2).max(1);
    let width = ((count - 1) / 2).max(1);
    let (counts, pairs) = (0..strides)
        .into_par_iter()
        .map_init(
            || scorer.memory(),
            |memory, at| {
                let stride = 1 + (at * width / strides + width / 3) % width;
                let (mut counts, mut pairs) = none();
                for left in 0..count {
                    let right = (left + stride) % count;
                    let (left, right) = (left.min(right) as u32, left.max(right) as u32);
                    if who.may(scorer.records, left, right) {
                        let levels = scorer.levels(left, right, memory);
                        counts.iter_mut().zip(levels).for_each(|(counts, level)| counts[usize::from(level)] += 1);
                        pairs += 1;
                    }
                }
                (counts, pairs)
            },
        )
        .reduce(none, |mut a, b| {
            for (a, b) in a.0.iter_mut().flatten().zip(b.0.iter().flatten()) {
                *a += b;
            }
            (a.0, a.1 + b.1)
        });
    (counts, pairs)
}

/// Pairs that could be linked.
fn possible(scorer: &Scorer<'_>, who: &Who) -> f64 {
    let mut by_agency: HashMap<u16, f64> = HashMap::new();
    scorer.records.agency.iter().for_each(|agency| *by_agency.entry(*agency).or_default() += 1.0);
    let pairs = |count: f64| count * (count - 1.0) / 2.0;
    let apart: f64 = by_agency
        .iter()
        .filter(|(agency, _)| !who.within.get(usize::from(**agency)).copied().unwrap_or(true))
        .map(|(_, count)| pairs(*count))
        .sum();
    pairs(scorer.records.len() as f64) - apart
}

/// Chances of each level of each comparison.
type Chances = Vec<Vec<f64>>;

/// Gives a model its numbers. `shared` says of each comparison whether a household shares what it looks at.
pub fn train(scorer: &Scorer<'_>, blocks: &[Blocks], who: &Who, shared: &[bool]) -> (Model, Training) {
    let (patterns, each) = patterns(scorer, blocks, who);
    let (counts, strangers) = strangers(scorer, who);
    let model = scorer.model;
    let missing: Vec<Vec<bool>> =
        model.comparisons.iter().map(|comparison| comparison.levels.iter().map(|level| level.missing).collect()).collect();
    let seen: Chances = counts.iter().zip(&missing).map(|(counts, missing)| chances(counts, missing)).collect();
    let mut fit = Fit {
        m: model.comparisons.iter().map(|comparison| comparison.levels.iter().map(|level| level.m).collect()).collect(),
        u: seen.clone(),
        h: Vec::new(),
        missing,
    };
    fit.h = shared.iter().enumerate().map(|(at, shared)| if *shared { fit.m[at].clone() } else { fit.u[at].clone() }).collect();
    let mut training = Training { each, strangers, possible: possible(scorer, who), ..Training::default() };
    let sittings = sittings(model, blocks);
    // The strangers' pairs hold a few that are one person's; they are taken out again when it is known how many.
    for _ in 0..3 {
        fit.learn(&patterns, &sittings, shared);
        fit.weigh(&patterns, &mut training);
        let share = (training.matches / training.possible).min(0.5);
        for ((u, seen), m) in fit.u.iter_mut().zip(&seen).zip(&fit.m) {
            for ((u, seen), m) in u.iter_mut().zip(seen).zip(m) {
                *u = ((seen - share * m) / (1.0 - share)).max(seen / 20.0).max(LEAST);
            }
        }
    }
    fit.weigh(&patterns, &mut training);
    let mut trained = model.clone();
    trained.prior = (training.matches / training.possible).clamp(1e-12, 0.5);
    trained.household = (training.households / training.possible).clamp(0.0, 0.5);
    for (at, comparison) in trained.comparisons.iter_mut().enumerate() {
        for (level, numbers) in comparison.levels.iter_mut().enumerate() {
            (numbers.m, numbers.u, numbers.h) = (fit.m[at][level], fit.u[at][level], fit.h[at][level]);
        }
    }
    training.patterns = patterns;
    (trained, training)
}

/// Shares of the levels that are not missing, with half a pair to each so that none is impossible.
fn chances(counts: &[u64], missing: &[bool]) -> Vec<f64> {
    let all: f64 = counts.iter().zip(missing).filter(|(_, missing)| !**missing).map(|(count, _)| *count as f64 + 0.5).sum();
    counts.iter().zip(missing).map(|(count, missing)| if *missing { 1.0 } else { (*count as f64 + 0.5) / all.max(0.5) }).collect()
}

/// What one rule's candidates can teach.
struct Sitting {
    rule: usize,
    /// The comparisons that still say something of pairs that this rule brings together.
    comparisons: Vec<usize>,
}

/// Sittings with few pairs of strangers among them, each column held equal in no more than three.
const SITTINGS: usize = 8;

fn sittings(model: &Model, blocks: &[Blocks]) -> Vec<Sitting> {
    let mut order: Vec<usize> = (0..blocks.len()).filter(|rule| blocks[*rule].pairs >= 50).collect();
    order.sort_by_key(|rule| blocks[*rule].pairs);
    let mut times: HashMap<usize, usize> = HashMap::new();
    let mut sittings = Vec::new();
    for rule in order {
        let mut held: Vec<usize> =
            model.rules[rule].same.iter().flat_map(|(a, b)| [model.features[*a].column, model.features[*b].column]).collect();
        held.sort_unstable();
        held.dedup();
        let free = |at: &usize| model.columns(*at).iter().all(|column| !held.contains(column));
        let comparisons: Vec<usize> = (0..model.comparisons.len()).filter(free).collect();
        if comparisons.len() < 2 || held.iter().any(|column| times.get(column).is_some_and(|times| *times == 3)) {
            continue;
        }
        held.iter().for_each(|column| *times.entry(*column).or_default() += 1);
        sittings.push(Sitting { rule, comparisons });
        if sittings.len() == SITTINGS {
            break;
        }
    }
    sittings
}

/// The numbers while they are learned.
struct Fit {
    m: Chances,
    u: Chances,
    h: Chances,
    missing: Vec<Vec<bool>>,
}

impl Fit {
    /// How likely a pattern is for one person, for strangers and for a household, by some of the comparisons.
    fn likelihoods(&self, levels: &Levels, comparisons: impl Iterator<Item = usize>) -> [f64; 3] {
        let mut found = [1.0; 3];
        for at in comparisons {
            let level = usize::from(levels[at]);
            if !self.missing[at][level] {
                found[0] *= self.m[at][level];
                found[1] *= self.u[at][level];
                found[2] *= self.h[at][level];
            }
        }
        found
    }

    /// All sittings together: first one person against strangers; then households are told apart as well.
    fn learn(&mut self, patterns: &Patterns, sittings: &[Sitting], shared: &[bool]) {
        let held = self.h.clone();
        for (at, shared) in shared.iter().enumerate() {
            if !shared {
                // What is each person's own agrees in a household as it does among strangers.
                self.h[at] = self.u[at].clone();
            }
        }
        let of_sitting: Vec<Patterns> = sittings
            .iter()
            .map(|sitting| patterns.iter().copied().filter(|(_, rules, _)| rules >> sitting.rule & 1 == 1).collect())
            .collect();
        for with_household in [false, true] {
            let mut mixes = vec![if with_household { [0.2, 0.7, 0.1] } else { [0.3, 0.7, 0.0] }; sittings.len()];
            for _ in 0..ROUNDS {
                let old = self.m.clone();
                self.round(&of_sitting, sittings, shared, &held, &mut mixes);
                let moved = old.iter().flatten().zip(self.m.iter().flatten());
                if moved.map(|(old, new)| (old - new).abs()).fold(0.0, f64::max) < 1e-4 {
                    break;
                }
            }
        }
    }

    /// One round of expectation and maximisation.
    fn round(&mut self, patterns: &[Patterns], sittings: &[Sitting], shared: &[bool], held: &Chances, mixes: &mut [[f64; 3]]) {
        // A little of what was believed at first keeps levels that are hardly seen from running away.
        let mut m = scaled(held, 0.0);
        let mut h = scaled(held, 10.0);
        for ((patterns, sitting), mix) in patterns.iter().zip(sittings).zip(mixes) {
            let mut classes = [1.0, 1.0, if mix[2] > 0.0 { 0.1 } else { 0.0 }];
            for (levels, _, count) in patterns {
                let likely = self.likelihoods(levels, sitting.comparisons.iter().copied());
                let weighed = [0, 1, 2].map(|class| likely[class] * mix[class]);
                let sum: f64 = weighed.iter().sum();
                if sum <= 0.0 {
                    continue;
                }
                let share = weighed.map(|weighed| *count as f64 * weighed / sum);
                (0..3).for_each(|class| classes[class] += share[class]);
                for at in sitting.comparisons.iter().copied() {
                    let level = usize::from(levels[at]);
                    m[at][level] += share[0];
                    h[at][level] += share[2];
                }
            }
            let sum: f64 = classes.iter().sum();
            *mix = classes.map(|class| class / sum);
        }
        for (at, missing) in self.missing.iter().enumerate() {
            normalise(&mut m[at], missing);
            self.m[at].clone_from(&m[at]);
            if shared[at] {
                normalise(&mut h[at], missing);
                self.h[at].clone_from(&h[at]);
            }
        }
    }

    /// How many candidates are one person, and one household, by all comparisons and the shares this itself implies.
    fn weigh(&self, patterns: &Patterns, training: &mut Training) {
        let all = training.possible.max(1.0);
        let mut found = [all * 1e-4, all * 1e-5];
        for _ in 0..100 {
            let shares = [found[0] / all, 1.0 - (found[0] + found[1]) / all, found[1] / all];
            let mut next = [0.0; 2];
            for (levels, _, count) in patterns {
                let likely = self.likelihoods(levels, 0..self.m.len());
                let weighed = [0, 1, 2].map(|class| likely[class] * shares[class]);
                let sum: f64 = weighed.iter().sum();
                let count = *count as f64 * training.each as f64;
                if sum > 0.0 {
                    next[0] += count * weighed[0] / sum;
                    next[1] += count * weighed[2] / sum;
                }
            }
            let still = (next[0] - found[0]).abs() < 1e-6 * found[0].max(1.0);
            found = [next[0].max(1e-9), next[1].max(1e-9)];
            if still {
                break;
            }
        }
        (training.matches, training.households) = (found[0], found[1]);
    }
}

fn normalise(chances: &mut [f64], missing: &[bool]) {
    let sum: f64 = chances.iter().zip(missing).filter(|(_, missing)| !**missing).map(|(chance, _)| *chance + LEAST).sum();
    for (chance, missing) in chances.iter_mut().zip(missing) {
        *chance = if *missing { 1.0 } else { (*chance + LEAST) / sum };
    }
}

fn scaled(chances: &Chances, by: f64) -> Chances {
    chances.iter().map(|levels| levels.iter().map(|chance| chance * by).collect()).collect()
}

//! Where the numbers of a model come from when nobody has labelled a pair.
//!
//! How often strangers agree (*u*) is counted in pairs picked by a fixed stride through records in the order of their hashes;
//! which fields depend on each other (a postcode and its town, a forename and a sex) is seen in the same pairs, and kept as a
//! tree: each comparison may hang on one other (Chow and Liu 1968). How often one person's records agree (*m*), and those of
//! one household (*h*), comes from expectation and maximisation on counts of patterns: every rule that finds candidates is a
//! sitting of its own, in which the fields that the rule holds equal say nothing and the others do (Winkler 1988; Fellegi and
//! Sunter 1969, method 2). All sittings share one *m* and one *h*. In a household days of birth agree as strangers' do, except
//! for a learned share of twins, whose agree as one person's do. Sums run over sorted patterns, so that results do not depend
//! on threads.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::block::{self, Asked, Blocks, TOGETHER, Who};
use super::field::{Kin, Nature};
use super::level::Memory;
use super::model::{Given, Model};
use super::score::{Levels, MOST_COMPARISONS, Scorer};
use super::suggest::Trial;
use super::values::mix;

/// How many candidates are looked at, and how many pairs of strangers.
const SAMPLE: u64 = 1 << 18;
const STRANGERS: u64 = 1 << 19;
/// Rounds of expectation and maximisation.
const ROUNDS: usize = 60;
/// One comparison depends on another when it shares at least this part of what either tells. With so many pairs the slightest
/// dependence shows; only what would count twice is worth a table.
const DEPENDS: f64 = 0.1;
/// A rule teaches when at least this share of its candidates is more than chance would bring together.
const PURE: f64 = 0.3;
/// The share of twins among two people of one household: as believed before anything is seen, as if seen in so many pairs, and
/// at most. Somebody whose forename was written quite differently looks like a twin; how many people live together who are no
/// twins is what tells the two apart, and without a bound it could not. Some 3 % of children born in the United Kingdom are
/// twins; among pairs who live together there are fewer.
const TWINS: (f64, f64, f64) = (0.02, 500.0, 0.1);
/// The same of fathers and sons, mothers and daughters of one forename.
const NAMESAKES: (f64, f64, f64) = TWINS;
/// The same of those who give a number of somebody they live with.
const BORROWERS: (f64, f64, f64) = TWINS;
/// In the order of [`Kin`].
const KIN: [(f64, f64, f64); 3] = [TWINS, NAMESAKES, BORROWERS];
/// Namesakes matter where they are at least so many for each pair of strangers who share both names by chance.
const TIED: f64 = 0.25;
/// What is believed at first of one person, and of households, counts as if so many pairs had been seen. Where no rule teaches of
/// a field, and where hardly anybody is there twice, it is all there is.
const FIRST: (f64, f64) = (100.0, 10.0);
/// A level is never taken to be less likely than this.
const LEAST: f64 = 1e-7;

/// Candidates by pattern: the level of each comparison, the rules that bring such pairs together (a bit each), and how many.
pub type Patterns = Vec<(Levels, u128, u64)>;

/// How a model came to its numbers.
#[derive(Clone, Debug, Default)]
pub struct Training {
    /// Candidates by pattern, as estimated from those that were looked at.
    pub patterns: Patterns,
    /// Pairs of strangers that were counted.
    pub strangers: u64,
    /// Pairs that could be linked at all.
    pub possible: f64,
    /// Candidates expected to be one person, and one household.
    pub matches: f64,
    pub households: f64,
    /// Candidates expected to be two people of one name who have nothing else in common.
    pub namesakes: f64,
}

/// Gives a model its numbers.
pub fn train(scorer: &Scorer<'_>, trial: &Trial, who: &Who, nature: &Nature) -> (Model, Training) {
    let patterns = patterns(scorer, &trial.blocks, trial.every, who);
    let strangers = strangers(scorer, who);
    let model = scorer.model;
    let mut training = Training {
        strangers: strangers.iter().map(|(_, count)| count).sum(),
        possible: possible(scorer, who),
        ..Training::default()
    };
    // First each comparison by itself; then with what hangs on what, which only shows once the strangers' pairs are rid of
    // the few that are one person's.
    let mut fit = Fit::new(model);
    let mut tree = vec![None; model.comparisons.len()];
    let mut namesakes = true;
    for round in 0..3 {
        let weighed = fit.strangers_only(&strangers, &training);
        if round > 0 {
            tree = dependence(&fit, &weighed);
        }
        let exact = fit.exact(scorer, &training);
        fit = Fit::by_strangers(model, &tree, &weighed, &exact);
        // Where the tree has one name hang on the other, how often both agree is in its tables.
        fit.names = nature.names.filter(|(forename, surname)| tree[*forename].is_none() && !hangs_on(&tree, *surname, *forename));
        fit.names = fit.names.filter(|_| round < 2 || namesakes);
        fit.learn(&patterns, &sittings(scorer, &tree, trial), nature);
        fit.weigh(&patterns, &mut training);
        namesakes = fit.tied(&training).is_some();
    }
    fit.tie_names(&mut tree, &training);
    let mut trained = model.clone();
    trained.prior = (training.matches / training.possible).clamp(1e-12, 0.5);
    trained.household = (training.households / training.possible).clamp(0.0, 0.5);
    for (at, comparison) in trained.comparisons.iter_mut().enumerate() {
        let marginal = |tables: &Tables| mean(&tables[at], &fit.parents[at]);
        let (m, u, h) = (marginal(&fit.m), marginal(&fit.u), marginal(&fit.h));
        for (level, numbers) in comparison.levels.iter_mut().enumerate() {
            (numbers.m, numbers.u, numbers.h) = (m[level], u[level], h[level]);
        }
        comparison.given =
            tree[at].map(|parent| Given { parent, m: fit.m[at].clone(), u: fit.u[at].clone(), h: fit.h[at].clone() });
    }
    training.patterns = patterns;
    (trained, training)
}

/// Counts patterns of candidates. Of the blocks there are one in so many; of a rule's pairs no more are looked at than its share.
fn patterns(scorer: &Scorer<'_>, blocks: &[Blocks], every: u64, who: &Who) -> Patterns {
    let share = SAMPLE / blocks.len().max(1) as u64;
    let each: Vec<u64> = blocks.iter().map(|blocks| (blocks.pairs / share.max(1)).max(1)).collect();
    let wanted = |rule: usize, left: u32, right: u32| {
        mix(u64::from(left), u64::from(right)).is_multiple_of(each[rule]) && who.may(scorer.records, left, right)
    };
    let asked = Asked::new(scorer);
    let work = |memory: &mut Memory, found: &mut Patterns, rule: usize, pairs: &[(u32, u32)]| {
        let looked = scorer.levels_of(pairs, f64::NEG_INFINITY, memory).iter().zip(asked.rules(scorer, blocks, pairs));
        found.extend(looked.map(|(pair, rules)| (pair.levels, rules, each[rule] * every)));
    };
    let (_, mut found) = block::each_pair(scorer, blocks, wanted, Memory::default, work);
    found.par_sort_unstable();
    let counted = found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    counted.map(|same| (same[0].0, same[0].1, same.iter().map(|(_, _, count)| count).sum())).collect()
}

/// Patterns of pairs of records a stride apart, and how many.
fn strangers(scorer: &Scorer<'_>, who: &Who) -> Vec<(Levels, u64)> {
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

/// Pairs that could be linked.
fn possible(scorer: &Scorer<'_>, who: &Who) -> f64 {
    let mut by_agency: BTreeMap<u16, f64> = BTreeMap::new();
    scorer.records.agency.iter().for_each(|agency| *by_agency.entry(*agency).or_default() += 1.0);
    let pairs = |count: f64| count * (count - 1.0) / 2.0;
    let apart: f64 = by_agency
        .iter()
        .filter(|(agency, _)| !who.within.get(usize::from(**agency)).copied().unwrap_or(true))
        .map(|(_, count)| pairs(*count))
        .sum();
    pairs(scorer.records.len() as f64) - apart
}

/// For each comparison the one that it hangs on most, along a tree; none where they are as good as independent.
fn dependence(fit: &Fit, strangers: &[Weighed]) -> Vec<Option<usize>> {
    let count = fit.sizes.len();
    let mut edges = Vec::new();
    for a in 0..count {
        for b in a + 1..count {
            let (rows, columns) = (fit.sizes[a], fit.sizes[b]);
            let (mut joint, mut taken) = (vec![0.0; rows * columns], vec![0.0; rows * columns]);
            let both = |levels: &Levels| ![a, b].iter().any(|at| fit.missing[*at][usize::from(levels[*at])]);
            for Weighed { levels, strangers, others } in strangers.iter().filter(|weighed| both(&weighed.levels)) {
                let at = usize::from(levels[a]) * columns + usize::from(levels[b]);
                joint[at] += strangers;
                taken[at] += others;
            }
            let all: f64 = joint.iter().sum();
            let row: Vec<f64> = (0..rows).map(|i| joint[i * columns..][..columns].iter().sum()).collect();
            let column: Vec<f64> = (0..columns).map(|j| (0..rows).map(|i| joint[i * columns + j]).sum()).collect();
            let shared: f64 = (0..rows * columns)
                // Where most pairs were one person's, the rest may well be too.
                .filter(|at| joint[*at] > taken[*at])
                .map(|at| joint[at] * (joint[at] * all / (row[at / columns] * column[at % columns])).ln())
                .sum();
            let entropy = |counts: &[f64]| -> f64 {
                counts.iter().filter(|count| **count > 0.0).map(|count| count * (all / count).ln()).sum()
            };
            if shared > DEPENDS * entropy(&row).min(entropy(&column)) {
                edges.push((shared, a, b));
            }
        }
    }
    edges.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    // The heaviest edges that close no circle; each tree hangs from its comparison with most levels, the finest one.
    let mut group: Vec<usize> = (0..count).collect();
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for (_, a, b) in edges {
        if group[a] != group[b] {
            let (from, to) = (group[b], group[a]);
            group.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            kept.push((a, b));
        }
    }
    let mut parents = vec![None; count];
    for root in (0..count).filter(|at| {
        let finest =
            (0..count).filter(|other| group[*other] == group[*at]).max_by_key(|other| (fit.sizes[*other], count - other));
        finest == Some(*at)
    }) {
        let mut reached = vec![root];
        while let Some(at) = reached.pop() {
            for (a, b) in &kept {
                for (near, far) in [(*a, *b), (*b, *a)] {
                    if near == at && far != root && parents[far].is_none() && parents[at] != Some(far) {
                        parents[far] = Some(at);
                        reached.push(far);
                    }
                }
            }
        }
    }
    parents
}

/// Whether a comparison hangs on another, directly or not.
fn hangs_on(tree: &[Option<usize>], mut at: usize, other: usize) -> bool {
    while let Some(parent) = tree[at] {
        if parent == other {
            return true;
        }
        at = parent;
    }
    false
}

/// What one rule's candidates can teach.
struct Sitting {
    rule: usize,
    /// The comparisons that still say something of pairs that this rule brings together.
    comparisons: Vec<usize>,
}

/// Fewer pairs teach nothing.
const LEAST_PAIRS: u64 = 20;
/// No more rules than these teach.
const SITTINGS: usize = 8;

/// Rules with few strangers among their candidates, no two of which hold the same columns equal. What a comparison that is held
/// equal hangs on is left out with it; what hangs on it stays, since it is judged by the level that is held.
fn sittings(scorer: &Scorer<'_>, tree: &[Option<usize>], trial: &Trial) -> Vec<Sitting> {
    let model = scorer.model;
    let purity = |rule: usize| {
        let by_chance: f64 = model.rules[rule].same.iter().map(|(a, _)| scorer.features[*a].coincidence()).product();
        let count = scorer.records.len() as f64;
        1.0 - by_chance * count * (count - 1.0) / 2.0 / (trial.blocks[rule].pairs * trial.every) as f64
    };
    let mut order: Vec<(f64, usize)> = (0..trial.blocks.len())
        .filter(|rule| trial.blocks[*rule].pairs >= LEAST_PAIRS)
        .map(|rule| (purity(rule), rule))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut taken: Vec<Vec<usize>> = Vec::new();
    let mut sittings: Vec<Sitting> = Vec::new();
    // A sitting that leaves one comparison free, for those that no other sitting teaches of.
    let mut alone: Vec<Sitting> = Vec::new();
    for (purity, rule) in order {
        let mut held: Vec<usize> =
            model.rules[rule].same.iter().flat_map(|(a, b)| [model.features[*a].column, model.features[*b].column]).collect();
        held.sort_unstable();
        held.dedup();
        let is_held = |at: usize| held.contains(&model.own_column(at));
        let mut free: Vec<bool> = (0..tree.len()).map(|at| !is_held(at)).collect();
        for at in (0..tree.len()).filter(|at| is_held(*at)) {
            let mut above = tree[at];
            while let Some(at) = above {
                free[at] = false;
                above = tree[at];
            }
        }
        let comparisons: Vec<usize> = (0..tree.len()).filter(|at| free[*at]).collect();
        if let [only] = comparisons[..]
            && alone.iter().all(|sitting| sitting.comparisons != [only])
        {
            alone.push(Sitting { rule, comparisons });
            continue;
        }
        // Two that are pure enough are needed; where there are none, the purest have to do.
        if comparisons.len() < 2 || taken.contains(&held) || purity < PURE && sittings.len() >= 2 {
            continue;
        }
        taken.push(held);
        sittings.push(Sitting { rule, comparisons });
        if sittings.len() == SITTINGS {
            break;
        }
    }
    alone.retain(|sitting| sittings.iter().all(|other| !other.comparisons.contains(&sitting.comparisons[0])));
    sittings.extend(alone);
    sittings
}

/// Chances of each level of each comparison, by the level of the comparison that it hangs on.
type Tables = Vec<Vec<Vec<f64>>>;

/// Pairs picked as strangers, of one pattern: how many are, and how many are one person after all.
struct Weighed {
    levels: Levels,
    strangers: f64,
    others: f64,
}

/// The numbers while they are learned.
struct Fit {
    m: Tables,
    u: Tables,
    h: Tables,
    /// Of two people of one household, the shares who are twins, namesakes, and use one number.
    kin: [f64; 3],
    /// The comparison that each hangs on, and how often its levels occur among strangers; one row where there is none.
    tree: Vec<Option<usize>>,
    parents: Vec<Vec<f64>>,
    missing: Vec<Vec<bool>>,
    sizes: Vec<usize>,
    /// The comparisons of forename and surname, where namesakes are told apart.
    names: Option<(usize, usize)>,
}

/// Kinds of pairs: one person, strangers, a household, namesakes. The names of namesakes agree as one person's do, whatever else
/// there is as strangers': people of one family or origin share forename and surname more often than chance would have it.
const CLASSES: usize = 4;

impl Fit {
    /// Before anything is known.
    fn new(model: &Model) -> Fit {
        let first: Tables =
            model.comparisons.iter().map(|comparison| vec![comparison.levels.iter().map(|level| level.m).collect()]).collect();
        Fit {
            m: first.clone(),
            u: first.clone(),
            h: first,
            kin: KIN.map(|(share, _, _)| share),
            tree: vec![None; model.comparisons.len()],
            parents: vec![vec![1.0]; model.comparisons.len()],
            missing: model.comparisons.iter().map(|of| of.levels.iter().map(|level| level.missing).collect()).collect(),
            sizes: model.comparisons.iter().map(|of| of.levels.len()).collect(),
            names: None,
        }
    }

    /// With what strangers show, along a tree; one person and households as at first.
    fn by_strangers(model: &Model, tree: &[Option<usize>], strangers: &[Weighed], exact: &[Option<(usize, f64)>]) -> Fit {
        let mut fit = Fit { tree: tree.to_vec(), ..Fit::new(model) };
        for at in 0..tree.len() {
            let rows = tree[at].map_or(1, |parent| fit.sizes[parent]);
            let mut counts = vec![vec![0.0; fit.sizes[at]]; rows];
            let mut all = vec![0.5; fit.sizes[at]];
            fit.parents[at] = vec![0.0; rows];
            for Weighed { levels, strangers, .. } in strangers {
                let row = fit.row(at, levels);
                counts[row][usize::from(levels[at])] += strangers;
                all[usize::from(levels[at])] += strangers;
                fit.parents[at][row] += strangers;
            }
            normalise(&mut all, &fit.missing[at]);
            if let Some((level, chance)) = exact[at] {
                let others = (1.0 - chance) / (1.0 - all[level]).max(LEAST);
                all.iter_mut().zip(&fit.missing[at]).filter(|(_, missing)| !**missing).for_each(|(all, _)| *all *= others);
                all[level] = chance;
            }
            fit.u[at] = counts
                .into_iter()
                .map(|counts| towards(counts, &all, if rows > 1 { 2.0 } else { 1e12 }, &fit.missing[at]))
                .collect();
            fit.m[at] = vec![fit.m[at][0].clone(); rows];
            fit.h[at].clone_from(&fit.m[at]);
        }
        fit
    }

    /// For each comparison the level at which values agree exactly, and how often strangers' do: the sum of squared shares, less
    /// what one person's records add to it. Only where too few pairs can be looked at to count it.
    fn exact(&self, scorer: &Scorer<'_>, training: &Training) -> Vec<Option<(usize, f64)>> {
        let share = (training.matches / training.possible.max(1.0)).min(0.5);
        let of = |at: usize| {
            let levels = &scorer.model.comparisons[at].levels;
            let level = levels.iter().position(|level| level.frequency.is_some_and(|frequency| !frequency.near))?;
            let feature = levels[level].frequency?.feature;
            let by_chance = scorer.features[feature].same_by_chance();
            let m = mean(&self.m[at], &self.parents[at])[level];
            Some((level, ((by_chance - share * m) / (1.0 - share)).max(by_chance / 100.0).max(LEAST)))
        };
        let sampled = training.possible > 2.0 * training.strangers as f64;
        (0..self.sizes.len()).map(|at| of(at).filter(|_| sampled)).collect()
    }

    /// Which row of a comparison's table holds for a pattern.
    fn row(&self, at: usize, levels: &Levels) -> usize {
        self.tree[at].map_or(0, |parent| usize::from(levels[parent]))
    }

    /// How likely a pattern is in each class, by some of the comparisons.
    fn likelihoods(&self, levels: &Levels, comparisons: &[usize]) -> [f64; CLASSES] {
        let mut found = [1.0; CLASSES];
        for at in comparisons.iter().copied() {
            let (row, level) = (self.row(at, levels), usize::from(levels[at]));
            if !self.missing[at][level] {
                found[0] *= self.m[at][row][level];
                found[1] *= self.u[at][row][level];
                found[2] *= self.h[at][row][level];
                let is_name = self.names.is_some_and(|(forename, surname)| at == forename || at == surname);
                found[3] *= if is_name { self.m[at][row][level] } else { self.u[at][row][level] };
            }
        }
        found
    }

    /// The strangers' patterns, parted from the pairs that are one person's by what is known so far.
    fn strangers_only(&self, strangers: &[(Levels, u64)], training: &Training) -> Vec<Weighed> {
        let share = (training.matches / training.possible.max(1.0)).min(0.5);
        let all: Vec<usize> = (0..self.sizes.len()).collect();
        let weigh = |(levels, count): &(Levels, u64)| {
            let [m, u, ..] = self.likelihoods(levels, &all);
            let stranger = if share > 0.0 { (1.0 - share) * u / ((1.0 - share) * u + share * m) } else { 1.0 };
            let count = *count as f64;
            Weighed { levels: *levels, strangers: count * stranger, others: count * (1.0 - stranger) }
        };
        strangers.iter().map(weigh).collect()
    }

    /// All sittings together: first one person against strangers; then households are told apart as well.
    fn learn(&mut self, patterns: &Patterns, sittings: &[Sitting], nature: &Nature) {
        let first = self.m.clone();
        for (at, shared) in nature.shared.iter().enumerate() {
            if !shared {
                // What is each person's own agrees in a household as it does among strangers.
                self.h[at].clone_from(&self.u[at]);
            }
        }
        self.kin_alike(nature);
        let of_sitting: Vec<Vec<(Levels, f64)>> = sittings
            .iter()
            .map(|sitting| {
                let found = patterns.iter().filter(|(_, rules, _)| rules >> sitting.rule & 1 == 1);
                found.map(|(levels, _, count)| (*levels, *count as f64)).collect()
            })
            .collect();
        for with_household in [false, true] {
            if with_household {
                // From above: from below, twins would already be taken for one person with another forename.
                self.kin = KIN.map(|(_, _, most)| most);
                for at in (0..self.sizes.len()).filter(|at| !nature.shared[*at] && nature.kin[*at] != Some(Kin::Twins)) {
                    self.m[at].clone_from(&first[at]);
                }
                self.kin_alike(nature);
            }
            let namesakes = if self.names.is_some() { 0.3 } else { 0.0 };
            let households = if with_household { 0.1 } else { 0.0 };
            let one_person = 0.3 - households;
            let mix = [one_person, 1.0 - one_person - households - namesakes, households, namesakes];
            let mut mixes = vec![mix; sittings.len()];
            for _ in 0..ROUNDS {
                let old = self.m.clone();
                self.round(&of_sitting, sittings, nature, &first, &mut mixes);
                let moved = old.iter().flatten().flatten().zip(self.m.iter().flatten().flatten());
                if moved.map(|(old, new)| (old - new).abs()).fold(0.0, f64::max) < 1e-4 {
                    break;
                }
            }
        }
    }

    /// Days of birth in a household: of twins as of one person, of others as of strangers. Forenames likewise.
    fn kin_alike(&mut self, nature: &Nature) {
        for (at, kin) in nature.kin.iter().enumerate().filter_map(|(at, kin)| kin.map(|kin| (at, kin))) {
            let alike = self.kin[kin as usize];
            for (row, h) in self.h[at].iter_mut().enumerate() {
                let both = self.m[at][row].iter().zip(&self.u[at][row]);
                h.iter_mut().zip(both).for_each(|(h, (m, u))| *h = alike * m + (1.0 - alike) * u);
            }
        }
    }

    /// One round of expectation and maximisation.
    fn round(
        &mut self,
        patterns: &[Vec<(Levels, f64)>],
        sittings: &[Sitting],
        nature: &Nature,
        first: &Tables,
        mixes: &mut [[f64; CLASSES]],
    ) {
        let (mut m, mut h) = (scaled(first, 0.0), scaled(first, 0.0));
        let (mut alike, mut seen) = (KIN.map(|(share, strength, _)| share * strength), KIN.map(|(_, strength, _)| strength));
        for ((patterns, sitting), mix) in patterns.iter().zip(sittings).zip(mixes) {
            let seen_before = [1.0, 1.0, 0.1, 0.1];
            let mut classes = std::array::from_fn(|class| if mix[class] > 0.0 { seen_before[class] } else { 0.0 });
            for (levels, count) in patterns {
                let likely = self.likelihoods(levels, &sitting.comparisons);
                let weighed: [f64; CLASSES] = std::array::from_fn(|class| likely[class] * mix[class]);
                let sum: f64 = weighed.iter().sum();
                if sum <= 0.0 {
                    continue;
                }
                let share = weighed.map(|weighed| count * weighed / sum);
                (0..CLASSES).for_each(|class| classes[class] += share[class]);
                for at in sitting.comparisons.iter().copied() {
                    let (row, level) = (self.row(at, levels), usize::from(levels[at]));
                    m[at][row][level] += share[0];
                    h[at][row][level] += share[2];
                    if let Some(kin) = nature.kin[at].filter(|_| !self.missing[at][level] && share[2] > 0.0) {
                        let kin = kin as usize;
                        alike[kin] += share[2] * self.kin[kin] * self.m[at][row][level] / self.h[at][row][level];
                        seen[kin] += share[2];
                    }
                }
            }
            let sum: f64 = classes.iter().sum();
            *mix = classes.map(|class: f64| class / sum);
        }
        for (at, missing) in self.missing.iter().enumerate() {
            self.m[at] = settled(&m[at], &first[at][0], FIRST.0, missing);
            if let [only] = &mut self.m[at][..] {
                rid(only, &self.u[at][0], nature.astray[at], missing);
            }
            if nature.shared[at] {
                self.h[at] = settled(&h[at], &first[at][0], FIRST.1, missing);
            }
        }
        self.kin = [0, 1, 2].map(|kin| (alike[kin] / seen[kin]).min(KIN[kin].2));
        self.kin_alike(nature);
    }

    /// The comparisons of forename and surname, and of all pairs the share who are namesakes, where these are enough to matter:
    /// held against the pairs of strangers who share both names by chance.
    fn tied(&self, training: &Training) -> Option<(usize, usize, f64)> {
        let (forename, surname) = self.names?;
        let share = training.namesakes / training.possible.max(1.0);
        // The first level that is not missing: the names are the same.
        let same = |tables: &Tables, at: usize| {
            let first = self.missing[at].iter().position(|missing| !missing)?;
            Some(mean(&tables[at], &self.parents[at])[first])
        };
        let by_chance = same(&self.u, forename)? * same(&self.u, surname)?;
        let tied = share * same(&self.m, forename)? * same(&self.m, surname)?;
        (tied > TIED * by_chance).then_some((forename, surname, share))
    }

    /// Namesakes are strangers after all: where there are enough of them, strangers' forenames hang on their surnames.
    fn tie_names(&mut self, tree: &mut [Option<usize>], training: &Training) {
        let Some((forename, surname, share)) = self.tied(training) else { return };
        let surnames = |tables: &Tables| mean(&tables[surname], &self.parents[surname]);
        let (u, m) = (surnames(&self.u), surnames(&self.m));
        let row = |row: usize| {
            let both = self.u[forename][0].iter().zip(&self.m[forename][0]);
            let mut chances: Vec<f64> = both.map(|(of_u, of_m)| u[row] * of_u + share * m[row] * of_m).collect();
            match self.missing[surname][row] {
                true => self.u[forename][0].clone(),
                false => {
                    normalise(&mut chances, &self.missing[forename]);
                    chances
                }
            }
        };
        let rows = self.sizes[surname];
        let tied = (0..rows).map(row).collect();
        self.u[forename] = tied;
        self.m[forename] = vec![self.m[forename][0].clone(); rows];
        self.h[forename] = vec![self.h[forename][0].clone(); rows];
        self.parents[forename] = u;
        self.tree[forename] = Some(surname);
        tree[forename] = Some(surname);
    }

    /// How many candidates are one person, and one household, by all comparisons and the shares this itself implies.
    fn weigh(&self, patterns: &Patterns, training: &mut Training) {
        let all = training.possible.max(1.0);
        let comparisons: Vec<usize> = (0..self.sizes.len()).collect();
        let likely: Vec<([f64; CLASSES], f64)> =
            patterns.iter().map(|(levels, _, count)| (self.likelihoods(levels, &comparisons), *count as f64)).collect();
        let mut found = [all * 1e-4, 0.0, all * 1e-5, if self.names.is_some() { all * 1e-5 } else { 0.0 }];
        for _ in 0..100 {
            let mut shares = found.map(|found| found / all);
            shares[1] = 1.0 - shares.iter().sum::<f64>();
            let mut next = [0.0; CLASSES];
            for (likely, count) in &likely {
                let weighed: [f64; CLASSES] = std::array::from_fn(|class| likely[class] * shares[class]);
                let sum: f64 = weighed.iter().sum();
                if sum > 0.0 {
                    (0..CLASSES).for_each(|class| next[class] += count * weighed[class] / sum);
                }
            }
            next[1] = 0.0;
            let still = (next[0] - found[0]).abs() < 1e-6 * found[0].max(1.0);
            found = [next[0].max(1e-9), 0.0, next[2].max(1e-9), next[3]];
            if still {
                break;
            }
        }
        [training.matches, _, training.households, training.namesakes] = found;
    }
}

/// Chances from counts by row: a row that was hardly seen is as all rows together, and those as they were believed at first.
fn settled(counts: &[Vec<f64>], first: &[f64], belief: f64, missing: &[bool]) -> Vec<Vec<f64>> {
    let mut all: Vec<f64> = (0..first.len()).map(|level| counts.iter().map(|row| row[level]).sum()).collect();
    all.iter_mut().zip(first).for_each(|(all, first)| *all += belief * first);
    normalise(&mut all, missing);
    counts.iter().map(|row| towards(row.clone(), &all, 5.0, missing)).collect()
}

/// Rids one person's chances of strangers: at the last level, which says "different", no more than `most` of what strangers have.
/// Pairs that agree on some fields by chance, or as neighbours and relatives do, would else pass for one person whose other fields
/// say nothing: the known part of a mixture can only be told from the other where that one has next to nothing somewhere (Patra
/// and Sen 2016). Levels before the last are left to the data: there are sources whose dates are a few years off as a rule.
fn rid(m: &mut [f64], u: &[f64], most: f64, missing: &[bool]) {
    let last = (0..u.len()).rfind(|level| !missing[*level]);
    let strangers = last.map_or(0.0, |level| ((m[level] / u[level]).min(0.99) - most) / (1.0 - most));
    if strangers > 0.0 {
        m.iter_mut().zip(u).for_each(|(m, u)| *m = ((*m - strangers * u) / (1.0 - strangers)).max(m.min(most * u)));
        normalise(m, missing);
    }
}

/// Counts drawn towards some chances, as if so many more had been seen of those.
fn towards(mut counts: Vec<f64>, chances: &[f64], strength: f64, missing: &[bool]) -> Vec<f64> {
    counts.iter_mut().zip(chances).for_each(|(count, chance)| *count += strength * chance);
    normalise(&mut counts, missing);
    counts
}

/// Counts become shares of the levels that are not missing, none of them nothing.
fn normalise(chances: &mut [f64], missing: &[bool]) {
    let sum: f64 = chances.iter().zip(missing).filter(|(_, missing)| !**missing).map(|(chance, _)| *chance).sum();
    for (chance, missing) in chances.iter_mut().zip(missing) {
        *chance = if *missing { 1.0 } else { (*chance / sum.max(1e-300)).max(LEAST) };
    }
}

fn scaled(tables: &Tables, by: f64) -> Tables {
    tables.iter().map(|rows| rows.iter().map(|row| row.iter().map(|chance| chance * by).collect()).collect()).collect()
}

/// The mean of rows, each weighed.
fn mean(rows: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    let weight = |row: usize| if sum > 0.0 { weights[row] / sum } else { 1.0 / rows.len() as f64 };
    (0..rows[0].len()).map(|level| (0..rows.len()).map(|row| weight(row) * rows[row][level]).sum()).collect()
}

const _: () = assert!(MOST_COMPARISONS <= 255, "levels are kept in bytes");

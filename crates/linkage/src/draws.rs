//! Draws: other ways to divide the same records into persons, drawn by the probabilities of their links. The input is the
//! tables of persons and links, and random numbers between 0 and 1. The output is whole linkages, each as likely as its links
//! say. A figure that is counted once for each of them has a spread, and this spread is the uncertainty from linkage.
//!
//! Records that are hardly in doubt form one *core*. Cores that are connected by links form a *component* (a group of linked
//! records). A component can be divided into persons in a number of ways. The odds of a division are the product of the odds of
//! all pairs of cores that it puts together, and the odds of two cores come from the mean weight of the links between them. So
//! a link that depends on no other holds with its own probability. A record that can be one of two people and not both is never
//! both. If a record is put with two others, those two are put together. Small components are drawn from all possible
//! divisions, large ones by Gibbs sampling (Geman and Geman 1984).
//!
//! The links are taken at their word: whether their probabilities are right depends on the model. Links of one component count
//! as if each were independent, which is too sure if several say the same. Pairs that were never compared are in no draw.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::identity::RecordKey;
use super::persons::{Member, RecordLink};

/// Records of one person whose link has at least this probability stay together in every draw.
pub const SURE: f64 = 0.999;
/// Links with less than this probability are not drawn.
pub const LEAST_LIKELY: f64 = 0.001;
/// The bits of a pair of different persons without a link: it was compared and did not agree, or was never compared.
const NO_LINK_BITS: f64 = -10.0;
/// No link counts for more than this either way. The tables keep probabilities to six decimal places.
const MOST_BITS: f64 = 20.0;
/// Components of up to this many cores are drawn from all divisions. Eight cores have 4,140.
const MOST_LISTED: usize = 8;
/// Passes over a larger component: before the first draw, and between draws.
const PASSES: (u64, u64) = (50, 5);
/// The pairs of a person with more cores than this are not listed one by one.
const MOST_CORES: usize = 64;

/// A random number strictly between 0 and 1 for a component (by its first record), a draw, and a step of that draw.
pub type KeyedUniform<'a> = dyn Fn(u64, u64, u64) -> f64 + Sync + 'a;

/// Linkages that were drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkageDraws {
    /// For each record its person as linked: the first of the person's records.
    pub linked: Vec<u32>,
    pub components: Vec<DrawnComponent>,
    pub count: usize,
}

/// Records connected by links, some of which are in doubt.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnComponent {
    /// The records of each core. Cores are in the order of their first records.
    pub cores: Vec<Vec<u32>>,
    /// Draw by draw, for each core the first core of its person.
    drawn: Vec<u32>,
}

impl LinkageDraws {
    /// For each record its person in a draw: the first of the person's records.
    #[must_use]
    pub fn persons(&self, draw: usize) -> Vec<u32> {
        let mut persons = self.linked.clone();
        for component in &self.components {
            let of = &component.drawn[draw * component.cores.len()..][..component.cores.len()];
            for (core, first) in component.cores.iter().zip(of) {
                core.iter().for_each(|record| persons[*record as usize] = component.cores[*first as usize][0]);
            }
        }
        persons
    }

    /// For each record whether any draw may move it.
    #[must_use]
    pub fn doubtful(&self) -> Vec<bool> {
        let mut doubtful = vec![false; self.linked.len()];
        self.components
            .iter()
            .flat_map(|component| component.cores.iter().flatten())
            .for_each(|record| doubtful[*record as usize] = true);
        doubtful
    }

    /// The number of components that were too large to list all divisions.
    #[must_use]
    pub fn large(&self) -> usize {
        self.components.iter().filter(|component| component.cores.len() > MOST_LISTED).count()
    }
}

/// Draws linkages. Links of records that are not members are left out. The order of the links makes no difference.
#[must_use]
pub fn draws(members: &[Member], links: &[RecordLink], count: usize, uniform: &KeyedUniform<'_>) -> LinkageDraws {
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    let linked: Vec<u32> =
        members.iter().enumerate().map(|(at, member)| *first.entry(member.person.as_str()).or_insert(at as u32)).collect();
    let pairs = pairs(members, links);
    let (core, cores) = cores(&linked, &pairs);
    let bits = between(&linked, &pairs, &core, &cores);
    let components = components(&linked, &cores, &bits);
    let components = components.into_par_iter().map(|component| component.drawn(count, uniform)).collect();
    LinkageDraws { linked, components, count }
}

/// Pairs of records in order, each once with its greatest probability.
fn pairs(members: &[Member], links: &[RecordLink]) -> Vec<(u32, u32, f64)> {
    let at: BTreeMap<&RecordKey, u32> = members.iter().enumerate().map(|(at, member)| (&member.key, at as u32)).collect();
    let pair = |link: &RecordLink| {
        let (one, other) = (*at.get(&link.pair[0])?, *at.get(&link.pair[1])?);
        (one != other).then(|| (one.min(other), one.max(other), link.probability))
    };
    let mut pairs: Vec<(u32, u32, f64)> = links.iter().filter_map(pair).collect();
    pairs.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    pairs.dedup_by_key(|pair| (pair.0, pair.1));
    pairs
}

/// The core of each record, and the records of each core. A core has records of one person joined by sure links, and parts of a
/// person with no link between them at all, because somebody must have decided that they belong together.
fn cores(linked: &[u32], pairs: &[(u32, u32, f64)]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let within = || pairs.iter().filter(|(one, other, _)| linked[*one as usize] == linked[*other as usize]);
    let mut held: Vec<u32> = (0..linked.len() as u32).collect();
    within().filter(|(_, _, probability)| *probability >= LEAST_LIKELY).for_each(|(one, other, _)| join(&mut held, *one, *other));
    let mut core: Vec<u32> = (0..linked.len() as u32).collect();
    within().filter(|(_, _, probability)| *probability >= SURE).for_each(|(one, other, _)| join(&mut core, *one, *other));
    for (record, person) in linked.iter().enumerate() {
        if root(&mut held, record as u32) != root(&mut held, *person) {
            join(&mut held, record as u32, *person);
            join(&mut core, record as u32, *person);
        }
    }
    let mut cores: Vec<Vec<u32>> = Vec::new();
    let mut of = vec![0; linked.len()];
    for record in 0..linked.len() as u32 {
        let first = root(&mut core, record);
        if first == record {
            of[record as usize] = cores.len() as u32;
            cores.push(Vec::new());
        } else {
            of[record as usize] = of[first as usize];
        }
        cores[of[record as usize] as usize].push(record);
    }
    (of, cores)
}

/// The bits between two cores, the lower first.
type CoreWeights = BTreeMap<(u32, u32), f64>;

/// The mean over all pairs of records between two cores. A pair of one person without a link counts nothing, because the other
/// pairs held the person together without it.
fn between(linked: &[u32], pairs: &[(u32, u32, f64)], core: &[u32], cores: &[Vec<u32>]) -> CoreWeights {
    let mut sums: BTreeMap<(u32, u32), (f64, usize)> = BTreeMap::new();
    for (one, other, probability) in pairs {
        let (a, b) = (core[*one as usize], core[*other as usize]);
        if a != b {
            let sum = sums.entry((a.min(b), a.max(b))).or_default();
            sum.0 += (probability / (1.0 - probability)).log2().clamp(-MOST_BITS, MOST_BITS);
            sum.1 += 1;
        }
    }
    let same = |a: u32, b: u32| linked[cores[a as usize][0] as usize] == linked[cores[b as usize][0] as usize];
    let mean = |((a, b), (sum, listed)): ((u32, u32), (f64, usize))| {
        let all = if same(a, b) { listed } else { cores[a as usize].len() * cores[b as usize].len() };
        ((a, b), (sum + (all - listed) as f64 * NO_LINK_BITS) / all as f64)
    };
    let mut bits: CoreWeights = sums.into_iter().map(mean).collect();
    let mut of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    (0..cores.len() as u32).for_each(|at| of.entry(linked[cores[at as usize][0] as usize]).or_default().push(at));
    for own in of.values().filter(|own| (2..=MOST_CORES).contains(&own.len())) {
        for (at, one) in own.iter().enumerate() {
            for other in &own[at + 1..] {
                bits.entry((*one, *other)).or_insert(0.0);
            }
        }
    }
    bits
}

/// A component before it is drawn: its cores, and the bits between those that have any, by their places in it.
struct UndrawnComponent {
    cores: Vec<Vec<u32>>,
    bits: CoreWeights,
}

fn components(linked: &[u32], cores: &[Vec<u32>], bits: &CoreWeights) -> Vec<UndrawnComponent> {
    let least_likely = (LEAST_LIKELY / (1.0 - LEAST_LIKELY)).log2();
    let mut connected: Vec<u32> = (0..cores.len() as u32).collect();
    bits.iter().filter(|(_, bits)| **bits >= least_likely).for_each(|((a, b), _)| join(&mut connected, *a, *b));
    let mut last: BTreeMap<u32, u32> = BTreeMap::new();
    for at in 0..cores.len() as u32 {
        if let Some(before) = last.insert(linked[cores[at as usize][0] as usize], at) {
            join(&mut connected, before, at);
        }
    }
    let roots: Vec<u32> = (0..cores.len() as u32).map(|at| root(&mut connected, at)).collect();
    let mut found: BTreeMap<u32, UndrawnComponent> = BTreeMap::new();
    let mut place = vec![0; cores.len()];
    for (at, core) in cores.iter().enumerate() {
        let component =
            found.entry(roots[at]).or_insert_with(|| UndrawnComponent { cores: Vec::new(), bits: CoreWeights::new() });
        place[at] = component.cores.len() as u32;
        component.cores.push(core.clone());
    }
    for ((a, b), bits) in bits {
        if let Some(component) = found.get_mut(&roots[*a as usize]).filter(|_| roots[*a as usize] == roots[*b as usize]) {
            component.bits.insert((place[*a as usize], place[*b as usize]), *bits);
        }
    }
    found.into_values().filter(|component| component.cores.len() > 1).collect()
}

impl UndrawnComponent {
    fn bits(&self, a: u32, b: u32) -> f64 {
        self.bits.get(&(a.min(b), a.max(b))).copied().unwrap_or(NO_LINK_BITS)
    }

    fn drawn(self, count: usize, uniform: &KeyedUniform<'_>) -> DrawnComponent {
        let drawn = if self.cores.len() <= MOST_LISTED { self.listed(count, uniform) } else { self.sampled(count, uniform) };
        DrawnComponent { cores: self.cores, drawn }
    }

    /// Each draw takes one of all divisions, by one random number.
    fn listed(&self, count: usize, uniform: &KeyedUniform<'_>) -> Vec<u32> {
        let mut divisions: Vec<(Vec<u32>, f64)> = vec![(Vec::new(), 0.0)];
        for core in 0..self.cores.len() as u32 {
            let longer = divisions.iter().flat_map(|(division, bits)| {
                let mut firsts: Vec<u32> = division.clone();
                firsts.sort_unstable();
                firsts.dedup();
                let with = |first: u32| {
                    let own = (0..core).filter(|other| division[*other as usize] == first);
                    let bits = bits + own.map(|other| self.bits(other, core)).sum::<f64>();
                    (division.iter().copied().chain([first]).collect(), bits)
                };
                firsts.into_iter().chain([core]).map(with).collect::<Vec<_>>()
            });
            divisions = longer.collect();
        }
        let best = divisions.iter().map(|(_, bits)| *bits).fold(f64::MIN, f64::max);
        let upto: Vec<f64> = divisions
            .iter()
            .scan(0.0, |sum, (_, bits)| {
                *sum += (bits - best).exp2();
                Some(*sum)
            })
            .collect();
        let all = upto.last().copied().unwrap_or(0.0);
        let component = u64::from(self.cores[0][0]);
        let draw = |draw: u64| {
            let wanted = uniform(component, draw, 0) * all;
            &divisions[upto.partition_point(|upto| *upto < wanted).min(divisions.len() - 1)].0
        };
        (0..count as u64).flat_map(draw).copied().collect()
    }

    /// Pass by pass over all cores. At the start each core is alone.
    fn sampled(&self, count: usize, uniform: &KeyedUniform<'_>) -> Vec<u32> {
        let cores = self.cores.len();
        let mut chain = GibbsChain::new(self);
        let component = u64::from(self.cores[0][0]);
        let mut drawn = Vec::with_capacity(count * cores);
        for draw in 0..count as u64 {
            let passes = if draw == 0 { PASSES.0 } else { PASSES.1 };
            (0..passes * cores as u64)
                .for_each(|step| chain.place_core((step % cores as u64) as usize, uniform(component, draw, step)));
            let mut first: BTreeMap<u32, u32> = BTreeMap::new();
            drawn.extend(chain.group.iter().enumerate().map(|(core, group)| *first.entry(*group).or_insert(core as u32)));
        }
        drawn
    }
}

/// The state of Gibbs sampling: one division of a component into persons.
struct GibbsChain {
    /// For each core the cores that it has bits with.
    near: Vec<Vec<(u32, f64)>>,
    group: Vec<u32>,
    /// The number of cores in each group, and the groups without any.
    size: Vec<u32>,
    free: Vec<u32>,
}

impl GibbsChain {
    fn new(component: &UndrawnComponent) -> GibbsChain {
        let cores = component.cores.len();
        let mut near: Vec<Vec<(u32, f64)>> = vec![Vec::new(); cores];
        for ((a, b), bits) in &component.bits {
            near[*a as usize].push((*b, *bits));
            near[*b as usize].push((*a, *bits));
        }
        GibbsChain { near, group: (0..cores as u32).collect(), size: vec![1; cores], free: Vec::new() }
    }

    /// Puts a core with one of the groups that it has bits with, or alone, given where all others are.
    fn place_core(&mut self, core: usize, uniform: f64) {
        let left = self.group[core];
        self.size[left as usize] -= 1;
        let mut groups: BTreeMap<u32, (f64, u32)> = BTreeMap::new();
        for (other, bits) in &self.near[core] {
            let sum = groups.entry(self.group[*other as usize]).or_default();
            *sum = (sum.0 + bits, sum.1 + 1);
        }
        let without = |at: u32, listed: u32| f64::from(self.size[at as usize] - listed) * NO_LINK_BITS;
        let options: Vec<(u32, f64)> = groups.into_iter().map(|(at, (bits, listed))| (at, bits + without(at, listed))).collect();
        let best = options.iter().map(|(_, bits)| *bits).fold(0.0, f64::max);
        let all = (-best).exp2() + options.iter().map(|(_, bits)| (bits - best).exp2()).sum::<f64>();
        let mut wanted = uniform * all;
        let chosen = options.iter().find(|(_, bits)| {
            wanted -= (bits - best).exp2();
            wanted < 0.0
        });
        let emptied = self.size[left as usize] == 0;
        self.group[core] = match chosen {
            Some((at, _)) => {
                self.free.extend(emptied.then_some(left));
                *at
            }
            // There are as many groups as cores, so one is empty when a core is in none.
            None if emptied => left,
            None => self.free.pop().unwrap_or(left),
        };
        self.size[self.group[core] as usize] += 1;
    }
}

/// The root of a joined set. Shortens the path to it.
fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}

fn join(parent: &mut [u32], one: u32, other: u32) {
    let (one, other) = (root(parent, one), root(parent, other));
    parent[one.max(other) as usize] = one.min(other);
}

#[cfg(test)]
mod tests;

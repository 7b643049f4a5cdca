//! Clustering: from match weights of pairs to persons, by average linkage. Two groups of records become one while the mean
//! weight over *all* pairs between them is at least the match threshold, the best first. One mistaken pair then does not join
//! two people for good, as it does if every connected component becomes one person.
//!
//! A pair that no rule brought together is scored when its groups meet, so its weight is not a guess. Pairs that must be one
//! person are joined first, and pairs that cannot be one person are never joined.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use rayon::prelude::*;

use super::prediction::Prediction;

/// Decisions about pairs: made by people, or following from an agency's ids.
#[derive(Clone, Debug, Default)]
pub struct PairDecisions {
    /// Pairs that must be one person.
    pub must: Vec<(u32, u32)>,
    /// Pairs that cannot be one person, in order.
    pub cannot: Vec<(u32, u32)>,
}

/// No single pair counts for more than this many bits above or below the threshold. A sum over many pairs is then not ruled by
/// one of them.
pub const MOST_BITS: f64 = 20.0;
/// The bits that a pair counts for.
#[must_use]
pub fn capped(bits: f64, threshold: f64) -> f64 {
    bits.clamp(threshold - MOST_BITS, threshold + MOST_BITS)
}

/// Of two large groups, at most this many records of each are compared.
pub const MOST_COMPARED: usize = 64;

/// The person of each record: the lowest of the person's records. `weigh` scores any pair, lower record first; `None` for a
/// pair that may not be one person.
#[must_use]
pub fn clusters(
    records: usize,
    links: &[Prediction],
    decisions: &PairDecisions,
    threshold: f64,
    weigh: impl Fn(u32, u32) -> Option<f64> + Sync,
) -> Vec<u32> {
    let mut connected = Forest::new(records);
    let allowed = |link: &&Prediction| decisions.cannot.binary_search(&(link.left, link.right)).is_err();
    let strong = || links.iter().filter(|link| f64::from(link.weight) >= threshold).filter(allowed);
    strong().for_each(|link| connected.join(link.left, link.right));
    decisions.must.iter().for_each(|(left, right)| connected.join(*left, *right));
    let root: Vec<u32> = (0..records as u32).map(|record| connected.root(record)).collect();
    let capped = |bits: f64| capped(bits, threshold);
    // Sorted by their roots. Predictions are in order, and stay so where the root is the same.
    let mut places = vec![0_u32; records + 1];
    strong().for_each(|link| places[root[link.left as usize] as usize + 1] += 1);
    (1..places.len()).for_each(|at| places[at] += places[at - 1]);
    let mut by_root = vec![(0, 0, 0, 0.0); places[records] as usize];
    for link in strong() {
        let root = root[link.left as usize];
        by_root[places[root as usize] as usize] = (root, link.left, link.right, capped(f64::from(link.weight)));
        places[root as usize] += 1;
    }
    drop(places);
    let mut must: Vec<(u32, u32, u32)> = decisions.must.iter().map(|(a, b)| (root[*a as usize], *a, *b)).collect();
    must.sort_unstable();
    let weigh = |left: u32, right: u32| {
        let (left, right) = (left.min(right), left.max(right));
        if decisions.cannot.binary_search(&(left, right)).is_ok() {
            return f64::NEG_INFINITY;
        }
        weigh(left, right).map_or(f64::NEG_INFINITY, capped)
    };
    let groups: Vec<&[(u32, u32, u32, f64)]> = by_root.chunk_by(|a, b| a.0 == b.0).collect();
    let joined: Vec<Vec<(u32, u32)>> = groups
        .into_par_iter()
        .map(|links| {
            let root = links[0].0;
            let from = must.partition_point(|(at, _, _)| *at < root);
            let musts: Vec<(u32, u32)> =
                must[from..].iter().take_while(|(at, _, _)| *at == root).map(|(_, a, b)| (*a, *b)).collect();
            if let ([], Some(joined)) = (&musts[..], all_agree(links, threshold, &weigh)) {
                return joined;
            }
            MergingGroups::new(links, &musts, &weigh).run(threshold, &weigh)
        })
        .collect();
    let mut forest = Forest::new(records);
    joined.iter().flatten().for_each(|(left, right)| forest.join(*left, *right));
    decisions.must.iter().for_each(|(left, right)| forest.join(*left, *right));
    (0..records as u32).map(|record| forest.root(record)).collect()
}

/// A component in which every pair is above the threshold is one person, in whatever order its groups are joined. Only small
/// components are checked.
fn all_agree(links: &[(u32, u32, u32, f64)], threshold: f64, weigh: &impl Fn(u32, u32) -> f64) -> Option<Vec<(u32, u32)>> {
    const FEW: usize = 16;
    if let [(_, left, right, _)] = links {
        return Some(vec![(*left, *right)]);
    }
    let mut records: Vec<u32> = links.iter().take(FEW * FEW).flat_map(|(_, left, right, _)| [*left, *right]).collect();
    records.sort_unstable();
    records.dedup();
    if links.len() > FEW * FEW || records.len() > FEW {
        return None;
    }
    let is_link = |left: u32, right: u32| links.binary_search_by_key(&(left, right), |link| (link.1, link.2)).is_ok();
    let agree = |left: u32, right: u32| is_link(left, right) || weigh(left, right) >= threshold;
    let all = records.iter().enumerate().all(|(at, left)| records[at + 1..].iter().all(|right| agree(*left, *right)));
    all.then(|| records[1..].iter().map(|record| (records[0], *record)).collect())
}

/// Records joined into trees. The root is the lowest record.
struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    fn new(records: usize) -> Forest {
        Forest { parent: (0..records as u32).collect() }
    }

    fn root(&mut self, mut record: u32) -> u32 {
        while self.parent[record as usize] != record {
            let above = self.parent[self.parent[record as usize] as usize];
            self.parent[record as usize] = above;
            record = above;
        }
        record
    }

    fn join(&mut self, left: u32, right: u32) {
        let (left, right) = (self.root(left), self.root(right));
        self.parent[left.max(right) as usize] = left.min(right);
    }
}

/// Groups of connected records, while they are joined into persons.
struct MergingGroups {
    /// The members of each group; empty once it is part of another.
    members: Vec<Vec<u32>>,
    /// For each group the sum of weights with each group that it has a pair with.
    sums: Vec<BTreeMap<u32, f64>>,
}

/// Two groups that may be joined. The best come first, then those with the lowest numbers.
#[derive(PartialEq)]
struct Candidate {
    mean: f64,
    a: u32,
    b: u32,
    sizes: (usize, usize),
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        self.mean.total_cmp(&other.mean).then_with(|| (other.a, other.b).cmp(&(self.a, self.b)))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl MergingGroups {
    fn new(links: &[(u32, u32, u32, f64)], musts: &[(u32, u32)], weigh: &impl Fn(u32, u32) -> f64) -> MergingGroups {
        let pairs = || links.iter().map(|(_, left, right, _)| (*left, *right)).chain(musts.iter().copied());
        let mut records: Vec<u32> = pairs().flat_map(|(left, right)| [left, right]).collect();
        records.sort_unstable();
        records.dedup();
        let at = |record: u32| records.partition_point(|known| *known < record) as u32;
        // Records that must be joined start as one group.
        let mut forest = Forest::new(records.len());
        musts.iter().for_each(|(left, right)| forest.join(at(*left), at(*right)));
        let mut component =
            MergingGroups { members: vec![Vec::new(); records.len()], sums: vec![BTreeMap::new(); records.len()] };
        for (place, record) in records.iter().enumerate() {
            component.members[forest.root(place as u32) as usize].push(*record);
        }
        let known = links.iter().map(|(_, left, right, weight)| (*left, *right, Some(*weight)));
        for (left, right, weight) in known.chain(musts.iter().map(|(left, right)| (*left, *right, None))) {
            let (a, b) = (forest.root(at(left)), forest.root(at(right)));
            if a != b && !component.sums[a as usize].contains_key(&b) {
                let alone = component.members[a as usize].len() + component.members[b as usize].len() == 2;
                let sum = weight.filter(|_| alone).unwrap_or_else(|| component.between(a, b, weigh));
                component.sums[a as usize].insert(b, sum);
                component.sums[b as usize].insert(a, sum);
            }
        }
        component
    }

    /// The sum of weights over all pairs between two groups.
    fn between(&self, a: u32, b: u32, weigh: &impl Fn(u32, u32) -> f64) -> f64 {
        let (a, b) = (&self.members[a as usize], &self.members[b as usize]);
        let (some_a, some_b) = (&a[..a.len().min(MOST_COMPARED)], &b[..b.len().min(MOST_COMPARED)]);
        let sum: f64 = some_a.iter().flat_map(|left| some_b.iter().map(|right| weigh(*left, *right))).sum();
        sum * (a.len() as f64 / some_a.len() as f64) * (b.len() as f64 / some_b.len() as f64)
    }

    fn candidate(&self, a: u32, b: u32) -> Option<Candidate> {
        let (a, b) = (a.min(b), a.max(b));
        let sum = self.sums[a as usize].get(&b)?;
        let sizes = (self.members[a as usize].len(), self.members[b as usize].len());
        Some(Candidate { mean: sum / (sizes.0 * sizes.1) as f64, a, b, sizes })
    }

    /// Joins groups until no mean weight reaches the threshold. Returns pairs whose trees are the persons.
    fn run(mut self, threshold: f64, weigh: &impl Fn(u32, u32) -> f64) -> Vec<(u32, u32)> {
        let mut heap = BinaryHeap::new();
        for a in 0..self.members.len() as u32 {
            let later: Vec<u32> = self.sums[a as usize].keys().copied().filter(|b| *b > a).collect();
            heap.extend(later.into_iter().filter_map(|b| self.candidate(a, b)).filter(|found| found.mean >= threshold));
        }
        while let Some(found) = heap.pop() {
            let now = (self.members[found.a as usize].len(), self.members[found.b as usize].len());
            if now == found.sizes {
                self.join(found.a, found.b, threshold, weigh, &mut heap);
            }
        }
        self.members.iter().flat_map(|members| members.iter().skip(1).map(|record| (members[0], *record))).collect()
    }

    fn join(&mut self, a: u32, b: u32, threshold: f64, weigh: &impl Fn(u32, u32) -> f64, heap: &mut BinaryHeap<Candidate>) {
        let (mut of_a, mut of_b) = (std::mem::take(&mut self.sums[a as usize]), std::mem::take(&mut self.sums[b as usize]));
        of_a.remove(&b);
        of_b.remove(&a);
        for (other, sum) in &mut of_a {
            *sum += of_b.remove(other).unwrap_or_else(|| self.between(b, *other, weigh));
        }
        for (other, sum) in of_b {
            of_a.insert(other, sum + self.between(a, other, weigh));
        }
        let moved = std::mem::take(&mut self.members[b as usize]);
        self.members[a as usize].extend(moved);
        self.members[a as usize].sort_unstable();
        for (other, sum) in &of_a {
            let others = &mut self.sums[*other as usize];
            others.remove(&b);
            others.insert(a, *sum);
        }
        self.sums[a as usize] = of_a;
        let others: Vec<u32> = self.sums[a as usize].keys().copied().collect();
        heap.extend(others.into_iter().filter_map(|other| self.candidate(a, other)).filter(|found| found.mean >= threshold));
    }
}

//! Greedy matching within a stratum: treated units choose in turn, each the nearest unit that is free.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::calipers::Limits;
use super::cloud::{Cloud, CloudPoints};
use super::line::{Line, LineMatch};
use super::matches::MatchedPair;
use super::rules::{Order, Rules};

/// Distances of one kind.
pub(super) enum DistanceMeasure<'a> {
    /// One number for each unit.
    Line(&'a [f64]),
    /// A point for each unit; the distance is Euclid's.
    Cloud(&'a CloudPoints),
}

/// The rows of one stratum, by key.
pub(super) struct Stratum {
    pub(super) treated: Vec<usize>,
    pub(super) controls: Vec<usize>,
}

/// What one stratum gives.
pub(super) struct StratumMatches {
    pub(super) pairs: Vec<MatchedPair>,
    pub(super) outside_support: Vec<usize>,
    pub(super) none_left: Vec<usize>,
}

/// The comparison units that are free.
enum Pool<'a> {
    Line(Line, &'a [f64]),
    Cloud(Cloud<'a>),
}

impl<'a> Pool<'a> {
    fn new(measure: &DistanceMeasure<'a>, controls: &[usize]) -> Pool<'a> {
        match *measure {
            DistanceMeasure::Line(score) => Pool::Line(Line::new(controls, score), score),
            DistanceMeasure::Cloud(points) => Pool::Cloud(Cloud::new(controls, points)),
        }
    }

    fn nearest(&mut self, treated: usize, wanted: usize, limits: &Limits<'_>, keys: &[u64], found: &mut Vec<LineMatch>) {
        let accept = |control| limits.accept(treated, control);
        match self {
            Pool::Line(line, score) => line.nearest(score[treated], wanted, limits.distance, keys, accept, found),
            Pool::Cloud(cloud) => cloud.nearest(treated, wanted, limits.distance, accept, found),
        }
    }

    fn row(&self, place: usize) -> usize {
        match self {
            Pool::Line(line, _) => line.row(place),
            Pool::Cloud(cloud) => cloud.row(place),
        }
    }

    fn free(&self, place: usize) -> bool {
        match self {
            Pool::Line(line, _) => line.free(place),
            Pool::Cloud(cloud) => cloud.free(place),
        }
    }

    fn remove(&mut self, place: usize) {
        match self {
            Pool::Line(line, _) => line.remove(place),
            Pool::Cloud(cloud) => cloud.remove(place),
        }
    }
}

/// Matches the treated units of a stratum with its comparison units.
pub(super) fn match_stratum(
    stratum: &Stratum,
    keys: &[u64],
    measure: &DistanceMeasure<'_>,
    limits: &Limits<'_>,
    rules: &Rules<'_>,
) -> StratumMatches {
    let mut pool = Pool::new(measure, &stratum.controls);
    let mut result = StratumMatches { pairs: Vec::new(), outside_support: Vec::new(), none_left: Vec::new() };
    if rules.replacement {
        let mut found = Vec::new();
        for &treated in &stratum.treated {
            pool.nearest(treated, rules.ratio, limits, keys, &mut found);
            if found.is_empty() {
                result.outside_support.push(treated);
            }
            let pair = |found: &LineMatch| MatchedPair { treated, control: pool.row(found.place), distance: found.distance };
            result.pairs.extend(found.iter().map(pair));
        }
        return result;
    }

    let mut choosers = in_order(&stratum.treated, keys, measure, rules.order);
    let mut unmatched = Vec::new();
    // A round gives every treated unit one more: nobody gets a second before everybody has had a chance of a first.
    for round in 0..rules.ratio {
        let chosen = match rules.order {
            Order::ClosestFirst => closest_first(&choosers, keys, limits, &mut pool),
            Order::LargestFirst | Order::ByKey => in_turn(&choosers, keys, limits, &mut pool),
        };
        if round == 0 {
            unmatched = choosers.iter().zip(&chosen).filter(|(_, pair)| pair.is_none()).map(|(&treated, _)| treated).collect();
        }
        choosers = chosen.iter().flatten().map(|pair| pair.treated).collect();
        result.pairs.extend(chosen.into_iter().flatten());
        if choosers.is_empty() {
            break;
        }
    }
    if !unmatched.is_empty() {
        // Whether they had a possible match before others took it.
        let mut whole = Pool::new(measure, &stratum.controls);
        let mut found = Vec::new();
        for treated in unmatched {
            whole.nearest(treated, 1, limits, keys, &mut found);
            if found.is_empty() { &mut result.outside_support } else { &mut result.none_left }.push(treated);
        }
    }
    result
}

/// The treated units in the order in which they choose. They come by key.
fn in_order(treated: &[usize], keys: &[u64], measure: &DistanceMeasure<'_>, order: Order) -> Vec<usize> {
    let mut rows = treated.to_vec();
    if let (Order::LargestFirst, DistanceMeasure::Line(score)) = (order, measure) {
        rows.sort_unstable_by(|&a, &b| (score[b] + 0.0).total_cmp(&(score[a] + 0.0)).then(keys[a].cmp(&keys[b])));
    }
    rows
}

fn in_turn(choosers: &[usize], keys: &[u64], limits: &Limits<'_>, pool: &mut Pool<'_>) -> Vec<Option<MatchedPair>> {
    let mut found = Vec::new();
    choosers
        .iter()
        .map(|&treated| {
            pool.nearest(treated, 1, limits, keys, &mut found);
            found.first().map(|nearest| {
                pool.remove(nearest.place);
                MatchedPair { treated, control: pool.row(nearest.place), distance: nearest.distance }
            })
        })
        .collect()
}

/// A pair that may be the closest of all: by distance, then by the keys of both.
#[derive(PartialEq)]
struct MatchCandidate {
    distance: f64,
    keys: (u64, u64),
    chooser: usize,
    place: usize,
}

impl Eq for MatchCandidate {}

impl Ord for MatchCandidate {
    fn cmp(&self, other: &MatchCandidate) -> std::cmp::Ordering {
        self.distance.total_cmp(&other.distance).then(self.keys.cmp(&other.keys))
    }
}

impl PartialOrd for MatchCandidate {
    fn partial_cmp(&self, other: &MatchCandidate) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Takes the closest pair of all, again and again. A unit's nearest free neighbour only gets further away, so a pair that was the
/// closest and is still free is the closest.
fn closest_first(choosers: &[usize], keys: &[u64], limits: &Limits<'_>, pool: &mut Pool<'_>) -> Vec<Option<MatchedPair>> {
    let mut found = Vec::new();
    let mut candidate = |chooser: usize, pool: &mut Pool<'_>| {
        let treated: usize = choosers[chooser];
        pool.nearest(treated, 1, limits, keys, &mut found);
        found.first().map(|nearest| {
            let keys = (keys[treated], keys[pool.row(nearest.place)]);
            Reverse(MatchCandidate { distance: nearest.distance, keys, chooser, place: nearest.place })
        })
    };
    let mut heap: BinaryHeap<Reverse<MatchCandidate>> =
        (0..choosers.len()).filter_map(|chooser| candidate(chooser, pool)).collect();
    let mut pairs = vec![None; choosers.len()];
    while let Some(Reverse(MatchCandidate { distance, chooser, place, .. })) = heap.pop() {
        if pool.free(place) {
            pool.remove(place);
            pairs[chooser] = Some(MatchedPair { treated: choosers[chooser], control: pool.row(place), distance });
        } else {
            heap.extend(candidate(chooser, pool));
        }
    }
    pairs
}

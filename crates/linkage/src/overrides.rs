//! What people have decided about pairs of records: these must be one person, those cannot be. A decision says who made it, why,
//! for which scope, and from when to when; it counts for linkages of that scope on days between. Nothing else about a pair is
//! changed by it.

use std::collections::BTreeMap;

use super::cluster::Decided;
use super::input::Records;
use base::day::Day;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Agency and id of both records.
    pub one: (String, String),
    pub other: (String, String),
    /// They must be one person; otherwise they cannot be.
    pub must: bool,
    /// Where it counts; empty for everywhere.
    pub scope: String,
    pub by: String,
    pub reason: String,
    /// The first day on which it counts, and the last.
    pub from: Option<Day>,
    pub to: Option<Day>,
}

/// What does not go together; each names decisions by their position in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Odd {
    /// A record it speaks of is not among those that are linked.
    NoSuchRecord { at: usize, agency: String, id: String },
    /// It parts two records that others put together, directly or by way of further records.
    Contradicted { at: usize },
}

/// The decisions that count in a scope on a day, as pairs of records, and what is odd about them.
#[must_use]
pub fn decided(overrides: &[Override], records: &Records, scope: &str, day: Day) -> (Decided, Vec<Odd>) {
    let counts = |decision: &&(usize, &Override)| {
        let decision = decision.1;
        let within = decision.from.is_none_or(|from| from <= day) && decision.to.is_none_or(|to| day <= to);
        within && (decision.scope.is_empty() || decision.scope == scope)
    };
    let listed: Vec<(usize, &Override)> = overrides.iter().enumerate().collect();
    let counting: Vec<&(usize, &Override)> = listed.iter().filter(counts).collect();
    let mut places: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
    for (_, decision) in &counting {
        for (agency, id) in [&decision.one, &decision.other] {
            places.entry((agency, id)).or_default();
        }
    }
    for record in 0..records.len() as u32 {
        let agency = records.agency_of(record);
        if let Some(found) = places.get_mut(&(agency, records.id(record))) {
            found.push(record);
        }
    }
    let (mut decided, mut odd, mut parted) = (Decided::default(), Vec::new(), Vec::new());
    for (at, decision) in counting {
        for (agency, id) in [&decision.one, &decision.other] {
            if places[&(agency.as_str(), id.as_str())].is_empty() {
                odd.push(Odd::NoSuchRecord { at: *at, agency: agency.clone(), id: id.clone() });
            }
        }
        let of = |key: &(String, String)| places[&(key.0.as_str(), key.1.as_str())].clone();
        for left in of(&decision.one) {
            for right in of(&decision.other).into_iter().filter(|right| *right != left) {
                let pair = (left.min(right), left.max(right));
                if decision.must {
                    decided.must.push(pair);
                } else {
                    decided.cannot.push(pair);
                    parted.push((*at, pair));
                }
            }
        }
    }
    for pairs in [&mut decided.must, &mut decided.cannot] {
        pairs.sort_unstable();
        pairs.dedup();
    }
    let together = together(&decided.must);
    let contradicted = |pair: &(u32, u32)| together.get(&pair.0).is_some_and(|group| together.get(&pair.1) == Some(group));
    let mut contradictions: Vec<usize> = parted.iter().filter(|(_, pair)| contradicted(pair)).map(|(at, _)| *at).collect();
    contradictions.dedup();
    odd.extend(contradictions.into_iter().map(|at| Odd::Contradicted { at }));
    (decided, odd)
}

/// For each record of some pairs the lowest one that it is joined with.
fn together(pairs: &[(u32, u32)]) -> BTreeMap<u32, u32> {
    let mut group: BTreeMap<u32, u32> = BTreeMap::new();
    let mut changed = true;
    while changed {
        changed = false;
        for (left, right) in pairs {
            let of = |record: &u32| group.get(record).copied().unwrap_or(*record);
            let lowest = of(left).min(of(right));
            changed |= group.insert(*left, lowest) != Some(lowest);
            changed |= group.insert(*right, lowest) != Some(lowest);
        }
    }
    group
}

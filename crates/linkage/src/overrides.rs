//! Overrides: what people have decided about pairs of records. These must be one person, those cannot be. A decision names who
//! made it, why, its scope, and its first and last day. It counts for linkages of that scope on those days. It changes nothing
//! else about a pair.

use std::collections::BTreeMap;

use super::clustering::PairDecisions;
use super::record_set::RecordSet;
use base::day::Day;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Agency and id of both records.
    pub one: (String, String),
    pub other: (String, String),
    /// They must be one person. Otherwise they cannot be one person.
    pub must: bool,
    /// Where it counts; empty for everywhere.
    pub scope: String,
    pub by: String,
    pub reason: String,
    /// The first and the last day on which it counts.
    pub from: Option<Day>,
    pub to: Option<Day>,
}

/// A problem with a decision, which is given by its position in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionProblem {
    /// A record that it names is not among those that are linked.
    NoSuchRecord { at: usize, agency: String, id: String },
    /// It separates two records that other decisions put together, directly or through further records.
    Contradicted { at: usize },
}

/// The decisions that count in a scope on a day, as pairs of records, and the problems with them.
#[must_use]
pub fn pair_decisions(
    overrides: &[Override],
    records: &RecordSet,
    scope: &str,
    day: Day,
) -> (PairDecisions, Vec<DecisionProblem>) {
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
    let (mut decided, mut problems, mut separated) = (PairDecisions::default(), Vec::new(), Vec::new());
    for (at, decision) in counting {
        for (agency, id) in [&decision.one, &decision.other] {
            if places[&(agency.as_str(), id.as_str())].is_empty() {
                problems.push(DecisionProblem::NoSuchRecord { at: *at, agency: agency.clone(), id: id.clone() });
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
                    separated.push((*at, pair));
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
    let mut contradictions: Vec<usize> = separated.iter().filter(|(_, pair)| contradicted(pair)).map(|(at, _)| *at).collect();
    contradictions.dedup();
    problems.extend(contradictions.into_iter().map(|at| DecisionProblem::Contradicted { at }));
    (decided, problems)
}

/// For each record of some pairs the lowest record that it is joined with.
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

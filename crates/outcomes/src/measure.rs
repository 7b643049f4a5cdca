//! Measures everyone: each person by the rules of the scheme, on all cores.

use std::borrow::Cow;

use base::day::Day;
use contract::Scheme;
use rayon::prelude::*;
use records::Records;
use records::facts::FactsPart;

use crate::cohorts::{IndexEvent, IndexEvents, index_events, repeated_starts};
use crate::contradictions::{ReferenceKinds, inconsistencies_of};
use crate::evaluate::evaluate_all;
use crate::households::{by_household, contested};
use crate::inconsistencies::Inconsistencies;
use crate::person_history::PersonHistory;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::plan::{OutcomePlan, plans_before_of, plans_of};

/// The outcomes of everyone.
#[derive(Clone, Debug, Default)]
pub struct MeasuredOutcomes {
    /// One for each person and cohort, in the order of people.
    pub index: Vec<IndexEvent>,
    /// The number of outcomes of the scheme.
    pub outcomes: usize,
    /// For each index event, one result for each outcome.
    pub results: Vec<PersonOutcome>,
    /// Positions of the outcomes that are compared with the same people before they started.
    pub compared_before: Vec<usize>,
    /// For each index event, one result for each of those outcomes, measured before the start.
    pub before: Vec<PersonOutcome>,
    /// Starts outside the scheme's cohorts, areas and segments; they are left out.
    pub outside_scheme: u64,
    /// Records that contradict each other or cannot be true.
    pub inconsistencies: Inconsistencies,
}

impl MeasuredOutcomes {
    /// The results of one index event, outcome by outcome.
    #[must_use]
    pub fn of(&self, index: usize) -> &[PersonOutcome] {
        &self.results[index * self.outcomes..(index + 1) * self.outcomes]
    }

    /// The results before the start of one index event, in the order of `compared_before`.
    #[must_use]
    pub fn before(&self, index: usize) -> &[PersonOutcome] {
        &self.before[index * self.compared_before.len()..(index + 1) * self.compared_before.len()]
    }

    /// The same for some index events only.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&IndexEvent) -> bool) -> MeasuredOutcomes {
        let kept: Vec<usize> = (0..self.index.len()).filter(|at| wanted(&self.index[*at])).collect();
        MeasuredOutcomes {
            index: kept.iter().map(|at| self.index[*at]).collect(),
            outcomes: self.outcomes,
            results: kept.iter().flat_map(|at| self.of(*at)).copied().collect(),
            compared_before: self.compared_before.clone(),
            before: kept.iter().flat_map(|at| self.before(*at)).copied().collect(),
            outside_scheme: self.outside_scheme,
            inconsistencies: Inconsistencies::default(),
        }
    }

    /// The same, with facts that equal another in all but their key counted once.
    #[must_use]
    pub fn once(mut self) -> MeasuredOutcomes {
        for copied in &self.inconsistencies.copied {
            let (of, before) = (copied.at * self.outcomes, copied.at * self.compared_before.len());
            self.results[of..of + self.outcomes].copy_from_slice(&copied.results);
            self.before[before..before + self.compared_before.len()].copy_from_slice(&copied.before);
        }
        self
    }

    /// Exchanges the results in which something counts again with those in which it counts only in a person's first cohort. The second
    /// call puts them back: a copy of a million people's results would need 60 MiB.
    pub fn exchange_counted_again(&mut self) {
        for again in &mut self.inconsistencies.counted_again {
            self.results[again.at * self.outcomes..][..self.outcomes].swap_with_slice(&mut again.results);
        }
    }

    /// All results of one index event that must be observed.
    pub(crate) fn all_of(&self, index: usize) -> impl Iterator<Item = &PersonOutcome> {
        self.of(index).iter().chain(self.before(index))
    }
}

/// Measures every outcome of a scheme for everyone who started in one of its cohorts. `as_at` is the day the question is about.
/// Rows that became known after `known_at` are ignored. Every outcome of the scheme must have a rule, and the records must have
/// what [`crate::need`] asks for.
#[must_use]
pub fn measure(scheme: &Scheme, records: &Records, as_at: Day, known_at: Day) -> MeasuredOutcomes {
    let IndexEvents { chosen: index, outside_scheme, contested: rivals } = index_events(scheme, records, known_at);
    let plans = plans_of(scheme, records, &index, (as_at, known_at));
    let (compared_before, plans_before): (Vec<usize>, Vec<OutcomePlan>) =
        plans_before_of(scheme, records, &index, (as_at, known_at)).into_iter().unzip();
    let all_censored =
        |plans: &[OutcomePlan]| vec![PersonOutcome::without_value(OutcomeState::Censored); index.len() * plans.len()];
    let (mut results, mut before) = (all_censored(&plans), all_censored(&plans_before));
    // Each part of the facts with its people, and where their results go.
    let (mut rest, mut of, mut of_before, mut first) = (&index[..], &mut results[..], &mut before[..], 0);
    let parts: Vec<_> = (0..records.facts.parts())
        .map(|at| {
            let own = rest.split_off(..rest.partition_point(|index| records.facts.part(index.start.person) <= at));
            let own = own.unwrap_or_default();
            let results = of.split_off_mut(..own.len() * plans.len()).unwrap_or_default();
            first += own.len();
            let before = of_before.split_off_mut(..own.len() * plans_before.len()).unwrap_or_default();
            (at, first - own.len(), own, results, before)
        })
        .collect();
    let links = ReferenceKinds::of(records);
    let found = parts.into_par_iter().map_init(FactsPart::default, |part, (at, first, own, of, of_before)| {
        records.facts.fill(at, known_at, part);
        measure_people(&plans, records, part, own, known_at, of);
        measure_people(&plans_before, records, part, own, known_at, of_before);
        inconsistencies_of((&plans, &plans_before), &links, records, part, own, known_at, first)
    });
    let mut inconsistencies =
        Inconsistencies { starts: repeated_starts(records), contested: rivals, ..Inconsistencies::default() };
    found.collect::<Vec<_>>().into_iter().for_each(|found| inconsistencies.add(found));
    let mut measured = MeasuredOutcomes {
        index,
        outcomes: scheme.outcomes.len(),
        results,
        compared_before,
        before,
        outside_scheme,
        inconsistencies,
    };
    measured.inconsistencies.contested_households = contested(scheme, &measured);
    let of_households = match by_household(scheme, &measured) {
        Cow::Owned(of_households) => Some(of_households),
        Cow::Borrowed(_) => None,
    };
    of_households.unwrap_or(measured)
}

/// Measures the people of one part: for each index event, as many results as there are plans.
fn measure_people(
    plans: &[OutcomePlan],
    records: &Records,
    part: &FactsPart,
    index: &[IndexEvent],
    known_at: Day,
    out: &mut [PersonOutcome],
) {
    if plans.is_empty() {
        return;
    }
    // Memory for spells, used again for each person.
    let mut room = Vec::new();
    let mut out = out.chunks_exact_mut(plans.len());
    for same in index.chunk_by(|a, b| a.start.person == b.start.person) {
        let person = same[0].start.person;
        let history = PersonHistory::new(part.of(person), records.people.ends(person), known_at);
        for (index, out) in same.iter().zip(&mut out) {
            evaluate_all(plans, &history, index, out, &mut room);
        }
    }
}

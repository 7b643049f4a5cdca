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
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_history::PersonHistory;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::plan::{OutcomePlan, plans_before_of, plans_of};
use crate::proof_values::{ProofKinds, ValuesOnProofs};
use crate::reach::{self, KindReach, reach_of};
use crate::recorded::{self, FirstSeen, Recorded, series_of};

/// Measures every outcome of a scheme for everyone who started in one of its cohorts. `as_at` is the day the question is about.
/// Rows that became known after `known_at` are ignored. Every outcome of the scheme must have a rule, and the records must have
/// what [`crate::need`] asks for.
#[must_use]
pub fn measure(scheme: &Scheme, records: &Records, as_at: Day, known_at: Day) -> MeasuredOutcomes {
    let IndexEvents { chosen: index, outside_scheme, known_later, contested: rivals } =
        index_events(scheme, records, (as_at, known_at));
    let plans = plans_of(scheme, records, &index, (as_at, known_at));
    let (compared_before, plans_before): (Vec<usize>, Vec<OutcomePlan>) =
        plans_before_of(scheme, records, &index, (as_at, known_at)).into_iter().unzip();
    let all_censored =
        |plans: &[OutcomePlan]| vec![PersonOutcome::without_value(OutcomeState::Censored); index.len() * plans.len()];
    let (mut results, mut before) = (all_censored(&plans), all_censored(&plans_before));
    let series = series_of(scheme, records);
    let mut seen = vec![FirstSeen::default(); index.len() * series.len()];
    // Each part of the facts with its people, and where their results go.
    let (mut rest, mut of, mut of_before, mut first) = (&index[..], &mut results[..], &mut before[..], 0);
    let mut of_seen = &mut seen[..];
    let parts: Vec<_> = (0..records.facts.parts())
        .map(|at| {
            let own = rest.split_off(..rest.partition_point(|index| records.facts.part(index.start.person) <= at));
            let own = own.unwrap_or_default();
            let results = of.split_off_mut(..own.len() * plans.len()).unwrap_or_default();
            first += own.len();
            let before = of_before.split_off_mut(..own.len() * plans_before.len()).unwrap_or_default();
            let seen = of_seen.split_off_mut(..own.len() * series.len()).unwrap_or_default();
            (at, first - own.len(), own, (results, before, seen))
        })
        .collect();
    let (links, proofs) = (ReferenceKinds::of(records), ProofKinds::of(records));
    let kinds = records.need.events.len() + records.need.spells.len();
    let found = parts.into_par_iter().map_init(FactsPart::default, |part, (at, first, own, (of, of_before, seen))| {
        records.facts.fill(at, known_at, part);
        measure_people(&plans, records, part, own, known_at, of);
        measure_people(&plans_before, records, part, own, known_at, of_before);
        recorded::fill(&series, &plans, records, part, own, of, seen);
        let found = inconsistencies_of((&plans, &plans_before), &links, records, part, own, known_at, first);
        (found, reach_of(part, own, kinds), proof_values(&proofs, part, own))
    });
    let mut inconsistencies =
        Inconsistencies { starts: repeated_starts(records), contested: rivals, ..Inconsistencies::default() };
    let mut reach = vec![KindReach::default(); kinds];
    let mut values = ValuesOnProofs::default();
    for (found, more, on_proofs) in found.collect::<Vec<_>>() {
        inconsistencies.add(found);
        reach::add(&mut reach, more);
        values.add(on_proofs);
    }
    let mut measured = MeasuredOutcomes {
        index,
        outcomes: scheme.outcomes.len(),
        results,
        compared_before,
        before,
        outside_scheme,
        starts_known_later: known_later,
        reach,
        proof_values: values,
        recorded: Recorded { series, seen },
        like_others: Vec::new(),
        inconsistencies,
    };
    measured.inconsistencies.contested_households = contested(scheme, &measured);
    let of_households = match by_household(scheme, &measured) {
        Cow::Owned(of_households) => Some(of_households),
        Cow::Borrowed(_) => None,
    };
    of_households.unwrap_or(measured)
}

/// Where the values that the rules read of events stand among the people of one part.
fn proof_values(proofs: &ProofKinds, part: &FactsPart, index: &[IndexEvent]) -> ValuesOnProofs {
    let (mut out, mut room) = (ValuesOnProofs::default(), Vec::new());
    for same in index.chunk_by(|a, b| a.start.person == b.start.person) {
        out.add(proofs.values_of(part.of(same[0].start.person), &mut room));
    }
    out
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

//! Results that are not yet known because the records do not reach far enough, although the follow-up window has ended: they wait for rows,
//! and not for time.

use std::collections::{BTreeMap, BTreeSet};

use base::day::Day;
use contract::Scheme;
use records::Records;

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;
use crate::plan::{OutcomePlan, kinds_looked_at, plans_of};

/// A kind of fact that is not complete up to the day that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldByCoverage {
    pub table: &'static str,
    pub kind: String,
    /// The last complete day; `None` where the table was not supplied, or no row could be known by then.
    pub until: Option<Day>,
    /// Whether the agency states it. Otherwise it is the last day of the rows.
    pub stated: bool,
    /// People of whom a result would be known if the kind were complete, as far as it decides.
    pub people: usize,
}

/// The kinds for which people wait whose follow-up windows have ended, in the order of their names. `counts` says which index events are
/// looked at, and `days` are the day that is asked about and the day up to which records were known.
#[must_use]
pub fn held_by_coverage(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    days: (Day, Day),
    counts: &dyn Fn(&IndexEvent) -> bool,
) -> Vec<HeldByCoverage> {
    let asked = days.0.min(days.1);
    let plans = plans_of(scheme, records, &measured.index, days);
    let mut held: BTreeMap<(&'static str, String), BTreeSet<usize>> = BTreeMap::new();
    for (at, (outcome, plan)) in scheme.outcomes.iter().zip(&plans).enumerate() {
        let Some(rule) = &outcome.measured else { continue };
        let until = |(table, kind): &(&'static str, String)| records.coverage.until(table, kind, days.1).unwrap_or(Day::MIN);
        let kinds = kinds_looked_at(rule, outcome.exceptions.as_ref());
        let Some(first) = kinds.into_iter().min_by_key(until).filter(|kind| until(kind) < asked) else { continue };
        let waits = |(person, index): (usize, &IndexEvent)| {
            (counts(index) && waits_for_rows(plan, measured, (person, at), index, asked)).then_some(person)
        };
        let people: BTreeSet<usize> = measured.index.iter().enumerate().filter_map(waits).collect();
        if !people.is_empty() {
            held.entry(first).or_default().extend(people);
        }
    }
    let found = |((table, kind), people): ((&'static str, String), BTreeSet<usize>)| HeldByCoverage {
        until: records.coverage.until(table, &kind, days.1),
        stated: records.coverage.stated_until(table, &kind).is_some(),
        people: people.len(),
        table,
        kind,
    };
    held.into_iter().map(found).collect()
}

/// Whether a result would be known if all records reached the day that is asked about.
fn waits_for_rows(
    plan: &OutcomePlan,
    measured: &MeasuredOutcomes,
    (person, outcome): (usize, usize),
    index: &IndexEvent,
    asked: Day,
) -> bool {
    let is_censored = measured.of(person)[outcome].state == OutcomeState::Censored;
    is_censored && plan.window(index.start.began).observed <= asked.saturating_add(1)
}

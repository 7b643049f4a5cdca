//! When results can be known, and which events an outcome counts, before and after the start: what a watch on records asks for beside
//! the results themselves.

use base::day::{Day, NEVER};
use contract::Scheme;
use records::Records;
use records::facts::FactsPart;

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_history::PersonHistory;
use crate::plan::{CompiledRule, plans_of};

/// The follow-up of every index event.
#[derive(Clone, Debug, Default)]
pub struct FollowUpDays {
    outcomes: usize,
    /// For each index event and outcome, the first day on which the result can be known.
    due: Vec<Day>,
    /// For each index event, the first day of the follow-up window of the outcome asked for, and the first day after it.
    pub windows: Vec<(Day, Day)>,
}

impl FollowUpDays {
    /// The first day on which a result of an index event can be known.
    #[must_use]
    pub fn due(&self, index: usize, outcome: usize) -> Day {
        self.due[index * self.outcomes + outcome]
    }
}

/// The follow-up of everyone measured. `of` is the outcome whose windows are listed. `days` are the day that the question is about,
/// and the day up to which records were known.
#[must_use]
pub fn follow_up(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    of: Option<usize>,
    days: (Day, Day),
) -> FollowUpDays {
    let plans = plans_of(scheme, records, &measured.index, days);
    let mut due = Vec::with_capacity(measured.index.len() * plans.len());
    for index in &measured.index {
        due.extend(plans.iter().map(|plan| plan.window(index.start.began).observed));
    }
    let plan = of.map(|of| &plans[of]);
    let windows = measured.index.iter().map(|index| {
        let window = plan.map(|plan| plan.window(index.start.began));
        window.map_or((NEVER, NEVER), |window| (window.from, window.to))
    });
    let windows = windows.collect();
    FollowUpDays { outcomes: plans.len(), due, windows }
}

/// The days of the events that an outcome counts, for each person of the records, whenever they happened, in order. Empty for an outcome
/// that counts no events.
#[must_use]
pub fn events_of_people(scheme: &Scheme, records: &Records, outcome: usize, known_at: Day) -> Vec<Vec<Day>> {
    let mut out = vec![Vec::new(); records.people.names.len()];
    let plans = plans_of(scheme, records, &[], (known_at, known_at));
    let Some(filter) = counted(&plans[outcome].rule) else { return out };
    let ever = FollowUpWindow { from: Day::MIN, to: NEVER, proof: NEVER, seen: NEVER, observed: NEVER };
    let mut part = FactsPart::default();
    for at in 0..records.facts.parts() {
        records.facts.fill(at, known_at, &mut part);
        for person in part.people() {
            let history = PersonHistory::new(part.of(person), records.people.ends(person), known_at).beyond_death();
            let mut days: Vec<Day> = history.matching(filter, &ever).map(|(fact, _)| fact.from).collect();
            days.sort_unstable();
            out[person as usize] = days;
        }
    }
    out
}

/// The events that a rule counts.
fn counted(rule: &CompiledRule) -> Option<&EventFilter> {
    match rule {
        CompiledRule::NoneWithin(events)
        | CompiledRule::AnyWithin(events)
        | CompiledRule::CountWithin(events, _)
        | CompiledRule::FirstTimeTo(events)
        | CompiledRule::AtLeast { events, .. }
        | CompiledRule::ExitWithoutReturn { exits: events, .. }
        | CompiledRule::SumWithin { events, .. }
        | CompiledRule::DaysUntil { events, .. } => Some(events),
        CompiledRule::Sustained { .. }
        | CompiledRule::Periods { .. }
        | CompiledRule::StatusAt(_)
        | CompiledRule::SomeOf { .. }
        | CompiledRule::OfMember(_)
        | CompiledRule::Reaches { .. } => None,
    }
}

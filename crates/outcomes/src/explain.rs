//! Explains one outcome of one person: the follow-up window, how far it was observed, and the facts that count.

use contract::Scheme;

use crate::cohorts::IndexEvent;
use crate::criteria::{EventFilter, FollowUpWindow, SpellSource};
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_history::PersonHistory;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::plan::{CompiledRule, OutcomePlan, plans_before_of, plans_of};
use base::day::{Day, NEVER};
use records::Records;
use records::facts::{Fact, FactsPart};

/// How one outcome of one person was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub result: PersonOutcome,
    /// The follow-up window: the index date, and the first day after the window.
    pub from: Day,
    pub to: Day,
    /// Proof must come before this day.
    pub proof: Day,
    /// Every day before this one must have been observed. Every day before `observed` was.
    pub needed: Day,
    pub observed: Day,
    /// The facts that count, each with the day of its proof ([`NEVER`] where no proof is needed). Of somebody who is excepted, the
    /// reasons.
    pub facts: Vec<(Fact, Day)>,
}

/// Explains each outcome of some index events, which are in order.
#[must_use]
pub fn explain(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    of: &[usize],
    as_at: Day,
    known_at: Day,
) -> Vec<Vec<Explanation>> {
    let indices: Vec<IndexEvent> = of.iter().map(|index| measured.index[*index]).collect();
    let plans = plans_of(scheme, records, &indices, (as_at, known_at));
    explanations(records, measured, of, known_at, &plans, |index| measured.of(index))
}

/// Explains the results before the start, in the order of [`MeasuredOutcomes::compared_before`].
#[must_use]
pub fn explain_before(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    of: &[usize],
    as_at: Day,
    known_at: Day,
) -> Vec<Vec<Explanation>> {
    let indices: Vec<IndexEvent> = of.iter().map(|index| measured.index[*index]).collect();
    let plans = plans_before_of(scheme, records, &indices, (as_at, known_at));
    let plans: Vec<OutcomePlan> = plans.into_iter().map(|(_, plan)| plan).collect();
    explanations(records, measured, of, known_at, &plans, |index| measured.before(index))
}

fn explanations<'a>(
    records: &Records,
    measured: &MeasuredOutcomes,
    of: &[usize],
    known_at: Day,
    plans: &[OutcomePlan],
    results: impl Fn(usize) -> &'a [PersonOutcome],
) -> Vec<Vec<Explanation>> {
    let start = |index: usize| measured.index[index].start;
    let place = |index: usize| records.facts.part(start(index).person);
    let mut part = FactsPart::default();
    let mut out = Vec::with_capacity(of.len());
    for neighbours in of.chunk_by(|a, b| place(*a) == place(*b)) {
        records.facts.fill(place(neighbours[0]), known_at, &mut part);
        for index in neighbours {
            let start = start(*index);
            let history = PersonHistory::new(part.of(start.person), records.people.ends(start.person), known_at);
            let results = plans.iter().zip(results(*index));
            out.push(results.map(|(plan, result)| explain_one(plan, *result, &history, start.began)).collect());
        }
    }
    out
}

fn explain_one(plan: &OutcomePlan, result: PersonOutcome, history: &PersonHistory<'_>, began: Day) -> Explanation {
    let window = plan.window(began);
    let mut facts = match (result.state, &plan.exceptions) {
        (OutcomeState::Excepted, Some((reasons, _))) => history.matching(reasons, &window).collect(),
        _ => counted(&plan.rule, history, &window),
    };
    facts.sort_unstable();
    Explanation {
        result,
        from: window.from,
        to: window.to,
        proof: window.proof,
        needed: window.observed,
        observed: plan.observed,
        facts,
    }
}

fn counted(rule: &CompiledRule, history: &PersonHistory<'_>, window: &FollowUpWindow) -> Vec<(Fact, Day)> {
    let matching = |events: &EventFilter| history.matching(events, window).collect();
    match rule {
        CompiledRule::NoneWithin(events)
        | CompiledRule::AnyWithin(events)
        | CompiledRule::CountWithin(events, _)
        | CompiledRule::FirstTimeTo(events) => matching(events),
        CompiledRule::AtLeast { events, .. }
        | CompiledRule::SumWithin { events, .. }
        | CompiledRule::DaysUntil { events, .. }
        | CompiledRule::ExitWithoutReturn { exits: events, .. } => matching(events),
        CompiledRule::Sustained { spells, .. } | CompiledRule::Periods { spells, .. } => {
            inside(spells, history, window.from, window.to)
        }
        // The facts are those of the outcomes that it follows from.
        CompiledRule::SomeOf { .. } | CompiledRule::Reaches { .. } | CompiledRule::OfMember(_) => Vec::new(),
        CompiledRule::StatusAt(spells) => inside(spells, history, window.to, window.to + 1),
    }
}

/// Spells with a day between two days.
fn inside(source: &SpellSource, history: &PersonHistory<'_>, from: Day, to: Day) -> Vec<(Fact, Day)> {
    let here: Vec<Fact> = match source {
        SpellSource::Kept(kinds) => {
            kinds.iter().flat_map(|kind| history.of(*kind)).filter(|fact| history.end(fact) > from).collect()
        }
        SpellSource::Paired { begins, .. } => history.of(*begins).collect(),
    };
    here.into_iter().filter(|fact| fact.from < to).map(|fact| (fact, NEVER)).collect()
}

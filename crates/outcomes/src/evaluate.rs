//! Applies the rules of a scheme to one person's history.

use base::day::{Day, NEVER};

use crate::cohorts::IndexEvent;
use crate::person_history::PersonHistory;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::plan::{CompiledRule, OutcomePlan};
use crate::rules::any_within::any_within;
use crate::rules::at_least::at_least;
use crate::rules::count_within::count_within;
use crate::rules::days_until::days_until;
use crate::rules::exit_without_return::exit_without_return;
use crate::rules::first_time_to::first_time_to;
use crate::rules::none_within::none_within;
use crate::rules::periods::periods;
use crate::rules::reaches::reaches;
use crate::rules::some_of::some_of;
use crate::rules::status_at::status_at;
use crate::rules::sum_within::sum_within;
use crate::rules::sustained::sustained;

/// Every outcome of one index event, into `out`. `room` is memory that is used again for each person.
pub(crate) fn evaluate_all(
    plans: &[OutcomePlan],
    history: &PersonHistory<'_>,
    index: &IndexEvent,
    out: &mut [PersonOutcome],
    room: &mut Vec<(Day, Day)>,
) {
    for (at, plan) in plans.iter().enumerate() {
        out[at] = evaluate(plan, history, index.start.began, &out[..at], room);
    }
}

/// One outcome of one person. `above` has the results of the outcomes above it, which it may build on.
fn evaluate(
    plan: &OutcomePlan,
    history: &PersonHistory<'_>,
    began: Day,
    above: &[PersonOutcome],
    room: &mut Vec<(Day, Day)>,
) -> PersonOutcome {
    let window = plan.window(began);
    if window.observed > plan.observed {
        return PersonOutcome::without_value(OutcomeState::Censored);
    }
    if window.from < plan.since || plan.leaves_out(history, &window) {
        return PersonOutcome::without_value(OutcomeState::LeftOut);
    }
    if plan.excepted_with.is_some_and(|of| above[of].state == OutcomeState::Excepted) {
        return PersonOutcome::without_value(OutcomeState::Excepted);
    }
    let found = match &plan.rule {
        CompiledRule::NoneWithin(events) => none_within(events, history, &window),
        CompiledRule::AnyWithin(events) => any_within(events, history, &window),
        CompiledRule::CountWithin(events, each) => count_within(events, *each, history, &window),
        CompiledRule::FirstTimeTo(events) => first_time_to(events, history, &window),
        CompiledRule::Sustained { spells, days, run } => sustained(spells, *days, *run, history, &window, room),
        CompiledRule::Periods { spells, of, every, most } => match above[*of].state {
            OutcomeState::Observed if above[*of].value == 0 => PersonOutcome::observed(0, NEVER),
            OutcomeState::Observed => periods(spells, above[*of].day, *every, *most, history, &window, room),
            state => PersonOutcome::without_value(state),
        },
        CompiledRule::SomeOf { outcomes, at_least } => some_of(outcomes, *at_least, above),
        CompiledRule::OfMember(of) => above[*of],
        CompiledRule::SumWithin { events, most } => sum_within(events, *most, history, &window),
        CompiledRule::DaysUntil { events, most } => days_until(events, *most, history, &window),
        CompiledRule::Reaches { amount, level, more_is_better } => reaches(&above[*amount], *level, *more_is_better),
        CompiledRule::StatusAt(spells) => status_at(spells, history, &window, room),
        CompiledRule::AtLeast { events, thresholds } => at_least(events, thresholds, history, &window),
        CompiledRule::ExitWithoutReturn { exits, returns, clear } => exit_without_return(exits, returns, clear, history, &window),
    };
    match plan.excepts(history, &window, found.value) {
        NEVER => found,
        reason => PersonOutcome { day: reason, ..PersonOutcome::without_value(OutcomeState::Excepted) },
    }
}

//! `some of`: people with good results in so many of several outcomes.

use crate::person_outcome::{OutcomeState, PersonOutcome};
use base::day::NEVER;

/// 1 if enough of the outcomes are as they should be, each given with the value that is good. The day is the one on which the last
/// result that was needed came, where that is a result that happened. A person whom one of the outcomes leaves out is left out, and
/// nothing is known before all of them are.
pub(crate) fn some_of(outcomes: &[(usize, i32)], at_least: usize, above: &[PersonOutcome]) -> PersonOutcome {
    let states = || outcomes.iter().map(|(at, _)| above[*at].state);
    for state in [OutcomeState::LeftOut, OutcomeState::Censored] {
        if states().any(|found| found == state) {
            return PersonOutcome::without_value(state);
        }
    }
    let good = outcomes.iter().filter(|(at, good)| above[*at].value == *good);
    let mut days: Vec<_> = good.map(|(at, good)| if *good == 1 { above[*at].day } else { NEVER }).collect();
    days.sort_unstable();
    match days.get(at_least.max(1) - 1) {
        Some(day) => PersonOutcome::observed(1, *day),
        None => PersonOutcome::observed(0, NEVER),
    }
}

//! `reaches`: people whose amount is good enough.

use crate::person_outcome::{OutcomeState, PersonOutcome};

/// 1 if the amount is at least the level, where more of it is better, or at most the level, where less is. The day is that of the amount.
/// A person whom the amount leaves out is left out, and nothing is known before the amount is.
pub(crate) fn reaches(amount: &PersonOutcome, level: i64, more_is_better: bool) -> PersonOutcome {
    if amount.state != OutcomeState::Observed {
        return PersonOutcome::without_value(amount.state);
    }
    let value = i64::from(amount.value);
    let reached = if more_is_better { value >= level } else { value <= level };
    PersonOutcome::observed(reached.into(), amount.day)
}

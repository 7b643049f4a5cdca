//! The result of one person in one outcome.

use base::day::{Day, NEVER};

/// The result of one person in one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonOutcome {
    pub state: OutcomeState,
    /// 1 or 0 for a binary outcome; events, days or periods for the others. 0 unless observed.
    pub value: i32,
    /// The day on which it was reached, or of the event that decided or that is the reason of an exception; [`NEVER`] where there is none.
    pub day: Day,
}

/// Whether the result of a person can be stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeState {
    /// The whole follow-up window and the waiting period were observed.
    Observed,
    /// The window or the waiting period ends after the last observed day. Reports say "not yet known".
    Censored,
    /// The scheme excepts the person from this outcome for a stated reason. The other outcomes count.
    Excepted,
    /// The outcome counts households, and this one counts with another member. The other outcomes count.
    WithHousehold,
    /// The scheme leaves out people who died, were removed or were in custody inside the window; or the records begin later than
    /// the window.
    LeftOut,
}

impl PersonOutcome {
    /// Whether everything about it is known: it counts, with the person or with a household, or the scheme excepts the
    /// person from it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self.state, OutcomeState::Observed | OutcomeState::Excepted | OutcomeState::WithHousehold)
    }

    /// A state without a value.
    pub(crate) fn without_value(state: OutcomeState) -> PersonOutcome {
        PersonOutcome { state, value: 0, day: NEVER }
    }

    /// An observed value.
    pub(crate) fn observed(value: i64, day: Day) -> PersonOutcome {
        PersonOutcome { state: OutcomeState::Observed, value: i32::try_from(value).unwrap_or(i32::MAX), day }
    }
}

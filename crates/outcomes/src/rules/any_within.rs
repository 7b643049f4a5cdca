//! `any within`: people with at least one such event in the window.

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::NEVER;

/// 1 if at least one event happened, with the day of the first.
pub(crate) fn any_within(events: &EventFilter, history: &PersonHistory<'_>, window: &FollowUpWindow) -> PersonOutcome {
    let first = history.first(events, window);
    PersonOutcome::observed(i64::from(first != NEVER), first)
}

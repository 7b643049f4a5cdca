//! `none within`: people with no such event in the window.

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::NEVER;

/// 1 if no such event happened. Otherwise 0, and the day is that of the first event.
pub(crate) fn none_within(events: &EventFilter, history: &PersonHistory<'_>, window: &FollowUpWindow) -> PersonOutcome {
    let first = history.first(events, window);
    PersonOutcome::observed(i64::from(first == NEVER), first)
}

//! `first time to`: days from the index date to the first such event.

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;

/// Days from the index date to the first event; the days of the whole window if there is none.
pub(crate) fn first_time_to(events: &EventFilter, history: &PersonHistory<'_>, window: &FollowUpWindow) -> PersonOutcome {
    let first = history.first(events, window);
    PersonOutcome::observed(i64::from(first.min(window.to) - window.from), first)
}

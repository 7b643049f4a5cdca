//! `first time to`: days from the index date to the first such event. It is `days until` with no most.

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use crate::rules::days_until::days_until;

/// Days from the index date to the first event; the days of the whole window if there is none.
pub(crate) fn first_time_to(events: &EventFilter, history: &PersonHistory<'_>, window: &FollowUpWindow) -> PersonOutcome {
    days_until(events, i64::MAX, history, window)
}

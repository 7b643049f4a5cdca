//! `days until`: how long each person waits for the first such event.

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;

/// Days from the index date to the first event, or the days of the whole window if there is none; never more than `most`.
pub(crate) fn days_until(events: &EventFilter, most: i64, history: &PersonHistory<'_>, window: &FollowUpWindow) -> PersonOutcome {
    let first = history.first(events, window);
    PersonOutcome::observed(i64::from(first.min(window.to) - window.from).min(most), first)
}

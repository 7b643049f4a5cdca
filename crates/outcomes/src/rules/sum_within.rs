//! `sum within`: how much each person's amounts come to, such as earnings.

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::NEVER;

/// The amounts of the window added up, in whole pounds or units: a part of one does not count, what is below zero counts as 0, and what
/// is above `most` as that. Negative amounts correct earlier ones. Someone without an amount has 0.
pub(crate) fn sum_within(events: &EventFilter, most: i64, history: &PersonHistory<'_>, window: &FollowUpWindow) -> PersonOutcome {
    let hundredths = history.matching(events, window).map(|(fact, _)| fact.amount).fold(0, i64::saturating_add);
    PersonOutcome::observed((hundredths / 100).clamp(0, most), NEVER)
}

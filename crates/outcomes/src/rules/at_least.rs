//! `at least`: people whose amounts add up to a threshold, such as earnings. The threshold may change from a day on.

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::{Day, NEVER};

/// 1 if the amounts of the window add up to the threshold in force on the index date; reached on the first day on which the
/// running total is high enough. Negative amounts correct earlier ones, and the final total decides.
pub(crate) fn at_least(
    events: &EventFilter,
    thresholds: &[(Day, i64)],
    history: &PersonHistory<'_>,
    window: &FollowUpWindow,
) -> PersonOutcome {
    let in_force = thresholds.iter().rev().find(|(from, _)| *from <= window.from).or(thresholds.first());
    let Some((_, threshold)) = in_force else { return PersonOutcome::observed(0, NEVER) };
    let mut amounts: Vec<(Day, i64)> = history.matching(events, window).map(|(fact, _)| (fact.from, fact.amount)).collect();
    if amounts.iter().map(|(_, amount)| *amount).fold(0, i64::saturating_add) < *threshold {
        return PersonOutcome::observed(0, NEVER);
    }
    amounts.sort_unstable();
    let mut total: i64 = 0;
    for same_day in amounts.chunk_by(|a, b| a.0 == b.0) {
        total = same_day.iter().fold(total, |total, (_, amount)| total.saturating_add(*amount));
        if total >= *threshold {
            return PersonOutcome::observed(1, same_day[0].0);
        }
    }
    PersonOutcome::observed(0, NEVER)
}

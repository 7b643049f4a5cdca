//! `count within`: how many such events happened in the window.

use contract::measurement::CountedUnit;

use crate::criteria::{EventFilter, FollowUpWindow};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::NEVER;

/// How many events happened, with the day of the first. With `each = "disposal"`, events settled together count once: those
/// with the same disposal or, where none is named, those proven on the same day.
pub(crate) fn count_within(
    events: &EventFilter,
    each: CountedUnit,
    history: &PersonHistory<'_>,
    window: &FollowUpWindow,
) -> PersonOutcome {
    let count = match each {
        CountedUnit::Event => history.matching(events, window).count(),
        CountedUnit::Disposal => {
            let mut disposals: Vec<(bool, u64)> = history
                .matching(events, window)
                .map(|(fact, proof)| {
                    // An event with neither a disposal nor a proof is settled on its own day.
                    let day = if proof == NEVER { fact.from } else { proof };
                    if fact.disposal > 0 { (true, fact.disposal) } else { (false, day as u64) }
                })
                .collect();
            disposals.sort_unstable();
            disposals.dedup();
            disposals.len()
        }
    };
    PersonOutcome::observed(count as i64, history.first(events, window))
}

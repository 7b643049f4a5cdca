//! `exit without return`: people who leave and stay away, such as a treatment completed and nobody back within six months.

use crate::criteria::{EventFilter, FollowUpWindow, ReturnPeriod};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::NEVER;

/// 1 if no return follows the first exit of the window; the day is that of the exit. Only the first exit is judged: otherwise
/// a person who goes in and out would succeed in the end. A return on the day of the exit is part of leaving.
pub(crate) fn exit_without_return(
    exits: &EventFilter,
    returns: &[u16],
    clear: &ReturnPeriod,
    history: &PersonHistory<'_>,
    window: &FollowUpWindow,
) -> PersonOutcome {
    let exit = history.first(exits, window);
    if exit == NEVER {
        return PersonOutcome::observed(0, NEVER);
    }
    let return_days = exit + 1..clear.after(exit);
    let returned = returns.iter().flat_map(|kind| history.of(*kind)).any(|fact| return_days.contains(&fact.from));
    PersonOutcome::observed(i64::from(!returned), exit)
}

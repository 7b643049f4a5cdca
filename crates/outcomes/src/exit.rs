//! Leaving and staying away: treatment completed, and nobody back within so many months.

use super::Finding;
use super::life::Life;
use super::plan::{Clear, Wanted, Window};
use base::day::NEVER;

/// 1 when the first exit of the window is not followed by a return; the day is that of the exit. Only the first exit is judged:
/// otherwise a person who goes in and out would in the end succeed. A return on the day of the exit is part of leaving.
pub(super) fn without_return(exits: &Wanted, returns: &[u16], clear: &Clear, life: &Life<'_>, window: &Window) -> Finding {
    let Some(exit) = life.hits(exits, window).map(|(fact, _)| fact.from).min() else { return Finding::known(0, NEVER) };
    let again = exit + 1..clear.after(exit);
    let back = returns.iter().flat_map(|kind| life.facts.of(*kind)).any(|fact| again.contains(&fact.from));
    Finding::known(i64::from(!back), exit)
}

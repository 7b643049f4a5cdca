//! `periods`: whole periods of days in spells after another outcome was reached.

use crate::criteria::{FollowUpWindow, SpellSource};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::{Day, NEVER};

/// Whole periods of `every` days in spells, at most `most`, from the day on which the other outcome was reached. A day in two
/// spells counts once. `room` is memory that is used again for each person.
pub(crate) fn periods(
    spells: &SpellSource,
    reached: Day,
    every: i64,
    most: i64,
    history: &PersonHistory<'_>,
    window: &FollowUpWindow,
    room: &mut Vec<(Day, Day)>,
) -> PersonOutcome {
    let (mut days, mut until) = (0, Day::MIN);
    history.spells(spells, reached.max(window.from), window.to, room);
    for (from, to) in room {
        days += i64::from((*to - (*from).max(until)).max(0));
        until = until.max(*to);
    }
    PersonOutcome::observed((days / every).min(most), NEVER)
}

//! `sustained`: people with enough days in spells.

use contract::measurement::Continuity;

use crate::criteria::{FollowUpWindow, SpellSource};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::{Day, NEVER};

/// 1 if so many days of the window are in spells; reached on the day after the last day needed. A day in two spells counts once.
/// `room` is memory that is used again for each person.
pub(crate) fn sustained(
    spells: &SpellSource,
    days: i64,
    run: Continuity,
    history: &PersonHistory<'_>,
    window: &FollowUpWindow,
    room: &mut Vec<(Day, Day)>,
) -> PersonOutcome {
    let breaks = match run {
        Continuity::Cumulative => i64::MAX,
        Continuity::Continuous { breaks } => breaks,
    };
    let (mut counted, mut until) = (0, Day::MIN);
    history.spells(spells, window.from, window.to, room);
    for (from, to) in room {
        if i64::from(*from) - i64::from(until) > breaks {
            counted = 0;
        }
        let from = (*from).max(until);
        let more = i64::from((*to - from).max(0));
        if counted + more >= days {
            return PersonOutcome::observed(1, from + (days - counted) as Day);
        }
        counted += more;
        until = until.max(*to);
    }
    PersonOutcome::observed(0, NEVER)
}

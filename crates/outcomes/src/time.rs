//! Days in spells: so many of them, periods of them after an outcome, and where somebody stands on one day. A day in two spells
//! counts once.

use contract::measured::Run;

use super::Finding;
use super::life::Life;
use super::plan::{Times, Window};
use base::day::{Day, NEVER};

/// 1 when so many days of the window lie in spells; reached on the day after the last of them.
pub(super) fn sustained(
    spells: &Times,
    days: i64,
    run: Run,
    life: &Life<'_>,
    window: &Window,
    room: &mut Vec<(Day, Day)>,
) -> Finding {
    let breaks = match run {
        Run::Cumulative => i64::MAX,
        Run::Continuous { breaks } => breaks,
    };
    let (mut counted, mut until) = (0, Day::MIN);
    life.spells(spells, window.from, window.to, room);
    for (from, to) in room {
        if i64::from(*from) - i64::from(until) > breaks {
            counted = 0;
        }
        let from = (*from).max(until);
        let more = i64::from((*to - from).max(0));
        if counted + more >= days {
            return Finding::known(1, from + (days - counted) as Day);
        }
        counted += more;
        until = until.max(*to);
    }
    Finding::known(0, NEVER)
}

/// Whole periods of days in spells from the day on which another outcome was reached.
pub(super) fn periods(
    spells: &Times,
    reached: Day,
    every: i64,
    most: i64,
    life: &Life<'_>,
    window: &Window,
    room: &mut Vec<(Day, Day)>,
) -> Finding {
    let (mut days, mut until) = (0, Day::MIN);
    life.spells(spells, reached.max(window.from), window.to, room);
    for (from, to) in room {
        days += i64::from((*to - (*from).max(until)).max(0));
        until = until.max(*to);
    }
    Finding::known((days / every).min(most), NEVER)
}

/// 1 when the day on which the window ends lies in a spell.
pub(super) fn status(spells: &Times, life: &Life<'_>, window: &Window, room: &mut Vec<(Day, Day)>) -> Finding {
    life.spells(spells, window.to, window.to + 1, room);
    let there = !room.is_empty();
    Finding::known(there.into(), if there { window.to } else { NEVER })
}

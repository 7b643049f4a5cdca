//! `status at`: people in a spell on the day the window ends.

use crate::criteria::{FollowUpWindow, SpellSource};
use crate::person_history::PersonHistory;
use crate::person_outcome::PersonOutcome;
use base::day::{Day, NEVER};

/// 1 if the day on which the window ends is in a spell.
pub(crate) fn status_at(
    spells: &SpellSource,
    history: &PersonHistory<'_>,
    window: &FollowUpWindow,
    room: &mut Vec<(Day, Day)>,
) -> PersonOutcome {
    history.spells(spells, window.to, window.to + 1, room);
    let there = !room.is_empty();
    PersonOutcome::observed(there.into(), if there { window.to } else { NEVER })
}

//! What a rule looks for, made ready to run: the days of the follow-up window, which events count, and where spells come from.

use base::day::{Day, date, day};
use base::literal::Duration;
use contract::terms::{MonthEnd, later};

/// The days that matter for one index date. Every period is half open: its end is the first day after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FollowUpWindow {
    /// The index date.
    pub from: Day,
    /// The first day after the follow-up window.
    pub to: Day,
    /// Proof must come before this day.
    pub proof: Day,
    /// The rule looks at what happens before this day.
    pub seen: Day,
    /// Everything before this day must have been observed.
    pub observed: Day,
}

/// Which events count.
pub(crate) struct EventFilter {
    /// Positions of the kinds of event.
    pub kinds: Vec<u16>,
    /// For each class, from 1, and for none at all: whether its events are left out.
    pub except: Vec<bool>,
    /// The kind of event that proves one, where proof is needed.
    pub proven_by: Option<u16>,
}

/// Where the days in spells come from.
pub(crate) enum SpellSource {
    /// Rows of the table of spells.
    Kept(Vec<u16>),
    /// Pairs of events: one begins a spell, the next one about it ends it.
    Paired { begins: u16, ends: u16 },
}

/// How long after an exit a person must stay away.
pub(crate) struct ReturnPeriod {
    pub length: Duration,
    pub rule: MonthEnd,
}

impl ReturnPeriod {
    /// The first day on which a return no longer matters.
    pub(crate) fn after(&self, exit: Day) -> Day {
        day(later(date(exit), self.length, self.rule))
    }
}

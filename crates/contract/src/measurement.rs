//! How an outcome is measured from dated records: the fixed list of rules that `[outcome.NAME.measured]` may name.
//!
//! The records themselves are measured in the crate `outcomes`.

use jiff::civil::Date;

use crate::calendar::{MonthEnd, later};
use base::literal::Duration;

/// The rule of one outcome, and what happens to people who cannot be followed to the end.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeMeasurement {
    pub rule: OutcomeRule,
    pub died: LossToFollowUp,
    pub removed: LossToFollowUp,
    pub custody: LossToFollowUp,
}

/// What happens to a person who dies, is removed or is in custody in the follow-up window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LossToFollowUp {
    /// The person counts like everyone else, by what was observed.
    #[default]
    Stays,
    /// The person is not counted.
    LeftOut,
}

/// The rules, in the order of `docs/outcomes.md`, which defines each to the day.
#[derive(Clone, Debug, PartialEq)]
pub enum OutcomeRule {
    /// No such event in the window.
    NoneWithin(EventSelection),
    /// At least one.
    AnyWithin(EventSelection),
    /// How many.
    CountWithin(EventSelection, CountedUnit),
    /// A number of days of the window in spells.
    Sustained { spells: SpellSelection, days: i64, run: Continuity },
    /// Days in spells after the outcome that this one builds on.
    Periods(SpellSelection),
    /// Amounts that add up to a threshold, which may change on some days. Thresholds are in hundredths, by date.
    AtLeast { events: EventSelection, unit: AmountUnit, thresholds: Vec<(Date, i64)> },
    /// Days until the first such event.
    FirstTimeTo(EventSelection),
    /// An exit in the window that is not followed by a return.
    ExitWithoutReturn { exits: EventSelection, returns: Vec<String>, spells: Vec<String>, clear: Duration },
    /// In a spell on the day the window ends.
    StatusAt(SpellSelection),
    /// Good results in so many of several binary outcomes above this one, by their positions. A good result is to have an outcome of
    /// which there should be more, and not to have one of which there should be fewer.
    SomeOf { outcomes: Vec<usize>, at_least: usize },
    /// The amounts of such events in the window, added up: whole pounds or whole units.
    SumWithin { events: EventSelection, unit: AmountUnit },
    /// Days until the first such event; the days of the whole window if there is none.
    DaysUntil(EventSelection),
    /// An amount above it that is at least `level`, where more of it is better, or at most `level`, where less is.
    Reaches { amount: usize, level: i64 },
    /// Households with so many members who have a binary outcome above it, by its position. Each household counts once.
    Household { of: usize, members: HouseholdMembers },
}

/// How many members of a household must have an outcome for the household to have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HouseholdMembers {
    AtLeast(i64),
    #[default]
    All,
}

/// Which events count.
#[derive(Clone, Debug, PartialEq)]
pub struct EventSelection {
    pub kinds: Vec<String>,
    /// Classes of event that do not count.
    pub except: Vec<String>,
    /// The kind of event that proves one. It must happen before the window and the waiting period end.
    pub proven_by: Option<String>,
}

/// What counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountedUnit {
    #[default]
    Event,
    /// Events in one disposal count as one.
    Disposal,
}

/// Where spells come from.
#[derive(Clone, Debug, PartialEq)]
pub enum SpellSelection {
    /// The table of spells.
    Kept(Vec<String>),
    /// Pairs of events: the event that ends a spell refers to the one that begins it.
    Paired { begins: String, ends: String },
}

/// How days are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    Cumulative,
    /// Without a break of more than this number of days.
    Continuous {
        breaks: i64,
    },
}

/// What amounts are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmountUnit {
    #[default]
    Money,
    Units,
}

impl OutcomeRule {
    /// The day before which the rule looks, where the follow-up window is over on `end`: later than the window where it asks what is
    /// true on that day, or whether somebody comes back.
    #[must_use]
    pub fn looks_until(&self, end: Date, months: MonthEnd) -> Date {
        match self {
            OutcomeRule::ExitWithoutReturn { clear, .. } => later(end, *clear, months),
            OutcomeRule::StatusAt(_) => later(end, Duration::Days(1), months),
            OutcomeRule::NoneWithin(_)
            | OutcomeRule::AnyWithin(_)
            | OutcomeRule::CountWithin(..)
            | OutcomeRule::Sustained { .. }
            | OutcomeRule::Periods(_)
            | OutcomeRule::AtLeast { .. }
            | OutcomeRule::SumWithin { .. }
            | OutcomeRule::DaysUntil(_)
            | OutcomeRule::Reaches { .. }
            | OutcomeRule::SomeOf { .. }
            | OutcomeRule::Household { .. }
            | OutcomeRule::FirstTimeTo(_) => end,
        }
    }
}

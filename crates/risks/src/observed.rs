//! The table that detectors read: what the records show of a contract, start by start. It says nothing about how records are read.
//!
//! A month is a number, 12 × year + month − 1, so that months can be counted. A day is that of [`base::day`].

use base::day::{Day, NEVER, date};

/// A calendar month: 12 × year + month − 1.
pub type Month = i32;

/// The month of a day.
#[must_use]
pub fn month(day: Day) -> Month {
    let day = date(day);
    12 * Month::from(day.year()) + Month::from(day.month()) - 1
}

/// A month as in data: "2027-04".
#[must_use]
pub fn month_in_data(month: Month) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// What the records show of a contract up to a day.
#[derive(Clone, Debug, Default)]
pub struct ObservedRecords {
    pub providers: Vec<String>,
    pub areas: usize,
    pub outcomes: Vec<ObservedOutcome>,
    /// The binary outcome that the contract pays for first, by position; harder people are those with less chance of a good result in it.
    pub main: Option<usize>,
    /// In the order of days.
    pub starts: Vec<ObservedStart>,
    /// None where the records have no events of the kind `referral`.
    pub referrals: Option<Vec<ObservedReferral>>,
    /// None where there is no table of feedback.
    pub feedback: Option<Vec<ObservedFeedback>>,
    pub has_contacts: bool,
    pub has_claims: bool,
    /// Whether any start has an end.
    pub has_ends: bool,
    /// The first and the last day of each cohort.
    pub cohorts: Vec<(Day, Day)>,
    /// People that the contract plans for each cohort, in all areas.
    pub planned: Vec<f64>,
    /// The contract's first day.
    pub begins: Day,
    /// The day up to which the records are read.
    pub as_at: Day,
}

/// One outcome of the contract.
#[derive(Clone, Debug, Default)]
pub struct ObservedOutcome {
    pub name: String,
    /// The position among the outcomes of the binary outcome that stands for what is counted, where this one builds on another.
    pub base: usize,
    pub binary: bool,
    pub paid: bool,
    /// Whether a provider reports it, and claims are made for it.
    pub reported: bool,
    /// Whether the same people before they started are the comparison.
    pub compared_before: bool,
    /// A fixed share of good results that the contract takes as baseline.
    pub baseline: Option<f64>,
    /// A level that the amount of a person has to reach, with the position of the outcome that is the amount.
    pub level: Option<(usize, f64)>,
    /// Whether its baseline takes over a part of each year's improvement.
    pub ratchet: bool,
}

/// One person starts with one provider.
#[derive(Clone, Debug, Default)]
pub struct ObservedStart {
    /// None for a person of the comparison group.
    pub provider: Option<usize>,
    pub area: usize,
    pub segment: usize,
    pub cohort: usize,
    pub began: Day,
    /// The first day after the service; [`NEVER`] while it goes on.
    pub ended: Day,
    /// The chance of a good result in the main outcome that people with the same facts before their start have. None where no rule
    /// follows events.
    pub chance: Option<f64>,
    /// Days of the events that the main outcome counts, before and after the start, in order.
    pub events: Vec<Day>,
    /// The first and the last day of the main outcome's follow-up window.
    pub window: (Day, Day),
    /// One for each outcome.
    pub results: Vec<ObservedResult>,
    /// The day and the hours of each contact, in order.
    pub contacts: Vec<(Day, f64)>,
    pub claims: Vec<ObservedClaim>,
}

/// The result of one person in one outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ObservedResult {
    pub state: ObservedState,
    /// For a binary outcome 1 where the result is good and 0 where it is not; else the number, turned round where fewer is better.
    pub good: f64,
    /// What people with the same facts before their start have on average.
    pub expected: f64,
    /// The day that decided it; [`NEVER`] where there is none.
    pub decided: Day,
    /// The day from which it can be known.
    pub due: Day,
}

/// Whether a result counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ObservedState {
    Known,
    #[default]
    NotYet,
    /// The person is left out of the measure, or excepted from it.
    Left,
    /// It counts with another member of the household.
    WithHousehold,
}

/// A claim of a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedClaim {
    pub outcome: usize,
    pub date: Day,
    /// The day on which it became known.
    pub known: Day,
    /// The day of an audit, and what it found.
    pub audited: Option<(Day, bool)>,
}

/// A person is referred to a provider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedReferral {
    pub provider: usize,
    pub day: Day,
    /// As that of a start.
    pub chance: f64,
    /// The day on which the person started with the provider; [`NEVER`] where that did not happen.
    pub started: Day,
}

/// A score that somebody gave a provider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedFeedback {
    pub provider: usize,
    pub day: Day,
    pub score: f64,
}

impl ObservedRecords {
    /// The starts that a provider serves, with the provider.
    pub fn served(&self) -> impl Iterator<Item = (usize, &ObservedStart)> {
        self.starts.iter().filter_map(|start| Some((start.provider?, start)))
    }

    /// The starts of the comparison group.
    pub fn compared(&self) -> impl Iterator<Item = &ObservedStart> {
        self.starts.iter().filter(|start| start.provider.is_none())
    }

    /// The chance of a good result below which somebody counts as harder to help: the middle of everybody served.
    #[must_use]
    pub fn middle_chance(&self) -> Option<f64> {
        middle(self.served().filter_map(|(_, start)| start.chance))
    }
}

/// The chance below which somebody counts as harder to help among these people; none where all are alike.
#[must_use]
pub fn middle(chances: impl Iterator<Item = f64>) -> Option<f64> {
    let mut chances: Vec<f64> = chances.collect();
    chances.sort_by(f64::total_cmp);
    let (low, high) = (*chances.first()?, *chances.last()?);
    let middle = chances[chances.len() / 2];
    // Where half of them or more are at the low end, the middle is put so that both sides have people.
    let next = chances.iter().copied().find(|chance| *chance > low);
    (high > low).then_some(if middle > low { middle } else { next.unwrap_or(high) })
}

impl ObservedStart {
    /// Contacts and their hours from the start on, before a number of days has passed.
    #[must_use]
    pub fn contacts_within(&self, days: Day) -> (usize, f64) {
        let to = self.began.saturating_add(days);
        let within = self.contacts.iter().filter(|(day, _)| (self.began..to).contains(day));
        within.fold((0, 0.0), |(count, hours), (_, more)| (count + 1, hours + more))
    }

    /// Whether the service had ended by a day.
    #[must_use]
    pub fn ended_by(&self, day: Day) -> bool {
        self.ended != NEVER && self.ended <= day
    }
}

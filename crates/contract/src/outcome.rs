//! What is measured: the outcomes of a scheme, what each is compared with, and who is left out of it.

use jiff::civil::Date;

use crate::calendar::{MonthEnd, later, proven_on};
use crate::measurement::{HouseholdMembers, LossToFollowUp, OutcomeMeasurement, OutcomeRule};
use base::literal::Duration;
use base::money::Rate;
use base::schedule::Schedule;

/// One thing that is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub name: String,
    /// In words, as the contract has it.
    pub measure: String,
    pub kind: OutcomeKind,
    /// What an amount is counted in, as a plural: "minutes". "units" where the file does not say, and for other kinds.
    pub unit: String,
    pub better: Better,
    /// From the start to the end of observation.
    pub window: Duration,
    /// Beyond the window, until late facts have arrived.
    pub wait: Duration,
    pub baseline: Baseline,
    /// Whether the contract assumes its fixed baseline: what would have happened without the service, which nobody measured.
    pub is_assumed: bool,
    /// The binary outcome above it of which it is a part: everyone counted here is counted there too.
    pub part_of: Option<usize>,
    /// The share of each year's improvement on its baseline that the next year's baseline takes over; 0 for a baseline that
    /// does not follow the results.
    pub ratchet: Rate,
    pub reported_by: ReportedBy,
    /// Who leaves this measure for a stated reason. What builds on the outcome leaves out the same people.
    pub exceptions: Option<Exceptions>,
    /// Standard deviation of the count per person (per reoffender where it is measured that way). Tests of significance on counts
    /// need it.
    pub spread: Option<Rate>,
    /// Whether it counts households and not people. A household counts once, where its first member started.
    pub counts_households: bool,
    /// How the outcome is measured from records. A scheme that is only stress-tested does not need it.
    pub measured: Option<OutcomeMeasurement>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// It happens to a person or it does not.
    Binary,
    /// How often it happens to those to whom the binary outcome `of` happens (at least once each).
    Frequency { of: usize, per: Per },
    /// For how many periods of length `every` the binary outcome `of` lasts, at most `most`.
    Sustained { of: usize, every: Duration, most: i64 },
    /// How much of something each person has: pounds earned, minutes waited, a score. In whole units from 0 to `most`. Everybody has an
    /// amount, so that it builds on no other outcome and its rate is the mean.
    Amount { most: i64 },
}

/// The largest amount of one person that may count, in units: a million pounds, or nearly two years in minutes.
pub(crate) const MAX_AMOUNT: i64 = 1_000_000;

/// What a frequency is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    #[default]
    Person,
    /// Those to whom the binary outcome happened: "reoffences per reoffender".
    Affected,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Better {
    #[default]
    Fewer,
    More,
}

/// What a result is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Baseline {
    None,
    /// A rate set in advance (or events per head), in billionths.
    Fixed(Schedule<Rate>),
    /// A comparison group measured at the same time, with so many people for each person served.
    Comparison {
        ratio: i64,
    },
    /// The same people over so long before they started.
    Before {
        over: Duration,
    },
}

/// Who reports a fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportedBy {
    /// Records that the provider does not keep.
    #[default]
    Records,
    /// The provider, which is paid for it.
    Provider,
}

impl ReportedBy {
    /// As the file writes them.
    pub(crate) const KNOWN: [(&'static str, ReportedBy); 2] =
        [("records", ReportedBy::Records), ("provider", ReportedBy::Provider)];
}

/// `[outcome.NAME.exceptions]`: who leaves the measure of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Exceptions {
    /// The kinds of event that are a reason. One in the follow-up window is enough.
    pub events: Vec<String>,
    pub good_result: GoodResult,
    /// The largest share of the people of a cohort who may be excepted; `None` where there is no limit.
    pub at_most: Option<Rate>,
    /// Who says that there is a reason.
    pub reported_by: ReportedBy,
}

/// What happens to a person with a reason to be excepted who has the good result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GoodResult {
    /// The person counts: only people without the good result are excepted.
    #[default]
    Counts,
    /// The person is excepted like everyone else with a reason.
    LeftOut,
}

impl GoodResult {
    /// As the file writes them.
    pub(crate) const KNOWN: [(&'static str, GoodResult); 2] = [("counts", GoodResult::Counts), ("left out", GoodResult::LeftOut)];
}

/// An amount in its unit: "£4,200" of pounds, "230 minutes" of anything else.
#[must_use]
pub fn amount_in_words(number: &str, unit: &str) -> String {
    if unit.trim().eq_ignore_ascii_case("pounds") { format!("£{number}") } else { format!("{number} {unit}") }
}

impl Outcome {
    /// Whether it is compared with anything.
    #[must_use]
    pub fn has_baseline(&self) -> bool {
        self.baseline != Baseline::None
    }

    /// Whether it is compared with something measured before the contract began: the same people, or a rate that was set on the past. A
    /// rate that the contract only assumes is none.
    #[must_use]
    pub fn is_compared_with_past(&self) -> bool {
        match self.baseline {
            Baseline::Before { .. } => true,
            Baseline::Fixed(_) => !self.is_assumed,
            Baseline::None | Baseline::Comparison { .. } => false,
        }
    }

    /// Whether somebody who leaves before the end of the window is left out of it.
    #[must_use]
    pub fn leaves_out_who_leaves(&self) -> bool {
        let removed = self.measured.as_ref().map(|measured| measured.removed);
        self.exceptions.is_some() || removed == Some(LossToFollowUp::LeftOut)
    }

    /// Whether somebody who leaves before the end of the window is no failure: left out, or a person of whom the bad result is not seen.
    #[must_use]
    pub fn leaving_is_no_failure(&self) -> bool {
        self.better == Better::Fewer || self.leaves_out_who_leaves()
    }

    /// The outcomes that it is made of, by position, and how many of them need a good result; `None` where it is measured by itself.
    #[must_use]
    pub fn some_of(&self) -> Option<(&[usize], usize)> {
        match &self.measured.as_ref()?.rule {
            OutcomeRule::SomeOf { outcomes, at_least } => Some((outcomes, *at_least)),
            _ => None,
        }
    }

    /// The amount that a person must reach to have this outcome, and the level, in its units; `None` where it is measured by itself.
    #[must_use]
    pub fn reaches(&self) -> Option<(usize, i64)> {
        match self.measured.as_ref()?.rule {
            OutcomeRule::Reaches { amount, level } => Some((amount, level)),
            _ => None,
        }
    }

    /// The outcome that members of a household must have for the household to have this one, and how many of them; `None` where it is
    /// none of a household.
    #[must_use]
    pub fn household(&self) -> Option<(usize, HouseholdMembers)> {
        match self.measured.as_ref()?.rule {
            OutcomeRule::Household { of, members } => Some((of, members)),
            _ => None,
        }
    }

    /// What it counts, as a plural and as a singular: people, or households.
    #[must_use]
    pub fn counted(&self) -> (&'static str, &'static str) {
        if self.counts_households { ("households", "household") } else { ("people", "person") }
    }

    /// The outcomes above it from which it follows, by position; none where it has facts of its own.
    #[must_use]
    pub fn follows_from(&self) -> &[usize] {
        match self.measured.as_ref().map(|measured| &measured.rule) {
            Some(OutcomeRule::SomeOf { outcomes, .. }) => outcomes,
            Some(OutcomeRule::Reaches { amount, .. }) => std::slice::from_ref(amount),
            Some(OutcomeRule::Household { of, .. }) => std::slice::from_ref(of),
            _ => &[],
        }
    }

    /// Whether it is counted once per person at most.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        self.kind == OutcomeKind::Binary
    }

    /// Whether it is an amount of each person, such as pounds earned.
    #[must_use]
    pub fn is_amount(&self) -> bool {
        matches!(self.kind, OutcomeKind::Amount { .. })
    }

    /// The position of the outcome that this one, at position `own`, is or builds on: a binary outcome or an amount.
    #[must_use]
    pub fn base(&self, own: usize) -> usize {
        match self.kind {
            OutcomeKind::Binary | OutcomeKind::Amount { .. } => own,
            OutcomeKind::Frequency { of, .. } | OutcomeKind::Sustained { of, .. } => of,
        }
    }

    /// How many people it is compared with for each person served: a group measured at the same time, or the same people before
    /// they started. `None` when the baseline is fixed or there is none.
    #[must_use]
    pub fn compared(&self) -> Option<i64> {
        match self.baseline {
            Baseline::Comparison { ratio } => Some(ratio),
            Baseline::Before { .. } => Some(1),
            Baseline::Fixed(_) | Baseline::None => None,
        }
    }

    /// +1 when more is better, −1 when fewer is.
    #[must_use]
    pub fn sign(&self) -> i64 {
        match self.better {
            Better::More => 1,
            Better::Fewer => -1,
        }
    }
}

impl Outcome {
    /// The first day at whose end everything is known of a person who started on a day: the window and the waiting period are over, and
    /// so is the time in which somebody who left must not come back. Months of the window and the waiting period are counted together.
    #[must_use]
    pub fn known_on(&self, start: Date, rule: MonthEnd) -> Date {
        let end = later(start, self.window, rule);
        let seen = self.measured.as_ref().map_or(end, |measured| measured.rule.looks_until(end, rule));
        later(seen.max(proven_on(start, (self.window, self.wait), rule)), Duration::Days(-1), rule)
    }
}

//! What a clause may read of its contract, as types that can only be right: everything but the clauses themselves.
//!
//! The days and the outcomes have files of their own, and are passed on here.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::certified_costs::CertifiedCosts;
use crate::funders::Funder;
use crate::providers::{PricedFor, Provider};
use base::literal::{Count, Tolerance};
use base::money::{Rate, Rounding, WHOLE};
use base::schedule::{Schedule, ScheduleKeys};

pub use crate::calendar::{Cohort, MonthEnd, date_words, later, months_later, proven_on};
pub use crate::outcome::{Baseline, Better, Exceptions, Outcome, OutcomeKind, Per, ReportedBy, amount_in_words};

/// The terms of a scheme without its clauses: who is served, what is measured, and who is paid.
#[derive(Clone, Debug)]
pub struct SchemeTerms {
    pub name: String,
    pub summary: String,
    pub payer: String,
    /// Who is paid, as a common noun: "prison operator".
    pub provider: String,
    /// Who is paid, where the contract lists them.
    pub providers: Vec<Provider>,
    pub priced_for: PricedFor,
    pub rounding: Rounding,
    pub month_end: MonthEnd,
    pub starts: Date,
    pub ends: Date,
    /// The day after which nothing more can be paid or claimed back.
    pub final_payment: Option<Date>,
    /// Contract areas (lots); each is priced on its own.
    pub areas: Vec<String>,
    /// The groups of people that the contract distinguishes.
    pub segments: Vec<String>,
    pub cohorts: Vec<Cohort>,
    /// People expected in one cohort of one area.
    pub people: Schedule<Count>,
    /// People expected in one household, at least 1. It is 1 where no outcome counts households.
    pub household_size: Rate,
    pub intake: Intake,
    /// Who decides which segment a person belongs to.
    pub segments_set_by: ReportedBy,
    pub outcomes: Vec<Outcome>,
    /// Which faults are tolerated in the records that payments are based on.
    pub records: RecordsPolicy,
    /// What the provider spent, as far as it is certified.
    pub certified_costs: CertifiedCosts,
    /// Who else bears a loss of the provider, in this order; none where it bears all of it.
    pub funders: Vec<Funder>,
}

/// Which faults are tolerated in the records that payments are based on: `[records]` in the scheme file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordsPolicy {
    /// How many rows may be faulty, where each could change the sum, before a run is refused.
    pub faults: Tolerance,
    /// Kinds and classes whose names are similar to one that the rules need, but which are different.
    pub other_kinds: Vec<String>,
}

impl RecordsPolicy {
    /// Whether this number of faults among this number of rows is tolerated.
    #[must_use]
    pub fn tolerates(&self, faults: u64, rows: u64) -> bool {
        match self.faults {
            Tolerance::Rows(most) => i128::from(faults) <= i128::from(most),
            Tolerance::Share(share) => u128::from(faults) * WHOLE as u128 <= u128::from(rows) * share.0.max(0) as u128,
        }
    }
}

/// Who decides which of the people referred are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intake {
    /// Everyone referred is served and counted.
    #[default]
    Everyone,
    /// The provider may turn people away. They are then neither served nor counted.
    ProviderChooses,
    /// People count once the provider has assessed them and they have started. People who drop out before that are neither served
    /// nor counted.
    AfterAssessment,
}

impl Intake {
    /// As the file writes them.
    pub(crate) const KNOWN: [(&'static str, Intake); 3] = [
        ("everyone", Intake::Everyone),
        ("provider chooses", Intake::ProviderChooses),
        ("after assessment", Intake::AfterAssessment),
    ];
}

/// What a clause is measured over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MeasuredOver {
    #[default]
    EachCohort,
    EachYear,
    /// Cohorts are pooled.
    AllCohorts,
}

impl MeasuredOver {
    pub(crate) const KNOWN: [(&'static str, MeasuredOver); 3] = [
        ("each cohort", MeasuredOver::EachCohort),
        ("each year", MeasuredOver::EachYear),
        ("all cohorts", MeasuredOver::AllCohorts),
    ];

    /// As the file writes it.
    pub(crate) fn written(self) -> &'static str {
        Self::KNOWN.iter().find(|(_, over)| *over == self).map_or("", |(word, _)| word)
    }

    /// How many periods the contract's cohorts are measured in.
    pub(crate) fn periods(self, scheme: &SchemeTerms) -> usize {
        match self {
            MeasuredOver::EachCohort => scheme.cohorts.len(),
            MeasuredOver::EachYear => scheme.cohorts.iter().map(|cohort| cohort.year).collect::<BTreeSet<_>>().len(),
            MeasuredOver::AllCohorts => 1,
        }
    }

    /// For a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            MeasuredOver::EachCohort => "each cohort",
            MeasuredOver::EachYear => "each year",
            MeasuredOver::AllCohorts => "all cohorts together",
        }
    }
}

/// Whose results a clause measures by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MeasuredFor {
    /// All segments are pooled.
    #[default]
    AllSegments,
    /// Each segment is measured, and paid for, by itself.
    EachSegment,
}

impl MeasuredFor {
    /// As the file writes them.
    pub(crate) const KNOWN: [(&'static str, MeasuredFor); 2] =
        [("all segments", MeasuredFor::AllSegments), ("each segment", MeasuredFor::EachSegment)];

    /// How many parts of one period are measured by themselves.
    pub(crate) fn parts(self, scheme: &SchemeTerms) -> usize {
        match self {
            MeasuredFor::AllSegments => 1,
            MeasuredFor::EachSegment => scheme.segments.len(),
        }
    }
}

impl SchemeTerms {
    /// The names that tables may be keyed by.
    #[must_use]
    pub fn keys(&self) -> ScheduleKeys {
        let cohorts = self.cohorts.iter().map(|cohort| cohort.name.clone()).collect();
        ScheduleKeys { areas: self.areas.clone(), segments: self.segments.clone(), years: self.years(), cohorts }
    }

    /// Number of contract years in which cohorts start.
    #[must_use]
    pub fn years(&self) -> usize {
        self.cohorts.iter().map(|cohort| cohort.year + 1).max().unwrap_or(1)
    }

    /// The position of an outcome by name.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<usize> {
        self.outcomes.iter().position(|outcome| outcome.name == name)
    }

    /// Whether any outcome counts households.
    #[must_use]
    pub fn counts_households(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.counts_households)
    }

    /// The exceptions from an outcome: its own, or those of the binary outcome that it builds on.
    #[must_use]
    pub fn exceptions(&self, outcome: usize) -> Option<&Exceptions> {
        self.outcomes[self.outcomes[outcome].base(outcome)].exceptions.as_ref()
    }

    /// A provider of the contract's list by its exact id.
    #[must_use]
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// For each month of a cohort, whether a provider held an area throughout it.
    #[must_use]
    pub fn months_held(&self, provider: &Provider, area: usize, cohort: usize) -> Vec<bool> {
        let cohort = &self.cohorts[cohort];
        let held = |month: i64| {
            let from = months_later(cohort.starts, month, self.month_end);
            let last = months_later(cohort.starts, month + 1, self.month_end).yesterday().unwrap_or(from);
            provider.holdings.iter().any(|held| held.area == area && held.starts <= from && last <= held.ends)
        };
        (0..cohort.months).map(held).collect()
    }

    /// Whether a provider held an area on some day of a cohort.
    #[must_use]
    pub fn held_in(&self, provider: &Provider, area: usize, cohort: usize) -> bool {
        let cohort = &self.cohorts[cohort];
        provider.holdings.iter().any(|held| held.area == area && held.in_cohort(cohort))
    }
}

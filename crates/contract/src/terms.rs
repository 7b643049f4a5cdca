//! The contract as types that can only be right: what [`crate::read`] gives back when a scheme folder has no errors.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::certified_costs::CertifiedCosts;
use crate::clauses::Clause;
use crate::exceptions::Exceptions;
use crate::funders::Funder;
use crate::measurement::{HouseholdMembers, OutcomeMeasurement, OutcomeRule};
use crate::providers::{PricedFor, Provider};
use base::literal::{Count, Duration, Tolerance};
use base::money::{Rate, Rounding, WHOLE};
use base::schedule::{CohortTime, Schedule, ScheduleKeys};

/// A scheme: who is served, what is measured, and what is paid for it.
#[derive(Clone, Debug)]
pub struct Scheme {
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
    /// In the order of the file, which is the order of pricing.
    pub clauses: Vec<Clause>,
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

/// How a month after 31 January, for example, is counted. Contracts that do not say have led to litigation, so the file must say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MonthEnd {
    /// 31 January plus one month is the last day of February.
    #[default]
    LastDay,
    /// 31 January plus one month is 1 March.
    NextDay,
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

/// People who start in one period and are measured together.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// Position among the contract's cohorts.
    pub at: usize,
    pub name: String,
    pub starts: Date,
    /// The last day.
    pub ends: Date,
    /// Contract year from 0, by the cohort's first day.
    pub year: usize,
    pub months: i64,
}

impl Cohort {
    /// When it is, for numbers that differ by time.
    #[must_use]
    pub fn time(&self) -> CohortTime {
        CohortTime { year: self.year, cohort: self.at }
    }
}

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
    pub(crate) fn periods(self, scheme: &Scheme) -> usize {
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
    pub(crate) fn parts(self, scheme: &Scheme) -> usize {
        match self {
            MeasuredFor::AllSegments => 1,
            MeasuredFor::EachSegment => scheme.segments.len(),
        }
    }
}

impl Scheme {
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

    /// The share of a provider's claims on an outcome that is checked; `None` when no clause audits it.
    #[must_use]
    pub fn checked(&self, outcome: usize) -> Option<Rate> {
        let audits = self.clauses.iter().filter_map(|clause| clause.terms.audit());
        audits.filter(|audit| audit.outcome == outcome).map(|audit| audit.checks).next()
    }

    /// Whether any outcome counts households.
    #[must_use]
    pub fn counts_households(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.counts_households)
    }

    /// Whether anything is worked out from the provider's certified costs: a clause, or what funders lose and gain.
    #[must_use]
    pub fn reads_costs(&self) -> bool {
        !self.funders.is_empty() || self.costs_decide_payments()
    }

    /// Whether what is paid depends on the provider's certified costs.
    #[must_use]
    pub fn costs_decide_payments(&self) -> bool {
        self.clauses.iter().any(|clause| clause.terms.reads_costs())
    }

    /// The exceptions from an outcome: its own, or those of the binary outcome that it builds on.
    #[must_use]
    pub fn exceptions(&self, outcome: usize) -> Option<&Exceptions> {
        self.outcomes[self.outcomes[outcome].base(outcome)].exceptions.as_ref()
    }

    /// The positions of the clauses whose payment depends on results.
    pub fn result_clauses(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.clauses.len()).filter(|&at| self.clauses[at].pays_for_results())
    }

    /// The position of a clause by name.
    #[must_use]
    pub fn clause(&self, name: &str) -> Option<usize> {
        self.clauses.iter().position(|clause| clause.name == name)
    }
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

/// The day on which the waiting period after a window is over, for a window and a waiting period from a day on. Months are counted
/// together: twelve months and six are eighteen months from the first day.
#[must_use]
pub fn proven_on(start: Date, (window, wait): (Duration, Duration), rule: MonthEnd) -> Date {
    match (window, wait) {
        (Duration::Months(window), Duration::Months(wait)) => later(start, Duration::Months(window + wait), rule),
        _ => later(later(start, window, rule), wait, rule),
    }
}

/// A date for a sentence: "30 November 2025".
#[must_use]
pub fn date_words(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// A date some months later, by the contract's month-end rule.
#[must_use]
pub fn months_later(date: Date, months: i64, rule: MonthEnd) -> Date {
    let index = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    let first = Date::new(year.clamp(1, 9998) as i16, month as i8, 1).unwrap_or(date);
    let last = first.last_of_month();
    if date.day() <= last.day() {
        Date::new(first.year(), first.month(), date.day()).unwrap_or(last)
    } else {
        match rule {
            MonthEnd::LastDay => last,
            MonthEnd::NextDay => last.tomorrow().unwrap_or(last),
        }
    }
}

/// A date some stated time later.
#[must_use]
pub fn later(date: Date, duration: Duration, rule: MonthEnd) -> Date {
    let days = |days: i64| date.checked_add(jiff::Span::new().days(days.clamp(-100_000, 100_000))).unwrap_or(Date::MAX);
    match duration {
        Duration::Days(n) => days(n),
        Duration::Weeks(n) => days(7 * n),
        Duration::Months(n) => months_later(date, n, rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_end_of_a_short_month_follows_the_stated_rule() {
        assert_eq!(months_later(date(2027, 1, 31), 1, MonthEnd::LastDay), date(2027, 2, 28));
        assert_eq!(months_later(date(2027, 1, 31), 1, MonthEnd::NextDay), date(2027, 3, 1));
        assert_eq!(months_later(date(2028, 2, 29), 12, MonthEnd::LastDay), date(2029, 2, 28));
        assert_eq!(months_later(date(2027, 12, 15), 2, MonthEnd::LastDay), date(2028, 2, 15));
    }
}

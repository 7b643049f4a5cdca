//! The tally: what happened to the people of one area, by cohort and segment. It is all that pricing ever sees, whether it was
//! measured from records or simulated.

use std::ops::Range;

use crate::certified_costs::CertifiedCosts;
use crate::terms::{Better, OutcomeKind, SchemeTerms};
use base::english::{self, plural};
use base::money::{Pence, thousands};

/// The most people in one row of a tally.
pub(crate) const MAX_PEOPLE: i64 = 10_000_000;
/// The most events or units in one row.
pub(crate) const MAX_EVENTS: i64 = 1_000_000_000;

/// What happened in one area. Cells are ordered by cohort, then segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Position of the area in the scheme.
    pub area: usize,
    /// Positions of the cohorts in the scheme, in order.
    pub cohorts: Vec<usize>,
    /// Number of segments of the scheme.
    pub segments: usize,
    /// People counted, one per cell.
    pub people: Vec<i64>,
    /// For each outcome of the scheme, one count per cell: people for a binary outcome, events for a frequency, periods for a
    /// sustained one.
    pub counts: Vec<Vec<i64>>,
    /// For each outcome with a comparison group: its people and its counts per cell; both empty otherwise.
    pub comparison: Vec<ComparisonGroup>,
    /// For each outcome that the provider reports and an audit checks: claims found false, per cell; empty otherwise.
    pub found_false: Vec<Vec<i64>>,
    /// The people in whom an outcome is not measured, per cell; empty where it is measured in everybody. For an outcome with exceptions
    /// of its own: those excepted. For one that counts households: the members of each household beyond the one with whom it
    /// counts. They are among `people`.
    pub excepted: Vec<Vec<i64>>,
    /// People who have started and about whom something is not yet known, one count per cell; empty when there are none.
    pub waiting: Vec<i64>,
    /// People who have started and whom the rules leave out of an outcome, one count per cell; empty when there are none. They are not
    /// among `people`.
    pub left_out: Vec<i64>,
    /// The stage of each cohort; empty when all are complete.
    pub stages: Vec<CohortStage>,
    /// Whole months of each cohort that have passed, for those that are running; empty when all have ended.
    pub passed: Vec<i64>,
    /// Whole months of each cohort for which a fee is due, where the provider did not hold the area all the time; empty when all
    /// months that have passed are due.
    pub due: Vec<i64>,
    /// The provider's certified costs of each cohort, as far as they are certified; empty when none are.
    pub costs: Vec<Option<Pence>>,
    /// The points of other providers, for the clauses that compare with them; empty where they are those of the contract's file.
    pub others: Vec<OthersPoints>,
}

/// The points that other providers have under one clause.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OthersPoints {
    /// The name of the clause.
    pub clause: String,
    /// For each cohort of the tally, in billionths: the points of each other provider in the period that ends with the cohort.
    pub by_cohort: Vec<Vec<i64>>,
}

/// The stage of a cohort on the day of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CohortStage {
    /// Its last day has not passed.
    Running,
    /// It has ended, but something is not yet known about somebody in it.
    Ended,
    /// Everything is known about everyone.
    #[default]
    Complete,
}

/// The comparison group of one outcome, or the same people before they started.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComparisonGroup {
    pub people: Vec<i64>,
    pub counts: Vec<i64>,
}

impl Tally {
    /// The same tally multiplied by a factor, with each count rounded to a whole number.
    #[must_use]
    pub fn scaled(&self, by: f64) -> Tally {
        let scale = |counts: &Vec<i64>| counts.iter().map(|&count| (count as f64 * by).round() as i64).collect();
        Tally {
            people: scale(&self.people),
            counts: self.counts.iter().map(scale).collect(),
            comparison: self
                .comparison
                .iter()
                .map(|group| ComparisonGroup { people: scale(&group.people), counts: scale(&group.counts) })
                .collect(),
            found_false: self.found_false.iter().map(scale).collect(),
            excepted: self.excepted.iter().map(scale).collect(),
            costs: self.costs.iter().map(|costs| costs.map(|Pence(pence)| Pence((pence as f64 * by).round() as i64))).collect(),
            ..self.clone()
        }
    }

    /// The stage of a cohort, by its position in this tally.
    #[must_use]
    pub fn stage(&self, cohort: usize) -> CohortStage {
        self.stages.get(cohort).copied().unwrap_or_default()
    }

    /// Whole months of a cohort (by its position in this tally) for which a fee is due, out of `of`: all that have passed, unless
    /// the provider did not hold the area all the time.
    #[must_use]
    pub fn months(&self, cohort: usize, of: i64) -> i64 {
        match self.stage(cohort) {
            _ if !self.due.is_empty() => self.due[cohort].clamp(0, of),
            CohortStage::Running => self.passed.get(cohort).copied().unwrap_or_default().clamp(0, of),
            CohortStage::Ended | CohortStage::Complete => of,
        }
    }

    /// Everyone in a cell who has started, whether or not their result is known yet, and whether or not it counts.
    #[must_use]
    pub fn started(&self, cell: usize) -> i64 {
        let more = [&self.waiting, &self.left_out].map(|people| people.get(cell).copied().unwrap_or_default());
        self.people[cell] + more.iter().sum::<i64>()
    }

    /// Says how many households the people of a cell are.
    pub fn set_households(&mut self, scheme: &SchemeTerms, cell: usize, households: i64) {
        for outcome in (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].counts_households) {
            self.excepted[outcome][cell] = self.people[cell] - households;
        }
    }

    /// The households of a cell; `None` where no outcome counts them.
    #[must_use]
    pub fn households(&self, scheme: &SchemeTerms, cell: usize) -> Option<i64> {
        let outcome = (0..scheme.outcomes.len()).find(|&at| scheme.outcomes[at].counts_households)?;
        Some(self.measured(scheme, outcome, cell))
    }

    /// The people of a cell in whom an outcome is measured: everyone who is not excepted from it. Households, where it counts those.
    #[must_use]
    pub fn measured(&self, scheme: &SchemeTerms, outcome: usize, cell: usize) -> i64 {
        let base = scheme.outcomes[outcome].base(outcome);
        let excepted = self.excepted.get(base).and_then(|excepted| excepted.get(cell));
        self.people[cell] - excepted.copied().unwrap_or_default()
    }

    /// The tally of some of its cohorts, by their positions in this tally, in order.
    #[must_use]
    pub fn only(&self, cohorts: &[usize]) -> Tally {
        let cells = |values: &[i64]| -> Vec<i64> {
            let of = |cohort: &usize| values.get(cohort * self.segments..(cohort + 1) * self.segments).unwrap_or_default();
            cohorts.iter().flat_map(|cohort| of(cohort).to_vec()).collect()
        };
        let months = |values: &[i64]| -> Vec<i64> { cohorts.iter().filter_map(|cohort| values.get(*cohort).copied()).collect() };
        let group = |group: &ComparisonGroup| ComparisonGroup { people: cells(&group.people), counts: cells(&group.counts) };
        let others = |others: &OthersPoints| OthersPoints {
            clause: others.clause.clone(),
            by_cohort: cohorts.iter().filter_map(|cohort| others.by_cohort.get(*cohort).cloned()).collect(),
        };
        Tally {
            area: self.area,
            cohorts: cohorts.iter().map(|cohort| self.cohorts[*cohort]).collect(),
            segments: self.segments,
            people: cells(&self.people),
            counts: self.counts.iter().map(|counts| cells(counts)).collect(),
            comparison: self.comparison.iter().map(group).collect(),
            found_false: self.found_false.iter().map(|counts| cells(counts)).collect(),
            excepted: self.excepted.iter().map(|counts| cells(counts)).collect(),
            waiting: cells(&self.waiting),
            left_out: cells(&self.left_out),
            stages: cohorts.iter().filter_map(|cohort| self.stages.get(*cohort).copied()).collect(),
            passed: months(&self.passed),
            due: months(&self.due),
            others: self.others.iter().map(others).collect(),
            costs: cohorts.iter().filter_map(|cohort| self.costs.get(*cohort).copied()).collect(),
        }
    }

    /// Adds what is certified of a provider's costs. Costs that the tally states already stay.
    pub fn add_costs(&mut self, certified: &CertifiedCosts, provider: &str) {
        if certified.is_empty() {
            return;
        }
        self.costs.resize(self.cohorts.len(), None);
        for (costs, &cohort) in self.costs.iter_mut().zip(&self.cohorts) {
            *costs = costs.or_else(|| certified.of(provider, self.area, cohort));
        }
    }

    /// The certified costs of some cohorts together (positions in this tally); `None` while any of them is not certified.
    #[must_use]
    pub fn certified(&self, cohorts: Range<usize>) -> Option<Pence> {
        let mut sum = Pence(0);
        for cohort in cohorts {
            sum.0 = sum.0.saturating_add(self.costs.get(cohort).copied().flatten()?.0);
        }
        Some(sum)
    }

    /// The cell of a cohort (by its position in this tally) and a segment.
    #[must_use]
    pub fn cell(&self, cohort: usize, segment: usize) -> usize {
        cohort * self.segments + segment
    }
}

/// Why a count of events or periods cannot belong to a count of people.
pub(crate) struct Misfit {
    pub what: String,
    pub read: String,
    pub expected: String,
}

/// Checks the count of an outcome against that of the outcome of which it is a part. `None` when both can be right.
pub(crate) fn part_misfit(scheme: &SchemeTerms, outcome: usize, counts: impl Fn(usize) -> i64) -> Option<Misfit> {
    let (definition, counted) = (&scheme.outcomes[outcome], counts(outcome));
    let of = definition.part_of?;
    let (name, whole) = (&definition.name, counts(of));
    (counted > whole).then(|| Misfit {
        what: format!("`{name}` is more than `{}`, of which it is a part", scheme.outcomes[of].name),
        read: format!("{} and {}", thousands(counted), thousands(whole)),
        expected: format!("at most {}: everyone counted in `{name}` is counted there as well", thousands(whole)),
    })
}

/// Checks how many people reach a level of an amount against the sum of the amounts. Those who reach it have at least so much, and the
/// others at most so much less, or the other way round. `None` when both can be right.
pub(crate) fn level_misfit(scheme: &SchemeTerms, outcome: usize, people: i64, counts: impl Fn(usize) -> i64) -> Option<Misfit> {
    let (amount, level) = scheme.outcomes[outcome].reaches()?;
    let (of, reached) = (&scheme.outcomes[amount], counts(outcome));
    let OutcomeKind::Amount { most } = of.kind else { return None };
    let (short, sum) = (people - reached, counts(amount));
    let (least, largest) = match of.better {
        Better::More => (reached * level, reached * most + short * (level - 1)),
        Better::Fewer => (short * (level + 1), reached * level + short * most),
    };
    (short >= 0 && !(least..=largest).contains(&sum)).then(|| Misfit {
        what: format!("`{}` does not go with `{}`", scheme.outcomes[outcome].name, of.name),
        read: format!("{} of {}, and {} {} in all", thousands(reached), thousands(people), thousands(sum), of.unit),
        expected: format!(
            "{} {} to {} in all, where so many reach {}",
            thousands(least),
            of.unit,
            thousands(largest),
            thousands(level)
        ),
    })
}

/// Checks a count that builds on a binary outcome against the people to whom that happened. Everyone with events has at least
/// one, nobody else has any, and nothing lasts longer than the most that counts for one person. `None` when both can be right.
pub(crate) fn misfit(scheme: &SchemeTerms, outcome: usize, affected: i64, counted: i64) -> Option<Misfit> {
    let definition = &scheme.outcomes[outcome];
    let (name, of) = (&definition.name, &scheme.outcomes[definition.base(outcome)].name);
    let people = plural(affected, "person", "people");
    let events = |count: i64| english::counted(count, "event", "events");
    match definition.kind {
        OutcomeKind::Frequency { .. } if counted < affected => Some(Misfit {
            what: format!("`{name}` is less than `{of}`"),
            read: format!("{} for {} {people}", events(counted), thousands(affected)),
            expected: "at least one event for each person counted".to_owned(),
        }),
        OutcomeKind::Frequency { .. } if affected == 0 && counted > 0 => Some(Misfit {
            what: format!("`{name}` counts events, but `{of}` counts nobody"),
            read: format!("{}, and 0 people with `{of}`", events(counted)),
            expected: format!("no events, or the people in `{of}`"),
        }),
        OutcomeKind::Sustained { most, .. } if counted > affected.saturating_mul(most) => Some(Misfit {
            what: format!("`{name}` is more than `{of}` allows"),
            read: format!("{} periods for {} {people}", thousands(counted), thousands(affected)),
            expected: format!("at most {}: {most} for each person with `{of}`", thousands(affected.saturating_mul(most))),
        }),
        _ => None,
    }
}

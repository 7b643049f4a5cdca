//! Everything of a market that is the same whatever providers do: its people, when they arrive, and what is known when.

use base::day::{Day, day};
use contract::Scheme;
use contract::market::rules::Market;
use contract::terms::OutcomeKind;

use super::users::Arrival;
use crate::assumptions::market::{AssumedProvider, MarketAssumptions};
use crate::assumptions::{Assumptions, Intended};
use crate::people::{AreaPeople, Chances, people};

/// One area of the scheme: its people and their chances.
#[derive(Clone, Debug)]
pub(super) struct MarketArea {
    pub people: AreaPeople,
    pub chances: Chances,
    /// By segment, the chance of a good result of the intended outcome as things are now.
    pub good_now: Vec<f64>,
    /// No help for anybody.
    pub idle: Vec<f64>,
}

/// One market with its people in some replications.
#[derive(Clone, Debug)]
pub struct MarketWorld<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) assumptions: &'a Assumptions,
    pub(super) market: &'a MarketAssumptions,
    /// In the order of the market's providers.
    pub(super) providers: Vec<&'a AssumedProvider>,
    pub(super) areas: Vec<MarketArea>,
    pub(super) seed: u64,
    pub(super) first_replication: u64,
    /// For each replication and cohort, everybody in the order in which they arrive.
    pub(super) arrivals: Vec<Vec<Vec<Arrival>>>,
    /// The outcome that results are known by.
    pub(super) main: usize,
    /// For each cohort, how many cohorts from the first have results that are known when it begins.
    pub(super) known: Vec<usize>,
    /// The first day of each cohort, and its length in days.
    pub(super) days: Vec<(Day, i64)>,
    /// The first day of each period of the market, in order.
    pub(super) periods: Vec<Day>,
    /// What it costs to get in, in pounds.
    pub(super) entry_cost: f64,
}

/// The first day of every period of a market until the last cohort ends.
fn periods(scheme: &Scheme, rules: &Market) -> Vec<Day> {
    let Some((first, last)) = scheme.cohorts.first().zip(scheme.cohorts.last()) else { return Vec::new() };
    (rules.period_of(first.starts)..=rules.period_of(last.ends)).map(|period| day(rules.period_starts(period))).collect()
}

/// The binary outcome that results are known by: the intended one, or the one that it is counted on top of; otherwise the first.
fn main_outcome(scheme: &Scheme, assumptions: &Assumptions) -> Option<usize> {
    let binary = |at: &usize| scheme.outcomes[*at].is_binary();
    let intended = match assumptions.intended {
        Intended::Aim { outcome, .. } => Some(scheme.outcomes[outcome].base(outcome)),
        Intended::Spend(_) | Intended::SpendOn(_) => None,
    };
    intended.filter(binary).or_else(|| (0..scheme.outcomes.len()).find(binary))
}

/// Why a market cannot be played, as a sentence, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotPlayable {
    pub what: String,
    pub fix: String,
}

impl<'a> MarketWorld<'a> {
    /// A market with its people in replications from `first` on.
    ///
    /// # Errors
    /// The assumptions do not fit the market, or the contract has terms that a market cannot be played under.
    pub fn new(
        scheme: &'a Scheme,
        assumptions: &'a Assumptions,
        rules: &Market,
        seed: u64,
        (first, replications): (u64, usize),
    ) -> Result<MarketWorld<'a>, NotPlayable> {
        let refuse = |what: String, fix: &str| Err(NotPlayable { what, fix: fix.to_owned() });
        let Some(market) = &assumptions.market else {
            return refuse(
                "assumptions.toml has no [market]".to_owned(),
                "write how users choose in [market.users], and a [market.provider.ID] for each provider",
            );
        };
        if scheme.outcomes.iter().any(|outcome| outcome.counts_households) {
            return refuse("the contract counts households".to_owned(), "play the market of a scheme that counts people");
        }
        if scheme.costs_decide_payments() {
            return refuse("payments depend on certified costs".to_owned(), "play the market under prices");
        }
        if scheme.clauses.iter().any(|clause| clause.terms.compares_points().is_some()) {
            return refuse("a clause compares providers by their points".to_owned(), "play the market under prices");
        }
        let Some(main) = main_outcome(scheme, assumptions) else {
            return refuse(
                "no outcome is one that people have or have not".to_owned(),
                "play the market of a scheme with a binary outcome",
            );
        };
        let mut providers = Vec::new();
        for provider in &rules.providers {
            let Some(assumed) = market.providers.iter().find(|assumed| assumed.id == provider.id) else {
                return refuse(
                    format!("nothing is assumed of the provider \u{201C}{}\u{201D}", provider.id),
                    "add its table [market.provider.ID] to assumptions.toml",
                );
            };
            providers.push(assumed);
        }
        if let Some(other) = market.providers.iter().find(|assumed| rules.provider(&assumed.id).is_none()) {
            return refuse(
                format!("the provider \u{201C}{}\u{201D} of assumptions.toml is not in the market", other.id),
                "correct its id, or remove its table",
            );
        }
        let more = scheme.outcomes[main].sign() > 0;
        let areas: Vec<MarketArea> = people(scheme, assumptions)
            .into_iter()
            .map(|people| {
                let chances = Chances::of(scheme, assumptions, &people);
                let now = |segment: usize| chances.now(main, segment);
                let good_now = (0..people.segments).map(|segment| if more { now(segment) } else { 1.0 - now(segment) }).collect();
                let idle = vec![0.0; chances.helps.len() * people.segments];
                MarketArea { people, chances, good_now, idle }
            })
            .collect();
        let cohorts = areas.first().map_or(0, |area| area.people.cohorts.len());
        let known_from = |cohort: usize| scheme.outcomes[main].known_on(scheme.cohorts[cohort].ends, scheme.month_end);
        let known =
            |cohort: usize| (0..cohort).take_while(|&earlier| known_from(earlier) < scheme.cohorts[cohort].starts).count();
        let mut world = MarketWorld {
            scheme,
            assumptions,
            market,
            providers,
            areas,
            seed,
            first_replication: first,
            arrivals: Vec::new(),
            main,
            known: (0..cohorts).map(known).collect(),
            days: (0..cohorts)
                .map(|cohort| (day(scheme.cohorts[cohort].starts), day(scheme.cohorts[cohort].ends)))
                .map(|(first, last)| (first, i64::from(last - first) + 1))
                .collect(),
            periods: periods(scheme, rules),
            entry_cost: [rules.entry.cost_to_meet, rules.entry.cost_of_bid].iter().flatten().map(|cost| cost.pounds()).sum(),
        };
        world.arrivals = (0..replications as u64).map(|at| world.drawn(first + at, cohorts)).collect();
        Ok(world)
    }

    /// Everybody of one replication, by cohort.
    fn drawn(&self, replication: u64, cohorts: usize) -> Vec<Vec<Arrival>> {
        let mut out = vec![Vec::new(); cohorts];
        for (at, area) in self.areas.iter().enumerate() {
            for (cell, of) in area.people.cells.iter().enumerate() {
                let drawn = |person| Arrival::drawn(self.market, &self.providers, self.seed, (at, cell), person, replication);
                out[of.cohort].extend((of.first_person..of.first_person + of.people as u64).map(drawn));
            }
        }
        // By a draw, so that neither areas nor segments come in blocks; then by person, so that equal draws have an order too.
        out.iter_mut().for_each(|arrivals| arrivals.sort_unstable_by_key(|arrival| (arrival.order, arrival.person)));
        out
    }

    /// The day on which a person of a cohort arrives.
    pub(super) fn day_of(&self, cohort: usize, arrival: &Arrival) -> Day {
        let (first, length) = self.days[cohort];
        // The order is an even draw of 64 bits.
        first + ((u128::from(arrival.order) * length.unsigned_abs() as u128) >> 64) as Day
    }

    /// The replications that were drawn.
    #[must_use]
    pub fn replications(&self) -> usize {
        self.arrivals.len()
    }

    /// Everybody in one replication.
    #[must_use]
    pub fn people(&self) -> usize {
        self.areas.iter().map(|area| area.people.count()).sum()
    }

    /// Whether an outcome has a chance of its own by which its worth is counted; an outcome on top of another follows its chance.
    pub(super) fn worth_of(&self, area: &MarketArea, segment: usize, effort: &[f64]) -> f64 {
        let of = |(at, outcome): (usize, &contract::terms::Outcome)| {
            let base = outcome.base(at);
            let each = match outcome.kind {
                OutcomeKind::Binary | OutcomeKind::Amount { .. } => 1.0,
                OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => area.chances.each[at][segment],
            };
            let better = outcome.sign() as f64 * (area.chances.with(base, segment, effort) - area.chances.without(base, segment));
            self.assumptions.outcomes[at].value * each * better
        };
        self.scheme.outcomes.iter().enumerate().map(of).sum()
    }

    /// The licence of a lot whose provider costs least if it serves everybody in it all the time: who would win a contract that the lowest
    /// cost wins.
    pub(super) fn cheapest(&self, rules: &Market, lot: usize) -> Option<usize> {
        let people: f64 = rules.lots[lot].areas.iter().map(|&area| self.areas[area].people.count() as f64).sum();
        let cost = |licence: usize| {
            let provider = self.providers[rules.lots[lot].licences[licence].provider];
            provider.each_person * people + provider.each_cohort * self.known.len() as f64
        };
        let there = |licence: &usize| self.providers[rules.lots[lot].licences[*licence].provider].from_cohort == 0;
        (0..rules.lots[lot].licences.len()).filter(there).min_by(|&a, &b| cost(a).total_cmp(&cost(b)).then(a.cmp(&b)))
    }
}

//! One play of a market: people arrive one by one, are sent to providers by the rules of the market, and have the results that the
//! help of their provider leads to. Then the contract pays each provider as it would pay for records.

use base::day::Day;
use base::money::{Quantity, WHOLE};
use base::philox::words;
use base::schedule::CohortTime;
use contract::market::allocate::{Allocation, Referral, allocate};
use contract::market::rules::Market;
use contract::market::standing::{AdjustedResult, MarketStanding};
use contract::price::{NoLines, Paid, price};
use contract::tally::{CohortStage, Tally};
use contract::terms::Baseline;

use super::users::Arrival;
use super::world::{MarketArea, MarketWorld};
use crate::draws::{comparison_amounts, comparison_count, comparison_extra, whether};
use crate::people::HelpEffect;
use crate::person_by_person::Replication;

/// What a provider does in a market.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarketStrategy {
    /// Whether it takes part at all.
    pub enters: bool,
    /// For each segment of the assumptions, the position in [`STEPS`] of what it spends on help for each person.
    pub steps: Vec<u8>,
}

/// One spend on each kind of help.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HelpSpend {
    /// What is spent today.
    Today,
    /// So many times what buys half of the effect.
    OfHalfCost(f64),
}

impl HelpSpend {
    /// Pounds for each person on one kind of help.
    pub(super) fn on(self, help: &HelpEffect) -> f64 {
        match self {
            HelpSpend::Today => help.spent_now,
            HelpSpend::OfHalfCost(times) => times * help.half_cost,
        }
    }
}

/// What can be spent.
pub const STEPS: [HelpSpend; 6] = [
    HelpSpend::Today,
    HelpSpend::OfHalfCost(0.0),
    HelpSpend::OfHalfCost(0.5),
    HelpSpend::OfHalfCost(1.0),
    HelpSpend::OfHalfCost(2.0),
    HelpSpend::OfHalfCost(4.0),
];

/// What happened to one provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderPlayed {
    /// Pounds.
    pub paid: f64,
    pub cost: f64,
    /// What its results are worth to the public, compared with no help, in pounds.
    pub worth: f64,
    /// People in each cohort.
    pub people: Vec<u32>,
    /// The cohort after which it gave up, from 0.
    pub gave_up_after: Option<usize>,
}

impl ProviderPlayed {
    /// Pounds.
    #[must_use]
    pub fn profit(&self) -> f64 {
        self.paid - self.cost
    }
}

/// What happened in one replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Played {
    /// In the order of the market's providers.
    pub providers: Vec<ProviderPlayed>,
    /// People who came, by segment of the assumptions.
    pub came: Vec<u32>,
    /// Those of them who were placed.
    pub placed: Vec<u32>,
    /// By segment, people with a good result of the outcome that is intended, among all who came. Who is not placed has no help.
    pub good: Vec<u32>,
    /// People in each cohort for whom nobody was found.
    pub waiting: Vec<u32>,
}

/// A provider while a market is played.
struct Active {
    /// In the market in the present cohort.
    takes_part: bool,
    efforts: Vec<Vec<f64>>,
    /// What one more person of each area and segment costs, in pounds.
    each: Vec<Vec<f64>>,
    /// What help is worth to the public in one person of each area and segment.
    worth: Vec<Vec<f64>>,
    /// One for each area of the scheme.
    tallies: Vec<Tally>,
    /// People of each cell of each area.
    served: Vec<Vec<u32>>,
    /// For each cohort: good results, those expected as things are now, and people.
    results: Vec<(f64, f64, u32)>,
    paid: Paid<f64>,
    played: ProviderPlayed,
}

impl Active {
    /// What is known of its results: those of the first so many cohorts.
    fn known(&self, cohorts: usize) -> (f64, f64, u32) {
        self.results.iter().take(cohorts).fold((0.0, 0.0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1, sum.2 + of.2))
    }
}

impl MarketWorld<'_> {
    /// Plays one profile in one replication.
    #[must_use]
    pub fn play(&self, market: &Market, profile: &[MarketStrategy], replication: usize) -> Played {
        let segments = self.assumptions.segments.len();
        let mut rules = market.clone();
        let mut providers: Vec<Active> = profile.iter().enumerate().map(|(at, strategy)| self.active(at, strategy)).collect();
        let nothing = || vec![0; segments];
        let mut played =
            Played { providers: Vec::new(), came: nothing(), placed: nothing(), good: nothing(), waiting: Vec::new() };
        let mut named = Vec::new();
        for (cohort, arrivals) in self.arrivals[replication].iter().enumerate() {
            for (at, (provider, strategy)) in providers.iter_mut().zip(profile).enumerate() {
                let has_begun = self.providers[at].from_cohort <= cohort;
                provider.takes_part = strategy.enters && has_begun && provider.played.gave_up_after.is_none();
                provider.played.people.push(0);
                provider.results.push((0.0, 0.0, 0));
            }
            close(&mut rules, market, |at| providers[at].takes_part);
            let known: Vec<(f64, f64, u32)> = providers.iter().map(|provider| provider.known(self.known[cohort])).collect();
            let points: Vec<f64> =
                known.iter().map(|&(good, expected, people)| 100.0 * (good - expected) / f64::from(people.max(1))).collect();
            let results: Vec<Option<AdjustedResult>> = known.iter().map(adjusted).collect();
            let begin =
                |from: Day| (MarketStanding::new(&rules, &results), self.periods.iter().copied().find(|first| *first > from));
            let (mut standing, mut next_period) = begin(self.days[cohort].0);
            let mut waiting = 0;
            for arrival in arrivals {
                let on = self.day_of(cohort, arrival);
                if next_period.is_some_and(|first| first <= on) {
                    (standing, next_period) = begin(on);
                }
                let cell = &self.areas[arrival.area].people.cells[arrival.cell];
                let segment = self.assumptions.segments[cell.segment].priced_as;
                let offered = |at: usize| providers[at].takes_part && holds(&rules, (arrival.area, segment), at, on);
                arrival.named(self.market.users.each_point, &points, offered, &mut named);
                played.came[cell.segment] += 1;
                let referral = Referral { area: arrival.area, segment, day: on, choices: &named, key: arrival.key };
                let good = match allocate(&rules, &standing, &referral) {
                    Allocation::Waiting(..) => {
                        waiting += 1;
                        let area = &self.areas[arrival.area];
                        self.results(area, &area.idle, arrival, replication, |_, _| ())
                    }
                    Allocation::Placed(placement) => {
                        standing.record(&rules, on, &placement);
                        played.placed[cell.segment] += 1;
                        self.serve(&mut providers[placement.provider], arrival, cohort, replication)
                    }
                };
                played.good[cell.segment] += u32::from(good);
            }
            played.waiting.push(waiting);
            for (at, provider) in providers.iter_mut().enumerate() {
                self.end_cohort(&rules, at, provider, cohort, replication);
            }
        }
        played.providers = providers.into_iter().map(|provider| provider.played).collect();
        played
    }

    /// A provider before the first cohort.
    fn active(&self, at: usize, strategy: &MarketStrategy) -> Active {
        let segments = strategy.steps.len();
        let effort = |area: &MarketArea| -> Vec<f64> {
            let spent = |at: usize| {
                STEPS[usize::from(strategy.steps[at % segments])].on(&area.chances.helps[at / segments][at % segments])
            };
            (0..area.chances.helps.len() * segments).map(spent).collect()
        };
        let efforts: Vec<Vec<f64>> = self.areas.iter().map(effort).collect();
        let each = |effort: &Vec<f64>| -> Vec<f64> {
            let help = |segment: usize| effort.iter().skip(segment).step_by(segments).sum::<f64>();
            (0..segments).map(|segment| self.providers[at].each_person + help(segment)).collect()
        };
        let worth = |(area, effort): (&MarketArea, &Vec<f64>)| -> Vec<f64> {
            (0..segments).map(|segment| self.worth_of(area, segment, effort)).collect()
        };
        let tally = |area: &MarketArea| {
            let cohorts = area.people.cohorts.len();
            // What has not begun pays nothing yet.
            Tally {
                stages: vec![CohortStage::Running; cohorts],
                passed: vec![0; cohorts],
                due: vec![0; cohorts],
                ..Tally::empty(self.scheme, area.people.area, area.people.cohorts.clone())
            }
        };
        Active {
            takes_part: false,
            each: efforts.iter().map(each).collect(),
            worth: self.areas.iter().zip(&efforts).map(worth).collect(),
            tallies: self.areas.iter().map(tally).collect(),
            served: self.areas.iter().map(|area| vec![0; area.people.cells.len()]).collect(),
            efforts,
            results: Vec::new(),
            paid: Paid::default(),
            played: ProviderPlayed { cost: if strategy.enters { self.entry_cost } else { 0.0 }, ..ProviderPlayed::default() },
        }
    }

    /// Serves one person: says whether the result is good.
    fn serve(&self, provider: &mut Active, arrival: &Arrival, cohort: usize, replication: usize) -> bool {
        let area = &self.areas[arrival.area];
        let cell = &area.people.cells[arrival.cell];
        let to = cell.cohort * self.scheme.segments.len() + self.assumptions.segments[cell.segment].priced_as;
        let tally = &mut provider.tallies[arrival.area];
        tally.people[to] += 1;
        let good = self.results(area, &provider.efforts[arrival.area], arrival, replication, |outcome, count| {
            tally.counts[outcome][to] += count;
        });
        provider.served[arrival.area][arrival.cell] += 1;
        provider.played.people[cohort] += 1;
        provider.played.cost += provider.each[arrival.area][cell.segment];
        provider.played.worth += provider.worth[arrival.area][cell.segment];
        let so_far = &mut provider.results[cohort];
        *so_far = (so_far.0 + f64::from(u8::from(good)), so_far.1 + area.good_now[cell.segment], so_far.2 + 1);
        good
    }

    /// The outcomes of one person under an effort, each given to `put`. Says whether the intended one is good.
    fn results(
        &self,
        area: &MarketArea,
        effort: &[f64],
        arrival: &Arrival,
        replication: usize,
        mut put: impl FnMut(usize, i64),
    ) -> bool {
        let (scheme, assumptions, seed) = (self.scheme, self.assumptions, self.seed);
        let replication = self.first_replication + replication as u64;
        let cell = &area.people.cells[arrival.cell];
        let drawn =
            Replication { scheme, assumptions, area: area.people.area, chances: &area.chances, effort, seed, replication };
        let mut happened = false;
        for (outcome, count) in drawn.of(cell, arrival.person).enumerate() {
            let amount = || {
                let distribution = assumptions.amount(scheme, outcome, area.people.area, cell.segment)?;
                let level = area.chances.amount_level(outcome, cell.segment, effort)?;
                let uniform = whether(&words(seed, arrival.person, replication, outcome as u64));
                Some(distribution.added_up(level, std::iter::once(uniform)))
            };
            let count = if scheme.outcomes[outcome].is_amount() { amount().unwrap_or_default() } else { i64::from(count) };
            if outcome == self.main {
                happened = count > 0;
            }
            put(outcome, count);
        }
        happened == (scheme.outcomes[self.main].sign() > 0)
    }

    /// Ends a cohort for one provider: what it is compared with, its fixed costs, what it is paid, and whether it goes on.
    fn end_cohort(&self, rules: &Market, at: usize, provider: &mut Active, cohort: usize, replication: usize) {
        let segments = 0..self.scheme.segments.len();
        for (tally, (area, served)) in provider.tallies.iter_mut().zip(self.areas.iter().zip(&provider.served)) {
            tally.stages[cohort] = CohortStage::Complete;
            let is_there = segments.clone().any(|segment| holds(rules, (area.people.area, segment), at, self.days[cohort].0));
            if provider.takes_part && is_there {
                tally.due[cohort] = self.scheme.cohorts[area.people.cohorts[cohort]].months;
            }
            self.compare(area, served, tally, cohort, replication);
        }
        if provider.takes_part {
            provider.played.cost += self.providers[at].each_cohort;
        }
        let mut paid = 0.0;
        for tally in &provider.tallies {
            price(self.scheme, tally, &mut provider.paid, &mut NoLines);
            paid += provider.paid.total() / 100.0;
        }
        provider.played.paid = paid;
        let is_over = provider.takes_part && provider.played.profit() < -self.providers[at].reserve;
        if is_over && cohort + 1 < self.known.len() {
            provider.played.gave_up_after = Some(cohort);
        }
    }

    /// Draws those with whom the people of one cohort are compared.
    fn compare(&self, area: &MarketArea, served: &[u32], tally: &mut Tally, cohort: usize, replication: usize) {
        let replication = self.first_replication + replication as u64;
        for (at, outcome) in self.scheme.outcomes.iter().enumerate() {
            let Some(ratio) = outcome.compared() else { continue };
            let base = outcome.base(at);
            for (cell, served) in area.people.cells.iter().zip(served).filter(|(cell, _)| cell.cohort == cohort) {
                let to = cohort * self.scheme.segments.len() + self.assumptions.segments[cell.segment].priced_as;
                let people = i64::from(*served) * ratio;
                let chance = match outcome.baseline {
                    Baseline::Before { .. } => area.chances.before(base, cell.segment),
                    _ => None,
                };
                let chance = chance.unwrap_or_else(|| area.chances.now(base, cell.segment));
                let key = (self.seed, cell.first_person, replication);
                let count = match self.assumptions.amount(self.scheme, at, area.people.area, cell.segment) {
                    Some(amounts) => {
                        let now = (area.chances.now(at, cell.segment), amounts.spread);
                        comparison_amounts(key.0, key.1, key.2, at, people, now)
                    }
                    None => {
                        let affected = comparison_count(key.0, key.1, key.2, base, people, chance);
                        let parameter = self.assumptions.outcomes[at].now.at(area.people.area, cell.segment, CohortTime::FIRST);
                        comparison_extra(key.0, key.1, key.2, at, outcome.kind, parameter, affected)
                    }
                };
                tally.comparison[at].people[to] += people;
                tally.comparison[at].counts[to] += count;
            }
        }
    }
}

/// What is known of a provider's results, for shares that follow them.
fn adjusted(&(good, expected, people): &(f64, f64, u32)) -> Option<AdjustedResult> {
    let quantity = |count: f64| Quantity((count * WHOLE as f64).round() as i64);
    (people > 0).then(|| AdjustedResult { people: people.into(), result: quantity(good), expected: quantity(expected) })
}

/// Lets only those take people who take part.
fn close(rules: &mut Market, market: &Market, takes_part: impl Fn(usize) -> bool) {
    for (lot, of) in rules.lots.iter_mut().zip(&market.lots) {
        for (licence, of) in lot.licences.iter_mut().zip(&of.licences) {
            licence.to = if takes_part(of.provider) { of.to } else { Day::MIN };
        }
    }
}

/// Whether a provider may take people of an area and segment on a day.
fn holds(rules: &Market, (area, segment): (usize, usize), provider: usize, on: Day) -> bool {
    let Some(lot) = rules.lot_of(area, segment) else { return false };
    rules.lots[lot].licences.iter().any(|licence| licence.provider == provider && licence.is_open(on))
}

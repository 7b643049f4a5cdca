//! A provider's strategy, and its consequences in one area: its costs, the outcomes of people, and what it is paid in each of many
//! replications.

use std::ops::Range;

use base::money::Pence;
use base::schedule::CohortTime;
use contract::Scheme;
use contract::funders::split;
use contract::price::{NoLines, Paid, price};
use contract::tally::{OthersPoints, Tally};
use contract::terms::{Baseline, Intake, OutcomeKind};

use crate::amounts::{AmountLevel, BroughtOver};
use crate::assumptions::Assumptions;
use crate::draws::{comparison_amounts, comparison_count, comparison_extra};
use crate::households::households;
use crate::others;
use crate::people::{AreaPeople, Chances};
use crate::rank_evaluation::{LastRanks, Ranks};
use crate::renewal::Renewal;

/// A strategy: effort and intake by segment, the same in every cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct Strategy {
    /// Pounds for each person, by kind of help and then segment, beyond what the contract requires.
    pub effort: Vec<f64>,
    /// Whether the people of a segment are served.
    pub taken: Vec<bool>,
    pub reporting: Reporting,
    /// For each outcome of the scheme, the share of those just short of its level who are brought over it. Empty where nobody is.
    pub brought_over: Vec<f64>,
}

/// What is reported falsely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reporting {
    /// For each outcome of the scheme, the share of those without the result for whom it is claimed. Empty when everything is
    /// reported honestly.
    pub claimed: Vec<f64>,
    /// For each outcome of the scheme, the share of a cohort's people who are excepted although they should count. Empty where nobody is.
    pub excepted: Vec<f64>,
    /// The share of the people of every other segment who are labelled as the segment that pays best.
    pub mislabelled: f64,
}

impl Reporting {
    fn is_honest(&self) -> bool {
        self.mislabelled == 0.0 && self.claimed.iter().chain(&self.excepted).all(|share| *share == 0.0)
    }
}

impl Strategy {
    /// The least that the contract requires: no effort, and everyone served.
    #[must_use]
    pub fn idle(chances: &Chances, segments: usize) -> Strategy {
        Strategy::of(vec![0.0; chances.helps.len() * segments], vec![true; segments])
    }

    /// What is spent today.
    #[must_use]
    pub fn as_now(chances: &Chances, segments: usize) -> Strategy {
        let effort = chances.helps.iter().flat_map(|help| help.iter().map(|effect| effect.spent_now)).collect();
        Strategy::of(effort, vec![true; segments])
    }

    /// An effort and an intake, reported honestly.
    #[must_use]
    pub fn of(effort: Vec<f64>, taken: Vec<bool>) -> Strategy {
        Strategy { effort, taken, reporting: Reporting::default(), brought_over: Vec::new() }
    }

    /// The same with no effort below that of another strategy.
    #[must_use]
    pub fn no_less_than(mut self, other: &Strategy) -> Strategy {
        self.effort.iter_mut().zip(&other.effort).for_each(|(effort, least)| *effort = effort.max(*least));
        self
    }

    /// Pounds of help for each person of a segment, all kinds together; zero for people turned away.
    #[must_use]
    pub fn spend_on(&self, segment: usize) -> f64 {
        if !self.taken[segment] {
            return 0.0;
        }
        let segments = self.taken.len();
        self.effort.iter().skip(segment).step_by(segments).sum()
    }
}

/// The weights of what is paid for two and one results fewer, for the expected ones, and for one and two more, so that a jump at exactly
/// the expected results counts by half. A jump is a step that does not go on: a price for each result does, and where the price changes
/// nothing jumps.
pub(crate) fn weights_beside_a_jump(paid: [f64; 5]) -> [f64; 5] {
    let step = [paid[1] - paid[0], paid[2] - paid[1], paid[3] - paid[2], paid[4] - paid[3]];
    let jumps = |at: usize, beside: [usize; 2]| beside.iter().all(|&other| step[at].abs() > 2.0 * step[other].abs() + 0.01);
    match (jumps(1, [0, 2]), jumps(2, [1, 3])) {
        // Half of the way back over the step, and half of an ordinary step forward again.
        (true, _) => [-0.5, 1.0, 0.5, 0.0, 0.0],
        (false, true) => [0.0, 0.0, 0.5, 1.0, -0.5],
        (false, false) => [0.0, 0.0, 1.0, 0.0, 0.0],
    }
}

/// The scheme with what is at stake beyond the payments instead of what is paid; `None` where nothing is. What a rating is worth stays as it is
/// when its payments are changed.
fn stakes_of(scheme: &Scheme, assumptions: &Assumptions) -> Option<Scheme> {
    let clauses = assumptions.stakes.clone();
    (!clauses.is_empty()).then(|| Scheme { clauses, ..scheme.clone() })
}

/// One area of one scenario under one scheme: everything needed to try a strategy.
#[derive(Clone, Debug)]
pub struct Arena<'a> {
    pub scheme: &'a Scheme,
    pub assumptions: &'a Assumptions,
    pub people: &'a AreaPeople,
    pub chances: Chances,
    pub ranks: &'a Ranks,
    /// Replications that strategies are simulated on.
    pub replications: usize,
    seed: u64,
    first_replication: u64,
    /// For each replication, the comparison groups' people and counts; empty when the scheme has none.
    comparisons: Vec<Tally>,
    /// For each replication, the points of other providers; empty when no clause compares with them.
    others: Vec<Vec<OthersPoints>>,
    /// The scheme with what is at stake beyond the payments instead of what is paid, where the assumptions say that there is anything.
    stakes: Option<Scheme>,
    /// What the results do to the chance of winning again, where the assumptions say anything of it.
    renewal: Option<Renewal>,
    /// The cell of the contract's tally for each cell of people.
    tally_cells: Vec<usize>,
    /// Expected people by segment of the assumptions.
    in_segment: Vec<f64>,
    /// The contract's segment in which a person is paid best, where the provider sets the labels.
    pub(crate) best_label: Option<usize>,
}

/// What a strategy brings the provider in each replication before its costs, in pounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gains {
    pub paid: Vec<f64>,
    /// What is at stake beyond the payments. It is the provider's own: nobody else bears or gets a part of it. Empty where nothing is.
    pub stakes: Vec<f64>,
}

impl Gains {
    fn stake(&self, replication: usize) -> f64 {
        self.stakes.get(replication).copied().unwrap_or_default()
    }

    fn mean_stake(&self) -> f64 {
        if self.stakes.is_empty() { 0.0 } else { risks::mean(&self.stakes) }
    }

    /// The mean of both together.
    #[must_use]
    pub fn mean(&self) -> f64 {
        risks::mean(&self.paid) + self.mean_stake()
    }
}

/// What one strategy is paid in every replication, in pounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Payments {
    pub total: Vec<f64>,
    /// The part that depends on results.
    pub results: Vec<f64>,
    /// What clauses that pay for results paid, where they paid.
    pub rewards: Vec<f64>,
    /// What they deducted, where they deducted; not below zero.
    pub deductions: Vec<f64>,
    /// What is at stake beyond the payments; empty where nothing is.
    pub stakes: Vec<f64>,
    /// The chance of winning the next contract; empty where the assumptions do not say how it is decided.
    pub renewal: Vec<f64>,
}

impl Payments {
    /// Adds one replication.
    pub(crate) fn push(&mut self, scheme: &Scheme, paid: &Paid<f64>) {
        let results = scheme.result_clauses();
        let (mut sum, mut rewards, mut deductions) = (0.0, 0.0, 0.0);
        for amount in results.map(|clause| paid.clause(clause) / 100.0) {
            sum += amount;
            rewards += amount.max(0.0);
            deductions += (-amount).max(0.0);
        }
        self.total.push(paid.total() / 100.0);
        self.results.push(sum);
        self.rewards.push(rewards);
        self.deductions.push(deductions);
    }
}

/// What of a strategy is the same in every replication, cell by cell, and the tally that each replication fills in.
struct ReadyStrategy {
    thresholds: Vec<u64>,
    levels: Vec<AmountLevel>,
    brought_over: Vec<BroughtOver>,
    taken: Vec<bool>,
    tally: Tally,
}

impl<'a> Arena<'a> {
    /// Puts an area under a scheme. `ranks` must have been built for the same people, seed and first replication.
    #[must_use]
    pub fn new(
        scheme: &'a Scheme,
        assumptions: &'a Assumptions,
        people: &'a AreaPeople,
        ranks: &'a Ranks,
        seed: u64,
        first_replication: u64,
    ) -> Arena<'a> {
        let chances = Chances::of(scheme, assumptions, people);
        Arena::with_chances(scheme, assumptions, people, ranks, seed, first_replication, chances)
    }

    /// The same arena with other chances.
    #[must_use]
    pub fn facing(&self, chances: Chances) -> Arena<'a> {
        self.changed(self.scheme, chances)
    }

    /// The same arena under other rules for the same people and outcomes.
    #[must_use]
    pub fn under<'b>(&self, scheme: &'b Scheme) -> Arena<'b>
    where
        'a: 'b,
    {
        self.changed(scheme, self.chances.clone())
    }

    fn changed<'b>(&self, scheme: &'b Scheme, chances: Chances) -> Arena<'b>
    where
        'a: 'b,
    {
        Arena::with_chances(scheme, self.assumptions, self.people, self.ranks, self.seed, self.first_replication, chances)
            .on_first(self.replications)
    }

    fn with_chances(
        scheme: &'a Scheme,
        assumptions: &'a Assumptions,
        people: &'a AreaPeople,
        ranks: &'a Ranks,
        seed: u64,
        first_replication: u64,
        chances: Chances,
    ) -> Arena<'a> {
        let segments = scheme.segments.len();
        let tally_cells =
            people.cells.iter().map(|cell| cell.cohort * segments + assumptions.segments[cell.segment].priced_as).collect();
        let in_segment = (0..people.segments).map(|segment| people.in_segment(segment) as f64).collect();
        let mut arena = Arena {
            scheme,
            assumptions,
            people,
            chances,
            ranks,
            replications: ranks.replications,
            seed,
            first_replication,
            comparisons: Vec::new(),
            others: Vec::new(),
            stakes: stakes_of(scheme, assumptions),
            renewal: None,
            tally_cells,
            in_segment,
            best_label: None,
        };
        arena.renewal = assumptions.renewal.map(|renewal| Renewal::of(scheme, renewal, people, &arena.chances));
        arena.comparisons = arena.draw_comparisons();
        arena.others = others::drawn(scheme, assumptions, &people.cohorts, seed, arena.replications_drawn());
        arena.best_label = arena.find_best_label();
        arena
    }

    /// The same on the first few replications only.
    #[must_use]
    pub fn on_first(mut self, replications: usize) -> Arena<'a> {
        self.replications = replications.min(self.ranks.replications);
        self
    }

    /// The replications that were drawn, by their numbers.
    fn replications_drawn(&self) -> Range<u64> {
        self.first_replication..self.first_replication + self.ranks.replications as u64
    }

    /// Comparison groups have today's chances, without extra effort. The same people before have the chances that the assumptions give.
    fn draw_comparisons(&self) -> Vec<Tally> {
        if self.scheme.outcomes.iter().all(|outcome| outcome.compared().is_none()) {
            return Vec::new();
        }
        self.replications_drawn()
            .map(|replication| {
                let mut tally = Tally::empty(self.scheme, self.people.area, self.people.cohorts.clone());
                for (cell, &to) in self.people.cells.iter().zip(&self.tally_cells) {
                    for (at, outcome) in self.scheme.outcomes.iter().enumerate() {
                        let Some(ratio) = outcome.compared() else { continue };
                        let people = self.measured_in(at, cell.people) * ratio;
                        if let Some(amounts) = self.assumptions.amount(self.scheme, at, self.people.area, cell.segment) {
                            let now = (self.chances.now(at, cell.segment), amounts.spread);
                            tally.comparison[at].people[to] += people;
                            tally.comparison[at].counts[to] +=
                                comparison_amounts(self.seed, cell.first_person, replication, at, people, now);
                            continue;
                        }
                        let base = outcome.base(at);
                        let chance = self.chances.of_one(base, self.compared_chance(at, cell.segment));
                        let affected = comparison_count(self.seed, cell.first_person, replication, base, people, chance);
                        let parameter = self.compared_parameter(at, cell.segment);
                        let count =
                            comparison_extra(self.seed, cell.first_person, replication, at, outcome.kind, parameter, affected);
                        tally.comparison[at].people[to] += people;
                        tally.comparison[at].counts[to] += count;
                    }
                }
                tally
            })
            .collect()
    }

    /// In how many an outcome is measured among so many people of one cell: people, or their households.
    fn measured_in(&self, outcome: usize, people: usize) -> i64 {
        if self.scheme.outcomes[outcome].counts_households { households(self.scheme, people) } else { people as i64 }
    }

    /// The chance of the binary outcome under an outcome, for those it is compared with.
    fn compared_chance(&self, outcome: usize, segment: usize) -> f64 {
        let base = self.scheme.outcomes[outcome].base(outcome);
        match self.scheme.outcomes[outcome].baseline {
            Baseline::Before { .. } => self.chances.before(base, segment).unwrap_or_else(|| self.chances.now(base, segment)),
            _ => self.chances.now(base, segment),
        }
    }

    /// What an outcome that is counted on top of a binary one is drawn with, for those it is compared with: the events of each person
    /// affected, or the chance of one period more.
    fn compared_parameter(&self, outcome: usize, segment: usize) -> f64 {
        self.events_before(outcome, segment)
            .unwrap_or_else(|| self.assumptions.outcomes[outcome].now.at(self.people.area, segment, CohortTime::FIRST))
    }

    /// The events of each person affected before people started, where a frequency is compared with them.
    fn events_before(&self, outcome: usize, segment: usize) -> Option<f64> {
        let definition = &self.scheme.outcomes[outcome];
        let compared = matches!(definition.baseline, Baseline::Before { .. });
        let frequency = matches!(definition.kind, OutcomeKind::Frequency { .. });
        if compared && frequency { self.chances.before(outcome, segment) } else { None }
    }

    /// The thresholds of every binary outcome and cell under a strategy.
    fn thresholds(&self, strategy: &Strategy) -> Vec<u64> {
        let mut out = Vec::with_capacity(self.ranks.binary_outcomes().len() * self.people.cells.len());
        for &outcome in self.ranks.binary_outcomes() {
            let by_segment: Vec<u64> =
                (0..self.people.segments).map(|segment| self.chances.threshold(outcome, segment, &strategy.effort)).collect();
            out.extend(self.people.cells.iter().map(|cell| by_segment[cell.segment]));
        }
        out
    }

    /// Where the mean of every amount is in each cell under a strategy.
    fn amount_levels(&self, strategy: &Strategy) -> Vec<AmountLevel> {
        let mut out = Vec::new();
        for outcome in self.ranks.amounts() {
            let by_segment: Vec<Option<AmountLevel>> =
                (0..self.people.segments).map(|segment| self.chances.amount_level(outcome, segment, &strategy.effort)).collect();
            out.extend(self.people.cells.iter().filter_map(|cell| by_segment[cell.segment]));
        }
        out
    }

    /// What each strategy is paid in total in each of the first `replications`, in pounds: strategy by strategy.
    #[must_use]
    pub fn totals(&self, strategies: &[Strategy], replications: usize) -> Vec<Vec<f64>> {
        let mut out = vec![Vec::with_capacity(replications); strategies.len()];
        self.simulate(strategies, replications, |at, _, paid| out[at].push(paid.total() / 100.0));
        out
    }

    /// What each strategy brings the provider before its costs: what it is paid, and what is at stake beyond the payments.
    #[must_use]
    pub fn gains(&self, strategies: &[Strategy], replications: usize) -> Vec<Gains> {
        self.gains_in(strategies, 0..replications)
    }

    /// The same in some of the replications.
    pub(crate) fn gains_in(&self, strategies: &[Strategy], replications: Range<usize>) -> Vec<Gains> {
        let mut out = vec![Gains::default(); strategies.len()];
        let mut room = Paid::default();
        self.simulate_in(strategies, replications, |at, tally, paid| {
            out[at].paid.push(paid.total() / 100.0);
            out[at].stakes.extend(self.at_stake(tally, &mut room));
        });
        out
    }

    /// What a tally brings the provider, in pounds: what is paid for it, and what is at stake beyond that.
    pub(crate) fn gain(&self, tally: &Tally, paid: &mut Paid<f64>) -> f64 {
        price(self.scheme, tally, paid, &mut NoLines);
        paid.total() / 100.0 + self.at_stake(tally, &mut Paid::default()).unwrap_or_default()
    }

    /// What a tally decides besides the payments, in pounds as the provider values it; `None` where nothing is at stake. `room` is
    /// memory that is used again.
    pub(crate) fn at_stake(&self, tally: &Tally, room: &mut Paid<f64>) -> Option<f64> {
        let staked = self.stakes.as_ref().map(|stakes| {
            price(stakes, tally, room, &mut NoLines);
            room.total() / 100.0
        });
        let renewal = self.renewal.as_ref().map(|renewal| renewal.worth(self.scheme, tally));
        (staked.is_some() || renewal.is_some()).then(|| staked.unwrap_or_default() + renewal.unwrap_or_default())
    }

    /// The chance of winning the next contract with a tally; `None` where the assumptions do not say how it is decided.
    pub(crate) fn renewal_chance(&self, tally: &Tally) -> Option<f64> {
        self.renewal.as_ref().map(|renewal| renewal.chance(self.scheme, tally))
    }

    /// The same by cohort, in pence. The next contract is decided by all cohorts, and counts for each in equal parts.
    pub(crate) fn at_stake_by_cohort(&self, tally: &Tally) -> Vec<f64> {
        let cohorts = self.people.cohorts.len();
        let mut out = vec![0.0; cohorts];
        if let Some(stakes) = &self.stakes {
            let mut paid: Paid<f64> = Paid::default();
            price(stakes, tally, &mut paid, &mut NoLines);
            for (cohort, out) in out.iter_mut().enumerate() {
                *out += (0..stakes.clauses.len()).map(|clause| paid.by(clause, cohort..cohort + 1)).sum::<f64>();
            }
        }
        if let Some(renewal) = &self.renewal {
            let each = 100.0 * renewal.worth(self.scheme, tally) / cohorts.max(1) as f64;
            out.iter_mut().for_each(|out| *out += each);
        }
        out
    }

    /// What one strategy is paid in each replication, with the part for results.
    #[must_use]
    pub fn payments(&self, strategy: &Strategy) -> Payments {
        let (mut out, mut room) = (Payments::default(), Paid::default());
        self.simulate(std::slice::from_ref(strategy), self.replications, |_, tally, paid| {
            out.push(self.scheme, paid);
            out.stakes.extend(self.at_stake(tally, &mut room));
            out.renewal.extend(self.renewal_chance(tally));
        });
        out
    }

    /// The same when `volume` times as many people come. What happened in each replication is scaled. Chance is then a little out of
    /// proportion (a tenth too small for a fifth fewer people), but the two numbers are compared on the same replications.
    #[must_use]
    pub fn payments_at(&self, strategy: &Strategy, volume: f64) -> Payments {
        let (mut out, mut paid) = (Payments::default(), Paid::default());
        let costs = self.certified_costs(strategy, volume);
        self.simulate(std::slice::from_ref(strategy), self.replications, |_, tally, _| {
            let tally = Tally { costs: costs.clone(), ..tally.scaled(volume) };
            price(self.scheme, &tally, &mut paid, &mut NoLines);
            out.push(self.scheme, &paid);
        });
        out
    }

    /// Simulates every strategy in each of the first `replications`.
    pub fn simulate(&self, strategies: &[Strategy], replications: usize, seen: impl FnMut(usize, &Tally, &Paid<f64>)) {
        self.simulate_in(strategies, 0..replications, seen);
    }

    /// Simulates every strategy in each of some replications. Replications are the outer loop, so that their uniforms stay in the cache
    /// while all strategies are tried on them.
    fn simulate_in(&self, strategies: &[Strategy], replications: Range<usize>, mut seen: impl FnMut(usize, &Tally, &Paid<f64>)) {
        let mut ready: Vec<ReadyStrategy> = strategies.iter().map(|strategy| self.made_ready(strategy)).collect();
        let (mut paid, mut reported) = (Paid::default(), Tally::default());
        let mut last = LastRanks::default();
        for replication in replications {
            last.forget();
            for (at, ready) in ready.iter_mut().enumerate() {
                let tally = &mut ready.tally;
                if let Some(drawn) = self.comparisons.get(replication) {
                    tally.comparison.clone_from(&drawn.comparison);
                }
                if let Some(drawn) = self.others.get(replication) {
                    tally.others.clone_from(drawn);
                }
                tally.counts.iter_mut().for_each(|counts| counts.fill(0));
                self.ranks.count(replication, &ready.thresholds, &ready.taken, &mut last, |outcome, cell, count| {
                    tally.counts[outcome][self.tally_cells[cell]] += i64::from(count);
                });
                self.ranks.sum_amounts(replication, &ready.levels, &ready.taken, |outcome, cell, sum| {
                    tally.counts[outcome][self.tally_cells[cell]] += sum;
                });
                ready.brought_over.iter().for_each(|people| people.apply(tally));
                let tally = match strategies[at].reporting.is_honest() {
                    true => &*tally,
                    false => {
                        reported.clone_from(tally);
                        self.misreport(&strategies[at].reporting, replication, &mut reported);
                        &reported
                    }
                };
                price(self.scheme, tally, &mut paid, &mut NoLines);
                seen(at, tally, &paid);
            }
        }
    }

    fn made_ready(&self, strategy: &Strategy) -> ReadyStrategy {
        let taken: Vec<bool> = self.people.cells.iter().map(|cell| strategy.taken[cell.segment]).collect();
        let mut tally = Tally::empty(self.scheme, self.people.area, self.people.cohorts.clone());
        for at in (0..self.people.cells.len()).filter(|&at| taken[at]) {
            self.add_people(&mut tally, at);
        }
        tally.costs = self.certified_costs(strategy, 1.0);
        ReadyStrategy {
            thresholds: self.thresholds(strategy),
            levels: self.amount_levels(strategy),
            brought_over: self.brought_over(strategy),
            taken,
            tally,
        }
    }

    /// Adds the people of a cell to a tally, and their households.
    fn add_people(&self, tally: &mut Tally, at: usize) {
        let (to, people) = (self.tally_cells[at], self.people.cells[at].people);
        let households = tally.households(self.scheme, to).map(|before| before + households(self.scheme, people));
        tally.people[to] += people as i64;
        households.into_iter().for_each(|households| tally.set_households(self.scheme, to, households));
    }

    /// The chance of the bad result as things are now: the most that a binary outcome can get better. An amount can at most be halved or
    /// doubled.
    #[must_use]
    pub fn room(&self, outcome: usize, segment: usize) -> f64 {
        let now = self.chances.now(outcome, segment);
        let more = self.scheme.outcomes[outcome].sign() > 0;
        match self.scheme.outcomes[outcome].kind {
            OutcomeKind::Amount { most } if more => ((most as f64 - now) / now.max(1e-9)).min(1.0),
            OutcomeKind::Amount { .. } => 0.5,
            _ if more => 1.0 - now,
            _ => now,
        }
    }

    /// A tally without chance: every count as its chance says, to the nearest whole, when each binary outcome is better than
    /// today by `better(outcome, segment)` in proportion of people, and each amount by that proportion of today's mean.
    #[must_use]
    pub fn expected_tally(&self, better: impl Fn(usize, usize) -> f64) -> Tally {
        self.tally_at_chances(|outcome, segment| {
            let sign = self.scheme.outcomes[outcome].sign() as f64;
            self.chances.now(outcome, segment) + sign * better(outcome, segment) * self.chances.scale(outcome, segment)
        })
    }

    /// A tally without chance in which nobody has a good result, the comparison group included.
    #[must_use]
    pub fn tally_of_the_worst(&self) -> Tally {
        let worst = |outcome: usize, _: usize| if self.scheme.outcomes[outcome].sign() > 0 { 0.0 } else { self.most(outcome) };
        let idle = self.certified_costs(&Strategy::idle(&self.chances, self.people.segments), 1.0);
        Tally { costs: idle, ..self.tally_at(worst, |at, segment| worst(self.scheme.outcomes[at].base(at), segment)) }
    }

    /// A tally in which all people of a cell are alike, without the people of a segment.
    #[must_use]
    pub(crate) fn without_segment(&self, tally: &Tally, segment: usize) -> Tally {
        let mut gone = vec![0; tally.people.len()];
        let cells = self.people.cells.iter().zip(&self.tally_cells).filter(|(cell, _)| cell.segment == segment);
        cells.for_each(|(cell, &to)| gone[to] += cell.people as i64);
        let mut out = tally.clone();
        let comparison = out.comparison.iter_mut().flat_map(|group| [&mut group.people, &mut group.counts]);
        let counted = [&mut out.people].into_iter().chain(&mut out.counts).chain(&mut out.excepted).chain(comparison);
        for numbers in counted {
            for (at, number) in numbers.iter_mut().enumerate().filter(|(at, _)| gone[*at] > 0) {
                let (gone, all) = (gone[at] as f64, tally.people[at].max(1) as f64);
                *number -= (*number as f64 * gone / all).round() as i64;
            }
        }
        out
    }

    /// The most of an outcome, or of what it builds on, that one person can have.
    fn most(&self, outcome: usize) -> f64 {
        match self.scheme.outcomes[outcome].kind {
            OutcomeKind::Amount { most } => most as f64,
            _ => 1.0,
        }
    }

    /// A tally without chance under a strategy, as if everyone were served.
    #[must_use]
    pub fn tally_without_chance(&self, strategy: &Strategy) -> Tally {
        let mut tally = self.tally_at_chances(|outcome, segment| self.chances.with(outcome, segment, &strategy.effort));
        self.brought_over(strategy).iter().for_each(|people| people.apply(&mut tally));
        Tally { costs: self.certified_costs(strategy, 1.0), ..tally }
    }

    /// What is paid for a tally without chance, as pricings with their weights. Where a gate turns on exactly this tally, neither side
    /// of it is the truth, and both count by half.
    #[must_use]
    pub fn paid_without_chance(&self, tally: &Tally) -> Vec<(f64, Paid<f64>)> {
        let paid = [-2, -1, 0, 1, 2].map(|more| {
            let mut tally = tally.clone();
            for at in (0..self.scheme.outcomes.len()).filter(|&at| self.scheme.outcomes[at].is_binary()) {
                for cell in 0..tally.people.len() {
                    let most = tally.measured(self.scheme, at, cell);
                    tally.counts[at][cell] = (tally.counts[at][cell] + more).clamp(0, most);
                }
            }
            let mut paid = Paid::<f64>::default();
            price(self.scheme, &tally, &mut paid, &mut NoLines);
            paid
        });
        let weights = weights_beside_a_jump(paid.each_ref().map(Paid::total));
        weights.into_iter().zip(paid).filter(|(weight, _)| *weight != 0.0).collect()
    }

    /// A tally without chance, where the chance of each binary outcome and the mean of each amount are given by segment, at the costs of
    /// today's help.
    #[must_use]
    pub fn tally_at_chances(&self, chance: impl Fn(usize, usize) -> f64) -> Tally {
        self.tally_at(chance, |outcome, segment| self.compared_chance(outcome, segment))
    }

    fn tally_at(&self, chance: impl Fn(usize, usize) -> f64, compared_chance: impl Fn(usize, usize) -> f64) -> Tally {
        let mut tally = Tally::empty(self.scheme, self.people.area, self.people.cohorts.clone());
        tally.others = others::without_chance(self.scheme, self.assumptions, &self.people.cohorts);
        let size = tally.people.len();
        tally.costs = self.certified_costs(&Strategy::as_now(&self.chances, self.people.segments), 1.0);
        let mut exact = vec![vec![0.0; size]; self.scheme.outcomes.len()];
        let mut compared = exact.clone();
        for (place, (cell, &to)) in self.people.cells.iter().zip(&self.tally_cells).enumerate() {
            let people = cell.people as f64;
            self.add_people(&mut tally, place);
            for (at, outcome) in self.scheme.outcomes.iter().enumerate() {
                let base = outcome.base(at);
                let each = self.chances.each[at][cell.segment];
                exact[at][to] += people * chance(base, cell.segment).clamp(0.0, self.most(base)) * each;
                if let Some(ratio) = outcome.compared() {
                    tally.comparison[at].people[to] += self.measured_in(at, cell.people) * ratio;
                    let each = self.events_before(at, cell.segment).unwrap_or(each);
                    compared[at][to] += people * ratio as f64 * compared_chance(at, cell.segment) * each;
                }
            }
        }
        for at in 0..exact.len() {
            for to in 0..size {
                tally.counts[at][to] = exact[at][to].round() as i64;
                if self.scheme.outcomes[at].counts_households {
                    tally.counts[at][to] = tally.counts[at][to].min(tally.measured(self.scheme, at, to));
                }
                if let Some(count) = tally.comparison[at].counts.get_mut(to) {
                    *count = compared[at][to].round() as i64;
                }
            }
        }
        tally
    }

    /// Adds results of one outcome to the cells of a segment, so many by the people of each. Gives how many were added in all.
    pub fn add_results(&self, tally: &mut Tally, outcome: usize, segment: usize, more: impl Fn(f64) -> i64) -> i64 {
        let cells =
            self.people.cells.iter().zip(&self.tally_cells).filter(|(cell, _)| cell.segment == segment && cell.people > 0);
        cells
            .map(|(cell, &to)| {
                let added = more(cell.people as f64);
                tally.counts[outcome][to] += added;
                added
            })
            .sum()
    }

    /// Whether the provider may leave the people of a segment unserved.
    #[must_use]
    pub fn may_leave(&self, segment: usize) -> bool {
        match self.scheme.intake {
            Intake::Everyone => false,
            Intake::ProviderChooses => true,
            Intake::AfterAssessment => self.assumptions.segments[segment].bring_in.is_some(),
        }
    }

    /// What the strategy costs the provider, in pounds.
    #[must_use]
    pub fn cost(&self, strategy: &Strategy) -> f64 {
        self.cost_at(strategy, 1.0)
    }

    /// The same when `volume` times as many people come.
    #[must_use]
    pub fn cost_at(&self, strategy: &Strategy, volume: f64) -> f64 {
        let months: i64 = self.people.cohorts.iter().map(|&cohort| self.scheme.cohorts[cohort].months).sum();
        let fixed = self.assumptions.cost_each_year.at(self.people.area, 0, CohortTime::FIRST).pounds() * months as f64 / 12.0;
        let compelled = |segment: usize| {
            self.in_segment[segment] * self.assumptions.cost_each_person.at(self.people.area, segment, CohortTime::FIRST).pounds()
        };
        let share = self.assumptions.cost_fixed_share;
        let expected: f64 = (0..self.people.segments).map(|segment| compelled(segment) / self.assumptions.volume.max(1e-9)).sum();
        let served: f64 = (0..self.people.segments).filter(|&segment| strategy.taken[segment]).map(compelled).sum();
        let brought_in: f64 = (0..self.people.segments)
            .filter(|&segment| strategy.taken[segment])
            .map(|segment| self.in_segment[segment] * self.assumptions.segments[segment].bring_in.unwrap_or_default())
            .sum();
        let by_person = (1.0 - share) * served + brought_in + self.help_spend(strategy);
        let by_person = by_person + self.misreporting_cost(strategy) + self.bunching_cost(strategy);
        fixed + share * expected + volume * by_person
    }

    /// What the strategy costs in each cohort when `volume` times as many people come, as it is certified: nobody certifies what false
    /// reports cost. Empty where no clause asks for it.
    fn certified_costs(&self, strategy: &Strategy, volume: f64) -> Vec<Option<Pence>> {
        if !self.scheme.costs_decide_payments() {
            return Vec::new();
        }
        let (area, assumptions) = (self.people.area, self.assumptions);
        let share = assumptions.cost_fixed_share;
        let months = |cohort: &usize| self.scheme.cohorts[self.people.cohorts[*cohort]].months as f64;
        let each_year = assumptions.cost_each_year.at(area, 0, CohortTime::FIRST).pounds();
        let mut costs: Vec<f64> = (0..self.people.cohorts.len()).map(|cohort| each_year * months(&cohort) / 12.0).collect();
        for cell in &self.people.cells {
            let compelled = assumptions.cost_each_person.at(area, cell.segment, CohortTime::FIRST).pounds();
            let served = match strategy.taken[cell.segment] {
                true => {
                    let brought_in = assumptions.segments[cell.segment].bring_in.unwrap_or_default();
                    (1.0 - share) * compelled + brought_in + strategy.spend_on(cell.segment)
                }
                false => 0.0,
            };
            let each = share * compelled / assumptions.volume.max(1e-9) + volume * served;
            costs[cell.cohort] += cell.people as f64 * each;
        }
        costs.into_iter().map(|pounds| Some(Pence((100.0 * pounds).round() as i64))).collect()
    }

    /// Whether somebody else bears part of what the provider loses, or gets part of its surplus.
    #[must_use]
    pub fn shares_profit(&self) -> bool {
        !self.scheme.funders.is_empty() || self.assumptions.provider.keep < 1.0
    }

    /// The provider's own part of a profit, in pounds: what the funders of the contract leave it and, of a surplus, the share that it may
    /// keep.
    #[must_use]
    pub fn own_part(&self, profit: f64) -> f64 {
        let left = match self.scheme.funders.as_slice() {
            [] => profit,
            funders => profit - split(funders, 100.0 * profit, self.scheme.rounding).iter().sum::<f64>() / 100.0,
        };
        if left > 0.0 { self.assumptions.provider.keep * left } else { left }
    }

    /// What the provider is left with in each replication: its own part of the profit, and all that is at stake for it beyond the payments.
    pub fn own_gains(&self, gains: &Gains, cost: f64) -> impl Iterator<Item = f64> {
        gains.paid.iter().enumerate().map(move |(at, paid)| self.own_part(paid - cost) + gains.stake(at))
    }

    /// Its mean.
    #[must_use]
    pub fn mean_own_gain(&self, gains: &Gains, cost: f64) -> f64 {
        self.mean_own_part(&gains.paid, cost) + gains.mean_stake()
    }

    /// The mean of its own part of the profit, by what is paid in each replication.
    #[must_use]
    pub fn mean_own_part(&self, payments: &[f64], cost: f64) -> f64 {
        if !self.shares_profit() {
            return risks::mean(payments) - cost;
        }
        payments.iter().map(|paid| self.own_part(paid - cost)).sum::<f64>() / payments.len().max(1) as f64
    }

    /// What others get of the profit in each replication (negative: what they bear of a loss), in pounds. Empty where all of it is the
    /// provider's.
    pub(crate) fn others_part(&self, payments: &[f64], cost: f64) -> Vec<f64> {
        match self.shares_profit() {
            true => payments.iter().map(|paid| paid - cost - self.own_part(paid - cost)).collect(),
            false => Vec::new(),
        }
    }

    /// What each funder of the contract gets of the mean profit, in the order of the scheme, in pounds.
    pub(crate) fn funders_parts(&self, payments: &[f64], cost: f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.scheme.funders.len()];
        for paid in payments {
            let parts = split(&self.scheme.funders, 100.0 * (paid - cost), self.scheme.rounding);
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part / 100.0);
        }
        sums.into_iter().map(|sum| sum / payments.len().max(1) as f64).collect()
    }

    /// What the strategy spends on help, in pounds.
    #[must_use]
    pub fn help_spend(&self, strategy: &Strategy) -> f64 {
        (0..self.people.segments).map(|segment| self.in_segment[segment] * strategy.spend_on(segment)).sum()
    }

    /// The cell of the contract's tally in which a cell of people is counted.
    pub(crate) fn tally_cell(&self, cell: usize) -> usize {
        self.tally_cells[cell]
    }

    /// People of a segment.
    #[must_use]
    pub fn in_segment(&self, segment: usize) -> f64 {
        self.in_segment[segment]
    }

    /// The true outcomes: for each outcome and segment the expected count, before chance and measurement. Those turned away get no
    /// help, and count here as well.
    #[must_use]
    pub fn true_outcomes(&self, strategy: &Strategy) -> Vec<Vec<f64>> {
        let outcomes = self.scheme.outcomes.iter().enumerate();
        let mut expected: Vec<Vec<f64>> = outcomes
            .map(|(at, outcome)| {
                let base = outcome.base(at);
                (0..self.people.segments)
                    .map(|segment| {
                        let chance = match strategy.taken[segment] {
                            true => self.chances.with(base, segment, &strategy.effort),
                            false => self.chances.without(base, segment),
                        };
                        self.in_segment[segment] * chance * self.chances.each[at][segment]
                    })
                    .collect()
            })
            .collect();
        self.bring_over(strategy, &mut expected);
        expected
    }

    /// What the outcomes of a strategy are worth to the public, in pounds, compared with no help for anyone.
    #[must_use]
    pub fn value(&self, strategy: &Strategy) -> f64 {
        let mut value = 0.0;
        let idle = Strategy::idle(&self.chances, self.people.segments);
        let (with, without) = (self.true_outcomes(strategy), self.true_outcomes(&idle));
        for (at, outcome) in self.scheme.outcomes.iter().enumerate() {
            let change: f64 = with[at].iter().sum::<f64>() - without[at].iter().sum::<f64>();
            value += self.assumptions.outcomes[at].value * outcome.sign() as f64 * change;
        }
        value
    }
}

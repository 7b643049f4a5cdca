//! The reference strategies of every area, and the table of their results that findings read. The strategies are found by search, and
//! then simulated on replications that the search never saw, so that selection does not flatter the report.

use base::money::Rate;
use base::schedule::CohortTime;
use contract::Scheme;
use contract::clauses::Clause;
use contract::fixes::Fix;
use contract::price::Paid;
use contract::terms::{Baseline, Intake, OutcomeKind, Per, ReportedBy};
use rayon::prelude::*;
use risks::{
    AgentType, AmountFacts, AreaResults, Counterfactual, Estimate, OutcomeFacts, PaymentBend, PeopleNoun, RecordedOtherwise,
    SegmentFacts, Shock, ShockResult, StrategyKind, StrategyResult, StrategyResults, TimingResult,
};

use crate::assumptions::{Assumptions, Intended};
use crate::behaviours::{self, BehaviourChoices};
use crate::households::households;
use crate::misreport;
use crate::mixture::Behaviour;
use crate::people::{AreaPeople, people};
use crate::rank_evaluation::Ranks;
use crate::search::{self, Best, Budget, Freedom, Objective, Weights};
use crate::strategy::{Arena, Gains, Payments, Strategy};
use crate::threshold::{bend, chance_decides, paid_without_results};
use crate::wrong_payment::wrong_payment;
use crate::{pilot, recorded_otherwise, threshold, timing};

/// The common random numbers of a scenario: its people and their sorted uniforms, which many scenarios and changed schemes share.
#[derive(Debug)]
pub struct CommonDraws {
    pub people: Vec<AreaPeople>,
    ranks: Vec<Ranks>,
    /// How each outcome is counted: sums over people are drawn with it.
    kinds: Vec<OutcomeKind>,
    seed: u64,
    first: u64,
}

impl CommonDraws {
    /// Draws and sorts, area by area on all cores.
    #[must_use]
    pub fn build(scheme: &Scheme, assumptions: &Assumptions, seed: u64, first: u64, replications: usize) -> CommonDraws {
        let people = people(scheme, assumptions);
        let ranks =
            people.par_iter().map(|people| Ranks::build(scheme, assumptions, people, seed, first, replications)).collect();
        CommonDraws { people, ranks, kinds: kinds(scheme), seed, first }
    }

    /// Whether another scheme and assumptions have the same people, so that their uniforms can be used.
    #[must_use]
    pub fn fits(&self, scheme: &Scheme, assumptions: &Assumptions, built_for: &Assumptions) -> bool {
        let counted = scheme.outcomes.iter().enumerate().filter(|(_, outcome)| !outcome.is_binary());
        let mut same_counts = counted.map(|(at, _)| assumptions.outcomes[at].drawn_with() == built_for.outcomes[at].drawn_with());
        kinds(scheme) == self.kinds && people(scheme, assumptions) == self.people && same_counts.all(|same| same)
    }

    /// One area of it, under a scheme.
    #[must_use]
    pub fn arena<'a>(&'a self, scheme: &'a Scheme, assumptions: &'a Assumptions, area: usize) -> Arena<'a> {
        Arena::new(scheme, assumptions, &self.people[area], &self.ranks[area], self.seed, self.first)
    }

    /// The seed of its draws.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The first replication after those drawn.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first + self.replications() as u64
    }

    /// Number of replications drawn.
    #[must_use]
    pub fn replications(&self) -> usize {
        self.ranks.first().map_or(0, |ranks| ranks.replications)
    }
}

/// How each outcome of a scheme is counted.
pub(crate) fn kinds(scheme: &Scheme) -> Vec<OutcomeKind> {
    scheme.outcomes.iter().map(|outcome| outcome.kind).collect()
}

/// The strategies of one area, with the regret of the search for the best.
#[derive(Clone, Debug)]
pub struct Solved {
    /// Which strategies were found.
    pub found: StrategySet,
    pub strategies: Vec<(StrategyKind, Strategy)>,
    /// The imperfect provider's strategies with the chance of each.
    pub imperfect: Vec<(f64, Strategy)>,
    /// The strategies of the mixture of providers with the share of each.
    pub mixture: Vec<(f64, Strategy)>,
    /// The same with the piloted help at scale; empty where none was piloted.
    pub mixture_at_scale: Vec<(f64, Strategy)>,
    pub best: Best,
    /// The binary outcome whose good results the prices are for.
    pub priced_outcome: Option<usize>,
    /// By outcome and segment: what is paid for one more good result where the gates are open.
    pub prices: Weights,
    pub unparking: Vec<Option<f64>>,
    /// By segment: pounds paid for one more of its people who starts and has no good result.
    pub paid_for_start: Vec<f64>,
    /// Whether what is paid rises faster beyond some result than before it.
    pub bend: PaymentBend,
    /// Whether chance can decide about a payment.
    pub chance_decides: bool,
    pub tried: usize,
}

/// Which strategies to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrategySet {
    /// All of them.
    All,
    /// Those that the profit-seeking provider's findings need, and the mixture of providers.
    Forecast,
    /// Those that the profit-seeking provider's findings need.
    ForProfit,
}

/// Finds the reference strategies of one area.
#[must_use]
pub fn solve(arena: &Arena<'_>, budget: Budget, wanted: StrategySet) -> Solved {
    let segments = arena.people.segments;
    let everyone = vec![true; segments];
    let earned = search::earned_weights(arena);
    let pay = earned.clone().unwrap_or_else(|| search::equal_weights(arena, 1.0));
    let public = search::public_weights(arena);
    let may_leave = (0..segments).any(|segment| arena.may_leave(segment));
    let provider = &arena.assumptions.provider;
    let intended = intended(arena);
    let at_cost = search::reaching(arena, &public, &everyone, arena.help_spend(&intended), |strategy| arena.help_spend(strategy));
    let best = search::best(arena, Objective::Profit, budget, &pay, Freedom::ALL);
    let mut tried = best.tried;
    let mut strategies = vec![
        (StrategyKind::Idle, Strategy::idle(&arena.chances, segments)),
        (StrategyKind::AsNow, Strategy::as_now(&arena.chances, segments)),
        (StrategyKind::Intended, intended),
        (StrategyKind::BEST, best.strategy.clone()),
        (StrategyKind::PublicAtCost, at_cost),
    ];
    let mut find = |kind: StrategyKind, objective: Objective<'_>, freedom: Freedom| {
        let found = search::best(arena, objective, budget, &pay, freedom);
        tried += found.tried;
        strategies.push((kind, found.strategy));
    };
    if may_leave {
        find(
            StrategyKind::Counterfactual(Counterfactual::EveryoneServed),
            Objective::Profit,
            Freedom { intake: false, ..Freedom::ALL },
        );
    }
    if arena.may_misreport() {
        find(
            StrategyKind::Counterfactual(Counterfactual::HonestReports),
            Objective::Profit,
            Freedom { reporting: false, ..Freedom::ALL },
        );
    }
    if wanted == StrategySet::All {
        find(StrategyKind::BestResponse(AgentType::Cautious), Objective::Cautious(provider.caution), Freedom::ALL);
        find(StrategyKind::BestResponse(AgentType::MissionMinded), Objective::Mission(provider.mission), Freedom::ALL);
    }
    if let Some(staying) = Fix::NoRatchet.apply(arena.scheme) {
        let arena = arena.under(&staying);
        let pay = search::payment_weights(&arena);
        let found = search::best(&arena, Objective::Profit, budget, &pay, Freedom::ALL);
        tried += found.tried;
        strategies.push((StrategyKind::Counterfactual(Counterfactual::FixedBaseline), found.strategy));
    }
    let bend = bend(arena, &pay);
    if bend.is_threshold() {
        // With open gates payment is linear in results, and the best response has a closed form.
        strategies.push((StrategyKind::Counterfactual(Counterfactual::NoGates), search::along(arena, &pay, 1.0, &everyone)));
    }
    strategies.extend(with_evidence(arena, &pay));
    strategies.push((StrategyKind::Public, search::along(arena, &public, 1.0, &everyone)));
    let imperfect = if wanted == StrategySet::All { imperfect(arena, &pay, budget, &best) } else { Vec::new() };
    let of_kind = |kind: StrategyKind| strategies.iter().find(|(other, _)| *other == kind).map(|(_, strategy)| strategy);
    let (mut mixture, mut mixture_at_scale) = (Vec::new(), Vec::new());
    if wanted != StrategySet::ForProfit {
        let honest = of_kind(StrategyKind::Counterfactual(Counterfactual::HonestReports)).unwrap_or(&best.strategy);
        let intended = of_kind(StrategyKind::Intended).unwrap_or(&best.strategy);
        let chosen = choices(arena, &pay, intended, honest, budget);
        mixture = chosen.mixed(&provider.mixture, &best.strategy, arena.assumptions.years);
        mixture_at_scale = pilot::expected_at_scale(arena).map_or(Vec::new(), |there| at_scale(&there, intended, budget));
        if wanted == StrategySet::All {
            let kinds = [
                (AgentType::NormKeeping, Behaviour::Norm),
                (AgentType::Satisficing, Behaviour::Satisficing),
                (AgentType::BudgetBound, Behaviour::PublicBody),
            ];
            let of = |(agent, kind): (AgentType, Behaviour)| {
                chosen.strategy(kind).map(|strategy| (StrategyKind::BestResponse(agent), strategy.clone()))
            };
            strategies.extend(kinds.into_iter().filter_map(of));
        }
    }
    let earned = earned.unwrap_or_else(|| search::equal_weights(arena, 0.0));
    let (priced_outcome, unparking) = unparking_prices(arena, &earned);
    let chance_decides = chance_decides(arena, &pay);
    Solved {
        found: wanted,
        strategies,
        imperfect,
        mixture,
        mixture_at_scale,
        best,
        priced_outcome,
        prices: earned,
        unparking,
        paid_for_start: threshold::paid_for_start(arena),
        bend,
        chance_decides,
        tried,
    }
}

/// The outcomes that the provider has to prove, each with what that costs where it is hardest.
fn to_prove(scheme: &Scheme, assumptions: &Assumptions, outcome: usize) -> Option<f64> {
    let claimed = scheme.outcomes[outcome].reported_by == ReportedBy::Provider;
    assumptions.evidence[outcome].filter(|_| claimed)
}

/// The best strategies without gates when no result has to be proved, and when each brings what is left of its price once it is proved
/// or given up. None where nothing has to be proved.
fn with_evidence(arena: &Arena<'_>, pay: &Weights) -> Vec<(StrategyKind, Strategy)> {
    let mut left = pay.clone();
    let mut any = false;
    for (at, weights) in left.iter_mut().enumerate() {
        let Some(most) = to_prove(arena.scheme, arena.assumptions, at) else { continue };
        any = true;
        // Costs are spread evenly from nothing to the most.
        let after = |price: f64| if price < most { price.max(0.0).powi(2) / (2.0 * most) } else { price - most / 2.0 };
        weights.iter_mut().for_each(|weight| *weight = after(*weight));
    }
    if !any {
        return Vec::new();
    }
    let everyone = vec![true; arena.people.segments];
    let kinds = [(Counterfactual::EveryResultPaid, pay), (Counterfactual::AfterEvidence, &left)];
    kinds.map(|(kind, pay)| (StrategyKind::Counterfactual(kind), search::along(arena, pay, 1.0, &everyone))).into()
}

/// What each kind of real provider chooses.
fn choices(arena: &Arena<'_>, pay: &Weights, intended: &Strategy, honest: &Strategy, budget: Budget) -> BehaviourChoices {
    let chosen = behaviours::choose(arena, pay, intended, honest, budget.path / 3, budget.replications / 3);
    if arena.assumptions.provider.mixture.incumbent { chosen.carrying_on(arena, pay) } else { chosen }
}

/// The mixture of providers in an arena where the piloted help is at scale. They find out in the first months what it does there, and
/// choose by that. What is intended stays the plan that was made on the pilot.
fn at_scale(there: &Arena<'_>, intended: &Strategy, budget: Budget) -> Vec<(f64, Strategy)> {
    let pay = search::earned_weights(there).unwrap_or_else(|| search::equal_weights(there, 1.0));
    let with = |freedom: Freedom| search::best(there, Objective::Profit, budget, &pay, freedom).strategy;
    let best = with(Freedom::ALL);
    let honest = if there.may_misreport() { with(Freedom { reporting: false, ..Freedom::ALL }) } else { best.clone() };
    let chosen = choices(there, &pay, intended, &honest, budget);
    chosen.mixed(&there.assumptions.provider.mixture, &best, there.assumptions.years)
}

/// Whether any clause compares results with something. Only then can chance refuse a payment, or bring one that is not due.
pub(crate) fn compares_results(scheme: &Scheme) -> bool {
    scheme.clauses.iter().any(|clause| clause.compares_results())
}

/// What the commissioner expects of an honest provider.
#[must_use]
pub fn intended(arena: &Arena<'_>) -> Strategy {
    let segments = arena.people.segments;
    match &arena.assumptions.intended {
        Intended::Spend(spend) => {
            let helps = arena.chances.helps.len().max(1) as f64;
            let effort = (0..arena.chances.helps.len() * segments)
                .map(|at| spend.at(arena.people.area, at % segments, CohortTime::FIRST) / helps)
                .collect();
            Strategy::of(effort, vec![true; segments])
        }
        Intended::SpendOn(spends) => {
            let effort = (0..arena.chances.helps.len() * segments)
                .map(|at| spends[at / segments].at(arena.people.area, at % segments, CohortTime::FIRST))
                .collect();
            Strategy::of(effort, vec![true; segments])
        }
        Intended::Aim { outcome, better_by } => aiming(arena, *outcome, *better_by),
    }
}

/// The cheapest strategy that makes a binary outcome better than today by this share of people. To make it better, money is added to
/// what is spent today. To let it worsen (a negative aim), money is taken away. Nothing is moved from one segment to another: that
/// would be a different plan, and the search looks for those.
#[must_use]
pub fn aiming(arena: &Arena<'_>, outcome: usize, better_by: f64) -> Strategy {
    let everyone = vec![true; arena.people.segments];
    let now = Strategy::as_now(&arena.chances, arena.people.segments);
    if better_by == 0.0 {
        return now;
    }
    let from_now = |mut strategy: Strategy| {
        for (effort, today) in strategy.effort.iter_mut().zip(&now.effort) {
            *effort = if better_by > 0.0 { effort.max(*today) } else { effort.min(*today) };
        }
        strategy
    };
    let weights = search::count_weights(arena, outcome);
    let measure = |strategy: &Strategy| improvement(arena, outcome, &from_now(strategy.clone()));
    from_now(search::reaching(arena, &weights, &everyone, better_by, measure))
}

/// How much better than now a binary outcome is under a strategy, in proportion of people.
#[must_use]
pub fn improvement(arena: &Arena<'_>, outcome: usize, strategy: &Strategy) -> f64 {
    let sign = arena.scheme.outcomes[outcome].sign() as f64;
    let people = arena.people.count().max(1) as f64;
    let change = |segment: usize| arena.chances.with(outcome, segment, &strategy.effort) - arena.chances.now(outcome, segment);
    sign * (0..arena.people.segments).map(|segment| arena.in_segment(segment) * change(segment)).sum::<f64>() / people
}

/// Logit choice over the path of efforts: the chance of a strategy falls by a factor e for each "imprecision" of profit that it
/// loses.
fn imperfect(arena: &Arena<'_>, pay: &Weights, budget: Budget, best: &Best) -> Vec<(f64, Strategy)> {
    let everyone = vec![true; arena.people.segments];
    let mut strategies = vec![Strategy::idle(&arena.chances, everyone.len()), best.strategy.clone()];
    strategies.extend(search::path(arena, pay, budget.path / 2, &everyone));
    let gains = arena.gains(&strategies, budget.replications.min(arena.replications));
    let own = |(gains, strategy): (&Gains, &Strategy)| arena.mean_own_gain(gains, arena.cost(strategy));
    let profits: Vec<f64> = gains.iter().zip(&strategies).map(own).collect();
    let top = profits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scale = (arena.assumptions.provider.imprecision * gains[0].mean().abs()).max(1.0);
    let weights: Vec<f64> = profits.iter().map(|profit| ((profit - top) / scale).exp()).collect();
    let total: f64 = weights.iter().sum();
    let kept = weights.into_iter().zip(strategies).map(|(weight, strategy)| (weight / total, strategy));
    kept.filter(|(weight, _)| *weight > 1e-3).collect()
}

/// The first binary outcome that is paid for, and for each segment the price of one more good result of it at which the first pound of
/// help would pay for itself. What the same help earns with other outcomes counts towards it.
fn unparking_prices(arena: &Arena<'_>, pay: &Weights) -> (Option<usize>, Vec<Option<f64>>) {
    let segments = arena.people.segments;
    let paid = |outcome: usize| (0..segments).any(|segment| pay[outcome][segment] > 1e-9);
    let main = arena.ranks.binary_outcomes().iter().copied().find(|&outcome| paid(outcome));
    let Some(main) = main else { return (None, vec![None; segments]) };
    let corner = |segment: usize| {
        let corners = arena.chances.helps.iter().enumerate().filter_map(|(help, effects)| {
            let reach = arena.chances.reach(main, help, segment);
            let others = (0..pay.len()).filter(|outcome| *outcome != main && pay[*outcome][segment] > 0.0);
            let earns: f64 = others.map(|outcome| pay[outcome][segment] * arena.chances.reach(outcome, help, segment)).sum();
            (reach > 1e-9).then(|| ((effects[segment].half_cost / std::f64::consts::LN_2 - earns) / reach).max(0.0))
        });
        corners.min_by(f64::total_cmp)
    };
    (Some(main), (0..segments).map(corner).collect())
}

/// Simulates one strategy on every replication of the arena.
#[must_use]
pub fn simulate(arena: &Arena<'_>, kind: StrategyKind, strategy: &Strategy) -> StrategyResult {
    let (margins, payments) = by_cohort(arena, strategy);
    simulated(arena, kind, strategy, margins, payments)
}

/// The same without its margins, which take another run.
fn simulate_without_margins(arena: &Arena<'_>, kind: StrategyKind, strategy: &Strategy) -> StrategyResult {
    simulated(arena, kind, strategy, Margins::default(), arena.payments(strategy))
}

/// What is known of a strategy's margins: see [`by_cohort`].
#[derive(Clone, Copy, Debug, Default)]
struct Margins {
    dead: Estimate,
    rewarded: Estimate,
}

/// The results of a strategy, given what it is paid.
fn simulated(arena: &Arena<'_>, kind: StrategyKind, strategy: &Strategy, margins: Margins, payments: Payments) -> StrategyResult {
    let paid = arena.paid_without_chance(&arena.tally_without_chance(strategy));
    let results = arena.scheme.result_clauses();
    let (mut claims, mut false_claims) = (0.0, 0.0);
    for (at, expected) in arena.expected_claims(strategy).into_iter().enumerate() {
        let Some((good, bad)) = expected else { continue };
        let claimed = bad * strategy.reporting.claimed.get(at).copied().unwrap_or_default();
        false_claims += claimed;
        claims += good + claimed;
    }
    let served = |segment: usize| if strategy.taken[segment] { arena.in_segment(segment) } else { 0.0 };
    StrategyResult {
        kind,
        help_spend: arena.help_spend(strategy),
        cost: arena.cost(strategy),
        administration: arena.administration(strategy),
        results_without_chance: results
            .map(|at| paid.iter().map(|(weight, paid)| weight * paid.clause(at)).sum::<f64>())
            .sum::<f64>()
            / 100.0,
        payment_without_chance: paid.iter().map(|(weight, paid)| weight * paid.total()).sum::<f64>() / 100.0,
        outcomes: arena.true_outcomes(strategy),
        value: arena.value(strategy),
        effort: (0..arena.people.segments).map(|segment| arena.in_segment(segment) * strategy.spend_on(segment)).collect(),
        served: (0..arena.people.segments).map(served).collect(),
        false_claims,
        claims,
        mislabelled: arena.expected_mislabelled(strategy),
        excepted: arena.expected_unfounded(strategy).iter().sum(),
        brought_over: arena.expected_brought_over(strategy),
        others: arena.others_part(&payments.total, arena.cost(strategy)),
        funders: arena.funders_parts(&payments.total, arena.cost(strategy)),
        dead_margin: margins.dead,
        cohorts_rewarded: margins.rewarded,
        payments: payments.total,
        results: payments.results,
        rewards: payments.rewards,
        deductions: payments.deductions,
        stakes: payments.stakes,
        renewal: payments.renewal,
    }
}

/// Over cohorts and replications: the share in which a little more effort for everyone (a tenth of what half the effect costs)
/// earns nothing more for results, and the share in which results are paid better than no change would be. The strategy's payments
/// come from the same run.
fn by_cohort(arena: &Arena<'_>, strategy: &Strategy) -> (Margins, Payments) {
    let segments = arena.people.segments;
    let mut more = strategy.clone();
    for (help, effects) in arena.chances.helps.iter().enumerate() {
        for (segment, effect) in effects.iter().enumerate() {
            more.effort[help * segments + segment] += 0.1 * effect.half_cost;
        }
    }
    // Payments are exact to the penny. A stake that is worth less than a hundredth of that effort is worth nothing: it removes no
    // threshold.
    let spent = arena.help_spend(&more) - arena.help_spend(strategy);
    let has_stakes = !arena.assumptions.stakes.is_empty() || arena.assumptions.renewal.is_some();
    let least = 0.5 + if has_stakes { 0.01 * spent / arena.people.cohorts.len().max(1) as f64 } else { 0.0 };
    // Fees are the same on both sides of every comparison made here.
    let clauses = 0..arena.scheme.clauses.len();
    let of = |paid: &Paid<f64>, cohort: usize| -> f64 { clauses.clone().map(|clause| paid.by(clause, cohort..cohort + 1)).sum() };
    let cohorts = arena.people.cohorts.len();
    let unchanged = arena.expected_tally(|_, _| 0.0);
    let paid = arena.paid_without_chance(&unchanged);
    let mean = |cohort: usize| paid.iter().map(|(weight, paid)| weight * of(paid, cohort)).sum::<f64>();
    // What is at stake beyond the payments counts as much as they do.
    let at_stake = arena.at_stake_by_cohort(&unchanged);
    let still: Vec<f64> = (0..cohorts).map(|cohort| mean(cohort) + at_stake[cohort]).collect();
    let mut before = vec![0.0; cohorts];
    let each = 1.0 / cohorts.max(1) as f64;
    // The shares of each replication; cohorts of one replication are not independent where they are pooled.
    let (mut dead, mut rewarded) = (Vec::new(), Vec::new());
    let (mut payments, mut room) = (Payments::default(), Paid::default());
    arena.simulate(&[strategy.clone(), more], arena.replications, |which, tally, paid| {
        let at_stake = arena.at_stake_by_cohort(tally);
        let now: Vec<f64> = (0..cohorts).map(|cohort| of(paid, cohort) + at_stake[cohort]).collect();
        let share = |counts: &dyn Fn(usize) -> bool| (0..cohorts).filter(|&cohort| counts(cohort)).count() as f64 * each;
        if which == 0 {
            payments.push(arena.scheme, paid);
            payments.stakes.extend(arena.at_stake(tally, &mut room));
            payments.renewal.extend(arena.renewal_chance(tally));
            rewarded.push(share(&|cohort| now[cohort] > still[cohort] + least));
            before = now;
        } else {
            dead.push(share(&|cohort| now[cohort] - before[cohort] <= least));
        }
    });
    (Margins { dead: Estimate::of(dead.into_iter()), rewarded: Estimate::of(rewarded.into_iter()) }, payments)
}

/// Simulates every strategy that was found for an area.
#[must_use]
pub fn area_results(arena: &Arena<'_>, solved: &Solved) -> AreaResults {
    // The margins take a run more each, and the profit-seeking provider's findings read only these.
    let read = [StrategyKind::AsNow, StrategyKind::Intended, StrategyKind::BEST];
    let mut strategies: Vec<StrategyResult> = Vec::new();
    for (at, (kind, strategy)) in solved.strategies.iter().enumerate() {
        let margins = solved.found == StrategySet::All || read.contains(kind);
        let same = solved.strategies[..at].iter().position(|(_, other)| other == strategy);
        // The best is often one of the others, and its results are then the same.
        let known =
            same.filter(|&same| !margins || solved.found == StrategySet::All || read.contains(&solved.strategies[same].0));
        let mut result = match known {
            Some(same) => StrategyResult { kind: *kind, ..strategies[same].clone() },
            None if margins => simulate(arena, *kind, strategy),
            None => simulate_without_margins(arena, *kind, strategy),
        };
        if !margins {
            (result.dead_margin, result.cohorts_rewarded) = (Estimate::default(), Estimate::default());
        }
        strategies.push(result);
    }
    strategies.extend(mixed(arena, StrategyKind::BestResponse(AgentType::Imperfect), &solved.imperfect, true));
    // Where nothing is behind a threshold, nobody asks what the last pound of a mixture earns.
    strategies.extend(mixed(arena, StrategyKind::BestResponse(AgentType::Mixture), &solved.mixture, solved.bend.is_threshold()));
    if let Some(there) = pilot::expected_at_scale(arena) {
        strategies.extend(mixed(&there, StrategyKind::MixtureAtScale, &solved.mixture_at_scale, false));
    }
    let area = arena.scheme.areas[arena.people.area].clone();
    let timing = timing::with_dates_moved(arena, &solved.best.strategy);
    let worse_past = recorded_otherwise::with_worse_past(arena, &solved.best.strategy);
    let exits = recorded_otherwise::with_exits(arena, &solved.best.strategy);
    AreaResults {
        area,
        people: arena.people.count() as f64,
        strategies,
        shocks: under_shocks(arena, solved),
        timing,
        worse_past,
        exits,
        paid_without_results: paid_without_results(arena),
    }
}

/// One percentage point.
const POINT: f64 = 0.01;

/// Strategies under shocks. "Nothing extra" when every outcome is a percentage point better or worse for everyone, or when people
/// do not start at their worst. The intended strategy when a fifth fewer or a fifth more people come, or when help is bought at
/// scale.
fn under_shocks(arena: &Arena<'_>, solved: &Solved) -> Vec<ShockResult> {
    let strategy = |kind: StrategyKind| solved.strategies.iter().find(|(found, _)| *found == kind).map(|(_, strategy)| strategy);
    let mut out = Vec::new();
    if let Some(now) = strategy(StrategyKind::AsNow) {
        for (shock, by) in [(Shock::PointBetter, POINT), (Shock::PointWorse, -POINT)] {
            let binary = arena.ranks.binary_outcomes().iter();
            let there = arena.facing(binary.fold(arena.chances.clone(), |chances, &at| chances.better_for_all(at, by)));
            let Payments { total, results, .. } = there.payments(now);
            out.push(ShockResult {
                shock,
                kind: StrategyKind::AsNow,
                cost: there.cost(now),
                others: there.others_part(&total, there.cost(now)),
                payments: total,
                results,
                value: there.value(now),
            });
        }
    }
    if let Some(intended) = strategy(StrategyKind::Intended) {
        for (shock, volume) in [(Shock::FifthFewer, 0.8), (Shock::FifthMore, 1.2)] {
            let Payments { total, results, .. } = arena.payments_at(intended, volume);
            let (cost, value) = (arena.cost_at(intended, volume), volume * arena.value(intended));
            let others = arena.others_part(&total, cost);
            out.push(ShockResult { shock, kind: StrategyKind::Intended, cost, payments: total, others, results, value });
        }
        out.extend(pilot::at_scale(arena, intended));
    }
    if arena.scheme.outcomes.iter().any(|outcome| matches!(outcome.baseline, Baseline::Before { .. })) {
        let there = arena.facing(arena.chances.clone().without_recovery());
        for kind in [StrategyKind::AsNow, StrategyKind::Idle] {
            let Some(strategy) = strategy(kind) else { continue };
            let Payments { total, results, .. } = there.payments(strategy);
            let (cost, value) = (there.cost(strategy), there.value(strategy));
            let others = there.others_part(&total, cost);
            out.push(ShockResult { shock: Shock::NoRecovery, kind, cost, payments: total, others, results, value });
        }
    }
    out
}

/// The average of strategy results by their chances.
fn mixed(arena: &Arena<'_>, kind: StrategyKind, mixture: &[(f64, Strategy)], margins: bool) -> Option<StrategyResult> {
    let one = |strategy: &Strategy| match margins {
        true => simulate(arena, kind, strategy),
        false => simulate_without_margins(arena, kind, strategy),
    };
    let mut parts = mixture.iter().map(|(weight, strategy)| (*weight, one(strategy)));
    let (weight, first) = parts.next()?;
    let total: f64 = mixture.iter().map(|(weight, _)| weight).sum();
    let mut sum = scaled(first, weight / total);
    for (weight, part) in parts {
        let part = scaled(part, weight / total);
        // On the same replications; errors add up at the worst.
        let plus = |a: Estimate, b: Estimate| Estimate { mean: a.mean + b.mean, error: a.error + b.error };
        let dead = plus(sum.dead_margin, part.dead_margin);
        let rewarded = plus(sum.cohorts_rewarded, part.cohorts_rewarded);
        let renewal = sum.renewal.iter().zip(&part.renewal).map(|(a, b)| a + b).collect();
        sum = StrategyResult::sum([&sum, &part].into_iter())?;
        (sum.dead_margin, sum.cohorts_rewarded, sum.renewal) = (dead, rewarded, renewal);
    }
    Some(sum)
}

fn scaled(mut result: StrategyResult, by: f64) -> StrategyResult {
    let shares = [&mut result.dead_margin, &mut result.cohorts_rewarded];
    shares.into_iter().for_each(|share| *share = Estimate { mean: share.mean * by, error: share.error * by });
    let money = [
        &mut result.help_spend,
        &mut result.cost,
        &mut result.administration,
        &mut result.results_without_chance,
        &mut result.payment_without_chance,
        &mut result.value,
    ];
    let reports = [&mut result.false_claims, &mut result.claims, &mut result.mislabelled, &mut result.excepted];
    let numbers = money.into_iter().chain(reports);
    numbers.for_each(|number| *number *= by);
    let lists = [
        &mut result.payments,
        &mut result.others,
        &mut result.funders,
        &mut result.results,
        &mut result.rewards,
        &mut result.deductions,
        &mut result.stakes,
        &mut result.renewal,
        &mut result.effort,
        &mut result.served,
        &mut result.brought_over,
    ];
    lists.into_iter().chain(&mut result.outcomes).for_each(|list| list.iter_mut().for_each(|value| *value *= by));
    result
}

/// Puts the areas' strategy results together into the table that findings read. The chance of a wrong payment is worked out for the
/// typical cohort and for some other `sizes`, which a report shows and no finding turns on.
#[must_use]
pub fn table(
    scheme: &Scheme,
    assumptions: &Assumptions,
    people: &[AreaPeople],
    areas: Vec<AreaResults>,
    solved: &[Solved],
    sizes: &[usize],
) -> StrategyResults {
    let kinds: Vec<StrategyKind> =
        areas.first().map_or(Vec::new(), |area| area.strategies.iter().map(|result| result.kind).collect());
    let of = |kind: StrategyKind| areas.iter().filter_map(move |area| area.get(kind));
    let whole = kinds.iter().filter_map(|&kind| StrategyResult::sum(of(kind))).collect();
    let shocks: Vec<(StrategyKind, Shock)> =
        areas.first().map_or(Vec::new(), |area| area.shocks.iter().map(|shocked| (shocked.kind, shocked.shock)).collect());
    let parts =
        |of: (StrategyKind, Shock)| areas.iter().flat_map(|area| &area.shocks).filter(move |part| (part.kind, part.shock) == of);
    let shocks = shocks.iter().filter_map(|&of| ShockResult::sum(parts(of))).collect();
    let paid = |at: usize| scheme.clauses.iter().any(|clause| clause.outcomes().contains(&at));
    let is_paid_binary = |at: usize| {
        scheme.outcomes[at].is_binary()
            && (0..scheme.outcomes.len()).any(|other| paid(other) && scheme.outcomes[other].base(other) == at)
    };
    let typical = typical_area(people);
    let outcomes = scheme.outcomes.iter().enumerate().map(|(at, outcome)| OutcomeFacts {
        name: outcome.name.clone(),
        people: PeopleNoun::of(&outcome.name, &outcome.measure),
        binary: outcome.is_binary(),
        people_each: if outcome.counts_households { scheme.household_size.as_f64() } else { 1.0 },
        base: outcome.base(at),
        amount: outcome
            .is_amount()
            .then(|| AmountFacts { unit: outcome.unit.clone(), spread: spread_between_people(assumptions, people, at) }),
        sign: outcome.sign() as f64,
        value: assumptions.outcomes[at].value,
        paid: paid(at),
        assumed: assumed_count(scheme, assumptions, people, at),
        price: solved[typical].prices[at].iter().copied().fold(0.0, f64::max),
        displaced: assumptions.displacement[at],
        evidence: to_prove(scheme, assumptions, at),
    });
    let segments = assumptions.segments.iter().enumerate().map(|(at, segment)| SegmentFacts {
        name: segment.name.clone(),
        priced_as: segment.priced_as,
        people: people.iter().map(|people| people.in_segment(at) as f64).sum(),
        unparking_price: solved[typical].unparking[at],
        price_now: solved[typical].priced_outcome.map_or(0.0, |outcome| solved[typical].prices[outcome][at]),
        prices: solved[typical].prices.iter().map(|by_segment| by_segment[at]).collect(),
        bring_in: segment.bring_in,
        paid_for_start: solved[typical].paid_for_start[at],
        cost_of_start: (1.0 - assumptions.cost_fixed_share)
            * assumptions.cost_each_person.at(people[typical].area, at, CohortTime::FIRST).pounds()
            + segment.bring_in.unwrap_or_default(),
    });
    let wrong = main_outcome(scheme, assumptions).filter(|_| solved[typical].chance_decides).map(|outcome| {
        let of = |kind: StrategyKind| areas[typical].get(kind).map_or(0.0, |result| result.outcome(outcome));
        let better = (of(StrategyKind::Intended) - of(StrategyKind::AsNow)) * scheme.outcomes[outcome].sign() as f64;
        wrong_payment(scheme, assumptions, &people[typical], outcome, better / areas[typical].people.max(1.0), sizes)
    });
    let timing: Vec<TimingResult> = areas.iter().filter_map(|area| area.timing.clone()).collect();
    let worse_past = RecordedOtherwise::sum(areas.iter().filter_map(|area| area.worse_past.as_ref()));
    let exits = RecordedOtherwise::sum(areas.iter().filter_map(|area| area.exits.as_ref()));
    let named = |keep: &dyn Fn(usize) -> bool| -> Vec<String> {
        (0..scheme.outcomes.len()).filter(|&at| keep(at)).map(|at| scheme.outcomes[at].name.clone()).collect()
    };
    StrategyResults {
        outcomes: outcomes.collect(),
        segments: segments.collect(),
        people: areas.iter().map(|area| area.people).sum(),
        paid_without_results: areas.iter().map(|area| area.paid_without_results).sum(),
        areas,
        whole,
        priced_outcome: solved[typical].priced_outcome,
        shocks,
        timing: TimingResult::sum(timing.iter()),
        worse_past,
        exits,
        main_outcome: main_outcome(scheme, assumptions),
        fair_margin: assumptions.provider.fair_margin,
        caution: assumptions.provider.caution,
        bend: solved[typical].bend,
        intake_is_free: scheme.intake == Intake::ProviderChooses,
        assessed_first: scheme.intake == Intake::AfterAssessment,
        reported_by_provider: named(&|at| {
            scheme.outcomes[at].reported_by == ReportedBy::Provider && assumptions.false_claims[at].is_some()
        }),
        excepted_by_provider: named(&|at| misreport::unfounded(scheme, assumptions, at).is_some()),
        checked_now: scheme.clauses.iter().filter_map(checks).max(),
        labels_by_provider: scheme.segments_set_by == ReportedBy::Provider && assumptions.relabelling.is_some(),
        has_ratchet: scheme.outcomes.iter().any(|outcome| outcome.ratchet != Rate(0)),
        compared_with_before: named(&|at| matches!(scheme.outcomes[at].baseline, Baseline::Before { .. })),
        compared_with_past: named(&|at| is_paid_binary(at) && scheme.outcomes[at].is_compared_with_past()),
        leaving_is_no_failure: named(&|at| is_paid_binary(at) && scheme.outcomes[at].leaving_is_no_failure()),
        claimed_by_provider: named(&|at| is_paid_binary(at) && scheme.outcomes[at].reported_by == ReportedBy::Provider),
        pilot: pilot::facts(scheme, assumptions),
        cohorts: scheme.cohorts.iter().filter(|cohort| cohort.year < assumptions.years).count(),
        wrong_payment: wrong,
    }
}

/// The standard deviation of an amount between all people: within their segments, and of the segments' means.
fn spread_between_people(assumptions: &Assumptions, people: &[AreaPeople], outcome: usize) -> f64 {
    let belief = &assumptions.outcomes[outcome];
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (area, segment) in people.iter().flat_map(|area| (0..area.segments).map(move |segment| (area, segment))) {
        let within = belief.amounts.as_ref().map_or(0.0, |amounts| amounts.spread.at(area.area, segment, CohortTime::FIRST));
        let (here, mean) = (area.in_segment(segment) as f64, belief.now.at(area.area, segment, CohortTime::FIRST));
        count += here;
        sum += here * mean;
        squares += here * (within.powi(2) + mean.powi(2));
    }
    let mean = sum / f64::max(count, 1.0);
    (squares / f64::max(count, 1.0) - mean.powi(2)).max(0.0).sqrt()
}

/// What the contract assumes of an outcome without the service: the count over everyone simulated, by segment and year. `None` where its
/// baseline is no assumption, or is divided by the people affected.
fn assumed_count(scheme: &Scheme, assumptions: &Assumptions, people: &[AreaPeople], outcome: usize) -> Option<f64> {
    let definition = &scheme.outcomes[outcome];
    let Baseline::Fixed(rates) = &definition.baseline else { return None };
    if !definition.is_assumed || matches!(definition.kind, OutcomeKind::Frequency { per: Per::Affected, .. }) {
        return None;
    }
    let measured = |people: usize| if definition.counts_households { households(scheme, people) as f64 } else { people as f64 };
    let of_area = |area: &AreaPeople| -> f64 {
        let of_cell = |cell: &crate::people::PeopleCell| {
            let time = scheme.cohorts[area.cohorts[cell.cohort]].time();
            measured(cell.people) * rates.at(area.area, assumptions.segments[cell.segment].priced_as, time).as_f64()
        };
        area.cells.iter().map(of_cell).sum()
    };
    Some(people.iter().map(of_area).sum())
}

/// The percentage of claims that a clause checks, where it is an audit; at least one.
fn checks(clause: &Clause) -> Option<i64> {
    clause.terms.audit().map(|audit| (100.0 * audit.checks.as_f64()).round().max(1.0) as i64)
}

/// The area of median size.
#[must_use]
pub fn typical_area(people: &[AreaPeople]) -> usize {
    three_areas(people)[1]
}

/// The smallest, the median and the largest area; the same one again where there are fewer than three.
#[must_use]
pub fn three_areas(people: &[AreaPeople]) -> [usize; 3] {
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|&area| people[area].count());
    [order[0], order[order.len() / 2], order[order.len() - 1]]
}

/// The binary outcome that the commissioner aims at, or else the first that is paid for, directly or by what is counted on
/// top of it.
#[must_use]
pub fn main_outcome(scheme: &Scheme, assumptions: &Assumptions) -> Option<usize> {
    if let Intended::Aim { outcome, .. } = assumptions.intended {
        return Some(outcome);
    }
    let paid = scheme.clauses.iter().flat_map(|clause| clause.outcomes());
    paid.map(|at| scheme.outcomes[at].base(at)).find(|&at| scheme.outcomes[at].is_binary())
}

//! Money that the provider does not keep, losses that others bear, and what the contract costs the payer itself: against closed forms
//! and sums worked out by hand.
//!
//! The scheme has one kind of help. Spending e a person moves the chance of a job by G (1 − exp(−e/τ)), with G = 8 percentage points
//! and τ = £300. A provider to whom one more job is worth V spends τ ln(V G / τ) a person, or nothing where that is negative.

use contract::price::Paid;
use risks::{AgentType, RiskId, StrategyKind};
use simulation::reference_strategies::{CommonDraws, StrategySet};
use simulation::search::{Budget, Freedom, Objective, best, payment_weights};
use simulation::strategy::Strategy;
use simulation::stress::quick_results;

use crate::{Shipped, files, read, scheme_of};

const TERMS: &str = r#"[outcome.job]
measure = "people in work"
kind = "binary"
better = "more"
window = "12 months"
reported_by = "provider"

[pay.fee]
clause = "service fee"
each_month = "£40,000"

[pay.job]
clause = "outcome payment"
outcome = "job"
price = "PRICE"

MORE
"#;

/// Half of the effect costs τ ln 2.
const ASSUMPTIONS: &str = r#"
assumptions = "Assumptions made for a test"

[people]
volume = "100 %"

[outcome.job]
now = "30 %"
value = "£20,000"

[help.coaching]
half_cost = "£207.94"
moves = { job = "8 percentage points" }

[cost]
each_person = "£100"

[intended]
outcome = "job"
aim = "3 percentage points"

MORE
"#;

fn scheme(price: &str, terms: &str, assumed: &str) -> Shipped {
    let contract = scheme_of((2030, 2029), "2_000", TERMS).replace("PRICE", price).replace("MORE", terms);
    read(&files([("scheme.toml", contract), ("assumptions.toml", ASSUMPTIONS.replace("MORE", assumed))]))
}

/// At £200 a job and a quarter of the fee, what is intended loses money.
fn with_a_smaller_fee(terms: &str) -> Shipped {
    let contract =
        scheme_of((2030, 2029), "2_000", TERMS).replace("PRICE", "£200").replace("£40,000", "£10,000").replace("MORE", terms);
    read(&files([("scheme.toml", contract), ("assumptions.toml", ASSUMPTIONS.replace("MORE", ""))]))
}

/// Pounds a person that a provider spends to maximise what it is left with, with `mission` times the public's value on top.
fn spends(it: &Shipped, mission: f64) -> f64 {
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 100);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let objective = if mission > 0.0 { Objective::Mission(mission) } else { Objective::Profit };
    let found = best(&arena, objective, Budget::FULL, &payment_weights(&arena), Freedom::ALL);
    found.strategy.spend_on(0)
}

fn near(found: f64, exact: f64) {
    // Found on simulated people, near a flat top.
    assert!((found - exact).abs() <= 0.08 * exact + 1.0, "{found} and {exact}");
}

/// What cannot be kept weighs less beside what a provider cares for: the public's value counts V = price + mission × value / keep.
#[test]
fn a_mission_weighs_more_where_less_can_be_kept() {
    near(spends(&scheme("£3,000", "", ""), 0.0), 0.0);
    near(spends(&scheme("£6,000", "", ""), 0.0), 141.001);
    near(spends(&scheme("£3,000", "", "[provider]\nkeep = \"100 %\""), 0.1), 86.305);
    near(spends(&scheme("£3,000", "", "[provider]\nkeep = \"50 %\""), 0.1), 187.246);
}

/// A provider that keeps half of every pound does what it would do for the whole; one that keeps nothing has no reason to do anything.
#[test]
fn who_keeps_nothing_does_not_respond() {
    near(spends(&scheme("£6,000", "", "[provider]\nkeep = \"50 %\""), 0.0), 141.001);
    near(spends(&scheme("£6,000", "", "[provider]\nkeep = \"0 %\""), 0.0), 0.0);
    let back =
        |share: &str| format!("[pay.back]\nclause = \"surplus share\"\nshare = \"{share}\"\nmeasured_over = \"all cohorts\"");
    near(spends(&scheme("£6,000", &back("50 %"), ""), 0.0), 141.001);
    near(spends(&scheme("£6,000", &back("100 %"), ""), 0.0), 0.0);
}

/// The payer that bears half of the costs halves what a result must bring: τ ln(V G / (τ/2)).
#[test]
fn a_cost_share_makes_help_cheaper() {
    let half = "[pay.match]\nclause = \"cost share\"\nshare = \"50 %\"\nmeasured_over = \"all cohorts\"";
    near(spends(&scheme("£3,000", half, ""), 0.0), 300.0 * (3000.0 * 0.08 / 150.0_f64).ln());
}

/// A body that may keep nothing and cares for results spends what it has on them, and no more.
#[test]
fn who_cannot_keep_a_surplus_spends_it() {
    let it = scheme("£3,000", "", "[provider]\nkeep = \"0 %\"\nownership = \"public\"\nincumbent = \"no\"");
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 48);
    let results = quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::Forecast);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let found =
        simulation::reference_strategies::solve(&arena, Budget::QUICK, simulation::reference_strategies::StrategySet::All);
    let of = |kind: AgentType| {
        let kind = StrategyKind::BestResponse(kind);
        found.strategies.iter().find(|(known, _)| *known == kind).map(|(_, strategy)| strategy.clone()).expect("found")
    };
    let (bound, mission) = (of(AgentType::BudgetBound), of(AgentType::MissionMinded));
    let seeking = results.best_response(AgentType::ProfitSeeking).expect("in the table");
    assert!(seeking.help_spend < 1.0, "{}", seeking.help_spend);
    for strategy in [&bound, &mission] {
        assert!(arena.help_spend(strategy) > 100_000.0, "{}", arena.help_spend(strategy));
        let paid = arena.totals(std::slice::from_ref(strategy), 48);
        assert!(risks::mean(&paid[0]) - arena.cost(strategy) > -30_000.0);
    }
}

/// Costs are certified cohort by cohort, and come to what the strategy costs.
#[test]
fn certified_costs_are_the_costs_of_the_strategy() {
    let half = "[pay.match]\nclause = \"cost share\"\nshare = \"100 %\"\nmeasured_over = \"each cohort\"";
    let it = scheme("£3,000", half, "");
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 4);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let strategy = Strategy::of(vec![123.45], vec![true]);
    arena.simulate(std::slice::from_ref(&strategy), 4, |_, tally, paid: &Paid<f64>| {
        let certified: i64 = tally.costs.iter().map(|costs| costs.expect("certified").0).sum();
        assert!((certified as f64 / 100.0 - arena.cost(&strategy)).abs() < 0.02, "{certified} and {}", arena.cost(&strategy));
        assert!((paid.clause(2) / 100.0 - arena.cost(&strategy)).abs() < 0.02);
    });
    for volume in [0.8, 1.2] {
        let payments = arena.payments_at(&strategy, volume).total;
        let without = scheme("£3,000", "", "");
        let draws = CommonDraws::build(&without.scheme, &without.assumptions, 3, 0, 4);
        let other = draws.arena(&without.scheme, &without.assumptions, 0).payments_at(&strategy, volume).total;
        let borne = payments[0] - other[0];
        assert!((borne - arena.cost_at(&strategy, volume)).abs() < 0.02, "{borne} and {}", arena.cost_at(&strategy, volume));
    }
}

/// A loss comes to the funders first, and what each is left with adds up to what was paid less the costs.
#[test]
fn a_loss_is_borne_in_the_order_of_the_file() {
    let tranches =
        "[funders.foundation]\nloses_at_most = \"£50,000\"\n[funders.investor]\nloses_at_most = \"£5m\"\ngains = \"40 %\"";
    let (alone, shared) = (with_a_smaller_fee(""), with_a_smaller_fee(tranches));
    let table = |it: &Shipped| {
        let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 48);
        quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::Forecast)
    };
    let (alone, shared) = (table(&alone), table(&shared));
    let (one, other) = (alone.get(StrategyKind::Intended).expect("there"), shared.get(StrategyKind::Intended).expect("there"));
    // The results do not pay for what is intended, and nobody else bears it.
    assert!(one.mean_profit() < -60_000.0 && one.others.is_empty(), "{}", one.mean_profit());
    assert!(other.mean_profit().abs() < 1.0, "{}", other.mean_profit());
    let (foundation, investor) = (other.funders[0], other.funders[1]);
    assert!((foundation + 50_000.0).abs() < 1.0, "{foundation}");
    let left = other.payment() - other.cost;
    assert!((foundation + investor + other.mean_profit() - left).abs() < 1.0, "{foundation} {investor} {left}");
    // Who bears a loss does not make it smaller: the provider and its funders are judged together.
    let chance = |results| {
        let finding = (RiskId::LossAndWindfall.risk().forecast)(results, AgentType::ProfitSeeking);
        finding.figures.iter().find(|(name, _)| name == "chance of a loss as intended").expect("there").1.clone()
    };
    assert_eq!((chance(&alone).as_str(), chance(&shared).as_str()), ("100%", "100%"));
    assert_eq!(other.outcomes, one.outcomes, "what is intended does not depend on who pays for it");
}

/// 4,000 people, of whom 30% get a job and are claimed; a tenth of the claims is checked.
#[test]
fn running_the_contract_costs_the_payer() {
    let audit = "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"10 %\"\npenalty = \"£3,000\"";
    let costs = "[payer_costs]\neach_year = \"£60,000\"\neach_person = \"£15\"\neach_claim = \"£20\"\neach_check = \"£300\"";
    let it = scheme("£3,000", audit, costs);
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 48);
    let results = quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::Forecast);
    let idle = results.get(StrategyKind::Idle).expect("in the table");
    let by_hand = 2.0 * 60_000.0 + 4_000.0 * 15.0 + 1_200.0 * 20.0 + 120.0 * 300.0;
    assert!((idle.administration - by_hand).abs() < 0.01, "{} and {by_hand}", idle.administration);
    assert!((idle.payer_spend() - idle.payment() - by_hand).abs() < 0.01);
    // Without an audit nothing is checked, and without the table nobody counts.
    let unchecked = scheme("£3,000", "", costs);
    let arena = draws.arena(&unchecked.scheme, &unchecked.assumptions, 0);
    let idle = Strategy::idle(&arena.chances, 1);
    assert!((arena.administration(&idle) - (by_hand - 36_000.0)).abs() < 0.01);
    let silent = scheme("£3,000", audit, "");
    assert_eq!(draws.arena(&silent.scheme, &silent.assumptions, 0).administration(&idle), 0.0);
}

//! The search for a design against problems whose answer is known.

use std::f64::consts::LN_2;

use contract::fixes::Fix;
use simulation::design::{DesignAim, DesignGoal, DesignSearchResult, design};
use simulation::stress::StressOptions;

use crate::{Shipped, changed, with_a_fixed_baseline};

/// A linear contract with one kind of people, exponential returns, no spending today and no margin: the best price is the worth
/// of a result, £15,000, as long as the budget does not bind. With E = n·h/ln 2 · ln(p·A·ln 2/h) the help that price p buys,
/// and fees that make up the rest, spend is the provider's cost.
fn textbook() -> Shipped {
    changed("plain-linear", |name, text| {
        let text = with_a_fixed_baseline(name, text);
        match name {
            "scheme.toml" => {
                let linear = text.split("[pay.most]").next().unwrap_or_default().to_owned();
                linear.replace("\"£15,000\"", "\"£9,000\"").replace("\"5,000 people\"", "\"40,000 people\"")
            }
            "assumptions.toml" => text
                .replace("spent_now = \"£100 (£50 to £150)\"", "spent_now = \"£0\"")
                .replace("fair_margin = \"40 %\"", "fair_margin = \"0 %\""),
            _ => "segment,share,reoffending\neveryone,100 %,50 %\n".to_owned(),
        }
    })
}

const PEOPLE: f64 = 40_000.0;
const HALF_COST: f64 = 250.0;
/// The most that help can take off the chance: a fifth of a half.
const REACH: f64 = 0.1;
const COMPELLED: f64 = 600.0;

/// Pounds of help for each person at a price.
fn help(price: f64) -> f64 {
    HALF_COST / LN_2 * (price * REACH * LN_2 / HALF_COST).ln()
}

/// The price at which the provider's costs come to a budget.
fn price_at(budget: f64) -> f64 {
    HALF_COST / (REACH * LN_2) * ((budget / PEOPLE - COMPELLED) * LN_2 / HALF_COST).exp()
}

/// A provider that nobody spends anything on today is left idle by low prices. Such designs bring nothing for their fees, and not buying costs
/// less, so they are no part of the frontier.
#[test]
fn a_design_that_brings_nothing_is_not_shown() {
    let it = textbook();
    for objective in [DesignAim::Value, DesignAim::Safe] {
        let found = designed(&it, objective, 60_000_000.0);
        assert!(!found.frontier.is_empty());
        for design in &found.frontier {
            assert!(design.worth > 1_000.0, "{objective:?}: {:?}", design.changes);
        }
    }
}

fn designed(it: &Shipped, objective: DesignAim, budget: f64) -> DesignSearchResult {
    let options = StressOptions { scenarios: 0, ..StressOptions::default() };
    let wanted = DesignGoal { objective, budget: Some(budget), margin: 0.0 };
    design(&it.opened, (&it.scheme, &it.assumptions), wanted, options, &|_, _| {})
}

/// The price for one person fewer in the best design, in pounds.
fn price_of(it: &Shipped, found: &DesignSearchResult) -> f64 {
    let best = found.best.as_ref().expect("a design within the budget");
    let after = simulation::fix::together(&best.changes).apply(&it.scheme).expect("it changes something");
    after
        .clauses
        .iter()
        .find_map(|clause| match &clause.terms {
            contract::clauses::ClauseTerms::Tariff(tariff) => Some(tariff.reward.values()[0].pounds()),
            _ => None,
        })
        .expect("a tariff")
}

/// Prices are whole percentages of worth, and the provider's best strategy is found on 48 replications: 4 % is the stated tolerance.
const TOLERANCE: f64 = 0.04;

#[test]
fn where_the_budget_does_not_bind_the_best_price_is_the_worth_of_a_result() {
    let it = textbook();
    let found = designed(&it, DesignAim::Value, 100e6);
    let price = price_of(&it, &found);
    println!("textbook £15,000, found £{price:.0}");
    assert!((price / 15_000.0 - 1.0).abs() < TOLERANCE, "{price}");
    let best = found.best.expect("found");
    let spend = PEOPLE * (COMPELLED + help(price));
    println!("spend: textbook £{spend:.0}, found £{:.0} ± {:.0}", best.spend.mean, 1.96 * best.spend.error);
    // Fees were set on half as many replications as these, which adds twice their variance.
    let error = 3f64.sqrt() * best.spend.error;
    assert!((best.spend.mean - spend).abs() < 4.0 * error, "{:?} against {spend}", best.spend);
    assert!(best.profit.mean > -4.0 * best.profit.error, "the provider signs: {:?}", best.profit);
}

#[test]
fn where_the_budget_binds_the_best_price_spends_it_all() {
    let it = textbook();
    for budget in [32e6, 38e6] {
        let textbook = price_at(budget);
        let found = designed(&it, DesignAim::Value, budget);
        let price = price_of(&it, &found);
        println!("budget £{:.0}m: textbook £{textbook:.0}, found £{price:.0}", budget / 1e6);
        assert!((price / textbook - 1.0).abs() < TOLERANCE, "{price} against {textbook}");
        let best = found.best.expect("found");
        assert!(best.spend.mean < budget + 4.0 * 3f64.sqrt() * best.spend.error, "{:?}", best.spend);
    }
}

/// The safest design buys no less than the intended value, and pays for less chance than the most valuable does.
#[test]
fn the_safest_design_pays_less_for_chance() {
    let it = changed("plain-linear", |_, text| text);
    let value = designed(&it, DesignAim::Value, 8e6);
    let safe = designed(&it, DesignAim::Safe, 8e6);
    let (value, safe) = (value.best.expect("found"), safe.best.expect("found"));
    assert!(safe.for_chance.mean < value.for_chance.mean, "{:?} against {:?}", safe.for_chance, value.for_chance);
    assert!(safe.value.mean < value.value.mean + 4.0 * value.value.error);
}

#[test]
fn a_budget_that_buys_nothing_is_said_to() {
    let it = textbook();
    let found = designed(&it, DesignAim::Outcomes, 1e6);
    assert!(found.best.is_none() && found.left.is_none());
    assert!(found.frontier.iter().all(|design| !design.changes.contains(&Fix::Prices(100))));
}

//! Help that makes another outcome worse, and money that is meant for one kind of help and not another.

use simulation::people::Chances;
use simulation::reference_strategies::{CommonDraws, StrategySet, solve};
use simulation::search::Budget;
use simulation::strategy::Strategy;

use crate::{Shipped, files, read, scheme_of};

/// A contract that pays for a test alone, and drilling that moves it most.
const TERMS: &str = r#"[outcome.test]
measure = "pupils who pass the test"
kind = "binary"
better = "more"
window = "12 months"

[outcome.understanding]
measure = "pupils who understand"
kind = "binary"
better = "more"
window = "12 months"

[pay.test]
clause = "outcome payment"
outcome = "test"
price = "£9,000"
"#;

const ASSUMPTIONS: &str = r#"
assumptions = "Assumptions made for a test"

[people]
volume = "100 %"

[outcome.test]
now = "50 %"

[outcome.understanding]
now = "40 %"
value = "£20,000"

[help.drilling]
half_cost = "£200"
moves = { test = "20 percentage points" }
worsens = { understanding = "WORSE" }

[help.teaching]
half_cost = "£200"
moves = { test = "5 percentage points", understanding = "10 percentage points" }

[cost]
each_person = "£100"

[intended]
spend_on = { teaching = "£400" }
"#;

fn scheme(worse: &str) -> Shipped {
    read(&files([
        ("scheme.toml", scheme_of((2030, 2028), "1_000", TERMS)),
        ("assumptions.toml", ASSUMPTIONS.replace("WORSE", worse)),
    ]))
}

#[test]
fn what_makes_an_outcome_worse_moves_it_the_other_way() {
    for (worse, without_effort, at_half) in [("12 percentage points", 0.4, 0.34), ("20 %", 0.4, 0.34), ("60 points", 0.4, 0.1)] {
        let it = scheme(worse);
        let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 4);
        let chances = Chances::of(&it.scheme, &it.assumptions, &draws.people[0]);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(chances.with(1, 0, &[0.0, 0.0]), without_effort));
        // Half of the effect for the half cost: 6 points, a tenth of the 60% without the result, 30 points.
        assert!(close(chances.with(1, 0, &[200.0, 0.0]), at_half), "{worse}: {}", chances.with(1, 0, &[200.0, 0.0]));
        assert!(close(chances.with(0, 0, &[200.0, 0.0]), 0.6));
        // A chance stays a chance, however much is spent.
        assert!((0.0..=1.0).contains(&chances.with(1, 0, &[1e6, 0.0])));
        assert!(chances.reach(1, 0, 0) < 0.0 && chances.reach(1, 1, 0) > 0.0);
    }
}

/// The provider drills, which is not what the money is for, and the public is worse off than with nothing extra.
#[test]
fn a_provider_spends_on_what_pays_and_not_on_what_is_intended() {
    let it = scheme("12 percentage points");
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 48);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let solved = solve(&arena, Budget::QUICK, StrategySet::All);
    let of = |label: &str| {
        let found = solved.strategies.iter().find(|(kind, _)| kind.label() == label);
        found.map(|(_, strategy)| strategy.clone()).expect("found")
    };
    let (best, intended, public) = (of("provider's best"), of("intended"), of("public's best"));
    assert_eq!(intended.effort, [0.0, 400.0]);
    assert!(best.effort[0] > 100.0 && best.effort[0] > best.effort[1], "{:?}", best.effort);
    assert!(public.effort[0] == 0.0 && public.effort[1] > 100.0, "{:?}", public.effort);
    let idle = Strategy::idle(&arena.chances, 1);
    let drilled = Strategy::of(vec![best.effort[0], 0.0], vec![true]);
    assert!(arena.value(&drilled) < arena.value(&idle) && arena.value(&intended) > arena.value(&idle));
}

//! The search for a best response against every strategy of a grid, in many small schemes: the regret that is told is never below the
//! true one.

use base::philox::{open_unit, words};
use simulation::reference_strategies::CommonDraws;
use simulation::search::{Budget, Freedom, Objective, best, payment_weights};
use simulation::strategy::Strategy;

use crate::{Shipped, files, read};

const SCHEMES: u64 = 500;
/// Spends that are tried on each segment, as shares of what buys half of the effect.
const SPENDS: [f64; 5] = [0.0, 0.4, 1.0, 2.0, 4.0];

/// Three kinds of people whom the provider may turn away, with prices, costs and gates of every size.
fn scheme(number: u64) -> Shipped {
    let u = |draw: u64, low: f64, high: f64| low + (high - low) * open_unit(words(91, number, draw, 0)[0]);
    let whole = |draw: u64, low: f64, high: f64| u(draw, low, high).round() as i64;
    let gate = match number % 3 {
        0 => String::new(),
        _ => format!("gate = {{ improves_by_at_least = \"{} percentage points\" }}\n", whole(1, -5.0, 8.0).max(0)),
    };
    let lump = match number % 4 {
        0 => format!(
            "[pay.award]\nclause = \"bonus\"\noutcome = \"job\"\nabove = \"{} percentage points\"\nper = \"lump sum\"\nprice = \"£{}\"\n",
            whole(2, 0.0, 6.0),
            whole(3, 10_000.0, 400_000.0)
        ),
        _ => String::new(),
    };
    let scheme = format!(
        "scheme = \"made for a test\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\n\
         intake = \"provider chooses\"\n[contract]\nstarts = 2027-04-01\nends = 2029-03-31\n[cohorts]\nstarts = 2027-04-01\n\
         ends = 2028-03-31\nevery = \"1 year\"\npeople = {}\n[outcome.job]\nmeasure = \"people in a job\"\nkind = \"binary\"\n\
         better = \"more\"\nwindow = \"12 months\"\nbaseline = \"45 %\"\n[pay.start]\nclause = \"attachment fee\"\nprice = \"£{}\"\n\
         [pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£{}\"\n{gate}{lump}",
        whole(4, 60.0, 900.0),
        whole(5, 0.0, 900.0),
        whole(6, 200.0, 6_000.0),
    );
    let assumptions = format!(
        "assumptions = \"made for a test\"\n[people]\nsegments = \"segments.csv\"\n\
         [outcome.job]\nnow = {{ table = \"segments.csv\", column = \"job\" }}\nvalue = \"£5,000\"\n\
         [help.coaching]\nhalf_cost = \"£{}\"\nmoves = {{ job = \"{} points\" }}\n\
         [cost]\neach_person = {{ table = \"segments.csv\", column = \"cost\" }}\n\
         [intended]\noutcome = \"job\"\naim = \"2 percentage points\"\n",
        whole(7, 60.0, 600.0),
        whole(8, 3.0, 20.0),
    );
    let row = |name: &str, share: i64, at: u64| {
        format!("{name},{share} %,{} %,£{}\n", whole(at, 10.0, 75.0), whole(at + 1, 50.0, 2_500.0))
    };
    let segments = format!("segment,share,job,cost\n{}{}{}", row("a", 30, 10), row("b", 30, 20), row("c", 40, 30));
    read(&files([("scheme.toml", scheme), ("assumptions.toml", assumptions), ("segments.csv", segments)]))
}

#[test]
fn the_regret_told_is_never_below_the_true_one() {
    let budget = Budget { replications: 24, ..Budget::FULL };
    let (mut worst, mut short) = (0.0_f64, Vec::new());
    for number in 0..SCHEMES {
        let it = scheme(number);
        let draws = CommonDraws::build(&it.scheme, &it.assumptions, 5, 0, budget.replications);
        let arena = draws.arena(&it.scheme, &it.assumptions, 0);
        let half = arena.chances.helps[0][0].half_cost;
        let found = best(&arena, Objective::Profit, budget, &payment_weights(&arena), Freedom::ALL);
        let every = (1..8_usize).flat_map(|set| {
            let spends =
                (0..SPENDS.len().pow(3)).map(move |code| [code % 5, code / 5 % 5, code / 25].map(|at| SPENDS[at] * half));
            spends.map(move |effort| Strategy::of(effort.to_vec(), (0..3).map(|at| set >> at & 1 == 1).collect()))
        });
        let every: Vec<Strategy> = every.collect();
        let totals = arena.totals(&every, budget.replications);
        let profit =
            |(strategy, totals): (&Strategy, &Vec<f64>)| totals.iter().sum::<f64>() / totals.len() as f64 - arena.cost(strategy);
        let most = every.iter().zip(&totals).map(profit).fold(f64::NEG_INFINITY, f64::max);
        let untold = most - found.score - found.regret;
        worst = worst.max(untold);
        if untold > 1e-6 * found.score.abs().max(1.0) {
            short.push((number, most, found.score, found.regret));
        }
    }
    println!("{SCHEMES} schemes, each with 875 strategies: the most that the search missed and did not tell is £{worst:.2}");
    assert!(short.is_empty(), "{} of {SCHEMES}: {short:?}", short.len());
}

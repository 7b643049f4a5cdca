//! The Monte Carlo errors of figures that are no means, against how much they really move from seed to seed.

use std::collections::BTreeMap;

use risks::{Estimate, mean};
use simulation::payment_by_aim;
use simulation::reference_strategies::{self, CommonDraws};
use simulation::stress::{StressOptions, stress};

use crate::changed;

fn spread(values: &[f64]) -> f64 {
    let middle = mean(values);
    (values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

/// The jackknife's error of the break-even aim is the spread of the aim over seeds. Of 40 seeds the spread itself is known to
/// about an eighth, so between half and twice as much is more than four standard errors either way.
#[test]
fn the_error_of_the_break_even_aim_is_its_spread_over_seeds() {
    let cheap = |name: &str, text: String| match name {
        "assumptions.toml" => text.replace("value = \"£600\"", "value = \"£260\""),
        _ => text,
    };
    let it = changed("transforming-rehabilitation-2013", cheap);
    let outcome = reference_strategies::main_outcome(&it.scheme, &it.assumptions).expect("an outcome");
    let (mut aims, mut errors) = (Vec::new(), Vec::new());
    for seed in 1..=40 {
        let draws = CommonDraws::build(&it.scheme, &it.assumptions, seed, 0, 40);
        let curve = payment_by_aim::curve(&draws.arena(&it.scheme, &it.assumptions, 10), outcome, 32);
        aims.push(curve.break_even.expect("help this cheap pays"));
        errors.extend(curve.break_even_error);
    }
    let (seen, told) = (spread(&aims), mean(&errors));
    println!("break-even {:.4}, spread over seeds {seen:.5}, error told {told:.5} ({} of 40)", mean(&aims), errors.len());
    assert!(errors.len() >= 38 && told > 0.5 * seen && told < 2.0 * seen, "told {told}, seen {seen}");
}

/// The error of what a fix costs and brings is about its spread over seeds, among those that tried the very same change. The
/// value of outcomes is exact for one strategy, and which strategy is found is not: it is not told as exact.
#[test]
fn the_error_of_a_fix_is_its_spread_over_seeds() {
    let gated = |name: &str, text: String| match name {
        // The worked examples are of the rules without a gate.
        "scheme.toml" => text.split("[example.").next().unwrap_or_default().replace(
            "deduction = \"£15,000\"",
            "deduction = \"£15,000\"\ngate = { improves_by_more_than = \"5 percentage points\" }",
        ),
        _ => text,
    };
    let it = changed("plain-linear", gated);
    let mut found: BTreeMap<String, Vec<[Estimate; 2]>> = BTreeMap::new();
    for seed in 1..=24 {
        let result =
            stress(&it.opened, &it.scheme, &it.assumptions, StressOptions { seed, replications: 20, scenarios: 0 }, &|_, _| {});
        let fixes: BTreeMap<String, [Estimate; 2]> = result
            .reported
            .iter()
            .filter_map(|reported| reported.fix.as_ref())
            .map(|fix| (fix.fix.words(), [fix.payer_cost, fix.value_gained]))
            .collect();
        fixes.into_iter().for_each(|(words, figures)| found.entry(words).or_default().push(figures));
    }
    let often: Vec<_> = found.into_iter().filter(|(_, runs)| runs.len() >= 12).collect();
    let mut seen_any = false;
    for (words, runs) in often {
        for (at, what) in ["payer's cost", "value gained"].into_iter().enumerate() {
            let seen = spread(&runs.iter().map(|figures| figures[at].mean).collect::<Vec<_>>());
            let told = mean(&runs.iter().map(|figures| figures[at].error).collect::<Vec<_>>());
            println!("{words}: {what}, spread over {} seeds {seen:.0}, error told {told:.0}", runs.len());
            seen_any |= seen > 1.0;
            assert!(told <= 2.5 * seen + 1.0 && told >= seen / 2.5 - 1.0, "{words}: {what}: told {told:.0}, seen {seen:.0}");
        }
    }
    assert!(seen_any, "no fix moves with the seed, so nothing was tested");
}

//! Faults planted one at a time in the honest reference: each must be found, and named.

use risks::{Estimate, RiskId, Shock, StrategyKind};
use simulation::reference_strategies::StrategySet;
use simulation::stress::{StressOptions, stress};

use crate::{changed, with_a_fixed_baseline};

/// The findings present when the files of the honest reference are changed.
fn found(change: impl Fn(&str, String) -> String) -> Vec<RiskId> {
    let it = changed("plain-linear", change);
    let options = StressOptions { seed: 1, replications: 100, scenarios: 0 };
    let result = stress(&it.opened, &it.scheme, &it.assumptions, options, &|_, _| {});
    let present = result.reported.iter().filter(|reported| reported.finding.present);
    present.map(|reported| reported.finding.risk).collect()
}

/// Replaces text in one file, and insists that it was there.
fn edit(file: &str, name: &str, text: String, from: &str, to: &str) -> String {
    if name != file {
        return text;
    }
    assert!(text.contains(from), "{file} has no `{from}`");
    // The worked examples are of the unchanged rules.
    let text = text.replace(from, to);
    text.split("[example.").next().unwrap_or_default().to_owned()
}

#[test]
fn nothing_planted_nothing_found() {
    assert_eq!(found(|_, text| text), Vec::<RiskId>::new());
}

#[test]
fn a_free_choice_of_whom_to_serve_is_cherry_picking() {
    let found = found(|name, text| edit("scheme.toml", name, text, "month_end =", "intake = \"provider chooses\"\nmonth_end ="));
    assert!(found.contains(&RiskId::CherryPicking), "{found:?}");
}

#[test]
fn a_price_far_below_value_is_drift() {
    let found = found(|name, text| edit("scheme.toml", name, text, "\"£15,000\"", "\"£500\""));
    assert!(found.contains(&RiskId::Drift) && !found.contains(&RiskId::Parking), "{found:?}");
}

#[test]
fn a_high_gate_is_chased_or_given_up() {
    let gate = "deduction = \"£15,000\"\ngate = { improves_by_at_least = \"9 percentage points\" }";
    let found = found(|name, text| edit("scheme.toml", name, text, "deduction = \"£15,000\"", gate));
    // A gate beyond what is intended refuses payment without any chance in it, so that is not noise.
    assert!(found.contains(&RiskId::ThresholdEffect) && !found.contains(&RiskId::PaidForNoise), "{found:?}");
}

#[test]
fn a_reward_without_a_deduction_in_small_cohorts_pays_for_noise() {
    let found = found(|name, text| match name {
        "scheme.toml" => {
            edit("scheme.toml", name, edit("scheme.toml", name, text, "deduction = \"£15,000\"\n", ""), "\"5,000 people\"", "200")
        }
        _ => text,
    });
    assert!(found.contains(&RiskId::PaidForNoise), "{found:?}");
}

#[test]
fn a_price_for_every_good_result_is_deadweight() {
    let found = found(|name, text| {
        let clause = "clause = \"outcome payment\"\noutcome = \"reoffending\"\nprice = \"£15,000\"";
        let tariff =
            "clause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"£15,000\"\ndeduction = \"£15,000\"";
        edit("scheme.toml", name, text, tariff, clause)
    });
    assert!(found.contains(&RiskId::Deadweight), "{found:?}");
}

#[test]
fn a_baseline_fixed_in_advance_is_baseline_drift() {
    assert_eq!(found(with_a_fixed_baseline), [RiskId::BaselineDrift]);
}

/// The pounds for each point are those of the contract: 5,000 people at a price of £15,000, one in a hundred of them.
#[test]
fn a_point_everywhere_is_paid_at_the_price_of_a_point() {
    let it = changed("plain-linear", with_a_fixed_baseline);
    let draws = simulation::reference_strategies::CommonDraws::build(&it.scheme, &it.assumptions, 4, 0, 200);
    let results = simulation::stress::quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::ForProfit);
    let now = results.get(StrategyKind::AsNow).expect("simulated");
    for (shock, exact) in [(Shock::PointBetter, 750_000.0), (Shock::PointWorse, -750_000.0)] {
        let shocked = results.under_shock(StrategyKind::AsNow, shock).expect("simulated");
        let moved = Estimate::of(shocked.results.iter().zip(&now.results).map(|(there, here)| there - here));
        assert!((moved.mean - exact).abs() < 4.0 * moved.error, "{shock:?}: {moved:?}");
    }
}

/// A fee for each person, and costs that stay when fewer come.
#[test]
fn a_fee_for_each_person_and_fixed_costs_are_volume_risk() {
    let by_person = |name: &str, text: String| {
        let monthly = "clause = \"service fee\"\neach_month = \"£300,000\"";
        edit("scheme.toml", name, text, monthly, "clause = \"attachment fee\"\nprice = \"£720\"")
    };
    let tight = |name: &str, text: String, fixed: &str| {
        let costs = format!("each_person = \"£900\"\nfixed_share = \"{fixed}\"");
        edit("assumptions.toml", name, text, "each_person = \"£600 (£560 to £640)\"", &costs)
    };
    let fixed = found(|name, text| if name == "assumptions.toml" { tight(name, text, "90 %") } else { by_person(name, text) });
    assert!(fixed.contains(&RiskId::VolumeRisk), "{fixed:?}");
    // The same costs, all of which follow the number of people: the fee carries the risk.
    let follows = found(|name, text| if name == "assumptions.toml" { tight(name, text, "0 %") } else { by_person(name, text) });
    assert!(!follows.contains(&RiskId::VolumeRisk), "{follows:?}");
}

/// Without results in it, the profit at another number of people is arithmetic.
#[test]
fn volume_moves_fees_and_costs_as_the_files_say() {
    let it = changed("plain-linear", |name, text| {
        let costs = "each_person = \"£600\"\nfixed_share = \"40 %\"\neach_year = \"£100,000\"";
        if name == "assumptions.toml" { edit(name, name, text, "each_person = \"£600 (£560 to £640)\"", costs) } else { text }
    });
    let draws = simulation::reference_strategies::CommonDraws::build(&it.scheme, &it.assumptions, 4, 0, 20);
    let results = simulation::stress::quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::ForProfit);
    let intended = results.get(StrategyKind::Intended).expect("simulated");
    for (shock, volume) in [(Shock::FifthFewer, 0.8), (Shock::FifthMore, 1.2)] {
        let shocked = results.under_shock(StrategyKind::Intended, shock).expect("simulated");
        let cost = 100_000.0 + 0.4 * 3_000_000.0 + volume * (0.6 * 3_000_000.0 + intended.help_spend);
        assert!((shocked.cost - cost).abs() < 1.0, "{shock:?}: {} against {cost}", shocked.cost);
        for (paid, results) in shocked.payments.iter().zip(&shocked.results) {
            assert!((paid - results - 3_600_000.0).abs() < 0.01);
        }
        for (there, here) in shocked.results.iter().zip(&intended.results) {
            // Two counts, each to the nearest whole person.
            assert!((there - volume * here).abs() <= 15_000.0 * 1.01, "{there} against {here}");
        }
    }
}

#[test]
fn a_margin_nobody_thinks_fair_is_a_windfall() {
    let found = found(|name, text| edit("assumptions.toml", name, text, "\"40 %\"", "\"2 %\""));
    assert!(found.contains(&RiskId::LossAndWindfall), "{found:?}");
}

#[test]
fn paying_for_one_measure_of_two_is_metric_divergence() {
    let found = found(|name, text| {
        match name {
        "scheme.toml" => edit(
            "scheme.toml",
            name,
            edit("scheme.toml", name, text, "\"£15,000\"", "\"£8,000\""),
            "[pay.fee]",
            "[outcome.reoffences]\nmeasure = \"reoffences\"\nkind = \"frequency\"\nof = \"reoffending\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\n[pay.fee]",
        ),
        // The commissioner meant the money for those who reoffend most often.
        "assumptions.toml" => edit(
            "assumptions.toml",
            name,
            edit("assumptions.toml", name, text, "outcome = \"reoffending\"\naim = \"3 percentage points\"", "spend = { table = \"segments.csv\", column = \"spend\" }"),
            "[help.support]",
            "[outcome.reoffences]\neach = { table = \"segments.csv\", column = \"each\" }\nfrom = \"assumption: invented\"\n\n[help.support]",
        ),
        _ => "segment,share,reoffending,each,spend\nlower risk,40 %,30 %,1,£0\nmiddle risk,40 %,55 %,1.5,£0\nhigher risk,20 %,78 %,12,£1500\n".to_owned(),
    }
    });
    assert!(found.contains(&RiskId::MetricDivergence), "{found:?}");
}

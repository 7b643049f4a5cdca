//! Metric divergence: the paid measure improves while another declared one worsens.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, gain, gain_test, public_loss};

pub(super) const RISK: Risk = Risk {
    name: "metric divergence",
    definition: "Under the provider's best strategy a measure that is paid for is better than intended while another declared measure \
                 is worse than intended, and the provider gains.",
    watch: "The paid measure and the unpaid ones moving apart, cohort by cohort.",
    forecast,
    fixes: |_| vec![Fix::NoGate, Fix::Together(vec![Fix::NoGate, Fix::TwoSided])],
};

/// A movement of less than a thousandth of the outcome is none.
const MOVEMENT: f64 = 0.001;

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::Intended);
    let (Some(play), Some(intended)) = (strategy_results.simulate(best), strategy_results.simulate(Role::Intended)) else {
        return case.finding(RISK.name, String::new(), Estimate::default(), Harm::none(), Estimate::default());
    };
    // Relative movement for the better, against intended.
    let moved = |at: usize| {
        let (a, b) = (play.outcome(at), intended.outcome(at));
        if b.abs() < 1e-9 { 0.0 } else { strategy_results.outcomes[at].sign * (a - b) / b }
    };
    let all = 0..strategy_results.outcomes.len();
    let up = all
        .clone()
        .filter(|&at| strategy_results.outcomes[at].paid && moved(at) > MOVEMENT)
        .max_by(|&a, &b| moved(a).total_cmp(&moved(b)));
    let down = all.clone().filter(|&at| moved(at) < -MOVEMENT).min_by(|&a, &b| moved(a).total_cmp(&moved(b)));
    let way = |at: usize| {
        let change = 100.0 * (play.outcome(at) / intended.outcome(at) - 1.0);
        format!("{} {change:+.1} %", strategy_results.outcomes[at].name)
    };
    case.test("a paid measure is better than intended", up.is_some(), up.map_or("none is".to_owned(), way));
    case.test("another measure is worse than intended", down.is_some(), down.map_or("none is".to_owned(), way));
    let gain = gain(play, intended);
    gain_test(&mut case, gain, play, intended);
    for at in all {
        case.figure("against intended", way(at));
    }
    let strategy = match (up, down) {
        (Some(up), Some(down)) => {
            format!(
                "Put the money where {} moves most and let {} go.",
                strategy_results.outcomes[up].name, strategy_results.outcomes[down].name
            )
        }
        _ => "The measures move together.".to_owned(),
    };
    let harm = Harm::between(strategy_results, play, intended);
    case.finding(RISK.name, strategy, gain, harm, public_loss(play, intended))
}

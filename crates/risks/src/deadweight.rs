//! Deadweight: paying for results that would have happened anyway.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, Turn, mean, percent, pounds};

pub(super) const RISK: Risk = Risk {
    name: "deadweight",
    definition: "More than a tenth of the rewards for results under the provider's best strategy would be paid all the same if the \
                 provider did nothing at all.",
    watch: "Results in a comparison group that nobody is paid for.",
    forecast,
    fixes: |_| {
        vec![
            Fix::PayAboveBaseline,
            Fix::LiveComparison(1),
            Fix::Together(vec![Fix::PayAboveBaseline, Fix::LiveComparison(1)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
        ]
    },
};

/// The share above which it is a finding.
const SHARE: f64 = 0.1;

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::Idle);
    let (Some(play), Some(idle)) = (strategy_results.simulate(best), strategy_results.simulate(Role::Idle)) else {
        return case.finding(RISK.name, String::new(), Estimate::default(), Harm::none(), Estimate::default());
    };
    // What is kept when nothing is done, in whole-scheme pounds: rewards less deductions, not below zero.
    // What people recover by themselves after coming at their worst is another finding's.
    let kept: Vec<f64> = match strategy_results.turned(Role::Idle, Turn::NoRecovery) {
        Some(steady) => steady.results.clone(),
        None => idle.rewards.iter().zip(&idle.deductions).map(|(reward, deduction)| reward - deduction).collect(),
    };
    let anyway = Estimate::of(kept.into_iter());
    let rewards = mean(&play.rewards);
    let share = if rewards > 1.0 { anyway.mean.max(0.0) / rewards } else { 0.0 };
    // A share of what is paid to somebody who does nothing says nothing of how good the results are.
    let idle_too = if play.help_spend < 0.01 * rewards { " (and that strategy helps hardly anybody either)" } else { "" };
    case.test(
        "rewards are paid for what would have happened anyway",
        anyway.low() > 0.0 && share > SHARE,
        format!(
            "{} of the {} paid at the provider's best ({}){idle_too}",
            pounds(anyway.mean.max(0.0)),
            pounds(rewards),
            percent(share)
        ),
    );
    for (at, outcome) in strategy_results.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.paid && outcome.binary) {
        let extra = outcome.sign * (play.outcome(at) - idle.outcome(at));
        case.figure(&format!("better results on {} than if idle", outcome.name), format!("{extra:.0}"));
        if extra >= 1.0 {
            case.figure(&format!("rewards for each of them, {}", outcome.name), pounds(rewards / extra));
        }
    }
    let strategy = if share > SHARE {
        format!(
            "Collect, without doing anything, {} of what the provider's best strategy is paid for results{idle_too}.",
            percent(share)
        )
    } else {
        "Hardly anything is paid for doing nothing.".to_owned()
    };
    let gain = Estimate { mean: anyway.mean.max(0.0), error: anyway.error };
    case.finding(RISK.name, strategy, gain, Harm::none(), gain)
}

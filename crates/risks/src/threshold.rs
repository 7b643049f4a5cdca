//! Threshold chasing and giving up: effort that follows a gate instead of the people.

use contract::fixes::Fix;

use super::{
    Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, gain, loss_test, percent, pounds, pounds_within, public_loss,
};

pub(super) const RISK: Risk = Risk {
    name: "threshold chasing and giving up",
    definition: "The scheme has a gate; for most cohorts, under the intended or the best strategy, the last pound of effort earns nothing, the provider does better \
                 by aiming at the gate or giving up, and people's outcomes are worse than under the same prices without gates.",
    watch: "Results that bunch just beyond the gate; spend that stops once a year's gate is safe or lost.",
    forecast,
    fixes: |_| vec![Fix::NoGate, Fix::Together(vec![Fix::NoGate, Fix::TwoSided]), Fix::Straight, Fix::PoolCohorts],
};

/// Above this share of replications the last pound earns nothing "mostly".
const MOSTLY: f64 = 0.5;

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::Intended);
    case.test(
        "the scheme has a gate",
        strategy_results.has_gates,
        if strategy_results.has_gates { "it has" } else { "it pays without gates" }.to_owned(),
    );
    let all = (
        strategy_results.simulate(best),
        strategy_results.simulate(Role::Intended),
        strategy_results.simulate(Role::BestWithoutGates),
        strategy_results.simulate(Role::AsNow),
    );
    let (Some(play), Some(intended), Some(linear), Some(now)) = all else {
        let nothing = "There is no gate to chase.".to_owned();
        return case.finding(RISK.name, nothing, Estimate::default(), Harm::none(), Estimate::default());
    };
    let dead = intended.dead_margin.mean.max(play.dead_margin.mean);
    case.test(
        "mostly, the last pound of effort earns nothing",
        dead > MOSTLY,
        format!(
            "in {} of cohorts as intended, {} at the provider's best",
            percent(intended.dead_margin.mean),
            percent(play.dead_margin.mean)
        ),
    );
    let gain = gain(play, intended);
    case.test("the provider gains against intended", super::gains(gain, play), pounds_within(gain));
    let harm = Harm::between(strategy_results, play, linear);
    let loss = public_loss(play, linear);
    loss_test(&mut case, &harm, loss);
    case.figure("spend at the provider's best", pounds(play.help_spend));
    case.figure("spend at the provider's best without gates", pounds(linear.help_spend));
    case.figure("value of outcomes lost against no gates", pounds(linear.value - play.value));
    let strategy = if play.help_spend < 0.9 * now.help_spend {
        "Give up: the gate is too far to be worth reaching, so spend less than today."
    } else if play.help_spend <= 1.1 * now.help_spend {
        "Give up: spend as today, since the gate is too far to be worth reaching."
    } else {
        "Chase the gate: spend what makes passing likely, and nothing for results beyond or short of it."
    };
    case.finding(RISK.name, strategy.to_owned(), gain, harm, loss)
}

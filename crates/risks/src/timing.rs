//! Timing: moving the date of a result over a boundary where it is paid better.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, mean, percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    name: "timing",
    definition: "In at least some replications it pays the provider, once a cohort's results are nearly known, to have results dated in \
                 the cohort before or after: it gains more than the moving costs it, and the payer pays more for the same results.",
    watch: "Results that pile up on one side of a period's end, and the days between an event and its claim.",
    forecast,
    fixes: |_| {
        vec![
            Fix::NoGate,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
            Fix::PoolCohorts,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::PoolCohorts]),
        ]
    },
};

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(best);
    let needs = "[timing.OUTCOME] in assumptions.toml: how many results can be dated otherwise, and what that costs";
    let (Some(timed), Some(play)) = (&strategy_results.timed, strategy_results.simulate(Role::Best)) else {
        return case.not_looked_for(RISK.name, needs);
    };
    let each = timed.payments.iter().zip(&timed.moving).zip(&play.payments);
    let gain = Estimate::of(each.clone().map(|((paid, moving), before)| paid - moving - before));
    let paid_more = Estimate::of(timed.payments.iter().zip(&play.payments).map(|(paid, before)| paid - before));
    let replications =
        each.filter(|((paid, _), before)| *paid - *before > 0.5).count() as f64 / play.payments.len().max(1) as f64;
    let share = timed.moved / timed.results.max(1.0);
    case.test(
        "results are moved over a boundary",
        share > 0.0005,
        format!("{} of results, in {} of replications", percent(share), percent(replications)),
    );
    case.test("the provider gains more than the moving costs", super::gains(gain, play), pounds_within(gain));
    case.test("the payer pays more for the same results", paid_more.low() > 0.0, pounds_within(paid_more));
    case.figure("results moved", format!("{:.0}", timed.moved));
    case.figure("share of results moved", percent(share));
    case.figure("replications in which any are moved", percent(replications));
    case.figure("what the moving itself costs", pounds(mean(&timed.moving)));
    let strategy = match share > 0.0005 {
        true => {
            format!("Have {} of results dated in the cohort after or before their own, where they pay better.", percent(share))
        }
        false => "Dates are not worth moving.".to_owned(),
    };
    case.finding(RISK.name, strategy, gain, Harm::none(), paid_more)
}

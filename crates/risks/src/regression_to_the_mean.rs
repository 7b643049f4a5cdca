//! Regression to the mean: people come at their worst, and the recovery that would have come anyway is paid as success.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, Turn, listed, mean, percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    name: "regression to the mean",
    definition: "Where results are compared with what the same people did before they started, and nothing extra is done, payments \
                 for results are higher than they would be if people had not come at their worst, by more than 5 % of the rewards \
                 intended (by more than 1 % of all payments where none are).",
    watch: "The same change in people who were eligible and not served.",
    forecast,
    fixes: |_| vec![Fix::LiveComparison(1), Fix::LiveComparison(5)],
};

/// The shares of the rewards intended, or else of all payments, above which recovery is too much.
const OF_REWARDS: f64 = 0.05;
const OF_PAYMENTS: f64 = 0.01;

fn forecast(strategy_results: &StrategyResults, _: Role) -> Finding {
    let mut case = Case::against(Role::AsNow);
    let before = &strategy_results.held_against_before;
    let said = if before.is_empty() { "nothing is".to_owned() } else { listed(before) };
    case.test("a result is compared with the same people before", !before.is_empty(), said);
    let all = (
        strategy_results.simulate(Role::AsNow),
        strategy_results.simulate(Role::Intended),
        strategy_results.turned(Role::AsNow, Turn::NoRecovery),
    );
    let (Some(now), Some(intended), Some(steady)) = all else {
        return case.nothing(RISK.name, "Nothing is compared with what the same people did before.");
    };
    let paid = Estimate::of(now.results.iter().zip(&steady.results).map(|(here, there)| here - there));
    let rewards = mean(&intended.rewards);
    let (scale, share) = match rewards >= 1.0 {
        true => (rewards, OF_REWARDS),
        false => (intended.payment().abs().max(1.0), OF_PAYMENTS),
    };
    case.test(
        "recovery that nobody brought about is paid for",
        paid.low() > 0.0 && paid.mean > share * scale,
        format!("{}; {} of the scale is {}", pounds_within(paid), percent(share), pounds(share * scale)),
    );
    case.figure("paid for recovery alone", pounds_within(paid));
    case.figure("as a share of the rewards intended", percent(paid.mean / scale));
    let strategy = match paid.low() > 0.0 {
        true => format!("Take people at their worst and wait: {} comes from recovery alone.", pounds(paid.mean)),
        false => "Recovery alone is not paid for.".to_owned(),
    };
    case.finding(RISK.name, strategy, paid, Harm::none(), paid)
}

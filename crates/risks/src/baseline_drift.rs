//! Baseline drift: outcomes move for everyone, and payment follows.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, Turn, mean, percent, pounds};

pub(super) const RISK: Risk = Risk {
    name: "baseline drift",
    definition: "When the main outcome is a percentage point better, or worse, for everyone and the provider does nothing extra, \
                 payments for results move by more than 5 % of what is intended to be paid for results (by more than 1 % of all \
                 payments where nothing is): the payer pays, or the provider is fined, for what nobody did.",
    watch: "The same measure in places that nobody is paid for.",
    forecast,
    fixes: |_| {
        let live = [Fix::LiveComparison(1), Fix::LiveComparison(5)];
        let above = |fix: &Fix| Fix::Together(vec![Fix::PayAboveBaseline, fix.clone()]);
        live.iter().cloned().chain(live.iter().map(above)).collect()
    },
};

/// The shares of what is intended for results, or else of all payments, above which a point is too much.
const OF_RESULTS: f64 = 0.05;
const OF_PAYMENTS: f64 = 0.01;

fn forecast(strategy_results: &StrategyResults, _: Role) -> Finding {
    let mut case = Case::against(Role::AsNow);
    let turned = |turn: Turn| strategy_results.turned(Role::AsNow, turn);
    let all = (
        strategy_results.simulate(Role::AsNow),
        strategy_results.simulate(Role::Intended),
        turned(Turn::PointBetter),
        turned(Turn::PointWorse),
    );
    let (Some(now), Some(intended), Some(better), Some(worse)) = all else {
        let nothing = "No outcome is paid for.".to_owned();
        return case.finding(RISK.name, nothing, Estimate::default(), Harm::none(), Estimate::default());
    };
    let outcome = strategy_results.main_outcome.map_or("the outcome", |at| &strategy_results.outcomes[at].name);
    let paid = Estimate::of(better.results.iter().zip(&now.results).map(|(there, here)| there - here));
    let fined = Estimate::of(now.results.iter().zip(&worse.results).map(|(here, there)| here - there));
    let rewards = mean(&intended.rewards);
    let (scale, share, of) = match rewards >= 1.0 {
        true => (rewards, OF_RESULTS, "what is intended for results"),
        false => (intended.payment().abs().max(1.0), OF_PAYMENTS, "all payments"),
    };
    // A movement counts when it is larger than its Monte Carlo error and than a thousandth of what is paid: an outcome of
    // next to no weight in the contract is no risk.
    let moved =
        |by: Estimate| Estimate { mean: by.mean.abs(), ..by }.beyond_chance() && by.mean.abs() > 0.001 * now.payment().abs();
    let too_much = |by: Estimate| moved(by) && by.mean.abs() > share * scale;
    let words = |by: Estimate| format!("{} ± {}", pounds(by.mean), pounds(1.96 * by.error));
    case.test(
        "payments follow what happens to everyone",
        too_much(paid) || too_much(fined),
        format!(
            "a point better moves them by {}, a point worse by {}; {} of {of} is {}",
            words(paid),
            words(Estimate { mean: -fined.mean, ..fined }),
            percent(share),
            pounds(share * scale)
        ),
    );
    case.figure(&format!("paid when {outcome} is a point better for all"), words(paid));
    case.figure(&format!("taken back when {outcome} is a point worse for all"), words(fined));
    case.figure(&format!("a point better for all, as a share of {of}"), percent(paid.mean / scale));
    let strategy = match (too_much(paid), too_much(fined)) {
        (false, false) => format!("What happens to {outcome} everywhere hardly moves payment."),
        (true, false) => {
            format!("Do nothing extra: each point that {outcome} gets better everywhere brings {}.", pounds(paid.mean))
        }
        (false, true) => format!("Nobody need do anything: a point worse everywhere costs the provider {}.", pounds(fined.mean)),
        (true, true) => format!(
            "Nobody need do anything: a point better on {outcome} everywhere brings {}, a point worse costs {}.",
            pounds(paid.mean),
            pounds(fined.mean)
        ),
    };
    case.finding(RISK.name, strategy, paid, Harm::none(), paid)
}

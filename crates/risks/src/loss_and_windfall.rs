//! Loss and windfall: an honest provider risks ruin, or any provider takes more than is fair.

use base::money::Pence;
use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResult, StrategyResults, mean, percent, pounds};

pub(super) const RISK: Risk = Risk {
    name: "provider loss and windfall",
    definition: "Doing what is intended loses the provider money in at least a fifth of replications, or the provider's best strategy earns \
                 more than the fair margin in at least a fifth.",
    watch: "Providers' margins by area, and requests to renegotiate.",
    forecast,
    fixes: |strategy_results| {
        let mut fixes: Vec<Fix> = fees_for_a_fair_margin(strategy_results).into_iter().map(Fix::Fees).collect();
        fixes.extend(fee_for_each_person(strategy_results));
        fixes.extend([
            Fix::NoGate,
            Fix::Straight,
            Fix::PoolCohorts,
            Fix::Prices(150),
            Fix::Prices(200),
            Fix::Prices(50),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(200)]),
            Fix::Collar(10),
        ]);
        fixes
    },
};

/// One replication in five.
const OFTEN: f64 = 0.2;

/// The percentages of today's fees at which the provider's best strategy, and the intended one, would earn half of the fair
/// margin on average: fees change no incentive, so this is the smallest change there is.
fn fees_for_a_fair_margin(strategy_results: &StrategyResults) -> Vec<i64> {
    let percent = |role: Role| -> Option<i64> {
        let play = strategy_results.simulate(role)?;
        let results = mean(&play.results);
        let fees = play.payment() - results;
        let fair = play.cost / (1.0 - strategy_results.fair_margin / 2.0).max(0.01);
        let percent = (100.0 * (fair - results) / fees).round();
        (fees > 1.0 && (1.0..=400.0).contains(&percent)).then_some(percent as i64)
    };
    [Role::Best, Role::Intended].into_iter().filter_map(percent).collect()
}

/// Where nothing is paid beside results, the fee for each person at which doing as intended would earn half of the fair margin.
fn fee_for_each_person(strategy_results: &StrategyResults) -> Option<Fix> {
    let play = strategy_results.simulate(Role::Intended)?;
    let fair = play.cost / (1.0 - strategy_results.fair_margin / 2.0).max(0.01);
    let (fees, each) = (play.payment() - mean(&play.results), (fair - play.payment()) / strategy_results.people.max(1.0));
    (fees < 1.0 && each >= 1.0).then(|| Fix::FeeEach(Pence((each.round() * 100.0) as i64)))
}

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::Intended);
    let (Some(play), Some(intended)) = (strategy_results.simulate(best), strategy_results.simulate(Role::Intended)) else {
        return case.finding(RISK.name, String::new(), Estimate::default(), Harm::none(), Estimate::default());
    };
    // By area, because each area is a contract of its own; weighted by people.
    let share = |role: Role, bad: &dyn Fn(&StrategyResult, f64) -> bool| -> f64 {
        let (mut sum, mut people) = (0.0, 0.0);
        for area in &strategy_results.areas {
            let Some(play) = area.strategy_results.iter().find(|play| play.role == role) else { continue };
            let count = play.profit().filter(|profit| bad(play, *profit)).count() as f64;
            sum += area.people * count / play.payments.len().max(1) as f64;
            people += area.people;
        }
        sum / people.max(1.0)
    };
    let at_loss = |_: &StrategyResult, profit: f64| profit < 0.0;
    let above_fair = |play: &StrategyResult, profit: f64| profit > strategy_results.fair_margin * (profit + play.cost).max(0.0);
    let loss_intended = share(Role::Intended, &at_loss);
    let windfall = share(best, &above_fair);
    case.test(
        "honest providers often lose money, or the best strategy often earns more than is fair",
        loss_intended >= OFTEN || windfall >= OFTEN,
        format!(
            "loss as intended in {}; margin above {} at the provider's best in {}",
            percent(loss_intended),
            percent(strategy_results.fair_margin),
            percent(windfall)
        ),
    );
    case.figure("chance of a loss as intended", percent(loss_intended));
    case.figure("chance of a loss at the provider's best", percent(share(best, &at_loss)));
    case.figure("chance of more than the fair margin as intended", percent(share(Role::Intended, &above_fair)));
    case.figure("chance of more than the fair margin at the provider's best", percent(windfall));
    case.figure("mean margin as intended", percent(intended.mean_profit() / intended.payment().abs().max(1.0)));
    case.figure("mean margin at the provider's best", percent(play.mean_profit() / play.payment().abs().max(1.0)));
    let mean_loss = Estimate::of(intended.profit().map(|profit| (-profit).max(0.0)));
    case.figure("mean loss as intended, where there is one", pounds(mean_loss.mean));
    let strategy = match (loss_intended >= OFTEN, windfall >= OFTEN) {
        (true, true) => "Doing as intended often loses money, while the best strategy often earns more than is fair.",
        (true, false) => "Doing as intended often loses money.",
        (false, true) => "The best strategy often earns more than is fair.",
        (false, false) => "Margins stay in the fair range.",
    };
    let excess = Estimate::of(
        play.profit().map(|profit| (profit - strategy_results.fair_margin * (profit + play.cost).max(0.0)).max(0.0)),
    );
    case.finding(RISK.name, strategy.to_owned(), excess, Harm::none(), excess)
}

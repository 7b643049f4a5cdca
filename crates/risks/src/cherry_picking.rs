//! Cherry-picking: taking the people who pay and turning away the rest.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, gain, gain_test, listed, pounds, public_loss};

pub(super) const RISK: Risk = Risk {
    name: "cherry-picking",
    definition: "Where the provider may choose whom to serve, its best strategy serves some segments and turns others away, and its \
                 profit is higher than when it serves everyone: people are refused the service that is paid for, and with it the \
                 results that help would bring them.",
    watch: "Starts by segment against referrals by segment, and the time from referral to refusal.",
    forecast,
    fixes: |_| vec![Fix::TakeEveryone, Fix::LiveComparison(1), Fix::Together(vec![Fix::TakeEveryone, Fix::LiveComparison(1)])],
};

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::BestServingAll);
    case.test(
        "the provider may choose whom to serve",
        strategy_results.intake_is_free,
        if strategy_results.intake_is_free { "it may" } else { "everyone referred is served and counted" }.to_owned(),
    );
    let (Some(play), Some(all)) = (strategy_results.simulate(best), strategy_results.simulate(Role::BestServingAll)) else {
        return case.finding(
            RISK.name,
            "The scheme leaves no choice of whom to serve.".to_owned(),
            Estimate::default(),
            Harm::none(),
            Estimate::default(),
        );
    };
    let share = |at: usize| play.served[at] / strategy_results.segments[at].people.max(1.0);
    let away: Vec<usize> = (0..strategy_results.segments.len())
        .filter(|&at| share(at) < 0.95 && strategy_results.segments[at].people > 0.5)
        .collect();
    let some_served = (0..strategy_results.segments.len()).any(|at| share(at) > 0.5);
    let people: f64 = away.iter().map(|&at| strategy_results.segments[at].people - play.served[at]).sum();
    let names: Vec<String> = away.iter().map(|&at| strategy_results.segments[at].name.clone()).collect();
    case.test(
        "some segments are served and others turned away",
        !away.is_empty() && some_served,
        if away.is_empty() { "all are served".to_owned() } else { format!("turned away: {}", listed(&names)) },
    );
    let gain = gain(play, all);
    gain_test(&mut case, gain, play, all);
    let harm = Harm::refused(strategy_results, play, all, &away, "those turned away");
    let loss = public_loss(play, all);
    case.figure("people turned away", format!("{people:.0}"));
    for (at, segment) in strategy_results.segments.iter().enumerate() {
        case.figure(&format!("served, {}", segment.name), format!("{:.0} %", 100.0 * share(at)));
    }
    case.figure("profit serving everyone", pounds(all.mean_profit()));
    let strategy = match away.is_empty() {
        true => "Serve everyone.".to_owned(),
        false => format!("Turn away {} and serve the rest.", listed(&names)),
    };
    case.finding(RISK.name, strategy, gain, harm, loss)
}

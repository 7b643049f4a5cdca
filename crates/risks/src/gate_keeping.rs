//! Gate-keeping: an assessment before the start, at which hard cases fall out before they count.

use contract::fixes::Fix;

use super::{Case, Finding, Harm, Risk, Role, StrategyResults, gain, gain_test, listed, pounds, public_loss};

pub(super) const RISK: Risk = Risk {
    name: "gate-keeping",
    definition: "Where people count only after an assessment, the provider's best strategy lets people fall out before it whom it \
                 could bring in, and its profit is higher than if it brought everyone in: people never get the service that is paid for, \
                 and with it the results that help would bring them.",
    watch: "Referrals that never become starts, by segment, and the days between the two.",
    forecast,
    fixes: |_| vec![Fix::TakeEveryone, Fix::Together(vec![Fix::TakeEveryone, Fix::LiveComparison(1)])],
};

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::BestServingAll);
    let hard: Vec<usize> =
        (0..strategy_results.segments.len()).filter(|&at| strategy_results.segments[at].bring_in.is_some()).collect();
    if strategy_results.assessed_first && hard.is_empty() {
        return case.not_looked_for(RISK.name, "[assessment] in assumptions.toml: who falls out, and what bringing one in costs");
    }
    let said = if strategy_results.assessed_first { "they do" } else { "everyone referred counts, or is turned away openly" };
    case.test("people count only after an assessment", strategy_results.assessed_first, said.to_owned());
    let (Some(play), Some(all)) = (strategy_results.simulate(best), strategy_results.simulate(Role::BestServingAll)) else {
        return case.nothing(RISK.name, "Nobody can fall out before counting.");
    };
    let lost = |at: usize| (strategy_results.segments[at].people - play.served[at]).max(0.0);
    let left: Vec<usize> = hard.into_iter().filter(|&at| lost(at) > 0.05 * strategy_results.segments[at].people).collect();
    let names: Vec<String> = left.iter().map(|&at| strategy_results.segments[at].name.clone()).collect();
    let people: f64 = left.iter().map(|&at| lost(at)).sum();
    let figure =
        if left.is_empty() { "all are brought in".to_owned() } else { format!("{people:.0} people: {}", listed(&names)) };
    case.test("people are let fall out who could be brought in", !left.is_empty(), figure);
    let gain = gain(play, all);
    gain_test(&mut case, gain, play, all);
    let (harm, loss) = (Harm::refused(strategy_results, play, all, &left, "those who fall out"), public_loss(play, all));
    for &at in &left {
        case.figure(&format!("not started, {}", strategy_results.segments[at].name), format!("{:.0}", lost(at)));
    }
    case.figure("profit bringing everyone in", pounds(all.mean_profit()));
    let strategy = match left.is_empty() {
        true => "Bring everyone in.".to_owned(),
        false => format!("Let {} fall out before they count.", listed(&names)),
    };
    case.finding(RISK.name, strategy, gain, harm, loss)
}

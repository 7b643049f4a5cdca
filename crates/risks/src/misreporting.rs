//! Misreporting: claiming what did not happen, or setting a label that pays better.

use base::money::Pence;
use contract::fixes::Fix;

use super::{
    Case, Finding, Harm, Risk, Role, StrategyResults, gain, gain_test, listed, percent, pounds, pounds_within, public_loss,
};

pub(super) const RISK: Risk = Risk {
    name: "misreporting",
    definition: "Where the provider reports results, or sets labels that it is paid by, its best strategy claims results that did not \
                 happen or sets false labels, given what is checked and what a false claim costs when it is found; it gains, and the \
                 payer pays for nothing.",
    watch: "The share of audited claims found false, and results that no other record shows.",
    forecast,
    // An audit needs no records but the provider's own; whether somebody else keeps any is not in the files.
    fixes: |strategy_results| audits(strategy_results).chain(std::iter::once(Fix::RecordsSay)).collect(),
};

/// The percentage of claims that an audit checks, where the contract has none yet.
const CHECKS: i64 = 10;
/// By how much what a false claim costs on average must pass what the best paid result brings: a twentieth, and as much again
/// as a half where caps or baselines make a result bring more than it seems to.
const ABOVE: [f64; 2] = [1.05, 1.5];

/// The smallest penalties that deter, at the share of claims that is checked today.
fn audits(strategy_results: &StrategyResults) -> impl Iterator<Item = Fix> {
    let paid = strategy_results.outcomes.iter().filter(|outcome| strategy_results.reported_by_provider.contains(&outcome.name));
    let most = paid.map(|outcome| outcome.price).fold(0.0, f64::max);
    let whole_pounds = |pounds: f64| Pence(100 * pounds.ceil() as i64);
    let percent = strategy_results.checked_now.unwrap_or(CHECKS);
    let audit = move |above: f64| Fix::Audit { percent, penalty: whole_pounds(above * most * 100.0 / percent as f64) };
    ABOVE.into_iter().filter(move |_| most >= 1.0).map(audit)
}

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::BestHonest);
    let (Some(play), Some(honest)) = (strategy_results.simulate(best), strategy_results.simulate(Role::BestHonest)) else {
        let needs = "reported_by = \"provider\" or segments_set_by = \"provider\" in scheme.toml, and [false_claims.OUTCOME] or \
                     [relabelling] in assumptions.toml";
        return case.not_looked_for(RISK.name, needs);
    };
    let what = match (strategy_results.reported_by_provider.is_empty(), strategy_results.labels_by_provider) {
        (false, false) => listed(&strategy_results.reported_by_provider),
        (true, _) => "the segment of each person".to_owned(),
        (false, true) => format!("{} and the segment of each person", listed(&strategy_results.reported_by_provider)),
    };
    let share = play.false_claims / play.claims.max(1.0);
    let labels = play.mislabelled / strategy_results.people.max(1.0);
    case.test(
        "it pays to report what is not so",
        share > 0.0005 || labels > 0.0005,
        format!("{} of claims false, {} of people mislabelled", percent(share), percent(labels)),
    );
    let gain = gain(play, honest);
    gain_test(&mut case, gain, play, honest);
    let loss = public_loss(play, honest);
    case.test("payer and public together lose", loss.low() > 0.0, pounds_within(loss));
    case.figure("reported by the provider", what);
    case.figure("false claims", format!("{:.0}", play.false_claims));
    case.figure("share of claims false", percent(share));
    case.figure("people mislabelled", format!("{:.0}", play.mislabelled));
    case.figure("profit reporting honestly", pounds(honest.mean_profit()));
    let strategy = match (share > 0.0005, labels > 0.0005) {
        (true, true) => format!(
            "Claim results that did not happen ({} of all claims are false), and label {} of people as a segment that pays better.",
            percent(share),
            percent(labels)
        ),
        (true, false) => format!("Claim results that did not happen: {} of all claims are false.", percent(share)),
        (false, true) => format!("Label {} of people as a segment that pays better.", percent(labels)),
        (false, false) => "Report what is so.".to_owned(),
    };
    case.finding(RISK.name, strategy, gain, Harm::none(), loss)
}

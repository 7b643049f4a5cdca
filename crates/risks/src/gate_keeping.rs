//! Gate-keeping: hard cases drop out at an assessment before they count.

use base::money::thousands;
use contract::fixes::Fix;

use crate::cherry_picking::in_a_mixture;
use crate::finding::{Finding, FindingBuilder, gain, gain_compared, no_simple_reason, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, Counterfactual, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{pounds, quoted, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::GateKeeping,
    name: "gate-keeping",
    definition: "The risk that hard cases drop out at an assessment before they count. It can be present only where people count \
                 after an assessment. It is present when the provider's best strategy lets people drop out whom it could bring in, \
                 and the provider gains. Those people never get the service that is paid for, or the results that help would bring \
                 them.",
    watch: &[
        Indicator {
            measure: "Referrals that never become starts, by segment",
            warning: "one segment has more of them than others",
        },
        Indicator { measure: "Days from referral to start, by segment", warning: "one segment waits longer than others" },
    ],
    forecast,
    fixes: |_| vec![Fix::TakeEveryone, Fix::Together(vec![Fix::TakeEveryone, Fix::LiveComparison(1)])],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

/// What the files must say for it to be looked for.
const NEEDS: &str = "[assessment] in assumptions.toml: who drops out, and what it costs to bring one of them in";

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    if agent == AgentType::Mixture {
        return in_a_mixture(results, forecast(results, AgentType::ProfitSeeking));
    }
    let bringing_all = StrategyKind::Counterfactual(Counterfactual::EveryoneServed);
    let mut finding = FindingBuilder::new(RISK.id, bringing_all);
    let hard: Vec<usize> = (0..results.segments.len()).filter(|&at| results.segments[at].bring_in.is_some()).collect();
    if results.assessed_first && hard.is_empty() {
        return finding.not_looked_for(NEEDS);
    }
    let figure = if results.assessed_first { "they do" } else { "everyone referred counts, or is turned away openly" };
    finding.test("people count only after an assessment", results.assessed_first, figure.to_owned());
    let (Some(best), Some(all)) = (results.best_response(agent), results.get(bringing_all)) else {
        return finding.absent("No one can drop out before counting.");
    };
    let lost = |at: usize| (results.segments[at].people - best.served[at]).max(0.0);
    let left: Vec<usize> = hard.into_iter().filter(|&at| lost(at) > 0.05 * results.segments[at].people).collect();
    let names = quoted_list(left.iter().map(|&at| &results.segments[at].name));
    let people: f64 = left.iter().map(|&at| lost(at)).sum();
    let whole = |people: f64| thousands(people.round() as i64);
    let figure = if left.is_empty() { "all are brought in".to_owned() } else { format!("{} in {names}", whole(people)) };
    finding.test("people drop out whom the provider could bring in", !left.is_empty(), figure);
    let gain = gain(best, all);
    finding.gain_test(gain, best, all);
    let (harm, loss) = (Harm::refused(results, best, all, &left, "those who drop out"), public_loss(best, all));
    for &at in &left {
        finding.figure(&format!("not started, {}", quoted(&results.segments[at].name)), whole(lost(at)));
    }
    finding.figure("profit bringing everyone in", pounds(all.mean_profit()));
    let strategy = match left.is_empty() {
        true => "Bring everyone in.".to_owned(),
        false => format!("Let {names} drop out before they count."),
    };
    finding.finish(strategy, gain, harm, loss)
}

//! Deadweight: paying for results that would have happened anyway.

use base::money::thousands;
use contract::fixes::Fix;

use crate::finding::{FindingBuilder, no_simple_reason};
use crate::harm::Harm;
use crate::{
    AgentType, Estimate, FeeLever, Finding, Indicator, Risk, RiskId, Shock, StrategyKind, StrategyResults, mean, percent, pounds,
    pounds_within_in_prose, quoted,
};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Deadweight,
    name: "deadweight",
    definition: "The risk of paying for results that would have happened anyway. It is present when more than a tenth of the \
                 rewards would still be paid if the provider did nothing.",
    watch: &[Indicator {
        measure: "Results of people served, compared with those of a comparison group that is not paid for",
        warning: "both groups have the same results",
    }],
    forecast,
    fixes: |_| {
        vec![
            Fix::PayAboveBaseline,
            Fix::LiveComparison(1),
            Fix::Together(vec![Fix::PayAboveBaseline, Fix::LiveComparison(1)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
        ]
    },
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| format!("{} with no effort at all", pounds_within_in_prose(finding.gain)),
    losers: |finding, _| vec![format!("the payer: {}", pounds_within_in_prose(finding.payer_loss))],
};

/// The share above which it is a finding.
const SHARE: f64 = 0.1;

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Idle);
    let (Some(best), Some(idle)) = (results.best_response(agent), results.get(StrategyKind::Idle)) else {
        return finding.absent("");
    };
    // What is kept when nothing is done, in pounds over the whole scheme: rewards less deductions, not below zero.
    // What people recover by themselves after starting at their worst is regression to the mean, and not counted here.
    let kept: Vec<f64> = match results.under_shock(StrategyKind::Idle, Shock::NoRecovery) {
        Some(steady) => steady.results.clone(),
        None => idle.rewards.iter().zip(&idle.deductions).map(|(reward, deduction)| reward - deduction).collect(),
    };
    let anyway = Estimate::of(kept.into_iter());
    let rewards = mean(&best.rewards);
    let share = if rewards > 1.0 { anyway.mean.max(0.0) / rewards } else { 0.0 };
    // A share of what is paid to a provider that does nothing does not show how good the results are.
    let hardly_helps = best.help_spend < 0.01 * rewards;
    let also_idle = if hardly_helps { "; that strategy helps hardly anyone either" } else { "" };
    finding.test(
        "rewards are paid for what would have happened anyway",
        anyway.low() > 0.0 && share > SHARE,
        match rewards > 1.0 {
            true => format!(
                "{}, which is {} of the {} paid at the provider's best{also_idle}",
                pounds(anyway.mean.max(0.0)),
                percent(share),
                pounds(rewards)
            ),
            false => "no rewards are paid at the provider's best".to_owned(),
        },
    );
    for (at, outcome) in results.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.paid && outcome.binary) {
        let (extra, name) = (outcome.sign * (best.outcome(at) - idle.outcome(at)), quoted(&outcome.name));
        finding.figure(&format!("better results on {name}, compared with no effort"), thousands(extra.round() as i64));
        if extra >= 1.0 {
            finding.figure(&format!("rewards for each better result on {name}"), pounds(rewards / extra));
        }
    }
    let mut strategy = match share {
        share if share > 1.0 => {
            "With no effort at all, a provider is still paid more for results than its best strategy earns.".to_owned()
        }
        share if share > SHARE => {
            format!(
                "With no effort at all, a provider is still paid {} of what its best strategy earns for results.",
                percent(share)
            )
        }
        _ => "Hardly anything is paid for no effort.".to_owned(),
    };
    if share > SHARE && hardly_helps {
        strategy += " That strategy helps hardly anyone either.";
    }
    let gain = Estimate { mean: anyway.mean.max(0.0), error: anyway.error };
    finding.finish(strategy, gain, Harm::none(), gain)
}

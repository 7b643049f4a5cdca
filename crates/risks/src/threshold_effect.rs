//! The threshold effect: effort follows a gate instead of the people, chasing it or giving up.

use contract::fixes::Fix;

use crate::finding::{
    Finding, FindingBuilder, gain_compared, gain_of, gains, no_simple_reason, people_payer_and_public, public_loss,
};
use crate::harm::Harm;
use crate::results::{AgentType, Counterfactual, PaymentBend, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    id: RiskId::ThresholdEffect,
    name: "threshold chasing and giving up",
    definition: "The risk that effort follows a gate instead of the people: just enough to pass it, or none where it is out of \
                 reach. The standard term is threshold effect. It can be present only where the scheme has a gate. It is present \
                 when the last pound of effort mostly earns nothing, and the provider gains. Outcomes must also be worse than under \
                 the same prices without gates.",
    watch: &[
        Indicator { measure: "Results of each cohort, compared with the gate", warning: "results bunch just beyond the gate" },
        Indicator {
            measure: "Spend on help, month by month",
            warning: "spend stops once a year's gate is sure to be passed or missed",
        },
    ],
    forecast,
    fixes: |_| vec![Fix::NoGate, Fix::Together(vec![Fix::NoGate, Fix::TwoSided]), Fix::Straight, Fix::PoolCohorts],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

/// Above this share of replications the last pound earns nothing "mostly".
const MOSTLY: f64 = 0.5;

/// "payment lies up to £90,000 below a straight line between two results, and the limit is £26,000".
fn depth(bend: &PaymentBend) -> String {
    if bend.is_even() {
        return "it follows the results evenly".to_owned();
    }
    format!(
        "of the {} that results within reach can move, it lies up to {} below a straight line between two of them; the limit is {}",
        pounds(bend.moved),
        pounds(bend.depth),
        pounds(bend.limit)
    )
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Intended);
    finding.losses_compared_with(StrategyKind::Counterfactual(Counterfactual::NoGates));
    finding.test("what is paid has a threshold within reach", results.bend.is_threshold(), depth(&results.bend));
    let all = (
        results.best_response(agent),
        results.get(StrategyKind::Intended),
        results.get(StrategyKind::Counterfactual(Counterfactual::NoGates)),
        results.get(StrategyKind::AsNow),
    );
    let (Some(best), Some(intended), Some(linear), Some(now)) = all else {
        return finding.absent("There is no threshold to chase.");
    };
    let dead = intended.dead_margin.mean.max(best.dead_margin.mean);
    finding.test(
        "the last pound of effort mostly earns nothing",
        dead > MOSTLY,
        format!(
            "in {} of cohorts as intended, and {} at the provider's best",
            percent(intended.dead_margin.mean),
            percent(best.dead_margin.mean)
        ),
    );
    let gain = gain_of(results, agent, best, intended);
    finding.test("the provider gains compared with what the contract intends", gains(gain, best), pounds_within(gain));
    let harm = Harm::between(results, best, linear);
    let loss = public_loss(best, linear);
    finding.loss_tests(&harm, loss);
    finding.figure("spend at the provider's best", pounds(best.help_spend));
    finding.figure("spend at the provider's best without gates", pounds(linear.help_spend));
    finding.figure("value of outcomes lost, compared with no gates", pounds(linear.value - best.value));
    let strategy = if best.help_spend < 0.9 * now.help_spend {
        "Give up. The gate is too far away to be worth reaching, so spend less than today."
    } else if best.help_spend <= 1.1 * now.help_spend {
        "Give up. The gate is too far away to be worth reaching, so spend what is spent today."
    } else {
        "Chase the gate. Spend what makes passing likely, and nothing for results beyond it or short of it."
    };
    finding.finish(strategy.to_owned(), gain, harm, loss)
}

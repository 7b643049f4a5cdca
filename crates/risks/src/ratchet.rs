//! Ratchet: holding back, because this year's result raises next year's target (Weitzman 1980).

use contract::fixes::Fix;

use crate::finding::{Finding, FindingBuilder, gain, gain_compared, no_simple_reason, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, Counterfactual, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Ratchet,
    name: "ratchet",
    definition: "The risk that a provider holds back because this year's result raises next year's target. It can be present only \
                 where the baseline takes over a share of each year's improvement. It is present when the provider's best strategy \
                 spends less on help than it would with a baseline that stays. The provider must gain by that, and people and payer \
                 together must be worse off.",
    watch: &[
        Indicator { measure: "Each year's results, compared with that year's baseline", warning: "results stay just above it" },
        Indicator { measure: "Spend on help in the year after a good one", warning: "it falls" },
    ],
    forecast,
    fixes: |_| vec![Fix::NoRatchet, Fix::Together(vec![Fix::NoRatchet, Fix::LiveComparison(1)])],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    // A mixture has it where it pays one that maximises profit.
    let agent = if agent == AgentType::Mixture { AgentType::ProfitSeeking } else { agent };
    let staying = StrategyKind::Counterfactual(Counterfactual::FixedBaseline);
    let mut finding = FindingBuilder::new(RISK.id, staying);
    let figure = if results.has_ratchet { "one does" } else { "none does" };
    finding.test("a baseline follows the results", results.has_ratchet, figure.to_owned());
    let (Some(best), Some(fixed)) = (results.best_response(agent), results.get(staying)) else {
        return finding.absent("No baseline follows the results.");
    };
    finding.test(
        "the provider spends less on help than with a baseline that stays",
        best.help_spend < 0.99 * fixed.help_spend - 1.0,
        format!("{}, compared with {}", pounds(best.help_spend), pounds(fixed.help_spend)),
    );
    // Near its best a provider gains little by a small change, so any sure gain counts, however small beside the fees.
    let gain = gain(best, fixed);
    finding.test(
        "the provider gains by it",
        gain.beyond_chance(),
        format!(
            "{} (profit of {}, compared with {})",
            pounds_within(gain),
            pounds(best.mean_profit()),
            pounds(fixed.mean_profit())
        ),
    );
    let (harm, loss) = (Harm::between(results, best, fixed), public_loss(best, fixed));
    finding.loss_tests(&harm, loss);
    let held_back = 1.0 - best.help_spend / fixed.help_spend.max(1.0);
    finding.figure("spend held back", percent(held_back));
    finding.figure("value of outcomes lost, compared with a baseline that stays", pounds(fixed.value - best.value));
    let strategy = match held_back > 0.01 {
        true => format!("Hold back {} of the help that would pay with a baseline that stays.", percent(held_back)),
        false => "Hold nothing back: it does not pay.".to_owned(),
    };
    finding.finish(strategy, gain, harm, loss)
}

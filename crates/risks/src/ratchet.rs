//! Ratchet: holding back, because this year's result raises next year's target (Weitzman 1980).

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::{NO_CONTACTS, known};
use crate::detection::series::{Gathered, difference};
use crate::detection::signal::{Signal, Unit};
use crate::observed::{ObservedRecords, month};
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
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::NoRatchet, Fix::Together(vec![Fix::NoRatchet, Fix::LiveComparison(1)])],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "The budget of the year is spent.",
        "Staff take their leave late in the year.",
        "Other people start late in the year.",
    ],
    settled_by: "the year's plan of staff hours, and who decided to change it",
    tuned_to: "contact is a third less in the last four months of a year: an assumption",
};

/// Months of a year in which a provider may have reached its target already: an assumption.
const LATE: i32 = 4;
/// The logarithm by which an honest provider may do less late in a year, beyond the others: an assumption.
const ALLOWED_CONTACT: f64 = 0.1;
const ALLOWED_RESULTS: f64 = 0.02;

/// Contact is held back late in each contract year, and so are the results of those who start then.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if !records.outcomes.iter().any(|outcome| outcome.ratchet) {
        return Err("no baseline of the contract follows the results");
    }
    if !records.has_contacts {
        return Err(NO_CONTACTS);
    }
    let first = month(records.begins);
    let year_and_late = |of: i32| (first + ((of - first).div_euclid(12) + 1) * 12 - 1, (of - first).rem_euclid(12) >= 12 - LATE);
    let [mut hours_late, mut hours_early, mut results_late, mut results_early] = std::array::from_fn(|_| Gathered::default());
    for (provider, start) in records.served() {
        for (day, hours) in &start.contacts {
            let (year, late) = year_and_late(month(*day));
            let (group, months) = if late { (&mut hours_late, LATE) } else { (&mut hours_early, 12 - LATE) };
            group.add(provider, year, hours / f64::from(months));
        }
        if let Some((due, beyond)) = records.main.and_then(|main| known(records, start, main)) {
            let (year, late) = year_and_late(month(start.began));
            let group = if late { &mut results_late } else { &mut results_early };
            group.add(provider, year.max(due), beyond);
        }
    }
    let hours = difference(&hours_late.log_totals(), &hours_early.log_totals(), -ALLOWED_CONTACT);
    let results = difference(&results_late.means(), &results_early.means(), -ALLOWED_RESULTS);
    Ok(vec![
        Signal::beyond_others("hours of contact a month late in the year, beyond those early in it", hours, 0.4)
            .falling()
            .in_unit(Unit::LogRatio),
        Signal::beyond_others("results of those who start late in the year, beyond those of early in it", results, 0.08)
            .falling(),
    ])
}

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

//! Deadweight: paying for results that would have happened anyway.

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct};
use crate::detection::measures::{NO_COMPARISON, NO_MAIN, known};
use crate::detection::series::{Gathered, MonthlyNumber, beyond};
use crate::detection::signal::Signal;
use crate::observed::ObservedRecords;
use base::money::{Rate, WHOLE, thousands};
use contract::fixes::Fix;

use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder, no_simple_reason};
use crate::harm::Harm;
use crate::results::{AgentType, OutcomeFacts, Shock, StrategyKind, StrategyResult, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{gained, lost, percent, pounds, pounds_in_prose, quoted};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Deadweight,
    name: "deadweight",
    definition: "The risk of paying for results that would have happened anyway. Suppose the provider does nothing. What it is \
                 then paid for results that come by themselves is deadweight, as far as it leaves the provider more than the \
                 fair margin. The risk is present when that is more than a tenth of what would be paid for results as intended, and \
                 more than a hundredth of all that would be paid.",
    watch: &[Indicator {
        measure: "Results of people served, compared with those of a comparison group that is not paid for",
        warning: "both groups have the same results",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |results| {
        let today = what_happens_today(results);
        let known = today.iter().any(Option::is_some);
        let anyway = known.then_some(Fix::Baselines(today));
        let together = anyway.clone().map(|anyway| Fix::Together(vec![Fix::PayAboveBaseline, anyway]));
        let of_today = anyway.into_iter().chain([Fix::PayAboveBaseline]).chain(together);
        let others = [
            Fix::LiveComparison(1),
            Fix::Together(vec![Fix::PayAboveBaseline, Fix::LiveComparison(1)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
        ];
        of_today.chain(others).collect()
    },
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| format!("{} with no effort at all", gained(finding.gain)),
    losers: |finding, _| vec![format!("the payer: {}", lost(finding.payer_loss))],
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "The comparison group is helped by another service.",
        "The comparison group is easier to help in a way that the records do not show.",
        "The follow-up window is too short for the help to work.",
    ],
    settled_by: "an evaluation with matched people: `wellspent evaluate`",
    tuned_to: "no effect, where an effect of 3 percentage points would be worth paying for: an assumption",
};

/// The smallest effect worth paying for, in shares: an assumption.
const WORTH_PAYING: f64 = 0.03;

fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let Some(main) = shown.outcomes.iter().find(|outcome| outcome.measured > 0.0) else { return Vec::new() };
    // Results of the two groups, each with the largest variance that a share has.
    let variance = 2.0 * 0.25 / main.measured;
    let estimate = WORTH_PAYING - main.improvement;
    vec![ExpectedSignal { needs: &[RecordKind::Results, RecordKind::ComparisonGroup], estimate, variance, size: WORTH_PAYING }]
}

/// People served do no better than the comparison group, and those with contact no better than those who hardly had any.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let main = records.main.ok_or(NO_MAIN)?;
    if records.compared().next().is_none() {
        return Err(NO_COMPARISON);
    }
    let (mut served, mut compared) = (Gathered::default(), Gathered::default());
    for start in &records.starts {
        if let Some((month, beyond)) = known(records, start, main) {
            let group = if start.provider.is_some() { &mut served } else { &mut compared };
            group.add(start.provider.unwrap_or_default(), month, beyond);
        }
    }
    // The comparison group belongs to no provider: each is compared with all of it.
    let compared = compared.means();
    let of_month = |month| compared.iter().find(|point: &&MonthlyNumber| point.month == month);
    let against = served.means().into_iter().filter_map(|point| {
        let other = of_month(point.month)?;
        Some(MonthlyNumber { value: point.value - other.value, variance: point.variance + other.variance, ..point })
    });
    let better = beyond(against.collect(), WORTH_PAYING);
    let mut signals = vec![
        Signal::beyond_zero("results, beyond those of the comparison group and an effect worth paying for", better, WORTH_PAYING)
            .falling(),
    ];
    signals.extend(crate::paid_for_noise::help_that_does_nothing(records, main));
    Ok(signals)
}

/// The share of people, or of households, with each binary outcome that is paid for, as things are today: to a tenth of a percent, as a contract would
/// say it.
fn what_happens_today(results: &StrategyResults) -> Vec<Option<Rate>> {
    let now = results.get(StrategyKind::AsNow);
    let rate = |(at, outcome): (usize, &OutcomeFacts)| {
        let share = now.filter(|_| outcome.paid && outcome.binary)?.outcome(at) * outcome.people_each / results.people.max(1.0);
        Some(Rate((share * 1_000.0).round() as i64 * (WHOLE / 1_000)))
    };
    results.outcomes.iter().enumerate().map(rate).collect()
}

/// The shares of what results are paid as intended, and of all that is paid as intended, above which it is a finding: assumptions. A
/// contract that is nearly all fee has next to nothing to lose by its results.
const SHARE: f64 = 0.1;
const OF_ALL: f64 = 0.01;

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Idle);
    let (Some(best), Some(idle)) = (results.best_response(agent), results.get(StrategyKind::Idle)) else {
        return finding.absent("");
    };
    // What people recover by themselves after starting at their worst is regression to the mean, and not counted here.
    let steady = results.under_shock(StrategyKind::Idle, Shock::NoRecovery);
    let payments = steady.map_or(&idle.payments, |steady| &steady.payments);
    // The line between a fee and a payment for results depends on how a contract is written. These two sums do not: what is paid
    // more than if nobody had a good result, and what is left above a fair margin. Results that only bring in what the service
    // costs are part of its fee.
    let for_results = |paid: f64| paid - results.paid_without_results;
    let above_fair = |paid: f64| paid - idle.cost - results.fair_margin * paid.max(0.0);
    let by_themselves = Estimate::of(payments.iter().map(|&paid| for_results(paid)));
    let anyway = Estimate::of(payments.iter().map(|&paid| for_results(paid).min(above_fair(paid))));
    let all = results.get(StrategyKind::Intended).map_or(0.0, StrategyResult::payment);
    let intended = for_results(all);
    let share = if intended > 1.0 { anyway.mean.max(0.0) / intended } else { 0.0 };
    let other_risk = match steady {
        Some(_) => ", besides recovery, which is looked for under regression to the mean",
        None => "",
    };
    finding.test(
        "results that would have happened anyway are paid for, beyond a fair margin",
        anyway.low() > 0.0 && share > SHARE && anyway.mean > OF_ALL * all.abs(),
        match intended > 1.0 {
            true => format!(
                "{}, which is {} of the {} that would be paid for results as intended{other_risk}",
                pounds(anyway.mean.max(0.0)),
                percent(share),
                pounds(intended)
            ),
            false => "nothing is paid for results as intended".to_owned(),
        },
    );
    finding.figure("paid for results that come by themselves", pounds(by_themselves.mean.max(0.0)));
    if intended > 1.0 {
        finding.figure("as a share of what results are paid as intended", percent(by_themselves.mean.max(0.0) / intended));
    }
    for (at, outcome) in results.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.paid && outcome.binary) {
        let (extra, name) = (outcome.sign * (best.outcome(at) - idle.outcome(at)), quoted(&outcome.name));
        finding.figure(&format!("better results on {name}, compared with no effort"), thousands(extra.round() as i64));
        if extra >= 1.0 {
            finding.figure(
                &format!("paid for results, for each better result on {name}"),
                pounds(for_results(best.payment()) / extra),
            );
        }
    }
    for (at, outcome) in results.outcomes.iter().enumerate() {
        let Some(assumed) = outcome.assumed else { continue };
        // The contract counts all that is better than it assumes. With no help at all, that is what it assumes too much.
        let name = quoted(&outcome.name);
        let anyway = (outcome.sign * (idle.outcome(at) - assumed)).max(0.0);
        let counted = (outcome.sign * (best.outcome(at) - assumed)).max(0.0);
        finding.figure(
            &format!("better results on {name} that the contract counts as brought about"),
            thousands(counted.round() as i64),
        );
        finding.figure(&format!("the same on {name} with no help, by what is assumed alone"), thousands(anyway.round() as i64));
    }
    let mut strategy = match share {
        share if share > SHARE => format!(
            "Do nothing. Results that come by themselves leave the provider {} more than a fair margin, which is {} of what results \
             are paid as intended.",
            pounds_in_prose(anyway.mean),
            percent(share)
        ),
        _ => "Results that come by themselves leave the provider no more than a fair margin.".to_owned(),
    };
    if share > SHARE && best.help_spend < 0.01 * for_results(best.payment()) {
        strategy += " The provider's best strategy helps hardly anyone either.";
    }
    let gain = Estimate { mean: anyway.mean.max(0.0), error: anyway.error };
    finding.finish(strategy, gain, Harm::none(), gain)
}

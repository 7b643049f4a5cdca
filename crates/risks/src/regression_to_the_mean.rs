//! Regression to the mean: people start at their worst, and the recovery that would have come anyway is paid as success.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::hardly_contacted;
use crate::detection::series::Gathered;
use crate::detection::signal::Signal;
use crate::observed::{ObservedRecords, month};
use contract::fixes::Fix;

use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder, no_simple_reason};
use crate::harm::Harm;
use crate::results::{AgentType, Shock, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::stake::Stake;
use crate::wording::{gained, lost, percent, pounds_in_prose, pounds_within, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::RegressionToTheMean,
    name: "regression to the mean",
    definition: "The tendency of people who start at their worst to recover in part by themselves. The risk is present where results \
                 are compared with what the same people did before they started. It is present when recovery alone earns more than \
                 5% of what the intended improvement earns. Where that earns nothing, the limit is 1% of all payments.",
    watch: &[Indicator {
        measure: "The change in people served, compared with the change in people who were eligible and not served",
        warning: "both groups change by as much",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::LiveComparison(1), Fix::LiveComparison(5)],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| format!("{} for recovery alone", gained(finding.gain)),
    losers: |finding, _| vec![format!("the payer: {} for recovery that would have come anyway", lost(finding.payer_loss))],
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "An event is what brings people to the service, as an arrest does.",
        "Events of the last months are recorded more completely than earlier ones.",
    ],
    settled_by: "the same measure in people who were eligible and not served",
    tuned_to: "twice as many events a month just before the start as in the two years before: an assumption",
};

/// Days before the start in which people may be at their worst, and before which they are as usual: an assumption.
const WORST: i32 = 91;
const USUAL: i32 = 730;
/// The share of the events of two years that may lie in the last three months without it mattering: an eighth, if they come evenly. An
/// assumption.
const ALLOWED_WORST: f64 = 0.18;
/// The share of the events of three months before and after the start that may lie before it in people who are hardly helped: an
/// assumption.
const ALLOWED_FALL: f64 = 0.6;

/// Events are more frequent just before the start than before, and fall back even in people who are hardly helped.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if !records.outcomes.iter().any(|outcome| outcome.compared_before) {
        return Err("no outcome of the contract is compared with the same people before they started");
    }
    let (mut worst, mut fall) = (Gathered::default(), Gathered::default());
    for (provider, start) in records.served() {
        let began = start.began;
        for day in start.events.iter().filter(|day| (began - USUAL..began).contains(*day)) {
            worst.add_whether(provider, month(began), *day >= began - WORST);
        }
        if began + WORST <= records.as_at && hardly_contacted(start) {
            for day in start.events.iter().filter(|day| (began - WORST..began + WORST).contains(*day)) {
                fall.add_whether(provider, month(began + WORST), *day < began);
            }
        }
    }
    let mut signals = vec![Signal::beyond_share(
        "events of the three months before the start, among those of two years",
        worst.means(),
        ALLOWED_WORST,
        0.1,
    )];
    if records.has_contacts {
        let of = "events just before the start, among those around it, of people who hardly had any contact";
        signals.push(Signal::beyond_share(of, fall.means(), ALLOWED_FALL, 0.12));
    }
    Ok(signals)
}

fn forecast(results: &StrategyResults, _: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::AsNow);
    let before = &results.compared_with_before;
    finding.test("a result is compared with the same people before they started", !before.is_empty(), quoted_list(before));
    let all = (
        results.get(StrategyKind::AsNow),
        results.get(StrategyKind::Intended),
        results.under_shock(StrategyKind::AsNow, Shock::NoRecovery),
    );
    let (Some(now), Some(intended), Some(steady)) = all else {
        return finding.absent("Nothing is compared with what the same people did before.");
    };
    let paid = Estimate::of(now.payments.iter().zip(&steady.payments).map(|(here, there)| here - there));
    let stake = Stake::of(now, intended);
    finding.test(
        "recovery that would have come anyway is paid for",
        paid.low() > 0.0 && paid.mean > stake.limit(),
        format!("{}; the limit is {}", pounds_within(paid), stake.limit_in_words()),
    );
    finding.figure("paid for recovery alone", pounds_within(paid));
    finding.figure(&format!("as a share of {}", stake.of), percent(paid.mean / stake.pounds));
    let strategy = match paid.low() > 0.0 {
        true => format!("Take people at their worst and wait. Recovery alone earns {}.", pounds_in_prose(paid.mean)),
        false => "Recovery alone is not paid for.".to_owned(),
    };
    finding.finish(strategy, paid, Harm::none(), paid)
}

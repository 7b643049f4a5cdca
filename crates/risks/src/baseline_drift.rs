//! Baseline drift: outcomes change for everyone, and payment follows.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::NO_MAIN;
use crate::detection::series::{Gathered, MonthlyRates};
use crate::detection::signal::{Signal, Unit};
use crate::observed::{ObservedRecords, ObservedState, month};
use contract::fixes::Fix;

use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder, no_simple_reason};
use crate::harm::Harm;
use crate::results::{AgentType, Shock, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::stake::Stake;
use crate::wording::{gained, lost, percent, pounds_in_prose, pounds_within, quoted, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::BaselineDrift,
    name: "baseline drift",
    definition: "The risk that outcomes change for everyone, and payment follows. Suppose the provider does nothing extra, and \
                 every outcome moves by one percentage point for everyone. The risk is present when what is paid then moves by \
                 more than 5% of what the intended improvement earns. Where the intended improvement earns nothing, the limit is \
                 1% of all payments. The payer pays, or the provider is fined, for something that nobody did.",
    watch: &[Indicator {
        measure: "The same measure in places that the contract does not pay for",
        warning: "it changes there as well",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |_| {
        let live = [Fix::LiveComparison(1), Fix::LiveComparison(5)];
        let above = |fix: &Fix| Fix::Together(vec![Fix::PayAboveBaseline, fix.clone()]);
        live.iter().cloned().chain(live.iter().map(above)).collect()
    },
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| format!("{} if the outcome is a percentage point better everywhere", gained(finding.gain)),
    losers: |finding, _| vec![format!("the payer: {} for a percentage point that no one earned", lost(finding.payer_loss))],
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "An agency records events more or less completely than before.",
        "Other people are referred than before.",
        "The law changed.",
    ],
    settled_by: "the same measure in places that the contract does not pay for",
    tuned_to: "a change of 5 percentage points: an assumption",
};

/// The comparison group moves away from the baseline, and so do people before they start.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let main = records.main.ok_or(NO_MAIN)?;
    let mut compared = Gathered::default();
    for start in records.compared() {
        let result = &start.results[main];
        if result.state == ObservedState::Known && result.due <= records.as_at {
            compared.add(0, month(result.due), result.good);
        }
    }
    let mut before = MonthlyRates::default();
    for start in &records.starts {
        let year = start.began - 365..start.began;
        before.expose(0, month(start.began), 1.0);
        before.count(0, month(start.began), start.events.iter().filter(|day| year.contains(*day)).count() as f64);
    }
    Ok(vec![
        Signal::since_before("results of the comparison group", compared.means(), 0.05).both_sides().of_contract(),
        Signal::since_before("events of each person in the year before the start", before.log_rates(), 0.15)
            .in_unit(Unit::LogRatio)
            .both_sides()
            .of_contract(),
    ])
}

fn forecast(results: &StrategyResults, _: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::AsNow);
    let under = |shock: Shock| results.under_shock(StrategyKind::AsNow, shock);
    let all = (
        results.get(StrategyKind::AsNow),
        results.get(StrategyKind::Intended),
        under(Shock::PointBetter),
        under(Shock::PointWorse),
    );
    let (Some(now), Some(intended), Some(better), Some(worse)) = all else {
        return finding.absent("No outcome is paid for.");
    };
    let paid_for: Vec<&String> =
        results.outcomes.iter().filter(|outcome| outcome.paid && outcome.binary).map(|outcome| &outcome.name).collect();
    let main = || results.main_outcome.map_or("the outcome".to_owned(), |at| quoted(&results.outcomes[at].name));
    let several = paid_for.len() > 1;
    let outcome = if paid_for.is_empty() { main() } else { quoted_list(paid_for) };
    let (is, gets, it) = if several { ("are", "get", "they get") } else { ("is", "gets", "it gets") };
    let paid = Estimate::of(better.payments.iter().zip(&now.payments).map(|(there, here)| there - here));
    let fined = Estimate::of(now.payments.iter().zip(&worse.payments).map(|(here, there)| here - there));
    let stake = Stake::of(now, intended);
    // A movement counts when it is larger than its Monte Carlo error and than a thousandth of what is paid: an outcome of
    // next to no weight in the contract is no risk.
    let moved =
        |by: Estimate| Estimate { mean: by.mean.abs(), ..by }.beyond_chance() && by.mean.abs() > 0.001 * now.payment().abs();
    let too_much = |by: Estimate| moved(by) && by.mean.abs() > stake.limit();
    finding.test(
        "payments follow what happens to everyone",
        too_much(paid) || too_much(fined),
        format!(
            "a percentage point better moves them by {}, and a point worse by {}; the limit is {}",
            pounds_within(paid),
            pounds_within(Estimate { mean: -fined.mean, ..fined }),
            stake.limit_in_words()
        ),
    );
    finding.figure(&format!("paid when {outcome} {is} a percentage point better for all"), pounds_within(paid));
    finding.figure(&format!("taken back when {outcome} {is} a percentage point worse for all"), pounds_within(fined));
    finding.figure(&format!("a percentage point better for all, as a share of {}", stake.of), percent(paid.mean / stake.pounds));
    // A contract may pay for what gets worse.
    let brings = |sum: f64| match sum < 0.0 {
        true => format!("costs the provider {}", pounds_in_prose(-sum)),
        false => format!("brings the provider {}", pounds_in_prose(sum)),
    };
    let better = format!("Each percentage point by which {outcome} {gets} better everywhere {}", brings(paid.mean));
    let costs = brings(-fined.mean);
    let strategy = match (too_much(paid), too_much(fined)) {
        (false, false) => format!("What happens to {outcome} everywhere hardly moves payment."),
        (true, false) => format!("Do nothing extra. {better}."),
        (false, true) => {
            format!("Each percentage point by which {outcome} {gets} worse everywhere {costs}, whatever it does.")
        }
        (true, true) => format!("{better}, whatever it does. Each percentage point by which {it} worse {costs}."),
    };
    finding.finish(strategy, paid, Harm::none(), paid)
}

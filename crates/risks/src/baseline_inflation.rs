//! Baseline inflation: the past is made to look worse than it was before the contract begins, so that every later result looks better.

use base::money::thousands;
use contract::fixes::Fix;

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::NO_MAIN;
use crate::detection::series::{Gathered, beyond};
use crate::detection::signal::Signal;
use crate::estimate::{Estimate, mean};
use crate::finding::{Finding, FindingBuilder, gain_compared, gains, no_simple_reason};
use crate::harm::Harm;
use crate::observed::{Month, ObservedOutcome, ObservedRecords, month};
use crate::results::{AgentType, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{lost, percent, pounds, pounds_within, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::BaselineInflation,
    name: "baseline inflation",
    definition: "The risk that the past is made to look worse than it was before the contract begins, so that later results look \
                 better. It can be present only where results are compared with something measured before the contract: the same \
                 people, or a rate set on the past. It is present when the provider gains more by that than it costs. The payer \
                 pays more for the same results.",
    watch: &[Indicator {
        measure: "Events recorded in the months before the contract begins, compared with the years before and with other providers",
        warning: "they rise just before the contract begins, and fall back in its first months",
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
    gain_in_words: gain_compared,
    losers: |finding, _| vec![format!("the payer: {} for the same results", lost(finding.payer_loss))],
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "A campaign or a new law brought more events to light in those months.",
        "An agency recorded the months before the contract more completely than earlier ones.",
        "Those months had a season that the other providers do not have.",
    ],
    settled_by: "the same events as another agency recorded them, month by month, before and after the contract was announced",
    tuned_to: "half as many events again before the contract begins: an assumption. Practices admitted more people in the year before \
               their budgets were set on it (Croxson, Propper and Perkins 2001)",
};

/// Months of the past that are compared, counted from the contract's first month. Those just before it are compared with those just
/// after it, and the ones before them with the usual ones, so that the two signals have no month in common.
const RAISED: (Month, Month) = (-6, -2);
const USUAL: (Month, Month) = (-24, -6);
const LAST: (Month, Month) = (-2, 0);
const FIRST: (Month, Month) = (0, 2);
/// Months before somebody's own start that are left out: people come when things are at their worst, and that is no inflation.
const OWN_WORST: Month = 6;
/// By so much more of the events an honest provider may have in the later months, as a share, beyond the others: assumptions.
const ALLOWED: f64 = 0.02;
const ALLOWED_AT_ONCE: f64 = 0.03;

/// Events rise in the months before the contract begins and fall back at once, more than with the other providers.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    records.main.ok_or(NO_MAIN)?;
    let on_past = |outcome: &ObservedOutcome| outcome.paid && (outcome.compared_before || outcome.baseline.is_some());
    if !records.outcomes.iter().any(on_past) {
        return Err("no outcome that is paid for is compared with the past");
    }
    let first = month(records.begins);
    let (mut rise, mut fall) = (Gathered::default(), Gathered::default());
    for (provider, start) in records.served() {
        // What somebody's past was is known once they start.
        let at = month(start.began);
        let span = |months: (Month, Month)| (first + months.0, (first + months.1).min(at - OWN_WORST));
        let events = |months: (Month, Month)| -> Vec<Month> {
            start.events.iter().map(|day| month(*day)).filter(|day| (months.0..months.1).contains(day)).collect()
        };
        for (gathered, high, low) in [(&mut rise, RAISED, USUAL), (&mut fall, LAST, FIRST)] {
            shares_of_events(gathered, (provider, at), (span(high), span(low)), events);
        }
    }
    Ok(vec![
        Signal::beyond_others(
            "events from six to two months before the contract, beyond those of the 18 months before",
            beyond(rise.means(), ALLOWED),
            0.07,
        ),
        Signal::beyond_others(
            "events in the two months before the contract, beyond those of its first two months",
            beyond(fall.means(), ALLOWED_AT_ONCE),
            0.1,
        ),
    ])
}

/// Whether each event is in the first of two spans of months, less the share of events that is there if they come evenly. Unlike the
/// logarithm of a rate it is right on average however few events there are.
fn shares_of_events(
    gathered: &mut Gathered,
    (provider, at): (usize, Month),
    (high, low): ((Month, Month), (Month, Month)),
    events: impl Fn((Month, Month)) -> Vec<Month>,
) {
    let length = |span: (Month, Month)| f64::from((span.1 - span.0).max(0));
    let (in_high, in_low) = (length(high), length(low));
    if in_high == 0.0 || in_low == 0.0 {
        return;
    }
    let evenly = in_high / (in_high + in_low);
    events(high).iter().for_each(|_| gathered.add(provider, at, 1.0 - evenly));
    events(low).iter().for_each(|_| gathered.add(provider, at, -evenly));
}

/// What the files must say for it to be looked for.
const NEEDS: &str =
    "[baseline_inflation.OUTCOME] in assumptions.toml: how far the past can be made to look worse, and what that costs";

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::BestResponse(agent));
    let past = &results.compared_with_past;
    if past.is_empty() {
        finding.test("a result that is paid for is compared with the past", false, "none is".to_owned());
        return finding.absent("No result is compared with a past that could be made to look worse.");
    }
    let (Some(raised), Some(best)) = (&results.worse_past, results.get(StrategyKind::BEST)) else {
        return finding.not_looked_for(NEEDS);
    };
    let gain = Estimate::of(raised.paid_more.iter().map(|more| more - raised.cost));
    let paid_more = Estimate::of(raised.paid_more.iter().copied());
    let share = raised.changed / raised.of.max(1.0);
    finding.test("a result that is paid for is compared with the past", true, quoted_list(past));
    finding.test(
        "it pays to make the past look worse",
        share > 0.0005,
        format!("{} of the good results of the past are recorded as bad", percent(share)),
    );
    finding.test("the provider gains more than that costs", gains(gain, best), pounds_within(gain));
    finding.test("the payer pays more for the same results", paid_more.low() > 0.0, pounds_within(paid_more));
    finding.figure("good results of the past recorded as bad", thousands(raised.changed.round() as i64));
    finding.figure("paid more for the same results", pounds(mean(&raised.paid_more)));
    finding.figure("what making the past look worse costs", pounds(raised.cost));
    let strategy = match share > 0.0005 {
        true => format!("Before the contract begins, record {} of the good results of the past as bad.", percent(share)),
        false => "Leave the past as it was: making it look worse does not pay.".to_owned(),
    };
    finding.finish(strategy, gain, Harm::none(), paid_more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::made_up::{self, strength};

    /// Four providers whose people have an event every eight months or so; those of the first have more just before the contract.
    fn records(more: f64) -> ObservedRecords {
        made_up::records(4, 24, 30, |draw, start, provider| {
            let began = made_up::BEGINS;
            start.events = (-24 * 30..60)
                .filter(|day| {
                    let inflated = provider == 0 && (-180..0).contains(day);
                    draw() < 1.0 / 240.0 * if inflated { 1.0 + more } else { 1.0 }
                })
                .map(|day| began + day)
                .filter(|day| *day < start.began)
                .collect();
        })
    }

    #[test]
    fn events_that_rise_before_the_contract_are_seen() {
        let found = strength(&signals(&records(1.0)).expect("there is a past"), 0);
        assert!(found.iter().all(|log| *log > 3.0), "{found:?}");
        let honest = records(0.0);
        let signals = signals(&honest).expect("there is a past");
        for provider in 0..4 {
            let found = strength(&signals, provider);
            assert!(found.iter().all(|log| *log < 3.0), "{provider}: {found:?}");
        }
    }

    /// A small provider beside large ones has few events, and none of them says more than it can.
    #[test]
    fn a_small_provider_is_not_suspected_for_its_size() {
        let mut records = records(0.0);
        let mut kept = 0;
        records.starts.retain(|start| {
            kept += 1;
            start.provider != Some(0) || kept % 20 == 0
        });
        let found = strength(&signals(&records).expect("there is a past"), 0);
        assert!(found.iter().all(|log| *log < 2.0), "{found:?}");
    }

    #[test]
    fn without_a_past_there_is_nothing_to_look_for() {
        let mut records = records(0.0);
        records.outcomes[0].baseline = None;
        assert!(signals(&records).is_err());
    }
}

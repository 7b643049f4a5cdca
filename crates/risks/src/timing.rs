//! Timing: results are dated across a boundary, where they are paid better.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::series::{Gathered, beyond};
use crate::detection::signal::Signal;
use crate::observed::{ObservedRecords, ObservedState, month};
use base::money::thousands;
use contract::fixes::Fix;

use crate::estimate::{Estimate, mean};
use crate::finding::{Finding, FindingBuilder, gain_compared, gains, no_simple_reason};
use crate::harm::Harm;
use crate::results::{AgentType, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{lost, percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Timing,
    name: "timing",
    definition: "The risk that results are dated in the cohort before or after their own, where they are paid better. It is present \
                 when the provider gains more by that, in some replications, than moving the dates costs it. The payer pays more for \
                 the same results.",
    watch: &[
        Indicator { measure: "Dates of results, around the end of each period", warning: "results pile up on one side of it" },
        Indicator { measure: "Days between an event and its claim", warning: "they grow longer near the end of a period" },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |_| {
        vec![
            Fix::NoGate,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
            Fix::PoolCohorts,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::PoolCohorts]),
        ]
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
        "Courts, schools or employers have dates of their own near the end of the period.",
        "Events are recorded in batches.",
        "A holiday lies at the boundary.",
    ],
    settled_by: "the dates of the same events from the agency where they happened",
    tuned_to: "the last week of a year has five times the claims of another week, as it has of spending (Liebman and Mahoney 2017)",
};

/// Days on both sides of the end of a window that are compared: an assumption.
const NEAR_WINDOW: i32 = 30;
/// Weeks before the end of a contract year whose claims are compared with the last, with one week after it.
const WEEKS_BEFORE: i32 = 7;
/// The share of the claims of eight weeks that an honest provider may have in one: an assumption.
const ALLOWED_WEEK: f64 = 0.2;
/// By so much more events may be on the side that pays, as a share of all near the boundary, by chance of the calendar: an assumption.
const ALLOWED: f64 = 0.05;

/// Events fall just behind the end of the follow-up window, and claims or results in the last week of a contract year.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let (mut window, mut year) = (Gathered::default(), Gathered::default());
    let first = month(records.begins);
    let is_year_end = |next: &i32| (month(*next) - first).rem_euclid(12) == 0 && month(*next) > first;
    let year_ends: Vec<i32> = records.cohorts.iter().map(|(_, last)| *last + 1).filter(is_year_end).collect();
    let mut near_year_end = |provider: usize, day: i32| {
        let near = year_ends.iter().find(|end| (*end - 7 * WEEKS_BEFORE..*end + 7).contains(&day));
        if let Some(end) = near.filter(|end| **end + 7 <= records.as_at) {
            year.add_whether(provider, month(end + 7), (end - 7..*end).contains(&day));
        }
    };
    for (provider, start) in records.served() {
        let end = start.window.1;
        if end > 0 && end.saturating_add(NEAR_WINDOW) <= records.as_at {
            for day in start.events.iter().filter(|day| (end - NEAR_WINDOW..end + NEAR_WINDOW).contains(*day)) {
                window.add(provider, month(end + NEAR_WINDOW), if *day >= end { 1.0 } else { -1.0 });
            }
        }
        if records.has_claims {
            start.claims.iter().for_each(|claim| near_year_end(provider, claim.date));
            continue;
        }
        for (result, outcome) in start.results.iter().zip(&records.outcomes) {
            let counts = outcome.paid && outcome.binary && result.state == ObservedState::Known && result.good > 0.5;
            if counts && result.decided != base::day::NEVER {
                near_year_end(provider, result.decided);
            }
        }
    }
    Ok(vec![
        Signal::beyond_zero(
            "events in the days just after the follow-up window, beyond those just before its end",
            beyond(window.means(), ALLOWED),
            0.4,
        ),
        Signal::beyond_share(
            "claims or results of the last week of a contract year, among eight weeks",
            year.means(),
            ALLOWED_WEEK,
            0.2,
        ),
    ])
}

/// What the files must say for it to be looked for.
const NEEDS: &str = "[timing.OUTCOME] in assumptions.toml: how many results can be dated otherwise, and what that costs";

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::BestResponse(agent));
    let (Some(moved), Some(best)) = (&results.timing, results.get(StrategyKind::BEST)) else {
        return finding.not_looked_for(NEEDS);
    };
    let each = moved.payments.iter().zip(&moved.moving).zip(&best.payments);
    let gain = Estimate::of(each.clone().map(|((paid, moving), before)| paid - moving - before));
    let paid_more = Estimate::of(moved.payments.iter().zip(&best.payments).map(|(paid, before)| paid - before));
    let replications =
        each.filter(|((paid, _), before)| *paid - *before > 0.5).count() as f64 / best.payments.len().max(1) as f64;
    let share = moved.moved / moved.results.max(1.0);
    finding.test(
        "results are moved across a boundary",
        share > 0.0005,
        format!("{} of results, in {} of replications", percent(share), percent(replications)),
    );
    finding.test("the provider gains more than moving them costs", gains(gain, best), pounds_within(gain));
    finding.test("the payer pays more for the same results", paid_more.low() > 0.0, pounds_within(paid_more));
    finding.figure("results moved", thousands(moved.moved.round() as i64));
    finding.figure("share of results moved", percent(share));
    finding.figure("replications in which any are moved", percent(replications));
    finding.figure("what moving them costs", pounds(mean(&moved.moving)));
    let strategy = match share > 0.0005 {
        true => format!("Date {} of results in the cohort before or after their own, where they pay better.", percent(share)),
        false => "Leave dates as they are: moving them does not pay.".to_owned(),
    };
    finding.finish(strategy, gain, Harm::none(), paid_more)
}

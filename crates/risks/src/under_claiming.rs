//! Under-claiming: results that are reached are not claimed, because their evidence costs more than their price.

use base::money::thousands;
use contract::fixes::Fix;

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::NO_CLAIMS;
use crate::detection::series::{Gathered, beyond};
use crate::detection::signal::Signal;
use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder, gains, no_simple_reason};
use crate::harm::Harm;
use crate::observed::{ObservedRecords, ObservedState, month};
use crate::results::{AgentType, Counterfactual, StrategyKind, StrategyResult, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{gained, lost, percent, pounds, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::UnderClaiming,
    name: "under-claiming",
    definition: "The risk that results are reached and never claimed, because their evidence costs more than they are paid. It can be \
                 present only where the provider has to claim a result. It is present when at least 5% of the results are not worth \
                 claiming, and leaving them saves the provider money. After the cost of evidence a result also brings so much less \
                 that people get fewer results, and all together lose.",
    watch: &[
        Indicator {
            measure: "Results that other records show and that nobody claimed, by provider",
            warning: "more than 5% of them are never claimed",
        },
        Indicator { measure: "Days from a result to its claim", warning: "they grow, or differ between providers" },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::RecordsSay, Fix::Prices(200), Fix::Prices(400)],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| format!("{} of evidence saved", gained(finding.gain)),
    losers: |finding, _| {
        let harm = finding.harm_in_words();
        harm.into_iter().chain([format!("everyone together: {}", lost(finding.payer_loss))]).collect()
    },
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "Claims are made later than usual, and will come.",
        "The other agency's records show results that do not meet the contract's terms.",
        "People could not be reached to agree to a claim.",
    ],
    settled_by: "what the provider's own files say of a sample of unclaimed results, and what a claim of each would have taken",
    tuned_to: "one result in seven is not claimed: an assumption. Some 10% of the performance of the Work Programme was not claimed or \
               not paid in time (Public Accounts Committee 2014)",
};

/// Days after a result by which it is usually claimed: an assumption.
const CLAIMED_BY: i32 = 182;
/// The share of an honest provider's results that may go unclaimed, and by which it may differ from others: assumptions.
const ALLOWED: f64 = 0.05;
const ALLOWED_DIFFERENCE: f64 = 0.03;

/// Results that records show are never claimed, and more of them than with other providers. The two signals are from different people,
/// those who started on even days and on odd ones.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if !records.has_claims {
        return Err(NO_CLAIMS);
    }
    let (mut beyond_usual, mut beyond_others) = (Gathered::default(), Gathered::default());
    for (provider, start) in records.served() {
        for (at, (result, outcome)) in start.results.iter().zip(&records.outcomes).enumerate() {
            let reached = outcome.reported && outcome.binary && result.state == ObservedState::Known && result.good > 0.5;
            // A result that is the absence of something is reached when it is due.
            let reached_on = if result.decided == base::day::NEVER { result.due } else { result.decided };
            let by = reached_on.saturating_add(CLAIMED_BY).max(result.due);
            if !reached || by > records.as_at {
                continue;
            }
            let claimed = start.claims.iter().any(|claim| claim.outcome == at && claim.known <= by);
            let group = if start.began.rem_euclid(2) == 0 { &mut beyond_usual } else { &mut beyond_others };
            group.add_whether(provider, month(by), !claimed);
        }
    }
    Ok(vec![
        Signal::beyond_share("results that records show and nobody claimed", beyond_usual.means(), ALLOWED, 0.1),
        Signal::beyond_others("results that nobody claimed", beyond(beyond_others.means(), ALLOWED_DIFFERENCE), 0.1),
    ])
}

/// What the files must say for it to be looked for.
const NEEDS: &str = "[claims.OUTCOME] in assumptions.toml: what the evidence of a result costs";

/// The share of results that may go unclaimed: an assumption.
const NOTICED: f64 = 0.05;

/// What becomes of the results of one outcome: those not claimed, what proving these as well would have cost beyond their prices, and
/// what the evidence of the others costs.
struct Unclaimed {
    results: f64,
    unclaimed: f64,
    saved: f64,
    evidence: f64,
}

impl Unclaimed {
    /// Evidence costs nothing for the easiest result and `most` for the hardest, so that a result is claimed where that is below its
    /// price.
    fn of(results: &StrategyResults, strategy: &StrategyResult, outcome: usize, most: f64) -> Unclaimed {
        let mut out = Unclaimed { results: 0.0, unclaimed: 0.0, saved: 0.0, evidence: 0.0 };
        for (at, segment) in results.segments.iter().enumerate() {
            let counted = strategy.outcomes[outcome][at];
            let good = if results.outcomes[outcome].sign > 0.0 { counted } else { (segment.people - counted).max(0.0) };
            let price = segment.prices.get(outcome).copied().unwrap_or_default().max(0.0);
            let share = (price / most.max(1e-9)).min(1.0);
            out.results += good;
            out.unclaimed += good * (1.0 - share);
            out.saved += good * (most - price).max(0.0).powi(2) / (2.0 * most.max(1e-9));
            out.evidence += good * share * share * most / 2.0;
        }
        out
    }
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let every = StrategyKind::Counterfactual(Counterfactual::EveryResultPaid);
    let mut finding = FindingBuilder::new(RISK.id, every);
    let claimed = &results.claimed_by_provider;
    if claimed.is_empty() {
        finding.test("the provider has to claim a result", false, "records show results without a claim".to_owned());
        return finding.absent("Nothing has to be claimed.");
    }
    let kinds = [StrategyKind::BestResponse(agent), every, StrategyKind::Counterfactual(Counterfactual::AfterEvidence)];
    let [Some(best), Some(every), Some(after)] = kinds.map(|kind| results.get(kind)) else {
        return finding.not_looked_for(NEEDS);
    };
    finding.test("the provider has to claim a result", true, quoted_list(claimed));
    let of = |strategy: &StrategyResult| {
        let outcomes = results.outcomes.iter().enumerate().filter_map(|(at, outcome)| Some((at, outcome.evidence?)));
        outcomes.map(|(at, most)| Unclaimed::of(results, strategy, at, most)).fold([0.0; 4], |sum, more| {
            [sum[0] + more.results, sum[1] + more.unclaimed, sum[2] + more.saved, sum[3] + more.evidence]
        })
    };
    let [reached, unclaimed, saved, _] = of(best);
    let evidence = of(after)[3];
    let share = unclaimed / reached.max(1.0);
    finding.test("results are reached that are not worth claiming", share >= NOTICED, format!("{} of results", percent(share)));
    let gain = Estimate::exact(saved);
    finding.test("the provider saves money by leaving them unclaimed", gains(gain, best), pounds(saved));
    let harm = Harm::between(results, after, every);
    // What is paid passes from one to the other. The results lost and the evidence are lost to all, and the help that is not given is
    // saved.
    let lost_to_all = every.value - after.value - (every.help_spend - after.help_spend) + evidence;
    let loss = Estimate::exact(lost_to_all);
    let harmed = harm.people >= 0.5 && harm.per_thousand > 0.05;
    finding.test("people get fewer results", harmed, if harmed { harm.counted() } else { "no one does".to_owned() });
    finding.test("everyone together loses", loss.low() > 0.0, pounds(lost_to_all));
    finding.figure("results reached and not claimed", thousands(unclaimed.round() as i64));
    finding.figure("share of results not claimed", percent(share));
    finding.figure("cost of the evidence of those claimed", pounds(evidence));
    let strategy = match share >= NOTICED {
        true => format!("Leave {} of the results unclaimed. Their evidence costs more than they are paid.", percent(share)),
        false => "Claim what is reached.".to_owned(),
    };
    finding.finish(strategy, gain, harm, loss)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::made_up::{self, strength};
    use crate::observed::{ObservedClaim, ObservedResult};

    /// The first provider leaves this share of its results unclaimed, and everybody one in fifty.
    fn records(unclaimed: f64) -> ObservedRecords {
        made_up::records(4, 30, 30, |draw, start, provider| {
            let day = start.began + 60;
            let good = if draw() < 0.5 { 1.0 } else { 0.0 };
            start.results[0] =
                ObservedResult { state: ObservedState::Known, good, expected: 0.5, decided: day, due: start.began + 365 };
            if good > 0.5 && draw() >= 0.02 + if provider == 0 { unclaimed } else { 0.0 } {
                start.claims.push(ObservedClaim { outcome: 0, date: day + 20, known: day + 25, audited: None });
            }
        })
    }

    #[test]
    fn results_that_nobody_claims_are_seen() {
        let found = strength(&signals(&records(0.25)).expect("there are claims"), 0);
        assert!(found.iter().all(|log| *log > 3.0), "{found:?}");
        let signals = signals(&records(0.0)).expect("there are claims");
        for provider in 0..4 {
            let found = strength(&signals, provider);
            assert!(found.iter().all(|log| *log < 3.0), "{provider}: {found:?}");
        }
    }

    #[test]
    fn a_claim_that_comes_in_time_is_one() {
        let mut records = records(0.0);
        let start = |records: &mut ObservedRecords, late: i32| {
            for start in &mut records.starts {
                let day = start.began + 60;
                start.results[0].good = 1.0;
                start.claims = vec![ObservedClaim { outcome: 0, date: day + late, known: day + late, audited: None }];
            }
        };
        start(&mut records, 300);
        let share = |records: &ObservedRecords| {
            let points = &signals(records).expect("there are claims")[0].points;
            points.iter().map(|point| point.value).sum::<f64>() / points.len() as f64
        };
        assert!(share(&records).abs() < 1e-9, "the result is due later than that");
        start(&mut records, 400);
        assert!((share(&records) - 1.0).abs() < 1e-9);
    }
}

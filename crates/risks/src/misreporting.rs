//! Misreporting: claiming results that did not happen, having people excepted from a measure who should count, or setting labels that
//! pay better.

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct, ShownOutcome, variance_of_share};
use crate::detection::measures::NO_CLAIMS;
use crate::detection::series::Gathered;
use crate::detection::signal::Signal;
use crate::observed::{ObservedRecords, ObservedState, month};
use base::money::{Pence, thousands};
use contract::fixes::Fix;

use crate::finding::{Finding, FindingBuilder, gain, gain_compared, no_simple_reason, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, Counterfactual, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{percent, pounds, pounds_within, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Misreporting,
    name: "misreporting",
    definition: "The risk that a provider claims results that did not happen, has people excepted who should count, or labels people as \
                 a segment that pays better. It can be present only where the provider reports results or exceptions, or sets \
                 labels. It is present when the provider's best strategy does so falsely, given what is checked and what a false \
                 claim costs. The provider gains, and the payer pays for nothing.",
    watch: &[
        Indicator { measure: "The share of audited claims that are false", warning: "it rises, or differs between providers" },
        Indicator {
            measure: "Claimed results, compared with records that someone else keeps",
            warning: "results that no other record shows",
        },
        Indicator {
            measure: "The share of people who are excepted, by provider and month",
            warning: "it rises where a provider is short of a level, or late in the period",
        },
    ],
    detector: DETECTOR,
    forecast,
    // An audit needs no records but the provider's own. Whether someone else keeps any is not in the files.
    fixes: |results| audits(results).chain(std::iter::once(Fix::RecordsSay)).collect(),
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "Claims name the wrong person or outcome by a slip.",
        "The records of the other agency come late, or miss part of the people.",
        "The provider reads the definition of the result in another way.",
    ],
    settled_by: "a further audit of claims drawn at random, at this provider and at another",
    tuned_to: "one claim in 22 is false, as answers were changed in at least 4 to 5% of classrooms (Jacob and Levitt 2003)",
};

/// The share of an honest provider's claims that may be wrong by a slip: an assumption.
const ALLOWED: f64 = 0.015;
/// So many more are false where claims are made up: the smallest share of classrooms that were found (Jacob and Levitt 2003).
const SIZE: f64 = 0.045;

/// Where the contract audits no claims, a tenth of them would be: an assumption.
const WOULD_BE_AUDITED: f64 = 0.1;

fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let audited = |outcome: &ShownOutcome| if outcome.audited > 0.0 { outcome.audited } else { WOULD_BE_AUDITED };
    let claimed = shown.outcomes.iter().filter(|outcome| outcome.claims > 0.0);
    let signal = |outcome: &ShownOutcome| {
        let (share, checks) = (outcome.false_claims / outcome.claims, outcome.claims * audited(outcome));
        let variance = variance_of_share(share, checks);
        ExpectedSignal { needs: &[RecordKind::Audits], estimate: share - ALLOWED, variance, size: SIZE }
    };
    claimed.map(signal).collect()
}

/// Audits find claims false, and other records contradict claims.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if !records.has_claims {
        return Err(NO_CLAIMS);
    }
    let (mut audits, mut contradicted) = (Gathered::default(), Gathered::default());
    for (provider, start) in records.served() {
        for claim in &start.claims {
            if let Some((day, found)) = claim.audited.filter(|(day, _)| *day <= records.as_at) {
                audits.add_whether(provider, month(day), !found);
            }
            let Some(result) = start.results.get(claim.outcome) else { continue };
            let outcome = &records.outcomes[claim.outcome];
            if outcome.binary && result.state == ObservedState::Known && result.due <= records.as_at {
                contradicted.add_whether(provider, month(result.due.max(claim.known)), result.good < 0.5);
            }
        }
    }
    Ok(vec![
        Signal::beyond_share("audited claims that were found false", audits.means(), ALLOWED, SIZE),
        Signal::beyond_share("claims of results that the records contradict", contradicted.means(), ALLOWED, SIZE),
    ])
}

/// What the files must say for it to be looked for.
const NEEDS: &str = "reported_by = \"provider\" (of an outcome or of its exceptions) or segments_set_by = \"provider\" in scheme.toml, \
                     and [false_claims.OUTCOME], [exceptions.OUTCOME] or [relabelling] in assumptions.toml";

/// The percentage of claims that an audit checks, where the contract has none yet.
const CHECKS: i64 = 10;
/// How far the average cost of a false claim must exceed what the best paid result brings. A twentieth comes first, and then half
/// as much again, for caps or baselines that make a result bring more than it seems to.
const ABOVE: [f64; 2] = [1.05, 1.5];

/// The smallest penalties that deter, at the share of claims that is checked today.
fn audits(results: &StrategyResults) -> impl Iterator<Item = Fix> {
    let paid = results.outcomes.iter().filter(|outcome| results.reported_by_provider.contains(&outcome.name));
    let most = paid.map(|outcome| outcome.price).fold(0.0, f64::max);
    let whole_pounds = |pounds: f64| Pence(100 * pounds.ceil() as i64);
    let percent = results.checked_now.unwrap_or(CHECKS);
    let audit = move |above: f64| Fix::Audit { percent, penalty: whole_pounds(above * most * 100.0 / percent as f64) };
    ABOVE.into_iter().filter(move |_| most >= 1.0).map(audit)
}

/// A mixture of providers has it where at least this share of claims is false, or of people mislabelled: an assumption.
const NOTICED: f64 = 0.005;

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    if agent == AgentType::Mixture {
        let alone = forecast(results, AgentType::ProfitSeeking);
        let Some(mixed) = results.best_response(agent) else { return alone };
        let people = results.people.max(1.0);
        let share = (mixed.false_claims / mixed.claims.max(1.0)).max(mixed.mislabelled / people).max(mixed.excepted / people);
        return alone.and("a mixture of providers does it often enough to notice", share >= NOTICED, percent(share));
    }
    let honestly = StrategyKind::Counterfactual(Counterfactual::HonestReports);
    let mut finding = FindingBuilder::new(RISK.id, honestly);
    let (Some(best), Some(honest)) = (results.best_response(agent), results.get(honestly)) else {
        return finding.not_looked_for(NEEDS);
    };
    let outcomes = quoted_list(&results.reported_by_provider);
    let exceptions = match results.excepted_by_provider.as_slice() {
        [] => String::new(),
        names => format!("who is excepted from {}", quoted_list(names)),
    };
    let labels = if results.labels_by_provider { "the segment of each person" } else { "" };
    let reported = [outcomes.as_str(), &exceptions, labels];
    let reported: Vec<&str> = reported.into_iter().filter(|what| !what.is_empty()).collect();
    let reported = reported.join(", and ");
    let share = best.false_claims / best.claims.max(1.0);
    let labels = best.mislabelled / results.people.max(1.0);
    let excepted = best.excepted / results.people.max(1.0);
    finding.test(
        "it pays to report what did not happen",
        share > 0.0005 || labels > 0.0005 || excepted > 0.0005,
        match results.excepted_by_provider.is_empty() {
            true => format!("{} of claims are false, and {} of people are mislabelled", percent(share), percent(labels)),
            false => format!(
                "{} of claims are false, {} of people are excepted without a reason, and {} of people are mislabelled",
                percent(share),
                percent(excepted),
                percent(labels)
            ),
        },
    );
    let gain = gain(best, honest);
    // However small beside all that is paid: a false claim that pays is found.
    finding.test(
        &format!("the provider gains compared with {}", honestly.in_words()),
        gain.low() > 0.0 && gain.mean >= 0.5,
        pounds_within(gain),
    );
    let loss = public_loss(best, honest);
    finding.test("the payer and the public together lose", loss.low() > 0.0, pounds_within(loss));
    finding.figure("reported by the provider", reported);
    finding.figure("false claims", thousands(best.false_claims.round() as i64));
    finding.figure("share of claims that are false", percent(share));
    finding.figure("people mislabelled", thousands(best.mislabelled.round() as i64));
    if !results.excepted_by_provider.is_empty() {
        finding.figure("people excepted without a reason", thousands(best.excepted.round() as i64));
    }
    finding.figure("profit reporting honestly", pounds(honest.mean_profit()));
    let claims = format!("Claim results that did not happen: {} of all claims are false.", percent(share));
    let relabel = format!("Label {} of people as a segment that pays better.", percent(labels));
    let except = format!("Have {} of people excepted who should count.", percent(excepted));
    let done = [(share, claims), (excepted, except), (labels, relabel)].into_iter().filter(|(share, _)| *share > 0.0005);
    let done: Vec<String> = done.map(|(_, what)| what).collect();
    let strategy = if done.is_empty() { "Report what happened.".to_owned() } else { done.join(" ") };
    finding.finish(strategy, gain, Harm::none(), loss)
}

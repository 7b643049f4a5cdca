//! Enrolment without service (enrol all, serve few): everyone is started because a start is paid for, and many are hardly served.

use base::money::thousands;
use contract::fixes::Fix;

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct, hardly_contacted_share, variance_of_share};
use crate::detection::measures::{NO_CONTACTS, followed};
use crate::detection::series::Gathered;
use crate::detection::signal::Signal;
use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder, gains, no_simple_reason, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::observed::{ObservedRecords, ObservedStart};
use crate::results::{AgentType, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{gained, percent, pounds, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::EnrolAllServeFew,
    name: "enrolment without service",
    definition: "The risk that everyone is started because a start is paid for, and that many of them are hardly served. It can be \
                 present only where a start is paid for whatever its result. It is present when three things hold at the provider's \
                 best. At least a fifth of those who start get less than a tenth of the effort that the public's best use of the \
                 same money would give them. Others are helped. The starts of those hardly served bring the provider more than they \
                 cost it.",
    watch: &[
        Indicator {
            measure: "The share of people who start and have no contact in 60 days",
            warning: "it is large, or it grows",
        },
        Indicator {
            measure: "Starts, compared with the staff who serve them",
            warning: "starts grow and hours of contact do not",
        },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |results| {
        // What a start of those hardly served brings is no more than it costs.
        let hardly = |at: &usize| results.segments[*at].paid_for_start > results.segments[*at].cost_of_start;
        let shares = (0..results.segments.len()).filter(hardly).map(|at| {
            let segment = &results.segments[at];
            (100.0 * segment.cost_of_start / segment.paid_for_start.max(1.0)).floor() as i64
        });
        let covered = shares.min().filter(|percent| *percent > 0).map(Fix::Fees);
        let more = [200, 400].map(Fix::Prices);
        let both = covered.clone().map(|fees| Fix::Together(vec![fees, Fix::Prices(200)]));
        covered.into_iter().chain(both).chain([Fix::NoGate]).chain(more).collect()
    },
    fee_lever: FeeLever::Shape,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| format!("{} from starts of people whom it then hardly serves", gained(finding.gain)),
    losers: people_payer_and_public,
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "Contacts of a partner or by telephone are not recorded.",
        "People are recorded as started when they are referred, and many never come.",
        "A group of people was taken on at once, before its staff were there.",
    ],
    settled_by: "what a sample of people without contact say of when they joined and what they were offered",
    tuned_to: "three in ten people who start have no contact: an assumption",
};

/// Days after a start in which somebody who is served has a contact, and in which there is a second one: assumptions.
const SOON: i32 = 60;
const LATER: i32 = 180;
/// The shares of an honest provider's people who may have none and no second one: assumptions.
const ALLOWED_NONE: f64 = 0.15;
const ALLOWED_NO_SECOND: f64 = 0.2;

/// People who start are never contacted, or once and never again. The two signals are from different people, those who start on even
/// days and on odd ones, so that chance cannot make both.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if !records.has_contacts {
        return Err(NO_CONTACTS);
    }
    let of_even_days = |start: &ObservedStart| start.began.rem_euclid(2) == 0;
    let (mut none, mut no_second) = (Gathered::default(), Gathered::default());
    for (provider, month, start) in followed(records, SOON).filter(|(_, _, start)| of_even_days(start)) {
        none.add_whether(provider, month, start.contacts_within(SOON).0 == 0);
    }
    // A service that ended before its second contact was short and not withheld.
    let goes_on = |start: &ObservedStart| !start.ended_by(start.began.saturating_add(SOON));
    for (provider, month, start) in followed(records, LATER).filter(|(_, _, start)| !of_even_days(start) && goes_on(start)) {
        no_second.add_whether(provider, month, start.contacts_within(LATER).0 < 2);
    }
    Ok(vec![
        Signal::beyond_share("people without any contact in the first 60 days", none.means(), ALLOWED_NONE, 0.2),
        Signal::beyond_share("people without a second contact in the first 180 days", no_second.means(), ALLOWED_NO_SECOND, 0.2),
    ])
}

/// As many of those who start have hardly any contact as help suggests.
fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let served = || shown.segments.iter().filter(|segment| segment.served);
    let people: f64 = served().map(|segment| segment.people).sum();
    if people <= 0.0 {
        return Vec::new();
    }
    let share = served().map(|segment| segment.people * hardly_contacted_share(segment)).sum::<f64>() / people;
    let variance = variance_of_share(share, people);
    vec![ExpectedSignal { needs: &[RecordKind::Contacts], estimate: share - ALLOWED_NO_SECOND, variance, size: 0.2 }]
}

/// Effort below this share of the public's best is hardly any help.
const NEAR_IDLE: f64 = 0.1;
/// The share of those who start from which many are hardly served: an assumption.
const MANY: f64 = 0.2;
/// In a mixture of providers those hardly served get less than this share of the public's best: an assumption.
const LITTLE_ON_AVERAGE: f64 = 0.5;

/// A mixture of providers has it where it pays one that maximises profit, and those people get little on average.
fn in_a_mixture(results: &StrategyResults) -> Finding {
    let alone = forecast(results, AgentType::ProfitSeeking);
    let kinds = [StrategyKind::BestResponse(AgentType::Mixture), StrategyKind::BEST, StrategyKind::PublicAtCost];
    let [Some(mixed), Some(seeking), Some(public)] = kinds.map(|kind| results.get(kind)) else { return alone };
    let hardly = hardly_served(results, &seeking.effort, &public.effort);
    let sum = |effort: &[f64]| hardly.iter().map(|&at| effort[at]).sum::<f64>();
    let least = if hardly.is_empty() { 1.0 } else { sum(&mixed.effort) / sum(&public.effort) };
    let figure = format!("{} of what the public would give", percent(least));
    alone.and("those hardly served get little from a mixture of providers", least < LITTLE_ON_AVERAGE, figure)
}

/// Segments that the public would help and that get next to nothing.
fn hardly_served(results: &StrategyResults, effort: &[f64], public: &[f64]) -> Vec<usize> {
    let idle = |at: &usize| public[*at] > results.segments[*at].people.max(1.0) && effort[*at] < NEAR_IDLE * public[*at];
    (0..results.segments.len()).filter(idle).collect()
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    if agent == AgentType::Mixture {
        return in_a_mixture(results);
    }
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::PublicAtCost);
    let paid = results.segments.iter().map(|segment| segment.paid_for_start).fold(0.0, f64::max);
    let figure = if paid > 1.0 { format!("up to {} a person", pounds(paid)) } else { "nothing is".to_owned() };
    finding.test("a start is paid for whatever its result", paid > 1.0, figure);
    let (Some(best), Some(public)) = (results.best_response(agent), results.get(StrategyKind::PublicAtCost)) else {
        return finding.absent("");
    };
    if paid <= 1.0 {
        return finding.absent("Nothing is paid for a start alone.");
    }
    let started = |at: usize| best.served[at];
    let hardly: Vec<usize> =
        hardly_served(results, &best.effort, &public.effort).into_iter().filter(|at| started(*at) > 0.0).collect();
    let all: f64 = best.served.iter().sum();
    let people: f64 = hardly.iter().map(|&at| started(at)).fold(0.0, |sum, people| sum + people);
    let names = quoted_list(hardly.iter().map(|&at| &results.segments[at].name));
    let share = people / all.max(1.0);
    finding.test(
        "many of those who start are hardly served",
        share >= MANY,
        if hardly.is_empty() { "none are".to_owned() } else { format!("{} of them: {names}", percent(share)) },
    );
    let helped =
        (0..results.segments.len()).any(|at| !hardly.contains(&at) && best.effort[at] > results.segments[at].people.max(1.0));
    finding.test("others are helped", helped, if helped { "they are" } else { "no one is" }.to_owned());
    let brings = |at: usize| started(at) * (results.segments[at].paid_for_start - results.segments[at].cost_of_start);
    let gain = Estimate::exact(hardly.iter().map(|&at| brings(at)).fold(0.0, |sum, more| sum + more));
    let brought = if gain.mean < 0.0 { format!("{} less", pounds(-gain.mean)) } else { pounds(gain.mean) };
    finding.test("their starts bring the provider more than they cost", gains(gain, best), brought);
    let (harm, loss) = (Harm::among(results, best, public, &hardly, "those hardly served"), public_loss(best, public));
    finding.loss_tests(&harm, loss);
    finding.figure("people who start and are hardly served", thousands(people.round() as i64));
    finding.figure("paid for starts of people who are hardly served", {
        let paid: f64 = hardly.iter().map(|&at| started(at) * results.segments[at].paid_for_start).sum();
        pounds(paid + 0.0)
    });
    let strategy = match hardly.is_empty() {
        true => "Start no one whom it hardly serves.".to_owned(),
        false => format!("Start everyone for what a start is paid. Hardly serve {names}."),
    };
    finding.finish(strategy, gain, harm, loss)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::made_up::{self, strength};

    /// Of the first provider's people this share is never contacted.
    fn records(unserved: f64) -> ObservedRecords {
        made_up::records(3, 18, 20, |draw, start, provider| {
            if provider != 0 || draw() >= unserved {
                start.contacts = (0..6).filter(|_| draw() < 0.8).map(|month| (start.began + 7 + 30 * month, 1.0)).collect();
            }
        })
    }

    #[test]
    fn people_who_start_and_are_never_contacted_are_seen() {
        let found = strength(&signals(&records(0.5)).expect("there are contacts"), 0);
        assert!(found.iter().all(|log| *log > 3.0), "{found:?}");
        let signals = signals(&records(0.0)).expect("there are contacts");
        for provider in 0..3 {
            let found = strength(&signals, provider);
            assert!(found.iter().all(|log| *log < 3.0), "{provider}: {found:?}");
        }
    }

    #[test]
    fn a_short_service_that_ended_is_not_withheld() {
        let mut records = records(0.0);
        for start in &mut records.starts {
            start.contacts.truncate(1);
            start.ended = start.began + 40;
        }
        let signals = signals(&records).expect("there are contacts");
        assert!(signals[1].points.is_empty());
    }
}

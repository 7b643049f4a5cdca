//! Parking: people whom it does not pay to help are left without help.

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct, difference_of_shares, hardly_contacted_share};
use crate::detection::measures::{
    EARLY, NO_CONTACTS, NO_EARLIER, followed, harder, hardly_contacted, results as observed_results,
};
use crate::detection::series::{Gathered, difference};
use crate::detection::signal::Signal;
use crate::observed::ObservedRecords;
use base::money::thousands;
use contract::fixes::Fix;

use crate::finding::{Finding, FindingBuilder, at_value, gain, gain_compared, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{listed, percent, pounds, pounds_in_prose, quoted, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Parking,
    name: "parking",
    definition: "The risk that people whom it does not pay to help are left without help. It is present when three things hold at \
                 the provider's best. A segment gets less than a tenth of the effort that the public's best use of the same money \
                 would give it. Other people are helped. Leaving the segment out raises profit.",
    watch: &[Indicator {
        measure: "Contacts and spend for each person, by segment",
        warning: "a segment has starts and hardly any contact after them",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |results| {
        // A price is the contract's: where it covers people of several kinds, those who need most decide.
        let mut needed = vec![100; results.segments.iter().map(|segment| segment.priced_as + 1).max().unwrap_or_default()];
        for segment in &results.segments {
            if let Some(price) = segment.unparking_price.filter(|price| segment.price_now > 0.0 && *price > segment.price_now) {
                // A little above the corner, where the first pound already pays.
                let percent = ((price / segment.price_now * 125.0).ceil() as i64).min(2_000);
                needed[segment.priced_as] = percent.max(needed[segment.priced_as]);
            }
        }
        let by_segment = Fix::SegmentPrices(needed);
        vec![
            by_segment.clone(),
            Fix::NoGate,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(200)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(300)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(400)]),
            Fix::Prices(200),
            Fix::Prices(400),
            Fix::Straight,
            at_value(results, 100),
        ]
    },
    fee_lever: FeeLever::None,
    why_it_stays,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "Harder people are helped by a partner who records its own contacts.",
        "Harder people are harder to reach, and contacts that failed are not recorded.",
        "A new group of people was referred who need another kind of help.",
    ],
    settled_by: "what a sample of the people without contact say that they were offered",
    tuned_to: "four in ten more of the harder people have hardly any contact: an assumption",
};

fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let (hard, rest) = shown.hard_and_rest();
    let needs = &[RecordKind::Contacts];
    difference_of_shares((&hard, &rest), hardly_contacted_share, ALLOWED_CONTACT, 0.4, needs).into_iter().collect()
}

/// Harder people have hardly any contact while others have, and their results fall behind more than elsewhere.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if !records.has_contacts {
        return Err(NO_CONTACTS);
    }
    let middle = records.middle_chance().ok_or(NO_EARLIER)?;
    let (mut hard, mut rest) = (Gathered::default(), Gathered::default());
    for (provider, month, start) in followed(records, EARLY) {
        match harder(start, middle) {
            Some(true) => hard.add_whether(provider, month, hardly_contacted(start)),
            Some(false) => rest.add_whether(provider, month, hardly_contacted(start)),
            None => {}
        }
    }
    let gap = difference(&hard.means(), &rest.means(), ALLOWED_CONTACT);
    let mut signals =
        vec![Signal::beyond_zero("harder people with hardly any contact in the first 90 days, beyond the others", gap, 0.4)];
    if let Some(main) = records.main {
        let of = |is_hard: bool| observed_results(records, main, |start| harder(start, middle) == Some(is_hard));
        let ahead = difference(&of(true), &of(false), -ALLOWED_RESULTS);
        signals.push(Signal::beyond_others("results of harder people, beyond those of the others", ahead, 0.1).falling());
    }
    Ok(signals)
}

/// By so much more of the harder people an honest provider may have hardly any contact: an assumption.
const ALLOWED_CONTACT: f64 = 0.15;
/// By so much more an honest provider's results of harder people may fall behind: an assumption.
const ALLOWED_RESULTS: f64 = 0.03;

/// Effort below this share of the public's best is hardly any help.
const NEAR_IDLE: f64 = 0.1;
/// In a mixture of providers, of whom some help everyone, those who are parked get less than this share of the public's best: an
/// assumption.
const LITTLE_ON_AVERAGE: f64 = 0.5;

/// A mixture of providers has it where it pays one that maximises profit, and some segment gets little on average.
fn in_a_mixture(results: &StrategyResults) -> Finding {
    let alone = forecast(results, AgentType::ProfitSeeking);
    let all = (
        results.best_response(AgentType::Mixture),
        results.best_response(AgentType::ProfitSeeking),
        results.get(StrategyKind::PublicAtCost),
    );
    let (Some(mixed), Some(seeking), Some(public)) = all else { return alone };
    let parked = |at: &usize| {
        public.effort[*at] > results.segments[*at].people.max(1.0) && seeking.effort[*at] < NEAR_IDLE * public.effort[*at]
    };
    let least = (0..results.segments.len()).filter(parked).map(|at| mixed.effort[at] / public.effort[at]);
    let least = least.fold(1.0, f64::min);
    let figure = format!("{} of what the public would give", percent(least));
    alone.and("those left out get little from a mixture of providers", least < LITTLE_ON_AVERAGE, figure)
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    if agent == AgentType::Mixture {
        return in_a_mixture(results);
    }
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::PublicAtCost);
    let (Some(best), Some(public)) = (results.best_response(agent), results.get(StrategyKind::PublicAtCost)) else {
        return finding.absent("");
    };
    let parked: Vec<usize> = (0..results.segments.len())
        .filter(|&at| {
            public.effort[at] > results.segments[at].people.max(1.0)
                && best.effort[at] < NEAR_IDLE * public.effort[at]
                && best.served[at] > 0.0
        })
        .collect();
    let people = parked.iter().map(|&at| best.served[at]).fold(0.0, |sum, people| sum + people);
    let names = |segments: &[usize]| quoted_list(segments.iter().map(|&at| &results.segments[at].name));
    finding.test("a segment that the public would help gets no help", !parked.is_empty(), names(&parked));
    // Helping no one at all is drift: parking is about who is left out.
    let helped: Vec<usize> = (0..results.segments.len())
        .filter(|at| !parked.contains(at) && best.effort[*at] > results.segments[*at].people.max(1.0))
        .collect();
    let figure = match helped.is_empty() {
        false => names(&helped),
        true if best.help_spend < 0.5 * results.people => "no one is".to_owned(),
        true => format!("no one gets a tenth of what the public would give; {} is spent in all", pounds(best.help_spend)),
    };
    finding.test("others are helped", !helped.is_empty(), figure);
    let gain = gain(best, public);
    finding.gain_test(gain, best, public);
    let lost = |at: usize| -> f64 {
        let sign = results.outcomes[at].sign;
        parked.iter().map(|&segment| sign * (public.outcomes[at][segment] - best.outcomes[at][segment])).sum()
    };
    let harm = Harm::among(results, best, public, &parked, "those left without help");
    let worth: f64 = (0..results.outcomes.len()).map(|at| results.outcomes[at].value * lost(at)).sum();
    finding.test(
        "people in it are worse off",
        harm.people >= 0.5,
        format!("{} of the {} left without help", thousands(harm.people.round() as i64), thousands(people.round() as i64)),
    );
    let loss = public_loss(best, public);
    finding.figure("people parked", thousands(people.round() as i64));
    finding.figure("worth of the results lost among them", pounds(worth));
    for segment in &results.segments {
        let price = segment.unparking_price.map_or("none, because help does nothing".to_owned(), pounds);
        let now = if segment.price_now > 0.0 { format!("; {} is paid now", pounds(segment.price_now)) } else { String::new() };
        finding.figure(&format!("un-parking price, {}", quoted(&segment.name)), format!("{price}{now}"));
    }
    let strategy = match parked.len() {
        0 => "Leave no segment without help that the public would give.".to_owned(),
        n if n == results.segments.len() => "Give no help to any segment.".to_owned(),
        _ => format!("Give no help to {}. Help only the rest.", names(&parked)),
    };
    finding.finish(strategy, gain, harm, loss)
}

/// Segments that the intended money would reach, and that no price tried makes worth helping.
fn why_it_stays(results: &StrategyResults) -> Option<String> {
    let (best, public) = (results.get(StrategyKind::BEST)?, results.get(StrategyKind::PublicAtCost)?);
    let parked = (0..results.segments.len()).filter(|&at| public.effort[at] > 1.0 && best.effort[at] < 0.1 * public.effort[at]);
    let prices = parked.filter_map(|at| {
        let segment = &results.segments[at];
        let needed = segment.unparking_price.filter(|price| *price > segment.price_now)?;
        let (needed, paid) = (pounds_in_prose(needed), pounds_in_prose(segment.price_now));
        Some(format!("{needed} for {} (now {paid})", quoted(&segment.name)))
    });
    let prices: Vec<String> = prices.collect();
    (!prices.is_empty()).then(|| {
        format!("help does not pay the provider below a certain price for each better result, which is {}", listed(&prices))
    })
}

//! Cherry-picking (creaming): taking the people who pay and turning away the rest.

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct, ShownSegment, difference_of_shares};
use crate::detection::measures::NO_EARLIER;
use crate::detection::series::{Gathered, MonthlyRates, difference};
use crate::detection::signal::{Signal, Unit};
use crate::observed::{ObservedRecords, middle, month};
use base::money::thousands;
use contract::fixes::Fix;

use crate::finding::{Finding, FindingBuilder, gain, gain_compared, no_simple_reason, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, Counterfactual, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{percent, pounds, quoted, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::CherryPicking,
    name: "cherry-picking",
    definition: "The risk that a provider takes the people who pay and turns away the rest. It can be present only where the \
                 provider may choose whom to serve. It is present when the provider's best strategy turns a segment away, and the \
                 provider profits from that. The people turned away miss the service that is paid for, and the results that help \
                 would bring them.",
    watch: &[
        Indicator {
            measure: "Starts by segment, compared with referrals by segment",
            warning: "a segment's share of starts is below its share of referrals",
        },
        Indicator { measure: "Days from referral to refusal, by segment", warning: "one segment is refused sooner than others" },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::TakeEveryone, Fix::LiveComparison(1), Fix::Together(vec![Fix::TakeEveryone, Fix::LiveComparison(1)])],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "Other people were referred than before.",
        "Harder people went to another service that opened nearby.",
        "Harder people refused the service themselves.",
    ],
    settled_by: "the people referred who did not start, with the reason that each of them gives",
    tuned_to: "three in ten more of the harder people who are referred do not start: an assumption",
};

/// Days after a referral by which somebody has usually started: an assumption.
const SOON: i32 = 60;
/// By so much more of the harder people may not start with an honest provider: an assumption.
const ALLOWED: f64 = 0.1;

fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let (hard, rest) = shown.hard_and_rest();
    let refused = |segment: &ShownSegment| if segment.served { 0.0 } else { 1.0 };
    difference_of_shares((&hard, &rest), refused, ALLOWED, 0.3, &[RecordKind::Referrals]).into_iter().collect()
}

/// Harder people who are referred do not start, and those who start become easier than before and than elsewhere.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let middle_of_starts = records.middle_chance().ok_or(NO_EARLIER)?;
    let mut signals = Vec::new();
    // Without anything that tells referrals apart, the mix of those who start has to do.
    let middle_of_referrals =
        records.referrals.as_ref().and_then(|referrals| middle(referrals.iter().map(|referral| referral.chance)));
    if let (Some(referrals), Some(middle)) = (&records.referrals, middle_of_referrals) {
        let [mut hard, mut rest, mut all] = std::array::from_fn(|_| Gathered::default());
        for referral in referrals.iter().filter(|referral| referral.day + SOON <= records.as_at) {
            let group = if referral.chance < middle { &mut hard } else { &mut rest };
            group.add_whether(referral.provider, month(referral.day + SOON), referral.started > referral.day + SOON);
            all.add_whether(referral.provider, month(referral.day + SOON), referral.started > referral.day + SOON);
        }
        let gap = difference(&hard.means(), &rest.means(), ALLOWED);
        signals.push(Signal::since_before("people who were referred and did not start", all.means(), 0.1));
        signals.push(Signal::beyond_zero("harder people who were referred and did not start, beyond the others", gap, 0.3));
    }
    let mut mix = Gathered::default();
    let mut hard = MonthlyRates::default();
    for (provider, start) in records.served() {
        let Some(chance) = start.chance else { continue };
        mix.add(provider, month(start.began), chance);
        if chance < middle_of_starts {
            hard.count(provider, month(start.began), 1.0);
        }
    }
    signals.push(Signal::since_before("the chance of a good result of those who start", mix.means(), 0.05));
    if records.referrals.is_none() {
        for (provider, months) in mix.months() {
            months.into_iter().for_each(|month| hard.expose(provider, month, 1.0));
        }
        signals.push(
            Signal::since_before("the number of harder people who start", hard.log_rates(), 0.7)
                .falling()
                .in_unit(Unit::LogRatio),
        );
    }
    Ok(signals)
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    if agent == AgentType::Mixture {
        return in_a_mixture(results, forecast(results, AgentType::ProfitSeeking));
    }
    let serving_all = StrategyKind::Counterfactual(Counterfactual::EveryoneServed);
    let mut finding = FindingBuilder::new(RISK.id, serving_all);
    finding.test(
        "the provider may choose whom to serve",
        results.intake_is_free,
        if results.intake_is_free { "it may" } else { "everyone referred is served and counted" }.to_owned(),
    );
    let (Some(best), Some(all)) = (results.best_response(agent), results.get(serving_all)) else {
        return finding.absent("The scheme leaves no choice of whom to serve.");
    };
    let share = |at: usize| best.served[at] / results.segments[at].people.max(1.0);
    let away: Vec<usize> =
        (0..results.segments.len()).filter(|&at| share(at) < 0.95 && results.segments[at].people > 0.5).collect();
    let some_served = (0..results.segments.len()).any(|at| share(at) > 0.5);
    let people: f64 = away.iter().map(|&at| results.segments[at].people - best.served[at]).sum();
    let names = quoted_list(away.iter().map(|&at| &results.segments[at].name));
    finding.test(
        "some segments are served and others turned away",
        !away.is_empty() && some_served,
        if away.is_empty() { "all are served".to_owned() } else { format!("turned away: {names}") },
    );
    let gain = gain(best, all);
    finding.gain_test(gain, best, all);
    let harm = Harm::refused(results, best, all, &away, "those turned away");
    let loss = public_loss(best, all);
    finding.figure("people turned away", thousands(people.round() as i64));
    for (at, segment) in results.segments.iter().enumerate() {
        finding.figure(&format!("served, {}", quoted(&segment.name)), format!("{:.0}%", 100.0 * share(at)));
    }
    finding.figure("profit serving everyone", pounds(all.mean_profit()));
    let strategy = match away.is_empty() {
        true => "Serve everyone.".to_owned(),
        false => format!("Turn away {names}. Serve the rest."),
    };
    finding.finish(strategy, gain, harm, loss)
}

/// A mixture of providers has it where it pays one that maximises profit, and enough of them do it.
pub(crate) fn in_a_mixture(results: &StrategyResults, alone: Finding) -> Finding {
    let away: f64 = results.best_response(AgentType::Mixture).map_or(0.0, |mixed| {
        let kept = results
            .segments
            .iter()
            .zip(&mixed.served)
            .map(|(segment, served)| (segment.people - served) / segment.people.max(1.0));
        kept.fold(0.0, f64::max)
    });
    let figure = format!("up to {} of the people of a segment", percent(away));
    alone.and("enough of a mixture of providers turn people away", away > 0.05, figure)
}

//! Gate-keeping: hard cases drop out at an assessment before they count.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::{NO_EARLIER, NO_REFERRALS};
use crate::detection::series::{Gathered, difference};
use crate::detection::signal::{Signal, Unit};
use crate::observed::{ObservedRecords, middle, month};
use base::money::thousands;
use contract::fixes::Fix;

use crate::cherry_picking::in_a_mixture;
use crate::finding::{Finding, FindingBuilder, gain, gain_compared, no_simple_reason, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, Counterfactual, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{pounds, quoted, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::GateKeeping,
    name: "gate-keeping",
    definition: "The risk that hard cases drop out at an assessment before they count. It can be present only where people count \
                 after an assessment. It is present when the provider's best strategy lets people drop out whom it could bring in, \
                 and the provider gains. Those people never get the service that is paid for, or the results that help would bring \
                 them.",
    watch: &[
        Indicator {
            measure: "Referrals that never become starts, by segment",
            warning: "one segment has more of them than others",
        },
        Indicator { measure: "Days from referral to start, by segment", warning: "one segment waits longer than others" },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::TakeEveryone, Fix::Together(vec![Fix::TakeEveryone, Fix::LiveComparison(1)])],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "Harder people miss appointments more often, and are offered new ones.",
        "An assessment waits for papers of another agency.",
        "Referrals came with wrong addresses.",
    ],
    settled_by: "the dates on which each person referred was invited and assessed",
    tuned_to: "three in ten more of the harder people never start, and the others among them wait nearly twice as long: an assumption",
};

/// Days after a referral by which it counts as lapsed: an assumption.
const LAPSED: i32 = 120;
/// By so much more of the harder people's referrals may lapse with an honest provider: an assumption.
const ALLOWED_LAPSED: f64 = 0.1;
/// The logarithm by which harder people may wait longer with an honest provider: an assumption.
const ALLOWED_WAIT: f64 = 0.15;

/// Harder people's referrals lapse, and those of them who start wait longer.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let referrals = records.referrals.as_ref().ok_or(NO_REFERRALS)?;
    let middle = middle(referrals.iter().map(|referral| referral.chance)).ok_or(NO_EARLIER)?;
    let [mut lapsed_hard, mut lapsed_rest, mut lapsed_all, mut wait_hard, mut wait_rest] =
        std::array::from_fn(|_| Gathered::default());
    for referral in referrals.iter().filter(|referral| referral.day + LAPSED <= records.as_at) {
        let (lapsed, wait) = match referral.chance < middle {
            true => (&mut lapsed_hard, &mut wait_hard),
            false => (&mut lapsed_rest, &mut wait_rest),
        };
        let (at, by) = (month(referral.day + LAPSED), referral.day + LAPSED);
        lapsed.add_whether(referral.provider, at, referral.started > by);
        lapsed_all.add_whether(referral.provider, at, referral.started > by);
        if referral.started <= by {
            wait.add(referral.provider, at, f64::from(referral.started - referral.day).max(0.0).ln_1p());
        }
    }
    Ok(vec![
        Signal::since_before("people whose referral lapsed", lapsed_all.means(), 0.1),
        Signal::beyond_zero(
            "harder people whose referral lapsed, beyond the others",
            difference(&lapsed_hard.means(), &lapsed_rest.means(), ALLOWED_LAPSED),
            0.3,
        ),
        Signal::beyond_zero(
            "days from referral to start of harder people, beyond the others",
            difference(&wait_hard.means(), &wait_rest.means(), ALLOWED_WAIT),
            0.6,
        )
        .in_unit(Unit::LogRatio),
    ])
}

/// What the files must say for it to be looked for.
const NEEDS: &str = "[assessment] in assumptions.toml: who drops out, and what it costs to bring one of them in";

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    if agent == AgentType::Mixture {
        return in_a_mixture(results, forecast(results, AgentType::ProfitSeeking));
    }
    let bringing_all = StrategyKind::Counterfactual(Counterfactual::EveryoneServed);
    let mut finding = FindingBuilder::new(RISK.id, bringing_all);
    let hard: Vec<usize> = (0..results.segments.len()).filter(|&at| results.segments[at].bring_in.is_some()).collect();
    if results.assessed_first && hard.is_empty() {
        return finding.not_looked_for(NEEDS);
    }
    let figure = if results.assessed_first { "they do" } else { "everyone referred counts, or is turned away openly" };
    finding.test("people count only after an assessment", results.assessed_first, figure.to_owned());
    let (Some(best), Some(all)) = (results.best_response(agent), results.get(bringing_all)) else {
        return finding.absent("No one can drop out before counting.");
    };
    let lost = |at: usize| (results.segments[at].people - best.served[at]).max(0.0);
    let left: Vec<usize> = hard.into_iter().filter(|&at| lost(at) > 0.05 * results.segments[at].people).collect();
    let names = quoted_list(left.iter().map(|&at| &results.segments[at].name));
    let people: f64 = left.iter().map(|&at| lost(at)).sum();
    let whole = |people: f64| thousands(people.round() as i64);
    let figure = if left.is_empty() { "all are brought in".to_owned() } else { format!("{} in {names}", whole(people)) };
    finding.test("people drop out whom the provider could bring in", !left.is_empty(), figure);
    let gain = gain(best, all);
    finding.gain_test(gain, best, all);
    let (harm, loss) = (Harm::refused(results, best, all, &left, "those who drop out"), public_loss(best, all));
    for &at in &left {
        finding.figure(&format!("not started, {}", quoted(&results.segments[at].name)), whole(lost(at)));
    }
    finding.figure("profit bringing everyone in", pounds(all.mean_profit()));
    let strategy = match left.is_empty() {
        true => "Bring everyone in.".to_owned(),
        false => format!("Let {names} drop out before they count."),
    };
    finding.finish(strategy, gain, harm, loss)
}

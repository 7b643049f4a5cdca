//! The threshold effect: effort follows a gate instead of the people, chasing it or giving up.

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct, ShownOutcome};
use crate::detection::measures::NO_CONTACTS;
use crate::detection::series::{Gathered, beyond};
use crate::detection::signal::Signal;
use crate::observed::{ObservedRecords, ObservedState, month};
use base::day::NEVER;
use contract::fixes::Fix;

use crate::finding::{
    Finding, FindingBuilder, gain_compared, gain_of, gains, no_simple_reason, people_payer_and_public, public_loss,
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "The level is a usual amount by itself: a full week, a term, a minimum wage.",
        "Amounts are rounded when they are recorded.",
        "People reach the level and choose to stop.",
    ],
    settled_by: "the amounts of the same people from a source that the provider does not keep",
    tuned_to: "three in ten more of the people near the level are just over it: an assumption",
};

/// People within this share of the level are near it, and those within [`AROUND`] shares of it say what is expected there.
const NEAR: f64 = 0.15;
const AROUND: f64 = 5.0;
/// Days before and after somebody reached a level, in which contact is compared: an assumption.
const DAYS: i32 = 60;
/// By so much more of the people near a level may be over it by the shape of amounts alone: an assumption.
const ALLOWED: f64 = 0.05;

fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let near = shown.outcomes.iter().filter(|outcome| outcome.near_level > 0.0);
    let signal = |outcome: &ShownOutcome| ExpectedSignal {
        needs: &[RecordKind::Amounts],
        // Half of those near the level are below it.
        estimate: 0.5 * outcome.brought_over - ALLOWED,
        variance: 0.25 / outcome.near_level,
        size: 0.3,
    };
    near.map(signal).collect()
}

/// Amounts bunch just over a level (Saez 2010; Kleven 2016), and contact stops once somebody has reached it.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let levels = records.outcomes.iter().filter(|outcome| outcome.paid).filter_map(|outcome| outcome.level);
    let mut bunched = Gathered::default();
    for (amount, level) in levels {
        add_bunching(records, amount, level, &mut bunched);
    }
    let mut signals = Vec::new();
    if bunched.people() > 0.0 {
        let excess = beyond(bunched.means(), ALLOWED);
        signals.push(Signal::beyond_zero("people just over the level, beyond what amounts further away suggest", excess, 0.3));
    }
    if records.has_contacts {
        let mut kept = Gathered::default();
        for (provider, start) in records.served() {
            for result in start
                .results
                .iter()
                .zip(&records.outcomes)
                .filter(|(_, outcome)| outcome.paid && outcome.binary)
                .map(|(result, _)| result)
            {
                let reached = result.state == ObservedState::Known && result.good > 0.5 && result.decided != NEVER;
                if !reached || result.decided + DAYS > records.as_at || result.decided - DAYS < start.began {
                    continue;
                }
                let within = |from, to| start.contacts.iter().filter(|(day, _)| (from..to).contains(day)).count() as f64;
                let (before, after) =
                    (within(result.decided - DAYS, result.decided), within(result.decided, result.decided + DAYS));
                if before > 0.0 {
                    kept.add(provider, month(result.decided + DAYS), (after / before).min(2.0));
                }
            }
        }
        signals.push(Signal::since_before("contact kept up after a result that is paid for", kept.means(), 0.4).falling());
    }
    if signals.is_empty() { Err(NO_CONTACTS) } else { Ok(signals) }
}

/// For each person near a level, 1 or 0 for over it or not, less the share expected: a parabola through the numbers of people in steps
/// further away, of all providers, goes through the gap.
fn add_bunching(records: &ObservedRecords, amount: usize, level: f64, bunched: &mut Gathered) {
    let step = (level.abs() * NEAR).max(1.0);
    let steps_away = |good: f64| (good - level) / step;
    let known = || {
        records.served().filter_map(|(provider, start)| {
            let result = start.results.get(amount).filter(|result| result.state == ObservedState::Known)?;
            let away = steps_away(result.good);
            (result.due <= records.as_at && away.abs() <= AROUND).then_some((provider, month(result.due), away))
        })
    };
    let mut counts = vec![0.0; 2 * AROUND as usize];
    known().for_each(|(_, _, away)| counts[((away + AROUND) as usize).min(2 * AROUND as usize - 1)] += 1.0);
    let (below, above) = (AROUND as usize - 1, AROUND as usize);
    let Some([expected_below, expected_above]) = parabola(&counts, [below, above]) else { return };
    let share = expected_above / (expected_below + expected_above);
    for (provider, month, away) in known().filter(|(_, _, away)| (-1.0..1.0).contains(away)) {
        bunched.add(provider, month, if away >= 0.0 { 1.0 - share } else { -share });
    }
}

/// The values at two places of the parabola through the numbers at all others, by least squares; at least half a person each. None where
/// the other places are empty.
fn parabola(counts: &[f64], left_out: [usize; 2]) -> Option<[f64; 2]> {
    let middle = (counts.len() as f64 - 1.0) / 2.0;
    let place = |at: usize| (at as f64 - middle) / middle;
    let used: Vec<usize> = (0..counts.len()).filter(|at| !left_out.contains(at)).collect();
    if used.iter().map(|at| counts[*at]).sum::<f64>() <= 0.0 {
        return None;
    }
    // The normal equations of 1, x and x squared, by Cramer's rule.
    let power = |n: i32| used.iter().map(|at| place(*at).powi(n)).sum::<f64>();
    let moment = |n: i32| used.iter().map(|at| counts[*at] * place(*at).powi(n)).sum::<f64>();
    let rows = [[power(0), power(1), power(2)], [power(1), power(2), power(3)], [power(2), power(3), power(4)]];
    let right = [moment(0), moment(1), moment(2)];
    let determinant = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(rows);
    let solved: [f64; 3] = std::array::from_fn(|column| {
        let mut replaced = rows;
        (0..3).for_each(|row| replaced[row][column] = right[row]);
        determinant(replaced) / whole
    });
    Some(left_out.map(|at| (solved[0] + solved[1] * place(at) + solved[2] * place(at).powi(2)).max(0.5)))
}
use crate::harm::Harm;
use crate::results::{AgentType, Counterfactual, PaymentBend, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    id: RiskId::ThresholdEffect,
    name: "threshold chasing and giving up",
    definition: "The risk that effort follows a gate instead of the people: just enough to pass it, or none where it is out of \
                 reach. The standard term is threshold effect. It can be present only where the scheme has a gate. It is present \
                 when the last pound of effort mostly earns nothing, and the provider gains. Outcomes must also be worse than under \
                 the same prices without gates.",
    watch: &[
        Indicator { measure: "Results of each cohort, compared with the gate", warning: "results bunch just beyond the gate" },
        Indicator {
            measure: "Spend on help, month by month",
            warning: "spend stops once a year's gate is sure to be passed or missed",
        },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::NoGate, Fix::Together(vec![Fix::NoGate, Fix::TwoSided]), Fix::Straight, Fix::PoolCohorts],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

/// Above this share of replications the last pound earns nothing "mostly".
const MOSTLY: f64 = 0.5;

/// "payment lies up to £90,000 below a straight line between two results, and the limit is £26,000".
fn depth(bend: &PaymentBend) -> String {
    if bend.is_even() {
        return "it follows the results evenly".to_owned();
    }
    format!(
        "of the {} that results within reach can move, it lies up to {} below a straight line between two of them; the limit is {}",
        pounds(bend.moved),
        pounds(bend.depth),
        pounds(bend.limit)
    )
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Intended);
    finding.losses_compared_with(StrategyKind::Counterfactual(Counterfactual::NoGates));
    finding.test("what is paid has a threshold within reach", results.bend.is_threshold(), depth(&results.bend));
    let all = (
        results.best_response(agent),
        results.get(StrategyKind::Intended),
        results.get(StrategyKind::Counterfactual(Counterfactual::NoGates)),
        results.get(StrategyKind::AsNow),
    );
    let (Some(best), Some(intended), Some(linear), Some(now)) = all else {
        return finding.absent("There is no threshold to chase.");
    };
    let dead = intended.dead_margin.mean.max(best.dead_margin.mean);
    finding.test(
        "the last pound of effort mostly earns nothing",
        dead > MOSTLY,
        format!(
            "in {} of cohorts as intended, and {} at the provider's best",
            percent(intended.dead_margin.mean),
            percent(best.dead_margin.mean)
        ),
    );
    let gain = gain_of(results, agent, best, intended);
    finding.test("the provider gains compared with what the contract intends", gains(gain, best), pounds_within(gain));
    let harm = Harm::between(results, best, linear);
    let loss = public_loss(best, linear);
    finding.loss_tests(&harm, loss);
    finding.figure("spend at the provider's best", pounds(best.help_spend));
    finding.figure("spend at the provider's best without gates", pounds(linear.help_spend));
    finding.figure("value of outcomes lost, compared with no gates", pounds(linear.value - best.value));
    let strategy = if best.help_spend < 0.9 * now.help_spend {
        "Give up. The gate is too far away to be worth reaching, so spend less than today."
    } else if best.help_spend <= 1.1 * now.help_spend {
        "Give up. The gate is too far away to be worth reaching, so spend what is spent today."
    } else {
        "Chase the gate. Spend what makes passing likely, and nothing for results beyond it or short of it."
    };
    finding.finish(strategy.to_owned(), gain, harm, loss)
}

//! Paid for noise: chance is rewarded, or stops a real improvement from being paid.

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct, ShownOutcome};
use crate::detection::measures::{EARLY, hardly_contacted, known};
use crate::detection::series::{Gathered, difference};
use crate::detection::signal::Signal;
use crate::observed::{ObservedRecords, ObservedState, month};
use base::money::thousands;
use base::statistics::normal_quantile;
use contract::fixes::Fix;

use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder};
use crate::harm::Harm;
use crate::results::{AgentType, StrategyKind, StrategyResults, WrongPaymentRow};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::stake::Stake;
use crate::wording::{self, gained, lost, percent, percentage_points, pounds, pounds_within, rounded_up};

pub(super) const RISK: Risk = Risk {
    id: RiskId::PaidForNoise,
    name: "paid for noise",
    definition: "The risk that chance is rewarded, or that real improvement is refused. It is present when chance alone earns more \
                 than 5% of what the intended improvement earns, or than 1% of all payments where that earns nothing. It is also present where results must pass a gate, baseline \
                 or level, and chance reverses the decision in at least 5% of cohorts. The decision is what exact measurement would \
                 pay for a real improvement of the size intended.",
    watch: &[Indicator {
        measure: "Payments of each cohort, beside its spend and its case mix",
        warning: "payments swing while spend and case mix do not",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |_| {
        vec![
            Fix::PoolCohorts,
            Fix::NoGate,
            Fix::Straight,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::PoolCohorts]),
        ]
    },
    fee_lever: FeeLever::None,
    why_it_stays,
    gain_in_words: |finding| match finding.gain_is_sure() {
        true => format!("{} from chance alone", gained(finding.gain)),
        false => "nothing that can be told from chance".to_owned(),
    },
    losers: |finding, results| {
        let payer = finding.loss_is_sure().then(|| format!("the payer: {}", lost(finding.payer_loss)));
        refused(results).into_iter().chain(payer).collect()
    },
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "The baseline is out of date, so that a real effect does not show.",
        "Everyone has become harder to help since the baseline was measured.",
        "The follow-up window is too short for the help to work.",
    ],
    settled_by: "a comparison group, or more people in each cohort",
    tuned_to: "no effect, where an effect of 3 percentage points would be worth paying for: an assumption",
};

/// The smallest improvement worth paying for, in shares: an assumption.
const WORTH_PAYING: f64 = 0.03;

fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let of = |outcome: &ShownOutcome| {
        let (above, variance) = (outcome.above_baseline?, 0.25 / outcome.measured);
        let needs = &[RecordKind::Results];
        (outcome.measured > 0.0).then_some(ExpectedSignal { needs, estimate: WORTH_PAYING - above, variance, size: WORTH_PAYING })
    };
    shown.outcomes.iter().find_map(of).into_iter().collect()
}

/// Results are no better than the baseline, and people who were hardly helped do as well as the others: what is paid is paid for chance.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let main = records.main.ok_or(crate::detection::measures::NO_MAIN)?;
    let outcome = &records.outcomes[main];
    let baseline = outcome.baseline.ok_or("the baseline of the outcome is not a fixed share")?;
    let mut improved = Gathered::default();
    for (provider, start) in records.served() {
        let result = &start.results[main];
        if result.state == ObservedState::Known && result.due <= records.as_at {
            improved.add(provider, month(result.due), result.good - baseline - WORTH_PAYING);
        }
    }
    let mut signals = vec![
        Signal::beyond_zero(
            "results, beyond the smallest improvement on the baseline that is worth paying for",
            improved.means(),
            WORTH_PAYING,
        )
        .falling(),
    ];
    signals.extend(help_that_does_nothing(records, main));
    Ok(signals)
}

/// How far the results of people with contact are short of being better than those of people who hardly had any.
pub(crate) fn help_that_does_nothing(records: &ObservedRecords, outcome: usize) -> Option<Signal> {
    if !records.has_contacts {
        return None;
    }
    let (mut helped, mut others) = (Gathered::default(), Gathered::default());
    for (provider, start) in records.served().filter(|(_, start)| start.began + EARLY <= records.as_at) {
        if let Some((month, beyond)) = known(records, start, outcome) {
            let group = if hardly_contacted(start) { &mut others } else { &mut helped };
            group.add(provider, month, beyond);
        }
    }
    let better = difference(&helped.means(), &others.means(), WORTH_PAYING);
    Some(
        Signal::beyond_zero("results of people with contact, beyond those of people hardly contacted", better, WORTH_PAYING)
            .falling(),
    )
}

/// A wrong payment this likely is worth a finding.
const OFTEN: f64 = 0.05;

/// How often an honest provider's improvement is not paid, where that is often.
fn refused(results: &StrategyResults) -> Option<String> {
    let table = results.wrong_payment.as_ref()?;
    let unpaid = 1.0 - results.get(StrategyKind::Intended)?.cohorts_rewarded.mean;
    (table.intended > 0.0 && unpaid >= OFTEN).then(|| {
        format!(
            "providers that do as intended: a real improvement of {} is not paid in {} of cohorts",
            percentage_points(table.intended),
            percent(unpaid)
        )
    })
}

fn forecast(results: &StrategyResults, _: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::AsNow);
    let (Some(now), Some(intended)) = (results.get(StrategyKind::AsNow), results.get(StrategyKind::Intended)) else {
        return finding.absent("");
    };
    let excess = Estimate::of(now.payments.iter().map(|paid| paid - now.payment_without_chance));
    let rewarded = excess.beyond_chance() && excess.mean > Stake::of(now, intended).limit();
    let typical = results.wrong_payment.as_ref().and_then(|table| {
        let nearest = |row: &&WrongPaymentRow| row.people.abs_diff(table.typical);
        table.rows.iter().min_by_key(nearest).map(|row| (table, row))
    });
    // What is refused is counted in the cohorts as they are. The table by size is exact, but for one binary outcome alone.
    let passing = intended.cohorts_rewarded.mean;
    // A gate beyond what is intended refuses payment without any chance in it, so that is not noise.
    let would_be_paid = intended.payment_without_chance > now.payment_without_chance + 1.0;
    let reversed = if would_be_paid { 1.0 - passing } else { passing };
    let decides = typical.is_some_and(|(table, _)| table.intended > 0.0) && reversed >= OFTEN;
    let refused = decides && would_be_paid;
    let mut figure = format!("chance alone is worth {} to the provider", pounds_within(excess));
    if results.wrong_payment.is_none() {
        figure += match results.bend.is_even() {
            true => ", and each result is paid for by itself, so that chance decides none",
            false => ", and no threshold near today's results is deep enough for chance to decide much",
        };
    }
    if let Some((table, row)) = typical {
        let intended = percentage_points(table.intended);
        figure += &match would_be_paid {
            true => format!("; a real improvement of {intended} is not paid in {} of cohorts", percent(1.0 - passing)),
            false => format!("; a real improvement of {intended} is paid by luck in {} of cohorts", percent(passing)),
        };
        finding.figure(
            "of two cohorts with the same intended change, one is paid and the other is not",
            percent(2.0 * passing * (1.0 - passing)),
        );
        finding.figure("cohorts paid for no change", percent(now.cohorts_rewarded.mean));
        let size = format!("cohort of {}", thousands(row.people as i64));
        if row.limited {
            finding.figure(&size, "a cap or floor holds with the expected results already".to_owned());
        }
        finding.figure(&format!("reward for no change, {size}"), percent(row.reward_for_nothing));
        finding.figure(&format!("deduction for no change, {size}"), percent(row.deduction_for_nothing));
        finding.figure(&format!("a real improvement of {intended} refused, {size}"), percent(row.real_change_refused));
        let safe =
            table.rows.iter().filter(|row| !row.limited).find(|row| {
                row.reward_for_nothing < OFTEN && row.deduction_for_nothing < OFTEN && row.real_change_refused < OFTEN
            });
        finding.figure(
            "size of cohort at which each is under 5%",
            safe.map_or("none up to the largest tried".to_owned(), |row| thousands(row.people as i64)),
        );
    }
    let withheld = intended.payment_without_chance - intended.payment();
    if refused && withheld > 0.0 {
        finding.figure("what chance takes from a provider that does as intended", pounds(withheld));
    }
    finding.test("chance is rewarded, or decides whether a real improvement is paid", rewarded || decides, figure);
    let strategy = match (rewarded, decides) {
        (true, true) if refused => {
            "Do nothing extra and wait for a lucky cohort. Chance often stops an honest provider's improvement from being paid."
        }
        (true, true) => "Do nothing extra and wait for a lucky cohort. An honest provider may do the same.",
        (true, false) => "Do nothing extra and wait for a lucky cohort.",
        (false, true) if refused => "Chance alone often stops a genuine improvement from being paid.",
        (false, true) => "Chance decides whether a genuine improvement is paid.",
        (false, false) => "Chance does not pay here.",
    };
    let loss = Estimate { mean: excess.mean.max(0.0), error: excess.error };
    finding.finish(strategy.to_owned(), excess, Harm::none(), loss)
}

/// A chance of one in twenty, as far into a normal tail as this.
const ONE_IN_TWENTY: f64 = 1.645;

/// Where even a straight tariff refuses a real improvement too often, the cohort is too small for it.
fn why_it_stays(results: &StrategyResults) -> Option<String> {
    let passing = results.get(StrategyKind::Intended)?.cohorts_rewarded.mean;
    let people = results.wrong_payment.as_ref()?.typical as f64;
    if results.bend.is_threshold() || !(0.5..0.95).contains(&passing) {
        return None;
    }
    let needed = people * (ONE_IN_TWENTY / normal_quantile(passing)).powi(2);
    Some(format!(
        "cohorts of {} are too small. Even without a gate, a real improvement of the size intended looks like none in {} of \
         them. It would take about {} a cohort to bring this under 5%",
        wording::people(people),
        percent(1.0 - passing),
        wording::people(rounded_up(needed.max(1.0)))
    ))
}

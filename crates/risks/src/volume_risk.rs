//! Volume risk: the number of people is not the number that the fee was made for.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::series::{MonthlyRates, beyond};
use crate::detection::signal::{Signal, Unit};
use crate::observed::{ObservedRecords, month};
use contract::fixes::Fix;

use crate::estimate::{Estimate, mean};
use crate::finding::{Finding, FindingBuilder, no_simple_reason};
use crate::harm::Harm;
use crate::results::{AgentType, AreaResults, Shock, ShockResult, StrategyKind, StrategyResult, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{percent, pounds, pounds_in_prose, pounds_within};

pub(super) const RISK: Risk = Risk {
    id: RiskId::VolumeRisk,
    name: "volume risk",
    definition: "The risk that the number of people is not the number that the fee was made for. The test compares a fifth fewer \
                 people, and a fifth more, with the expected number. The risk is present when the profit of doing as intended falls \
                 by more than 5% of what is paid at the expected number. The provider must also lose money in at least a fifth of \
                 replications, and in a twentieth more of them than at the expected number.",
    watch: &[Indicator {
        measure: "Starts each month, compared with the number that the fee and the costs were worked out for",
        warning: "they stay a tenth or more above or below it",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |results| {
        let followed = fees_that_follow(results).into_iter().map(Fix::FeesFollow);
        followed.chain(fees_that_carry_it(results).into_iter().map(Fix::Fees)).collect()
    },
    fee_lever: FeeLever::Shape,
    why_it_stays: no_simple_reason,
    gain_in_words: |_| "nothing".to_owned(),
    losers: |finding, _| {
        let number = finding.figure(WORSE).unwrap_or("with another number of people");
        let fall = pounds_in_prose(finding.gain.mean.abs());
        vec![format!("providers that do as intended: {fall} {number}, compared with the number expected")]
    },
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "Referrals come late in the records.",
        "The plan counts people who start elsewhere.",
        "The service opened later than planned.",
    ],
    settled_by: "the number of referrals that each agency expects for the next year",
    tuned_to: "a fifth more or fewer people than planned, as in the forecast of this risk",
};

/// The logarithm by which starts may differ from the plan without it mattering: an assumption.
const ALLOWED: f64 = 0.1;

/// Starts of the whole contract stay away from the number planned, above it or below.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if records.planned.iter().sum::<f64>() <= 0.0 {
        return Err("the contract plans no number of people");
    }
    let mut starts = MonthlyRates::default();
    for (cohort, (first, last)) in records.cohorts.iter().enumerate() {
        let months = f64::from(month(*last) - month(*first) + 1);
        let planned = records.planned.get(cohort).copied().unwrap_or_default() / months;
        // A month that is not over yet has fewer starts.
        (month(*first)..=month(*last).min(month(records.as_at) - 1)).for_each(|month| starts.expose(0, month, planned));
    }
    let over = records.served().filter(|(_, start)| month(start.began) < month(records.as_at));
    over.for_each(|(_, start)| starts.count(0, month(start.began), 1.0));
    let of = "the number of people who start each month, compared with the plan";
    let away = |allowed| Signal::beyond_zero(of, beyond(starts.log_rates(), allowed), 0.2).in_unit(Unit::LogRatio).of_contract();
    Ok(vec![away(ALLOWED), away(-ALLOWED).falling()])
}

const WORSE: &str = "the worse of the two";

/// One replication in five.
const OFTEN: f64 = 0.2;
/// Where the number of people makes a loss likelier by less than this share of replications, it is not the cause.
const MORE_OFTEN: f64 = 0.05;
/// A fall in profit larger than this share of what is paid matters.
const MUCH: f64 = 0.05;

/// The percentage of the fees that would follow the number of people as the costs do, and the one half-way there from today's.
/// The shape of the fees is changed and not their sum, so this is tried first.
fn fees_that_follow(results: &StrategyResults) -> Vec<i64> {
    let under = |shock: Shock| results.under_shock(StrategyKind::Intended, shock);
    let all = (under(Shock::FifthFewer), under(Shock::FifthMore), results.get(StrategyKind::Intended));
    let (Some(fewer), Some(more), Some(intended)) = all else { return Vec::new() };
    let fees = |paid: f64, results: &[f64]| paid - mean(results);
    let expected = fees(intended.payment(), &intended.results);
    // From a fifth fewer to a fifth more is two fifths of those expected.
    let follows = (fees(mean(&more.payments), &more.results) - fees(mean(&fewer.payments), &fewer.results)) / 0.4;
    let costs = (more.cost - fewer.cost) / 0.4;
    if expected < 1.0 || intended.cost < 1.0 {
        return Vec::new();
    }
    let (now, matched) = (follows / expected, costs / intended.cost);
    let percent = |share: f64| (100.0 * share.clamp(0.0, 1.0)).round() as i64;
    vec![percent(matched), percent((now + matched) / 2.0)]
}

/// The percentages of today's fees at which doing as intended would break even at the worse of the two numbers, and a twentieth
/// and a tenth of payments above that, because it should rarely lose money and not just break even.
fn fees_that_carry_it(results: &StrategyResults) -> Vec<i64> {
    let Some((_, shocked, _)) = worse_shock(results) else { return Vec::new() };
    let payment = mean(&shocked.payments);
    let fees = payment - mean(&shocked.results);
    let short = shocked.cost - payment;
    let percent = |margin: f64| (100.0 * (1.0 + (short + margin * payment) / fees)).ceil();
    let percents = [0.0, 0.05, 0.1].map(percent).into_iter();
    percents.filter(|percent| fees > 1.0 && (101.0..=400.0).contains(percent)).map(|percent| percent as i64).collect()
}

/// The one of the two shocks that costs the provider more, with what it costs on the same replications.
fn worse_shock(results: &StrategyResults) -> Option<(&StrategyResult, &ShockResult, Estimate)> {
    let intended = results.get(StrategyKind::Intended)?;
    let both = [Shock::FifthFewer, Shock::FifthMore].into_iter();
    let shocked = both.filter_map(|shock| results.under_shock(StrategyKind::Intended, shock));
    let falls =
        shocked.map(|there| (there, Estimate::of(intended.profit().zip(there.profit()).map(|(here, there)| here - there))));
    let (shocked, fall) = falls.max_by(|a, b| a.1.mean.total_cmp(&b.1.mean))?;
    Some((intended, shocked, fall))
}

fn forecast(results: &StrategyResults, _: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Intended);
    let Some((intended, shocked, fall)) = worse_shock(results) else {
        return finding.absent("");
    };
    let number = words(shocked.shock);
    let much = MUCH * intended.payment().abs();
    finding.test(
        "another number of people lowers the provider's profit a lot",
        fall.low() > 0.0 && fall.mean > much,
        format!("{number}, profit falls by {}; the limit is {}, which is 5% of payments", pounds_within(fall), pounds(much)),
    );
    let (often, expected) = (losses(results, shocked.shock), losses_as_expected(results));
    finding.test(
        "doing as intended then often loses money, and more often than at the expected number",
        often >= OFTEN && often > expected + MORE_OFTEN,
        format!("in {} of replications, compared with {} at the expected number", percent(often), percent(expected)),
    );
    finding.figure(WORSE, number.to_owned());
    for shock in [Shock::FifthFewer, Shock::FifthMore] {
        let Some(shocked) = results.under_shock(StrategyKind::Intended, shock) else { continue };
        finding.figure(&format!("profit as intended {}", words(shock)), pounds(mean(&shocked.profit().collect::<Vec<f64>>())));
        finding.figure(&format!("chance of a loss {}", words(shock)), percent(losses(results, shock)));
        let each = mean(&shocked.payments) / (share(shock) * results.people).max(1.0);
        finding.figure(&format!("paid for each person {}", words(shock)), pounds(each));
    }
    finding.figure("profit as intended with the people expected", pounds(intended.mean_profit()));
    finding.figure("paid for each person expected", pounds(intended.payment() / results.people.max(1.0)));
    let strategy = match finding.all_tests_hold() {
        true => format!(
            "Do as intended, and still earn {} less {number}, compared with the number expected.",
            pounds_in_prose(fall.mean)
        ),
        false => "Payments and costs follow the number of people closely enough.".to_owned(),
    };
    let lost = Estimate { mean: -fall.mean, ..fall };
    finding.finish(strategy, lost, Harm::none(), Estimate::default())
}

/// "with a fifth fewer people".
fn words(shock: Shock) -> &'static str {
    if shock == Shock::FifthFewer { "with a fifth fewer people" } else { "with a fifth more people" }
}

/// People who come, as a share of those expected.
fn share(shock: Shock) -> f64 {
    if shock == Shock::FifthFewer { 0.8 } else { 1.2 }
}

/// The share of replications in which doing as intended loses money under a shock. By area, because each area is a contract of its
/// own; weighted by people.
fn losses(results: &StrategyResults, shock: Shock) -> f64 {
    by_area(results, |area| {
        let shocked = area.shocks.iter().find(|shocked| shocked.kind == StrategyKind::Intended && shocked.shock == shock)?;
        Some(shocked.profit().collect())
    })
}

fn losses_as_expected(results: &StrategyResults) -> f64 {
    by_area(results, |area| Some(area.get(StrategyKind::Intended)?.profit().collect()))
}

fn by_area(results: &StrategyResults, profits: impl Fn(&AreaResults) -> Option<Vec<f64>>) -> f64 {
    let (mut sum, mut people) = (0.0, 0.0);
    for area in &results.areas {
        let Some(profits) = profits(area) else { continue };
        let losses = profits.iter().filter(|profit| **profit < 0.0).count() as f64;
        sum += area.people * losses / profits.len().max(1) as f64;
        people += area.people;
    }
    sum / people.max(1.0)
}

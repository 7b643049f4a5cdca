//! Small changes to the rules, each a function from a scheme to a changed scheme: what a designer would try first.

use crate::clauses::audit::Audit;
use crate::clauses::outcome_payment::OutcomePayment;
use crate::clauses::sustainment_payment::SustainmentPayment;
use crate::clauses::tariff::{CountsFrom, PerUnit};
use crate::clauses::{Counts, Over, Rule};
use crate::gate::{Gate, Test};
use crate::terms::{Baseline, Intake, Kind, Outcome, Per, SaidBy, Scheme};
use crate::{fees, limits, linear};
use base::literal::{Change, Literal as _};
use base::money::{Pence, Rate, WHOLE};
use base::schedule::Schedule;

/// A change to the rules that may remove an unintended risk.
#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// Drop gates and hurdles: pay, and where worsening is deducted deduct, for each person from the baseline on.
    NoGate,
    /// Deduct for a worse result what a better one is rewarded with.
    TwoSided,
    /// Measure the gated and tariff clauses over all cohorts together.
    PoolCohorts,
    /// Everyone referred is served and counted.
    TakeEveryone,
    /// Hold results against a comparison group measured at the same time, with so many people for each person served.
    LiveComparison(i64),
    /// Take results and segments from records that somebody else keeps, not from the provider.
    RecordsSay,
    /// Check this percentage of what the provider itself claims, and take this penalty for each claim found false.
    Audit { percent: i64, penalty: Pence },
    /// Leave the baseline where it was set, whatever the results.
    NoRatchet,
    /// Pay only for results beyond the baseline, segment by segment, and deduct for those short of it.
    PayAboveBaseline,
    /// Multiply every price for results by this percentage.
    Prices(i64),
    /// Multiply every fee that does not depend on results by this percentage.
    Fees(i64),
    /// The same to a hundredth of a percent: a percent of large fees is more than the results are worth.
    FeesFinely(i64),
    /// Multiply the price of each of the contract's segments of every payment for each result by its own percentage.
    SegmentPrices(Vec<i64>),
    /// Pay for each result this percentage of what it is worth to the public: pence by outcome, 0 where that is not known.
    AtValue { percent: i64, worth: Vec<i64> },
    /// Straighten shares at risk and bonuses into prices for each person, both ways.
    Straight,
    /// Put this percentage at risk where a share is.
    AtRisk(i64),
    /// Set the gate of every tariff on a binary outcome to so many hundredths of a percentage point.
    GateAt(i64),
    /// Let this percentage of all fees follow the number of people, their sum staying as it is.
    FeesFollow(i64),
    /// Pay a fee for each person besides.
    FeeEach(Pence),
    /// Multiply every cap and floor by this percentage.
    Limits(i64),
    /// Take every cap and floor away.
    NoLimits,
    /// Let results move what is paid in a year by at most this percentage of the fees, up or down.
    Collar(i64),
    /// Several at once.
    Together(Vec<Fix>),
}

impl Fix {
    /// As an instruction: "drop the gate and pay for each person from the baseline on".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Fix::NoGate => "drop the gate, so that every person counts from the baseline on, both ways".into(),
            Fix::TwoSided => "deduct for a worse result as much as a better one earns".into(),
            Fix::PoolCohorts => "measure all cohorts together".into(),
            Fix::TakeEveryone => "count everyone referred, so that nobody can be turned away".into(),
            Fix::LiveComparison(ratio) => {
                let people = if *ratio == 1 { "person" } else { "people" };
                format!(
                    "hold results against a comparison group measured at the same time ({ratio} {people} for each person served)"
                )
            }
            Fix::RecordsSay => "take results and segments from records that the provider does not keep".into(),
            Fix::Audit { percent, penalty } => {
                format!("check {percent} % of the provider's claims, with a penalty of {penalty} for each found false")
            }
            Fix::NoRatchet => "leave the baseline where it was set, whatever the results".into(),
            Fix::PayAboveBaseline => "pay only for results beyond the baseline, with a deduction below it".into(),
            Fix::Prices(percent) => format!("multiply the prices of results by {}", *percent as f64 / 100.0),
            Fix::Fees(percent) => format!("multiply the fees that do not depend on results by {}", *percent as f64 / 100.0),
            Fix::FeesFinely(share) => {
                format!("multiply the fees that do not depend on results by {}", *share as f64 / 10_000.0)
            }
            Fix::SegmentPrices(percents) => {
                let factors: Vec<String> = percents.iter().map(|percent| (*percent as f64 / 100.0).to_string()).collect();
                format!("multiply the prices of the segments by {}", factors.join(", "))
            }
            Fix::AtValue { percent: 100, .. } => "pay for each result what it is worth to the public".into(),
            Fix::AtValue { percent, .. } => format!("pay for each result {percent} % of what it is worth to the public"),
            Fix::Straight => "pay for each person from the baseline on, both ways, instead of a share at risk or a bonus".into(),
            Fix::AtRisk(percent) => format!("put {percent} % at risk"),
            Fix::GateAt(hundredths) => {
                format!("set the gate at {}", points(*hundredths).words())
            }
            Fix::FeesFollow(percent) => format!(
                "let {percent} % of the fees follow the number of people, as the costs do; at the expected number they come to the same"
            ),
            Fix::FeeEach(price) => format!("pay a fee of {price} for each person besides"),
            Fix::Limits(percent) => format!("multiply caps and floors by {}", *percent as f64 / 100.0),
            Fix::NoLimits => "take away caps and floors".into(),
            Fix::Collar(percent) => {
                format!("let results move what is paid in a year by at most {percent} % of the fees, up or down")
            }
            Fix::Together(fixes) => {
                let words: Vec<String> = fixes.iter().map(Fix::words).collect();
                words.join("; and ")
            }
        }
    }

    /// The changed scheme; `None` when the change does not apply or changes nothing.
    #[must_use]
    pub fn apply(&self, scheme: &Scheme) -> Option<Scheme> {
        let mut changed = scheme.clone();
        match self {
            Fix::Together(fixes) => {
                for fix in fixes {
                    changed = fix.apply(&changed)?;
                }
            }
            Fix::NoGate => each_rule(&mut changed, |rule| match rule {
                Rule::Tariff(tariff) => {
                    tariff.gate = None;
                    tariff.hurdle = None;
                    tariff.counts_from = CountsFrom::Baseline;
                }
                Rule::OutcomePayment(payment) => payment.gate = None,
                _ => {}
            }),
            Fix::TwoSided => each_rule(&mut changed, |rule| {
                if let Rule::Tariff(tariff) = rule {
                    tariff.deduction = Some(tariff.reward.clone());
                }
            }),
            Fix::PoolCohorts => each_rule(&mut changed, |rule| match rule {
                Rule::Tariff(tariff) => tariff.over = Over::AllCohorts,
                Rule::OutcomePayment(payment) if payment.gate.is_some() => payment.over = Over::AllCohorts,
                Rule::Bonus(bonus) => bonus.over = Over::AllCohorts,
                Rule::ShareAtRisk(share) => share.over = Over::AllCohorts,
                _ => {}
            }),
            Fix::TakeEveryone => changed.intake = Intake::Everyone,
            Fix::LiveComparison(ratio) => {
                for outcome in &mut changed.outcomes {
                    let per_person = !matches!(outcome.kind, Kind::Frequency { per: Per::Affected, .. });
                    if matches!(outcome.baseline, Baseline::Fixed(_) | Baseline::Before { .. }) && per_person {
                        outcome.baseline = Baseline::Comparison { ratio: *ratio };
                    }
                }
            }
            Fix::RecordsSay => {
                changed.segments_set_by = SaidBy::Records;
                changed.outcomes.iter_mut().for_each(|outcome| outcome.reported_by = SaidBy::Records);
            }
            Fix::Audit { percent, penalty } => audited(&mut changed, Rate(WHOLE / 100 * percent), *penalty),
            Fix::NoRatchet => changed.outcomes.iter_mut().for_each(|outcome| outcome.ratchet = Rate(0)),
            Fix::PayAboveBaseline => pay_above_baseline(&mut changed),
            Fix::Prices(percent) => each_rule(&mut changed, |rule| scale(rule, |price| Pence(price.0 * percent / 100))),
            Fix::Fees(percent) => each_rule(&mut changed, |rule| scale_fee(rule, |price| Pence(price.0 * percent / 100))),
            Fix::FeesFinely(share) => each_rule(&mut changed, |rule| {
                scale_fee(rule, |price| Pence((price.0 as f64 * *share as f64 / 10_000.0).round() as i64));
            }),
            Fix::SegmentPrices(percents) => each_rule(&mut changed, |rule| {
                if let Rule::OutcomePayment(OutcomePayment { price, .. })
                | Rule::SustainmentPayment(SustainmentPayment { price, .. }) = rule
                {
                    let scaled = percents.iter().enumerate();
                    let prices = scaled.map(|(segment, percent)| Pence(price.at(0, segment, 0).0 * percent / 100));
                    *price = Schedule::of_segments(prices.collect());
                }
            }),
            Fix::AtValue { percent, worth } => {
                let price = |outcome: usize| worth.get(outcome).map(|worth| Pence(worth * percent / 100)).filter(|p| p.0 > 0);
                each_rule(&mut changed, |rule| at_value(rule, price));
            }
            Fix::Straight => linear::straighten(&mut changed),
            Fix::AtRisk(percent) => each_rule(&mut changed, |rule| {
                if let Rule::ShareAtRisk(share) = rule {
                    share.share = Rate(WHOLE / 100 * percent);
                }
            }),
            Fix::GateAt(hundredths) => {
                let change = points(*hundredths);
                let binary: Vec<bool> = scheme.outcomes.iter().map(Outcome::is_binary).collect();
                each_rule(&mut changed, |rule| {
                    if let Rule::Tariff(tariff) = rule
                        && binary[tariff.outcome]
                    {
                        tariff.gate = Some(Gate { outcome: tariff.outcome, test: Test::MoreThan(change) });
                    }
                });
            }
            Fix::FeesFollow(percent) => fees::follow(&mut changed, *percent)?,
            Fix::FeeEach(price) => fees::each(&mut changed, *price),
            Fix::Limits(percent) => limits::move_all(&mut changed, *percent),
            Fix::NoLimits => limits::remove_all(&mut changed)?,
            Fix::Collar(percent) => limits::collar(&mut changed, *percent)?,
        }
        let same = changed.clauses == scheme.clauses
            && changed.outcomes == scheme.outcomes
            && changed.intake == scheme.intake
            && changed.segments_set_by == scheme.segments_set_by;
        (!same).then_some(changed)
    }
}

fn points(hundredths: i64) -> Change {
    Change::Points(Rate(WHOLE / 10_000 * hundredths))
}

fn each_rule(scheme: &mut Scheme, change: impl Fn(&mut Rule)) {
    scheme.clauses.iter_mut().for_each(|clause| change(&mut clause.rule));
}

fn scale(rule: &mut Rule, change: impl Fn(Pence) -> Pence) {
    match rule {
        Rule::OutcomePayment(rule) => rule.price = rule.price.map(&change),
        Rule::SustainmentPayment(rule) => rule.price = rule.price.map(&change),
        Rule::Bonus(rule) => rule.price = rule.price.map(&change),
        Rule::Tariff(rule) => {
            rule.reward = rule.reward.map(&change);
            rule.deduction = rule.deduction.as_ref().map(|deduction| deduction.map(&change));
        }
        _ => {}
    }
}

pub(crate) fn scale_fee(rule: &mut Rule, change: impl Fn(Pence) -> Pence) {
    use crate::clauses::service_fee::Basis;
    match rule {
        Rule::AttachmentFee(rule) => rule.price = rule.price.map(&change),
        Rule::ServiceFee(rule) => match &mut rule.basis {
            Basis::EachMonth(schedule) | Basis::EachYear(schedule) => *schedule = schedule.map(&change),
            Basis::Bands(bands) => bands.iter_mut().for_each(|band| band.each_month = change(band.each_month)),
        },
        _ => {}
    }
}

/// Each payment for a result whose outcome has a baseline counts from there; the others are not changed. A comparison group
/// is one for all that is paid for: where the outcome that others build on is compared with one, so are they.
fn pay_above_baseline(scheme: &mut Scheme) {
    let live = |at: usize, scheme: &Scheme| scheme.outcomes[scheme.outcomes[at].base(at)].baseline.clone();
    for at in 0..scheme.outcomes.len() {
        let paid = scheme.clauses.iter().any(|clause| clause.outcome() == Some(at));
        if let (Baseline::None, Baseline::Comparison { ratio }, true) = (&scheme.outcomes[at].baseline, live(at, scheme), paid) {
            scheme.outcomes[at].baseline = Baseline::Comparison { ratio };
        }
    }
    let with_baseline: Vec<bool> = scheme.outcomes.iter().map(|outcome| outcome.baseline != Baseline::None).collect();
    each_rule(scheme, |rule| match rule {
        Rule::OutcomePayment(rule) if with_baseline[rule.outcome] => rule.counts = Counts::FromBaseline,
        Rule::SustainmentPayment(rule) if with_baseline[rule.outcome] => rule.counts = Counts::FromBaseline,
        _ => {}
    });
}

/// Audits the claims on every outcome that the provider reports and is paid for.
fn audited(scheme: &mut Scheme, checks: Rate, penalty: Pence) {
    let penalty = Schedule::constant(penalty);
    for outcome in 0..scheme.outcomes.len() {
        let claimed = scheme.outcomes[outcome].reported_by == SaidBy::Provider;
        if !claimed || !scheme.clauses.iter().any(|clause| clause.outcome() == Some(outcome)) {
            continue;
        }
        let audit = Audit { outcome, checks, penalty: penalty.clone() };
        let known = scheme.clauses.iter_mut().find_map(|clause| match &mut clause.rule {
            Rule::Audit(rule) if rule.outcome == outcome => Some(rule),
            _ => None,
        });
        match known {
            Some(rule) => *rule = audit,
            None => fees::add(scheme, "audit", Rule::Audit(audit)),
        }
    }
}

/// Gives a rule that pays for each result its worth as the price.
fn at_value(rule: &mut Rule, worth: impl Fn(usize) -> Option<Pence>) {
    let price = |outcome: usize| worth(outcome).map(Schedule::constant);
    match rule {
        Rule::OutcomePayment(rule) => rule.price = price(rule.outcome).unwrap_or_else(|| rule.price.clone()),
        Rule::SustainmentPayment(rule) => rule.price = price(rule.outcome).unwrap_or_else(|| rule.price.clone()),
        Rule::Tariff(rule) if rule.per != PerUnit::PercentagePoint => {
            if let Some(price) = price(rule.outcome) {
                rule.deduction = rule.deduction.as_ref().map(|_| price.clone());
                rule.reward = price;
            }
        }
        _ => {}
    }
}

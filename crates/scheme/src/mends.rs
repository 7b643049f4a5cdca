//! Small changes to the rules, each a function from a scheme to a changed scheme: what a designer would try first.

use crate::clauses::tariff::CountsFrom;
use crate::clauses::{Over, Rule};
use crate::money::{Pence, Rate};
use crate::schedule::Schedule;
use crate::terms::{Baseline, Intake, SaidBy, Scheme};

/// A change to the rules that may remove an unintended consequence.
#[derive(Clone, Debug, PartialEq)]
pub enum Mend {
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
    /// Leave the baseline where it was set, whatever the results.
    NoRatchet,
    /// Pay only for results beyond the baseline: each outcome payment becomes a two-sided tariff on its outcome's baseline.
    PayAboveBaseline,
    /// Multiply every price for results by this percentage.
    Prices(i64),
    /// Multiply every fee that does not depend on results by this percentage.
    Fees(i64),
    /// Multiply the price of each of the contract's segments of every outcome payment by its own percentage.
    SegmentPrices(Vec<i64>),
    /// Several at once.
    Together(Vec<Mend>),
}

impl Mend {
    /// As an instruction: "drop the gate and pay for each person from the baseline on".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Mend::NoGate => "drop the gate, so that every person counts from the baseline on, both ways".into(),
            Mend::TwoSided => "deduct for a worse result as much as a better one earns".into(),
            Mend::PoolCohorts => "measure all cohorts together".into(),
            Mend::TakeEveryone => "count everyone referred, so that nobody can be turned away".into(),
            Mend::LiveComparison(ratio) => {
                let people = if *ratio == 1 { "person" } else { "people" };
                format!(
                    "hold results against a comparison group measured at the same time ({ratio} {people} for each person served)"
                )
            }
            Mend::RecordsSay => "take results and segments from records that the provider does not keep".into(),
            Mend::NoRatchet => "leave the baseline where it was set, whatever the results".into(),
            Mend::PayAboveBaseline => "pay only for results beyond the baseline, with a deduction below it".into(),
            Mend::Prices(percent) => format!("multiply the prices of results by {}", *percent as f64 / 100.0),
            Mend::Fees(percent) => format!("multiply the fees that do not depend on results by {}", *percent as f64 / 100.0),
            Mend::SegmentPrices(_) => "raise each segment's price to where helping it pays".into(),
            Mend::Together(mends) => {
                let words: Vec<String> = mends.iter().map(Mend::words).collect();
                words.join("; and ")
            }
        }
    }

    /// The changed scheme; `None` when the change does not apply or changes nothing.
    #[must_use]
    pub fn apply(&self, scheme: &Scheme) -> Option<Scheme> {
        let mut changed = scheme.clone();
        match self {
            Mend::Together(mends) => {
                for mend in mends {
                    changed = mend.apply(&changed)?;
                }
            }
            Mend::NoGate => each_rule(&mut changed, |rule| match rule {
                Rule::Tariff(tariff) => {
                    tariff.gate = None;
                    tariff.hurdle = None;
                    tariff.counts_from = CountsFrom::Baseline;
                }
                Rule::OutcomePayment(payment) => payment.gate = None,
                _ => {}
            }),
            Mend::TwoSided => each_rule(&mut changed, |rule| {
                if let Rule::Tariff(tariff) = rule {
                    tariff.deduction = Some(tariff.reward.clone());
                }
            }),
            Mend::PoolCohorts => each_rule(&mut changed, |rule| match rule {
                Rule::Tariff(tariff) => tariff.over = Over::AllCohorts,
                Rule::OutcomePayment(payment) if payment.gate.is_some() => payment.over = Over::AllCohorts,
                Rule::Bonus(bonus) => bonus.over = Over::AllCohorts,
                Rule::ShareAtRisk(share) => share.over = Over::AllCohorts,
                _ => {}
            }),
            Mend::TakeEveryone => changed.intake = Intake::Everyone,
            Mend::LiveComparison(ratio) => {
                for outcome in &mut changed.outcomes {
                    let per_person =
                        !matches!(outcome.kind, crate::terms::Kind::Frequency { per: crate::terms::Per::Affected, .. });
                    if matches!(outcome.baseline, Baseline::Fixed(_) | Baseline::Before { .. }) && per_person {
                        outcome.baseline = Baseline::Comparison { ratio: *ratio };
                    }
                }
            }
            Mend::RecordsSay => {
                changed.segments_set_by = SaidBy::Records;
                changed.outcomes.iter_mut().for_each(|outcome| outcome.reported_by = SaidBy::Records);
            }
            Mend::NoRatchet => changed.outcomes.iter_mut().for_each(|outcome| outcome.ratchet = Rate(0)),
            Mend::PayAboveBaseline => pay_above_baseline(&mut changed),
            Mend::Prices(percent) => each_rule(&mut changed, |rule| scale(rule, |price| Pence(price.0 * percent / 100))),
            Mend::Fees(percent) => each_rule(&mut changed, |rule| scale_fee(rule, |price| Pence(price.0 * percent / 100))),
            Mend::SegmentPrices(percents) => each_rule(&mut changed, |rule| {
                if let Rule::OutcomePayment(payment) = rule {
                    let scaled = percents.iter().enumerate();
                    let prices = scaled.map(|(segment, percent)| Pence(payment.price.at(0, segment, 0).0 * percent / 100));
                    payment.price = Schedule::of_segments(prices.collect());
                }
            }),
        }
        let same = changed.clauses == scheme.clauses
            && changed.outcomes == scheme.outcomes
            && changed.intake == scheme.intake
            && changed.segments_set_by == scheme.segments_set_by;
        (!same).then_some(changed)
    }
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

fn scale_fee(rule: &mut Rule, change: impl Fn(Pence) -> Pence) {
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

/// Each outcome payment on an outcome with a baseline becomes a tariff, at its average price, over each cohort.
fn pay_above_baseline(scheme: &mut Scheme) {
    let with_baseline: Vec<bool> = scheme.outcomes.iter().map(|outcome| outcome.baseline != Baseline::None).collect();
    each_rule(scheme, |rule| {
        if let Rule::OutcomePayment(payment) = rule
            && with_baseline[payment.outcome]
        {
            let prices = payment.price.values();
            let mean = Pence(prices.iter().map(|price| price.0).sum::<i64>() / prices.len().max(1) as i64);
            *rule = Rule::Tariff(crate::clauses::tariff::Tariff {
                outcome: payment.outcome,
                per: crate::clauses::tariff::PerUnit::Person,
                reward: Schedule::constant(mean),
                deduction: Some(Schedule::constant(mean)),
                gate: None,
                counts_from: CountsFrom::Baseline,
                hurdle: None,
                over: payment.over,
                tops_up: Vec::new(),
            });
        }
    });
}

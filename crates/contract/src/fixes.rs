//! Small changes to the rules, each a function from a scheme to a changed scheme: what a designer would try first.

use crate::clauses::ClauseTerms;
use crate::clauses::audit::Audit;
use crate::scheme::Scheme;
use crate::terms::{Baseline, Intake, OutcomeKind, Per, ReportedBy};
use crate::{fees, limits, linear};
use base::english::plural;
use base::literal::{Change, Literal as _};
use base::money::{Pence, Rate, WHOLE};
use base::schedule::Schedule;

/// A change to the rules that may remove a risk.
#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// Drop gates and hurdles. Pay for each person from the baseline on and, where a worse result is deducted, deduct.
    NoGate,
    /// Deduct for a worse result what a better one is rewarded with.
    TwoSided,
    /// Measure the gated and tariff clauses over all cohorts together.
    PoolCohorts,
    /// Everyone referred is served and counted.
    TakeEveryone,
    /// Compare results with a comparison group measured at the same time, with this number of people for each person served.
    LiveComparison(i64),
    /// Set the baseline of each outcome to this share of people: what is taken to happen anyway. `None` leaves an outcome as it is.
    Baselines(Vec<Option<Rate>>),
    /// Take results and segments from records that the provider does not keep.
    RecordsSay,
    /// Check this percentage of the provider's claims, with this penalty for each claim found false.
    Audit { percent: i64, penalty: Pence },
    /// Keep the baseline as it was set, whatever the results.
    NoRatchet,
    /// Pay only for results beyond the baseline of each segment, and deduct for results short of it.
    PayAboveBaseline,
    /// Multiply every price for results by this percentage.
    Prices(i64),
    /// Multiply the prices of one clause, by its name, by this percentage.
    ClausePrice { clause: String, percent: i64 },
    /// Multiply every fee that does not depend on results by this percentage.
    Fees(i64),
    /// The same to a hundredth of a percent, because 1% of large fees can be more than the results are worth.
    FeesFinely(i64),
    /// Multiply the price of each segment, in every payment for each result, by its own percentage.
    SegmentPrices(Vec<i64>),
    /// Pay for each result this percentage of what it is worth to the public: pence by outcome, 0 where that is not known.
    AtValue { percent: i64, worth: Vec<i64> },
    /// Straighten shares at risk and bonuses into prices for each person, both ways.
    Straight,
    /// Put this percentage at risk where a share is at risk already.
    AtRisk(i64),
    /// Set the gate of every tariff on a binary outcome to this number of hundredths of a percentage point.
    GateAt(i64),
    /// Let this percentage of all fees vary with the number of people, with the same sum at the expected number.
    FeesFollow(i64),
    /// Add a fee for each person.
    FeeEach(Pence),
    /// Multiply every cap and floor by this percentage.
    Limits(i64),
    /// Remove every cap and floor.
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
                let people = plural(*ratio, "person", "people");
                format!(
                    "compare results with a comparison group measured at the same time ({ratio} {people} for each person served)"
                )
            }
            Fix::Baselines(rates) => {
                let rates: Vec<String> = rates.iter().flatten().map(Rate::to_string).collect();
                format!("set what is taken to happen anyway to what happens today ({})", rates.join(", "))
            }
            Fix::RecordsSay => "take results, segments and exceptions from records that the provider does not keep".into(),
            Fix::Audit { percent, penalty } => {
                format!("check {percent}% of the provider's claims, with a penalty of {penalty} for each claim found false")
            }
            Fix::NoRatchet => "keep the baseline as it was set, whatever the results".into(),
            Fix::PayAboveBaseline => "pay only for results beyond the baseline, with a deduction below it".into(),
            Fix::Prices(percent) => format!("multiply the prices of results by {}", *percent as f64 / 100.0),
            Fix::ClausePrice { clause, percent } => {
                format!("multiply the price of “{clause}” alone by {}", *percent as f64 / 100.0)
            }
            Fix::Fees(percent) => format!("multiply the fees that do not depend on results by {}", *percent as f64 / 100.0),
            Fix::FeesFinely(share) => {
                format!("multiply the fees that do not depend on results by {}", *share as f64 / 10_000.0)
            }
            Fix::SegmentPrices(percents) => {
                let factors: Vec<String> = percents.iter().map(|percent| (*percent as f64 / 100.0).to_string()).collect();
                format!("multiply the prices of the segments by {}", factors.join(", "))
            }
            Fix::AtValue { percent: 100, .. } => "pay for each result what it is worth to the public".into(),
            Fix::AtValue { percent, .. } => format!("pay for each result {percent}% of what it is worth to the public"),
            Fix::Straight => "pay for each person from the baseline on, both ways, instead of a share at risk or a bonus".into(),
            Fix::AtRisk(percent) => format!("put {percent}% at risk"),
            Fix::GateAt(hundredths) => {
                format!("set the gate at {}", points(*hundredths).words())
            }
            Fix::FeesFollow(percent) => {
                format!("let {percent}% of the fees vary with the number of people, with the same sum at the expected number")
            }
            Fix::FeeEach(price) => format!("add a fee of {price} for each person"),
            Fix::Limits(percent) => format!("multiply caps and floors by {}", *percent as f64 / 100.0),
            Fix::NoLimits => "remove caps and floors".into(),
            Fix::Collar(percent) => {
                format!("let results move what is paid in a year by at most {percent}% of the fees, up or down")
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
            Fix::NoGate => each_clause(&mut changed, |clause| clause.drop_gates()),
            Fix::TwoSided => each_clause(&mut changed, |clause| clause.deduct_as_rewarded()),
            Fix::PoolCohorts => each_clause(&mut changed, |clause| {
                if !differs_in_time(clause) {
                    clause.pool_cohorts(scheme);
                }
            }),
            Fix::TakeEveryone => changed.intake = Intake::Everyone,
            Fix::LiveComparison(ratio) => {
                for outcome in &mut changed.outcomes {
                    let per_person = !matches!(outcome.kind, OutcomeKind::Frequency { per: Per::Affected, .. });
                    if matches!(outcome.baseline, Baseline::Fixed(_) | Baseline::Before { .. }) && per_person {
                        outcome.baseline = Baseline::Comparison { ratio: *ratio };
                        outcome.is_assumed = false;
                    }
                }
            }
            Fix::Baselines(rates) => {
                for (outcome, rate) in changed.outcomes.iter_mut().zip(rates) {
                    let simple = match &outcome.baseline {
                        Baseline::None => true,
                        Baseline::Fixed(schedule) => schedule.is_constant(),
                        _ => false,
                    };
                    if let Some(rate) = rate.filter(|_| simple && outcome.is_binary()) {
                        outcome.baseline = Baseline::Fixed(Schedule::constant(rate));
                    }
                }
            }
            Fix::RecordsSay => {
                changed.segments_set_by = ReportedBy::Records;
                for outcome in &mut changed.outcomes {
                    outcome.reported_by = ReportedBy::Records;
                    outcome.exceptions.iter_mut().for_each(|exceptions| exceptions.reported_by = ReportedBy::Records);
                }
            }
            Fix::Audit { percent, penalty } => audit_claims(&mut changed, Rate(WHOLE / 100 * percent), *penalty),
            Fix::NoRatchet => changed.outcomes.iter_mut().for_each(|outcome| outcome.ratchet = Rate(0)),
            Fix::PayAboveBaseline => pay_above_baseline(&mut changed),
            Fix::Prices(percent) => {
                each_clause(&mut changed, |clause| clause.scale_prices(&|price| Pence(price.0 * percent / 100)));
            }
            Fix::ClausePrice { clause, percent } => {
                let named = changed.clauses.iter_mut().filter(|other| other.name == *clause);
                named.for_each(|clause| clause.terms.scale_prices(&|price| Pence(price.0 * percent / 100)));
            }
            Fix::Fees(percent) => {
                each_clause(&mut changed, |clause| clause.scale_fees(&|price| Pence(price.0 * percent / 100)));
            }
            Fix::FeesFinely(share) => {
                let scale = |price: Pence| Pence((price.0 as f64 * *share as f64 / 10_000.0).round() as i64);
                each_clause(&mut changed, |clause| clause.scale_fees(&scale));
            }
            Fix::SegmentPrices(percents) => {
                let mut percents = percents.clone();
                // Segments of which nothing is said keep their price.
                percents.resize(scheme.segments.len(), 100);
                each_clause(&mut changed, |clause| clause.scale_segment_prices(&percents));
            }
            Fix::AtValue { percent, worth } => {
                let price = |outcome: usize| worth.get(outcome).map(|worth| Pence(worth * percent / 100)).filter(|p| p.0 > 0);
                each_clause(&mut changed, |clause| clause.price_at(&price));
            }
            Fix::Straight => linear::straighten(&mut changed),
            Fix::AtRisk(percent) => each_clause(&mut changed, |clause| clause.set_share_at_risk(Rate(WHOLE / 100 * percent))),
            Fix::GateAt(hundredths) => {
                each_clause(&mut changed, |clause| clause.set_gate(&scheme.outcomes, points(*hundredths)));
            }
            Fix::FeesFollow(percent) => fees::vary_with_people(&mut changed, *percent)?,
            Fix::FeeEach(price) => fees::add_fee_for_each_person(&mut changed, *price),
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

/// Whether a clause measured over all cohorts together would need several numbers at once: what it requires differs in time, or what
/// it pays differs by cohort.
fn differs_in_time(clause: &ClauseTerms) -> bool {
    clause.gates().iter().any(|gate| gate.test.differs_in_time()) || clause.amounts().iter().any(|(_, amount)| amount.by_cohort())
}

fn points(hundredths: i64) -> Change {
    Change::Points(Rate(WHOLE / 10_000 * hundredths))
}

fn each_clause(scheme: &mut Scheme, change: impl Fn(&mut ClauseTerms)) {
    scheme.clauses.iter_mut().for_each(|clause| change(&mut clause.terms));
}

/// Each payment for a result whose outcome has a baseline counts from there; the others are not changed. One comparison group
/// serves all that is paid for: where the outcome that others build on is compared with a group, so are they.
fn pay_above_baseline(scheme: &mut Scheme) {
    let live = |at: usize, scheme: &Scheme| scheme.outcomes[scheme.outcomes[at].base(at)].baseline.clone();
    for at in 0..scheme.outcomes.len() {
        let paid = scheme.clauses.iter().any(|clause| clause.outcome() == Some(at));
        if let (Baseline::None, Baseline::Comparison { ratio }, true) = (&scheme.outcomes[at].baseline, live(at, scheme), paid) {
            scheme.outcomes[at].baseline = Baseline::Comparison { ratio };
        }
    }
    let Scheme { terms, clauses } = scheme;
    clauses.iter_mut().for_each(|clause| clause.terms.count_from_baseline(&terms.outcomes));
}

/// Audits the claims on every outcome that the provider reports and is paid for.
fn audit_claims(scheme: &mut Scheme, checks: Rate, penalty: Pence) {
    let penalty = Schedule::constant(penalty);
    for outcome in 0..scheme.outcomes.len() {
        let claimed = scheme.outcomes[outcome].reported_by == ReportedBy::Provider;
        if !claimed || !scheme.clauses.iter().any(|clause| clause.outcomes().contains(&outcome)) {
            continue;
        }
        let audit = Audit { outcome, checks, penalty: penalty.clone() };
        let mut audits = scheme.clauses.iter_mut().filter_map(|clause| clause.terms.audit_mut());
        match audits.find(|known| known.outcome == outcome) {
            Some(known) => *known = audit,
            None => {
                let audit = ClauseTerms::from(audit);
                fees::add_clause(scheme, audit.description().name, audit);
            }
        }
    }
}

//! The shape of the fees: what they come to at the number of people that the contract expects, and the same sum shared out
//! otherwise between a part that follows the number of people and a part that does not.

use crate::clauses::attachment_fee::AttachmentFee;
use crate::clauses::service_fee::{Basis, ServiceFee};
use crate::clauses::{Clause, Rule};
use crate::terms::Scheme;
use base::money::{Pence, Rate};
use base::schedule::Schedule;

/// What is paid whatever the results over all cohorts of all areas, in pence, at the number of people expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Fees {
    /// By area.
    pub fixed: Vec<f64>,
    pub following: Vec<f64>,
    pub people: Vec<f64>,
}

impl Fees {
    /// Works them out; `None` where the fee depends on bands of people, which are a shape of their own.
    #[must_use]
    pub fn of(scheme: &Scheme) -> Option<Fees> {
        let people = people_by_area(scheme);
        let mut fees = Fees { fixed: vec![0.0; people.len()], following: vec![0.0; people.len()], people };
        for clause in 0..scheme.clauses.len() {
            for area in 0..scheme.areas.len() {
                let amount = of_clause(scheme, clause, area)?;
                match scheme.clauses[clause].rule {
                    Rule::AttachmentFee(_) => fees.following[area] += amount,
                    _ => fees.fixed[area] += amount,
                }
            }
        }
        Some(fees)
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.fixed.iter().chain(&self.following).sum()
    }
}

/// What one clause pays whatever the results, in one area, at the number of people expected: nothing where it pays for results.
#[must_use]
pub fn of_clause(scheme: &Scheme, clause: usize, area: usize) -> Option<f64> {
    let mut sum = 0.0;
    for cohort in &scheme.cohorts {
        sum += match &scheme.clauses[clause].rule {
            Rule::AttachmentFee(fee) => {
                let segments = 0..scheme.segments.len();
                let each = segments.map(|segment| {
                    fee.price.at(area, segment, cohort.year).0 as f64 * people(scheme, area, segment, cohort.year)
                });
                each.sum()
            }
            Rule::ServiceFee(fee) => {
                let months = cohort.months as f64;
                let full = match &fee.basis {
                    Basis::EachMonth(schedule) => months * schedule.at(area, 0, cohort.year).0 as f64,
                    Basis::EachYear(schedule) => months / 12.0 * schedule.at(area, 0, cohort.year).0 as f64,
                    Basis::Bands(_) => return None,
                };
                full * (1.0 - fee.falls.as_f64()).powi(cohort.year as i32)
            }
            _ => 0.0,
        };
    }
    Some(sum)
}

/// People expected in a cohort of one area and segment; where the contract does not say how they divide into segments, evenly.
fn people(scheme: &Scheme, area: usize, segment: usize, year: usize) -> f64 {
    let said = scheme.people.at(area, segment, year).0 as f64;
    if scheme.people.by_segment() { said } else { said / scheme.segments.len().max(1) as f64 }
}

/// People expected over all cohorts, by area.
#[must_use]
pub fn people_by_area(scheme: &Scheme) -> Vec<f64> {
    let of = |area: usize| -> f64 {
        let cohorts = scheme.cohorts.iter();
        cohorts.map(|cohort| (0..scheme.segments.len()).map(|at| people(scheme, area, at, cohort.year)).sum::<f64>()).sum()
    };
    (0..scheme.areas.len()).map(of).collect()
}

/// Whether the fees are paid beside everything else: no cap, floor or share at risk looks at them, so that another amount
/// changes nobody's reason to act.
#[must_use]
pub fn stand_alone(scheme: &Scheme) -> bool {
    let looked_at = scheme.clauses.iter().flat_map(|clause| clause.rule.refers_to());
    looked_at.into_iter().all(|&at| scheme.clauses[at].pays_for_results())
}

/// Shares the fees out so that this percentage of what they come to follows the number of people. A contract without one of
/// the two kinds of fee gets it as a new clause, unless another clause looks at the fee that would be divided.
pub(crate) fn follow(scheme: &mut Scheme, percent: i64) -> Option<()> {
    let fees = Fees::of(scheme)?;
    let (fixed, following): (f64, f64) = (fees.fixed.iter().sum(), fees.following.iter().sum());
    let (total, share) = (fixed + following, percent as f64 / 100.0);
    let adds = (following < 1.0 && percent > 0) || (fixed < 1.0 && percent < 100);
    if total < 1.0 || (adds && !stand_alone(scheme)) {
        return None;
    }
    let scale = |price: Pence, by: f64| Pence((price.0 as f64 * by).round() as i64);
    for clause in &mut scheme.clauses {
        match &mut clause.rule {
            Rule::AttachmentFee(fee) if following >= 1.0 => {
                fee.price = fee.price.map(|price| scale(price, share * total / following));
            }
            Rule::ServiceFee(ServiceFee { basis: Basis::EachMonth(price) | Basis::EachYear(price), .. }) if fixed >= 1.0 => {
                *price = price.map(|price| scale(price, (1.0 - share) * total / fixed));
            }
            _ => {}
        }
    }
    let people: f64 = fees.people.iter().sum();
    if following < 1.0 && percent > 0 {
        each(scheme, Pence((share * total / people.max(1.0)).round() as i64));
    }
    if fixed < 1.0 && percent < 100 {
        // Each area keeps what it has, so the fixed part is as large as its own fees are.
        let months: i64 = scheme.cohorts.iter().map(|cohort| cohort.months).sum();
        let years = months as f64 / 12.0;
        let yearly = fees.following.iter().map(|fee| Pence(((1.0 - share) * fee / years).round() as i64));
        let basis = Basis::EachYear(Schedule::of_areas(yearly.collect()));
        add(scheme, "fee_each_year", Rule::ServiceFee(ServiceFee { basis, falls: Rate(0) }));
    }
    Some(())
}

/// Adds a fee for each person who starts.
pub(crate) fn each(scheme: &mut Scheme, price: Pence) {
    add(scheme, "fee_each_person", Rule::AttachmentFee(AttachmentFee { price: Schedule::constant(price) }));
}

/// Adds a clause below all others, under a name that no other has.
pub(crate) fn add(scheme: &mut Scheme, name: &str, rule: Rule) {
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}_{number}")));
    let mut free = names.filter(|name| scheme.clause(name).is_none());
    let name = free.next().unwrap_or_default();
    scheme.clauses.push(Clause { name, from: ADDED.to_owned(), rule });
}

/// Where a clause that a change of the rules added comes from.
pub(crate) const ADDED: &str = "added when the rules were changed";

//! The shape of the fees: what they amount to at the number of people that the contract expects, and how the same sum can be
//! divided differently between a part that varies with the number of people and a part that does not.

use crate::clauses::attachment_fee::AttachmentFee;
use crate::clauses::service_fee::{Basis, ServiceFee};
use crate::clauses::{Clause, ClauseTerms};
use crate::expected_people;
use crate::scheme::Scheme;
use base::money::{Pence, Rate};
use base::schedule::Schedule;

/// What is paid whatever the results over all cohorts of all areas, in pence, at the number of people expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Fees {
    /// The part that does not vary with the number of people, by area.
    pub fixed: Vec<f64>,
    /// The part that varies with it, by area.
    pub by_person: Vec<f64>,
    pub people: Vec<f64>,
}

impl Fees {
    /// The fees of a scheme; `None` where a fee depends on bands of people, which are a shape of their own.
    #[must_use]
    pub fn of(scheme: &Scheme) -> Option<Fees> {
        let people = expected_people::by_area(scheme);
        let mut fees = Fees { fixed: vec![0.0; people.len()], by_person: vec![0.0; people.len()], people };
        for clause in &scheme.clauses {
            for area in 0..scheme.areas.len() {
                let amount = clause.expected_fee(scheme, area)?;
                match clause.terms.fee_varies_with_people() {
                    true => fees.by_person[area] += amount,
                    false => fees.fixed[area] += amount,
                }
            }
        }
        Some(fees)
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.fixed.iter().chain(&self.by_person).sum()
    }
}

/// Whether no other clause depends on the fees: no cap, floor or share at risk refers to them, so another amount changes nobody's
/// incentive.
#[must_use]
pub fn are_independent(scheme: &Scheme) -> bool {
    let mut referred_to = scheme.clauses.iter().flat_map(|clause| clause.terms.refers_to());
    referred_to.all(|&at| scheme.clauses[at].pays_for_results())
}

/// Divides the fees so that this percentage of their sum varies with the number of people. A contract without one of the two
/// kinds of fee gets it as a new clause, unless another clause depends on the fee that would be divided.
pub(crate) fn vary_with_people(scheme: &mut Scheme, percent: i64) -> Option<()> {
    let fees = Fees::of(scheme)?;
    let (fixed, by_person): (f64, f64) = (fees.fixed.iter().sum(), fees.by_person.iter().sum());
    let (total, share) = (fixed + by_person, percent as f64 / 100.0);
    let adds = (by_person < 1.0 && percent > 0) || (fixed < 1.0 && percent < 100);
    if total < 1.0 || (adds && !are_independent(scheme)) {
        return None;
    }
    let scale = |price: Pence, by: f64| Pence((price.0 as f64 * by).round() as i64);
    for clause in &mut scheme.clauses {
        let (part, whole) = match clause.terms.fee_varies_with_people() {
            true => (share, by_person),
            false => (1.0 - share, fixed),
        };
        if whole >= 1.0 {
            clause.terms.scale_fees(&|price| scale(price, part * total / whole));
        }
    }
    let people: f64 = fees.people.iter().sum();
    if by_person < 1.0 && percent > 0 {
        add_fee_for_each_person(scheme, Pence((share * total / people.max(1.0)).round() as i64));
    }
    if fixed < 1.0 && percent < 100 {
        // Each area keeps what it has, so the fixed part is as large as its own fees are.
        let months: i64 = scheme.cohorts.iter().map(|cohort| cohort.months).sum();
        let years = months as f64 / 12.0;
        let yearly = fees.by_person.iter().map(|fee| Pence(((1.0 - share) * fee / years).round() as i64));
        let basis = Basis::EachYear(Schedule::of_areas(yearly.collect()));
        add_clause(scheme, "fee_each_year", ServiceFee { basis, falls: Rate(0) }.into());
    }
    Some(())
}

/// Adds a fee for each person who starts.
pub(crate) fn add_fee_for_each_person(scheme: &mut Scheme, price: Pence) {
    add_clause(scheme, "fee_each_person", AttachmentFee { price: Schedule::constant(price) }.into());
}

/// Adds a clause under a name that no other clause has: below all others, or above the first cap, floor or surplus share on everything
/// above it. Those go on covering all that is paid, so that no fee passes by a cap on the whole.
pub(crate) fn add_clause(scheme: &mut Scheme, name: &str, terms: ClauseTerms) {
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}_{number}")));
    let mut free = names.filter(|name| scheme.clause(name).is_none());
    let name = free.next().unwrap_or_default();
    let on_all: Vec<bool> = scheme.clauses.iter().enumerate().map(|(at, clause)| is_on_all_above(clause, at)).collect();
    let place = on_all.iter().position(|on_all| *on_all).unwrap_or(scheme.clauses.len());
    for (clause, on_all) in scheme.clauses.iter_mut().zip(on_all).skip(place) {
        let Some(list) = clause.terms.references() else { continue };
        list.iter_mut().filter(|at| **at >= place).for_each(|at| *at += 1);
        if on_all {
            list.push(place);
            list.sort_unstable();
        }
    }
    scheme.clauses.insert(place, Clause { name, from: ADDED.to_owned(), terms });
}

/// Whether a clause is of a kind that covers all that is paid, and is on each of the clauses above it.
fn is_on_all_above(clause: &Clause, at: usize) -> bool {
    let named = clause.terms.refers_to();
    at > 0 && clause.terms.is_on_all_unless_said() && (0..at).all(|above| named.contains(&above))
}

/// Where a clause comes from that a change of the rules added.
pub(crate) const ADDED: &str = "added when the rules were changed";

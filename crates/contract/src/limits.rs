//! Caps and floors as something to change: moved, removed, or set on both sides of what results may pay.

use crate::clauses::cap::Cap;
use crate::clauses::floor::Floor;
use crate::fees::{self, Fees};
use crate::scheme::Scheme;
use crate::terms::MeasuredOver;
use base::money::Pence;
use base::schedule::Schedule;

/// The scheme with every cap and floor at the share of one cohort, where it is for a year or the contract.
#[must_use]
pub fn of_one_cohort(scheme: &Scheme) -> Scheme {
    let mut alone = scheme.clone();
    for clause in &mut alone.clauses {
        let cohorts = match clause.terms.measured_over() {
            Some(MeasuredOver::EachYear) => scheme.cohorts.iter().filter(|cohort| cohort.year == 0).count(),
            Some(MeasuredOver::AllCohorts) => scheme.cohorts.len(),
            Some(MeasuredOver::EachCohort) | None => 1,
        };
        clause.terms.scale_limits(&|amount| Pence(amount.0 / cohorts.max(1) as i64));
    }
    alone
}

/// Multiplies every cap and floor by this percentage.
pub(crate) fn move_all(scheme: &mut Scheme, percent: i64) {
    let moved = |amount: Pence| Pence(amount.0 * percent / 100);
    scheme.clauses.iter_mut().for_each(|clause| clause.terms.scale_limits(&moved));
}

/// Removes every cap and floor; `None` when another clause would have nothing left to refer to.
pub(crate) fn remove_all(scheme: &mut Scheme) -> Option<()> {
    let gone: Vec<bool> = scheme.clauses.iter().map(|clause| clause.terms.is_limit()).collect();
    let place = |at: usize| at - gone[..at].iter().filter(|gone| **gone).count();
    let mut kept = Vec::new();
    for (mut clause, _) in scheme.clauses.drain(..).zip(&gone).filter(|(_, gone)| !**gone) {
        if let Some(list) = clause.terms.references() {
            let had_some = !list.is_empty();
            *list = list.iter().filter(|&&at| !gone[at]).map(|&at| place(at)).collect();
            if had_some && list.is_empty() {
                return None;
            }
        }
        kept.push(clause);
    }
    scheme.clauses = kept;
    Some(())
}

/// Lets results move what is paid in a year by at most this percentage of the fees, up or down. `None` where there are limits
/// already, or no fees or results to set them by.
pub(crate) fn collar(scheme: &mut Scheme, percent: i64) -> Option<()> {
    let fees = Fees::of(scheme)?;
    let results: Vec<usize> = scheme.result_clauses().collect();
    let limited = scheme.clauses.iter().any(|clause| clause.terms.is_limit());
    if limited || results.is_empty() || fees.total() < 1.0 {
        return None;
    }
    let months: i64 = scheme.cohorts.iter().map(|cohort| cohort.months).sum();
    let share = percent as f64 / 100.0 / (months as f64 / 12.0);
    let amounts: Vec<Pence> =
        fees.fixed.iter().zip(&fees.by_person).map(|(a, b)| Pence(((a + b) * share).round() as i64)).collect();
    let most = Schedule::of_areas(amounts);
    let least = most.map(|amount| Pence(-amount.0));
    let over = MeasuredOver::EachYear;
    fees::add_clause(scheme, "most_for_results", Cap { on: results.clone(), most, over }.into());
    fees::add_clause(scheme, "least_for_results", Floor { on: results, least, over }.into());
    Some(())
}

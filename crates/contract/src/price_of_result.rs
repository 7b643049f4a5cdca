//! What one result is paid, where the contract has one price for it.

use crate::scheme::Scheme;
use base::money::{Amount as _, Pence};
use base::schedule::CohortTime;

/// What all clauses together pay for one result of an outcome, of a person in an area and segment who started in a cohort. `None` where
/// a clause that pays for the outcome makes it depend on other results: a gate, a baseline, points, an award. Caps, floors and what is
/// taken back are not in it.
#[must_use]
pub fn price_of_result(scheme: &Scheme, outcome: usize, area: usize, segment: usize, time: CohortTime) -> Option<Pence> {
    let paying = scheme.clauses.iter().map(|clause| &clause.terms);
    let paying = paying.filter(|terms| terms.pays_for_results() && !terms.takes_back() && terms.outcomes().contains(&outcome));
    let mut sum = None;
    for terms in paying {
        let price = terms.price_of_each()?.at(area, segment, time);
        sum = Some(sum.unwrap_or(Pence(0)).plus(price));
    }
    sum
}

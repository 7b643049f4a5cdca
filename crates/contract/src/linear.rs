//! Replaces payments that jump or bend by straight ones. A share at risk with a gate, or a bonus above a level, becomes a price
//! for each person from the baseline on, the same both ways. It pays as much as before at the gate or at the upper level of the
//! bonus.

use crate::clauses::kind::Straightened;
use crate::clauses::tariff::Tariff;
use crate::scheme::Scheme;
use base::money::Pence;

/// Straightens every clause that can be straightened.
pub(crate) fn straighten(scheme: &mut Scheme) {
    for at in 0..scheme.clauses.len() {
        let straight = scheme.clauses[at].terms.straightened(&scheme.terms, &scheme.clauses.as_slice());
        let Some(straight) = straight.filter(|straight| fees_are_its_own(scheme, at, straight)) else { continue };
        if let Some((fees, share)) = &straight.replaces {
            // The share leaves the fee, since the tariff now pays it for results.
            let kept = |price: Pence| Pence((price.0 as f64 * (1.0 - share.as_f64())).round() as i64);
            fees.iter().for_each(|&fee| scheme.clauses[fee].terms.scale_fees(&kept));
        }
        scheme.clauses[at].terms = Tariff::straight(straight).into();
    }
}

/// Whether no other clause depends on the share that the tariff replaces, or on the fee it is taken from: more would change than is
/// meant.
fn fees_are_its_own(scheme: &Scheme, at: usize, straight: &Straightened) -> bool {
    let Some((fees, _)) = &straight.replaces else { return true };
    let own = &scheme.clauses[at].terms;
    scheme.clauses.iter().all(|clause| match clause.terms.share_at_risk() {
        Some(_) => clause.terms == *own,
        None => clause.terms.refers_to().iter().all(|at| !fees.contains(at)),
    })
}

//! Replaces payments that jump or bend by straight ones. A share at risk with a gate, or a bonus above a level, becomes a price
//! for each person from the baseline on, the same both ways. It pays as much as before at the gate or at the upper level of the
//! bonus.

use crate::terms::Scheme;
use base::money::Pence;

/// Straightens every clause that can be straightened.
pub(crate) fn straighten(scheme: &mut Scheme) {
    for at in 0..scheme.clauses.len() {
        let Some(straight) = scheme.clauses[at].terms.straightened(scheme) else { continue };
        if let Some((fees, share)) = straight.replaces {
            // The share leaves the fee, since the tariff now pays it for results.
            let kept = |price: Pence| Pence((price.0 as f64 * (1.0 - share.as_f64())).round() as i64);
            fees.iter().for_each(|&fee| scheme.clauses[fee].terms.scale_fees(&kept));
        }
        scheme.clauses[at].terms = straight.tariff.into();
    }
}

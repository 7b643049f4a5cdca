//! How often each outcome happens with today's help, by the contract's own segments, as the assumptions have it.
//! [`contract::explain`] needs it for levels that the contract does not state. There is no chance in it.

use contract::Scheme;
use contract::explain::CurrentRates;

use crate::assumptions::Assumptions;
use crate::people::{Chances, people};

/// For each outcome and segment of the contract: the share of people, or the events or periods of one person, with today's
/// help. What is compared with the same people before stays where it was before, so that nothing has been gained.
#[must_use]
pub fn current_rates(scheme: &Scheme, assumptions: &Assumptions, area: usize) -> CurrentRates {
    let people = &people(scheme, assumptions)[area];
    let chances = Chances::of(scheme, assumptions, people);
    let of_outcome = |at: usize| -> Vec<f64> {
        let base = scheme.outcomes[at].base(at);
        let (mut sums, mut weights) = (vec![0.0; scheme.segments.len()], vec![0.0; scheme.segments.len()]);
        for (segment, belief) in assumptions.segments.iter().enumerate() {
            // A share of no people still says what would happen to people who came.
            let weight = people.in_segment(segment) as f64 + 1e-9;
            let chance = chances.before(base, segment).unwrap_or_else(|| chances.now(base, segment));
            let each = match at == base {
                true => 1.0,
                false => chances.before(at, segment).unwrap_or(chances.each[at][segment]),
            };
            sums[belief.priced_as] += weight * chance * each;
            weights[belief.priced_as] += weight;
        }
        sums.iter().zip(weights).map(|(sum, weight)| if weight > 0.0 { sum / weight } else { 0.0 }).collect()
    };
    (0..scheme.outcomes.len()).map(of_outcome).collect()
}

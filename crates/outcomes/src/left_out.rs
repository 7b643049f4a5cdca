//! People whom the rules leave out of an outcome. The tally has one number of people for all outcomes, so they count in none of them.

use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;

/// A start whose person is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutStart {
    /// The position of the index event.
    pub at: usize,
    /// The outcomes that leave the person out, now or before the start.
    pub of: Vec<usize>,
    /// Whether another outcome does not, so that its result does not count either.
    pub partly: bool,
}

/// Every start that is left out of an outcome, in the order of index events.
#[must_use]
pub fn left_out(measured: &MeasuredOutcomes) -> Vec<LeftOutStart> {
    let one = |at: usize| {
        let before = measured.compared_before.iter().zip(measured.before(at));
        let before: Vec<usize> =
            before.filter(|(_, result)| result.state == OutcomeState::LeftOut).map(|(outcome, _)| *outcome).collect();
        let is_left_out = |outcome: &usize| measured.of(at)[*outcome].state == OutcomeState::LeftOut || before.contains(outcome);
        let of: Vec<usize> = (0..measured.outcomes).filter(is_left_out).collect();
        let partly = of.len() < measured.outcomes;
        (!of.is_empty()).then_some(LeftOutStart { at, partly, of })
    };
    (0..measured.index.len()).filter_map(one).collect()
}

//! Indirect standardisation: the events that a provider had, over those that its people would have had at the average risk of
//! people like them.

use crate::columns::{check_finite, check_rows};
use crate::distributions::gamma_quantile;
use crate::error::EvaluationError;

/// A standardised ratio with its exact Poisson interval (Garwood 1936).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardisedRatio {
    /// Observed events.
    pub observed: u64,
    /// Expected events.
    pub expected: f64,
    /// Observed over expected.
    pub ratio: f64,
    /// The lower end of its interval.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// Adds up each provider's people: `provider` numbers it from 0, `risk` is the chance of the event at the average provider, and
/// `event` says whether it happened.
///
/// # Errors
///
/// Columns of unequal length, a risk that is not between 0 and 1, a provider number of `providers` or more, a provider without
/// any risk, or a confidence out of range.
pub fn standardised_ratios(
    provider: &[usize],
    providers: usize,
    risk: &[f64],
    event: &[bool],
    confidence: f64,
) -> Result<Vec<StandardisedRatio>, EvaluationError> {
    check_rows("risk", risk.len(), provider.len())?;
    check_rows("event", event.len(), provider.len())?;
    check_finite("risk", risk, provider.len())?;
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(EvaluationError::Option { what: "the confidence must be between 0 and 1, for example 0.95" });
    }
    if let Some(row) = risk.iter().position(|risk| !(0.0..=1.0).contains(risk)) {
        return Err(EvaluationError::Value { column: "risk".to_owned(), row, expected: "a chance from 0 to 1" });
    }
    if let Some(row) = provider.iter().position(|&provider| provider >= providers) {
        return Err(EvaluationError::Value { column: "provider".to_owned(), row, expected: "the number of a provider" });
    }
    let mut sums = vec![(0u64, 0.0f64); providers];
    for row in 0..provider.len() {
        let sum = &mut sums[provider[row]];
        sum.0 += u64::from(event[row]);
        sum.1 += risk[row];
    }
    if sums.iter().any(|(_, expected)| *expected <= 0.0) {
        return Err(EvaluationError::Option { what: "every provider needs a person with a risk above 0: leave the others out" });
    }
    let tail = (1.0 - confidence) / 2.0;
    let ratio = |(observed, expected): (u64, f64)| {
        let count = observed as f64;
        StandardisedRatio {
            observed,
            expected,
            ratio: count / expected,
            lower: if observed == 0 { 0.0 } else { gamma_quantile(tail, count) / expected },
            upper: gamma_quantile(1.0 - tail, count + 1.0) / expected,
        }
    };
    Ok(sums.into_iter().map(ratio).collect())
}

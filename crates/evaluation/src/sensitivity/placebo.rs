//! Placebo outcomes: the same analysis on outcomes that the service cannot have changed, such as what happened before it. An effect
//! there is bias, and about as much may be in the effect that matters.

use crate::columns::Column;
use crate::effects::Effect;
use crate::error::EvaluationError;

/// The effect on an outcome that cannot have changed.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceboOutcome {
    /// The name of the outcome.
    pub name: String,
    /// The effect that was found.
    pub effect: Effect,
    /// Its p-value, times the number of placebo outcomes (Bonferroni), at most 1.
    pub adjusted_p_value: f64,
}

/// Runs an analysis on each placebo outcome. All are reported, in the order given.
///
/// # Errors
///
/// The first error of the analysis.
pub fn placebo_outcomes(
    outcomes: &[Column],
    analysis: impl Fn(&[f64]) -> Result<Effect, EvaluationError>,
) -> Result<Vec<PlaceboOutcome>, EvaluationError> {
    outcomes
        .iter()
        .map(|outcome| {
            let effect = analysis(&outcome.values)?;
            let adjusted_p_value = (effect.p_value() * outcomes.len() as f64).min(1.0);
            Ok(PlaceboOutcome { name: outcome.name.clone(), effect, adjusted_p_value })
        })
        .collect()
}

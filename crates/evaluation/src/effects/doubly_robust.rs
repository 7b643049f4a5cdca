//! Augmented inverse probability weighting (Robins, Rotnitzky and Zhao 1994): right if either the propensity score or the model of
//! the outcome is.

use super::Effect;
use super::g_computation::PredictedOutcomes;
use crate::columns::{check_finite, check_rows};
use crate::error::EvaluationError;
use crate::estimand::Estimand;
use crate::units::check_groups;
use crate::weighting::check_probabilities;

/// The doubly robust effect, with the standard error of its influence function.
///
/// `probabilities` are of being treated, and `predicted` is what the model of the outcome says with and without treatment. For an
/// effect on the treated only the probabilities' odds and the outcome without treatment are used.
///
/// # Errors
///
/// Columns of different lengths, values that are not finite, nobody in one of the groups, or a probability of 0 or 1.
pub fn doubly_robust(
    outcome: &[f64],
    treated: &[bool],
    probabilities: &[f64],
    predicted: &PredictedOutcomes,
    estimand: Estimand,
) -> Result<Effect, EvaluationError> {
    let rows = treated.len();
    check_finite("outcome", outcome, rows)?;
    check_finite("predicted outcome with treatment", &predicted.with, rows)?;
    check_finite("predicted outcome without treatment", &predicted.without, rows)?;
    check_rows("probabilities", probabilities.len(), rows)?;
    check_probabilities(probabilities)?;
    check_groups(treated)?;
    let units = (0..rows).filter(|&row| estimand.has(treated[row])).count() as f64;
    // What each unit adds to the mean with and without treatment.
    let parts = |row: usize| {
        let (y, p, with, without) = (outcome[row], probabilities[row], predicted.with[row], predicted.without[row]);
        match (estimand, treated[row]) {
            (Estimand::Everybody, true) => (with + (y - with) / p, without),
            (Estimand::Everybody, false) => (with, without + (y - without) / (1.0 - p)),
            (Estimand::Treated, true) => (y, without),
            (Estimand::Treated, false) => (0.0, p / (1.0 - p) * (y - without)),
        }
    };
    let sums = (0..rows).map(parts).fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    let means = (sums.0 / units, sums.1 / units);
    let effect = means.0 - means.1;
    // The variance of a mean, with n − 1.
    let correction = (rows as f64 / (rows as f64 - 1.0)).sqrt();
    let influence: Vec<f64> = (0..rows)
        .map(|row| {
            let (with, without) = parts(row);
            let centre = if estimand.has(treated[row]) { effect } else { 0.0 };
            correction * (with - without - centre) / units
        })
        .collect();
    Ok(Effect::of_influence(&influence, means))
}

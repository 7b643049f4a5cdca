//! The difference of means weighted by a propensity score (Hájek), with a standard error that knows the score was estimated.

use super::Effect;
use crate::columns::{Columns, check_finite, check_rows};
use crate::error::EvaluationError;
use crate::logistic::{LogisticFit, probability};
use crate::weighting::{Weighting, score_weights};

/// The weighted difference, with the standard error of M-estimation: the equations of the score and of both means are solved
/// together (Stefanski and Boos 2002), and robust covariances take it from there.
///
/// `fit` is the propensity score: a logistic model of `treated` on `columns`, without weights. To take the weights as known
/// instead, call [`difference_of_means`](super::means::difference_of_means) with them and HC0.
///
/// # Errors
///
/// Columns of different lengths, an outcome that is not finite, another model's coefficients, nobody in one of the groups, or a
/// probability of 0 or 1.
pub fn inverse_probability(
    outcome: &[f64],
    treated: &[bool],
    columns: &Columns,
    fit: &LogisticFit,
    weighting: Weighting,
) -> Result<Effect, EvaluationError> {
    let rows = treated.len();
    check_finite("outcome", outcome, rows)?;
    check_rows("covariates", columns.rows(), rows)?;
    check_rows("coefficients of the score", fit.coefficients.len(), columns.all().len() + 1)?;
    let probabilities = fit.probabilities();
    let weights = score_weights(treated, &probabilities, weighting)?.weights;
    let share = treated.iter().filter(|&&treated| treated).count() as f64 / rows as f64;
    let group = |which: bool| (0..rows).filter(move |&row| treated[row] == which);
    let totals = [true, false].map(|which| group(which).map(|row| weights[row]).sum::<f64>());
    let mean = |which: bool, total: f64| group(which).map(|row| weights[row] * outcome[row]).sum::<f64>() / total;
    let means = (mean(true, totals[0]), mean(false, totals[1]));
    // What a unit would move the difference by, for a unit of weight: its residual over the total, with the sign of its group.
    let pull = |row: usize| {
        if treated[row] { (outcome[row] - means.0) / totals[0] } else { -(outcome[row] - means.1) / totals[1] }
    };
    let slopes: Vec<f64> = (0..rows).map(|row| weighting.slope(treated[row], probabilities[row], share) * pull(row)).collect();
    let mut gradient = vec![slopes.iter().sum::<f64>()];
    gradient.extend(columns.all().iter().map(|c| c.values.iter().zip(&slopes).map(|(x, s)| x * s).sum::<f64>()));
    let direction = fit.covariance.times(&gradient);
    let influence: Vec<f64> = (0..rows)
        .map(|row| {
            let left = f64::from(u8::from(treated[row])) - probability(fit.log_odds[row]);
            let along = direction[0]
                + columns.all().iter().zip(&direction[1..]).map(|(column, part)| column.values[row] * part).sum::<f64>();
            weights[row] * pull(row) + left * along
        })
        .collect();
    Ok(Effect { standard_error_name: "M-estimation with an estimated score", ..Effect::of_influence(&influence, means) })
}

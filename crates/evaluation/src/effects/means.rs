//! The difference of weighted means, alone and adjusted for covariates.

use super::Effect;
use super::g_computation::{Interacted, g_computation};
use crate::columns::{Columns, check_rows};
use crate::error::EvaluationError;
use crate::estimand::Estimand;
use crate::least_squares::Covariance;
use crate::units::check_groups;

/// The mean of the treated less that of the comparison group, each unit counted by its weight.
///
/// Name the covariance: HC2 without weights is the standard error for unequal variances. HC0 with weights from a propensity score
/// takes the weights as known and independent, which is conservative for an effect on everybody. After matching without
/// replacement, cluster by pair.
///
/// # Errors
///
/// As [`least_squares`](crate::least_squares::least_squares), and nobody in one of the groups.
pub fn difference_of_means(
    outcome: &[f64],
    treated: &[bool],
    weights: Option<&[f64]>,
    covariance: Covariance<'_>,
) -> Result<Effect, EvaluationError> {
    let none = Columns::new(treated.len(), Vec::new())?;
    regression_adjusted(outcome, treated, &none, weights, covariance)
}

/// The difference after a linear adjustment for covariates that is the same in both groups. The means are those at the mean
/// covariates of the treated.
///
/// # Errors
///
/// As [`least_squares`](crate::least_squares::least_squares), and nobody in one of the groups.
pub fn regression_adjusted(
    outcome: &[f64],
    treated: &[bool],
    columns: &Columns,
    weights: Option<&[f64]>,
    covariance: Covariance<'_>,
) -> Result<Effect, EvaluationError> {
    check_rows("treated", treated.len(), columns.rows())?;
    check_groups(treated)?;
    g_computation(outcome, treated, columns, weights, Interacted::None, Estimand::Treated, covariance)
}

//! The robustness value (Cinelli and Hazlett 2020): what share of the variance left in treatment and outcome something unmeasured
//! would have to explain, to change the conclusion of a regression.

use crate::error::EvaluationError;

/// How strong a confounder would have to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RobustnessValue {
    /// The share of the outcome's variance, left by the covariates, that the treatment explains.
    pub partial_r_squared: f64,
    /// A confounder that explains this share of what is left of both would lower the estimate by the share asked for.
    pub of_estimate: f64,
    /// One that explains this share would make it no longer significant.
    pub of_significance: f64,
}

/// The robustness value of a regression coefficient.
///
/// `t` is the coefficient over its classical standard error, with `degrees_of_freedom` left in that regression; `share` is how much
/// of the estimate would have to be gone, 1 for all. `critical` is the quantile of the t distribution with one degree of freedom
/// less at which a coefficient is called significant: about 1.96 for 5% in a large sample, and 0 if that is not asked.
///
/// # Errors
///
/// Numbers that are not finite, fewer than two degrees of freedom, or a share that is not above 0.
pub fn robustness_value(
    t: f64,
    degrees_of_freedom: usize,
    share: f64,
    critical: f64,
) -> Result<RobustnessValue, EvaluationError> {
    if degrees_of_freedom < 2 {
        return Err(EvaluationError::TooFew { what: "degrees of freedom", needed: 2, found: degrees_of_freedom });
    }
    if !(t.is_finite() && share > 0.0 && share.is_finite() && critical >= 0.0 && critical.is_finite()) {
        return Err(EvaluationError::Option { what: "a robustness value needs finite numbers, and a share above 0" });
    }
    let df = degrees_of_freedom as f64;
    let f = share * t.abs() / df.sqrt();
    let f_critical = critical / (df - 1.0).sqrt();
    let left = f - f_critical;
    let of_significance = if left <= 0.0 {
        0.0
    } else if f * f_critical >= 1.0 {
        // The treatment explains so much that a confounder bound to the outcome alone would have to explain the rest.
        (f * f - f_critical * f_critical) / (1.0 + f * f)
    } else {
        solved(left)
    };
    Ok(RobustnessValue { partial_r_squared: t * t / (t * t + df), of_estimate: solved(f), of_significance })
}

/// The share `r` of both for which r / √(1 − r) is `f`.
fn solved(f: f64) -> f64 {
    let squared = f * f;
    0.5 * ((squared * squared + 4.0 * squared).sqrt() - squared)
}

/// What is left of an estimate and its standard error if a confounder explains these shares of what the covariates leave of the
/// outcome and of the treatment. The confounder is taken to work against the estimate.
///
/// # Errors
///
/// Shares that are not from 0 to below 1, or fewer than two degrees of freedom.
pub fn adjusted_for_confounder(
    (estimate, standard_error): (f64, f64),
    degrees_of_freedom: usize,
    of_outcome: f64,
    of_treatment: f64,
) -> Result<(f64, f64), EvaluationError> {
    if degrees_of_freedom < 2 {
        return Err(EvaluationError::TooFew { what: "degrees of freedom", needed: 2, found: degrees_of_freedom });
    }
    if !((0.0..=1.0).contains(&of_outcome) && (0.0..1.0).contains(&of_treatment)) {
        return Err(EvaluationError::Option { what: "the share that a confounder explains has to be from 0 to below 1" });
    }
    let df = degrees_of_freedom as f64;
    let bias = standard_error * (df * of_outcome * of_treatment / (1.0 - of_treatment)).sqrt();
    let error = standard_error * ((1.0 - of_outcome) / (1.0 - of_treatment) * df / (df - 1.0)).sqrt();
    Ok((estimate - bias.copysign(estimate), error))
}

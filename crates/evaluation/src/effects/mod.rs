//! Effects, each with a standard error that says which one it is.

pub mod abadie_imbens;
pub mod doubly_robust;
pub mod g_computation;
pub mod inverse_probability;
pub mod means;

use base::statistics::{normal_cdf, normal_quantile};

/// An estimated effect, in the unit of the outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Treated less comparison.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Which standard error that is.
    pub standard_error_name: &'static str,
    /// The mean outcome with treatment, of those whom the effect is about.
    pub treated_mean: f64,
    /// The mean outcome without it.
    pub control_mean: f64,
    /// How many units were used.
    pub units: usize,
    /// How many clusters they are in, where the standard error is clustered.
    pub clusters: Option<usize>,
}

impl Effect {
    /// The interval that covers the effect with probability `level` in large samples.
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let half = normal_quantile(0.5 + level / 2.0) * self.standard_error;
        (self.estimate - half, self.estimate + half)
    }

    /// The effect in standard errors.
    pub fn z(&self) -> f64 {
        self.estimate / self.standard_error
    }

    /// The probability of an estimate at least as far from 0, on either side, if there were no effect and the sample is large.
    pub fn p_value(&self) -> f64 {
        (2.0 * normal_cdf(-self.z().abs())).min(1.0)
    }

    /// An effect that is the mean of `values`, with the standard error of independent units: the influence of each on the mean.
    pub(crate) fn of_influence(influence: &[f64], (treated_mean, control_mean): (f64, f64)) -> Effect {
        Effect {
            estimate: treated_mean - control_mean,
            standard_error: influence.iter().map(|value| value * value).sum::<f64>().sqrt(),
            standard_error_name: "influence function",
            treated_mean,
            control_mean,
            units: influence.len(),
            clusters: None,
        }
    }
}

//! Before a study: the smallest effect that a comparison of two groups is likely to find, and how likely it is to find one of a
//! given size. After it: what "not significant" can and cannot rule out.

use base::statistics::{normal_cdf, normal_quantile};

use crate::error::EvaluationError;

/// A comparison of two groups, possibly of clusters. Normal quantiles are used, so with fewer than about 20 clusters in each group
/// it promises too much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoGroups {
    /// How many units are treated, or how many a design with weights is worth.
    pub treated: f64,
    /// How many are not.
    pub controls: f64,
    /// The variance of the outcome: p (1 − p) where a share p has it.
    pub variance: f64,
    /// The share of that variance that covariates explain, from 0 to below 1.
    pub r_squared: f64,
    /// How many units a cluster has on average; 1 without clusters.
    pub cluster_size: f64,
    /// The standard deviation of the sizes of clusters over their mean.
    pub cluster_size_variation: f64,
    /// How alike the units of a cluster are, from 0 to 1 (the intracluster correlation).
    pub intracluster_correlation: f64,
}

impl TwoGroups {
    /// A design without clusters or covariates.
    pub fn simple(treated: f64, controls: f64, variance: f64) -> TwoGroups {
        TwoGroups {
            treated,
            controls,
            variance,
            r_squared: 0.0,
            cluster_size: 1.0,
            cluster_size_variation: 0.0,
            intracluster_correlation: 0.0,
        }
    }

    /// By how much clusters raise the variance: 1 + ((v² + 1) m − 1) ρ (Eldridge, Ashby and Kerry 2006).
    pub fn design_effect(&self) -> f64 {
        let variation = self.cluster_size_variation;
        1.0 + ((variation * variation + 1.0) * self.cluster_size - 1.0) * self.intracluster_correlation
    }

    /// The standard error of the difference between the groups.
    pub fn standard_error(&self) -> f64 {
        let units = 1.0 / self.treated + 1.0 / self.controls;
        (self.variance * (1.0 - self.r_squared) * units * self.design_effect()).sqrt()
    }

    /// The smallest effect that a two-sided test at `level` finds with probability `power`.
    ///
    /// # Errors
    ///
    /// A design that cannot be, or a level or power that is not between 0 and 1.
    pub fn minimum_detectable_effect(&self, level: f64, power: f64) -> Result<f64, EvaluationError> {
        self.check(level)?;
        if !(power > level && power < 1.0) {
            return Err(EvaluationError::Option { what: "the power has to lie between the level of the test and 1" });
        }
        Ok((normal_quantile(1.0 - level / 2.0) + normal_quantile(power)) * self.standard_error())
    }

    /// The probability that a two-sided test at `level` finds an effect of this size, in either direction.
    ///
    /// # Errors
    ///
    /// A design that cannot be, a level that is not between 0 and 1, or an effect that is not finite.
    pub fn power(&self, level: f64, effect: f64) -> Result<f64, EvaluationError> {
        self.check(level)?;
        if !effect.is_finite() {
            return Err(EvaluationError::Option { what: "the effect has to be a finite number" });
        }
        let (limit, size) = (normal_quantile(1.0 - level / 2.0), effect.abs() / self.standard_error());
        Ok(normal_cdf(size - limit) + normal_cdf(-size - limit))
    }

    fn check(&self, level: f64) -> Result<(), EvaluationError> {
        let at_least = |value: f64, limit: f64| value >= limit && value.is_finite();
        let sound = at_least(self.treated, 1.0)
            && at_least(self.controls, 1.0)
            && self.variance > 0.0
            && self.variance.is_finite()
            && (0.0..1.0).contains(&self.r_squared)
            && at_least(self.cluster_size, 1.0)
            && at_least(self.cluster_size_variation, 0.0)
            && (0.0..=1.0).contains(&self.intracluster_correlation)
            && level > 0.0
            && level < 1.0;
        if sound {
            Ok(())
        } else {
            Err(EvaluationError::Option {
                what: "a design needs at least one unit in each group and in a cluster, a variance above 0, shares from 0 to 1, and a \
                       level between 0 and 1",
            })
        }
    }
}

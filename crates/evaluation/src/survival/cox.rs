//! How covariates change the hazard of the event (Cox 1972): hazard ratios that hold at every time, with ties, left truncation and
//! strata. One sort, then work in proportion to the rows in each step of Newton's method.

mod likelihood;
mod risk_order;
mod ties;

use crate::columns::{Columns, check_rows};
use crate::distributions::chi_squared_tails;
use crate::error::EvaluationError;
use crate::linear_algebra::{Cholesky, Symmetric};

use super::FollowUp;
pub(crate) use risk_order::RiskOrder;
pub use ties::Ties;

/// How the covariance of the coefficients is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoxCovariance<'a> {
    /// The inverse of the information: right where the model is and rows are independent.
    Information,
    /// Lin and Wei (1989): right where hazards are not quite proportional, for independent rows.
    Robust,
    /// The same with the rows of one cluster added up. One cluster number for each row; no correction for few clusters.
    Clustered(&'a [u64]),
}

/// What a Cox model is fitted with. There are no defaults.
#[derive(Clone, Copy, Debug)]
pub struct CoxOptions<'a> {
    /// How events at the same time are counted.
    pub ties: Ties,
    /// The stratum of each row: hazards are compared within it only, and each stratum has its own baseline.
    pub strata: Option<&'a [usize]>,
    /// How the covariance is estimated.
    pub covariance: CoxCovariance<'a>,
}

/// A fitted Cox model.
#[derive(Clone, Debug)]
pub struct CoxFit {
    /// The names of the covariates.
    pub names: Vec<String>,
    /// The coefficients: the log hazard ratio per unit of each covariate.
    pub coefficients: Vec<f64>,
    /// Their covariance.
    pub covariance: Symmetric,
    /// Which covariance that is.
    pub covariance_name: &'static str,
    /// How many clusters there are, where the covariance is clustered.
    pub clusters: Option<usize>,
    /// The partial log-likelihood at the coefficients.
    pub log_likelihood: f64,
    /// The partial log-likelihood where every coefficient is 0.
    pub log_likelihood_of_none: f64,
    /// Rows.
    pub rows: usize,
    /// Rows that end with the event.
    pub events: usize,
    /// Steps of Newton's method.
    pub steps: usize,
}

impl CoxFit {
    /// The standard error of the coefficient in place `place`.
    #[must_use]
    pub fn standard_error(&self, place: usize) -> f64 {
        self.covariance.get(place, place).sqrt()
    }

    /// Chi-squared of the likelihood ratio test of all coefficients, and its p-value.
    #[must_use]
    pub fn likelihood_ratio(&self) -> (f64, f64) {
        let chi_squared = 2.0 * (self.log_likelihood - self.log_likelihood_of_none);
        (chi_squared, chi_squared_tails(chi_squared, self.coefficients.len() as f64).upper)
    }

    /// The log hazard ratio of each row against a person whose covariates are all 0.
    ///
    /// # Errors
    ///
    /// Another number of covariates.
    pub fn log_hazards(&self, columns: &Columns) -> Result<Vec<f64>, EvaluationError> {
        check_rows("covariates", columns.all().len(), self.coefficients.len())?;
        let mut sum = vec![0.0; columns.rows()];
        for (column, coefficient) in columns.all().iter().zip(&self.coefficients) {
            sum.iter_mut().zip(&column.values).for_each(|(sum, value)| *sum += coefficient * value);
        }
        Ok(sum)
    }
}

/// A maximum that exists is found in about six steps.
const STEPS_MAX: usize = 30;
/// On the scale of standard deviations. Steps shrink with the square of the one before, so nothing is left after one of this size.
const SMALLEST_STEP: f64 = 1e-8;

/// Fits a Cox model by partial likelihood.
///
/// # Errors
///
/// Follow-up or columns that cannot be used, no event, a collinear covariate (by name), or covariates that order the events so
/// well that no finite coefficient fits (the one with the largest coefficient is named).
pub fn cox(follow_up: FollowUp<'_>, columns: &Columns, options: CoxOptions<'_>) -> Result<CoxFit, EvaluationError> {
    let order = RiskOrder::new(&follow_up, columns, options.strata, options.ties)?;
    let name = |place: usize| columns.all()[place].name.clone();
    let width = order.width();
    let (mut beta, mut at) = (vec![0.0; width], order.evaluate(&vec![0.0; width]));
    let log_likelihood_of_none = at.log_likelihood;
    let mut steps = 0;
    let cholesky = loop {
        let cholesky = match Cholesky::of(&at.information) {
            Ok(cholesky) => cholesky,
            Err(collinear) if steps == 0 => return Err(EvaluationError::Collinear { column: name(collinear.column) }),
            Err(_) => return Err(EvaluationError::Separation { column: name(largest(&beta)) }),
        };
        let step = cholesky.solve(&at.score);
        let size = step.iter().fold(0.0_f64, |size, step| size.max(step.abs()));
        if size <= SMALLEST_STEP {
            break cholesky;
        }
        if steps == STEPS_MAX {
            return Err(EvaluationError::Separation { column: name(largest(&beta)) });
        }
        steps += 1;
        let mut share = 1.0;
        loop {
            let tried: Vec<f64> = beta.iter().zip(&step).map(|(old, step)| old + share * step).collect();
            let there = order.evaluate(&tried);
            // The likelihood has one maximum, so a short enough step is uphill; the allowance is for rounding.
            if there.log_likelihood >= at.log_likelihood - 1e-12 * at.log_likelihood.abs() {
                (beta, at) = (tried, there);
                break;
            }
            if share < 1e-6 {
                return Err(EvaluationError::NotConverged { what: "maximum of the partial likelihood", steps });
            }
            share *= 0.5;
        }
    };
    let inverse = cholesky.inverse();
    let (scaled, clusters) = match options.covariance {
        CoxCovariance::Information => (inverse, None),
        CoxCovariance::Robust => (inverse.sandwich(&order.meat(&beta, None)?.0), None),
        CoxCovariance::Clustered(clusters) => {
            let (meat, count) = order.meat(&beta, Some(clusters))?;
            (inverse.sandwich(&meat), Some(count))
        }
    };
    Ok(CoxFit {
        names: columns.all().iter().map(|column| column.name.clone()).collect(),
        coefficients: order.unscaled(&beta),
        covariance: order.unscaled_covariance(&scaled),
        covariance_name: match options.covariance {
            CoxCovariance::Information => "inverse information",
            CoxCovariance::Robust => "robust (Lin and Wei)",
            CoxCovariance::Clustered(_) => "clustered (Lin and Wei)",
        },
        clusters,
        log_likelihood: at.log_likelihood,
        log_likelihood_of_none,
        rows: follow_up.rows(),
        events: follow_up.event.iter().filter(|&&event| event).count(),
        steps,
    })
}

fn largest(beta: &[f64]) -> usize {
    (0..beta.len()).max_by(|&i, &j| beta[i].abs().total_cmp(&beta[j].abs())).unwrap_or(0)
}

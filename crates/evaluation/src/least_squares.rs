//! Ordinary and weighted least squares with an intercept, and the covariance of the coefficients, which the caller has to name:
//! there is no default, because the choice decides what is significant.

use std::collections::BTreeMap;

use crate::columns::{Columns, check_finite, check_rows, check_weights};
use crate::design::{BLOCK, DesignMatrix};
use crate::error::EvaluationError;
use crate::linear_algebra::{Cholesky, Symmetric};

/// How the covariance of the coefficients is estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Covariance<'a> {
    /// One error variance for all rows.
    Classical,
    /// White (1980): squared residuals, no correction.
    Hc0,
    /// HC0 times n / (n − k).
    Hc1,
    /// Squared residuals over 1 − leverage (MacKinnon and White 1985).
    Hc2,
    /// Squared residuals over (1 − leverage)².
    Hc3,
    /// Clustered, with no correction for a small number of clusters (Liang and Zeger 1986). One cluster number for each row.
    Cr0(&'a [u64]),
    /// CR0 times G / (G − 1) · (n − 1) / (n − k), with G clusters.
    Cr1(&'a [u64]),
}

impl Covariance<'_> {
    /// What a table calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Covariance::Classical => "classical",
            Covariance::Hc0 => "HC0",
            Covariance::Hc1 => "HC1",
            Covariance::Hc2 => "HC2",
            Covariance::Hc3 => "HC3",
            Covariance::Cr0(_) => "clustered (CR0)",
            Covariance::Cr1(_) => "clustered (CR1)",
        }
    }
}

/// A fitted linear model.
#[derive(Clone, Debug)]
pub struct LinearFit {
    /// The names of the coefficients: "intercept", then the columns.
    pub names: Vec<String>,
    /// The coefficients, in the unit of the outcome per unit of the column.
    pub coefficients: Vec<f64>,
    /// Their covariance.
    pub covariance: Symmetric,
    /// Which covariance that is.
    pub covariance_name: &'static str,
    /// Rows with a weight above 0.
    pub rows: usize,
    /// How many clusters there are, where the covariance is clustered.
    pub clusters: Option<usize>,
    /// The outcome less its fitted value, for each row.
    pub residuals: Vec<f64>,
    /// The share of the weighted variance of the outcome that the columns explain, from 0 to 1.
    pub r_squared: f64,
}

impl LinearFit {
    /// Rows less coefficients.
    pub fn degrees_of_freedom(&self) -> usize {
        self.rows - self.coefficients.len()
    }

    /// The place of a coefficient.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The standard error of the coefficient in place `place`.
    pub fn standard_error(&self, place: usize) -> f64 {
        self.covariance.get(place, place).sqrt()
    }
}

/// Fits `outcome` on an intercept and `columns` by least squares; rows with a weight of 0 count as absent.
///
/// # Errors
///
/// Columns of different lengths, values that are not finite, weights below 0, a collinear column (by name), fewer rows than
/// coefficients and one more, fewer than two clusters, or a row that alone decides a coefficient under HC2 or HC3.
pub fn least_squares(
    outcome: &[f64],
    columns: &Columns,
    weights: Option<&[f64]>,
    covariance: Covariance<'_>,
) -> Result<LinearFit, EvaluationError> {
    check_finite("outcome", outcome, columns.rows())?;
    if let Some(weights) = weights {
        check_weights("weights", weights, columns.rows())?;
    }
    let design = DesignMatrix::new(columns, weights)?;
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let rows = (0..columns.rows()).filter(|&row| weight(row) > 0.0).count();
    if rows <= design.width() {
        return Err(EvaluationError::TooFew { what: "rows", needed: design.width() + 1, found: rows });
    }

    let total: f64 = (0..columns.rows()).map(weight).sum();
    let mean = (0..columns.rows()).map(|row| weight(row) * outcome[row]).sum::<f64>() / total;
    let residual_sums = |scaled: &[f64]| {
        design.sums(|block| {
            let fitted = block.linear(scaled);
            for at in 0..block.length {
                let row = block.start + at;
                block.weight[at] = weight(row);
                block.moment[at] = weight(row) * (outcome[row] - mean - fitted[at]);
            }
            0.0
        })
    };
    let sums = residual_sums(&vec![0.0; design.width()]);
    let cholesky = design.factor(&sums.cross)?;
    let mut scaled = cholesky.solve(&sums.moments);
    // The normal equations lose half the digits of an ill-conditioned design; one step on the residuals brings them back.
    let correction = cholesky.solve(&residual_sums(&scaled).moments);
    scaled.iter_mut().zip(correction).for_each(|(coefficient, step)| *coefficient += step);
    scaled[0] += mean;

    let fitted = design.map(|block| block.linear(&scaled));
    let residuals: Vec<f64> = outcome.iter().zip(&fitted).map(|(outcome, fitted)| outcome - fitted).collect();
    let squares = |values: &dyn Fn(usize) -> f64| (0..columns.rows()).map(|row| weight(row) * values(row).powi(2)).sum::<f64>();
    let (left, all) = (squares(&|row| residuals[row]), squares(&|row| outcome[row] - mean));
    let fit = Fitted { design: &design, cholesky: &cholesky, residuals: &residuals, weights, rows, left };
    let (scaled_covariance, clusters) = fit.covariance(covariance)?;
    Ok(LinearFit {
        names: design.names(),
        coefficients: design.coefficients(&scaled),
        covariance: design.covariance(&scaled_covariance),
        covariance_name: covariance.name(),
        rows,
        clusters,
        residuals,
        r_squared: if all > 0.0 { 1.0 - left / all } else { 0.0 },
    })
}

/// What a covariance is made of, on the common scale of the columns.
struct Fitted<'a> {
    design: &'a DesignMatrix<'a>,
    cholesky: &'a Cholesky,
    residuals: &'a [f64],
    weights: Option<&'a [f64]>,
    rows: usize,
    left: f64,
}

impl Fitted<'_> {
    fn score(&self, row: usize) -> f64 {
        self.residuals[row] * self.weights.map_or(1.0, |weights| weights[row])
    }

    fn covariance(&self, kind: Covariance<'_>) -> Result<(Symmetric, Option<usize>), EvaluationError> {
        let bread = self.cholesky.inverse();
        let (n, k) = (self.rows as f64, self.design.width() as f64);
        Ok(match kind {
            Covariance::Classical => (bread.scaled(self.left / (n - k)), None),
            Covariance::Hc0 => (bread.sandwich(&self.meat(|_| 1.0)), None),
            Covariance::Hc1 => (bread.sandwich(&self.meat(|_| 1.0)).scaled(n / (n - k)), None),
            Covariance::Hc2 | Covariance::Hc3 => {
                let power = if kind == Covariance::Hc2 { 1 } else { 2 };
                let leverage = self.leverage(&bread);
                // A row that alone decides a coefficient has a residual of 0 and no variance to offer.
                if leverage.iter().any(|&leverage| leverage > 1.0 - 1e-10) {
                    return Err(EvaluationError::Option {
                        what: "HC2 and HC3 need every coefficient to be decided by more than one row: choose HC1, or leave out the \
                               column that only one row has",
                    });
                }
                (bread.sandwich(&self.meat(|row| (1.0 - leverage[row]).powi(power))), None)
            }
            Covariance::Cr0(clusters) => {
                let (meat, count) = self.clustered_meat(clusters)?;
                (bread.sandwich(&meat), Some(count))
            }
            Covariance::Cr1(clusters) => {
                let (meat, count) = self.clustered_meat(clusters)?;
                let g = count as f64;
                (bread.sandwich(&meat).scaled(g / (g - 1.0) * (n - 1.0) / (n - k)), Some(count))
            }
        })
    }

    /// `Σ (w e)² / divisor · z zᵀ`.
    fn meat(&self, divisor: impl Fn(usize) -> f64 + Sync) -> Symmetric {
        let sums = self.design.sums(|block| {
            for at in 0..block.length {
                let row = block.start + at;
                block.weight[at] = self.score(row).powi(2) / divisor(row);
            }
            0.0
        });
        sums.cross
    }

    /// How much of its own fitted value each row decides.
    fn leverage(&self, bread: &Symmetric) -> Vec<f64> {
        self.design.map(|block| {
            let mut out = [0.0; BLOCK];
            for (at, out) in out.iter_mut().enumerate().take(block.length) {
                let weight = self.weights.map_or(1.0, |weights| weights[block.start + at]);
                *out = weight * bread.quadratic_form(&block.row(at));
            }
            out
        })
    }

    fn clustered_meat(&self, clusters: &[u64]) -> Result<(Symmetric, usize), EvaluationError> {
        check_rows("clusters", clusters.len(), self.residuals.len())?;
        let mut sums: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (row, &cluster) in clusters.iter().enumerate() {
            if self.weights.is_some_and(|weights| weights[row] == 0.0) {
                continue;
            }
            let score = self.score(row);
            let sum = sums.entry(cluster).or_insert_with(|| vec![0.0; self.design.width()]);
            sum.iter_mut().zip(self.design.scaled_row(row)).for_each(|(sum, z)| *sum += score * z);
        }
        if sums.len() < 2 {
            return Err(EvaluationError::TooFew { what: "clusters", needed: 2, found: sums.len() });
        }
        let mut meat = Symmetric::zero(self.design.width());
        sums.values().for_each(|sum| meat.add_outer(sum, 1.0));
        Ok((meat, sums.len()))
    }
}

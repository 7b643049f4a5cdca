//! Logistic regression by maximum likelihood: the propensity score, and models of a binary outcome.
//!
//! Newton's method (iteratively reweighted least squares) on columns of a common scale. Rows are read in fixed blocks, so the
//! result has the same bits at any number of threads. Another order of rows changes the last bits only; sort the rows by unit key
//! first where even those must not depend on the order of a file.

use crate::columns::{Columns, check_rows, check_weights};
use crate::design::{BLOCK, DesignBlock, DesignMatrix, DesignSums};
use crate::error::EvaluationError;
use crate::linear_algebra::Symmetric;

/// A fitted logistic model.
#[derive(Clone, Debug)]
pub struct LogisticFit {
    /// The names of the coefficients: "intercept", then the columns.
    pub names: Vec<String>,
    /// The coefficients, in log odds per unit of the column.
    pub coefficients: Vec<f64>,
    /// Their covariance: the inverse of the information.
    pub covariance: Symmetric,
    /// The log-likelihood at the coefficients.
    pub log_likelihood: f64,
    /// How many steps were taken.
    pub steps: usize,
    /// The log odds of each row.
    pub log_odds: Vec<f64>,
}

impl LogisticFit {
    /// The probability of each row, from 0 to 1.
    pub fn probabilities(&self) -> Vec<f64> {
        self.log_odds.iter().map(|&log_odds| probability(log_odds)).collect()
    }

    /// The log odds of other units, which have the columns of the fit in the same order.
    ///
    /// # Errors
    ///
    /// Another number of columns.
    pub fn log_odds_of(&self, columns: &Columns) -> Result<Vec<f64>, EvaluationError> {
        check_rows("columns", columns.all().len() + 1, self.coefficients.len())?;
        let mut sum = vec![self.coefficients[0]; columns.rows()];
        for (column, coefficient) in columns.all().iter().zip(&self.coefficients[1..]) {
            sum.iter_mut().zip(&column.values).for_each(|(sum, value)| *sum += coefficient * value);
        }
        Ok(sum)
    }
}

/// The probability that belongs to log odds.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// A maximum that exists is found in about ten steps.
const STEPS_MAX: usize = 30;
/// The steps shrink with the square of the one before, so after one of this size the coefficients are exact to rounding.
const SMALLEST_STEP: f64 = 1e-7;
/// Where the groups are separated, every step moves the log odds by about 1, for ever.
const SEPARATED_STEP: f64 = 0.05;
/// With more rows than this, a fit on every sixteenth row saves half of the passes over all.
const ROWS_WITHOUT_START: usize = 65_536;
const START_STRIDE: usize = 16;

/// Fits the probability of `outcome` on an intercept and `columns`. A weight counts a row that many times.
///
/// # Errors
///
/// Columns of different lengths, weights below 0, a collinear column, an outcome that is the same in every row, covariates that
/// separate the two groups (the column that does so most is named), or no maximum after 30 steps.
pub fn logistic(outcome: &[bool], columns: &Columns, weights: Option<&[f64]>) -> Result<LogisticFit, EvaluationError> {
    check_rows("outcome", outcome.len(), columns.rows())?;
    if let Some(weights) = weights {
        check_weights("weights", weights, columns.rows())?;
    }
    let counted = |row: usize| weights.is_none_or(|weights| weights[row] > 0.0);
    let yes = (0..outcome.len()).filter(|&row| counted(row) && outcome[row]).count();
    let no = (0..outcome.len()).filter(|&row| counted(row) && !outcome[row]).count();
    if yes == 0 || no == 0 {
        return Err(EvaluationError::TooFew { what: "rows in one of the two groups", needed: 1, found: 0 });
    }
    let design = DesignMatrix::new(columns, weights)?;
    if yes + no <= design.width() {
        return Err(EvaluationError::TooFew { what: "rows", needed: design.width() + 1, found: yes + no });
    }
    let model = LogisticModel { outcome, weights, design: &design };
    let zero = || vec![0.0; design.width()];
    let climbed = match model.start(columns) {
        // A part can lie so far off that the climb from there fails.
        Some(start) => model.climb(start).or_else(|_| model.climb(zero())),
        None => model.climb(zero()),
    };
    let (scaled, covariance, log_likelihood, steps) = climbed?;
    Ok(LogisticFit {
        names: design.names(),
        coefficients: design.coefficients(&scaled),
        covariance: design.covariance(&covariance),
        log_likelihood,
        steps,
        log_odds: design.map(|block| block.linear(&scaled)),
    })
}

struct LogisticModel<'a> {
    outcome: &'a [bool],
    weights: Option<&'a [f64]>,
    design: &'a DesignMatrix<'a>,
}

impl LogisticModel<'_> {
    /// Coefficients to start from, where there are many rows: those of every sixteenth row. There are none where that part is
    /// separated or collinear, which the whole need not be.
    fn start(&self, columns: &Columns) -> Option<Vec<f64>> {
        if columns.rows() <= ROWS_WITHOUT_START {
            return None;
        }
        let rows: Vec<usize> = (0..columns.rows()).step_by(START_STRIDE).collect();
        let outcome: Vec<bool> = rows.iter().map(|&row| self.outcome[row]).collect();
        let weights: Option<Vec<f64>> = self.weights.map(|weights| rows.iter().map(|&row| weights[row]).collect());
        let part = logistic(&outcome, &columns.take(&rows), weights.as_deref()).ok()?;
        Some(self.design.scaled_coefficients(&part.coefficients))
    }

    fn climb(&self, start: Vec<f64>) -> Result<(Vec<f64>, Symmetric, f64, usize), EvaluationError> {
        let mut scaled = start;
        let mut sums = self.sums(&scaled);
        for steps in 1..=STEPS_MAX {
            let cholesky = match self.design.factor(&sums.cross) {
                Ok(cholesky) => cholesky,
                Err(collinear) if steps == 1 => return Err(collinear),
                Err(_) => return Err(self.separated(&scaled)),
            };
            let step = cholesky.solve(&sums.moments);
            let size = step.iter().fold(0.0_f64, |size, step| size.max(step.abs()));
            if size <= SMALLEST_STEP {
                let log_likelihood = sums.scalar;
                scaled.iter_mut().zip(&step).for_each(|(coefficient, step)| *coefficient += step);
                return Ok((scaled, cholesky.inverse(), log_likelihood, steps));
            }
            let mut share = 1.0;
            loop {
                let tried: Vec<f64> = scaled.iter().zip(&step).map(|(old, step)| old + share * step).collect();
                let there = self.sums(&tried);
                // The likelihood has one maximum, so a long enough way back is always uphill; the allowance is for rounding.
                if there.scalar >= sums.scalar - 1e-12 * sums.scalar.abs() || share < 1e-6 {
                    (scaled, sums) = (tried, there);
                    break;
                }
                share *= 0.5;
            }
            if steps == STEPS_MAX && size > SEPARATED_STEP {
                return Err(self.separated(&scaled));
            }
        }
        Err(EvaluationError::NotConverged { what: "maximum of the likelihood", steps: STEPS_MAX })
    }

    /// The largest coefficient on the common scale, the intercept apart.
    fn separated(&self, scaled: &[f64]) -> EvaluationError {
        let largest = (1..scaled.len()).max_by(|&a, &b| scaled[a].abs().total_cmp(&scaled[b].abs())).unwrap_or(0);
        EvaluationError::Separation { column: self.design.names().swap_remove(largest) }
    }

    /// The information, the gradient and the log-likelihood.
    fn sums(&self, scaled: &[f64]) -> DesignSums {
        self.design.sums(|block: &mut DesignBlock| {
            let log_odds: [f64; BLOCK] = block.linear(scaled);
            let mut log_likelihood = 0.0;
            for at in 0..block.length {
                let row = block.start + at;
                let weight = self.weights.map_or(1.0, |weights| weights[row]);
                let eta = log_odds[at];
                // One exponential serves both: e is at most 1, so nothing overflows.
                let e = (-eta.abs()).exp();
                let p = if eta >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
                let y = f64::from(u8::from(self.outcome[row]));
                block.weight[at] = weight * e / ((1.0 + e) * (1.0 + e));
                block.moment[at] = weight * (y - p);
                log_likelihood += weight * (y * eta - eta.max(0.0) - e.ln_1p());
            }
            log_likelihood
        })
    }
}

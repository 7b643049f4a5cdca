//! The doubly robust difference in differences of Sant'Anna and Zhao (2020) for a panel: it is right where either the model of who
//! is treated or the model of the untreated change is. The propensity score is logistic and the change is linear.

use crate::columns::{Column, Columns};
use crate::error::EvaluationError;
use crate::linear_algebra::{Cholesky, Symmetric};
use crate::logistic::logistic;

/// The effect on the treated and, for each unit of the comparison, its contribution.
pub(crate) struct TwoPeriodEstimate {
    pub(crate) effect: f64,
    pub(crate) influence: Vec<f64>,
}

/// A comparison unit that is treated with a higher chance than this stands for more than a thousand others.
const PROPENSITY_MAX: f64 = 0.999;

/// Why there is no estimate.
pub(crate) enum Failure {
    /// A comparison unit is almost sure to be treated.
    NoOverlap,
    /// A model could not be fitted.
    Model(EvaluationError),
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Failure {
        Failure::Model(error)
    }
}

/// Means of columns over units.
struct DesignRows {
    rows: Vec<Vec<f64>>,
}

impl DesignRows {
    /// An intercept and the columns in standard deviations; what follows does not depend on their scale.
    fn new(columns: &Columns) -> DesignRows {
        let n = columns.rows();
        let mut rows = vec![vec![1.0; columns.all().len() + 1]; n];
        for (j, column) in columns.all().iter().enumerate() {
            let mean = column.values.iter().sum::<f64>() / n as f64;
            let spread = (column.values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64).sqrt();
            rows.iter_mut().zip(&column.values).for_each(|(row, value)| row[j + 1] = (value - mean) / spread);
        }
        DesignRows { rows }
    }

    fn width(&self) -> usize {
        self.rows[0].len()
    }

    /// `Σ weight x xᵀ / n`, factored.
    fn cross(&self, columns: &Columns, weight: impl Fn(usize) -> f64) -> Result<Cholesky, EvaluationError> {
        let mut cross = Symmetric::zero(self.width());
        let n = self.rows.len() as f64;
        self.rows.iter().enumerate().for_each(|(i, row)| cross.add_outer(row, weight(i) / n));
        Cholesky::of(&cross).map_err(|collinear| EvaluationError::Collinear {
            column: match collinear.column {
                0 => "intercept".to_owned(),
                place => columns.all()[place - 1].name.clone(),
            },
        })
    }

    /// `Σ weight x / n`.
    fn mean(&self, weight: impl Fn(usize) -> f64) -> Vec<f64> {
        let n = self.rows.len() as f64;
        let mut mean = vec![0.0; self.width()];
        for (i, row) in self.rows.iter().enumerate() {
            let weight = weight(i) / n;
            mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += weight * x);
        }
        mean
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The effect on the change of those who are treated.
pub(crate) fn doubly_robust(change: &[f64], treated: &[bool], columns: &[Column]) -> Result<TwoPeriodEstimate, Failure> {
    let n = change.len();
    let columns = Columns::new(n, columns.to_vec())?;
    let propensity = logistic(treated, &columns, None)?.probabilities();
    if (0..n).any(|i| !treated[i] && propensity[i] > PROPENSITY_MAX) {
        return Err(Failure::NoOverlap);
    }
    let design = DesignRows::new(&columns);
    let d = |i: usize| f64::from(u8::from(treated[i]));

    // The change of the untreated, from those of the comparison.
    let outcome_cross = design.cross(&columns, |i| 1.0 - d(i))?;
    let outcome_model = outcome_cross.solve(&design.mean(|i| (1.0 - d(i)) * change[i]));
    let residual: Vec<f64> = (0..n).map(|i| change[i] - dot(&design.rows[i], &outcome_model)).collect();
    let score_cross = design.cross(&columns, |i| propensity[i] * (1.0 - propensity[i]))?;

    let odds = |i: usize| (1.0 - d(i)) * propensity[i] / (1.0 - propensity[i]);
    let mean = |of: &dyn Fn(usize) -> f64| (0..n).map(of).sum::<f64>() / n as f64;
    let (share, weight) = (mean(&d), mean(&odds));
    let of_treated = mean(&|i| d(i) * residual[i]) / share;
    let of_comparison = mean(&|i| odds(i) * residual[i]) / weight;

    // How the two models' own errors move the estimate.
    let by_outcome: Vec<f64> = {
        let (treated, comparison) = (design.mean(d), design.mean(odds));
        let difference: Vec<f64> = treated.iter().zip(&comparison).map(|(a, b)| a / share - b / weight).collect();
        outcome_cross.solve(&difference)
    };
    let by_score: Vec<f64> = {
        let moved = design.mean(|i| odds(i) * (residual[i] - of_comparison) / weight);
        score_cross.solve(&moved)
    };
    let influence = (0..n)
        .map(|i| {
            let row = &design.rows[i];
            let treated = d(i) / share * (residual[i] - of_treated);
            let comparison = odds(i) / weight * (residual[i] - of_comparison);
            let outcome = (1.0 - d(i)) * residual[i] * dot(row, &by_outcome);
            let score = (d(i) - propensity[i]) * dot(row, &by_score);
            treated - comparison - outcome - score
        })
        .collect();
    Ok(TwoPeriodEstimate { effect: of_treated - of_comparison, influence })
}

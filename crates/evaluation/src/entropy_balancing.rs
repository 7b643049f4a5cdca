//! Entropy balancing (Hainmueller 2012): the weights nearest to equal ones that make the means of every covariate the same.
//!
//! To balance variances or interactions as well, add columns of squares and products.

use crate::columns::{Columns, check_rows};
use crate::design::{DesignBlock, DesignMatrix};
use crate::error::EvaluationError;
use crate::estimand::Estimand;
use crate::linear_algebra::Symmetric;
use crate::units::{check_groups, effective_size};

/// Weights that balance covariates.
#[derive(Clone, Debug)]
pub struct BalancingWeights {
    /// One for each unit. Each group sums to the number of units of the target.
    pub weights: Vec<f64>,
    /// The effective sample size of the treated.
    pub treated_effective_size: f64,
    /// The effective sample size of the comparison group.
    pub control_effective_size: f64,
    /// The largest share of its group's weight that one unit has.
    pub largest_share: f64,
    /// The largest difference of means left, in standard deviations.
    pub imbalance: f64,
}

const STEPS_MAX: usize = 100;
/// In standard deviations.
const IMBALANCE_MAX: f64 = 1e-9;

/// Finds weights with which both groups have the means of the target. The treated keep a weight of 1 where they are the target.
///
/// # Errors
///
/// Columns of different lengths, nobody in one of the groups, a collinear column, or covariates for which there are no such
/// weights, because the target lies outside everything that the group has.
pub fn entropy_balance(treated: &[bool], columns: &Columns, estimand: Estimand) -> Result<BalancingWeights, EvaluationError> {
    check_rows("treated", treated.len(), columns.rows())?;
    check_groups(treated)?;
    let design = DesignMatrix::new(columns, None)?;
    let means = design.sums(|block| each(block, |row| f64::from(u8::from(estimand.has(treated[row]))))).moments;
    let units = means[0];
    let goal: Vec<f64> = means.iter().map(|sum| sum / units).collect();
    let mut weights = vec![0.0; treated.len()];
    let mut imbalance = 0.0_f64;
    for group in [true, false] {
        if group && estimand == Estimand::Treated {
            (0..treated.len()).filter(|&row| treated[row]).for_each(|row| weights[row] = 1.0);
            continue;
        }
        let (found, left) = tilted(&design, &goal, |row| treated[row] == group)?;
        imbalance = imbalance.max(left);
        (0..treated.len()).filter(|&row| treated[row] == group).for_each(|row| weights[row] = found[row] * units);
    }
    let group = |which: bool| (0..treated.len()).filter(move |&row| treated[row] == which).map(|row| weights[row]);
    let largest = weights.iter().copied().fold(0.0, f64::max);
    Ok(BalancingWeights {
        treated_effective_size: effective_size(group(true)),
        control_effective_size: effective_size(group(false)),
        largest_share: largest / units,
        imbalance,
        weights,
    })
}

/// Sets the weight and the moment of every row of a block to the same number.
fn each(block: &mut DesignBlock, weight: impl Fn(usize) -> f64) -> f64 {
    for at in 0..block.length {
        let value = weight(block.start + at);
        (block.weight[at], block.moment[at]) = (value, value);
    }
    0.0
}

/// Weights of a group that sum to 1 and have the means `goal`, and the largest difference left. They are exp(λ · z), and λ is the
/// minimum of a convex function, log Σ exp(λ · (z − goal)), whose gradient is that difference.
fn tilted(
    design: &DesignMatrix<'_>,
    goal: &[f64],
    member: impl Fn(usize) -> bool + Sync,
) -> Result<(Vec<f64>, f64), EvaluationError> {
    let width = design.width();
    let mut lambda = vec![0.0; width];
    let evaluate = |lambda: &[f64]| {
        let shift: f64 = lambda.iter().zip(goal).map(|(lambda, goal)| lambda * goal).sum();
        let exponents = design.map(|block| block.linear(lambda));
        let members = || (0..exponents.len()).filter(|&row| member(row)).map(|row| exponents[row] - shift);
        // Taking the largest away keeps every exponential at 1 or below.
        let largest = members().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = exponents
            .iter()
            .enumerate()
            .map(|(row, exponent)| if member(row) { (exponent - shift - largest).exp() } else { 0.0 })
            .collect();
        let total: f64 = weights.iter().sum();
        (weights.into_iter().map(|weight| weight / total).collect::<Vec<f64>>(), total.ln() + largest)
    };
    let (mut weights, mut height) = evaluate(&lambda);
    for step_number in 0..STEPS_MAX {
        let sums = design.sums(|block| each(block, |row| weights[row]));
        let gradient: Vec<f64> = (1..width).map(|j| sums.moments[j] - goal[j]).collect();
        let left = gradient.iter().fold(0.0_f64, |largest, gradient| largest.max(gradient.abs()));
        if left <= IMBALANCE_MAX {
            return Ok((weights, left));
        }
        let mut hessian = Symmetric::zero(width - 1);
        for i in 1..width {
            for j in 1..=i {
                hessian.set(i - 1, j - 1, sums.cross.get(i, j) - sums.moments[i] * sums.moments[j]);
            }
        }
        let cholesky = match crate::linear_algebra::Cholesky::of(&hessian) {
            Ok(cholesky) => cholesky,
            Err(collinear) if step_number == 0 => {
                return Err(EvaluationError::Collinear { column: design.names().swap_remove(collinear.column + 1) });
            }
            // The weight has gathered on fewer units than there are covariates.
            Err(_) => break,
        };
        let step = cholesky.solve(&gradient);
        let slope: f64 = step.iter().zip(&gradient).map(|(step, gradient)| step * gradient).sum();
        let mut share = 1.0;
        loop {
            let mut tried = lambda.clone();
            tried[1..].iter_mut().zip(&step).for_each(|(lambda, step)| *lambda -= share * step);
            let (there, lower) = evaluate(&tried);
            if lower <= height - 1e-4 * share * slope + 1e-13 * height.abs() || share < 1e-8 {
                (lambda, weights, height) = (tried, there, lower);
                break;
            }
            share *= 0.5;
        }
    }
    Err(EvaluationError::NotConverged { what: "set of weights that gives both groups the same means", steps: STEPS_MAX })
}

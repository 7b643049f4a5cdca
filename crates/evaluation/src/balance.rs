//! Are the groups alike? Standardised differences and more, before and after, by one function that takes weights. A chart and a
//! table of balance are made from the same result, which names its own definitions.

use rayon::prelude::*;

use crate::columns::{Column, Columns, check_rows, check_weights};
use crate::error::EvaluationError;
use crate::matching::{check_groups, effective_size};

/// The standard deviation by which a difference is divided. It is that of the units before any weighting, so that "before" and
/// "after" are in one unit. For a binary covariate it is √(p (1 − p)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// That of the treated group: for an effect on the treated.
    Treated,
    /// The root of the mean of the two groups' variances: for an effect on everybody.
    Pooled,
}

/// The traffic light of the Justice Data Lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// A standardised difference of at most 5%.
    Green,
    /// More than 5%, at most 10%.
    Amber,
    /// More than 10%.
    Red,
}

impl Light {
    /// The light of a standardised difference. One that is not a number is red.
    pub fn of(standardised: f64) -> Light {
        match standardised.abs() {
            size if size <= 0.05 => Light::Green,
            size if size <= 0.10 => Light::Amber,
            _ => Light::Red,
        }
    }
}

/// How alike the groups are in one covariate.
#[derive(Clone, Debug, PartialEq)]
pub struct CovariateBalance {
    /// The name of the covariate.
    pub name: String,
    /// Whether it takes two values, 0 and 1, only.
    pub binary: bool,
    /// Its weighted mean among the treated.
    pub treated_mean: f64,
    /// Its weighted mean in the comparison group.
    pub control_mean: f64,
    /// Treated less comparison, over the standard deviation. 0 where both are equal, even without a deviation.
    pub standardised: f64,
    /// The weighted variance among the treated over that in the comparison group; none for a binary covariate.
    pub variance_ratio: Option<f64>,
    /// The largest distance between the two weighted distributions (Kolmogorov and Smirnov), from 0 to 1.
    pub distribution_distance: f64,
    /// The traffic light of the standardised difference.
    pub light: Light,
}

impl CovariateBalance {
    /// Treated less comparison, in the covariate's own unit; for a binary covariate that is in shares.
    pub fn difference(&self) -> f64 {
        self.treated_mean - self.control_mean
    }
}

/// How alike the groups are.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// Each covariate, in the order given.
    pub covariates: Vec<CovariateBalance>,
    /// The standard deviation that was used.
    pub deviation: Deviation,
    /// Treated units with a weight above 0.
    pub treated: usize,
    /// Comparison units with a weight above 0.
    pub controls: usize,
    /// The effective sample size of the treated.
    pub treated_effective_size: f64,
    /// The effective sample size of the comparison group.
    pub control_effective_size: f64,
}

impl Balance {
    /// The largest standardised difference, without its sign; 0 where there is no covariate.
    pub fn largest(&self) -> f64 {
        self.covariates.iter().fold(0.0, |largest, covariate| covariate.standardised.abs().max(largest))
    }

    /// The worst light; green where there is no covariate.
    pub fn light(&self) -> Light {
        self.covariates.iter().map(|covariate| covariate.light).max().unwrap_or(Light::Green)
    }
}

/// Compares the groups, each unit counted by its weight, or all alike without weights.
///
/// # Errors
///
/// Columns of different lengths, weights that are not numbers of 0 or more, or a group without weight.
pub fn balance(
    columns: &Columns,
    treated: &[bool],
    weights: Option<&[f64]>,
    deviation: Deviation,
) -> Result<Balance, EvaluationError> {
    check_rows("treated", treated.len(), columns.rows())?;
    check_groups(treated)?;
    if let Some(weights) = weights {
        check_weights("weights", weights, columns.rows())?;
    }
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let group = |which: bool| (0..treated.len()).filter(move |&row| treated[row] == which).map(weight);
    let count = |which: bool| group(which).filter(|&weight| weight > 0.0).count();
    for (which, what) in [(true, "treated units with a weight above 0"), (false, "comparison units with a weight above 0")] {
        if count(which) == 0 {
            return Err(EvaluationError::TooFew { what, needed: 1, found: 0 });
        }
    }
    Ok(Balance {
        covariates: columns.all().par_iter().map(|column| of_column(column, treated, weights, deviation)).collect(),
        deviation,
        treated: count(true),
        controls: count(false),
        treated_effective_size: effective_size(group(true)),
        control_effective_size: effective_size(group(false)),
    })
}

/// Weighted moments of a column in one group.
struct Moments {
    mean: f64,
    variance: f64,
}

fn moments(values: &[f64], treated: &[bool], which: bool, weight: impl Fn(usize) -> f64) -> Moments {
    let (mut total, mut total_squares, mut sum) = (0.0, 0.0, 0.0);
    for row in 0..values.len() {
        if treated[row] == which {
            let weight = weight(row);
            total += weight;
            total_squares += weight * weight;
            sum += weight * values[row];
        }
    }
    let mean = sum / total;
    let mut squares = 0.0;
    for row in 0..values.len() {
        if treated[row] == which {
            squares += weight(row) * (values[row] - mean) * (values[row] - mean);
        }
    }
    // With equal weights the divisor is n − 1.
    let divisor = total - total_squares / total;
    Moments { mean, variance: if divisor > 0.0 { squares / divisor } else { 0.0 } }
}

fn of_column(column: &Column, treated: &[bool], weights: Option<&[f64]>, deviation: Deviation) -> CovariateBalance {
    let values = &column.values;
    let binary = values.iter().all(|&value| value == 0.0 || value == 1.0);
    let plain = [true, false].map(|which| moments(values, treated, which, |_| 1.0));
    let weighted = weights.map(|weights| [true, false].map(|which| moments(values, treated, which, |row| weights[row])));
    let [treated_now, control_now] = weighted.as_ref().unwrap_or(&plain);
    let spread = |moments: &Moments| if binary { moments.mean * (1.0 - moments.mean) } else { moments.variance };
    let scale = match deviation {
        Deviation::Treated => spread(&plain[0]).sqrt(),
        Deviation::Pooled => ((spread(&plain[0]) + spread(&plain[1])) / 2.0).sqrt(),
    };
    let difference = treated_now.mean - control_now.mean;
    let standardised = if difference == 0.0 { 0.0 } else { difference / scale };
    CovariateBalance {
        name: column.name.clone(),
        binary,
        treated_mean: treated_now.mean,
        control_mean: control_now.mean,
        standardised,
        variance_ratio: (!binary).then(|| treated_now.variance / control_now.variance),
        distribution_distance: if binary { difference.abs() } else { distribution_distance(values, treated, weights) },
        light: Light::of(standardised),
    }
}

/// The largest distance between two weighted distribution functions.
fn distribution_distance(values: &[f64], treated: &[bool], weights: Option<&[f64]>) -> f64 {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let total = |which: bool| (0..values.len()).filter(|&row| treated[row] == which).map(weight).sum::<f64>();
    let (all_treated, all_control) = (total(true), total(false));
    let mut steps: Vec<(f64, f64)> = (0..values.len())
        .filter(|&row| weight(row) > 0.0)
        .map(|row| (values[row] + 0.0, if treated[row] { weight(row) / all_treated } else { -weight(row) / all_control }))
        .collect();
    // By both, so that the sum does not depend on the order of the rows.
    steps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (mut height, mut largest) = (0.0_f64, 0.0_f64);
    for tied in steps.chunk_by(|a, b| a.0 == b.0) {
        height += tied.iter().map(|step| step.1).sum::<f64>();
        largest = largest.max(height.abs());
    }
    largest
}

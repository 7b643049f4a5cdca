//! Are the groups alike? Standardised differences and more, before and after, by one function that takes weights. A chart and a
//! table of balance are made from the same result, which names its own definitions.

use rayon::prelude::*;

use crate::columns::{Column, Columns, check_rows, check_weights};
use crate::error::EvaluationError;
use crate::units::{check_groups, effective_size};

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
    let all = Groups::new(treated, None);
    let counted = weights.map(|weights| Groups::new(treated, Some(weights)));
    let now = counted.as_ref().unwrap_or(&all);
    for (rows, what) in
        [(&now.treated, "treated units with a weight above 0"), (&now.controls, "comparison units with a weight above 0")]
    {
        if rows.is_empty() {
            return Err(EvaluationError::TooFew { what, needed: 1, found: 0 });
        }
    }
    let size = |rows: &[usize]| effective_size(rows.iter().map(|&row| now.weight(row)));
    Ok(Balance {
        covariates: columns.all().par_iter().map(|column| of_column(column, &all, now, deviation)).collect(),
        deviation,
        treated: now.treated.len(),
        controls: now.controls.len(),
        treated_effective_size: size(&now.treated),
        control_effective_size: size(&now.controls),
    })
}

/// The rows of both groups that count for something, and for how much.
struct Groups<'a> {
    treated: Vec<usize>,
    controls: Vec<usize>,
    weights: Option<&'a [f64]>,
}

impl<'a> Groups<'a> {
    fn new(treated: &[bool], weights: Option<&'a [f64]>) -> Groups<'a> {
        let rows = |which: bool| {
            let counts = |row: &usize| treated[*row] == which && weights.is_none_or(|weights| weights[*row] > 0.0);
            (0..treated.len()).filter(counts).collect()
        };
        Groups { treated: rows(true), controls: rows(false), weights }
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    fn moments(&self, rows: &[usize], values: &[f64]) -> Moments {
        let (mut total, mut total_squares, mut sum) = (0.0, 0.0, 0.0);
        for &row in rows {
            let weight = self.weight(row);
            total += weight;
            total_squares += weight * weight;
            sum += weight * values[row];
        }
        let mean = sum / total;
        let deviation = |row: usize| values[row] - mean;
        let squares: f64 = rows.iter().map(|&row| self.weight(row) * deviation(row) * deviation(row)).sum();
        // With equal weights the divisor is n − 1.
        let divisor = total - total_squares / total;
        Moments { mean, variance: if divisor > 0.0 { squares / divisor } else { 0.0 } }
    }

    fn both(&self, values: &[f64]) -> [Moments; 2] {
        [self.moments(&self.treated, values), self.moments(&self.controls, values)]
    }

    /// The values of a group in ascending order, each with its share of the group's weight.
    fn steps(&self, rows: &[usize], values: &[f64]) -> Vec<(f64, f64)> {
        let total: f64 = rows.iter().map(|&row| self.weight(row)).sum();
        let mut steps: Vec<(f64, f64)> = rows.iter().map(|&row| (values[row] + 0.0, self.weight(row) / total)).collect();
        match self.weights {
            None => steps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0)),
            // By both, so that the sums do not depend on the order of the rows.
            Some(_) => steps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))),
        }
        steps
    }

    /// The largest distance between the two weighted distribution functions.
    fn distribution_distance(&self, values: &[f64]) -> f64 {
        let (treated, controls) = (self.steps(&self.treated, values), self.steps(&self.controls, values));
        let (mut i, mut j) = (0, 0);
        let (mut of_treated, mut of_controls, mut largest) = (0.0, 0.0, 0.0_f64);
        while i < treated.len() && j < controls.len() {
            let at = treated[i].0.min(controls[j].0);
            while i < treated.len() && treated[i].0 == at {
                of_treated += treated[i].1;
                i += 1;
            }
            while j < controls.len() && controls[j].0 == at {
                of_controls += controls[j].1;
                j += 1;
            }
            largest = largest.max((of_treated - of_controls).abs());
        }
        largest
    }
}

/// Weighted moments of a column in one group.
struct Moments {
    mean: f64,
    variance: f64,
}

fn of_column(column: &Column, all: &Groups<'_>, now: &Groups<'_>, deviation: Deviation) -> CovariateBalance {
    let values = &column.values;
    let binary = values.iter().all(|&value| value == 0.0 || value == 1.0);
    let plain = all.both(values);
    let weighted = now.weights.map(|_| now.both(values));
    let [treated, controls] = weighted.as_ref().unwrap_or(&plain);
    let spread = |moments: &Moments| if binary { moments.mean * (1.0 - moments.mean) } else { moments.variance };
    let scale = match deviation {
        Deviation::Treated => spread(&plain[0]).sqrt(),
        Deviation::Pooled => ((spread(&plain[0]) + spread(&plain[1])) / 2.0).sqrt(),
    };
    let difference = treated.mean - controls.mean;
    let standardised = if difference == 0.0 { 0.0 } else { difference / scale };
    CovariateBalance {
        name: column.name.clone(),
        binary,
        treated_mean: treated.mean,
        control_mean: controls.mean,
        standardised,
        variance_ratio: (!binary).then(|| treated.variance / controls.variance),
        distribution_distance: if binary { difference.abs() } else { now.distribution_distance(values) },
        light: Light::of(standardised),
    }
}

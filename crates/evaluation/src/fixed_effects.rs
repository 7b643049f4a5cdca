//! The within estimator: least squares on a panel with an effect for each unit, from changes within units only. Units may have
//! different numbers of rows.

use std::collections::BTreeMap;

use crate::columns::{Columns, check_finite, check_rows};
use crate::error::EvaluationError;
use crate::least_squares::Covariance;
use crate::linear_algebra::{Cholesky, Symmetric};

/// A fitted model with unit effects.
#[derive(Clone, Debug)]
pub struct FixedEffectsFit {
    /// The names of the coefficients.
    pub names: Vec<String>,
    /// The coefficients, in the unit of the outcome per unit of the column.
    pub coefficients: Vec<f64>,
    /// Their covariance.
    pub covariance: Symmetric,
    /// Which covariance that is.
    pub covariance_name: &'static str,
    /// Rows.
    pub rows: usize,
    /// Units, each with an effect of its own.
    pub units: usize,
    /// How many clusters there are, where the covariance is clustered.
    pub clusters: Option<usize>,
    /// The share of the variance within units that the columns explain, from 0 to 1.
    pub r_squared_within: f64,
}

impl FixedEffectsFit {
    /// The standard error of the coefficient in place `place`.
    #[must_use]
    pub fn standard_error(&self, place: usize) -> f64 {
        self.covariance.get(place, place).sqrt()
    }
}

/// Fits `outcome` on `columns` with an effect for each unit.
///
/// The classical covariance has n less units less coefficients degrees of freedom. The clustered one is CR0, or CR1 times
/// G / (G − 1) · (n − 1) / (n − k − 1): unit effects do not count, because a unit lies within one cluster.
///
/// # Errors
///
/// Columns of different lengths, a column that does not change within any unit or follows from others (by name), too few rows, a
/// unit in several clusters, fewer than two clusters, or a covariance of another kind.
pub fn fixed_effects(
    outcome: &[f64],
    columns: &Columns,
    unit: &[u64],
    covariance: Covariance<'_>,
) -> Result<FixedEffectsFit, EvaluationError> {
    let rows = columns.rows();
    check_finite("outcome", outcome, rows)?;
    check_rows("unit", unit.len(), rows)?;
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by_key(|&row| (unit[row], row));
    let units: Vec<&[usize]> = order.chunk_by(|&i, &j| unit[i] == unit[j]).collect();
    let width = columns.all().len();
    if width == 0 || rows <= units.len() + width {
        return Err(EvaluationError::TooFew { what: "rows", needed: units.len() + width.max(1) + 1, found: rows });
    }
    let within = |values: &[f64]| {
        let mut out = vec![0.0; rows];
        for of_unit in &units {
            let mean = of_unit.iter().map(|&row| values[row]).sum::<f64>() / of_unit.len() as f64;
            of_unit.iter().for_each(|&row| out[row] = values[row] - mean);
        }
        out
    };
    let y = within(outcome);
    let mut x: Vec<Vec<f64>> = Vec::with_capacity(width);
    let mut scales = Vec::with_capacity(width);
    for column in columns.all() {
        let mut demeaned = within(&column.values);
        let scale = (demeaned.iter().map(|value| value * value).sum::<f64>() / rows as f64).sqrt();
        let largest = column.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if scale <= 1e-12 * largest || scale == 0.0 {
            return Err(EvaluationError::Collinear { column: column.name.clone() });
        }
        demeaned.iter_mut().for_each(|value| *value /= scale);
        x.push(demeaned);
        scales.push(scale);
    }
    let row_of = |row: usize| x.iter().map(|column| column[row]).collect::<Vec<f64>>();
    let (mut cross, mut moments) = (Symmetric::zero(width), vec![0.0; width]);
    for row in 0..rows {
        let z = row_of(row);
        cross.add_outer(&z, 1.0);
        moments.iter_mut().zip(&z).for_each(|(sum, z)| *sum += z * y[row]);
    }
    let cholesky = Cholesky::of(&cross)
        .map_err(|collinear| EvaluationError::Collinear { column: columns.all()[collinear.column].name.clone() })?;
    let scaled = cholesky.solve(&moments);
    let residuals: Vec<f64> =
        (0..rows).map(|row| y[row] - row_of(row).iter().zip(&scaled).map(|(z, b)| z * b).sum::<f64>()).collect();
    let left: f64 = residuals.iter().map(|value| value * value).sum();
    let all: f64 = y.iter().map(|value| value * value).sum();
    let (n, k) = (rows as f64, width as f64);
    let bread = cholesky.inverse();
    let (of_scaled, clusters) = match covariance {
        Covariance::Classical => (bread.scaled(left / (n - units.len() as f64 - k)), None),
        Covariance::Cr0(numbers) | Covariance::Cr1(numbers) => {
            let sums = cluster_sums(numbers, &units, &residuals, row_of, width)?;
            let mut meat = Symmetric::zero(width);
            sums.values().for_each(|sum| meat.add_outer(sum, 1.0));
            let g = sums.len() as f64;
            let factor = match covariance {
                Covariance::Cr1(_) => g / (g - 1.0) * (n - 1.0) / (n - k - 1.0),
                _ => 1.0,
            };
            (bread.sandwich(&meat).scaled(factor), Some(sums.len()))
        }
        _ => {
            return Err(EvaluationError::Option {
                what: "a panel with unit effects needs the classical or a clustered covariance: the others are biased by the effects",
            });
        }
    };
    let mut unscaled = Symmetric::zero(width);
    for i in 0..width {
        for j in 0..=i {
            unscaled.set(i, j, of_scaled.get(i, j) / (scales[i] * scales[j]));
        }
    }
    Ok(FixedEffectsFit {
        names: columns.all().iter().map(|column| column.name.clone()).collect(),
        coefficients: scaled.iter().zip(&scales).map(|(b, scale)| b / scale).collect(),
        covariance: unscaled,
        covariance_name: covariance.name(),
        rows,
        units: units.len(),
        clusters,
        r_squared_within: if all > 0.0 { 1.0 - left / all } else { 0.0 },
    })
}

fn cluster_sums(
    numbers: &[u64],
    units: &[&[usize]],
    residuals: &[f64],
    row_of: impl Fn(usize) -> Vec<f64>,
    width: usize,
) -> Result<BTreeMap<u64, Vec<f64>>, EvaluationError> {
    check_rows("clusters", numbers.len(), residuals.len())?;
    let mut sums: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for of_unit in units {
        let number = numbers[of_unit[0]];
        if let Some(&row) = of_unit.iter().find(|&&row| numbers[row] != number) {
            let expected = "the cluster that the other rows of the unit have";
            return Err(EvaluationError::Value { column: "clusters".to_owned(), row, expected });
        }
        let sum = sums.entry(number).or_insert_with(|| vec![0.0; width]);
        for &row in *of_unit {
            sum.iter_mut().zip(row_of(row)).for_each(|(sum, z)| *sum += residuals[row] * z);
        }
    }
    if sums.len() < 2 {
        return Err(EvaluationError::TooFew { what: "clusters", needed: 2, found: sums.len() });
    }
    Ok(sums)
}

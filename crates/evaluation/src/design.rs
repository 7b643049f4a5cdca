//! The design matrix of a regression, which is never made: an intercept and the columns on the scale of their standard deviations,
//! read in blocks of rows that stay in the processor's cache.
//!
//! Blocks have fixed limits and their sums are added in order, so a result has the same bits at any number of threads. Centred
//! columns keep the normal equations well conditioned.

use rayon::prelude::*;

use crate::columns::Columns;
use crate::error::EvaluationError;
use crate::linear_algebra::{Cholesky, Symmetric};

/// Rows of a block: 21 columns of it are 43 kB.
pub(crate) const BLOCK: usize = 256;
/// Blocks that one task adds up before it hands its sums over.
const BLOCKS_OF_A_TASK: usize = 64;

/// Columns and how to put them on a common scale.
pub(crate) struct DesignMatrix<'a> {
    columns: &'a Columns,
    means: Vec<f64>,
    scales: Vec<f64>,
}

/// Weighted sums over all rows.
pub(crate) struct DesignSums {
    /// `Σ w z zᵀ`.
    pub(crate) cross: Symmetric,
    /// `Σ r z`.
    pub(crate) moments: Vec<f64>,
    /// Whatever else the caller adds up.
    pub(crate) scalar: f64,
}

/// A block of rows on the common scale, the intercept first; beyond its last row it is 0.
pub(crate) struct DesignBlock {
    /// The first row.
    pub(crate) start: usize,
    /// How many rows it has.
    pub(crate) length: usize,
    z: Vec<[f64; BLOCK]>,
    /// The weight of each row in the cross products.
    pub(crate) weight: [f64; BLOCK],
    /// The factor of each row in the moments.
    pub(crate) moment: [f64; BLOCK],
}

impl DesignBlock {
    /// `Σ coefficients · z` of each row.
    pub(crate) fn linear(&self, coefficients: &[f64]) -> [f64; BLOCK] {
        let mut sum = [0.0; BLOCK];
        for (z, &coefficient) in self.z.iter().zip(coefficients) {
            for (total, value) in sum.iter_mut().zip(z) {
                *total += coefficient * value;
            }
        }
        sum
    }

    /// The row of the design at place `at` of the block.
    pub(crate) fn row(&self, at: usize) -> Vec<f64> {
        self.z.iter().map(|column| column[at]).collect()
    }

    fn add_to(&self, cross: &mut [f64], moments: &mut [f64], weighted: &mut [f64; BLOCK]) {
        let mut place = 0;
        for (i, column) in self.z.iter().enumerate() {
            for ((out, &weight), &value) in weighted.iter_mut().zip(&self.weight).zip(column) {
                *out = weight * value;
            }
            let mut j = 0;
            while j + 4 <= i + 1 {
                let sums = four_products(weighted, [&self.z[j], &self.z[j + 1], &self.z[j + 2], &self.z[j + 3]]);
                for (entry, sum) in cross[place + j..place + j + 4].iter_mut().zip(sums) {
                    *entry += sum;
                }
                j += 4;
            }
            while j <= i {
                cross[place + j] += product(weighted, &self.z[j]);
                j += 1;
            }
            place += i + 1;
            moments[i] += product(&self.moment, column);
        }
    }
}

/// A sum of products in eight lanes, which the compiler turns into vector instructions.
fn product(a: &[f64; BLOCK], b: &[f64; BLOCK]) -> f64 {
    let mut lanes = [0.0; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum()
}

/// Four such sums that share their first factor.
fn four_products(a: &[f64; BLOCK], b: [&[f64; BLOCK]; 4]) -> [f64; 4] {
    let mut lanes = [[0.0; 4]; 4];
    for at in (0..BLOCK).step_by(4) {
        for (lanes, b) in lanes.iter_mut().zip(b) {
            for lane in 0..4 {
                lanes[lane] += a[at + lane] * b[at + lane];
            }
        }
    }
    lanes.map(|lanes| lanes.iter().sum())
}

impl<'a> DesignMatrix<'a> {
    /// Puts columns on a common scale, counting each row as often as its weight says.
    ///
    /// # Errors
    ///
    /// A column with one value only.
    pub(crate) fn new(columns: &'a Columns, weights: Option<&[f64]>) -> Result<DesignMatrix<'a>, EvaluationError> {
        let scale = |values: &[f64]| {
            let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
            let (mut total, mut sum, mut squares) = (0.0, 0.0, 0.0);
            let shift = values.first().copied().unwrap_or(0.0);
            for (row, value) in values.iter().enumerate() {
                total += weight(row);
                sum += weight(row) * (value - shift);
            }
            let mean = shift + sum / total;
            let mut largest = 0.0_f64;
            for (row, value) in values.iter().enumerate() {
                squares += weight(row) * (value - mean) * (value - mean);
                largest = largest.max(value.abs());
            }
            (mean, (squares / total).sqrt(), largest)
        };
        let found: Vec<(f64, f64, f64)> = columns.all().par_iter().map(|column| scale(&column.values)).collect();
        for (column, &(_, deviation, largest)) in columns.all().iter().zip(&found) {
            if deviation.is_nan() || deviation <= 1e-12 * largest || deviation == 0.0 {
                return Err(EvaluationError::Collinear { column: column.name.clone() });
            }
        }
        let (means, scales) = found.into_iter().map(|(mean, deviation, _)| (mean, deviation)).unzip();
        Ok(DesignMatrix { columns, means, scales })
    }

    /// How many coefficients there are, the intercept included.
    pub(crate) fn width(&self) -> usize {
        self.means.len() + 1
    }

    /// The names of the coefficients.
    pub(crate) fn names(&self) -> Vec<String> {
        std::iter::once("intercept".to_owned()).chain(self.columns.all().iter().map(|column| column.name.clone())).collect()
    }

    /// Factors cross products of this design, and names the column that is in the way.
    pub(crate) fn factor(&self, cross: &Symmetric) -> Result<Cholesky, EvaluationError> {
        Cholesky::of(cross).map_err(|collinear| EvaluationError::Collinear { column: self.names().swap_remove(collinear.column) })
    }

    fn empty_block(&self) -> DesignBlock {
        DesignBlock { start: 0, length: 0, z: vec![[0.0; BLOCK]; self.width()], weight: [0.0; BLOCK], moment: [0.0; BLOCK] }
    }

    fn fill(&self, block: &mut DesignBlock, start: usize) {
        let length = BLOCK.min(self.columns.rows() - start);
        (block.start, block.length) = (start, length);
        if length < BLOCK {
            block.z.iter_mut().for_each(|column| column.fill(0.0));
        }
        block.z[0][..length].fill(1.0);
        for (j, column) in self.columns.all().iter().enumerate() {
            let (mean, factor) = (self.means[j], 1.0 / self.scales[j]);
            for (z, value) in block.z[j + 1].iter_mut().zip(&column.values[start..start + length]) {
                *z = (value - mean) * factor;
            }
        }
        block.weight.fill(0.0);
        block.moment.fill(0.0);
    }

    /// Adds up over all rows. `visit` sets the weight and the moment of each row of a block, and returns what it adds to the scalar.
    pub(crate) fn sums(&self, visit: impl Fn(&mut DesignBlock) -> f64 + Sync) -> DesignSums {
        let width = self.width();
        let task = BLOCK * BLOCKS_OF_A_TASK;
        let parts: Vec<(Vec<f64>, Vec<f64>, f64)> = (0..self.columns.rows().div_ceil(task))
            .into_par_iter()
            .map(|part| {
                let (mut cross, mut moments, mut scalar) = (vec![0.0; width * (width + 1) / 2], vec![0.0; width], 0.0);
                let (mut block, mut weighted) = (self.empty_block(), [0.0; BLOCK]);
                for start in (part * task..((part + 1) * task).min(self.columns.rows())).step_by(BLOCK) {
                    self.fill(&mut block, start);
                    scalar += visit(&mut block);
                    block.add_to(&mut cross, &mut moments, &mut weighted);
                }
                (cross, moments, scalar)
            })
            .collect();
        let (mut cross, mut moments, mut scalar) = (Symmetric::zero(width), vec![0.0; width], 0.0);
        let mut total = vec![0.0; width * (width + 1) / 2];
        for (part_cross, part_moments, part_scalar) in parts {
            total.iter_mut().zip(part_cross).for_each(|(total, part)| *total += part);
            moments.iter_mut().zip(part_moments).for_each(|(total, part)| *total += part);
            scalar += part_scalar;
        }
        let mut place = 0;
        for i in 0..width {
            for j in 0..=i {
                cross.set(i, j, total[place]);
                place += 1;
            }
        }
        DesignSums { cross, moments, scalar }
    }

    /// One value for each row, worked out block by block.
    pub(crate) fn map(&self, visit: impl Fn(&DesignBlock) -> [f64; BLOCK] + Sync) -> Vec<f64> {
        let mut out = vec![0.0; self.columns.rows()];
        let task = BLOCK * BLOCKS_OF_A_TASK;
        out.par_chunks_mut(task).enumerate().for_each(|(part, out)| {
            let mut block = self.empty_block();
            for (at, out) in out.chunks_mut(BLOCK).enumerate() {
                self.fill(&mut block, part * task + at * BLOCK);
                out.copy_from_slice(&visit(&block)[..out.len()]);
            }
        });
        out
    }

    /// Coefficients on the scale of the data, from those on the common scale.
    pub(crate) fn coefficients(&self, scaled: &[f64]) -> Vec<f64> {
        let mut result = scaled.to_vec();
        for j in 0..self.means.len() {
            result[j + 1] = scaled[j + 1] / self.scales[j];
            result[0] -= result[j + 1] * self.means[j];
        }
        result
    }

    /// Coefficients on the common scale, from those on the scale of the data.
    pub(crate) fn scaled_coefficients(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut result = coefficients.to_vec();
        for j in 0..self.means.len() {
            result[0] += coefficients[j + 1] * self.means[j];
            result[j + 1] = coefficients[j + 1] * self.scales[j];
        }
        result
    }

    /// A row of the design on the common scale, from its covariates on the scale of the data.
    pub(crate) fn scaled_row(&self, row: usize) -> Vec<f64> {
        std::iter::once(1.0)
            .chain(self.columns.all().iter().enumerate().map(|(j, c)| (c.values[row] - self.means[j]) / self.scales[j]))
            .collect()
    }

    /// The covariance of coefficients on the scale of the data, from that on the common scale.
    pub(crate) fn covariance(&self, scaled: &Symmetric) -> Symmetric {
        let width = self.width();
        // Row `i` says how coefficient `i` on the scale of the data is made of those on the common scale.
        let mut parts = vec![vec![0.0; width]; width];
        parts[0][0] = 1.0;
        for j in 1..width {
            parts[j][j] = 1.0 / self.scales[j - 1];
            parts[0][j] = -self.means[j - 1] / self.scales[j - 1];
        }
        let mut result = Symmetric::zero(width);
        for i in 0..width {
            let half = scaled.times(&parts[i]);
            for j in 0..=i {
                result.set(i, j, half.iter().zip(&parts[j]).map(|(a, b)| a * b).sum());
            }
        }
        result
    }
}

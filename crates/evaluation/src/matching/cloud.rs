//! The comparison units as points, for the Mahalanobis distance: covariates on a scale on which it is Euclid's.

use rayon::prelude::*;

use super::line::Found;
use crate::columns::Columns;
use crate::error::EvaluationError;
use crate::linear_algebra::{Cholesky, Symmetric};

/// Points of all units, on a scale on which their Mahalanobis distance is Euclid's. The covariance is that within the groups,
/// pooled: the distance between the groups would hide a covariate that tells them apart. Sums run over `by_key`, the rows by unit
/// key, so that not even the last bit depends on the order of the rows.
pub(super) fn whitened(treated: &[bool], columns: &Columns, by_key: &[usize]) -> Result<Vec<Vec<f64>>, EvaluationError> {
    let width = columns.all().len();
    let rows = treated.len();
    let mut centred: Vec<Vec<f64>> = vec![vec![0.0; width]; rows];
    for (j, column) in columns.all().iter().enumerate() {
        for group in [true, false] {
            let rows: Vec<usize> = by_key.iter().copied().filter(|&row| treated[row] == group).collect();
            let mean = rows.iter().map(|&row| column.values[row]).sum::<f64>() / rows.len() as f64;
            rows.into_iter().for_each(|row| centred[row][j] = column.values[row] - mean);
        }
    }
    if rows < width + 3 {
        return Err(EvaluationError::TooFew { what: "units for a Mahalanobis distance", needed: width + 3, found: rows });
    }
    let mut covariance = Symmetric::zero(width);
    by_key.iter().for_each(|&row| covariance.add_outer(&centred[row], 1.0 / (rows - 2) as f64));
    let cholesky = Cholesky::of(&covariance)
        .map_err(|collinear| EvaluationError::Collinear { column: columns.all()[collinear.column].name.clone() })?;
    let middle: Vec<f64> = columns.all().iter().map(|column| column.values[by_key[0]]).collect();
    Ok((0..rows)
        .into_par_iter()
        .map(|row| {
            let from_middle: Vec<f64> = columns.all().iter().zip(&middle).map(|(c, middle)| c.values[row] - middle).collect();
            cholesky.half_solve(&from_middle)
        })
        .collect())
}

/// The comparison units of a stratum.
pub(super) struct Cloud<'a> {
    points: &'a [Vec<f64>],
    /// Rows of the data that are free, by key; a place that is not free has none.
    rows: Vec<usize>,
    used: Vec<bool>,
}

/// Below this, starting threads costs more than they save.
const ROWS_FOR_THREADS: usize = 4_096;

impl<'a> Cloud<'a> {
    pub(super) fn new(controls: &[usize], points: &'a [Vec<f64>]) -> Cloud<'a> {
        Cloud { points, rows: controls.to_vec(), used: vec![false; controls.len()] }
    }

    pub(super) fn row(&self, place: usize) -> usize {
        self.rows[place]
    }

    pub(super) fn remove(&mut self, place: usize) {
        self.used[place] = true;
    }

    pub(super) fn free(&self, place: usize) -> bool {
        !self.used[place]
    }

    /// Finds up to `wanted` free units within `limit` of the point of `treated` that `accept` takes: by distance, then by key.
    pub(super) fn nearest(
        &self,
        treated: usize,
        wanted: usize,
        limit: Option<f64>,
        accept: impl Fn(usize) -> bool + Sync,
        found: &mut Vec<Found>,
    ) {
        found.clear();
        let keep = |mut best: Vec<Found>, place: usize| {
            let row = self.rows[place];
            if self.used[place] || !accept(row) {
                return best;
            }
            let distance = distance(&self.points[treated], &self.points[row]);
            if limit.is_none_or(|limit| distance <= limit) {
                // Places are by key, so of two at one distance that with the smaller key comes first.
                let at = best.partition_point(|found| (found.distance, found.place) < (distance, place));
                if at < wanted {
                    best.truncate(wanted - 1);
                    best.insert(at, Found { place, distance });
                }
            }
            best
        };
        if self.rows.len() < ROWS_FOR_THREADS {
            *found = (0..self.rows.len()).fold(Vec::new(), keep);
            return;
        }
        let parts: Vec<Vec<Found>> = (0..self.rows.len().div_ceil(ROWS_FOR_THREADS))
            .into_par_iter()
            .map(|part| {
                let end = ((part + 1) * ROWS_FOR_THREADS).min(self.rows.len());
                (part * ROWS_FOR_THREADS..end).fold(Vec::new(), keep)
            })
            .collect();
        found.extend(parts.into_iter().flatten());
        found.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.place.cmp(&b.place)));
        found.truncate(wanted);
    }
}

/// Euclid's distance.
pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

//! The bootstrap: a whole estimate made again on units drawn with replacement. Each draw is a function of the seed and the number of
//! the replication, so the result has the same bits at any number of threads.
//!
//! Everything that was estimated from the data belongs inside: a propensity score that is fitted once outside makes the interval
//! wrong. It is not valid for nearest-neighbour matching with replacement (Abadie and Imbens 2008); use their standard error there.

use std::collections::BTreeMap;

use base::philox::philox4x64;
use rayon::prelude::*;

use crate::columns::check_rows;
use crate::error::EvaluationError;
use crate::units::{check_keys, rows_by_key};

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub enum Resample<'a> {
    /// Units, from all.
    Units,
    /// As many treated and as many others as there are.
    WithinGroups(&'a [bool]),
    /// Whole clusters, from all. One number for each unit.
    Clusters(&'a [u64]),
}

/// The units of one replication.
#[derive(Clone, Debug)]
pub struct BootstrapDraw {
    /// Their rows in the data; a row may come several times.
    pub rows: Vec<usize>,
    /// A key of their own for each, because the same unit drawn twice is two units.
    pub keys: Vec<u64>,
}

/// What the replications gave.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// The estimates, ascending.
    pub estimates: Vec<f64>,
    /// How many replications gave none, because the method failed on them.
    pub failed: usize,
    /// The standard deviation of the estimates.
    pub standard_error: f64,
}

impl Bootstrap {
    /// The interval between the quantiles of the estimates that leaves out (1 − level) / 2 on either side.
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let at = |share: f64| {
            let place = share.clamp(0.0, 1.0) * (self.estimates.len() - 1) as f64;
            let below = place.floor() as usize;
            let above = (below + 1).min(self.estimates.len() - 1);
            self.estimates[below] + (place - place.floor()) * (self.estimates[above] - self.estimates[below])
        };
        (at((1.0 - level) / 2.0), at((1.0 + level) / 2.0))
    }
}

/// Makes an estimate again on `replications` draws. Units are drawn by key, so the order of the rows changes nothing.
///
/// # Errors
///
/// Columns of different lengths, keys that occur twice, nobody to draw, or fewer than two replications that gave an estimate.
pub fn bootstrap(
    keys: &[u64],
    resample: Resample<'_>,
    replications: usize,
    seed: u64,
    estimate: impl Fn(&BootstrapDraw) -> Result<f64, EvaluationError> + Sync,
) -> Result<Bootstrap, EvaluationError> {
    check_keys(keys, keys.len())?;
    let pools = pools(keys, resample)?;
    let found: Vec<Option<f64>> = (0..replications as u64)
        .into_par_iter()
        .map(|replication| {
            let rows = drawn(&pools, seed, replication);
            let keys = (0..rows.len() as u64).collect();
            estimate(&BootstrapDraw { rows, keys }).ok().filter(|estimate| estimate.is_finite())
        })
        .collect();
    let mut estimates: Vec<f64> = found.into_iter().flatten().collect();
    if estimates.len() < 2 {
        return Err(EvaluationError::TooFew { what: "replications that gave an estimate", needed: 2, found: estimates.len() });
    }
    let mean = estimates.iter().sum::<f64>() / estimates.len() as f64;
    let squares: f64 = estimates.iter().map(|estimate| (estimate - mean).powi(2)).sum();
    estimates.sort_unstable_by(f64::total_cmp);
    Ok(Bootstrap {
        failed: replications - estimates.len(),
        standard_error: (squares / (estimates.len() - 1) as f64).sqrt(),
        estimates,
    })
}

/// Groups from each of which as many members are drawn as it has; a member is one unit or a cluster of them.
fn pools(keys: &[u64], resample: Resample<'_>) -> Result<Vec<Vec<Vec<usize>>>, EvaluationError> {
    let rows = rows_by_key(keys);
    let pools: Vec<Vec<Vec<usize>>> = match resample {
        Resample::Units => vec![rows.into_iter().map(|row| vec![row]).collect()],
        Resample::WithinGroups(treated) => {
            check_rows("treated", treated.len(), keys.len())?;
            let group = |which: bool| rows.iter().filter(|&&row| treated[row] == which).map(|&row| vec![row]).collect();
            vec![group(true), group(false)]
        }
        Resample::Clusters(clusters) => {
            check_rows("clusters", clusters.len(), keys.len())?;
            let mut members: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            rows.into_iter().for_each(|row| members.entry(clusters[row]).or_default().push(row));
            vec![members.into_values().collect()]
        }
    };
    match pools.iter().find(|pool| pool.is_empty()) {
        Some(_) => Err(EvaluationError::TooFew { what: "units to draw from in one of the groups", needed: 1, found: 0 }),
        None => Ok(pools),
    }
}

/// Sets the words of the bootstrap apart from those of other users of one seed.
const STREAM: u64 = 0x626f_6f74;

fn drawn(pools: &[Vec<Vec<usize>>], seed: u64, replication: u64) -> Vec<usize> {
    let mut rows = Vec::new();
    for (number, pool) in pools.iter().enumerate() {
        for at in (0..pool.len()).step_by(4) {
            let words = philox4x64([at as u64, replication, number as u64, STREAM], [seed, 0]);
            for word in words.into_iter().take(pool.len() - at) {
                // The upper half of a product is a whole number below the length, uniform to one part in 2⁶⁴ over the length.
                let place = ((u128::from(word) * pool.len() as u128) >> 64) as usize;
                rows.extend(&pool[place]);
            }
        }
    }
    rows
}

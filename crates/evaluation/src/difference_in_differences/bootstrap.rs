//! The multiplier bootstrap (Callaway and Sant'Anna 2021, algorithm 1): the contributions of each cluster get a random sign, so no
//! model is fitted again. Each sign is a pure function of the seed, the draw and the cluster, so the result has the same bits at
//! any number of threads. It gives bands that hold for several estimates at once.

use base::philox::words;
use base::statistics::normal_quantile;
use rayon::prelude::*;

use super::influence::Clusters;
use crate::error::EvaluationError;

/// How the bootstrap is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapOptions {
    /// How many draws: at least 100.
    pub draws: usize,
    /// The seed.
    pub seed: u64,
    /// The confidence of the band, for example 0.95.
    pub confidence: f64,
}

/// What the draws say about several estimates.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiplierBootstrap {
    /// The standard error of each estimate, from the middle half of its draws: a few wild draws do not count.
    pub standard_errors: Vec<f64>,
    /// How many standard errors on either side of each estimate hold all of them at once with the given confidence.
    pub critical_value: f64,
}

/// Draws that are worked out in one pass over the clusters.
const DRAWS_OF_A_TASK: usize = 16;
/// Errors that are kept: 800 MB.
const ERRORS_MAX: usize = 100_000_000;
/// Signs in one draw of the generator.
const SIGNS: usize = 256;
/// What the draws are for, in the key of the generator.
const PURPOSE: u64 = 0x6d75_6c74;

/// Draws the errors of the estimates with these contributions of units.
///
/// # Errors
///
/// Fewer than 100 draws, a confidence that is not between 0 and 1, or no estimate.
pub fn multiplier_bootstrap(
    influences: &[&[f64]],
    clusters: &Clusters,
    options: BootstrapOptions,
) -> Result<MultiplierBootstrap, EvaluationError> {
    if options.draws < 100 {
        return Err(EvaluationError::TooFew { what: "draws of the bootstrap", needed: 100, found: options.draws });
    }
    if !(options.confidence > 0.0 && options.confidence < 1.0) {
        return Err(EvaluationError::Option { what: "the confidence must be between 0 and 1, for example 0.95" });
    }
    let Some(units) = influences.first().map(|influence| influence.len() as f64) else {
        return Err(EvaluationError::TooFew { what: "estimates", needed: 1, found: 0 });
    };
    let width = influences.len();
    if options.draws.saturating_mul(width) > ERRORS_MAX {
        return Err(EvaluationError::Option { what: "draws times estimates must be at most 100 million: draw less often" });
    }
    // Cluster by cluster, so that one pass serves all estimates.
    let mut sums = vec![0.0; clusters.count() * width];
    for (j, influence) in influences.iter().enumerate() {
        for (cluster, sum) in clusters.sums(influence).into_iter().enumerate() {
            sums[cluster * width + j] = sum / units;
        }
    }
    let draws: Vec<usize> = (0..options.draws).collect();
    let errors: Vec<f64> =
        draws.par_chunks(DRAWS_OF_A_TASK).flat_map_iter(|draws| errors_of(&sums, width, options.seed, draws)).collect();

    let middle_half = normal_quantile(0.75) - normal_quantile(0.25);
    let standard_errors: Vec<f64> = (0..width)
        .map(|j| {
            let mut of_estimate: Vec<f64> = errors.iter().skip(j).step_by(width).copied().collect();
            of_estimate.sort_unstable_by(f64::total_cmp);
            (quantile(&of_estimate, 0.75) - quantile(&of_estimate, 0.25)) / middle_half
        })
        .collect();
    let mut largest: Vec<f64> = errors
        .chunks_exact(width)
        .map(|errors| {
            let ratios = errors.iter().zip(&standard_errors).filter(|(_, error)| **error > 0.0);
            ratios.map(|(draw, error)| (draw / error).abs()).fold(0.0, f64::max)
        })
        .collect();
    largest.sort_unstable_by(f64::total_cmp);
    Ok(MultiplierBootstrap { critical_value: quantile(&largest, options.confidence), standard_errors })
}

/// The error of each estimate in each of some draws.
fn errors_of(sums: &[f64], width: usize, seed: u64, draws: &[usize]) -> Vec<f64> {
    let mut errors = vec![0.0; draws.len() * width];
    for (block, rows) in sums.chunks(SIGNS * width).enumerate() {
        for (&draw, errors) in draws.iter().zip(errors.chunks_exact_mut(width)) {
            let signs = words(seed, block as u64 + 1, draw as u64, PURPOSE);
            for (at, row) in rows.chunks_exact(width).enumerate() {
                let sign = if signs[at / 64] >> (at % 64) & 1 == 0 { 1.0 } else { -1.0 };
                for (error, value) in errors.iter_mut().zip(row) {
                    *error += sign * value;
                }
            }
        }
    }
    errors
}

/// The quantile of sorted values, between neighbours in proportion.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let (below, share) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + share * (sorted[above] - sorted[below])
}

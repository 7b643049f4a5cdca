//! Did cohorts and their comparison already part before treatment? A Wald test that all effects before treatment are 0.

use super::group_time::GroupTime;
use crate::distributions::chi_squared_tails;
use crate::error::EvaluationError;
use crate::linear_algebra::Cholesky;

/// The test of all effects before treatment at once.
#[derive(Clone, Debug, PartialEq)]
pub struct PreTrends {
    /// The Wald statistic.
    pub wald: f64,
    /// How many effects before treatment it tests.
    pub degrees_of_freedom: usize,
    /// The chance of so large a statistic if all of them are 0.
    pub p_value: f64,
    /// What the test cannot say; to be shown wherever its p-value is.
    pub caution: &'static str,
}

/// Roth (2022) shows that such tests miss violations that matter, and that reporting only what passes makes bias worse.
const CAUTION: &str = "A large p-value does not show that trends would have stayed parallel. The test often misses a difference that \
                       is large enough to explain the effect, and it says nothing about the periods after treatment began.";

/// Tests the effects in periods before treatment, those of anticipation not counted.
///
/// # Errors
///
/// No effect before treatment, or effects that follow from one another, as where there are more of them than clusters.
pub fn pre_trends(estimate: &GroupTime, anticipation: i64) -> Result<PreTrends, EvaluationError> {
    let before: Vec<usize> = (0..estimate.cells.len())
        .filter(|&at| {
            let cell = &estimate.cells[at];
            cell.period < cell.group.saturating_sub(anticipation) && cell.base != cell.period
        })
        .collect();
    if before.is_empty() {
        return Err(EvaluationError::TooFew { what: "effects before treatment", needed: 1, found: 0 });
    }
    let influences: Vec<&[f64]> = before.iter().map(|&at| &estimate.influence[at][..]).collect();
    let effects: Vec<f64> = before.iter().map(|&at| estimate.cells[at].effect).collect();
    let covariance = estimate.clusters.covariance(&influences);
    let solved = Cholesky::of(&covariance)
        .map_err(|collinear| {
            let cell = &estimate.cells[before[collinear.column]];
            EvaluationError::Collinear { column: format!("effect of {} in {}", cell.group, cell.period) }
        })?
        .solve(&effects);
    let wald: f64 = effects.iter().zip(&solved).map(|(a, b)| a * b).sum();
    let p_value = chi_squared_tails(wald, before.len() as f64).upper;
    Ok(PreTrends { wald, degrees_of_freedom: before.len(), p_value, caution: CAUTION })
}

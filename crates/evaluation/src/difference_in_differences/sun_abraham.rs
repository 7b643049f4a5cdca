//! The interaction-weighted estimator of Sun and Abraham (2021): a regression with unit and period effects and a coefficient for
//! each cohort in each period since its start, averaged by cohort size.
//!
//! In a balanced panel, with units that are never treated as reference, each coefficient is the change of the cohort since the
//! period before its start less that of the reference, and the clustered covariance of the regression is that of these
//! differences. So no regression is solved. The weights count as known, as in the published estimator.

use super::group_time::{BasePeriod, GroupTime, GroupTimeOptions, OutcomeAdjustment, PanelControls, group_time};
use super::panel::Panel;
use crate::error::EvaluationError;

/// Whether standard errors are enlarged for small samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallSample {
    /// As they are.
    None,
    /// By G / (G − 1) · (n − 1) / (n − k), for G clusters, n rows and k coefficients, unit effects not counted.
    Usual,
}

/// An effect at a time since start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimedEffect {
    /// Periods since the start.
    pub since_start: i64,
    /// The effect, in the unit of the outcome.
    pub effect: f64,
    /// Its clustered standard error.
    pub standard_error: f64,
}

/// The estimate of Sun and Abraham.
#[derive(Clone, Debug, PartialEq)]
pub struct SunAbraham {
    /// The effect at each time since start; the period before the start is the reference and left out.
    pub timed: Vec<TimedEffect>,
    /// The average effect on the treated over all treated periods.
    pub effect: f64,
    /// Its clustered standard error.
    pub standard_error: f64,
    /// How many clusters there are.
    pub clusters: usize,
}

/// Estimates the effects. Where no unit is never treated, the last cohort is the reference in the periods before its start.
///
/// # Errors
///
/// A panel without a cohort that starts after the first period, or with nothing to compare it with.
pub fn sun_abraham(panel: &Panel, small_sample: SmallSample) -> Result<SunAbraham, EvaluationError> {
    let options = GroupTimeOptions {
        comparison: PanelControls::NeverTreated,
        base: BasePeriod::Universal,
        adjustment: OutcomeAdjustment::None,
        anticipation: 0,
        small_group: 0,
    };
    let estimate = group_time(panel, options)?;
    let free: Vec<usize> = (0..estimate.cells.len()).filter(|&at| estimate.cells[at].base != estimate.cells[at].period).collect();
    let factor = match small_sample {
        SmallSample::None => 1.0,
        SmallSample::Usual => {
            let mut periods: Vec<i64> = estimate.cells.iter().map(|cell| cell.period).collect();
            periods.sort_unstable();
            periods.dedup();
            let (g, n) = (estimate.clusters.count() as f64, (estimate.unit_group.len() * periods.len()) as f64);
            let k = (free.len() + periods.len()) as f64;
            (g / (g - 1.0) * (n - 1.0) / (n - k)).sqrt()
        }
    };
    let since_start = |at: usize| estimate.cells[at].period.saturating_sub(estimate.cells[at].group);
    let mut times: Vec<i64> = free.iter().map(|&at| since_start(at)).collect();
    times.sort_unstable();
    times.dedup();
    let timed = times
        .into_iter()
        .map(|time| {
            let cells: Vec<usize> = free.iter().copied().filter(|&at| since_start(at) == time).collect();
            let (effect, standard_error) = by_size(&estimate, &cells, factor);
            TimedEffect { since_start: time, effect, standard_error }
        })
        .collect();
    let treated: Vec<usize> = free.iter().copied().filter(|&at| since_start(at) >= 0).collect();
    if treated.is_empty() {
        return Err(EvaluationError::TooFew { what: "cohorts with an effect in a treated period", needed: 1, found: 0 });
    }
    let (effect, standard_error) = by_size(&estimate, &treated, factor);
    Ok(SunAbraham { timed, effect, standard_error, clusters: estimate.clusters.count() })
}

fn by_size(estimate: &GroupTime, cells: &[usize], factor: f64) -> (f64, f64) {
    let total: f64 = cells.iter().map(|&at| estimate.cells[at].treated as f64).sum();
    let (mut effect, mut influence) = (0.0, vec![0.0; estimate.unit_group.len()]);
    for &at in cells {
        let weight = estimate.cells[at].treated as f64 / total;
        effect += weight * estimate.cells[at].effect;
        influence.iter_mut().zip(&estimate.influence[at]).for_each(|(sum, value)| *sum += weight * value);
    }
    (effect, factor * estimate.clusters.standard_error(&influence))
}

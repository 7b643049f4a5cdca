//! A watch over each provider's results in the order in which people started, by two risk-adjusted cumulative sums: one for more
//! events than expected, one for fewer.

use super::cusum::{CusumOptions, average_run_length, cusum};
use crate::error::EvaluationError;

/// The odds ratio that is watched for, and its inverse in the other direction.
pub const SOUGHT: f64 = 1.5;
/// By chance alone, the sum of each direction signals once in so many times the provider's own people on average. A sum that starts
/// at 0 needs people before it can signal, so that about 1 provider in 20 has a false signal in one of the two directions.
pub const FALSE_SIGNAL_AFTER: f64 = 20.0;
/// Levels of the sum in the chain that gives the average run length.
const STATES: usize = 60;
/// The chain reads so many people's risks; more are represented by evenly spaced ones of them.
const RISKS_MAX: usize = 40;
/// No larger limit is tried: it is beyond any number of people.
const LIMIT_MAX: f64 = 32.0;

/// One cumulative sum over a provider's people.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The odds ratio that is watched for.
    pub sought: f64,
    /// The sum at which a signal is given.
    pub limit: f64,
    /// The average number of people before a false signal, where nothing is different from what is expected.
    pub run_without_change: f64,
    /// The average number of people before a signal, where the odds are those sought.
    pub run_with_change: f64,
    /// The people at whom a signal was given, by their place among the provider's own.
    pub signals: Vec<usize>,
}

/// Watches one provider for odds of the event `sought` times those expected. People are in the order in which they started.
///
/// # Errors
///
/// Columns of unequal length, nobody, or a risk that is not between 0 and 1.
pub fn watch(risk: &[f64], event: &[bool], sought: f64) -> Result<Watch, EvaluationError> {
    let risks = representative(risk);
    let options = |limit: f64| CusumOptions { accepted: 1.0, sought, limit };
    let wanted = FALSE_SIGNAL_AFTER * risk.len() as f64;
    // The run length grows with the limit. A chain so long that it has no number is long enough, and so is one whose number is lost
    // in rounding and comes out below 0.
    let run = |limit: f64, odds_ratio: f64| match average_run_length(&risks, odds_ratio, options(limit), STATES) {
        Ok(length) if length > 0.0 => Ok(length),
        Ok(_) | Err(EvaluationError::NotConverged { .. }) => Ok(f64::INFINITY),
        Err(error) => Err(error),
    };
    // From below, because a chain far beyond the wanted length is the less exact.
    let (mut low, mut high) = (0.0, 0.5);
    while high < LIMIT_MAX && run(high, 1.0)? < wanted {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..12 {
        let middle = f64::midpoint(low, high);
        if run(middle, 1.0)? < wanted { low = middle } else { high = middle }
    }
    let found = cusum(risk, event, options(high))?;
    Ok(Watch {
        sought,
        limit: high,
        run_without_change: run(high, 1.0)?,
        run_with_change: run(high, sought)?,
        signals: found.signals,
    })
}

/// Risks that stand for all: the middles of equal parts of them in order.
fn representative(risk: &[f64]) -> Vec<f64> {
    let mut sorted = risk.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted.len() <= RISKS_MAX {
        return sorted;
    }
    (0..RISKS_MAX).map(|part| sorted[(2 * part + 1) * sorted.len() / (2 * RISKS_MAX)]).collect()
}

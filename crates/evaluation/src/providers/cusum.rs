//! The risk-adjusted cumulative sum of Steiner and others (2000): it watches results one by one, allows for each person's own risk,
//! and signals when the odds of the event seem to have changed.

use base::philox::{open_unit, words};
use rayon::prelude::*;

use crate::columns::{check_finite, check_rows};
use crate::error::EvaluationError;

/// What is watched for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CusumOptions {
    /// The odds ratio that is acceptable, usually 1.
    pub accepted: f64,
    /// The odds ratio that is to be found: above `accepted` for worse results, below it for better ones.
    pub sought: f64,
    /// The sum at which a signal is given, above 0.
    pub limit: f64,
}

impl CusumOptions {
    fn check(&self) -> Result<(), EvaluationError> {
        let ratios = self.accepted > 0.0 && self.sought > 0.0 && self.accepted != self.sought;
        if ratios && self.accepted.is_finite() && self.sought.is_finite() && self.limit > 0.0 && self.limit.is_finite() {
            return Ok(());
        }
        Err(EvaluationError::Option { what: "a CUSUM needs two different odds ratios above 0 and a limit above 0" })
    }

    /// What a result adds: the log of how much more likely it is under the odds ratio sought than under the accepted one.
    #[must_use]
    pub fn weight(&self, risk: f64, event: bool) -> f64 {
        let scale = |ratio: f64| 1.0 - risk + ratio * risk;
        let none = (scale(self.accepted) / scale(self.sought)).ln();
        if event { none + (self.sought / self.accepted).ln() } else { none }
    }
}

/// The sum after each result.
#[derive(Clone, Debug, PartialEq)]
pub struct Cusum {
    /// The sum after each result, never below 0. After a signal it starts again from 0.
    pub sums: Vec<f64>,
    /// The rows at which it reached the limit.
    pub signals: Vec<usize>,
}

/// Follows results in the order in which they became known.
///
/// # Errors
///
/// Columns of unequal length, a risk that is not between 0 and 1 (with its row), or options out of range.
pub fn cusum(risk: &[f64], event: &[bool], options: CusumOptions) -> Result<Cusum, EvaluationError> {
    options.check()?;
    check_risks(risk)?;
    check_rows("event", event.len(), risk.len())?;
    let (mut sums, mut signals, mut sum) = (Vec::with_capacity(risk.len()), Vec::new(), 0.0f64);
    for (row, (&risk, &event)) in risk.iter().zip(event).enumerate() {
        sum = (sum + options.weight(risk, event)).max(0.0);
        sums.push(sum);
        if sum >= options.limit {
            signals.push(row);
            sum = 0.0;
        }
    }
    Ok(Cusum { sums, signals })
}

fn check_risks(risk: &[f64]) -> Result<(), EvaluationError> {
    check_finite("risk", risk, risk.len())?;
    match risk.iter().position(|&risk| !(risk > 0.0 && risk < 1.0)) {
        Some(row) => Err(EvaluationError::Value { column: "risk".to_owned(), row, expected: "a chance between 0 and 1" }),
        None if risk.is_empty() => Err(EvaluationError::TooFew { what: "risks", needed: 1, found: 0 }),
        None => Ok(()),
    }
}

/// The chance of the event for a person of a risk, where the odds are multiplied.
fn chance(risk: f64, odds_ratio: f64) -> f64 {
    odds_ratio * risk / (1.0 - risk + odds_ratio * risk)
}

/// How many results pass on average before a signal, where people's risks are drawn from `risks` and the true odds ratio is
/// `odds_ratio`: from a Markov chain on `states` levels of the sum (Brook and Evans 1972). Sums fall between the levels, so the result
/// is near; compare it with twice as many states.
///
/// # Errors
///
/// No risks, or one that is not between 0 and 1; options out of range; fewer than 10 or more than 2,000 states; or a chain that
/// never ends.
pub fn average_run_length(risks: &[f64], odds_ratio: f64, options: CusumOptions, states: usize) -> Result<f64, EvaluationError> {
    options.check()?;
    check_risks(risks)?;
    if !(10..=2_000).contains(&states) || odds_ratio.is_nan() || odds_ratio <= 0.0 {
        return Err(EvaluationError::Option { what: "the chain needs from 10 to 2,000 states and an odds ratio above 0" });
    }
    // State i stands for the sum i * width; a sum of the limit or more has ended.
    let width = options.limit / states as f64;
    let mut rows = vec![vec![0.0; states + 1]; states];
    for (i, row) in rows.iter_mut().enumerate() {
        for &risk in risks {
            let p = chance(risk, odds_ratio);
            for (event, probability) in [(true, p), (false, 1.0 - p)] {
                let sum = (i as f64 * width + options.weight(risk, event)).max(0.0);
                if sum >= options.limit {
                    continue;
                }
                // A sum between two levels is shared between them, so that the average step is kept.
                let place = (sum / width).min((states - 1) as f64);
                let (below, share) = (place.floor() as usize, place.fract());
                let probability = probability / risks.len() as f64;
                row[below] -= probability * (1.0 - share);
                if share > 0.0 {
                    row[below + 1] -= probability * share;
                }
            }
        }
        row[i] += 1.0;
        row[states] = 1.0;
    }
    solve_first(rows).ok_or(EvaluationError::NotConverged { what: "average run length", steps: states })
}

/// The first unknown of a system of equations, each row of which ends with its right-hand side.
fn solve_first(mut rows: Vec<Vec<f64>>) -> Option<f64> {
    let n = rows.len();
    // From the last unknown to the first, so that the first is left alone in its row.
    for column in (0..n).rev() {
        let pivot = (0..=column).max_by(|&i, &j| rows[i][column].abs().total_cmp(&rows[j][column].abs()))?;
        if rows[pivot][column].abs() < 1e-300 {
            return None;
        }
        rows.swap(pivot, column);
        let (above, from) = rows.split_at_mut(column);
        let source = &from[0];
        for row in above.iter_mut().filter(|row| row[column] != 0.0) {
            let factor = row[column] / source[column];
            for j in 0..column {
                row[j] -= factor * source[j];
            }
            row[n] -= factor * source[n];
        }
    }
    let length = rows[0][n] / rows[0][0];
    length.is_finite().then_some(length)
}

/// A run length by simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedRunLength {
    /// The average number of results before a signal.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Runs that were stopped without a signal; where there are any, the average is too low.
    pub stopped: usize,
}

/// How many results pass on average before a signal, by simulation. Every draw is a function of the seed, the run and the step.
///
/// # Errors
///
/// No risks, or one that is not between 0 and 1; options out of range; fewer than two runs.
pub fn simulated_run_length(
    risks: &[f64],
    odds_ratio: f64,
    options: CusumOptions,
    seed: u64,
    runs: usize,
    steps_max: u64,
) -> Result<SimulatedRunLength, EvaluationError> {
    options.check()?;
    check_risks(risks)?;
    if runs < 2 || odds_ratio.is_nan() || odds_ratio <= 0.0 {
        return Err(EvaluationError::Option { what: "a simulation needs at least two runs and an odds ratio above 0" });
    }
    let run = |run: usize| {
        let mut sum = 0.0f64;
        for step in 0..steps_max {
            let [a, b, ..] = words(seed, run as u64 + 1, 0, step).map(open_unit);
            let risk = risks[((a * risks.len() as f64) as usize).min(risks.len() - 1)];
            sum = (sum + options.weight(risk, b < chance(risk, odds_ratio))).max(0.0);
            if sum >= options.limit {
                return (step + 1, false);
            }
        }
        (steps_max, true)
    };
    let lengths: Vec<(u64, bool)> = (0..runs).into_par_iter().map(run).collect();
    let n = runs as f64;
    let mean = lengths.iter().map(|(length, _)| *length as f64).sum::<f64>() / n;
    let variance = lengths.iter().map(|(length, _)| (*length as f64 - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let stopped = lengths.iter().filter(|(_, stopped)| *stopped).count();
    Ok(SimulatedRunLength { mean, standard_error: (variance / n).sqrt(), stopped })
}

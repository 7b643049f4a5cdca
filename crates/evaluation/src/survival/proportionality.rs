//! Does a hazard ratio stay the same over time? The test of Grambsch and Therneau (1994) on scaled Schoenfeld residuals: what the
//! covariates of each event differ from those at risk, against a function of time.

use super::FollowUp;
use super::cox::{CoxFit, CoxOptions, RiskOrder};
use super::kaplan_meier::kaplan_meier;
use crate::columns::Columns;
use crate::distributions::chi_squared_tails;
use crate::error::EvaluationError;
use crate::linear_algebra::Cholesky;

/// The function of time that a coefficient is tested against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeScale {
    /// Time itself. A few very late events can decide the test.
    Identity,
    /// The logarithm of time, for times above 0.
    Logarithm,
    /// The rank of the event times.
    Rank,
    /// One less the Kaplan-Meier estimate before the event.
    KaplanMeier,
}

/// The test of one covariate, or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Proportionality {
    /// The name of the covariate, or "all".
    pub name: String,
    /// Chi-squared.
    pub chi_squared: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// The chance of so large a chi-squared if the hazard ratio did not change.
    pub p_value: f64,
}

/// Tests each covariate of a fit, and all of them together in the last place. The arguments are those of the fit, whose
/// covariance must be the inverse information.
///
/// # Errors
///
/// Data that the fit would refuse, another covariance, times that have no logarithm, or events at one time only.
pub fn proportionality(
    follow_up: FollowUp<'_>,
    columns: &Columns,
    options: CoxOptions<'_>,
    fit: &CoxFit,
    scale: TimeScale,
) -> Result<Vec<Proportionality>, EvaluationError> {
    if options.covariance != super::cox::CoxCovariance::Information {
        return Err(EvaluationError::Option {
            what: "the test of proportional hazards needs the covariance by inverse information",
        });
    }
    let order = RiskOrder::new(&follow_up, columns, options.strata, options.ties)?;
    let width = order.width();
    let beta = order.scaled(&fit.coefficients);
    let means = order.group_means(&beta);
    let information = order.evaluate(&beta).information;
    let times: Vec<f64> = order.groups.iter().map(|group| group.time).collect();
    let counts: Vec<f64> = order.groups.iter().map(|group| group.events as f64).collect();
    let transformed = transform(&follow_up, &times, &counts, scale)?;
    let events: f64 = counts.iter().sum();
    let mean = transformed.iter().zip(&counts).map(|(g, count)| g * count).sum::<f64>() / events;
    let spread: f64 = transformed.iter().zip(&counts).map(|(g, count)| count * (g - mean) * (g - mean)).sum();
    if spread <= 0.0 {
        return Err(EvaluationError::TooFew { what: "different times with an event", needed: 2, found: 1 });
    }
    // Σ (g - mean g) times the Schoenfeld residual.
    let mut trend = vec![0.0; width];
    for (at, group) in order.groups.iter().enumerate() {
        for position in group.first..group.first + group.events {
            for (j, trend) in trend.iter_mut().enumerate() {
                *trend += (transformed[at] - mean) * (order.x(position)[j] - means.mean[at * width + j]);
            }
        }
    }
    let singular = |_| EvaluationError::Collinear { column: "all covariates".to_owned() };
    let cholesky = Cholesky::of(&information).map_err(singular)?;
    let (solved, inverse) = (cholesky.solve(&trend), cholesky.inverse());
    let result = |name: String, chi_squared: f64, df: usize| Proportionality {
        name,
        chi_squared,
        degrees_of_freedom: df,
        p_value: chi_squared_tails(chi_squared, df as f64).upper,
    };
    let mut out: Vec<Proportionality> = (0..width)
        .map(|j| {
            let chi_squared = events * solved[j] * solved[j] / (inverse.get(j, j) * spread);
            result(fit.names[j].clone(), chi_squared, 1)
        })
        .collect();
    let all = events / spread * trend.iter().zip(&solved).map(|(a, b)| a * b).sum::<f64>();
    out.push(result("all".to_owned(), all, width));
    Ok(out)
}

fn transform(follow_up: &FollowUp<'_>, times: &[f64], counts: &[f64], scale: TimeScale) -> Result<Vec<f64>, EvaluationError> {
    match scale {
        TimeScale::Identity => Ok(times.to_vec()),
        TimeScale::Logarithm => {
            if times.iter().any(|&time| time <= 0.0) {
                return Err(EvaluationError::Option {
                    what: "an event at time 0 has no logarithm: choose another scale of time",
                });
            }
            Ok(times.iter().map(|time| time.ln()).collect())
        }
        TimeScale::Rank => {
            // The average rank of the events at each time, over all strata.
            let mut all: Vec<(f64, f64)> = times.iter().copied().zip(counts.iter().copied()).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut ranked: Vec<(f64, f64)> = Vec::new();
            let mut before = 0.0;
            for same in all.chunk_by(|a, b| a.0 == b.0) {
                let count: f64 = same.iter().map(|(_, count)| count).sum();
                ranked.push((same[0].0, before + (count + 1.0) / 2.0));
                before += count;
            }
            Ok(times.iter().map(|time| ranked[ranked.partition_point(|(other, _)| other < time)].1).collect())
        }
        TimeScale::KaplanMeier => {
            let curve = kaplan_meier(*follow_up, 0.95)?;
            let before = |time: f64| {
                let step = curve.steps.partition_point(|step| step.time < time);
                if step == 0 { 1.0 } else { curve.steps[step - 1].survival }
            };
            Ok(times.iter().map(|&time| 1.0 - before(time)).collect())
        }
    }
}

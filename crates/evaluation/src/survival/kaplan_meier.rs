//! The share of people who have not had the event yet (Kaplan and Meier 1958), with Greenwood's variance and intervals on the scale
//! of log(-log), which stay between 0 and 1.

use base::statistics::normal_quantile;

use super::FollowUp;
use super::risk_sets::{by_exit, each_step};
use crate::error::EvaluationError;

/// The estimate after one time at which somebody leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalStep {
    /// The time, in the unit of the data.
    pub time: f64,
    /// People at risk just before it.
    pub at_risk: usize,
    /// How many have the event at it.
    pub events: usize,
    /// How many are censored at it.
    pub censored: usize,
    /// The estimated share without the event, after this time.
    pub survival: f64,
    /// Greenwood's standard error of that share.
    pub standard_error: f64,
    /// The lower end of the interval: 1 before the first event, and not a number once nobody is left.
    pub lower: f64,
    /// The upper end of the interval.
    pub upper: f64,
}

/// A survival curve.
#[derive(Clone, Debug, PartialEq)]
pub struct SurvivalCurve {
    /// One step for each time at which somebody leaves, earliest first.
    pub steps: Vec<SurvivalStep>,
    /// The confidence of the intervals, for example 0.95.
    pub confidence: f64,
}

/// A time by which a share of people have had the event. `None` where the curve, or the end of its interval, does not fall so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeQuantile {
    /// The first time at which the curve is at or below the share that is left.
    pub estimate: Option<f64>,
    /// The same for the lower end of the interval of the curve (Brookmeyer and Crowley 1982).
    pub lower: Option<f64>,
    /// The same for the upper end.
    pub upper: Option<f64>,
}

/// Estimates the survival curve.
///
/// # Errors
///
/// Follow-up that cannot be used, or a confidence that is not between 0 and 1.
pub fn kaplan_meier(follow_up: FollowUp<'_>, confidence: f64) -> Result<SurvivalCurve, EvaluationError> {
    follow_up.check()?;
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(EvaluationError::Option { what: "the confidence must be between 0 and 1, for example 0.95" });
    }
    let z = normal_quantile(0.5 + confidence / 2.0);
    let mut steps = Vec::new();
    let (mut survival, mut greenwood) = (1.0f64, 0.0f64);
    each_step(&follow_up, &by_exit(&follow_up, 0..follow_up.rows()), |step| {
        let events = step.leaving.iter().filter(|&&row| follow_up.event[row]).count();
        let (n, d) = (step.at_risk as f64, events as f64);
        survival *= (n - d) / n;
        greenwood += d / (n * (n - d));
        let (lower, upper) = log_log_interval(survival, greenwood, z);
        steps.push(SurvivalStep {
            time: step.time,
            at_risk: step.at_risk,
            events,
            censored: step.leaving.len() - events,
            survival,
            standard_error: if survival == 0.0 { 0.0 } else { survival * greenwood.sqrt() },
            lower,
            upper,
        });
    });
    Ok(SurvivalCurve { steps, confidence })
}

/// The interval for a share from the variance of its logarithm.
fn log_log_interval(survival: f64, variance_of_log: f64, z: f64) -> (f64, f64) {
    if survival >= 1.0 {
        return (1.0, 1.0);
    }
    if survival <= 0.0 {
        return (f64::NAN, f64::NAN);
    }
    let spread = (z * variance_of_log.sqrt() / survival.ln().abs()).exp();
    (survival.powf(spread), survival.powf(1.0 / spread))
}

impl SurvivalCurve {
    /// The step that holds at a time, or `None` before the first.
    #[must_use]
    pub fn at(&self, time: f64) -> Option<&SurvivalStep> {
        self.steps[..self.steps.partition_point(|step| step.time <= time)].last()
    }

    /// The estimated share without the event after a time.
    #[must_use]
    pub fn survival_at(&self, time: f64) -> f64 {
        self.at(time).map_or(1.0, |step| step.survival)
    }

    /// The time by which half of the people have had the event.
    #[must_use]
    pub fn median(&self) -> TimeQuantile {
        self.quantile(0.5)
    }

    /// The time by which `share` of the people have had the event.
    #[must_use]
    pub fn quantile(&self, share: f64) -> TimeQuantile {
        // A product of fractions that should be exactly the share may miss it by rounding.
        let left = 1.0 - share + 1e-12;
        let first =
            |value: &dyn Fn(&SurvivalStep) -> f64| self.steps.iter().find(|step| value(step) <= left).map(|step| step.time);
        TimeQuantile {
            estimate: first(&|step| step.survival),
            lower: first(&|step| step.lower),
            upper: first(&|step| step.upper),
        }
    }
}

//! The share of people who have had each of several events that exclude one another (Aalen and Johansen 1978). Someone who dies
//! can no longer reoffend: to censor the death would count a death as a chance of reoffending still to come.
//!
//! Events at one time are counted together, exactly; no time is moved to break a tie.

use super::FollowUp;
use super::risk_sets::{by_exit, each_step};
use crate::columns::check_rows;
use crate::error::EvaluationError;

/// The estimate after one time at which somebody leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidenceStep {
    /// The time, in the unit of the data.
    pub time: f64,
    /// People at risk just before it.
    pub at_risk: usize,
    /// How many have each event at it.
    pub events: Vec<usize>,
    /// The share with no event yet, after this time.
    pub survival: f64,
    /// The share that has had each event. With `survival` they add up to 1.
    pub incidence: Vec<f64>,
    /// The standard error of each share, by the delta method (Marubini and Valsecchi 1995, section 10.3).
    pub standard_error: Vec<f64>,
}

/// Each step keeps a number for each of them.
const CAUSES_MAX: usize = 20;

/// Sums over time that the variance of one event's incidence needs: of `d / (n (n - d))`, of the event's own terms, and both times
/// the incidence so far.
#[derive(Clone, Copy, Default)]
struct VarianceSums {
    all: [f64; 3],
    own: [f64; 2],
    square: f64,
}

impl VarianceSums {
    fn variance(&self, incidence: f64) -> f64 {
        let [a, b, c] = self.all;
        let [d, e] = self.own;
        incidence * incidence * a - 2.0 * incidence * b + c + self.square - 2.0 * (incidence * d - e)
    }
}

/// Estimates the cumulative incidence of each event. `cause` holds 0 for a censored person and the number of the event, from 1 to
/// `causes`, for the others. `entry` and `exit` are as in [`FollowUp`].
///
/// # Errors
///
/// Follow-up that cannot be used, columns of unequal length, or a cause above `causes`, with its row.
pub fn cumulative_incidence(
    entry: Option<&[f64]>,
    exit: &[f64],
    cause: &[usize],
    causes: usize,
) -> Result<Vec<IncidenceStep>, EvaluationError> {
    let event: Vec<bool> = cause.iter().map(|&cause| cause > 0).collect();
    check_rows("cause", cause.len(), exit.len())?;
    let follow_up = FollowUp { entry, exit, event: &event };
    follow_up.check()?;
    if causes > CAUSES_MAX {
        return Err(EvaluationError::Option { what: "at most 20 events can exclude one another: join some of them" });
    }
    if let Some(row) = cause.iter().position(|&cause| cause > causes) {
        let expected = "0 for a censored person or the number of an event";
        return Err(EvaluationError::Value { column: "cause".to_owned(), row, expected });
    }
    let mut steps = Vec::new();
    let mut survival = 1.0;
    let (mut incidence, mut sums) = (vec![0.0; causes], vec![VarianceSums::default(); causes]);
    each_step(&follow_up, &by_exit(&follow_up, 0..exit.len()), |step| {
        let mut events = vec![0usize; causes];
        step.leaving.iter().filter(|&&row| event[row]).for_each(|&row| events[cause[row] - 1] += 1);
        let (n, d) = (step.at_risk as f64, events.iter().sum::<usize>() as f64);
        for k in 0..causes {
            let own = events[k] as f64;
            incidence[k] += survival * own / n;
            let at = incidence[k];
            // When everybody left has an event, nothing can follow, and what is left out here would count for nothing.
            if d < n {
                let hazard = d / (n * (n - d));
                sums[k].all[0] += hazard;
                sums[k].all[1] += hazard * at;
                sums[k].all[2] += hazard * at * at;
            }
            let part = survival * own / (n * n);
            sums[k].own[0] += part;
            sums[k].own[1] += part * at;
            sums[k].square += survival * survival * own * (n - own) / (n * n * n);
        }
        survival *= (n - d) / n;
        let standard_error = (0..causes).map(|k| sums[k].variance(incidence[k]).max(0.0).sqrt()).collect();
        steps.push(IncidenceStep {
            time: step.time,
            at_risk: step.at_risk,
            events,
            survival,
            incidence: incidence.clone(),
            standard_error,
        });
    });
    Ok(steps)
}

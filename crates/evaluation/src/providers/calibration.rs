//! How well predicted chances fit what happened: by groups of people of like risk, the calibration slope, and the C statistic.

use crate::columns::{Column, Columns, check_finite, check_rows};
use crate::error::EvaluationError;
use crate::logistic::logistic;

/// People of like risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskGroup {
    /// How many there are.
    pub people: u64,
    /// How many events were expected.
    pub expected: f64,
    /// How many there were.
    pub events: u64,
}

/// How well predicted chances fit.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskCalibration {
    /// From the lowest risk to the highest. People of equal risk are in one group, so there may be fewer than were asked for.
    pub groups: Vec<RiskGroup>,
    /// The slope of what happened on the predicted log odds: 1 is perfect, below 1 says that the predictions are too far apart
    /// (Cox 1958). `None` where everybody has nearly the same risk, or where the slope has no estimate.
    pub slope: Option<f64>,
    /// The chance that of two people, one with the event and one without, the one with it had the higher risk; 0.5 is no better
    /// than a coin. `None` where everybody or nobody had the event.
    pub c_statistic: Option<f64>,
}

/// Compares predicted chances with what happened. They should come from people who were not used to fit them: on the same people
/// the slope of a logistic model is 1, whatever the model is worth.
///
/// # Errors
///
/// Columns of unequal length, nobody, a risk that is not strictly between 0 and 1, or no groups.
pub fn calibration(risk: &[f64], event: &[bool], groups: usize) -> Result<RiskCalibration, EvaluationError> {
    check_finite("risk", risk, event.len())?;
    check_rows("event", event.len(), risk.len())?;
    if groups == 0 || risk.is_empty() {
        return Err(EvaluationError::TooFew { what: "people or groups of risk", needed: 1, found: 0 });
    }
    if let Some(row) = risk.iter().position(|&risk| !(risk > 0.0 && risk < 1.0)) {
        return Err(EvaluationError::Value { column: "risk".to_owned(), row, expected: "a chance between 0 and 1" });
    }
    let mut order: Vec<usize> = (0..risk.len()).collect();
    order.sort_by(|&a, &b| risk[a].total_cmp(&risk[b]));
    let mut found = vec![RiskGroup { people: 0, expected: 0.0, events: 0 }; groups];
    // The sum of the ranks of people with the event; people of equal risk share the mean of their ranks (Mann and Whitney 1947).
    let (mut rank_sum, mut first) = (0.0, 0);
    while first < order.len() {
        let mut end = first + 1;
        while end < order.len() && risk[order[end]] == risk[order[first]] {
            end += 1;
        }
        let group = &mut found[first * groups / order.len()];
        for &row in &order[first..end] {
            group.people += 1;
            group.expected += risk[row];
            group.events += u64::from(event[row]);
            rank_sum += if event[row] { (first + 1 + end) as f64 / 2.0 } else { 0.0 };
        }
        first = end;
    }
    found.retain(|group| group.people > 0);
    let with = event.iter().filter(|event| **event).count() as f64;
    let without = event.len() as f64 - with;
    let c_statistic = (with * without > 0.0).then(|| (rank_sum - with * (with + 1.0) / 2.0) / (with * without));
    Ok(RiskCalibration { slope: slope(risk, event), groups: found, c_statistic })
}

fn slope(risk: &[f64], event: &[bool]) -> Option<f64> {
    let log_odds: Vec<f64> = risk.iter().map(|risk| (risk / (1.0 - risk)).ln()).collect();
    let mean = log_odds.iter().sum::<f64>() / log_odds.len() as f64;
    let variance = log_odds.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / log_odds.len() as f64;
    if variance.sqrt() < 1e-6 {
        return None;
    }
    let columns = Columns::new(log_odds.len(), vec![Column::new("predicted log odds", log_odds)]).ok()?;
    Some(logistic(event, &columns, None).ok()?.coefficients[1])
}

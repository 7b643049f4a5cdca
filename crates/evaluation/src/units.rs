//! Units: their groups, their keys, and how many of equal weight a weighted group is worth.

use crate::columns::check_rows;
use crate::error::EvaluationError;

/// Kish's effective sample size: how many units of equal weight would tell as much. 0 where there is no weight.
pub fn effective_size(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), weight| (sum + weight, squares + weight * weight));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// The rows in the order of their keys. Columns taken in this order ([`Columns::take`](crate::columns::Columns::take)) give the same
/// bits whatever order a file had.
pub fn rows_by_key(keys: &[u64]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..keys.len()).collect();
    if !keys.is_sorted() {
        rows.sort_unstable_by_key(|&row| keys[row]);
    }
    rows
}

/// Checks that keys are as many as rows, and all different.
pub(crate) fn check_keys(keys: &[u64], rows: usize) -> Result<(), EvaluationError> {
    check_rows("unit keys", keys.len(), rows)?;
    if keys.is_sorted_by(|a, b| a < b) {
        return Ok(());
    }
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_unstable_by_key(|&row| (keys[row], row));
    match order.windows(2).find(|two| keys[two[0]] == keys[two[1]]) {
        Some(two) => Err(EvaluationError::SameKey { first: two[0], second: two[1] }),
        None => Ok(()),
    }
}

/// Checks that both groups have somebody.
pub(crate) fn check_groups(treated: &[bool]) -> Result<(), EvaluationError> {
    for (group, what) in [(true, "treated units"), (false, "comparison units")] {
        if !treated.contains(&group) {
            return Err(EvaluationError::TooFew { what, needed: 1, found: 0 });
        }
    }
    Ok(())
}

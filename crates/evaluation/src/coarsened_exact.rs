//! Coarsened exact matching (Iacus, King and Porro 2012): units match where all their covariates fall into the same bins.

use std::collections::BTreeMap;

use crate::columns::{Columns, check_rows};
use crate::error::EvaluationError;
use crate::subclassification::{Subclasses, weighted};
use crate::units::check_groups;

/// How a covariate is put into bins.
#[derive(Clone, Debug, PartialEq)]
pub enum Bins {
    /// Every value is a bin of its own.
    Exact,
    /// Bins between these limits, in ascending order; a value equal to a limit is above it.
    Limits(Vec<f64>),
    /// So many bins of equal width between the smallest and the largest value.
    Equal(usize),
}

/// Matches units whose covariates all fall into the same bins; `bins` has one entry for each column. The strata are numbered in the
/// order of their bins, so the order of the rows changes nothing.
///
/// # Errors
///
/// Columns of different lengths, nobody in one of the groups, bins that do not fit the columns, or no stratum with both groups.
pub fn coarsened_exact(treated: &[bool], columns: &Columns, bins: &[Bins]) -> Result<Subclasses, EvaluationError> {
    check_rows("treated", treated.len(), columns.rows())?;
    check_rows("bins", bins.len(), columns.all().len())?;
    check_groups(treated)?;
    // Column by column, the strata so far and the next bin become a new number: no list of bins is kept for each unit.
    let (mut strata, mut count) = (vec![0_usize; treated.len()], 1);
    for (column, bins) in columns.all().iter().zip(bins) {
        let bin = binned(&column.values, bins)?;
        let mut numbers: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for pair in strata.iter().copied().zip(bin.iter().copied()) {
            numbers.insert(pair, 0);
        }
        numbers.values_mut().enumerate().for_each(|(number, place)| *place = number);
        count = numbers.len();
        strata = strata.into_iter().zip(bin).map(|pair| numbers[&pair]).collect();
    }
    let result = weighted(treated, strata, count)?;
    if result.weights.iter().all(|&weight| weight == 0.0) {
        return Err(EvaluationError::TooFew { what: "strata with units of both groups: use wider bins", needed: 1, found: 0 });
    }
    Ok(result)
}

fn binned(values: &[f64], bins: &Bins) -> Result<Vec<usize>, EvaluationError> {
    let between = |limits: &[f64]| values.iter().map(|&value| limits.partition_point(|&limit| limit <= value)).collect();
    match bins {
        Bins::Exact => {
            let mut known: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
            known.sort_unstable_by(f64::total_cmp);
            known.dedup();
            Ok(between(&known))
        }
        Bins::Limits(limits) if limits.is_sorted_by(|a, b| a < b) => Ok(between(limits)),
        Bins::Limits(_) => {
            Err(EvaluationError::Option { what: "the limits of bins have to be different numbers in ascending order" })
        }
        Bins::Equal(0) => Err(EvaluationError::Option { what: "a covariate needs at least one bin" }),
        Bins::Equal(count) => {
            let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let width = largest - smallest;
            // The place is worked out rather than looked up, so that any number of bins costs nothing.
            let place = |value: f64| if width > 0.0 { ((value - smallest) / width * *count as f64) as usize } else { 0 };
            Ok(values.iter().map(|&value| place(value).min(count - 1)).collect())
        }
    }
}

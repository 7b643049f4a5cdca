//! Weights from a propensity score: by the inverse probability of the group that a unit is in, and overlap weights.

use crate::columns::check_rows;
use crate::error::EvaluationError;
use crate::units::{check_groups, effective_size};

/// Whose effect the weighted difference is, and by which weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// The effect on the treated (ATT): 1 for the treated, p / (1 − p) for the others.
    Treated,
    /// The effect on everybody (ATE): 1 / p and 1 / (1 − p).
    Everybody,
    /// The effect on everybody, with weights times the share of the unit's own group (Robins 1998). Their mean is about 1.
    Stabilised,
    /// The effect on those who could be in either group (Li, Morgan and Zaslavsky 2018): 1 − p and p. No weight is above 1, and
    /// with a logistic score that has an intercept every covariate of it is balanced exactly.
    Overlap,
}

impl Weighting {
    /// The weight of a unit, `share` being the share of the treated.
    pub(crate) fn weight(self, treated: bool, p: f64, share: f64) -> f64 {
        match (self, treated) {
            (Weighting::Treated, true) => 1.0,
            (Weighting::Treated, false) => p / (1.0 - p),
            (Weighting::Everybody, true) => 1.0 / p,
            (Weighting::Everybody, false) => 1.0 / (1.0 - p),
            (Weighting::Stabilised, true) => share / p,
            (Weighting::Stabilised, false) => (1.0 - share) / (1.0 - p),
            (Weighting::Overlap, true) => 1.0 - p,
            (Weighting::Overlap, false) => p,
        }
    }

    /// How the weight changes with the log odds of the score.
    pub(crate) fn slope(self, treated: bool, p: f64, share: f64) -> f64 {
        match (self, treated) {
            (Weighting::Treated, true) => 0.0,
            (Weighting::Treated, false) => p / (1.0 - p),
            (Weighting::Everybody, true) => -(1.0 - p) / p,
            (Weighting::Everybody, false) => p / (1.0 - p),
            (Weighting::Stabilised, true) => -share * (1.0 - p) / p,
            (Weighting::Stabilised, false) => (1.0 - share) * p / (1.0 - p),
            (Weighting::Overlap, true) => -p * (1.0 - p),
            (Weighting::Overlap, false) => p * (1.0 - p),
        }
    }
}

/// Weights, and how much of the sample they leave.
#[derive(Clone, Debug)]
pub struct ScoreWeights {
    /// One for each unit.
    pub weights: Vec<f64>,
    /// Their mean: about 2 for [`Weighting::Everybody`] and about 1 for [`Weighting::Stabilised`], if the score is right.
    pub mean: f64,
    /// The smallest.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
    /// The effective sample size of the treated.
    pub treated_effective_size: f64,
    /// The effective sample size of the comparison group.
    pub control_effective_size: f64,
}

/// Weights from the probabilities of being treated.
///
/// # Errors
///
/// Columns of different lengths, nobody in one of the groups, or a probability that is not between 0 and 1.
pub fn score_weights(treated: &[bool], probabilities: &[f64], weighting: Weighting) -> Result<ScoreWeights, EvaluationError> {
    check_rows("probabilities", probabilities.len(), treated.len())?;
    check_groups(treated)?;
    check_probabilities(probabilities)?;
    let share = treated.iter().filter(|&&treated| treated).count() as f64 / treated.len() as f64;
    let weights: Vec<f64> = treated.iter().zip(probabilities).map(|(&treated, &p)| weighting.weight(treated, p, share)).collect();
    let group = |which: bool| weights.iter().zip(treated).filter(move |&(_, &t)| t == which).map(|(&weight, _)| weight);
    Ok(ScoreWeights {
        mean: weights.iter().sum::<f64>() / weights.len() as f64,
        smallest: weights.iter().copied().fold(f64::INFINITY, f64::min),
        largest: weights.iter().copied().fold(0.0, f64::max),
        treated_effective_size: effective_size(group(true)),
        control_effective_size: effective_size(group(false)),
        weights,
    })
}

/// Checks that probabilities lie strictly between 0 and 1: a unit that could be in one group only has no weight.
pub(crate) fn check_probabilities(probabilities: &[f64]) -> Result<(), EvaluationError> {
    match probabilities.iter().position(|&p| !(p > 0.0 && p < 1.0)) {
        Some(row) => Err(EvaluationError::Value {
            column: "probabilities".to_owned(),
            row,
            expected: "a number between 0 and 1, and neither",
        }),
        None => Ok(()),
    }
}

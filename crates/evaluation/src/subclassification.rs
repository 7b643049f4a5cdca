//! Subclassification: groups of units with like scores, in each of which the comparison group is weighted to the treated
//! (Rosenbaum and Rubin 1984).

use crate::columns::{check_finite, check_rows};
use crate::error::EvaluationError;
use crate::units::{check_groups, effective_size};

/// Units in subclasses.
#[derive(Clone, Debug)]
pub struct Subclasses {
    /// The subclass of each unit, counted from 0.
    pub subclass: Vec<usize>,
    /// For each unit: 1 for the treated, and for the others the treated over the others of the subclass. 0 in a subclass that has
    /// units of one group only.
    pub weights: Vec<f64>,
    /// How many treated and others each subclass has.
    pub sizes: Vec<(usize, usize)>,
    /// Treated units in a subclass without a comparison unit. They count for nothing, and the effect is not about them.
    pub outside_support: Vec<usize>,
    /// The effective sample size of the comparison group.
    pub control_effective_size: f64,
}

/// Divides units into `count` subclasses at the quantiles of the scores of the treated, so that each has about as many treated.
/// Scores beyond the outermost quantiles belong to the outermost subclasses.
///
/// # Errors
///
/// Columns of different lengths, scores that are not finite, nobody in one of the groups, or fewer treated than subclasses.
pub fn subclassify(treated: &[bool], score: &[f64], count: usize) -> Result<Subclasses, EvaluationError> {
    check_finite("score", score, treated.len())?;
    check_groups(treated)?;
    let mut sorted: Vec<f64> = score.iter().zip(treated).filter(|&(_, &t)| t).map(|(&score, _)| score).collect();
    if count == 0 || sorted.len() < count {
        return Err(EvaluationError::TooFew {
            what: "treated units for the subclasses",
            needed: count.max(1),
            found: sorted.len(),
        });
    }
    sorted.sort_unstable_by(f64::total_cmp);
    // The inner limits; a score equal to a limit is above it.
    let limits: Vec<f64> = (1..count)
        .map(|part| {
            let at = (sorted.len() - 1) as f64 * part as f64 / count as f64;
            let below = at.floor() as usize;
            let above = (below + 1).min(sorted.len() - 1);
            sorted[below] + (at - at.floor()) * (sorted[above] - sorted[below])
        })
        .collect();
    let subclass: Vec<usize> = score.iter().map(|&score| limits.partition_point(|&limit| limit <= score)).collect();
    weighted(treated, subclass, count)
}

/// Weights units within subclasses that are given: 0 to `count` − 1.
pub(crate) fn weighted(treated: &[bool], subclass: Vec<usize>, count: usize) -> Result<Subclasses, EvaluationError> {
    check_rows("subclasses", subclass.len(), treated.len())?;
    let mut sizes = vec![(0, 0); count];
    for (&subclass, &treated) in subclass.iter().zip(treated) {
        let (with, without) = &mut sizes[subclass];
        *(if treated { with } else { without }) += 1;
    }
    let weight = |row: usize| match sizes[subclass[row]] {
        (0, _) | (_, 0) => 0.0,
        _ if treated[row] => 1.0,
        (with, without) => with as f64 / without as f64,
    };
    let weights: Vec<f64> = (0..treated.len()).map(weight).collect();
    let control_effective_size = effective_size((0..treated.len()).filter(|&row| !treated[row]).map(|row| weights[row]));
    let outside_support = (0..treated.len()).filter(|&row| treated[row] && weights[row] == 0.0).collect();
    Ok(Subclasses { subclass, weights, sizes, outside_support, control_effective_size })
}

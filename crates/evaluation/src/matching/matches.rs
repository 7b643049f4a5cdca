//! What a matching gives: pairs, weights, and who is left out.

use crate::error::EvaluationError;

/// A treated unit and one of its comparison units, as rows counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchedPair {
    /// The row of the treated unit.
    pub treated: usize,
    /// The row of the comparison unit.
    pub control: usize,
    /// How far apart they are, on the scale of the distance.
    pub distance: f64,
}

/// Who was matched with whom.
#[derive(Clone, Debug)]
pub struct Matches {
    /// The pairs, by the keys of the treated units, nearest first.
    pub pairs: Vec<MatchedPair>,
    /// For each unit: 1 for a matched treated unit, and for a comparison unit the sum over its pairs of 1 / (comparison units
    /// that the treated unit got). Both groups sum to the number of matched treated units.
    pub weights: Vec<f64>,
    /// Treated units for which no comparison unit at all lies inside the calipers and the stratum: they are outside the support
    /// of the comparison group.
    pub outside_support: Vec<usize>,
    /// Treated units whose possible matches had all been used.
    pub none_left: Vec<usize>,
    /// The caliper on the distance as it was used, on the scale of the distance.
    pub caliper: Option<f64>,
    /// The covariate calipers as they were used, on the scale of each covariate.
    pub covariate_calipers: Vec<f64>,
    /// How many different comparison units were used.
    pub controls_used: usize,
    /// The effective sample size of the comparison units: (Σ weight)² / Σ weight².
    pub control_effective_size: f64,
}

impl Matches {
    /// How many treated units have a match.
    pub fn treated_matched(&self) -> usize {
        self.pairs.chunk_by(|a, b| a.treated == b.treated).count()
    }

    /// For each unit the pair or set it belongs to: the row of its treated unit. Units without a match have none.
    ///
    /// # Errors
    ///
    /// A comparison unit that belongs to several sets, as with replacement.
    pub fn sets(&self) -> Result<Vec<Option<u64>>, EvaluationError> {
        let mut sets = vec![None; self.weights.len()];
        for pair in &self.pairs {
            sets[pair.treated] = Some(pair.treated as u64);
            if sets[pair.control].replace(pair.treated as u64).is_some() {
                return Err(EvaluationError::Option {
                    what: "a comparison unit was used more than once, so it belongs to no single pair: use the standard error of \
                           Abadie and Imbens, or match without replacement",
                });
            }
        }
        Ok(sets)
    }
}

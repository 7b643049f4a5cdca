//! What each unit contributes to an estimate's error. An estimate misses its target by about the mean of the contributions of its
//! units, so the mean of their squares gives its variance, and contributions of several estimates give their covariance.

use crate::error::EvaluationError;
use crate::linear_algebra::Symmetric;

/// Which cluster each unit belongs to, by place; or each unit is a cluster of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    place: Option<Vec<usize>>,
    count: usize,
}

impl Clusters {
    /// Each of so many units alone.
    #[must_use]
    pub fn of_units(units: usize) -> Clusters {
        Clusters { place: None, count: units }
    }

    /// The clusters with these numbers.
    ///
    /// # Errors
    ///
    /// Fewer than two clusters.
    pub fn of_numbers(numbers: &[u64]) -> Result<Clusters, EvaluationError> {
        let mut known = numbers.to_vec();
        known.sort_unstable();
        known.dedup();
        if known.len() < 2 {
            return Err(EvaluationError::TooFew { what: "clusters", needed: 2, found: known.len() });
        }
        let place = numbers.iter().map(|number| known.partition_point(|other| other < number)).collect();
        Ok(Clusters { place: Some(place), count: known.len() })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The contributions of each cluster: the sums of its units'.
    #[must_use]
    pub fn sums(&self, influence: &[f64]) -> Vec<f64> {
        let Some(place) = &self.place else { return influence.to_vec() };
        let mut sums = vec![0.0; self.count];
        influence.iter().zip(place).for_each(|(value, &cluster)| sums[cluster] += value);
        sums
    }

    /// The standard error of the estimate with this influence on it.
    #[must_use]
    pub fn standard_error(&self, influence: &[f64]) -> f64 {
        self.sums(influence).iter().map(|sum| sum * sum).sum::<f64>().sqrt() / influence.len() as f64
    }

    /// The covariance of several estimates.
    #[must_use]
    pub fn covariance(&self, influences: &[&[f64]]) -> Symmetric {
        let sums: Vec<Vec<f64>> = influences.iter().map(|influence| self.sums(influence)).collect();
        let mut covariance = Symmetric::zero(influences.len());
        for i in 0..influences.len() {
            let units = influences[i].len() as f64;
            for j in 0..=i {
                let product: f64 = sums[i].iter().zip(&sums[j]).map(|(a, b)| a * b).sum();
                covariance.set(i, j, product / (units * units));
            }
        }
        covariance
    }
}

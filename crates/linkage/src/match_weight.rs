//! Match weights: the base-2 logarithm of the odds that two records are one person.

/// The probability that belongs to a match weight.
#[must_use]
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

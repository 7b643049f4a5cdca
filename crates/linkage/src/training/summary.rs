//! What training found, besides the probabilities of the model.

use super::patterns::LevelPatterns;

/// What training found.
#[derive(Clone, Debug, Default)]
pub struct TrainingSummary {
    /// Candidates by pattern, estimated from a sample.
    pub patterns: LevelPatterns,
    /// Pairs of strangers that were counted.
    pub strangers: u64,
    /// Pairs that could be linked at all, and those of them within one agency.
    pub possible: f64,
    pub possible_within: f64,
    /// Candidates that are expected to be one person, those of them within one agency, and one household.
    pub matches: f64,
    pub matches_within: f64,
    pub households: f64,
    /// Candidates that are expected to be two people of one name who have nothing else in common.
    pub namesakes: f64,
}

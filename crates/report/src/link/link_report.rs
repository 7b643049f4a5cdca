//! What is reported of a linkage.

use super::summary::LinkageSummary;
use super::why::PersonEvidence;

/// A linkage in figures, and the evidence for one person where somebody asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkReport {
    pub summary: LinkageSummary,
    pub evidence: Option<PersonEvidence>,
    pub notes: Vec<String>,
}

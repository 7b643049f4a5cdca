//! A linkage for other programs. The comments are the text of the published description.

use schemars::JsonSchema;
use serde::Serialize;

use super::link_report::LinkReport;
use super::summary::{LinkageCompleteness, LinkageEvaluation, LinkageSummary, ThresholdCounts};
use super::why::{ComparisonEvidence, PairEvidence, PersonEvidence};
use crate::machine_readable::{EstimatedShare, IntervalEntry, JsonDocument};

/// A linkage in figures, and the evidence for one person where it was asked for. Weights are in bits.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LinkDocument {
    /// the linkage
    pub summary: LinkSummaryEntry,
    /// the records of one person; null without --why
    pub evidence: Option<EvidenceEntry>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// A linkage in figures.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LinkSummaryEntry {
    /// what it is for
    pub purpose: String,
    /// its lawful basis
    pub basis: String,
    /// records
    pub records: usize,
    /// agencies
    pub agencies: usize,
    /// persons
    pub persons: usize,
    /// persons of several records
    pub persons_of_several_records: usize,
    /// persons that somebody should check
    pub persons_to_review: usize,
    /// links in the review band
    pub links_to_review: usize,
    /// pairs compared
    pub pairs_compared: u64,
    /// estimates by capture and recapture; null where the model's own rules were used
    pub completeness: Option<CompletenessEntry>,
    /// pairs that share a value of very many records
    pub pairs_left_out_as_too_common: u64,
    /// groups of records are joined from this weight
    pub join: f64,
    /// what match thresholds would mean
    pub thresholds: Vec<ThresholdEntry>,
    /// the comparison with labels
    pub evaluation: Option<EvaluationEntry>,
}

/// How many matching pairs were compared, and linked.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CompletenessEntry {
    /// the share of matching pairs that were compared; null where it cannot be estimated
    pub matching_pairs_compared: Option<IntervalEntry>,
    /// the share of all matching pairs that were linked
    pub matching_pairs_linked: Option<EstimatedShare>,
}

/// What a match threshold would mean.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ThresholdEntry {
    /// the threshold
    pub bits: f64,
    /// links at or above it
    pub links: i64,
    /// of them expected to be wrong
    pub expected_wrong: f64,
    /// matches expected below it
    pub expected_missed: f64,
}

/// A linkage compared with labels.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EvaluationEntry {
    /// records with a label
    pub records: usize,
    /// persons by the labels
    pub persons: usize,
    /// of pairs
    pub precision: f64,
    /// of pairs
    pub recall: f64,
    /// of pairs
    pub f1: f64,
    /// B-cubed F1
    pub b_cubed: f64,
    /// share of persons with exactly the right records
    pub exact: f64,
    /// by group of people
    pub groups: Vec<GroupEvaluationEntry>,
}

/// The comparison for one group of people.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct GroupEvaluationEntry {
    /// the group
    pub group: String,
    /// of pairs
    pub precision: f64,
    /// of pairs
    pub recall: f64,
    /// records
    pub records: usize,
}

/// The evidence that holds the records of one person together.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EvidenceEntry {
    /// the record that was asked for, AGENCY/ID
    pub record: String,
    /// the records of the person; empty where it is the only one
    pub records: Vec<RecordWeightEntry>,
    /// the record with the least evidence
    pub weakest: Option<WeakestRecordEntry>,
    /// groups of records are joined from this weight
    pub join: f64,
    /// the pairs of the weakest record
    pub pairs: Vec<PairEntry>,
}

/// One record of the person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RecordWeightEntry {
    /// AGENCY/ID
    pub record: String,
    /// the mean weight between it and the others
    pub weight: f64,
}

/// The record with the least evidence.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WeakestRecordEntry {
    /// AGENCY/ID
    pub record: String,
    /// by how much less it would be split off
    pub margin: f64,
}

/// The evidence that two records are one person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PairEntry {
    /// the two records
    pub records: [String; 2],
    /// the weight before comparing
    pub prior: f64,
    /// the comparisons
    pub comparisons: Vec<ComparisonEntry>,
    /// what households share too, and calibration
    pub household: f64,
    /// the match weight
    pub total: f64,
}

/// One comparison of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ComparisonEntry {
    /// the comparison
    pub comparison: String,
    /// its level
    pub level: String,
    /// its weight
    pub weight: f64,
    /// the part for how common the value is
    pub term_frequency: f64,
}

impl JsonDocument for LinkDocument {
    const SCHEMA: &'static str = "wellspent-link/1";
    const COMMAND: &'static str = "wellspent link --json";
}

impl From<&LinkReport> for LinkDocument {
    fn from(found: &LinkReport) -> LinkDocument {
        LinkDocument {
            summary: LinkSummaryEntry::from(&found.summary),
            evidence: found.evidence.as_ref().map(EvidenceEntry::from),
            notes: found.notes.clone(),
        }
    }
}

impl From<&LinkageSummary> for LinkSummaryEntry {
    fn from(found: &LinkageSummary) -> LinkSummaryEntry {
        let completeness = |of: &LinkageCompleteness| CompletenessEntry {
            matching_pairs_compared: of.compared.map(IntervalEntry::from),
            matching_pairs_linked: of.linked.map(|(share, low, high)| EstimatedShare { share, low, high }),
        };
        let threshold = |of: &ThresholdCounts| ThresholdEntry {
            bits: of.bits,
            links: of.above,
            expected_wrong: of.wrong,
            expected_missed: of.missed,
        };
        LinkSummaryEntry {
            purpose: found.purpose.clone(),
            basis: found.basis.clone(),
            records: found.records,
            agencies: found.agencies,
            persons: found.persons,
            persons_of_several_records: found.persons_of_several,
            persons_to_review: found.persons_to_review,
            links_to_review: found.links_to_review,
            pairs_compared: found.pairs_compared,
            completeness: found.completeness.as_ref().map(completeness),
            pairs_left_out_as_too_common: found.too_common,
            join: found.join,
            thresholds: found.thresholds.iter().map(threshold).collect(),
            evaluation: found.evaluation.as_ref().map(EvaluationEntry::from),
        }
    }
}

impl From<&LinkageEvaluation> for EvaluationEntry {
    fn from(of: &LinkageEvaluation) -> EvaluationEntry {
        let group = |(group, precision, recall, records): &(String, f64, f64, usize)| GroupEvaluationEntry {
            group: group.clone(),
            precision: *precision,
            recall: *recall,
            records: *records,
        };
        EvaluationEntry {
            records: of.records,
            persons: of.persons,
            precision: of.precision,
            recall: of.recall,
            f1: of.f1,
            b_cubed: of.b_cubed,
            exact: of.exact,
            groups: of.groups.iter().map(group).collect(),
        }
    }
}

impl From<&PersonEvidence> for EvidenceEntry {
    fn from(found: &PersonEvidence) -> EvidenceEntry {
        let record = |(record, weight): &(String, f64)| RecordWeightEntry { record: record.clone(), weight: *weight };
        let weakest = |(record, margin): &(String, f64)| WeakestRecordEntry { record: record.clone(), margin: *margin };
        EvidenceEntry {
            record: found.record.clone(),
            records: found.records.iter().map(record).collect(),
            weakest: found.weakest.as_ref().map(weakest),
            join: found.join,
            pairs: found.pairs.iter().map(PairEntry::from).collect(),
        }
    }
}

impl From<&PairEvidence> for PairEntry {
    fn from(pair: &PairEvidence) -> PairEntry {
        let comparison = |of: &ComparisonEvidence| ComparisonEntry {
            comparison: of.comparison.clone(),
            level: of.level.clone(),
            weight: of.weight,
            term_frequency: of.term_frequency,
        };
        PairEntry {
            records: pair.records.clone(),
            prior: pair.prior,
            comparisons: pair.comparisons.iter().map(comparison).collect(),
            household: pair.household,
            total: pair.total,
        }
    }
}

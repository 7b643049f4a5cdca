//! Measured outcomes for other programs. The comments are the text of the published description.

use linkage::recall::ShareEstimate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{EstimatedShare, IntervalEntry, JsonDocument};
use crate::measure::{KnownCount, LinkageUncertainty, Measurement, OutcomeBreakdown, OutcomeCount, OutcomeUncertainty};
use crate::measure::{measure_of, share};
use crate::publication::EXACT;
use crate::quality;

/// Outcomes measured from dated records. Intervals are 95% intervals.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MeasureDocument {
    /// people served whose start counts
    pub people: usize,
    /// their starts; one person may start in several cohorts
    pub starts: usize,
    /// people in the comparison group
    pub comparison_people: usize,
    /// events and spells of the kinds that the rules need
    pub facts: usize,
    /// each outcome over all people served
    pub outcomes: Vec<OutcomeEntry>,
    /// the outcomes by the groups of --by; empty without it
    pub breakdown: Vec<BreakdownEntry>,
    /// how certain the outcomes are, given the linkage; null for one agency's records
    pub linkage: Option<LinkageEntry>,
    /// the tally that `wellspent price` can price
    pub tally: TallyEntry,
    /// the data-quality report, a sentence each
    pub data_quality: Vec<String>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
    /// that these figures are exact and not to be published
    pub not_for_publication: &'static str,
}

/// One outcome over all people served.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OutcomeEntry {
    /// the name of the outcome
    pub outcome: String,
    /// the mean number of days from the start to the outcome, over those who reached it
    pub mean_days: Option<f64>,
    /// the counts
    #[serde(flatten)]
    pub counts: KnownCountEntry,
}

/// How much is known of one outcome.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct KnownCountEntry {
    /// people whose result is known
    pub known: i64,
    /// their results: people who reached the outcome, or events, days or periods
    pub count: i64,
    /// people who are not yet known
    pub not_yet_known: i64,
    /// people whom the scheme leaves out
    pub left_out: i64,
    /// people known to be excepted from the outcome
    pub excepted: i64,
    /// count for each known person
    pub share: Option<f64>,
}

/// One outcome by group.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BreakdownEntry {
    /// the name of the outcome
    pub outcome: String,
    /// the groups with anybody in them
    pub groups: Vec<GroupEntry>,
}

/// One outcome in one group.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct GroupEntry {
    /// the names of the group, in the order of --by
    pub names: Vec<String>,
    /// the counts
    #[serde(flatten)]
    pub counts: KnownCountEntry,
}

/// How certain the outcomes are, as far as the linkage goes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LinkageEntry {
    /// linkages drawn
    pub draws: usize,
    /// the seed of the draws
    pub seed: u64,
    /// records
    pub records: usize,
    /// records that a draw may give to another person
    pub doubtful: usize,
    /// groups of linked records that they are in
    pub groups: usize,
    /// groups too large to list every possibility
    pub large_groups: usize,
    /// the share of matching pairs that were compared, at most
    pub compared: Option<EstimatedShare>,
    /// each outcome
    pub outcomes: Vec<OutcomeUncertaintyEntry>,
}

/// One outcome over all drawn linkages.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OutcomeUncertaintyEntry {
    /// the name of the outcome
    pub outcome: String,
    /// what the values are
    #[schemars(extend("enum" = ["share", "mean"]))]
    pub measure: &'static str,
    /// people whose result is known
    pub people: i64,
    /// the value as linked
    pub as_linked: f64,
    /// the mean over the draws
    pub mean_of_draws: f64,
    /// its Monte Carlo error
    pub monte_carlo_error: f64,
    /// the range for these same people over the draws
    pub linkage: IntervalEntry,
    /// the range among people like these, if the linkage is right
    pub people_interval: IntervalEntry,
    /// the range among people like these, with the linkage uncertain
    pub both: IntervalEntry,
    /// people whose result differs in at least one draw
    pub changed: usize,
}

/// The counts of each area, cohort and segment.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TallyEntry {
    /// the columns of `counts`
    pub columns: Vec<String>,
    /// the cells with a count
    pub rows: Vec<TallyRowEntry>,
}

/// The counts of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TallyRowEntry {
    /// the area
    pub area: String,
    /// the cohort
    pub cohort: String,
    /// the segment
    pub segment: String,
    /// a number for each column
    pub counts: Vec<i64>,
}

impl JsonDocument for MeasureDocument {
    const SCHEMA: &'static str = "wellspent-measure/1";
    const COMMAND: &'static str = "wellspent measure --json";
}

impl From<&KnownCount> for KnownCountEntry {
    fn from(counts: &KnownCount) -> KnownCountEntry {
        KnownCountEntry {
            known: counts.known,
            count: counts.count,
            not_yet_known: counts.not_yet_known,
            left_out: counts.left_out,
            excepted: counts.excepted,
            share: share(counts),
        }
    }
}

impl From<&LinkageUncertainty> for LinkageEntry {
    fn from(found: &LinkageUncertainty) -> LinkageEntry {
        let outcome = |outcome: &OutcomeUncertainty| {
            let carried = &outcome.carried;
            OutcomeUncertaintyEntry {
                outcome: outcome.outcome.clone(),
                measure: measure_of(outcome.range),
                people: carried.as_linked.people,
                as_linked: carried.as_linked.value,
                mean_of_draws: carried.mean,
                monte_carlo_error: carried.mean_error,
                linkage: carried.linkage.into(),
                people_interval: carried.people.into(),
                both: carried.both.into(),
                changed: outcome.changed,
            }
        };
        LinkageEntry {
            draws: found.draws,
            seed: found.seed,
            records: found.records,
            doubtful: found.doubtful,
            groups: found.components,
            large_groups: found.large,
            compared: found.compared.map(|ShareEstimate { share, low, high }| EstimatedShare { share, low, high }),
            outcomes: found.outcomes.iter().map(outcome).collect(),
        }
    }
}

impl Measurement {
    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> MeasureDocument {
        MeasureDocument::from(self)
    }
}

impl From<&Measurement> for MeasureDocument {
    fn from(found: &Measurement) -> MeasureDocument {
        let outcome = |OutcomeCount { outcome, counts, mean_days, .. }: &OutcomeCount| OutcomeEntry {
            outcome: outcome.clone(),
            mean_days: *mean_days,
            counts: counts.into(),
        };
        let group = |(names, counts): &(Vec<String>, KnownCount)| GroupEntry { names: names.clone(), counts: counts.into() };
        let breakdown = |OutcomeBreakdown { outcome, groups }: &OutcomeBreakdown| BreakdownEntry {
            outcome: outcome.clone(),
            groups: groups.iter().map(group).collect(),
        };
        let row = |([area, cohort, segment], counts): &([String; 3], Vec<i64>)| TallyRowEntry {
            area: area.clone(),
            cohort: cohort.clone(),
            segment: segment.clone(),
            counts: counts.clone(),
        };
        MeasureDocument {
            people: found.people,
            starts: found.starts,
            comparison_people: found.comparison_people,
            facts: found.facts,
            outcomes: found.outcomes.iter().map(outcome).collect(),
            breakdown: found.breakdown.iter().map(breakdown).collect(),
            linkage: found.uncertainty.as_ref().map(LinkageEntry::from),
            tally: TallyEntry { columns: found.tally.columns.clone(), rows: found.tally.rows.iter().map(row).collect() },
            data_quality: quality::lines(&found.quality),
            notes: found.notes.clone(),
            not_for_publication: EXACT,
        }
    }
}

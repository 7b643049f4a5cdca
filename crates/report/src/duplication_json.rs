//! Duplication across agencies for other programs. The comments are the text of the published description.

use base::day::date;
use base::money::Pence;
use schemars::JsonSchema;
use serde::Serialize;

use crate::duplication::{DuplicationReport, Range, RepeatedWork, overlaps};
use crate::machine_readable::{JsonDocument, pounds};
use crate::quality;

/// How many agencies hold each person, the work that is done twice, and what it costs. Each count is as linked, with its range
/// when doubtful persons are split and probable links are included. Money is in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DuplicationDocument {
    /// the purpose
    pub purpose: String,
    /// what happened up to this day
    pub as_at: String,
    /// what was known by this day
    pub known_at: String,
    /// people
    pub people: usize,
    /// people known to more than one agency
    pub held_by_several: CountRange,
    /// pieces of work after the first
    pub work_after_the_first: CountRange,
    /// their cost at assumed unit costs
    pub cost: CostRange,
    /// people by the number of agencies
    pub held_by: Vec<HeldByEntry>,
    /// pairs of agencies
    pub overlaps: Vec<OverlapEntry>,
    /// costs by department and work
    pub costs: Vec<DuplicationCostEntry>,
    /// who has the same work done twice; null without --list
    pub list: Option<Vec<RepeatedWorkEntry>>,
    /// the data-quality report, a sentence each
    pub data_quality: Vec<String>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// A number as linked, with its range.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CountRange {
    /// as linked
    pub as_linked: i64,
    /// the lowest reading
    pub low: i64,
    /// the highest reading
    pub high: i64,
}

/// Money as linked, with its range.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CostRange {
    /// as linked
    pub as_linked: f64,
    /// the lowest reading
    pub low: f64,
    /// the highest reading
    pub high: f64,
}

/// How many people so many agencies hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HeldByEntry {
    /// agencies
    pub agencies: usize,
    /// people
    pub people: CountRange,
}

/// What two agencies have in common.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OverlapEntry {
    /// the two agencies
    pub agencies: [String; 2],
    /// people whom both hold
    pub people: CountRange,
    /// work after the other's
    pub work_after_the_other: CountRange,
}

/// What one kind of repeated work costs a department.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DuplicationCostEntry {
    /// the department
    pub department: String,
    /// the work
    pub work: String,
    /// pieces after the first
    pub pieces: usize,
    /// of them without a unit cost
    pub pieces_without_unit_cost: usize,
    /// the cost
    pub cost: CostRange,
}

/// Work that a second agency did for a person after another agency had done the same.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RepeatedWorkEntry {
    /// the id
    pub person: String,
    /// the work
    pub work: String,
    /// the need; empty where it is not stated
    pub need: String,
    /// the two agencies
    pub agencies: [String; 2],
    /// the first day of each piece
    pub from: [String; 2],
}

impl JsonDocument for DuplicationDocument {
    const SCHEMA: &'static str = "wellspent-duplication/1";
    const COMMAND: &'static str = "wellspent duplication --json";
}

impl From<Range> for CountRange {
    fn from([as_linked, low, high]: Range) -> CountRange {
        CountRange { as_linked, low, high }
    }
}

impl CostRange {
    fn of(pence: Range) -> CostRange {
        let [as_linked, low, high] = pence.map(|pence| pounds(Pence(pence)));
        CostRange { as_linked, low, high }
    }
}

impl From<&RepeatedWork> for RepeatedWorkEntry {
    fn from(repeated: &RepeatedWork) -> RepeatedWorkEntry {
        RepeatedWorkEntry {
            person: repeated.person.clone(),
            work: repeated.work.clone(),
            need: repeated.need.clone(),
            agencies: repeated.agencies.clone(),
            from: repeated.from.map(|day| date(day).to_string()),
        }
    }
}

impl DuplicationReport {
    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> DuplicationDocument {
        DuplicationDocument::from(self)
    }
}

impl From<&DuplicationReport> for DuplicationDocument {
    fn from(found: &DuplicationReport) -> DuplicationDocument {
        let most = found.counts.iter().flat_map(|counts| counts.held_by.keys()).max().copied().unwrap_or(0);
        let held_by = |held: usize| HeldByEntry {
            agencies: held,
            people: found.range(|counts| counts.held_by.get(&held).copied().unwrap_or(0)).into(),
        };
        let overlap = |(pair, people, seconds): ([&str; 2], Range, Range)| OverlapEntry {
            agencies: pair.map(str::to_owned),
            people: people.into(),
            work_after_the_other: seconds.into(),
        };
        let costs = found.costs().into_iter().map(|((department, work), (cost, pence))| DuplicationCostEntry {
            department: department.to_owned(),
            work: found.looking.works[work].name.clone(),
            pieces: cost.seconds,
            pieces_without_unit_cost: cost.without,
            cost: CostRange::of(pence),
        });
        let several = found.range(|counts| counts.held_by.iter().filter(|(held, _)| **held > 1).map(|(_, people)| people).sum());
        DuplicationDocument {
            purpose: found.purpose.name.clone(),
            as_at: found.days.as_at.to_string(),
            known_at: found.days.known_at().to_string(),
            people: found.people(),
            held_by_several: several.into(),
            work_after_the_first: found.range(|counts| counts.seconds.len()).into(),
            cost: CostRange::of(found.total()),
            held_by: (1..=most).map(held_by).collect(),
            overlaps: overlaps(found).into_iter().map(overlap).collect(),
            costs: costs.collect(),
            list: found.list.as_ref().map(|list| list.iter().map(RepeatedWorkEntry::from).collect()),
            data_quality: quality::lines(&found.quality),
            notes: found.notes.clone(),
        }
    }
}

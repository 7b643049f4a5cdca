//! The records of what was asked to be published: what was asked, by whom, which rule hit which cells, what was hidden and how it ended.
//! ACRO, the automatic checker of research outputs, keeps such records. No number of a table is in them.

use base::english::counted;
use disclosure::audit::{AuditRecord, CellPosition, ReleaseOutcome, rule_words};
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;
use crate::terminal::Terminal;

/// The records of a register, in the order of the requests.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseRecords(pub Vec<AuditRecord>);

/// Every request to publish that a register remembers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReleasesDocument {
    /// the requests, in their order
    releases: Vec<ReleaseEntry>,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct ReleaseEntry {
    /// the name of the release
    release: String,
    /// what was asked for, in words
    asked: String,
    /// who asked
    by: String,
    /// on which day
    on: String,
    /// the policy, in words
    policy: String,
    /// whether it was published
    approved: bool,
    /// why not; null where it was published
    refused: Option<String>,
    /// earlier releases that it was checked with
    checked_with: usize,
    /// how many cells its tables have, totals included
    cells: usize,
    /// cells that a rule found sensitive
    sensitive: Vec<SensitiveEntry>,
    /// cells hidden to protect others
    also_hidden: Vec<CellPlaceEntry>,
    /// what everything was rounded to a multiple of; null where nothing was
    rounded_to: Option<i64>,
    /// sensitive cells that were published, each with the reason
    exceptions: Vec<ExceptionEntry>,
    /// SHA-256 of the published figures as CSV, without a byte order mark; null where nothing was published
    fingerprint: Option<String>,
}

/// A cell by its place.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct CellPlaceEntry {
    /// the number of its table in the request, from 1
    table: usize,
    /// its number in the table, from 1; the last dimension changes fastest, and totals come after their parts
    cell: usize,
}

/// A sensitive cell.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct SensitiveEntry {
    /// the rule
    rule: &'static str,
    /// the cell
    at: CellPlaceEntry,
}

/// A sensitive cell that was published.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct ExceptionEntry {
    /// the cell
    at: CellPlaceEntry,
    /// the reason
    reason: String,
}

impl JsonDocument for ReleasesDocument {
    const SCHEMA: &'static str = "wellspent-releases/1";
    const COMMAND: &'static str = "wellspent releases --json";
}

impl ReleaseRecords {
    /// All records for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let record = |record: &AuditRecord| {
            let lines: String = record.lines().iter().skip(1).map(|line| format!("  {}\n", terminal.wrap(line, 4))).collect();
            format!("{}\n{lines}", terminal.bold(&record.name))
        };
        let records: Vec<String> = self.0.iter().map(record).collect();
        format!("{}\n\n{}", counted(records.len() as i64, "request to publish", "requests to publish"), records.join("\n"))
    }

    /// All records for other programs.
    #[must_use]
    pub fn document(&self) -> ReleasesDocument {
        ReleasesDocument { releases: self.0.iter().map(entry).collect() }
    }
}

fn position(at: &CellPosition) -> CellPlaceEntry {
    CellPlaceEntry { table: at.table, cell: at.cell }
}

fn entry(record: &AuditRecord) -> ReleaseEntry {
    ReleaseEntry {
        release: record.name.clone(),
        asked: record.asked.clone(),
        by: record.actor.clone(),
        on: base::day::date(record.day).to_string(),
        policy: record.policy.clone(),
        approved: record.outcome == ReleaseOutcome::Approved,
        refused: match &record.outcome {
            ReleaseOutcome::Approved => None,
            ReleaseOutcome::Refused(why) => Some(why.clone()),
        },
        checked_with: record.earlier,
        cells: record.cells,
        sensitive: record.hits.iter().map(|(rule, at)| SensitiveEntry { rule: rule_words(*rule), at: position(at) }).collect(),
        also_hidden: record.also_hidden.iter().map(position).collect(),
        rounded_to: record.rounded_to,
        exceptions: record
            .exceptions
            .iter()
            .map(|(at, reason)| ExceptionEntry { at: position(at), reason: reason.clone() })
            .collect(),
        fingerprint: Some(record.fingerprint.clone()).filter(|fingerprint| !fingerprint.is_empty()),
    }
}

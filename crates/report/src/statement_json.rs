//! A statement, with the payment run that was prepared from it, for other programs. The comments are the text of the published
//! description.

use base::money::Pence;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ledger_json::{self, ProviderChangeEntry, StatementEntry};
use crate::machine_readable::{JsonDocument, pounds};
use crate::quality;
use crate::statement::{PaymentReport, PreparedRun};

/// A statement of what a contract pays. Money is in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PayDocument {
    /// the contract, named as its folder
    pub contract: String,
    /// the hash of the rules
    pub version: String,
    /// what happened up to this day counts
    pub as_at: String,
    /// what was known by this day counts
    pub known_at: String,
    /// the total of each provider
    pub providers: Vec<ProviderTotalEntry>,
    /// the lines
    pub lines: Vec<NumberedLineEntry>,
    /// who is not yet known, and how far the linkage leaves the sum uncertain, a sentence each
    pub waiting: Vec<String>,
    /// the payment run that was prepared; null where none was asked for
    pub run: Option<PreparedRunEntry>,
    /// the data-quality report, a sentence each; null for a tally
    pub data_quality: Option<Vec<String>>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// What a provider is owed in all.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ProviderTotalEntry {
    /// the provider
    pub provider: String,
    /// what it is owed from the first day of the contract
    pub total: f64,
}

/// A line of the statement.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NumberedLineEntry {
    /// the number of the line
    pub number: usize,
    /// the line itself
    #[serde(flatten)]
    pub line: StatementEntry,
}

/// A payment run that holds the statement.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PreparedRunEntry {
    /// the id of the run
    pub id: String,
    /// the ledger
    pub ledger: String,
    /// who prepared it
    pub prepared_by: String,
    /// who approved it before
    pub approved_by: Option<String>,
    /// whether the ledger did not have it before
    pub is_new: bool,
    /// transactions that it would post
    pub would_post: usize,
    /// transactions that it would take back
    pub would_take_back: usize,
    /// what it changes for each provider
    pub changes: Vec<ProviderChangeEntry>,
    /// providers in force that are not in this run
    pub not_in_this_run: Vec<ProviderTotalEntry>,
}

impl JsonDocument for PayDocument {
    const SCHEMA: &'static str = "wellspent-pay/1";
    const COMMAND: &'static str = "wellspent pay --json";
}

impl ProviderTotalEntry {
    fn of(provider: &str, total: Pence) -> ProviderTotalEntry {
        ProviderTotalEntry { provider: provider.to_owned(), total: pounds(total) }
    }
}

impl From<&PreparedRun> for PreparedRunEntry {
    fn from(run: &PreparedRun) -> PreparedRunEntry {
        PreparedRunEntry {
            id: run.id.to_string(),
            ledger: run.ledger.clone(),
            prepared_by: run.prepared_by.clone(),
            approved_by: run.approved_by.clone(),
            is_new: run.is_new,
            would_post: run.would_post,
            would_take_back: run.would_take_back,
            changes: ledger_json::changes(&run.changes),
            not_in_this_run: run.others.iter().map(|(name, total)| ProviderTotalEntry::of(name, *total)).collect(),
        }
    }
}

impl PaymentReport {
    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> PayDocument {
        PayDocument::from(self)
    }
}

impl From<&PaymentReport> for PayDocument {
    fn from(report: &PaymentReport) -> PayDocument {
        let statement = &report.statement;
        let lines = (1..).zip(ledger_json::lines(statement, None)).map(|(number, line)| NumberedLineEntry { number, line });
        PayDocument {
            contract: statement.contract.clone(),
            version: statement.version.to_string(),
            as_at: statement.as_at.to_string(),
            known_at: statement.known_at.to_string(),
            providers: statement.providers.iter().map(|name| ProviderTotalEntry::of(name, statement.total(name))).collect(),
            lines: lines.collect(),
            waiting: report.waiting.clone(),
            run: report.run.as_ref().map(PreparedRunEntry::from),
            data_quality: report.quality.as_ref().map(quality::lines),
            notes: report.notes.clone(),
        }
    }
}

//! What providers claim compared with what the records show: the counts as data, as text and as JSON.

use base::english::counted;
use base::money::thousands;
use records::gate::quality::QualityReport;
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;
use crate::quality;
use crate::terminal::Terminal;

/// Claims compared with the records.
pub struct ClaimsComparison {
    pub rows: Vec<ClaimsRow>,
    /// Claims that fit no start, provider or outcome of the records, and rows of claims that cannot be used.
    pub without_match: i64,
    /// All claims that the records do not support, with those that fit nothing.
    pub unsupported: i64,
    /// The data-quality report.
    pub quality: QualityReport,
    pub notes: Vec<String>,
}

impl ClaimsComparison {
    /// Everything for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        text(self, terminal)
    }

    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> ClaimsDocument {
        ClaimsDocument::from(self)
    }
}

/// One provider's claims of one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimsRow {
    pub provider: String,
    /// The clauses that pay for the outcome.
    pub clauses: Vec<String>,
    pub outcome: String,
    pub matched: i64,
    pub unclaimed: i64,
    pub unsupported: i64,
    /// Claims for people who are left out of the measure or excepted from it.
    pub not_counted: i64,
    pub not_yet_known: i64,
}

/// The counts for the terminal.
fn text(found: &ClaimsComparison, terminal: Terminal) -> String {
    // Few contracts leave anybody out.
    let some_do_not_count = found.rows.iter().any(|row| row.not_counted > 0);
    let not_counted = |text: String| some_do_not_count.then_some(text);
    let mut header = ["provider", "clause", "outcome", "matched", "unclaimed", "unsupported"].map(str::to_owned).to_vec();
    header.extend(not_counted("does not count".to_owned()));
    header.push("not yet known".to_owned());
    let row = |row: &ClaimsRow| {
        let mut cells = vec![row.provider.clone(), row.clauses.join(", "), row.outcome.clone()];
        cells.extend([row.matched, row.unclaimed, row.unsupported].map(thousands));
        cells.extend(not_counted(thousands(row.not_counted)));
        cells.push(thousands(row.not_yet_known));
        cells
    };
    let mut out = terminal.table(&header, &found.rows.iter().map(row).collect::<Vec<_>>());
    // Rows that were set aside fit nothing because nobody can read them.
    let unusable = found.quality.set_aside_of("claims") as i64;
    let unplaced = found.without_match - unusable;
    if unplaced > 0 {
        out += &format!("{} no start, provider or outcome of the records\n", counted(unplaced, "claim fits", "claims fit"));
    }
    if unusable > 0 {
        let claims = counted(unusable, "claim has a fault and is", "claims have faults and are");
        out += &format!("{claims} compared with nothing: correct the rows that the notes list first\n");
    }
    out
}

/// What providers claim, compared with what the records show.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClaimsDocument {
    /// the claims by provider and outcome
    pub claims: Vec<ClaimsEntry>,
    /// claims that fit no start, provider or outcome of the records
    pub without_match: i64,
    /// all claims that the records do not support
    pub unsupported: i64,
    /// the data-quality report, a sentence each
    pub data_quality: Vec<String>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// One provider's claims of one outcome.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClaimsEntry {
    /// the provider
    pub provider: String,
    /// the clauses that pay for the outcome
    pub clauses: Vec<String>,
    /// the outcome
    pub outcome: String,
    /// claims that the records show
    pub matched: i64,
    /// results that the records show and nobody claims
    pub unclaimed: i64,
    /// claims of results that did not happen
    pub unsupported: i64,
    /// claims for people who are left out of the measure or excepted from it, whatever happened
    pub not_counted: i64,
    /// claims of results that are not yet known
    pub not_yet_known: i64,
}

impl JsonDocument for ClaimsDocument {
    const SCHEMA: &'static str = "wellspent-claims/1";
    const COMMAND: &'static str = "wellspent claims --json";
}

impl From<&ClaimsComparison> for ClaimsDocument {
    fn from(found: &ClaimsComparison) -> ClaimsDocument {
        let entry = |row: &ClaimsRow| ClaimsEntry {
            provider: row.provider.clone(),
            clauses: row.clauses.clone(),
            outcome: row.outcome.clone(),
            matched: row.matched,
            unclaimed: row.unclaimed,
            unsupported: row.unsupported,
            not_counted: row.not_counted,
            not_yet_known: row.not_yet_known,
        };
        ClaimsDocument {
            claims: found.rows.iter().map(entry).collect(),
            without_match: found.without_match,
            unsupported: found.unsupported,
            data_quality: quality::lines(&found.quality),
            notes: found.notes.clone(),
        }
    }
}

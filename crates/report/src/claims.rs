//! What providers claim compared with what the records show: the counts as data, as text and as JSON.

use base::money::thousands;
use records::gate::quality::QualityReport;
use serde_json::json;

use crate::machine_readable;
use crate::quality::{self, several};
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
    ///
    /// # Errors
    /// The result cannot be written as JSON.
    pub fn json(&self) -> anyhow::Result<String> {
        json_text(self)
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
    pub not_yet_known: i64,
}

/// The counts for the terminal.
fn text(found: &ClaimsComparison, terminal: Terminal) -> String {
    let header = ["provider", "clause", "outcome", "matched", "unclaimed", "unsupported", "not yet known"].map(str::to_owned);
    let row = |row: &ClaimsRow| {
        vec![
            row.provider.clone(),
            row.clauses.join(", "),
            row.outcome.clone(),
            thousands(row.matched),
            thousands(row.unclaimed),
            thousands(row.unsupported),
            thousands(row.not_yet_known),
        ]
    };
    let mut out = terminal.table(&header, &found.rows.iter().map(row).collect::<Vec<_>>());
    if found.without_match > 0 {
        let claims = several(found.without_match.unsigned_abs(), "claim fits", "claims fit");
        out += &format!("{claims} no start, provider or outcome of the records\n");
    }
    out
}

/// The counts for other programs.
fn json_text(found: &ClaimsComparison) -> anyhow::Result<String> {
    let of_row = |row: &ClaimsRow| {
        json!({
            "provider": row.provider,
            "clauses": row.clauses,
            "outcome": row.outcome,
            "matched": row.matched,
            "unclaimed": row.unclaimed,
            "unsupported": row.unsupported,
            "not_yet_known": row.not_yet_known,
        })
    };
    machine_readable::json(
        "wellspent-claims/1",
        &json!({
            "claims": found.rows.iter().map(of_row).collect::<Vec<_>>(),
            "without_match": found.without_match,
            "unsupported": found.unsupported,
            "data_quality": quality::lines(&found.quality),
            "notes": found.notes,
        }),
    )
}

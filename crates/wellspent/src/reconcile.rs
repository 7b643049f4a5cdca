//! Compares what the ledger says was paid with an extract of the bank or the finance system.

use std::path::PathBuf;

use base::hidden_characters::visible;
use base::similar_names::nearest;
pub use ledger::reconcile::ReconciliationScope;
use ledger::reconcile::{Reconciliation, reconcile as compare};
use ledger::store::{OpenMode, Store};

pub use crate::bank_extract::ExtractColumns;
use crate::bank_extract::{self, BankExtract};
use report::reconciliation::LedgerReconcileDocument;

use crate::Terminal;
use crate::error::Error;

/// What is compared.
#[derive(Clone, Debug)]
pub struct ReconcileRequest {
    /// The ledger: a file, or a postgres:// URL.
    pub store: String,
    /// The extract: a CSV file or a workbook with a row for each payment.
    pub extract: PathBuf,
    pub columns: ExtractColumns,
    /// Whether amounts that were paid out are negative in the extract.
    pub paid_is_negative: bool,
    /// The days and the contract that are compared.
    pub scope: ReconciliationScope,
}

/// A reconciliation with notes about the extract.
#[derive(Clone, Debug)]
pub struct ReconciliationReport {
    pub reconciliation: Reconciliation,
    pub notes: Vec<String>,
}

impl ReconciliationReport {
    /// What is not matched, and the totals of both sides.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::reconciliation::text(&self.reconciliation, terminal)
    }

    /// A row for each payment.
    #[must_use]
    pub fn csv(&self) -> String {
        report::reconciliation::csv(&self.reconciliation)
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> LedgerReconcileDocument {
        LedgerReconcileDocument::of(&self.reconciliation, &self.notes)
    }
}

/// Compares the settlements of a ledger with an extract.
///
/// # Errors
/// The ledger or the extract cannot be read, or the ledger has no such contract.
pub fn reconcile(request: &ReconcileRequest) -> Result<ReconciliationReport, Error> {
    let ReconcileRequest { scope, .. } = request;
    let store = Store::open(&request.store, OpenMode::Existing)?;
    let ledger = store.ledger();
    let BankExtract { rows, unpaid, notes } = bank_extract::read(&request.extract, &request.columns, request.paid_is_negative)?;
    let with_notes = |error: Error| error.with_notes(&notes);
    if scope.from.zip(scope.to).is_some_and(|(from, to)| from > to) {
        return Err(with_notes(Error::failed("--from is after --to", "exchange the two days")));
    }
    let runs = ledger.runs();
    let contracts = || runs.iter().map(|(_, recorded)| recorded.run.statement.contract.as_str());
    if let Some(contract) = scope.contract.as_deref().filter(|contract| contracts().all(|known| known != *contract)) {
        let hint = match nearest(contract, contracts()) {
            Some(near) => format!("did you mean --contract {}?", visible(near)),
            None => "list its runs with: wellspent ledger show STORE".to_owned(),
        };
        return Err(with_notes(Error::failed(format!("the ledger has no contract {}", visible(contract)), hint)));
    }
    Ok(ReconciliationReport { reconciliation: compare(ledger, &rows, &unpaid, scope), notes })
}

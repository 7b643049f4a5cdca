//! Approves a prepared payment run, which posts it.

use ledger::approve as plan_approval;
use ledger::renamed::renamings;
use ledger::store::{OpenMode, Store};
use ledger::summary::{balance_of, changes};
pub use report::ledger::ApprovalReport;

use crate::error::Error;
use crate::ledger::must_have_id;
use crate::pay::now;

/// Which run is approved, and by whom.
#[derive(Clone, Debug)]
pub struct ApproveRequest {
    /// The ledger: a file, or a postgres:// URL.
    pub store: String,
    /// The id of the run, or the beginning of it.
    pub run: String,
    /// Who approves it. This must not be the person who prepared it.
    pub by: String,
}

/// Approves a run and posts it. A run that was approved before stays as it is.
///
/// # Errors
/// The ledger cannot be opened, has no such run, or does not allow the approval.
pub fn approve(request: &ApproveRequest) -> Result<ApprovalReport, Error> {
    must_have_id(&request.run)?;
    let mut store = Store::open(&request.store, OpenMode::Existing)?;
    let run = store.ledger().run_named(&request.run)?;
    let (posted, notes, changes) = store.append(&now(), |ledger| {
        let plan = plan_approval(ledger, run, &request.by)?;
        let waiting = ledger.run(run).filter(|recorded| recorded.approved_by.is_none());
        let renames = waiting.filter(|recorded| !renamings(&recorded.run).is_empty());
        let changes = renames.map(|recorded| changes(ledger, &recorded.run)).unwrap_or_default();
        // The first entry is the approval itself.
        Ok(((plan.entries.len().checked_sub(1), plan.notes, changes), plan.entries))
    })?;
    let ledger = store.ledger();
    let mut report =
        ApprovalReport { run, posted, details: Vec::new(), changes, balances: Vec::new(), head: ledger.head(), notes };
    if let Some(recorded) = ledger.run(run) {
        let statement = &recorded.run.statement;
        let in_use = |provider: &&String| ledger.new_name(&statement.contract, provider).is_none();
        let balance = |provider: &String| balance_of(ledger, &statement.contract, provider);
        report.details.clone_from(&recorded.run.details);
        report.balances = statement.providers.iter().filter(in_use).map(balance).collect();
    }
    Ok(report)
}

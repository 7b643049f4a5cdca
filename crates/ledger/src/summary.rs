//! What is in a ledger, as lists and tables: runs, balances, the journal, settlements, and what a run changes. These are data; the
//! report lays them out.

use base::money::Pence;
use jiff::civil::Date;

use crate::account::Account;
use crate::entry::{PaymentRun, RunDetail, Transaction};
use crate::error::LedgerError;
use crate::hash::Hash;
use crate::journal::{Head, Ledger, RecordedRun, RecordedSettlement};
use crate::payment_run::transactions;
use crate::renamed::renamings;
use crate::statement::Statement;

/// A run in the list of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    pub id: Hash,
    pub contract: String,
    pub as_at: Date,
    pub known_at: Date,
    pub prepared_by: String,
    /// None while nobody has approved it.
    pub approved_by: Option<String>,
    pub total: Pence,
}

/// Every run, in the order of preparing.
#[must_use]
pub fn runs(ledger: &Ledger) -> Vec<RunSummary> {
    let summary = |(id, recorded): (Hash, &RecordedRun)| {
        let PaymentRun { prepared_by, statement, .. } = &recorded.run;
        RunSummary {
            id,
            contract: statement.contract.clone(),
            as_at: statement.as_at,
            known_at: statement.known_at,
            prepared_by: prepared_by.clone(),
            approved_by: recorded.approved_by.clone(),
            total: Pence(statement.lines.iter().map(|line| line.amount.0).sum()),
        }
    };
    ledger.runs().into_iter().map(summary).collect()
}

/// One run, with what it posted, or would post if it were approved now.
#[derive(Clone, Debug, PartialEq)]
pub struct RunReport {
    pub id: Hash,
    pub statement: Statement,
    pub prepared_by: String,
    pub note: String,
    pub details: Vec<RunDetail>,
    /// None while nobody has approved it.
    pub approved_by: Option<String>,
    /// What it would change for each provider; empty once it is posted.
    pub changes: Vec<ProviderChange>,
    pub transactions: Vec<Transaction>,
}

/// One run by its id.
///
/// # Errors
/// The ledger has no such run.
pub fn run(ledger: &Ledger, id: Hash) -> Result<RunReport, LedgerError> {
    let Some(recorded) = ledger.run(id) else {
        return Err(LedgerError::failed(
            format!("the ledger has no run {}", id.short()),
            "`wellspent ledger show LEDGER` lists its runs",
        ));
    };
    let PaymentRun { prepared_by, note, details, statement, .. } = &recorded.run;
    let (changes, transactions) = match recorded.approved_by {
        Some(_) => (Vec::new(), recorded.transactions.clone()),
        None => (changes(ledger, &recorded.run), transactions(ledger, id, &recorded.run)),
    };
    Ok(RunReport {
        id,
        statement: statement.clone(),
        prepared_by: prepared_by.clone(),
        note: note.clone(),
        details: details.clone(),
        approved_by: recorded.approved_by.clone(),
        changes,
        transactions,
    })
}

/// What a run changes for one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderChange {
    pub provider: String,
    /// The name that it had before, if the run renames it.
    pub old_name: Option<String>,
    /// The total in force before the run.
    pub before: Pence,
    /// The total of the run's statement.
    pub after: Pence,
    /// What was paid, under both names.
    pub paid: Pence,
}

/// What a run that is not posted yet changes for each provider. A provider with a new name is one provider.
#[must_use]
pub fn changes(ledger: &Ledger, run: &PaymentRun) -> Vec<ProviderChange> {
    let (statement, renamed) = (&run.statement, renamings(run));
    let contract = &statement.contract;
    let change = |provider: &String| {
        let old = renamed.iter().find(|renaming| renaming.new == *provider).map(|renaming| renaming.old.as_str());
        let both = |of: &dyn Fn(&str) -> Pence| Pence(of(provider).0.saturating_add(old.map_or(0, |old| of(old).0)));
        ProviderChange {
            provider: provider.clone(),
            old_name: old.map(str::to_owned),
            before: both(&|name| ledger.accrued(contract, name)),
            after: statement.total(provider),
            paid: both(&|name| ledger.paid(contract, name)),
        }
    };
    let present = |name: &&String| renamed.iter().all(|renaming| renaming.old != **name);
    statement.providers.iter().filter(present).map(change).collect()
}

/// What a provider is owed under a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderBalance {
    pub contract: String,
    pub provider: String,
    /// Negative if the provider owes the payer.
    pub owed: Pence,
    pub paid: Pence,
}

/// What a provider is owed under a contract, and what was paid to it.
#[must_use]
pub fn balance_of(ledger: &Ledger, contract: &str, provider: &str) -> ProviderBalance {
    let (owed, paid) = (ledger.owed(contract, provider), ledger.paid(contract, provider));
    ProviderBalance { contract: contract.to_owned(), provider: provider.to_owned(), owed, paid }
}

/// An account with its balance on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountBalance {
    pub account: Account,
    pub debit: Pence,
    pub credit: Pence,
}

/// Every account with its balance, and the total of each side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialBalance {
    pub accounts: Vec<AccountBalance>,
    pub debit: Pence,
    pub credit: Pence,
}

/// The balance of every account that was ever used.
#[must_use]
pub fn trial_balance(ledger: &Ledger) -> TrialBalance {
    let mut out = TrialBalance::default();
    for (account, balance) in ledger.balances() {
        let (debit, credit) = (Pence(balance.0.max(0)), Pence(balance.0.min(0).saturating_neg()));
        out.debit.0 = out.debit.0.saturating_add(debit.0);
        out.credit.0 = out.credit.0.saturating_add(credit.0);
        out.accounts.push(AccountBalance { account: account.clone(), debit, credit });
    }
    out
}

/// Every settlement, in the order of recording.
#[must_use]
pub fn settlements(ledger: &Ledger) -> Vec<RecordedSettlement> {
    ledger.settlements().into_iter().map(|(_, recorded)| recorded.clone()).collect()
}

/// What a verification counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerCounts {
    pub entries: u64,
    pub runs: usize,
    /// The runs that were approved and posted.
    pub posted: usize,
    /// The settlements that were not reversed.
    pub settlements: usize,
    pub head: Head,
}

/// The number of entries, runs and settlements.
#[must_use]
pub fn counts(ledger: &Ledger) -> LedgerCounts {
    let runs = ledger.runs();
    LedgerCounts {
        entries: ledger.head().number,
        runs: runs.len(),
        posted: runs.iter().filter(|(_, recorded)| recorded.approved_by.is_some()).count(),
        settlements: ledger.settlements().iter().filter(|(_, recorded)| recorded.reversed.is_none()).count(),
        head: ledger.head(),
    }
}

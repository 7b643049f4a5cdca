//! `wellspent ledger …`: reads a ledger, records what was paid, and compares it with the bank. Every entry is checked on the way.

mod reconcile;
mod settle;
mod statement;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use report::ledger as text;
use wellspent::ledger;

use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent ledger show ledger.db\n  wellspent ledger balance ledger.db\n  \
                        wellspent ledger verify ledger.db --head 412:9f86d081884c…")]
pub(crate) struct LedgerCommand {
    #[command(subcommand)]
    action: LedgerAction,
}

/// A ledger that is only read.
#[derive(Args)]
struct StoreArgs {
    /// The ledger: a file, or a postgres:// URL
    store: String,
}

#[derive(Subcommand)]
enum LedgerAction {
    /// Check every hash, every sum and every balance
    Verify(verify::VerifyLedger),
    /// Print the head, to be published: the number and the hash of the last entry
    Head(StoreArgs),
    /// List the runs; or show one run, what it posts and why
    Show {
        /// The ledger: a file, or a postgres:// URL
        store: String,
        /// The run: its id, or the beginning of it
        run: Option<String>,
    },
    /// Print the balance of every account, as debit or credit
    Balance(StoreArgs),
    /// Print every journal entry as CSV: a row for each debit and each credit
    Journal(StoreArgs),
    /// List what was paid and received
    Settlements(StoreArgs),
    /// Record that a provider was paid, or paid back, on a day under a reference
    Settle(settle::Settle),
    /// Reverse a settlement that was recorded by mistake or returned by the bank
    Reverse(settle::Reverse),
    /// Compare what the ledger says was paid with an extract of the bank or the finance system
    Reconcile(reconcile::Reconcile),
    /// Print a past statement as CSV, to the byte
    Statement(statement::PastStatement),
    /// Print every entry as it is kept, for another program to check
    Entries(StoreArgs),
}

pub(crate) fn run(command: LedgerCommand) -> anyhow::Result<ExitCode> {
    let out = match command.action {
        LedgerAction::Verify(command) => return verify::run(&command),
        LedgerAction::Settle(command) => return settle::run(command),
        LedgerAction::Reverse(command) => return settle::reverse(command),
        LedgerAction::Reconcile(command) => return reconcile::run(command),
        LedgerAction::Statement(command) => return statement::run(command),
        LedgerAction::Entries(of) => {
            // Another program hashes these bytes, so they are printed as they are.
            print::data(&text::entries(&ledger::entries(&of.store)?))?;
            return Ok(ExitCode::SUCCESS);
        }
        LedgerAction::Head(of) => format!("{}\n", ledger::head(&of.store)?),
        LedgerAction::Show { store, run: None } => text::runs(&ledger::runs(&store)?),
        LedgerAction::Show { store, run: Some(run) } => text::run(&ledger::run(&store, &run)?),
        LedgerAction::Balance(of) => text::trial_balance(&ledger::balance(&of.store)?),
        LedgerAction::Journal(of) => text::journal_csv(&ledger::journal(&of.store)?),
        LedgerAction::Settlements(of) => text::settlements(&ledger::settlements(&of.store)?),
    };
    print::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

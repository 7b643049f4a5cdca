//! `wellspent ledger …`: reads a ledger, records what was paid, and compares it with the bank. Every entry is checked on the way.

mod reconcile;
mod settle;
mod statement;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use wellspent::ledger::{
    self, LedgerBalanceDocument, LedgerEntriesDocument, LedgerHeadDocument, LedgerJournalDocument, LedgerRunDocument,
    LedgerRunsDocument, LedgerSettlementsDocument, text,
};

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
    /// Write the result as JSON to standard output (`wellspent schema` lists the descriptions, such as ledger-balance)
    #[arg(long)]
    json: bool,
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
        /// Write the result as JSON to standard output (`wellspent schema ledger-runs` describes it, or ledger-run for one run)
        #[arg(long)]
        json: bool,
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
    match command.action {
        LedgerAction::Verify(command) => return verify::run(&command),
        LedgerAction::Settle(command) => return settle::run(command),
        LedgerAction::Reverse(command) => return settle::reverse(command),
        LedgerAction::Reconcile(command) => return reconcile::run(command),
        LedgerAction::Statement(command) => return statement::run(command),
        LedgerAction::Show { store, run: None, json } => {
            let runs = ledger::runs(&store)?;
            print::result(json.then(|| LedgerRunsDocument::of(&runs)), |terminal| text::runs(&runs, terminal))?;
        }
        LedgerAction::Show { store, run: Some(run), json } => {
            let run = ledger::run(&store, &run)?;
            print::result(json.then(|| LedgerRunDocument::from(&run)), |terminal| text::run(&run, terminal))?;
        }
        LedgerAction::Head(of) => {
            let head = ledger::head(&of.store)?;
            print::result(of.json.then(|| LedgerHeadDocument { head: head.into() }), |_| format!("{head}\n"))?;
        }
        LedgerAction::Balance(of) => {
            let balance = ledger::balance(&of.store)?;
            print::result(of.json.then(|| LedgerBalanceDocument::from(&balance)), |terminal| {
                text::trial_balance(&balance, terminal)
            })?;
        }
        LedgerAction::Settlements(of) => {
            let settlements = ledger::settlements(&of.store)?;
            let document = of.json.then(|| LedgerSettlementsDocument::of(&settlements));
            print::result(document, |terminal| text::settlements(&settlements, terminal))?;
        }
        LedgerAction::Journal(of) => {
            let rows = ledger::journal(&of.store)?;
            match of.json {
                true => print::json(&LedgerJournalDocument::of(&rows))?,
                false => print::stdout(&text::journal_csv(&rows))?,
            }
        }
        // Another program hashes these bytes, so they are printed as they are.
        LedgerAction::Entries(of) => {
            let entries = ledger::entries(&of.store)?;
            match of.json {
                true => print::json(&LedgerEntriesDocument::of(&entries))?,
                false => print::data(&text::entries(&entries))?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

//! The ledger: what each contract owes its providers, and what was paid. A statement goes in: priced lines, with the as-at day and
//! the known-at day. Entries for an append-only journal come out: a run that one person prepares and another approves, its
//! transactions in double entry, and the settlements that pay it. This crate knows neither records nor the terminal, and has no
//! clock.
//!
//! - `statement`: the lines of a statement with their keys and ids, and its CSV.
//! - `account`: the chart of accounts, and how a posting is written.
//! - `entry`: the entries as text, and how they are sealed into a chain of hashes. `canonical_text` writes and reads their fields.
//! - `journal`: the ledger as all entries together make it: runs, balances, what is in force.
//! - `verification`: checks each entry while it is read. `required_transactions` calculates every transaction that must follow a
//!   decision, and `expected` compares it with the one that was written.
//! - `payment_run`: preparing and approving. `settle`: recording and reversing payments. Nothing else makes transactions.
//! - `missing_payees`: providers that are in force and missing from a new statement. `renamed`: one provider under two names.
//!   `duplicate_contract`: one contract under two names.
//! - `reconcile`: compares settlements with an extract of the bank or the finance system.
//! - `invoices`: checks the lines of invoices and plans against their own arithmetic.
//! - `summary`: lists and tables of what is in the ledger, as data.
//! - `store`: keeps the entries in SQLite or PostgreSQL.
//! - `error`: the one error of the crate.
//!
//! A correction is a reversal with its reason and, if something is to be paid, a new transaction. Nothing is ever changed. The id of
//! an entry is the hash of what it stands for, so that doing the same thing twice writes nothing the second time.

pub mod account;
pub mod amount;
mod canonical_text;
pub mod duplicate_contract;
pub mod entry;
pub mod error;
mod expected;
pub mod hash;
#[cfg(test)]
mod invariants;
pub mod invoices;
pub mod journal;
pub mod missing_payees;
#[cfg(test)]
mod mutations;
pub mod payment_run;
pub mod reconcile;
pub mod renamed;
mod required_transactions;
pub mod settle;
pub mod statement;
pub mod store;
pub mod summary;
mod verification;

pub use account::Account;
pub use entry::{LedgerEntry, RunDetail, SealedEntry};
pub use error::{LedgerError, LedgerErrorKind};
pub use hash::Hash;
pub use journal::{Head, Ledger};
pub use payment_run::{PlannedRun, approve, prepare, prepare_with};
pub use settle::{Payment, PlannedSettlement, reverse, settle};
pub use statement::{Statement, StatementLine};

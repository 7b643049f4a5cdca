//! Who owes whom, and what was paid. A statement comes in: lines priced by `scheme`, with the day it is struck as at and the day
//! its records were known. What goes out are entries for an append-only ledger: a run that one person prepares and another
//! approves, its transactions in double entry, and the settlements that pay it. Where the tally behind a statement came from is no
//! business of this room; nor are files and clocks: whoever keeps the entries hands in the time.
//!
//! - `statement`: lines with their names and ids, as CSV to the byte.
//! - `account`: the chart of accounts, and how a posting is written.
//! - `entry`: what is written down, as text, and sealed into a chain of hashes.
//! - `ledger`: what all entries together say: runs, balances, what is in force; every law is checked while they are read, and
//!   `ledger/expected` works out every transaction that must follow from what was decided.
//! - `invoice`: lines of invoices and plans, compared with their own arithmetic.
//! - `run`: preparing and approving. `settle`: recording what was paid. Transactions are made nowhere else.
//! - `reconcile`: settlements compared with an extract of the bank or the finance system.
//! - `vanished`: providers that are in force and no longer in a statement; `renamed`: one provider under two names.
//! - `copied`: one contract under two names.
//!
//! A correction is a reversal with its reason and, where there is something to pay, a new transaction: nothing is ever
//! changed. Ids are hashes of what they stand for, so that doing the same thing twice writes nothing the second time.

pub mod account;
pub mod copied;
pub mod entry;
pub mod hash;
pub mod invoice;
pub mod journal;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod mutations;
pub mod reconcile;
pub mod renamed;
pub mod run;
pub mod settle;
pub mod statement;
pub mod store;
mod text;
pub mod vanished;

pub use account::Account;
pub use entry::{Detail, Entry, Sealed};
pub use hash::Hash;
pub use journal::{Fault, Head, Ledger};
pub use run::{Plan, Refusal, approve, prepare, prepare_with};
pub use settle::{Payment, reverse, settle};
pub use statement::{Line, Statement};

//! A transaction that must follow a decision, and whether the one that was written is the same.

use base::money::Pence;

use crate::account::Posting;
use crate::entry::{LedgerEntry, Transaction};
use crate::statement::StatementLine;

/// A transaction that must follow.
#[derive(Clone, Debug)]
pub(crate) struct ExpectedTransaction {
    pub(crate) transaction: Transaction,
    /// The line that it posts.
    pub(crate) line: Option<StatementLine>,
    /// How its reason must read.
    pub(crate) reason: ExpectedReason,
}

/// How the reason of a transaction must read.
#[derive(Clone, Debug)]
pub(crate) enum ExpectedReason {
    /// Word for word as in the expected transaction.
    Exact,
    /// The reason of a reversed line has words of the program around what counts. It must begin with one of the first texts and
    /// contain one of the second. There are two of each, for the words of today and those of earlier versions.
    Around { begins: [String; 2], contains: [String; 2] },
}

impl ExpectedTransaction {
    /// A transaction that must follow word for word.
    pub(crate) fn exact(transaction: Transaction) -> ExpectedTransaction {
        ExpectedTransaction { transaction, line: None, reason: ExpectedReason::Exact }
    }

    /// Whether a transaction is the expected one, or how it differs.
    pub(crate) fn matches(&self, found: &Transaction) -> Result<(), String> {
        let Transaction { form, cause, key, kind, reason, postings } = &self.transaction;
        if *postings != found.postings {
            return Err(format!("its postings are not the required ones: {}", in_words(postings)));
        }
        if (form, cause, key, kind) != (&found.form, &found.cause, &found.key, &found.kind) {
            return Err("it does not belong to the decision before it".to_owned());
        }
        let same_reason = match &self.reason {
            ExpectedReason::Exact => found.reason == *reason,
            ExpectedReason::Around { begins, contains } => {
                begins.iter().any(|text| found.reason.starts_with(text.as_str()))
                    && contains.iter().any(|text| found.reason.contains(text.as_str()))
            }
        };
        if same_reason { Ok(()) } else { Err("its reason is not the reason of what it posts".to_owned()) }
    }
}

/// "debit expense, jobs £480; credit payable to Acme, jobs £480".
fn in_words(postings: &[Posting]) -> String {
    let one = |(account, amount): &Posting| {
        let side = if amount.0 < 0 { "credit" } else { "debit" };
        format!("{side} {account} {}", Pence(amount.0.saturating_abs()))
    };
    postings.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Says that required transactions are missing, with the first of them.
pub(crate) fn missing(expected: &[ExpectedTransaction]) -> String {
    let first = expected.first().map_or(String::new(), |first| in_words(&first.transaction.postings));
    match expected.len() {
        1 => format!("1 transaction that must follow the decision is missing: {first}"),
        count => format!("{count} transactions that must follow the decision are missing, such as: {first}"),
    }
}

/// Refuses any entry but a transaction while required transactions are missing.
pub(crate) fn only_transactions(expected: &[ExpectedTransaction], entry: &LedgerEntry) -> Result<(), String> {
    if expected.is_empty() || matches!(entry, LedgerEntry::Transaction(_)) { Ok(()) } else { Err(missing(expected)) }
}

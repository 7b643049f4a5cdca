//! Reads a ledger: verifies it, and lists its runs, balances, journal, settlements, past statements and entries. Every entry is checked
//! when the ledger is opened.

use base::hidden_characters::visible;
use base::similar_names::nearest;
use jiff::civil::Date;
use ledger::journal::{JournalRow, RecordedSettlement};
use ledger::store::{OpenMode, Store};
use ledger::summary::{self, LedgerCounts, RunReport, RunSummary, TrialBalance};
use ledger::{Hash, Head};
use outcomes::QueryDates;
use records::files;
/// What is in a ledger, as text.
pub use report::ledger as text;
pub use report::ledger::HashedText;
pub use report::ledger_json::{
    LedgerBalanceDocument, LedgerEntriesDocument, LedgerHeadDocument, LedgerJournalDocument, LedgerRunDocument,
    LedgerRunsDocument, LedgerSettlementsDocument, LedgerStatementDocument, LedgerVerifyDocument,
};

use crate::Terminal;
use crate::error::Error;

fn open(store: &str) -> Result<Store, Error> {
    Ok(Store::open(store, OpenMode::Existing)?)
}

/// The result of a verification.
#[derive(Clone, Debug)]
pub struct LedgerVerification {
    pub counts: LedgerCounts,
    /// What is wrong. The entries themselves are right, because a broken entry stops the reading with an error.
    pub faults: Vec<String>,
    /// What an earlier form of the ledger allowed, and today's rules do not.
    pub notes: Vec<String>,
}

/// Checks every hash, every transaction and every balance, and asks the database whether its file is sound. `published` is a head that
/// was published earlier, as NUMBER:HASH.
///
/// # Errors
/// The ledger cannot be opened, an entry is broken, or `published` is not a head.
pub fn verify(store: &str, published: Option<&str>) -> Result<LedgerVerification, Error> {
    let mut store = open(store)?;
    let mut faults = store.damage()?;
    let ledger = store.ledger();
    if let Some(text) = published {
        let Some(head) = Head::parse(text) else {
            let hint = "a head is NUMBER:HASH, as `wellspent ledger head` prints it";
            return Err(Error::failed(format!("`{}` is not a head", visible(text)), hint));
        };
        if !ledger.had_head(head) {
            faults.push(format!(
                "the ledger has no entry {} with the hash {}: it was written anew or cut off since that head was published",
                head.number, head.hash
            ));
        }
    }
    let notes = ledger.warnings().iter().map(ToString::to_string).collect();
    Ok(LedgerVerification { counts: summary::counts(ledger), faults, notes })
}

impl LedgerVerification {
    /// What was counted, where nothing is wrong.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::ledger::verified(&self.counts, terminal)
    }

    /// The result for other programs.
    #[must_use]
    pub fn document(&self) -> LedgerVerifyDocument {
        LedgerVerifyDocument::of(&self.counts, &self.faults, &self.notes)
    }
}

/// The number and the hash of the last entry.
///
/// # Errors
/// The ledger cannot be opened, or an entry is broken.
pub fn head(store: &str) -> Result<Head, Error> {
    Ok(open(store)?.ledger().head())
}

/// Every run.
///
/// # Errors
/// As for [`head`].
pub fn runs(store: &str) -> Result<Vec<RunSummary>, Error> {
    Ok(summary::runs(open(store)?.ledger()))
}

/// One run, by its id or the beginning of it.
///
/// # Errors
/// As for [`head`], or the ledger has no such run.
pub fn run(store: &str, id: &str) -> Result<RunReport, Error> {
    must_have_id(id)?;
    let store = open(store)?;
    let ledger = store.ledger();
    Ok(summary::run(ledger, ledger.run_named(id)?)?)
}

/// Refuses an id without a character: every run begins with it.
pub(crate) fn must_have_id(id: &str) -> Result<(), Error> {
    match id.trim().is_empty() {
        true => Err(Error::failed("the id of the run is empty", "`wellspent ledger show LEDGER` lists the runs")),
        false => Ok(()),
    }
}

/// The balance of every account.
///
/// # Errors
/// As for [`head`].
pub fn balance(store: &str) -> Result<TrialBalance, Error> {
    Ok(summary::trial_balance(open(store)?.ledger()))
}

/// Every transaction.
///
/// # Errors
/// As for [`head`].
pub fn journal(store: &str) -> Result<Vec<JournalRow>, Error> {
    Ok(open(store)?.ledger().journal())
}

/// What was paid and received.
///
/// # Errors
/// As for [`head`].
pub fn settlements(store: &str) -> Result<Vec<RecordedSettlement>, Error> {
    Ok(summary::settlements(open(store)?.ledger()))
}

/// Which past statement is printed.
#[derive(Clone, Debug)]
pub struct PastStatementRequest {
    /// The ledger: a file, or a postgres:// URL.
    pub store: String,
    pub contract: String,
    pub as_at: Date,
    pub known_at: Date,
}

/// A past statement.
#[derive(Clone, Debug, PartialEq)]
pub struct PastStatementResult {
    /// As CSV, to the byte.
    pub csv: String,
    /// For other programs.
    pub document: LedgerStatementDocument,
}

impl PastStatementResult {
    /// The bytes of the statement as an Excel workbook.
    ///
    /// # Errors
    /// It has more lines than a sheet has rows.
    pub fn workbook(&self) -> Result<Vec<u8>, Error> {
        Ok(files::xlsx::bytes("statement", &self.csv, files::xlsx::of_statement)?)
    }
}

/// A past statement.
///
/// # Errors
/// As for [`head`], or the ledger has no such statement.
pub fn statement(request: &PastStatementRequest) -> Result<PastStatementResult, Error> {
    let PastStatementRequest { contract, as_at, known_at, .. } = request;
    let store = open(&request.store)?;
    let ledger = store.ledger();
    let Some(text) = ledger.statement(contract, *as_at, *known_at) else {
        let contracts = ledger.contracts();
        let near = (!contracts.contains(contract.as_str())).then(|| nearest(contract, contracts)).flatten();
        let hint = match near {
            Some(near) => format!("did you mean --contract {}?", visible(near)),
            None => "`wellspent ledger show LEDGER` lists what was posted".to_owned(),
        };
        let what = format!("the ledger has no statement of {} as at {as_at}, known at {known_at}", visible(contract));
        return Err(Error::failed(what, hint));
    };
    let statements = ledger.past_statements(contract, *as_at, *known_at);
    let days = QueryDates { as_at: *as_at, known_at: Some(*known_at) };
    Ok(PastStatementResult { csv: text, document: LedgerStatementDocument::of(contract, days, &statements) })
}

/// Every entry as it is kept: the text that is hashed, and its hash.
///
/// # Errors
/// As for [`head`].
pub fn entries(store: &str) -> Result<Vec<HashedText>, Error> {
    let mut store = open(store)?;
    let mut previous = Hash::NONE;
    let mut out = Vec::new();
    for sealed in store.entries_after(0)? {
        out.push(HashedText { text: sealed.text(previous), hash: sealed.hash.clone() });
        previous = sealed.computed(previous);
    }
    Ok(out)
}

//! The ledger for other programs: what `wellspent ledger … --json` and `wellspent approve --json` write. The comments are the text of
//! the published descriptions.

use std::collections::BTreeMap;

use base::money::Pence;
use ledger::entry::{Transaction, TransactionKind};
use ledger::journal::{JournalRow, RecordedSettlement};
use ledger::statement::Statement;
use ledger::summary::{LedgerCounts, ProviderBalance, ProviderChange, RunReport, RunSummary, TrialBalance};
use ledger::{Head, RunDetail};
use outcomes::QueryDates;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ledger::{ApprovalReport, HashedText, SettlementReport, kind};
use crate::machine_readable::{JsonDocument, pounds};

/// The last entry of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeadEntry {
    /// the number of the entry, from 1; 0 for an empty ledger
    pub number: u64,
    /// its hash, which stands for everything before it too
    pub hash: String,
}

impl From<Head> for HeadEntry {
    fn from(head: Head) -> HeadEntry {
        HeadEntry { number: head.number, hash: head.hash.to_string() }
    }
}

/// The head of a ledger, to be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerHeadDocument {
    /// the last entry
    pub head: HeadEntry,
}

impl JsonDocument for LedgerHeadDocument {
    const SCHEMA: &'static str = "wellspent-ledger-head/1";
    const COMMAND: &'static str = "wellspent ledger head --json";
}

/// What a verification of a ledger counted and found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerVerifyDocument {
    /// whether nothing is wrong
    pub sound: bool,
    /// what is wrong, each in a sentence
    pub faults: Vec<String>,
    /// how many entries there are
    pub entries: u64,
    /// how many payment runs were prepared
    pub runs: usize,
    /// how many of them were approved and posted
    pub runs_posted: usize,
    /// how many settlements are in force
    pub settlements: usize,
    /// the last entry
    pub head: HeadEntry,
    /// what an earlier form of the ledger allowed and today's rules do not
    pub notes: Vec<String>,
}

impl LedgerVerifyDocument {
    /// What a verification counted, with its faults and notes.
    #[must_use]
    pub fn of(counts: &LedgerCounts, faults: &[String], notes: &[String]) -> LedgerVerifyDocument {
        LedgerVerifyDocument {
            sound: faults.is_empty(),
            faults: faults.to_vec(),
            entries: counts.entries,
            runs: counts.runs,
            runs_posted: counts.posted,
            settlements: counts.settlements,
            head: counts.head.into(),
            notes: notes.to_vec(),
        }
    }
}

impl JsonDocument for LedgerVerifyDocument {
    const SCHEMA: &'static str = "wellspent-ledger-verify/1";
    const COMMAND: &'static str = "wellspent ledger verify --json";
}

/// A payment run in the list of runs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RunEntry {
    /// the id of the run
    pub run: String,
    /// the contract that it pays under
    pub contract: String,
    /// what happened up to this day is counted
    pub as_at: String,
    /// what became known after this day is left out
    pub known_at: String,
    /// who prepared it
    pub prepared_by: String,
    /// who approved it; null while nobody has
    pub approved_by: Option<String>,
    /// the sum of its statement, in pounds
    pub total: f64,
}

/// Every payment run of a ledger, in the order of preparing.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerRunsDocument {
    /// one for each run
    pub runs: Vec<RunEntry>,
}

impl LedgerRunsDocument {
    /// The runs of a ledger.
    #[must_use]
    pub fn of(runs: &[RunSummary]) -> LedgerRunsDocument {
        let entry = |run: &RunSummary| RunEntry {
            run: run.id.to_string(),
            contract: run.contract.clone(),
            as_at: run.as_at.to_string(),
            known_at: run.known_at.to_string(),
            prepared_by: run.prepared_by.clone(),
            approved_by: run.approved_by.clone(),
            total: pounds(run.total),
        };
        LedgerRunsDocument { runs: runs.iter().map(entry).collect() }
    }
}

impl JsonDocument for LedgerRunsDocument {
    const SCHEMA: &'static str = "wellspent-ledger-runs/1";
    const COMMAND: &'static str = "wellspent ledger show LEDGER --json";
}

/// Something that a run keeps besides its statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunDetailEntry {
    /// what it is
    pub name: String,
    /// the text itself
    pub value: String,
}

fn details(details: &[RunDetail]) -> Vec<RunDetailEntry> {
    details.iter().map(|detail| RunDetailEntry { name: detail.name.clone(), value: detail.value.clone() }).collect()
}

/// What a run changes for a provider. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ProviderChangeEntry {
    /// the provider
    pub provider: String,
    /// its name before, where the run renames it
    pub old_name: Option<String>,
    /// the total in force before the run
    pub before: f64,
    /// the total of the run's statement
    pub after: f64,
    /// what was paid so far
    pub paid: f64,
}

pub(crate) fn changes(changes: &[ProviderChange]) -> Vec<ProviderChangeEntry> {
    let entry = |change: &ProviderChange| ProviderChangeEntry {
        provider: change.provider.clone(),
        old_name: change.old_name.clone(),
        before: pounds(change.before),
        after: pounds(change.after),
        paid: pounds(change.paid),
    };
    changes.iter().map(entry).collect()
}

/// One debit or credit. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PostingEntry {
    /// the account: expense, cash, payable or receivable
    pub account: String,
    /// the contract of the account
    pub contract: String,
    /// the provider of the account; empty where the account has none
    pub provider: String,
    /// what is debited, or 0
    pub debit: f64,
    /// what is credited, or 0
    pub credit: f64,
}

/// A journal entry, whose debits and credits are equal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TransactionEntry {
    /// the id of the transaction
    pub transaction: String,
    /// what it does, in a few words
    pub what: String,
    /// the id of the line of a statement that it posts; null where it posts none
    pub line: Option<String>,
    /// the id of the transaction that it reverses; null where it reverses none
    pub reverses: Option<String>,
    /// why
    pub reason: String,
    /// debits before credits
    pub postings: Vec<PostingEntry>,
}

impl From<&Transaction> for TransactionEntry {
    fn from(transaction: &Transaction) -> TransactionEntry {
        let (line, reverses) = match transaction.kind {
            TransactionKind::Posts { line, .. } => (Some(line.to_string()), None),
            TransactionKind::Reverses(reversed) => (None, Some(reversed.to_string())),
            TransactionKind::Settles | TransactionKind::Reclassifies => (None, None),
        };
        let (debits, credits): (Vec<_>, Vec<_>) = transaction.postings.iter().partition(|(_, amount)| amount.0 >= 0);
        let posting = |(account, amount): &(ledger::account::Account, Pence)| {
            let (name, contract, provider) = account.parts();
            let size = pounds(Pence(amount.0.saturating_abs()));
            let (debit, credit) = if amount.0 < 0 { (0.0, size) } else { (size, 0.0) };
            PostingEntry { account: name.to_owned(), contract: contract.to_owned(), provider: provider.to_owned(), debit, credit }
        };
        TransactionEntry {
            transaction: transaction.id().to_string(),
            what: kind(transaction),
            line,
            reverses,
            reason: transaction.reason.clone(),
            postings: debits.into_iter().chain(credits).map(posting).collect(),
        }
    }
}

/// A line of a statement. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatementEntry {
    /// the id of the line
    pub id: String,
    /// who is paid
    pub provider: String,
    /// the area
    pub area: String,
    /// the clause that pays
    pub clause: String,
    /// the outcome that the clause pays for; empty where it pays for none
    pub outcome: String,
    /// the first cohort of the line
    pub from_cohort: String,
    /// the last cohort of the line
    pub to_cohort: String,
    /// the segment; empty where the line is for all segments
    pub segment: String,
    /// how much is paid for
    pub quantity: f64,
    /// what the quantity counts
    pub unit: String,
    /// the price of one
    pub unit_price: f64,
    /// what is paid
    pub amount: f64,
    /// why
    pub reason: String,
}

/// The lines of a statement, those of one provider where one is named.
pub(crate) fn lines(statement: &Statement, provider: Option<&str>) -> Vec<StatementEntry> {
    let wanted = statement.lines.iter().filter(|line| provider.is_none_or(|provider| line.provider == provider));
    let entry = |line: &ledger::StatementLine| StatementEntry {
        id: statement.id(line).to_string(),
        provider: line.provider.clone(),
        area: line.area.clone(),
        clause: line.clause.clone(),
        outcome: line.outcome.clone(),
        from_cohort: line.from_cohort.clone(),
        to_cohort: line.to_cohort.clone(),
        segment: line.segment.clone(),
        quantity: line.quantity.as_f64(),
        unit: line.unit.clone(),
        unit_price: pounds(line.price),
        amount: pounds(line.amount),
        reason: line.reason.clone(),
    };
    wanted.map(entry).collect()
}

/// One payment run: its statement, and what it posted, or would post if it were approved now.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerRunDocument {
    /// the id of the run
    pub run: String,
    /// the contract that it pays under
    pub contract: String,
    /// the version of the contract's rules
    pub version: String,
    /// what happened up to this day is counted
    pub as_at: String,
    /// what became known after this day is left out
    pub known_at: String,
    /// who prepared it
    pub prepared_by: String,
    /// who approved it; null while nobody has
    pub approved_by: Option<String>,
    /// the note that it keeps
    pub note: String,
    /// what else it keeps, such as the data-quality report
    pub details: Vec<RunDetailEntry>,
    /// the lines of its statement
    pub lines: Vec<StatementEntry>,
    /// what it would change for each provider; empty once it is posted
    pub changes: Vec<ProviderChangeEntry>,
    /// what it posted, or would post
    pub transactions: Vec<TransactionEntry>,
}

impl From<&RunReport> for LedgerRunDocument {
    fn from(run: &RunReport) -> LedgerRunDocument {
        let statement = &run.statement;
        LedgerRunDocument {
            run: run.id.to_string(),
            contract: statement.contract.clone(),
            version: statement.version.to_string(),
            as_at: statement.as_at.to_string(),
            known_at: statement.known_at.to_string(),
            prepared_by: run.prepared_by.clone(),
            approved_by: run.approved_by.clone(),
            note: run.note.clone(),
            details: details(&run.details),
            lines: lines(statement, None),
            changes: changes(&run.changes),
            transactions: run.transactions.iter().map(TransactionEntry::from).collect(),
        }
    }
}

impl JsonDocument for LedgerRunDocument {
    const SCHEMA: &'static str = "wellspent-ledger-run/1";
    const COMMAND: &'static str = "wellspent ledger show LEDGER RUN --json";
}

/// An account with its balance on one side. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AccountEntry {
    /// the account: expense, cash, payable or receivable
    pub account: String,
    /// the contract of the account
    pub contract: String,
    /// the provider of the account; empty where the account has none
    pub provider: String,
    /// its balance, where that is a debit, or 0
    pub debit: f64,
    /// its balance, where that is a credit, or 0
    pub credit: f64,
}

/// The balance of every account that was ever used. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerBalanceDocument {
    /// one for each account
    pub accounts: Vec<AccountEntry>,
    /// the sum of all debits
    pub debit: f64,
    /// the sum of all credits
    pub credit: f64,
}

impl From<&TrialBalance> for LedgerBalanceDocument {
    fn from(balance: &TrialBalance) -> LedgerBalanceDocument {
        let entry = |of: &ledger::summary::AccountBalance| {
            let (name, contract, provider) = of.account.parts();
            AccountEntry {
                account: name.to_owned(),
                contract: contract.to_owned(),
                provider: provider.to_owned(),
                debit: pounds(of.debit),
                credit: pounds(of.credit),
            }
        };
        let accounts = balance.accounts.iter().map(entry).collect();
        LedgerBalanceDocument { accounts, debit: pounds(balance.debit), credit: pounds(balance.credit) }
    }
}

impl JsonDocument for LedgerBalanceDocument {
    const SCHEMA: &'static str = "wellspent-ledger-balance/1";
    const COMMAND: &'static str = "wellspent ledger balance --json";
}

/// A transaction of the journal, with what it follows from.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct JournalEntry {
    /// the decision that it follows from, such as "run 1a2b3c4d5e6f"
    pub from: String,
    /// the as-at day of the statement, or the day of the payment
    pub day: String,
    /// the transaction itself
    #[serde(flatten)]
    pub entry: TransactionEntry,
}

/// Every transaction of a ledger, in the order of posting.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerJournalDocument {
    /// one for each transaction
    pub transactions: Vec<JournalEntry>,
}

impl LedgerJournalDocument {
    /// The journal of a ledger.
    #[must_use]
    pub fn of(rows: &[JournalRow]) -> LedgerJournalDocument {
        let entry = |row: &JournalRow| JournalEntry {
            from: row.from.clone(),
            day: row.day.to_string(),
            entry: TransactionEntry::from(&row.transaction),
        };
        LedgerJournalDocument { transactions: rows.iter().map(entry).collect() }
    }
}

impl JsonDocument for LedgerJournalDocument {
    const SCHEMA: &'static str = "wellspent-ledger-journal/1";
    const COMMAND: &'static str = "wellspent ledger journal --json";
}

/// What was paid or received. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SettlementEntry {
    /// the reference of the bank or the finance system
    pub reference: String,
    /// the day of the payment
    pub on: String,
    /// the contract
    pub contract: String,
    /// the provider, as it was named then
    pub provider: String,
    /// "paid" to the provider, or "received" from it
    pub direction: String,
    /// how much, always positive
    pub amount: f64,
    /// who recorded it
    pub recorded_by: String,
    /// why more was paid than was payable; empty where no more was paid
    pub over: String,
    /// who reversed it and why; null where it is in force
    pub reversed: Option<ReversalEntry>,
}

/// The reversal of a settlement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReversalEntry {
    /// who reversed it
    pub by: String,
    /// why
    pub reason: String,
}

impl From<&RecordedSettlement> for SettlementEntry {
    fn from(recorded: &RecordedSettlement) -> SettlementEntry {
        let of = &recorded.settlement;
        let reversal = |reversal: &ledger::entry::Reversal| ReversalEntry {
            by: reversal.recorded_by.clone(),
            reason: reversal.reason.clone(),
        };
        SettlementEntry {
            reference: of.reference.clone(),
            on: of.on.to_string(),
            contract: of.contract.clone(),
            provider: of.provider.clone(),
            direction: of.direction.word().to_owned(),
            amount: pounds(of.amount),
            recorded_by: of.recorded_by.clone(),
            over: of.over.clone(),
            reversed: recorded.reversed.as_ref().map(reversal),
        }
    }
}

/// Everything that was paid and received, in the order of recording.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerSettlementsDocument {
    /// one for each settlement
    pub settlements: Vec<SettlementEntry>,
}

impl LedgerSettlementsDocument {
    /// The settlements of a ledger.
    #[must_use]
    pub fn of(settlements: &[RecordedSettlement]) -> LedgerSettlementsDocument {
        LedgerSettlementsDocument { settlements: settlements.iter().map(SettlementEntry::from).collect() }
    }
}

impl JsonDocument for LedgerSettlementsDocument {
    const SCHEMA: &'static str = "wellspent-ledger-settlements/1";
    const COMMAND: &'static str = "wellspent ledger settlements --json";
}

/// What a provider is owed under a contract. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ProviderBalanceEntry {
    /// the contract
    pub contract: String,
    /// the provider
    pub provider: String,
    /// what it is owed; negative where it owes the payer
    pub owed: f64,
    /// what was paid to it
    pub paid: f64,
}

impl From<&ProviderBalance> for ProviderBalanceEntry {
    fn from(balance: &ProviderBalance) -> ProviderBalanceEntry {
        ProviderBalanceEntry {
            contract: balance.contract.clone(),
            provider: balance.provider.clone(),
            owed: pounds(balance.owed),
            paid: pounds(balance.paid),
        }
    }
}

/// What recording or reversing a payment did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerSettlementDocument {
    /// the payment
    pub settlement: SettlementEntry,
    /// whether something was written; if not, the same was done before
    pub written: bool,
    /// what the provider is owed now
    pub balance: ProviderBalanceEntry,
    /// the last entry
    pub head: HeadEntry,
    /// what else there is to say
    pub notes: Vec<String>,
}

impl From<&SettlementReport> for LedgerSettlementDocument {
    fn from(report: &SettlementReport) -> LedgerSettlementDocument {
        LedgerSettlementDocument {
            settlement: SettlementEntry::from(&report.settlement),
            written: report.written,
            balance: ProviderBalanceEntry::from(&report.balance),
            head: report.head.into(),
            notes: report.notes.clone(),
        }
    }
}

impl SettlementReport {
    /// The payment for other programs.
    #[must_use]
    pub fn document(&self) -> LedgerSettlementDocument {
        LedgerSettlementDocument::from(self)
    }
}

impl JsonDocument for LedgerSettlementDocument {
    const SCHEMA: &'static str = "wellspent-ledger-settlement/1";
    const COMMAND: &'static str = "wellspent ledger settle --json and ledger reverse --json";
}

/// What the approval of a payment run did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ApproveDocument {
    /// the id of the run
    pub run: String,
    /// how many transactions it posted; null where the run was approved and posted before
    pub posted: Option<usize>,
    /// what the run keeps besides its statement
    pub details: Vec<RunDetailEntry>,
    /// what the run changed for each provider; only for a run that renames a provider
    pub changes: Vec<ProviderChangeEntry>,
    /// what each provider of the run is owed now
    pub balances: Vec<ProviderBalanceEntry>,
    /// the last entry
    pub head: HeadEntry,
    /// what else there is to say
    pub notes: Vec<String>,
}

impl From<&ApprovalReport> for ApproveDocument {
    fn from(report: &ApprovalReport) -> ApproveDocument {
        ApproveDocument {
            run: report.run.to_string(),
            posted: report.posted,
            details: details(&report.details),
            changes: changes(&report.changes),
            balances: report.balances.iter().map(ProviderBalanceEntry::from).collect(),
            head: report.head.into(),
            notes: report.notes.clone(),
        }
    }
}

impl ApprovalReport {
    /// The approval for other programs.
    #[must_use]
    pub fn document(&self) -> ApproveDocument {
        ApproveDocument::from(self)
    }
}

impl JsonDocument for ApproveDocument {
    const SCHEMA: &'static str = "wellspent-approve/1";
    const COMMAND: &'static str = "wellspent approve --json";
}

/// A past statement of a contract.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerStatementDocument {
    /// the contract
    pub contract: String,
    /// what happened up to this day is counted
    pub as_at: String,
    /// what became known after this day is left out
    pub known_at: String,
    /// one for each provider
    pub providers: Vec<PastStatementEntry>,
}

/// The last posted statement for one provider that looked no further than both days.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PastStatementEntry {
    /// the provider
    pub provider: String,
    /// the version of the contract's rules
    pub version: String,
    /// the as-at day of this statement
    pub as_at: String,
    /// the known-at day of this statement
    pub known_at: String,
    /// its sum, in pounds
    pub total: f64,
    /// its lines
    pub lines: Vec<StatementEntry>,
}

impl LedgerStatementDocument {
    /// The last posted statement of each provider.
    #[must_use]
    pub fn of(contract: &str, days: QueryDates, statements: &BTreeMap<&str, &Statement>) -> LedgerStatementDocument {
        LedgerStatementDocument {
            contract: contract.to_owned(),
            as_at: days.as_at.to_string(),
            known_at: days.known_at().to_string(),
            providers: statements.iter().map(|(provider, statement)| PastStatementEntry::of(statement, provider)).collect(),
        }
    }
}

impl PastStatementEntry {
    /// What a statement says of one provider.
    fn of(statement: &Statement, provider: &str) -> PastStatementEntry {
        PastStatementEntry {
            provider: provider.to_owned(),
            version: statement.version.to_string(),
            as_at: statement.as_at.to_string(),
            known_at: statement.known_at.to_string(),
            total: pounds(statement.total(provider)),
            lines: lines(statement, Some(provider)),
        }
    }
}

impl JsonDocument for LedgerStatementDocument {
    const SCHEMA: &'static str = "wellspent-ledger-statement/1";
    const COMMAND: &'static str = "wellspent ledger statement --json";
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeptEntry {
    /// the text that is hashed, to the byte
    pub text: String,
    /// its SHA-256, as hexadecimal digits
    pub hash: String,
}

/// Every entry of a ledger as it is kept, for another program to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerEntriesDocument {
    /// one for each entry
    pub entries: Vec<KeptEntry>,
}

impl LedgerEntriesDocument {
    /// The entries of a ledger.
    #[must_use]
    pub fn of(entries: &[HashedText]) -> LedgerEntriesDocument {
        let entry = |HashedText { text, hash }: &HashedText| KeptEntry { text: text.clone(), hash: hash.clone() };
        LedgerEntriesDocument { entries: entries.iter().map(entry).collect() }
    }
}

impl JsonDocument for LedgerEntriesDocument {
    const SCHEMA: &'static str = "wellspent-ledger-entries/1";
    const COMMAND: &'static str = "wellspent ledger entries --json";
}

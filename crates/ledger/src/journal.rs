//! The ledger as all its entries together make it: the runs, the lines in force, the settlements and the balance of every
//! account. This file answers questions. `verification` takes entries in, one at a time, and checks each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base::money::Pence;
use base::{lookalikes, similar_names};
use jiff::civil::Date;

use crate::account::{Account, Posting};
use crate::entry::{EntryForm, PaymentDirection, PaymentRun, Reversal, Settlement, Transaction};
use crate::error::LedgerError;
use crate::expected::ExpectedTransaction;
use crate::hash::Hash;
use crate::statement::{Statement, StatementLine, header};

/// The number and the hash of the last entry. With a copy of it, anybody can check whether an earlier entry was changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    pub hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl Head {
    /// Reads a head as it is printed: "17:4f2a…".
    #[must_use]
    pub fn parse(text: &str) -> Option<Head> {
        let (number, hash) = text.trim().split_once(':')?;
        Some(Head { number: number.parse().ok()?, hash: Hash::parse(hash)? })
    }
}

/// A contract and a provider.
pub(crate) type ContractProvider = (String, String);

/// The ledger, up to its last entry.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The hash of every entry.
    pub(crate) chain: Vec<Hash>,
    pub(crate) ids: BTreeSet<Hash>,
    pub(crate) runs: BTreeMap<Hash, RecordedRun>,
    /// Approved runs, in the order of approval.
    pub(crate) approved: Vec<Hash>,
    /// For the key of each line: the line in force, if there is one, and how often the key was posted.
    pub(crate) in_force: BTreeMap<Hash, (Option<LineInForce>, u64)>,
    pub(crate) balances: BTreeMap<Account, Pence>,
    /// The run whose statement is in force for each provider of each contract.
    pub(crate) run_in_force: BTreeMap<ContractProvider, Hash>,
    /// The sum of the lines in force.
    pub(crate) accrued: BTreeMap<ContractProvider, Pence>,
    /// What was paid to a provider, less what was received from it.
    pub(crate) paid: BTreeMap<ContractProvider, Pence>,
    pub(crate) settlements: BTreeMap<Hash, RecordedSettlement>,
    /// The new names of providers, by the old names that are no longer used.
    pub(crate) new_names: BTreeMap<ContractProvider, String>,
    /// Settlements by their reference as it is compared, in the order of recording.
    pub(crate) references: BTreeMap<String, Vec<Hash>>,
    /// Every transaction, in the order of writing.
    pub(crate) transactions: Vec<Transaction>,
    /// The decision behind each cause of a transaction.
    pub(crate) decisions: BTreeMap<Hash, TransactionCause>,
    /// The transactions that must follow before any other entry.
    pub(crate) expected: Vec<ExpectedTransaction>,
    /// The newest form so far. No entry of an older form may follow.
    pub(crate) form: EntryForm,
    /// What the rules of the first form allowed, and today's rules do not.
    pub(crate) warnings: Vec<LedgerError>,
}

/// The decision that a transaction follows from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TransactionCause {
    /// The approval of a run.
    Run(Hash),
    Settlement(Hash),
    /// The reversal of a settlement.
    Reversal(Hash),
}

/// A settlement in the ledger, and whether it was reversed.
#[derive(Clone, Debug)]
pub struct RecordedSettlement {
    pub settlement: Settlement,
    /// The provider that it counts for, under its present name.
    pub payee: String,
    /// The number of the entry that recorded it.
    pub entry: u64,
    /// The id of the transaction that posted it.
    pub transaction: Hash,
    pub postings: Vec<Posting>,
    pub reversed: Option<Reversal>,
}

/// A run in the ledger, who approved it, and what it posted.
#[derive(Clone, Debug)]
pub struct RecordedRun {
    pub run: PaymentRun,
    /// The number of the entry that prepared it.
    pub entry: u64,
    /// The hash of the text of that entry.
    pub text: Hash,
    pub approved_by: Option<String>,
    pub transactions: Vec<Transaction>,
}

/// A line that was posted and not reversed.
#[derive(Clone, Debug)]
pub struct LineInForce {
    pub transaction: Hash,
    pub run: Hash,
    pub line: StatementLine,
    pub postings: Vec<Posting>,
}

/// A transaction of the journal, with what it follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalRow {
    pub transaction: Transaction,
    /// The decision, such as "run 1a2b3c4d5e6f" or "settlement BACS 0412".
    pub from: String,
    /// The as-at day of the statement, or the day of the payment.
    pub day: Date,
}

impl Ledger {
    /// The number and the hash of the last entry.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { number: self.chain.len() as u64, hash: self.chain.last().copied().unwrap_or(Hash::NONE) }
    }

    /// Whether the ledger had this head once. If so, nothing up to it has changed since.
    #[must_use]
    pub fn had_head(&self, head: Head) -> bool {
        let at = usize::try_from(head.number).unwrap_or(usize::MAX);
        head == Head::default() || at.checked_sub(1).and_then(|at| self.chain.get(at)) == Some(&head.hash)
    }

    /// Whether an entry with this id is in the ledger.
    #[must_use]
    pub fn has(&self, id: Hash) -> bool {
        self.ids.contains(&id)
    }

    /// A run by its id.
    #[must_use]
    pub fn run(&self, id: Hash) -> Option<&RecordedRun> {
        self.runs.get(&id)
    }

    /// Every run, in the order of preparing.
    #[must_use]
    pub fn runs(&self) -> Vec<(Hash, &RecordedRun)> {
        let mut runs: Vec<_> = self.runs.iter().map(|(id, recorded)| (*id, recorded)).collect();
        runs.sort_by_key(|(_, recorded)| recorded.entry);
        runs
    }

    /// The runs whose id begins with this text.
    #[must_use]
    pub fn runs_named(&self, start: &str) -> Vec<Hash> {
        self.runs.keys().filter(|id| id.to_string().starts_with(&start.to_lowercase())).copied().collect()
    }

    /// The one run whose id begins with this text.
    ///
    /// # Errors
    /// No run begins so, or several do.
    pub fn run_named(&self, start: &str) -> Result<Hash, LedgerError> {
        match self.runs_named(start)[..] {
            [run] => Ok(run),
            [] => Err(LedgerError::failed(
                format!("the ledger has no run {start}"),
                "`wellspent ledger show LEDGER` lists its runs",
            )),
            ref several => Err(LedgerError::failed(
                format!("{} runs of the ledger begin with {start}", several.len()),
                "give more of the id",
            )),
        }
    }

    /// The run of a contract that was posted last, or [`Hash::NONE`].
    #[must_use]
    pub fn last_run(&self, contract: &str) -> Hash {
        let of_contract = |run: &&Hash| self.runs[*run].run.statement.contract == contract;
        self.approved.iter().rev().find(of_contract).copied().unwrap_or(Hash::NONE)
    }

    /// The statement in force for a provider of a contract, and its run.
    #[must_use]
    pub fn statement_in_force(&self, contract: &str, provider: &str) -> Option<(Hash, &Statement)> {
        let run = self.run_in_force.get(&(contract.to_owned(), provider.to_owned()))?;
        Some((*run, &self.runs[run].run.statement))
    }

    /// The line in force for a key, and how often the key was posted.
    #[must_use]
    pub fn posted(&self, key: Hash) -> (Option<&LineInForce>, u64) {
        self.in_force.get(&key).map_or((None, 0), |(in_force, times)| (in_force.as_ref(), *times))
    }

    /// Every line in force for a provider of a contract.
    pub fn in_force<'a>(&'a self, contract: &'a str, provider: &'a str) -> impl Iterator<Item = (Hash, &'a LineInForce)> {
        self.in_force.iter().filter_map(move |(key, (in_force, _))| {
            let in_force = in_force.as_ref()?;
            let of_contract = self.runs[&in_force.run].run.statement.contract == contract;
            (of_contract && in_force.line.provider == provider).then_some((*key, in_force))
        })
    }

    /// Every provider with lines in force under a contract, and the sum of those lines.
    #[must_use]
    pub fn amounts_in_force(&self, contract: &str) -> BTreeMap<&str, Pence> {
        let mut sums: BTreeMap<&str, Pence> = BTreeMap::new();
        for in_force in self.in_force.values().filter_map(|(in_force, _)| in_force.as_ref()) {
            if self.runs[&in_force.run].run.statement.contract == contract {
                let sum = sums.entry(in_force.line.provider.as_str()).or_default();
                sum.0 = sum.0.saturating_add(in_force.line.amount.0);
            }
        }
        sums
    }

    /// Every contract with an approved run.
    #[must_use]
    pub fn contracts(&self) -> BTreeSet<&str> {
        self.run_in_force.keys().map(|(contract, _)| contract.as_str()).collect()
    }

    /// Every account that was ever used, with its balance.
    #[must_use]
    pub fn balances(&self) -> &BTreeMap<Account, Pence> {
        &self.balances
    }

    /// The balance of an account. A debit is positive.
    #[must_use]
    pub fn balance(&self, account: &Account) -> Pence {
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// What a provider is still owed under a contract: what is payable to it, less what is receivable from it.
    #[must_use]
    pub fn owed(&self, contract: &str, provider: &str) -> Pence {
        let of = |account: Account| self.balance(&account).0;
        Pence(
            of(Account::payable(contract, provider)).saturating_add(of(Account::receivable(contract, provider))).saturating_neg(),
        )
    }

    /// The sum of the lines in force for a provider, paid or not. This is the total of its statement in force.
    #[must_use]
    pub fn accrued(&self, contract: &str, provider: &str) -> Pence {
        self.accrued.get(&(contract.to_owned(), provider.to_owned())).copied().unwrap_or_default()
    }

    /// What was paid to a provider under a contract, less what was received from it.
    #[must_use]
    pub fn paid(&self, contract: &str, provider: &str) -> Pence {
        self.paid.get(&(contract.to_owned(), provider.to_owned())).copied().unwrap_or_default()
    }

    /// The present name of a provider whose name was given up; none for a name in use.
    #[must_use]
    pub fn new_name(&self, contract: &str, provider: &str) -> Option<&str> {
        let mut name = self.new_names.get(&(contract.to_owned(), provider.to_owned()))?;
        while let Some(newer) = self.new_names.get(&(contract.to_owned(), name.clone())) {
            name = newer;
        }
        Some(name)
    }

    /// Every settlement, in the order of recording.
    #[must_use]
    pub fn settlements(&self) -> Vec<(Hash, &RecordedSettlement)> {
        let mut settlements: Vec<_> = self.settlements.iter().map(|(id, recorded)| (*id, recorded)).collect();
        settlements.sort_by_key(|(_, recorded)| recorded.entry);
        settlements
    }

    /// A settlement by its id.
    #[must_use]
    pub fn settlement(&self, id: Hash) -> Option<&RecordedSettlement> {
        self.settlements.get(&id)
    }

    /// The settlements with a reference, in the order of recording. All but the last were reversed.
    #[must_use]
    pub fn settlements_with(&self, reference: &str) -> Vec<(Hash, &RecordedSettlement)> {
        let ids = self.references.get(&comparable_reference(reference)).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| Some((*id, self.settlements.get(id)?))).collect()
    }

    /// Every transaction in the order of writing, with what it follows from.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalRow> {
        let settlement = |id: &Hash| self.settlements.get(id).map(|recorded| &recorded.settlement);
        let row = |transaction: &Transaction| {
            let Transaction { cause, .. } = transaction;
            let (from, day) = match self.decisions.get(cause)? {
                TransactionCause::Run(run) => (format!("run {}", run.short()), self.runs.get(run)?.run.statement.as_at),
                TransactionCause::Settlement(id) => settlement(id).map(|of| (format!("settlement {}", of.reference), of.on))?,
                TransactionCause::Reversal(id) => {
                    settlement(id).map(|of| (format!("reversal of settlement {}", of.reference), of.on))?
                }
            };
            Some(JournalRow { transaction: transaction.clone(), from, day })
        };
        self.transactions.iter().filter_map(row).collect()
    }

    /// The contracts under which a run was approved for a provider.
    #[must_use]
    pub fn contracts_of(&self, provider: &str) -> Vec<&str> {
        self.run_in_force.keys().filter(|(_, name)| name == provider).map(|(contract, _)| contract.as_str()).collect()
    }

    /// Every provider for which a run was approved.
    #[must_use]
    pub fn providers(&self) -> BTreeSet<&str> {
        self.run_in_force.keys().map(|(_, provider)| provider.as_str()).collect()
    }

    /// What the rules of the first form allowed, and today's rules do not.
    #[must_use]
    pub fn warnings(&self) -> &[LedgerError] {
        &self.warnings
    }

    /// The most that can be settled without a reason: what is payable, or what is receivable.
    #[must_use]
    pub fn limit(&self, contract: &str, provider: &str, direction: PaymentDirection) -> Pence {
        let owed = self.owed(contract, provider).0;
        Pence(if direction == PaymentDirection::Paid { owed } else { owed.saturating_neg() }.max(0))
    }

    /// For each provider of a contract the last posted statement that looked no further than both days.
    #[must_use]
    pub fn past_statements(&self, contract: &str, as_at: Date, known_at: Date) -> BTreeMap<&str, &Statement> {
        let mut latest: BTreeMap<&str, &Statement> = BTreeMap::new();
        for run in &self.approved {
            let statement = &self.runs[run].run.statement;
            if statement.contract == contract && statement.as_at <= as_at && statement.known_at <= known_at {
                latest.extend(statement.providers.iter().map(|provider| (provider.as_str(), statement)));
            }
        }
        latest
    }

    /// The [`past_statements`](Ledger::past_statements) as CSV; none if there are none.
    #[must_use]
    pub fn statement(&self, contract: &str, as_at: Date, known_at: Date) -> Option<String> {
        let latest = self.past_statements(contract, as_at, known_at);
        (!latest.is_empty()).then(|| latest.iter().fold(header(), |out, (provider, statement)| out + &statement.rows(provider)))
    }
}

/// A reference as it is compared: without capitals and blanks, in the letters that its own look like.
pub(crate) fn comparable_reference(reference: &str) -> String {
    similar_names::folded(&lookalikes::as_seen_in_capitals(reference)).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_in_letters_that_look_the_same_is_no_other_one() {
        // Cyrillic, Lisu, full width.
        for reference in ["bacs  1", "\u{412}ACS 1", "\u{a4d0}ACS 1", "ＢＡＣＳ 1"] {
            assert_eq!(comparable_reference(reference), comparable_reference("BACS 1"), "{reference}");
        }
        for reference in ["BACS 2", "BACS l", "BACS I", "Платёж 1"] {
            assert_ne!(comparable_reference(reference), comparable_reference("BACS 1"), "{reference}");
        }
    }
}

//! Takes entries into the ledger, one at a time and in order. Each is checked against the chain and the rules of the ledger before
//! it counts.
//!
//! The rules do not use the code that makes transactions (`payment_run`, `settle`), so that a mistake there cannot confirm itself.
//! After each decision, `required_transactions` calculates every transaction that must follow, and no other entry is accepted
//! until all of them have come.

use std::collections::BTreeSet;

use base::money::Pence;
use base::person_name::{self, InvalidPersonName};

use crate::account::Account;
use crate::entry::{
    Approval, EntryForm, LedgerEntry, PaymentDirection, PaymentRun, Reversal, SealedEntry, Settlement, Transaction,
    TransactionKind,
};
use crate::error::LedgerError;
use crate::expected;
use crate::hash::Hash;
use crate::journal::{Ledger, LineInForce, RecordedRun, RecordedSettlement, TransactionCause, comparable_reference};
use crate::renamed::{self, Renaming, renamings};
use crate::required_transactions;
use crate::statement::StatementLine;

impl Ledger {
    /// Accepts the next entry. After an error the ledger is as it was before.
    ///
    /// # Errors
    /// The entry does not follow the last one, was changed, or breaks a rule of the ledger.
    pub fn accept(&mut self, sealed: &SealedEntry) -> Result<(), LedgerError> {
        let broken = |what: String| LedgerError::broken_entry(sealed.number, what);
        let head = self.head();
        let next = head.number + 1;
        if sealed.number != next {
            let what = "it is out of order, or entries before it are missing";
            return Err(broken(what.to_owned()).expecting(format!("entry {next}")));
        }
        let hash = sealed.computed(head.hash);
        if sealed.hash != hash.to_string() {
            let what = format!(
                "it was changed after it was written, or the entry before it was: its hash is {}, and not that of its content",
                sealed.hash
            );
            return Err(broken(what).expecting(hash.to_string()));
        }
        let entry = LedgerEntry::parse(&sealed.kind, &sealed.body).map_err(&broken)?;
        if entry.body() != sealed.body || entry.id().to_string() != sealed.id {
            return Err(broken("its text or its id is not as this program writes it".to_owned()));
        }
        if self.has(entry.id()) {
            return Err(broken(format!("the ledger already has an entry with the id {}", sealed.id)));
        }
        if entry.form() < self.form {
            return Err(broken("its form is older than that of the entries before it".to_owned()));
        }
        expected::only_transactions(&self.expected, &entry).map_err(&broken)?;
        let (id, form) = (entry.id(), entry.form());
        match entry {
            LedgerEntry::Prepared(run) => self.accept_run(run, sealed.number, Hash::of_bytes(sealed.body.as_bytes())),
            LedgerEntry::Approved(approval) => self.accept_approval(approval, sealed.number),
            LedgerEntry::Transaction(transaction) => self.accept_transaction(transaction),
            LedgerEntry::Settlement(settlement) => self.accept_settlement(settlement, sealed.number),
            LedgerEntry::Reversal(reversal) => self.accept_reversal(reversal),
        }
        .map_err(broken)?;
        self.ids.insert(id);
        self.chain.push(hash);
        self.form = form;
        Ok(())
    }

    fn accept_run(&mut self, run: PaymentRun, entry: u64, text: Hash) -> Result<(), String> {
        let statement = &run.statement;
        if run.form != EntryForm::First {
            check_name(&run.prepared_by)?;
        }
        if let Some(line) = statement.lines.iter().find(|line| !statement.providers.contains(&line.provider)) {
            return Err(format!("the statement has a line for {}, which is not one of its providers", line.provider));
        }
        renamed::check(&run)?;
        let keys: BTreeSet<Hash> = statement.lines.iter().map(|line| line.key(&statement.contract)).collect();
        if keys.len() < statement.lines.len() {
            return Err("the statement has two lines for the same thing".to_owned());
        }
        self.runs.insert(run.id(), RecordedRun { run, entry, text, approved_by: None, transactions: Vec::new() });
        Ok(())
    }

    fn accept_approval(&mut self, approval: Approval, entry: u64) -> Result<(), String> {
        let run = self.runs.get(&approval.run).ok_or("it approves a run that was never prepared")?;
        let (prepared_by, approved_by) = (&run.run.prepared_by, &approval.approved_by);
        if run.approved_by.is_some() {
            return Err("it approves a run that was approved before".to_owned());
        }
        let warning = match approval.form {
            EntryForm::First if same_spelling(prepared_by, approved_by) => {
                return Err(format!("{approved_by} approves a run that the same person prepared"));
            }
            EntryForm::First => person_name::same_person(prepared_by, approved_by).then(|| {
                format!(
                    "{approved_by} approved what {prepared_by} prepared: these are two spellings of one name, which is refused today"
                )
            }),
            EntryForm::Second => {
                check_name(approved_by)?;
                if person_name::same_person(prepared_by, approved_by) {
                    return Err(format!("{approved_by} approves a run that the same person prepared"));
                }
                if approval.prepared != run.text {
                    return Err("it approves another text than the one that was prepared".to_owned());
                }
                None
            }
        };
        if run.run.after != self.last_run(&run.run.statement.contract) {
            return Err("it approves a run that was prepared before another run was posted".to_owned());
        }
        let (statement, renamed) = (run.run.statement.clone(), renamings(&run.run));
        self.expected = required_transactions::of_approval(self, &approval, &statement, &renamed)?;
        self.warnings.extend(warning.map(|what| LedgerError::broken_entry(entry, what)));
        self.decisions.insert(approval.cause(), TransactionCause::Run(approval.run));
        for renaming in &renamed {
            self.rename(&statement.contract, renaming);
        }
        for line in statement.lines.iter().filter(|line| line.amount != Pence(0)) {
            self.new_names.remove(&(statement.contract.clone(), line.provider.clone()));
        }
        for provider in statement.providers {
            self.run_in_force.insert((statement.contract.clone(), provider), approval.run);
        }
        self.approved.push(approval.run);
        if let Some(run) = self.runs.get_mut(&approval.run) {
            run.approved_by = Some(approval.approved_by);
        }
        Ok(())
    }

    /// From now on, what was paid under an old name counts for the new one. The transaction that moves it must follow.
    fn rename(&mut self, contract: &str, renaming: &Renaming) {
        let key = |name: &str| (contract.to_owned(), name.to_owned());
        let Renaming { old, new } = renaming;
        let paid = self.paid.remove(&key(old)).unwrap_or_default();
        let sum = self.paid.entry(key(new)).or_default();
        sum.0 = sum.0.saturating_add(paid.0);
        for recorded in self.settlements.values_mut() {
            if recorded.settlement.contract == contract && recorded.payee == *old {
                recorded.payee.clone_from(new);
            }
        }
        // A name that is used again is no longer an old name.
        self.new_names.remove(&key(new));
        self.new_names.insert(key(old), new.clone());
    }

    fn accept_settlement(&mut self, settlement: Settlement, entry: u64) -> Result<(), String> {
        let Settlement { contract, provider, amount, recorded_by, reference, .. } = &settlement;
        check_name(recorded_by)?;
        let (run, _) = self.statement_in_force(contract, provider).ok_or("it pays a provider for which no run was approved")?;
        if let Some(new) = self.new_name(contract, provider) {
            return Err(format!("it pays under an old name what is due to {new}"));
        }
        let approved_by = self.runs[&run].approved_by.as_deref().unwrap_or_default();
        if person_name::same_person(approved_by, recorded_by) {
            return Err(format!("{recorded_by} records a payment that the same person approved"));
        }
        if amount.0 <= 0 {
            return Err("its amount is not positive".to_owned());
        }
        let key = comparable_reference(reference);
        if key.is_empty() {
            return Err("it has no reference".to_owned());
        }
        let with = self.settlements_with(reference);
        if with.iter().any(|(_, recorded)| recorded.reversed.is_none()) {
            return Err(format!("a payment with the reference {reference} was recorded before"));
        }
        if settlement.before != with.len() as u64 {
            return Err(format!(
                "it counts {} earlier payments with its reference, and the ledger has {}",
                settlement.before,
                with.len()
            ));
        }
        if (*amount > self.limit(contract, provider, settlement.direction)) == settlement.over.is_empty() {
            return Err("it pays more than is due without a reason, or has such a reason without paying more".to_owned());
        }
        self.expected = required_transactions::of_settlement(self, &settlement)?;
        let id = settlement.id();
        self.decisions.insert(id, TransactionCause::Settlement(id));
        self.references.entry(key).or_default().push(id);
        let payee = settlement.provider.clone();
        let recorded =
            RecordedSettlement { settlement, payee, entry, transaction: Hash::NONE, postings: Vec::new(), reversed: None };
        self.settlements.insert(id, recorded);
        Ok(())
    }

    fn accept_reversal(&mut self, reversal: Reversal) -> Result<(), String> {
        check_name(&reversal.recorded_by)?;
        let recorded = self.settlements.get(&reversal.settlement).ok_or("it reverses a payment that was never recorded")?;
        if recorded.reversed.is_some() {
            return Err("it reverses a payment that was reversed before".to_owned());
        }
        if person_name::same_person(&recorded.settlement.recorded_by, &reversal.recorded_by) {
            return Err(format!("{} reverses a payment that the same person recorded", reversal.recorded_by));
        }
        if reversal.reason.trim().is_empty() {
            return Err("it gives no reason for the reversal".to_owned());
        }
        self.expected = required_transactions::of_reversal(self, &reversal, recorded)?;
        self.decisions.insert(reversal.id(), TransactionCause::Reversal(reversal.settlement));
        if let Some(recorded) = self.settlements.get_mut(&reversal.settlement) {
            recorded.reversed = Some(reversal);
        }
        Ok(())
    }

    fn accept_transaction(&mut self, transaction: Transaction) -> Result<(), String> {
        if transaction.postings.iter().map(|(_, amount)| i128::from(amount.0)).sum::<i128>() != 0 {
            return Err("its postings do not sum to zero".to_owned());
        }
        let id = transaction.id();
        let at = self.expected.iter().position(|expected| expected.transaction.id() == id);
        let at = at.ok_or("no approved statement and no payment requires it")?;
        self.expected[at].matches(&transaction)?;
        let decision = *self.decisions.get(&transaction.cause).ok_or("it follows from no decision")?;
        let added = |(account, amount): (&Account, Pence)| {
            let balance = self.balance(account).0.checked_add(amount.0)?;
            Some((account.clone(), Pence(balance)))
        };
        let balances: Option<Vec<_>> = transaction.by_account().into_iter().map(added).collect();
        self.balances.extend(balances.ok_or("a balance is too large to be kept")?);
        let expected = self.expected.remove(at);
        self.transactions.push(transaction.clone());
        match decision {
            TransactionCause::Run(run) => self.follow_run(run, transaction, expected.line),
            TransactionCause::Settlement(settlement) if transaction.kind == TransactionKind::Settles => {
                self.follow_settlement(settlement, 1);
                if let Some(recorded) = self.settlements.get_mut(&settlement) {
                    (recorded.transaction, recorded.postings) = (id, transaction.postings);
                }
            }
            TransactionCause::Reversal(settlement) if transaction.kind != TransactionKind::Reclassifies => {
                self.follow_settlement(settlement, -1);
            }
            TransactionCause::Settlement(_) | TransactionCause::Reversal(_) => {}
        }
        Ok(())
    }

    /// What a transaction of a run changes besides balances.
    fn follow_run(&mut self, run: Hash, transaction: Transaction, line: Option<StatementLine>) {
        if let TransactionKind::Posts { .. } | TransactionKind::Reverses(_) = transaction.kind {
            let before = self.posted(transaction.key).1;
            let after =
                line.map(|line| LineInForce { transaction: transaction.id(), run, line, postings: transaction.postings.clone() });
            let times = before + u64::from(after.is_some());
            self.in_force.insert(transaction.key, (after, times));
            for (account, amount) in &transaction.postings {
                if let Account::Payable { contract, provider } = account {
                    let accrued = self.accrued.entry((contract.clone(), provider.clone())).or_default();
                    accrued.0 = accrued.0.saturating_sub(amount.0);
                }
            }
        }
        if let Some(run) = self.runs.get_mut(&run) {
            run.transactions.push(transaction);
        }
    }

    /// What was paid to a provider after a settlement, or after its reversal.
    fn follow_settlement(&mut self, settlement: Hash, sign: i64) {
        let Some(RecordedSettlement { settlement, payee, .. }) = self.settlements.get(&settlement) else { return };
        let sign = if settlement.direction == PaymentDirection::Paid { sign } else { -sign };
        let paid = self.paid.entry((settlement.contract.clone(), payee.clone())).or_default();
        paid.0 = paid.0.saturating_add(sign * settlement.amount.0);
    }

    /// Checks that the accounts agree with the statements and the settlements. No required transaction is missing, all balances sum
    /// to zero, and each provider is owed the total of its statement in force, less what it was paid. This holds between
    /// decisions; while one is written, its transactions are still to come.
    ///
    /// # Errors
    /// They do not agree.
    pub fn reconciles(&self) -> Result<(), LedgerError> {
        self.reconciled().map_err(|what| LedgerError::broken_entry(self.head().number, what))
    }

    fn reconciled(&self) -> Result<(), String> {
        if !self.expected.is_empty() {
            return Err(expected::missing(&self.expected));
        }
        let sum: i128 = self.balances.values().map(|balance| i128::from(balance.0)).sum();
        if sum != 0 {
            return Err(format!("the accounts do not balance: their sum is {sum} pence"));
        }
        for ((contract, provider), run) in &self.run_in_force {
            let (accrued, total) = (self.accrued(contract, provider), self.runs[run].run.statement.total(provider));
            if accrued != total {
                return Err(format!(
                    "{contract}: the lines in force for {provider} sum to {accrued}, and its statement in force to {total}"
                ));
            }
            let (owed, paid) = (self.owed(contract, provider), self.paid(contract, provider));
            if i128::from(owed.0) != i128::from(total.0) - i128::from(paid.0) {
                return Err(format!(
                    "{contract}: the accounts owe {provider} {owed}, and its statement in force of {total} less {paid} paid is another \
                     amount"
                ));
            }
        }
        Ok(())
    }
}

/// Checks that a name is one that is accepted today, written as it is kept.
fn check_name(name: &str) -> Result<(), String> {
    match person_name::read(name) {
        Ok(read) if read == name => Ok(()),
        // Only today's names may not mix alphabets from word to word.
        Err(InvalidPersonName::Mixed(mixed)) if mixed.contains(' ') => Ok(()),
        Ok(_) => Err("a name in it is not written as this program writes it".to_owned()),
        Err(fault) => Err(fault.message("a person in it").0),
    }
}

/// Whether two names were taken for one person by the rule of the first form. Only capitals and blanks were left out of account.
fn same_spelling(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}

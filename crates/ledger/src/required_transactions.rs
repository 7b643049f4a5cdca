//! Which transactions must follow an approval, a settlement or a reversal: exactly these, with these postings, and no others.
//!
//! They are calculated again from the statements and the settlements, without the code that makes transactions (`payment_run`,
//! `settle`). So neither a mistake there nor an entry that somebody added can pass.

use std::collections::{BTreeMap, BTreeSet};

use base::money::Pence;

use crate::account::{Account, Posting};
use crate::entry::{
    Approval, EntryForm, PAID_BACK, PaymentDirection, Reversal, Settlement, TO_PAYABLE, TO_RECEIVABLE, Transaction,
    TransactionKind, provider_key,
};
use crate::expected::{ExpectedReason, ExpectedTransaction};
use crate::hash::Hash;
use crate::journal::{Ledger, RecordedSettlement};
use crate::renamed::Renaming;
use crate::statement::{Statement, StatementLine};

/// The transactions that must follow an approval.
pub(crate) fn of_approval(
    ledger: &Ledger,
    approval: &Approval,
    statement: &Statement,
    renamed: &[Renaming],
) -> Result<Vec<ExpectedTransaction>, String> {
    let (form, cause, contract) = (approval.form, approval.cause(), statement.contract.as_str());
    let providers: BTreeSet<&str> = statement.providers.iter().map(String::as_str).collect();
    let due: BTreeMap<Hash, &StatementLine> = statement.lines.iter().map(|line| (line.key(contract), line)).collect();
    let mut expected = Vec::new();
    let mut unchanged = BTreeSet::new();
    for (key, (in_force, _)) in &ledger.in_force {
        let Some(old) = in_force.as_ref().filter(|old| providers.contains(old.line.provider.as_str())) else { continue };
        if ledger.runs[&old.run].run.statement.contract != contract {
            continue;
        }
        let new = due.get(key);
        if new.is_some_and(|new| same_pay(new, &old.line)) {
            unchanged.insert(*key);
            continue;
        }
        let postings = opposite(&old.postings)?;
        let kind = TransactionKind::Reverses(old.transaction);
        let transaction = Transaction { form, cause, key: *key, kind, reason: String::new(), postings };
        let begins = [old.line.sum_in_words(), old.line.as_product()].map(|sum| format!("was {sum};"));
        let contains = new.map_or_else(Default::default, |new| [new.sum_in_words(), new.as_product()]);
        let reason = ExpectedReason::Around { begins, contains };
        expected.push(ExpectedTransaction { transaction, line: None, reason });
    }
    for line in statement.lines.iter().filter(|line| line.amount != Pence(0)) {
        let key = line.key(contract);
        if unchanged.contains(&key) {
            continue;
        }
        let before = ledger.in_force.get(&key).map_or(0, |(_, times)| *times);
        let kind = TransactionKind::Posts { line: statement.id(line), before };
        let credit = line.amount.0.checked_neg().map(Pence).ok_or("an amount is too large")?;
        let payable = (Account::payable(contract, &line.provider), credit);
        let expense = (Account::expense(contract), line.amount);
        // The first form wrote what the provider is owed before what the payer owes.
        let postings = if form == EntryForm::First { vec![payable, expense] } else { vec![expense, payable] };
        let transaction = Transaction { form, cause, key, kind, reason: line.reason.clone(), postings };
        expected.push(ExpectedTransaction { line: Some(line.clone()), ..ExpectedTransaction::exact(transaction) });
    }
    if form == EntryForm::Second {
        let paid = |provider: &str| i128::from(ledger.paid(contract, provider).0);
        for renaming in renamed {
            let moved = i64::try_from(paid(&renaming.old)).map_err(|_| "an amount is too large")?;
            if moved != 0 {
                let credit = moved.checked_neg().map(Pence).ok_or("an amount is too large")?;
                let (old, new) = (Account::payable(contract, &renaming.old), Account::payable(contract, &renaming.new));
                let (key, postings) = (renaming.key(contract), vec![(new, Pence(moved)), (old, credit)]);
                let (kind, reason) = (TransactionKind::Reclassifies, renaming.reason());
                expected.push(ExpectedTransaction::exact(Transaction { form, cause, key, kind, reason, postings }));
            }
        }
        for provider in providers {
            let total: i128 =
                statement.lines.iter().filter(|line| line.provider == provider).map(|line| i128::from(line.amount.0)).sum();
            let counted = match renamed.iter().any(|renaming| renaming.old == provider) {
                true => 0,
                false => {
                    let before = renamed.iter().filter(|renaming| renaming.new == provider);
                    before.fold(paid(provider), |sum, renaming| sum + paid(&renaming.old))
                }
            };
            let owed = total - counted;
            expected.extend(reclassified(ledger, cause, contract, provider, owed)?);
        }
    }
    Ok(expected)
}

/// Whether two lines pay the same amount for the same quantity, whatever their reasons.
fn same_pay(one: &StatementLine, other: &StatementLine) -> bool {
    one.quantity == other.quantity && one.unit == other.unit && one.price == other.price && one.amount == other.amount
}

fn opposite(postings: &[Posting]) -> Result<Vec<Posting>, String> {
    let negated = |(account, amount): &Posting| Some((account.clone(), Pence(amount.0.checked_neg()?)));
    postings.iter().map(negated).collect::<Option<_>>().ok_or_else(|| "an amount is too large".to_owned())
}

/// The transactions that must follow a settlement.
pub(crate) fn of_settlement(ledger: &Ledger, settlement: &Settlement) -> Result<Vec<ExpectedTransaction>, String> {
    let Settlement { contract, provider, amount, .. } = settlement;
    let (cause, key) = (settlement.id(), provider_key(contract, provider));
    let credit = amount.0.checked_neg().map(Pence).ok_or("an amount is too large")?;
    let (postings, paid) = match settlement.direction {
        PaymentDirection::Paid => {
            (vec![(Account::payable(contract, provider), *amount), (Account::cash(contract), credit)], amount.0)
        }
        PaymentDirection::Received => {
            (vec![(Account::cash(contract), *amount), (Account::receivable(contract, provider), credit)], credit.0)
        }
    };
    let moved = if settlement.direction == PaymentDirection::Received { -i128::from(amount.0) } else { 0 };
    let reason = settlement.reference.clone();
    let settles = Transaction { form: EntryForm::Second, cause, key, kind: TransactionKind::Settles, reason, postings };
    let owed = outstanding(ledger, contract, provider) - i128::from(paid);
    let after = reclassified_from(ledger, cause, contract, provider, owed, moved)?;
    Ok(std::iter::once(ExpectedTransaction::exact(settles)).chain(after).collect())
}

/// The transactions that must follow the reversal of a settlement.
pub(crate) fn of_reversal(
    ledger: &Ledger,
    reversal: &Reversal,
    recorded: &RecordedSettlement,
) -> Result<Vec<ExpectedTransaction>, String> {
    let Settlement { contract, amount, direction, .. } = &recorded.settlement;
    // It is reversed for the provider that it counts for today: the same one, perhaps under a new name.
    let provider = &recorded.payee;
    let now = |(account, amount): Posting| match account {
        Account::Payable { contract, .. } => (Account::payable(&contract, provider), amount),
        Account::Receivable { contract, .. } => (Account::receivable(&contract, provider), amount),
        other => (other, amount),
    };
    let postings: Vec<Posting> = opposite(&recorded.postings)?.into_iter().map(now).collect();
    let cause = reversal.id();
    let kind = TransactionKind::Reverses(recorded.transaction);
    let (key, reason) = (provider_key(contract, provider), reversal.reason.clone());
    let reverses = Transaction { form: EntryForm::Second, cause, key, kind, reason, postings };
    let amount = i128::from(amount.0);
    let (unpaid, moved) = if *direction == PaymentDirection::Paid { (amount, 0) } else { (-amount, amount) };
    let owed = outstanding(ledger, contract, provider) + unpaid;
    let after = reclassified_from(ledger, cause, contract, provider, owed, moved)?;
    Ok(std::iter::once(ExpectedTransaction::exact(reverses)).chain(after).collect())
}

/// What a provider is owed: the total of its statement in force, less what it was paid.
fn outstanding(ledger: &Ledger, contract: &str, provider: &str) -> i128 {
    let total = ledger.statement_in_force(contract, provider).map_or(0, |(_, statement)| i128::from(statement.total(provider).0));
    total - i128::from(ledger.paid(contract, provider).0)
}

fn reclassified(
    ledger: &Ledger,
    cause: Hash,
    contract: &str,
    provider: &str,
    owed: i128,
) -> Result<Option<ExpectedTransaction>, String> {
    reclassified_from(ledger, cause, contract, provider, owed, 0)
}

/// What moves between payable and receivable, so that a provider that is owed money has a balance in payable alone, and one that
/// owes money in receivable alone. `moved` is what the decision itself adds to receivable.
fn reclassified_from(
    ledger: &Ledger,
    cause: Hash,
    contract: &str,
    provider: &str,
    owed: i128,
    moved: i128,
) -> Result<Option<ExpectedTransaction>, String> {
    let receivable = Account::receivable(contract, provider);
    let now = i128::from(ledger.balance(&receivable).0) + moved;
    let owing = if owed < 0 { -owed } else { 0 };
    let more = i64::try_from(owing - now).ok().filter(|more| *more != i64::MIN).ok_or("an amount is too large")?;
    if more == 0 {
        return Ok(None);
    }
    let payable = Account::payable(contract, provider);
    let (reason, debited, credited) = match (more > 0, owing > 0) {
        (true, true) => (TO_RECEIVABLE, receivable, payable),
        (true, false) => (PAID_BACK, receivable, payable),
        (false, _) => (TO_PAYABLE, payable, receivable),
    };
    let (debit, credit) = (Pence(more.abs()), Pence(-more.abs()));
    let postings = vec![(debited, debit), (credited, credit)];
    let (key, kind, reason) = (provider_key(contract, provider), TransactionKind::Reclassifies, reason.to_owned());
    Ok(Some(ExpectedTransaction::exact(Transaction { form: EntryForm::Second, cause, key, kind, reason, postings })))
}

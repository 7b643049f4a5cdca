//! Which transactions must follow an approval, a settlement or a reversal: exactly these, with these postings, and no others. It
//! is worked out anew from the statements and settlements, without the code that makes transactions (`run`, `settle`), so that
//! neither a mistake there nor an entry added by hand can pass.

use std::collections::{BTreeMap, BTreeSet};

use base::money::Pence;

use super::{Ledger, Settled};
use crate::account::{Account, Posting};
use crate::entry::{
    Approval, Entry, Form, PAID_BACK, Reversal, Settlement, TO_PAYABLE, TO_RECEIVABLE, Transaction, Way, What, provider_key,
};
use crate::hash::Hash;
use crate::renamed::Renaming;
use crate::statement::{Line, Statement};

/// A transaction that must come.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) transaction: Transaction,
    /// The line that it posts.
    pub(crate) line: Option<Line>,
    /// For a line that is reversed, whose reason is in words of the program's own: what it must begin with, and what else must
    /// be in it, each in today's words or in those of before. Any other reason is exactly that of the transaction.
    words: Option<([String; 2], [String; 2])>,
}

impl Expected {
    fn new(transaction: Transaction) -> Expected {
        Expected { transaction, line: None, words: None }
    }

    /// Whether a transaction is the expected one; or how it differs.
    pub(crate) fn fits(&self, found: &Transaction) -> Result<(), String> {
        let Transaction { form, cause, key, what, reason, postings } = &self.transaction;
        if *postings != found.postings {
            return Err(format!("its postings are not those that must follow: {}", in_words(postings)));
        }
        if (form, cause, key, what) != (&found.form, &found.cause, &found.key, &found.what) {
            return Err("it does not belong to what was decided before it".to_owned());
        }
        let said = match &self.words {
            None => found.reason == *reason,
            Some((begins, holds)) => {
                begins.iter().any(|begins| found.reason.starts_with(begins.as_str()))
                    && holds.iter().any(|holds| found.reason.contains(holds.as_str()))
            }
        };
        if said { Ok(()) } else { Err("its reason is not that of what it posts".to_owned()) }
    }
}

fn in_words(postings: &[Posting]) -> String {
    let one = |(account, amount): &Posting| {
        let side = if amount.0 < 0 { "credit" } else { "debit" };
        format!("{side} {account} {}", Pence(amount.0.saturating_abs()))
    };
    postings.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What an approval must be followed by.
pub(crate) fn of_approval(
    ledger: &Ledger,
    approval: &Approval,
    statement: &Statement,
    renamed: &[Renaming],
) -> Result<Vec<Expected>, String> {
    let (form, cause, contract) = (approval.form, approval.cause(), statement.contract.as_str());
    let speaks: BTreeSet<&str> = statement.providers.iter().map(String::as_str).collect();
    let due: BTreeMap<Hash, &Line> = statement.lines.iter().map(|line| (line.key(contract), line)).collect();
    let mut expected = Vec::new();
    let mut stays = BTreeSet::new();
    for (key, (in_force, _)) in &ledger.in_force {
        let Some(old) = in_force.as_ref().filter(|old| speaks.contains(old.line.provider.as_str())) else { continue };
        if ledger.runs[&old.run].run.statement.contract != contract {
            continue;
        }
        let new = due.get(key);
        if new.is_some_and(|new| same_pay(new, &old.line)) {
            stays.insert(*key);
            continue;
        }
        let postings = opposite(&old.postings)?;
        let what = What::Reverses(old.transaction);
        let transaction = Transaction { form, cause, key: *key, what, reason: String::new(), postings };
        let begins = [old.line.sum_in_words(), old.line.as_product()].map(|sum| format!("was {sum};"));
        let holds = new.map_or_else(Default::default, |new| [new.sum_in_words(), new.as_product()]);
        let words = (begins, holds);
        expected.push(Expected { transaction, line: None, words: Some(words) });
    }
    for line in statement.lines.iter().filter(|line| line.amount != Pence(0)) {
        let key = line.key(contract);
        if stays.contains(&key) {
            continue;
        }
        let before = ledger.in_force.get(&key).map_or(0, |(_, times)| *times);
        let what = What::Posts { line: statement.id(line), before };
        let credit = line.amount.0.checked_neg().map(Pence).ok_or("an amount is too large")?;
        let payable = (Account::payable(contract, &line.provider), credit);
        let expense = (Account::expense(contract), line.amount);
        // The first form put what the provider is owed before what the payer owes.
        let postings = if form == Form::First { vec![payable, expense] } else { vec![expense, payable] };
        let transaction = Transaction { form, cause, key, what, reason: line.reason.clone(), postings };
        expected.push(Expected { transaction, line: Some(line.clone()), words: None });
    }
    if form == Form::Second {
        let paid = |provider: &str| i128::from(ledger.paid(contract, provider).0);
        for renaming in renamed {
            let moved = i64::try_from(paid(&renaming.old)).map_err(|_| "an amount is too large")?;
            if moved != 0 {
                let credit = moved.checked_neg().map(Pence).ok_or("an amount is too large")?;
                let (old, new) = (Account::payable(contract, &renaming.old), Account::payable(contract, &renaming.new));
                let (key, postings) = (renaming.key(contract), vec![(new, Pence(moved)), (old, credit)]);
                let (what, reason) = (What::Reclassifies, renaming.reason());
                expected.push(Expected::new(Transaction { form, cause, key, what, reason, postings }));
            }
        }
        for provider in speaks {
            let total: i128 =
                statement.lines.iter().filter(|line| line.provider == provider).map(|line| i128::from(line.amount.0)).sum();
            let counts = match renamed.iter().any(|renaming| renaming.old == provider) {
                true => 0,
                false => {
                    let before = renamed.iter().filter(|renaming| renaming.new == provider);
                    before.fold(paid(provider), |sum, renaming| sum + paid(&renaming.old))
                }
            };
            let owed = total - counts;
            expected.extend(reclassified(ledger, cause, contract, provider, owed)?);
        }
    }
    Ok(expected)
}

/// Whether a line pays the same for the same, whatever its words.
fn same_pay(one: &Line, other: &Line) -> bool {
    one.quantity == other.quantity && one.unit == other.unit && one.price == other.price && one.amount == other.amount
}

fn opposite(postings: &[Posting]) -> Result<Vec<Posting>, String> {
    let negated = |(account, amount): &Posting| Some((account.clone(), Pence(amount.0.checked_neg()?)));
    postings.iter().map(negated).collect::<Option<_>>().ok_or_else(|| "an amount is too large".to_owned())
}

/// What a settlement must be followed by.
pub(crate) fn of_settlement(ledger: &Ledger, settlement: &Settlement) -> Result<Vec<Expected>, String> {
    let Settlement { contract, provider, amount, .. } = settlement;
    let (cause, key) = (settlement.id(), provider_key(contract, provider));
    let credit = amount.0.checked_neg().map(Pence).ok_or("an amount is too large")?;
    let (postings, paid) = match settlement.way {
        Way::Paid => (vec![(Account::payable(contract, provider), *amount), (Account::cash(contract), credit)], amount.0),
        Way::Received => (vec![(Account::cash(contract), *amount), (Account::receivable(contract, provider), credit)], credit.0),
    };
    let moved = if settlement.way == Way::Received { -i128::from(amount.0) } else { 0 };
    let reason = settlement.reference.clone();
    let settles = Transaction { form: Form::Second, cause, key, what: What::Settles, reason, postings };
    let owed = outstanding(ledger, contract, provider) - i128::from(paid);
    let after = reclassified_from(ledger, cause, contract, provider, owed, moved)?;
    Ok(std::iter::once(Expected::new(settles)).chain(after).collect())
}

/// What the reversal of a settlement must be followed by.
pub(crate) fn of_reversal(ledger: &Ledger, reversal: &Reversal, settled: &Settled) -> Result<Vec<Expected>, String> {
    let Settlement { contract, amount, way, .. } = &settled.settlement;
    // It is taken back from whoever it counts for now: the same provider, perhaps under a new name.
    let provider = &settled.payee;
    let now = |(account, amount): Posting| match account {
        Account::Payable { contract, .. } => (Account::payable(&contract, provider), amount),
        Account::Receivable { contract, .. } => (Account::receivable(&contract, provider), amount),
        other => (other, amount),
    };
    let postings: Vec<Posting> = opposite(&settled.postings)?.into_iter().map(now).collect();
    let cause = reversal.id();
    let what = What::Reverses(settled.transaction);
    let (key, reason) = (provider_key(contract, provider), reversal.reason.clone());
    let reverses = Transaction { form: Form::Second, cause, key, what, reason, postings };
    let amount = i128::from(amount.0);
    let (unpaid, moved) = if *way == Way::Paid { (amount, 0) } else { (-amount, amount) };
    let owed = outstanding(ledger, contract, provider) + unpaid;
    let after = reclassified_from(ledger, cause, contract, provider, owed, moved)?;
    Ok(std::iter::once(Expected::new(reverses)).chain(after).collect())
}

/// What is owed to a provider by its statement and its settlements.
fn outstanding(ledger: &Ledger, contract: &str, provider: &str) -> i128 {
    let total = ledger.standing(contract, provider).map_or(0, |(_, statement)| i128::from(statement.total(provider).0));
    total - i128::from(ledger.paid(contract, provider).0)
}

fn reclassified(ledger: &Ledger, cause: Hash, contract: &str, provider: &str, owed: i128) -> Result<Option<Expected>, String> {
    reclassified_from(ledger, cause, contract, provider, owed, 0)
}

/// What moves between payable and receivable, so that a provider that is owed stands in payable alone and one that owes in
/// receivable alone. `moved` is what this decision itself adds to receivable.
fn reclassified_from(
    ledger: &Ledger,
    cause: Hash,
    contract: &str,
    provider: &str,
    owed: i128,
    moved: i128,
) -> Result<Option<Expected>, String> {
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
    let (key, what, reason) = (provider_key(contract, provider), What::Reclassifies, reason.to_owned());
    Ok(Some(Expected::new(Transaction { form: Form::Second, cause, key, what, reason, postings })))
}

/// What is still to come, in words.
pub(crate) fn missing(expected: &[Expected]) -> String {
    let count = expected.len();
    let first = expected.first().map_or(String::new(), |first| in_words(&first.transaction.postings));
    let are = if count == 1 { "1 transaction is" } else { &format!("{count} transactions are") };
    format!("{are} missing that must follow what was decided, such as: {first}")
}

/// What an entry would stand among, were it taken: nothing but the transactions that must follow.
pub(crate) fn only_transactions(expected: &[Expected], entry: &Entry) -> Result<(), String> {
    if expected.is_empty() || matches!(entry, Entry::Transaction(_)) { Ok(()) } else { Err(missing(expected)) }
}

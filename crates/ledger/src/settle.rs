//! Records what was paid, and reverses what was recorded by mistake. Each function looks at the ledger as it is now. It returns the
//! entries to write, or an error that says why not. A repeat returns no entries.
//!
//! The person who approved what is paid cannot record the payment. The person who recorded a payment cannot reverse it.

use base::hidden_characters::{hidden, visible};
use base::money::Pence;
use base::{person_name, similar_names};
use jiff::civil::Date;

use crate::account::Account;
use crate::entry::{EntryForm, LedgerEntry, PaymentDirection, Reversal, Settlement, Transaction, TransactionKind, provider_key};
use crate::error::{LedgerError, refuse};
use crate::hash::Hash;
use crate::journal::{Ledger, RecordedSettlement};
use crate::payment_run::{person, reclassified};

/// The most characters of a reference or a reason.
const LONGEST: usize = 200;

/// A payment to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// The contract. It may be left out if the provider has one contract only.
    pub contract: Option<String>,
    pub provider: String,
    pub direction: PaymentDirection,
    pub amount: Pence,
    pub on: Date,
    pub reference: String,
    /// Why more was paid than was due; empty where no more was paid.
    pub over: String,
    /// Whether the reference may have been recorded and reversed before.
    pub again: bool,
    /// The day on which it is recorded. No payment has a later day.
    pub today: Date,
}

/// A settlement and the entries to write.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedSettlement {
    pub settlement: Hash,
    /// None if everything is in the ledger already.
    pub entries: Vec<LedgerEntry>,
}

/// Records a payment.
///
/// # Errors
/// The payment cannot be recorded: too much, twice, on an impossible day, for an unknown provider, or by the approver.
pub fn settle(ledger: &Ledger, payment: &Payment, recorded_by: &str) -> Result<PlannedSettlement, LedgerError> {
    let recorded_by = person(recorded_by, "the person who records the settlement (--by)")?;
    let reference = text(&payment.reference, "reference")?;
    let over = if payment.over.trim().is_empty() { String::new() } else { text(&payment.over, "reason (--over)")? };
    let provider = known_provider(ledger, &payment.provider)?;
    let contract = contract(ledger, provider, payment.contract.as_deref())?;
    let Payment { direction, amount, on, .. } = *payment;
    if amount.0 <= 0 {
        return refuse(
            format!("{amount} is not a positive amount"),
            "give the amount without a sign; if the provider paid it back, add --received",
        );
    }
    let with = ledger.settlements_with(&reference);
    if let Some((id, recorded)) = with.last().filter(|(_, recorded)| recorded.reversed.is_none()) {
        let was = &recorded.settlement;
        let payee = was.provider == provider || recorded.payee == provider;
        if payee && (&was.contract, was.direction, was.amount, was.on) == (&contract, direction, amount, on) {
            return Ok(PlannedSettlement { settlement: *id, entries: Vec::new() });
        }
        return refuse(
            format!("the reference {reference} was recorded before, for another payment: {}", in_words(was)),
            "each payment has its own reference; if that payment was recorded wrongly, reverse it first: wellspent ledger reverse",
        );
    }
    if !with.is_empty() && !payment.again {
        return refuse(
            format!("the reference {reference} was recorded and reversed before"),
            "to record it once more, add --again",
        );
    }
    if let Some(new) = ledger.new_name(&contract, provider) {
        return refuse(
            format!("{provider} is called {new} under {contract} now, and all that is due and was paid counts for {new}"),
            format!("record the payment with --provider \"{new}\""),
        );
    }
    check_day(ledger, &contract, on, payment.today)?;
    let Some((run, _)) = ledger.statement_in_force(&contract, provider) else {
        return refuse(format!("no run under {contract} was approved for {provider}"), "first approve the run that is paid");
    };
    let approved_by = ledger.run(run).and_then(|run| run.approved_by.as_deref()).unwrap_or_default();
    if person_name::same_person(approved_by, &recorded_by) {
        return refuse(
            format!("{approved_by} approved run {}, and cannot record its payment as well", run.short()),
            "ask a person other than the approver to record the payment",
        );
    }
    let limit = ledger.limit(&contract, provider, direction);
    let beyond = amount > limit;
    if beyond && over.is_empty() {
        let (due, verb) =
            if direction == PaymentDirection::Paid { ("payable to", "was paid") } else { ("receivable from", "was received") };
        let owed = ledger.owed(&contract, provider);
        let owes = match direction == PaymentDirection::Paid && owed < Pence(0) {
            true => format!("; {provider} owes {} itself", Pence(owed.0.saturating_neg())),
            false => String::new(),
        };
        let hint = match owes.is_empty() {
            true => "check the amount; if it is right, give the reason with --over REASON",
            false => {
                "if the provider paid it back, add --received; if it was paid to the provider all the same, give the reason with --over \
                 REASON"
            }
        };
        return refuse(format!("{limit} is {due} {provider} under {contract}, and {amount} {verb}{owes}"), hint);
    }
    let over = if beyond { over } else { String::new() };
    let before = with.len() as u64;
    let provider = provider.to_owned();
    let settlement = Settlement { contract, provider, direction, amount, on, reference, recorded_by, before, over };
    let entries = posted(ledger, &settlement);
    Ok(PlannedSettlement { settlement: settlement.id(), entries })
}

/// Reverses the payment with a reference.
///
/// # Errors
/// The ledger has no such payment, there is no reason, or the same person recorded it.
pub fn reverse(ledger: &Ledger, reference: &str, recorded_by: &str, reason: &str) -> Result<PlannedSettlement, LedgerError> {
    let recorded_by = person(recorded_by, "the person who reverses the settlement (--by)")?;
    let reason = text(reason, "reason (--reason)")?;
    let with = ledger.settlements_with(reference);
    let Some((id, recorded)) = with.last() else {
        return refuse(
            format!("the ledger has no settlement with the reference {reference}"),
            "list its settlements with: wellspent ledger settlements STORE",
        );
    };
    if recorded.reversed.is_some() {
        return Ok(PlannedSettlement { settlement: *id, entries: Vec::new() });
    }
    let before = &recorded.settlement.recorded_by;
    if person_name::same_person(before, &recorded_by) {
        return refuse(
            format!("{before} recorded the settlement {reference}, and cannot reverse it as well"),
            "ask a second person to look at the settlement and reverse it",
        );
    }
    let reversal = Reversal { settlement: *id, recorded_by, reason };
    Ok(PlannedSettlement { settlement: *id, entries: reversed(ledger, &reversal, recorded) })
}

/// A settlement and its transactions.
fn posted(ledger: &Ledger, settlement: &Settlement) -> Vec<LedgerEntry> {
    let Settlement { contract, provider, amount, .. } = settlement;
    let (cash, credit) = (Account::cash(contract), Pence(-amount.0));
    let postings = match settlement.direction {
        PaymentDirection::Paid => vec![(Account::payable(contract, provider), *amount), (cash, credit)],
        PaymentDirection::Received => vec![(cash, *amount), (Account::receivable(contract, provider), credit)],
    };
    let (cause, key, reason) = (settlement.id(), provider_key(contract, provider), settlement.reference.clone());
    let settles = Transaction { form: EntryForm::Second, cause, key, kind: TransactionKind::Settles, reason, postings };
    entries(ledger, LedgerEntry::Settlement(settlement.clone()), (contract, provider), settles)
}

/// The reversal of a settlement and its transactions.
fn reversed(ledger: &Ledger, reversal: &Reversal, recorded: &RecordedSettlement) -> Vec<LedgerEntry> {
    let (contract, provider) = (&recorded.settlement.contract, &recorded.payee);
    // A provider may have a new name by now. The payment is reversed under the new one.
    let account = |of: &Account| match of {
        Account::Payable { .. } => Account::payable(contract, provider),
        Account::Receivable { .. } => Account::receivable(contract, provider),
        other => other.clone(),
    };
    let postings = recorded.postings.iter().map(|(of, amount)| (account(of), Pence(-amount.0))).collect();
    let (cause, key, reason) = (reversal.id(), provider_key(contract, provider), reversal.reason.clone());
    let reverses = Transaction {
        form: EntryForm::Second,
        cause,
        key,
        kind: TransactionKind::Reverses(recorded.transaction),
        reason,
        postings,
    };
    entries(ledger, LedgerEntry::Reversal(reversal.clone()), (contract, provider), reverses)
}

fn entries(
    ledger: &Ledger,
    decision: LedgerEntry,
    (contract, provider): (&str, &str),
    transaction: Transaction,
) -> Vec<LedgerEntry> {
    let after = std::slice::from_ref(&transaction);
    let moved = reclassified(ledger, transaction.cause, contract, provider, after);
    [decision, LedgerEntry::Transaction(transaction)].into_iter().chain(moved.map(LedgerEntry::Transaction)).collect()
}

/// "£1,200 paid to Acme under jobs-north on 2027-05-01".
#[must_use]
pub fn in_words(settlement: &Settlement) -> String {
    let Settlement { contract, provider, direction, amount, on, .. } = settlement;
    let verb = if *direction == PaymentDirection::Paid { "paid to" } else { "received from" };
    format!("{amount} {verb} {provider} under {contract} on {on}")
}

/// Refuses a day on which nothing can have been paid: before the contract's first statement, or after today.
fn check_day(ledger: &Ledger, contract: &str, on: Date, today: Date) -> Result<(), LedgerError> {
    let hint = "give the day of the payment as the bank's extract has it";
    if on > today {
        return refuse(format!("{on} is in the future: today is {today}"), hint);
    }
    let approved = ledger.runs().into_iter().filter(|(_, posted)| posted.approved_by.is_some());
    let statements = approved.map(|(_, posted)| &posted.run.statement).filter(|statement| statement.contract == contract);
    match statements.map(|statement| statement.as_at).min() {
        Some(first) if on < first => {
            refuse(format!("{on} is before {first}, the day of the first statement of {contract}, so nothing was due"), hint)
        }
        _ => Ok(()),
    }
}

/// Reads a reference or a reason, with single spaces.
fn text(text: &str, what: &str) -> Result<String, LedgerError> {
    let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(c) = one.chars().find(|c| hidden(*c)) {
        let c = c.to_string();
        return refuse(format!("the {what} has a character that cannot be seen: {}", visible(&c)), "type it again");
    }
    if !one.chars().any(char::is_alphanumeric) {
        return refuse(format!("the {what} is empty"), format!("write the {what} in letters or digits"));
    }
    if one.chars().count() > LONGEST {
        return refuse(
            format!("the {what} is longer than {LONGEST} characters"),
            "keep long texts elsewhere, and name them here",
        );
    }
    Ok(one)
}

/// The provider as the ledger names it. A name that is nearly the same is never taken for it.
fn known_provider<'a>(ledger: &'a Ledger, provider: &str) -> Result<&'a str, LedgerError> {
    let providers = ledger.providers();
    if let Some(known) = providers.get(provider) {
        return Ok(known);
    }
    let hint = match similar_names::nearest(provider, providers.iter().copied()) {
        Some(near) => format!("did you mean {near}? Write the name as in the ledger"),
        None => "list the providers with: wellspent ledger balance STORE".to_owned(),
    };
    refuse(format!("no run was approved for the provider {provider}"), hint)
}

fn contract(ledger: &Ledger, provider: &str, given: Option<&str>) -> Result<String, LedgerError> {
    let contracts = ledger.contracts_of(provider);
    match (given, &contracts[..]) {
        (Some(given), _) if contracts.contains(&given) => Ok(given.to_owned()),
        (Some(given), _) => refuse(
            format!("no run under {given} was approved for {provider}"),
            match similar_names::nearest(given, contracts.iter().copied()) {
                Some(near) => format!("did you mean {near}? Write the name as in the ledger"),
                None => format!("{provider} has runs under: {}", contracts.join(", ")),
            },
        ),
        (None, [one]) => Ok((*one).to_owned()),
        (None, _) => refuse(
            format!("{provider} is paid under several contracts: {}", contracts.join(", ")),
            "choose one with --contract NAME",
        ),
    }
}

//! Recording what was paid, and reversing what was recorded by mistake. As with runs, each looks at the ledger as it stands and
//! gives the entries to write, or refuses and says why; a repeat gives none.
//!
//! Whoever approved what is paid does not record its payment, and whoever recorded a payment does not reverse it.

use base::money::Pence;
use base::visible::{hidden, visible};
use base::{identity, spelling};
use jiff::civil::Date;

use crate::account::Account;
use crate::entry::{Entry, Form, Reversal, Settlement, Transaction, Way, What, provider_key};
use crate::hash::Hash;
use crate::journal::{Ledger, Settled};
use crate::run::{Refusal, person, reclassified, refuse};

/// Most characters of a reference or a reason.
const LONGEST: usize = 200;

/// Money that was paid or received, as somebody says.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// The only contract of the provider where it is not said.
    pub contract: Option<String>,
    pub provider: String,
    pub way: Way,
    pub amount: Pence,
    pub on: Date,
    pub reference: String,
    /// Why more was settled than was due; empty where it was not.
    pub over: String,
    /// Whether the reference may have been settled and reversed before.
    pub again: bool,
    /// The day on which it is recorded: no payment is of a later one.
    pub today: Date,
}

/// A settlement, and what there is to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub settlement: Hash,
    /// Nothing when all of it is in the ledger already.
    pub entries: Vec<Entry>,
}

/// Records a settlement.
pub fn settle(ledger: &Ledger, payment: &Payment, recorded_by: &str) -> Result<Plan, Refusal> {
    let recorded_by = person(recorded_by, "the person who records the settlement (--by)")?;
    let reference = text(&payment.reference, "reference")?;
    let over = if payment.over.trim().is_empty() { String::new() } else { text(&payment.over, "reason (--over)")? };
    let provider = known(ledger, &payment.provider)?;
    let contract = contract(ledger, provider, payment.contract.as_deref())?;
    let Payment { way, amount, on, .. } = *payment;
    if amount.0 <= 0 {
        return refuse(
            format!("{amount} is not a positive amount"),
            "give what was paid to the provider as a positive amount; with --received, what came back from it",
        );
    }
    let with = ledger.settlements_with(&reference);
    if let Some((id, settled)) = with.last().filter(|(_, settled)| settled.reversed.is_none()) {
        let was = &settled.settlement;
        let payee = was.provider == provider || settled.payee == provider;
        if payee && (&was.contract, was.way, was.amount, was.on) == (&contract, way, amount, on) {
            return Ok(Plan { settlement: *id, entries: Vec::new() });
        }
        return refuse(
            format!("the reference {reference} was recorded before, for something else: {}", in_words(was)),
            "one payment has one reference; where it was recorded wrongly, reverse it first: wellspent ledger reverse",
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
            format!("{provider} is {new} now under {contract}: what is due, and what was paid, counts for {new}"),
            format!("record the payment with --provider \"{new}\""),
        );
    }
    on_a_day(ledger, &contract, on, payment.today)?;
    let Some((run, _)) = ledger.standing(&contract, provider) else {
        return refuse(format!("no run under {contract} was approved for {provider}"), "approve the run that is paid first");
    };
    let approved_by = ledger.run(run).and_then(|run| run.approved_by.as_deref()).unwrap_or_default();
    if identity::same_person(approved_by, &recorded_by) {
        return refuse(
            format!("{approved_by} approved run {}, and cannot record its payment as well", run.short()),
            "somebody other than the approver records what was paid",
        );
    }
    let most = ledger.limit(&contract, provider, way);
    let beyond = amount > most;
    if beyond && over.is_empty() {
        let (due, verb) = if way == Way::Paid { ("payable to", "was paid") } else { ("receivable from", "was received") };
        let owed = ledger.owed(&contract, provider);
        let owes = match way == Way::Paid && owed < Pence(0) {
            true => format!("; {provider} owes {} itself", Pence(owed.0.saturating_neg())),
            false => String::new(),
        };
        return refuse(
            format!("{most} is {due} {provider} under {contract}, and {amount} {verb}{owes}"),
            "check the amount; if it is right, say why it was more with --over REASON",
        );
    }
    let over = if beyond { over } else { String::new() };
    let before = with.len() as u64;
    let provider = provider.to_owned();
    let settlement = Settlement { contract, provider, way, amount, on, reference, recorded_by, before, over };
    let entries = posted(ledger, &settlement);
    Ok(Plan { settlement: settlement.id(), entries })
}

/// Reverses the settlement with a reference.
pub fn reverse(ledger: &Ledger, reference: &str, recorded_by: &str, reason: &str) -> Result<Plan, Refusal> {
    let recorded_by = person(recorded_by, "the person who reverses the settlement (--by)")?;
    let reason = text(reason, "reason (--reason)")?;
    let with = ledger.settlements_with(reference);
    let Some((id, settled)) = with.last() else {
        return refuse(
            format!("the ledger has no settlement with the reference {reference}"),
            "list its settlements with: wellspent ledger settlements STORE",
        );
    };
    if settled.reversed.is_some() {
        return Ok(Plan { settlement: *id, entries: Vec::new() });
    }
    let before = &settled.settlement.recorded_by;
    if identity::same_person(before, &recorded_by) {
        return refuse(
            format!("{before} recorded the settlement {reference}, and cannot reverse it as well"),
            "a second person looks at the settlement and reverses it",
        );
    }
    let reversal = Reversal { settlement: *id, recorded_by, reason };
    Ok(Plan { settlement: *id, entries: taken_back(ledger, &reversal, settled) })
}

/// A settlement and the journal entries that it makes.
fn posted(ledger: &Ledger, settlement: &Settlement) -> Vec<Entry> {
    let Settlement { contract, provider, amount, .. } = settlement;
    let (cash, credit) = (Account::cash(contract), Pence(-amount.0));
    let postings = match settlement.way {
        Way::Paid => vec![(Account::payable(contract, provider), *amount), (cash, credit)],
        Way::Received => vec![(cash, *amount), (Account::receivable(contract, provider), credit)],
    };
    let (cause, key, reason) = (settlement.id(), provider_key(contract, provider), settlement.reference.clone());
    let settles = Transaction { form: Form::Second, cause, key, what: What::Settles, reason, postings };
    entries(ledger, Entry::Settlement(settlement.clone()), (contract, provider), settles)
}

fn taken_back(ledger: &Ledger, reversal: &Reversal, settled: &Settled) -> Vec<Entry> {
    let (contract, provider) = (&settled.settlement.contract, &settled.payee);
    // A provider that has a new name by now is taken back from under that.
    let account = |of: &Account| match of {
        Account::Payable { .. } => Account::payable(contract, provider),
        Account::Receivable { .. } => Account::receivable(contract, provider),
        other => other.clone(),
    };
    let postings = settled.postings.iter().map(|(of, amount)| (account(of), Pence(-amount.0))).collect();
    let (cause, key, reason) = (reversal.id(), provider_key(contract, provider), reversal.reason.clone());
    let reverses = Transaction { form: Form::Second, cause, key, what: What::Reverses(settled.transaction), reason, postings };
    entries(ledger, Entry::Reversal(reversal.clone()), (contract, provider), reverses)
}

fn entries(ledger: &Ledger, decision: Entry, (contract, provider): (&str, &str), transaction: Transaction) -> Vec<Entry> {
    let after = std::slice::from_ref(&transaction);
    let moved = reclassified(ledger, transaction.cause, contract, provider, after);
    [decision, Entry::Transaction(transaction)].into_iter().chain(moved.map(Entry::Transaction)).collect()
}

/// "£1,200 paid to Acme under jobs-north on 2027-05-01".
#[must_use]
pub fn in_words(settlement: &Settlement) -> String {
    let Settlement { contract, provider, way, amount, on, .. } = settlement;
    let way = if *way == Way::Paid { "paid to" } else { "received from" };
    format!("{amount} {way} {provider} under {contract} on {on}")
}

/// Refuses a day on which nothing can have been paid: one before the contract's first statement, or one that is still to come.
fn on_a_day(ledger: &Ledger, contract: &str, on: Date, today: Date) -> Result<(), Refusal> {
    let hint = "give the day on which the bank paid it, as its extract has it";
    if on > today {
        return refuse(format!("{on} is still to come: today is {today}"), hint);
    }
    let approved = ledger.runs().into_iter().filter(|(_, posted)| posted.approved_by.is_some());
    let statements = approved.map(|(_, posted)| &posted.run.statement).filter(|statement| statement.contract == contract);
    match statements.map(|statement| statement.as_at).min() {
        Some(first) if on < first => {
            refuse(format!("{on} is before {first}, the day of the first statement of {contract}: nothing was due then"), hint)
        }
        _ => Ok(()),
    }
}

/// A text that somebody gives, with single spaces.
fn text(text: &str, what: &str) -> Result<String, Refusal> {
    let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(c) = one.chars().find(|c| hidden(*c)) {
        let c = c.to_string();
        return refuse(format!("the {what} has a character that cannot be seen: {}", visible(&c)), "type it again");
    }
    if !one.chars().any(char::is_alphanumeric) {
        return refuse(format!("the {what} is empty"), format!("give the {what} in letters or digits"));
    }
    if one.chars().count() > LONGEST {
        return refuse(format!("the {what} is longer than {LONGEST} characters"), "keep documents elsewhere and name them here");
    }
    Ok(one)
}

/// The provider as the ledger knows it. Who is paid is never decided by spelling.
fn known<'a>(ledger: &'a Ledger, provider: &str) -> Result<&'a str, Refusal> {
    let providers = ledger.providers();
    if let Some(known) = providers.get(provider) {
        return Ok(known);
    }
    let hint = match spelling::nearest(provider, providers.iter().copied()) {
        Some(near) => format!("did you mean {near}? Write the name as the ledger has it"),
        None => "list who is owed with: wellspent ledger balance STORE".to_owned(),
    };
    refuse(format!("no run was approved for the provider {provider}"), hint)
}

fn contract(ledger: &Ledger, provider: &str, said: Option<&str>) -> Result<String, Refusal> {
    let contracts = ledger.contracts_of(provider);
    match (said, &contracts[..]) {
        (Some(said), _) if contracts.contains(&said) => Ok(said.to_owned()),
        (Some(said), _) => refuse(
            format!("no run under {said} was approved for {provider}"),
            match spelling::nearest(said, contracts.iter().copied()) {
                Some(near) => format!("did you mean {near}? Write the name as the ledger has it"),
                None => format!("{provider} has runs under: {}", contracts.join(", ")),
            },
        ),
        (None, [one]) => Ok((*one).to_owned()),
        (None, _) => refuse(
            format!("{provider} is paid under several contracts: {}", contracts.join(", ")),
            "say which with --contract NAME",
        ),
    }
}

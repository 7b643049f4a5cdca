//! Prepares and approves payment runs. Each function looks at the ledger as it is now. It returns the entries to write, or an error
//! that says why not. A repeat returns no entries, because it was done before.

use std::collections::{BTreeMap, BTreeSet};

use base::hidden_characters::{hidden, visible};
use base::money::Pence;
use base::person_name::{self, NameMatch};

use crate::account::{Account, Posting};
use crate::duplicate_contract;
use crate::entry::{
    Approval, EntryForm, LedgerEntry, PAID_BACK, PaymentRun, RunDetail, TO_PAYABLE, TO_RECEIVABLE, Transaction, TransactionKind,
    provider_key,
};
use crate::error::{LedgerError, refuse};
use crate::hash::Hash;
use crate::journal::{Ledger, LineInForce};
use crate::renamed::renamings;
use crate::statement::{Statement, StatementLine};

/// The most characters of a note.
const LONGEST_NOTE: usize = 1_000;

/// A run and the entries to write.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRun {
    pub run: Hash,
    /// None if everything is in the ledger already.
    pub entries: Vec<LedgerEntry>,
    /// What the person who asked should know, although it stops nothing.
    pub notes: Vec<String>,
}

/// Prepares a run: its statement goes into the ledger. Nothing is owed before another person approves it.
///
/// # Errors
/// The statement contradicts itself, goes back behind a posted one, or would pay what another contract pays.
pub fn prepare(ledger: &Ledger, statement: Statement, prepared_by: &str, note: &str) -> Result<PlannedRun, LedgerError> {
    prepare_with(ledger, statement, prepared_by, note, Vec::new())
}

/// Prepares a run with details. Each detail is hashed with the run and shown to the approver.
///
/// # Errors
/// As for [`prepare`].
pub fn prepare_with(
    ledger: &Ledger,
    statement: Statement,
    prepared_by: &str,
    note: &str,
    details: Vec<RunDetail>,
) -> Result<PlannedRun, LedgerError> {
    let prepared_by = person(prepared_by, "the person who prepares the run (--prepared-by)")?;
    if note.chars().count() > LONGEST_NOTE {
        return refuse(
            format!("the note is longer than {LONGEST_NOTE} characters"),
            "keep long texts elsewhere, and name them in the note",
        );
    }
    check_statement(&statement)?;
    no_hidden_characters(&statement, note, &details)?;
    let last = ledger.last_run(&statement.contract);
    let in_force = statement.providers.iter().map(|provider| ledger.statement_in_force(&statement.contract, provider));
    let same: BTreeSet<Option<Hash>> = in_force.map(|run| Some(run.filter(|(_, old)| **old == statement)?.0)).collect();
    // One run has put exactly this statement in force for every provider.
    if let (1, Some(Some(run))) = (same.len(), same.first()) {
        return Ok(PlannedRun { run: *run, entries: Vec::new(), notes: Vec::new() });
    }
    not_backwards(ledger, &statement)?;
    let run = PaymentRun { form: EntryForm::Second, prepared_by, note: note.trim().to_owned(), details, after: last, statement };
    let id = run.id();
    let notes = duplicate_contract::check_before_preparing(ledger, &run)?;
    let entries = if ledger.has(id) { Vec::new() } else { vec![LedgerEntry::Prepared(run)] };
    Ok(PlannedRun { run: id, entries, notes })
}

/// Approves a prepared run and posts it.
///
/// # Errors
/// The approver prepared the run, the run is stale or unknown, or another contract has paid the same.
pub fn approve(ledger: &Ledger, run: Hash, approved_by: &str) -> Result<PlannedRun, LedgerError> {
    let approved_by = person(approved_by, "the person who approves the run (--by)")?;
    let Some(recorded) = ledger.run(run) else {
        return refuse(format!("the ledger has no run {}", run.short()), "list its runs with: wellspent ledger show STORE");
    };
    let mut notes = two_persons(&recorded.run.prepared_by, &approved_by, run)?;
    if let Some(before) = &recorded.approved_by {
        if person_name::same_person(before, &approved_by) {
            return Ok(PlannedRun { run, entries: Vec::new(), notes: Vec::new() });
        }
        return refuse(format!("{before} approved run {}, and it is posted", run.short()), "there is nothing left to do");
    }
    let contract = &recorded.run.statement.contract;
    if recorded.run.after != ledger.last_run(contract) {
        return refuse(
            format!(
                "run {} was prepared before run {} was posted, and what it would pay has changed since",
                run.short(),
                ledger.last_run(contract).short()
            ),
            "prepare the statement again and approve the new run",
        );
    }
    notes.extend(duplicate_contract::check_before_approving(ledger, &recorded.run)?);
    let approval = Approval { form: EntryForm::Second, run, approved_by, prepared: recorded.text };
    let transactions = transactions(ledger, approval.cause(), &recorded.run).into_iter().map(LedgerEntry::Transaction);
    Ok(PlannedRun { run, entries: std::iter::once(LedgerEntry::Approved(approval)).chain(transactions).collect(), notes })
}

/// Refuses one person under two spellings, and notes names that are nearly the same.
fn two_persons(prepared_by: &str, approved_by: &str, run: Hash) -> Result<Vec<String>, LedgerError> {
    let hint = "ask a second person to look at the run and approve it";
    let run = run.short();
    match person_name::compare(prepared_by, approved_by) {
        NameMatch::Same => refuse(format!("{prepared_by} prepared run {run} and cannot approve it as well"), hint),
        NameMatch::Lookalike => refuse(
            format!("{prepared_by} prepared run {run}, and {approved_by} is a name that looks the same in other letters"),
            hint,
        ),
        NameMatch::Near => Ok(vec![format!(
            "{approved_by} approves what {prepared_by} prepared, and the names are nearly the same: check that they are two people"
        )]),
        NameMatch::Different => Ok(Vec::new()),
    }
}

/// The transactions that post a run. They reverse the lines that have changed, post the new ones, move what was paid under an old
/// name, and move amounts between payable and receivable. `cause` is the approval that they follow from.
#[must_use]
pub fn transactions(ledger: &Ledger, cause: Hash, run: &PaymentRun) -> Vec<Transaction> {
    let statement = &run.statement;
    let contract = &statement.contract;
    let lines: BTreeMap<Hash, &StatementLine> = statement.lines.iter().map(|line| (line.key(contract), line)).collect();
    let mut out = Vec::new();
    for provider in &statement.providers {
        for (key, in_force) in ledger.in_force(contract, provider) {
            let now = lines.get(&key).copied();
            if !now.is_some_and(|line| line.pays_like(&in_force.line)) {
                out.push(reversal(cause, key, in_force, now, statement));
            }
        }
    }
    let reversed: BTreeSet<Hash> = out.iter().map(|reversal| reversal.key).collect();
    for line in &statement.lines {
        let key = line.key(contract);
        let (in_force, before) = ledger.posted(key);
        if line.amount != Pence(0) && (in_force.is_none() || reversed.contains(&key)) {
            let kind = TransactionKind::Posts { line: statement.id(line), before };
            let postings = vec![
                (Account::expense(contract), line.amount),
                (Account::payable(contract, &line.provider), Pence(line.amount.0.saturating_neg())),
            ];
            out.push(Transaction { form: EntryForm::Second, cause, key, kind, reason: line.reason.clone(), postings });
        }
    }
    for renaming in renamings(run) {
        let paid = ledger.paid(contract, &renaming.old);
        if paid != Pence(0) {
            let postings = vec![
                (Account::payable(contract, &renaming.new), paid),
                (Account::payable(contract, &renaming.old), Pence(paid.0.saturating_neg())),
            ];
            let (key, kind, reason) = (renaming.key(contract), TransactionKind::Reclassifies, renaming.reason());
            out.push(Transaction { form: EntryForm::Second, cause, key, kind, reason, postings });
        }
    }
    for provider in &statement.providers {
        let moved = reclassified(ledger, cause, contract, provider, &out);
        out.extend(moved);
    }
    out
}

/// What moves between payable and receivable after some transactions. A provider that was paid more than is due owes the
/// difference, and what it owes is set off against what is due later.
pub(crate) fn reclassified(
    ledger: &Ledger,
    cause: Hash,
    contract: &str,
    provider: &str,
    after: &[Transaction],
) -> Option<Transaction> {
    let balance = |account: &Account| {
        let added = after.iter().flat_map(|transaction| &transaction.postings).filter(|(posted, _)| posted == account);
        added.fold(ledger.balance(account).0, |sum, (_, amount)| sum.saturating_add(amount.0))
    };
    let (payable, receivable) = (Account::payable(contract, provider), Account::receivable(contract, provider));
    let (owes, owed) = (balance(&receivable), balance(&payable).saturating_neg());
    let (reason, postings): (_, Vec<Posting>) = if owed < 0 {
        (TO_RECEIVABLE, vec![(receivable, Pence(-owed)), (payable, Pence(owed))])
    } else if owes < 0 {
        (PAID_BACK, vec![(receivable, Pence(-owes)), (payable, Pence(owes))])
    } else {
        let set_off = owed.min(owes);
        (TO_PAYABLE, vec![(payable, Pence(set_off)), (receivable, Pence(-set_off))])
    };
    let nothing = postings.iter().all(|(_, amount)| amount.0 == 0);
    let (key, kind, reason) = (provider_key(contract, provider), TransactionKind::Reclassifies, reason.to_owned());
    (!nothing).then_some(Transaction { form: EntryForm::Second, cause, key, kind, reason, postings })
}

fn reversal(cause: Hash, key: Hash, in_force: &LineInForce, now: Option<&StatementLine>, statement: &Statement) -> Transaction {
    let was = in_force.line.sum_in_words();
    let reason = match now {
        Some(line) => format!("was {was}; is {}, as known at {}", line.sum_in_words(), statement.known_at),
        None => format!("was {was}; is no line of the statement as at {}", statement.as_at),
    };
    let postings = in_force.postings.iter().map(|(account, amount)| (account.clone(), Pence(-amount.0))).collect();
    Transaction { form: EntryForm::Second, cause, key, kind: TransactionKind::Reverses(in_force.transaction), reason, postings }
}

/// Reads the name of a person. `who` says in the message whose name it is.
///
/// # Errors
/// The text is not a name of a person.
pub fn person(text: &str, who: &str) -> Result<String, LedgerError> {
    person_name::read(text).or_else(|fault| {
        let (what, hint) = fault.message(who);
        refuse(what, hint)
    })
}

/// Refuses characters that cannot be seen, because the approver must see everything. Line ends and tabs are shown.
fn no_hidden_characters(statement: &Statement, note: &str, details: &[RunDetail]) -> Result<(), LedgerError> {
    let unseen = |text: &str| text.char_indices().find(|(_, c)| hidden(*c) && !matches!(c, '\n' | '\t'));
    let mut texts = vec![("the name of the contract, which is that of its folder,".to_owned(), &statement.contract[..])];
    texts.extend(statement.providers.iter().map(|provider| ("the name of a provider".to_owned(), &provider[..])));
    texts.push(("the note (--note)".to_owned(), note));
    for RunDetail { name, value } in details {
        texts.extend([("the name of a detail of the run".to_owned(), &name[..]), (format!("the {}", visible(name)), &value[..])]);
    }
    for (number, line) in (1..).zip(&statement.lines) {
        let StatementLine { provider, area, clause, outcome, from_cohort, to_cohort, segment, unit, reason, .. } = line;
        for text in [provider, area, clause, outcome, from_cohort, to_cohort, segment, unit, reason] {
            texts.push((format!("line {number} of the statement"), text));
        }
    }
    let found = texts.into_iter().find_map(|(whose, text)| Some((whose, text, unseen(text)?)));
    let Some((whose, text, (at, c))) = found else { return Ok(()) };
    refuse(
        format!("{whose} has a character that cannot be seen, {}: {}", visible(&c.to_string()), visible(&around(text, at))),
        "delete the character where the text comes from: the name of the folder, the scheme, the records or the note",
    )
}

/// The words around a place in a text.
fn around(text: &str, at: usize) -> String {
    const REACH: usize = 20;
    let before = text[..at].chars().rev().take(REACH).collect::<Vec<_>>().into_iter().rev();
    let (cut_before, cut_after) = (text[..at].chars().count() > REACH, text[at..].chars().count() > REACH);
    let shown: String = before.chain(text[at..].chars().take(REACH)).collect();
    format!("{}{shown}{}", if cut_before { "…" } else { "" }, if cut_after { "…" } else { "" })
}

/// Refuses a statement that contradicts itself.
fn check_statement(statement: &Statement) -> Result<(), LedgerError> {
    let hint = "a statement names each provider once, and has one line for each thing that it pays for";
    let mut keys = BTreeSet::new();
    let mut owed = 0_i64;
    for line in &statement.lines {
        if !statement.providers.contains(&line.provider) {
            return refuse(format!("the statement has a line for {}, which is not one of its providers", line.provider), hint);
        }
        if !keys.insert(line.key(&statement.contract)) {
            return refuse(
                format!("the statement has two lines for the same thing: {} for {}", line.clause, line.provider),
                hint,
            );
        }
        match owed.checked_add(line.amount.0.saturating_abs()) {
            Some(sum) => owed = sum,
            None => return refuse("the statement's amounts are too large to add up", "check the prices of the scheme"),
        }
    }
    let providers: BTreeSet<&String> = statement.providers.iter().collect();
    if providers.is_empty() || providers.len() < statement.providers.len() {
        return refuse("the statement names no provider, or names one twice", hint);
    }
    Ok(())
}

/// Refuses a statement that looks less far than the one in force. An older statement can be printed, but not posted again.
fn not_backwards(ledger: &Ledger, statement: &Statement) -> Result<(), LedgerError> {
    for provider in &statement.providers {
        let Some((_, in_force)) = ledger.statement_in_force(&statement.contract, provider) else { continue };
        for (what, new, old) in [("as at", statement.as_at, in_force.as_at), ("known at", statement.known_at, in_force.known_at)]
        {
            if new < old {
                return refuse(
                    format!("this statement is {what} {new}, and the one in force for {provider} is {what} {old}"),
                    "a run never goes back; to print an older statement, use: wellspent ledger statement STORE",
                );
            }
        }
    }
    Ok(())
}

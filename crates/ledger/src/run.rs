//! Preparing and approving a payment run. Each looks at the ledger as it stands and gives the entries to write, or refuses and
//! says why. A repeat gives no entries: it was done before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base::identity::{self, Alike};
use base::money::Pence;
use base::visible::{hidden, visible};

use crate::account::{Account, Posting};
use crate::copied;
use crate::entry::{Approval, Detail, Entry, Form, PAID_BACK, Run, TO_PAYABLE, TO_RECEIVABLE, Transaction, What, provider_key};
use crate::hash::Hash;
use crate::journal::{InForce, Ledger};
use crate::renamed::renamings;
use crate::statement::{Line, Statement};

/// Most characters of a note.
const LONGEST_TEXT: usize = 1_000;

/// Something that the ledger does not do, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub what: String,
    pub hint: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\nhint: {}", self.what, self.hint)
    }
}

impl std::error::Error for Refusal {}

pub(crate) fn refuse<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { what: what.into(), hint: hint.into() })
}

/// A run, and what there is to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub run: Hash,
    /// Nothing when all of it is in the ledger already.
    pub entries: Vec<Entry>,
    /// What whoever asked should know, and what is done all the same.
    pub notes: Vec<String>,
}

/// Prepares a run: the statement goes into the ledger, and nothing is owed before somebody else approves it.
pub fn prepare(ledger: &Ledger, statement: Statement, prepared_by: &str, note: &str) -> Result<Plan, Refusal> {
    prepare_with(ledger, statement, prepared_by, note, Vec::new())
}

/// Prepares a run with what else belongs to it: each detail is kept, hashed and shown to whoever approves.
pub fn prepare_with(
    ledger: &Ledger,
    statement: Statement,
    prepared_by: &str,
    note: &str,
    details: Vec<Detail>,
) -> Result<Plan, Refusal> {
    let prepared_by = person(prepared_by, "the person who prepares the run (--prepared-by)")?;
    if note.chars().count() > LONGEST_TEXT {
        return refuse(
            format!("the note is longer than {LONGEST_TEXT} characters"),
            "keep documents elsewhere and name them here",
        );
    }
    sound(&statement)?;
    seen(&statement, note, &details)?;
    let last = ledger.last_run(&statement.contract);
    let standing = statement.providers.iter().map(|provider| ledger.standing(&statement.contract, provider));
    let standing: BTreeSet<Option<Hash>> = standing.map(|run| Some(run.filter(|(_, stands)| **stands == statement)?.0)).collect();
    if let (1, Some(Some(run))) = (standing.len(), standing.first()) {
        return Ok(Plan { run: *run, entries: Vec::new(), notes: Vec::new() });
    }
    not_backwards(ledger, &statement)?;
    let run = Run { form: Form::Second, prepared_by, note: note.trim().to_owned(), details, after: last, statement };
    let id = run.id();
    let notes = copied::once(ledger, &run)?;
    let entries = if ledger.has(id) { Vec::new() } else { vec![Entry::Prepared(run)] };
    Ok(Plan { run: id, entries, notes })
}

/// Approves a prepared run and posts it, all at once.
pub fn approve(ledger: &Ledger, run: Hash, approved_by: &str) -> Result<Plan, Refusal> {
    let approved_by = person(approved_by, "the person who approves the run (--by)")?;
    let Some(posted) = ledger.run(run) else {
        return refuse(format!("the ledger has no run {}", run.short()), "list its runs with: wellspent ledger show STORE");
    };
    let mut notes = not_one_person(&posted.run.prepared_by, &approved_by, run)?;
    if let Some(before) = &posted.approved_by {
        if identity::same_person(before, &approved_by) {
            return Ok(Plan { run, entries: Vec::new(), notes: Vec::new() });
        }
        return refuse(format!("run {} was approved by {before} and is posted", run.short()), "nothing is left to do");
    }
    let contract = &posted.run.statement.contract;
    if posted.run.after != ledger.last_run(contract) {
        return refuse(
            format!(
                "run {} was prepared before run {} was posted: what it would pay has changed since",
                run.short(),
                ledger.last_run(contract).short()
            ),
            "prepare the statement again and approve the new run",
        );
    }
    notes.extend(copied::posted_once(ledger, &posted.run)?);
    let approval = Approval { form: Form::Second, run, approved_by, prepared: posted.text };
    let transactions = transactions(ledger, approval.cause(), &posted.run).into_iter().map(Entry::Transaction);
    Ok(Plan { run, entries: std::iter::once(Entry::Approved(approval)).chain(transactions).collect(), notes })
}

/// Refuses one person under two spellings; tells of names that are nearly the same.
fn not_one_person(prepared_by: &str, approved_by: &str, run: Hash) -> Result<Vec<String>, Refusal> {
    let hint = "a second person looks at the run and approves it";
    let run = run.short();
    match identity::compare(prepared_by, approved_by) {
        Alike::Same => refuse(format!("{prepared_by} prepared run {run} and cannot approve it as well"), hint),
        Alike::Lookalike => refuse(
            format!("{prepared_by} prepared run {run}, and {approved_by} is a name that looks the same in other letters"),
            hint,
        ),
        Alike::Near => Ok(vec![format!(
            "{approved_by} approves what {prepared_by} prepared: the names are nearly the same; see that they are two people"
        )]),
        Alike::Different => Ok(Vec::new()),
    }
}

/// What posting a run writes: reversals of what no longer holds, what is new, what was paid under an old name, and what moves
/// between payable and receivable. `cause` is the approval that they follow from.
#[must_use]
pub fn transactions(ledger: &Ledger, cause: Hash, run: &Run) -> Vec<Transaction> {
    let statement = &run.statement;
    let contract = &statement.contract;
    let lines: BTreeMap<Hash, &Line> = statement.lines.iter().map(|line| (line.key(contract), line)).collect();
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
            let what = What::Posts { line: statement.id(line), before };
            let postings = vec![
                (Account::expense(contract), line.amount),
                (Account::payable(contract, &line.provider), Pence(line.amount.0.saturating_neg())),
            ];
            out.push(Transaction { form: Form::Second, cause, key, what, reason: line.reason.clone(), postings });
        }
    }
    for renaming in renamings(run) {
        let paid = ledger.paid(contract, &renaming.old);
        if paid != Pence(0) {
            let postings = vec![
                (Account::payable(contract, &renaming.new), paid),
                (Account::payable(contract, &renaming.old), Pence(paid.0.saturating_neg())),
            ];
            let (key, what, reason) = (renaming.key(contract), What::Reclassifies, renaming.reason());
            out.push(Transaction { form: Form::Second, cause, key, what, reason, postings });
        }
    }
    for provider in &statement.providers {
        let moved = reclassified(ledger, cause, contract, provider, &out);
        out.extend(moved);
    }
    out
}

/// What moves between payable and receivable after some transactions: a provider that was paid more than is due owes the
/// difference, and what it owes is set off against what comes due later.
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
    let (key, what, reason) = (provider_key(contract, provider), What::Reclassifies, reason.to_owned());
    (!nothing).then_some(Transaction { form: Form::Second, cause, key, what, reason, postings })
}

fn reversal(cause: Hash, key: Hash, in_force: &InForce, now: Option<&Line>, statement: &Statement) -> Transaction {
    let was = in_force.line.sum_in_words();
    let reason = match now {
        Some(line) => format!("was {was}; is {}, as known at {}", line.sum_in_words(), statement.known_at),
        None => format!("was {was}; is no line of the statement as at {}", statement.as_at),
    };
    let postings = in_force.postings.iter().map(|(account, amount)| (account.clone(), Pence(-amount.0))).collect();
    Transaction { form: Form::Second, cause, key, what: What::Reverses(in_force.transaction), reason, postings }
}

/// A person's name as it is kept, or why it is none; `who` says whose name it is.
pub fn person(text: &str, who: &str) -> Result<String, Refusal> {
    identity::read(text).or_else(|fault| {
        let (what, hint) = fault.said(who);
        refuse(what, hint)
    })
}

/// Refuses characters that nobody sees: whoever approves must see what there is. Line ends and tabs are shown.
fn seen(statement: &Statement, note: &str, details: &[Detail]) -> Result<(), Refusal> {
    let unseen = |text: &str| text.char_indices().find(|(_, c)| hidden(*c) && !matches!(c, '\n' | '\t'));
    let mut texts = vec![("the name of the contract, which is that of its folder,".to_owned(), &statement.contract[..])];
    texts.extend(statement.providers.iter().map(|provider| ("the name of a provider".to_owned(), &provider[..])));
    texts.push(("the note (--note)".to_owned(), note));
    for Detail { name, value } in details {
        texts.extend([("the name of a detail of the run".to_owned(), &name[..]), (format!("the {}", visible(name)), &value[..])]);
    }
    for (number, line) in (1..).zip(&statement.lines) {
        let Line { provider, area, clause, outcome, from_cohort, to_cohort, segment, unit, reason, .. } = line;
        for text in [provider, area, clause, outcome, from_cohort, to_cohort, segment, unit, reason] {
            texts.push((format!("line {number} of the statement"), text));
        }
    }
    let found = texts.into_iter().find_map(|(whose, text)| Some((whose, text, unseen(text)?)));
    let Some((whose, text, (at, c))) = found else { return Ok(()) };
    refuse(
        format!("{whose} has a character that cannot be seen, {}: {}", visible(&c.to_string()), visible(&around(text, at))),
        "take the character out where the text comes from: the folder's name, the scheme, the records or the note",
    )
}

/// The words about a place in a text.
fn around(text: &str, at: usize) -> String {
    const REACH: usize = 20;
    let before = text[..at].chars().rev().take(REACH).collect::<Vec<_>>().into_iter().rev();
    let (cut_before, cut_after) = (text[..at].chars().count() > REACH, text[at..].chars().count() > REACH);
    let shown: String = before.chain(text[at..].chars().take(REACH)).collect();
    format!("{}{shown}{}", if cut_before { "…" } else { "" }, if cut_after { "…" } else { "" })
}

/// A statement that contradicts itself is not paid.
fn sound(statement: &Statement) -> Result<(), Refusal> {
    let hint = "one statement speaks once for each provider, with one line for each thing paid for";
    let mut keys = BTreeSet::new();
    let mut owed = 0_i64;
    for line in &statement.lines {
        if !statement.providers.contains(&line.provider) {
            return refuse(format!("the statement has a line for {}, for whom it does not speak", line.provider), hint);
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
        return refuse("the statement names no provider, or one of them twice", hint);
    }
    Ok(())
}

/// A run looks at least as far as what is posted: an older statement can be looked at again, and not posted again.
fn not_backwards(ledger: &Ledger, statement: &Statement) -> Result<(), Refusal> {
    for provider in &statement.providers {
        let Some((_, standing)) = ledger.standing(&statement.contract, provider) else { continue };
        for (what, new, old) in [("as at", statement.as_at, standing.as_at), ("known at", statement.known_at, standing.known_at)]
        {
            if new < old {
                return refuse(
                    format!("this statement is {what} {new}, and {provider} was paid by one {what} {old}"),
                    "a run never goes back; to see an older statement, use: wellspent ledger statement STORE",
                );
            }
        }
    }
    Ok(())
}

//! Preparing and approving a payment run. Each looks at the ledger as it stands and gives the entries to write, or refuses and
//! says why. A repeat gives no entries: it was done before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use scheme::money::Pence;

use crate::pay::entry::{Approval, Entry, Run, Transaction, What, owed};
use crate::pay::hash::Hash;
use crate::pay::ledger::{InForce, Ledger, same_person};
use crate::pay::statement::{Line, Statement};
use crate::records::gate::quality::Quality;

/// Most characters of a name or a note.
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

fn refuse<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { what: what.into(), hint: hint.into() })
}

/// A run, and what there is to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub run: Hash,
    /// Nothing when all of it is in the ledger already.
    pub entries: Vec<Entry>,
}

/// Prepares a run: the statement goes into the ledger, and nothing is owed before somebody else approves it.
pub fn prepare(ledger: &Ledger, statement: Statement, prepared_by: &str, note: &str) -> Result<Plan, Refusal> {
    prepare_from(ledger, statement, None, prepared_by, note)
}

/// The same with what there is to say of the records behind the statement.
pub fn prepare_from(
    ledger: &Ledger,
    statement: Statement,
    quality: Option<Quality>,
    prepared_by: &str,
    note: &str,
) -> Result<Plan, Refusal> {
    let prepared_by = name(prepared_by, "who prepares the run")?;
    if note.chars().count() > LONGEST_TEXT {
        return refuse(
            format!("the note is longer than {LONGEST_TEXT} characters"),
            "keep documents elsewhere and name them here",
        );
    }
    sound(&statement)?;
    let last = ledger.last_run(&statement.contract);
    let standing = statement.providers.iter().map(|provider| ledger.standing(&statement.contract, provider));
    let standing: BTreeSet<Option<Hash>> = standing.map(|run| Some(run.filter(|(_, stands)| **stands == statement)?.0)).collect();
    if let (1, Some(Some(run))) = (standing.len(), standing.first()) {
        return Ok(Plan { run: *run, entries: Vec::new() });
    }
    not_backwards(ledger, &statement)?;
    let run = Run { prepared_by, note: note.trim().to_owned(), after: last, statement, quality };
    let id = run.id();
    let entries = if ledger.has(id) { Vec::new() } else { vec![Entry::Prepared(run)] };
    Ok(Plan { run: id, entries })
}

/// Approves a prepared run and posts it, all at once.
pub fn approve(ledger: &Ledger, run: Hash, approved_by: &str) -> Result<Plan, Refusal> {
    let approved_by = name(approved_by, "who approves the run")?;
    let Some(posted) = ledger.run(run) else {
        return refuse(format!("the ledger has no run {}", run.short()), "list its runs with: wellspent ledger show STORE");
    };
    if same_person(&posted.run.prepared_by, &approved_by) {
        return refuse(
            format!("{} prepared run {} and cannot approve it as well", posted.run.prepared_by, run.short()),
            "a second person looks at the run and approves it",
        );
    }
    if let Some(before) = &posted.approved_by {
        if same_person(before, &approved_by) {
            return Ok(Plan { run, entries: Vec::new() });
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
    let approval = Entry::Approved(Approval { run, approved_by });
    let transactions = transactions(ledger, run, &posted.run.statement).into_iter().map(Entry::Transaction);
    Ok(Plan { run, entries: std::iter::once(approval).chain(transactions).collect() })
}

/// What posting a statement writes: reversals of what no longer holds, and what is new.
#[must_use]
pub fn transactions(ledger: &Ledger, run: Hash, statement: &Statement) -> Vec<Transaction> {
    let contract = &statement.contract;
    let lines: BTreeMap<Hash, &Line> = statement.lines.iter().map(|line| (line.key(contract), line)).collect();
    let mut out = Vec::new();
    for provider in &statement.providers {
        for (key, in_force) in ledger.in_force(contract, provider) {
            let now = lines.get(&key).copied();
            if !now.is_some_and(|line| line.pays_like(&in_force.line)) {
                out.push(reversal(run, key, in_force, now, statement));
            }
        }
    }
    let reversed: BTreeSet<Hash> = out.iter().map(|reversal| reversal.key).collect();
    for line in &statement.lines {
        let key = line.key(contract);
        let (in_force, before) = ledger.posted(key);
        if line.amount != Pence(0) && (in_force.is_none() || reversed.contains(&key)) {
            let what = What::Posts { line: statement.id(line), before };
            let postings = owed(contract, &line.provider, line.amount);
            out.push(Transaction { run, key, what, reason: line.reason.clone(), postings });
        }
    }
    out
}

fn reversal(run: Hash, key: Hash, in_force: &InForce, now: Option<&Line>, statement: &Statement) -> Transaction {
    let was = in_force.line.sum_in_words();
    let reason = match now {
        Some(line) => format!("was {was}; is {}, as known at {}", line.sum_in_words(), statement.known_at),
        None => format!("was {was}; is no line of the statement as at {}", statement.as_at),
    };
    let postings = in_force.postings.iter().map(|(account, amount)| (account.clone(), Pence(-amount.0))).collect();
    Transaction { run, key, what: What::Reverses(in_force.transaction), reason, postings }
}

/// A name as it is kept.
fn name(text: &str, what: &str) -> Result<String, Refusal> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return refuse(format!("the ledger must know {what}"), "give a person's name");
    }
    if name.chars().count() > LONGEST_TEXT {
        return refuse(format!("the name of {what} is longer than {LONGEST_TEXT} characters"), "give a person's name");
    }
    Ok(name)
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
            None => return refuse("the statement's amounts grow beyond all money", "check the prices of the scheme"),
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

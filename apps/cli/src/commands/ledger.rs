//! `wellspent ledger …`: looks into a ledger, records what was paid, and compares it with the bank. Whatever it shows, every entry
//! was checked on the way.

mod reconcile;
mod settle;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::cell::quoted;
use base::money::Pence;
use base::spelling::nearest;
use base::visible::visible;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use ledger::entry::{Run, Transaction, What};
use ledger::journal::{Posted, Settled};
use ledger::run::transactions;
use ledger::store::{Open, Store};
use ledger::{self, Hash, Head};

use crate::commands::approve::{self, named};
use crate::commands::pay::{changes, heading};
use crate::print;
use records::files;

#[derive(Args)]
pub struct Ledger {
    #[command(subcommand)]
    look: Look,
}

#[derive(Subcommand)]
enum Look {
    /// Check every hash, every sum and every balance
    Verify {
        /// The ledger: a file, or a postgres:// URL
        store: String,
        /// A head that was published earlier, as NUMBER:HASH: the ledger must still have it
        #[arg(long, value_name = "HEAD")]
        head: Option<String>,
    },
    /// Print the head, to be published: the number and the hash of the last entry
    Head {
        /// The ledger: a file, or a postgres:// URL
        store: String,
    },
    /// List the runs; or show one run, what it posts and why
    Show {
        /// The ledger: a file, or a postgres:// URL
        store: String,
        /// The run: its id, or the beginning of it
        run: Option<String>,
    },
    /// Print the balance of every account, as debit or credit
    Balance {
        /// The ledger: a file, or a postgres:// URL
        store: String,
    },
    /// Print every journal entry as CSV: a row for each debit and each credit
    Journal {
        /// The ledger: a file, or a postgres:// URL
        store: String,
    },
    /// List what was paid and received
    Settlements {
        /// The ledger: a file, or a postgres:// URL
        store: String,
    },
    /// Record that a provider was paid, or paid back, on a day under a reference
    Settle(settle::Settle),
    /// Reverse a settlement that was recorded by mistake or returned by the bank
    Reverse(settle::Reverse),
    /// Compare what the ledger says was paid with an extract of the bank or the finance system
    Reconcile(reconcile::Reconcile),
    /// Print a past statement as CSV, to the byte
    Statement {
        /// The ledger: a file, or a postgres:// URL
        store: String,
        /// The contract: the name of its scheme folder
        #[arg(long, value_name = "NAME")]
        contract: String,
        /// What happened up to this day counts
        #[arg(long, value_name = "DATE")]
        as_at: Date,
        /// What was known by this day counts; the same day when it is left out
        #[arg(long, value_name = "DATE")]
        known_at: Option<Date>,
        /// Write it as an Excel workbook into this file, too
        #[arg(long, value_name = "FILE")]
        xlsx: Option<PathBuf>,
    },
    /// Print every entry as it is kept, for another program to check
    Entries {
        /// The ledger: a file, or a postgres:// URL
        store: String,
    },
}

pub fn run(command: &Ledger) -> anyhow::Result<ExitCode> {
    let open = |store: &str| Store::open(store, Open::Existing);
    let out = match &command.look {
        Look::Verify { store, head } => return verify(open(store)?, head.as_deref()),
        Look::Head { store } => format!("{}\n", open(store)?.ledger().head()),
        Look::Show { store, run: None } => runs(open(store)?.ledger()),
        Look::Show { store, run: Some(run) } => {
            let store = open(store)?;
            show(store.ledger(), named(store.ledger(), run)?)?
        }
        Look::Balance { store } => balance(open(store)?.ledger()),
        Look::Journal { store } => journal(open(store)?.ledger()),
        Look::Settlements { store } => settlements(open(store)?.ledger()),
        Look::Settle(command) => return settle::run(command),
        Look::Reverse(command) => return settle::reverse(command),
        Look::Reconcile(command) => return reconcile::run(command),
        Look::Statement { store, contract, as_at, known_at, xlsx } => {
            let known_at = known_at.unwrap_or(*as_at);
            let store = open(store)?;
            let found = store.ledger().statement(contract, *as_at, known_at);
            let contracts = store.ledger().contracts();
            let near = (!contracts.contains(contract.as_str())).then(|| nearest(contract, contracts)).flatten();
            let hint = match near {
                Some(near) => format!("did you mean --contract {}?", visible(near)),
                None => "`wellspent ledger show LEDGER` lists what was posted".to_owned(),
            };
            let text = found.with_context(|| {
                format!("the ledger has no statement of {contract} as at {as_at}, known at {known_at}\n\nhint: {hint}")
            })?;
            if let Some(path) = xlsx {
                files::xlsx::write(path, "statement", &text, files::xlsx::of_statement)?;
            }
            text
        }
        Look::Entries { store } => {
            // What is hashed goes out as it is.
            print::data(&entries(open(store)?)?)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    print::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

fn verify(mut store: Store, published: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut found = store.damage()?;
    let ledger = store.ledger();
    if let Some(text) = published {
        let Some(head) = Head::parse(text) else {
            bail!("`{text}` is not a head\n\nhint: a head is NUMBER:HASH, as `wellspent ledger head` prints it");
        };
        if !ledger.had(head) {
            found.push(format!(
                "the ledger has no entry {} with the hash {}: it was written anew, or cut off, since that head was published",
                head.number, head.hash
            ));
        }
    }
    if !found.is_empty() {
        found.iter().for_each(|line| print::stderr(&format!("{} {line}", print::red("found:"))));
        return Ok(ExitCode::from(1));
    }
    for doubt in ledger.doubts() {
        print::stderr(&format!("note: {doubt}"));
    }
    let runs = ledger.runs();
    let posted = runs.iter().filter(|(_, run)| run.approved_by.is_some()).count();
    let entries = ledger.head().number;
    let settled = ledger.settlements().iter().filter(|(_, settled)| settled.reversed.is_none()).count();
    let settlements = if settled == 1 { "1 settlement" } else { &format!("{settled} settlements") };
    let (entries, runs) = (counted(entries as usize, "entry", "entries"), counted(runs.len(), "run", "runs"));
    let out = format!(
        "{entries}, {runs}, {posted} of them posted, {settlements}: every hash holds, every transaction sums to zero and follows \
         from a statement or a settlement, every balance ties to its statement\nhead {}\n",
        ledger.head()
    );
    print::stdout(&print::green(&out))?;
    Ok(ExitCode::SUCCESS)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn runs(ledger: &ledger::Ledger) -> String {
    let header = ["run", "contract", "as at", "known at", "prepared by", "approved by", "total"].map(str::to_owned);
    let row = |(id, posted): &(Hash, &Posted)| {
        let Run { prepared_by, statement, .. } = &posted.run;
        let total: i64 = statement.lines.iter().map(|line| line.amount.0).sum();
        let approved_by = posted.approved_by.clone().unwrap_or_else(|| "nobody yet".to_owned());
        vec![
            id.short(),
            statement.contract.clone(),
            statement.as_at.to_string(),
            statement.known_at.to_string(),
            prepared_by.clone(),
            approved_by,
            Pence(total).to_string(),
        ]
    };
    print::table(&header, &ledger.runs().iter().map(row).collect::<Vec<_>>())
}

/// A run with what it posted, or what it would post if it were approved now.
fn show(ledger: &ledger::Ledger, id: Hash) -> anyhow::Result<String> {
    let posted = ledger.run(id).context("the run is gone")?;
    let Run { prepared_by, note, details, statement, .. } = &posted.run;
    let mut out = format!("run {id}\n  {}\n  prepared by {}\n", heading(statement), visible(prepared_by));
    if !note.is_empty() {
        out += &format!("  {}\n", print::wrap(note, 92, "  "));
    }
    out += &approve::details(details);
    let would;
    let transactions = match &posted.approved_by {
        Some(name) => {
            out += &format!("  approved by {} and posted\n", visible(name));
            &posted.transactions
        }
        None => {
            out += &changes(ledger, &posted.run);
            out += "  not approved; it would post:\n";
            would = transactions(ledger, id, &posted.run);
            &would
        }
    };
    for transaction in transactions {
        out += &words(transaction);
    }
    Ok(out)
}

/// What a transaction does, in a few words.
fn what(transaction: &Transaction) -> String {
    match transaction.what {
        What::Posts { line, .. } => format!("posts line {}", line.short()),
        What::Reverses(reversed) => format!("reverses {}", reversed.short()),
        What::Settles => "settles".to_owned(),
        What::Reclassifies => "moves between payable and receivable".to_owned(),
    }
}

fn words(transaction: &Transaction) -> String {
    let mut out = format!("  {} {}\n", print::bold(&transaction.id().short()), what(transaction));
    // Debits before credits, as a journal has them.
    let (debits, credits): (Vec<_>, Vec<_>) = transaction.postings.iter().partition(|(_, amount)| amount.0 >= 0);
    for (account, amount) in debits.into_iter().chain(credits) {
        let (side, amount) = sided(*amount);
        out += &format!("      {side:<7}{:<67} {:>16}\n", visible(&account.to_string()), amount.to_string());
    }
    out + &print::dim(&format!("      {}\n", print::wrap(&transaction.reason, 88, "      ")))
}

/// A posting's side and its amount without a sign.
fn sided(amount: Pence) -> (&'static str, Pence) {
    (if amount.0 < 0 { "credit" } else { "debit" }, Pence(amount.0.saturating_abs()))
}

fn balance(ledger: &ledger::Ledger) -> String {
    let header = ["account", "debit", "credit"].map(str::to_owned);
    let (mut debits, mut credits) = (0_i64, 0_i64);
    let mut rows = Vec::new();
    for (account, balance) in ledger.balances() {
        let (debit, credit) = (balance.0.max(0), balance.0.min(0).saturating_neg());
        (debits, credits) = (debits.saturating_add(debit), credits.saturating_add(credit));
        let cell = |amount: i64| if amount == 0 { String::new() } else { Pence(amount).to_string() };
        let both = if balance.0 == 0 { [Pence(0).to_string(), String::new()] } else { [cell(debit), cell(credit)] };
        rows.push([vec![account.to_string()], both.to_vec()].concat());
    }
    if !rows.is_empty() {
        rows.push(vec!["total".to_owned(), Pence(debits).to_string(), Pence(credits).to_string()]);
    }
    print::table(&header, &rows)
}

/// Every debit and credit, with what it follows from.
fn journal(ledger: &ledger::Ledger) -> String {
    let mut out = "transaction,what,from,day,contract,provider,account,debit,credit,reason\n".to_owned();
    let mut add = |transaction: &Transaction, from: &str, day: &str| {
        for (account, amount) in &transaction.postings {
            let (name, contract, provider) = account.parts();
            let pounds = format!("{}.{:02}", amount.0.unsigned_abs() / 100, amount.0.unsigned_abs() % 100);
            let (debit, credit) = if amount.0 < 0 { ("", pounds.as_str()) } else { (pounds.as_str(), "") };
            let id = transaction.id().to_string();
            let what = what(transaction);
            let cells = [&id, what.as_str(), from, day, contract, provider, name, debit, credit, &transaction.reason];
            out += &format!("{}\n", cells.map(|cell| quoted(&safe(cell)).into_owned()).join(","));
        }
    };
    for (_, transaction, from, day) in ledger.journal() {
        add(transaction, &from, &day.to_string());
    }
    out
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn settlements(ledger: &ledger::Ledger) -> String {
    let header = ["reference", "day", "contract", "provider", "way", "recorded by", "state", "amount"].map(str::to_owned);
    let row = |(_, settled): &(Hash, &Settled)| {
        let of = &settled.settlement;
        let state = match &settled.reversed {
            Some(reversal) => format!("reversed by {}: {}", reversal.recorded_by, reversal.reason),
            None if of.over.is_empty() => "in force".to_owned(),
            None => format!("in force; more than was due: {}", of.over),
        };
        let texts = [&of.reference, &of.on.to_string(), &of.contract, &of.provider].map(Clone::clone).to_vec();
        [texts, vec![of.way.word().to_owned(), of.recorded_by.clone(), state, of.amount.to_string()]].concat()
    };
    print::table(&header, &ledger.settlements().iter().map(row).collect::<Vec<_>>())
}

/// Each entry: a line with the number of bytes that are hashed and their hash, then those bytes.
fn entries(mut store: Store) -> anyhow::Result<String> {
    let mut out = String::new();
    let mut previous = Hash::NONE;
    for sealed in store.entries_after(0)? {
        let text = sealed.text(previous);
        out += &format!("{} {}\n{text}", text.len(), sealed.hash);
        previous = sealed.computed(previous);
    }
    Ok(out)
}

//! `wellspent ledger …`: looks into a ledger and changes nothing. Whatever it shows, every entry was checked on the way.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use engine::pay::entry::{Account, Run, Transaction, What};
use engine::pay::ledger::Posted;
use engine::pay::run::transactions;
use engine::pay::{self, Hash, Head};
use jiff::civil::Date;
use scheme::money::Pence;
use store::{Open, Store};

use crate::commands::approve::named;
use crate::commands::pay::heading;
use crate::{paint, tables};

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
    /// Print the balance of every account
    Balance {
        /// The ledger: a file, or a postgres:// URL
        store: String,
    },
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
        Look::Statement { store, contract, as_at, known_at, xlsx } => {
            let known_at = known_at.unwrap_or(*as_at);
            let store = open(store)?;
            let found = store.ledger().statement(contract, *as_at, known_at);
            let hint = "`wellspent ledger show LEDGER` lists what was posted";
            let text = found.with_context(|| {
                format!("the ledger has no statement of {contract} as at {as_at}, known at {known_at}\n\nhint: {hint}")
            })?;
            if let Some(path) = xlsx {
                tables::xlsx::write(path, "statement", &text, tables::xlsx::of_statement)?;
            }
            text
        }
        Look::Entries { store } => entries(open(store)?)?,
    };
    paint::stdout(&out)?;
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
        found.iter().for_each(|line| paint::stderr(&format!("{} {line}", paint::red("found:"))));
        return Ok(ExitCode::from(1));
    }
    let runs = ledger.runs();
    let posted = runs.iter().filter(|(_, run)| run.approved_by.is_some()).count();
    let entries = ledger.head().number;
    let out = format!(
        "{entries} entries, {} runs, {posted} of them posted: every hash holds, every transaction sums to zero, every balance ties \
         to its statement\nhead {}\n",
        runs.len(),
        ledger.head()
    );
    paint::stdout(&paint::green(&out))?;
    Ok(ExitCode::SUCCESS)
}

fn runs(ledger: &pay::Ledger) -> String {
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
    paint::table(&header, &ledger.runs().iter().map(row).collect::<Vec<_>>())
}

/// A run with what it posted, or what it would post if it were approved now.
fn show(ledger: &pay::Ledger, id: Hash) -> anyhow::Result<String> {
    let posted = ledger.run(id).context("the run is gone")?;
    let Run { prepared_by, note, statement, .. } = &posted.run;
    let mut out = format!("run {id}\n  {}\n  prepared by {prepared_by}\n", heading(statement));
    if !note.is_empty() {
        out += &format!("  {}\n", paint::wrap(note, 92, "  "));
    }
    let would;
    let transactions = match &posted.approved_by {
        Some(name) => {
            out += &format!("  approved by {name} and posted\n");
            &posted.transactions
        }
        None => {
            out += "  not approved; it would post:\n";
            would = transactions(ledger, id, statement);
            &would
        }
    };
    for transaction in transactions {
        out += &words(transaction);
    }
    Ok(out)
}

fn words(transaction: &Transaction) -> String {
    let what = match transaction.what {
        What::Posts { line, .. } => format!("posts line {}", line.short()),
        What::Reverses(reversed) => format!("takes back {}", reversed.short()),
    };
    let mut out = format!("  {} {what}\n", paint::bold(&transaction.id().short()));
    for (account, amount) in &transaction.postings {
        out += &format!("      {:<74} {amount:>16}\n", account.to_string());
    }
    out + &paint::dim(&format!("      {}\n", paint::wrap(&transaction.reason, 88, "      ")))
}

fn balance(ledger: &pay::Ledger) -> String {
    let header = ["account".to_owned(), "balance".to_owned()];
    let row = |(account, balance): (&Account, &Pence)| vec![account.to_string(), balance.to_string()];
    paint::table(&header, &ledger.balances().iter().map(row).collect::<Vec<_>>())
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

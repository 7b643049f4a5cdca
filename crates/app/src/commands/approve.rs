//! `wellspent approve RUN --store LEDGER --by NAME`: a second person approves a prepared run, and it is posted.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use engine::pay::{Hash, Ledger, Refusal, approve};
use store::{Open, Store};

use crate::commands::ledger::of_records;
use crate::commands::pay::now;
use crate::paint;

#[derive(Args)]
pub struct Approve {
    /// The run: its id, or the beginning of it
    run: String,
    /// The ledger: a file, or a postgres:// URL
    #[arg(long, value_name = "LEDGER")]
    store: String,
    /// Who approves it; never who prepared it
    #[arg(long, value_name = "NAME")]
    by: String,
}

pub fn run(command: &Approve) -> anyhow::Result<ExitCode> {
    let mut store = Store::open(&command.store, Open::Existing)?;
    let run = named(store.ledger(), &command.run)?;
    if let Some(posted) = store.ledger().run(run).filter(|posted| posted.approved_by.is_none()) {
        // Before it is posted: what whoever approves it should have seen.
        paint::stdout(&of_records(posted.run.quality.as_ref()))?;
    }
    let posted = store.append(&now(), |ledger| {
        let plan = approve(ledger, run, &command.by)?;
        // The first entry is the approval itself.
        Ok::<_, Refusal>((plan.entries.len().checked_sub(1), plan.entries))
    })??;
    let mut out = match posted {
        Some(count) => format!("run {} approved and posted: {count} transactions\n", run.short()),
        None => format!("run {} was approved and posted before; nothing was written\n", run.short()),
    };
    let ledger = store.ledger();
    if let Some(posted) = ledger.run(run) {
        let contract = &posted.run.statement.contract;
        for provider in &posted.run.statement.providers {
            out += &format!("  {provider} is owed {} under {contract}\n", ledger.owed(contract, provider));
        }
    }
    out += &format!("  head {}\n", ledger.head());
    paint::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// The one run whose id begins so.
pub fn named(ledger: &Ledger, start: &str) -> anyhow::Result<Hash> {
    let found = ledger.runs_named(start);
    match found[..] {
        [run] => Ok(run),
        [] => bail!("the ledger has no run {start}\n\nhint: `wellspent ledger show LEDGER` lists its runs"),
        _ => bail!("{} runs of the ledger begin with {start}\n\nhint: give more of the id", found.len()),
    }
}

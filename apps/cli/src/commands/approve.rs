//! `wellspent approve RUN --store LEDGER --by NAME`: a second person approves a prepared run, and it is posted.

use std::process::ExitCode;

use anyhow::bail;
use base::money::Pence;
use base::visible::visible;
use clap::Args;
use ledger::renamed::{renaming, renamings};
use ledger::store::{Open, Store};
use ledger::{Detail, Hash, Ledger, Refusal, approve};

use crate::commands::pay::{changes, now};
use crate::print;

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
    let posted = store.append(&now(), |ledger| {
        let plan = approve(ledger, run, &command.by)?;
        let posted = ledger.run(run).filter(|posted| posted.approved_by.is_none());
        let changed = posted.filter(|posted| !renamings(&posted.run).is_empty()).map(|posted| changes(ledger, &posted.run));
        // The first entry is the approval itself.
        Ok::<_, Refusal>(((plan.entries.len().checked_sub(1), plan.notes, changed.unwrap_or_default()), plan.entries))
    })??;
    let (posted, notes, changed) = posted;
    for note in notes {
        print::stderr(&format!("note: {note}"));
    }
    let mut out = match posted {
        Some(1) => format!("run {} approved and posted: 1 transaction\n", run.short()),
        Some(count) => format!("run {} approved and posted: {count} transactions\n", run.short()),
        None => format!("run {} was approved and posted before; nothing was written\n", run.short()),
    };
    let ledger = store.ledger();
    if let Some(posted) = ledger.run(run) {
        out += &details(&posted.run.details);
        // As it was told when the run was prepared.
        out += &changed;
        let contract = &posted.run.statement.contract;
        let known = |provider: &&String| ledger.new_name(contract, provider).is_none();
        for provider in posted.run.statement.providers.iter().filter(known) {
            out += &owed(ledger, contract, provider);
        }
    }
    out += &format!("  head {}\n", ledger.head());
    print::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// What a run keeps besides its statement: what there is to say of the records.
pub fn details(details: &[Detail]) -> String {
    let lines = |detail: &Detail| detail.value.lines().map(|line| format!("    {}\n", visible(line))).collect::<String>();
    let one = |detail: &Detail| match renaming(detail) {
        Some(renaming) => format!("  {}\n", visible(&renaming.reason())),
        None => format!("  {}\n{}", visible(&detail.name), lines(detail)),
    };
    details.iter().map(one).collect()
}

/// What a provider is owed now, or owes, and what was paid of it.
pub fn owed(ledger: &Ledger, contract: &str, provider: &str) -> String {
    let (owed, paid) = (ledger.owed(contract, provider), ledger.paid(contract, provider));
    let (provider, contract) = (visible(provider), visible(contract));
    let of_it = match paid {
        Pence(0) => String::new(),
        paid => format!(" ({} was paid)", paid),
    };
    match owed.0 < 0 {
        false => format!("  {provider} is owed {owed} under {contract}{of_it}\n"),
        true => format!("  {provider} owes {} under {contract}{of_it}\n", Pence(owed.0.saturating_neg())),
    }
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

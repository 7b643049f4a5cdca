//! `wellspent approve RUN --store LEDGER --by NAME`: a second person approves a prepared run, and it is posted.

use std::process::ExitCode;

use clap::Args;
use wellspent::approve::{ApproveRequest, approve};

use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent approve 702682910efd --store ledger.db --by \"Ben Cole\"")]
pub(crate) struct Approve {
    /// The run: its id, or the beginning of it
    run: String,
    /// The ledger: a file, or a postgres:// URL
    #[arg(long, value_name = "LEDGER")]
    store: String,
    /// Who approves it; this must not be the person who prepared it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Write the result as JSON to standard output (`wellspent schema approve` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Approve) -> anyhow::Result<ExitCode> {
    let Approve { run, store, by, json } = command;
    let report = approve(&ApproveRequest { store, run, by })?;
    print::notes(&report.notes);
    print::result(json.then(|| report.document()), |_| report.text())?;
    Ok(ExitCode::SUCCESS)
}

//! `wellspent invoices RECORDS`: which lines are price × results to the penny, and what was paid and planned under each contract.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::invoices::{InvoicesRequest, invoices};

use crate::args::AcceptArgs;
use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent invoices records\n  wellspent invoices records --contract \"Care leavers\"\n\nThe exit \
                        code is 1 if a line is not price × results."
)]
pub(crate) struct Invoices {
    /// The folder with invoices.csv or invoices.parquet
    records: PathBuf,
    /// Only this contract. More than one may be given [default: all]
    #[arg(long, value_name = "NAME")]
    contract: Vec<String>,
    /// Leave out lines that became known after this day
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the result as JSON to standard output (`wellspent schema invoices` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Invoices) -> anyhow::Result<ExitCode> {
    let accepted = command.accept.accepted(None)?;
    let Invoices { records, contract: contracts, known_at, json, .. } = command;
    let report = invoices(&InvoicesRequest { records, contracts, known_at, accepted })?;
    print::result(json.then(|| report.document()), |terminal| report.text(terminal))?;
    print::notes(&report.notes);
    Ok(ExitCode::from(u8::from(report.has_wrong_lines())))
}

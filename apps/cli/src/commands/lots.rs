//! `wellspent lots RECORDS`: who holds which lots on a day, by provider and by region.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::lots::{LotsRequest, lots};

use crate::args::AcceptArgs;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent lots records\n  wellspent lots records --as-at 2029-12-16")]
pub(crate) struct Lots {
    /// The folder with lots.csv, subcontracts.csv …, each as CSV, Excel or Parquet
    records: PathBuf,
    /// Only lots that run on this day [default: all]
    #[arg(long, value_name = "DATE")]
    as_at: Option<Date>,
    /// Leave out rows that became known after this day
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the result as JSON to standard output (`wellspent schema lots` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Lots) -> anyhow::Result<ExitCode> {
    let accepted = command.accept.accepted(None)?;
    let Lots { records, as_at, known_at, json, .. } = command;
    let report = lots(&LotsRequest { records, as_at, known_at, accepted })?;
    print::result(json.then(|| report.document()), |terminal| report.text(terminal))?;
    print::notes(&report.notes);
    Ok(ExitCode::SUCCESS)
}

//! `wellspent ledger statement STORE --contract NAME --as-at DATE`: prints a past statement again, to the byte.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::ledger::{PastStatementRequest, statement};

use crate::output::{Inputs, ResultFormat, outputs, write_bytes};
use crate::print;

#[derive(Args)]
pub(crate) struct PastStatement {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// The contract: the name of its scheme folder
    #[arg(long, value_name = "NAME")]
    contract: String,
    /// Count what happened up to this day
    #[arg(long, value_name = "DATE")]
    as_at: Date,
    /// Leave out what became known after this day [default: the day of --as-at]
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    /// Write it as an Excel workbook into this file as well
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema ledger-statement` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: PastStatement) -> anyhow::Result<ExitCode> {
    let PastStatement { store, contract, as_at, known_at, xlsx, json } = command;
    let workbook = xlsx.iter().map(|file| (file, ResultFormat::Xlsx));
    outputs(workbook, false, Inputs { files: [Some(Path::new(&store)), None], ..Inputs::default() })?;
    let known_at = known_at.unwrap_or(as_at);
    let found = statement(&PastStatementRequest { store, contract, as_at, known_at })?;
    xlsx.iter().try_for_each(|file| write_bytes(file, &found.workbook()?))?;
    match json {
        true => print::json(&found.document)?,
        false => print::stdout(&found.csv)?,
    }
    Ok(ExitCode::SUCCESS)
}

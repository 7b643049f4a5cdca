//! `wellspent ledger statement STORE --contract NAME --as-at DATE`: prints a past statement again, to the byte.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::ledger::{PastStatementRequest, statement};

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
}

pub(crate) fn run(command: PastStatement) -> anyhow::Result<ExitCode> {
    let PastStatement { store, contract, as_at, known_at, xlsx } = command;
    let known_at = known_at.unwrap_or(as_at);
    print::stdout(&statement(&PastStatementRequest { store, contract, as_at, known_at, xlsx })?)?;
    Ok(ExitCode::SUCCESS)
}

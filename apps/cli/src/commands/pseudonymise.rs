//! `wellspent pseudonymise RECORDS --purpose NAME --key FILE --out DIR`: the rows and columns that a purpose covers, for one
//! project, under pseudonyms that nobody can undo without the key.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::pseudonymise::{PseudonymiseRequest, pseudonymise};

use crate::args::{AccessArgs, DaysArgs};
use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent pseudonymise joined --purpose evaluation --key /media/keys/evaluation --out study \
                        --as-at 2026-12-31"
)]
pub(crate) struct Pseudonymise {
    /// The folder with persons.csv, purposes.toml and a folder of records for each agency
    records: PathBuf,
    #[command(flatten)]
    access: AccessArgs,
    /// The file with the key: at least 32 random bytes, kept apart from all records
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The folder to write to, which must be empty or new
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    days: DaysArgs,
    /// Write the result as JSON to standard output (`wellspent schema pseudonymise` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Pseudonymise) -> anyhow::Result<ExitCode> {
    let written = pseudonymise(&PseudonymiseRequest {
        records: command.records.clone(),
        access: command.access.access()?,
        key: command.key.clone(),
        out: command.out.clone(),
        days: command.days.days(),
    })?;
    print::notes(&written.notes);
    match command.json {
        true => print::json(&written.document())?,
        false => print::stderr(&format!("wrote {}", written.folder.display())),
    }
    Ok(ExitCode::SUCCESS)
}

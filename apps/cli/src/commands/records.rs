//! `wellspent records check DIR`: every fault of the tables that agencies hand over, with its fix, in one go. `map` makes such
//! tables.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use wellspent::FileFormat;
use wellspent::records::{RecordsCheckRequest, check};

use crate::args::TableFormat;
use crate::commands::map::{self, Map};
use crate::output::{Inputs, ResultFormat, is_standard, named_for, outputs};
use crate::print;

#[derive(Args)]
pub(crate) struct RecordsArgs {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check tables of records: every fault with its file, row, column and fix
    Check(CheckTables),
    /// Make the tables from an agency's own files: CSV, Excel, OpenDocument or Parquet
    Map(Map),
}

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent records check records\n  wellspent records check records --list faults.xlsx\n  \
                        wellspent records check records --keep clean --as parquet")]
struct CheckTables {
    /// The folder with people.csv, starts.csv, events.csv …, each as CSV, Excel, OpenDocument or Parquet, or one workbook with
    /// a sheet for each
    folder: PathBuf,
    /// Write the rows that are right into this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// The format of the rows that are kept [default: that of each file]
    #[arg(long = "as", value_name = "FORMAT", requires = "keep")]
    format: Option<TableFormat>,
    /// Write every fault, a row each, into this file: CSV, or an Excel workbook where its name ends in .xlsx
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema records-check` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &RecordsArgs) -> anyhow::Result<ExitCode> {
    match &command.task {
        Task::Check(command) => check_tables(command),
        Task::Map(command) => map::run(command),
    }
}

fn check_tables(command: &CheckTables) -> anyhow::Result<ExitCode> {
    if command.list.as_deref().is_some_and(is_standard) {
        bail!(wellspent::Error::failed(
            "the list of faults is written while the records are read, so it needs a file",
            "--list faults.csv"
        ))
    }
    command.list.iter().try_for_each(|file| named_for(file, &["csv", "xlsx"]))?;
    let list = command.list.iter().map(|file| (file, ResultFormat::of_name(file)));
    outputs(list, command.json, Inputs { records: Some(&command.folder), ..Inputs::default() })?;
    let found = check(&RecordsCheckRequest {
        folder: command.folder.clone(),
        keep: command.keep.clone(),
        format: command.format.map(FileFormat::from),
        list: command.list.clone(),
    })?;
    if command.json {
        print::json(&found.document())?;
    } else {
        print::stderr(&found.faults_text());
        print::text(|terminal| found.text(terminal))?;
    }
    found.notes.iter().for_each(|note| print::stderr(note));
    Ok(if found.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

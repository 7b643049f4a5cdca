//! `wellspent records map MAP DATA --out DIR`: tables of records from an agency's own files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::records::{MapRequest, map};

use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent records map map.toml their-files --out records")]
pub(crate) struct Map {
    /// The map, a TOML file: which column of which file becomes which column of which table
    map: PathBuf,
    /// The folder with the agency's files: CSV, Excel, OpenDocument or Parquet
    data: PathBuf,
    /// Write the tables into this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write the result as JSON to standard output (`wellspent schema records-map` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Map) -> anyhow::Result<ExitCode> {
    let made =
        map(&MapRequest { map: command.map.clone(), data: command.data.clone(), reach: reach(), out: command.out.clone() })?;
    made.notes.iter().chain(&made.faults_text()).for_each(|text| print::stderr(text));
    print::result(command.json.then(|| made.document()), |terminal| made.text(terminal))?;
    made.hint().iter().for_each(|hint| print::stderr(hint));
    Ok(ExitCode::from(u8::from(made.errors() > 0)))
}

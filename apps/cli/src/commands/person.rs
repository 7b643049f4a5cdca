//! `wellspent person ID RECORDS --purpose NAME --as-at DATE`: one person's timeline across agencies, each item with its agency.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::person::{PersonRequest, person};

use crate::args::{AccessArgs, DaysArgs};
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent person P00000001 joined --purpose joint-support --as-at 2026-12-31\n  \
                        wellspent person P00000001 joined --purpose joint-support --as-at 2026-12-31 --agency housing --json")]
pub(crate) struct Person {
    /// The person, as in the table of persons
    id: String,
    /// The folder with persons.csv, purposes.toml and a folder of records for each agency
    records: PathBuf,
    #[command(flatten)]
    access: AccessArgs,
    /// Only what this agency holds; may be given several times
    #[arg(long, value_name = "NAME")]
    agency: Vec<String>,
    #[command(flatten)]
    days: DaysArgs,
    /// Write the result as JSON to standard output (`wellspent schema person` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Person) -> anyhow::Result<ExitCode> {
    let found = person(&PersonRequest {
        id: command.id.clone(),
        records: command.records.clone(),
        access: command.access.access()?,
        agencies: command.agency.clone(),
        days: command.days.days(),
    })?;
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    print::notes(&found.notes);
    Ok(ExitCode::SUCCESS)
}

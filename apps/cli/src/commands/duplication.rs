//! `wellspent duplication RECORDS --purpose NAME --as-at DATE`: how many agencies hold each person, who has the same work done
//! twice, what that costs by department, and which agencies overlap most.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::duplication::{DuplicationRequest, duplication};
use wellspent::quality;

use crate::args::{AcceptArgs, AccessArgs, DaysArgs};
use crate::output::{Inputs, ResultFormat, is_standard, outputs, write, write_csv};
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent duplication joined --purpose joint-support --as-at 2026-12-31\n  \
                        wellspent duplication joined --purpose joint-support --as-at 2026-12-31 --html duplication.html")]
pub(crate) struct Duplication {
    /// The folder with persons.csv, purposes.toml and a folder of records for each agency
    records: PathBuf,
    #[command(flatten)]
    access: AccessArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Unit costs of work, with their ranges and sources [default: unit-costs.csv in RECORDS, if it is there]
    #[arg(long, value_name = "FILE")]
    unit_costs: Option<PathBuf>,
    /// Write who has the same work done twice, a row each, into this CSV file; - for standard output
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Write the result as a page with charts, too; - for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema duplication` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Duplication) -> anyhow::Result<ExitCode> {
    let files = || [&command.html, &command.list].into_iter().flatten();
    let inputs = Inputs { records: Some(&command.records), files: [command.unit_costs.as_deref(), None], scheme: None };
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    outputs(html.chain(command.list.iter().map(|file| (file, ResultFormat::Csv))), command.json, inputs)?;
    let found = duplication(&DuplicationRequest {
        records: command.records.clone(),
        access: command.access.access()?,
        days: command.days.days(),
        unit_costs: command.unit_costs.clone(),
        with_list: command.list.is_some(),
        accepted: command.accept.accepted(None)?,
    })?;
    command.list.iter().zip(found.list_csv()).try_for_each(|(file, list)| write_csv(file, &list))?;
    command.html.iter().try_for_each(|file| write(file, &found.page()))?;
    if command.json {
        print::json(&found.document())?;
    } else if !files().any(|file| is_standard(file)) {
        print::text(|terminal| found.text(terminal))?;
    }
    print::notes(&found.notes);
    print::notes(&quality::notes(&found.quality));
    Ok(ExitCode::SUCCESS)
}

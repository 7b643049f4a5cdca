//! `wellspent watch SCHEME RECORDS --as-at DATE`: flags for risks that show themselves in live records.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::quality;
use wellspent::watch::{WatchRequest, watch};

use crate::args::{AcceptArgs, DaysArgs};
use crate::options::reach;
use crate::output::{Inputs, ResultFormat, is_standard, outputs, write};
use crate::print;
use crate::threads::Threads;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent watch my-scheme records --as-at 2029-12-31\n  \
                        wellspent watch my-scheme records --as-at 2029-12-31 --flags flags.csv\n  \
                        wellspent watch my-scheme records --as-at 2029-12-31 --html watch.html")]
pub(crate) struct Watch {
    /// The scheme folder, or the name of a shipped scheme; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with the records of all providers, as for `measure`; contacts, claims, feedback and referrals are used where they are there
    records: PathBuf,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// A list of flags (CSV): new flags are added, and decisions that people wrote into it are shown
    #[arg(long, value_name = "FILE")]
    flags: Option<PathBuf>,
    #[command(flatten)]
    threads: Threads,
    /// Write it as a page too; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema watch` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Watch) -> anyhow::Result<ExitCode> {
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    let inputs =
        Inputs { scheme: Some(&command.scheme), records: Some(&command.records), files: [command.flags.as_deref(), None] };
    outputs(html, command.json, inputs)?;
    command.threads.begin()?;
    let found = watch(&WatchRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        records: command.records.clone(),
        days: command.days.days(),
        accepted: command.accept.accepted(None)?,
        flags: command.flags.clone(),
    })?;
    print::notes(&found.notes);
    let page_only = command.html.as_deref().is_some_and(is_standard);
    command.html.as_ref().map_or(Ok(()), |file| write(file, &found.page()))?;
    if command.json {
        print::json(&found.document())?;
    } else if !page_only {
        print::text(|terminal| found.text(terminal))?;
    }
    print::notes(&quality::notes(&found.quality));
    Ok(ExitCode::SUCCESS)
}

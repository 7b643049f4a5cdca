//! `wellspent why SCHEME RECORDS --as-at DATE LINE`: the people and events behind a line of the statement; with `--person ID`
//! everything that was decided for one person.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use report::quality;
use wellspent::why::{WhyAbout, WhyRequest, why};

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent why plain-linear records 2 --as-at 2029-12-16\n  \
                        wellspent why plain-linear records --person P17 --as-at 2029-12-16")]
pub struct Why {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// The folder with people, starts, events …; with --purpose, a folder of several agencies
    records: PathBuf,
    /// The line: its number in `wellspent pay` for the same days, or the first characters of its id
    #[arg(required_unless_present = "person", conflicts_with = "person")]
    line: Option<String>,
    /// Everything that was decided for one person
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    #[command(flatten)]
    joining: JoiningArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the result as JSON to standard output (`wellspent schema why` describes it)
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Why) -> anyhow::Result<ExitCode> {
    let line = || WhyAbout::Line(command.line.clone().unwrap_or_default());
    let found = why(&WhyRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        records: command.records.clone(),
        joining: command.joining.joining()?,
        days: command.days.days(),
        about: command.person.clone().map_or_else(line, WhyAbout::Person),
        accepted: command.accept.accepted(None)?,
    })?;
    print::notes(&found.notes);
    if command.json {
        print::data(&found.json()?)?;
    } else {
        print::stdout(&found.text())?;
    }
    print::notes(&quality::notes(&found.quality));
    Ok(ExitCode::SUCCESS)
}

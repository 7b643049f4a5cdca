//! `wellspent why SCHEME RECORDS --as-at DATE LINE`: the people and events behind a line of the statement; with `--person ID`
//! everything that was decided for one person.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args};
use wellspent::quality;
use wellspent::why::{WhyAbout, WhyRequest, why};

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent why plain-linear records 2 --as-at 2029-12-16\n  \
                        wellspent why plain-linear records --person P17 --as-at 2029-12-16")]
#[command(group(ArgGroup::new("about").required(true).args(["line", "person"])))]
pub(crate) struct Why {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// The folder with people, starts, events …; with --purpose, a folder of several agencies
    records: PathBuf,
    /// The line: its number in `wellspent pay` for the same days, or the first characters of its id
    line: Option<String>,
    /// Everything that was decided for one person
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// What you need it for, in your own words [default: to explain a payment]. We log who looked at whose records
    #[arg(long = "for", value_name = "PURPOSE")]
    purpose_in_words: Option<String>,
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

pub(crate) fn run(command: &Why) -> anyhow::Result<ExitCode> {
    let line = || WhyAbout::Line(command.line.clone().unwrap_or_default());
    let joining = command.joining.joining_or_none()?;
    let access = match (&joining, &command.purpose_in_words) {
        (Some(joining), None) => joining.access.clone(),
        (_, purpose) => command.joining.access_to_own(purpose.as_deref().unwrap_or("to explain a payment"))?,
    };
    let found = why(&WhyRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        records: command.records.clone(),
        joining,
        access,
        days: command.days.days(),
        about: command.person.clone().map_or_else(line, WhyAbout::Person),
        accepted: command.accept.accepted(None)?,
    })?;
    print::notes(&found.notes);
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    print::notes(&quality::notes(&found.quality));
    Ok(ExitCode::SUCCESS)
}

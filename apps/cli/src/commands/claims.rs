//! `wellspent claims SCHEME RECORDS --as-at DATE`: what providers claim, compared with what the records show.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::claims::{ClaimsRequest, claims};
use wellspent::quality;

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent claims plain-linear records --as-at 2029-12-16\n  \
                        wellspent claims plain-linear records --as-at 2029-12-16 --json\n\nThe exit code is 1 where the records \
                        do not support a claim.")]
pub(crate) struct Claims {
    /// The scheme folder, or the name of a shipped scheme; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with people, starts, events … and claims, each as CSV, Excel or Parquet; with --purpose, a folder of several
    /// agencies
    records: PathBuf,
    #[command(flatten)]
    joining: JoiningArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the result as JSON to standard output (`wellspent schema claims` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Claims) -> anyhow::Result<ExitCode> {
    let found = claims(&ClaimsRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        records: command.records.clone(),
        joining: command.joining.joining()?,
        days: command.days.days(),
        accepted: command.accept.accepted(None)?,
    })?;
    print::notes(&found.notes);
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    print::notes(&quality::notes(&found.quality));
    Ok(ExitCode::from(u8::from(found.unsupported > 0)))
}

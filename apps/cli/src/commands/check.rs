//! `wellspent check SCHEME`: every error and warning at once, and the worked examples.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::check::{CheckRequest, check};

use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent check my-scheme\n  wellspent check plain-linear --json")]
pub(crate) struct Check {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// Write the result as JSON to standard output (`wellspent schema check` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Check) -> anyhow::Result<ExitCode> {
    let found = check(&CheckRequest { scheme: command.scheme.clone(), reach: reach() })?;
    if command.json {
        print::json(&found.report)?;
    } else {
        found.problems.iter().for_each(|problem| print::stderr(problem));
        print::text(|terminal| found.report.text(terminal))?;
    }
    Ok(if found.report.errors > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

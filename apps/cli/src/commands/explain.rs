//! `wellspent explain SCHEME`: the contract in English, and what is paid at each level of each outcome.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::explain::{ExplainRequest, explain};

use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent explain my-scheme\n  wellspent explain work-programme-2011 | less")]
pub(crate) struct Explain {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// Write the result as JSON to standard output (`wellspent schema explain` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Explain) -> anyhow::Result<ExitCode> {
    let found = explain(&ExplainRequest { scheme: command.scheme.clone(), reach: reach() })?;
    print::result(command.json.then_some(&found), |terminal| found.text(terminal))?;
    Ok(ExitCode::SUCCESS)
}

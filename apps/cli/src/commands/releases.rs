//! `wellspent releases REGISTER`: what was asked to be published, by whom, and how it ended.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::publish::release_records;

use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent releases releases.txt\n  wellspent releases releases.txt --json")]
pub(crate) struct Releases {
    /// The register of releases
    register: PathBuf,
    /// Write the result as JSON to standard output (`wellspent schema releases` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Releases) -> anyhow::Result<ExitCode> {
    let found = release_records(&command.register)?;
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    Ok(ExitCode::SUCCESS)
}

//! `wellspent schemes`: the schemes that come with the program.

use std::process::ExitCode;

use clap::Args;
use wellspent::shipped;

use crate::print;

#[derive(Args)]
#[command(after_help = "Example:\n  wellspent schemes && wellspent stress plain-linear")]
pub(crate) struct Schemes {
    /// Write the result as JSON to standard output (`wellspent schema schemes` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Schemes) -> anyhow::Result<ExitCode> {
    print::result(command.json.then(shipped::document), |_| shipped::list())?;
    Ok(ExitCode::SUCCESS)
}

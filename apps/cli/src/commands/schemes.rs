//! `wellspent schemes`: the schemes that come with the program.

use std::process::ExitCode;

use clap::Args;
use wellspent::shipped;

use crate::print;

#[derive(Args)]
#[command(after_help = "Example:\n  wellspent schemes && wellspent stress plain-linear")]
pub(crate) struct Schemes {}

pub(crate) fn run(_: &Schemes) -> anyhow::Result<ExitCode> {
    print::stdout(&shipped::list())?;
    Ok(ExitCode::SUCCESS)
}

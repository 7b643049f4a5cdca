//! `wellspent verify DIR`: repeats the run of an assurance pack from its own inputs and options, and shows what differs.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::verify::{VerifyRequest, verify};

use crate::options::reach;
use crate::threads::Threads;
use crate::{print, progress};

#[derive(Args)]
#[command(after_help = "Example:\n  wellspent stress my-scheme --pack pack && wellspent verify pack")]
pub(crate) struct Verify {
    /// The pack's folder
    pack: PathBuf,
    #[command(flatten)]
    threads: Threads,
    /// Write the result as JSON to standard output (`wellspent schema verify` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Verify) -> anyhow::Result<ExitCode> {
    command.threads.begin()?;
    let request = VerifyRequest { pack: command.pack.clone(), reach: reach() };
    let found = progress::shown(|progress| verify(&request, progress))??;
    found.warnings.iter().for_each(|warning| print::stderr(warning));
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    Ok(if found.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

//! `wellspent replay SCHEME --person N --replication R`: every draw of one person, to be worked out again elsewhere.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::replay::{ReplayRequest, replay};

use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Example:\n  wellspent replay my-scheme --person 17 --replication 3")]
pub(crate) struct Replay {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// Number of the person, from 1
    #[arg(long, value_name = "N")]
    person: u64,
    /// Number of the replication, from 0
    #[arg(long, value_name = "R", default_value_t = 0)]
    replication: u64,
    /// Seed of the run
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the result as JSON to standard output (`wellspent schema replay` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Replay) -> anyhow::Result<ExitCode> {
    let Replay { person, replication, seed, .. } = *command;
    let found = replay(&ReplayRequest { scheme: command.scheme.clone(), reach: reach(), person, replication, seed })?;
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    Ok(ExitCode::SUCCESS)
}

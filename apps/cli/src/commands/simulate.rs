//! `wellspent simulate SCHEME --out DIR`: the records that agencies would hand over of one simulated replication.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use wellspent::simulate::{SimulateRequest, SimulatedStrategy, simulate};

use crate::args::TableFormat;
use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Example:\n  wellspent simulate plain-linear --out records --strategy best")]
pub(crate) struct Simulate {
    /// The scheme folder, with its assumptions and an [outcome.NAME.measured] for each outcome; or the name of a shipped scheme
    scheme: PathBuf,
    /// The folder to write people, providers, starts, events, spells, claims and coverage into; it is made when it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What the provider does
    #[arg(long, value_enum, default_value = "now")]
    strategy: Chosen,
    /// Seed of the run
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of the replication, from 0
    #[arg(long, value_name = "R", default_value_t = 0)]
    replication: u64,
    /// The format of the tables
    #[arg(long = "as", value_name = "FORMAT", default_value = "csv")]
    format: TableFormat,
    /// Write the result as JSON to standard output (`wellspent schema simulate` describes it)
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Chosen {
    /// No help beyond what the contract compels
    Idle,
    /// What is spent today
    Now,
    /// What the commissioner expects
    Intended,
    /// What earns the provider most, honestly reported
    Best,
}

pub(crate) fn run(command: &Simulate) -> anyhow::Result<ExitCode> {
    let strategy = match command.strategy {
        Chosen::Idle => SimulatedStrategy::Idle,
        Chosen::Now => SimulatedStrategy::Now,
        Chosen::Intended => SimulatedStrategy::Intended,
        Chosen::Best => SimulatedStrategy::Best,
    };
    let (scheme, out, format) = (command.scheme.clone(), command.out.clone(), command.format.into());
    let (seed, replication) = (command.seed, command.replication);
    let written = simulate(&SimulateRequest { scheme, reach: reach(), out, strategy, seed, replication, format })?;
    print::result(command.json.then(|| written.document()), |_| {
        written.text(&command.scheme.display().to_string(), &command.out.display().to_string())
    })?;
    Ok(ExitCode::SUCCESS)
}

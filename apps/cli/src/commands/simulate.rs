//! `wellspent simulate SCHEME --out DIR`: the records that agencies would hand over of one simulated replication.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use base::money::{Pence, thousands};
use clap::{Args, ValueEnum};
use risks::Role;
use simulation::simulate::simulation;

use crate::args::TableFormat;
use crate::commands::check::scheme_and_assumptions;
use crate::print;
use records::files::write::{Unfinished, Writer};
use wellspent::folder;

#[derive(Args)]
pub struct Simulate {
    /// The scheme folder, with its assumptions and an [outcome.NAME.measured] for each outcome
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

pub fn run(command: &Simulate) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some((scheme, assumptions)) = scheme_and_assumptions(&folder) else { return Ok(ExitCode::from(1)) };
    let role = match command.strategy {
        Chosen::Idle => Role::Idle,
        Chosen::Now => Role::AsNow,
        Chosen::Intended => Role::Intended,
        Chosen::Best => Role::Best,
    };
    let simulated = match simulation(&scheme, &assumptions, role, command.seed, command.replication) {
        Ok(simulated) => simulated,
        Err(why) => {
            bail!("this scheme cannot be simulated as records: {why}\n\nhint: docs/outcomes.md says how outcomes are measured")
        }
    };
    let to = &command.out;
    let unfinished = Unfinished::begin(to)?;
    let tables = simulated.tables();
    let mut said = String::new();
    let all =
        [&tables.people, &tables.providers, &tables.starts, &tables.events, &tables.spells, &tables.claims, &tables.coverage];
    for batch in all {
        let mut writer = Writer::begin(to, batch.table, command.format.into())?;
        writer.write(batch)?;
        writer.end(batch.table)?;
        said += &format!("{:>12} {}\n", thousands(batch.rows() as i64), batch.table.name);
    }
    unfinished.end()?;
    let owed: i64 = simulated.tallies().iter().map(|tally| contract::price::statement(&scheme, tally).1.total().0).sum();
    said += &format!(
        "the simulation pays {} for this replication; so does\n  wellspent pay {} {} --as-at {}\n",
        Pence(owed),
        command.scheme.display(),
        to.display(),
        simulated.until()
    );
    print::stdout(&said)?;
    Ok(ExitCode::SUCCESS)
}

//! `wellspent design SCHEME`: searches prices, gates, limits and fees for the scheme that does most for the public against the
//! provider's best strategy; with `--out` a new scheme folder with the changes written in.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use wellspent::design::{DesignAim, DesignRequest, budget, design, margin};
use wellspent::folder;
use wellspent::stress::SCENARIOS;

use crate::options::{reach, within};
use crate::threads::Threads;
use crate::{print, progress};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent design my-scheme --budget £5m\n  wellspent design my-scheme --objective safe --out \
                        designed"
)]
pub(crate) struct Design {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// What the design is judged by
    #[arg(long, value_enum, default_value_t = Aim::Value)]
    objective: Aim,
    /// The most that the payer may pay over the cohorts simulated, such as "£450m" [default: what is intended today]
    #[arg(long, value_name = "POUNDS", allow_hyphen_values = true)]
    budget: Option<String>,
    /// The least share of what it is paid that the provider must keep on average to sign
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    margin: String,
    /// Write the designed scheme into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema design` describes it)
    #[arg(long)]
    json: bool,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Scenarios in which the best design is tested
    #[arg(long, default_value_t = 32, value_parser = within(&SCENARIOS))]
    scenarios: u32,
    #[command(flatten)]
    threads: Threads,
}

#[derive(Clone, Copy, ValueEnum)]
enum Aim {
    /// The worth of outcomes to the public less what the payer pays
    Value,
    /// The worth of outcomes
    Outcomes,
    /// The least paid for chance, with worth less spend no lower than intended today
    Safe,
}

pub(crate) fn run(command: &Design) -> anyhow::Result<ExitCode> {
    command.out.as_deref().map_or(Ok(()), folder::must_be_new)?;
    let objective = match command.objective {
        Aim::Value => DesignAim::Value,
        Aim::Outcomes => DesignAim::Outcomes,
        Aim::Safe => DesignAim::Safe,
    };
    let (budget, margin) = (command.budget.as_deref().map(budget).transpose()?, margin(&command.margin)?);
    let (scheme, seed, scenarios) = (command.scheme.clone(), command.seed, command.scenarios);
    command.threads.begin()?;
    let request = DesignRequest { scheme, reach: reach(), objective, budget, margin, seed, scenarios };
    let found = progress::shown(|progress| design(&request, progress))??;
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    if let Some(out) = &command.out {
        found.write(out)?;
        print::stderr(&format!("wrote the scheme {}; each changed line keeps the old one above it", out.display()));
    }
    Ok(ExitCode::SUCCESS)
}

//! `wellspent compare OLD NEW`: every changed term, what it costs, who is better and worse off, and which risks went or appeared.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::compare::{CompareRequest, compare};
use wellspent::stress::{REPLICATIONS, SCENARIOS};

use crate::options::{reach, within};
use crate::threads::Threads;
use crate::{print, progress};

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent compare my-scheme my-scheme-fixed\n  wellspent compare \
                        transforming-rehabilitation-2013 transforming-rehabilitation-2015 --quick")]
pub(crate) struct Compare {
    /// The scheme folder as it was, or the name of a shipped scheme
    old: PathBuf,
    /// The scheme folder as it is now, or the name of a shipped scheme
    new: PathBuf,
    /// Seed of every random draw, the same for both
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Replications on which both are compared
    #[arg(long, default_value_t = 200, value_parser = within(&REPLICATIONS))]
    replications: u32,
    /// Scenarios to try for each
    #[arg(long, default_value_t = 64, value_parser = within(&SCENARIOS))]
    scenarios: u32,
    /// Try 8 scenarios only
    #[arg(long, conflicts_with = "scenarios")]
    quick: bool,
    #[command(flatten)]
    threads: Threads,
    /// Write the result as JSON to standard output (`wellspent schema compare` describes it)
    #[arg(long)]
    json: bool,
}

/// Scenarios of a quick comparison.
const QUICK_SCENARIOS: u32 = 8;

pub(crate) fn run(command: &Compare) -> anyhow::Result<ExitCode> {
    command.threads.begin()?;
    let request = CompareRequest {
        old: command.old.clone(),
        new: command.new.clone(),
        reach: reach(),
        seed: command.seed,
        replications: command.replications,
        scenarios: if command.quick { QUICK_SCENARIOS } else { command.scenarios },
    };
    let compared = progress::shown(|progress| compare(&request, progress))??;
    print::result(command.json.then_some(&compared.report), |terminal| compared.report.text(terminal))?;
    Ok(ExitCode::SUCCESS)
}

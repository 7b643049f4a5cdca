//! `wellspent stress SCHEME`: the main job. Plays the scheme against its own rules and says what goes wrong.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use lab::stress::{Options, Stress as Result, stress};

use crate::commands::check::scheme_and_world;
use crate::report::summary;
use crate::{folder, paint};

#[derive(Args)]
pub struct Stress {
    /// The scheme folder
    scheme: PathBuf,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Futures on which the findings are reported
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=100_000))]
    replications: u32,
    /// Plausible worlds to try
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    worlds: u32,
    /// Threads; the result does not depend on it [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
}

pub fn run(command: &Stress) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some((scheme, world)) = scheme_and_world(&folder) else { return Ok(ExitCode::from(1)) };
    let options = Options { seed: command.seed, replications: command.replications as usize, worlds: command.worlds as usize };
    if let Some(threads) = command.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build_global()?;
    }
    // The bar is drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(1000).with_style(ProgressStyle::with_template("{msg:<44} {bar:40} {percent:>3} %  {elapsed}")?);
    let result: Result = stress(&folder.opened, &scheme, &world, options, &|what, part| {
        bar.set_message(what.to_owned());
        bar.set_position(((part * 1000.0) as u64).max(bar.position()));
    });
    bar.finish_and_clear();
    paint::stdout(&summary::text(&scheme, &world, &result, options))?;
    Ok(ExitCode::SUCCESS)
}

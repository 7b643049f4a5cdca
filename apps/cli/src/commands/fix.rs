//! `wellspent fix SCHEME`: the cheapest changes to the rules that remove what the stress test finds; with `--out` a new
//! scheme folder with the changes written in.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::fix::{FixRequest, fix};
use wellspent::folder;

use crate::options::reach;
use crate::output::packed;
use crate::threads::Threads;
use crate::{print, progress};

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent fix my-scheme\n  wellspent fix my-scheme --out my-scheme-fixed")]
pub(crate) struct FixArgs {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// Write the changed scheme into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write an assurance pack into this new folder (see docs/assurance.md)
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Scenarios in which the chosen changes are tried
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    scenarios: u32,
    #[command(flatten)]
    threads: Threads,
}

pub(crate) fn run(command: &FixArgs) -> anyhow::Result<ExitCode> {
    [&command.out, &command.pack].into_iter().flatten().try_for_each(|folder| folder::must_be_new(folder))?;
    command.threads.begin()?;
    let (seed, scenarios) = (command.seed, command.scenarios);
    let request = FixRequest { scheme: command.scheme.clone(), reach: reach(), seed, scenarios };
    let found = progress::shown(|progress| fix(&request, progress))??;
    print::stdout(&found.text())?;
    if let Some(out) = &command.out {
        print::stdout(&match found.write(out)? {
            Some(notes) => {
                let notes: String = notes.iter().map(|note| format!("{note}\n")).collect();
                format!(
                    "\nWe wrote the changed scheme to {}. Each changed line keeps the old one above it.\n{notes}",
                    out.display()
                )
            }
            None => "\nThere is nothing to write.\n".to_owned(),
        })?;
    }
    command.pack.as_ref().map_or(Ok(ExitCode::SUCCESS), |folder| packed(folder, &found.pack()?))
}

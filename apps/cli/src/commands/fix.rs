//! `wellspent fix SCHEME`: the cheapest changes to the rules that remove what the stress test finds; with `--out` a new
//! scheme folder with the changes written in.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::fix::{FixRequest, fix};
use wellspent::folder;
use wellspent::stress::SCENARIOS;

use crate::options::{reach, within};
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
    #[arg(long, default_value_t = 32, value_parser = within(&SCENARIOS))]
    scenarios: u32,
    #[command(flatten)]
    threads: Threads,
    /// Write the result as JSON to standard output (`wellspent schema fix` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &FixArgs) -> anyhow::Result<ExitCode> {
    [&command.out, &command.pack].into_iter().flatten().try_for_each(|folder| folder::must_be_new(folder))?;
    command.threads.begin()?;
    let (seed, scenarios) = (command.seed, command.scenarios);
    let request = FixRequest { scheme: command.scheme.clone(), reach: reach(), seed, scenarios };
    let found = progress::shown(|progress| fix(&request, progress))??;
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    if let Some(out) = &command.out {
        let written = match found.write(out)? {
            Some(notes) => {
                let notes: String = notes.iter().map(|note| format!("{note}\n")).collect();
                format!(
                    "We wrote the changed scheme to {}. Each changed line keeps the old one above it.\n{notes}",
                    out.display()
                )
            }
            None => "There is nothing to write.\n".to_owned(),
        };
        match command.json {
            true => print::stderr(written.trim_end()),
            false => print::text(|_| format!("\n{written}"))?,
        }
    }
    command.pack.as_ref().map_or(Ok(ExitCode::SUCCESS), |folder| packed(folder, &found.pack()?))
}

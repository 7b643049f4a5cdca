//! `wellspent sensitivity SCHEME`: which of the uncertain assumptions the result depends on.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::folder;
use wellspent::sensitivity::{SensitivityRequest, sensitivity};

use crate::options::reach;
use crate::output::{Inputs, ResultFormat, outputs, packed, with_page};
use crate::progress;
use crate::threads::Threads;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent sensitivity my-scheme\n  wellspent sensitivity my-scheme --html sensitivity.html")]
pub(crate) struct Sensitivity {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write an assurance pack into this new folder (see docs/assurance.md)
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    #[command(flatten)]
    threads: Threads,
    /// Write it as a page with charts too; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema sensitivity` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Sensitivity) -> anyhow::Result<ExitCode> {
    command.pack.as_deref().map_or(Ok(()), folder::must_be_new)?;
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    outputs(html, command.json, Inputs { scheme: Some(&command.scheme), ..Inputs::default() })?;
    command.threads.begin()?;
    let request = SensitivityRequest { scheme: command.scheme.clone(), reach: reach(), seed: command.seed };
    let found = progress::shown(|progress| sensitivity(&request, progress))??;
    let document = command.json.then(|| found.document());
    with_page(command.html.as_deref(), || found.html(), document, |terminal| found.text(terminal))?;
    command.pack.as_ref().map_or(Ok(ExitCode::SUCCESS), |folder| packed(folder, &found.pack()?))
}

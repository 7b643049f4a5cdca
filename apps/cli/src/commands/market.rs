//! `wellspent market SCHEME`: which providers take part in the market, and what each of its rules does.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::market::{MarketRequest, market};

use crate::options::reach;
use crate::output::{Inputs, ResultFormat, outputs, with_page};
use crate::progress;
use crate::threads::Threads;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent market open-market\n  wellspent market my-scheme --html market.html")]
pub(crate) struct MarketArgs {
    /// The scheme folder with market.toml, or the name of a shipped scheme
    scheme: PathBuf,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Replications of the figures that are told, from 2 to 1,000
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(2..=1000))]
    replications: u16,
    #[command(flatten)]
    threads: Threads,
    /// Write it as a page with charts too; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema market` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &MarketArgs) -> anyhow::Result<ExitCode> {
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    outputs(html, command.json, Inputs { scheme: Some(&command.scheme), ..Inputs::default() })?;
    command.threads.begin()?;
    let (scheme, replications) = (command.scheme.clone(), usize::from(command.replications));
    let request = MarketRequest { scheme, reach: reach(), seed: command.seed, replications };
    let found = progress::shown(|progress| market(&request, progress))??;
    let document = command.json.then(|| found.document());
    with_page(command.html.as_deref(), || found.html(), document, |terminal| found.text(terminal))?;
    Ok(ExitCode::SUCCESS)
}

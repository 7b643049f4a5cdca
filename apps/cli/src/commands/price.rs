//! `wellspent price SCHEME --tally FILE`, or `--example NAME`: a price to the penny, a line per clause with quantity, price and reason.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args};
use wellspent::price::{PriceRequest, TallySource, price};

use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent price my-scheme --example five_points_better\n  \
                        wellspent price my-scheme --tally tally.csv --csv > lines.csv")]
#[command(group(ArgGroup::new("what").required(true).args(["tally", "example"])))]
pub(crate) struct Price {
    /// The scheme folder, or the name of a shipped scheme
    scheme: PathBuf,
    /// The tally: a CSV or Excel file with the people and the counts by cohort and segment; - for standard input
    #[arg(long, value_name = "FILE")]
    tally: Option<PathBuf>,
    /// A worked example of the scheme instead of a tally
    #[arg(long, value_name = "NAME")]
    example: Option<String>,
    /// Write the lines as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Write the result as JSON to standard output (`wellspent schema price` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Price) -> anyhow::Result<ExitCode> {
    let from = match (&command.example, &command.tally) {
        (Some(example), _) => TallySource::Example(example.clone()),
        (None, tally) => TallySource::File(tally.clone().unwrap_or_default()),
    };
    let priced = price(&PriceRequest { scheme: command.scheme.clone(), reach: reach(), from })?;
    match (command.json, command.csv) {
        (true, _) => print::json(&priced)?,
        (false, true) => print::stdout(&priced.csv())?,
        (false, false) => print::text(|terminal| priced.text(terminal))?,
    }
    Ok(ExitCode::SUCCESS)
}

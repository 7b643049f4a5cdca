//! `wellspent uprate TABLE --index INDEX --to YEAR …`: unit costs, or any amounts of different price years, at the prices of one
//! year.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::uprate::{UprateRequest, uprate};

use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent uprate costs.csv --index deflator.csv --to 2025/26 --amount cost --year price_year"
)]
pub(crate) struct Uprate {
    /// The table of amounts, as CSV
    table: PathBuf,
    /// The price index, as CSV: a column of years and a column of levels
    #[arg(long, value_name = "FILE")]
    index: PathBuf,
    /// The price year of the result, as the index writes it
    #[arg(long, value_name = "YEAR")]
    to: String,
    /// The column of amounts, in pounds
    #[arg(long, value_name = "COLUMN")]
    amount: String,
    /// The column with the price year of each amount
    #[arg(long, value_name = "COLUMN")]
    year: String,
    /// A column of amounts that somebody else has uprated: list those that differ by more than a millionth
    #[arg(long, value_name = "COLUMN")]
    against: Option<String>,
    /// Write the result as JSON to standard output (`wellspent schema uprate` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Uprate) -> anyhow::Result<ExitCode> {
    let Uprate { table, index, to, amount, year, against, json } = command;
    let result = uprate(&UprateRequest { table, index, to, amount, year, against })?;
    match json {
        true => print::json(&result.document())?,
        false => print::stdout(&result.csv())?,
    }
    result.problems.iter().for_each(|problem| print::stderr(problem));
    print::stderr(&result.summary());
    Ok(ExitCode::from(u8::from(!result.problems.is_empty())))
}

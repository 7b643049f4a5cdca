//! `wellspent schema [NAME]`: what other programs need to read our results and to write our tables of records.

use std::process::ExitCode;

use clap::Args;
use wellspent::schema::{list, schema};

use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent schema\n  wellspent schema stress > stress.schema.json\n  wellspent schema people"
)]
pub(crate) struct Schema {
    /// A result ("check", "stress" …) or a table of records ("people", "starts" …); without it, the list
    name: Option<String>,
}

pub(crate) fn run(command: &Schema) -> anyhow::Result<ExitCode> {
    match &command.name {
        Some(name) => print::data(schema(name)?.text)?,
        None => print::text(|_| list())?,
    }
    Ok(ExitCode::SUCCESS)
}

//! `wellspent glossary [TERM]`: an entry of the glossary, or the list of terms.

use std::process::ExitCode;

use clap::Args;
use wellspent::glossary;

use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent glossary parking\n  wellspent glossary best response")]
pub(crate) struct Glossary {
    /// The term, or the word that earlier versions used for it; without it, the list of terms
    term: Vec<String>,
}

pub(crate) fn run(command: &Glossary) -> anyhow::Result<ExitCode> {
    match command.term.join(" ") {
        none if none.is_empty() => print::stdout(&format!("{}\n", glossary::terms().join("\n")))?,
        term => print::stdout(&glossary::explain(&term)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

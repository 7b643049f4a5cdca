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
    /// Write the result as JSON to standard output (`wellspent schema glossary` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Glossary) -> anyhow::Result<ExitCode> {
    match command.term.join(" ") {
        term if command.json => print::json(&glossary::document(Some(term.as_str()).filter(|term| !term.is_empty()))?)?,
        none if none.is_empty() => print::text(|_| format!("{}\n", glossary::terms().join("\n")))?,
        term => {
            let entry = glossary::explain(&term, print::terminal())?;
            print::text(|_| entry)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

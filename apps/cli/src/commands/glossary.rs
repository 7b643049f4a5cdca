//! `wellspent glossary [TERM]`: an entry of the glossary, or the list of terms.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use report::glossary::entries;

use crate::print;

#[derive(Args)]
pub struct Glossary {
    /// The term; without it, the list of terms
    term: Vec<String>,
}

pub fn run(command: &Glossary) -> anyhow::Result<ExitCode> {
    let entries = entries();
    let wanted = command.term.join(" ");
    if wanted.is_empty() {
        let names: Vec<&str> = entries.iter().map(|(name, _)| *name).collect();
        print::stdout(&format!("{}\n", names.join("\n")))?;
        return Ok(ExitCode::SUCCESS);
    }
    let found = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted));
    let Some((name, text)) = found else {
        let near = base::problem::nearest(&wanted, entries.iter().map(|(name, _)| *name));
        let hint = near.map_or(String::new(), |near| format!("\n\nhint: did you mean `{near}`?"));
        bail!("the glossary has no entry `{wanted}`{hint}");
    };
    print::stdout(&format!("{}\n{}\n", print::bold(name), print::wrap(text, 92, "")))?;
    Ok(ExitCode::SUCCESS)
}

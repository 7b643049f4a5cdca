//! `wellspent glossary [TERM]`: an entry of the glossary, or the list of terms.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::paint;

/// The glossary as it is in the documentation; there is no other copy.
const GLOSSARY: &str = include_str!("../../../../docs/glossary.md");

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
        paint::stdout(&format!("{}\n", names.join("\n")))?;
        return Ok(ExitCode::SUCCESS);
    }
    let found = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted));
    let Some((name, text)) = found else {
        let near = base::problem::nearest(&wanted, entries.iter().map(|(name, _)| *name));
        let hint = near.map_or(String::new(), |near| format!("\n\nhint: did you mean `{near}`?"));
        bail!("the glossary has no entry `{wanted}`{hint}");
    };
    paint::stdout(&format!("{}\n{}\n", paint::bold(name), paint::wrap(text, 92, "")))?;
    Ok(ExitCode::SUCCESS)
}

/// Every entry: its name and its text.
pub fn entries() -> Vec<(&'static str, &'static str)> {
    GLOSSARY
        .split("\n## ")
        .skip(1)
        .filter_map(|entry| entry.split_once('\n'))
        .map(|(name, text)| (name.trim(), text.trim()))
        .collect()
}

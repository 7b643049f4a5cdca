//! The reference of clauses, written from the catalogue in the code, so that the two cannot differ.

use anyhow::{Context as _, Result};
use contract::clauses::CATALOGUE;

pub(crate) const SCHEME_FILE: &str = "docs/scheme-file.md";

const BEGIN: &str = "<!-- clauses: `cargo xtask docs` writes what follows -->\n";
const END: &str = "<!-- clauses end -->\n";

/// A section for each kind of clause, in reading order.
fn clauses() -> String {
    let section = |kind: &contract::clauses::CatalogueEntry| {
        format!("#### {}\n\n{}\n\n```toml\n{}\n```\n\n", kind.name, sentences(kind.summary), kind.example)
    };
    CATALOGUE.iter().map(section).collect()
}

/// One sentence to a line, as in the rest of the document.
fn sentences(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(". ", ".\n")
}

/// The document with the part between the markers as the catalogue has it.
pub(crate) fn with_clauses(document: &str) -> Result<String> {
    let (head, rest) = document.split_once(BEGIN).context("the document has lost the line before the clauses")?;
    let (_, tail) = rest.split_once(END).context("the document has lost the line after the clauses")?;
    Ok(format!("{head}{BEGIN}\n{}{END}{tail}", clauses()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_of_clauses_is_current() {
        let written = std::fs::read_to_string(crate::root().join(SCHEME_FILE)).expect("the document");
        let current = with_clauses(&written).expect("the markers");
        assert!(written == current, "{SCHEME_FILE} is out of date\nhint: cargo xtask docs");
    }
}

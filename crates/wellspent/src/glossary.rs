//! Explains a term.
//!
//! ```
//! let cap = wellspent::glossary::document(Some("cap"))?;
//! assert_eq!(cap.terms[0].term, "cap");
//! # Ok::<(), wellspent::Error>(())
//! ```

use report::machine_readable::JsonDocument;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Terminal;
use crate::error::Error;

/// Every term of the glossary, in its order.
#[must_use]
pub fn terms() -> Vec<&'static str> {
    report::glossary::entries().into_iter().map(|(name, _)| name).collect()
}

/// Terms of the glossary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GlossaryDocument {
    /// one for each term
    pub terms: Vec<GlossaryEntry>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GlossaryEntry {
    /// the term
    pub term: String,
    /// what it means, as Markdown
    pub meaning: String,
}

impl JsonDocument for GlossaryDocument {
    const SCHEMA: &'static str = "wellspent-glossary/1";
    const COMMAND: &'static str = "wellspent glossary --json";
}

/// One term of the glossary, or all of them, for other programs.
///
/// # Errors
/// The glossary has no such term.
pub fn document(term: Option<&str>) -> Result<GlossaryDocument, Error> {
    let entries = match term {
        Some(term) => vec![report::glossary::find(term).ok_or_else(|| unknown(term))?],
        None => report::glossary::entries(),
    };
    let entry = |(term, meaning): (&str, &str)| GlossaryEntry { term: term.to_owned(), meaning: meaning.to_owned() };
    Ok(GlossaryDocument { terms: entries.into_iter().map(entry).collect() })
}

/// The entry of a term, as text for a terminal. A name that earlier versions used finds the entry too.
///
/// # Errors
/// The glossary has no such term.
pub fn explain(term: &str, terminal: Terminal) -> Result<String, Error> {
    report::glossary::text(term, terminal).ok_or_else(|| unknown(term))
}

fn unknown(term: &str) -> Error {
    let hint = match base::problem::nearest(term, terms()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`wellspent glossary` lists the terms".to_owned(),
    };
    Error::failed(format!("the glossary has no entry `{term}`"), hint)
}

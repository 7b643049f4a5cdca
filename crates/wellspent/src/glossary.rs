//! Explains a term.

use crate::error::Error;

/// Every term of the glossary, in its order.
#[must_use]
pub fn terms() -> Vec<&'static str> {
    report::glossary::entries().into_iter().map(|(name, _)| name).collect()
}

/// The entry of a term, as text for a terminal. A name that earlier versions used finds the entry too.
///
/// # Errors
/// The glossary has no such term.
pub fn explain(term: &str) -> Result<String, Error> {
    report::glossary::text(term).ok_or_else(|| {
        let hint = match base::problem::nearest(term, terms()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wellspent glossary` lists the terms".to_owned(),
        };
        Error::failed(format!("the glossary has no entry `{term}`"), hint)
    })
}

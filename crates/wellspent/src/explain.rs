//! Explains a contract: a term sheet in English, and what is paid at each level of each outcome.
//!
//! ```
//! use wellspent::explain::{ExplainRequest, explain};
//! use wellspent::folder::Reach;
//!
//! let sheet = explain(&ExplainRequest { scheme: "plain-linear".into(), reach: Reach::Inside(None) })?;
//! assert!(sheet.terms.iter().any(|term| term.number == "3.1"));
//! # Ok::<(), wellspent::Error>(())
//! ```

use std::path::PathBuf;

use report::explain::ExplainReport;
use simulation::assumptions::ASSUMPTIONS_FILE;
use simulation::current_rates::current_rates;

use crate::error::Error;
use crate::folder::{self, Reach};

/// What is to be explained.
#[derive(Clone, Debug)]
pub struct ExplainRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
}

/// Explains a contract, and the market beside it. Assumptions beside it are used where they can be read.
///
/// # Errors
/// The folder cannot be read, or the contract or its market has mistakes.
pub fn explain(request: &ExplainRequest) -> Result<ExplainReport, Error> {
    let folder = folder::open(&request.scheme, request.reach)?;
    let scheme = folder.scheme()?;
    let market = folder.market(&scheme)?;
    let there = folder.opened.sources.contains_key(ASSUMPTIONS_FILE);
    let assumptions = if there { folder.assumptions(&scheme).0 } else { None };
    let unread = format!("We could not read {ASSUMPTIONS_FILE}: `wellspent check` says why.");
    let notes = if there && assumptions.is_none() { vec![unread] } else { Vec::new() };
    let rates = assumptions.map(|assumptions| current_rates(&scheme, &assumptions, 0));
    Ok(ExplainReport::of(&scheme, market.as_ref(), &folder.stated_numbers(), rates.as_ref(), notes))
}

//! A market that was played: as a text for a terminal, a page with charts and a document for other programs.

mod json;
mod page;
mod text;
mod words;

use contract::Scheme;
use contract::market::rules::Market;
use simulation::assumptions::Assumptions;
use simulation::market::MarketAnalysis;

pub use json::{MarketDocument, document};
pub use page::page;
pub use text::text;

/// A market with what was found when it was played.
#[derive(Clone, Copy, Debug)]
pub struct PlayedMarket<'a> {
    pub scheme: &'a Scheme,
    pub assumptions: &'a Assumptions,
    pub rules: &'a Market,
    pub found: &'a MarketAnalysis,
}

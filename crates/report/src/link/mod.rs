//! Reports of a linkage: `summary` in figures, `why` for one person, and `page` with its `charts` as HTML.

mod charts;
pub mod json;
mod link_report;
pub mod page;
pub mod summary;
pub mod why;

use crate::terminal::Terminal;
use json::LinkDocument;

pub use link_report::LinkReport;

impl LinkReport {
    /// The evidence for one person, or else the summary, for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        text(self, terminal)
    }

    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> LinkDocument {
        LinkDocument::from(self)
    }
}

/// The evidence for one person, or else the summary, for the terminal.
fn text(found: &LinkReport, terminal: Terminal) -> String {
    found.evidence.as_ref().map_or_else(|| summary::text(&found.summary, terminal), why::text)
}

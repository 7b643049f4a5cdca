//! What is shown of a linkage: `summary` for the terminal, `page` with its `charts` as HTML, `why` for one person.

mod charts;
pub mod page;
pub mod summary;
pub mod why;

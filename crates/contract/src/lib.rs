//! What was promised: a payment-by-results scheme, parsed, checked, explained in English and priced.
//!
//! A scheme is a folder: `scheme.toml` holds the contract's terms in a closed catalogue of clauses, with CSV tables beside
//! it. [`open`] takes the files' bytes, [`check`] reads and checks them, [`price::price`] prices a [`tally::Tally`], and
//! [`explain::term_sheet`] puts the contract into English.
//!
//! This crate never opens a file, knows nothing of records or people, and rolls no dice.

pub mod amend;
pub mod clauses;
pub mod examples;
pub mod explain;
pub mod fees;
pub mod fixes;
pub mod gate;
mod limits;
mod linear;
pub mod measured;
pub mod perverse;
pub mod price;
pub mod providers;
pub mod read;
pub mod tally;
pub mod terms;
pub mod warnings;

use base::problem::Problem;
use base::{Opened, Picks, Reader};

pub use terms::Scheme;

/// What checking a scheme file gives: the scheme, unless there are errors, and everything there is to say about it.
#[derive(Debug)]
pub struct Checked {
    pub scheme: Option<Scheme>,
    pub examples: Vec<examples::Example>,
    pub problems: Vec<Problem>,
}

/// Reads a scheme, runs its worked examples and looks for faults that need no simulation.
#[must_use]
pub fn check(opened: &Opened) -> Checked {
    let picks = Picks::new();
    let reader = Reader::new(opened, &picks);
    let scheme = read::scheme(&reader);
    let mut problems = opened.problems.clone();
    problems.extend(reader.problems.into_inner());
    let mut examples = Vec::new();
    if let Some(scheme) = &scheme {
        let (run, wrong) = examples::run(scheme, opened);
        examples = run;
        problems.extend(wrong);
        problems.extend(warnings::warnings(scheme, opened));
    }
    Checked { scheme, examples, problems }
}

//! A payment-by-results contract: read, checked, explained in English and priced.
//!
//! A scheme is a folder: `scheme.toml` states the contract's terms in a fixed catalogue of clauses, with CSV tables in the same
//! folder. [`base::open`] takes the bytes of the files, [`check`] reads and checks them, [`price::price`] prices a
//! [`tally::Tally`], and [`explain::term_sheet`] writes the contract in English.
//!
//! From the bottom up, where each file sees only what is before it:
//!
//! 1. [`terms`] is what every part of a contract may read: its days, [outcomes](terms::Outcome), [`providers`], [`funders`].
//! 2. [`tally`] is what happened. [`measured_result`], [`gate`] and [`scored_points`] compare it with the terms.
//! 3. [`clauses`] has one file for each way to pay. A clause sees the terms and the tally, never the list of clauses.
//! 4. [`Scheme`] is the terms with the list of clauses. [`price`] prices it, [`explain`] and [`warnings`] say what it means, and
//!    [`amend`], [`fixes`] and [`limits`] change it.
//! 5. [`read`] makes it from the files.
//! 6. [`market`] says how providers get in and who gets the next person, by a file of its own, `market.toml`.
//!
//! This crate opens no file, knows nothing about records or people, and draws no random numbers.

pub mod amend;
mod amendment;
mod calendar;
pub mod cap_reach;
pub mod certified_costs;
pub mod changes;
pub mod clauses;
mod empty_tally;
pub mod examples;
pub mod exceptions;
pub mod expected_people;
pub mod explain;
pub mod fees;
pub mod fixes;
pub mod funders;
pub mod gate;
pub mod limits;
mod linear;
pub mod market;
pub mod measured_result;
pub mod measurement;
mod measurement_words;
pub mod other_clauses;
mod outcome;
pub mod perverse_incentives;
pub mod price;
pub mod price_of_result;
mod pricing;
pub mod providers;
pub mod read;
mod references;
mod scheme;
mod scheme_file;
pub mod scored_points;
mod spread_words;
pub mod surplus;
pub mod tally;
mod tally_columns;
pub mod tally_file;
pub mod terms;
pub mod warnings;
pub mod who_is_paid;

use base::problem::Problem;
use base::{Reader, ScenarioDraw, SchemeFiles};

pub use scheme::Scheme;
pub use scheme_file::SCHEME_FILE;

/// The result of checking a scheme: the scheme, unless there are errors, and everything that was found.
#[derive(Debug)]
pub struct Checked {
    pub scheme: Option<Scheme>,
    /// The scheme without the clauses that have mistakes, where everything before them is right. Assumptions can be checked against it;
    /// it must not be priced.
    pub outline: Option<Scheme>,
    pub examples: Vec<examples::WorkedExample>,
    /// The rules of the market, where the folder has them and both they and the scheme are right.
    pub market: Option<market::rules::Market>,
    pub problems: Vec<Problem>,
}

/// Reads a scheme, runs its worked examples and looks for faults that can be found without simulation.
#[must_use]
pub fn check(files: &SchemeFiles) -> Checked {
    let draw = ScenarioDraw::new();
    let reader = Reader::new(files, &draw);
    let read = read::as_far_as_read(&reader);
    let is_right = reader.errors() == 0;
    let (scheme, outline) = if is_right { (read, None) } else { (None, read) };
    let mut problems = files.problems.clone();
    problems.extend(reader.problems.into_inner());
    let mut examples = Vec::new();
    if let Some(scheme) = &scheme {
        let (run, wrong) = examples::run(scheme, files);
        examples = run;
        problems.extend(wrong);
        problems.extend(warnings::warnings(scheme, files));
    }
    let (market, of_market) = scheme.as_ref().map_or((None, Vec::new()), |scheme| check_market(scheme, files));
    problems.extend(of_market);
    Checked { scheme, outline, examples, market, problems }
}

/// Reads the market beside a scheme, where there is one, and looks for faults in its rules. `None` where there is none, or where it has
/// mistakes.
#[must_use]
pub fn check_market(scheme: &Scheme, files: &SchemeFiles) -> (Option<market::rules::Market>, Vec<Problem>) {
    if !files.sources.contains_key(market::MARKET_FILE) {
        return (None, Vec::new());
    }
    let draw = ScenarioDraw::new();
    let reader = Reader::new(files, &draw);
    let read = market::read::market(&reader, scheme);
    let mut problems = reader.problems.into_inner();
    problems.extend(read.iter().flat_map(|market| market::warnings::warnings(market, scheme, files)));
    (read, problems)
}

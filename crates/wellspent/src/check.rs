//! Checks a scheme: every error and warning at once, and its worked examples.

use std::path::PathBuf;

use base::problem::Problem;
use contract::market::MARKET_FILE;
use contract::read::SCHEME_FILE;
use report::check::{CheckReport, ExampleEntry, ProblemEntry};
use report::words;
use simulation::assumptions::{ASSUMPTIONS_FILE, WITHOUT_BASELINE, are_about_clauses};
use simulation::marginal_effort::next_pounds;
use simulation::textbook::{self, TEXTBOOK_FILE};

use crate::error::Error;
use crate::folder::{self, Reach, SchemeFolder};

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// A scheme folder, a textbook case, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
}

/// What checking found. Mistakes in the scheme are a result here, and no error.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    pub report: CheckReport,
    /// The mistakes and warnings as text, each with its place and how to fix it.
    pub problems: Vec<String>,
}

/// Checks a scheme, or a textbook case.
///
/// # Errors
/// The folder cannot be read.
pub fn check(request: &CheckRequest) -> Result<CheckResult, Error> {
    let folder = folder::open(&request.scheme, request.reach)?;
    if textbook::is_case(&folder.opened) && !folder.opened.sources.contains_key(SCHEME_FILE) {
        let problems = textbook::read(&folder.opened).1;
        return Ok(result(&folder, &problems, Vec::new(), Vec::new(), Vec::new()));
    }
    folder.must_be_contract()?;
    let checked = contract::check(&folder.opened);
    let mut problems = checked.problems;
    let mut facts = Vec::new();
    let has_assumptions = folder.opened.sources.contains_key(ASSUMPTIONS_FILE);
    // The assumptions about people and outcomes can be checked without the clauses.
    let outline = checked.outline.as_ref().filter(|_| has_assumptions && !are_about_clauses(&folder.opened));
    let of_assumptions = outline.map(|outline| folder.assumptions(outline).1).unwrap_or_default();
    // A clause may ask for a baseline that is missing. Then that is the mistake, and not that something is matched to it.
    problems.extend(of_assumptions.into_iter().filter(|problem| problem.what != WITHOUT_BASELINE));
    if let Some(scheme) = checked.scheme.as_ref().filter(|_| has_assumptions) {
        let (assumptions, found) = folder.assumptions(scheme);
        problems.extend(found);
        if let Some(assumptions) = &assumptions {
            problems.extend(simulation::assumption_checks::problems(&folder.opened, scheme, assumptions));
            facts = words::next_pounds(&next_pounds(scheme, assumptions, 1));
        }
    }
    if textbook::is_case(&folder.opened) {
        let of_textbook = textbook::read(&folder.opened).1.into_iter().filter(|problem| problem.file == TEXTBOOK_FILE);
        problems.extend(of_textbook.filter(|problem| !folder.opened.problems.contains(problem)));
    }
    // Assumptions are about the contract's outcomes and segments, which are not known before it is right.
    let mut notes = match (has_assumptions, &checked.scheme) {
        (false, _) => {
            vec![format!("there is no {ASSUMPTIONS_FILE}: a scheme can be measured and paid without it, not stress-tested")]
        }
        (true, None) if outline.is_some() => {
            vec![format!("what {ASSUMPTIONS_FILE} assumes of payments is checked when {SCHEME_FILE} is right")]
        }
        (true, None) => vec![format!("{ASSUMPTIONS_FILE} is checked when {SCHEME_FILE} is right")],
        (true, Some(_)) => Vec::new(),
    };
    if checked.scheme.is_none() && folder.opened.sources.contains_key(MARKET_FILE) {
        notes.push(format!("{MARKET_FILE} is checked when {SCHEME_FILE} is right"));
    }
    Ok(result(&folder, &problems, checked.examples.iter().map(ExampleEntry::from).collect(), facts, notes))
}

fn result(
    folder: &SchemeFolder,
    problems: &[Problem],
    examples: Vec<ExampleEntry>,
    facts: Vec<String>,
    notes: Vec<String>,
) -> CheckResult {
    let sorted = crate::error::sorted(problems);
    let shown = folder.problems(problems);
    let report = CheckReport {
        folder: folder.path.display().to_string(),
        errors: shown.errors,
        warnings: shown.warnings,
        problems: sorted.into_iter().map(|problem| ProblemEntry::of(problem, &folder.opened.sources)).collect(),
        examples,
        facts: if shown.errors == 0 { facts } else { Vec::new() },
        notes,
    };
    CheckResult { report, problems: shown.texts }
}

//! `wellspent check SCHEME`: every error and warning at once, and the worked examples.

use std::path::PathBuf;
use std::process::ExitCode;

use base::problem::{self, Problem, Severity};
use base::{Picks, Reader};
use clap::Args;
use contract::Scheme;
use contract::read::SCHEME_FILE;
use simulation::assumptions::{self, Assumptions};
use simulation::help::next_pounds;
use simulation::textbook::{self, TEXTBOOK_FILE};

use crate::print;
use report::words;
use wellspent::folder::{self, SchemeFolder};

#[derive(Args)]
pub struct Check {
    /// The scheme folder, or its name under schemes/
    scheme: PathBuf,
}

pub fn run(command: &Check) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    if textbook::is_case(&folder.opened) && !folder.opened.sources.contains_key(SCHEME_FILE) {
        let problems = textbook::read(&folder.opened).1;
        let errors = show(&folder, &problems);
        return conclude(&folder, errors, problem::count(&problems) - errors, "");
    }
    let checked = contract::check(&folder.opened);
    let mut problems = checked.problems;
    let mut help = Vec::new();
    if let Some(scheme) = &checked.scheme {
        let (assumptions, found) = read_assumptions(&folder, scheme);
        problems.extend(found);
        problems.extend(assumptions.iter().flat_map(|assumptions| assumptions::warnings(&folder.opened, scheme, assumptions)));
        help = assumptions.map_or(help, |assumptions| words::next_pounds(&next_pounds(scheme, &assumptions, 1)));
    }
    if textbook::is_case(&folder.opened) {
        let of_textbook = textbook::read(&folder.opened).1.into_iter().filter(|problem| problem.file == TEXTBOOK_FILE);
        problems.extend(of_textbook.filter(|problem| !folder.opened.problems.contains(problem)));
    }
    let errors = show(&folder, &problems);
    for example in &checked.examples {
        let outcome = if example.holds() { print::green("holds") } else { print::red("FAILS") };
        print::stdout(&format!("example {}: {outcome}\n", example.name))?;
        for (clause, said, paid) in example.payments.iter().filter(|(_, said, paid)| said != paid) {
            print::stdout(&format!("  {clause}: the file says {said}, the rules pay {paid}\n"))?;
        }
        // A total that does not come out may lie in a clause that the example forgot.
        if example.payments.iter().any(|(clause, said, paid)| clause == "total" && said != paid) {
            for (clause, paid) in &example.unnamed {
                print::stdout(&format!("  {clause}: not named in the example, the rules pay {paid}\n"))?;
            }
        }
    }
    for fact in help.into_iter().filter(|_| errors == 0) {
        print::stdout(&format!("{fact}\n"))?;
    }
    // What is believed is believed of the contract's outcomes and segments, which are not known yet.
    let waits = format!("; {} is checked when {SCHEME_FILE} is right", assumptions::ASSUMPTIONS_FILE);
    conclude(&folder, errors, problem::count(&problems) - errors, if checked.scheme.is_none() { &waits } else { "" })
}

/// The last line, and the exit code.
fn conclude(folder: &SchemeFolder, errors: usize, warnings: usize, more: &str) -> anyhow::Result<ExitCode> {
    let summary = match (errors, warnings) {
        (0, 0) => format!("{}: no errors, no warnings{more}", folder.path.display()),
        _ => format!("{}: {}, {}{more}", folder.path.display(), count(errors, "error"), count(warnings, "warning")),
    };
    print::stdout(&format!("{}\n", if errors > 0 { print::red(&summary) } else { print::green(&summary) }))?;
    Ok(if errors > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Prints problems in the order of the files and gives the number of errors.
pub fn show(folder: &SchemeFolder, problems: &[Problem]) -> usize {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| (problem.severity, problem.file.clone(), problem.more > 0, problem.span));
    // The scheme and the assumptions may look things up in the same table, and meet the same fault there.
    sorted.dedup();
    for problem in &sorted {
        print::stderr(&problem.render(&folder.path.display().to_string(), &folder.opened.sources));
    }
    problem::count(sorted.into_iter().filter(|problem| problem.severity == Severity::Error))
}

/// The assumptions beside a scheme, with its problems.
pub fn read_assumptions(folder: &SchemeFolder, scheme: &Scheme) -> (Option<Assumptions>, Vec<Problem>) {
    let picks = Picks::new();
    let reader = Reader::new(&folder.opened, &picks);
    let assumptions = assumptions::read(&reader, scheme);
    (assumptions, reader.problems.into_inner())
}

/// The scheme and the assumptions beside it, or their errors on standard error and `None`.
pub fn scheme_and_assumptions(folder: &SchemeFolder) -> Option<(Scheme, Assumptions)> {
    let checked = contract::check(&folder.opened);
    let mut problems = checked.problems;
    let mut both = None;
    if let Some(scheme) = checked.scheme {
        let (assumptions, found) = read_assumptions(folder, &scheme);
        problems.extend(found);
        problems.retain(|problem| problem.severity == Severity::Error);
        both = assumptions.filter(|_| problems.is_empty()).map(|assumptions| (scheme, assumptions));
    }
    if both.is_none() {
        show(folder, &problems);
    }
    both
}

/// The scheme, or its errors on standard error and `None`.
pub fn scheme_or_errors(folder: &SchemeFolder) -> Option<Scheme> {
    let checked = contract::check(&folder.opened);
    if checked.scheme.is_none() {
        show(folder, &checked.problems);
    }
    checked.scheme
}

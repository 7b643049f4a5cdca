//! `wellspent explain SCHEME`: the contract in English, and what is paid at each level of each outcome.

use std::path::PathBuf;
use std::process::ExitCode;

use base::money::Pence;
use clap::Args;
use contract::Scheme;
use contract::clauses::Rule;
use contract::explain::{Expectation, Level, expected_tally, payment_table, term_sheet};
use contract::tally::Tally;
use contract::terms::{Baseline, Kind};
use simulation::as_now::as_now;
use simulation::assumptions::{ASSUMPTIONS_FILE, Assumptions};

use crate::commands::check::{read_assumptions, scheme_or_errors};
use crate::print;
use wellspent::folder;

#[derive(Args)]
pub struct Explain {
    /// The scheme folder
    scheme: PathBuf,
}

/// Levels shown in the table, in percentage points (or events per hundred people) from what is expected.
const LEVELS: [f64; 11] = [-10.0, -8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0];

pub fn run(command: &Explain) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some(scheme) = scheme_or_errors(&folder) else { return Ok(ExitCode::from(1)) };
    let mut out = format!("{}\n", print::bold(&scheme.name));
    if !scheme.summary.is_empty() {
        out += &format!("{}\n", print::wrap(&scheme.summary, 100, ""));
    }
    for (head, title) in [("1", "The contract and the people"), ("2", "What is measured"), ("3", "What is paid")] {
        out += &format!("\n{}\n", print::bold(&format!("{head}. {title}")));
        for paragraph in term_sheet(&scheme).iter().filter(|paragraph| paragraph.number.starts_with(head)) {
            let text = print::wrap(&paragraph.text, 92, "        ");
            out += &format!("{:<7} {text}\n", paragraph.number);
            if !paragraph.from.is_empty() {
                out += &print::dim(&format!("        [{}]\n", print::wrap(&paragraph.from, 92, "        ")));
            }
        }
    }
    let assumptions = folder.opened.sources.contains_key(ASSUMPTIONS_FILE).then(|| read_assumptions(&folder, &scheme).0);
    out += &tables(&scheme, assumptions.as_ref().and_then(Option::as_ref), matches!(assumptions, Some(None)));
    print::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// What is expected of each outcome, and the table of payments for each.
fn tables(scheme: &Scheme, assumptions: Option<&Assumptions>, unreadable: bool) -> String {
    let as_now = assumptions.map(|assumptions| as_now(scheme, assumptions, 0));
    let expected = expected_tally(scheme, 0, as_now.as_ref());
    let people: i64 = expected.people.iter().sum();
    let listed: Vec<String> = (0..scheme.outcomes.len())
        .map(|at| {
            let outcome = &scheme.outcomes[at];
            let source = match (Expectation::of(outcome, as_now.is_some()), &outcome.baseline) {
                (Expectation::Baseline, _) => "its baseline",
                (Expectation::Believed, Baseline::Before { .. }) => "as before, by assumptions.toml",
                (Expectation::Believed, _) => "as now, by assumptions.toml",
                (Expectation::Assumed, _) => "assumed, as nothing is said of it",
            };
            let rate = expected.counts[at].iter().sum::<i64>() as f64 / people.max(1) as f64;
            format!("{} {} ({source})", outcome.name, rate_words(outcome.kind, rate))
        })
        .collect();
    let area = if scheme.areas.len() > 1 { format!(" in {}", scheme.areas[0]) } else { String::new() };
    let mut out = format!("\n{}\n", print::bold(&format!("4. What is paid at each level of result{area}")));
    let note = match unreadable {
        true => " assumptions.toml cannot be read; `wellspent check` says why.",
        false => "",
    };
    let text = format!("As expected: {}. One is moved at a time, in all cohorts alike.{note}", listed.join(", "));
    out += &format!("{}\n", print::wrap(&text, 100, ""));
    (0..scheme.outcomes.len()).for_each(|outcome| out += &levels(scheme, &expected, outcome));
    out
}

fn rate_words(kind: Kind, rate: f64) -> String {
    match kind {
        Kind::Binary => format!("{:.1} %", 100.0 * rate),
        _ => format!("{rate:.2} per person"),
    }
}

fn levels(scheme: &Scheme, expected: &Tally, outcome: usize) -> String {
    let definition = &scheme.outcomes[outcome];
    let levels = payment_table(scheme, expected, outcome, &LEVELS);
    if levels.iter().all(|level| level.total == levels[0].total) {
        return format!("\n{}\n", print::wrap(&nothing_changes(scheme, outcome, &levels), 100, ""));
    }
    let unit = if definition.kind == Kind::Binary { "percentage points" } else { "per hundred people" };
    let mut header = vec![format!("{} ({unit})", definition.name), "rate".to_owned()];
    header.extend(scheme.clauses.iter().map(|clause| clause.name.clone()));
    header.push("total".to_owned());
    let rows: Vec<Vec<String>> = levels
        .iter()
        .map(|level| {
            let rate = match definition.kind {
                Kind::Binary => format!("{:.1} %", 100.0 * level.rate),
                _ => format!("{:.2}", level.rate),
            };
            let mut row = vec![format!("{:+}", level.change), rate];
            row.extend(level.by_clause.iter().map(ToString::to_string));
            row.push(level.total.to_string());
            row
        })
        .collect();
    format!("\n{}\n{}", print::bold(&definition.name), print::table(&header, &rows))
}

/// Why there is no table: no clause follows the outcome, or a limit takes away whatever the others pay.
fn nothing_changes(scheme: &Scheme, outcome: usize, levels: &[Level]) -> String {
    let name = &scheme.outcomes[outcome].name;
    let (Some(first), Some(last)) = (levels.first(), levels.last()) else {
        return format!("{name}: no other level can be than the one expected.");
    };
    let within = format!("from {:+} to {:+}", first.change, last.change);
    let moves = |clause: usize| levels.iter().any(|level| level.by_clause[clause] != first.by_clause[clause]);
    let binds = |clause: &usize| {
        let limit = matches!(scheme.clauses[*clause].rule, Rule::Cap(_) | Rule::Floor(_));
        limit && levels.iter().all(|level| level.by_clause[*clause] != Pence(0))
    };
    let limits: Vec<&str> = (0..scheme.clauses.len()).filter(binds).map(|clause| scheme.clauses[clause].name.as_str()).collect();
    match (0..scheme.clauses.len()).any(moves) {
        true if !limits.is_empty() => {
            let bind = if limits.len() == 1 { "binds" } else { "bind" };
            format!(
                "{name}: nothing changes {within}, because {} {bind} throughout; the total is {}.",
                limits.join(" and "),
                first.total
            )
        }
        true => format!("{name}: the total is {} at every level {within}.", first.total),
        false => format!("{name}: no clause pays by it {within}."),
    }
}

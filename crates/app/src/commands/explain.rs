//! `wellspent explain SCHEME`: the contract in English, and what is paid at each level of each outcome.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use scheme::Scheme;
use scheme::explain::{payment_table, term_sheet};
use scheme::terms::Kind;

use crate::commands::check::scheme_or_errors;
use crate::{folder, paint};

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
    let mut out = format!("{}\n", paint::bold(&scheme.name));
    if !scheme.summary.is_empty() {
        out += &format!("{}\n", paint::wrap(&scheme.summary, 100, ""));
    }
    for (head, title) in [("1", "The contract and the people"), ("2", "What is measured"), ("3", "What is paid")] {
        out += &format!("\n{}\n", paint::bold(&format!("{head}. {title}")));
        for paragraph in term_sheet(&scheme).iter().filter(|paragraph| paragraph.number.starts_with(head)) {
            let text = paint::wrap(&paragraph.text, 92, "        ");
            out += &format!("{:<7} {text}\n", paragraph.number);
            if !paragraph.from.is_empty() {
                out += &paint::dim(&format!("        [{}]\n", paint::wrap(&paragraph.from, 92, "        ")));
            }
        }
    }
    for outcome in 0..scheme.outcomes.len() {
        out += &levels(&scheme, outcome);
    }
    paint::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

fn levels(scheme: &Scheme, outcome: usize) -> String {
    let definition = &scheme.outcomes[outcome];
    let levels = payment_table(scheme, 0, outcome, &LEVELS);
    if levels.iter().all(|level| level.total == levels[0].total) {
        return String::new();
    }
    let unit = if definition.kind == Kind::Binary { "percentage points" } else { "per hundred people" };
    let area = if scheme.areas.len() > 1 { format!(" in {}", scheme.areas[0]) } else { String::new() };
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
    let title = format!("What is paid at each level of {}{area}, all cohorts alike, all else as expected", definition.name);
    format!("\n{}\n{}", paint::bold(&title), paint::table(&header, &rows))
}

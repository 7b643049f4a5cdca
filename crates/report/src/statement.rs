//! A statement as a page: one file that needs nothing else. Totals first, then whom it waits for, then every line with its reason.

use base::money::{Pence, thousands};
use contract::Scheme;
use ledger::{Line, Statement};
use records::gate::quality::Quality;

use super::html::document;
use super::markup::{heading, list, table, text};
use super::quality;

/// The whole page. The same statement gives the same bytes.
pub fn page(scheme: &Scheme, statement: &Statement, waiting: &[String], quality: Option<&Quality>) -> String {
    let total: i64 = statement.lines.iter().map(|line| line.amount.0).sum();
    let days = format!("As at {}, known at {}; rules {}", statement.as_at, statement.known_at, statement.version.short());
    let mut body = text("p class=\"quiet\"", &format!("Statement of the contract {}", statement.contract));
    body += &text("h1", &scheme.name);
    body += &text("p class=\"quiet\"", &days);
    body += &text("p class=\"verdict clear\"", &format!("{} in all", Pence(total)));
    let totals: Vec<Vec<String>> =
        statement.providers.iter().map(|name| vec![name.clone(), statement.total(name).to_string()]).collect();
    body += &table("What each provider is owed from the contract’s first day on", &["Provider", "Amount"], &totals);
    if !waiting.is_empty() {
        body += &(heading(2, "waiting", "Not yet known") + &list(waiting));
    }
    body += &heading(2, "lines", "Lines");
    for provider in &statement.providers {
        let own = (1..).zip(&statement.lines).filter(|(_, line)| line.provider == *provider);
        let rows: Vec<Vec<String>> = own
            .map(|(number, line)| {
                let cells = [line.quantity.to_string(), line.unit.clone(), line.price.to_string(), line.amount.to_string()];
                let mut row = vec![number.to_string(), place(line)];
                row.extend(cells);
                row.extend([line.reason.clone(), statement.id(line).short().to_string()]);
                row
            })
            .collect();
        let head = ["Line", "For", "Quantity", "Unit", "Price", "Amount", "Reason", "Id"];
        body += &table(provider, &head, &rows);
    }
    if let Some(quality) = quality {
        body += &of_records(quality);
    }
    document(&format!("{} – statement", scheme.name), &body)
}

/// What there is to say of the records behind the statement.
fn of_records(quality: &Quality) -> String {
    let mut out = heading(2, "quality", "Data quality") + &list(&quality::lines(quality));
    let files: Vec<Vec<String>> = quality
        .files
        .iter()
        .map(|file| {
            let numbers = [file.rows, file.used, file.set_aside, file.repeats].map(|number| thousands(number as i64));
            [file.name.clone()].into_iter().chain(numbers).chain([file.sha256.clone()]).collect()
        })
        .collect();
    out += &table("Files of records", &["File", "Rows", "Used", "Set apart", "Repeated", "SHA-256"], &files);
    out
}

/// What a line is for: clause, area, cohorts, segment.
pub fn place(line: &Line) -> String {
    let cohorts = match line.from_cohort == line.to_cohort {
        true => line.from_cohort.clone(),
        false => format!("{} … {}", line.from_cohort, line.to_cohort),
    };
    let parts = [&line.clause, &line.area, &cohorts, &line.segment];
    parts.map(String::as_str).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

//! A statement as a page: one file that needs nothing else. Totals come first, then who it waits for, then every line with its
//! reason.

use base::money::{Pence, thousands};
use contract::Scheme;
use ledger::{Line, Statement};
use maud::{Markup, html};
use records::gate::quality::Quality;

use super::components::{Page, Section, list, stacked_table, table, verdict};
use super::quality;

/// The whole page. The same statement gives the same bytes.
pub fn page(scheme: &Scheme, statement: &Statement, waiting: &[String], quality: Option<&Quality>) -> String {
    let total = Pence(statement.lines.iter().map(|line| line.amount.0).sum());
    let days = format!("As at {}, known at {}. Rules {}.", statement.as_at, statement.known_at, statement.version.short());
    let mut sections = vec![Section::new("summary", "Summary", summary(statement, total))];
    if !waiting.is_empty() {
        sections.push(Section::new("waiting", "Not yet known", list(waiting)));
    }
    sections.push(Section::new("lines", "Lines", lines(statement)));
    if let Some(quality) = quality {
        sections.push(Section::new("quality", "Data quality", of_records(quality)));
    }
    Page {
        title: &format!("{} – statement", scheme.name),
        kind: &format!("Statement of the contract {}", statement.contract),
        heading: &scheme.name,
        about: &[days],
        sections,
    }
    .render()
}

fn summary(statement: &Statement, total: Pence) -> Markup {
    let totals: Vec<Vec<String>> =
        statement.providers.iter().map(|name| vec![name.clone(), statement.total(name).to_string()]).collect();
    html! {
        (verdict(&format!("{total} in total"), true))
        (table("totals", "What each provider is owed since the contract’s first day", &["Provider", "Amount"], &totals))
    }
}

fn lines(statement: &Statement) -> Markup {
    let header = ["Line", "For", "Quantity", "Unit", "Price", "Amount", "Reason", "Id"];
    let row = |(number, line): (usize, &Line)| {
        let figures = [line.quantity.to_string(), line.unit.clone(), line.price.to_string(), line.amount.to_string()];
        let ends = [line.reason.clone(), statement.id(line).short().to_string()];
        [number.to_string(), place(line)].into_iter().chain(figures).chain(ends).collect()
    };
    html! {
        @for (at, provider) in statement.providers.iter().enumerate() {
            @let own = (1..).zip(&statement.lines).filter(|(_, line)| line.provider == *provider);
            (stacked_table(&format!("lines-{}", at + 1), provider, &header, &own.map(row).collect::<Vec<Vec<String>>>()))
        }
    }
}

/// What there is to say about the records behind the statement.
fn of_records(quality: &Quality) -> Markup {
    let row = |file: &records::gate::quality::FileRead| {
        let numbers = [file.rows, file.used, file.set_aside, file.repeats].map(|number| thousands(number as i64));
        [file.name.clone()].into_iter().chain(numbers).chain([file.sha256.clone()]).collect()
    };
    let files: Vec<Vec<String>> = quality.files.iter().map(row).collect();
    html! {
        (list(&quality::lines(quality)))
        (table("files", "Files of records", &["File", "Rows", "Used", "Set aside", "Repeated", "SHA-256"], &files))
    }
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

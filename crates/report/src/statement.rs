//! A statement, with the payment run that was prepared from it: as data, as text, as JSON, and as a page, which is one file that
//! needs nothing else. The page has totals first, then whom the statement waits for, then every line with its reason.

use base::hidden_characters::visible;
use base::money::{Pence, thousands};
use contract::Scheme;
use contract::clauses::quantity_words;
use ledger::summary::ProviderChange;
use ledger::{Hash, Statement, StatementLine};
use maud::{Markup, html};
use records::files::xlsx;
use records::gate::quality::QualityReport;

use super::components::{Page, PageSection, list, stacked_table, table, verdict};
use super::quality;
use crate::statement_parquet;
use crate::terminal::Terminal;

/// The whole page. The same statement gives the same bytes.
pub fn page(scheme: &Scheme, statement: &Statement, waiting: &[String], quality: Option<&QualityReport>) -> String {
    let total = Pence(statement.lines.iter().map(|line| line.amount.0).sum());
    let days = format!("As at {}, known at {}. Rules {}.", statement.as_at, statement.known_at, statement.version.short());
    let mut sections = vec![PageSection::new("summary", "Summary", summary(statement, total))];
    if !waiting.is_empty() {
        sections.push(PageSection::new("waiting", "Not yet known", list(waiting)));
    }
    sections.push(PageSection::new("lines", "Lines", lines(statement)));
    if let Some(quality) = quality {
        sections.push(PageSection::new("quality", "Data quality", of_records(quality)));
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
    let header = ["Line", "For", "Quantity", "Price", "Amount", "Reason", "Id"];
    let row = |(number, line): (usize, &StatementLine)| {
        let quantity = quantity_words(line.quantity, &line.unit);
        let price = quantity.as_ref().map_or_else(String::new, |_| line.price.to_string());
        let figures = [quantity.unwrap_or_default(), price, line.amount.to_string()];
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

/// The data-quality report of the records behind the statement.
fn of_records(quality: &QualityReport) -> Markup {
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
pub fn place(line: &StatementLine) -> String {
    let cohorts = match line.from_cohort == line.to_cohort {
        true => line.from_cohort.clone(),
        false => format!("{} … {}", line.from_cohort, line.to_cohort),
    };
    let parts = [&line.clause, &line.area, &cohorts, &line.segment];
    parts.map(String::as_str).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A statement, what it waits for, the records behind it, and the payment run that was prepared from it.
pub struct PaymentReport {
    pub scheme: Scheme,
    pub statement: Statement,
    /// Who is not yet known, and how far the linkage leaves the sum uncertain, in sentences.
    pub waiting: Vec<String>,
    /// The data-quality report; none for a tally that was counted elsewhere.
    pub quality: Option<QualityReport>,
    /// The payment run, where one was asked for.
    pub run: Option<PreparedRun>,
    pub notes: Vec<String>,
}

impl PaymentReport {
    /// The statement for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        statement_text(self, terminal)
    }

    /// The statement as a page.
    #[must_use]
    pub fn page(&self) -> String {
        page(&self.scheme, &self.statement, &self.waiting, self.quality.as_ref())
    }

    /// The bytes of the statement as a Parquet file, in which the data-quality report travels.
    ///
    /// # Errors
    /// The statement cannot be written as Parquet.
    pub fn parquet(&self) -> anyhow::Result<Vec<u8>> {
        statement_parquet::bytes(&self.statement, self.quality.as_ref())
    }

    /// The bytes of the statement as an Excel workbook.
    ///
    /// # Errors
    /// It has more lines than a sheet has rows.
    pub fn workbook(&self) -> anyhow::Result<Vec<u8>> {
        xlsx::bytes("statement", &self.statement.csv(), xlsx::of_statement)
    }
}

/// A payment run that holds a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedRun {
    pub id: Hash,
    /// The ledger, as it was named and without a password.
    pub ledger: String,
    pub prepared_by: String,
    /// Who approved it, where somebody had before.
    pub approved_by: Option<String>,
    /// Whether it is new in the ledger.
    pub is_new: bool,
    /// Transactions that it would post, and that it would take back.
    pub would_post: usize,
    pub would_take_back: usize,
    pub changes: Vec<ProviderChange>,
    /// Providers that are in force under the contract and not in this run, with their sums.
    pub others: Vec<(String, Pence)>,
}

/// The statement for the terminal.
fn statement_text(report: &PaymentReport, terminal: Terminal) -> String {
    let PaymentReport { statement, waiting, .. } = report;
    let mut out = heading_text(statement, terminal) + "\n";
    let several = statement.providers.len() > 1;
    for (number, line) in (1..).zip(&statement.lines) {
        let provider = if several { format!("{}: ", line.provider) } else { String::new() };
        out += &terminal.with_amount(&format!("{number:>4}  {provider}{}", place(line)), &line.amount.to_string());
        let sum = line.sum_for_people().map_or_else(String::new, |sum| format!("{sum}: "));
        out += &terminal.dim(&format!("      {}\n", terminal.wrap(&format!("{sum}{}", line.reason), 6)));
    }
    for line in waiting {
        out += &format!("      {line}\n");
    }
    for provider in &statement.providers {
        let all = format!("  {}", terminal.bold(&format!("{provider} in all")));
        out += &terminal.with_amount(&all, &statement.total(provider).to_string());
    }
    out
}

/// The contract of a statement, its days and the version of its rules.
#[must_use]
pub fn heading_text(statement: &Statement, terminal: Terminal) -> String {
    let Statement { contract, as_at, known_at, version, .. } = statement;
    format!("{}, as at {as_at}, known at {known_at}, rules {}", terminal.bold(contract), version.short())
}

/// What a run that is not posted yet changes for each provider, and where more was paid than would be due.
#[must_use]
pub fn changes_text(changes: &[ProviderChange]) -> String {
    let mut out = String::new();
    for ProviderChange { provider, old_name, before, after, paid } in changes {
        let difference = Pence(after.0.saturating_sub(before.0));
        let name = match old_name {
            Some(old) => format!("{provider}, which was {old}"),
            None => provider.clone(),
        };
        out += &format!("  {}: {before} before, {after} after, a difference of {difference}\n", visible(&name));
        let due = after.0.saturating_sub(paid.0);
        let provider = visible(provider);
        if paid.0 > 0 && due < 0 {
            out += &format!("      {paid} was paid, so {provider} would owe {}\n", Pence(due.saturating_neg()));
        } else if paid.0 != 0 && old_name.is_some() {
            out += &format!("      {paid} was paid under the old name, so {provider} would be owed {}\n", Pence(due));
        }
    }
    out
}

impl PreparedRun {
    /// The run for the terminal, with the next step.
    #[must_use]
    pub fn text(&self) -> String {
        run_text(self)
    }
}

fn run_text(run: &PreparedRun) -> String {
    let (id, ledger) = (run.id.short(), &run.ledger);
    if let Some(name) = &run.approved_by {
        return format!("run {id} holds this statement; {name} approved it and it is posted\n");
    }
    let prepared = if run.is_new { "prepared" } else { "was prepared before" };
    let mut out = format!("run {id} {prepared} by {}\n", run.prepared_by);
    out += &format!("  it would post {} and take back {}\n", run.would_post, run.would_take_back);
    out += &changes_text(&run.changes);
    for (name, amount) in &run.others {
        out += &format!("  {name} is not in this run, and stays as it is: {amount}\n");
    }
    out + &format!(
        "next: somebody else looks at it (wellspent ledger show {ledger} {id})\n      and approves it: wellspent approve {id} --store \
         {ledger} --by NAME\n"
    )
}

//! A statement as Parquet: the columns and rows of its CSV, typed. Money is decimal pounds, quantities have all nine digits,
//! days are days.

use base::day::day;
use ledger::Statement;
use ledger::statement::{COLUMNS, StatementLine};
use records::gate::quality::QualityReport;

use crate::parquet_table::{self, ParquetColumn};
use crate::quality;

/// The bytes of a statement as a Parquet file. The data-quality report travels in it, as the CSV that `--quality` writes.
///
/// # Errors
/// The statement cannot be written as Parquet.
pub fn bytes(statement: &Statement, quality: Option<&QualityReport>) -> anyhow::Result<Vec<u8>> {
    let columns: Vec<(&str, ParquetColumn)> = COLUMNS.into_iter().zip(columns(statement)).collect();
    let details = quality.map(|quality| ("data quality".to_owned(), quality::csv(quality)));
    Ok(parquet_table::bytes("statement", &columns, details.into_iter().collect())?)
}

/// The columns in the order of [`COLUMNS`], the rows in that of the CSV: a provider after the other.
fn columns(statement: &Statement) -> Vec<ParquetColumn> {
    let providers = statement.providers.iter();
    let lines: Vec<&StatementLine> =
        providers.flat_map(|provider| statement.lines.iter().filter(move |line| line.provider == *provider)).collect();
    let texts = |text: &dyn Fn(&StatementLine) -> String| ParquetColumn::texts(lines.iter().map(|line| text(line)));
    let days = |date| ParquetColumn::Days(vec![day(date); lines.len()]);
    let decimals = |number: &dyn Fn(&StatementLine) -> i64, scale| {
        ParquetColumn::Decimals(lines.iter().map(|line| number(line)).collect(), scale)
    };
    vec![
        texts(&|_| statement.contract.clone()),
        texts(&|_| statement.version.to_string()),
        days(statement.as_at),
        days(statement.known_at),
        texts(&|line| line.provider.clone()),
        texts(&|line| line.area.clone()),
        texts(&|line| line.clause.clone()),
        texts(&|line| line.outcome.clone()),
        texts(&|line| line.from_cohort.clone()),
        texts(&|line| line.to_cohort.clone()),
        texts(&|line| line.segment.clone()),
        decimals(&|line| line.quantity.0, 9),
        texts(&|line| line.unit.clone()),
        decimals(&|line| line.price.0, 2),
        decimals(&|line| line.amount.0, 2),
        texts(&|line| line.reason.clone()),
        texts(&|line| statement.id(line).to_string()),
    ]
}

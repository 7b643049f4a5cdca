//! A table of amounts at the prices of another year, as CSV and as JSON, and a line about it.

use base::csv_cell::quoted;
use base::english::{counted, plural};
use base::money::{Quantity, WHOLE};

use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;

/// A table with the amounts uprated.
#[derive(Clone, Debug, PartialEq)]
pub struct UpratedTable {
    /// The columns of the table that was given.
    pub columns: Vec<String>,
    pub rows: Vec<UpratedRow>,
    /// The name of the column of amounts.
    pub amount: String,
    /// The price year of the new amounts.
    pub year: String,
    /// How the new amounts compare with those of somebody else, if there is a column of them.
    pub comparison: Option<UpratedComparison>,
    /// Rows that could not be uprated, and amounts that differ, each with its place and how to fix it.
    pub problems: Vec<String>,
}

/// One row of the table with its new amount.
#[derive(Clone, Debug, PartialEq)]
pub struct UpratedRow {
    pub cells: Vec<String>,
    pub amount: Quantity,
}

/// How many amounts of a column agree with the new ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpratedComparison {
    pub column: String,
    pub compared: u64,
    pub agree: u64,
}

impl UpratedTable {
    /// The rows that could be uprated, as CSV.
    #[must_use]
    pub fn csv(&self) -> String {
        csv(self)
    }

    /// How many amounts were uprated, and how many agree with those of somebody else.
    #[must_use]
    pub fn summary(&self) -> String {
        summary(self)
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> UprateDocument {
        UprateDocument::from(self)
    }
}

/// The rows that could be uprated, as CSV, with the new amount as the last column.
fn csv(table: &UpratedTable) -> String {
    let line = |cells: &[String], last: &str| {
        let cells = cells.iter().map(String::as_str).chain([last]);
        cells.map(|cell| quoted(cell).into_owned()).collect::<Vec<_>>().join(",") + "\n"
    };
    let header = line(&table.columns, &format!("{} at {} prices", table.amount, table.year));
    table.rows.iter().fold(header, |out, row| out + &line(&row.cells, &decimal(row.amount)))
}

/// How many amounts were uprated, and how many agree with those of somebody else.
fn summary(table: &UpratedTable) -> String {
    let uprated = format!("{} at {} prices", counted(table.rows.len(), "amount", "amounts"), table.year);
    match &table.comparison {
        Some(UpratedComparison { column, compared, agree }) => {
            let verb = plural(*agree, "agrees", "agree");
            format!("{uprated}; {agree} of {compared} in `{column}` {verb}")
        }
        None => uprated,
    }
}

/// Billionths as a decimal with every digit.
#[must_use]
pub fn decimal(amount: Quantity) -> String {
    let (sign, size, whole) = (if amount.0 < 0 { "-" } else { "" }, amount.0.unsigned_abs(), WHOLE.unsigned_abs());
    format!("{sign}{}.{:09}", size / whole, size % whole).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A table of amounts at the prices of one year. Amounts are in pounds, as text with every digit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UprateDocument {
    /// the column of amounts
    pub amount: String,
    /// the price year of the new amounts
    pub year: String,
    /// the columns of the table that was given
    pub columns: Vec<String>,
    /// the rows that could be uprated
    pub rows: Vec<UpratedRowEntry>,
    /// how the new amounts compare with those of somebody else; null where no column of them is named
    pub comparison: Option<UprateComparisonEntry>,
    /// rows that could not be uprated and amounts that differ, each with its place and how to fix it
    pub problems: Vec<String>,
}

/// One row with its new amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UpratedRowEntry {
    /// the cells of the row, in the order of the columns
    pub cells: Vec<String>,
    /// the new amount
    pub uprated: String,
}

/// How many amounts of a column agree with the new ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UprateComparisonEntry {
    /// the column
    pub column: String,
    /// how many amounts were compared
    pub compared: u64,
    /// how many of them agree
    pub agree: u64,
}

impl From<&UpratedTable> for UprateDocument {
    fn from(table: &UpratedTable) -> UprateDocument {
        let row = |row: &UpratedRow| UpratedRowEntry { cells: row.cells.clone(), uprated: decimal(row.amount) };
        let comparison =
            |of: &UpratedComparison| UprateComparisonEntry { column: of.column.clone(), compared: of.compared, agree: of.agree };
        UprateDocument {
            amount: table.amount.clone(),
            year: table.year.clone(),
            columns: table.columns.clone(),
            rows: table.rows.iter().map(row).collect(),
            comparison: table.comparison.as_ref().map(comparison),
            problems: table.problems.clone(),
        }
    }
}

impl JsonDocument for UprateDocument {
    const SCHEMA: &'static str = "wellspent-uprate/1";
    const COMMAND: &'static str = "wellspent uprate --json";
}

//! The outcomes of each person as a table: a row for each start and outcome, with its state and the day that decided it.
//!
//! It is written as CSV, Parquet or an Excel workbook. All three have the same columns.

use base::csv_cell::quoted;
use base::day::{Day, date};
use records::files::write::plain;
use records::files::xlsx;

use crate::parquet_table::{self, ParquetColumn};

/// The outcomes of people, row by row. Names are kept once, and rows have their positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeopleTable {
    pub providers: Vec<String>,
    pub areas: Vec<String>,
    pub cohorts: Vec<String>,
    pub segments: Vec<String>,
    pub outcomes: Vec<String>,
    pub rows: Vec<PeopleTableRow>,
}

/// One outcome of one person in one cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleTableRow {
    /// The id in the table of people, or with several agencies in the table of persons.
    pub person: String,
    /// Whether the person is in the comparison group.
    pub comparison: bool,
    pub provider: usize,
    pub area: usize,
    pub cohort: usize,
    pub segment: usize,
    pub outcome: usize,
    pub state: ResultState,
    /// Why the result is not yet known, left out or excepted; empty where it counts.
    pub why: String,
    /// 1 or 0, or a number of events, days or periods; nothing unless the result is known.
    pub value: Option<i64>,
    /// The day on which the outcome was reached, or of the event that decided.
    pub decided: Option<Day>,
}

/// What became of a person in one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultState {
    Success,
    Failure,
    NotYetKnown,
    LeftOut,
    /// Taken out of this outcome for a stated reason.
    Excepted,
    /// The outcome counts households, and this person's counts with another member.
    WithHousehold,
}

impl ResultState {
    /// The word for it in the table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ResultState::Success => "success",
            ResultState::Failure => "failure",
            ResultState::NotYetKnown => "not yet known",
            ResultState::LeftOut => "left out",
            ResultState::Excepted => "excepted",
            ResultState::WithHousehold => "counts with household",
        }
    }
}

/// The columns of the table.
pub const COLUMNS: [&str; 11] =
    ["person", "group", "provider", "area", "cohort", "segment", "outcome", "state", "why", "value", "decided on"];

impl PeopleTable {
    /// The cells of the columns that are text.
    fn texts<'a>(&'a self, row: &'a PeopleTableRow) -> [&'a str; 9] {
        [
            &row.person,
            if row.comparison { "comparison" } else { "served" },
            &self.providers[row.provider],
            &self.areas[row.area],
            &self.cohorts[row.cohort],
            &self.segments[row.segment],
            &self.outcomes[row.outcome],
            row.state.word(),
            &row.why,
        ]
    }

    /// The table as CSV. Text that a spreadsheet would take for a formula is marked.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = COLUMNS.join(",") + "\n";
        for row in &self.rows {
            for text in self.texts(row) {
                out += &quoted(&plain(text));
                out.push(',');
            }
            if let Some(value) = row.value {
                out += &value.to_string();
            }
            out.push(',');
            if let Some(day) = row.decided {
                out += &date(day).to_string();
            }
            out.push('\n');
        }
        out
    }

    /// The bytes of the table as an Excel workbook.
    ///
    /// # Errors
    /// The table has more rows than a sheet.
    pub fn workbook(&self) -> anyhow::Result<Vec<u8>> {
        xlsx::bytes("people", &self.csv(), kind_of)
    }

    /// The bytes of the table as a Parquet file.
    ///
    /// # Errors
    /// The table cannot be written as Parquet.
    pub fn parquet(&self) -> anyhow::Result<Vec<u8>> {
        let text = |at: usize| ParquetColumn::texts(self.rows.iter().map(|row| self.texts(row)[at]));
        let mut columns: Vec<(&str, ParquetColumn)> = (0..9).map(|at| (COLUMNS[at], text(at))).collect();
        columns.push((COLUMNS[9], ParquetColumn::OptionalWhole(self.rows.iter().map(|row| row.value).collect())));
        columns.push((COLUMNS[10], ParquetColumn::OptionalDays(self.rows.iter().map(|row| row.decided).collect())));
        Ok(parquet_table::bytes("people", &columns, Vec::new())?)
    }
}

/// The kind of a column in a workbook, by its name.
fn kind_of(column: &str) -> xlsx::CellKind {
    match column {
        "value" => xlsx::CellKind::Whole,
        "decided on" => xlsx::CellKind::Day,
        _ => xlsx::CellKind::Text,
    }
}

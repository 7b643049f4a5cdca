//! Why there is no answer, with the rows that a spreadsheet shows.

use std::fmt;

use crate::error::EvaluationError;
use crate::sample::{MEASURED, Sample};
use crate::spec::{OutcomeSource, OutcomeUnit, Spec};
use crate::table::{EvaluationTable, TableFault};

/// Why there is no answer.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The table cannot be used.
    Table(Box<TableFault>),
    /// The method cannot be used on it.
    Method {
        error: EvaluationError,
        /// What the method was used for: "the answer", "the subgroup …".
        of: String,
    },
}

impl From<Box<TableFault>> for Refused {
    fn from(fault: Box<TableFault>) -> Refused {
        Refused::Table(fault)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Table(fault) => write!(out, "{fault}"),
            Refused::Method { error, of } => write!(out, "{of}: {error}"),
        }
    }
}

impl std::error::Error for Refused {}

/// The error of a method on a whole table.
pub(super) fn of_table(error: EvaluationError, table: &EvaluationTable, of: &str) -> Refused {
    Refused::Method { error: numbered_rows(error, table), of: of.to_owned() }
}

/// The values of the outcome, in every row.
pub(super) fn outcome(spec: &Spec, table: &EvaluationTable) -> Result<Vec<f64>, Refused> {
    let column = match &spec.outcome.source {
        OutcomeSource::Column(column) => column,
        OutcomeSource::Scheme { .. } => MEASURED,
    };
    let values = table.all_numbers(column)?;
    // One row may stand for many people, whose share is from 0 to 1.
    let wrong: Vec<usize> = (0..values.len()).filter(|row| !(0.0..=1.0).contains(&values[*row])).collect();
    if spec.outcome.unit == OutcomeUnit::People && !wrong.is_empty() {
        let fix = "write shares such as 0.42, or give the outcome another unit in the spec";
        return Err(table.fault(column, &wrong, "not a share of people", "a number from 0 to 1", fix).into());
    }
    Ok(values)
}

/// The error of a method, with the rows that a spreadsheet shows.
pub(super) fn refused(error: EvaluationError, sample: &Sample, of: &str) -> Refused {
    // Messages count rows from 1, and the sample knows the numbers of its rows in the table.
    let told = |row: usize| sample.row_numbers.get(row).map_or(row, |number| number - 1);
    let error = match error {
        EvaluationError::Value { column, row, expected } => EvaluationError::Value { column, row: told(row), expected },
        EvaluationError::SameKey { first, second } => EvaluationError::SameKey { first: told(first), second: told(second) },
        EvaluationError::Collinear { column } => EvaluationError::Collinear { column: of_covariate(&column) },
        EvaluationError::Separation { column } => EvaluationError::Separation { column: of_covariate(&column) },
        other => other,
    };
    Refused::Method { error, of: of.to_owned() }
}

/// A category is what a cell says of a person, and no message shows it.
fn of_covariate(column: &str) -> String {
    match column.split_once(": ") {
        Some((covariate, _)) => format!("{covariate}, one of its categories"),
        None => column.to_owned(),
    }
}

/// The rows of an error as a spreadsheet numbers them; messages count from 1.
pub(super) fn numbered_rows(error: EvaluationError, table: &EvaluationTable) -> EvaluationError {
    let told = |row: usize| table.row_number(row) - 1;
    match error {
        EvaluationError::Value { column, row, expected } => EvaluationError::Value { column, row: told(row), expected },
        EvaluationError::SameKey { first, second } => EvaluationError::SameKey { first: told(first), second: told(second) },
        EvaluationError::SameUnitAndPeriod { first, second } => {
            EvaluationError::SameUnitAndPeriod { first: told(first), second: told(second) }
        }
        other => other,
    }
}

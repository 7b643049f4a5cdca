//! From a spec and a table to the answer, with everything that a careful reader asks beside it.

mod answer;
mod areas;
mod cut_off;
mod panel;
mod people;
mod result;
mod series;
mod survival;
mod unseen;

use std::fmt;

use base::day::Day;

use crate::error::EvaluationError;
use crate::sample::{MEASURED, Sample};
use crate::spec::{DesignSpec, OutcomeSource, Spec};
use crate::table::{Table, TableFault};

pub use result::{
    BalancePair, CostPerResult, Curve, Estimate, Evaluation, EventTime, Lines, MinimumDetectable, NaivePart, Overlap,
    PanelResult, Role, Saving, SensitivityFigure,
};

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

/// Answers the question of a spec. No day of the table may be after `today`.
///
/// # Errors
///
/// The table cannot be used, or the method not on it.
pub fn evaluate(spec: &Spec, table: &Table, today: Day) -> Result<Evaluation, Refused> {
    match &spec.design {
        DesignSpec::DifferenceInDifferences(design) => panel::of_panel(spec, design, table),
        DesignSpec::Survival(design) => survival::of_times(spec, design, table, today),
        DesignSpec::InterruptedTimeSeries(design) => series::of_series(spec, design, table),
        DesignSpec::SyntheticControl(design) => areas::of_areas(spec, design, table),
        DesignSpec::RegressionDiscontinuity(design) => cut_off::of_scores(spec, design, table),
        _ => answer::of_people(spec, table, today),
    }
}

/// The error of a method on a whole table.
fn of_table(error: EvaluationError, table: &Table, of: &str) -> Refused {
    Refused::Method { error: panel::numbered_rows(error, table), of: of.to_owned() }
}

/// The values of the outcome, in every row.
fn outcome(spec: &Spec, table: &Table) -> Result<Vec<f64>, Refused> {
    Ok(match &spec.outcome.source {
        OutcomeSource::Column(column) => table.all_numbers(column)?,
        OutcomeSource::Scheme { .. } => table.all_numbers(MEASURED)?,
    })
}

/// The error of a method, with the rows that a spreadsheet shows.
fn refused(error: EvaluationError, sample: &Sample, of: &str) -> Refused {
    // Messages count rows from 1, and the sample knows the numbers of its rows in the table.
    let told = |row: usize| sample.row_numbers.get(row).map_or(row, |number| number - 1);
    let error = match error {
        EvaluationError::Value { column, row, expected } => EvaluationError::Value { column, row: told(row), expected },
        EvaluationError::SameKey { first, second } => EvaluationError::SameKey { first: told(first), second: told(second) },
        other => other,
    };
    Refused::Method { error, of: of.to_owned() }
}

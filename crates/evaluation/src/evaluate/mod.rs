//! From a spec and a table to the answer, with everything that a careful reader asks beside it.

mod answer;
mod areas;
mod cut_off;
mod fits;
mod leave_one_out;
mod panel;
mod people;
mod refused;
mod result;
pub mod said;
mod series;
mod survival;
mod unseen;

use base::day::Day;

use crate::spec::{DesignSpec, Spec};
use crate::table::EvaluationTable;

pub use refused::Refused;
pub use result::{
    BalancePair, CostPerResult, EstimatedEffect, EvaluationResult, EventTime, Lines, MinimumDetectable, NaivePart, OutcomeCurve,
    Overlap, PanelResult, Role, Saving, UnseenFigure,
};

/// Answers the question of a spec. No day of the table may be after `today`.
///
/// # Errors
///
/// The table cannot be used, or the method not on it.
pub fn evaluate(spec: &Spec, table: &EvaluationTable, today: Day) -> Result<EvaluationResult, Refused> {
    fits::fits(spec).map_err(|error| Refused::Method { error, of: "the spec".to_owned() })?;
    match &spec.design {
        DesignSpec::DifferenceInDifferences(design) => panel::of_panel(spec, design, table),
        DesignSpec::Survival(design) => survival::of_times(spec, design, table, today),
        DesignSpec::InterruptedTimeSeries(design) => series::of_series(spec, design, table),
        DesignSpec::SyntheticControl(design) => areas::of_areas(spec, design, table),
        DesignSpec::RegressionDiscontinuity(design) => cut_off::of_scores(spec, design, table),
        _ => answer::of_people(spec, table, today),
    }
}

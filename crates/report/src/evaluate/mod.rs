//! An evaluation as a text, a page and a document for other programs. All three show the same figures, and the plot and the table of
//! balance are made from one list.

mod charts;
mod json;
mod page;
pub mod plan;
mod text;

use evaluation::evaluate::said;
use evaluation::evaluate::{EstimatedEffect, EvaluationResult, Role};
use evaluation::words;

pub use json::EvaluationDocument;

/// The answer, and whether the question was asked before the data were there.
#[derive(Clone, Debug)]
pub struct EvaluationReport {
    pub evaluation: EvaluationResult,
    /// People were treated by lot, so that nothing unseen decided who was.
    pub randomised: bool,
    pub registration: Registration,
    /// Warnings about the spec.
    pub warnings: Vec<String>,
}

/// What is known of a spec and of the runs of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub state: RegistrationState,
    /// SHA-256 of the spec and of the table, as hexadecimal digits.
    pub spec_sha256: String,
    pub table_sha256: String,
    /// How often this table was evaluated beside this spec, this run among them.
    pub runs: usize,
    /// With how many different specs.
    pub specs: usize,
    /// The day of the first run of this spec on any table.
    pub first_run: Option<String>,
}

/// Whether a spec was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    NotRegistered,
    Registered {
        on: String,
        by: String,
        unchanged: bool,
        /// The lines that differ from what was registered.
        difference: Vec<String>,
    },
}

impl Registration {
    /// What a reader should know of it.
    pub fn words(&self) -> Vec<String> {
        let mut out = Vec::new();
        match &self.state {
            RegistrationState::NotRegistered => out.push(
                "This spec was not registered before the data were there. Read the answer as exploratory: another spec may have been \
                 tried first."
                    .to_owned(),
            ),
            RegistrationState::Registered { on, by, unchanged: true, .. } => {
                out.push(format!("This spec was registered on {on} by {by}, and has not changed since."));
            }
            RegistrationState::Registered { on, by, unchanged: false, .. } => out.push(format!(
                "This spec was registered on {on} by {by}, and has changed since. The lines that differ are shown below."
            )),
        }
        if self.specs > 1 {
            out.push(format!(
                "This table was evaluated {} times with {} different versions of this spec.",
                self.runs, self.specs
            ));
        }
        out
    }

    /// The lines that differ from what was registered.
    pub fn difference(&self) -> &[String] {
        match &self.state {
            RegistrationState::Registered { difference, .. } => difference,
            RegistrationState::NotRegistered => &[],
        }
    }
}

/// The columns of a table of estimates.
const ESTIMATE_COLUMNS: [&str; 7] = ["estimate", "effect", "standard error", "interval", "p-value", "treated", "comparison"];

impl EvaluationReport {
    /// What an estimate is for, in words.
    fn what(&self, estimate: &EstimatedEffect) -> String {
        match estimate.role {
            Role::Answer => "the answer".to_owned(),
            Role::Naive => estimate.what.clone(),
            Role::Subgroup => format!("subgroup, {}", estimate.what),
            Role::NegativeControl => format!("negative control, {}", estimate.what),
            Role::Placebo => format!("placebo, {}", estimate.what),
            Role::Part => estimate.what.clone(),
        }
    }

    /// One row of the table of estimates.
    fn row(&self, estimate: &EstimatedEffect) -> Vec<String> {
        let unit = estimate.unit.unwrap_or(self.evaluation.unit);
        let p_value = match estimate.corrected_p_value {
            Some(corrected) => format!("{} ({} corrected)", p_value(estimate.p_value), p_value(corrected)),
            None => p_value(estimate.p_value),
        };
        vec![
            self.what(estimate),
            words::short_difference(unit, estimate.effect),
            words::short_difference(unit, estimate.standard_error),
            words::short_interval(unit, estimate.low, estimate.high),
            p_value,
            base::money::thousands(estimate.treated as i64),
            base::money::thousands(estimate.comparison as i64),
        ]
    }

    /// How the standard errors were worked out: in one sentence where all were in the same way, otherwise one for each way.
    fn methods(&self) -> Vec<String> {
        let mut ways: Vec<(&str, Vec<String>)> = Vec::new();
        for estimate in &self.evaluation.estimates {
            let what = self.what(estimate);
            match ways.iter_mut().find(|(method, _)| *method == estimate.method) {
                Some((_, of)) => of.push(what),
                None => ways.push((&estimate.method, vec![what])),
            }
        }
        match ways.as_slice() {
            [(method, _)] => vec![format!("Standard errors: {method}.")],
            several => several.iter().map(|(method, of)| format!("Standard error of {}: {method}.", of.join("; "))).collect(),
        }
    }

    /// Further sentences: on negative controls, on cost and savings, and notes.
    fn remarks(&self) -> Vec<String> {
        let found = &self.evaluation;
        let mut out: Vec<String> = said::negative_controls(found).into_iter().collect();
        if let Some(cost) = found.cost_per_result {
            let most = cost.high.map_or("with no upper end, because the effect may be none".to_owned(), |high| {
                format!("to {}", words::pounds(high))
            });
            out.push(format!(
                "One more good result costs {} (interval from {} {most}).",
                words::pounds(cost.pounds),
                words::pounds(cost.low)
            ));
        }
        out.extend(found.savings.iter().map(|saving| {
            format!(
                "Saving to {}, for each person treated: {} (interval {} to {}).",
                saving.department,
                words::pounds(saving.each),
                words::pounds(saving.low),
                words::pounds(saving.high)
            )
        }));
        out.extend(found.notes.iter().cloned());
        out
    }
}

/// "0.031", "< 0.001".
fn p_value(value: f64) -> String {
    if value < 0.001 { "< 0.001".to_owned() } else { format!("{value:.3}") }
}

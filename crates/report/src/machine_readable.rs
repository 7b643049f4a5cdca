//! Results for other programs: one JSON object each, whose field `schema` names its description in `schemas/output`.
//!
//! Money is in pounds, shares and rates are proportions. A number that is not finite is written as null.

use base::money::Pence;
use risks::Estimate;
use serde::Serialize;

/// Name and version of this program.
pub const PROGRAM: &str = concat!("wellspent ", env!("CARGO_PKG_VERSION"));

#[derive(Serialize)]
struct Document<'a, T> {
    schema: &'static str,
    program: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

/// A result as indented JSON with a line end. `schema` is raised when a field changes its meaning or goes away; new fields may
/// come without.
pub fn json<T: Serialize>(schema: &'static str, body: &T) -> anyhow::Result<String> {
    let document = Document { schema, program: PROGRAM, body };
    Ok(crate::terminal::json(&serde_json::to_string_pretty(&document)?) + "\n")
}

/// Pence as pounds.
#[must_use]
pub fn pounds(pence: Pence) -> f64 {
    pence.0 as f64 / 100.0
}

/// A number to a millionth; none where it is not finite.
#[must_use]
pub fn rounded(value: f64) -> Option<f64> {
    value.is_finite().then(|| (value * 1e6).round() / 1e6 + 0.0)
}

/// A simulated figure in pounds with its standard error; an error of 0 is an exact figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SimulatedPounds {
    pub mean: Option<f64>,
    pub error: Option<f64>,
}

impl From<Estimate> for SimulatedPounds {
    fn from(estimate: Estimate) -> SimulatedPounds {
        let pennies = |value: f64| value.is_finite().then(|| (value * 100.0).round() / 100.0 + 0.0);
        SimulatedPounds { mean: pennies(estimate.mean), error: pennies(estimate.error) }
    }
}

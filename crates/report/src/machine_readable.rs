//! Results for other programs: one JSON object each, in one envelope. Its field `schema` names its description in
//! `schemas/output`, its field `program` the program that wrote it, and the other fields are the result.
//!
//! Money is in pounds, shares and rates are proportions. A number that is not finite is written as null.

use base::money::Pence;
use risks::Estimate;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Name and version of this program.
pub const PROGRAM: &str = concat!("wellspent ", env!("CARGO_PKG_VERSION"));

#[derive(Serialize)]
struct Envelope<'a, T> {
    schema: &'static str,
    program: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

/// A result as indented JSON with a line end. `schema` is raised when a field changes its meaning or goes away; new fields may
/// come without.
fn json<T: Serialize>(schema: &'static str, body: &T) -> anyhow::Result<String> {
    let envelope = Envelope { schema, program: PROGRAM, body };
    Ok(crate::terminal::json(&serde_json::to_string_pretty(&envelope)?) + "\n")
}

/// A result whose description is made from its own type: the comment of the type and of each field is the text of the
/// description, so the two cannot differ.
pub trait JsonDocument: Serialize + JsonSchema + Sized {
    /// Name and version: "wellspent-fix/1".
    const SCHEMA: &'static str;

    /// The command that writes it: "wellspent fix --json".
    const COMMAND: &'static str;

    /// The document as indented JSON with a line end.
    ///
    /// # Errors
    /// The result cannot be written as JSON.
    fn json(&self) -> anyhow::Result<String> {
        json(Self::SCHEMA, self)
    }
}

impl<T: JsonDocument> JsonDocument for &T {
    const SCHEMA: &'static str = T::SCHEMA;
    const COMMAND: &'static str = T::COMMAND;
}

/// The name of a description and its text, as it lies in `schemas/output`: the JSON Schema of a document in its envelope.
///
/// # Errors
/// The description cannot be written as JSON.
pub fn description<T: JsonDocument>() -> anyhow::Result<(String, String)> {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| settings.inline_subschemas = true);
    let own = settings.into_generator().into_root_schema_for::<T>().to_value();
    let mut properties = Map::new();
    properties.insert("schema".to_owned(), json!({ "const": T::SCHEMA }));
    properties.insert("program".to_owned(), json!({ "type": "string", "description": "name and version of the program" }));
    properties.extend(own["properties"].as_object().cloned().unwrap_or_default());
    let mut required = vec![json!("schema"), json!("program")];
    required.extend(own["required"].as_array().cloned().unwrap_or_default());
    let mut whole = json!({
        "$schema": own["$schema"],
        "title": T::COMMAND,
        "description": own["description"],
        "type": "object",
        "properties": properties,
        "required": required,
    });
    tidy(&mut whole);
    let name = T::SCHEMA.trim_start_matches("wellspent-").split('/').next().unwrap_or_default();
    Ok((name.to_owned(), serde_json::to_string_pretty(&whole)? + "\n"))
}

/// Leaves out what says something of the code and nothing of the document: the size of a number in memory, and the least value that
/// follows from it. Comments become one line.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("type") {
                fields.shift_remove("format");
                fields.shift_remove("minimum");
            }
            for (name, field) in fields.iter_mut() {
                match field {
                    Value::String(text) if name == "description" => *text = text.split_whitespace().collect::<Vec<_>>().join(" "),
                    field => tidy(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
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

/// Pounds to the penny; none where they are not finite.
#[must_use]
pub fn pennies(value: f64) -> Option<f64> {
    value.is_finite().then(|| (value * 100.0).round() / 100.0 + 0.0)
}

/// A simulated figure with its standard error. An error of 0 is an exact figure, and null one that was not estimated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SimulatedFigure {
    /// the mean
    pub mean: Option<f64>,
    /// its standard error
    pub error: Option<f64>,
}

impl SimulatedFigure {
    /// A figure in pounds, to the penny.
    #[must_use]
    pub fn pounds(estimate: Estimate) -> SimulatedFigure {
        SimulatedFigure { mean: pennies(estimate.mean), error: pennies(estimate.error) }
    }

    /// The mean of pounds, with its error.
    #[must_use]
    pub fn mean_pounds(values: &[f64]) -> SimulatedFigure {
        SimulatedFigure::pounds(Estimate::of(values.iter().copied()))
    }

    /// A share, to a millionth.
    #[must_use]
    pub fn share(estimate: Estimate) -> SimulatedFigure {
        SimulatedFigure { mean: rounded(estimate.mean), error: rounded(estimate.error) }
    }
}

/// An interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct IntervalEntry {
    /// the lower end
    pub low: f64,
    /// the upper end
    pub high: f64,
}

impl From<(f64, f64)> for IntervalEntry {
    fn from((low, high): (f64, f64)) -> IntervalEntry {
        IntervalEntry { low, high }
    }
}

/// An estimated share with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EstimatedShare {
    /// the estimate
    pub share: f64,
    /// the lower end
    pub low: f64,
    /// the upper end
    pub high: f64,
}

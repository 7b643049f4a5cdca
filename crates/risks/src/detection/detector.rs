//! What a risk's file says of looking for it in records.

use super::expected::{ExpectedSignal, ShownConduct};
use super::signal::Signal;
use crate::observed::ObservedRecords;

/// How a risk is looked for in records.
#[derive(Clone, Copy, Debug)]
pub struct Detector {
    /// The signals, each from other numbers than the rest, or the reason why the records cannot show any.
    pub signals: fn(&ObservedRecords) -> Result<Vec<Signal>, &'static str>,
    /// The same signals as they are expected of a strategy, as far as strategies show them.
    pub expected: fn(&ShownConduct) -> Vec<ExpectedSignal>,
    /// Innocent explanations, the likeliest first. They are checked before anybody is asked.
    pub explanations: &'static [&'static str],
    /// What would settle it: a record or a measurement that is not there yet.
    pub settled_by: &'static str,
    /// Where the size that it is tuned to comes from: a source, or that it is an assumption.
    pub tuned_to: &'static str,
}

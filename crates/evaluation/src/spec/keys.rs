//! How keys of a spec are read that have no default.

use base::literal::{Count, Literal as _, Plain};
use base::problem::Problem;
use base::reader::Section;

/// The designs, as a file names them.
pub(super) const DESIGNS: [(&str, DesignName); 12] = [
    ("randomised", DesignName::Randomised),
    ("matching", DesignName::Matching),
    ("subclassification", DesignName::Subclassification),
    ("coarsened exact matching", DesignName::CoarsenedExact),
    ("weighting", DesignName::Weighting),
    ("entropy balancing", DesignName::EntropyBalancing),
    ("doubly robust", DesignName::DoublyRobust),
    ("difference in differences", DesignName::DifferenceInDifferences),
    ("interrupted time series", DesignName::InterruptedTimeSeries),
    ("synthetic control", DesignName::SyntheticControl),
    ("regression discontinuity", DesignName::RegressionDiscontinuity),
    ("survival", DesignName::Survival),
];

/// A design by name, before its own keys are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DesignName {
    Randomised,
    Matching,
    Subclassification,
    CoarsenedExact,
    Weighting,
    EntropyBalancing,
    DoublyRobust,
    DifferenceInDifferences,
    InterruptedTimeSeries,
    SyntheticControl,
    RegressionDiscontinuity,
    Survival,
}

impl DesignName {
    /// Designs in which the day, the period or the score says who was treated.
    pub(super) fn says_who_was_treated(self) -> bool {
        matches!(
            self,
            DesignName::DifferenceInDifferences
                | DesignName::InterruptedTimeSeries
                | DesignName::SyntheticControl
                | DesignName::RegressionDiscontinuity
        )
    }
}

/// One of a fixed set of words that must be there, without a default.
pub(super) fn needed<T: Copy>(table: &Section<'_, '_>, key: &str, known: &[(&str, T)]) -> Option<T> {
    if table.has(key) {
        return table.choice(key, known);
    }
    let words: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    table.push(
        table
            .problem(key, format!("nothing says what `{key}` is, and it has no default"))
            .expected(words.join(" or "))
            .fix(format!("add a line: {key} = {}", words.first().map_or("", String::as_str))),
    );
    None
}

/// A whole number within limits, or a default.
pub(super) fn whole(table: &Section<'_, '_>, key: &str, (low, high): (i64, i64), default: Option<i64>) -> usize {
    let value = match default {
        Some(default) if !table.has(key) => default,
        _ => {
            let fix = "write a whole number within these limits";
            table.required_within(key, (Count(low), Count(high)), "not a possible number here", fix).0
        }
    };
    usize::try_from(value.clamp(low, high)).unwrap_or_default()
}

/// Names of columns, each once.
pub(super) fn names(table: &Section<'_, '_>, key: &str) -> Vec<String> {
    let listed = table.list(key).unwrap_or_default();
    for (at, (name, span)) in listed.iter().enumerate() {
        if listed[..at].iter().any(|(before, _)| before == name) {
            let problem = Problem { span: Some(*span), ..table.problem(key, format!("`{name}` is named twice")) };
            table.push(problem.fix("name each column once"));
        }
    }
    listed.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// A bare number that must be there.
pub(super) fn plain(table: &Section<'_, '_>, key: &str) -> f64 {
    table.required::<Plain>(key).as_f64()
}

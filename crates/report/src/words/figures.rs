//! Figures and lists within a sentence.

use base::money::thousands;
use risks::{percent, percentage_points};

/// A number of people, or of anything that comes whole.
pub fn count(value: f64) -> String {
    let size = thousands(value.abs().round() as i64);
    if value <= -0.5 { format!("-{size}") } else { size }
}

/// A chance that is known exactly: never "0.0%" for what can happen.
pub fn chance(share: f64) -> String {
    match share {
        share if share < 5e-7 => "0%".to_owned(),
        share if share < 5e-4 => "under 0.1%".to_owned(),
        share => percent(share),
    }
}

/// A change in a proportion, in percentage points: never "0.0" for what is above zero.
pub fn points(share: f64) -> String {
    if (1e-9..0.0005).contains(&share) {
        return "under 0.1 percentage points".to_owned();
    }
    percentage_points(share)
}

/// The same without its unit.
pub fn point_figure(share: f64) -> String {
    let value = 100.0 * share;
    format!("{:.1}", if value.abs() < 0.05 { 0.0 } else { value })
}

/// The first letter made a capital.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Names joined for a sentence: "a, b and c".
pub fn listed(names: &[&str]) -> String {
    joined(names, "and")
}

/// The same with another word before the last: "a, b or c".
pub(super) fn joined(names: &[&str], before_last: &str) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [init @ .., last] => format!("{} {before_last} {last}", init.join(", ")),
    }
}

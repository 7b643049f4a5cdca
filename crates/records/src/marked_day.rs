//! A day that a map did not read, because it is not in the format of its column. It goes into the table with a mark, so that nothing reads
//! it as a day, and is recognised by its mark where the table is checked.

use base::day;

/// What the formats of days are called in a mark: the names that a map gives them, and one for all patterns.
const FORMATS: [&str; 6] = ["year first", "day first", "month first", "Excel serial", "Excel serial 1904", "in the pattern"];

/// "2024-04-03 (not day first)".
#[must_use]
pub(crate) fn mark(text: &str, format: &str) -> String {
    format!("{text} (not {format})")
}

/// The day of a marked text, as it was written.
#[must_use]
pub(crate) fn unmarked(text: &str) -> Option<&str> {
    let (day, format) = text.strip_suffix(')')?.split_once(" (not ")?;
    (FORMATS.contains(&format) && day::parse(day.as_bytes()).is_ok()).then_some(day)
}

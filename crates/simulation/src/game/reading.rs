//! What the forms of game have in common when their files are read.

use base::literal::{Count, Plain};
use base::problem::Problem;
use base::reader::Section;

use super::form::GAME_FILE;

/// A bare number that may be left out.
pub(super) fn number_or(section: &Section<'_, '_>, key: &str, default: f64) -> f64 {
    section.number::<Plain>(key).map_or(default, |number| number.0)
}

/// A bare number that must be there and within a range, which the message gives.
pub(super) fn number_within(section: &Section<'_, '_>, key: &str, low: f64, high: f64) -> f64 {
    let fix = "correct the number";
    section.required_within::<Plain>(key, (Plain(low), Plain(high)), &format!("`{key}` out of its range"), fix).0
}

/// The same where it may be left out.
pub(super) fn number_within_or(section: &Section<'_, '_>, key: &str, low: f64, high: f64, default: f64) -> f64 {
    if section.has(key) { number_within(section, key, low, high) } else { default }
}

/// The two ends of a range, `low` and `high`, each within the same limits.
pub(super) fn range_within(section: &Section<'_, '_>, least: f64, most: f64) -> (f64, f64) {
    let (low, high) = (number_within(section, "low", least, most), number_within(section, "high", least, most));
    if high - low < SMALL {
        section.push(
            Problem::at(section.file, section.span_of("high"), "`high` must lie above `low`")
                .expected("two numbers, the lower first")
                .fix("correct one of them"),
        );
    }
    (low, high)
}

/// A cost or a price: above nothing, so that the best stays within reach.
pub(super) fn above_nothing(section: &Section<'_, '_>, key: &str) -> f64 {
    number_within(section, key, SMALL, LARGE)
}

/// A whole number that must be there.
pub(super) fn count_within(section: &Section<'_, '_>, key: &str, low: i64, high: i64) -> usize {
    let fix = "correct the number";
    section.required_within::<Count>(key, (Count(low), Count(high)), &format!("`{key}` out of its range"), fix).0 as usize
}

/// The smallest and the largest number of the games, so that no sum runs out of a number's range.
pub(super) const SMALL: f64 = 1e-6;
pub(super) const LARGE: f64 = 1e6;

/// A table that must be there, read; a default where it is missing.
pub(super) fn part<T: Default>(top: &Section<'_, '_>, key: &str, read: impl FnOnce(&Section<'_, '_>) -> T) -> T {
    let Some(section) = top.required_section(key, "one of the tables of this form of game") else { return T::default() };
    let part = read(&section);
    section.finish();
    part
}

/// A table that may be left out.
pub(super) fn part_if_there<T>(top: &Section<'_, '_>, key: &str, read: impl FnOnce(&Section<'_, '_>) -> T) -> Option<T> {
    let section = top.section(key)?;
    let part = read(&section);
    section.finish();
    Some(part)
}

/// The share that the file gives, or the word that leaves it to be found: "best".
pub(super) fn number_or_best(section: &Section<'_, '_>, key: &str) -> Option<f64> {
    if section.is_text(key) && section.text(key).is_some_and(|text| text.trim() == "best") {
        return None;
    }
    Some(section.required::<Plain>(key).0)
}

/// Several tables of one kind, at least `least`, each with its name.
pub(super) fn parts<T>(
    top: &Section<'_, '_>,
    key: &str,
    (least, most): (usize, usize),
    read: impl Fn(&Section<'_, '_>) -> T,
) -> Vec<(String, T)> {
    let Some(outer) = top.required_section(key, &format!("a table [{key}.NAME] for each of them")) else { return Vec::new() };
    let mut out = Vec::new();
    for section in outer.sections() {
        let part = read(&section);
        section.finish();
        out.push((section.name.clone(), part));
    }
    if !(least..=most).contains(&out.len()) {
        top.push(
            Problem::at(GAME_FILE, outer.span, format!("[{key}] has {} tables", out.len()))
                .expected(format!("from {least} to {most} tables [{key}.NAME]"))
                .fix("add or remove some"),
        );
    }
    out
}

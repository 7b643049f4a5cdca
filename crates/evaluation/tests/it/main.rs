//! Whole methods, compared with published numbers and with each other.

mod another_date_or_place;
mod balance;
mod comparing_providers;
mod data;
mod difference_in_differences;
mod effects;
mod evaluating;
mod fixed_effects;
mod hostile;
mod least_squares;
mod logistic;
mod matching;
mod matchit;
mod monte_carlo;
mod providers;
mod randomised;
mod sensitivity;
mod single_areas;
mod spec;
mod survey_comparisons;
mod survival;

/// Says on standard error that a test is skipped, and why.
fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {why}\n", thread.name().unwrap_or("a test"));
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}

/// Fails where two numbers differ by more than `within`.
#[track_caller]
fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "found {found}, expected {expected} within {within}");
}

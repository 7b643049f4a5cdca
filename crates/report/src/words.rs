//! The sentences of a stress-test report: what the terminal summary and the page share, so that both use the same words. Every figure
//! comes from the run. Nothing here decides whether a finding is present, and what belongs to one risk is in that risk's own file.

mod appearance;
mod break_even;
mod figures;
mod fixes;
mod forecast;
mod looked_for;
mod verdict;

use base::english::counted;
use risks::{Finding, WrongPayment, WrongPaymentRow, people};
use simulation::assumptions::Assumptions;
use simulation::stress::StressTest;

pub use appearance::{counted_scenarios, nearest_scenario, not_in_most, number_name, scenario_box, scenarios};
pub use break_even::{TYPICAL, area_words, by_cost, cohort_size, cost_words, next_pounds, trying, typical_curve};
pub use figures::{chance, count, listed, point_figure, points, sentence};
pub use fixes::{FixShown, fix, no_fix, side_effects};
pub use forecast::{
    TRACK_RECORD, WHICH_TO_USE, agent_types, at_scale, expected_change, expected_direction, expected_scenarios, forecast,
    forecast_in_short, intended_change, today,
};
pub use looked_for::looked_for;
pub use risks::pounds_within as estimate;
pub use verdict::verdict;

/// The risks that could not be looked for, each with what the files would have to say.
pub fn not_looked_for(stress: &StressTest) -> impl Iterator<Item = (&'static str, &'static str)> {
    stress.reported.iter().filter_map(|reported| Some((reported.finding.name(), reported.finding.not_looked_for?)))
}

/// Over what all sums are taken: "21 areas, 108,000 people, 1 contract year".
pub fn over(stress: &StressTest, assumptions: &Assumptions) -> String {
    let areas = stress.results.areas.len();
    let years = counted(assumptions.years, "contract year", "contract years");
    format!("{}, {}, {years}", counted(areas, "area", "areas"), people(stress.results.people))
}

/// What the provider gains by a finding, as a phrase.
pub fn gains(finding: &Finding) -> String {
    (finding.risk.risk().gain_in_words)(finding)
}

/// Who loses by a finding, and how much: people first, then money.
pub fn losers(finding: &Finding, stress: &StressTest) -> Vec<String> {
    (finding.risk.risk().losers)(finding, &stress.results)
}

/// The row of a typical cohort.
pub fn typical(table: &WrongPayment) -> Option<&WrongPaymentRow> {
    table.rows.iter().min_by_key(|row| row.people.abs_diff(table.typical))
}

/// Why a finding is not present: the first test that failed, with the figure that decides it.
pub fn why_not(finding: &Finding) -> Option<(&str, &str)> {
    finding.tests.iter().find(|test| !test.holds).map(|test| (test.what.as_str(), test.figure.as_str()))
}

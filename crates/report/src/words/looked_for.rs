//! Which risks could be looked for.

use simulation::stress::{Reported, StressTest};

/// The risks that could be looked for.
pub fn looked_for(stress: &StressTest) -> impl Iterator<Item = &Reported> {
    stress.reported.iter().filter(|reported| reported.finding.not_looked_for.is_none())
}

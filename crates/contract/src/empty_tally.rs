//! A tally of zeros, with the places that a scheme needs.

use crate::scheme::Scheme;
use crate::tally::{ComparisonGroup, Tally};
use crate::terms::Outcome;

impl Tally {
    /// A tally of zeros for some cohorts of an area.
    #[must_use]
    pub fn empty(scheme: &Scheme, area: usize, cohorts: Vec<usize>) -> Tally {
        let segments = scheme.segments.len();
        let cells = cohorts.len() * segments;
        let comparison = scheme.outcomes.iter().map(|outcome| match outcome.compared() {
            Some(_) => ComparisonGroup { people: vec![0; cells], counts: vec![0; cells] },
            None => ComparisonGroup::default(),
        });
        let found_false = |at: usize| if scheme.checked(at).is_some() { vec![0; cells] } else { Vec::new() };
        let excepted = |outcome: &Outcome| match outcome.exceptions.is_some() || outcome.counts_households {
            true => vec![0; cells],
            false => Vec::new(),
        };
        Tally {
            area,
            segments,
            people: vec![0; cells],
            counts: vec![vec![0; cells]; scheme.outcomes.len()],
            comparison: comparison.collect(),
            found_false: (0..scheme.outcomes.len()).map(found_false).collect(),
            excepted: scheme.outcomes.iter().map(excepted).collect(),
            waiting: Vec::new(),
            left_out: Vec::new(),
            stages: Vec::new(),
            passed: Vec::new(),
            due: Vec::new(),
            others: Vec::new(),
            costs: Vec::new(),
            cohorts,
        }
    }
}

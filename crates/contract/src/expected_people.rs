//! How many people the contract expects, and how large an improvement a level is among them.

use crate::terms::{Baseline, Cohort, OutcomeKind, Per, SchemeTerms};
use base::literal::Change;
use base::schedule::CohortTime;

/// People expected in a cohort of one area and segment. Where the contract does not say how they divide into segments, they
/// divide evenly.
pub(crate) fn in_cohort(scheme: &SchemeTerms, area: usize, segment: usize, time: CohortTime) -> f64 {
    let stated = scheme.people.at(area, segment, time).0 as f64;
    if scheme.people.by_segment() { stated } else { stated / scheme.segments.len().max(1) as f64 }
}

/// People expected in each cohort, in all areas.
#[must_use]
pub fn by_cohort(scheme: &SchemeTerms) -> Vec<f64> {
    let of = |cohort: &Cohort| -> f64 {
        let cells = (0..scheme.areas.len()).flat_map(|area| (0..scheme.segments.len()).map(move |segment| (area, segment)));
        cells.map(|(area, segment)| in_cohort(scheme, area, segment, cohort.time())).sum()
    };
    scheme.cohorts.iter().map(of).collect()
}

/// People expected over all cohorts, by area.
#[must_use]
pub fn by_area(scheme: &SchemeTerms) -> Vec<f64> {
    let of = |area: usize| -> f64 {
        let cohorts = scheme.cohorts.iter();
        cohorts.map(|cohort| (0..scheme.segments.len()).map(|at| in_cohort(scheme, area, at, cohort.time())).sum::<f64>()).sum()
    };
    (0..scheme.areas.len()).map(of).collect()
}

/// People (or events) by which all cohorts of all areas together are better when each is exactly at a level. `None` where the
/// level is a share of a baseline that is not known in advance.
pub(crate) fn improvement_at(scheme: &SchemeTerms, outcome: usize, level: Change) -> Option<f64> {
    let definition = &scheme.outcomes[outcome];
    if matches!(definition.kind, OutcomeKind::Frequency { per: Per::Affected, .. }) {
        return None;
    }
    let people = by_area(scheme).iter().sum::<f64>();
    let people = if definition.counts_households { people / scheme.household_size.as_f64() } else { people };
    let better = match (level, &definition.baseline) {
        (Change::Points(points), _) => people * points.as_f64(),
        (Change::Relative(share), Baseline::Fixed(rates)) if rates.is_constant() => {
            people * rates.values()[0].as_f64() * share.as_f64()
        }
        _ => return None,
    };
    (better > 0.0).then_some(better)
}

/// People expected in the first contract year in one area.
pub(crate) fn in_first_year(scheme: &SchemeTerms, area: usize) -> i64 {
    let first = scheme.cohorts.iter().filter(|cohort| cohort.year == 0);
    let months: i64 = first.clone().map(|cohort| cohort.months).sum();
    let segments = if scheme.people.by_segment() { scheme.segments.len() } else { 1 };
    let of = |cohort: &Cohort| (0..segments).map(|segment| scheme.people.at(area, segment, cohort.time()).0).sum::<i64>();
    let people: i64 = first.map(of).sum();
    people * 12 / months.max(1)
}

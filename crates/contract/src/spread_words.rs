//! Numbers that differ by area, segment, contract year or cohort, in words.

use crate::terms::SchemeTerms;
use base::schedule::{CohortTime, Schedule};

/// The amounts of a schedule by what they really differ by: "North, under 25, year 2". None when all are the same.
pub(crate) fn rows<T: Copy + PartialEq>(scheme: &SchemeTerms, price: &Schedule<T>) -> Vec<(String, T)> {
    let times = times(scheme, price.by_cohort());
    let sizes = [scheme.areas.len(), scheme.segments.len(), times.len()];
    let at = |place: [usize; 3]| price.at(place[0], place[1], times[place[2]].1);
    let places = || {
        let areas = 0..sizes[0];
        areas.flat_map(|area| (0..sizes[1]).flat_map(move |segment| (0..sizes[2]).map(move |time| [area, segment, time])))
    };
    let differs = |axis: usize| {
        places().any(|place| {
            let mut first = place;
            first[axis] = 0;
            at(place) != at(first)
        })
    };
    let by = [differs(0), differs(1), differs(2)];
    if by == [false; 3] {
        return Vec::new();
    }
    let listed = places().filter(|place| (0..3).all(|axis| by[axis] || place[axis] == 0));
    let name = |place: [usize; 3]| {
        let names = [scheme.areas[place[0]].clone(), scheme.segments[place[1]].clone(), times[place[2]].0.clone()];
        let named: Vec<String> = names.into_iter().zip(by).filter_map(|(name, by)| by.then_some(name)).collect();
        named.join(", ")
    };
    listed.map(|place| (name(place), at(place))).collect()
}

/// The times that a schedule may tell apart, each with its name: "year 2", "cohort 2027-04".
fn times(scheme: &SchemeTerms, by_cohort: bool) -> Vec<(String, CohortTime)> {
    if by_cohort {
        return scheme.cohorts.iter().map(|cohort| (format!("cohort {}", cohort.name), cohort.time())).collect();
    }
    (0..scheme.years()).map(|year| (format!("year {}", year + 1), CohortTime { year, cohort: 0 })).collect()
}

/// A number that may differ by area, segment and year, for a sentence.
pub(crate) fn spread_words<T: Copy + PartialEq + PartialOrd>(
    scheme: &SchemeTerms,
    numbers: &Schedule<T>,
    words: impl Fn(T) -> String,
) -> String {
    let rows = rows(scheme, numbers);
    if rows.is_empty() {
        return words(numbers.values()[0]);
    }
    let parts: Vec<String> = rows.iter().map(|(of, number)| format!("{} for {of}", words(*number))).collect();
    parts.join(", ")
}

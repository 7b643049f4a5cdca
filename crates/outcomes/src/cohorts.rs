//! Who counts, where, and from which day: one index event for each person and cohort.

use contract::Scheme;

use base::day::{Day, day};
use records::names::{NOBODY, Names};
use records::{Records, Start};

/// One person in one cohort, from an index date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEvent {
    /// The start that counts: the person's first in the cohort.
    pub start: Start,
    /// Positions in the scheme.
    pub cohort: u32,
    pub area: u32,
    pub segment: u32,
}

/// Who counts, and what of the starts could not decide it.
#[derive(Debug, Default)]
pub(crate) struct IndexEvents {
    /// The first start of each person in each cohort, in the order of people. People served and people of the comparison group are
    /// chosen separately.
    pub(crate) chosen: Vec<IndexEvent>,
    /// Starts outside the scheme.
    pub(crate) outside_scheme: u64,
    /// Starts up to the day that is asked about that became known only after it.
    pub(crate) known_later: u64,
    /// Positions of the chosen that have a rival: a start of the same person on the same day with another provider, area or segment.
    /// The one first in the order of names is chosen, which says nothing about who is right.
    pub(crate) contested: Vec<usize>,
}

/// Chooses the first start of each person in each cohort, up to the day that the question is about.
pub(crate) fn index_events(scheme: &Scheme, records: &Records, (as_at, known_at): (Day, Day)) -> IndexEvents {
    let cohorts: Vec<(Day, Day)> = scheme.cohorts.iter().map(|cohort| (day(cohort.starts), day(cohort.ends))).collect();
    let areas = positions(&records.areas, &scheme.areas);
    let segments = positions(&records.segments, &scheme.segments);
    let mut out = IndexEvents { chosen: Vec::with_capacity(records.starts.len()), ..IndexEvents::default() };
    // The position of the last one chosen among people served, and in the comparison group.
    let mut last: [Option<usize>; 2] = [None; 2];
    // A start may be booked and known before its day. Nobody has started then.
    for start in records.starts.iter().filter(|start| start.began <= as_at) {
        let at = cohorts.partition_point(|(_, ends)| *ends < start.began);
        let cohort = cohorts.get(at).filter(|(starts, _)| *starts <= start.began).map(|_| at as u32);
        let place = |names: &[Option<u32>], alone: bool, name: u32| match name {
            NOBODY if alone => Some(0),
            NOBODY => None,
            name => names[name as usize],
        };
        let area = place(&areas, scheme.areas.len() == 1, start.area);
        let segment = place(&segments, scheme.segments.len() == 1, start.segment);
        let (Some(cohort), Some(area), Some(segment)) = (cohort, area, segment) else {
            out.outside_scheme += u64::from(start.known <= known_at);
            continue;
        };
        if start.known > known_at {
            out.known_later += 1;
            continue;
        }
        let last = &mut last[usize::from(start.comparison)];
        let before = last.map(|at| (at, out.chosen[at]));
        let Some((at, first)) = before.filter(|(_, first)| (first.start.person, first.cohort) == (start.person, cohort)) else {
            *last = Some(out.chosen.len());
            out.chosen.push(IndexEvent { start: *start, cohort, area, segment });
            continue;
        };
        let place = (first.start.provider, first.area, first.segment, first.start.household);
        let differs = place != (start.provider, area, segment, start.household);
        if differs && first.start.began == start.began && out.contested.last() != Some(&at) {
            out.contested.push(at);
        }
    }
    out
}

/// For each name in the records, its position in the scheme.
fn positions(names: &Names, known: &[String]) -> Vec<Option<u32>> {
    (0..names.len() as u32)
        .map(|at| {
            let name = names.get(at).to_string();
            known.iter().position(|known| *known == name).map(|at| at as u32)
        })
        .collect()
}

/// Starts that equal another in all but their key.
pub(crate) fn repeated_starts(records: &Records) -> u64 {
    records.starts.windows(2).filter(|two| two[0] == two[1]).count() as u64
}

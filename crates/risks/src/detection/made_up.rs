//! Small made-up records for the tests of detectors.

use base::day::{Day, NEVER};
use base::philox::{open_unit, words};

use super::signal::{Signal, evidence};
use crate::observed::{ObservedOutcome, ObservedRecords, ObservedResult, ObservedStart, month};

/// The contract's first day: 2027-04-01.
pub(crate) const BEGINS: Day = 20_909;
/// Days of a month, nearly.
const MONTH: Day = 30;

/// Records of so many providers and months, with so many starts of each a month. `make` fills in each start with random numbers of its
/// own. There is one outcome, which is paid for and compared with a fixed share.
pub(crate) fn records(
    providers: usize,
    months: i32,
    each: u64,
    make: impl Fn(&mut dyn FnMut() -> f64, &mut ObservedStart, usize),
) -> ObservedRecords {
    let mut starts = Vec::new();
    for at in 0..months {
        for provider in 0..providers {
            for person in 0..each {
                let key = (at as u64 * 1_000 + provider as u64) * 1_000 + person;
                let mut drawn = 0;
                let mut draw = || {
                    drawn += 1;
                    open_unit(words(21, key, drawn, 0)[0])
                };
                let began = BEGINS + at * MONTH + (draw() * f64::from(MONTH)) as Day;
                let results = vec![ObservedResult::default()];
                let mut start =
                    ObservedStart { provider: Some(provider), began, ended: NEVER, results, ..ObservedStart::default() };
                make(&mut draw, &mut start, provider);
                starts.push(start);
            }
        }
    }
    starts.sort_by_key(|start| start.began);
    let outcome = ObservedOutcome {
        name: "result".to_owned(),
        binary: true,
        paid: true,
        reported: true,
        baseline: Some(0.5),
        ..ObservedOutcome::default()
    };
    ObservedRecords {
        providers: (0..providers).map(|at| format!("provider {at}")).collect(),
        areas: providers,
        outcomes: vec![outcome],
        main: Some(0),
        has_contacts: starts.iter().any(|start| !start.contacts.is_empty()),
        has_claims: starts.iter().any(|start| !start.claims.is_empty()),
        has_ends: starts.iter().any(|start| start.ended != NEVER),
        starts,
        begins: BEGINS,
        as_at: BEGINS + months * MONTH,
        ..ObservedRecords::default()
    }
}

/// The logarithm of the evidence of each signal for a provider at the end of four years; 0 where there is none.
pub(crate) fn strength(signals: &[Signal], provider: usize) -> Vec<f64> {
    let last = |signal: &Signal| {
        let found = evidence(signal, month(BEGINS), 48).remove(&provider)?;
        found.log_evidence.last().copied()
    };
    signals.iter().map(|signal| last(signal).unwrap_or_default()).collect()
}

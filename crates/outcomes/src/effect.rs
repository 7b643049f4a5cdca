//! How much could the rows that were set aside change the sum? The contract is priced again with the people they are about at
//! their best and at their worst.
//!
//! Of a person who is known, each outcome goes from the least to the most that it could be with the missing rows: no or yes; of
//! a count, from what was counted to that and one more for each row. All of them together go to one end or the other, outcome
//! by outcome, and the lowest and the highest sum are told. Where nobody knows whom a row is about, as many people in every
//! place go to either end, and where a start is missing, as many more people come to each place in turn: then what is told is
//! a bound, and the truth lies between.

use base::money::Pence;
use contract::Scheme;
use contract::terms::{Baseline, Kind, Outcome};

use super::{Finding, Group, Measured, State};
use records::gate::quality::Effect;

/// What was set aside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SetAside {
    /// People whom rows are about, in order, once for each row.
    pub people: Vec<u32>,
    /// Rows about nobody knows whom.
    pub unknown: u64,
    /// Starts.
    pub starts: u64,
    /// Rows of which nobody can say what they could change: how far the records reach, who is paid.
    pub unbounded: u64,
}

/// The lowest and the highest sum, were what was set aside known. `payable` gives the people who are paid for, and `price` the
/// sum that they come to.
#[must_use]
pub fn effect(
    scheme: &Scheme,
    measured: &Measured,
    apart: &SetAside,
    payable: &dyn Fn(&Measured) -> Vec<Group>,
    price: &dyn Fn(&[Group]) -> Pence,
) -> Option<Effect> {
    if *apart == SetAside::default() {
        return None;
    }
    // Of a start that cannot be read nobody knows whether it is one to compare with.
    let compared = scheme.outcomes.iter().any(|outcome| matches!(outcome.baseline, Baseline::Comparison { .. }));
    if apart.unbounded > 0 || apart.starts > 0 && compared {
        return Some(Effect::Unknown);
    }
    let groups = payable(measured);
    let base = price(&groups).0;
    let (mut least, mut most) = (base, base);
    let mut add = |(low, high): (i64, i64)| {
        least = least.saturating_add(low.saturating_sub(base).min(0));
        most = most.saturating_add(high.saturating_sub(base).max(0));
    };
    if !apart.people.is_empty() {
        let price = |measured: &Measured| price(&payable(measured)).0;
        add(known(scheme, measured, &apart.people, &price));
    }
    if apart.unknown > 0 {
        add(unknown(scheme, &groups, apart.unknown, price));
    }
    if apart.starts > 0 {
        add(starts(scheme, &groups, apart.starts, price));
    }
    Some(Effect::Between { least: Pence(least), most: Pence(most), bound: apart.unknown > 0 || apart.starts > 0 })
}

/// Which outcomes are at their most, for each set of them that is tried: all sets where there are few outcomes, else none, all
/// and each alone.
fn corners(outcomes: usize) -> Vec<Vec<bool>> {
    if outcomes <= 5 {
        return (0..1_usize << outcomes).map(|set| (0..outcomes).map(|at| set >> at & 1 == 1).collect()).collect();
    }
    let alone = (0..outcomes).map(|one| (0..outcomes).map(|at| at == one).collect());
    [vec![false; outcomes], vec![true; outcomes]].into_iter().chain(alone).collect()
}

fn range(sums: impl Iterator<Item = i64>) -> (i64, i64) {
    sums.fold((i64::MAX, i64::MIN), |(least, most), sum| (least.min(sum), most.max(sum)))
}

fn known(scheme: &Scheme, measured: &Measured, people: &[u32], price: &dyn Fn(&Measured) -> i64) -> (i64, i64) {
    // Everybody whom a row is about, with how many rows.
    let places: Vec<(usize, i64)> = measured
        .index
        .iter()
        .enumerate()
        .filter_map(|(at, index)| {
            let from = people.partition_point(|person| *person < index.start.person);
            let rows = people[from..].iter().take_while(|person| **person == index.start.person).count();
            (rows > 0).then_some((at, rows as i64))
        })
        .collect();
    let mut changed = measured.clone();
    let sums = corners(scheme.outcomes.len()).into_iter().map(|set| {
        for (at, rows) in &places {
            for (outcome, most) in set.iter().enumerate() {
                let place = at * measured.outcomes + outcome;
                changed.findings[place] = end(&scheme.outcomes[outcome], measured.findings[place], *rows, *most);
            }
        }
        price(&changed)
    });
    range(sums)
}

/// A finding at its least or its most.
fn end(outcome: &Outcome, finding: Finding, rows: i64, most: bool) -> Finding {
    if finding.state != State::Known {
        return finding;
    }
    let value = i64::from(finding.value);
    let value = match (outcome.kind, most) {
        (Kind::Binary, most) => i64::from(most),
        (Kind::Frequency { .. }, true) => value.saturating_add(rows),
        (Kind::Frequency { .. }, false) => value,
        (Kind::Sustained { most, .. }, true) => most.max(value),
        (Kind::Sustained { .. }, false) => 0,
    };
    Finding { value: i32::try_from(value).unwrap_or(i32::MAX), ..finding }
}

fn unknown(scheme: &Scheme, groups: &[Group], rows: u64, price: &dyn Fn(&[Group]) -> Pence) -> (i64, i64) {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sums = corners(scheme.outcomes.len()).into_iter().map(|set| {
        let mut changed = groups.to_vec();
        for group in &mut changed {
            for (outcome, most) in set.iter().enumerate() {
                for cell in 0..group.tally.people.len() {
                    let people = group.tally.people[cell];
                    let count = &mut group.tally.counts[outcome][cell];
                    *count = moved(&scheme.outcomes[outcome], *count, people, rows, *most);
                }
            }
        }
        price(&changed).0
    });
    range(sums)
}

/// A count with so many people at the other end.
fn moved(outcome: &Outcome, count: i64, people: i64, rows: i64, most: bool) -> i64 {
    match (outcome.kind, most) {
        (Kind::Binary, true) => count.saturating_add(rows).min(people.max(count)),
        (Kind::Binary, false) => count.saturating_sub(rows).max(0),
        (Kind::Frequency { .. }, true) if people > 0 => count.saturating_add(rows),
        (Kind::Sustained { most, .. }, true) if people > 0 => count.saturating_add(rows.saturating_mul(most)),
        (Kind::Sustained { most, .. }, false) => count.saturating_sub(rows.saturating_mul(most)).max(0),
        _ => count,
    }
}

/// The changes of the sum, added to the sum as it is: each place is priced on its own.
fn starts(scheme: &Scheme, groups: &[Group], rows: u64, price: &dyn Fn(&[Group]) -> Pence) -> (i64, i64) {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let (sum, sets) = (price(groups).0, corners(scheme.outcomes.len()));
    let each = |outcome: usize| match scheme.outcomes[outcome].kind {
        Kind::Sustained { most, .. } => most,
        Kind::Binary | Kind::Frequency { .. } => 1,
    };
    let mut out = (sum, sum);
    for group in groups {
        let before = price(std::slice::from_ref(group)).0;
        for cell in 0..group.tally.people.len() {
            for set in &sets {
                let mut changed = group.clone();
                changed.started = changed.started.saturating_add(rows);
                changed.tally.people[cell] = changed.tally.people[cell].saturating_add(rows);
                for outcome in (0..set.len()).filter(|outcome| set[*outcome]) {
                    let count = &mut changed.tally.counts[outcome][cell];
                    *count = count.saturating_add(rows.saturating_mul(each(outcome)));
                }
                let after = sum.saturating_add(price(&[changed]).0.saturating_sub(before));
                out = (out.0.min(after), out.1.max(after));
            }
        }
    }
    out
}

//! How much could the rows that were set aside change the sum? The contract is priced again with the people concerned at their
//! best and at their worst.
//!
//! Each outcome of an observed person goes from its lowest to its highest possible value: no or yes for a binary outcome, and one
//! more for each row for a count. Where the contract has exceptions from an outcome, a row may also be a reason for one, so the person
//! may be excepted. All people move to one end together, outcome by outcome, and the report gives the lowest and
//! the highest sum. Where a row's person is unknown, as many people in every place move to either end. Where a start is missing,
//! as many more people are added to each place in turn. The result is then a bound: the sum cannot be outside it.

use base::money::Pence;
use contract::Scheme;
use contract::exceptions::GoodResult;
use contract::terms::{Baseline, Better, Outcome, OutcomeKind};

use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::tally::ProviderTally;
use records::gate::quality::SumEffect;

/// What was set aside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SetAside {
    /// The people whom the rows are about, in order, once for each row.
    pub people: Vec<u32>,
    /// Rows whose person is unknown.
    pub unknown: u64,
    /// Rows of the table of starts.
    pub starts: u64,
    /// Rows without a possible bound: how far the records reach, who is paid.
    pub unbounded: u64,
}

/// The lowest and the highest sum that the rows set aside could lead to. `payable` gives the tallies that are paid, and `price`
/// their sum. Results are moved to their ends in place and then put back: a second copy of a million people's results would need
/// 60 MiB.
#[must_use]
pub fn effect(
    scheme: &Scheme,
    measured: &mut MeasuredOutcomes,
    set_aside: &SetAside,
    payable: &dyn Fn(&MeasuredOutcomes) -> Vec<ProviderTally>,
    price: &dyn Fn(&[ProviderTally]) -> Pence,
) -> Option<SumEffect> {
    if *set_aside == SetAside::default() {
        return None;
    }
    // A start that cannot be read, and a row about nobody in particular, may belong to the comparison group.
    let compared = scheme.outcomes.iter().any(|outcome| matches!(outcome.baseline, Baseline::Comparison { .. }));
    // A row about nobody in particular may be a reason to except anybody.
    let excepting = scheme.outcomes.iter().any(|outcome| outcome.exceptions.is_some());
    if set_aside.unbounded > 0 || set_aside.unknown + set_aside.starts > 0 && (compared || excepting) {
        return Some(SumEffect::Unknown);
    }
    let groups = payable(measured);
    let base = price(&groups).0;
    let (mut least, mut most) = (base, base);
    let mut add = |(low, high): (i64, i64)| {
        least = least.saturating_add(low.saturating_sub(base).min(0));
        most = most.saturating_add(high.saturating_sub(base).max(0));
    };
    if !set_aside.people.is_empty() {
        let price = |measured: &MeasuredOutcomes| price(&payable(measured)).0;
        add(known(scheme, measured, &set_aside.people, &price));
    }
    if set_aside.unknown > 0 {
        add(unknown(scheme, &groups, set_aside.unknown, price));
    }
    if set_aside.starts > 0 {
        add(starts(scheme, &groups, set_aside.starts, price));
    }
    Some(SumEffect::Between { least: Pence(least), most: Pence(most), bound: set_aside.unknown > 0 || set_aside.starts > 0 })
}

/// Where a result is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extreme {
    Least,
    Most,
    /// Out of the measure.
    Excepted,
}

/// The ends of each outcome, for each combination that is tried: every combination of up to five outcomes; of more, all at their lowest,
/// all at their highest and each alone at its highest.
fn corners(outcomes: usize) -> Vec<Vec<Extreme>> {
    let ends =
        |most: &dyn Fn(usize) -> bool| (0..outcomes).map(|at| if most(at) { Extreme::Most } else { Extreme::Least }).collect();
    if outcomes <= 5 {
        return (0..1_usize << outcomes).map(|set| ends(&|at| set >> at & 1 == 1)).collect();
    }
    let alone = (0..outcomes).map(|one| ends(&|at| at == one));
    [ends(&|_| false), ends(&|_| true)].into_iter().chain(alone).collect()
}

/// The same, and each of them with everybody excepted from all outcomes that have exceptions, and from each of these alone.
fn corners_with_exceptions(scheme: &Scheme) -> Vec<Vec<Extreme>> {
    let excepting: Vec<usize> = (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].exceptions.is_some()).collect();
    let sets = excepting.iter().map(|at| vec![*at]).chain((excepting.len() > 1).then(|| excepting.clone()));
    let sets: Vec<Vec<usize>> = sets.collect();
    let mut out = corners(scheme.outcomes.len());
    for set in sets {
        let mut excepted = corners(scheme.outcomes.len());
        excepted.iter_mut().for_each(|ends| set.iter().for_each(|at| ends[*at] = Extreme::Excepted));
        out.extend(excepted);
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn range(sums: impl Iterator<Item = i64>) -> (i64, i64) {
    sums.fold((i64::MAX, i64::MIN), |(least, most), sum| (least.min(sum), most.max(sum)))
}

fn known(
    scheme: &Scheme,
    measured: &mut MeasuredOutcomes,
    people: &[u32],
    price: &dyn Fn(&MeasuredOutcomes) -> i64,
) -> (i64, i64) {
    // Each person whom a row is about, with the number of rows.
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
    let as_measured: Vec<Vec<PersonOutcome>> = places.iter().map(|(at, _)| measured.of(*at).to_vec()).collect();
    let sums = corners_with_exceptions(scheme).into_iter().map(|set| {
        for ((at, rows), own) in places.iter().zip(&as_measured) {
            for (outcome, most) in set.iter().enumerate() {
                let base = set[scheme.outcomes[outcome].base(outcome)];
                let to = if base == Extreme::Excepted { base } else { *most };
                measured.results[at * measured.outcomes + outcome] = end(&scheme.outcomes[outcome], own[outcome], *rows, to);
            }
        }
        price(measured)
    });
    let range = range(sums);
    for ((at, _), own) in places.iter().zip(&as_measured) {
        measured.results[at * measured.outcomes..][..measured.outcomes].copy_from_slice(own);
    }
    range
}

/// A result at one end.
fn end(outcome: &Outcome, result: PersonOutcome, rows: i64, to: Extreme) -> PersonOutcome {
    let good = if outcome.better == Better::More { Extreme::Most } else { Extreme::Least };
    let counts_all_the_same = outcome.exceptions.as_ref().is_some_and(|exceptions| exceptions.good_result == GoodResult::Counts);
    if result.state == OutcomeState::Excepted && counts_all_the_same && to == good {
        // Whoever is excepted for a reason counts after all with the good result that a row may show.
        return PersonOutcome::observed(i64::from(good == Extreme::Most), result.day);
    }
    if result.state != OutcomeState::Observed {
        return result;
    }
    if to == Extreme::Excepted {
        return PersonOutcome::without_value(OutcomeState::Excepted);
    }
    let (value, most) = (i64::from(result.value), to == Extreme::Most);
    let value = match (outcome.kind, most) {
        (OutcomeKind::Binary, most) => i64::from(most),
        (OutcomeKind::Frequency { .. }, true) => value.saturating_add(rows),
        (OutcomeKind::Frequency { .. }, false) => value,
        (OutcomeKind::Sustained { .. } | OutcomeKind::Amount { .. }, true) => most_of_one(outcome).max(value),
        (OutcomeKind::Sustained { .. } | OutcomeKind::Amount { .. }, false) => 0,
    };
    PersonOutcome { value: i32::try_from(value).unwrap_or(i32::MAX), ..result }
}

/// By how much one person, or one row about a frequency, can change a count.
fn most_of_one(outcome: &Outcome) -> i64 {
    match outcome.kind {
        OutcomeKind::Sustained { most, .. } | OutcomeKind::Amount { most } => most,
        OutcomeKind::Binary | OutcomeKind::Frequency { .. } => 1,
    }
}

fn unknown(scheme: &Scheme, groups: &[ProviderTally], rows: u64, price: &dyn Fn(&[ProviderTally]) -> Pence) -> (i64, i64) {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sums = corners(scheme.outcomes.len()).into_iter().map(|set| {
        let mut changed = groups.to_vec();
        for group in &mut changed {
            for (outcome, most) in set.iter().enumerate() {
                for cell in 0..group.tally.people.len() {
                    let people = group.tally.people[cell];
                    let count = &mut group.tally.counts[outcome][cell];
                    *count = moved(&scheme.outcomes[outcome], *count, people, rows, *most == Extreme::Most);
                }
            }
        }
        price(&changed).0
    });
    range(sums)
}

/// A count after so many people moved to the other end.
fn moved(outcome: &Outcome, count: i64, people: i64, rows: i64, most: bool) -> i64 {
    let change = rows.saturating_mul(most_of_one(outcome));
    match (outcome.kind, most) {
        (OutcomeKind::Binary, true) => count.saturating_add(change).min(people.max(count)),
        (OutcomeKind::Frequency { .. }, false) => count,
        (_, true) if people > 0 => count.saturating_add(change),
        (_, true) => count,
        (_, false) => count.saturating_sub(change).max(0),
    }
}

/// The sum with the changes of each place, which is priced on its own.
fn starts(scheme: &Scheme, groups: &[ProviderTally], rows: u64, price: &dyn Fn(&[ProviderTally]) -> Pence) -> (i64, i64) {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let (sum, sets) = (price(groups).0, corners(scheme.outcomes.len()));
    let mut out = (sum, sum);
    for group in groups {
        let before = price(std::slice::from_ref(group)).0;
        for cell in 0..group.tally.people.len() {
            for set in &sets {
                let mut changed = group.clone();
                changed.started = changed.started.saturating_add(rows);
                changed.tally.people[cell] = changed.tally.people[cell].saturating_add(rows);
                for outcome in (0..set.len()).filter(|outcome| set[*outcome] == Extreme::Most) {
                    let count = &mut changed.tally.counts[outcome][cell];
                    *count = count.saturating_add(rows.saturating_mul(most_of_one(&scheme.outcomes[outcome])));
                }
                let after = sum.saturating_add(price(&[changed]).0.saturating_sub(before));
                out = (out.0.min(after), out.1.max(after));
            }
        }
    }
    out
}

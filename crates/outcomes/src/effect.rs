//! How much could the rows that were set aside change the sum? The contract is priced again with the people concerned at their
//! best and at their worst.
//!
//! Each outcome of an observed person goes from its lowest to its highest possible value: no or yes for a binary outcome, and one
//! more for each row for a count. Where the contract has exceptions from an outcome, a row may also be a reason for one, so the person
//! may be excepted. All people move to one end together, outcome by outcome, and the report gives the lowest and
//! the highest sum. Where a row's person is unknown, as many people in every place move to either end. Where a start is missing,
//! as many more people are added to each place in turn, and as many taken away, because the missing start may be the first of
//! somebody who is counted elsewhere. The result is then a bound: the sum cannot be outside it. Where results are those of
//! households there is none: one more member may change the result of others and the day on which their household counts.
//!
//! A claim that was set aside may be one that an audit found false, so that the penalty for it is due anywhere.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base::money::Pence;
use contract::Scheme;
use contract::exceptions::GoodResult;
use contract::terms::{Baseline, Better, Outcome, OutcomeKind};

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::tally::ProviderTally;
use records::gate::quality::SumEffect;
use records::names::NOBODY;

/// What was set aside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SetAside {
    /// The people whom the rows are about, in order, once for each row.
    pub people: Vec<u32>,
    /// Rows whose person is unknown.
    pub unknown: u64,
    /// Rows of the table of starts.
    pub starts: u64,
    /// Rows of the table of claims.
    pub claims: u64,
    /// The most facts that the records have of one person: so many events may be those of a start that is missing.
    pub facts_of_one: u64,
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
    if !set_aside.has_rows() {
        return None;
    }
    // A start that cannot be read, and a row about nobody in particular, may belong to the comparison group.
    let compared = scheme.outcomes.iter().any(|outcome| matches!(outcome.baseline, Baseline::Comparison { .. }));
    // A row about nobody in particular may be a reason to except anybody.
    let excepting = scheme.outcomes.iter().any(|outcome| outcome.exceptions.is_some());
    let households = scheme.outcomes.iter().any(|outcome| outcome.counts_households);
    let anybody = set_aside.unknown + set_aside.starts > 0 && (compared || excepting || households);
    if set_aside.unbounded > 0 || anybody {
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
        let people = with_households(measured, &set_aside.people, households);
        add(known(scheme, measured, &people, &price));
    }
    if set_aside.unknown > 0 {
        add(unknown(scheme, &groups, set_aside.unknown, price));
    }
    if set_aside.starts > 0 {
        let facts = whole(set_aside.facts_of_one);
        add(together_or_apart(base, set_aside.starts, &|rows| starts(scheme, &groups, rows, facts, price)));
        add(together_or_apart(base, set_aside.starts, &|rows| starts(scheme, &groups, -rows, facts, price)));
    }
    if set_aside.claims > 0 {
        add(together_or_apart(base, set_aside.claims, &|rows| found_false(&groups, rows, price)));
    }
    let bound = set_aside.unknown + set_aside.starts + set_aside.claims > 0 || households;
    Some(SumEffect::Between { least: Pence(least), most: Pence(most), bound })
}

impl SetAside {
    fn has_rows(&self) -> bool {
        !self.people.is_empty() || self.unknown + self.starts + self.claims + self.unbounded > 0
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The lowest and the highest sum with the rows in one place, and with 1, 2, 4 … of them in each of several: a gate may be passed
/// with some of them, and another with the others.
fn together_or_apart(base: i64, rows: u64, range: &dyn Fn(i64) -> (i64, i64)) -> (i64, i64) {
    let rows = whole(rows);
    let mut sizes: Vec<i64> =
        std::iter::successors(Some(1), |size: &i64| size.checked_mul(2)).take_while(|size| *size < rows).collect();
    sizes.push(rows);
    sizes.into_iter().fold((base, base), |(least, most), size| {
        let (places, left) = (rows / size, rows % size);
        let (of_each, of_left) = (range(size), if left > 0 { range(left) } else { (base, base) });
        let sum = |each: i64, left: i64| {
            let change = each.saturating_sub(base).saturating_mul(places).saturating_add(left.saturating_sub(base));
            base.saturating_add(change)
        };
        (least.min(sum(of_each.0, of_left.0)), most.max(sum(of_each.1, of_left.1)))
    })
}

/// The people, and everybody of their households where results are those of households.
fn with_households<'a>(measured: &MeasuredOutcomes, people: &'a [u32], households: bool) -> Cow<'a, [u32]> {
    if !households {
        return Cow::Borrowed(people);
    }
    let of = |index: &&IndexEvent| people.binary_search(&index.start.person).is_ok() && index.start.household != NOBODY;
    let shared: BTreeSet<u32> = measured.index.iter().filter(of).map(|index| index.start.household).collect();
    let others = measured.index.iter().filter(|index| shared.contains(&index.start.household)).map(|index| index.start.person);
    let mut all: Vec<u32> = people.iter().copied().chain(others).collect();
    all.sort_unstable();
    Cow::Owned(all)
}

/// Where a result is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extreme {
    Least,
    Most,
    /// Out of the measure.
    Excepted,
}

/// The ends of each outcome, for each combination that is tried: every combination of up to five outcomes. Of more, all at their
/// better end, all at their worse end, and each of these with one outcome at its other end. A contract that pays for better results
/// and deducts for worse ones pays least and most at the first two.
fn corners(scheme: &Scheme) -> Vec<Vec<Extreme>> {
    let outcomes = scheme.outcomes.len();
    let ends =
        |most: &dyn Fn(usize) -> bool| (0..outcomes).map(|at| if most(at) { Extreme::Most } else { Extreme::Least }).collect();
    if outcomes <= 5 {
        return (0..1_usize << outcomes).map(|set| ends(&|at| set >> at & 1 == 1)).collect();
    }
    let more = |at: usize| scheme.outcomes[at].better == Better::More;
    let all = [true, false].map(|better| ends(&|at| more(at) == better));
    let but_one = (0..outcomes).flat_map(|one| [true, false].map(|better| ends(&|at| (more(at) == better) != (at == one))));
    all.into_iter().chain(but_one).collect()
}

/// The same, and each of them with everybody excepted from all outcomes that have exceptions, and from each of these alone.
fn corners_with_exceptions(scheme: &Scheme) -> Vec<Vec<Extreme>> {
    let excepting: Vec<usize> = (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].exceptions.is_some()).collect();
    let sets = excepting.iter().map(|at| vec![*at]).chain((excepting.len() > 1).then(|| excepting.clone()));
    let sets: Vec<Vec<usize>> = sets.collect();
    let mut out = corners(scheme);
    for set in sets {
        let mut excepted = corners(scheme);
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
    let sums = corners(scheme).into_iter().map(|set| {
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

/// The sum when so many people more or, below zero, fewer have started in one place, tried for each place. Places are priced on their
/// own. One person may have as many events as the records have facts of anybody.
fn starts(
    scheme: &Scheme,
    groups: &[ProviderTally],
    people: i64,
    facts: i64,
    price: &dyn Fn(&[ProviderTally]) -> Pence,
) -> (i64, i64) {
    let sets = corners(scheme);
    let each = |outcome: &Outcome| match outcome.kind {
        OutcomeKind::Frequency { .. } => facts.max(1),
        _ => most_of_one(outcome),
    };
    let tried = sets.iter().map(|set| {
        move |group: &mut ProviderTally, cell: usize| {
            group.started = group.started.saturating_add(people).max(0);
            let there = group.tally.people[cell].saturating_add(people).max(0);
            group.tally.people[cell] = there;
            for (at, outcome) in scheme.outcomes.iter().enumerate() {
                let change = if set[at] == Extreme::Most { people.saturating_mul(each(outcome)) } else { 0 };
                let count = &mut group.tally.counts[at][cell];
                let most = if outcome.is_binary() { there } else { i64::MAX };
                *count = count.saturating_add(change).clamp(0, most);
            }
        }
    });
    in_each_place(groups, price, tried)
}

/// The sum when an audit has found so many claims more false, tried for each outcome and place that it checks.
fn found_false(groups: &[ProviderTally], claims: i64, price: &dyn Fn(&[ProviderTally]) -> Pence) -> (i64, i64) {
    let outcomes = groups.iter().map(|group| group.tally.found_false.len()).max().unwrap_or(0);
    let tried = (0..outcomes).map(|outcome| {
        move |group: &mut ProviderTally, cell: usize| {
            if let Some(found) = group.tally.found_false.get_mut(outcome).and_then(|cells| cells.get_mut(cell)) {
                *found = found.saturating_add(claims);
            }
        }
    });
    in_each_place(groups, price, tried)
}

/// The lowest and the highest sum over some changes, each made in each cell of each group by itself.
fn in_each_place<Change: Fn(&mut ProviderTally, usize)>(
    groups: &[ProviderTally],
    price: &dyn Fn(&[ProviderTally]) -> Pence,
    changes: impl Iterator<Item = Change>,
) -> (i64, i64) {
    let sum = price(groups).0;
    let before: Vec<i64> = groups.iter().map(|group| price(std::slice::from_ref(group)).0).collect();
    let mut out = (sum, sum);
    for change in changes {
        for (group, before) in groups.iter().zip(&before) {
            for cell in 0..group.tally.people.len() {
                let mut changed = group.clone();
                change(&mut changed, cell);
                let after = sum.saturating_add(price(&[changed]).0.saturating_sub(*before));
                out = (out.0.min(after), out.1.max(after));
            }
        }
    }
    out
}

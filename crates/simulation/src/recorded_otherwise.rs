//! What it pays to have recorded otherwise than it was, besides results themselves: the past that results are compared with, made to
//! look worse before the contract begins, and people with a bad result who leave what is measured.
//!
//! Either is done with one share for all cohorts, because it is planned and not decided once results are known. Some sizes are tried,
//! and the one is kept that leaves the provider most on average.

use base::money::Rate;
use contract::Scheme;
use contract::price::{NoLines, Paid, price};
use contract::tally::Tally;
use contract::terms::{Baseline, Better};
use risks::{RecordedOtherwise, mean};

use crate::assumptions::RisingCost;
use crate::strategy::{Arena, Strategy};

/// Sizes tried, in even steps up to the most that can be done.
const SIZES: usize = 10;

/// What is recorded otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChangedRecord {
    /// Good results of the past are recorded as bad.
    Past,
    /// People with a bad result leave.
    Exits,
}

/// One way in which the records of an outcome can be changed.
struct RecordChange {
    what: ChangedRecord,
    outcome: usize,
    rising: RisingCost,
    /// How many people it can be done with.
    cases: f64,
}

/// A past made to look worse where that pays. `None` where the assumptions do not say that it can be.
#[must_use]
pub(crate) fn with_worse_past(arena: &Arena<'_>, strategy: &Strategy) -> Option<RecordedOtherwise> {
    let stated = arena.assumptions.baseline_inflation.iter().enumerate();
    let changes = stated.filter_map(|(outcome, rising)| {
        let rising = rising.filter(|_| arena.scheme.outcomes[outcome].is_compared_with_past())?;
        Some(RecordChange {
            what: ChangedRecord::Past,
            outcome,
            rising,
            cases: good_results_of_the_past(arena, strategy, outcome),
        })
    });
    best(arena, strategy, &changes.collect::<Vec<_>>())
}

/// People with a bad result who leave what is measured where that pays. `None` where the assumptions do not say that they can.
#[must_use]
pub(crate) fn with_exits(arena: &Arena<'_>, strategy: &Strategy) -> Option<RecordedOtherwise> {
    let changes = arena.assumptions.exits.iter().enumerate().filter_map(|(outcome, rising)| {
        let rising = rising.filter(|_| arena.scheme.outcomes[outcome].leaving_is_no_failure())?;
        let served = (0..arena.people.segments).filter(|&segment| strategy.taken[segment]);
        let bad = |segment: usize| 1.0 - good(arena, outcome, arena.chances.with(outcome, segment, &strategy.effort));
        let cases = served.map(|segment| arena.in_segment(segment) * bad(segment)).sum();
        Some(RecordChange { what: ChangedRecord::Exits, outcome, rising, cases })
    });
    best(arena, strategy, &changes.collect::<Vec<_>>())
}

/// The chance of a good result, by the chance that an outcome happens.
fn good(arena: &Arena<'_>, outcome: usize, chance: f64) -> f64 {
    if arena.scheme.outcomes[outcome].better == Better::More { chance } else { 1.0 - chance }
}

/// How many good results the past has that an outcome is compared with.
fn good_results_of_the_past(arena: &Arena<'_>, strategy: &Strategy, outcome: usize) -> f64 {
    let segments = 0..arena.people.segments;
    let Baseline::Fixed(rates) = &arena.scheme.outcomes[outcome].baseline else {
        let before = |segment: usize| {
            let stated = arena.chances.before(outcome, segment);
            good(arena, outcome, stated.unwrap_or_else(|| arena.chances.now(outcome, segment)))
        };
        return segments.filter(|&at| strategy.taken[at]).map(|at| arena.in_segment(at) * before(at)).sum();
    };
    // The past of about as many people as there are in one cohort was measured, once for the whole contract.
    let cohorts = arena.people.cohorts.len().max(1) as f64;
    let Some(first) = arena.people.cohorts.first() else { return 0.0 };
    let rate = |segment: usize| {
        let priced_as = arena.assumptions.segments[segment].priced_as;
        rates.at(arena.people.area, priced_as, arena.scheme.cohorts[*first].time()).as_f64()
    };
    segments.map(|at| arena.in_segment(at) * good(arena, outcome, rate(at)) / cohorts).sum()
}

impl RecordChange {
    /// The contract when it is done with a share, where that changes the contract.
    fn terms(&self, scheme: &Scheme, share: f64) -> Option<Scheme> {
        let outcome = &scheme.outcomes[self.outcome];
        let (ChangedRecord::Past, Baseline::Fixed(rates)) = (self.what, &outcome.baseline) else { return None };
        let more = outcome.better == Better::More;
        let worse = |rate: Rate| {
            let rate = rate.as_f64();
            Rate::from_f64(if more { rate * (1.0 - share) } else { rate + (1.0 - rate) * share })
        };
        let mut changed = scheme.clone();
        changed.terms.outcomes[self.outcome].baseline = Baseline::Fixed(rates.clone().map(worse));
        Some(changed)
    }

    /// Does it with a share in a tally.
    fn record(&self, arena: &Arena<'_>, tally: &mut Tally, share: f64) {
        let definition = &arena.scheme.outcomes[self.outcome];
        let more = definition.better == Better::More;
        match self.what {
            ChangedRecord::Exits => {
                for cell in 0..tally.people.len() {
                    let (count, measured) = (tally.counts[self.outcome][cell], tally.measured(arena.scheme, self.outcome, cell));
                    let bad = if more { measured - count } else { count };
                    arena.leave(self.outcome, cell, (bad as f64 * share).round() as i64, tally);
                }
            }
            ChangedRecord::Past if matches!(definition.baseline, Baseline::Before { .. }) => {
                let before = &mut tally.comparison[self.outcome];
                for (count, people) in before.counts.iter_mut().zip(&before.people) {
                    let good = if more { *count } else { people - *count };
                    let changed = (good as f64 * share).round() as i64;
                    *count += if more { -changed } else { changed };
                }
            }
            ChangedRecord::Past => {}
        }
    }
}

/// The sizes of some changes that leave the provider most, one change after the other.
fn best(arena: &Arena<'_>, strategy: &Strategy, changes: &[RecordChange]) -> Option<RecordedOtherwise> {
    if changes.is_empty() {
        return None;
    }
    let mut out = RecordedOtherwise { paid_more: vec![0.0; arena.replications], ..RecordedOtherwise::default() };
    let mut done: Vec<(&RecordChange, f64)> = Vec::new();
    let mut scheme = arena.scheme.clone();
    for change in changes {
        out.of += change.cases;
        let sizes: Vec<f64> = (1..=SIZES).map(|size| change.rising.at_most * size as f64 / SIZES as f64).collect();
        let terms: Vec<Option<Scheme>> = sizes.iter().map(|share| change.terms(&scheme, *share)).collect();
        let mut more = vec![Vec::new(); SIZES];
        let mut paid: Paid<f64> = Paid::default();
        arena.simulate(std::slice::from_ref(strategy), arena.replications, |_, tally, before| {
            let mut tally = tally.clone();
            done.iter().for_each(|(change, share)| change.record(arena, &mut tally, *share));
            for (size, share) in sizes.iter().enumerate() {
                let mut changed = tally.clone();
                change.record(arena, &mut changed, *share);
                price(terms[size].as_ref().unwrap_or(&scheme), &changed, &mut paid, &mut NoLines);
                more[size].push((paid.total() - before.total()) / 100.0);
            }
        });
        let cost = |size: usize| change.rising.cost(sizes[size], change.cases);
        let leaves = |size: usize| mean(&more[size]) - mean(&out.paid_more) - cost(size);
        let best = (0..SIZES).max_by(|&a, &b| leaves(a).total_cmp(&leaves(b)));
        let Some(size) = best.filter(|&size| leaves(size) > 0.0) else { continue };
        out.cost += cost(size);
        out.changed += sizes[size] * change.cases;
        done.push((change, sizes[size]));
        out.paid_more = std::mem::take(&mut more[size]);
        if let Some(changed) = &terms[size] {
            scheme = changed.clone();
        }
    }
    Some(out)
}

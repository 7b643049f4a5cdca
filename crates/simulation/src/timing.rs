//! Moving dates: once a replication is known, whether it pays to have some results dated in the cohort before or after.
//!
//! Results move between neighbouring cohorts, segment by segment, from the first boundary to the last. Each boundary is settled by
//! trying a few sizes and then halving the step around the best, because a gate makes payments jump and slopes would mislead.
//! It is the discretion that Oyer (1998) and Jensen (2003) describe: the provider knows its results before it reports them.

use contract::price::{NoLines, Paid, price};
use contract::tally::Tally;
use risks::TimingResult;

use crate::assumptions::RisingCost;
use crate::strategy::{Arena, Strategy};

/// Sizes tried on each side of a boundary before the step is halved.
const SIZES: i64 = 8;

/// A strategy with dates moved where it pays. `None` when the assumptions do not say that dates can be moved.
#[must_use]
pub(crate) fn with_dates_moved(arena: &Arena<'_>, strategy: &Strategy) -> Option<TimingResult> {
    let movable: Vec<(usize, RisingCost)> =
        arena.assumptions.timing.iter().enumerate().filter_map(|(at, rising)| Some((at, (*rising)?))).collect();
    if movable.is_empty() {
        return None;
    }
    let mut out = TimingResult { payments: Vec::new(), moving: Vec::new(), moved: 0.0, results: 0.0 };
    arena.simulate(std::slice::from_ref(strategy), arena.replications, |_, tally, _| {
        let mut dates = DateMoves { arena, paid: Paid::default(), tally: tally.clone() };
        let (mut moving, mut moved) = (0.0, 0);
        for &(outcome, rising) in &movable {
            out.results += tally.counts[outcome].iter().sum::<i64>() as f64;
            for boundary in 1..tally.cohorts.len() {
                for segment in 0..tally.segments {
                    let (results, cost) = dates.settle(outcome, rising, boundary, segment);
                    moved += results;
                    moving += cost;
                }
            }
        }
        out.payments.push(dates.total());
        out.moving.push(moving);
        out.moved += moved as f64;
    });
    let replications = out.payments.len().max(1) as f64;
    (out.moved, out.results) = (out.moved / replications, out.results / replications);
    Some(out)
}

/// One replication while its dates are being settled.
struct DateMoves<'a, 'b> {
    arena: &'b Arena<'a>,
    paid: Paid<f64>,
    tally: Tally,
}

impl DateMoves<'_, '_> {
    /// Pounds paid.
    fn total(&mut self) -> f64 {
        price(self.arena.scheme, &self.tally, &mut self.paid, &mut NoLines);
        self.paid.total() / 100.0
    }

    /// Settles one boundary and segment: results moved, and what that cost.
    fn settle(&mut self, outcome: usize, rising: RisingCost, boundary: usize, segment: usize) -> (i64, f64) {
        let (before, after) = (self.tally.cell(boundary - 1, segment), self.tally.cell(boundary, segment));
        let cases = [self.tally.counts[outcome][before], self.tally.counts[outcome][after]];
        // Forward is positive. A cohort cannot show more people with a result than are measured.
        let room = |cell: usize| self.tally.measured(self.arena.scheme, outcome, cell) - self.tally.counts[outcome][cell];
        let most = |from: i64, into: i64| ((from as f64 * rising.at_most).floor() as i64).min(into).max(0);
        let (forward, back) = (most(cases[0], room(after)), most(cases[1], room(before)));
        if forward == 0 && back == 0 {
            return (0, 0.0);
        }
        let cost = |moved: i64| {
            let source = if moved > 0 { cases[0] } else { cases[1] } as f64;
            if moved == 0 { 0.0 } else { rising.cost(moved.abs() as f64 / source, source) }
        };
        let mut worth = |moved: i64| {
            self.shift(outcome, before, after, moved);
            let worth = self.arena.gain(&self.tally, &mut self.paid) - cost(moved);
            self.shift(outcome, before, after, -moved);
            worth
        };
        let mut best = (0, worth(0));
        let mut step = (forward.max(back) / SIZES).max(1);
        let coarse: Vec<i64> = (-SIZES..=SIZES).map(|size| (size * step).clamp(-back, forward)).chain([-back, forward]).collect();
        for moved in coarse {
            let here = worth(moved);
            if here > best.1 + 1e-6 {
                best = (moved, here);
            }
        }
        while step > 1 {
            step = (step / 2).max(1);
            for moved in [best.0 - step, best.0 + step] {
                let moved = moved.clamp(-back, forward);
                let here = worth(moved);
                if here > best.1 + 1e-6 {
                    best = (moved, here);
                }
            }
        }
        self.shift(outcome, before, after, best.0);
        (best.0.abs(), cost(best.0))
    }

    fn shift(&mut self, outcome: usize, before: usize, after: usize, moved: i64) {
        self.tally.counts[outcome][before] -= moved;
        self.tally.counts[outcome][after] += moved;
    }
}

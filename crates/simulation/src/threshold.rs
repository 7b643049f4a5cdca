//! What a contract pays over the results that people can have, read off payments and not off clauses: whether there is a threshold,
//! whether chance can decide, and what is paid for no result at all. However a contract is written, these are the same.

use std::ops::RangeInclusive;

use contract::price::{NoLines, Paid, price};
use contract::tally::Tally;
use risks::PaymentBend;

use crate::people::PeopleCell;
use crate::search::Weights;
use crate::strategy::{Arena, Strategy};

/// Steps at which payment is looked at, from no help to results as far again beyond the best that help can bring: a gate just out of
/// reach is given up.
const THRESHOLD_STEPS: usize = 80;
const THRESHOLD_REACH: f64 = 2.0;
/// How far below a straight line payment may lie, as a share of all that results within reach can move, before it counts as a
/// threshold: an assumption that keeps prices for each whole percentage point apart from gates.
const THRESHOLD_DEPTH: f64 = 0.15;

/// How unevenly what is paid follows the results within reach of help. It has a threshold where it lies well below a straight line
/// between two results that it pays for. It is read off what is paid and not off the clauses. A gate, a lump sum, a share at risk and a
/// stretch in which nothing is paid are then all the same, however they are written. A plain price for each person is none.
#[must_use]
pub(crate) fn bend(arena: &Arena<'_>, pay: &Weights) -> PaymentBend {
    bend_within(arena, pay, 0.0..=THRESHOLD_REACH)
}

/// Whether chance can decide about a payment, and not only its size: what is paid depends on the results of others, which vary too, or
/// bends somewhere near today's results. Where every result is paid for by itself, chance decides none.
pub(crate) fn chance_decides(arena: &Arena<'_>, pay: &Weights) -> bool {
    if arena.scheme.clauses.iter().any(|clause| clause.terms.compares_points().is_some()) {
        return true;
    }
    let others = arena.scheme.clauses.iter().flat_map(|clause| {
        let gates = clause.gates().into_iter().filter(|gate| gate.has_baseline());
        clause.terms.counts_from_baseline_of().into_iter().chain(gates.map(|gate| gate.outcome))
    });
    let mut others = others.filter(|&at| arena.scheme.outcomes[at].compared().is_some());
    others.next().is_some() || bend_within(arena, pay, -1.0..=THRESHOLD_REACH).is_threshold()
}

/// How far what is paid lies below a straight line between two results in a range. At 0 nobody is helped, and at 1 everybody is helped
/// as much as money can.
fn bend_within(arena: &Arena<'_>, pay: &Weights, range: RangeInclusive<f64>) -> PaymentBend {
    let segments = arena.people.segments;
    let idle = Strategy::idle(&arena.chances, segments);
    let at_most =
        Strategy { effort: arena.chances.helps.iter().flatten().map(|help| 20.0 * help.half_cost).collect(), ..idle.clone() };
    let ends: Vec<Vec<(f64, f64)>> = (0..arena.scheme.outcomes.len())
        .map(|outcome| {
            let chance = |strategy: &Strategy, segment: usize| arena.chances.with(outcome, segment, &strategy.effort);
            let by_itself = arena.scheme.outcomes[outcome].base(outcome) == outcome;
            (0..if by_itself { segments } else { 0 }).map(|segment| (chance(&idle, segment), chance(&at_most, segment))).collect()
        })
        .collect();
    let mut paid = Paid::<f64>::default();
    let paid: Vec<f64> = (0..=THRESHOLD_STEPS)
        .map(|step| {
            let share = range.start() + (range.end() - range.start()) * step as f64 / THRESHOLD_STEPS as f64;
            let tally = arena.tally_at_chances(|outcome, segment| {
                let (none, most) = ends[outcome][segment];
                none + share * (most - none)
            });
            arena.gain(&tally, &mut paid)
        })
        .collect();
    let (low, high) = paid.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), paid| (low.min(*paid), high.max(*paid)));
    // Counts are whole people, so that what is paid jumps by the price of a result in each cell. A price read off a single step would
    // take a gate for such a jump, so it is the mean over the range, for the paid outcome that fewest people can have.
    let is_paid = |outcome: usize| pay[outcome].iter().any(|weight| *weight > 0.0);
    let moved = (0..ends.len()).filter(|outcome| is_paid(*outcome) && !ends[*outcome].is_empty()).map(|outcome| {
        let of_cell =
            |cell: &PeopleCell| cell.people as f64 * (ends[outcome][cell.segment].1 - ends[outcome][cell.segment].0).abs();
        arena.people.cells.iter().map(of_cell).sum::<f64>() * (range.end() - range.start())
    });
    let fewest = moved.filter(|people| *people > 0.0).fold(f64::INFINITY, f64::min);
    let whole = 2.0 * arena.people.cells.len() as f64 * (high - low) / fewest;
    let (moved, depth) = (high - low, depth_below_a_line(&paid));
    let whole = whole.min(0.5 * moved);
    let depth = if depth > whole { depth } else { 0.0 };
    PaymentBend { depth, moved, limit: (THRESHOLD_DEPTH * moved).max(whole).max(0.01) }
}

/// How far a curve of even steps lies below the highest line that joins two of its points.
fn depth_below_a_line(curve: &[f64]) -> f64 {
    // The upper hull, from left to right.
    let mut hull: Vec<usize> = Vec::new();
    for at in 0..curve.len() {
        while let [.., first, second] = hull[..] {
            let slope = |a: usize, b: usize| (curve[b] - curve[a]) / (b - a) as f64;
            if slope(first, second) > slope(first, at) {
                break;
            }
            hull.pop();
        }
        hull.push(at);
    }
    let between = |pair: &[usize]| {
        let (from, to) = (pair[0], pair[1]);
        let slope = (curve[to] - curve[from]) / (to - from) as f64;
        (from..to).map(|at| curve[from] + slope * (at - from) as f64 - curve[at]).fold(0.0, f64::max)
    };
    hull.windows(2).map(between).fold(0.0, f64::max)
}

/// Pounds paid for the same people when none of them, nor anyone they are compared with, has a good result.
pub(crate) fn paid_without_results(arena: &Arena<'_>) -> f64 {
    let mut paid = Paid::<f64>::default();
    price(arena.scheme, &arena.tally_of_the_worst(), &mut paid, &mut NoLines);
    paid.total() / 100.0
}

/// By segment: pounds paid for one more of its people who starts and has no good result, where nobody has one.
pub(crate) fn paid_for_start(arena: &Arena<'_>) -> Vec<f64> {
    let everyone = arena.tally_of_the_worst();
    let mut paid = Paid::<f64>::default();
    let mut total = |tally: &Tally| {
        price(arena.scheme, tally, &mut paid, &mut NoLines);
        paid.total() / 100.0
    };
    let with = total(&everyone);
    let each = |segment: usize| {
        let people = arena.in_segment(segment);
        if people > 0.0 { (with - total(&arena.without_segment(&everyone, segment))) / people } else { 0.0 }
    };
    (0..arena.people.segments).map(each).collect()
}

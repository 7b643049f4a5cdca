//! The marginal effect of effort, before any search: what the next pound of help buys, what the contract pays for it and what it is
//! worth to the public. Assumptions that look harmless one by one, such as a cost and an effect, together decide whether a price
//! can move a provider.

use contract::Scheme;
use contract::terms::Outcome;
use risks::PeopleNoun;

use crate::assumptions::Assumptions;
use crate::reference_strategies::{CommonDraws, typical_area};
use crate::search;
use crate::strategy::{Arena, Strategy};

/// The next pound of one kind of help for each person, beyond what is spent today, in the area of typical size. Where the help moves
/// one outcome alone, the figures are for one better result. Otherwise they are for what the one pound buys. They are in pounds,
/// the lowest and the highest over the segments that the help can move.
#[derive(Clone, Debug, PartialEq)]
pub struct NextPound {
    pub help: String,
    /// Whether nothing is spent today, so that the pound is the first.
    pub first: bool,
    /// The outcomes that it moves.
    pub moves: Vec<MovedOutcome>,
    pub costs: (f64, f64),
    /// What the contract pays with its gates open.
    pub earns: (f64, f64),
    /// What it is worth to the public.
    pub worth: (f64, f64),
}

/// An outcome that a kind of help moves.
#[derive(Clone, Debug, PartialEq)]
pub struct MovedOutcome {
    pub name: String,
    /// Whether it is an amount of each person, and not a number of people.
    pub is_amount: bool,
    /// What to call the people with it.
    pub people: PeopleNoun,
    /// Whether more of them is better.
    pub more_is_better: bool,
}

/// The next pound of every kind of help that moves anything.
#[must_use]
pub fn next_pounds(scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> Vec<NextPound> {
    // Nothing here is drawn: one replication is the fewest that there can be.
    let draws = CommonDraws::build(scheme, assumptions, seed, 0, 1);
    let arena = draws.arena(scheme, assumptions, typical_area(&draws.people));
    let earned = search::earned_weights(&arena).unwrap_or_else(|| search::equal_weights(&arena, 0.0));
    let weights = (earned, search::public_weights(&arena));
    (0..assumptions.help.len()).filter_map(|help| next_pound(&arena, help, &weights)).collect()
}

/// The next pound of one kind of help. The weights are what results earn, and what they are worth.
fn next_pound(arena: &Arena<'_>, help: usize, (paid, worth): &(search::Weights, search::Weights)) -> Option<NextPound> {
    let segments = arena.people.segments;
    let now = Strategy::as_now(&arena.chances, segments);
    let mut more = now.effort.clone();
    more[help * segments..(help + 1) * segments].iter_mut().for_each(|spend| *spend += 1.0);
    let moved: Vec<usize> =
        (0..arena.scheme.outcomes.len()).filter(|&at| arena.assumptions.help[help].moves[at].is_some()).collect();
    let bought = |outcome: usize, segment: usize| {
        let sign = arena.scheme.outcomes[outcome].sign() as f64;
        sign * (arena.chances.with(outcome, segment, &more) - arena.chances.with(outcome, segment, &now.effort))
    };
    let helped = (0..segments)
        .filter(|&segment| arena.in_segment(segment) > 0.0 && moved.iter().any(|&outcome| bought(outcome, segment) > 1e-12));
    let helped: Vec<usize> = helped.collect();
    let over = |of: &dyn Fn(usize) -> f64| {
        helped
            .iter()
            .map(|&segment| of(segment))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let cost = |segment: usize| if let [outcome] = moved[..] { 1.0 / bought(outcome, segment) } else { 1.0 };
    let brings = |weights: &search::Weights, segment: usize| -> f64 {
        cost(segment) * moved.iter().map(|&outcome| weights[outcome][segment] * bought(outcome, segment)).sum::<f64>()
    };
    (!helped.is_empty()).then(|| NextPound {
        help: arena.assumptions.help[help].name.clone(),
        first: now.effort[help * segments..(help + 1) * segments].iter().all(|spend| *spend == 0.0),
        moves: moved.iter().map(|&at| moved_outcome(&arena.scheme.outcomes[at])).collect(),
        costs: over(&cost),
        earns: over(&|segment| brings(paid, segment)),
        worth: over(&|segment| brings(worth, segment)),
    })
}

fn moved_outcome(outcome: &Outcome) -> MovedOutcome {
    MovedOutcome {
        name: outcome.name.clone(),
        is_amount: outcome.is_amount(),
        people: PeopleNoun::of(&outcome.name, &outcome.measure),
        more_is_better: outcome.sign() > 0,
    }
}

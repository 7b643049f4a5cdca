//! Figures of a scheme and its assumptions for which textbooks have closed forms, found by the code that stress-tests schemes: the
//! exact best response, the pricing of every count that a cohort could show, and simulated people. No textbook formula is used here.

use contract::Scheme;
use contract::terms::OutcomeKind;
use risks::Estimate;

use crate::assumptions::{Assumptions, Intended};
use crate::draws::{extra, threshold, whether};
use crate::game::{GameFigure, optimum};
use crate::people::{AreaPeople, Chances, people};
use crate::reference_strategies::{self, CommonDraws, StrategySet};
use crate::search::{self, Budget, Weights};
use crate::strategy::{Arena, Strategy};
use crate::wrong_payment::LoneCohort;
use base::philox::words;
use base::schedule::CohortTime;

/// A scheme with its assumptions.
#[derive(Clone, Debug)]
pub struct ContractCase {
    pub scheme: Scheme,
    pub assumptions: Assumptions,
}

/// Replications, and the most people in all of them together. A cohort so large that it gets fewer replications has less chance in
/// it.
const REPLICATIONS: usize = 200;
const PEOPLE: usize = 6_000_000;

/// Every figure, in the first area.
#[must_use]
pub fn figures(contract: &ContractCase, seed: u64) -> Vec<GameFigure> {
    let ContractCase { scheme, assumptions } = contract;
    let people = people(scheme, assumptions).first().map_or(0, AreaPeople::count);
    let draws = CommonDraws::build(scheme, assumptions, seed, 0, REPLICATIONS.min(PEOPLE / people.max(1)).max(2));
    let arena = draws.arena(scheme, assumptions, 0);
    let mut figures = best_strategy(&arena);
    if let Some(outcome) = scheme.outcomes.iter().position(|outcome| outcome.is_binary()) {
        figures.extend(chance(&arena, outcome));
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        if let OutcomeKind::Frequency { of, .. } = outcome.kind {
            figures.extend(counts(&arena, at, of, seed));
        }
    }
    figures
}

fn exact(name: String, value: f64) -> GameFigure {
    GameFigure { name, value: Estimate::exact(value) }
}

/// What is best for a provider that maximises profit under a contract without gates, segment by segment.
fn best_strategy(arena: &Arena<'_>) -> Vec<GameFigure> {
    let segments = arena.people.segments;
    let pay = search::payment_weights(arena);
    let best = search::along(arena, &pay, 1.0, &vec![true; segments]);
    let solved = reference_strategies::solve(arena, Budget::QUICK, StrategySet::ForProfit);
    let with = arena.true_outcomes(&best);
    let without = arena.true_outcomes(&Strategy::idle(&arena.chances, segments));
    let mut figures = Vec::new();
    for (at, segment) in arena.assumptions.segments.iter().enumerate() {
        let name = &segment.name;
        figures.push(exact(format!("effort on {name}"), best.spend_on(at)));
        figures.push(exact(format!("effort on {name}, by trying"), by_trying(arena, &pay, at)));
        figures.extend(solved.unparking[at].map(|price| exact(format!("un-parking price of {name}"), price)));
        let alone = Strategy { taken: (0..segments).map(|other| other == at).collect(), ..best.clone() };
        let (cost, people) = (arena.cost(&alone), arena.in_segment(at));
        let payments = arena.payments(&alone).total;
        let profit = Estimate::of(payments.iter().map(|paid| (paid - cost) / people));
        figures.push(GameFigure { name: format!("profit a head of {name}"), value: profit });
        if let Some(&outcome) = arena.ranks.binary_outcomes().first() {
            figures.push(exact(format!("deadweight of {name}"), without[outcome][at] / with[outcome][at]));
        }
    }
    figures
}

/// The effort of one kind of help on one segment that earns the most, searched along the whole line. It is a second way to find the
/// exact best response, without its knowledge that help has diminishing returns of one particular form.
fn by_trying(arena: &Arena<'_>, pay: &Weights, segment: usize) -> f64 {
    let earns = |effort: f64| {
        let mut efforts = vec![0.0; arena.chances.helps.len() * arena.people.segments];
        efforts[segment] = effort;
        let better = |outcome: usize| {
            let sign = arena.scheme.outcomes[outcome].sign() as f64;
            sign * pay[outcome][segment] * arena.chances.with(outcome, segment, &efforts)
        };
        arena.ranks.binary_outcomes().iter().map(|&outcome| better(outcome)).sum::<f64>() - effort
    };
    optimum::along((0.0, f64::INFINITY), &earns)
}

/// What chance alone pays, and how large a cohort has to be before it does not decide: every count that a cohort could show,
/// priced by the scheme's own rules.
fn chance(arena: &Arena<'_>, outcome: usize) -> Vec<GameFigure> {
    let lone = LoneCohort::like(arena.scheme, arena.assumptions, arena.people, outcome);
    let people = arena.people.count() / arena.people.cohorts.len().max(1);
    let still = lone.without_chance(people, lone.chance);
    let (paid_chance, mean) = lone.payment(people, lone.chance, |paid| paid > still);
    let mut figures =
        vec![exact("paid for nothing".to_owned(), mean - still), exact("chance of a reward for nothing".to_owned(), paid_chance)];
    if let Intended::Aim { outcome: aimed, better_by } = arena.assumptions.intended
        && aimed == outcome
    {
        let better = lone.chance + arena.scheme.outcomes[outcome].sign() as f64 * better_by;
        let power = |people: usize| lone.payment(people, better, |paid| paid > 0.0).0;
        figures.extend(enough(&power).map(|people| exact("cohort needed".to_owned(), people as f64)));
    }
    figures
}

/// The chance that a real improvement should have of being rewarded.
const POWER: f64 = 0.8;
/// Larger cohorts are not looked at.
const LARGEST_COHORT: usize = 20_000;

/// The smallest cohort from which on a real improvement is rewarded often enough. A count is whole, so that the chance goes
/// up and down a little with the size; the search starts well above and comes down.
fn enough(power: &dyn Fn(usize) -> f64) -> Option<usize> {
    let mut size = 64;
    while power(size) < POWER + 0.1 {
        size *= 2;
        if size > LARGEST_COHORT {
            return None;
        }
    }
    (1..=size).rev().take_while(|&size| power(size) >= POWER).last()
}

/// Events of each person, zero included: person by person, with the draws that every simulation here uses.
fn counts(arena: &Arena<'_>, outcome: usize, of: usize, seed: u64) -> Vec<GameFigure> {
    let name = &arena.scheme.outcomes[outcome].name;
    let chances: &Chances = &arena.chances;
    let mut events = Vec::new();
    for cell in &arena.people.cells {
        let below = threshold(chances.now(of, cell.segment));
        let each = arena.assumptions.outcomes[outcome].now.at(arena.people.area, cell.segment, CohortTime::FIRST);
        let kind = arena.scheme.outcomes[outcome].kind;
        for person in cell.first_person..cell.first_person + cell.people as u64 {
            let drawn = words(seed, person, 0, of as u64);
            let happens = u64::from(whether(&drawn)) < below;
            events.push(if happens { f64::from(extra(kind, each, &drawn)) } else { 0.0 });
        }
    }
    let mean = Estimate::of(events.iter().copied());
    let variance = Estimate::of(events.iter().map(|count| (count - mean.mean).powi(2)));
    vec![
        GameFigure { name: format!("{name} a head"), value: mean },
        GameFigure { name: format!("variance of {name} a head"), value: variance },
    ]
}

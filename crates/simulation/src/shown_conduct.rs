//! What a strategy would show of itself in records: what detectors could see of it, in people and shares.

use base::schedule::CohortTime;
use contract::terms::{Baseline, Better};
use risks::detection::expected::{ShownConduct, ShownOutcome, ShownSegment};

use crate::strategy::{Arena, Strategy};

/// What a strategy shows over the whole contract in one area, beside what is intended.
#[must_use]
pub fn shown(arena: &Arena<'_>, strategy: &Strategy, intended: &Strategy) -> ShownConduct {
    let binary = (0..arena.scheme.outcomes.len()).filter(|at| arena.scheme.outcomes[*at].is_binary());
    let paid = |at: &usize| arena.scheme.clauses.iter().any(|clause| clause.outcomes().contains(at));
    let main = binary.clone().find(paid).or_else(|| binary.clone().next());
    let segments = (0..arena.people.segments).map(|segment| ShownSegment {
        people: arena.in_segment(segment),
        chance: main.map_or(0.0, |main| good_share(arena, main, arena.chances.without(main, segment))),
        served: strategy.taken[segment],
        intended: intended.spend_on(segment),
        help: strategy.spend_on(segment),
    });
    let with = arena.true_outcomes(strategy);
    let without = arena.true_outcomes(&Strategy::idle(&arena.chances, arena.people.segments));
    let served = |segment: &usize| strategy.taken[*segment];
    let measured: f64 = (0..arena.people.segments).filter(served).map(|segment| arena.in_segment(segment)).sum();
    let sum_of_served =
        |counts: &[f64]| -> f64 { (0..arena.people.segments).filter(served).map(|segment| counts[segment]).sum() };
    let near = arena.expected_just_short(strategy);
    let outcome = |at: usize| {
        let definition = &arena.scheme.outcomes[at];
        if !definition.is_binary() || measured <= 0.0 {
            return ShownOutcome::default();
        }
        let shares = [&with, &without].map(|counts| good_share(arena, at, sum_of_served(&counts[at]) / measured));
        let claimed = strategy.reporting.claimed.get(at).copied().unwrap_or_default();
        let false_claims = claimed * (1.0 - shares[0]) * measured;
        let baseline = match &definition.baseline {
            Baseline::Fixed(schedule) => {
                let share = schedule.at(arena.people.area, 0, CohortTime::FIRST).as_f64();
                Some(if definition.better == Better::More { share } else { 1.0 - share })
            }
            _ => None,
        };
        ShownOutcome {
            claims: if arena.false_claims(at).is_some() { shares[0] * measured + false_claims } else { 0.0 },
            false_claims,
            audited: arena.scheme.checked(at).map_or(0.0, |checks| checks.as_f64()),
            measured: if Some(at) == main { measured } else { 0.0 },
            // As many people are just over the level as just short of it.
            near_level: 2.0 * near[at],
            brought_over: strategy.brought_over.get(at).copied().unwrap_or_default(),
            improvement: shares[0] - shares[1],
            above_baseline: baseline.filter(|_| Some(at) == main).map(|baseline| shares[0] - baseline),
        }
    };
    ShownConduct { segments: segments.collect(), outcomes: (0..arena.scheme.outcomes.len()).map(outcome).collect() }
}

fn good_share(arena: &Arena<'_>, outcome: usize, share: f64) -> f64 {
    if arena.scheme.outcomes[outcome].better == Better::More { share } else { 1.0 - share }
}

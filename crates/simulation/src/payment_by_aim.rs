//! Payment by aim. For each aim, from no help at all to nearly all that help can do, it has the cheapest strategy and its result. It
//! also finds the break-even aim, and the smallest aim at which a provider can be sure enough of being paid.

use risks::Estimate;

use crate::reference_strategies::{aiming, compares_results, improvement};
use crate::strategy::{Arena, Strategy};
use crate::wrong_payment::LoneCohort;

/// Payment by aim in one area: the cheapest strategy for each aim, and its result.
#[derive(Clone, Debug)]
pub struct Curve {
    pub area: String,
    pub people: f64,
    pub outcome: String,
    pub points: Vec<CurvePoint>,
    /// The smallest aim above nothing extra that pays at least as much as nothing extra, in proportion of people; `None`
    /// when no aim within reach does.
    pub break_even: Option<f64>,
    /// Its Monte Carlo standard error by the jackknife over ten groups of replications; `None` when there is no break-even aim, or
    /// when leaving out a tenth of the replications already leaves none.
    pub break_even_error: Option<f64>,
}

/// One aim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Improvement aimed at, in proportion of people; negative lets the outcome worsen.
    pub aim: f64,
    pub rate: f64,
    pub help_spend: f64,
    pub payment: Estimate,
    /// The middle 90% of payments.
    pub payment_low: f64,
    pub payment_high: f64,
    /// The provider's own part of the profit: its mean, and the middle 90%.
    pub profit: f64,
    pub profit_low: f64,
    pub profit_high: f64,
    /// What the provider gains compared with nothing extra, on the same random numbers, with what is at stake beyond the payments.
    pub against_nothing: Estimate,
}

/// The curve of one area over even steps of aim, from no help at all to nearly all that help can do.
#[must_use]
pub fn curve(arena: &Arena<'_>, outcome: usize, steps: usize) -> Curve {
    let segments = arena.people.segments;
    let (idle, now) = (Strategy::idle(&arena.chances, segments), Strategy::as_now(&arena.chances, segments));
    // Where nothing is spent today, idle is nothing extra. A rounding error must not make it a separate aim.
    let lowest = if idle == now { 0.0 } else { improvement(arena, outcome, &idle) };
    let all_out = aiming(arena, outcome, 1.0);
    let highest = 0.95 * improvement(arena, outcome, &all_out);
    let below = ((-lowest / (highest - lowest).max(1e-9)) * steps as f64).ceil() as usize;
    let mut strategies = if idle == now { Vec::new() } else { vec![(lowest, idle)] };
    strategies.extend((1..below.max(1)).map(|step| {
        let aim = lowest * (1.0 - step as f64 / below.max(1) as f64);
        (aim, aiming(arena, outcome, aim))
    }));
    strategies.push((0.0, now));
    let above = steps.saturating_sub(below).max(4);
    strategies.extend((1..=above).map(|step| {
        let aim = highest * step as f64 / above as f64;
        (aim, aiming(arena, outcome, aim))
    }));
    let (aims, strategies): (Vec<f64>, Vec<Strategy>) = strategies.into_iter().unzip();
    let gains = arena.gains(&strategies, arena.replications);
    let still = aims.iter().position(|aim| *aim == 0.0).unwrap_or_default();
    let cost: Vec<f64> = strategies.iter().map(|strategy| arena.cost(strategy)).collect();
    let people = arena.people.count().max(1) as f64;
    let today: f64 = (0..segments).map(|s| arena.in_segment(s) * arena.chances.now(outcome, s)).sum::<f64>() / people;
    let sign = arena.scheme.outcomes[outcome].sign() as f64;
    let differences: Vec<Vec<f64>> = (0..aims.len())
        .map(|at| {
            let own = |at: usize| arena.own_gains(&gains[at], cost[at]);
            own(at).zip(own(still)).map(|(there, here)| there - here).collect()
        })
        .collect();
    let points: Vec<CurvePoint> = aims
        .iter()
        .enumerate()
        .map(|(at, &aim)| {
            let paid = &gains[at].paid;
            let mut sorted = paid.clone();
            sorted.sort_by(f64::total_cmp);
            let quantile = |q: f64| sorted[((sorted.len() - 1) as f64 * q).round() as usize];
            let payment = Estimate::of(paid.iter().copied());
            let profit = |paid: f64| arena.own_part(paid - cost[at]);
            CurvePoint {
                aim,
                rate: today + sign * aim,
                help_spend: arena.help_spend(&strategies[at]),
                payment,
                payment_low: quantile(0.05),
                payment_high: quantile(0.95),
                profit: arena.mean_own_part(paid, cost[at]),
                profit_low: profit(quantile(0.05)),
                profit_high: profit(quantile(0.95)),
                against_nothing: Estimate::of(differences[at].iter().copied()),
            }
        })
        .collect();
    let means: Vec<f64> = points.iter().map(|point| point.against_nothing.mean).collect();
    Curve {
        area: arena.scheme.areas[arena.people.area].clone(),
        people,
        outcome: arena.scheme.outcomes[outcome].name.clone(),
        points,
        break_even: break_even(&aims, &means),
        break_even_error: break_even_error(&aims, &differences),
    }
}

/// The smallest aim (proportion of people) at which a single cohort of the area's usual size is paid more than for no change in three
/// cases of four. It is exact (binomial), by bisection. `None` when no aim up to 30 percentage points is, and where each result is
/// paid for by itself, so that none is refused.
#[must_use]
pub fn sure_aim(arena: &Arena<'_>, outcome: usize) -> Option<f64> {
    if !compares_results(arena.scheme) {
        return None;
    }
    let cohort = LoneCohort::like(arena.scheme, arena.assumptions, arena.people, outcome);
    let people = arena.people.count() / arena.people.cohorts.len().max(1);
    let sign = arena.scheme.outcomes[outcome].sign() as f64;
    let still = cohort.without_chance(people, cohort.chance);
    let paid = |aim: f64| cohort.payment(people, (cohort.chance + sign * aim).clamp(0.0, 1.0), |paid| paid - still > 0.005).0;
    let (mut low, mut high) = (0.0, 0.3);
    if paid(high) < 0.75 {
        return None;
    }
    while high - low > 0.0005 {
        let middle = (low + high) / 2.0;
        if paid(middle) < 0.75 { low = middle } else { high = middle }
    }
    Some(high)
}

/// Where profit first climbs back to that of nothing extra, between two points by a straight line; zero when the very first
/// step up already pays.
fn break_even(aims: &[f64], against_nothing: &[f64]) -> Option<f64> {
    let above: Vec<(f64, f64)> =
        aims.iter().copied().zip(against_nothing.iter().copied()).filter(|(aim, _)| *aim > 0.0).collect();
    let (_, first) = *above.first()?;
    if first >= 0.0 {
        return Some(0.0);
    }
    above.windows(2).find(|pair| pair[0].1 < 0.0 && pair[1].1 >= 0.0).map(|pair| {
        let ((start, a), (end, b)) = (pair[0], pair[1]);
        start + (end - start) * (-a / (b - a))
    })
}

/// Groups of replications that the jackknife leaves out in turn.
const GROUPS: usize = 10;

/// The break-even aim is not a mean, so its error is that of the jackknife: how much it moves as each group of replications is left
/// out. `differences` holds, for each aim, the profit compared with nothing extra in each replication.
fn break_even_error(aims: &[f64], differences: &[Vec<f64>]) -> Option<f64> {
    let without: Option<Vec<f64>> = (0..GROUPS)
        .map(|left_out| {
            let mean = |of: &Vec<f64>| {
                let kept: Vec<f64> = of
                    .iter()
                    .enumerate()
                    .filter(|(replication, _)| replication % GROUPS != left_out)
                    .map(|(_, value)| *value)
                    .collect();
                risks::mean(&kept)
            };
            break_even(aims, &differences.iter().map(mean).collect::<Vec<f64>>())
        })
        .collect();
    let without = without?;
    let middle = risks::mean(&without);
    let spread: f64 = without.iter().map(|aim| (aim - middle).powi(2)).sum();
    Some((spread * (GROUPS - 1) as f64 / GROUPS as f64).sqrt())
}

//! What the chosen pilot suggests elsewhere. The best of several pilots is partly the luckiest, and what worked on a small scale is
//! diluted and costs more at scale.
//!
//! True effects of the things tried are taken to differ normally around their mean, and each pilot to measure its own with a
//! normal error. The one that measured most then does, on average, less than it measured, by
//! `s² / √(t² + s²) · E[largest of n normal numbers]`, where s is the standard error of a pilot and t the spread of true effects.

use base::philox::{open_unit, words};
use base::schedule::CohortTime;
use base::statistics::{normal_cdf, normal_density, normal_quantile};
use contract::Scheme;
use risks::{PilotFacts, Shock, ShockResult, StrategyKind};

use crate::assumptions::{Assumptions, Move, Pilot};
use crate::strategy::{Arena, Payments, Strategy};

/// Equally likely sizes of the true effect that replications are shared out over.
const LEVELS: usize = 9;

/// The mean of the largest of `n` standard normal numbers: the integral of x · n φ(x) Φ(x)^(n−1), by the trapezium rule.
#[must_use]
pub fn largest_of(n: usize) -> f64 {
    const STEP: f64 = 0.005;
    (-2000..=2000)
        .map(|step| {
            let x = f64::from(step) * STEP;
            x * n as f64 * normal_density(x) * normal_cdf(x).powi(n as i32 - 1) * STEP
        })
        .sum()
}

/// How much less than it measured the best of several pilots does on average.
#[must_use]
pub fn disappointment(pilot: &Pilot) -> f64 {
    let spread = (pilot.differ_by.powi(2) + pilot.standard_error.powi(2)).sqrt();
    if spread == 0.0 { 0.0 } else { pilot.standard_error.powi(2) / spread * largest_of(pilot.tried) }
}

/// The standard deviation of the true effect around what is expected of it, which the pilot leaves.
fn left_unknown(pilot: &Pilot) -> f64 {
    let spread = (pilot.differ_by.powi(2) + pilot.standard_error.powi(2)).sqrt();
    if spread == 0.0 { 0.0 } else { pilot.differ_by * pilot.standard_error / spread }
}

/// Keyed draws of true effects are far from those of people, and beside those of mixtures.
const TRUE_EFFECT: u64 = (1 << 40) + 1;

impl Pilot {
    /// Draws the true effect of one scenario from what the pilots leave unknown. As stated it is the one expected.
    pub(crate) fn draw_true_effect(&mut self, seed: u64, scenario: u64) {
        self.above_expected = normal_quantile(open_unit(words(seed, scenario, 0, TRUE_EFFECT)[0]));
    }

    /// What the help does at scale, where the pilot measured so much and the true effect is so many standard deviations above what is
    /// expected. The pilots say nothing of harm, so it does no worse than nothing.
    fn effect_at_scale(&self, measured: f64, above_expected: f64) -> f64 {
        (measured - disappointment(self) + above_expected * left_unknown(self)).max(0.0) * (1.0 - self.diluted)
    }
}

/// The same arena where the piloted help costs and does what can be expected of it at scale. `None` where no help was piloted, or the
/// pilot measured no effect.
#[must_use]
pub fn expected_at_scale<'a>(arena: &Arena<'a>) -> Option<Arena<'a>> {
    let pilot = arena.assumptions.pilot.as_ref()?;
    let measured = measured(arena.assumptions, pilot);
    let effect = pilot.effect_at_scale(measured, pilot.above_expected);
    let dearer = 1.0 + pilot.cost_rises;
    (measured > 0.0).then(|| arena.facing(arena.chances.clone().with_help(pilot.help, effect / measured, dearer)))
}

/// The most that the piloted help moves what its pilots measured, as the assumptions have it.
fn moved(assumptions: &Assumptions, pilot: &Pilot) -> Option<Move> {
    Some(assumptions.help[pilot.help].moves[pilot.outcome].as_ref()?.at(0, 0, CohortTime::FIRST))
}

fn measured(assumptions: &Assumptions, pilot: &Pilot) -> f64 {
    match moved(assumptions, pilot) {
        Some(Move::Relative(most) | Move::Points(most)) => most,
        None => 0.0,
    }
}

/// What findings need to know about the pilot.
#[must_use]
pub fn facts(scheme: &Scheme, assumptions: &Assumptions) -> Option<PilotFacts> {
    let pilot = assumptions.pilot.as_ref()?;
    let measured = measured(assumptions, pilot);
    let expected = measured - disappointment(pilot);
    let around = |middle: f64, error: f64| (middle - 1.96 * error, middle + 1.96 * error);
    Some(PilotFacts {
        help: assumptions.help[pilot.help].name.clone(),
        outcome: scheme.outcomes[pilot.outcome].name.clone(),
        in_points: matches!(moved(assumptions, pilot), Some(Move::Points(_))),
        tried: pilot.tried,
        measured,
        interval: around(measured, pilot.standard_error),
        expected,
        expected_interval: around(expected, left_unknown(pilot)),
        at_scale: pilot.effect_at_scale(measured, 0.0),
        cost_rises: pilot.cost_rises,
    })
}

/// The intended help for each person, bought at scale, where it costs more and does what the pilot suggests. Replications are shared
/// out over equally likely sizes of the true effect.
#[must_use]
pub fn at_scale(arena: &Arena<'_>, intended: &Strategy) -> Option<ShockResult> {
    let pilot = arena.assumptions.pilot.as_ref()?;
    let measured = measured(arena.assumptions, pilot);
    if measured <= 0.0 {
        return None;
    }
    let segments = arena.people.segments;
    let mut dearer = intended.clone();
    for effort in &mut dearer.effort[pilot.help * segments..(pilot.help + 1) * segments] {
        *effort *= 1.0 + pilot.cost_rises;
    }
    let replications = arena.replications;
    let mut out = ShockResult {
        shock: Shock::AtScale,
        kind: StrategyKind::Intended,
        cost: arena.cost(&dearer),
        payments: vec![0.0; replications],
        others: Vec::new(),
        results: vec![0.0; replications],
        value: 0.0,
    };
    for level in 0..LEVELS {
        let z = normal_quantile((level as f64 + 0.5) / LEVELS as f64);
        let effect = pilot.effect_at_scale(measured, z);
        let chances = arena.chances.clone().with_help(pilot.help, effect / measured, 1.0 + pilot.cost_rises);
        let there = arena.facing(chances);
        let Payments { total, results, .. } = there.payments(&dearer);
        for replication in (level..replications).step_by(LEVELS) {
            out.payments[replication] = total[replication];
            out.results[replication] = results[replication];
        }
        out.value += there.value(&dearer) / LEVELS as f64;
    }
    out.others = arena.others_part(&out.payments, out.cost);
    Some(out)
}

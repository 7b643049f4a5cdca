//! Sensitivity analysis: which of the uncertain assumptions a result depends on. The results are what a provider gains by drifting,
//! and the true rate of the main outcome at the provider's best.
//!
//! There are two steps. A *screen* moves one number at a time from many starting points (Morris 1991: elementary effects). It
//! separates the few that matter from the many that do not. For those few, *shares of the spread* (Sobol' 1993) show how much of it
//! each brings alone, and how much together with others. They use the points of Saltelli (2002) and the estimators of Jansen
//! (1999), each with a 90% interval from resampling the rows. All other numbers are then as stated.

use std::sync::{Arc, Mutex, PoisonError};

use base::reader::{Reader, ScenarioDraw, UncertainNumber};
use base::schedule::Schedule;
use base::scheme_files::SchemeFiles;
use contract::Scheme;
use contract::read;
use contract::terms::OutcomeKind;
use rayon::prelude::*;
use risks::mean;

use crate::assumptions::{self, AmountAssumptions, Assumptions};
use crate::people::{AreaPeople, people};
use crate::rank_evaluation::Ranks;
use crate::reference_strategies::{self, StrategySet};
use crate::search::Budget;
use crate::strategy::Arena;
use crate::stress::{OnProgress, uncertain_numbers};
use base::philox::philox4x64;

/// How hard to look.
#[derive(Clone, Copy, Debug)]
pub struct SensitivityOptions {
    pub seed: u64,
    /// Starting points of the screen; each takes one scenario more than there are uncertain numbers.
    pub starts: usize,
    /// Rows of the second step; each takes two scenarios more than there are numbers in it.
    pub rows: usize,
}

impl Default for SensitivityOptions {
    fn default() -> Self {
        SensitivityOptions { seed: 1, starts: 12, rows: 256 }
    }
}

/// Most numbers that go on to the second step.
const MOST: usize = 8;
/// A number goes on only when it moves something by at least this share of what the strongest does.
const WORTH_WHILE: f64 = 0.02;

/// What the results depend on, in one area.
#[derive(Clone, Debug)]
pub struct SensitivityAnalysis {
    pub area: String,
    pub people: usize,
    pub uncertain_numbers: Vec<UncertainNumber>,
    /// The uncertain numbers of the second step, the strongest first.
    pub kept: Vec<usize>,
    pub outputs: Vec<SensitivityOutput>,
    /// Scenarios tried, and how many of them could not be read.
    pub scenarios: usize,
    pub failed: usize,
}

/// One figure of the result, and what moves it.
#[derive(Clone, Debug)]
pub struct SensitivityOutput {
    pub what: OutputFigure,
    /// Under the assumptions as stated.
    pub stated: f64,
    /// For every input, from the screen.
    pub effects: Vec<ElementaryEffect>,
    /// Over the scenarios of the second step: 5%, 50% and 95%.
    pub spread: [f64; 3],
    /// For each input kept, in the order of `kept`.
    pub shares: Vec<Shares>,
}

/// A figure of the result.
#[derive(Clone, Debug, PartialEq)]
pub enum OutputFigure {
    /// Pounds: profit at the provider's best less profit as intended.
    GainFromDrift,
    /// The true rate of this outcome at the provider's best, in percent of people.
    TrueOutcome(String),
}

/// What moving one number over its range does, wherever the others are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ElementaryEffect {
    /// Mean movement, in either direction, for the whole range.
    pub size: f64,
    /// Standard deviation of the movement: how much it depends on where the other numbers are.
    pub varies: f64,
}

/// How much of the spread a number brings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// By itself.
    pub alone: Interval,
    /// By itself or together with others.
    pub in_all: Interval,
}

/// A figure with its 90% interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// The results as a function of where each number is on its range, from 0 to 1. `None` where the files cannot be read there.
type OutputFunction<'a> = &'a (dyn Fn(&[f64]) -> Option<Vec<f64>> + Sync);

/// Finds what the results depend on in the area of median size. Areas differ in little but their size, and one takes a twentieth of
/// the time of twenty.
#[must_use]
pub fn sensitivity(
    opened: &SchemeFiles,
    scheme: &Scheme,
    assumptions: &Assumptions,
    options: SensitivityOptions,
    progress: OnProgress<'_>,
) -> SensitivityAnalysis {
    let (uncertain_numbers, _) = uncertain_numbers(opened);
    let scenarios = ScenarioModel::build(opened, scheme, assumptions, options.seed);
    let stated = scenarios.figures(scheme, assumptions);
    progress("moving one number at a time", 0.05);
    let try_all = |positions: &[f64]| scenarios.at(&uncertain_numbers, &all(&uncertain_numbers), positions);
    let (effects, screen_failed) = screen(uncertain_numbers.len(), stated.len(), options.starts, options.seed, &try_all);
    let kept = strongest(&effects);
    progress("moving the strongest together", 0.3);
    let try_kept = |positions: &[f64]| scenarios.at(&uncertain_numbers, &kept, positions);
    let found = shares(kept.len(), stated.len(), options.rows, options.seed, &try_kept);
    progress("done", 1.0);
    let whats = scenarios.whats();
    let outputs = whats.into_iter().enumerate().map(|(at, what)| SensitivityOutput {
        what,
        stated: stated[at],
        effects: effects[at].clone(),
        spread: found.spread[at],
        shares: found.shares[at].clone(),
    });
    SensitivityAnalysis {
        area: scheme.areas[scenarios.area].clone(),
        people: scenarios.people,
        outputs: outputs.collect(),
        scenarios: options.starts * (uncertain_numbers.len() + 1) + options.rows * (kept.len() + 2),
        failed: screen_failed + found.failed,
        kept,
        uncertain_numbers,
    }
}

fn all(uncertain_numbers: &[UncertainNumber]) -> Vec<usize> {
    (0..uncertain_numbers.len()).collect()
}

/// The uncertain numbers worth a second look, the strongest first.
fn strongest(effects: &[Vec<ElementaryEffect>]) -> Vec<usize> {
    let uncertain_numbers = effects.first().map_or(0, Vec::len);
    let strength = |input: usize| -> f64 {
        let relative = effects.iter().map(|output| {
            let most = output.iter().map(|effect| effect.size).fold(0.0, f64::max);
            if most > 0.0 { output[input].size / most } else { 0.0 }
        });
        relative.fold(0.0, f64::max)
    };
    let mut order: Vec<usize> = (0..uncertain_numbers).filter(|&input| strength(input) >= WORTH_WHILE).collect();
    order.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)));
    order.truncate(MOST);
    order
}

/// The people of the area in some assumptions, with their sorted uniforms.
struct DrawnArea {
    people: AreaPeople,
    /// How often things happen to those to whom they happen, which the sums on top of the uniforms depend on.
    often: Vec<(Schedule<f64>, Option<AmountAssumptions>)>,
    kinds: Vec<OutcomeKind>,
    ranks: Ranks,
}

/// One area, as a function from scenarios to results.
struct ScenarioModel<'a> {
    opened: &'a SchemeFiles,
    scheme: &'a Scheme,
    area: usize,
    people: usize,
    seed: u64,
    /// People drawn recently, the last used at the end. Most numbers leave the people as they are.
    recent: Mutex<Vec<Arc<DrawnArea>>>,
    /// The main outcome, where there is one.
    outcome: Option<usize>,
}

impl<'a> ScenarioModel<'a> {
    fn build(opened: &'a SchemeFiles, scheme: &'a Scheme, assumptions: &'a Assumptions, seed: u64) -> ScenarioModel<'a> {
        let everyone = people(scheme, assumptions);
        let area = reference_strategies::typical_area(&everyone);
        let people = everyone[area].count();
        let outcome = reference_strategies::main_outcome(scheme, assumptions);
        ScenarioModel { opened, scheme, area, people, seed, recent: Mutex::default(), outcome }
    }

    fn whats(&self) -> Vec<OutputFigure> {
        let truth = self.outcome.map(|at| OutputFigure::TrueOutcome(self.scheme.outcomes[at].name.clone()));
        [OutputFigure::GainFromDrift].into_iter().chain(truth).collect()
    }

    /// The results of a scenario in which some uncertain numbers are at these positions and all others as stated.
    fn at(&self, uncertain_numbers: &[UncertainNumber], which: &[usize], positions: &[f64]) -> Option<Vec<f64>> {
        let picks: ScenarioDraw =
            which.iter().zip(positions).map(|(&input, &position)| (uncertain_numbers[input].path.clone(), position)).collect();
        let reader = Reader::new(self.opened, &picks);
        let scheme = read::scheme(&reader)?;
        let assumptions = assumptions::read(&reader, &scheme)?;
        Some(self.figures(&scheme, &assumptions))
    }

    /// The people of a scenario, drawn again only where the same people were not drawn recently. That changes no number.
    fn drawn(&self, scheme: &Scheme, assumptions: &Assumptions) -> Arc<DrawnArea> {
        let here = people(scheme, assumptions).swap_remove(self.area);
        let counted = scheme.outcomes.iter().enumerate().filter(|(_, outcome)| !outcome.is_binary());
        let often: Vec<_> = counted
            .map(|(at, _)| assumptions.outcomes[at].drawn_with())
            .map(|(now, amounts)| (now.clone(), amounts.cloned()))
            .collect();
        let kinds = reference_strategies::kinds(scheme);
        let keep = |drawn: Arc<DrawnArea>| {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.retain(|known| !Arc::ptr_eq(known, &drawn));
            let spare = (recent.len() + 1).saturating_sub(3 * rayon::current_num_threads());
            recent.drain(..spare);
            recent.push(Arc::clone(&drawn));
            drawn
        };
        let alike = |drawn: &&Arc<DrawnArea>| drawn.people == here && drawn.often == often && drawn.kinds == kinds;
        let known = self.recent.lock().unwrap_or_else(PoisonError::into_inner).iter().find(alike).cloned();
        keep(known.unwrap_or_else(|| {
            let ranks = Ranks::build(scheme, assumptions, &here, self.seed, 0, Budget::QUICK.replications);
            Arc::new(DrawnArea { people: here.clone(), often: often.clone(), kinds: kinds.clone(), ranks })
        }))
    }

    fn figures(&self, scheme: &Scheme, assumptions: &Assumptions) -> Vec<f64> {
        let drawn = self.drawn(scheme, assumptions);
        let (here, ranks) = (&drawn.people, &drawn.ranks);
        let arena = Arena::new(scheme, assumptions, here, ranks, self.seed, 0);
        let best = reference_strategies::solve(&arena, Budget::QUICK, StrategySet::ForProfit).best.strategy;
        let intended = reference_strategies::intended(&arena);
        let gains = arena.gains(&[best.clone(), intended.clone()], ranks.replications);
        let own = |at: usize, strategy| arena.mean_own_gain(&gains[at], arena.cost(strategy));
        let gain = own(0, &best) - own(1, &intended);
        let rate = |outcome: usize| 100.0 * arena.true_outcomes(&best)[outcome].iter().sum::<f64>() / here.count().max(1) as f64;
        [gain].into_iter().chain(self.outcome.map(rate)).collect()
    }
}

/// A uniform whole number below `n`, keyed by what it is for.
fn below(n: usize, seed: u64, purpose: u64, key: [u64; 3]) -> usize {
    let word = philox4x64([key[0], key[1], key[2], purpose], [seed, 0])[0];
    ((u128::from(word) * n as u128) >> 64) as usize
}

/// What keyed draws are for; far from the decisions of people.
const START: u64 = 1 << 40;
const ORDER: u64 = (1 << 40) + 1;
const RESAMPLE: u64 = (1 << 40) + 2;

/// The screen: `starts` walks over a grid of four levels, each moving every number once by two thirds of its range, in an
/// order of its own. Returns the effects by output and input, and how many scenarios could not be read.
#[must_use]
pub fn screen(
    uncertain_numbers: usize,
    outputs: usize,
    starts: usize,
    seed: u64,
    model: OutputFunction<'_>,
) -> (Vec<Vec<ElementaryEffect>>, usize) {
    const STEP: f64 = 2.0 / 3.0;
    let walk = |start: usize| -> (Vec<Vec<Option<f64>>>, usize) {
        let key = |input: usize| [start as u64, input as u64, 0];
        let mut positions: Vec<f64> =
            (0..uncertain_numbers).map(|input| below(4, seed, START, key(input)) as f64 / 3.0).collect();
        let mut order: Vec<usize> = (0..uncertain_numbers).collect();
        for at in (1..uncertain_numbers).rev() {
            order.swap(at, below(at + 1, seed, ORDER, key(at)));
        }
        let mut moved = vec![vec![None; uncertain_numbers]; outputs];
        let mut before = model(&positions);
        let mut failed = usize::from(before.is_none());
        for input in order {
            let step = if positions[input] < 0.5 { STEP } else { -STEP };
            positions[input] += step;
            let after = model(&positions);
            failed += usize::from(after.is_none());
            if let (Some(before), Some(after)) = (&before, &after) {
                for output in 0..outputs {
                    moved[output][input] = Some((after[output] - before[output]) / step);
                }
            }
            before = after;
        }
        (moved, failed)
    };
    let walks: Vec<_> = (0..starts).into_par_iter().map(walk).collect();
    let effect = |output: usize, input: usize| {
        let moves: Vec<f64> = walks.iter().filter_map(|(moved, _)| moved[output][input]).collect();
        let sizes: Vec<f64> = moves.iter().map(|by| by.abs()).collect();
        ElementaryEffect { size: mean(&sizes), varies: variance(&moves).sqrt() }
    };
    let effects = (0..outputs).map(|output| (0..uncertain_numbers).map(|input| effect(output, input)).collect()).collect();
    (effects, walks.iter().map(|(_, failed)| failed).sum())
}

/// The result of the second step, by output.
#[derive(Clone, Debug)]
pub struct SharesOfSpread {
    pub shares: Vec<Vec<Shares>>,
    /// 5%, 50% and 95% of each output.
    pub spread: Vec<[f64; 3]>,
    pub failed: usize,
}

/// One row: the figures at two independent points, and at the first with one number after the other taken from the second.
struct SaltelliRow {
    first: Vec<f64>,
    second: Vec<f64>,
    mixed: Vec<Vec<f64>>,
}

/// The shares of the spread of each output that each number brings, on Owen-scrambled Sobol points.
#[must_use]
pub fn shares(uncertain_numbers: usize, outputs: usize, rows: usize, seed: u64, model: OutputFunction<'_>) -> SharesOfSpread {
    let row = |number: usize| -> Option<SaltelliRow> {
        let point = |dimension: usize| {
            // Each 256 dimensions are a sequence of their own. A sequence has 65,536 points.
            let scramble = seed as u32 ^ 0x5EED ^ (dimension / 256) as u32;
            f64::from(sobol_burley::sample(number as u32 % (1 << 16), dimension as u32 % 256, scramble))
        };
        let a: Vec<f64> = (0..uncertain_numbers).map(point).collect();
        let b: Vec<f64> = (uncertain_numbers..2 * uncertain_numbers).map(point).collect();
        let mixed = (0..uncertain_numbers).map(|input| {
            let mut positions = a.clone();
            positions[input] = b[input];
            model(&positions)
        });
        Some(SaltelliRow { first: model(&a)?, second: model(&b)?, mixed: mixed.collect::<Option<_>>()? })
    };
    let found: Vec<SaltelliRow> = (0..rows).into_par_iter().map(row).collect::<Vec<_>>().into_iter().flatten().collect();
    SharesOfSpread {
        shares: (0..outputs)
            .map(|output| (0..uncertain_numbers).map(|input| share(&found, output, input, seed)).collect())
            .collect(),
        spread: (0..outputs).map(|output| spread(&found, output)).collect(),
        failed: rows - found.len(),
    }
}

/// Times the rows are drawn again for an interval.
const RESAMPLES: usize = 400;

fn share(rows: &[SaltelliRow], output: usize, input: usize, seed: u64) -> Shares {
    let once: Vec<usize> = (0..rows.len()).collect();
    let (alone, in_all) = jansen(rows, &once, output, input);
    let again: Vec<(f64, f64)> = (0..RESAMPLES)
        .map(|round| {
            let draw = |at: usize| below(rows.len(), seed, RESAMPLE, [at as u64, round as u64, 0]);
            let picked: Vec<usize> = (0..rows.len()).map(draw).collect();
            jansen(rows, &picked, output, input)
        })
        .collect();
    let interval = |value: f64, mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        Interval { value, low: quantile(&values, 0.05), high: quantile(&values, 0.95) }
    };
    Shares {
        alone: interval(alone, again.iter().map(|pair| pair.0).collect()),
        in_all: interval(in_all, again.iter().map(|pair| pair.1).collect()),
    }
}

/// Jansen's estimators: alone, 1 − E(f(B) − f(A with b))² / 2V; in all, E(f(A) − f(A with b))² / 2V.
fn jansen(rows: &[SaltelliRow], picked: &[usize], output: usize, input: usize) -> (f64, f64) {
    let n = picked.len().max(1) as f64;
    let values: Vec<f64> = picked.iter().flat_map(|&at| [rows[at].first[output], rows[at].second[output]]).collect();
    let variance = variance(&values);
    if variance <= 1e-12 * mean(&values).powi(2).max(1e-12) {
        return (0.0, 0.0);
    }
    let (mut from_second, mut from_first) = (0.0, 0.0);
    for &at in picked {
        let mixed = rows[at].mixed[input][output];
        from_second += (rows[at].second[output] - mixed).powi(2);
        from_first += (rows[at].first[output] - mixed).powi(2);
    }
    (1.0 - from_second / (2.0 * n * variance), from_first / (2.0 * n * variance))
}

fn spread(rows: &[SaltelliRow], output: usize) -> [f64; 3] {
    let mut values: Vec<f64> = rows.iter().flat_map(|row| [row.first[output], row.second[output]]).collect();
    values.sort_by(f64::total_cmp);
    [0.05, 0.5, 0.95].map(|q| quantile(&values, q))
}

fn variance(values: &[f64]) -> f64 {
    let middle = mean(values);
    values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0).max(1.0)
}

/// A quantile of sorted values; 0 where there are none.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    sorted.get((last * q).round() as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    /// Ishigami and Homma's function with a = 7 and b = 0.1, whose shares are known.
    fn ishigami(positions: &[f64]) -> Option<Vec<f64>> {
        let [x, y, z] = [0, 1, 2].map(|at| PI * (2.0 * positions[at] - 1.0));
        Some(vec![x.sin() + 7.0 * y.sin().powi(2) + 0.1 * z.powi(4) * x.sin()])
    }

    #[test]
    fn the_shares_of_a_known_function() {
        let found = shares(3, 1, 4096, 1, &ishigami);
        let alone = [0.313_905, 0.442_411, 0.0];
        let in_all = [0.557_589, 0.442_411, 0.243_684];
        for input in 0..3 {
            let shares = found.shares[0][input];
            for (name, interval, exact) in [("alone", shares.alone, alone[input]), ("in all", shares.in_all, in_all[input])] {
                // A 90% interval is 3.29 standard errors wide.
                let error = (interval.high - interval.low) / 3.29;
                assert!((interval.value - exact).abs() < 4.0 * error, "{name} of {input}: {interval:?}, not {exact}");
                assert!(error < 0.03, "{name} of {input}: {interval:?} is too wide");
            }
        }
    }

    #[test]
    fn the_screen_is_exact_for_a_straight_line() {
        let line = |positions: &[f64]| Some(vec![3.0 * positions[0] - 5.0 * positions[1], positions[0] * positions[1]]);
        let (effects, failed) = screen(3, 2, 10, 1, &line);
        for (input, size) in [3.0, 5.0, 0.0].into_iter().enumerate() {
            assert!((effects[0][input].size - size).abs() < 1e-9 && effects[0][input].varies < 1e-9);
        }
        assert!(effects[1][0].varies > 0.1 && effects[1][2].size == 0.0 && failed == 0);
    }

    #[test]
    fn scenarios_that_cannot_be_read_are_counted_and_left_out() {
        let half = |positions: &[f64]| (positions[0] < 0.5).then(|| vec![positions[1]]);
        let found = shares(2, 1, 64, 1, &half);
        assert!(found.failed > 16 && found.failed < 64);
        assert!(found.shares[0][1].in_all.value > 0.8);
    }
}

//! The stress test of a scheme: finds the provider's best response to its rules, and reports the risks that follow.

use base::reader::{Assumption, Reader, ScenarioDraw, UncertainNumber};
use base::scheme_files::SchemeFiles;
use contract::fixes::Fix;
use contract::{Scheme, read};
use rayon::prelude::*;
use risks::{self, AgentType, Estimate, Finding, RiskId, StrategyKind, StrategyResults};

use crate::assumptions::{self, Assumptions};
use crate::expected_outcomes::{Movement, OutcomeForecast};
use crate::marginal_effort::{NextPound, next_pounds};
use crate::payment_by_aim::{self, Curve};
use crate::reference_strategies::{self, CommonDraws, Solved, StrategySet};
use crate::scenario_discovery::{ScenarioBox, scenario_box};
use crate::search::Budget;
use crate::tipping_point::{self, TippingPoint};
use crate::wrong_payment;

/// How a stress test is run.
#[derive(Clone, Copy, Debug)]
pub struct StressOptions {
    pub seed: u64,
    /// Replications on which the findings are reported.
    pub replications: usize,
    /// Scenarios besides the assumptions as stated.
    pub scenarios: usize,
}

impl Default for StressOptions {
    fn default() -> Self {
        StressOptions { seed: 1, replications: 200, scenarios: 64 }
    }
}

/// Reports how far a run is: what it is doing, and the share of the whole that is done.
pub type OnProgress<'a> = &'a (dyn Fn(&str, f64) + Sync);

/// The result of a stress test.
#[derive(Clone, Debug)]
pub struct StressTest {
    pub results: StrategyResults,
    pub reported: Vec<Reported>,
    /// Which way each outcome goes for a mixture of providers.
    pub expected: Vec<OutcomeForecast>,
    /// What trying pays in the smallest, the typical and the largest area.
    pub curves: Vec<Curve>,
    /// For each curve's area, the smallest aim (proportion of people) that is rewarded in three cohorts of four.
    pub sure_aims: Vec<Option<f64>>,
    pub break_even: Option<BreakEven>,
    /// What the next pound of each kind of help buys and earns, as stated.
    pub next_pounds: Vec<NextPound>,
    /// The break-even aim at each cost of help within its range, all else as stated.
    pub by_cost: Vec<CostPoint>,
    /// Uncertain numbers and assumptions of the scheme file and the assumptions file.
    pub uncertain_numbers: Vec<UncertainNumber>,
    pub assumptions: Vec<Assumption>,
    pub scenarios: usize,
    /// Scenarios at which the files could not be read. They count in no share.
    pub scenarios_failed: usize,
    /// Largest regret of the profit search over areas, in pounds, with its error.
    pub regret: (f64, f64),
    /// Strategies tried under the assumptions as stated.
    pub tried: usize,
}

/// The break-even aim over scenarios, in the typical area, in proportion of people.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakEven {
    /// 5%, 50% and 95% of the scenarios in which any aim pays.
    pub low: f64,
    pub middle: f64,
    pub high: f64,
    /// Share of scenarios in which no aim within reach pays.
    pub never: f64,
    /// The same share in the smallest and the largest area.
    pub never_small: f64,
    pub never_large: f64,
    /// Share of scenarios in which no help at all pays more than spending what is spent today.
    pub drifting_pays: f64,
    /// Median break-even in the smallest and largest area, where any aim pays.
    pub middle_small: Option<f64>,
    pub middle_large: Option<f64>,
}

/// What half the effect of one kind of help costs a person, in pounds.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpCost {
    pub help: String,
    pub pounds: f64,
}

/// What an aim pays at one cost of help.
#[derive(Clone, Debug, PartialEq)]
pub struct CostPoint {
    /// Where every cost of help is on its range, from 0 to 1; 0.5 is as stated.
    pub position: f64,
    /// What each kind of help costs there.
    pub costs: Vec<HelpCost>,
    /// Break-even aims of the smallest, the typical and the largest area, in proportion of people; `None` when no aim pays.
    pub break_even: [Option<f64>; 3],
    /// Their Monte Carlo errors, as those of a [`Curve`].
    pub break_even_error: [Option<f64>; 3],
    /// What aiming at half of the intended improvement earns, compared with nothing extra, in pounds for each person, in the same
    /// three areas.
    pub half_hearted: [Estimate; 3],
}

/// A finding with what is known of it beyond the assumptions as stated.
#[derive(Clone, Debug)]
pub struct Reported {
    pub finding: Finding,
    /// Share of scenarios in which it is present.
    pub share_of_scenarios: f64,
    /// In which scenarios it appears, where a few assumptions describe them.
    pub scenario_box: Option<ScenarioBox>,
    /// The smallest move of the uncertain assumptions found under which it appears, or disappears where it is present as stated.
    /// `None` where it is the same in every scenario.
    pub tipping_point: Option<TippingPoint>,
    /// The middle 90% of the provider's gain over the scenarios.
    pub gain_range: (f64, f64),
    /// Whether it is present for each agent type.
    pub agent_types: Vec<(AgentType, bool)>,
    /// The share of scenarios in which a mixture of real kinds of provider has it: the forecast. Where no scenarios were tried, 1 or 0
    /// under the assumptions as stated.
    pub forecast: f64,
    /// The smallest rule change tried that removes it.
    pub fix: Option<TriedFix>,
    /// Changes that were tried and did not remove it.
    pub tried_without_effect: Vec<String>,
}

/// A rule change and what it does.
#[derive(Clone, Debug)]
pub struct TriedFix {
    pub fix: Fix,
    /// What the payer pays more (or less) at the provider's best, in pounds.
    pub payer_cost: Estimate,
    /// Value of outcomes gained, compared with the scheme as it is, in pounds.
    pub value_gained: Estimate,
    /// Findings that are present under the change, and were not before.
    pub new_findings: Vec<RiskId>,
    /// Findings that the change removes.
    pub removes: Vec<RiskId>,
}

/// About how many bytes a stress test keeps in memory: the sorted uniforms of every person, outcome and search replication,
/// and those of the report for the areas that are simulated at the same time.
#[must_use]
pub fn memory_bytes(scheme: &Scheme, assumptions: &Assumptions, options: StressOptions) -> u64 {
    let areas: Vec<u64> = crate::people::people(scheme, assumptions).iter().map(|area| area.count() as u64).collect();
    let (people, largest): (u64, u64) = (areas.iter().sum(), areas.iter().copied().max().unwrap_or_default());
    let binary = scheme.outcomes.iter().filter(|outcome| outcome.is_binary()).count() as u64;
    let on_top = scheme.outcomes.len() as u64 - binary;
    let each = 8 * binary + 4 * on_top;
    let at_once = rayon::current_num_threads() as u64;
    people * each * Budget::FULL.replications as u64 + at_once * largest * each * options.replications as u64
}

/// Tests a scheme under the assumptions beside it.
#[must_use]
pub fn stress(
    opened: &SchemeFiles,
    scheme: &Scheme,
    assumptions: &Assumptions,
    options: StressOptions,
    progress: OnProgress<'_>,
) -> StressTest {
    progress("drawing people", 0.0);
    let search_draws =
        CommonDraws::build(scheme, assumptions, options.seed, options.replications as u64, Budget::FULL.replications);

    progress("searching for the provider's best strategy", 0.15);
    let solved = solve_all(scheme, assumptions, &search_draws, Budget::FULL, StrategySet::All);

    progress("simulating the strategies on fresh replications", 0.35);
    let (results, curves, sure_aims) = report(scheme, assumptions, &solved, options);

    progress("trying costs of help", 0.45);
    let (uncertain_numbers, stated) = uncertain_numbers(opened);
    let runner = ScenarioRunner { opened, scheme, assumptions, draws: &search_draws };
    let by_cost: Vec<CostPoint> = (0..COST_STEPS)
        .into_par_iter()
        .filter_map(|step| runner.at_cost(&uncertain_numbers, step as f64 / (COST_STEPS - 1) as f64))
        .collect();

    progress("trying scenarios", 0.5);
    let tried: Vec<Option<ScenarioResult>> = (0..options.scenarios)
        .into_par_iter()
        .map(|number| {
            let result = runner.scenario(&uncertain_numbers, number, options);
            progress("trying scenarios", 0.5 + 0.3 * (number as f64 + 1.0) / options.scenarios as f64);
            result
        })
        .collect();
    let scenarios: Vec<ScenarioResult> = tried.into_iter().flatten().collect();

    let mut reported = reported(&results, &scenarios, &uncertain_numbers);
    let moves: Vec<&[Movement]> = scenarios.iter().map(|scenario| scenario.moves.as_slice()).collect();
    let expected = OutcomeForecast::all(&results, &moves);
    progress("looking for the nearest scenario that changes each finding", 0.8);
    runner.find_tipping_points(&uncertain_numbers, &scenarios, &mut reported, options);

    progress("trying changes to the rules", 0.9);
    runner.try_fixes(&results, &mut reported);

    progress("done", 1.0);
    StressTest {
        break_even: BreakEven::of(&scenarios),
        next_pounds: next_pounds(scheme, assumptions, options.seed),
        reported,
        expected,
        curves,
        sure_aims,
        by_cost,
        uncertain_numbers,
        assumptions: stated,
        scenarios_failed: options.scenarios - scenarios.len(),
        scenarios: scenarios.len(),
        regret: solved
            .iter()
            .map(|solved| (solved.best.regret, solved.best.regret_error))
            .fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a }),
        tried: solved.iter().map(|solved| solved.tried).sum(),
        results,
    }
}

pub(crate) fn solve_all(
    scheme: &Scheme,
    assumptions: &Assumptions,
    draws: &CommonDraws,
    budget: Budget,
    wanted: StrategySet,
) -> Vec<Solved> {
    (0..draws.people.len())
        .into_par_iter()
        .map(|area| reference_strategies::solve(&draws.arena(scheme, assumptions, area), budget, wanted))
        .collect()
}

/// Simulates the strategies found on replications that the search never saw, an area at a time so that memory stays small.
fn report(
    scheme: &Scheme,
    assumptions: &Assumptions,
    solved: &[Solved],
    options: StressOptions,
) -> (StrategyResults, Vec<Curve>, Vec<Option<f64>>) {
    let people = crate::people::people(scheme, assumptions);
    let shown = reference_strategies::three_areas(&people);
    let outcome = reference_strategies::main_outcome(scheme, assumptions);
    let results: Vec<_> = (0..people.len())
        .into_par_iter()
        .map(|area| {
            let ranks =
                crate::rank_evaluation::Ranks::build(scheme, assumptions, &people[area], options.seed, 0, options.replications);
            let arena = crate::strategy::Arena::new(scheme, assumptions, &people[area], &ranks, options.seed, 0);
            let results = reference_strategies::area_results(&arena, &solved[area]);
            let curve = outcome
                .filter(|_| shown.contains(&area))
                .map(|outcome| (payment_by_aim::curve(&arena, outcome, 32), payment_by_aim::sure_aim(&arena, outcome)));
            (results, curve)
        })
        .collect();
    let (areas, curves): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    let mut curves: Vec<(Curve, Option<f64>)> = curves.into_iter().flatten().collect();
    curves.sort_by(|a, b| a.0.people.total_cmp(&b.0.people));
    let (curves, sure_aims) = curves.into_iter().unzip();
    (reference_strategies::table(scheme, assumptions, &people, areas, solved, &wrong_payment::SIZES), curves, sure_aims)
}

/// Every uncertain number and assumption of the two files.
pub(crate) fn uncertain_numbers(opened: &SchemeFiles) -> (Vec<UncertainNumber>, Vec<Assumption>) {
    let picks = ScenarioDraw::new();
    let reader = Reader::new(opened, &picks);
    if let Some(scheme) = read::scheme(&reader) {
        let _ = assumptions::read(&reader, &scheme);
    }
    (reader.uncertain_numbers.into_inner(), reader.assumptions.into_inner())
}

/// What one scenario showed.
struct ScenarioResult {
    /// Where each uncertain assumption is on its range, from 0 to 1.
    positions: Vec<f64>,
    /// For each risk: present, and the provider's gain.
    found: Vec<(bool, f64)>,
    /// For each risk: whether the mixture of providers has it.
    forecast: Vec<bool>,
    /// For each outcome: how far the mixture moves it.
    moves: Vec<Movement>,
    /// Break-even aims of the smallest, typical and largest area: `Some(None)` when no aim pays.
    break_even: [Option<Option<f64>>; 3],
    drifting_pays: bool,
}

/// Steps along the range of the costs of help.
const COST_STEPS: usize = 21;

/// Runs scenarios and fixes. They share the people of the assumptions as stated and their random numbers.
struct ScenarioRunner<'a> {
    opened: &'a SchemeFiles,
    scheme: &'a Scheme,
    assumptions: &'a Assumptions,
    draws: &'a CommonDraws,
}

impl ScenarioRunner<'_> {
    /// The break-even aims when every cost of help is at one point of its range and all else is as stated.
    fn at_cost(&self, uncertain_numbers: &[UncertainNumber], position: f64) -> Option<CostPoint> {
        let is_cost = |number: &&UncertainNumber| number.path.contains(": help.") && number.path.ends_with(".half_cost");
        let costs: Vec<&UncertainNumber> = uncertain_numbers.iter().filter(is_cost).collect();
        if costs.is_empty() {
            return None;
        }
        let picks: ScenarioDraw = costs.iter().map(|number| (number.path.clone(), position)).collect();
        let reader = Reader::new(self.opened, &picks);
        let scheme = read::scheme(&reader)?;
        let assumptions = assumptions::read(&reader, &scheme)?;
        let outcome = reference_strategies::main_outcome(&scheme, &assumptions)?;
        let help_costs = costs.iter().map(|number| HelpCost {
            help: number.path.split('.').rev().nth(1).unwrap_or_default().to_owned(),
            pounds: number.at(position),
        });
        let areas = reference_strategies::three_areas(&self.draws.people);
        let curves = areas.map(|area| payment_by_aim::curve(&self.draws.arena(&scheme, &assumptions, area), outcome, 32));
        let half = match assumptions.intended {
            assumptions::Intended::Aim { better_by, .. } => better_by / 2.0,
            assumptions::Intended::Spend(_) | assumptions::Intended::SpendOn(_) => {
                curves[1].points.last().map_or(0.0, |point| point.aim / 4.0)
            }
        };
        let nearest = |curve: &Curve| {
            let distance = |point: &&payment_by_aim::CurvePoint| (point.aim - half).abs();
            curve.points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map_or(Estimate::default(), |point| {
                let sum = point.against_nothing;
                Estimate { mean: sum.mean / curve.people, error: sum.error / curve.people }
            })
        };
        Some(CostPoint {
            position,
            costs: help_costs.collect(),
            break_even: [0, 1, 2].map(|at| curves[at].break_even),
            break_even_error: [0, 1, 2].map(|at| curves[at].break_even_error),
            half_hearted: [0, 1, 2].map(|at| nearest(&curves[at])),
        })
    }

    /// For each finding, the smallest move of the uncertain assumptions that changes it.
    fn find_tipping_points(
        &self,
        uncertain_numbers: &[UncertainNumber],
        scenarios: &[ScenarioResult],
        reported: &mut [Reported],
        options: StressOptions,
    ) {
        let found_at = |positions: &[f64]| {
            let picks: ScenarioDraw =
                uncertain_numbers.iter().zip(positions).map(|(number, position)| (number.path.clone(), *position)).collect();
            self.simulated(&picks, options, None, |_, _, _, results| present(results))
        };
        let stated: Vec<bool> = reported.iter().map(|reported| reported.finding.present).collect();
        let of = |scenario: &ScenarioResult| (scenario.positions.clone(), scenario.found.iter().map(|found| found.0).collect());
        let points = tipping_point::tipping_points(&stated, &scenarios.iter().map(of).collect::<Vec<_>>(), &found_at);
        reported.iter_mut().zip(points).for_each(|(reported, point)| reported.tipping_point = point);
    }

    /// Reads the files with their uncertain numbers set, simulates that scenario and looks at it. A scenario with a number has a mixture
    /// of providers of its own; without one, only what pays best is looked for. `None` when the files cannot be read.
    fn simulated<T>(
        &self,
        picks: &ScenarioDraw,
        options: StressOptions,
        scenario: Option<usize>,
        look: impl FnOnce(&Scheme, &Assumptions, &CommonDraws, &StrategyResults) -> T,
    ) -> Option<T> {
        let reader = Reader::new(self.opened, picks);
        let scheme = read::scheme(&reader)?;
        let mut assumptions = assumptions::read(&reader, &scheme)?;
        if let Some(number) = scenario {
            assumptions.draw_scenario(options.seed, number as u64);
        }
        let rebuilt;
        let draws = if self.draws.fits(&scheme, &assumptions, self.assumptions) {
            self.draws
        } else {
            rebuilt =
                CommonDraws::build(&scheme, &assumptions, options.seed, options.replications as u64, Budget::QUICK.replications);
            &rebuilt
        };
        let wanted = if scenario.is_some() { StrategySet::Forecast } else { StrategySet::ForProfit };
        let results = quick_results(&scheme, &assumptions, draws, wanted);
        Some(look(&scheme, &assumptions, draws, &results))
    }

    fn scenario(&self, uncertain_numbers: &[UncertainNumber], number: usize, options: StressOptions) -> Option<ScenarioResult> {
        let picks = picks(uncertain_numbers, number, options.seed);
        let positions = uncertain_numbers.iter().map(|number| picks[&number.path]).collect();
        self.simulated(&picks, options, Some(number), |scheme, assumptions, draws, results| {
            self.result(positions, scheme, assumptions, draws, results)
        })
    }

    fn result(
        &self,
        positions: Vec<f64>,
        scheme: &Scheme,
        assumptions: &Assumptions,
        draws: &CommonDraws,
        results: &StrategyResults,
    ) -> ScenarioResult {
        let found = risks::CATALOGUE.iter().map(|risk| {
            let finding = (risk.forecast)(results, AgentType::ProfitSeeking);
            (finding.present, finding.gain.mean)
        });
        let found = found.collect();
        let mixed = |risk: &risks::Risk| (risk.forecast)(results, AgentType::Mixture).present;
        let forecast = risks::CATALOGUE.iter().map(mixed).collect();
        let areas = reference_strategies::three_areas(&self.draws.people);
        let mut break_even = [None; 3];
        let mut drifting_pays = false;
        if let Some(outcome) = reference_strategies::main_outcome(scheme, assumptions) {
            for (slot, area) in areas.into_iter().enumerate() {
                if slot > 0 && areas[0] == areas[2] {
                    break_even[slot] = break_even[0];
                    continue;
                }
                let arena = draws.arena(scheme, assumptions, area).on_first(Budget::QUICK.replications);
                let curve = payment_by_aim::curve(&arena, outcome, 20);
                break_even[slot] = Some(curve.break_even);
                if area == areas[1] {
                    drifting_pays = curve.points.first().is_some_and(|idle| idle.aim < 0.0 && idle.against_nothing.low() > 0.0);
                }
            }
        }
        let moves = (0..results.outcomes.len()).map(|at| Movement::of(results, at, AgentType::Mixture)).collect();
        ScenarioResult { positions, found, forecast, moves, break_even, drifting_pays }
    }

    /// Tries each present finding's fixes, smallest first, until one removes it; a change is tried once for all findings.
    fn try_fixes(&self, results: &StrategyResults, reported: &mut [Reported]) {
        let now = quick_results(self.scheme, self.assumptions, self.draws, StrategySet::ForProfit);
        let present_now = present(&now);
        let mut cache: Vec<(Fix, Option<StrategyResults>)> = Vec::new();
        for at in 0..reported.len() {
            if !reported[at].finding.present {
                continue;
            }
            for fix in (risks::CATALOGUE[at].fixes)(results) {
                if !cache.iter().any(|(tried, _)| *tried == fix) {
                    let changed = fix
                        .apply(self.scheme)
                        .map(|scheme| quick_results(&scheme, self.assumptions, self.draws, StrategySet::ForProfit));
                    cache.push((fix.clone(), changed));
                }
                let Some((_, Some(changed))) = cache.iter().find(|(tried, _)| *tried == fix) else { continue };
                let present_then = present(changed);
                if present_then[at] {
                    reported[at].tried_without_effect.push(fix.words());
                    continue;
                }
                let ids = |keep: &dyn Fn(usize) -> bool| -> Vec<RiskId> {
                    (0..risks::CATALOGUE.len()).filter(|&at| keep(at)).map(|at| risks::CATALOGUE[at].id).collect()
                };
                let (payer_cost, value_gained) = difference(changed, &now);
                let exact = Estimate::exact;
                reported[at].fix = Some(TriedFix {
                    fix,
                    payer_cost: exact(payer_cost),
                    value_gained: exact(value_gained),
                    new_findings: ids(&|at| present_then[at] && !present_now[at]),
                    removes: ids(&|at| !present_then[at] && present_now[at]),
                });
                break;
            }
        }
        self.errors_of_fixes(reported);
    }

    /// The Monte Carlo errors of what the fixes found cost and bring, by batch means. The search and the simulation are repeated,
    /// with the change and without, on each of a few batches of other replications. The error therefore includes the effect of
    /// choosing a strategy on few replications. The value of outcomes, exact for any one strategy, would hide that.
    fn errors_of_fixes(&self, reported: &mut [Reported]) {
        let mut changes: Vec<(Fix, Scheme)> = Vec::new();
        for fix in reported.iter().filter_map(|reported| reported.fix.as_ref()) {
            let new = !changes.iter().any(|(known, _)| *known == fix.fix);
            changes.extend(new.then(|| fix.fix.apply(self.scheme)).flatten().map(|scheme| (fix.fix.clone(), scheme)));
        }
        if changes.is_empty() {
            return;
        }
        let first = self.draws.end();
        let batches: Vec<Vec<(f64, f64)>> = (0..BATCHES)
            .map(|batch| {
                let from = first + (batch * BATCH) as u64;
                let draws = CommonDraws::build(self.scheme, self.assumptions, self.draws.seed(), from, BATCH);
                let now = quick_results(self.scheme, self.assumptions, &draws, StrategySet::ForProfit);
                changes
                    .par_iter()
                    .map(|(_, scheme)| difference(&quick_results(scheme, self.assumptions, &draws, StrategySet::ForProfit), &now))
                    .collect()
            })
            .collect();
        // The batches hold more replications than the figures, which are those of the short search.
        let scale = ((BATCHES * BATCH) as f64 / Budget::QUICK.replications as f64).sqrt();
        for fix in reported.iter_mut().filter_map(|reported| reported.fix.as_mut()) {
            let Some(at) = changes.iter().position(|(known, _)| *known == fix.fix) else { continue };
            fix.payer_cost.error = scale * Estimate::of(batches.iter().map(|batch| batch[at].0)).error;
            fix.value_gained.error = scale * Estimate::of(batches.iter().map(|batch| batch[at].1)).error;
        }
    }
}

/// Batches, and replications in each, by which the errors of fixes are estimated.
const BATCHES: usize = 6;
const BATCH: usize = 16;

/// What the payer spends more, its own costs included, and what outcomes are worth more, at the provider's best.
fn difference(then: &StrategyResults, now: &StrategyResults) -> (f64, f64) {
    let best =
        |results: &StrategyResults| results.get(StrategyKind::BEST).map_or((0.0, 0.0), |best| (best.payer_spend(), best.value));
    let (then, now) = (best(then), best(now));
    (then.0 - now.0, then.1 - now.1)
}

/// Where every uncertain number is in one scenario: a point of a scrambled Sobol sequence.
pub(crate) fn picks(uncertain_numbers: &[UncertainNumber], number: usize, seed: u64) -> ScenarioDraw {
    let position = |dimension: usize| {
        // Each 256 dimensions are a Sobol sequence of their own, scrambled by its own seed.
        let scramble = seed as u32 ^ (dimension / 256) as u32;
        sobol_burley::sample(number as u32 % (1 << 16), dimension as u32 % 256, scramble)
    };
    uncertain_numbers
        .iter()
        .enumerate()
        .map(|(dimension, number)| (number.path.clone(), f64::from(position(dimension))))
        .collect()
}

/// A table of strategy results, searched and simulated on the same few replications. It is enough to say whether a finding is
/// present, not to report its size.
#[must_use]
pub fn quick_results(scheme: &Scheme, assumptions: &Assumptions, draws: &CommonDraws, wanted: StrategySet) -> StrategyResults {
    let solved = solve_all(scheme, assumptions, draws, Budget::QUICK, wanted);
    let areas: Vec<_> = (0..draws.people.len())
        .into_par_iter()
        .map(|area| {
            let arena = draws.arena(scheme, assumptions, area).on_first(Budget::QUICK.replications);
            reference_strategies::area_results(&arena, &solved[area])
        })
        .collect();
    reference_strategies::table(scheme, assumptions, &draws.people, areas, &solved, &[])
}

/// For each risk, whether it is present.
pub(crate) fn present(results: &StrategyResults) -> Vec<bool> {
    risks::CATALOGUE.iter().map(|risk| (risk.forecast)(results, AgentType::ProfitSeeking).present).collect()
}

fn reported(results: &StrategyResults, scenarios: &[ScenarioResult], uncertain_numbers: &[UncertainNumber]) -> Vec<Reported> {
    let positions: Vec<Vec<f64>> = scenarios.iter().map(|scenario| scenario.positions.clone()).collect();
    risks::CATALOGUE
        .iter()
        .enumerate()
        .map(|(at, risk)| {
            let finding = (risk.forecast)(results, AgentType::ProfitSeeking);
            let count = scenarios.iter().filter(|scenario| scenario.found[at].0).count();
            let mut gains: Vec<f64> = scenarios.iter().map(|scenario| scenario.found[at].1).collect();
            gains.sort_by(f64::total_cmp);
            let forecast = match scenarios {
                [] => f64::from((risk.forecast)(results, AgentType::Mixture).present),
                tried => tried.iter().filter(|scenario| scenario.forecast[at]).count() as f64 / tried.len() as f64,
            };
            let agents = AgentType::ALL.into_iter().filter(|agent| results.best_response(*agent).is_some());
            Reported {
                scenario_box: scenario_box(
                    uncertain_numbers,
                    &positions,
                    &scenarios.iter().map(|scenario| scenario.found[at].0).collect::<Vec<_>>(),
                ),
                share_of_scenarios: count as f64 / scenarios.len().max(1) as f64,
                gain_range: (
                    quantile(&gains, 0.05).unwrap_or(finding.gain.mean),
                    quantile(&gains, 0.95).unwrap_or(finding.gain.mean),
                ),
                agent_types: agents.map(|agent| (agent, (risk.forecast)(results, agent).present)).collect(),
                forecast,
                tipping_point: None,
                fix: None,
                tried_without_effect: Vec::new(),
                finding,
            }
        })
        .collect()
}

/// A quantile of sorted values.
fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    sorted.get(((sorted.len().checked_sub(1)?) as f64 * q).round() as usize).copied()
}

impl BreakEven {
    fn of(scenarios: &[ScenarioResult]) -> Option<BreakEven> {
        let of = |slot: usize| -> (Vec<f64>, f64) {
            let tried: Vec<Option<f64>> = scenarios.iter().filter_map(|scenario| scenario.break_even[slot]).collect();
            let mut paying: Vec<f64> = tried.iter().flatten().copied().collect();
            paying.sort_by(f64::total_cmp);
            let never = 1.0 - paying.len() as f64 / tried.len().max(1) as f64;
            (paying, never)
        };
        if scenarios.iter().all(|scenario| scenario.break_even[1].is_none()) {
            return None;
        }
        let ((small, never_small), (typical, never), (large, never_large)) = (of(0), of(1), of(2));
        Some(BreakEven {
            low: quantile(&typical, 0.05).unwrap_or(f64::NAN),
            middle: quantile(&typical, 0.5).unwrap_or(f64::NAN),
            high: quantile(&typical, 0.95).unwrap_or(f64::NAN),
            never,
            never_small,
            never_large,
            drifting_pays: scenarios.iter().filter(|scenario| scenario.drifting_pays).count() as f64
                / scenarios.len().max(1) as f64,
            middle_small: quantile(&small, 0.5),
            middle_large: quantile(&large, 0.5),
        })
    }
}

//! The main job: strategy results a scheme against its own rules and reports what goes wrong.

use base::document::{Assumption, Picks, Reader, UncertainNumber};
use base::opened::Opened;
use contract::fixes::Fix;
use contract::{Scheme, read};
use rayon::prelude::*;
use risks::{self, Estimate, Finding, Role, StrategyResults};

use crate::adversary::{self, Edge};
use crate::assumptions::{self, Assumptions};
use crate::curve::{self, Curve};
use crate::help::{NextPound, next_pounds};
use crate::search::Budget;
use crate::strategy_results::{self, Solved, Stage, Wanted};
use crate::when::{When, when};

/// How a stress test is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub seed: u64,
    /// Replications on which the findings are reported.
    pub replications: usize,
    /// Scenarios besides the central one.
    pub scenarios: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { seed: 1, replications: 200, scenarios: 64 }
    }
}

/// What the run has to say, in parts of the whole.
pub type Progress<'a> = &'a (dyn Fn(&str, f64) + Sync);

/// The result of a stress test.
#[derive(Clone, Debug)]
pub struct Stress {
    pub strategy_results: StrategyResults,
    pub reported: Vec<Reported>,
    /// What trying pays in the smallest, the typical and the largest area.
    pub curves: Vec<Curve>,
    /// For each curve's area, the smallest aim (proportion of people) that is rewarded in three cohorts of four.
    pub sure_aims: Vec<Option<f64>>,
    pub break_even: Option<BreakEven>,
    /// What the next pound of each kind of help buys and earns, as stated.
    pub next_pounds: Vec<NextPound>,
    /// The break-even aim at each cost of help within its range, all else as stated.
    pub by_cost: Vec<CostPoint>,
    /// Uncertain numbers and assumptions of the scheme and its assumptions.
    pub uncertain_numbers: Vec<UncertainNumber>,
    pub assumptions: Vec<Assumption>,
    pub scenarios: usize,
    /// Scenarios whose files could not be read at their uncertain numbers; never counted in a share.
    pub scenarios_failed: usize,
    /// Largest regret of the profit search over areas, in pounds, with its error.
    pub regret: (f64, f64),
    /// Strategies tried in the central assumptions.
    pub tried: usize,
}

/// The break-even aim over scenarios, in the typical area, in proportion of people.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakEven {
    /// 5 %, 50 % and 95 % of the scenarios in which trying pays at all.
    pub low: f64,
    pub middle: f64,
    pub high: f64,
    /// Share of scenarios in which no aim within reach pays.
    pub never: f64,
    /// The same share in the smallest and the largest area.
    pub never_small: f64,
    pub never_large: f64,
    /// Share of scenarios in which letting outcomes worsen (no help at all) pays more than nothing extra.
    pub drifting_pays: f64,
    /// Median break-even in the smallest and largest area, where trying pays.
    pub middle_small: Option<f64>,
    pub middle_large: Option<f64>,
}

/// What trying pays when help costs so much.
#[derive(Clone, Debug, PartialEq)]
pub struct CostPoint {
    /// Where every cost of help stands on its range, from 0 to 1; 0.5 is as stated.
    pub way: f64,
    /// The costs in words: "support £250".
    pub words: String,
    /// Break-even aims of the smallest, the typical and the largest area, in proportion of people; `None` when no aim pays.
    pub break_even: [Option<f64>; 3],
    /// Their Monte Carlo errors, as those of a [`Curve`].
    pub break_even_error: [Option<f64>; 3],
    /// What aiming at half of the intended improvement earns against nothing extra, in pounds for each person, in the same
    /// three areas.
    pub half_hearted: [Estimate; 3],
}

/// A finding with what is known of it beyond the central assumptions.
#[derive(Clone, Debug)]
pub struct Reported {
    pub finding: Finding,
    /// Share of scenarios in which it is present.
    pub share_of_scenarios: f64,
    /// In which scenarios it appears, where that can be told.
    pub when: Option<When>,
    /// The smallest move of the uncertain numbers found under which it appears, or goes where it is present as stated; `None`
    /// where it was the same in every scenario.
    pub edge: Option<Edge>,
    /// The middle 90 % of the provider's gain over the scenarios.
    pub gain_range: (f64, f64),
    /// Whether it is present for each kind of provider.
    pub objectives: Vec<(Role, bool)>,
    /// The smallest rule change tried that removes it.
    pub fix: Option<TriedFix>,
    /// Changes that were tried and did not remove it.
    pub tried_in_vain: Vec<String>,
}

/// A rule change and what it does.
#[derive(Clone, Debug)]
pub struct TriedFix {
    pub fix: Fix,
    /// What the payer pays more (or less) at the provider's best, in pounds.
    pub payer_cost: Estimate,
    /// Value of outcomes gained against the scheme as it is, in pounds.
    pub value_gained: Estimate,
    /// Findings that are present under the change, and were not before.
    pub new_findings: Vec<&'static str>,
    /// Findings that the change removes.
    pub removes: Vec<&'static str>,
}

/// About how many bytes a stress test keeps in memory: the sorted uniforms of every person, outcome and search replication,
/// and those of the report for the areas that are played at the same time.
#[must_use]
pub fn memory_bytes(scheme: &Scheme, assumptions: &Assumptions, options: Options) -> u64 {
    let areas: Vec<u64> = crate::people::people(scheme, assumptions).iter().map(|area| area.count() as u64).collect();
    let (people, largest): (u64, u64) = (areas.iter().sum(), areas.iter().copied().max().unwrap_or_default());
    let binary = scheme.outcomes.iter().filter(|outcome| outcome.is_binary()).count() as u64;
    let on_top = scheme.outcomes.len() as u64 - binary;
    let each = 8 * binary + 4 * on_top;
    let at_once = rayon::current_num_threads() as u64;
    people * each * Budget::FULL.replications as u64 + at_once * largest * each * options.replications as u64
}

/// Tests a scheme in the assumptions beside it.
#[must_use]
pub fn stress(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions, options: Options, progress: Progress<'_>) -> Stress {
    progress("drawing people", 0.0);
    let search_stage = Stage::build(scheme, assumptions, options.seed, options.replications as u64, Budget::FULL.replications);

    progress("searching for the provider's best strategy", 0.15);
    let solved = solve_all(scheme, assumptions, &search_stage, Budget::FULL, Wanted::All);

    progress("playing the strategies on fresh replications", 0.35);
    let (strategy_results, curves, sure_aims) = report(scheme, assumptions, &solved, options);

    progress("trying costs of help", 0.45);
    let (uncertain_numbers, stated) = uncertain(opened);
    let stage = Shared { opened, scheme, assumptions, stage: &search_stage };
    let by_cost: Vec<CostPoint> = (0..COST_STEPS)
        .into_par_iter()
        .filter_map(|step| stage.at_cost(&uncertain_numbers, step as f64 / (COST_STEPS - 1) as f64))
        .collect();

    progress("trying scenarios", 0.5);
    let tried: Vec<Option<ScenarioResult>> = (0..options.scenarios)
        .into_par_iter()
        .map(|number| {
            let result = stage.plausible_scenario(&uncertain_numbers, number, options);
            progress("trying scenarios", 0.5 + 0.3 * (number as f64 + 1.0) / options.scenarios as f64);
            result
        })
        .collect();
    let scenarios: Vec<ScenarioResult> = tried.into_iter().flatten().collect();

    let mut reported = reported(&strategy_results, &scenarios, &uncertain_numbers);
    progress("looking for the nearest scenario that differs", 0.8);
    stage.find_edges(&uncertain_numbers, &scenarios, &mut reported, options);

    progress("trying changes to the rules", 0.9);
    stage.try_fixes(&strategy_results, &mut reported);

    progress("done", 1.0);
    Stress {
        break_even: BreakEven::of(&scenarios),
        next_pounds: next_pounds(scheme, assumptions, options.seed),
        reported,
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
        strategy_results,
    }
}

pub(crate) fn solve_all(
    scheme: &Scheme,
    assumptions: &Assumptions,
    stage: &Stage,
    budget: Budget,
    wanted: Wanted,
) -> Vec<Solved> {
    (0..stage.people.len())
        .into_par_iter()
        .map(|area| strategy_results::solve(&stage.arena(scheme, assumptions, area), budget, wanted))
        .collect()
}

/// StrategyResults the strategies found on replications that the search never saw, an area at a time so that memory stays small.
fn report(
    scheme: &Scheme,
    assumptions: &Assumptions,
    solved: &[Solved],
    options: Options,
) -> (StrategyResults, Vec<Curve>, Vec<Option<f64>>) {
    let people = crate::people::people(scheme, assumptions);
    let shown = strategy_results::three_areas(&people);
    let outcome = strategy_results::main_outcome(scheme, assumptions);
    let results: Vec<_> = (0..people.len())
        .into_par_iter()
        .map(|area| {
            let ranks = crate::rank::Ranks::build(scheme, assumptions, &people[area], options.seed, 0, options.replications);
            let arena = crate::strategy::Arena::new(scheme, assumptions, &people[area], &ranks, options.seed, 0);
            let strategy_results = strategy_results::area_results(&arena, &solved[area]);
            let curve = outcome
                .filter(|_| shown.contains(&area))
                .map(|outcome| (curve::curve(&arena, outcome, 32), curve::sure_aim(&arena, outcome)));
            (strategy_results, curve)
        })
        .collect();
    let (areas, curves): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    let mut curves: Vec<(Curve, Option<f64>)> = curves.into_iter().flatten().collect();
    curves.sort_by(|a, b| a.0.people.total_cmp(&b.0.people));
    let (curves, sure_aims) = curves.into_iter().unzip();
    (strategy_results::table(scheme, assumptions, &people, areas, solved), curves, sure_aims)
}

/// Every uncertain number and assumption of the two files.
pub(crate) fn uncertain(opened: &Opened) -> (Vec<UncertainNumber>, Vec<Assumption>) {
    let picks = Picks::new();
    let reader = Reader::new(opened, &picks);
    if let Some(scheme) = read::scheme(&reader) {
        let _ = assumptions::read(&reader, &scheme);
    }
    (reader.uncertain_numbers.into_inner(), reader.assumptions.into_inner())
}

/// What one scenario showed.
struct ScenarioResult {
    /// Where each uncertain stood.
    ways: Vec<f64>,
    /// For each risk: present, and the provider's gain.
    found: Vec<(bool, f64)>,
    /// Break-even aims of the smallest, typical and largest area: `Some(None)` when trying never pays.
    break_even: [Option<Option<f64>>; 3],
    drifting_pays: bool,
}

/// Steps along the range of the costs of help.
const COST_STEPS: usize = 21;

/// What scenarios and fixes share: the central scenario's people and their uniforms.
struct Shared<'a> {
    opened: &'a Opened,
    scheme: &'a Scheme,
    assumptions: &'a Assumptions,
    stage: &'a Stage,
}

impl Shared<'_> {
    /// The break-even aims when every cost of help stands at one point of its range and all else is as stated.
    fn at_cost(&self, uncertain_numbers: &[UncertainNumber], way: f64) -> Option<CostPoint> {
        let is_cost = |uncertain: &&UncertainNumber| uncertain.path.contains(": help.") && uncertain.path.ends_with(".half_cost");
        let costs: Vec<&UncertainNumber> = uncertain_numbers.iter().filter(is_cost).collect();
        if costs.is_empty() {
            return None;
        }
        let picks: Picks = costs.iter().map(|uncertain| (uncertain.path.clone(), way)).collect();
        let reader = Reader::new(self.opened, &picks);
        let scheme = read::scheme(&reader)?;
        let assumptions = assumptions::read(&reader, &scheme)?;
        let outcome = strategy_results::main_outcome(&scheme, &assumptions)?;
        let words: Vec<String> = costs
            .iter()
            .map(|uncertain| {
                let name = uncertain.path.split('.').rev().nth(1).unwrap_or_default();
                format!("{name} {}", risks::pounds(uncertain.at(way)))
            })
            .collect();
        let areas = strategy_results::three_areas(&self.stage.people);
        let curves = areas.map(|area| curve::curve(&self.stage.arena(&scheme, &assumptions, area), outcome, 32));
        let half = match assumptions.intended {
            assumptions::Intended::Aim { better_by, .. } => better_by / 2.0,
            assumptions::Intended::Spend(_) => curves[1].points.last().map_or(0.0, |point| point.aim / 4.0),
        };
        let nearest = |curve: &Curve| {
            let distance = |point: &&curve::CurvePoint| (point.aim - half).abs();
            curve.points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map_or(Estimate::default(), |point| {
                let sum = point.against_nothing;
                Estimate { mean: sum.mean / curve.people, error: sum.error / curve.people }
            })
        };
        Some(CostPoint {
            way,
            words: words.join(", "),
            break_even: [0, 1, 2].map(|at| curves[at].break_even),
            break_even_error: [0, 1, 2].map(|at| curves[at].break_even_error),
            half_hearted: [0, 1, 2].map(|at| nearest(&curves[at])),
        })
    }

    /// For each finding the smallest move of the uncertain numbers that changes it.
    fn find_edges(
        &self,
        uncertain_numbers: &[UncertainNumber],
        scenarios: &[ScenarioResult],
        reported: &mut [Reported],
        options: Options,
    ) {
        let look = |ways: &[f64]| {
            let picks: Picks =
                uncertain_numbers.iter().zip(ways).map(|(uncertain, way)| (uncertain.path.clone(), *way)).collect();
            self.played(&picks, options, |_, _, _, strategy_results| present(strategy_results))
        };
        let stated: Vec<bool> = reported.iter().map(|reported| reported.finding.present).collect();
        let of =
            |assumptions: &ScenarioResult| (assumptions.ways.clone(), assumptions.found.iter().map(|found| found.0).collect());
        let edges = adversary::edges(&stated, &scenarios.iter().map(of).collect::<Vec<_>>(), &look);
        reported.iter_mut().zip(edges).for_each(|(reported, edge)| reported.edge = edge);
    }

    /// Reads the files with their uncertain numbers set, simulates scenario and looks at it; `None` when they cannot be read.
    fn played<T>(
        &self,
        picks: &Picks,
        options: Options,
        look: impl FnOnce(&Scheme, &Assumptions, &Stage, &StrategyResults) -> T,
    ) -> Option<T> {
        let reader = Reader::new(self.opened, picks);
        let scheme = read::scheme(&reader)?;
        let assumptions = assumptions::read(&reader, &scheme)?;
        let rebuilt;
        let stage = if self.stage.fits(&scheme, &assumptions, self.assumptions) {
            self.stage
        } else {
            rebuilt = Stage::build(&scheme, &assumptions, options.seed, options.replications as u64, Budget::QUICK.replications);
            &rebuilt
        };
        let strategy_results = quick_strategy_results(&scheme, &assumptions, stage);
        Some(look(&scheme, &assumptions, stage, &strategy_results))
    }

    fn plausible_scenario(
        &self,
        uncertain_numbers: &[UncertainNumber],
        number: usize,
        options: Options,
    ) -> Option<ScenarioResult> {
        let picks = picks(uncertain_numbers, number, options.seed);
        let ways = uncertain_numbers.iter().map(|uncertain| picks[&uncertain.path]).collect();
        self.played(&picks, options, |scheme, assumptions, stage, strategy_results| {
            self.result(ways, scheme, assumptions, stage, strategy_results)
        })
    }

    fn result(
        &self,
        ways: Vec<f64>,
        scheme: &Scheme,
        assumptions: &Assumptions,
        stage: &Stage,
        strategy_results: &StrategyResults,
    ) -> ScenarioResult {
        let found = risks::CATALOGUE.iter().map(|risk| {
            let finding = (risk.forecast)(strategy_results, Role::Best);
            (finding.present, finding.gain.mean)
        });
        let found = found.collect();
        let areas = strategy_results::three_areas(&self.stage.people);
        let mut break_even = [None; 3];
        let mut drifting_pays = false;
        if let Some(outcome) = strategy_results::main_outcome(scheme, assumptions) {
            for (slot, area) in areas.into_iter().enumerate() {
                if slot > 0 && areas[0] == areas[2] {
                    break_even[slot] = break_even[0];
                    continue;
                }
                let arena = stage.arena(scheme, assumptions, area).on_first(Budget::QUICK.replications);
                let curve = curve::curve(&arena, outcome, 20);
                break_even[slot] = Some(curve.break_even);
                if area == areas[1] {
                    drifting_pays = curve.points.first().is_some_and(|idle| idle.aim < 0.0 && idle.against_nothing.low() > 0.0);
                }
            }
        }
        ScenarioResult { ways, found, break_even, drifting_pays }
    }

    /// Tries each present finding's fixes, smallest first, until one removes it; a change is tried once for all findings.
    fn try_fixes(&self, strategy_results: &StrategyResults, reported: &mut [Reported]) {
        let now = quick_strategy_results(self.scheme, self.assumptions, self.stage);
        let present_now = present(&now);
        let mut cache: Vec<(Fix, Option<StrategyResults>)> = Vec::new();
        for at in 0..reported.len() {
            if !reported[at].finding.present {
                continue;
            }
            for fix in (risks::CATALOGUE[at].fixes)(strategy_results) {
                if !cache.iter().any(|(tried, _)| *tried == fix) {
                    let changed =
                        fix.apply(self.scheme).map(|scheme| quick_strategy_results(&scheme, self.assumptions, self.stage));
                    cache.push((fix.clone(), changed));
                }
                let Some((_, Some(changed))) = cache.iter().find(|(tried, _)| *tried == fix) else { continue };
                let present_then = present(changed);
                if present_then[at] {
                    reported[at].tried_in_vain.push(fix.words());
                    continue;
                }
                let names = |keep: &dyn Fn(usize) -> bool| -> Vec<&'static str> {
                    (0..risks::CATALOGUE.len()).filter(|&at| keep(at)).map(|at| risks::CATALOGUE[at].name).collect()
                };
                let (payer_cost, value_gained) = difference(changed, &now);
                let exact = Estimate::exact;
                reported[at].fix = Some(TriedFix {
                    fix,
                    payer_cost: exact(payer_cost),
                    value_gained: exact(value_gained),
                    new_findings: names(&|at| present_then[at] && !present_now[at]),
                    removes: names(&|at| !present_then[at] && present_now[at]),
                });
                break;
            }
        }
        self.errors_of_fixes(reported);
    }

    /// The Monte Carlo errors of what the fixes found cost and bring, by batch means: the search and the play are made again,
    /// with the change and without, on each of a few batches of other replications. So the error holds what the choice of a strategy
    /// on few replications adds, which the value of outcomes, exact for any one strategy, would hide.
    fn errors_of_fixes(&self, reported: &mut [Reported]) {
        let mut changes: Vec<(Fix, Scheme)> = Vec::new();
        for fix in reported.iter().filter_map(|reported| reported.fix.as_ref()) {
            let new = !changes.iter().any(|(known, _)| *known == fix.fix);
            changes.extend(new.then(|| fix.fix.apply(self.scheme)).flatten().map(|scheme| (fix.fix.clone(), scheme)));
        }
        if changes.is_empty() {
            return;
        }
        let first = self.stage.end();
        let batches: Vec<Vec<(f64, f64)>> = (0..BATCHES)
            .map(|batch| {
                let from = first + (batch * BATCH) as u64;
                let stage = Stage::build(self.scheme, self.assumptions, self.stage.seed(), from, BATCH);
                let now = quick_strategy_results(self.scheme, self.assumptions, &stage);
                changes
                    .par_iter()
                    .map(|(_, scheme)| difference(&quick_strategy_results(scheme, self.assumptions, &stage), &now))
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

/// What the payer pays more, and what outcomes are worth more, at the provider's best.
fn difference(then: &StrategyResults, now: &StrategyResults) -> (f64, f64) {
    let best = |strategy_results: &StrategyResults| {
        strategy_results.simulate(Role::Best).map_or((0.0, 0.0), |play| (play.payment(), play.value))
    };
    let (then, now) = (best(then), best(now));
    (then.0 - now.0, then.1 - now.1)
}

/// Where every uncertain stands in one scenario: a point of a scrambled Sobol sequence.
pub(crate) fn picks(uncertain_numbers: &[UncertainNumber], number: usize, seed: u64) -> Picks {
    let way = |dimension: usize| {
        // Each 256 dimensions are a Sobol sequence of their own, scrambled by its own seed.
        let scramble = seed as u32 ^ (dimension / 256) as u32;
        sobol_burley::sample(number as u32 % (1 << 16), dimension as u32 % 256, scramble)
    };
    uncertain_numbers
        .iter()
        .enumerate()
        .map(|(dimension, uncertain)| (uncertain.path.clone(), f64::from(way(dimension))))
        .collect()
}

/// A table of strategy results for the profit-seeking provider, searched and played on the same few replications: enough to say
/// whether a finding is present, not to report its size.
#[must_use]
pub fn quick_strategy_results(scheme: &Scheme, assumptions: &Assumptions, stage: &Stage) -> StrategyResults {
    let solved = solve_all(scheme, assumptions, stage, Budget::QUICK, Wanted::ForProfit);
    let areas: Vec<_> = (0..stage.people.len())
        .into_par_iter()
        .map(|area| {
            let arena = stage.arena(scheme, assumptions, area).on_first(Budget::QUICK.replications);
            strategy_results::area_results(&arena, &solved[area])
        })
        .collect();
    strategy_results::table(scheme, assumptions, &stage.people, areas, &solved)
}

/// For each risk of the catalogue, whether it is present.
pub(crate) fn present(strategy_results: &StrategyResults) -> Vec<bool> {
    risks::CATALOGUE.iter().map(|risk| (risk.forecast)(strategy_results, Role::Best).present).collect()
}

fn reported(
    strategy_results: &StrategyResults,
    scenarios: &[ScenarioResult],
    uncertain_numbers: &[UncertainNumber],
) -> Vec<Reported> {
    let ways: Vec<Vec<f64>> = scenarios.iter().map(|assumptions| assumptions.ways.clone()).collect();
    risks::CATALOGUE
        .iter()
        .enumerate()
        .map(|(at, risk)| {
            let finding = (risk.forecast)(strategy_results, Role::Best);
            let count = scenarios.iter().filter(|assumptions| assumptions.found[at].0).count();
            let mut gains: Vec<f64> = scenarios.iter().map(|assumptions| assumptions.found[at].1).collect();
            gains.sort_by(f64::total_cmp);
            let objectives = [Role::Best, Role::Cautious, Role::Mission, Role::Imperfect];
            let objectives = objectives.into_iter().filter(|role| strategy_results.simulate(*role).is_some());
            Reported {
                when: when(
                    uncertain_numbers,
                    &ways,
                    &scenarios.iter().map(|assumptions| assumptions.found[at].0).collect::<Vec<_>>(),
                ),
                share_of_scenarios: count as f64 / scenarios.len().max(1) as f64,
                gain_range: (
                    quantile(&gains, 0.05).unwrap_or(finding.gain.mean),
                    quantile(&gains, 0.95).unwrap_or(finding.gain.mean),
                ),
                objectives: objectives.map(|role| (role, (risk.forecast)(strategy_results, role).present)).collect(),
                edge: None,
                fix: None,
                tried_in_vain: Vec::new(),
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
            let tried: Vec<Option<f64>> = scenarios.iter().filter_map(|assumptions| assumptions.break_even[slot]).collect();
            let mut paying: Vec<f64> = tried.iter().flatten().copied().collect();
            paying.sort_by(f64::total_cmp);
            let never = 1.0 - paying.len() as f64 / tried.len().max(1) as f64;
            (paying, never)
        };
        if scenarios.iter().all(|assumptions| assumptions.break_even[1].is_none()) {
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
            drifting_pays: scenarios.iter().filter(|assumptions| assumptions.drifting_pays).count() as f64
                / scenarios.len().max(1) as f64,
            middle_small: quantile(&small, 0.5),
            middle_large: quantile(&large, 0.5),
        })
    }
}

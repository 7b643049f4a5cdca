//! The result for other programs: one JSON object with a versioned schema, documented in `docs/report-json.md`.
//!
//! The structs here are the schema. They are filled by hand from the run's own types, so that the insides may change without
//! changing what is promised to others. Money is in pounds, shares and changes of rates are proportions.

use base::reader::UncertainNumber;
use contract::Scheme;
use risks::{self, AreaResults, Estimate, RiskId, StrategyResult, StrategyResults};
use serde::Serialize;
use simulation::assumptions::Assumptions;
use simulation::expected_outcomes::OutcomeForecast;
use simulation::payment_by_aim::Curve;
use simulation::scenario_discovery::ScenarioBox;
use simulation::stress::{BreakEven, CostPoint, Reported, StressOptions, StressTest, TriedFix};
use simulation::tipping_point::TippingPoint;

use crate::machine_readable;
use crate::parties::{self, PartyRow};
use crate::words;

/// Raised when a field changes its meaning or goes away; new fields may come without.
const SCHEMA: &str = "wellspent-stress/2";

/// The result as indented JSON with a line end.
pub fn text(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest, options: StressOptions) -> anyhow::Result<String> {
    machine_readable::json(SCHEMA, &StressDocument::of(scheme, assumptions, stress, options))
}

/// A number; one that is not finite is written as null.
type Number = Option<f64>;

/// Pounds, to the penny; `-0` is 0.
fn pounds(value: f64) -> Number {
    rounded(value, 100.0)
}

/// A proportion, or people, to a millionth.
fn number(value: f64) -> Number {
    rounded(value, 1e6)
}

fn rounded(value: f64, parts: f64) -> Number {
    value.is_finite().then(|| (value * parts).round() / parts + 0.0)
}

/// The names of risks.
fn names(risks: &[RiskId]) -> Vec<&'static str> {
    risks.iter().map(|risk| risk.name()).collect()
}

/// A simulated figure with its standard error; an error of 0 is an exact figure, null one that was not estimated.
#[derive(Serialize)]
struct Figure {
    mean: Number,
    error: Number,
}

impl Figure {
    fn pounds(value: Estimate) -> Figure {
        Figure { mean: pounds(value.mean), error: pounds(value.error) }
    }

    fn of(values: &[f64]) -> Figure {
        Figure::pounds(Estimate::of(values.iter().copied()))
    }

    fn share(value: Estimate) -> Figure {
        Figure { mean: number(value.mean), error: number(value.error) }
    }
}

#[derive(Serialize)]
struct FigureRange {
    low: Number,
    high: Number,
}

#[derive(Serialize)]
struct StressDocument {
    verdict: String,
    scheme: SchemeFacts,
    simulated: Simulated,
    run: Run,
    findings: Vec<Found>,
    strategies: Vec<StrategyFigures>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parties: Vec<Party>,
    areas: Vec<Area>,
    segments: Vec<Segment>,
    outcomes: Vec<OutcomeFigures>,
    curves: Vec<AimCurve>,
    break_even: Option<BreakEvenOverScenarios>,
    cost_of_help: Vec<AtCost>,
    wrong_payment: Option<Wrong>,
    assumptions: Vec<Assumed>,
    uncertain: Vec<Uncertain>,
}

impl StressDocument {
    fn of(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest, options: StressOptions) -> StressDocument {
        let results = &stress.results;
        StressDocument {
            verdict: words::verdict(stress),
            scheme: SchemeFacts::of(scheme),
            simulated: Simulated::of(assumptions, results),
            run: Run::of(stress, options),
            findings: stress.reported.iter().map(|reported| Found::of(reported, stress)).collect(),
            strategies: results.whole.iter().map(|strategy| StrategyFigures::of(strategy, results)).collect(),
            parties: Party::all(scheme, assumptions, stress),
            areas: results.areas.iter().map(|area| Area::of(area, results)).collect(),
            segments: results.segments.iter().map(Segment::of).collect(),
            outcomes: results
                .outcomes
                .iter()
                .enumerate()
                .map(|(at, outcome)| OutcomeFigures::of(outcome, stress.expected.get(at)))
                .collect(),
            curves: stress.curves.iter().zip(&stress.sure_aims).map(|(curve, sure)| AimCurve::of(curve, *sure, stress)).collect(),
            break_even: stress.break_even.as_ref().map(BreakEvenOverScenarios::of),
            cost_of_help: stress.by_cost.iter().map(AtCost::of).collect(),
            wrong_payment: results.wrong_payment.as_ref().map(Wrong::of),
            assumptions: stress.assumptions.iter().map(Assumed::of).collect(),
            uncertain: stress.uncertain_numbers.iter().map(Uncertain::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct SchemeFacts {
    name: String,
    summary: String,
    payer: String,
    provider: String,
    starts: String,
    ends: String,
}

impl SchemeFacts {
    fn of(scheme: &Scheme) -> SchemeFacts {
        SchemeFacts {
            name: scheme.name.clone(),
            summary: scheme.summary.clone(),
            payer: scheme.payer.clone(),
            provider: scheme.provider.clone(),
            starts: scheme.starts.to_string(),
            ends: scheme.ends.to_string(),
        }
    }
}

#[derive(Serialize)]
struct Simulated {
    name: String,
    years: usize,
    people: Number,
    cohorts_in_an_area: usize,
    has_threshold: bool,
    intake_is_free: bool,
    fair_margin: Number,
}

impl Simulated {
    fn of(assumptions: &Assumptions, results: &StrategyResults) -> Simulated {
        Simulated {
            name: assumptions.name.clone(),
            years: assumptions.years,
            people: number(results.people),
            cohorts_in_an_area: results.cohorts,
            has_threshold: results.has_threshold,
            intake_is_free: results.intake_is_free,
            fair_margin: number(results.fair_margin),
        }
    }
}

#[derive(Serialize)]
struct Run {
    seed: u64,
    replications: usize,
    scenarios: usize,
    scenarios_failed: usize,
    strategies_tried: usize,
    regret: Figure,
}

impl Run {
    fn of(stress: &StressTest, options: StressOptions) -> Run {
        let (mean, error) = stress.regret;
        Run {
            seed: options.seed,
            replications: options.replications,
            scenarios: stress.scenarios,
            scenarios_failed: stress.scenarios_failed,
            strategies_tried: stress.tried,
            regret: Figure::pounds(Estimate { mean, error }),
        }
    }
}

#[derive(Serialize)]
struct Found {
    name: &'static str,
    present: bool,
    not_looked_for: Option<&'static str>,
    definition: &'static str,
    strategy: String,
    against: &'static str,
    gain: Figure,
    people_harmed: Number,
    harmed_per_thousand: Number,
    harm: String,
    loss: Figure,
    scenarios_present: usize,
    share_of_scenarios: Number,
    forecast: Number,
    gain_over_scenarios: FigureRange,
    when: Option<WhenFound>,
    edge: Option<EdgeFound>,
    providers: Vec<ProviderPresence>,
    tests: Vec<Test>,
    further_figures: Vec<Further>,
    fix: Option<FixFigures>,
    tried_in_vain: Vec<String>,
    watch: String,
}

impl Found {
    fn of(reported: &Reported, stress: &StressTest) -> Found {
        let finding = &reported.finding;
        let risk = finding.risk.risk();
        Found {
            name: finding.name(),
            present: finding.present,
            not_looked_for: finding.not_looked_for,
            definition: risk.definition,
            strategy: finding.strategy.clone(),
            against: finding.compared_with.label(),
            gain: Figure::pounds(finding.gain),
            people_harmed: number(finding.people_harmed),
            harmed_per_thousand: number(finding.harmed_per_thousand),
            harm: finding.harm.clone(),
            loss: Figure::pounds(finding.payer_loss),
            scenarios_present: (reported.share_of_scenarios * stress.scenarios as f64).round() as usize,
            share_of_scenarios: number(reported.share_of_scenarios).filter(|_| stress.scenarios > 0),
            forecast: number(reported.forecast),
            gain_over_scenarios: FigureRange { low: pounds(reported.gain_range.0), high: pounds(reported.gain_range.1) },
            when: reported.scenario_box.as_ref().map(|when| WhenFound::of(when, stress)),
            edge: reported.tipping_point.as_ref().map(|point| EdgeFound::of(point, stress)),
            providers: reported
                .agent_types
                .iter()
                .map(|(agent, present)| ProviderPresence { kind: agent.adjective(), present: *present })
                .collect(),
            tests: finding.tests.iter().map(Test::of).collect(),
            further_figures: finding
                .figures
                .iter()
                .map(|(label, value)| Further { label: label.clone(), value: value.clone() })
                .collect(),
            fix: reported.fix.as_ref().map(FixFigures::of),
            tried_in_vain: reported.tried_without_effect.clone(),
            watch: risk.watch_in_words(),
        }
    }
}

#[derive(Serialize)]
struct EdgeFound {
    distance: Number,
    moves: Vec<Moved>,
}

#[derive(Serialize)]
struct Moved {
    number: String,
    value: Number,
    unit: &'static str,
}

impl EdgeFound {
    fn of(point: &TippingPoint, stress: &StressTest) -> EdgeFound {
        let moves = point.moves.iter().filter_map(|&(at, position)| Some((stress.uncertain_numbers.get(at)?, position)));
        let moved = |(uncertain, position): (&UncertainNumber, f64)| Moved {
            number: uncertain.path.clone(),
            value: number(uncertain.at(position)),
            unit: uncertain.unit,
        };
        EdgeFound { distance: number(point.distance), moves: moves.map(moved).collect() }
    }
}

#[derive(Serialize)]
struct WhenFound {
    limits: Vec<Limit>,
    density: Number,
    coverage: Number,
}

impl WhenFound {
    fn of(when: &ScenarioBox, stress: &StressTest) -> WhenFound {
        let limits = when.limits.iter().map(|(uncertain, words)| Limit {
            number: stress.uncertain_numbers.get(*uncertain).map_or(String::new(), |uncertain| uncertain.path.clone()),
            words: words.clone(),
        });
        WhenFound { limits: limits.collect(), density: number(when.density), coverage: number(when.coverage) }
    }
}

#[derive(Serialize)]
struct Limit {
    number: String,
    words: String,
}

#[derive(Serialize)]
struct ProviderPresence {
    kind: &'static str,
    present: bool,
}

#[derive(Serialize)]
struct Test {
    what: String,
    holds: bool,
    figure: String,
}

impl Test {
    fn of(test: &risks::FindingTest) -> Test {
        Test { what: test.what.clone(), holds: test.holds, figure: test.figure.clone() }
    }
}

#[derive(Serialize)]
struct Further {
    label: String,
    value: String,
}

#[derive(Serialize)]
struct FixFigures {
    change: String,
    payer_cost: Figure,
    value_gained: Figure,
    removes: Vec<&'static str>,
    brings: Vec<&'static str>,
}

impl FixFigures {
    fn of(tried: &TriedFix) -> FixFigures {
        FixFigures {
            change: tried.fix.words(),
            payer_cost: Figure::pounds(tried.payer_cost),
            value_gained: Figure::pounds(tried.value_gained),
            removes: names(&tried.removes),
            brings: names(&tried.new_findings),
        }
    }
}

/// What a party gains on average under a strategy; negative where it loses.
#[derive(Serialize)]
struct Party {
    party: String,
    strategy: &'static str,
    gains: Number,
}

impl Party {
    fn all(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest) -> Vec<Party> {
        let Some(found) = parties::table(scheme, assumptions, stress) else { return Vec::new() };
        let of = |row: &PartyRow| -> Vec<Party> {
            let each = found.strategies.iter().zip(&row.gains);
            each.map(|(kind, gains)| Party { party: row.party.clone(), strategy: kind.label(), gains: pounds(*gains) }).collect()
        };
        found.rows.iter().flat_map(of).collect()
    }
}

#[derive(Serialize)]
struct StrategyFigures {
    strategy: &'static str,
    help_spend: Number,
    cost: Number,
    payment: Figure,
    profit: Figure,
    results: Figure,
    rewards: Figure,
    deductions: Figure,
    results_without_chance: Number,
    value: Number,
    dead_margin: Figure,
    cohorts_rewarded: Figure,
    outcomes: Vec<StrategyOutcome>,
    segments: Vec<SegmentEffort>,
}

impl StrategyFigures {
    fn of(strategy: &StrategyResult, results: &StrategyResults) -> StrategyFigures {
        let efforts = results.segments.iter().enumerate().map(|(at, segment)| SegmentEffort {
            segment: segment.name.clone(),
            help_spend: strategy.effort.get(at).copied().and_then(pounds),
            served: strategy.served.get(at).copied().and_then(number),
        });
        StrategyFigures {
            strategy: strategy.kind.label(),
            help_spend: pounds(strategy.help_spend),
            cost: pounds(strategy.cost),
            payment: Figure::of(&strategy.payments),
            profit: Figure::pounds(Estimate::of(strategy.profit())),
            results: Figure::of(&strategy.results),
            rewards: Figure::of(&strategy.rewards),
            deductions: Figure::of(&strategy.deductions),
            results_without_chance: pounds(strategy.results_without_chance),
            value: pounds(strategy.value),
            dead_margin: Figure::share(strategy.dead_margin),
            cohorts_rewarded: Figure::share(strategy.cohorts_rewarded),
            outcomes: (0..results.outcomes.len())
                .map(|at| StrategyOutcome { outcome: results.outcomes[at].name.clone(), count: number(strategy.outcome(at)) })
                .collect(),
            segments: efforts.collect(),
        }
    }
}

#[derive(Serialize)]
struct StrategyOutcome {
    outcome: String,
    count: Number,
}

#[derive(Serialize)]
struct SegmentEffort {
    segment: String,
    help_spend: Number,
    served: Number,
}

#[derive(Serialize)]
struct Area {
    area: String,
    people: Number,
    strategies: Vec<StrategyFigures>,
}

impl Area {
    fn of(area: &AreaResults, results: &StrategyResults) -> Area {
        let strategies = area.strategies.iter().map(|strategy| StrategyFigures::of(strategy, results));
        Area { area: area.area.clone(), people: number(area.people), strategies: strategies.collect() }
    }
}

#[derive(Serialize)]
struct Segment {
    segment: String,
    people: Number,
    price_now: Number,
    unparking_price: Number,
}

impl Segment {
    fn of(segment: &risks::SegmentFacts) -> Segment {
        Segment {
            segment: segment.name.clone(),
            people: number(segment.people),
            price_now: pounds(segment.price_now),
            unparking_price: segment.unparking_price.and_then(pounds),
        }
    }
}

#[derive(Serialize)]
struct OutcomeFigures {
    outcome: String,
    binary: bool,
    better: &'static str,
    value: Number,
    paid: bool,
    expected: Option<ExpectedFigures>,
}

#[derive(Serialize)]
struct ExpectedFigures {
    today: Number,
    gets_better: Number,
    stays: Number,
    gets_worse: Number,
    low: Number,
    middle: Number,
    high: Number,
    intended: Number,
}

impl ExpectedFigures {
    fn of(expected: &OutcomeForecast) -> ExpectedFigures {
        let [low, middle, high] = expected.each.map(number);
        ExpectedFigures {
            today: number(expected.today),
            gets_better: number(expected.shares.better),
            stays: number(expected.shares.same()),
            gets_worse: number(expected.shares.worse),
            low,
            middle,
            high,
            intended: number(expected.intended),
        }
    }
}

impl OutcomeFigures {
    fn of(outcome: &risks::OutcomeFacts, expected: Option<&OutcomeForecast>) -> OutcomeFigures {
        OutcomeFigures {
            outcome: outcome.name.clone(),
            binary: outcome.binary,
            better: if outcome.sign < 0.0 { "fewer" } else { "more" },
            value: pounds(outcome.value),
            paid: outcome.paid,
            expected: expected.map(ExpectedFigures::of),
        }
    }
}

#[derive(Serialize)]
struct AimCurve {
    area: String,
    people: Number,
    cohort_people: Number,
    outcome: String,
    break_even: Number,
    break_even_error: Number,
    sure_aim: Number,
    points: Vec<Point>,
}

impl AimCurve {
    fn of(curve: &Curve, sure: Option<f64>, stress: &StressTest) -> AimCurve {
        let points = curve.points.iter().map(|point| Point {
            aim: number(point.aim),
            rate: number(point.rate),
            help_spend: pounds(point.help_spend),
            payment: Figure::pounds(point.payment),
            payment_middle_90: FigureRange { low: pounds(point.payment_low), high: pounds(point.payment_high) },
            profit: Figure::pounds(Estimate { mean: point.profit, error: point.payment.error }),
            against_nothing_extra: Figure::pounds(point.against_nothing),
        });
        AimCurve {
            area: curve.area.clone(),
            people: number(curve.people),
            cohort_people: number(words::cohort_size(curve, stress)),
            outcome: curve.outcome.clone(),
            break_even: curve.break_even.and_then(number),
            break_even_error: curve.break_even_error.and_then(number),
            sure_aim: sure.and_then(number),
            points: points.collect(),
        }
    }
}

#[derive(Serialize)]
struct Point {
    aim: Number,
    rate: Number,
    help_spend: Number,
    payment: Figure,
    payment_middle_90: FigureRange,
    profit: Figure,
    against_nothing_extra: Figure,
}

#[derive(Serialize)]
struct BreakEvenOverScenarios {
    low: Number,
    middle: Number,
    high: Number,
    never: Number,
    never_smallest: Number,
    never_largest: Number,
    middle_smallest: Number,
    middle_largest: Number,
    drifting_pays: Number,
}

impl BreakEvenOverScenarios {
    fn of(range: &BreakEven) -> BreakEvenOverScenarios {
        BreakEvenOverScenarios {
            low: number(range.low),
            middle: number(range.middle),
            high: number(range.high),
            never: number(range.never),
            never_smallest: number(range.never_small),
            never_largest: number(range.never_large),
            middle_smallest: range.middle_small.and_then(number),
            middle_largest: range.middle_large.and_then(number),
            drifting_pays: number(range.drifting_pays),
        }
    }
}

#[derive(Serialize)]
struct AtCost {
    way: Number,
    words: String,
    smallest: AimAndPay,
    typical: AimAndPay,
    largest: AimAndPay,
}

impl AtCost {
    fn of(cost: &CostPoint) -> AtCost {
        let [smallest, typical, largest] = [0, 1, 2].map(|at| AimAndPay {
            break_even: cost.break_even[at].and_then(number),
            break_even_error: cost.break_even_error[at].and_then(number),
            half_aim_per_person: Figure::pounds(cost.half_hearted[at]),
        });
        AtCost { way: number(cost.position), words: cost.words.clone(), smallest, typical, largest }
    }
}

#[derive(Serialize)]
struct AimAndPay {
    break_even: Number,
    break_even_error: Number,
    half_aim_per_person: Figure,
}

#[derive(Serialize)]
struct Wrong {
    outcome: String,
    intended_change: Number,
    typical_cohort: usize,
    cohorts: Vec<WrongRow>,
}

impl Wrong {
    fn of(wrong: &risks::WrongPayment) -> Wrong {
        let rows = wrong.rows.iter().map(|row| WrongRow {
            people: row.people,
            reward_for_nothing: number(row.reward_for_nothing),
            deduction_for_nothing: number(row.deduction_for_nothing),
            real_change_refused: number(row.real_change_refused),
            mean_for_nothing: pounds(row.mean_for_nothing),
        });
        Wrong {
            outcome: wrong.outcome.clone(),
            intended_change: number(wrong.intended),
            typical_cohort: wrong.typical,
            cohorts: rows.collect(),
        }
    }
}

#[derive(Serialize)]
struct WrongRow {
    people: usize,
    reward_for_nothing: Number,
    deduction_for_nothing: Number,
    real_change_refused: Number,
    mean_for_nothing: Number,
}

#[derive(Serialize)]
struct Assumed {
    number: String,
    stated: String,
    why: String,
}

impl Assumed {
    fn of(assumption: &base::reader::Assumption) -> Assumed {
        Assumed { number: assumption.path.clone(), stated: assumption.words.clone(), why: assumption.why.clone() }
    }
}

#[derive(Serialize)]
struct Uncertain {
    number: String,
    stated: String,
    unit: String,
    value: Number,
    low: Number,
    high: Number,
    assumption: bool,
    from: String,
}

impl Uncertain {
    fn of(uncertain: &UncertainNumber) -> Uncertain {
        Uncertain {
            number: uncertain.path.clone(),
            stated: uncertain.words.clone(),
            unit: uncertain.unit.to_string(),
            value: number(uncertain.value),
            low: number(uncertain.low),
            high: number(uncertain.high),
            assumption: base::reader::is_assumption(&uncertain.from),
            from: uncertain.from.clone(),
        }
    }
}

//! The result for other programs: one JSON object with a versioned schema, documented in `docs/report-json.md`.
//!
//! The structs here are the schema. They are filled by hand from the run's own types, so that the insides may change without
//! changing what is promised to others. Money is in pounds, shares and changes of rates are proportions.

use base::reader::UncertainNumber;
use contract::Scheme;
use risks::{self, AreaResults, Estimate, RiskId, StrategyResult, StrategyResults};
use schemars::JsonSchema;
use serde::Serialize;
use simulation::assumptions::Assumptions;
use simulation::expected_outcomes::OutcomeForecast;
use simulation::payment_by_aim::Curve;
use simulation::scenario_discovery::{BoxLimit, ScenarioBox, uncertain_name};
use simulation::stress::{BreakEven, CostPoint, Reported, StressOptions, StressTest, TriedFix};
use simulation::tipping_point::TippingPoint;

use crate::machine_readable::{JsonDocument, SimulatedFigure, pennies, rounded};
use crate::parties::{self, PartyRow};
use crate::words;

/// A number; one that is not finite is written as null.
type Number = Option<f64>;

/// The names of risks.
fn names(risks: &[RiskId]) -> Vec<&'static str> {
    risks.iter().map(|risk| risk.name()).collect()
}

#[derive(Serialize, JsonSchema)]
struct FigureRange {
    /// 5% are below; pounds
    low: Number,
    /// 5% are above; pounds
    high: Number,
}

/// What a stress test finds: risks, strategies, and what the result depends on.
#[derive(Serialize, JsonSchema)]
pub struct StressDocument {
    /// one sentence on the whole scheme
    verdict: String,
    /// the contract
    scheme: SchemeFacts,
    /// the assumptions that the scheme was tested under
    simulated: Simulated,
    /// how it was run
    run: Run,
    /// what was looked for
    findings: Vec<Found>,
    /// one entry for each strategy
    strategies: Vec<StrategyFigures>,
    /// what each party gains on average under a strategy, where others than payer and provider share
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parties: Vec<Party>,
    /// one entry for each area
    areas: Vec<Area>,
    /// groups of people that the provider can tell apart
    segments: Vec<Segment>,
    /// what is measured
    outcomes: Vec<OutcomeFigures>,
    /// the smallest, the typical and the largest area; fewer where there are fewer
    curves: Vec<AimCurve>,
    /// the break-even aim over the scenarios; null when no scenario was tried
    break_even: Option<BreakEvenOverScenarios>,
    /// the break-even aim at each cost of help, all else as stated; empty when no cost of help has a range of its own
    cost_of_help: Vec<AtCost>,
    /// null when no binary outcome is paid for, and where each result is paid for by itself: with no gate, baseline or level,
    /// chance refuses nothing
    wrong_payment: Option<Wrong>,
    /// every number that no source gives
    assumptions: Vec<Assumed>,
    /// every number with a range; the scenarios vary these
    uncertain: Vec<Uncertain>,
}

impl StressDocument {
    /// What a stress test found.
    #[must_use]
    pub fn of(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest, options: StressOptions) -> StressDocument {
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

/// The version is raised when a field changes its meaning or goes away; new fields may come without.
impl JsonDocument for StressDocument {
    const SCHEMA: &'static str = "wellspent-stress/2";
    const COMMAND: &'static str = "wellspent stress --json";
}

#[derive(Serialize, JsonSchema)]
struct SchemeFacts {
    /// its title
    name: String,
    /// what it is, as the file says
    summary: String,
    /// who pays
    payer: String,
    /// who is paid, as a common noun
    provider: String,
    /// first day of the contract, as year-month-day
    starts: String,
    /// last day of the contract
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

#[derive(Serialize, JsonSchema)]
struct Simulated {
    /// their title
    name: String,
    /// contract years simulated
    years: usize,
    /// people in all areas and cohorts
    people: Number,
    /// cohorts measured in each area
    cohorts_in_an_area: usize,
    /// whether any clause is behind a gate
    has_threshold: bool,
    /// whether the provider may turn people away
    intake_is_free: bool,
    /// the largest margin on payments thought fair
    fair_margin: Number,
}

impl Simulated {
    fn of(assumptions: &Assumptions, results: &StrategyResults) -> Simulated {
        Simulated {
            name: assumptions.name.clone(),
            years: assumptions.years,
            people: rounded(results.people),
            cohorts_in_an_area: results.cohorts,
            has_threshold: results.bend.is_threshold(),
            intake_is_free: results.intake_is_free,
            fair_margin: rounded(results.fair_margin),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Run {
    /// seed of every random draw
    seed: u64,
    /// replications on which the findings are measured
    replications: usize,
    /// scenarios tried, besides the assumptions as stated
    scenarios: usize,
    /// further scenarios that could not be read; they count nowhere
    scenarios_failed: usize,
    /// strategies tried by the search under the assumptions as stated
    strategies_tried: usize,
    /// the most by which the search may be short of the best, in one area; pounds
    regret: SimulatedFigure,
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
            regret: SimulatedFigure::pounds(Estimate { mean, error }),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Found {
    /// as in the glossary
    name: &'static str,
    /// whether all its tests hold under the assumptions as stated
    present: bool,
    /// what the files would have to say for us to look for it, where they do not
    not_looked_for: Option<&'static str>,
    /// when it is present, in words
    definition: &'static str,
    /// the provider's strategy, in a sentence
    strategy: String,
    /// the strategy that gain and loss are compared with
    against: &'static str,
    /// what the provider gains; pounds. Deadweight: what it keeps for nothing. Paid for noise: what chance alone is worth.
    /// Provider loss and windfall: what it earns above the fair margin
    gain: SimulatedFigure,
    /// people worse off
    people_harmed: Number,
    /// the same, in every 1,000 of those it is counted among
    harmed_per_thousand: Number,
    /// what happens to them; empty when nobody is counted
    harm: String,
    /// what payer and public lose together; pounds
    loss: SimulatedFigure,
    /// scenarios in which it is present
    scenarios_present: usize,
    /// the same as a share of run.scenarios; null when none was tried
    share_of_scenarios: Number,
    /// the share of scenarios in which a mixture of real kinds of provider has it; 1 or 0 under the assumptions as stated when no
    /// scenario was tried
    forecast: Number,
    /// the middle 90% of the gain over the scenarios, whether present or not
    gain_over_scenarios: FigureRange,
    /// in which scenarios it mostly appears; null when that cannot be determined
    when: Option<WhenFound>,
    /// the smallest move found of the uncertain numbers that makes it appear or, where it is present as stated, disappear; null
    /// when it was the same in every scenario
    edge: Option<EdgeFound>,
    /// kinds of provider
    providers: Vec<ProviderPresence>,
    /// the conditions; all must hold
    tests: Vec<Test>,
    /// other figures worth showing
    further_figures: Vec<Further>,
    /// the fix: the smallest change of rules tried that removes it; null when there is none
    fix: Option<FixFigures>,
    /// changes that did not remove it
    tried_in_vain: Vec<String>,
    /// how to watch for it in records
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
            gain: SimulatedFigure::pounds(finding.gain),
            people_harmed: rounded(finding.people_harmed),
            harmed_per_thousand: rounded(finding.harmed_per_thousand),
            harm: finding.harm.clone(),
            loss: SimulatedFigure::pounds(finding.payer_loss),
            scenarios_present: (reported.share_of_scenarios * stress.scenarios as f64).round() as usize,
            share_of_scenarios: rounded(reported.share_of_scenarios).filter(|_| stress.scenarios > 0),
            forecast: rounded(reported.forecast),
            gain_over_scenarios: FigureRange { low: pennies(reported.gain_range.0), high: pennies(reported.gain_range.1) },
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

#[derive(Serialize, JsonSchema)]
struct EdgeFound {
    /// root of the sum of squared moves, each in units of the number's own half-range
    distance: Number,
    /// the numbers that move, the largest move first; empty when it is on the edge as stated
    moves: Vec<Moved>,
}

#[derive(Serialize, JsonSchema)]
struct Moved {
    /// file and key of the number
    number: String,
    /// its value there
    value: Number,
    /// what it counts in: £, %, points, …
    unit: &'static str,
}

impl EdgeFound {
    fn of(point: &TippingPoint, stress: &StressTest) -> EdgeFound {
        let moves = point.moves.iter().filter_map(|&(at, position)| Some((stress.uncertain_numbers.get(at)?, position)));
        let moved = |(uncertain, position): (&UncertainNumber, f64)| Moved {
            number: uncertain.path.clone(),
            value: rounded(uncertain.at(position)),
            unit: uncertain.unit,
        };
        EdgeFound { distance: rounded(point.distance), moves: moves.map(moved).collect() }
    }
}

#[derive(Serialize, JsonSchema)]
struct WhenFound {
    /// the numbers that matter, each with its limit
    limits: Vec<Limit>,
    /// share of the scenarios within the limits that have the finding
    density: Number,
    /// of the scenarios that have the finding, the share within the limits
    coverage: Number,
}

impl WhenFound {
    fn of(when: &ScenarioBox, stress: &StressTest) -> WhenFound {
        // The number is named as in its file, for those who edit it.
        let limit = |limit: &BoxLimit| {
            let number = stress.uncertain_numbers.get(limit.number)?;
            let words = format!("{} {}", uncertain_name(&number.path), limit.words(number));
            Some(Limit { number: number.path.clone(), words })
        };
        let limits = when.limits.iter().filter_map(limit);
        WhenFound { limits: limits.collect(), density: rounded(when.density), coverage: rounded(when.coverage) }
    }
}

#[derive(Serialize, JsonSchema)]
struct Limit {
    /// file and key of the number
    number: String,
    /// its limit, in words
    words: String,
}

#[derive(Serialize, JsonSchema)]
struct ProviderPresence {
    /// profit-seeking, cautious, mission-minded or imperfect
    kind: &'static str,
    /// whether it is present for that kind
    present: bool,
}

#[derive(Serialize, JsonSchema)]
struct Test {
    /// the condition
    what: String,
    /// whether it holds
    holds: bool,
    /// the figure that decides it
    figure: String,
}

impl Test {
    fn of(test: &risks::FindingTest) -> Test {
        Test { what: test.what.clone(), holds: test.holds, figure: test.figure.clone() }
    }
}

#[derive(Serialize, JsonSchema)]
struct Further {
    /// what it is
    label: String,
    /// the figure, with its unit
    value: String,
}

#[derive(Serialize, JsonSchema)]
struct FixFigures {
    /// the change
    change: String,
    /// what the payer pays more at the provider's best; pounds, negative when less. Its error is by batch means: the search and
    /// the run repeated on six batches of other replications
    payer_cost: SimulatedFigure,
    /// worth to the public of the outcomes gained; pounds, with its error as above
    value_gained: SimulatedFigure,
    /// findings that the change removes
    removes: Vec<&'static str>,
    /// findings that are present under the change and were not before
    brings: Vec<&'static str>,
}

impl FixFigures {
    fn of(tried: &TriedFix) -> FixFigures {
        FixFigures {
            change: tried.fix.words(),
            payer_cost: SimulatedFigure::pounds(tried.payer_cost),
            value_gained: SimulatedFigure::pounds(tried.value_gained),
            removes: names(&tried.removes),
            brings: names(&tried.new_findings),
        }
    }
}

/// What a party gains on average under a strategy; negative where it loses.
#[derive(Serialize, JsonSchema)]
struct Party {
    /// who
    party: String,
    /// as in strategies
    strategy: &'static str,
    /// in pounds; negative for a loss
    gains: Number,
}

impl Party {
    fn all(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest) -> Vec<Party> {
        let Some(found) = parties::table(scheme, assumptions, stress) else { return Vec::new() };
        let of = |row: &PartyRow| -> Vec<Party> {
            let each = found.strategies.iter().zip(&row.gains);
            each.map(|(kind, gains)| Party { party: row.party.clone(), strategy: kind.label(), gains: pennies(*gains) }).collect()
        };
        found.rows.iter().flat_map(of).collect()
    }
}

#[derive(Serialize, JsonSchema)]
struct StrategyFigures {
    /// idle, nothing extra, intended, provider's best, … as in the glossary
    strategy: &'static str,
    /// spent on help that changes outcomes; pounds
    help_spend: Number,
    /// all the provider's costs; pounds
    cost: Number,
    /// what the payer pays; pounds
    payment: SimulatedFigure,
    /// payment less cost; pounds
    profit: SimulatedFigure,
    /// the part of the payment that depends on results; pounds
    results: SimulatedFigure,
    /// rewards for results; pounds
    rewards: SimulatedFigure,
    /// deductions for results; pounds, as a positive number
    deductions: SimulatedFigure,
    /// what would be paid for results if each replication measured the truth exactly; pounds
    results_without_chance: Number,
    /// chance of winning the next contract, where the assumptions say how it is decided; from 0 to 1
    #[serde(skip_serializing_if = "Option::is_none")]
    chance_of_next_contract: Option<SimulatedFigure>,
    /// worth of the outcomes to the public, compared with no help for anyone; pounds
    value: Number,
    /// share of cohorts and replications in which the last pound of effort earned nothing
    dead_margin: SimulatedFigure,
    /// share of cohorts and replications in which results were paid better than no change would be
    cohorts_rewarded: SimulatedFigure,
    /// what truly happens to people
    outcomes: Vec<StrategyOutcome>,
    /// what the provider does for each segment
    segments: Vec<SegmentEffort>,
}

impl StrategyFigures {
    fn of(strategy: &StrategyResult, results: &StrategyResults) -> StrategyFigures {
        let efforts = results.segments.iter().enumerate().map(|(at, segment)| SegmentEffort {
            segment: segment.name.clone(),
            help_spend: strategy.effort.get(at).copied().and_then(pennies),
            served: strategy.served.get(at).copied().and_then(rounded),
        });
        StrategyFigures {
            strategy: strategy.kind.label(),
            help_spend: pennies(strategy.help_spend),
            cost: pennies(strategy.cost),
            payment: SimulatedFigure::mean_pounds(&strategy.payments),
            profit: SimulatedFigure::pounds(Estimate::of(strategy.profit())),
            results: SimulatedFigure::mean_pounds(&strategy.results),
            rewards: SimulatedFigure::mean_pounds(&strategy.rewards),
            deductions: SimulatedFigure::mean_pounds(&strategy.deductions),
            results_without_chance: pennies(strategy.results_without_chance),
            chance_of_next_contract: (!strategy.renewal.is_empty())
                .then(|| SimulatedFigure::share(Estimate::of(strategy.renewal.iter().copied()))),
            value: pennies(strategy.value),
            dead_margin: SimulatedFigure::share(strategy.dead_margin),
            cohorts_rewarded: SimulatedFigure::share(strategy.cohorts_rewarded),
            outcomes: (0..results.outcomes.len())
                .map(|at| StrategyOutcome { outcome: results.outcomes[at].name.clone(), count: rounded(strategy.outcome(at)) })
                .collect(),
            segments: efforts.collect(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct StrategyOutcome {
    /// the outcome's name
    outcome: String,
    /// people with it (or events, or periods), expected, over everyone referred
    count: Number,
}

#[derive(Serialize, JsonSchema)]
struct SegmentEffort {
    /// the segment's name
    segment: String,
    /// spent on help for it in all; pounds
    help_spend: Number,
    /// people served
    served: Number,
}

#[derive(Serialize, JsonSchema)]
struct Area {
    /// its name
    area: String,
    /// people in all its cohorts
    people: Number,
    /// as strategies, in this area
    strategies: Vec<StrategyFigures>,
}

impl Area {
    fn of(area: &AreaResults, results: &StrategyResults) -> Area {
        let strategies = area.strategies.iter().map(|strategy| StrategyFigures::of(strategy, results));
        Area { area: area.area.clone(), people: rounded(area.people), strategies: strategies.collect() }
    }
}

#[derive(Serialize, JsonSchema)]
struct Segment {
    /// its name
    segment: String,
    /// people in it, in all areas
    people: Number,
    /// paid for one more good result where the gates are open, in the area of typical size; pounds
    price_now: Number,
    /// the price at which the first pound of help would pay for itself; pounds, null where help can do nothing
    unparking_price: Number,
}

impl Segment {
    fn of(segment: &risks::SegmentFacts) -> Segment {
        Segment {
            segment: segment.name.clone(),
            people: rounded(segment.people),
            price_now: pennies(segment.price_now),
            unparking_price: segment.unparking_price.and_then(pennies),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct OutcomeFigures {
    /// its name
    outcome: String,
    /// whether each person either has it or does not
    binary: bool,
    /// fewer or more
    better: &'static str,
    /// worth to the public of one better result; pounds
    value: Number,
    /// whether a clause pays for it
    paid: bool,
    /// what to expect of it for a mixture of real kinds of provider, compared with today
    expected: Option<ExpectedFigures>,
}

#[derive(Serialize, JsonSchema)]
struct ExpectedFigures {
    /// results for each person today, as stated
    today: Number,
    /// share of scenarios in which a mixture of real kinds of provider makes it better than today, by more than 0.01 standard deviations between people
    gets_better: Number,
    /// the same for a smaller change either way
    stays: Number,
    /// the same for the worse
    gets_worse: Number,
    /// change from today for the better, in results for each person: 5% of the scenarios
    low: Number,
    /// the same: half of the scenarios
    middle: Number,
    /// the same: 95% of the scenarios
    high: Number,
    /// the change that the contract intends, for the better, in results for each person, as stated
    intended: Number,
}

impl ExpectedFigures {
    fn of(expected: &OutcomeForecast) -> ExpectedFigures {
        let [low, middle, high] = expected.each.map(rounded);
        ExpectedFigures {
            today: rounded(expected.today),
            gets_better: rounded(expected.shares.better),
            stays: rounded(expected.shares.same()),
            gets_worse: rounded(expected.shares.worse),
            low,
            middle,
            high,
            intended: rounded(expected.intended),
        }
    }
}

impl OutcomeFigures {
    fn of(outcome: &risks::OutcomeFacts, expected: Option<&OutcomeForecast>) -> OutcomeFigures {
        OutcomeFigures {
            outcome: outcome.name.clone(),
            binary: outcome.binary,
            better: if outcome.sign < 0.0 { "fewer" } else { "more" },
            value: pennies(outcome.value),
            paid: outcome.paid,
            expected: expected.map(ExpectedFigures::of),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct AimCurve {
    /// its name
    area: String,
    /// people in all its cohorts
    people: Number,
    /// people in one cohort
    cohort_people: Number,
    /// the outcome aimed at
    outcome: String,
    /// the smallest aim that pays at least as much as nothing extra; 0 when any step up does, null when none within reach does
    break_even: Number,
    /// its Monte Carlo standard error, by the jackknife over ten groups of replications; null when there is no such aim, or when
    /// leaving out a tenth of the replications leaves none
    break_even_error: Number,
    /// the smallest true change that is rewarded in three cohorts of four; null when none up to 0.3 is, and where each result is
    /// paid for by itself
    sure_aim: Number,
    /// the cheapest strategy for each aim
    points: Vec<Point>,
}

impl AimCurve {
    fn of(curve: &Curve, sure: Option<f64>, stress: &StressTest) -> AimCurve {
        let points = curve.points.iter().map(|point| Point {
            aim: rounded(point.aim),
            rate: rounded(point.rate),
            help_spend: pennies(point.help_spend),
            payment: SimulatedFigure::pounds(point.payment),
            payment_middle_90: FigureRange { low: pennies(point.payment_low), high: pennies(point.payment_high) },
            profit: SimulatedFigure::pounds(Estimate { mean: point.profit, error: point.payment.error }),
            against_nothing_extra: SimulatedFigure::pounds(point.against_nothing),
        });
        AimCurve {
            area: curve.area.clone(),
            people: rounded(curve.people),
            cohort_people: rounded(words::cohort_size(curve, stress)),
            outcome: curve.outcome.clone(),
            break_even: curve.break_even.and_then(rounded),
            break_even_error: curve.break_even_error.and_then(rounded),
            sure_aim: sure.and_then(rounded),
            points: points.collect(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Point {
    /// change aimed at; negative lets the outcome worsen
    aim: Number,
    /// true level of the outcome
    rate: Number,
    /// spent on help in the area; pounds
    help_spend: Number,
    /// paid to the area's provider; pounds
    payment: SimulatedFigure,
    /// the middle 90% of payments over the replications
    payment_middle_90: FigureRange,
    /// payment less cost; pounds
    profit: SimulatedFigure,
    /// profit compared with nothing extra, on the same replications; pounds
    against_nothing_extra: SimulatedFigure,
}

#[derive(Serialize, JsonSchema)]
struct BreakEvenOverScenarios {
    /// 5% of the scenarios in which some aim pays are below, in the typical area
    low: Number,
    /// half of them
    middle: Number,
    /// 95% of them
    high: Number,
    /// share of scenarios in which no aim within reach pays, in the typical area
    never: Number,
    /// the same in the smallest area
    never_smallest: Number,
    /// the same in the largest
    never_largest: Number,
    /// as middle, in the smallest area
    middle_smallest: Number,
    /// as middle, in the largest
    middle_largest: Number,
    /// share of scenarios in which no help at all pays more than spending as today
    drifting_pays: Number,
}

impl BreakEvenOverScenarios {
    fn of(range: &BreakEven) -> BreakEvenOverScenarios {
        BreakEvenOverScenarios {
            low: rounded(range.low),
            middle: rounded(range.middle),
            high: rounded(range.high),
            never: rounded(range.never),
            never_smallest: rounded(range.never_small),
            never_largest: rounded(range.never_large),
            middle_smallest: range.middle_small.and_then(rounded),
            middle_largest: range.middle_large.and_then(rounded),
            drifting_pays: rounded(range.drifting_pays),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct AtCost {
    /// position of every cost of help on its range: 0 lowest, 0.5 as stated, 1 highest
    way: Number,
    /// the costs, in words
    words: String,
    /// in the smallest area
    smallest: AimAndPay,
    /// in the area of typical size
    typical: AimAndPay,
    /// in the largest area
    largest: AimAndPay,
}

impl AtCost {
    fn of(cost: &CostPoint) -> AtCost {
        let [smallest, typical, largest] = [0, 1, 2].map(|at| AimAndPay {
            break_even: cost.break_even[at].and_then(rounded),
            break_even_error: cost.break_even_error[at].and_then(rounded),
            half_aim_per_person: SimulatedFigure::pounds(cost.half_hearted[at]),
        });
        AtCost { way: rounded(cost.position), words: words::cost_words(cost), smallest, typical, largest }
    }
}

#[derive(Serialize, JsonSchema)]
struct AimAndPay {
    /// the break-even aim; null when no aim pays
    break_even: Number,
    /// its Monte Carlo standard error, as that of curves[].break_even
    break_even_error: Number,
    /// what aiming at half of the intended improvement earns, compared with nothing extra; pounds a person
    half_aim_per_person: SimulatedFigure,
}

#[derive(Serialize, JsonSchema)]
struct Wrong {
    /// the outcome that varies
    outcome: String,
    /// the change that the intended strategy makes
    intended_change: Number,
    /// people in a cohort of the typical area
    typical_cohort: usize,
    /// one entry for each cohort size
    cohorts: Vec<WrongRow>,
}

impl Wrong {
    fn of(wrong: &risks::WrongPayment) -> Wrong {
        let rows = wrong.rows.iter().map(|row| WrongRow {
            people: row.people,
            reward_for_nothing: rounded(row.reward_for_nothing),
            deduction_for_nothing: rounded(row.deduction_for_nothing),
            real_change_refused: rounded(row.real_change_refused),
            limited: row.limited,
            mean_for_nothing: pennies(row.mean_for_nothing),
        });
        Wrong {
            outcome: wrong.outcome.clone(),
            intended_change: rounded(wrong.intended),
            typical_cohort: wrong.typical,
            cohorts: rows.collect(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct WrongRow {
    /// people in the cohort
    people: usize,
    /// chance of more than half of the intended change's reward, though nothing changed
    reward_for_nothing: Number,
    /// chance of a deduction that large, though nothing changed
    deduction_for_nothing: Number,
    /// chance that the intended change earns next to nothing, though it was real
    real_change_refused: Number,
    /// paid on average for no change; pounds
    mean_for_nothing: Number,
    /// whether a cap or a floor holds with the expected results already, so that the chances say nothing about the size of cohorts
    limited: bool,
}

#[derive(Serialize, JsonSchema)]
struct Assumed {
    /// its file and key
    number: String,
    /// the number with its range
    stated: String,
    /// why it is assumed so
    why: String,
}

impl Assumed {
    fn of(assumption: &base::reader::Assumption) -> Assumed {
        Assumed { number: assumption.path.clone(), stated: assumption.words.clone(), why: assumption.why.clone() }
    }
}

#[derive(Serialize, JsonSchema)]
struct Uncertain {
    /// its file and key
    number: String,
    /// the number with its range
    stated: String,
    /// what the next three count in
    unit: String,
    /// as stated
    value: Number,
    /// lower end of the range
    low: Number,
    /// upper end of the range
    high: Number,
    /// whether it is an assumption
    assumption: bool,
    /// its source, or why it is assumed so
    from: String,
}

impl Uncertain {
    fn of(uncertain: &UncertainNumber) -> Uncertain {
        Uncertain {
            number: uncertain.path.clone(),
            stated: uncertain.words.clone(),
            unit: uncertain.unit.to_string(),
            value: rounded(uncertain.value),
            low: rounded(uncertain.low),
            high: rounded(uncertain.high),
            assumption: base::reader::is_assumption(&uncertain.from),
            from: uncertain.from.clone(),
        }
    }
}

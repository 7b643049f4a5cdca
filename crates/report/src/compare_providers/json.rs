//! A comparison of providers for other programs.

use evaluation::providers::comparison::{ExpectedCount, Position, ProviderComparison, ProviderResult};
use evaluation::providers::watch::Watch;
use schemars::JsonSchema;
use serde::Serialize;

use super::{ComparedProviders, OutcomeComparison, ProviderRow, words};
use crate::machine_readable::{JsonDocument, rounded};
use crate::publication::EXACT;

/// How the providers of a contract compare with what is expected of their people. The figures are exact.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CompareProvidersDocument {
    /// the name of the scheme
    scheme: String,
    /// what happened up to this day is counted
    as_at: String,
    /// how differences beyond chance widen the limits: additive, multiplicative or none
    dispersion: &'static str,
    /// a provider with fewer people whose result is known has no limits
    least_people: u64,
    /// one for each outcome that happens to a person or does not
    outcomes: Vec<ComparedOutcomeEntry>,
    /// outcomes that are counts or amounts, by name
    not_compared: Vec<String>,
    /// that these figures are exact and not to be published
    not_for_publication: &'static str,
}

/// One outcome.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ComparedOutcomeEntry {
    /// the name in the scheme
    name: String,
    /// in words, as the contract has it
    measure: String,
    /// whether more is better
    more_is_better: bool,
    /// why there is no comparison, as a sentence; null where there is one
    why_not: Option<String>,
    /// the answer as a sentence; null where there is none
    found: Option<String>,
    /// share of everybody with the outcome
    share: Option<f64>,
    /// mean of the squared winsorised z-scores: 1 where chance explains all differences
    phi: Option<f64>,
    /// variance between providers on the scale of the z-scores
    tau_squared: Option<f64>,
    /// what the limits allow for, and where others would put providers elsewhere
    limits: Vec<String>,
    /// one for each provider, in the order of names; this is no ranking
    providers: Vec<ComparedProviderEntry>,
    /// how often a ranking would be wrong; null without a comparison
    wrong_order: Option<WrongOrderEntry>,
    /// the model of what is expected; null without a comparison
    model: Option<CaseMixEntry>,
}

/// One provider.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ComparedProviderEntry {
    /// the provider
    name: String,
    /// people whose result is known
    people: u64,
    /// people whose result is not yet known
    not_yet_known: u64,
    /// people who are left out by the rules of the scheme
    left_out: u64,
    /// people excepted for a stated reason
    excepted: u64,
    /// people who count with another member of their household
    with_household: u64,
    /// people with the outcome
    events: Option<u64>,
    /// share of people with the outcome
    rate: Option<f64>,
    /// share that is expected of the provider's own people
    expected_rate: Option<f64>,
    /// where the result lies; null where there are too few people
    position: Option<PositionEntry>,
    /// people whose result is known, by segment
    segments: Vec<NamedCountEntry>,
    /// results over what was expected, by cohort or quarter
    periods: Vec<PeriodEntry>,
    /// the watch for more events than expected, then for fewer; empty where there are too few people
    watches: Vec<WatchEntry>,
}

/// Where a result lies.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PositionEntry {
    /// indirectly standardised rate
    standardised_rate: Option<f64>,
    /// its limits: 0.1%, 2.5%, 97.5% and 99.9% lie below by what is allowed for
    limits: Vec<Option<f64>>,
    /// within what is expected, above 95%, above 99.8%, below 95% or below 99.8%
    place: &'static str,
    /// the place with limits for chance only
    place_by_chance: &'static str,
    /// the place with additive over-dispersion
    place_additive: &'static str,
    /// the place with multiplicative over-dispersion
    place_multiplicative: &'static str,
    /// the rate pulled towards that of everybody: an estimate by a model, not what was counted
    shrunken_rate: Option<f64>,
}

/// A count with its name.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NamedCountEntry {
    /// the segment
    name: String,
    /// how many people
    people: u64,
}

/// A provider's results in one period.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PeriodEntry {
    /// the cohort or quarter
    name: String,
    /// people whose result is known
    people: u64,
    /// events over what was expected
    ratio: Option<f64>,
}

/// A risk-adjusted cumulative sum.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct WatchEntry {
    /// the odds ratio that is watched for
    sought: Option<f64>,
    /// the sum at which a signal is given
    limit: Option<f64>,
    /// average number of people before a false signal
    run_without_change: Option<f64>,
    /// average number of people before a signal at the odds ratio sought
    run_with_change: Option<f64>,
    /// first days of the people at whom signals were given
    signals: Vec<String>,
}

/// How often two neighbours in a ranking would change places, if it were made again with as many new people.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct WrongOrderEntry {
    /// pairs of neighbours
    pairs: usize,
    /// mean of their chances
    mean: Option<f64>,
    /// the smallest chance
    smallest: Option<f64>,
    /// the largest chance
    largest: Option<f64>,
}

/// The model of what is expected: this program's own logistic regression, and no published score.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct CaseMixEntry {
    /// what is known of people, as nouns
    known_before: Vec<String>,
    /// what is not used, with the reason
    not_used: Vec<String>,
    /// columns of the model with their coefficients, the intercept first
    coefficients: Vec<CoefficientEntry>,
    /// columns that add nothing that can be estimated
    left_out: Vec<String>,
    /// expected and observed by tenths of the expected chance
    calibration: Vec<RiskGroupEntry>,
    /// calibration slope in people whom the model has not seen: 1 is perfect
    slope: Option<f64>,
    /// chance that a person with the outcome had a higher expected chance than one without
    c_statistic: Option<f64>,
}

/// A column of the model.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct CoefficientEntry {
    /// the column
    column: String,
    /// log odds for each unit of it; age is in decades from 40
    log_odds: Option<f64>,
}

/// People of like expected chance.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct RiskGroupEntry {
    /// how many people
    people: u64,
    /// share that was expected
    expected: Option<f64>,
    /// share that was observed
    observed: Option<f64>,
}

impl JsonDocument for CompareProvidersDocument {
    const SCHEMA: &'static str = "wellspent-compare-providers/1";
    const COMMAND: &'static str = "wellspent compare-providers --json";
}

impl ComparedProviders {
    /// The comparison for other programs.
    #[must_use]
    pub fn document(&self) -> CompareProvidersDocument {
        CompareProvidersDocument {
            scheme: self.scheme.clone(),
            as_at: self.as_at.to_string(),
            dispersion: words::dispersion(self.dispersion),
            least_people: self.least_people,
            outcomes: self.outcomes.iter().map(entry).collect(),
            not_compared: self.not_compared.clone(),
            not_for_publication: EXACT,
        }
    }
}

fn entry(outcome: &OutcomeComparison) -> ComparedOutcomeEntry {
    let found = outcome.comparison.as_ref().ok();
    let providers = outcome.providers.iter().enumerate();
    ComparedOutcomeEntry {
        name: outcome.name.clone(),
        measure: outcome.measure.clone(),
        more_is_better: outcome.more_is_better,
        why_not: outcome.comparison.as_ref().err().cloned(),
        found: found.map(|found| words::answer(outcome, found)),
        share: found.and_then(|found| rounded(found.share)),
        phi: found.and_then(|found| rounded(found.funnel.phi)),
        tau_squared: found.and_then(|found| rounded(found.funnel.tau_squared)),
        limits: found.map(|found| words::limits(outcome, found)).unwrap_or_default(),
        providers: providers.map(|(at, row)| provider(outcome, row, found.map(|found| &found.providers[at]))).collect(),
        wrong_order: found.map(|found| WrongOrderEntry {
            pairs: found.wrong_order.pairs,
            mean: rounded(found.wrong_order.mean),
            smallest: rounded(found.wrong_order.smallest),
            largest: rounded(found.wrong_order.largest),
        }),
        model: found.map(|found| model(outcome, found)),
    }
}

fn provider(outcome: &OutcomeComparison, row: &ProviderRow, found: Option<&ProviderResult>) -> ComparedProviderEntry {
    let counts = found.map(|found| found.counts).unwrap_or_default();
    let periods = found.iter().flat_map(|found| found.periods.iter().zip(&outcome.periods));
    ComparedProviderEntry {
        name: row.name.clone(),
        people: row.followed_up.known,
        not_yet_known: row.followed_up.not_yet_known,
        left_out: row.followed_up.left_out,
        excepted: row.followed_up.excepted,
        with_household: row.followed_up.with_household,
        events: found.map(|found| found.counts.events),
        rate: rounded(counts.share()),
        expected_rate: rounded(counts.expected_share()),
        position: found.and_then(|found| found.position.as_ref()).map(place),
        segments: outcome
            .segments
            .iter()
            .zip(&row.segments)
            .map(|(name, people)| NamedCountEntry { name: name.clone(), people: *people })
            .collect(),
        periods: periods
            .map(|(counts, name)| PeriodEntry {
                name: name.clone(),
                people: counts.people,
                ratio: rounded(counts.events as f64 / counts.expected),
            })
            .collect(),
        watches: found
            .and_then(|found| found.watches.as_ref())
            .iter()
            .flat_map(|pair| pair.iter())
            .map(|of| watch(of, row))
            .collect(),
    }
}

fn place(position: &Position) -> PositionEntry {
    let [chance, additive, multiplicative] = position.bands.map(words::band);
    PositionEntry {
        standardised_rate: rounded(position.rate),
        limits: position.limits.map(rounded).to_vec(),
        place: words::band(position.band),
        place_by_chance: chance,
        place_additive: additive,
        place_multiplicative: multiplicative,
        shrunken_rate: rounded(position.shrunken),
    }
}

fn watch(of: &Watch, row: &ProviderRow) -> WatchEntry {
    WatchEntry {
        sought: rounded(of.sought),
        limit: rounded(of.limit),
        run_without_change: rounded(of.run_without_change.round()),
        run_with_change: rounded(of.run_with_change.round()),
        signals: of.signals.iter().filter_map(|at| row.began.get(*at)).map(ToString::to_string).collect(),
    }
}

fn model(outcome: &OutcomeComparison, found: &ProviderComparison) -> CaseMixEntry {
    let coefficient =
        |(column, log_odds): &(String, f64)| CoefficientEntry { column: column.clone(), log_odds: rounded(*log_odds) };
    let groups = found.calibration.groups.iter().map(|group| {
        let counts = ExpectedCount { people: group.people, events: group.events, expected: group.expected };
        RiskGroupEntry { people: group.people, expected: rounded(counts.expected_share()), observed: rounded(counts.share()) }
    });
    CaseMixEntry {
        known_before: outcome.known_before.clone(),
        not_used: outcome.not_used.clone(),
        coefficients: found.model.coefficients.iter().map(coefficient).collect(),
        left_out: found.model.left_out.clone(),
        calibration: groups.collect(),
        slope: found.calibration.slope.and_then(rounded),
        c_statistic: found.calibration.c_statistic.and_then(rounded),
    }
}

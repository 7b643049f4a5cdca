//! Providers of one contract compared with what is expected of their own people: no ranks, and limits that allow for chance and for
//! the ordinary differences that nobody recorded (Spiegelhalter 2005).

use super::calibration::{RiskCalibration, calibration};
use super::case_mix::{CaseMixModel, case_mix};
use super::funnel::{Dispersion, Funnel, FunnelBand, FunnelMeasure, funnel};
use super::ranking::chance_of_wrong_order;
use super::watch::{SOUGHT, Watch, watch};
use crate::columns::{Columns, check_rows};
use crate::error::EvaluationError;

/// The share of z-scores at either end that over-dispersion is estimated without, so that providers far out do not hide themselves.
const WINSORISED: f64 = 0.1;
/// Groups of like risk in the calibration.
const RISK_GROUPS: usize = 10;

/// People whose result is known, in the order in which they started.
#[derive(Clone, Debug)]
pub struct ComparedPeople<'a> {
    /// How many providers there are.
    pub providers: usize,
    /// The provider of each person, from 0.
    pub provider: &'a [usize],
    /// Whether the event happened.
    pub event: &'a [bool],
    /// What was known of each person before.
    pub covariates: &'a Columns,
    /// How many periods there are.
    pub periods: usize,
    /// The period of each person, from 0: a cohort or a quarter.
    pub period: &'a [usize],
}

/// What the comparison allows for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparisonOptions {
    /// How differences beyond chance widen the limits.
    pub dispersion: Dispersion,
    /// A provider with fewer people has no limits.
    pub least_people: u64,
}

/// Providers compared.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderComparison {
    /// The share of everybody with the event.
    pub share: f64,
    /// The model of what is expected.
    pub model: CaseMixModel,
    /// How well it fits people whom it has not seen.
    pub calibration: RiskCalibration,
    /// In the order of their numbers.
    pub providers: Vec<ProviderResult>,
    /// The funnel with the dispersion that was asked for. Its points are shares of people, of the providers that have a position.
    pub funnel: Funnel,
    /// How often a ranking would be wrong.
    pub wrong_order: WrongOrder,
}

/// One provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderResult {
    /// Its people, how many of them had the event, and how many were expected to.
    pub counts: ExpectedCount,
    /// Where its result lies; `None` where it has too few people.
    pub position: Option<Position>,
    /// The same counts by period.
    pub periods: Vec<ExpectedCount>,
    /// Watched for more events than expected, and for fewer; `None` where it has too few people.
    pub watches: Option<[Watch; 2]>,
}

/// People, events, and events that were expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExpectedCount {
    /// People whose result is known.
    pub people: u64,
    /// Those with the event.
    pub events: u64,
    /// The sum of their chances.
    pub expected: f64,
}

impl ExpectedCount {
    /// The share with the event; 0 of nobody.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.events as f64 / self.people.max(1) as f64
    }

    /// The share that is expected; 0 of nobody.
    #[must_use]
    pub fn expected_share(&self) -> f64 {
        self.expected / self.people.max(1) as f64
    }

    fn add(&mut self, event: bool, chance: f64) {
        self.people += 1;
        self.events += u64::from(event);
        self.expected += chance;
    }
}

/// Where a provider's result lies. Rates are indirectly standardised: observed over expected events, times the share of everybody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// The standardised rate.
    pub rate: f64,
    /// The limits of the standardised rate, for the provider's own size and people: 0.1%, 2.5%, 97.5% and 99.9% lie below.
    pub limits: [f64; 4],
    /// Where the rate lies.
    pub band: FunnelBand,
    /// The same with limits that allow for chance only, and with additive and multiplicative over-dispersion.
    pub bands: [FunnelBand; 3],
    /// The standardised rate pulled towards that of everybody by how much of the differences is chance (empirical Bayes): an
    /// estimate by a model, with additive over-dispersion.
    pub shrunken: f64,
}

/// How often a ranking of the providers would be wrong: with as many new people each, how often two neighbours in the ranking would
/// come out the other way round, if the shrunken rates were the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrongOrder {
    /// Pairs of neighbours.
    pub pairs: usize,
    /// The mean of their chances: 0.5 where no order can be told.
    pub mean: f64,
    /// The smallest.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
}

/// Compares providers.
///
/// # Errors
///
/// Columns of unequal length, a provider or period out of range, fewer than two providers with enough people, or too few events for
/// a model.
pub fn compare(people: &ComparedPeople<'_>, options: ComparisonOptions) -> Result<ProviderComparison, EvaluationError> {
    let rows = people.event.len();
    check_rows("provider", people.provider.len(), rows)?;
    check_rows("period", people.period.len(), rows)?;
    if let Some(row) = people.provider.iter().position(|provider| *provider >= people.providers) {
        return Err(EvaluationError::Value { column: "provider".to_owned(), row, expected: "the number of a provider" });
    }
    if let Some(row) = people.period.iter().position(|period| *period >= people.periods) {
        return Err(EvaluationError::Value { column: "period".to_owned(), row, expected: "the number of a period" });
    }
    let mut sizes = vec![0u64; people.providers];
    people.provider.iter().for_each(|provider| sizes[*provider] += 1);
    let least = options.least_people.max(1);
    let placed: Vec<usize> = (0..people.providers).filter(|at| sizes[*at] >= least).collect();
    if placed.len() < 2 {
        return Err(EvaluationError::TooFew { what: "providers with enough people", needed: 2, found: placed.len() });
    }
    let model = case_mix(people.event, people.covariates)?;
    let mut calibration = calibration(&model.cross_validated, people.event, RISK_GROUPS)?;
    // The parts of a cross-validation differ by chance where nothing is known of people: that is no spread of risk.
    if model.coefficients.len() == 1 {
        (calibration.slope, calibration.c_statistic) = (None, None);
    }
    let mut providers = counted(people, &model.expected);
    let share = people.event.iter().filter(|event| **event).count() as f64 / rows as f64;

    let counts: Vec<ExpectedCount> = placed.iter().map(|at| providers[*at].counts).collect();
    let events: Vec<u64> = counts.iter().map(|count| count.events).collect();
    let sizes: Vec<u64> = counts.iter().map(|count| count.people).collect();
    let expected: Vec<f64> = counts.iter().map(|count| count.expected).collect();
    let measure = FunnelMeasure::Standardised { events: &events, people: &sizes, expected: &expected };
    let [none, additive, multiplicative] = [
        funnel(measure, Dispersion::None, WINSORISED)?,
        funnel(measure, Dispersion::Additive, WINSORISED)?,
        funnel(measure, Dispersion::Multiplicative, WINSORISED)?,
    ];
    let chosen = match options.dispersion {
        Dispersion::None => &none,
        Dispersion::Additive => &additive,
        Dispersion::Multiplicative => &multiplicative,
    };
    let mut shrunken = Vec::with_capacity(placed.len());
    for (place, at) in placed.iter().enumerate() {
        let scale = share / counts[place].expected_share();
        let point = &chosen.points[place];
        let own = additive.points[place].shrunken.unwrap_or(point.value) * scale;
        shrunken.push((own, sizes[place]));
        providers[*at].position = Some(Position {
            rate: point.value * scale,
            limits: point.limits.map(|limit| limit * scale),
            band: point.band,
            bands: [&none, &additive, &multiplicative].map(|funnel| funnel.points[place].band),
            shrunken: own,
        });
        let (risk, event) = of_provider(people, &model.expected, *at);
        providers[*at].watches = Some([watch(&risk, &event, SOUGHT)?, watch(&risk, &event, 1.0 / SOUGHT)?]);
    }
    let wrong_order = wrong_order(shrunken)?;
    let funnel = chosen.clone();
    Ok(ProviderComparison { share, model, calibration, providers, funnel, wrong_order })
}

/// The counts of each provider.
fn counted(people: &ComparedPeople<'_>, chances: &[f64]) -> Vec<ProviderResult> {
    let nothing = ProviderResult {
        counts: ExpectedCount::default(),
        position: None,
        periods: vec![ExpectedCount::default(); people.periods],
        watches: None,
    };
    let mut providers = vec![nothing; people.providers];
    for (row, chance) in chances.iter().enumerate() {
        let provider = &mut providers[people.provider[row]];
        provider.counts.add(people.event[row], *chance);
        provider.periods[people.period[row]].add(people.event[row], *chance);
    }
    providers
}

/// The chances and events of one provider's people, in their order.
fn of_provider(people: &ComparedPeople<'_>, chances: &[f64], provider: usize) -> (Vec<f64>, Vec<bool>) {
    let own = (0..chances.len()).filter(|row| people.provider[*row] == provider);
    own.map(|row| (chances[row], people.event[row])).unzip()
}

/// How often neighbours would change places, from rates and numbers of people.
fn wrong_order(mut rates: Vec<(f64, u64)>) -> Result<WrongOrder, EvaluationError> {
    rates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut chances = Vec::with_capacity(rates.len());
    for pair in rates.windows(2) {
        let [(low, low_people), (high, high_people)] = [pair[0], pair[1]].map(|(rate, people)| (rate.clamp(0.0, 1.0), people));
        chances.push(chance_of_wrong_order(low, low_people, high, high_people)?);
    }
    let pairs = chances.len();
    Ok(WrongOrder {
        pairs,
        mean: chances.iter().sum::<f64>() / pairs as f64,
        smallest: chances.iter().copied().fold(1.0, f64::min),
        largest: chances.iter().copied().fold(0.0, f64::max),
    })
}

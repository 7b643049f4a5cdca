//! The regression with unit and period effects and one coefficient for being treated, and what it is made of (Goodman-Bacon 2021):
//! a weighted sum of simple comparisons, some of which take units already treated as if they were untreated. It is here to be
//! compared with, and to show how much of it is of that kind.

use super::influence::Clusters;
use super::panel::Panel;
use crate::error::EvaluationError;

/// The two-way fixed effects estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoWay {
    /// The coefficient, in the unit of the outcome.
    pub effect: f64,
    /// Its clustered standard error, with no correction for small samples.
    pub standard_error: f64,
    /// How many clusters there are.
    pub clusters: usize,
}

/// Which units a simple comparison compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// A cohort against units that are never treated.
    TreatedAndNever,
    /// A cohort against one that starts later, before that starts.
    EarlierAndLater,
    /// A cohort against one that started earlier, after that started: the forbidden comparison, since the earlier one's effect may
    /// still be growing.
    LaterAndEarlier,
    /// A cohort against units treated all along: forbidden for the same reason.
    TreatedAndAlways,
}

/// One simple comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimpleComparison {
    /// Which units it compares.
    pub kind: PartKind,
    /// The first treated period of the cohort.
    pub treated: i64,
    /// That of the cohort it is compared with; `None` for units never treated or treated all along.
    pub comparison: Option<i64>,
    /// Its weight; the weights sum to 1.
    pub weight: f64,
    /// The difference in differences of this comparison.
    pub effect: f64,
}

/// Whether each unit is treated in each period, less the means of unit and period.
fn treatment(panel: &Panel) -> Result<Vec<f64>, EvaluationError> {
    let (units, periods) = (panel.units.len(), panel.periods.len());
    let mut treated: Vec<f64> = Vec::with_capacity(units * periods);
    for start in &panel.start {
        treated.extend(panel.periods.iter().map(|period| f64::from(u8::from(start.is_some_and(|start| start <= *period)))));
    }
    let demeaned = demeaned(&treated, periods);
    if demeaned.iter().map(|value| value * value).sum::<f64>() < 1e-9 {
        return Err(EvaluationError::Collinear { column: "treated".to_owned() });
    }
    Ok(demeaned)
}

/// Values less the means of their unit and of their period.
fn demeaned(values: &[f64], periods: usize) -> Vec<f64> {
    let units = values.len() / periods;
    let mut of_period = vec![0.0; periods];
    for unit in values.chunks_exact(periods) {
        of_period.iter_mut().zip(unit).for_each(|(sum, value)| *sum += value / units as f64);
    }
    let overall = of_period.iter().sum::<f64>() / periods as f64;
    let mut out = Vec::with_capacity(values.len());
    for unit in values.chunks_exact(periods) {
        let of_unit = unit.iter().sum::<f64>() / periods as f64;
        out.extend(unit.iter().zip(&of_period).map(|(value, of_period)| value - of_unit - of_period + overall));
    }
    out
}

/// Fits the regression.
///
/// # Errors
///
/// Nobody is treated, or everybody in the same periods; fewer than two clusters.
pub fn two_way_fixed_effects(panel: &Panel) -> Result<TwoWay, EvaluationError> {
    let periods = panel.periods.len();
    let treated = treatment(panel)?;
    let outcome = demeaned(&panel.outcome, periods);
    let squares: f64 = treated.iter().map(|value| value * value).sum();
    let effect = treated.iter().zip(&outcome).map(|(d, y)| d * y).sum::<f64>() / squares;
    let clusters = match &panel.cluster {
        Some(numbers) => Clusters::of_numbers(numbers)?,
        None => Clusters::of_units(panel.units.len()),
    };
    let units = panel.units.len() as f64;
    let influence: Vec<f64> = treated
        .chunks_exact(periods)
        .zip(outcome.chunks_exact(periods))
        .map(|(d, y)| d.iter().zip(y).map(|(d, y)| d * (y - effect * d)).sum::<f64>() * units / squares)
        .collect();
    Ok(TwoWay { effect, standard_error: clusters.standard_error(&influence), clusters: clusters.count() })
}

/// Units that start together.
struct StartCohort {
    /// The place of their first treated period; the number of periods for units never treated, 0 for those treated all along.
    start: usize,
    size: f64,
    /// Their mean outcome in each period.
    mean: Vec<f64>,
}

impl StartCohort {
    /// The mean outcome over periods `from .. to`.
    fn over(&self, from: usize, to: usize) -> f64 {
        self.mean[from..to].iter().sum::<f64>() / (to - from) as f64
    }
}

fn cohorts(panel: &Panel) -> Vec<StartCohort> {
    let periods = panel.periods.len();
    let mut cohorts: Vec<StartCohort> = Vec::new();
    for (unit, start) in panel.start.iter().enumerate() {
        let start = start.map_or(periods, |start| panel.periods.partition_point(|&period| period < start));
        let place = match cohorts.binary_search_by_key(&start, |cohort| cohort.start) {
            Ok(place) => place,
            Err(place) => {
                cohorts.insert(place, StartCohort { start, size: 0.0, mean: vec![0.0; periods] });
                place
            }
        };
        cohorts[place].size += 1.0;
        for (t, mean) in cohorts[place].mean.iter_mut().enumerate() {
            *mean += panel.outcome_at(unit, t);
        }
    }
    for cohort in &mut cohorts {
        cohort.mean.iter_mut().for_each(|mean| *mean /= cohort.size);
    }
    cohorts
}

/// The simple comparisons that the two-way fixed effects estimate is made of. Their effects times their weights sum to it.
///
/// # Errors
///
/// Nobody is treated, or everybody in the same periods.
pub fn goodman_bacon(panel: &Panel) -> Result<Vec<SimpleComparison>, EvaluationError> {
    let squares: f64 = treatment(panel)?.iter().map(|value| value * value).sum();
    let variance = squares / panel.outcome.len() as f64;
    let (units, periods) = (panel.units.len() as f64, panel.periods.len());
    let cohorts = cohorts(panel);
    let mut parts = Vec::new();
    for (k, earlier) in cohorts.iter().enumerate() {
        for later in &cohorts[k + 1..] {
            let share = (earlier.size + later.size) / units;
            let of_pair = earlier.size / (earlier.size + later.size);
            let between = of_pair * (1.0 - of_pair);
            let time = |cohort: &StartCohort| (periods - cohort.start) as f64 / periods as f64;
            let (d_early, d_late) = (time(earlier), time(later));
            let label = |cohort: &StartCohort| {
                if cohort.start == 0 || cohort.start == periods { None } else { Some(panel.periods[cohort.start]) }
            };
            // The earlier cohort changes while the later one is untreated.
            if let Some(treated) = label(earlier) {
                let weight = share * share * between * (d_early - d_late) * (1.0 - d_early) / variance;
                let change = |cohort: &StartCohort| cohort.over(earlier.start, later.start) - cohort.over(0, earlier.start);
                let comparison = label(later);
                let kind = if comparison.is_some() { PartKind::EarlierAndLater } else { PartKind::TreatedAndNever };
                parts.push(SimpleComparison { kind, treated, comparison, weight, effect: change(earlier) - change(later) });
            }
            // The later one changes while the earlier one is treated throughout.
            if let Some(treated) = label(later) {
                let weight = share * share * between * d_late * (d_early - d_late) / variance;
                let change = |cohort: &StartCohort| cohort.over(later.start, periods) - cohort.over(earlier.start, later.start);
                let comparison = label(earlier);
                let kind = if comparison.is_some() { PartKind::LaterAndEarlier } else { PartKind::TreatedAndAlways };
                parts.push(SimpleComparison { kind, treated, comparison, weight, effect: change(later) - change(earlier) });
            }
        }
    }
    Ok(parts)
}

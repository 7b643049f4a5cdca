//! One treated area against a weighted average of others (Abadie, Diamond and Hainmueller 2010): weights of 0 or more that sum to
//! one, so that the average was like the area before the treatment. How unusual the difference afterwards is, is judged by doing
//! the same for every other area.

mod predictor_weights;
mod simplex_weights;

use rayon::prelude::*;

use crate::columns::check_finite;
use crate::error::EvaluationError;
use predictor_weights::optimised;
use simplex_weights::simplex_weights;

/// Areas over time.
#[derive(Clone, Copy, Debug)]
pub struct Areas<'a> {
    /// The outcome of each area, period by period.
    pub outcome: &'a [Vec<f64>],
    /// What each area should be alike in before the treatment; the same number for each area. They are put on the scale of their
    /// standard deviation over areas.
    pub predictors: &'a [Vec<f64>],
    /// How many periods come before the treatment.
    pub periods_before: usize,
}

/// How much each predictor counts.
#[derive(Clone, Debug, PartialEq)]
pub enum PredictorWeights {
    /// So much, each 0 or more.
    Given(Vec<f64>),
    /// As makes the outcome before the treatment most alike.
    Optimised,
}

/// An area and its synthetic control.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticControl {
    /// The place of the area.
    pub area: usize,
    /// The weight of each area; 0 for the area itself. They sum to 1.
    pub weights: Vec<f64>,
    /// The weight of each predictor; they sum to 1.
    pub predictor_weights: Vec<f64>,
    /// The outcome of the area less that of its synthetic control, period by period.
    pub gap: Vec<f64>,
    /// The root of the mean squared gap before the treatment.
    pub rmspe_before: f64,
    /// The same from the treatment on.
    pub rmspe_after: f64,
}

impl SyntheticControl {
    /// How much larger the gap is after the treatment than before it.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.rmspe_after / self.rmspe_before
    }
}

/// Every area treated as if it had been the treated one.
#[derive(Clone, Debug, PartialEq)]
pub struct Placebos {
    /// The treated area first, then the others, each compared with all areas but the treated one.
    pub controls: Vec<SyntheticControl>,
    /// The share of areas, the treated one among them, whose ratio is at least as large as that of the treated one.
    pub p_value: f64,
}

/// Each area is compared with all others, for each trial of predictor weights.
const AREAS_MAX: usize = 1_000;
const PREDICTORS_MAX: usize = 200;

impl Areas<'_> {
    fn check(&self, treated: usize) -> Result<(), EvaluationError> {
        let count = self.outcome.len();
        if count < 3 || treated >= count {
            return Err(EvaluationError::TooFew { what: "areas besides the treated one", needed: 2, found: count.max(1) - 1 });
        }
        if self.predictors.len() != count {
            let what = "\"predictors\"".to_owned();
            return Err(EvaluationError::Lengths { what, expected: count, found: self.predictors.len() });
        }
        if count > AREAS_MAX || self.predictors[0].len() > PREDICTORS_MAX {
            return Err(EvaluationError::Option { what: "a synthetic control takes at most 1,000 areas and 200 predictors" });
        }
        let (periods, width) = (self.outcome[0].len(), self.predictors[0].len());
        for (outcome, predictors) in self.outcome.iter().zip(self.predictors) {
            check_finite("outcome", outcome, periods)?;
            check_finite("predictors", predictors, width)?;
        }
        if width == 0 || self.periods_before == 0 || self.periods_before >= periods {
            return Err(EvaluationError::Option { what: "give predictors, and periods both before and after the treatment" });
        }
        Ok(())
    }

    /// Predictors over their standard deviation.
    fn scaled_predictors(&self) -> Result<Vec<Vec<f64>>, EvaluationError> {
        let n = self.predictors.len() as f64;
        let mut scaled = self.predictors.to_vec();
        for k in 0..self.predictors[0].len() {
            let mean = self.predictors.iter().map(|of_area| of_area[k]).sum::<f64>() / n;
            let spread = (self.predictors.iter().map(|of_area| (of_area[k] - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            if spread.is_nan() || spread <= 1e-12 * mean.abs() {
                return Err(EvaluationError::Collinear { column: format!("predictor {}", k + 1) });
            }
            scaled.iter_mut().for_each(|of_area| of_area[k] /= spread);
        }
        Ok(scaled)
    }
}

/// Finds the synthetic control of the area in place `treated`, of all others.
///
/// # Errors
///
/// Areas of unequal length, values that are not finite, a predictor that is the same everywhere, or weights of predictors that
/// are below 0 or not one for each.
pub fn synthetic_control(
    areas: Areas<'_>,
    treated: usize,
    predictor_weights: &PredictorWeights,
) -> Result<SyntheticControl, EvaluationError> {
    areas.check(treated)?;
    let donors: Vec<usize> = (0..areas.outcome.len()).filter(|&area| area != treated).collect();
    control(areas, &areas.scaled_predictors()?, treated, &donors, predictor_weights)
}

/// Finds the synthetic control of every area.
///
/// # Errors
///
/// As for [`synthetic_control`].
pub fn placebos(areas: Areas<'_>, treated: usize, predictor_weights: &PredictorWeights) -> Result<Placebos, EvaluationError> {
    areas.check(treated)?;
    let scaled = areas.scaled_predictors()?;
    let others: Vec<usize> = (0..areas.outcome.len()).filter(|&area| area != treated).collect();
    let mut order = vec![treated];
    order.extend(&others);
    let controls: Vec<SyntheticControl> = order
        .into_par_iter()
        .map(|area| {
            let donors: Vec<usize> = others.iter().copied().filter(|&other| other != area).collect();
            control(areas, &scaled, area, &donors, predictor_weights)
        })
        .collect::<Result<_, _>>()?;
    let ratio = controls[0].ratio();
    let as_large = controls.iter().filter(|control| control.ratio().total_cmp(&ratio).is_ge()).count();
    Ok(Placebos { p_value: as_large as f64 / controls.len() as f64, controls })
}

fn control(
    areas: Areas<'_>,
    scaled: &[Vec<f64>],
    area: usize,
    donors: &[usize],
    predictor_weights: &PredictorWeights,
) -> Result<SyntheticControl, EvaluationError> {
    let width = scaled[0].len();
    let fit = |v: &[f64]| {
        let rooted = |of_area: &[f64]| of_area.iter().zip(v).map(|(x, v)| x * v.sqrt()).collect::<Vec<f64>>();
        let of_donors: Vec<Vec<f64>> = donors.iter().map(|&donor| rooted(&scaled[donor])).collect();
        simplex_weights(&rooted(&scaled[area]), &of_donors)
    };
    let gap_of = |weights: &[f64], period: usize| {
        let synthetic: f64 = donors.iter().zip(weights).map(|(&donor, w)| w * areas.outcome[donor][period]).sum();
        areas.outcome[area][period] - synthetic
    };
    let rmspe = |weights: &[f64], periods: std::ops::Range<usize>| {
        let n = periods.len() as f64;
        (periods.map(|period| gap_of(weights, period).powi(2)).sum::<f64>() / n).sqrt()
    };
    let before = 0..areas.periods_before;
    let v = match predictor_weights {
        PredictorWeights::Given(given) => {
            let total: f64 = given.iter().sum();
            if given.len() != width || given.iter().any(|v| v.is_nan() || *v < 0.0) || !(total > 0.0 && total.is_finite()) {
                return Err(EvaluationError::Option { what: "give a weight of 0 or more for each predictor, and not 0 for all" });
            }
            given.iter().map(|v| v / total).collect()
        }
        PredictorWeights::Optimised => optimised(width, |v| rmspe(&fit(v), before.clone())),
    };
    let of_donors = fit(&v);
    let mut weights = vec![0.0; areas.outcome.len()];
    donors.iter().zip(&of_donors).for_each(|(&donor, weight)| weights[donor] = *weight);
    let periods = areas.outcome[area].len();
    Ok(SyntheticControl {
        area,
        weights,
        predictor_weights: v,
        gap: (0..periods).map(|period| gap_of(&of_donors, period)).collect(),
        rmspe_before: rmspe(&of_donors, before.clone()),
        rmspe_after: rmspe(&of_donors, areas.periods_before..periods),
    })
}

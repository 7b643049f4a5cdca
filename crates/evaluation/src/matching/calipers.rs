//! Calipers: how far apart a pair may be, in all and on single covariates.

use super::rules::{Distance, Rules, Width};
use crate::columns::check_finite;
use crate::error::EvaluationError;

/// A covariate and the width of its caliper on its own scale.
pub(crate) struct CaliperLimit<'a> {
    values: &'a [f64],
    pub(crate) width: f64,
}

/// All calipers, on the scales of their values.
pub(crate) struct Limits<'a> {
    pub(crate) distance: Option<f64>,
    pub(crate) covariates: Vec<CaliperLimit<'a>>,
}

impl<'a> Limits<'a> {
    pub(crate) fn new(treated: &[bool], by_key: &[usize], rules: &Rules<'a>) -> Result<Limits<'a>, EvaluationError> {
        let distance = match (rules.caliper, rules.distance) {
            (None, _) => None,
            (Some(width), Distance::Score(score)) => Some(absolute(width, score, treated, by_key)?),
            (Some(Width::Absolute(width)), Distance::Mahalanobis(_)) => Some(absolute(Width::Absolute(width), &[], &[], &[])?),
            (Some(_), Distance::Mahalanobis(_)) => {
                return Err(EvaluationError::Option {
                    what: "a Mahalanobis distance is in standard deviations already: give its caliper as an absolute number",
                });
            }
        };
        let mut covariates = Vec::new();
        for caliper in rules.covariate_calipers {
            check_finite(caliper.name, caliper.values, treated.len())?;
            covariates
                .push(CaliperLimit { values: caliper.values, width: absolute(caliper.width, caliper.values, treated, by_key)? });
        }
        Ok(Limits { distance, covariates })
    }

    /// Whether a pair is inside the calipers on covariates.
    pub(crate) fn accept(&self, treated: usize, control: usize) -> bool {
        self.covariates.iter().all(|limit| (limit.values[treated] - limit.values[control]).abs() <= limit.width)
    }
}

/// The width on the scale of the values. Sums run over `by_key`, the rows by unit key, so that not even the last bit depends on the
/// order of the rows.
pub(super) fn absolute(width: Width, values: &[f64], treated: &[bool], by_key: &[usize]) -> Result<f64, EvaluationError> {
    let found = match width {
        Width::Absolute(width) => width,
        Width::PooledDeviations(count) => {
            let group = |which: bool| by_key.iter().filter(move |&&row| treated[row] == which).map(|&row| values[row]);
            count * ((variance(group(true)) + variance(group(false))) / 2.0).sqrt()
        }
        Width::OverallDeviations(count) => count * variance(by_key.iter().map(|&row| values[row])).sqrt(),
    };
    if found.is_nan() || found < 0.0 {
        return Err(EvaluationError::Option {
            what: "a caliper has to be 0 or more, and one in standard deviations needs two units in each group",
        });
    }
    Ok(found)
}

/// The variance with n − 1, or "not a number" for fewer than two values.
fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    if count < 2.0 { f64::NAN } else { values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0) }
}

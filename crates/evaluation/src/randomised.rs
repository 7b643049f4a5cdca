//! Trials: the effect of being offered a service (intention to treat), and of taking it up (the complier effect).

use std::collections::BTreeMap;

use crate::columns::{Columns, check_finite, check_rows};
use crate::effects::Effect;
use crate::effects::g_computation::{Interacted, g_computation};
use crate::effects::means::difference_of_means;
use crate::error::EvaluationError;
use crate::estimand::Estimand;
use crate::least_squares::{Covariance, least_squares};
use crate::units::check_groups;

/// The difference between those assigned to treatment and the others, whatever they took up. Name HC2 for a trial that dealt to
/// units, and CR1 with the clusters for one that dealt to whole clusters.
///
/// # Errors
///
/// As [`difference_of_means`].
pub fn intention_to_treat(outcome: &[f64], assigned: &[bool], covariance: Covariance<'_>) -> Result<Effect, EvaluationError> {
    difference_of_means(outcome, assigned, None, covariance)
}

/// The intention-to-treat effect adjusted for covariates that were measured before, each with its own slope in both groups (Lin
/// 2013). It is never less precise than the plain difference in large samples, even if the covariates are the wrong ones.
///
/// # Errors
///
/// As [`g_computation`].
pub fn intention_to_treat_adjusted(
    outcome: &[f64],
    assigned: &[bool],
    columns: &Columns,
    covariance: Covariance<'_>,
) -> Result<Effect, EvaluationError> {
    g_computation(outcome, assigned, columns, None, Interacted::All, Estimand::Everybody, covariance)
}

/// The intention-to-treat effect of a trial that dealt within strata: the differences within the strata, averaged by their sizes,
/// with a variance in each group of each stratum.
///
/// # Errors
///
/// Columns of different lengths, an outcome that is not finite, or a stratum with fewer than two units in one of the groups.
pub fn intention_to_treat_stratified(outcome: &[f64], assigned: &[bool], strata: &[u64]) -> Result<Effect, EvaluationError> {
    let rows = assigned.len();
    check_finite("outcome", outcome, rows)?;
    check_rows("strata", strata.len(), rows)?;
    check_groups(assigned)?;
    let mut members: BTreeMap<u64, [Vec<f64>; 2]> = BTreeMap::new();
    for row in 0..rows {
        members.entry(strata[row]).or_default()[usize::from(assigned[row])].push(outcome[row]);
    }
    let (mut means, mut variance) = ((0.0, 0.0), 0.0);
    for groups in members.values() {
        let smaller = groups[0].len().min(groups[1].len());
        if smaller < 2 {
            return Err(EvaluationError::TooFew { what: "units in one group of a stratum", needed: 2, found: smaller });
        }
        let share = (groups[0].len() + groups[1].len()) as f64 / rows as f64;
        let [without, with] = groups.each_ref().map(|values| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
        });
        means = (means.0 + share * with.0, means.1 + share * without.0);
        variance += share * share * (with.1 + without.1);
    }
    Ok(Effect {
        estimate: means.0 - means.1,
        standard_error: variance.sqrt(),
        standard_error_name: "unequal variances within strata",
        treated_mean: means.0,
        control_mean: means.1,
        units: rows,
        clusters: None,
    })
}

/// The effect of taking a service up, on those who take it up if and only if they are offered it.
#[derive(Clone, Debug, PartialEq)]
pub struct ComplierEffect {
    /// In the unit of the outcome.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Which standard error that is.
    pub standard_error_name: &'static str,
    /// The share of compliers: by how much the offer raises take-up.
    pub compliers: f64,
    /// The F statistic of the offer on take-up, with the same covariance. Below about 10 the estimate is not to be trusted (Staiger
    /// and Stock 1997).
    pub first_stage_f: f64,
    /// How many clusters there are, where the standard error is clustered.
    pub clusters: Option<usize>,
}

/// The complier effect by two-stage least squares, with the offer as the instrument. Without covariates it is Wald's ratio: the
/// effect of the offer on the outcome over its effect on take-up.
///
/// It assumes that the offer was dealt out by chance, changes the outcome through take-up alone, and keeps nobody from taking up.
///
/// # Errors
///
/// As [`least_squares`], nobody in one of the groups, or an offer that does not change take-up at all. HC2 and HC3 are not defined
/// here and are refused.
pub fn complier_effect(
    outcome: &[f64],
    assigned: &[bool],
    received: &[bool],
    columns: &Columns,
    covariance: Covariance<'_>,
) -> Result<ComplierEffect, EvaluationError> {
    let rows = columns.rows();
    check_rows("assigned", assigned.len(), rows)?;
    check_rows("received", received.len(), rows)?;
    check_finite("outcome", outcome, rows)?;
    check_groups(assigned)?;
    if matches!(covariance, Covariance::Hc2 | Covariance::Hc3) {
        return Err(EvaluationError::Option { what: "two-stage least squares has no HC2 or HC3: choose HC0, HC1 or clustered" });
    }
    let number = |flags: &[bool]| flags.iter().map(|&flag| f64::from(u8::from(flag))).collect::<Vec<f64>>();
    let (offer, taken) = (number(assigned), number(received));
    let first = difference_given(&taken, assigned, columns, covariance)?;
    if first.estimate.abs() < 1e-9 {
        return Err(EvaluationError::Option {
            what: "the offer does not change take-up, so there are no compliers to measure an effect on",
        });
    }
    // Both stages given the covariates: what is left of each when they are taken out (Frisch, Waugh and Lovell).
    let left = |values: &[f64]| least_squares(values, columns, None, Covariance::Classical).map(|fit| fit.residuals);
    let (y, d, z) = (left(outcome)?, left(&taken)?, left(&offer)?);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (zd, zy) = (product(&z, &d), product(&z, &y));
    let estimate = zy / zd;
    let scores: Vec<f64> = (0..rows).map(|row| z[row] * (y[row] - estimate * d[row])).collect();
    let (n, k) = (rows as f64, columns.all().len() as f64 + 2.0);
    let squares = || scores.iter().map(|score| score * score).sum::<f64>();
    let clustered = |clusters: &[u64]| {
        let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
        clusters.iter().zip(&scores).for_each(|(&cluster, score)| *sums.entry(cluster).or_default() += score);
        (sums.values().map(|sum| sum * sum).sum::<f64>(), sums.len() as f64)
    };
    let meat = match covariance {
        Covariance::Classical => {
            let variance = (0..rows).map(|row| (y[row] - estimate * d[row]).powi(2)).sum::<f64>() / (n - k);
            variance * product(&z, &z)
        }
        Covariance::Cr0(clusters) => clustered(clusters).0,
        Covariance::Cr1(clusters) => {
            let (meat, g) = clustered(clusters);
            meat * g / (g - 1.0) * (n - 1.0) / (n - k)
        }
        Covariance::Hc1 => squares() * n / (n - k),
        Covariance::Hc0 | Covariance::Hc2 | Covariance::Hc3 => squares(),
    };
    Ok(ComplierEffect {
        estimate,
        standard_error: meat.sqrt() / zd.abs(),
        standard_error_name: covariance.name(),
        compliers: first.estimate,
        first_stage_f: first.z().powi(2),
        clusters: first.clusters,
    })
}

fn difference_given(
    outcome: &[f64],
    assigned: &[bool],
    columns: &Columns,
    covariance: Covariance<'_>,
) -> Result<Effect, EvaluationError> {
    g_computation(outcome, assigned, columns, None, Interacted::None, Estimand::Everybody, covariance)
}

//! Nearest-neighbour matching, stratum by stratum, and its result.

use super::calipers::Limits;
use super::check::check;
use super::cloud::whitened;
use super::greedy::{DistanceMeasure, Stratum, match_stratum};
use super::matches::{MatchedPair, Matches};
use super::rules::{Distance, Order, Rules};
use crate::columns::{check_finite, check_rows};
use crate::error::EvaluationError;
use crate::units::{check_groups, check_keys, effective_size, rows_by_key};

/// Matches units.
///
/// `treated` says who is treated, and `keys` are the units' own, which break ties: a person's number, not the row.
///
/// # Errors
///
/// Columns of different lengths, values that are not finite, keys that occur twice, nobody in one of the groups, rules that
/// contradict each other, or collinear covariates of a Mahalanobis distance.
pub fn match_nearest(treated: &[bool], keys: &[u64], rules: &Rules<'_>) -> Result<Matches, EvaluationError> {
    let rows = treated.len();
    check_keys(keys, rows)?;
    check_rules(rules, rows)?;
    check_groups(treated)?;
    let by_key = rows_by_key(keys);
    let limits = Limits::new(treated, &by_key, rules)?;
    let cloud = match rules.distance {
        Distance::Score(_) => None,
        Distance::Mahalanobis(columns) => Some(whitened(treated, columns, &by_key)?),
    };
    let measure = match (rules.distance, &cloud) {
        (Distance::Mahalanobis(_), Some(points)) => DistanceMeasure::Cloud(points),
        (Distance::Score(score), _) => DistanceMeasure::Line(score),
        (Distance::Mahalanobis(_), None) => return Err(EvaluationError::Check { what: "covariates were not put on a scale" }),
    };
    let mut pairs = Vec::new();
    let mut outside_support = Vec::new();
    let mut none_left = Vec::new();
    for stratum in strata(treated, by_key, rules.strata) {
        let found = match_stratum(&stratum, keys, &measure, &limits, rules);
        pairs.extend(found.pairs);
        outside_support.extend(found.outside_support);
        none_left.extend(found.none_left);
    }
    let result = finished(keys, pairs, outside_support, none_left, rows, &limits);
    check(&result, treated, keys, rules)?;
    Ok(result)
}

fn strata(treated: &[bool], mut rows: Vec<usize>, strata: Option<&[u64]>) -> Vec<Stratum> {
    let stratum = |row: usize| strata.map_or(0, |strata| strata[row]);
    // Stable, so that the order by key stays within a stratum.
    rows.sort_by_key(|&row| stratum(row));
    rows.chunk_by(|&a, &b| stratum(a) == stratum(b))
        .map(|rows| {
            let (treated, controls) = rows.iter().partition(|&&row| treated[row]);
            Stratum { treated, controls }
        })
        .collect()
}

fn finished(
    keys: &[u64],
    mut pairs: Vec<MatchedPair>,
    mut outside_support: Vec<usize>,
    mut none_left: Vec<usize>,
    rows: usize,
    limits: &Limits<'_>,
) -> Matches {
    pairs.sort_unstable_by(|a, b| {
        (keys[a.treated].cmp(&keys[b.treated]))
            .then(a.distance.total_cmp(&b.distance))
            .then(keys[a.control].cmp(&keys[b.control]))
    });
    outside_support.sort_unstable_by_key(|&row| keys[row]);
    none_left.sort_unstable_by_key(|&row| keys[row]);
    let mut weights = vec![0.0; rows];
    let mut used: Vec<usize> = Vec::with_capacity(pairs.len());
    for set in pairs.chunk_by(|a, b| a.treated == b.treated) {
        weights[set[0].treated] = 1.0;
        for pair in set {
            weights[pair.control] += 1.0 / set.len() as f64;
            used.push(pair.control);
        }
    }
    used.sort_unstable();
    used.dedup();
    Matches {
        control_effective_size: effective_size(used.iter().map(|&row| weights[row])),
        controls_used: used.len(),
        pairs,
        weights,
        outside_support,
        none_left,
        caliper: limits.distance,
        covariate_calipers: limits.covariates.iter().map(|limit| limit.width).collect(),
    }
}

fn check_rules(rules: &Rules<'_>, rows: usize) -> Result<(), EvaluationError> {
    match rules.distance {
        Distance::Score(score) => check_finite("score", score, rows)?,
        Distance::Mahalanobis(columns) => {
            check_rows("covariates", columns.rows(), rows)?;
            if columns.all().is_empty() {
                return Err(EvaluationError::TooFew { what: "covariates for a Mahalanobis distance", needed: 1, found: 0 });
            }
            if rules.order == Order::LargestFirst {
                return Err(EvaluationError::Option {
                    what: "a Mahalanobis distance has no largest value: match the closest first, or by key",
                });
            }
        }
    }
    if let Some(strata) = rules.strata {
        check_rows("strata", strata.len(), rows)?;
    }
    if u32::try_from(rows).is_err() {
        return Err(EvaluationError::Option { what: "matching is for up to 4 billion units: match within regions" });
    }
    if rules.ratio == 0 {
        return Err(EvaluationError::Option { what: "the ratio of matching has to be 1 or more" });
    }
    Ok(())
}

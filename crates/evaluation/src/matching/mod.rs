//! Nearest-neighbour matching: for each treated unit, the nearest units of the comparison group.
//!
//! Ties are broken by unit key, never by the order of the rows. Every result passes [`check`](check::check) before it is handed
//! out: a caliper that lets pairs outside through changes whom the effect is about without a word.

mod calipers;
pub mod check;
mod cloud;
mod greedy;
mod line;

pub use calipers::{Caliper, Width};

use crate::columns::{Columns, check_finite, check_rows};
use crate::error::EvaluationError;

/// What "near" means.
#[derive(Clone, Copy, Debug)]
pub enum Distance<'a> {
    /// The absolute difference of one number for each unit: a propensity score or its log odds.
    Score(&'a [f64]),
    /// The Mahalanobis distance of the covariates, with the covariance within the groups, pooled. Every comparison unit is looked
    /// at for every treated unit, so it is for up to some ten thousand units.
    Mahalanobis(&'a Columns),
}

/// Who chooses first, where a comparison unit can be used once only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The treated unit with the largest score: it has the fewest units like it. Needs [`Distance::Score`].
    LargestFirst,
    /// The closest pair of all.
    ClosestFirst,
    /// The treated unit with the smallest key.
    ByKey,
}

/// How units are matched. The distance, and the calipers on it, are on one scale.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// What "near" means.
    pub distance: Distance<'a>,
    /// How far away a match may be, if there is a limit.
    pub caliper: Option<Width>,
    /// Limits on single covariates, which hold as well.
    pub covariate_calipers: &'a [Caliper<'a>],
    /// Groups within which matches stay, one number for each unit.
    pub strata: Option<&'a [u64]>,
    /// How many comparison units each treated unit gets at most. Every treated unit gets its first before any gets a second.
    pub ratio: usize,
    /// Whether a comparison unit may be used for several treated units.
    pub replacement: bool,
    /// Who chooses first. It makes no difference with replacement.
    pub order: Order,
}

/// A treated unit and one of its comparison units, as rows counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The row of the treated unit.
    pub treated: usize,
    /// The row of the comparison unit.
    pub control: usize,
    /// How far apart they are, on the scale of the distance.
    pub distance: f64,
}

/// Who was matched with whom.
#[derive(Clone, Debug)]
pub struct Matches {
    /// The pairs, by the keys of the treated units, nearest first.
    pub pairs: Vec<Pair>,
    /// For each unit: 1 for a matched treated unit, and for a comparison unit the sum over its pairs of 1 / (comparison units
    /// that the treated unit got). Both groups sum to the number of matched treated units.
    pub weights: Vec<f64>,
    /// Treated units for which no comparison unit at all lies inside the calipers and the stratum: they are outside the support
    /// of the comparison group.
    pub outside_support: Vec<usize>,
    /// Treated units whose possible matches had all been used.
    pub none_left: Vec<usize>,
    /// The caliper on the distance as it was used, on the scale of the distance.
    pub caliper: Option<f64>,
    /// The covariate calipers as they were used, on the scale of each covariate.
    pub covariate_calipers: Vec<f64>,
    /// How many different comparison units were used.
    pub controls_used: usize,
    /// The effective sample size of the comparison units: (Σ weight)² / Σ weight².
    pub control_effective_size: f64,
}

impl Matches {
    /// How many treated units have a match.
    pub fn treated_matched(&self) -> usize {
        self.pairs.chunk_by(|a, b| a.treated == b.treated).count()
    }

    /// For each unit the pair or set it belongs to: the row of its treated unit. Units without a match have none.
    ///
    /// # Errors
    ///
    /// A comparison unit that belongs to several sets, as with replacement.
    pub fn sets(&self) -> Result<Vec<Option<u64>>, EvaluationError> {
        let mut sets = vec![None; self.weights.len()];
        for pair in &self.pairs {
            sets[pair.treated] = Some(pair.treated as u64);
            if sets[pair.control].replace(pair.treated as u64).is_some() {
                return Err(EvaluationError::Option {
                    what: "a comparison unit was used more than once, so it belongs to no single pair: use the standard error of \
                           Abadie and Imbens, or match without replacement",
                });
            }
        }
        Ok(sets)
    }
}

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
    let limits = calipers::Limits::new(treated, &by_key, rules)?;
    let cloud = match rules.distance {
        Distance::Score(_) => None,
        Distance::Mahalanobis(columns) => Some(cloud::whitened(treated, columns, &by_key)?),
    };
    let measure = match (rules.distance, &cloud) {
        (Distance::Mahalanobis(_), Some(points)) => Measure::Cloud(points),
        (Distance::Score(score), _) => Measure::Line(score),
        (Distance::Mahalanobis(_), None) => return Err(EvaluationError::Check { what: "covariates were not put on a scale" }),
    };
    let mut pairs = Vec::new();
    let mut outside_support = Vec::new();
    let mut none_left = Vec::new();
    for stratum in strata(treated, by_key, rules.strata) {
        let found = greedy::match_stratum(&stratum, keys, &measure, &limits, rules);
        pairs.extend(found.pairs);
        outside_support.extend(found.outside_support);
        none_left.extend(found.none_left);
    }
    let result = finished(keys, pairs, outside_support, none_left, rows, &limits);
    check::check(&result, treated, keys, rules)?;
    Ok(result)
}

/// Distances of one kind.
pub(crate) enum Measure<'a> {
    /// One number for each unit.
    Line(&'a [f64]),
    /// A point for each unit; the distance is Euclid's.
    Cloud(&'a [Vec<f64>]),
}

/// The rows of one stratum, by key.
pub(crate) struct Stratum {
    pub(crate) treated: Vec<usize>,
    pub(crate) controls: Vec<usize>,
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
    mut pairs: Vec<Pair>,
    mut outside_support: Vec<usize>,
    mut none_left: Vec<usize>,
    rows: usize,
    limits: &calipers::Limits<'_>,
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

/// Kish's effective sample size: how many units of equal weight would tell as much. 0 where there is no weight.
pub fn effective_size(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), weight| (sum + weight, squares + weight * weight));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// The rows in the order of their keys.
pub(crate) fn rows_by_key(keys: &[u64]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..keys.len()).collect();
    if !keys.is_sorted() {
        rows.sort_unstable_by_key(|&row| keys[row]);
    }
    rows
}

/// Checks that keys are as many as rows, and all different.
pub(crate) fn check_keys(keys: &[u64], rows: usize) -> Result<(), EvaluationError> {
    check_rows("unit keys", keys.len(), rows)?;
    if keys.is_sorted_by(|a, b| a < b) {
        return Ok(());
    }
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_unstable_by_key(|&row| (keys[row], row));
    match order.windows(2).find(|two| keys[two[0]] == keys[two[1]]) {
        Some(two) => Err(EvaluationError::SameKey { first: two[0], second: two[1] }),
        None => Ok(()),
    }
}

/// Checks that both groups have somebody.
pub(crate) fn check_groups(treated: &[bool]) -> Result<(), EvaluationError> {
    for (group, what) in [(true, "treated units"), (false, "comparison units")] {
        if !treated.contains(&group) {
            return Err(EvaluationError::TooFew { what, needed: 1, found: 0 });
        }
    }
    Ok(())
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
    if rules.ratio == 0 {
        return Err(EvaluationError::Option { what: "the ratio of matching has to be 1 or more" });
    }
    Ok(())
}

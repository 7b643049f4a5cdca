//! What has to hold of every matching, looked up again in the data and not in what the matching remembers.

use super::matches::Matches;
use super::rules::{Caliper, Distance, Rules};
use super::{calipers, cloud};
use crate::error::EvaluationError;
use crate::units::rows_by_key;

/// Checks a matching against its rules: every pair joins a treated with a comparison unit of one stratum, its distance is the one
/// in the data and inside every caliper, no treated unit has more matches than the ratio or one unit twice, no comparison unit is
/// used twice without replacement, every treated unit is matched or counted as left out, and the weights add up.
///
/// # Errors
///
/// The first of these that does not hold.
pub fn check(matches: &Matches, treated: &[bool], keys: &[u64], rules: &Rules<'_>) -> Result<(), EvaluationError> {
    let fault = |what| Err(EvaluationError::Check { what });
    let by_key = &rows_by_key(keys)[..];
    let points = match rules.distance {
        Distance::Score(_) => None,
        Distance::Mahalanobis(columns) => Some(cloud::whitened(treated, columns, by_key)?),
    };
    let caliper = widest(matches.caliper, rules, treated, by_key)?;
    let widths: Vec<(&Caliper<'_>, f64)> = rules
        .covariate_calipers
        .iter()
        .map(|caliper| Ok((caliper, calipers::absolute(caliper.width, caliper.values, treated, by_key)?)))
        .collect::<Result<_, EvaluationError>>()?;
    let mut used = vec![0_u32; treated.len()];
    for pair in &matches.pairs {
        if !treated[pair.treated] || treated[pair.control] {
            return fault("a pair does not join a treated unit with a comparison unit");
        }
        if rules.strata.is_some_and(|strata| strata[pair.treated] != strata[pair.control]) {
            return fault("a pair joins units of two strata");
        }
        let distance = match (rules.distance, &points) {
            (Distance::Score(score), _) => (score[pair.treated] - score[pair.control]).abs(),
            (_, Some(points)) => points.distance(pair.treated, pair.control),
            (_, None) => f64::NAN,
        };
        if distance != pair.distance {
            return fault("the distance of a pair is not the one in the data");
        }
        if caliper.is_some_and(|caliper| distance > caliper) {
            return fault("a pair lies outside the caliper");
        }
        if widths.iter().any(|(caliper, width)| (caliper.values[pair.treated] - caliper.values[pair.control]).abs() > *width) {
            return fault("a pair lies outside the caliper of a covariate");
        }
        used[pair.control] += 1;
    }
    if !rules.replacement && used.iter().any(|&times| times > 1) {
        return fault("a comparison unit was used twice");
    }
    let mut accounted = vec![0_u8; treated.len()];
    for set in matches.pairs.chunk_by(|a, b| a.treated == b.treated) {
        accounted[set[0].treated] += 1;
        let mut controls: Vec<usize> = set.iter().map(|pair| pair.control).collect();
        controls.sort_unstable();
        controls.dedup();
        if controls.len() != set.len() || set.len() > rules.ratio {
            return fault("a treated unit has more matches than the ratio allows, or one twice");
        }
    }
    matches.outside_support.iter().chain(&matches.none_left).for_each(|&row| accounted[row] += 1);
    if (0..treated.len()).any(|row| accounted[row] != u8::from(treated[row])) {
        return fault("a treated unit is neither matched nor counted as left out, or both");
    }
    let sum = |group: bool| (0..treated.len()).filter(|&row| treated[row] == group).map(|row| matches.weights[row]).sum::<f64>();
    let count = matches.treated_matched() as f64;
    if sum(true) != count || (sum(false) - count).abs() > 1e-9 * (1.0 + count) {
        return fault("the weights do not add up to the number of matched treated units");
    }
    Ok(())
}

/// The caliper on the distance, from the rules again.
fn widest(
    remembered: Option<f64>,
    rules: &Rules<'_>,
    treated: &[bool],
    by_key: &[usize],
) -> Result<Option<f64>, EvaluationError> {
    let found = match (rules.caliper, rules.distance) {
        (None, _) => None,
        (Some(width), Distance::Score(score)) => Some(calipers::absolute(width, score, treated, by_key)?),
        (Some(width), Distance::Mahalanobis(_)) => Some(calipers::absolute(width, &[], treated, by_key)?),
    };
    if found == remembered { Ok(found) } else { Err(EvaluationError::Check { what: "the caliper is not the one of the rules" }) }
}

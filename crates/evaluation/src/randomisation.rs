//! Randomisation inference (Fisher 1935): the treatment is dealt out again and again, as it was, to see how large an estimate chance
//! alone makes. It needs no large sample and no model, only that the treatment was dealt out by chance.

use std::collections::BTreeMap;

use base::philox::philox4x64;
use rayon::prelude::*;

use crate::columns::check_rows;
use crate::error::EvaluationError;
use crate::units::{check_groups, check_keys, rows_by_key};

/// How the treatment was dealt out.
#[derive(Clone, Copy, Debug)]
pub enum Assignment<'a> {
    /// To a fixed number of all units.
    Complete,
    /// To a fixed number within each stratum: pairs are strata of two. One number for each unit.
    WithinStrata(&'a [u64]),
    /// To a fixed number of whole clusters. One number for each unit.
    Clusters(&'a [u64]),
}

/// What dealing again showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomisationTest {
    /// The estimate with the treatment as it was.
    pub observed: f64,
    /// The probability of an estimate at least as far from 0 if the treatment changed nobody's outcome: (1 + those as far) /
    /// (1 + all), which is never 0.
    pub p_value: f64,
    /// How many times the treatment was dealt out again.
    pub replications: usize,
}

/// Deals the treatment out `replications` times and makes the estimate each time.
///
/// # Errors
///
/// Columns of different lengths, keys that occur twice, nobody in one of the groups, a cluster of which only a part is treated, or
/// an estimate that fails.
pub fn randomisation_test(
    treated: &[bool],
    keys: &[u64],
    assignment: Assignment<'_>,
    replications: usize,
    seed: u64,
    estimate: impl Fn(&[bool]) -> Result<f64, EvaluationError> + Sync,
) -> Result<RandomisationTest, EvaluationError> {
    check_keys(keys, treated.len())?;
    check_groups(treated)?;
    let pools = pools(treated, keys, assignment)?;
    let observed = estimate(treated)?;
    let as_far: Vec<bool> = (0..replications as u64)
        .into_par_iter()
        .map(|replication| {
            let dealt = dealt(treated, &pools, seed, replication);
            // Equal estimates may differ in the last bits, because their units are added up in another order.
            Ok(estimate(&dealt)?.abs() >= observed.abs() * (1.0 - 1e-12))
        })
        .collect::<Result<_, EvaluationError>>()?;
    let count = as_far.into_iter().filter(|&far| far).count();
    Ok(RandomisationTest { observed, p_value: (1 + count) as f64 / (1 + replications) as f64, replications })
}

/// Units or clusters that are dealt to together: within a pool, everybody is as likely as anybody else.
fn pools(treated: &[bool], keys: &[u64], assignment: Assignment<'_>) -> Result<Vec<Vec<Vec<usize>>>, EvaluationError> {
    let rows = rows_by_key(keys);
    match assignment {
        Assignment::Complete => Ok(vec![rows.into_iter().map(|row| vec![row]).collect()]),
        Assignment::WithinStrata(strata) => {
            check_rows("strata", strata.len(), treated.len())?;
            let mut pools: BTreeMap<u64, Vec<Vec<usize>>> = BTreeMap::new();
            rows.into_iter().for_each(|row| pools.entry(strata[row]).or_default().push(vec![row]));
            Ok(pools.into_values().collect())
        }
        Assignment::Clusters(clusters) => {
            check_rows("clusters", clusters.len(), treated.len())?;
            let mut members: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            rows.into_iter().for_each(|row| members.entry(clusters[row]).or_default().push(row));
            if members.values().any(|rows| rows.iter().any(|&row| treated[row] != treated[rows[0]])) {
                return Err(EvaluationError::Option {
                    what: "a cluster has treated and untreated units, so the treatment was not dealt to whole clusters",
                });
            }
            Ok(vec![members.into_values().collect()])
        }
    }
}

/// Sets the words of dealing apart from those of other users of one seed.
const STREAM: u64 = 0x6465_616c;

/// Deals as many treatments within each pool as it had (Fisher and Yates' shuffle, as far as it is needed).
fn dealt(treated: &[bool], pools: &[Vec<Vec<usize>>], seed: u64, replication: u64) -> Vec<bool> {
    let mut result = vec![false; treated.len()];
    for (number, pool) in pools.iter().enumerate() {
        let count = pool.iter().filter(|member| treated[member[0]]).count();
        let mut order: Vec<usize> = (0..pool.len()).collect();
        for at in 0..count {
            let [word, ..] = philox4x64([at as u64, replication, number as u64, STREAM], [seed, 0]);
            let other = at + ((u128::from(word) * (pool.len() - at) as u128) >> 64) as usize;
            order.swap(at, other);
            pool[order[at]].iter().for_each(|&row| result[row] = true);
        }
    }
    result
}

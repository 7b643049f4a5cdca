//! The points of other providers, for the clauses that compare with them. They are assumptions: normal around a stated mean, anew in each
//! period.

use std::ops::Range;

use base::money::WHOLE;
use base::statistics::normal_quantile;
use contract::Scheme;
use contract::tally::OthersPoints;

use crate::assumptions::{Assumptions, OthersAssumption};
use crate::draws::others_normal;

/// The points of other providers over some cohorts in each of some replications; empty where no clause compares with them.
pub(crate) fn drawn(
    scheme: &Scheme,
    assumptions: &Assumptions,
    cohorts: &[usize],
    seed: u64,
    replications: Range<u64>,
) -> Vec<Vec<OthersPoints>> {
    if compared(scheme, assumptions).next().is_none() {
        return Vec::new();
    }
    let of = |replication: u64| {
        points(scheme, assumptions, cohorts, |others, cohort, at| others_normal(seed, others.clause, cohort, replication, at))
    };
    replications.map(of).collect()
}

/// The same without chance: evenly over their distribution.
pub(crate) fn without_chance(scheme: &Scheme, assumptions: &Assumptions, cohorts: &[usize]) -> Vec<OthersPoints> {
    points(scheme, assumptions, cohorts, |others, _, at| normal_quantile((at as f64 + 0.5) / others.assumed.providers as f64))
}

/// A clause that compares with other providers.
struct Compared<'a> {
    /// Its position.
    clause: usize,
    /// The most points that it gives, in billionths.
    most: i64,
    assumed: &'a OthersAssumption,
}

fn compared<'a>(scheme: &'a Scheme, assumptions: &'a Assumptions) -> impl Iterator<Item = Compared<'a>> {
    scheme.clauses.iter().enumerate().filter_map(|(at, clause)| {
        let most = clause.terms.compares_points()?;
        let assumed = assumptions.others.iter().find(|others| others.clause == clause.name)?;
        Some(Compared { clause: at, most, assumed })
    })
}

/// Points by how many standard deviations each provider is above the mean in each cohort. No one has fewer than none or more than all.
fn points(
    scheme: &Scheme,
    assumptions: &Assumptions,
    cohorts: &[usize],
    deviation: impl Fn(&Compared<'_>, usize, usize) -> f64,
) -> Vec<OthersPoints> {
    let of = |others: Compared<'_>| {
        let assumed = others.assumed;
        let points = |cohort: usize, at: usize| {
            let points = assumed.points + assumed.spread * deviation(&others, cohort, at);
            ((points * WHOLE as f64).round() as i64).clamp(0, others.most)
        };
        let by_cohort = cohorts.iter().map(|&cohort| (0..assumed.providers).map(|at| points(cohort, at)).collect());
        OthersPoints { clause: assumed.clause.clone(), by_cohort: by_cohort.collect() }
    };
    compared(scheme, assumptions).map(of).collect()
}

//! The random draws of one person, by inverse distribution functions only, so that a change of strategy moves a threshold and never
//! a draw (common random numbers).
//!
//! For each binary outcome and each amount a person has one decision in each replication, numbered by the outcome's position in the
//! scheme. Its first word decides whether the outcome happens, or how large the amount is, its second how often, and its third how long it
//! lasts. Whether an amount reaches a level is decided by the word of the amount.

use base::statistics::normal_quantile;
use contract::Scheme;
use contract::terms::OutcomeKind;

use base::philox::{open_unit, words};

/// An outcome with this chance happens when the upper 32 bits of a word are below this number. 2³² means always.
#[must_use]
#[inline]
pub fn threshold(chance: f64) -> u64 {
    (chance.clamp(0.0, 1.0) * 4_294_967_296.0).round() as u64
}

/// The uniform number, as 32 bits, that decides whether a binary outcome happens.
#[must_use]
#[inline]
pub fn whether(words: &[u64; 4]) -> u32 {
    (words[0] >> 32) as u32
}

/// The number of the decision about a binary outcome or an amount.
#[must_use]
pub fn decision(scheme: &Scheme, outcome: usize) -> usize {
    scheme.outcomes[outcome].reaches().map_or(outcome, |(amount, _)| amount)
}

/// What is counted on top of a binary outcome for a person to whom it happened: events (1 + Poisson, with the given mean in
/// all), or periods (each lasting on with the given chance, at most `most`).
#[must_use]
pub fn extra(kind: OutcomeKind, parameter: f64, words: &[u64; 4]) -> u32 {
    match kind {
        OutcomeKind::Binary | OutcomeKind::Amount { .. } => 0,
        OutcomeKind::Frequency { .. } => 1 + poisson(parameter - 1.0, open_unit(words[1])),
        OutcomeKind::Sustained { most, .. } => geometric(parameter, most, open_unit(words[2])),
    }
}

/// The Poisson quantile, summed from zero; means here are small (events of one person).
fn poisson(mean: f64, u: f64) -> u32 {
    if mean <= 0.0 {
        return 0;
    }
    let (mut k, mut term) = (0u32, (-mean).exp());
    let mut sum = term;
    while u > sum && k < 2_000 {
        k += 1;
        term *= mean / f64::from(k);
        sum += term;
    }
    k
}

/// How many periods in a row last, when each does with the given chance.
fn geometric(continues: f64, most: i64, u: f64) -> u32 {
    if continues >= 1.0 {
        return most as u32;
    }
    if continues <= 0.0 {
        return 0;
    }
    ((u.ln() / continues.ln()).floor() as i64).clamp(0, most) as u32
}

/// Everything drawn for one person and binary outcome, for `replay`.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonDraws {
    pub outcome: usize,
    pub words: [u64; 4],
}

/// The draws of one person in one replication: one for each binary outcome of the scheme.
#[must_use]
pub fn drawn(scheme: &Scheme, seed: u64, person: u64, replication: u64) -> Vec<PersonDraws> {
    let binary = scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_binary());
    binary
        .map(|(outcome, _)| PersonDraws { outcome, words: words(seed, person, replication, decision(scheme, outcome) as u64) })
        .collect()
}

/// Decisions of a comparison group start here, far above any outcome's position.
const COMPARISON: u64 = 1 << 32;

/// How many of a comparison group are affected, drawn for the group as a whole: the binomial quantile at one uniform.
#[must_use]
pub fn comparison_count(seed: u64, first_person: u64, replication: u64, outcome: usize, people: i64, chance: f64) -> i64 {
    let u = open_unit(words(seed, first_person, replication, COMPARISON + outcome as u64)[0]);
    binomial_quantile(people, chance, u)
}

/// The events (or periods) of so many affected people of a comparison group: normal, with the right mean and variance.
#[must_use]
pub fn comparison_extra(
    seed: u64,
    first_person: u64,
    replication: u64,
    outcome: usize,
    kind: OutcomeKind,
    parameter: f64,
    affected: i64,
) -> i64 {
    let (mean, variance) = match kind {
        OutcomeKind::Binary | OutcomeKind::Amount { .. } => return affected,
        OutcomeKind::Frequency { .. } => (parameter, parameter - 1.0),
        OutcomeKind::Sustained { most, .. } => {
            let survive = |k: i64| parameter.powi(k as i32);
            let mean: f64 = (1..=most).map(survive).sum();
            let square: f64 = (1..=most).map(|k| (2 * k - 1) as f64 * survive(k)).sum();
            (mean, square - mean * mean)
        }
    };
    let z = normal_quantile(open_unit(words(seed, first_person, replication, COMPARISON + outcome as u64)[1]));
    let n = affected as f64;
    let least = if matches!(kind, OutcomeKind::Frequency { .. }) { affected } else { 0 };
    ((n * mean + z * (n * variance.max(0.0)).sqrt()).round() as i64).max(least)
}

/// The amounts of so many people of a comparison group added up: normal, with the right mean and variance, and none below zero.
#[must_use]
pub fn comparison_amounts(
    seed: u64,
    first_person: u64,
    replication: u64,
    outcome: usize,
    people: i64,
    (mean, spread): (f64, f64),
) -> i64 {
    let z = normal_quantile(open_unit(words(seed, first_person, replication, COMPARISON + outcome as u64)[1]));
    let n = people as f64;
    (n * mean + z * spread * n.sqrt()).round().max(0.0) as i64
}

/// Decisions of other providers start here, far above those of comparison groups and mixtures.
const OTHERS: u64 = 1 << 48;

/// How many standard deviations the points of another provider are above the mean of others, under one clause and in the period that
/// ends with one cohort.
#[must_use]
pub fn others_normal(seed: u64, clause: usize, cohort: usize, replication: u64, other: usize) -> f64 {
    let which = OTHERS + ((clause as u64) << 16) + other as u64;
    normal_quantile(open_unit(words(seed, cohort as u64, replication, which)[0]))
}

/// The smallest count whose distribution function reaches `u`, walking out from the normal guess.
fn binomial_quantile(n: i64, p: f64, u: f64) -> i64 {
    if n <= 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    let mean = n as f64 * p;
    let spread = (mean * (1.0 - p)).sqrt();
    let guess = (mean + spread * normal_quantile(u)).round().clamp(0.0, n as f64) as i64;
    let mut k = guess;
    let mut below = base::statistics::binomial_cdf(k, n, p);
    while below < u && k < n {
        k += 1;
        below = base::statistics::binomial_cdf(k, n, p);
    }
    while k > 0 {
        let less = base::statistics::binomial_cdf(k - 1, n, p);
        if less < u {
            break;
        }
        k -= 1;
    }
    k
}

//! How strongly numbers speak for an effect, in a way that stays right however often one looks.
//!
//! The evidence is a Bayes factor: how many times likelier the numbers are where there is an effect of about the documented size than
//! where there is none. Where there is none its mean is 1 at any time, so that it reaches `k` with a chance of at most `1/k`, whenever
//! one stops to look (Ville 1939). Such a number is called an *e-value* (Vovk and Wang 2021).
//! The effect is drawn from a half-normal distribution (Robbins 1970; Howard and others 2021). The level from which it departs, where
//! that is not known, has a flat prior: the factor then stays an e-value, because the problem is the same whatever the level
//! (Pérez-Ortiz and others 2024).

use base::statistics::normal_cdf;

/// Which effects count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectSide {
    /// Only an effect above zero.
    Above,
    /// An effect in either direction.
    Both,
}

/// Below this the normal distribution function is nearly φ(z) ÷ |z|, and soon 0 in floating point.
const FAR_BELOW: f64 = -30.0;

/// The natural logarithm of the evidence for an effect. `estimate` is the effect found, `variance` its variance, and `size` the
/// size that the effect is expected to have, in the same unit.
///
/// ```
/// use risks::detection::evidence::{EffectSide, log_evidence};
///
/// // Nothing found, and nothing known: the evidence is 1.
/// assert!(log_evidence(0.0, 1e12, 1.0, EffectSide::Above).abs() < 1e-6);
/// // Four standard errors above zero.
/// assert!(log_evidence(4.0, 1.0, 4.0, EffectSide::Above).exp() > 500.0);
/// ```
#[must_use]
pub fn log_evidence(estimate: f64, variance: f64, size: f64, side: EffectSide) -> f64 {
    let information = 1.0 / variance;
    let shrunk = 1.0 + size * size * information;
    let z = size * estimate * information / shrunk.sqrt();
    let both = z * z / 2.0 - shrunk.ln() / 2.0;
    match side {
        EffectSide::Both => both,
        EffectSide::Above if z < FAR_BELOW => (2.0 / (z.abs() * std::f64::consts::TAU.sqrt())).ln() - shrunk.ln() / 2.0,
        EffectSide::Above => both + (2.0 * normal_cdf(z)).ln(),
    }
}

/// The natural logarithm of the evidence that a share is above what is allowed, from a count of cases in so many. It is exact however
/// few they are: a mean of likelihood ratios of larger shares against the allowance, each of which has a mean of at most 1 where the
/// share is no larger than that. `size` is how far above the allowance the share is expected to be, and `dispersion` by how much counts
/// vary more than chance makes them.
///
/// ```
/// use risks::detection::evidence::log_evidence_of_share;
///
/// // One case in two is no evidence of more than one in twenty that is worth a flag.
/// assert!(log_evidence_of_share(1.0, 2.0, 0.05, 0.1, 1.0) < 2.0);
/// assert!(log_evidence_of_share(60.0, 400.0, 0.05, 0.1, 1.0) > 20.0);
/// ```
#[must_use]
pub fn log_evidence_of_share(cases: f64, of: f64, allowed: f64, size: f64, dispersion: f64) -> f64 {
    const SIZES: [f64; 4] = [0.5, 1.0, 1.75, 3.0];
    let ratio = |times: f64| {
        let share = (allowed + times * size).min((1.0 + allowed) / 2.0);
        (cases * (share / allowed).ln() + (of - cases) * ((1.0 - share) / (1.0 - allowed)).ln()) / dispersion
    };
    log_mean(&SIZES.map(ratio))
}

/// The mean of several pieces of evidence, given and returned as logarithms. A mean of e-values is one, however they depend on each
/// other.
#[must_use]
pub fn log_mean(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return f64::NEG_INFINITY;
    }
    largest + (logs.iter().map(|log| (log - largest).exp()).sum::<f64>() / logs.len() as f64).ln()
}

/// Which of many e-values are discoveries, so that at most the share `rate` of discoveries is expected to be false, however the
/// e-values depend on each other: the e-BH procedure (Wang and Ramdas 2022). Positions, in order.
///
/// ```
/// use risks::detection::evidence::discoveries;
///
/// let logs = [5_f64.ln(), 100_f64.ln(), 45_f64.ln()];
/// assert_eq!(discoveries(&logs, 0.05), [1, 2]);
/// ```
#[must_use]
pub fn discoveries(logs: &[f64], rate: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..logs.len()).collect();
    order.sort_by(|a, b| logs[*b].total_cmp(&logs[*a]).then(a.cmp(b)));
    let tests = logs.len() as f64;
    let enough = |rank: usize| logs[order[rank]] >= (tests / (rate * (rank as f64 + 1.0))).ln();
    let last = (0..order.len()).rev().find(|rank| enough(*rank));
    let mut found = last.map_or(Vec::new(), |last| order[..=last].to_vec());
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::{open_unit, words};
    use base::statistics::normal_quantile;

    fn normal(seed: u64, series: u64, at: u64) -> f64 {
        normal_quantile(open_unit(words(seed, series, at, 0)[0]))
    }

    /// The integral that the closed form is of, by the trapezium rule.
    fn by_quadrature(estimate: f64, variance: f64, size: f64) -> f64 {
        let steps = 200_000;
        let width = 12.0 * size / f64::from(steps);
        let at = |step: i32| {
            let effect = f64::from(step) * width;
            let prior = 2.0 / (size * (std::f64::consts::TAU).sqrt()) * (-effect * effect / (2.0 * size * size)).exp();
            prior * ((effect * estimate - effect * effect / 2.0) / variance).exp()
        };
        let inner: f64 = (1..steps).map(at).sum();
        width * (inner + (at(0) + at(steps)) / 2.0)
    }

    #[test]
    fn the_closed_form_is_the_integral() {
        for (estimate, variance, size) in [(0.0, 1.0, 1.0), (2.5, 1.0, 0.7), (-1.5, 0.4, 2.0), (0.3, 0.01, 0.2), (4.0, 2.0, 1.0)]
        {
            let (closed, integral) =
                (log_evidence(estimate, variance, size, EffectSide::Above).exp(), by_quadrature(estimate, variance, size));
            assert!((closed / integral - 1.0).abs() < 1e-6, "{closed} and {integral}");
        }
    }

    #[test]
    fn numbers_far_below_zero_are_no_evidence() {
        // The lower, the less, and without a jump where the closed form gives way to its limit.
        let logs: Vec<f64> = (1..2_000).map(|z| log_evidence(-0.1 * f64::from(z), 1.0, 1e6, EffectSide::Above)).collect();
        assert!(logs.windows(2).all(|two| two[1] < two[0] && two[0] - two[1] < 0.7), "{logs:?}");
    }

    #[test]
    fn the_mean_of_evidence_without_an_effect_is_one() {
        // The mean over the distribution of the estimate, by quadrature.
        for (variance, size, side) in
            [(1.0_f64, 1.0, EffectSide::Above), (0.5, 2.0, EffectSide::Both), (4.0, 0.5, EffectSide::Above)]
        {
            let (steps, spread) = (40_000, 14.0 * variance.sqrt());
            let width = 2.0 * spread / f64::from(steps);
            let sum: f64 = (0..=steps)
                .map(|step| {
                    let estimate = -spread + f64::from(step) * width;
                    let density = (-estimate * estimate / (2.0 * variance)).exp() / (std::f64::consts::TAU * variance).sqrt();
                    density * log_evidence(estimate, variance, size, side).exp() * width
                })
                .sum();
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        }
    }

    #[test]
    fn looking_every_month_is_no_more_often_wrong() {
        // 20,000 series of 60 months without an effect: the evidence reaches 20 in at most 1 of 20.
        let mut reached = 0;
        for series in 0..20_000_u64 {
            let (mut sum, mut ever) = (0.0, false);
            for month in 1..=60_u32 {
                sum += normal(7, series, month.into());
                let n = f64::from(month);
                ever |= log_evidence(sum / n, 1.0 / n, 0.5, EffectSide::Above) >= 20_f64.ln();
            }
            reached += i32::from(ever);
        }
        assert!(reached <= 1_000, "{reached} of 20,000");
        assert!(reached >= 200, "the test would not notice evidence that is never reached: {reached}");
    }

    #[test]
    fn evidence_of_a_share_is_right_however_few_there_are() {
        // 20,000 series of 36 months of three cases each, one in fifty as allowed.
        let mut reached = 0;
        for series in 0..20_000_u64 {
            let (mut cases, mut of, mut ever) = (0.0, 0.0, false);
            for at in 0..108_u64 {
                cases += f64::from(u8::from(open_unit(words(5, series, at, 0)[0]) < 0.02));
                of += 1.0;
                ever |= at % 3 == 2 && log_evidence_of_share(cases, of, 0.02, 0.1, 1.0) >= 20_f64.ln();
            }
            reached += i32::from(ever);
        }
        assert!(reached <= 1_000, "{reached} of 20,000");
        assert!(reached >= 100, "the test would not notice evidence that is never reached: {reached}");
    }

    #[test]
    fn false_discoveries_are_few_though_tests_depend_on_each_other() {
        // 40 tests that share half of their noise, 10 of them with an effect.
        let (mut share, rounds) = (0.0, 2_000);
        for round in 0..rounds {
            let common = normal(11, round, 40);
            let logs: Vec<f64> = (0..40)
                .map(|test| {
                    let effect = if test < 10 { 4.0 } else { 0.0 };
                    let own = normal(11, round, test);
                    log_evidence(effect + (common + own) / 2_f64.sqrt(), 1.0, 3.0, EffectSide::Above)
                })
                .collect();
            let found = discoveries(&logs, 0.05);
            share += found.iter().filter(|test| **test >= 10).count() as f64 / found.len().max(1) as f64;
        }
        assert!(share / rounds as f64 <= 0.05, "{}", share / rounds as f64);
    }
}

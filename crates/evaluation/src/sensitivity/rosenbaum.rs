//! Rosenbaum's bounds for matched pairs (2002, chapter 4): if two alike people could differ by up to Γ in their odds of treatment,
//! how large could the p-value be?

use base::statistics::{binomial_cdf, normal_cdf};

use crate::error::EvaluationError;

/// How a tail of the binomial distribution is worked out. Published bounds use both, and they differ in the third digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Exactly.
    Exact,
    /// By the normal distribution, with the correction for continuity.
    NormalWithContinuityCorrection,
}

/// The largest one-sided p-value for a binary outcome: of `discordant` pairs in which just one had it, it was the treated in
/// `treated_only`. Test the direction in which the effect went: for an outcome that treatment makes rarer, count the other side.
///
/// # Errors
///
/// Γ below 1, no discordant pairs, or more of one side than of both.
pub fn binary_pairs(discordant: usize, treated_only: usize, gamma: f64, tail: Tail) -> Result<f64, EvaluationError> {
    check_gamma(gamma)?;
    if discordant == 0 {
        return Err(EvaluationError::TooFew { what: "pairs in which just one had the outcome", needed: 1, found: 0 });
    }
    if treated_only > discordant {
        return Err(EvaluationError::Option { what: "there cannot be more discordant pairs of one side than of both" });
    }
    let (n, a, p) = (discordant as f64, treated_only as f64, gamma / (1.0 + gamma));
    Ok(match tail {
        // The upper tail as the lower tail of the other side, which keeps the digits of a small probability.
        Tail::Exact => binomial_cdf((discordant - treated_only) as i64, discordant as i64, 1.0 - p),
        Tail::NormalWithContinuityCorrection => normal_cdf(-(a - 0.5 - n * p) / (n * p * (1.0 - p)).sqrt()),
    })
}

/// The largest one-sided p-value of Wilcoxon's signed rank test, by the normal distribution: the outcome of the treated less that
/// of the other, for each pair. Pairs without a difference are left out, and tied ones share their ranks.
///
/// # Errors
///
/// Γ below 1, a difference that is not finite, or no difference at all.
pub fn signed_rank(differences: &[f64], gamma: f64) -> Result<f64, EvaluationError> {
    check_gamma(gamma)?;
    if let Some(row) = differences.iter().position(|difference| !difference.is_finite()) {
        return Err(EvaluationError::Value { column: "differences".to_owned(), row, expected: "a finite number" });
    }
    let mut sorted: Vec<f64> = differences.iter().copied().filter(|&difference| difference != 0.0).collect();
    if sorted.is_empty() {
        return Err(EvaluationError::TooFew { what: "pairs with a difference", needed: 1, found: 0 });
    }
    sorted.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    let (mut sum, mut ranks, mut squares, mut before) = (0.0, 0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.abs() == b.abs()) {
        let count = tied.len() as f64;
        let rank = before + (count + 1.0) / 2.0;
        sum += rank * tied.iter().filter(|&&difference| difference > 0.0).count() as f64;
        ranks += rank * count;
        squares += rank * rank * count;
        before += count;
    }
    let p = gamma / (1.0 + gamma);
    Ok(normal_cdf(-(sum - p * ranks) / (p * (1.0 - p) * squares).sqrt()))
}

/// The largest Γ, to 0.001, at which a bound stays at or below `level`: how much hidden bias a conclusion survives. 1 where it is
/// not significant even without any, and `largest` where it survives that.
///
/// # Errors
///
/// Those of the bound.
pub fn largest_gamma(
    level: f64,
    largest: f64,
    bound: impl Fn(f64) -> Result<f64, EvaluationError>,
) -> Result<f64, EvaluationError> {
    if bound(1.0)? > level {
        return Ok(1.0);
    }
    if bound(largest)? <= level {
        return Ok(largest);
    }
    // The bound grows with Γ.
    let (mut low, mut high) = (1.0, largest);
    while high - low > 5e-4 {
        let middle = 0.5 * (low + high);
        if bound(middle)? <= level { low = middle } else { high = middle }
    }
    Ok(low)
}

fn check_gamma(gamma: f64) -> Result<(), EvaluationError> {
    if gamma >= 1.0 && gamma.is_finite() {
        Ok(())
    } else {
        Err(EvaluationError::Option { what: "the bound on the odds of treatment, gamma, has to be 1 or more" })
    }
}

//! The distributions that tests and intervals are read from: Student's t, chi-squared, F, beta, gamma, binomial and Poisson.
//! Each has its lower and its upper tail, computed apart so that a tail of 1e-30 keeps its digits. The normal distribution is in
//! `base::statistics`.
//!
//! The factor before each continued fraction is taken from Loader, "Fast and accurate computation of binomial probabilities"
//! (2000), because a difference of two log gamma functions loses a digit for every power of ten in the degrees of freedom.

/// The two tails of a distribution at a point: the chance of a value at most as large, and of a larger one. They add up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// The chance of a value at most as large.
    pub lower: f64,
    /// The chance of a larger value.
    pub upper: f64,
}

impl Tails {
    fn from_lower(lower: f64) -> Tails {
        Tails { lower, upper: 1.0 - lower }
    }

    fn from_upper(upper: f64) -> Tails {
        Tails { lower: 1.0 - upper, upper }
    }

    fn swapped(self) -> Tails {
        Tails { lower: self.upper, upper: self.lower }
    }
}

const UNKNOWN: Tails = Tails { lower: f64::NAN, upper: f64::NAN };

/// More steps than any continued fraction needs for parameters up to about 1e9.
const MAX_STEPS: usize = 200_000;

/// The natural logarithm of the gamma function, for `x` above 0. Absolute error about 1e-14 near its zeros at 1 and 2.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut at, mut product) = (x, 1.0);
    while at < 15.0 {
        product *= at;
        at += 1.0;
    }
    let half_log_two_pi = 0.5 * (2.0 * std::f64::consts::PI).ln();
    (at - 0.5) * at.ln() - at + half_log_two_pi + stirling_series(at) - product.ln()
}

/// The error of Stirling's formula, for `n` of at least 15.
fn stirling_series(n: f64) -> f64 {
    let square = n * n;
    (1.0 / 12.0
        - (1.0 / 360.0
            - (1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0 - 691.0 / 360_360.0 / square) / square) / square) / square)
            / square)
        / n
}

/// `ln Γ(n + 1) - (n + ½) ln n + n - ½ ln 2π`, for `n` above 0.
fn stirling_error(n: f64) -> f64 {
    if n >= 15.0 {
        return stirling_series(n);
    }
    ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - 0.5 * (2.0 * std::f64::consts::PI).ln()
}

/// `x ln(x / mean) + mean - x`, without the cancellation near `x = mean`. The difference `x - mean` is given apart for its digits.
fn deviance(x: f64, mean: f64, difference: f64) -> f64 {
    if difference.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - difference;
    }
    let ratio = difference / (x + mean);
    let mut sum = difference * ratio;
    let mut term = 2.0 * x * ratio;
    let square = ratio * ratio;
    let mut k = 1.0;
    loop {
        term *= square;
        k += 2.0;
        let next = sum + term / k;
        if next == sum || k > 2000.0 {
            return next;
        }
        sum = next;
    }
}

/// `a - (a + b) x`, from the smaller of `x` and `y`, which is the exact one.
fn excess_over_mean(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= y { a - (a + b) * x } else { (a + b) * y - b }
}

/// `x^a y^b / B(a, b)`, where `y = 1 - x`. What `a` exceeds its mean by, `b` falls short of its own.
fn beta_factor(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let excess = excess_over_mean(a, b, x, y);
    let n = a + b;
    let exponent =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x, excess) - deviance(b, n * y, -excess);
    exponent.exp() * (a * b / (2.0 * std::f64::consts::PI * n)).sqrt()
}

/// Lentz's evaluation of the continued fraction of the incomplete beta function in the form of DiDonato and Morris, "Algorithm
/// 708" (1992), whose terms are all positive in the middle of the range. `excess` is `a - (a + b) x`, given for its digits.
fn beta_fraction(a: f64, b: f64, x: f64, y: f64, excess: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let lift = |value: f64| if value.abs() < TINY { TINY } else { value };
    let denominator =
        |n: f64| n + n * (b - n) * x / (a + 2.0 * n - 1.0) + (a + n) * (excess + 1.0 + n * (1.0 + y)) / (a + 2.0 * n + 1.0);
    let mut value = lift(a * (excess + 1.0) / (a + 1.0));
    let (mut c, mut d) = (value, 0.0);
    for step in 1..MAX_STEPS {
        let n = step as f64;
        let root = x / (a + 2.0 * n - 1.0);
        let numerator = (a + n - 1.0) * (a + b + n - 1.0) * n * (b - n) * root * root;
        let next = denominator(n);
        d = 1.0 / lift(next + numerator * d);
        c = lift(next + numerator / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 2e-16 {
            break;
        }
    }
    1.0 / value
}

/// Both tails of the beta distribution at `x`, with `y = 1 - x` given apart for its digits.
fn beta_tails_of(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if [a, b, x, y].iter().any(|value| value.is_nan()) || a <= 0.0 || b <= 0.0 {
        return UNKNOWN;
    }
    if x <= 0.0 {
        return Tails::from_lower(0.0);
    }
    if y <= 0.0 {
        return Tails::from_upper(0.0);
    }
    let (factor, excess) = (beta_factor(a, b, x, y), excess_over_mean(a, b, x, y));
    if x < (a + 1.0) / (a + b + 2.0) {
        Tails::from_lower(factor * beta_fraction(a, b, x, y, excess))
    } else {
        Tails::from_upper(factor * beta_fraction(b, a, y, x, -excess))
    }
}

/// Both tails of the beta distribution with shapes `a` and `b`, at `x` from 0 to 1.
#[must_use]
pub fn beta_tails(a: f64, b: f64, x: f64) -> Tails {
    beta_tails_of(a, b, x, 1.0 - x)
}

/// Both tails of the gamma distribution of a shape and scale 1, at `x`.
#[must_use]
pub fn gamma_tails(shape: f64, x: f64) -> Tails {
    if shape.is_nan() || x.is_nan() || shape <= 0.0 {
        return UNKNOWN;
    }
    if x <= 0.0 {
        return Tails::from_lower(0.0);
    }
    if x.is_infinite() {
        return Tails::from_upper(0.0);
    }
    // x^shape e^-x / Γ(shape + 1).
    let factor = (-stirling_error(shape) - deviance(shape, x, shape - x)).exp() / (2.0 * std::f64::consts::PI * shape).sqrt();
    if x < shape + 1.0 {
        let (mut term, mut sum, mut k) = (1.0, 1.0, shape);
        for _ in 0..MAX_STEPS {
            k += 1.0;
            term *= x / k;
            sum += term;
            if term < 1e-17 * sum {
                break;
            }
        }
        return Tails::from_lower(factor * sum);
    }
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for step in 1..MAX_STEPS {
        let i = step as f64;
        let a = -i * (i - shape);
        b += 2.0;
        d = a * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + a / c;
        c = if c.abs() < TINY { TINY } else { c };
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    Tails::from_upper(factor * shape * value)
}

/// Both tails of Student's t with `df` degrees of freedom.
#[must_use]
pub fn student_t_tails(t: f64, df: f64) -> Tails {
    if t.is_infinite() {
        return if t > 0.0 { Tails::from_upper(0.0) } else { Tails::from_lower(0.0) };
    }
    // Written so that a square beyond the largest number leaves a tail of 0.
    let (x, y) = (1.0 / (1.0 + t * t / df), 1.0 / (1.0 + df / (t * t)));
    let half = 0.5 * beta_tails_of(0.5 * df, 0.5, x, y).lower;
    let tails = Tails::from_upper(half);
    if t < 0.0 { tails.swapped() } else { tails }
}

/// Both tails of chi-squared with `df` degrees of freedom.
#[must_use]
pub fn chi_squared_tails(x: f64, df: f64) -> Tails {
    gamma_tails(0.5 * df, 0.5 * x)
}

/// Both tails of F with `df1` and `df2` degrees of freedom.
#[must_use]
pub fn f_tails(f: f64, df1: f64, df2: f64) -> Tails {
    if f <= 0.0 {
        return Tails::from_lower(0.0);
    }
    let odds = df1 / df2 * f;
    beta_tails_of(0.5 * df1, 0.5 * df2, 1.0 / (1.0 + 1.0 / odds), 1.0 / (1.0 + odds))
}

/// Both tails of the binomial distribution: the chance of at most `k` of `n`, and of more than `k`.
#[must_use]
pub fn binomial_tails(k: u64, n: u64, p: f64) -> Tails {
    if k >= n {
        return Tails::from_upper(0.0);
    }
    beta_tails_of(k as f64 + 1.0, (n - k) as f64, p, 1.0 - p).swapped()
}

/// The chance of exactly `k` of `n`.
#[must_use]
pub fn binomial_mass(k: u64, n: u64, p: f64) -> f64 {
    if k > n || !(0.0..=1.0).contains(&p) {
        return 0.0;
    }
    if k == 0 {
        return (n as f64 * (-p).ln_1p()).exp();
    }
    if k == n {
        return (n as f64 * p.ln()).exp();
    }
    let (a, b) = (k as f64, (n - k) as f64);
    beta_factor(a, b, p, 1.0 - p) * (a + b) / (a * b)
}

/// Both tails of the Poisson distribution: the chance of at most `k`, and of more than `k`.
#[must_use]
pub fn poisson_tails(k: u64, mean: f64) -> Tails {
    if mean <= 0.0 {
        return Tails::from_upper(0.0);
    }
    gamma_tails(k as f64 + 1.0, mean).swapped()
}

/// The chance of exactly `k`.
#[must_use]
pub fn poisson_mass(k: u64, mean: f64) -> f64 {
    if k == 0 {
        return (-mean).exp();
    }
    let k = k as f64;
    (-stirling_error(k) - deviance(k, mean, k - mean)).exp() / (2.0 * std::f64::consts::PI * k).sqrt()
}

/// The least number from 0 to `highest` whose lower tail reaches `p`, to the last bit. Numbers above 0 are in the order of their
/// bits, so halving the bits takes 64 steps whatever the size of the answer.
fn quantile_above_zero(p: f64, highest: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return highest;
    }
    let reached = |x: f64| {
        let at = tails(x);
        if p <= 0.5 { at.lower >= p } else { at.upper <= 1.0 - p }
    };
    let (mut below, mut above) = (0u64, highest.to_bits());
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if reached(f64::from_bits(middle)) { above = middle } else { below = middle }
    }
    f64::from_bits(above)
}

/// The quantile of Student's t with `df` degrees of freedom: the number that `p` of its values do not exceed.
#[must_use]
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if p == 0.5 {
        return 0.0;
    }
    let tail = if p < 0.5 { p } else { 1.0 - p };
    // Swapped and reciprocal, so that the tail itself is compared and one of 1e-30 has a quantile.
    let size = 1.0 / quantile_above_zero(tail, f64::INFINITY, |inverse| student_t_tails(1.0 / inverse, df).swapped());
    if p < 0.5 { -size } else { size }
}

/// The quantile of chi-squared with `df` degrees of freedom.
#[must_use]
pub fn chi_squared_quantile(p: f64, df: f64) -> f64 {
    quantile_above_zero(p, f64::INFINITY, |x| chi_squared_tails(x, df))
}

/// The quantile of the gamma distribution of a shape and scale 1.
#[must_use]
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    quantile_above_zero(p, f64::INFINITY, |x| gamma_tails(shape, x))
}

/// The quantile of F with `df1` and `df2` degrees of freedom.
#[must_use]
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    quantile_above_zero(p, f64::INFINITY, |f| f_tails(f, df1, df2))
}

/// The quantile of the beta distribution with shapes `a` and `b`.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    quantile_above_zero(p, 1.0, |x| beta_tails(a, b, x))
}

/// The least count whose lower tail reaches `p`, from 0 to `highest`.
fn least_count(p: f64, highest: u64, lower: impl Fn(u64) -> f64) -> u64 {
    let (mut from, mut to) = (0, highest);
    while from < to {
        let middle = from + (to - from) / 2;
        if lower(middle) >= p { to = middle } else { from = middle + 1 }
    }
    from
}

/// The least count of `n` that is not exceeded with a chance of at least `p`.
#[must_use]
pub fn binomial_quantile(p: f64, n: u64, chance: f64) -> u64 {
    least_count(p, n, |k| binomial_tails(k, n, chance).lower)
}

/// The least count that is not exceeded with a chance of at least `p`, for a Poisson mean below about 1e15.
#[must_use]
pub fn poisson_quantile(p: f64, mean: f64) -> u64 {
    if p >= 1.0 {
        return u64::MAX;
    }
    let highest = (mean + 40.0 * mean.max(1.0).sqrt() + 1000.0) as u64;
    least_count(p, highest, |k| poisson_tails(k, mean).lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() < relative, "{found:e} where {expected:e} is expected");
    }

    /// Closed forms: t with 1 and 2 degrees of freedom, chi-squared with 2, F with 2 and 2, and whole powers.
    #[test]
    fn tails_are_their_closed_forms() {
        for t in [1e-3f64, 0.7, 3.0, 1e4] {
            close(student_t_tails(t, 1.0).upper, (1.0 / t).atan() / std::f64::consts::PI, 1e-13);
            close(student_t_tails(-t, 2.0).lower, 1.0 / ((2.0 + t * t) + t * (2.0 + t * t).sqrt()), 1e-13);
        }
        for x in [1e-8f64, 1.0, 50.0, 1400.0] {
            close(chi_squared_tails(x, 2.0).upper, (-0.5 * x).exp(), 1e-13);
            close(chi_squared_tails(x, 2.0).lower, -(-0.5 * x).exp_m1(), 1e-13);
            close(f_tails(x, 2.0, 2.0).upper, 1.0 / (1.0 + x), 1e-13);
        }
        close(beta_tails(7.0, 1.0, 0.01).lower, 1e-14, 1e-12);
        close(beta_tails(1.0, 1e6, 1e-5).upper, (1e6 * (-1e-5f64).ln_1p()).exp(), 1e-12);
        close(poisson_tails(0, 700.0).lower, (-700.0f64).exp(), 1e-12);
        close(binomial_tails(0, 1_000_000, 1e-4).lower, (1e6 * (-1e-4f64).ln_1p()).exp(), 1e-12);
    }

    /// Published tables (Abramowitz and Stegun 26.8 to 26.10; NIST handbook 1.3.6.7).
    #[test]
    fn quantiles_are_those_of_published_tables() {
        close(student_t_quantile(0.975, 10.0), 2.228_138_851_986_274, 1e-12);
        close(student_t_quantile(0.005, 3.0), -5.840_909_309_733_355, 1e-12);
        close(chi_squared_quantile(0.95, 1.0), 3.841_458_820_694_124, 1e-12);
        close(chi_squared_quantile(0.05, 10.0), 3.940_299_136_119_060_5, 1e-12);
        close(f_quantile(0.95, 3.0, 10.0), 3.708_264_819_046_843, 1e-11);
        assert_eq!(binomial_quantile(0.025, 100, 0.2), 12);
        assert_eq!(poisson_quantile(0.975, 10.0), 17);
    }

    #[test]
    fn a_quantile_gives_its_tail_back() {
        for df in [0.5, 1.0, 7.3, 240.0, 1e6] {
            for p in [1e-30, 1e-9, 0.02, 0.5, 0.8, 0.999_999] {
                if p != 0.5 {
                    close(student_t_tails(student_t_quantile(p, df), df).lower, p, 1e-11);
                }
                if df > 1.0 {
                    close(chi_squared_tails(chi_squared_quantile(p, df), df).lower, p, 1e-9);
                    close(beta_tails(df, 3.0, beta_quantile(p, df, 3.0)).lower, p, 1e-9);
                }
            }
        }
    }

    /// A t with very many degrees of freedom is nearly normal: by Abramowitz and Stegun 26.7.5 its tail exceeds the normal one
    /// by about `(x³ + x) φ(x) / (4 df)`.
    #[test]
    fn a_t_with_many_degrees_of_freedom_keeps_its_digits() {
        let (x, df) = (4.0f64, 1e8);
        let normal = base::statistics::normal_cdf(-x);
        let correction = (x.powi(3) + x) * base::statistics::normal_density(x) / (4.0 * df);
        close(student_t_tails(x, df).upper, normal + correction, 1e-11);
    }

    #[test]
    fn binomial_masses_sum_to_their_tail() {
        for (k, n, p) in [(3u64, 40u64, 0.02), (570, 1000, 0.6), (9, 10, 0.3)] {
            let sum: f64 = (0..=k).map(|j| binomial_mass(j, n, p)).sum();
            close(binomial_tails(k, n, p).lower, sum, 1e-12);
            let sum: f64 = (k + 1..=n).map(|j| binomial_mass(j, n, p)).sum();
            close(binomial_tails(k, n, p).upper, sum, 1e-12);
            let sum: f64 = (0..=k).map(|j| poisson_mass(j, 7.5)).sum();
            close(poisson_tails(k, 7.5).lower, sum, 1e-12);
        }
    }
}

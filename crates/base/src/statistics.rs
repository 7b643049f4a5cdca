//! The statistics that a contract needs: the normal distribution, and the binomial distribution for the chance of a wrong
//! payment.

/// The density of a standard normal number.
#[must_use]
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The standard normal distribution function, to about 1e-15 (Marsaglia 2004: Taylor series in the middle, continued
/// fraction in the tails).
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    if z.is_nan() {
        return f64::NAN;
    }
    if z.abs() > 38.0 {
        return if z > 0.0 { 1.0 } else { 0.0 };
    }
    let density = normal_density(z);
    if z.abs() < 5.0 {
        let (mut term, mut sum, mut k) = (z, z, 1.0);
        while term.abs() > 1e-17 * sum.abs() && k < 400.0 {
            k += 2.0;
            term *= z * z / k;
            sum += term;
        }
        return 0.5 + sum * density;
    }
    let mut fraction = z.abs();
    for k in (1..=60).rev() {
        fraction = z.abs() + f64::from(k) / fraction;
    }
    let tail = density / fraction;
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// The standard normal quantile: Acklam's rational approximation, then one step of Halley's method on [`normal_cdf`].
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return if p <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.38357751867269e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 5] =
        [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    let tail = |q: f64| {
        (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5])
            / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0)
    };
    let z = if p < 0.02425 {
        tail((-2.0 * p.ln()).sqrt())
    } else if p > 1.0 - 0.02425 {
        -tail((-2.0 * (1.0 - p).ln()).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q
            / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
    };
    let error = normal_cdf(z) - p;
    let step = error * (2.0 * std::f64::consts::PI).sqrt() * (z * z / 2.0).exp();
    z - step / (1.0 + z * step / 2.0)
}

/// The 95% interval of a share of `part` in `whole`, from 0 to 1 (Wilson 1927). It is the whole range where there is nothing.
///
/// ```
/// use base::statistics::wilson;
///
/// // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
/// let [low, high] = wilson(81.0, 263.0);
/// assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
/// assert_eq!(wilson(0.0, 0.0), [0.0, 1.0]);
/// ```
#[must_use]
pub fn wilson(part: f64, whole: f64) -> [f64; 2] {
    const Z: f64 = 1.959_963_984_540_054;
    if whole <= 0.0 {
        return [0.0, 1.0];
    }
    let share = (part / whole).min(1.0);
    let (middle, scale) = (share + Z * Z / (2.0 * whole), 1.0 + Z * Z / whole);
    let half = Z * (share * (1.0 - share) / whole + Z * Z / (4.0 * whole * whole)).sqrt();
    [((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)]
}

/// The chance that a binomial count of `n` trials at `p` is at most `k`, summed exactly from the mode outwards.
#[must_use]
pub fn binomial_cdf(k: i64, n: i64, p: f64) -> f64 {
    if k < 0 {
        return 0.0;
    }
    if k >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    // Terms relative to the mode, so that nothing under- or overflows; the total normalises them.
    let mode = (((n + 1) as f64) * p).floor().min(n as f64) as i64;
    let odds = p / (1.0 - p);
    let (mut below, mut total) = (0.0, 0.0);
    let mut add = |at: i64, term: f64| {
        total += term;
        if at <= k {
            below += term;
        }
    };
    let mut term = 1.0;
    for at in mode..=n {
        add(at, term);
        term *= (n - at) as f64 / (at + 1) as f64 * odds;
        if term < 1e-30 {
            break;
        }
    }
    let mut term = 1.0;
    for at in (1..=mode).rev() {
        term *= at as f64 / (n - at + 1) as f64 / odds;
        add(at - 1, term);
        if term < 1e-30 {
            break;
        }
    }
    below / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_matches_published_tables() {
        for (z, p) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-1.959_963_984_540_054, 0.025), (6.0, 0.999_999_999_013_412_3)]
        {
            assert!((normal_cdf(z) - p).abs() < 1e-14, "{z}: {}", normal_cdf(z));
        }
        for p in [1e-9, 0.01, 0.025, 0.3, 0.5, 0.95, 0.999_99] {
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-14);
        }
    }

    #[test]
    fn binomial_matches_a_published_case() {
        // BinCDF(570; 1000, 0.6): the chance that 1,000 people at 60% show a 5% relative fall by luck.
        assert!((binomial_cdf(570, 1000, 0.6) - 0.028_779_450_91).abs() < 1e-10);
        let total: f64 = (0..=10).map(|k| binomial_cdf(k, 10, 0.3) - binomial_cdf(k - 1, 10, 0.3)).sum();
        assert!((total - 1.0).abs() < 1e-14);
    }
}

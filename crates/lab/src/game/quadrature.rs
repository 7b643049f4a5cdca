//! Integrals by Gauss and Legendre's rule in panels that end where the function has a kink or a jump, and from them the mean
//! of what depends on a normal number. Exact to rounding for what is smooth inside the panels.

use std::sync::LazyLock;

/// Points in each panel.
const POINTS: usize = 20;
/// How far out the normal distribution is followed: beyond lies 1e-22 of it.
const TAIL: f64 = 10.0;
/// Width of a panel, in standard deviations.
const PANEL: f64 = 2.5;

/// The rule on −1 to 1: the roots of Legendre's polynomial with their weights.
static RULE: LazyLock<[(f64, f64); POINTS]> = LazyLock::new(|| {
    let n = POINTS as f64;
    std::array::from_fn(|at| {
        let mut x = (std::f64::consts::PI * (at as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..50 {
            let (mut p, mut before) = (1.0, 0.0);
            for k in 1..=POINTS {
                let k = k as f64;
                (p, before) = (((2.0 * k - 1.0) * x * p - (k - 1.0) * before) / k, p);
            }
            slope = n * (x * p - before) / (x * x - 1.0);
            x -= p / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
});

/// The integral from `low` to `high` of a function that is smooth in between.
pub fn integral(low: f64, high: f64, f: &dyn Fn(f64) -> f64) -> f64 {
    let (middle, half) = (f64::midpoint(low, high), (high - low) / 2.0);
    RULE.iter().map(|(x, weight)| weight * half * f(middle + half * x)).sum()
}

/// The mean of a function of a standard normal number, with kinks or jumps at most at the cuts. `tilt` is how far out the
/// product of function and density may have its middle, where the function grows or falls exponentially.
pub fn normal_mean(cuts: &[f64], tilt: f64, f: &dyn Fn(f64) -> f64) -> f64 {
    let ends = (-TAIL - tilt.abs(), TAIL + tilt.abs());
    let mut edges: Vec<f64> = cuts.iter().copied().filter(|cut| ends.0 < *cut && *cut < ends.1).collect();
    edges.extend([ends.0, ends.1]);
    edges.sort_by(f64::total_cmp);
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let mut sum = 0.0;
    for pair in edges.windows(2) {
        let panels = ((pair[1] - pair[0]) / PANEL).ceil().max(1.0);
        let width = (pair[1] - pair[0]) / panels;
        for panel in 0..panels as usize {
            let low = pair[0] + width * panel as f64;
            sum += integral(low, low + width, &|z| density(z) * f(z));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use scheme::statistics::normal_cdf;

    use super::*;

    #[test]
    fn known_integrals() {
        assert!((integral(0.0, 1.0, &|x| x.powi(9)) - 0.1).abs() < 1e-15);
        assert!((normal_mean(&[], 0.0, &|z| z * z) - 1.0).abs() < 1e-13);
        assert!((normal_mean(&[], 4.0, &|z| (-4.0 * z).exp()) / 8f64.exp() - 1.0).abs() < 1e-12);
        let above = normal_mean(&[0.7], 0.0, &|z| f64::from(u8::from(z >= 0.7)));
        assert!((above - normal_cdf(-0.7)).abs() < 1e-13);
    }
}

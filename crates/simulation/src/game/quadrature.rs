//! Integrals by Gauss and Legendre's rule in panels that end where the function has a kink or a jump, and from them the mean
//! of what depends on a normal number. Exact to rounding for what is smooth inside the panels.

use std::sync::LazyLock;

use base::statistics::normal_density;

/// Points in each panel.
const POINTS: usize = 20;
/// How far out the normal distribution is followed: 1e-22 of it is beyond.
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

/// The mean of a function of a standard normal number, with kinks or jumps at most at the cuts. `centre` is where the product
/// of function and density has its middle when the function grows or falls exponentially; 0 when it does not.
pub fn normal_mean(cuts: &[f64], centre: f64, f: &dyn Fn(f64) -> f64) -> f64 {
    let (least, most) = (centre.min(0.0) - TAIL, centre.max(0.0) + TAIL);
    let cuts: Vec<f64> = cuts.iter().copied().filter(|cut| least < *cut && *cut < most).collect();
    let mut sum = 0.0;
    for (from, to) in stretches(cuts.iter().copied().chain([0.0, centre])) {
        let mut edges: Vec<f64> = cuts.iter().copied().filter(|cut| from < *cut && *cut < to).chain([from, to]).collect();
        edges.sort_by(f64::total_cmp);
        sum += edges.windows(2).map(|pair| panels(pair[0], pair[1], &|z| normal_density(z) * f(z))).sum::<f64>();
    }
    sum
}

/// What counts lies around zero, around the centre, or at an edge; between them there may be a desert. Where the surroundings
/// of two overlap they are one stretch.
fn stretches(middles: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    let mut middles: Vec<f64> = middles.collect();
    middles.sort_by(f64::total_cmp);
    let mut out: Vec<(f64, f64)> = Vec::new();
    for middle in middles {
        match out.last_mut() {
            Some((_, to)) if middle - TAIL <= *to => *to = middle + TAIL,
            _ => out.push((middle - TAIL, middle + TAIL)),
        }
    }
    out
}

/// An integral in panels of even width.
fn panels(low: f64, high: f64, f: &dyn Fn(f64) -> f64) -> f64 {
    let count = ((high - low) / PANEL).ceil().max(1.0);
    let width = (high - low) / count;
    (0..count as usize).map(|at| integral(low + width * at as f64, low + width * (at + 1) as f64, f)).sum()
}

#[cfg(test)]
mod tests {
    use base::statistics::normal_cdf;

    use super::*;

    #[test]
    fn known_integrals() {
        assert!((integral(0.0, 1.0, &|x| x.powi(9)) - 0.1).abs() < 1e-15);
        assert!((normal_mean(&[], 0.0, &|z| z * z) - 1.0).abs() < 1e-13);
        assert!((normal_mean(&[], -4.0, &|z| (-4.0 * z).exp()) / 8f64.exp() - 1.0).abs() < 1e-12);
        // A slope that ends at a cut, far from where the distribution has its middle: by completing the square.
        let sloped = normal_mean(&[-22.0], -25.0, &|z| if z < -22.0 { (-25.0 * (z + 25.0)).exp() } else { 0.0 });
        let exact = (25.0f64 * 25.0 / 2.0 - 625.0).exp() * normal_cdf(3.0);
        assert!((sloped / exact - 1.0).abs() < 1e-11, "{sloped} against {exact}");
        let above = normal_mean(&[0.7], 0.0, &|z| f64::from(u8::from(z >= 0.7)));
        assert!((above - normal_cdf(-0.7)).abs() < 1e-13);
    }
}

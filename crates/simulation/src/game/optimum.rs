//! Where a function of one number, or of several, is largest between bounds. The function may have known kinks and jumps, as payment at
//! a threshold does. Between them, the only assumption is that a grid sees its peak. Where the function is smooth, the last digits come
//! from Newton's method, because comparing values alone places a smooth peak only to half the digits of a number.

/// Points on each grid; each round keeps the two cells beside the best.
const GRID: usize = 17;
/// Rounds after which the peak is tried with Newton's method, and rounds after which it is given up for a kink.
const COARSE: usize = 4;
const FINE: usize = 16;
/// No answer of these games is further out.
const FAR: f64 = 1e9;

/// The place between two bounds, either of which may be infinite, at which a function is largest.
pub fn along((low, high): (f64, f64), f: &dyn Fn(f64) -> f64) -> f64 {
    let (mut from, mut to) = window(low, high, f);
    let mut best = from;
    for round in 1..=FINE {
        let step = (to - from) / (GRID - 1) as f64;
        let points = (0..GRID).map(|at| if at == GRID - 1 { to } else { from + step * at as f64 });
        best = points.map(|x| (x, f(x))).max_by(|a, b| rank(a.1).total_cmp(&rank(b.1))).map_or(best, |(x, _)| x);
        (from, to) = ((best - step).max(from), (best + step).min(to));
        if round >= COARSE
            && let Some(peak) = climb(best, (low, high), f)
            && (from..=to).contains(&peak)
        {
            return peak;
        }
    }
    best
}

/// The same where the function may jump or have a kink at known places: each stretch between them is looked at by itself, its
/// ends included.
pub fn along_pieces((low, high): (f64, f64), cuts: &[f64], f: &dyn Fn(f64) -> f64) -> f64 {
    let mut ends: Vec<f64> = cuts.iter().copied().filter(|cut| low < *cut && *cut < high).collect();
    ends.extend([low, high]);
    ends.sort_by(f64::total_cmp);
    let peaks = ends.windows(2).map(|pair| along((pair[0], pair[1]), f));
    peaks.max_by(|a, b| rank(f(*a)).total_cmp(&rank(f(*b)))).unwrap_or(low)
}

/// A finite window between the bounds that has the best point of its grid inside, or at a bound: the window doubles until it
/// does.
fn window(low: f64, high: f64, f: &dyn Fn(f64) -> f64) -> (f64, f64) {
    if low.is_finite() && high.is_finite() {
        return (low, high);
    }
    let mut reach = 1.0;
    loop {
        let centre = 0f64.clamp(low, high);
        let (from, to) = ((centre - reach).max(low), (centre + reach).min(high));
        let step = (to - from) / (GRID - 1) as f64;
        let values: Vec<f64> = (0..GRID).map(|at| rank(f(from + step * at as f64))).collect();
        let best = (0..GRID).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or_default();
        let open = best == 0 && from > low || best == GRID - 1 && to < high;
        if !open || reach > FAR {
            return (from, to);
        }
        reach *= 2.0;
    }
}

/// What is not a number is worse than anything.
fn rank(value: f64) -> f64 {
    if value.is_nan() { f64::NEG_INFINITY } else { value }
}

/// The smooth peak next to a point, by Newton's method; `None` where the function is not smooth there, not curved downwards,
/// or a bound is too near to look at both sides.
pub fn climb(start: f64, (low, high): (f64, f64), f: &dyn Fn(f64) -> f64) -> Option<f64> {
    let mut x = start;
    for _ in 0..12 {
        let h = STEP * x.abs().max(1.0);
        if x - 2.0 * h <= low || x + 2.0 * h >= high {
            return None;
        }
        let (slope, curve) = derivatives(x, h, f);
        if curve >= 0.0 || !curve.is_finite() || !slope.is_finite() {
            return None;
        }
        let move_by = -slope / curve;
        x += move_by;
        if move_by.abs() <= 1e-11 * x.abs().max(1.0) {
            let smooth = rank(f(x)) >= f(start) - 1e-12 * f(start).abs().max(1.0);
            return (smooth && low <= x && x <= high).then_some(x);
        }
        if move_by.abs() > 0.1 * x.abs().max(1.0) {
            return None;
        }
    }
    None
}

/// Step of the differences, as a share of the number (or of one, where it is smaller).
const STEP: f64 = 1e-3;

/// The first two derivatives by five-point differences: exact for polynomials to the fourth degree.
pub(super) fn derivatives(x: f64, h: f64, f: &dyn Fn(f64) -> f64) -> (f64, f64) {
    let [a, b, c, d, e] = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|k| f(x + k * h));
    ((a - 8.0 * b + 8.0 * d - e) / (12.0 * h), (-a + 16.0 * b - 30.0 * c + 16.0 * d - e) / (12.0 * h * h))
}

/// The place at which a function of several numbers is largest, each within bounds of its own: one number at a time until
/// nothing moves, helped along by Newton's method in all numbers that are not at a bound. `cuts` says at which values of one
/// number, the others being where they are, the function may jump or have a kink.
pub fn together(bounds: &[(f64, f64)], cuts: &dyn Fn(usize, &[f64]) -> Vec<f64>, f: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut x: Vec<f64> = bounds.iter().map(|(low, high)| 0f64.clamp(*low, *high)).collect();
    for _ in 0..60 {
        let before = x.clone();
        for at in 0..x.len() {
            let line = |value: f64| {
                let mut moved = x.clone();
                moved[at] = value;
                f(&moved)
            };
            x[at] = along_pieces(bounds[at], &cuts(at, &x), &line);
        }
        let moved = x.iter().zip(&before).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if x.len() == 1 || moved <= 1e-12 {
            break;
        }
        if let Some(peak) = newton(&x, bounds, f) {
            return peak;
        }
    }
    x
}

/// Newton's method in several numbers; `None` under the conditions of [`climb`]. Numbers at a bound stay there.
fn newton(start: &[f64], bounds: &[(f64, f64)], f: &dyn Fn(&[f64]) -> f64) -> Option<Vec<f64>> {
    let mut x = start.to_vec();
    let steps: Vec<f64> = x.iter().map(|x| STEP * x.abs().max(1.0)).collect();
    let free: Vec<usize> =
        (0..x.len()).filter(|&at| x[at] - 2.0 * steps[at] > bounds[at].0 && x[at] + 2.0 * steps[at] < bounds[at].1).collect();
    for _ in 0..12 {
        let at = |moves: &[(usize, f64)]| {
            let mut moved = x.clone();
            moves.iter().for_each(|(at, by)| moved[*at] += by);
            f(&moved)
        };
        let mut curves = vec![vec![0.0; free.len()]; free.len()];
        let mut slopes = vec![0.0; free.len()];
        for (row, &i) in free.iter().enumerate() {
            (slopes[row], curves[row][row]) = derivatives(0.0, steps[i], &|by| at(&[(i, by)]));
            for (column, &j) in free.iter().enumerate().take(row) {
                let (h, k) = (steps[i], steps[j]);
                let corner = |a: f64, b: f64| at(&[(i, a * h), (j, b * k)]);
                let mixed = (corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0)) / (4.0 * h * k);
                curves[row][column] = mixed;
                curves[column][row] = mixed;
            }
        }
        let moves = solve(curves, slopes.iter().map(|slope| -slope).collect())?;
        free.iter().zip(&moves).for_each(|(&at, by)| x[at] += by);
        let largest = moves.iter().map(|by| by.abs()).fold(0.0, f64::max);
        let inside = x.iter().zip(bounds).all(|(x, (low, high))| low <= x && x <= high);
        let scale = start.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
        if !inside || largest.is_nan() || largest > 10.0 * scale {
            return None;
        }
        if largest <= 1e-11 {
            return (f(&x) >= f(start) - 1e-12 * f(start).abs().max(1.0)).then_some(x);
        }
    }
    None
}

/// Solves a system of linear equations by Gauss's method with row exchange; `None` where it has no single solution.
#[must_use]
pub fn solve(mut rows: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        if rows[pivot][column].abs() < 1e-12 || !rows[pivot][column].is_finite() {
            return None;
        }
        rows.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..n {
            let factor = rows[row][column] / rows[column][column];
            for at in column..n {
                rows[row][at] -= factor * rows[column][at];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|at| rows[row][at] * right[at]).sum();
        right[row] = (right[row] - known) / rows[row][row];
    }
    Some(right)
}

/// Where a function crosses zero between two places at which its sign differs; `None` where it does not differ.
pub fn crossing(low: f64, high: f64, f: &dyn Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut high) = (low, high);
    let rising = f(high) > 0.0;
    if (f(low) > 0.0) == rising {
        return None;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if (f(middle) > 0.0) == rising { high = middle } else { low = middle }
    }
    Some(f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_kinked_and_broken_peaks_are_found() {
        let open = (f64::NEG_INFINITY, f64::INFINITY);
        assert!((along(open, &|x| -(x - 123.456).powi(2)) - 123.456).abs() < 1e-9);
        assert!((along(open, &|x| (x - 1.0).cos() - 0.01 * x * x) - 0.980_6).abs() < 1e-3);
        assert!((along((0.0, 9.0), &|x| -(x - 0.7).abs()) - 0.7).abs() < 1e-9);
        let notch = |x: f64| if x >= 1.9 { 2.0 - x * x / 2.0 } else { -x * x / 2.0 };
        assert!((along_pieces((0.0, f64::INFINITY), &[1.9], &notch) - 1.9).abs() < 1e-9);
        assert_eq!(along((0.0, f64::INFINITY), &|x| -x), 0.0);
    }

    #[test]
    fn several_numbers_meet_their_peak_and_their_bounds() {
        let open = (f64::NEG_INFINITY, f64::INFINITY);
        let valley = |x: &[f64]| x[0] - 0.5 * (x[0] * x[0] + 1.6 * x[0] * x[1] + x[1] * x[1]);
        let smooth = |_: usize, _: &[f64]| Vec::new();
        let peak = together(&[open, open], &smooth, &valley);
        // Inverse of [[1, 0.8], [0.8, 1]] times (1, 0).
        assert!((peak[0] - 1.0 / 0.36).abs() < 1e-9 && (peak[1] + 0.8 / 0.36).abs() < 1e-9, "{peak:?}");
        let bounded = together(&[open, (0.0, f64::INFINITY)], &smooth, &valley);
        assert!((bounded[0] - 1.0).abs() < 1e-9 && bounded[1].abs() < 1e-12, "{bounded:?}");
    }
}

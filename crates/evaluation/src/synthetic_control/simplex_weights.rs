//! Weights of 0 or more that sum to one and bring an average of points closest to a target: an active-set method, exact up to
//! rounding, with a bounded number of steps.

use crate::linear_algebra::{Cholesky, Symmetric};

/// The weights of `points` whose average is nearest to `target`.
pub(crate) fn simplex_weights(target: &[f64], points: &[Vec<f64>]) -> Vec<f64> {
    let n = points.len();
    let distance = |point: &[f64]| -> f64 { point.iter().zip(target).map(|(a, b)| (a - b) * (a - b)).sum() };
    let scale = points.iter().map(|point| distance(point)).sum::<f64>() / n as f64;
    let nearest = (0..n).min_by(|&i, &j| distance(&points[i]).total_cmp(&distance(&points[j]))).unwrap_or(0);
    let mut weights = vec![0.0; n];
    weights[nearest] = 1.0;
    let mut used = vec![nearest];
    for _ in 0..10 * n + 100 {
        // Half the slope of the squared distance in the direction of each point, less that of the present average.
        let residual: Vec<f64> =
            (0..target.len()).map(|k| used.iter().map(|&i| weights[i] * points[i][k]).sum::<f64>() - target[k]).collect();
        let slope = |point: &[f64]| -> f64 { point.iter().zip(&residual).map(|(a, r)| a * r).sum() };
        let level: f64 = used.iter().map(|&i| weights[i] * slope(&points[i])).sum();
        let mut better: Vec<(f64, usize)> = (0..n)
            .filter(|i| !used.contains(i))
            .map(|i| (slope(&points[i]) - level, i))
            .filter(|(gain, _)| *gain < -1e-11 * scale)
            .collect();
        better.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // A point that the others give already cannot be told from them; the next best is tried.
        let Some((tried, goal)) = better.into_iter().find_map(|(_, i)| {
            let mut tried = used.clone();
            tried.push(i);
            on_face(target, points, &tried).map(|goal| (tried, goal))
        }) else {
            break;
        };
        used = tried;
        move_to(&mut used, &mut weights, goal, |used| on_face(target, points, used));
    }
    weights
}

/// Moves towards a goal on the used points, and drops the points whose weight would fall below 0, until a goal lies inside.
fn move_to(used: &mut Vec<usize>, weights: &mut [f64], mut goal: Vec<f64>, solve: impl Fn(&[usize]) -> Option<Vec<f64>>) {
    loop {
        let mut step = 1.0_f64;
        for (&i, &to) in used.iter().zip(&goal) {
            if to <= 0.0 {
                step = step.min(weights[i] / (weights[i] - to));
            }
        }
        if step.is_nan() {
            step = 0.0;
        }
        for (&i, &to) in used.iter().zip(&goal) {
            weights[i] += step * (to - weights[i]);
        }
        if goal.iter().all(|&to| to > 0.0) {
            return;
        }
        let before = used.len();
        used.retain(|&i| {
            let kept = weights[i] > 1e-14;
            if !kept {
                weights[i] = 0.0;
            }
            kept
        });
        match solve(used) {
            Some(next) if used.len() < before && !used.is_empty() => goal = next,
            _ => return,
        }
    }
}

/// The weights of some points, of any sign and summing to one, whose average is nearest to the target. `None` where one of the
/// points follows from the others.
fn on_face(target: &[f64], points: &[Vec<f64>], used: &[usize]) -> Option<Vec<f64>> {
    let mut cross = Symmetric::zero(used.len());
    // Distances from the target, so that the target is at 0. The added 1 counts the sum, which is the same for all.
    let from: Vec<Vec<f64>> = used.iter().map(|&i| points[i].iter().zip(target).map(|(a, b)| a - b).collect()).collect();
    let size = from.iter().flatten().map(|x| x * x).sum::<f64>() / used.len() as f64;
    for i in 0..used.len() {
        for j in 0..=i {
            cross.set(i, j, from[i].iter().zip(&from[j]).map(|(a, b)| a * b).sum::<f64>() + size);
        }
    }
    let solved = Cholesky::of(&cross).ok()?.solve(&vec![1.0; used.len()]);
    let total: f64 = solved.iter().sum();
    Some(solved.into_iter().map(|w| w / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_inside_is_met_and_one_outside_is_met_at_the_nearest_face() {
        let corners = vec![vec![0.0, 0.0], vec![1.0, 0.0], vec![0.0, 1.0]];
        let near = |found: &[f64], expected: [f64; 3]| {
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 1e-12, "{found:?}");
            }
        };
        near(&simplex_weights(&[0.2, 0.3], &corners), [0.5, 0.2, 0.3]);
        near(&simplex_weights(&[0.5, -3.0], &corners), [0.5, 0.5, 0.0]);
        near(&simplex_weights(&[2.0, 2.0], &corners), [0.0, 0.5, 0.5]);
        near(&simplex_weights(&[9.0, 1.0], &corners), [0.0, 1.0, 0.0]);
    }
}

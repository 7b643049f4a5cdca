//! The weights of predictors that make the outcome before the treatment most alike: a search without derivatives (Nelder and Mead
//! 1965) with a bounded number of trials, from several starts.

/// Trials of one search.
const TRIALS: usize = 500;

/// Searches that favour one predictor at their start.
const STARTS_MAX: usize = 8;

/// Weights of 0 or more that sum to 1 and make `loss` small. The first start counts all alike; the others favour one predictor.
pub(crate) fn optimised(width: usize, loss: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    // Logarithms of the weights are searched, so that none falls below 0.
    let weights = |logs: &[f64]| -> Vec<f64> {
        let largest = logs.iter().fold(f64::NEG_INFINITY, |largest, &log| largest.max(log));
        let raised: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
        let total: f64 = raised.iter().sum();
        raised.iter().map(|value| value / total).collect()
    };
    let mut best: Option<(f64, Vec<f64>)> = None;
    for start in 0..=width.min(STARTS_MAX) {
        let mut logs = vec![0.0; width];
        if start > 0 {
            logs[start - 1] = 3.0;
        }
        let found = nelder_mead(logs, |logs| loss(&weights(logs)));
        if best.as_ref().is_none_or(|best| found.0 < best.0) {
            best = Some(found);
        }
    }
    best.map_or_else(|| vec![1.0; width], |(_, logs)| weights(&logs))
}

/// The smallest value found, and where.
fn nelder_mead(start: Vec<f64>, value: impl Fn(&[f64]) -> f64) -> (f64, Vec<f64>) {
    let width = start.len();
    let mut corners: Vec<(f64, Vec<f64>)> = vec![(value(&start), start.clone())];
    for k in 0..width {
        let mut corner = start.clone();
        corner[k] += 1.0;
        corners.push((value(&corner), corner));
    }
    let mut trials = corners.len();
    while trials < TRIALS {
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (lowest, highest) = (corners[0].0, corners[width].0);
        if highest - lowest <= 1e-12 * lowest.abs() {
            break;
        }
        let centre: Vec<f64> =
            (0..width).map(|k| corners[..width].iter().map(|corner| corner.1[k]).sum::<f64>() / width as f64).collect();
        let worst = corners[width].1.clone();
        let along = |share: f64| -> Vec<f64> { (0..width).map(|k| centre[k] + share * (centre[k] - worst[k])).collect() };
        let tried = |point: Vec<f64>| (value(&point), point);
        let reflected = tried(along(1.0));
        trials += 1;
        let next = if reflected.0 < lowest {
            trials += 1;
            let expanded = tried(along(2.0));
            Some(if expanded.0 < reflected.0 { expanded } else { reflected })
        } else if reflected.0 < corners[width - 1].0 {
            Some(reflected)
        } else {
            trials += 1;
            let contracted = tried(along(if reflected.0 < highest { 0.5 } else { -0.5 }));
            (contracted.0 < highest.min(reflected.0)).then_some(contracted)
        };
        match next {
            Some(corner) => corners[width] = corner,
            None => {
                let (lowest_point, rest) = corners.split_at_mut(1);
                for corner in rest {
                    let point: Vec<f64> = corner.1.iter().zip(&lowest_point[0].1).map(|(a, b)| 0.5 * (a + b)).collect();
                    *corner = (value(&point), point);
                    trials += 1;
                }
            }
        }
    }
    corners.sort_by(|a, b| a.0.total_cmp(&b.0));
    corners.swap_remove(0)
}

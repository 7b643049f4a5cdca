//! The effect on the treated after matching, with the standard error of Abadie and Imbens (2006, theorem 7). It holds with
//! replacement, where a bootstrap does not.

use super::Effect;
use crate::columns::check_finite;
use crate::error::EvaluationError;
use crate::matching::Matches;
use crate::units::{check_groups, check_keys};

/// The mean of the treated less that of their matches. The score is taken as known.
///
/// `score` is what units were matched on, one number each. The variance of a comparison unit's outcome is estimated from it and
/// its `neighbours` nearest comparison units.
///
/// # Errors
///
/// Columns of different lengths, values that are not finite, keys that occur twice, no matches, or fewer comparison units than
/// neighbours and one more.
pub fn abadie_imbens(
    outcome: &[f64],
    treated: &[bool],
    keys: &[u64],
    score: &[f64],
    matches: &Matches,
    neighbours: usize,
) -> Result<Effect, EvaluationError> {
    let rows = treated.len();
    check_finite("outcome", outcome, rows)?;
    check_finite("score", score, rows)?;
    check_finite("weights", &matches.weights, rows)?;
    check_keys(keys, rows)?;
    check_groups(treated)?;
    let units = matches.treated_matched();
    if units == 0 {
        return Err(EvaluationError::TooFew { what: "matched treated units", needed: 1, found: 0 });
    }
    let mut controls: Vec<usize> = (0..rows).filter(|&row| !treated[row]).collect();
    if neighbours == 0 || controls.len() <= neighbours {
        return Err(EvaluationError::TooFew {
            what: "comparison units for the variance of their outcomes (and at least one neighbour)",
            needed: neighbours.max(1) + 1,
            found: controls.len(),
        });
    }
    let (mut differences, mut squares) = (Vec::with_capacity(units), vec![0.0; rows]);
    let (mut treated_sum, mut control_sum) = (0.0, 0.0);
    for set in matches.pairs.chunk_by(|a, b| a.treated == b.treated) {
        let share = 1.0 / set.len() as f64;
        let mean = set.iter().map(|pair| share * outcome[pair.control]).sum::<f64>();
        set.iter().for_each(|pair| squares[pair.control] += share * share);
        differences.push(outcome[set[0].treated] - mean);
        treated_sum += outcome[set[0].treated];
        control_sum += mean;
    }
    let n = units as f64;
    let effect = (treated_sum - control_sum) / n;
    let between: f64 = differences.iter().map(|difference| (difference - effect).powi(2)).sum();
    // A unit that was used k times adds its noise k times over: k² where the pairs counted k.
    controls.sort_unstable_by(|&a, &b| score[a].total_cmp(&score[b]).then(keys[a].cmp(&keys[b])));
    let reuse: f64 = (0..controls.len())
        .filter(|&place| matches.weights[controls[place]] > 0.0)
        .map(|place| {
            let row = controls[place];
            let times = matches.weights[row].powi(2) - squares[row];
            if times <= 1e-12 { 0.0 } else { times * noise(outcome, score, keys, &controls, place, neighbours) }
        })
        .sum();
    Ok(Effect {
        estimate: effect,
        standard_error: (between + reuse).sqrt() / n,
        standard_error_name: "Abadie-Imbens, score taken as known",
        treated_mean: treated_sum / n,
        control_mean: control_sum / n,
        units: units + matches.controls_used,
        clusters: None,
    })
}

/// The variance of a comparison unit's outcome, from it and its nearest neighbours.
fn noise(outcome: &[f64], score: &[f64], keys: &[u64], controls: &[usize], place: usize, neighbours: usize) -> f64 {
    let row = controls[place];
    let (mut below, mut above) = (place, place + 1);
    let mut sum = 0.0;
    for _ in 0..neighbours {
        let distance = |place: usize| ((score[controls[place]] - score[row]).abs(), keys[controls[place]]);
        let take_below = match (below > 0, above < controls.len()) {
            (true, true) => {
                let (a, b) = (distance(below - 1), distance(above));
                a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).is_lt()
            }
            (has_below, _) => has_below,
        };
        if take_below {
            below -= 1;
            sum += outcome[controls[below]];
        } else {
            sum += outcome[controls[above]];
            above += 1;
        }
    }
    let count = neighbours as f64;
    count / (count + 1.0) * (outcome[row] - sum / count).powi(2)
}

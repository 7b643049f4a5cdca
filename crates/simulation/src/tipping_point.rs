//! The nearest scenario that changes a finding. For each finding that is absent as stated, it is the smallest move of the
//! input assumptions under which the finding appears. For each that is present, it is the smallest under which it disappears.
//!
//! A move counts in units of each assumption's own half-range, from the stated value to the end it moves towards. Moves of several
//! assumptions add up as distances do: the root of the sum of squares. 1 is one assumption at the end of its range.
//!
//! The walk starts from the nearest of the scenarios that differ, and goes back towards the stated values. First it takes all
//! assumptions together as far as they will go. Then it puts as many as possible back to the stated value, by halves. Last it takes
//! each one that is left as far as it will go. The move that it finds does change the finding. It may miss a smaller one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// Where the uncertain assumptions must be for a finding to change.
#[derive(Clone, Debug, PartialEq)]
pub struct TippingPoint {
    /// The assumptions moved and where each is on its range, from 0 to 1, the largest move first. There are none when chance alone
    /// decides: on the few replications that scenarios use, the finding already differs as stated.
    pub moves: Vec<(usize, f64)>,
    /// Root of the sum of squared moves, in half-ranges.
    pub distance: f64,
}

/// For each finding, whether it is present when the uncertain assumptions are at these positions on their ranges, from 0 to 1 with
/// the stated value at a half. `None` where the files cannot be read at them.
pub type PresenceTest<'a> = &'a (dyn Fn(&[f64]) -> Option<Vec<bool>> + Sync);

/// Finds the tipping point of every finding. `stated` is what is present as stated, and `scenarios` what is present in each of
/// them. `None` where it is the same in every scenario.
#[must_use]
pub fn tipping_points(
    stated: &[bool],
    scenarios: &[(Vec<f64>, Vec<bool>)],
    present: PresenceTest<'_>,
) -> Vec<Option<TippingPoint>> {
    let Some((positions, _)) = scenarios.first() else { return vec![None; stated.len()] };
    let seen = ScenariosSeen { present, known: Mutex::new(BTreeMap::new()) };
    let centre = seen.at(&vec![STATED; positions.len()]);
    let find = |at: usize| {
        let differs = |found: &[bool]| found[at] != stated[at];
        if centre.as_deref().is_some_and(differs) {
            return Some(TippingPoint { moves: Vec::new(), distance: 0.0 });
        }
        let there = scenarios.iter().filter(|(_, found)| differs(found)).map(|(positions, _)| positions);
        let start = there.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let holds = |positions: &[f64]| seen.at(positions).is_some_and(|found| differs(&found));
        Some(TippingPoint::at(&walk(start.clone(), &holds)))
    };
    (0..stated.len()).into_par_iter().map(find).collect()
}

/// What was seen so far. Several walks start from the same scenario and take the same first steps, and one walk comes back to where it
/// was. A scenario is simulated for all findings together, so each is needed only once.
struct ScenariosSeen<'a> {
    present: PresenceTest<'a>,
    /// By the bits of the positions.
    known: Mutex<BTreeMap<Vec<u64>, Option<Vec<bool>>>>,
}

impl ScenariosSeen<'_> {
    /// Two walks that ask at the same time may both simulate: nothing waits for another thread.
    fn at(&self, positions: &[f64]) -> Option<Vec<bool>> {
        let key: Vec<u64> = positions.iter().map(|position| position.to_bits()).collect();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let found = (self.present)(positions);
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
            found
        })
    }
}

const STATED: f64 = 0.5;
/// Halvings of a move: it is found to an eighth.
const HALVINGS: usize = 3;

/// How far an input is from its stated value, in units of its half-range; negative below.
fn moved(position: f64) -> f64 {
    (position - STATED) / STATED
}

fn distance(positions: &[f64]) -> f64 {
    positions.iter().map(|position| moved(*position).powi(2)).sum::<f64>().sqrt()
}

impl TippingPoint {
    fn at(positions: &[f64]) -> TippingPoint {
        let mut moves: Vec<(usize, f64)> =
            positions.iter().copied().enumerate().filter(|(_, position)| *position != STATED).collect();
        moves.sort_by(|a, b| moved(b.1).abs().total_cmp(&moved(a.1).abs()));
        TippingPoint { moves, distance: distance(positions) }
    }
}

/// Walks from a scenario in which something holds back towards the stated values, as far as it still holds.
fn walk(mut positions: Vec<f64>, holds: &dyn Fn(&[f64]) -> bool) -> Vec<f64> {
    let all: Vec<usize> = (0..positions.len()).collect();
    shrink(&mut positions, &all, holds);
    // The smallest moves first: they are the least likely to matter.
    let mut order = all;
    order.sort_by(|&a, &b| moved(positions[a]).abs().total_cmp(&moved(positions[b]).abs()));
    put_back(&mut positions, &order, holds);
    let mut left: Vec<usize> = order.into_iter().filter(|&input| positions[input] != STATED).collect();
    left.reverse();
    for input in left {
        shrink(&mut positions, &[input], holds);
    }
    positions
}

/// Moves some inputs together as near to their stated values as still holds.
fn shrink(positions: &mut Vec<f64>, inputs: &[usize], holds: &dyn Fn(&[f64]) -> bool) {
    let from = positions.clone();
    let (mut fails, mut works) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let share = (fails + works) / 2.0;
        let mut tried = from.clone();
        inputs.iter().for_each(|&input| tried[input] = STATED + share * (from[input] - STATED));
        if holds(&tried) {
            (works, *positions) = (share, tried);
        } else {
            fails = share;
        }
    }
}

/// Puts inputs back to their stated values, as many as still holds: all of them, or else each half by itself.
fn put_back(positions: &mut Vec<f64>, inputs: &[usize], holds: &dyn Fn(&[f64]) -> bool) {
    let mut tried = positions.clone();
    inputs.iter().for_each(|&input| tried[input] = STATED);
    if tried == *positions {
        return;
    }
    if holds(&tried) {
        *positions = tried;
    } else if inputs.len() > 1 {
        let (small, large) = inputs.split_at(inputs.len().div_ceil(2));
        put_back(positions, small, holds);
        put_back(positions, large, holds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::{open_unit, philox4x64};

    fn scenarios(inputs: usize, present: PresenceTest<'_>) -> Vec<(Vec<f64>, Vec<bool>)> {
        let positions = |scenario: u64| -> Vec<f64> {
            (0..inputs as u64).map(|input| open_unit(philox4x64([scenario, input, 0, 0], [3, 0])[0])).collect()
        };
        (0..64).map(positions).filter_map(|positions| Some((positions.clone(), present(&positions)?))).collect()
    }

    /// Two inputs of twelve matter. The walk finds those two, moved no further beyond the edge than an eighth of where they started.
    #[test]
    fn a_planted_tipping_point_is_found() {
        let look = |positions: &[f64]| Some(vec![positions[3] > 0.6 && positions[7] < 0.3, positions[2] < 0.9, false]);
        let found = tipping_points(&look(&[STATED; 12]).expect("a scenario"), &scenarios(12, &look), &look);
        let point = found[0].clone().expect("a tipping point");
        let mut named: Vec<usize> = point.moves.iter().map(|(input, _)| *input).collect();
        named.sort_unstable();
        assert_eq!(named, [3, 7]);
        for (input, position) in &point.moves {
            let beyond = if *input == 3 { position - 0.6 } else { 0.3 - position };
            assert!((0.0..0.065).contains(&beyond), "{point:?}");
        }
        assert!((point.distance - (0.2f64.powi(2) + 0.4f64.powi(2)).sqrt()).abs() < 0.15, "{point:?}");
        // Present as stated, and absent when the third input is nearly at its end.
        let gone = found[1].clone().expect("a tipping point");
        assert_eq!(gone.moves.iter().map(|(input, _)| *input).collect::<Vec<_>>(), [2]);
        assert_eq!(found[2], None);
    }

    #[test]
    fn on_the_edge_as_stated() {
        let look = |positions: &[f64]| Some(vec![positions[0] >= 0.5]);
        let found = tipping_points(&[false], &scenarios(2, &look), &look);
        assert_eq!(found, [Some(TippingPoint { moves: Vec::new(), distance: 0.0 })]);
    }

    /// A walk that comes back to where it was does not simulate that scenario again.
    #[test]
    fn no_scenario_is_simulated_twice() {
        let asked = Mutex::new(Vec::new());
        let look = |positions: &[f64]| {
            asked.lock().expect("one walk").push(positions.to_vec());
            Some(vec![positions[3] > 0.6 && positions[7] < 0.3])
        };
        let scenarios = scenarios(12, &look);
        asked.lock().expect("one walk").clear();
        assert!(tipping_points(&[false], &scenarios, &look)[0].is_some());
        let asked = asked.into_inner().expect("one walk");
        let twice = (0..asked.len()).find(|&at| asked[..at].contains(&asked[at]));
        assert_eq!(twice, None);
    }

    /// Scenarios that cannot be read never count as a change.
    #[test]
    fn scenarios_that_cannot_be_read_change_no_finding() {
        let look = |positions: &[f64]| (positions[0] > 0.55 || positions[0] == STATED).then(|| vec![positions[0] > 0.8]);
        let found = tipping_points(&[false], &scenarios(1, &look), &look);
        let point = found[0].clone().expect("a tipping point");
        assert!(point.moves[0].1 > 0.8, "{point:?}");
    }
}

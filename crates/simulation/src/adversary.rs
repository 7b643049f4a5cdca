//! The most scenario that breaks the scheme: for each finding that is absent as stated, the smallest move of the uncertain numbers
//! under which it appears; for each that is present, the smallest under which it goes.
//!
//! A move is measured in units of each uncertain's own half-range (from the stated value to the end it moves towards), and moves
//! are put together as distances are: the root of the sum of squares. 1 is one uncertain at the end of its range.
//!
//! The walk starts from the nearest of the scenarios that differ, and goes back towards what is stated: all uncertain numbers
//! together as far as they will go, then by halves as many as possible to the stated value outright, then each that is left
//! as far as it will go. What it finds does break the scheme; a smaller move that does so too may be missed.

use rayon::prelude::*;

/// Where uncertain numbers must stand for a finding to change.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The uncertain numbers moved and where each stands, from 0 to 1, the largest move first. None when chance alone decides: on the few
    /// replications that scenarios are played on, the finding already differs as stated.
    pub moves: Vec<(usize, f64)>,
    /// Root of the sum of squared moves, in half-ranges.
    pub distance: f64,
}

/// For each finding, whether it is present where the uncertain numbers stand so (0 to 1, stated at a half); `None` where they make no scenario.
pub type Look<'a> = &'a (dyn Fn(&[f64]) -> Option<Vec<bool>> + Sync);

/// Finds the edge of every finding: `stated` says what is present as stated, `scenarios` what was present elsewhere. `None` where
/// it was the same in every scenario.
#[must_use]
pub fn edges(stated: &[bool], scenarios: &[(Vec<f64>, Vec<bool>)], look: Look<'_>) -> Vec<Option<Edge>> {
    let Some((ways, _)) = scenarios.first() else { return vec![None; stated.len()] };
    let centre = look(&vec![STATED; ways.len()]);
    let edge = |at: usize| {
        let differs = |found: &[bool]| found[at] != stated[at];
        if centre.as_deref().is_some_and(differs) {
            return Some(Edge { moves: Vec::new(), distance: 0.0 });
        }
        let there = scenarios.iter().filter(|(_, found)| differs(found)).map(|(ways, _)| ways);
        let start = there.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let holds = |ways: &[f64]| look(ways).is_some_and(|found| differs(&found));
        Some(Edge::at(&walk(start.clone(), &holds)))
    };
    (0..stated.len()).into_par_iter().map(edge).collect()
}

const STATED: f64 = 0.5;
/// Halvings of a move: it is found to an eighth.
const HALVINGS: usize = 3;

/// How far a uncertain stands from what is stated, in its half-range; negative below.
fn moved(way: f64) -> f64 {
    (way - STATED) / STATED
}

fn distance(ways: &[f64]) -> f64 {
    ways.iter().map(|way| moved(*way).powi(2)).sum::<f64>().sqrt()
}

impl Edge {
    fn at(ways: &[f64]) -> Edge {
        let mut moves: Vec<(usize, f64)> = ways.iter().copied().enumerate().filter(|(_, way)| *way != STATED).collect();
        moves.sort_by(|a, b| moved(b.1).abs().total_cmp(&moved(a.1).abs()));
        Edge { moves, distance: distance(ways) }
    }
}

/// Walks from a scenario in which something holds back towards what is stated, as far as it still does.
fn walk(mut ways: Vec<f64>, holds: &dyn Fn(&[f64]) -> bool) -> Vec<f64> {
    let all: Vec<usize> = (0..ways.len()).collect();
    shrink(&mut ways, &all, holds);
    // The smallest moves first: they are the least likely to matter.
    let mut order = all;
    order.sort_by(|&a, &b| moved(ways[a]).abs().total_cmp(&moved(ways[b]).abs()));
    put_back(&mut ways, &order, holds);
    let mut left: Vec<usize> = order.into_iter().filter(|&uncertain| ways[uncertain] != STATED).collect();
    left.reverse();
    for uncertain in left {
        shrink(&mut ways, &[uncertain], holds);
    }
    ways
}

/// Draws some uncertain numbers together as near to what is stated as still holds.
fn shrink(ways: &mut Vec<f64>, uncertain_numbers: &[usize], holds: &dyn Fn(&[f64]) -> bool) {
    let from = ways.clone();
    let (mut fails, mut works) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let share = (fails + works) / 2.0;
        let mut tried = from.clone();
        uncertain_numbers.iter().for_each(|&uncertain| tried[uncertain] = STATED + share * (from[uncertain] - STATED));
        if holds(&tried) {
            (works, *ways) = (share, tried);
        } else {
            fails = share;
        }
    }
}

/// Puts uncertain numbers back to what is stated outright, as many as still holds: all of them, or else each half by itself.
fn put_back(ways: &mut Vec<f64>, uncertain_numbers: &[usize], holds: &dyn Fn(&[f64]) -> bool) {
    let mut tried = ways.clone();
    uncertain_numbers.iter().for_each(|&uncertain| tried[uncertain] = STATED);
    if tried == *ways {
        return;
    }
    if holds(&tried) {
        *ways = tried;
    } else if uncertain_numbers.len() > 1 {
        let (small, large) = uncertain_numbers.split_at(uncertain_numbers.len().div_ceil(2));
        put_back(ways, small, holds);
        put_back(ways, large, holds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::{open_unit, philox4x64};

    fn scenarios(uncertain_numbers: usize, look: Look<'_>) -> Vec<(Vec<f64>, Vec<bool>)> {
        let ways = |assumptions: u64| -> Vec<f64> {
            (0..uncertain_numbers as u64)
                .map(|uncertain| open_unit(philox4x64([assumptions, uncertain, 0, 0], [3, 0])[0]))
                .collect()
        };
        (0..64).map(ways).filter_map(|ways| Some((ways.clone(), look(&ways)?))).collect()
    }

    /// Two uncertain numbers of twelve matter: the walk finds those two, moved no further than an eighth of their start beyond the edge.
    #[test]
    fn the_planted_edge_is_found() {
        let look = |ways: &[f64]| Some(vec![ways[3] > 0.6 && ways[7] < 0.3, ways[2] < 0.9, false]);
        let found = edges(&look(&[STATED; 12]).expect("a scenario"), &scenarios(12, &look), &look);
        let edge = found[0].clone().expect("an edge");
        let mut named: Vec<usize> = edge.moves.iter().map(|(uncertain, _)| *uncertain).collect();
        named.sort_unstable();
        assert_eq!(named, [3, 7]);
        for (uncertain, way) in &edge.moves {
            let beyond = if *uncertain == 3 { way - 0.6 } else { 0.3 - way };
            assert!((0.0..0.065).contains(&beyond), "{edge:?}");
        }
        assert!((edge.distance - (0.2f64.powi(2) + 0.4f64.powi(2)).sqrt()).abs() < 0.15, "{edge:?}");
        // Present as stated, and goes when the third uncertain is nearly at its end.
        let gone = found[1].clone().expect("an edge");
        assert_eq!(gone.moves.iter().map(|(uncertain, _)| *uncertain).collect::<Vec<_>>(), [2]);
        assert_eq!(found[2], None);
    }

    #[test]
    fn on_the_edge_as_stated() {
        let look = |ways: &[f64]| Some(vec![ways[0] >= 0.5]);
        let found = edges(&[false], &scenarios(2, &look), &look);
        assert_eq!(found, [Some(Edge { moves: Vec::new(), distance: 0.0 })]);
    }

    /// Scenarios that cannot be read never count as broken.
    #[test]
    fn what_makes_no_assumptions_breaks_nothing() {
        let look = |ways: &[f64]| (ways[0] > 0.55 || ways[0] == STATED).then(|| vec![ways[0] > 0.8]);
        let found = edges(&[false], &scenarios(1, &look), &look);
        let edge = found[0].clone().expect("an edge");
        assert!(edge.moves[0].1 > 0.8, "{edge:?}");
    }
}

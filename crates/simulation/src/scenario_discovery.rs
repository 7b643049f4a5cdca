//! Scenario discovery: in which scenarios a finding appears, in words. The method is the patient rule induction method (PRIM,
//! Friedman and Fisher 1999) on the input scenario. It peels slices off the box of all scenarios until what is left mostly
//! shows the finding. Then it names the few assumptions that the box still restricts.

use base::reader::UncertainNumber;

/// A box of scenarios in which a finding mostly appears.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioBox {
    pub limits: Vec<BoxLimit>,
    /// Share of the scenarios with the finding that lie in the box.
    pub coverage: f64,
    /// Share of the box's scenarios that have the finding.
    pub density: f64,
}

/// How a box restricts one uncertain number.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxLimit {
    /// Its place among the uncertain numbers.
    pub number: usize,
    /// What is left of its range, from 0 (its low end) to 1 (its high end).
    pub left: (f64, f64),
}

impl BoxLimit {
    /// The condition on the number, in words: "is above £410".
    #[must_use]
    pub fn words(&self, number: &UncertainNumber) -> String {
        let (low, high) = self.left;
        let value = |position: f64| written(number.at(position), number.unit);
        match (low > 0.0, high < 1.0) {
            (true, false) => format!("is above {}", value(low)),
            (false, true) => format!("is below {}", value(high)),
            _ => format!("is between {} and {}", value(low), value(high)),
        }
    }
}

/// The share peeled off at a time, the density aimed at, and the fewest scenarios left.
const PEEL: f64 = 0.1;
const DENSE: f64 = 0.9;
const LEAST: usize = 8;
/// A sentence with more restrictions than this cannot be read.
const MOST_LIMITS: usize = 3;

/// Finds the box. `positions[scenario][input]` is where each uncertain assumption was on its range, from 0 to 1. There is no box for
/// a finding that appears in nearly all scenarios or hardly any, because there is nothing to separate.
#[must_use]
pub fn scenario_box(uncertain_numbers: &[UncertainNumber], positions: &[Vec<f64>], present: &[bool]) -> Option<ScenarioBox> {
    let total = present.iter().filter(|present| **present).count();
    let share = total as f64 / present.len().max(1) as f64;
    if present.len() < 24 || total < LEAST || share > DENSE {
        return None;
    }
    let mut limits: Vec<(f64, f64)> = vec![(0.0, 1.0); uncertain_numbers.len()];
    let mut inside: Vec<usize> = (0..present.len()).collect();
    while density(&inside, present) < DENSE {
        let Some(Peel { input, limit, left }) = best_peel(&limits, &inside, positions, present) else { break };
        if left.iter().filter(|&&scenario| present[scenario]).count() < LEAST.max(total / 4) {
            break;
        }
        limits[input] = limit;
        inside = left;
    }
    relax(&mut limits, positions, present);
    let inside = within(&limits, positions);
    let hits = inside.iter().filter(|&&scenario| present[scenario]).count();
    let restricted: Vec<usize> = (0..uncertain_numbers.len()).filter(|&input| limits[input] != (0.0, 1.0)).collect();
    let gain = density(&inside, present) - share;
    if restricted.is_empty() || restricted.len() > MOST_LIMITS || gain < 0.1 {
        return None;
    }
    Some(ScenarioBox {
        limits: restricted.into_iter().map(|number| BoxLimit { number, left: limits[number] }).collect(),
        coverage: hits as f64 / total as f64,
        density: hits as f64 / inside.len().max(1) as f64,
    })
}

fn density(scenarios: &[usize], present: &[bool]) -> f64 {
    scenarios.iter().filter(|&&scenario| present[scenario]).count() as f64 / scenarios.len().max(1) as f64
}

fn within(limits: &[(f64, f64)], positions: &[Vec<f64>]) -> Vec<usize> {
    let inside = |scenario: &usize| {
        limits.iter().zip(&positions[*scenario]).all(|((low, high), position)| (low..=high).contains(&position))
    };
    (0..positions.len()).filter(inside).collect()
}

/// One slice taken off: the input, its new limits, and the scenarios left.
struct Peel {
    input: usize,
    limit: (f64, f64),
    left: Vec<usize>,
}

/// The slice off one end of one input that leaves the densest box.
fn best_peel(limits: &[(f64, f64)], inside: &[usize], positions: &[Vec<f64>], present: &[bool]) -> Option<Peel> {
    let mut best: Option<(f64, Peel)> = None;
    let peeled = ((inside.len() as f64 * PEEL).ceil() as usize).max(1);
    for input in 0..limits.len() {
        let mut values: Vec<f64> = inside.iter().map(|&scenario| positions[scenario][input]).collect();
        values.sort_by(f64::total_cmp);
        if values.len() <= peeled {
            continue;
        }
        let middle = |a: f64, b: f64| (a + b) / 2.0;
        let from_below = (middle(values[peeled - 1], values[peeled]), limits[input].1);
        let last = values.len() - peeled;
        let from_above = (limits[input].0, middle(values[last - 1], values[last]));
        for limit in [from_below, from_above] {
            let left: Vec<usize> =
                inside.iter().copied().filter(|&scenario| (limit.0..=limit.1).contains(&positions[scenario][input])).collect();
            let dense = density(&left, present);
            if best.as_ref().is_none_or(|(most, _)| dense > *most) {
                best = Some((dense, Peel { input, limit, left }));
            }
        }
    }
    best.map(|(_, peel)| peel)
}

/// How many standard errors apart the scenarios that a restriction shuts out must be. It is three because every input is tried.
const APART: f64 = 3.0;

/// Drops every restriction that chance could explain. It is one where the scenarios that it alone shuts out show the finding hardly
/// less often than those inside.
fn relax(limits: &mut [(f64, f64)], positions: &[Vec<f64>], present: &[bool]) {
    for input in 0..limits.len() {
        let kept = limits[input];
        if kept == (0.0, 1.0) {
            continue;
        }
        let inside = within(limits, positions);
        limits[input] = (0.0, 1.0);
        let shut_out: Vec<usize> = within(limits, positions).into_iter().filter(|scenario| !inside.contains(scenario)).collect();
        let (n, m) = (inside.len() as f64, shut_out.len().max(1) as f64);
        let (a, b) = (density(&inside, present), density(&shut_out, present));
        let pooled = (n * a + m * b) / (n + m);
        let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
        if a - b > APART * error {
            limits[input] = kept;
        }
    }
}

/// "assumptions.toml: help.support.half_cost" as "help.support.half_cost"; a cell of a table keeps its row and column.
#[must_use]
pub fn uncertain_name(path: &str) -> String {
    path.split_once(": ").map_or(path, |(file, rest)| if file.ends_with(".toml") { rest } else { path }).to_owned()
}

/// A value with its unit, to three significant figures.
#[must_use]
pub fn written(value: f64, unit: &str) -> String {
    if unit == "£" {
        return risks::pounds(value);
    }
    let digits = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    let space = if unit.is_empty() || unit == "%" { "" } else { " " };
    format!("{value:.digits$}{space}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::{open_unit, philox4x64};

    /// A finding that appears exactly above the middle of one input and below the top fifth of another.
    #[test]
    fn the_box_that_was_planted_is_found() {
        let input = |name: &str| UncertainNumber {
            path: format!("assumptions.toml: {name}"),
            value: 50.0,
            low: 0.0,
            high: 100.0,
            unit: "%",
            words: String::new(),
            from: String::new(),
        };
        let uncertain_numbers = [input("a"), input("b"), input("c"), input("d")];
        let positions: Vec<Vec<f64>> = (0..400u64)
            .map(|scenario| philox4x64([scenario, 0, 0, 0], [9, 0]).iter().map(|&word| open_unit(word)).collect())
            .collect();
        let present: Vec<bool> = positions.iter().map(|position| position[1] > 0.5 && position[3] < 0.8).collect();
        let found = scenario_box(&uncertain_numbers, &positions, &present).expect("a box");
        let named: Vec<usize> = found.limits.iter().map(|limit| limit.number).collect();
        assert!(named.contains(&1), "{found:?}");
        assert!(found.density >= 0.85 && found.coverage >= 0.5, "{found:?}");
        assert!(found.limits.iter().all(|limit| limit.number == 1 || limit.number == 3), "{found:?}");
    }

    #[test]
    fn there_is_no_box_where_there_is_nothing_to_tell_apart() {
        let positions: Vec<Vec<f64>> =
            (0..100u64).map(|scenario| vec![open_unit(philox4x64([scenario, 0, 0, 0], [9, 0])[0])]).collect();
        assert_eq!(scenario_box(&[], &positions, &[true; 100]), None);
        assert_eq!(scenario_box(&[], &positions, &[false; 100]), None);
    }
}

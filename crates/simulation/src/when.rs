//! When a finding appears, in words: the patient rule induction method (PRIM, Friedman and Fisher 1999) on the uncertain numbers of the
//! scenarios. It peels slices off the box of all scenarios until what is left mostly shows the finding, then names the
//! few uncertain numbers that the box still restricts.

use base::document::UncertainNumber;

/// A box of scenarios in which a finding mostly appears.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// For each restricted uncertain: its position among the uncertain numbers, and the restriction in words.
    pub limits: Vec<(usize, String)>,
    /// Share of the scenarios with the finding that lie in the box.
    pub coverage: f64,
    /// Share of the box's scenarios that have the finding.
    pub density: f64,
}

impl When {
    /// "when half_cost (help.support) is above £410 and … (true of 92 % of such scenarios; covers 80 % of those it appears in)".
    #[must_use]
    pub fn words(&self) -> String {
        let limits: Vec<&str> = self.limits.iter().map(|(_, words)| words.as_str()).collect();
        format!(
            "{} (it appears in {:.0} % of such scenarios, and they are {:.0} % of the scenarios in which it appears)",
            limits.join(" and "),
            100.0 * self.density,
            100.0 * self.coverage
        )
    }
}

/// The share peeled off at a time, the density aimed at, and the least scenarios left.
const PEEL: f64 = 0.1;
const DENSE: f64 = 0.9;
const LEAST: usize = 8;
/// More restrictions than this make no sentence.
const MOST_LIMITS: usize = 3;

/// Finds the box. `ways[assumptions][uncertain]` is where each uncertain stood, from 0 to 1. Nothing is said of a finding that appears in
/// nearly all scenarios or hardly any: there is nothing to tell apart.
#[must_use]
pub fn when(uncertain_numbers: &[UncertainNumber], ways: &[Vec<f64>], present: &[bool]) -> Option<When> {
    let total = present.iter().filter(|present| **present).count();
    let share = total as f64 / present.len().max(1) as f64;
    if present.len() < 24 || total < LEAST || share > DENSE {
        return None;
    }
    let mut limits: Vec<(f64, f64)> = vec![(0.0, 1.0); uncertain_numbers.len()];
    let mut inside: Vec<usize> = (0..present.len()).collect();
    while density(&inside, present) < DENSE {
        let Some(Peel { uncertain, limit, left }) = best_peel(&limits, &inside, ways, present) else { break };
        if left.iter().filter(|&&assumptions| present[assumptions]).count() < LEAST.max(total / 4) {
            break;
        }
        limits[uncertain] = limit;
        inside = left;
    }
    relax(&mut limits, ways, present);
    let inside = within(&limits, ways);
    let hits = inside.iter().filter(|&&assumptions| present[assumptions]).count();
    let restricted: Vec<usize> = (0..uncertain_numbers.len()).filter(|&uncertain| limits[uncertain] != (0.0, 1.0)).collect();
    let gain = density(&inside, present) - share;
    if restricted.is_empty() || restricted.len() > MOST_LIMITS || gain < 0.1 {
        return None;
    }
    Some(When {
        limits: restricted
            .into_iter()
            .map(|uncertain| (uncertain, sentence(&uncertain_numbers[uncertain], limits[uncertain])))
            .collect(),
        coverage: hits as f64 / total as f64,
        density: hits as f64 / inside.len().max(1) as f64,
    })
}

fn density(scenarios: &[usize], present: &[bool]) -> f64 {
    scenarios.iter().filter(|&&assumptions| present[assumptions]).count() as f64 / scenarios.len().max(1) as f64
}

fn within(limits: &[(f64, f64)], ways: &[Vec<f64>]) -> Vec<usize> {
    let inside =
        |assumptions: &usize| limits.iter().zip(&ways[*assumptions]).all(|((low, high), way)| (low..=high).contains(&way));
    (0..ways.len()).filter(inside).collect()
}

/// One slice taken off: the uncertain, its new limits, and the scenarios left.
struct Peel {
    uncertain: usize,
    limit: (f64, f64),
    left: Vec<usize>,
}

/// The slice off one end of one uncertain that leaves the densest box.
fn best_peel(limits: &[(f64, f64)], inside: &[usize], ways: &[Vec<f64>], present: &[bool]) -> Option<Peel> {
    let mut best: Option<(f64, Peel)> = None;
    let peeled = ((inside.len() as f64 * PEEL).ceil() as usize).max(1);
    for uncertain in 0..limits.len() {
        let mut values: Vec<f64> = inside.iter().map(|&assumptions| ways[assumptions][uncertain]).collect();
        values.sort_by(f64::total_cmp);
        if values.len() <= peeled {
            continue;
        }
        let middle = |a: f64, b: f64| (a + b) / 2.0;
        let from_below = (middle(values[peeled - 1], values[peeled]), limits[uncertain].1);
        let last = values.len() - peeled;
        let from_above = (limits[uncertain].0, middle(values[last - 1], values[last]));
        for limit in [from_below, from_above] {
            let left: Vec<usize> = inside
                .iter()
                .copied()
                .filter(|&assumptions| (limit.0..=limit.1).contains(&ways[assumptions][uncertain]))
                .collect();
            let dense = density(&left, present);
            if best.as_ref().is_none_or(|(most, _)| dense > *most) {
                best = Some((dense, Peel { uncertain, limit, left }));
            }
        }
    }
    best.map(|(_, peel)| peel)
}

/// How many standard errors apart the scenarios that a restriction shuts out must be: three, because every uncertain was tried.
const APART: f64 = 3.0;

/// Drops every restriction that chance could explain: the scenarios that it alone shuts out show the finding hardly less often
/// than those inside.
fn relax(limits: &mut [(f64, f64)], ways: &[Vec<f64>], present: &[bool]) {
    for uncertain in 0..limits.len() {
        let kept = limits[uncertain];
        if kept == (0.0, 1.0) {
            continue;
        }
        let inside = within(limits, ways);
        limits[uncertain] = (0.0, 1.0);
        let shut_out: Vec<usize> = within(limits, ways).into_iter().filter(|assumptions| !inside.contains(assumptions)).collect();
        let (n, m) = (inside.len() as f64, shut_out.len().max(1) as f64);
        let (a, b) = (density(&inside, present), density(&shut_out, present));
        let pooled = (n * a + m * b) / (n + m);
        let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
        if a - b > APART * error {
            limits[uncertain] = kept;
        }
    }
}

/// "the half cost of help (support) is above £410".
fn sentence(uncertain: &UncertainNumber, (low, high): (f64, f64)) -> String {
    let name = uncertain_name(&uncertain.path);
    let value = |way: f64| written(uncertain.at(way), uncertain.unit);
    match (low > 0.0, high < 1.0) {
        (true, false) => format!("{name} is above {}", value(low)),
        (false, true) => format!("{name} is below {}", value(high)),
        _ => format!("{name} is between {} and {}", value(low), value(high)),
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
    format!("{value:.digits$} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::{open_unit, philox4x64};

    /// A finding that appears exactly above the middle of one uncertain and below the top fifth of another is told so.
    #[test]
    fn the_box_that_was_planted_is_found() {
        let uncertain = |name: &str| UncertainNumber {
            path: format!("assumptions.toml: {name}"),
            value: 50.0,
            low: 0.0,
            high: 100.0,
            unit: "%",
            words: String::new(),
            from: String::new(),
        };
        let uncertain_numbers = [uncertain("a"), uncertain("b"), uncertain("c"), uncertain("d")];
        let ways: Vec<Vec<f64>> = (0..400u64)
            .map(|assumptions| philox4x64([assumptions, 0, 0, 0], [9, 0]).iter().map(|&word| open_unit(word)).collect())
            .collect();
        let present: Vec<bool> = ways.iter().map(|way| way[1] > 0.5 && way[3] < 0.8).collect();
        let found = when(&uncertain_numbers, &ways, &present).expect("a box");
        let named: Vec<usize> = found.limits.iter().map(|(uncertain, _)| *uncertain).collect();
        assert!(named.contains(&1), "{found:?}");
        assert!(found.density >= 0.85 && found.coverage >= 0.5, "{found:?}");
        assert!(found.limits.iter().all(|(uncertain, _)| *uncertain == 1 || *uncertain == 3), "{found:?}");
    }

    #[test]
    fn nothing_is_said_where_there_is_nothing_to_tell_apart() {
        let ways: Vec<Vec<f64>> =
            (0..100u64).map(|assumptions| vec![open_unit(philox4x64([assumptions, 0, 0, 0], [9, 0])[0])]).collect();
        assert_eq!(when(&[], &ways, &[true; 100]), None);
        assert_eq!(when(&[], &ways, &[false; 100]), None);
    }
}

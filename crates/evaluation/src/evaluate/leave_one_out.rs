//! The answer without one area at a time: does it rest on one of them?

use super::result::{EstimatedEffect, UnseenFigure};
use crate::spec::Spec;
use crate::words;

/// How far the answer moves when one area is left out. `without` has the name of each area that was, and the answer without it; nothing
/// where there are none. They are called `one` or `many`: an area, a unit.
pub(super) fn figure(
    spec: &Spec,
    answer: &EstimatedEffect,
    [one, many]: [&str; 2],
    without: &[(String, f64)],
) -> Option<UnseenFigure> {
    let moved = |effect: f64| (effect - answer.effect).abs();
    let (name, furthest) = without.iter().max_by(|a, b| moved(a.1).total_cmp(&moved(b.1)).then(b.0.cmp(&a.0)))?;
    let shown = |effect: f64| words::difference(spec.outcome.unit, effect);
    let ends =
        without.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, effect)| (low.min(*effect), high.max(*effect)));
    let turned = without.iter().filter(|(_, effect)| (*effect > 0.0) != (answer.effect > 0.0)).count();
    let words = match without.len() {
        1 => {
            let turns = if turned > 0 { ", the other way round" } else { "" };
            format!("The answer rests on one {one}, {name}. Without it the answer would be {}{turns}.", shown(*furthest))
        }
        count => {
            let sign = match turned {
                0 => format!("No {one} turns it round."),
                _ => format!(
                    "{} it round.",
                    base::english::counted(turned as i64, &format!("{one} turns"), &format!("{many} turn"))
                ),
            };
            format!(
                "With each of {count} {many} left out in turn, the answer is between {} and {}. It moves most without {name}. {sign}",
                shown(ends.0),
                shown(ends.1)
            )
        }
    };
    Some(UnseenFigure { name: format!("Leave-one-{one}-out"), value: *furthest, words })
}

//! Amounts that add up: earnings or units over a threshold, which may change from a day on.

use super::Finding;
use super::life::Life;
use super::plan::{Wanted, Window};
use base::day::{Day, NEVER};

/// 1 when the amounts of the window add up to the threshold that held on the index date; reached on the first day whose running
/// total does. Corrections are negative amounts, and the final total decides.
pub(super) fn at_least(wanted: &Wanted, thresholds: &[(Day, i64)], life: &Life<'_>, window: &Window) -> Finding {
    let held = thresholds.iter().rev().find(|(from, _)| *from <= window.from).or(thresholds.first());
    let Some((_, threshold)) = held else { return Finding::known(0, NEVER) };
    let mut amounts: Vec<(Day, i64)> = life.hits(wanted, window).map(|(fact, _)| (fact.from, fact.amount)).collect();
    if amounts.iter().map(|(_, amount)| *amount).fold(0, i64::saturating_add) < *threshold {
        return Finding::known(0, NEVER);
    }
    amounts.sort_unstable();
    let mut total: i64 = 0;
    for same in amounts.chunk_by(|a, b| a.0 == b.0) {
        total = same.iter().fold(total, |total, (_, amount)| total.saturating_add(*amount));
        if total >= *threshold {
            return Finding::known(1, same[0].0);
        }
    }
    Finding::known(0, NEVER)
}

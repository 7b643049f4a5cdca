//! Events in the window: none of them, any, how many, and when the first.

use contract::measured::Each;

use super::Finding;
use super::life::Life;
use super::plan::{Wanted, Window};
use base::day::{Day, NEVER};

fn first(wanted: &Wanted, life: &Life<'_>, window: &Window) -> Day {
    life.hits(wanted, window).map(|(fact, _)| fact.from).min().unwrap_or(NEVER)
}

/// 1 when no such event happened; else the day is that of the first.
pub(super) fn none(wanted: &Wanted, life: &Life<'_>, window: &Window) -> Finding {
    let first = first(wanted, life, window);
    Finding::known(i64::from(first == NEVER), first)
}

/// 1 when at least one happened, and the day of the first.
pub(super) fn any(wanted: &Wanted, life: &Life<'_>, window: &Window) -> Finding {
    let first = first(wanted, life, window);
    Finding::known(i64::from(first != NEVER), first)
}

/// How many happened, and the day of the first. Settled together: with the same disposal, or, where none is named, proven on
/// the same day.
pub(super) fn count(wanted: &Wanted, each: Each, life: &Life<'_>, window: &Window) -> Finding {
    let count = match each {
        Each::Event => life.hits(wanted, window).count(),
        Each::Disposal => {
            let named = |fact: &records::facts::Fact| fact.disposal > 0;
            let mut disposals: Vec<(bool, u64)> = life
                .hits(wanted, window)
                .map(|(fact, proof)| {
                    // What is neither named nor proven is settled by nothing but itself: by its day.
                    let day = if proof == NEVER { fact.from } else { proof };
                    if named(&fact) { (true, fact.disposal) } else { (false, day as u64) }
                })
                .collect();
            disposals.sort_unstable();
            disposals.dedup();
            disposals.len()
        }
    };
    Finding::known(count as i64, first(wanted, life, window))
}

/// Days from the index date to the first one; the whole window's when none happened.
pub(super) fn first_time(wanted: &Wanted, life: &Life<'_>, window: &Window) -> Finding {
    let first = first(wanted, life, window);
    Finding::known(i64::from(first.min(window.to) - window.from), first)
}

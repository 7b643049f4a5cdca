//! Amounts that cannot be as they are: below zero in most rows, which a sign that was turned makes of them, and far larger than all
//! others or than what counts.

use base::english::counted;

use super::super::batch::{Batch, ColumnValues, NONE};
use super::super::fault::{Fault, visible};
use super::super::need::Need;
use super::amount_sizes::AmountSizes;
use super::row_faults::RowFaults;
use super::rules::AmountRule;

/// So many times the most that counts, or the usual amount, no amount is.
const TIMES: i64 = 1000;
/// A thousand has so many binary digits.
const DIGITS: u16 = 10;
/// From so many rows below zero on, more of them than above are no corrections.
const SEVERAL: u64 = 5;

/// The rules of each needed kind of event.
#[must_use]
pub fn rules(need: &Need) -> Vec<AmountRule> {
    let of = |kind: &String| AmountRule {
        used: need.amounts.contains(kind),
        most: need.most.iter().filter(|(of, _)| of == kind).map(|(_, most)| most.saturating_mul(100)).max(),
    };
    need.events.iter().map(of).collect()
}

/// Notes the amounts of a batch that are below zero and those that are far more than counts, where the sum is the result.
pub(super) fn check(rules: &[AmountRule], kinds: &[u16], batch: &Batch, row_faults: &mut RowFaults) {
    let at = batch.table.column("amount");
    let ColumnValues::Numbers(amounts) = &batch.columns[at] else { return };
    for (row, (amount, kind)) in amounts.iter().zip(kinds).enumerate() {
        let Some(kind) = usize::from(*kind).checked_sub(1).filter(|kind| rules.get(*kind).is_some_and(|rule| rule.used)) else {
            continue;
        };
        if *amount == NONE {
            continue;
        }
        let Some(most) = rules[kind].most else { continue };
        let (what, expected, fix) = if *amount < 0 {
            ("this amount is below zero, and lowers the sum", "0 or more", "no action needed if it corrects an earlier amount")
        } else if *amount > most.saturating_mul(TIMES) {
            (
                "this amount is more than a thousand times the most that counts",
                "an amount of the usual size",
                "check it, and its unit",
            )
        } else {
            continue;
        };
        let fault = Fault::row(batch.places[row], what, expected, fix).warning();
        row_faults.faults.push((row, Fault { column: "amount".into(), ..fault }));
    }
}

/// What is doubtful of the amounts of each kind.
#[must_use]
pub fn faults(kinds: &[String], seen: &[AmountSizes]) -> Vec<Fault> {
    kinds.iter().zip(seen).flat_map(|(kind, seen)| [turned(kind, seen), far_larger(kind, seen)]).flatten().collect()
}

/// More amounts are below zero than above it.
fn turned(kind: &str, seen: &AmountSizes) -> Option<Fault> {
    let what = "more amounts of this kind are below zero than above it";
    let fix = "check the sign: an amount below zero only corrects another one";
    let fault = Fault::file(what, "amounts above zero, and some that correct them", fix).refused();
    let (above, below) = seen.above_and_below();
    let value = format!("{}: {below} below, {above} above", visible(kind));
    (below >= SEVERAL && below > above).then(|| Fault { column: "amount".into(), value: Some(value), ..fault })
}

/// Some amounts are far larger than all others.
fn far_larger(kind: &str, seen: &AmountSizes) -> Option<Fault> {
    let (above, below) = seen.above_and_below();
    let (rows, all) = (seen.far_larger(DIGITS), above + below);
    let what = "amounts of this kind are about a thousand times the usual one, or more";
    let fault = Fault::file(what, "amounts of about the same size", "check these amounts, and their unit").warning();
    let value = format!("{}: {rows} of {}", visible(kind), counted(all, "row", "rows"));
    (rows > 0).then(|| Fault { column: "amount".into(), value: Some(value), ..fault })
}

//! The same people at two times. A number that is published today and one that was published before differ by a number of people, and
//! where that is small, today's number is hidden like a small one.
//!
//! It is also hidden where an earlier number was hidden and today's is so close to it that it could stand in its place: whoever holds
//! that few people changed would read the earlier one off today's.

use std::collections::{BTreeMap, BTreeSet};

use crate::primary::{PossibleRange, SensitiveCell, SensitivityRule};
use crate::register::{PastCell, ReleaseRegister, ReleaseRequest};
use crate::rules::DisclosurePolicy;
use crate::system::{CellId, LinearSystem, SystemCell};
use crate::table::CellMeasure;

/// The new cells that are too close to an earlier version, each with its protection interval and with the earlier published numbers
/// that it lies between.
pub(crate) fn too_close(
    system: &LinearSystem,
    own: &BTreeSet<usize>,
    register: &ReleaseRegister,
    request: &ReleaseRequest,
    policy: &DisclosurePolicy,
) -> Vec<(SensitiveCell, PossibleRange)> {
    let earlier_of = |population: &str| -> BTreeSet<&str> {
        let pairs = request.versions.iter().filter(|pair| pair.later == population && pair.earlier != population);
        pairs.map(|pair| pair.earlier.as_str()).collect()
    };
    // What is counted and in which categories, with every earlier number of it.
    let mut past: BTreeMap<(&str, &BTreeMap<String, String>), Vec<&PastCell>> = BTreeMap::new();
    for cell in register.releases.iter().flat_map(|release| &release.cells) {
        past.entry((&cell.id.measure, &cell.id.conditions)).or_default().push(cell);
    }
    let mut populations: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut found = Vec::new();
    for &at in own {
        let cell = &system.cells[at];
        let CellId { population, measure, conditions } = &cell.id;
        let earlier = populations.entry(population).or_insert_with(|| earlier_of(population));
        let versions = past.get(&(measure, conditions)).into_iter().flatten();
        let versions: Vec<&PastCell> =
            versions.copied().filter(|past| past.of == cell.of && earlier.contains(past.id.population.as_str())).collect();
        // A zero is published wherever it stands, or hidden with the small counts.
        if cell.cell.value > 0 && versions.iter().any(|past| is_close(cell, past, policy)) {
            found.push(protection(at, cell, &versions, policy));
        }
    }
    found
}

/// Whether today's number beside an earlier one gives few people away.
fn is_close(cell: &SystemCell, past: &PastCell, policy: &DisclosurePolicy) -> bool {
    let few = 0..policy.smallest_count;
    let by = (cell.cell.value - past.value).abs();
    match (cell.of, past.protected) {
        (CellMeasure::Sum, _) if past.is_public() => by > 0 && few.contains(&(cell.cell.contributors - past.contributors).abs()),
        (CellMeasure::Sum, _) => few.contains(&(cell.cell.contributors - past.contributors).abs()),
        (CellMeasure::Count, _) if past.is_public() => by > 0 && few.contains(&by),
        (CellMeasure::Count, Some((low, high))) => (low..=high).contains(&cell.cell.value),
        (CellMeasure::Count, None) => few.contains(&by),
    }
}

fn protection(at: usize, cell: &SystemCell, versions: &[&PastCell], policy: &DisclosurePolicy) -> (SensitiveCell, PossibleRange) {
    let value = cell.cell.value;
    let public = || versions.iter().filter(|past| past.is_public()).map(|past| past.value);
    let rule = SensitivityRule::Difference;
    if cell.of == CellMeasure::Sum {
        let by = public().map(|past| (value - past).abs()).max().unwrap_or_default();
        let gap = by.max(cell.cell.largest.first().copied().unwrap_or(value) / 10).max(1);
        let interval = SensitiveCell { cell: at, rule, low: value.saturating_sub(gap).max(0), high: value.saturating_add(gap) };
        return (interval, PossibleRange { low: 0, high: None });
    }
    let below = public().filter(|past| *past < value).max().unwrap_or_default();
    let above = public().filter(|past| *past > value).min();
    // A hidden number that is not small is known to be at least the smallest count.
    let first = if cell.is_total || value < policy.smallest_count { below } else { below.max(policy.smallest_count) };
    let low = (value - policy.least_range / 2).max(first);
    let high = low.saturating_add(policy.least_range).min(above.unwrap_or(i64::MAX));
    let low = (high - policy.least_range).max(first).min(value);
    (SensitiveCell { cell: at, rule, low, high: high.max(value) }, PossibleRange { low: below, high: above })
}

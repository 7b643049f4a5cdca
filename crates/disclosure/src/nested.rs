//! Populations within one another: the same people at two dates, or with and without a subgroup. Where both have a cell, anybody may
//! subtract, so the difference is a cell too.

use std::collections::{BTreeMap, BTreeSet};

use base::problem::Problem;

use crate::system::{CellId, SystemCell};
use crate::table::{CellMeasure, StatisticalCell, wrong};

/// Everybody of one population belongs to another too: those of June are among those of September, those without a subgroup
/// among all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedPopulations {
    pub inner: String,
    pub outer: String,
}

/// The same people at two times, or as two sets of records have them: some joined, some left, and some of them changed. Anybody may
/// subtract, and take the difference for a number of people (`versions.rs`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopulationVersions {
    pub earlier: String,
    pub later: String,
}

/// The number of people by which two nested populations differ, wherever both have the same cell, with the ids of the two cells.
pub(crate) type Difference = (SystemCell, (CellId, CellId));

/// The differences between all populations that are nested.
///
/// # Errors
/// A population that has more people in a cell than the one around it.
pub(crate) fn differences<'n>(
    cells: &BTreeMap<CellId, SystemCell>,
    stated: impl Iterator<Item = &'n NestedPopulations>,
) -> Result<Vec<Difference>, Box<Problem>> {
    let mut found = Vec::new();
    for (inner, outer) in all_nested(stated) {
        for cell in cells.values().filter(|cell| cell.id.population == inner && cell.of == CellMeasure::Count) {
            let wider = CellId { population: outer.clone(), ..cell.id.clone() };
            let Some(whole) = cells.get(&wider) else { continue };
            found.push(difference(whole, cell)?);
        }
    }
    Ok(found)
}

fn difference(whole: &SystemCell, part: &SystemCell) -> Result<Difference, Box<Problem>> {
    let value = whole.cell.value - part.cell.value;
    if value < 0 {
        return Err(wrong("a population that is said to be within another has more people in a cell")
            .expected("at most as many people as the population around it")
            .fix("check which population is within which; people who left since are in the first and not in the second")
            .into());
    }
    let mut id = part.id.clone();
    if whole.id.population == part.id.population {
        id.measure = format!("{} without {}", whole.id.measure, part.id.measure);
    } else {
        id.population = format!("{} without {}", whole.id.population, part.id.population);
    }
    let cell = StatisticalCell::count(value);
    let found = SystemCell { id, of: CellMeasure::Count, cell, is_total: false, is_difference: true };
    Ok((found, (whole.id.clone(), part.id.clone())))
}

/// The difference between two cells of which one is within the other; none where one of them was not published or hidden.
///
/// # Errors
/// The inner cell has more people.
pub(crate) fn difference_within(
    cells: &BTreeMap<CellId, SystemCell>,
    inner: &CellId,
    outer: &CellId,
) -> Result<Option<Difference>, Box<Problem>> {
    match (cells.get(outer), cells.get(inner)) {
        (Some(whole), Some(part)) => difference(whole, part).map(Some),
        _ => Ok(None),
    }
}

/// Every pair of nested populations, also those that follow: if A is within B and B within C, then A is within C.
fn all_nested<'n>(stated: impl Iterator<Item = &'n NestedPopulations>) -> BTreeSet<(String, String)> {
    let mut pairs: BTreeSet<(String, String)> = stated.map(|pair| (pair.inner.clone(), pair.outer.clone())).collect();
    loop {
        let step = |(inner, middle): &(String, String)| {
            let (inner, middle) = (inner.clone(), middle.clone());
            let further = pairs.iter().filter(move |(next, _)| *next == middle);
            further.map(|(_, outer)| (inner.clone(), outer.clone())).collect::<Vec<_>>()
        };
        let more: Vec<(String, String)> =
            pairs.iter().flat_map(step).filter(|pair| pair.0 != pair.1 && !pairs.contains(pair)).collect();
        if more.is_empty() {
            return pairs;
        }
        pairs.extend(more);
    }
}

//! Comparison levels of a pair of records: for each comparison the first level whose test is true.

use super::comparison_functions::first_level;
use super::multiple_values::{any_is, variants};
use super::prepared::{Levels, PreparedComparison, PreparedModel};

/// A pair of records, and the level of each comparison as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct ComparedPair {
    pub left: u32,
    pub right: u32,
    pub levels: Levels,
    /// Comparisons whose level is not yet known, a bit each.
    pub(crate) open: u32,
    /// The match weight is at most this many bits.
    pub(crate) upper_bound: f64,
}

impl ComparedPair {
    /// Whether the pair cannot reach this many bits. A bound that is not a number rules nothing out.
    #[inline]
    pub(crate) fn is_below(&self, least: f64) -> bool {
        self.upper_bound < least
    }
}

/// The level of each comparison for two records, the left one first.
pub(crate) fn levels(prepared: &PreparedModel<'_>, left: u32, right: u32) -> Levels {
    let (a, b) = (prepared.records.cells(left), prepared.records.cells(right));
    let mut levels = Levels::default();
    for (at, comparison) in prepared.comparisons.iter().enumerate() {
        levels[at] = comparison.plain_level(a, b).unwrap_or_else(|| level(prepared, at, a, b));
    }
    if prepared.records.has_further_values() {
        best_of_further_values(prepared, left, right, &mut levels);
    }
    levels
}

/// A pair with the levels that can be read from two numbers. The other comparisons stay open.
#[inline]
pub(crate) fn plain_levels(prepared: &PreparedModel<'_>, left: u32, right: u32) -> ComparedPair {
    let (a, b) = (prepared.records.cells(left), prepared.records.cells(right));
    let (mut levels, mut open) = (Levels::default(), 0);
    for (at, comparison) in prepared.comparisons.iter().enumerate() {
        match comparison.plain_level(a, b) {
            Some(level) => levels[at] = level,
            None => open |= 1 << at,
        }
    }
    ComparedPair { left, right, levels, open, upper_bound: 0.0 }
}

/// Reads a little of everything that a comparison will ask of some pairs, so that the memory is in the cache when it does.
pub(crate) fn fetch(prepared: &PreparedModel<'_>, at: usize, pairs: &[ComparedPair], open: &[u32]) {
    for feature in &prepared.comparisons[at].fetched {
        let read = |sum: u64, place: &u32| {
            let pair = &pairs[*place as usize];
            let of = |record: u32| prepared.features.fetch(*feature, prepared.records.cells(record));
            sum ^ of(pair.left) ^ of(pair.right)
        };
        std::hint::black_box(open.iter().fold(0, read));
    }
}

/// The level of a comparison of two records' cells: the first that holds, or the last where none does.
#[inline]
pub(crate) fn level(prepared: &PreparedModel<'_>, comparison: usize, a: &[u32], b: &[u32]) -> u8 {
    let of = &prepared.comparisons[comparison];
    let alone = first_level(prepared, &of.alone, of.last, a, b);
    first_level(prepared, &of.beside, alone, a, b)
}

/// The first level that holds for any of the records' values, or the last where none does.
fn level_of_any(prepared: &PreparedModel<'_>, comparison: usize, left: u32, right: u32) -> u8 {
    let levels = &prepared.model.comparisons[comparison].levels;
    let found = levels.iter().position(|level| any_is(prepared, true, &level.test, left, right));
    found.unwrap_or(levels.len() - 1) as u8
}

/// Corrects levels for records with several values: the two values that agree best count, at the first level that is not
/// "missing".
fn best_of_further_values(prepared: &PreparedModel<'_>, left: u32, right: u32, levels: &mut Levels) {
    let records = prepared.records;
    if records.further_values(left).is_empty() && records.further_values(right).is_empty() {
        return;
    }
    for (at, comparison) in prepared.comparisons.iter().enumerate() {
        if comparison.looks_at_all_values {
            levels[at] = level_of_any(prepared, at, left, right);
            continue;
        }
        for column in &comparison.columns {
            let (lefts, rights) = (variants(prepared, &[*column], left), variants(prepared, &[*column], right));
            for (a, b) in lefts.iter().flat_map(|a| rights.iter().map(move |b| (a, b))) {
                let level = level(prepared, at, a, b);
                let missing = |level: u8| prepared.model.comparisons[at].levels[usize::from(level)].missing;
                if missing(levels[at]) || !missing(level) && level < levels[at] {
                    levels[at] = level;
                }
            }
        }
    }
}

impl PreparedComparison {
    /// The level of two records one of which has no value, or which have the same value, where the model has a plain level for
    /// it.
    #[inline]
    pub(crate) fn plain_level(&self, a: &[u32], b: &[u32]) -> Option<u8> {
        let (left, right) = (a[self.column], b[self.column]);
        match (self.missing, self.same) {
            (Some(missing), _) if left == 0 || right == 0 => Some(missing),
            (_, Some(same)) if left == right && left != 0 => Some(same),
            _ => None,
        }
    }
}

//! How a cell is shown, and the sentence that explains it on a page.

use base::english::{counted, plural};
use base::money::{Pence, thousands};

use crate::table::CellMeasure;

/// What stands in a table in the place of a number that is hidden to protect another: "confidential" (Government Analysis Function,
/// "Symbols in tables").
pub const NOT_SHOWN: &str = "[c]";

/// What a reader sees in the place of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellShown {
    /// The number itself, or the number that it was rounded to.
    Value(i64),
    /// Hidden, and below the smallest count.
    FewerThan(i64),
    /// Hidden, so that another number cannot be worked out, or because a label would give others away.
    ToProtect,
}

/// The words in the cell. `one` and `many` are the noun: "person" and "people".
#[must_use]
pub fn cell_words(shown: CellShown, of: CellMeasure, (one, many): (&str, &str)) -> String {
    match (shown, of) {
        (CellShown::Value(value), CellMeasure::Count) => counted(value, one, many),
        (CellShown::Value(value), CellMeasure::Sum) => Pence(value).to_string(),
        (CellShown::FewerThan(count), _) => format!("fewer than {} {}", thousands(count), plural(count, one, many)),
        (CellShown::ToProtect, _) => "not shown, to protect a small number".into(),
    }
}

/// The sentence below a table with hidden cells, and none where nothing is hidden. `withheld` is how many percentages, rates or
/// payments are not shown.
#[must_use]
pub fn note_below(shown: &[CellShown], withheld: usize, smallest_count: i64) -> Option<String> {
    let hidden = shown.iter().filter(|cell| !matches!(cell, CellShown::Value(_))).count();
    if hidden + withheld == 0 {
        return None;
    }
    let mut sentences = Vec::new();
    if hidden > 0 {
        sentences.push(format!(
            "{} not shown, so that nobody can be recognised in a group of fewer than {}.",
            counted_is(hidden, "number", "numbers"),
            counted(smallest_count, "person", "people")
        ));
    }
    if shown.contains(&CellShown::ToProtect) {
        sentences.push("Some of these are large: without them, a small number could be worked out from the totals.".into());
    }
    if withheld > 0 {
        sentences.push(format!(
            "{} left out, because a small number follows from {}.",
            counted_is(withheld, "percentage, rate or payment", "percentages, rates or payments"),
            plural(withheld as i64, "it", "them")
        ));
    }
    Some(sentences.join(" "))
}

/// "1 number is", "2 numbers are".
fn counted_is(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", counted(count as i64, one, many), plural(count as i64, "is", "are"))
}

/// The sentence below a rounded table.
#[must_use]
pub fn note_of_rounding(base: i64) -> String {
    format!(
        "Every number is rounded to a multiple of {base}, up or down, so that totals still add up. It may differ from the true number by up to {}.",
        base - 1
    )
}

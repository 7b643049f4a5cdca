//! Words that people and programs write in a cell for "there is none". As ids they would join everything that has none, and as a
//! state or a decision they say nothing.

use super::batch::ColumnValues;

const PLACEHOLDERS: [&str; 31] = [
    "-",
    "--",
    "?",
    ".",
    "n/a",
    "na",
    "n.a.",
    "n/k",
    "nil",
    "nan",
    "null",
    "(null)",
    "<null>",
    "\\n",
    "none",
    "blank",
    "(blank)",
    "unknown",
    "not known",
    "not recorded",
    "not applicable",
    "missing",
    "tbc",
    "tbd",
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "#null!",
    "#num!",
    "#div/0!",
];

/// The most bytes of such a word.
const LONGEST: usize = 14;

/// Whether a text, without blanks around it, stands for no value.
#[must_use]
pub fn stands_for_none(text: &str) -> bool {
    text.len() <= LONGEST && PLACEHOLDERS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a row has no value in a column, or a word for none.
pub(crate) fn has_none(column: &ColumnValues, row: usize) -> bool {
    match column {
        ColumnValues::Texts(texts) => texts.get(row).is_empty() || stands_for_none(texts.get(row)),
        values => values.name(row).is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_recognised() {
        assert!(PLACEHOLDERS.iter().all(|word| stands_for_none(word) && stands_for_none(&word.to_uppercase())));
        assert!(["no", "0", "nobody", "declined", ""].iter().all(|word| !stands_for_none(word)));
    }
}

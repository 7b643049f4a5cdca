//! Words that people and programs write in a cell for "there is none". As ids they would join everything that has none, and as a
//! state or a decision they say nothing.

use super::batch::ColumnValues;

const PLACEHOLDERS: [&str; 34] = [
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
    "tba",
    "to be confirmed",
    "to be advised",
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "#null!",
    "#num!",
    "#div/0!",
];

/// The most bytes of such a word.
const LONGEST: usize = 15;

/// Words that stand for none once a number is added to them, as people do who must not write the same word twice.
const NUMBERED: [&str; 24] = [
    "tbc",
    "tba",
    "tbd",
    "to be confirmed",
    "to be advised",
    "n/a",
    "n.a.",
    "n/k",
    "null",
    "none",
    "blank",
    "unknown",
    "unk",
    "not known",
    "not yet known",
    "not recorded",
    "not applicable",
    "not stated",
    "missing",
    "pending",
    "awaiting",
    "dummy",
    "placeholder",
    "no id",
];

/// Whether a text, without blanks around it, stands for no value.
#[must_use]
pub fn stands_for_none(text: &str) -> bool {
    text.len() <= LONGEST && PLACEHOLDERS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text is a word for none with a number or signs around it: `TBC1`, `UNKNOWN 3`, `N/A 7`, `to be confirmed (2)`, `???`.
#[must_use]
pub fn is_numbered_none(text: &str) -> bool {
    /// The most bytes of such a text.
    const LONGEST_NUMBERED: usize = 40;
    // Most ids are no words at all, and that is quick to see.
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let may_be = letters >= 3 || text.bytes().any(|byte| b"?/.".contains(&byte));
    if text.len() > LONGEST_NUMBERED || !may_be {
        return false;
    }
    let around = |letter: char| letter.is_ascii_digit() || " -_#:()[]<>/.,*+".contains(letter);
    let word = text.trim_matches(around).to_lowercase().replace(['-', '_'], " ");
    // The point of `n.a.` is one of the signs around it.
    let is_word = |known: &&str| known.trim_matches(around) == word;
    let is_question = !word.is_empty() && word.bytes().all(|byte| byte == b'?');
    is_question || NUMBERED.iter().any(is_word)
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
    fn words_for_none_with_numbers_are_recognised() {
        let none = [
            "TBC1",
            "TBC-02",
            "tbc 3",
            "To be confirmed (4)",
            "UNKNOWN 3",
            "unknown_17",
            "N/A 7",
            "?",
            "??",
            "?-3",
            "#TBA",
            "2-unknown",
            "Not known 5",
            "PENDING/8",
            "n.a. 2",
            "NOT-RECORDED-1",
        ];
        none.iter().for_each(|text| assert!(is_numbered_none(text), "{text}"));
        let ids = [
            "H1",
            "NA7",
            "7",
            "-5",
            "",
            "N1 7AB",
            "unknowable 3",
            "TBCH-7",
            "NONESUCH-1",
            "NIL-4",
            "house 3",
            "12/A",
            "missingham 2",
        ];
        ids.iter().for_each(|text| assert!(!is_numbered_none(text), "{text}"));
    }

    #[test]
    fn every_placeholder_is_recognised() {
        assert!(PLACEHOLDERS.iter().all(|word| stands_for_none(word) && stands_for_none(&word.to_uppercase())));
        assert!(["no", "0", "nobody", "declined", ""].iter().all(|word| !stands_for_none(word)));
    }
}

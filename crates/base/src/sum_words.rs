//! What sums and notes below a table are called: "Total", "Grand total", "End of report". They look like rows, and would be counted or added
//! up like them.

use crate::similar_names;

/// What sums are called, folded, with blanks for hyphens. Nothing else has these names.
const SUMS: [&str; 12] = [
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "sum",
    "sums",
    "sum total",
    "overall total",
    "total amount",
    "total paid",
    "total payments",
];

/// What other rows below a table are called. An outcome may be called "Overall", and a period "End".
const NOTES: [&str; 9] =
    ["overall", "count", "average", "mean", "end", "end of file", "end of report", "end of list", "end of data"];

/// The most bytes of such a text.
const LONGEST: usize = 30;

/// Whether a text is what sums are called, and nothing but sums.
#[must_use]
pub fn is_sum(text: &str) -> bool {
    bare(text).is_some_and(|text| SUMS.contains(&text.as_str()))
}

/// Whether a text is what sums and notes are called.
#[must_use]
pub fn is_sum_or_note(text: &str) -> bool {
    bare(text).is_some_and(|text| SUMS.contains(&text.as_str()) || NOTES.contains(&text.as_str()))
}

/// The words of a text alone; `None` where it is surely no such text: almost every id has a digit or is longer.
fn bare(text: &str) -> Option<String> {
    if text.len() > LONGEST || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let folded = similar_names::skeleton(text).replace(['-', '_'], " ");
    let words = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(words.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_fewer_names_than_notes() {
        for text in ["Total", "GRAND TOTAL:", "sub_total", "Sub-Total", "Overall total", "Total paid."] {
            assert!(is_sum(text) && is_sum_or_note(text), "{text}");
        }
        for text in ["End", "Overall", "count", "Mean", "average", "** end of report **"] {
            assert!(!is_sum(text) && is_sum_or_note(text), "{text}");
        }
        for text in ["Total care", "", "Totaljobs", "Total 2027", "Summer"] {
            assert!(!is_sum(text) && !is_sum_or_note(text), "{text}");
        }
    }
}

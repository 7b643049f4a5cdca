//! What is said of a database that somebody has changed.

/// What is said of a row that no reading of the entries comes to.
pub(super) fn outside_the_sequence(number: i64) -> String {
    format!(
        "the ledger has a row with the number {number}, outside the sequence of entries: it counts for nothing, and nobody should have written it"
    )
}

//! Messages about a database that somebody has changed.

/// The message about a row that is never read as an entry.
pub(super) fn outside_the_sequence(number: i64) -> String {
    format!(
        "the ledger has a row with the number {number}, outside the sequence of entries: it counts for nothing, and nobody should have written it"
    )
}

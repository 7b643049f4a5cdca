//! How a database is opened, and the steps that bring it to the form that this version knows.

use crate::LedgerError;

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// The ledger must exist.
    Existing,
    /// A ledger that does not exist is made.
    CreateIfMissing,
}

/// The steps that are still to be done. Each step is done once, in order. A step that was released is never changed.
pub(super) fn steps_to_do<'a>(steps: &'a [&'a str], done: i64) -> Result<&'a [&'a str], LedgerError> {
    usize::try_from(done).ok().and_then(|done| steps.get(done..)).ok_or_else(|| {
        LedgerError::failed(
            format!(
                "a newer wellspent wrote the ledger: its database has form {done}, and this version knows form {}",
                steps.len()
            ),
            "use the newer version",
        )
    })
}

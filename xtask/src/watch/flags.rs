//! What a watch raises on a folder, as the test bed sees it. This is the one place that calls the detectors.

use std::path::Path;

use anyhow::{Result, bail};
use base::day::Day;

/// Something that a watch raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    /// The name of the risk.
    pub(crate) risk: String,
    /// The provider as the records name it; nobody where it is about the whole contract.
    pub(crate) provider: Option<String>,
    /// The month of the contract in which it was first raised. The first month of the contract is 0.
    pub(crate) month: usize,
    pub(crate) is_serious: bool,
}

/// Everything that a watch raised, month by month, up to a day.
pub(crate) fn flags(scheme: &Path, records: &Path, as_at: Day) -> Result<Vec<Flag>> {
    let (scheme, records, day) = (scheme.display(), records.display(), base::day::date(as_at));
    bail!("the product has no watch yet, so nothing can be raised on {records} under {scheme} as at {day}")
}

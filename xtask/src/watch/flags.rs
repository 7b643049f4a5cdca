//! What a watch raises on a folder, as the test bed sees it. This is the one place that calls the detectors.

use std::path::Path;

use anyhow::{Result, anyhow};
use base::day::Day;
use risks::observed::Month;
use wellspent::QueryDates;
use wellspent::folder::Reach;
use wellspent::watch::{WatchRequest, watch};

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

/// Everything that a watch raised, month by month, up to a day. What was flagged and later became serious is two flags, each with its
/// month.
pub(crate) fn flags(scheme: &Path, records: &Path, as_at: Day) -> Result<Vec<Flag>> {
    let request = WatchRequest {
        scheme: scheme.to_owned(),
        reach: Reach::Inside(None),
        records: records.to_owned(),
        days: QueryDates { as_at: base::day::date(as_at), known_at: None },
        accepted: None,
        flags: None,
    };
    let watched = watch(&request).map_err(|error| anyhow!("{error}"))?;
    let raised = watched.watch.looked_at.iter().flat_map(|looked| {
        let provider = watched.provider(looked).map(str::to_owned);
        let flag = |month: Month, is_serious| Flag {
            risk: looked.risk.name().to_owned(),
            provider: provider.clone(),
            month: usize::try_from(month - watched.watch.first).unwrap_or_default(),
            is_serious,
        };
        [looked.flagged.map(|month| flag(month, false)), looked.serious.map(|month| flag(month, true))]
    });
    Ok(raised.flatten().collect())
}

//! A watch on live records: is a contract being gamed? Every risk of the catalogue is looked for in the records with the definition by
//! which `stress` forecasts it.

mod expected;
mod observe;

use std::path::PathBuf;

use contract::Scheme;
use records::gate::quality::AcceptedFaults;
use risks::detection::watch::{Watch, watch as watch_observed};

use crate::error::Error;
use crate::folder::{self, Reach};
use crate::measured::{MeasuredRecords, measured_records};
use outcomes::QueryDates;

/// Which records are watched.
#[derive(Clone, Debug)]
pub struct WatchRequest {
    /// The scheme folder. Each outcome needs its `[outcome.NAME.measured]`.
    pub scheme: PathBuf,
    pub reach: Reach,
    pub records: PathBuf,
    pub days: QueryDates,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Watched {
    pub providers: Vec<String>,
    pub watch: Watch,
}

/// Looks for every risk in the records of a scheme.
///
/// # Errors
/// The scheme has mistakes, or the records do not allow a result.
pub fn watch(request: &WatchRequest) -> Result<Watched, Error> {
    let scheme = folder::open(&request.scheme, request.reach.clone())?.scheme()?;
    let claims: &[&'static str] = &["claims"];
    let found = measured_records(&scheme, &request.records, request.days, claims, request.accepted.clone())?;
    of_measured(request, &scheme, &found).map_err(|error| error.with_notes(&found.all_notes()))
}

fn of_measured(request: &WatchRequest, scheme: &Scheme, found: &MeasuredRecords) -> Result<Watched, Error> {
    let observed = observe::observed(scheme, found, request.days.days())?;
    Ok(Watched { providers: observed.providers.clone(), watch: watch_observed(&observed) })
}

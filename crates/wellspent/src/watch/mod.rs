//! A watch on live records: is a contract being gamed? Every risk of the catalogue is looked for in the records with the definition by
//! which `stress` forecasts it.

pub mod arms_race;
mod expected;
mod memory;
mod observe;

use std::path::PathBuf;

use base::english::counted;
use outcomes::QueryDates;
use records::gate::quality::AcceptedFaults;
pub use report::watch::{FlagDecision, FlagMemory, RememberedFlag, WatchReport};
pub use risks::detection::expected::RecordKind;
use risks::detection::watch::watch as watch_observed;

use crate::error::Error;
use crate::folder::{self, Reach};
use crate::measured::MeasuredRecords;
use crate::payees::{self, NamedProviders};
use crate::several_agencies::read_outcomes;

/// Which records are watched.
#[derive(Clone, Debug)]
pub struct WatchRequest {
    /// The scheme folder. Each outcome needs its `[outcome.NAME.measured]`.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The folder of records of one agency, or with all tables of several together.
    pub records: PathBuf,
    pub days: QueryDates,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
    /// The list of flags, to which new ones are added.
    pub flags: Option<PathBuf>,
}

/// Looks for every risk in the records of a scheme.
///
/// # Errors
/// The scheme has mistakes, the records do not allow a result, or the list of flags cannot be read.
pub fn watch(request: &WatchRequest) -> Result<WatchReport, Error> {
    let memory = request.flags.as_deref().map(memory::read).transpose()?;
    let mut scheme = folder::open(&request.scheme, request.reach)?.scheme()?;
    // No rule of the contract asks for referrals, and a watch does.
    scheme.records.other_kinds.push(observe::REFERRAL.to_owned());
    let read = read_outcomes(&scheme, &request.records, None, request.days, &observe::SHOWN_BY, request.accepted.clone())?;
    let found = read.measured();
    let mut watched = watched(request, &scheme, found).map_err(|error| error.with_notes(&found.all_notes()))?;
    if let (Some(path), Some((memory, columns))) = (&request.flags, memory) {
        watched.memory = Some(memory);
        let added = memory::add(path, &columns, &mut watched)?;
        let words = counted(added as u64, "new flag was", "new flags were");
        watched.notes.push(format!("{words} added to {}", path.display()));
    }
    Ok(watched)
}

fn watched(request: &WatchRequest, scheme: &contract::Scheme, found: &MeasuredRecords) -> Result<WatchReport, Error> {
    if !scheme.providers.is_empty() || found.providers.is_some() {
        payees::named(scheme, found.providers.as_deref(), &found.folders, &[NamedProviders::in_starts(&found.records)])?;
    }
    if found.records.providers.len() > contract::providers::MAX_PROVIDERS {
        return Err(Error::failed(
            format!("the records have more providers than can be watched ({})", contract::providers::MAX_PROVIDERS),
            "check that the column `provider` of starts names the provider, and nothing that is different for each person",
        ));
    }
    let set_aside = observe::SHOWN_BY.into_iter().map(|table| (table, found.quality.set_aside_of(table)));
    let unused =
        set_aside.filter(|(_, rows)| *rows > 0).map(|(table, rows)| format!("{} of {table}", counted(rows, "row", "rows")));
    let unused: Vec<String> = unused.collect();
    if !unused.is_empty() && request.accepted.is_none() {
        return Err(Error::failed(
            format!("{} cannot be used: what is missing would look as if a provider had done nothing", unused.join(" and ")),
            "see each fault with `wellspent records check`, and correct it; or accept the faults with --accept-faults \"REASON\"",
        ));
    }
    let observed = observe::observed(scheme, found, request.days.days())?;
    Ok(WatchReport {
        scheme: scheme.name.clone(),
        as_at: request.days.as_at,
        watch: watch_observed(&observed),
        providers: observed.providers,
        memory: None,
        notes: found.notes.clone(),
        quality: found.quality.clone(),
    })
}

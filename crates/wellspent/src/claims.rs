//! Compares what providers claim with what the records show.

use std::path::PathBuf;

use contract::Scheme;
use outcomes::QueryDates;
use outcomes::claims::{Reconciled, reconcile};
use records::gate::quality::AcceptedFaults;
pub use report::claims::{ClaimsComparison, ClaimsRow};

use crate::access_log;
use crate::error::Error;
use crate::folder::{self, Reach};
use crate::measured::MeasuredRecords;
use crate::payees::{self, NamedProviders};
use crate::several_agencies::{JoinOptions, read_outcomes};

/// Which claims are compared.
#[derive(Clone, Debug)]
pub struct ClaimsRequest {
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The folder of records with a table of claims; with `joining`, a folder of several agencies.
    pub records: PathBuf,
    pub joining: Option<JoinOptions>,
    pub days: QueryDates,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
}

/// Compares claims with the records.
///
/// # Errors
/// The scheme has mistakes, the records do not allow a result, no purpose covers them, or there is no table of claims.
pub fn claims(request: &ClaimsRequest) -> Result<ClaimsComparison, Error> {
    let scheme = folder::open(&request.scheme, request.reach)?.scheme()?;
    let ClaimsRequest { records, joining, days, .. } = request;
    let read = read_outcomes(&scheme, records, joining.as_ref(), *days, &["claims"], request.accepted.clone())?;
    if let Some(joining) = joining {
        access_log::note(records, &joining.access, "claims", &[])?;
    }
    compared(request, &scheme, read.measured()).map_err(|error| error.with_notes(&read.measured().all_notes()))
}

/// The claims compared with what was measured.
fn compared(request: &ClaimsRequest, scheme: &Scheme, found: &MeasuredRecords) -> Result<ClaimsComparison, Error> {
    let ClaimsRequest { records, days, .. } = request;
    let batches = found.claims.as_ref().ok_or_else(|| {
        Error::failed(format!("there is no table of claims in {}", records.display()), "docs/records.md says what it holds")
    })?;
    let named = [NamedProviders::in_starts(&found.records), NamedProviders::in_claims(batches)];
    payees::named(scheme, found.providers.as_deref(), &found.folders, &named)?;
    let claims = reconcile(scheme, &found.records, &found.measured, batches, days.days().1);
    // Claims that cannot be used fit nothing either.
    let set_aside = found.quality.files.iter().filter(|file| file.name.starts_with("claims")).map(|file| file.set_aside);
    let without_match = claims.unknown + set_aside.sum::<u64>() as i64;
    let mut rows = Vec::new();
    for ((provider, outcome), counts) in &claims.by {
        let clauses = scheme.clauses.iter().filter(|clause| clause.outcomes().contains(outcome));
        let clauses: Vec<String> = clauses.map(|clause| clause.name.clone()).collect();
        // An outcome that no clause pays for is shown only where somebody claims it.
        let claimed = *counts != Reconciled { unclaimed: counts.unclaimed, ..Reconciled::default() };
        if clauses.is_empty() && !claimed {
            continue;
        }
        rows.push(ClaimsRow {
            provider: found.records.providers.get(*provider).to_string(),
            clauses,
            outcome: scheme.outcomes[*outcome].name.clone(),
            matched: counts.matched,
            unclaimed: counts.unclaimed,
            unsupported: counts.unsupported,
            not_counted: counts.not_counted,
            not_yet_known: counts.open,
        });
    }
    let unsupported = claims.by.values().map(|counts| counts.unsupported).sum::<i64>() + without_match;
    Ok(ClaimsComparison { rows, without_match, unsupported, quality: found.quality.clone(), notes: found.notes.clone() })
}

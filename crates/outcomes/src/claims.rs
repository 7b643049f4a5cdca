//! Compares providers' claims with the records. A claim is matched if the records show the outcome, unsupported if they show that
//! it was not reached, and open while the outcome is not yet known. Of people who are left out of the measure or excepted from it, no
//! claim counts, whether or not the result happened. An outcome that nobody claimed is unclaimed. A claim for a
//! sustained outcome is for one period of it. Claims that an audit found false go into the tally.

use std::collections::BTreeMap;

use contract::Scheme;

use crate::measure::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;
use crate::tally::ProviderTally;
use base::day::{Day, NEVER};
use records::Records;
use records::batch::Batch;

/// One provider's claims for one outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    pub matched: i64,
    pub unclaimed: i64,
    pub unsupported: i64,
    /// Claims for people who are left out of the measure or excepted from it.
    pub not_counted: i64,
    /// Claims for outcomes that are not yet known.
    pub open: i64,
}

/// Claims by provider and outcome, as positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReconciledClaims {
    pub by: BTreeMap<(u32, usize), Reconciled>,
    /// Claims for people, providers or outcomes that the records or the scheme do not have.
    pub unknown: i64,
}

/// Compares the claims known by a day with the measured outcomes. A claim is for the last start of the person with that provider
/// on or before the date of the claim.
#[must_use]
pub fn reconcile(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    claims: &[Batch],
    known_at: Day,
) -> ReconciledClaims {
    let mut out = ReconciledClaims::default();
    let mut claimed: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    for batch in claims {
        for row in 0..batch.rows() {
            if known(batch, row, "known") > known_at {
                continue;
            }
            match place(scheme, records, measured, batch, row) {
                Some(place) => *claimed.entry(place).or_default() += 1,
                None => out.unknown += 1,
            }
        }
    }
    for (at, index) in measured.index.iter().enumerate().filter(|(_, index)| !index.start.comparison) {
        for (outcome, result) in measured.of(at).iter().enumerate() {
            let claims = claimed.get(&(at, outcome)).copied().unwrap_or_default();
            let shown = i64::from(result.value);
            let sum = out.by.entry((index.start.provider, outcome)).or_default();
            match result.state {
                OutcomeState::Censored => sum.open += claims,
                OutcomeState::LeftOut | OutcomeState::Excepted => sum.not_counted += claims,
                OutcomeState::Observed => {
                    sum.matched += claims.min(shown);
                    sum.unclaimed += (shown - claims).max(0);
                    sum.unsupported += (claims - shown).max(0);
                }
            }
        }
    }
    out
}

/// Adds to tallies the claims that an audit found false by a day. Gives the number of claims that match no start, provider or
/// outcome.
pub fn found_false(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    claims: &[Batch],
    by: Day,
    groups: &mut [ProviderTally],
) -> i64 {
    let mut unknown = 0;
    for batch in claims {
        let found = batch.table.column("found");
        for row in (0..batch.rows()).filter(|row| batch.text(found, *row) == "false") {
            if known(batch, row, "checked").max(known(batch, row, "known")) > by {
                continue;
            }
            let Some((at, outcome)) = place(scheme, records, measured, batch, row) else {
                unknown += 1;
                continue;
            };
            let index = &measured.index[at];
            let own =
                |group: &&mut ProviderTally| group.provider == index.start.provider && group.tally.area == index.area as usize;
            let cell = index.cohort as usize * scheme.segments.len() + index.segment as usize;
            let counted = groups.iter_mut().find(own).and_then(|group| group.tally.found_false[outcome].get_mut(cell));
            if let Some(count) = counted {
                *count += 1;
            }
        }
    }
    unknown
}

/// The day in a column, or that of the claim where it is empty.
fn known(batch: &Batch, row: usize, column: &str) -> Day {
    let day = |name| batch.day(batch.table.column(name), row);
    if day(column) == NEVER { day("date") } else { day(column) }
}

/// The index event and the outcome that a claim is for.
fn place(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes, batch: &Batch, row: usize) -> Option<(usize, usize)> {
    let column = |name| batch.table.column(name);
    let person = records.people.names.find(batch.name(column("person"), row)?)?;
    let provider = records.providers.find(batch.name(column("provider"), row)?)?;
    let outcome = scheme.outcome(&batch.text(column("outcome"), row))?;
    Some((start(measured, person, provider, batch.day(column("date"), row))?, outcome))
}

/// The person's last start with a provider on or before a day.
fn start(measured: &MeasuredOutcomes, person: u32, provider: u32, day: Day) -> Option<usize> {
    let from = measured.index.partition_point(|index| index.start.person < person);
    let own = measured.index[from..].iter().enumerate().take_while(|(_, index)| index.start.person == person);
    let fits = own.filter(|(_, index)| !index.start.comparison && index.start.provider == provider && index.start.began <= day);
    fits.max_by_key(|(_, index)| index.start.began).map(|(at, _)| from + at)
}

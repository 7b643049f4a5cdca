//! Compares what providers claim with what the records show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use base::english::{counted, plural};
use base::money::thousands;
use contract::Scheme;
use outcomes::QueryDates;
use outcomes::claims::{ClaimRow, ClaimedAmount, Reconciled, ReconciledClaims, WhyUnplaced, reconcile};
use records::counted_rows::CountedRows;
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
    let claims = reconcile(scheme, &found.records, &found.measured, batches, days.days());
    // Claims that cannot be used fit nothing either.
    let without_match = claims.unplaced.len() as i64 + found.quality.set_aside_of("claims") as i64;
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
    let notes = found
        .notes
        .iter()
        .cloned()
        .chain(without_start(found, &claims))
        .chain(amounts(scheme, found, &claims))
        .chain(later(found, &claims))
        .collect();
    Ok(ClaimsComparison { rows, without_match, unsupported, quality: found.quality.clone(), notes })
}

/// How many claims or files a sentence names.
const NAMED: usize = 3;

/// The files of claims, where there are several: a row of one of them is not known without its name.
struct ClaimFiles<'a> {
    /// The file of each batch.
    names: &'a [String],
    several: bool,
}

impl ClaimFiles<'_> {
    fn of(found: &MeasuredRecords) -> ClaimFiles<'_> {
        let names = &found.claim_files[..];
        ClaimFiles { names, several: names.iter().collect::<BTreeSet<_>>().len() > 1 }
    }

    /// "row 7", or "row 7 of claims-2.csv".
    fn row(&self, place: ClaimRow) -> String {
        let of_file = if self.several { format!(" of {}", self.names[place.batch]) } else { String::new() };
        format!("row {}{of_file}", thousands(place.row as i64))
    }

    /// "rows 7 and 9 of the claims", or "row 7 of claims.csv and row 2 of claims-2.csv".
    fn rows(&self, places: &[ClaimRow]) -> String {
        // In the order of the files, which is that of their batches.
        let mut by_file: Vec<(&str, CountedRows)> = Vec::new();
        for place in places {
            let file = if self.several { self.names[place.batch].as_str() } else { "the claims" };
            if by_file.last().is_none_or(|(last, _)| *last != file) {
                by_file.push((file, CountedRows::default()));
            }
            by_file.last_mut().into_iter().for_each(|(_, rows)| rows.add(place.row));
        }
        let named: Vec<String> = by_file.iter().take(NAMED).map(|(file, rows)| format!("{} of {file}", rows.places())).collect();
        match by_file.len().saturating_sub(NAMED) {
            0 => named.join(" and "),
            more => format!("{} and {}", named.join(", "), counted(more, "other file", "other files")),
        }
    }
}

/// Claims that fit no start: a sentence for each reason, with the first rows.
fn without_start(found: &MeasuredRecords, claims: &ReconciledClaims) -> Vec<String> {
    let mut by_reason: BTreeMap<WhyUnplaced, Vec<ClaimRow>> = BTreeMap::new();
    claims.unplaced.iter().for_each(|(row, unplaced)| by_reason.entry(unplaced.why).or_default().push(*row));
    let files = ClaimFiles::of(found);
    let sentence = |(why, mut rows): (WhyUnplaced, Vec<ClaimRow>)| {
        // Rows that were restored come after all files.
        rows.sort_by_key(|place| (&files.names[place.batch], place.row));
        let fit = counted(rows.len(), "claim fits", "claims fit");
        format!("{fit} no start, in {}: {}.", files.rows(&rows), why.words())
    };
    by_reason.into_iter().map(sentence).collect()
}

/// A sentence about claims for results after the day that is asked about.
fn later(found: &MeasuredRecords, claims: &ReconciledClaims) -> Option<String> {
    let are = counted(claims.later.len(), "claim is", "claims are");
    let rows = ClaimFiles::of(found).rows(&claims.later);
    let what = "dated after the day that is asked about";
    (!claims.later.is_empty()).then(|| format!("{are} {what}, in {rows}, and compared with nothing."))
}

/// Claims of another amount than the contract pays for the result: a sentence for each provider and outcome, with the first rows.
fn amounts(scheme: &Scheme, found: &MeasuredRecords, claims: &ReconciledClaims) -> Vec<String> {
    let mut by: BTreeMap<(u32, usize), Vec<&ClaimedAmount>> = BTreeMap::new();
    claims.amounts.iter().for_each(|amount| by.entry((amount.provider, amount.outcome)).or_default().push(amount));
    let files = ClaimFiles::of(found);
    let sentence = |((provider, outcome), amounts): ((u32, usize), Vec<&ClaimedAmount>)| {
        let one = |amount: &&ClaimedAmount| {
            let ClaimedAmount { row, claimed, price, .. } = amount;
            format!("{} claims {claimed}, and the contract pays {price}", files.row(*row))
        };
        let more = amounts.len().saturating_sub(NAMED);
        let named: Vec<String> = amounts.iter().take(NAMED).map(one).collect();
        let more = if more > 0 { format!("; and {} more", thousands(more as i64)) } else { String::new() };
        format!(
            "{} of {} for {} {} another amount than the contract pays for the result: {}{more}.",
            counted(amounts.len(), "claim", "claims"),
            found.records.providers.get(provider),
            scheme.outcomes[outcome].name,
            plural(amounts.len(), "has", "have"),
            named.join("; ")
        )
    };
    let without_price = (claims.without_price > 0).then(|| {
        format!(
            "The amounts of {} are compared with nothing: what the contract pays for such a result depends on other results.",
            counted(claims.without_price, "claim", "claims")
        )
    });
    by.into_iter().map(sentence).chain(without_price).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_several_files_have_their_files() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let told = |files: &[String], rows: &[(usize, u64)]| {
            let rows: Vec<ClaimRow> = rows.iter().map(|(batch, row)| ClaimRow { batch: *batch, row: *row }).collect();
            ClaimFiles { names: files, several: files.len() > 1 }.rows(&rows)
        };
        let one = names(&["claims.csv"]);
        assert_eq!(told(&one, &[(0, 7)]), "row 7 of the claims");
        assert_eq!(told(&one, &[(0, 7), (0, 9)]), "rows 7 and 9 of the claims");
        let two = names(&["claims-2.csv", "claims.csv"]);
        assert_eq!(told(&two, &[(1, 7)]), "row 7 of claims.csv");
        assert_eq!(told(&two, &[(0, 7), (0, 8), (1, 7)]), "rows 7 and 8 of claims-2.csv and row 7 of claims.csv");
        let four = names(&["a", "b", "c", "d", "e"]);
        assert_eq!(told(&four, &[(0, 2), (1, 2), (2, 2), (3, 2)]), "row 2 of a, row 2 of b, row 2 of c and 1 other file");
        assert!(told(&four, &[(0, 2), (1, 2), (2, 2), (3, 2), (4, 2)]).ends_with("row 2 of c and 2 other files"));
    }
}

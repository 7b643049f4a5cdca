//! A statement of what a contract pays, from dated records or from a tally that was counted elsewhere, and a payment run that is
//! prepared from it. Nothing is owed before a second person approves the run.

mod from_records;
mod new_statement;
mod run;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use contract::Scheme;
use contract::tally::Tally;
use contract::tally_file::TallyOwner;
use contract::terms::{Cohort, Outcome};
use jiff::civil::Date;
use ledger::Statement;
use ledger::missing_payees::StatementScope;
use ledger::statement::lines;
use outcomes::QueryDates;
use records::gate::quality::AcceptedFaults;
use report::quality;

use crate::access_log;
use crate::error::Error;
use crate::folder::{self, Reach, SchemeFolder};
use crate::payees;
use crate::price;
use crate::several_agencies::{JoinOptions, read_outcomes};
use new_statement::{by_final_payment, contract, new_statement, not_in_future, others_are_others};
use run::prepare;

pub(crate) use from_records::{claims_asked, from_records};
pub use ledger::missing_payees::PayeeChange;
pub use report::statement::{PaymentReport, PreparedRun};
pub use run::{RunRequest, check_preparer, now};

/// What is paid, and whether a payment run is prepared.
#[derive(Clone, Debug)]
pub struct PayRequest {
    /// The scheme folder. Its name is the name of the contract.
    pub scheme: PathBuf,
    pub reach: Reach,
    pub source: PaySource,
    pub days: QueryDates,
    pub run: Option<RunRequest>,
}

/// What a statement is made from.
#[derive(Clone, Debug)]
pub enum PaySource {
    Records {
        /// The folder of records; with `joining`, a folder of several agencies.
        folder: PathBuf,
        joining: Option<JoinOptions>,
        /// Only this provider.
        provider: Option<String>,
        /// Somebody accepts faults that may change the sum.
        accepted: Option<AcceptedFaults>,
    },
    /// A tally that was counted elsewhere, for one provider.
    Tally { file: PathBuf, provider: String },
}

/// Produces a statement, and prepares a payment run where one is asked for.
///
/// # Errors
/// The scheme or the tally has mistakes, the records do not allow a result, no purpose covers them, or the ledger refuses the run.
pub fn pay(request: &PayRequest) -> Result<PaymentReport, Error> {
    let folder = folder::open(&request.scheme, request.reach)?;
    let (scheme, warnings) = folder.scheme_and_warnings()?;
    // We check the name before anything is read: it may also be the name of the person who accepts faults.
    let days = request.days;
    if let Some(run) = &request.run {
        check_preparer(&run.prepared_by)?;
        not_in_future(days, run.today)?;
    }
    let mut report = match &request.source {
        PaySource::Records { folder: records, joining, provider, accepted } => {
            let read = read_outcomes(&scheme, records, joining.as_ref(), days, claims_asked(&scheme), accepted.clone())?;
            if let Some(joining) = joining {
                access_log::note(records, &joining.access, "pay", &[])?;
            }
            let found = read.measured();
            let changes = request.run.as_ref().map_or(&[][..], |run| &run.changes);
            let priced = from_records(&scheme, &folder, found, days, provider.as_deref(), changes)
                .map_err(|error| Error::from(error).with_notes(&found.all_notes()))?;
            let uncertainty = read.joined().map(|joined| priced.uncertainty(&scheme, joined, days));
            let notes = found.notes.clone();
            let quality = priced.quality(&scheme, read.into_measured(), days, provider.as_deref())?;
            PaymentReport {
                waiting: priced.waiting.into_iter().chain(uncertainty).collect(),
                statement: priced.statement,
                quality: Some(quality),
                run: None,
                notes,
                scheme,
            }
        }
        PaySource::Tally { file, provider } => {
            let (statement, notes) = from_tally(&scheme, &folder, file, provider, days)?;
            PaymentReport { scheme, statement, waiting: Vec::new(), quality: None, run: None, notes }
        }
    };
    report.notes.extend(warnings);
    if let Some(run) = &request.run {
        let scope = match &request.source {
            PaySource::Records { provider: None, .. } => StatementScope::Contract,
            _ => StatementScope::Named { listed: !report.scheme.providers.is_empty() },
        };
        if let Err(error) = prepare(&mut report, run, scope) {
            let of_records = report.quality.as_ref().map(quality::notes).unwrap_or_default();
            return Err(Error::from(error).with_notes(&of_records).with_notes(&report.notes));
        }
    }
    Ok(report)
}

/// Refuses cohorts that have not ended: a tally does not say who is not yet known. Gives a note about those whose last results are
/// not known by their windows.
fn have_ended(scheme: &Scheme, tallies: &[Tally], days: QueryDates) -> anyhow::Result<Vec<String>> {
    let cohorts: BTreeSet<usize> = tallies.iter().flat_map(|tally| tally.cohorts.iter().copied()).collect();
    let as_at = days.as_at;
    if let Some(cohort) = cohorts.iter().map(|&at| &scheme.cohorts[at]).find(|cohort| cohort.ends > as_at) {
        bail!(Error::failed(
            format!(
                "the tally has the cohort {}, which ends on {}, after --as-at {as_at}: a tally does not say how far a cohort has come, \
                 so it would be paid whole",
                cohort.name, cohort.ends
            ),
            "leave out its rows, or ask for a later --as-at; from records, a cohort that has not ended is paid as far as it has come"
        ));
    }
    let known = |cohort: &Cohort| {
        let of = |outcome: &Outcome| outcome.known_on(cohort.ends, scheme.month_end);
        scheme.outcomes.iter().map(of).max().filter(|known| *known > as_at)
    };
    let early = cohorts.iter().map(|&at| &scheme.cohorts[at]).filter_map(|cohort| Some((cohort, known(cohort)?)));
    let note = |(cohort, known): (&Cohort, Date)| {
        format!("{}: the tally is taken as complete. Whoever started on its last day is known on {known}", cohort.name)
    };
    Ok(early.map(note).collect())
}

/// A statement of a tally that was counted elsewhere, and what to know of it.
fn from_tally(
    scheme: &Scheme,
    folder: &SchemeFolder,
    file: &Path,
    provider: &str,
    days: QueryDates,
) -> Result<(Statement, Vec<String>), Error> {
    by_final_payment(scheme, days)?;
    let provider = provider.split_whitespace().collect::<Vec<_>>().join(" ");
    let owner = TallyOwner { contract: &contract(folder)?, provider: &provider };
    let tallies = price::tallies(scheme, file, Some(owner))?;
    let notes = have_ended(scheme, &tallies, days)?;
    others_are_others(scheme, folder, std::slice::from_ref(&provider))?;
    let areas: Vec<usize> = tallies.iter().map(|tally| tally.area).collect();
    payees::of_tally(scheme, &provider, &areas)?;
    let priced = |tally| lines(scheme, &provider, &outcomes::payees::priced(scheme, &provider, tally));
    let lines = tallies.iter().flat_map(priced).collect();
    Ok((new_statement(folder, days, vec![provider.clone()], lines)?, notes))
}

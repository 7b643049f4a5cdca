//! A statement of what a contract pays, from dated records or from a tally that was counted elsewhere, and a payment run that is
//! prepared from it. Nothing is owed before a second person approves the run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::SchemeFiles;
use base::english::{counted, plural};
use base::money::{Pence, thousands};
use contract::Scheme;
use contract::read::SCHEME_FILE;
use contract::tally::{CohortStage, Tally};
use contract::tally_file::TallyOwner;
use contract::terms::{Baseline, Cohort, Outcome};
use jiff::civil::Date;
use ledger::duplicate_contract::{BESIDE_DETAIL, DATA_QUALITY_DETAIL};
use ledger::entry::TransactionKind;
pub use ledger::missing_payees::PayeeChange;
use ledger::missing_payees::{StatementScope, apply_changes, contract_in_other_spelling, renaming_details, renaming_note};
use ledger::payment_run::{person, transactions};
use ledger::statement::{self, lines};
use ledger::store::{OpenMode, Store};
use ledger::{Hash, Ledger, LedgerError, RunDetail, Statement, StatementLine, prepare_with, summary};
use outcomes::claims::{ClaimedResult, FoundFalse, found_false};
use outcomes::effect::{SetAside, effect};
use outcomes::payees::Payees;
use outcomes::{MeasuredOutcomes, ProviderTally, QueryDates};
use records::batch::Batch;
use records::gate::quality::{AcceptedFaults, CopiedFacts, CountedInTwoCohorts, QualityReport};
use report::quality;
pub use report::statement::{PaymentReport, PreparedRun};

use crate::access_log;
use crate::error::Error;
use crate::folder::{self, Reach, SchemeFolder};
use crate::measured::{MeasuredRecords, too_many};
use crate::payees;
use crate::price;
use crate::several_agencies::{JoinOptions, JoinedRecords, read_outcomes};

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

/// A payment run that is prepared.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// A file, or a postgres:// URL. It is made where it is not there.
    pub ledger: String,
    pub prepared_by: String,
    pub note: String,
    /// What happened to providers that are in force in the ledger and no longer in the statement.
    pub changes: Vec<PayeeChange>,
    /// Other contracts that pay for the same people, and are not this one under another name.
    pub beside: Vec<String>,
    /// The day on which it is prepared.
    pub today: Date,
}

/// Checks the name of the person who prepares a run, before anything is read.
///
/// # Errors
/// It is no name of a person.
pub fn check_preparer(name: &str) -> Result<(), Error> {
    person(name, "the person who prepares the run (--prepared-by)").map_err(anyhow::Error::from)?;
    Ok(())
}

/// Produces a statement, and prepares a payment run where one is asked for.
///
/// # Errors
/// The scheme or the tally has mistakes, the records do not allow a result, no purpose covers them, or the ledger refuses the run.
pub fn pay(request: &PayRequest) -> Result<PaymentReport, Error> {
    let folder = folder::open(&request.scheme, request.reach)?;
    let scheme = folder.scheme()?;
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

/// Refuses days after the contract's final payment: what happened or was known later changes nothing any more. A statement says as at
/// which day it is, so no other day is taken in silence.
fn by_final_payment(scheme: &Scheme, days: QueryDates) -> anyhow::Result<()> {
    let Some(last) = scheme.final_payment else { return Ok(()) };
    let Some((option, day)) = later_than(days, last) else { return Ok(()) };
    bail!(Error::failed(
        format!(
            "the contract pays and claims back nothing after {last} (`final_payment` in {SCHEME_FILE}), and {option} is {day}"
        ),
        format!(
            "ask for --as-at {last}, without a later --known-at: that statement is the last one. If the day is wrong, correct \
             `final_payment`"
        )
    ))
}

/// The first of the two days of a statement that is after a day, with the option that gives it.
fn later_than(days: QueryDates, last: Date) -> Option<(&'static str, Date)> {
    [("--as-at", days.as_at), ("--known-at", days.known_at())].into_iter().find(|(_, day)| *day > last)
}

/// Refuses a clause whose list of other providers has the paid provider itself: its own points would count against it.
fn others_are_others(scheme: &Scheme, folder: &SchemeFolder, providers: &[String]) -> anyhow::Result<()> {
    // Where the contract lists its providers, the scheme was refused already.
    for provider in providers.iter().filter(|_| scheme.providers.is_empty()) {
        if let Some((clause, other)) = contract::who_is_paid::own_points(scheme, provider) {
            let source = folder.opened.sources.get(&other.file);
            let row = source.map_or(String::new(), |source| format!(", row {}", source.place(other.span.start).line));
            bail!(Error::failed(
                format!(
                    "{}{row}: `{}` is paid by `{}` itself, and its own points would count against it",
                    other.file,
                    other.provider.escape_debug(),
                    clause.name
                ),
                "remove the row. `others` has the points of the other providers only"
            ));
        }
    }
    Ok(())
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

/// Refuses to record a statement of days to come. Once it is posted, what it pays for would be owed before it has happened, and no
/// earlier day could follow, because a payment run never goes back.
fn not_in_future(days: QueryDates, today: Date) -> anyhow::Result<()> {
    let Some((option, day)) = later_than(days, today) else { return Ok(()) };
    bail!(Error::failed(
        format!(
            "{option} is {day}, and today is {today}: the ledger would owe what has not happened yet, and could take no statement of \
             an earlier day after it"
        ),
        "correct the day; without --store, a statement of any day is shown and not recorded"
    ))
}

/// Prepares a payment run in the ledger. A statement that the ledger refuses is never returned as if it were due.
fn prepare(report: &mut PaymentReport, run: &RunRequest, scope: StatementScope) -> anyhow::Result<()> {
    let mut store = Store::open(&run.ledger, OpenMode::CreateIfMissing)?;
    let PaymentReport { scheme, statement, quality, .. } = report;
    let (id, is_new, notes) = store.append(&now(), |ledger| {
        same_contract(ledger, statement)?;
        apply_changes(ledger, statement, scope, &run.changes)?;
        paid_once(ledger, scheme, statement)?;
        let of_records = quality.as_ref().map(|quality| RunDetail::new(DATA_QUALITY_DETAIL, &quality::recorded(quality)));
        let renamed = renaming_details(ledger, &statement.contract, &run.changes);
        let beside = run.beside.iter().map(|other| RunDetail::new(BESIDE_DETAIL, other));
        let details = of_records.into_iter().chain(renamed).chain(beside).collect();
        let plan = prepare_with(ledger, statement.clone(), &run.prepared_by, &note_of_run(run), details)?;
        Ok(((plan.run, !plan.entries.is_empty(), plan.notes), plan.entries))
    })?;
    report.notes.extend(notes);
    report.run = prepared(store.ledger(), id, is_new, &run.ledger);
    Ok(())
}

/// A run as the ledger has it.
fn prepared(ledger: &Ledger, id: Hash, is_new: bool, place: &str) -> Option<PreparedRun> {
    let recorded = ledger.run(id)?;
    let statement = &recorded.run.statement;
    let (mut would_post, mut would_take_back) = (0, 0);
    for transaction in transactions(ledger, id, &recorded.run) {
        match transaction.kind {
            TransactionKind::Posts { .. } => would_post += 1,
            TransactionKind::Reverses(_) => would_take_back += 1,
            TransactionKind::Settles | TransactionKind::Reclassifies => {}
        }
    }
    let others = ledger.amounts_in_force(&statement.contract).into_iter();
    let others = others.filter(|(name, _)| !statement.providers.iter().any(|one| one == name));
    Some(PreparedRun {
        id,
        ledger: ledger::store::without_password(place).into_owned(),
        prepared_by: recorded.run.prepared_by.clone(),
        approved_by: recorded.approved_by.clone(),
        is_new,
        would_post,
        would_take_back,
        changes: summary::changes(ledger, &recorded.run),
        others: others.map(|(name, amount)| (name.to_owned(), amount)).collect(),
    })
}

/// A statement from records.
pub(crate) struct PricedRecords {
    pub statement: Statement,
    /// Whom it waits for, in sentences.
    pub waiting: Vec<String>,
    payees: Payees,
    groups: Vec<ProviderTally>,
}

impl PricedRecords {
    /// The data-quality report with the most that rows set aside could change the sum. It uses up what was measured, so that
    /// the results of everyone are in memory only once.
    fn quality(
        &self,
        scheme: &Scheme,
        mut found: MeasuredRecords,
        days: QueryDates,
        only: Option<&str>,
    ) -> anyhow::Result<QualityReport> {
        let (as_at, known_at) = days.days();
        let mut measured = std::mem::take(&mut found.measured);
        let claims = claims(scheme, &found)?;
        let audits = |measured: &MeasuredOutcomes, claims: &[Batch]| {
            found_false(scheme, &found.records, measured, claims, as_at.min(known_at))
        };
        let payable = |measured: &MeasuredOutcomes| {
            let mut groups = outcomes::payable_at(scheme, measured, as_at, &self.payees.places);
            groups.retain(|group| only.is_none_or(|only| self.payees.ids[group.provider as usize] == only));
            if let Some(claims) = claims {
                audits(measured, claims).add_to(scheme, measured, &mut groups);
            }
            groups
        };
        let sum = |lines: &[StatementLine]| Pence(lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.amount.0)));
        let price = |groups: &[ProviderTally]| {
            let lines: Vec<StatementLine> = groups.iter().flat_map(|group| of_group(scheme, &self.payees, group)).collect();
            sum(&lines)
        };
        let effect = effect(scheme, &mut measured, &found.set_aside, &payable, &price);
        // Where the records show what an audit found false, the audit may be the one that is wrong.
        let penalties = claims.map(|claims| {
            let all = audits(&measured, claims);
            let counted = |audits: &FoundFalse| {
                let mut groups = payable(&measured);
                groups.iter_mut().flat_map(|group| &mut group.tally.found_false).for_each(|counts| counts.fill(0));
                audits.add_to(scheme, &measured, &mut groups);
                price(&groups).0
            };
            let undisputed = all.clone().undisputed(scheme, &measured);
            let as_found = counted(&all);
            let without = if undisputed == all { 0 } else { counted(&undisputed).saturating_sub(as_found) };
            // A claim that fits no start may be meant for any start of its person.
            let more = |claimed: ClaimedResult| {
                let mut meant = all.clone();
                meant.claims.push(claimed);
                counted(&meant).saturating_sub(as_found)
            };
            let meant = all.where_meant(&measured).into_iter();
            let with: i64 = meant.map(|starts| starts.into_iter().map(more).min().unwrap_or(0).min(0)).sum();
            [without, with]
        });
        let [without, with] = penalties.unwrap_or_default();
        let effect = effect.map(|effect| effect.or_by(Pence(without)).or_by(Pence(with)));
        let again = found.quality.again.map(|again| {
            measured.exchange_counted_again();
            let sums = Some((sum(&self.statement.lines), price(&payable(&measured))));
            measured.exchange_counted_again();
            CountedInTwoCohorts { sums, ..again }
        });
        let copies = found.quality.copies.map(|copies| {
            let sums = Some((sum(&self.statement.lines), price(&payable(&measured.once()))));
            CopiedFacts { sums, ..copies }
        });
        Ok(QualityReport { effect, copies, again, ..found.quality })
    }

    /// How far the linkage leaves the sum uncertain, in sentences.
    fn uncertainty(&self, scheme: &Scheme, joined: &JoinedRecords, days: QueryDates) -> String {
        let own: BTreeSet<u32> = self.groups.iter().map(|group| group.provider).collect();
        let total = |groups: &[ProviderTally]| -> i64 {
            let own = groups.iter().filter(|group| own.contains(&group.provider));
            own.flat_map(|group| of_group(scheme, &self.payees, group)).map(|line| line.amount.0).sum()
        };
        let sums = joined.sum_over_linkages(scheme, days, &self.payees, &self.groups, &total);
        let records = counted(sums.records, "record", "records");
        if sums.doubtful == 0 && joined.measured_records.set_aside != SetAside::default() {
            return format!(
                "Linkage: none of the {records} is in doubt, judging by their links. Rows that were set aside are in none."
            );
        }
        if sums.doubtful == 0 {
            return format!("Linkage: none of the {records} is in doubt, so it leaves the sum as it is.");
        }
        format!(
            "Linkage: {} of the {records} may belong to somebody else, judging by their links. In 95% of {} drawn from the links \
             (seed {}) the sum is between {} and {}, and {} on average. As linked it is {}. Pairs that were never compared are in \
             none of them.",
            thousands(sums.doubtful as i64),
            counted(sums.draws, "other linkage", "other linkages"),
            sums.seed,
            sums.low,
            sums.high,
            sums.mean,
            Pence(total(&self.groups))
        )
    }
}

/// The lines of one provider in one area.
fn of_group(scheme: &Scheme, payees: &Payees, group: &ProviderTally) -> Vec<StatementLine> {
    let id = payees.ids[group.provider as usize].as_str();
    lines(scheme, id, &outcomes::payees::priced(scheme, id, &group.tally))
}

/// The tables that a contract needs besides those of its rules: claims, where it audits any.
pub(crate) fn claims_asked(scheme: &Scheme) -> &'static [&'static str] {
    if (0..scheme.outcomes.len()).any(|at| scheme.checked(at).is_some()) { &["claims"] } else { &[] }
}

/// A statement from records, and whom it waits for.
pub(crate) fn from_records(
    scheme: &Scheme,
    folder: &SchemeFolder,
    found: &MeasuredRecords,
    days: QueryDates,
    only: Option<&str>,
    changes: &[PayeeChange],
) -> anyhow::Result<PricedRecords> {
    by_final_payment(scheme, days)?;
    let claims = claims(scheme, found)?;
    let as_at = days.days().0;
    let payees = payees::of_records(scheme, found, claims, as_at)?;
    let mut groups = outcomes::payable_at(scheme, &found.measured, as_at, &payees.places);
    let name = |group: &ProviderTally| payees.ids[group.provider as usize].as_str();
    if let Some(only) = only {
        groups.retain(|group| name(group) == only);
    }
    let taken_back = |only: &&str| changes.iter().any(|change| matches!(change, PayeeChange::TakenBack(name) if name == only));
    if let (true, Some(only)) = (groups.is_empty(), only.filter(taken_back)) {
        let statement = new_statement(folder, days, vec![only.to_owned()], Vec::new())?;
        return Ok(PricedRecords { statement, waiting: Vec::new(), payees, groups });
    }
    if groups.is_empty() {
        let Some(only) = only else {
            bail!(Error::failed(
                format!("nobody started by {}, as known at {}", days.as_at, days.known_at()),
                "ask for a later day with --as-at and --known-at, or look at the dates in starts: `wellspent records check` \
                 lists rows with faults"
            ));
        };
        let near = base::similar_names::nearest(only, payees.ids.iter().map(String::as_str));
        let near = near.map_or(String::new(), |near| format!("is `{}` meant? ", near.escape_debug()));
        bail!(Error::failed(
            format!("nobody started with the provider {}", only.escape_debug()),
            format!(
                "{near}to take back what was posted for a provider that has no more people, add --take-back \"{}\"",
                only.escape_debug()
            )
        ));
    }
    complete(scheme, found, &groups)?;
    if let Some(claims) = &claims {
        let audits = found_false(scheme, &found.records, &found.measured, claims, as_at.min(days.days().1));
        audits.add_to(scheme, &found.measured, &mut groups);
    }
    let mut providers: Vec<String> = groups.iter().map(|group| name(group).to_owned()).collect();
    providers.dedup();
    others_are_others(scheme, folder, &providers)?;
    let priced = groups.iter().flat_map(|group| of_group(scheme, &payees, group)).collect();
    let statement = new_statement(folder, days, providers, priced)?;
    let waiting = waiting(scheme, &groups).into_iter().chain(not_certified(scheme, &payees, &groups)).collect();
    Ok(PricedRecords { statement, waiting, payees, groups })
}

/// The table of claims, where a contract audits any.
fn claims<'a>(scheme: &Scheme, found: &'a MeasuredRecords) -> anyhow::Result<Option<&'a [Batch]>> {
    let Some(outcome) = (0..scheme.outcomes.len()).find(|at| scheme.checked(*at).is_some()) else { return Ok(None) };
    let Some(claims) = found.claims.as_deref() else {
        bail!(Error::failed(
            format!(
                "the contract audits claims of {}, and there is no table of claims in {}",
                scheme.outcomes[outcome].name,
                found.folder.display()
            ),
            "hand over claims with the result of the audit, in the columns `checked` and `found`; if there are none, a table \
             with a header only"
        ));
    };
    Ok(Some(claims))
}

/// The note of a run, with what was said of providers that are missing.
fn note_of_run(run: &RunRequest) -> String {
    let changes = run.changes.iter().map(|change| match change {
        PayeeChange::TakenBack(name) => format!("{name} is taken back"),
        PayeeChange::Renamed { old, new } => renaming_note(old, new),
    });
    let note = Some(run.note.trim().to_owned()).filter(|note| !note.is_empty());
    note.into_iter().chain(changes).collect::<Vec<_>>().join("; ")
}

/// Refuses a contract that the ledger has under the same name in another spelling: all of it would be paid again.
fn same_contract(ledger: &Ledger, statement: &Statement) -> Result<(), LedgerError> {
    let Some(other) = contract_in_other_spelling(ledger, &statement.contract) else { return Ok(()) };
    Err(LedgerError::refused(
        format!("the ledger has this contract as `{other}`, and the scheme folder is called `{}`", statement.contract),
        format!("a contract is named as its folder: call the folder `{other}` again"),
    ))
}

/// Refuses to pay for an area as a whole what the ledger pays another provider for the same area, where the contract does not say
/// who holds it.
fn paid_once(ledger: &Ledger, scheme: &Scheme, statement: &Statement) -> Result<(), LedgerError> {
    if !scheme.providers.is_empty() {
        return Ok(());
    }
    let contract = &statement.contract;
    let whole: Vec<&str> = scheme.for_whole_areas().iter().map(|clause| clause.name.as_str()).collect();
    let others = ledger.amounts_in_force(contract).into_keys().filter(|name| !statement.providers.iter().any(|one| one == name));
    for other in others {
        for (_, in_force) in ledger.in_force(contract, other) {
            let line = &in_force.line;
            let twice = |new: &&StatementLine| new.amount != Pence(0) && (&new.clause, &new.area) == (&line.clause, &line.area);
            if let Some(new) = statement.lines.iter().find(twice).filter(|_| whole.contains(&line.clause.as_str())) {
                return Err(LedgerError::refused(
                    format!(
                        "`{}` pays for {} as a whole: the ledger has it in force for {other}, and this statement pays it to {} \
                         as well",
                        new.clause, new.area, new.provider
                    ),
                    format!(
                        "say in {SCHEME_FILE} who holds the area: [providers.\"{other}\"] with areas, starts and ends; or, if \
                         {other} is \
                         {} now, add --renamed \"{other}={}\"",
                        new.provider, new.provider
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Refuses where a contract needs what the records do not give, with what to do.
fn complete(scheme: &Scheme, found: &MeasuredRecords, groups: &[ProviderTally]) -> anyhow::Result<()> {
    if let Some(outcome) = outcomes::unobserved_before(scheme, &found.records) {
        bail!(Error::failed(
            format!(
                "{} is compared with the same people before they started, and the records do not say from which day they are \
                 complete",
                scheme.outcomes[outcome].name
            ),
            "give that day in the table coverage, in the column `since`; without it, a year without events cannot be told from a \
             year that was never handed over"
        ));
    }
    let over = too_many(scheme, &found.records, groups);
    if !over.is_empty() {
        let lines: Vec<String> = over.iter().map(|(_, words)| format!("\n  {words}")).collect();
        bail!(Error::failed(
            format!("there is no result: more people are excepted than the contract allows{}", lines.concat()),
            format!(
                "people beyond the limit count, with their results. Agree who they are, and take the reasons of these people out of \
                 the records; or, if the contract has another limit, correct `at_most` in {SCHEME_FILE}"
            )
        ));
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let name = &outcome.name;
        if !matches!(outcome.baseline, Baseline::Comparison { .. }) {
            continue;
        }
        for tally in groups.iter().map(|group| &group.tally) {
            for cell in 0..tally.people.len() {
                let (cohort, segment) = (cell / tally.segments, cell % tally.segments);
                let alone = tally.people[cell] > 0 && tally.comparison[at].people[cell] == 0;
                if alone && tally.stage(cohort) == CohortStage::Complete {
                    bail!(Error::failed(
                        format!(
                            "{name} needs a comparison group, and the records have nobody to compare with in {}, {}, {}",
                            scheme.areas[tally.area], scheme.cohorts[cohort].name, scheme.segments[segment]
                        ),
                        "add them to people and starts, with `comparison` in the column `group`"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// For each cohort in which somebody is not yet known: how many, and what that holds back.
fn waiting(scheme: &Scheme, groups: &[ProviderTally]) -> Vec<String> {
    let mut out = Vec::new();
    for (at, cohort) in scheme.cohorts.iter().enumerate() {
        let cells = at * scheme.segments.len()..(at + 1) * scheme.segments.len();
        let sum = |of: &dyn Fn(&Tally, usize) -> i64| -> i64 {
            groups.iter().map(|group| cells.clone().map(|cell| of(&group.tally, cell)).sum::<i64>()).sum()
        };
        let (started, waiting) = (sum(&Tally::started), sum(&|tally, cell| tally.waiting[cell]));
        if waiting > 0 {
            let ended = groups.iter().any(|group| group.tally.stage(at) != CohortStage::Running);
            let held = if ended { "" } else { "; the cohort has not ended, and its service fee is due for whole months" };
            let (people, are) = (counted(started.unsigned_abs(), "person", "people"), plural(waiting, "is", "are"));
            out.push(format!("{}: of {people} {} {are} not yet known{held}", cohort.name, thousands(waiting)));
        }
    }
    if !out.is_empty() {
        out.push("What is compared with a gate or a baseline is decided when everyone in its cohorts is known.".into());
    }
    out
}

/// The cohorts that have ended and whose costs are not certified, where clauses are worked out from them.
fn not_certified(scheme: &Scheme, payees: &Payees, groups: &[ProviderTally]) -> Vec<String> {
    let shared: Vec<String> =
        scheme.clauses.iter().filter(|clause| clause.terms.reads_costs()).map(|clause| format!("`{}`", clause.name)).collect();
    if shared.is_empty() {
        return Vec::new();
    }
    // In the order of the contract, whichever provider's costs are missing.
    let mut missing: BTreeSet<usize> = BTreeSet::new();
    for group in groups {
        let tally = outcomes::payees::priced(scheme, &payees.ids[group.provider as usize], &group.tally);
        let ended = (0..tally.cohorts.len()).filter(|&at| tally.stage(at) != CohortStage::Running);
        missing.extend(ended.filter(|&at| tally.certified(at..at + 1).is_none()).map(|at| tally.cohorts[at]));
    }
    let first = missing.first().map(|&first| {
        let more = match missing.len() as u64 - 1 {
            0 => String::new(),
            others => format!(" and {}", counted(others, "later cohort", "later cohorts")),
        };
        let (cohort, is) = (&scheme.cohorts[first].name, plural(shared.len(), "is", "are"));
        format!(
            "{cohort}{more}: costs are not certified yet, so {} {is} left out. Add them to the table that `certified_costs` \
             names.",
            shared.join(" and ")
        )
    });
    first.into_iter().collect()
}

fn new_statement(
    folder: &SchemeFolder,
    days: QueryDates,
    providers: Vec<String>,
    lines: Vec<StatementLine>,
) -> anyhow::Result<Statement> {
    let (contract, version) = (contract(folder)?, version(&folder.opened));
    Ok(Statement { contract, version, as_at: days.as_at, known_at: days.known_at(), lines, providers })
}

/// The time, for the record only: it decides nothing.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The contract is named as its folder.
fn contract(folder: &SchemeFolder) -> anyhow::Result<String> {
    // A scheme that ships in the program is in no folder.
    if !folder.path.exists() {
        return Ok(folder.name());
    }
    let path = folder.path.canonicalize().with_context(|| format!("could not find the folder {}", folder.path.display()))?;
    let name = path.file_name().context("a scheme must be in a folder with a name")?;
    Ok(name.to_string_lossy().into_owned())
}

/// The version of the rules: the hash of `scheme.toml` and the tables that it names. The assumptions are no part of the contract.
fn version(opened: &SchemeFiles) -> Hash {
    let terms = opened.sources.get(SCHEME_FILE).map_or("", |source| source.text.as_str());
    let of_contract = |name: &str| name == SCHEME_FILE || (name.ends_with(".csv") && folder::names_file(terms, name));
    let files = opened.sources.iter().map(|(name, source)| (name.as_str(), source.text.as_str()));
    statement::version(files.filter(|(name, _)| of_contract(name)))
}

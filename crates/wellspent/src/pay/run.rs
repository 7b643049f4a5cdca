//! A payment run that is prepared from a statement, and when the ledger refuses it.

use base::money::Pence;
use contract::Scheme;
use contract::read::SCHEME_FILE;
use jiff::civil::Date;
use ledger::duplicate_contract::{BESIDE_DETAIL, DATA_QUALITY_DETAIL};
use ledger::entry::TransactionKind;
use ledger::missing_payees::{
    PayeeChange, StatementScope, apply_changes, contract_in_other_spelling, renaming_details, renaming_note,
};
use ledger::payment_run::{person, transactions};
use ledger::store::{OpenMode, Store};
use ledger::{Hash, Ledger, LedgerError, RunDetail, Statement, StatementLine, prepare_with, summary};
use report::quality;
use report::statement::{PaymentReport, PreparedRun};

use crate::error::Error;

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

/// Prepares a payment run in the ledger. A statement that the ledger refuses is never returned as if it were due.
pub(super) fn prepare(report: &mut PaymentReport, run: &RunRequest, scope: StatementScope) -> anyhow::Result<()> {
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

/// The time, for the record only: it decides nothing.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

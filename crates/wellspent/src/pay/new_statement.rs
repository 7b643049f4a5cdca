//! A statement of a contract with its name and version, and what is refused before there is one.

use anyhow::{Context as _, bail};
use base::SchemeFiles;
use contract::Scheme;
use contract::read::SCHEME_FILE;
use jiff::civil::Date;
use ledger::statement;
use ledger::{Hash, Statement, StatementLine};
use outcomes::QueryDates;

use crate::error::Error;
use crate::folder::{self, SchemeFolder};

/// A statement of these lines, for days and providers.
pub(super) fn new_statement(
    folder: &SchemeFolder,
    days: QueryDates,
    providers: Vec<String>,
    lines: Vec<StatementLine>,
) -> anyhow::Result<Statement> {
    let (contract, version) = (contract(folder)?, version(&folder.opened));
    Ok(Statement { contract, version, as_at: days.as_at, known_at: days.known_at(), lines, providers })
}

/// The contract is named as its folder.
pub(super) fn contract(folder: &SchemeFolder) -> anyhow::Result<String> {
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

/// Refuses days after the contract's final payment: what happened or was known later changes nothing any more. A statement says as at
/// which day it is, so no other day is taken in silence.
pub(super) fn by_final_payment(scheme: &Scheme, days: QueryDates) -> anyhow::Result<()> {
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

/// Refuses to record a statement of days to come. Once it is posted, what it pays for would be owed before it has happened, and no
/// earlier day could follow, because a payment run never goes back.
pub(super) fn not_in_future(days: QueryDates, today: Date) -> anyhow::Result<()> {
    let Some((option, day)) = later_than(days, today) else { return Ok(()) };
    bail!(Error::failed(
        format!(
            "{option} is {day}, and today is {today}: the ledger would owe what has not happened yet, and could take no statement of \
             an earlier day after it"
        ),
        "correct the day; without --store, a statement of any day is shown and not recorded"
    ))
}

/// Refuses a clause whose list of other providers has the paid provider itself: its own points would count against it.
pub(super) fn others_are_others(scheme: &Scheme, folder: &SchemeFolder, providers: &[String]) -> anyhow::Result<()> {
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

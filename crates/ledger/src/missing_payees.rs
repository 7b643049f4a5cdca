//! Providers that are in force under a contract and missing from a new statement for it. They may have been renamed, written in
//! another way or replaced by others, or have no more people. The statement alone cannot tell which, so the run stops until
//! somebody says what happened. Otherwise the same results could be paid again under another name.

use std::collections::BTreeSet;

use base::english::plural;
use base::money::Pence;
use base::similar_names::{near, nearest, same};

use crate::entry::RunDetail;
use crate::error::{LedgerError, refuse};
use crate::journal::Ledger;
use crate::renamed::{Renaming, renamings};
use crate::statement::Statement;

/// What happened to a provider that is no longer in the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayeeChange {
    /// Nothing is due to it any more: what was posted is reversed.
    TakenBack(String),
    /// It has another name now. What was posted under the old name is reversed, the lines under the new name replace it, and what was
    /// paid under the old name counts for the new one.
    Renamed { old: String, new: String },
}

impl PayeeChange {
    /// The name that the ledger has.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            PayeeChange::TakenBack(name) | PayeeChange::Renamed { old: name, .. } => name,
        }
    }
}

/// The providers that a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementScope {
    /// Every provider of the contract. A provider that is in force and not in the statement is missing.
    Contract,
    /// The providers that were named. Others stay as they are. `listed` says whether the contract lists its providers. If it does,
    /// two similar names are two providers; if not, one may be a slip for the other.
    Named { listed: bool },
}

/// The details that a run keeps: the new names that the ledger does not know yet.
#[must_use]
pub fn renaming_details(ledger: &Ledger, contract: &str, changes: &[PayeeChange]) -> Vec<RunDetail> {
    let mut details: Vec<RunDetail> = Vec::new();
    for change in changes {
        if let PayeeChange::Renamed { old, new } = change
            && ledger.new_name(contract, old) != Some(new)
        {
            let detail = Renaming { old: old.clone(), new: new.clone() }.detail();
            if !details.contains(&detail) {
                details.push(detail);
            }
        }
    }
    details
}

/// Refuses two different changes of one name.
fn one_change_a_name(changes: &[PayeeChange]) -> Result<(), LedgerError> {
    for (at, change) in changes.iter().enumerate() {
        for other in changes[..at].iter().filter(|other| *other != change) {
            let names = |change: &PayeeChange| match change {
                PayeeChange::TakenBack(name) => vec![name.clone()],
                PayeeChange::Renamed { old, new } => vec![old.clone(), new.clone()],
            };
            let Some(name) = names(change).into_iter().find(|name| names(other).contains(name)) else { continue };
            let both = matches!(change, PayeeChange::Renamed { .. }) && matches!(other, PayeeChange::Renamed { .. });
            return match both {
                true => refuse(
                    format!("two --renamed have {name}: a provider has one old name and one new name"),
                    "keep one of them; if another provider has taken over the work of this one, it is not renamed: use --take-back",
                ),
                false => refuse(
                    format!("--take-back and --renamed both have {name}"),
                    format!(
                        "keep one of them: --renamed if {name} is the same provider under another name, --take-back if nothing is \
                         due to it any more"
                    ),
                ),
            };
        }
    }
    Ok(())
}

/// Refuses a new name that has lines or payments of its own in the ledger, because it is then another provider.
fn is_new(ledger: &Ledger, contract: &str, old: &str, new: &str) -> Result<(), LedgerError> {
    let (lines, paid) = (ledger.in_force(contract, new).count(), ledger.paid(contract, new));
    if lines == 0 && paid == Pence(0) || posted_without_payments(ledger, contract, old, new) {
        return Ok(());
    }
    let accrued = ledger.accrued(contract, new);
    refuse(
        format!(
            "{new} has lines or payments of its own in the ledger ({accrued} due, {paid} paid), so it is another provider than {old}"
        ),
        format!(
            "if {new} has taken over the work of {old}, and nothing is due to {old} any more, add --take-back \"{old}\"; if they are \
             one provider, write its name in the same way in all records"
        ),
    )
}

/// Whether an earlier version posted the new name without moving what was paid. The run in force for the old name then has the new
/// name in its note, and in no detail. Giving the new name again moves what was paid.
fn posted_without_payments(ledger: &Ledger, contract: &str, old: &str, new: &str) -> bool {
    let Some((run, _)) = ledger.statement_in_force(contract, old) else { return false };
    let Some(recorded) = ledger.run(run) else { return false };
    let noted = recorded.run.note.split("; ").any(|part| part == renaming_note(old, new));
    noted && renamings(&recorded.run).is_empty() && ledger.in_force(contract, old).next().is_none()
}

/// The words in the note of a run for a provider with a new name. Ledgers hold them, and the words are searched for.
#[must_use]
pub fn renaming_note(old: &str, new: &str) -> String {
    format!("{old} is {new} now")
}

/// Refuses lines under a name that was given up, because the same people would be paid for under both names.
fn no_old_names(ledger: &Ledger, statement: &Statement, changes: &[PayeeChange]) -> Result<(), LedgerError> {
    let contract = &statement.contract;
    for line in statement.lines.iter().filter(|line| line.amount != Pence(0)) {
        let old = line.provider.as_str();
        let Some(new) = ledger.new_name(contract, old) else { continue };
        let again = |change: &PayeeChange| matches!(change, PayeeChange::Renamed { new, .. } if new == old);
        if !changes.iter().any(again) {
            return refuse(
                format!("{old} was renamed to {new} in the ledger, and this statement has lines under {old} again"),
                format!(
                    "write {new} in the records; or, if it has its old name again, add --renamed \"{new}={old}\"; another provider needs \
                     another name"
                ),
            );
        }
    }
    Ok(())
}

/// Adds to a statement the providers that are missing from it, with what happened to them.
///
/// # Errors
/// A provider in force is missing and no change says why, or a change is for a provider that is not missing.
pub fn apply_changes(
    ledger: &Ledger,
    statement: &mut Statement,
    scope: StatementScope,
    changes: &[PayeeChange],
) -> Result<(), LedgerError> {
    let contract = statement.contract.clone();
    one_change_a_name(changes)?;
    no_old_names(ledger, statement, changes)?;
    let in_force = ledger.amounts_in_force(&contract);
    for change in changes {
        let name = change.name();
        if !in_force.contains_key(name) && ledger.statement_in_force(&contract, name).is_none() {
            let near = nearest(name, in_force.keys().copied()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return refuse(
                format!("the ledger has no provider {name} under {contract}{near}"),
                "write the name as `wellspent ledger balance STORE` shows it",
            );
        }
        if statement.lines.iter().any(|line| line.provider == name) {
            return refuse(
                format!("{name} has lines in this statement, so it is not missing from it"),
                "remove --take-back or --renamed for this name",
            );
        }
        if let PayeeChange::Renamed { new, .. } = change
            && (!statement.providers.contains(new) || new == name)
        {
            let near = nearest(new, statement.providers.iter().map(String::as_str).filter(|known| known != &name));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return refuse(
                format!("{name} cannot be renamed to {new}: the statement has no provider {new}{near}"),
                "write --renamed OLD=NEW, with the new name as the statement shows it",
            );
        }
        if let PayeeChange::Renamed { old, new } = change
            && ledger.new_name(&contract, old) != Some(new)
        {
            is_new(ledger, &contract, old, new)?;
        }
        if !statement.providers.iter().any(|known| known == name) {
            statement.providers.push(name.to_owned());
        }
    }
    let providers: BTreeSet<&str> = statement.providers.iter().map(String::as_str).collect();
    let unlisted = matches!(scope, StatementScope::Named { listed: false });
    let is_new = |known: &str| ledger.statement_in_force(&contract, known).is_none();
    let slip = |known: &str, name: &str| same(known, name) || unlisted && is_new(known) && near(known, name);
    let other_spelling = |name: &str| providers.iter().copied().find(|known| slip(known, name));
    let missing: Vec<(&str, Pence)> = in_force
        .into_iter()
        .filter(|(name, _)| !providers.contains(name))
        .filter(|(name, _)| scope == StatementScope::Contract || other_spelling(name).is_some())
        .collect();
    let Some((first, _)) = missing.first() else { return Ok(()) };
    let each: Vec<String> = missing.iter().map(|(name, amount)| format!("{name} ({amount})")).collect();
    let new = statement.providers.iter().map(String::as_str).filter(|name| ledger.statement_in_force(&contract, name).is_none());
    let renamed = match other_spelling(first).or_else(|| nearest(first, new)) {
        Some(near) => format!("if {first} is called {near} now, add --renamed \"{first}={near}\""),
        None => format!("if {first} has another name now, add --renamed \"{first}=NEW NAME\""),
    };
    let (are, they) = (plural(each.len(), "is", "are"), plural(each.len(), "it", "them"));
    refuse(
        format!("under {contract}, {} {are} in force in the ledger, and this statement does not have {they}", each.join(", ")),
        format!(
            "say what happened to {they}: {renamed}; if nothing is due to {first} any more, add --take-back \"{first}\"; if it should \
             be in the records, correct them"
        ),
    )
}

/// The name of a contract in the ledger that differs from this one only in spelling. None if the ledger has the contract itself.
#[must_use]
pub fn contract_in_other_spelling<'a>(ledger: &'a Ledger, contract: &str) -> Option<&'a str> {
    let contracts = ledger.contracts();
    if contracts.contains(contract) {
        return None;
    }
    contracts.into_iter().find(|known| same(known, contract))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use base::money::Quantity;
    use proptest::prelude::*;

    use super::*;
    use crate::entry::PaymentDirection;
    use crate::{
        Account, Hash, LedgerEntry, Payment, SealedEntry, StatementLine, approve, prepare, prepare_with, reverse, settle,
    };

    const CONTRACT: &str = "T";

    /// A statement with the number of results of each provider, at £100 each.
    fn statement(month: i8, results: &BTreeMap<&str, i64>) -> Statement {
        let line = |(provider, results): (&&str, &i64)| StatementLine {
            provider: (*provider).to_owned(),
            area: "everywhere".to_owned(),
            clause: "p".to_owned(),
            outcome: "o".to_owned(),
            from_cohort: "2020".to_owned(),
            to_cohort: "2020".to_owned(),
            segment: String::new(),
            nth: 0,
            quantity: Quantity::whole(*results),
            unit: "people".to_owned(),
            price: Pence(10_000),
            amount: Pence(results * 10_000),
            reason: "for each result".to_owned(),
        };
        let day = jiff::civil::date(2022, month, 1);
        Statement {
            contract: CONTRACT.to_owned(),
            version: Hash::of(["rules"]),
            as_at: day,
            known_at: day,
            providers: results.keys().map(|name| (*name).to_owned()).collect(),
            lines: results.iter().map(line).collect(),
        }
    }

    fn post(ledger: &mut Ledger, statement: Statement) {
        let plan = prepare(ledger, statement, "Ann", "").expect("it can be prepared");
        keep(ledger, &plan.entries);
        let plan = approve(ledger, plan.run, "Ben").expect("it can be approved");
        keep(ledger, &plan.entries);
        ledger.reconciles().expect("the ledger reconciles");
    }

    fn keep(ledger: &mut Ledger, entries: &[crate::LedgerEntry]) {
        for entry in entries {
            let head = ledger.head();
            ledger.accept(&SealedEntry::new(entry, head.number + 1, "2022-01-01T09:00:00Z", head.hash)).expect("it can be kept");
        }
    }

    fn owed(ledger: &Ledger) -> i64 {
        ledger.amounts_in_force(CONTRACT).into_values().map(|amount| amount.0).sum()
    }

    #[test]
    fn a_renamed_provider_stops_the_run_until_somebody_says_so() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Harbour Trust", 3)])));
        let mut second = statement(2, &BTreeMap::from([("Harbour Trust Ltd", 3)]));
        let refusal = apply_changes(&ledger, &mut second, StatementScope::Contract, &[]).expect_err("£300 are in force");
        assert!(refusal.what.contains("Harbour Trust (£300)"), "{refusal}");
        assert!(refusal.hint.contains("--renamed \"Harbour Trust=Harbour Trust Ltd\""), "{refusal}");
        let renamed = PayeeChange::Renamed { old: "Harbour Trust".into(), new: "Harbour Trust Ltd".into() };
        apply_changes(&ledger, &mut second, StatementScope::Contract, &[renamed]).expect("the change is given");
        post(&mut ledger, second);
        assert_eq!(ledger.amounts_in_force(CONTRACT), BTreeMap::from([("Harbour Trust Ltd", Pence(30_000))]));
    }

    #[test]
    fn only_a_missing_provider_can_be_changed() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Acme", 3), ("Brook", 2)])));
        let taken = |name: &str| [PayeeChange::TakenBack(name.into())];
        let mut second = statement(2, &BTreeMap::from([("Acme", 3)]));
        assert!(apply_changes(&ledger, &mut second, StatementScope::Contract, &taken("Acme")).is_err(), "it has lines");
        let refusal =
            apply_changes(&ledger, &mut second, StatementScope::Contract, &taken("Brok")).expect_err("nobody of this name");
        assert!(refusal.what.contains("did you mean `Brook`?"), "{refusal}");
        let other = [PayeeChange::Renamed { old: "Brook".into(), new: "Stream".into() }];
        assert!(apply_changes(&ledger, &mut second, StatementScope::Contract, &other).is_err(), "the statement has no Stream");
        // A run for one provider leaves the others as they are, but it does not accept another spelling of one in force.
        assert!(apply_changes(&ledger, &mut second, StatementScope::Named { listed: true }, &[]).is_ok());
        let mut respelt = statement(2, &BTreeMap::from([("ACME", 3)]));
        assert!(apply_changes(&ledger, &mut respelt, StatementScope::Named { listed: true }, &[]).is_err());
        let mut slip = statement(2, &BTreeMap::from([("Acne", 3)]));
        assert!(apply_changes(&ledger, &mut slip, StatementScope::Named { listed: false }, &[]).is_err());
        assert!(
            apply_changes(&ledger, &mut slip, StatementScope::Named { listed: true }, &[]).is_ok(),
            "the contract says that there are two"
        );
        apply_changes(&ledger, &mut second, StatementScope::Contract, &taken("Brook")).expect("the change is given");
        post(&mut ledger, second);
        assert_eq!(owed(&ledger), 30_000);
        assert_eq!(contract_in_other_spelling(&ledger, "t "), Some("T"));
        assert_eq!(contract_in_other_spelling(&ledger, "T"), None);
    }

    /// A change for every missing provider. Its new name is the name that it had before, or one that the ledger does not know. If no
    /// such name is left, it is taken back.
    fn all_changes(ledger: &Ledger, results: &BTreeMap<&str, i64>, missing: &BTreeSet<String>) -> Vec<PayeeChange> {
        let mut free: Vec<&str> = results
            .keys()
            .copied()
            .filter(|name| ledger.in_force(CONTRACT, name).next().is_none() && ledger.paid(CONTRACT, name) == Pence(0))
            .collect();
        let one = |old: &String| {
            let back = free.iter().position(|new| ledger.new_name(CONTRACT, new) == Some(old));
            let new = back.or_else(|| free.iter().position(|new| ledger.new_name(CONTRACT, new).is_none()));
            match new.map(|at| free.remove(at)) {
                Some(new) => PayeeChange::Renamed { old: old.clone(), new: new.to_owned() },
                None => PayeeChange::TakenBack(old.clone()),
            }
        };
        missing.iter().map(one).collect()
    }

    fn post_with(ledger: &mut Ledger, statement: Statement, changes: &[PayeeChange]) -> Hash {
        let details = renaming_details(ledger, CONTRACT, changes);
        let plan = prepare_with(ledger, statement, "Ann", "", details).expect("it can be prepared");
        keep(ledger, &plan.entries);
        let plan = approve(ledger, plan.run, "Ben").expect("it can be approved");
        keep(ledger, &plan.entries);
        ledger.reconciles().expect("the ledger reconciles");
        plan.run
    }

    fn pay(ledger: &mut Ledger, provider: &str, amount: Pence, reference: &str) {
        let (contract, provider, direction) = (Some(CONTRACT.to_owned()), provider.to_owned(), PaymentDirection::Paid);
        let (on, reference, over) = (jiff::civil::date(2022, 6, 1), reference.to_owned(), String::new());
        let payment = Payment { contract, provider, direction, amount, on, reference, over, again: false, today: on };
        let plan = settle(ledger, &payment, "Cat").expect("it can be paid");
        keep(ledger, &plan.entries);
        ledger.reconciles().expect("the ledger reconciles");
    }

    fn renamed(old: &str, new: &str) -> PayeeChange {
        PayeeChange::Renamed { old: old.into(), new: new.into() }
    }

    /// What was paid under the old name counts for the new one. The difference is due, and no more can be paid.
    #[test]
    fn what_was_paid_goes_with_the_name() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Trust", 10)])));
        pay(&mut ledger, "Trust", Pence(60_000), "B1");
        pay(&mut ledger, "Trust", Pence(40_000), "B2");
        let mut next = statement(2, &BTreeMap::from([("Trust Ltd", 11)]));
        let changes = [renamed("Trust", "Trust Ltd")];
        apply_changes(&ledger, &mut next, StatementScope::Contract, &changes).expect("the change is given");
        let run = post_with(&mut ledger, next.clone(), &changes);
        let at = |ledger: &Ledger, name: &str| (ledger.owed(CONTRACT, name), ledger.paid(CONTRACT, name));
        assert_eq!(at(&ledger, "Trust Ltd"), (Pence(10_000), Pence(100_000)));
        assert_eq!(at(&ledger, "Trust"), (Pence(0), Pence(0)));
        // Prepared again, it is the same run.
        apply_changes(&ledger, &mut next.clone(), StatementScope::Contract, &changes).expect("the change is known");
        let again = prepare_with(&ledger, next, "Ann", "", renaming_details(&ledger, CONTRACT, &changes)).expect("the same");
        assert_eq!((again.run, again.entries.len()), (run, 0));
        // Nothing can be paid under the old name, and only the difference under the new one. The same payment under either name is one.
        let payment = |provider: &str, amount: i64, reference: &str| Payment {
            contract: None,
            provider: provider.into(),
            direction: PaymentDirection::Paid,
            amount: Pence(amount),
            on: jiff::civil::date(2022, 6, 1),
            reference: reference.into(),
            over: String::new(),
            again: false,
            today: jiff::civil::date(2022, 12, 31),
        };
        let refused = settle(&ledger, &payment("Trust", 1, "B3"), "Cat").expect_err("the old name");
        assert!(refused.hint.contains("--provider \"Trust Ltd\""), "{refused}");
        assert!(settle(&ledger, &payment("Trust Ltd", 10_001, "B3"), "Cat").is_err());
        for name in ["Trust", "Trust Ltd"] {
            assert_eq!(settle(&ledger, &payment(name, 40_000, "B2"), "Cat").expect("known").entries, []);
        }
        pay(&mut ledger, "Trust Ltd", Pence(10_000), "B3");
        // A payment under the old name that the bank returns is due under the new one.
        let back = reverse(&ledger, "B1", "Dan", "returned").expect("reversed");
        keep(&mut ledger, &back.entries);
        ledger.reconciles().expect("the ledger reconciles");
        assert_eq!(at(&ledger, "Trust Ltd"), (Pence(60_000), Pence(50_000)));
        assert_eq!(at(&ledger, "Trust"), (Pence(0), Pence(0)));
        // Back to its old name.
        let mut third = statement(3, &BTreeMap::from([("Trust", 12)]));
        let refused = apply_changes(&ledger, &mut third, StatementScope::Named { listed: true }, &[]).expect_err("given up");
        assert!(refused.hint.contains("--renamed \"Trust Ltd=Trust\""), "{refused}");
        let changes = [renamed("Trust Ltd", "Trust")];
        apply_changes(&ledger, &mut third, StatementScope::Contract, &changes).expect("the change is given");
        post_with(&mut ledger, third, &changes);
        assert_eq!(at(&ledger, "Trust"), (Pence(70_000), Pence(50_000)));
        assert_eq!(at(&ledger, "Trust Ltd"), (Pence(0), Pence(0)));
    }

    /// In this ledger the new name was posted without moving what was paid. Giving the new name again moves it.
    #[test]
    fn a_new_name_that_was_posted_without_payments_can_be_put_right() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Trust", 10)])));
        pay(&mut ledger, "Trust", Pence(100_000), "B1");
        let changes = [renamed("Trust", "Trust Ltd")];
        let mut next = statement(2, &BTreeMap::from([("Trust Ltd", 11)]));
        apply_changes(&ledger, &mut next, StatementScope::Contract, &changes).expect("the change is given");
        let plan = prepare(&ledger, next, "Ann", &renaming_note("Trust", "Trust Ltd")).expect("as before");
        keep(&mut ledger, &plan.entries);
        let plan = approve(&ledger, plan.run, "Ben").expect("approved");
        keep(&mut ledger, &plan.entries);
        assert_eq!(ledger.owed(CONTRACT, "Trust Ltd"), Pence(110_000));
        let mut third = statement(3, &BTreeMap::from([("Trust Ltd", 11)]));
        apply_changes(&ledger, &mut third, StatementScope::Contract, &changes).expect("given again");
        post_with(&mut ledger, third, &changes);
        assert_eq!((ledger.owed(CONTRACT, "Trust Ltd"), ledger.owed(CONTRACT, "Trust")), (Pence(10_000), Pence(0)));
    }

    /// Each name is in one change only, and a new name is not that of another provider.
    #[test]
    fn a_new_name_is_one_provider_s() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Acme", 3), ("Brook", 2), ("Cray", 1)])));
        let refused = |changes: &[PayeeChange], results: &[(&'static str, i64)], words: &str| {
            let mut next = statement(2, &results.iter().copied().collect());
            let refusal = apply_changes(&ledger, &mut next, StatementScope::Contract, changes).expect_err(words);
            assert!(refusal.what.contains(words), "{refusal}");
        };
        let taken = |name: &str| PayeeChange::TakenBack(name.into());
        refused(&[renamed("Acme", "Brook")], &[("Brook", 5), ("Cray", 1)], "another provider than Acme");
        let two = [("New", 5), ("Cray", 1)];
        refused(&[renamed("Acme", "New"), renamed("Brook", "New")], &two, "two --renamed have New");
        refused(&[renamed("Acme", "New"), renamed("Acme", "Newer")], &two, "two --renamed have Acme");
        refused(&[renamed("Acme", "New"), renamed("New", "Newer")], &two, "two --renamed have New");
        refused(&[renamed("Acme", "New"), taken("Acme")], &two, "both have Acme");
        refused(&[taken("New"), renamed("Acme", "New")], &two, "both have New");
        let mut twice = statement(2, &BTreeMap::from([("New", 5), ("Cray", 1)]));
        let changes = [renamed("Acme", "New"), taken("Brook"), renamed("Acme", "New"), taken("Brook")];
        apply_changes(&ledger, &mut twice, StatementScope::Contract, &changes).expect("the same change given twice counts once");
        assert_eq!(renaming_details(&ledger, CONTRACT, &changes).len(), 1);
    }

    /// Without the code that prepares runs: a run whose new names contradict its statement is not accepted.
    #[test]
    fn a_run_with_contradictory_new_names_is_not_accepted() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Acme", 3)])));
        let mut next = statement(2, &BTreeMap::from([("New", 3)]));
        next.providers.push("Acme".to_owned());
        let good = Renaming { old: "Acme".into(), new: "New".into() }.detail();
        let plan = prepare_with(&ledger, next, "Ann", "", vec![good.clone()]).expect("it can be prepared");
        let Some(LedgerEntry::Prepared(run)) = plan.entries.first() else { panic!("a run") };
        let bad = |old: &str, new: &str| Renaming { old: old.into(), new: new.into() }.detail();
        for details in
            [vec![bad("Acme", "Acme")], vec![bad("Acme", "Brook")], vec![bad("New", "Acme")], vec![good, bad("New", "Acme")]]
        {
            let run = crate::entry::PaymentRun { details, ..run.clone() };
            let head = ledger.head();
            let sealed = SealedEntry::new(&LedgerEntry::Prepared(run), head.number + 1, "2022-01-01T09:00:00Z", head.hash);
            assert!(ledger.accept(&sealed).is_err());
        }
    }

    proptest! {
        /// Providers have any names from statement to statement, changes are given or not, and parts are paid in between. All names
        /// together are owed the price of the last accepted statement, less what was paid. A refused statement changes nothing. A name
        /// that was given up is owed nothing and owes nothing. If all changes are given, only a name that was given up, and is nobody's
        /// new name, is refused.
        #[test]
        fn nobody_is_paid_twice_under_two_names(
            extracts in prop::collection::vec((prop::collection::vec((0_usize..5, 0_i64..4), 0..4), any::<bool>(), 0_i64..3), 1..9),
        ) {
            const NAMES: [&str; 5] = ["Harbour Trust", "Harbour Trust Ltd", "HARBOUR  TRUST", "Brook", "Harbour\u{a0}Trust"];
            let mut ledger = Ledger::default();
            let mut cash = 0;
            for (month, (rows, given, part)) in (1..).zip(&extracts) {
                let results: BTreeMap<&str, i64> = rows.iter().map(|(name, results)| (NAMES[*name], *results)).collect();
                let before = owed(&ledger);
                let missing: BTreeSet<String> = ledger.amounts_in_force(CONTRACT).into_keys()
                    .filter(|name| !results.contains_key(name)).map(str::to_owned).collect();
                let changes = if *given { all_changes(&ledger, &results, &missing) } else { Vec::new() };
                let news: Vec<&str> = changes.iter().filter_map(|change| match change {
                    PayeeChange::Renamed { new, .. } => Some(new.as_str()),
                    PayeeChange::TakenBack(_) => None,
                }).collect();
                let given_up = results.iter().any(|(name, results)| {
                    *results != 0 && ledger.new_name(CONTRACT, name).is_some() && !news.contains(name)
                });
                let mut next = statement(month, &results);
                let taken = apply_changes(&ledger, &mut next, StatementScope::Contract, &changes);
                prop_assert_eq!(taken.is_ok(), (*given || missing.is_empty()) && !given_up, "{:?}", taken);
                if taken.is_err() || next.providers.is_empty() {
                    prop_assert_eq!(owed(&ledger), before);
                    continue;
                }
                post_with(&mut ledger, next, &changes);
                prop_assert_eq!(owed(&ledger), results.values().sum::<i64>() * 10_000);
                for (at, name) in NAMES.into_iter().enumerate() {
                    let due = ledger.owed(CONTRACT, name);
                    if ledger.new_name(CONTRACT, name).is_some() {
                        prop_assert_eq!((due, ledger.paid(CONTRACT, name)), (Pence(0), Pence(0)));
                    } else if due.0 * part / 2 > 0 {
                        let amount = Pence(due.0 * part / 2);
                        pay(&mut ledger, name, amount, &format!("R{month}-{at}"));
                        cash += amount.0;
                    }
                }
                let all: i64 = NAMES.iter().map(|name| ledger.owed(CONTRACT, name).0).sum();
                prop_assert_eq!(all, owed(&ledger) - cash);
                prop_assert_eq!(ledger.balance(&Account::cash(CONTRACT)), Pence(-cash));
            }
        }
    }
}

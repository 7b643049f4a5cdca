//! Providers that are in force under a contract and no longer in a statement for it: renamed, written another way, served by
//! others, or without people. Nobody can tell which from the statement alone, so a run stops until somebody says; else the same
//! results would be paid again under another name.

use std::collections::BTreeSet;

use scheme::money::Pence;
use scheme::spelling::{near, nearest, same};

use crate::pay::ledger::Ledger;
use crate::pay::run::Refusal;
use crate::pay::statement::Statement;

/// What somebody says of a provider that is no longer in the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Nothing is due to it any more: what was posted is taken back.
    TakenBack(String),
    /// It has another name now: what was posted under the old one is taken back, and the statement's lines stand in its place.
    Renamed { old: String, new: String },
}

impl Gone {
    /// The name in the ledger.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Gone::TakenBack(name) | Gone::Renamed { old: name, .. } => name,
        }
    }
}

/// Whom a statement was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everybody whom the contract pays: whoever is in force and not in the statement has vanished from it.
    Contract,
    /// Some providers, who were named; others are left as they are. `listed` says whether the contract lists them: what is listed
    /// may be near to another name, and what is not may be a slip for it.
    Named { listed: bool },
}

/// Takes up into a statement what was said of providers that are gone. Refuses the statement while it leaves out somebody in
/// force of whom nothing was said, and what was said of somebody who is not gone.
pub fn take_up(ledger: &Ledger, statement: &mut Statement, scope: Scope, gone: &[Gone]) -> Result<(), Refusal> {
    let contract = statement.contract.clone();
    let in_force = ledger.owed_by_lines(&contract);
    for said in gone {
        let name = said.name();
        if !in_force.contains_key(name) && ledger.standing(&contract, name).is_none() {
            let near = nearest(name, in_force.keys().copied()).map_or(String::new(), |near| format!("; is `{near}` meant?"));
            return refuse(
                format!("the ledger has nothing for {name} under {contract}{near}"),
                "name the provider as `wellspent ledger balance STORE` shows it",
            );
        }
        if statement.lines.iter().any(|line| line.provider == name) {
            return refuse(
                format!("{name} is in this statement with lines of its own, so nothing of it is gone"),
                "leave out --take-back or --renamed for it",
            );
        }
        if let Gone::Renamed { new, .. } = said
            && (!statement.providers.contains(new) || new == name)
        {
            let near = nearest(new, statement.providers.iter().map(String::as_str).filter(|known| known != &name));
            let near = near.map_or(String::new(), |near| format!("; is `{near}` meant?"));
            return refuse(
                format!("{name} cannot be {new} now: the statement has no provider {new}{near}"),
                "write --renamed OLD=NEW, with the new name as the statement shows it",
            );
        }
        if !statement.providers.iter().any(|known| known == name) {
            statement.providers.push(name.to_owned());
        }
    }
    let speaks: BTreeSet<&str> = statement.providers.iter().map(String::as_str).collect();
    let unlisted = matches!(scope, Scope::Named { listed: false });
    let new_name = |known: &str| ledger.standing(&contract, known).is_none();
    let slip = |known: &str, name: &str| same(known, name) || unlisted && new_name(known) && near(known, name);
    let respelt = |name: &str| speaks.iter().copied().find(|known| slip(known, name));
    let left_out: Vec<(&str, Pence)> = in_force
        .into_iter()
        .filter(|(name, _)| !speaks.contains(name))
        .filter(|(name, _)| scope == Scope::Contract || respelt(name).is_some())
        .collect();
    let Some((first, _)) = left_out.first() else { return Ok(()) };
    let each: Vec<String> = left_out.iter().map(|(name, amount)| format!("{name} ({amount})")).collect();
    let new = statement.providers.iter().map(String::as_str).filter(|name| ledger.standing(&contract, name).is_none());
    let renamed = match respelt(first).or_else(|| nearest(first, new)) {
        Some(near) => format!("if {first} is {near} now, add --renamed \"{first}={near}\""),
        None => format!("if {first} has another name now, add --renamed \"{first}=NEW NAME\""),
    };
    let (are, they) = if each.len() == 1 { ("is", "it") } else { ("are", "them") };
    refuse(
        format!("under {contract}, {} {are} in force in the ledger, and this statement does not have {they}", each.join(", ")),
        format!(
            "say what became of {they}: {renamed}; if nothing is due to {first} any more, add --take-back \"{first}\"; if it should \
             be in the records, correct them"
        ),
    )
}

/// Under which other name the ledger has this contract, when it has nothing under its own: one that is equal but for spelling.
#[must_use]
pub fn other_contract<'a>(ledger: &'a Ledger, contract: &str) -> Option<&'a str> {
    let contracts = ledger.contracts();
    if contracts.contains(contract) {
        return None;
    }
    contracts.into_iter().find(|known| same(known, contract))
}

fn refuse(what: impl Into<String>, hint: impl Into<String>) -> Result<(), Refusal> {
    Err(Refusal { what: what.into(), hint: hint.into() })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use scheme::money::Quantity;

    use super::*;
    use crate::pay::{Hash, Line, Sealed, approve, prepare};

    const CONTRACT: &str = "T";

    /// One extract: how many results each provider has, at £100 each.
    fn statement(month: i8, results: &BTreeMap<&str, i64>) -> Statement {
        let line = |(provider, results): (&&str, &i64)| Line {
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
        ledger.ties().expect("the ledger ties");
    }

    fn keep(ledger: &mut Ledger, entries: &[crate::pay::Entry]) {
        for entry in entries {
            let head = ledger.head();
            ledger.take(&Sealed::new(entry, head.number + 1, "2022-01-01T09:00:00Z", head.hash)).expect("it can be kept");
        }
    }

    fn owed(ledger: &Ledger) -> i64 {
        ledger.owed_by_lines(CONTRACT).into_values().map(|amount| amount.0).sum()
    }

    #[test]
    fn a_renamed_provider_stops_the_run_until_somebody_says_so() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Harbour Trust", 3)])));
        let mut second = statement(2, &BTreeMap::from([("Harbour Trust Ltd", 3)]));
        let refusal = take_up(&ledger, &mut second, Scope::Contract, &[]).expect_err("£300 are in force");
        assert!(refusal.what.contains("Harbour Trust (£300)"), "{refusal}");
        assert!(refusal.hint.contains("--renamed \"Harbour Trust=Harbour Trust Ltd\""), "{refusal}");
        let renamed = Gone::Renamed { old: "Harbour Trust".into(), new: "Harbour Trust Ltd".into() };
        take_up(&ledger, &mut second, Scope::Contract, &[renamed]).expect("it is said");
        post(&mut ledger, second);
        assert_eq!(ledger.owed_by_lines(CONTRACT), BTreeMap::from([("Harbour Trust Ltd", Pence(30_000))]));
    }

    #[test]
    fn only_what_is_gone_can_be_called_gone() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Acme", 3), ("Brook", 2)])));
        let taken = |name: &str| [Gone::TakenBack(name.into())];
        let mut second = statement(2, &BTreeMap::from([("Acme", 3)]));
        assert!(take_up(&ledger, &mut second, Scope::Contract, &taken("Acme")).is_err(), "it has lines");
        let refusal = take_up(&ledger, &mut second, Scope::Contract, &taken("Brok")).expect_err("nobody of this name");
        assert!(refusal.what.contains("is `Brook` meant?"), "{refusal}");
        let other = [Gone::Renamed { old: "Brook".into(), new: "Stream".into() }];
        assert!(take_up(&ledger, &mut second, Scope::Contract, &other).is_err(), "the statement has no Stream");
        // One provider alone leaves the others as they are, but not itself in another spelling.
        assert!(take_up(&ledger, &mut second, Scope::Named { listed: true }, &[]).is_ok());
        let mut respelt = statement(2, &BTreeMap::from([("ACME", 3)]));
        assert!(take_up(&ledger, &mut respelt, Scope::Named { listed: true }, &[]).is_err());
        let mut slip = statement(2, &BTreeMap::from([("Acne", 3)]));
        assert!(take_up(&ledger, &mut slip, Scope::Named { listed: false }, &[]).is_err());
        assert!(take_up(&ledger, &mut slip, Scope::Named { listed: true }, &[]).is_ok(), "the contract says that there are two");
        take_up(&ledger, &mut second, Scope::Contract, &taken("Brook")).expect("it is said");
        post(&mut ledger, second);
        assert_eq!(owed(&ledger), 30_000);
        assert_eq!(other_contract(&ledger, "t "), Some("T"));
        assert_eq!(other_contract(&ledger, "T"), None);
    }

    proptest! {
        /// Whatever providers are called from extract to extract, and whatever is said of those that are gone: all names
        /// together are owed the price of the last extract that was not refused, and a refused one changes nothing. Where
        /// everything is said that must be, nothing is refused.
        #[test]
        fn nobody_is_paid_twice_under_two_names(
            extracts in prop::collection::vec((prop::collection::vec((0_usize..5, 0_i64..4), 0..4), any::<bool>()), 1..9),
        ) {
            const NAMES: [&str; 5] = ["Harbour Trust", "Harbour Trust Ltd", "HARBOUR  TRUST", "Brook", "Harbour\u{a0}Trust"];
            let mut ledger = Ledger::default();
            for (month, (rows, said)) in (1..).zip(&extracts) {
                let results: BTreeMap<&str, i64> = rows.iter().map(|(name, results)| (NAMES[*name], *results)).collect();
                let before = owed(&ledger);
                let missing: BTreeSet<String> = ledger.owed_by_lines(CONTRACT).into_keys()
                    .filter(|name| !results.contains_key(name)).map(str::to_owned).collect();
                let gone: Vec<Gone> = missing.iter().filter(|_| *said).map(|old| match results.keys().next() {
                    Some(new) => Gone::Renamed { old: old.clone(), new: (*new).to_owned() },
                    None => Gone::TakenBack(old.clone()),
                }).collect();
                let mut next = statement(month, &results);
                let taken = take_up(&ledger, &mut next, Scope::Contract, &gone);
                prop_assert_eq!(taken.is_ok(), *said || missing.is_empty());
                if taken.is_err() || next.providers.is_empty() {
                    prop_assert_eq!(owed(&ledger), before);
                    continue;
                }
                post(&mut ledger, next);
                prop_assert_eq!(owed(&ledger), results.values().sum::<i64>() * 10_000);
            }
        }
    }
}

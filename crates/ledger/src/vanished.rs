//! Providers that are in force under a contract and no longer in a statement for it: renamed, written another way, served by
//! others, or without people. Nobody can tell which from the statement alone, so a run stops until somebody says; else the same
//! results would be paid again under another name.

use std::collections::BTreeSet;

use base::money::Pence;
use base::spelling::{near, nearest, same};

use crate::entry::Detail;
use crate::journal::Ledger;
use crate::renamed::{Renaming, renamings};
use crate::run::Refusal;
use crate::statement::Statement;

/// What somebody says of a provider that is no longer in the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Nothing is due to it any more: what was posted is taken back.
    TakenBack(String),
    /// It has another name now: what was posted under the old one is taken back, the statement's lines stand in its place, and what
    /// was paid under the old name counts for the new one.
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

/// What a run keeps of what was said: the new names that the ledger does not know yet.
#[must_use]
pub fn details(ledger: &Ledger, contract: &str, gone: &[Gone]) -> Vec<Detail> {
    let mut details: Vec<Detail> = Vec::new();
    for said in gone {
        if let Gone::Renamed { old, new } = said
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

/// Refuses what is said of one name in two ways.
fn said_once(gone: &[Gone]) -> Result<(), Refusal> {
    for (at, said) in gone.iter().enumerate() {
        for other in gone[..at].iter().filter(|other| *other != said) {
            let names = |gone: &Gone| match gone {
                Gone::TakenBack(name) => vec![name.clone()],
                Gone::Renamed { old, new } => vec![old.clone(), new.clone()],
            };
            let Some(name) = names(said).into_iter().find(|name| names(other).contains(name)) else { continue };
            let both = matches!(said, Gone::Renamed { .. }) && matches!(other, Gone::Renamed { .. });
            return match both {
                true => refuse(
                    format!("two --renamed speak of {name}: one provider has one old name and one new one"),
                    "leave one of them; a provider whose work another has taken over is not renamed: --take-back its name",
                ),
                false => refuse(
                    format!("--take-back and --renamed both speak of {name}"),
                    format!(
                        "leave one of them: --renamed where {name} is the same provider under another name, --take-back where \
                         nothing is due to it any more"
                    ),
                ),
            };
        }
    }
    Ok(())
}

/// Refuses a new name that is another provider's: one with lines or payments of its own in the ledger.
fn is_new(ledger: &Ledger, contract: &str, old: &str, new: &str) -> Result<(), Refusal> {
    let (lines, paid) = (ledger.in_force(contract, new).count(), ledger.paid(contract, new));
    if lines == 0 && paid == Pence(0) || posted_without_payments(ledger, contract, old, new) {
        return Ok(());
    }
    let (accrued, what) = (ledger.accrued(contract, new), "in force in the ledger with lines or payments of its own");
    refuse(
        format!("{new} is {what} ({accrued} due, {paid} paid), so it is another provider than {old}"),
        format!(
            "if {new} has taken over the work of {old}, and nothing is due to {old} any more, add --take-back \"{old}\"; if they are \
             one provider, write its name the same way in all records"
        ),
    )
}

/// Whether the new name was posted before what was paid under the old one went with it: the run that spoke last for the old name
/// says so in its note and in no detail. To say it again moves what was paid.
fn posted_without_payments(ledger: &Ledger, contract: &str, old: &str, new: &str) -> bool {
    let Some((run, _)) = ledger.standing(contract, old) else { return false };
    let Some(posted) = ledger.run(run) else { return false };
    let noted = posted.run.note.split("; ").any(|said| said == in_note(old, new));
    noted && renamings(&posted.run).is_empty() && ledger.in_force(contract, old).next().is_none()
}

/// How a run's note says that a provider has a new name.
#[must_use]
pub fn in_note(old: &str, new: &str) -> String {
    format!("{old} is {new} now")
}

/// Refuses lines under a name that was given up: the same people would be paid for under both.
fn given_up(ledger: &Ledger, statement: &Statement, gone: &[Gone]) -> Result<(), Refusal> {
    let contract = &statement.contract;
    for line in statement.lines.iter().filter(|line| line.amount != Pence(0)) {
        let old = line.provider.as_str();
        let Some(new) = ledger.new_name(contract, old) else { continue };
        let again = |said: &Gone| matches!(said, Gone::Renamed { new, .. } if new == old);
        if !gone.iter().any(again) {
            return refuse(
                format!("{old} was renamed to {new} in the ledger, and this statement has lines for {old} again"),
                format!(
                    "write {new} in the records, or, if it has its old name again, add --renamed \"{new}={old}\"; another provider needs \
                     another name"
                ),
            );
        }
    }
    Ok(())
}

/// Takes up into a statement what was said of providers that are gone. Refuses the statement while it leaves out somebody in
/// force of whom nothing was said, and what was said of somebody who is not gone.
pub fn take_up(ledger: &Ledger, statement: &mut Statement, scope: Scope, gone: &[Gone]) -> Result<(), Refusal> {
    let contract = statement.contract.clone();
    said_once(gone)?;
    given_up(ledger, statement, gone)?;
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
        if let Gone::Renamed { old, new } = said
            && ledger.new_name(&contract, old) != Some(new)
        {
            is_new(ledger, &contract, old, new)?;
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

    use base::money::Quantity;
    use proptest::prelude::*;

    use super::*;
    use crate::entry::Way;
    use crate::{Account, Entry, Hash, Line, Payment, Sealed, approve, prepare, prepare_with, reverse, settle};

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

    fn keep(ledger: &mut Ledger, entries: &[crate::Entry]) {
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

    /// One extract as somebody would post it who says of everybody that is gone what can be said: the last name that was given up,
    /// or a name that the ledger does not know, is its new one, and whoever is left is taken back.
    fn said(ledger: &Ledger, results: &BTreeMap<&str, i64>, missing: &BTreeSet<String>) -> Vec<Gone> {
        let mut free: Vec<&str> = results
            .keys()
            .copied()
            .filter(|name| ledger.in_force(CONTRACT, name).next().is_none() && ledger.paid(CONTRACT, name) == Pence(0))
            .collect();
        let one = |old: &String| {
            let back = free.iter().position(|new| ledger.new_name(CONTRACT, new) == Some(old));
            let new = back.or_else(|| free.iter().position(|new| ledger.new_name(CONTRACT, new).is_none()));
            match new.map(|at| free.remove(at)) {
                Some(new) => Gone::Renamed { old: old.clone(), new: new.to_owned() },
                None => Gone::TakenBack(old.clone()),
            }
        };
        missing.iter().map(one).collect()
    }

    fn post_with(ledger: &mut Ledger, statement: Statement, gone: &[Gone]) -> Hash {
        let details = details(ledger, CONTRACT, gone);
        let plan = prepare_with(ledger, statement, "Ann", "", details).expect("it can be prepared");
        keep(ledger, &plan.entries);
        let plan = approve(ledger, plan.run, "Ben").expect("it can be approved");
        keep(ledger, &plan.entries);
        ledger.ties().expect("the ledger ties");
        plan.run
    }

    fn pay(ledger: &mut Ledger, provider: &str, amount: Pence, reference: &str) {
        let (contract, provider, way) = (Some(CONTRACT.to_owned()), provider.to_owned(), Way::Paid);
        let (on, reference, over) = (jiff::civil::date(2022, 6, 1), reference.to_owned(), String::new());
        let payment = Payment { contract, provider, way, amount, on, reference, over, again: false, today: on };
        let plan = settle(ledger, &payment, "Cat").expect("it can be paid");
        keep(ledger, &plan.entries);
        ledger.ties().expect("the ledger ties");
    }

    fn renamed(old: &str, new: &str) -> Gone {
        Gone::Renamed { old: old.into(), new: new.into() }
    }

    /// What was paid under the old name counts for the new one: the difference is due, and no more can be settled.
    #[test]
    fn what_was_paid_goes_with_the_name() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Trust", 10)])));
        pay(&mut ledger, "Trust", Pence(60_000), "B1");
        pay(&mut ledger, "Trust", Pence(40_000), "B2");
        let mut next = statement(2, &BTreeMap::from([("Trust Ltd", 11)]));
        let gone = [renamed("Trust", "Trust Ltd")];
        take_up(&ledger, &mut next, Scope::Contract, &gone).expect("it is said");
        let run = post_with(&mut ledger, next.clone(), &gone);
        let at = |ledger: &Ledger, name: &str| (ledger.owed(CONTRACT, name), ledger.paid(CONTRACT, name));
        assert_eq!(at(&ledger, "Trust Ltd"), (Pence(10_000), Pence(100_000)));
        assert_eq!(at(&ledger, "Trust"), (Pence(0), Pence(0)));
        // Said again it is the same run.
        take_up(&ledger, &mut next.clone(), Scope::Contract, &gone).expect("it is known");
        let again = prepare_with(&ledger, next, "Ann", "", details(&ledger, CONTRACT, &gone)).expect("the same");
        assert_eq!((again.run, again.entries.len()), (run, 0));
        // The old name is settled no more, and the new one up to the difference; the same payment under either name is one.
        let payment = |provider: &str, amount: i64, reference: &str| Payment {
            contract: None,
            provider: provider.into(),
            way: Way::Paid,
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
        // What the bank returns of what was paid under the old name is due under the new one.
        let back = reverse(&ledger, "B1", "Dan", "returned").expect("reversed");
        keep(&mut ledger, &back.entries);
        ledger.ties().expect("the ledger ties");
        assert_eq!(at(&ledger, "Trust Ltd"), (Pence(60_000), Pence(50_000)));
        assert_eq!(at(&ledger, "Trust"), (Pence(0), Pence(0)));
        // Back to its old name.
        let mut third = statement(3, &BTreeMap::from([("Trust", 12)]));
        let refused = take_up(&ledger, &mut third, Scope::Named { listed: true }, &[]).expect_err("given up");
        assert!(refused.hint.contains("--renamed \"Trust Ltd=Trust\""), "{refused}");
        let gone = [renamed("Trust Ltd", "Trust")];
        take_up(&ledger, &mut third, Scope::Contract, &gone).expect("it is said");
        post_with(&mut ledger, third, &gone);
        assert_eq!(at(&ledger, "Trust"), (Pence(70_000), Pence(50_000)));
        assert_eq!(at(&ledger, "Trust Ltd"), (Pence(0), Pence(0)));
    }

    /// A ledger in which the new name was posted without what was paid: to say it again moves that.
    #[test]
    fn a_new_name_that_was_posted_without_payments_can_be_put_right() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Trust", 10)])));
        pay(&mut ledger, "Trust", Pence(100_000), "B1");
        let gone = [renamed("Trust", "Trust Ltd")];
        let mut next = statement(2, &BTreeMap::from([("Trust Ltd", 11)]));
        take_up(&ledger, &mut next, Scope::Contract, &gone).expect("it is said");
        let plan = prepare(&ledger, next, "Ann", &in_note("Trust", "Trust Ltd")).expect("as before");
        keep(&mut ledger, &plan.entries);
        let plan = approve(&ledger, plan.run, "Ben").expect("approved");
        keep(&mut ledger, &plan.entries);
        assert_eq!(ledger.owed(CONTRACT, "Trust Ltd"), Pence(110_000));
        let mut third = statement(3, &BTreeMap::from([("Trust Ltd", 11)]));
        take_up(&ledger, &mut third, Scope::Contract, &gone).expect("said again");
        post_with(&mut ledger, third, &gone);
        assert_eq!((ledger.owed(CONTRACT, "Trust Ltd"), ledger.owed(CONTRACT, "Trust")), (Pence(10_000), Pence(0)));
    }

    /// A name is spoken of once, and a new name is nobody else's.
    #[test]
    fn a_new_name_is_one_provider_s() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Acme", 3), ("Brook", 2), ("Cray", 1)])));
        let refused = |gone: &[Gone], results: &[(&'static str, i64)], words: &str| {
            let mut next = statement(2, &results.iter().copied().collect());
            let refusal = take_up(&ledger, &mut next, Scope::Contract, gone).expect_err(words);
            assert!(refusal.what.contains(words), "{refusal}");
        };
        let taken = |name: &str| Gone::TakenBack(name.into());
        refused(&[renamed("Acme", "Brook")], &[("Brook", 5), ("Cray", 1)], "another provider than Acme");
        let two = [("New", 5), ("Cray", 1)];
        refused(&[renamed("Acme", "New"), renamed("Brook", "New")], &two, "two --renamed speak of New");
        refused(&[renamed("Acme", "New"), renamed("Acme", "Newer")], &two, "two --renamed speak of Acme");
        refused(&[renamed("Acme", "New"), renamed("New", "Newer")], &two, "two --renamed speak of New");
        refused(&[renamed("Acme", "New"), taken("Acme")], &two, "both speak of Acme");
        refused(&[taken("New"), renamed("Acme", "New")], &two, "both speak of New");
        let mut twice = statement(2, &BTreeMap::from([("New", 5), ("Cray", 1)]));
        let gone = [renamed("Acme", "New"), taken("Brook"), renamed("Acme", "New"), taken("Brook")];
        take_up(&ledger, &mut twice, Scope::Contract, &gone).expect("the same said twice is said once");
        assert_eq!(details(&ledger, CONTRACT, &gone).len(), 1);
    }

    /// The law, without the code that prepares: a run whose new names contradict it is not taken.
    #[test]
    fn a_run_with_new_names_that_cannot_be_is_not_taken() {
        let mut ledger = Ledger::default();
        post(&mut ledger, statement(1, &BTreeMap::from([("Acme", 3)])));
        let mut next = statement(2, &BTreeMap::from([("New", 3)]));
        next.providers.push("Acme".to_owned());
        let good = Renaming { old: "Acme".into(), new: "New".into() }.detail();
        let plan = prepare_with(&ledger, next, "Ann", "", vec![good.clone()]).expect("it can be prepared");
        let Some(Entry::Prepared(run)) = plan.entries.first() else { panic!("a run") };
        let bad = |old: &str, new: &str| Renaming { old: old.into(), new: new.into() }.detail();
        for details in
            [vec![bad("Acme", "Acme")], vec![bad("Acme", "Brook")], vec![bad("New", "Acme")], vec![good, bad("New", "Acme")]]
        {
            let run = crate::entry::Run { details, ..run.clone() };
            let head = ledger.head();
            let sealed = Sealed::new(&Entry::Prepared(run), head.number + 1, "2022-01-01T09:00:00Z", head.hash);
            assert!(ledger.take(&sealed).is_err());
        }
    }

    proptest! {
        /// Whatever providers are called from extract to extract, whatever is said of those that are gone, and whatever was paid in
        /// between: all names together are owed the price of the last extract that was not refused, less what was paid, and a
        /// refused one changes nothing. A name that was given up is owed nothing and owes nothing. Where everything is said that
        /// must be, nothing is refused but a name that was given up and is nobody's new one.
        #[test]
        fn nobody_is_paid_twice_under_two_names(
            extracts in prop::collection::vec((prop::collection::vec((0_usize..5, 0_i64..4), 0..4), any::<bool>(), 0_i64..3), 1..9),
        ) {
            const NAMES: [&str; 5] = ["Harbour Trust", "Harbour Trust Ltd", "HARBOUR  TRUST", "Brook", "Harbour\u{a0}Trust"];
            let mut ledger = Ledger::default();
            let mut cash = 0;
            for (month, (rows, says, part)) in (1..).zip(&extracts) {
                let results: BTreeMap<&str, i64> = rows.iter().map(|(name, results)| (NAMES[*name], *results)).collect();
                let before = owed(&ledger);
                let missing: BTreeSet<String> = ledger.owed_by_lines(CONTRACT).into_keys()
                    .filter(|name| !results.contains_key(name)).map(str::to_owned).collect();
                let gone = if *says { said(&ledger, &results, &missing) } else { Vec::new() };
                let news: Vec<&str> = gone.iter().filter_map(|gone| match gone {
                    Gone::Renamed { new, .. } => Some(new.as_str()),
                    Gone::TakenBack(_) => None,
                }).collect();
                let given_up = results.iter().any(|(name, results)| {
                    *results != 0 && ledger.new_name(CONTRACT, name).is_some() && !news.contains(name)
                });
                let mut next = statement(month, &results);
                let taken = take_up(&ledger, &mut next, Scope::Contract, &gone);
                prop_assert_eq!(taken.is_ok(), (*says || missing.is_empty()) && !given_up, "{:?}", taken);
                if taken.is_err() || next.providers.is_empty() {
                    prop_assert_eq!(owed(&ledger), before);
                    continue;
                }
                post_with(&mut ledger, next, &gone);
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

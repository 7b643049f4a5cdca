//! One contract under two names: a scheme folder that was copied or renamed is another contract to the ledger, and all that was
//! paid under the first would be due again under the second. Known by the rules, which have one hash, and by the files of the
//! records, whose hashes a run keeps in its details.

use std::collections::BTreeSet;

use crate::entry::Run;
use crate::hash::Hash;
use crate::journal::Ledger;
use crate::run::Refusal;
use crate::statement::{Line, Statement};

/// The detail with the files of the records, a line each that ends with the hash.
pub const QUALITY: &str = "data quality";

/// What comes before the hash of a file in that detail.
pub const SHA_256: &str = ", SHA-256 ";

/// Another contract under the same rules, with a run for the same providers.
#[derive(Clone, Copy, Debug)]
struct Twin<'a> {
    contract: &'a str,
    run: Hash,
    posted: bool,
    /// Whether it pays for the same people: the same file of starts or all the same files, or, of tallies, the same lines.
    same: bool,
}

/// Refuses to prepare a run that would pay what another contract pays from the same records; tells of one that has the same rules.
pub(crate) fn once(ledger: &Ledger, run: &Run) -> Result<Vec<String>, Refusal> {
    // What nobody has approved yet does not stop a contract that was paid before.
    let begun = ledger.contracts().contains(run.statement.contract.as_str());
    told(ledger, run, |twin| twin.posted || !begun)
}

/// The same before a run is approved: one that only waits for approval as well may be refused itself.
pub(crate) fn posted_once(ledger: &Ledger, run: &Run) -> Result<Vec<String>, Refusal> {
    told(ledger, run, |twin| twin.posted)
}

fn told(ledger: &Ledger, run: &Run, stops: impl Fn(&Twin<'_>) -> bool) -> Result<Vec<String>, Refusal> {
    let statement = &run.statement;
    let contract = &statement.contract;
    let twins = twins(ledger, run);
    if let Some(twin) = twins.iter().find(|twin| twin.same && stops(twin)) {
        let (other, id) = (twin.contract, twin.run.short());
        let state = if twin.posted { "which is posted" } else { "which waits for approval" };
        return Err(Refusal {
            what: format!(
                "the contract {other} has run {id}, {state}, under the same rules and from the same records for {}: under {contract} \
                 all of it would be owed again",
                shared(ledger, twin.run, statement).join(", ")
            ),
            hint: format!(
                "a contract is named as its folder: if this is the contract {other}, use a folder of that name; if it is another, its \
                 scheme.toml says so (the name after `scheme =`), and its records are its own"
            ),
        });
    }
    let names: BTreeSet<&str> = twins.iter().map(|twin| twin.contract).collect();
    let note = |other: &str| {
        format!(
            "{contract} has the same rules as the contract {other} in this ledger, and pays the same providers: if the two are one \
             contract, call its folder {other}"
        )
    };
    Ok(names.into_iter().map(note).collect())
}

fn twins<'a>(ledger: &'a Ledger, run: &Run) -> Vec<Twin<'a>> {
    let statement = &run.statement;
    let mut twins = Vec::new();
    for (id, posted) in ledger.runs() {
        let other = &posted.run.statement;
        let approved = posted.approved_by.is_some();
        // A run that cannot be approved any more pays nothing.
        let alive = approved || posted.run.after == ledger.last_run(&other.contract);
        if other.contract != statement.contract
            && other.version == statement.version
            && alive
            && !shared(ledger, id, statement).is_empty()
        {
            twins.push(Twin { contract: &other.contract, run: id, posted: approved, same: same_records(&posted.run, run) });
        }
    }
    twins
}

/// The providers for which both speak.
fn shared(ledger: &Ledger, other: Hash, statement: &Statement) -> Vec<String> {
    let other = ledger.run(other).map_or(&[][..], |posted| &posted.run.statement.providers[..]);
    statement.providers.iter().filter(|provider| other.contains(provider)).cloned().collect()
}

fn same_records(one: &Run, other: &Run) -> bool {
    let (first, second) = (files(one), files(other));
    if first.is_empty() && second.is_empty() {
        return same_lines(&one.statement, &other.statement);
    }
    let hashes = |files: &[(String, String)], of: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        files.iter().filter(|(name, _)| of(name)).map(|(_, hash)| hash.clone()).collect()
    };
    // Who started with whom is in the starts: people are paid for twice where those are the same, whatever else came in since.
    let starts = |name: &str| name.rsplit('/').next().is_some_and(|name| name.starts_with("starts"));
    let (ours, theirs) = (hashes(&first, &starts), hashes(&second, &starts));
    !ours.is_disjoint(&theirs) || !first.is_empty() && hashes(&first, &|_| true) == hashes(&second, &|_| true)
}

/// The files of a run's records, each with its hash.
fn files(run: &Run) -> Vec<(String, String)> {
    let quality = run.details.iter().find(|detail| detail.name == QUALITY);
    let lines = quality.map_or("", |detail| detail.value.as_str()).lines();
    let file = |line: &str| {
        let (what, hash) = line.rsplit_once(SHA_256)?;
        let (name, _) = what.rsplit_once(": ")?;
        (hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| (name.to_owned(), hash.to_owned()))
    };
    lines.filter_map(file).collect()
}

/// Whether two statements pay something, and the same for the same to the providers that both have.
fn same_lines(one: &Statement, other: &Statement) -> bool {
    let lines = |of: &Statement, with: &Statement| -> Vec<Line> {
        let due = of.lines.iter().filter(|line| line.amount.0 != 0 && with.providers.contains(&line.provider));
        due.map(|line| Line { reason: String::new(), ..line.clone() }).collect()
    };
    let (ours, theirs) = (lines(one, other), lines(other, one));
    !ours.is_empty() && ours == theirs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::{Book, line, statement};
    use crate::{Detail, approve, prepare_with};

    /// A run of a contract for some providers, from files by name and content.
    fn run(contract: &str, rules: &str, providers: &[&str], files: &[(&str, &str)]) -> (Statement, Vec<Detail>) {
        let mut statement = Statement { contract: contract.to_owned(), version: Hash::of([rules]), ..statement(1, &[]) };
        statement.providers = providers.iter().map(|name| (*name).to_owned()).collect();
        statement.lines = providers.iter().map(|name| line(name, 0, 3)).collect();
        let said = files.iter().map(|(name, text)| format!("{name}: 3 rows{SHA_256}{}", Hash::of([*text])));
        let value = std::iter::once("Data quality: 6 rows in 2 files".to_owned()).chain(said).collect::<Vec<_>>().join("\n");
        let details = if files.is_empty() { Vec::new() } else { vec![Detail::new(QUALITY, &value)] };
        (statement, details)
    }

    /// What is told of a second contract after a first: refused, noted, or nothing.
    fn told(second: (Statement, Vec<Detail>), posted: bool) -> &'static str {
        let mut book = Book::default();
        let (first, details) = run("jobs", "a", &["Acme", "Brook"], &[("starts.csv", "s"), ("events.csv", "e")]);
        let plan = prepare_with(&book.ledger, first, "Ann", "", details).expect("prepared");
        book.write(&plan.entries).expect("kept");
        if posted {
            let plan = approve(&book.ledger, plan.run, "Ben").expect("approved");
            book.write(&plan.entries).expect("kept");
        }
        match prepare_with(&book.ledger, second.0, "Ann", "", second.1) {
            Err(refusal) => {
                assert!(refusal.what.contains("jobs") && refusal.hint.contains("folder"), "{refusal}");
                "refused"
            }
            Ok(plan) if plan.notes.is_empty() => "nothing",
            Ok(_) => "noted",
        }
    }

    #[test]
    fn a_copied_contract_is_paid_once() {
        let (both, one) = (&["Acme", "Brook"][..], &["Brook", "Cray"][..]);
        let (files, later) = ([("starts.csv", "s"), ("events.csv", "e")], [("starts.csv", "s"), ("events.csv", "more")]);
        let other = [("starts.csv", "t"), ("events.csv", "e")];
        for posted in [false, true] {
            for (contract, rules, providers, files, expected) in [
                ("jobs-2", "a", both, &files[..], "refused"),
                ("jobs-2", "a", one, &files[..], "refused"),
                ("jobs-2", "a", both, &later[..], "refused"),
                ("jobs-2", "a", both, &[("probation/starts-2.csv", "s")][..], "refused"),
                ("jobs-2", "a", both, &other[..], "noted"),
                ("jobs-2", "a", both, &[][..], "noted"),
                ("jobs-2", "a", &["Cray"][..], &files[..], "nothing"),
                ("jobs-2", "b", both, &files[..], "nothing"),
                ("jobs", "a", both, &files[..], "nothing"),
                ("jobs", "a", both, &later[..], "nothing"),
            ] {
                let found = told(run(contract, rules, providers, files), posted);
                assert_eq!(found, expected, "{contract}, {rules}, {providers:?}, {files:?}");
            }
        }
    }

    /// Two runs that were both prepared before anybody looked: one of them is approved. Tallies are known by their lines.
    #[test]
    fn of_two_prepared_copies_one_is_approved() {
        let mut book = Book::default();
        let (first, _) = run("jobs", "a", &["Acme"], &[]);
        let plan = prepare_with(&book.ledger, first.clone(), "Ann", "", Vec::new()).expect("prepared");
        let copy = Statement { contract: "jobs-2".to_owned(), ..first };
        let second = prepare_with(&book.ledger, copy, "Ann", "", Vec::new()).expect("nothing is in the ledger yet");
        book.write(&plan.entries).expect("kept");
        book.write(&second.entries).expect("kept");
        let posted = approve(&book.ledger, plan.run, "Ben").expect("approved, and the other is not");
        book.write(&posted.entries).expect("kept");
        let refusal = approve(&book.ledger, second.run, "Ben").expect_err("the same again");
        assert!(refusal.what.contains("posted"), "{refusal}");
    }
}

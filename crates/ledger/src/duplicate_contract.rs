//! One contract under two names. A scheme folder that was copied or renamed is another contract to the ledger, so everything that
//! was paid under the first name would be due again under the second.
//!
//! A copy is recognised by the files of the records, whatever its rules: a comment in the scheme file makes other rules of the same
//! contract. A run keeps their hashes in a detail. Where the records were handed over again since, it is recognised by what was
//! counted: the ledger knows no people, but two contracts seldom have as many people in one cohort after another. Two contracts that
//! do pay for the same people say so in another detail.

use std::collections::BTreeSet;

use base::money::WHOLE;

use crate::entry::PaymentRun;
use crate::error::LedgerError;
use crate::hash::Hash;
use crate::journal::Ledger;
use crate::statement::{Statement, StatementLine};

/// The name of the detail that lists the record files, one line for each, with the hash at its end. Ledgers hold this word.
pub const DATA_QUALITY_DETAIL: &str = "data quality";

/// The name of the detail with the name of another contract that pays for the same people. Ledgers hold this word.
pub const BESIDE_DETAIL: &str = "pays beside";

/// The text before the hash of a file in that detail. Ledgers hold it.
pub const SHA_256_LABEL: &str = ", SHA-256 ";

/// A run of another contract for some of the same providers, with something else in common.
#[derive(Clone, Copy, Debug)]
struct DuplicateRun<'a> {
    contract: &'a str,
    run: Hash,
    posted: bool,
    /// Whether it pays for the same people. It does if one file of starts is the same, or all files are, or, of tallies, all lines; or if
    /// most counts are.
    same_people: bool,
    /// Whether the rules are the same, and not only the clauses and their prices.
    same_rules: bool,
}

/// Refuses to prepare a run that would pay what another contract pays from the same records. Notes a contract that only has the
/// same rules.
pub(crate) fn check_before_preparing(ledger: &Ledger, run: &PaymentRun) -> Result<Vec<String>, LedgerError> {
    // A run that nobody has approved yet does not stop a contract that was paid before.
    let paid_before = ledger.contracts().contains(run.statement.contract.as_str());
    check(ledger, run, |duplicate| duplicate.posted || !paid_before)
}

/// The same before a run is approved. Another run that also waits for approval does not stop it.
pub(crate) fn check_before_approving(ledger: &Ledger, run: &PaymentRun) -> Result<Vec<String>, LedgerError> {
    check(ledger, run, |duplicate| duplicate.posted)
}

fn check(ledger: &Ledger, run: &PaymentRun, stops: impl Fn(&DuplicateRun<'_>) -> bool) -> Result<Vec<String>, LedgerError> {
    let statement = &run.statement;
    let contract = &statement.contract;
    let duplicates = duplicates(ledger, run);
    if let Some(duplicate) = duplicates.iter().find(|duplicate| duplicate.same_people && stops(duplicate)) {
        let (other, id) = (duplicate.contract, duplicate.run.short());
        let state = if duplicate.posted { "which is posted" } else { "which waits for approval" };
        return Err(LedgerError::refused(
            format!(
                "the contract {other} has run {id}, {state}, for the same people of {}, as far as its files and counts show: under the \
                 name {contract}, all of it would be owed again",
                shared(ledger, duplicate.run, statement).join(", ")
            ),
            format!(
                "a contract is named as its folder: if this is the contract {other}, use a folder of that name; if it is another \
                 contract, give it its own records or, where both pay for the same people, add --beside \"{other}\""
            ),
        ));
    }
    let names: BTreeSet<(&str, bool)> = duplicates.iter().map(|duplicate| (duplicate.contract, duplicate.same_rules)).collect();
    let told = names.iter().filter(|name| name.1 || !names.contains(&(name.0, true)));
    let note = |(other, same_rules): &(&str, bool)| {
        let what = if *same_rules { "the same rules as" } else { "the same clauses, prices and cohorts as" };
        format!(
            "{contract} has {what} the contract {other} in this ledger, and pays the same providers: if they are one contract, name its \
             folder {other}"
        )
    };
    Ok(told.map(note).collect())
}

fn duplicates<'a>(ledger: &'a Ledger, run: &PaymentRun) -> Vec<DuplicateRun<'a>> {
    let statement = &run.statement;
    let mut duplicates = Vec::new();
    for (id, recorded) in ledger.runs() {
        let other = &recorded.run.statement;
        let posted = recorded.approved_by.is_some();
        // A run that can no longer be approved pays nothing.
        let can_pay = posted || recorded.run.after == ledger.last_run(&other.contract);
        if other.contract == statement.contract || !can_pay || shared(ledger, id, statement).is_empty() {
            continue;
        }
        if beside(run, &other.contract) || beside(&recorded.run, &statement.contract) {
            continue;
        }
        let same_people = same_records(&recorded.run, run) || same_counts(other, statement);
        let same_rules = other.version == statement.version;
        if same_people || same_rules || alike(other, statement) {
            duplicates.push(DuplicateRun { contract: &other.contract, run: id, posted, same_people, same_rules });
        }
    }
    duplicates
}

/// The providers of both statements.
fn shared(ledger: &Ledger, other: Hash, statement: &Statement) -> Vec<String> {
    let other = ledger.run(other).map_or(&[][..], |recorded| &recorded.run.statement.providers[..]);
    statement.providers.iter().filter(|provider| other.contains(provider)).cloned().collect()
}

/// Whether somebody said that a run's contract pays for the same people as another contract.
fn beside(run: &PaymentRun, other: &str) -> bool {
    run.details.iter().any(|detail| detail.name == BESIDE_DETAIL && detail.value == other)
}

/// Whether two statements pay the same clauses at the same prices for the same cohorts and providers, as far as they go: one of
/// them has nothing that the other has not.
fn alike(one: &Statement, other: &Statement) -> bool {
    let shapes = |of: &Statement, with: &Statement| -> BTreeSet<String> {
        let due = of.lines.iter().filter(|line| line.amount.0 != 0 && with.providers.contains(&line.provider));
        let shape = |line: &StatementLine| {
            format!(
                "{:?}",
                (&line.provider, &line.area, &line.clause, (&line.from_cohort, &line.to_cohort), &line.segment, line.price.0)
            )
        };
        due.map(shape).collect()
    };
    let (ours, theirs) = (shapes(one, other), shapes(other, one));
    !ours.is_empty() && !theirs.is_empty() && (ours.is_subset(&theirs) || theirs.is_subset(&ours))
}

/// So many equal counts, of so many people or events together, are no chance. So many of them are different numbers: where a service
/// has fixed places, each cohort has as many starts as the last, in any contract.
const EQUAL_COUNTS: usize = 3;
const EQUAL_PEOPLE: i64 = 30;

/// What is counted of people and what happened to them, as lines name it. Months of a fee, shares and sums may be the same in any
/// contract.
const COUNTED: [&str; 3] = ["people", "households", "events"];

/// Whether at least half of what was counted for the providers that both have is the same, whatever each clause is called and pays.
fn same_counts(one: &Statement, other: &Statement) -> bool {
    let counts = |of: &Statement, with: &Statement| -> BTreeSet<(String, i64)> {
        let counted = |line: &&StatementLine| {
            line.quantity.0 != 0 && COUNTED.contains(&line.unit.as_str()) && with.providers.contains(&line.provider)
        };
        let place = |line: &StatementLine| {
            let cohorts = (&line.from_cohort, &line.to_cohort);
            (format!("{:?}", (&line.provider, &line.area, cohorts, &line.segment, &line.outcome, &line.unit)), line.quantity.0)
        };
        of.lines.iter().filter(counted).map(place).collect()
    };
    let (ours, theirs) = (counts(one, other), counts(other, one));
    let same: Vec<i64> = ours.intersection(&theirs).map(|(_, quantity)| quantity.abs()).collect();
    let people = same.iter().fold(0_i64, |sum, quantity| sum.saturating_add(*quantity)) / WHOLE;
    let numbers = same.iter().collect::<BTreeSet<_>>().len();
    numbers >= EQUAL_COUNTS && same.len() * 2 >= ours.len().min(theirs.len()) && people >= EQUAL_PEOPLE
}

fn same_records(one: &PaymentRun, other: &PaymentRun) -> bool {
    let (first, second) = (files(one), files(other));
    if first.is_empty() && second.is_empty() {
        return same_lines(&one.statement, &other.statement);
    }
    let hashes = |files: &[(String, String)], of: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        files.iter().filter(|(name, _)| of(name)).map(|(_, hash)| hash.clone()).collect()
    };
    // The table of starts says who started with which provider. If it is the same, people would be paid for twice, whatever other
    // files have changed since.
    let starts = |name: &str| name.rsplit('/').next().is_some_and(|name| name.starts_with("starts"));
    let (ours, theirs) = (hashes(&first, &starts), hashes(&second, &starts));
    !ours.is_disjoint(&theirs) || !first.is_empty() && hashes(&first, &|_| true) == hashes(&second, &|_| true)
}

/// The files of a run's records, each with its hash.
fn files(run: &PaymentRun) -> Vec<(String, String)> {
    let quality = run.details.iter().find(|detail| detail.name == DATA_QUALITY_DETAIL);
    let lines = quality.map_or("", |detail| detail.value.as_str()).lines();
    let file = |line: &str| {
        let (before, hash) = line.rsplit_once(SHA_256_LABEL)?;
        let (name, _) = before.rsplit_once(": ")?;
        (hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| (name.to_owned(), hash.to_owned()))
    };
    lines.filter_map(file).collect()
}

/// Whether two statements pay the same lines, at least one, to the providers that both have.
fn same_lines(one: &Statement, other: &Statement) -> bool {
    let lines = |of: &Statement, with: &Statement| -> Vec<StatementLine> {
        let due = of.lines.iter().filter(|line| line.amount.0 != 0 && with.providers.contains(&line.provider));
        due.map(|line| StatementLine { reason: String::new(), ..line.clone() }).collect()
    };
    let (ours, theirs) = (lines(one, other), lines(other, one));
    !ours.is_empty() && ours == theirs
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::money::Pence;

    use crate::invariants::{TestLedger, line, statement};
    use crate::{RunDetail, approve, prepare_with};

    /// A run of a contract for some providers, from files with their names and contents.
    fn run(contract: &str, rules: &str, providers: &[&str], files: &[(&str, &str)]) -> (Statement, Vec<RunDetail>) {
        let mut statement = Statement { contract: contract.to_owned(), version: Hash::of([rules]), ..statement(1, &[]) };
        statement.providers = providers.iter().map(|name| (*name).to_owned()).collect();
        statement.lines = providers.iter().map(|name| line(name, 0, 3)).collect();
        let said = files.iter().map(|(name, text)| format!("{name}: 3 rows{SHA_256_LABEL}{}", Hash::of([*text])));
        let value = std::iter::once("Data quality: 6 rows in 2 files".to_owned()).chain(said).collect::<Vec<_>>().join("\n");
        let details = if files.is_empty() { Vec::new() } else { vec![RunDetail::new(DATA_QUALITY_DETAIL, &value)] };
        (statement, details)
    }

    /// What happens to a second contract after a first one: refused, noted, or nothing.
    fn outcome(second: (Statement, Vec<RunDetail>), posted: bool) -> &'static str {
        let mut book = TestLedger::default();
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
                ("jobs-2", "b", both, &files[..], "refused"),
                ("jobs-2", "b", both, &later[..], "refused"),
                ("jobs-2", "b", both, &other[..], "noted"),
                ("jobs-2", "b", &["Cray"][..], &files[..], "nothing"),
                ("jobs", "a", both, &files[..], "nothing"),
                ("jobs", "a", both, &later[..], "nothing"),
            ] {
                let found = outcome(run(contract, rules, providers, files), posted);
                assert_eq!(found, expected, "{contract}, {rules}, {providers:?}, {files:?}");
            }
        }
    }

    /// The records were handed over again, the rules were amended, and the folder has a new name.
    #[test]
    fn an_amended_copy_is_recognised_by_its_counts() {
        let refused_after = |first_counts: &[i64], counts: &[i64], price: i64, clause: &str, provider: &str, changed: &str| {
            let mut book = TestLedger::default();
            let (mut first, details) = run("jobs", "a", &["Acme"], &[("starts.csv", "s")]);
            first.lines = first_counts.iter().enumerate().map(|(at, people)| line("Acme", at, *people)).collect();
            if changed != "area" {
                first.lines.iter_mut().for_each(|line| line.unit = changed.to_owned());
            }
            let plan = prepare_with(&book.ledger, first, "Ann", "", details).expect("prepared");
            book.write(&plan.entries).expect("kept");
            let (mut second, details) = run("jobs-2028", "b", &[provider], &[("starts.csv", "t")]);
            let amended = |(at, people): (usize, &i64)| {
                let line = line(provider, at, *people);
                let (area, unit) =
                    if changed == "area" { ("south".to_owned(), line.unit) } else { (line.area, changed.to_owned()) };
                StatementLine {
                    price: Pence(price),
                    amount: Pence(price * people),
                    clause: clause.to_owned(),
                    area,
                    unit,
                    ..line
                }
            };
            second.lines = counts.iter().enumerate().map(amended).collect();
            prepare_with(&book.ledger, second, "Ann", "", details).is_err()
        };
        let counts = [20, 31, 17, 8];
        let refused = |second: &[i64], price, clause: &str, provider: &str| {
            refused_after(&counts, second, price, clause, provider, "people")
        };
        assert!(refused(&[20, 31, 17, 9], 4_200, "job", "Acme"), "one more start and another price");
        assert!(refused(&[20, 31, 17, 8, 12], 4_200, "work", "Acme"), "a later cohort and another name of the clause");
        assert!(!refused(&[20, 31, 18, 9], 4_200, "job", "Acme"), "two counts may be the same by chance");
        assert!(!refused(&[20, 31, 17, 9], 4_200, "job", "Brook"), "another provider");
        assert!(!refused_after(&[20; 4], &[20; 4], 4_200, "job", "Acme", "people"), "fixed places");
        assert!(!refused_after(&counts, &counts, 4_200, "job", "Acme", "area"), "the same counts elsewhere");
        assert!(refused_after(&counts, &counts, 4_200, "job", "Acme", "events"), "events");
        assert!(!refused_after(&counts, &counts, 4_200, "job", "Acme", "percentage points"), "no count of anybody");
    }

    /// Two runs were prepared before anybody looked: one of them can be approved. Tallies are recognised by their lines.
    #[test]
    fn of_two_prepared_copies_one_is_approved() {
        let mut book = TestLedger::default();
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

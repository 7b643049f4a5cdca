//! What used to change a sum without a word: each case pays the right sum, or is refused with the reason and how to put it right.

use std::process::Output;

use crate::wellspent::{Scratch, run, said};

/// A contract of one cohort a year, with some outcomes and clauses.
pub(crate) fn scheme(rules: &str) -> Scratch {
    let folder = Scratch::new("silent-scheme");
    let text = format!(
        "scheme = \"T\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\nfrom = \
         \"assumption: a test\"\n[contract]\nstarts = 2027-04-01\nends = 2031-03-31\n[cohorts]\nstarts = 2027-04-01\nends = \
         2029-03-31\nevery = \"1 year\"\npeople = \"3 people\"\n{rules}"
    );
    folder.write("scheme.toml", text);
    folder
}

/// A binary outcome of twelve months, and a price for each good result.
pub(crate) fn outcome(name: &str, better: &str, rule: &str, price: &str) -> String {
    format!(
        "[outcome.{name}]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"{better}\"\nwindow = \"12 months\"\n\
         [outcome.{name}.measured]\n{rule}\n[pay.{name}]\nclause = \"outcome payment\"\noutcome = \"{name}\"\nprice = \"{price}\"\n"
    )
}

fn reoffending() -> String {
    outcome("re", "fewer", "rule = \"any within\"\nevents = \"off\"", "£100")
}

pub(crate) const PEOPLE: &str = "person\n1\n2\n3\n";
pub(crate) const STARTS: &str = "start,person,provider,began\ns1,1,A,2027-06-01\ns2,2,A,2027-06-01\ns3,3,A,2027-06-01\n";

pub(crate) fn records(tables: &[(&str, &str)]) -> Scratch {
    let folder = Scratch::new("silent-records");
    tables.iter().for_each(|(name, rows)| folder.write(&format!("{name}.csv"), rows));
    folder
}

pub(crate) fn pay(scheme: &Scratch, records: &Scratch, as_at: &str, more: &[&str]) -> Output {
    run(&[&["pay", scheme.path(), records.path(), "--as-at", as_at], more].concat())
}

/// It pays a sum in all, or says something.
pub(crate) fn pays(output: &Output, expected: &str) {
    let said = said(output);
    let found = |line: &str| match expected.starts_with('£') {
        true => line.contains(" in all ") && line.ends_with(&format!(" {expected}")),
        false => line.contains(expected),
    };
    assert!(output.status.success() && said.lines().any(found), "{expected}\n{said}");
}

pub(crate) fn refuses(output: &Output, words: &[&str]) {
    let said = said(output);
    assert!(!output.status.success() && output.stdout.is_empty(), "{said}");
    words.iter().for_each(|word| assert!(said.contains(word), "{word}\n{said}"));
}

/// Nothing is stated of how far the records reach, and the last row that could be known says so. A row of a later day, by mistake or
/// because it was planned, does not.
#[test]
fn rows_of_later_days_do_not_make_records_complete() {
    let contract = scheme(&reoffending());
    let events = "event,person,kind,date,known\ne1,1,off,2027-07-01,\n";
    let paid = |more: &str| {
        let folder = records(&[("people", PEOPLE), ("starts", STARTS), ("events", &format!("{events}{more}"))]);
        pay(&contract, &folder, "2028-12-31", &[])
    };
    // A mistyped day, a planned appointment, and a row that became known later.
    for later in
        ["", "e2,1,appointment,2072-07-01,\n", "e2,2,appointment,2029-01-01,2028-02-01\n", "e2,2,off,2026-01-01,2029-01-01\n"]
    {
        pays(&paid(later), "3 are not yet known");
        pays(&paid(later), "wait for records, not for time");
    }
    // The same row on a day that has come.
    pays(&paid("e2,1,appointment,2028-07-01,\n"), "£200");
    pays(&paid("e2,1,appointment,2027-08-01,2028-07-01\n"), "£200");
    // A planned tenancy is no sign that all tenancies up to it are there.
    let contract = scheme(&outcome(
        "home",
        "more",
        "rule = \"sustained\"\nspells = \"tenancy\"\ndays = \"30 days\"\ncounted = \"cumulative\"",
        "£100",
    ));
    let spells = "spell,person,kind,from,to\nt1,1,tenancy,2027-07-01,2027-09-01\n";
    for (more, expected) in [("t2,2,tenancy,2029-02-01,\n", "3 are not yet known"), ("t2,2,tenancy,2028-12-01,\n", "£100")] {
        let folder = records(&[("people", PEOPLE), ("starts", STARTS), ("spells", &format!("{spells}{more}"))]);
        pays(&pay(&contract, &folder, "2028-12-31", &[]), expected);
    }
}

/// A column that a rule looks at is there, with values or without.
#[test]
fn a_column_that_a_rule_needs_must_be_there() {
    let covered = "table,kind,until\nevents,,2030-12-31\nspells,,2030-12-31\n";
    let sustained = "rule = \"sustained\"\nspells = \"job\"\ndays = \"200 days\"\ncounted = \"continuous\"\nbreaks = \"0 days\"";
    let at = "rule = \"status at\"\nspells = \"job\"";
    for rule in [sustained, at] {
        let contract = scheme(&outcome("job", "more", rule, "£100"));
        let paid = |spells: &str| {
            let folder = records(&[("people", PEOPLE), ("starts", STARTS), ("spells", spells), ("coverage", covered)]);
            pay(&contract, &folder, "2030-12-31", &[])
        };
        pays(&paid("spell,person,kind,from,to\nj1,1,job,2027-06-01,\nj2,2,job,2027-06-01,2027-08-01\n"), "£100");
        pays(&paid("spell,person,kind,from,to\nj1,1,job,2027-06-01,\nj2,2,job,2027-06-01,\n"), "£200");
        for header in ["spell,person,kind,from,finished", "spell,person,kind,from,t0"] {
            let spells = format!("{header}\nj1,1,job,2027-06-01,\nj2,2,job,2027-06-01,2027-08-01\n");
            refuses(&paid(&spells), &["to", "column"]);
        }
        refuses(
            &paid("spell,person,kind,from\nj1,1,job,2027-06-01\nj2,2,job,2027-06-01\n"),
            &["the rules need this column", "to"],
        );
    }
    // When people died or were removed, where a rule asks.
    let events = "event,person,kind,date\nh1,1,home,2027-09-01\nh2,2,home,2027-09-01\n";
    for (asked, column, other) in [("died", "died", "removed"), ("removed", "removed", "died")] {
        let rule = format!("rule = \"any within\"\nevents = \"home\"\n{asked} = \"left out\"");
        let contract = scheme(&outcome("home", "more", &rule, "£100"));
        let paid = |header: &str| {
            let people = format!("person,{header}\n1,\n2,2027-10-01\n3,\n");
            let folder = records(&[("people", &people), ("starts", STARTS), ("events", events), ("coverage", covered)]);
            pay(&contract, &folder, "2030-12-31", &[])
        };
        pays(&paid(column), "£100");
        refuses(&paid("date_gone"), &["the rules need this column", column]);
        refuses(&paid(other), &["the rules need this column", column]);
    }
    // Where no row is a proof, the column says when something was proven.
    let contract = scheme(&outcome("re", "fewer", "rule = \"any within\"\nevents = \"off\"\nproven_by = \"conviction\"", "£100"));
    let zero = "table,kind,until,people,count,said_by,said_on\nevents,conviction,2030-12-31,3,0,Jo,2031-01-01\nevents,off,2030-12-31,,,,\n";
    let paid = |header: &str| {
        let events = format!("event,person,kind,date,{header}\no1,1,off,2027-07-01,2027-08-01\no2,2,off,2027-07-01,\n");
        let folder = records(&[("people", PEOPLE), ("starts", STARTS), ("events", &events), ("coverage", zero)]);
        pay(&contract, &folder, "2030-12-31", &[])
    };
    pays(&paid("settled"), "£200");
    refuses(&paid("convicted"), &["settled", "add it without values"]);
}

fn attachment() -> &'static str {
    "[pay.att]\nclause = \"attachment fee\"\nprice = \"£1\"\n"
}

/// Somebody whom one outcome leaves out counts in no other one: that is told, and nothing is paid before somebody accepts it. Fees for
/// those who started count everybody.
#[test]
fn people_left_out_of_one_outcome_are_told() {
    let job = outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10");
    let home = |died: &str| outcome("home", "more", &format!("rule = \"any within\"\nevents = \"home\"\n{died}"), "£100");
    let tables = [
        ("people", "person,died\n1,\n2,2027-10-01\n"),
        ("starts", "start,person,provider,began\ns1,1,A,2027-06-01\ns2,2,A,2027-06-01\n"),
        (
            "events",
            "event,person,kind,date\ne1,1,job,2027-09-01\ne2,2,job,2027-09-01\nh1,1,home,2027-09-01\nh2,2,home,2027-09-01\n",
        ),
        ("coverage", "table,kind,until\nevents,,2030-12-31\n"),
    ];
    let folder = records(&tables);
    let contract = scheme(&(job.clone() + &home("died = \"left out\"") + attachment()));
    let said_so = ["this person is left out of some outcomes, and so counts in none of the others either", "left out of home"];
    refuses(&pay(&contract, &folder, "2030-12-31", &[]), &said_so);
    let measured = run(&["measure", contract.path(), folder.path(), "--as-at", "2030-12-31"]);
    refuses(&measured, &said_so);
    let accept = ["--accept-faults", "agreed", "--accepted-by", "Jo Park"];
    let accepted = pay(&contract, &folder, "2030-12-31", &accept);
    // £10 and £100 for one person, and £1 for each of two who started.
    pays(&accepted, "£112");
    said_so.iter().for_each(|words| assert!(said(&accepted).contains(words), "{}", said(&accepted)));
    // Where all outcomes leave the person out, that is the rule: it is told, and paid.
    let both = outcome("job", "more", "rule = \"any within\"\nevents = \"job\"\ndied = \"left out\"", "£10");
    let all = pay(&scheme(&(both + &home("died = \"left out\"") + attachment())), &folder, "2030-12-31", &[]);
    pays(&all, "£112");
    assert!(said(&all).contains("this person is left out"), "{}", said(&all));
    // And where none does, everybody counts.
    pays(&pay(&scheme(&(job.clone() + &home("") + attachment())), &folder, "2030-12-31", &[]), "£222");
    // Records that begin after the window: nobody counts, and the report says so.
    let late =
        records(&[tables[0], tables[1], tables[2], ("coverage", "table,kind,since,until\nevents,,2027-08-01,2030-12-31\n")]);
    let output = pay(&scheme(&(job + attachment())), &late, "2030-12-31", &[]);
    pays(&output, "£2");
    assert!(said(&output).contains("because the records begin after the window does"), "{}", said(&output));
}

const PERSONS: &str = "agency,id,person,quality\nprov,a1,1,\nprov,a2,2,\nprov,a3,3,\npolice,h1,1,\npolice,h2,2,\npolice,h3,3,\n";
const OFFENCES: &str = "event,person,kind,date\nw1,h1,off,2027-07-01\nw2,h2,off,2027-08-01\nw3,h3,off,2026-08-01\n";
const COUNTED: &str = "table,kind,until,count\nevents,off,2030-12-31,3\n";

/// Two agencies, joined.
fn joined(persons: &str, offences: &str, coverage: &str) -> Scratch {
    let folder = Scratch::new("silent-joined");
    folder.write("persons.csv", persons);
    folder.write(
        "purposes.toml",
        "[purpose.pay]\nwhy = \"to pay\"\nlegal_basis = \"x\"\nagencies = [\"prov\", \"police\"]\nshows = [\"people\", \"starts\", \
         \"events\"]\nfrom = 2020-01-01\nuntil = 2199-01-01\n",
    );
    folder.write("prov/people.csv", "person\na1\na2\na3\n");
    folder.write("prov/starts.csv", STARTS.replace(",1,", ",a1,").replace(",2,", ",a2,").replace(",3,", ",a3,"));
    folder.write("police/people.csv", "person\nh1\nh2\nh3\n");
    folder.write("police/events.csv", offences);
    folder.write("police/coverage.csv", coverage);
    folder
}

/// Rows that cannot be joined are missing evidence, which would read as success.
#[test]
fn rows_of_several_agencies_that_cannot_be_joined_stop_the_run() {
    let contract = scheme(&reoffending());
    let paid = |folder: &Scratch| pay(&contract, folder, "2030-12-31", &["--purpose", "pay", "--asked-by", "Jo"]);
    pays(&paid(&joined(PERSONS, OFFENCES, COUNTED)), "£100");
    let unknown = "no record with this agency and id is in the table of persons";
    let of_persons: [(&str, &str, &[&str]); 6] = [
        ("police,h1", "Police,h1", &["spells an agency differently", "`police`"]),
        ("police,h1,1,\n", "", &[unknown]),
        ("police,h1,1,", "police,h1,,", &[unknown]),
        ("police,h1,1,", "police,h1,1,good", &[unknown]),
        ("police,h1,1,\n", "police,h1,1,\npolice,h1,2,\n", &["this record is in an earlier row with another person"]),
        ("prov,a3,3,\n", "", &[unknown]),
    ];
    for (from, to, words) in of_persons {
        refuses(&paid(&joined(&PERSONS.replace(from, to), OFFENCES, COUNTED)), words);
    }
    let all_other = PERSONS.replace("police", "Police");
    refuses(&paid(&joined(&all_other, OFFENCES, COUNTED)), &["spells an agency differently", unknown]);
    for (from, to) in [("w1,h1", "w1,h9"), ("w1,h1", "w1,H1"), ("w1,h1", "w1,0h1")] {
        refuses(&paid(&joined(PERSONS, &OFFENCES.replace(from, to), COUNTED)), &[unknown]);
    }
    // One row fewer than the agency counted.
    let cut = OFFENCES.replace("w1,h1,off,2027-07-01\n", "");
    refuses(&paid(&joined(PERSONS, &cut, COUNTED)), &["the agency counted a different number of rows"]);
    // What is wrong with one agency's coverage is told with its name and file.
    refuses(&paid(&joined(PERSONS, &cut, COUNTED)), &["/police/coverage.csv: `count`:", "row 2"]);
    let wrong = joined(PERSONS, OFFENCES, COUNTED);
    wrong.write("police/coverage-2.csv", COUNTED.replace("off,", "call,").replace(",3\n", ",three\n"));
    refuses(&paid(&wrong), &["/police/coverage-2.csv: `count`: this is not a whole number", "row 2"]);
    // A file that may be a part of a table that is read.
    let part = joined(PERSONS, OFFENCES, "table,kind,until\nevents,off,2030-12-31\n");
    part.write("police/events (1).csv", "event,person,kind,date\nw9,h2,off,2027-07-01\n");
    refuses(&paid(&part), &["/police/events (1).csv:"]);
    part.write("police/events (1).csv", "");
    std::fs::rename(part.0.join("police/events (1).csv"), part.0.join("police/notes.txt")).expect("a file");
    pays(&paid(&part), "£100");
    // What happened to somebody before birth, by the agency's own table of people.
    let unborn = joined(PERSONS, OFFENCES, COUNTED);
    unborn.write("police/people.csv", "person,born\nh1,2029-01-01\nh2,\nh3,1990-01-01\n");
    refuses(&paid(&unborn), &["/police/events.csv: `date`: it is dated before the person's birth", "row 2"]);
    let early = "table,kind,until,people,count,said_by,said_on\nevents,off,2030-12-31,3,3,Jo Park,2029-01-01\n";
    refuses(
        &paid(&joined(PERSONS, OFFENCES, early)),
        &["/police/coverage.csv: `said_on`:", "before the last day that it covers"],
    );
    // A copy of the table of persons.
    let folder = joined(PERSONS, OFFENCES, COUNTED);
    folder.write("persons (1).csv", PERSONS);
    refuses(&paid(&folder), &["the name looks like that of the linkage"]);
    // Harmless: people without rows, notes, and rows of kinds that no rule uses.
    let folder = joined(&(PERSONS.to_owned() + "police,h7,9,\n"), &(OFFENCES.to_owned() + "w9,h99,call,2027-07-01\n"), COUNTED);
    folder.write("persons-notes.md", "how the persons were linked");
    pays(&paid(&folder), "£100");
}

/// Where a contract audits claims, the table says which were checked and what was found.
#[test]
fn claims_of_an_audited_contract_have_the_columns_of_the_audit() {
    let job = outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10")
        .replace("[outcome.job]", "[outcome.job]\nreported_by = \"provider\"");
    let contract = scheme(&(job + "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"50 %\"\npenalty = \"£5\"\n"));
    let paid = |claims: &str| {
        let events = "event,person,kind,date\ne1,1,job,2027-09-01\ne2,2,job,2027-09-01\n";
        let covered = "table,kind,until\nevents,,2030-12-31\n";
        let folder =
            records(&[("people", PEOPLE), ("starts", STARTS), ("events", events), ("coverage", covered), ("claims", claims)]);
        pay(&contract, &folder, "2030-12-31", &[])
    };
    let rows = "c1,A,1,job,2027-09-01,2028-01-01,true\nc2,A,3,job,2027-09-01,2028-01-01,false\n";
    pays(&paid(&format!("claim,provider,person,outcome,date,checked,found\n{rows}")), "£15");
    for header in ["audited,found", "checked,result", "audited,result"] {
        refuses(&paid(&format!("claim,provider,person,outcome,date,{header}\n{rows}")), &["the rules need this column"]);
    }
    pays(&paid("claim,provider,person,outcome,date,checked,found\nc1,A,1,job,2027-09-01,,\n"), "£20");
}

/// What a program writes in place of an id makes one person of many.
#[test]
fn placeholders_are_no_ids() {
    let contract = scheme(&reoffending());
    let covered = "table,kind,until\nevents,,2030-12-31\n";
    for id in ["#N/A", "NULL", "#REF!", "1.23457E+15"] {
        let people = PEOPLE.replace("3\n", &format!("{id}\n"));
        let events = format!("event,person,kind,date\ne1,{id},off,2027-07-01\n");
        let starts = STARTS.replace(",3,", &format!(",{id},"));
        let folder = records(&[("people", &people), ("starts", &starts), ("events", &events), ("coverage", covered)]);
        refuses(&pay(&contract, &folder, "2030-12-31", &[]), &["a program wrote this in place of a value"]);
    }
}

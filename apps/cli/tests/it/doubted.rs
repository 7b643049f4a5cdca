//! What measuring finds doubtful, and columns that the rules need: refused or told, each with its row, and what it comes to.

use std::process::Output;

use crate::wellspent::{Scratch, run, said};

const SCHEME: &str = "scheme = \"Doubts\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\n\
    month_end = \"last day of month\"\nfrom = \"assumption: test\"\n\
    [contract]\nstarts = 2027-01-01\nends = 2028-12-31\n\
    [cohorts]\nstarts = 2027-01-01\nends = 2027-12-31\nevery = \"1 year\"\npeople = 4\n\
    [outcome.clean]\nmeasure = \"no theft that is proven\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\nwait = \"6 months\"\n\
    [outcome.clean.measured]\nrule = \"any within\"\nevents = \"offence\"\nexcept = [\"breach\"]\nproven_by = \"conviction\"\n\
    [outcome.earns]\nmeasure = \"earns £1,000\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"6 months\"\n\
    [outcome.earns.measured]\nrule = \"at least\"\nevents = \"wage\"\nearnings = \"£1,000\"\n\
    [pay.clean]\nclause = \"outcome payment\"\noutcome = \"clean\"\nprice = \"£500\"\n\
    [pay.earning]\nclause = \"outcome payment\"\noutcome = \"earns\"\nprice = \"£300\"\n";

const PEOPLE: &str = "person,died\np1,\np2,\np3,2030-01-01\n";
const STARTS: &str = "start,person,provider,began\ns1,p1,P,2027-02-01\ns2,p2,P,2027-02-01\ns3,p3,P,2027-02-01\n";
const EVENTS: &str = "event,person,kind,date,class,about,amount\n\
    o1,p1,offence,2027-03-01,theft,,\nc1,p1,conviction,2027-05-01,,o1,\n\
    o2,p2,offence,2027-03-01,,,\nc2,p2,conviction,2027-05-01,,o2,\n\
    w1,p3,wage,2027-03-01,,,600\nw2,p3,wage,2027-04-01,,,600\n\
    a1,p3,arrest,2027-04-01,,,\n";
const COVERAGE: &str = "table,kind,until\nevents,,2029-12-31\n";

fn pay(files: &[(&str, &str)], more: &[&str]) -> Output {
    let (scheme, folder) = (Scratch::new("doubts"), Scratch::new("records"));
    scheme.write("scheme.toml", SCHEME);
    for (name, text) in
        [("people.csv", PEOPLE), ("starts.csv", STARTS), ("events.csv", EVENTS), ("coverage.csv", COVERAGE)].iter().chain(files)
    {
        folder.write(name, *text);
    }
    run(&[&["pay", scheme.path(), folder.path(), "--as-at", "2029-12-31"], more].concat())
}

fn events(from: &str, to: &str) -> String {
    assert!(EVENTS.contains(from), "{from}");
    EVENTS.replace(from, to)
}

/// Which of two starts of one day is paid for must not hang on the order of names. Starts of other days, and a repeat, decide nothing.
#[test]
fn two_starts_of_one_day_with_different_providers_are_refused() {
    let with = |row: &str| pay(&[("starts.csv", &format!("{STARTS}{row}\n"))], &[]);
    for provider in ["Alpha House", "Zenith Trust"] {
        let output = with(&format!("s4,p1,{provider},2027-02-01"));
        let said = said(&output);
        assert!(!output.status.success() && said.contains("two starts on one day"), "{said}");
        assert!(said.contains("row 2") && said.contains("row 5") && output.stdout.is_empty(), "{said}");
    }
    for fine in ["s4,p1,Zenith Trust,2027-02-02", "s4,p1,P,2027-02-01"] {
        let output = with(fine);
        assert!(output.status.success(), "{fine}: {}", said(&output));
    }
}

/// Where all rows of a kind have faults, they are named as the cause, and not that there are no records of it.
#[test]
fn evidence_that_is_missing_because_of_faults_says_so() {
    let told = |files: &[(&str, &str)]| {
        let output = pay(files, &[]);
        assert!(!output.status.success(), "{}", said(&output));
        said(&output)
    };
    let at = |told: &str, words: &str| told.find(words).unwrap_or_else(|| panic!("{words}\n{told}"));
    // Rows that can be read, and whose person is nobody's.
    let none = "no row of it can be used";
    let both = told(&[("events.csv", &EVENTS.replace(",p3,wage", ",p9,wage"))]);
    assert!(both.contains(none) && both.contains("wage: 2 rows have this kind, and all have faults"), "{both}");
    assert!(!both.contains("and the records have none") && both.contains("row 6"), "{both}");
    // Rows that cannot be read may be of any kind.
    let one = EVENTS.replace("w1,p3,wage,2027-03-01,,,600\n", "").replace("2027-04-01,,,600", "1/4/27,,,600");
    let one = told(&[("events.csv", &one)]);
    assert!(one.contains("wage: 1 row of the table has a fault; it may be of this kind") && one.contains("row 6"), "{one}");
    // No row of the kind at all.
    let without = told(&[("events.csv", &EVENTS.replace(",wage,", ",pay,"))]);
    assert!(without.contains("the rules need this kind of event, and the records have none"), "{without}");
    // Nobody can be used: what follows is not told.
    let nobody = told(&[("people.csv", "person,died\np1,1/2/30\np2,1/2/30\np3,1/2/30\n")]);
    assert!(nobody.contains("no row of this table can be used") && nobody.contains("3 rows, and all have faults"), "{nobody}");
    assert!(!nobody.contains("none of the people here is in the table of people"), "{nobody}");
    let some = told(&[("people.csv", "person,died\np1,1/2/30\np2,\np3,2030-01-01\n")]);
    assert!(at(&some, "people.csv: `died`:") < at(&some, "no person with this id is in the rows of people"), "{some}");
}

/// One file of wages has pence, and another pounds and pence; or one file has both. It is told, and nothing else is.
#[test]
fn pence_that_are_read_as_pounds_are_told() {
    let wages = |from: usize, amount: &dyn Fn(usize) -> String| -> String {
        let rows = (from..from + 25).map(|at| format!("v{at},p1,wage,2026-03-01,,,{}\n", amount(at)));
        std::iter::once("event,person,kind,date,class,about,amount\n".to_owned()).chain(rows).collect()
    };
    let pounds = wages(0, &|at| format!("{}.{:02}", 900 + 11 * at, at));
    let told = |other: &str| {
        let events = EVENTS.replace("event,person,kind,date,class,about,amount\n", &pounds);
        let output = pay(&[("events.csv", &events), ("events-2.csv", other)], &[]);
        assert!(output.status.success(), "{}", said(&output));
        said(&output).contains("events-2.csv: `amount`: the amounts here are about a hundred times those elsewhere")
    };
    assert!(told(&wages(50, &|at| format!("{}", 90_000 + 1_100 * at))));
    assert!(!told(&wages(50, &|at| format!("{}.50", 900 + 11 * at))));
    assert!(!told(&wages(50, &|at| format!("{}.50", 90_000 + 1_100 * at))), "with pence");
    // A program that changes its unit in the middle of a file, by day or in no order.
    let both =
        |at: usize| if at.is_multiple_of(2) { format!("{}", 90_000 + 1_100 * at) } else { format!("{}.50", 900 + 11 * at) };
    let rows = (0..60).map(|at| format!("u{at},p1,wage,2026-03-01,,,{}\n", both(at)));
    let events: String = std::iter::once("event,person,kind,date,class,about,amount\n".to_owned()).chain(rows).collect();
    let output = pay(&[("events.csv", &EVENTS.replace("event,person,kind,date,class,about,amount\n", &events))], &[]);
    assert!(said(&output).contains("some amounts are about a hundred times the others"), "{}", said(&output));
}

#[test]
fn what_a_rule_needs_and_a_row_about_another_must_be_there() {
    let good = pay(&[], &[]);
    assert!(good.status.success() && said(&good).contains("£800"), "{}", said(&good));
    let without = |column: usize| -> String {
        let cut = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            cells.iter().enumerate().filter(|(at, _)| *at != column).map(|(_, cell)| *cell).collect::<Vec<_>>().join(",") + "\n"
        };
        EVENTS.lines().map(cut).collect()
    };
    for (text, expected) in [
        (without(6), "`amount`: the rules need this column"),
        (without(4), "`class`: the rules need this column"),
        (events(",class,", ",offence type,"), "`class`: the rules need this column"),
        (events("w1,p3,wage,2027-03-01,,,600", "w1,p3,wage,2027-03-01,,,"), "row 6 "),
        (events("w1,p3,wage,2027-03-01,,,600", "w1,p3,wage,2027-03-01,,600,"), "row 6 "),
        (events(",,o1,", ",,,"), "does not say which event it is about"),
        (events(",,o1,", ",,o2,"), "belongs to another person"),
        (events(",,o1,", ",,c1,"), "is about itself"),
        (events(",,o1,", ",,O1,"), "is not in the table"),
        (events(",,o1,", ",,o9,"), "is not in the table"),
        (events("c1,p1,conviction,2027-05-01,,o1", "c1,p1,conviction,2027-02-27,,o1"), "comes before the event that it is about"),
        (
            events("c1,p1,conviction", "w9,p1,wage,2027-03-01,,,5\nc1,p1,conviction").replace(",,o1,", ",,w9,"),
            "event of that kind",
        ),
    ] {
        let output = pay(&[("events.csv", &text)], &[]);
        let said = said(&output);
        assert!(!output.status.success() && said.contains(expected) && said.contains("events.csv"), "{expected}\n{text}\n{said}");
        assert!(output.stdout.is_empty(), "{said}");
    }
    // A conviction of an offence of a kind that no rule looks at.
    let other = events("c1,p1,conviction", "x1,p1,fraud,2027-03-01,,,\nc9,p1,conviction,2027-04-01,,x1,\nc1,p1,conviction");
    let output = pay(&[("events.csv", &other)], &[]);
    assert!(output.status.success() && said(&output).contains("£800"), "{}", said(&output));
}

#[test]
fn what_may_be_right_is_told_with_what_it_comes_to() {
    for (files, expected) in [
        (vec![("events.csv", EVENTS.to_owned() + "w3,p3,wage,2027-04-01,,,600\n")], "Counted once, the sum would be the same."),
        (
            vec![("events.csv", events("w2,p3,wage,2027-04-01", "w2,p3,wage,2027-03-01"))],
            "1 row equals another in all but the key, of 1 person; all count. Counted once, the sum would be £500 and not £800.",
        ),
        (vec![("people.csv", PEOPLE.to_owned() + "P1,\n")], "differ only in letter case"),
        (
            vec![("people.csv", PEOPLE.replace(",died", ",removed").replace("2030-01-01", "2027-01-01"))],
            "this person was removed before a start",
        ),
        (vec![], "no rule uses these kinds, 1 time: arrest (1 row)"),
        (
            vec![("coverage.csv", "table,kind,until\nevents,offence,2029-12-31\nevents,conviction,2029-12-31\n".into())],
            "wage: 2027-05-01",
        ),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let output = pay(&files, &[]);
        assert!(output.status.success() && said(&output).contains(expected), "{expected}\n{}", said(&output));
    }
}

#[test]
fn zeros_are_stated_afterwards_and_bounds_are_given_only_where_there_are_any() {
    let zero = |on: &str| {
        let text = format!(
            "table,kind,until,people,count,said_by,said_on\nevents,wage,2029-12-31,3,0,Jo Park,{on}\nevents,,2029-12-31,,,,\n"
        );
        let kept: String = EVENTS.lines().filter(|line| !line.contains("wage")).map(|line| format!("{line}\n")).collect();
        pay(&[("coverage.csv", &text), ("events.csv", &kept)], &[])
    };
    assert!(zero("2030-01-01").status.success(), "{}", said(&zero("2030-01-01")));
    let early = zero("2029-12-30");
    assert!(!early.status.success() && said(&early).contains("before the last day that it covers"), "{}", said(&early));
    let accept = ["--accept-faults", "seen", "--accepted-by", "Jo Park"];
    let coverage = COVERAGE.to_owned() + "events,wage,2029-13-31\n";
    let output = pay(&[("coverage.csv", &coverage)], &accept);
    assert!(output.status.success() && said(&output).contains("cannot be said"), "{}", said(&output));
    let event = EVENTS.to_owned() + "w3,p1,wage,2027-13-01,,,600\n";
    let output = pay(&[("events.csv", &event)], &accept);
    assert!(said(&output).contains("the sum could not be less than £"), "{}", said(&output));
}

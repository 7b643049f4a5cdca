//! Evidence that is there and reaches nobody: rows about other people, rows that had not arrived, a part that was not handed over, words
//! that stand for no id. Each looks as if nothing had happened, and pays for it.

use crate::silent::{PEOPLE, STARTS, outcome, pay, pays, records, refuses, scheme};
use crate::wellspent::{Scratch, said};

const COVERED: &str = "table,kind,until\nevents,,2029-12-31\n";

/// A contract that pays for no reoffending.
fn reoffending() -> Scratch {
    scheme(&outcome("re", "fewer", "rule = \"any within\"\nevents = \"off\"", "£100"))
}

fn paid(contract: &Scratch, tables: &[(&str, &str)]) -> std::process::Output {
    let usual = [("people", PEOPLE), ("starts", STARTS), ("coverage", COVERED)];
    let usual = usual.iter().filter(|(name, _)| tables.iter().all(|(other, _)| other != name));
    pay(contract, &records(&usual.chain(tables).copied().collect::<Vec<_>>()), "2029-12-31", &[])
}

fn told(output: &std::process::Output) -> String {
    said(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Offences of a person, each on a day of its own, known on a day.
fn offences(number: usize, person: &str, known: &str) -> String {
    let row = |at: usize| format!("e{person}{at},{person},off,2027-08-{:02},{known}\n", at + 1);
    format!("event,person,kind,date,known\n{}", (0..number).map(row).collect::<String>())
}

#[test]
fn rows_about_nobody_who_was_served_are_no_evidence() {
    let people = "person\n1\n2\n3\n4\n";
    let with = |events: &str| paid(&reoffending(), &[("people", people), ("events", events)]);
    let words = [
        "no row of this kind is about anybody who was served",
        "events",
        "off: 6 rows",
        "count 0",
        "ids here are those of starts",
    ];
    refuses(&with(&offences(6, "4", "")), &words);
    refuses(&with(&offences(2, "4", "")), &["off: 2 rows"]);
    pays(&with(&offences(1, "4", "")), "£300");
    assert!(told(&with(&offences(1, "4", ""))).contains("off: 1 row"), "{}", told(&with(&offences(1, "4", ""))));
    // One of somebody who was served is enough to see that the ids agree.
    pays(&with(&(offences(6, "4", "") + "e9,1,off,2027-09-01,\n")), "£200");
    // Of several kinds one may truly reach nobody: it is told where it is rare.
    let two = outcome("re", "fewer", "rule = \"any within\"\nevents = [\"off\", \"breach\"]", "£100");
    let with = |rows: usize| {
        let breaches: String = (0..rows).map(|at| format!("b{at},4,breach,2027-09-01,\n")).collect();
        paid(&scheme(&two), &[("people", people), ("events", &(offences(1, "1", "") + &breaches))])
    };
    pays(&with(1), "£200");
    assert!(told(&with(1)).contains("breach: 1 row"), "{}", told(&with(1)));
    refuses(&with(5), &["breach: 5 rows"]);
}

#[test]
fn rows_that_had_not_arrived_are_no_evidence() {
    let with = |events: &str| paid(&reoffending(), &[("events", events)]);
    let words = [
        "no row of this kind was known by the day that is asked about",
        "off: 2 rows dated up to 31 December 2029, and known later",
    ];
    refuses(&with(&offences(2, "1", "2030-11-15")), &[words[0], words[1], "not the day of the extract"]);
    let mostly = offences(3, "1", "2030-11-15") + "e9,2,off,2027-09-01,\n";
    pays(&with(&mostly), "£200");
    assert!(told(&with(&mostly)).contains("off: 3 rows of 4 dated up to"), "{}", told(&with(&mostly)));
    let few = offences(1, "1", "2030-11-15") + "e9,2,off,2027-09-01,\n";
    assert!(!told(&with(&few)).contains("known later"), "{}", told(&with(&few)));
    // What happened only after that day is no contradiction.
    let later = "event,person,kind,date\ne1,1,off,2030-03-01\ne2,2,off,2027-09-01\n";
    pays(&with(later), "£200");
}

#[test]
fn what_was_known_long_before_it_happened_or_before_a_birth_has_a_wrong_day() {
    let with = |known: &str| {
        let events = format!("event,person,kind,date,known\ne1,1,off,2028-09-01,{known}\ne2,2,off,2027-09-01,\n");
        paid(&reoffending(), &[("events", &events)])
    };
    refuses(&with("2027-09-01"), &["it became known more than six months before it happened", "row 2", "`known`"]);
    pays(&with("2028-08-01"), "£200");
    let born = |day: &str| {
        let people = format!("person,born\n1,{day}\n2,\n3,1990-01-01\n");
        paid(&reoffending(), &[("people", &people), ("events", "event,person,kind,date\ne1,1,off,2027-09-01\n")])
    };
    pays(&born("1990-01-01"), "£200");
    // A service for families may begin before a birth.
    let unborn = told(&born("2027-10-01"));
    assert!(unborn.contains("before the person's birth, 1 time"), "{unborn}");
    refuses(
        &born("2029-10-01"),
        &["it is dated before the person's birth", "starts.csv: `began`", "events.csv: `date`", "row 2"],
    );
}

#[test]
fn a_part_that_is_missing_between_others_stops_the_run() {
    let row = |at: usize| format!("event,person,kind,date\ne{at},{at},off,2027-09-01\n");
    let with = |names: [&str; 2]| paid(&reoffending(), &[(names[0], &row(1)), (names[1], &row(2))]);
    refuses(&with(["events-1", "events-3"]), &["events-2", "the parts of this table are numbered, and this one is missing"]);
    refuses(&with(["events", "events-4"]), &["events-2"]);
    for names in [["events", "events-2"], ["events-1", "events-2"], ["events-2027", "events-2029"]] {
        pays(&with(names), "£100");
    }
}

#[test]
fn coverage_speaks_of_everybody_and_of_days_that_have_passed() {
    let with = |coverage: &str| paid(&reoffending(), &[("coverage", coverage), ("events", &offences(1, "1", ""))]);
    let header = "table,kind,until,people,said_by,said_on";
    pays(&with(&format!("{header}\nevents,,2029-12-31,3,Jo,2030-01-02\n")), "£200");
    let one = with(&format!("{header}\nevents,,2029-12-31,1,Jo,2030-01-02\n"));
    assert!(told(&one).contains("fewer people were looked up than the table of people has"), "{}", told(&one));
    refuses(
        &with(&format!("{header}\nevents,,2029-12-31,3,Jo,2027-01-02\n")),
        &["this was stated before the last day that it covers", "2029-12-31 or later"],
    );
}

/// As ids, such words would make one household, or one disposal, of everybody who has none.
#[test]
fn words_that_stand_for_no_id_join_nothing() {
    let disposals = |disposal: &str| {
        let events = format!(
            "event,person,kind,date,disposal\ne1,1,off,2027-09-01,{disposal}\ne2,1,off,2027-10-01,{disposal}\ne3,2,off,2027-10-01,D7\n"
        );
        let contract = scheme(
            "[outcome.re]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n[outcome.re.measured]\nrule = \
             \"any within\"\nevents = \"off\"\n[outcome.often]\nmeasure = \"x\"\nkind = \"frequency\"\nof = \"re\"\nbetter = \"fewer\"\n\
             window = \"12 months\"\nbaseline = \"1 per person\"\n[outcome.often.measured]\nrule = \"count within\"\nevents = \
             \"off\"\neach = \"disposal\"\n[pay.often]\nclause = \"tariff\"\noutcome = \"often\"\nper = \"event\"\nreward = \
             \"£100\"\ndeduction = \"£100\"\nmeasured_over = \"each cohort\"\n",
        );
        paid(&contract, &[("events", &events)])
    };
    // Three disposals of three people are as expected; one that is written in two ways is one.
    pays(&disposals(""), "£0");
    pays(&disposals("D1"), "£100");
    assert!(told(&disposals("0")).contains("0 may stand for no id"), "{}", told(&disposals("0")));
    for word in ["-", "N/A", "none", "Unknown", "not known", "TBC"] {
        refuses(
            &disposals(word),
            &["this stands for no id, and would join all rows that have it", "events.csv: `disposal`", "row 2"],
        );
    }
    refuses(
        &paid(&reoffending(), &[("people", "person\n1\n2\n3\nN/A\n"), ("events", &offences(1, "1", ""))]),
        &["stands for no id"],
    );
}

#[test]
fn a_class_that_the_rules_leave_out_and_no_row_has_is_told() {
    let rule = "rule = \"any within\"\nevents = \"off\"\nexcept = [\"voluntary\"]";
    let with = |class: &str| {
        let events = format!("event,person,kind,date,class\ne1,1,off,2027-09-01,{class}\ne2,2,off,2027-09-01,other\n");
        paid(&scheme(&outcome("re", "fewer", rule, "£100")), &[("events", &events)])
    };
    let what = "the rules treat rows of this class in another way, and no row has it";
    assert!(told(&with("unpaid work")).contains(what), "{}", told(&with("unpaid work")));
    pays(&with("voluntary"), "£200");
    assert!(!told(&with("voluntary")).contains(what));
}

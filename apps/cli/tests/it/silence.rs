//! Records of whole months that are missing. No row of the file is wrong, and yet lost offences are paid as successes.

use std::fs;

use crate::silent::{pay, pays, records};
use crate::wellspent::{Scratch, run, said};

/// The day so many days after 1 January 2025.
fn day(number: i64) -> String {
    let first: jiff::civil::Date = "2025-01-01".parse().expect("a day");
    (first + jiff::Span::new().days(number)).to_string()
}

fn scheme() -> Scratch {
    let folder = Scratch::new("silence-scheme");
    folder.write(
        "scheme.toml",
        "scheme = \"T\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\nfrom = \
         \"assumption: a test\"\n[contract]\nstarts = 2025-01-01\nends = 2029-12-31\n[cohorts]\nstarts = 2025-01-01\nends = \
         2026-12-31\nevery = \"1 year\"\npeople = \"365 people\"\n[outcome.clean]\nmeasure = \"people who do not offend within a year\"\n\
         kind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n[outcome.clean.measured]\nrule = \"none within\"\n\
         events = \"offence\"\n[pay.clean]\nclause = \"outcome payment\"\noutcome = \"clean\"\nprice = \"£10\"\n",
    );
    folder
}

/// A person starts each day for two years, and every third offends after some months; without the offences of some days.
fn months(lost: std::ops::Range<i64>, counted: bool) -> (Scratch, usize) {
    let (mut people, mut starts) = ("person\n".to_owned(), "start,person,provider,began\n".to_owned());
    let (mut events, mut offences) = ("event,person,kind,date\n".to_owned(), 0);
    for person in 0..730 {
        people += &format!("{person}\n");
        starts += &format!("{person},{person},A,{}\n", day(person));
        let date = person + 40 + person * 37 % 200;
        if person % 3 == 0 && !lost.contains(&date) {
            offences += 1;
            events += &format!("{person},{person},offence,{}\n", day(date));
        }
    }
    let coverage = match counted {
        true => format!(
            "table,kind,since,until,people,count,said_by,said_on\nevents,offence,2020-01-01,2028-12-31,730,{offences},the police,2029-01-05\n"
        ),
        false => "table,kind,until\nevents,offence,2028-12-31\n".to_owned(),
    };
    (records(&[("people", &people), ("starts", &starts), ("events", &events), ("coverage", &coverage)]), offences)
}

#[test]
fn months_without_a_row_are_told_unless_the_agency_counts_its_rows() {
    let scheme = scheme();
    let told = "rows may be missing";
    let paid = |offences: usize| format!("£{},{:03}", (730 - offences) * 10 / 1000, (730 - offences) * 10 % 1000);
    let (whole, offences) = months(0..0, false);
    let output = pay(&scheme, &whole, "2028-12-31", &[]);
    pays(&output, &paid(offences));
    assert!(!said(&output).contains(told));
    for lost in [500..2000, 300..460] {
        let (cut, offences) = months(lost.clone(), false);
        let output = pay(&scheme, &cut, "2028-12-31", &[]);
        pays(&output, &paid(offences));
        for words in [told, "no result of clean", "were to be expected"] {
            assert!(said(&output).contains(words), "{words}\n{}", said(&output));
        }
        let (counted, offences) = months(lost, true);
        let output = pay(&scheme, &counted, "2028-12-31", &[]);
        pays(&output, &paid(offences));
        assert!(!said(&output).contains(told), "{}", said(&output));
    }
}

/// A contract for a year in work, and a job of each of 700 people that lasts from one to twenty months; ends from a day on are lost.
fn jobs(lost_from: i64, files: usize) -> (Scratch, Scratch) {
    let contract = Scratch::new("jobs-scheme");
    contract.write(
        "scheme.toml",
        fs::read_to_string(scheme().0.join("scheme.toml")).expect("a scheme").replace(
            "rule = \"none within\"\nevents = \"offence\"",
            "rule = \"sustained\"\nspells = \"job\"\ndays = \"300 days\"\ncounted = \"cumulative\"",
        ),
    );
    let (mut people, mut starts) = ("person\n".to_owned(), "start,person,provider,began\n".to_owned());
    let mut spells = vec!["spell,person,kind,from,to\n".to_owned(); files];
    for person in 0..700 {
        people += &format!("{person}\n");
        starts += &format!("{person},{person},A,{}\n", day(person));
        let end = person + 30 + person * 37 % 600;
        let end = if end < lost_from { day(end) } else { String::new() };
        spells[person as usize % files] += &format!("{person},{person},job,{},{end}\n", day(person));
    }
    let coverage = "table,kind,until\nspells,job,2028-12-31\n".to_owned();
    let mut tables = vec![("people".to_owned(), people), ("starts".to_owned(), starts), ("coverage".to_owned(), coverage)];
    tables.extend(spells.into_iter().enumerate().map(|(at, rows)| (format!("spells-{}", at + 1), rows)));
    let tables: Vec<(&str, &str)> = tables.iter().map(|(name, rows)| (name.as_str(), rows.as_str())).collect();
    (contract, records(&tables))
}

#[test]
fn ends_that_stop_being_recorded_are_told() {
    let told = "nothing ends, though much of the same age ended at other times";
    let (contract, whole) = jobs(10_000, 1);
    assert!(!said(&pay(&contract, &whole, "2028-12-31", &[])).contains(told));
    assert!(!said(&run(&["records", "check", whole.path()])).contains(told));
    for (lost, files) in [(500, 1), (700, 2)] {
        let (contract, cut) = jobs(lost, files);
        let output = pay(&contract, &cut, "2028-12-31", &[]);
        assert!(output.status.success(), "{}", said(&output));
        for words in [told, "job: no spell ends from", "ends were to be expected"] {
            assert!(said(&output).contains(words), "{words}\n{}", said(&output));
        }
        assert!(said(&run(&["records", "check", cut.path()])).contains(told));
    }
    // In one file of two alone.
    let (contract, one) = jobs(10_000, 2);
    let cut = jobs(500, 2).1;
    fs::copy(cut.0.join("spells-2.csv"), one.0.join("spells-2.csv")).expect("a copy");
    let output = pay(&contract, &one, "2028-12-31", &[]);
    assert!(said(&output).contains("spells-2.csv: `to`: for months nothing ends"), "{}", said(&output));
}

/// A file that lost the results of one side moves the comparison most, and those of the other side hide it where both are looked at
/// together.
#[test]
fn a_side_without_results_is_told() {
    let whole = Scratch::new("both-sides");
    let simulated = run(&["simulate", "plain-linear", "--out", whole.path()]);
    assert!(simulated.status.success(), "{}", said(&simulated));
    let read = |name: &str| fs::read_to_string(whole.0.join(name)).expect("a table");
    let (starts, events) = (read("starts.csv"), read("events.csv"));
    let group = |side: &str| -> std::collections::BTreeSet<String> {
        let header: Vec<&str> = starts.lines().next().expect("a header").split(',').collect();
        let at = |name: &str| header.iter().position(|column| *column == name).expect("a column");
        let (person, of) = (at("person"), at("group"));
        let rows = starts.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        rows.filter(|cells| cells[of] == side).map(|cells| cells[person].to_owned()).collect()
    };
    for (side, words) in [("served", "among those who are served"), ("comparison", "in the comparison group")] {
        let people = group(side);
        assert!(people.len() > 1_000, "{side}: {}", people.len());
        let lost = |line: &&str| {
            let cells: Vec<&str> = line.split(',').collect();
            cells[2] == "conviction" && cells[3] >= "2028-09-01" && people.contains(cells[1])
        };
        let left: String = events.lines().filter(|line| !lost(line)).map(|line| format!("{line}\n")).collect();
        assert!(left.len() < events.len(), "{side}: something is lost");
        whole.write("events.csv", left);
        let text = said(&run(&["pay", "plain-linear", whole.path(), "--as-at", "2029-12-15"]));
        assert!(text.contains(&format!("no result of reoffending {words}")), "{side}\n{text}");
    }
}

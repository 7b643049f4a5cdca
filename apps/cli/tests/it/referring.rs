//! Live referral: who gets the next person, from a table of referrals to a table of allocations.

use std::collections::BTreeMap;
use std::fs;

use crate::schema::assert_matches;
use crate::wellspent::{Scratch, run, said};

const PURPOSE: [&str; 4] = ["--for", "placing people", "--asked-by", "A. Tester"];

/// Referrals of the shipped market on some days of April 2027: every third person has not chosen.
fn referrals(days: std::ops::Range<u32>, each: u32) -> Vec<String> {
    let mut rows = Vec::new();
    for day in days {
        for number in 0..each {
            let id = format!("secret-{day:02}-{number:02}");
            let area = if number % 2 == 0 { "north" } else { "south" };
            let segment = if number % 5 == 0 { "near work" } else { "far from work" };
            let choices = ["", "beech; acorn", "cedar"][(number % 3) as usize];
            rows.push(format!("{id},2027-04-{:02},{area},{segment},{choices}", day + 1));
        }
    }
    rows
}

fn table(rows: &[String]) -> String {
    format!("referral,day,area,segment,choices\n{}\n", rows.join("\n"))
}

/// Runs a referral in a folder; what is given beside is added.
fn refer(scratch: &Scratch, referrals: &str, out: &str, more: &[&str]) -> String {
    let place = |name: &str| format!("{}/{name}", scratch.path());
    let (referrals, out) = (place(referrals), place(out));
    said(&run(&[&["refer", "county-market", &referrals, "--out", &out], &PURPOSE[..], more].concat()))
}

/// The rows of a table of allocations: the provider and the reason of each id.
fn allocations(scratch: &Scratch, name: &str) -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(scratch.0.join(name)).expect("a table of allocations");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[0].to_owned(), (cells[6].to_owned(), cells[8].to_owned()))
    };
    assert!(text.starts_with("referral,day,area,segment,choices,lot,provider,placed,reason,instead_of,in_period,of\n"), "{text}");
    text.lines().skip(1).map(row).collect()
}

const RESULTS: &str = "provider,people,result,expected\nacorn,200,70,56\nbeech,150,36,42.50\ncedar,40,20,11\n";

#[test]
fn people_are_placed_by_choice_and_by_shares_and_row_order_changes_nothing() {
    let scratch = Scratch::new("refer");
    let mut rows = referrals(0..20, 9);
    scratch.write("referrals.csv", table(&rows));
    rows.reverse();
    rows.rotate_left(31);
    scratch.write("mixed.csv", table(&rows));
    scratch.write("results.csv", RESULTS);
    let results = format!("{}/results.csv", scratch.path());
    let first = refer(&scratch, "referrals.csv", "first.csv", &["--results", &results]);
    assert!(first.starts_with("180 people were placed. Nobody waits.") && first.ends_with("exit code 0\n"), "{first}");
    let again = refer(&scratch, "mixed.csv", "again.csv", &["--results", &results]);
    assert_eq!(first.replace("first.csv", "again.csv"), again);
    let bytes = |name: &str| fs::read(scratch.0.join(name)).expect("a table");
    assert_eq!(bytes("first.csv"), bytes("again.csv"));
    let found = allocations(&scratch, "first.csv");
    let chose = |id: &str| id[10..].parse::<u32>().expect("a number") % 3;
    for (id, (provider, reason)) in &found {
        match (chose(id), reason.as_str()) {
            (1, "choice 1") => assert_eq!(provider, "beech"),
            (1, "choice 2") => assert_eq!(provider, "acorn"),
            (2, "choice 1") => assert_eq!(provider, "cedar"),
            (0, "share by performance") | (2, "share by performance" | "only one with room") => {}
            other => panic!("{other:?}"),
        }
    }
    // People who have not chosen are shared out by q / Σ q: 1.25 and 0.85 of four fifths, and a fifth for the new entrant.
    let shared = |provider: &str| found.values().filter(|(who, why)| who == provider && why == "share by performance").count();
    let (acorn, beech, cedar) = (shared("acorn") as i64, shared("beech") as i64, shared("cedar") as i64);
    let all = acorn + beech + cedar;
    assert!(all >= 60 && 10 * cedar - 2 * all < 20 && acorn > beech, "{acorn} {beech} {cedar}");
    // Another seed decides ties otherwise, and a person's choice still counts.
    let other = refer(&scratch, "referrals.csv", "other.csv", &["--results", &results, "--seed", "2"]);
    assert!(other.contains("the seed 2") && bytes("other.csv") != bytes("first.csv"), "{other}");
}

#[test]
fn runs_day_by_day_are_as_one_run_and_nobody_is_moved() {
    let scratch = Scratch::new("refer");
    // A provider takes 78 of its 120 in a period: some people wait until it is over, and then come before others.
    let rows = |days: std::ops::Range<u32>| {
        let rows = referrals(days, 24).into_iter().map(|row| row.replace("south", "north"));
        rows.collect::<Vec<_>>()
    };
    let late = |text: &str, day: u32| text.replace(&format!("2027-04-{:02}", day + 1), "2027-07-01");
    let whole: Vec<String> = rows(0..12).into_iter().map(|row| late(&row, 11)).collect();
    scratch.write("all.csv", table(&whole));
    let said = refer(&scratch, "all.csv", "whole.csv", &[]);
    assert!(said.contains("every provider counts as a new entrant"), "{said}");
    let mut earlier: Option<String> = None;
    let (mut waited, mut before) = (0, BTreeMap::new());
    for (number, days) in [0..5, 5..6, 6..11, 11..12].into_iter().enumerate() {
        let part: Vec<String> = rows(days).into_iter().map(|row| late(&row, 11)).collect();
        scratch.write("part.csv", table(&part));
        let (out, place) = (format!("part-{number}.csv"), |name: &str| format!("{}/{name}", scratch.path()));
        let more: Vec<&str> = earlier.iter().flat_map(|file| ["--earlier", file.as_str()]).collect();
        let said = refer(&scratch, "part.csv", &out, &more);
        assert!(said.ends_with("exit code 0\n"), "{said}");
        let now = allocations(&scratch, &out);
        for (id, (provider, reason)) in &before {
            let (other, why): &(String, String) = &now[id];
            assert!(*provider == *other && *reason == *why || String::is_empty(provider), "a person was moved");
        }
        waited = waited.max(now.values().filter(|(provider, _)| provider.is_empty()).count());
        (before, earlier) = (now, Some(place(&out)));
    }
    assert!(waited > 10, "{waited} people waited");
    let bytes = |name: &str| fs::read_to_string(scratch.0.join(name)).expect("a table");
    assert_eq!(bytes("part-3.csv"), bytes("whole.csv"));
    // With other results nobody is moved either.
    scratch.write("results.csv", "provider,people,result,expected\nacorn,200,0,56\nbeech,200,90,56\ncedar,200,90,56\n");
    let (whole, results) = (format!("{}/whole.csv", scratch.path()), format!("{}/results.csv", scratch.path()));
    let said = refer(&scratch, "all.csv", "after.csv", &["--earlier", &whole, "--results", &results]);
    assert!(said.contains("288 referrals are in the earlier allocations already"), "{said}");
    let (first, after) = (allocations(&scratch, "whole.csv"), allocations(&scratch, "after.csv"));
    assert!(first.iter().all(|(id, (provider, _))| provider.is_empty() || after[id].0 == *provider));
}

#[test]
fn rows_that_cannot_be_used_are_refused_and_told_without_an_id() {
    let scratch = Scratch::new("refer");
    let good = referrals(0..2, 6);
    let cases = [
        ("secret-x,2027-04-31,north,near work,", "row 8"),
        ("secret-x,,north,near work,", "row 8"),
        (",2027-04-03,north,near work,", "row 8"),
        ("secret-x,2027-04-03,west,near work,", "the scheme has no such area"),
        ("secret-x,2027-04-03,,near work,", "the area is missing, and the scheme has several"),
        ("secret-x,2027-04-03,north,far,", "the scheme has no such segment"),
        ("secret-x,2027-04-03,north,near work,oak; beech", "the market has no such provider"),
        ("secret-00-02,2027-04-03,north,near work,", "row 8"),
    ];
    for (row, words) in cases {
        let mut rows = good.clone();
        rows.insert(6, row.to_owned());
        scratch.write("referrals.csv", table(&rows));
        let said = refer(&scratch, "referrals.csv", "out.csv", &[]);
        assert!(said.contains(words) && said.contains("row 8") && said.ends_with("exit code 2\n"), "{row}\n{said}");
        assert!(!said.contains("secret"), "{said}");
        assert!(!scratch.0.join("out.csv").exists(), "{row}");
    }
    // Somebody may accept that such a row is left out.
    let mut rows = good.clone();
    rows.insert(6, "secret-x,2027-04-03,west,near work,".to_owned());
    scratch.write("referrals.csv", table(&rows));
    let accept = ["--accept-faults", "the area is unknown", "--accepted-by", "A. Tester"];
    let said = refer(&scratch, "referrals.csv", "left-out.csv", &accept);
    assert!(said.contains("12 people were placed") && said.contains("A. Tester"), "{said}");
    assert_eq!(allocations(&scratch, "left-out.csv").len(), 12);
    // A row that stands twice counts once.
    let mut rows = good.clone();
    rows.push(good[3].clone());
    scratch.write("referrals.csv", table(&rows));
    let said = refer(&scratch, "referrals.csv", "twice.csv", &[]);
    assert!(said.contains("12 people were placed") && said.contains("twice") && !said.contains("secret"), "{said}");
}

#[test]
fn earlier_allocations_and_results_are_used_whole_or_not_at_all() {
    let scratch = Scratch::new("refer");
    scratch.write("referrals.csv", table(&referrals(0..2, 6)));
    let said = refer(&scratch, "referrals.csv", "good.csv", &[]);
    assert!(said.contains("12 people were placed"), "{said}");
    let good = fs::read_to_string(scratch.0.join("good.csv")).expect("a table");
    let line = good.lines().nth(1).expect("a row").to_owned();
    let cells: Vec<&str> = line.split(',').collect();
    let with = |column: usize, cell: &str| {
        let mut cells = cells.clone();
        cells[column] = cell;
        good.replace(&line, &cells.join(","))
    };
    let spoiled = [
        (with(6, "oak"), "the market has no such provider"),
        (with(6, ""), "the person was placed on a day, and with nobody"),
        (with(7, ""), "the person has a provider, and no day"),
        (with(5, "east"), "the provider does not hold this lot in the market"),
        (with(8, "by chance"), "this is no reason that the program gives"),
        (with(1, "yesterday"), "row 2"),
    ];
    let accept = ["--accept-faults", "so it is", "--accepted-by", "A. Tester"];
    for (text, words) in spoiled {
        scratch.write("earlier.csv", text);
        let earlier = format!("{}/earlier.csv", scratch.path());
        let said = refer(&scratch, "referrals.csv", "out.csv", &[&["--earlier", &earlier], &accept[..]].concat());
        assert!(said.contains(words) && said.contains("row 2") && said.ends_with("exit code 2\n"), "{words}\n{said}");
        assert!(!said.contains("secret") && !scratch.0.join("out.csv").exists(), "{said}");
    }
    for (row, words) in [
        ("oak,100,20,30", "the market has no such provider"),
        ("acorn,100.50,20,30", "this is no number of people"),
        ("acorn,100,120,30", "more or fewer people than there are"),
        ("acorn,100,20,0", "this cannot be expected of these people"),
        ("acorn,100,,30", "row 2"),
    ] {
        scratch.write("results.csv", format!("provider,people,result,expected\n{row}\n"));
        let results = format!("{}/results.csv", scratch.path());
        let said = refer(&scratch, "referrals.csv", "out.csv", &["--results", &results]);
        assert!(said.contains(words) && said.contains("row 2") && said.ends_with("exit code 2\n"), "{row}\n{said}");
    }
}

#[test]
fn nothing_is_placed_before_the_access_log_has_a_row() {
    let scratch = Scratch::new("refer");
    scratch.write("referrals.csv", table(&referrals(0..1, 4)));
    let said = refer(&scratch, "referrals.csv", "out.csv", &["--json"]);
    assert!(said.contains("\"wellspent-refer/1\"") && !said.contains("secret"), "{said}");
    let log = fs::read_to_string(scratch.0.join("access-log.csv")).expect("the access log");
    assert!(log.lines().nth(1).is_some_and(|row| row.contains(",A. Tester,placing people,refer,")), "{log}");
    // Where the log cannot be written, nothing is.
    let other = Scratch::new("refer");
    other.write("referrals.csv", table(&referrals(0..1, 4)));
    other.write("access-log.csv", "something else\n");
    let said = refer(&other, "referrals.csv", "out.csv", &[]);
    assert!(said.contains("is not an access log") && !other.0.join("out.csv").exists(), "{said}");
    // A file that is there is never written over.
    let said = refer(&scratch, "referrals.csv", "out.csv", &[]);
    assert!(said.contains("out.csv is there already") && said.ends_with("exit code 2\n"), "{said}");
    // Without a market nothing says who gets anybody.
    let place = |name: &str| format!("{}/{name}", scratch.path());
    let (referrals, out) = (place("referrals.csv"), place("none.csv"));
    let none = run(&[&["refer", "plain-linear", &referrals, "--out", &out], &PURPOSE[..]].concat());
    assert!(crate::wellspent::said(&none).contains("has no market.toml"), "{}", crate::wellspent::said(&none));
}

#[test]
fn the_result_matches_its_schema() {
    let scratch = Scratch::new("refer");
    scratch.write("referrals.csv", table(&referrals(0..3, 9)));
    let place = |name: &str| format!("{}/{name}", scratch.path());
    let (referrals, out) = (place("referrals.csv"), place("out.csv"));
    let command = [&["refer", "county-market", &referrals, "--out", &out, "--json"], &PURPOSE[..]].concat();
    let found = assert_matches("refer", &command);
    assert_eq!((&found["placed"], &found["waiting"]), (&27.into(), &0.into()), "{found}");
    let people: i64 = found["standing"].as_array().into_iter().flatten().filter_map(|one| one["people"].as_i64()).sum();
    assert_eq!(people, 27);
}

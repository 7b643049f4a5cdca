//! Stretches of people or days of which too little is recorded. No row is wrong, and the sum would be paid without a word.
//!
//! Each test changes a folder that `simulate` writes, of a shipped scheme. The same folders, unchanged and with other seeds, say nothing.

use std::collections::{BTreeMap, BTreeSet};

use base::philox::words;

use crate::wellspent::{Scratch, run, said};

const JOBS: (&str, &str) = ("work-programme-2011", "2018-08-15");
const REOFFENDING: (&str, &str) = ("plain-linear", "2029-12-15");

/// What every such finding says.
const TOLD: [&str; 3] = ["far less is recorded here", "far more is recorded here", "nothing at all is recorded of these people"];

fn simulated((scheme, _): (&str, &str), seed: u64) -> Scratch {
    let folder = Scratch::new("recorded");
    let made = run(&["simulate", scheme, "--seed", &seed.to_string(), "--out", folder.path()]);
    assert!(made.status.success(), "{}", said(&made));
    folder
}

type Row = BTreeMap<String, String>;

fn rows(folder: &Scratch, table: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(folder.0.join(format!("{table}.csv"))).expect("a table");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| header.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(str::to_owned)).collect();
    lines.map(row).collect()
}

fn write(folder: &Scratch, table: &str, rows: &[Row]) {
    let names: Vec<&String> = rows[0].keys().collect();
    let line = |row: &Row| names.iter().map(|name| row[*name].clone()).collect::<Vec<_>>().join(",");
    let header = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",");
    let text: String = std::iter::once(header).chain(rows.iter().map(line)).map(|line| line + "\n").collect();
    folder.write(&format!("{table}.csv"), text);
}

/// Whether a row is one of a share of all, by its number.
fn drawn(at: usize, share: f64) -> bool {
    (words(11, at as u64, 0, 0)[0] as f64) < share * 2.0_f64.powi(64)
}

/// The day up to which a share of the rows are dated.
fn day_of(rows: &[Row], column: &str, share: f64) -> String {
    let mut days: Vec<&String> = rows.iter().map(|row| &row[column]).filter(|day| !day.is_empty()).collect();
    days.sort();
    days[(days.len() as f64 * share) as usize].clone()
}

/// Offences that are lost, with their convictions.
fn without(rows: Vec<Row>, lost: &dyn Fn(usize, &Row) -> bool) -> Vec<Row> {
    let is_lost = |(at, row): (usize, &Row)| (row["kind"] == "offence" && lost(at, row)).then(|| row["event"].clone());
    let gone: BTreeSet<String> = rows.iter().enumerate().filter_map(is_lost).collect();
    rows.into_iter().filter(|row| !gone.contains(&row["event"]) && !gone.contains(&row["about"])).collect()
}

fn pay((scheme, as_at): (&str, &str), folder: &Scratch, more: &[&str]) -> (Option<i32>, String) {
    let output = run(&[&["pay", scheme, folder.path(), "--as-at", as_at], more].concat());
    (output.status.code(), said(&output))
}

fn tells(of: (&str, &str), folder: &Scratch, words: &[&str]) {
    let (code, text) = pay(of, folder, &[]);
    assert_eq!(code, Some(0), "{text}");
    words.iter().for_each(|word| assert!(text.contains(word), "{word}\n{text}"));
    assert!(text.contains("With results like those of the others, the sum would be"), "{text}");
}

#[test]
fn good_folders_say_nothing() {
    for of in [JOBS, REOFFENDING] {
        for seed in 1..4 {
            let (code, text) = pay(of, &simulated(of, seed), &[]);
            assert!(code == Some(0) && !TOLD.iter().any(|told| text.contains(told)), "{seed}\n{text}");
        }
    }
}

#[test]
fn most_ends_that_are_emptied_from_a_day_on_are_told() {
    let folder = simulated(JOBS, 1);
    let mut spells = rows(&folder, "spells");
    let from = day_of(&spells, "to", 0.5);
    for (at, row) in spells.iter_mut().enumerate() {
        if row["to"] >= from && drawn(at, 0.9) {
            row.insert("to".into(), String::new());
        }
    }
    write(&folder, "spells", &spells);
    tells(JOBS, &folder, &["ends of job, of the first spell of each person"]);
}

#[test]
fn a_rate_that_falls_to_a_twentieth_is_told() {
    let whole = simulated(REOFFENDING, 1);
    let (events, starts) = (rows(&whole, "events"), rows(&whole, "starts"));
    let from = day_of(&events, "date", 0.6);
    let served: BTreeSet<String> =
        starts.iter().filter(|row| row["group"] == "served").map(|row| row["person"].clone()).collect();
    for only_served in [false, true] {
        let lost =
            |at: usize, row: &Row| row["date"] >= from && drawn(at, 0.95) && (!only_served || served.contains(&row["person"]));
        write(&whole, "events", &without(events.clone(), &lost));
        tells(REOFFENDING, &whole, &["far less is recorded here", "the first of each person, "]);
    }
}

#[test]
fn people_without_anything_stop_the_run_until_somebody_accepts_them() {
    let folder = simulated(REOFFENDING, 1);
    let events = rows(&folder, "events");
    let served: Vec<(String, String)> = rows(&folder, "starts")
        .iter()
        .filter(|row| row["group"] == "served")
        .map(|row| (row["began"].clone(), row["person"].clone()))
        .collect();
    let mut by_start = served.clone();
    by_start.sort();
    for people in [&served[..1_600], &by_start[..1_600]] {
        let people: BTreeSet<&String> = people.iter().map(|(_, person)| person).collect();
        write(&folder, "events", &without(events.clone(), &|_, row| people.contains(&row["person"])));
        let (code, text) = pay(REOFFENDING, &folder, &[]);
        assert!(code == Some(2) && text.contains(TOLD[2]), "{text}");
        let (code, text) = pay(REOFFENDING, &folder, &["--accept-faults", "agreed", "--accepted-by", "Jo Park"]);
        assert!(code == Some(0) && text.contains(TOLD[2]) && text.contains("the sum could be anything from"), "{text}");
    }
    // The end of the file is lost, in the order of people.
    write(&folder, "events", &events[..events.len() * 2 / 3]);
    let (code, text) = pay(REOFFENDING, &folder, &[]);
    assert!(code == Some(2) && text.contains(TOLD[2]), "{text}");
}

#[test]
fn a_segment_without_anything_stops_the_run() {
    let folder = simulated(JOBS, 1);
    let starts = rows(&folder, "starts");
    let segment = starts[0]["segment"].clone();
    let people: BTreeSet<String> =
        starts.iter().filter(|row| row["segment"] == segment).map(|row| row["person"].clone()).collect();
    let spells: Vec<Row> = rows(&folder, "spells").into_iter().filter(|row| !people.contains(&row["person"])).collect();
    write(&folder, "spells", &spells);
    let (code, text) = pay(JOBS, &folder, &[]);
    assert!(code == Some(2) && text.contains(TOLD[2]), "{text}");
}

#[test]
fn days_that_become_first_days_of_months_and_jobs_that_end_at_once_are_told() {
    let folder = simulated(REOFFENDING, 1);
    let mut events = rows(&folder, "events");
    let from = day_of(&events, "date", 0.5);
    for row in events.iter_mut().filter(|row| row["kind"] == "offence" && row["date"] >= from) {
        let day = format!("{}01", &row["date"][..8]);
        row.insert("date".into(), day);
    }
    write(&folder, "events", &events);
    tells(REOFFENDING, &folder, &["offence on the first day of a month"]);
    let folder = simulated(JOBS, 1);
    let mut spells = rows(&folder, "spells");
    let from = day_of(&spells, "from", 0.6);
    for (at, row) in spells.iter_mut().enumerate().filter(|(_, row)| row["from"] >= from) {
        if drawn(at, 0.8) {
            let first: jiff::civil::Date = row["from"].parse().expect("a day");
            row.insert("to".into(), first.tomorrow().expect("a day").to_string());
        }
    }
    write(&folder, "spells", &spells);
    tells(JOBS, &folder, &["job that ends on its first day"]);
}

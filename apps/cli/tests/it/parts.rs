//! A table in several files and sheets: every part is read or stops the run, and what is no part stops nothing and is told.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use records::workbook::write::{OutputCell, WorkbookWriter};

use crate::wellspent::{Scratch, root, run, said};

fn fixture(name: &str) -> String {
    root().join("apps/cli/tests/faults/repeated-rows").join(name).to_str().expect("a path in UTF-8").to_owned()
}

fn pay(folder: &str, more: &[&str]) -> Output {
    run(&[&["pay", &fixture("scheme"), folder, "--as-at", "2027-12-31", "--csv"], more].concat())
}

fn statement(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the program writes UTF-8")
}

/// Sound records.
fn once() -> Scratch {
    let folder = Scratch::new("parts");
    for table in ["people", "starts", "events", "coverage"] {
        folder.write(&format!("{table}.csv"), text(table));
    }
    folder
}

fn text(table: &str) -> String {
    fs::read_to_string(Path::new(&fixture("once")).join(format!("{table}.csv"))).expect("a table")
}

/// The events in two parts, each with its header.
fn halves() -> [String; 2] {
    let events = text("events");
    let lines: Vec<&str> = events.lines().collect();
    [&lines[1..5], &lines[5..]].map(|rows| format!("{}\n{}\n", lines[0], rows.join("\n")))
}

/// A sheet with the rows of CSV.
fn sheet(book: &mut WorkbookWriter, name: &str, text: &str) {
    let mut lines = text.lines();
    let header: Vec<(&str, u32)> = lines.next().unwrap_or_default().split(',').map(|name| (name, 12)).collect();
    book.sheet(name, &header).expect("memory");
    for line in lines {
        let cells: Vec<OutputCell<'_>> = line.split(',').map(OutputCell::Text).collect();
        book.row(&cells).expect("memory");
    }
}

/// Names of files that may hold a second part of the events, or the only one.
const LIKE_EVENTS: [&str; 48] = [
    "events_2.csv",
    "events (1).csv",
    "events 2.csv",
    "events2.csv",
    "2events.csv",
    "events.2027.csv",
    "Copy of events.csv",
    "events-north.csv",
    "events-2-final.csv",
    "events\u{2013}2.csv",
    "events\u{2212}2.csv",
    "events-2.txt",
    "events.csv.bak",
    "events.zip",
    "events.json",
    "events-2.gz",
    "events.csv~",
    "events",
    "EVENTS_2.CSV",
    "EventsNorth.csv",
    "north events.csv",
    "event-2.csv",
    "event.csv",
    "evnets.csv",
    "evnets-2.csv",
    "events\u{a0}2.csv",
    "ev\u{200b}ents-north.csv",
    "\u{ff45}vents-\u{ff12}.csv",
    "\u{e9}vents 2.csv",
    "events.sav",
    "events-2027-04.csv",
    "events_readme.csv",
    "\u{435}vents 2.csv",
    "events.csv.part",
    "events.tar.gz",
    "events -.csv",
    "events+2.csv",
    "events,2.csv",
    "events[2].csv",
    "events.csv.gz.bak",
    "events-2.csv.zip",
    "events-.csv",
    "events--2.csv",
    "events-2 .csv",
    "events-two.csv",
    "my-events-2.csv",
    "events-2.parquet.tmp",
    "events 2.xlsx",
];

/// Names of what lies beside tables and is none.
const HARMLESS: [&str; 35] = [
    "README.md",
    "notes.txt",
    "scheme.toml",
    "providers-contacts.pdf",
    "events.docx",
    "events.png",
    "events.csv.sha256",
    "events notes.txt",
    "README-events.txt",
    "statement.csv",
    "tally.csv",
    "quality.csv",
    "links.parquet",
    "prevents.csv",
    "eventually.csv",
    "events.py",
    "make_events.R",
    "ledger.db",
    "startup.csv",
    "SHA256SUMS",
    "start here.csv",
    "nonevents.csv",
    "Thumbs.db",
    "2.csv",
    "-.csv",
    ".events.csv",
    "~$events.xlsx",
    ".~lock.events.ods#",
    "._events.csv",
    "._events.xlsx",
    ".DS_Store",
    "contacts (2).csv",
    "spells-north.csv",
    "claims.csv",
    "lots 2.csv",
];

fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut book = WorkbookWriter::default();
    sheets.iter().for_each(|(name, text)| sheet(&mut book, name, text));
    book.end().expect("memory")
}

#[test]
fn files_that_look_like_parts_stop_the_run() {
    let [first, second] = halves();
    for name in LIKE_EVENTS {
        let folder = once();
        folder.write("events.csv", &first);
        if name.ends_with(".xlsx") {
            folder.write(name, workbook(&[("Sheet1", &second)]))
        } else {
            folder.write(name, &second)
        }
        let output = pay(folder.path(), &[]);
        let said = said(&output);
        assert!(output.status.code() != Some(0) && statement(&output).is_empty(), "{name}: {said}");
        assert!(said.contains("events-2.") && said.contains("looks like that of a table that is needed"), "{name}: {said}");
        // The name that is advised is read.
        let advised = said.split("name it ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a name");
        if advised.ends_with(".csv") {
            fs::rename(folder.0.join(name), folder.0.join(advised)).expect("another name");
            assert_eq!(statement(&pay(folder.path(), &[])), statement(&pay(&fixture("once"), &[])), "{name}");
        }
    }
    for folder_name in ["events-2", "events", "Events 2"] {
        let folder = once();
        folder.write("events.csv", &first);
        fs::create_dir(folder.0.join(folder_name)).expect("a folder");
        folder.write(&format!("{folder_name}/events.csv"), &second);
        let output = pay(folder.path(), &[]);
        assert!(statement(&output).is_empty() && said(&output).contains(&format!("{folder_name}/")), "{}", said(&output));
    }
    // The same for whoever measures or explains, and for a check.
    let folder = once();
    folder.write("events.csv", &first);
    folder.write("events_2.csv", &second);
    let scheme = fixture("scheme");
    let asked: [&[&str]; 4] = [
        &["measure", &scheme, folder.path(), "--as-at", "2027-12-31"],
        &["claims", &scheme, folder.path(), "--as-at", "2027-12-31"],
        &["why", &scheme, folder.path(), "--as-at", "2027-12-31", "--person", "1"],
        &["records", "check", folder.path()],
    ];
    for command in asked {
        let output = run(command);
        assert!(output.status.code() != Some(0) && said(&output).contains("events_2.csv"), "{command:?}: {}", said(&output));
    }
    // Whoever decides who is paid is wanted, too.
    let folder = once();
    folder.write("providers north.csv", "provider\none-two-none\n");
    assert!(statement(&pay(folder.path(), &[])).is_empty());
}

#[test]
fn what_is_no_part_stops_nothing_and_is_told() {
    let folder = once();
    for name in HARMLESS {
        folder.write(name, if name == "claims.csv" { "claim,provider,person,outcome,date\n" } else { "no rows of a table\n" });
    }
    fs::create_dir(folder.0.join("archive")).expect("a folder");
    let quality = Scratch::new("quality");
    let path = format!("{}/quality.csv", quality.path());
    let output = pay(folder.path(), &["--quality", &path]);
    assert_eq!(statement(&output), statement(&pay(&fixture("once"), &[])), "{}", said(&output));
    let told = fs::read_to_string(&path).expect("the statement of quality");
    for name in HARMLESS.into_iter().chain(["archive/"]) {
        assert!(told.lines().any(|line| line.starts_with("finding,") && line.contains(name)), "{name}: {told}");
        assert!(said(&output).contains(name), "{name}: {}", said(&output));
    }
    assert!(!told.contains("no rows of a table"), "names only: {told}");
    // So is a table that no rule asks for.
    let folder = once();
    folder.write("claims.csv", "claim,provider,person,outcome,date\n");
    let output = pay(folder.path(), &["--quality", &path]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(fs::read_to_string(&path).expect("the statement of quality").contains("claims.csv"));
}

#[test]
fn sheets_are_parts_like_files() {
    let [first, second] = halves();
    let (people, starts, coverage) = (text("people"), text("starts"), text("coverage"));
    let expected = statement(&pay(&fixture("once"), &[]));
    let full = |more: &[(&str, &str)]| {
        let folder = Scratch::new("sheets");
        let tables = [("people", &*people), ("starts", &*starts), ("coverage", &*coverage), ("events", &*first)];
        folder.write("records.xlsx", workbook(&[&tables[..], more].concat()));
        folder
    };
    for name in ["events-2", "Events-2", " EVENTS-2"] {
        let output = pay(full(&[(name, &second)]).path(), &[]);
        assert_eq!(statement(&output), expected, "{name}: {}", said(&output));
    }
    let mixed = full(&[]);
    mixed.write("events-2.csv", &second);
    assert_eq!(statement(&pay(mixed.path(), &[])), expected);
    for name in ["events 2", "Events2", "event", "events (2)", "EVENTS_2", "Events north", "events\u{2013}2", "Copy of events"] {
        let output = pay(full(&[(name, &second)]).path(), &[]);
        let said = said(&output);
        assert!(statement(&output).is_empty(), "{name}: {said}");
        assert!(said.contains(&format!("records.xlsx, sheet {name}")) && said.contains("`events-2`"), "{name}: {said}");
        // A sheet with nothing in it is no part.
        let mut folder = full(&[(name, "")]);
        assert!(!statement(&pay(folder.path(), &[])).is_empty(), "{name}");
        // Beside a sheet of the table in a workbook that is named after it.
        folder = once();
        fs::remove_file(folder.0.join("events.csv")).expect("gone");
        folder.write("events.xlsx", workbook(&[("events", &first), (name, &second)]));
        assert!(statement(&pay(folder.path(), &[])).is_empty(), "{name}");
    }
    let folder = once();
    fs::remove_file(folder.0.join("events.csv")).expect("gone");
    folder.write("events.xlsx", workbook(&[("events", &first), ("events-2", &second)]));
    assert_eq!(statement(&pay(folder.path(), &[])), expected);
    folder.write("events.xlsx", workbook(&[("Sheet1", &first), ("events-2", &second)]));
    let output = pay(folder.path(), &[]);
    assert!(statement(&output).is_empty() && said(&output).contains("events.xlsx, sheet Sheet1"), "{}", said(&output));
    let output = pay(full(&[("Notes", "about\nthis file\n"), ("events-2", &second)]).path(), &[]);
    assert_eq!(statement(&output), expected);
    assert!(said(&output).contains("Not read: records.xlsx, sheet Notes"), "{}", said(&output));
    // Where there are several sheets, a fault says in which it is.
    let bad = second.replace("2027-", "2027/");
    let output = run(&["records", "check", full(&[("events-2", &bad)]).path()]);
    assert!(said(&output).contains("records.xlsx, sheet events-2: `date`"), "{}", said(&output));
}

#[test]
fn a_table_that_was_read_is_listed_with_its_hash() {
    let folder = once();
    folder.write("providers.csv", "provider\none-two-none\ntwo-four-one\n");
    folder.write("lots.csv", "lot,provider\nA,two-four-one\n");
    let path = format!("{}/quality.csv", folder.path());
    let output = pay(folder.path(), &["--quality", &path]);
    assert!(output.status.success(), "{}", said(&output));
    let told = fs::read_to_string(&path).expect("the statement of quality");
    let files: BTreeSet<&str> = told.lines().filter(|line| line.starts_with("file,")).collect();
    for (name, rows) in
        [("providers.csv", "2,2,0,0"), ("lots.csv", "1,1,0,0"), ("events.csv", "10,10,0,0"), ("people.csv", "2,2,0,0")]
    {
        let line = files.iter().find(|line| line.starts_with(&format!("file,{name},"))).expect(name);
        let cells: Vec<&str> = line.split(',').collect();
        assert!(cells[2].len() == 64 && cells[3..7].join(",") == rows, "{line}");
    }
}

#[test]
fn a_file_in_place_of_a_folder_is_told_with_its_folder() {
    let folder = once();
    folder.write("records.xlsx", workbook(&[("Notes", "about\nthis file\n")]));
    folder.write("map.toml", "[coverage.all]\ntable = { is = \"events\" }\nuntil = { is = \"2027-12-31\" }\n");
    let file = format!("{}/records.xlsx", folder.path());
    let near = folder.path().replace("/parts", "/part");
    let (map, out) = (format!("{}/map.toml", folder.path()), format!("{}/out", folder.path()));
    let asked: [&dyn Fn(&str) -> Output; 3] = [&|path| pay(path, &[]), &|path| run(&["records", "check", path]), &|path| {
        run(&["records", "map", &map, path, "--out", &out])
    }];
    for ask in asked {
        let told = said(&ask(&file));
        assert!(told.contains(&format!("give the folder that holds it: {}\n", folder.path())), "{told}");
        let told = said(&ask(&near));
        assert!(told.contains("there is no folder") && told.contains("is `parts` meant?"), "{told}");
        assert!(!told.contains("os error"), "{told}");
    }
    let told = said(&run(&["records", "map", &format!("{}/mapp.toml", folder.path()), folder.path(), "--out", &out]));
    assert!(told.contains("there is no file") && told.contains("is `map.toml` meant?"), "{told}");
    folder.write("map.toml", "[people.p]\nfile = \"peple.csv\"\nperson = \"person\"\n");
    let told = said(&run(&["records", "map", &map, folder.path(), "--out", &out]));
    assert!(told.contains("is `people.csv` meant?") && !told.contains("os error"), "{told}");
}

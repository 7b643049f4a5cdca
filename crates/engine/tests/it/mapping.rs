//! An agency's own columns become the tables of records: every thing a map can say, and what it says of mistakes.

use std::collections::BTreeMap;

use engine::records::csv::Csv;
use engine::records::map::{self, Done, LookUps};
use scheme::source::{Bytes, Folder};
use scheme::{Picks, Reader};

/// The parts of a map, and the problems met.
fn read(text: &str) -> (Vec<map::Part>, Vec<String>) {
    let folder = Folder::from([("map.toml".to_owned(), Bytes::Read(text.as_bytes().to_vec()))]);
    let (opened, picks) = (scheme::open(&folder), Picks::new());
    let reader = Reader::new(&opened, &picks);
    let parts = map::read(&reader, "map.toml");
    let problems = opened.problems.iter().chain(reader.problems.borrow().iter()).map(|problem| problem.what.clone()).collect();
    (parts, problems)
}

/// What the first part of a map writes of a file: rows as lines.
fn rows(text: &str, file: &str, look_ups: &LookUps) -> (Vec<String>, Done) {
    let (parts, problems) = read(text);
    assert_eq!(problems, Vec::<String>::new());
    let mut out = Vec::new();
    let mut from = parts[0].file.as_ref().map(|_| Csv::open(file.as_bytes()).expect("bytes"));
    let done = map::rows(&parts[0], from.as_mut(), look_ups, |row| {
        out.push(row.join(","));
        Ok(())
    });
    (out, done.expect("bytes can be read"))
}

fn csv(text: &str) -> Csv<&[u8]> {
    Csv::open(text.as_bytes()).expect("bytes")
}

#[test]
fn columns_constants_and_days() {
    let text = "[events.charge]\nfile = \"f.csv\"\nonly = { court = [\"A\", \"B\"] }\ngiven = \"charged\"\nperson = \"id\"\n\
        kind = { is = \"offence, charged\" }\ndate = \"charged\"\n";
    let file = "id, court,charged \n7,A,2020-02-03 06:15:00\n8,C,2020-02-03\n9,B,\n10,B,03/04/2020\n";
    let (out, done) = rows(text, file, &LookUps::new());
    // A time of day is left out; what may be one of two days is left for the check to tell.
    assert_eq!(out, ["charge-1,7,offence, charged,2020-02-03,,,,,,", "charge-2,10,offence, charged,03/04/2020,,,,,,"]);
    assert_eq!((done.read, done.written), (4, 2));
}

#[test]
fn days_from_day_zero_and_values_looked_up() {
    let text = "[starts.begun]\nfile = \"f.csv\"\nday_zero = 2020-02-28\nstart = \"row\"\nperson = \"who\"\n\
        provider = { file = \"sites.csv\", by = \"who\", as = \"person\", column = \"site\" }\nbegan = \"when\"\n";
    let key = (map::Source { file: "sites.csv".to_owned(), sheet: None }, "person".to_owned(), "site".to_owned());
    let mut known = BTreeMap::new();
    let faults = map::look_up(&mut csv("site;person\nNorth;7\nSouth;7\n"), "person", "site", &mut known).expect("bytes");
    assert_eq!((faults.len(), known.len()), (0, 1), "the first row of a key stands");
    let look_ups = LookUps::from([(key, known)]);
    let (out, done) = rows(text, "row,who,when\na,7,2.0\nb,8,-1\n", &look_ups);
    assert_eq!(out, ["a,7,North,2020-03-01,,,,,", "b,8,,2020-02-27,,,,,"]);
    assert_eq!(done.not_found, 1);
}

#[test]
fn single_days_become_runs() {
    let text = "[spells.dosed]\nfile = \"f.csv\"\nday_zero = 2020-01-01\nruns = { of = \"day\", breaks = 2 }\nperson = \"who\"\n\
        kind = { is = \"treatment\" }\nfrom = { run = \"first\" }\nto = { run = \"after\" }\n";
    // Days 0 and 3 have two days between them, 3 and 7 three; the order of rows and days told twice make no difference.
    let (out, done) = rows(text, "who,day\n1,7\n1,0\n2,1\n1,3\n1,3\n1,never\n", &LookUps::new());
    assert_eq!(
        out,
        [
            "dosed-1,1,treatment,2020-01-01,2020-01-05,",
            "dosed-2,1,treatment,2020-01-08,2020-01-09,",
            "dosed-3,2,treatment,2020-01-02,2020-01-03,"
        ]
    );
    assert_eq!(done.no_day, 1);
}

#[test]
fn a_part_without_a_file_is_one_row() {
    let text = "[coverage.all]\ntable = { is = \"events\" }\nuntil = { is = \"2020-12-31\" }\n";
    assert_eq!(rows(text, "", &LookUps::new()).0, ["events,,2020-12-31,"]);
}

#[test]
fn a_column_that_is_not_there_stops_the_part() {
    let (out, done) =
        rows("[people.all]\nfile = \"f.csv\"\nperson = \"idd\"\nborn = \"birth\"\n", "id,birth\n1,2000-01-01\n", &LookUps::new());
    assert_eq!(out, Vec::<String>::new());
    assert_eq!((done.faults.len(), done.faults[0].column.as_str(), done.faults[0].mend.as_str()), (1, "idd", "is `id` meant?"));
}

#[test]
fn every_mistake_in_a_map_is_told_at_once() {
    let text = "[start.x]\nfile = \"f\"\n[starts.y]\nfile = \"f\"\nperson = \"p\"\nprovidr = \"q\"\nbegan = { run = \"first\" }\n\
        [people.z]\nperson = \"p\"\n[spells.w]\nfile = \"f\"\nruns = { of = \"d\", breaks = 0 }\nkind = { is = \"k\" }\nfrom = { run = \"last\" }\n";
    let (_, problems) = read(text);
    let expected = [
        "there is no table `start`",
        "the table starts has no column `providr`",
        "`began` asks for a run of days, and the part makes none",
        "[starts.y] does not say `provider`",
        "`person` comes from a file, and the part names none",
        "`run` is not one of the known words",
        "[spells.w] does not say `person`",
        "runs are made person by person, and the part has no column for the person",
    ];
    for expected in expected {
        assert!(problems.iter().any(|problem| problem == expected), "{expected}\n{problems:#?}");
    }
}

//! `measure --people`: the outcomes of each person as a table. They equal the tally, the access log has a row before the file is
//! there, and nothing is written without a purpose.

use std::collections::BTreeMap;
use std::fs;

use crate::wellspent::{Scratch, run, said};

const SCHEME: &str = "scheme = \"Test\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\n\
    [contract]\nstarts = 2027-01-01\nends = 2030-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2027-01-01\nends = 2028-12-31\nevery = \"1 year\"\npeople = 4\n\
    [outcome.offending]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\
    baseline = { same_people_before = \"12 months\" }\n\
    [outcome.offending.measured]\nrule = \"any within\"\nevents = \"offence\"\n\
    [outcome.job]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"6 months\"\n\
    [outcome.job.measured]\nrule = \"any within\"\nevents = \"job start\"\n\
    [pay.fewer]\nclause = \"tariff\"\noutcome = \"offending\"\nper = \"person\"\nreward = \"£100\"\ndeduction = \"£100\"\n\
    from = \"assumption: test\"\n";

/// Five people in two cohorts. By 30 June 2029, person 5 is not yet known.
fn folders() -> (Scratch, Scratch) {
    let (scheme, records) = (Scratch::new("scheme"), Scratch::new("records"));
    scheme.write("scheme.toml", SCHEME);
    records.write("people.csv", "person\nŁ1\n2\n3\n4\n5\n");
    records.write(
        "starts.csv",
        "start,person,provider,began\n1,Ł1,P,2027-03-31\n2,2,P,2027-03-31\n3,3,P,2028-01-31\n4,4,Q,2028-01-31\n5,5,Q,2028-12-31\n",
    );
    records.write(
        "events.csv",
        "event,person,kind,date\ne1,Ł1,offence,2027-05-01\ne2,2,offence,2026-05-01\ne3,4,job start,2028-02-01\n\
         e4,5,offence,2029-01-01\n",
    );
    records.write(
        "coverage.csv",
        "table,kind,until,since\nevents,offence,2029-06-30,2025-01-01\nevents,job start,2029-06-30,2025-01-01\n",
    );
    records.write("providers.csv", "provider\nP\nQ\n");
    (scheme, records)
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.trim_start_matches('\u{feff}').lines();
    lines.map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()).collect()
}

const FOR: [&str; 4] = ["--for", "audit of June", "--asked-by", "Ann Lee"];

#[test]
fn the_state_of_each_person_equals_the_tally_and_the_log_says_who_asked() {
    let (scheme, records) = folders();
    let out = Scratch::new("out");
    let file = |name: &str| format!("{}/{name}", out.path());
    let (people, tally) = (file("people.csv"), file("tally.csv"));
    let measure = ["measure", scheme.path(), records.path(), "--as-at", "2029-06-30"];
    let output = run(&[&measure[..], &["--people", &people, "--tally", &tally], &FOR].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = fs::read_to_string(&people).expect("the table");
    assert!(text.starts_with('\u{feff}'), "Excel needs the byte order mark");
    let all = rows(&text);
    assert_eq!(
        all[0],
        ["person", "group", "provider", "area", "cohort", "segment", "outcome", "state", "why", "value", "decided on"]
    );
    // Three outcomes of five people: two of the scheme, and one before the start.
    assert_eq!(all.len(), 1 + 3 * 5, "{text}");
    let find =
        |person: &str, outcome: &str| all[1..].iter().find(|row| row[0] == person && row[6] == outcome).expect("a row").clone();
    let state = |person: &str, outcome: &str| find(person, outcome)[7].clone();
    assert_eq!(state("Ł1", "offending"), "failure", "fewer is better");
    assert_eq!((state("2", "offending"), state("2", "offending before")), ("success".into(), "failure".into()));
    assert_eq!((state("4", "job"), state("3", "job")), ("success".into(), "failure".into()));
    assert_eq!(find("Ł1", "offending")[9..], ["1", "2027-05-01"]);
    assert_eq!(find("2", "offending")[8..], ["", "0", ""]);
    let waiting = find("5", "offending");
    assert_eq!((waiting[7].as_str(), &waiting[9..]), ("not yet known", &["".to_owned(), "".to_owned()][..]), "{waiting:?}");
    assert!(waiting[8].contains("2029-07-01"), "how far the records are complete: {waiting:?}");

    // The tally counts the people of whom everything is known.
    let mut by_person: BTreeMap<(String, String), Vec<Vec<String>>> = BTreeMap::new();
    for row in &all[1..] {
        by_person.entry((row[4].clone(), row[0].clone())).or_default().push(row.clone());
    }
    by_person.retain(|_, rows| rows.iter().all(|row| ["success", "failure"].contains(&row[7].as_str())));
    let tally = rows(&fs::read_to_string(&tally).expect("the tally"));
    assert_eq!(tally[0][3..], ["people", "offending", "offending before", "job"]);
    for counts in &tally[1..] {
        let own = || by_person.iter().filter(|((cohort, _), _)| *cohort == counts[1]).map(|(_, rows)| rows);
        assert_eq!(own().count().to_string(), counts[3], "{counts:?}");
        for (column, outcome) in tally[0].iter().enumerate().skip(4) {
            let sum: i64 = own().flatten().filter(|row| row[6] == *outcome).filter_map(|row| row[9].parse::<i64>().ok()).sum();
            assert_eq!(sum.to_string(), counts[column], "{outcome}: {counts:?}");
        }
    }

    let log = fs::read_to_string(records.0.join("access-log.csv")).expect("the access log");
    assert!(log.lines().count() == 2 && log.ends_with(",Ann Lee,audit of June,measure,everyone in the table\n"), "{log}");
    // The log is no table of records and no news.
    let again = said(&run(&measure));
    assert!(!again.contains("access-log"), "{again}");
}

#[test]
fn the_table_is_the_same_as_a_workbook_and_as_parquet() {
    let (scheme, records) = folders();
    let out = Scratch::new("out");
    for name in ["people.xlsx", "people.parquet"] {
        let path = format!("{}/{name}", out.path());
        let output =
            run(&[&["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--people", &path][..], &FOR].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let bytes = fs::read(&path).expect("the file");
        let beginning: &[u8] = if name.ends_with("xlsx") { b"PK" } else { b"PAR1" };
        assert!(bytes.starts_with(beginning), "{name}");
    }
}

#[test]
fn nothing_is_written_without_a_purpose_or_without_the_log() {
    let (scheme, records) = folders();
    let out = Scratch::new("out");
    let people = format!("{}/people.csv", out.path());
    let measure = |more: &[&str]| {
        run(&[&["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--people", &people], more].concat())
    };
    let without = measure(&["--asked-by", "Ann Lee"]);
    assert!(!without.status.success() && said(&without).contains("--for <PURPOSE>"), "{}", said(&without));
    let empty = measure(&["--for", " ", "--asked-by", "Ann Lee"]);
    assert!(!empty.status.success() && said(&empty).contains("--for PURPOSE"), "{}", said(&empty));
    // Where the log cannot be written, nothing about people is.
    fs::create_dir(records.0.join("access-log.csv")).expect("a folder in the way");
    let blocked = measure(&FOR);
    assert!(!blocked.status.success() && said(&blocked).contains("access log"), "{}", said(&blocked));
    assert!(!out.0.join("people.csv").exists());
}

/// Results never replace the tables and the log that they come from, by whatever path, and two results never share a file.
#[test]
fn results_are_not_written_over_the_records_or_over_each_other() {
    let (scheme, records) = folders();
    let before = fs::read(records.0.join("people.csv")).expect("a table");
    let roundabout = format!("{}/../{}", records.path(), records.0.file_name().expect("a name").to_string_lossy());
    for file in ["people.csv", "access-log.csv", "spells-2.csv"] {
        for place in [records.path().to_owned(), roundabout.clone()] {
            let (people, tally) = (format!("{place}/{file}"), format!("{place}/{file}"));
            let measure = ["measure", scheme.path(), records.path(), "--as-at", "2029-06-30"];
            let pay = ["pay", scheme.path(), records.path(), "--as-at", "2029-06-30", &format!("--csv={people}")];
            let with_people = run(&[&measure[..], &["--people", &people], &FOR[..]].concat());
            for output in [with_people, run(&[&measure[..], &["--tally", &tally]].concat()), run(&pay)] {
                assert!(!output.status.success() && said(&output).contains("is kept for the records"), "{}", said(&output));
            }
        }
    }
    assert_eq!(fs::read(records.0.join("people.csv")).expect("a table"), before);
    assert!(!records.0.join("access-log.csv").exists() && !records.0.join("spells-2.csv").exists());
    let out = Scratch::new("out");
    let same = format!("{}/same.csv", out.path());
    let output = run(&["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--tally", &same, "--quality", &same]);
    assert!(said(&output).contains("is named for two results"), "{}", said(&output));
}

#[test]
fn a_log_without_its_last_line_end_keeps_its_rows_apart() {
    let (scheme, records) = folders();
    records.write("access-log.csv", "when,by,purpose,command,person");
    let out = Scratch::new("out");
    let people = format!("{}/people.csv", out.path());
    let measure = ["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--people", &people];
    let output = run(&[&measure[..], &["--for", "=audit", "--asked-by", "Ann Lee"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    let log = fs::read_to_string(records.0.join("access-log.csv")).expect("a log");
    assert!(log.starts_with("when,by,purpose,command,person\n") && log.contains(",Ann Lee,'=audit,"), "{log}");
}

/// `why` shows ids of people, so it is logged like every other look at them, for one agency's records too.
#[test]
fn asking_why_is_logged_before_anybody_is_shown() {
    let (scheme, records) = folders();
    let shown =
        run(&["why", scheme.path(), records.path(), "--as-at", "2029-06-30", "1", "--asked-by", "Ann Lee", "--for", "audit"]);
    assert!(shown.status.success(), "{}", said(&shown));
    let log = fs::read_to_string(records.0.join("access-log.csv")).expect("a log");
    assert!(log.lines().count() > 1 && log.lines().skip(1).all(|row| row.contains(",Ann Lee,audit,why,")), "{log}");
    // Where nothing can be logged nothing is shown.
    fs::remove_file(records.0.join("access-log.csv")).expect("a log");
    fs::create_dir(records.0.join("access-log.csv")).expect("a folder in its place");
    let blocked = run(&["why", scheme.path(), records.path(), "--as-at", "2029-06-30", "1", "--asked-by", "Ann Lee"]);
    assert!(!blocked.status.success() && said(&blocked).contains("access log"), "{}", said(&blocked));
}

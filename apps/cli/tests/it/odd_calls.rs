//! Calls that nobody should make, and somebody will: what is read is never written over, a file has the format that its name
//! promises, and every message says what to do.

use std::process::Command;

use crate::wellspent::{Scratch, root, run, said};

/// A tally of plain-linear as `measure` writes it.
const TALLY: &str =
    "cohort,people,reoffending,reoffending comparison people,reoffending comparison\n2027-04 to 2028-03,100,40,100,50\n";

#[test]
fn what_a_command_reads_is_never_written_over() {
    let scratch = Scratch::new("read");
    let place = |name: &str| format!("{}/{name}", scratch.path());
    let kept = root().join("apps/cli/tests/ledgers/liability-receivable/ledger.db");
    std::fs::copy(kept, place("ledger.db")).expect("a copy");
    assert!(run(&["new", &place("scheme")]).status.success());
    scratch.write("tally.csv", TALLY);
    scratch.write("records/people.csv", "person\n1\n");
    let (ledger, scheme, tally) = (place("ledger.db"), place("scheme"), place("tally.csv"));
    let by_file = place("scheme/scheme.toml");
    let statement = ["ledger", "statement", &ledger, "--contract", "_base", "--as-at", "2030-01-01", "--xlsx"];
    let pay = ["pay", "plain-linear", "--tally", &tally, "--provider", "Acme", "--as-at", "2029-12-16"];
    let csv = format!("--csv={tally}");
    let calls: Vec<(Vec<&str>, String)> = vec![
        ([&statement[..], &[&ledger]].concat(), ledger.clone()),
        ([&pay[..], &[&csv]].concat(), tally.clone()),
        ([&pay[..], &["--html", &ledger, "--store", &ledger, "--prepared-by", "Ann Lee"]].concat(), ledger.clone()),
        (vec!["stress", &scheme, "--html"], place("scheme/scheme.toml")),
        (vec!["stress", &scheme, "--json"], place("scheme/assumptions.toml")),
        (vec!["stress", &scheme, "--html"], place("scheme/segments.csv")),
        (vec!["sensitivity", &scheme, "--html"], place("scheme/scheme.toml")),
        (vec!["stress", &by_file, "--html"], place("scheme/assumptions.toml")),
    ];
    let records = place("records");
    let people = place("records/people.csv");
    let list = vec!["records", "check", &records, "--list", &people];
    for (arguments, file) in calls.iter().map(|(arguments, file)| (arguments.clone(), file)).chain([(list, &people)]) {
        let ends_in_file = arguments.last().is_some_and(|last| last.ends_with(file.as_str())) || arguments.contains(&"--store");
        let arguments = if ends_in_file { arguments } else { [&arguments[..], &[file.as_str()]].concat() };
        let before = std::fs::read(file).unwrap_or_default();
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("hint: "), "{arguments:?}: {}", said(&output));
        assert!(std::fs::read(file).unwrap_or_default() == before, "{arguments:?} has changed {file}");
    }
}

/// Arguments, what the message says, and the exit code.
#[test]
fn every_odd_call_is_told_what_to_do() {
    let scratch = Scratch::new("odd");
    for (name, text) in [("tally.csv", TALLY), ("empty.csv", ""), ("file.txt", "x\n"), ("people.csv", "person\n1\n")] {
        scratch.write(name, text);
    }
    let place = |name: &str| format!("{}/{name}", scratch.path());
    let (folder, file, empty) = (scratch.path(), place("file.txt"), place("empty.csv"));
    let (ods, text, html) = (place("p.ods"), place("p.txt"), place("x.html"));
    let measure = ["measure", "plain-linear", folder, "--as-at", "2029-12-16"];
    let people = |file| [&measure[..], &["--for", "audit", "--asked-by", "Ann Lee", "--people", file]].concat();
    let with = |more: &[&'static str]| [&measure[..], more].concat();
    let calls: Vec<(Vec<&str>, &str, i32)> = vec![
        (vec!["stress", "plain-linear", "--worlds", "3", "--scenarios", "3"], "`--worlds` is the old name of `--scenarios`", 2),
        (vec!["stress", "plain-linear", "--seed", "-1"], "write a whole number that is not negative", 2),
        (vec!["stress", "plain-linear", "--replications", "3"], "write a whole number from 20 to 100000", 2),
        (vec!["stress", "plain-linear", "--scenarios", "many"], "write a whole number from 0 to 65536", 2),
        (vec!["stress", "plain-linear", "--html", &html, "--json", &html], "is named for two results", 2),
        (vec!["stress", "plain-linear", "--html", "-", "--json"], "only one result can go to standard output", 2),
        (vec!["check", "theory"], "is a folder of textbook cases", 2),
        (vec!["compare", "plain-linear", "theory/cournot"], "is a game of the textbook", 2),
        (vec!["explain", "theory/cournot"], "`wellspent stress schemes/theory/cournot` solves it", 2),
        (vec!["check", "/dev/null"], "is a device, a pipe or a socket", 2),
        (vec!["price", "plain-linear", "--tally", folder], "is a folder", 2),
        (vec!["price", "plain-linear", "--tally", "/dev/null"], "hint: name an ordinary file", 2),
        (people(&ods), "as .ods", 2),
        (people(&text), "hint: give it a name that ends in .csv or .parquet or .xlsx", 2),
        (with(&["--tally", "-", "--quality", "-"]), "only one result can go to standard output", 2),
        (with(&["--tally", "-", "--json"]), "only one result can go to standard output", 2),
        (vec!["simulate", "plain-linear", "--out", &file], "is a file, and a folder is to be written", 2),
        (vec!["records", "check", folder, "--list", folder], "is a folder, and a report is a file", 2),
        (vec!["records", "check", folder, "--list", &ods], "as .ods", 2),
        (vec!["replay", "plain-linear", "--person", "-1"], "write a whole number that is not negative", 2),
        (vec!["price", "plain-linear", "--example", ""], "a value is required for '--example <NAME>'", 2),
        (vec!["uprate", folder, "--index", folder, "--to", "1", "--amount", "a", "--year", "b"], "is a folder", 2),
        (vec!["uprate", &empty, "--index", &empty, "--to", "1", "--amount", "a", "--year", "b"], "is empty", 2),
        (vec!["verify", &file], "is a file, and an assurance pack is a folder", 2),
        (vec!["man", "ledger", "nosuch"], "hint: `wellspent ledger --help` lists the commands", 2),
        (vec!["glossary", "nonsense of all kinds"], "`wellspent glossary` lists the terms", 2),
    ];
    for (arguments, expected, code) in calls {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(expected), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{arguments:?} writes to standard output");
    }
    let once = said(&run(&["price", "plain-linear", "--tally", &empty]));
    assert_eq!(once.matches("error: ").count(), 1, "{once}");
    let plural = run(&["glossary", "tallies"]);
    assert!(plural.status.success() && said(&plural).starts_with("tally\n"), "{}", said(&plural));
}

#[test]
fn a_foreign_file_is_no_access_log_and_stays_as_it_is() {
    let scratch = Scratch::new("foreign");
    let records = format!("{}/records", scratch.path());
    assert!(run(&["simulate", "plain-linear", "--out", &records]).status.success());
    let (log, people) = (format!("{records}/access-log.csv"), format!("{}/people.csv", scratch.path()));
    let ask = ["measure", "plain-linear", &records, "--as-at", "2029-12-16", "--for", "audit", "--asked-by", "Ann Lee"];
    let ask = [&ask[..], &["--people", &people]].concat();
    std::fs::write(&log, "my,own,file\n").expect("a file");
    let refused = run(&ask);
    assert!(said(&refused).contains("is not an access log") && refused.status.code() == Some(2), "{}", said(&refused));
    // What was read before it failed is still told.
    assert!(said(&refused).contains("note: Data quality: "), "{}", said(&refused));
    assert_eq!(std::fs::read_to_string(&log).expect("the file"), "my,own,file\n");
    assert!(!std::path::Path::new(&people).exists());
    std::fs::remove_file(&log).expect("it is there");
    assert!(run(&ask).status.success() && run(&ask).status.success());
    let rows = std::fs::read_to_string(&log).expect("the log");
    assert!(rows.starts_with("when,by,purpose,command,person\n") && rows.lines().count() == 3, "{rows}");
}

/// A path may have any bytes; everything else is text.
#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_told_so() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let odd = OsStr::from_bytes(b"a\xff\xfeb");
    for (before, expected) in [
        (&["check"][..], "there is no folder a"),
        (&["price", "plain-linear", "--tally"], "there is no file a"),
        (&["price", "plain-linear", "--example"], "is not UTF-8"),
        (&["ledger", "show"], "is not UTF-8"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_wellspent")).args(before).arg(odd).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2), "{before:?}");
        assert!(said(&output).contains(expected), "{before:?}: {}", said(&output));
    }
}

/// `-` stands for standard output in every option that writes a file, and nothing else is printed beside it.
#[test]
fn a_dash_is_standard_output_and_never_a_file() {
    let scratch = Scratch::new("dash");
    scratch.write("tally.csv", TALLY);
    let pay = ["pay", "plain-linear", "--tally", "tally.csv", "--provider", "Acme", "--as-at", "2029-12-16"];
    let written = |option: &str| {
        let out = Command::new(env!("CARGO_BIN_EXE_wellspent"))
            .args(pay.iter().chain(&[option, "-"]))
            .current_dir(scratch.path())
            .output()
            .expect("the program runs");
        assert_eq!(out.status.code(), Some(0), "{option}: {}", said(&out));
        assert!(!scratch.0.join("-").exists(), "{option} wrote a file");
        out.stdout
    };
    assert!(written("--html").starts_with(b"<!DOCTYPE html>"));
    assert!(written("--xlsx").starts_with(b"PK"));
    let parquet = written("--parquet");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    scratch.write("records/people.csv", "person\n1\n");
    let list = run(&["records", "check", &format!("{}/records", scratch.path()), "--list", "-"]);
    assert!(list.status.code() == Some(2) && said(&list).contains("it needs a file"), "{}", said(&list));
}

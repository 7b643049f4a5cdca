//! The gate between records and money: what is missing, misspelt, repeated or contradictory never pays another sum in silence,
//! and nothing harmless is refused.

use std::fs;
use std::process::Output;

use crate::wellspent::{Scratch, root, run, said};

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the program writes UTF-8")
}

fn faults(name: &str) -> String {
    root().join("apps/cli/tests/faults").join(name).to_str().expect("a path in UTF-8").to_owned()
}

/// A copy of a folder, to be changed.
fn copy(from: &str) -> Scratch {
    let folder = Scratch::new("gate");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        folder.write(path.file_name().expect("a name").to_str().expect("UTF-8"), fs::read(&path).expect("a file"));
    }
    folder
}

fn change(folder: &Scratch, file: &str, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(folder.0.join(file)).expect("a file");
    folder.write(file, change(&text));
}

fn scheme() -> String {
    faults("repeated-rows/scheme")
}

fn pay_scores(folder: &str, more: &[&str]) -> Output {
    run(&[&["pay", &scheme(), folder, "--as-at", "2027-12-31"], more].concat())
}

fn once() -> Scratch {
    copy(&faults("repeated-rows/once"))
}

fn refused(output: &Output, expected: &[&str]) {
    let said = said(output);
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert_eq!(text(output), "", "no statement is printed: {said}");
    for expected in expected {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
}

#[test]
fn an_events_file_handed_over_twice_counts_once_and_is_told() {
    let once = pay_scores(&faults("repeated-rows/once"), &["--csv"]);
    assert!(once.status.success(), "{}", said(&once));
    let twice = pay_scores(&faults("repeated-rows/twice"), &["--csv"]);
    assert_eq!(text(&twice), text(&once), "{}", said(&twice));
    assert!(said(&twice).contains("10 repeated rows"), "{}", said(&twice));
    assert!(said(&twice).contains("this row repeats an earlier one"), "{}", said(&twice));
    // The whole file added to its own end, header and all; and the same rows as a second file.
    let folder = self::once();
    change(&folder, "events.csv", |events| format!("{events}{events}"));
    let output = pay_scores(folder.path(), &["--csv"]);
    assert_eq!(text(&output), text(&once), "{}", said(&output));
    assert!(said(&output).contains("the header appears again"), "{}", said(&output));
    for table in ["events", "starts", "people", "coverage"] {
        let folder = self::once();
        fs::copy(folder.0.join(format!("{table}.csv")), folder.0.join(format!("{table}-2.csv"))).expect("a copy");
        let output = pay_scores(folder.path(), &["--csv"]);
        assert_eq!(text(&output), text(&once), "{table}: {}", said(&output));
        assert!(said(&output).contains(&format!("{table}-2.csv")), "{table}: {}", said(&output));
    }
}

#[test]
fn rows_under_one_key_that_differ_are_refused_with_both_rows() {
    let cases = [
        ("events.csv", "1,2,outcome achieved,2027-04-20\n", "events.csv: `event`: two rows with the same key differ"),
        ("starts.csv", "1,1,two-four-one,2027-01-10\n", "starts.csv: `start`: two rows with the same key differ"),
        ("coverage.csv", "events,,2027-11-30\n", "coverage.csv: `table`: two rows with the same key differ"),
    ];
    for (file, row, expected) in cases {
        let folder = once();
        change(&folder, file, |text| format!("{text}{row}"));
        refused(&pay_scores(folder.path(), &[]), &[expected, "also in row 2, with a different"]);
        refused(&pay_scores(folder.path(), &["--accept-faults", "x", "--accepted-by", "Ann"]), &[expected]);
    }
}

#[test]
fn a_table_in_two_files_is_one_table_and_other_formats_and_orders_change_nothing() {
    let expected = text(&pay_scores(&faults("repeated-rows/once"), &["--csv"]));
    let folder = once();
    let events = fs::read_to_string(folder.0.join("events.csv")).expect("events");
    let (header, rows) = events.split_once('\n').expect("a header");
    let rows: Vec<&str> = rows.lines().collect();
    folder.write("events.csv", format!("{header}\n{}\n", rows[..4].join("\n")));
    folder.write("events-2.csv", format!("{header}\n{}\n", rows[4..].join("\n")));
    assert_eq!(text(&pay_scores(folder.path(), &["--csv"])), expected);
    // Columns in another order, one more, and a file that is no table.
    let other = |line: &str, more: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells.reverse();
        format!("{},{more}", cells.join(","))
    };
    let body: Vec<String> = rows.iter().rev().map(|row| other(row, "some note")).collect();
    fs::remove_file(folder.0.join("events-2.csv")).expect("gone");
    folder.write("events.csv", format!("{}\n{}\n", other(header, "remark"), body.join("\n")));
    folder.write("readme.txt", "about these files");
    let output = pay_scores(folder.path(), &["--csv"]);
    assert_eq!(text(&output), expected, "{}", said(&output));
    let parquet = Scratch::new("gate-parquet");
    assert!(
        run(&["records", "check", &faults("repeated-rows/once"), "--keep", parquet.path(), "--as", "parquet"]).status.success()
    );
    assert_eq!(text(&pay_scores(parquet.path(), &["--csv"])), expected);
}

#[test]
fn no_evidence_is_not_success() {
    const NONE: &str = "the rules need this kind of event, and the records have none";
    let simulated = Scratch::new("gate-simulated");
    let output = run(&["simulate", "plain-linear", "--out", simulated.path()]);
    assert!(output.status.success(), "{}", said(&output));
    let until = text(&output).trim_end().rsplit(' ').next().expect("a day").to_owned();
    let folder = || copy(simulated.path());
    let pay = |folder: &Scratch| run(&["pay", "plain-linear", folder.path(), "--as-at", &until]);
    assert!(pay(&folder()).status.success(), "{}", said(&pay(&folder())));
    type Spoilt<'a> = (&'a str, &'a dyn Fn(&Scratch), &'a [&'a str]);
    let spoil: [Spoilt<'_>; 4] = [
        ("deleted", &|folder| fs::remove_file(folder.0.join("events.csv")).expect("gone"), &["events.csv", NONE, "offence"]),
        (
            "header only",
            &|folder| change(folder, "events.csv", |text| format!("{}\n", text.lines().next().expect("a header"))),
            &[NONE, "offence"],
        ),
        (
            "another case",
            &|folder| change(folder, "events.csv", |text| text.replace("offence", "Offence")),
            &["looks like one that the rules need", "row 2", "`offence`"],
        ),
        (
            "another word",
            &|folder| change(folder, "events.csv", |text| text.replace("offence", "arrest")),
            &[NONE, "the other kinds here are arrest"],
        ),
    ];
    for (name, spoil, expected) in spoil {
        let folder = folder();
        spoil(&folder);
        let output = pay(&folder);
        let said = said(&output);
        assert_ne!(output.status.code(), Some(0), "{name}: {said}");
        for expected in expected {
            assert!(said.contains(expected), "{name}: {expected}\n{said}");
        }
    }
    // Person ids in another form.
    let folder = once();
    for file in ["people.csv", "starts.csv"] {
        change(&folder, file, |text| {
            text.replace("person\n1\n2\n", "person\na1\na2\n").replace("1,1,one", "1,a1,one").replace("2,2,two", "2,a2,two")
        });
    }
    change(&folder, "events.csv", |text| text.replace(",1,outcome", ",A1,outcome").replace(",2,outcome", ",A2,outcome"));
    refused(&pay_scores(folder.path(), &[]), &["none of the people here is in the table of people", "in another form"]);
}

#[test]
fn a_stated_zero_can_be_paid_and_says_who_said_so() {
    let folder = once();
    change(&folder, "events.csv", |text| {
        text.lines().filter(|line| !line.contains("partly")).map(|line| format!("{line}\n")).collect()
    });
    refused(
        &pay_scores(folder.path(), &[]),
        &["the rules need this kind of event, and the records have none", "outcome partly achieved"],
    );
    let coverage = |row: &str| format!("table,kind,until,people,count,said_by,said_on\nevents,,2027-12-31,,,,\n{row}\n");
    folder.write("coverage.csv", coverage("events,outcome partly achieved,2027-12-31,2,0,Jo Park,2028-01-05"));
    let output = pay_scores(folder.path(), &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("stated by Jo Park on 2028-01-05 for 2 people"), "{}", said(&output));
    for (row, expected) in [
        ("events,outcome partly achieved,2027-12-31,2,0,,2028-01-05", "a count of 0 does not say who stated it"),
        ("events,outcome partly achieved,2027-12-31,1,0,Jo Park,2028-01-05", "fewer people were looked up"),
        ("events,outcome partly achieved,2027-12-31,2,3,Jo Park,2028-01-05", "counted a different number of rows"),
        ("events,outcome achieved,2027-12-31,2,4,Jo Park,2028-01-05", "counted a different number of rows"),
    ] {
        folder.write("coverage.csv", coverage(row));
        refused(&pay_scores(folder.path(), &[]), &[expected]);
    }
    // A file that was cut.
    let folder = once();
    folder.write("coverage.csv", "table,kind,until,count\nevents,,2027-12-31,10\n");
    assert!(pay_scores(folder.path(), &[]).status.success());
    change(&folder, "events.csv", |text| text.lines().take(8).map(|line| format!("{line}\n")).collect());
    refused(&pay_scores(folder.path(), &[]), &["counted a different number of rows", "7 rows"]);
}

#[test]
fn near_misses_are_refused_and_other_words_are_not() {
    let cases: [(&str, &str, &str, &str); 6] = [
        ("events.csv", "9,2,outcome partly", "9,2,outcome  partly", "outcome partly achieved"),
        ("events.csv", "9,2,outcome partly", "9,2,outcome\u{a0}partly", "<U+00A0>"),
        ("events.csv", "9,2,outcome partly", "9,2,outcome\u{200b} partly", "<U+200B>"),
        ("events.csv", "9,2,outcome partly", "9,2,outcome parlty", "row 10"),
        ("events.csv", "event,person,kind,date", "event,person,kind,Date ,setled", "`settled`"),
        ("coverage.csv", "events,,2027", "events,Outcome achieved,2027", "looks like one that the rules need"),
    ];
    for (file, from, to, expected) in cases {
        let folder = once();
        change(&folder, file, |text| text.replace(from, to));
        let output = pay_scores(folder.path(), &[]);
        let said = said(&output);
        assert!(output.status.code() != Some(0) && said.contains(expected), "{to}: {said}");
    }
    let folder = once();
    change(&folder, "events.csv", |text| format!("{text}11,2,arrest,2027-04-20\n12,2,job start,2027-04-20\n"));
    assert!(pay_scores(folder.path(), &[]).status.success());
    fs::rename(folder.0.join("events.csv"), folder.0.join("event.csv")).expect("renamed");
    refused(&pay_scores(folder.path(), &[]), &["event.csv", "looks like that of a table"]);
}

#[test]
fn faults_that_touch_the_sum_are_refused_unless_somebody_accepts_them() {
    let folder = once();
    change(&folder, "events.csv", |text| format!("{text}11,2,outcome achieved,20/04/2027\n12,99,outcome achieved,2027-04-20\n"));
    let expected = ["row 12", "row 13", "no person with this id is in the table of people", "2 rows cannot be used"];
    refused(&pay_scores(folder.path(), &[]), &expected);
    refused(&pay_scores(folder.path(), &["--accept-faults", "known to be test rows"]), &["the name is missing"]);
    let store = format!("{}/ledger.db", folder.path());
    let more = ["--accept-faults", "known to be test rows", "--prepared-by", "Ann Lee", "--store", &store];
    let output = pay_scores(folder.path(), &more);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("Faults accepted by Ann Lee: known to be test rows"), "{}", said(&output));
    let run_id = text(&output).lines().find_map(|line| line.strip_prefix("run ")).expect("a run")[..12].to_owned();
    let shown = said(&run(&["ledger", "show", &store, &run_id]));
    for expected in ["known to be test rows", "2 set aside", "SHA-256 ", "events.csv"] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    let approved = said(&run(&["approve", &run_id, "--store", &store, "--by", "Bob Roe"]));
    assert!(approved.contains("2 set aside") && approved.contains("approved and posted"), "{approved}");
    // A row of a kind that no rule looks at changes nothing.
    let folder = once();
    change(&folder, "events.csv", |text| format!("{text}12,99,arrest,2027-04-20\n"));
    let output = pay_scores(folder.path(), &[]);
    assert!(output.status.success() && said(&output).contains("set aside, no effect"), "{}", said(&output));
}

/// Tables from which rows were left out allow a sum only where the tables that they were made from do.
#[test]
fn rows_that_were_left_out_count_as_set_aside() {
    let folder = once();
    change(&folder, "events.csv", |text| text.replacen("2027-04-20", "2027-02-30", 1));
    refused(&pay_scores(folder.path(), &[]), &["this day does not exist"]);
    let accept = ["--accept-faults", "agreed", "--accepted-by", "Jo Park"];
    let accepted = pay_scores(folder.path(), &accept);
    assert!(accepted.status.success(), "{}", said(&accepted));
    let mut from = folder.path().to_owned();
    let kept = [Scratch::new("kept"), Scratch::new("kept-again")];
    for (kept, format) in kept.iter().zip(["csv", "parquet"]) {
        run(&["records", "check", &from, "--keep", kept.path(), "--as", format]);
        let told =
            ["the row was set aside when these tables were made", "row 2 of events.csv: this day does not exist", "1 set aside"];
        refused(&pay_scores(kept.path(), &[]), &told[..2]);
        let paid = pay_scores(kept.path(), &accept);
        assert!(paid.status.success() && told.iter().all(|told| said(&paid).contains(told)), "{}", said(&paid));
        let check = run(&["records", "check", kept.path()]);
        assert!(check.status.code() == Some(1) && said(&check).contains(told[1]), "{}", said(&check));
        from = kept.path().to_owned();
    }
    // A row under a key that another row has stops the first run, and every later one.
    change(&folder, "events.csv", |text| text.replacen("2027-02-30", "2027-04-20", 1) + "2,2,outcome achieved,2027-04-20\n");
    let kept = Scratch::new("kept");
    run(&["records", "check", folder.path(), "--keep", kept.path()]);
    refused(&pay_scores(kept.path(), &accept), &["do not allow a result", "two rows with the same key differ"]);
    // What cannot be read hides nothing.
    kept.write("set-aside.csv", "nothing");
    refused(&pay_scores(kept.path(), &accept), &["set-aside.csv says which rows were left out"]);
    // Sound tables have no list.
    let kept = Scratch::new("kept");
    run(&["records", "check", once().path(), "--keep", kept.path()]);
    assert!(!kept.0.join("set-aside.csv").exists() && pay_scores(kept.path(), &[]).status.success());
}

/// A row that was left out of kept tables stops only those runs whose rules need its kind; and the list of such rows is not lost unseen.
#[test]
fn rows_that_no_rule_needs_are_left_out_of_kept_tables_without_effect() {
    let folder = once();
    change(&folder, "events.csv", |text| {
        let rows: String = text.lines().skip(1).map(|row| format!("{row},\n")).collect();
        format!("event,person,kind,date,known\n{rows}12,1,arrest,2027-12-20,2027-01-01\n")
    });
    let kept = Scratch::new("kept");
    run(&["records", "check", folder.path(), "--keep", kept.path()]);
    let list = fs::read_to_string(kept.0.join("set-aside.csv")).expect("a list");
    assert!(list.contains(",events.csv,arrest") && !list.contains("2027"), "{list}");
    let paid = pay_scores(kept.path(), &[]);
    assert!(paid.status.success() && said(&paid).contains("set aside, no effect"), "{}", said(&paid));
    for list in [None, Some("table,row,column,grade,what,file,kind\n")] {
        fs::remove_file(kept.0.join("set-aside.csv")).expect("it is there");
        list.iter().for_each(|list| kept.write("set-aside.csv", list));
        let words = ["kept.csv says that 1 row was left out of these tables, and set-aside.csv lists 0"];
        refused(&pay_scores(kept.path(), &[]), &words);
        kept.write("set-aside.csv", "");
    }
    // Without both lists, the name of the table says that it is not the whole one.
    for name in ["set-aside.csv", "kept.csv"] {
        fs::remove_file(kept.0.join(name)).expect("it is there");
    }
    refused(&pay_scores(kept.path(), &[]), &["events-kept.csv has what was kept of a table, and kept.csv"]);
}

/// What somebody may accept is listed apart from what nobody can.
#[test]
fn what_can_be_accepted_is_listed_apart() {
    let folder = once();
    change(&folder, "events.csv", |text| text.replacen("2027-04-20", "2027-02-30", 1) + "2,2,outcome achieved,2027-04-20\n");
    let accept = ["--accept-faults", "agreed", "--accepted-by", "Jo Park"];
    for (more, heading) in
        [(&[][..], "these can be accepted with --accept-faults"), (&accept, "these were accepted, and do not stop")]
    {
        let output = pay_scores(folder.path(), more);
        refused(&output, &["nobody can accept these:", heading]);
        let said = said(&output);
        let at = |words: &str| said.find(words).unwrap_or_else(|| panic!("{words}\n{said}"));
        assert!(
            at("nobody can accept") < at("two rows with the same key differ")
                && at("two rows with the same key differ") < at(heading),
            "{said}"
        );
        assert!(at(heading) < at("this day does not exist"), "{said}");
    }
}

/// A birth that cannot be read removes nobody: no rule asks for it.
#[test]
fn a_birth_that_cannot_be_read_is_unknown() {
    let sum = text(&pay_scores(once().path(), &["--csv"]));
    let folder = once();
    change(&folder, "people.csv", |text| {
        let rows: Vec<String> = text.lines().skip(1).map(|row| format!("{row},1980-02-30")).collect();
        format!("person,born\n{}\n", rows.join("\n"))
    });
    let output = pay_scores(folder.path(), &["--csv"]);
    assert_eq!(text(&output), sum, "{}", said(&output));
    assert!(said(&output).contains("this value cannot be read and counts as none") && !said(&output).contains("1980"));
    assert!(!run(&["records", "check", folder.path()]).status.success(), "the tables have a fault all the same");
}

/// A start that was handed over twice under another key counts once, and the message says so.
#[test]
fn copies_of_starts_are_told_in_the_right_words() {
    let folder = once();
    change(&folder, "starts.csv", |text| {
        let first = text.lines().nth(1).expect("a start").split_once(',').expect("a key").1;
        format!("{text}99,{first}\n")
    });
    let output = pay_scores(folder.path(), &[]);
    assert!(output.status.success(), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("starts.csv: this start equals another in everything except its key; a person counts once"), "{said}");
}

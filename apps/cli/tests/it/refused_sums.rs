//! Whole commands that could pay another sum than the contract: each is refused with its reason, or pays the right one.

use std::fs;
use std::process::{Command, Output};

use crate::payees::scheme;
use crate::paying::{run_of, text};
use crate::wellspent::{Scratch, root, run, said};

/// A contract of two cohorts of a year, £10 for each job, with keys at the top and clauses at the end.
fn jobs(top: &str, end: &str) -> Scratch {
    let folder = Scratch::new("jobs");
    folder.write(
        "scheme.toml",
        format!(
            "scheme = \"T\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\n\
             from = \"assumption: x\"\n{top}\n[contract]\nstarts = 2027-04-01\nends = 2029-03-31\n[cohorts]\nstarts = 2027-04-01\n\
             ends = 2029-03-31\nevery = \"1 year\"\npeople = 3\n[outcome.job]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\n\
             window = \"12 months\"\n[outcome.job.measured]\nrule = \"any within\"\nevents = \"job\"\n[pay.job]\n\
             clause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£10\"\n{end}"
        ),
    );
    folder
}

/// People who start on a day with a provider, and the day of a job of each.
fn records(people: &[(&str, &str, &str)]) -> Scratch {
    let folder = Scratch::new("records");
    let (mut names, mut starts, mut events) =
        ("person\n".to_owned(), "start,person,provider,began\n".to_owned(), "event,person,kind,date\n".to_owned());
    for (at, (provider, began, job)) in people.iter().enumerate() {
        names += &format!("{at}\n");
        starts += &format!("s{at},{at},{provider},{began}\n");
        events += &format!("e{at},{at},job,{job}\n");
    }
    folder.write("people.csv", names);
    folder.write("starts.csv", starts);
    folder.write("events.csv", events);
    folder.write("coverage.csv", "table,kind,until\nevents,,2030-12-31\n");
    folder
}

fn pay(scheme: &Scratch, records: &Scratch, day: &str, more: &[&str]) -> Output {
    run(&[&["pay", scheme.path(), records.path(), "--as-at", day], more].concat())
}

fn refused(output: &Output, words: &[&str]) {
    let said = said(output);
    assert!(!output.status.success(), "{said}");
    assert!(!text(output).contains(" in all"), "nothing is shown as if it were due: {said}");
    for words in words {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

fn in_all(output: &Output, sum: &str) {
    assert!(output.status.success(), "{}", said(output));
    assert!(
        text(output).contains(&format!("in all {sum}")) || text(output).split_whitespace().any(|word| word == sum),
        "{}",
        said(output)
    );
}

/// An award of £500 was paid to each of two providers that held the area one after the other, and a cap of £12 let £20 through.
#[test]
fn a_change_of_provider_pays_for_the_area_once() {
    let end = "[pay.aw]\nclause = \"award\"\nstandards = [ { outcome = \"job\", reaches = \"40%\" } ]\npays = [\"£0\", \"£500\"]\n\
               measured_over = \"each cohort\"\n[pay.cap]\nclause = \"cap\"\non = [\"job\"]\nmost = \"£12\"\nmeasured_over = \"each cohort\"\n";
    let contract = |change: (&str, &str)| {
        let folder = jobs("providers = \"p.csv\"", end);
        folder.write("p.csv", format!("provider,starts,ends\nA,,{}\nB,{},\n", change.0, change.1));
        folder
    };
    let people = records(&[("A", "2027-06-01", "2027-07-01"), ("B", "2028-06-01", "2028-07-01")]);
    let inside = contract(("2027-09-30", "2027-10-01"));
    let words = ["p.csv", "changes hands between `A` and `B`", "`aw` (award), `cap` (cap)", "2028-04-01", "priced_for"];
    refused(&pay(&inside, &people, "2030-12-31", &[]), &words);
    assert!(said(&run(&["check", inside.path()])).contains("changes hands"), "check says it, too");
    let between = contract(("2028-03-31", "2028-04-01"));
    let paid = text(&pay(&between, &people, "2030-12-31", &[]));
    assert_eq!(paid.matches("£510").count(), 2, "each has a cohort of its own\n{paid}");
}

/// Nothing is paid after the last day that the contract names for it.
#[test]
fn nothing_is_paid_after_the_final_payment() {
    let contract = jobs("", "");
    let text_of = fs::read_to_string(contract.0.join("scheme.toml")).expect("the scheme");
    contract.write(
        "scheme.toml",
        text_of.replace("ends = 2029-03-31\n[cohorts]", "ends = 2029-03-31\nfinal_payment = 2029-06-30\n[cohorts]"),
    );
    let people = records(&[("A", "2029-03-01", "2029-12-31"), ("A", "2028-05-01", "2028-06-01")]);
    refused(&pay(&contract, &people, "2030-12-31", &[]), &["nothing after 2029-06-30", "`final_payment`", "--as-at 2029-06-30"]);
    refused(&pay(&contract, &people, "2029-06-30", &["--known-at", "2030-12-31"]), &["--known-at is 2030-12-31"]);
    in_all(&pay(&contract, &people, "2029-06-30", &[]), "£10");
}

/// Other providers of a pot: the paid one is known from the records where the contract does not list it.
#[test]
fn a_pot_is_not_divided_with_oneself() {
    let end = "[pay.pot]\nclause = \"points payment\"\nindicators = [{ outcome = \"job\", points = 60, none_at = \"0%\", all_at = \"100%\" }]\n\
               pot = \"£600\"\nothers = \"others.csv\"\nmeasured_over = \"each year\"\n";
    let contract = jobs("", end);
    let people = records(&[("Acme", "2027-06-01", "2027-07-01")]);
    contract.write("others.csv", "provider,points\nBrook,60\nacme,60\n");
    refused(&pay(&contract, &people, "2030-12-31", &[]), &["others.csv, row 3", "`acme` is paid by `pot` itself"]);
    contract.write("others.csv", "provider,points\nBrook,60\n");
    in_all(&pay(&contract, &people, "2030-12-31", &[]), "£310");
}

/// A tally says of whom and of what contract it is, and pays cohorts that have ended.
#[test]
fn a_tally_is_paid_to_whom_it_names_once_its_cohorts_have_ended() {
    let contract = jobs("", "");
    let tally = |rows: &str| {
        contract.write("t.txt", rows);
        contract.0.join("t.txt").display().to_string()
    };
    let pay =
        |rows: &str, day: &str| run(&["pay", contract.path(), "--tally", &tally(rows), "--provider", "Acme", "--as-at", day]);
    let both = "provider,cohort,people,job\nBeta,2027-04 to 2028-03,10,5\nAcme,2028-04 to 2029-03,10,5\n";
    refused(&pay(both, "2031-01-01"), &["this row counts the people of `Beta`"]);
    let own = both.replace("Beta", "Acme");
    refused(&pay(&own, "2028-06-01"), &["2028-04 to 2029-03", "ends on 2029-03-31, after --as-at 2028-06-01"]);
    in_all(&pay(&own, "2031-01-01"), "£100");
    let early = pay(&own, "2029-06-01");
    in_all(&early, "£100");
    assert!(
        said(&early).contains("is taken as complete. Whoever started on its last day is known on 2030-03-30"),
        "{}",
        said(&early)
    );
    let other = own.replace("provider,", "scheme,").replace("Acme,", "other,");
    refused(&pay(&other, "2031-01-01"), &["this row is for the contract `other`"]);
    in_all(&pay(&own.replace("provider,", "scheme,").replace("Acme,", "jobs,"), "2031-01-01"), "£100");
}

fn prepare(scheme: &Scratch, records: &Scratch, day: &str, store: &str, more: &[&str]) -> Output {
    pay(scheme, records, day, &[&["--store", store, "--prepared-by", "Ann Lee"], more].concat())
}

fn approve(prepared: &Output, store: &str) -> Output {
    assert!(prepared.status.success(), "{}", said(prepared));
    run(&["approve", &run_of(prepared), "--store", store, "--by", "Ben Cole"])
}

/// A year typed wrongly would owe fees of months that have not passed, and no right day could follow it.
#[test]
fn a_day_to_come_is_not_recorded() {
    let contract = scheme("", "");
    let people = Scratch::new("extract");
    people.write("people.csv", "person\n1\n");
    people.write("starts.csv", "start,person,provider,began\n1,1,Acme,2020-02-01\n");
    people.write("events.csv", "event,person,kind,date\n1,1,x,2020-02-15\n");
    people.write("coverage.csv", "table,kind,until\nevents,x,2021-12-31\n");
    let store = people.0.join("ledger.db").display().to_string();
    // The tests' today is in 2035.
    refused(&prepare(&contract, &people, "2072-07-31", &store, &[]), &["--as-at is 2072-07-31, and today is 2035-12-31"]);
    let known = ["--known-at", "2072-07-31"];
    refused(&prepare(&contract, &people, "2021-07-31", &store, &known), &["--known-at is 2072-07-31"]);
    assert!(!people.0.join("ledger.db").exists(), "nothing is recorded");
    assert!(pay(&contract, &people, "2072-07-31", &[]).status.success(), "a statement that is not recorded is for any day");
    assert!(approve(&prepare(&contract, &people, "2021-12-31", &store, &[]), &store).status.success());
}

/// A comment in a copied scheme file makes other rules of the same contract, and everything would be owed again.
#[test]
fn a_copy_of_a_contract_with_a_comment_is_paid_once() {
    let people = records(&[("Acme", "2027-06-01", "2027-07-01")]);
    let store = people.0.join("ledger.db").display().to_string();
    let first = jobs("", "");
    assert!(approve(&prepare(&first, &people, "2030-12-31", &store, &[]), &store).status.success());
    let copy = Scratch::new("jobs-2");
    let text_of = fs::read_to_string(first.0.join("scheme.toml")).expect("the scheme");
    copy.write("scheme.toml", format!("# A copy.\n{text_of}"));
    let output = prepare(&copy, &people, "2030-12-31", &store, &[]);
    refused(&output, &["the contract jobs has run", "for the same people of Acme", "would be owed again", "--beside \"jobs\""]);
    // With newer records it is told. Another contract that pays for the same people says so.
    let newer = records(&[("Acme", "2027-06-01", "2027-07-01"), ("Acme", "2028-06-01", "2028-07-01")]);
    let output = prepare(&copy, &newer, "2030-12-31", &store, &[]);
    assert!(
        output.status.success() && said(&output).contains("has the same clauses, prices and cohorts as the contract jobs"),
        "{}",
        said(&output)
    );
    let beside = prepare(&copy, &people, "2030-12-31", &store, &["--beside", "jobs"]);
    assert!(approve(&beside, &store).status.success(), "{}", said(&beside));
}

/// Results replace nothing but an earlier result of the same format.
#[test]
fn a_result_replaces_nothing_else() {
    let (contract, people) = (jobs("", ""), records(&[("Acme", "2027-06-01", "2027-07-01")]));
    let place = |name: &str| people.0.parent().expect("a folder").join(name).display().to_string();
    let (linked, store) = (place("copy.csv"), place("ledger.db"));
    fs::hard_link(people.0.join("events.csv"), &linked).expect("a hard link");
    let before = fs::read(&linked).expect("events");
    let pay = |option: &str, file: &str| match option {
        "--csv" => pay(&contract, &people, "2030-12-31", &[&format!("--csv={file}")]),
        _ => pay(&contract, &people, "2030-12-31", &[option, file]),
    };
    refused(&pay("--csv", &linked), &["copy.csv is another name of", "events.csv"]);
    assert_eq!(fs::read(&linked).expect("events"), before);
    let made =
        run(&["pay", contract.path(), people.path(), "--as-at", "2030-12-31", "--store", &store, "--prepared-by", "Ann Lee"]);
    assert!(made.status.success(), "{}", said(&made));
    let book = fs::read(&store).expect("a ledger");
    let no_ending = place("book");
    fs::copy(&store, &no_ending).expect("a ledger without an ending");
    for (option, file, words) in [
        ("--csv", store.as_str(), "ends in .csv"),
        ("--html", &store, "ends in .html"),
        ("--csv", &no_ending, "is there already and is no CSV file"),
        ("--html", &no_ending, "is there already and is no HTML file"),
        ("--xlsx", &no_ending, "is there already and is no XLSX file"),
        ("--html", &place("out.csv"), "ends in .html"),
    ] {
        refused(&pay(option, file), &[words]);
    }
    assert_eq!((fs::read(&store).expect("a ledger"), fs::read(&no_ending).expect("a ledger")), (book.clone(), book));
    // The second time, each replaces what the first run wrote.
    for (option, name) in
        [("--csv", "out.csv"), ("--html", "out.html"), ("--xlsx", "out.xlsx"), ("--parquet", "out.parquet"), ("--csv", "out")]
    {
        for _ in 0..2 {
            let output = pay(option, &place(name));
            assert!(output.status.success(), "{}", said(&output));
        }
    }
    // A workbook in a folder of records that the command does not read.
    fs::copy(place("out.xlsx"), people.0.join("claims.xlsx")).expect("a workbook");
    let sheet = people.0.join("claims.xlsx").display().to_string();
    let arguments = ["ledger", "statement", &store, "--contract", "jobs", "--as-at", "2030-12-31", "--xlsx", &sheet];
    let output =
        Command::new(env!("CARGO_BIN_EXE_wellspent")).args(arguments).current_dir(root()).output().expect("the program starts");
    refused(&output, &["claims.xlsx is in a folder of records"]);
}

//! Exceptions from a measure, from records to money: who is excepted is counted, shown and explained, and above the limit nothing is paid.

use std::fs;

use crate::wellspent::{Scratch, run, said};

const SCHEME: &str = "scheme = \"Test\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\n\
    [contract]\nstarts = 2027-01-01\nends = 2028-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2027-01-01\nends = 2027-12-31\nevery = \"1 year\"\npeople = 5\n\
    [outcome.checked]\nmeasure = \"patients checked\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
    [outcome.checked.measured]\nrule = \"any within\"\nevents = \"check\"\n\
    [outcome.checked.exceptions]\nevents = \"declined\"\ngood_result = \"counts\"\nat_most = \"LIMIT\"\n\
    [pay.award]\nclause = \"award\"\nstandards = [{ outcome = \"checked\", reaches = \"66 %\" }]\npays = [\"£0\", \"£900\"]\n\
    measured_over = \"each year\"\nfrom = \"assumption: test\"\n";

/// What a command says, with its lines joined.
fn one_line(output: &std::process::Output) -> String {
    said(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Of five patients 1 and 2 are checked; 2 and 3 have declined, 3 twice; 4 declined before the start; and 5 declined after the window.
fn folders(limit: &str) -> (Scratch, Scratch) {
    let (scheme, records) = (Scratch::new("scheme"), Scratch::new("records"));
    scheme.write("scheme.toml", SCHEME.replace("LIMIT", limit));
    records.write("people.csv", "person\n1\n2\n3\n4\n5\n");
    let start = |person: u32| format!("{person},{person},P,2027-03-31\n");
    records.write("starts.csv", format!("start,person,provider,began\n{}", (1..=5).map(start).collect::<String>()));
    records.write(
        "events.csv",
        "event,person,kind,date\ne1,1,check,2027-05-01\ne2,2,check,2027-05-01\ne3,2,declined,2027-04-01\ne4,3,declined,2027-06-01\n\
         e5,3,declined,2027-07-01\ne6,4,declined,2027-03-30\ne7,5,declined,2028-03-31\n",
    );
    records.write("coverage.csv", "table,kind,until,since\nevents,,2028-12-31,2026-01-01\n");
    records.write("providers.csv", "provider\nP\n");
    (scheme, records)
}

#[test]
fn who_is_excepted_is_counted_paid_and_explained() {
    let (scheme, records) = folders("20 %");
    let out = Scratch::new("out");
    let file = |name: &str| format!("{}/{name}", out.path());
    let with = |command: &str, more: &[&str]| {
        let output = run(&[&[command, scheme.path(), records.path(), "--as-at", "2028-12-31"][..], more].concat());
        one_line(&output)
    };
    // Person 3 alone: 2 was checked, and the reasons of 4 and 5 are outside the window. Two of four is 50 %, short of 66 %.
    let measured = with("measure", &["--tally", &file("tally.csv")]);
    assert!(measured.contains("1 of 5 people is excepted from checked."), "{measured}");
    let tally = fs::read_to_string(file("tally.csv")).expect("the tally");
    assert!(tally.contains("people,checked,checked excepted\n") && tally.trim_end().ends_with(",5,2,1"), "{tally}");
    let people = ["--people", &file("people.csv"), "--for", "audit", "--asked-by", "Ann Lee"];
    with("measure", &people);
    let table = fs::read_to_string(file("people.csv")).expect("the table");
    let row = table.lines().find(|line| line.trim_start_matches('"').starts_with('3')).expect("person 3");
    assert!(row.contains("excepted") && row.contains("excepted for a reason on 2027-06-01"), "{row}");

    let paid = with("pay", &[]);
    assert!(paid.contains("checked was 50% (2 of 4 people)") && paid.contains("1 person is excepted from checked"), "{paid}");
    // The tally is priced to the same.
    let priced = one_line(&run(&["price", scheme.path(), "--tally", &file("tally.csv")]));
    assert!(priced.contains("2 of 4 people"), "{priced}");

    let why = with("why", &["--person", "3"]);
    assert!(why.contains("checked: excepted ") && why.contains("excepted because of: declined on 2027-06-01"), "{why}");
    let why = with("why", &["--person", "2"]);
    assert!(why.contains("checked: 1, on 2027-05-01"), "{why}");
    let json = with("measure", &["--json"]);
    assert!(json.contains("\"excepted\": 1"), "{json}");
}

/// A claim for somebody excepted is true, and does not count. It is not called unsupported.
#[test]
fn a_claim_for_somebody_excepted_does_not_count() {
    let (scheme, records) = folders("60 %");
    records.write("claims.csv", "claim,provider,person,outcome,date\nc1,P,2,checked,2027-06-01\nc2,P,3,checked,2027-06-01\n");
    let output = run(&["claims", scheme.path(), records.path(), "--as-at", "2028-12-31"]);
    let text = said(&output);
    let row: Vec<&str> = text.lines().find(|line| line.starts_with("P ")).expect("a row").split_whitespace().collect();
    // Matched, unclaimed, unsupported, does not count, not yet known.
    assert_eq!((row[row.len() - 5], row[row.len() - 3], row[row.len() - 2]), ("1", "0", "1"), "{text}");
    assert!(output.status.success(), "{text}");
}

#[test]
fn above_the_limit_nothing_is_paid_and_measure_says_where() {
    let (scheme, records) = folders("19 %");
    let with = |command: &str, as_at: &str| run(&[command, scheme.path(), records.path(), "--as-at", as_at]);
    let over = "P: 1 of 5 people is excepted from checked in 2027-01 to 2027-12, and the contract allows at most 19% (0 people)";
    let measured = said(&with("measure", "2028-12-31"));
    assert!(measured.contains(&format!("Too many exceptions: {over}.")), "{measured}");
    let refused = with("pay", "2028-12-31");
    let text = said(&refused);
    assert!(!refused.status.success() && text.contains("more people are excepted than the contract allows"), "{text}");
    assert!(text.contains(over) && text.contains("`at_most` in scheme.toml"), "{text}");
    // Before everything is known of everyone, the share of those known so far says nothing.
    assert!(with("pay", "2028-01-31").status.success(), "{}", said(&with("pay", "2028-01-31")));
}

/// Whoever could be excepted because of a row that cannot be read is, at one end of what is paid.
#[test]
fn a_row_that_is_set_aside_may_have_been_a_reason() {
    let (scheme, records) = folders("60 %");
    let text = SCHEME.replace("LIMIT", "60 %") + "[records]\nfaults = 1\n";
    scheme.write("scheme.toml", text);
    let events = fs::read_to_string(records.0.join("events.csv")).expect("events");
    records.write("events.csv", events + "e8,4,declined,2027-13-01\n");
    let paid = said(&run(&["pay", scheme.path(), records.path(), "--as-at", "2028-12-31"]));
    // Whom the row is about may count in no measure, so no bound is given.
    assert!(paid.contains("could change the sum cannot be said"), "{paid}");
}

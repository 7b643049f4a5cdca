//! `pay`, `why` and `claims` on the folder of several agencies: probation knows who started, the police what became of them, and
//! a link says who is who with a known probability.

use std::fmt::Write as _;
use std::fs;
use std::process::Output;

use crate::payees::scheme;
use crate::paying::text;
use crate::wellspent::{Scratch, run, said};

/// People whose links are sure, every second of whom reached the outcome; and people with a link of 0.05, 0.10 … to somebody
/// who did.
const SURE: usize = 40;
const DOUBTFUL: usize = 19;

fn probability(at: usize) -> f64 {
    (at + 1) as f64 * 0.05
}

/// The folder of both agencies; with `sure`, every link is certain.
fn folder(sure: bool) -> Scratch {
    let scratch = Scratch::new("joint");
    let [mut people, mut starts, mut others, mut events, mut persons, mut links] = [
        "person\n",
        "start,person,provider,began\n",
        "person\n",
        "event,person,kind,date\n",
        "agency,id,person,quality\n",
        "agency,id,other_agency,other_id,probability\n",
    ]
    .map(str::to_owned);
    for at in 0..SURE + DOUBTFUL {
        let _ = writeln!(people, "{at}");
        let _ = writeln!(starts, "{at},{at},Acme,2020-02-01");
        let _ = writeln!(persons, "probation,{at},P{at},1");
        let doubt = at.checked_sub(SURE);
        if doubt.is_none() && at % 2 == 1 {
            continue;
        }
        let _ = writeln!(others, "X{at}");
        let _ = writeln!(events, "{at},X{at},x,2020-02-15");
        let found = doubt.filter(|_| !sure).map_or(1.0, probability);
        let _ = writeln!(persons, "police,X{at},{}{at},1", if found >= 0.5 { "P" } else { "S" });
        let _ = writeln!(links, "probation,{at},police,X{at},{found}");
    }
    for agency in ["probation", "police"] {
        fs::create_dir_all(scratch.0.join(agency)).expect("a folder");
    }
    scratch.write("probation/people.csv", people);
    scratch.write("probation/starts.csv", starts);
    scratch.write("probation/providers.csv", "provider\nAcme\n");
    scratch.write("probation/claims.csv", "claim,provider,person,outcome,date\n1,Acme,0,o,2020-03-01\n2,Acme,1,o,2020-03-01\n");
    scratch.write("police/people.csv", others);
    scratch.write("police/events.csv", events);
    scratch.write("police/coverage.csv", "table,kind,until\nevents,,2021-12-31\n");
    scratch.write("persons.csv", persons);
    scratch.write("links.csv", links);
    let mut purposes = String::new();
    for (name, shows) in [
        ("pay", "\"people\", \"starts\", \"providers\", \"events: x\""),
        ("claims", "\"people\", \"starts\", \"providers\", \"claims\", \"events: x\""),
        ("offences", "\"people\", \"starts\", \"providers\", \"events: offence\""),
    ] {
        let _ = write!(
            purposes,
            "[purpose.{name}]\nwhy = \"to pay for results\"\nlegal_basis = \"Offender Management Act 2007, s.14\"\n\
             agencies = [\"probation\", \"police\"]\nshows = [{shows}]\nfrom = 2026-01-01\nuntil = 2099-12-31\n\n"
        );
    }
    scratch.write("purposes.toml", purposes);
    scratch
}

fn ask(command: &str, scheme: &Scratch, folder: &Scratch, more: &[&str]) -> Output {
    run(&[&[command, scheme.path(), folder.path(), "--as-at", "2021-12-31"], more].concat())
}

const FOR: [&str; 4] = ["--purpose", "pay", "--asked-by", "B"];

#[test]
fn linked_records_are_paid_with_what_linkage_leaves_unsure() {
    let (contract, folder) = (scheme("providers = [\"Acme\"]", ""), folder(false));
    let nobody = ask("pay", &contract, &folder, &[]);
    assert!(said(&nobody).contains("say why you join them: add --purpose NAME"), "{}", said(&nobody));
    let uncovered = ask("pay", &contract, &folder, &["--purpose", "offences", "--asked-by", "B"]);
    assert!(said(&uncovered).contains("does not cover \"events: x\""), "{}", said(&uncovered));
    assert!(!folder.0.join("access-log.csv").exists(), "nothing was shown");

    let paid = ask("pay", &contract, &folder, &[&FOR[..], &["--draws", "1000"]].concat());
    let shown = text(&paid);
    let likely = (0..DOUBTFUL).filter(|at| probability(*at) >= 0.5).count();
    let linked = SURE / 2 + likely;
    assert!(
        shown.contains("Acme in all") && shown.contains(&format!("£{},{:03}\n", linked / 10, linked % 10 * 100)),
        "{}",
        said(&paid)
    );
    let log = fs::read_to_string(folder.0.join("access-log.csv")).expect("who asked is written down");
    assert!(log.ends_with(",B,pay,pay,\n"), "{log}");
    // £100 for each: the mean is that of the links' probabilities, and 95 in 100 lie within two standard deviations.
    let plain = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let after = |words: &str| -> f64 {
        let rest = plain.split_once(words).unwrap_or_else(|| panic!("{words}: {plain}")).1.trim_start_matches([' ', '£']);
        let number: String =
            rest.chars().take_while(|c| c.is_ascii_digit() || *c == ',' || *c == '.').filter(|c| *c != ',').collect();
        number.trim_end_matches('.').parse().unwrap_or_else(|_| panic!("{words}: {plain}"))
    };
    let (low, mean) = (after("the sum is between"), after(", and £"));
    let high: f64 = {
        let rest = plain.split_once("the sum is between").expect("the interval").1;
        let number = rest.split_once(" and £").expect("the interval").1;
        number.chars().take_while(|c| *c != ' ').filter(char::is_ascii_digit).collect::<String>().parse().expect("pounds")
    };
    let expected = 100.0 * ((SURE / 2) as f64 + (0..DOUBTFUL).map(probability).sum::<f64>());
    let deviation = 100.0 * (0..DOUBTFUL).map(|at| probability(at) * (1.0 - probability(at))).sum::<f64>().sqrt();
    assert!((mean - expected).abs() < 4.0 * deviation / 1000.0_f64.sqrt() + 1.0, "{mean} is not {expected}: {plain}");
    for (end, sign) in [(low, -1.0), (high, 1.0)] {
        assert!((end - (expected + sign * 1.96 * deviation)).abs() < 0.35 * deviation + 50.0, "{end}: {expected} ± {deviation}");
    }
}

/// Records of one agency with other dates of birth are two people, whatever the table of persons says of them. A slip is no other person.
#[test]
fn records_with_other_dates_of_birth_are_not_paid_as_one_person() {
    let (contract, folder) = (scheme("providers = [\"Acme\"]", ""), folder(true));
    let right = text(&ask("pay", &contract, &folder, &FOR));
    let born = |of: &dyn Fn(usize) -> String| {
        let rows: String = (0..SURE + DOUBTFUL).map(|at| format!("{at},{}\n", of(at))).collect();
        folder.write("probation/people.csv", format!("person,born\n{rows}"));
    };
    let year = |at: usize| format!("{}-0{}-1{}", 1950 + at, 1 + at % 9, at % 7);
    born(&year);
    assert_eq!(text(&ask("pay", &contract, &folder, &FOR)), right, "each record has a person of its own");
    // The records 0 to 9 become one person.
    let persons = fs::read_to_string(folder.0.join("persons.csv")).expect("persons");
    let one =
        |row: &str| (0..10).any(|at| row.starts_with(&format!("probation,{at},")) || row.starts_with(&format!("police,X{at},")));
    let linked = |row: &str| {
        let mut cells: Vec<&str> = row.split(',').collect();
        if one(row) {
            cells[2] = "P0";
        }
        cells.join(",") + "\n"
    };
    folder.write("persons.csv", persons.lines().map(linked).collect::<String>());
    let refused = said(&ask("pay", &contract, &folder, &FOR));
    assert!(
        refused.contains("no slip explains their dates of birth") && refused.contains("probation/people: `born`"),
        "{refused}"
    );
    assert!(
        refused.contains("row 3") && refused.contains("as row 2 of probation/people") && refused.contains("9 rows cannot"),
        "{refused}"
    );
    born(&|at| if at < 10 { format!("1990-01-{}", 10 + at) } else { year(at) });
    let told = ask("pay", &contract, &folder, &FOR);
    assert!(told.status.success() && said(&told).contains("have different dates of birth, 9 times"), "{}", said(&told));
}

/// Every line opens to people by their ids in the table of persons, and to rows with their agency; whoever looks is written down
/// with each of them.
#[test]
fn a_line_of_linked_records_opens_to_people_and_to_the_agency_of_each_row() {
    let (contract, folder) = (scheme("providers = [\"Acme\"]", ""), folder(false));
    let why = said(&ask("why", &contract, &folder, &[&["1"], &FOR[..]].concat()));
    assert!(why.contains("P0 ") && why.contains("(probation, start 0)"), "{why}");
    assert!(why.contains("x on 2020-02-15 (police, event 0)"), "{why}");
    let log = fs::read_to_string(folder.0.join("access-log.csv")).expect("who looked is written down");
    assert!(log.contains(",B,pay,why,P0\n") && log.contains(",B,pay,why,P2\n") && !log.contains(",why,P1\n"), "{log}");
    let person = said(&ask("why", &contract, &folder, &[&["--person", "P4"], &FOR[..]].concat()));
    assert!(person.contains("start on 2020-02-01 with Acme (probation, start 4)"), "{person}");
    assert!(person.contains("counts: x on 2020-02-15 (police, event 4)"), "{person}");
    // An agency's own id is as good, with its agency or without.
    for id in ["police/X4", "X4", "probation/4", "4"] {
        let same = said(&ask("why", &contract, &folder, &[&["--person", id], &FOR[..]].concat()));
        assert_eq!(same, person, "{id}");
    }
    let unknown = said(&ask("why", &contract, &folder, &[&["--person", "police/4"], &FOR[..]].concat()));
    assert!(unknown.contains("has the id police/4") && unknown.contains("AGENCY/ID"), "{unknown}");
}

/// A limit that changes nothing has no people behind it: nobody is listed, and nobody is written down.
#[test]
fn a_line_that_follows_from_other_lines_lists_nobody() {
    let limit = "[pay.most]\nclause = \"cap\"\non = [\"p\"]\nmost = \"£1m\"\nmeasured_over = \"all cohorts\"\nfrom = \"x\"\n";
    let (contract, folder) = (scheme("providers = [\"Acme\"]", limit), folder(true));
    let cap = said(&ask("why", &contract, &folder, &[&["2"], &FOR[..]].concat()));
    assert!(cap.contains("so nobody is listed") && !cap.contains("P0 "), "{cap}");
    let log = fs::read_to_string(folder.0.join("access-log.csv")).expect("who asked is written down");
    assert!(!log.contains(",P0") && log.contains(",why,"), "{log}");
}

#[test]
fn claims_of_one_agency_are_compared_with_what_another_shows() {
    let (contract, folder) = (scheme("providers = [\"Acme\"]", ""), folder(false));
    let uncovered = said(&ask("claims", &contract, &folder, &FOR));
    assert!(uncovered.contains("does not cover \"claims\""), "{uncovered}");
    let found = ask("claims", &contract, &folder, &["--purpose", "claims", "--asked-by", "B"]);
    let shown = said(&found);
    let row = shown.lines().find(|line| line.starts_with("Acme ")).unwrap_or_else(|| panic!("{shown}"));
    let cells: Vec<&str> = row.split_whitespace().collect();
    // Person 0 reached it and person 1 did not; the others claim nothing.
    let reached = SURE / 2 + (0..DOUBTFUL).filter(|at| probability(*at) >= 0.5).count();
    assert_eq!(cells[cells.len() - 4..], ["1", &(reached - 1).to_string(), "1", "0"], "{shown}");
    assert_eq!(found.status.code(), Some(1));
}

/// With every link certain, two agencies are paid to the byte as one folder is, and nothing is in doubt.
#[test]
fn certain_links_are_paid_as_one_folder() {
    let (contract, both, one) = (
        scheme("providers = [\"Acme\"]", "[pay.fee]\nclause = \"service fee\"\neach_month = \"£1,000\"\n"),
        folder(true),
        Scratch::new("one"),
    );
    let read = |name: &str| fs::read_to_string(both.0.join(name)).expect("a table");
    one.write("people.csv", read("probation/people.csv"));
    one.write("starts.csv", read("probation/starts.csv"));
    one.write("events.csv", read("police/events.csv").replace(",X", ","));
    one.write("coverage.csv", read("police/coverage.csv"));
    let joint = ask("pay", &contract, &both, &[&FOR[..], &["--csv"]].concat());
    assert!(joint.status.success(), "{}", said(&joint));
    assert_eq!(text(&joint), text(&ask("pay", &contract, &one, &["--csv"])));
    assert!(said(&joint).contains("records is in doubt, so it leaves the sum as it is"), "{}", said(&joint));
    // The rule for names is the same: a slip is refused with the agency's file.
    both.write("probation/starts.csv", read("probation/starts.csv").replacen("Acme", "ACME", 1));
    let slip = said(&ask("pay", &contract, &both, &FOR));
    assert!(slip.contains("probation/starts.csv, row 2") && slip.contains("`Acme`"), "{slip}");
}

/// What two agencies say of one person may contradict each other: both rows are named, with the agency and file of each.
#[test]
fn contradictions_between_agencies_name_the_rows_of_both() {
    let folder = folder(true);
    let path = folder.0.join("probation/people.csv");
    let people = fs::read_to_string(&path).expect("people");
    let rows = people.lines().enumerate().map(|(at, line)| match at {
        0 => "person,died\n".to_owned(),
        1 => format!("{line},2020-02-10\n"),
        _ => format!("{line},\n"),
    });
    fs::write(&path, rows.collect::<String>()).expect("people");
    let output = ask("pay", &scheme("providers = [\"Acme\"]", ""), &folder, &FOR);
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    for word in
        ["police/events.csv: `date`: this is after the person's death", "row 2", "the death is in row 2 of probation/people.csv"]
    {
        assert!(said.contains(word), "{word}\n{said}");
    }
}

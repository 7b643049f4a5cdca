//! `wellspent watch` through the front door: what is planted is flagged and what is honest is not, the order of rows changes nothing,
//! and the list of flags keeps what people wrote.

use std::fmt::Write as _;
use std::fs;

use base::philox::{open_unit, words};

use crate::schema::assert_matches;
use crate::wellspent::{Scratch, run, said};

const SCHEME: &str = "scheme = \"Support in a county\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\n\
    month_end = \"last day of month\"\n\
    [contract]\nstarts = 2027-01-01\nends = 2031-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2027-01-01\nends = 2028-12-31\nevery = \"1 year\"\npeople = 1440\n\
    [outcome.reoffending]\nmeasure = \"people who reoffend\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"6 months\"\n\
    baseline = \"40 %\"\n\
    [outcome.reoffending.measured]\nrule = \"any within\"\nevents = \"offence\"\n\
    [pay.fewer]\nclause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"£100\"\ndeduction = \"£100\"\n\
    from = \"assumption: test\"\n";

const PROVIDERS: [&str; 4] = ["Ash", "Birch", "Cedar", "Elm"];

/// Two years of records. From the thirteenth month on one provider gives a third of the contact, where `drifts` says which.
fn folders(drifts: Option<usize>) -> (Scratch, Scratch) {
    let (scheme, records) = (Scratch::new("scheme"), Scratch::new("records"));
    scheme.write("scheme.toml", SCHEME);
    let mut people = "person,born\n".to_owned();
    let mut starts = "start,person,provider,began,ended\n".to_owned();
    let mut events = "event,person,kind,date\n".to_owned();
    let mut contacts = "contact,person,provider,date,hours\n".to_owned();
    let (mut number, mut contact) = (0_u64, 0_u64);
    for month in 0..24_u64 {
        for (at, provider) in PROVIDERS.iter().enumerate() {
            for _ in 0..30 {
                number += 1;
                let draw = |what: u64| open_unit(words(9, number, what, 0)[0]);
                let (year, of_year) = (2027 + month / 12, month % 12 + 1);
                let day = 1 + (27.0 * draw(0)) as u64;
                let _ = writeln!(people, "{number},1990-05-17");
                let _ = writeln!(starts, "{number},{number},{provider},{year}-{of_year:02}-{day:02},");
                let began = jiff::civil::date(year as i16, of_year as i8, day as i8);
                let later = |days: i64| began.saturating_add(jiff::Span::new().days(days));
                let little = drifts == Some(at) && month >= 12;
                for week in 0..12_u64 {
                    if draw(10 + week) < if little { 0.2 } else { 0.6 } {
                        contact += 1;
                        let _ = writeln!(contacts, "{contact},{number},{provider},{},1", later(7 * week as i64 + 1));
                    }
                }
                if draw(1) < 0.35 {
                    let _ = writeln!(events, "{number},{number},offence,{}", later(1 + (170.0 * draw(2)) as i64));
                }
            }
        }
    }
    for (name, text) in [("people", people), ("starts", starts), ("events", events), ("contacts", contacts)] {
        records.write(&format!("{name}.csv"), text);
    }
    records.write("coverage.csv", "table,kind,until,since\nevents,offence,2029-12-31,2020-01-01\n");
    records.write("providers.csv", PROVIDERS.iter().fold("provider\n".to_owned(), |text, name| text + name + "\n"));
    (scheme, records)
}

fn asked(scheme: &Scratch, records: &Scratch, more: &[&str]) -> String {
    let ask = ["watch", scheme.path(), records.path(), "--as-at", "2029-12-31"];
    said(&run(&[&ask, more].concat()))
}

#[test]
fn what_is_planted_is_flagged_and_what_is_honest_is_not() {
    let (scheme, records) = folders(None);
    let honest = asked(&scheme, &records, &[]);
    assert!(honest.contains("No flag stands.") && honest.ends_with("exit code 0\n"), "{honest}");
    let (scheme, records) = folders(Some(2));
    let found = asked(&scheme, &records, &[]);
    for words in ["“Cedar”: drift", "Hours of contact with each person", "lower than before", "Check first:", "would settle it"]
    {
        assert!(found.contains(words), "{words} is missing:\n{found}");
    }
    for other in ["Ash", "Birch", "Elm"] {
        assert!(!found.contains(&format!("“{other}”: drift")), "{found}");
    }
    let ask = ["watch", scheme.path(), records.path(), "--as-at", "2029-12-31", "--json"];
    let document = assert_matches("watch", &ask);
    let looked = document["looked_at"].as_array().expect("what was looked at");
    let flags: Vec<_> = looked.iter().filter(|looked| looked["flag"] == true && looked["risk"] == "drift").collect();
    assert_eq!(flags.len(), 1, "{flags:?}");
    assert_eq!(flags[0]["provider"], "Cedar");
    let page = said(&run(&["watch", scheme.path(), records.path(), "--as-at", "2029-12-31", "--html", "-"]));
    assert!(page.contains("Is it being gamed?") && page.contains("Cedar"), "{page}");
}

#[test]
fn the_order_of_rows_and_the_number_of_threads_change_nothing() {
    let (scheme, records) = folders(Some(1));
    let before = asked(&scheme, &records, &["--threads", "1"]);
    for name in ["people", "starts", "events", "contacts", "providers"] {
        let path = records.0.join(format!("{name}.csv"));
        let table = fs::read_to_string(&path).expect("the table");
        let (head, rows) = table.split_once('\n').expect("a header");
        let rows: Vec<&str> = rows.lines().collect();
        let shuffled = (0..7).rev().flat_map(|heap| rows.iter().skip(heap).step_by(7));
        fs::write(&path, shuffled.fold(head.to_owned(), |text, row| text + "\n" + row) + "\n").expect("the table again");
    }
    assert_eq!(asked(&scheme, &records, &["--threads", "3"]), before);
}

#[test]
fn the_list_of_flags_keeps_what_people_wrote() {
    let (scheme, records) = folders(Some(2));
    let list = records.0.parent().expect("a folder").join("flags.csv");
    let path = list.to_str().expect("a path in UTF-8");
    let first = asked(&scheme, &records, &["--flags", path]);
    assert!(first.contains("1 new flag was added") || first.contains("new flags were added"), "{first}");
    let rows = fs::read_to_string(&list).expect("the list");
    assert!(rows.contains("drift,Cedar,"), "{rows}");
    let decided = rows.replacen("open,,,", "confirmed,A. Auditor,2030-01-15,\"seen, and told\"", 1);
    fs::write(&list, &decided).expect("the list again");
    let second = asked(&scheme, &records, &["--flags", path]);
    assert!(second.contains("0 new flags were added") && second.contains("1 was confirmed: too few for a rate"), "{second}");
    assert_eq!(fs::read_to_string(&list).expect("the list"), decided);
    fs::write(&list, decided.replace("confirmed", "sure")).expect("the list again");
    let wrong = asked(&scheme, &records, &["--flags", path]);
    assert!(wrong.contains("this is not a decision") && wrong.ends_with("exit code 1\n"), "{wrong}");
}

#[test]
fn a_plan_needs_no_records_and_its_numbers_stay() {
    let first = said(&run(&["watch", "work-programme-2011", "--plan"]));
    for words in ["Pays and mostly stays unseen", "What one more record would do", "Assumption: 5% to 100%"] {
        assert!(first.contains(words), "{words} is missing:\n{first}");
    }
    assert_eq!(first, said(&run(&["watch", "work-programme-2011", "--plan", "--threads", "1"])));
    let document = assert_matches("arms-race", &["watch", "work-programme-2011", "--plan", "--json"]);
    let gain = |key: &str| document[key].as_f64().expect("a number");
    assert!(gain("gain") <= gain("gain_unwatched"), "watching never adds to what gaming gains");
    // Without any penalty nothing is changed by a watch.
    let free = assert_matches("arms-race", &["watch", "work-programme-2011", "--plan", "--penalty", "0", "--json"]);
    assert_eq!(free["gain"], free["gain_unwatched"]);
}

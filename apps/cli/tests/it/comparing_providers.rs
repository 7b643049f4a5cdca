//! `wellspent compare-providers` through the front door: the report on made-up records, word for word, and that it turns neither
//! on the order of rows nor on who has the harder cases.

use std::fmt::Write as _;
use std::fs;

use base::philox::{open_unit, words};
use serde_json::Value;

use crate::schema::assert_matches;
use crate::wellspent::{Scratch, differs, root, run, said};

const SCHEME: &str = "scheme = \"Support in a county\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\n\
    month_end = \"last day of month\"\nsegments = \"segments.csv\"\n\
    [contract]\nstarts = 2027-01-01\nends = 2031-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2027-01-01\nends = 2028-12-31\nevery = \"1 year\"\npeople = 1000\n\
    [outcome.reoffending]\nmeasure = \"people who reoffend\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\
    baseline = \"40 %\"\n\
    [outcome.reoffending.measured]\nrule = \"any within\"\nevents = \"offence\"\n\
    [outcome.offences]\nmeasure = \"offences\"\nkind = \"frequency\"\nof = \"reoffending\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\
    baseline = \"1 per person\"\n\
    [outcome.offences.measured]\nrule = \"count within\"\nevents = \"offence\"\n\
    [pay.fewer]\nclause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"£100\"\ndeduction = \"£100\"\n\
    from = \"assumption: test\"\n";

const SEGMENTS: &str = "segment,share,reoffending\nlow risk,50 %,25 %\nhigh risk,50 %,55 %\n";

/// The names of providers, in no order that means anything, with how many people each has and the share at high risk.
const PROVIDERS: [(&str, u64, f64); 7] = [
    ("Ash", 220, 0.5),
    ("Birch", 300, 0.3),
    ("Cedar", 180, 0.8),
    ("Elm", 260, 0.5),
    ("Fir", 400, 0.4),
    ("Gorse", 20, 0.5),
    ("Hazel", 240, 0.6),
];

/// The odds of the provider that is better, and of the others.
struct Odds {
    of: &'static str,
    ratio: f64,
}

/// Records of made-up people: chances of 25% at low and 55% at high risk, times the odds of the provider.
fn folders(seed: u64, better: &Odds) -> (Scratch, Scratch) {
    let (scheme, records) = (Scratch::new("scheme"), Scratch::new("records"));
    scheme.write("scheme.toml", SCHEME);
    scheme.write("segments.csv", SEGMENTS);
    let mut people = "person,born\n".to_owned();
    let mut starts = "start,person,provider,began,segment\n".to_owned();
    let mut events = "event,person,kind,date\n".to_owned();
    let mut number = 0;
    for (name, size, high) in PROVIDERS {
        for _ in 0..size {
            number += 1;
            let [a, b, c, d] = words(seed, number, 0, 0).map(open_unit);
            let (segment, chance) = if a < high { ("high risk", 0.55) } else { ("low risk", 0.25) };
            let odds = if better.of == name { better.ratio } else { 1.0 } * chance / (1.0 - chance);
            let born = 1960 + (c * 45.0) as i64;
            let (year, month, day) = (2027 + number % 2, 1 + (d * 12.0) as i64, 1 + (d * 336.0) as i64 % 28);
            let _ = writeln!(people, "{number},{born}-05-17");
            let _ = writeln!(starts, "{number},{number},{name},{year}-{month:02}-{day:02},{segment}");
            if b < odds / (1.0 + odds) {
                // Half a year after the start.
                let (year, month) = (year + u64::from(month > 6), (month + 5) % 12 + 1);
                let _ = writeln!(events, "{number},{number},offence,{year}-{month:02}-{day:02}");
            }
        }
    }
    for (name, text) in [("people", people), ("starts", starts), ("events", events)] {
        records.write(&format!("{name}.csv"), text);
    }
    records.write("coverage.csv", "table,kind,until,since\nevents,offence,2029-06-30,2020-01-01\n");
    records.write("providers.csv", PROVIDERS.iter().fold("provider\n".to_owned(), |text, (name, ..)| text + name + "\n"));
    (scheme, records)
}

fn asked(scheme: &Scratch, records: &Scratch, more: &[&str]) -> String {
    let ask = ["compare-providers", scheme.path(), records.path(), "--as-at", "2029-06-30"];
    said(&run(&[&ask, more].concat())).replace(records.path(), "RECORDS")
}

fn json(scheme: &Scratch, records: &Scratch, more: &[&str]) -> Value {
    let ask = ["compare-providers", scheme.path(), records.path(), "--as-at", "2029-06-30", "--json"];
    assert_matches("compare-providers", &[&ask, more].concat())
}

fn place<'a>(document: &'a Value, provider: &str) -> &'a str {
    let providers = document["outcomes"][0]["providers"].as_array().expect("providers");
    let of = providers.iter().find(|of| of["name"] == provider).expect("the provider");
    of["position"]["place"].as_str().unwrap_or("none")
}

const ALIKE: Odds = Odds { of: "", ratio: 1.0 };
const HAZEL_IS_BETTER: Odds = Odds { of: "Hazel", ratio: 0.4 };

#[test]
fn what_is_said_is_as_before() {
    let (scheme, records) = folders(1, &HAZEL_IS_BETTER);
    let found = asked(&scheme, &records, &[]);
    let broken = differs(&root().join("apps/cli/tests/golden/compare-providers.txt"), &found);
    assert!(broken.is_none(), "{}", broken.unwrap_or_default());
}

/// The text, the document and the page do not turn on the order of rows or of providers, nor on the number of threads.
#[test]
fn the_order_of_rows_changes_nothing() {
    let (scheme, records) = folders(2, &ALIKE);
    let (text, document) = (asked(&scheme, &records, &[]), json(&scheme, &records, &[]));
    for name in ["people", "starts", "events", "providers"] {
        let path = records.0.join(format!("{name}.csv"));
        let table = fs::read_to_string(&path).expect("the table");
        let (head, rows) = table.split_once('\n').expect("a header");
        let rows: Vec<&str> = rows.lines().collect();
        let shuffled = (0..7).rev().flat_map(|heap| rows.iter().skip(heap).step_by(7));
        fs::write(&path, shuffled.fold(head.to_owned(), |text, row| text + "\n" + row) + "\n").expect("the table again");
    }
    assert_eq!(asked(&scheme, &records, &["--threads", "1"]), text);
    assert_eq!(json(&scheme, &records, &["--threads", "3"]), document);
}

/// Six providers that are alike but for their people, over a few draws: seldom outside, however much harder one's cases are. One whose
/// people have 0.4 times the odds, with 240 people, is found by limits for chance in every draw here.
#[test]
fn providers_alike_are_within_and_a_better_one_is_found() {
    let mut outside = 0;
    const DRAWS: u64 = 6;
    for seed in 10..10 + DRAWS {
        let (scheme, records) = folders(seed, &ALIKE);
        let document = json(&scheme, &records, &[]);
        let placed = PROVIDERS.iter().filter(|(name, ..)| *name != "Gorse");
        outside += placed.filter(|(name, ..)| place(&document, name) != "within what is expected").count();
        assert_eq!(place(&document, "Gorse"), "none", "20 people are too few");
        let (scheme, records) = folders(seed, &HAZEL_IS_BETTER);
        let document = json(&scheme, &records, &["--dispersion", "none"]);
        assert!(place(&document, "Hazel").starts_with("below"), "draw {seed}: {}", place(&document, "Hazel"));
    }
    // 5% of 36 are 1.8.
    assert!(outside <= 4, "{outside} of {} are outside", DRAWS * 6);
}

/// What is exact says so, and what is published shows no small number: of 20 people, those with the outcome or those without it are few.
#[test]
fn small_numbers_are_not_published() {
    let (scheme, records) = folders(3, &ALIKE);
    let page = scheme.0.join("providers.html").display().to_string();
    let text = asked(&scheme, &records, &["--html", &page]);
    let exact = "These figures are exact, for the parties to the contract.";
    assert!(text.contains(exact) && fs::read_to_string(&page).expect("the page").contains(exact));
    let document = json(&scheme, &records, &[]);
    let providers = document["outcomes"][0]["providers"].as_array().expect("providers");
    let gorse = providers.iter().find(|of| of["name"] == "Gorse").expect("the provider");
    let (people, events) = (gorse["people"].as_u64().expect("people"), gorse["events"].as_u64().expect("events"));
    assert!(people <= 20 && (events < 10 || people - events < 10), "{gorse}");
    let (log, to) = (scheme.0.join("releases.txt").display().to_string(), scheme.0.join("published.html").display().to_string());
    let publish = ["--publish", "Providers", "--release-register", &log];
    let text = asked(&scheme, &records, &[&publish[..], &["--publish-to", &to]].concat());
    let published = fs::read_to_string(to).expect("the page");
    assert!(text.contains("[c]") && published.contains("[c]") && published.contains("chart-shares"), "{text}");
    assert!(published.contains("within what is expected") && text.contains("exit code 0"), "{text}");
    let ask = ["compare-providers", scheme.path(), records.path(), "--as-at", "2029-06-30", "--json"];
    let again = ["--publish", "Providers again", "--release-register", &log];
    let document = assert_matches("publication", &[&ask[..], &again].concat());
    let rows = document["tables"][0]["rows"].as_array().expect("rows");
    let gorse = rows.iter().find(|row| row["names"][0] == "Gorse").expect("the provider");
    let figure = |name: &str| {
        let figures = gorse["figures"].as_array().expect("figures");
        figures.iter().find(|figure| figure["figure"] == name).expect("the figure").clone()
    };
    for name in ["with the outcome", "of 100 (95% interval)"] {
        assert!(figure(name)["value"].is_null(), "{gorse}");
    }
    // Nothing is said of whom few numbers are shown.
    assert_eq!(figure("compared with what is expected")["shown"], "[c]");
    for rank in ["1st", "best provider", "worst", "position 1"] {
        assert!(!published.contains(rank) && !text.contains(rank), "{rank}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let (scheme, records) = folders(4, &ALIKE);
    let starts = fs::read_to_string(records.0.join("starts.csv")).expect("starts");
    let alone = PROVIDERS.iter().fold(starts.clone(), |text, (name, ..)| text.replace(&format!(",{name},"), ",Ash,"));
    records.write("starts.csv", alone);
    let said = asked(&scheme, &records, &[]);
    assert!(said.contains("fewer than two providers") && said.contains("exit code 2"), "{said}");
    records.write("starts.csv", starts);
    let said = asked(&scheme, &records, &["--least-people", "5000"]);
    assert!(said.contains("0 providers have 5000 people or more") && said.contains("exit code 0"), "{said}");
}

//! The simulation against closed forms, against itself at a second level, and against what was published.

// The tests print the figures that they check.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod agreement;
mod amounts;
mod behaviours;
mod compas;
mod design;
mod errors;
mod fix;
mod game_properties;
mod gaming;
mod individuals;
mod market;
mod numpy;
mod planted;
mod same_payments;
mod schemes;
mod search_oracle;
mod sensitivity;
mod shared_savings;
mod sharing;
mod simulate;
mod small;
mod textbook;
mod tipping_point;
mod worsening;
mod wrong_payment;

use std::path::PathBuf;

use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw, SchemeFiles};
use contract::Scheme;
use simulation::assumptions::{self, Assumptions};

/// Says that the running test is skipped, or a part of it, and why. The line is not captured with what the test prints, so it is seen,
/// and `cargo xtask test` counts it.
fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {why}\n", thread.name().unwrap_or("a test"));
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}

/// A scheme, opened and read.
struct Shipped {
    opened: SchemeFiles,
    scheme: Scheme,
    assumptions: Assumptions,
}

fn shipped(name: &str) -> Shipped {
    changed(name, |_, text| text)
}

/// A shipped scheme with its files changed on the way in.
fn changed(name: &str, change: impl Fn(&str, String) -> String) -> Shipped {
    with_people(name, change, None)
}

/// The same with a file of individuals, `people.csv`.
fn with_people(name: &str, change: impl Fn(&str, String) -> String, individuals: Option<String>) -> Shipped {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemes").join(name);
    let mut folder = Folder::new();
    for entry in std::fs::read_dir(path).expect("the schemes are in the repository") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".toml") || name.ends_with(".csv") {
            let text = std::fs::read_to_string(&path).expect("text");
            folder.insert(name.clone(), FileBytes::Read(change(&name, text).into_bytes()));
        }
    }
    folder.extend(individuals.map(|text| ("people.csv".to_owned(), FileBytes::People(text.into_bytes()))));
    read(&folder)
}

/// A folder of files without errors, opened and read.
fn read(folder: &Folder) -> Shipped {
    let opened = base::open(folder);
    let checked = contract::check(&opened);
    let scheme = checked.scheme.unwrap_or_else(|| panic!("{:?}", checked.problems));
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let assumptions = assumptions::read(&reader, &scheme).unwrap_or_else(|| panic!("{:?}", reader.problems.borrow()));
    Shipped { opened, scheme, assumptions }
}

/// Files by their names, as a folder.
fn files<'a>(texts: impl IntoIterator<Item = (&'a str, String)>) -> Folder {
    texts.into_iter().map(|(name, text)| (name.to_owned(), FileBytes::Read(text.into_bytes()))).collect()
}

/// A scheme file for a test: the outcomes and clauses of `terms` under a contract from April 2027 to March of the first year, for
/// yearly cohorts of `people` up to March of the second.
fn scheme_of((contract_ends, cohorts_end): (u16, u16), people: &str, terms: &str) -> String {
    format!(
        r#"scheme = "A scheme made for a test"
currency = "GBP"
rounding = "nearest penny, half up"
month_end = "last day of month"

[contract]
starts = 2027-04-01
ends = {contract_ends}-03-31

[cohorts]
starts = 2027-04-01
ends = {cohorts_end}-03-31
every = "1 year"
people = {people}

{terms}"#
    )
}

/// The honest reference with its results compared with a rate fixed in advance, which chances on the day meet: what the closed
/// forms are about, and one of the faults that are planted.
fn with_a_fixed_baseline(name: &str, text: String) -> String {
    match name {
        "scheme.toml" => {
            let live = "{ comparison_people_each = 1 }";
            assert!(text.contains(live), "{name} has no comparison group");
            // The worked examples are of the unchanged rules.
            text.split("[example.").next().unwrap_or_default().replace(live, "\"50 %\"")
        }
        "assumptions.toml" => text.replace("value = \"£15,000\"", "value = \"£15,000\"\nmatches_baseline = true"),
        _ => text,
    }
}

const ALL: [&str; 6] = [
    "plain-linear",
    "transforming-rehabilitation-2013",
    "transforming-rehabilitation-2015",
    "work-programme-2011",
    "hmp-doncaster-2011",
    "hmp-peterborough-2010",
];

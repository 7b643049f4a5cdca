//! `wellspent evaluate` through the front door: the reports on the examples, word for word, a spec that is registered, and what is
//! refused.

use std::fs;

use crate::wellspent::{Scratch, differs, root, run, said};

const FILES: [&str; 4] = ["matching.toml", "offices.toml", "people.csv", "offices.csv"];

/// The example in a folder of its own, because a run adds to the access log and to the registration.
fn example(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    for file in FILES {
        scratch.write(file, fs::read(root().join("examples/did-it-work").join(file)).expect("a file of the example"));
    }
    scratch
}

fn evaluated(scratch: &Scratch, spec: &str, more: &[&str]) -> String {
    let spec = format!("{}/{spec}", scratch.path());
    let said = said(&run(&[&["evaluate", &spec, scratch.path(), "--for", "a test", "--asked-by", "Tess"], more].concat()));
    said.replace(scratch.path(), "FOLDER")
}

#[test]
fn the_examples_are_told_as_before() {
    let scratch = example("evaluated");
    let mut broken = Vec::new();
    for spec in ["matching", "offices"] {
        let found = evaluated(&scratch, &format!("{spec}.toml"), &[]);
        broken.extend(differs(&root().join(format!("apps/cli/tests/golden/evaluate-{spec}.txt")), &found));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let log = fs::read_to_string(scratch.0.join("access-log.csv")).expect("an access log");
    assert_eq!(log.matches(",Tess,a test,evaluate,").count(), 2, "{log}");
}

/// A registered spec is told as such. A change afterwards is shown line by line, and the number of versions that were tried.
#[test]
fn a_registered_spec_says_whether_it_was_changed() {
    let scratch = example("registered");
    let spec = format!("{}/matching.toml", scratch.path());
    let register = || said(&run(&["evaluate", &spec, "--register", "--asked-by", "Tess"]));
    assert!(register().contains("Registered on"), "it is registered once");
    assert!(register().contains("was registered on") && register().contains("exit code 2"), "and not again");
    assert!(evaluated(&scratch, "matching.toml", &[]).contains("by Tess, and has not changed since."));
    let text = fs::read_to_string(&spec).expect("the spec");
    fs::write(&spec, text.replace("caliper = \"0.2 SD\"", "caliper = \"0.1 SD\"")).expect("a changed spec");
    let changed = evaluated(&scratch, "matching.toml", &[]);
    assert!(
        changed.contains("has changed since")
            && changed.contains("- caliper = \"0.2 SD\"")
            && changed.contains("+ caliper = \"0.1 SD\"")
    );
    assert!(changed.contains("evaluated 2 times with 2 different versions"), "{changed}");
    // What was evaluated can no longer be registered in advance.
    evaluated(&scratch, "offices.toml", &[]);
    let late = said(&run(&["evaluate", &format!("{}/offices.toml", scratch.path()), "--register", "--asked-by", "Tess"]));
    assert!(late.contains("was evaluated before"), "{late}");
}

/// The same answer as JSON, from Parquet and from a workbook's worth of rows in another order would be the same; here CSV and JSON.
#[test]
fn the_json_has_the_figures_of_the_text() {
    let scratch = example("as-json");
    let json = evaluated(&scratch, "matching.toml", &["--json"]);
    assert!(json.contains("\"schema\": \"wellspent-evaluate/1\"") && json.contains("\"role\": \"negative control\""), "{json}");
    let text = evaluated(&scratch, "matching.toml", &[]);
    let effect = json.split("\"effect\": ").nth(1).and_then(|rest| rest.split(',').next()).expect("an effect");
    let points: f64 = effect.parse::<f64>().expect("a number") * 100.0;
    assert!(text.contains(&format!("{points:.1} points")), "{effect} in {text}");
}

/// Nobody looks at records without a name and a purpose, and a fault is told by column and row.
#[test]
fn what_cannot_be_evaluated_is_refused() {
    let scratch = example("refused");
    let spec = format!("{}/matching.toml", scratch.path());
    let without = said(&run(&["evaluate", &spec, scratch.path(), "--asked-by", "Tess"]));
    assert!(without.contains("--for"), "{without}");
    let people = fs::read_to_string(scratch.0.join("people.csv")).expect("people");
    let broken = |from: &str, to: &str| {
        scratch.write("people.csv", people.replacen(from, to, 1));
        evaluated(&scratch, "matching.toml", &[])
    };
    let again = broken("\np0002,", "\np0001,");
    assert!(again.contains("two rows have the same key") && again.contains("rows 2, 3"), "{again}");
    assert!(!again.contains("p0001"), "an id is nobody's to show: {again}");
    let missing = broken("offences_before", "offences_bevore");
    assert!(missing.contains("has no column `offences_before`"), "{missing}");
    let short = broken("\np0002,", "\nshort\np0002,");
    assert!(short.contains("exit code 2"), "{short}");
    let spec_text = fs::read_to_string(&spec).expect("a spec");
    scratch.write("people.csv", &people);
    scratch.write("matching.toml", spec_text.replace("table = \"people.csv\"", "table = \"../people.csv\""));
    let outside = evaluated(&scratch, "matching.toml", &[]);
    assert!(outside.contains("not the name of a file in the folder"), "{outside}");
}

//! `wellspent compare`: every changed term in a sentence, the cost, people better and worse off, and the risks that went or appeared.

use std::fs;

use serde_json::Value;

use crate::wellspent::{Scratch, root, run, said};

const QUICK: [&str; 4] = ["--replications", "40", "--scenarios", "4"];

/// A copy of a template with one text in place of another in its scheme file.
fn changed(name: &str, changes: &[(&str, &str)]) -> Scratch {
    let scratch = Scratch::new(name);
    let template = root().join("crates/wellspent/templates/employment");
    for file in ["scheme.toml", "segments.csv", "assumptions.toml"] {
        let mut text = fs::read_to_string(template.join(file)).expect("a template");
        for (from, to) in changes {
            text = text.replace(from, to);
        }
        scratch.write(file, text);
    }
    scratch
}

fn compare(old: &str, new: &str, more: &[&str]) -> String {
    said(&run(&[&["compare", old, new], &QUICK[..], more].concat()))
}

#[test]
fn a_scheme_is_the_same_as_itself() {
    let text = compare("plain-linear", "plain-linear", &[]);
    assert!(text.contains("both contracts promise the same") && text.contains("every outcome stays the same"), "{text}");
    assert!(!text.contains("gone: "), "{text}");
    assert!(text.ends_with("exit code 0\n"), "{text}");
}

#[test]
fn every_changed_term_is_a_sentence() {
    let old = changed("old", &[]);
    let new = changed(
        "new",
        &[
            ("reward = \"£2,000\"", "reward = \"£4,000\""),
            ("each_month = \"£80,000\"", "each_month = \"£60,000\""),
            ("gate = { improves_by_more_than = \"3 percentage points\" }\n", ""),
            ("window = \"15 months\"", "window = \"18 months\""),
            ("ends = 2031-03-31", "ends = 2031-09-30"),
            (
                "# A worked example",
                "[pay.most]\nclause = \"cap\"\non = [\"job\"]\nmost = \"£2m\"\nmeasured_over = \"each year\"\n\n# A worked example",
            ),
            (
                "pays = { fee = \"£960,000\", job = \"£200,000\", total = \"£1,160,000\" }",
                "pays = { fee = \"£720,000\", job = \"£400,000\", total = \"£1,120,000\" }",
            ),
        ],
    );
    let text = compare(old.path(), new.path(), &[]);
    // Sentences wrap in the terminal.
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in [
        "The reward of \"job\" rises from £2,000 to £4,000.",
        "The monthly fee of \"fee\" falls from £80,000 to £60,000.",
        "\"job\" has no gate any more.",
        "\"job\" is followed for 18 months instead of 15 months.",
        "The contract ends on 30 September 2031 instead of 31 March 2031.",
        "There is a new cap, \"most\".",
        "better off: ",
        ": drift, present in",
    ] {
        assert!(flat.contains(sentence), "{sentence:?} is not in\n{text}");
    }
    let back = compare(new.path(), old.path(), &[]).split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in
        ["The cap \"most\" is dropped.", "\"job\" now has a gate: nothing is paid unless", "worse off: ", ": drift, present in"]
    {
        assert!(back.contains(sentence), "{sentence:?} is not in\n{back}");
    }
}

#[test]
fn the_json_says_the_same() {
    let old = changed("old", &[]);
    let new = changed(
        "new",
        &[
            ("reward = \"£2,000\"", "reward = \"£4,000\""),
            ("job = \"£200,000\", total = \"£1,160,000\"", "job = \"£400,000\", total = \"£1,360,000\""),
        ],
    );
    let output = run(&[&["compare", old.path(), new.path(), "--json"], &QUICK[..]].concat());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    assert_eq!(found["schema"], "wellspent-compare/1");
    assert_eq!(found["changes"].as_array().map(Vec::len), Some(1), "{}", found["changes"]);
    let difference = |name: &str| found["difference"][name]["mean"].as_f64().expect("a figure");
    let figure = |side: &str, name: &str| found[side]["figures"][name]["mean"].as_f64().expect("a figure");
    for name in ["payer_pays", "provider_keeps"] {
        assert!((difference(name) - figure("new", name) + figure("old", name)).abs() < 0.02, "{name}");
    }
    assert!(found["people"][0]["better_off"].as_f64().expect("people") > 0.0);
}

#[test]
fn a_scheme_with_mistakes_is_not_compared() {
    let broken = changed("broken", &[("reward = \"£2,000\"", "reward = \"2000\"")]);
    let text = compare("plain-linear", broken.path(), &[]);
    assert!(text.contains("a number without its unit") && text.ends_with("exit code 1\n"), "{text}");
}

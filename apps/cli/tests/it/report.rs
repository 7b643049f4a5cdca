//! The stress test's report: the page stands alone and shows scheme files as text, the JSON is as documented, and the same
//! run gives the same bytes on any number of threads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::wellspent::{Scratch, root, run, said};

/// Few replications and scenarios, yet enough for every part of a report to be there: of fewer scenarios it cannot be told where a finding
/// appears.
const QUICK: [&str; 4] = ["--replications", "40", "--scenarios", "48"];

fn stress(scheme: &str, more: &[&str]) -> String {
    let arguments: Vec<&str> = ["stress", scheme].iter().chain(&QUICK).chain(more).copied().collect();
    let output = run(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).expect("the program writes UTF-8")
}

#[test]
fn the_page_says_what_was_looked_for_and_needs_nothing_else() {
    for scheme in ["plain-linear", "hmp-doncaster-2011"] {
        let page = stress(scheme, &["--html", "-"]);
        for risk in risks::CATALOGUE {
            assert!(page.to_lowercase().contains(risk.name), "{scheme}: {} is not named", risk.name);
        }
        needs_nothing_else(scheme, &page);
    }
}

/// A page draws on nothing but itself, and every figure in it could be worked out.
pub(crate) fn needs_nothing_else(scheme: &str, page: &str) {
    for outside in ["http://", "https://", "src=", "<script", "<link", "<img", "@import"] {
        assert!(!page.contains(outside), "{scheme}: the page has {outside}");
    }
    let inside = page.matches("url(").count() == page.matches("url(#").count();
    assert!(inside, "{scheme}: something is drawn from elsewhere");
    let links: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in links {
        let place = link.strip_prefix('#').expect("every link stays on the page");
        assert!(page.contains(&format!("id=\"{place}\"")), "{scheme}: nothing is called {place}");
    }
    for broken in ["NaN", "inf ", "-£0 ", "0 scenarios of"] {
        assert!(!page.contains(broken), "{scheme}: the page has {broken:?}");
    }
}

#[test]
fn the_page_of_sensitivity_has_its_charts_and_needs_nothing_else() {
    let page = String::from_utf8(run(&["sensitivity", "schemes/plain-linear", "--html", "-"]).stdout).expect("text");
    needs_nothing_else("plain-linear", &page);
    assert_eq!(page.matches("<figure id=\"chart-").count(), 4, "a chart of shares and one of the screen for each of two figures");
    for number in ["help, support, half cost", "help, support, moves, reoffending"] {
        assert!(page.contains(number), "{number} is not named");
    }
}

/// Copies a shipped scheme, with a change to one file's text.
fn changed(name: &str, change: impl Fn(&str, String) -> String) -> Scratch {
    let scratch = Scratch::new(name);
    for entry in fs::read_dir(root().join("schemes").join(name)).expect("a shipped scheme").flatten() {
        let file = entry.file_name().into_string().expect("a name in UTF-8");
        let text = fs::read_to_string(entry.path()).expect("a text file");
        scratch.write(&file, change(&file, text));
    }
    scratch
}

/// Whoever wrote the scheme file is not whoever opens the report.
#[test]
fn what_a_scheme_file_says_is_text_and_never_markup() {
    const EVIL: &str = "<script>alert(1)</script>\\\" onload='x' &";
    let scratch = changed("plain-linear", |file, text| match file {
        "scheme.toml" => text
            .replacen("scheme = \"Plain linear", &format!("scheme = \"{EVIL} Plain linear"), 1)
            .replacen("summary = \"", &format!("summary = \"{EVIL}"), 1)
            .replacen("payer = \"", &format!("payer = \"{EVIL}"), 1)
            .replace("assumption: ", &format!("assumption: {EVIL}")),
        "assumptions.toml" => text.replacen("assumptions = \"", &format!("assumptions = \"{EVIL}"), 1),
        "segments.csv" => text.replace("lower risk", "<b onclick=x>lower</b> risk"),
        _ => text,
    });
    let page = stress(scratch.path(), &["--html", "-"]);
    for markup in ["<script", "<b onclick", "' onload='"] {
        assert!(!page.contains(markup), "{markup} came through");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("&lt;b onclick=x&gt;lower&lt;/b&gt; risk"));
}

/// Every path of keys in a value, with `[]` for the entries of a list; a figure's two keys are documented once.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if !path.ends_with(".mean") && !path.ends_with(".error") {
                    found.insert(path.clone());
                }
                keys(value, &path, found);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| keys(entry, &format!("{path}[]"), found)),
        _ => {}
    }
}

#[test]
fn every_field_of_the_json_is_documented_and_every_documented_field_is_written() {
    let document = fs::read_to_string(root().join("docs/report-json.md")).expect("the document");
    let documented: BTreeSet<String> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(field, _)| field.to_owned())
        .filter(|field| field != "mean" && field != "error")
        .collect();
    let mut written = BTreeSet::new();
    // One in which others than payer and provider have a part, and the next contract is decided by results.
    let renewal = "[renewal]\noutcome = \"reoffending\"\nworth = \"£200,000\"\nchance = \"60 %\"\neach_point = \"4 %\"\n";
    let shared = changed("plain-linear", |file, text| match file {
        "assumptions.toml" => format!("{text}\n[payer_costs]\neach_person = \"£20\"\n\n{renewal}"),
        _ => text,
    });
    for scheme in ["plain-linear", "hmp-doncaster-2011", "hmp-peterborough-2010", shared.path()] {
        let text = stress(scheme, &["--json", "-"]);
        let value: Value = serde_json::from_str(&text).expect("the report is JSON");
        assert_eq!(value["schema"], "wellspent-stress/2");
        assert_eq!(value["findings"].as_array().map(Vec::len), Some(risks::CATALOGUE.len()));
        keys(&value, "", &mut written);
    }
    // An area's strategies have the fields of the whole's.
    let written: BTreeSet<String> = written.into_iter().filter(|path| !path.starts_with("areas[].strategies[].")).collect();
    let missing: Vec<&String> = written.difference(&documented).collect();
    assert!(missing.is_empty(), "docs/report-json.md does not have {missing:?}");
    let gone: Vec<&String> = documented.difference(&written).collect();
    assert!(gone.is_empty(), "docs/report-json.md has fields that no report has: {gone:?}");
}

#[test]
fn the_same_run_gives_the_same_bytes_on_any_number_of_threads() {
    let scratch = Scratch::new("threads");
    let file = |name: &str| scratch.0.join(name).display().to_string();
    let written = |threads: &str| {
        let (html, json) = (file(&format!("{threads}.html")), file(&format!("{threads}.json")));
        let summary = stress("hmp-doncaster-2011", &["--threads", threads, "--html", &html, "--json", &json]);
        (summary, fs::read(html).expect("a page"), fs::read(json).expect("a report"))
    };
    assert!(written("1") == written("2"));
}

#[test]
fn the_summary_is_plain_in_a_pipe_and_no_wider_than_a_hundred() {
    for scheme in ["plain-linear", "hmp-peterborough-2010"] {
        let summary = stress(scheme, &[]);
        assert!(!summary.contains('\x1b'), "{scheme}: colour in a pipe");
        let wide: Vec<&str> = summary.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(wide.is_empty(), "{scheme}: {wide:?}");
        assert!(summary.contains("--html"), "{scheme}: nobody is told of the page");
    }
}

/// A report that cannot be written is refused before the run, not after it.
#[test]
fn a_place_that_cannot_be_written_to_is_refused_at_once() {
    for (arguments, why) in
        [(["--html", "no/such/folder/report.html"], "there is no folder"), (["--json", "schemes"], "is a folder")]
    {
        let output = run(&["stress", "plain-linear", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(why), "{}", said(&output));
    }
    let both = run(&["stress", "plain-linear", "--html", "-", "--json", "-"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(!Path::new("-").exists());
}

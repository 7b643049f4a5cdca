//! No two sentences of one report contradict each other. Every sixth scheme of the calibration, and two that are shipped, are tested with a
//! seed of their own each, and pairs of statements about the same thing are compared. `WELLSPENT_HEAVY=1` tests every one of them.

use std::fs;
use std::path::{Path, PathBuf};

use report::words;
use simulation::stress::Reported;
use wellspent::Terminal;
use wellspent::folder::Reach;
use wellspent::progress::silent;
use wellspent::stress::{StressRequest, StressResult, stress};

const SCENARIOS: u32 = 8;

/// Every pair of statements that does not fit together, in words.
fn contradictions(result: &StressResult) -> Vec<String> {
    let test = &result.stress;
    let mut found = Vec::new();
    for expected in &test.expected {
        let (direction, change) = (words::expected_direction(expected, test), words::expected_change(expected));
        let middle = expected.each[1];
        let scenarios = words::expected_scenarios(expected, test).unwrap_or_default();
        let wrong = direction.ends_with("likely to get better") && (middle <= 0.0 || change == "no change")
            || direction.ends_with("likely to get worse") && (middle >= 0.0 || change == "no change")
            || direction.starts_with("very likely to get") && scenarios.starts_with("about the same")
            || scenarios.starts_with("about the same") && !direction.contains("about the same");
        if wrong {
            found.push(format!("“{}” is {direction}, and {change}: {scenarios}", expected.name));
        }
    }
    for reported in words::looked_for(test) {
        found.extend(of_a_finding(reported));
    }
    let verdict = words::verdict(test);
    for reported in words::looked_for(test) {
        // "drift" is a part of "baseline drift".
        let start = verdict.split(" A provider that").next().unwrap_or_default();
        let listed = [": ", ", ", " and "].iter().any(|before| start.contains(&format!("{before}{}", reported.finding.name())));
        let expected =
            words::forecast(reported, test).starts_with("likely") || words::forecast(reported, test).starts_with("very likely");
        if listed != expected {
            found.push(format!("“{verdict}” beside “{}: {}”", reported.finding.name(), words::forecast(reported, test)));
        }
    }
    found
}

/// What a finding says that does not fit what it says elsewhere.
fn of_a_finding(reported: &Reported) -> Vec<String> {
    let mut found = Vec::new();
    let name = reported.finding.name();
    let types = words::agent_types(reported);
    if reported.finding.present && reported.share_of_scenarios == 0.0 && !types.starts_with("as stated") {
        found.push(format!("{name} is in no scenario, and {types}"));
    }
    if reported.finding.present && types == "as stated, for no type of provider" {
        found.push(format!("{name} is present, and {types}"));
    }
    found
}

fn tested(scheme: &Path, seed: u64) -> StressResult {
    let request =
        StressRequest { replications: 24, scenarios: SCENARIOS, seed, ..StressRequest::new(scheme, Reach::Inside(None)) };
    stress(&request, &silent).unwrap_or_else(|error| panic!("{}: {error:?}", scheme.display()))
}

#[test]
fn no_two_sentences_of_a_report_contradict_each_other() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let listed =
        fs::read_dir(root.join("calibration")).expect("the calibration").filter_map(Result::ok).map(|entry| entry.path());
    let mut schemes: Vec<PathBuf> = listed.filter(|path| path.join("assumptions.toml").is_file()).collect();
    let shipped = ["plain-linear", "hmp-doncaster-2011"];
    schemes.sort();
    if std::env::var_os("WELLSPENT_HEAVY").is_none() {
        schemes = schemes.into_iter().step_by(6).collect();
    }
    schemes.extend(shipped.map(|name| root.join("schemes").join(name)));
    let mut found = Vec::new();
    for (seed, scheme) in (100..).zip(&schemes) {
        let result = tested(scheme, seed);
        let name = scheme.file_name().unwrap_or_default().to_string_lossy();
        found.extend(contradictions(&result).into_iter().map(|what| format!("{name}: {what}")));
        let (text, page) = (result.summary(false, Terminal::PLAIN), result.html());
        for report in [text, page] {
            let flat = report.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            if flat.matches("every type of provider").count() != flat.matches("as stated, for every type of provider").count() {
                found.push(format!("{name}: for every type of provider, beside the scenarios"));
            }
        }
    }
    assert!(schemes.len() >= 8 && found.is_empty(), "{} schemes\n{}", schemes.len(), found.join("\n"));
}

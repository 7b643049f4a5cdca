//! Laws of writing changed terms into the text of a scheme: what is read back is what was meant, and nothing else has changed.

use std::path::PathBuf;

use base::SchemeFiles;
use base::money::{Pence, Rate, WHOLE};
use base::source::{FileBytes, Folder};
use contract::Scheme;
use contract::amend::{self, FileTexts};
use contract::fixes::Fix;
use proptest::prelude::*;

const SCHEMES: [&str; 7] = [
    "schemes/plain-linear",
    "schemes/transforming-rehabilitation-2013",
    "schemes/transforming-rehabilitation-2015",
    "schemes/work-programme-2011",
    "schemes/hmp-doncaster-2011",
    "schemes/hmp-peterborough-2010",
    "apps/cli/tests/bad/_base",
];

fn read(name: &str, change: impl Fn(String) -> String) -> (SchemeFiles, Scheme) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    let mut folder = Folder::new();
    for entry in std::fs::read_dir(path).expect("the schemes are in the repository") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".toml") || name.ends_with(".csv") {
            let text = std::fs::read_to_string(&path).expect("text");
            folder.insert(name, FileBytes::Read(change(text).into_bytes()));
        }
    }
    let opened = base::open(&folder);
    let scheme = contract::check(&opened).scheme.expect("a shipped scheme has no errors");
    (opened, scheme)
}

fn every_fix(segments: usize) -> Vec<Fix> {
    let by_segment = (0..segments as i64).map(|at| 100 + 37 * at).collect();
    vec![
        Fix::NoGate,
        Fix::TwoSided,
        Fix::PoolCohorts,
        Fix::TakeEveryone,
        Fix::LiveComparison(1),
        Fix::Baselines(vec![Some(Rate(WHOLE / 1_000 * 234)); 4]),
        Fix::PayAboveBaseline,
        Fix::Prices(185),
        Fix::ClausePrice { clause: "job".to_owned(), percent: 60 },
        Fix::Fees(91),
        Fix::FeesFinely(9_042),
        Fix::SegmentPrices(by_segment),
        Fix::AtValue { percent: 75, worth: vec![490_000, 75_400, 75_400, 0] },
        Fix::Straight,
        Fix::AtRisk(5),
        Fix::GateAt(150),
        Fix::FeesFollow(23),
        Fix::FeesFollow(100),
        Fix::FeeEach(Pence(12_345)),
        Fix::Limits(150),
        Fix::NoLimits,
        Fix::Collar(10),
        Fix::Audit { percent: 10, penalty: Pence(3_000_000) },
    ]
}

/// What the amended text says must be what the change does to the terms, and there must be no errors in it.
fn holds(opened: &SchemeFiles, scheme: &Scheme, fix: &Fix) -> Option<FileTexts> {
    let after = fix.apply(scheme)?;
    let texts = amend::amend(opened, scheme, &after).unwrap_or_else(|| panic!("{}: {fix:?} cannot be written", scheme.name));
    let checked = contract::check(&base::open(&amend::folder(&texts)));
    let errors = checked.problems.iter().filter(|problem| problem.severity == base::problem::Severity::Error);
    let errors: Vec<_> = errors.filter(|problem| problem.file != "assumptions.toml").collect();
    assert!(errors.is_empty(), "{}: {fix:?}: {errors:?}", scheme.name);
    let read = checked.scheme.expect("no errors");
    assert!(amend::same_terms(&read, &after), "{}: {fix:?}", scheme.name);
    assert!(checked.examples.iter().all(contract::examples::WorkedExample::holds));
    for (name, source) in &opened.sources {
        assert_eq!(undone(&texts[name]), trimmed(&source.text), "{}: {fix:?}: {name}", scheme.name);
    }
    Some(texts)
}

/// The text with every change taken back.
fn undone(text: &str) -> Vec<String> {
    let kept = text.lines().filter(|line| line.starts_with("# was: ") || !line.contains("  # fix: "));
    let bare = |line: &str| line.strip_prefix("# was: ").map(|was| was.split("  # fix: ").next().unwrap_or(was).to_owned());
    kept.map(|line| bare(line).unwrap_or_else(|| line.to_owned()).trim().to_owned()).collect()
}

fn trimmed(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn what_is_written_is_what_was_meant() {
    let mut written = 0;
    for name in SCHEMES {
        let (opened, scheme) = read(name, |text| text);
        for fix in every_fix(scheme.segments.len()) {
            written += usize::from(holds(&opened, &scheme, &fix).is_some());
        }
    }
    assert!(written > 70, "{written}");
}

/// The same terms written in other ways: other line ends, gates under a heading, keys with dots, a clause on one
/// line.
#[test]
fn other_ways_to_write_a_file_are_kept() {
    let name = "schemes/transforming-rehabilitation-2013";
    let gate = "gate = { improves_by_more_than = \"3 percentage points\" }\n";
    let ways: [&dyn Fn(String) -> String; 5] = [
        &|text| text.replace('\n', "\r\n"),
        &|text| text.replace(gate, "gate.improves_by_more_than = \"3 percentage points\"  # the flat zone\n"),
        &|text| text.replace("intake = \"everyone\"", "intake = \"provider chooses\""),
        &|text| {
            let frequency = text.find("[pay.frequency]");
            let Some(at) = frequency else { return text };
            let (head, tail) = text.split_at(at);
            let head = head.replace(gate, "");
            format!("{head}[pay.binary.gate]\nimproves_by_more_than = \"3 percentage points\"\n\n{tail}")
        },
        &|text| {
            let Some((head, tail)) = text.split_once("[pay.frequency]\n") else { return text };
            let Some((clause, tail)) = tail.split_once("\n\n") else { return text };
            let head =
                head.replace("[pay.fee]\n", &format!("[pay]\nfrequency = {{ {} }}\n\n[pay.fee]\n", clause.replace('\n', ", ")));
            format!("{head}{tail}")
        },
    ];
    for (at, way) in ways.into_iter().enumerate() {
        let (opened, scheme) = read(name, way);
        let fixes = every_fix(scheme.segments.len());
        fixes.iter().for_each(|fix| assert!(holds(&opened, &scheme, fix).is_some() || fix.apply(&scheme).is_none(), "{at}"));
        let all = Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(185), Fix::Fees(91)]);
        assert!(holds(&opened, &scheme, &all).is_some(), "{at}");
    }
}

#[test]
fn a_changed_line_keeps_the_old_one_and_says_why() {
    let (opened, scheme) = read("schemes/plain-linear", |text| text);
    let texts = holds(&opened, &scheme, &Fix::Prices(150)).expect("it has prices");
    let text = &texts["scheme.toml"];
    assert!(text.contains("# was: reward = \"£15,000\"\nreward = \"£22,500\"  # fix: multiplied by 1.5\n"), "{text}");
    assert!(text.contains("# was: [example.one_point_worse]  # fix: "), "{text}");
    assert!(text.contains("\n[example.as_expected]\n"), "an example that still holds stays");
}

proptest! {
    /// Any set of changes, in any order.
    #[test]
    fn sets_of_changes_are_written_too(name in 0..SCHEMES.len(), order in Just((0..every_fix(1).len()).collect::<Vec<usize>>()).prop_shuffle(), many in 2usize..8) {
        let (opened, scheme) = read(SCHEMES[name], |text| text);
        let every = every_fix(scheme.segments.len());
        let (mut chosen, mut now) = (Vec::new(), scheme.clone());
        for at in order.into_iter().take(many) {
            if let Some(next) = every[at].apply(&now) {
                now = next;
                chosen.push(every[at].clone());
            }
        }
        holds(&opened, &scheme, &Fix::Together(chosen));
    }
}

/// An audit is added where the provider reports, or changed where there is one already. Both are read back as meant.
#[test]
fn an_audit_is_written_where_the_provider_reports() {
    let reported = "[outcome.job]\nreported_by = \"provider\"\n";
    let (opened, scheme) = read("schemes/work-programme-2011", |text| text.replace("[outcome.job]\n", reported));
    assert!(holds(&opened, &scheme, &Fix::RecordsSay).is_some());
    let audit = Fix::Audit { percent: 10, penalty: Pence(3_000_000) };
    let texts = holds(&opened, &scheme, &audit).expect("the provider reports jobs");
    assert!(texts["scheme.toml"].contains("clause = \"audit\"") && texts["scheme.toml"].contains("checks = \"10%\""));
    let opened = base::open(&amend::folder(&texts));
    let scheme = contract::check(&opened).scheme.expect("no errors");
    let more = Fix::Audit { percent: 20, penalty: Pence(1_500_000) };
    let after = more.apply(&scheme).expect("another audit");
    assert_eq!(after.clauses.len(), scheme.clauses.len());
    assert!(amend::amend(&opened, &scheme, &after).is_some());
}

/// A cap on everything above it goes on covering everything: a fee that a change adds stands above the cap, and the cap counts it,
/// whether its file names the clauses or not.
#[test]
fn a_clause_that_is_added_does_not_pass_by_a_cap_on_everything() {
    for on in ["", "on = [\"fee\", \"person\"]\n"] {
        let (opened, scheme) = read("schemes/plain-linear", |text| {
            let cap = text.replace(
                "[pay.most]\nclause = \"cap\"\non = [\"person\"]\n",
                &format!("# All of it.\n[pay.most]\nclause = \"cap\"\n{on}"),
            );
            cap.replace("clause = \"floor\"\non = [\"person\"]\n", "clause = \"floor\"\non = [\"person\", \"most\"]\n")
        });
        let texts = holds(&opened, &scheme, &Fix::FeeEach(Pence(12_345))).expect("a fee is added");
        let changed = contract::check(&base::open(&amend::folder(&texts))).scheme.expect("no errors");
        let at = |name: &str| changed.clause(name).expect("it is there");
        assert!(changed.clauses[at("most")].terms.refers_to().contains(&at("fee_each_person")), "{}", texts["scheme.toml"]);
        assert_eq!(changed.clauses[at("liability")].terms.refers_to(), [at("person"), at("most")]);
        assert!(texts["scheme.toml"].contains("# All of it.\n[pay.most]"), "the comment stays with its clause");
    }
}

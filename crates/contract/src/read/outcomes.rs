//! The outcomes: `[outcome.NAME]`, one by one, and what they cannot be together.

use std::collections::BTreeMap;

use crate::measurement::{OutcomeMeasurement, OutcomeRule};
use crate::outcome::{Baseline, Better, MAX_AMOUNT, Outcome, OutcomeKind, Per, ReportedBy};
use crate::read::baseline::{baseline, ratchet, some_time};
use crate::read::names::{each_name_once, not_too_many};
use crate::read::{exceptions, measured};
use base::literal::{Count, Duration, MeanAmount, PerHead};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::ScheduleKeys;

/// The most outcomes of a contract.
const MAX_OUTCOMES: usize = 100;

/// Reads the outcomes in the order of the file; each may build on those above it.
pub(super) fn read(tables: &Section<'_, '_>, keys: &ScheduleKeys) -> Vec<Outcome> {
    let sections = tables.sections();
    if !not_too_many(tables, sections.len(), MAX_OUTCOMES, "outcomes") {
        return Vec::new();
    }
    each_name_once(&sections, "outcome");
    let names: Vec<String> = sections.iter().map(|section| section.name.clone()).collect();
    let mut out: Vec<Outcome> = Vec::new();
    for section in &sections {
        let outcome = outcome(section, keys, &names, &out);
        section.finish();
        if RESERVED.contains(&base::similar_names::folded(&outcome.name).as_str()) {
            section.push(
                Problem::at(section.file, section.span, format!("an outcome cannot be called `{}`", outcome.name))
                    .expected("a name that means nothing else in a tally or a worked example")
                    .fix(format!("choose another name, such as [outcome.{}_reached]", outcome.name)),
            );
        }
        out.push(outcome);
    }
    columns_apart(&sections, &out);
    out
}

/// Two outcomes must not share a column of a tally: `jobs comparison` would be the comparison group of `jobs` or an outcome.
fn columns_apart(sections: &[Section<'_, '_>], outcomes: &[Outcome]) {
    let derived = |outcome: &Outcome| {
        ["comparison people", "comparison", "before", "found false", "excepted"].map(|of| format!("{} {of}", outcome.name))
    };
    let mut known = BTreeMap::new();
    for outcome in outcomes {
        known.extend(derived(outcome).map(|column| (base::similar_names::folded(&column), outcome.name.as_str())));
    }
    for section in sections {
        if let Some(other) = known.get(&base::similar_names::folded(&section.name)) {
            section.push(
                Problem::at(
                    section.file,
                    section.span,
                    format!("in a tally, `{}` would have the same name as a column of `{other}`", section.name),
                )
                .expected(format!("a name that differs from the columns of `{other}`"))
                .fix("give the outcome another name"),
            );
        }
    }
}

/// Names of other columns of a tally, or of other keys of a worked example.
const RESERVED: [&str; 10] = ["scheme", "provider", "area", "cohort", "segment", "people", "households", "tally", "pays", "from"];

fn outcome(section: &Section<'_, '_>, keys: &ScheduleKeys, names: &[String], above: &[Outcome]) -> Outcome {
    #[derive(Clone, Copy, Default, PartialEq)]
    enum OutcomeWord {
        #[default]
        Binary,
        Frequency,
        Sustained,
        Amount,
    }
    let measure = section.required_text("measure", "what is measured, such as \"people with a proven reoffence\"");
    let word = section.required_choice(
        "kind",
        &[
            ("binary", OutcomeWord::Binary),
            ("frequency", OutcomeWord::Frequency),
            ("sustained", OutcomeWord::Sustained),
            ("amount", OutcomeWord::Amount),
        ],
    );
    let better = section.required_choice("better", &[("fewer", Better::Fewer), ("more", Better::More)]);
    let window: Duration = section.required("window");
    some_time(section, "window", window);
    let wait: Duration = section.number("wait").unwrap_or(Duration::Days(0));
    let builds_on_another = matches!(word, OutcomeWord::Frequency | OutcomeWord::Sustained);
    let of = if builds_on_another { of(section, names, above) } else { 0 };
    let kind = match word {
        OutcomeWord::Binary => OutcomeKind::Binary,
        OutcomeWord::Frequency => {
            let per = section.choice("per", &[("person", Per::Person), ("affected", Per::Affected)]).unwrap_or_default();
            OutcomeKind::Frequency { of, per }
        }
        OutcomeWord::Sustained => {
            let fix = "write the largest number of periods that is paid for one person";
            let most = section.required_within("most", (Count(1), Count(1000)), "not a number of periods", fix);
            let every = section.required("every");
            some_time(section, "every", every);
            OutcomeKind::Sustained { of, every, most: most.0 }
        }
        OutcomeWord::Amount => {
            let fix = "write the largest amount that counts for one person, in whole units. More than that counts as so much";
            OutcomeKind::Amount {
                most: section.required_within("most", (Count(1), Count(MAX_AMOUNT)), "not a largest amount", fix).0,
            }
        }
    };
    let unit = if word == OutcomeWord::Amount { section.text("unit") } else { None };
    let (baseline, is_assumed) = baseline(section, keys, kind);
    let part_of = part_of(section, word == OutcomeWord::Binary, better, above);
    let ratchet = ratchet(section, &baseline);
    let reported_by = section.choice("reported_by", &ReportedBy::KNOWN).unwrap_or_default();
    let exceptions = exceptions::read(section, kind);
    let spread = match word {
        OutcomeWord::Amount => section.positive::<MeanAmount>("spread").map(|spread| spread.0),
        _ => section.positive::<PerHead>("spread").map(|spread| spread.0),
    };
    let measured = measured::read(section, kind, above);
    let outcome = Outcome {
        name: section.name.clone(),
        measure,
        kind,
        unit: unit.unwrap_or("units").to_owned(),
        better,
        window,
        wait,
        baseline,
        is_assumed,
        part_of,
        ratchet,
        reported_by,
        exceptions,
        spread,
        counts_households: household_outcome(measured.as_ref(), above),
        measured,
    };
    match outcome.counts_households {
        true => household_rules(section, &outcome, above),
        false => follows_from_others(section, &outcome),
    }
    no_exceptions_together(section, &outcome, above);
    outcome
}

/// Whether an outcome counts households: it is one of a household, or made of those.
fn household_outcome(measured: Option<&OutcomeMeasurement>, above: &[Outcome]) -> bool {
    match measured.map(|measured| &measured.rule) {
        Some(OutcomeRule::Household { .. }) => true,
        Some(OutcomeRule::SomeOf { outcomes, .. }) => outcomes.iter().any(|&at| above[at].counts_households),
        _ => false,
    }
}

/// What an outcome that counts households cannot be.
fn household_rules(section: &Section<'_, '_>, outcome: &Outcome, above: &[Outcome]) {
    let better = outcome.household().map_or(Better::More, |(of, _)| above[of].better);
    if outcome.better != better {
        let better = if better == Better::More { "more" } else { "fewer" };
        section.push(
            section
                .problem("better", "a household result is good where the results that it follows from are")
                .expected(format!("better = \"{better}\""))
                .fix(format!("write better = \"{better}\"")),
        );
    }
    if matches!(outcome.baseline, Baseline::Before { .. }) {
        section.push(
            section
                .problem("baseline", "a household is not compared with the time before its members started")
                .expected("a fixed baseline, a comparison group, or none")
                .fix("give the baseline as a share of households"),
        );
    }
    if outcome.reported_by == ReportedBy::Provider {
        section.push(
            section
                .problem("reported_by", "a household result follows from those of its members")
                .read("\"provider\"")
                .expected("no `reported_by` here")
                .fix("write reported_by = \"provider\" in the outcome of the members"),
        );
    }
    if let Some(whole) = outcome.part_of.filter(|&at| !above[at].counts_households) {
        section.push(
            section
                .problem("part_of", format!("`{}` counts people and not households", above[whole].name))
                .expected("an outcome that counts households")
                .fix("remove the line"),
        );
    }
}

/// What an outcome that follows from others cannot be.
fn follows_from_others(section: &Section<'_, '_>, outcome: &Outcome) {
    if outcome.follows_from().is_empty() {
        return;
    }
    if outcome.better == Better::Fewer {
        section.push(
            section
                .problem("better", "what follows from good results is good itself")
                .read("\"fewer\"")
                .expected("better = \"more\"")
                .fix("write better = \"more\""),
        );
    }
    if matches!(outcome.baseline, Baseline::Before { .. }) {
        section.push(
            section
                .problem("baseline", "what people did before is known for each outcome by itself")
                .expected("a fixed baseline, a comparison group, or none")
                .fix("give the baseline as a number"),
        );
    }
}

/// Refuses exceptions from an outcome that must have the same people as another: one that is a part of it, or is made of it.
fn no_exceptions_together(section: &Section<'_, '_>, outcome: &Outcome, above: &[Outcome]) {
    let parts = outcome.follows_from();
    let whole = outcome.part_of.as_slice();
    let related: Vec<&Outcome> = parts.iter().chain(whole).filter_map(|&at| above.get(at)).collect();
    let Some(first) = related.first() else { return };
    let excepting = related.iter().copied().chain([outcome]).find(|one| one.exceptions.is_some());
    if let Some(excepting) = excepting {
        let key = if whole.is_empty() { "measured" } else { "part_of" };
        let other = if excepting.name == outcome.name { *first } else { excepting };
        section.push(
            section
                .problem(key, format!("`{}` and `{}` must count the same people", outcome.name, other.name))
                .read(format!("[outcome.{}.exceptions]", excepting.name))
                .expected("no exceptions from an outcome that is part of another, or that another is made of")
                .fix("remove the exceptions, or measure the two outcomes without reference to each other"),
        );
    }
}

/// The binary outcome of which a binary outcome is a part. It must be above.
fn part_of(section: &Section<'_, '_>, is_binary: bool, better: Better, above: &[Outcome]) -> Option<usize> {
    if !section.has("part_of") {
        return None;
    }
    let name = section.required_text("part_of", "the binary outcome above it of which it is a part");
    let found = above.iter().position(|outcome| outcome.name == name).filter(|&at| above[at].is_binary() && is_binary);
    if let Some(whole) = found.map(|at| &above[at]).filter(|whole| whole.better != better) {
        section.push(
            section
                .problem(
                    "part_of",
                    format!("more of `{}` is good and more of its part is bad, or the other way round", whole.name),
                )
                .read(format!("\"{name}\""))
                .expected("the same `better` for the part and the whole")
                .fix("correct `better` of one of the two, or remove `part_of`"),
        );
    }
    if found.is_none() && !name.is_empty() {
        let what = match is_binary {
            true => "no binary outcome above has this name",
            false => "only a binary outcome can be a part of another; one that counts events builds on it (`of`)",
        };
        let known = above.iter().filter(|outcome| outcome.is_binary()).map(|outcome| outcome.name.as_str());
        section.push(
            section
                .problem("part_of", what)
                .read(format!("\"{name}\""))
                .expected("a binary outcome above this one")
                .nearest(&name, known)
                .fix("correct the name, or move the outcome that is the whole above its part"),
        );
    }
    found
}

/// The binary outcome that a frequency or a sustained outcome builds on. It must be above.
fn of(section: &Section<'_, '_>, names: &[String], above: &[Outcome]) -> usize {
    let name = section.required_text("of", "the binary outcome above it that it builds on, such as \"reoffending\"");
    let found = above.iter().position(|outcome| outcome.name == name);
    match found {
        Some(at) if above[at].is_binary() && !above[at].counts_households => at,
        _ if name.is_empty() => 0,
        _ => {
            let first = "add the yes-or-no outcome first (\"reoffending\"), then the outcome that counts how often it happens";
            let (what, fix) = match found {
                Some(at) if above[at].counts_households => {
                    (format!("`{name}` counts households"), "build on the outcome of the members, which counts people".to_owned())
                }
                Some(_) => (format!("`{name}` is not a binary outcome"), first.to_owned()),
                None if names.contains(&name) => (
                    format!("`{name}` is below this outcome, but an outcome can only build on one above it"),
                    format!("move [outcome.{name}] above [outcome.{}]", section.name),
                ),
                None => ("the scheme has no outcome of this name".to_owned(), first.to_owned()),
            };
            let binary = above.iter().filter(|outcome| outcome.is_binary() && outcome.name != name);
            section.push(
                section
                    .problem("of", what)
                    .read(format!("\"{name}\""))
                    .expected("the name of a binary outcome above this one")
                    .nearest(&name, binary.map(|outcome| outcome.name.as_str()))
                    .fix(fix),
            );
            0
        }
    }
}

//! Worked examples in the scheme file, which are its tests: numbers of people, their results, and what the contract pays. A
//! contract's own schedule of worked examples becomes the test suite of the scheme.
//!
//! ```toml
//! [example.meets_gate]
//! people = 1_200
//! reoffending = 640
//! pays = { binary = "£224,000" }      # by clause; `total` for everything
//! ```

use crate::certified_costs::MAX_COSTS;
use crate::exceptions::over_limit;
use crate::price;
use crate::read::SCHEME_FILE;
use crate::scheme::Scheme;
use crate::tally::{MAX_EVENTS, MAX_PEOPLE, Tally, level_misfit, misfit, part_misfit};
use crate::tally_file;
use crate::terms::{Baseline, OutcomeKind};
use base::literal::Count;
use base::money::{Pence, thousands};
use base::problem::{Problem, Severity};
use base::reader::{Reader, ScenarioDraw, Section};
use base::scheme_files::SchemeFiles;

/// The result of one worked example.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkedExample {
    pub name: String,
    /// For each clause named (or "total"): what the example states and what the rules pay.
    pub payments: Vec<(String, Pence, Pence)>,
    /// What other clauses pay, where the example does not name them and they pay anything.
    pub unnamed: Vec<(String, Pence)>,
}

impl WorkedExample {
    /// Whether every payment agrees to the penny.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.payments.iter().all(|(_, said, paid)| said == paid)
    }
}

/// The most worked examples that are run.
const MAX_EXAMPLES: usize = 1_000;

/// Runs the first thousand examples in the file. A difference is a problem at the amount that differs.
#[must_use]
pub fn run(scheme: &Scheme, files: &SchemeFiles) -> (Vec<WorkedExample>, Vec<Problem>) {
    let draw = ScenarioDraw::new();
    let reader = Reader::new(files, &draw);
    let mut examples = Vec::new();
    if let Some(tables) = reader.document(SCHEME_FILE, "").and_then(|top| top.section("example")) {
        for section in tables.sections().into_iter().take(MAX_EXAMPLES) {
            examples.extend(example(scheme, &section, files));
        }
    }
    let mut problems = reader.problems.into_inner();
    problems.retain(|problem| !files.problems.contains(problem));
    (examples, problems)
}

/// The tallies of one example, by its name; or its problems, and the known names where there is none of this name.
pub fn tallies(scheme: &Scheme, files: &SchemeFiles, name: &str) -> Result<Vec<Tally>, Vec<Problem>> {
    let draw = ScenarioDraw::new();
    let reader = Reader::new(files, &draw);
    let tables = reader.document(SCHEME_FILE, "").and_then(|top| top.section("example"));
    let sections = tables.as_ref().map(Section::sections).unwrap_or_default();
    let Some(section) = sections.iter().find(|section| section.name == name) else {
        let names: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
        let problem = Problem::file(SCHEME_FILE, format!("there is no worked example `{name}`")).read(name);
        let problem = match names.is_empty() {
            true => problem
                .expected("the NAME of an [example.NAME] table, but the file has none")
                .fix("price a tally instead: --tally FILE"),
            false => problem.expected(format!("one of {}", names.join(", "))).nearest(name, names).fix("correct the name"),
        };
        return Err(vec![problem]);
    };
    let found = tallies_of(scheme, section, files);
    let _ = section.has("pays");
    section.finish();
    found.iter().flatten().filter(|_| !section.has("tally")).for_each(|tally| fits(scheme, section, tally));
    let mut problems = reader.problems.borrow().clone();
    problems.retain(|problem| problem.severity == Severity::Error);
    match found {
        Some(tallies) if problems.is_empty() => Ok(tallies),
        _ => Err(problems),
    }
}

fn tallies_of(scheme: &Scheme, section: &Section<'_, '_>, files: &SchemeFiles) -> Option<Vec<Tally>> {
    let Some(file) = section.text("tally") else { return Some(vec![inline(scheme, section)]) };
    base::schedule::find_table(section, "tally", file)?;
    match tally_file::read(scheme, file, files) {
        Ok(tallies) => Some(tallies),
        Err(problems) => {
            problems.into_iter().for_each(|problem| section.push(problem));
            None
        }
    }
}

fn example(scheme: &Scheme, section: &Section<'_, '_>, files: &SchemeFiles) -> Option<WorkedExample> {
    let before = section.reader.errors();
    let tallies = tallies_of(scheme, section, files)?;
    let Some(pays) = section.required_section("pays", "what is paid, by clause, such as { total = \"£224,000\" }") else {
        section.finish();
        return None;
    };
    section.finish();
    if section.reader.errors() == before && !section.has("tally") {
        tallies.iter().for_each(|tally| fits(scheme, section, tally));
    }
    let mut sound = section.reader.errors() == before;
    let paid: Vec<_> = tallies.iter().map(|tally| price::statement(scheme, tally).1).collect();
    let mut payments = Vec::new();
    for (name, span) in pays.keys() {
        let said: Pence = pays.required(name);
        let found = match name {
            "total" => paid.iter().map(|paid| paid.total().0).sum(),
            _ => match scheme.clause(name) {
                Some(clause) => paid.iter().map(|paid| paid.clause(clause).0).sum(),
                None => {
                    let known = scheme.clauses.iter().map(|clause| clause.name.as_str()).chain(["total"]);
                    section.push(
                        Problem::at(section.file, span, "the contract has no clause of this name")
                            .read(name)
                            .expected("the NAME of a [pay.NAME] table, or total")
                            .nearest(name, known)
                            .fix("correct the name"),
                    );
                    sound = false;
                    continue;
                }
            },
        };
        let paid = Pence(found);
        if said != paid && sound {
            section.push(
                pays.problem(name, format!("the worked example `{}` is not what the rules pay", section.name))
                    .read(said.to_string())
                    .expected(format!("{paid}, by the rules of this file"))
                    .fix(
                        "correct the example or the rule that is wrong. `wellspent price SCHEME --example NAME` shows each line"
                            .replace("NAME", &section.name),
                    ),
            );
        }
        payments.push((name.to_owned(), said, paid));
    }
    let named = |clause: &str| payments.iter().any(|(name, _, _)| name == clause);
    let unnamed = scheme.clauses.iter().enumerate().filter(|(_, clause)| !named(&clause.name));
    let unnamed = unnamed.map(|(at, clause)| (clause.name.clone(), Pence(paid.iter().map(|paid| paid.clause(at).0).sum())));
    let unnamed = unnamed.filter(|(_, paid)| *paid != Pence(0)).collect();
    // An example with a mistake of its own neither agrees nor fails.
    if !sound {
        return None;
    }
    Some(WorkedExample { name: section.name.clone(), payments, unnamed })
}

/// Checks the counts of an example that is written out against each other, once its keys are known to be right.
fn fits(scheme: &Scheme, section: &Section<'_, '_>, tally: &Tally) {
    for (at, outcome) in scheme.outcomes.iter().enumerate().filter(|(_, outcome)| section.has(&outcome.name)) {
        let sum = |at: usize| tally.counts[at].iter().sum::<i64>();
        let people = tally.people.iter().sum::<i64>();
        let misfit = misfit(scheme, at, sum(outcome.base(at)), sum(at)).or_else(|| part_misfit(scheme, at, sum)).or_else(|| {
            let both = outcome.reaches().filter(|(amount, _)| section.has(&scheme.outcomes[*amount].name));
            both.and_then(|_| level_misfit(scheme, at, people, sum))
        });
        if let Some(misfit) = misfit {
            let problem = section.problem(&outcome.name, misfit.what).read(misfit.read).expected(misfit.expected);
            section.push(problem.fix("check both numbers"));
        }
    }
    for over in over_limit(scheme, tally) {
        let name = &scheme.outcomes[over.outcome].name;
        section.push(
            section
                .problem(&format!("{name} excepted"), format!("too many people are excepted from `{name}`"))
                .read(over.words(scheme, tally))
                .expected(format!("at most {} excepted", thousands(over.most)))
                .fix("check both numbers. People beyond the limit are not excepted: they count, with their results"),
        );
    }
}

/// An example of one cohort and one segment, written out in the file.
fn inline(scheme: &Scheme, section: &Section<'_, '_>) -> Tally {
    let place = |key: &str, known: &[String]| -> usize {
        let Some(name) = section.text(key) else { return 0 };
        known.iter().position(|known| known == name).unwrap_or_else(|| {
            section.push(
                section
                    .problem(key, format!("the scheme has no {key} of this name"))
                    .read(format!("\"{name}\""))
                    .expected(format!("one of {}", known.iter().take(8).cloned().collect::<Vec<_>>().join(", ")))
                    .nearest(name, known.iter().map(String::as_str))
                    .fix("correct the name"),
            );
            0
        })
    };
    let cohort_names: Vec<String> = scheme.cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let (area, cohort) = (place("area", &scheme.areas), place("cohort", &cohort_names));
    let segment = place("segment", &scheme.segments);
    let mut tally = Tally::empty(scheme, area, vec![cohort]);
    let count = |key: &str, needed: bool, most: i64, beyond: String| -> i64 {
        if !needed && !section.has(key) {
            return 0;
        }
        section.required_within(key, (Count(0), Count(most)), &beyond, "check the number and the people of the example").0
    };
    let many = || "not a number of people that can be priced".to_owned();
    let people = count("people", true, MAX_PEOPLE, many());
    tally.people[segment] = people;
    if scheme.reads_costs() && section.has("costs") {
        let fix = "write what was certified for this cohort";
        tally.costs = vec![Some(section.required_within("costs", (Pence(0), MAX_COSTS), "not an amount of costs", fix))];
    }
    if scheme.counts_households() {
        let households = count("households", true, people, "more households than people".to_owned());
        tally.set_households(scheme, segment, households.min(people));
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.exceptions.is_some()) {
        let key = format!("{} excepted", outcome.name);
        tally.excepted[at][segment] = count(&key, false, people, format!("`{key}` is more than everyone")).min(people);
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let name = outcome.name.as_str();
        let measured = tally.measured(scheme, at, segment);
        let (most, beyond) = match outcome.kind {
            OutcomeKind::Binary if outcome.counts_households => (measured, format!("`{name}` is more than all households")),
            OutcomeKind::Binary if measured < people => (measured, format!("`{name}` is more than everyone who is not excepted")),
            OutcomeKind::Binary => (people, format!("`{name}` is more than everyone")),
            OutcomeKind::Sustained { .. } | OutcomeKind::Frequency { .. } => {
                (MAX_EVENTS, format!("`{name}` is more than can be priced"))
            }
            OutcomeKind::Amount { most } => {
                (measured.saturating_mul(most).min(MAX_EVENTS), format!("`{name}` is more than {most} for each person"))
            }
        };
        tally.counts[at][segment] = count(name, false, most, beyond);
        if matches!(outcome.baseline, Baseline::Before { .. }) {
            let key = format!("{name} before");
            let most = if outcome.is_binary() { measured } else { MAX_EVENTS };
            tally.comparison[at].people[segment] = measured;
            tally.comparison[at].counts[segment] = count(&key, true, most, format!("`{key}` is more than everyone"));
        }
        if scheme.checked(at).is_some() {
            let key = format!("{name} found false");
            tally.found_false[at][segment] = count(&key, false, MAX_EVENTS, format!("`{key}` is more than can be priced"));
        }
        if matches!(outcome.baseline, Baseline::Comparison { .. }) {
            let (people_key, count_key) = (format!("{name} comparison people"), format!("{name} comparison"));
            let fix = "write the number of people in the comparison group";
            let compared = match section.has(&people_key) {
                true => section.required_within(&people_key, (Count(1), Count(MAX_PEOPLE)), "nobody to compare with", fix).0,
                false => count(&people_key, true, MAX_PEOPLE, many()),
            };
            let (most, beyond) = match outcome.kind {
                OutcomeKind::Binary => (compared, format!("`{count_key}` is more than the people of the comparison group")),
                OutcomeKind::Amount { most } => {
                    (compared.saturating_mul(most).min(MAX_EVENTS), format!("`{count_key}` is more than {most} for each person"))
                }
                OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => {
                    (MAX_EVENTS, format!("`{count_key}` is more than can be priced"))
                }
            };
            tally.comparison[at].people[segment] = compared;
            tally.comparison[at].counts[segment] = count(&count_key, true, most, beyond);
        }
    }
    tally
}

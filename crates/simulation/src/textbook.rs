//! Textbook cases. A case is a folder with `textbook.toml`, which holds the figures of a textbook, and either a game (`game.toml`) or a
//! scheme with its assumptions. This file solves the case and compares each figure with the textbook's.
//!
//! The figures found come from the solvers of `game`, or from the code that stress-tests schemes (`contract_figures`). No formula is
//! used here.

use base::literal::Plain;
use base::money::{Rate, WHOLE};
use base::problem::Problem;
use base::reader::{Reader, ScenarioDraw, Section, UncertainNumber};
use base::scheme_files::SchemeFiles;
use contract::read::SCHEME_FILE;
use risks::Estimate;

use crate::assumptions;
use crate::contract_figures;
use crate::game::{self, Game, GameFigure};

/// The file with what the textbook says; a folder that has it is a textbook case.
pub const TEXTBOOK_FILE: &str = "textbook.toml";

/// A textbook case.
#[derive(Clone, Debug, Default)]
pub struct TextbookCase {
    pub title: String,
    pub question: String,
    /// What a commissioner learns from it.
    pub teaches: String,
    pub from: String,
    pub figures: Vec<ExpectedFigure>,
}

/// One figure as the textbook has it.
#[derive(Clone, Debug)]
pub struct ExpectedFigure {
    pub label: String,
    pub value: f64,
    /// The name of the figure among those of the answer.
    of: String,
    span: base::source::Span,
    moved: ScenarioDraw,
    /// The uncertain number along which to look for the place where the figure jumps. The expected figure is then that place.
    jumps_along: Option<UncertainNumber>,
    /// Where the textbook's own figure is an approximation: how far off it may be, as a share of it, and why.
    pub within: Option<(f64, String)>,
}

/// One figure of the textbook, and as it is found here.
#[derive(Clone, Debug)]
pub struct ComparedFigure {
    pub label: String,
    pub textbook: f64,
    pub engine: Estimate,
    pub within: Option<(f64, String)>,
}

/// How far apart two exact figures may be, as a share of the figure or of one, whichever is larger.
pub const EXACT: f64 = 1e-6;
/// How many standard errors of simulation a figure may be off.
pub const ERRORS: f64 = 4.0;

impl ComparedFigure {
    /// How far apart the two may be.
    #[must_use]
    pub fn allowed(&self) -> f64 {
        let approximate = self.within.as_ref().map_or(0.0, |(share, _)| share * self.textbook.abs());
        let exact = if self.engine.error > 0.0 { ERRORS * self.engine.error } else { EXACT * self.textbook.abs().max(1.0) };
        approximate + exact
    }

    #[must_use]
    pub fn agrees(&self) -> bool {
        (self.engine.mean - self.textbook).abs() <= self.allowed()
    }
}

/// Whether a folder is a textbook case.
#[must_use]
pub fn is_case(opened: &SchemeFiles) -> bool {
    opened.sources.contains_key(TEXTBOOK_FILE)
}

/// What is solved: a game, or a scheme with its assumptions.
enum Subject {
    Game(Game),
    Contract(Box<contract_figures::ContractCase>),
}

/// Reads the game, or the scheme and its assumptions, with uncertain numbers set. It also returns the uncertain numbers of the files.
fn subject(opened: &SchemeFiles, picks: &ScenarioDraw) -> (Option<Subject>, Vec<UncertainNumber>, Vec<Problem>) {
    let reader = Reader::new(opened, picks);
    let found = if opened.sources.contains_key(SCHEME_FILE) {
        let scheme = contract::read::scheme(&reader);
        let both = scheme.and_then(|scheme| Some((assumptions::read(&reader, &scheme)?, scheme)));
        both.map(|(assumptions, scheme)| Subject::Contract(Box::new(contract_figures::ContractCase { scheme, assumptions })))
    } else {
        game::read(&reader).map(Subject::Game)
    };
    let errors = reader.errors() > 0;
    (found.filter(|_| !errors), reader.uncertain_numbers.into_inner(), reader.problems.into_inner())
}

fn figures(subject: &Subject, seed: u64) -> Vec<GameFigure> {
    match subject {
        Subject::Game(game) => game::solve(game, seed),
        Subject::Contract(contract) => contract_figures::figures(contract, seed),
    }
}

/// Reads a case without solving it, with all problems of its files.
#[must_use]
pub fn read(opened: &SchemeFiles) -> (Option<TextbookCase>, Vec<Problem>) {
    let (subject, uncertain_numbers, mut problems) = subject(opened, &ScenarioDraw::new());
    let picks = ScenarioDraw::new();
    let reader = Reader::new(opened, &picks);
    let case = case(&reader, &uncertain_numbers);
    let errors = reader.errors() > 0;
    problems.extend(reader.problems.into_inner());
    problems.extend(opened.problems.iter().cloned());
    (case.filter(|_| subject.is_some() && !errors), problems)
}

fn case(reader: &Reader<'_>, uncertain_numbers: &[UncertainNumber]) -> Option<TextbookCase> {
    let top = reader.document(TEXTBOOK_FILE, "textbook = \"A linear contract for a provider that minds risk\"")?;
    let case = TextbookCase {
        title: top.required_text("textbook", "a title, such as \"A linear contract for a provider that minds risk\""),
        question: top.required_text("question", "the question in a sentence, such as \"How large a share is best?\""),
        teaches: top.required_text("teaches", "what a commissioner learns, such as \"The noisier, the smaller.\""),
        from: top.required_text("from", "the paper, such as \"Holmström and Milgrom 1987\""),
        figures: top
            .required_section("figure", "a table [figure.NAME] for each figure")
            .map_or(Vec::new(), |tables| tables.sections().iter().map(|section| expected(section, uncertain_numbers)).collect()),
    };
    top.finish();
    Some(case)
}

fn expected(section: &Section<'_, '_>, uncertain_numbers: &[UncertainNumber]) -> ExpectedFigure {
    let label = section.name.clone();
    let mut moved = ScenarioDraw::new();
    for (key, position) in [("low", 0.0), ("high", 1.0)] {
        for (name, _) in section.list(key).unwrap_or_default() {
            moved.extend(uncertain(section, key, name, uncertain_numbers).map(|uncertain| (uncertain.path.clone(), position)));
        }
    }
    let jumps_along =
        section.text("jumps_along").and_then(|name| uncertain(section, "jumps_along", name, uncertain_numbers).cloned());
    let within = section.has("within").then(|| {
        let fix = "write how far the textbook's own approximation may be off, such as \"1 %\"";
        let share = section.required_within("within", (Rate(0), Rate(WHOLE / 10)), "an approximation too rough to test", fix);
        (share.as_f64(), section.required_text("because", "why the textbook's figure is an approximation"))
    });
    let expected = ExpectedFigure {
        value: section.required::<Plain>("value").0,
        of: section.text("of").unwrap_or(&label).to_owned(),
        span: section.span,
        moved,
        jumps_along,
        within,
        label,
    };
    section.finish();
    expected
}

/// The number with a range that a figure moves, by its name in its file.
fn uncertain<'d>(
    section: &Section<'_, '_>,
    key: &str,
    name: &str,
    uncertain_numbers: &'d [UncertainNumber],
) -> Option<&'d UncertainNumber> {
    let short =
        |uncertain: &'d UncertainNumber| uncertain.path.split_once(": ").map_or(uncertain.path.as_str(), |(_, name)| name);
    let found = uncertain_numbers.iter().find(|uncertain| uncertain.path == name || short(uncertain) == name);
    if found.is_none() {
        let known: Vec<&str> = uncertain_numbers.iter().map(short).collect();
        section.push(
            section
                .problem(key, format!("`{key}` names a number that has no range"))
                .read(format!("`{name}`"))
                .expected(if known.is_empty() { "a number with a range: none has one".to_owned() } else { known.join(" or ") })
                .nearest(name, known)
                .fix("give the number a range in its file, such as \"0 (0 to 1)\", or correct the name"),
        );
    }
    found
}

/// Solves a case and compares each figure with the textbook's.
pub fn compare(opened: &SchemeFiles, case: &TextbookCase, seed: u64) -> Result<Vec<ComparedFigure>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut compared = Vec::new();
    let mut solved: Vec<(ScenarioDraw, Vec<GameFigure>)> = Vec::new();
    for expected in &case.figures {
        if !solved.iter().any(|(moved, _)| *moved == expected.moved) {
            match subject(opened, &expected.moved) {
                (Some(subject), _, _) => solved.push((expected.moved.clone(), figures(&subject, seed))),
                (None, _, found) => {
                    problems.extend(found);
                    continue;
                }
            }
        }
        let all = solved.iter().find(|(moved, _)| *moved == expected.moved).map_or(&[][..], |(_, figures)| figures);
        let Some(figure) = all.iter().find(|figure| figure.name == expected.of) else {
            problems.push(no_such_figure(expected, all));
            continue;
        };
        let engine = match &expected.jumps_along {
            Some(uncertain) => Estimate::exact(jump(opened, expected, uncertain, seed)),
            None => figure.value,
        };
        compared.push(ComparedFigure {
            label: expected.label.clone(),
            textbook: expected.value,
            engine,
            within: expected.within.clone(),
        });
    }
    if problems.is_empty() { Ok(compared) } else { Err(problems) }
}

fn no_such_figure(expected: &ExpectedFigure, figures: &[GameFigure]) -> Problem {
    let known: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    Problem::at(TEXTBOOK_FILE, expected.span, format!("the answer has no figure `{}`", expected.of))
        .read(format!("`{}`", expected.of))
        .expected(format!("one of {}", known.join(", ")))
        .nearest(&expected.of, known)
        .fix("write `of = \"…\"` with the name of one of the figures")
}

/// The value of an uncertain number at which a figure jumps. The half with the larger change is kept.
fn jump(opened: &SchemeFiles, expected: &ExpectedFigure, uncertain: &UncertainNumber, seed: u64) -> f64 {
    let figure = |position: f64| {
        let mut moved = expected.moved.clone();
        moved.insert(uncertain.path.clone(), position);
        let (subject, _, _) = subject(opened, &moved);
        let found = subject.map(|subject| figures(&subject, seed)).unwrap_or_default();
        found.iter().find(|figure| figure.name == expected.of).map_or(f64::NAN, |figure| figure.value.mean)
    };
    let (mut low, mut high) = (0.0, 1.0);
    let (mut at_low, mut at_high) = (figure(low), figure(high));
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        let at_middle = figure(middle);
        if (at_middle - at_low).abs() > (at_high - at_middle).abs() {
            (high, at_high) = (middle, at_middle);
        } else {
            (low, at_low) = (middle, at_middle);
        }
    }
    uncertain.at(f64::midpoint(low, high))
}

//! Textbook cases for other programs. The comments are the text of the published description.

use schemars::JsonSchema;
use serde::Serialize;
use simulation::textbook::{ComparedFigure, TextbookCase};

use crate::machine_readable::JsonDocument;

/// Textbook cases: each figure as the textbook has it and as the engine finds it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TextbookDocument {
    /// how many figures were compared
    pub figures: usize,
    /// how many of them differ by more than they may
    pub differing: usize,
    /// one for each case
    pub cases: Vec<TextbookCaseEntry>,
}

/// One textbook case.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TextbookCaseEntry {
    /// the name of its folder
    pub name: String,
    /// its title
    pub title: String,
    /// the question that it answers
    pub question: String,
    /// what a commissioner learns from it
    pub teaches: String,
    /// where it is from
    pub from: String,
    /// one for each figure
    pub figures: Vec<TextbookFigureEntry>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TextbookFigureEntry {
    /// what it is
    pub label: String,
    /// the figure of the textbook
    pub textbook: Option<f64>,
    /// the figure that the engine finds
    pub engine: Option<f64>,
    /// its standard error of simulation; 0 where it is exact
    pub error: Option<f64>,
    /// by how much the two may differ
    pub allowed: Option<f64>,
    /// whether they agree
    pub agrees: bool,
    /// why the figure of the textbook is an approximation; null where it is exact
    pub approximation: Option<String>,
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl TextbookCaseEntry {
    /// A case by the name of its folder, with its figures.
    #[must_use]
    pub fn of(name: &str, case: &TextbookCase, compared: &[ComparedFigure]) -> TextbookCaseEntry {
        let figure = |one: &ComparedFigure| TextbookFigureEntry {
            label: one.label.clone(),
            textbook: finite(one.textbook),
            engine: finite(one.engine.mean),
            error: finite(one.engine.error),
            allowed: finite(one.allowed()),
            agrees: one.agrees(),
            approximation: one.within.as_ref().map(|(_, why)| why.clone()),
        };
        TextbookCaseEntry {
            name: name.to_owned(),
            title: case.title.clone(),
            question: case.question.clone(),
            teaches: case.teaches.clone(),
            from: case.from.clone(),
            figures: compared.iter().map(figure).collect(),
        }
    }
}

impl TextbookDocument {
    /// Cases that were solved.
    #[must_use]
    pub fn of(cases: Vec<TextbookCaseEntry>) -> TextbookDocument {
        let figures = || cases.iter().flat_map(|case| &case.figures);
        TextbookDocument { figures: figures().count(), differing: figures().filter(|figure| !figure.agrees).count(), cases }
    }
}

impl JsonDocument for TextbookDocument {
    const SCHEMA: &'static str = "wellspent-textbook/1";
    const COMMAND: &'static str = "wellspent stress CASE --json";
}

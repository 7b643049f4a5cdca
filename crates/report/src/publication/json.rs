//! What is published, for other programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::{EVERYBODY, FigureShown, PublishedResult, PublishedView, ViewRow};
use crate::machine_readable::{JsonDocument, rounded};
use disclosure::words::{CellShown, NOT_SHOWN};

/// Figures that passed disclosure control. A number that may not be published is null, and so is what follows from one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PublicationDocument {
    /// the name of the release
    release: String,
    /// the day of the release
    published_on: String,
    /// what it is
    kind: &'static str,
    /// the name of the scheme
    scheme: String,
    /// what happened up to this day is counted
    as_at: String,
    /// what became known after this day is left out; null where that is the same day
    known_at: Option<String>,
    /// counts of fewer people are not shown
    smallest_count: i64,
    /// what every number is a multiple of; null where numbers are hidden instead
    rounding_base: Option<i64>,
    /// the tables
    tables: Vec<PublishedTableEntry>,
    /// what else a reader should know, a sentence each
    remarks: Vec<&'static str>,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct PublishedTableEntry {
    /// its short name
    name: String,
    /// what it shows
    title: String,
    /// what the rows are by
    by: Vec<String>,
    /// the rows, totals after their parts
    rows: Vec<PublishedRowEntry>,
    /// the note below the table; null where every number is shown
    note: Option<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct PublishedRowEntry {
    /// the group, in the order of `by`; "all" is a total
    names: Vec<String>,
    /// its figures
    figures: Vec<PublishedFigureEntry>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct PublishedFigureEntry {
    /// what it is
    figure: &'static str,
    /// the number; null where it is not shown. A share is of 100, and money in pounds
    value: Option<f64>,
    /// the lower end of its 95% interval
    low: Option<f64>,
    /// the upper end
    high: Option<f64>,
    /// what is shown in the place of a number, or the judgement; null where there is a number
    shown: Option<String>,
}

impl JsonDocument for PublicationDocument {
    const SCHEMA: &'static str = "wellspent-publication/1";
    const COMMAND: &'static str = "wellspent measure --publish NAME --json";
}

impl PublishedResult {
    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> PublicationDocument {
        PublicationDocument {
            release: self.publication.name().to_owned(),
            published_on: base::day::date(self.publication.day()).to_string(),
            kind: self.kind,
            scheme: self.scheme.clone(),
            as_at: self.as_at.to_string(),
            known_at: self.known_at.map(|day| day.to_string()),
            smallest_count: self.publication.smallest_count(),
            rounding_base: self.publication.rounding_base(),
            tables: self.views.iter().map(|view| self.entry(view)).collect(),
            remarks: self.remarks.clone(),
        }
    }

    fn entry(&self, view: &PublishedView) -> PublishedTableEntry {
        let rows = self.rows(view);
        let row = |row: &ViewRow| PublishedRowEntry {
            names: row.names.iter().map(|name| name.clone().unwrap_or_else(|| EVERYBODY.to_owned())).collect(),
            figures: view.columns.iter().zip(&row.figures).map(|(column, figure)| entry(column.name, *figure)).collect(),
        };
        PublishedTableEntry {
            name: view.name.clone(),
            title: view.title.clone(),
            by: self.dimensions(view).into_iter().map(str::to_owned).collect(),
            note: self.note(&rows),
            rows: rows.iter().map(row).collect(),
        }
    }
}

fn entry(name: &'static str, figure: FigureShown) -> PublishedFigureEntry {
    let (mut value, mut low, mut high, mut shown) = (None, None, None, None);
    match figure {
        FigureShown::Count(count) => match count.shown() {
            CellShown::Value(count) => value = Some(count as f64),
            CellShown::FewerThan(count) => shown = Some(format!("fewer than {count}")),
            CellShown::ToProtect => shown = Some(NOT_SHOWN.to_owned()),
        },
        FigureShown::Share(share) => [value, low, high] = share.map(|end| rounded((1000.0 * end).round() / 10.0)),
        FigureShown::Mean(mean) => value = rounded((10.0 * mean).round() / 10.0),
        FigureShown::Judgement(word) => shown = Some(word.to_owned()),
        FigureShown::LeftOut => shown = Some(NOT_SHOWN.to_owned()),
    }
    PublishedFigureEntry { figure: name, value, low, high, shown }
}

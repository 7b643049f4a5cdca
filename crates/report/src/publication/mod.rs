//! What is published: tables, files, a page with charts, and JSON. All of it is made of a [`Publication`], which holds no number that
//! did not pass disclosure control; no exact count can be reached from here. Shares and intervals are worked out from published
//! numbers, and are left out where one of these is hidden.

mod files;
mod json;
mod page;
mod text;
mod words;

use base::money::thousands;
use base::statistics::wilson;
use disclosure::publication::{ProtectedCount, Publication, PublishedTable};
use disclosure::table::Dimension;
use disclosure::words::{CellShown, NOT_SHOWN};
use jiff::civil::Date;

pub use json::PublicationDocument;
pub use words::EXACT;
pub(crate) use words::NOT_FOR_PUBLICATION;

/// What a command publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedResult {
    /// What it is: "Outcomes".
    pub kind: &'static str,
    /// The name of the scheme.
    pub scheme: String,
    /// What happened up to this day is counted.
    pub as_at: Date,
    /// What became known after this day is left out.
    pub known_at: Option<Date>,
    pub views: Vec<PublishedView>,
    /// What else a reader should know. No number is worked into these.
    pub remarks: Vec<&'static str>,
    pub publication: Publication,
}

/// One table as it is laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedView {
    /// The name of the outcome, as a short name for files.
    pub name: String,
    /// What it shows, in the words of the contract.
    pub title: String,
    /// The first shows a count, and its dimensions are those of the rows.
    pub columns: Vec<PublishedColumn>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PublishedColumn {
    pub name: &'static str,
    pub figure: PublishedFigure,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum PublishedFigure {
    /// A cell of a table of the publication. A table with one dimension more than the rows gives one of its categories, or the total.
    Cell { table: usize, category: Option<usize> },
    /// One column for each 100 of another, with its 95% interval.
    OfHundred { top: usize, bottom: usize },
    /// One column divided by another.
    Mean { top: usize, bottom: usize },
    /// A judgement for each row, in the order of rows without totals. It is shown where every number of its row is.
    Judgement(Vec<&'static str>),
}

/// What a cell of a laid-out table shows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FigureShown {
    Count(ProtectedCount),
    /// A share with the ends of its interval.
    Share([f64; 3]),
    Mean(f64),
    Judgement(&'static str),
    /// Left out, because it follows from a hidden number or there is nothing to divide by.
    LeftOut,
}

/// A row: its names, one for each dimension, and none at a total.
struct ViewRow {
    names: Vec<Option<String>>,
    figures: Vec<FigureShown>,
}

/// The total of all rows.
const EVERYBODY: &str = "all";

impl ViewRow {
    /// "Ash, low risk", "Ash, all", "all".
    fn name(&self) -> String {
        if self.names.iter().all(Option::is_none) {
            return EVERYBODY.to_owned();
        }
        let names = self.names.iter().map(|name| name.as_deref().unwrap_or(EVERYBODY));
        names.collect::<Vec<_>>().join(", ")
    }
}

impl PublishedResult {
    /// The table that gives a view its rows.
    fn rows_of(&self, view: &PublishedView) -> Option<&PublishedTable> {
        view.columns.iter().find_map(|column| match column.figure {
            PublishedFigure::Cell { table, category: None } => self.publication.tables().get(table),
            _ => None,
        })
    }

    /// The names of what the rows are by.
    fn dimensions(&self, view: &PublishedView) -> Vec<&str> {
        let rows = self.rows_of(view).map(PublishedTable::dimensions).unwrap_or_default();
        rows.iter().map(|dimension| dimension.name.as_str()).collect()
    }

    /// The rows of a view: every combination of categories, the totals after them. A row of which it is published that there is nobody
    /// is left out.
    fn rows(&self, view: &PublishedView) -> Vec<ViewRow> {
        let dimensions = self.rows_of(view).map(PublishedTable::dimensions).unwrap_or_default();
        let mut places: Vec<Vec<Option<usize>>> = vec![Vec::new()];
        for dimension in dimensions {
            let categories = (0..dimension.categories.len()).map(Some).chain([None]);
            places = places
                .iter()
                .flat_map(|place| categories.clone().map(|category| [place.as_slice(), &[category]].concat()))
                .collect();
        }
        let mut inner = 0;
        let mut rows = Vec::new();
        for place in places {
            let is_inner = place.iter().all(Option::is_some);
            let mut figures: Vec<FigureShown> = Vec::new();
            for column in &view.columns {
                figures.push(self.figure(&column.figure, &place, &figures, is_inner.then_some(inner)));
            }
            inner += usize::from(is_inner);
            let named = |(dimension, at): (&Dimension, &Option<usize>)| at.and_then(|at| dimension.categories.get(at).cloned());
            let names = dimensions.iter().zip(&place).map(named).collect();
            let is_nobody = matches!(figures.first(), Some(FigureShown::Count(count)) if count.value() == Some(0));
            if !is_nobody {
                rows.push(ViewRow { names, figures });
            }
        }
        rows
    }

    fn figure(
        &self,
        figure: &PublishedFigure,
        place: &[Option<usize>],
        before: &[FigureShown],
        inner: Option<usize>,
    ) -> FigureShown {
        let count = |at: usize| match before.get(at) {
            Some(FigureShown::Count(count)) => count.value(),
            _ => None,
        };
        match figure {
            PublishedFigure::Cell { table, category } => {
                let Some(table) = self.publication.tables().get(*table) else { return FigureShown::LeftOut };
                let further = table.dimensions().len().saturating_sub(place.len());
                let place = place.iter().copied().chain(std::iter::repeat_n(*category, further));
                let cell = table.cell(&place.collect::<Vec<_>>());
                cell.map_or(FigureShown::LeftOut, FigureShown::Count)
            }
            PublishedFigure::OfHundred { top, bottom } => match (count(*top), count(*bottom)) {
                (Some(top), Some(bottom)) if bottom > 0 => {
                    let (top, bottom) = (top as f64, bottom as f64);
                    let [low, high] = wilson(top, bottom);
                    FigureShown::Share([(top / bottom).min(1.0), low, high])
                }
                _ => FigureShown::LeftOut,
            },
            PublishedFigure::Mean { top, bottom } => match (count(*top), count(*bottom)) {
                (Some(top), Some(bottom)) if bottom > 0 => FigureShown::Mean(top as f64 / bottom as f64),
                _ => FigureShown::LeftOut,
            },
            PublishedFigure::Judgement(words) => {
                let is_open = before.iter().all(|figure| match figure {
                    FigureShown::Count(count) => count.value().is_some(),
                    _ => true,
                });
                // A judgement is made of exact numbers, and beside rounded ones it would tell more than they do.
                let may_show = is_open && self.publication.rounding_base().is_none();
                let word = inner.and_then(|at| words.get(at)).filter(|_| may_show);
                word.map_or(FigureShown::LeftOut, |word| FigureShown::Judgement(word))
            }
        }
    }

    /// The note below the table of a view; none where everything is shown.
    fn note(&self, rows: &[ViewRow]) -> Option<String> {
        if let Some(base) = self.publication.rounding_base() {
            return Some(disclosure::words::note_of_rounding(base));
        }
        let counts = rows.iter().flat_map(|row| &row.figures);
        let shown: Vec<CellShown> = counts
            .clone()
            .filter_map(|figure| match figure {
                FigureShown::Count(count) => Some(count.shown()),
                _ => None,
            })
            .collect();
        disclosure::words::note_below(&shown, 0, self.publication.smallest_count())
    }
}

/// The words in a cell of a table.
fn cell(figure: FigureShown) -> String {
    match figure {
        FigureShown::Count(count) => match count.shown() {
            CellShown::Value(value) => thousands(value),
            CellShown::FewerThan(count) => format!("fewer than {}", thousands(count)),
            CellShown::ToProtect => NOT_SHOWN.to_owned(),
        },
        FigureShown::Share([share, low, high]) => {
            format!("{:.1} ({:.1} to {:.1})", 100.0 * share, 100.0 * low, 100.0 * high)
        }
        FigureShown::Mean(mean) => format!("{mean:.1}"),
        FigureShown::Judgement(word) => word.to_owned(),
        FigureShown::LeftOut => "–".to_owned(),
    }
}

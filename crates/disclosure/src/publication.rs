//! What may be published, and the only thing that whoever draws, writes or exports it is given.
//!
//! A [`Publication`] is made by [`crate::release`] alone, and its fields are private. So a page, a chart, a file and a sentence that
//! are made of one cannot show a number that did not pass. What is worked out from it (shares, intervals) follows from published
//! numbers, and tells nobody more than they do.

use base::day::Day;

use crate::table::{CellMeasure, Dimension, StatisticalTable};
use crate::words::CellShown;

/// A number of a published table: the number, or what stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtectedCount(CellShown);

impl ProtectedCount {
    /// What a reader sees.
    #[must_use]
    pub fn shown(self) -> CellShown {
        self.0
    }

    /// The number, where it is published: people, events or pence.
    #[must_use]
    pub fn value(self) -> Option<i64> {
        match self.0 {
            CellShown::Value(value) => Some(value),
            CellShown::FewerThan(_) | CellShown::ToProtect => None,
        }
    }
}

/// A table without the numbers that may not be published.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedTable {
    measure: String,
    of: CellMeasure,
    dimensions: Vec<Dimension>,
    cells: Vec<ProtectedCount>,
}

impl PublishedTable {
    /// What is counted or added.
    #[must_use]
    pub fn measure(&self) -> &str {
        &self.measure
    }

    #[must_use]
    pub fn of(&self) -> CellMeasure {
        self.of
    }

    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The cell at a category of each dimension. None, and every position after the last category, is the total.
    #[must_use]
    pub fn cell(&self, place: &[Option<usize>]) -> Option<ProtectedCount> {
        if place.len() != self.dimensions.len() {
            return None;
        }
        let at = self.dimensions.iter().zip(place).fold(0, |at, (dimension, category)| {
            let total = dimension.categories.len();
            at * (total + 1) + category.unwrap_or(total).min(total)
        });
        self.cells.get(at).copied()
    }
}

/// Everything that one release shows, and nothing that it does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    name: String,
    day: Day,
    smallest_count: i64,
    rounding_base: Option<i64>,
    tables: Vec<PublishedTable>,
}

impl Publication {
    pub(crate) fn new(
        (name, day): (&str, Day),
        (smallest_count, rounding_base): (i64, Option<i64>),
        tables: &[StatisticalTable],
        shown: &[Vec<CellShown>],
    ) -> Publication {
        let table = |(table, shown): (&StatisticalTable, &Vec<CellShown>)| PublishedTable {
            measure: table.measure.clone(),
            of: table.of,
            dimensions: table.dimensions.clone(),
            cells: shown.iter().copied().map(ProtectedCount).collect(),
        };
        let tables = tables.iter().zip(shown).map(table).collect();
        Publication { name: name.to_owned(), day, smallest_count, rounding_base, tables }
    }

    /// The name of the release.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day of the release.
    #[must_use]
    pub fn day(&self) -> Day {
        self.day
    }

    /// A count of fewer people was sensitive.
    #[must_use]
    pub fn smallest_count(&self) -> i64 {
        self.smallest_count
    }

    /// What every number is a multiple of, where the tables were rounded.
    #[must_use]
    pub fn rounding_base(&self) -> Option<i64> {
        self.rounding_base
    }

    /// The tables, in the order of the request.
    #[must_use]
    pub fn tables(&self) -> &[PublishedTable] {
        &self.tables
    }
}

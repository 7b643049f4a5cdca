//! Tables of people for a release. Each start is in one category of each dimension. Totals are worked out from the same starts, so that
//! every number that could be published is part of one system of sums.

use std::collections::{BTreeMap, BTreeSet};

use base::problem::Problem;
use disclosure::system::CellId;
use disclosure::table::{CellMeasure, Dimension, MOST_CELLS, StatisticalCell, StatisticalTable};

use super::unpublishable;
use crate::error::Error;

/// A start that is counted.
pub(crate) struct GroupedStart {
    pub(crate) person: u32,
    /// The category in each dimension.
    pub(crate) place: Vec<usize>,
}

/// Whom tables are about.
pub(crate) struct PeopleTables<'a> {
    /// The name of the scheme: the same words in another scheme are another number.
    pub(crate) scheme: &'a str,
    pub(crate) population: &'a str,
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) starts: Vec<GroupedStart>,
    /// Fewer people than this must not hide behind many starts of each.
    pub(crate) smallest_count: i64,
}

impl PeopleTables<'_> {
    /// The name of a measure in the register.
    pub(crate) fn measure(scheme: &str, measure: &str) -> String {
        format!("{scheme}: {measure}")
    }

    fn named(&self, measure: &str) -> String {
        PeopleTables::measure(self.scheme, measure)
    }

    fn size(&self, further: Option<&Dimension>) -> Result<usize, Error> {
        let dimensions = self.dimensions.iter().chain(further);
        let size = dimensions.fold(1_usize, |size, dimension| size.saturating_mul(dimension.categories.len() + 1));
        if size > MOST_CELLS {
            return Err(unpublishable(
                &Problem::file("table", format!("the table would have {size} cells with its totals"))
                    .fix("publish by fewer things: leave out a `--by`"),
            ));
        }
        Ok(dimensions_of(&self.dimensions, further).iter().map(|dimension| dimension.categories.len()).product())
    }

    fn inner(&self, start: &GroupedStart, further: Option<(&Dimension, usize)>) -> usize {
        let own = self.dimensions.iter().zip(&start.place);
        let at = own.fold(0, |at, (dimension, category)| at * dimension.categories.len() + category);
        further.map_or(at, |(dimension, category)| at * dimension.categories.len() + category)
    }

    /// How many starts are in each category. `of` gives the category in the further dimension of a start by its position, and none for
    /// a start that does not count.
    pub(crate) fn counts(
        &self,
        measure: &str,
        further: Option<&Dimension>,
        of: impl Fn(usize) -> Option<usize>,
    ) -> Result<StatisticalTable, Error> {
        let mut cells = vec![StatisticalCell::count(0); self.size(further)?];
        for (at, start) in self.starts.iter().enumerate() {
            let Some(category) = of(at) else { continue };
            cells[self.inner(start, further.map(|dimension| (dimension, category)))].value += 1;
        }
        self.enough_people(further, &of)?;
        let dimensions = dimensions_of(&self.dimensions, further);
        let table = StatisticalTable::from_inner(self.population, &self.named(measure), CellMeasure::Count, dimensions, &cells);
        table.map_err(|problem| unpublishable(&problem))
    }

    /// The sum of an amount in each category, with who contributes to it. `of` gives the amount of a start by its position.
    pub(crate) fn sums(&self, measure: &str, of: impl Fn(usize) -> Option<i64>) -> Result<StatisticalTable, Error> {
        let mut contributions: Vec<BTreeMap<u32, i64>> = vec![BTreeMap::new(); self.size(None)?];
        for (at, start) in self.starts.iter().enumerate() {
            let Some(amount) = of(at).filter(|amount| *amount != 0) else { continue };
            *contributions[self.inner(start, None)].entry(start.person).or_default() += amount;
        }
        let cell = |of: &BTreeMap<u32, i64>| StatisticalCell::sum(&of.values().copied().collect::<Vec<_>>());
        let cells: Vec<StatisticalCell> = contributions.iter().map(cell).collect();
        let dimensions = self.dimensions.clone();
        let table = StatisticalTable::from_inner(self.population, &self.named(measure), CellMeasure::Sum, dimensions, &cells);
        table.map_err(|problem| unpublishable(&problem))
    }

    /// Refuses a table in which a number that is large enough is of too few people, because they started several times.
    fn enough_people(&self, further: Option<&Dimension>, of: &impl Fn(usize) -> Option<usize>) -> Result<(), Error> {
        let persons: BTreeSet<u32> = self.starts.iter().map(|start| start.person).collect();
        if persons.len() == self.starts.len() {
            return Ok(());
        }
        let smallest = usize::try_from(self.smallest_count).unwrap_or_default();
        // Starts and people of every cell and every total that a start is part of; of people no more than are needed.
        let mut found: BTreeMap<Vec<Option<usize>>, (usize, BTreeSet<u32>)> = BTreeMap::new();
        for (at, start) in self.starts.iter().enumerate() {
            let Some(category) = of(at) else { continue };
            let place: Vec<usize> = start.place.iter().copied().chain(further.map(|_| category)).collect();
            for totals in 0..1_usize << place.len() {
                let cell = place.iter().enumerate().map(|(at, category)| (totals >> at & 1 == 0).then_some(*category));
                let (starts, people) = found.entry(cell.collect()).or_default();
                *starts += 1;
                if people.len() < smallest {
                    people.insert(start.person);
                }
            }
        }
        if found.values().any(|(starts, people)| *starts >= smallest && people.len() < smallest) {
            return Err(unpublishable(
                &Problem::file("table", format!("a group has {smallest} starts or more, and people below {smallest}"))
                    .fix("publish by fewer things: leave out a `--by`"),
            ));
        }
        Ok(())
    }

    /// For every place of the rows, totals included, one total and its parts: the cell of `total`, and those categories of `parts`.
    /// Tables of the same dimensions have their cells at the same places.
    pub(crate) fn sums_of_rows(
        total: &StatisticalTable,
        parts: &StatisticalTable,
        categories: &[usize],
    ) -> Vec<(CellId, Vec<CellId>)> {
        let width = parts.dimensions.last().map_or(1, |dimension| dimension.categories.len() + 1);
        let row = |at: usize| {
            let parts = categories.iter().map(|category| CellId::of(parts, at * width + category));
            (CellId::of(total, at), parts.collect())
        };
        (0..total.cells.len()).map(row).collect()
    }
}

fn dimensions_of(dimensions: &[Dimension], further: Option<&Dimension>) -> Vec<Dimension> {
    dimensions.iter().chain(further).cloned().collect()
}

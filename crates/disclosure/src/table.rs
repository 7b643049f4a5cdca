//! A table of counts of people, or of sums of money, with its totals in every dimension.

use base::problem::Problem;

/// The most cells of one table, totals included.
pub const MOST_CELLS: usize = 20_000;

/// One dimension of a table. Each category stands for people who are in no other category of the dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    pub name: String,
    pub categories: Vec<String>,
}

/// What the cells of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellMeasure {
    /// How many people.
    Count,
    /// A sum of amounts in pence, each from one contributor and none negative.
    Sum,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatisticalCell {
    /// People, or pence.
    pub value: i64,
    /// Of a sum: how many contributors it has.
    pub contributors: i64,
    /// Of a sum: the largest contributions, the largest first. The dominance rules need as many as they take together, and two.
    pub largest: Vec<i64>,
    /// Whether the value could not be other than zero, so that publishing the zero tells nobody anything.
    pub is_structural_zero: bool,
}

impl StatisticalCell {
    /// A count of people.
    #[must_use]
    pub fn count(value: i64) -> Self {
        StatisticalCell { value, ..StatisticalCell::default() }
    }

    /// A sum of contributions in pence.
    #[must_use]
    pub fn sum(contributions: &[i64]) -> Self {
        let mut largest = contributions.to_vec();
        largest.sort_unstable_by(|a, b| b.cmp(a));
        let value = largest.iter().fold(0, |sum: i64, part| sum.saturating_add(*part));
        largest.truncate(MOST_LARGEST);
        StatisticalCell {
            value,
            contributors: i64::try_from(contributions.len()).unwrap_or(i64::MAX),
            largest,
            is_structural_zero: false,
        }
    }
}

/// The largest contributions that a cell remembers.
const MOST_LARGEST: usize = 10;

/// The largest value of a cell. Sums of many of them are exact in floating point too.
pub const LARGEST_VALUE: i64 = 1_000_000_000_000;

/// A table with its totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatisticalTable {
    /// Whom or what the table is about: "people of cohort 2027, as known on 2028-06-30". Two tables with the same population, measure
    /// and category speak of the same number.
    pub population: String,
    /// What is counted or added: "people", "people who found work", "payment".
    pub measure: String,
    pub of: CellMeasure,
    pub dimensions: Vec<Dimension>,
    /// Every cell. The last dimension changes fastest, and the total of a dimension comes after its categories.
    pub cells: Vec<StatisticalCell>,
}

impl StatisticalTable {
    /// A table from its inner cells, in the order of the categories; the last dimension changes fastest. The totals are worked out.
    ///
    /// # Errors
    /// A dimension without or with repeated categories, too many cells, or another number of inner cells than the categories need.
    pub fn from_inner(
        population: &str,
        measure: &str,
        of: CellMeasure,
        dimensions: Vec<Dimension>,
        inner: &[StatisticalCell],
    ) -> Result<StatisticalTable, Box<Problem>> {
        let size = checked_size(&dimensions)?;
        let expected: usize = dimensions.iter().map(|dimension| dimension.categories.len()).product();
        if inner.len() != expected {
            return Err(wrong(format!("the table has {} inner cells", inner.len()))
                .expected(format!("{expected}: one for each combination of categories"))
                .fix("give a cell for every combination, with zero where there is nobody")
                .into());
        }
        if inner.iter().any(|cell| cell.value < 0 || cell.value > LARGEST_VALUE) {
            return Err(out_of_range().into());
        }
        let mut table =
            StatisticalTable { population: population.into(), measure: measure.into(), of, dimensions, cells: Vec::new() };
        table.cells = vec![StatisticalCell { is_structural_zero: true, ..StatisticalCell::default() }; size];
        for (at, cell) in inner.iter().enumerate() {
            let mut place = vec![0; table.dimensions.len()];
            let mut rest = at;
            for (dimension, part) in table.dimensions.iter().zip(&mut place).rev() {
                *part = rest % dimension.categories.len();
                rest /= dimension.categories.len();
            }
            table.add_everywhere(&place, cell);
        }
        table.cells.iter().all(|cell| cell.value <= LARGEST_VALUE).then_some(table).ok_or_else(|| out_of_range().into())
    }

    /// A table whose totals are given too.
    ///
    /// # Errors
    /// As [`StatisticalTable::from_inner`], and a total that is not the sum of its parts: named by its position.
    pub fn with_totals(
        population: &str,
        measure: &str,
        of: CellMeasure,
        dimensions: Vec<Dimension>,
        cells: Vec<StatisticalCell>,
    ) -> Result<StatisticalTable, Box<Problem>> {
        let size = checked_size(&dimensions)?;
        if cells.len() != size {
            return Err(wrong(format!("the table has {} cells", cells.len()))
                .expected(format!("{size}: one for each combination of categories and totals"))
                .fix("give every cell and every total; the total comes after the categories of its dimension")
                .into());
        }
        if cells.iter().any(|cell| cell.value < 0 || cell.value > LARGEST_VALUE) {
            return Err(out_of_range().into());
        }
        let table = StatisticalTable { population: population.into(), measure: measure.into(), of, dimensions, cells };
        for (total, parts) in table.sums() {
            let sum: i64 = parts.iter().map(|part| table.cells[*part].value).sum();
            if sum != table.cells[total].value {
                return Err(wrong(format!("the total in cell {} is not the sum of its parts", total + 1))
                    .expected(format!("the sum of the {} cells that it is the total of", parts.len()))
                    .fix("work the totals out from the same records as the cells, and protect the table before anything is rounded").into());
            }
        }
        Ok(table)
    }

    /// How many positions each dimension has: its categories and the total.
    fn widths(&self) -> Vec<usize> {
        self.dimensions.iter().map(|dimension| dimension.categories.len() + 1).collect()
    }

    /// The position of a cell in each dimension. The position after the last category is the total.
    #[must_use]
    pub fn place(&self, cell: usize) -> Vec<usize> {
        let widths = self.widths();
        let mut place = vec![0; widths.len()];
        let mut rest = cell;
        for (width, part) in widths.iter().zip(&mut place).rev() {
            *part = rest % width;
            rest /= width;
        }
        place
    }

    fn at(&self, place: &[usize]) -> usize {
        self.widths().iter().zip(place).fold(0, |at, (width, part)| at * width + part)
    }

    /// The category of a cell in each dimension, and none where it is the total.
    #[must_use]
    pub fn conditions(&self, cell: usize) -> Vec<(&str, Option<&str>)> {
        let named = self.dimensions.iter().zip(self.place(cell));
        named.map(|(dimension, at)| (dimension.name.as_str(), dimension.categories.get(at).map(String::as_str))).collect()
    }

    /// Every total with the cells that it is the sum of, in one dimension at a time.
    #[must_use]
    pub fn sums(&self) -> Vec<(usize, Vec<usize>)> {
        let mut sums = Vec::new();
        for cell in 0..self.cells.len() {
            let place = self.place(cell);
            for (at, dimension) in self.dimensions.iter().enumerate() {
                if place[at] == dimension.categories.len() {
                    let part = |category: usize| {
                        let mut inner = place.clone();
                        inner[at] = category;
                        self.at(&inner)
                    };
                    sums.push((cell, (0..dimension.categories.len()).map(part).collect()));
                }
            }
        }
        sums
    }

    /// Adds an inner cell to itself and to every total that it is part of.
    fn add_everywhere(&mut self, place: &[usize], cell: &StatisticalCell) {
        for chosen in 0..1_usize << place.len() {
            let mut outer = place.to_vec();
            for (at, dimension) in self.dimensions.iter().enumerate() {
                if chosen >> at & 1 == 1 {
                    outer[at] = dimension.categories.len();
                }
            }
            let at = self.at(&outer);
            let sum = &mut self.cells[at];
            sum.value = sum.value.saturating_add(cell.value);
            sum.contributors = sum.contributors.saturating_add(cell.contributors);
            sum.largest.extend(&cell.largest);
            sum.largest.sort_unstable_by(|a, b| b.cmp(a));
            sum.largest.truncate(MOST_LARGEST);
            sum.is_structural_zero &= cell.is_structural_zero;
        }
    }
}

/// The number of cells with totals, if the dimensions are possible.
fn checked_size(dimensions: &[Dimension]) -> Result<usize, Box<Problem>> {
    let mut size: usize = 1;
    for (at, dimension) in dimensions.iter().enumerate() {
        let mut names: Vec<&str> = dimension.categories.iter().map(String::as_str).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        if names.is_empty() || names.len() < all {
            return Err(wrong(format!("dimension {} has no category, or one category twice", at + 1))
                .expected("one or more categories with different names")
                .fix("give each category a name of its own")
                .into());
        }
        size = size.saturating_mul(all + 1);
    }
    let mut names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        return Err(wrong("two dimensions have the same name").fix("give each dimension a name of its own").into());
    }
    if size > MOST_CELLS {
        return Err(wrong(format!(
            "the table has {} cells with its totals",
            base::money::thousands(i64::try_from(size).unwrap_or(i64::MAX))
        ))
        .expected(format!("at most {}", base::money::thousands(MOST_CELLS as i64)))
        .fix("join categories, or publish fewer dimensions together")
        .into());
    }
    Ok(size)
}

fn out_of_range() -> Problem {
    wrong("a cell of the table is negative or too large")
        .expected("from 0 to 1,000,000,000,000")
        .fix("a table that is protected has counts of people, or sums of amounts none of which is negative")
}

/// A problem of a table: it stands in no file.
pub(crate) fn wrong(what: impl Into<String>) -> Problem {
    Problem::file("table", what)
}

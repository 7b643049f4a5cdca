//! A number that is published and is a known function of cells: a percentage, a mean, a payment, a confidence interval. Whoever
//! knows it knows something about the cells, even about those that are hidden.

use base::problem::Problem;

use crate::system::{CellId, LinearSystem};
use crate::table::wrong;

/// How a published number follows from its cells.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// The first cell divided by the second, times a whole number (100 for a percentage), rounded to so many decimals; a half goes up.
    Ratio { times: i64, digits: u32 },
    /// The sum of each cell times its price in pence, rounded to a unit in pence (1 for whole pence, 100 for whole pounds).
    Payment { prices: Vec<i64>, unit: i64 },
    /// The Wilson interval of the share that the first cell is of the second, as percentages rounded to so many decimals. (Wilson 1927,
    /// "Probable inference, the law of succession, and statistical inference".) `z` is 1.96 for 95%.
    ShareInterval { z: f64, digits: u32 },
}

/// A published number and the cells that it follows from, in the order that its formula needs.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedNumber {
    pub cells: Vec<CellId>,
    pub formula: Formula,
    /// Whether it is published whatever it shows, so that only cells can be hidden: a payment that must be reported, for example.
    pub must_stay: bool,
}

/// The same with positions of cells in a system.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexedNumber {
    pub cells: Vec<usize>,
    pub formula: Formula,
    pub must_stay: bool,
}

/// `low <= sum of coefficient × cell <= high`, where an end may be open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellRange {
    pub terms: Vec<(usize, i128)>,
    pub low: Option<i128>,
    pub high: Option<i128>,
}

/// Decimals of a published number at most.
const MOST_DIGITS: u32 = 6;

impl PublishedNumber {
    /// A percentage: the first cell as a share of the second.
    #[must_use]
    pub fn percentage(top: CellId, bottom: CellId, digits: u32) -> Self {
        PublishedNumber { cells: vec![top, bottom], formula: Formula::Ratio { times: 100, digits }, must_stay: false }
    }

    /// A mean: a sum divided by a count.
    #[must_use]
    pub fn mean(sum: CellId, count: CellId, digits: u32) -> Self {
        PublishedNumber { cells: vec![sum, count], formula: Formula::Ratio { times: 1, digits }, must_stay: false }
    }

    /// A payment for the people of one cell, in whole pence. Whoever knows the tariff can divide by it.
    #[must_use]
    pub fn payment(cell: CellId, price_pence: i64) -> Self {
        PublishedNumber { cells: vec![cell], formula: Formula::Payment { prices: vec![price_pence], unit: 1 }, must_stay: false }
    }

    /// Finds the cells in a system.
    ///
    /// # Errors
    /// A cell that no table has, or a formula that does not fit its cells.
    pub fn indexed(&self, system: &LinearSystem) -> Result<IndexedNumber, Box<Problem>> {
        let fits = match &self.formula {
            Formula::Ratio { times, digits } => {
                self.cells.len() == 2 && (1..=1_000_000).contains(times) && *digits <= MOST_DIGITS
            }
            Formula::Payment { prices, unit } => {
                let possible = |price: &i64| (-1_000_000_000_000..=1_000_000_000_000).contains(price);
                self.cells.len() == prices.len() && prices.iter().all(possible) && (1..=1_000_000_000).contains(unit)
            }
            Formula::ShareInterval { z, digits } => self.cells.len() == 2 && *z > 0.0 && *z < 10.0 && *digits <= MOST_DIGITS,
        };
        if !fits {
            return Err(wrong("the formula of a published number does not fit its cells")
                .expected("two cells and at most 6 decimals for a ratio or an interval, and one price for each cell of a payment")
                .fix("give the cells in the order that the formula names them")
                .into());
        }
        let mut cells = Vec::new();
        for id in &self.cells {
            cells.push(system.position(id).ok_or_else(|| {
                wrong("a published number names a cell that no table has").fix("add the table that the cell belongs to")
            })?);
        }
        Ok(IndexedNumber { cells, formula: self.formula.clone(), must_stay: self.must_stay })
    }
}

impl IndexedNumber {
    /// What is published if the cells have these values, in units of the last decimal. Nothing is published where the second cell of a
    /// ratio is zero.
    #[must_use]
    pub fn shown(&self, values: &[i64]) -> Option<Vec<i128>> {
        let value = |at: usize| i128::from(values[self.cells[at]]);
        match &self.formula {
            Formula::Ratio { times, digits } => {
                let (top, bottom) = (value(0) * i128::from(*times) * 10_i128.pow(*digits), value(1));
                (bottom > 0).then(|| vec![(2 * top + bottom).div_euclid(2 * bottom)])
            }
            Formula::Payment { prices, unit } => {
                let sum: i128 = prices.iter().enumerate().map(|(at, price)| i128::from(*price) * value(at)).sum();
                let unit = i128::from(*unit);
                Some(vec![(2 * sum + unit).div_euclid(2 * unit)])
            }
            Formula::ShareInterval { z, digits } => {
                let (count, of) = (value(0) as f64, value(1) as f64);
                if of <= 0.0 || count > of {
                    return None;
                }
                let share = count / of;
                let middle = (share + z * z / (2.0 * of)) / (1.0 + z * z / of);
                let half = z / (1.0 + z * z / of) * (share * (1.0 - share) / of + z * z / (4.0 * of * of)).sqrt();
                let unit = 100.0 * 10_f64.powi(i32::try_from(*digits).unwrap_or(0));
                Some(vec![((middle - half) * unit).round() as i128, ((middle + half) * unit).round() as i128])
            }
        }
    }

    /// What the published number says about its cells, as linear inequalities. Those of a ratio or a payment say all that it says.
    /// Those of an interval say less: a table is compared with the published number too ([`IndexedNumber::shown`]).
    #[must_use]
    pub fn ranges(&self, values: &[i64]) -> Vec<CellRange> {
        let Some(shown) = self.shown(values) else {
            // No ratio is shown: the second cell is known to be zero.
            return self
                .cells
                .last()
                .map(|cell| CellRange { terms: vec![(*cell, 1)], low: None, high: Some(0) })
                .into_iter()
                .collect();
        };
        match &self.formula {
            Formula::Ratio { times, digits } => {
                let scale = i128::from(*times) * 10_i128.pow(*digits);
                self.quotient(2 * scale, 2 * shown[0] - 1, 2 * shown[0] + 1)
            }
            Formula::Payment { prices, unit } => {
                let unit = i128::from(*unit);
                let terms = self.cells.iter().zip(prices).map(|(cell, price)| (*cell, 2 * i128::from(*price))).collect();
                vec![CellRange { terms, low: Some((2 * shown[0] - 1) * unit), high: Some((2 * shown[0] + 1) * unit - 1) }]
            }
            Formula::ShareInterval { digits, .. } => {
                // The share lies within its interval.
                let scale = 100 * 10_i128.pow(*digits);
                self.quotient(2 * scale, 2 * shown[0] - 2, 2 * shown[1] + 2)
            }
        }
    }

    /// `from <= scale × first / second < to`, and the second is not zero.
    fn quotient(&self, scale: i128, from: i128, to: i128) -> Vec<CellRange> {
        let (top, bottom) = (self.cells[0], self.cells[1]);
        vec![
            CellRange { terms: vec![(top, scale), (bottom, -from)], low: Some(0), high: None },
            CellRange { terms: vec![(top, -scale), (bottom, to)], low: Some(1), high: None },
            CellRange { terms: vec![(bottom, 1)], low: Some(1), high: None },
        ]
    }
}

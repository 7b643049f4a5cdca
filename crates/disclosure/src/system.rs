//! Several tables as one system of linear equations. Cells that speak of the same people and the same measure are one cell, so
//! that tables which share totals are linked without being told.

use std::collections::BTreeMap;

use base::problem::Problem;

use crate::table::{CellMeasure, StatisticalCell, StatisticalTable, wrong};

/// What a cell speaks of. It does not depend on the order of rows, columns or dimensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellId {
    pub population: String,
    pub measure: String,
    /// The category in each dimension that is not at its total.
    pub conditions: BTreeMap<String, String>,
}

impl CellId {
    /// The cell of a table.
    #[must_use]
    pub fn of(table: &StatisticalTable, cell: usize) -> CellId {
        let named = table.conditions(cell).into_iter();
        CellId {
            population: table.population.clone(),
            measure: table.measure.clone(),
            conditions: named.filter_map(|(name, category)| Some((name.to_owned(), category?.to_owned()))).collect(),
        }
    }
}

/// One number of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemCell {
    pub id: CellId,
    pub of: CellMeasure,
    pub cell: StatisticalCell,
    /// Whether it is the sum of two or more other cells.
    pub is_total: bool,
    /// Whether it is the number of people by which two populations differ. Nobody publishes it, but anybody may subtract.
    pub is_difference: bool,
}

/// A total and its parts, as positions of cells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotalOf {
    pub total: usize,
    pub parts: Vec<usize>,
}

/// Cells in the order of their ids, and what adds up to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinearSystem {
    pub cells: Vec<SystemCell>,
    pub equations: Vec<TotalOf>,
}

/// The most equations of a system. The attack keeps a square matrix of that size.
pub const MOST_EQUATIONS: usize = 2_000;

impl LinearSystem {
    /// The system of several tables.
    ///
    /// # Errors
    /// Two tables that give different values for the same cell, or more equations than the attack can hold.
    pub fn of(tables: &[StatisticalTable]) -> Result<LinearSystem, Box<Problem>> {
        let mut cells: BTreeMap<CellId, (CellMeasure, StatisticalCell)> = BTreeMap::new();
        let mut sums: Vec<(CellId, Vec<CellId>)> = Vec::new();
        for table in tables {
            let ids: Vec<CellId> = (0..table.cells.len()).map(|cell| CellId::of(table, cell)).collect();
            for (id, cell) in ids.iter().zip(&table.cells) {
                match cells.get(id) {
                    None => {
                        cells.insert(id.clone(), (table.of, cell.clone()));
                    }
                    Some((of, known)) if *of == table.of && known.value == cell.value => {}
                    Some(_) => return Err(two_values().into()),
                }
            }
            let named = |at: usize| ids[at].clone();
            sums.extend(table.sums().into_iter().map(|(total, parts)| (named(total), parts.into_iter().map(named).collect())));
        }
        let cells = cells.into_iter().map(|(id, (of, cell))| SystemCell { id, of, cell, is_total: false, is_difference: false });
        let mut system = LinearSystem { cells: cells.collect(), equations: Vec::new() };
        for (total, parts) in &sums {
            system.add_equation(total, parts)?;
        }
        system.finish()
    }

    /// Adds an equation: a total that is the sum of its parts. A dimension with groups of categories needs one for each group.
    ///
    /// # Errors
    /// A cell that the system does not have, or values that do not add up.
    pub fn add_equation(&mut self, total: &CellId, parts: &[CellId]) -> Result<(), Box<Problem>> {
        let missing = || wrong("an equation names a cell that no table has").fix("give the table that the cell belongs to");
        let total = self.position(total).ok_or_else(missing)?;
        let mut found = Vec::new();
        for part in parts {
            found.push(self.position(part).ok_or_else(missing)?);
        }
        found.sort_unstable();
        let sum: i64 = found.iter().map(|part| self.cells[*part].cell.value).sum();
        if sum != self.cells[total].cell.value {
            return Err(wrong(format!("the cell at position {} is not the sum of its parts", total + 1))
                .fix("work both tables out from the same records")
                .into());
        }
        self.cells[total].is_total |= found.len() > 1;
        self.equations.push(TotalOf { total, parts: found });
        Ok(())
    }

    /// Puts the equations in order and takes repeated ones out.
    ///
    /// # Errors
    /// More equations than the attack can hold.
    pub fn finish(mut self) -> Result<LinearSystem, Box<Problem>> {
        self.equations.sort();
        self.equations.dedup();
        if self.equations.len() > MOST_EQUATIONS {
            return Err(wrong("the tables have too many totals to be checked together")
                .expected(format!("at most {}", base::money::thousands(MOST_EQUATIONS as i64)))
                .fix("join categories, or publish fewer dimensions together")
                .into());
        }
        Ok(self)
    }

    /// Where a cell stands.
    #[must_use]
    pub fn position(&self, id: &CellId) -> Option<usize> {
        self.cells.binary_search_by(|cell| cell.id.cmp(id)).ok()
    }

    /// The true value of every cell.
    #[must_use]
    pub fn values(&self) -> Vec<i64> {
        self.cells.iter().map(|cell| cell.cell.value).collect()
    }
}

fn two_values() -> Problem {
    wrong("the same cell has two values in tables that are published together")
        .expected("one value for one population, measure and category")
        .fix("work both tables out from the same records, or give the populations different names if they are different people")
}

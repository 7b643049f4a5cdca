//! The data of LaLonde (1986) and of Dehejia and Wahba (1999), read where they lie and never copied.

use std::path::PathBuf;

use evaluation::columns::{Column, Columns};

use crate::skipped;

/// The folder of data sets.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("WELLSPENT_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
}

/// A table of numbers, column by column.
pub(crate) struct Table {
    columns: Vec<Column>,
}

impl Table {
    /// Reads a file of the folder; cells that hold no number become "not a number". `None` where the file is not there.
    pub(crate) fn read(file: &str) -> Option<Table> {
        let Ok(text) = std::fs::read_to_string(folder().join(file)) else {
            skipped(&format!("{file} is not in the folder of data sets (WELLSPENT_DATA)"));
            return None;
        };
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next()?.split(',').collect();
        let mut columns: Vec<Column> = names.iter().map(|name| Column::new(*name, Vec::new())).collect();
        for line in lines {
            for (column, cell) in columns.iter_mut().zip(line.split(',')) {
                column.values.push(cell.trim().parse().unwrap_or(f64::NAN));
            }
        }
        Some(Table { columns })
    }

    pub(crate) fn column(&self, name: &str) -> &[f64] {
        &self.columns.iter().find(|column| column.name == name).unwrap_or_else(|| panic!("no column {name}")).values
    }

    /// The rows for which `keep` holds.
    pub(crate) fn filter(&self, keep: impl Fn(usize) -> bool) -> Table {
        let kept = |values: &[f64]| (0..values.len()).filter(|&row| keep(row)).map(|row| values[row]).collect();
        Table { columns: self.columns.iter().map(|column| Column::new(&column.name, kept(&column.values))).collect() }
    }

    /// The rows of this table, then those of another with the same columns.
    pub(crate) fn then(&self, other: &Table) -> Table {
        let columns = self
            .columns
            .iter()
            .map(|column| Column::new(&column.name, [&column.values[..], other.column(&column.name)].concat()))
            .collect();
        Table { columns }
    }

    pub(crate) fn rows(&self) -> usize {
        self.columns[0].values.len()
    }

    pub(crate) fn with(mut self, name: &str, value: impl Fn(&Table, usize) -> f64) -> Table {
        let values = (0..self.rows()).map(|row| value(&self, row)).collect();
        self.columns.push(Column::new(name, values));
        self
    }

    pub(crate) fn covariates(&self, names: &[&str]) -> Columns {
        let columns = names.iter().map(|&name| Column::new(name, self.column(name).to_vec())).collect();
        Columns::new(self.rows(), columns).expect("finite columns")
    }

    pub(crate) fn flags(&self, name: &str) -> Vec<bool> {
        self.column(name).iter().map(|&value| value == 1.0).collect()
    }
}

/// The 185 treated of Dehejia and Wahba, with one of the comparison groups after them.
pub(crate) fn treated_with(comparison: &str) -> Option<Table> {
    let treated = Table::read("lalonde/nsw_dw.csv")?;
    let treated = treated.filter(|row| treated.column("treat")[row] == 1.0);
    Some(treated.then(&Table::read(&format!("lalonde/{comparison}.csv"))?))
}

/// The 614 men that R's MatchIt calls `lalonde`: the treated, and CPS-3.
pub(crate) fn matchit() -> Option<Table> {
    let table = treated_with("cps_controls3")?;
    Some(table.with("white", |table, row| f64::from(table.column("black")[row] + table.column("hispanic")[row] == 0.0)))
}

//! Covariates: named columns of finite numbers, all of one length, checked once as they come in.

use crate::error::EvaluationError;

/// One covariate: a name, and a value for each unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What messages and results call it.
    pub name: String,
    /// One value for each unit.
    pub values: Vec<f64>,
}

impl Column {
    /// A column of that name.
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Column {
        Column { name: name.into(), values }
    }
}

/// Covariates of the same units: every value is finite, and no name occurs twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    rows: usize,
    columns: Vec<Column>,
}

impl Columns {
    /// Checks columns that belong to `rows` units. There may be none.
    ///
    /// # Errors
    ///
    /// A column of another length, a value that is not finite, or a name used twice.
    pub fn new(rows: usize, columns: Vec<Column>) -> Result<Columns, EvaluationError> {
        for (place, column) in columns.iter().enumerate() {
            check_finite(&column.name, &column.values, rows)?;
            if columns[..place].iter().any(|before| before.name == column.name) {
                return Err(EvaluationError::SameName { column: column.name.clone() });
            }
        }
        Ok(Columns { rows, columns })
    }

    /// Columns made from others that have been checked.
    pub(crate) fn checked(rows: usize, columns: Vec<Column>) -> Columns {
        Columns { rows, columns }
    }

    /// How many units there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns, in the order they were given.
    pub fn all(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name.
    pub fn named(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The same columns for the units in `rows`, in that order; a unit may come more than once.
    ///
    /// # Panics
    ///
    /// A row that does not exist.
    pub fn take(&self, rows: &[usize]) -> Columns {
        let columns = self
            .columns
            .iter()
            .map(|column| Column { name: column.name.clone(), values: rows.iter().map(|&row| column.values[row]).collect() })
            .collect();
        Columns { rows: rows.len(), columns }
    }
}

/// Checks that `values` has `rows` finite numbers.
pub(crate) fn check_finite(name: &str, values: &[f64], rows: usize) -> Result<(), EvaluationError> {
    check_rows(name, values.len(), rows)?;
    match values.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(EvaluationError::Value { column: name.to_owned(), row, expected: "a finite number" }),
        None => Ok(()),
    }
}

/// Checks that weights are finite, none below 0 and not all 0.
pub(crate) fn check_weights(name: &str, weights: &[f64], rows: usize) -> Result<(), EvaluationError> {
    check_finite(name, weights, rows)?;
    if let Some(row) = weights.iter().position(|&weight| weight < 0.0) {
        return Err(EvaluationError::Value { column: name.to_owned(), row, expected: "a weight of 0 or more" });
    }
    if weights.iter().all(|&weight| weight == 0.0) {
        return Err(EvaluationError::TooFew { what: "rows with a weight above 0", needed: 1, found: 0 });
    }
    Ok(())
}

/// Checks a number of rows.
pub(crate) fn check_rows(name: &str, found: usize, expected: usize) -> Result<(), EvaluationError> {
    if found == expected { Ok(()) } else { Err(EvaluationError::Lengths { what: format!("\"{name}\""), expected, found }) }
}

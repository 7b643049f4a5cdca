//! The table that is evaluated, as it was read: columns of text, each distinct text once. What a column must be is checked here, and
//! what is not is told by column and row, never by what a cell says of a person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base::day::{self, Day};
use base::english::{counted, plural};
use base::money::thousands;

/// A column of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextValues {
    /// Each distinct text once.
    pub values: Vec<String>,
    /// For each row, the place of its text.
    pub rows: Vec<u32>,
}

impl TextValues {
    /// The text of a row.
    ///
    /// # Panics
    ///
    /// A row that does not exist.
    pub fn text(&self, row: usize) -> &str {
        &self.values[self.rows[row] as usize]
    }
}

/// A column of numbers, read as such from the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberColumn {
    /// Not a number where a cell is empty.
    pub values: Vec<f64>,
    /// The rows whose cell is neither empty nor a number, counted from 0.
    pub wrong: Vec<usize>,
}

impl NumberColumn {
    /// Adds the next cell.
    pub fn push(&mut self, cell: &str) {
        let read = number(cell);
        if read.is_none() {
            self.wrong.push(self.values.len());
        }
        self.values.push(read.flatten().unwrap_or(f64::NAN));
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum TableColumn {
    Text(TextValues),
    Numbers(NumberColumn),
}

impl TableColumn {
    fn rows(&self) -> usize {
        match self {
            TableColumn::Text(column) => column.rows.len(),
            TableColumn::Numbers(column) => column.values.len(),
        }
    }
}

/// A table of columns of one length.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationTable {
    /// What messages call it: the name of its file.
    pub name: String,
    /// The number that a spreadsheet shows beside its first row: 2 below a header, 1 where there is none.
    pub first_row: usize,
    rows: usize,
    columns: BTreeMap<String, TableColumn>,
}

/// A column of categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    /// The distinct texts that are not empty, in order.
    pub names: Vec<String>,
    /// For each row the place of its text; `None` where the cell is empty.
    pub rows: Vec<Option<usize>>,
}

/// Something that a table cannot be used with: where it is, what was expected, and how to put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFault {
    /// The table.
    pub table: String,
    /// The column; empty for the table as a whole.
    pub column: String,
    /// The first rows, as a spreadsheet numbers them.
    pub rows: Vec<usize>,
    /// How many rows there are in all.
    pub count: usize,
    pub what: String,
    pub expected: String,
    pub fix: String,
}

/// How many rows a message names.
const ROWS_SHOWN: usize = 5;

impl fmt::Display for TableFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.table)?;
        if !self.column.is_empty() {
            write!(out, ", column `{}`", self.column)?;
        }
        if !self.rows.is_empty() {
            let shown: Vec<String> = self.rows.iter().map(|row| thousands(*row as i64)).collect();
            write!(out, ", {} {}", plural(shown.len() as i64, "row", "rows"), shown.join(", "))?;
            if self.count > shown.len() {
                write!(out, " and {}", counted((self.count - shown.len()) as i64, "other row", "other rows"))?;
            }
        }
        write!(out, ": {}. Expected {}. To put it right, {}", self.what, self.expected, self.fix)
    }
}

impl std::error::Error for TableFault {}

impl EvaluationTable {
    /// A table of columns that all have `rows` rows.
    ///
    /// # Errors
    ///
    /// There are no rows.
    ///
    /// # Panics
    ///
    /// A column of another length.
    pub fn new(
        name: &str,
        first_row: usize,
        rows: usize,
        columns: BTreeMap<String, TableColumn>,
    ) -> Result<EvaluationTable, Box<TableFault>> {
        assert!(columns.values().all(|column| column.rows() == rows), "columns of one table have one length");
        let table = EvaluationTable { name: name.to_owned(), first_row, rows, columns };
        match rows {
            0 => {
                Err(table.fault("", &[], "the table has no rows", "a row for each person", "check that the right file is named"))
            }
            _ => Ok(table),
        }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number that a spreadsheet shows beside a row that is counted from 0.
    pub fn row_number(&self, row: usize) -> usize {
        row + self.first_row
    }

    /// A fault of this table; `rows` are counted from 0.
    pub fn fault(&self, column: &str, rows: &[usize], what: &str, expected: &str, fix: &str) -> Box<TableFault> {
        Box::new(TableFault {
            table: self.name.clone(),
            column: column.to_owned(),
            rows: rows.iter().take(ROWS_SHOWN).map(|row| self.row_number(*row)).collect(),
            count: rows.len(),
            what: what.to_owned(),
            expected: expected.to_owned(),
            fix: fix.to_owned(),
        })
    }

    fn missing_column(&self, name: &str) -> Box<TableFault> {
        let near = base::similar_names::nearest(name, self.columns.keys().map(String::as_str));
        let fix = near
            .map_or("correct the name in the spec".to_owned(), |near| format!("write `{near}` in the spec, if that is meant"));
        self.fault(name, &[], "there is no such column", "a column that the spec names", &fix)
    }

    /// A column of text by name.
    ///
    /// # Errors
    ///
    /// There is no such column, or it was read as numbers because the spec calls it a number elsewhere.
    pub fn text(&self, name: &str) -> Result<&TextValues, Box<TableFault>> {
        match self.columns.get(name) {
            Some(TableColumn::Text(column)) => Ok(column),
            Some(TableColumn::Numbers(_)) => {
                let what = "the spec uses the column as a number and as a text";
                Err(self.fault(name, &[], what, "one use of each column", "leave out one of the two, or copy the column"))
            }
            None => Err(self.missing_column(name)),
        }
    }

    /// The rows whose text in a column does not pass a test that each distinct text takes once.
    fn failing(column: &TextValues, passes: &[bool]) -> Vec<usize> {
        (0..column.rows.len()).filter(|row| !passes[column.rows[*row] as usize]).collect()
    }

    /// A column of numbers; not a number where a cell is empty.
    ///
    /// # Errors
    ///
    /// The column is missing, or a cell is no finite number.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Box<TableFault>> {
        let (values, wrong) = match self.columns.get(name) {
            Some(TableColumn::Numbers(column)) => (column.values.clone(), column.wrong.clone()),
            Some(TableColumn::Text(column)) => {
                let read: Vec<Option<Option<f64>>> = column.values.iter().map(|text| number(text)).collect();
                let wrong = Self::failing(column, &read.iter().map(Option::is_some).collect::<Vec<_>>());
                (column.rows.iter().map(|at| read[*at as usize].flatten().unwrap_or(f64::NAN)).collect(), wrong)
            }
            None => return Err(self.missing_column(name)),
        };
        if wrong.is_empty() {
            return Ok(values);
        }
        let fix = "correct the cells, or leave them empty where the value is not known";
        Err(self.fault(name, &wrong, "not a number", "a number such as 12.5", fix))
    }

    /// A column of numbers without an empty cell.
    ///
    /// # Errors
    ///
    /// The column is missing, or a cell is empty or no finite number.
    pub fn all_numbers(&self, name: &str) -> Result<Vec<f64>, Box<TableFault>> {
        let read = self.numbers(name)?;
        let empty: Vec<usize> = (0..read.len()).filter(|row| read[*row].is_nan()).collect();
        if !empty.is_empty() {
            return Err(self.fault(
                name,
                &empty,
                "no number",
                "a number in every row",
                "fill in the cells, or leave out the rows",
            ));
        }
        Ok(read)
    }

    /// A column of days; `None` where a cell is empty.
    ///
    /// # Errors
    ///
    /// The column is missing, or a cell is no date of the calendar.
    pub fn days(&self, name: &str) -> Result<Vec<Option<Day>>, Box<TableFault>> {
        let column = self.text(name)?;
        let read: Vec<Option<Option<Day>>> = column
            .values
            .iter()
            .map(|text| if is_empty(text) { Some(None) } else { day::parse(text.as_bytes()).ok().map(Some) })
            .collect();
        let wrong = Self::failing(column, &read.iter().map(Option::is_some).collect::<Vec<_>>());
        if !wrong.is_empty() {
            return Err(self.fault(name, &wrong, "not a date", "a date such as 2025-02-01", "write the dates like that"));
        }
        Ok(column.rows.iter().map(|at| read[*at as usize].flatten()).collect())
    }

    /// Which rows have one of two values.
    ///
    /// # Errors
    ///
    /// The column is missing, or a cell has neither value.
    pub fn either(&self, name: &str, yes: &str, no: &str) -> Result<Vec<bool>, Box<TableFault>> {
        let column = self.text(name)?;
        let read: Vec<Option<bool>> = column
            .values
            .iter()
            .map(|text| if same_value(text, yes) { Some(true) } else { same_value(text, no).then_some(false) })
            .collect();
        let wrong = Self::failing(column, &read.iter().map(Option::is_some).collect::<Vec<_>>());
        if !wrong.is_empty() {
            let expected = format!("`{yes}` or `{no}`");
            let fix = "correct the cells, or the values in the spec";
            return Err(self.fault(name, &wrong, "another value than the two that the spec names", &expected, fix));
        }
        Ok(column.rows.iter().map(|at| read[*at as usize] == Some(true)).collect())
    }

    /// Checks that a column of keys has a different text in every row.
    ///
    /// # Errors
    ///
    /// The column is missing, a cell is empty, or two rows have one key.
    pub fn check_keys(&self, name: &str) -> Result<(), Box<TableFault>> {
        let column = self.text(name)?;
        let filled: Vec<bool> = column.values.iter().map(|text| !is_empty(text)).collect();
        let empty = Self::failing(column, &filled);
        if !empty.is_empty() {
            return Err(self.fault(name, &empty, "no key", "a key in every row", "fill in the cells, or leave out the rows"));
        }
        let mut first: Vec<Option<usize>> = vec![None; column.values.len()];
        for (row, at) in column.rows.iter().enumerate() {
            if let Some(before) = first[*at as usize].replace(row) {
                let fix = "keep one row for each key: the same person counted twice changes the result";
                return Err(self.fault(name, &[before, row], "two rows have the same key", "a different key in each row", fix));
            }
        }
        Ok(())
    }

    /// A column as categories.
    ///
    /// # Errors
    ///
    /// The column is missing.
    pub fn categories(&self, name: &str) -> Result<Categories, Box<TableFault>> {
        let column = self.text(name)?;
        let names: BTreeSet<&str> = column.values.iter().map(|text| text.trim()).filter(|text| !is_empty(text)).collect();
        let place: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let of_value: Vec<Option<usize>> = column.values.iter().map(|text| place.get(text.trim()).copied()).collect();
        let rows = column.rows.iter().map(|at| of_value[*at as usize]).collect();
        Ok(Categories { names: names.into_iter().map(str::to_owned).collect(), rows })
    }
}

/// Whether a cell says nothing. `NA` is how R and Python write that.
pub(crate) fn is_empty(text: &str) -> bool {
    matches!(text.trim(), "" | "NA" | "NaN" | "nan" | "NULL")
}

/// Larger numbers are no measurements, and their squares would not fit.
const LARGEST: f64 = 1e30;

/// `Some(None)` for an empty cell, `None` for one that is no number.
fn number(text: &str) -> Option<Option<f64>> {
    let text = text.trim();
    if is_empty(text) {
        return Some(None);
    }
    // Words such as "inf" are numbers to the parser, and no measurements.
    let digits = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'));
    text.parse::<f64>().ok().filter(|value| digits && value.abs() <= LARGEST).map(Some)
}

/// Whether a cell has a value that the spec names: the same text, or the same number (`1` and `1.0`).
pub(crate) fn same_value(cell: &str, named: &str) -> bool {
    let (cell, named) = (cell.trim(), named.trim());
    cell == named || matches!((number(cell), number(named)), (Some(Some(a)), Some(Some(b))) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &[&str]) -> EvaluationTable {
        let values: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        let rows = (0..cells.len() as u32).collect();
        let columns = BTreeMap::from([("score".to_owned(), TableColumn::Text(TextValues { values, rows }))]);
        EvaluationTable::new("people.csv", 2, cells.len(), columns).expect("a table with rows")
    }

    #[test]
    fn numbers_are_read_and_what_is_none_is_told_by_its_row() {
        let read = table(&["1", " -2.5 ", "", "NA", "1e3"]).numbers("score").expect("numbers");
        assert_eq!(format!("{read:?}"), "[1.0, -2.5, NaN, NaN, 1000.0]");
        for wrong in ["many", "inf", "1,5", "0x10", "1 2"] {
            let fault = table(&["1", wrong]).numbers("score").expect_err("no number");
            assert_eq!((fault.rows.as_slice(), fault.count), (&[3][..], 1));
            assert!(!fault.to_string().contains(wrong), "{fault}");
        }
    }

    #[test]
    fn two_rows_with_one_key_are_both_told() {
        let columns = BTreeMap::from([(
            "id".to_owned(),
            TableColumn::Text(TextValues { values: vec!["a".to_owned(), "b".to_owned()], rows: vec![0, 1, 0] }),
        )]);
        let fault =
            EvaluationTable::new("people.csv", 2, 3, columns).expect("a table").check_keys("id").expect_err("a key twice");
        assert_eq!(fault.rows, [2, 4]);
    }

    #[test]
    fn one_and_one_point_nought_are_the_same_value() {
        assert_eq!(table(&["1", "0.0", "1.0"]).either("score", "1", "0"), Ok(vec![true, false, true]));
        assert_eq!(table(&["1", "2"]).either("score", "1", "0").expect_err("neither").rows, [3]);
    }
}

//! Which column of a file is which column of a table, by the names in its header. Every format has the same names.

use crate::fault::{Fault, Grade};
use crate::schema::RecordTable;
use crate::spelling::near_column;

/// The message about a column that is not read.
pub const UNKNOWN_COLUMN: &str = "the table has no such column";

/// The most columns of one row.
pub const MOST_COLUMNS: usize = 1000;

/// For each column of a table, its position among the names in a file, with faults for names that are missing, unknown or
/// repeated. CSV and Parquet files must have the same names.
#[must_use]
pub fn columns(table: &'static RecordTable, names: &[String]) -> (Vec<Option<usize>>, Vec<Fault>) {
    let mut faults = Vec::new();
    let known = || table.columns.iter().map(|column| column.name);
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let shown: String = name.chars().take(40).collect();
        let fault = |what, expected: String, fix: String| Fault { column: shown.clone(), ..Fault::file(what, expected, fix) };
        if !known().any(|column| column == name) {
            let misspelt = known().find(|column| near_column(name, column) && !names.iter().any(|name| name == column));
            if let Some(column) = misspelt {
                let fix = format!("name the column `{column}`, or give it a clearly different name");
                faults
                    .push(fault("this column looks like another one spelled differently", format!("`{column}`"), fix).refused());
                continue;
            }
            let fix = match base::problem::nearest(name, known()) {
                Some(nearest) => format!("is `{nearest}` meant? The column is not read"),
                None => "the column is not read; remove it if it identifies people".into(),
            };
            let mut fault = fault(UNKNOWN_COLUMN, format!("one of {}", known().collect::<Vec<_>>().join(", ")), fix);
            fault.grade = Grade::Warning;
            faults.push(fault);
        } else if names[..at].contains(name) {
            faults.push(fault("the column appears twice", "each name once".into(), "remove one of the two".into()));
        }
    }
    let of: Vec<Option<usize>> = table.columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect();
    for (column, at) in table.columns.iter().zip(&of) {
        if column.required && at.is_none() {
            let fix = format!("add the column: {}", column.meaning);
            let expected = format!("a column named {}", column.name);
            faults.push(Fault { column: column.name.into(), ..Fault::file("a column is missing", expected, fix) });
        }
    }
    (of, faults)
}

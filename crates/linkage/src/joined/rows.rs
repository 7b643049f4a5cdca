//! Several agencies' tables as one. Rows first get the number of the record that they are about, and then that of the person
//! under some linkage. The tables are therefore read once for any number of linkages.

use std::collections::BTreeMap;

use records::batch::{Batch, ColumnValues, Name};

/// Rows of an agency's table about its records, with the positions of the records instead of the agency's own ids; and the
/// numbers of the rows about people who were not linked, which are left out. Tables without people stay as they were.
#[must_use]
pub fn by_record(mut batch: Batch, records: &BTreeMap<Name<'_>, usize>) -> (Batch, Vec<u64>) {
    let Some(column) = person(&batch) else { return (batch, Vec::new()) };
    let at = |row| batch.name(column, row).and_then(|name| records.get(&name));
    let found: Vec<Option<&usize>> = (0..batch.rows()).map(at).collect();
    let keep: Vec<bool> = found.iter().map(Option::is_some).collect();
    let numbers = found.into_iter().map(|at| at.map_or(0, |at| *at as i64)).collect();
    let nobody = batch.places.iter().zip(&keep).filter(|(_, keep)| !**keep).map(|(place, _)| *place).collect();
    batch.columns[column] = ColumnValues::Numbers(numbers);
    batch.keep(&keep);
    (batch, nobody)
}

/// Rows by record become rows by person.
#[must_use]
pub fn by_person(batch: &Batch, persons: &[u32]) -> Batch {
    let mut batch = batch.clone();
    if let Some(column) = person(&batch)
        && let ColumnValues::Numbers(numbers) = &mut batch.columns[column]
    {
        numbers.iter_mut().for_each(|number| *number = i64::from(persons[*number as usize]));
    }
    batch
}

/// The rows, by record, that are about some of the records.
#[must_use]
pub fn about(batch: &Batch, wanted: &[bool]) -> Batch {
    let mut batch = batch.clone();
    if let Some(column) = person(&batch)
        && let ColumnValues::Numbers(numbers) = &batch.columns[column]
    {
        let keep: Vec<bool> = numbers.iter().map(|number| wanted[*number as usize]).collect();
        batch.keep(&keep);
    }
    batch
}

fn person(batch: &Batch) -> Option<usize> {
    batch.table.columns.iter().position(|column| column.name == "person")
}

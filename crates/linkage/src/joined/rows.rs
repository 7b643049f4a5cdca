//! Several agencies' tables as one: rows under the number of the record that they are about, and then under that of the person
//! whom some linkage says it is. So one reading of the tables serves as many linkages as anybody asks about.

use std::collections::BTreeMap;

use records::batch::{Batch, Name, Values};

/// Rows of an agency's table about its records, the agency's own ids replaced by the positions of the records, and the number
/// of rows about nobody who was linked, which are left out. Tables without people are as they were.
#[must_use]
pub fn by_record(mut batch: Batch, records: &BTreeMap<Name<'_>, usize>) -> (Batch, u64) {
    let Some(column) = person(&batch) else { return (batch, 0) };
    let at = |row| batch.name(column, row).and_then(|name| records.get(&name));
    let found: Vec<Option<&usize>> = (0..batch.rows()).map(at).collect();
    let keep: Vec<bool> = found.iter().map(Option::is_some).collect();
    let numbers = found.into_iter().map(|at| at.map_or(0, |at| *at as i64)).collect();
    let nobody = keep.iter().filter(|keep| !**keep).count() as u64;
    batch.columns[column] = Values::Numbers(numbers);
    batch.keep(&keep);
    (batch, nobody)
}

/// Rows under their records as rows under their persons.
#[must_use]
pub fn by_person(batch: &Batch, persons: &[u32]) -> Batch {
    let mut batch = batch.clone();
    if let Some(column) = person(&batch)
        && let Values::Numbers(numbers) = &mut batch.columns[column]
    {
        numbers.iter_mut().for_each(|number| *number = i64::from(persons[*number as usize]));
    }
    batch
}

/// The rows under their records that are about some of them.
#[must_use]
pub fn about(batch: &Batch, wanted: &[bool]) -> Batch {
    let mut batch = batch.clone();
    if let Some(column) = person(&batch)
        && let Values::Numbers(numbers) = &batch.columns[column]
    {
        let keep: Vec<bool> = numbers.iter().map(|number| wanted[*number as usize]).collect();
        batch.keep(&keep);
    }
    batch
}

fn person(batch: &Batch) -> Option<usize> {
    batch.table.columns.iter().position(|column| column.name == "person")
}

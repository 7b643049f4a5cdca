//! Rows with the same key: a row that appears twice counts once, and rows that differ contradict each other.
//!
//! The first reading removes every row whose key appeared before, and remembers only the key. Usually there is none. Otherwise
//! the files are read a second time, and rows with such a key are compared in all their columns.

use std::collections::{BTreeMap, BTreeSet};

use super::super::batch::{Batch, ColumnValues, Name};
use super::super::fault::{Fault, Grade, visible};
use super::super::names::fingerprint;
use super::super::rows::has_person;
use super::super::schema::RecordTable;
use super::result::{FileRef, GateResult};
use base::day::NEVER;

/// The most columns of a compared table.
const COLUMNS: usize = 14;

/// The fingerprint of a row's key: its first column, or what a row of coverage is about.
#[must_use]
pub fn key(batch: &Batch, row: usize) -> Option<u64> {
    if batch.table.keyed {
        return batch.name(0, row).map(fingerprint);
    }
    let of = |column| batch.name(column, row).map_or(0, fingerprint);
    Some(mix(of(0)).wrapping_add(of(1)))
}

/// A second reading of the files of a table.
#[derive(Debug)]
pub struct SecondReading {
    table: &'static RecordTable,
    /// The first row of each key that is checked in this reading.
    rows: BTreeMap<u64, FirstRow>,
    /// Keys for a later reading, so that memory stays bounded.
    later: Vec<u64>,
}

/// The first row of a key.
#[derive(Debug, Default)]
struct FirstRow {
    /// Its file and its place; 0 until it was read.
    file: usize,
    place: u64,
    /// A short fingerprint of each value.
    values: [u32; COLUMNS],
    times: u32,
}

/// How many keys are compared in one reading.
const AT_ONCE: usize = 1 << 19;

impl SecondReading {
    /// The second reading of a table that finds which rows repeat another and which contradict each other; `None` if no key seems
    /// to appear twice.
    #[must_use]
    pub fn of(result: &mut GateResult, table: &'static RecordTable) -> Option<SecondReading> {
        let repeated = std::mem::take(&mut result.repeated);
        (!repeated.is_empty()).then(|| SecondReading::new(table, repeated))
    }

    fn new(table: &'static RecordTable, mut repeated: Vec<u64>) -> SecondReading {
        repeated.sort_unstable();
        repeated.dedup();
        let mut second = SecondReading { table, rows: BTreeMap::new(), later: repeated };
        second.next();
        second
    }

    /// Prepares the next reading.
    fn next(&mut self) {
        let from = self.later.len().saturating_sub(AT_ONCE);
        self.rows = self.later.drain(from..).map(|key| (key, FirstRow::default())).collect();
    }

    /// Compares the rows of a batch that have such a key with the first ones.
    pub fn rows(&mut self, file: FileRef<'_>, names: &[String], batch: &Batch, affects_sum: bool, found: &mut GateResult) {
        for row in 0..batch.rows() {
            let Some(first) = key(batch, row).and_then(|key| self.rows.get_mut(&key)) else { continue };
            let values = values(batch, row);
            first.times += 1;
            if first.times == 1 {
                (first.file, first.place, first.values) = (file.at, batch.places[row], values);
                continue;
            }
            let differ = (0..batch.columns.len()).filter(|at| values[*at] != first.values[*at]);
            let differ: Vec<&str> = differ.map(|at| batch.table.columns[at].name).collect();
            let place = match names.get(first.file).filter(|_| first.file != file.at) {
                Some(name) => format!("row {} of {name}", first.place),
                None => format!("row {}", first.place),
            };
            // Where two columns of a table about people have changed places, the key is a person's id.
            let key = if has_person(self.table) || !self.table.keyed {
                String::new()
            } else {
                format!("{}, ", visible(&batch.text(0, row)))
            };
            let mut fault = if differ.is_empty() {
                let fix = "no action needed: the row counts once";
                Fault {
                    grade: Grade::Repeat,
                    ..Fault::row(batch.places[row], "this row repeats an earlier one", "each row once", fix)
                }
            } else {
                let fix = "find out which row is right and remove the other, or give each row its own key";
                let what = "two rows with the same key differ";
                Fault::row(batch.places[row], what, "one row for each key", fix).refused()
            };
            fault.column = self.table.columns[0].name.into();
            fault.value = Some(match differ.is_empty() {
                true => format!("{key}same as {place}"),
                false => format!("{key}also in {place}, with a different {}", differ.join(", ")),
            });
            let affects_sum = affects_sum && fault.grade < Grade::Repeat;
            found.note(file, fault, affects_sum, None);
        }
    }

    /// Whether the files must be read again for more keys. Adds to `mistaken` the keys that only seemed to appear twice: their
    /// rows count after all.
    pub fn end(&mut self, mistaken: &mut BTreeSet<u64>) -> bool {
        mistaken.extend(self.rows.iter().filter(|(_, first)| first.times == 1).map(|(key, _)| *key));
        self.next();
        !self.rows.is_empty()
    }
}

/// A short fingerprint of each value of a row, whatever its type in the file. A missing value equals an empty one.
fn values(batch: &Batch, row: usize) -> [u32; COLUMNS] {
    let mut out = [0; COLUMNS];
    for (value, column) in out.iter_mut().zip(&batch.columns) {
        let print = match column {
            ColumnValues::Days(days) if days[row] != NEVER => mix(days[row] as u64 + 1),
            column => column.name(row).map_or(0, fingerprint),
        };
        *value = (print ^ (print >> 32)) as u32;
    }
    out
}

/// Spreads the bits of a number.
fn mix(number: u64) -> u64 {
    fingerprint(Name::Number(number as i64))
}

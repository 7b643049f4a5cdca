//! Rows that share a key: the same row twice counts once, and rows that differ cannot both be true.
//!
//! The first reading takes out every row whose key was there before, and remembers only that. Where there is none, which is the
//! usual case, nothing more happens. Otherwise the files are read a second time, and rows with such a key are compared in all
//! their columns.

use std::collections::{BTreeMap, BTreeSet};

use super::super::batch::{Batch, Name, Values};
use super::super::fault::{Fault, Grade, visible};
use super::super::names::fingerprint;
use super::super::schema::Table;
use super::{File, Found};
use base::day::NEVER;

/// The most columns of a table that is compared.
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
pub struct Second {
    table: &'static Table,
    /// The first row of each key that is looked at.
    rows: BTreeMap<u64, First>,
    /// Keys that are left for another reading, so that memory stays bounded whatever the files hold.
    later: Vec<u64>,
}

/// The first row of a key.
#[derive(Debug, Default)]
struct First {
    /// The file and the place; 0 until it was met.
    file: usize,
    place: u64,
    /// A short fingerprint of each value.
    values: [u32; COLUMNS],
    times: u32,
}

/// Keys that are compared in one reading.
const AT_ONCE: usize = 1 << 19;

impl Second {
    pub(super) fn new(table: &'static Table, mut repeated: Vec<u64>) -> Second {
        repeated.sort_unstable();
        repeated.dedup();
        let mut second = Second { table, rows: BTreeMap::new(), later: repeated };
        second.next();
        second
    }

    /// Makes ready for the next reading.
    fn next(&mut self) {
        let from = self.later.len().saturating_sub(AT_ONCE);
        self.rows = self.later.drain(from..).map(|key| (key, First::default())).collect();
    }

    /// Compares the rows of a batch that have such a key with the first ones.
    pub fn rows(&mut self, file: File<'_>, names: &[String], batch: &Batch, touches: bool, found: &mut Found) {
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
            let key = if self.table.columns[0].personal || !self.table.keyed {
                String::new()
            } else {
                format!("{}, ", visible(&batch.text(0, row)))
            };
            let mut fault = if differ.is_empty() {
                let fix = "nothing; the row counts once";
                Fault { grade: Grade::Repeat, ..Fault::row(batch.places[row], "the row was read before", "each row once", fix) }
            } else {
                let fix = "find out which of the rows is true, and remove the other; or give each a key of its own";
                let what = "two rows with one key differ";
                Fault::row(batch.places[row], what, "one row for each key", fix).refused()
            };
            fault.column = self.table.columns[0].name.into();
            fault.value = Some(match differ.is_empty() {
                true => format!("{key}as in {place}"),
                false => format!("{key}also in {place}, with another {}", differ.join(", ")),
            });
            let touches = touches && fault.grade < Grade::Repeat;
            found.note(file, fault, touches, None);
        }
    }

    /// Whether the files must be read again for further keys. Gives the keys that only seemed to be those of two rows: these rows
    /// must be taken in after all.
    pub fn end(&mut self, mistaken: &mut BTreeSet<u64>) -> bool {
        mistaken.extend(self.rows.iter().filter(|(_, first)| first.times == 1).map(|(key, _)| *key));
        self.next();
        !self.rows.is_empty()
    }
}

/// A short fingerprint of each value of a row, whatever type its file gives it. What is not there is like what is empty.
fn values(batch: &Batch, row: usize) -> [u32; COLUMNS] {
    let mut out = [0; COLUMNS];
    for (value, column) in out.iter_mut().zip(&batch.columns) {
        let print = match column {
            Values::Days(days) if days[row] != NEVER => mix(days[row] as u64 + 1),
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

//! Rows that equal another row in everything but the key: the same fact supplied twice under two keys, or two facts that the file
//! cannot tell apart. Both count, and both are reported so that somebody can look.

use std::collections::BTreeMap;

use super::super::batch::{Batch, ColumnValues, Name};
use super::super::fault::Fault;
use super::super::names::{Fingerprints, fingerprint};
use super::keys::KeySet;
use super::result::FileRef;
use base::day::NEVER;

/// Tables whose rows are compared.
const TABLES: [&str; 7] = ["people", "starts", "events", "spells", "claims", "invoices", "lots"];

/// What identifies a person who may have two ids.
const IDENTITY: [&str; 4] = ["forename", "surname", "born", "postcode"];

/// What is reported of a row that equals another.
pub const COPY: &str = "this row equals another in everything except its key; both count";

/// The same of a spell and of a start, of which both do not count.
const COPIED_SPELL: &str = "this spell equals another in everything except its key; each of its days counts once";
pub const COPIED_START: &str = "this start equals another in everything except its key; a person counts once in a cohort";

/// Whether a finding is about a row that equals another.
#[must_use]
pub fn is_of_copy(what: &str) -> bool {
    [COPY, COPIED_SPELL, COPIED_START].contains(&what)
}

/// How many places of first rows are remembered, to name both rows of a pair.
const PLACES: usize = 1 << 16;

/// Rows that were read, by a fingerprint of everything but their key.
#[derive(Debug, Default)]
pub struct CopyFinder {
    rows: KeySet,
    places: BTreeMap<u64, (usize, u64)>,
}

/// Fingerprints of the rows of a batch that can be compared, each with its row. `kinds` is empty where no kind is needed.
pub fn prints(batch: &Batch, kinds: &[u16]) -> Vec<(usize, u64)> {
    let table = batch.table;
    if !table.keyed || !TABLES.contains(&table.name) {
        return Vec::new();
    }
    let people = table.name == "people";
    let compared: Vec<usize> =
        (1..table.columns.len()).filter(|at| !people || IDENTITY.contains(&table.columns[*at].name)).collect();
    // People without a surname and a date of birth are not compared: too many would share a name.
    let named = |row: &usize| {
        !people || batch.day(table.column("born"), *row) != NEVER && batch.name(table.column("surname"), *row).is_some()
    };
    let print = |row: usize| {
        let of = |at: &usize| match &batch.columns[*at] {
            ColumnValues::Days(days) if days[row] != NEVER => spread(days[row] as i64),
            column => column.name(row).map_or(0, fingerprint),
        };
        compared.iter().fold(0_u64, |all, at| spread((all.rotate_left(23) ^ of(at)) as i64))
    };
    (0..batch.rows()).filter(|row| kinds.get(*row) != Some(&0)).filter(named).map(|row| (row, print(row))).collect()
}

impl CopyFinder {
    /// Adds rows, and gives a fault for each that equals an earlier one. `ordered` says whether rows come in the order of the
    /// file. If they do not, which of two rows comes second depends on threads, and no row is named.
    pub fn add(&mut self, file: FileRef<'_>, batch: &Batch, prints: &[(usize, u64)], ordered: bool) -> Vec<Fault> {
        let column = ColumnValues::Numbers(prints.iter().map(|(_, print)| (*print | 1 << 63) as i64).collect());
        let again = self.rows.add(&column, prints.len());
        let mut faults = Vec::with_capacity(again.len());
        let mut repeated = Fingerprints::default();
        for at in &again {
            repeated.insert(*at as u64);
        }
        for (at, (row, print)) in prints.iter().enumerate() {
            if !repeated.contains(at as u64) {
                if ordered && self.places.len() < PLACES {
                    self.places.insert(*print, (file.at, batch.places[*row]));
                }
                continue;
            }
            let what = match batch.table.name {
                "people" => "this person has the same name, date of birth and postcode as another; both count",
                "starts" => COPIED_START,
                "spells" => COPIED_SPELL,
                _ => COPY,
            };
            let fix = "remove it if it is a copy; otherwise no action needed";
            let mut fault = Fault::row(batch.places[*row], what, "each row once", fix).warning();
            if !ordered {
                fault.place = 0;
            } else if let Some((first, place)) = self.places.get(print) {
                let other = if *first == file.at { "" } else { " of an earlier file" };
                fault.value = Some(format!("same as row {place}{other}"));
            }
            faults.push(fault);
        }
        faults
    }
}

fn spread(number: i64) -> u64 {
    fingerprint(Name::Number(number))
}

//! Rows that equal another row in all that is read but their key: the same fact handed over twice under new keys, or two facts that the
//! file cannot tell apart. Both count; what is told lets somebody look.

use std::collections::BTreeMap;

use super::super::batch::{Batch, Name, Values};
use super::super::fault::Fault;
use super::super::names::{Fingerprints, fingerprint};
use super::File;
use super::keys::Keys;
use base::day::NEVER;

/// Tables whose rows are compared.
const TABLES: [&str; 7] = ["people", "starts", "events", "spells", "claims", "invoices", "lots"];

/// What makes somebody the same person under another id.
const IDENTITY: [&str; 4] = ["forename", "surname", "born", "postcode"];

/// What is told of a row that equals another.
pub const COPY: &str = "this row equals another in all that is read but its key; both count";

/// First rows of which the place is remembered, to name the pair.
const PLACES: usize = 1 << 16;

/// Rows that were read, by a fingerprint of everything but their key.
#[derive(Debug, Default)]
pub struct Copies {
    rows: Keys,
    places: BTreeMap<u64, (usize, u64)>,
}

/// Fingerprints of the rows of a batch that can be compared, each with its row. `kinds` is empty where no kind is asked for.
pub fn prints(batch: &Batch, kinds: &[u16]) -> Vec<(usize, u64)> {
    let table = batch.table;
    if !table.keyed || !TABLES.contains(&table.name) {
        return Vec::new();
    }
    let people = table.name == "people";
    let compared: Vec<usize> =
        (1..table.columns.len()).filter(|at| !people || IDENTITY.contains(&table.columns[*at].name)).collect();
    // Without a surname and a date of birth, two people of one name are not told to be the same.
    let named = |row: &usize| {
        !people || batch.day(table.column("born"), *row) != NEVER && batch.name(table.column("surname"), *row).is_some()
    };
    let print = |row: usize| {
        let of = |at: &usize| match &batch.columns[*at] {
            Values::Days(days) if days[row] != NEVER => spread(days[row] as i64),
            column => column.name(row).map_or(0, fingerprint),
        };
        compared.iter().fold(0_u64, |all, at| spread((all.rotate_left(23) ^ of(at)) as i64))
    };
    (0..batch.rows()).filter(|row| kinds.get(*row) != Some(&0)).filter(named).map(|row| (row, print(row))).collect()
}

impl Copies {
    /// Adds rows, and gives a fault for each that equals an earlier one. `ordered` says whether rows come in the order of the
    /// file: only then does it not depend on threads which of two rows comes second.
    pub fn add(&mut self, file: File<'_>, batch: &Batch, prints: &[(usize, u64)], ordered: bool) -> Vec<Fault> {
        let column = Values::Numbers(prints.iter().map(|(_, print)| (*print | 1 << 63) as i64).collect());
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
            let what = if batch.table.name == "people" {
                "this person has the same name, date of birth and postcode as another; both count"
            } else {
                COPY
            };
            let fix = "if it is a copy, remove it; else nothing";
            let mut fault = Fault::row(batch.places[*row], what, "each row once", fix).warning();
            if !ordered {
                fault.place = 0;
            } else if let Some((first, place)) = self.places.get(print) {
                let other = if *first == file.at { "" } else { " of an earlier file" };
                fault.value = Some(format!("as row {place}{other}"));
            }
            faults.push(fault);
        }
        faults
    }
}

fn spread(number: i64) -> u64 {
    fingerprint(Name::Number(number))
}

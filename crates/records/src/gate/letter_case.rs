//! Ids of rows that differ only in letter case: one row supplied twice by systems that write ids differently, or two rows. Both count,
//! and both are reported so that somebody can look.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};

use super::super::batch::{Batch, ColumnValues, Name};
use super::super::fault::{Fault, visible};
use super::super::names::fingerprint;
use super::super::rows::has_person;

/// Whether ids of a table were seen with capital letters, and with small ones. Only where both were can two ids differ in case alone.
#[derive(Debug, Default)]
pub(super) struct LettersSeen(AtomicU8);

impl LettersSeen {
    pub(super) fn add(&self, column: &ColumnValues, rows: usize) {
        let ColumnValues::Texts(texts) = column else { return };
        let mut seen = self.0.load(Ordering::Relaxed);
        for row in 0..rows {
            if seen == BOTH {
                break;
            }
            for byte in texts.get(row).bytes() {
                seen |= match byte {
                    b'A'..=b'Z' => 1,
                    b'a'..=b'z' => 2,
                    // Letters of other alphabets may be either.
                    128.. => BOTH,
                    _ => 0,
                };
            }
        }
        self.0.fetch_or(seen, Ordering::Relaxed);
    }

    pub(super) fn both(&self) -> bool {
        self.0.load(Ordering::Relaxed) == BOTH
    }
}

const BOTH: u8 = 3;

/// How many ids are compared. In larger tables the later ones are not.
const MOST: usize = 1 << 20;

/// Looks for such ids while the files of a table are read again.
#[derive(Debug, Default)]
pub struct LetterCaseCheck {
    /// By the fingerprint of an id in small letters: that of the first id as it is, with its file and row.
    ids: BTreeMap<u64, (u64, usize, u64)>,
}

impl LetterCaseCheck {
    /// Adds rows of the file at a position, and gives a fault for each id that is an earlier one in another letter case.
    pub fn rows(&mut self, file: usize, names: &[String], batch: &Batch) -> Vec<Fault> {
        let mut faults = Vec::new();
        for row in 0..batch.rows() {
            let Some(Name::Text(id)) = batch.name(0, row) else { continue };
            let (own, place) = (fingerprint(Name::Text(id)), batch.places[row]);
            let form = fingerprint(Name::Text(&id.to_lowercase()));
            let Some((first, first_file, first_place)) = self.ids.get(&form).copied() else {
                if self.ids.len() < MOST {
                    self.ids.insert(form, (own, file, place));
                }
                continue;
            };
            if first != own {
                let what = "this id differs from an earlier one only in letter case; both rows count";
                let fix = "remove the row if it is the same one again; otherwise no action needed";
                let other = match names.get(first_file).filter(|_| first_file != file) {
                    Some(name) => format!("row {first_place} of {name}"),
                    None => format!("row {first_place}"),
                };
                let fault = Fault::row(place, what, "each id written in one way", fix).warning();
                // Where two columns of a table about people have changed places, it is a person's id.
                let id = if has_person(batch.table) { String::new() } else { format!("{}, ", visible(id)) };
                let value = Some(format!("{id}as in {other}"));
                faults.push(Fault { column: batch.table.columns[0].name.into(), value, ..fault });
            }
        }
        faults
    }
}

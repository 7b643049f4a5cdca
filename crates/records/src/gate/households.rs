//! Ids of households that differ only in their form: a household written in two ways would count twice. The names are compared first, and
//! only where there is something to find are the rows of starts read again.

use std::collections::{BTreeMap, BTreeSet};

use super::super::batch::Batch;
use super::super::fault::Fault;
use super::super::names::{Names, fingerprint};
use super::evidence::form;

/// A file, by its position among those of the table, and a row in it.
type HouseholdRow = (usize, u64);

/// Ids of households that are one id but for their form, and where each is first.
#[derive(Debug, Default)]
pub struct SimilarHouseholds {
    /// The forms that several ids have; of each, the first row of each of these ids by its fingerprint.
    first: BTreeMap<u64, BTreeMap<u64, HouseholdRow>>,
}

impl SimilarHouseholds {
    /// The forms that several of these ids have; `None` where there is none.
    #[must_use]
    pub fn of(households: &Names) -> Option<SimilarHouseholds> {
        let (mut seen, mut first) = (BTreeSet::new(), BTreeMap::new());
        for at in 0..households.len() as u32 {
            let form = form(&households.get(at).to_string());
            if !seen.insert(form) {
                first.insert(form, BTreeMap::new());
            }
        }
        (!first.is_empty()).then_some(SimilarHouseholds { first })
    }

    /// Looks for these ids in rows of a file of starts.
    pub fn rows(&mut self, file: usize, batch: &Batch) {
        let column = batch.table.column("household");
        for row in 0..batch.rows() {
            let Some(name) = batch.name(column, row) else { continue };
            if let Some(ids) = self.first.get_mut(&form(&name.to_string())) {
                ids.entry(fingerprint(name)).or_insert((file, batch.places[row]));
            }
        }
    }

    /// A fault for each id that another one comes before, with the position of its file. `files` are the names of the files.
    #[must_use]
    pub fn faults(&self, files: &[String]) -> Vec<(usize, Fault)> {
        let mut out = Vec::new();
        for ids in self.first.values() {
            let mut rows: Vec<HouseholdRow> = ids.values().copied().collect();
            rows.sort_unstable();
            let Some(((first_file, first), others)) = rows.split_first() else { continue };
            out.extend(others.iter().map(|(file, row)| {
                let what =
                    "this id of a household differs from another only in letter case, spaces, leading zeros or invisible characters, and each would count";
                let fix = "write each household the same way everywhere; give two households ids that differ in more than that";
                let of = if first_file == file { String::new() } else { format!(" of {}", files[*first_file]) };
                let fault = Fault::row(*row, what, "an id for each household", fix).refused();
                (*file, Fault { column: "household".into(), value: Some(format!("the other is in row {first}{of}")), ..fault })
            }));
        }
        out
    }
}

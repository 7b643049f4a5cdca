//! Starts that do not say to which group they belong, among others that do. An empty cell means "served" where no start says so, and
//! either where some do.

use super::super::batch::{Batch, Name};
use super::super::fault::Fault;
use base::english::counted;
use base::money::thousands;

/// What was seen of the groups of a table of starts.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupsSeen {
    /// Whether a start says that it is served.
    served: bool,
    /// For each batch with starts that say nothing: the position of its file, the row of the first, and how many there are.
    silent: Vec<(usize, u64, u64)>,
}

impl GroupsSeen {
    /// Adds the rows of the file at a position.
    pub(super) fn add(&mut self, file: usize, batch: &Batch) {
        let group = batch.table.column("group");
        self.served |= (0..batch.rows()).any(|row| batch.name(group, row) == Some(Name::Text("served")));
        let mut silent = (0..batch.rows()).filter(|row| batch.name(group, *row).is_none());
        if let Some(first) = silent.next() {
            self.silent.push((file, batch.places[first], 1 + silent.count() as u64));
        }
    }

    pub(super) fn merge(&mut self, other: GroupsSeen) {
        self.served |= other.served;
        self.silent.extend(other.silent);
    }

    /// A fault for each file with starts that may belong to either group, with its position.
    pub(super) fn faults(&self) -> Vec<(usize, Fault)> {
        if !self.served {
            return Vec::new();
        }
        let mut silent = self.silent.clone();
        // Threads add their batches in any order.
        silent.sort_unstable();
        silent.chunk_by(|one, other| one.0 == other.0).map(|of_file| (of_file[0].0, undecided(of_file))).collect()
    }
}

fn undecided(of_file: &[(usize, u64, u64)]) -> Fault {
    let rows: u64 = of_file.iter().map(|(.., rows)| rows).sum();
    let what = "some starts say to which group they belong, and others do not";
    let fix = "write `served` or `comparison` in each row, or `served` in none";
    let fault = Fault::file(what, "`served` or `comparison`", fix).refused();
    let value = format!("{}, first in row {}", counted(rows, "empty cell", "empty cells"), thousands(of_file[0].1 as i64));
    Fault { column: "group".into(), value: Some(value), ..fault }
}

//! Compares rows with each other where both may be right: events about missing events, and spells that overlap. It only warns;
//! the [`super::gate`] sets rows aside. Rows come in batches, table after table, and only fingerprints are remembered.

use super::batch::{Batch, Name};
use super::fault::Fault;
use super::names::{Fingerprints, fingerprint};
use super::schema::RecordTable;
use super::totals::TotalRows;
use base::day::Day;

/// What is remembered of the batches of one table.
#[derive(Debug, Default)]
pub struct CrossRowCheck {
    keys: Fingerprints,
    /// Fingerprints of the events that rows are about, with the places of the rows.
    about: Vec<(u64, u64)>,
    /// Person, kind, first day, end and place of every spell.
    spells: Vec<(u64, u64, Day, Day, u64)>,
    totals: TotalRows,
}

impl CrossRowCheck {
    /// Adds rows that can be used.
    pub fn rows(&mut self, batch: &Batch) {
        let table = batch.table;
        let about = table.columns.iter().position(|column| column.name == "about");
        for row in 0..batch.rows() {
            let place = batch.places[row];
            if table.keyed {
                let id = if let Some(Name::Text(id)) = batch.name(0, row) { id } else { "" };
                self.totals.look(place, id, (1..batch.columns.len()).any(|column| batch.has(column, row)));
            }
            if let Some(about) = about {
                self.keys.insert(batch.name(0, row).map_or(0, fingerprint));
                self.about.extend(batch.name(about, row).map(|about| (fingerprint(about), place)));
            }
            if table.name == "spells" {
                let of = |column| batch.name(table.column(column), row).map_or(0, fingerprint);
                let (from, to) = (batch.day(table.column("from"), row), batch.day(table.column("to"), row));
                self.spells.push((of("person"), of("kind"), from, to, place));
            }
        }
    }

    /// The warnings for the whole table. After this, the next table can begin.
    pub fn end(&mut self, table: &'static RecordTable) -> Vec<Fault> {
        let mut faults = self.totals.end();
        for (about, place) in std::mem::take(&mut self.about) {
            if !self.keys.contains(about) {
                let fix = "supply that event too; until then the offence counts as not proven";
                let fault = Fault::row(
                    place,
                    "the event that this one is about is not in the table",
                    "the name of an event in the table",
                    fix,
                );
                faults.push(fault.column(table, table.column("about")).warning());
            }
        }
        let mut spells = std::mem::take(&mut self.spells);
        spells.sort_unstable();
        let mut longest: Option<(u64, u64, Day, u64)> = None;
        for (person, kind, from, to, place) in spells {
            if let Some((same_person, same_kind, end, other)) = longest
                && (same_person, same_kind) == (person, kind)
                && from < end
            {
                let fix = "no action needed if both are right: a day in two spells counts once";
                let mut fault = Fault::row(
                    place,
                    "the spell overlaps another one of the same person and kind",
                    "spells one after the other",
                    fix,
                );
                fault.value = Some(format!("the other is in row {other}"));
                faults.push(fault.warning());
            }
            match longest {
                Some((same_person, same_kind, end, _)) if (same_person, same_kind) == (person, kind) && end >= to => {}
                _ => longest = Some((person, kind, to, place)),
            }
        }
        faults.sort_by_key(|fault| fault.place);
        self.keys = Fingerprints::default();
        faults
    }
}

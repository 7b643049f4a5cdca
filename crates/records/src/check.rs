//! Compares rows with each other where both may be right: events about missing events, and spells that overlap. It only warns;
//! the [`super::gate`] sets rows aside. Rows come in batches, table after table, and only fingerprints are remembered. Sums and notes
//! below a table are looked for in each of its files by itself.

use super::batch::{Batch, Name};
use super::fault::Fault;
use super::names::{Fingerprints, fingerprint};
use super::schema::RecordTable;
use super::tables::Coverage;
use super::totals::TotalRows;
use base::day::{Day, NEVER, date};
use std::collections::BTreeMap;

/// What is remembered of the batches of one table.
#[derive(Debug, Default)]
pub struct CrossRowCheck {
    keys: Fingerprints,
    /// Fingerprints of the events that rows are about, with the places of the rows.
    about: Vec<(u64, RowOfFile)>,
    /// Person, kind, first day, end and place of every spell.
    spells: Vec<(u64, u64, Day, Day, RowOfFile)>,
    /// By file.
    totals: Vec<TotalRows>,
}

/// A file, by its position among those of the table, and a row in it.
type RowOfFile = (usize, u64);

impl CrossRowCheck {
    /// Adds rows that can be used.
    pub fn rows(&mut self, batch: &Batch) {
        let table = batch.table;
        let about = table.columns.iter().position(|column| column.name == "about");
        for row in 0..batch.rows() {
            let place = (batch.file, batch.places[row]);
            if table.keyed {
                // No number is what sums are called.
                let id = match batch.name(0, row) {
                    Some(Name::Text(id)) => id,
                    Some(Name::Number(_)) => "1",
                    None => "",
                };
                if self.totals.len() <= batch.file {
                    self.totals.resize(batch.file + 1, TotalRows::default());
                }
                self.totals[batch.file].look(place.1, id, (1..batch.columns.len()).any(|column| batch.has(column, row)));
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

    /// The warnings for the whole table, each with the position of its file. `files` are their names. After this, the next table can
    /// begin.
    pub fn end(&mut self, table: &'static RecordTable, files: &[String]) -> Vec<(usize, Fault)> {
        let of_files = std::mem::take(&mut self.totals);
        let totals = of_files.into_iter().enumerate();
        let mut faults: Vec<(usize, Fault)> =
            totals.flat_map(|(file, mut totals)| totals.end().into_iter().map(move |fault| (file, fault))).collect();
        for (about, (file, place)) in std::mem::take(&mut self.about) {
            if !self.keys.contains(about) {
                let fix = "supply that event too; until then the offence counts as not proven";
                let fault = Fault::row(
                    place,
                    "the event that this one is about is not in the table",
                    "the name of an event in the table",
                    fix,
                );
                faults.push((file, fault.column(table, table.column("about")).warning()));
            }
        }
        let mut spells = std::mem::take(&mut self.spells);
        spells.sort_unstable();
        let mut longest: Option<(u64, u64, Day, RowOfFile)> = None;
        for (person, kind, from, to, (file, place)) in spells {
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
                let (other_file, other) = other;
                let of_file = if other_file == file { String::new() } else { format!(" of {}", files[other_file]) };
                fault.value = Some(format!("the other is in row {other}{of_file}"));
                faults.push((file, fault.warning()));
            }
            match longest {
                Some((same_person, same_kind, end, _)) if (same_person, same_kind) == (person, kind) && end >= to => {}
                _ => longest = Some((person, kind, to, (file, place))),
            }
        }
        faults.sort_by_key(|(file, fault)| (*file, fault.place));
        self.keys = Fingerprints::default();
        faults
    }
}

/// Starts that have ended, to find spells of the same service that go on. No table says which kind of spell is the service itself. One
/// that begins on the very day of the start probably is.
#[derive(Debug, Default)]
pub struct EndedStarts {
    /// The end of each start that has one, by its person and first day.
    ends: BTreeMap<(u64, Day), Day>,
}

impl EndedStarts {
    /// Adds starts that can be used.
    pub fn starts(&mut self, batch: &Batch) {
        let column = |name| batch.table.column(name);
        for row in 0..batch.rows() {
            let (began, ended) = (batch.day(column("began"), row), batch.day(column("ended"), row));
            if let (true, Some(person)) = (ended != NEVER, batch.name(column("person"), row)) {
                self.ends.insert((fingerprint(person), began), ended);
            }
        }
    }

    /// The spells that go on although the start of the same person and day has ended. An end after the last complete day of the spells,
    /// or planned for after today, is none yet: their table cannot have it.
    #[must_use]
    pub fn open_spells(&self, batch: &Batch, coverage: &Coverage, today: Day) -> Vec<Fault> {
        let column = |name| batch.table.column(name);
        let fault = |row: usize| {
            let person = batch.name(column("person"), row).filter(|_| batch.day(column("to"), row) == NEVER)?;
            let ended = self.ends.get(&(fingerprint(person), batch.day(column("from"), row)))?;
            let complete = coverage.stated_until(batch.table.name, &batch.text(column("kind"), row));
            if *ended > complete.map_or(today, |day| day.min(today)) {
                return None;
            }
            let what = "the spell goes on, and the start of the same person and day has ended";
            let fix = "write the end of the spell in `to`, or correct `ended` of the start; no action needed if the spell is of \
                       something that goes on after the service";
            let fault = Fault::row(batch.places[row], what, "a spell that ends with the service that it is of", fix).warning();
            Some(Fault { column: "to".into(), value: Some(format!("the start ended on {}", date(*ended))), ..fault })
        };
        (0..batch.rows()).filter_map(fault).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::table;

    fn batch(name: &str, rows: &[&[(&str, &str)]]) -> Batch {
        let mut batch = Batch::empty(table(name).expect("a table"));
        rows.iter().for_each(|row| {
            batch.push(row);
        });
        batch
    }

    #[test]
    fn an_open_spell_beside_an_end_that_its_table_can_have_is_told() {
        let day = |text: &str| base::day::parse(text.as_bytes()).expect("a day");
        let mut ended = EndedStarts::default();
        ended.starts(&batch(
            "starts",
            &[&[("start", "s1"), ("person", "P1"), ("provider", "A"), ("began", "2027-01-01"), ("ended", "2027-06-01")]],
        ));
        let spells = batch("spells", &[&[("spell", "1"), ("person", "P1"), ("kind", "stay"), ("from", "2027-01-01")]]);
        let complete = |until| Coverage::new(&[batch("coverage", &[&[("table", "spells"), ("kind", "stay"), ("until", until)]])]);
        let told = |coverage: &Coverage, today| ended.open_spells(&spells, coverage, day(today)).len();
        assert_eq!(told(&Coverage::default(), "2027-06-01"), 1);
        assert_eq!(told(&Coverage::default(), "2027-05-31"), 0, "it is planned to end");
        assert_eq!(told(&complete("2027-06-01"), "2028-01-01"), 1);
        assert_eq!(told(&complete("2027-05-31"), "2028-01-01"), 0, "the spells do not reach the end");
        assert_eq!(told(&complete("2027-12-31"), "2027-05-31"), 0);
    }
}

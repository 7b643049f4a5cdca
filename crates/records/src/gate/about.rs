//! Rows about another row, as a conviction is about an offence. Measuring finds rows whose other row is not among the facts of
//! the same person. Here the tables are read again to find out why.

use std::collections::BTreeMap;

use super::super::Need;
use super::super::batch::Batch;
use super::super::facts::key;
use super::super::fault::Fault;
use super::super::lookups::{find_people, positions};
use super::super::names::{NOBODY, Names};
use base::day::Day;

/// Checks `about` while the files of events are read again.
#[derive(Debug)]
pub struct AboutCheck<'a> {
    need: &'a Need,
    people: &'a Names,
    /// Keys without a matching row of the same person, in order.
    wanted: Vec<u64>,
    /// People with a row whose `about` is empty, in order.
    silent: Vec<u32>,
    /// The rows that have these keys.
    targets: BTreeMap<u64, AboutTarget>,
    rows: Vec<AboutRow>,
}

#[derive(Clone, Copy, Debug)]
struct AboutTarget {
    person: u32,
    /// The position, from 1, of its kind among the needed kinds.
    kind: u16,
    day: Day,
}

/// A row that is about one of these keys.
#[derive(Clone, Copy, Debug)]
struct AboutRow {
    file: usize,
    place: u64,
    person: u32,
    about: u64,
    own: u64,
    day: Day,
}

impl<'a> AboutCheck<'a> {
    #[must_use]
    pub fn new(need: &'a Need, people: &'a Names, mut wanted: Vec<u64>, mut silent: Vec<u32>) -> AboutCheck<'a> {
        wanted.sort_unstable();
        wanted.dedup();
        silent.sort_unstable();
        AboutCheck { need, people, wanted, silent, targets: BTreeMap::new(), rows: Vec::new() }
    }

    /// Adds rows of events.
    pub fn rows(&mut self, file: usize, batch: &Batch) {
        let column = |name| batch.table.column(name);
        let (own, about) = (&batch.columns[column("event")], &batch.columns[column("about")]);
        let persons = find_people(self.people, &batch.columns[column("person")], batch.rows());
        let kinds = positions(&batch.columns[column("kind")], batch.rows(), &self.need.events);
        let referring: Vec<bool> =
            std::iter::once(false).chain(self.need.events.iter().map(|kind| self.need.referring.contains(kind))).collect();
        for (row, (person, kind)) in persons.into_iter().zip(kinds).enumerate() {
            let day = batch.day(column("date"), row);
            let name = key(own, row);
            if self.wanted.binary_search(&name).is_ok() {
                self.targets.insert(name, AboutTarget { person, kind, day });
            }
            if person == NOBODY || !referring[usize::from(kind)] {
                continue;
            }
            let about = key(about, row);
            let silent = about == 0 && self.silent.binary_search(&person).is_ok();
            if silent || self.wanted.binary_search(&about).is_ok() {
                self.rows.push(AboutRow { file, place: batch.places[row], person, about, own: name, day });
            }
        }
    }

    /// The rows that cannot be used, each with its file and its person.
    #[must_use]
    pub fn faults(self) -> Vec<(usize, Fault, u32)> {
        let need = self.need;
        let referred = |kind: u16| usize::from(kind).checked_sub(1).is_none_or(|at| need.referred.contains(&need.events[at]));
        let wrong = |row: &AboutRow| {
            if row.about == 0 {
                return Some((
                    "this row does not say which event it is about, and it may prove or end an earlier one",
                    "fill in `about`",
                ));
            }
            let Some(target) = self.targets.get(&row.about) else {
                return Some((
                    "the event that this one is about is not in the table",
                    "supply that event too, or correct its name here",
                ));
            };
            Some(match target {
                _ if row.own == row.about => ("this event is about itself", "name the event that it proves or ends"),
                target if target.person != row.person => {
                    ("the event that this one is about belongs to another person", "correct the name of the event, or the person")
                }
                target if !referred(target.kind) => {
                    ("this event cannot be about an event of that kind", "correct the name of the event")
                }
                target if row.day < target.day => {
                    ("this event comes before the event that it is about", "check both days, and the name of the event")
                }
                _ => return None,
            })
        };
        let fault = |row: &AboutRow| {
            let (what, fix) = wrong(row)?;
            let fault = Fault::row(row.place, what, "the `event` of an earlier row of the same person", fix);
            Some((row.file, Fault { column: "about".into(), ..fault }, row.person))
        };
        self.rows.iter().filter_map(fault).collect()
    }
}

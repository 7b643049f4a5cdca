//! Rows about another row, as a conviction is about an offence. Measuring finds rows whose other row is not among the facts of
//! the same person. Here the tables are read again to find out why.

use std::collections::BTreeMap;

use super::super::Need;
use super::super::batch::Batch;
use super::super::facts::key;
use super::super::fault::{Fault, visible};
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
    /// The kinds of those of them that no rule uses.
    other_kinds: Vec<String>,
    rows: Vec<AboutRow>,
}

#[derive(Clone, Copy, Debug)]
struct AboutTarget {
    person: u32,
    /// The position, from 1, of its kind among the needed kinds; 0 for another kind.
    kind: u16,
    /// The position of another kind among those seen.
    other: usize,
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
        AboutCheck { need, people, wanted, silent, targets: BTreeMap::new(), other_kinds: Vec::new(), rows: Vec::new() }
    }

    /// Adds rows of events.
    pub fn rows(&mut self, file: usize, batch: &Batch) {
        let column = |name| batch.table.column(name);
        let (own, about) = (&batch.columns[column("event")], &batch.columns[column("about")]);
        let persons = find_people(self.people, &batch.columns[column("person")], batch.rows());
        let of_kind = column("kind");
        let kinds = positions(&batch.columns[of_kind], batch.rows(), &self.need.events);
        let referring: Vec<bool> =
            std::iter::once(false).chain(self.need.events.iter().map(|kind| self.need.referring.contains(kind))).collect();
        for (row, (person, kind)) in persons.into_iter().zip(kinds).enumerate() {
            let day = batch.day(column("date"), row);
            let name = key(own, row);
            if self.wanted.binary_search(&name).is_ok() {
                let other = if kind == 0 && person != NOBODY { self.other_kind(&batch.text(of_kind, row)) } else { 0 };
                self.targets.insert(name, AboutTarget { person, kind, other, day });
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

    fn other_kind(&mut self, name: &str) -> usize {
        self.other_kinds.iter().position(|known| known == name).unwrap_or_else(|| {
            self.other_kinds.push(name.to_owned());
            self.other_kinds.len() - 1
        })
    }

    /// The rows that cannot be used, and those about an event of a kind that no rule uses, each with its file and its person.
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
        // It proves or ends nothing that is measured. That is right where no rule asks for such events, and wrong where its kind is
        // another name of one that a rule uses.
        let unused = |row: &AboutRow| {
            let target = self.targets.get(&row.about)?;
            let of_other = target.kind == 0 && target.person == row.person && row.own != row.about && row.day >= target.day;
            let kind = self.other_kinds.get(target.other).filter(|_| of_other)?;
            let used = need.referred.iter().map(String::as_str);
            let nearest =
                base::problem::nearest(kind, used.clone()).map_or(String::new(), |near| format!("; the nearest is `{near}`"));
            let used: Vec<&str> = used.take(8).collect();
            let fix = "no action needed, unless the rules call that kind by another name";
            let what = "this row is about an event of a kind that no rule uses, and so it changes nothing";
            let fault =
                Fault::row(row.place, what, format!("an event that is one of {}{nearest}", used.join(", ")), fix).warning();
            let value = Some(format!("{}{nearest}", visible(kind)));
            Some((row.file, Fault { column: "about".into(), value, ..fault }, row.person))
        };
        let fault = |row: &AboutRow| {
            let Some((what, fix)) = wrong(row) else { return unused(row) };
            let fault = Fault::row(row.place, what, "the `event` of an earlier row of the same person", fix);
            Some((row.file, Fault { column: "about".into(), ..fault }, row.person))
        };
        self.rows.iter().filter_map(fault).collect()
    }
}

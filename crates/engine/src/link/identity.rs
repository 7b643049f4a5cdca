//! Person ids that last. In go the history of identities so far, today's clusters of records, and the reasons for what changed;
//! out come the events to add to the history. Who was who on any day is worked out from the history alone, so an id can be
//! replayed as of a date, and nothing that was written is ever changed.
//!
//! A cluster keeps the id of the person it shares most records with; of two such persons the older id lives on. When clusters
//! that were joined come apart again, each takes back the id it had. This file does not decide who belongs together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::records::batch::{Batch, Texts, Values};
use crate::records::day::{Day, NEVER};
use crate::records::fault::Fault;
use crate::records::schema::{Column, Kind, Table};

/// A record that an agency keeps of somebody: the agency, and its own id of the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub agency: String,
    pub id: String,
}

/// What happened to an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A person begins, or begins again.
    Created,
    /// The whole of `other` became part of the person; the id `other` ends.
    Merged,
    /// The person came out of `other`, which goes on.
    Split,
    /// A record belongs to the person from this day; `other` is the person it belonged to before, if any.
    Joined,
    /// A record was withdrawn: it belongs to nobody from this day.
    Left,
}

const WORDS: [(&str, What); 5] = [
    ("created", What::Created),
    ("merged", What::Merged),
    ("split", What::Split),
    ("joined", What::Joined),
    ("left", What::Left),
];

/// One row of the history. Only `joined` and `left` say where records are; the rest say why ids came and went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub day: Day,
    pub what: What,
    pub person: String,
    /// The record meant; empty where the event is about a person as a whole.
    pub key: Key,
    /// The other person meant; empty where there is none.
    pub other: String,
    pub reason: String,
}

/// What is given as the reason of a change.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    /// For everything that has no reason of its own: the run, its model.
    pub run: String,
    /// For single records: a corrected date of birth, a decision of somebody.
    pub records: BTreeMap<Key, String>,
}

impl Reasons {
    fn of(&self, key: &Key) -> &str {
        self.records.get(key).unwrap_or(&self.run)
    }

    /// One reason for what happened to several records: the first that one of them has, else that of the run.
    fn of_any<'a>(&self, mut keys: impl Iterator<Item = &'a Key>) -> &str {
        keys.find_map(|key| self.records.get(key)).unwrap_or(&self.run)
    }
}

/// Why nothing can be added to the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The history already knows a later day.
    Backwards { day: Day, last: Day },
    /// One record is in two clusters; its rows, from 0.
    TwoClusters { row: usize, other: usize },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::records::day::date;
        match self {
            Refused::Backwards { day, last } => write!(
                f,
                "the history of identities already reaches {}, so nothing can be added for {}\n\nhint: give that day or a later \
                 one; what was written is never changed",
                date(*last),
                date(*day)
            ),
            Refused::TwoClusters { row, other } => write!(
                f,
                "one record is in two clusters: rows {} and {}\n\nhint: an agency's own id stands for one person; number the \
                 records afresh where an agency used an id twice",
                other + 1,
                row + 1
            ),
        }
    }
}

impl std::error::Error for Refused {}

/// The events that bring the history to today's clusters: each record with the number of its cluster, in any order. The
/// numbers mean nothing but which records belong together. Every record that the history has and the clusters lack is
/// withdrawn. Nothing has changed when there are no events.
///
/// # Errors
/// The day lies before the last one of the history, or a record is in two clusters.
pub fn changes(history: &[Event], clusters: &[(Key, u32)], day: Day, reasons: &Reasons) -> Result<Vec<Event>, Refused> {
    if let Some(last) = history.last().map(|event| event.day).filter(|last| *last > day) {
        return Err(Refused::Backwards { day, last });
    }
    let past = Past::of(history);
    let clusters = in_order(clusters)?;
    let named = named(&past, &clusters);
    Ok(Told { past: &past, clusters: &clusters, named: &named, day, reasons }.events())
}

/// Who every record belonged to at the end of a day, in the order of the records.
#[must_use]
pub fn persons_at(history: &[Event], day: Day) -> BTreeMap<&Key, &str> {
    let mut persons = BTreeMap::new();
    for event in history.iter().take_while(|event| event.day <= day) {
        match event.what {
            What::Joined => {
                persons.insert(&event.key, event.person.as_str());
            }
            What::Left => {
                persons.remove(&event.key);
            }
            What::Created | What::Merged | What::Split => {}
        }
    }
    persons
}

/// What became of a person's id by the end of a day: the id itself while it lives, else the one that it was merged into, and so
/// on. Nothing when no such person was known by then, or when all records were withdrawn.
#[must_use]
pub fn lives_on<'a>(history: &'a [Event], person: &'a str, day: Day) -> Option<&'a str> {
    let alive: BTreeSet<&str> = persons_at(history, day).into_values().collect();
    let mut ended = BTreeMap::new();
    for event in history.iter().take_while(|event| event.day <= day).filter(|event| event.what == What::Merged) {
        ended.insert(event.other.as_str(), event.person.as_str());
    }
    let mut person = person;
    // An id can be merged, given back and merged again; no chain is longer than there are merges.
    for _ in 0..=ended.len() {
        if alive.contains(person) {
            return Some(person);
        }
        person = ended.get(person)?;
    }
    None
}

/// What the history says of today, and of ids that ended.
struct Past<'a> {
    now: BTreeMap<&'a Key, &'a str>,
    /// Every person there ever was, with the day it was first created.
    first_day: BTreeMap<&'a str, Day>,
    /// Every person that a record ever belonged to; the first of them is its home.
    homes: BTreeMap<&'a Key, Vec<&'a str>>,
    alive: BTreeSet<&'a str>,
}

impl<'a> Past<'a> {
    fn of(history: &'a [Event]) -> Past<'a> {
        let now = persons_at(history, NEVER);
        let alive = now.values().copied().collect();
        let mut past = Past { now, first_day: BTreeMap::new(), homes: BTreeMap::new(), alive };
        for event in history.iter().filter(|event| event.what == What::Joined) {
            past.first_day.entry(&event.person).or_insert(event.day);
            let homes = past.homes.entry(&event.key).or_default();
            if !homes.contains(&event.person.as_str()) {
                homes.push(&event.person);
            }
        }
        past
    }
}

/// The clusters, each a list of records, whatever order the rows came in.
fn in_order(rows: &[(Key, u32)]) -> Result<Vec<Vec<&Key>>, Refused> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|row| (&rows[*row].0, *row));
    let mut clusters: BTreeMap<u32, Vec<&Key>> = BTreeMap::new();
    let mut before: Option<usize> = None;
    for row in order {
        let (key, cluster) = &rows[row];
        match before.filter(|before| rows[*before].0 == *key) {
            Some(other) if rows[other].1 != *cluster => return Err(Refused::TwoClusters { row, other }),
            Some(_) => {}
            None => clusters.entry(*cluster).or_default().push(key),
        }
        before = Some(row);
    }
    let mut clusters: Vec<Vec<&Key>> = clusters.into_values().collect();
    clusters.sort();
    Ok(clusters)
}

/// The id of each cluster: kept, taken back, or new.
fn named(past: &Past<'_>, clusters: &[Vec<&Key>]) -> Vec<String> {
    let mut named: Vec<Option<String>> = vec![None; clusters.len()];
    let now = |key: &Key| past.now.get(key).copied().into_iter().collect();
    let ever = |key: &Key| {
        let homes = past.homes.get(key).map_or(&[][..], Vec::as_slice);
        homes.iter().copied().filter(|person| !past.alive.contains(person)).collect()
    };
    let mut taken = BTreeSet::new();
    give(past, clusters, &now, &mut taken, &mut named);
    give(past, clusters, &ever, &mut taken, &mut named);
    // Ids are numbered, since a number made from names or local ids could be worked back to them.
    let mut number = past.first_day.len();
    let mut new = || {
        number += 1;
        format!("P{number:08}")
    };
    named.into_iter().map(|name| name.unwrap_or_else(&mut new)).collect()
}

/// Gives ids to clusters without one, the largest share first: of equal shares the older person, then the cluster with more of
/// the records that were the person's from the first, then the cluster whose first record comes first.
fn give<'a>(
    past: &Past<'a>,
    clusters: &[Vec<&Key>],
    claims: &dyn Fn(&Key) -> Vec<&'a str>,
    taken: &mut BTreeSet<&'a str>,
    named: &mut [Option<String>],
) {
    let mut shares = Vec::new();
    for (at, cluster) in clusters.iter().enumerate().filter(|(at, _)| named[*at].is_none()) {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for key in cluster {
            let home = past.homes.get(key).and_then(|homes| homes.first());
            for person in claims(key) {
                let (shared, at_home) = counts.entry(person).or_default();
                *shared += 1;
                *at_home += usize::from(home == Some(&person));
            }
        }
        let of = |(person, (shared, home))| (Reverse(shared), past.first_day[person], person, Reverse(home), at);
        shares.extend(counts.into_iter().map(of));
    }
    shares.sort_unstable();
    for (_, _, person, _, at) in shares {
        if named[at].is_none() && taken.insert(person) {
            named[at] = Some(person.to_owned());
        }
    }
}

/// What there is to tell once every cluster has its id.
struct Told<'a> {
    past: &'a Past<'a>,
    clusters: &'a [Vec<&'a Key>],
    named: &'a [String],
    day: Day,
    reasons: &'a Reasons,
}

impl Told<'_> {
    fn events(&self) -> Vec<Event> {
        let heirs = self.heirs();
        let today: BTreeSet<&Key> = self.clusters.iter().flatten().copied().collect();
        let mut events = Vec::new();
        for (key, person) in self.past.now.iter().filter(|(key, _)| !today.contains(*key)) {
            events.push(self.event(What::Left, person, Some(key), "", self.reasons.of(key).to_owned()));
        }
        for (cluster, person) in self.clusters.iter().zip(self.named) {
            self.of_person(cluster, person, &heirs, &mut events);
            for key in cluster {
                let before = self.past.now.get(key).copied().unwrap_or_default();
                if before != person {
                    events.push(self.event(What::Joined, person, Some(key), before, self.reasons.of(key).to_owned()));
                }
            }
        }
        events
    }

    /// How the person came to be, and which others ended in it.
    fn of_person(&self, cluster: &[&Key], person: &str, heirs: &BTreeMap<&str, &str>, events: &mut Vec<Event>) {
        let mut came_from: BTreeMap<&str, Vec<&Key>> = BTreeMap::new();
        for key in cluster {
            if let Some(before) = self.past.now.get(key) {
                came_from.entry(before).or_default().push(key);
            }
        }
        let kept = came_from.get(person).map_or(0, Vec::len);
        if !self.past.alive.contains(person) {
            let again = if self.past.first_day.contains_key(person) { "the id it had before is given back" } else { "" };
            let reason = both(self.reasons.of_any(cluster.iter().copied()), again);
            events.push(self.event(What::Created, person, None, "", reason));
        }
        for (other, keys) in came_from.iter().filter(|(other, _)| **other != person) {
            let given = self.reasons.of_any(keys.iter().copied());
            if heirs.get(other) == Some(&person) {
                let shared = format!("{person} shares {kept} of its records, {other} {}", keys.len());
                let why = if kept == keys.len() { "; the older id lives on" } else { "" };
                events.push(self.event(What::Merged, person, None, other, both(given, &format!("{shared}{why}"))));
            } else if !self.past.alive.contains(person) {
                events.push(self.event(What::Split, person, None, other, given.to_owned()));
            }
        }
    }

    /// Of each person that ends today, the person that takes most of its records; where others take the rest, they came out of
    /// it.
    fn heirs(&self) -> BTreeMap<&str, &str> {
        let living: BTreeSet<&str> = self.named.iter().map(String::as_str).collect();
        let mut shares: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (cluster, person) in self.clusters.iter().zip(self.named) {
            for before in cluster.iter().filter_map(|key| self.past.now.get(key)).filter(|before| !living.contains(*before)) {
                *shares.entry((before, person)).or_default() += 1;
            }
        }
        let mut most: Vec<_> = shares.into_iter().map(|((ended, person), share)| (ended, Reverse(share), person)).collect();
        most.sort_unstable();
        most.dedup_by_key(|(ended, _, _)| *ended);
        most.into_iter().map(|(ended, _, person)| (ended, person)).collect()
    }

    fn event(&self, what: What, person: &str, key: Option<&Key>, other: &str, reason: String) -> Event {
        let key = key.cloned().unwrap_or_default();
        // A row of the history is read again by the door that reads every table, and must fit through it.
        let reason = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect();
        Event { day: self.day, what, person: person.to_owned(), key, other: other.to_owned(), reason }
    }
}

fn both(given: &str, rule: &str) -> String {
    if given.is_empty() || rule.is_empty() { format!("{given}{rule}") } else { format!("{given}; {rule}") }
}

/// The most characters that are kept of a reason.
const LONGEST_REASON: usize = 1000;

const fn column(name: &'static str, kind: Kind, required: bool, personal: bool, meaning: &'static str) -> Column {
    Column { name, kind, required, personal, meaning }
}

/// The history as a table, `identities.csv`: rows are only ever added at its end.
pub static IDENTITIES: Table = Table {
    name: "identities",
    row: "Something happened to an identity.",
    keyed: false,
    columns: &[
        column("day", Kind::Day, true, false, "the day from which it holds"),
        column("event", Kind::Choice(&["created", "merged", "split", "joined", "left"]), true, false, "what happened"),
        column("person", Kind::Text, true, true, "the person it happened to"),
        column("agency", Kind::Text, false, false, "of a record that joined or left: the agency"),
        column("id", Kind::Text, false, true, "of a record that joined or left: the agency's own id of the person"),
        column("other", Kind::Text, false, true, "the person merged into this one, or that it or its record came from"),
        column("reason", Kind::Text, false, true, "why"),
    ],
};

/// Rows of the table [`IDENTITIES`].
#[must_use]
pub fn rows(events: &[Event]) -> Batch {
    let mut days = Vec::new();
    let mut texts: [Texts; 6] = Default::default();
    for event in events {
        days.push(event.day);
        let word = WORDS.iter().find(|(_, what)| *what == event.what).map_or("", |(word, _)| word);
        let row = [word, &event.person, &event.key.agency, &event.key.id, &event.other, &event.reason];
        texts.iter_mut().zip(row).for_each(|(column, text)| column.push(text));
    }
    let columns = std::iter::once(Values::Days(days)).chain(texts.map(Values::Texts)).collect();
    Batch { table: &IDENTITIES, columns, places: (1..=events.len() as u64).collect() }
}

/// Reads the history back, and holds every row against those above it: a history that was changed by hand is told, not used.
#[must_use]
pub fn read(batches: &[Batch]) -> (Vec<Event>, Vec<Fault>) {
    let (mut events, mut faults): (Vec<Event>, Vec<Fault>) = (Vec::new(), Vec::new());
    let mut now: BTreeMap<Key, String> = BTreeMap::new();
    for batch in batches {
        let column = |name| batch.table.column(name);
        for row in 0..batch.rows() {
            let text = |name| batch.text(column(name), row);
            let (day, word) = (batch.day(column("day"), row), text("event"));
            let Some((_, what)) = WORDS.iter().find(|(known, _)| *known == word) else { continue };
            let key = Key { agency: text("agency"), id: text("id") };
            let event = Event { day, what: *what, person: text("person"), key, other: text("other"), reason: text("reason") };
            let fault = |what, expected: &str| {
                Fault::row(
                    batch.places[row],
                    what,
                    expected,
                    "take the file from its last copy: rows are only ever added at its end",
                )
            };
            if events.last().is_some_and(|last| last.day > day) {
                faults.push(fault("the day lies before that of the row above", "days in order"));
            }
            let held = now.get(&event.key).map(String::as_str).unwrap_or_default();
            let fits = match event.what {
                What::Joined => held == event.other && held != event.person,
                What::Left => held == event.person,
                What::Created | What::Merged | What::Split => true,
            };
            if !fits {
                faults.push(fault(
                    "the row does not follow from the rows above it",
                    "the person to whom the record belonged before",
                ));
            }
            match event.what {
                What::Joined => drop(now.insert(event.key.clone(), event.person.clone())),
                What::Left => drop(now.remove(&event.key)),
                What::Created | What::Merged | What::Split => {}
            }
            events.push(event);
        }
    }
    (events, faults)
}

#[cfg(test)]
mod tests;

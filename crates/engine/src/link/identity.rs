//! Person ids that last. In go the history of identities so far, today's clusters of records, and the reasons for what changed;
//! out come the events to add to the history. Who was who on any day is worked out from the history alone, so an id can be
//! replayed as of a date, and nothing that was written is ever changed.
//!
//! A cluster keeps the id of the person it shares most records with; of two such persons the older id lives on. When clusters
//! that were joined come apart again, each takes back the id it had. This file does not decide who belongs together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::records::batch::{Batch, Name, Texts, Values};
use crate::records::day::Day;
use crate::records::fault::Fault;
use crate::records::names::fingerprint;
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

/// What a linkage adds to the history, and whose its records are.
#[derive(Clone, Debug)]
pub struct Changes {
    pub events: Vec<Event>,
    /// Today's persons, and for each row the position of its person among them.
    pub persons: Vec<String>,
    pub of: Vec<u32>,
}

/// The events that bring the history to today's clusters: each record with the number of its cluster, in any order. The
/// numbers mean nothing but which records belong together. Every record that the history has and the clusters lack is
/// withdrawn. Nothing has changed when there are no events.
///
/// # Errors
/// The day lies before the last one of the history, or a record is in two clusters.
pub fn changes(history: &[Event], clusters: &[(Key, u32)], day: Day, reasons: &Reasons) -> Result<Changes, Refused> {
    if let Some(last) = history.last().map(|event| event.day).filter(|last| *last > day) {
        return Err(Refused::Backwards { day, last });
    }
    let numbers = Numbers::of(history, clusters);
    let past = Past::of(history, &numbers);
    let clusters = in_order(clusters, &numbers)?;
    let named = named(&past, &clusters);
    let events = Told { keys: &numbers.keys, past: &past, clusters: &clusters, named: &named, day, reasons }.events();
    let mut person = vec![NOBODY; numbers.keys.len()];
    for (at, cluster) in (0..).zip(&clusters) {
        cluster.iter().for_each(|record| person[*record as usize] = at);
    }
    let of = numbers.rows.iter().map(|record| person[*record as usize]).collect();
    Ok(Changes { events, persons: named.into_iter().map(|id| id.text).collect(), of })
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

/// Every record of the history and of today as a small number, so that millions of them are compared as numbers.
struct Numbers<'a> {
    /// A record by its number.
    keys: Vec<&'a Key>,
    /// For each event of the history the number of its record; nothing to go by where it has none.
    events: Vec<u32>,
    /// For each row of today the number of its record.
    rows: Vec<u32>,
}

impl<'a> Numbers<'a> {
    fn of(history: &'a [Event], rows: &'a [(Key, u32)]) -> Numbers<'a> {
        let all = history.iter().map(|event| &event.key).chain(rows.iter().map(|(key, _)| key));
        let finger = |key: &Key| fingerprint(Name::Text(&key.id)) ^ fingerprint(Name::Text(&key.agency)).rotate_left(32);
        // Sorting by fingerprint is quick, and by key where fingerprints agree it is right as well.
        let mut order: Vec<(u64, &Key, usize)> = all.enumerate().map(|(at, key)| (finger(key), key, at)).collect();
        order.sort_unstable();
        let (mut keys, mut numbers): (Vec<&Key>, Vec<u32>) = (Vec::new(), vec![0; order.len()]);
        for (_, key, at) in order {
            if keys.last() != Some(&key) {
                keys.push(key);
            }
            numbers[at] = keys.len() as u32 - 1;
        }
        let rows = numbers.split_off(history.len());
        Numbers { keys, events: numbers, rows }
    }
}

/// Belongs to no person.
const NOBODY: u32 = u32::MAX;

/// What the history says of today, and of ids that ended. Persons are numbered as they come up in it.
struct Past<'a> {
    /// The person of each record, and the first that it ever belonged to; [`NOBODY`] where there is none.
    now: Vec<u32>,
    home: Vec<u32>,
    /// Each record with every person that it ever belonged to, in order.
    ever: Vec<(u32, u32)>,
    persons: Vec<&'a str>,
    /// The day on which each person was first created.
    first_day: Vec<Day>,
    alive: Vec<bool>,
}

impl<'a> Past<'a> {
    fn of(history: &'a [Event], numbers: &Numbers<'_>) -> Past<'a> {
        let nobody = vec![NOBODY; numbers.keys.len()];
        let (persons, first_day, ever) = (Vec::new(), Vec::new(), Vec::new());
        let mut past = Past { now: nobody.clone(), home: nobody, ever, persons, first_day, alive: Vec::new() };
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        let mut last = ("", NOBODY);
        for (event, &record) in history.iter().zip(&numbers.events) {
            match event.what {
                What::Joined => {
                    // Records of one person mostly stand one after the other.
                    if last.0 != event.person {
                        let person = *known.entry(&event.person).or_insert_with(|| {
                            past.persons.push(&event.person);
                            past.first_day.push(event.day);
                            past.persons.len() as u32 - 1
                        });
                        last = (&event.person, person);
                    }
                    past.now[record as usize] = last.1;
                    past.ever.push((record, last.1));
                    let home = &mut past.home[record as usize];
                    *home = if *home == NOBODY { last.1 } else { *home };
                }
                What::Left => past.now[record as usize] = NOBODY,
                What::Created | What::Merged | What::Split => {}
            }
        }
        past.ever.sort_unstable();
        past.ever.dedup();
        past.alive = vec![false; past.persons.len()];
        past.now.iter().filter(|person| **person != NOBODY).for_each(|person| past.alive[*person as usize] = true);
        past
    }

    /// The ended persons that a record ever belonged to.
    fn ended(&self, record: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.ever.partition_point(|(of, _)| *of < record);
        let own = self.ever[from..].iter().take_while(move |(of, _)| *of == record);
        own.map(|(_, person)| *person).filter(|person| !self.alive[*person as usize])
    }
}

/// The clusters, each a list of records, whatever order the rows came in.
fn in_order(rows: &[(Key, u32)], numbers: &Numbers<'_>) -> Result<Vec<Vec<u32>>, Refused> {
    let mut first: Vec<u32> = vec![NOBODY; numbers.keys.len()];
    let mut members = Vec::with_capacity(rows.len());
    for (row, &record) in numbers.rows.iter().enumerate() {
        match first[record as usize] {
            NOBODY => {
                first[record as usize] = row as u32;
                members.push((rows[row].1, record));
            }
            other if rows[other as usize].1 != rows[row].1 => return Err(Refused::TwoClusters { row, other: other as usize }),
            _ => {}
        }
    }
    members.sort_unstable();
    let key = |record: &u32| numbers.keys[*record as usize];
    let mut clusters: Vec<Vec<u32>> =
        members.chunk_by(|a, b| a.0 == b.0).map(|chunk| chunk.iter().map(|(_, record)| *record).collect()).collect();
    clusters.iter_mut().for_each(|cluster| cluster.sort_unstable_by_key(key));
    clusters.sort_unstable_by_key(|cluster| key(&cluster[0]));
    Ok(clusters)
}

/// A cluster's id: that of a person of the history, or a new one.
#[derive(Clone, Debug)]
struct Id {
    text: String,
    person: Option<u32>,
}

/// The id of each cluster: kept, taken back, or new.
fn named(past: &Past<'_>, clusters: &[Vec<u32>]) -> Vec<Id> {
    let mut named: Vec<Option<u32>> = vec![None; clusters.len()];
    let mut taken = vec![false; past.persons.len()];
    let now = |record: u32, claims: &mut Vec<u32>| {
        claims.extend(Some(past.now[record as usize]).filter(|person| *person != NOBODY));
    };
    give(past, clusters, &now, &mut taken, &mut named);
    give(past, clusters, &|record, claims| claims.extend(past.ended(record)), &mut taken, &mut named);
    // Ids are numbered, since a number made from names or local ids could be worked back to them.
    let mut number = past.persons.len();
    let mut new = || {
        number += 1;
        format!("P{number:08}")
    };
    let text = |person: Option<u32>| person.map(|person| past.persons[person as usize].to_owned());
    named.into_iter().map(|person| Id { text: text(person).unwrap_or_else(&mut new), person }).collect()
}

/// Gives ids to clusters without one, the largest share first: of equal shares the older person, then the cluster with more of
/// the records that were the person's from the first, then the cluster whose first record comes first.
fn give(
    past: &Past<'_>,
    clusters: &[Vec<u32>],
    claims: &dyn Fn(u32, &mut Vec<u32>),
    taken: &mut [bool],
    named: &mut [Option<u32>],
) {
    let (mut shares, mut claimed, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for (at, cluster) in clusters.iter().enumerate().filter(|(at, _)| named[*at].is_none()) {
        claimed.clear();
        for &record in cluster {
            own.clear();
            claims(record, &mut own);
            claimed.extend(own.iter().map(|&person| (person, past.home[record as usize] == person)));
        }
        claimed.sort_unstable();
        for person in claimed.chunk_by(|a, b| a.0 == b.0) {
            let (number, home) = (person[0].0, person.iter().filter(|(_, home)| *home).count());
            let age = (past.first_day[number as usize], past.persons[number as usize]);
            shares.push((Reverse(person.len()), age, Reverse(home), at, number));
        }
    }
    shares.sort_unstable();
    for (_, _, _, at, person) in shares {
        if named[at].is_none() && !taken[person as usize] {
            taken[person as usize] = true;
            named[at] = Some(person);
        }
    }
}

/// What there is to tell once every cluster has its id.
struct Told<'a> {
    keys: &'a [&'a Key],
    past: &'a Past<'a>,
    clusters: &'a [Vec<u32>],
    named: &'a [Id],
    day: Day,
    reasons: &'a Reasons,
}

impl Told<'_> {
    fn events(&self) -> Vec<Event> {
        let heirs = self.heirs();
        let mut events = self.withdrawn();
        for (cluster, id) in self.clusters.iter().zip(self.named) {
            if cluster.iter().all(|record| self.before(*record) == id.person && id.person.is_some()) {
                continue;
            }
            self.of_person(cluster, id, &heirs, &mut events);
            for record in cluster.iter().filter(|record| self.before(**record) != id.person || id.person.is_none()) {
                let (key, before) =
                    (self.key(*record), self.before(*record).map_or("", |person| self.past.persons[person as usize]));
                events.push(self.event(What::Joined, &id.text, Some(key), before, self.reasons.of(key).to_owned()));
            }
        }
        events
    }

    fn key(&self, record: u32) -> &Key {
        self.keys[record as usize]
    }

    /// The person that a record belonged to until today.
    fn before(&self, record: u32) -> Option<u32> {
        Some(self.past.now[record as usize]).filter(|person| *person != NOBODY)
    }

    /// Records that the history has and today lacks.
    fn withdrawn(&self) -> Vec<Event> {
        let mut here = vec![false; self.keys.len()];
        self.clusters.iter().flatten().for_each(|record| here[*record as usize] = true);
        let mut gone: Vec<(&Key, u32)> = (0..self.keys.len() as u32)
            .filter(|record| !here[*record as usize])
            .filter_map(|record| Some((self.key(record), self.before(record)?)))
            .collect();
        gone.sort_unstable();
        let event = |(key, person): (&Key, u32)| {
            self.event(What::Left, self.past.persons[person as usize], Some(key), "", self.reasons.of(key).to_owned())
        };
        gone.into_iter().map(event).collect()
    }

    /// How the person came to be, and which others ended in it.
    fn of_person(&self, cluster: &[u32], id: &Id, heirs: &BTreeMap<u32, &str>, events: &mut Vec<Event>) {
        let person = id.text.as_str();
        let mut came_from: BTreeMap<&str, (u32, Vec<&Key>)> = BTreeMap::new();
        for record in cluster {
            if let Some(before) = self.before(*record) {
                let from = came_from.entry(self.past.persons[before as usize]).or_insert((before, Vec::new()));
                from.1.push(self.key(*record));
            }
        }
        let kept = came_from.get(person).map_or(0, |(_, keys)| keys.len());
        let lived = id.person.is_some_and(|person| self.past.alive[person as usize]);
        if !lived {
            let again = if id.person.is_some() { "the id it had before is given back" } else { "" };
            let given = self.reasons.of_any(cluster.iter().map(|record| self.key(*record)));
            events.push(self.event(What::Created, person, None, "", both(given, again)));
        }
        for (other, (number, keys)) in came_from.iter().filter(|(other, _)| **other != person) {
            let given = self.reasons.of_any(keys.iter().copied());
            if heirs.get(number) == Some(&person) {
                let shared = format!("{person} shares {kept} of its records, {other} {}", keys.len());
                let why = if kept == keys.len() { "; the older id lives on" } else { "" };
                events.push(self.event(What::Merged, person, None, other, both(given, &format!("{shared}{why}"))));
            } else if !lived {
                events.push(self.event(What::Split, person, None, other, given.to_owned()));
            }
        }
    }

    /// Of each person that ends today, the person that takes most of its records; where others take the rest, they came out of
    /// it.
    fn heirs(&self) -> BTreeMap<u32, &str> {
        let mut living = vec![false; self.past.persons.len()];
        self.named.iter().filter_map(|id| id.person).for_each(|person| living[person as usize] = true);
        let mut shares: BTreeMap<(u32, &str), usize> = BTreeMap::new();
        for (cluster, id) in self.clusters.iter().zip(self.named) {
            let before = cluster.iter().filter_map(|record| self.before(*record));
            for ended in before.filter(|before| !living[*before as usize]) {
                *shares.entry((ended, &id.text)).or_default() += 1;
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

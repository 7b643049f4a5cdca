//! Person ids that last. In go the history of identities so far, today's clusters of records, and the reasons for what changed;
//! out come the events to add to the history. Who was who on any day is worked out from the history alone, so an id can be
//! replayed as of a date, and nothing that was written is ever changed.
//!
//! A cluster keeps the id of the person it shares most records with; of two such persons the older id lives on. When clusters
//! that were joined come apart again, each takes back the id it had. This file does not decide who belongs together.

mod history;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

pub use history::{History, Reading, lives_on, person_at, persons_at, read, write};

use base::day::Day;
use records::batch::{Texts, fetch};
use records::schema::{Column, Kind, Table};

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

/// A record's key where it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyRef<'a> {
    pub agency: &'a str,
    pub id: &'a str,
}

impl Key {
    #[must_use]
    pub fn as_ref(&self) -> KeyRef<'_> {
        KeyRef { agency: &self.agency, id: &self.id }
    }
}

impl KeyRef<'_> {
    #[must_use]
    pub fn to_key(self) -> Key {
        Key { agency: self.agency.to_owned(), id: self.id.to_owned() }
    }
}

/// One row of the history. Only `joined` and `left` say where records are; the rest say why ids came and went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRef<'a> {
    pub day: Day,
    pub what: What,
    pub person: &'a str,
    /// The record meant; empty where the event is about a person as a whole.
    pub key: KeyRef<'a>,
    /// The other person meant; empty where there is none.
    pub other: &'a str,
    pub reason: &'a str,
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
    fn own(&self, key: KeyRef<'_>) -> Option<&str> {
        // Most linkages give no record a reason of its own.
        if self.records.is_empty() { None } else { self.records.get(&key.to_key()).map(String::as_str) }
    }

    /// One reason for what happened to several records: the first that one of them has, else that of the run.
    fn of_any<'a>(&self, mut keys: impl Iterator<Item = KeyRef<'a>>) -> &str {
        keys.find_map(|key| self.own(key)).unwrap_or(&self.run)
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
        use base::day::date;
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

/// Today's records, row by row in any order; a record may have several rows.
#[derive(Clone, Copy)]
pub struct Today<'a> {
    /// Names of agencies, and for each row its agency.
    pub agencies: &'a [String],
    pub agency: &'a [u16],
    /// For each row the agency's own id.
    pub ids: &'a Texts,
    /// For each row one row of its cluster, the same for all of them.
    pub cluster: &'a [u32],
}

/// What a linkage adds to the history, and whose its records are. Nothing has changed when there are no events.
pub struct Changes<'a> {
    keys: AllKeys<'a>,
    /// For each record a place where its key stands.
    places: Vec<u32>,
    past: Past<'a>,
    clusters: Clusters,
    named: Vec<Id>,
    /// For each row of today its cluster.
    of: Vec<u32>,
    day: Day,
    reasons: &'a Reasons,
    /// The reason of most events, as it is written.
    usual: String,
}

/// Works out what brings the history to today's clusters. Every record that the history has and today lacks is withdrawn.
///
/// # Errors
/// The day lies before the last one of the history, or a record is in two clusters.
pub fn changes<'a>(history: &'a History, today: Today<'a>, day: Day, reasons: &'a Reasons) -> Result<Changes<'a>, Refused> {
    if let Some(last) = history.days.last().copied().filter(|last| *last > day) {
        return Err(Refused::Backwards { day, last });
    }
    let keys = AllKeys { history, today };
    let numbers = Numbers::of(&keys);
    let (clusters, of) = Clusters::of(&keys, &numbers)?;
    let past = Past::of(history, &numbers);
    let named = named(&past, &clusters);
    let usual = fitting(&reasons.run).into_owned();
    Ok(Changes { keys, places: numbers.keys, past, clusters, named, of, day, reasons, usual })
}

/// The keys of today's rows, and after them those of the history's records.
#[derive(Clone, Copy)]
struct AllKeys<'a> {
    history: &'a History,
    today: Today<'a>,
}

impl<'a> AllKeys<'a> {
    fn rows(&self) -> usize {
        self.today.cluster.len()
    }

    fn len(&self) -> usize {
        self.rows() + self.history.keys.len()
    }

    fn get(&self, place: u32) -> KeyRef<'a> {
        let (row, Today { agencies, agency, ids, .. }) = (place as usize, self.today);
        match row.checked_sub(self.rows()) {
            None => KeyRef { agency: &agencies[usize::from(agency[row])], id: ids.get(row) },
            Some(record) => self.history.keys.get(record as u32),
        }
    }

    /// For each place the position of its agency among the names of all agencies in order.
    fn agency_order(&self) -> impl Fn(usize) -> u32 {
        let (today, names) = (self.today.agencies, self.history.keys.agencies());
        let mut order: Vec<(&str, usize)> = today.iter().map(String::as_str).chain(names).zip(0..).collect();
        order.sort_unstable();
        let (mut ranks, mut rank) = (vec![0; order.len()], 0);
        for (at, (name, number)) in order.iter().enumerate() {
            rank += u32::from(at > 0 && order[at - 1].0 != *name);
            ranks[*number] = rank;
        }
        let (rows, known, row, record) = (self.rows(), today.len(), self.today.agency, &self.history.keys.agency);
        move |place| match place.checked_sub(rows) {
            None => ranks[usize::from(row[place])],
            Some(at) => ranks[known + record[at] as usize],
        }
    }
}

/// Every record of the history and of today as a small number, in the order of their keys, so that millions of them are
/// compared as numbers.
struct Numbers {
    /// For each record a place where its key stands.
    keys: Vec<u32>,
    /// For each row of today, and for each record of the history, its number.
    rows: Vec<u32>,
    history: Vec<u32>,
}

impl Numbers {
    fn of(all: &AllKeys<'_>) -> Numbers {
        let agency = all.agency_order();
        // In order by agency and the first letters, and where those agree by the whole id.
        let begins = |place: u32| {
            let (id, mut first) = (all.get(place).id.as_bytes(), [0; 12]);
            let length = id.len().min(first.len());
            first[..length].copy_from_slice(&id[..length]);
            let [a, b, c] = [0, 4, 8].map(|at| u32::from_be_bytes([first[at], first[at + 1], first[at + 2], first[at + 3]]));
            (u64::from(agency(place as usize)) << 32 | u64::from(a), u64::from(b) << 32 | u64::from(c), place)
        };
        let mut order: Vec<(u64, u64, u32)> = (0..all.len() as u32).map(begins).collect();
        order.sort_unstable();
        let id = |place: u32| all.get(place).id;
        let alike = |a: &(u64, u64, u32), b: &(u64, u64, u32)| (a.0, a.1) == (b.0, b.1);
        for chunk in order.chunk_by_mut(alike).filter(|chunk| chunk.len() > 1) {
            chunk.sort_unstable_by(|a, b| id(a.2).cmp(id(b.2)).then(a.2.cmp(&b.2)));
        }
        let (mut keys, mut rows) = (Vec::with_capacity(all.len()), vec![0; all.len()]);
        let mut last = None;
        for key in &order {
            if !last.is_some_and(|last| alike(last, key) && id(last.2) == id(key.2)) {
                keys.push(key.2);
            }
            rows[key.2 as usize] = keys.len() as u32 - 1;
            last = Some(key);
        }
        let history = rows.split_off(all.rows());
        Numbers { keys, rows, history }
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
    /// The position of each person among all, by the day on which it was first created and then by its id.
    age: Vec<u32>,
    alive: Vec<bool>,
}

impl<'a> Past<'a> {
    fn of(history: &'a History, numbers: &Numbers) -> Past<'a> {
        let nobody = vec![NOBODY; numbers.keys.len()];
        let (persons, ever) = (Vec::new(), Vec::new());
        let mut past = Past { now: nobody.clone(), home: nobody, ever, persons, age: Vec::new(), alive: Vec::new() };
        let (mut known, mut first_day) = (vec![NOBODY; history.persons.len()], Vec::new());
        for at in 0..history.len() {
            let record = history.record[at];
            match history.what[at] {
                What::Joined => {
                    let record = numbers.history[record as usize];
                    let text = history.person[at];
                    let person = &mut known[text as usize];
                    if *person == NOBODY {
                        *person = past.persons.len() as u32;
                        past.persons.push(history.persons.text(text));
                        first_day.push(history.days[at]);
                    }
                    past.now[record as usize] = *person;
                    past.ever.push((record, *person));
                    let home = &mut past.home[record as usize];
                    *home = if *home == NOBODY { *person } else { *home };
                }
                What::Left => past.now[numbers.history[record as usize] as usize] = NOBODY,
                What::Created | What::Merged | What::Split => {}
            }
        }
        past.ever.sort_unstable();
        past.ever.dedup();
        past.alive = vec![false; past.persons.len()];
        past.now.iter().filter(|person| **person != NOBODY).for_each(|person| past.alive[*person as usize] = true);
        let mut by_age: Vec<u32> = (0..past.persons.len() as u32).collect();
        by_age.sort_unstable_by_key(|person| (first_day[*person as usize], past.persons[*person as usize]));
        past.age = vec![0; by_age.len()];
        (0..).zip(by_age).for_each(|(age, person)| past.age[person as usize] = age);
        past
    }

    /// The ended persons that a record ever belonged to.
    fn ended(&self, record: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.ever.partition_point(|(of, _)| *of < record);
        let own = self.ever[from..].iter().take_while(move |(of, _)| *of == record);
        own.map(|(_, person)| *person).filter(|person| !self.alive[*person as usize])
    }
}

/// Today's clusters in the order of their first records, each a list of records in order.
struct Clusters {
    records: Vec<u32>,
    /// Where each cluster ends.
    ends: Vec<u32>,
}

impl Clusters {
    /// The clusters, and for each row its cluster, whatever order the rows came in.
    fn of(all: &AllKeys<'_>, numbers: &Numbers) -> Result<(Clusters, Vec<u32>), Refused> {
        let cluster = all.today.cluster;
        let mut first: Vec<u32> = vec![NOBODY; numbers.keys.len()];
        for (row, &record) in numbers.rows.iter().enumerate() {
            match first[record as usize] {
                NOBODY => first[record as usize] = row as u32,
                other if cluster[other as usize] != cluster[row] => {
                    return Err(Refused::TwoClusters { row, other: other as usize });
                }
                _ => {}
            }
        }
        // Clusters are numbered by their first record, and then each record is put where its cluster is.
        let (mut number, mut ends) = (vec![NOBODY; cluster.len()], Vec::new());
        let today = || first.iter().enumerate().filter(|(_, row)| **row != NOBODY);
        for (_, row) in today() {
            let number = &mut number[cluster[*row as usize] as usize];
            if *number == NOBODY {
                *number = ends.len() as u32;
                ends.push(0);
            }
            ends[*number as usize] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        let mut records = vec![0; sum as usize];
        for (record, row) in today() {
            let end = &mut ends[number[cluster[*row as usize] as usize] as usize];
            records[*end as usize] = record as u32;
            *end += 1;
        }
        let of = cluster.iter().map(|cluster| number[*cluster as usize]).collect();
        Ok((Clusters { records, ends }, of))
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, at: usize) -> &[u32] {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.records[from as usize..self.ends[at] as usize]
    }
}

/// A cluster's id: that of a person of the history, or a new one by its number.
#[derive(Clone, Copy, Debug)]
enum Id {
    Known(u32),
    New(usize),
}

/// The id of each cluster: kept, taken back, or new.
fn named(past: &Past<'_>, clusters: &Clusters) -> Vec<Id> {
    let mut named: Vec<Option<u32>> = vec![None; clusters.len()];
    let mut taken = vec![false; past.persons.len()];
    let now = |record: u32, claims: &mut Vec<u32>| {
        claims.extend(Some(past.now[record as usize]).filter(|person| *person != NOBODY));
    };
    if !past.persons.is_empty() {
        give(past, clusters, &now, &mut taken, &mut named);
        give(past, clusters, &|record, claims| claims.extend(past.ended(record)), &mut taken, &mut named);
    }
    let mut number = past.persons.len();
    let mut new = || {
        number += 1;
        Id::New(number)
    };
    named.into_iter().map(|person| person.map_or_else(&mut new, Id::Known)).collect()
}

/// Gives ids to clusters without one, the largest share first: of equal shares the older person, then the cluster with more of
/// the records that were the person's from the first, then the cluster whose first record comes first.
fn give(
    past: &Past<'_>,
    clusters: &Clusters,
    claims: &dyn Fn(u32, &mut Vec<u32>),
    taken: &mut [bool],
    named: &mut [Option<u32>],
) {
    let (mut shares, mut claimed, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for at in (0..clusters.len()).filter(|at| named[*at].is_none()) {
        claimed.clear();
        for &record in clusters.get(at) {
            own.clear();
            claims(record, &mut own);
            claimed.extend(own.iter().map(|&person| (person, past.home[record as usize] == person)));
        }
        claimed.sort_unstable();
        for person in claimed.chunk_by(|a, b| a.0 == b.0) {
            let (number, home) = (person[0].0, person.iter().filter(|(_, home)| *home).count());
            shares.push((Reverse(person.len() as u32), past.age[number as usize], Reverse(home as u32), at as u32, number));
        }
    }
    shares.sort_unstable();
    for (_, _, _, at, person) in shares {
        if named[at as usize].is_none() && !taken[person as usize] {
            taken[person as usize] = true;
            named[at as usize] = Some(person);
        }
    }
}

impl<'a> Changes<'a> {
    /// Today's persons, in the order of their first records, and for each row the position of its person among them.
    #[must_use]
    pub fn persons(&self) -> (Texts, &[u32]) {
        let (mut texts, mut text) = (Texts::default(), String::new());
        self.named.iter().for_each(|id| texts.push(self.text(*id, &mut text)));
        (texts, &self.of)
    }

    /// An id as text. New ones are numbered, since a number made from names or local ids could be worked back to them.
    fn text<'t>(&self, id: Id, text: &'t mut String) -> &'t str
    where
        'a: 't,
    {
        match id {
            Id::Known(person) => self.past.persons[person as usize],
            Id::New(number) => {
                text.clear();
                let _ = write!(text, "P{number:08}");
                text
            }
        }
    }

    /// Goes through all events in order.
    ///
    /// # Errors
    /// What `with` cannot do.
    pub fn events<E>(&self, mut with: impl FnMut(&EventRef<'_>) -> Result<(), E>) -> Result<(), E> {
        let heirs = self.heirs();
        self.withdrawn(&mut with)?;
        let mut text = String::new();
        for at in 0..self.clusters.len() {
            if at % FETCHED == 0 {
                let next = at..(at + FETCHED).min(self.clusters.len());
                fetch(next.flat_map(|at| self.clusters.get(at)).map(|record| self.key(*record).id));
            }
            let (cluster, id) = (self.clusters.get(at), self.named[at]);
            let known = match id {
                Id::Known(person) => Some(person),
                Id::New(_) => None,
            };
            let moves = |record: &&u32| known.is_none() || self.before(**record) != known;
            if !cluster.iter().any(|record| moves(&record)) {
                continue;
            }
            let person = self.text(id, &mut text);
            self.of_person(cluster, person, known, &heirs, &mut with)?;
            for record in cluster.iter().filter(moves) {
                let key = self.key(*record);
                let other = self.before(*record).map_or("", |person| self.past.persons[person as usize]);
                with(&EventRef { what: What::Joined, person, key, other, ..self.event(&self.reason(key)) })?;
            }
        }
        Ok(())
    }

    fn key(&self, record: u32) -> KeyRef<'a> {
        self.keys.get(self.places[record as usize])
    }

    /// The person that a record belonged to until today.
    fn before(&self, record: u32) -> Option<u32> {
        Some(self.past.now[record as usize]).filter(|person| *person != NOBODY)
    }

    /// An event of today, of which the rest is to be said.
    fn event<'r>(&self, reason: &'r str) -> EventRef<'r> {
        EventRef { day: self.day, what: What::Created, person: "", key: KeyRef::default(), other: "", reason }
    }

    /// The reason for what happens to a record.
    fn reason(&self, key: KeyRef<'_>) -> Cow<'_, str> {
        self.reasons.own(key).map_or(Cow::Borrowed(self.usual.as_str()), fitting)
    }

    /// Records that the history has and today lacks.
    fn withdrawn<E>(&self, with: &mut impl FnMut(&EventRef<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut here = vec![false; self.places.len()];
        self.clusters.records.iter().for_each(|record| here[*record as usize] = true);
        for record in (0..here.len() as u32).filter(|record| !here[*record as usize]) {
            if let Some(person) = self.before(record) {
                let (key, person) = (self.key(record), self.past.persons[person as usize]);
                with(&EventRef { what: What::Left, person, key, ..self.event(&self.reason(key)) })?;
            }
        }
        Ok(())
    }

    /// How the person came to be, and which others ended in it.
    fn of_person<E>(
        &self,
        cluster: &[u32],
        person: &str,
        known: Option<u32>,
        heirs: &BTreeMap<u32, u32>,
        with: &mut impl FnMut(&EventRef<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut came_from: BTreeMap<&str, (u32, Vec<u32>)> = BTreeMap::new();
        for record in cluster {
            if let Some(before) = self.before(*record) {
                let from = came_from.entry(self.past.persons[before as usize]).or_insert((before, Vec::new()));
                from.1.push(*record);
            }
        }
        let kept = came_from.get(person).map_or(0, |(_, records)| records.len());
        let lived = known.is_some_and(|person| self.past.alive[person as usize]);
        let given = |records: &[u32]| self.reasons.of_any(records.iter().map(|record| self.key(*record)));
        if !lived {
            let again = if known.is_some() { "the id it had before is given back" } else { "" };
            let reason = both(given(cluster), again);
            with(&EventRef { what: What::Created, person, ..self.event(&fitting(&reason)) })?;
        }
        let first = cluster.first().copied().unwrap_or(NOBODY);
        for (other, (number, records)) in came_from.iter().filter(|(other, _)| **other != person) {
            if heirs.get(number) == Some(&first) {
                let shared = format!("{person} shares {kept} of its records, {other} {}", records.len());
                let why = if kept == records.len() { "; the older id lives on" } else { "" };
                let reason = both(given(records), &format!("{shared}{why}"));
                with(&EventRef { what: What::Merged, person, other, ..self.event(&fitting(&reason)) })?;
            } else if !lived {
                with(&EventRef { what: What::Split, person, other, ..self.event(&fitting(given(records))) })?;
            }
        }
        Ok(())
    }

    /// Of each person that ends today, the first record of the person that takes most of its records; where others take the
    /// rest, they came out of it.
    fn heirs(&self) -> BTreeMap<u32, u32> {
        let mut living = vec![false; self.past.persons.len()];
        for id in &self.named {
            if let Id::Known(person) = id {
                living[*person as usize] = true;
            }
        }
        let mut shares: BTreeMap<(u32, usize), usize> = BTreeMap::new();
        for at in 0..self.clusters.len() {
            let before = self.clusters.get(at).iter().filter_map(|record| self.before(*record));
            for ended in before.filter(|before| !living[*before as usize]) {
                *shares.entry((ended, at)).or_default() += 1;
            }
        }
        let named = |at: usize| self.text(self.named[at], &mut String::new()).to_owned();
        let mut most: Vec<_> = shares.into_iter().map(|((ended, at), share)| (ended, Reverse(share), named(at), at)).collect();
        most.sort_unstable();
        most.dedup_by_key(|(ended, ..)| *ended);
        most.into_iter().map(|(ended, _, _, at)| (ended, self.clusters.get(at)[0])).collect()
    }
}

/// So many clusters are looked at together.
const FETCHED: usize = 64;

/// A row of the history is read again by the door that reads every table, and must fit through it.
fn fitting(reason: &str) -> Cow<'_, str> {
    if reason.len() <= LONGEST_REASON && !reason.contains(char::is_control) {
        return Cow::Borrowed(reason);
    }
    Cow::Owned(reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect())
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

#[cfg(test)]
mod tests;

//! The history of identities in memory: one column after the other, and each text once, so that millions of events are numbers.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashTable;

use super::event::{IDENTITIES, IdentityEvent, IdentityEventKind, NOBODY, RecordKeyRef, WORDS};
use crate::distinct_values::{ValueNumbering, hash, mix};
use base::day::Day;
use records::batch::{Batch, Texts};
use records::csv;
use records::fault::Fault;

/// Everything that ever happened to identities, in order.
#[derive(Default)]
pub struct History {
    pub(super) days: Vec<Day>,
    pub(super) kinds: Vec<IdentityEventKind>,
    /// Numbers of ids of persons; 0 if there is none.
    pub(super) person: Vec<u32>,
    other: Vec<u32>,
    /// Numbers of records; [`NOBODY`] if the event is about a person as a whole.
    pub(super) record: Vec<u32>,
    reason: Vec<u32>,
    pub(super) persons: ValueNumbering,
    reasons: ValueNumbering,
    pub(super) keys: RecordKeys,
}

/// Records by their agency and id, each once.
#[derive(Default)]
pub(super) struct RecordKeys {
    agencies: ValueNumbering,
    pub agency: Vec<u32>,
    ids: Texts,
    seen: HashTable<u32>,
}

impl RecordKeys {
    fn hash(key: RecordKeyRef<'_>) -> u64 {
        mix(hash(key.agency.as_bytes()), hash(key.id.as_bytes()))
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The names of agencies, by number.
    pub(crate) fn agencies(&self) -> impl Iterator<Item = &str> {
        (0..self.agencies.len() as u32).map(|number| self.agencies.text(number))
    }

    pub(crate) fn get(&self, at: u32) -> RecordKeyRef<'_> {
        RecordKeyRef { agency: self.agencies.text(self.agency[at as usize]), id: self.ids.get(at as usize) }
    }

    fn number(&mut self, key: RecordKeyRef<'_>) -> u32 {
        let hash = RecordKeys::hash(key);
        if let Some(known) = self.seen.find(hash, |at| self.get(*at) == key) {
            return *known;
        }
        let at = self.ids.len() as u32;
        self.agency.push(self.agencies.number(key.agency));
        self.ids.push(key.id);
        let (agencies, agency, ids) = (&self.agencies, &self.agency, &self.ids);
        let rehash =
            |at: &u32| RecordKeys::hash(RecordKeyRef { agency: agencies.text(agency[*at as usize]), id: ids.get(*at as usize) });
        self.seen.insert_unique(hash, at, rehash);
        at
    }
}

impl History {
    #[must_use]
    pub fn len(&self) -> usize {
        self.days.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Adds an event at the end.
    pub fn push(&mut self, event: IdentityEvent<'_>) {
        self.days.push(event.day);
        self.kinds.push(event.kind);
        self.person.push(self.persons.number(event.person));
        self.other.push(self.persons.number(event.other));
        let of_record =
            matches!(event.kind, IdentityEventKind::Joined | IdentityEventKind::Left) || event.key != RecordKeyRef::default();
        self.record.push(if of_record { self.keys.number(event.key) } else { NOBODY });
        self.reason.push(self.reasons.number(event.reason));
    }

    /// The event at a position.
    #[must_use]
    pub fn get(&self, at: usize) -> IdentityEvent<'_> {
        IdentityEvent {
            day: self.days[at],
            kind: self.kinds[at],
            person: self.persons.text(self.person[at]),
            key: if self.record[at] == NOBODY { RecordKeyRef::default() } else { self.keys.get(self.record[at]) },
            other: self.persons.text(self.other[at]),
            reason: self.reasons.text(self.reason[at]),
        }
    }

    /// All events in order.
    pub fn events(&self) -> impl Iterator<Item = IdentityEvent<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// How many events there are up to the end of a day.
    fn by(&self, day: Day) -> usize {
        self.days.partition_point(|known| *known <= day)
    }

    /// For each record by number its person at the end of a day; 0 if it has none.
    fn at(&self, day: Day) -> Vec<u32> {
        let mut now = vec![0; self.keys.len()];
        for at in (0..self.by(day)).filter(|at| self.record[*at] != NOBODY) {
            match self.kinds[at] {
                IdentityEventKind::Joined => now[self.record[at] as usize] = self.person[at],
                IdentityEventKind::Left => now[self.record[at] as usize] = 0,
                IdentityEventKind::Created | IdentityEventKind::Merged | IdentityEventKind::Split => {}
            }
        }
        now
    }
}

/// The person of every record at the end of a day, in the order of the records.
#[must_use]
pub fn persons_at(history: &History, day: Day) -> BTreeMap<RecordKeyRef<'_>, &str> {
    let now = (0..).zip(history.at(day)).filter(|(_, person)| *person != 0);
    now.map(|(record, person)| (history.keys.get(record), history.persons.text(person))).collect()
}

/// The person of one record at the end of a day.
#[must_use]
pub fn person_at<'a>(history: &'a History, key: RecordKeyRef<'_>, day: Day) -> Option<&'a str> {
    let record = *history.keys.seen.find(RecordKeys::hash(key), |at| history.keys.get(*at) == key)?;
    let says = |at: &usize| {
        history.record[*at] == record && matches!(history.kinds[*at], IdentityEventKind::Joined | IdentityEventKind::Left)
    };
    let last = (0..history.by(day)).rev().find(says)?;
    (history.kinds[last] == IdentityEventKind::Joined).then(|| history.persons.text(history.person[last]))
}

/// What became of a person's id by the end of a day: the id itself while it lives, otherwise the id that it was merged into,
/// and so on. `None` if there was no such person by then, or if all records were withdrawn.
#[must_use]
pub fn lives_on<'a>(history: &'a History, person: &'a str, day: Day) -> Option<&'a str> {
    let alive: BTreeSet<u32> = history.at(day).into_iter().filter(|person| *person != 0).collect();
    let alive: BTreeSet<&str> = alive.into_iter().map(|person| history.persons.text(person)).collect();
    let mut ended = BTreeMap::new();
    for at in (0..history.by(day)).filter(|at| history.kinds[*at] == IdentityEventKind::Merged) {
        let event = history.get(at);
        ended.insert(event.other, event.person);
    }
    let mut person = person;
    // An id can be merged, given back and merged again. No chain is longer than the number of merges.
    for _ in 0..=ended.len() {
        if alive.contains(person) {
            return Some(person);
        }
        person = ended.get(person)?;
    }
    None
}

/// Reads a history row by row and compares each row with those above it. A history that was changed by hand is reported and not
/// used.
#[derive(Default)]
pub struct HistoryReader {
    history: History,
    /// The person of each record so far; 0 if it has none.
    now: Vec<u32>,
}

impl HistoryReader {
    /// Takes the next rows.
    pub fn take(&mut self, batch: &Batch, faults: &mut Vec<Fault>) {
        let column = |name| batch.table.column(name);
        let [day, word, person, agency, id, other, reason] =
            ["day", "event", "person", "agency", "id", "other", "reason"].map(column);
        for row in 0..batch.rows() {
            let said = |column| batch.text_or_borrowed(column, row);
            let Some((_, kind)) = WORDS.iter().find(|(known, _)| *known == said(word)) else { continue };
            let texts = [person, agency, id, other, reason].map(said);
            let [person, agency, id, other, reason] = texts.each_ref().map(|text| &**text);
            let event =
                IdentityEvent { day: batch.day(day, row), kind: *kind, person, key: RecordKeyRef { agency, id }, other, reason };
            let fault = |what, expected: &str| {
                let fix = "restore the file from its last copy: rows are only ever added at its end";
                Fault::row(batch.places[row], what, expected, fix)
            };
            if self.history.days.last().is_some_and(|last| *last > event.day) {
                faults.push(fault("the day is before that of the row above", "days in order"));
            }
            self.history.push(event);
            let last = self.history.len() - 1;
            let History { person, other, record, .. } = &self.history;
            let (person, other, record) = (person[last], other[last], record[last]);
            self.now.resize(self.history.keys.len(), 0);
            let fits = match kind {
                IdentityEventKind::Joined => {
                    let before = std::mem::replace(&mut self.now[record as usize], person);
                    before == other && before != person
                }
                IdentityEventKind::Left => std::mem::replace(&mut self.now[record as usize], 0) == person,
                IdentityEventKind::Created | IdentityEventKind::Merged | IdentityEventKind::Split => true,
            };
            if !fits {
                let expected = "the person that the record belonged to before";
                faults.push(fault("the row does not follow from the rows above it", expected));
            }
        }
    }

    /// The history, once all rows have been read.
    #[must_use]
    pub fn finish(self) -> History {
        self.history
    }
}

/// Reads a whole history.
#[must_use]
pub fn read(batches: &[Batch]) -> (History, Vec<Fault>) {
    let (mut reading, mut faults) = (HistoryReader::default(), Vec::new());
    batches.iter().for_each(|batch| reading.take(batch, &mut faults));
    (reading.finish(), faults)
}

/// Writes an event as a row of the table [`IDENTITIES`] in a CSV file. `day` is its day as text.
pub fn write(event: &IdentityEvent<'_>, day: &str, out: &mut String) {
    let word = WORDS.iter().find(|(_, kind)| *kind == event.kind).map_or("", |(word, _)| word);
    let IdentityEvent { person, key, other, reason, .. } = event;
    let cells = [day, word, person, key.agency, key.id, other, reason];
    debug_assert_eq!(cells.len(), IDENTITIES.columns.len());
    csv::write_row(cells, out);
}

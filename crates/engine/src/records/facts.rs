//! Events and spells side by side, sorted by person in two passes: each batch is split into parts of neighbouring people as it
//! arrives, and a part is put in order when it is looked at. So tens of millions of rows need no sort, no index and little
//! memory beyond themselves, and parts can be worked on by any number of threads.

use super::Need;
use super::batch::{Batch, Name};
use super::day::{Day, NEVER};
use super::names::{Names, fingerprint};

/// An event or a spell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The day it happened or began.
    pub from: Day,
    /// Of a spell, the first day no longer of it; of an event, the day it was proven; else [`NEVER`].
    pub to: Day,
    /// The day it became known.
    pub known: Day,
    /// The position among the kinds that were asked for: events, then spells.
    pub kind: u16,
    /// The position among the classes that were asked for, from 1; 0 is any other.
    pub class: u16,
    /// Names the row.
    pub key: u64,
    /// The row that this one is about; 0 when it is about none.
    pub about: u64,
    /// What settled it; 0 when nothing is said.
    pub disposal: u64,
    /// In hundredths.
    pub amount: i64,
}

/// Every event and spell that was asked for.
#[derive(Debug, Default)]
pub struct Facts {
    chunks: Vec<Chunk>,
    people: usize,
}

/// The facts of neighbouring people.
#[derive(Debug)]
pub struct Part {
    /// The first person of the part.
    pub first: u32,
    /// Where the facts of each person begin, and at the end where the last one's end.
    starts: Vec<u32>,
    facts: Vec<Fact>,
}

/// One batch, split into parts. A column that no row needs is empty.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Where each part begins, and the end.
    starts: Vec<u32>,
    person: Vec<u32>,
    kind: Vec<u16>,
    from: Vec<Day>,
    to: Vec<Day>,
    known: Vec<Day>,
    class: Vec<u16>,
    key: Keys,
    about: Keys,
    disposal: Keys,
    amount: Vec<i64>,
    /// Rows of people who are not in the table of people.
    pub unknown_people: u64,
    /// The last day on which anything of the batch, asked for or not, happened or became known.
    pub last: Day,
}

/// Names of rows: small numbers as they are, everything else by its fingerprint. They are only ever compared within one
/// person's rows, where two fingerprints that are equal by accident are not to be expected in the lifetime of the data.
#[derive(Debug)]
enum Keys {
    Small(Vec<u32>),
    Large(Vec<u64>),
}

impl Default for Keys {
    fn default() -> Self {
        Keys::Small(Vec::new())
    }
}

/// The most parts; more would cost more in scattered writing than they save in sorting.
const MOST_PARTS: usize = 1024;

/// People in one part, as a power of two.
fn shift(people: usize) -> u32 {
    (11..).find(|shift| people >> shift < MOST_PARTS).unwrap_or(31)
}

fn parts(people: usize) -> usize {
    (people >> shift(people)) + 1
}

impl Facts {
    #[must_use]
    pub fn new(people: usize, chunks: Vec<Chunk>) -> Facts {
        Facts { chunks, people }
    }

    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        parts(self.people)
    }

    /// Number of events and spells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.person.len()).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The facts of one part, by person.
    #[must_use]
    pub fn part(&self, part: usize) -> Part {
        let shift = shift(self.people);
        let first = (part << shift).min(self.people);
        let count = ((part + 1) << shift).min(self.people) - first;
        let rows = |chunk: &Chunk| chunk.starts.get(part).map_or(0..0, |start| *start as usize..chunk.starts[part + 1] as usize);
        let mut starts = vec![0_u32; count + 1];
        for chunk in &self.chunks {
            chunk.person[rows(chunk)].iter().for_each(|person| starts[*person as usize - first + 1] += 1);
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut facts = vec![Fact::default(); starts[count] as usize];
        for chunk in &self.chunks {
            for row in rows(chunk) {
                let place = &mut next[chunk.person[row] as usize - first];
                facts[*place as usize] = chunk.fact(row);
                *place += 1;
            }
        }
        Part { first: first as u32, starts, facts }
    }
}

impl Part {
    /// The people of the part.
    pub fn people(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.starts.len() as u32 - 1
    }

    /// The facts of one of its people, in no order.
    #[must_use]
    pub fn of(&self, person: u32) -> &[Fact] {
        let at = (person - self.first) as usize;
        &self.facts[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl Chunk {
    /// The rows of a batch of events or spells that are asked for, split into parts.
    #[must_use]
    pub fn new(people: &Names, need: &Need, batch: &Batch) -> Chunk {
        let spells = batch.table.name == "spells";
        let column = |name: &str| batch.table.columns.iter().position(|column| column.name == name);
        let from = column(if spells { "from" } else { "date" }).expect("a table of facts");
        let to = column(if spells { "to" } else { "settled" }).expect("a table of facts");
        let known = batch.table.column("known");
        let mut chunk = Chunk { last: last(batch, spells), ..Chunk::default() };

        // First the people and kinds, which say what is kept and where it goes.
        let (wanted, offset) = if spells { (&need.spells, need.events.len()) } else { (&need.events, 0) };
        let kinds = positions(batch, batch.table.column("kind"), wanted);
        let person_column = batch.table.column("person");
        let shift = shift(people.len());
        let mut starts = vec![0_u32; parts(people.len()) + 1];
        let mut rows: Vec<(u32, u32)> = Vec::with_capacity(batch.rows());
        for (row, kind) in kinds.iter().enumerate() {
            let Some(person) = batch.name(person_column, row).and_then(|name| people.find(name)) else {
                chunk.unknown_people += 1;
                continue;
            };
            if *kind > 0 {
                starts[(person >> shift) as usize + 1] += 1;
                rows.push((row as u32, person));
            }
        }
        for part in 1..starts.len() {
            starts[part] += starts[part - 1];
        }
        let mut next = starts.clone();
        let places: Vec<u32> = rows
            .iter()
            .map(|(_, person)| {
                let place = &mut next[(person >> shift) as usize];
                *place += 1;
                *place - 1
            })
            .collect();
        chunk.starts = starts;

        // Then one column after the other to its place.
        fn scatter<T: Copy + Default>(rows: &[(u32, u32)], places: &[u32], value: impl Fn(usize) -> T) -> Vec<T> {
            let mut out = vec![T::default(); rows.len()];
            for ((row, _), place) in rows.iter().zip(places) {
                out[*place as usize] = value(*row as usize);
            }
            out
        }
        let given = |column: usize| !matches!(batch.columns[column], super::batch::Values::Absent);
        chunk.person = vec![0; rows.len()];
        for ((_, person), place) in rows.iter().zip(&places) {
            chunk.person[*place as usize] = *person;
        }
        chunk.kind = scatter(&rows, &places, |row| kinds[row] + offset as u16 - 1);
        chunk.from = scatter(&rows, &places, |row| batch.day(from, row));
        if given(to) {
            chunk.to = scatter(&rows, &places, |row| batch.day(to, row));
        }
        if given(known) {
            chunk.known = scatter(&rows, &places, |row| batch.day(known, row));
        }
        let keys = |wanted: bool, name: &str| match column(name).filter(|column| wanted && given(*column)) {
            None => Keys::default(),
            Some(column) => {
                let small = |row: &(u32, u32)| small(batch.name(column, row.0 as usize)).is_some();
                match rows.iter().all(small) {
                    true => Keys::Small(scatter(&rows, &places, |row| small_or_none(batch.name(column, row)))),
                    false => Keys::Large(scatter(&rows, &places, |row| key(batch.name(column, row)))),
                }
            }
        };
        chunk.key = keys(need.links, "event");
        chunk.about = keys(need.links, "about");
        chunk.disposal = keys(need.disposals, "disposal");
        if let Some(column) = column("amount").filter(|column| need.amounts && given(*column)) {
            chunk.amount = scatter(&rows, &places, |row| batch.amount(column, row).unwrap_or(0));
        }
        if let Some(column) = column("class").filter(|column| !need.classes.is_empty() && given(*column)) {
            let classes = positions(batch, column, &need.classes);
            chunk.class = scatter(&rows, &places, |row| classes[row]);
        }
        chunk
    }

    fn fact(&self, row: usize) -> Fact {
        let from = self.from[row];
        let to = self.to.get(row).copied().unwrap_or(NEVER);
        let known = self.known.get(row).copied().unwrap_or(NEVER);
        Fact {
            from,
            to,
            known,
            kind: self.kind[row],
            class: self.class.get(row).copied().unwrap_or(0),
            key: self.key.get(row),
            about: self.about.get(row),
            disposal: self.disposal.get(row),
            amount: self.amount.get(row).copied().unwrap_or(0),
        }
    }
}

impl Keys {
    fn get(&self, row: usize) -> u64 {
        match self {
            Keys::Small(keys) => keys.get(row).copied().unwrap_or(0).into(),
            Keys::Large(keys) => keys.get(row).copied().unwrap_or(0),
        }
    }
}

/// A small number as a key from 1, so that 0 is none; `None` for a name that is no small number.
fn small(name: Option<Name<'_>>) -> Option<u32> {
    match name {
        None => Some(0),
        Some(Name::Number(number)) => u32::try_from(number).ok()?.checked_add(1),
        Some(Name::Text(_)) => None,
    }
}

fn small_or_none(name: Option<Name<'_>>) -> u32 {
    small(name).unwrap_or(0)
}

fn key(name: Option<Name<'_>>) -> u64 {
    match (name, small(name)) {
        (_, Some(small)) => small.into(),
        (Some(name), None) => fingerprint(name) | 1 << 63,
        (None, None) => 0,
    }
}

/// For each row, the position from 1 of its value among some words; 0 when it is none of them.
fn positions(batch: &Batch, column: usize, words: &[String]) -> Vec<u16> {
    let words: Vec<Name<'_>> = words.iter().map(|word| Name::of(word)).collect();
    let position = |name: Name<'_>| words.iter().position(|word| *word == name).map_or(0, |at| at as u16 + 1);
    (0..batch.rows()).map(|row| batch.name(column, row).map_or(0, position)).collect()
}

/// The last day that the rows tell of. The end of a spell is not counted: ends are written down before they come.
fn last(batch: &Batch, spells: bool) -> Day {
    let columns: &[&str] = if spells { &["from", "known"] } else { &["date", "settled", "known"] };
    let days = columns.iter().filter_map(|name| match &batch.columns[batch.table.column(name)] {
        super::batch::Values::Days(days) => days.iter().filter(|day| **day != NEVER).max().copied(),
        _ => None,
    });
    days.max().unwrap_or(Day::MIN)
}

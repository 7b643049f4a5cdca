//! Events and spells side by side, sorted by person in two passes: each batch is split into parts of neighbouring people as it
//! arrives, and a part is put in order when it is looked at. So tens of millions of rows need no sort, no index and little
//! memory beyond themselves, and parts can be worked on by any number of threads.

use super::Need;
use super::batch::{Batch, NONE, Name, Values};
use super::day::{Day, NEVER};
use super::names::{NOBODY, Names, fingerprint};

/// An event or a spell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The day it happened or began.
    pub from: Day,
    /// Of a spell, the first day no longer of it; of an event, the day it was proven; else [`NEVER`].
    pub to: Day,
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
#[derive(Debug, Default)]
pub struct Part {
    /// The first person of the part.
    first: u32,
    /// Where the facts of each person begin, and at the end where the last one's end.
    starts: Vec<u32>,
    facts: Vec<Fact>,
    /// While filling: where the next fact of each person goes.
    next: Vec<u32>,
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

    /// The facts of one person that were known by a day.
    #[must_use]
    pub fn of(&self, person: u32, known_at: Day) -> Vec<Fact> {
        let mut part = Part::default();
        self.fill(person as usize >> shift(self.people), known_at, &mut part);
        let mut facts = part.of(person).to_vec();
        facts.sort_unstable();
        facts
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

    /// Fills `part` with the facts, known by a day, of the people of the part at a position, by person. The same `part` is filled
    /// again and again, so that its memory is asked for only once.
    pub fn fill(&self, at: usize, known_at: Day, part: &mut Part) {
        let shift = shift(self.people);
        let first = (at << shift).min(self.people);
        let count = ((at + 1) << shift).min(self.people) - first;
        let rows = |chunk: &Chunk| chunk.starts.get(at).map_or(0..0, |start| *start as usize..chunk.starts[at + 1] as usize);
        let starts = &mut part.starts;
        starts.clear();
        starts.resize(count + 1, 0);
        for chunk in &self.chunks {
            if chunk.last <= known_at {
                chunk.person[rows(chunk)].iter().for_each(|person| starts[*person as usize - first + 1] += 1);
                continue;
            }
            for row in rows(chunk).filter(|row| chunk.known(*row) <= known_at) {
                starts[chunk.person[row] as usize - first + 1] += 1;
            }
        }
        for person in 0..count {
            starts[person + 1] += starts[person];
        }
        part.next.clone_from(starts);
        part.facts.resize(starts[count] as usize, Fact::default());
        for chunk in &self.chunks {
            // Nothing of most batches became known later than their last day.
            let all = chunk.last <= known_at;
            for row in rows(chunk).filter(|row| all || chunk.known(*row) <= known_at) {
                let place = &mut part.next[chunk.person[row] as usize - first];
                part.facts[*place as usize] = chunk.fact(row);
                *place += 1;
            }
        }
        part.first = first as u32;
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
        let someone = found(people, batch, batch.table.column("person"));
        let shift = shift(people.len());
        let mut starts = vec![0_u32; parts(people.len()) + 1];
        let mut rows: Vec<u32> = Vec::with_capacity(batch.rows());
        for (row, (kind, person)) in kinds.iter().zip(&someone).enumerate() {
            if *person == NOBODY {
                chunk.unknown_people += 1;
            } else if *kind > 0 {
                starts[(person >> shift) as usize + 1] += 1;
                rows.push(row as u32);
            }
        }
        for part in 1..starts.len() {
            starts[part] += starts[part - 1];
        }
        let mut next = starts.clone();
        let place = |row: &u32| {
            let place = &mut next[(someone[*row as usize] >> shift) as usize];
            *place += 1;
            *place - 1
        };
        let moves = Moves { places: rows.iter().map(place).collect(), rows };
        chunk.starts = starts;

        // Then one column after the other to its place.
        chunk.person = moves.scatter(&someone, |person| person);
        chunk.kind = moves.scatter(&kinds, |kind| kind + offset as u16 - 1);
        let days = |column: usize| match &batch.columns[column] {
            Values::Days(days) => moves.scatter(days, |day| day),
            _ => Vec::new(),
        };
        (chunk.from, chunk.to, chunk.known) = (days(from), days(to), days(known));
        let keys = |wanted: bool, name: &str| match column(name).filter(|_| wanted) {
            Some(column) => moves.keys(batch, column),
            None => Keys::default(),
        };
        chunk.key = keys(need.links, "event");
        chunk.about = keys(need.links, "about");
        chunk.disposal = keys(need.disposals, "disposal");
        if let Some(Values::Numbers(amounts)) = column("amount").filter(|_| need.amounts).map(|column| &batch.columns[column]) {
            chunk.amount = moves.scatter(amounts, |amount| if amount == NONE { 0 } else { amount });
        }
        if let Some(column) = column("class").filter(|_| !need.classes.is_empty()) {
            chunk.class = moves.scatter(&positions(batch, column, &need.classes), |class| class);
        }
        chunk
    }

    /// The day on which a row became known: as stated, else when it happened.
    fn known(&self, row: usize) -> Day {
        match self.known.get(row) {
            Some(known) if *known != NEVER => *known,
            _ => self.from[row],
        }
    }

    fn fact(&self, row: usize) -> Fact {
        Fact {
            from: self.from[row],
            to: self.to.get(row).copied().unwrap_or(NEVER),
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

/// The rows of a batch that are kept, and where each goes.
struct Moves {
    rows: Vec<u32>,
    places: Vec<u32>,
}

impl Moves {
    fn scatter<T: Copy, U: Copy + Default>(&self, values: &[T], value: impl Fn(T) -> U) -> Vec<U> {
        let mut out = vec![U::default(); self.rows.len()];
        for (row, place) in self.rows.iter().zip(&self.places) {
            out[*place as usize] = value(values[*row as usize]);
        }
        out
    }

    fn keys(&self, batch: &Batch, column: usize) -> Keys {
        let small = |number: i64| number == NONE || (0..i64::from(u32::MAX)).contains(&number);
        match &batch.columns[column] {
            Values::Absent | Values::Days(_) => Keys::default(),
            // A small number is its own key, from 1 on, so that 0 is none.
            Values::Numbers(numbers) if numbers.iter().all(|number| small(*number)) => {
                Keys::Small(self.scatter(numbers, |number| if number == NONE { 0 } else { number as u32 + 1 }))
            }
            Values::Numbers(_) | Values::Texts(_) => {
                let keys: Vec<u64> = (0..batch.rows())
                    .map(|row| match batch.name(column, row) {
                        None => 0,
                        Some(Name::Number(number)) if small(number) => number as u64 + 1,
                        Some(name) => fingerprint(name) | 1 << 63,
                    })
                    .collect();
                Keys::Large(self.scatter(&keys, |key| key))
            }
        }
    }
}

/// The person of each row; [`NOBODY`] where the name is not in the table of people.
fn found(people: &Names, batch: &Batch, column: usize) -> Vec<u32> {
    let find = |name: Name<'_>| people.find(name).unwrap_or(NOBODY);
    match &batch.columns[column] {
        Values::Numbers(numbers) => numbers.iter().map(|number| find(Name::Number(*number))).collect(),
        _ => (0..batch.rows()).map(|row| batch.name(column, row).map_or(NOBODY, find)).collect(),
    }
}

/// For each row, the position from 1 of its value among some words; 0 when it is none of them.
fn positions(batch: &Batch, column: usize, words: &[String]) -> Vec<u16> {
    let words: Vec<Name<'_>> = words.iter().map(|word| Name::of(word)).collect();
    let position = |name: Name<'_>| words.iter().position(|word| *word == name).map_or(0, |at| at as u16 + 1);
    match &batch.columns[column] {
        // Codes are most often small numbers.
        Values::Numbers(numbers) => {
            let small: Vec<u16> = (0..256).map(|number| position(Name::Number(number))).collect();
            let of = |number: &i64| match usize::try_from(*number).ok().and_then(|number| small.get(number)) {
                Some(position) => *position,
                None => position(Name::Number(*number)),
            };
            numbers.iter().map(of).collect()
        }
        _ => (0..batch.rows()).map(|row| batch.name(column, row).map_or(0, position)).collect(),
    }
}

/// The last day that the rows tell of. The end of a spell is not counted: ends are written down before they come.
fn last(batch: &Batch, spells: bool) -> Day {
    let columns: &[&str] = if spells { &["from", "known"] } else { &["date", "settled", "known"] };
    let days = columns.iter().filter_map(|name| match &batch.columns[batch.table.column(name)] {
        Values::Days(days) => days.iter().filter(|day| **day != NEVER).max().copied(),
        _ => None,
    });
    days.max().unwrap_or(Day::MIN)
}

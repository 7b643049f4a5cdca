//! Events and spells side by side, sorted by person and kind in two passes: each batch is split into parts of neighbouring
//! people as it arrives, and a part is put in order when it is looked at. So tens of millions of rows need no sort, no index and
//! little memory beyond themselves, and parts can be worked on by any number of threads.

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
    kinds: usize,
}

/// The facts of neighbouring people.
#[derive(Debug, Default)]
pub struct Part {
    /// The first person of the part.
    first: u32,
    people: u32,
    kinds: usize,
    /// Where the facts of each person and kind begin, and at the end where the last ones end.
    starts: Vec<u32>,
    rows: Rows,
    /// While filling: where the next fact of each person and kind goes.
    next: Vec<u32>,
}

/// One batch, split into parts.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Where each part begins, and the end.
    starts: Vec<u32>,
    rows: Rows,
    known: Vec<Day>,
    /// Rows of people who are not in the table of people.
    pub unknown_people: u64,
    /// The last day on which anything of the batch, asked for or not, happened or became known.
    pub last: Day,
}

/// Facts: what each of them has, and beside that, in the same order, the columns that few tables have. A column that no fact
/// needs is empty.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Row>,
    to: Vec<Day>,
    class: Vec<u16>,
    /// In place of those in the rows, when one of them is large.
    keys: Vec<Keys>,
    disposal: Vec<u64>,
    amount: Vec<i64>,
}

/// What every fact has. It is written once for each fact and read twice, which is most of the time that measuring takes, so it
/// is small and in one piece.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// Within the part.
    person: u16,
    kind: u16,
    from: Day,
    keys: Keys<u32>,
}

/// The names of a row and of the one it is about; 0 is none. A small number is its own key, from 1 on, everything else has its
/// fingerprint. Keys are only ever compared within one person's rows, where two fingerprints that are equal by accident are not
/// to be expected in the lifetime of the data.
#[derive(Clone, Copy, Debug, Default)]
struct Keys<T = u64> {
    own: T,
    about: T,
}

/// The most parts, unless there are more people than `u16` can tell apart; more would cost more in scattered writing than they
/// save in sorting.
const MOST_PARTS: usize = 4096;

/// People in one part, as a power of two.
fn shift(people: usize) -> u32 {
    (11..16).find(|shift| people >> shift < MOST_PARTS).unwrap_or(16)
}

fn parts(people: usize) -> usize {
    (people >> shift(people)) + 1
}

impl Facts {
    /// No facts yet, of so many people and so many kinds.
    #[must_use]
    pub fn new(people: usize, kinds: usize) -> Facts {
        Facts { chunks: Vec::new(), people, kinds }
    }

    pub fn add(&mut self, chunks: Vec<Chunk>) {
        self.chunks.extend(chunks);
    }

    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        parts(self.people)
    }

    /// The position of the part that a person is in.
    #[must_use]
    pub fn part(&self, person: u32) -> usize {
        person as usize >> shift(self.people)
    }

    /// The facts of one person that were known by a day, in order.
    #[must_use]
    pub fn of(&self, person: u32, known_at: Day) -> Vec<Fact> {
        let mut part = Part::default();
        self.fill(self.part(person), known_at, &mut part);
        let mut facts: Vec<Fact> = part.of(person).all().collect();
        facts.sort_unstable();
        facts
    }

    /// Number of events and spells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.rows.rows.len()).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `part` with the facts, known by a day, of the people of the part at a position, by person and kind. The same `part`
    /// is filled again and again, so that its memory is asked for only once.
    pub fn fill(&self, at: usize, known_at: Day, part: &mut Part) {
        let shift = shift(self.people);
        let first = (at << shift).min(self.people);
        let people = ((at + 1) << shift).min(self.people) - first;
        (part.first, part.people, part.kinds) = (first as u32, people as u32, self.kinds);
        let place = |row: &Row| usize::from(row.person) * self.kinds + usize::from(row.kind);
        let starts = &mut part.starts;
        starts.clear();
        starts.resize(people * self.kinds + 1, 0);
        for chunk in &self.chunks {
            chunk.known(at, known_at).for_each(|row| starts[place(&chunk.rows.rows[row]) + 1] += 1);
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        part.next.clone_from(starts);
        part.rows.make_room(starts[starts.len() - 1] as usize, &self.chunks);
        for chunk in &self.chunks {
            chunk.known(at, known_at).for_each(|row| {
                let next = &mut part.next[place(&chunk.rows.rows[row])];
                part.rows.put(*next as usize, &chunk.rows, row);
                *next += 1;
            });
        }
    }
}

/// One person's facts.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    rows: &'a Rows,
    /// Where the facts of each kind begin, and the end of the last.
    starts: &'a [u32],
}

impl Part {
    /// The people of the part.
    #[must_use]
    pub fn people(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.people
    }

    /// The facts of one of its people.
    #[must_use]
    pub fn of(&self, person: u32) -> Own<'_> {
        let at = (person - self.first) as usize * self.kinds;
        Own { rows: &self.rows, starts: &self.starts[at..=at + self.kinds] }
    }
}

impl<'a> Own<'a> {
    /// The facts of a kind, in no order.
    #[inline]
    pub fn of(self, kind: u16) -> impl Iterator<Item = Fact> + 'a {
        let kind = usize::from(kind);
        (self.starts[kind]..self.starts[kind + 1]).map(move |row| self.rows.fact(row as usize))
    }

    /// Everything, in no order.
    pub fn all(self) -> impl Iterator<Item = Fact> + 'a {
        (self.starts[0]..self.starts[self.starts.len() - 1]).map(move |row| self.rows.fact(row as usize))
    }

    /// How many facts there are.
    #[must_use]
    pub fn len(self) -> usize {
        (self.starts[self.starts.len() - 1] - self.starts[0]) as usize
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl Rows {
    #[inline]
    fn fact(&self, row: usize) -> Fact {
        let Row { kind, from, .. } = self.rows[row];
        let keys = self.keys(row);
        Fact {
            from,
            to: self.to.get(row).copied().unwrap_or(NEVER),
            kind,
            class: self.class.get(row).copied().unwrap_or(0),
            key: keys.own,
            about: keys.about,
            disposal: self.disposal.get(row).copied().unwrap_or(0),
            amount: self.amount.get(row).copied().unwrap_or(0),
        }
    }

    #[inline]
    fn keys(&self, row: usize) -> Keys {
        let small = self.rows[row].keys;
        self.keys.get(row).copied().unwrap_or(Keys { own: small.own.into(), about: small.about.into() })
    }

    /// Has room for so many facts of some chunks, with the columns that any of them has.
    fn make_room(&mut self, count: usize, chunks: &[Chunk]) {
        fn room<T: Clone + Default>(values: &mut Vec<T>, count: usize, wanted: bool) {
            if wanted && values.len() < count {
                values.resize(count, T::default());
            }
        }
        let any = |has: fn(&Rows) -> bool| chunks.iter().any(|chunk| has(&chunk.rows));
        room(&mut self.rows, count, true);
        room(&mut self.to, count, any(|rows| !rows.to.is_empty()));
        room(&mut self.class, count, any(|rows| !rows.class.is_empty()));
        room(&mut self.keys, count, any(|rows| !rows.keys.is_empty()));
        room(&mut self.disposal, count, any(|rows| !rows.disposal.is_empty()));
        room(&mut self.amount, count, any(|rows| !rows.amount.is_empty()));
    }

    /// Takes a fact of others to a place.
    #[inline]
    fn put(&mut self, place: usize, from: &Rows, row: usize) {
        self.rows[place] = from.rows[row];
        if let Some(to) = self.to.get_mut(place) {
            *to = from.to.get(row).copied().unwrap_or(NEVER);
        }
        if let Some(class) = self.class.get_mut(place) {
            *class = from.class.get(row).copied().unwrap_or(0);
        }
        if let Some(keys) = self.keys.get_mut(place) {
            *keys = from.keys(row);
        }
        if let Some(disposal) = self.disposal.get_mut(place) {
            *disposal = from.disposal.get(row).copied().unwrap_or(0);
        }
        if let Some(amount) = self.amount.get_mut(place) {
            *amount = from.amount.get(row).copied().unwrap_or(0);
        }
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
        let mut chunk = Chunk { last: last(batch, spells), ..Chunk::default() };

        // First the people and kinds, which say what goes where. What is not asked for goes into a part of its own at the end,
        // which is cut off: that is quicker than to ask at every turn.
        let (wanted, offset) = if spells { (&need.spells, need.events.len()) } else { (&need.events, 0) };
        let kinds = positions(batch, batch.table.column("kind"), wanted);
        let someone = found(people, batch, batch.table.column("person"));
        chunk.unknown_people = someone.iter().filter(|person| **person == NOBODY).count() as u64;
        let (shift, parts) = (shift(people.len()), parts(people.len()));
        let part = |(kind, person): (&u16, &u32)| if *kind == 0 || *person == NOBODY { parts as u32 } else { person >> shift };
        let mut places: Vec<u32> = kinds.iter().zip(&someone).map(part).collect();
        chunk.starts = vec![0; parts + 2];
        places.iter().for_each(|part| chunk.starts[*part as usize + 1] += 1);
        for part in 0..parts {
            chunk.starts[part + 1] += chunk.starts[part];
        }
        chunk.starts.truncate(parts + 1);
        let mut next = chunk.starts.clone();
        for place in &mut places {
            let next = &mut next[*place as usize];
            *place = *next;
            *next += 1;
        }
        let moves = Moves { places, kept: chunk.starts[parts] as usize };

        // Then the rows, and one further column after the other.
        let days = |column: usize| match &batch.columns[column] {
            Values::Days(days) => &days[..],
            _ => &[],
        };
        let keys =
            |wanted: bool, name: &str| column(name).filter(|_| wanted).map(|column| keys(batch, column)).unwrap_or_default();
        let (own, about, from) = (keys(need.links, "event"), keys(need.links, "about"), days(from));
        let small = own.iter().chain(&about).all(|key| *key <= u64::from(u32::MAX));
        let of = |keys: &[u64], row: usize| keys.get(row).copied().unwrap_or(0);
        let rows = &mut chunk.rows;
        rows.rows = moves.scatter(|row| Row {
            person: (someone[row] & ((1 << shift) - 1)) as u16,
            kind: (kinds[row] + offset as u16).wrapping_sub(1),
            from: from[row],
            keys: if small { Keys { own: of(&own, row) as u32, about: of(&about, row) as u32 } } else { Keys::default() },
        });
        if !small {
            rows.keys = moves.scatter(|row| Keys { own: of(&own, row), about: of(&about, row) });
        }
        rows.to = moves.column(days(to), |day| day);
        rows.disposal = moves.column(&keys(need.disposals, "disposal"), |key| key);
        if let Some(Values::Numbers(amounts)) = column("amount").filter(|_| need.amounts).map(|column| &batch.columns[column]) {
            rows.amount = moves.column(amounts, |amount| if amount == NONE { 0 } else { amount });
        }
        if let Some(column) = column("class").filter(|_| !need.classes.is_empty()) {
            rows.class = moves.column(&positions(batch, column, &need.classes), |class| class);
        }
        chunk.known = moves.column(days(batch.table.column("known")), |day| day);
        chunk
    }

    /// The rows of a part that were known by a day.
    fn known(&self, part: usize, known_at: Day) -> impl Iterator<Item = usize> {
        let rows = self.starts.get(part).map_or(0..0, |start| *start as usize..self.starts[part + 1] as usize);
        // Nothing of most batches became known later than their last day.
        let all = self.last <= known_at;
        rows.filter(move |row| {
            all || match self.known.get(*row) {
                Some(known) if *known != NEVER => *known <= known_at,
                _ => self.rows.rows[*row].from <= known_at,
            }
        })
    }
}

/// Where each row of a batch goes, and how many rows from the first place on are kept.
struct Moves {
    places: Vec<u32>,
    kept: usize,
}

impl Moves {
    fn scatter<T: Clone + Default>(&self, value: impl Fn(usize) -> T) -> Vec<T> {
        let mut out = vec![T::default(); self.places.len()];
        for (row, place) in self.places.iter().enumerate() {
            out[*place as usize] = value(row);
        }
        out.truncate(self.kept);
        out.shrink_to_fit();
        out
    }

    /// A column; empty when the batch has none.
    fn column<T: Copy + Default>(&self, values: &[T], value: impl Fn(T) -> T) -> Vec<T> {
        if values.is_empty() { Vec::new() } else { self.scatter(|row| value(values[row])) }
    }
}

/// The key of each row; none when the column is not there.
fn keys(batch: &Batch, column: usize) -> Vec<u64> {
    let small = |number: i64| (0..i64::from(u32::MAX)).contains(&number);
    match &batch.columns[column] {
        Values::Absent | Values::Days(_) => Vec::new(),
        Values::Numbers(numbers) if numbers.iter().all(|number| *number == NONE || small(*number)) => {
            numbers.iter().map(|number| if *number == NONE { 0 } else { *number as u64 + 1 }).collect()
        }
        Values::Numbers(_) | Values::Texts(_) => (0..batch.rows())
            .map(|row| match batch.name(column, row) {
                None => 0,
                Some(Name::Number(number)) if small(number) => number as u64 + 1,
                Some(name) => fingerprint(name) | 1 << 63,
            })
            .collect(),
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

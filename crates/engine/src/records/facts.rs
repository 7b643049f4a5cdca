//! Events and spells side by side, sorted by person and kind in two passes: rows are gathered as they arrive, a million of them
//! at a time are split into parts of neighbouring people, and a part is put in order when it is looked at. So tens of millions
//! of rows need no sort, no index and little memory beyond themselves, and parts can be worked on by any number of threads.

use super::Need;
use super::batch::{Batch, NONE, Name, Values};
use super::day::{Day, FIRST, LAST, NEVER};
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
    /// Names the row; 0 when nobody asks which others are about it.
    pub key: u64,
    /// The row that this one is about; 0 when it is about none, or nobody asks.
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
    links: Vec<Link>,
}

/// Which of its two keys is asked for of facts of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Link {
    #[default]
    None,
    Own,
    About,
    Both,
}

/// The facts of neighbouring people.
#[derive(Debug, Default)]
pub struct Part {
    /// The first person of the part.
    first: u32,
    people: u32,
    links: Vec<Link>,
    /// Where the facts of each person and kind begin, and at the end where the last ones end.
    starts: Vec<u32>,
    rows: Rows,
    /// While filling: where the next fact of each person and kind goes.
    next: Vec<u32>,
}

/// Rows on their way in, from any number of batches of one table.
#[derive(Debug)]
pub struct Gather<'a> {
    people: &'a Names,
    need: &'a Need,
    links: Vec<Link>,
    /// What has been gathered and not yet split, in the order in which it came: the part of each row, the row, and when it
    /// became known.
    parts: Vec<u32>,
    rows: Rows,
    known: Vec<Day>,
    last: Day,
    unknown_people: u64,
    chunks: Vec<Chunk>,
    /// Used again from batch to batch.
    kinds: Vec<u16>,
    someone: Vec<u32>,
}

/// Some rows, split into parts.
#[derive(Debug)]
pub struct Chunk {
    /// Where each part begins, and the end.
    starts: Vec<u32>,
    rows: Rows,
    known: Vec<Day>,
    /// Rows of people who are not in the table of people.
    pub unknown_people: u64,
    /// The last day on which anything that was read, asked for or not, happened or became known.
    pub last: Day,
}

/// Facts: what each of them has, and beside that, in the same order, the columns that few tables have. A column that no fact
/// needs is empty.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Row>,
    to: Vec<Day>,
    class: Vec<u16>,
    /// In place of the key in the row, when one is large or both are asked for of the same fact.
    keys: Vec<Keys>,
    disposal: Vec<u64>,
    amount: Vec<i64>,
}

/// What every fact has. It is written twice for each fact and read three times, which is much of the time that measuring takes,
/// and most of its memory, so it is as small as it can be.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// Its place by person and kind within the part, and in the last [`DAY_BITS`] bits the day, from [`FIRST`].
    what: u32,
    /// The one key that is asked for of facts of its kind.
    key: u32,
}

const DAY_BITS: u32 = 17;
const _: () = assert!((LAST - FIRST) >> DAY_BITS == 0);

/// The most kinds of events and spells that can be asked for together.
pub const MOST_KINDS: usize = 1 << (u32::BITS - DAY_BITS);

impl Row {
    fn new(place: u32, day: Day, key: u32) -> Row {
        Row { what: place << DAY_BITS | (day - FIRST) as u32, key }
    }

    fn place(self) -> usize {
        (self.what >> DAY_BITS) as usize
    }

    fn keys(self, links: &[Link]) -> Keys {
        links[self.place() % links.len()].keys(self.key)
    }

    fn day(self) -> Day {
        FIRST + (self.what & ((1 << DAY_BITS) - 1)) as Day
    }
}

/// The names of a row and of the one it is about; 0 is none. A small number is its own key, from 1 on, everything else has its
/// fingerprint. Keys are only ever compared within one person's rows, where two fingerprints that are equal by accident are not
/// to be expected in the lifetime of the data.
#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    own: u64,
    about: u64,
}

/// Rows that are split together. With fewer, what a part has of each chunk is too little to be read at a stretch; with more, the
/// copy that is split from takes memory.
const CHUNK_ROWS: usize = 1 << 20;

/// People in one part, as a power of two: as many as fit a row beside their kinds, and a part of them the processor's cache.
fn shift(kinds: usize) -> u32 {
    (MOST_KINDS / kinds.max(1)).max(1).ilog2().min(12)
}

fn parts(people: usize, kinds: usize) -> usize {
    (people >> shift(kinds)) + 1
}

impl Facts {
    /// No facts yet, of so many people.
    #[must_use]
    pub fn new(people: usize, need: &Need) -> Facts {
        Facts { chunks: Vec::new(), people, links: links(need) }
    }

    pub fn add(&mut self, chunks: Vec<Chunk>) {
        self.chunks.extend(chunks);
    }

    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        parts(self.people, self.links.len())
    }

    /// The position of the part that a person is in.
    #[must_use]
    pub fn part(&self, person: u32) -> usize {
        person as usize >> shift(self.links.len())
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
        let shift = shift(self.links.len());
        let first = (at << shift).min(self.people);
        let people = ((at + 1) << shift).min(self.people) - first;
        (part.first, part.people) = (first as u32, people as u32);
        part.links.clone_from(&self.links);
        let starts = &mut part.starts;
        starts.clear();
        starts.resize(people * self.links.len() + 1, 0);
        for chunk in &self.chunks {
            chunk.known(at, known_at, |_, row| starts[row.place() + 1] += 1);
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        part.next.clone_from(starts);
        part.rows.make_room(starts[starts.len() - 1] as usize, &self.chunks);
        let more = part.rows.has_more();
        for chunk in &self.chunks {
            chunk.known(at, known_at, |at, row| {
                let next = &mut part.next[row.place()];
                part.rows.rows[*next as usize] = row;
                if more {
                    part.rows.put(*next as usize, &chunk.rows, at, &self.links);
                }
                *next += 1;
            });
        }
    }
}

/// One person's facts.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    rows: &'a Rows,
    links: &'a [Link],
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
        let kinds = self.links.len();
        let at = (person - self.first) as usize * kinds;
        Own { rows: &self.rows, links: &self.links, starts: &self.starts[at..=at + kinds] }
    }
}

impl<'a> Own<'a> {
    /// The facts of a kind, in no order.
    #[inline]
    pub fn of(self, kind: u16) -> impl Iterator<Item = Fact> + 'a {
        let (at, link) = (usize::from(kind), self.links[usize::from(kind)]);
        (self.starts[at]..self.starts[at + 1]).map(move |row| self.rows.fact(row as usize, kind, link))
    }

    /// Everything, in no order.
    pub fn all(self) -> impl Iterator<Item = Fact> + 'a {
        (0..self.links.len() as u16).flat_map(move |kind| self.of(kind))
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
    fn fact(&self, row: usize, kind: u16, link: Link) -> Fact {
        let keys = self.keys.get(row).copied().unwrap_or_else(|| link.keys(self.rows[row].key));
        Fact {
            from: self.rows[row].day(),
            to: self.to.get(row).copied().unwrap_or(NEVER),
            kind,
            class: self.class.get(row).copied().unwrap_or(0),
            key: keys.own,
            about: keys.about,
            disposal: self.disposal.get(row).copied().unwrap_or(0),
            amount: self.amount.get(row).copied().unwrap_or(0),
        }
    }

    /// Whether facts have more than what every fact has.
    fn has_more(&self) -> bool {
        let lengths = [self.to.len(), self.class.len(), self.keys.len(), self.disposal.len(), self.amount.len()];
        lengths.iter().any(|length| *length > 0)
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

    /// Has keys of their own for so many rows.
    fn fill_keys(&mut self, rows: usize, links: &[Link]) {
        let without = &self.rows[self.keys.len()..rows];
        self.keys.extend(without.iter().map(|row| row.keys(links)));
    }

    /// Takes what few facts have, of one of other rows, to a place.
    fn put(&mut self, place: usize, from: &Rows, row: usize, links: &[Link]) {
        if let Some(to) = self.to.get_mut(place) {
            *to = from.to.get(row).copied().unwrap_or(NEVER);
        }
        if let Some(class) = self.class.get_mut(place) {
            *class = from.class.get(row).copied().unwrap_or(0);
        }
        if let Some(keys) = self.keys.get_mut(place) {
            *keys = from.keys.get(row).copied().unwrap_or_else(|| from.rows[row].keys(links));
        }
        if let Some(disposal) = self.disposal.get_mut(place) {
            *disposal = from.disposal.get(row).copied().unwrap_or(0);
        }
        if let Some(amount) = self.amount.get_mut(place) {
            *amount = from.amount.get(row).copied().unwrap_or(0);
        }
    }
}

impl Link {
    /// The keys of a fact of which only one is asked for.
    #[inline]
    fn keys(self, key: u32) -> Keys {
        let when = |link| if self == link { u64::from(key) } else { 0 };
        Keys { own: when(Link::Own), about: when(Link::About) }
    }
}

/// The links of each kind of event and spell that is asked for.
fn links(need: &Need) -> Vec<Link> {
    let of = |kind: &String| match (need.referred.contains(kind), need.referring.contains(kind)) {
        (false, false) => Link::None,
        (true, false) => Link::Own,
        (false, true) => Link::About,
        (true, true) => Link::Both,
    };
    need.events.iter().map(of).chain(need.spells.iter().map(|_| Link::None)).collect()
}

impl<'a> Gather<'a> {
    /// Nothing yet of a table of facts.
    #[must_use]
    pub fn new(people: &'a Names, need: &'a Need) -> Gather<'a> {
        Gather {
            people,
            need,
            links: links(need),
            parts: Vec::new(),
            rows: Rows::default(),
            known: Vec::new(),
            last: Day::MIN,
            unknown_people: 0,
            chunks: Vec::new(),
            kinds: Vec::new(),
            someone: Vec::new(),
        }
    }

    /// Takes in the rows of a batch of events or spells that are asked for.
    pub fn add(&mut self, batch: &Batch) {
        let spells = batch.table.name == "spells";
        let column = |name: &str| batch.table.columns.iter().position(|column| column.name == name);
        let days = |column: Option<usize>| match column.map(|column| &batch.columns[column]) {
            Some(Values::Days(days)) => &days[..],
            _ => &[],
        };
        let from = days(column(if spells { "from" } else { "date" }));
        self.last = self.last.max(last(batch, spells));
        let (wanted, offset) = if spells { (&self.need.spells, self.need.events.len()) } else { (&self.need.events, 0) };
        positions(batch, batch.table.column("kind"), wanted, &mut self.kinds);
        found(self.people, batch, batch.table.column("person"), &mut self.someone);

        // Every row is written down, and the next one over it when it was not asked for: that is quicker than to ask at every
        // turn.
        let before = self.parts.len();
        self.parts.resize(before + batch.rows(), 0);
        self.rows.rows.resize(before + batch.rows(), Row::default());
        let (parts, rows) = (&mut self.parts[before..], &mut self.rows.rows[before..]);
        let (shift, all) = (shift(self.links.len()), self.links.len() as u32);
        let keys = ["event", "about"].map(|name| column(name).map_or(&Values::Absent, |column| &batch.columns[column]));
        let key_of = self.links[offset..].iter().map(|link| match link {
            Link::None | Link::Both => &Values::Absent,
            Link::Own => keys[0],
            Link::About => keys[1],
        });
        let key_of: Vec<&Values> = std::iter::once(&Values::Absent).chain(key_of).collect();
        let (mut end, mut large) = (0, self.links.contains(&Link::Both));
        for (row, (someone, kind)) in self.someone.iter_mut().zip(&self.kinds).enumerate() {
            let key = key(key_of[usize::from(*kind)], row);
            large |= key > u64::from(u32::MAX);
            let place = ((*someone & ((1 << shift) - 1)) * all + offset as u32 + u32::from(*kind)).wrapping_sub(1);
            parts[end] = *someone >> shift;
            rows[end] = Row::new(place, from[row], key as u32);
            self.unknown_people += u64::from(*someone == NOBODY);
            // What is not asked for is nobody's, for the columns below.
            *someone = if *kind == 0 { NOBODY } else { *someone };
            end += usize::from(*someone != NOBODY);
        }
        self.parts.truncate(before + end);
        self.rows.rows.truncate(before + end);
        self.add_more(batch, before, large.then_some(keys));
        if self.parts.len() >= CHUNK_ROWS {
            self.split();
        }
    }

    /// The columns that few tables have.
    fn add_more(&mut self, batch: &Batch, before: usize, keys: Option<[&Values; 2]>) {
        fn add<T: Clone>(to: &mut Vec<T>, before: usize, none: T, someone: &[u32], value: impl Fn(usize) -> T) {
            to.resize(before, none);
            let kept = someone.iter().enumerate().filter(|(_, someone)| **someone != NOBODY);
            to.extend(kept.map(|(row, _)| value(row)));
        }
        let (rows, need) = (&mut self.rows, self.need);
        let of = |name: &str| {
            let column = batch.table.columns.iter().position(|column| column.name == name);
            column.map_or(&Values::Absent, |column| &batch.columns[column])
        };
        let to = if batch.table.name == "spells" { "to" } else { "settled" };
        for (name, to) in [(to, &mut rows.to), ("known", &mut self.known)] {
            if let Values::Days(days) = of(name) {
                add(to, before, NEVER, &self.someone, |row| days[row]);
            }
        }
        if need.disposals && *of("disposal") != Values::Absent {
            add(&mut rows.disposal, before, 0, &self.someone, |row| key(of("disposal"), row));
        }
        if let (true, Values::Numbers(amounts)) = (need.amounts, of("amount")) {
            let amount = |row: usize| if amounts[row] == NONE { 0 } else { amounts[row] };
            add(&mut rows.amount, before, 0, &self.someone, amount);
        }
        if !need.classes.is_empty() && *of("class") != Values::Absent {
            let mut classes = Vec::new();
            positions(batch, batch.table.column("class"), &need.classes, &mut classes);
            add(&mut rows.class, before, 0, &self.someone, |row| classes[row]);
        }
        if let Some([own, about]) = keys {
            rows.fill_keys(before, &self.links);
            add(&mut rows.keys, before, Keys::default(), &self.someone, |row| Keys {
                own: key(own, row),
                about: key(about, row),
            });
        }
    }

    /// Everything that was gathered.
    #[must_use]
    pub fn end(mut self) -> Vec<Chunk> {
        self.split();
        self.chunks
    }

    /// Makes a chunk of what was gathered since the last one.
    fn split(&mut self) {
        /// Each value at its place.
        fn scatter<T: Clone>(values: &mut Vec<T>, none: T, places: &[u32]) -> Vec<T> {
            if values.is_empty() {
                return Vec::new();
            }
            let mut out = vec![none.clone(); places.len()];
            values.resize(places.len(), none);
            for (value, place) in values.drain(..).zip(places) {
                out[*place as usize] = value;
            }
            out
        }
        let mut starts = vec![0; parts(self.people.len(), self.links.len()) + 1];
        self.parts.iter().for_each(|part| starts[*part as usize + 1] += 1);
        for part in 1..starts.len() {
            starts[part] += starts[part - 1];
        }
        let mut next = starts.clone();
        for part in &mut self.parts {
            let next = &mut next[*part as usize];
            *part = *next;
            *next += 1;
        }
        let (from, places) = (&mut self.rows, &self.parts);
        if !from.keys.is_empty() {
            from.fill_keys(places.len(), &self.links);
        }
        let rows = Rows {
            rows: scatter(&mut from.rows, Row::default(), places),
            to: scatter(&mut from.to, NEVER, places),
            class: scatter(&mut from.class, 0, places),
            keys: scatter(&mut from.keys, Keys::default(), places),
            disposal: scatter(&mut from.disposal, 0, places),
            amount: scatter(&mut from.amount, 0, places),
        };
        self.chunks.push(Chunk {
            starts,
            rows,
            known: scatter(&mut self.known, NEVER, places),
            unknown_people: std::mem::take(&mut self.unknown_people),
            last: std::mem::replace(&mut self.last, Day::MIN),
        });
        self.parts.clear();
    }
}

impl Chunk {
    /// Takes the rows of a part that were known by a day, each with its position.
    #[inline]
    fn known(&self, part: usize, known_at: Day, mut take: impl FnMut(usize, Row)) {
        // Nothing of most chunks became known later than their last day.
        let all = self.last <= known_at;
        let rows = self.starts[part] as usize..self.starts[part + 1] as usize;
        for (at, row) in rows.clone().zip(&self.rows.rows[rows]) {
            let known = || match self.known.get(at) {
                Some(known) if *known != NEVER => *known <= known_at,
                _ => row.day() <= known_at,
            };
            if all || known() {
                take(at, *row);
            }
        }
    }
}

/// The key of a row in a column; 0 when it has none.
#[inline]
fn key(column: &Values, row: usize) -> u64 {
    let of = |name: Name<'_>| match name {
        Name::Number(number) if (0..i64::from(u32::MAX)).contains(&number) => number as u64 + 1,
        name => fingerprint(name) | 1 << 63,
    };
    match column {
        Values::Numbers(numbers) if numbers[row] != NONE => of(Name::Number(numbers[row])),
        Values::Texts(texts) if !texts.get(row).is_empty() => of(Name::of(texts.get(row))),
        _ => 0,
    }
}

/// The person of each row; [`NOBODY`] where the name is not in the table of people.
fn found(people: &Names, batch: &Batch, column: usize, found: &mut Vec<u32>) {
    found.clear();
    match &batch.columns[column] {
        Values::Numbers(numbers) => people.find_numbers(numbers, found),
        _ => found.extend((0..batch.rows()).map(|row| {
            let name = batch.name(column, row);
            name.and_then(|name| people.find(name)).unwrap_or(NOBODY)
        })),
    }
}

/// For each row, the position from 1 of its value among some words; 0 when it is none of them.
fn positions(batch: &Batch, column: usize, words: &[String], positions: &mut Vec<u16>) {
    let words: Vec<Name<'_>> = words.iter().map(|word| Name::of(word)).collect();
    let position = |name: Name<'_>| words.iter().position(|word| *word == name).map_or(0, |at| at as u16 + 1);
    positions.clear();
    match &batch.columns[column] {
        // Codes are most often small numbers.
        Values::Numbers(numbers) => {
            let small: Vec<u16> = (0..256).map(|number| position(Name::Number(number))).collect();
            positions.extend(numbers.iter().map(|number| match usize::try_from(*number).ok().and_then(|at| small.get(at)) {
                Some(position) => *position,
                None => position(Name::Number(*number)),
            }));
        }
        _ => positions.extend((0..batch.rows()).map(|row| batch.name(column, row).map_or(0, position))),
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

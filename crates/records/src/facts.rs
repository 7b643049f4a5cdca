//! Events and spells, sorted by person and kind in two passes. As rows arrive, they go to the part of their person and the
//! people next to it. A part is sorted when it is used. So tens of millions of rows need no overall sort, no index and little
//! extra memory, and any number of threads can work on parts.

use std::collections::BTreeMap;

use super::batch::{Batch, ColumnValues, NONE, Name};
use super::day_set::DaySet;
use super::lookups::{RowLookups, find_people, positions};
use super::names::{NOBODY, Names, fingerprint};
use super::need::Need;
use super::spelling;
use base::day::{Day, FIRST, LAST, NEVER};

/// An event or a spell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The day it happened or began.
    pub from: Day,
    /// For a spell, the first day after its end; for an event, the day it was proven; otherwise [`NEVER`].
    pub to: Day,
    /// The position among the needed kinds: events, then spells.
    pub kind: u16,
    /// The position among the needed classes, from 1; 0 is any other class.
    pub class: u16,
    /// The key of the row; 0 if no rule needs it.
    pub key: u64,
    /// The key of the row that this one is about; 0 if there is none, or no rule needs it.
    pub about: u64,
    /// The disposal that settled it; 0 if none is given.
    pub disposal: u64,
    /// In hundredths.
    pub amount: i64,
}

/// Every needed event and spell.
#[derive(Debug, Default)]
pub struct Facts {
    /// The blocks of each part.
    blocks: Vec<Vec<Block>>,
    people: usize,
    needed_keys: Vec<NeededKeys>,
    last: Day,
}

/// Which of its two keys the facts of a kind need.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum NeededKeys {
    #[default]
    None,
    Own,
    About,
    Both,
}

/// The facts of neighbouring people.
#[derive(Debug, Default)]
pub struct FactsPart {
    /// The first person of the part.
    first: u32,
    people: u32,
    needed_keys: Vec<NeededKeys>,
    /// Where the facts of each person and kind start, and where the last ones end.
    starts: Vec<u32>,
    block: Block,
    /// While filling: where the next fact of each person and kind goes.
    next: Vec<u32>,
}

/// Collects the rows of one table, from any number of batches.
#[derive(Debug)]
pub struct FactsBuilder<'a> {
    people: &'a Names,
    need: &'a Need,
    needed_keys: Vec<NeededKeys>,
    /// The block of each part that is being filled, and one more for everything that is not needed.
    open: Vec<Block>,
    gathered: GatheredFacts,
}

/// The collected facts, in blocks of neighbouring people.
#[derive(Debug)]
pub struct GatheredFacts {
    /// Each with its part.
    blocks: Vec<(usize, Block)>,
    /// Rows of people who are not in the table of people.
    pub unknown_people: u64,
    /// The last day on which anything that was read, needed or not, happened or became known.
    pub last: Day,
    /// For each row, needed or not, the day from which the agency can have had it: the day it happened or the day it became known,
    /// whichever is later; and the day on which it was settled, where that is later still.
    pub reached: DaySet,
}

/// Some facts: the columns that all have, and the columns that few tables have.
#[derive(Debug, Default)]
struct Block {
    rows: Vec<FactRow>,
    more: Option<Box<RareColumns>>,
}

/// Columns that few tables have, in the order of the rows. Each ends with the last row that needs it.
#[derive(Debug, Default)]
struct RareColumns {
    to: Vec<Day>,
    class: Vec<u16>,
    /// Used instead of the key in the row if one is large, or if a fact needs both.
    keys: Vec<FactKeys>,
    disposal: Vec<u64>,
    amount: Vec<i64>,
    known: Vec<Day>,
}

/// What every fact has. It is written twice for each fact and read three times. That is much of the time of measuring and most
/// of its memory, so it is as small as possible.
#[derive(Clone, Copy, Debug, Default)]
struct FactRow {
    /// Its place by person and kind within the part, and in the last [`DAY_BITS`] bits the day since [`FIRST`].
    what: u32,
    /// The one key that facts of its kind need.
    key: u32,
}

const DAY_BITS: u32 = 17;
const _: () = assert!((LAST - FIRST) >> DAY_BITS == 0);

/// The most kinds of events and spells that can be needed together.
pub const MOST_KINDS: usize = 1 << (u32::BITS - DAY_BITS);

impl FactRow {
    fn new(place: u32, day: Day, key: u32) -> FactRow {
        FactRow { what: place << DAY_BITS | (day - FIRST) as u32, key }
    }

    fn place(self) -> usize {
        (self.what >> DAY_BITS) as usize
    }

    fn keys(self, needed_keys: &[NeededKeys]) -> FactKeys {
        needed_keys[self.place() % needed_keys.len()].keys(self.key)
    }

    fn day(self) -> Day {
        FIRST + (self.what & ((1 << DAY_BITS) - 1)) as Day
    }
}

/// The keys of a row and of the row that it is about; 0 is none. A small number is its own key, from 1 on; anything else has its
/// fingerprint. Keys are only compared within the rows of one person, where two fingerprints will practically never be equal by
/// accident.
#[derive(Clone, Copy, Debug, Default)]
struct FactKeys {
    own: u64,
    about: u64,
}

/// Rows of one block: enough for fast reading, and few enough that all open blocks stay in the processor's cache.
const BLOCK_ROWS: usize = 256;

/// People in one part, as a power of two: as many as fit into a row with their kinds, so that a part fits the processor's cache.
fn shift(kinds: usize) -> u32 {
    (MOST_KINDS / kinds.max(1)).max(1).ilog2().min(12)
}

fn parts(people: usize, kinds: usize) -> usize {
    (people >> shift(kinds)) + 1
}

impl Facts {
    /// No facts yet, for this many people.
    #[must_use]
    pub fn new(people: usize, need: &Need) -> Facts {
        let needed_keys = needed_keys(need);
        assert!(needed_keys.len() <= MOST_KINDS, "{} kinds do not fit a row", needed_keys.len());
        let blocks = std::iter::repeat_with(Vec::new).take(parts(people, needed_keys.len())).collect();
        Facts { blocks, people, needed_keys, last: Day::MIN }
    }

    pub fn add(&mut self, gathered: GatheredFacts) {
        gathered.blocks.into_iter().for_each(|(part, block)| self.blocks[part].push(block));
        self.last = self.last.max(gathered.last);
    }

    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.blocks.len()
    }

    /// The position of the part of a person.
    #[must_use]
    pub fn part(&self, person: u32) -> usize {
        person as usize >> shift(self.needed_keys.len())
    }

    /// The facts of one person that were known by a day, in order.
    #[must_use]
    pub fn of(&self, person: u32, known_at: Day) -> Vec<Fact> {
        let mut part = FactsPart::default();
        self.fill(self.part(person), known_at, &mut part);
        let mut facts: Vec<Fact> = part.of(person).all().collect();
        facts.sort_unstable();
        facts
    }

    /// The last day on which anything that was read happened or became known.
    #[must_use]
    pub fn last(&self) -> Day {
        self.last
    }

    /// For each kind, how many facts are dated up to a day, and how many of them became known only after it.
    #[must_use]
    pub fn counts(&self, known_at: Day) -> Vec<(u64, u64)> {
        let mut counts = vec![(0, 0); self.needed_keys.len()];
        for block in self.blocks.iter().flatten() {
            for row in block.rows.iter().filter(|row| row.day() <= known_at) {
                let (all, later) = &mut counts[row.place() % self.needed_keys.len()];
                *all += 1;
                *later += 1;
            }
            block.known(known_at, |_, row| {
                let (_, later) = &mut counts[row.place() % self.needed_keys.len()];
                *later -= u64::from(row.day() <= known_at);
            });
        }
        counts
    }

    /// Number of events and spells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.iter().flatten().map(|block| block.rows.len()).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `part` with the facts, known by a day, of the people of the part at a position, by person and kind. The same `part`
    /// is reused, so that its memory is allocated only once.
    pub fn fill(&self, at: usize, known_at: Day, part: &mut FactsPart) {
        let shift = shift(self.needed_keys.len());
        let first = (at << shift).min(self.people);
        let people = ((at + 1) << shift).min(self.people) - first;
        (part.first, part.people) = (first as u32, people as u32);
        part.needed_keys.clone_from(&self.needed_keys);
        let starts = &mut part.starts;
        starts.clear();
        starts.resize(people * self.needed_keys.len() + 1, 0);
        // In most records, nothing became known after the last day.
        let known_at = if self.last <= known_at { NEVER } else { known_at };
        let blocks = &self.blocks[at];
        for block in blocks {
            block.known(known_at, |_, row| starts[row.place() + 1] += 1);
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        part.next.clone_from(starts);
        part.block.make_room(starts[starts.len() - 1] as usize, blocks);
        for block in blocks {
            block.known(known_at, |at, row| {
                let next = &mut part.next[row.place()];
                part.block.rows[*next as usize] = row;
                if let Some(more) = &mut part.block.more {
                    more.put(*next as usize, block, at, &self.needed_keys);
                }
                *next += 1;
            });
        }
    }
}

/// One person's facts.
#[derive(Clone, Copy, Debug)]
pub struct PersonFacts<'a> {
    block: &'a Block,
    needed_keys: &'a [NeededKeys],
    /// Where the facts of each kind begin, and the end of the last.
    starts: &'a [u32],
}

impl FactsPart {
    /// The people of the part.
    #[must_use]
    pub fn people(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.people
    }

    /// The facts of one of its people.
    #[must_use]
    pub fn of(&self, person: u32) -> PersonFacts<'_> {
        let kinds = self.needed_keys.len();
        let at = (person - self.first) as usize * kinds;
        PersonFacts { block: &self.block, needed_keys: &self.needed_keys, starts: &self.starts[at..=at + kinds] }
    }
}

impl<'a> PersonFacts<'a> {
    /// The facts of a kind, in no order.
    #[inline]
    pub fn of(self, kind: u16) -> impl Iterator<Item = Fact> + 'a {
        let (at, needed) = (usize::from(kind), self.needed_keys[usize::from(kind)]);
        (self.starts[at]..self.starts[at + 1]).map(move |row| self.block.fact(row as usize, kind, needed))
    }

    /// Everything, in no order.
    pub fn all(self) -> impl Iterator<Item = Fact> + 'a {
        (0..self.needed_keys.len() as u16).flat_map(move |kind| self.of(kind))
    }

    /// How many facts of a kind there are.
    #[must_use]
    pub fn rows(self, kind: u16) -> usize {
        let at = usize::from(kind);
        (self.starts[at + 1] - self.starts[at]) as usize
    }

    /// Whether a fact of a kind is dated on a day or later.
    #[must_use]
    pub fn any_from(self, kind: u16, day: Day) -> bool {
        let at = usize::from(kind);
        self.block.rows[self.starts[at] as usize..self.starts[at + 1] as usize].iter().any(|row| row.day() >= day)
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

    /// How many facts equal an earlier one in everything but the key.
    #[must_use]
    pub fn copies(self) -> usize {
        let (mut found, mut room) = (0, Vec::new());
        for kind in 0..self.needed_keys.len() as u16 {
            let rows = self.starts[usize::from(kind)] as usize..self.starts[usize::from(kind) + 1] as usize;
            // Most people have no two facts of one kind on one day, and that is quick to see.
            let alike = match rows.len() {
                0 | 1 => false,
                2..=FEW => rows.clone().any(|at| {
                    let what = self.block.rows[at].what;
                    self.block.rows[at + 1..rows.end].iter().any(|other| other.what == what)
                }),
                _ => true,
            };
            if alike {
                room.clear();
                room.extend(rows.map(|at| self.without_key(at, kind)));
                room.sort_unstable();
                found += room.windows(2).filter(|two| two[0] == two[1]).count();
            }
        }
        found
    }

    /// The same facts as a part of one person, without copies that differ only in the key. Of several copies the one with the
    /// smallest key is kept, whatever the order of rows, and what was about another copy is about that one.
    #[must_use]
    pub fn once(self, person: u32) -> FactsPart {
        let kinds = self.needed_keys.len() as u16;
        let needed = |kind: u16| self.needed_keys[usize::from(kind)];
        // Facts come before those that refer to them, so that it is known which copies are dropped: first those that refer to no other,
        // then those that refer and are referred to. Two such kinds that refer to each other keep the order of kinds.
        let mut order: Vec<u16> = (0..kinds).collect();
        order.sort_by_key(|kind| match needed(*kind) {
            NeededKeys::About => 2,
            NeededKeys::Both => 1,
            _ => 0,
        });
        let (mut dropped, mut kept) = (BTreeMap::new(), vec![Vec::new(); usize::from(kinds)]);
        for kind in order {
            let rows = self.starts[usize::from(kind)] as usize..self.starts[usize::from(kind) + 1] as usize;
            let whole = |at: usize| {
                let fact = self.block.fact(at, kind, needed(kind));
                let about = dropped.get(&fact.about).copied().unwrap_or(fact.about);
                // A fact without a key, 0, comes last.
                (Fact { key: 0, about, ..fact }, fact.key.wrapping_sub(1), at)
            };
            let mut facts: Vec<(Fact, u64, usize)> = rows.map(whole).collect();
            facts.sort_unstable();
            for same in facts.chunk_by(|a, b| a.0 == b.0) {
                let (fact, key, at) = same[0];
                kept[usize::from(kind)].push((at, fact.about));
                let others = same[1..].iter().map(|(_, other, _)| *other).filter(|other| ![key, u64::MAX].contains(other));
                dropped.extend(others.map(|other| (other + 1, key + 1)));
            }
        }
        let mut starts = vec![0];
        starts.extend(kept.iter().scan(0, |sum, kept| {
            *sum += kept.len() as u32;
            Some(*sum)
        }));
        let kept = kept.concat();
        let rows: Vec<usize> = kept.iter().map(|(at, _)| *at).collect();
        let mut block = Block {
            rows: rows.iter().map(|at| self.block.rows[*at]).collect(),
            more: self.block.more.as_ref().map(|more| Box::new(more.only(&rows))),
        };
        if !dropped.is_empty() {
            (0..kinds).for_each(|kind| {
                for row in starts[usize::from(kind)] as usize..starts[usize::from(kind) + 1] as usize {
                    block.set_about(row, needed(kind), kept[row].1);
                }
            });
        }
        FactsPart { first: person, people: 1, needed_keys: self.needed_keys.to_vec(), starts, block, next: Vec::new() }
    }

    /// The same facts as a part of one person, each as `change` leaves it, which may leave it out.
    #[must_use]
    pub fn changed(self, person: u32, change: impl Fn(Fact) -> Option<Fact>) -> FactsPart {
        let (mut starts, mut rows, mut more) = (vec![0], Vec::new(), RareColumns::default());
        for kind in 0..self.needed_keys.len() as u16 {
            for fact in self.of(kind).filter_map(&change) {
                rows.push(FactRow::new(kind.into(), fact.from, 0));
                more.to.push(fact.to);
                more.class.push(fact.class);
                more.keys.push(FactKeys { own: fact.key, about: fact.about });
                more.disposal.push(fact.disposal);
                more.amount.push(fact.amount);
            }
            starts.push(rows.len() as u32);
        }
        let block = Block { rows, more: Some(Box::new(more)) };
        FactsPart { first: person, people: 1, needed_keys: self.needed_keys.to_vec(), starts, block, next: Vec::new() }
    }

    fn without_key(self, row: usize, kind: u16) -> Fact {
        Fact { key: 0, ..self.block.fact(row, kind, self.needed_keys[usize::from(kind)]) }
    }
}

/// Up to this many facts of a kind are compared with each other directly.
const FEW: usize = 24;

impl Block {
    #[inline]
    fn fact(&self, row: usize, kind: u16, needed: NeededKeys) -> Fact {
        let FactRow { key, .. } = self.rows[row];
        let FactKeys { own, about } = needed.keys(key);
        let fact = Fact { from: self.rows[row].day(), to: NEVER, kind, key: own, about, ..Fact::default() };
        match &self.more {
            None => fact,
            Some(more) => more.fact(row, fact),
        }
    }

    /// Changes what a fact is about. The key of another copy is never larger than the one that was there, so it fits.
    fn set_about(&mut self, row: usize, needed: NeededKeys, about: u64) {
        match self.more.as_mut().and_then(|more| more.keys.get_mut(row)) {
            Some(keys) => keys.about = about,
            None if needed == NeededKeys::About => self.rows[row].key = about as u32,
            None => {}
        }
    }

    /// Gives the rows that were known by a day, each with its position.
    #[inline]
    fn known(&self, known_at: Day, mut take: impl FnMut(usize, FactRow)) {
        for (at, row) in self.rows.iter().enumerate() {
            let known = || match self.more.as_ref().and_then(|more| more.known.get(at)) {
                Some(known) if *known != NEVER => *known <= known_at,
                _ => row.day() <= known_at,
            };
            if known_at == NEVER || known() {
                take(at, *row);
            }
        }
    }

    /// Makes room for this many facts of some blocks, with the columns that any of them has.
    fn make_room(&mut self, count: usize, blocks: &[Block]) {
        fn room<T: Clone + Default>(values: &mut Vec<T>, count: usize, wanted: bool) {
            if wanted && values.len() < count {
                values.resize(count, T::default());
            }
        }
        room(&mut self.rows, count, true);
        let all: Vec<&RareColumns> = blocks.iter().filter_map(|block| block.more.as_deref()).collect();
        if all.is_empty() {
            self.more = None;
            return;
        }
        let more = self.more.get_or_insert_default();
        room(&mut more.to, count, all.iter().any(|more| !more.to.is_empty()));
        room(&mut more.class, count, all.iter().any(|more| !more.class.is_empty()));
        room(&mut more.keys, count, all.iter().any(|more| !more.keys.is_empty()));
        room(&mut more.disposal, count, all.iter().any(|more| !more.disposal.is_empty()));
        room(&mut more.amount, count, all.iter().any(|more| !more.amount.is_empty()));
    }
}

impl RareColumns {
    /// A fact with its values in these columns.
    fn fact(&self, row: usize, fact: Fact) -> Fact {
        let keys = self.keys.get(row).copied().unwrap_or(FactKeys { own: fact.key, about: fact.about });
        Fact {
            to: self.to.get(row).copied().unwrap_or(NEVER),
            class: self.class.get(row).copied().unwrap_or(0),
            key: keys.own,
            about: keys.about,
            disposal: self.disposal.get(row).copied().unwrap_or(0),
            amount: self.amount.get(row).copied().unwrap_or(0),
            ..fact
        }
    }

    /// The same for some rows, in their order.
    fn only(&self, rows: &[usize]) -> RareColumns {
        fn only<T: Copy>(column: &[T], rows: &[usize], none: T) -> Vec<T> {
            if column.is_empty() {
                Vec::new()
            } else {
                rows.iter().map(|row| column.get(*row).copied().unwrap_or(none)).collect()
            }
        }
        RareColumns {
            to: only(&self.to, rows, NEVER),
            class: only(&self.class, rows, 0),
            keys: only(&self.keys, rows, FactKeys::default()),
            disposal: only(&self.disposal, rows, 0),
            amount: only(&self.amount, rows, 0),
            known: only(&self.known, rows, NEVER),
        }
    }

    /// Copies a fact of a block to a place.
    fn put(&mut self, place: usize, from: &Block, row: usize, needed_keys: &[NeededKeys]) {
        let keys = from.rows[row].keys(needed_keys);
        let plain = Fact { key: keys.own, about: keys.about, ..Fact::default() };
        let none = RareColumns::default();
        let fact = from.more.as_deref().unwrap_or(&none).fact(row, plain);
        let keys = FactKeys { own: fact.key, about: fact.about };
        fn set<T>(column: &mut [T], place: usize, value: T) {
            if let Some(at) = column.get_mut(place) {
                *at = value;
            }
        }
        set(&mut self.to, place, fact.to);
        set(&mut self.class, place, fact.class);
        set(&mut self.keys, place, keys);
        set(&mut self.disposal, place, fact.disposal);
        set(&mut self.amount, place, fact.amount);
    }
}

impl NeededKeys {
    /// The keys of a fact that needs only one.
    #[inline]
    fn keys(self, key: u32) -> FactKeys {
        let when = |needed| if self == needed { u64::from(key) } else { 0 };
        FactKeys { own: when(NeededKeys::Own), about: when(NeededKeys::About) }
    }
}

/// Which keys the facts of each needed kind of event and spell need.
fn needed_keys(need: &Need) -> Vec<NeededKeys> {
    let of = |kind: &String| match (need.referred.contains(kind), need.referring.contains(kind)) {
        (false, false) => NeededKeys::None,
        (true, false) => NeededKeys::Own,
        (false, true) => NeededKeys::About,
        (true, true) => NeededKeys::Both,
    };
    need.events.iter().map(of).chain(need.spells.iter().map(|_| NeededKeys::None)).collect()
}

impl<'a> FactsBuilder<'a> {
    /// No rows yet.
    #[must_use]
    pub fn new(people: &'a Names, need: &'a Need) -> FactsBuilder<'a> {
        let needed_keys = needed_keys(need);
        let open = std::iter::repeat_with(Block::default).take(parts(people.len(), needed_keys.len()) + 1).collect();
        let gathered = GatheredFacts { blocks: Vec::new(), unknown_people: 0, last: Day::MIN, reached: DaySet::default() };
        FactsBuilder { people, need, needed_keys, open, gathered }
    }

    /// Adds the needed rows of a batch of events or spells.
    pub fn add(&mut self, batch: &Batch) {
        let column = |name| &batch.columns[batch.table.column(name)];
        let kinds = if batch.table.name == "spells" { &self.need.spells } else { &self.need.events };
        let persons = find_people(self.people, column("person"), batch.rows());
        self.add_looked_up(batch, &RowLookups { persons, kinds: positions(column("kind"), batch.rows(), kinds) });
    }

    /// The same, if people and kinds are looked up already.
    pub fn add_looked_up<'b>(&mut self, batch: &'b Batch, lookups: &RowLookups) {
        let spells = batch.table.name == "spells";
        let days = |column| match &batch.columns[batch.table.column(column)] {
            ColumnValues::Days(days) => &days[..],
            _ => &[],
        };
        let (from, to, known) = if spells { ("from", "to", "known") } else { ("date", "settled", "known") };
        let (from, to, known) = (days(from), days(to), days(known));
        // The end of a spell does not count: it may be written down in advance.
        let later = if spells { &[] } else { to };
        let known_days = later.iter().chain(known).filter(|day| **day != NEVER);
        self.gathered.last = known_days.chain(from.iter().max()).fold(self.gathered.last, |last, day| last.max(*day));
        self.reached(from, known, later);

        let column = |name: &str, wanted: bool| {
            let column = batch.table.columns.iter().position(|column| column.name == name).filter(|_| wanted);
            column.map_or(&ColumnValues::Absent, |column| &batch.columns[column])
        };
        let (own, about) = (column("event", true), column("about", true));
        let class = column("class", !self.need.classes.is_empty());
        let few = RareValues {
            to,
            known,
            class: if *class == ColumnValues::Absent { Vec::new() } else { positions(class, batch.rows(), &self.need.classes) },
            disposal: column("disposal", !self.need.disposals.is_empty()),
            amount: column("amount", !self.need.amounts.is_empty()),
        };
        let (few_there, both) = (few.any(), self.needed_keys.contains(&NeededKeys::Both));
        let offset = if spells { self.need.events.len() } else { 0 };
        let RowLookups { persons: someone, kinds } = lookups;
        self.gathered.unknown_people += someone.iter().filter(|person| **person == NOBODY).count() as u64;
        let key_of = self.needed_keys[offset..].iter().map(|needed| match needed {
            NeededKeys::About => about,
            // A key that is not needed is never read.
            NeededKeys::Own | NeededKeys::None | NeededKeys::Both => own,
        });
        // Numbers are fastest to read.
        let numbers = |column: &'b ColumnValues| match column {
            ColumnValues::Numbers(numbers) => (column, &numbers[..]),
            column => (column, &[][..]),
        };
        let key_of: Vec<(&ColumnValues, &[i64])> = std::iter::once(own).chain(key_of).map(numbers).collect();
        let (shift, all, parts) = (shift(self.needed_keys.len()), self.needed_keys.len() as u32, self.open.len() - 1);
        for (row, (someone, kind)) in someone.iter().zip(kinds).enumerate() {
            // Rows that are not needed go into their own part: that is faster than a branch for each row.
            let unwanted = (*someone == NOBODY) | (*kind == 0);
            let part = if unwanted { parts } else { (*someone >> shift) as usize };
            let block = &mut self.open[part];
            if block.rows.len() == BLOCK_ROWS {
                // Copied at once, so that the open blocks stay in the processor's cache.
                let full = Block { rows: block.rows.to_vec(), more: block.more.take() };
                block.rows.clear();
                if part < parts {
                    self.gathered.blocks.push((part, full));
                }
            }
            let place = ((*someone & ((1 << shift) - 1)) * all + offset as u32 + u32::from(*kind)).wrapping_sub(1);
            let (column, numbers) = key_of[usize::from(*kind)];
            let key = match numbers.get(row) {
                Some(number) if is_small(*number) => *number as u64 + 1,
                _ => key(column, row),
            };
            block.rows.push(FactRow::new(place, from[row], key as u32));
            let large = both || key > u64::from(u32::MAX);
            if large || few_there {
                let (at, more) = (block.rows.len() - 1, block.more.get_or_insert_default());
                few.put(row, more, at);
                if large {
                    let without = &block.rows[more.keys.len()..at];
                    more.keys.extend(without.iter().map(|row| row.keys(&self.needed_keys)));
                    more.keys.push(FactKeys { own: self::key(own, row), about: self::key(about, row) });
                }
            }
        }
    }

    /// Adds the days that rows show the records to reach.
    fn reached(&mut self, from: &[Day], known: &[Day], settled: &[Day]) {
        let reached = &mut self.gathered.reached;
        // Neighbouring rows often have the same day.
        let mut last = NEVER;
        for (row, from) in from.iter().enumerate() {
            let known = known.get(row).filter(|day| **day != NEVER).map_or(*from, |known| (*known).max(*from));
            if known != last {
                reached.insert(known);
                last = known;
            }
            if let Some(settled) = settled.get(row).filter(|settled| **settled != NEVER && **settled > known) {
                reached.insert(*settled);
            }
        }
    }

    /// Everything that was collected.
    #[must_use]
    pub fn end(mut self) -> GatheredFacts {
        // Rows that are not needed are at the end.
        self.open.pop();
        for (part, mut block) in self.open.into_iter().enumerate().filter(|(_, block)| !block.rows.is_empty()) {
            block.rows.shrink_to_fit();
            self.gathered.blocks.push((part, block));
        }
        self.gathered
    }
}

/// The columns of a batch that few tables have.
struct RareValues<'a> {
    to: &'a [Day],
    known: &'a [Day],
    class: Vec<u16>,
    disposal: &'a ColumnValues,
    amount: &'a ColumnValues,
}

impl RareValues<'_> {
    fn any(&self) -> bool {
        let days = !self.to.is_empty() || !self.known.is_empty() || !self.class.is_empty();
        days || *self.disposal != ColumnValues::Absent || *self.amount != ColumnValues::Absent
    }

    /// Copies the values of a row of the batch to a place.
    fn put(&self, row: usize, more: &mut RareColumns, at: usize) {
        fn put<T: Copy + PartialEq>(column: &mut Vec<T>, at: usize, none: T, value: Option<T>) {
            if let Some(value) = value.filter(|value| *value != none) {
                column.resize(at, none);
                column.push(value);
            }
        }
        put(&mut more.to, at, NEVER, self.to.get(row).copied());
        put(&mut more.known, at, NEVER, self.known.get(row).copied());
        put(&mut more.class, at, 0, self.class.get(row).copied());
        put(&mut more.disposal, at, 0, Some(disposal_key(self.disposal, row)));
        if let ColumnValues::Numbers(amounts) = self.amount {
            put(&mut more.amount, at, 0, Some(amounts[row]).filter(|amount| *amount != NONE));
        }
    }
}

fn is_small(number: i64) -> bool {
    (0..i64::from(u32::MAX)).contains(&number)
}

/// The key of a disposal. Only rows of one person are compared, so that letter case, blanks and hyphens do not make another disposal.
fn disposal_key(column: &ColumnValues, row: usize) -> u64 {
    match column {
        ColumnValues::Texts(texts) if !texts.get(row).is_empty() => {
            let folded: String = spelling::folded(texts.get(row)).chars().filter(|letter| *letter != ' ').collect();
            fingerprint(Name::of(&folded)) | 1 << 63
        }
        column => key(column, row),
    }
}

/// The key of a row in a column, as facts have it; 0 if it has none.
pub(super) fn key(column: &ColumnValues, row: usize) -> u64 {
    let of = |name: Name<'_>| match name {
        Name::Number(number) if is_small(number) => number as u64 + 1,
        name => fingerprint(name) | 1 << 63,
    };
    match column {
        ColumnValues::Numbers(numbers) if numbers[row] != NONE => of(Name::Number(numbers[row])),
        ColumnValues::Texts(texts) if !texts.get(row).is_empty() => of(Name::of(texts.get(row))),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::People;
    use super::super::schema::table;
    use super::*;

    /// A file that is handed over twice under new keys, and a fact about the copy of another one alone. Small keys and large
    /// ones, in any order of rows: the same facts once, and everything is about a fact that is kept.
    #[test]
    fn copies_count_once_whatever_their_order() {
        let (people_table, events) = (table("people").expect("a table"), table("events").expect("a table"));
        let mut batch = Batch::empty(people_table);
        batch.push(&[("person", "1")]);
        let people = People::new(&[batch]);
        let need = Need {
            events: vec!["offence".into(), "conviction".into()],
            referred: vec!["offence".into()],
            referring: vec!["conviction".into()],
            ..Need::default()
        };
        for offset in [0, 5_000_000_000_u64] {
            // Two offences of one day, each with its conviction; a third with a copy, and a conviction about the copy.
            let rows = [
                ("offence", 1, "2020-01-01", 0),
                ("offence", 2, "2020-01-01", 0),
                ("conviction", 3, "2020-03-01", 1),
                ("conviction", 4, "2020-03-01", 2),
                ("offence", 5, "2020-02-01", 0),
                ("offence", 6, "2020-02-01", 0),
                ("conviction", 7, "2020-04-01", 6),
            ];
            let once = |order: &[usize]| {
                let mut gather = FactsBuilder::new(&people.names, &need);
                let mut batch = Batch::empty(events);
                for at in order {
                    let (kind, key, date, about) = rows[*at];
                    let [key, of] = [key, about].map(|key| if key == 0 { String::new() } else { (key + offset).to_string() });
                    batch.push(&[("event", &key), ("person", "1"), ("kind", kind), ("date", date), ("about", &of)]);
                }
                gather.add(&batch);
                let mut facts = Facts::new(people.names.len(), &need);
                facts.add(gather.end());
                let mut part = FactsPart::default();
                facts.fill(0, LAST, &mut part);
                assert_eq!(part.of(0).copies(), 2, "convictions about two keys differ");
                let once = part.of(0).once(0);
                let mut all: Vec<Fact> = once.of(0).all().collect();
                all.sort_unstable();
                all
            };
            let first = once(&[0, 1, 2, 3, 4, 5, 6]);
            let keys: Vec<u64> = first.iter().filter(|fact| fact.kind == 0).map(|fact| fact.key).collect();
            let about: Vec<u64> = first.iter().filter(|fact| fact.kind == 1).map(|fact| fact.about).collect();
            assert_eq!((keys.len(), about), (2, keys));
            assert_eq!(once(&[6, 5, 4, 3, 2, 1, 0]), first);
            assert_eq!(once(&[3, 1, 5, 0, 6, 2, 4]), first);
        }
    }

    /// Facts of 300 people, eight of each, of a number of kinds that decides how many people a part has: all of them in one, or
    /// one in each. Every second batch has keys that are large, and the last kind is about others, or also what others are about.
    #[test]
    fn everybody_has_their_own_facts_however_many_kinds_there_are() {
        let (people_table, events) = (table("people").expect("a table"), table("events").expect("a table"));
        let mut batch = Batch::empty(people_table);
        (0..300).for_each(|person| batch.push(&[("person", &format!("{person}"))]));
        let people = People::new(&[batch]);
        for (kinds, both) in [(3, false), (3, true), (1_000, false), (20_000, true)] {
            let names: Vec<String> = (0..kinds).map(|kind| format!("kind {kind}")).collect();
            let (first, last) = (&names[..2], &names[kinds - 2..]);
            let referred = if both { last.to_vec() } else { last[..1].to_vec() };
            let need = Need { events: names.clone(), referred, referring: last[1..].to_vec(), ..Need::default() };
            let mut gather = FactsBuilder::new(&people.names, &need);
            let mut expected: Vec<Vec<Fact>> = vec![Vec::new(); 300];
            for (at, offset) in [0, 5_000_000_000, 20_000, 7_000_000_000].into_iter().enumerate() {
                let mut batch = Batch::empty(events);
                for row in 0..600_u64 {
                    let (person, key, about) = ((row * 7 + at as u64) % 300, row + offset, row / 2 + offset);
                    let kind = if row % 3 == 0 { &first[0] } else { &last[row as usize % 2] };
                    let day = FIRST + (row as Day * 41) % (LAST - FIRST);
                    batch.push(&[
                        ("event", &key.to_string()),
                        ("person", &person.to_string()),
                        ("kind", kind),
                        ("date", &base::day::date(day).to_string()),
                        ("about", &about.to_string()),
                    ]);
                    // This person is unknown, and this kind is not needed.
                    for other in [("300", kind.as_str()), ("1", "another")] {
                        batch.push(&[
                            ("event", &key.to_string()),
                            ("person", other.0),
                            ("kind", other.1),
                            ("date", "2020-02-29"),
                        ]);
                    }
                    let kind = names.iter().position(|name| name == kind).expect("it is among them") as u16;
                    expected[person as usize].push(Fact { from: day, to: NEVER, kind, ..Fact::default() });
                }
                gather.add(&batch);
            }
            let gathered = gather.end();
            assert_eq!(gathered.unknown_people, 4 * 600);
            let mut facts = Facts::new(people.names.len(), &need);
            facts.add(gathered);
            assert_eq!(facts.parts() > 1, kinds > 100);
            for (person, mut expected) in expected.into_iter().enumerate() {
                let found = facts.of(person as u32, LAST);
                let mut bare: Vec<Fact> = found.iter().map(|fact| Fact { key: 0, about: 0, ..*fact }).collect();
                bare.sort_unstable();
                expected.sort_unstable();
                assert_eq!(bare, expected);
                // Needed keys are all different, and the last kind is about others.
                let of = |kind: usize| found.iter().filter(move |fact| usize::from(fact.kind) == kind);
                let asked: Vec<u64> = of(kinds - 2).chain(of(kinds - 1).filter(|_| both)).map(|fact| fact.key).collect();
                let keys: std::collections::BTreeSet<u64> = asked.iter().copied().filter(|key| *key > 0).collect();
                assert_eq!(keys.len(), asked.len());
                let about: std::collections::BTreeSet<u64> = of(kinds - 1).map(|fact| fact.about).collect();
                assert!(!about.contains(&0) && about.len() == of(kinds - 1).count());
            }
        }
    }
}

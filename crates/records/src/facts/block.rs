//! How facts are kept: eight bytes each, in blocks of neighbouring people, and beside them the columns that few tables have.

use crate::facts::fact::{Fact, FactKeys, NeededKeys};
use base::day::{Day, FIRST, LAST, NEVER};

/// Some facts: the columns that all have, and the columns that few tables have.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) rows: Vec<FactRow>,
    pub(super) more: Option<Box<RareColumns>>,
}

/// Columns that few tables have, in the order of the rows. Each ends with the last row that needs it.
#[derive(Debug, Default)]
pub(super) struct RareColumns {
    pub(super) to: Vec<Day>,
    pub(super) class: Vec<u16>,
    /// Used instead of the key in the row if one is large, or if a fact needs both.
    pub(super) keys: Vec<FactKeys>,
    pub(super) disposal: Vec<u64>,
    pub(super) amount: Vec<i64>,
    pub(super) known: Vec<Day>,
}

/// What every fact has. It is written twice for each fact and read three times. That is much of the time of measuring and most
/// of its memory, so it is as small as possible.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FactRow {
    /// Its place by person and kind within the part, and in the last [`DAY_BITS`] bits the day since [`FIRST`].
    pub(super) what: u32,
    /// The one key that facts of its kind need.
    pub(super) key: u32,
}

const DAY_BITS: u32 = 17;
const _: () = assert!((LAST - FIRST) >> DAY_BITS == 0);

/// The most kinds of events and spells that can be needed together.
pub const MOST_KINDS: usize = 1 << (u32::BITS - DAY_BITS);

impl FactRow {
    pub(super) fn new(place: u32, day: Day, key: u32) -> FactRow {
        FactRow { what: place << DAY_BITS | (day - FIRST) as u32, key }
    }

    pub(super) fn place(self) -> usize {
        (self.what >> DAY_BITS) as usize
    }

    pub(super) fn keys(self, needed_keys: &[NeededKeys]) -> FactKeys {
        needed_keys[self.place() % needed_keys.len()].keys(self.key)
    }

    pub(super) fn day(self) -> Day {
        FIRST + (self.what & ((1 << DAY_BITS) - 1)) as Day
    }
}

/// Rows of one block: enough for fast reading, and few enough that all open blocks stay in the processor's cache.
pub(super) const BLOCK_ROWS: usize = 256;

/// People in one part, as a power of two: as many as fit into a row with their kinds, so that a part fits the processor's cache.
pub(super) fn shift(kinds: usize) -> u32 {
    (MOST_KINDS / kinds.max(1)).max(1).ilog2().min(12)
}

pub(super) fn parts(people: usize, kinds: usize) -> usize {
    (people >> shift(kinds)) + 1
}

impl Block {
    #[inline]
    pub(super) fn fact(&self, row: usize, kind: u16, needed: NeededKeys) -> Fact {
        let FactRow { key, .. } = self.rows[row];
        let FactKeys { own, about } = needed.keys(key);
        let fact = Fact { from: self.rows[row].day(), to: NEVER, kind, key: own, about, ..Fact::default() };
        match &self.more {
            None => fact,
            Some(more) => more.fact(row, fact),
        }
    }

    /// Changes what a fact is about. The key of another copy is never larger than the one that was there, so it fits.
    pub(super) fn set_about(&mut self, row: usize, needed: NeededKeys, about: u64) {
        match self.more.as_mut().and_then(|more| more.keys.get_mut(row)) {
            Some(keys) => keys.about = about,
            None if needed == NeededKeys::About => self.rows[row].key = about as u32,
            None => {}
        }
    }

    /// Gives the rows that were known by a day, each with its position.
    #[inline]
    pub(super) fn known(&self, known_at: Day, mut take: impl FnMut(usize, FactRow)) {
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
    pub(super) fn make_room(&mut self, count: usize, blocks: &[Block]) {
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
    pub(super) fn only(&self, rows: &[usize]) -> RareColumns {
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
    pub(super) fn put(&mut self, place: usize, from: &Block, row: usize, needed_keys: &[NeededKeys]) {
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

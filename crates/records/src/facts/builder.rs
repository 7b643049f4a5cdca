//! Collects the rows of a table as they arrive: each goes to the part of its person.

use crate::batch::{Batch, ColumnValues, NONE};
use crate::day_set::DaySet;
use crate::facts::block::{BLOCK_ROWS, Block, FactRow, RareColumns, parts, shift};
use crate::facts::fact::{FactKeys, NeededKeys, disposal_key, is_small, key, needed_keys};
use crate::lookups::{RowLookups, find_people, positions};
use crate::names::{NOBODY, Names};
use crate::need::Need;
use crate::placeholders;
use base::day::{Day, NEVER};

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
    pub(super) blocks: Vec<(usize, Block)>,
    /// Rows of people who are not in the table of people.
    pub unknown_people: u64,
    /// The last day on which anything that was read, needed or not, happened or became known.
    pub last: Day,
    /// For each row, needed or not, the day from which the agency can have had it: the day it happened or the day it became known,
    /// whichever is later; and the day on which it was settled, where that is later still.
    pub reached: DaySet,
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
            class: if *class == ColumnValues::Absent { Vec::new() } else { self.classes(class, batch.rows()) },
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

    /// The class of each row.
    fn classes(&self, column: &ColumnValues, rows: usize) -> Vec<u16> {
        let mut classes = positions(column, rows, &self.need.classes);
        let without = |(row, class): &(usize, &mut u16)| **class == 0 && placeholders::has_none(column, *row);
        classes.iter_mut().enumerate().filter(without).for_each(|(_, class)| *class = self.need.no_class());
        classes
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

//! The facts of neighbouring people, sorted by person and kind, and what can be asked of those of one person.

use std::collections::BTreeMap;

use crate::facts::block::{Block, FactRow, RareColumns};
use crate::facts::fact::{Fact, FactKeys, NeededKeys};
use base::day::Day;

/// The facts of neighbouring people.
#[derive(Debug, Default)]
pub struct FactsPart {
    /// The first person of the part.
    pub(super) first: u32,
    pub(super) people: u32,
    pub(super) needed_keys: Vec<NeededKeys>,
    /// Where the facts of each person and kind start, and where the last ones end.
    pub(super) starts: Vec<u32>,
    pub(super) block: Block,
    /// While filling: where the next fact of each person and kind goes.
    pub(super) next: Vec<u32>,
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

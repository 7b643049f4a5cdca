//! A set of keys in little memory: which of tens of millions of rows have a key that appeared before?
//!
//! Most keys are small numbers. They are kept in pages of 65,536: two bytes each, or one bit each where they are close together.
//! Of every other key, 60 bits of its fingerprint are kept, about eight bytes each. Two different keys may share those bits, so a
//! second reading checks every repeat that is found here.

use super::super::batch::{ColumnValues, NONE, Name};
use super::super::names::fingerprint;

/// The keys read so far.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    /// One bit for each number from 0 on, where numbers are close together.
    dense: Vec<u64>,
    /// Larger numbers below 2³², by their upper half.
    small: Vec<KeyPage>,
    /// How many keys were added.
    added: usize,
    /// Fingerprints by their upper 12 bits.
    others: Vec<PrintTable>,
}

/// Fingerprints with the same upper bits. Each is at the first free place from where its lower bits point.
#[derive(Debug, Default)]
struct PrintTable {
    /// The lower 32 bits. A place is free where these and the upper ones are 0.
    low: Vec<u32>,
    /// The 16 bits above.
    high: Vec<u16>,
    held: usize,
}

impl PrintTable {
    /// The place of a fingerprint, or the free place for it.
    #[inline]
    fn place(&self, low: u32, high: u16) -> usize {
        let mut at = ((u64::from(low) * self.low.len() as u64) >> 32) as usize;
        while (self.low[at], self.high[at]) != (low, high) && (self.low[at], self.high[at]) != (0, 0) {
            at = if at + 1 == self.low.len() { 0 } else { at + 1 };
        }
        at
    }

    /// Adds a fingerprint and says whether it is new.
    #[inline]
    fn add(&mut self, (low, high): (u32, u16)) -> bool {
        if self.held * 5 >= self.low.len() * 4 {
            self.grow();
        }
        let at = self.place(low, high);
        let new = (self.low[at], self.high[at]) != (low, high);
        (self.low[at], self.high[at]) = (low, high);
        self.held += usize::from(new);
        new
    }

    /// Adds half as many places: doubling would leave half of a large set empty.
    fn grow(&mut self) {
        let size = (self.low.len() + self.low.len() / 2).max(16);
        let old = std::mem::replace(self, PrintTable { low: vec![0; size], high: vec![0; size], held: self.held });
        for (low, high) in old.low.into_iter().zip(old.high).filter(|print| *print != (0, 0)) {
            let at = self.place(low, high);
            (self.low[at], self.high[at]) = (low, high);
        }
    }
}

/// Which table a fingerprint belongs to, and the bits that are kept, never all 0.
fn parts(print: u64) -> (usize, (u32, u16)) {
    let (low, high) = (print as u32, (print >> 32) as u16);
    ((print >> 52) as usize, (if low == 0 && high == 0 { 1 } else { low }, high))
}

/// Numbers with the same upper half.
#[derive(Debug)]
enum KeyPage {
    /// Lower halves in order.
    Few(Vec<u16>),
    Bits(Box<[u64; 1024]>),
}

impl Default for KeyPage {
    fn default() -> KeyPage {
        KeyPage::Few(Vec::new())
    }
}

/// Words of 64 bits for the numbers of a page.
const PAGE: usize = 1024;

/// From this many numbers of a page on, bits need less memory.
const MANY: usize = 4096;

impl KeySet {
    /// Adds the keys of a column and gives the rows whose key appeared before. A row without a key is never a repeat.
    pub(crate) fn add(&mut self, column: &ColumnValues, rows: usize) -> Vec<usize> {
        let mut repeats = Vec::new();
        match column {
            ColumnValues::Numbers(numbers) => {
                self.make_dense(numbers);
                for (row, number) in numbers.iter().enumerate() {
                    if let Some(bits) = usize::try_from(*number >> 6).ok().and_then(|at| self.dense.get_mut(at)) {
                        let bit = 1 << (number & 63);
                        if *bits & bit != 0 {
                            repeats.push(row);
                        }
                        *bits |= bit;
                        continue;
                    }
                    let new = match u32::try_from(*number) {
                        Ok(number) => self.small(number),
                        Err(_) => *number == NONE || self.other(fingerprint(Name::Number(*number))),
                    };
                    if !new {
                        repeats.push(row);
                    }
                }
            }
            column => {
                for row in 0..rows {
                    let new = match column.name(row) {
                        None => true,
                        Some(Name::Number(number)) if u32::try_from(number).is_ok() => self.small(number as u32),
                        Some(name) => self.other(fingerprint(name)),
                    };
                    if !new {
                        repeats.push(row);
                    }
                }
            }
        }
        repeats
    }

    /// Keeps one bit for every number up to the largest, if that needs no more than four bytes for each key.
    fn make_dense(&mut self, numbers: &[i64]) {
        self.added += numbers.len();
        let largest = numbers.iter().filter_map(|number| u32::try_from(*number).ok()).max().unwrap_or(0);
        let pages = (largest >> 16) as usize + 1;
        if pages * PAGE <= self.dense.len() || pages * PAGE * 2 > self.added {
            return;
        }
        self.dense.resize(pages * PAGE, 0);
        for (page, kept) in self.small.iter_mut().take(pages).enumerate() {
            let bits = &mut self.dense[page * PAGE..(page + 1) * PAGE];
            match std::mem::take(kept) {
                KeyPage::Bits(old) => bits.iter_mut().zip(old.iter()).for_each(|(bits, old)| *bits |= old),
                KeyPage::Few(few) => few.iter().for_each(|at| bits[usize::from(at >> 6)] |= 1 << (at & 63)),
            }
        }
    }

    /// Adds a small number and says whether it is new.
    #[inline]
    fn small(&mut self, number: u32) -> bool {
        if let Some(bits) = self.dense.get_mut((number >> 6) as usize) {
            let bit = 1 << (number & 63);
            let new = *bits & bit == 0;
            *bits |= bit;
            return new;
        }
        let (page, at) = ((number >> 16) as usize, number as u16);
        if page >= self.small.len() {
            self.small.resize_with(page + 1, KeyPage::default);
        }
        match &mut self.small[page] {
            KeyPage::Bits(bits) => {
                let word = &mut bits[usize::from(at >> 6)];
                let bit = 1 << (at & 63);
                let new = *word & bit == 0;
                *word |= bit;
                new
            }
            KeyPage::Few(few) => {
                let place = if few.last().is_none_or(|last| *last < at) { Err(few.len()) } else { few.binary_search(&at) };
                let Err(place) = place else { return false };
                few.insert(place, at);
                if few.len() > MANY {
                    let mut bits = Box::new([0_u64; 1024]);
                    few.iter().for_each(|at| bits[usize::from(at >> 6)] |= 1 << (at & 63));
                    self.small[page] = KeyPage::Bits(bits);
                }
                true
            }
        }
    }

    /// Adds a fingerprint and says whether it is new.
    fn other(&mut self, print: u64) -> bool {
        if self.others.is_empty() {
            self.others.resize_with(1 << 12, PrintTable::default);
        }
        let (at, kept) = parts(print);
        self.others[at].add(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::batch::Texts;
    use super::*;

    fn texts(values: impl Iterator<Item = String>) -> ColumnValues {
        let mut texts = Texts::default();
        values.for_each(|value| texts.push(&value));
        ColumnValues::Texts(texts)
    }

    #[test]
    fn every_key_is_new_once() {
        // Dense, sparse, negative and large numbers, and texts; a number and its digits are the same key.
        let numbers = |at: i64| [at, at * 1_009, -at - 1, at * 3_000_000_019 + 5_000_000_000];
        let all: Vec<i64> = (0..20_000).flat_map(numbers).collect();
        let distinct: std::collections::BTreeSet<i64> = all.iter().copied().collect();
        let mut keys = KeySet::default();
        assert_eq!(keys.add(&ColumnValues::Numbers(all.clone()), all.len()).len(), all.len() - distinct.len());
        assert_eq!(keys.add(&ColumnValues::Numbers(all.clone()), all.len()).len(), all.len());
        assert_eq!(keys.add(&texts(all.iter().map(i64::to_string)), all.len()).len(), all.len());
        let names = || texts((0..50_000).map(|at| format!("e-{at}")));
        assert_eq!(keys.add(&names(), 50_000), Vec::<usize>::new());
        assert_eq!(keys.add(&names(), 50_000).len(), 50_000);
        assert_eq!(
            keys.add(&texts(["", ""].into_iter().map(str::to_owned)), 2),
            Vec::<usize>::new(),
            "an empty key is never a repeat"
        );
        assert_eq!(keys.add(&ColumnValues::Numbers(vec![NONE, NONE]), 2), Vec::<usize>::new());
    }
}

//! Which level each comparison of two records comes to: the first one whose test holds.

use super::score::{Levels, Ready, Scorer};

/// The pairs that a thread is at; kept from one time to the next only so as not to ask for memory again.
#[derive(Default)]
pub struct Memory {
    looked: Vec<Looked>,
    open: Vec<u32>,
}

/// A pair, and the level of each comparison as far as it was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Looked {
    pub left: u32,
    pub right: u32,
    pub levels: Levels,
    /// Comparisons that wait for a closer look, a bit each.
    pub(super) open: u32,
    /// No more bits than these are to be had.
    pub(super) most: f64,
}

impl Looked {
    /// Whether so many bits are out of reach. A bound that is no number rules nothing out.
    fn is_below(&self, least: f64) -> bool {
        self.most < least
    }
}

impl Scorer<'_> {
    /// The level of each comparison for two records, the left one first.
    #[must_use]
    pub fn levels(&self, left: u32, right: u32) -> Levels {
        let (a, b) = (self.records.cells(left), self.records.cells(right));
        let mut levels = Levels::default();
        for (at, ready) in self.comparisons.iter().enumerate() {
            levels[at] = ready.plainly(a, b).unwrap_or_else(|| self.level(at, a, b));
        }
        if self.records.has_more() {
            self.best_of_more(left, right, &mut levels);
        }
        levels
    }

    /// The levels of many pairs, lower record first; those that cannot come to `least` bits are left out. One comparison is
    /// made after the other, of all pairs, so that what is far away in memory is waited for together.
    pub fn levels_of<'m>(&self, pairs: &[(u32, u32)], least: f64, memory: &'m mut Memory) -> &'m [Looked] {
        memory.looked.clear();
        if self.records.has_more() {
            for (left, right) in pairs.iter().copied() {
                let levels = self.levels(left, right);
                memory.looked.push(Looked { left, right, levels, open: 0, most: f64::INFINITY });
            }
            return &memory.looked;
        }
        let (mut looked, mut open) = (std::mem::take(&mut memory.looked), std::mem::take(&mut memory.open));
        looked.extend(pairs.iter().map(|(left, right)| self.plainly(*left, *right)));
        if least > f64::NEG_INFINITY {
            self.bound(&mut looked);
        }
        for at in self.most.order.iter().copied() {
            let waits = |pair: &Looked| pair.open >> at & 1 == 1 && !pair.is_below(least);
            open.clear();
            open.extend((0..).zip(&looked).filter(|(_, pair)| waits(pair)).map(|(place, _)| place));
            self.fetch(at, &looked, &open);
            for place in &open {
                let pair = &mut looked[*place as usize];
                let (a, b) = (self.records.cells(pair.left), self.records.cells(pair.right));
                pair.levels[at] = self.level(at, a, b);
                pair.open &= !(1 << at);
                pair.most += self.most.change(at, pair.levels[at]);
            }
        }
        looked.retain(|pair| pair.open == 0 && !pair.is_below(least));
        (memory.looked, memory.open) = (looked, open);
        &memory.looked
    }

    /// The levels that need no closer look.
    #[inline]
    fn plainly(&self, left: u32, right: u32) -> Looked {
        let (a, b) = (self.records.cells(left), self.records.cells(right));
        let (mut levels, mut open) = (Levels::default(), 0);
        for (at, ready) in self.comparisons.iter().enumerate() {
            match ready.plainly(a, b) {
                Some(level) => levels[at] = level,
                None => open |= 1 << at,
            }
        }
        Looked { left, right, levels, open, most: 0.0 }
    }

    /// Reads a little of all that a comparison will ask of some pairs.
    fn fetch(&self, at: usize, looked: &[Looked], open: &[u32]) {
        for feature in &self.comparisons[at].fetched {
            let read = |sum: u64, place: &u32| {
                let pair = &looked[*place as usize];
                let of = |record: u32| self.features.fetch(*feature, self.records.cells(record));
                sum ^ of(pair.left) ^ of(pair.right)
            };
            std::hint::black_box(open.iter().fold(0, read));
        }
    }

    /// The first level that holds; the last where none does.
    pub(super) fn level(&self, comparison: usize, a: &[u32], b: &[u32]) -> u8 {
        let ready = &self.comparisons[comparison];
        let alone = self.first_of(&ready.alone, ready.last, a, b);
        self.first_of(&ready.beside, alone, a, b)
    }
}

impl Ready {
    /// The level of two records one of which has no value, or which have the same, where the model says so plainly.
    #[inline]
    pub(super) fn plainly(&self, a: &[u32], b: &[u32]) -> Option<u8> {
        let (left, right) = (a[self.column], b[self.column]);
        match (self.missing, self.same) {
            (Some(missing), _) if left == 0 || right == 0 => Some(missing),
            (_, Some(same)) if left == right && left != 0 => Some(same),
            _ => None,
        }
    }
}

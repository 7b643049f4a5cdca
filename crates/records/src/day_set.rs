//! A set of days, with a bit for each day that a record may have.

use base::day::{Day, FIRST, LAST};

const WORDS: usize = ((LAST - FIRST) as usize >> 6) + 1;

/// Some of the days that records may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaySet {
    /// Empty until there is a day.
    bits: Vec<u64>,
}

impl DaySet {
    /// Adds a day; one that no record may have is left out.
    #[inline]
    pub fn insert(&mut self, day: Day) {
        if !(FIRST..=LAST).contains(&day) {
            return;
        }
        if self.bits.is_empty() {
            self.bits.resize(WORDS, 0);
        }
        let at = (day - FIRST) as usize;
        self.bits[at >> 6] |= 1 << (at & 63);
    }

    /// Adds the days of another set.
    pub fn merge(&mut self, other: &DaySet) {
        if self.bits.is_empty() {
            self.bits.clone_from(&other.bits);
            return;
        }
        self.bits.iter_mut().zip(&other.bits).for_each(|(own, more)| *own |= more);
    }

    /// The last day of the set that is not after a day.
    #[must_use]
    pub fn last_until(&self, day: Day) -> Option<Day> {
        if self.bits.is_empty() || day < FIRST {
            return None;
        }
        let at = (day.min(LAST) - FIRST) as usize;
        let first = self.bits[at >> 6] & (u64::MAX >> (63 - (at & 63)));
        let earlier = self.bits[..at >> 6].iter().rev().copied();
        let (words, bits) = std::iter::once(first).chain(earlier).enumerate().find(|(_, bits)| *bits != 0)?;
        Some(FIRST + ((((at >> 6) - words) << 6) + bits.ilog2() as usize) as Day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_until_a_day_is_found() {
        let mut set = DaySet::default();
        assert_eq!(set.last_until(LAST), None);
        let days = [FIRST, FIRST + 63, FIRST + 64, 0, 1, 20_000, LAST];
        days.iter().for_each(|day| set.insert(*day));
        set.insert(Day::MIN);
        set.insert(Day::MAX);
        for at in [
            FIRST - 1,
            FIRST,
            FIRST + 1,
            FIRST + 62,
            FIRST + 63,
            FIRST + 64,
            FIRST + 65,
            -1,
            0,
            1,
            2,
            20_000,
            30_000,
            LAST,
            Day::MAX,
        ] {
            assert_eq!(set.last_until(at), days.iter().copied().filter(|day| *day <= at).max(), "{at}");
        }
    }
}

//! Names of people and rows as small numbers. A name is looked up once when it is read, and compared as a number after that.

use super::batch::{Name, Texts};

/// The position that means nobody, or nothing.
pub const NOBODY: u32 = u32::MAX;

/// A closed list of names in order, numbers before texts, each with its position.
#[derive(Clone, Debug, Default)]
pub struct Names {
    numbers: Vec<i64>,
    texts: Texts,
    /// Whether each number is one more than the one before: then its position is calculated.
    unbroken: bool,
    /// If the numbers are close together: the position of each number from the lowest on.
    direct: Vec<u32>,
    /// Positions by fingerprint, for everything else; [`NOBODY`] for a free slot.
    slots: Vec<u32>,
}

impl Names {
    /// Makes a list from names in order, each once.
    #[must_use]
    pub fn new(numbers: Vec<i64>, texts: &[String]) -> Names {
        let mut kept = Texts::default();
        texts.iter().for_each(|text| kept.push(text));
        let mut names = Names { numbers, texts: kept, unbroken: false, direct: Vec::new(), slots: Vec::new() };
        let width = match (names.numbers.first(), names.numbers.last()) {
            (Some(low), Some(high)) => high.wrapping_sub(*low) as u64,
            _ => 0,
        };
        names.unbroken = !names.numbers.is_empty() && width == names.numbers.len() as u64 - 1;
        if !names.unbroken && width < 8 * names.numbers.len() as u64 {
            names.direct = vec![NOBODY; width as usize + 1];
            for (at, number) in names.numbers.iter().enumerate() {
                names.direct[(number - names.numbers[0]) as usize] = at as u32;
            }
        }
        let first = if names.unbroken || !names.direct.is_empty() { names.numbers.len() } else { 0 };
        names.slots = vec![NOBODY; (2 * (names.len() - first)).next_power_of_two()];
        for at in first..names.len() {
            let slot = names.slot(names.get(at as u32));
            names.slots[slot] = at as u32;
        }
        names
    }

    /// Makes a list from texts in any order, some perhaps several times.
    #[must_use]
    pub fn of_texts<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for name in names {
            match Name::of(name) {
                Name::Number(number) => numbers.push(number),
                Name::Text(text) => texts.push(text.to_owned()),
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        texts.sort_unstable();
        texts.dedup();
        Names::new(numbers, &texts)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len() + self.texts.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name at a position.
    #[must_use]
    pub fn get(&self, at: u32) -> Name<'_> {
        let at = at as usize;
        match self.numbers.get(at) {
            Some(number) => Name::Number(*number),
            None => Name::Text(self.texts.get(at - self.numbers.len())),
        }
    }

    /// The position of a name.
    #[must_use]
    #[inline]
    pub fn find(&self, name: Name<'_>) -> Option<u32> {
        let found = match name {
            Name::Number(number) if self.unbroken => {
                let at = number.checked_sub(self.numbers[0]).and_then(|at| usize::try_from(at).ok());
                at.filter(|at| *at < self.numbers.len()).map_or(NOBODY, |at| at as u32)
            }
            Name::Number(number) if !self.direct.is_empty() => {
                let at = number.checked_sub(self.numbers[0]).and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| self.direct.get(at)).copied().unwrap_or(NOBODY)
            }
            _ => self.slots[self.slot(name)],
        };
        (found != NOBODY).then_some(found)
    }

    /// The position of each number; [`NOBODY`] if it is not in the list.
    #[must_use]
    pub fn find_numbers(&self, numbers: &[i64]) -> Vec<u32> {
        match self.numbers.first().filter(|_| self.unbroken) {
            Some(first) => {
                // A number below the first one wraps around to a large one.
                let at = |number: &i64| number.wrapping_sub(*first) as u64;
                let count = self.numbers.len() as u64;
                numbers.iter().map(at).map(|at| if at < count { at as u32 } else { NOBODY }).collect()
            }
            None => numbers.iter().map(|number| self.find(Name::Number(*number)).unwrap_or(NOBODY)).collect(),
        }
    }

    /// Where a name is, or would go.
    fn slot(&self, name: Name<'_>) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = fingerprint(name) as usize & mask;
        while self.slots[slot] != NOBODY && self.get(self.slots[slot]) != name {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

/// 64 bits of a name. Two numbers never share them; two texts do with a chance of one in 2⁶⁴.
#[must_use]
pub fn fingerprint(name: Name<'_>) -> u64 {
    // FNV-1a over the bytes, then the finisher of SplitMix64, which alone is one to one.
    let bits = match name {
        Name::Number(number) => number as u64,
        Name::Text(text) => {
            text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        }
    };
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A set of fingerprints, for checks of millions of keys: eight bytes each, at most half full.
#[derive(Debug, Default)]
pub struct Fingerprints {
    slots: Vec<u64>,
    used: usize,
    has_zero: bool,
}

impl Fingerprints {
    /// Adds a fingerprint and says whether it is new.
    pub fn insert(&mut self, fingerprint: u64) -> bool {
        if fingerprint == 0 {
            return !std::mem::replace(&mut self.has_zero, true);
        }
        if 2 * self.used >= self.slots.len() {
            let larger = vec![0; (4 * self.used).next_power_of_two().max(1024)];
            for kept in std::mem::replace(&mut self.slots, larger).into_iter().filter(|kept| *kept != 0) {
                let slot = self.slot(kept);
                self.slots[slot] = kept;
            }
        }
        let slot = self.slot(fingerprint);
        let new = self.slots[slot] == 0;
        self.slots[slot] = fingerprint;
        self.used += usize::from(new);
        new
    }

    #[must_use]
    pub fn contains(&self, fingerprint: u64) -> bool {
        match fingerprint {
            0 => self.has_zero,
            _ => !self.slots.is_empty() && self.slots[self.slot(fingerprint)] != 0,
        }
    }

    fn slot(&self, fingerprint: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = fingerprint as usize & mask;
        while self.slots[slot] != 0 && self.slots[slot] != fingerprint {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_at_its_position_and_no_other() {
        for spread in [1, 3, 1_000_003, i64::MAX / 200] {
            let numbers: Vec<i64> = (0..100).map(|at| (at - 50) * spread).collect();
            let texts: Vec<String> = (0..100).map(|at| format!("A{at:03}")).collect();
            let names = Names::new(numbers, &texts);
            for at in 0..names.len() as u32 {
                assert_eq!(names.find(names.get(at)), Some(at));
            }
            let around = [49 * spread, 50 * spread, -50 * spread, -50 * spread - 1, i64::MAX];
            assert_eq!(names.find_numbers(&around), [99, NOBODY, 0, NOBODY, NOBODY]);
            for other in
                [Name::Text("A"), Name::Text("A100"), Name::Number(i64::MAX), Name::Number(50 * spread), Name::Number(i64::MIN)]
            {
                assert_eq!(names.find(other), None);
            }
        }
        assert_eq!(Names::new(Vec::new(), &[]).find(Name::Number(0)), None);
    }

    #[test]
    fn a_set_of_fingerprints_knows_what_it_has() {
        let mut set = Fingerprints::default();
        for number in 0..5000 {
            assert!(!set.contains(fingerprint(Name::Number(number))));
            assert!(set.insert(fingerprint(Name::Number(number))));
            assert!(!set.insert(fingerprint(Name::Number(number))));
        }
        assert!((0..5000).all(|number| set.contains(fingerprint(Name::Number(number)))));
    }
}

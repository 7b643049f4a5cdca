//! Distinct values: a column of text as small numbers. Every distinct value is kept once, and each record has the number of its
//! value. A text is looked at once for each distinct value, never once for each pair.

use hashbrown::HashTable;

/// The number of a record that has no value.
pub const MISSING: u32 = 0;

/// Distinct texts, numbered from 1. Number 0 means that there is no value.
#[derive(Clone, Debug)]
pub struct DistinctValues {
    text: String,
    /// Where each text ends. `ends[0]` is 0, for the missing value.
    ends: Vec<u32>,
    /// A hash of each text. It is the same in every run and for every order of rows.
    hashes: Vec<u64>,
}

impl Default for DistinctValues {
    fn default() -> DistinctValues {
        DistinctValues { text: String::new(), ends: vec![0], hashes: vec![0] }
    }
}

impl DistinctValues {
    /// How many numbers there are, including the missing value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is only the missing value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// The text of a number; empty for the missing value.
    #[must_use]
    pub fn text(&self, id: u32) -> &str {
        let id = id as usize;
        if id == 0 { "" } else { &self.text[self.ends[id - 1] as usize..self.ends[id] as usize] }
    }

    /// The hash of the text of a number; 0 for the missing value only.
    #[must_use]
    pub fn hash(&self, id: u32) -> u64 {
        self.hashes[id as usize]
    }

    /// An index that finds the number of a text.
    #[must_use]
    pub fn index(&self) -> HashTable<u32> {
        let mut index = HashTable::with_capacity(self.len());
        for id in 1..self.len() as u32 {
            index.insert_unique(self.hash(id), id, |id| self.hash(*id));
        }
        index
    }

    /// The number of a text, or [`MISSING`] if it is not among these values.
    #[must_use]
    pub fn find(&self, index: &HashTable<u32>, text: &str) -> u32 {
        let hash = hash(text.as_bytes());
        index.find(hash, |id| self.is(*id, hash, text)).copied().unwrap_or(MISSING)
    }

    /// Whether a number stands for this text, which has this hash.
    fn is(&self, id: u32, hash: u64, text: &str) -> bool {
        self.hash(id) == hash && self.text(id) == text
    }
}

/// Gives numbers to texts, one after the other.
#[derive(Default)]
pub struct ValueNumbering {
    values: DistinctValues,
    /// By hash: the numbers in `values`.
    seen: HashTable<u32>,
}

impl ValueNumbering {
    /// The number of a text. The empty text is missing.
    pub fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return MISSING;
        }
        let hash = hash(text.as_bytes());
        let values = &self.values;
        if let Some(id) = self.seen.find(hash, |id| values.is(*id, hash, text)) {
            return *id;
        }
        let id = self.values.ends.len() as u32;
        self.values.text.push_str(text);
        self.values.ends.push(u32::try_from(self.values.text.len()).expect("distinct values of one column stay under 4 GiB"));
        self.values.hashes.push(hash);
        let hashes = &self.values.hashes;
        self.seen.insert_unique(hash, id, |id| hashes[*id as usize]);
        id
    }

    /// The text of a number.
    #[must_use]
    pub fn text(&self, id: u32) -> &str {
        self.values.text(id)
    }

    /// How many numbers there are, including the missing value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is only the missing value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The distinct texts.
    #[must_use]
    pub fn finish(self) -> DistinctValues {
        self.values
    }
}

/// A hash that is the same in every run and on every machine, and never 0. It takes eight bytes at a time, mixed as MurmurHash3
/// does at its end.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        state = mix(state, u64::from_le_bytes(chunk.try_into().expect("chunks of eight")));
    }
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(state, u64::from_le_bytes(last))
}

/// Two hashes combined into one that is never 0. Their order matters.
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut state = a.rotate_left(29).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b;
    state ^= state >> 33;
    state = state.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    state ^= state >> 33;
    state = state.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    (state ^ state >> 33).max(1)
}

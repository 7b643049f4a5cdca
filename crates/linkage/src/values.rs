//! A column of text as small numbers: every distinct value once, and for each record the number of its value. Strings are
//! looked at once for each distinct value, never once for each pair.

use hashbrown::HashTable;

/// The number of a record's value when it has none.
pub const MISSING: u32 = 0;

/// Distinct texts, numbered from 1; number 0 is "nothing there".
#[derive(Clone, Debug)]
pub struct Values {
    text: String,
    /// Where each text ends; `ends[0]` is 0, for the missing one.
    ends: Vec<u32>,
    /// A hash of each text, the same in every run and for every order of rows.
    hashes: Vec<u64>,
}

impl Default for Values {
    fn default() -> Values {
        Values { text: String::new(), ends: vec![0], hashes: vec![0] }
    }
}

impl Values {
    /// How many numbers there are, the missing one included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing but the missing value is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// The text of a number; empty for the missing one.
    #[must_use]
    pub fn text(&self, id: u32) -> &str {
        let id = id as usize;
        if id == 0 { "" } else { &self.text[self.ends[id - 1] as usize..self.ends[id] as usize] }
    }

    /// The hash of a value's text; 0 for the missing one only.
    #[must_use]
    pub fn hash(&self, id: u32) -> u64 {
        self.hashes[id as usize]
    }

    /// What finds the number of a text.
    #[must_use]
    pub fn index(&self) -> HashTable<u32> {
        let mut index = HashTable::with_capacity(self.len());
        for id in 1..self.len() as u32 {
            index.insert_unique(self.hash(id), id, |id| self.hash(*id));
        }
        index
    }

    /// The number of a text; [`MISSING`] where it is not among these.
    #[must_use]
    pub fn find(&self, index: &HashTable<u32>, text: &str) -> u32 {
        let hash = hash(text.as_bytes());
        index.find(hash, |id| self.is(*id, hash, text)).copied().unwrap_or(MISSING)
    }

    /// Whether a number stands for a text of this hash.
    fn is(&self, id: u32, hash: u64, text: &str) -> bool {
        self.hash(id) == hash && self.text(id) == text
    }
}

/// Gives numbers to texts as they come.
#[derive(Default)]
pub struct Numbering {
    values: Values,
    /// By hash: positions in `values`.
    seen: HashTable<u32>,
}

impl Numbering {
    /// The number of a text; the empty text is missing.
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

    /// How many numbers there are, the missing one included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing but the missing value is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The distinct texts.
    #[must_use]
    pub fn finish(self) -> Values {
        self.values
    }
}

/// A hash that is the same in every run, on every machine, and never 0: eight bytes at a time, mixed as MurmurHash3 ends.
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

/// Two hashes made into one that is never 0; order matters.
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut state = a.rotate_left(29).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b;
    state ^= state >> 33;
    state = state.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    state ^= state >> 33;
    state = state.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    (state ^ state >> 33).max(1)
}

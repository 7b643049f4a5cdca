//! SHA-256, for ids and for the chain. Any other program can calculate both again.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash before the first entry or the first run: 64 zeros.
    pub const NONE: Hash = Hash([0; 32]);

    /// The hash of some bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// The hash of several texts. Each is written as `LENGTH:TEXT`, with its length in bytes, so that two different lists of
    /// texts never give the same bytes.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Hash {
        let mut bytes = String::new();
        for text in texts {
            bytes += &format!("{}:{text}", text.len());
        }
        Hash::of_bytes(bytes.as_bytes())
    }

    /// Reads a hash of 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Hash> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Hash(bytes))
    }

    /// The first twelve digits, for people.
    #[must_use]
    pub fn short(self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of FIPS 180-4.
    #[test]
    fn known_answers() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Hash::of_bytes(b"abc").to_string(), abc);
        assert_eq!(Hash::parse(abc), Some(Hash::of_bytes(b"abc")));
        assert_eq!(Hash::of(["abc", ""]), Hash::of_bytes(b"3:abc0:"));
    }

    #[test]
    fn a_text_that_is_not_a_hash_is_refused() {
        for text in ["", "abc", &"g".repeat(64), &"é".repeat(32), &"a".repeat(65)] {
            assert_eq!(Hash::parse(text), None, "{text}");
        }
    }
}

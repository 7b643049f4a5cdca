//! Pseudonyms: names of persons for one project, under a key. A person has the same pseudonym in every table of the project,
//! and a different one in every other project. Without the key nobody can work from a pseudonym to the id or back. A plain hash
//! would not do, because somebody who knows the ids could try them all.
//!
//! Identifiers and payload are kept apart. [`identifiers`] leaves what linking may see and nothing else. [`payload`] leaves
//! what a purpose shows, under pseudonyms.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::persons::Member;
use super::purpose::Purpose;
use base::day::{Day, NEVER};
use records::batch::{Batch, ColumnValues, Name, Texts};
use records::schema::ValueKind;

/// A key has at least this many bytes: as many as the hash gives, as RFC 2104, section 3, advises.
pub const KEY_BYTES_MIN: usize = 32;

/// The bytes of a key. It is never shown, not even in a message of our own.
pub struct Secret(Vec<u8>);

impl Secret {
    /// The key from the bytes of a key file, without the line end that an editor adds.
    ///
    /// # Errors
    ///
    /// The key can be guessed.
    pub fn new(bytes: &[u8]) -> Result<Secret, KeyWeakness> {
        weakness(bytes)?;
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        Ok(Secret(bytes.to_vec()))
    }
}

/// Why a key can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyWeakness {
    /// It stands for fewer than [`KEY_BYTES_MIN`] bytes. Two hexadecimal digits are one byte, and four letters of base64 are
    /// three.
    Short,
    /// Decimal digits only, such as a telephone number or a date.
    Digits,
    /// Words, or text that somebody typed.
    Words,
    /// A pattern: the same bytes again and again, or counted up.
    Pattern,
}

impl std::fmt::Display for KeyWeakness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            KeyWeakness::Short => "has fewer than 32 random bytes",
            KeyWeakness::Digits => "has only digits",
            KeyWeakness::Words => "has words, or text that somebody typed",
            KeyWeakness::Pattern => "repeats itself or follows a pattern",
        })
    }
}

/// Whether a key looks as if it came from a random generator. Each test refuses fewer than one in ten thousand such keys.
fn weakness(bytes: &[u8]) -> Result<(), KeyWeakness> {
    let text: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let printable = bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    if !printable {
        return random(bytes);
    }
    if text.len() >= 8 && text.iter().all(u8::is_ascii_digit) {
        return Err(KeyWeakness::Digits);
    }
    if let Some(decoded) = hexadecimal(&text) {
        return random(&decoded);
    }
    let Some(decoded) = base64(&text) else {
        return Err(if text.len() < KEY_BYTES_MIN { KeyWeakness::Short } else { KeyWeakness::Words });
    };
    if decoded.len() < KEY_BYTES_MIN {
        return Err(KeyWeakness::Short);
    }
    random(&decoded)?;
    // Random letters change between small letters, capitals and others nearly two times in three. Words hardly ever do.
    let class = |byte: &u8| (byte.is_ascii_lowercase(), byte.is_ascii_uppercase());
    let changes = text.windows(2).filter(|pair| class(&pair[0]) != class(&pair[1])).count();
    let letters_only = text.iter().all(u8::is_ascii_alphabetic);
    if 3 * changes < text.len() || letters_only && 2 * changes < text.len() { Err(KeyWeakness::Words) } else { Ok(()) }
}

/// Whether there are enough bytes, and no pattern in them.
fn random(bytes: &[u8]) -> Result<(), KeyWeakness> {
    if bytes.len() < KEY_BYTES_MIN {
        return Err(KeyWeakness::Short);
    }
    // Of 32 random bytes about 30 are different. Fewer than 20 are different in one key of a billion.
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let mut steps = [0_usize; 256];
    bytes.windows(2).for_each(|pair| steps[usize::from(pair[1].wrapping_sub(pair[0]))] += 1);
    let counted = steps.iter().any(|count| 4 * count >= bytes.len());
    let mut periods = (1..KEY_BYTES_MIN).take_while(|period| 2 * period <= bytes.len());
    let repeated = periods.any(|period| bytes[period..].iter().zip(bytes).all(|(later, first)| later == first));
    if different < 20 || counted || repeated { Err(KeyWeakness::Pattern) } else { Ok(()) }
}

fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let digits: Vec<u32> = text.iter().map(digit).collect::<Option<_>>()?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit) as u8).collect())
}

/// Base64, or its form for web addresses, padded or not.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    let (mut held, mut bits, mut out) = (0_u32, 0, Vec::new());
    for byte in &text[..end] {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

/// HMAC-SHA-256 (RFC 2104).
#[must_use]
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

/// The pseudonym of a person in a project: 32 hexadecimal digits, half of the HMAC of "LENGTH:PROJECT LENGTH:PERSON", with
/// lengths in bytes.
#[must_use]
pub fn pseudonym(secret: &Secret, project: &str, person: &str) -> String {
    let message = format!("{}:{project} {}:{person}", project.len(), person.len());
    hmac(&secret.0, message.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What linking may see of the table of people: nothing that happened to anybody.
pub const IDENTIFIERS: [&str; 6] = ["person", "forename", "surname", "born", "sex", "postcode"];

/// A batch of the table of people with its identifiers alone.
#[must_use]
pub fn identifiers(mut batch: Batch) -> Batch {
    for (column, values) in batch.table.columns.iter().zip(&mut batch.columns) {
        if !IDENTIFIERS.contains(&column.name) {
            *values = ColumnValues::Absent;
        }
    }
    batch
}

/// A batch of an agency's table as a project gets it: the rows and columns that its purpose shows, about people who are in the
/// table of persons, with the pseudonym instead of the agency's own id. Rows about days after `as_at`, or known only after
/// `known_at`, are left out.
#[must_use]
pub fn payload(
    mut batch: Batch,
    purpose: &Purpose,
    people: &BTreeMap<Name<'_>, &Member>,
    secret: &Secret,
    (as_at, known_at): (Day, Day),
) -> Batch {
    let table = batch.table;
    let at = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (person, kind) = (at("person"), at("kind"));
    let happened = table.columns.iter().position(|column| column.kind == ValueKind::Day && column.required);
    let later = |column: Option<usize>, row, day| {
        let found = column.map_or(NEVER, |column| batch.day(column, row));
        found != NEVER && found > day
    };
    let mut names = Texts::default();
    let keep: Vec<bool> = (0..batch.rows())
        .map(|row| {
            let member = person.and_then(|column| batch.name(column, row)).and_then(|name| people.get(&name));
            let name = member.map(|member| pseudonym(secret, &purpose.name, &member.person)).unwrap_or_default();
            names.push(&name);
            let kind = kind.map(|column| batch.text(column, row)).unwrap_or_default();
            // Rows without a kind may be shown for a column that is named alone.
            let shown = purpose.shows_row(table, &kind) || at("kind").is_none() && purpose.touches(table);
            !name.is_empty() && shown && !later(happened, row, as_at) && !later(at("known"), row, known_at)
        })
        .collect();
    for (column, values) in batch.columns.iter_mut().enumerate() {
        if Some(column) == person {
            *values = ColumnValues::Texts(std::mem::take(&mut names));
        } else if !purpose.shows_column(table, column) {
            *values = ColumnValues::Absent;
        }
    }
    batch.keep(&keep);
    batch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, section 4, test cases 1 to 4, 6 and 7 (5 tests a shorter code).
    #[test]
    fn the_codes_of_rfc_4231() {
        let long = "Test Using Larger Than Block-Size Key - Hash Key First";
        let larger = "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
                      hashed before being used by the HMAC algorithm.";
        let counted: Vec<u8> = (1..=25).collect();
        let cases: [(&[u8], &[u8], &str); 6] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&counted, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (&[0xaa; 131], long.as_bytes(), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
            (&[0xaa; 131], larger.as_bytes(), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (key, message, code) in cases {
            assert_eq!(hex(&hmac(key, message)), code);
        }
    }

    #[test]
    fn a_person_has_one_name_in_a_project_and_another_in_the_next() {
        let secret = |bytes: &[u8]| Secret::new(bytes).expect("a key that is long enough");
        let (key, another) = (Sha256::digest(b"one"), Sha256::digest(b"other"));
        let (one, other) = (secret(&key), secret(&another));
        let name = pseudonym(&one, "housing", "P00000001");
        assert_eq!(name, hex(&hmac(&key, b"7:housing 9:P00000001")[..16]), "anybody with the key can recompute it");
        let text = hex(&key);
        assert_eq!(pseudonym(&secret(format!("{text}\r\n").as_bytes()), "a", "b"), pseudonym(&secret(text.as_bytes()), "a", "b"));
        for (secret, project, person) in
            [(&other, "housing", "P00000001"), (&one, "health", "P00000001"), (&one, "housing", "P00000002")]
        {
            assert_ne!(pseudonym(secret, project, person), name);
        }
        // No two pairs of texts give the same bytes.
        assert_ne!(pseudonym(&one, "a 1:b", "c"), pseudonym(&one, "a", "1:b 1:c"));
    }

    #[test]
    fn keys_that_can_be_guessed_are_refused() {
        let weak = |bytes: &[u8]| Secret::new(bytes).err();
        let random = Sha256::digest(b"a key");
        let twice = [&random[..16], &random[..16]].concat();
        let counted: Vec<u8> = (0..64).collect();
        let (almost, half) = (hex(&random[..31]), hex(&random[..16]));
        let cases: [(&[u8], KeyWeakness); 16] = [
            (b"", KeyWeakness::Short),
            (b"short\n", KeyWeakness::Short),
            (&random[..31], KeyWeakness::Short),
            (almost.as_bytes(), KeyWeakness::Short),
            (half.as_bytes(), KeyWeakness::Short),
            (b"kX9/2pQzv1RtY7+0LmNbWc8sHd4JfGaEuTi6oPq=", KeyWeakness::Short),
            (&[7; 32], KeyWeakness::Pattern),
            (&[0; 64], KeyWeakness::Pattern),
            (&twice, KeyWeakness::Pattern),
            (&counted, KeyWeakness::Pattern),
            (b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", KeyWeakness::Pattern),
            (b"deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef", KeyWeakness::Pattern),
            (b"02079460000020794600000207946000002079460000020794600000207946000", KeyWeakness::Digits),
            (b"correct horse battery staple, and a few more words to make it long enough", KeyWeakness::Words),
            (b"correct horse battery staple and a few more words to make it long enough", KeyWeakness::Words),
            (b"WhoeverReadsThisCanGuessEveryWordOfItAndTheNextWord", KeyWeakness::Words),
        ];
        for (key, why) in cases {
            assert_eq!(weak(key), Some(why), "{}", String::from_utf8_lossy(key));
        }
    }

    /// Raw, hexadecimal in both cases, base64 with and without line ends, for every length that people use.
    #[test]
    fn random_keys_are_taken() {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for number in 0..2000_u32 {
            for length in [32, 48, 64] {
                let block = |at: u32| Sha256::digest([number.to_le_bytes(), at.to_le_bytes()].concat());
                let bytes: Vec<u8> = (0..2).flat_map(block).take(length).collect();
                let mut base64 = String::new();
                for three in bytes.chunks(3) {
                    let bits = three.iter().chain(&[0, 0]).take(3).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
                    let letters = (0..=three.len()).map(|at| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]));
                    base64.extend(letters);
                    base64.push_str(if base64.len() == 64 { "\n" } else { "" });
                }
                for key in [bytes.clone(), hex(&bytes).into_bytes(), hex(&bytes).to_uppercase().into_bytes(), base64.into_bytes()]
                {
                    assert_eq!(Secret::new(&key).err(), None, "{number} {length}");
                }
            }
        }
    }
}

//! Names of persons for one project, under a key: the same person has the same name in every table of the project and another
//! in every other project, and without the key nobody can work a name back or forth. A plain hash would not do: whoever knows
//! the ids could try them all.
//!
//! Identifiers and payload stay apart: [`identifiers`] leaves what linking may see and nothing else, [`payload`] leaves what a
//! purpose shows, under pseudonyms.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::persons::Member;
use super::purpose::Purpose;
use crate::records::batch::{Batch, Name, Texts, Values};
use crate::records::day::{Day, NEVER};
use crate::records::schema::Kind;

/// The least bytes of a key: as many as the hash gives, as RFC 2104, section 3, advises.
pub const KEY_BYTES_MIN: usize = 32;

/// The bytes of a key. It is never shown, not even by a message of the program's own.
pub struct Secret(Vec<u8>);

impl Secret {
    /// From the bytes of a key file, without the line end that an editor adds; `None` when they are too few.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Secret> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        (bytes.len() >= KEY_BYTES_MIN).then(|| Secret(bytes.to_vec()))
    }
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

/// The name of a person in a project: 32 hexadecimal digits, half of the HMAC of "LENGTH:PROJECT LENGTH:PERSON", lengths in bytes.
#[must_use]
pub fn pseudonym(secret: &Secret, project: &str, person: &str) -> String {
    let message = format!("{}:{project} {}:{person}", project.len(), person.len());
    hmac(&secret.0, message.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What linking may see of the table of people: nothing of what became of anybody.
pub const IDENTIFIERS: [&str; 6] = ["person", "forename", "surname", "born", "sex", "postcode"];

/// A batch of the table of people with its identifiers alone.
#[must_use]
pub fn identifiers(mut batch: Batch) -> Batch {
    for (column, values) in batch.table.columns.iter().zip(&mut batch.columns) {
        if !IDENTIFIERS.contains(&column.name) {
            *values = Values::Absent;
        }
    }
    batch
}

/// A batch of an agency's table as a project gets it: the rows and columns that its purpose shows, about people who are persons,
/// the agency's own id replaced by the pseudonym. Rows about days after `as_at`, or that became known after `known_at`, are left
/// out.
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
    let happened = table.columns.iter().position(|column| column.kind == Kind::Day && column.required);
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
            // Rows without a kind may be there for a column that is named alone.
            let shown = purpose.shows_row(table, &kind) || at("kind").is_none() && purpose.touches(table);
            !name.is_empty() && shown && !later(happened, row, as_at) && !later(at("known"), row, known_at)
        })
        .collect();
    for (column, values) in batch.columns.iter_mut().enumerate() {
        if Some(column) == person {
            *values = Values::Texts(std::mem::take(&mut names));
        } else if !purpose.shows_column(table, column) {
            *values = Values::Absent;
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
        let (one, other) = (secret(&[7; 32]), secret(&[8; 32]));
        let name = pseudonym(&one, "housing", "P00000001");
        assert_eq!(name, hex(&hmac(&[7; 32], b"7:housing 9:P00000001")[..16]), "anybody with the key can recompute it");
        assert_eq!(
            pseudonym(&secret(b"0123456789abcdef0123456789abcdef\r\n"), "a", "b"),
            pseudonym(&secret(b"0123456789abcdef0123456789abcdef"), "a", "b")
        );
        for (secret, project, person) in
            [(&other, "housing", "P00000001"), (&one, "health", "P00000001"), (&one, "housing", "P00000002")]
        {
            assert_ne!(pseudonym(secret, project, person), name);
        }
        // No two pairs of texts run into the same bytes.
        assert_ne!(pseudonym(&one, "a 1:b", "c"), pseudonym(&one, "a", "1:b 1:c"));
        assert!(Secret::new(&[7; 31]).is_none() && Secret::new(b"short\n").is_none());
    }
}

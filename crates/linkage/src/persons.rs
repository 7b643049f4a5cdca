//! The table of persons: which record of which agency belongs to which person. Linking writes it, and everything that shows
//! more than one agency starts from it. The table of links beside it has the pairs and how sure they are.

use std::collections::BTreeMap;

use super::identity::RecordKey;
use records::batch::{Batch, Name};
use records::schema::{RecordColumn, RecordTable, ValueKind};

const fn column(name: &'static str, kind: ValueKind, required: bool, personal: bool, meaning: &'static str) -> RecordColumn {
    RecordColumn { name, kind, required, personal, meaning }
}

/// `persons.csv` or `persons.parquet`.
pub static PERSONS: RecordTable = RecordTable {
    name: "persons",
    row: "A record of an agency belongs to a person.",
    keyed: false,
    columns: &[
        column("agency", ValueKind::Text, true, false, "the agency that holds the record"),
        column("id", ValueKind::Id, true, true, "the agency's own id of the person"),
        column("person", ValueKind::Text, true, true, "the person, the same at every agency"),
        column(
            "quality",
            ValueKind::Share,
            false,
            false,
            "how sure it is that the person's records belong together; empty: sure",
        ),
    ],
};

/// `links.csv` or `links.parquet`: pairs that were compared, joined or not.
pub static LINKS: RecordTable = RecordTable {
    name: "links",
    row: "Two records may be of one person.",
    keyed: false,
    columns: &[
        column("agency", ValueKind::Text, true, false, "the agency that holds the first record"),
        column("id", ValueKind::Id, true, true, "that agency's own id of the person"),
        column("other_agency", ValueKind::Text, true, false, "the agency that holds the second record"),
        column("other_id", ValueKind::Id, true, true, "that agency's own id of the person"),
        column("probability", ValueKind::Share, true, false, "the probability that both are of one person"),
    ],
};

/// A record and its person.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub key: RecordKey,
    pub person: String,
    /// From 0 to 1.
    pub quality: f64,
}

/// A pair of records, with the probability that both are of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordLink {
    pub pair: [RecordKey; 2],
    pub probability: f64,
}

/// The key of a record. The number 7 and the text "7" are the same id, in any kind of file.
fn key(batch: &Batch, row: usize, agency: &str, id: &str) -> RecordKey {
    let id = batch.name(batch.table.column(id), row).map(|name| name.to_string()).unwrap_or_default();
    RecordKey { agency: batch.text(batch.table.column(agency), row), id }
}

/// The rows of [`PERSONS`], in the order of their records. If a record is there twice, its first row counts.
#[must_use]
pub fn members(batches: &[Batch]) -> Vec<Member> {
    let mut members = Vec::new();
    for batch in batches {
        let (person, quality) = (batch.table.column("person"), batch.table.column("quality"));
        for row in 0..batch.rows() {
            let quality = batch.share(quality, row).unwrap_or(1.0);
            members.push(Member { key: key(batch, row, "agency", "id"), person: batch.text(person, row), quality });
        }
    }
    members.sort_by(|a, b| (&a.key, &a.person).cmp(&(&b.key, &b.person)));
    members.dedup_by(|a, b| a.key == b.key);
    members
}

/// Records that are in two rows of [`PERSONS`] with different persons: the places of the later rows.
#[must_use]
pub fn two_persons(batches: &[Batch]) -> Vec<u64> {
    let mut seen: BTreeMap<RecordKey, String> = BTreeMap::new();
    let mut out = Vec::new();
    for batch in batches {
        for row in 0..batch.rows() {
            let person = batch.text(batch.table.column("person"), row);
            let before = seen.entry(key(batch, row, "agency", "id")).or_insert_with(|| person.clone());
            if *before != person {
                out.push(batch.places[row]);
            }
        }
    }
    out
}

/// The rows of [`LINKS`].
#[must_use]
pub fn links(batches: &[Batch]) -> Vec<RecordLink> {
    let mut links = Vec::new();
    for batch in batches {
        let probability = batch.table.column("probability");
        for row in 0..batch.rows() {
            let pair = [key(batch, row, "agency", "id"), key(batch, row, "other_agency", "other_id")];
            links.push(RecordLink { pair, probability: batch.share(probability, row).unwrap_or(0.0) });
        }
    }
    links
}

/// An agency's own ids of people, each with its person. This is how rows of the agency's tables find their person.
#[must_use]
pub fn of_agency<'a>(members: &'a [Member], agency: &str) -> BTreeMap<Name<'a>, &'a Member> {
    members.iter().filter(|member| member.key.agency == agency).map(|member| (Name::of(&member.key.id), member)).collect()
}

//! The table of persons: which record of which agency is whose. Linking writes it; everything that shows more than one agency
//! begins with it. Beside it the table of links, where what was not quite sure can be looked up.

use std::collections::BTreeMap;

use super::identity::Key;
use records::batch::{Batch, Name};
use records::schema::{Column, Kind, Table};

const fn column(name: &'static str, kind: Kind, required: bool, personal: bool, meaning: &'static str) -> Column {
    Column { name, kind, required, personal, meaning }
}

/// `persons.csv` or `persons.parquet`.
pub static PERSONS: Table = Table {
    name: "persons",
    row: "A record of an agency belongs to a person.",
    keyed: false,
    columns: &[
        column("agency", Kind::Text, true, false, "whose record it is"),
        column("id", Kind::Id, true, true, "the agency's own id of the person"),
        column("person", Kind::Text, true, true, "the person, the same at every agency"),
        column("quality", Kind::Share, false, false, "how sure it is that the person's records belong together; empty: sure"),
    ],
};

/// `links.csv` or `links.parquet`: pairs that were compared, joined or not.
pub static LINKS: Table = Table {
    name: "links",
    row: "Two records may be of one person.",
    keyed: false,
    columns: &[
        column("agency", Kind::Text, true, false, "whose record the first is"),
        column("id", Kind::Id, true, true, "that agency's own id of the person"),
        column("other_agency", Kind::Text, true, false, "whose record the second is"),
        column("other_id", Kind::Id, true, true, "that agency's own id of the person"),
        column("probability", Kind::Share, true, false, "the probability that both are of one person"),
    ],
};

/// A record and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub key: Key,
    pub person: String,
    /// From 0 to 1.
    pub quality: f64,
}

/// A pair of records with the probability that both are of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub pair: [Key; 2],
    pub probability: f64,
}

/// A record's key. The number 7 and the text "7" are the same name, however a file writes it.
fn key(batch: &Batch, row: usize, agency: &str, id: &str) -> Key {
    let id = batch.name(batch.table.column(id), row).map(|name| name.to_string()).unwrap_or_default();
    Key { agency: batch.text(batch.table.column(agency), row), id }
}

/// The rows of [`PERSONS`], in the order of their records; of a record that is there twice the first row.
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

/// The rows of [`LINKS`].
#[must_use]
pub fn links(batches: &[Batch]) -> Vec<Link> {
    let mut links = Vec::new();
    for batch in batches {
        let probability = batch.table.column("probability");
        for row in 0..batch.rows() {
            let pair = [key(batch, row, "agency", "id"), key(batch, row, "other_agency", "other_id")];
            links.push(Link { pair, probability: batch.share(probability, row).unwrap_or(0.0) });
        }
    }
    links
}

/// An agency's own ids of people, each with the person it is: how rows of the agency's tables find their person.
#[must_use]
pub fn of_agency<'a>(members: &'a [Member], agency: &str) -> BTreeMap<Name<'a>, &'a Member> {
    members.iter().filter(|member| member.key.agency == agency).map(|member| (Name::of(&member.key.id), member)).collect()
}

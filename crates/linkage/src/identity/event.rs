//! Events of identities: what can happen to a person's id, and the table that keeps it.

use base::day::Day;
use records::schema::{RecordColumn, RecordTable, ValueKind};

/// A record's key: the agency that holds it, and the agency's own id of the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey {
    pub agency: String,
    pub id: String,
}

/// What happened to an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityEventKind {
    /// A person begins, or begins again.
    Created,
    /// The whole of `other` became part of the person. The id `other` ends.
    Merged,
    /// The person came out of `other`, which goes on.
    Split,
    /// A record belongs to the person from this day. `other` is the person it belonged to before, if any.
    Joined,
    /// A record was withdrawn. It belongs to no person from this day.
    Left,
}

pub(super) const WORDS: [(&str, IdentityEventKind); 5] = [
    ("created", IdentityEventKind::Created),
    ("merged", IdentityEventKind::Merged),
    ("split", IdentityEventKind::Split),
    ("joined", IdentityEventKind::Joined),
    ("left", IdentityEventKind::Left),
];

/// A record's key, borrowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKeyRef<'a> {
    pub agency: &'a str,
    pub id: &'a str,
}

impl RecordKey {
    #[must_use]
    pub fn as_ref(&self) -> RecordKeyRef<'_> {
        RecordKeyRef { agency: &self.agency, id: &self.id }
    }
}

impl RecordKeyRef<'_> {
    #[must_use]
    pub fn to_key(self) -> RecordKey {
        RecordKey { agency: self.agency.to_owned(), id: self.id.to_owned() }
    }
}

/// One row of the history. Only `joined` and `left` say where records are. The others say why ids began and ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityEvent<'a> {
    pub day: Day,
    pub kind: IdentityEventKind,
    pub person: &'a str,
    /// The record; empty if the event is about a person as a whole.
    pub key: RecordKeyRef<'a>,
    /// The other person; empty if there is none.
    pub other: &'a str,
    pub reason: &'a str,
}

/// Belongs to no person.
pub(super) const NOBODY: u32 = u32::MAX;

const fn column(name: &'static str, kind: ValueKind, required: bool, personal: bool, meaning: &'static str) -> RecordColumn {
    RecordColumn { name, kind, required, personal, meaning }
}

/// The history as a table, `identities.csv`. Rows are only ever added at its end.
pub static IDENTITIES: RecordTable = RecordTable {
    name: "identities",
    row: "Something happened to an identity.",
    keyed: false,
    columns: &[
        column("day", ValueKind::Day, true, false, "the day from which it holds"),
        column("event", ValueKind::Choice(&["created", "merged", "split", "joined", "left"]), true, false, "what happened"),
        column("person", ValueKind::Text, true, true, "the person it happened to"),
        column("agency", ValueKind::Text, false, false, "the agency of a record that joined or left"),
        column("id", ValueKind::Text, false, true, "the agency's own id of the person, for a record that joined or left"),
        column(
            "other",
            ValueKind::Text,
            false,
            true,
            "the person merged into this one, or the one that it or its record came from",
        ),
        column("reason", ValueKind::Text, false, true, "why"),
    ],
};

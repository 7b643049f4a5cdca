//! The names that rows may refer to: people, providers and lots.

use base::day::Day;

use super::super::batch::{Batch, Name};
use super::super::names::{Fingerprints, Names, fingerprint};
use super::result::GateResult;

/// The names that rows of other tables may refer to, as far as they have been read.
#[derive(Debug, Default)]
pub struct KnownNames<'a> {
    pub people: Option<&'a Names>,
    /// Their days of birth, in the same order; empty if none is known.
    pub born: &'a [Day],
    /// Whether these are the records of an agency in the table of persons, and not a table of people.
    pub linked: bool,
    /// The names of providers and of lots, in the order of [`REFERENCES`].
    pub(super) rows: [Option<NameList>; 2],
    /// The providers that the contract lists, where it has a list.
    pub(super) payees: Option<NameList>,
    /// The tables some of whose rows cannot be used: a name that is not known may be in one of those rows.
    pub(super) incomplete: Vec<&'static str>,
}

/// A list of names. A name must match one exactly.
#[derive(Debug, Default)]
pub(super) struct NameList {
    prints: Fingerprints,
    names: Vec<String>,
}

impl NameList {
    fn add(&mut self, name: Name<'_>) {
        self.prints.insert(fingerprint(name));
        // Kept only to suggest the name that was meant.
        if self.names.len() < COMPARED {
            self.names.push(name.to_string());
        }
    }

    pub(super) fn has(&self, name: Name<'_>) -> bool {
        self.prints.contains(fingerprint(name))
    }

    /// What to do about a name that is not here.
    pub(super) fn fix(&self, name: &str, otherwise: &str) -> String {
        match base::similar_names::nearest(name, self.names.iter().map(String::as_str)) {
            Some(nearest) => format!("write `{nearest}` exactly, if that is meant; otherwise {otherwise}"),
            None => otherwise.to_owned(),
        }
    }
}

/// How many names are kept to suggest the one that was meant.
const COMPARED: usize = 2_000;

impl<'a> KnownNames<'a> {
    /// Only the people; `None` where there is no table of people.
    #[must_use]
    pub fn of(people: Option<&'a Names>) -> KnownNames<'a> {
        KnownNames { people, ..KnownNames::default() }
    }

    /// Only the records that an agency has in the table of persons.
    #[must_use]
    pub fn of_agency(records: &'a Names) -> KnownNames<'a> {
        KnownNames { people: Some(records), linked: true, ..KnownNames::default() }
    }

    /// Adds the list of providers that the contract has.
    pub fn pays(&mut self, providers: &[String]) {
        if !providers.is_empty() {
            let listed = self.payees.get_or_insert_default();
            providers.iter().for_each(|provider| listed.add(Name::of(provider)));
        }
    }

    /// Refers to the same people as other names do, and knows what is incomplete as they do.
    pub fn refer_like(&mut self, other: KnownNames<'a>) {
        self.people = other.people;
        self.incomplete = other.incomplete;
    }

    /// Adds what the gate found in a table that others refer to. Where rows of it cannot be used, a name that is missing is a
    /// consequence of their faults.
    pub fn found(&mut self, table: &'static str, found: &GateResult) {
        if found.files.iter().any(|rows| rows.set_aside > 0) {
            self.incomplete.push(table);
        }
    }

    /// Adds rows that other tables may refer to.
    pub fn learn(&mut self, batch: &Batch) {
        for (reference, known) in
            REFERENCES.iter().zip(&mut self.rows).filter(|(reference, _)| reference.table == batch.table.name)
        {
            let known = known.get_or_insert_default();
            let column = batch.table.column(reference.column);
            for name in (0..batch.rows()).filter_map(|row| batch.name(column, row)) {
                known.add(name);
            }
        }
    }
}

/// A column that names a row of another table.
pub(super) struct Reference {
    pub column: &'static str,
    pub table: &'static str,
    pub what: &'static str,
    /// The same where rows of that table cannot be used.
    pub what_if_incomplete: &'static str,
    pub expected: &'static str,
    pub fix: &'static str,
}

pub(super) const REFERENCES: [Reference; 2] = [
    Reference {
        column: "provider",
        table: "providers",
        what: "this organisation is not in the table of providers",
        what_if_incomplete: CONSEQUENCES[1],
        expected: "a provider in the table of providers",
        fix: "add it to providers, or correct the name",
    },
    Reference {
        column: "lot",
        table: "lots",
        what: "this lot is not in the table of lots",
        what_if_incomplete: CONSEQUENCES[2],
        expected: "a lot in the table of lots",
        fix: "add it to lots, or correct the name",
    },
];

/// The messages about names that are not known where rows of their table cannot be used: they may follow from the faults of those rows,
/// which are told first.
pub const CONSEQUENCES: [&str; 3] = [
    "no person with this id is in the rows of people that can be used",
    "this organisation is not in the rows of providers that can be used",
    "this lot is not in the rows of lots that can be used",
];

/// What to do about such a name.
pub(super) const FIX_CAUSE: &str =
    "correct the rows of that table that have faults, which are listed before; if it is still not there, ";

/// For a person who is not known: what is wrong, what is expected, and how to fix it; without linkage, and with it.
pub(super) const PERSON: [(&str, &str, &str); 2] = [
    (
        "no person with this id is in the table of people",
        "a person in the table of people",
        "add the person to people, or correct the id; spreadsheets drop leading zeros",
    ),
    (
        "no record with this agency and id is in the table of persons",
        "a record in the table of persons",
        "link the agencies' records again, or correct the id here or in persons; letter case and leading zeros count",
    ),
];

/// For a provider that the contract does not list: what is wrong, what is expected, and how to fix it.
pub(super) const PAYEE: (&str, &str, &str) = (
    "the contract's list of providers does not have this provider",
    "an id of the list of providers in scheme.toml",
    "correct the name, or add it to `providers` in scheme.toml if it is paid as well",
);

//! Rows held against each other and against themselves: keys that are there twice, people nobody knows, ends before beginnings,
//! spells that overlap. Rows come in batches, table after table, those that others refer to first; only
//! fingerprints of keys are remembered.

use super::batch::Batch;
use super::day::{Day, NEVER};
use super::fault::Fault;
use super::names::{Fingerprints, fingerprint};
use super::schema::{Kind, Table};

/// What is remembered between batches.
#[derive(Debug, Default)]
pub struct Check {
    /// What other tables refer to, by [`REFERENCES`]; nothing where that table was not handed over.
    known: [Option<Fingerprints>; REFERENCES.len()],
    /// Keys of the table that is being read.
    keys: Fingerprints,
    /// Of the same table: what rows are about, with their places.
    about: Vec<(u64, u64)>,
    /// Person, kind, first day, end and place of every spell.
    spells: Vec<(u64, u64, Day, Day, u64)>,
}

impl Check {
    /// Says which rows of a batch are right, and adds the faults of the others.
    pub fn rows(&mut self, batch: &Batch, faults: &mut Vec<Fault>) -> Vec<bool> {
        let table = batch.table;
        let person = table.columns.iter().position(|column| column.name == "person");
        let about = table.columns.iter().position(|column| column.name == "about");
        let references = REFERENCES.map(|reference| table.columns.iter().position(|column| column.name == reference.column));
        let mut good = vec![true; batch.rows()];
        for row in 0..batch.rows() {
            let place = batch.places[row];
            let before = faults.len();
            let key = batch.name(0, row).map(fingerprint).filter(|_| table.keyed);
            if key.is_some_and(|key| !self.keys.insert(key)) {
                faults.push(twice(batch, row));
            }
            let someone = person.and_then(|person| batch.name(person, row)).map(fingerprint);
            for ((known, reference), column) in self.known.iter_mut().zip(&REFERENCES).zip(references) {
                let Some(column) = column else { continue };
                let Some(name) = batch.name(column, row).map(fingerprint) else { continue };
                if table.name == reference.table {
                    known.get_or_insert_default().insert(name);
                } else if known.as_ref().is_some_and(|known| !known.contains(name)) {
                    let (expected, mend) = (reference.expected, reference.mend);
                    let fault = Fault::value(place, &table.columns[column], &batch.text(column, row), reference.what, mend);
                    faults.push(Fault { expected: expected.into(), ..fault });
                }
            }
            days(batch, row, faults);
            // Whose cells have slipped is nobody that is known, and then a name may stand in any column.
            let people = self.known[PEOPLE].as_ref();
            let known = person.is_none() || someone.is_some_and(|someone| people.is_some_and(|people| people.contains(someone)));
            if !known {
                let open = |fault: &&mut Fault| {
                    let column = table.columns.iter().find(|column| column.name == fault.column);
                    column.is_some_and(|column| matches!(column.kind, Kind::Id | Kind::Text))
                };
                faults[before..].iter_mut().filter(open).for_each(|fault| fault.value = None);
            }
            good[row] = !faults[before..].iter().any(|fault| fault.grade <= super::fault::Grade::Row);
            if let Some(about) = about.and_then(|about| batch.name(about, row)) {
                self.about.push((fingerprint(about), place));
            }
            if let ("spells", Some(someone), true) = (table.name, someone, good[row]) {
                let kind = batch.name(table.column("kind"), row).map_or(0, fingerprint);
                let (from, to) = (batch.day(table.column("from"), row), batch.day(table.column("to"), row));
                self.spells.push((someone, kind, from, to, place));
            }
        }
        good
    }

    /// What can be said when the whole table has been read; then the next table can begin.
    pub fn end(&mut self, table: &'static Table) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (about, place) in std::mem::take(&mut self.about) {
            if !self.keys.contains(about) {
                let mend = "hand over that event too; an offence whose conviction points nowhere counts as not proven";
                let fault = Fault::row(place, "the event it is about is not there", "the name of an event in the table", mend);
                faults.push(fault.column(table, table.column("about")).warning());
            }
        }
        let mut spells = std::mem::take(&mut self.spells);
        spells.sort_unstable();
        let mut longest: Option<(u64, u64, Day, u64)> = None;
        for (person, kind, from, to, place) in spells {
            if let Some((same_person, same_kind, end, other)) = longest
                && (same_person, same_kind) == (person, kind)
                && from < end
            {
                let mend = "nothing, if both are true; a day in two spells counts once";
                let mut fault = Fault::row(
                    place,
                    "the spell overlaps another of the same person and kind",
                    "spells one after the other",
                    mend,
                );
                fault.value = Some(format!("the other is in row {other}"));
                faults.push(fault.warning());
            }
            match longest {
                Some((same_person, same_kind, end, _)) if (same_person, same_kind) == (person, kind) && end >= to => {}
                _ => longest = Some((person, kind, to, place)),
            }
        }
        faults.sort_by_key(|fault| fault.place);
        self.keys = Fingerprints::default();
        faults
    }
}

fn twice(batch: &Batch, row: usize) -> Fault {
    let column = &batch.table.columns[0];
    let mend = "each row has a name of its own: remove the row that is there twice, or number the rows afresh";
    Fault::value(batch.places[row], column, &batch.text(0, row), "the key is there twice", mend)
}

/// A column that names a row of another table, wherever it stands.
struct Reference {
    column: &'static str,
    table: &'static str,
    what: &'static str,
    expected: &'static str,
    mend: &'static str,
}

/// The place of people among the references.
const PEOPLE: usize = 0;

const REFERENCES: [Reference; 3] = [
    Reference {
        column: "person",
        table: "people",
        what: "nobody of this name is in the table of people",
        expected: "a person of the table of people",
        mend: "add the person to people, or correct the name; numbers keep no leading noughts in a spreadsheet",
    },
    Reference {
        column: "provider",
        table: "providers",
        what: "this organisation is not in the table of providers",
        expected: "a provider of the table of providers",
        mend: "add it to providers, or correct the name",
    },
    Reference {
        column: "lot",
        table: "lots",
        what: "this lot is not in the table of lots",
        expected: "a lot of the table of lots",
        mend: "add it to lots, or correct the name",
    },
];

/// Pairs of days of which the second cannot come before the first.
const ORDERS: [(&str, &str, &str, &str); 6] = [
    ("people", "born", "died", "the death comes before the birth"),
    ("people", "born", "removed", "the removal comes before the birth"),
    ("starts", "began", "ended", "it ends before it begins"),
    ("events", "date", "settled", "it is settled before it happened"),
    ("spells", "from", "to", "it ends before it begins"),
    ("lots", "begins", "ends", "it ends before it begins"),
];

fn days(batch: &Batch, row: usize, faults: &mut Vec<Fault>) {
    for (table, first, second, what) in ORDERS.iter().filter(|order| order.0 == batch.table.name) {
        let column = &batch.table.columns[batch.table.column(second)];
        let (from, to) = (batch.day(batch.table.column(first), row), batch.day(batch.table.column(second), row));
        if from != NEVER && to < from {
            let mut fault =
                Fault::value(batch.places[row], column, &batch.text(batch.table.column(second), row), what, "check both days");
            fault.expected = format!("a day not before `{first}`");
            faults.push(fault);
        } else if *table == "spells" && from == to {
            let mend = "`to` is the first day that is no longer part of it: a job of one day on 1 March ends on 2 March";
            let fault = Fault::value(
                batch.places[row],
                column,
                &batch.text(batch.table.column(second), row),
                "the spell lasts no day",
                mend,
            );
            faults.push(Fault { expected: "a day after `from`".into(), ..fault }.warning());
        }
    }
}

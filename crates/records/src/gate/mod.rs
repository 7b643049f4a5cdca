//! The gate between records and money. Everything that is measured or paid comes through here, and so does what
//! `records check` reads: there is one set of rules for which rows can be used, and one place where they stand.
//!
//! A [`Door`] stands before one table and takes its batches, from any number of files and threads. It sets apart rows that
//! cannot be used, counts a repeated row once, and notes what must not pass in silence. What it found of a table is a
//! [`Found`]; [`evidence`] says whether the records have what the rules need at all; [`quality`] is the statement that travels
//! with every figure.
//!
//! There are three outcomes. *Told*: it cannot change a sum, or is counted once. *Set apart*: the row cannot be used; a
//! policy says how many such rows are tolerated where the sum may change with them. *Refused*: to go on would be to guess.

pub mod about;
mod audits;
pub mod copies;
pub mod evidence;
pub mod findings;
mod keys;
pub mod quality;
mod repeats;
pub mod spelling;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::batch::{Batch, Name, Values};
use super::fault::{Fault, Grade, visible};
use super::names::{Fingerprints, NOBODY, Names, fingerprint};
use super::schema::{Kind, Table};
use base::day::{Day, NEVER};
use copies::Copies;
use evidence::{Others, Stated};
use findings::Findings;
use keys::Keys;
pub use repeats::{Second, key};

/// What others may refer to, as far as it has been read.
#[derive(Debug, Default)]
pub struct Known<'a> {
    pub people: Option<&'a Names>,
    /// Of providers and lots, by [`REFERENCES`].
    rows: [Option<Listed>; 2],
    /// Who is paid, where the contract itself lists them.
    payees: Option<Listed>,
}

/// Names that are letter by letter those of something.
#[derive(Debug, Default)]
struct Listed {
    prints: Fingerprints,
    names: Vec<String>,
}

impl Listed {
    fn add(&mut self, name: Name<'_>) {
        self.prints.insert(fingerprint(name));
        // Only to say which name was meant.
        if self.names.len() < COMPARED {
            self.names.push(name.to_string());
        }
    }

    fn has(&self, name: Name<'_>) -> bool {
        self.prints.contains(fingerprint(name))
    }

    /// What to do about a name that is not here.
    fn fix(&self, name: &str, otherwise: &str) -> String {
        match base::spelling::nearest(name, self.names.iter().map(String::as_str)) {
            Some(nearest) => format!("write `{nearest}` if that is meant, letter by letter; otherwise {otherwise}"),
            None => otherwise.to_owned(),
        }
    }
}

/// What the rules ask of a table.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Whether a sum can change with its rows at all.
    pub touches: bool,
    /// The kinds of event or spell that the rules look at; without any, every row counts.
    pub kinds: Vec<String>,
    /// Classes of event that the rules tell apart.
    pub classes: Vec<String>,
    /// Kinds that are near to one of those and yet another, as the scheme says.
    pub other_kinds: Vec<String>,
    /// Whether rows that equal another in all but their key are left for measuring to find, which takes no memory.
    pub copies_later: bool,
    /// Columns that the rules look at in rows of some kinds.
    pub columns: Vec<Column>,
    /// Of claims, where a contract audits them: the outcomes that can be claimed.
    pub outcomes: Vec<String>,
    /// Of starts: the areas and segments of the scheme, and the days of its cohorts.
    pub places: Option<Places>,
    /// How many rows somebody says there are.
    pub stated: Vec<Stated>,
}

/// A column that the rules look at.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: &'static str,
    /// The kinds of the rows.
    pub kinds: Vec<String>,
    /// Whether each of them must have a value; otherwise it is enough that the column is there.
    pub filled: bool,
}

/// Where and when people can start under a scheme.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub areas: Vec<String>,
    pub segments: Vec<String>,
    /// First and last day of each cohort.
    pub cohorts: Vec<(Day, Day)>,
}

/// The way into one table.
#[derive(Debug)]
pub struct Door<'a> {
    pub table: &'static Table,
    known: &'a Known<'a>,
    asked: &'a Asked,
    keys: Mutex<Keys>,
    copies: Mutex<Copies>,
}

/// What one thread found in its part of a table.
#[derive(Debug, Default)]
pub struct Found {
    pub findings: Findings,
    /// By file: rows that were read, whether they can be used or not, those that are used, set aside, and repeated.
    pub files: Vec<Rows>,
    /// Fingerprints of keys that seem to have been read before; [`Second`] looks at them again.
    repeated: Vec<u64>,
    /// For each kind that is asked for, rows that are used.
    pub kinds: Vec<u64>,
    /// Rows with a day on which they were settled.
    pub settled: u64,
    /// Other kinds than those that are asked for.
    pub others: Others,
    /// For each stated count, the rows.
    pub counted: Vec<u64>,
    /// Rows that cannot be read, so that nobody knows of which kind they are.
    pub unreadable: u64,
    /// Some names of people nobody knows; never shown.
    pub unknown: Vec<String>,
    pub unknown_people: u64,
    /// Columns that the rules need and a file does not have, by the position of the file.
    without: Vec<(usize, &'static str)>,
    /// Whether several threads read the file, so that rows come in any order.
    pub unordered: bool,
    /// Every fault with the position of its file, for a list of them all; nothing is kept where nobody asks for it.
    pub heard: Option<Vec<(usize, Fault)>>,
}

/// Rows of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub read: u64,
    pub used: u64,
    pub apart: u64,
    pub repeats: u64,
}

/// A file among those of a table.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    pub at: usize,
    pub name: &'a str,
}

/// What was looked up of the rows that are left in a batch.
#[derive(Debug, Default)]
pub struct Looked {
    /// The position of each row's person; [`NOBODY`] where none is named. Empty for a table without people.
    pub persons: Vec<u32>,
    /// The position from 1 of each row's kind among those that are asked for; 0 for any other. Empty where none is asked for.
    pub kinds: Vec<u16>,
}

/// Names among which the one that was meant is looked for.
const COMPARED: usize = 2_000;

/// Names of a batch for which that is done.
const MOST_COMPARED: usize = 50;

/// Names of unknown people that are kept to see whether they are known ones in another form.
const UNKNOWN: usize = 1000;

impl<'a> Door<'a> {
    #[must_use]
    pub fn new(table: &'static Table, known: &'a Known<'a>, asked: &'a Asked) -> Door<'a> {
        Door { table, known, asked, keys: Mutex::default(), copies: Mutex::default() }
    }

    /// Whether a sum can change with rows of the table.
    #[must_use]
    pub fn touches(&self) -> bool {
        self.asked.touches
    }

    /// The same door for somebody who was here before: it remembers no keys.
    #[must_use]
    pub fn afresh(&self) -> Door<'a> {
        Door::new(self.table, self.known, self.asked)
    }

    /// Notes faults that a reader met, sets apart the rows that cannot be used, and looks up the others.
    pub fn rows(&self, file: File<'_>, batch: &mut Batch, faults: Vec<Fault>, found: &mut Found) -> Looked {
        if found.files.len() <= file.at {
            found.files.resize(file.at + 1, Rows::default());
        }
        found.kinds.resize(self.asked.kinds.len(), 0);
        found.counted.resize(self.asked.stated.len(), 0);
        found.files[file.at].read += batch.rows() as u64;
        for fault in faults {
            // Each row has one such fault at most.
            let row = u64::from(fault.grade == Grade::Row);
            let rows = &mut found.files[file.at];
            rows.read += row;
            rows.apart += row;
            found.unreadable += row;
            let touches = self.asked.touches && fault.grade < Grade::Repeat;
            found.note(file, fault, touches, None);
        }
        if batch.rows() == 0 {
            return Looked::default();
        }
        self.drop_repeats(file, batch, found);
        let persons = self.persons(batch);
        let mut looked = Looked { kinds: self.kinds(file, batch, &persons, found), persons };
        self.count_stated(batch, found);
        let mut wrong = Wrong::default();
        self.references(batch, &looked, &mut wrong);
        days(batch, &mut wrong);
        if let Some(places) = self.asked.places.as_ref().filter(|_| self.table.name == "starts") {
            self::places(places, batch, &mut wrong);
        }
        self.classes(batch, &looked, found, &mut wrong);
        self.columns(file, batch, &looked, found, &mut wrong);
        if !self.asked.outcomes.is_empty() {
            audits::claims(&self.asked.outcomes, batch, &mut wrong);
        }
        if !wrong.faults.is_empty() {
            self.set_aside(file, batch, &mut looked, wrong, found);
        }
        self.copies(file, batch, &looked, found);
        found.files[file.at].used += batch.rows() as u64;
        for kind in looked.kinds.iter().filter(|kind| **kind > 0) {
            found.kinds[usize::from(*kind) - 1] += 1;
        }
        if self.table.name == "events"
            && let Values::Days(settled) = &batch.columns[batch.table.column("settled")]
        {
            found.settled += settled.iter().filter(|day| **day != NEVER).count() as u64;
        }
        looked
    }

    /// Takes out rows whose key was read before; whether they are the same rows is looked at in a second reading.
    fn drop_repeats(&self, file: File<'_>, batch: &mut Batch, found: &mut Found) {
        let repeats = {
            let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
            match self.table.keyed {
                true => keys.add(&batch.columns[0], batch.rows()),
                false => {
                    let prints = (0..batch.rows()).map(|row| repeats::key(batch, row).unwrap_or(0) as i64);
                    keys.add(&Values::Numbers(prints.collect()), batch.rows())
                }
            }
        };
        if repeats.is_empty() {
            return;
        }
        found.repeated.extend(repeats.iter().filter_map(|row| repeats::key(batch, *row)));
        found.files[file.at].repeats += repeats.len() as u64;
        let mut good = vec![true; batch.rows()];
        repeats.into_iter().for_each(|row| good[row] = false);
        batch.keep(&good);
    }

    /// Notes rows that equal earlier ones in everything but their key.
    fn copies(&self, file: File<'_>, batch: &Batch, looked: &Looked, found: &mut Found) {
        if self.asked.copies_later {
            return;
        }
        let prints = copies::prints(batch, &looked.kinds);
        if prints.is_empty() {
            return;
        }
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = copies.add(file, batch, &prints, !found.unordered);
        drop(copies);
        faults.into_iter().for_each(|fault| found.note(file, fault, false, None));
    }

    fn persons(&self, batch: &Batch) -> Vec<u32> {
        let column = self.table.columns.iter().position(|column| column.name == "person");
        match (column, self.known.people) {
            (Some(column), Some(people)) if self.table.name != "people" => {
                found_people(people, &batch.columns[column], batch.rows())
            }
            _ => Vec::new(),
        }
    }

    fn kinds(&self, file: File<'_>, batch: &Batch, persons: &[u32], found: &mut Found) -> Vec<u16> {
        if self.asked.kinds.is_empty() {
            return Vec::new();
        }
        let column = batch.table.column("kind");
        let kinds = positions(&batch.columns[column], batch.rows(), &self.asked.kinds);
        let mut last = 0;
        for row in (0..batch.rows()).filter(|row| kinds[*row] == 0) {
            let Some(name) = batch.name(column, row) else { continue };
            let print = fingerprint(name);
            // Most rows have the kind of the row before.
            if print == last || !found.others.is_new(print) {
                last = print;
                continue;
            }
            last = print;
            let text = name.to_string();
            if self.asked.other_kinds.contains(&text) {
                continue;
            }
            if let Some(nearest) = spelling::nearest(&text, self.asked.kinds.iter().map(String::as_str)) {
                let what = "this kind looks like one that the rules need, spelled differently";
                let fix = format!(
                    "write `{nearest}`; if it is another kind, say so in scheme.toml: [records] other_kinds = [\"{}\"]",
                    visible(&text)
                );
                let fault = Fault::value(batch.places[row], &batch.table.columns[column], &text, what, fix);
                let expected = format!("`{nearest}`, or a word that is not so near");
                found.note(file, Fault { expected, ..fault }.refused(), true, None);
            } else if persons.get(row).is_some_and(|person| *person != NOBODY) {
                // In a row whose cells have slipped a name may stand here.
                found.others.keep(&text);
            }
        }
        kinds
    }

    /// A class that is nearly one that the rules leave out would count.
    fn classes(&self, batch: &Batch, looked: &Looked, found: &mut Found, wrong: &mut Wrong) {
        if self.asked.classes.is_empty() || self.table.name != "events" {
            return;
        }
        let column = batch.table.column("class");
        if batch.columns[column] == Values::Absent {
            return;
        }
        let known = positions(&batch.columns[column], batch.rows(), &self.asked.classes);
        for row in (0..batch.rows()).filter(|row| known[*row] == 0 && looked.kinds.get(*row) != Some(&0)) {
            let Some(name) = batch.name(column, row) else { continue };
            // A class and a kind of the same name are looked at once each.
            if !found.others.is_new(fingerprint(name).rotate_left(17)) {
                continue;
            }
            let text = name.to_string();
            if self.asked.other_kinds.contains(&text) {
                continue;
            }
            if let Some(nearest) = spelling::nearest(&text, self.asked.classes.iter().map(String::as_str)) {
                let what = "this class looks like one that the rules tell apart, spelled differently";
                let fix = format!(
                    "write `{nearest}`; if it is another class, say so in scheme.toml: [records] other_kinds = [\"{}\"]",
                    visible(&text)
                );
                let fault = Fault::value(batch.places[row], &batch.table.columns[column], &text, what, fix);
                let expected = format!("`{nearest}`, or a word that is not so near");
                wrong.faults.push((row, Fault { expected, ..fault }.refused()));
            }
        }
    }

    /// Columns without which the rules cannot be applied to rows.
    fn columns(&self, file: File<'_>, batch: &Batch, looked: &Looked, found: &mut Found, wrong: &mut Wrong) {
        for Column { name, kinds, filled } in &self.asked.columns {
            let column = batch.table.column(name);
            let of: Vec<bool> = std::iter::once(false).chain(self.asked.kinds.iter().map(|kind| kinds.contains(kind))).collect();
            let mut rows = looked.kinds.iter().enumerate().filter(|(_, kind)| of[usize::from(**kind)]).map(|(row, _)| row);
            if batch.columns[column] == Values::Absent {
                if rows.next().is_some() && !found.without.contains(&(file.at, *name)) {
                    found.without.push((file.at, *name));
                    let what = "the rules need this column, and the table does not have it";
                    let expected = format!("a column `{name}`");
                    let fix = match filled {
                        true => {
                            "hand the column over; if it is there under another name, write the name as it stands here".to_owned()
                        }
                        false => format!("hand the column over; if no row has a {name}, add it without values"),
                    };
                    let fault = Fault { column: (*name).into(), ..Fault::file(what, expected, fix) }.refused();
                    found.note(file, fault, true, None);
                }
                continue;
            }
            for row in rows.filter(|row| *filled && batch.columns[column].name(*row).is_none()) {
                let what = "the rules need a value here, and the row has none";
                let fix = "fill it in, or leave the row out if it is none of this kind";
                let fault = Fault::row(batch.places[row], what, format!("a value in `{name}`"), fix);
                wrong.faults.push((row, Fault { column: (*name).into(), ..fault }));
            }
        }
    }

    fn count_stated(&self, batch: &Batch, found: &mut Found) {
        if self.asked.stated.is_empty() {
            return;
        }
        let day = if self.table.name == "spells" { "from" } else { "date" };
        let (day, kind) = (batch.table.column(day), batch.table.column("kind"));
        for (stated, count) in self.asked.stated.iter().zip(&mut found.counted) {
            let name = Name::of(&stated.kind);
            let here = |row: &usize| {
                let day = batch.day(day, *row);
                let within = day <= stated.until && (stated.since == NEVER || stated.since <= day);
                within && (stated.kind.is_empty() || batch.name(kind, *row) == Some(name))
            };
            *count += (0..batch.rows()).filter(here).count() as u64;
        }
    }

    /// Rows that name somebody or something that another table does not have.
    fn references(&self, batch: &Batch, looked: &Looked, wrong: &mut Wrong) {
        let table = batch.table;
        if looked.persons.contains(&NOBODY) {
            let column = table.column("person");
            let named = |row: &usize| batch.columns[column].name(*row).is_some();
            for row in (0..batch.rows()).filter(|row| looked.persons[*row] == NOBODY).filter(named) {
                let what = "nobody with this id is in the table of people";
                let fix = "add the person to people, or correct the id; spreadsheets drop leading zeros";
                let fault = Fault::value(batch.places[row], &table.columns[column], "", what, fix);
                wrong.faults.push((row, Fault { expected: "a person of the table of people".into(), ..fault }));
            }
        }
        let pays = matches!(table.name, "starts" | "claims");
        for (reference, known) in REFERENCES.iter().zip(&self.known.rows) {
            let column = table.columns.iter().position(|column| column.name == reference.column);
            let payee = pays && reference.table == "providers";
            let known = if payee { self.known.payees.as_ref().or(known.as_ref()) } else { known.as_ref() };
            let (Some(column), Some(known), true) = (column, known, table.name != reference.table) else { continue };
            let mut fixes: BTreeMap<u64, String> = BTreeMap::new();
            for row in 0..batch.rows() {
                let Some(name) = batch.name(column, row).filter(|name| !known.has(*name)) else { continue };
                let Reference { mut what, mut expected, mut fix, .. } = *reference;
                if payee && self.known.payees.is_some() {
                    (what, expected, fix) = PAYEE;
                }
                let (print, text) = (fingerprint(name), name.to_string());
                let fix = match fixes.get(&print) {
                    Some(fix) => fix.clone(),
                    None if fixes.len() < MOST_COMPARED => fixes.entry(print).or_insert(known.fix(&text, fix)).clone(),
                    None => fix.to_owned(),
                };
                let fault = Fault::value(batch.places[row], &table.columns[column], &text, what, fix);
                let fault = Fault { expected: expected.into(), ..fault };
                // Nobody is paid for people to compare with.
                let served = || table.name != "starts" || batch.text(table.column("group"), row) != "comparison";
                let fault = match payee {
                    false => fault,
                    true if served() => fault.refused(),
                    true => fault.warning(),
                };
                wrong.faults.push((row, fault));
            }
        }
    }

    /// Notes what is wrong with rows of a batch, and leaves only the rows that can be used.
    fn set_aside(&self, file: File<'_>, batch: &mut Batch, looked: &mut Looked, mut wrong: Wrong, found: &mut Found) {
        wrong.faults.sort_by_key(|(row, fault)| (*row, fault.grade));
        let person = self.table.columns.iter().position(|column| column.name == "person");
        let mut good = vec![true; batch.rows()];
        for (row, mut fault) in wrong.faults {
            if !good[row] {
                continue;
            }
            // Whose cells have slipped is nobody that is known, and then a name may stand in any column.
            let column = self.table.columns.iter().find(|column| column.name == fault.column);
            let open = column.is_some_and(|column| matches!(column.kind, Kind::Id | Kind::Text));
            if open && person.is_some() && looked.persons.get(row).is_none_or(|person| *person == NOBODY) {
                fault = fault.unseen();
            }
            good[row] = fault.grade > Grade::Row;
            // A row of a kind that no rule looks at changes nothing.
            let counts = self.table.name == "coverage" || looked.kinds.get(row).is_none_or(|kind| *kind > 0);
            let touches = self.asked.touches && counts && fault.grade < Grade::Repeat;
            let someone = looked.persons.get(row).copied().filter(|person| *person != NOBODY);
            if fault.column == "person" && fault.grade == Grade::Row {
                found.unknown_people += 1;
                if let Some(name) = person.and_then(|person| batch.name(person, row)).filter(|_| found.unknown.len() < UNKNOWN) {
                    found.unknown.push(name.to_string());
                }
            }
            found.note(file, fault, touches, someone);
        }
        found.files[file.at].apart += good.iter().filter(|good| !**good).count() as u64;
        batch.keep(&good);
        only(&mut looked.persons, &good);
        only(&mut looked.kinds, &good);
    }
}

/// Faults of a batch, each with its row.
#[derive(Default)]
struct Wrong {
    faults: Vec<(usize, Fault)>,
}

fn only<T: Copy>(values: &mut Vec<T>, good: &[bool]) {
    let mut at = 0;
    values.retain(|_| {
        at += 1;
        good[at - 1]
    });
}

impl<'a> Known<'a> {
    /// Nothing but the people; `None` where nobody's table of people was handed over.
    #[must_use]
    pub fn of(people: Option<&'a Names>) -> Known<'a> {
        Known { people, ..Known::default() }
    }

    /// The contract has its own list of those whom it pays.
    pub fn pays(&mut self, providers: &[String]) {
        if !providers.is_empty() {
            let listed = self.payees.get_or_insert_default();
            providers.iter().for_each(|provider| listed.add(Name::of(provider)));
        }
    }

    /// Takes in rows that others may refer to.
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

impl Found {
    /// Adds a fault.
    fn note(&mut self, file: File<'_>, fault: Fault, touches: bool, person: Option<u32>) {
        if let Some(heard) = &mut self.heard {
            heard.push((file.at, fault.clone()));
        }
        self.findings.add(file.name, fault, touches, person);
    }

    /// Adds what another thread found.
    pub fn merge(&mut self, other: Found) {
        fn add(sums: &mut Vec<u64>, more: &[u64]) {
            sums.resize(sums.len().max(more.len()), 0);
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        self.findings.merge(other.findings);
        self.files.resize(self.files.len().max(other.files.len()), Rows::default());
        for (rows, more) in self.files.iter_mut().zip(&other.files) {
            rows.read += more.read;
            rows.used += more.used;
            rows.apart += more.apart;
            rows.repeats += more.repeats;
        }
        self.repeated.extend(other.repeated);
        add(&mut self.kinds, &other.kinds);
        add(&mut self.counted, &other.counted);
        self.settled += other.settled;
        self.unreadable += other.unreadable;
        self.unknown_people += other.unknown_people;
        self.others.merge(other.others);
        self.unknown.extend(other.unknown);
        self.unknown.truncate(UNKNOWN);
    }

    /// Adds rows of a file that were taken for repeats and are none.
    pub fn take_back(&mut self, file: usize, mut own: Found) {
        own.files.resize(file + 1, Rows::default());
        let rows = &mut own.files[file];
        self.files[file].repeats -= rows.read;
        rows.read = 0;
        self.merge(own);
    }

    /// The second reading that says which rows are repeats and which contradict each other; `None` where no key was read
    /// twice.
    #[must_use]
    pub fn second(&mut self, table: &'static Table) -> Option<Second> {
        let repeated = std::mem::take(&mut self.repeated);
        (!repeated.is_empty()).then(|| Second::new(table, repeated))
    }
}

/// The person of each row; [`NOBODY`] where the name is not in the table of people.
pub(super) fn found_people(people: &Names, column: &Values, rows: usize) -> Vec<u32> {
    match column {
        Values::Numbers(numbers) => people.find_numbers(numbers),
        column => (0..rows).map(|row| column.name(row).and_then(|name| people.find(name)).unwrap_or(NOBODY)).collect(),
    }
}

/// For each row, the position from 1 of its value among some words; 0 when it is none of them.
pub(super) fn positions(column: &Values, rows: usize, words: &[String]) -> Vec<u16> {
    let words: Vec<Name<'_>> = words.iter().map(|word| Name::of(word)).collect();
    let position = |name: Name<'_>| words.iter().position(|word| *word == name).map_or(0, |at| at as u16 + 1);
    match column {
        // Codes are most often small numbers.
        Values::Numbers(numbers) => {
            let small: Vec<u16> = (0..256).map(|number| position(Name::Number(number))).collect();
            let of = |number: &i64| match usize::try_from(*number).ok().and_then(|number| small.get(number)) {
                Some(position) => *position,
                None => position(Name::Number(*number)),
            };
            numbers.iter().map(of).collect()
        }
        column => (0..rows).map(|row| column.name(row).map_or(0, position)).collect(),
    }
}

/// A column that names a row of another table, wherever it stands.
struct Reference {
    column: &'static str,
    table: &'static str,
    what: &'static str,
    expected: &'static str,
    fix: &'static str,
}

const REFERENCES: [Reference; 2] = [
    Reference {
        column: "provider",
        table: "providers",
        what: "this organisation is not in the table of providers",
        expected: "a provider of the table of providers",
        fix: "add it to providers, or correct the name",
    },
    Reference {
        column: "lot",
        table: "lots",
        what: "this lot is not in the table of lots",
        expected: "a lot of the table of lots",
        fix: "add it to lots, or correct the name",
    },
];

/// What is wrong with a provider that the contract's own list does not have, what is expected, and what to do.
const PAYEE: (&str, &str, &str) = (
    "the contract's list of providers does not have this one",
    "an id of the list of providers in scheme.toml",
    "correct the name, or add it to `providers` in scheme.toml if it is paid as well",
);

/// Pairs of days of which the second cannot come before the first.
const ORDERS: [(&str, &str, &str, &str); 7] = [
    ("people", "born", "died", "the death comes before the birth"),
    ("people", "born", "removed", "the removal comes before the birth"),
    ("starts", "began", "ended", "it ends before it begins"),
    ("events", "date", "settled", "it is settled before it happened"),
    ("spells", "from", "to", "it ends before it begins"),
    ("lots", "begins", "ends", "it ends before it begins"),
    ("coverage", "since", "until", "it ends before it begins"),
];

/// Rows whose days are in the wrong order.
fn days(batch: &Batch, wrong: &mut Wrong) {
    for (table, first, second, what) in ORDERS.iter().filter(|order| order.0 == batch.table.name) {
        let (from, to) = (batch.table.column(first), batch.table.column(second));
        let (Values::Days(firsts), Values::Days(seconds)) = (&batch.columns[from], &batch.columns[to]) else { continue };
        let column = &batch.table.columns[to];
        for (row, (first_day, day)) in firsts.iter().zip(seconds).enumerate() {
            let said = |what, fix: &str| Fault::value(batch.places[row], column, &batch.text(to, row), what, fix);
            if *day < *first_day && *first_day != NEVER {
                let fault = said(what, "check both days");
                wrong.faults.push((row, Fault { expected: format!("a day not before `{first}`"), ..fault }));
            } else if day == first_day && *day != NEVER && *table == "spells" {
                let fix = "`to` is the first day that is no longer part of it: a job of one day on 1 March ends on 2 March";
                let fault = said("the spell lasts no day", fix).warning();
                wrong.faults.push((row, Fault { expected: "a day after `from`".into(), ..fault }));
            }
        }
    }
}

/// Starts in areas, segments or times that the scheme does not have.
fn places(places: &Places, batch: &Batch, wrong: &mut Wrong) {
    for (name, known) in [("area", &places.areas), ("segment", &places.segments)] {
        let at = batch.table.column(name);
        let column = &batch.table.columns[at];
        let positions = positions(&batch.columns[at], batch.rows(), known);
        for row in (0..batch.rows()).filter(|row| positions[*row] == 0) {
            match batch.name(at, row) {
                None if known.len() == 1 => {}
                None => {
                    let what = if name == "area" { "the start names no area" } else { "the start names no segment" };
                    let fix = "the scheme has several: say which one the person started in";
                    let fault = Fault::value(batch.places[row], column, "", what, fix);
                    wrong.faults.push((row, Fault { expected: expected(known), ..fault }));
                }
                Some(read) => {
                    let read = read.to_string();
                    let what = if name == "area" {
                        "the scheme has no area of this name"
                    } else {
                        "the scheme has no segment of this name"
                    };
                    let fault = match spelling::nearest(&read, known.iter().map(String::as_str)) {
                        Some(nearest) => {
                            Fault::value(batch.places[row], column, &read, what, format!("write `{nearest}`")).refused()
                        }
                        None => {
                            let fix = "correct the name, or leave out starts that belong to another contract";
                            Fault::value(batch.places[row], column, &read, what, fix)
                        }
                    };
                    wrong.faults.push((row, Fault { expected: expected(known), ..fault }));
                }
            }
        }
    }
    let at = batch.table.column("began");
    let Values::Days(began) = &batch.columns[at] else { return };
    for (row, day) in began.iter().enumerate() {
        let cohort = places.cohorts.partition_point(|(_, ends)| ends < day);
        if places.cohorts.get(cohort).is_none_or(|(starts, _)| day < starts) {
            let what = "the start lies outside the days of every cohort, and is not counted";
            let fix = "nothing, if the contract does not pay for it; else check the day";
            let fault = Fault::value(batch.places[row], &batch.table.columns[at], &batch.text(at, row), what, fix).warning();
            wrong.faults.push((row, Fault { expected: "a day of a cohort of the scheme".into(), ..fault }));
        }
    }
}

/// The names that a scheme has, or the first of them.
fn expected(known: &[String]) -> String {
    let shown: Vec<&str> = known.iter().take(8).map(String::as_str).collect();
    let more = if known.len() > 8 { format!(" and {} more", known.len() - 8) } else { String::new() };
    format!("one of {}{more}", shown.join(", "))
}

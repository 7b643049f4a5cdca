//! The gate of one table: it sets aside rows that cannot be used, counts a repeated row once, and notes everything else.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base::day::NEVER;

use super::super::batch::{Batch, ColumnValues, Name};
use super::super::fault::{Fault, Grade, visible};
use super::super::header::UNKNOWN_COLUMN;
use super::super::lookups::{RowLookups, find_people, positions};
use super::super::names::{NOBODY, fingerprint};
use super::super::need::{ColumnNeed, RequiredColumn};
use super::super::placeholders;
use super::super::schema::{RecordTable, ValueKind};
use super::super::spelling;
use super::amount_sizes::AmountsByMonth;
use super::copies::{self, CopyFinder};
use super::file_columns::{self, FileColumns};
use super::hundredfold::hundredfold;
use super::keys::KeySet;
use super::known_names::{CONSEQUENCES, FIX_CAUSE, KnownNames, PAYEE, PERSON, REFERENCES, Reference};
use super::letter_case::LettersSeen;
use super::repeats;
use super::result::{FileRef, GateResult, RowCounts, UNKNOWN};
use super::row_faults::{
    RowFaults, check_afterwards, check_born, check_days, check_far_ends, check_first_days, check_known, check_later,
    check_placeholders, check_starts, check_sums,
};
use super::rules::TableRules;
use super::{amounts, audits, ends};

/// For how many names of a batch the nearest known name is looked up.
const MOST_COMPARED: usize = 50;

/// The gate of one table. Several threads may use it at the same time.
#[derive(Debug)]
pub struct QualityGate<'a> {
    pub table: &'static RecordTable,
    known: &'a KnownNames<'a>,
    rules: &'a TableRules,
    keys: Mutex<KeySet>,
    copies: Mutex<CopyFinder>,
    letters: LettersSeen,
}

impl<'a> QualityGate<'a> {
    #[must_use]
    pub fn new(table: &'static RecordTable, known: &'a KnownNames<'a>, rules: &'a TableRules) -> QualityGate<'a> {
        QualityGate { table, known, rules, keys: Mutex::default(), copies: Mutex::default(), letters: LettersSeen::default() }
    }

    /// Whether rows of the table can change the sum.
    #[must_use]
    pub fn affects_sum(&self) -> bool {
        self.rules.affects_sum
    }

    /// The same gate without remembered keys, for rows that are read again.
    #[must_use]
    pub fn without_keys(&self) -> QualityGate<'a> {
        QualityGate::new(self.table, self.known, self.rules)
    }

    /// Notes the faults that a reader found, sets aside the rows that cannot be used, and looks up the people and kinds of the
    /// others.
    pub fn rows(&self, file: FileRef<'_>, batch: &mut Batch, faults: Vec<Fault>, found: &mut GateResult) -> RowLookups {
        if found.files.len() <= file.at {
            found.files.resize(file.at + 1, RowCounts::default());
            found.columns.resize(file.at + 1, FileColumns::default());
        }
        found.kinds.resize(self.rules.kinds.len(), 0);
        found.kinds_set_aside.resize(self.rules.kinds.len(), 0);
        found.counted.resize(self.rules.stated.len(), 0);
        found.files[file.at].read += batch.rows() as u64;
        for fault in faults {
            // Each row has at most one such fault.
            let row = u64::from(fault.grade == Grade::Row);
            let rows = &mut found.files[file.at];
            rows.read += row;
            rows.set_aside += row;
            found.unreadable += row;
            if fault.what == UNKNOWN_COLUMN {
                found.columns[file.at].unread.push(fault.column.clone());
            }
            let affects_sum = self.rules.affects_sum && fault.grade < Grade::Repeat;
            found.note(file, fault, affects_sum, None);
        }
        if batch.rows() == 0 {
            return RowLookups::default();
        }
        if self.table.keyed {
            self.letters.add(&batch.columns[0], batch.rows());
        }
        self.drop_repeats(file, batch, found);
        if self.table.name == "starts" {
            found.groups.add(file.at, batch);
        }
        let persons = self.persons(batch);
        let mut lookups = RowLookups { kinds: self.kinds(file, batch, &persons, found), persons };
        self.count_stated(batch, found);
        let mut row_faults = RowFaults::default();
        self.references(batch, &lookups, &mut row_faults);
        check_days(batch, &mut row_faults);
        check_first_days(batch, &mut row_faults);
        if let Some(scope) = self.rules.places.as_ref().filter(|_| self.table.name == "starts") {
            check_starts(scope, batch, &mut row_faults);
        }
        if let Some(latest) = self.rules.latest {
            if let Some(coverage) = self.rules.unasked.as_ref().filter(|_| ["events", "spells"].contains(&self.table.name)) {
                let column = self.table.column("kind");
                let is_covered = |row| coverage.stated_until(self.table.name, &batch.text_or_borrowed(column, row)).is_some();
                check_later(latest, false, &is_covered, batch, &mut row_faults);
            } else if !self.rules.covered.is_empty() {
                let kind = |row: usize| usize::from(lookups.kinds[row]).checked_sub(1);
                let is_covered = |row| kind(row).is_some_and(|kind| self.rules.covered[kind]);
                check_later(latest, true, &is_covered, batch, &mut row_faults);
            }
            check_afterwards(latest, self.rules.unasked.is_none(), batch, &mut row_faults);
            check_far_ends(latest, batch, &mut row_faults);
        }
        if self.table.name == "events" {
            check_known(&lookups.kinds, batch, &mut row_faults);
        }
        if !self.known.born.is_empty() {
            check_born(self.known.born, &lookups.persons, batch, &mut row_faults);
        }
        check_placeholders(batch, &mut row_faults);
        check_sums(batch, &mut row_faults);
        self.classes(batch, &lookups, found, &mut row_faults);
        if !self.rules.amounts.is_empty() && self.table.name == "events" {
            amounts::check(&self.rules.amounts, &lookups.kinds, batch, &mut row_faults);
        }
        self.columns(file, batch, &lookups, found, &mut row_faults);
        if !self.rules.outcomes.is_empty() {
            audits::claims(&self.rules.outcomes, batch, &mut row_faults);
        }
        if !row_faults.faults.is_empty() {
            self.set_aside(file, batch, &mut lookups, row_faults, found);
        }
        self.copies(file, batch, &lookups, found);
        self.amounts(file, batch, &lookups, found);
        ends::add(&self.rules.kinds, self.known.linked, file.at, batch, &lookups, &mut found.ends);
        found.files[file.at].used += batch.rows() as u64;
        for kind in lookups.kinds.iter().filter(|kind| **kind > 0) {
            found.kinds[usize::from(*kind) - 1] += 1;
        }
        if self.table.name == "events" && batch.columns[batch.table.column("settled")] == ColumnValues::Absent {
            found.never_settled += lookups.kinds.iter().filter(|kind| **kind > 0).count() as u64;
        }
        if self.table.name == "events"
            && let ColumnValues::Days(settled) = &batch.columns[batch.table.column("settled")]
        {
            found.settled += settled.iter().filter(|day| **day != NEVER).count() as u64;
        }
        lookups
    }

    /// Removes rows whose key appeared before. A second reading checks whether they are the same rows.
    fn drop_repeats(&self, file: FileRef<'_>, batch: &mut Batch, found: &mut GateResult) {
        let repeats = {
            let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
            match self.table.keyed {
                true => keys.add(&batch.columns[0], batch.rows()),
                false => {
                    let prints = (0..batch.rows()).map(|row| repeats::key(batch, row).unwrap_or(0) as i64);
                    keys.add(&ColumnValues::Numbers(prints.collect()), batch.rows())
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

    /// Notes rows that equal earlier ones in everything but the key.
    fn copies(&self, file: FileRef<'_>, batch: &Batch, lookups: &RowLookups, found: &mut GateResult) {
        if self.rules.copies_later {
            return;
        }
        let prints = copies::prints(batch, &lookups.kinds);
        if prints.is_empty() {
            return;
        }
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = copies.add(file, batch, &prints, !found.unordered);
        drop(copies);
        faults.into_iter().for_each(|fault| found.note(file, fault, false, None));
    }

    /// Notes the sizes of the amounts that are added up.
    fn amounts(&self, file: FileRef<'_>, batch: &Batch, lookups: &RowLookups, found: &mut GateResult) {
        let added_up = |column: &&RequiredColumn| column.name == "amount" && !column.kinds.is_empty();
        let Some(RequiredColumn { name, kinds, .. }) = self.rules.columns.iter().find(added_up) else { return };
        let (column, of) = (batch.table.column(name), &self.rules.kinds);
        let day = batch.table.column("date");
        if found.amounts.len() <= file.at {
            found.amounts.resize(file.at + 1, Vec::new());
        }
        let amounts = &mut found.amounts[file.at];
        amounts.resize(of.len(), AmountsByMonth::default());
        let counts: Vec<bool> = of.iter().map(|kind| kinds.contains(kind)).collect();
        for row in 0..batch.rows() {
            let kind = usize::from(lookups.kinds.get(row).copied().unwrap_or(0)).checked_sub(1).filter(|kind| counts[*kind]);
            if let Some((kind, amount)) = kind.zip(batch.amount(column, row)) {
                amounts[kind].add(batch.day(day, row), amount);
            }
        }
    }

    fn persons(&self, batch: &Batch) -> Vec<u32> {
        let column = self.table.columns.iter().position(|column| column.name == "person");
        match (column, self.known.people) {
            (Some(column), Some(people)) if self.table.name != "people" => {
                find_people(people, &batch.columns[column], batch.rows())
            }
            _ => Vec::new(),
        }
    }

    fn kinds(&self, file: FileRef<'_>, batch: &Batch, persons: &[u32], found: &mut GateResult) -> Vec<u16> {
        if self.rules.kinds.is_empty() {
            return Vec::new();
        }
        let column = batch.table.column("kind");
        let kinds = positions(&batch.columns[column], batch.rows(), &self.rules.kinds);
        // The kind of the rows before, and how many of them there are.
        let (mut last, mut run) = (None, 0);
        for row in (0..batch.rows()).filter(|row| kinds[*row] == 0) {
            let Some(name) = batch.name(column, row) else { continue };
            let print = fingerprint(name);
            // Most rows have the kind of the row before.
            if last == Some(print) {
                run += 1;
                continue;
            }
            let before = std::mem::replace(&mut run, 1);
            last.replace(print).into_iter().for_each(|last| found.others.rows(last, before));
            if !found.others.is_new(print) {
                continue;
            }
            let text = name.to_string();
            if self.rules.other_kinds.contains(&text) {
                continue;
            }
            if let Some(nearest) = spelling::nearest(&text, self.rules.kinds.iter().map(String::as_str)) {
                let what = "this kind looks like one that the rules need, spelled differently";
                let fix = format!(
                    "write `{nearest}`; if it is another kind, say so in scheme.toml: [records] other_kinds = [\"{}\"]",
                    visible(&text)
                );
                let fault = Fault::value(batch.places[row], &batch.table.columns[column], &text, what, fix);
                let expected = format!("`{nearest}`, or a word that is clearly different");
                found.note(file, Fault { expected, ..fault }.refused(), true, None);
            } else if persons.get(row).is_some_and(|person| *person != NOBODY) {
                // In a row whose cells have shifted, this may be a name.
                found.others.keep(print, &text);
            }
        }
        last.into_iter().for_each(|last| found.others.rows(last, run));
        kinds
    }

    /// Refuses a class that is spelled nearly like one that the rules leave out: it would count.
    fn classes(&self, batch: &Batch, lookups: &RowLookups, found: &mut GateResult, row_faults: &mut RowFaults) {
        if self.rules.classes.is_empty() || self.table.name != "events" {
            return;
        }
        let column = batch.table.column("class");
        if batch.columns[column] == ColumnValues::Absent {
            return;
        }
        let known = positions(&batch.columns[column], batch.rows(), &self.rules.classes);
        found.classes.resize(self.rules.classes.len(), 0);
        for class in known.iter().enumerate().filter(|(row, _)| lookups.kinds.get(*row) != Some(&0)).map(|(_, class)| *class) {
            match usize::from(class).checked_sub(1) {
                Some(class) => found.classes[class] += 1,
                None => found.other_classes += 1,
            }
        }
        let classed: Vec<bool> = self.rules.kinds.iter().map(|kind| self.rules.classed.contains(kind)).collect();
        for (row, kind) in lookups.kinds.iter().enumerate() {
            if usize::from(*kind).checked_sub(1).is_some_and(|kind| classed[kind]) {
                let has_none = placeholders::has_none(&batch.columns[column], row);
                *if has_none { &mut found.without_class } else { &mut found.with_class } += 1;
                // Where cells have shifted, a class may be anything.
                let is_known = lookups.persons.get(row).is_some_and(|person| *person != NOBODY);
                if let (false, 0, true, Some(name)) = (has_none, known[row], is_known, batch.name(column, row)) {
                    let print = fingerprint(name);
                    if !found.unnamed_classes.has(print) {
                        found.unnamed_classes.keep(print, &name.to_string());
                    }
                    found.unnamed_classes.rows(print, 1);
                }
            }
        }
        for row in (0..batch.rows()).filter(|row| known[*row] == 0 && lookups.kinds.get(*row) != Some(&0)) {
            let Some(name) = batch.name(column, row) else { continue };
            // A class and a kind with the same name are checked once each.
            if !found.others.is_new(fingerprint(name).rotate_left(17)) {
                continue;
            }
            let text = name.to_string();
            if self.rules.other_kinds.contains(&text) {
                continue;
            }
            if let Some(nearest) = spelling::nearest(&text, self.rules.classes.iter().map(String::as_str)) {
                let what = "this class looks like one that the rules use, spelled differently";
                let fix = format!(
                    "write `{nearest}`; if it is another class, say so in scheme.toml: [records] other_kinds = [\"{}\"]",
                    visible(&text)
                );
                let fault = Fault::value(batch.places[row], &batch.table.columns[column], &text, what, fix);
                let expected = format!("`{nearest}`, or a word that is clearly different");
                row_faults.faults.push((row, Fault { expected, ..fault }.refused()));
            }
        }
    }

    /// Notes values that the rules need and that are missing, and which columns a file has.
    fn columns(
        &self,
        file: FileRef<'_>,
        batch: &Batch,
        lookups: &RowLookups,
        found: &mut GateResult,
        row_faults: &mut RowFaults,
    ) {
        let columns = &self.rules.columns;
        let of_kind = |kinds: &[String]| -> Vec<bool> {
            std::iter::once(false).chain(self.rules.kinds.iter().map(|kind| kinds.contains(kind))).collect()
        };
        let of: Vec<Vec<bool>> = columns.iter().map(|column| of_kind(&column.kinds)).collect();
        let here = |at: usize, row: usize| {
            columns[at].kinds.is_empty() || lookups.kinds.get(row).is_some_and(|kind| of[at][usize::from(*kind)])
        };
        found.columns[file.at].add(columns, batch, &here);
        for (at, RequiredColumn { name, .. }) in
            columns.iter().enumerate().filter(|(_, column)| column.need == ColumnNeed::Filled)
        {
            let column = batch.table.column(name);
            if batch.columns[column] == ColumnValues::Absent {
                continue;
            }
            for row in (0..batch.rows()).filter(|row| here(at, *row) && batch.columns[column].name(*row).is_none()) {
                let what = "the rules need a value here, and the row has none";
                let fix = "fill it in, or leave the row out if it is not of this kind";
                let fault = Fault::row(batch.places[row], what, format!("a value in `{name}`"), fix);
                row_faults.faults.push((row, Fault { column: (*name).into(), ..fault }));
            }
        }
    }

    /// Notes columns that the rules use and that a file does not have, once every file was read.
    pub fn end(&self, names: &[String], found: &mut GateResult) {
        for (at, fault) in file_columns::missing(&self.rules.columns, &found.columns, names) {
            let affects_sum = fault.grade < Grade::Repeat;
            found.note(FileRef { at, name: &names[at] }, fault, affects_sum, None);
        }
        for (at, fault) in found.groups.faults() {
            found.note(FileRef { at, name: &names[at] }, fault, true, None);
        }
        for (at, fault) in hundredfold(&self.rules.kinds, &found.amounts) {
            found.report(FileRef { at, name: &names[at] }, fault);
        }
    }

    /// Whether ids may differ in letter case alone, so that the files are read again to compare them. Ids of people are personal, and
    /// are compared elsewhere.
    #[must_use]
    pub fn compares_letter_case(&self) -> bool {
        self.table.keyed && !self.table.columns[0].personal && self.letters.both()
    }

    fn count_stated(&self, batch: &Batch, found: &mut GateResult) {
        if self.rules.stated.is_empty() {
            return;
        }
        let day = if self.table.name == "spells" { "from" } else { "date" };
        let (day, kind) = (batch.table.column(day), batch.table.column("kind"));
        for (stated, count) in self.rules.stated.iter().zip(&mut found.counted) {
            let name = Name::of(&stated.kind);
            let here = |row: &usize| {
                let day = batch.day(day, *row);
                let within = day <= stated.until && (stated.since == NEVER || stated.since <= day);
                within && (stated.kind.is_empty() || batch.name(kind, *row) == Some(name))
            };
            *count += (0..batch.rows()).filter(here).count() as u64;
        }
    }

    /// Notes rows that name a person, provider or lot that its table does not have.
    fn references(&self, batch: &Batch, lookups: &RowLookups, row_faults: &mut RowFaults) {
        let table = batch.table;
        if lookups.persons.contains(&NOBODY) {
            let column = table.column("person");
            let named = |row: &usize| batch.columns[column].name(*row).is_some();
            for row in (0..batch.rows()).filter(|row| lookups.persons[*row] == NOBODY).filter(named) {
                let (what, expected, fix) = PERSON[usize::from(self.known.linked)];
                let (what, fix) = match self.known.incomplete.contains(&"people") {
                    true => (CONSEQUENCES[0], format!("{FIX_CAUSE}{fix}")),
                    false => (what, fix.to_owned()),
                };
                let fault = Fault::value(batch.places[row], &table.columns[column], "", what, fix);
                row_faults.faults.push((row, Fault { expected: expected.into(), ..fault }));
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
                let follows = self.known.incomplete.contains(&reference.table) && (what, fix) == (reference.what, reference.fix);
                if follows {
                    what = reference.what_if_incomplete;
                }
                let fix = match fixes.get(&print) {
                    Some(fix) => fix.clone(),
                    None if fixes.len() < MOST_COMPARED => fixes.entry(print).or_insert(known.fix(&text, fix)).clone(),
                    None => fix.to_owned(),
                };
                let fix = if follows { format!("{FIX_CAUSE}{fix}") } else { fix };
                let fault = Fault::value(batch.places[row], &table.columns[column], &text, what, fix);
                let fault = Fault { expected: expected.into(), ..fault };
                // Nobody is paid for the comparison group.
                let served = || table.name != "starts" || batch.text(table.column("group"), row) != "comparison";
                let fault = match payee {
                    false => fault,
                    true if served() => fault.refused(),
                    true => fault.warning(),
                };
                row_faults.faults.push((row, fault));
            }
        }
    }

    /// Notes the faults of a batch, and keeps only the rows that can be used.
    fn set_aside(
        &self,
        file: FileRef<'_>,
        batch: &mut Batch,
        lookups: &mut RowLookups,
        mut row_faults: RowFaults,
        found: &mut GateResult,
    ) {
        row_faults.faults.sort_by_key(|(row, fault)| (*row, fault.grade));
        let person = self.table.columns.iter().position(|column| column.name == "person");
        let kind = self.table.columns.iter().position(|column| column.name == "kind");
        let mut good = vec![true; batch.rows()];
        for (row, mut fault) in row_faults.faults {
            if !good[row] {
                continue;
            }
            // If the cells of a row have shifted, its person is unknown, and any column may have a name.
            let column = self.table.columns.iter().find(|column| column.name == fault.column);
            let open = column.is_some_and(|column| matches!(column.kind, ValueKind::Id | ValueKind::Text));
            if open && person.is_some() && lookups.persons.get(row).is_none_or(|person| *person == NOBODY) {
                fault = fault.without_value();
            }
            good[row] = fault.grade > Grade::Row;
            // A row of a kind that no rule uses changes nothing.
            let counts = self.table.name == "coverage" || lookups.kinds.get(row).is_none_or(|kind| *kind > 0);
            let affects_sum = self.rules.affects_sum && counts && fault.grade < Grade::Repeat;
            let known_person = lookups.persons.get(row).copied().filter(|person| *person != NOBODY);
            if fault.column == "person" && fault.grade == Grade::Row {
                found.unknown_people += 1;
                if let Some(name) = person.and_then(|person| batch.name(person, row)).filter(|_| found.unknown.len() < UNKNOWN) {
                    found.unknown.push(name.to_string());
                }
            }
            // In a row whose cells have shifted, the kind may be anything.
            let listed = found.every_fault.is_some() && known_person.is_some();
            fault.kind = kind.filter(|_| listed).map(|kind| batch.text(kind, row));
            found.note(file, fault, affects_sum, known_person);
        }
        found.files[file.at].set_aside += good.iter().filter(|good| !**good).count() as u64;
        for kind in lookups.kinds.iter().zip(&good).filter(|(kind, good)| **kind > 0 && !**good).map(|(kind, _)| *kind) {
            found.kinds_set_aside[usize::from(kind) - 1] += 1;
        }
        batch.keep(&good);
        only(&mut lookups.persons, &good);
        only(&mut lookups.kinds, &good);
    }
}

fn only<T: Copy>(values: &mut Vec<T>, good: &[bool]) {
    let mut at = 0;
    values.retain(|_| {
        at += 1;
        good[at - 1]
    });
}

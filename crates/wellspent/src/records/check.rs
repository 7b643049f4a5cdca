//! Finds every fault of the tables in a folder, with its fix, in one go; keeps the rows that can be used where that is wanted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base::day::{Day, day};
use records::batch::Batch;
use records::check::{CrossRowCheck, EndedStarts};
use records::fault::{Fault, Grade};
use records::files::gated::{basic_rules, read_table_listing_faults};
use records::files::list::FaultList;
use records::files::set_aside::{self, EarlierFault, SetAsideList};
use records::files::source_rows::SourceRows;
use records::files::write::{Unfinished, Writer};
use records::files::{FileFormat, TableFile, find};
use records::gate::ends::stopped_ends;
use records::gate::findings::with_source;
use records::gate::{CONSEQUENCES, GateResult, KnownNames, QualityGate, TableRules, evidence};
use records::schema::{TABLES, table};
use records::{Coverage, people};
pub use report::records_check::{CheckedFile, FaultKind, RecordsCheck};

use crate::agencies::today;
use crate::error::Error;

/// Which folder is checked, and what is written of it.
#[derive(Clone, Debug)]
pub struct RecordsCheckRequest {
    pub folder: PathBuf,
    /// The rows that can be used are written into this folder, which must be empty or new.
    pub keep: Option<PathBuf>,
    /// The format of those rows; without it that of each file.
    pub format: Option<FileFormat>,
    /// Every fault is written into this file, a row each: CSV, or an Excel workbook by its ending.
    pub list: Option<PathBuf>,
}

/// Checks the tables of a folder. Faults are a result, not an error.
///
/// # Errors
/// The folder cannot be read, or a file cannot be written.
pub fn check(request: &RecordsCheckRequest) -> Result<RecordsCheck, Error> {
    Ok(checked(request)?)
}

fn checked(request: &RecordsCheckRequest) -> anyhow::Result<RecordsCheck> {
    let (files, others) = find(&request.folder)?;
    let unfinished = request.keep.as_deref().map(Unfinished::begin).transpose()?;
    let list = request.list.as_deref().map(FaultList::begin).transpose()?;
    let sources = SourceRows::of(&request.folder);
    let faults = Faults { kinds: BTreeMap::new(), list, errors: 0, warnings: 0, sources };
    let left_out = request.keep.as_deref().map(SetAsideList::begin);
    let mut checking = Checking { keep: request.keep.as_deref(), format: request.format, faults, left_out, files: Vec::new() };
    for other in others {
        let fault = other.fault(&|_| true);
        if let (Some(list), Some(table)) = (&mut checking.left_out, other.looks_like.first().and_then(|name| table(name))) {
            list.add(table, &other.name, &fault)?;
        }
        checking.faults.add(&other.name, fault)?;
    }
    // What these tables were made from has faults of its own.
    for EarlierFault { table, fault } in set_aside::read(&request.folder)? {
        checking.left_out.as_mut().map_or(Ok(()), |list| list.add(table, "", &fault))?;
        checking.faults.add(set_aside::SET_ASIDE, fault)?;
    }
    let of = |name: &str| files.iter().filter(|file| file.table.name == name).collect::<Vec<_>>();
    let mut people = people::PeopleBuilder::default();
    let mut people_rows = 0;
    // Coverage says nothing about these tables, and is not read yet.
    let plain = basic_rules(true);
    let of_people = checking.table(&of("people"), &KnownNames::default(), &plain, &mut |batch| {
        people_rows += batch.rows() as u64;
        people.add(batch);
        Vec::new()
    })?;
    let people = people.end();
    let there = !of("people").is_empty();
    let mut known = KnownNames::of(there.then_some(&people.names));
    known.found("people", &of_people);
    // Tables that others refer to come first, after people.
    let mut learned = KnownNames::default();
    for name in ["providers", "lots"] {
        let found = checking.table(&of(name), &known, &plain, &mut |batch| {
            learned.learn(batch);
            Vec::new()
        })?;
        known.found(name, &found);
    }
    learned.refer_like(known);
    learned.born = &people.born;
    // What coverage states is compared with the tables that come after it.
    let (coverage_files, mut coverage) = (of("coverage"), Vec::new());
    checking.table(&coverage_files, &learned, &plain, &mut |batch| {
        coverage.push(batch.clone());
        Vec::new()
    })?;
    let (counts, faults) = evidence::stated_counts(&coverage, people_rows);
    checking.of_files(&coverage_files, faults)?;
    let stated = Coverage::new(&coverage);
    let mut ended = EndedStarts::default();
    let today = day(today()?);
    for table in TABLES.iter().filter(|table| !["people", "providers", "lots", "coverage"].contains(&table.name)) {
        let rules = TableRules::without_scheme(table.name, &stated, &counts);
        let found = checking.table(&of(table.name), &learned, &rules, &mut |batch| match table.name {
            "starts" => {
                ended.starts(batch);
                Vec::new()
            }
            "spells" => ended.open_spells(batch, &stated, today),
            _ => Vec::new(),
        })?;
        checking.of_files(&coverage_files, evidence::differing(table.name, &rules.stated, &found))?;
        let until = |kind: &str| stated.stated_until(table.name, kind);
        checking.of_files(&of(table.name), stopped_ends(table.name, found.ends_by_file(), &until, Day::MAX))?;
        if let (Some(fault), Some(first)) =
            (evidence::ids_in_other_forms(&found.unknown, &people.names).filter(|_| there), of(table.name).first())
        {
            checking.faults.add(&first.name(), fault)?;
        }
    }
    if let (Some(fault), Some(first)) = (evidence::similar_ids(&people.names), of("people").first()) {
        checking.faults.add(&first.name(), fault)?;
    }
    // In the order of the tables.
    let position = |file: &CheckedFile| files.iter().position(|known| known.name() == file.name);
    checking.files.sort_by_key(position);
    checking.left_out.take().map_or(Ok(()), SetAsideList::end)?;
    unfinished.map_or(Ok(()), Unfinished::end)?;
    let Faults { kinds, list, errors, warnings, .. } = checking.faults;
    let mut faults: Vec<((String, String, &'static str), FaultKind)> = kinds.into_iter().collect();
    // What follows from other faults comes after them.
    let follows = |kind: &FaultKind| CONSEQUENCES.contains(&kind.first.what);
    faults.sort_by(|(one, a), (other, b)| (a.first.grade, follows(a), one).cmp(&(b.first.grade, follows(b), other)));
    let notes = list.map_or(Ok(None), FaultList::end)?;
    Ok(RecordsCheck {
        folder: request.folder.display().to_string(),
        files: checking.files,
        faults: faults.into_iter().map(|(_, kind)| kind).collect(),
        errors,
        warnings,
        notes: notes.into_iter().collect(),
    })
}

/// What goes through a check of a folder from table to table.
struct Checking<'a> {
    keep: Option<&'a Path>,
    format: Option<FileFormat>,
    faults: Faults,
    /// What is not in the tables that are kept.
    left_out: Option<SetAsideList>,
    files: Vec<CheckedFile>,
}

impl Checking<'_> {
    /// Checks the files of one table in the data-quality gate, keeps the rows that can be used, and shows them to `learn`. What it finds
    /// is counted batch by batch.
    fn table(
        &mut self,
        files: &[&TableFile],
        known: &KnownNames<'_>,
        rules: &TableRules,
        learn: &mut dyn FnMut(&Batch) -> Vec<Fault>,
    ) -> anyhow::Result<GateResult> {
        let Some(first) = files.first() else { return Ok(GateResult::default()) };
        let gate = QualityGate::new(first.table, known, rules);
        let format = self.format.unwrap_or(first.format);
        let mut writer = self.keep.map(|keep| Writer::begin(keep, first.table, format)).transpose()?;
        let mut check = CrossRowCheck::default();
        // Faults come from the gate and from the rows that it lets through.
        let lists = RefCell::new((&mut self.faults, &mut self.left_out));
        let add = |file: &TableFile, fault: Fault| {
            let (faults, left_out) = &mut *lists.borrow_mut();
            left_out.as_mut().map_or(Ok(()), |list| list.add(file.table, &file.name(), &fault))?;
            faults.add(&file.name(), fault)
        };
        let mut take = |batch: Batch, _| {
            check.rows(&batch);
            learn(&batch).into_iter().try_for_each(|fault| add(files[batch.file], fault))?;
            writer.as_mut().map_or(Ok(()), |writer| writer.write(&batch))
        };
        let found = read_table_listing_faults(files, &gate, &mut take, &mut |file, fault| add(file, fault))?;
        let names: Vec<String> = files.iter().map(|file| file.name()).collect();
        self.of_files(files, check.end(first.table, &names))?;
        writer.map_or(Ok(()), |writer| writer.end(first.table))?;
        let checked = files.iter().zip(&found.files);
        self.files.extend(checked.map(|(file, rows)| CheckedFile {
            name: file.name(),
            rows: rows.read,
            right: rows.used,
            repeated: rows.repeats,
        }));
        Ok(found)
    }

    /// Adds faults of some files, each with the position of its file.
    fn of_files(&mut self, files: &[&TableFile], faults: Vec<(usize, Fault)>) -> anyhow::Result<()> {
        faults.into_iter().try_for_each(|(file, fault)| {
            self.left_out.as_mut().map_or(Ok(()), |list| list.add(files[file].table, &files[file].name(), &fault))?;
            self.faults.add(&files[file].name(), fault)
        })
    }
}

/// Faults as they come in. They are counted by kind with the first few of each, so that a million bad rows need no more memory than
/// ten. The list has them all.
struct Faults {
    kinds: BTreeMap<(String, String, &'static str), FaultKind>,
    list: Option<FaultList>,
    errors: u64,
    warnings: u64,
    sources: SourceRows,
}

/// Places shown for one kind of fault.
const SHOWN: usize = 10;

impl Faults {
    fn add(&mut self, file: &str, fault: Fault) -> anyhow::Result<()> {
        let fault = Fault { value: with_source(&self.sources, file, fault.place, fault.value.clone()), ..fault };
        if let Some(list) = &mut self.list {
            let grade = if fault.grade >= Grade::Repeat { "warning" } else { "error" };
            list.add(file, grade, &fault)?;
        }
        match fault.grade {
            Grade::Warning | Grade::Repeat => self.warnings += 1,
            Grade::File | Grade::Refused | Grade::Row => self.errors += 1,
        }
        let key = (file.to_owned(), fault.column.clone(), fault.what);
        let empty = || FaultKind { file: file.to_owned(), first: fault.clone(), count: 0, places: Vec::new() };
        let kind = self.kinds.entry(key).or_insert_with(empty);
        kind.count += 1;
        if kind.places.len() < SHOWN {
            kind.places.push((fault.place, fault.value));
        }
        Ok(())
    }
}

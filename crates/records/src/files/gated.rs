//! Reads the files of one table through the data-quality gate: batch by batch, or the row groups of a Parquet file on all
//! cores. They are read a second time where keys seem to appear twice.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Need;
use crate::batch::Batch;
use crate::facts::{FactsBuilder, GatheredFacts};
use crate::fault::Fault;
use crate::gate::{self, FileRef, GateResult, LetterCaseCheck, QualityGate, RowLookups, SecondReading, key};
use crate::names::Names;
use anyhow::{Context as _, bail};
use rayon::BroadcastContext;
use sha2::{Digest as _, Sha256};

use super::parquet;
use super::table_file::{FileFormat, TableFile};

/// Whether a column is wanted.
pub type WantedColumns<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// Reads the files of one table through its gate, in their order. The rows that can be used go to `take`.
pub fn read_table(
    files: &[&TableFile],
    gate: &QualityGate<'_>,
    columns: WantedColumns<'_>,
    take: &mut dyn FnMut(Batch, RowLookups) -> anyhow::Result<()>,
) -> anyhow::Result<GateResult> {
    read(files, gate, columns, take, None)
}

/// What is done with each fault of a file.
pub type OnFault<'a> = &'a mut dyn FnMut(&TableFile, Fault) -> anyhow::Result<()>;

/// The same, and every fault goes to `on_fault`.
pub fn read_table_listing_faults(
    files: &[&TableFile],
    gate: &QualityGate<'_>,
    take: &mut dyn FnMut(Batch, RowLookups) -> anyhow::Result<()>,
    on_fault: OnFault<'_>,
) -> anyhow::Result<GateResult> {
    read(files, gate, &|_| true, take, Some(on_fault))
}

fn read(
    files: &[&TableFile],
    gate: &QualityGate<'_>,
    columns: WantedColumns<'_>,
    take: &mut dyn FnMut(Batch, RowLookups) -> anyhow::Result<()>,
    mut on_fault: Option<OnFault<'_>>,
) -> anyhow::Result<GateResult> {
    let mut found = GateResult::default();
    found.every_fault = on_fault.is_some().then(Vec::new);
    let mut report = |found: &mut GateResult| -> anyhow::Result<()> {
        let (Some(on_fault), Some(every_fault)) = (&mut on_fault, &mut found.every_fault) else { return Ok(()) };
        every_fault.sort_by_key(|(file, fault)| (*file, fault.place));
        every_fault.drain(..).try_for_each(|(at, fault)| on_fault(files[at], fault))
    };
    for (at, file) in files.iter().enumerate() {
        let name = file.name();
        file.read(columns, &mut |mut batch, faults| {
            batch.file = at;
            let lookups = gate.rows(FileRef { at, name: &name }, &mut batch, faults, &mut found);
            report(&mut found)?;
            take(batch, lookups)
        })?;
    }
    let mistaken = compare_repeats(files, gate, columns, &mut found)?;
    report(&mut found)?;
    restore_rows(files, gate, columns, &mistaken, &mut found, take)?;
    finish(files, gate, &mut found)?;
    report(&mut found)?;
    Ok(found)
}

/// The same for events or spells, sorted by person.
pub fn read_facts(
    files: &[&TableFile],
    gate: &QualityGate<'_>,
    people: &Names,
    need: &Need,
) -> anyhow::Result<(Vec<GatheredFacts>, GateResult)> {
    let columns: WantedColumns<'_> = &|column| need.column(gate.table.name, column);
    let (mut found, mut all) = (GateResult::default(), Vec::new());
    for (at, file) in files.iter().enumerate() {
        let name = file.name();
        let file_of = FileRef { at, name: &name };
        if file.format != FileFormat::Parquet {
            let mut gather = FactsBuilder::new(people, need);
            file.read(columns, &mut |mut batch, faults| {
                let lookups = gate.rows(file_of, &mut batch, faults, &mut found);
                gather.add_looked_up(&batch, &lookups);
                Ok(())
            })?;
            all.push(gather.end());
            continue;
        }
        let (opened, faults) = match parquet::open(file.open()?, file.table, columns) {
            Ok((opened, faults)) => (Some(opened), faults),
            Err(faults) => (None, faults),
        };
        gate.rows(file_of, &mut Batch::empty(file.table), faults, &mut found);
        let Some(opened) = opened else { continue };
        // Each thread takes the next row group until none is left, and keeps its rows in its own memory.
        let next = AtomicUsize::new(0);
        let read = |_: BroadcastContext<'_>| -> anyhow::Result<_> {
            let (mut gather, mut found) = (FactsBuilder::new(people, need), GateResult::default());
            found.unordered = opened.groups() > 1;
            loop {
                let group = next.fetch_add(1, Ordering::Relaxed);
                if group >= opened.groups() {
                    return Ok((gather.end(), found));
                }
                opened.read(group, &mut |mut batch, faults| {
                    let lookups = gate.rows(file_of, &mut batch, faults, &mut found);
                    gather.add_looked_up(&batch, &lookups);
                    Ok(())
                })?;
            }
        };
        for done in rayon::broadcast(read) {
            let (gathered, more) = done?;
            all.push(gathered);
            found.merge(more);
        }
    }
    let mistaken = compare_repeats(files, gate, columns, &mut found)?;
    let mut gather = FactsBuilder::new(people, need);
    restore_rows(files, gate, columns, &mistaken, &mut found, &mut |batch, lookups| {
        gather.add_looked_up(&batch, &lookups);
        Ok(())
    })?;
    if !mistaken.is_empty() {
        all.push(gather.end());
    }
    finish(files, gate, &mut found)?;
    Ok((all, found))
}

/// Of larger tables the ids are not compared, because that takes another reading.
const COMPARED: u64 = 2_000_000;

/// What can be said only once every file was read: columns that a file does not have, and ids that differ only in letter case.
fn finish(files: &[&TableFile], gate: &QualityGate<'_>, found: &mut GateResult) -> anyhow::Result<()> {
    let names = names(files);
    gate.end(&names, found);
    if !gate.compares_letter_case() || found.files.iter().map(|rows| rows.read).sum::<u64>() > COMPARED {
        return Ok(());
    }
    let (key, mut check) = (gate.table.columns[0].name, LetterCaseCheck::default());
    for (at, file) in files.iter().enumerate() {
        let file_of = FileRef { at, name: &names[at] };
        file.read(&|column| column == key, &mut |batch, _| {
            check.rows(at, &names, &batch).into_iter().for_each(|fault| found.report(file_of, fault));
            Ok(())
        })?;
    }
    Ok(())
}

fn names(files: &[&TableFile]) -> Vec<String> {
    files.iter().map(|file| file.name()).collect()
}

/// Reads the files a second time where keys seem to appear twice, and compares rows with the same key. Gives the keys that only
/// seemed to appear twice.
fn compare_repeats(
    files: &[&TableFile],
    gate: &QualityGate<'_>,
    columns: WantedColumns<'_>,
    found: &mut GateResult,
) -> anyhow::Result<BTreeSet<u64>> {
    let mut mistaken = BTreeSet::new();
    let Some(mut second) = SecondReading::of(found, gate.table) else { return Ok(mistaken) };
    let names = names(files);
    loop {
        for (at, file) in files.iter().enumerate() {
            // All columns are compared, also those that are not wanted. If one of them cannot be read, only the wanted ones are.
            let all = file.format != FileFormat::Parquet || parquet::open(file.open()?, file.table, &|_| true).is_ok();
            let every: WantedColumns<'_> = &|_| true;
            file.read(if all { every } else { columns }, &mut |batch, _| {
                second.rows(FileRef { at, name: &names[at] }, &names, &batch, gate.affects_sum(), found);
                Ok(())
            })?;
        }
        if !second.end(&mut mistaken) {
            return Ok(mistaken);
        }
    }
}

/// Adds the rows that seemed to be repeats and are not.
fn restore_rows(
    files: &[&TableFile],
    gate: &QualityGate<'_>,
    columns: WantedColumns<'_>,
    keys: &BTreeSet<u64>,
    found: &mut GateResult,
    take: &mut dyn FnMut(Batch, RowLookups) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let fresh_gate = gate.without_keys();
    for (at, file) in files.iter().enumerate() {
        let name = file.name();
        file.read(columns, &mut |mut batch, _| {
            let good: Vec<bool> = (0..batch.rows()).map(|row| key(&batch, row).is_some_and(|key| keys.contains(&key))).collect();
            batch.keep(&good);
            batch.file = at;
            let mut own = GateResult::default();
            let lookups = fresh_gate.rows(FileRef { at, name: &name }, &mut batch, Vec::new(), &mut own);
            found.restore_rows(at, own);
            take(batch, lookups)
        })?;
    }
    Ok(())
}

/// The SHA-256 of a file, in hexadecimal digits.
pub fn sha256(file: &TableFile) -> anyhow::Result<String> {
    sha256_of_file(file.open()?, &file.path)
}

/// The same of a file that is open, read in pieces.
pub fn sha256_of_file(mut from: File, path: &Path) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 18];
    loop {
        match from.read(&mut piece).with_context(|| format!("could not read {}", path.display()))? {
            0 => break,
            length => hash.update(&piece[..length]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Refuses a scheme with more kinds of event and spell than facts can distinguish.
pub fn few_enough(need: &Need) -> anyhow::Result<()> {
    let (kinds, most) = (need.events.len() + need.spells.len(), crate::facts::MOST_KINDS);
    if kinds > most {
        bail!("the scheme uses {kinds} kinds of event and spell; the limit is {most}");
    }
    Ok(())
}

/// The rules for a table of which nothing is needed in particular.
pub fn basic_rules(affects_sum: bool) -> gate::TableRules {
    gate::TableRules { affects_sum, ..gate::TableRules::default() }
}

//! The files of one table, read through the gate: batch by batch, or the row groups of a Parquet file on all cores; and read a
//! second time where keys were there twice.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::batch::Batch;
use crate::facts::{Gather, Gathered};
use crate::fault::Fault;
use crate::gate::{Door, File, Found, Looked, key};
use crate::names::Names;
use crate::{Need, gate};
use anyhow::{Context as _, bail};
use rayon::BroadcastContext;
use sha2::{Digest as _, Sha256};

use super::{Format, TableFile, parquet};

/// Whether a column is asked for.
pub type Columns<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// Reads files of one table through its door, in their order. What is left of each batch goes to `take`.
pub fn through(
    files: &[&TableFile],
    door: &Door<'_>,
    columns: Columns<'_>,
    take: &mut dyn FnMut(Batch, Looked) -> anyhow::Result<()>,
) -> anyhow::Result<Found> {
    read(files, door, columns, take, None)
}

/// What is done with each fault.
pub type Hear<'a> = &'a mut dyn FnMut(&TableFile, Fault) -> anyhow::Result<()>;

/// The same, with every fault to `hear`.
pub fn hearing(
    files: &[&TableFile],
    door: &Door<'_>,
    take: &mut dyn FnMut(Batch, Looked) -> anyhow::Result<()>,
    hear: Hear<'_>,
) -> anyhow::Result<Found> {
    read(files, door, &|_| true, take, Some(hear))
}

fn read(
    files: &[&TableFile],
    door: &Door<'_>,
    columns: Columns<'_>,
    take: &mut dyn FnMut(Batch, Looked) -> anyhow::Result<()>,
    mut hear: Option<Hear<'_>>,
) -> anyhow::Result<Found> {
    let mut found = Found::default();
    found.heard = hear.is_some().then(Vec::new);
    let mut tell = |found: &mut Found| -> anyhow::Result<()> {
        let (Some(hear), Some(heard)) = (&mut hear, &mut found.heard) else { return Ok(()) };
        heard.sort_by_key(|(file, fault)| (*file, fault.place));
        heard.drain(..).try_for_each(|(at, fault)| hear(files[at], fault))
    };
    for (at, file) in files.iter().enumerate() {
        let name = file.name();
        file.read(columns, &mut |mut batch, faults| {
            let looked = door.rows(File { at, name: &name }, &mut batch, faults, &mut found);
            tell(&mut found)?;
            take(batch, looked)
        })?;
    }
    let mistaken = again(files, door, columns, &mut found)?;
    tell(&mut found)?;
    taken_back(files, door, columns, &mistaken, &mut found, take)?;
    Ok(found)
}

/// The same for events or spells, gathered by person.
pub fn gathered(files: &[&TableFile], door: &Door<'_>, people: &Names, need: &Need) -> anyhow::Result<(Vec<Gathered>, Found)> {
    let columns: Columns<'_> = &|column| need.column(door.table.name, column);
    let (mut found, mut all) = (Found::default(), Vec::new());
    for (at, file) in files.iter().enumerate() {
        let name = file.name();
        let file_of = File { at, name: &name };
        if file.format != Format::Parquet {
            let mut gather = Gather::new(people, need);
            file.read(columns, &mut |mut batch, faults| {
                let looked = door.rows(file_of, &mut batch, faults, &mut found);
                gather.add_looked(&batch, &looked);
                Ok(())
            })?;
            all.push(gather.end());
            continue;
        }
        let (opened, faults) = match parquet::open(file.open()?, file.table, columns) {
            Ok((opened, faults)) => (Some(opened), faults),
            Err(faults) => (None, faults),
        };
        door.rows(file_of, &mut Batch::empty(file.table), faults, &mut found);
        let Some(opened) = opened else { continue };
        // Each thread takes the next row group until none is left, and gathers in memory of its own.
        let next = AtomicUsize::new(0);
        let read = |_: BroadcastContext<'_>| -> anyhow::Result<_> {
            let (mut gather, mut found) = (Gather::new(people, need), Found::default());
            found.unordered = opened.groups() > 1;
            loop {
                let group = next.fetch_add(1, Ordering::Relaxed);
                if group >= opened.groups() {
                    return Ok((gather.end(), found));
                }
                opened.read(group, &mut |mut batch, faults| {
                    let looked = door.rows(file_of, &mut batch, faults, &mut found);
                    gather.add_looked(&batch, &looked);
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
    let mistaken = again(files, door, columns, &mut found)?;
    let mut gather = Gather::new(people, need);
    taken_back(files, door, columns, &mistaken, &mut found, &mut |batch, looked| {
        gather.add_looked(&batch, &looked);
        Ok(())
    })?;
    if !mistaken.is_empty() {
        all.push(gather.end());
    }
    Ok((all, found))
}

fn names(files: &[&TableFile]) -> Vec<String> {
    files.iter().map(|file| file.name()).collect()
}

/// Reads files a second time, where keys were there twice, and compares rows with the same key. Gives keys that only seemed to
/// be there twice.
fn again(files: &[&TableFile], door: &Door<'_>, columns: Columns<'_>, found: &mut Found) -> anyhow::Result<BTreeSet<u64>> {
    let mut mistaken = BTreeSet::new();
    let Some(mut second) = found.second(door.table) else { return Ok(mistaken) };
    let names = names(files);
    loop {
        for (at, file) in files.iter().enumerate() {
            // All columns are compared, also those that nobody asked for; where one of those cannot be read, the others.
            let all = file.format != Format::Parquet || parquet::open(file.open()?, file.table, &|_| true).is_ok();
            let every: Columns<'_> = &|_| true;
            file.read(if all { every } else { columns }, &mut |batch, _| {
                second.rows(File { at, name: &names[at] }, &names, &batch, door.touches(), found);
                Ok(())
            })?;
        }
        if !second.end(&mut mistaken) {
            return Ok(mistaken);
        }
    }
}

/// Takes in the rows that were taken for repeats and are none.
fn taken_back(
    files: &[&TableFile],
    door: &Door<'_>,
    columns: Columns<'_>,
    keys: &BTreeSet<u64>,
    found: &mut Found,
    take: &mut dyn FnMut(Batch, Looked) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let afresh = door.afresh();
    for (at, file) in files.iter().enumerate() {
        let name = file.name();
        file.read(columns, &mut |mut batch, _| {
            let good: Vec<bool> = (0..batch.rows()).map(|row| key(&batch, row).is_some_and(|key| keys.contains(&key))).collect();
            batch.keep(&good);
            let mut own = Found::default();
            let looked = afresh.rows(File { at, name: &name }, &mut batch, Vec::new(), &mut own);
            found.take_back(at, own);
            take(batch, looked)
        })?;
    }
    Ok(())
}

/// The SHA-256 of a file, in hexadecimal digits.
pub fn sha256(file: &TableFile) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut from = file.open()?;
    let mut piece = vec![0; 1 << 18];
    loop {
        match from.read(&mut piece).with_context(|| format!("could not read {}", file.path.display()))? {
            0 => break,
            length => hash.update(&piece[..length]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The kinds of event and spell that the rules ask for can all be told apart.
pub fn few_enough(need: &Need) -> anyhow::Result<()> {
    let (kinds, most) = (need.events.len() + need.spells.len(), crate::facts::MOST_KINDS);
    if kinds > most {
        bail!("the scheme asks for {kinds} kinds of event and spell, and no more than {most} can be told apart");
    }
    Ok(())
}

/// What the rules ask of a table, where nothing else is known of it.
pub fn asked(touches: bool) -> gate::Asked {
    gate::Asked { touches, ..gate::Asked::default() }
}

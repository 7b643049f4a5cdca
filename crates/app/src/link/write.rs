//! What a linkage leaves behind: persons and links as Parquet, the model as JSON, and the history of ids, to which rows are only
//! ever added.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use engine::link::cluster::{Decided, Link};
use engine::link::identity::{self, Changes, Event, IDENTITIES, Key, Reasons};
use engine::link::recall::RECALL;
use engine::link::score::{Scorer, probability};
use engine::link::values::Numbering;
use engine::records::batch::Batch;
use engine::records::csv;
use engine::records::day::{LAST, day};
use jiff::civil::Date;

use super::model;
use super::run::Run;
use crate::tables::texts::{self, Column};
use crate::tables::{Format, TableFile};

/// Writes everything into a folder. Ids go on from the history that is there.
pub fn write(run: &Run, scorer: &Scorer<'_>, folder: &Path, date: Date) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
    let named = names(run, folder, date)?;
    persons(run, folder, &named)?;
    links(run, scorer, folder)?;
    compared(run, folder)?;
    let path = folder.join("model.json");
    let json = model::to_json(&run.linked.model, &run.config.fields)?;
    fs::write(&path, json).with_context(|| format!("could not write {}", path.display()))
}

fn key(run: &Run, record: u32) -> Key {
    Key { agency: run.records.agency_of(record).to_owned(), id: run.records.key(record).1.to_owned() }
}

/// The history of ids of a folder; empty where none is kept yet.
fn history(folder: &Path) -> anyhow::Result<Vec<Event>> {
    let path = folder.join(format!("{}.csv", IDENTITIES.name));
    let mut batches: Vec<Batch> = Vec::new();
    if path.is_file() {
        let file = TableFile { table: &IDENTITIES, path: path.clone(), format: Format::Csv };
        file.read(&|_| true, &mut |batch, faults| {
            if let Some(fault) = faults.first() {
                bail!("{}, line {}: {}\n\nhint: {}", path.display(), fault.place, fault.what, fault.mend);
            }
            batches.push(batch);
            Ok(())
        })?;
    }
    let (history, faults) = identity::read(&batches);
    if let Some(fault) = faults.first() {
        bail!("{}, line {}: {}\n\nhint: {}", path.display(), fault.place, fault.what, fault.mend);
    }
    Ok(history)
}

/// The id of the person of a record, AGENCY/ID, as the history of a folder has it; nothing where it has none.
pub fn known(folder: &Path, record: &str) -> anyhow::Result<Option<String>> {
    let Some((agency, id)) = record.split_once('/') else { return Ok(None) };
    let key = Key { agency: agency.to_owned(), id: id.to_owned() };
    Ok(identity::persons_at(&history(folder)?, LAST).get(&key).map(|person| (*person).to_owned()))
}

/// Adds to the history of ids; gives back whose the records are.
fn names(run: &Run, folder: &Path, date: Date) -> anyhow::Result<Changes> {
    let path = folder.join(format!("{}.csv", IDENTITIES.name));
    let history = history(folder)?;
    let clusters: Vec<(Key, u32)> =
        (0..run.records.len() as u32).map(|record| (key(run, record), run.linked.person[record as usize])).collect();
    let reasons = Reasons { run: format!("linked for {}", run.config.purpose), records: BTreeMap::new() };
    let changes = identity::changes(&history, &clusters, day(date), &reasons).map_err(|refused| anyhow::anyhow!("{refused}"))?;
    let mut text = if path.is_file() { String::new() } else { csv::header_line(&IDENTITIES) };
    csv::write(&identity::rows(&changes.events), &mut text);
    let append = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    append.with_context(|| format!("could not add to {}", path.display()))?;
    Ok(changes)
}

fn persons(run: &Run, folder: &Path, named: &Changes) -> anyhow::Result<()> {
    let mut quality = vec![1.0; run.records.len()];
    for hold in &run.linked.holds {
        hold.records.iter().for_each(|record| quality[*record as usize] = hold.quality());
    }
    let records = &run.records;
    // A record that its agency wrote down several times is one row.
    let same = |at: u32| at > 0 && records.key(at - 1) == records.key(at);
    let rows: Vec<u32> = (0..records.len() as u32).filter(|at| !same(*at)).collect();
    let record = |row: usize| rows[row] as usize;
    let columns = [
        Column::Texts("agency", Box::new(|row| records.agency_of(rows[row]))),
        Column::Texts("id", Box::new(|row| records.id(record(row) as u32))),
        Column::Texts("person", Box::new(|row| named.persons[named.of[record(row)] as usize].as_str())),
        Column::Numbers("quality", Box::new(|row| quality[record(row)])),
    ];
    texts::write(&folder.join("persons.parquet"), rows.len(), &columns)
}

/// How many matching pairs were ever compared; nothing where that was not estimated, and nothing of an earlier linkage either.
fn compared(run: &Run, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(format!("{}.csv", RECALL.name));
    let Some(recall) = run.linked.recall.as_ref().filter(|recall| recall.can_tell()) else {
        let removed = fs::remove_file(&path);
        return removed.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error.into()) });
    };
    let [share, low, high] = [recall.share, recall.low, recall.high].map(|share| format!("{:.6}", share.clamp(0.0, 1.0)));
    fs::write(&path, format!("{}{share},{low},{high}\n", csv::header_line(&RECALL)))
        .with_context(|| format!("could not write {}", path.display()))
}

/// Links with the level of each comparison, by position from 0, with a point between. The weight is what the model says; the
/// probability of a pair that somebody decided is that of the decision.
fn links(run: &Run, scorer: &Scorer<'_>, folder: &Path) -> anyhow::Result<()> {
    let (records, links) = (&run.records, &run.linked.links);
    let comparisons = run.linked.model.comparisons.len();
    // Many links come to the same levels.
    let (mut patterns, mut text) = (Numbering::default(), String::new());
    let mut pattern = |link: &Link| {
        text.clear();
        for level in &scorer.levels(link.left, link.right)[..comparisons] {
            text += if text.is_empty() { "" } else { "." };
            text += &level.to_string();
        }
        patterns.number(&text)
    };
    let pattern: Vec<u32> = links.iter().map(&mut pattern).collect();
    let patterns = patterns.finish();
    let weight = |row: usize| f64::from(links[row].weight);
    let (Decided { mut must, cannot }, _) = run.config.decisions.decided(records)?;
    must.iter_mut().for_each(|(left, right)| (*left, *right) = ((*left).min(*right), (*left).max(*right)));
    must.sort_unstable();
    let probability = |row: usize| match (links[row].left, links[row].right) {
        pair if must.binary_search(&pair).is_ok() => 1.0,
        pair if cannot.binary_search(&pair).is_ok() => 0.0,
        _ => probability(weight(row)),
    };
    let columns = [
        Column::Texts("agency", Box::new(|row| records.agency_of(links[row].left))),
        Column::Texts("id", Box::new(|row| records.id(links[row].left))),
        Column::Texts("other_agency", Box::new(|row| records.agency_of(links[row].right))),
        Column::Texts("other_id", Box::new(|row| records.id(links[row].right))),
        Column::Numbers("weight", Box::new(weight)),
        Column::Numbers("probability", Box::new(probability)),
        Column::Texts("pattern", Box::new(|row| patterns.text(pattern[row]))),
    ];
    texts::write(&folder.join("links.parquet"), links.len(), &columns)
}

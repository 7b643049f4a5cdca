//! What a linkage leaves behind: persons and links as Parquet, the model as JSON, and the history of ids, to which rows are only
//! ever added.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use base::day::{LAST, day};
use base::hinted::Hinted;
use jiff::civil::Date;
use linkage::clustering::PairDecisions;
use linkage::distinct_values::{DistinctValues, ValueNumbering};
use linkage::finished_linkage::Linkage;
use linkage::identity::{self, ChangeReasons, History, HistoryReader, IDENTITIES, RecordKeyRef, TodaysClusters};
use linkage::match_weight::probability;
use linkage::prediction::Prediction;
use linkage::prepared::Levels;
use linkage::recall::RECALL;
use linkage::record_set::RecordSet;
use linkage::scoring::{NO_PATTERN, Scorer};
use records::batch::{TOGETHER, Texts, fetch};
use records::csv;
use records::fault::Fault;

use super::config::Config;
use super::model;
use crate::error::Error;
use crate::link::texts::{self, WrittenColumn};
use records::files::{FileFormat, TableFile};

/// Writes everything into a folder. Ids go on from the history that is there.
pub(crate) fn write(config: &Config, made: &Linkage, scorer: &Scorer<'_>, folder: &Path, date: Date) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
    // In the order of the records: everything here goes through them in that order.
    let mut ids = Texts::default();
    let count = made.records.len() as u32;
    for from in (0..count).step_by(TOGETHER) {
        let texts = || (from..(from + TOGETHER as u32).min(count)).map(|record| made.records.id(record));
        fetch(texts());
        texts().for_each(|id| ids.push(id));
    }
    let (persons_ids, person) = names(made, &ids, folder, date)?;
    persons(made, &ids, folder, &persons_ids, &person)?;
    drop((persons_ids, person));
    links(config, made, &ids, scorer, folder)?;
    compared(made, folder)?;
    let path = folder.join("model.json");
    let json = model::to_json(&made.linked.model, &config.fields)?;
    fs::write(&path, json).with_context(|| format!("could not write {}", path.display()))
}

/// The history of ids of a folder; empty where none is kept yet.
fn history(folder: &Path) -> anyhow::Result<History> {
    let path = folder.join(format!("{}.csv", IDENTITIES.name));
    let (mut reading, mut wrong) = (HistoryReader::default(), Vec::new());
    let told = |fault: Option<&Fault>| match fault {
        Some(fault) => bail!(Error::failed(format!("{}, row {}: {}", path.display(), fault.place, fault.what), &fault.fix)),
        None => Ok(()),
    };
    if path.is_file() {
        let file = TableFile::new(&IDENTITIES, path.clone(), FileFormat::Csv);
        file.read(&|_| true, &mut |batch, faults| {
            told(faults.first())?;
            reading.take(&batch, &mut wrong);
            told(wrong.first())
        })?;
    }
    Ok(reading.finish())
}

/// The id of the person of a record, AGENCY/ID, as the history of a folder has it; nothing where it has none.
pub(crate) fn known(folder: &Path, record: &str) -> anyhow::Result<Option<String>> {
    let Some((agency, id)) = record.split_once('/') else { return Ok(None) };
    Ok(identity::person_at(&history(folder)?, RecordKeyRef { agency, id }, LAST).map(str::to_owned))
}

/// So much of the history is handed to the file at once.
const PIECE: usize = 1 << 18;

/// Adds to the history of ids; gives back the ids of today's persons, and for each record the position of its person's.
fn names(made: &Linkage, ids: &Texts, folder: &Path, date: Date) -> anyhow::Result<(Texts, Vec<u32>)> {
    let path = folder.join(format!("{}.csv", IDENTITIES.name));
    let history = history(folder)?;
    let RecordSet { agencies, agency, .. } = &made.records;
    let today = TodaysClusters { agencies, agency, ids, cluster: &made.linked.person };
    let reasons = ChangeReasons { run: format!("linked for {}", made.purpose), records: BTreeMap::new() };
    let changes = identity::changes(&history, today, day(date), &reasons).map_err(Hinted::from)?;
    let mut text = if path.is_file() { String::new() } else { csv::header_line(&IDENTITIES) };
    let mut append = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        let date = date.to_string();
        changes.events(|event| {
            identity::write(event, &date, &mut text);
            if text.len() < PIECE {
                return Ok(());
            }
            let written = file.write_all(text.as_bytes());
            text.clear();
            written
        })?;
        file.write_all(text.as_bytes())
    };
    append().with_context(|| format!("could not add to {}", path.display()))?;
    let (persons, of) = changes.persons();
    Ok((persons, of.to_vec()))
}

fn persons(made: &Linkage, ids: &Texts, folder: &Path, persons: &Texts, person: &[u32]) -> anyhow::Result<()> {
    let mut quality = vec![1.0; made.records.len()];
    for cohesion in &made.linked.cohesion {
        cohesion.records.iter().for_each(|record| quality[*record as usize] = cohesion.quality());
    }
    let records = &made.records;
    // A record that its agency wrote down several times is one row.
    let same = |at: u32| at > 0 && records.key(at - 1) == records.key(at);
    let rows: Vec<u32> = (0..records.len() as u32).filter(|at| !same(*at)).collect();
    let record = |row: usize| rows[row] as usize;
    let agencies = || records.agencies.iter().map(String::as_str).collect();
    let columns = [
        WrittenColumn::Choices("agency", agencies(), Box::new(|row| u32::from(records.agency[record(row)]))),
        WrittenColumn::Texts("id", Box::new(|row| ids.get(record(row)))),
        WrittenColumn::Texts("person", Box::new(|row| persons.get(person[record(row)] as usize))),
        WrittenColumn::Numbers("quality", Box::new(|row| quality[record(row)])),
    ];
    texts::write(&folder.join("persons.parquet"), rows.len(), &columns)
}

/// How many matching pairs were ever compared; nothing where that was not estimated, and nothing of an earlier linkage either.
fn compared(made: &Linkage, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(format!("{}.csv", RECALL.name));
    let Some(recall) = made.linked.recall.as_ref().filter(|recall| recall.can_tell()) else {
        let removed = fs::remove_file(&path);
        return removed.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error.into()) });
    };
    let [share, low, high] = [recall.share, recall.low, recall.high].map(|share| format!("{:.6}", share.clamp(0.0, 1.0)));
    fs::write(&path, format!("{}{share},{low},{high}\n", csv::header_line(&RECALL)))
        .with_context(|| format!("could not write {}", path.display()))
}

/// Links with the level of each comparison, by position from 0, with a point between. The weight is what the model says; the
/// probability of a pair that somebody decided is that of the decision.
fn links(config: &Config, made: &Linkage, ids: &Texts, scorer: &Scorer<'_>, folder: &Path) -> anyhow::Result<()> {
    let (records, links) = (&made.records, &made.linked.predictions);
    let (pattern, patterns) = patterns(scorer, links, made.linked.model.comparisons.len());
    let weight = |row: usize| f64::from(links[row].weight);
    let (PairDecisions { mut must, cannot }, _) = config.decisions.decided(records)?;
    must.iter_mut().for_each(|(left, right)| (*left, *right) = ((*left).min(*right), (*left).max(*right)));
    must.sort_unstable();
    let probability = |row: usize| match (links[row].left, links[row].right) {
        pair if must.binary_search(&pair).is_ok() => 1.0,
        pair if cannot.binary_search(&pair).is_ok() => 0.0,
        _ => probability(weight(row)),
    };
    let agencies = || records.agencies.iter().map(String::as_str).collect();
    let agency = |record: u32| u32::from(records.agency[record as usize]);
    let texts = (0..patterns.len() as u32).map(|pattern| patterns.text(pattern)).collect();
    let columns = [
        WrittenColumn::Choices("agency", agencies(), Box::new(|row| agency(links[row].left))),
        WrittenColumn::Texts("id", Box::new(|row| ids.get(links[row].left as usize))),
        WrittenColumn::Choices("other_agency", agencies(), Box::new(|row| agency(links[row].right))),
        WrittenColumn::Texts("other_id", Box::new(|row| ids.get(links[row].right as usize))),
        WrittenColumn::Numbers("weight", Box::new(weight)),
        WrittenColumn::Numbers("probability", Box::new(probability)),
        WrittenColumn::Choices("pattern", texts, Box::new(|row| pattern[row])),
    ];
    texts::write(&folder.join("links.parquet"), links.len(), &columns)
}

/// For each link the levels that its comparisons come to, as the number of a text; many links come to the same.
fn patterns(scorer: &Scorer<'_>, links: &[Prediction], comparisons: usize) -> (Vec<u32>, DistinctValues) {
    let (mut known, mut numbers, mut text) = (BTreeMap::new(), ValueNumbering::default(), String::new());
    let mut number = |levels: &Levels| {
        text.clear();
        for level in &levels[..comparisons] {
            text += if text.is_empty() { "" } else { "." };
            text += &level.to_string();
        }
        numbers.number(&text)
    };
    let mut of = |link: &Prediction| match link.pattern {
        NO_PATTERN => number(&scorer.levels(link.left, link.right)),
        pattern => *known.entry(pattern).or_insert_with(|| number(&scorer.levels_of_pattern(pattern))),
    };
    let pattern = links.iter().map(&mut of).collect();
    (pattern, numbers.finish())
}

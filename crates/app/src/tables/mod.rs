//! A folder of record tables on disk: `people.csv`, `events.parquet` and so on. The only place where records are opened and
//! written. What is in them is settled by `engine::records`; here are files, threads and formats.

pub mod input;
mod pages;
pub mod parquet;
pub mod parquet_rows;
mod parquet_text;
mod parquet_types;
pub mod statement;
pub mod texts;
pub mod write;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, bail};
use engine::records::batch::Batch;
use engine::records::facts::{self, Gathered};
use engine::records::fault::Fault;
use engine::records::rows::{self, Rows};
use engine::records::schema::{TABLES, Table};
use engine::records::{Need, People, Records, people, starts};
use rayon::BroadcastContext;
use write::UNFINISHED;

use crate::safe_files::{self, LARGEST_TABLE_BYTES};

/// One table as a file.
pub struct TableFile {
    pub table: &'static Table,
    pub path: PathBuf,
    pub format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Parquet,
    /// Read, and not written for a table of records.
    #[value(skip)]
    Workbook,
}

impl TableFile {
    /// The name without the folder.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let own = name.to_lowercase().starts_with(&format!("{}.", self.table.name));
        if self.format == Format::Workbook && !own { format!("{name}, sheet {}", self.table.name) } else { name }
    }

    fn open(&self) -> anyhow::Result<File> {
        safe_files::open(&self.path, LARGEST_TABLE_BYTES)
    }

    /// Reads the table batch by batch, in the order of the file: rows that are right, and the faults of the others. What is
    /// wrong with the file as a whole is a fault too; only what the operating system refuses, or `take`, is an error.
    pub fn read(&self, need: &dyn Fn(&str) -> bool, take: &mut Take<'_>) -> anyhow::Result<()> {
        match self.format {
            Format::Csv => match input::text(self.open()?, &self.path)? {
                Ok(mut text) => self.rows(&mut text, take),
                Err(fault) => take(Batch::empty(self.table), vec![fault]),
            },
            Format::Workbook => match input::table(self.open()?, &self.path, self.table.name)? {
                Ok(mut sheet) => self.rows(&mut sheet, take),
                Err(fault) => take(Batch::empty(self.table), vec![fault]),
            },
            Format::Parquet => match parquet::open(self.open()?, self.table, need) {
                Err(faults) => take(Batch::empty(self.table), faults),
                Ok((opened, faults)) => {
                    take(Batch::empty(self.table), faults)?;
                    (0..opened.groups()).try_for_each(|group| opened.read(group, take))
                }
            },
        }
    }

    fn rows(&self, rows: &mut impl Rows, take: &mut Take<'_>) -> anyhow::Result<()> {
        let mut failed = None;
        let result = rows::read(rows, self.table, |batch, faults| {
            take(batch, faults).map_err(|error| {
                failed = Some(error);
                io::Error::other("stopped")
            })
        });
        match failed {
            Some(error) => Err(error),
            None => result.with_context(|| format!("could not read {}", self.path.display())),
        }
    }
}

/// What is done with each batch.
pub type Take<'a> = dyn FnMut(Batch, Vec<Fault>) -> anyhow::Result<()> + 'a;

/// The table that a file of this name is of, and its format.
fn table_of(name: &str) -> Option<(&'static Table, Format)> {
    let text = name.strip_suffix(".gz").unwrap_or(name);
    let (stem, ending) = text.rsplit_once('.')?;
    let format = match ending {
        "csv" | "tsv" => Format::Csv,
        "parquet" if text == name => Format::Parquet,
        ending if text == name && input::WORKBOOKS.contains(&ending) => Format::Workbook,
        _ => return None,
    };
    Some((engine::records::schema::table(stem)?, format))
}

/// The tables that a workbook holds: those that its sheets are named after, or else the one that the file is named after. What
/// cannot be opened may hold any table, and is an error unless the name of the file says which.
fn sheets(path: &Path, named: Option<&'static Table>) -> anyhow::Result<Vec<&'static Table>> {
    let sheets = match (input::sheets(path)?, named) {
        (Ok(sheets), _) => sheets,
        (Err(_), Some(table)) => return Ok(vec![table]),
        (Err(fault), None) => return Err(input::refused(path, &fault)),
    };
    let mut tables: Vec<&'static Table> =
        sheets.iter().filter_map(|sheet| engine::records::schema::table(&sheet.trim().to_lowercase())).collect();
    if tables.is_empty() {
        tables.extend(named);
    }
    Ok(tables)
}

/// The tables of a folder, in reading order, and the files that are none.
pub fn find(folder: &Path) -> anyhow::Result<(Vec<TableFile>, Vec<String>)> {
    if !folder.is_dir() {
        bail!("there is no folder {}", folder.display());
    }
    if folder.join(UNFINISHED).exists() {
        bail!(
            "{}: the program that wrote these tables was stopped before it was done, or is at it still\n\nhint: wait for it, or \
             delete the folder and make it again",
            folder.display()
        );
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("could not list the folder {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<_>>()?;
    entries.sort();
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        match table_of(&name) {
            // Sheets may hold other tables than the file is named after. A lock file of an open workbook holds none.
            Some((_, Format::Workbook)) | None if input::is_workbook(&path) && !name.starts_with("~$") => {
                let tables = sheets(&path, table_of(&name).map(|(table, _)| table))?;
                if tables.is_empty() {
                    others.push(name);
                }
                files.extend(tables.into_iter().map(|table| TableFile { table, path: path.clone(), format: Format::Workbook }));
            }
            Some((table, format)) => files.push(TableFile { table, path, format }),
            None => others.push(name),
        }
    }
    files.sort_by_key(|file| TABLES.iter().position(|table| table.name == file.table.name));
    if let Some(pair) = files.windows(2).find(|pair| pair[0].table.name == pair[1].table.name) {
        bail!("{} and {} are the same table\n\nhint: leave only one of them in the folder", pair[0].name(), pair[1].name());
    }
    Ok((files, others))
}

/// Records in memory, and what was wrong in them: the name of the file with each fault.
pub struct Loaded {
    pub records: Records,
    pub faults: Vec<(String, Fault)>,
}

/// Reads what is asked for of a folder. Rows with faults are left out, and their faults given back.
pub fn load(folder: &Path, need: Need) -> anyhow::Result<Loaded> {
    let kinds = need.events.len() + need.spells.len();
    if kinds > facts::MOST_KINDS {
        bail!("the scheme asks for {kinds} kinds of event and spell, and no more than {} can be told apart", facts::MOST_KINDS);
    }
    let (files, _) = find(folder)?;
    type Faults = Vec<(String, Fault)>;
    let file = |name: &str| files.iter().find(|file| file.table.name == name && need.table(name));
    let read = |name: &str, take: &mut dyn FnMut(Batch)| -> anyhow::Result<Faults> {
        let mut faults = Faults::new();
        if let Some(file) = file(name) {
            file.read(&|column| need.column(name, column), &mut |batch, found| {
                faults.extend(found.into_iter().map(|fault| (file.name(), fault)));
                take(batch);
                Ok(())
            })?;
        }
        Ok(faults)
    };
    // Everything else is by person, so people come first.
    let (mut people, mut coverage) = (people::Gather::default(), Vec::new());
    let mut faults = read("people", &mut |batch| people.add(&batch))?;
    let people = people.end();
    let starts = || -> anyhow::Result<_> {
        let mut starts = starts::Gather::new(&people.names);
        let faults = read("starts", &mut |batch| starts.add(&batch))?;
        Ok((starts.end(), faults))
    };
    let gathered = |name: &'static str| -> anyhow::Result<_> {
        let Some(file) = file(name) else { return Ok((name, Vec::new(), Faults::new())) };
        let (gathered, found) = gather(file, &people, &need)?;
        Ok((name, gathered, found.into_iter().map(|fault| (file.name(), fault)).collect()))
    };
    let (starts, facts) = rayon::join(starts, || -> anyhow::Result<_> { Ok([gathered("events")?, gathered("spells")?]) });
    let ((starts, more), facts) = (starts?, facts?);
    faults.extend(more);
    faults.extend(read("coverage", &mut |batch| coverage.push(batch))?);
    let mut records = Records::new(need, people, starts, &coverage);
    for (name, gathered, found) in facts {
        records.add(name, gathered);
        faults.extend(found);
    }
    Ok(Loaded { records, faults })
}

/// One table of a folder, batch by batch, and the number of its faults; nothing where it is not there.
pub fn whole(folder: &Path, name: &str) -> anyhow::Result<(Vec<Batch>, usize)> {
    let (mut batches, mut faults) = (Vec::new(), 0);
    if let Some(file) = find(folder)?.0.iter().find(|file| file.table.name == name) {
        file.read(&|_| true, &mut |batch, found| {
            faults += found.len();
            batches.push(batch);
            Ok(())
        })?;
    }
    Ok((batches, faults))
}

/// A table of facts, split by person as it is read; the row groups of a Parquet file on all cores.
fn gather(file: &TableFile, people: &People, need: &Need) -> anyhow::Result<(Vec<Gathered>, Vec<Fault>)> {
    let wanted = |column: &str| need.column(file.table.name, column);
    if file.format != Format::Parquet {
        let (mut gather, mut faults) = (facts::Gather::new(&people.names, need), Vec::new());
        file.read(&wanted, &mut |batch, found| {
            gather.add(&batch);
            faults.extend(found);
            Ok(())
        })?;
        return Ok((vec![gather.end()], faults));
    }
    let (opened, mut faults) = match parquet::open(file.open()?, file.table, &wanted) {
        Ok(opened) => opened,
        Err(faults) => return Ok((Vec::new(), faults)),
    };
    // Each thread takes the next row group until none is left, and gathers in memory of its own.
    let next = AtomicUsize::new(0);
    let read = |_: BroadcastContext<'_>| -> anyhow::Result<_> {
        let (mut gather, mut faults) = (facts::Gather::new(&people.names, need), Vec::new());
        loop {
            let group = next.fetch_add(1, Ordering::Relaxed);
            if group >= opened.groups() {
                return Ok((gather.end(), faults));
            }
            opened.read(group, &mut |batch, found| {
                gather.add(&batch);
                faults.extend(found.into_iter().map(|fault| (group, fault)));
                Ok(())
            })?;
        }
    };
    let done: Vec<_> = rayon::broadcast(read).into_iter().collect::<anyhow::Result<_>>()?;
    let (gathered, found): (Vec<Gathered>, Vec<_>) = done.into_iter().unzip();
    // In the order of the file, whichever thread met them.
    let mut found = found.concat();
    found.sort_by_key(|(group, _)| *group);
    faults.extend(found.into_iter().map(|(_, fault)| fault));
    Ok((gathered, faults))
}

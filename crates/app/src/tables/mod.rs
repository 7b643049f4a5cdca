//! A folder of record tables on disk: `people.csv`, `events.parquet` and so on. The only place where records are opened and
//! written. What is in them is settled by `engine::records`; here are files, threads and formats.

pub mod input;
pub mod list;
mod pages;
pub mod parquet;
pub mod parquet_rows;
mod parquet_text;
mod parquet_types;
pub mod statement;
pub mod texts;
pub mod through;
pub mod write;
pub mod xlsx;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use engine::records::batch::Batch;
use engine::records::fault::Fault;
use engine::records::rows::{self, Rows};
use engine::records::schema::{TABLES, Table};
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

    /// Which part of its table this is: the first without a number.
    fn part(&self) -> u64 {
        let name = self.name();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        stem.rsplit_once('-').and_then(|(_, part)| part.parse().ok()).unwrap_or(1)
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

/// The table that a file of this name is of, and its format: `events.csv`, or `events-2.csv` for a second part of it.
fn table_of(name: &str) -> Option<(&'static Table, Format)> {
    let text = name.strip_suffix(".gz").unwrap_or(name);
    let (stem, ending) = text.rsplit_once('.')?;
    let format = match ending {
        "csv" | "tsv" => Format::Csv,
        "parquet" if text == name => Format::Parquet,
        ending if text == name && input::WORKBOOKS.contains(&ending) => Format::Workbook,
        _ => return None,
    };
    let whole = match stem.rsplit_once('-') {
        Some((whole, part)) if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => stem,
    };
    Some((engine::records::schema::table(whole)?, format))
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
    // A single sheet is what the file is named after, whatever the sheet is called.
    if let Some(table) = named.filter(|_| tables.is_empty() || sheets.len() == 1) {
        tables = vec![table];
    }
    Ok(tables)
}

/// The tables of a folder, in reading order, and the files that are none. A table may stand in several files, which are read as
/// one: `events.csv`, `events-2.csv` and so on.
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
    files.sort_by_key(|file| (TABLES.iter().position(|table| table.name == file.table.name), file.part()));
    // The same name in two formats is more likely a table that was written twice than a table in two parts.
    let same = |pair: &&[TableFile]| pair[0].table.name == pair[1].table.name && pair[0].part() == pair[1].part();
    if let Some(pair) = files.windows(2).find(same) {
        bail!("{} and {} are the same table\n\nhint: leave only one of them in the folder", pair[0].name(), pair[1].name());
    }
    Ok((files, others))
}

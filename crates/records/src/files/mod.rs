//! A folder of record tables on disk: `people.csv`, `events.parquet` and so on. The only place where records are opened and
//! written. What is in them is settled by `records`; here are files, threads and formats.

pub mod input;
pub mod list;
pub mod others;
mod pages;
mod panics;
pub mod parquet;
pub mod parquet_rows;
pub mod parquet_text;
mod parquet_types;
pub mod safe;
pub mod through;
pub mod write;
pub mod xlsx;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::batch::Batch;
use crate::fault::Fault;
use crate::rows::{self, Rows};
use crate::schema::{TABLES, Table};
use crate::workbook::Workbook;
use anyhow::{Context as _, bail};
use others::Other;
use write::UNFINISHED;

use safe::LARGEST_TABLE_BYTES;

/// One table as a file, or as a sheet of one.
pub struct TableFile {
    pub table: &'static Table,
    pub path: PathBuf,
    pub format: Format,
    /// The sheet of a workbook where it must be said which.
    sheet: Option<String>,
    /// Which part of its table this is.
    part: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Parquet,
    /// Read, and not written for a table of records.
    Workbook,
}

impl TableFile {
    pub fn new(table: &'static Table, path: PathBuf, format: Format) -> TableFile {
        TableFile { table, path, format, sheet: None, part: 1 }
    }

    /// The name without the folder, and the sheet where there are several.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.sheet.as_ref().map_or(name.clone(), |sheet| format!("{name}, sheet {sheet}"))
    }

    fn open(&self) -> anyhow::Result<File> {
        safe::open(&self.path, LARGEST_TABLE_BYTES)
    }

    /// Reads the table batch by batch, in the order of the file: rows that are right, and the faults of the others. What is
    /// wrong with the file as a whole is a fault too; only what the operating system refuses, or `take`, is an error.
    pub fn read(&self, need: &dyn Fn(&str) -> bool, take: &mut Take<'_>) -> anyhow::Result<()> {
        match self.format {
            Format::Csv => match input::text(self.open()?, &self.path)? {
                Ok(mut text) => self.rows(&mut text, take),
                Err(fault) => take(Batch::empty(self.table), vec![fault]),
            },
            Format::Workbook => match input::table(self.open()?, &self.path, self.table.name, self.sheet.as_deref())? {
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

/// The table that a file of this name is of, its part, and its format: `events.csv`, or `events-2.csv` for a second part of it.
fn table_of(name: &str) -> Option<(&'static Table, u64, Format)> {
    let text = name.strip_suffix(".gz").unwrap_or(name);
    let (stem, ending) = text.rsplit_once('.')?;
    let format = match ending {
        "csv" | "tsv" => Format::Csv,
        "parquet" if text == name => Format::Parquet,
        ending if text == name && input::WORKBOOKS.contains(&ending) => Format::Workbook,
        _ => return None,
    };
    let (table, part) = part_of(stem)?;
    Some((table, part, format))
}

/// The table of a name and which part of it: `events`, `events-2`.
fn part_of(name: &str) -> Option<(&'static Table, u64)> {
    let (whole, part) = match name.rsplit_once('-') {
        Some((whole, part)) if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => {
            (whole, part.parse().unwrap_or(u64::MAX))
        }
        _ => (name, 1),
    };
    Some((crate::schema::table(whole)?, part))
}

/// The tables that a workbook holds: those that its sheets are named after, or else the one that the file is named after; and what
/// of it is not read. What cannot be opened may hold any table, and is an error unless the name of the file says which.
fn sheets(path: &Path, name: &str, named: Option<(&'static Table, u64)>) -> anyhow::Result<(Vec<TableFile>, Vec<Other>)> {
    let file = |table, part, sheet: Option<&str>| {
        let sheet = sheet.map(str::to_owned);
        TableFile { table, path: path.to_owned(), format: Format::Workbook, sheet, part }
    };
    let mut workbook = match (input::workbook(path)?, named) {
        (Ok(workbook), _) => workbook,
        (Err(_), Some((table, part))) => return Ok((vec![file(table, part, None)], Vec::new())),
        (Err(fault), None) => return Err(input::refused(path, &fault)),
    };
    // A single sheet is what the file is named after, whatever the sheet is called.
    if let (1, Some((table, part))) = (workbook.sheets.len(), named) {
        return Ok((vec![file(table, part, None)], Vec::new()));
    }
    let (mut files, mut rest) = (Vec::new(), Vec::new());
    for sheet in workbook.sheets.clone() {
        match part_of(&sheet.name.trim().to_lowercase()) {
            Some((table, part)) => {
                // The first sheet of a second file is the second part.
                let part = named.filter(|(own, _)| part == 1 && own.name == table.name).map_or(part, |(_, part)| part);
                files.push(file(table, part, Some(&sheet.name)));
            }
            None => rest.push(sheet),
        }
    }
    let read = |workbook: &mut Workbook<File>| -> std::io::Result<(Vec<TableFile>, Vec<Other>)> {
        if let (true, Some((table, part))) = (files.is_empty(), named) {
            match workbook.sheet(None)? {
                Ok(only) => {
                    rest.retain(|sheet| sheet.name != only.name);
                    files.push(file(table, part, Some(&only.name)));
                }
                // What is wrong is told when it is read.
                Err(_) => return Ok((vec![file(table, part, None)], Vec::new())),
            }
        }
        let mut others = Vec::new();
        for sheet in rest {
            if workbook.is_used(&sheet)? {
                others.push(Other::sheet(name, &sheet.name));
            }
        }
        if files.is_empty() {
            // None of it is read, so the file is told, and of its sheets those that look like tables.
            others.retain(|other| !other.looks_like.is_empty());
            others.insert(0, Other::file(name.to_owned()));
        }
        // The file says that it is a table, and no sheet is that table: another one may be.
        if let Some((own, _)) = named.filter(|(own, part)| !files.iter().any(|file| file.table == *own && file.part == *part)) {
            others.iter_mut().filter(|other| other.looks_like.is_empty()).for_each(|other| other.looks_like.push(own.name));
        }
        Ok((files, others))
    };
    read(&mut workbook).or_else(|error| {
        let fault = Fault::of(error).with_context(|| format!("could not read {}", path.display()))?;
        Err(input::refused(path, &fault))
    })
}

/// The tables of a folder, in reading order, and what else lies in it. A table may stand in several files, which are read as one:
/// `events.csv`, `events-2.csv` and so on.
pub fn find(folder: &Path) -> anyhow::Result<(Vec<TableFile>, Vec<Other>)> {
    safe::must_be_folder(folder, "a folder of records")?;
    if folder.join(UNFINISHED).exists() {
        bail!(
            "{}: the program that wrote these tables was stopped before it was done, could not read everything, or is at it \
             still\n\nhint: wait for it, or delete the folder and make it again",
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
        let shown = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = shown.to_lowercase();
        // Programs keep such files beside those that are open, and hold nothing of their rows.
        if name.starts_with(['.', '#']) || name.starts_with("~$") {
            others.push(Other::hidden(shown));
            continue;
        }
        match table_of(&name) {
            // Sheets may hold other tables than the file is named after.
            table if input::is_workbook(&path) && !path.is_dir() => {
                let (found, more) = sheets(&path, &shown, table.map(|(table, part, _)| (table, part)))?;
                files.extend(found);
                others.extend(more);
            }
            Some((table, part, format)) => files.push(TableFile { part, ..TableFile::new(table, path, format) }),
            None => others.push(Other::file(if path.is_dir() { format!("{shown}/") } else { shown })),
        }
    }
    files.sort_by_key(|file| (TABLES.iter().position(|table| table.name == file.table.name), file.part));
    // The same name in two formats is more likely a table that was written twice than a table in two parts.
    let same = |pair: &&[TableFile]| pair[0].table.name == pair[1].table.name && pair[0].part == pair[1].part;
    if let Some(pair) = files.windows(2).find(same) {
        let table = pair[0].table.name;
        let next =
            files.iter().filter(|file| file.table.name == table).map(|file| file.part).max().unwrap_or(1).saturating_add(1);
        bail!(
            "{} and {} are the same table\n\nhint: leave only one of them in the folder; or, if each is a part of the table, name one \
             of them {table}-{next}",
            pair[0].name(),
            pair[1].name()
        );
    }
    others.iter_mut().for_each(|other| other.settle(&files));
    Ok((files, others))
}

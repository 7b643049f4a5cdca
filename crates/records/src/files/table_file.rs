//! One file of a table of records, or one sheet of a workbook.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use anyhow::Context as _;

use super::input;
use super::parquet;
use super::safe::{self, LARGEST_TABLE_BYTES};
use crate::batch::Batch;
use crate::rows::{self, Rows, TakeBatch};
use crate::schema::RecordTable;

/// One file of a table, or one sheet of a workbook.
pub struct TableFile {
    pub table: &'static RecordTable,
    pub path: PathBuf,
    pub format: FileFormat,
    /// The sheet, where a workbook has several.
    pub(super) sheet: Option<String>,
    /// Which part of its table this is.
    pub(super) part: u64,
    /// Columns that nothing depends on: a value of theirs that cannot be read counts as none, and its row is used.
    pub unneeded: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    Csv,
    Parquet,
    /// Read only: tables of records are not written as workbooks.
    Workbook,
}

impl TableFile {
    pub fn new(table: &'static RecordTable, path: PathBuf, format: FileFormat) -> TableFile {
        TableFile { table, path, format, sheet: None, part: 1, unneeded: &[] }
    }

    /// A file that somebody names, in the format that the ending of its name says; CSV where it says none that we know.
    #[must_use]
    pub fn named(table: &'static RecordTable, path: PathBuf) -> TableFile {
        let is_parquet = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
        let format = match is_parquet {
            true => FileFormat::Parquet,
            false if input::is_workbook(&path) => FileFormat::Workbook,
            false => FileFormat::Csv,
        };
        TableFile::new(table, path, format)
    }

    /// The name without the folder, and the sheet where there are several.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.sheet.as_ref().map_or(name.clone(), |sheet| format!("{name}, sheet {sheet}"))
    }

    pub(super) fn open(&self) -> anyhow::Result<File> {
        safe::open(&self.path, LARGEST_TABLE_BYTES)
    }

    /// Reads the table batch by batch, in the order of the file: the correct rows, and the faults of the others. A problem with
    /// the file as a whole is a fault too. Errors come only from the operating system and from `take`.
    pub fn read(&self, need: &dyn Fn(&str) -> bool, take: &mut TakeBatch<'_>) -> anyhow::Result<()> {
        match self.format {
            FileFormat::Csv => match input::text(self.open()?, &self.path)? {
                Ok(mut text) => self.rows(&mut text, take),
                Err(fault) => take(Batch::empty(self.table), vec![fault]),
            },
            FileFormat::Workbook => match input::table(self.open()?, &self.path, self.table.name, self.sheet.as_deref())? {
                Ok(mut sheet) => self.rows(&mut sheet, take),
                Err(fault) => take(Batch::empty(self.table), vec![fault]),
            },
            FileFormat::Parquet => match parquet::open(self.open()?, self.table, need) {
                Err(faults) => take(Batch::empty(self.table), faults),
                Ok((opened, faults)) => {
                    let opened = opened.without(self.unneeded);
                    take(Batch::empty(self.table), faults)?;
                    (0..opened.groups()).try_for_each(|group| opened.read(group, take))
                }
            },
        }
    }

    fn rows(&self, rows: &mut impl Rows, take: &mut TakeBatch<'_>) -> anyhow::Result<()> {
        let mut failed = None;
        let result = rows::read_without(rows, self.table, self.unneeded, |batch, faults| {
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

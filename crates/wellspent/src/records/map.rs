//! Makes tables of records from an agency's own files, as a map says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base::csv_cell::quoted;
use records::csv;
use records::fault::Fault;
use records::files::safe::{self, LARGEST_TABLE_BYTES};
use records::files::source_rows::SourceRowsWriter;
use records::files::write::Unfinished;
use records::files::{input, parquet_rows};
use records::map::{self, Dates, LookUpFile, LookUps, MapPart, MapResult};
use records::rows::Rows;
pub use report::records_map::{MappedPart, MappedRecords};

use crate::error::Error;
use crate::folder::{self, Reach};

/// Which files become tables, and where.
#[derive(Clone, Debug)]
pub struct MapRequest {
    /// The map, a TOML file.
    pub map: PathBuf,
    /// The folder with the agency's files.
    pub data: PathBuf,
    pub reach: Reach,
    /// The tables are written into this folder, which must be empty or new.
    pub out: PathBuf,
}

/// Writes the tables. Faults of the files are a result, not an error: nothing that misses rows can be used by another command.
///
/// # Errors
/// The map has mistakes, or a file cannot be read or written.
pub fn map(request: &MapRequest) -> Result<MappedRecords, Error> {
    Ok(mapped(request)?)
}

fn mapped(request: &MapRequest) -> anyhow::Result<MappedRecords> {
    let (parts, mut notes) = folder::document(&request.map, map::read)?;
    notes.extend(map::unfilled(&parts).into_iter().map(|note| format!("note: {note}")));
    safe::must_be_folder(&request.data, "the folder with the agency's files")?;
    let data = AgencyFiles { folder: &request.data, reach: request.reach };
    let folder = request.out.display().to_string();
    let mut out = MappedRecords { folder, parts: Vec::new(), faults: Vec::new(), notes };
    let look_ups = look_ups(&parts, &data, &mut out)?;
    // Nothing is written where a value can be read in two ways: readers of the tables could not see that.
    let dates = if out.errors() == 0 { dates(&parts, &data, &look_ups, &mut out)? } else { Vec::new() };
    if out.errors() > 0 {
        return Ok(out);
    }
    let unfinished = Unfinished::begin(&request.out)?;
    let mut tables: BTreeMap<&str, MadeTable> = BTreeMap::new();
    let mut sources = SourceRowsWriter::default();
    for (part, dates) in parts.iter().zip(&dates) {
        if !tables.contains_key(part.table.name) {
            let path = request.out.join(format!("{}.csv", part.table.name));
            let file = File::create_new(&path).with_context(|| format!("could not write {}", path.display()))?;
            let mut file = BufWriter::new(file);
            file.write_all(csv::header_line(part.table).as_bytes())?;
            tables.insert(part.table.name, MadeTable { file, next_line: 2 });
        }
        let Some(table) = tables.get_mut(part.table.name) else { continue };
        let mut from = part.file.as_ref().map(|file| data.open(file, part.sheet.as_deref())).transpose()?;
        let name = with_sheet(part.file.as_deref().unwrap_or_default(), part.sheet.as_deref());
        let done = map::rows(part, from.as_deref_mut(), &look_ups, dates, |source_row, row| {
            sources.add(part.table.name, table.next_line, &name, source_row);
            write_row(row, table)
        })
        .with_context(|| format!("could not read {}", part.file.as_deref().unwrap_or_default()))?;
        add(&mut out, part, done);
    }
    tables.into_values().try_for_each(|mut table| table.file.flush())?;
    sources.end(&request.out)?;
    // Where there are faults the folder keeps its mark, so that nobody pays by what is missing from it.
    if out.errors() == 0 {
        unfinished.end()?;
    }
    Ok(out)
}

/// The folder with the agency's files.
struct AgencyFiles<'a> {
    folder: &'a Path,
    reach: Reach,
}

impl AgencyFiles<'_> {
    fn open(&self, file: &str, sheet: Option<&str>) -> anyhow::Result<Box<dyn Rows>> {
        let path = safe::named(self.folder, file, self.reach)?;
        let opened = safe::open(&path, LARGEST_TABLE_BYTES).context("the map names a file that cannot be read")?;
        let refused = |fault: Fault| input::refused(&path, &fault);
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) {
            return Ok(Box::new(parquet_rows::open(opened).map_err(|fault| refused(*fault))?));
        }
        Ok(Box::new(input::open(opened, &path, sheet)?.map_err(refused)?))
    }
}

/// Everything that values are looked up in.
fn look_ups(parts: &[MapPart], data: &AgencyFiles<'_>, out: &mut MappedRecords) -> anyhow::Result<LookUps> {
    let mut look_ups = LookUps::new();
    for step in map::look_ups(parts) {
        if !look_ups.contains_key(step) {
            let (LookUpFile { file, sheet }, key, column) = step;
            let known = look_ups.entry(step.clone()).or_default();
            let faults = map::look_up(&mut *data.open(file, sheet.as_deref())?, key, column, known)
                .with_context(|| format!("could not read {file}"))?;
            out.faults.push((with_sheet(file, sheet.as_deref()), faults));
        }
    }
    Ok(look_ups)
}

/// How the days of each part are read.
fn dates(parts: &[MapPart], data: &AgencyFiles<'_>, look_ups: &LookUps, out: &mut MappedRecords) -> anyhow::Result<Vec<Dates>> {
    let mut all = Vec::new();
    for part in parts {
        let mut dates = Dates::new();
        if let Some(file) = part.file.as_ref().filter(|_| part.has_days()) {
            let read = map::survey(part, &mut *data.open(file, part.sheet.as_deref())?, look_ups)
                .with_context(|| format!("could not read {file}"))?;
            match read {
                Ok(read) => dates = read,
                Err(faults) => out.faults.push((with_sheet(file, part.sheet.as_deref()), faults)),
            }
        }
        all.push(dates);
    }
    Ok(all)
}

/// A file, and its sheet where the map names one.
fn with_sheet(file: &str, sheet: Option<&str>) -> String {
    sheet.map_or(file.to_owned(), |sheet| format!("{file}, sheet {sheet}"))
}

/// Adds what a part of the map wrote, and its faults.
fn add(out: &mut MappedRecords, part: &MapPart, done: MapResult) {
    out.parts.push(MappedPart {
        table: part.table.name,
        name: part.name.clone(),
        file: part.file.clone(),
        read: done.read,
        written: done.written,
        not_found: done.not_found,
        without_day: done.without_day,
        without_item: done.without_item,
        unlike_days: done.unreadable_days,
        left_out: done.left_out,
        emptied: done.emptied,
    });
    let file = part.file.as_deref().unwrap_or("the map itself");
    out.faults.push((with_sheet(file, part.sheet.as_deref()), done.faults));
}

/// A table that is being written, and the line on which its next row begins.
struct MadeTable {
    file: BufWriter<File>,
    next_line: u64,
}

/// One row as CSV.
fn write_row(row: &[String], table: &mut MadeTable) -> io::Result<()> {
    for (at, text) in row.iter().enumerate() {
        if at > 0 {
            table.file.write_all(b",")?;
        }
        table.file.write_all(quoted(text).as_bytes())?;
        table.next_line += text.bytes().filter(|byte| *byte == b'\n').count() as u64;
    }
    table.next_line += 1;
    table.file.write_all(b"\n")
}

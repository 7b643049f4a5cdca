//! A folder of tables of records: which files are tables, and which are not.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::hinted::Hinted;

use super::input;
use super::others::OtherFile;
use super::safe;
use super::set_aside::{KEPT, KEPT_PART, SET_ASIDE};
use super::source_rows::SOURCE_ROWS;
use super::table_file::{FileFormat, TableFile};
use crate::fault::Fault;
use crate::schema::{RecordTable, TABLES};
use crate::workbook::Workbook;

/// The name of a file that is in a folder while tables are written into it. A program that was stopped leaves half a table, which
/// would read as if less had happened to people.
pub const UNFINISHED: &str = "unfinished";

/// The access log that the program keeps in a folder of records: its name, and its name in the version before.
pub const ACCESS_LOGS: [&str; 2] = ["access-log.csv", "looked.csv"];

/// The table, the part and the format of a file, by its name: `events.csv`, or `events-2.csv` for the second part.
fn table_of(name: &str) -> Option<(&'static RecordTable, u64, FileFormat)> {
    let text = name.strip_suffix(".gz").unwrap_or(name);
    let (stem, ending) = text.rsplit_once('.')?;
    let format = match ending {
        "csv" | "tsv" => FileFormat::Csv,
        "parquet" if text == name => FileFormat::Parquet,
        ending if text == name && input::WORKBOOKS.contains(&ending) => FileFormat::Workbook,
        _ => return None,
    };
    let (table, part) = part_of(stem)?;
    Some((table, part, format))
}

/// The table and the part, by a name: `events`, `events-2`.
fn part_of(name: &str) -> Option<(&'static RecordTable, u64)> {
    if let Some(table) = name.strip_suffix(KEPT_PART).and_then(crate::schema::table) {
        return Some((table, 1));
    }
    let (whole, part) = match name.rsplit_once('-') {
        Some((whole, part)) if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => {
            (whole, part.parse().unwrap_or(u64::MAX))
        }
        _ => (name, 1),
    };
    Some((crate::schema::table(whole)?, part))
}

/// The tables in a workbook, and the sheets that are not read. Sheets are tables by their names; otherwise the file is, by its
/// name. A workbook that cannot be opened may have any table: it is an error, unless the name of the file says which.
fn sheets(
    path: &Path,
    name: &str,
    named: Option<(&'static RecordTable, u64)>,
) -> anyhow::Result<(Vec<TableFile>, Vec<OtherFile>)> {
    let file = |table, part, sheet: Option<&str>| {
        let sheet = sheet.map(str::to_owned);
        TableFile { sheet, part, ..TableFile::new(table, path.to_owned(), FileFormat::Workbook) }
    };
    let mut workbook = match (input::workbook(path)?, named) {
        (Ok(workbook), _) => workbook,
        (Err(_), Some((table, part))) => return Ok((vec![file(table, part, None)], Vec::new())),
        (Err(fault), None) => return Err(input::refused(path, &fault)),
    };
    // A single sheet is the table that the file is named after, whatever the name of the sheet.
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
    let read = |workbook: &mut Workbook<File>| -> std::io::Result<(Vec<TableFile>, Vec<OtherFile>)> {
        if let (true, Some((table, part))) = (files.is_empty(), named) {
            match workbook.sheet(None)? {
                Ok(only) => {
                    rest.retain(|sheet| sheet.name != only.name);
                    files.push(file(table, part, Some(&only.name)));
                }
                // The reason is reported when the file is read.
                Err(_) => return Ok((vec![file(table, part, None)], Vec::new())),
            }
        }
        let mut others = Vec::new();
        for sheet in rest {
            if workbook.is_used(&sheet)? {
                others.push(OtherFile::sheet(name, &sheet.name));
            }
        }
        if files.is_empty() {
            // Nothing of it is read: the file is reported, and the sheets that look like tables.
            others.retain(|other| !other.looks_like.is_empty());
            others.insert(0, OtherFile::file(name.to_owned()));
        }
        // The name of the file is a table, and no sheet is that table: one of the other sheets may be.
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

/// Whether a file that is no table belongs to a folder of records, by its name in small letters.
fn is_our_own(name: &str) -> bool {
    ACCESS_LOGS.contains(&name) || [SET_ASIDE, KEPT, SOURCE_ROWS].contains(&name)
}

/// Whether a file of this name in a folder of records is a table of it, its access log, or the list of rows that were left out of it.
#[must_use]
pub fn is_kept_for_records(name: &str) -> bool {
    let name = name.to_lowercase();
    table_of(&name).is_some() || is_our_own(&name)
}

/// The tables in a folder, in reading order, and its other files. A table may be split over several files, which are read as one:
/// `events.csv`, `events-2.csv` and so on.
pub fn find(folder: &Path) -> anyhow::Result<(Vec<TableFile>, Vec<OtherFile>)> {
    safe::must_be_folder(folder, "a folder of records")?;
    if folder.join(UNFINISHED).exists() {
        bail!(Hinted::new(
            format!(
                "{}: these tables are not finished: the program that writes them is still running, was stopped, or could not read \
                 everything",
                folder.display()
            ),
            "wait for it to finish, or delete the folder and make it again"
        ));
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
        // The access log and the list of rows that were left out are our own files, and no tables.
        if is_our_own(&name) {
            continue;
        }
        // Programs keep such files beside open ones, and they have no rows.
        if name.starts_with(['.', '#']) || name.starts_with("~$") {
            others.push(OtherFile::hidden(shown));
            continue;
        }
        match table_of(&name) {
            // The sheets may be other tables than the one that the file is named after.
            table if input::is_workbook(&path) && !path.is_dir() => {
                let (found, more) = sheets(&path, &shown, table.map(|(table, part, _)| (table, part)))?;
                files.extend(found);
                others.extend(more);
            }
            Some((table, part, format)) => files.push(TableFile { part, ..TableFile::new(table, path, format) }),
            None => others.push(OtherFile::file(if path.is_dir() { format!("{shown}/") } else { shown })),
        }
    }
    files.sort_by_key(|file| (TABLES.iter().position(|table| table.name == file.table.name), file.part));
    // The same name in two formats is more likely one table written twice than a table in two parts.
    let same = |pair: &&[TableFile]| pair[0].table.name == pair[1].table.name && pair[0].part == pair[1].part;
    if let Some(pair) = files.windows(2).find(same) {
        let table = pair[0].table.name;
        let next =
            files.iter().filter(|file| file.table.name == table).map(|file| file.part).max().unwrap_or(1).saturating_add(1);
        bail!(Hinted::new(
            format!("{} and {} are the same table", pair[0].name(), pair[1].name()),
            format!("leave only one of them in the folder; or, if each is a part of the table, name one of them {table}-{next}")
        ));
    }
    others.iter_mut().for_each(|other| other.suggest_name(&files));
    others.extend(OtherFile::missing_parts(&files));
    Ok((files, others))
}

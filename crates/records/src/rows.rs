//! Rows of cells with their positions, from CSV files and workbooks alike. A reader asks for columns by name. The header is
//! found, and rows above it are reported.
//!
//! A format implements [`Rows`]: [`super::csv`] splits text, [`super::workbook`] a sheet. [`read`] makes batches of a table of
//! records from the rows; [`cells`] and [`texts`] give the columns of any table as text.

use std::borrow::Cow;
use std::io;

use super::batch::{Batch, ColumnValues};
use super::cell::{self, CellFault};
use super::fault::{Fault, Grade};
use super::header::{MOST_COLUMNS, columns};
use super::schema::{RecordColumn, RecordTable, ValueKind};
use base::english::{counted, plural};
use base::sum_words::is_sum_or_note;

/// The header must be within this many rows.
pub const HEADER_WITHIN: usize = 20;
/// Rows of one batch.
const BATCH_ROWS: usize = 1 << 16;
/// A batch ends earlier if its rows are long, so that memory is bounded.
const BATCH_BYTES: usize = 1 << 25;
/// How many faults of one file are kept.
const MOST_FAULTS: usize = 10_000;

/// What a reader does with each batch: the correct rows, and the faults of the others.
pub type TakeBatch<'a> = dyn FnMut(Batch, Vec<Fault>) -> anyhow::Result<()> + 'a;

/// Rows of cells, one after the other.
pub trait Rows {
    /// Goes to the next row that is not blank, and says whether it could be split. `None` at the end.
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>>;

    /// The place of the row: its line, or its number in the sheet, from 1.
    fn place(&self) -> u64;

    /// How many cells it has.
    fn count(&self) -> usize;

    /// A cell as text, not yet trimmed; empty if there is none.
    fn cell(&self, at: usize) -> &[u8];

    /// How many bytes of text the row has.
    fn bytes(&self) -> usize;

    /// Why a cell has no value, such as `#N/A`.
    fn invalid(&self, _at: usize) -> Option<InvalidCell> {
        None
    }

    /// Whether a workbook keeps a cell as a date, which can then be read in one way only.
    fn is_date(&self, _at: usize) -> bool {
        false
    }

    /// Whether every cell says which column it belongs to. Then a short row is complete, and no cell can shift.
    fn has_addresses(&self) -> bool {
        false
    }

    /// Warnings about the rows so far. The caller takes them.
    fn notes(&mut self) -> &mut Vec<Fault>;

    /// The faults known at the end of a table, whose header was at this place.
    fn end(&mut self, header: u64) -> Vec<Fault>;
}

/// A cell without a valid value.
#[derive(Clone, Debug, PartialEq)]
pub struct InvalidCell {
    /// The cell and what it shows, which never identifies a person: "B7 shows #N/A".
    pub found: String,
    pub wrong: CellFault,
}

/// Whether all cells of a row are blank. Spreadsheets write such rows below a table (`;;;;`), and they are ignored.
#[must_use]
pub(super) fn is_blank(text: &[u8]) -> bool {
    // The first letter of almost every row shows that it is not blank.
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => true,
        Some(byte) if byte.is_ascii() => false,
        // In Windows-1252 a non-breaking space is one byte.
        Some(_) => {
            text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0xa0)
                || std::str::from_utf8(text).is_ok_and(|text| text.trim().is_empty())
        }
    }
}

/// A row of too many cells.
#[must_use]
pub fn too_wide(place: u64) -> Fault {
    let fix = "check the row: it may be many rows without line ends";
    Fault::row(place, "the row has too many cells", format!("at most {MOST_COLUMNS} cells"), fix)
}

/// Reads a table and gives batch after batch to `take`: the correct rows, and the faults of the others. Errors come only from the
/// rows and from `take`.
pub fn read<R: Rows + ?Sized>(
    rows: &mut R,
    table: &'static RecordTable,
    take: impl FnMut(Batch, Vec<Fault>) -> io::Result<()>,
) -> io::Result<()> {
    read_without(rows, table, &[], take)
}

/// The same. In the columns named in `unneeded` a value that cannot be read counts as none, and its row is correct.
pub fn read_without<R: Rows + ?Sized>(
    rows: &mut R,
    table: &'static RecordTable,
    unneeded: &[&str],
    mut take: impl FnMut(Batch, Vec<Fault>) -> io::Result<()>,
) -> io::Result<()> {
    let mut faults = Vec::new();
    let Some(columns) = header(rows, table, &mut faults)? else {
        faults.append(rows.notes());
        faults.append(&mut rows.end(rows.place()));
        return take(Batch::empty(table), faults);
    };
    let mut batch = Batch::empty(table);
    for (values, at) in batch.columns.iter_mut().zip(&columns.of) {
        if at.is_none() {
            *values = ColumnValues::Absent;
        }
    }
    let blank = batch.clone();
    let (mut good, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        match row {
            Ok(()) if columns.is_repeated(rows) => faults.push(again(rows.place(), Grade::Repeat)),
            Ok(()) if columns.is_other_header(rows, table) => faults.push(
                Fault::row(
                    rows.place(),
                    "the header appears again, with different columns or in a different order",
                    "rows with the columns of the first header",
                    "supply the rows below it as a separate file, such as a second part of the table",
                )
                .refused(),
            ),
            Ok(()) => {
                bytes += rows.bytes();
                good.push(fill(rows, &columns, unneeded, &mut batch, &mut faults));
                batch.places.push(rows.place());
            }
            Err(fault) => faults.push(fault),
        }
        faults.append(rows.notes());
        if batch.rows() == BATCH_ROWS || faults.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            batch.keep(&good);
            good.clear();
            bytes = 0;
            take(std::mem::replace(&mut batch, blank.clone()), std::mem::take(&mut faults))?;
        }
    }
    batch.keep(&good);
    faults.append(rows.notes());
    faults.append(&mut rows.end(columns.header));
    take(batch, faults)
}

/// Where the columns of the table are in the file.
struct HeaderColumns {
    /// For each column of the table, its place in a row.
    of: Vec<Option<usize>>,
    /// Cells of the header.
    cells: usize,
    /// The names in it.
    names: Vec<String>,
    /// The place of the header.
    header: u64,
    /// Whether values of a personal column may have shifted into any other.
    private: bool,
}

impl HeaderColumns {
    /// Whether a row is the header again, for example where one file was added to the end of another.
    fn is_repeated<R: Rows + ?Sized>(&self, rows: &R) -> bool {
        is_header(rows, &self.names)
    }

    /// Whether a row is a different header of the table: it has the name of every required column.
    fn is_other_header<R: Rows + ?Sized>(&self, rows: &R, table: &RecordTable) -> bool {
        // Almost every row has no cell that ends as the name of the first column does.
        let first = table.columns[0].name.as_bytes();
        let ends = |cell: &[u8]| {
            let tail = cell.len().checked_sub(first.len()).map(|from| &cell[from..]);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(first))
        };
        let there = |column: &RecordColumn| {
            (0..rows.count()).any(|at| rows.cell(at).len() < 100 && self::name(&cell::decode(rows.cell(at))) == column.name)
        };
        (0..rows.count()).any(|at| ends(rows.cell(at).trim_ascii_end()))
            && table.columns.iter().filter(|column| column.required).all(there)
    }
}

/// The header appears again at a place.
fn again(place: u64, grade: Grade) -> Fault {
    let fix = "no action needed if two files were put together: the line is skipped";
    Fault { grade, ..Fault::row(place, "the header appears again", "a row of the table", fix) }
}

/// Whether a row has the names of a header, each in its place. Empty cells after them are ignored.
fn is_header<R: Rows + ?Sized>(rows: &R, names: &[String]) -> bool {
    // Almost every row is recognised by the last letter of its first cell alone.
    let last = |text: &[u8]| text.trim_ascii().last().map(u8::to_ascii_lowercase);
    names.first().is_some_and(|name| last(rows.cell(0)) == last(name.as_bytes()))
        && (names.len()..rows.count()).all(|at| rows.cell(at).trim_ascii().is_empty())
        && names.iter().enumerate().all(|(at, name)| {
            let cell = rows.cell(at);
            cell.len() < 100 + name.len() && self::name(&cell::decode(cell)) == *name
        })
}

/// The name of a column in the form that is compared.
fn name(text: &str) -> String {
    text.trim_start_matches('\u{feff}').trim().to_lowercase()
}

/// Reads the header; `None` if the file cannot be read without what is missing.
fn header<R: Rows + ?Sized>(
    rows: &mut R,
    table: &'static RecordTable,
    faults: &mut Vec<Fault>,
) -> io::Result<Option<HeaderColumns>> {
    let names =
        |required: bool| table.columns.iter().filter(move |column| column.required || !required).map(|column| column.name);
    let needed: Vec<&str> = names(true).collect();
    let all: Vec<&str> = names(false).collect();
    let found = match find(rows, &needed, &all, &|known, name| name.eq_ignore_ascii_case(known), faults)? {
        HeaderSearch::Header(found) => found,
        HeaderSearch::Nothing => return Ok(None),
    };
    let names: Vec<String> = found.names.iter().map(|text| name(text)).collect();
    if found.known == 0 {
        faults.push(no_header(&all));
        return Ok(None);
    }
    let (of, of_header) = columns(table, &names);
    let usable = !of_header.iter().any(|fault| fault.grade == Grade::File);
    // A row of data has none of these names, or one by chance. Its cells must not be shown.
    let is_header = usable || 2 * found.known >= names.iter().filter(|name| !name.is_empty()).count();
    faults.extend(of_header.into_iter().filter(|fault| is_header || all.contains(&fault.column.as_str())));
    let private = table.columns.iter().any(|column| column.personal && column.kind != ValueKind::Id);
    Ok(usable.then_some(HeaderColumns { of, cells: names.len(), names, header: rows.place(), private }))
}

fn no_header(names: &[&str]) -> Fault {
    let expected = format!("a first row with the names of the columns: {}", names.join(", "));
    Fault::file("no row has the names of the columns", expected, "add the header row, with these names")
}

/// What was found where a header should be.
enum HeaderSearch {
    Header(HeaderRow),
    /// A fault says why.
    Nothing,
}

struct HeaderRow {
    names: Vec<String>,
    /// How many of the wanted names are among them.
    known: usize,
}

/// Goes to the header: the first row that has all needed names, or else the row with most known names.
fn find<R: Rows + ?Sized>(
    rows: &mut R,
    needed: &[&str],
    all: &[&str],
    same: &dyn Fn(&str, &str) -> bool,
    faults: &mut Vec<Fault>,
) -> io::Result<HeaderSearch> {
    let mut best: Option<HeaderRow> = None;
    let mut first = 0;
    for row in 0..HEADER_WITHIN {
        match rows.next()? {
            None if row == 0 => {
                // If the bytes are damaged, that is reported instead.
                let broken = rows.end(0);
                if !broken.iter().any(|fault| fault.grade == Grade::File) {
                    let expected = "a first row with the names of the columns";
                    faults.push(Fault::file("the file is empty", expected, "add the header row"));
                }
                faults.extend(broken);
                return Ok(HeaderSearch::Nothing);
            }
            None => break,
            Some(Err(fault)) if row == 0 => {
                faults.push(Fault { grade: Grade::File, ..fault });
                return Ok(HeaderSearch::Nothing);
            }
            Some(Err(_)) => continue,
            Some(Ok(())) => {}
        }
        if row == 0 {
            first = rows.place();
        }
        let names: Vec<String> = (0..rows.count()).map(|at| cell::decode(rows.cell(at)).trim().to_owned()).collect();
        let has = |known: &&&str| names.iter().any(|name| same(known, name));
        let known = all.iter().filter(has).count();
        if needed.iter().all(|name| has(&name)) {
            if row > 0 {
                let fix = "no action needed if those rows are only a title";
                let fault = Fault::row(
                    rows.place(),
                    "the header is not in the first row",
                    "the names of the columns in the first row",
                    fix,
                );
                let above = rows.place() - first;
                let rows = plural(above, "row above it is", "rows above it are");
                faults.push(Fault { value: Some(format!("{above} {rows} not read")), ..fault }.warning());
            }
            return Ok(HeaderSearch::Header(HeaderRow { names, known }));
        }
        if best.as_ref().is_none_or(|best| known > best.known) {
            best = Some(HeaderRow { names, known });
        }
    }
    Ok(best.map_or(HeaderSearch::Nothing, HeaderSearch::Header))
}

/// Adds a row to the batch and says whether it is correct.
fn fill<R: Rows + ?Sized>(
    rows: &R,
    columns: &HeaderColumns,
    unneeded: &[&str],
    batch: &mut Batch,
    faults: &mut Vec<Fault>,
) -> bool {
    let place = rows.place();
    let count = rows.count();
    let mut right = true;
    if let Some(fault) = shifted(rows, columns.cells).or_else(|| cut_short(rows, columns.cells)) {
        faults.push(fault);
        right = false;
    }
    for ((column, values), at) in batch.table.columns.iter().zip(&mut batch.columns).zip(&columns.of) {
        let Some(at) = at else { continue };
        let mut bytes = rows.cell(*at);
        let invalid_cell = rows.invalid(*at);
        if invalid_cell.is_some() {
            bytes = b"";
        }
        let read = cell::read(column, bytes, values);
        if !right {
            continue;
        }
        if (invalid_cell.is_some() || read.is_err()) && unneeded.contains(&column.name) {
            faults.push(not_needed(place, column));
            continue;
        }
        if let Some(InvalidCell { found, wrong: (what, fix) }) = invalid_cell {
            let fault = Fault::row(place, what, column.kind.expected(), fix);
            faults.push(Fault { column: column.name.into(), value: Some(found), ..fault });
            right = false;
        } else if let Err((what, fix)) = read {
            let fault = Fault::value(place, column, &cell::decode(bytes), what, fix);
            let ragged = !rows.has_addresses() && count != columns.cells;
            let may_have_shifted = columns.private || ragged || is_open(column) && has_person(batch.table);
            faults.push(if may_have_shifted { fault.without_value() } else { fault });
            right = false;
        }
    }
    right
}

/// A value that cannot be read, in a column that nothing depends on.
pub(super) fn not_needed(place: u64, column: &RecordColumn) -> Fault {
    let what = "this value cannot be read and counts as none, because no rule asks for it";
    let fault = Fault::row(place, what, column.kind.expected(), "correct it, or leave the cell empty").warning();
    Fault { column: column.name.into(), ..fault }
}

/// A row with something beyond the last column: a comma inside a text has shifted everything after it.
fn shifted<R: Rows + ?Sized>(rows: &R, columns: usize) -> Option<Fault> {
    let extra = (columns..rows.count()).any(|at| !rows.cell(at).trim_ascii().is_empty());
    (extra && !rows.has_addresses()).then(|| another_number(rows, columns))
}

/// A row with fewer cells than the header: a cell is lost, so that the values after it stand one column too early, or the file is cut
/// inside its last row. A row of one cell with several words, or one for a sum, is a note below the rows, which is told as such.
fn cut_short<R: Rows + ?Sized>(rows: &R, columns: usize) -> Option<Fault> {
    let note = || {
        let text = String::from_utf8_lossy(rows.cell(0));
        rows.count() == 1 && (text.trim().contains(char::is_whitespace) || is_sum_or_note(&text))
    };
    (rows.count() < columns && !rows.has_addresses() && !note()).then(|| {
        let fix = "add the missing cell; if this is the last row of the file, have the file sent again: it may be cut short";
        Fault { fix: fix.to_owned(), ..another_number(rows, columns) }
    })
}

/// "1 cell", "2 cells".
fn cells_of(count: usize) -> String {
    counted(count, "cell", "cells")
}

fn another_number<R: Rows + ?Sized>(rows: &R, columns: usize) -> Fault {
    let what = "the row has a different number of cells from the header";
    let fix = "put quotation marks around a text that has a comma";
    let fault = Fault::row(rows.place(), what, cells_of(columns), fix);
    Fault { value: Some(cells_of(rows.count())), ..fault }
}

/// Whether a column may have any text.
fn is_open(column: &RecordColumn) -> bool {
    matches!(column.kind, ValueKind::Id | ValueKind::Text)
}

/// Whether the rows of a table are about people.
pub(super) fn has_person(table: &RecordTable) -> bool {
    table.columns.iter().any(|column| column.personal)
}

/// Reads any table, row after row, with the place of each; the header comes first. A row that cannot be split, or that has no
/// valid value in a wanted column, is given as a fault. Errors come only from the rows and from `take`.
pub fn cells<R: Rows + ?Sized>(
    rows: &mut R,
    wanted: &[&str],
    same: &dyn Fn(&str, &str) -> bool,
    mut take: impl FnMut(u64, Result<&[Cow<'_, str>], Fault>) -> io::Result<()>,
) -> io::Result<()> {
    dated_cells(rows, wanted, same, |place, row| take(place, row.map(|row| row.texts)))
}

/// The cells of a row as text, and which of them a workbook keeps as dates.
#[derive(Clone, Copy)]
pub struct DatedCells<'a> {
    pub texts: &'a [Cow<'a, str>],
    pub dates: &'a [bool],
}

/// [`cells`], with the cells that are dates.
pub fn dated_cells<R: Rows + ?Sized>(
    rows: &mut R,
    wanted: &[&str],
    same: &dyn Fn(&str, &str) -> bool,
    mut take: impl FnMut(u64, Result<DatedCells<'_>, Fault>) -> io::Result<()>,
) -> io::Result<()> {
    let mut faults = Vec::new();
    let found = find(rows, wanted, wanted, same, &mut faults)?;
    let (header, place) = (if let HeaderSearch::Header(header) = found { header.names } else { Vec::new() }, rows.place());
    let of: Vec<usize> = wanted.iter().filter_map(|name| header.iter().position(|known| same(name, known))).collect();
    let names: Vec<String> = header.iter().map(|text| name(text)).collect();
    // Columns without a name after the last one with a name have nothing to lose.
    let needed_cells = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    // In a list of one column, a row may have the same text as its name.
    let several = names.iter().filter(|name| !name.is_empty()).count() > 1;
    if !header.is_empty() {
        let header: Vec<Cow<'_, str>> = header.iter().map(Cow::from).collect();
        take(place, Ok(DatedCells { texts: &header, dates: &[] }))?;
    }
    faults.append(rows.notes());
    let mut more = 0;
    for fault in faults {
        take(fault.place, Err(fault))?;
    }
    let mut reported = 0;
    while let Some(row) = rows.next()? {
        let place = rows.place();
        for note in std::mem::take(rows.notes()) {
            take(note.place, Err(note))?;
        }
        let fault = match row {
            Ok(()) if several && is_header(rows, &names) => Some(again(place, Grade::Warning)),
            Ok(()) => shifted(rows, header.len()).or_else(|| cut_short(rows, needed_cells)).or_else(|| {
                of.iter().find_map(|at| Some((*at, rows.invalid(*at)?))).map(|(at, invalid_cell)| {
                    let fault = Fault::row(place, invalid_cell.wrong.0, "a value", invalid_cell.wrong.1);
                    Fault { column: header[at].clone(), value: Some(invalid_cell.found), ..fault }
                })
            }),
            Err(fault) => Some(fault),
        };
        match fault {
            None => {
                let cells: Vec<Cow<'_, str>> = (0..rows.count()).map(|at| cell::decode(rows.cell(at))).collect();
                let dates: Vec<bool> = (0..rows.count()).map(|at| rows.is_date(at)).collect();
                take(place, Ok(DatedCells { texts: &cells, dates: &dates }))?;
            }
            Some(fault) if reported < MOST_FAULTS => {
                reported += 1;
                take(place, Err(fault))?;
            }
            Some(_) => more += 1,
        }
    }
    let mut last = std::mem::take(rows.notes());
    last.extend(rows.end(place));
    if more > 0 {
        let fault = Fault::row(0, "more rows cannot be read", "rows like the others", "correct the rows that are reported first");
        last.push(Fault { value: Some(counted(more, "more row", "more rows")), ..fault });
    }
    last.into_iter().try_for_each(|fault| take(fault.place, Err(fault)))
}

/// Reads some columns of any table as text, row after row, in the order of `wanted`; a missing cell is empty. Gives the names
/// in the header, and the faults of rows that were left out. If a name is missing, `take` gets nothing.
pub fn texts<R: Rows + ?Sized>(
    rows: &mut R,
    wanted: &[&str],
    mut take: impl FnMut(&[&str]),
) -> io::Result<(Vec<String>, Vec<Fault>)> {
    let (mut header, mut faults) = (None, Vec::new());
    let mut of: Vec<usize> = Vec::new();
    cells(rows, wanted, &|known, name| name.eq_ignore_ascii_case(known), |_, row| {
        match row {
            Ok(names) if header.is_none() => {
                let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
                of = wanted.iter().filter_map(|name| names.iter().position(|known| known.eq_ignore_ascii_case(name))).collect();
                header = Some(names);
            }
            Ok(cells) if of.len() == wanted.len() => {
                take(&of.iter().map(|at| cells.get(*at).map_or("", |cell| cell.trim_ascii())).collect::<Vec<_>>());
            }
            Ok(_) => {}
            Err(fault) => {
                header.get_or_insert_default();
                faults.push(fault);
            }
        }
        Ok(())
    })?;
    Ok((header.unwrap_or_default(), faults))
}

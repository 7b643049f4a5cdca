//! Rows of cells with their positions: what CSV files and workbooks both are to everyone who reads a table. Whoever reads asks
//! for columns by name; the header is found, and what stands above it is told.
//!
//! A format is a [`Rows`]: [`super::csv`] takes text apart, [`super::workbook`] a sheet. [`read`] makes batches of a record table
//! of them; [`cells`] and [`texts`] hand on the columns of any table as text.

use std::borrow::Cow;
use std::io;

use super::batch::{Batch, Values};
use super::cell::{self, Wrong};
use super::csv::{MOST_COLUMNS, columns};
use super::fault::{Fault, Grade};
use super::schema::{Column, Kind, Table};

/// The header is looked for in so many rows.
pub const HEADER_WITHIN: usize = 20;
/// Rows of one batch.
const BATCH_ROWS: usize = 1 << 16;
/// A batch ends earlier where its rows are long, so that memory is bounded whatever stands in them.
const BATCH_BYTES: usize = 1 << 25;
/// Faults of one file that are kept, where they are not handed on as they come.
const MOST_FAULTS: usize = 10_000;

/// Rows of cells, one after the other.
pub trait Rows {
    /// Goes to the next row that is not blank: whether it could be taken apart. `None` at the end.
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>>;

    /// Where the row stands: its line or its number in the sheet, from 1.
    fn place(&self) -> u64;

    /// How many cells it has.
    fn count(&self) -> usize;

    /// A cell as text, not yet trimmed; empty where there is none.
    fn cell(&self, at: usize) -> &[u8];

    /// How much text the row holds.
    fn bytes(&self) -> usize;

    /// Why a cell is no value, such as `#N/A`: what was found, and what is wrong with it.
    fn odd(&self, _at: usize) -> Option<Odd> {
        None
    }

    /// Whether every cell says which column it belongs to, so that a short row is whole and nothing can slip.
    fn placed(&self) -> bool {
        false
    }

    /// What there was to say of the rows so far that is wrong with none of them; the caller takes it.
    fn notes(&mut self) -> &mut Vec<Fault>;

    /// What can be said at the end of a table whose header stood at a place.
    fn end(&mut self, header: u64) -> Vec<Fault>;
}

/// A cell that holds no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Odd {
    /// The cell and what it shows, of which nothing says who somebody is: "B7 shows #N/A".
    pub found: String,
    pub wrong: Wrong,
}

/// Whether the text of all cells of a row is nothing but white space: such rows are nothing, as spreadsheets write them below a
/// table (`;;;;`).
#[must_use]
pub(super) fn is_blank(text: &[u8]) -> bool {
    // Almost every row shows by its first letter that it is none.
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => true,
        Some(byte) if byte.is_ascii() => false,
        // In Windows-1252 a hard blank is one byte.
        Some(_) => {
            text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0xa0)
                || std::str::from_utf8(text).is_ok_and(|text| text.trim().is_empty())
        }
    }
}

/// A row of too many cells.
#[must_use]
pub fn too_wide(place: u64) -> Fault {
    let fix = "look at the row; it may be many rows without line ends";
    Fault::row(place, "the row has too many cells", format!("at most {MOST_COLUMNS} cells"), fix)
}

/// Reads a table, giving batch after batch to `take`: the rows that are right, and the faults of the others. Fails only as
/// the rows and `take` fail.
pub fn read<R: Rows + ?Sized>(
    rows: &mut R,
    table: &'static Table,
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
            *values = Values::Absent;
        }
    }
    let blank = batch.clone();
    let (mut good, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        match row {
            Ok(()) if columns.again(rows) => faults.push(again(rows.place(), Grade::Repeat)),
            Ok(()) if columns.otherwise(rows, table) => faults.push(
                Fault::row(
                    rows.place(),
                    "the header appears again, with other columns or in another order",
                    "rows with the columns of the first header",
                    "hand over what follows as a file of its own, such as a second part of the table",
                )
                .refused(),
            ),
            Ok(()) => {
                bytes += rows.bytes();
                good.push(fill(rows, &columns, &mut batch, &mut faults));
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

/// Where the columns of the table stand in the file.
struct Columns {
    /// For each column of the table, its place in a row.
    of: Vec<Option<usize>>,
    /// Cells of the header.
    cells: usize,
    /// The names in it.
    names: Vec<String>,
    /// Where the header stands.
    header: u64,
    /// Whether values of a personal column may have slipped into any other.
    private: bool,
}

impl Columns {
    /// Whether a row is the header again, as where one file was added to the end of another.
    fn again<R: Rows + ?Sized>(&self, rows: &R) -> bool {
        is_header(rows, &self.names)
    }

    /// Whether a row is another header of the table: it has the name of every column that is needed, and its cells are no values.
    fn otherwise<R: Rows + ?Sized>(&self, rows: &R, table: &Table) -> bool {
        // Almost every row has no cell that ends as the name of the first column does.
        let first = table.columns[0].name.as_bytes();
        let ends = |cell: &[u8]| {
            let tail = cell.len().checked_sub(first.len()).map(|from| &cell[from..]);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(first))
        };
        let there = |column: &Column| {
            (0..rows.count()).any(|at| rows.cell(at).len() < 100 && self::name(&cell::decode(rows.cell(at))) == column.name)
        };
        (0..rows.count()).any(|at| ends(rows.cell(at).trim_ascii_end()))
            && table.columns.iter().filter(|column| column.required).all(there)
    }
}

/// The header appears again at a place.
fn again(place: u64, grade: Grade) -> Fault {
    let fix = "nothing, if two files were put together; the line is passed over";
    Fault { grade, ..Fault::row(place, "the header appears again", "a row of the table", fix) }
}

/// Whether a row has the names of a header, each in its place; empty cells behind them count for nothing.
fn is_header<R: Rows + ?Sized>(rows: &R, names: &[String]) -> bool {
    // Almost every row ends its first cell differently, and is told by that alone.
    let last = |text: &[u8]| text.trim_ascii().last().map(u8::to_ascii_lowercase);
    names.first().is_some_and(|name| last(rows.cell(0)) == last(name.as_bytes()))
        && (names.len()..rows.count()).all(|at| rows.cell(at).trim_ascii().is_empty())
        && names.iter().enumerate().all(|(at, name)| {
            let cell = rows.cell(at);
            cell.len() < 100 + name.len() && self::name(&cell::decode(cell)) == *name
        })
}

/// The name of a column as it is compared.
fn name(text: &str) -> String {
    text.trim_start_matches('\u{feff}').trim().to_lowercase()
}

/// Reads the header; `None` when the file cannot be read without what is missing.
fn header<R: Rows + ?Sized>(rows: &mut R, table: &'static Table, faults: &mut Vec<Fault>) -> io::Result<Option<Columns>> {
    let names =
        |required: bool| table.columns.iter().filter(move |column| column.required || !required).map(|column| column.name);
    let needed: Vec<&str> = names(true).collect();
    let all: Vec<&str> = names(false).collect();
    let found = match find(rows, &needed, &all, &|known, name| name.eq_ignore_ascii_case(known), faults)? {
        Found::Header(found) => found,
        Found::Nothing => return Ok(None),
    };
    let names: Vec<String> = found.names.iter().map(|text| name(text)).collect();
    if found.known == 0 {
        faults.push(no_header(&all));
        return Ok(None);
    }
    let (of, told) = columns(table, &names);
    let usable = !told.iter().any(|fault| fault.grade == Grade::File);
    // A row of data has none of these names, or one by chance; its cells are nobody's to show.
    let is_header = usable || 2 * found.known >= names.iter().filter(|name| !name.is_empty()).count();
    faults.extend(told.into_iter().filter(|fault| is_header || all.contains(&fault.column.as_str())));
    let private = table.columns.iter().any(|column| column.personal && column.kind != Kind::Id);
    Ok(usable.then_some(Columns { of, cells: names.len(), names, header: rows.place(), private }))
}

fn no_header(names: &[&str]) -> Fault {
    let expected = format!("a first row with the names of the columns: {}", names.join(", "));
    Fault::file("no row has the names of the columns", expected, "add the header row, with these names")
}

/// What was found where a header should be.
enum Found {
    Header(Header),
    /// A fault says why.
    Nothing,
}

struct Header {
    names: Vec<String>,
    /// How many of the names asked for are among them.
    known: usize,
}

/// Goes to the header: the first row that has all names that are needed, or else the one that has most of those known.
fn find<R: Rows + ?Sized>(
    rows: &mut R,
    needed: &[&str],
    all: &[&str],
    same: &dyn Fn(&str, &str) -> bool,
    faults: &mut Vec<Fault>,
) -> io::Result<Found> {
    let mut best: Option<Header> = None;
    let mut first = 0;
    for row in 0..HEADER_WITHIN {
        match rows.next()? {
            None if row == 0 => {
                // Where the bytes themselves are damaged, that is told.
                let broken = rows.end(0);
                if !broken.iter().any(|fault| fault.grade == Grade::File) {
                    let expected = "a first row with the names of the columns";
                    faults.push(Fault::file("the file is empty", expected, "add the header row"));
                }
                faults.extend(broken);
                return Ok(Found::Nothing);
            }
            None => break,
            Some(Err(fault)) if row == 0 => {
                faults.push(Fault { grade: Grade::File, ..fault });
                return Ok(Found::Nothing);
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
                let fix = "nothing, if that is so; a title above a table says nothing of the people in it";
                let fault = Fault::row(
                    rows.place(),
                    "the header is not in the first row",
                    "the names of the columns in the first row",
                    fix,
                );
                let above = rows.place() - first;
                let rows = if above == 1 { "row above it is" } else { "rows above it are" };
                faults.push(Fault { value: Some(format!("{above} {rows} not read")), ..fault }.warning());
            }
            return Ok(Found::Header(Header { names, known }));
        }
        if best.as_ref().is_none_or(|best| known > best.known) {
            best = Some(Header { names, known });
        }
    }
    Ok(best.map_or(Found::Nothing, Found::Header))
}

/// Adds a row to the batch and says whether it is right.
fn fill<R: Rows + ?Sized>(rows: &R, columns: &Columns, batch: &mut Batch, faults: &mut Vec<Fault>) -> bool {
    let place = rows.place();
    let count = rows.count();
    let mut right = true;
    let short = !rows.placed() && count < columns.cells;
    if let Some(fault) = slipped(rows, columns.cells).or_else(|| short.then(|| another_number(rows, columns.cells))) {
        faults.push(fault);
        right = false;
    }
    for ((column, values), at) in batch.table.columns.iter().zip(&mut batch.columns).zip(&columns.of) {
        let Some(at) = at else { continue };
        let mut bytes = rows.cell(*at);
        let odd = rows.odd(*at);
        if odd.is_some() {
            bytes = b"";
        }
        let read = cell::read(column, bytes, values);
        if !right {
            continue;
        }
        if let Some(Odd { found, wrong: (what, fix) }) = odd {
            let fault = Fault::row(place, what, column.kind.expected(), fix);
            faults.push(Fault { column: column.name.into(), value: Some(found), ..fault });
            right = false;
        } else if let Err((what, fix)) = read {
            let fault = Fault::value(place, column, &cell::decode(bytes), what, fix);
            let ragged = !rows.placed() && count != columns.cells;
            let slipped = columns.private || ragged || is_open(column) && has_person(batch.table);
            faults.push(if slipped { fault.unseen() } else { fault });
            right = false;
        }
    }
    right
}

/// A row that holds something beyond the last column: a comma inside a text has moved all that follows it.
fn slipped<R: Rows + ?Sized>(rows: &R, columns: usize) -> Option<Fault> {
    let extra = (columns..rows.count()).any(|at| !rows.cell(at).trim_ascii().is_empty());
    (extra && !rows.placed()).then(|| another_number(rows, columns))
}

fn another_number<R: Rows + ?Sized>(rows: &R, columns: usize) -> Fault {
    let what = "the row has another number of cells than the header";
    let fix = "a comma inside a text needs quotation marks around the text";
    let fault = Fault::row(rows.place(), what, format!("{columns} cells"), fix);
    Fault { value: Some(format!("{} cells", rows.count())), ..fault }
}

/// Whether anything at all may stand in a column.
fn is_open(column: &Column) -> bool {
    matches!(column.kind, Kind::Id | Kind::Text)
}

/// Whether the rows of a table are about people.
pub(super) fn has_person(table: &Table) -> bool {
    table.columns.iter().any(|column| column.personal)
}

/// Reads any table whole, row after row, the header first, with the place of each; a row that cannot be taken apart, and one with
/// no value in a column that is wanted, is given as its fault. Fails only as the rows and `take` fail.
pub fn cells<R: Rows + ?Sized>(
    rows: &mut R,
    wanted: &[&str],
    same: &dyn Fn(&str, &str) -> bool,
    mut take: impl FnMut(u64, Result<&[Cow<'_, str>], Fault>) -> io::Result<()>,
) -> io::Result<()> {
    let mut faults = Vec::new();
    let found = find(rows, wanted, wanted, same, &mut faults)?;
    let (header, place) = (if let Found::Header(header) = found { header.names } else { Vec::new() }, rows.place());
    let of: Vec<usize> = wanted.iter().filter_map(|name| header.iter().position(|known| same(name, known))).collect();
    let names: Vec<String> = header.iter().map(|text| name(text)).collect();
    // A list of one column may hold the word that is its name.
    let several = names.iter().filter(|name| !name.is_empty()).count() > 1;
    if !header.is_empty() {
        let header: Vec<Cow<'_, str>> = header.iter().map(Cow::from).collect();
        take(place, Ok(&header))?;
    }
    faults.append(rows.notes());
    let mut more = 0;
    for fault in faults {
        take(fault.place, Err(fault))?;
    }
    let mut told = 0;
    while let Some(row) = rows.next()? {
        let place = rows.place();
        for note in std::mem::take(rows.notes()) {
            take(note.place, Err(note))?;
        }
        let fault = match row {
            Ok(()) if several && is_header(rows, &names) => Some(again(place, Grade::Warning)),
            Ok(()) => slipped(rows, header.len()).or_else(|| {
                of.iter().find_map(|at| Some((*at, rows.odd(*at)?))).map(|(at, odd)| {
                    let fault = Fault::row(place, odd.wrong.0, "a value", odd.wrong.1);
                    Fault { column: header[at].clone(), value: Some(odd.found), ..fault }
                })
            }),
            Err(fault) => Some(fault),
        };
        match fault {
            None => {
                let cells: Vec<Cow<'_, str>> = (0..rows.count()).map(|at| cell::decode(rows.cell(at))).collect();
                take(place, Ok(&cells))?;
            }
            Some(fault) if told < MOST_FAULTS => {
                told += 1;
                take(place, Err(fault))?;
            }
            Some(_) => more += 1,
        }
    }
    let mut last = std::mem::take(rows.notes());
    last.extend(rows.end(place));
    if more > 0 {
        let fault = Fault::row(0, "more rows cannot be read", "rows like the others", "correct those that are told first");
        last.push(Fault { value: Some(format!("{more} more rows")), ..fault });
    }
    last.into_iter().try_for_each(|fault| take(fault.place, Err(fault)))
}

/// Reads some columns of any table as text, row after row, in the order of `wanted`; a cell that is not there is empty. Gives
/// the names in the header, and the faults of rows that were left out. Where a name is missing nothing is given to `take`.
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

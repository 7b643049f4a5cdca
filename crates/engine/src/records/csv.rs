//! CSV in: bytes, from wherever, become batches of rows and the faults met on the way. Memory is bounded whatever the bytes: a
//! row has at most a megabyte, a batch a fixed number of rows.
//!
//! What office programs write is read as it is meant: commas, semicolons or tabs; UTF-8 with or without a byte order mark,
//! UTF-16, or Windows-1252; any line ends; quotation marks doubled inside quotation marks.

use scheme::cell::quoted;
use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use super::batch::{Batch, Values};
use super::cell;
use super::fault::Fault;
use super::schema::Table;

/// The most bytes of one row.
pub const LONGEST_ROW: usize = 1 << 20;
/// The most columns of one row.
const MOST_COLUMNS: usize = 1000;
/// Rows of one batch.
const BATCH_ROWS: usize = 1 << 16;

/// Reads a table, giving batch after batch to `take`: the rows that are right, and the faults of the others. Fails only as
/// `from` and `take` fail.
pub fn read<R: Read>(
    from: R,
    table: &'static Table,
    mut take: impl FnMut(Batch, Vec<Fault>) -> io::Result<()>,
) -> io::Result<()> {
    let mut rows = Rows::new(Decoded::new(from)?);
    let mut faults = Vec::new();
    let Some(columns) = header(&mut rows, table, &mut faults)? else {
        return take(Batch::empty(table), faults);
    };
    let mut batch = Batch::empty(table);
    for (values, at) in batch.columns.iter_mut().zip(&columns.of) {
        if at.is_none() {
            *values = Values::Absent;
        }
    }
    let blank = batch.clone();
    let mut good = Vec::new();
    let mut told_encoding = false;
    while let Some(row) = rows.next()? {
        let place = rows.line;
        match row {
            Ok(()) => {
                if !told_encoding && rows.cells.iter().any(|cell| std::str::from_utf8(&rows.text[cell.clone()]).is_err()) {
                    told_encoding = true;
                    faults.push(not_utf8(place));
                }
                good.push(fill(&rows, &columns, place, &mut batch, &mut faults));
                batch.places.push(place);
            }
            Err(fault) => faults.push(fault),
        }
        if batch.rows() == BATCH_ROWS || faults.len() >= BATCH_ROWS {
            batch.keep(&good);
            good.clear();
            take(std::mem::replace(&mut batch, blank.clone()), std::mem::take(&mut faults))?;
        }
    }
    batch.keep(&good);
    take(batch, faults)
}

/// Reads any CSV file whole, row after row, the header first; a row that cannot be taken apart is given as its fault. Fails only
/// as `from` and `take` fail.
pub fn cells<R: Read>(from: R, mut take: impl FnMut(Result<&[Cow<'_, str>], Fault>) -> io::Result<()>) -> io::Result<()> {
    let mut rows = Rows::new(Decoded::new(from)?);
    while let Some(row) = rows.next()? {
        match row {
            Ok(()) => {
                let cells: Vec<Cow<'_, str>> = rows.cells.iter().map(|cell| cell::decode(&rows.text[cell.clone()]).0).collect();
                take(Ok(&cells))?;
            }
            Err(fault) => take(Err(fault))?,
        }
    }
    Ok(())
}

/// Reads some columns of any CSV file as text, row after row, in the order of `wanted`; a cell that is not there is empty. Gives
/// the names in the header, and the faults of rows that were left out. Where a name is missing nothing is given to `take`.
pub fn texts<R: Read>(from: R, wanted: &[&str], mut take: impl FnMut(&[&str])) -> io::Result<(Vec<String>, Vec<Fault>)> {
    let (mut header, mut faults) = (None, Vec::new());
    let mut of: Vec<usize> = Vec::new();
    cells(from, |row| {
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

fn not_utf8(place: u64) -> Fault {
    let mend = "if accented letters come out wrong, save the file as \"CSV UTF-8\"";
    Fault::row(place, "the text is not UTF-8, and is read as Windows-1252", "UTF-8", mend).warning()
}

/// Where the columns of the table stand in the file.
struct Columns {
    /// For each column of the table, its place in a row.
    of: Vec<Option<usize>>,
    /// Cells of a row.
    cells: usize,
}

/// Reads the header; `None` when the file cannot be read without what is missing.
fn header<R: Read>(rows: &mut Rows<R>, table: &'static Table, faults: &mut Vec<Fault>) -> io::Result<Option<Columns>> {
    match rows.next()? {
        None => {
            faults.push(Fault::file("the file is empty", "a first row with the names of the columns", "add the header row"));
            return Ok(None);
        }
        Some(Err(fault)) => {
            faults.push(Fault { grade: super::fault::Grade::File, ..fault });
            return Ok(None);
        }
        Some(Ok(())) => {}
    }
    let names: Vec<String> =
        rows.cells.iter().map(|cell| cell::decode(&rows.text[cell.clone()]).0.trim().to_lowercase()).collect();
    let (of, found) = columns(table, &names);
    let usable = !found.iter().any(|fault| fault.grade == super::fault::Grade::File);
    faults.extend(found);
    Ok(usable.then_some(Columns { of, cells: names.len() }))
}

/// For each column of a table, its position among the names in a file, with faults for names that are missing, unknown or
/// there twice. CSV and Parquet files are held to the same names.
#[must_use]
pub fn columns(table: &'static Table, names: &[String]) -> (Vec<Option<usize>>, Vec<Fault>) {
    let mut faults = Vec::new();
    let known = || table.columns.iter().map(|column| column.name);
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let shown: String = name.chars().take(40).collect();
        let fault = |what, expected: String, mend: String| Fault { column: shown.clone(), ..Fault::file(what, expected, mend) };
        if !known().any(|column| column == name) {
            let mend = match scheme::problem::nearest(name, known()) {
                Some(nearest) => format!("is `{nearest}` meant? the column is left unread"),
                None => "the column is left unread; remove it if it says who somebody is".into(),
            };
            let mut fault =
                fault("the table has no such column", format!("one of {}", known().collect::<Vec<_>>().join(", ")), mend);
            fault.grade = super::fault::Grade::Warning;
            faults.push(fault);
        } else if names[..at].contains(name) {
            faults.push(fault("the column is there twice", "each name once".into(), "remove one of the two".into()));
        }
    }
    let of: Vec<Option<usize>> = table.columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect();
    for (column, at) in table.columns.iter().zip(&of) {
        if column.required && at.is_none() {
            let mend = format!("add the column: {}", column.meaning);
            let expected = format!("a column named {}", column.name);
            faults.push(Fault { column: column.name.into(), ..Fault::file("a column is missing", expected, mend) });
        }
    }
    (of, faults)
}

/// Adds a row to the batch and says whether it is right.
fn fill<R: Read>(rows: &Rows<R>, columns: &Columns, place: u64, batch: &mut Batch, faults: &mut Vec<Fault>) -> bool {
    let mut right = true;
    let extra = rows.cells.iter().skip(columns.cells).any(|cell| !rows.text[cell.clone()].trim_ascii().is_empty());
    if rows.cells.len() < columns.cells || extra {
        let mut fault = Fault::row(
            place,
            "the row has another number of cells than the header",
            format!("{} cells", columns.cells),
            "a comma inside a text needs quotation marks around the text",
        );
        fault.value = Some(format!("{} cells", rows.cells.len()));
        faults.push(fault);
        right = false;
    }
    for ((column, values), at) in batch.table.columns.iter().zip(&mut batch.columns).zip(&columns.of) {
        let Some(at) = at else { continue };
        let bytes = rows.cells.get(*at).map_or(&[][..], |cell| &rows.text[cell.clone()]);
        if let Err((what, mend)) = cell::read(column, bytes, values)
            && right
        {
            faults.push(Fault::value(place, column, &cell::decode(bytes).0, what, mend));
            right = false;
        }
    }
    right
}

/// Takes CSV apart, row after row.
struct Rows<R> {
    from: Decoded<R>,
    /// Bytes read and not yet taken apart stand from `at` on.
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    separator: u8,
    /// The line on which the current row begins, from 1.
    line: u64,
    next_line: u64,
    /// The cells of the current row: stretches of `text`, quotation marks taken off.
    cells: Vec<Range<usize>>,
    text: Vec<u8>,
}

/// How far taking a row apart got.
enum Scan {
    /// The row ends before this place, and holds so many line ends.
    Whole(usize, u64),
    /// The buffer ends first; inside quotation marks or not.
    More { quoted: bool },
    /// Something follows a closing quotation mark; the line ends before this place.
    Stray(usize, u64),
    /// Too many cells; the line ends before this place.
    Wide(usize, u64),
}

impl<R: Read> Rows<R> {
    fn new(from: Decoded<R>) -> Rows<R> {
        Rows {
            from,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            separator: 0,
            line: 0,
            next_line: 1,
            cells: Vec::new(),
            text: Vec::new(),
        }
    }

    /// The next row that is not blank: its cells, or what is wrong with it. `None` at the end.
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        loop {
            if self.separator == 0 {
                self.choose_separator()?;
            }
            if self.at == self.buffer.len() && !self.more()? {
                return Ok(None);
            }
            self.line = self.next_line;
            match self.scan() {
                Scan::Whole(end, lines) => {
                    self.at = end;
                    self.next_line += lines;
                    if self.cells.len() > 1 || self.cells.first().is_some_and(|cell| !cell.is_empty()) {
                        return Ok(Some(Ok(())));
                    }
                }
                Scan::Stray(end, lines) => {
                    self.at = end;
                    self.next_line += lines;
                    let mend = "double the quotation marks inside a text: \"the \"\"Hub\"\"\"";
                    return Ok(Some(Err(Fault::row(self.line, "text follows a closing quotation mark", "a separator", mend))));
                }
                Scan::Wide(end, lines) => {
                    self.at = end;
                    self.next_line += lines;
                    let mend = "look at the line; it may be many rows without line ends";
                    return Ok(Some(Err(Fault::row(self.line, "the row has too many cells", "at most 1000 cells", mend))));
                }
                Scan::More { quoted } if self.ended || self.buffer.len() - self.at >= LONGEST_ROW => {
                    return self.give_up(quoted).map(|fault| Some(Err(fault)));
                }
                Scan::More { .. } => {
                    self.more()?;
                }
            }
        }
    }

    /// Takes the row at `at` apart as far as the buffer goes.
    fn scan(&mut self) -> Scan {
        self.cells.clear();
        self.text.clear();
        let (mut at, mut lines) = (self.at, 0);
        loop {
            let start = self.text.len();
            if self.buffer.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    let Some(length) = self.buffer[at..].iter().position(|byte| *byte == b'"') else {
                        return Scan::More { quoted: true };
                    };
                    let inside = &self.buffer[at..at + length];
                    lines += inside.iter().filter(|byte| **byte == b'\n').count() as u64;
                    self.text.extend_from_slice(inside);
                    at += length + 1;
                    match self.buffer.get(at) {
                        Some(b'"') => {
                            self.text.push(b'"');
                            at += 1;
                        }
                        None if !self.ended => return Scan::More { quoted: false },
                        _ => break,
                    }
                }
                while self.buffer.get(at) == Some(&b' ') {
                    at += 1;
                }
                let ends = |byte: &u8| *byte == self.separator || matches!(byte, b'\n' | b'\r');
                if self.buffer.get(at).is_some_and(|byte| !ends(byte)) {
                    return match self.line_end(at) {
                        Some(end) => Scan::Stray(end, lines + 1),
                        None => Scan::More { quoted: false },
                    };
                }
            } else {
                let separator = self.separator;
                let ends = |byte: &u8| *byte == separator || *byte == b'\n' || *byte == b'\r';
                let rest = &self.buffer[at..];
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                self.text.extend_from_slice(&rest[..length]);
                at += length;
            }
            self.cells.push(start..self.text.len());
            match self.buffer.get(at) {
                Some(b'\n') => return Scan::Whole(at + 1, lines + 1),
                // Windows ends a line with two characters, old Macintosh programs with the first of them.
                Some(b'\r') => match self.buffer.get(at + 1) {
                    Some(b'\n') => return Scan::Whole(at + 2, lines + 1),
                    None if !self.ended => return Scan::More { quoted: false },
                    _ => return Scan::Whole(at + 1, lines + 1),
                },
                None if self.ended => return Scan::Whole(at, lines + 1),
                None => return Scan::More { quoted: false },
                Some(_) if self.cells.len() == MOST_COLUMNS => {
                    return match self.line_end(at) {
                        Some(end) => Scan::Wide(end, lines + 1),
                        None => Scan::More { quoted: false },
                    };
                }
                Some(_) => at += 1,
            }
        }
    }

    /// Where the line that `at` stands on ends, if the buffer reaches so far.
    fn line_end(&self, at: usize) -> Option<usize> {
        let found = self.buffer[at..].iter().position(|byte| *byte == b'\n').map(|length| at + length + 1);
        found.or(self.ended.then_some(self.buffer.len()))
    }

    /// A row that is too long or never ends. Where a quotation mark was never closed, the damage is held to its own line.
    fn give_up(&mut self, quoted: bool) -> io::Result<Fault> {
        let first_end = self.buffer[self.at..].iter().position(|byte| *byte == b'\n');
        self.next_line += 1;
        if let (true, Some(length)) = (quoted, first_end) {
            self.at += length + 1;
            return Ok(Fault::row(
                self.line,
                "a quotation mark is never closed",
                "a quotation mark at both ends",
                "close the text, or double a quotation mark that belongs to it",
            ));
        }
        // Not kept, only passed over, so that a gigabyte without a line end needs no more memory than any other row.
        let mut bytes = 0;
        loop {
            bytes += (self.buffer.len() - self.at) as u64;
            self.at = self.buffer.len();
            if !self.more()? {
                break;
            }
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                bytes += end as u64;
                self.at = end + 1;
                break;
            }
        }
        let what = if quoted { "a quotation mark is never closed" } else { "the line is too long" };
        let mut fault = Fault::row(
            self.line,
            what,
            format!("at most {LONGEST_ROW} bytes in a row"),
            "check that the file is a CSV file and that its lines end",
        );
        fault.value = Some(format!("{bytes} bytes"));
        Ok(fault)
    }

    /// Reads more bytes; `false` at the end.
    fn more(&mut self) -> io::Result<bool> {
        const PIECE: usize = 1 << 18;
        self.buffer.drain(..self.at);
        self.at = 0;
        let held = self.buffer.len();
        self.buffer.resize(held + PIECE, 0);
        let read = self.from.read(&mut self.buffer[held..])?;
        self.buffer.truncate(held + read);
        self.ended = read == 0;
        Ok(read > 0)
    }

    /// The separator that the header has most of: some office programs write semicolons, or tabs.
    fn choose_separator(&mut self) -> io::Result<()> {
        while self.line_end(0).is_none() && self.buffer.len() < LONGEST_ROW && self.more()? {}
        let header = &self.buffer[..self.line_end(0).unwrap_or(self.buffer.len())];
        let count = |separator: &u8| header.iter().filter(|byte| *byte == separator).count();
        self.separator = [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
        Ok(())
    }
}

/// Bytes as UTF-8, without a byte order mark: UTF-16 is turned into UTF-8, anything else passes.
struct Decoded<R> {
    from: R,
    /// Bytes looked at to tell the encoding, or decoded and not yet handed on.
    held: Vec<u8>,
    at: usize,
    utf16: Option<Utf16>,
}

struct Utf16 {
    big_endian: bool,
    /// The first half of a letter of two units, or of a unit of two bytes.
    high: Option<u16>,
    byte: Option<u8>,
}

impl<R: Read> Decoded<R> {
    fn new(mut from: R) -> io::Result<Decoded<R>> {
        let mut held = vec![0; 4];
        let mut length = 0;
        while length < held.len() {
            match from.read(&mut held[length..])? {
                0 => break,
                read => length += read,
            }
        }
        held.truncate(length);
        // Without a mark, a header in UTF-16 still shows as every other byte being nothing.
        let (skip, big_endian) = match held[..] {
            [0xef, 0xbb, 0xbf, ..] => (3, None),
            [0xff, 0xfe, ..] => (2, Some(false)),
            [0xfe, 0xff, ..] => (2, Some(true)),
            [a, 0, b, 0] if a != 0 && b != 0 => (0, Some(false)),
            [0, a, 0, b] if a != 0 && b != 0 => (0, Some(true)),
            _ => (0, None),
        };
        held.drain(..skip);
        let utf16 = big_endian.map(|big_endian| Utf16 { big_endian, high: None, byte: None });
        let mut decoded = Decoded { from, held, at: 0, utf16 };
        if let Some(utf16) = &mut decoded.utf16 {
            let raw = std::mem::take(&mut decoded.held);
            utf16.decode(&raw, &mut decoded.held);
        }
        Ok(decoded)
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.held.len() {
            let Some(utf16) = &mut self.utf16 else {
                return match self.from.read(into) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    other => other,
                };
            };
            let mut raw = vec![0; into.len().clamp(2, 1 << 16)];
            let read = self.from.read(&mut raw)?;
            self.held.clear();
            self.at = 0;
            if read == 0 {
                return Ok(0);
            }
            utf16.decode(&raw[..read], &mut self.held);
        }
        let length = into.len().min(self.held.len() - self.at);
        into[..length].copy_from_slice(&self.held[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

impl Utf16 {
    fn decode(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        let mut push = |units: &[u16]| {
            for letter in char::decode_utf16(units.iter().copied()) {
                let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        };
        for byte in raw {
            let Some(first) = self.byte.take() else {
                self.byte = Some(*byte);
                continue;
            };
            let unit = if self.big_endian { u16::from_be_bytes([first, *byte]) } else { u16::from_le_bytes([first, *byte]) };
            match (self.high.take(), unit) {
                (Some(high), 0xdc00..=0xdfff) => push(&[high, unit]),
                (high, 0xd800..=0xdbff) => {
                    high.iter().for_each(|high| push(&[*high]));
                    self.high = Some(unit);
                }
                (high, unit) => {
                    high.iter().for_each(|high| push(&[*high]));
                    push(&[unit]);
                }
            }
        }
    }
}

/// The header of a table, as [`write`] writes the rows.
#[must_use]
pub fn header_line(table: &Table) -> String {
    table.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",") + "\n"
}

/// The rows of a batch as CSV: every column of the table in its order, in UTF-8, with quotation marks only where needed.
pub fn write(batch: &Batch, out: &mut String) {
    for row in 0..batch.rows() {
        write_row((0..batch.columns.len()).map(|column| batch.said(column, row)), out);
    }
}

/// Texts as a row of CSV, with quotation marks only where needed.
pub fn write_row(cells: impl IntoIterator<Item = impl AsRef<str>>, out: &mut String) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if !cell.as_ref().is_empty() {
            out.push_str(&quoted(cell.as_ref()));
        }
    }
    out.push('\n');
}

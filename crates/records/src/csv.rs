//! Reads CSV: bytes become batches of rows, and faults. Memory is bounded for any input: a row has at most a megabyte, and a
//! batch a fixed number of rows.
//!
//! The formats of common office programs are understood: commas, semicolons or tabs; UTF-8 with or without a byte order mark,
//! UTF-16, or Windows-1252; any line ends; quotation marks doubled inside quotation marks.

use base::csv_cell::quoted;
use base::english::counted;
use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use super::batch::Batch;
use super::fault::{Fault, Grade};
use super::header::MOST_COLUMNS;
use super::rows::{self, Rows};
use super::schema::RecordTable;

/// The most bytes of one row.
pub const LONGEST_ROW: usize = 1 << 20;
/// Control-Z, which some programs still write after the last row, as DOS did.
const OLD_END_OF_FILE: u8 = 0x1a;
/// How many rows with damaged letters are reported one by one.
const MOST_DAMAGED: usize = 1000;

/// Reads a table of bytes in memory or from anywhere; see [`rows::read`].
pub fn read<R: Read>(
    from: R,
    table: &'static RecordTable,
    take: impl FnMut(Batch, Vec<Fault>) -> io::Result<()>,
) -> io::Result<()> {
    rows::read(&mut Csv::open(from)?, table, take)
}

/// Reads any CSV file whole, the header first; see [`rows::cells`].
pub fn cells<R: Read>(from: R, mut take: impl FnMut(Result<&[Cow<'_, str>], Fault>) -> io::Result<()>) -> io::Result<()> {
    rows::cells(&mut Csv::open(from)?, &[], &|_, _| true, |_, row| take(row))
}

/// Reads some columns as text; see [`rows::texts`].
pub fn texts<R: Read>(from: R, wanted: &[&str], take: impl FnMut(&[&str])) -> io::Result<(Vec<String>, Vec<Fault>)> {
    rows::texts(&mut Csv::open(from)?, wanted, take)
}

/// Splits CSV into rows and cells.
pub struct Csv<R> {
    from: Decoded<R>,
    /// Bytes that were read and not yet split, from `at` on.
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    separator: u8,
    /// The line on which the current row begins, from 1.
    line: u64,
    next_line: u64,
    /// The cells of the current row: ranges of `text`, without quotation marks.
    cells: Vec<Range<usize>>,
    text: Vec<u8>,
    letters: EncodingCheck,
    /// The fault of the bytes from here on; nothing more is read.
    broken: Option<Fault>,
    notes: Vec<Fault>,
}

/// How far splitting a row got.
enum Scan {
    /// The row ends before this place, and has this many line ends.
    Whole(usize, u64),
    /// The buffer ends first, inside quotation marks or not.
    More { quoted: bool },
    /// Something follows a closing quotation mark; the line ends before this place.
    Stray(usize, u64),
    /// Too many cells; the line ends before this place.
    Wide(usize, u64),
}

impl<R: Read> Csv<R> {
    /// Looks at the first bytes for the encoding.
    pub fn open(from: R) -> io::Result<Csv<R>> {
        let mut csv = Csv {
            from: Decoded::new(from),
            buffer: Vec::new(),
            at: 0,
            ended: false,
            separator: 0,
            line: 0,
            next_line: 1,
            cells: Vec::new(),
            text: Vec::new(),
            letters: EncodingCheck::default(),
            broken: None,
            notes: Vec::new(),
        };
        let begun = csv.from.begin();
        csv.or_broken(begun)?;
        Ok(csv)
    }

    /// What was read. A fault of the bytes ends the file, and is reported at its end.
    fn or_broken<T: Default>(&mut self, read: io::Result<T>) -> io::Result<T> {
        read.or_else(|error| {
            self.broken = Some(Fault::of(error)?);
            self.ended = true;
            Ok(T::default())
        })
    }

    /// Splits the row at `at`, as far as the buffer goes.
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

    /// Where the line of `at` ends, if the buffer reaches that far.
    fn line_end(&self, at: usize) -> Option<usize> {
        let found = self.buffer[at..].iter().position(|byte| *byte == b'\n').map(|length| at + length + 1);
        found.or(self.ended.then_some(self.buffer.len()))
    }

    /// A row that is too long or never ends. If a quotation mark was never closed, only its own line is lost.
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
        // The rest is skipped, so that a gigabyte without a line end needs no more memory than any other row.
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
        let read = self.from.read(&mut self.buffer[held..]);
        let read = self.or_broken(read)?;
        self.buffer.truncate(held + read);
        self.ended |= read == 0;
        if self.ended {
            while self.buffer.last() == Some(&OLD_END_OF_FILE) {
                self.buffer.pop();
            }
        }
        Ok(read > 0)
    }

    /// The most frequent separator in the header: some office programs write semicolons or tabs. Excel may name it in its own
    /// first line, `sep=;`. If the first line is a title, a later line decides.
    fn choose_separator(&mut self) -> io::Result<()> {
        while self.line_end(0).is_none() && self.buffer.len() < LONGEST_ROW && self.more()? {}
        let end = self.line_end(0).unwrap_or(self.buffer.len());
        let first = self.buffer[..end].trim_ascii();
        let first = first.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(first);
        if let [prefix @ .., separator @ (b',' | b';' | b'\t' | b'|')] = first
            && prefix.eq_ignore_ascii_case(b"sep=")
        {
            self.separator = *separator;
            self.at = end;
            self.next_line += 1;
            return Ok(());
        }
        if self.buffer[..end].trim_ascii_end() == b"sep=" {
            self.separator = b'\t';
            self.at = end;
            self.next_line += 1;
            return Ok(());
        }
        let count = |line: &[u8], separator: u8| line.iter().filter(|byte| **byte == separator).count();
        let most = |line: &[u8]| {
            let each = [b'\t', b';', b','].map(|separator| (count(line, separator), separator));
            each.into_iter().max_by_key(|(count, _)| *count).unwrap_or((0, b','))
        };
        let found = most(&self.buffer[..end]);
        // A table with a title above it has several columns. A list with one column may have any text.
        let later = self.buffer[end..].split(|byte| *byte == b'\n').take(rows::HEADER_WITHIN).map(most);
        let later = later.into_iter().find(|(count, _)| *count >= 2).filter(|_| found.0 == 0);
        self.separator = later.unwrap_or(found).1;
        Ok(())
    }
}

impl<R: Read> Rows for Csv<R> {
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
                // The row may be incomplete, because the bytes were.
                Scan::Whole(end, _) if self.broken.is_some() && end == self.buffer.len() => return Ok(None),
                Scan::Whole(end, lines) => {
                    self.at = end;
                    self.next_line += lines;
                    let only_end = self.cells.len() == 1 && self.text.iter().all(|byte| *byte == OLD_END_OF_FILE);
                    if !only_end && !rows::is_blank(&self.text) {
                        self.letters.look(&self.text, self.line, &mut self.notes);
                        return Ok(Some(Ok(())));
                    }
                }
                Scan::Stray(end, lines) => {
                    self.at = end;
                    self.next_line += lines;
                    let fix = "double the quotation marks inside a text: \"the \"\"Hub\"\"\"";
                    return Ok(Some(Err(Fault::row(self.line, "text follows a closing quotation mark", "a separator", fix))));
                }
                Scan::Wide(end, lines) => {
                    self.at = end;
                    self.next_line += lines;
                    return Ok(Some(Err(rows::too_wide(self.line))));
                }
                Scan::More { .. } if self.broken.is_some() => return Ok(None),
                Scan::More { quoted } if self.ended || self.buffer.len() - self.at >= LONGEST_ROW => {
                    return self.give_up(quoted).map(|fault| Some(Err(fault)));
                }
                Scan::More { .. } => {
                    self.more()?;
                }
            }
        }
    }

    fn place(&self) -> u64 {
        self.line
    }

    fn count(&self) -> usize {
        self.cells.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        self.cells.get(at).map_or(&[][..], |cell| &self.text[cell.clone()])
    }

    fn bytes(&self) -> usize {
        self.text.len()
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        &mut self.notes
    }

    fn end(&mut self, _: u64) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.letters.uncounted().into_iter().collect();
        if self.from.lost_letters() {
            faults.push(Fault {
                grade: Grade::Warning,
                ..Fault::file(
                    "the text is UTF-16, and some of its letters are damaged",
                    "UTF-16 as the program that made the file writes it",
                    "ask for the file again; what could not be read is shown as \u{fffd}",
                )
            });
        }
        faults.extend(self.broken.take());
        faults
    }
}

/// Checks the encoding of a file. Windows-1252 is reported once. In a file that was UTF-8 so far, other bytes are damage, and
/// every such row is reported: a name may have changed.
#[derive(Default)]
struct EncodingCheck {
    utf8: bool,
    other: bool,
    damaged: usize,
}

impl EncodingCheck {
    fn look(&mut self, text: &[u8], line: u64, notes: &mut Vec<Fault>) {
        if text.is_ascii() {
            return;
        }
        if std::str::from_utf8(text).is_ok() {
            // Reported once: the rows before were read as Windows-1252.
            if self.other && !self.utf8 {
                notes.push(
                    Fault::row(
                        line,
                        "this row is UTF-8, and rows above it are not",
                        "one encoding in the whole file",
                        "ask for the file again in UTF-8; it may have been made from several files",
                    )
                    .warning(),
                );
            }
            self.utf8 = true;
        } else if self.utf8 || text.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
            self.utf8 = true;
            self.damaged += 1;
            if self.damaged <= MOST_DAMAGED {
                notes.push(
                    Fault::row(
                        line,
                        "a letter of this row is damaged: the file is UTF-8, and some of its bytes are not",
                        "UTF-8",
                        "ask for the file again, or correct the letter: a name may have changed",
                    )
                    .warning(),
                );
            }
        } else if !std::mem::replace(&mut self.other, true) {
            let fix = "if accented letters come out wrong, save the file as \"CSV UTF-8\"";
            notes.push(Fault::row(line, "the text is not UTF-8, and is read as Windows-1252", "UTF-8", fix).warning());
        }
    }

    /// How many more rows have damaged letters than were reported.
    fn uncounted(&self) -> Option<Fault> {
        let more = self.damaged.checked_sub(MOST_DAMAGED).filter(|more| *more > 0)?;
        let fault = Fault::file("more rows have damaged letters", "UTF-8", "ask for the file again");
        Some(Fault { value: Some(counted(more, "more row", "more rows")), ..fault }.warning())
    }
}

/// Bytes without a byte order mark: UTF-16 becomes UTF-8, anything else stays as it is.
struct Decoded<R> {
    from: R,
    /// Bytes that were read to find the encoding, or decoded and not yet used.
    held: Vec<u8>,
    at: usize,
    utf16: Option<Utf16>,
}

struct Utf16 {
    big_endian: bool,
    /// The first half of a letter of two units, or of a unit of two bytes.
    high: Option<u16>,
    byte: Option<u8>,
    /// Some units were not letters.
    lost: bool,
}

impl<R: Read> Decoded<R> {
    fn new(from: R) -> Decoded<R> {
        Decoded { from, held: Vec::new(), at: 0, utf16: None }
    }

    /// Finds the encoding by the first bytes.
    fn begin(&mut self) -> io::Result<()> {
        let mut held = vec![0; 4];
        let mut length = 0;
        while length < held.len() {
            match self.from.read(&mut held[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        held.truncate(length);
        // Without a mark, UTF-16 is recognised because every other byte of the header is zero.
        let (skip, big_endian) = match held[..] {
            [0xef, 0xbb, 0xbf, ..] => (3, None),
            [0xff, 0xfe, ..] => (2, Some(false)),
            [0xfe, 0xff, ..] => (2, Some(true)),
            [a, 0, b, 0] if a != 0 && b != 0 => (0, Some(false)),
            [0, a, 0, b] if a != 0 && b != 0 => (0, Some(true)),
            _ => (0, None),
        };
        held.drain(..skip);
        self.held = held;
        self.utf16 = big_endian.map(|big_endian| Utf16 { big_endian, high: None, byte: None, lost: false });
        if let Some(utf16) = &mut self.utf16 {
            let raw = std::mem::take(&mut self.held);
            utf16.decode(&raw, &mut self.held);
        }
        Ok(())
    }

    /// Whether UTF-16 had invalid letters, or ended in the middle of one.
    fn lost_letters(&self) -> bool {
        self.utf16.as_ref().is_some_and(|utf16| utf16.lost || utf16.byte.is_some() || utf16.high.is_some())
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
            let read = match self.from.read(&mut raw) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
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
        let lost = &mut self.lost;
        let mut push = |units: &[u16]| {
            for letter in char::decode_utf16(units.iter().copied()) {
                *lost |= letter.is_err();
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
pub fn header_line(table: &RecordTable) -> String {
    table.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",") + "\n"
}

/// The rows of a batch as CSV: every column of the table in its order, in UTF-8, with quotation marks only where needed.
pub fn write(batch: &Batch, out: &mut String) {
    for row in 0..batch.rows() {
        write_row((0..batch.columns.len()).map(|column| batch.text_or_borrowed(column, row)), out);
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

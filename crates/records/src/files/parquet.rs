//! Parquet in: row groups become batches of rows and the faults met on the way. The columns are read as they lie in the file,
//! without Arrow between: one typed vector for each column is all that is needed.
//!
//! A file is another program's, or nobody's: sizes it declares are looked at before anything is unpacked, and where the
//! library gives up on damaged bytes, with an error or a panic, that becomes a fault of the file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::batch::{Batch, NONE, Texts, Values};
use crate::cell;
use crate::csv::columns;
use crate::fault::{Fault, Grade};
use crate::schema::{Column, Kind, Table};
use base::day::{FIRST, LAST, NEVER};
use parquet::basic::{Compression, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::file::reader::{ChunkReader, FileReader as _, Length, SerializedFileReader};

use super::parquet_types::{self, Is, tops};
use super::{Take, pages};

/// Rows of one batch: few enough that its columns stay in the processor's cache while they are gone through one after the other.
const BATCH_ROWS: usize = 1 << 14;
/// Rows of the first batch of a row group, and the text that a batch should hold at most: a file can say in a few bytes that a long
/// text stands in every row.
const FIRST_ROWS: usize = 1 << 11;
const BATCH_TEXT: usize = 1 << 23;

/// A Parquet file whose columns are those of a table.
pub struct Opened {
    table: &'static Table,
    reader: SerializedFileReader<Source>,
    /// For each column of the table that is asked for and there: its place in the file and how its values are taken.
    of: Vec<Option<(usize, How)>>,
    /// Rows before each row group.
    before: Vec<u64>,
}

/// A file that many threads read from different places. The library's own way to read a file moves one cursor under all of
/// them.
#[derive(Clone)]
pub struct Source {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl Source {
    fn new(file: File) -> io::Result<Source> {
        let length = file.metadata()?.len();
        Ok(Source { file: Arc::new(Mutex::new(file)), length })
    }

    /// Reads from a place as much as there is room for, or less at the end of the file.
    pub(super) fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let mut file = self.from(at)?;
        let mut read = 0;
        while read < into.len() {
            match file.read(&mut into[read..])? {
                0 => break,
                more => read += more,
            }
        }
        Ok(read)
    }

    /// The file from a place on, for as long as it is read.
    pub(super) fn reader(&self, at: u64) -> From {
        From { source: self.clone(), at }
    }

    /// The file, for as long as nobody else needs it, from a place on.
    fn from(&self, at: u64) -> io::Result<MutexGuard<'_, File>> {
        // A thread that panicked on damaged bytes has left nothing half done: every read seeks first.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        Ok(file)
    }
}

/// The file from a place on.
pub struct From {
    source: Source,
    at: u64,
}

impl Read for From {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Source {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        // Pages are fetched whole; this is only for their headers.
        Ok(BufReader::with_capacity(512, From { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.length);
        let mut bytes = Vec::with_capacity(end.map_or(0, |_| length));
        match self.from(start)?.by_ref().take(length as u64).read_to_end(&mut bytes)? {
            read if end.is_some() && read == length => Ok(bytes.into()),
            _ => Err(parquet::errors::ParquetError::EOF("a column reaches beyond the file".into())),
        }
    }
}

/// How a column's values become ours.
#[derive(Clone, Copy, PartialEq)]
enum How {
    /// Days since 1970.
    Days,
    /// Moments, so many to a day; only midnight is a day.
    Moments {
        each: i64,
        universal: bool,
    },
    /// Whole numbers.
    Whole,
    /// Whole numbers without a sign that fit into ours.
    Unsigned,
    /// Whole numbers without a sign that may be too large for ours: their digits, which are the same name.
    Digits,
    /// Amounts that are whole numbers or decimals, with so many digits after the point.
    Amount {
        scale: u32,
        unsigned: bool,
    },
    /// Floating point amounts.
    Float,
    /// Floating point numbers from 0 to 1.
    Share,
    /// Names that are decimal numbers: their digits.
    DecimalName(u32),
    Text,
    Truth,
    Uuid,
    /// No row has a value.
    Nothing,
}

/// A file whose declared sizes are believable, in packings that are read.
pub(super) fn guarded(file: File) -> Result<(SerializedFileReader<Source>, Source), Box<Fault>> {
    let source = Source::new(file).map_err(|error| Box::new(broken(error.to_string())))?;
    let reader = quietly(|| SerializedFileReader::new(source.clone())).map_err(|why| Box::new(broken(why)))?;
    Ok((reader, source))
}

/// What stands in the way of unpacking some columns: how they are packed, or the sizes that the file declares.
pub fn unpackable(reader: &SerializedFileReader<Source>, source: &Source, columns: &[usize]) -> Option<Fault> {
    for group in reader.metadata().row_groups() {
        for column in columns.iter().filter_map(|column| group.columns().get(*column)) {
            let packing = match column.compression() {
                Compression::LZO => "LZO",
                Compression::LZ4 => "LZ4 in the old form of Hadoop",
                _ => continue,
            };
            let expected = "a column packed with Snappy, Zstandard, gzip, Brotli or LZ4_RAW, or not packed";
            let fix = "write the file again with Snappy or Zstandard (compression=\"zstd\"); it is whole, only packed otherwise";
            let name: String = column.column_descr().path().string().chars().take(40).collect();
            let fault = Fault::file("the column is packed in a way that is not read", expected, fix);
            return Some(Fault { column: name, value: Some(packing.into()), ..fault });
        }
    }
    let what = pages::absurd(source, reader.metadata(), columns)?;
    let fix = "ask for the file again; it was refused before anything was unpacked";
    let fault = Fault::file("the file declares absurd sizes", "sizes that go together", fix);
    Some(Fault { value: Some(what), ..fault })
}

/// Opens a file and holds its columns against the table: what stands in the way of reading it, or the file and its warnings.
pub fn open(file: File, table: &'static Table, need: &dyn Fn(&str) -> bool) -> Result<(Opened, Vec<Fault>), Vec<Fault>> {
    let (reader, source) = guarded(file).map_err(|fault| vec![*fault])?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let tops = tops(schema.root_schema());
    let names: Vec<String> = tops.iter().map(|top| top.name.to_lowercase()).collect();
    let (places, mut faults) = columns(table, &names);
    let mut of = Vec::new();
    // Columns of a type that does not fit, which matters only where they hold anything.
    let mut unfit = Vec::new();
    for (column, place) in table.columns.iter().zip(places) {
        let Some(place) = place.filter(|_| need(column.name)) else {
            of.push(None);
            continue;
        };
        let leaf = match tops[place].leaf {
            Ok(leaf) => leaf,
            Err(words) => {
                faults.push(misfit(column, words.into()));
                of.push(None);
                continue;
            }
        };
        let found = schema.column(leaf);
        let is = parquet_types::is(&found);
        let how = how(column, is, found.physical_type());
        if how.is_none() {
            unfit.push((of.len(), leaf, misfit(column, parquet_types::words(is, found.physical_type()))));
        }
        of.push(Some((leaf, how.unwrap_or(How::Nothing))));
    }
    let read: Vec<usize> = of.iter().flatten().map(|(place, _)| *place).collect();
    if faults.iter().all(|fault| fault.grade != Grade::File)
        && let Some(fault) = unpackable(&reader, &source, &read)
    {
        faults.push(fault);
    }
    for (_, leaf, fault) in unfit {
        // Programs give a column that is empty throughout whatever type they like.
        let sound = faults.iter().all(|fault| fault.grade != Grade::File || fault.what == UNFIT);
        if !sound || quietly(|| holds_anything(&reader, leaf)) != Ok(false) {
            faults.push(fault);
        }
    }
    if faults.iter().any(|fault| fault.grade == Grade::File) {
        return Err(faults);
    }
    let mut before = vec![0];
    for group in reader.metadata().row_groups() {
        before.push(before[before.len() - 1] + group.num_rows() as u64);
    }
    Ok((Opened { table, reader, of, before }, faults))
}

const UNFIT: &str = "the column holds values of another kind";

/// A column of a type that cannot become what the table wants.
fn misfit(column: &Column, found: String) -> Fault {
    let fix = match column.kind {
        Kind::Id => "write the column as text (string) or as whole numbers (int64 or uint64)",
        Kind::Text | Kind::Choice(_) => "write the column as text (string)",
        Kind::Day => "write the column as dates (date32), or as text such as 2027-04-01",
        Kind::Amount => "write the column as decimal128(18, 2) or as whole numbers",
        Kind::Share => "write the column as floating point numbers (double)",
    };
    let fault = Fault::file(UNFIT, column.kind.expected(), fix);
    Fault { column: column.name.into(), value: Some(found), ..fault }
}

/// Whether any row has a value in a column.
fn holds_anything(reader: &SerializedFileReader<Source>, place: usize) -> parquet::errors::Result<bool> {
    fn any<T: DataType>(mut reader: ColumnReaderImpl<T>) -> parquet::errors::Result<bool> {
        loop {
            let (mut raw, mut levels) = (Vec::new(), Vec::new());
            match reader.read_records(FIRST_ROWS, Some(&mut levels), None, &mut raw)? {
                (_, values, _) if values > 0 => return Ok(true),
                (0, _, _) => return Ok(false),
                _ => {}
            }
        }
    }
    for group in 0..reader.metadata().num_row_groups() {
        let found = match reader.get_row_group(group)?.get_column_reader(place)? {
            ColumnReader::BoolColumnReader(reader) => any(reader)?,
            ColumnReader::Int32ColumnReader(reader) => any(reader)?,
            ColumnReader::Int64ColumnReader(reader) => any(reader)?,
            ColumnReader::Int96ColumnReader(reader) => any(reader)?,
            ColumnReader::FloatColumnReader(reader) => any(reader)?,
            ColumnReader::DoubleColumnReader(reader) => any(reader)?,
            ColumnReader::ByteArrayColumnReader(reader) => any(reader)?,
            ColumnReader::FixedLenByteArrayColumnReader(reader) => any(reader)?,
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn broken(why: String) -> Fault {
    let fault =
        Fault::file("the Parquet file is damaged", "a whole Parquet file", "ask for the file again, and compare its size");
    Fault { value: Some(why.chars().take(200).collect()), ..fault }
}

/// Runs the library on bytes that may be damaged; its errors and panics become words.
pub fn quietly<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    crate::files::panics::silent(|| match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("its pages cannot be decoded".into()),
    })
}

fn how(column: &Column, is: Is, physical: Physical) -> Option<How> {
    let name = matches!(column.kind, Kind::Id | Kind::Text);
    match (is, column.kind) {
        (Is::Nothing, _) => Some(How::Nothing),
        (Is::Text, _) => Some(How::Text),
        (Is::Date, Kind::Day) => Some(How::Days),
        (Is::Moments { each, universal }, Kind::Day) => Some(How::Moments { each, universal }),
        (Is::Signed, _) if name => Some(How::Whole),
        (Is::Unsigned, _) if name => Some(if physical == Physical::INT32 { How::Unsigned } else { How::Digits }),
        (Is::Decimal(scale), _) if name => Some(How::DecimalName(scale)),
        (Is::Uuid, _) if name => Some(How::Uuid),
        (Is::Truth, Kind::Choice(_) | Kind::Text) => Some(How::Truth),
        (Is::Signed | Is::Unsigned, Kind::Amount) => Some(How::Amount { scale: 0, unsigned: is == Is::Unsigned }),
        (Is::Decimal(scale), Kind::Amount) => Some(How::Amount { scale, unsigned: false }),
        (Is::Float | Is::Double, Kind::Amount) => Some(How::Float),
        (Is::Float | Is::Double, Kind::Share) => Some(How::Share),
        _ => None,
    }
}

/// What a value can be besides right.
type Wrong = (usize, String, cell::Wrong);

impl Opened {
    pub fn groups(&self) -> usize {
        self.reader.metadata().num_row_groups()
    }

    /// Reads one row group, giving batch after batch to `take`.
    pub fn read(&self, group: usize, take: &mut Take<'_>) -> anyhow::Result<()> {
        let mut readers = match quietly(|| self.readers(group)) {
            Ok(readers) => readers,
            Err(why) => return take(Batch::empty(self.table), vec![broken(why)]),
        };
        let rows = (self.before[group + 1] - self.before[group]) as usize;
        let (mut start, mut length) = (0, FIRST_ROWS);
        while start < rows {
            length = length.min(rows - start);
            let mut text = 0;
            match quietly(|| self.batch(&mut readers, self.before[group] + start as u64, length, &mut text)) {
                Ok((batch, faults)) => take(batch, faults)?,
                Err(why) => {
                    let place = self.before[group] + start as u64 + 1;
                    return take(Batch::empty(self.table), vec![Fault { place, ..broken(why) }]);
                }
            }
            start += length;
            length = (BATCH_TEXT / (text / length).max(1)).clamp(64, BATCH_ROWS);
        }
        Ok(())
    }

    fn readers(&self, group: usize) -> parquet::errors::Result<Vec<Option<ColumnReader>>> {
        let group = self.reader.get_row_group(group)?;
        let reader = |(place, how): (usize, How)| (how != How::Nothing).then(|| group.get_column_reader(place)).transpose();
        self.of.iter().map(|of| Ok(of.map(reader).transpose()?.flatten())).collect()
    }

    /// The next rows. Adds to `text` how many bytes of text they hold.
    fn batch(
        &self,
        readers: &mut [Option<ColumnReader>],
        before: u64,
        rows: usize,
        text: &mut usize,
    ) -> parquet::errors::Result<(Batch, Vec<Fault>)> {
        let mut batch = Batch { table: self.table, columns: Vec::new(), places: (before + 1..=before + rows as u64).collect() };
        let (mut faults, mut good) = (Vec::new(), Vec::new());
        for ((column, of), reader) in self.table.columns.iter().zip(&self.of).zip(readers) {
            let mut wrong = Vec::new();
            batch.columns.push(match (of, reader) {
                (None, _) => Values::Absent,
                (Some((_, how)), Some(reader)) => values(column, *how, reader, rows, &mut wrong)?,
                (Some(_), None) => nothing(column, rows, &mut wrong),
            });
            if let Some(Values::Texts(texts)) = batch.columns.last() {
                *text += texts.bytes();
            }
            for (row, value, (what, fix)) in wrong {
                good.resize(rows, true);
                // One fault for a row is enough to set it apart; the first is told.
                if std::mem::replace(&mut good[row], false) {
                    faults.push(Fault::value(batch.places[row], column, &value, what, fix));
                }
            }
        }
        if !good.is_empty() {
            batch.keep(&good);
            faults.sort_by_key(|fault| fault.place);
        }
        Ok((batch, faults))
    }
}

const MISSING: cell::Wrong = ("a value is missing", "every row needs a value in this column");
const FAR: cell::Wrong = ("this day is too far away to be meant", "give a day from 1850 to 2199; leave open ends empty");
const TIME: cell::Wrong = (
    "this is a time, and a day is needed",
    "leave the time of day out: contracts count in days; or make the table with a map, which can name the time zone",
);
const UNIVERSAL: cell::Wrong = (
    "this is a moment in universal time (UTC), and not midnight",
    "write the day itself (date32); or make the table with a map that says zone = \"Europe/London\", where midnight in summer is \
     23:00 of the day before",
);
const AMOUNT: cell::Wrong =
    ("this is not an amount", "give at most thirteen digits before the point and two after it, as decimal128(18, 2)");
const PENCE: cell::Wrong =
    ("this is not a whole number of pence", "round to two digits after the point before you hand it over, as decimal128(18, 2)");
const COARSE: cell::Wrong = (
    "a number of single precision (float32) cannot hold pence at this size",
    "write the column as decimal128(18, 2), or as double; from 131,072 on the nearest numbers lie more than a penny apart",
);
const NAMELESS: cell::Wrong = ("the number is too far away to name anything", "number the rows from 1");
const FRACTION: cell::Wrong = ("a name is a whole number or text", "write the column as text (string) or as whole numbers");

/// The largest amount, in hundredths: the same as in a CSV file.
const LARGEST: i64 = 999_999_999_999_999;

/// A column without values.
fn nothing(column: &Column, rows: usize, wrong: &mut Vec<Wrong>) -> Values {
    if column.required {
        wrong.extend((0..rows).map(|row| (row, String::new(), MISSING)));
    }
    let mut values = Values::empty(column.kind);
    match &mut values {
        Values::Absent => {}
        Values::Days(days) => days.resize(rows, NEVER),
        Values::Numbers(numbers) => numbers.resize(rows, NONE),
        Values::Texts(texts) => (0..rows).for_each(|_| texts.push("")),
    }
    values
}

/// The next values of a column.
fn values(
    column: &Column,
    how: How,
    reader: &mut ColumnReader,
    rows: usize,
    wrong: &mut Vec<Wrong>,
) -> parquet::errors::Result<Values> {
    let odd = || parquet::errors::ParquetError::General("the column changes its type".into());
    Ok(match reader {
        ColumnReader::Int32ColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            let may_be_empty = there.is_empty() || !column.required;
            match how {
                How::Days => Values::Days(days(column, raw, &there, rows, wrong)),
                How::Whole if may_be_empty => Values::Numbers(spread(raw.into_iter().map(i64::from).collect(), &there)),
                How::Unsigned if may_be_empty => {
                    Values::Numbers(spread(raw.into_iter().map(|number| i64::from(number as u32)).collect(), &there))
                }
                How::Whole => numbers(column, &raw, &there, rows, wrong, |number| Ok(i64::from(*number)), i32::to_string),
                How::Unsigned => {
                    numbers(column, &raw, &there, rows, wrong, |number| Ok(i64::from(*number as u32)), i32::to_string)
                }
                How::Amount { scale, unsigned } => {
                    let exact = |number: &i32| if unsigned { i128::from(*number as u32) } else { i128::from(*number) };
                    amounts(column, &raw, &there, rows, wrong, scale, |number| Some(exact(number)))
                }
                How::DecimalName(scale) => names(column, &raw, &there, rows, wrong, |number| whole(i128::from(*number), scale)),
                _ => return Err(odd()),
            }
        }
        ColumnReader::Int64ColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            match how {
                How::Whole if !raw.contains(&NONE) && (there.is_empty() || !column.required) => {
                    Values::Numbers(spread(raw, &there))
                }
                How::Whole => {
                    let fit = |number: &i64| if *number == NONE { Err(NAMELESS) } else { Ok(*number) };
                    numbers(column, &raw, &there, rows, wrong, fit, i64::to_string)
                }
                How::Digits => names(column, &raw, &there, rows, wrong, |number| Ok((*number as u64).to_string())),
                How::DecimalName(scale) => names(column, &raw, &there, rows, wrong, |number| whole(i128::from(*number), scale)),
                How::Moments { each, universal } => moments(column, &raw, &there, rows, wrong, each, universal),
                How::Amount { scale, unsigned } => {
                    let exact = |number: &i64| if unsigned { i128::from(*number as u64) } else { i128::from(*number) };
                    amounts(column, &raw, &there, rows, wrong, scale, |number| Some(exact(number)))
                }
                _ => return Err(odd()),
            }
        }
        ColumnReader::FloatColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            let fit = |value: &f32| match how {
                How::Share => cell::millionths(f64::from(*value)).ok_or(cell::NO_SHARE),
                _ => pence_single(*value),
            };
            numbers(column, &raw, &there, rows, wrong, fit, |value| format!("{value:?}"))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            let fit = |value: &f64| match how {
                How::Share => cell::millionths(*value).ok_or(cell::NO_SHARE),
                _ => pence(*value),
            };
            numbers(column, &raw, &there, rows, wrong, fit, |value| format!("{value:?}"))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            match how {
                How::Uuid => names(column, &raw, &there, rows, wrong, |bytes| Ok(parquet_types::uuid(bytes.data()))),
                How::DecimalName(scale) => names(column, &raw, &there, rows, wrong, |bytes| long_name(bytes.data(), scale)),
                How::Amount { scale, .. } => {
                    amounts(column, &raw, &there, rows, wrong, scale, |bytes| parquet_types::big_endian(bytes.data()))
                }
                _ => return Err(odd()),
            }
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            match how {
                How::DecimalName(scale) => names(column, &raw, &there, rows, wrong, |bytes| long_name(bytes.data(), scale)),
                How::Amount { scale, .. } => {
                    amounts(column, &raw, &there, rows, wrong, scale, |bytes| parquet_types::big_endian(bytes.data()))
                }
                How::Text => {
                    let mut values = Values::empty(column.kind);
                    let mut raw = raw.iter();
                    for row in 0..rows {
                        let bytes = if is_there(&there, row) { raw.next().map_or(&[][..], |bytes| bytes.data()) } else { &[] };
                        text(column, bytes, row, &mut values, wrong);
                    }
                    values
                }
                _ => return Err(odd()),
            }
        }
        ColumnReader::BoolColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            let mut values = Values::empty(column.kind);
            let mut raw = raw.iter();
            for row in 0..rows {
                let word =
                    if is_there(&there, row) { raw.next().map_or("", |is| if *is { "true" } else { "false" }) } else { "" };
                text(column, word.as_bytes(), row, &mut values, wrong);
            }
            values
        }
        ColumnReader::Int96ColumnReader(_) => return Err(odd()),
    })
}

/// One text, as a CSV file has it. What is too long is not looked through: it may stand in every row.
fn text(column: &Column, bytes: &[u8], row: usize, values: &mut Values, wrong: &mut Vec<Wrong>) {
    let read = if bytes.len() > cell::LONGEST {
        let _ = cell::read(column, b"", values);
        Err(cell::TOO_LONG)
    } else {
        cell::read(column, bytes, values)
    };
    if let Err(why) = read {
        // No more than is shown, and no half letters.
        let end = (0..=bytes.len().min(200)).rev().find(|at| bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80));
        wrong.push((row, cell::decode(&bytes[..end.unwrap_or(0)]).into_owned(), why));
    }
}

/// The next values of a column that are there, and for each row whether it is (empty: all are).
pub(super) fn next<T: DataType>(reader: &mut ColumnReaderImpl<T>, rows: usize) -> parquet::errors::Result<(Vec<T::T>, Vec<i16>)> {
    let (mut raw, mut levels) = (Vec::with_capacity(rows), Vec::new());
    let (mut read, mut there) = (0, 0);
    while read < rows {
        let (records, values, _) = reader.read_records(rows - read, Some(&mut levels), None, &mut raw)?;
        if records == 0 {
            break;
        }
        read += records;
        there += values;
    }
    if read != rows || raw.len() != there || !levels.is_empty() && levels.len() != rows {
        return Err(parquet::errors::ParquetError::General("the column ends before its rows do".into()));
    }
    if there == rows {
        levels.clear();
    }
    Ok((raw, levels))
}

/// Each value in its row, with nothing where there is none.
fn spread(mut raw: Vec<i64>, there: &[i16]) -> Vec<i64> {
    if there.is_empty() {
        return raw;
    }
    // Which rows have a value is often as good as random: to look up something for every row, if only the nothing at the end,
    // is quicker than a wrong guess.
    raw.push(NONE);
    let (mut at, last) = (0, raw.len() - 1);
    let mut out = Vec::with_capacity(there.len());
    for level in there {
        let here = usize::from(*level > 0);
        out.push(raw[at * here + last * (1 - here)]);
        at += here;
    }
    out
}

fn is_there(there: &[i16], row: usize) -> bool {
    there.get(row).is_none_or(|level| *level > 0)
}

fn days(column: &Column, raw: Vec<i32>, there: &[i16], rows: usize, wrong: &mut Vec<Wrong>) -> Vec<i32> {
    let right = |day: &i32| (FIRST..=LAST).contains(day);
    // All are looked at, since that can be done for several at once.
    if there.is_empty() && raw.iter().fold(true, |all, day| all & right(day)) {
        return raw;
    }
    let mut raw = raw.into_iter();
    (0..rows)
        .map(|row| match is_there(there, row).then(|| raw.next()).flatten() {
            Some(day) if right(&day) => day,
            Some(day) => {
                wrong.push((row, format!("day {day} since 1970"), FAR));
                NEVER
            }
            None => {
                if column.required {
                    wrong.push((row, String::new(), MISSING));
                }
                NEVER
            }
        })
        .collect()
}

/// Values as numbers of ours: each as `fit` has it, and where it has none what is wrong, with the value as text.
fn numbers<T>(
    column: &Column,
    raw: &[T],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<Wrong>,
    fit: impl Fn(&T) -> Result<i64, cell::Wrong>,
    show: impl Fn(&T) -> String,
) -> Values {
    let mut raw = raw.iter();
    let number = |row: usize| match is_there(there, row).then(|| raw.next()).flatten() {
        Some(value) => fit(value).unwrap_or_else(|why| {
            wrong.push((row, show(value), why));
            NONE
        }),
        None => {
            if column.required {
                wrong.push((row, String::new(), MISSING));
            }
            NONE
        }
    };
    Values::Numbers((0..rows).map(number).collect())
}

/// Decimal amounts, exactly.
fn amounts<T>(
    column: &Column,
    raw: &[T],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<Wrong>,
    scale: u32,
    exact: impl Fn(&T) -> Option<i128>,
) -> Values {
    let (up, down) = (10_i128.pow(2_u32.saturating_sub(scale)), 10_i128.pow(scale.saturating_sub(2)));
    let fit = |value: &T| {
        let mut number = exact(value).ok_or(AMOUNT)?;
        if down > 1 {
            if number % down != 0 {
                return Err(PENCE);
            }
            number /= down;
        }
        let hundredths = number.checked_mul(up).filter(|value| value.abs() <= i128::from(LARGEST)).ok_or(AMOUNT)?;
        i64::try_from(hundredths).map_err(|_| AMOUNT)
    };
    let show =
        |value: &T| exact(value).map_or("a number of more than 38 digits".into(), |number| parquet_types::decimal(number, scale));
    numbers(column, raw, there, rows, wrong, fit, show)
}

/// Moments at midnight, as days.
fn moments(
    column: &Column,
    raw: &[i64],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<Wrong>,
    each: i64,
    universal: bool,
) -> Values {
    let fit = |number: &i64| match number {
        number if number % each != 0 => Err(if universal { UNIVERSAL } else { TIME }),
        number if !(i64::from(FIRST)..=i64::from(LAST)).contains(&(number / each)) => Err(FAR),
        number => Ok(number / each),
    };
    match numbers(column, raw, there, rows, wrong, fit, |number| parquet_types::moment(*number, each, universal)) {
        Values::Numbers(days) => Values::Days(days.into_iter().map(|day| if day == NONE { NEVER } else { day as i32 }).collect()),
        other => other,
    }
}

/// Names that are no whole numbers of ours, as text.
fn names<T>(
    column: &Column,
    raw: &[T],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<Wrong>,
    name: impl Fn(&T) -> Result<String, cell::Wrong>,
) -> Values {
    let mut texts = Texts::default();
    let mut raw = raw.iter();
    for row in 0..rows {
        match is_there(there, row).then(|| raw.next()).flatten().map(&name) {
            Some(Ok(name)) => texts.push(&name),
            Some(Err(why)) => {
                wrong.push((row, String::new(), why));
                texts.push("");
            }
            None => {
                if column.required {
                    wrong.push((row, String::new(), MISSING));
                }
                texts.push("");
            }
        }
    }
    Values::Texts(texts)
}

/// A name that is a decimal number: only a whole one names anything.
fn whole(number: i128, scale: u32) -> Result<String, cell::Wrong> {
    let name = parquet_types::decimal(number, scale);
    if name.contains('.') { Err(FRACTION) } else { Ok(name) }
}

fn long_name(bytes: &[u8], scale: u32) -> Result<String, cell::Wrong> {
    whole(parquet_types::big_endian(bytes).ok_or(FRACTION)?, scale)
}

/// The whole number of pence that a floating point amount is: it is the nearest number to so many pence, or so few steps from it
/// as a sum of a few amounts may be.
pub(super) fn pence(value: f64) -> Result<i64, cell::Wrong> {
    finite(value)?;
    let pence = (value * 100.0).round();
    if pence.abs() > LARGEST as f64 {
        return Err(AMOUNT);
    }
    let nearest = pence / 100.0;
    let step = value.abs().next_up() - value.abs();
    let near = value == nearest || (value - nearest).abs() <= 4.0 * step && step < 1e-5;
    if near { Ok(pence as i64) } else { Err(PENCE) }
}

/// Refuses what is a floating point number and no amount.
fn finite(value: f64) -> Result<(), cell::Wrong> {
    const EMPTY: &str = "leave the cell empty (null) where no amount is known";
    match value {
        value if value.is_nan() => Err(("this is NaN, which is no amount", EMPTY)),
        value if value.is_infinite() => Err(("this amount is infinite (inf)", EMPTY)),
        _ => Ok(()),
    }
}

/// The same for single precision, which tells pence apart up to £131,072.
pub(super) fn pence_single(value: f32) -> Result<i64, cell::Wrong> {
    finite(f64::from(value))?;
    let step = value.abs().next_up() - value.abs();
    if step >= 0.01 {
        return Err(COARSE);
    }
    let pence = (f64::from(value) * 100.0).round();
    let nearest = (pence / 100.0) as f32;
    let near = value == nearest || (value - nearest).abs() <= 4.0 * step && step < 1e-4;
    if near { Ok(pence as i64) } else { Err(PENCE) }
}

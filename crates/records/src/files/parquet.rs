//! Reads Parquet: row groups become batches of rows, and faults. The columns are read directly, without Arrow: one typed vector
//! for each column is enough.
//!
//! A file may come from anywhere. The sizes that it declares are checked before anything is unpacked. If the library fails on
//! damaged bytes, with an error or a panic, that becomes a fault of the file.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::batch::{Batch, ColumnValues, NONE, Texts};
use crate::cell;
use crate::fault::{Fault, Grade};
use crate::header::columns;
use crate::rows::{self, TakeBatch};
use crate::schema::{RecordColumn, RecordTable, ValueKind};
use base::day::{FIRST, LAST, NEVER};
use parquet::basic::{Compression, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::pages;
use super::parquet_types::{self, ParquetKind, tops};
use super::shared_file::SharedFile;

/// Rows of one batch: few enough that its columns stay in the processor's cache.
const BATCH_ROWS: usize = 1 << 14;
/// Rows of the first batch of a row group, and the most text of a batch. A few bytes of a file can put a long text into every
/// row.
const FIRST_ROWS: usize = 1 << 11;
const BATCH_TEXT: usize = 1 << 23;

/// A Parquet file whose columns are those of a table.
pub struct ParquetTable {
    table: &'static RecordTable,
    reader: SerializedFileReader<SharedFile>,
    /// For each wanted column that the file has: its place in the file and how its values are converted.
    of: Vec<Option<(usize, Conversion)>>,
    /// Rows before each row group.
    before: Vec<u64>,
    /// Columns that nothing depends on: a value of theirs that cannot be read counts as none.
    unneeded: &'static [&'static str],
}

/// How the values of a column are converted.
#[derive(Clone, Copy, PartialEq)]
enum Conversion {
    /// Days since 1970.
    Days,
    /// Timestamps, with this many units a day; only midnight is a day.
    Timestamps {
        each: i64,
        universal: bool,
    },
    /// Whole numbers.
    Whole,
    /// Unsigned whole numbers that fit into 64 bits with a sign.
    Unsigned,
    /// Unsigned whole numbers that may be too large for that: their digits, which are the same name.
    Digits,
    /// Amounts that are whole numbers or decimals, with this many digits after the point.
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
    Boolean,
    Uuid,
    /// No row has a value.
    Nothing,
}

/// A Parquet file whose metadata can be read.
pub(super) fn guarded(file: File) -> Result<(SerializedFileReader<SharedFile>, SharedFile), Box<Fault>> {
    let source = SharedFile::new(file).map_err(|error| Box::new(broken(error.to_string())))?;
    let reader = quietly(|| SerializedFileReader::new(source.clone())).map_err(|why| Box::new(broken(why)))?;
    Ok((reader, source))
}

/// Why some columns cannot be unpacked: their compression, or the sizes that the file declares.
pub fn unpackable(reader: &SerializedFileReader<SharedFile>, source: &SharedFile, columns: &[usize]) -> Option<Fault> {
    for group in reader.metadata().row_groups() {
        for column in columns.iter().filter_map(|column| group.columns().get(*column)) {
            let packing = match column.compression() {
                Compression::LZO => "LZO",
                Compression::LZ4 => "Hadoop's old LZ4",
                _ => continue,
            };
            let expected = "a column compressed with Snappy, Zstandard, gzip, Brotli or LZ4_RAW, or not compressed";
            let fix = "write the file again with Snappy or Zstandard (compression=\"zstd\")";
            let name: String = column.column_descr().path().string().chars().take(40).collect();
            let fault = Fault::file("the column is compressed in a way that is not read", expected, fix);
            return Some(Fault { column: name, value: Some(packing.into()), ..fault });
        }
    }
    let what = pages::impossible_sizes(source, reader.metadata(), columns)?;
    let fix = "ask for the file again; it was refused before anything was unpacked";
    let fault = Fault::file("the file declares impossible sizes", "sizes that match", fix);
    Some(Fault { value: Some(what), ..fault })
}

/// Opens a file and compares its columns with the table. Gives the file and its warnings, or why it cannot be read.
pub fn open(
    file: File,
    table: &'static RecordTable,
    need: &dyn Fn(&str) -> bool,
) -> Result<(ParquetTable, Vec<Fault>), Vec<Fault>> {
    let (reader, source) = guarded(file).map_err(|fault| vec![*fault])?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let tops = tops(schema.root_schema());
    let names: Vec<String> = tops.iter().map(|top| top.name.to_lowercase()).collect();
    let (places, mut faults) = columns(table, &names);
    let mut of = Vec::new();
    // Columns of the wrong type, which matters only if they have a value.
    let mut wrong_type = Vec::new();
    for (column, place) in table.columns.iter().zip(places) {
        let Some(place) = place.filter(|_| need(column.name)) else {
            of.push(None);
            continue;
        };
        let leaf = match tops[place].leaf {
            Ok(leaf) => leaf,
            Err(words) => {
                faults.push(wrong_type_fault(column, words.into()));
                of.push(None);
                continue;
            }
        };
        let found = schema.column(leaf);
        let is = parquet_types::is(&found);
        let how = how(column, is, found.physical_type());
        if how.is_none() {
            wrong_type.push((of.len(), leaf, wrong_type_fault(column, parquet_types::words(is, found.physical_type()))));
        }
        of.push(Some((leaf, how.unwrap_or(Conversion::Nothing))));
    }
    let read: Vec<usize> = of.iter().flatten().map(|(place, _)| *place).collect();
    if faults.iter().all(|fault| fault.grade != Grade::File)
        && let Some(fault) = unpackable(&reader, &source, &read)
    {
        faults.push(fault);
    }
    for (_, leaf, fault) in wrong_type {
        // Programs give an empty column any type.
        let sound = faults.iter().all(|fault| fault.grade != Grade::File || fault.what == WRONG_TYPE);
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
    Ok((ParquetTable { table, reader, of, before, unneeded: &[] }, faults))
}

const WRONG_TYPE: &str = "the column has values of the wrong type";

/// A fault for a column whose type does not fit the table.
fn wrong_type_fault(column: &RecordColumn, found: String) -> Fault {
    let fix = match column.kind {
        ValueKind::Id => "write the column as text (string) or as whole numbers (int64 or uint64)",
        ValueKind::Text | ValueKind::Choice(_) => "write the column as text (string)",
        ValueKind::Day => "write the column as dates (date32), or as text such as 2027-04-01",
        ValueKind::Amount => "write the column as decimal128(18, 2) or as whole numbers",
        ValueKind::Share => "write the column as floating point numbers (double)",
    };
    let fault = Fault::file(WRONG_TYPE, column.kind.expected(), fix);
    Fault { column: column.name.into(), value: Some(found), ..fault }
}

/// Whether any row has a value in a column.
fn holds_anything(reader: &SerializedFileReader<SharedFile>, place: usize) -> parquet::errors::Result<bool> {
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

/// Runs the library on bytes that may be damaged. Its errors and panics become text.
pub fn quietly<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    crate::files::panics::silent(|| match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("its pages cannot be decoded".into()),
    })
}

fn how(column: &RecordColumn, is: ParquetKind, physical: Physical) -> Option<Conversion> {
    let name = matches!(column.kind, ValueKind::Id | ValueKind::Text);
    match (is, column.kind) {
        (ParquetKind::Nothing, _) => Some(Conversion::Nothing),
        (ParquetKind::Text, _) => Some(Conversion::Text),
        (ParquetKind::Date, ValueKind::Day) => Some(Conversion::Days),
        (ParquetKind::Timestamps { each, universal }, ValueKind::Day) => Some(Conversion::Timestamps { each, universal }),
        (ParquetKind::Signed, _) if name => Some(Conversion::Whole),
        (ParquetKind::Unsigned, _) if name => {
            Some(if physical == Physical::INT32 { Conversion::Unsigned } else { Conversion::Digits })
        }
        (ParquetKind::Decimal(scale), _) if name => Some(Conversion::DecimalName(scale)),
        (ParquetKind::Uuid, _) if name => Some(Conversion::Uuid),
        (ParquetKind::Boolean, ValueKind::Choice(_) | ValueKind::Text) => Some(Conversion::Boolean),
        (ParquetKind::Signed | ParquetKind::Unsigned, ValueKind::Amount) => {
            Some(Conversion::Amount { scale: 0, unsigned: is == ParquetKind::Unsigned })
        }
        (ParquetKind::Decimal(scale), ValueKind::Amount) => Some(Conversion::Amount { scale, unsigned: false }),
        (ParquetKind::Float | ParquetKind::Double, ValueKind::Amount) => Some(Conversion::Float),
        (ParquetKind::Float | ParquetKind::Double, ValueKind::Share) => Some(Conversion::Share),
        _ => None,
    }
}

/// A fault of a value: its row, the value as text, and the fault.
type ValueFault = (usize, String, cell::CellFault);

impl ParquetTable {
    /// The same, where nothing depends on some columns.
    #[must_use]
    pub(super) fn without(self, unneeded: &'static [&'static str]) -> ParquetTable {
        ParquetTable { unneeded, ..self }
    }

    pub fn groups(&self) -> usize {
        self.reader.metadata().num_row_groups()
    }

    /// Reads one row group, giving batch after batch to `take`.
    pub fn read(&self, group: usize, take: &mut TakeBatch<'_>) -> anyhow::Result<()> {
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
        let reader =
            |(place, how): (usize, Conversion)| (how != Conversion::Nothing).then(|| group.get_column_reader(place)).transpose();
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
        let places = (before + 1..=before + rows as u64).collect();
        let mut batch = Batch { table: self.table, columns: Vec::new(), places, file: 0 };
        let (mut faults, mut good) = (Vec::new(), Vec::new());
        for ((column, of), reader) in self.table.columns.iter().zip(&self.of).zip(readers) {
            let mut wrong = Vec::new();
            batch.columns.push(match (of, reader) {
                (None, _) => ColumnValues::Absent,
                (Some((_, how)), Some(reader)) => values(column, *how, reader, rows, &mut wrong)?,
                (Some(_), None) => nothing(column, rows, &mut wrong),
            });
            if let Some(ColumnValues::Texts(texts)) = batch.columns.last() {
                *text += texts.bytes();
            }
            if self.unneeded.contains(&column.name) {
                faults.extend(wrong.into_iter().map(|(row, ..)| rows::not_needed(batch.places[row], column)));
                continue;
            }
            for (row, value, (what, fix)) in wrong {
                good.resize(rows, true);
                // One fault is enough to set a row aside; the first is reported.
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

const MISSING: cell::CellFault = ("a value is missing", "every row needs a value in this column");
const FAR: cell::CellFault = ("this day is too far away to be right", "give a day from 1850 to 2199; leave open ends empty");
const TIME: cell::CellFault = (
    "this is a time, and a day is needed",
    "leave out the time of day: contracts count in days; or make the table with a map, which can name the time zone",
);
const UNIVERSAL: cell::CellFault = (
    "this is a time in UTC other than midnight",
    "write the day itself (date32); or make the table with a map that says zone = \"Europe/London\", where midnight in summer is \
     23:00 of the day before",
);
const AMOUNT: cell::CellFault =
    ("this is not an amount", "give at most thirteen digits before the point and two after it, as decimal128(18, 2)");
const PENCE: cell::CellFault =
    ("this is not a whole number of pence", "round to two digits after the point before you hand it over, as decimal128(18, 2)");
const COARSE: cell::CellFault = (
    "a number of single precision (float32) cannot hold pence at this size",
    "write the column as decimal128(18, 2), or as double; from 131,072 on the nearest numbers lie more than a penny apart",
);
const NAMELESS: cell::CellFault = ("this number cannot be a name", "number the rows from 1");
const FRACTION: cell::CellFault =
    ("a name must be a whole number or text", "write the column as text (string) or as whole numbers");

/// The largest amount, in hundredths: the same as in a CSV file.
const LARGEST: i64 = 999_999_999_999_999;

/// A column without values.
fn nothing(column: &RecordColumn, rows: usize, wrong: &mut Vec<ValueFault>) -> ColumnValues {
    if column.required {
        wrong.extend((0..rows).map(|row| (row, String::new(), MISSING)));
    }
    let mut values = ColumnValues::empty(column.kind);
    match &mut values {
        ColumnValues::Absent => {}
        ColumnValues::Days(days) => days.resize(rows, NEVER),
        ColumnValues::Numbers(numbers) => numbers.resize(rows, NONE),
        ColumnValues::Texts(texts) => (0..rows).for_each(|_| texts.push("")),
    }
    values
}

/// The next values of a column.
fn values(
    column: &RecordColumn,
    how: Conversion,
    reader: &mut ColumnReader,
    rows: usize,
    wrong: &mut Vec<ValueFault>,
) -> parquet::errors::Result<ColumnValues> {
    let type_changed = || parquet::errors::ParquetError::General("the column changes its type".into());
    Ok(match reader {
        ColumnReader::Int32ColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            of_32_bits(column, how, raw, &there, rows, wrong).ok_or_else(type_changed)?
        }
        ColumnReader::Int64ColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            of_64_bits(column, how, raw, &there, rows, wrong).ok_or_else(type_changed)?
        }
        ColumnReader::FloatColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            let fit = |value: &f32| match how {
                Conversion::Share => cell::millionths(f64::from(*value)).ok_or(cell::NO_SHARE),
                _ => pence_single(*value),
            };
            numbers(column, &raw, &there, rows, wrong, fit, |value| format!("{value:?}"))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            let fit = |value: &f64| match how {
                Conversion::Share => cell::millionths(*value).ok_or(cell::NO_SHARE),
                _ => pence(*value),
            };
            numbers(column, &raw, &there, rows, wrong, fit, |value| format!("{value:?}"))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            match how {
                Conversion::Uuid => names(column, &raw, &there, rows, wrong, |bytes| Ok(parquet_types::uuid(bytes.data()))),
                Conversion::DecimalName(scale) => {
                    names(column, &raw, &there, rows, wrong, |bytes| long_name(bytes.data(), scale))
                }
                Conversion::Amount { scale, .. } => {
                    amounts(column, &raw, &there, rows, wrong, scale, |bytes| parquet_types::big_endian(bytes.data()))
                }
                _ => return Err(type_changed()),
            }
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            match how {
                Conversion::DecimalName(scale) => {
                    names(column, &raw, &there, rows, wrong, |bytes| long_name(bytes.data(), scale))
                }
                Conversion::Amount { scale, .. } => {
                    amounts(column, &raw, &there, rows, wrong, scale, |bytes| parquet_types::big_endian(bytes.data()))
                }
                Conversion::Text => {
                    let mut values = ColumnValues::empty(column.kind);
                    let mut raw = raw.iter();
                    for row in 0..rows {
                        let bytes = if is_there(&there, row) { raw.next().map_or(&[][..], |bytes| bytes.data()) } else { &[] };
                        text(column, bytes, row, &mut values, wrong);
                    }
                    values
                }
                _ => return Err(type_changed()),
            }
        }
        ColumnReader::BoolColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            let mut values = ColumnValues::empty(column.kind);
            let mut raw = raw.iter();
            for row in 0..rows {
                let word =
                    if is_there(&there, row) { raw.next().map_or("", |is| if *is { "true" } else { "false" }) } else { "" };
                text(column, word.as_bytes(), row, &mut values, wrong);
            }
            values
        }
        ColumnReader::Int96ColumnReader(_) => return Err(type_changed()),
    })
}

/// The values of a column that is kept as whole numbers of 32 bits. `None` where the conversion is of another type.
fn of_32_bits(
    column: &RecordColumn,
    how: Conversion,
    raw: Vec<i32>,
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<ValueFault>,
) -> Option<ColumnValues> {
    let may_be_empty = there.is_empty() || !column.required;
    Some(match how {
        Conversion::Days => ColumnValues::Days(days(column, raw, there, rows, wrong)),
        Conversion::Whole if may_be_empty => ColumnValues::Numbers(spread(raw.into_iter().map(i64::from).collect(), there)),
        Conversion::Unsigned if may_be_empty => {
            ColumnValues::Numbers(spread(raw.into_iter().map(|number| i64::from(number as u32)).collect(), there))
        }
        Conversion::Whole => numbers(column, &raw, there, rows, wrong, |number| Ok(i64::from(*number)), i32::to_string),
        Conversion::Unsigned => numbers(column, &raw, there, rows, wrong, |number| Ok(i64::from(*number as u32)), i32::to_string),
        Conversion::Amount { scale, unsigned } => {
            let exact = |number: &i32| if unsigned { i128::from(*number as u32) } else { i128::from(*number) };
            amounts(column, &raw, there, rows, wrong, scale, |number| Some(exact(number)))
        }
        Conversion::DecimalName(scale) => names(column, &raw, there, rows, wrong, |number| whole(i128::from(*number), scale)),
        _ => return None,
    })
}

/// The same of 64 bits.
fn of_64_bits(
    column: &RecordColumn,
    how: Conversion,
    raw: Vec<i64>,
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<ValueFault>,
) -> Option<ColumnValues> {
    Some(match how {
        Conversion::Whole if !raw.contains(&NONE) && (there.is_empty() || !column.required) => {
            ColumnValues::Numbers(spread(raw, there))
        }
        Conversion::Whole => {
            let fit = |number: &i64| if *number == NONE { Err(NAMELESS) } else { Ok(*number) };
            numbers(column, &raw, there, rows, wrong, fit, i64::to_string)
        }
        Conversion::Digits => names(column, &raw, there, rows, wrong, |number| Ok((*number as u64).to_string())),
        Conversion::DecimalName(scale) => names(column, &raw, there, rows, wrong, |number| whole(i128::from(*number), scale)),
        Conversion::Timestamps { each, universal } => timestamps(column, &raw, there, rows, wrong, each, universal),
        Conversion::Amount { scale, unsigned } => {
            let exact = |number: &i64| if unsigned { i128::from(*number as u64) } else { i128::from(*number) };
            amounts(column, &raw, there, rows, wrong, scale, |number| Some(exact(number)))
        }
        _ => return None,
    })
}

/// One text, as a CSV file has it. A text that is too long is not checked further: it may be in every row.
fn text(column: &RecordColumn, bytes: &[u8], row: usize, values: &mut ColumnValues, wrong: &mut Vec<ValueFault>) {
    let read = if bytes.len() > cell::LONGEST {
        let _ = cell::read(column, b"", values);
        Err(cell::TOO_LONG)
    } else {
        cell::read(column, bytes, values)
    };
    if let Err(why) = read {
        // No more than is shown, and no partial letters.
        let end = (0..=bytes.len().min(200)).rev().find(|at| bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80));
        wrong.push((row, cell::decode(&bytes[..end.unwrap_or(0)]).into_owned(), why));
    }
}

/// The next values of a column, and for each row whether it has one (empty: all have).
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

/// Each value in its row, with [`NONE`] where there is none.
fn spread(mut raw: Vec<i64>, there: &[i16]) -> Vec<i64> {
    if there.is_empty() {
        return raw;
    }
    // Which rows have a value is often random. Looking up something for every row, even the empty value at the end, is faster
    // than a wrong branch prediction.
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

fn days(column: &RecordColumn, raw: Vec<i32>, there: &[i16], rows: usize, wrong: &mut Vec<ValueFault>) -> Vec<i32> {
    let right = |day: &i32| (FIRST..=LAST).contains(day);
    // All are checked, because the processor checks several at once.
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

/// Values as numbers: each as `fit` converts it, or a fault with the value as text.
fn numbers<T>(
    column: &RecordColumn,
    raw: &[T],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<ValueFault>,
    fit: impl Fn(&T) -> Result<i64, cell::CellFault>,
    show: impl Fn(&T) -> String,
) -> ColumnValues {
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
    ColumnValues::Numbers((0..rows).map(number).collect())
}

/// Decimal amounts, exactly.
fn amounts<T>(
    column: &RecordColumn,
    raw: &[T],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<ValueFault>,
    scale: u32,
    exact: impl Fn(&T) -> Option<i128>,
) -> ColumnValues {
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

/// Timestamps at midnight, as days.
fn timestamps(
    column: &RecordColumn,
    raw: &[i64],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<ValueFault>,
    each: i64,
    universal: bool,
) -> ColumnValues {
    let fit = |number: &i64| match number {
        number if number % each != 0 => Err(if universal { UNIVERSAL } else { TIME }),
        number if !(i64::from(FIRST)..=i64::from(LAST)).contains(&(number / each)) => Err(FAR),
        number => Ok(number / each),
    };
    match numbers(column, raw, there, rows, wrong, fit, |number| parquet_types::timestamp(*number, each, universal)) {
        ColumnValues::Numbers(days) => {
            ColumnValues::Days(days.into_iter().map(|day| if day == NONE { NEVER } else { day as i32 }).collect())
        }
        other => other,
    }
}

/// Names that are not whole numbers of 64 bits, as text.
fn names<T>(
    column: &RecordColumn,
    raw: &[T],
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<ValueFault>,
    name: impl Fn(&T) -> Result<String, cell::CellFault>,
) -> ColumnValues {
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
    ColumnValues::Texts(texts)
}

/// A name that is a decimal number; only a whole number is a name.
fn whole(number: i128, scale: u32) -> Result<String, cell::CellFault> {
    let name = parquet_types::decimal(number, scale);
    if name.contains('.') { Err(FRACTION) } else { Ok(name) }
}

fn long_name(bytes: &[u8], scale: u32) -> Result<String, cell::CellFault> {
    whole(parquet_types::big_endian(bytes).ok_or(FRACTION)?, scale)
}

/// The whole number of pence of a floating point amount. It must be the number nearest to the pence, or at most four steps from
/// it, as the sum of a few amounts may be.
pub(super) fn pence(value: f64) -> Result<i64, cell::CellFault> {
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

/// Refuses floating point numbers that are not amounts.
fn finite(value: f64) -> Result<(), cell::CellFault> {
    const EMPTY: &str = "leave the cell empty (null) if the amount is unknown";
    match value {
        value if value.is_nan() => Err(("this is NaN, which is not an amount", EMPTY)),
        value if value.is_infinite() => Err(("this amount is infinite (inf)", EMPTY)),
        _ => Ok(()),
    }
}

/// The same for single precision, which distinguishes pence up to £131,072.
pub(super) fn pence_single(value: f32) -> Result<i64, cell::CellFault> {
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

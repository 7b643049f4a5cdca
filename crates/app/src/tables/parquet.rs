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

use engine::records::batch::{Batch, NONE, Texts, Values};
use engine::records::cell;
use engine::records::csv::columns;
use engine::records::day::{FIRST, LAST, NEVER};
use engine::records::fault::{Fault, Grade};
use engine::records::schema::{Column, Kind, Table};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::file::reader::{ChunkReader, FileReader as _, Length, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::{Take, pages};

/// Rows of one batch: few enough that its columns stay in the processor's cache while they are gone through one after the other.
const BATCH_ROWS: usize = 1 << 14;

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
pub(super) struct Source {
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
    Moments(i64),
    /// Whole numbers.
    Whole,
    /// Whole numbers without a sign.
    Unsigned,
    /// Hundredths, after multiplying.
    Scaled(i64),
    /// Floating point amounts.
    Float,
    /// Floating point numbers from 0 to 1.
    Share,
    /// Decimal numbers as big-endian bytes, and the factor to hundredths.
    Bytes(i64),
    Text,
}

/// Opens a file and holds its columns against the table: what stands in the way of reading it, or the file and its warnings.
pub fn open(file: File, table: &'static Table, need: &dyn Fn(&str) -> bool) -> Result<(Opened, Vec<Fault>), Vec<Fault>> {
    let source = Source::new(file).map_err(|error| vec![broken(error.to_string())])?;
    let reader = quietly(|| SerializedFileReader::new(source.clone())).map_err(|why| vec![broken(why)])?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string().to_lowercase()).collect();
    let (places, mut faults) = columns(table, &names);
    let mut of = Vec::new();
    for (column, place) in table.columns.iter().zip(places) {
        let Some(place) = place.filter(|_| need(column.name)) else {
            of.push(None);
            continue;
        };
        let how = how(column, &schema.column(place));
        if how.is_none() {
            let mend = "write the column again with a type that fits: string, date32, int64 or decimal128(18, 2)";
            let found = format!("{:?}", schema.column(place).physical_type());
            let fault = Fault::file("the column has a type that cannot be read", column.kind.expected(), mend);
            faults.push(Fault { column: column.name.into(), value: Some(found), ..fault });
        }
        of.push(how.map(|how| (place, how)));
    }
    let read: Vec<usize> = of.iter().flatten().map(|(place, _)| *place).collect();
    if let Some(what) = pages::absurd(&source, reader.metadata(), &read) {
        let mend = "ask for the file again; it was refused before anything was unpacked";
        let fault = Fault::file("the file declares absurd sizes", "sizes that go together", mend);
        faults.push(Fault { value: Some(what), ..fault });
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

fn broken(why: String) -> Fault {
    let fault =
        Fault::file("the Parquet file is damaged", "a whole Parquet file", "ask for the file again, and compare its size");
    Fault { value: Some(why.chars().take(200).collect()), ..fault }
}

/// Runs the library on bytes that may be damaged; its errors and panics become words.
fn quietly<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    crate::panics::silent(|| match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("its pages cannot be decoded".into()),
    })
}

fn how(column: &Column, found: &ColumnDescriptor) -> Option<How> {
    if found.max_rep_level() > 0 || found.max_def_level() > 1 {
        return None;
    }
    let logical = found.logical_type_ref().cloned();
    let unsigned = matches!(&logical, Some(LogicalType::Integer(integer)) if !integer.is_signed);
    let decimal = matches!(logical, Some(LogicalType::Decimal(_))) || found.converted_type() == ConvertedType::DECIMAL;
    let plain =
        logical.is_none() && found.converted_type() == ConvertedType::NONE || matches!(logical, Some(LogicalType::Integer(_)));
    let whole = matches!(found.physical_type(), Physical::INT32 | Physical::INT64);
    let scale = || Some(10_i64.pow(2_u32.checked_sub(found.type_scale().try_into().ok()?)?));
    match (column.kind, found.physical_type()) {
        (Kind::Choice(_) | Kind::Id | Kind::Text | Kind::Day | Kind::Amount | Kind::Share, Physical::BYTE_ARRAY) if !decimal => {
            Some(How::Text)
        }
        (Kind::Day, Physical::INT32) if logical == Some(LogicalType::Date) || found.converted_type() == ConvertedType::DATE => {
            Some(How::Days)
        }
        (Kind::Day, Physical::INT64) => match logical {
            Some(LogicalType::Timestamp(stamp)) => Some(How::Moments(match stamp.unit {
                TimeUnit::MILLIS => 86_400_000,
                TimeUnit::MICROS => 86_400_000_000,
                TimeUnit::NANOS => 86_400_000_000_000,
            })),
            _ => None,
        },
        (Kind::Id | Kind::Text, _) if whole && (plain || unsigned) => Some(if unsigned { How::Unsigned } else { How::Whole }),
        (Kind::Amount, _) if whole && decimal => Some(How::Scaled(scale()?)),
        (Kind::Amount, _) if whole && plain => Some(How::Scaled(100)),
        (Kind::Amount, Physical::DOUBLE | Physical::FLOAT) => Some(How::Float),
        (Kind::Share, Physical::DOUBLE | Physical::FLOAT) => Some(How::Share),
        (Kind::Amount, Physical::FIXED_LEN_BYTE_ARRAY | Physical::BYTE_ARRAY) if decimal => Some(How::Bytes(scale()?)),
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
        for start in (0..rows).step_by(BATCH_ROWS) {
            let length = BATCH_ROWS.min(rows - start);
            match quietly(|| self.batch(&mut readers, self.before[group] + start as u64, length)) {
                Ok((batch, faults)) => take(batch, faults)?,
                Err(why) => {
                    let place = self.before[group] + start as u64 + 1;
                    return take(Batch::empty(self.table), vec![Fault { place, ..broken(why) }]);
                }
            }
        }
        Ok(())
    }

    fn readers(&self, group: usize) -> parquet::errors::Result<Vec<Option<ColumnReader>>> {
        let group = self.reader.get_row_group(group)?;
        self.of.iter().map(|of| of.map(|(place, _)| group.get_column_reader(place)).transpose()).collect()
    }

    fn batch(
        &self,
        readers: &mut [Option<ColumnReader>],
        before: u64,
        rows: usize,
    ) -> parquet::errors::Result<(Batch, Vec<Fault>)> {
        let mut batch = Batch { table: self.table, columns: Vec::new(), places: (before + 1..=before + rows as u64).collect() };
        let (mut faults, mut good) = (Vec::new(), Vec::new());
        for ((column, of), reader) in self.table.columns.iter().zip(&self.of).zip(readers) {
            let (Some((_, how)), Some(reader)) = (of, reader) else {
                batch.columns.push(Values::Absent);
                continue;
            };
            let mut wrong = Vec::new();
            batch.columns.push(values(column, *how, reader, rows, &mut wrong)?);
            for (row, value, (what, mend)) in wrong {
                good.resize(rows, true);
                // One fault for a row is enough to set it apart; the first is told.
                if std::mem::replace(&mut good[row], false) {
                    faults.push(Fault::value(batch.places[row], column, &value, what, mend));
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
const TIME: cell::Wrong = ("this is a time, and a day is needed", "leave the time of day out: contracts count in days");
const AMOUNT: cell::Wrong =
    ("this is not an amount", "give at most thirteen digits before the point and two after it, as decimal128(18, 2)");

/// The next values of a column.
fn values(
    column: &Column,
    how: How,
    reader: &mut ColumnReader,
    rows: usize,
    wrong: &mut Vec<Wrong>,
) -> parquet::errors::Result<Values> {
    let found = match reader {
        ColumnReader::Int32ColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            if how == How::Days {
                return Ok(Values::Days(days(column, raw, &there, rows, wrong)));
            }
            // What has no sign and is not so large that it seems to have one is like any other whole number.
            let whole = how == How::Whole || how == How::Unsigned && raw.iter().all(|number| *number >= 0);
            if whole && (there.is_empty() || !column.required) {
                return Ok(Values::Numbers(spread(raw.into_iter().map(i64::from).collect(), &there)));
            }
            numbers(column, how, raw.into_iter().map(i64::from), &there, rows, wrong)
        }
        ColumnReader::Int64ColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            if how == How::Whole && !raw.contains(&NONE) && (there.is_empty() || !column.required) {
                return Ok(Values::Numbers(spread(raw, &there)));
            }
            numbers(column, how, raw.into_iter(), &there, rows, wrong)
        }
        ColumnReader::FloatColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            numbers(column, how, raw.into_iter().map(|value| how.whole(f64::from(value))), &there, rows, wrong)
        }
        ColumnReader::DoubleColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            numbers(column, how, raw.into_iter().map(|value| how.whole(value)), &there, rows, wrong)
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            numbers(column, how, raw.iter().map(|bytes| big_endian(bytes.data())), &there, rows, wrong)
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let (raw, there) = next(reader, rows)?;
            if matches!(how, How::Bytes(_)) {
                numbers(column, how, raw.iter().map(|bytes| big_endian(bytes.data())), &there, rows, wrong)
            } else {
                let mut values = Values::empty(column.kind);
                if let Values::Texts(texts) = &mut values {
                    *texts = Texts::default();
                }
                let mut raw = raw.iter();
                for row in 0..rows {
                    let bytes = if is_there(&there, row) { raw.next().map_or(&[][..], |bytes| bytes.data()) } else { &[] };
                    if let Err(why) = cell::read(column, bytes, &mut values) {
                        wrong.push((row, cell::decode(bytes).into_owned(), why));
                    }
                }
                return Ok(values);
            }
        }
        ColumnReader::BoolColumnReader(_) | ColumnReader::Int96ColumnReader(_) => {
            return Err(parquet::errors::ParquetError::General("the column changes its type".into()));
        }
    };
    Ok(match column.kind {
        Kind::Day => Values::Days(found.into_iter().map(|day| if day == NONE { NEVER } else { day as i32 }).collect()),
        _ => Values::Numbers(found),
    })
}

/// The next values of a column that are there, and for each row whether it is (empty: all are).
fn next<T: DataType>(reader: &mut ColumnReaderImpl<T>, rows: usize) -> parquet::errors::Result<(Vec<T::T>, Vec<i16>)> {
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

fn numbers(
    column: &Column,
    how: How,
    mut raw: impl Iterator<Item = i64>,
    there: &[i16],
    rows: usize,
    wrong: &mut Vec<Wrong>,
) -> Vec<i64> {
    /// The largest amount, in hundredths: the same as in a CSV file.
    const LARGEST: i64 = 999_999_999_999_999;
    let fit = |number: i64| -> Result<i64, cell::Wrong> {
        match how {
            How::Moments(each) if number % each != 0 => Err(TIME),
            How::Moments(each) if !(i64::from(FIRST)..=i64::from(LAST)).contains(&(number / each)) => Err(FAR),
            How::Moments(each) => Ok(number / each),
            How::Scaled(by) | How::Bytes(by) => number.checked_mul(by).filter(|value| value.abs() <= LARGEST).ok_or(AMOUNT),
            How::Float if number.abs() > LARGEST => Err(AMOUNT),
            How::Share if number > 1_000_000 => Err(cell::NO_SHARE),
            How::Unsigned if number < 0 && number >= i64::from(i32::MIN) => Ok(i64::from(number as u32)),
            _ if number == NONE => Err(("the number is too far away to name anything", "number the rows from 1")),
            _ => Ok(number),
        }
    };
    (0..rows)
        .map(|row| match is_there(there, row).then(|| raw.next()).flatten() {
            Some(number) => fit(number).unwrap_or_else(|why| {
                wrong.push((row, number.to_string(), why));
                NONE
            }),
            None => {
                if column.required {
                    wrong.push((row, String::new(), MISSING));
                }
                NONE
            }
        })
        .collect()
}

impl How {
    /// A floating point number as the whole number that is kept of it; out of range when it is none of its kind.
    fn whole(self, value: f64) -> i64 {
        if self == How::Share { cell::millionths(value).unwrap_or(i64::MAX) } else { hundredths(value) }
    }
}

/// A floating point amount in hundredths; out of range when it has more than two digits after the point.
fn hundredths(value: f64) -> i64 {
    let rounded = (value * 100.0).round();
    let close = (value * 100.0 - rounded).abs() < 1e-6 * rounded.abs().max(1.0);
    if close && rounded.abs() < 1e15 { rounded as i64 } else { i64::MAX }
}

/// A number of any length, most significant byte first; out of range when it does not fit.
fn big_endian(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().try_fold(sign, |value: i64, byte| Some(value.checked_mul(256)? | i64::from(*byte))).unwrap_or(i64::MAX)
}

//! Columns of a Parquet file as text, for tables of any shape: what a linkage and a map read. The same value is the same text
//! whatever type a program wrote it in.

use std::fs::File;

use crate::cell::LONGEST;
use crate::fault::Fault;
use base::day;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::parquet::{Source, guarded};
use super::parquet_types::{self, Is, tops};

/// A file and its columns as somebody who wrote a table knows them.
pub struct Opened {
    pub reader: SerializedFileReader<Source>,
    pub source: Source,
    pub columns: Vec<Column>,
}

/// One column: its name, and where its values are and what they are; or in words why it has none that are one text.
pub struct Column {
    pub name: String,
    pub values: std::result::Result<Values, String>,
}

/// Where values are and what they are.
#[derive(Clone, Copy, PartialEq)]
pub struct Values {
    pub leaf: usize,
    pub is: Is,
}

/// Opens a file. Before values are read, [`super::parquet::unpackable`] is asked.
pub fn open(file: File) -> std::result::Result<Opened, Box<Fault>> {
    let (reader, source) = guarded(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let column = |top: parquet_types::Top| {
        let values = match top.leaf {
            Err(words) => Err(words.to_owned()),
            Ok(leaf) => match parquet_types::is(&schema.column(leaf)) {
                Is::Other(words) => Err(words.to_owned()),
                is => Ok(Values { leaf, is }),
            },
        };
        Column { name: top.name, values }
    };
    let columns = tops(schema.root_schema()).into_iter().map(column).collect();
    Ok(Opened { reader, source, columns })
}

/// One value on its way.
pub enum Value<'a> {
    Nothing,
    /// Text as it stands in the file, at most as long as a cell may be.
    Bytes(&'a ByteArray),
    Text(&'a str),
    /// What is wrong with it.
    Wrong(&'static str),
}

/// How moments are written.
#[derive(Clone, Copy, PartialEq)]
pub enum Moments {
    /// As the day, of which midnight alone is one.
    Days,
    /// With the time of day, and Z where it is universal time.
    Whole,
}

const TIME: &str =
    "it is a time of day, and a day is needed; write dates (date32), or make the table with `wellspent records map`";
const TOO_LONG: &str = "it is longer than 4,096 bytes";
const TOO_COARSE: &str = "it is a floating point number too large to be exact; write whole numbers or text";
const NOT_FINITE: &str = "it is no number (NaN or infinite); leave the cell empty where nothing is known";
const TOO_MANY_DIGITS: &str = "it has more than 38 digits";

/// Reads at most so many rows of a column; says how many there were, 0 at the end.
pub fn some(reader: &mut ColumnReader, is: Is, dates: Moments, rows: usize, mut take: impl FnMut(Value<'_>)) -> Result<usize> {
    let odd = || Err(ParquetError::General("the column changes its type".into()));
    let decimal = |number: Option<i128>, scale, take: &mut dyn FnMut(Value<'_>)| match number {
        Some(number) => take(Value::Text(&parquet_types::decimal(number, scale))),
        None => take(Value::Wrong(TOO_MANY_DIGITS)),
    };
    match reader {
        ColumnReader::ByteArrayColumnReader(reader) => match is {
            Is::Decimal(scale) => each(reader, rows, &mut take, |bytes, take| {
                decimal(parquet_types::big_endian(bytes.data()), scale, take);
            }),
            _ => each(reader, rows, &mut take, |bytes, take| {
                take(if bytes.len() > LONGEST { Value::Wrong(TOO_LONG) } else { Value::Bytes(bytes) });
            }),
        },
        ColumnReader::FixedLenByteArrayColumnReader(reader) => match is {
            Is::Uuid => each(reader, rows, &mut take, |bytes, take| take(Value::Text(&parquet_types::uuid(bytes.data())))),
            Is::Decimal(scale) => each(reader, rows, &mut take, |bytes, take| {
                decimal(parquet_types::big_endian(bytes.data()), scale, take);
            }),
            _ => odd(),
        },
        ColumnReader::Int32ColumnReader(reader) => each(reader, rows, &mut take, |number, take| match is {
            Is::Date => take(Value::Text(&day::date(*number).to_string())),
            Is::Unsigned => take(Value::Text(&(*number as u32).to_string())),
            Is::Decimal(scale) => decimal(Some(i128::from(*number)), scale, take),
            _ => take(Value::Text(&number.to_string())),
        }),
        ColumnReader::Int64ColumnReader(reader) => each(reader, rows, &mut take, |number, take| match is {
            Is::Unsigned => take(Value::Text(&(*number as u64).to_string())),
            Is::Decimal(scale) => decimal(Some(i128::from(*number)), scale, take),
            Is::Moments { each, .. } if dates == Moments::Days && number % each != 0 => take(Value::Wrong(TIME)),
            Is::Moments { each, universal } => {
                let text = parquet_types::moment(*number, each, universal);
                take(Value::Text(if dates == Moments::Days { text.split('T').next().unwrap_or_default() } else { &text }));
            }
            _ => take(Value::Text(&number.to_string())),
        }),
        ColumnReader::FloatColumnReader(reader) => {
            // The shortest text of a number of single precision is not that of the same number in double precision.
            each(reader, rows, &mut take, |number, take| {
                floating(f64::from(*number), f64::from(1 << 24), || number.to_string(), take)
            })
        }
        ColumnReader::DoubleColumnReader(reader) => {
            const EXACT: f64 = 9_007_199_254_740_992.0;
            each(reader, rows, &mut take, |number, take| floating(*number, EXACT, || number.to_string(), take))
        }
        ColumnReader::BoolColumnReader(reader) => {
            each(reader, rows, &mut take, |is, take| take(Value::Text(if *is { "true" } else { "false" })))
        }
        ColumnReader::Int96ColumnReader(_) => odd(),
    }
}

fn floating(number: f64, exact: f64, text: impl Fn() -> String, take: &mut dyn FnMut(Value<'_>)) {
    if !number.is_finite() {
        take(Value::Wrong(NOT_FINITE));
    } else if number.fract() == 0.0 && number.abs() >= exact {
        take(Value::Wrong(TOO_COARSE));
    } else if number == 0.0 {
        take(Value::Text("0"));
    } else {
        take(Value::Text(&text()));
    }
}

/// Hands on the next values of a column, and nothing where there is none.
fn each<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    rows: usize,
    take: &mut impl FnMut(Value<'_>),
    with: impl Fn(&T::T, &mut dyn FnMut(Value<'_>)),
) -> Result<usize> {
    let (mut raw, mut there) = (Vec::new(), Vec::new());
    let (read, values, _) = column.read_records(rows, Some(&mut there), None, &mut raw)?;
    if values == read {
        raw.iter().for_each(|value| with(value, take));
    } else {
        let mut raw = raw.iter();
        for level in &there {
            match if *level > 0 { raw.next() } else { None } {
                Some(value) => with(value, take),
                None => take(Value::Nothing),
            }
        }
    }
    Ok(read)
}

//! Columns of a Parquet file as text, for tables of any shape. Linkage and maps read these. The same value is the same text, in
//! any type that a program wrote it.

use std::fs::File;

use crate::cell::LONGEST;
use crate::fault::Fault;
use base::day;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::parquet::guarded;
use super::parquet_types::{self, ParquetKind, tops};
use super::shared_file::SharedFile;

/// A file and its top-level columns.
pub struct ParquetTexts {
    pub reader: SerializedFileReader<SharedFile>,
    pub source: SharedFile,
    pub columns: Vec<TextColumn>,
}

/// One column: its name, and where its values are and their type; or why its values cannot be text.
pub struct TextColumn {
    pub name: String,
    pub values: std::result::Result<ColumnPlace, String>,
}

/// Where values are, and their type.
#[derive(Clone, Copy, PartialEq)]
pub struct ColumnPlace {
    pub leaf: usize,
    pub is: ParquetKind,
}

/// Opens a file. Call [`super::parquet::unpackable`] before you read values.
pub fn open(file: File) -> std::result::Result<ParquetTexts, Box<Fault>> {
    let (reader, source) = guarded(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let column = |top: parquet_types::TopColumn| {
        let values = match top.leaf {
            Err(words) => Err(words.to_owned()),
            Ok(leaf) => match parquet_types::is(&schema.column(leaf)) {
                ParquetKind::Other(words) => Err(words.to_owned()),
                is => Ok(ColumnPlace { leaf, is }),
            },
        };
        TextColumn { name: top.name, values }
    };
    let columns = tops(schema.root_schema()).into_iter().map(column).collect();
    Ok(ParquetTexts { reader, source, columns })
}

/// One value as it is read.
pub enum TextValue<'a> {
    Nothing,
    /// Text from the file, at most as long as a cell may be.
    Bytes(&'a ByteArray),
    Text(&'a str),
    /// Why it has no text.
    Wrong(&'static str),
}

/// How timestamps are written.
#[derive(Clone, Copy, PartialEq)]
pub enum TimestampText {
    /// As the day; only midnight is a day.
    Days,
    /// With the time of day, and Z if it is UTC.
    Whole,
}

const TIME: &str =
    "it has a time of day, and a day is needed; write dates (date32), or make the table with `wellspent records map`";
const TOO_LONG: &str = "it is longer than 4,096 bytes";
const TOO_COARSE: &str = "it is a floating point number too large to be exact; write whole numbers or text";
const NOT_FINITE: &str = "it is not a number (NaN or infinite); leave the cell empty if the value is unknown";
const TOO_MANY_DIGITS: &str = "it has more than 38 digits";

/// Reads at most this many rows of a column, and gives how many there were; 0 at the end.
pub fn some(
    reader: &mut ColumnReader,
    is: ParquetKind,
    dates: TimestampText,
    rows: usize,
    mut take: impl FnMut(TextValue<'_>),
) -> Result<usize> {
    let type_changed = || Err(ParquetError::General("the column changes its type".into()));
    let decimal = |number: Option<i128>, scale, take: &mut dyn FnMut(TextValue<'_>)| match number {
        Some(number) => take(TextValue::Text(&parquet_types::decimal(number, scale))),
        None => take(TextValue::Wrong(TOO_MANY_DIGITS)),
    };
    match reader {
        ColumnReader::ByteArrayColumnReader(reader) => match is {
            ParquetKind::Decimal(scale) => each(reader, rows, &mut take, |bytes, take| {
                decimal(parquet_types::big_endian(bytes.data()), scale, take);
            }),
            _ => each(reader, rows, &mut take, |bytes, take| {
                take(if bytes.len() > LONGEST { TextValue::Wrong(TOO_LONG) } else { TextValue::Bytes(bytes) });
            }),
        },
        ColumnReader::FixedLenByteArrayColumnReader(reader) => match is {
            ParquetKind::Uuid => {
                each(reader, rows, &mut take, |bytes, take| take(TextValue::Text(&parquet_types::uuid(bytes.data()))))
            }
            ParquetKind::Decimal(scale) => each(reader, rows, &mut take, |bytes, take| {
                decimal(parquet_types::big_endian(bytes.data()), scale, take);
            }),
            _ => type_changed(),
        },
        ColumnReader::Int32ColumnReader(reader) => each(reader, rows, &mut take, |number, take| match is {
            ParquetKind::Date => take(TextValue::Text(&day::date(*number).to_string())),
            ParquetKind::Unsigned => take(TextValue::Text(&(*number as u32).to_string())),
            ParquetKind::Decimal(scale) => decimal(Some(i128::from(*number)), scale, take),
            _ => take(TextValue::Text(&number.to_string())),
        }),
        ColumnReader::Int64ColumnReader(reader) => each(reader, rows, &mut take, |number, take| match is {
            ParquetKind::Unsigned => take(TextValue::Text(&(*number as u64).to_string())),
            ParquetKind::Decimal(scale) => decimal(Some(i128::from(*number)), scale, take),
            ParquetKind::Timestamps { each, .. } if dates == TimestampText::Days && number % each != 0 => {
                take(TextValue::Wrong(TIME))
            }
            ParquetKind::Timestamps { each, universal } => {
                let text = parquet_types::timestamp(*number, each, universal);
                take(TextValue::Text(if dates == TimestampText::Days {
                    text.split('T').next().unwrap_or_default()
                } else {
                    &text
                }));
            }
            _ => take(TextValue::Text(&number.to_string())),
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
            each(reader, rows, &mut take, |is, take| take(TextValue::Text(if *is { "true" } else { "false" })))
        }
        ColumnReader::Int96ColumnReader(_) => type_changed(),
    }
}

fn floating(number: f64, exact: f64, text: impl Fn() -> String, take: &mut dyn FnMut(TextValue<'_>)) {
    if !number.is_finite() {
        take(TextValue::Wrong(NOT_FINITE));
    } else if number.fract() == 0.0 && number.abs() >= exact {
        take(TextValue::Wrong(TOO_COARSE));
    } else if number == 0.0 {
        take(TextValue::Text("0"));
    } else {
        take(TextValue::Text(&text()));
    }
}

/// Gives the next values of a column, and [`TextValue::Nothing`] where there is none.
fn each<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    rows: usize,
    take: &mut impl FnMut(TextValue<'_>),
    with: impl Fn(&T::T, &mut dyn FnMut(TextValue<'_>)),
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
                None => take(TextValue::Nothing),
            }
        }
    }
    Ok(read)
}

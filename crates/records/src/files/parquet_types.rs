//! The type of a column of a Parquet file, by its annotations: the current ones, and those of DuckDB and older writers, which
//! say the same in another place. Also the name of a type in messages.

use base::english::counted;
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, Type};

/// Units in a day.
pub(crate) const MILLIS: i64 = 86_400_000;
pub(crate) const MICROS: i64 = 86_400_000_000;
pub(crate) const NANOS: i64 = 86_400_000_000_000;

/// The type of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParquetKind {
    Text,
    /// Whole numbers with a sign, in 32 or 64 bits.
    Signed,
    /// Unsigned whole numbers. A file keeps them in the same bits as signed ones.
    Unsigned,
    /// Decimal numbers with this many digits after the point.
    Decimal(u32),
    Date,
    /// Timestamps, with this many units a day; in UTC, or in local time.
    Timestamps {
        each: i64,
        universal: bool,
    },
    Float,
    Double,
    Boolean,
    Uuid,
    /// A column whose type says that it has no values.
    Nothing,
    /// A type that is never read, as text.
    Other(&'static str),
}

/// The type of a column.
pub(crate) fn is(found: &ColumnDescriptor) -> ParquetKind {
    let timestamps = |unit: &TimeUnit, universal| {
        let each = match unit {
            TimeUnit::MILLIS => MILLIS,
            TimeUnit::MICROS => MICROS,
            TimeUnit::NANOS => NANOS,
        };
        ParquetKind::Timestamps { each, universal }
    };
    let whole = |signed: bool| if signed { ParquetKind::Signed } else { ParquetKind::Unsigned };
    let scale = || u32::try_from(found.type_scale()).ok().filter(|scale| *scale <= 38);
    let decimal = || scale().map_or(ParquetKind::Other("decimal numbers without a valid scale"), ParquetKind::Decimal);
    let physical = found.physical_type();
    match (found.logical_type_ref(), physical) {
        (Some(LogicalType::Integer(of)), Physical::INT32 | Physical::INT64) => return whole(of.is_signed),
        (Some(LogicalType::Decimal(_)), _) => return decimal(),
        (Some(LogicalType::Date), Physical::INT32) => return ParquetKind::Date,
        (Some(LogicalType::Timestamp(of)), Physical::INT64) => return timestamps(&of.unit, of.is_adjusted_to_u_t_c),
        (Some(LogicalType::Uuid), Physical::FIXED_LEN_BYTE_ARRAY) => return ParquetKind::Uuid,
        (Some(LogicalType::Unknown), _) => return ParquetKind::Nothing,
        (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), Physical::BYTE_ARRAY) => return ParquetKind::Text,
        (Some(LogicalType::Time(_)), _) => return ParquetKind::Other("times of day"),
        (Some(LogicalType::Bson), _) => return ParquetKind::Other("BSON documents"),
        (Some(LogicalType::Float16), _) => return ParquetKind::Other("floating point numbers of half precision (16 bits)"),
        (Some(LogicalType::Variant(_)), _) => return ParquetKind::Other("variants, each value of a type of its own"),
        (Some(LogicalType::Geometry(_) | LogicalType::Geography(_)), _) => return ParquetKind::Other("places on a map"),
        (Some(_), _) => return ParquetKind::Other("values of a type that this program does not know"),
        (None, _) => {}
    }
    match (found.converted_type(), physical) {
        (ConvertedType::INT_8 | ConvertedType::INT_16 | ConvertedType::INT_32 | ConvertedType::INT_64, _) => ParquetKind::Signed,
        (ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64, _) => {
            ParquetKind::Unsigned
        }
        (ConvertedType::DECIMAL, _) => decimal(),
        (ConvertedType::DATE, Physical::INT32) => ParquetKind::Date,
        (ConvertedType::TIMESTAMP_MILLIS, Physical::INT64) => timestamps(&TimeUnit::MILLIS, true),
        (ConvertedType::TIMESTAMP_MICROS, Physical::INT64) => timestamps(&TimeUnit::MICROS, true),
        (ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS, _) => ParquetKind::Other("times of day"),
        (ConvertedType::INTERVAL, _) => ParquetKind::Other("intervals"),
        (ConvertedType::BSON, _) => ParquetKind::Other("BSON documents"),
        (_, Physical::BYTE_ARRAY) => ParquetKind::Text,
        (ConvertedType::NONE, Physical::INT32 | Physical::INT64) => ParquetKind::Signed,
        (ConvertedType::NONE, Physical::FLOAT) => ParquetKind::Float,
        (ConvertedType::NONE, Physical::DOUBLE) => ParquetKind::Double,
        (ConvertedType::NONE, Physical::BOOLEAN) => ParquetKind::Boolean,
        (ConvertedType::NONE, Physical::INT96) => ParquetKind::Other("timestamps of 96 bits (INT96)"),
        (ConvertedType::NONE, Physical::FIXED_LEN_BYTE_ARRAY) => ParquetKind::Other("bytes of a fixed length"),
        _ => ParquetKind::Other("values of a type that this program does not know"),
    }
}

/// The name of a type in a message.
pub(crate) fn words(is: ParquetKind, physical: Physical) -> String {
    let bits = if physical == Physical::INT32 { 32 } else { 64 };
    match is {
        ParquetKind::Text => "text (string)".into(),
        ParquetKind::Signed => format!("whole numbers (int{bits})"),
        ParquetKind::Unsigned => format!("unsigned whole numbers (uint{bits})"),
        ParquetKind::Decimal(scale) => {
            format!("decimal numbers with {} after the point", counted(scale, "digit", "digits"))
        }
        ParquetKind::Date => "dates (date32)".into(),
        ParquetKind::Timestamps { universal: true, .. } => "timestamps in UTC".into(),
        ParquetKind::Timestamps { universal: false, .. } => "timestamps".into(),
        ParquetKind::Float => "floating point numbers of single precision (float32)".into(),
        ParquetKind::Double => "floating point numbers (double)".into(),
        ParquetKind::Boolean => "true or false (boolean)".into(),
        ParquetKind::Uuid => "UUIDs".into(),
        ParquetKind::Nothing => "nothing (null)".into(),
        ParquetKind::Other(words) => words.into(),
    }
}

/// A top-level column: its place among the columns with values, or what it is if it has several values in one row.
pub(crate) struct TopColumn {
    pub name: String,
    pub leaf: Result<usize, &'static str>,
}

/// The top-level columns of a file: a list or a struct is one column.
pub(crate) fn tops(root: &Type) -> Vec<TopColumn> {
    fn leaves(of: &Type) -> usize {
        if of.is_group() { of.get_fields().iter().map(|field| leaves(field)).sum() } else { 1 }
    }
    let mut at = 0;
    let mut top = |field: &Type| {
        let info = field.get_basic_info();
        let logical = info.logical_type_ref();
        let leaf = if field.is_group() {
            Err(match (logical, info.converted_type()) {
                (Some(LogicalType::List), _) | (_, ConvertedType::LIST) => "a list in every row",
                (Some(LogicalType::Map), _) | (_, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => "a map in every row",
                _ => "a struct: several values in every row",
            })
        } else if info.has_repetition() && info.repetition() == Repetition::REPEATED {
            Err("a list in every row")
        } else {
            Ok(at)
        };
        at += leaves(field);
        TopColumn { name: field.name().to_owned(), leaf }
    };
    root.get_fields().iter().map(|field| top(field)).collect()
}

/// A decimal number as text, with no more digits after the point than it needs.
pub(crate) fn decimal(number: i128, scale: u32) -> String {
    let digits = number.unsigned_abs().to_string();
    let scale = scale as usize;
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, part) = padded.split_at(padded.len() - scale);
    let part = part.trim_end_matches('0');
    let sign = if number < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A number of any length, most significant byte first; `None` if it does not fit.
pub(crate) fn big_endian(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().try_fold(sign, |value: i128, byte| Some(value.checked_mul(256)? | i128::from(*byte)))
}

/// A timestamp as text: `2024-06-30T23:00:00Z`, without `Z` if it is local time.
pub(crate) fn timestamp(number: i64, each: i64, universal: bool) -> String {
    let day = number.div_euclid(each);
    let nanos = number.rem_euclid(each) * (NANOS / each);
    let seconds = nanos / 1_000_000_000;
    let Some(date) = i32::try_from(day).ok().filter(|day| (-700_000..=2_900_000).contains(day)) else {
        return format!("{number} since 1970");
    };
    let mut out = format!("{}T{:02}:{:02}:{:02}", base::day::date(date), seconds / 3600, seconds / 60 % 60, seconds % 60);
    if nanos % 1_000_000_000 != 0 {
        out += format!(".{:09}", nanos % 1_000_000_000).trim_end_matches('0');
    }
    out + if universal { "Z" } else { "" }
}

/// A UUID as it is usually written.
pub(crate) fn uuid(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        out += if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        out += &format!("{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_timestamps_as_text() {
        for (number, scale, text) in
            [(1005, 3, "1.005"), (-5, 2, "-0.05"), (0, 4, "0"), (120_000, 4, "12"), (7, 0, "7"), (-1250, 3, "-1.25")]
        {
            assert_eq!(decimal(number, scale), text);
        }
        assert_eq!(decimal(i128::from(u64::MAX), 0), "18446744073709551615");
        assert_eq!(big_endian(&[0xff, 0x38]), Some(-200));
        assert_eq!(big_endian(&[0; 40]), Some(0));
        assert_eq!(big_endian(&[0xff; 40]), Some(-1));
        assert_eq!(big_endian(&[0x7f; 17]), None);
        assert_eq!(timestamp(-1, MILLIS, true), "1969-12-31T23:59:59.999Z");
        assert_eq!(timestamp(0, NANOS, false), "1970-01-01T00:00:00");
        assert_eq!(uuid(&[0x12; 16]), "12121212-1212-1212-1212-121212121212");
    }
}

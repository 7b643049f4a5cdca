//! What a column of a Parquet file holds, told by its annotations: those of today and those that DuckDB and older writers leave,
//! which say the same in another place. And what to call it in a message.

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, Type};

/// Moments in a day, by their unit.
pub const MILLIS: i64 = 86_400_000;
pub const MICROS: i64 = 86_400_000_000;
pub const NANOS: i64 = 86_400_000_000_000;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Is {
    Text,
    /// Whole numbers with a sign, in 32 or 64 bits.
    Signed,
    /// Whole numbers without a sign. A file keeps them in the same bits as those with one.
    Unsigned,
    /// Decimal numbers with so many digits after the point.
    Decimal(u32),
    Date,
    /// Moments, so many to a day; counted in universal time, or by a clock on a wall.
    Moments {
        each: i64,
        universal: bool,
    },
    Float,
    Double,
    Truth,
    Uuid,
    /// A column without any value: its type says so.
    Nothing,
    /// What is never read, in words.
    Other(&'static str),
}

/// What a column holds.
pub fn is(found: &ColumnDescriptor) -> Is {
    let moments = |unit: &TimeUnit, universal| {
        let each = match unit {
            TimeUnit::MILLIS => MILLIS,
            TimeUnit::MICROS => MICROS,
            TimeUnit::NANOS => NANOS,
        };
        Is::Moments { each, universal }
    };
    let whole = |signed: bool| if signed { Is::Signed } else { Is::Unsigned };
    let scale = || u32::try_from(found.type_scale()).ok().filter(|scale| *scale <= 38);
    let decimal = || scale().map_or(Is::Other("decimal numbers of a scale that is none"), Is::Decimal);
    let physical = found.physical_type();
    match (found.logical_type_ref(), physical) {
        (Some(LogicalType::Integer(of)), Physical::INT32 | Physical::INT64) => return whole(of.is_signed),
        (Some(LogicalType::Decimal(_)), _) => return decimal(),
        (Some(LogicalType::Date), Physical::INT32) => return Is::Date,
        (Some(LogicalType::Timestamp(of)), Physical::INT64) => return moments(&of.unit, of.is_adjusted_to_u_t_c),
        (Some(LogicalType::Uuid), Physical::FIXED_LEN_BYTE_ARRAY) => return Is::Uuid,
        (Some(LogicalType::Unknown), _) => return Is::Nothing,
        (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), Physical::BYTE_ARRAY) => return Is::Text,
        (Some(LogicalType::Time(_)), _) => return Is::Other("times of day"),
        (Some(LogicalType::Bson), _) => return Is::Other("BSON documents"),
        (Some(LogicalType::Float16), _) => return Is::Other("floating point numbers of half precision (16 bits)"),
        (Some(LogicalType::Variant(_)), _) => return Is::Other("variants, each value of a type of its own"),
        (Some(LogicalType::Geometry(_) | LogicalType::Geography(_)), _) => return Is::Other("places on a map"),
        (Some(_), _) => return Is::Other("values of a type that this program does not know"),
        (None, _) => {}
    }
    match (found.converted_type(), physical) {
        (ConvertedType::INT_8 | ConvertedType::INT_16 | ConvertedType::INT_32 | ConvertedType::INT_64, _) => Is::Signed,
        (ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64, _) => Is::Unsigned,
        (ConvertedType::DECIMAL, _) => decimal(),
        (ConvertedType::DATE, Physical::INT32) => Is::Date,
        (ConvertedType::TIMESTAMP_MILLIS, Physical::INT64) => moments(&TimeUnit::MILLIS, true),
        (ConvertedType::TIMESTAMP_MICROS, Physical::INT64) => moments(&TimeUnit::MICROS, true),
        (ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS, _) => Is::Other("times of day"),
        (ConvertedType::INTERVAL, _) => Is::Other("intervals"),
        (ConvertedType::BSON, _) => Is::Other("BSON documents"),
        (_, Physical::BYTE_ARRAY) => Is::Text,
        (ConvertedType::NONE, Physical::INT32 | Physical::INT64) => Is::Signed,
        (ConvertedType::NONE, Physical::FLOAT) => Is::Float,
        (ConvertedType::NONE, Physical::DOUBLE) => Is::Double,
        (ConvertedType::NONE, Physical::BOOLEAN) => Is::Truth,
        (ConvertedType::NONE, Physical::INT96) => Is::Other("timestamps of 96 bits (INT96)"),
        (ConvertedType::NONE, Physical::FIXED_LEN_BYTE_ARRAY) => Is::Other("bytes of a fixed length"),
        _ => Is::Other("values of a type that this program does not know"),
    }
}

/// What it is called in a message.
pub fn words(is: Is, physical: Physical) -> String {
    let bits = if physical == Physical::INT32 { 32 } else { 64 };
    match is {
        Is::Text => "text (string)".into(),
        Is::Signed => format!("whole numbers (int{bits})"),
        Is::Unsigned => format!("whole numbers without a sign (uint{bits})"),
        Is::Decimal(scale) => format!("decimal numbers with {scale} digit{} after the point", if scale == 1 { "" } else { "s" }),
        Is::Date => "dates (date32)".into(),
        Is::Moments { universal: true, .. } => "timestamps in universal time (UTC)".into(),
        Is::Moments { universal: false, .. } => "timestamps".into(),
        Is::Float => "floating point numbers of single precision (float32)".into(),
        Is::Double => "floating point numbers (double)".into(),
        Is::Truth => "true or false (boolean)".into(),
        Is::Uuid => "UUIDs".into(),
        Is::Nothing => "nothing (null)".into(),
        Is::Other(words) => words.into(),
    }
}

/// A column of the table: its place among the columns that hold values, or what it is when it holds several in one row.
pub struct Top {
    pub name: String,
    pub leaf: Result<usize, &'static str>,
}

/// The columns of a file as somebody who wrote a table knows them: a list or a struct is one column.
pub fn tops(root: &Type) -> Vec<Top> {
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
        Top { name: field.name().to_owned(), leaf }
    };
    root.get_fields().iter().map(|field| top(field)).collect()
}

/// A decimal number as text, with no more digits after the point than it needs: two where money has them.
pub fn decimal(number: i128, scale: u32) -> String {
    let digits = number.unsigned_abs().to_string();
    let scale = scale as usize;
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, part) = padded.split_at(padded.len() - scale);
    let part = part.trim_end_matches('0');
    let sign = if number < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A number of any length, most significant byte first; `None` when it does not fit.
pub fn big_endian(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().try_fold(sign, |value: i128, byte| Some(value.checked_mul(256)? | i128::from(*byte)))
}

/// A moment as text: `2024-06-30T23:00:00Z`, without the letter where it is the time of a clock on a wall.
pub fn moment(number: i64, each: i64, universal: bool) -> String {
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
pub fn uuid(bytes: &[u8]) -> String {
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
    fn numbers_and_moments_as_text() {
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
        assert_eq!(moment(-1, MILLIS, true), "1969-12-31T23:59:59.999Z");
        assert_eq!(moment(0, NANOS, false), "1970-01-01T00:00:00");
        assert_eq!(uuid(&[0x12; 16]), "12121212-1212-1212-1212-121212121212");
    }
}

//! A table as a Parquet file, typed: text, days, whole numbers and decimals. What reports write for other programs.

use std::sync::Arc;

use base::day::Day;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

/// The values of one column.
pub enum ParquetColumn {
    Texts(Vec<ByteArray>),
    Days(Vec<Day>),
    /// Whole numbers of the smallest unit, and how many digits stand after the point.
    Decimals(Vec<i64>, i32),
    OptionalWhole(Vec<Option<i64>>),
    OptionalDays(Vec<Option<Day>>),
}

impl ParquetColumn {
    /// A column of text.
    pub fn texts<T: AsRef<str>>(texts: impl Iterator<Item = T>) -> ParquetColumn {
        ParquetColumn::Texts(texts.map(|text| ByteArray::from(text.as_ref().as_bytes().to_vec())).collect())
    }
}

/// The bytes of a Parquet file with these columns. `details` are texts that travel in the file.
///
/// # Errors
/// The columns do not fit together.
pub fn bytes(title: &str, columns: &[(&str, ParquetColumn)], details: Vec<(String, String)>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let fields = columns.iter().map(|(name, column)| field(name, column).map(Arc::new));
    let schema = Type::group_type_builder(title).with_fields(fields.collect::<Result<_>>()?).build()?;
    let details: Vec<KeyValue> = details.into_iter().map(|(name, text)| KeyValue::new(name, text)).collect();
    let details = (!details.is_empty()).then_some(details);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_key_value_metadata(details).build();
    let mut writer = SerializedFileWriter::new(&mut out, Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for (_, values) in columns {
        let Some(mut column) = group.next_column()? else { break };
        match values {
            ParquetColumn::Texts(texts) => column.typed::<ByteArrayType>().write_batch(texts, None, None)?,
            ParquetColumn::Days(days) => column.typed::<Int32Type>().write_batch(days, None, None)?,
            ParquetColumn::Decimals(numbers, _) => column.typed::<Int64Type>().write_batch(numbers, None, None)?,
            ParquetColumn::OptionalWhole(numbers) => {
                let there: Vec<i64> = numbers.iter().flatten().copied().collect();
                column.typed::<Int64Type>().write_batch(&there, Some(&levels(numbers)), None)?
            }
            ParquetColumn::OptionalDays(days) => {
                let there: Vec<Day> = days.iter().flatten().copied().collect();
                column.typed::<Int32Type>().write_batch(&there, Some(&levels(days)), None)?
            }
        };
        column.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(out)
}

/// Which values are there.
fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values.iter().map(|value| i16::from(value.is_some())).collect()
}

fn field(name: &str, column: &ParquetColumn) -> Result<Type> {
    use ParquetColumn::{Days, Decimals, OptionalDays, OptionalWhole, Texts};
    let (physical, logical) = match column {
        Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Days(_) | OptionalDays(_) => (Physical::INT32, Some(LogicalType::Date)),
        Decimals(_, scale) => (Physical::INT64, Some(LogicalType::decimal(*scale, 18))),
        OptionalWhole(_) => (Physical::INT64, None),
    };
    let optional = matches!(column, OptionalWhole(_) | OptionalDays(_));
    let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let field = Type::primitive_type_builder(name, physical).with_repetition(repetition).with_logical_type(logical);
    match column {
        Decimals(_, scale) => field.with_precision(18).with_scale(*scale).build(),
        _ => field.build(),
    }
}

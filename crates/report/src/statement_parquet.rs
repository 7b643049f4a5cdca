//! A statement as Parquet: the columns and rows of its CSV, typed. Money is decimal pounds, quantities have all nine digits,
//! days are days.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use base::day::day;
use ledger::Statement;
use ledger::statement::{COLUMNS, Line};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use records::gate::quality::Quality;

use crate::quality;

/// The values of one column.
enum Column {
    Texts(Vec<ByteArray>),
    Days(Vec<i32>),
    /// Whole numbers of the smallest unit, and how many digits stand after the point.
    Decimals(Vec<i64>, i32),
}

/// Writes a statement into a file, in place of one that is there.
pub fn write(statement: &Statement, quality: Option<&Quality>, path: &Path) -> anyhow::Result<()> {
    let could_not = || format!("could not write {}", path.display());
    let file = File::create(path).with_context(could_not)?;
    to(file, statement, quality).with_context(could_not)
}

fn to(file: File, statement: &Statement, quality: Option<&Quality>) -> Result<()> {
    let columns = columns(statement);
    let fields = COLUMNS.iter().zip(&columns).map(|(name, column)| field(name, column).map(Arc::new));
    let schema = Type::group_type_builder("statement").with_fields(fields.collect::<Result<_>>()?).build()?;
    // The data-quality statement travels in the file, as the CSV that `--quality` writes.
    let said = quality.map(|quality| vec![KeyValue::new("data quality".to_owned(), quality::csv(quality))]);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_key_value_metadata(said).build();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for values in &columns {
        let Some(mut column) = group.next_column()? else { break };
        match values {
            Column::Texts(texts) => column.typed::<ByteArrayType>().write_batch(texts, None, None)?,
            Column::Days(days) => column.typed::<Int32Type>().write_batch(days, None, None)?,
            Column::Decimals(numbers, _) => column.typed::<Int64Type>().write_batch(numbers, None, None)?,
        };
        column.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}

fn field(name: &str, column: &Column) -> Result<Type> {
    let (physical, logical) = match column {
        Column::Texts(_) => (Physical::BYTE_ARRAY, LogicalType::String),
        Column::Days(_) => (Physical::INT32, LogicalType::Date),
        Column::Decimals(_, scale) => (Physical::INT64, LogicalType::decimal(*scale, 18)),
    };
    let field =
        Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED).with_logical_type(Some(logical));
    match column {
        Column::Decimals(_, scale) => field.with_precision(18).with_scale(*scale).build(),
        _ => field.build(),
    }
}

/// The columns in the order of [`COLUMNS`], the rows in that of the CSV: a provider after the other.
fn columns(statement: &Statement) -> Vec<Column> {
    let providers = statement.providers.iter();
    let lines: Vec<&Line> =
        providers.flat_map(|provider| statement.lines.iter().filter(move |line| line.provider == *provider)).collect();
    let texts = |text: &dyn Fn(&Line) -> String| {
        Column::Texts(lines.iter().map(|line| ByteArray::from(text(line).into_bytes())).collect())
    };
    let days = |date| Column::Days(vec![day(date); lines.len()]);
    let decimals =
        |number: &dyn Fn(&Line) -> i64, scale| Column::Decimals(lines.iter().map(|line| number(line)).collect(), scale);
    vec![
        texts(&|_| statement.contract.clone()),
        texts(&|_| statement.version.to_string()),
        days(statement.as_at),
        days(statement.known_at),
        texts(&|line| line.provider.clone()),
        texts(&|line| line.area.clone()),
        texts(&|line| line.clause.clone()),
        texts(&|line| line.outcome.clone()),
        texts(&|line| line.from_cohort.clone()),
        texts(&|line| line.to_cohort.clone()),
        texts(&|line| line.segment.clone()),
        decimals(&|line| line.quantity.0, 9),
        texts(&|line| line.unit.clone()),
        decimals(&|line| line.price.0, 2),
        decimals(&|line| line.amount.0, 2),
        texts(&|line| line.reason.clone()),
        texts(&|line| statement.id(line).to_string()),
    ]
}

//! Writes tables: batches of rows become a CSV or a Parquet file.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::batch::{Batch, ColumnValues, NONE};
use crate::csv;
use crate::schema::{RecordTable, ValueKind};
use anyhow::{Context as _, bail};
use base::day::NEVER;
use base::hinted::Hinted;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::folder::{UNFINISHED, find};
use super::table_file::FileFormat;

/// A folder that is being written. Nobody reads records from it before it is finished.
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// Makes the folder if it is missing. A folder with tables is refused, and stays as it was.
    pub fn begin(folder: &Path) -> anyhow::Result<Unfinished> {
        fs::create_dir_all(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
        if let Some(file) = find(folder)?.0.first() {
            let what = format!("{} already has {}", folder.display(), file.name());
            bail!(Hinted::new(what, "name a folder that is empty or new"));
        }
        let path = folder.join(UNFINISHED);
        File::create_new(&path).with_context(|| format!("could not write {}", path.display()))?;
        Ok(Unfinished(path))
    }

    /// Marks the folder as finished: every table is written.
    pub fn end(self) -> anyhow::Result<()> {
        fs::remove_file(&self.0).with_context(|| format!("could not remove {}", self.0.display()))
    }
}

/// A table that is being written.
pub enum Writer {
    Csv(BufWriter<File>),
    /// Started with the first rows, which decide whether names are numbers or texts.
    Parquet {
        file: Option<File>,
        writer: Option<SerializedFileWriter<File>>,
    },
}

impl Writer {
    /// Starts `NAME.csv` or `NAME.parquet` in a folder; the file must not exist.
    pub fn begin(folder: &Path, table: &'static RecordTable, format: FileFormat) -> anyhow::Result<Writer> {
        let ending = if format == FileFormat::Parquet { "parquet" } else { "csv" };
        let path = folder.join(format!("{}.{ending}", table.name));
        let file = File::create_new(&path).with_context(|| format!("could not write {}", path.display()))?;
        match format {
            FileFormat::Csv | FileFormat::Workbook => {
                let mut file = BufWriter::new(file);
                file.write_all(csv::header_line(table).as_bytes())?;
                Ok(Writer::Csv(file))
            }
            FileFormat::Parquet => Ok(Writer::Parquet { file: Some(file), writer: None }),
        }
    }

    pub fn write(&mut self, batch: &Batch) -> anyhow::Result<()> {
        match self {
            Writer::Csv(file) => {
                let mut text = String::new();
                csv::write(batch, &mut text);
                file.write_all(text.as_bytes())?;
            }
            Writer::Parquet { file, writer } => {
                if let Some(file) = file.take_if(|_| batch.rows() > 0) {
                    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
                    *writer = Some(SerializedFileWriter::new(file, Arc::new(schema(batch)?), Arc::new(properties))?);
                }
                if let Some(writer) = writer.as_mut().filter(|_| batch.rows() > 0) {
                    group(writer, batch)?;
                }
            }
        }
        Ok(())
    }

    /// Finishes the file.
    pub fn end(self, table: &'static RecordTable) -> anyhow::Result<()> {
        match self {
            Writer::Csv(mut file) => file.flush()?,
            Writer::Parquet { writer: Some(writer), .. } => {
                writer.close()?;
            }
            Writer::Parquet { file, .. } => {
                if let Some(file) = file {
                    let schema = Arc::new(schema(&Batch::empty(table))?);
                    SerializedFileWriter::new(file, schema, Arc::new(WriterProperties::builder().build()))?.close()?;
                }
            }
        }
        Ok(())
    }
}

/// The columns that the batch has.
fn schema(batch: &Batch) -> parquet::errors::Result<Type> {
    let mut fields = Vec::new();
    for (column, values) in batch.table.columns.iter().zip(&batch.columns) {
        let (physical, logical, precision) = match (values, column.kind) {
            (ColumnValues::Absent, _) => continue,
            (ColumnValues::Days(_), _) => (Physical::INT32, Some(LogicalType::Date), None),
            (ColumnValues::Numbers(_), ValueKind::Amount) => (Physical::INT64, Some(LogicalType::decimal(2, 18)), Some(18)),
            (ColumnValues::Numbers(_), ValueKind::Share) => (Physical::DOUBLE, None, None),
            (ColumnValues::Numbers(_), _) => (Physical::INT64, None, None),
            (ColumnValues::Texts(_), _) => (Physical::BYTE_ARRAY, Some(LogicalType::String), None),
        };
        let mut field =
            Type::primitive_type_builder(column.name, physical).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
        if let Some(precision) = precision {
            field = field.with_precision(precision).with_scale(2);
        }
        fields.push(Arc::new(field.build()?));
    }
    Type::group_type_builder(batch.table.name).with_fields(fields).build()
}

/// One batch as one row group.
fn group(writer: &mut SerializedFileWriter<File>, batch: &Batch) -> parquet::errors::Result<()> {
    fn levels<T>(values: &[T], there: impl Fn(&T) -> bool) -> Vec<i16> {
        values.iter().map(|value| i16::from(there(value))).collect()
    }
    let mut group = writer.next_row_group()?;
    for (column_of, values) in batch.table.columns.iter().zip(&batch.columns) {
        if matches!(values, ColumnValues::Absent) {
            continue;
        }
        let Some(mut column) = group.next_column()? else { break };
        match values {
            ColumnValues::Absent => {}
            ColumnValues::Days(days) => {
                let there: Vec<i32> = days.iter().copied().filter(|day| *day != NEVER).collect();
                column.typed::<Int32Type>().write_batch(&there, Some(&levels(days, |day| *day != NEVER)), None)?;
            }
            ColumnValues::Numbers(numbers) if column_of.kind == ValueKind::Share => {
                let there: Vec<f64> =
                    numbers.iter().filter(|number| **number != NONE).map(|number| *number as f64 / 1e6).collect();
                column.typed::<DoubleType>().write_batch(&there, Some(&levels(numbers, |number| *number != NONE)), None)?;
            }
            ColumnValues::Numbers(numbers) => {
                let there: Vec<i64> = numbers.iter().copied().filter(|number| *number != NONE).collect();
                column.typed::<Int64Type>().write_batch(&there, Some(&levels(numbers, |number| *number != NONE)), None)?;
            }
            ColumnValues::Texts(texts) => {
                let all: Vec<&str> = (0..texts.len()).map(|row| texts.get(row)).collect();
                let there: Vec<ByteArray> =
                    all.iter().filter(|text| !text.is_empty()).map(|text| ByteArray::from(*text)).collect();
                column.typed::<ByteArrayType>().write_batch(&there, Some(&levels(&all, |text| !text.is_empty())), None)?;
            }
        }
        column.close()?;
    }
    group.close()?;
    Ok(())
}

/// Marks text that a spreadsheet would read as a formula, so that opening a list runs nothing.
pub fn plain(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

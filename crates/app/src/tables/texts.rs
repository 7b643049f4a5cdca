//! Tables of any shape: chosen columns of a CSV or Parquet file as text, each distinct text once; and columns of text and
//! numbers out as Parquet. For what agencies export and we publish beside the record tables.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use engine::link::gather::Raw;
use engine::link::values::Numbering;
use engine::records::csv;
use engine::records::fault::Fault;
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use rayon::prelude::*;

/// Rows that are decoded at a time.
const ROWS: usize = 1 << 16;

/// Reads columns by name. Rows with faults are left out of a CSV file, and their faults given back.
pub fn read(path: &Path, wanted: &[&str]) -> anyhow::Result<(Vec<Raw>, Vec<Fault>)> {
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let parquet = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    if parquet { from_parquet(path, wanted).map(|columns| (columns, Vec::new())) } else { from_csv(path, file, wanted) }
}

/// Where each wanted column stands among the names in a file, or an error that names those that are missing.
fn places(path: &Path, wanted: &[&str], there: &[String]) -> anyhow::Result<Vec<usize>> {
    let place = |name: &&str| there.iter().position(|known| known.eq_ignore_ascii_case(name));
    let lost: Vec<&str> = wanted.iter().copied().filter(|name| place(name).is_none()).collect();
    if lost.is_empty() {
        return Ok(wanted.iter().filter_map(place).collect());
    }
    let nearest = lost.iter().find_map(|name| scheme::problem::nearest(name, there.iter().map(String::as_str)));
    let hint = nearest
        .map_or_else(|| format!("it has the columns {}", there.join(", ")), |nearest| format!("did you mean `{nearest}`?"));
    bail!("{} has no column `{}`\n\nhint: {hint}", path.display(), lost.join("`, `"))
}

fn from_csv(path: &Path, file: File, wanted: &[&str]) -> anyhow::Result<(Vec<Raw>, Vec<Fault>)> {
    let mut columns: Vec<(Numbering, Vec<u32>)> = wanted.iter().map(|_| Default::default()).collect();
    let read = csv::texts(file, wanted, |cells| {
        for ((numbering, rows), cell) in columns.iter_mut().zip(cells) {
            rows.push(numbering.number(cell));
        }
    });
    let (header, faults) = read.with_context(|| format!("could not read {}", path.display()))?;
    places(path, wanted, &header)?;
    Ok((columns.into_iter().map(|(numbering, rows)| Raw { values: numbering.finish(), rows }).collect(), faults))
}

fn from_parquet(path: &Path, wanted: &[&str]) -> anyhow::Result<Vec<Raw>> {
    let open = || -> anyhow::Result<SerializedFileReader<File>> {
        let file = File::open(path)?;
        SerializedFileReader::new(file).with_context(|| format!("{} is not a whole Parquet file", path.display()))
    };
    let reader = open()?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let each = places(path, wanted, &names)?.into_par_iter().map(|place| {
        let column = schema.column(place);
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            bail!("the column {} of {} holds lists, and text is needed", names[place], path.display());
        }
        let day = column.logical_type_ref() == Some(&LogicalType::Date) || column.converted_type() == ConvertedType::DATE;
        // Each column has a cursor of its own.
        let reader = open()?;
        crate::panics::silent(|| {
            let read = std::panic::AssertUnwindSafe(|| one(&reader, place, day));
            std::panic::catch_unwind(read).unwrap_or_else(|_| Err(anyhow::anyhow!("its pages cannot be decoded")))
        })
        .with_context(|| format!("could not read the column {} of {}", names[place], path.display()))
    });
    each.collect()
}

/// One column of all row groups.
fn one(reader: &SerializedFileReader<File>, place: usize, day: bool) -> anyhow::Result<Raw> {
    let (mut numbering, mut rows) = (Numbering::default(), Vec::new());
    for group in 0..reader.metadata().num_row_groups() {
        let group = reader.get_row_group(group)?;
        match group.get_column_reader(place)? {
            ColumnReader::ByteArrayColumnReader(column) => {
                texts(column, &mut rows, |value: &ByteArray| numbering.number(String::from_utf8_lossy(value.data()).trim()))?
            }
            ColumnReader::Int32ColumnReader(column) => texts(column, &mut rows, |value: &i32| {
                let text = if day { engine::records::day::date(*value).to_string() } else { value.to_string() };
                numbering.number(&text)
            })?,
            ColumnReader::Int64ColumnReader(column) => {
                texts(column, &mut rows, |value: &i64| numbering.number(&value.to_string()))?
            }
            ColumnReader::DoubleColumnReader(column) => {
                texts(column, &mut rows, |value: &f64| numbering.number(&value.to_string()))?;
            }
            _ => bail!("its type is neither text, nor a whole number, nor a date"),
        }
    }
    Ok(Raw { values: numbering.finish(), rows })
}

fn texts<T: DataType>(
    mut column: ColumnReaderImpl<T>,
    rows: &mut Vec<u32>,
    mut number: impl FnMut(&T::T) -> u32,
) -> anyhow::Result<()> {
    loop {
        let (mut raw, mut there) = (Vec::new(), Vec::new());
        let (read, values, _) = column.read_records(ROWS, Some(&mut there), None, &mut raw)?;
        if read == 0 {
            return Ok(());
        }
        if values == read {
            rows.extend(raw.iter().map(&mut number));
        } else {
            let mut raw = raw.iter();
            rows.extend(there.iter().map(|level| if *level > 0 { raw.next().map_or(0, &mut number) } else { 0 }));
        }
    }
}

/// A column on its way out.
pub enum Column<'a> {
    Texts(&'a str, Box<dyn Fn(usize) -> &'a str + 'a>),
    Numbers(&'a str, Box<dyn Fn(usize) -> f64 + 'a>),
}

/// Writes columns as a Parquet file, in row groups.
pub fn write(path: &Path, count: usize, columns: &[Column<'_>]) -> anyhow::Result<()> {
    let field = |column: &Column<'_>| {
        let (name, physical, logical) = match column {
            Column::Texts(name, _) => (*name, Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Column::Numbers(name, _) => (*name, Physical::DOUBLE, None),
        };
        let built = Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED).with_logical_type(logical);
        built.build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("table").with_fields(fields).build()?;
    let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
    for start in (0..count).step_by(ROWS) {
        let rows = start..(start + ROWS).min(count);
        let mut group = writer.next_row_group()?;
        for column in columns {
            let Some(mut out) = group.next_column()? else { break };
            match column {
                Column::Texts(_, of) => {
                    let values: Vec<ByteArray> = rows.clone().map(|row| ByteArray::from(of(row))).collect();
                    out.typed::<ByteArrayType>().write_batch(&values, None, None)?;
                }
                Column::Numbers(_, of) => {
                    let values: Vec<f64> = rows.clone().map(of).collect();
                    out.typed::<DoubleType>().write_batch(&values, None, None)?;
                }
            }
            out.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

//! Tables of any shape: chosen columns of a CSV or Parquet file as text, each distinct text once; and columns of text and
//! numbers out as Parquet. For what agencies export and we publish beside the record tables.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use engine::link::gather::Raw;
use engine::link::values::Numbering;
use engine::records::batch::{TOGETHER, Texts, fetch};
use engine::records::fault::{Fault, Grade};
use engine::records::rows;
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use rayon::prelude::*;

use super::input::{self, Opened};

/// Rows that are decoded at a time.
const ROWS: usize = 1 << 16;

/// What a file says: a column as it stands, columns with each distinct text once, and rows that were left out.
pub struct Read {
    pub ids: Texts,
    pub columns: Vec<Raw>,
    pub faults: Vec<Fault>,
}

/// Reads columns by name. Rows with faults are left out of a CSV file, and their faults given back.
pub fn read(path: &Path, wanted: &[&str]) -> anyhow::Result<(Vec<Raw>, Vec<Fault>)> {
    let read = read_with_ids(path, None, wanted)?;
    Ok((read.columns, read.faults))
}

/// The same with a column of ids, which are all different.
pub fn read_with_ids(path: &Path, ids: Option<&str>, wanted: &[&str]) -> anyhow::Result<Read> {
    read_sheet(path, None, ids, wanted)
}

/// The same of a sheet of a workbook; without its name of the only one.
pub fn read_sheet(path: &Path, sheet: Option<&str>, ids: Option<&str>, wanted: &[&str]) -> anyhow::Result<Read> {
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let parquet = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    if parquet { from_parquet(path, ids, wanted) } else { from_rows(path, input::open(file, path, sheet)?, ids, wanted) }
}

/// Where each wanted column stands among the names in a file, or an error that names those that are missing.
fn places(path: &Path, wanted: &[&str], there: &[String]) -> anyhow::Result<Vec<usize>> {
    let place = |name: &&str| there.iter().position(|known| known.eq_ignore_ascii_case(name));
    let lost: Vec<&str> = wanted.iter().copied().filter(|name| place(name).is_none()).collect();
    if lost.is_empty() {
        return Ok(wanted.iter().filter_map(place).collect());
    }
    let nearest = lost.iter().find_map(|name| scheme::problem::nearest(name, there.iter().map(String::as_str)));
    // A file without a header begins with somebody's row, which is nobody's to show.
    let hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if lost.len() < wanted.len() => format!("it has the columns {}", there.join(", ")),
        None => "the first row must have the names of the columns, and has none of those that are named here".into(),
    };
    bail!("{} has no column `{}`\n\nhint: {hint}", path.display(), lost.join("`, `"))
}

/// The columns that are read: the ids first, where they are asked for.
fn started(ids: Option<&str>, wanted: &[&str]) -> Vec<Reading> {
    let each = wanted.iter().map(|_| Reading::Numbers(Numbers::default()));
    ids.map(|_| Reading::Ids(Texts::default())).into_iter().chain(each).collect()
}

fn finished(columns: Vec<Reading>, faults: Vec<Fault>) -> Read {
    let mut read = Read { ids: Texts::default(), columns: Vec::new(), faults };
    for column in columns {
        match column {
            Reading::Ids(ids) => read.ids = ids,
            Reading::Numbers(of) => read.columns.push(Raw { values: of.numbering.finish(), rows: of.rows }),
        }
    }
    read
}

fn from_rows(path: &Path, opened: Result<Opened, Fault>, ids: Option<&str>, wanted: &[&str]) -> anyhow::Result<Read> {
    let all: Vec<&str> = ids.into_iter().chain(wanted.iter().copied()).collect();
    let mut columns = started(ids, wanted);
    let mut opened = opened.map_err(|fault| input::refused(path, &fault))?;
    let read = rows::texts(&mut opened, &all, |cells| columns.iter_mut().zip(cells).for_each(|(column, cell)| column.text(cell)));
    let (header, faults) = read.with_context(|| format!("could not read {}", path.display()))?;
    if let Some(fault) = faults.iter().find(|fault| fault.grade == Grade::File) {
        return Err(input::refused(path, fault));
    }
    places(path, &all, &header)?;
    Ok(finished(columns, faults))
}

fn from_parquet(path: &Path, ids: Option<&str>, wanted: &[&str]) -> anyhow::Result<Read> {
    let open = || -> anyhow::Result<SerializedFileReader<File>> {
        let file = File::open(path)?;
        SerializedFileReader::new(file).with_context(|| format!("{} is not a whole Parquet file", path.display()))
    };
    let reader = open()?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let all: Vec<&str> = ids.into_iter().chain(wanted.iter().copied()).collect();
    let each = places(path, &all, &names)?.into_par_iter().zip(started(ids, wanted)).map(|(place, mut into)| {
        let column = schema.column(place);
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            bail!("the column {} of {} holds lists, and text is needed", names[place], path.display());
        }
        let day = column.logical_type_ref() == Some(&LogicalType::Date) || column.converted_type() == ConvertedType::DATE;
        // Each column has a cursor of its own.
        let reader = open()?;
        crate::panics::silent(|| {
            let read = std::panic::AssertUnwindSafe(|| one(&reader, place, day, &mut into).map(|()| into));
            std::panic::catch_unwind(read).unwrap_or_else(|_| Err(anyhow::anyhow!("its pages cannot be decoded")))
        })
        .with_context(|| format!("could not read the column {} of {}", names[place], path.display()))
    });
    Ok(finished(each.collect::<anyhow::Result<_>>()?, Vec::new()))
}

/// A column while it is read.
enum Reading {
    /// As it stands.
    Ids(Texts),
    /// Each distinct text once.
    Numbers(Numbers),
}

#[derive(Default)]
struct Numbers {
    numbering: Numbering,
    rows: Vec<u32>,
    /// Texts of a Parquet file's own dictionary, found again by their place in memory; nothing where there is no dictionary.
    /// They are kept, so that no other text can come to stand at that place.
    known: Vec<(ByteArray, u32)>,
}

/// So many texts of a dictionary are known by their place.
const KNOWN: usize = 1 << 15;

impl Reading {
    fn text(&mut self, text: &str) {
        match self {
            Reading::Ids(ids) => ids.push(text),
            Reading::Numbers(of) => of.rows.push(of.numbering.number(text)),
        }
    }

    fn bytes(&mut self, bytes: &ByteArray) {
        let text = || String::from_utf8_lossy(bytes.data());
        let of = match self {
            Reading::Numbers(of) if !of.known.is_empty() => of,
            _ => return self.text(text().trim()),
        };
        let hash = bytes.data().as_ptr().addr().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let known = &mut of.known[hash >> (usize::BITS - KNOWN.ilog2())];
        if !std::ptr::eq(known.0.data(), bytes.data()) {
            *known = (bytes.clone(), of.numbering.number(text().trim()));
        }
        of.rows.push(known.1);
    }

    /// Before a row group is read.
    fn begins(&mut self, has_dictionary: bool) {
        if let Reading::Numbers(of) = self {
            of.known.clear();
            of.known.resize(if has_dictionary { KNOWN } else { 0 }, (ByteArray::from(""), 0));
        }
    }
}

/// One column of all row groups.
fn one(reader: &SerializedFileReader<File>, place: usize, day: bool, into: &mut Reading) -> anyhow::Result<()> {
    for group in 0..reader.metadata().num_row_groups() {
        let group = reader.get_row_group(group)?;
        into.begins(group.metadata().column(place).dictionary_page_offset().is_some());
        match group.get_column_reader(place)? {
            ColumnReader::ByteArrayColumnReader(column) => each(column, |value: Option<&ByteArray>| match value {
                None => into.text(""),
                Some(bytes) => into.bytes(bytes),
            })?,
            ColumnReader::Int32ColumnReader(column) if day => {
                each(column, |value| {
                    into.text(&value.map_or_else(String::new, |day| engine::records::day::date(*day).to_string()))
                })?;
            }
            ColumnReader::Int32ColumnReader(column) => each(column, |value| into.text(&written(value)))?,
            ColumnReader::Int64ColumnReader(column) => each(column, |value| into.text(&written(value)))?,
            ColumnReader::DoubleColumnReader(column) => each(column, |value| into.text(&written(value)))?,
            _ => bail!("its type is neither text, nor a whole number, nor a date"),
        }
    }
    if let Reading::Numbers(of) = into {
        of.known = Vec::new();
    }
    Ok(())
}

fn written(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}

/// Hands on the values of a column, and nothing where there is none.
fn each<T: DataType>(mut column: ColumnReaderImpl<T>, mut with: impl FnMut(Option<&T::T>)) -> anyhow::Result<()> {
    loop {
        let (mut raw, mut there) = (Vec::new(), Vec::new());
        let (read, values, _) = column.read_records(ROWS, Some(&mut there), None, &mut raw)?;
        if read == 0 {
            return Ok(());
        }
        if values == read {
            raw.iter().for_each(|value| with(Some(value)));
        } else {
            let mut raw = raw.iter();
            there.iter().for_each(|level| with(if *level > 0 { raw.next() } else { None }));
        }
    }
}

/// A column on its way out, by row.
pub enum Column<'a> {
    /// Texts that are mostly different, such as ids.
    Texts(&'a str, Box<dyn Fn(usize) -> &'a str + 'a>),
    /// Few texts, and for each row the number of its text.
    Choices(&'a str, Vec<&'a str>, Box<dyn Fn(usize) -> u32 + 'a>),
    Numbers(&'a str, Box<dyn Fn(usize) -> f64 + 'a>),
}

impl Column<'_> {
    fn name(&self) -> &str {
        match self {
            Column::Texts(name, _) | Column::Choices(name, ..) | Column::Numbers(name, _) => name,
        }
    }

    fn field(&self) -> parquet::errors::Result<Type> {
        let (physical, logical) = match self {
            Column::Texts(..) | Column::Choices(..) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Column::Numbers(..) => (Physical::DOUBLE, None),
        };
        let built = Type::primitive_type_builder(self.name(), physical).with_repetition(Repetition::REQUIRED);
        built.with_logical_type(logical).build()
    }
}

/// Writes columns as a Parquet file, in row groups. Only columns of few texts have a dictionary: one of ids is as long as the
/// column, and takes longer to make than all else here.
pub fn write(path: &Path, count: usize, columns: &[Column<'_>]) -> anyhow::Result<()> {
    let fields = columns.iter().map(|column| column.field().map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("table").with_fields(fields).build()?;
    let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
    let mut properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_statistics_enabled(EnabledStatistics::None);
    for column in columns {
        let few = matches!(column, Column::Choices(..));
        properties = properties.set_column_dictionary_enabled(column.name().into(), few);
    }
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties.build()))?;
    let choices: Vec<Vec<ByteArray>> = columns
        .iter()
        .map(|column| match column {
            Column::Choices(_, texts, _) => texts.iter().map(|text| ByteArray::from(*text)).collect(),
            _ => Vec::new(),
        })
        .collect();
    for start in (0..count).step_by(ROWS) {
        let rows = start..(start + ROWS).min(count);
        let mut group = writer.next_row_group()?;
        for (column, choices) in columns.iter().zip(&choices) {
            let Some(mut out) = group.next_column()? else { break };
            match column {
                Column::Texts(_, of) => {
                    // All texts in one piece of memory, of which each value is a part.
                    let mut all = Texts::default();
                    for from in rows.clone().step_by(TOGETHER) {
                        let texts = || (from..(from + TOGETHER).min(rows.end)).map(of);
                        fetch(texts());
                        texts().for_each(|text| all.push(text));
                    }
                    let (text, parts) = all.into_parts();
                    let text = Bytes::from(text);
                    let values: Vec<ByteArray> = parts.map(|part| ByteArray::from(text.slice(part))).collect();
                    out.typed::<ByteArrayType>().write_batch(&values, None, None)?;
                }
                Column::Choices(_, _, of) => {
                    let values: Vec<ByteArray> = rows.clone().map(|row| choices[of(row) as usize].clone()).collect();
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

//! Tables of any shape: chosen columns of a CSV or Parquet file as text, each distinct text once; and columns of text and
//! numbers out as Parquet. For what agencies export and we publish beside the record tables.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use evaluation::table::NumberColumn;
use linkage::distinct_values::ValueNumbering;
use linkage::source_tables::RawColumn;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use rayon::prelude::*;
use records::batch::{TOGETHER, Texts, fetch};
use records::fault::{Fault, Grade};
use records::header::{are_names, is_name};
use records::rows;

use records::files::input;

use records::files::input::OpenRows;
use records::files::parquet::{quietly, unpackable};
use records::files::parquet_text;
use records::files::parquet_text::{ColumnPlace, TextValue, TimestampText};
use records::files::safe::{self, LARGEST_TABLE_BYTES};
use records::files::shared_file::SharedFile;

use crate::error::Error;

/// The number of a row of a table that has no faults, as a spreadsheet shows it: the header is row 1. A Parquet file has no header.
pub(crate) fn row_number(path: &Path, at: usize) -> usize {
    if is_parquet(path) { at + 1 } else { at + 2 }
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

/// Rows that are decoded at a time.
const ROWS: usize = 1 << 16;

/// What a file says: a column as it stands, columns with each distinct text once, and rows that were left out.
pub(crate) struct TextColumns {
    pub ids: Texts,
    pub columns: Vec<RawColumn>,
    pub faults: Vec<Fault>,
}

/// Reads columns by name. Rows with faults are left out of a CSV file, and their faults given back.
pub(crate) fn read(path: &Path, wanted: &[&str]) -> anyhow::Result<(Vec<RawColumn>, Vec<Fault>)> {
    let read = read_with_ids(path, None, wanted)?;
    Ok((read.columns, read.faults))
}

/// The same with a column of ids, which are all different.
pub(crate) fn read_with_ids(path: &Path, ids: Option<&str>, wanted: &[&str]) -> anyhow::Result<TextColumns> {
    read_sheet(path, None, ids, wanted)
}

/// The same of a sheet of a workbook; without its name of the only one.
pub(crate) fn read_sheet(path: &Path, sheet: Option<&str>, ids: Option<&str>, wanted: &[&str]) -> anyhow::Result<TextColumns> {
    let all: Vec<&str> = ids.into_iter().chain(wanted.iter().copied()).collect();
    let (columns, faults) = read_into(path, sheet, &all, started(ids, wanted))?;
    Ok(finished(columns, faults))
}

/// Reads columns by name, each into its own reader: a CSV file and a sheet of a workbook row by row, a Parquet file column by column.
pub(crate) fn read_into(
    path: &Path,
    sheet: Option<&str>,
    wanted: &[&str],
    into: Vec<ColumnReader>,
) -> anyhow::Result<(Vec<ColumnReader>, Vec<Fault>)> {
    let file = safe::open(path, LARGEST_TABLE_BYTES)?;
    if is_parquet(path) {
        from_parquet(path, wanted, into)
    } else {
        from_rows(path, input::open(file, path, sheet)?, wanted, into)
    }
}

/// Where each wanted column stands among the names in a file, or an error that names those that are missing or appear twice. One
/// that is written exactly as wanted goes before one that differs in capital letters.
fn places(path: &Path, wanted: &[&str], there: &[String]) -> anyhow::Result<Vec<usize>> {
    let all = |same: &dyn Fn(&str) -> bool| -> Vec<usize> { (0..there.len()).filter(|at| same(&there[*at])).collect() };
    let place = |name: &str| {
        let exact = all(&|known| known == name);
        if exact.is_empty() { all(&|known| known.eq_ignore_ascii_case(name)) } else { exact }
    };
    let lost: Vec<&str> = wanted.iter().copied().filter(|name| place(name).is_empty()).collect();
    if lost.is_empty() {
        if let Some((name, at)) = wanted.iter().map(|name| (name, place(name))).find(|(_, at)| at.len() > 1) {
            let at: Vec<String> = at.iter().map(|at| (at + 1).to_string()).collect();
            bail!(Error::failed(
                format!(
                    "{}: the column `{name}` appears twice, as columns {}, and they may differ",
                    path.display(),
                    at.join(" and ")
                ),
                "remove one of them, or give it another name"
            ));
        }
        return Ok(wanted.iter().filter_map(|name| place(name).first().copied()).collect());
    }
    let nearest = lost.iter().find_map(|name| base::problem::nearest(name, there.iter().map(String::as_str)));
    // A file without a header begins with somebody's row, which is nobody's to show. Where some of the columns are there, it has a header,
    // and each name in it is judged alone.
    let has_header = lost.len() < wanted.len();
    let hint = match nearest.filter(|name| is_name(name) && (has_header || are_names(there))) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if has_header => format!("it has the columns {}", shown(there).join(", ")),
        None => "the first row must have the names of the columns, and has none of those that are named here".into(),
    };
    bail!(Error::failed(format!("{} has no column `{}`", path.display(), lost.join("`, `")), hint))
}

/// The names in a header as they may be shown: one that does not look like a name is told by its place.
fn shown(there: &[String]) -> Vec<String> {
    let shown = |(at, name): (usize, &String)| match is_name(name) {
        true => name.chars().take(40).collect(),
        false => format!("column {}", at + 1),
    };
    there.iter().enumerate().map(shown).collect()
}

/// Names that appear twice and that nobody asked for: they are left unread, and told.
fn repeated(wanted: &[&str], there: &[String]) -> Vec<Fault> {
    let asked = |name: &str| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
    let again = there.iter().enumerate().filter(|(at, name)| !name.is_empty() && !asked(name) && there[..*at].contains(name));
    let shown = shown(there);
    let fault = |(at, _): (usize, &String)| Fault {
        column: shown[at].clone(),
        ..Fault::file("a column appears twice", "each name once", "nothing, if nobody needs it: it is not read").warning()
    };
    again.map(fault).collect()
}

/// The columns that are read: the ids first, where they are asked for.
fn started(ids: Option<&str>, wanted: &[&str]) -> Vec<ColumnReader> {
    let each = wanted.iter().map(|_| ColumnReader::Numbers(Numbers::default()));
    ids.map(|_| ColumnReader::Ids(Texts::default())).into_iter().chain(each).collect()
}

fn finished(columns: Vec<ColumnReader>, faults: Vec<Fault>) -> TextColumns {
    let mut read = TextColumns { ids: Texts::default(), columns: Vec::new(), faults };
    for column in columns {
        match column {
            ColumnReader::Ids(ids) => read.ids = ids,
            ColumnReader::Numbers(of) => read.columns.push(of.column()),
            ColumnReader::Measured(_) => {}
        }
    }
    read
}

fn from_rows(
    path: &Path,
    opened: Result<OpenRows, Fault>,
    all: &[&str],
    mut columns: Vec<ColumnReader>,
) -> anyhow::Result<(Vec<ColumnReader>, Vec<Fault>)> {
    let mut opened = opened.map_err(|fault| input::refused(path, &fault))?;
    let read = rows::texts(&mut opened, all, |cells| columns.iter_mut().zip(cells).for_each(|(column, cell)| column.text(cell)));
    let (header, mut faults) = read.with_context(|| format!("could not read {}", path.display()))?;
    if let Some(fault) = faults.iter().find(|fault| fault.grade == Grade::File) {
        return Err(input::refused(path, fault));
    }
    places(path, all, &header)?;
    faults.extend(repeated(all, &header));
    Ok((columns, faults))
}

fn from_parquet(path: &Path, all: &[&str], into: Vec<ColumnReader>) -> anyhow::Result<(Vec<ColumnReader>, Vec<Fault>)> {
    let open = || -> anyhow::Result<parquet_text::ParquetTexts> {
        let file = safe::open(path, LARGEST_TABLE_BYTES)?;
        parquet_text::open(file).map_err(|fault| input::refused(path, &fault))
    };
    let opened = open()?;
    let names: Vec<String> = opened.columns.iter().map(|column| column.name.clone()).collect();
    let mut found = Vec::new();
    for place in places(path, all, &names)? {
        let column = &opened.columns[place];
        match &column.values {
            Ok(values) => found.push((column.name.clone(), *values)),
            Err(words) => bail!(Error::failed(
                format!("the column `{}` of {} holds {words}, which is not read", column.name, path.display()),
                "write it as text, whole numbers or dates"
            )),
        }
    }
    let leaves: Vec<usize> = found.iter().map(|(_, values)| values.leaf).collect();
    if let Some(fault) = unpackable(&opened.reader, &opened.source, &leaves) {
        return Err(input::refused(path, &fault));
    }
    let each = found.into_par_iter().zip(into).map(|((name, values), mut into)| {
        // Each column has a cursor of its own.
        let reader = open()?.reader;
        let mut wrong = None;
        quietly(|| one(&reader, values, &mut into, &mut wrong))
            .map_err(|why| anyhow::anyhow!("could not read the column `{name}` of {}: {why}", path.display()))?;
        match wrong {
            Some((row, wrong)) => bail!("the column `{name}` of {}, row {row}: {wrong}", path.display()),
            None => Ok(into),
        }
    });
    Ok((each.collect::<anyhow::Result<_>>()?, repeated(all, &names)))
}

/// A column while it is read.
pub(crate) enum ColumnReader {
    /// As it stands.
    Ids(Texts),
    /// Each distinct text once.
    Numbers(Numbers),
    /// Read as numbers, so that nothing is kept of a text that no other row has.
    Measured(NumberColumn),
}

/// Distinct texts, and for each row the number of its own.
#[derive(Default)]
pub(crate) struct Numbers {
    numbering: ValueNumbering,
    rows: Vec<u32>,
    /// Texts of a Parquet file's own dictionary, found again by their place in memory; nothing where there is no dictionary.
    /// They are kept, so that no other text can come to stand at that place.
    known: Vec<(ByteArray, u32)>,
}

/// So many texts of a dictionary are known by their place.
const KNOWN: usize = 1 << 15;

impl Numbers {
    /// The column as it was read.
    pub(crate) fn column(self) -> RawColumn {
        RawColumn { values: self.numbering.finish(), rows: self.rows }
    }
}

impl ColumnReader {
    fn text(&mut self, text: &str) {
        match self {
            ColumnReader::Ids(ids) => ids.push(text),
            ColumnReader::Measured(of) => of.push(text),
            ColumnReader::Numbers(of) => of.rows.push(of.numbering.number(text)),
        }
    }

    fn bytes(&mut self, bytes: &ByteArray) {
        let text = || String::from_utf8_lossy(bytes.data());
        let of = match self {
            ColumnReader::Numbers(of) if !of.known.is_empty() => of,
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
        if let ColumnReader::Numbers(of) = self {
            of.known.clear();
            of.known.resize(if has_dictionary { KNOWN } else { 0 }, (ByteArray::from(""), 0));
        }
    }
}

/// One column of all row groups. Notes the first row whose value cannot be used, from 1, and why.
fn one(
    reader: &SerializedFileReader<SharedFile>,
    values: ColumnPlace,
    into: &mut ColumnReader,
    wrong: &mut Option<(u64, &'static str)>,
) -> parquet::errors::Result<()> {
    let mut row = 0;
    for group in 0..reader.metadata().num_row_groups() {
        let group = reader.get_row_group(group)?;
        into.begins(group.metadata().column(values.leaf).dictionary_page_offset().is_some());
        let mut column = group.get_column_reader(values.leaf)?;
        while wrong.is_none() {
            let read = parquet_text::some(&mut column, values.is, TimestampText::Days, ROWS, |value| {
                row += 1;
                match value {
                    TextValue::Nothing => into.text(""),
                    TextValue::Bytes(bytes) => into.bytes(bytes),
                    TextValue::Text(text) => into.text(text),
                    TextValue::Wrong(why) => {
                        into.text("");
                        wrong.get_or_insert((row, why));
                    }
                }
            })?;
            if read == 0 {
                break;
            }
        }
    }
    if let ColumnReader::Numbers(of) = into {
        of.known = Vec::new();
    }
    Ok(())
}

/// A column on its way out, by row.
pub(crate) enum WrittenColumn<'a> {
    /// Texts that are mostly different, such as ids.
    Texts(&'a str, Box<dyn Fn(usize) -> &'a str + 'a>),
    /// Few texts, and for each row the number of its text.
    Choices(&'a str, Vec<&'a str>, Box<dyn Fn(usize) -> u32 + 'a>),
    Numbers(&'a str, Box<dyn Fn(usize) -> f64 + 'a>),
}

impl WrittenColumn<'_> {
    fn name(&self) -> &str {
        match self {
            WrittenColumn::Texts(name, _) | WrittenColumn::Choices(name, ..) | WrittenColumn::Numbers(name, _) => name,
        }
    }

    fn field(&self) -> parquet::errors::Result<Type> {
        let (physical, logical) = match self {
            WrittenColumn::Texts(..) | WrittenColumn::Choices(..) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            WrittenColumn::Numbers(..) => (Physical::DOUBLE, None),
        };
        let built = Type::primitive_type_builder(self.name(), physical).with_repetition(Repetition::REQUIRED);
        built.with_logical_type(logical).build()
    }
}

/// Writes columns as a Parquet file, in row groups. Only columns of few texts have a dictionary: one of ids is as long as the
/// column, and takes longer to make than all else here.
pub(crate) fn write(path: &Path, count: usize, columns: &[WrittenColumn<'_>]) -> anyhow::Result<()> {
    let fields = columns.iter().map(|column| column.field().map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("table").with_fields(fields).build()?;
    let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
    let mut properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_statistics_enabled(EnabledStatistics::None);
    for column in columns {
        let few = matches!(column, WrittenColumn::Choices(..));
        properties = properties.set_column_dictionary_enabled(column.name().into(), few);
    }
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties.build()))?;
    let choices: Vec<Vec<ByteArray>> = columns
        .iter()
        .map(|column| match column {
            WrittenColumn::Choices(_, texts, _) => texts.iter().map(|text| ByteArray::from(*text)).collect(),
            _ => Vec::new(),
        })
        .collect();
    for start in (0..count).step_by(ROWS) {
        let rows = start..(start + ROWS).min(count);
        let mut group = writer.next_row_group()?;
        for (column, choices) in columns.iter().zip(&choices) {
            let Some(mut out) = group.next_column()? else { break };
            match column {
                WrittenColumn::Texts(_, of) => {
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
                WrittenColumn::Choices(_, _, of) => {
                    let values: Vec<ByteArray> = rows.clone().map(|row| choices[of(row) as usize].clone()).collect();
                    out.typed::<ByteArrayType>().write_batch(&values, None, None)?;
                }
                WrittenColumn::Numbers(_, of) => {
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

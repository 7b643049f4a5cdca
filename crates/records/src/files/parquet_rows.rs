//! A Parquet file as rows of cells, for maps: an agency's own columns, with any names and types.

use std::collections::VecDeque;
use std::fs::File;
use std::io;

use crate::fault::Fault;
use crate::rows::{InvalidCell, Rows};
use parquet::column::reader::ColumnReader;
use parquet::file::reader::FileReader as _;

use super::parquet::{broken, quietly, unpackable};
use super::parquet_text::{self, ParquetTexts, TextValue, TimestampText};
use super::parquet_types::ParquetKind;

/// How many rows are decoded first, and at most at a time. In between, as many as have about this much text.
const FIRST_ROWS: usize = 16;
const MOST_ROWS: usize = 1 << 13;
const MOST_TEXT: usize = 1 << 23;

/// Rows of a file, one after the other; the names of the columns come first.
pub struct ParquetRows {
    opened: ParquetTexts,
    /// The next row group, and the columns of the current one; `None` if a column has no single values.
    group: usize,
    columns: Vec<Option<ColumnReader>>,
    left: usize,
    rows: usize,
    /// Decoded cells of the next rows, a list for each column, and the cells of the current row.
    cells: Vec<VecDeque<DecodedCell>>,
    current: Vec<DecodedCell>,
    place: u64,
    names_given: bool,
    notes: Vec<Fault>,
    broken: Option<Fault>,
}

#[derive(Clone, Default)]
struct DecodedCell {
    text: String,
    wrong: Option<&'static str>,
}

/// Opens a file, or says why it cannot be read.
pub fn open(file: File) -> Result<ParquetRows, Box<Fault>> {
    let opened = parquet_text::open(file)?;
    let leaves: Vec<usize> = opened.columns.iter().filter_map(|column| Some(column.values.as_ref().ok()?.leaf)).collect();
    if let Some(fault) = unpackable(&opened.reader, &opened.source, &leaves) {
        return Err(Box::new(fault));
    }
    let cells = opened.columns.iter().map(|_| VecDeque::new()).collect();
    Ok(ParquetRows {
        opened,
        group: 0,
        columns: Vec::new(),
        left: 0,
        rows: FIRST_ROWS,
        cells,
        current: Vec::new(),
        place: 0,
        names_given: false,
        notes: Vec::new(),
        broken: None,
    })
}

impl ParquetRows {
    /// Decodes more rows; `false` at the end.
    fn more(&mut self) -> parquet::errors::Result<bool> {
        while self.left == 0 {
            if self.group == self.opened.reader.metadata().num_row_groups() {
                return Ok(false);
            }
            let group = self.opened.reader.get_row_group(self.group)?;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let reader = |column: &parquet_text::TextColumn| {
                column.values.as_ref().ok().map(|values| group.get_column_reader(values.leaf)).transpose()
            };
            self.columns = self.opened.columns.iter().map(reader).collect::<parquet::errors::Result<_>>()?;
            self.group += 1;
        }
        let rows = self.rows.min(self.left);
        let mut bytes = 0;
        for ((reader, column), cells) in self.columns.iter_mut().zip(&self.opened.columns).zip(&mut self.cells) {
            let (Some(reader), Ok(values)) = (reader, &column.values) else {
                let wrong = Some("it is not a single value that can be written as text");
                cells.extend(std::iter::repeat_n(DecodedCell { text: String::new(), wrong }, rows));
                continue;
            };
            let mut read = 0;
            while read < rows {
                let more = parquet_text::some(reader, values.is, TimestampText::Whole, rows - read, |value| {
                    cells.push_back(match value {
                        TextValue::Nothing => DecodedCell::default(),
                        TextValue::Bytes(text) => {
                            DecodedCell { text: crate::cell::decode(text.data()).into_owned(), wrong: None }
                        }
                        TextValue::Text(text) => DecodedCell { text: text.to_owned(), wrong: None },
                        TextValue::Wrong(wrong) => DecodedCell { text: String::new(), wrong: Some(wrong) },
                    });
                })?;
                if more == 0 {
                    return Err(parquet::errors::ParquetError::General("a column ends before its rows do".into()));
                }
                read += more;
            }
            bytes += cells.iter().map(|cell| cell.text.len()).sum::<usize>();
        }
        self.left -= rows;
        self.rows = (MOST_TEXT / (bytes / rows).max(1)).clamp(FIRST_ROWS, MOST_ROWS);
        Ok(true)
    }
}

impl Rows for ParquetRows {
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        if !self.names_given {
            self.names_given = true;
            let name = |column: &parquet_text::TextColumn| DecodedCell { text: column.name.clone(), wrong: None };
            self.current = self.opened.columns.iter().map(name).collect();
            return Ok(Some(Ok(())));
        }
        if self.broken.is_some() {
            return Ok(None);
        }
        if self.cells.iter().all(VecDeque::is_empty) {
            match quietly(|| self.more()) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(why) => {
                    self.broken = Some(broken(why));
                    return Ok(None);
                }
            }
        }
        self.place += 1;
        self.current = self.cells.iter_mut().map(|cells| cells.pop_front().unwrap_or_default()).collect();
        Ok(Some(Ok(())))
    }

    fn place(&self) -> u64 {
        self.place
    }

    fn count(&self) -> usize {
        self.current.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        self.current.get(at).map_or(&[][..], |cell| cell.text.as_bytes())
    }

    fn bytes(&self) -> usize {
        self.current.iter().map(|cell| cell.text.len()).sum()
    }

    fn invalid(&self, at: usize) -> Option<InvalidCell> {
        let what = self.current.get(at)?.wrong?;
        let found = match &self.opened.columns[at].values {
            Err(words) => format!("the column has {words}"),
            Ok(_) => String::new(),
        };
        Some(InvalidCell { found, wrong: (what, "write the column as text, whole numbers or dates") })
    }

    fn is_date(&self, at: usize) -> bool {
        let kind = self.opened.columns.get(at).and_then(|column| column.values.as_ref().ok()).map(|place| place.is);
        matches!(kind, Some(ParquetKind::Date | ParquetKind::Timestamps { .. }))
    }

    fn has_addresses(&self) -> bool {
        true
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        &mut self.notes
    }

    fn end(&mut self, _: u64) -> Vec<Fault> {
        self.broken.take().into_iter().collect()
    }
}

//! A Parquet file as rows of cells, for maps: an agency's own columns, whatever they are called and whatever they hold.

use std::collections::VecDeque;
use std::fs::File;
use std::io;

use crate::fault::Fault;
use crate::rows::{Odd, Rows};
use parquet::column::reader::ColumnReader;
use parquet::file::reader::FileReader as _;

use super::parquet::{broken, quietly, unpackable};
use super::parquet_text::{self, Moments, Opened, Value};

/// Rows that are decoded first, and at most at a time; between them as many as hold about so much text.
const FIRST_ROWS: usize = 16;
const MOST_ROWS: usize = 1 << 13;
const MOST_TEXT: usize = 1 << 23;

/// Rows of a file, one after the other; the names of the columns come first.
pub struct ParquetRows {
    opened: Opened,
    /// The next row group, and the columns of the one that is read: nothing where a column holds no single values.
    group: usize,
    columns: Vec<Option<ColumnReader>>,
    left: usize,
    rows: usize,
    /// Cells that are decoded and not yet handed on, a list for each column; the rows of them that were handed on.
    cells: Vec<VecDeque<Cell>>,
    current: Vec<Cell>,
    place: u64,
    names_told: bool,
    notes: Vec<Fault>,
    broken: Option<Fault>,
}

#[derive(Clone, Default)]
struct Cell {
    text: String,
    wrong: Option<&'static str>,
}

/// Opens a file, or says what stands in the way of reading it.
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
        names_told: false,
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
            let reader = |column: &parquet_text::Column| {
                column.values.as_ref().ok().map(|values| group.get_column_reader(values.leaf)).transpose()
            };
            self.columns = self.opened.columns.iter().map(reader).collect::<parquet::errors::Result<_>>()?;
            self.group += 1;
        }
        let rows = self.rows.min(self.left);
        let mut bytes = 0;
        for ((reader, column), cells) in self.columns.iter_mut().zip(&self.opened.columns).zip(&mut self.cells) {
            let (Some(reader), Ok(values)) = (reader, &column.values) else {
                let wrong = Some("it is not one value that can be written as text");
                cells.extend(std::iter::repeat_n(Cell { text: String::new(), wrong }, rows));
                continue;
            };
            let mut read = 0;
            while read < rows {
                let more = parquet_text::some(reader, values.is, Moments::Whole, rows - read, |value| {
                    cells.push_back(match value {
                        Value::Nothing => Cell::default(),
                        Value::Bytes(text) => Cell { text: crate::cell::decode(text.data()).into_owned(), wrong: None },
                        Value::Text(text) => Cell { text: text.to_owned(), wrong: None },
                        Value::Wrong(wrong) => Cell { text: String::new(), wrong: Some(wrong) },
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
        if !self.names_told {
            self.names_told = true;
            let name = |column: &parquet_text::Column| Cell { text: column.name.clone(), wrong: None };
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

    fn odd(&self, at: usize) -> Option<Odd> {
        let what = self.current.get(at)?.wrong?;
        let found = match &self.opened.columns[at].values {
            Err(words) => format!("the column holds {words}"),
            Ok(_) => String::new(),
        };
        Some(Odd { found, wrong: (what, "write the column as text, whole numbers or dates") })
    }

    fn placed(&self) -> bool {
        true
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        &mut self.notes
    }

    fn end(&mut self, _: u64) -> Vec<Fault> {
        self.broken.take().into_iter().collect()
    }
}

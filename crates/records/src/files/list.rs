//! A list of faults, a line each, as it is written: CSV, or an Excel workbook where the name of the file says so.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::workbook::write::{Book, Cell, MOST_ROWS};
use anyhow::Context as _;
use base::cell::quoted;

use super::write::plain;
use super::xlsx;

const COLUMNS: [(&str, u32); 8] =
    [("file", 20), ("row", 10), ("column", 14), ("grade", 10), ("what", 50), ("value", 24), ("expected", 50), ("fix", 70)];

/// A list on its way out.
pub enum List {
    Csv(BufWriter<File>),
    /// A sheet ends after a million rows; how many found no place in it.
    Book {
        path: PathBuf,
        book: Book,
        more: u64,
    },
}

impl List {
    pub fn begin(path: &Path) -> anyhow::Result<List> {
        let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
        if xlsx::is_wanted(path) {
            let mut book = Book::default();
            book.sheet("faults", &COLUMNS)?;
            return Ok(List::Book { path: path.to_owned(), book, more: 0 });
        }
        let mut file = BufWriter::new(file);
        writeln!(file, "{}", COLUMNS.map(|(name, _)| name).join(","))?;
        Ok(List::Csv(file))
    }

    pub fn add(&mut self, file: &str, grade: &str, fault: &Fault) -> anyhow::Result<()> {
        let value = fault.value.as_deref().unwrap_or_default();
        match self {
            List::Csv(to) => {
                let (value, column) = (plain(value), plain(&fault.column));
                let cells = [quoted(fault.what), quoted(&value), quoted(&fault.expected), quoted(&fault.fix)];
                writeln!(to, "{},{},{},{grade},{}", quoted(file), fault.place, quoted(&column), cells.join(","))?;
            }
            List::Book { book, more, .. } => {
                let place = i64::try_from(fault.place).unwrap_or(i64::MAX);
                let texts = [fault.what, value, &fault.expected, &fault.fix].map(Cell::Text);
                let cells = [Cell::Text(file), Cell::Whole(place), Cell::Text(&fault.column), Cell::Text(grade)];
                let room = book.row(&[cells, texts].concat())?;
                *more += u64::from(!room);
            }
        }
        Ok(())
    }

    /// Finishes the list; what did not fit is in the warning that comes back.
    pub fn end(self) -> anyhow::Result<Option<String>> {
        let mut note = None;
        match self {
            List::Csv(mut to) => to.flush()?,
            List::Book { path, book, more } => {
                if more > 0 {
                    note = Some(format!(
                        "warning: {}: a sheet has {MOST_ROWS} rows, and {more} more faults are not in it\nhint: write the list as CSV",
                        path.display()
                    ));
                }
                std::fs::write(&path, book.end()?).with_context(|| format!("could not write {}", path.display()))?;
            }
        }
        Ok(note)
    }
}

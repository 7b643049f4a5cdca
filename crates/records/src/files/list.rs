//! Writes a list of faults, one a line, as CSV, or as an Excel workbook if the name of the file says so.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::workbook::write::{MOST_ROWS, OutputCell, WorkbookWriter};
use anyhow::Context as _;
use base::csv_cell::quoted;
use base::english::plural;

use super::write::plain;
use super::xlsx;

const COLUMNS: [(&str, u32); 8] =
    [("file", 20), ("row", 10), ("column", 14), ("grade", 10), ("what", 50), ("value", 24), ("expected", 50), ("fix", 70)];

/// A list that is being written.
pub enum FaultList {
    Csv(BufWriter<File>),
    /// A sheet has at most about a million rows; `more` counts the faults that do not fit.
    Workbook {
        path: PathBuf,
        book: WorkbookWriter,
        more: u64,
    },
}

impl FaultList {
    pub fn begin(path: &Path) -> anyhow::Result<FaultList> {
        let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
        if xlsx::is_wanted(path) {
            let mut book = WorkbookWriter::default();
            book.sheet("faults", &COLUMNS)?;
            return Ok(FaultList::Workbook { path: path.to_owned(), book, more: 0 });
        }
        let mut file = BufWriter::new(file);
        writeln!(file, "{}", COLUMNS.map(|(name, _)| name).join(","))?;
        Ok(FaultList::Csv(file))
    }

    pub fn add(&mut self, file: &str, grade: &str, fault: &Fault) -> anyhow::Result<()> {
        let value = fault.value.as_deref().unwrap_or_default();
        match self {
            FaultList::Csv(to) => {
                let (value, column) = (plain(value), plain(&fault.column));
                let cells = [quoted(fault.what), quoted(&value), quoted(&fault.expected), quoted(&fault.fix)];
                writeln!(to, "{},{},{},{grade},{}", quoted(file), fault.place, quoted(&column), cells.join(","))?;
            }
            FaultList::Workbook { book, more, .. } => {
                let place = i64::try_from(fault.place).unwrap_or(i64::MAX);
                let texts = [fault.what, value, &fault.expected, &fault.fix].map(OutputCell::Text);
                let cells =
                    [OutputCell::Text(file), OutputCell::Whole(place), OutputCell::Text(&fault.column), OutputCell::Text(grade)];
                let room = book.row(&[cells, texts].concat())?;
                *more += u64::from(!room);
            }
        }
        Ok(())
    }

    /// Finishes the list. Gives a warning if some faults did not fit.
    pub fn end(self) -> anyhow::Result<Option<String>> {
        let mut note = None;
        match self {
            FaultList::Csv(mut to) => to.flush()?,
            FaultList::Workbook { path, book, more } => {
                if more > 0 {
                    note = Some(format!(
                        "warning: {}: a sheet has at most {MOST_ROWS} rows; {more} more {} not in it\nhint: write the list as CSV",
                        path.display(),
                        plural(more, "fault is", "faults are")
                    ));
                }
                std::fs::write(&path, book.end()?).with_context(|| format!("could not write {}", path.display()))?;
            }
        }
        Ok(note)
    }
}

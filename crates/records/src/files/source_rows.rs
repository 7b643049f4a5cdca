//! Where the rows of tables came from that a map made of an agency's own files. The agency has those files, and not the tables, so a message
//! names both rows. A small file beside the tables has a line for each run of neighbouring rows.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Context as _;
use base::csv_cell::quoted;

use crate::csv;
use crate::fault::visible;
use crate::schema::table;

use super::safe::{self, LARGEST_LIST_BYTES};

/// The name of the file in the folder of tables.
pub const SOURCE_ROWS: &str = "source-rows.csv";

/// A table with the number of bytes it was written with, or a run of its rows: the first, how many, and the first row of the agency's file.
const COLUMNS: [&str; 5] = ["table", "row", "rows", "file", "source_row"];
/// So many runs are written. Beyond them rows have no reference.
const MOST: usize = 500_000;

/// Neighbouring rows of a table that come from neighbouring rows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RowRun {
    row: u64,
    rows: u64,
    file: String,
    source_row: u64,
}

/// The references of the tables of a folder while they are written.
#[derive(Debug, Default)]
pub struct SourceRowsWriter {
    runs: BTreeMap<&'static str, Vec<RowRun>>,
    count: usize,
}

impl SourceRowsWriter {
    /// Adds a row of a table and the row of the agency's file that it is from; 0 where it is from several.
    pub fn add(&mut self, table: &'static str, row: u64, file: &str, source_row: u64) {
        if source_row == 0 {
            return;
        }
        let runs = self.runs.entry(table).or_default();
        match runs.last_mut() {
            Some(last) if last.file == file && last.row + last.rows == row && last.source_row + last.rows == source_row => {
                last.rows += 1;
            }
            _ if self.count < MOST => {
                self.count += 1;
                runs.push(RowRun { row, rows: 1, file: file.to_owned(), source_row });
            }
            _ => {}
        }
    }

    /// Writes the references, once the tables are written: `NAME.csv` of each in the folder.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn end(self, folder: &Path) -> anyhow::Result<()> {
        if self.runs.is_empty() {
            return Ok(());
        }
        let path = folder.join(SOURCE_ROWS);
        let context = || format!("could not write {}", path.display());
        let mut file = BufWriter::new(File::create_new(&path).with_context(context)?);
        writeln!(file, "{}", COLUMNS.join(",")).with_context(context)?;
        for (table, runs) in self.runs {
            let bytes = fs::metadata(folder.join(format!("{table}.csv"))).with_context(context)?.len();
            writeln!(file, "{table},0,{bytes},,0").with_context(context)?;
            for RowRun { row, rows, file: of, source_row } in runs {
                writeln!(file, "{table},{row},{rows},{},{source_row}", quoted(&of)).with_context(context)?;
            }
        }
        file.flush().with_context(context)
    }
}

/// The references of the tables of a folder. They are read once something asks for them.
#[derive(Debug, Default)]
pub struct SourceRows {
    folder: PathBuf,
    read: OnceLock<BTreeMap<String, Vec<RowRun>>>,
}

impl SourceRows {
    /// The references in a folder, which may have none.
    #[must_use]
    pub fn of(folder: &Path) -> SourceRows {
        SourceRows { folder: folder.to_owned(), read: OnceLock::new() }
    }

    /// "row 12 of referrals.csv" for a row of a file of the folder; `None` where nothing is known of it.
    #[must_use]
    pub fn words(&self, file: &str, row: u64) -> Option<String> {
        if row == 0 {
            return None;
        }
        let runs = self.read.get_or_init(|| read(&self.folder)).get(file)?;
        let run = &runs[runs.partition_point(|run| run.row <= row).checked_sub(1)?];
        (row < run.row + run.rows).then(|| format!("row {} of {}", run.source_row + (row - run.row), visible(&run.file)))
    }
}

/// The runs of each file. What cannot be read, or is of a table that was changed since, says nothing: it is no reason to stop.
fn read(folder: &Path) -> BTreeMap<String, Vec<RowRun>> {
    let mut out: BTreeMap<String, Vec<RowRun>> = BTreeMap::new();
    let Ok(file) = safe::open(&folder.join(SOURCE_ROWS), LARGEST_LIST_BYTES) else { return out };
    let read = csv::texts(file, &COLUMNS, |cells| {
        let [name, row, rows, file, source_row] = cells else { return };
        let number = |text: &str| text.parse::<u64>().ok();
        let (Some(table), Some(row), Some(rows), Some(source_row)) = (table(name), number(row), number(rows), number(source_row))
        else {
            return;
        };
        let name = format!("{}.csv", table.name);
        if row == 0 {
            if fs::metadata(folder.join(&name)).is_ok_and(|known| known.len() == rows) {
                out.insert(name, Vec::new());
            }
        } else if let Some(runs) = out.get_mut(&name) {
            runs.push(RowRun { row, rows, file: (*file).to_owned(), source_row });
        }
    });
    if read.is_ok_and(|(_, faults)| faults.is_empty()) { out } else { BTreeMap::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_the_files_that_they_are_from() {
        let folder = std::env::temp_dir().join(format!("wellspent-source-rows-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("events.csv"), "event\n1\n2\n3\n4\n").expect("a table");
        let mut writer = SourceRowsWriter::default();
        for (row, file, source) in [(2, "a, b.csv", 2), (3, "a, b.csv", 3), (4, "a, b.csv", 7), (5, "c.csv", 2), (6, "c.csv", 0)]
        {
            writer.add("events", row, file, source);
        }
        writer.end(&folder).expect("it is written");
        let words = |row| SourceRows::of(&folder).words("events.csv", row);
        let said: Vec<_> = (0..=6).map(|row| words(row).unwrap_or_default()).collect();
        assert_eq!(said, ["", "", "row 2 of a, b.csv", "row 3 of a, b.csv", "row 7 of a, b.csv", "row 2 of c.csv", ""]);
        assert_eq!(SourceRows::of(&folder).words("starts.csv", 2), None);
        fs::write(folder.join("events.csv"), "event\n1\n2\n").expect("a table");
        assert_eq!(words(2), None, "the table was changed since");
        fs::write(folder.join(SOURCE_ROWS), "table,row\n\"").expect("a file");
        assert_eq!(words(2), None);
        fs::remove_dir_all(&folder).expect("it is removed");
    }
}

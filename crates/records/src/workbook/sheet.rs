//! The current row of a sheet, and what to report of the sheet at its end: the same for every kind of workbook.

use std::io;
use std::ops::Range;

use super::zip::too_large;
use crate::cell::CellFault;
use crate::csv::LONGEST_ROW;
use crate::fault::Fault;
use crate::header::MOST_COLUMNS;
use crate::rows::{InvalidCell, is_blank, too_wide};

/// A sheet has no more columns and rows than this in any program.
pub(crate) const LAST_COLUMN: usize = 16_384;
pub(crate) const LAST_ROW: u64 = 1 << 20;
/// The longest text of a cell: 32,767 letters of at most four bytes.
pub(crate) const LONGEST_TEXT: usize = 1 << 17;
/// The most text of a sheet for each byte that was read. One text may be in many cells, and a few kilobytes of them could fill
/// any memory.
const MOST_TEXT: u64 = 20;
const ALWAYS_ALLOWED: u64 = 1 << 26;

pub(crate) const NO_VALUE: CellFault =
    ("the cell has a formula without a value", "open the workbook in a spreadsheet program, which calculates it, and save it");
pub(crate) const TRUTH: CellFault =
    ("the cell has TRUE or FALSE, not text or a number", "write the value as text or as a number");
pub(crate) const ERROR: CellFault = ("the cell shows an error", "correct the formula, or clear the cell");

/// One sheet.
#[derive(Clone, Debug)]
pub struct SheetName {
    pub name: String,
    pub hidden: bool,
    /// Its part in the archive.
    pub(super) part: String,
}

/// The cells of one row.
#[derive(Default)]
pub(crate) struct SheetRow {
    pub place: u64,
    cells: Vec<Range<usize>>,
    text: Vec<u8>,
    invalid_cells: Vec<(usize, InvalidCell)>,
    /// The columns whose cells are dates.
    dates: Vec<usize>,
    /// There is something to the right of all columns that are read.
    wide: bool,
    handed: u64,
}

impl SheetRow {
    pub(crate) fn begin(&mut self, place: u64) {
        self.place = place;
        self.cells.clear();
        self.text.clear();
        self.invalid_cells.clear();
        self.dates.clear();
        self.wide = false;
    }

    /// The same row again, further down.
    pub(crate) fn again(&mut self, place: u64) {
        self.place = place;
    }

    /// Puts text into a column.
    pub(crate) fn set(&mut self, column: usize, text: &str) {
        if text.is_empty() || self.wide {
            return;
        }
        if column >= MOST_COLUMNS || self.text.len() + text.len() > LONGEST_ROW {
            self.wide = true;
            return;
        }
        let from = self.text.len();
        self.text.extend_from_slice(text.as_bytes());
        let cell = from..self.text.len();
        if self.cells.len() <= column {
            self.cells.resize(column + 1, 0..0);
        }
        self.cells[column] = cell;
    }

    /// Puts a date into a column.
    pub(crate) fn set_date(&mut self, column: usize, text: &str) {
        self.set(column, text);
        self.dates.push(column);
    }

    /// A cell without a valid value; `shows` never identifies a person.
    pub(crate) fn set_invalid(&mut self, column: usize, shows: &str, wrong: CellFault) {
        if column >= MOST_COLUMNS {
            self.wide = true;
            return;
        }
        let shows = if shows.is_empty() { String::new() } else { format!(" shows {shows}") };
        self.invalid_cells.push((column, InvalidCell { found: format!("{}{shows}", name(column, self.place)), wrong }));
        if self.cells.len() <= column {
            self.cells.resize(column + 1, 0..0);
        }
    }

    /// Whether it is empty.
    pub(crate) fn is_blank(&self) -> bool {
        !self.wide && self.invalid_cells.is_empty() && is_blank(&self.text)
    }

    /// Finishes the row, after this many bytes of the sheet were read.
    pub(crate) fn whole(&mut self, read: u64) -> io::Result<Result<(), Fault>> {
        self.handed += self.text.len() as u64;
        if self.handed > ALWAYS_ALLOWED && self.handed / MOST_TEXT > read {
            return Err(too_large("texts that are repeated without end"));
        }
        Ok(if self.wide { Err(too_wide(self.place)) } else { Ok(()) })
    }

    pub(crate) fn count(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn cell(&self, at: usize) -> &[u8] {
        self.cells.get(at).map_or(&[][..], |cell| &self.text[cell.clone()])
    }

    pub(crate) fn is_date(&self, at: usize) -> bool {
        self.dates.contains(&at)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn invalid(&self, at: usize) -> Option<InvalidCell> {
        self.invalid_cells.iter().find(|(column, _)| *column == at).map(|(_, invalid_cells)| invalid_cells.clone())
    }
}

/// A cell as a spreadsheet names it: "B7".
#[must_use]
pub(crate) fn name(column: usize, row: u64) -> String {
    let (mut letters, mut left) = (String::new(), column + 1);
    while left > 0 {
        letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    format!("{letters}{row}")
}

/// The column, from 0, and the row of a cell's name.
#[must_use]
pub(crate) fn cell(name: &str) -> Option<(usize, u64)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let column = name[..letters].bytes().try_fold(0_usize, |column, letter| {
        Some(column.checked_mul(26)? + usize::from(letter.to_ascii_uppercase() - b'A') + 1)
            .filter(|column| *column <= LAST_COLUMN)
    })?;
    Some((column.checked_sub(1)?, name[letters..].parse().ok()?))
}

/// What we report about a sheet: how often, and where first.
#[derive(Default)]
pub(crate) struct SheetNotes {
    pub formulas: Occurrences,
    pub hidden_rows: Occurrences,
    /// Hidden columns, from 0; most programs also hide those that were never used.
    pub hidden_columns: Vec<usize>,
    /// How many columns have anything in them.
    pub columns: usize,
    /// Groups of merged cells that reach below the header.
    pub merged: Vec<(String, u64)>,
    pub more_merged: u64,
    /// The sheet itself is hidden.
    pub hidden: bool,
    pub broken: Option<Fault>,
}

#[derive(Default)]
pub(crate) struct Occurrences {
    count: u64,
    first: String,
}

impl Occurrences {
    pub(crate) fn add(&mut self, name: impl FnOnce() -> String) {
        if self.count == 0 {
            self.first = name();
        }
        self.count += 1;
    }
}

/// Groups of merged cells that are remembered until the header is known.
const MOST_MERGED: usize = 10_000;

impl SheetNotes {
    pub(crate) fn merge(&mut self, range: String, last_row: u64) {
        if self.merged.len() < MOST_MERGED { self.merged.push((range, last_row)) } else { self.more_merged += 1 }
    }

    pub(crate) fn hide(&mut self, column: usize) {
        if self.hidden_columns.len() < LAST_COLUMN {
            self.hidden_columns.push(column);
        }
    }

    /// A row that is not blank.
    pub(crate) fn row(&mut self, row: &SheetRow, hidden: bool) {
        self.columns = self.columns.max(row.count());
        if hidden {
            self.hidden_rows.add(|| format!("row {}", row.place));
        }
    }

    /// The faults to report, once the place of the header is known.
    pub(crate) fn faults(&mut self, header: u64) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut report = |count: u64, first: &str, what: &'static str, fix: &str| {
            if count > 0 {
                let found = if count == 1 { first.to_owned() } else { format!("{count}, the first is {first}") };
                let fault = Fault::file(what, "plain cells, each with its own value", fix);
                faults.push(Fault { value: Some(found), ..fault }.warning());
            }
        };
        report(
            self.formulas.count,
            &self.formulas.first,
            "cells have formulas",
            "no action needed: the values saved in the workbook are used",
        );
        let merged: Vec<&(String, u64)> = self.merged.iter().filter(|(_, last)| *last >= header).collect();
        let first = merged.first().map_or("", |(range, _)| range.as_str());
        report(
            merged.len() as u64 + self.more_merged,
            first,
            "cells are merged",
            "unmerge them, and write the value into each row: only the first cell of a group has it",
        );
        report(
            self.hidden_rows.count,
            &self.hidden_rows.first,
            "rows are hidden or filtered out",
            "no action needed if they belong to the table: they are read like any other row; otherwise delete them",
        );
        let hidden: Vec<usize> = self.hidden_columns.iter().copied().filter(|column| *column < self.columns).collect();
        let first = hidden.first().map_or(String::new(), |column| name(*column, 0).trim_end_matches('0').to_owned());
        report(
            hidden.len() as u64,
            &first,
            "columns are hidden",
            "no action needed if they belong to the table: they are read like any other column; otherwise delete them",
        );
        if self.hidden {
            faults.push(
                Fault::file(
                    "the sheet is hidden",
                    "a visible sheet",
                    "no action needed if it is the right sheet: it is read like any other",
                )
                .warning(),
            );
        }
        faults.extend(self.broken.take());
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_names_that_spreadsheets_give_them() {
        for (column, row, expected) in
            [(0, 1, "A1"), (25, 7, "Z7"), (26, 7, "AA7"), (701, 1, "ZZ1"), (702, 1, "AAA1"), (16_383, 1_048_576, "XFD1048576")]
        {
            assert_eq!(name(column, row), expected);
            assert_eq!(cell(expected), Some((column, row)));
        }
        for wrong in ["", "7", "A", "XFE1", "ZZZZZZZZZZZZZZZZZZZZ1", "A-1"] {
            assert_eq!(cell(wrong), None, "{wrong}");
        }
    }
}

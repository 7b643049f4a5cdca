//! A CSV result as an Excel workbook: the same columns and rows, money as money, days as days, and text always as text.

use std::path::Path;

use crate::csv;
use crate::workbook::write::{MOST_ROWS, OutputCell, WorkbookWriter};
use anyhow::bail;
use base::day;
use base::hinted::Hinted;

/// The type of the cells of a column. A cell that does not fit stays text.
#[derive(Clone, Copy, PartialEq)]
pub enum CellKind {
    Text,
    Whole,
    Money,
    Decimal,
    Day,
}

/// The kind of a column of a statement, by its name.
pub fn of_statement(column: &str) -> CellKind {
    match column {
        "as at" | "known at" => CellKind::Day,
        "quantity" => CellKind::Decimal,
        "unit price" | "amount" => CellKind::Money,
        _ => CellKind::Text,
    }
}

/// The kind of a column of a tally, by its name.
pub fn of_tally(column: &str) -> CellKind {
    if matches!(column, "area" | "cohort" | "segment") { CellKind::Text } else { CellKind::Whole }
}

/// Whether a file is to be a workbook, by its name.
pub fn is_wanted(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"))
}

/// The bytes of CSV as a workbook of one sheet.
///
/// # Errors
/// It would have more rows than a sheet.
pub fn bytes(title: &str, text: &str, kind: fn(&str) -> CellKind) -> anyhow::Result<Vec<u8>> {
    let (mut book, mut kinds, mut full) = (WorkbookWriter::default(), Vec::new(), false);
    csv::cells(text.as_bytes(), |row| {
        let Ok(cells) = row else { return Ok(()) };
        if kinds.is_empty() {
            kinds = cells.iter().map(|name| kind(name)).collect();
            let header: Vec<(&str, u32)> = cells.iter().zip(&kinds).map(|(name, kind)| (&**name, width(name, *kind))).collect();
            return book.sheet(title, &header);
        }
        let cells: Vec<OutputCell<'_>> = cells.iter().zip(&kinds).map(|(text, kind)| typed(text, *kind)).collect();
        full |= !book.row(&cells)?;
        Ok(())
    })?;
    if full {
        let what = format!("the workbook would have more than {MOST_ROWS} rows, which is the limit of a sheet");
        bail!(Hinted::new(what, "write CSV or Parquet instead"));
    }
    Ok(book.end()?)
}

fn width(name: &str, kind: CellKind) -> u32 {
    let usual = match kind {
        CellKind::Text if matches!(name, "reason" | "what" | "expected" | "fix") => 60,
        CellKind::Text => 22,
        CellKind::Money | CellKind::Decimal => 16,
        CellKind::Whole | CellKind::Day => 12,
    };
    usual.max(name.chars().count() as u32 + 2)
}

fn typed(text: &str, kind: CellKind) -> OutputCell<'_> {
    if text.is_empty() {
        return OutputCell::Nothing;
    }
    let cell = match kind {
        CellKind::Text => return OutputCell::Text(unmarked(text)),
        CellKind::Whole => text.parse().ok().map(OutputCell::Whole),
        CellKind::Day => day::parse(text.as_bytes()).ok().map(OutputCell::Day),
        CellKind::Money => decimal(text).filter(|(_, digits)| *digits == 2).map(|(pence, _)| OutputCell::Money(pence)),
        CellKind::Decimal => decimal(text).map(|(number, digits)| OutputCell::Decimal(number, digits)),
    };
    cell.unwrap_or(OutputCell::Text(text))
}

/// Text without the mark against formulas that CSV needs; in a workbook it is text anyway.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| super::write::plain(rest) == text).unwrap_or(text)
}

/// A number without its point, and how many digits stood after it.
fn decimal(text: &str) -> Option<(i64, u32)> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = part.bytes().all(|byte| byte.is_ascii_digit()) && part.len() <= 18;
    Some((format!("{whole}{part}").parse().ok().filter(|_| digits)?, part.len() as u32))
}

//! What is written as CSV, as an Excel workbook: the same columns and rows, money as money, days as days, and text as text whatever it
//! begins with.

use std::path::Path;

use crate::csv;
use crate::workbook::write::{Book, Cell, MOST_ROWS};
use anyhow::{Context as _, bail};
use base::day;

/// What the cells of a column are; one that is no such thing stays text.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Text,
    Whole,
    Money,
    Decimal,
    Day,
}

/// The kind of a column of a statement, by its name.
pub fn of_statement(column: &str) -> Kind {
    match column {
        "as at" | "known at" => Kind::Day,
        "quantity" => Kind::Decimal,
        "unit price" | "amount" => Kind::Money,
        _ => Kind::Text,
    }
}

/// The kind of a column of a tally, by its name.
pub fn of_tally(column: &str) -> Kind {
    if matches!(column, "area" | "cohort" | "segment") { Kind::Text } else { Kind::Whole }
}

/// Whether a file is to be such a workbook, by its name.
pub fn is_wanted(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"))
}

/// Writes CSV as a workbook of one sheet, in place of a file that is there.
pub fn write(path: &Path, title: &str, text: &str, kind: fn(&str) -> Kind) -> anyhow::Result<()> {
    let (mut book, mut kinds, mut full) = (Book::default(), Vec::new(), false);
    csv::cells(text.as_bytes(), |row| {
        let Ok(cells) = row else { return Ok(()) };
        if kinds.is_empty() {
            kinds = cells.iter().map(|name| kind(name)).collect();
            let header: Vec<(&str, u32)> = cells.iter().zip(&kinds).map(|(name, kind)| (&**name, width(name, *kind))).collect();
            return book.sheet(title, &header);
        }
        let cells: Vec<Cell<'_>> = cells.iter().zip(&kinds).map(|(text, kind)| typed(text, *kind)).collect();
        full |= !book.row(&cells)?;
        Ok(())
    })?;
    if full {
        bail!(
            "{} would have more than {MOST_ROWS} rows, and a sheet has no more\n\nhint: write CSV or Parquet instead",
            path.display()
        );
    }
    std::fs::write(path, book.end()?).with_context(|| format!("could not write {}", path.display()))
}

fn width(name: &str, kind: Kind) -> u32 {
    let usual = match kind {
        Kind::Text if matches!(name, "reason" | "what" | "expected" | "fix") => 60,
        Kind::Text => 22,
        Kind::Money | Kind::Decimal => 16,
        Kind::Whole | Kind::Day => 12,
    };
    usual.max(name.chars().count() as u32 + 2)
}

fn typed(text: &str, kind: Kind) -> Cell<'_> {
    if text.is_empty() {
        return Cell::Nothing;
    }
    let cell = match kind {
        Kind::Text => return Cell::Text(unmarked(text)),
        Kind::Whole => text.parse().ok().map(Cell::Whole),
        Kind::Day => day::parse(text.as_bytes()).ok().map(Cell::Day),
        Kind::Money => decimal(text).filter(|(_, digits)| *digits == 2).map(|(pence, _)| Cell::Money(pence)),
        Kind::Decimal => decimal(text).map(|(number, digits)| Cell::Decimal(number, digits)),
    };
    cell.unwrap_or(Cell::Text(text))
}

/// Text without the mark that keeps it from being a formula in a CSV file; in a workbook it is text anyway.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| super::write::plain(rest) == text).unwrap_or(text)
}

/// A number without its point, and how many digits stood after it.
fn decimal(text: &str) -> Option<(i64, u32)> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = part.bytes().all(|byte| byte.is_ascii_digit()) && part.len() <= 18;
    Some((format!("{whole}{part}").parse().ok().filter(|_| digits)?, part.len() as u32))
}

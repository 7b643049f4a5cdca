//! Reads the payments of an extract of the bank or the finance system: a CSV file or a workbook with the columns reference, date, amount
//! and payee. An extract that can be read in two ways is refused.

mod columns;
mod rows;

use std::path::Path;

use anyhow::bail;
use base::hidden_characters::visible;
use ledger::reconcile::{ExtractRow, UnpaidRow};
use records::files::{input, safe};
use records::rows::{HEADER_WITHIN, Rows as _};

use crate::error::Error;

pub use columns::ExtractColumns;
use columns::{ColumnPositions, HeaderError, HeaderProblem, columns};
use rows::{Marks, PENDING, is_total, not_paid, other_cells, row, unclear_sign};

/// The most bytes of an extract.
const LARGEST: u64 = 64 << 20;

/// What an extract says.
#[derive(Debug, Default)]
pub(crate) struct BankExtract {
    pub rows: Vec<ExtractRow>,
    /// Payments that were not made, or that came back.
    pub unpaid: Vec<UnpaidRow>,
    /// What was skipped.
    pub notes: Vec<String>,
}

/// Reads the payments of an extract, and notes about it.
///
/// # Errors
/// The file cannot be read, its columns are not clear, or rows are wrong; the message names the rows.
pub(crate) fn read(path: &Path, named: &ExtractColumns, paid_is_negative: bool) -> anyhow::Result<BankExtract> {
    let shown = path.display();
    let file = safe::open(path, LARGEST)?;
    let mut sheet = input::open(file, path, None)?.map_err(|fault| input::refused(path, &fault))?;
    let (mut extract, mut problems) = (BankExtract::default(), Vec::new());
    // Rows above the header are skipped: banks put the account and the days there. If no row is the header, the message is about the
    // row that has most of the columns.
    let mut above = 0;
    let mut nearest: Option<(usize, HeaderProblem)> = None;
    let mut found: Option<ColumnPositions> = None;
    let mut header: Vec<String> = Vec::new();
    let mut marks: Vec<Marks> = Vec::new();
    while let Some(read) = sheet.next()? {
        let number = sheet.place();
        let cells: Vec<String> = (0..sheet.count()).map(|at| String::from_utf8_lossy(sheet.cell(at)).trim().to_owned()).collect();
        if let Err(fault) = read {
            problems.push(format!("row {number}: {}", fault.what));
            continue;
        }
        let Some(columns) = &found else {
            if cells.iter().all(String::is_empty) {
                continue;
            }
            match columns(named, &cells) {
                Ok(columns) => {
                    (marks, header) = (vec![Marks::default(); cells.len()], cells);
                    found = Some(columns);
                }
                Err(HeaderError::Unclear(what)) => bail!(what.of_file(shown)),
                Err(HeaderError::Missing(count, what)) => {
                    above += 1;
                    if nearest.as_ref().is_none_or(|(most, _)| count > *most) {
                        nearest = Some((count, what));
                    }
                    if above == HEADER_WITHIN {
                        break;
                    }
                }
            }
            continue;
        };
        let wanted = [columns.reference, columns.date, columns.amount, columns.payee];
        let odd =
            wanted.into_iter().chain(columns.money_in).chain(columns.currencies.iter().copied()).find_map(|at| sheet.invalid(at));
        if let Some(odd) = odd {
            let (what, fix) = odd.wrong;
            problems.push(format!("row {number}: {}: {what} ({fix})", odd.found));
        } else if cells.iter().all(String::is_empty) {
            continue;
        } else if is_total(&cells, columns.date) {
            extract.notes.push(format!("row {number} of the extract has totals and no payment, so it is skipped"));
        } else if !sheet.has_addresses()
            && let Some(what) = other_cells(&cells, columns)
        {
            problems.push(format!("row {number}: {what}"));
        } else if let Some(what) = unclear_sign(&cells, columns) {
            problems.push(format!("row {number}: {what}"));
        } else {
            marks.iter_mut().zip(&cells).for_each(|(marks, cell)| marks.add(cell));
            match row(number, &cells, columns, paid_is_negative) {
                Ok(row) => match not_paid(&cells, columns).filter(|_| row.amount.0 > 0) {
                    Some(word) => {
                        let note = format!("row {number} of the extract says \"{word}\" and is no payment, so it is skipped");
                        extract.notes.push(note);
                        if word != PENDING {
                            extract.unpaid.push(UnpaidRow { number, reference: row.reference, on: row.on, word });
                        }
                    }
                    None => extract.rows.push(row),
                },
                Err(what) => problems.push(format!("row {number}: {what}")),
            }
        }
    }
    if let Some(unclear) = found.as_ref().and_then(|columns| unnamed_direction(columns, &marks, &header)) {
        bail!(unclear.of_file(shown));
    }
    if found.is_none() {
        match nearest {
            None => bail!(Error::failed(
                format!("{shown} is empty"),
                "it needs a header with the columns reference, date, amount and payee"
            )),
            Some((_, what)) => bail!(what.of_file(shown)),
        }
    }
    if !problems.is_empty() {
        let more = if problems.len() > 10 { format!("\n… and {} more", problems.len() - 10) } else { String::new() };
        problems.truncate(10);
        bail!(Error::failed(
            format!("{shown} cannot be compared:\n{}{more}", problems.join("\n")),
            "correct the rows, or name other columns"
        ));
    }
    Ok(extract)
}

/// The problem of a column that may say whether money went out or came in, and does not say so in its name.
fn unnamed_direction(columns: &ColumnPositions, marks: &[Marks], header: &[String]) -> Option<HeaderProblem> {
    let is_other = |at: &usize| !columns.indicators.contains(at) && !columns.of_payment().contains(at);
    let at = (0..marks.len()).filter(is_other).find(|at| marks[*at].are_of_both())?;
    Some(HeaderProblem::new(
        format!("has a column `{}` that may say whether money went out or came in", visible(&header[at])),
        "if it does, name the column Debit/Credit and write D where money went out and C where it came in; otherwise delete it",
    ))
}

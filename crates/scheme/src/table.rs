//! CSV tables beside the scheme file: read whole, with the place of every cell, so that an error can point at it.

use crate::problem::Problem;
use crate::source::{Source, Span};

/// A CSV table: a header and rows of trimmed cells.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub name: String,
    pub header: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
}

/// One cell: its text without quotes and outer blanks, and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub text: String,
    pub span: Span,
}

impl Table {
    /// Reads a table: commas, or semicolons or tabs when the header has those instead; quotes doubled inside quotes;
    /// blank lines and lines that start with `#` are skipped.
    pub fn parse(source: &Source, problems: &mut Vec<Problem>) -> Table {
        let separator = separator(&source.text);
        let mut rows = Vec::new();
        let mut at = 0;
        while at < source.text.len() {
            let (row, next, open_quote) = row(&source.text, at, separator);
            if let Some(quote) = open_quote {
                problems.push(
                    Problem::at(&source.name, Span { start: quote, end: quote + 1 }, "a quotation mark is never closed")
                        .expected("a closing double quote before the end of the file")
                        .mend("close the quote; write a quote inside a quoted cell twice"),
                );
            }
            let blank = row.iter().all(|cell| cell.text.is_empty());
            let comment = row.first().is_some_and(|cell| cell.text.starts_with('#'));
            if !blank && !comment {
                rows.push(row);
            }
            at = next;
        }
        let mut rows = rows.into_iter();
        let Some(header) = rows.next() else {
            problems.push(
                Problem::file(&source.name, "the table is empty")
                    .expected("a first row with the names of the columns")
                    .mend("add the header row and at least one row of data"),
            );
            return Table { name: source.name.clone(), ..Table::default() };
        };
        for (i, cell) in header.iter().enumerate() {
            if header[..i].iter().any(|other| other.text == cell.text) {
                problems.push(
                    Problem::at(&source.name, cell.span, format!("two columns are both named `{}`", cell.text))
                        .expected("each column name once")
                        .mend("rename or remove one of the two columns"),
                );
            }
        }
        let mut kept = Vec::new();
        for row in rows {
            if row.len() == header.len() {
                kept.push(row);
            } else {
                let span = Span { start: row[0].span.start, end: row[row.len() - 1].span.end };
                problems.push(
                    Problem::at(&source.name, span, "this row has the wrong number of cells")
                        .read(format!("{} cells", row.len()))
                        .expected(format!("{} cells, as in the header", header.len()))
                        .mend("a comma inside a number or a name needs quotes around the cell: \"£1,200\""),
                );
            }
        }
        Table { name: source.name.clone(), header, rows: kept }
    }

    /// The position of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|cell| cell.text.eq_ignore_ascii_case(name))
    }

    /// The names of the columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.header.iter().map(|cell| cell.text.as_str())
    }

    /// The place of the header row.
    #[must_use]
    pub fn head(&self) -> Span {
        let end = self.header.last().map_or(0, |cell| cell.span.end);
        Span { start: self.header.first().map_or(0, |cell| cell.span.start), end }
    }

    pub fn problem(&self, span: Span, what: impl Into<String>) -> Problem {
        Problem::at(&self.name, span, what)
    }
}

fn separator(text: &str) -> char {
    let header = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    [',', ';', '\t'].into_iter().find(|&c| header.contains(c)).unwrap_or(',')
}

/// One row from `start`: its cells, where the next row starts, and the place of a quote that is never closed.
fn row(text: &str, start: usize, separator: char) -> (Vec<Cell>, usize, Option<usize>) {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut cell_start = start;
    let mut quote: Option<usize> = None;
    let mut characters = text[start..].char_indices().peekable();
    let finish = |cell: &mut String, cell_start: usize, end: usize, cells: &mut Vec<Cell>| {
        let raw = &text[cell_start..end];
        let lead = raw.len() - raw.trim_start().len();
        let trail = raw.len() - raw.trim_end().len();
        let span = if lead == raw.len() {
            Span { start: cell_start, end: cell_start }
        } else {
            Span { start: cell_start + lead, end: end - trail }
        };
        cells.push(Cell { text: cell.trim().to_owned(), span });
        cell.clear();
    };
    while let Some((offset, character)) = characters.next() {
        let here = start + offset;
        match character {
            '"' if quote.is_some() => {
                if characters.peek().is_some_and(|(_, next)| *next == '"') {
                    cell.push('"');
                    characters.next();
                } else {
                    quote = None;
                }
            }
            '"' if cell.trim().is_empty() => quote = Some(here),
            '\n' if quote.is_none() => {
                finish(&mut cell, cell_start, here, &mut cells);
                return (cells, here + 1, None);
            }
            c if c == separator && quote.is_none() => {
                finish(&mut cell, cell_start, here, &mut cells);
                cell_start = here + c.len_utf8();
            }
            c => cell.push(c),
        }
    }
    finish(&mut cell, cell_start, text.len(), &mut cells);
    (cells, text.len(), quote)
}

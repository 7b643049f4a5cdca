//! CSV tables beside the scheme file. Each is read whole, with the place of every cell, so that an error can point at it.

use std::collections::BTreeMap;

use crate::english::counted;
use crate::problem::{self, Problem};
use crate::similar_names::folded;
use crate::source::{SourceFile, Span};

/// The most cells of a table. The largest table of people, with two columns, has fewer.
const MAX_CELLS: usize = 8_000_000;

/// A CSV table: a header and rows of trimmed cells.
#[derive(Clone, Debug, Default)]
pub struct CsvTable {
    pub name: String,
    pub header: Vec<TableCell>,
    pub rows: Vec<Vec<TableCell>>,
    /// Whether rows had to be left out. Then what seems to be missing may be in them.
    pub incomplete: bool,
}

/// One cell: its text without quotes and outer blanks, and its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableCell {
    pub text: String,
    pub span: Span,
}

impl CsvTable {
    /// Reads a table. Cells are separated by commas, or by semicolons or tabs when the header has those instead. Quotes inside
    /// quotes are doubled. Blank lines and lines that start with `#` are skipped. A row that cannot be read is reported and
    /// left out.
    pub fn parse(source: &SourceFile, problems: &mut Vec<Problem>) -> CsvTable {
        let mut found = Vec::new();
        let table = CsvTable::parse_into(source, &mut found);
        problems.extend(found);
        table
    }

    fn parse_into(source: &SourceFile, problems: &mut Vec<Problem>) -> CsvTable {
        let separator = separator(&source.text);
        let mut rows = Vec::new();
        let (mut at, mut cells) = (0, 0);
        let (mut incomplete, mut header_broken) = (false, false);
        while at < source.text.len() {
            let rest = &source.text[at..];
            if rest.trim_start_matches([' ', '\t']).starts_with('#') {
                at += rest.find('\n').map_or(rest.len(), |end| end + 1);
                continue;
            }
            let Some((row, next, quote)) = row(&source.text, at, separator, MAX_CELLS - cells) else {
                problem::add(
                    problems,
                    Problem::file(&source.name, "the table has too many cells")
                        .expected(format!("at most {} cells", crate::money::thousands(MAX_CELLS as i64)))
                        .fix("remove columns that are not needed, and look for rows with only commas"),
                );
                return CsvTable { name: source.name.clone(), incomplete: true, ..CsvTable::default() };
            };
            at = next;
            cells += row.len();
            if let Some(quote) = quote {
                incomplete = true;
                header_broken |= rows.is_empty();
                if !problem::is_full(problems, problem::Severity::Error) || rows.is_empty() {
                    problem::add(problems, quote.problem(source));
                } else {
                    problem::add(problems, Problem::file(&source.name, ""));
                }
            } else if row.iter().any(|cell| !cell.text.is_empty()) {
                rows.push(row);
            }
        }
        let name = source.name.clone();
        let mut rows = rows.into_iter();
        let Some(mut header) = rows.next() else {
            if !incomplete {
                problems.push(
                    Problem::file(&name, "the table is empty")
                        .expected("a first row with the names of the columns")
                        .fix("add the header row and at least one row of data"),
                );
            }
            return CsvTable { name, incomplete: true, ..CsvTable::default() };
        };
        // Spreadsheets write empty columns to the right of a table.
        let named = header.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
        header.truncate(named);
        header_broken |= has_repeated_names(&name, &header, problems);
        if header_broken {
            // Without a correct header the cells have no meaning.
            return CsvTable { name, incomplete: true, ..CsvTable::default() };
        }
        let mut kept = Vec::new();
        for mut row in rows {
            if row.iter().skip(header.len()).all(|cell| cell.text.is_empty()) {
                row.truncate(header.len());
            }
            if row.len() == header.len() {
                kept.push(row);
                continue;
            }
            incomplete = true;
            let span = Span { start: row[0].span.start, end: row[row.len() - 1].span.end };
            let fix = if row.len() > header.len() {
                "if a number or a name contains a comma, put the cell in quotes: \"£1,200\""
            } else {
                "write an empty cell as two commas with nothing between them"
            };
            problem::add(
                problems,
                Problem::at(&name, span, "this row has the wrong number of cells")
                    .read(counted(row.len(), "cell", "cells"))
                    .expected(format!("{} cells, as in the header", header.len()))
                    .fix(fix),
            );
        }
        if kept.is_empty() && !incomplete {
            let span = Span { start: header[0].span.start, end: header[header.len() - 1].span.end };
            problems.push(
                Problem::at(&name, span, "the table has a header but no rows")
                    .expected("at least one row of data")
                    .fix("add at least one row below the header"),
            );
            incomplete = true;
        }
        CsvTable { name, header, rows: kept, incomplete }
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

    /// The line of a cell, for a message that names two places.
    #[must_use]
    pub fn line(&self, sources: &BTreeMap<String, SourceFile>, span: Span) -> usize {
        sources.get(&self.name).map_or(0, |source| source.place(span.start).line)
    }
}

/// Whether two columns of a header have one name, which is reported.
fn has_repeated_names(file: &str, header: &[TableCell], problems: &mut Vec<Problem>) -> bool {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut repeated = false;
    for (i, cell) in header.iter().enumerate() {
        let Some(first) = names.insert(folded(&cell.text), i) else { continue };
        repeated = true;
        problem::add(
            problems,
            Problem::at(file, cell.span, format!("two columns are both named `{}`", cell.text))
                .read(format!("`{}` in column {} and `{}` in column {}", header[first].text, first + 1, cell.text, i + 1))
                .expected("each column name once. Capital letters and hidden characters make no difference")
                .fix("rename or remove one of the two columns"),
        );
    }
    repeated
}

fn separator(text: &str) -> char {
    let header = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    [',', ';', '\t'].into_iter().find(|&c| header.contains(c)).unwrap_or(',')
}

/// A quotation mark in the wrong place.
enum StrayQuote {
    /// Opened here and never closed.
    Open(usize),
    /// Text follows the mark that closes the cell, or a mark is in the middle of plain text.
    Inside(usize),
}

impl StrayQuote {
    fn problem(&self, source: &SourceFile) -> Problem {
        let (at, what, expected) = match *self {
            StrayQuote::Open(at) => (at, "a quotation mark is never closed", "a closing double quote before the end of the file"),
            StrayQuote::Inside(at) => {
                (at, "a quotation mark in the middle of a cell", "double quotes around a whole cell, or none: \"£1,200\"")
            }
        };
        Problem::at(&source.name, Span { start: at, end: at + 1 }, what)
            .expected(expected)
            .fix("look for a missing quotation mark. A mark that belongs to the text is written twice")
    }
}

/// One row from `start`: its cells, where the next row starts, and a quotation mark in the wrong place. `None` for a row with too
/// many cells.
fn row(text: &str, start: usize, separator: char, most: usize) -> Option<(Vec<TableCell>, usize, Option<StrayQuote>)> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut cell_start = start;
    let mut quote: Option<usize> = None;
    let mut closed = false;
    let mut inside = None;
    let mut characters = text[start..].char_indices().peekable();
    let finish = |cell: &mut String, cell_start: usize, end: usize, cells: &mut Vec<TableCell>| {
        let raw = &text[cell_start..end];
        let lead = raw.len() - raw.trim_start().len();
        let trail = raw.len() - raw.trim_end().len();
        let span = if lead == raw.len() {
            Span { start: cell_start, end: cell_start }
        } else {
            Span { start: cell_start + lead, end: end - trail }
        };
        cells.push(TableCell { text: cell.trim().to_owned(), span });
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
                    closed = true;
                }
            }
            '"' if cell.trim().is_empty() && !closed => quote = Some(here),
            '\n' if quote.is_none() => {
                finish(&mut cell, cell_start, here, &mut cells);
                return Some((cells, here + 1, inside.map(StrayQuote::Inside)));
            }
            c if c == separator && quote.is_none() => {
                finish(&mut cell, cell_start, here, &mut cells);
                cell_start = here + c.len_utf8();
                closed = false;
                if cells.len() >= most {
                    return None;
                }
            }
            c => {
                if c == '"' || closed && !c.is_whitespace() {
                    inside = inside.or(Some(here));
                }
                cell.push(c);
            }
        }
    }
    finish(&mut cell, cell_start, text.len(), &mut cells);
    Some((cells, text.len(), inside.map(StrayQuote::Inside).or(quote.map(StrayQuote::Open))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileBytes;

    /// The cells of a table, row after row, and what is wrong with it.
    fn read(text: &str) -> (Vec<Vec<String>>, Vec<String>) {
        let source = SourceFile::decode("prices.csv", &FileBytes::Read(text.into())).expect("text");
        let mut problems = Vec::new();
        let table = CsvTable::parse(&source, &mut problems);
        let texts = |row: &Vec<TableCell>| row.iter().map(|cell| cell.text.clone()).collect();
        let rows = std::iter::once(&table.header).chain(&table.rows).map(texts).collect();
        (rows, problems.into_iter().map(|problem| problem.what).collect())
    }

    #[test]
    fn empty_columns_to_the_right_and_any_line_ends_change_nothing() {
        let right = read("a,b\n1,2\n3,\n");
        assert_eq!(
            right,
            (vec![vec!["a".to_owned(), "b".into()], vec!["1".into(), "2".into()], vec!["3".into(), String::new()]], vec![])
        );
        for text in [
            "a,b,,\n1,2,,\n3,,,\n",
            "a,b,\n1,2\n3,,,,\n",
            "a,b\r1,2\r3,\r",
            "a,b\r\n1,2\r\n3,\r\n",
            "a,b,,\r1,2,,\r# a note, with commas\r3,,,",
            "a;b\r1;2\r\"3\";",
            "a,b\n1,2\n3,\n\u{1a}",
            "a,b\n1,2\n3,\r\n\u{1a}\r\n",
        ] {
            assert_eq!(read(text), right, "{text:?}");
        }
    }

    #[test]
    fn a_value_beyond_the_last_column_is_still_refused() {
        for text in ["a,b,,\n1,2,,x\n", "a,b\n1,2,x\n", "a,b\n1\n"] {
            assert_eq!(read(text).1, ["this row has the wrong number of cells"], "{text:?}");
        }
        assert_eq!(read("a,,,b\n1,,,2\n").1, ["two columns are both named ``"]);
    }
}

//! OpenDocument spreadsheets (.ods): the sheets, and the rows of one of them as they are unpacked. All sheets stand in one part.
//! <https://docs.oasis-open.org/office/OpenDocument/v1.3/>

use std::collections::BTreeSet;
use std::io::{self, Read, Seek};

use super::SheetName;
use super::number::{self, Format};
use super::sheet::{self, ERROR, LAST_COLUMN, LAST_ROW, LONGEST_TEXT, NO_VALUE, Row, TRUTH, Told};
use super::xml::{Element, Token, Xml};
use super::zip::{Unpacked, Zip, absurd, damaged};
use crate::csv::MOST_COLUMNS;
use crate::fault::Fault;
use crate::rows::{Odd, Rows};

pub const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// All sheets stand in one part, and each is found by going through it.
const MOST_SHEETS: usize = 100;

/// The sheets; the part of each is its number.
pub fn open<R: Read + Seek>(zip: &mut Zip<R>) -> io::Result<Vec<SheetName>> {
    if zip.has(MANIFEST) {
        let mut xml = Xml::new(zip.part(MANIFEST)?);
        loop {
            match xml.next()? {
                Token::Open(element) if element.name == "encryption-data" => {
                    return Err(io::Error::other(super::with_password()));
                }
                Token::End => break,
                _ => {}
            }
        }
    }
    let (mut sheets, mut hidden, mut style, mut depth) = (Vec::new(), BTreeSet::new(), String::new(), 0);
    let mut xml = Xml::new(zip.part(CONTENT)?);
    loop {
        match xml.next()? {
            Token::End => return Ok(sheets),
            Token::Open(element) => match element.name {
                "style" => style = element.get("style:name").unwrap_or_default().into_owned(),
                "table-properties"
                    if element.get("table:display").is_some_and(|shown| shown == "false") && hidden.len() < MOST_SHEETS =>
                {
                    hidden.insert(style.clone());
                }
                "table" if !element.closed => {
                    if depth == 0 {
                        if sheets.len() == MOST_SHEETS {
                            return Err(absurd("more than 100 sheets"));
                        }
                        let name = element.get("table:name").unwrap_or_default().into_owned();
                        let hidden = element.get("table:style-name").is_some_and(|style| hidden.contains(&*style));
                        sheets.push(SheetName { name, hidden, part: sheets.len().to_string() });
                    }
                    depth += 1;
                }
                _ => {}
            },
            Token::Close("table") => depth -= 1,
            Token::Close(_) | Token::Text(_) => {}
        }
    }
}

/// The rows of a sheet.
pub struct Sheet<R: Read> {
    xml: Xml<Unpacked<R>>,
    /// The number of the sheet that is wanted, and of the next one to come.
    wanted: usize,
    next: usize,
    /// Tables around the place: a table may stand in a cell of another.
    depth: usize,
    inside: bool,
    row: Row,
    told: Told,
    notes: Vec<Fault>,
    cell: Cell,
    /// The next column.
    column: usize,
    /// The next row, from 1; how often the current one still comes.
    place: u64,
    again: u64,
    repeated: u64,
    hidden_row: bool,
    ended: bool,
}

#[derive(Default)]
struct Cell {
    repeated: usize,
    kind: Kind,
    value: String,
    text: String,
    paragraphs: usize,
    in_paragraph: bool,
    /// Inside a comment, which is no part of the cell.
    comment: usize,
    formula: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Kind {
    #[default]
    Nothing,
    Words,
    Number,
    Date,
    Time,
    Truth,
    Error,
}

pub fn rows<R: Read>(content: Unpacked<R>, sheet: &SheetName) -> Sheet<R> {
    Sheet {
        xml: Xml::new(content),
        wanted: sheet.part.parse().unwrap_or(0),
        next: 0,
        depth: 0,
        inside: false,
        row: Row::default(),
        told: Told { hidden: sheet.hidden, ..Told::default() },
        notes: Vec::new(),
        cell: Cell::default(),
        column: 0,
        place: 1,
        again: 0,
        repeated: 1,
        hidden_row: false,
        ended: false,
    }
}

impl<R: Read> Sheet<R> {
    fn advance(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        if self.again > 0 {
            self.again -= 1;
            self.row.again(self.row.place + 1);
            return self.whole().map(Some);
        }
        while !self.ended {
            match self.xml.next()? {
                Token::End => return Err(damaged("a sheet that ends too early")),
                Token::Open(element) if element.name == "table" && !element.closed => {
                    if self.depth == 0 {
                        self.inside = self.next == self.wanted;
                        self.next += 1;
                    }
                    self.depth += 1;
                }
                Token::Close("table") => {
                    self.depth = self.depth.saturating_sub(1);
                    self.ended = self.inside && self.depth == 0;
                }
                _ if !self.inside || self.depth != 1 => {}
                Token::Open(element) => match element.name {
                    "table-row" => {
                        self.repeated = element.number("table:number-rows-repeated").unwrap_or(1).clamp(1, LAST_ROW);
                        self.hidden_row = is_hidden(&element);
                        self.row.begin(self.place);
                        self.column = 0;
                        if element.closed {
                            self.place = self.place.saturating_add(self.repeated);
                        }
                    }
                    "table-cell" | "covered-table-cell" => {
                        let (column, place) = (self.column, self.row.place);
                        begin(&mut self.cell, &element);
                        let spans = |name| element.number(name).is_some_and(|count| count > 1);
                        let across =
                            element.number("table:number-columns-spanned").unwrap_or(1).clamp(1, LAST_COLUMN as u64) as usize;
                        if spans("table:number-columns-spanned") || spans("table:number-rows-spanned") {
                            let last = place
                                .saturating_add(element.number("table:number-rows-spanned").unwrap_or(1).clamp(1, LAST_ROW) - 1);
                            self.told.merge(
                                format!("{}:{}", sheet::name(column, place), sheet::name(column + across - 1, last)),
                                last,
                            );
                        }
                        if element.closed {
                            self.end_of_cell();
                        }
                    }
                    "table-column" => {
                        let times =
                            element.number("table:number-columns-repeated").unwrap_or(1).clamp(1, LAST_COLUMN as u64) as usize;
                        if is_hidden(&element) {
                            self.told.hide(self.column);
                        }
                        self.column = self.column.saturating_add(times);
                    }
                    "annotation" => self.cell.comment += usize::from(!element.closed),
                    "p" if self.cell.comment == 0 => {
                        if self.cell.paragraphs > 0 {
                            self.cell.text.push('\n');
                        }
                        self.cell.paragraphs += 1;
                        self.cell.in_paragraph = !element.closed;
                    }
                    "s" if self.cell.in_paragraph => {
                        let count = element.number("text:c").unwrap_or(1).min(LONGEST_TEXT as u64) as usize;
                        add(&mut self.cell.text, &" ".repeat(count))?;
                    }
                    "tab" if self.cell.in_paragraph => add(&mut self.cell.text, "\t")?,
                    "line-break" if self.cell.in_paragraph => add(&mut self.cell.text, "\n")?,
                    _ => {}
                },
                Token::Text(text) if self.cell.in_paragraph && self.cell.comment == 0 => add(&mut self.cell.text, &text)?,
                Token::Text(_) => {}
                Token::Close(name) => match name {
                    "annotation" => self.cell.comment = self.cell.comment.saturating_sub(1),
                    "p" if self.cell.comment == 0 => self.cell.in_paragraph = false,
                    "table-cell" | "covered-table-cell" => self.end_of_cell(),
                    "table-row" => {
                        let place = self.place;
                        self.place = place.saturating_add(self.repeated);
                        if !self.row.is_blank() {
                            if self.place > LAST_ROW + 1 {
                                return Err(damaged("more rows than a sheet can have"));
                            }
                            self.again = self.repeated - 1;
                            return self.whole().map(Some);
                        }
                    }
                    _ => {}
                },
            }
        }
        Ok(None)
    }

    fn whole(&mut self) -> io::Result<Result<(), Fault>> {
        self.told.row(&self.row, self.hidden_row);
        self.row.whole(self.xml.read)
    }

    /// The cell as often as it is repeated: empty ones fill a row to its last column.
    fn end_of_cell(&mut self) {
        let cell = &self.cell;
        let last = self.column.saturating_add(cell.repeated).min(MOST_COLUMNS + 1).max(self.column + 1);
        for column in self.column..last {
            let before = self.row.is_blank();
            end(cell, column, &mut self.row, &mut self.told);
            // An empty cell leaves the row as it was, however often it comes.
            if cell.kind == Kind::Nothing && !cell.formula && before == self.row.is_blank() && cell.text.is_empty() {
                break;
            }
        }
        self.column = self.column.saturating_add(cell.repeated);
    }
}

fn is_hidden(element: &Element<'_>) -> bool {
    element.get("table:visibility").is_some_and(|seen| seen != "visible")
}

fn begin(cell: &mut Cell, element: &Element<'_>) {
    let (mut value, mut text) = (std::mem::take(&mut cell.value), std::mem::take(&mut cell.text));
    value.clear();
    text.clear();
    let error = element.get("calcext:value-type").is_some_and(|kind| kind == "error");
    let (kind, holds) = match element.get("office:value-type").as_deref() {
        _ if error => (Kind::Error, ""),
        Some("string") => (Kind::Words, "office:string-value"),
        Some("float" | "percentage" | "currency") => (Kind::Number, "office:value"),
        Some("date") => (Kind::Date, "office:date-value"),
        Some("time") => (Kind::Time, "office:time-value"),
        Some("boolean") => (Kind::Truth, "office:boolean-value"),
        _ => (Kind::Nothing, ""),
    };
    if let Some(held) = element.get(holds).filter(|_| !holds.is_empty()) {
        value.push_str(&held);
    }
    let repeated = element.number("table:number-columns-repeated").unwrap_or(1).clamp(1, LAST_COLUMN as u64) as usize;
    let formula = element.get("table:formula").is_some();
    *cell = Cell { repeated, kind, value, text, formula, ..Cell::default() };
}

fn add(text: &mut String, more: &str) -> io::Result<()> {
    text.push_str(more);
    if text.len() > LONGEST_TEXT { Err(absurd("a text longer than a cell can hold")) } else { Ok(()) }
}

/// What a cell comes to.
fn end(cell: &Cell, column: usize, row: &mut Row, told: &mut Told) {
    let place = row.place;
    if cell.formula {
        told.formulas.add(|| sheet::name(column, place));
    }
    match cell.kind {
        Kind::Nothing if cell.formula => row.set_odd(column, "", NO_VALUE),
        // Some programs leave the kind out where it is text.
        Kind::Nothing => row.set(column, &cell.text),
        Kind::Words => row.set(column, if cell.paragraphs > 0 { &cell.text } else { &cell.value }),
        Kind::Error => {
            row.set_odd(column, if cell.text.len() < 10 && cell.text.starts_with('#') { &cell.text } else { "an error" }, ERROR)
        }
        Kind::Truth => row.set_odd(column, if cell.value == "true" { "TRUE" } else { "FALSE" }, TRUTH),
        Kind::Date => row.set(column, number::date(&cell.value)),
        // The value is a duration such as PT13H30M00S; what is seen is the time.
        Kind::Time => row.set(column, &cell.text),
        Kind::Number => match number::shown(&cell.value, &Format::Plain, false) {
            Ok(number) => row.set(column, as_seen(&cell.text, &number)),
            Err(wrong) => row.set_odd(column, "", wrong),
        },
    }
}

/// The number as it is seen where that is the same digits with noughts in front or blanks between.
fn as_seen<'a>(seen: &'a str, number: &'a str) -> &'a str {
    let plain: String = seen.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    let whole =
        !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let same = whole && plain.trim_start_matches('0') == number.trim_start_matches('0');
    if same && seen.starts_with(|first: char| first.is_ascii_digit()) { seen } else { number }
}

impl<R: Read> Rows for Sheet<R> {
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        if self.told.broken.is_some() {
            return Ok(None);
        }
        self.advance().or_else(|error| {
            self.told.broken = Some(Fault::of(error)?);
            Ok(None)
        })
    }

    fn place(&self) -> u64 {
        self.row.place
    }

    fn count(&self) -> usize {
        self.row.count()
    }

    fn cell(&self, at: usize) -> &[u8] {
        self.row.cell(at)
    }

    fn bytes(&self) -> usize {
        self.row.bytes()
    }

    fn odd(&self, at: usize) -> Option<Odd> {
        self.row.odd(at)
    }

    fn placed(&self) -> bool {
        true
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        &mut self.notes
    }

    fn end(&mut self, header: u64) -> Vec<Fault> {
        self.told.faults(header)
    }
}

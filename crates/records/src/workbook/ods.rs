//! OpenDocument spreadsheets (.ods): the sheets, and the rows of one of them as they are unpacked. All sheets are in one part.
//! <https://docs.oasis-open.org/office/OpenDocument/v1.3/>

use std::collections::BTreeSet;
use std::io::{self, Read, Seek};

use super::number::{self, NumberFormat};
use super::sheet::{self, ERROR, LAST_COLUMN, LAST_ROW, LONGEST_TEXT, NO_VALUE, SheetName, SheetNotes, SheetRow, TRUTH};
use super::xml::{Element, Xml, XmlToken};
use super::zip::{Unpacked, Zip, damaged, too_large, with_password};
use crate::fault::Fault;
use crate::header::MOST_COLUMNS;
use crate::rows::{InvalidCell, Rows};

pub(crate) const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// All sheets are in one part, and each is found by reading the part from its start.
const MOST_SHEETS: usize = 100;

/// The sheets; the part of each is its number.
pub(crate) fn open<R: Read + Seek>(zip: &mut Zip<R>) -> io::Result<Vec<SheetName>> {
    if zip.has(MANIFEST) {
        let mut xml = Xml::new(zip.part(MANIFEST)?);
        loop {
            match xml.next()? {
                XmlToken::Open(element) if element.name == "encryption-data" => {
                    return Err(io::Error::other(with_password()));
                }
                XmlToken::End => break,
                _ => {}
            }
        }
    }
    let (mut sheets, mut hidden, mut style, mut depth) = (Vec::new(), BTreeSet::new(), String::new(), 0);
    let mut xml = Xml::new(zip.part(CONTENT)?);
    loop {
        match xml.next()? {
            XmlToken::End => return Ok(sheets),
            XmlToken::Open(element) => match element.name {
                "style" => style = element.get("style:name").unwrap_or_default().into_owned(),
                "table-properties"
                    if element.get("table:display").is_some_and(|shown| shown == "false") && hidden.len() < MOST_SHEETS =>
                {
                    hidden.insert(style.clone());
                }
                "table" if !element.closed => {
                    if depth == 0 {
                        if sheets.len() == MOST_SHEETS {
                            return Err(too_large("more than 100 sheets"));
                        }
                        let name = element.get("table:name").unwrap_or_default().into_owned();
                        let hidden = element.get("table:style-name").is_some_and(|style| hidden.contains(&*style));
                        sheets.push(SheetName { name, hidden, part: sheets.len().to_string() });
                    }
                    depth += 1;
                }
                _ => {}
            },
            XmlToken::Close("table") => depth -= 1,
            XmlToken::Close(_) | XmlToken::Text(_) => {}
        }
    }
}

/// The rows of a sheet.
pub struct OdsSheet<R: Read> {
    xml: Xml<Unpacked<R>>,
    /// The number of the sheet that is wanted, and of the next one to come.
    wanted: usize,
    next: usize,
    /// The depth of tables: a table may be inside a cell of another.
    depth: usize,
    inside: bool,
    row: SheetRow,
    sheet_notes: SheetNotes,
    notes: Vec<Fault>,
    cell: OdsCell,
    /// The next column.
    column: usize,
    /// The next row, from 1, and how often the current one is still repeated.
    place: u64,
    again: u64,
    repeated: u64,
    hidden_row: bool,
    ended: bool,
}

#[derive(Default)]
struct OdsCell {
    repeated: usize,
    kind: OdsCellKind,
    value: String,
    text: String,
    paragraphs: usize,
    in_paragraph: bool,
    /// Inside a comment, which is not part of the cell.
    comment: usize,
    formula: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum OdsCellKind {
    #[default]
    Nothing,
    Words,
    Number,
    /// An amount in another currency than pounds.
    Foreign,
    Date,
    Time,
    Truth,
    Error,
}

pub(crate) fn rows<R: Read>(content: Unpacked<R>, sheet: &SheetName) -> OdsSheet<R> {
    OdsSheet {
        xml: Xml::new(content),
        wanted: sheet.part.parse().unwrap_or(0),
        next: 0,
        depth: 0,
        inside: false,
        row: SheetRow::default(),
        sheet_notes: SheetNotes { hidden: sheet.hidden, ..SheetNotes::default() },
        notes: Vec::new(),
        cell: OdsCell::default(),
        column: 0,
        place: 1,
        again: 0,
        repeated: 1,
        hidden_row: false,
        ended: false,
    }
}

impl<R: Read> OdsSheet<R> {
    fn advance(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        if self.again > 0 {
            self.again -= 1;
            self.row.again(self.row.place + 1);
            return self.whole().map(Some);
        }
        while !self.ended {
            match self.xml.next()? {
                XmlToken::End => return Err(damaged("a sheet that ends too early")),
                XmlToken::Open(element) if element.name == "table" && !element.closed => {
                    if self.depth == 0 {
                        self.inside = self.next == self.wanted;
                        self.next += 1;
                    }
                    self.depth += 1;
                }
                XmlToken::Close("table") => {
                    self.depth = self.depth.saturating_sub(1);
                    self.ended = self.inside && self.depth == 0;
                }
                _ if !self.inside || self.depth != 1 => {}
                XmlToken::Open(element) => match element.name {
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
                            self.sheet_notes.merge(
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
                            self.sheet_notes.hide(self.column);
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
                XmlToken::Text(text) if self.cell.in_paragraph && self.cell.comment == 0 => add(&mut self.cell.text, &text)?,
                XmlToken::Text(_) => {}
                XmlToken::Close(name) => match name {
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
        self.sheet_notes.row(&self.row, self.hidden_row);
        self.row.whole(self.xml.read)
    }

    /// The cell as often as it is repeated: empty ones fill a row to its last column.
    fn end_of_cell(&mut self) {
        let cell = &self.cell;
        let last = self.column.saturating_add(cell.repeated).min(MOST_COLUMNS + 1).max(self.column + 1);
        for column in self.column..last {
            let before = self.row.is_blank();
            end(cell, column, &mut self.row, &mut self.sheet_notes);
            // An empty cell leaves the row as it was, however often it comes.
            if cell.kind == OdsCellKind::Nothing && !cell.formula && before == self.row.is_blank() && cell.text.is_empty() {
                break;
            }
        }
        self.column = self.column.saturating_add(cell.repeated);
    }
}

fn is_hidden(element: &Element<'_>) -> bool {
    element.get("table:visibility").is_some_and(|seen| seen != "visible")
}

fn begin(cell: &mut OdsCell, element: &Element<'_>) {
    let (mut value, mut text) = (std::mem::take(&mut cell.value), std::mem::take(&mut cell.text));
    value.clear();
    text.clear();
    let error = element.get("calcext:value-type").is_some_and(|kind| kind == "error");
    let (kind, holds) = match element.get("office:value-type").as_deref() {
        _ if error => (OdsCellKind::Error, ""),
        Some("string") => (OdsCellKind::Words, "office:string-value"),
        Some("float" | "percentage" | "currency") => (OdsCellKind::Number, "office:value"),
        Some("date") => (OdsCellKind::Date, "office:date-value"),
        Some("time") => (OdsCellKind::Time, "office:time-value"),
        Some("boolean") => (OdsCellKind::Truth, "office:boolean-value"),
        _ => (OdsCellKind::Nothing, ""),
    };
    let foreign = |currency: &str| !currency.trim().is_empty() && !number::is_pounds(currency);
    let kind = match kind {
        OdsCellKind::Number if element.get("office:currency").is_some_and(|currency| foreign(&currency)) => OdsCellKind::Foreign,
        kind => kind,
    };
    if let Some(held) = element.get(holds).filter(|_| !holds.is_empty()) {
        value.push_str(&held);
    }
    let repeated = element.number("table:number-columns-repeated").unwrap_or(1).clamp(1, LAST_COLUMN as u64) as usize;
    let formula = element.get("table:formula").is_some();
    *cell = OdsCell { repeated, kind, value, text, formula, ..OdsCell::default() };
}

fn add(text: &mut String, more: &str) -> io::Result<()> {
    text.push_str(more);
    if text.len() > LONGEST_TEXT { Err(too_large("a text longer than a cell can hold")) } else { Ok(()) }
}

/// The result of a cell.
fn end(cell: &OdsCell, column: usize, row: &mut SheetRow, sheet_notes: &mut SheetNotes) {
    let place = row.place;
    if cell.formula {
        sheet_notes.formulas.add(|| sheet::name(column, place));
    }
    match cell.kind {
        OdsCellKind::Nothing if cell.formula => row.set_invalid(column, "", NO_VALUE),
        // Some programs leave out the type of text.
        OdsCellKind::Nothing => row.set(column, &cell.text),
        OdsCellKind::Words => row.set(column, if cell.paragraphs > 0 { &cell.text } else { &cell.value }),
        OdsCellKind::Error => row.set_invalid(
            column,
            if cell.text.len() < 10 && cell.text.starts_with('#') { &cell.text } else { "an error" },
            ERROR,
        ),
        OdsCellKind::Truth => row.set_invalid(column, if cell.value == "true" { "TRUE" } else { "FALSE" }, TRUTH),
        OdsCellKind::Date => row.set_date(column, number::date(&cell.value)),
        // The value is a duration such as PT13H30M00S; the sheet shows the time.
        OdsCellKind::Time => row.set(column, &cell.text),
        OdsCellKind::Foreign => row.set_invalid(column, "", number::FOREIGN),
        // A style may show a currency that the value does not name.
        OdsCellKind::Number if number::names_another_currency(&cell.text) => row.set_invalid(column, "", number::FOREIGN),
        OdsCellKind::Number => match number::shown(&cell.value, &NumberFormat::Plain, false) {
            Ok(number) => row.set(column, as_seen(&cell.text, &number)),
            Err(wrong) => row.set_invalid(column, "", wrong),
        },
    }
}

/// The number as the sheet shows it, if that has the same digits with leading zeros or spaces.
fn as_seen<'a>(seen: &'a str, number: &'a str) -> &'a str {
    let plain: String = seen.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    let whole =
        !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let same = whole && plain.trim_start_matches('0') == number.trim_start_matches('0');
    if same && seen.starts_with(|first: char| first.is_ascii_digit()) { seen } else { number }
}

impl<R: Read> Rows for OdsSheet<R> {
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        if self.sheet_notes.broken.is_some() {
            return Ok(None);
        }
        self.advance().or_else(|error| {
            self.sheet_notes.broken = Some(Fault::of(error)?);
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

    fn invalid(&self, at: usize) -> Option<InvalidCell> {
        self.row.invalid(at)
    }

    fn is_date(&self, at: usize) -> bool {
        self.row.is_date(at)
    }

    fn has_addresses(&self) -> bool {
        true
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        &mut self.notes
    }

    fn end(&mut self, header: u64) -> Vec<Fault> {
        self.sheet_notes.faults(header)
    }
}

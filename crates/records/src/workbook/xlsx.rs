//! Excel workbooks (.xlsx, .xlsm): the sheets, and the rows of one of them as they are unpacked.
//! <https://ecma-international.org/publications-and-standards/standards/ecma-376/>

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::sync::Arc;

use super::number::{self, NumberFormat};
use super::sheet::{self, ERROR, LAST_COLUMN, LAST_ROW, LONGEST_TEXT, NO_VALUE, SheetName, SheetNotes, SheetRow, TRUTH};
use super::xml::{Element, Xml, XmlToken};
use super::zip::{Unpacked, Zip, damaged, too_large};
use crate::fault::Fault;
use crate::rows::{InvalidCell, Rows};

/// What all sheets of a workbook share.
pub(crate) struct WorkbookCommon {
    from_1904: bool,
    /// What each style makes of a number.
    formats: Vec<NumberFormat>,
    texts: SharedTexts,
}

/// The texts that cells refer to by number.
#[derive(Default)]
struct SharedTexts {
    text: String,
    ends: Vec<u32>,
}

/// The most bytes of shared texts, and the most texts.
const MOST_SHARED_BYTES: usize = 1 << 26;
const MOST_SHARED: usize = 1 << 23;
/// Sheets and styles of one workbook.
const MOST: usize = 1 << 16;

impl SharedTexts {
    fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }
}

/// The sheets of a workbook, and what they share.
pub(crate) fn open<R: Read + Seek>(zip: &mut Zip<R>) -> io::Result<(Vec<SheetName>, WorkbookCommon)> {
    let main = main_part(zip)?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (relations, kinds) = relations(zip, &main)?;
    let mut sheets = Vec::new();
    let mut from_1904 = false;
    let mut xml = Xml::new(zip.part(&main)?);
    loop {
        match xml.next()? {
            XmlToken::End => break,
            XmlToken::Open(element) if element.name == "workbookPr" => from_1904 = element.says("date1904"),
            XmlToken::Open(element) if element.name == "sheet" && sheets.len() < MOST => {
                let hidden = element.get("state").is_some_and(|state| state != "visible");
                let part = element.get("id").and_then(|id| relations.get(&*id)).cloned();
                let name = element.get("name").unwrap_or_default().into_owned();
                // Charts and macros are sheets too, and have no rows.
                if let Some(part) = part.filter(|part| kinds.get(part).is_none_or(|kind| kind.ends_with("/worksheet"))) {
                    sheets.push(SheetName { name, hidden, part });
                }
            }
            _ => {}
        }
    }
    drop(xml);
    let of_kind = |wanted: &str| kinds.iter().find(|(_, kind)| kind.ends_with(wanted)).map(|(part, _)| part.clone());
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let named = |wanted: &str, usual: &str| of_kind(wanted).unwrap_or_else(|| beside(usual));
    let (styles, strings) = (named("/styles", "styles.xml"), named("/sharedStrings", "sharedStrings.xml"));
    let formats = if zip.has(&styles) { formats(zip, &styles)? } else { Vec::new() };
    let texts = if zip.has(&strings) { shared(zip, &strings)? } else { SharedTexts::default() };
    Ok((sheets, WorkbookCommon { from_1904, formats, texts }))
}

/// The part that the archive says is the workbook.
fn main_part<R: Read + Seek>(zip: &mut Zip<R>) -> io::Result<String> {
    if zip.has("_rels/.rels") {
        let mut xml = Xml::new(zip.part("_rels/.rels")?);
        loop {
            match xml.next()? {
                XmlToken::End => break,
                XmlToken::Open(element) if element.get("Type").is_some_and(|kind| kind.ends_with("/officeDocument")) => {
                    return Ok(element.get("Target").unwrap_or_default().trim_start_matches('/').to_owned());
                }
                _ => {}
            }
        }
    }
    Ok("xl/workbook.xml".into())
}

type Relations = (BTreeMap<String, String>, BTreeMap<String, String>);

/// The parts that a part refers to, by their ids, and the kind of each.
fn relations<R: Read + Seek>(zip: &mut Zip<R>, of: &str) -> io::Result<Relations> {
    let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
    let path = |target: &str| match target.strip_prefix('/') {
        Some(target) => target.to_owned(),
        None => {
            let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
            for part in target.split('/') {
                match part {
                    ".." => {
                        parts.pop();
                    }
                    "." => {}
                    part => parts.push(part),
                }
            }
            parts.join("/")
        }
    };
    let list = format!("{folder}{}_rels/{file}.rels", if folder.is_empty() { "" } else { "/" });
    let (mut names, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    let mut xml = Xml::new(zip.part(&list)?);
    loop {
        match xml.next()? {
            XmlToken::End => return Ok((names, kinds)),
            XmlToken::Open(element) if element.name == "Relationship" && names.len() < MOST => {
                let [id, target, kind] = ["Id", "Target", "Type"].map(|name| element.get(name).unwrap_or_default().into_owned());
                let part = path(&target);
                names.insert(id, part.clone());
                kinds.insert(part, kind);
            }
            _ => {}
        }
    }
}

/// What each style makes of a number.
fn formats<R: Read + Seek>(zip: &mut Zip<R>, part: &str) -> io::Result<Vec<NumberFormat>> {
    let (mut own, mut formats, mut in_cells) = (BTreeMap::new(), Vec::new(), false);
    let mut xml = Xml::new(zip.part(part)?);
    loop {
        match xml.next()? {
            XmlToken::End => return Ok(formats),
            XmlToken::Open(element) if element.name == "numFmt" && own.len() < MOST => {
                own.insert(element.number("numFmtId"), number::format(&element.get("formatCode").unwrap_or_default()));
            }
            XmlToken::Open(element) if element.name == "cellXfs" => in_cells = !element.closed,
            XmlToken::Close("cellXfs") => in_cells = false,
            XmlToken::Open(element) if in_cells && element.name == "xf" && formats.len() < MOST => {
                let id = element.number("numFmtId");
                formats.push(own.get(&id).cloned().unwrap_or_else(|| number::built_in(id.unwrap_or(0))));
            }
            _ => {}
        }
    }
}

fn shared<R: Read + Seek>(zip: &mut Zip<R>, part: &str) -> io::Result<SharedTexts> {
    let mut shared = SharedTexts::default();
    let (mut in_text, mut phonetic) = (false, false);
    let mut one = String::new();
    let mut xml = Xml::new(zip.part(part)?);
    loop {
        match xml.next()? {
            XmlToken::End => return Ok(shared),
            XmlToken::Open(element) => match element.name {
                "si" => {
                    one.clear();
                    if element.closed {
                        push(&mut shared, &one)?;
                    }
                }
                "t" => in_text = !element.closed && !phonetic,
                // The pronunciation of a word is not part of it.
                "rPh" => phonetic = !element.closed,
                _ => {}
            },
            XmlToken::Close("t") => in_text = false,
            XmlToken::Close("rPh") => phonetic = false,
            XmlToken::Close("si") => push(&mut shared, &one)?,
            XmlToken::Text(text) if in_text => add(&mut one, &text)?,
            XmlToken::Close(_) | XmlToken::Text(_) => {}
        }
    }
}

fn push(shared: &mut SharedTexts, text: &str) -> io::Result<()> {
    shared.text.push_str(&plain(text));
    if shared.text.len() > MOST_SHARED_BYTES || shared.ends.len() >= MOST_SHARED {
        return Err(too_large("more texts than any sheet has"));
    }
    shared.ends.push(shared.text.len() as u32);
    Ok(())
}

fn add(text: &mut String, more: &str) -> io::Result<()> {
    text.push_str(more);
    if text.len() > LONGEST_TEXT { Err(too_large("a text longer than a cell can hold")) } else { Ok(()) }
}

/// Characters that XML does not allow are written as numbers: `_x000D_`.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let letter =
            code.filter(|_| rest[at + 6..].starts_with('_')).and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        match letter {
            Some(letter) => {
                out.push(letter);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    (out + rest).into()
}

/// The rows of a sheet.
pub struct ExcelSheet<R: Read> {
    xml: Xml<Unpacked<R>>,
    common: Arc<WorkbookCommon>,
    row: SheetRow,
    sheet_notes: SheetNotes,
    notes: Vec<Fault>,
    cell: ExcelCell,
    /// The next column, if a cell does not name its own.
    column: usize,
    hidden_row: bool,
    /// The end of the rows was read.
    whole: bool,
}

/// A cell while it is read.
#[derive(Default)]
struct ExcelCell {
    column: usize,
    kind: ExcelCellKind,
    style: usize,
    text: String,
    formula: bool,
    in_value: bool,
    in_words: bool,
    phonetic: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum ExcelCellKind {
    #[default]
    Number,
    Shared,
    /// Text in the cell itself, or the result of a formula.
    Words,
    Given,
    Truth,
    Error,
    Date,
}

pub(crate) fn rows<R: Read>(part: Unpacked<R>, common: &Arc<WorkbookCommon>, sheet: &SheetName) -> ExcelSheet<R> {
    let sheet_notes = SheetNotes { hidden: sheet.hidden, ..SheetNotes::default() };
    let (row, notes, cell) = (SheetRow::default(), Vec::new(), ExcelCell::default());
    let common = Arc::clone(common);
    ExcelSheet { xml: Xml::new(part), common, row, sheet_notes, notes, cell, column: 0, hidden_row: false, whole: false }
}

impl<R: Read> ExcelSheet<R> {
    fn advance(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        loop {
            match self.xml.next()? {
                XmlToken::End if self.whole => return Ok(None),
                XmlToken::End => return Err(damaged("a sheet that ends too early")),
                XmlToken::Open(element) => match element.name {
                    "row" => {
                        let place = element.number("r").unwrap_or(self.row.place + 1);
                        if place <= self.row.place || place > LAST_ROW {
                            return Err(damaged("rows that are out of order"));
                        }
                        self.hidden_row = element.says("hidden");
                        self.row.begin(place);
                        self.column = 0;
                    }
                    "c" => {
                        begin(&mut self.cell, &element, self.column)?;
                        if element.closed {
                            self.column = self.cell.column + 1;
                        }
                    }
                    "f" => self.cell.formula = true,
                    "v" => self.cell.in_value = !element.closed,
                    "t" => self.cell.in_words = !element.closed && !self.cell.phonetic,
                    "rPh" => self.cell.phonetic = !element.closed,
                    "col" if element.says("hidden") => {
                        self.sheet_notes.hide(element.number("min").unwrap_or(1).clamp(1, LAST_COLUMN as u64) as usize - 1);
                    }
                    "mergeCell" => {
                        let range: String = element.get("ref").unwrap_or_default().chars().take(30).collect();
                        let last = range.rsplit(':').next().and_then(sheet::cell).map_or(0, |(_, row)| row);
                        self.sheet_notes.merge(range, last);
                    }
                    "sheetData" => self.whole |= element.closed,
                    _ => {}
                },
                XmlToken::Text(text) => {
                    let cell = &mut self.cell;
                    if cell.in_value || cell.in_words && cell.kind == ExcelCellKind::Words {
                        add(&mut cell.text, &text)?;
                    }
                }
                XmlToken::Close(name) => match name {
                    "v" => self.cell.in_value = false,
                    "t" => self.cell.in_words = false,
                    "rPh" => self.cell.phonetic = false,
                    "c" => {
                        self.column = self.cell.column + 1;
                        end(&self.cell, &self.common, &mut self.row, &mut self.sheet_notes);
                        self.cell.kind = ExcelCellKind::Number;
                    }
                    "row" if !self.row.is_blank() => {
                        self.sheet_notes.row(&self.row, self.hidden_row);
                        return self.row.whole(self.xml.read).map(Some);
                    }
                    "sheetData" => self.whole = true,
                    _ => {}
                },
            }
        }
    }
}

fn begin(cell: &mut ExcelCell, element: &Element<'_>, next: usize) -> io::Result<()> {
    let column = match element.get("r") {
        Some(name) => sheet::cell(&name).map(|(column, _)| column).ok_or_else(|| damaged("a cell without a place"))?,
        None => next,
    };
    if column < next || column >= LAST_COLUMN {
        return Err(damaged("cells that are out of order"));
    }
    let kind = match element.get("t").as_deref() {
        Some("s") => ExcelCellKind::Shared,
        Some("str") => ExcelCellKind::Given,
        Some("inlineStr") => ExcelCellKind::Words,
        Some("b") => ExcelCellKind::Truth,
        Some("e") => ExcelCellKind::Error,
        Some("d") => ExcelCellKind::Date,
        _ => ExcelCellKind::Number,
    };
    let style = element.number("s").unwrap_or(0) as usize;
    let mut text = std::mem::take(&mut cell.text);
    text.clear();
    *cell = ExcelCell { column, kind, style, text, ..ExcelCell::default() };
    Ok(())
}

/// The errors of a spreadsheet; such a cell has no other text.
const ERRORS: [&str; 10] =
    ["#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"];

/// The result of a cell.
fn end(cell: &ExcelCell, common: &WorkbookCommon, row: &mut SheetRow, sheet_notes: &mut SheetNotes) {
    let (column, text) = (cell.column, cell.text.as_str());
    if cell.formula {
        let place = row.place;
        sheet_notes.formulas.add(|| sheet::name(column, place));
    }
    match cell.kind {
        ExcelCellKind::Shared => match text.trim().parse().ok().and_then(|at| common.texts.get(at)) {
            Some(text) => row.set(column, text),
            None => row.set_invalid(
                column,
                "",
                ("the cell's text is not in the workbook", "save the workbook again in a spreadsheet program"),
            ),
        },
        ExcelCellKind::Words | ExcelCellKind::Given => row.set(column, &plain(text)),
        ExcelCellKind::Truth => row.set_invalid(column, if text.trim() == "1" { "TRUE" } else { "FALSE" }, TRUTH),
        ExcelCellKind::Error => {
            row.set_invalid(column, ERRORS.into_iter().find(|known| *known == text).unwrap_or("an error"), ERROR)
        }
        ExcelCellKind::Date => row.set_date(column, number::date(text)),
        ExcelCellKind::Number if text.is_empty() && cell.formula => row.set_invalid(column, "", NO_VALUE),
        ExcelCellKind::Number if text.is_empty() => {}
        ExcelCellKind::Number => {
            let format = common.formats.get(cell.style).unwrap_or(&NumberFormat::Plain);
            match number::shown(text, format, common.from_1904) {
                Ok(text) if *format == NumberFormat::Day => row.set_date(column, &text),
                Ok(text) => row.set(column, &text),
                Err(wrong) => row.set_invalid(column, "", wrong),
            }
        }
    }
}

impl<R: Read> Rows for ExcelSheet<R> {
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

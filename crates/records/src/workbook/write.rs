//! Writes tables as an Excel workbook (.xlsx): typed cells, with a bold header that stays visible. Text is always text, so that
//! opening the file calculates nothing. The same tables give the same bytes.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::sheet::{LAST_ROW, name};
use base::day::{self, Day, NEVER};

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OutputCell<'a> {
    Text(&'a str),
    Whole(i64),
    /// Whole pence: shown in pounds with two digits after the point.
    Money(i64),
    /// A number, and how many of its digits are after the point.
    Decimal(i64, u32),
    Day(Day),
    Nothing,
}

/// The most rows of a sheet, the header among them.
pub const MOST_ROWS: u64 = LAST_ROW;
/// The most letters of a cell.
const LONGEST: usize = 32_767;

// The styles of `styles()`, by their place there.
const MONEY: u32 = 1;
const DAY: u32 = 2;
const HEADER: u32 = 3;
const QUOTED: u32 = 4;

/// A workbook that is being written; [`WorkbookWriter::end`] completes it.
#[derive(Default)]
pub struct WorkbookWriter {
    sheets: Vec<String>,
    parts: Vec<PackedPart>,
    sheet: Option<SheetWriter>,
}

struct PackedPart {
    name: String,
    packed: Vec<u8>,
    size: u32,
    crc: u32,
}

struct SheetWriter {
    xml: PartWriter,
    rows: u64,
    line: String,
}

/// A part that is being compressed.
struct PartWriter {
    to: DeflateEncoder<Vec<u8>>,
    crc: Crc,
}

impl PartWriter {
    fn new() -> PartWriter {
        PartWriter { to: DeflateEncoder::new(Vec::new(), Compression::new(6)), crc: Crc::new() }
    }

    fn add(&mut self, text: &str) -> io::Result<()> {
        self.crc.update(text.as_bytes());
        self.to.write_all(text.as_bytes())
    }

    fn end(self, name: &str) -> io::Result<PackedPart> {
        Ok(PackedPart { name: name.to_owned(), packed: self.to.finish()?, size: self.crc.amount(), crc: self.crc.sum() })
    }
}

impl WorkbookWriter {
    /// Starts a sheet with its header; each column has its width in letters.
    pub fn sheet(&mut self, title: &str, header: &[(&str, u32)]) -> io::Result<()> {
        self.end_of_sheet()?;
        // A title has at most 31 letters, and none of these.
        let title: String = title.chars().filter(|letter| !"[]:*?/\\'".contains(*letter)).take(31).collect();
        self.sheets.push(title);
        let mut xml = PartWriter::new();
        xml.add(&format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>"))?;
        for (at, (_, width)) in header.iter().enumerate() {
            xml.add(&format!("<col min=\"{0}\" max=\"{0}\" width=\"{width}\" customWidth=\"1\"/>", at + 1))?;
        }
        xml.add("</cols><sheetData>")?;
        let mut sheet = SheetWriter { xml, rows: 0, line: String::new() };
        let cells: Vec<OutputCell<'_>> = header.iter().map(|(name, _)| OutputCell::Text(name)).collect();
        sheet.row(&cells, true)?;
        self.sheet = Some(sheet);
        Ok(())
    }

    /// Adds a row to the current sheet; `false` if the sheet is full.
    pub fn row(&mut self, cells: &[OutputCell<'_>]) -> io::Result<bool> {
        match &mut self.sheet {
            Some(sheet) if sheet.rows < MOST_ROWS => sheet.row(cells, false).map(|()| true),
            _ => Ok(false),
        }
    }

    fn end_of_sheet(&mut self) -> io::Result<()> {
        if let Some(mut sheet) = self.sheet.take() {
            sheet.xml.add("</sheetData></worksheet>")?;
            self.parts.push(sheet.xml.end(&format!("xl/worksheets/sheet{}.xml", self.sheets.len()))?);
        }
        Ok(())
    }

    /// The bytes of the workbook.
    pub fn end(mut self) -> io::Result<Vec<u8>> {
        self.end_of_sheet()?;
        let (mut types, mut sheets, mut relations) = (String::new(), String::new(), String::new());
        for (at, title) in self.sheets.iter().enumerate() {
            let number = at + 1;
            let _ =
                write!(types, "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{KINDS}.worksheet+xml\"/>");
            let _ = write!(sheets, "<sheet name=\"{}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>", escaped(title));
            let _ = write!(
                relations,
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
        }
        let parts = [
            (
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{KINDS}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{KINDS}.styles+xml\"/>{types}</Types>"
                ),
            ),
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            ("xl/workbook.xml", format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>")),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}<Relationship Id=\"rId{}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>",
                    self.sheets.len() + 1
                ),
            ),
            ("xl/styles.xml", styles()),
        ];
        let mut all = Vec::new();
        for (name, text) in parts {
            let mut part = PartWriter::new();
            part.add(HEAD)?;
            part.add(&text)?;
            all.push(part.end(name)?);
        }
        all.append(&mut self.parts);
        Ok(archive(&all))
    }
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const KINDS: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Plain cells, money, days, the header, and text that would become a formula when somebody edits it.
fn styles() -> String {
    format!(
        "<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
         <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
         <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
         <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"5\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
         <xf numFmtId=\"4\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
         <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
         <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
         <xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" quotePrefix=\"1\"/></cellXfs>\
         <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
    )
}

impl SheetWriter {
    fn row(&mut self, cells: &[OutputCell<'_>], header: bool) -> io::Result<()> {
        self.rows += 1;
        self.line.clear();
        let line = &mut self.line;
        let _ = write!(line, "<row r=\"{}\">", self.rows);
        for (column, cell) in cells.iter().enumerate() {
            let place = name(column, self.rows);
            let _ = match *cell {
                OutputCell::Nothing | OutputCell::Day(NEVER) | OutputCell::Text("") => Ok(()),
                OutputCell::Whole(number) => write!(line, "<c r=\"{place}\"><v>{number}</v></c>"),
                OutputCell::Money(pence) => write!(line, "<c r=\"{place}\" s=\"{MONEY}\"><v>{}</v></c>", decimal(pence, 2)),
                OutputCell::Decimal(number, digits) => write!(line, "<c r=\"{place}\"><v>{}</v></c>", decimal(number, digits)),
                // Some programs read days before March 1900 as other days.
                OutputCell::Day(day) if day < FIRST => {
                    write!(line, "<c r=\"{place}\" t=\"inlineStr\"><is><t>{}</t></is></c>", day::date(day))
                }
                OutputCell::Day(day) => write!(line, "<c r=\"{place}\" s=\"{DAY}\"><v>{}</v></c>", i64::from(day) + 25_569),
                OutputCell::Text(text) => {
                    let formula = text.starts_with(['=', '+', '-', '@']);
                    let style = if header {
                        HEADER
                    } else if formula {
                        QUOTED
                    } else {
                        0
                    };
                    write!(
                        line,
                        "<c r=\"{place}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                        escaped(text)
                    )
                }
            };
        }
        line.push_str("</row>");
        self.xml.add(line)
    }
}

/// 1 March 1900, in days since 1970.
const FIRST: Day = 61 - 25_569;

fn decimal(number: i64, digits: u32) -> String {
    let unit = 10_u64.pow(digits.min(18));
    let (sign, number) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    if digits == 0 {
        return format!("{sign}{number}");
    }
    let width = digits as usize;
    format!("{sign}{}.{:0width$}", number / unit, number % unit)
}

/// Text as XML; characters that XML does not allow are written as numbers, as spreadsheets do.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, letter) in text.char_indices().take(LONGEST) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "_x{:04X}_", u32::from(letter));
            }
            // Text that only looks like such a number.
            '_' if text[at..].starts_with("_x") => out.push_str("_x005F_"),
            letter => out.push(letter),
        }
    }
    out
}

/// Parts as a zip archive, all with one date, so that the same parts give the same bytes.
fn archive(parts: &[PackedPart]) -> Vec<u8> {
    const DAY: u16 = 1 << 5 | 1;
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for part in parts {
        let at = out.len() as u32;
        let mut common = Vec::new();
        // Version 2.0, names in UTF-8, deflated, midnight on the first day there is.
        [20_u16, 1 << 11, 8, 0, DAY].iter().for_each(|field| common.extend(field.to_le_bytes()));
        [part.crc, part.packed.len() as u32, part.size].iter().for_each(|field| common.extend(field.to_le_bytes()));
        common.extend((part.name.len() as u16).to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(0_u16.to_le_bytes());
        out.extend(part.name.as_bytes());
        out.extend(&part.packed);
        list.extend(b"PK\x01\x02");
        list.extend(20_u16.to_le_bytes());
        list.extend(&common);
        list.extend([0; 12]);
        list.extend(at.to_le_bytes());
        list.extend(part.name.as_bytes());
    }
    let (start, size, count) = (out.len() as u32, list.len() as u32, parts.len() as u16);
    out.extend(list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    [count, count].iter().for_each(|field| out.extend(field.to_le_bytes()));
    [size, start].iter().for_each(|field| out.extend(field.to_le_bytes()));
    out.extend([0; 2]);
    out
}

//! Reads workbooks of Excel (.xlsx, .xlsm) and OpenDocument (.ods): bytes become rows of cells, as a person sees them. Numbers
//! are dates where the format of the cell says so, and have the digits that a spreadsheet keeps. Errors are reported with their
//! cell, and whatever could mislead a reader of the sheet reported: merged cells, formulas, and anything hidden.
//!
//! A workbook is read row by row as it is unpacked. The sizes that it declares are checked first, and memory is bounded.

mod number;
mod ods;
mod sheet;
pub mod write;
mod xlsx;
mod xml;
mod zip;

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::fault::{Fault, Grade};
use super::rows::{InvalidCell, Rows};
use zip::{Zip, with_password};

pub use sheet::SheetName;

/// The fault of a workbook if it is not clear which of its sheets is meant.
pub const SEVERAL_SHEETS: &str = "the workbook has several sheets";

/// A workbook whose sheets are known.
pub struct Workbook<R> {
    zip: Zip<R>,
    kind: WorkbookKind,
    pub sheets: Vec<SheetName>,
}

enum WorkbookKind {
    Excel(Arc<xlsx::WorkbookCommon>),
    OpenDocument,
}

impl<R: Read + Seek> Workbook<R> {
    /// Finds the sheets, or says what the file is instead. Errors come only from `from`.
    pub fn open(from: R) -> io::Result<Result<Workbook<R>, Fault>> {
        match open(from) {
            Ok(workbook) => Ok(Ok(workbook)),
            Err(error) => Fault::of(error).map(Err),
        }
    }

    /// The named sheet, or else the only sheet with anything in it.
    pub fn sheet(&mut self, named: Option<&str>) -> io::Result<Result<SheetName, Fault>> {
        let same = |sheet: &&SheetName, name: &str| sheet.name.trim().to_lowercase() == name.trim().to_lowercase();
        if let Some(name) = named {
            let found = self.sheets.iter().find(|sheet| same(sheet, name)).cloned();
            return Ok(found.ok_or_else(|| {
                let names = || self.sheets.iter().map(|sheet| sheet.name.as_str());
                let near = base::problem::nearest(name, names());
                let fix = near.map_or("give the name of one of them".into(), |near| format!("is \"{near}\" meant?"));
                let fault = Fault::file("the workbook has no such sheet", format!("one of {}", self.listed()), fix);
                Fault { value: Some(format!("\"{name}\"")), ..fault }
            }));
        }
        let mut used = Vec::new();
        for sheet in self.sheets.clone() {
            if self.sheets.len() == 1 || self.is_used(&sheet)? {
                used.push(sheet);
            }
        }
        if used.len() > 1 {
            used.retain(|sheet| !sheet.hidden);
        }
        match <[SheetName; 1]>::try_from(used) {
            Ok([sheet]) => Ok(Ok(sheet)),
            Err(used) if used.is_empty() => {
                Ok(Err(Fault::file("the workbook is empty", "a sheet with rows", "save the sheet again")))
            }
            Err(_) => {
                let fix = "name the one that is meant, or keep only that one";
                Ok(Err(Fault::file(SEVERAL_SHEETS, format!("one of {}", self.listed()), fix)))
            }
        }
    }

    /// Whether a sheet has anything in it.
    pub fn is_used(&mut self, sheet: &SheetName) -> io::Result<bool> {
        let mut rows = self.rows(sheet)?;
        // Damage is reported when the sheet is read.
        Ok(rows.next()?.is_some() || rows.end(0).iter().any(|fault| fault.grade == Grade::File))
    }

    fn listed(&self) -> String {
        let names: Vec<String> = self.sheets.iter().take(20).map(|sheet| format!("\"{}\"", sheet.name)).collect();
        names.join(", ")
    }

    /// The rows of a sheet.
    pub fn rows(&mut self, sheet: &SheetName) -> io::Result<SheetRows<&mut R>> {
        let part = self.zip.part(self.kind.part(sheet))?;
        Ok(self.kind.rows(part, sheet))
    }

    /// The same, if nothing else of the workbook is needed.
    pub fn into_rows(self, sheet: &SheetName) -> io::Result<SheetRows<R>> {
        let part = self.zip.into_part(self.kind.part(sheet))?;
        Ok(self.kind.rows(part, sheet))
    }
}

impl WorkbookKind {
    fn part<'a>(&self, sheet: &'a SheetName) -> &'a str {
        if matches!(self, WorkbookKind::OpenDocument) { ods::CONTENT } else { &sheet.part }
    }

    fn rows<R: Read>(&self, part: zip::Unpacked<R>, sheet: &SheetName) -> SheetRows<R> {
        match self {
            WorkbookKind::Excel(common) => SheetRows::Excel(xlsx::rows(part, common, sheet)),
            WorkbookKind::OpenDocument => SheetRows::OpenDocument(ods::rows(part, sheet)),
        }
    }
}

fn open<R: Read + Seek>(mut from: R) -> io::Result<Workbook<R>> {
    let mut first = Vec::new();
    from.seek(SeekFrom::Start(0))?;
    from.by_ref().take(8).read_to_end(&mut first)?;
    if first.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(io::Error::other(old(&mut from)?));
    }
    if !first.starts_with(b"PK") {
        let fix = "name it for what it is: .csv for text, .parquet for Parquet";
        let fault = Fault::file("this is not a workbook", "a workbook of Excel (.xlsx) or OpenDocument (.ods)", fix);
        return Err(io::Error::other(fault));
    }
    let mut zip = Zip::open(from)?;
    if zip.has(ods::CONTENT) && zip.has("mimetype") {
        let mut kind = String::new();
        zip.part("mimetype")?.take(200).read_to_string(&mut kind)?;
        if !kind.contains("spreadsheet") {
            let fix = "save the table as a spreadsheet (.ods) or as CSV";
            return Err(io::Error::other(Fault::file("this is a document, not a spreadsheet", "a spreadsheet", fix)));
        }
        let sheets = ods::open(&mut zip)?;
        return Ok(Workbook { zip, kind: WorkbookKind::OpenDocument, sheets });
    }
    if zip.has("xl/workbook.bin") {
        let fix = "save it as an Excel workbook (.xlsx)";
        return Err(io::Error::other(Fault::file("this is a binary Excel workbook (.xlsb)", "a workbook in .xlsx", fix)));
    }
    if !zip.has("[Content_Types].xml") {
        let fix = "unpack it, and supply the files in it";
        return Err(io::Error::other(Fault::file("this is a zip archive, not a workbook", "a workbook", fix)));
    }
    let (sheets, common) = xlsx::open(&mut zip)?;
    Ok(Workbook { zip, kind: WorkbookKind::Excel(Arc::new(common)), sheets })
}

/// What a file in Microsoft's old container format is: a workbook from before Excel 2007, or a newer one with a password. The
/// names in its directory say which, in UTF-16.
fn old(from: &mut (impl Read + Seek)) -> io::Result<Fault> {
    let mut header = [0; 512];
    from.seek(SeekFrom::Start(0))?;
    let mut read = 0;
    while read < header.len() {
        match from.read(&mut header[read..])? {
            0 => break,
            more => read += more,
        }
    }
    let sector = 1_u64 << u16::from_le_bytes([header[30], header[31]]).clamp(7, 16);
    let folder = u64::from(u32::from_le_bytes([header[48], header[49], header[50], header[51]]));
    from.seek(SeekFrom::Start((folder + 1) * sector))?;
    let mut names = Vec::new();
    from.take(1 << 16).read_to_end(&mut names)?;
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        names.windows(wide.len()).any(|window| window == wide)
    };
    if has("EncryptedPackage") {
        return Ok(with_password());
    }
    let fix = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)";
    Ok(Fault::file("this is an old Excel workbook (.xls)", "a workbook in .xlsx", fix))
}

/// The rows of one sheet of either kind.
pub enum SheetRows<R: Read> {
    Excel(xlsx::ExcelSheet<R>),
    OpenDocument(ods::OdsSheet<R>),
}

macro_rules! either {
    ($sheet:expr, $rows:ident => $answer:expr) => {
        match $sheet {
            SheetRows::Excel($rows) => $answer,
            SheetRows::OpenDocument($rows) => $answer,
        }
    };
}

impl<R: Read> Rows for SheetRows<R> {
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        either!(self, rows => rows.next())
    }

    fn place(&self) -> u64 {
        either!(self, rows => rows.place())
    }

    fn count(&self) -> usize {
        either!(self, rows => rows.count())
    }

    fn cell(&self, at: usize) -> &[u8] {
        either!(self, rows => rows.cell(at))
    }

    fn bytes(&self) -> usize {
        either!(self, rows => rows.bytes())
    }

    fn invalid(&self, at: usize) -> Option<InvalidCell> {
        either!(self, rows => rows.invalid(at))
    }

    fn is_date(&self, at: usize) -> bool {
        either!(self, rows => rows.is_date(at))
    }

    fn has_addresses(&self) -> bool {
        true
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        either!(self, rows => rows.notes())
    }

    fn end(&mut self, header: u64) -> Vec<Fault> {
        either!(self, rows => rows.end(header))
    }
}

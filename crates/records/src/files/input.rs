//! Opens a file as rows of cells. Its name and its first bytes say what it is: text, compressed or not, or a workbook. The same
//! rules hold for tables of records, an agency's own files and the tables of a linkage.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;

use crate::csv::Csv;
use crate::fault::Fault;
use crate::gzip::{self, Gzip};
use crate::rows::{InvalidCell, Rows};
use crate::workbook::{SEVERAL_SHEETS, SheetName, SheetRows, Workbook};
use anyhow::Context as _;
use base::hinted::Hinted;

/// Text from any source.
pub type Text = Csv<Box<dyn Read>>;

/// The name that means standard input where a file is expected.
pub const STANDARD_INPUT: &str = "-";

/// Rows of cells from text or from a sheet.
pub enum OpenRows {
    Text(Box<Text>),
    Sheet(Box<SheetRows<File>>),
}

/// The rows of an open file, or the fault of the file. Of a workbook, the named sheet or the only one is read.
pub fn open(file: File, path: &Path, sheet: Option<&str>) -> anyhow::Result<Result<OpenRows, Fault>> {
    if is_workbook(path) {
        return Ok(self::sheet(file, path, |workbook| workbook.sheet(sheet))?.map(|sheet| OpenRows::Sheet(Box::new(sheet))));
    }
    Ok(match (text(file, path)?, sheet) {
        (Ok(text), None) => Ok(OpenRows::Text(Box::new(text))),
        (Ok(_), Some(_)) => {
            let fix = "leave `sheet` out, or name a workbook (.xlsx or .ods)";
            Err(Fault::file("the file has no sheets", "a workbook, because a sheet is named", fix))
        }
        (Err(fault), _) => Err(fault),
    })
}

/// Whether a file is a workbook, by its name. Old and binary ones are refused when they are opened.
pub fn is_workbook(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    WORKBOOKS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The endings of workbooks. The last two are refused by name.
pub const WORKBOOKS: [&str; 5] = ["xlsx", "xlsm", "ods", "xls", "xlsb"];

/// The rows of the sheet that `choose` gives.
fn sheet(
    file: File,
    path: &Path,
    choose: impl FnOnce(&mut Workbook<File>) -> io::Result<Result<SheetName, Fault>>,
) -> anyhow::Result<Result<SheetRows<File>, Fault>> {
    let rows = || -> io::Result<Result<SheetRows<File>, Fault>> {
        let mut workbook = match Workbook::open(file)? {
            Ok(workbook) => workbook,
            Err(fault) => return Ok(Err(fault)),
        };
        match choose(&mut workbook)? {
            Ok(sheet) => workbook.into_rows(&sheet).map(Ok),
            Err(fault) => Ok(Err(fault)),
        }
    };
    // Faults of the bytes come as reading errors.
    rows().or_else(|error| Fault::of(error).map(Err)).with_context(|| format!("could not read {}", path.display()))
}

/// The rows of the sheet with a table of records: the named sheet, or else the one with the table's name, or the only one.
pub fn table(file: File, path: &Path, table: &str, named: Option<&str>) -> anyhow::Result<Result<SheetRows<File>, Fault>> {
    let sheet = sheet(file, path, |workbook| {
        let same = || workbook.sheets.iter().any(|sheet| sheet.name.trim().eq_ignore_ascii_case(table));
        let name = named.or_else(|| same().then_some(table));
        workbook.sheet(name)
    })?;
    Ok(sheet.map_err(|fault| match named {
        None if fault.what == SEVERAL_SHEETS => {
            let fix = format!("name the sheets {table}, {table}-2 and so on if each is a part of the table, or keep only one");
            Fault { fix, ..fault }
        }
        _ => fault,
    }))
}

/// A workbook whose sheets are known, or its fault.
pub fn workbook(path: &Path) -> anyhow::Result<Result<Workbook<File>, Fault>> {
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    Workbook::open(file).with_context(|| format!("could not read {}", path.display()))
}

macro_rules! either {
    ($opened:expr, $rows:ident => $answer:expr) => {
        match $opened {
            OpenRows::Text($rows) => $answer,
            OpenRows::Sheet($rows) => $answer,
        }
    };
}

impl Rows for OpenRows {
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
        either!(self, rows => rows.has_addresses())
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        either!(self, rows => rows.notes())
    }

    fn end(&mut self, header: u64) -> Vec<Fault> {
        either!(self, rows => rows.end(header))
    }
}

/// Text from an open file, unpacked if it is compressed; or a fault that says what the file is.
pub fn text(mut file: File, path: &Path) -> anyhow::Result<Result<Text, Fault>> {
    let first = beginning(&mut file).with_context(|| format!("could not read {}", path.display()))?;
    file.rewind()?;
    rows(file, &first).with_context(|| format!("could not read {}", path.display()))
}

fn beginning(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::new();
    from.by_ref().take(8).read_to_end(&mut first)?;
    Ok(first)
}

fn rows(from: impl Read + 'static, first: &[u8]) -> io::Result<Result<Text, Fault>> {
    if let Some(fault) = no_text(first) {
        return Ok(Err(fault));
    }
    let from: Box<dyn Read> = if first.starts_with(&gzip::MAGIC) { Box::new(Gzip::new(from)) } else { Box::new(from) };
    Ok(Ok(Csv::open(from)?))
}

/// A fault for a file that is not text: what it is, by its first bytes, and what to do.
fn no_text(first: &[u8]) -> Option<Fault> {
    const UNPACK: &str = "unpack it, or compress it with gzip, which is read";
    let kinds: [(&[u8], &str, &str); 6] = [
        (
            b"PK\x03\x04",
            "a zip archive or a spreadsheet",
            "rename a spreadsheet so that it ends in .xlsx or .ods; unpack any other archive",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "an old Excel workbook, or one with a password",
            "save it as an Excel workbook (.xlsx) without a password, or as CSV",
        ),
        (b"\x28\xb5\x2f\xfd", "a zstd file", UNPACK),
        (b"BZh", "a bzip2 file", UNPACK),
        (b"\xfd7zXZ", "an xz file", UNPACK),
        (b"PAR1", "a Parquet file", "rename it so that it ends in .parquet"),
    ];
    let (_, kind, fix) = kinds.iter().find(|(magic, _, _)| first.starts_with(magic))?;
    Some(Fault { value: Some((*kind).to_owned()), ..Fault::file("this is not a CSV file", "text: rows of cells", *fix) })
}

/// An error for a file that cannot be read to its end. It is not read at all: missing rows would look like missing people.
pub fn refused(path: &Path, fault: &Fault) -> anyhow::Error {
    let found = fault.value.as_ref().map_or(String::new(), |found| format!(" ({found})"));
    Hinted::new(format!("{}: {}{found}\n      expected  {}", path.display(), fault.what, fault.expected), fault.fix.clone())
        .into()
}

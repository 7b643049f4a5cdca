//! What a file of rows is: text, packed or not, or a workbook, or Parquet, told by its name and its first bytes; opened as rows of
//! cells. The same everywhere: record tables, an agency's own files, the tables of a linkage.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;

use anyhow::Context as _;
use engine::records::csv::Csv;
use engine::records::fault::Fault;
use engine::records::gzip::{self, Gzip};

/// Text from wherever it comes.
pub type Text = Csv<Box<dyn Read>>;

/// Text from an open file, unpacked where it is packed; or what the file is instead.
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

/// What a file is that is no text, by its first bytes, and what to do about it.
fn no_text(first: &[u8]) -> Option<Fault> {
    const UNPACK: &str = "unpack it, or pack it with gzip, which is read";
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
    let (_, kind, mend) = kinds.iter().find(|(magic, _, _)| first.starts_with(magic))?;
    Some(Fault { value: Some((*kind).to_owned()), ..Fault::file("this is not a CSV file", "text: rows of cells", *mend) })
}

/// A file that cannot be read to its end is not read at all: what is missing would look like people who are not there.
pub fn refused(path: &Path, fault: &Fault) -> anyhow::Error {
    let found = fault.value.as_ref().map_or(String::new(), |found| format!(" ({found})"));
    anyhow::anyhow!("{}: {}{found}\n\nhint: {}", path.display(), fault.what, fault.mend)
}

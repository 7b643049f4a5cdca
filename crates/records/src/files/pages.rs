//! Checks the page headers of a Parquet file before anything is unpacked, so that a file with impossible sizes is refused
//! early. A page header is in Thrift's compact protocol; only its sizes matter. The contents of gzip and Brotli are counted,
//! because the library unpacks them to their end, whatever the header declares.
//! <https://parquet.apache.org/docs/file-format/metadata/>

use std::io::{BufReader, Read};

use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::Length as _;

use super::shared_file::SharedFile;

/// The largest page that is unpacked. Programs write pages of about a megabyte, and dictionaries of a few.
const LARGEST_PAGE: i64 = 1 << 28;
/// The most times that unpacking may grow a page. Real columns, even with one repeated value, stay far below.
const MOST_GROWTH: i64 = 5_000;
/// The most rows for each byte of the file. A table with a key in every row stays far below.
const MOST_ROWS_EACH_BYTE: i64 = 64;
/// The longest page header that is read.
const LONGEST_HEADER: usize = 1 << 16;

/// Why the sizes that a file declares are impossible, for the columns that will be read.
pub(super) fn impossible_sizes(file: &SharedFile, metadata: &ParquetMetaData, columns: &[usize]) -> Option<String> {
    let length = i64::try_from(file.len()).ok()?;
    let rows = metadata.file_metadata().num_rows();
    let in_groups = metadata
        .row_groups()
        .iter()
        .try_fold(0_i64, |sum, group| sum.checked_add(group.num_rows()).filter(|_| group.num_rows() >= 0));
    if rows < 0 || in_groups != Some(rows) {
        return Some("its row groups do not add up to its rows".into());
    }
    if rows / MOST_ROWS_EACH_BYTE > length {
        return Some(format!("{rows} rows in {length} bytes"));
    }
    for group in metadata.row_groups() {
        for column in columns {
            let Some(column) = group.columns().get(*column) else { return Some("a row group without a column".into()) };
            if column.data_page_offset() < 0
                || column.dictionary_page_offset().is_some_and(|at| at < 0)
                || column.compressed_size() < 0
            {
                return Some("a column that begins before the file".into());
            }
            let (start, size) = column.byte_range();
            let (Ok(start), Ok(size)) = (i64::try_from(start), i64::try_from(size)) else {
                return Some("a column outside the file".into());
            };
            if start.checked_add(size).is_none_or(|end| end > length) {
                return Some("a column outside the file".into());
            }
            if let Some(impossible) = page_sizes(file, start as u64, size as u64, column.compression()) {
                return Some(impossible);
            }
        }
    }
    None
}

/// Checks the pages of one column.
fn page_sizes(file: &SharedFile, start: u64, size: u64, packing: Compression) -> Option<String> {
    let end = start + size;
    let mut at = start;
    let mut window = vec![0; 512];
    while at < end {
        let header = loop {
            let length = window.len().min((end - at) as usize);
            let read = file.read_at(&mut window[..length], at).ok()?;
            match header(&window[..read]) {
                Some(header) => break header,
                None if read < length || length < window.len() || window.len() >= LONGEST_HEADER => {
                    return Some("a page header that cannot be read".into());
                }
                None => window.resize(window.len() * 4, 0),
            }
        };
        let (unpacked, packed) = (i64::from(header.unpacked), i64::from(header.packed));
        if unpacked < 0 || packed < 0 || unpacked > LARGEST_PAGE || unpacked > (packed + 64) * MOST_GROWTH {
            return Some(format!("a page of {packed} bytes that unpacks to {unpacked}"));
        }
        if !header.plain && unpacked >= header.levels && packed >= header.levels {
            let from = file.reader(at + header.length + header.levels as u64).take((packed - header.levels) as u64);
            if overflows(BufReader::new(from), packing, (unpacked - header.levels) as u64) {
                return Some(format!("a page of {packed} bytes that unpacks to more than the {unpacked} it declares"));
            }
        }
        at += header.length + packed as u64;
    }
    None
}

/// Whether a page unpacks to more than it declares. The library itself reports damaged pages.
fn overflows(from: impl Read, packing: Compression, most: u64) -> bool {
    fn longer(mut from: impl Read, most: u64) -> bool {
        let (mut piece, mut count) = (vec![0; 1 << 14], 0);
        loop {
            match from.read(&mut piece) {
                Ok(0) | Err(_) => return false,
                Ok(read) => count += read as u64,
            }
            if count > most {
                return true;
            }
        }
    }
    match packing {
        Compression::GZIP(_) => longer(flate2::read::MultiGzDecoder::new(from), most),
        Compression::BROTLI(_) => longer(brotli::Decompressor::new(from, 1 << 12), most),
        _ => false,
    }
}

struct PageHeader {
    unpacked: i32,
    packed: i32,
    length: u64,
    /// Bytes before the values, which are never compressed.
    levels: i64,
    /// The page says that its values are not compressed either.
    plain: bool,
}

/// Reads a page header; `None` if the bytes end first or are not a header.
fn header(bytes: &[u8]) -> Option<PageHeader> {
    let mut thrift = Thrift { bytes, at: 0 };
    let (mut field, mut unpacked, mut packed, mut levels, mut plain) = (0, None, None, 0, false);
    loop {
        let kind = thrift.field(&mut field)?;
        match (kind, field) {
            (0, _) => {
                return Some(PageHeader { unpacked: unpacked?, packed: packed?, length: thrift.at as u64, levels, plain });
            }
            (5, 2) => unpacked = Some(thrift.number()?),
            (5, 3) => packed = Some(thrift.number()?),
            // Version 2 of a data page: how long its levels are, and whether it is compressed.
            (12, 8) => {
                let mut inside = 0;
                loop {
                    match (thrift.field(&mut inside)?, inside) {
                        (0, _) => break,
                        (5, 5 | 6) => levels += i64::from(thrift.number()?),
                        (2, 7) => plain = true,
                        (kind, _) => thrift.skip(kind, 1)?,
                    }
                }
                if levels < 0 {
                    return None;
                }
            }
            (kind, _) => thrift.skip(kind, 0)?,
        }
    }
}

struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.at += 1;
        self.bytes.get(self.at - 1).copied()
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn number(&mut self) -> Option<i32> {
        let raw = self.varint()?;
        i32::try_from((raw >> 1) as i64 ^ -((raw & 1) as i64)).ok()
    }

    /// The kind of the next field, 0 at the end of the structure; `field` becomes its number.
    fn field(&mut self, field: &mut i16) -> Option<u8> {
        let byte = self.byte()?;
        match byte >> 4 {
            _ if byte == 0 => {}
            0 => *field = i16::try_from(self.number()?).ok()?,
            delta => *field = field.checked_add(delta.into())?,
        }
        Some(byte & 0x0f)
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > 8 {
            return None;
        }
        match kind {
            1 | 2 => {}
            3 => self.at += 1,
            4..=6 => {
                self.varint()?;
            }
            7 => self.at += 8,
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.at = self.at.checked_add(length)?;
            }
            12 => {
                let mut field = 0;
                loop {
                    match self.field(&mut field)? {
                        0 => break,
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
            }
            // Page headers have no lists, so anything else is not a page header.
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }
}

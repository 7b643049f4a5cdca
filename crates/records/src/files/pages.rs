//! Looks at the page headers of a Parquet file before anything is unpacked, so that a file that declares absurd sizes is
//! refused while it is still small. A page header is Thrift's compact protocol; only its sizes are of interest. What gzip and Brotli
//! hold is counted, since the library unpacks them to their end, whatever the header declares.
//! <https://parquet.apache.org/docs/file-format/metadata/>

use std::io::{BufReader, Read};

use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::Length as _;

use super::parquet::Source;

/// The largest page that is unpacked. Programs write pages of about a megabyte, and dictionaries of a few.
const LARGEST_PAGE: i64 = 1 << 28;
/// The most that unpacking may grow a page. Real columns, even of one value repeated, stay far below it.
const MOST_GROWTH: i64 = 5_000;
/// The most rows for each byte of the file: a table whose every row has a key of its own cannot come near it.
const MOST_ROWS_EACH_BYTE: i64 = 64;
/// Longest page header that is looked at.
const LONGEST_HEADER: usize = 1 << 16;

/// What is absurd about the sizes a file declares of itself, for the columns that will be read.
pub(super) fn absurd(file: &Source, metadata: &ParquetMetaData, columns: &[usize]) -> Option<String> {
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
            let Some(column) = group.columns().get(*column) else { return Some("a row group lacks a column".into()) };
            if column.data_page_offset() < 0
                || column.dictionary_page_offset().is_some_and(|at| at < 0)
                || column.compressed_size() < 0
            {
                return Some("a column begins before the file".into());
            }
            let (start, size) = column.byte_range();
            let (Ok(start), Ok(size)) = (i64::try_from(start), i64::try_from(size)) else {
                return Some("a column outside the file".into());
            };
            if start.checked_add(size).is_none_or(|end| end > length) {
                return Some("a column outside the file".into());
            }
            if let Some(absurd) = page_sizes(file, start as u64, size as u64, column.compression()) {
                return Some(absurd);
            }
        }
    }
    None
}

/// Walks the pages of one column.
fn page_sizes(file: &Source, start: u64, size: u64, packing: Compression) -> Option<String> {
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
                    return Some("a page header that is none".into());
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

/// Whether a page unpacks to more than it declares. Of damaged pages the library says so itself.
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

struct Header {
    unpacked: i32,
    packed: i32,
    length: u64,
    /// Bytes before the values, which are never packed.
    levels: i64,
    /// The page says that its values are not packed either.
    plain: bool,
}

/// Reads a page header; `None` when the bytes end first or are none.
fn header(bytes: &[u8]) -> Option<Header> {
    let mut thrift = Thrift { bytes, at: 0 };
    let (mut field, mut unpacked, mut packed, mut levels, mut plain) = (0, None, None, 0, false);
    loop {
        let kind = thrift.field(&mut field)?;
        match (kind, field) {
            (0, _) => {
                return Some(Header { unpacked: unpacked?, packed: packed?, length: thrift.at as u64, levels, plain });
            }
            (5, 2) => unpacked = Some(thrift.number()?),
            (5, 3) => packed = Some(thrift.number()?),
            // The second form of a data page: how long its levels are, and whether it is packed.
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
            // Page headers hold no lists; anything else is not a page header.
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }
}

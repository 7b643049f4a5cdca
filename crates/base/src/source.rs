//! The files of a scheme folder as text, and places in them.
//!
//! This crate never opens a file: whoever does hands over names and bytes. Here the bytes become text, or a clear problem.

use std::collections::BTreeMap;

use crate::problem::Problem;

/// The largest file that is read. A scheme is terms and small tables; anything larger is records in the wrong place.
pub const LARGEST_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// The largest table of people that is read: about two million rows of a segment and a chance.
pub const LARGEST_PEOPLE_BYTES: u64 = 64 * 1024 * 1024;

/// What some programs put before UTF-8 text; it is not part of the text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A stretch of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Span { start: range.start, end: range.end }
    }
}

/// What was handed over for one file name.
#[derive(Clone, Debug)]
pub enum Bytes {
    /// The content.
    Read(Vec<u8>),
    /// The content of a table of people, one row each. It may be larger than the folder's other files and lie elsewhere, and
    /// no line of it is ever shown.
    People(Vec<u8>),
    /// The file was left unread: its size in bytes, and the most that may be read of such a file.
    TooLarge { size: u64, most: u64 },
    /// The file is there and could not be read; the operating system's words.
    Unreadable(String),
    /// The file is not read because of what it is or where it lies; why.
    Refused(&'static str),
}

/// A scheme folder as handed over: file name to content.
pub type Folder = BTreeMap<String, Bytes>;

/// One file as text.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: String,
    pub text: String,
}

/// A place as a person counts: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Source {
    /// Decodes bytes. A byte order mark is dropped; Windows line ends stay, since a column never depends on them.
    pub fn decode(name: &str, bytes: &Bytes) -> Result<Source, Box<Problem>> {
        let bytes = match bytes {
            Bytes::Read(bytes) | Bytes::People(bytes) => bytes,
            Bytes::TooLarge { size, most } => {
                return Err(Box::new(
                    Problem::file(name, "the file is too large")
                        .read(format!("{} MB", size / 1_000_000))
                        .expected(format!("at most {} MB", most / 1024 / 1024))
                        .fix("a scheme folder holds terms and small tables; keep records of people somewhere else"),
                ));
            }
            Bytes::Refused(why) => {
                return Err(Box::new(
                    Problem::file(name, "this file is not read")
                        .read(*why)
                        .expected("a plain file inside the scheme's folder")
                        .fix("copy the file into the folder; or, if you trust the scheme, add --allow-outside-files"),
                ));
            }
            Bytes::Unreadable(why) => {
                return Err(Box::new(
                    Problem::file(name, "the file could not be read")
                        .read(why.clone())
                        .expected("a readable file")
                        .fix("check the file's permissions and that no other program has it open"),
                ));
            }
        };
        let body = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        if body.starts_with(b"\xFF\xFE") || body.starts_with(b"\xFE\xFF") {
            return Err(Box::new(
                Problem::file(name, "the file is in UTF-16, not UTF-8")
                    .read("a UTF-16 byte order mark at the start")
                    .expected("text in UTF-8")
                    .fix("in Excel choose \"CSV UTF-8\" when saving; in Notepad choose the encoding UTF-8"),
            ));
        }
        match std::str::from_utf8(body) {
            Ok(text) => Ok(Source { name: name.to_owned(), text: text.to_owned() }),
            Err(error) => {
                let at = error.valid_up_to();
                let byte = body.get(at).copied().unwrap_or_default();
                let replaced = Span { start: at, end: at + char::REPLACEMENT_CHARACTER.len_utf8() };
                Err(Box::new(
                    Problem::at(name, replaced, "the file is not UTF-8 text")
                        .read(format!("the byte 0x{byte:02X}{}", windows_1252(byte)))
                        .expected("text in UTF-8")
                        .fix("in Excel choose \"CSV UTF-8\" when saving; in other programs choose the encoding UTF-8"),
                ))
            }
        }
    }

    /// Where a byte offset is.
    #[must_use]
    pub fn place(&self, offset: usize) -> Place {
        let offset = self.floor(offset);
        let before = &self.text[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Place { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
    }

    /// The line that holds a byte offset, without its line end, and the line's own offset.
    #[must_use]
    pub fn line_at(&self, offset: usize) -> (&str, usize) {
        let offset = self.floor(offset);
        let start = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at);
        (self.text[start..end].trim_end_matches('\r'), start)
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// Names the character a lone byte stands for when Excel saves in its old Windows encoding, the usual cause.
fn windows_1252(byte: u8) -> &'static str {
    match byte {
        0xA3 => ", which is £ in the old Windows encoding",
        0x91 | 0x92 => ", which is a curly quote in the old Windows encoding",
        0x93 | 0x94 => ", which is a curly double quote in the old Windows encoding",
        0x96 | 0x97 => ", which is a dash in the old Windows encoding",
        0xE9 => ", which is é in the old Windows encoding",
        _ => "",
    }
}

//! The files of a scheme folder, as bytes and as text, and places in them. This crate never opens a file: the caller passes names
//! and bytes.

use std::collections::BTreeMap;

/// The largest file that is read. A scheme has terms and small tables; a larger file is usually records in the wrong place.
pub const LARGEST_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// The largest table of people that is read: about two million rows of a segment and a chance.
pub const LARGEST_PEOPLE_BYTES: u64 = 64 * 1024 * 1024;

/// What some programs put before UTF-8 text. It is not part of the text.
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

/// What the caller passes for one file name.
#[derive(Clone, Debug, PartialEq)]
pub enum FileBytes {
    /// The content.
    Read(Vec<u8>),
    /// The content of a table of people, one row each. It may be larger than the folder's other files and in another folder.
    /// No line of it is ever shown.
    People(Vec<u8>),
    /// The file was not read because it is too large: its size in bytes, and the largest size that is read.
    TooLarge { size: u64, most: u64 },
    /// The file exists but could not be read; the operating system's message.
    Unreadable(String),
    /// The file is not read because of what it is or where it is; why.
    Refused(&'static str),
}

/// A scheme folder: file name to content.
pub type Folder = BTreeMap<String, FileBytes>;

/// One file as text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub name: String,
    pub text: String,
}

/// A line and a column, as people count them: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    pub line: usize,
    pub column: usize,
}

impl SourceFile {
    /// The line and column of a byte offset.
    #[must_use]
    pub fn place(&self, offset: usize) -> LineColumn {
        let offset = self.floor(offset);
        let before = &self.text[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        LineColumn { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
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

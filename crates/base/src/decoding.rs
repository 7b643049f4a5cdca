//! The bytes of a file become text, or a clear problem.

use crate::problem::Problem;
use crate::source::{BYTE_ORDER_MARK, FileBytes, SourceFile, Span};

impl SourceFile {
    /// Decodes bytes. A byte order mark is dropped. Windows line ends stay, because no column depends on them. In a table the line ends
    /// of old Macintosh programs become usual ones, and Control-Z at the end, which DOS wrote, is dropped.
    pub fn decode(name: &str, bytes: &FileBytes) -> Result<SourceFile, Box<Problem>> {
        let bytes = match bytes {
            FileBytes::Read(bytes) | FileBytes::People(bytes) => bytes,
            FileBytes::TooLarge { size, most } => {
                return Err(Box::new(
                    Problem::file(name, "the file is too large")
                        .read(format!("{} MB", size / 1_000_000))
                        .expected(format!("at most {} MB", most / 1024 / 1024))
                        .fix("a scheme folder is for terms and small tables. Keep records of people in another folder"),
                ));
            }
            FileBytes::Refused(why) => {
                return Err(Box::new(
                    Problem::file(name, "this file is not read")
                        .read(*why)
                        .expected("a plain file inside the scheme's folder")
                        .fix("copy the file into the folder or, if you trust the scheme, add --allow-outside-files"),
                ));
            }
            FileBytes::Unreadable(why) => {
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
                    .fix("save the file again: in Excel choose \"CSV UTF-8\", in Notepad choose the encoding UTF-8"),
            ));
        }
        match std::str::from_utf8(body) {
            Ok(text) if name.ends_with(".toml") => Ok(SourceFile { name: name.to_owned(), text: text.to_owned() }),
            Ok(text) => Ok(SourceFile { name: name.to_owned(), text: usual_lines(text) }),
            Err(error) => {
                let at = error.valid_up_to();
                let byte = body.get(at).copied().unwrap_or_default();
                let replaced = Span { start: at, end: at + char::REPLACEMENT_CHARACTER.len_utf8() };
                Err(Box::new(
                    Problem::at(name, replaced, "the file is not UTF-8 text")
                        .read(format!("the byte 0x{byte:02X}{}", windows_1252(byte)))
                        .expected("text in UTF-8")
                        .fix("save the file again: in Excel choose \"CSV UTF-8\", in other programs choose the encoding UTF-8"),
                ))
            }
        }
    }
}

/// Names the character that a byte stands for in the old Windows encoding of Excel, which is the usual cause.
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
/// A table with usual line ends. No place in it changes.
fn usual_lines(text: &str) -> String {
    const OLD_END_OF_FILE: char = '\u{1a}';
    let is_end = |letter: char| letter == OLD_END_OF_FILE || letter.is_whitespace();
    let text = if text.trim_end().ends_with(OLD_END_OF_FILE) { text.trim_end_matches(is_end) } else { text };
    let mut lines = text.split('\r').peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        out.push_str(line);
        if let Some(next) = lines.peek() {
            out.push(if next.starts_with('\n') { '\r' } else { '\n' });
        }
    }
    out
}

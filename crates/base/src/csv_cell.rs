//! How one cell of a CSV file is written (RFC 4180).

use std::borrow::Cow;

/// A cell as it is written in a row. It needs quotation marks if it contains one, a line break, or anything that some programs
/// read as the end of a cell.
#[must_use]
pub fn quoted(text: &str) -> Cow<'_, str> {
    match text.contains([',', ';', '\t', '"', '\n', '\r']) {
        true => Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))),
        false => Cow::Borrowed(text),
    }
}

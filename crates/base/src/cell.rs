//! One cell of a CSV file on its way out (RFC 4180).

use std::borrow::Cow;

/// A cell as it stands in a row: in quotation marks where it holds one, a line break, or anything that some program takes for
/// the end of a cell.
#[must_use]
pub fn quoted(text: &str) -> Cow<'_, str> {
    match text.contains([',', ';', '\t', '"', '\n', '\r']) {
        true => Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))),
        false => Cow::Borrowed(text),
    }
}

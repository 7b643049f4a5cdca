//! Reads as much of XML as workbooks use: elements with attributes, and text. Every piece is bounded, nothing is nested in
//! memory, and a document type, which could declare entities, is refused.

use std::borrow::Cow;
use std::io::{self, Read};

use super::zip::{damaged, too_large};

/// The longest tag or text.
const LONGEST: usize = 1 << 20;
const PIECE: usize = 1 << 16;

/// Splits a document into pieces.
pub(crate) struct Xml<R> {
    from: R,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    begun: bool,
    /// Bytes read so far.
    pub read: u64,
}

pub(crate) enum XmlToken<'a> {
    Open(Element<'a>),
    /// The local name of an element that ends.
    Close(&'a str),
    Text(Cow<'a, str>),
    End,
}

/// The beginning of an element.
pub(crate) struct Element<'a> {
    /// Without its prefix.
    pub name: &'a str,
    attributes: &'a str,
    /// The element is empty.
    pub closed: bool,
}

impl<'a> Element<'a> {
    /// The value of an attribute: by its whole name where that has a prefix, by its local name where it has none.
    pub(crate) fn get(&self, wanted: &str) -> Option<Cow<'a, str>> {
        let mut rest = self.attributes.trim_start();
        while let Some((name, after)) = rest.split_once('=') {
            let name = name.trim();
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, after) = after[1..].split_once(quote)?;
            let found = if wanted.contains(':') { name == wanted } else { local(name) == wanted && !name.starts_with("xmlns") };
            if found {
                return Some(unescaped(value));
            }
            rest = after.trim_start();
        }
        None
    }

    pub(crate) fn number(&self, wanted: &str) -> Option<u64> {
        self.get(wanted)?.trim().parse().ok()
    }

    /// Whether an attribute is true.
    pub(crate) fn says(&self, wanted: &str) -> bool {
        self.get(wanted).is_some_and(|text| matches!(&*text, "1" | "true" | "on"))
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Text with the five entities and numbered characters replaced; anything else stays as it is.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.bytes().take(12).position(|byte| byte == b';').map(|end| &rest[1..end]);
        let letter = entity.and_then(|entity| match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => {
                let number = entity.strip_prefix('#')?;
                let number = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                char::from_u32(number.ok()?)
            }
        });
        match (letter, entity) {
            (Some(letter), Some(entity)) => {
                out.push(letter);
                rest = &rest[entity.len() + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What the next piece is, and where it ends in the buffer.
enum XmlPiece {
    /// Text up to here; the end of the document where it is empty.
    Text(usize),
    /// The inside of `<![CDATA[ … ]]>`, and where the whole ends.
    Letters(usize, usize),
    /// A tag, from after `<` to before `>`.
    Tag(usize),
    /// A comment or an instruction, which is ignored.
    Skipped(usize),
}

impl<R: Read> Xml<R> {
    pub(crate) fn new(from: R) -> Xml<R> {
        Xml { from, buffer: Vec::new(), at: 0, ended: false, begun: false, read: 0 }
    }

    pub(crate) fn next(&mut self) -> io::Result<XmlToken<'_>> {
        if !self.begun {
            self.begun = true;
            while self.buffer.len() < 4 && self.more()? {}
            match self.buffer[..] {
                [0xef, 0xbb, 0xbf, ..] => self.at = 3,
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'<', ..] | [b'<', 0, ..] => {
                    return Err(damaged("a part in another encoding than UTF-8"));
                }
                _ => {}
            }
        }
        loop {
            let piece = loop {
                match self.piece()? {
                    Some(piece) => break piece,
                    None if self.ended => return Err(damaged("a part ends in the middle of a tag")),
                    None if self.buffer.len() - self.at > LONGEST => {
                        return Err(too_long());
                    }
                    None => {
                        self.more()?;
                    }
                }
            };
            let from = self.at;
            let (XmlPiece::Text(end) | XmlPiece::Letters(_, end) | XmlPiece::Tag(end) | XmlPiece::Skipped(end)) = piece;
            if end - from > LONGEST {
                return Err(too_long());
            }
            match piece {
                XmlPiece::Skipped(end) => self.at = end,
                XmlPiece::Text(end) => {
                    self.at = end;
                    if from == end {
                        return Ok(XmlToken::End);
                    }
                    return Ok(XmlToken::Text(unescaped(text(&self.buffer[from..end])?)));
                }
                XmlPiece::Letters(end, whole) => {
                    self.at = whole;
                    return Ok(XmlToken::Text(Cow::Borrowed(text(&self.buffer[from + 9..end])?)));
                }
                XmlPiece::Tag(end) => {
                    self.at = end + 1;
                    let tag = text(&self.buffer[from + 1..end])?;
                    if let Some(name) = tag.strip_prefix('/') {
                        return Ok(XmlToken::Close(local(name.trim_end())));
                    }
                    let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
                    let (name, attributes) = tag.split_once(|letter: char| letter.is_ascii_whitespace()).unwrap_or((tag, ""));
                    return Ok(XmlToken::Open(Element { name: local(name), attributes, closed }));
                }
            }
        }
    }

    /// The next piece, if the buffer holds it to its end.
    fn piece(&self) -> io::Result<Option<XmlPiece>> {
        let rest = &self.buffer[self.at..];
        let find = |wanted: &[u8]| rest.windows(wanted.len()).position(|window| window == wanted).map(|at| self.at + at);
        if rest.first() != Some(&b'<') {
            let end = rest.iter().position(|byte| *byte == b'<').map(|at| self.at + at);
            return Ok(end.or(self.ended.then_some(self.buffer.len())).map(XmlPiece::Text));
        }
        if rest.len() < 9 && !self.ended {
            return Ok(None);
        }
        if rest.starts_with(b"<!--") {
            return Ok(find(b"-->").map(|end| XmlPiece::Skipped(end + 3)));
        }
        if rest.starts_with(b"<![CDATA[") {
            return Ok(find(b"]]>").map(|end| XmlPiece::Letters(end, end + 3)));
        }
        if rest.starts_with(b"<!") {
            return Err(damaged("a document type, which no workbook has"));
        }
        if rest.starts_with(b"<?") {
            return Ok(find(b"?>").map(|end| XmlPiece::Skipped(end + 2)));
        }
        let mut quote = None;
        for (at, byte) in rest.iter().enumerate() {
            match (quote, byte) {
                (None, b'>') => return Ok(Some(XmlPiece::Tag(self.at + at))),
                // Otherwise the incomplete tag would include what follows.
                (None, b'<') if at > 0 => return Err(damaged("a tag that never ends")),
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
        }
        Ok(None)
    }

    /// Reads more, at least as much as the buffer has, so that a long piece is not searched again and again.
    fn more(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let held = self.buffer.len();
        self.buffer.resize(held + held.max(PIECE), 0);
        let read = self.from.read(&mut self.buffer[held..]);
        self.buffer.truncate(held + *read.as_ref().unwrap_or(&0));
        let read = read?;
        self.read += read as u64;
        self.ended = read == 0;
        Ok(read > 0)
    }
}

fn too_long() -> io::Error {
    too_large("a tag or a text of more than a megabyte")
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| damaged("a part that is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_apart() {
        let text =
            "<?xml version=\"1.0\"?><!-- a > b --><x:a one='1 > 0' x:two=\"&lt;&#65;&#x42;&amp;&no;\">t<b/><![CDATA[<&]]></x:a>";
        let mut xml = Xml::new(text.as_bytes());
        let mut pieces = Vec::new();
        loop {
            match xml.next().expect("a document") {
                XmlToken::Open(element) => {
                    pieces.push(format!(
                        "{} {:?} {:?} {}",
                        element.name,
                        element.get("one"),
                        element.get("x:two"),
                        element.closed
                    ));
                }
                XmlToken::Close(name) => pieces.push(format!("/{name}")),
                XmlToken::Text(text) => pieces.push(text.into_owned()),
                XmlToken::End => break,
            }
        }
        assert_eq!(pieces, ["a Some(\"1 > 0\") Some(\"<AB&&no;\") false", "t", "b None None true", "<&", "/a"]);
    }

    #[test]
    fn what_could_grow_is_refused() {
        let long = format!("<a>{}</a>", "x".repeat(LONGEST + PIECE * 4));
        for text in ["<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a", &long] {
            let mut xml = Xml::new(text.as_bytes());
            let refused = loop {
                match xml.next() {
                    Ok(XmlToken::End) => break false,
                    Ok(_) => {}
                    Err(_) => break true,
                }
            };
            assert!(refused, "{}", &text[..12.min(text.len())]);
        }
    }
}

//! Changes a TOML file as a careful person would. The old line stays as a comment, the new line is below it with its reason,
//! and all other text, order and comments stay exactly the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::scheme_files::{SchemeFiles, TomlNode, TomlValue};
use crate::source::Span;

/// Changes to one file, collected and then written together.
pub struct TomlEditor<'o> {
    text: &'o str,
    root: &'o TomlNode,
    lines: BTreeMap<usize, LineEdit>,
    /// Lines that go above the one that starts at an offset.
    above: BTreeMap<usize, Vec<String>>,
}

/// The change of one statement, by the offset of its first line.
struct LineEdit {
    /// From the start of its first line to the end of its last, without the line end.
    whole: Span,
    /// Where its value ends; a comment may follow.
    value_end: usize,
    /// Replacements within it; `None` comments it out.
    edits: Option<Vec<(Span, String)>>,
    /// Lines that follow it.
    after: Vec<String>,
    why: String,
}

/// An entry of the file: its key's place and its value.
type TomlEntry<'o> = &'o (String, Span, TomlNode);

impl<'o> TomlEditor<'o> {
    /// An editor for one of the TOML files of a folder.
    #[must_use]
    pub fn new(opened: &'o SchemeFiles, file: &str) -> Option<TomlEditor<'o>> {
        let (source, root) = (opened.sources.get(file)?, opened.documents.get(file)?);
        Some(TomlEditor { text: &source.text, root, lines: BTreeMap::new(), above: BTreeMap::new() })
    }

    /// The text of a value that is in one piece.
    #[must_use]
    pub fn value(&self, path: &[&str]) -> Option<&'o str> {
        let (_, _, node) = *self.chain(path)?.last()?;
        (!self.spread(node)).then(|| &self.text[node.span.start..node.span.end])
    }

    /// A text of the file by its path, such as the name of a table to look up.
    #[must_use]
    pub fn words(&self, path: &[&str]) -> Option<&'o str> {
        match &self.chain(path)?.last()?.2.value {
            TomlValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Gives a key a new value. A key that is missing is added below `anchor`, or below the first key of its table.
    pub fn set(&mut self, path: &[&str], value: &str, anchor: &str, why: &str) {
        let Some(chain) = self.chain(path) else { return self.add(path, value, anchor, why) };
        let Some((_, _, node)) = chain.last() else { return };
        if self.spread(node) {
            self.remove(path, why);
            return self.add(path, value, anchor, why);
        }
        let span = node.span;
        if let Some(edits) = self.change(&chain, why).and_then(|change| change.edits.as_mut()) {
            edits.push((span, value.to_owned()));
        }
    }

    /// Comments out a key, or a table with all its keys.
    pub fn remove(&mut self, path: &[&str], why: &str) {
        let Some(chain) = self.chain(path) else { return };
        let Some(&(_, key, node)) = chain.last() else { return };
        if let (true, TomlValue::Keys(entries)) = (self.spread(node), &node.value) {
            // Under a heading, the heading gives the reason once for all its keys.
            let why = if self.remove_header(*key, why) { "" } else { why };
            entries.iter().for_each(|(name, _, _)| self.remove(&[path, &[name.as_str()]].concat(), why));
        } else if let Some(inside) = self.within_inline(&chain) {
            if let Some(edits) = self.change(&chain, why).and_then(|change| change.edits.as_mut()) {
                edits.push((inside, String::new()));
            }
        } else if let Some(change) = self.change(&chain, why) {
            change.edits = None;
        }
    }

    /// Puts whole lines above a table and the comments that stand right above it.
    pub fn insert_above(&mut self, path: &[&str], lines: Vec<String>) {
        let Some(&(_, key, _)) = self.chain(path).and_then(|chain| chain.last().copied()) else { return };
        let mut start = self.line_start(key.start);
        while let Some(before) = start.checked_sub(1).map(|end| self.line_start(end)) {
            if !self.text[before..start].trim_start().starts_with('#') {
                break;
            }
            start = before;
        }
        self.above.entry(start).or_default().extend(lines);
    }

    /// The changed text.
    #[must_use]
    pub fn finish(self) -> String {
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut out = String::new();
        let mut done = 0;
        let starts: BTreeSet<usize> = self.lines.keys().chain(self.above.keys()).copied().collect();
        for start in starts {
            out += &self.text[done..start];
            done = start;
            self.above.get(&start).into_iter().flatten().for_each(|line| out.extend([line.as_str(), end]));
            if let Some(change) = self.lines.get(&start) {
                out += &change.written(self.text).join(end);
                done = change.whole.end;
            }
        }
        out + &self.text[done..]
    }

    fn add(&mut self, path: &[&str], value: &str, anchor: &str, why: &str) {
        let Some((key, parent)) = path.split_last() else { return };
        let Some(chain) = self.chain(parent) else { return };
        let Some(&(_, _, node)) = chain.last() else { return };
        let TomlValue::Keys(entries) = &node.value else { return };
        let usable = |entry: &&(String, Span, TomlNode)| !self.spread(&entry.2);
        let anchored = entries.iter().filter(usable).find(|(name, _, _)| name == anchor);
        let Some(entry) = anchored.or_else(|| entries.iter().find(usable)) else { return };
        let line = self.line_start(entry.1.start);
        let prefix = self.text[line..entry.1.start].to_owned();
        let inline = !self.spread(node);
        let end = entry.2.span.end;
        let longer = [chain.as_slice(), &[entry]].concat();
        let Some(change) = self.change(&longer, why) else { return };
        match change.edits.as_mut() {
            Some(edits) if inline => edits.push((Span { start: end, end }, format!(", {key} = {value}"))),
            _ => change.after.push(format!("{prefix}{key} = {value}  # fix: {why}")),
        }
    }

    /// The entries from the top of the file down to a key.
    fn chain(&self, path: &[&str]) -> Option<Vec<TomlEntry<'o>>> {
        let mut node = self.root;
        let mut chain = Vec::new();
        for name in path {
            let TomlValue::Keys(entries) = &node.value else { return None };
            let entry = entries.iter().find(|(key, _, _)| key == name)?;
            node = &entry.2;
            chain.push(entry);
        }
        Some(chain)
    }

    /// Whether a value is a table with a heading or with dotted keys, in several statements.
    fn spread(&self, node: &TomlNode) -> bool {
        matches!(node.value, TomlValue::Keys(_)) && !self.text[node.span.start..].starts_with('{')
    }

    /// The statement that contains an entry: the first on the way down that is not spread over several.
    fn statement(&self, chain: &[TomlEntry<'o>]) -> Option<TomlEntry<'o>> {
        chain.iter().copied().find(|(_, _, node)| !self.spread(node))
    }

    fn change(&mut self, chain: &[TomlEntry<'o>], why: &str) -> Option<&mut LineEdit> {
        let (_, key, node) = self.statement(chain)?;
        let start = self.line_start(key.start);
        let whole = Span { start, end: self.line_end(node.span.end) };
        let fresh = LineEdit { whole, value_end: node.span.end, edits: Some(Vec::new()), after: Vec::new(), why: why.to_owned() };
        Some(self.lines.entry(start).or_insert(fresh))
    }

    fn remove_header(&mut self, key: Span, why: &str) -> bool {
        let start = self.line_start(key.start);
        let heads = self.text[start..].trim_start().starts_with('[');
        if heads {
            let whole = Span { start, end: self.line_end(key.end) };
            let change = LineEdit { whole, value_end: whole.end, edits: None, after: Vec::new(), why: why.to_owned() };
            self.lines.insert(start, change);
        }
        heads
    }

    /// The part of an inline table that a key and its comma occupy; `None` for a statement of its own.
    fn within_inline(&self, chain: &[TomlEntry<'o>]) -> Option<Span> {
        let [.., parent, entry] = chain else { return None };
        if self.spread(&parent.2) {
            return None;
        }
        let TomlValue::Keys(entries) = &parent.2.value else { return None };
        let at = entries.iter().position(|other| other.1 == entry.1)?;
        let next = entries.get(at + 1).map(|next| Span { start: entry.1.start, end: next.1.start });
        let before = at.checked_sub(1).map(|before| Span { start: entries[before].2.span.end, end: entry.2.span.end });
        next.or(before).or(Some(Span { start: entry.1.start, end: entry.2.span.end }))
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end);
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }
}

impl LineEdit {
    /// The lines that replace the statement.
    fn written(&self, text: &str) -> Vec<String> {
        let old = &text[self.whole.start..self.whole.end];
        let mut out: Vec<String> = Vec::new();
        match &self.edits {
            None => {
                out.extend(old.lines().map(|line| format!("# was: {}", line.trim())));
                if let Some(last) = out.last_mut().filter(|_| !self.why.is_empty()) {
                    *last += &format!("  # fix: {}", self.why);
                }
            }
            // Only an anchor for what is added below it.
            Some(edits) if edits.is_empty() => out.push(old.to_owned()),
            Some(edits) => {
                out.extend(old.lines().map(|line| format!("# was: {}", line.trim())));
                let mut new = text[self.whole.start..self.value_end].to_owned();
                let mut edits = edits.clone();
                edits.sort_by_key(|(span, _)| std::cmp::Reverse((span.start, span.end)));
                for (span, value) in edits {
                    new.replace_range(span.start - self.whole.start..span.end - self.whole.start, &value);
                }
                out.push(format!("{new}  # fix: {}", self.why));
            }
        }
        out.extend(self.after.iter().cloned());
        out
    }
}

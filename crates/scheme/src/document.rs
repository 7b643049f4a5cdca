//! Reads a TOML file by asking for keys: what is asked for and missing, what is there and was never asked for, and what has
//! the wrong kind or unit each become a [`Problem`], and reading goes on, so that one run reports every mistake.
//!
//! A number may carry a range and a source. Each ranged number is a [`Dial`]; reading the same folder again with
//! [`Picks`] turns the dials. That is all a "plausible world" is: the same files, with the uncertain numbers moved.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::literal::{self, Literal, Ranged, Wrong};
use crate::problem::Problem;
use crate::source::{Folder, Source, Span};
use crate::table::Table;

/// A scheme folder, decoded and parsed once; it can be read many times with different picks.
#[derive(Debug, Default)]
pub struct Opened {
    pub sources: BTreeMap<String, Source>,
    pub(crate) documents: BTreeMap<String, Node>,
    pub(crate) tables: BTreeMap<String, Table>,
    /// Problems of encoding and syntax, found before any key is asked for.
    pub problems: Vec<Problem>,
}

/// A TOML value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    /// An integer or a float, as its digits.
    Number(String),
    Truth(bool),
    Date(Date),
    List(Vec<Node>),
    /// Keys in the order of the file.
    Keys(Vec<(String, Span, Node)>),
}

/// Where on its range each uncertain number stands, from 0 (low end) through 0.5 (the stated value) to 1 (high end). A number
/// that is not named keeps its stated value.
pub type Picks = BTreeMap<String, f64>;

/// One uncertain number of the folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Dial {
    /// File and key: the name under which [`Picks`] turns it.
    pub path: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// "£4,000 (£3,000 to £6,000)".
    pub words: String,
    pub from: String,
}

/// One number that the file calls an assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    pub path: String,
    pub words: String,
    pub why: String,
}

/// Parses every `.toml` and `.csv` file of a folder.
#[must_use]
pub fn open(folder: &Folder) -> Opened {
    let mut opened = Opened::default();
    for (name, bytes) in folder {
        match Source::decode(name, bytes) {
            Ok(source) => {
                if name.ends_with(".toml") {
                    let node = parse(&source, &mut opened.problems);
                    opened.documents.insert(name.clone(), node);
                } else {
                    let table = Table::parse(&source, &mut opened.problems);
                    opened.tables.insert(name.clone(), table);
                }
                opened.sources.insert(name.clone(), source);
            }
            Err(problem) => opened.problems.push(problem),
        }
    }
    opened
}

fn parse(source: &Source, problems: &mut Vec<Problem>) -> Node {
    let (table, errors) = toml::de::DeTable::parse_recoverable(&source.text);
    for error in errors {
        let span = error.span().map_or(Span { start: 0, end: 0 }, Span::from);
        let message = error.message().to_owned();
        let problem = Problem::at(&source.name, span, format!("this is not valid TOML: {message}"));
        let text = source.text.get(span.start..span.end).unwrap_or_default();
        problems.push(explain_syntax(problem, &message, text));
    }
    let span = table.span().into();
    Node { span, value: keys(table.into_inner(), source, problems) }
}

/// The few syntax errors that people new to TOML make, each with its mend.
fn explain_syntax(problem: Problem, message: &str, text: &str) -> Problem {
    let lower = message.to_lowercase();
    if lower.contains("duplicate key") {
        problem.expected("each key once in its table").mend("remove one of the two, or give the second table another name")
    } else if lower.contains("date") || lower.contains("day") || lower.contains("month") {
        problem.read(text).expected("a date that exists, year first: 2027-04-01").mend("check the day and the month")
    } else if lower.contains("string") || lower.contains("quote") || text.contains(['£', '%']) {
        problem.expected("text, money and percentages between double quotes").mend("write \"£4,000\" or \"58 %\", with the quotes")
    } else {
        problem.mend("each line is either [a.table], or key = value with text and units in \"double quotes\"")
    }
}

fn keys(table: toml::de::DeTable<'_>, source: &Source, problems: &mut Vec<Problem>) -> Value {
    let mut entries: Vec<(String, Span, Node)> = table
        .into_iter()
        .map(|(key, value)| {
            let span = key.span().into();
            (key.into_inner().into_owned(), span, node(value, source, problems))
        })
        .collect();
    entries.sort_by_key(|(_, span, _)| *span);
    Value::Keys(entries)
}

fn node(value: toml::Spanned<toml::de::DeValue<'_>>, source: &Source, problems: &mut Vec<Problem>) -> Node {
    use toml::de::DeValue;
    let span: Span = value.span().into();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Truth(truth),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node(item, source, problems)).collect()),
        DeValue::Table(table) => keys(table, source, problems),
        DeValue::Datetime(moment) => match moment.date {
            Some(date) if moment.time.is_none() => {
                match Date::new(i16::try_from(date.year).unwrap_or(0), date.month as i8, date.day as i8) {
                    Ok(date) => Value::Date(date),
                    Err(_) => {
                        problems.push(
                            Problem::at(&source.name, span, "this date does not exist")
                                .read(source.text.get(span.start..span.end).unwrap_or_default())
                                .expected("a date in the calendar, year first: 2027-04-01")
                                .mend("check the day and the month"),
                        );
                        Value::Date(Date::constant(2000, 1, 1))
                    }
                }
            }
            _ => {
                problems.push(
                    Problem::at(&source.name, span, "this is a time, and a date is needed")
                        .expected("a date without a time of day: 2027-04-01")
                        .mend("leave the time of day out: contracts count in days"),
                );
                Value::Date(Date::constant(2000, 1, 1))
            }
        },
    };
    Node { span, value }
}

impl Value {
    /// What kind of thing was written, for messages.
    fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Number(_) => "a bare number",
            Value::Truth(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Keys(_) => "a table of keys",
        }
    }
}

/// One reading of an opened folder: collects problems, dials and assumptions as it goes.
pub struct Reader<'o> {
    pub opened: &'o Opened,
    pub picks: &'o Picks,
    pub problems: RefCell<Vec<Problem>>,
    pub dials: RefCell<Vec<Dial>>,
    pub assumptions: RefCell<Vec<Assumption>>,
}

impl<'o> Reader<'o> {
    #[must_use]
    pub fn new(opened: &'o Opened, picks: &'o Picks) -> Self {
        Reader { opened, picks, problems: RefCell::default(), dials: RefCell::default(), assumptions: RefCell::default() }
    }

    /// The top level of a file, or a problem when the folder has no such file.
    pub fn document<'r>(&'r self, file: &'r str, example: &str) -> Option<Section<'r, 'o>> {
        let Some(node) = self.opened.documents.get(file) else {
            if !self.opened.problems.iter().any(|problem| problem.file == file) {
                self.push(
                    Problem::file(file, "the scheme folder has no such file")
                        .expected(format!("a file named {file} that starts with {example}"))
                        .nearest(file, self.opened.sources.keys().map(String::as_str))
                        .mend("copy the file from one of the schemes that come with the program and change it"),
                );
            }
            return None;
        };
        let Value::Keys(entries) = &node.value else { return None };
        if entries.is_empty() {
            self.push(
                Problem::file(file, "the file says nothing")
                    .expected(format!("a file that starts with {example}"))
                    .mend("copy the file from one of the schemes that come with the program and change it"),
            );
            return None;
        }
        Some(Section::new(self, file, String::new(), String::new(), node.span, entries, None))
    }

    pub fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Turns what was read into the value to use, and notes its dial and its assumption.
    pub fn note<T: Literal>(&self, path: String, ranged: Ranged<T>, from: Option<&str>) -> T {
        let from = from.unwrap_or_default();
        let mut words = ranged.value.words();
        if let Some((low, high)) = ranged.range {
            words = format!("{words} ({} to {})", low.words(), high.words());
        }
        if is_assumption(from) {
            let why = from.split_once(':').map_or(from, |(_, why)| why.trim()).to_owned();
            self.assumptions.borrow_mut().push(Assumption { path: path.clone(), words: words.clone(), why });
        }
        let Some((low, high)) = ranged.range else { return ranged.value };
        let value = match self.picks.get(&path) {
            // Half of the worlds lie below the stated value and half above, however lopsided the range.
            Some(way) if *way < 0.5 => T::between(low, ranged.value, 2.0 * way),
            Some(way) => T::between(ranged.value, high, 2.0 * way - 1.0),
            None => ranged.value,
        };
        let (value_now, low, high) = (ranged.value.as_f64(), low.as_f64(), high.as_f64());
        self.dials.borrow_mut().push(Dial { path, value: value_now, low, high, words, from: from.to_owned() });
        value
    }
}

/// Whether a source says that the number is not known.
#[must_use]
pub fn is_assumption(from: &str) -> bool {
    from.trim_start().to_lowercase().starts_with("assumption")
}

/// One table of a file. Every accessor marks its key as known; [`Section::finish`] reports the keys nobody asked for.
pub struct Section<'r, 'o> {
    pub reader: &'r Reader<'o>,
    pub file: &'r str,
    /// "pay.binary", or empty at the top level.
    pub path: String,
    /// The last part of the path.
    pub name: String,
    pub span: Span,
    entries: &'r [(String, Span, Node)],
    asked: RefCell<BTreeSet<String>>,
    from: Option<String>,
}

impl<'r, 'o> Section<'r, 'o> {
    fn new(
        reader: &'r Reader<'o>,
        file: &'r str,
        path: String,
        name: String,
        span: Span,
        entries: &'r [(String, Span, Node)],
        outer_from: Option<String>,
    ) -> Self {
        let own = entries.iter().find(|(key, _, _)| key == "from").and_then(|(_, _, node)| match &node.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        });
        let asked = RefCell::new(BTreeSet::from(["from".to_owned()]));
        Section { reader, file, path, name, span, entries, asked, from: own.or(outer_from) }
    }

    fn entry(&self, key: &str) -> Option<&'r (String, Span, Node)> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.entries.iter().find(|(name, _, _)| name == key)
    }

    /// Whether the file gives this key.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The place of a key, or of the table when the key is missing.
    pub fn span_of(&self, key: &str) -> Span {
        self.entries.iter().find(|(name, _, _)| name == key).map_or(self.head(), |(_, _, node)| node.span)
    }

    /// The table's own header line, or the start of the file.
    fn head(&self) -> Span {
        if self.path.is_empty() {
            let first = self.entries.first().map_or(self.span, |(_, span, _)| *span);
            return first;
        }
        self.span
    }

    /// Where a key's number can be turned: "scheme.toml: pay.binary.price".
    pub fn path_of(&self, key: &str) -> String {
        let dot = if self.path.is_empty() { "" } else { "." };
        format!("{}: {}{dot}{key}", self.file, self.path)
    }

    pub fn problem(&self, key: &str, what: impl Into<String>) -> Problem {
        Problem::at(self.file, self.span_of(key), what)
    }

    pub fn push(&self, problem: Problem) {
        self.reader.push(problem);
    }

    /// Where this table's numbers come from, by the nearest `from` that covers them.
    pub fn source(&self) -> Option<&str> {
        self.from.as_deref()
    }

    fn missing(&self, key: &str, expected: &str) {
        let unknown = self.entries.iter().map(|(name, _, _)| name.as_str());
        let place = if self.path.is_empty() { "the file".to_owned() } else { format!("[{}]", self.path) };
        let mut problem = Problem::at(self.file, self.head(), format!("{place} has no `{key}`")).expected(expected);
        problem.nearest = crate::problem::nearest(key, unknown.filter(|name| !self.asked.borrow().contains(*name)))
            .map(|found| format!("{found}` — is it `{key}` misspelt? `{key}"));
        self.push(problem.mend(format!("add a line: {key} = …")));
    }

    fn wrong_kind(&self, key: &str, node: &Node, expected: &str) {
        let text = self.reader.opened.sources[self.file].text.get(node.span.start..node.span.end).unwrap_or_default();
        let shown: String = text.chars().take(60).collect();
        self.push(
            self.problem(key, format!("`{key}` is {} where something else is expected", node.value.kind()))
                .read(shown)
                .expected(expected)
                .mend(format!("write {key} = {}", example_of(expected))),
        );
    }

    /// Text.
    pub fn text(&self, key: &str) -> Option<&'r str> {
        let (_, _, node) = self.entry(key)?;
        match &node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong_kind(key, node, "text between double quotes");
                None
            }
        }
    }

    /// Text that must be there.
    pub fn required_text(&self, key: &str, expected: &str) -> String {
        if !self.has(key) {
            self.missing(key, expected);
        }
        self.text(key).unwrap_or_default().to_owned()
    }

    /// A date.
    pub fn date(&self, key: &str) -> Option<Date> {
        let (_, _, node) = self.entry(key)?;
        match &node.value {
            Value::Date(date) => Some(*date),
            _ => {
                self.wrong_kind(key, node, "a date without quotes, year first: 2027-04-01");
                None
            }
        }
    }

    /// A date that must be there.
    pub fn required_date(&self, key: &str) -> Option<Date> {
        if !self.has(key) {
            self.missing(key, "a date without quotes, year first: 2027-04-01");
        }
        self.date(key)
    }

    /// True or false.
    pub fn truth(&self, key: &str) -> Option<bool> {
        let (_, _, node) = self.entry(key)?;
        match &node.value {
            Value::Truth(truth) => Some(*truth),
            _ => {
                self.wrong_kind(key, node, "true or false, without quotes");
                None
            }
        }
    }

    /// A list of texts with their places; one text stands for a list of one.
    pub fn list(&self, key: &str) -> Vec<(&'r str, Span)> {
        let Some((_, _, node)) = self.entry(key) else { return Vec::new() };
        let items = match &node.value {
            Value::Text(text) => return vec![(text, node.span)],
            Value::List(items) => items,
            _ => {
                self.wrong_kind(key, node, "a list such as [\"one\", \"two\"]");
                return Vec::new();
            }
        };
        let mut out = Vec::new();
        for item in items {
            match &item.value {
                Value::Text(text) => out.push((text.as_str(), item.span)),
                _ => self.wrong_kind(key, item, "a list of names such as [\"one\", \"two\"]"),
            }
        }
        out
    }

    /// One of a closed set of words.
    pub fn choice<T: Copy>(&self, key: &str, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim())).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.push(
                self.problem(key, format!("`{key}` is not one of the known words"))
                    .read(format!("\"{text}\""))
                    .expected(names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" or "))
                    .nearest(text, names)
                    .mend("copy one of the expected words exactly"),
            );
        }
        found
    }

    /// One of a closed set of words that must be there.
    pub fn required_choice<T: Copy + Default>(&self, key: &str, known: &[(&str, T)]) -> T {
        if !self.has(key) {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            self.missing(key, &names.join(" or "));
        }
        self.choice(key, known).unwrap_or_default()
    }

    /// A number with its unit, at the place its dial stands.
    pub fn number<T: Literal>(&self, key: &str) -> Option<T> {
        let (_, _, node) = self.entry(key)?;
        self.number_of(key, node)
    }

    /// A number that must be there.
    pub fn required<T: Literal>(&self, key: &str) -> T {
        if !self.has(key) {
            self.missing(key, T::EXPECTED);
        }
        self.number(key).unwrap_or_default()
    }

    /// A number that must be there and not be negative.
    pub fn positive<T: Literal>(&self, key: &str) -> Option<T> {
        let value: T = self.number(key)?;
        self.refuse_negative(key, value);
        Some(value)
    }

    pub(crate) fn refuse_negative<T: Literal>(&self, key: &str, value: T) {
        if value.as_f64() < 0.0 {
            self.push(
                self.problem(key, format!("`{key}` is negative"))
                    .read(value.words())
                    .expected("a number that is not below zero")
                    .mend("write it without the minus sign; the clause itself says whether it is paid or deducted"),
            );
        }
    }

    fn number_of<T: Literal>(&self, key: &str, node: &Node) -> Option<T> {
        let read = |node: &Node| -> Result<Ranged<T>, Wrong> {
            match &node.value {
                Value::Text(text) | Value::Number(text) => literal::ranged(text),
                other => {
                    Err(Wrong { what: format!("{} instead of a number", other.kind()), mend: format!("write {}", T::EXPECTED) })
                }
            }
        };
        let ranged = if let Value::Keys(entries) = &node.value {
            let stated = Section::new(
                self.reader,
                self.file,
                format!("{}{}{key}", self.path, if self.path.is_empty() { "" } else { "." }),
                key.to_owned(),
                node.span,
                entries,
                self.from.clone(),
            );
            let Some((_, _, inner)) = stated.entry("value") else {
                stated.missing("value", T::EXPECTED);
                stated.finish();
                return None;
            };
            let mut ranged = match read(inner) {
                Ok(ranged) => ranged,
                Err(wrong) => {
                    stated.wrong_number::<T>("value", wrong);
                    return None;
                }
            };
            if let Some(text) = stated.text("range") {
                match literal::range(text).and_then(|(low, high)| literal::within(ranged.value, low, high)) {
                    Ok(both) => ranged = both,
                    Err(wrong) => stated.wrong_number::<T>("range", wrong),
                }
            }
            stated.finish();
            return Some(self.reader.note(self.path_of(key), ranged, stated.source()));
        } else {
            read(node)
        };
        match ranged {
            Ok(ranged) => Some(self.reader.note(self.path_of(key), ranged, self.source())),
            Err(wrong) => {
                self.wrong_number::<T>(key, wrong);
                None
            }
        }
    }

    fn wrong_number<T: Literal>(&self, key: &str, wrong: Wrong) {
        let span = self.span_of(key);
        let text = self.reader.opened.sources[self.file].text.get(span.start..span.end).unwrap_or_default();
        let shown: String = text.chars().take(60).collect();
        self.push(self.problem(key, format!("`{key}`: {}", wrong.what)).read(shown).expected(T::EXPECTED).mend(wrong.mend));
    }

    /// A table inside this one.
    pub fn section(&self, key: &str) -> Option<Section<'r, 'o>> {
        let (_, _, node) = self.entry(key)?;
        self.section_of(key, node)
    }

    /// A table that must be there.
    pub fn required_section(&self, key: &str, expected: &str) -> Option<Section<'r, 'o>> {
        if !self.has(key) {
            self.missing(key, expected);
        }
        self.section(key)
    }

    fn section_of(&self, key: &str, node: &'r Node) -> Option<Section<'r, 'o>> {
        match &node.value {
            Value::Keys(entries) => {
                let dot = if self.path.is_empty() { "" } else { "." };
                let path = format!("{}{dot}{key}", self.path);
                Some(Section::new(self.reader, self.file, path, key.to_owned(), node.span, entries, self.from.clone()))
            }
            _ => {
                self.wrong_kind(key, node, &format!("a table: [{key}]"));
                None
            }
        }
    }

    /// Every table inside this one, in the order of the file, each with its name.
    pub fn sections(&self) -> Vec<Section<'r, 'o>> {
        self.entries
            .iter()
            .filter(|(key, _, _)| key != "from")
            .filter_map(|(key, _, node)| {
                self.asked.borrow_mut().insert(key.clone());
                self.section_of(key, node)
            })
            .collect()
    }

    /// The keys of this table other than `from`, with their places.
    pub fn keys(&self) -> Vec<(&'r str, Span)> {
        let named = self.entries.iter().filter(|(key, _, _)| key != "from");
        named
            .map(|(key, span, _)| {
                self.asked.borrow_mut().insert(key.clone());
                (key.as_str(), *span)
            })
            .collect()
    }

    /// Whether the key holds a table of keys rather than a plain value.
    pub(crate) fn holds_keys(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|(_, _, node)| matches!(node.value, Value::Keys(_)))
    }

    /// Reports every key that nobody asked for. Call it when the table has been read.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, span, _) in self.entries {
            if !asked.contains(key) {
                let place = if self.path.is_empty() { "the top of the file".to_owned() } else { format!("[{}]", self.path) };
                let known: Vec<&str> = asked.iter().map(String::as_str).collect();
                let mut problem = Problem::at(self.file, *span, format!("{place} has no key `{key}`"))
                    .read(format!("`{key}`"))
                    .expected(format!("one of {}", known.join(", ")))
                    .nearest(key, known.iter().copied());
                problem.mend = Some(match &problem.nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "remove the key, or look it up in docs/scheme-file.md".to_owned(),
                });
                self.push(problem);
            }
        }
    }
}

/// What to write after the equals sign, from the words "… such as EXAMPLE".
fn example_of(expected: &str) -> &str {
    expected.rsplit_once("such as ").or_else(|| expected.rsplit_once(": ")).map_or("…", |(_, example)| example)
}

//! Opens a folder: every file is decoded and parsed once, each value with its place, and what is wrong with encoding and syntax
//! is said in words for someone who has never heard of TOML. What the values mean is asked in `document`.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::problem::{self, Problem, Severity};
use crate::source::{BYTE_ORDER_MARK, Bytes, Folder, Source, Span};
use crate::table::Table;

/// A scheme folder, decoded and parsed once; it can be read many times with different picks.
#[derive(Debug, Default)]
pub struct Opened {
    pub sources: BTreeMap<String, Source>,
    pub(crate) documents: BTreeMap<String, Node>,
    pub tables: BTreeMap<String, Table>,
    /// The text of tables of people, to count lines in.
    people: BTreeMap<String, Source>,
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
    /// Something that could not be read and has been reported already.
    Broken,
}

impl Opened {
    /// A table of people. Its text is kept apart from the sources, so that no message can quote a person's row: what is wrong
    /// is told by line and column alone.
    fn add_people(&mut self, source: Source) {
        let mut problems = Vec::new();
        let table = Table::parse(&source, &mut problems);
        self.problems.extend(problems.into_iter().map(|problem| problem.without_excerpt(&source)));
        self.tables.insert(source.name.clone(), table);
        self.people.insert(source.name.clone(), source);
    }

    /// The tables of people as they were handed over.
    pub fn people_files(&self) -> impl Iterator<Item = (String, Bytes)> {
        self.people.iter().map(|(name, source)| (name.clone(), Bytes::People(source.text.clone().into_bytes())))
    }

    /// A problem in a table of people, by its line and column.
    #[must_use]
    pub fn in_people(&self, problem: Problem) -> Problem {
        match self.people.get(&problem.file) {
            Some(source) => problem.without_excerpt(source),
            None => problem,
        }
    }

    /// The place of a table of a file, such as "pay.binary".
    pub fn span_of(&self, file: &str, path: &str) -> Option<Span> {
        path.split('.')
            .try_fold(self.documents.get(file)?, |node, name| match &node.value {
                Value::Keys(entries) => entries.iter().find(|(key, _, _)| key == name).map(|(_, _, node)| node),
                _ => None,
            })
            .map(|node| node.span)
    }
}

/// Parses every `.toml` and `.csv` file of a folder.
#[must_use]
pub fn open(folder: &Folder) -> Opened {
    let mut opened = Opened::default();
    for (name, bytes) in folder {
        match Source::decode(name, bytes) {
            Ok(source) if matches!(bytes, Bytes::People(_)) => opened.add_people(source),
            Err(problem) if matches!(bytes, Bytes::People(_)) => opened.problems.push(Problem { span: None, ..*problem }),
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
            Err(problem) => {
                if let (Bytes::Read(bytes), Some(_)) = (bytes, problem.span) {
                    // For the line in the message: what cannot be read shows as the replacement character.
                    let text = String::from_utf8_lossy(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)).into_owned();
                    opened.sources.insert(name.clone(), Source { name: name.clone(), text });
                }
                opened.problems.push(*problem);
            }
        }
    }
    opened
}

/// How deep tables and lists may lie in each other, and how many parts a key may have.
const DEEPEST: usize = 32;

/// The first place in a TOML text where brackets lie deeper in each other, or a key has more parts, than any scheme needs. What
/// reads such text goes as deep as it does, and would run out of stack.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut parts, mut at) = (0usize, 0usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let triple = bytes[at..].starts_with(&[quote; 3]);
                let end: &[u8] = if triple { &[quote; 3] } else { std::slice::from_ref(&bytes[at]) };
                at += end.len();
                while at < bytes.len() && !bytes[at..].starts_with(end) && (triple || bytes[at] != b'\n') {
                    at += if quote == b'"' && bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += if at < bytes.len() && bytes[at] != b'\n' { end.len() } else { 0 };
                continue;
            }
            b'#' => {
                parts = 0;
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
            }
            b'[' | b'{' => {
                depth += 1;
                parts = 0;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'.' => parts += 1,
            b'\n' | b',' | b'=' => parts = 0,
            _ => {}
        }
        if depth > DEEPEST || parts > DEEPEST {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn parse(source: &Source, problems: &mut Vec<Problem>) -> Node {
    let mut found = Vec::new();
    let node = parse_into(source, &mut found);
    problems.extend(found);
    node
}

fn parse_into(source: &Source, problems: &mut Vec<Problem>) -> Node {
    if let Some(at) = too_deep(&source.text) {
        problem::add(
            problems,
            Problem::at(&source.name, Span { start: at, end: at + 1 }, "tables or lists lie too deep in each other")
                .expected(format!("at most {DEEPEST} within each other; every table of a scheme has its own heading"))
                .fix("look for a bracket that is never closed, or a key with too many dots"),
        );
        return Node { span: Span::default(), value: Value::Keys(Vec::new()) };
    }
    let (table, errors) = toml::de::DeTable::parse_recoverable(&source.text);
    // A table given twice is one mistake; its keys, which are then all given twice, are not so many more.
    let mut given_twice = Span::default();
    for error in errors {
        let span = error.span().map_or(Span { start: 0, end: 0 }, Span::from);
        if (given_twice.start..given_twice.end).contains(&span.start) {
            continue;
        }
        if problem::is_full(problems, Severity::Error) {
            problem::add(problems, Problem::file(&source.name, ""));
            continue;
        }
        let problem = syntax(source, span, error.message());
        let header = source.line_at(span.start).0.trim_start().starts_with('[');
        if header && error.message().contains("duplicate key") {
            let rest = &source.text[span.end..];
            given_twice = Span { start: span.end, end: span.end + rest.find("\n[").unwrap_or(rest.len()) };
        }
        problem::add(problems, problem);
    }
    let span = table.span().into();
    Node { span, value: keys(table.into_inner(), source, problems) }
}

/// An error of TOML's own, in words for someone who has never heard of TOML, with the fix for what people get wrong.
fn syntax(source: &Source, span: Span, message: &str) -> Problem {
    let text = source.text.get(span.start..span.end).unwrap_or_default().trim();
    let problem = |what: String| Problem::at(&source.name, span, what);
    let lower = message.to_lowercase();
    if lower.contains("duplicate key") {
        let (line, _) = source.line_at(span.start);
        let what = match line.trim().strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            Some(table) => format!("the table [{table}] is there twice"),
            None => format!("the key `{text}` is there twice"),
        };
        problem(what).expected("each name once").fix("remove one of the two, or give one of them another name")
    } else if ["invalid date", "day between", "month between"].iter().any(|words| lower.contains(words)) {
        problem("this date does not exist".into())
            .read(text)
            .expected("a date in the calendar, year first: 2027-04-01")
            .fix("check the day and the month")
    } else if text.contains(['“', '”', '‘', '’']) {
        let plain = text.replace(['“', '”', '‘', '’'], "");
        problem("the quotation marks are curly, and must be straight".into())
            .read(text)
            .expected("text between straight double quotes")
            .fix(format!("write \"{plain}\"; word processors turn straight quotes into curly ones"))
    } else if lower.contains("must be quoted") {
        problem("this needs double quotes around it".into())
            .read(text)
            .expected("text, money and percentages between double quotes")
            .fix(format!("write \"{text}\", with the quotes"))
    } else if lower.contains("invalid basic string") || lower.contains("invalid literal string") {
        problem("the text ends without its closing quotation mark".into())
            .expected("a quotation mark at both ends, on the same line")
            .fix("close the text with a double quote")
    } else {
        problem(format!("this is not valid TOML: {message}"))
            .expected("[a.table] on a line of its own, or key = value")
            .fix("compare the line with its neighbours; text and numbers with a unit stand in \"double quotes\"")
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
        DeValue::Integer(number) if number.radix() != 10 => {
            problem::add(
                problems,
                Problem::at(&source.name, span, "a number in another base than ten")
                    .read(source.text.get(span.start..span.end).unwrap_or_default())
                    .expected("decimal digits, such as 1_200")
                    .fix("write the number as people write it"),
            );
            Value::Broken
        }
        DeValue::Integer(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Truth(truth),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node(item, source, problems)).collect()),
        DeValue::Table(table) => keys(table, source, problems),
        DeValue::Datetime(moment) => {
            let day =
                moment.date.and_then(|date| Date::new(i16::try_from(date.year).ok()?, date.month as i8, date.day as i8).ok());
            date(day, moment.time.is_some(), span, source, problems)
        }
    };
    Node { span, value }
}

/// A date, without a time of day. A date that does not exist has been reported as an error of syntax.
fn date(day: Option<Date>, has_time: bool, span: Span, source: &Source, problems: &mut Vec<Problem>) -> Value {
    let reported = problems.iter().any(|problem| problem.file == source.name && problem.span == Some(span));
    match day {
        Some(date) if !has_time => return Value::Date(date),
        _ if reported => {}
        _ => problem::add(
            problems,
            Problem::at(&source.name, span, "this is a time, and a date is needed")
                .read(source.text.get(span.start..span.end).unwrap_or_default())
                .expected("a date without a time of day: 2027-04-01")
                .fix("leave the time of day out: contracts count in days"),
        ),
    }
    Value::Broken
}

impl Value {
    /// What kind of thing was written, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Number(_) => "a bare number",
            Value::Truth(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Keys(_) => "a table of keys",
            Value::Broken => "unreadable",
        }
    }
}

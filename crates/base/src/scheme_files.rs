//! The files of a scheme folder, decoded and parsed once, each value with its place. Mistakes in encoding and syntax are
//! explained for people who have never heard of TOML. What the values mean is read in `reader`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::dates_meant::date_meant;
use crate::problem::{self, Problem, Severity};
use crate::source::{BYTE_ORDER_MARK, FileBytes, Folder, SourceFile, Span};
use crate::table::CsvTable;

/// A scheme folder, decoded and parsed once. It can be read many times, once for each scenario.
#[derive(Debug, Default)]
pub struct SchemeFiles {
    pub sources: BTreeMap<String, SourceFile>,
    pub(crate) documents: BTreeMap<String, TomlNode>,
    pub tables: BTreeMap<String, CsvTable>,
    /// The text of tables of people, to count lines in.
    people: BTreeMap<String, SourceFile>,
    /// Problems of encoding and syntax, found before any key is asked for.
    pub problems: Vec<Problem>,
}

/// A TOML value with its place.
#[derive(Clone, Debug)]
pub(crate) struct TomlNode {
    pub(crate) span: Span,
    pub(crate) value: TomlValue,
}

#[derive(Clone, Debug)]
pub(crate) enum TomlValue {
    Text(String),
    /// An integer or a float, as its digits.
    Number(String),
    Truth(bool),
    Date(Date),
    List(Vec<TomlNode>),
    /// Keys in the order of the file.
    Keys(Vec<(String, Span, TomlNode)>),
    /// Something that could not be read and has been reported already.
    Broken,
}

impl SchemeFiles {
    /// A table of people. Its text is kept apart from the sources, so that no message can quote a person's row. Problems have
    /// only a line and a column.
    fn add_people(&mut self, source: SourceFile) {
        let mut problems = Vec::new();
        let table = CsvTable::parse(&source, &mut problems);
        self.problems.extend(problems.into_iter().map(|problem| problem.without_excerpt(&source)));
        self.tables.insert(source.name.clone(), table);
        self.people.insert(source.name.clone(), source);
    }

    /// The tables of people as they were received.
    pub fn people_files(&self) -> impl Iterator<Item = (String, FileBytes)> {
        self.people.iter().map(|(name, source)| (name.clone(), FileBytes::People(source.text.clone().into_bytes())))
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
                TomlValue::Keys(entries) => entries.iter().find(|(key, _, _)| key == name).map(|(_, _, node)| node),
                _ => None,
            })
            .map(|node| node.span)
    }
}

/// Parses every `.toml` and `.csv` file of a folder.
#[must_use]
pub fn open(folder: &Folder) -> SchemeFiles {
    let mut opened = SchemeFiles::default();
    for (name, bytes) in folder {
        match SourceFile::decode(name, bytes) {
            Ok(source) if matches!(bytes, FileBytes::People(_)) => opened.add_people(source),
            Err(problem) if matches!(bytes, FileBytes::People(_)) => opened.problems.push(Problem { span: None, ..*problem }),
            Ok(source) => {
                if name.ends_with(".toml") {
                    let node = parse(&source, &mut opened.problems);
                    opened.documents.insert(name.clone(), node);
                } else {
                    let table = CsvTable::parse(&source, &mut opened.problems);
                    opened.tables.insert(name.clone(), table);
                }
                opened.sources.insert(name.clone(), source);
            }
            Err(problem) => {
                if let (FileBytes::Read(bytes), Some(_)) = (bytes, problem.span) {
                    // For the line in the message: characters that cannot be read appear as the replacement character.
                    let text = String::from_utf8_lossy(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)).into_owned();
                    opened.sources.insert(name.clone(), SourceFile { name: name.clone(), text });
                }
                opened.problems.push(*problem);
            }
        }
    }
    opened
}

/// How deeply tables and lists may be nested, and how many parts a key may have.
const MAX_DEPTH: usize = 32;

/// The first place in a TOML text where brackets are nested more deeply, or a key has more parts, than any scheme needs. The
/// parser is recursive and would run out of stack.
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
        if depth > MAX_DEPTH || parts > MAX_DEPTH {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn parse(source: &SourceFile, problems: &mut Vec<Problem>) -> TomlNode {
    let mut found = Vec::new();
    let node = parse_into(source, &mut found);
    problems.extend(found);
    node
}

fn parse_into(source: &SourceFile, problems: &mut Vec<Problem>) -> TomlNode {
    if let Some(at) = too_deep(&source.text) {
        problem::add(
            problems,
            Problem::at(&source.name, Span { start: at, end: at + 1 }, "tables or lists are nested too deeply")
                .expected(format!("at most {MAX_DEPTH} levels; every table of a scheme has its own heading"))
                .fix("look for a bracket that is never closed, or a key with too many dots"),
        );
        return TomlNode { span: Span::default(), value: TomlValue::Keys(Vec::new()) };
    }
    let (table, errors) = toml::de::DeTable::parse_recoverable(&source.text);
    let span_of = |error: &toml::de::Error| error.span().map_or(Span { start: 0, end: 0 }, Span::from);
    // The parser stumbles over every comma of a value without quotes, and over all that follows one in braces. That is one mistake.
    let mut unquoted: Vec<UnquotedValue> =
        errors.iter().filter_map(|error| unquoted_value(source, span_of(error), error.message())).collect();
    unquoted.sort_by_key(|value| value.whole);
    // The keys of a table given twice are all given twice. That is one mistake, too.
    let mut given_twice = Span::default();
    let mut reported: BTreeSet<Span> = BTreeSet::new();
    for error in errors {
        let mut span = span_of(&error);
        if (given_twice.start..given_twice.end).contains(&span.start) {
            continue;
        }
        if let Some(value) = unquoted.iter().find(|value| (value.whole.start..value.spoils).contains(&span.start)) {
            if span.start != value.whole.start || !reported.insert(value.whole) {
                continue;
            }
            span = value.whole;
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
    let mut node = TomlNode { span, value: keys(table.into_inner(), source, problems) };
    if !unquoted.is_empty() {
        read_as_meant(&mut node, source, &unquoted);
    }
    node
}

/// A value that has curly quotation marks or none.
struct UnquotedValue {
    whole: Span,
    /// Where its line can be read again: after the value, or at the end of the line where it is inside braces or brackets.
    spoils: usize,
    /// The start of the braces or brackets that it is inside, if it is.
    inside: Option<usize>,
}

/// The whole of a value that has curly quotation marks or none, where the parser says so: it stops at the first comma or blank, and
/// half an amount would be another amount. `None` for any other error.
fn unquoted_value(source: &SourceFile, span: Span, message: &str) -> Option<UnquotedValue> {
    let rest = source.text.get(span.start..)?.lines().next()?;
    let is_curly = rest.starts_with(CURLY);
    if !is_curly && !message.to_lowercase().contains("must be quoted") {
        return None;
    }
    let first = rest.chars().next()?.len_utf8();
    let closed = rest[first..].find(CURLY).filter(|_| is_curly).and_then(|at| {
        let at = first + at;
        Some(at + rest[at..].chars().next()?.len_utf8())
    });
    // A comma between digits belongs to a number. Any other ends a value of a list or of a table in braces.
    let line_start = source.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let value_start = source.text[line_start..span.start].find('=').map_or(line_start, |at| line_start + at + 1);
    let before = source.text.get(value_start..span.start).unwrap_or_default();
    let inside = before.trim_start().starts_with(['{', '[']).then(|| span.start - before.trim_start().len());
    let digits_follow = |at: usize| rest[at + 1..].starts_with(|next: char| next.is_ascii_digit());
    let ends = |(at, found): (usize, char)| match found {
        '#' => true,
        '}' | ']' => inside.is_some(),
        ',' => inside.is_some() && !digits_follow(at),
        _ => false,
    };
    let end = closed.unwrap_or_else(|| rest.char_indices().find(|&found| ends(found)).map_or(rest.len(), |(at, _)| at));
    let whole = Span { start: span.start, end: span.start + rest[..end].trim_end().len() };
    Some(UnquotedValue { whole, spoils: if inside.is_some() { span.start + rest.len() } else { whole.end }, inside })
}

/// Puts the whole text in the place of what the parser read of a value without quotes, so that nothing is said of half an amount. What
/// is inside braces or brackets cannot be read.
fn read_as_meant(node: &mut TomlNode, source: &SourceFile, unquoted: &[UnquotedValue]) {
    if unquoted.iter().any(|value| value.inside == Some(node.span.start)) {
        node.value = TomlValue::Broken;
        return;
    }
    if let Some(value) = unquoted.iter().find(|value| value.whole.start == node.span.start) {
        let text = source.text.get(value.whole.start..value.whole.end).unwrap_or_default();
        *node = TomlNode { span: value.whole, value: TomlValue::Text(text.replace(CURLY, "")) };
        return;
    }
    let spoilt = |span: &Span| unquoted.iter().any(|value| (value.whole.start..value.spoils).contains(&span.start));
    match &mut node.value {
        TomlValue::Keys(entries) => {
            entries.retain(|(_, key, _)| !spoilt(key));
            entries.iter_mut().for_each(|(_, _, inner)| read_as_meant(inner, source, unquoted));
        }
        TomlValue::List(items) => items.iter_mut().for_each(|item| read_as_meant(item, source, unquoted)),
        _ => {}
    }
}

/// The quotation marks that word processors make of straight ones.
const CURLY: [char; 4] = ['“', '”', '‘', '’'];

/// An error from the TOML parser, explained for people who have never heard of TOML, with the fix for common mistakes.
fn syntax(source: &SourceFile, span: Span, message: &str) -> Problem {
    let text = source.text.get(span.start..span.end).unwrap_or_default().trim();
    let problem = |what: String| Problem::at(&source.name, span, what);
    let lower = message.to_lowercase();
    if lower.contains("duplicate key") {
        let (line, _) = source.line_at(span.start);
        let what = match line.trim().strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            Some(table) => format!("the table [{table}] appears twice"),
            None => format!("the key `{text}` appears twice"),
        };
        problem(what).expected("each name once").fix("remove one of the two, or give one of them another name")
    } else if let Some(date) = date_meant(text) {
        problem("this date is not written year first".into())
            .read(text)
            .expected("a date without quotes, year first, such as 2027-04-01")
            .fix(format!("write {date}, if that is the day you mean"))
    } else if ["invalid date", "day between", "month between"].iter().any(|words| lower.contains(words)) {
        problem("this date does not exist".into())
            .read(text)
            .expected("a date in the calendar, year first: 2027-04-01")
            .fix("check the day and the month")
    } else if text.contains(CURLY) {
        let plain = text.replace(CURLY, "");
        problem("the quotation marks are curly, but must be straight".into())
            .read(text)
            .expected("text between straight double quotes")
            .fix(format!("write \"{plain}\". Word processors change straight quotes into curly ones"))
    } else if lower.contains("must be quoted") {
        problem("this needs double quotes around it".into())
            .read(text)
            .expected("text, money and percentages in double quotes")
            .fix(format!("write \"{text}\", with the quotes"))
    } else if lower.contains("invalid basic string") || lower.contains("invalid literal string") {
        problem("the text ends without its closing quotation mark".into())
            .expected("a quotation mark at both ends, on the same line")
            .fix("close the text with a double quote")
    } else {
        problem(format!("this is not valid TOML: {message}"))
            .expected("[a.table] on a separate line, or key = value")
            .fix("compare the line with its neighbours. Text, and numbers with a unit, need \"double quotes\"")
    }
}

fn keys(table: toml::de::DeTable<'_>, source: &SourceFile, problems: &mut Vec<Problem>) -> TomlValue {
    let mut entries: Vec<(String, Span, TomlNode)> = table
        .into_iter()
        .map(|(key, value)| {
            let span = key.span().into();
            (key.into_inner().into_owned(), span, node(value, source, problems))
        })
        .collect();
    entries.sort_by_key(|(_, span, _)| *span);
    TomlValue::Keys(entries)
}

fn node(value: toml::Spanned<toml::de::DeValue<'_>>, source: &SourceFile, problems: &mut Vec<Problem>) -> TomlNode {
    use toml::de::DeValue;
    let span: Span = value.span().into();
    let value = match value.into_inner() {
        DeValue::String(text) => TomlValue::Text(text.into_owned()),
        DeValue::Integer(number) if number.radix() != 10 => {
            problem::add(
                problems,
                Problem::at(&source.name, span, "the number is not in decimal digits")
                    .read(source.text.get(span.start..span.end).unwrap_or_default())
                    .expected("decimal digits, such as 1_200")
                    .fix("write the number in ordinary digits"),
            );
            TomlValue::Broken
        }
        DeValue::Integer(number) => TomlValue::Number(number.as_str().to_owned()),
        DeValue::Float(number) => TomlValue::Number(number.as_str().to_owned()),
        DeValue::Boolean(truth) => TomlValue::Truth(truth),
        DeValue::Array(items) => TomlValue::List(items.into_iter().map(|item| node(item, source, problems)).collect()),
        DeValue::Table(table) => keys(table, source, problems),
        DeValue::Datetime(moment) => {
            let day =
                moment.date.and_then(|date| Date::new(i16::try_from(date.year).ok()?, date.month as i8, date.day as i8).ok());
            date(day, moment.time.is_some(), span, source, problems)
        }
    };
    TomlNode { span, value }
}

/// A date, without a time of day. A date that does not exist has been reported as an error of syntax.
fn date(day: Option<Date>, has_time: bool, span: Span, source: &SourceFile, problems: &mut Vec<Problem>) -> TomlValue {
    let reported = problems.iter().any(|problem| problem.file == source.name && problem.span == Some(span));
    match day {
        Some(date) if !has_time => return TomlValue::Date(date),
        _ if reported => {}
        _ => problem::add(
            problems,
            Problem::at(&source.name, span, "this is a time, but a date is needed")
                .read(source.text.get(span.start..span.end).unwrap_or_default())
                .expected("a date without a time of day: 2027-04-01")
                .fix("remove the time of day: contracts count in days"),
        ),
    }
    TomlValue::Broken
}

impl TomlValue {
    /// What kind of thing was written, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            TomlValue::Text(_) => "text",
            TomlValue::Number(_) => "a bare number",
            TomlValue::Truth(_) => "true or false",
            TomlValue::Date(_) => "a date",
            TomlValue::List(_) => "a list",
            TomlValue::Keys(_) => "a table of keys",
            TomlValue::Broken => "unreadable",
        }
    }
}

//! Reads a TOML file by asking for keys: what is asked for and missing, what is there and was never asked for, and what has
//! the wrong kind or unit each become a [`Problem`], and reading goes on, so that one run reports every mistake.
//!
//! A number may carry a range and a source. Each ranged number is a [`UncertainNumber`]; reading the same folder again with
//! [`Picks`] turns the uncertain numbers. That is all a "scenario" is: the same files, with the uncertain numbers moved.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::literal::{self, Literal, Ranged, Wrong};
use crate::opened::{Node, Opened, Value};
use crate::problem::{Problem, Severity};
use crate::schedule::Refused;
use crate::source::Span;
use crate::table::Table;

/// Where on its range each uncertain number stands, from 0 (low end) through 0.5 (the stated value) to 1 (high end). A number
/// that is not named keeps its stated value.
pub type Picks = BTreeMap<String, f64>;

/// One uncertain number of the folder.
#[derive(Clone, Debug, PartialEq)]
pub struct UncertainNumber {
    /// File and key: the name under which [`Picks`] turns it.
    pub path: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// What the three count in: "£", "%", "points", "per person", "months" or nothing.
    pub unit: &'static str,
    /// "£4,000 (£3,000 to £6,000)".
    pub words: String,
    pub from: String,
}

impl UncertainNumber {
    /// The value a given way along the range, from 0 (low end) through 0.5 (the stated value) to 1 (high end).
    #[must_use]
    pub fn at(&self, way: f64) -> f64 {
        match way < 0.5 {
            true => self.low + (self.value - self.low) * 2.0 * way,
            false => self.value + (self.high - self.value) * (2.0 * way - 1.0),
        }
    }
}

/// One number of the folder as it is stated, with a range or without.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// File and key.
    pub path: String,
    /// "£4,000".
    pub stated: String,
    /// The ends of its range, in the same words.
    pub range: Option<(String, String)>,
    /// Its source, or why it is assumed so; empty when the file does not say.
    pub from: String,
}

/// One number that the file calls an assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    pub path: String,
    pub words: String,
    pub why: String,
}

/// One reading of an opened folder: collects problems, uncertain numbers and assumptions as it goes.
pub struct Reader<'o> {
    pub opened: &'o Opened,
    pub picks: &'o Picks,
    pub problems: RefCell<Vec<Problem>>,
    pub uncertain_numbers: RefCell<Vec<UncertainNumber>>,
    pub assumptions: RefCell<Vec<Assumption>>,
    /// Every number that was read, in the order of reading.
    pub numbers: RefCell<Vec<Number>>,
    /// The files that were asked for. An error of syntax in one of them is an error of this reading.
    asked: RefCell<BTreeSet<String>>,
}

impl<'o> Reader<'o> {
    #[must_use]
    pub fn new(opened: &'o Opened, picks: &'o Picks) -> Self {
        Reader {
            opened,
            picks,
            problems: RefCell::default(),
            uncertain_numbers: RefCell::default(),
            assumptions: RefCell::default(),
            numbers: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    /// How many errors this reading has met, those of syntax in the files it asked for among them.
    #[must_use]
    pub fn errors(&self) -> usize {
        let asked = self.asked.borrow();
        let syntax = self.opened.problems.iter().filter(|problem| asked.contains(&problem.file));
        let found = self.problems.borrow();
        syntax.chain(found.iter()).filter(|problem| problem.severity == Severity::Error).count()
    }

    /// Whether a file has errors of encoding or syntax; what seems to be missing from it may only be unreadable.
    pub fn is_broken(&self, file: &str) -> bool {
        self.opened.problems.iter().any(|problem| problem.file == file)
    }

    /// The folder that is read.
    pub fn opened(&self) -> &'o Opened {
        self.opened
    }

    /// A table of the folder, noted as asked for.
    pub fn table(&self, file: &str) -> Option<&'o Table> {
        self.asked.borrow_mut().insert(file.to_owned());
        self.opened.tables.get(file)
    }

    /// The top level of a file of a scheme's folder, or a problem when the folder has no such file.
    pub fn document<'r>(&'r self, file: &'r str, example: &str) -> Option<Section<'r, 'o>> {
        self.document_or(file, example, "copy the file from one of the schemes that come with the program and change it")
    }

    /// The top level of a file of any kind; `fix` says where one that is empty or missing comes from.
    pub fn document_or<'r>(&'r self, file: &'r str, example: &str, fix: &str) -> Option<Section<'r, 'o>> {
        self.asked.borrow_mut().insert(file.to_owned());
        let Some(node) = self.opened.documents.get(file) else {
            if !self.is_broken(file) {
                self.push(
                    Problem::file(file, "the scheme folder has no such file")
                        .expected(format!("a file named {file} that starts with {example}"))
                        .nearest(file, self.opened.sources.keys().map(String::as_str))
                        .fix(fix),
                );
            }
            return None;
        };
        let Value::Keys(entries) = &node.value else { return None };
        if entries.is_empty() {
            if self.is_broken(file) {
                return None;
            }
            let problem = Problem::file(file, "the file says nothing");
            self.push(problem.expected(format!("a file that starts with {example}")).fix(fix));
            return None;
        }
        Some(Section::new(self, file, String::new(), String::new(), node.span, entries, None))
    }

    pub fn push(&self, problem: Problem) {
        crate::problem::add(&mut self.problems.borrow_mut(), problem);
    }

    /// Where so many errors are told already that one more is only counted: counts it, and says so. Whoever finds an error in
    /// every one of many rows asks first, since what a message says of the nearest name takes time.
    #[must_use]
    pub fn only_counts(&self, file: &str) -> bool {
        let mut problems = self.problems.borrow_mut();
        let full = crate::problem::is_full(&problems, Severity::Error);
        if full {
            crate::problem::add(&mut problems, Problem::file(file, ""));
        }
        full
    }

    /// Turns what was read into the value to use, and notes the number, its uncertain and its assumption.
    pub fn note<T: Literal>(&self, path: String, ranged: Ranged<T>, from: Option<&str>) -> T {
        let from = from.unwrap_or_default();
        let mut words = ranged.value.words();
        let range = ranged.range.map(|(low, high)| (low.words(), high.words()));
        self.numbers.borrow_mut().push(Number { path: path.clone(), stated: words.clone(), range, from: from.to_owned() });
        if let Some((low, high)) = ranged.range {
            words = format!("{words} ({} to {})", low.words(), high.words());
        }
        if is_assumption(from) {
            let why = from.split_once(':').map_or(from, |(_, why)| why.trim()).to_owned();
            self.assumptions.borrow_mut().push(Assumption { path: path.clone(), words: words.clone(), why });
        }
        let Some((low, high)) = ranged.range else { return ranged.value };
        let value = match self.picks.get(&path) {
            // Half of the scenarios lie below the stated value and half above, however lopsided the range.
            Some(way) if *way < 0.5 => T::between(low, ranged.value, 2.0 * way),
            Some(way) => T::between(ranged.value, high, 2.0 * way - 1.0),
            None => ranged.value,
        };
        let (value_now, low, high) = (ranged.value.as_f64(), low.as_f64(), high.as_f64());
        self.uncertain_numbers.borrow_mut().push(UncertainNumber {
            path,
            value: value_now,
            low,
            high,
            unit: T::UNIT,
            words,
            from: from.to_owned(),
        });
        value
    }
}

/// Whether a source says that the number is not known.
#[must_use]
pub fn is_assumption(from: &str) -> bool {
    from.trim_start().to_lowercase().starts_with("assumption")
}

const DATE: &str = "a date without quotes, year first, such as 2027-04-01";
const LIST: &str = "a list of names such as [\"one\", \"two\"]";

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
    /// Where each key stands among the entries, of a table with many; a short one is walked through.
    places: BTreeMap<&'r str, usize>,
    asked: RefCell<BTreeSet<String>>,
    /// Keys that had to be there and are not, each with its problem. They wait until the table has been read: a key nobody
    /// asked for may turn out to be one of them, misspelt.
    absent: RefCell<Vec<(String, Problem)>>,
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
        let many = entries.len() > 32;
        let places = entries.iter().enumerate().filter(|_| many).map(|(at, (key, _, _))| (key.as_str(), at)).collect();
        Section { reader, file, path, name, span, entries, places, asked, absent: RefCell::default(), from: own.or(outer_from) }
    }

    fn entry(&self, key: &str) -> Option<&'r (String, Span, Node)> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.found(key)
    }

    fn found(&self, key: &str) -> Option<&'r (String, Span, Node)> {
        match self.places.is_empty() {
            true => self.entries.iter().find(|(name, _, _)| name == key),
            false => self.places.get(key).and_then(|&at| self.entries.get(at)),
        }
    }

    /// Whether the file gives this key.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The place of a key, or of the table when the key is missing.
    pub fn span_of(&self, key: &str) -> Span {
        self.found(key).map_or(self.head(), |(_, _, node)| node.span)
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

    /// Notes a problem that several readings of one table would meet, the first time.
    pub fn push_once(&self, problem: Problem) {
        let known = self.reader.problems.borrow().contains(&problem);
        if !known {
            self.push(problem);
        }
    }

    /// Where this table's numbers come from, by the nearest `from` that covers them.
    pub fn source(&self) -> Option<&str> {
        self.from.as_deref()
    }

    fn place_name(&self) -> String {
        if self.path.is_empty() { "the file".to_owned() } else { format!("[{}]", self.path) }
    }

    fn missing(&self, key: &str, expected: &str) {
        self.missing_with(key, expected, format!("add a line: {} = {}", written(key), example_of(expected).unwrap_or("…")));
    }

    fn missing_with(&self, key: &str, expected: &str, fix: String) {
        let problem = Problem::at(self.file, self.head(), format!("{} has no `{key}`", self.place_name()));
        self.absent.borrow_mut().push((key.to_owned(), problem.expected(expected).fix(fix)));
    }

    /// `needed` says what kind of value it should be: "a date".
    fn wrong_kind(&self, key: &str, node: &Node, needed: &str, expected: &str) {
        if matches!(node.value, Value::Broken) {
            return;
        }
        let text = self.reader.opened.sources[self.file].text.get(node.span.start..node.span.end).unwrap_or_default();
        let shown: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
        let fix = match example_of(expected) {
            Some(example) => format!("write it like this: {} = {example}", written(key)),
            None => "write the heading on a line of its own, and its keys on the lines below".to_owned(),
        };
        self.push(
            Problem::at(self.file, node.span, format!("`{key}` should be {needed}, and is {}", node.value.kind()))
                .read(shown)
                .expected(expected)
                .fix(fix),
        );
    }

    /// Text.
    pub fn text(&self, key: &str) -> Option<&'r str> {
        let (_, _, node) = self.entry(key)?;
        match &node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong_kind(key, node, "text", "text between double quotes, such as \"some words\"");
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
                self.wrong_kind(key, node, "a date", DATE);
                None
            }
        }
    }

    /// A date that must be there.
    pub fn required_date(&self, key: &str) -> Option<Date> {
        if !self.has(key) {
            self.missing(key, DATE);
        }
        self.date(key)
    }

    /// Whether the file says true or false for this key, rather than something longer.
    pub fn says_truth(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|(_, _, node)| matches!(node.value, Value::Truth(_)))
    }

    /// Whether the file gives this key between quotes.
    pub fn says_text(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|(_, _, node)| matches!(node.value, Value::Text(_)))
    }

    /// True or false.
    pub fn truth(&self, key: &str) -> Option<bool> {
        let (_, _, node) = self.entry(key)?;
        match &node.value {
            Value::Truth(truth) => Some(*truth),
            _ => {
                self.wrong_kind(key, node, "true or false", "true or false without quotes, such as true");
                None
            }
        }
    }

    /// A list of texts with their places; one text stands for a list of one.
    pub fn list(&self, key: &str) -> Option<Vec<(&'r str, Span)>> {
        let (_, _, node) = self.entry(key)?;
        let items = match &node.value {
            Value::Text(text) => return Some(vec![(text, node.span)]),
            Value::List(items) => items,
            _ => {
                self.wrong_kind(key, node, "a list of names", LIST);
                return None;
            }
        };
        let mut out = Vec::new();
        for item in items {
            match &item.value {
                Value::Text(text) => out.push((text.as_str(), item.span)),
                _ => self.wrong_kind(key, item, "a list of names", LIST),
            }
        }
        Some(out)
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
                    .fix("copy one of the expected words exactly"),
            );
        }
        found
    }

    /// One of a closed set of words that must be there.
    pub fn required_choice<T: Copy + Default>(&self, key: &str, known: &[(&str, T)]) -> T {
        if !self.has(key) {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            let names = names.join(" or ");
            let fix = format!("add a line: {} = {names}, whichever the contract says", written(key));
            self.missing_with(key, &names, fix);
        }
        self.choice(key, known).unwrap_or_default()
    }

    /// A number with its unit, at the place its uncertain stands.
    pub fn number<T: Literal>(&self, key: &str) -> Option<T> {
        self.stated(key).map(|(value, _)| value)
    }

    /// A number at the place its uncertain stands, and as the file states it, with the ends of its range.
    pub fn stated<T: Literal>(&self, key: &str) -> Option<(T, Ranged<T>)> {
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
        let (value, stated) = self.stated(key)?;
        self.refuse(key, &stated, crate::schedule::negative(key));
        Some(value)
    }

    /// A number that must be there and lie, with its whole range, from `low` to `high`.
    pub fn required_within<T: Literal>(&self, key: &str, (low, high): (T, T), what: &str, fix: &str) -> T {
        if !self.has(key) {
            self.missing(key, T::EXPECTED);
        }
        let Some((value, stated)) = self.stated::<T>(key) else { return low };
        self.refuse(key, &stated, |value| {
            (*value < low || *value > high).then(|| Refused {
                what: what.to_owned(),
                expected: format!("from {} to {}", low.words(), high.words()),
                fix: fix.to_owned(),
            })
        });
        value
    }

    /// Notes a problem when a number, or an end of its range, cannot stand here.
    pub fn refuse<T: Literal>(&self, key: &str, stated: &Ranged<T>, refused: impl Fn(&T) -> Option<Refused>) {
        if let Some((value, refused)) = stated.ends().into_iter().find_map(|value| Some((value, refused(&value)?))) {
            let problem = self.problem(key, refused.what).read(value.words());
            self.push(problem.expected(refused.expected).fix(refused.fix));
        }
    }

    fn number_of<T: Literal>(&self, key: &str, node: &Node) -> Option<(T, Ranged<T>)> {
        let read = |node: &Node| -> Result<Ranged<T>, Wrong> {
            match &node.value {
                Value::Text(text) | Value::Number(text) => literal::ranged(text),
                other => {
                    Err(Wrong { what: format!("{} instead of a number", other.kind()), fix: format!("write {}", T::EXPECTED) })
                }
            }
        };
        if matches!(node.value, Value::Broken) {
            return None;
        }
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
            if stated.has("table") && !stated.has("value") {
                let _ = (stated.has("column"), stated.has("range"));
                stated.finish();
                self.push(
                    self.problem(key, format!("`{key}` is one number for everyone and cannot be looked up in a table"))
                        .expected(T::EXPECTED)
                        .fix("write one number, with a range if need be; docs/scheme-file.md lists what may differ by area, segment and year"),
                );
                return None;
            }
            let Some((_, _, inner)) = stated.entry("value") else {
                stated.missing("value", T::EXPECTED);
                let _ = stated.has("range");
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
            return Some((self.reader.note(self.path_of(key), ranged, stated.source()), ranged));
        } else {
            read(node)
        };
        match ranged {
            Ok(ranged) => Some((self.reader.note(self.path_of(key), ranged, self.source()), ranged)),
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
        self.push(self.problem(key, format!("`{key}`: {}", wrong.what)).read(shown).expected(T::EXPECTED).fix(wrong.fix));
    }

    /// A table inside this one.
    pub fn section(&self, key: &str) -> Option<Section<'r, 'o>> {
        let (_, _, node) = self.entry(key)?;
        self.section_of(key, node)
    }

    /// A table that must be there.
    pub fn required_section(&self, key: &str, expected: &str) -> Option<Section<'r, 'o>> {
        if !self.has(key) {
            let dot = if self.path.is_empty() { "" } else { "." };
            match example_of(expected) {
                Some(_) => self.missing(key, expected),
                None => self.missing_with(key, expected, format!("add a table: [{}{dot}{key}]", self.path)),
            }
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
                let dot = if self.path.is_empty() { "" } else { "." };
                let header = format!("[{}{dot}{key}]", self.path);
                self.wrong_kind(key, node, "a table", &format!("a table, headed {header} on a line of its own"));
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
    pub fn holds_keys(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|(_, _, node)| matches!(node.value, Value::Keys(_)))
    }

    /// Reports every key that nobody asked for and every key that had to be there. Call it when the table has been read.
    pub fn finish(&self) {
        let mut absent = self.absent.take();
        let asked = self.asked.borrow();
        for (key, span, _) in self.entries {
            if !asked.contains(key) && !self.reader.only_counts(self.file) {
                let known: Vec<&str> = asked.iter().map(String::as_str).collect();
                let mut problem = Problem::at(self.file, *span, format!("{} has no key `{key}`", self.place_name()))
                    .read(format!("`{key}`"))
                    .expected(format!("one of {}", known.join(", ")))
                    .nearest(key, absent.iter().map(|(key, _)| key.as_str()));
                if problem.nearest.is_none() {
                    problem = problem.nearest(key, known.iter().copied());
                }
                problem.fix = Some(match &problem.nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "remove the key, or look it up in docs/scheme-file.md".to_owned(),
                });
                absent.retain(|(missing, _)| Some(missing) != problem.nearest.as_ref());
                self.push(problem);
            }
        }
        // What a file with errors of syntax seems to lack may stand on the lines that could not be read.
        if !self.reader.is_broken(self.file) {
            absent.into_iter().for_each(|(_, problem)| self.push(problem));
        }
    }
}

/// A table whose reading was given up still says what it lacks.
impl Drop for Section<'_, '_> {
    fn drop(&mut self) {
        if !self.absent.borrow().is_empty() && !self.reader.is_broken(self.file) {
            self.absent.take().into_iter().for_each(|(_, problem)| self.push(problem));
        }
    }
}

/// A key as the file must write it: one with a blank stands between quotes.
fn written(key: &str) -> String {
    let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { key.to_owned() } else { format!("\"{key}\"") }
}

/// What to write after the equals sign, from the words "… such as EXAMPLE" or "\"this\" or \"that\"".
fn example_of(expected: &str) -> Option<&str> {
    let example = match expected.rsplit_once("such as ") {
        Some((_, examples)) => examples,
        None if expected.starts_with('"') => expected,
        None => return None,
    };
    match example.strip_prefix('"') {
        Some(rest) => example.get(..rest.find('"')? + 2),
        None if example.starts_with(['[', '{']) => Some(example),
        None => example.split(' ').next(),
    }
}

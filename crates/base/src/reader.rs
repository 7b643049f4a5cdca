//! Reads a TOML file by asking for keys. A key that is missing, a key that nobody asked for, and a value of the wrong kind or
//! unit each become a [`Problem`]. Reading continues after a mistake, so that one run reports them all.
//!
//! A number may carry a range and a source. Each number with a range is an [`UncertainNumber`]. Reading the same folder again
//! with a [`ScenarioDraw`] gives these numbers other values. That is all that a "scenario" is.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::dates_meant::date_meant;
use crate::literal::{self, Literal, LiteralError, Ranged, RefusedNumber};
use crate::problem::{Problem, Severity};
use crate::scheme_files::{SchemeFiles, TomlNode, TomlValue};
use crate::source::Span;
use crate::table::CsvTable;

/// The position of each uncertain number in its range in one scenario: 0 is the low end, 0.5 the stated value, 1 the high end. A
/// number that is not named keeps its stated value.
pub type ScenarioDraw = BTreeMap<String, f64>;

/// One uncertain number of the folder.
#[derive(Clone, Debug, PartialEq)]
pub struct UncertainNumber {
    /// File and key: its name in a [`ScenarioDraw`].
    pub path: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// The unit of the three numbers: "£", "%", "percentage points", "per person", "months" or nothing.
    pub unit: &'static str,
    /// "£4,000 (£3,000 to £6,000)".
    pub words: String,
    pub from: String,
}

impl UncertainNumber {
    /// The value at a position in the range: 0 is the low end, 0.5 the stated value, 1 the high end.
    #[must_use]
    pub fn at(&self, position: f64) -> f64 {
        at_position(self.value, (self.low, self.high), position)
    }
}

/// The value at a position in a range: 0 is the low end, 0.5 the stated value, 1 the high end. Half of the positions are below the
/// stated value, however lopsided the range.
#[must_use]
pub fn at_position(stated: f64, (low, high): (f64, f64), position: f64) -> f64 {
    match position < 0.5 {
        true => low + (stated - low) * 2.0 * position,
        false => stated + (high - stated) * (2.0 * position - 1.0),
    }
}

/// One number of the folder as it is stated, with or without a range.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedNumber {
    /// File and key.
    pub path: String,
    /// "£4,000".
    pub stated: String,
    /// The ends of its range, in the same words.
    pub range: Option<(String, String)>,
    /// Its source, or why it is assumed; empty when the file does not say.
    pub from: String,
}

/// One number that the file calls an assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    pub path: String,
    pub words: String,
    pub why: String,
}

/// One reading of a folder. It collects problems, uncertain numbers and assumptions.
pub struct Reader<'o> {
    pub files: &'o SchemeFiles,
    pub draw: &'o ScenarioDraw,
    pub problems: RefCell<Vec<Problem>>,
    pub uncertain_numbers: RefCell<Vec<UncertainNumber>>,
    pub assumptions: RefCell<Vec<Assumption>>,
    /// Every number that was read, in the order of reading.
    pub numbers: RefCell<Vec<StatedNumber>>,
    /// The files that were asked for. An error of syntax in one of them is an error of this reading.
    asked: RefCell<BTreeSet<String>>,
}

impl<'o> Reader<'o> {
    #[must_use]
    pub fn new(files: &'o SchemeFiles, draw: &'o ScenarioDraw) -> Self {
        Reader {
            files,
            draw,
            problems: RefCell::default(),
            uncertain_numbers: RefCell::default(),
            assumptions: RefCell::default(),
            numbers: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    /// How many errors this reading has met, including errors of syntax in the files it asked for.
    #[must_use]
    pub fn errors(&self) -> usize {
        let asked = self.asked.borrow();
        let syntax = self.files.problems.iter().filter(|problem| asked.contains(&problem.file));
        let found = self.problems.borrow();
        syntax.chain(found.iter()).filter(|problem| problem.severity == Severity::Error).count()
    }

    /// Whether a file has errors of encoding or syntax. What seems to be missing from it may only be unreadable.
    pub fn is_broken(&self, file: &str) -> bool {
        self.files.problems.iter().any(|problem| problem.file == file)
    }

    /// The folder that is read.
    pub fn files(&self) -> &'o SchemeFiles {
        self.files
    }

    /// A table of the folder, recorded as asked for.
    pub fn table(&self, file: &str) -> Option<&'o CsvTable> {
        self.asked.borrow_mut().insert(file.to_owned());
        self.files.tables.get(file)
    }

    /// The top level of a file of a scheme's folder, or a problem when the folder has no such file.
    pub fn document<'r>(&'r self, file: &'r str, example: &str) -> Option<Section<'r, 'o>> {
        self.document_or(file, example, "copy the file from one of the example schemes and change it")
    }

    /// The top level of a file of any kind. `fix` says what to do when it is missing or empty.
    pub fn document_or<'r>(&'r self, file: &'r str, example: &str, fix: &str) -> Option<Section<'r, 'o>> {
        self.asked.borrow_mut().insert(file.to_owned());
        let Some(node) = self.files.documents.get(file) else {
            if !self.is_broken(file) {
                self.push(
                    Problem::file(file, "the scheme folder has no such file")
                        .expected(format!("a file named {file} that starts with {example}"))
                        .nearest(file, self.files.sources.keys().map(String::as_str))
                        .fix(fix),
                );
            }
            return None;
        };
        let TomlValue::Keys(entries) = &node.value else { return None };
        if entries.is_empty() {
            if self.is_broken(file) {
                return None;
            }
            let problem = Problem::file(file, "the file is empty");
            self.push(problem.expected(format!("a file that starts with {example}")).fix(fix));
            return None;
        }
        Some(Section::new(self, file, String::new(), String::new(), node.span, entries, None))
    }

    pub fn push(&self, problem: Problem) {
        crate::problem::add(&mut self.problems.borrow_mut(), problem);
    }

    /// Whether so many errors are listed that one more is only counted. If so, counts it. Ask this before describing an error
    /// that may occur in every row of a large table, because looking for the nearest name takes time.
    #[must_use]
    pub fn counts_only(&self, file: &str) -> bool {
        let mut problems = self.problems.borrow_mut();
        let full = crate::problem::is_full(&problems, Severity::Error);
        if full {
            crate::problem::add(&mut problems, Problem::file(file, ""));
        }
        full
    }

    /// Turns what was read into the value to use in this scenario. Records the number, its range and its assumption.
    pub fn note<T: Literal>(&self, path: String, ranged: Ranged<T>, from: Option<&str>) -> T {
        let from = from.unwrap_or_default();
        let mut words = ranged.value.words();
        let range = ranged.range.map(|(low, high)| (low.words(), high.words()));
        self.numbers.borrow_mut().push(StatedNumber { path: path.clone(), stated: words.clone(), range, from: from.to_owned() });
        if let Some((low, high)) = ranged.range {
            words = format!("{words} ({} to {})", low.words(), high.words());
        }
        if is_assumption(from) {
            let why = from.split_once(':').map_or(from, |(_, why)| why.trim()).to_owned();
            self.assumptions.borrow_mut().push(Assumption { path: path.clone(), words: words.clone(), why });
        }
        let Some((low, high)) = ranged.range else { return ranged.value };
        let value = match self.draw.get(&path) {
            // Half of the scenarios are below the stated value and half above, however lopsided the range.
            Some(position) if *position < 0.5 => T::between(low, ranged.value, 2.0 * position),
            Some(position) => T::between(ranged.value, high, 2.0 * position - 1.0),
            None => ranged.value,
        };
        let (stated, low, high) = (ranged.value.as_f64(), low.as_f64(), high.as_f64());
        self.uncertain_numbers.borrow_mut().push(UncertainNumber {
            path,
            value: stated,
            low,
            high,
            unit: ranged.value.unit(),
            words,
            from: from.to_owned(),
        });
        value
    }
}

/// Whether a source says that the number is an assumption.
#[must_use]
pub fn is_assumption(from: &str) -> bool {
    from.trim_start().to_lowercase().starts_with("assumption")
}

const DATE: &str = "a date without quotes, year first, such as 2027-04-01";
const LIST: &str = "a list of names such as [\"one\", \"two\"]";

/// One table of a file. Every accessor marks its key as known. [`Section::finish`] reports the keys that nobody asked for.
pub struct Section<'r, 'o> {
    pub reader: &'r Reader<'o>,
    pub file: &'r str,
    /// "pay.binary", or empty at the top level.
    pub path: String,
    /// The last part of the path.
    pub name: String,
    pub span: Span,
    entries: &'r [(String, Span, TomlNode)],
    /// The position of each key, for a table with many keys. A short table is searched from the start.
    places: BTreeMap<&'r str, usize>,
    asked: RefCell<BTreeSet<String>>,
    /// Required keys that are missing, each with its problem. They wait until the table has been read, because a key that nobody
    /// asked for may be one of them, misspelt.
    absent: RefCell<Vec<(String, Problem)>>,
    /// Whether a word that decides what else is asked for was not understood.
    has_refused_word: Cell<bool>,
    from: Option<String>,
}

impl<'r, 'o> Section<'r, 'o> {
    fn new(
        reader: &'r Reader<'o>,
        file: &'r str,
        path: String,
        name: String,
        span: Span,
        entries: &'r [(String, Span, TomlNode)],
        outer_from: Option<String>,
    ) -> Self {
        let own = entries.iter().find(|(key, _, _)| key == "from").and_then(|(_, _, node)| match &node.value {
            TomlValue::Text(text) => Some(text.clone()),
            _ => None,
        });
        let asked = RefCell::new(BTreeSet::from(["from".to_owned()]));
        let many = entries.len() > 32;
        let places = entries.iter().enumerate().filter(|_| many).map(|(at, (key, _, _))| (key.as_str(), at)).collect();
        Section {
            reader,
            file,
            path,
            name,
            span,
            entries,
            places,
            asked,
            absent: RefCell::default(),
            has_refused_word: Cell::default(),
            from: own.or(outer_from),
        }
    }

    fn entry(&self, key: &str) -> Option<&'r (String, Span, TomlNode)> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.found(key)
    }

    fn found(&self, key: &str) -> Option<&'r (String, Span, TomlNode)> {
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

    /// The name of a key's number in a scenario: "scheme.toml: pay.binary.price".
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

    /// Records a problem once, where several readings of one table would meet it.
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
    fn wrong_kind(&self, key: &str, node: &TomlNode, needed: &str, expected: &str) {
        self.wrong_kind_with(key, node, needed, expected, example_of(expected).unwrap_or_default());
    }

    /// The same with an example of what to write, where there is one.
    fn wrong_kind_with(&self, key: &str, node: &TomlNode, needed: &str, expected: &str, example: &str) {
        // What could not be read has been reported where it stands.
        let is_here = |problem: &Problem| problem.file == self.file && problem.span == Some(node.span);
        if matches!(node.value, TomlValue::Broken) || self.reader.files.problems.iter().any(is_here) {
            return;
        }
        let text = self.reader.files.sources[self.file].text.get(node.span.start..node.span.end).unwrap_or_default();
        let shown: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
        let fix = match example {
            example if !example.is_empty() => format!("write it like this: {} = {example}", written(key)),
            _ => "write the heading on a separate line, and its keys on the lines below".to_owned(),
        };
        self.push(
            Problem::at(self.file, node.span, format!("`{key}` should be {needed}, but it is {}", node.value.kind()))
                .read(shown)
                .expected(expected)
                .fix(fix),
        );
    }

    /// Text.
    pub fn text(&self, key: &str) -> Option<&'r str> {
        let (_, _, node) = self.entry(key)?;
        match &node.value {
            TomlValue::Text(text) => Some(text),
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
            TomlValue::Date(date) => Some(*date),
            TomlValue::Text(text) => {
                match date_meant(text) {
                    Some(date) => self.wrong_kind_with(key, node, "a date", DATE, &date.to_string()),
                    None => self.wrong_kind(key, node, "a date", DATE),
                }
                None
            }
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

    /// Whether the file gives true or false for this key.
    pub fn is_truth(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|(_, _, node)| matches!(node.value, TomlValue::Truth(_)))
    }

    /// Whether the file gives this key between quotes.
    pub fn is_text(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|(_, _, node)| matches!(node.value, TomlValue::Text(_)))
    }

    /// True or false.
    pub fn truth(&self, key: &str) -> Option<bool> {
        let (_, _, node) = self.entry(key)?;
        match &node.value {
            TomlValue::Truth(truth) => Some(*truth),
            _ => {
                self.wrong_kind(key, node, "true or false", "true or false without quotes, such as true");
                None
            }
        }
    }

    /// A list of texts with their places. A single text counts as a list of one.
    pub fn list(&self, key: &str) -> Option<Vec<(&'r str, Span)>> {
        let (_, _, node) = self.entry(key)?;
        let items = match &node.value {
            TomlValue::Text(text) => return Some(vec![(text, node.span)]),
            TomlValue::List(items) => items,
            _ => {
                self.wrong_kind(key, node, "a list of names", LIST);
                return None;
            }
        };
        let mut out = Vec::new();
        for item in items {
            match &item.value {
                TomlValue::Text(text) => out.push((text.as_str(), item.span)),
                _ => self.wrong_kind(key, item, "a list of names", LIST),
            }
        }
        Some(out)
    }

    /// One of a fixed set of words.
    pub fn choice<T: Copy>(&self, key: &str, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim())).map(|(_, value)| *value);
        if found.is_none() {
            self.has_refused_word.set(true);
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.push(
                self.problem(key, format!("`{key}` has a value that is not known"))
                    .read(format!("\"{text}\""))
                    .expected(names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" or "))
                    .nearest(text, names)
                    .fix("write one of the expected values exactly"),
            );
        }
        found
    }

    /// Whether a word of this table was not one of those that it may be. What follows from the word is then unknown.
    fn has_refused_word(&self) -> bool {
        self.has_refused_word.get()
    }

    /// One of a fixed set of words that must be there.
    pub fn required_choice<T: Copy + Default>(&self, key: &str, known: &[(&str, T)]) -> T {
        if !self.has(key) {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            let names = names.join(" or ");
            let fix = format!("add a line: {} = {names}, as the contract says", written(key));
            self.missing_with(key, &names, fix);
        }
        // A misspelt word is reported. What follows from it is read as if the nearest one stood there.
        let nearest = || {
            let name = crate::problem::nearest(self.text(key)?, known.iter().map(|(name, _)| *name))?;
            known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        };
        self.choice(key, known).or_else(|| self.has_refused_word().then(nearest).flatten()).unwrap_or_default()
    }

    /// A number with its unit, as it is in this scenario.
    pub fn number<T: Literal>(&self, key: &str) -> Option<T> {
        self.stated(key).map(|(value, _)| value)
    }

    /// A number as it is in this scenario, and as the file states it with the ends of its range.
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

    /// A number that must not be negative.
    pub fn positive<T: Literal>(&self, key: &str) -> Option<T> {
        let (value, stated) = self.stated(key)?;
        self.refuse(key, &stated, literal::negative(key));
        Some(value)
    }

    /// A number that must be there and, with its whole range, be from `low` to `high`.
    pub fn required_within<T: Literal>(&self, key: &str, (low, high): (T, T), what: &str, fix: &str) -> T {
        if !self.has(key) {
            self.missing(key, T::EXPECTED);
        }
        let Some((value, stated)) = self.stated::<T>(key) else { return low };
        self.refuse(key, &stated, |value| {
            (*value < low || *value > high).then(|| RefusedNumber {
                what: what.to_owned(),
                expected: format!("from {} to {}", low.words(), high.words()),
                fix: fix.to_owned(),
            })
        });
        value
    }

    /// Records a problem when a number, or an end of its range, is not possible here.
    pub fn refuse<T: Literal>(&self, key: &str, stated: &Ranged<T>, refused: impl Fn(&T) -> Option<RefusedNumber>) {
        if let Some((value, refused)) = stated.ends().into_iter().find_map(|value| Some((value, refused(&value)?))) {
            let problem = self.problem(key, refused.what).read(value.words());
            self.push(problem.expected(refused.expected).fix(refused.fix));
        }
    }

    /// The numbers of a list that must be there, each as it is in this scenario, as it is stated and with its place. A scenario names
    /// them by their position: "pay.award.pays.2". `None` where one of them cannot be read.
    pub fn required_numbers<T: Literal>(&self, key: &str, expected: &str) -> Option<Vec<(T, Ranged<T>, Span)>> {
        let items = self.required_items(key, "a list of numbers", expected)?;
        let mut out = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match ranged_in::<T>(item) {
                Ok(ranged) => {
                    let path = self.path_of(&format!("{key}.{}", at + 1));
                    out.push((self.reader.note(path, ranged, self.source()), ranged, item.span));
                }
                Err(_) if matches!(item.value, TomlValue::Broken) => {}
                Err(wrong) => self.wrong_number_at::<T>(key, item.span, wrong),
            }
        }
        (out.len() == items.len()).then_some(out)
    }

    /// The tables of a list that must be there. Each has its position as its name: "pay.award.standards.1".
    pub fn required_tables(&self, key: &str, expected: &str) -> Option<Vec<Section<'r, 'o>>> {
        let items = self.required_items(key, "a list of tables", expected)?;
        let mut out = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match &item.value {
                TomlValue::Keys(entries) => {
                    let name = (at + 1).to_string();
                    let path = format!("{}.{key}.{name}", self.path);
                    out.push(Section::new(self.reader, self.file, path, name, item.span, entries, self.from.clone()));
                }
                _ => self.wrong_kind(key, item, "a list of tables", expected),
            }
        }
        (out.len() == items.len()).then_some(out)
    }

    /// The items of a list that must be there.
    fn required_items(&self, key: &str, needed: &str, expected: &str) -> Option<&'r [TomlNode]> {
        let Some((_, _, node)) = self.entry(key) else {
            self.missing(key, expected);
            return None;
        };
        match &node.value {
            TomlValue::List(items) => Some(items),
            _ => {
                self.wrong_kind(key, node, needed, expected);
                None
            }
        }
    }

    fn number_of<T: Literal>(&self, key: &str, node: &TomlNode) -> Option<(T, Ranged<T>)> {
        if matches!(node.value, TomlValue::Broken) {
            return None;
        }
        let ranged = if let TomlValue::Keys(entries) = &node.value {
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
                        .fix("write one number. docs/scheme-file.md lists what may differ by area, segment and year"),
                );
                return None;
            }
            let Some((_, _, inner)) = stated.entry("value") else {
                stated.missing("value", T::EXPECTED);
                let _ = stated.has("range");
                stated.finish();
                return None;
            };
            let mut ranged = match ranged_in(inner) {
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
            ranged_in(node)
        };
        match ranged {
            Ok(ranged) => Some((self.reader.note(self.path_of(key), ranged, self.source()), ranged)),
            Err(wrong) => {
                self.wrong_number::<T>(key, wrong);
                None
            }
        }
    }

    fn wrong_number<T: Literal>(&self, key: &str, wrong: LiteralError) {
        self.wrong_number_at::<T>(key, self.span_of(key), wrong);
    }

    fn wrong_number_at<T: Literal>(&self, key: &str, span: Span, wrong: LiteralError) {
        let text = self.reader.files.sources[self.file].text.get(span.start..span.end).unwrap_or_default();
        let shown: String = text.chars().take(60).collect();
        let problem = Problem::at(self.file, span, format!("`{key}`: {}", wrong.what));
        self.push(problem.read(shown).expected(T::EXPECTED).fix(wrong.fix));
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

    fn section_of(&self, key: &str, node: &'r TomlNode) -> Option<Section<'r, 'o>> {
        match &node.value {
            TomlValue::Keys(entries) => {
                let dot = if self.path.is_empty() { "" } else { "." };
                let path = format!("{}{dot}{key}", self.path);
                Some(Section::new(self.reader, self.file, path, key.to_owned(), node.span, entries, self.from.clone()))
            }
            _ => {
                let dot = if self.path.is_empty() { "" } else { "." };
                let header = format!("[{}{dot}{key}]", self.path);
                self.wrong_kind(key, node, "a table", &format!("a table with the heading {header} on a separate line"));
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
        self.entry(key).is_some_and(|(_, _, node)| matches!(node.value, TomlValue::Keys(_)))
    }

    /// Reports every key that nobody asked for and every required key that is missing. Call it when the table has been read. Where a word
    /// was not understood, no key is judged: the right word may ask for it.
    pub fn finish(&self) {
        self.finish_in("docs/scheme-file.md");
    }

    /// The same for a file whose keys another page describes.
    pub fn finish_in(&self, reference: &str) {
        let mut absent = self.absent.take();
        let asked = self.asked.borrow();
        for (key, span, _) in self.entries.iter().filter(|_| !self.has_refused_word()) {
            if !asked.contains(key) && !self.reader.counts_only(self.file) {
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
                    None => format!("remove the key, or look for its name in {reference}"),
                });
                absent.retain(|(missing, _)| Some(missing) != problem.nearest.as_ref());
                self.push(problem);
            }
        }
        // What seems to be missing from a file with errors of syntax may be on the lines that could not be read.
        if !self.reader.is_broken(self.file) {
            absent.into_iter().for_each(|(_, problem)| self.push(problem));
        }
    }
}

/// A number, with its range where it has one.
fn ranged_in<T: Literal>(node: &TomlNode) -> Result<Ranged<T>, LiteralError> {
    match &node.value {
        TomlValue::Text(text) | TomlValue::Number(text) => literal::ranged(text),
        other => {
            Err(LiteralError { what: format!("{} instead of a number", other.kind()), fix: format!("write {}", T::EXPECTED) })
        }
    }
}

/// A table that was not read to the end still reports what is missing.
impl Drop for Section<'_, '_> {
    fn drop(&mut self) {
        if !self.absent.borrow().is_empty() && !self.reader.is_broken(self.file) {
            self.absent.take().into_iter().for_each(|(_, problem)| self.push(problem));
        }
    }
}

/// A key as the file must write it: a key with a blank needs quotes.
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

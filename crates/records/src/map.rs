//! Turns an agency's own files into the tables that everyone shares. A map says which column becomes which. Nothing is checked
//! here: the gate checks what a map writes, like any other table.
//!
//! A map has a part for each kind of row, such as `[starts.screened]` for rows of the table of starts. A part can only do a few
//! things: copy a column, write the same text in every row, look a value up in another file, leave rows out, split a list into
//! rows, read dates as the agency writes them or count them from a day zero, and join single days into runs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use base::dates_meant::date_meant;
use base::literal::Plain;
use base::problem::nearest;
use base::reader::{Reader, Section};

use super::counted_rows::CountedRows;
use super::dates::{DateFormat, DateOptions, DateReader, DateSurvey};
use super::fault::Fault;
use super::header::are_names;
use super::rows::{self, DatedCells, Rows};
use super::schema::{RecordColumn, RecordTable, TABLES, ValueKind, table};
use super::totals::TotalRows;
use super::value_filter::{FilterColumn, LeftOutValues};
use base::day::{self, Day};

/// A part of a map: rows of one table from one file.
#[derive(Clone, Debug, PartialEq)]
pub struct MapPart {
    /// Its name in the map. Rows without a name are numbered after it.
    pub name: String,
    pub table: &'static RecordTable,
    /// The file; without one, the part is a single row of constants.
    pub file: Option<String>,
    /// The sheet of a workbook; without it, the only one.
    pub sheet: Option<String>,
    /// Only rows with one of these values.
    only: Vec<(String, Vec<String>)>,
    /// Values that look like one of `only` and are another word: rows with them are left out.
    leave_out: Vec<(String, Vec<String>)>,
    /// Values that other parts of the map take from the same columns of the same file: the map knows them, so they are no slips of what
    /// this part takes.
    taken_elsewhere: Vec<(String, Vec<String>)>,
    /// Only rows with any value here.
    given: Vec<String>,
    /// Days are whole numbers from this day.
    day_zero: Option<Day>,
    /// Words that stand for an empty cell, in every column or in one column of the file.
    empty: Vec<(Option<String>, Vec<String>)>,
    /// A column with a list, and the text between its items.
    split: Option<(String, String)>,
    runs: Option<DayRuns>,
    /// How dates are written, unless a column says otherwise.
    dates: DateOptions,
    /// For each column of the table that the part fills.
    cells: Vec<(usize, ValueSource, DateOptions)>,
}

/// Rows of single days that become one row for each run of days.
#[derive(Clone, Debug, PartialEq)]
struct DayRuns {
    column: String,
    /// A break of more than this many days ends a run.
    breaks: Day,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
enum ValueSource {
    Column(String),
    Is(String),
    /// The column whose value is looked up in one file; the result is looked up in the next file, and so on.
    LookedUp {
        by: String,
        steps: Vec<LookUpStep>,
    },
    FirstOfRun,
    AfterRun,
}

/// The file, its key column, and the column with the value.
type LookUpStep = (LookUpFile, String, String);

/// A file in which values are looked up, and its sheet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookUpFile {
    pub file: String,
    pub sheet: Option<String>,
}

/// The values to look up, by file, key column and value column.
pub type LookUps = BTreeMap<LookUpStep, BTreeMap<String, String>>;

/// The result of one part of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapResult {
    pub read: u64,
    pub written: u64,
    /// Values that the lookup file does not have, by the column of the table; they are left empty.
    pub not_found: BTreeMap<&'static str, CountedRows>,
    /// Days that are not in the format of their column, by the column of the table. They are copied as they are, and the gate
    /// refuses them.
    pub unreadable_days: BTreeMap<&'static str, CountedRows>,
    /// Rows with nothing where a day was to become part of a run; they are left out.
    pub without_day: CountedRows,
    /// Rows with nothing in the list that was to be split; they are left out.
    pub without_item: CountedRows,
    /// Cells with a word that the map says is empty, by the column of the file.
    pub emptied: BTreeMap<String, CountedRows>,
    /// Values of the columns of `only` of which the map says nothing; their rows are left out.
    pub left_out: Vec<LeftOutValues>,
    pub faults: Vec<Fault>,
}

/// The keys of a part besides columns.
const WORDS: [&str; 12] =
    ["file", "sheet", "only", "leave_out", "given", "empty", "day_zero", "split", "runs", "format", "zone", "times"];

/// Reads a map; problems go to the reader.
#[must_use]
pub fn read(reader: &Reader<'_>, file: &str) -> Vec<MapPart> {
    let Some(document) = reader.document_or(file, "[people.NAME]", "examples/ has maps to copy; docs/records.md explains them")
    else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    for section in document.sections() {
        let Some(table) = table(&section.name) else {
            let names = || TABLES.iter().map(|table| table.name);
            let problem = document.problem(&section.name, format!("there is no table `{}`", section.name));
            let expected = names().map(|name| format!("[{name}.NAME]")).collect::<Vec<_>>().join(", ");
            let near =
                nearest(&section.name, names()).map_or("name one of the tables".into(), |name| format!("is {name} meant?"));
            document.push(problem.expected(expected).fix(near));
            continue;
        };
        parts.extend(section.sections().iter().map(|section| part(section, table)));
    }
    document.finish();
    let elsewhere: Vec<Vec<(String, Vec<String>)>> = (0..parts.len()).map(|at| taken_elsewhere(&parts, at)).collect();
    parts.iter_mut().zip(elsewhere).for_each(|(part, taken)| part.taken_elsewhere = taken);
    parts
}

/// What other parts take from the same file by `only`.
fn taken_elsewhere(parts: &[MapPart], at: usize) -> Vec<(String, Vec<String>)> {
    let own = &parts[at];
    let others = parts.iter().enumerate().filter(|(other, part)| *other != at && part.file.is_some());
    let same_rows = others.map(|(_, part)| part).filter(|part| (&part.file, &part.sheet) == (&own.file, &own.sheet));
    same_rows.flat_map(|part| part.only.clone()).collect()
}

fn part(section: &Section<'_, '_>, table: &'static RecordTable) -> MapPart {
    let runs = section.section("runs").map(|runs| {
        let column = runs.required_text("of", "the column of days, such as \"date\"");
        let breaks: Plain =
            runs.required_within("breaks", (Plain(0.0), Plain(36_500.0)), "this is not a number of days", "give whole days");
        runs.finish();
        DayRuns { column, breaks: breaks.0 as Day }
    });
    let split = section.section("split").map(|split| {
        let of = split.required_text("of", "the column with a list, such as \"partners\"");
        let at = split.required_text("at", "the text between two items, such as \";\"");
        split.finish();
        (of, at)
    });
    let owned = |texts: Vec<(&str, _)>| texts.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>();
    let lists = |name: &str| {
        section.section(name).map_or(Vec::new(), |columns| {
            let keys = columns.keys();
            keys.into_iter().filter_map(|(key, _)| Some((key.to_owned(), owned(columns.list(key)?)))).collect()
        })
    };
    let dates = options(section);
    let cell = |(at, column): (usize, &RecordColumn)| {
        value(section, column, &dates).map(|(value, options)| (at, value, options.or(&dates)))
    };
    let cells = table.columns.iter().enumerate().filter_map(cell).collect();
    let mut empty: Vec<(Option<String>, Vec<String>)> =
        section.list("empty").map(owned).map(|words| (None, words)).into_iter().collect();
    empty.extend(table.columns.iter().filter_map(|column| empty_of_column(section, column)));
    let part = MapPart {
        name: section.name.clone(),
        table,
        file: section.text("file").map(str::to_owned),
        sheet: section.text("sheet").map(str::to_owned),
        only: lists("only"),
        leave_out: lists("leave_out"),
        taken_elsewhere: Vec::new(),
        given: section.list("given").map(owned).unwrap_or_default(),
        day_zero: section.date("day_zero").map(day::day),
        empty,
        split,
        runs,
        dates,
        cells,
    };
    check_part(section, &part);
    part
}

/// `kind = { column = "KIND", empty = ["NULL"] }`: the column of the file, and its words for an empty cell.
fn empty_of_column(section: &Section<'_, '_>, column: &RecordColumn) -> Option<(Option<String>, Vec<String>)> {
    if !section.has(column.name) || section.is_text(column.name) {
        return None;
    }
    let inside = section.section(column.name)?;
    let words = inside.list("empty")?.into_iter().map(|(text, _)| text.to_owned()).collect();
    let of = ["column", "by"].into_iter().find(|key| inside.has(key) && !(*key == "column" && inside.has("by")))?;
    Some((Some(inside.text(of)?.to_owned()), words))
}

/// How dates are written: `format = "day first"`, `zone = "Europe/London"` and `times = "UTC"`, of a part or of one column.
fn options(section: &Section<'_, '_>) -> DateOptions {
    let mut options = DateOptions::default();
    let several = section.has("format") && !section.is_text("format");
    let listed: Vec<&str> =
        if several { section.list("format").unwrap_or_default() } else { Vec::new() }.into_iter().map(|(text, _)| text).collect();
    if several {
        match DateFormat::two(&listed) {
            Some(format) => (options.format, options.year_first_too) = (Some(format), true),
            None => {
                let problem = section.problem("format", "these are not two date formats that can be told apart");
                let expected =
                    "\"year first\" and one other in which the year comes last, such as [\"year first\", \"day first\"]";
                section.push(problem.expected(expected).fix("ask for the file again with all dates written in the same way"));
            }
        }
    } else if let Some(text) = section.text("format") {
        options.format = DateFormat::of(text);
        if options.format.is_none() {
            let problem = section.problem("format", "this is not a date format").read(format!("\"{text}\""));
            let expected = "\"year first\", \"day first\", \"month first\", \"Excel serial\", \"Excel serial 1904\", or a pattern such as \
                            \"DD.MM.YYYY\" or \"D MMM YYYY\"";
            section.push(problem.expected(expected).fix("use four digits for the year: two digits may be in either century"));
        }
    }
    if let Some(name) = section.text("zone") {
        options.zone = jiff::tz::TimeZone::get(name).ok();
        if options.zone.is_none() {
            let problem = section.problem("zone", "there is no such time zone").read(format!("\"{name}\""));
            section
                .push(problem.expected("the name of a place, such as \"Europe/London\"").fix("write zone = \"Europe/London\""));
        }
    }
    if section.has("times") {
        options.universal = section.choice("times", &[("UTC", true), ("local", false)]).unwrap_or(false);
        if options.universal && options.zone.is_none() {
            let problem = section.problem("times", "times in UTC need a time zone to become days");
            section.push(problem.fix("add zone = \"Europe/London\""));
        }
    }
    options
}

/// `began = "screened_on"`, `kind = { is = "offence" }`, `provider = { file = "sites.csv", by = "who", column = "site" }`,
/// `date = { column = "seen", format = "day first" }`, and, of a run of days, `from = { run = "first" }` and
/// `to = { run = "after" }`.
fn value(section: &Section<'_, '_>, column: &RecordColumn, of_part: &DateOptions) -> Option<(ValueSource, DateOptions)> {
    let name = column.name;
    if !section.has(name) {
        return None;
    }
    if section.is_text(name) {
        return section.text(name).map(|text| (ValueSource::Column(text.to_owned()), DateOptions::default()));
    }
    let inside = section.section(name)?;
    let text = |key| inside.text(key).map(str::to_owned);
    // They are of the column of the file: `empty_of_column` keeps them.
    if inside.has("empty") && (inside.has("is") || inside.has("run")) {
        inside.push(inside.problem("empty", "`empty` is about a column of the file, and this value comes from the map"));
    }
    let _ = inside.list("empty");
    let mut dates = DateOptions::default();
    let value = if inside.has("is") {
        if column.kind == ValueKind::Day {
            dates = options(&inside);
            ValueSource::Is(constant_day(&inside, &dates.clone().or(of_part))?)
        } else {
            ValueSource::Is(text("is")?)
        }
    } else if inside.has("run") {
        let first = inside.choice("run", &[("first", true), ("after", false)])?;
        if first { ValueSource::FirstOfRun } else { ValueSource::AfterRun }
    } else {
        if column.kind == ValueKind::Day {
            dates = options(&inside);
        }
        if inside.has("column") && !inside.has("by") && !inside.has("file") {
            ValueSource::Column(text("column")?)
        } else {
            let by = inside.required_text("by", "the column to look up, such as \"site\"");
            ValueSource::LookedUp { steps: steps(&inside, Some(&by)), by }
        }
    };
    inside.finish();
    Some((value, dates))
}

/// The day of `{ is = "2028-09-30" }`, as tables write it. It is read like the days of a file, but year first in any case.
fn constant_day(inside: &Section<'_, '_>, options: &DateOptions) -> Option<String> {
    if !inside.is_text("is") {
        return inside.date("is").map(|date| date.to_string());
    }
    let text = inside.text("is")?;
    if text.is_empty() || day::parse(text.as_bytes()).is_ok() {
        return Some(text.to_owned());
    }
    let mut survey = DateSurvey::default();
    survey.look(text, 0, false);
    let day = survey.decide(options, "is").ok().flatten().and_then(|days| days.read(text, false));
    if day.is_none() {
        let meant = date_meant(text);
        let problem = inside.problem("is", "this is not a day, or not one that can be read in one way only");
        let fix = match meant {
            Some(date) => format!("write is = \"{date}\" if that is the day you mean, or say the format: format = \"day first\""),
            None => "write the year first: is = \"2028-09-30\"".to_owned(),
        };
        let expected = "a day, year first, such as \"2028-09-30\", or one in the format that the map says";
        inside.push(problem.read(format!("\"{text}\"")).expected(expected).fix(fix));
    }
    day.map(|day| day::date(day).to_string())
}

/// `{ file = "sites.csv", as = "site", column = "area", then = { … } }`: the first step may leave `as` out where the column is
/// has the same name in both files.
fn steps(section: &Section<'_, '_>, by: Option<&str>) -> Vec<LookUpStep> {
    let needed = |key| section.required_text(key, "text, such as \"sites.csv\"");
    let key = match by {
        Some(by) if !section.has("as") => by.to_owned(),
        _ => needed("as"),
    };
    let mut steps =
        vec![(LookUpFile { file: needed("file"), sheet: section.text("sheet").map(str::to_owned) }, key, needed("column"))];
    if let Some(then) = section.section("then") {
        steps.extend(self::steps(&then, None));
        then.finish();
    }
    steps
}

/// Checks that every key of a part is known, and that no value needs a file or a run that the part does not have.
fn check_part(section: &Section<'_, '_>, part: &MapPart) {
    let columns = || part.table.columns.iter().map(|column| column.name);
    for (key, _) in section.keys() {
        if !columns().chain(WORDS).any(|known| known == key) {
            let problem = section.problem(key, format!("the table {} has no column `{key}`", part.table.name));
            let known = columns().chain(WORDS).collect::<Vec<_>>().join(", ");
            let near = nearest(key, columns().chain(WORDS)).map_or("remove it".into(), |name| format!("is `{name}` meant?"));
            section.push(problem.expected(format!("one of {known}")).fix(near));
        }
    }
    for (column, values) in &part.leave_out {
        let wanted = part.only.iter().find(|(name, _)| name == column).map(|(_, wanted)| wanted);
        if wanted.is_none_or(|wanted| values.iter().any(|value| wanted.contains(value))) {
            let problem = section.problem("leave_out", format!("`leave_out` does not fit what `only` has for `{column}`"));
            let expected = "a column of `only`, and values that are not wanted though they are spelled nearly like one that is";
            section.push(problem.expected(expected).fix("leave out what is in only one of the two, or in both"));
        }
    }
    let needs_run = |value: &ValueSource| matches!(value, ValueSource::FirstOfRun | ValueSource::AfterRun);
    for (at, value, options) in &part.cells {
        let name = part.table.columns[*at].name;
        if needs_run(value) && part.runs.is_none() {
            let problem = section.problem(name, format!("`{name}` needs runs of days, and this part of the map makes none"));
            section.push(problem.fix("say which days: runs = { of = \"COLUMN\", breaks = 0 }"));
        }
        if part.day_zero.is_some() && options.format.is_some() && part.table.columns[*at].kind == ValueKind::Day {
            let problem = section.problem(name, format!("`{name}` has a format, but days count from `day_zero`"));
            section.push(problem.fix("leave one of the two out: days are either numbers or dates"));
        }
        if part.file.is_none() && !matches!(value, ValueSource::Is(_)) {
            let problem = section.problem(name, format!("`{name}` comes from a file, but this part of the map names none"));
            section.push(problem.fix("name it: file = \"NAME.csv\"; or write the text itself: { is = \"…\" }"));
        }
    }
    for (at, column) in part.table.columns.iter().enumerate() {
        // Rows without a name are numbered. A person always needs an id.
        let numbered = at == 0 && part.table.keyed && part.table.name != "people";
        if column.required && !numbered && !part.cells.iter().any(|(filled, _, _)| *filled == at) {
            let problem = section.problem("", format!("[{}.{}] has no `{}`", part.table.name, part.name, column.name));
            section.push(problem.expected(column.meaning).fix(format!("add a line: {} = \"COLUMN OF THE FILE\"", column.name)));
        }
    }
    if part.runs.is_some() && part.person().is_none() {
        let problem =
            section.problem("runs", "runs are made for each person, and this part of the map has no column for the person");
        section.push(problem.fix("add person = \"COLUMN\""));
    }
}

/// Columns without which rules read another history. The data-quality gate refuses a table that does not have one that it needs, and a table
/// that a map makes has every column.
const NOT_EMPTY_UNSEEN: [(&str, &str); 5] =
    [("spells", "to"), ("people", "died"), ("people", "removed"), ("events", "class"), ("events", "disposal")];

/// Columns that no part of a map fills, although their absence says something, in a sentence each.
#[must_use]
pub fn unfilled(parts: &[MapPart]) -> Vec<String> {
    let of = |table: &str| parts.iter().filter(move |part| part.table.name == table).collect::<Vec<_>>();
    let is_unfilled = |(table, column): &&(&str, &str)| {
        let parts = of(table);
        let fills = |part: &&MapPart| part.cells.iter().any(|(at, ..)| part.table.columns[*at].name == *column);
        !parts.is_empty() && !parts.iter().any(fills)
    };
    let words =
        |(table, column): &(&str, &str)| format!("no part of the map fills `{column}` of {table}, so it is empty in every row");
    NOT_EMPTY_UNSEEN.iter().filter(is_unfilled).map(words).collect()
}

/// Where parts look values up: the file, its key column, and the column with the value.
pub fn look_ups(parts: &[MapPart]) -> impl Iterator<Item = &LookUpStep> {
    let values = parts.iter().flat_map(|part| &part.cells);
    values.filter_map(|(_, value, _)| if let ValueSource::LookedUp { steps, .. } = value { Some(steps) } else { None }).flatten()
}

/// Reads the values to look up in a file. Two rows with the same key and different values are a fault: otherwise the order of
/// rows would decide. Rows with the same values count as one.
pub fn look_up<R: Rows + ?Sized>(
    from: &mut R,
    key: &str,
    column: &str,
    into: &mut BTreeMap<String, String>,
) -> io::Result<Vec<Fault>> {
    let mut places: Result<[usize; 2], Vec<Fault>> = Err(Vec::new());
    let mut faults = Vec::new();
    let mut first: BTreeMap<String, u64> = BTreeMap::new();
    rows::cells(from, &[key, column], &exact, |place, row| {
        match (row, &places) {
            (Err(fault), _) => faults.push(fault),
            (Ok(header), Err(none)) if none.is_empty() => {
                places = find(header, [key, column]);
                faults.extend(repeated(header, &[key, column]));
            }
            (Ok(row), Ok([key, at])) => {
                let cell = |at: usize| row.get(at).map_or("", |cell| cell.trim());
                let (name, value) = (cell(*key), cell(*at));
                if name.is_empty() && value.is_empty() {
                    return Ok(());
                }
                let known = into.entry(name.to_owned()).or_insert_with(|| value.to_owned());
                let before = *first.entry(name.to_owned()).or_insert(place);
                if known != value {
                    let what = "two rows with the same key have different values";
                    let fix = "correct the lookup file so that each key has one value";
                    let fault = Fault::row(place, what, "one value for each key", fix);
                    let value = Some(format!("rows {before} and {place}"));
                    faults.push(Fault { column: column.to_owned(), value, ..fault });
                }
            }
            (Ok(_), Err(_)) => {}
        }
        Ok(())
    })?;
    faults.extend(places.err().into_iter().flatten());
    Ok(faults)
}

/// Where columns are in a file, or a fault for each that is missing or appears twice.
fn find<const N: usize>(header: &[Cow<'_, str>], names: [&str; N]) -> Result<[usize; N], Vec<Fault>> {
    let place = |name: &str| place(header, name);
    let mut faults: Vec<Fault> =
        names.iter().filter(|name| place(name).is_none()).map(|name| no_column(header, &names, name)).collect();
    faults.extend(names.iter().filter_map(|name| twice(header, name)));
    if faults.is_empty() { Ok(names.map(|name| place(name).unwrap_or(0))) } else { Err(faults) }
}

/// A fault for a column that the map names and that appears twice: it is not clear which of the two is meant.
fn twice(header: &[Cow<'_, str>], name: &str) -> Option<Fault> {
    let at: Vec<String> = (1..).zip(header).filter(|(_, cell)| cell.trim() == name).map(|(at, _)| at.to_string()).collect();
    let fix = "remove one of them, or give it another name";
    let fault = Fault::file("the column appears twice", "each name once", fix);
    (at.len() > 1).then(|| Fault { column: name.to_owned(), value: Some(format!("columns {}", at.join(" and "))), ..fault })
}

/// Warnings for columns that appear twice and that the map does not name.
fn repeated(header: &[Cow<'_, str>], wanted: &[&str]) -> Vec<Fault> {
    let names: Vec<&str> = header.iter().map(|cell| cell.trim()).collect();
    let again = |(at, name): &(usize, &&str)| !name.is_empty() && !wanted.contains(*name) && names[..*at].contains(*name);
    let fault = |name: String| {
        let fault = Fault::file("a column appears twice", "each name once", "no action needed: the map does not use it");
        Fault { column: name, ..fault.warning() }
    };
    let shown = |(at, name): (usize, &&str)| match are_names(&names) {
        true => name.chars().take(40).collect(),
        false => format!("column {}", at + 1),
    };
    names.iter().enumerate().filter(again).map(|again| fault(shown(again))).collect()
}

/// A map names columns exactly.
fn exact(known: &str, name: &str) -> bool {
    known == name
}

/// Where a column is; blanks around its name are ignored.
fn place(header: &[Cow<'_, str>], name: &str) -> Option<usize> {
    header.iter().position(|cell| cell.trim() == name)
}

/// A fault for a missing column. The names in the file are shown only if they are clearly names: a file without a header begins
/// with a row about a person.
fn no_column(header: &[Cow<'_, str>], wanted: &[&str], name: &str) -> Fault {
    let known = || header.iter().map(|cell| cell.trim()).filter(|name| !name.is_empty());
    let are_names = are_names(header);
    let near = nearest(name, known()).filter(|_| are_names);
    let fix = near.map_or("correct the map".into(), |near| format!("is `{near}` meant?"));
    let expected = match are_names && wanted.iter().any(|name| place(header, name).is_some()) {
        true => format!("one of {}", known().collect::<Vec<_>>().join(", ")),
        false => "a row with the names of the columns, as the map has them".into(),
    };
    Fault { column: name.to_owned(), ..Fault::file("the file has no such column", expected, fix) }
}

/// How the dates of a part are read, by the column of the table; those of runs under [`RUN_DAYS`].
pub type Dates = BTreeMap<usize, DateReader>;

/// The key of the dates of runs.
const RUN_DAYS: usize = usize::MAX;

/// Decides how the dates of a part's file are read, from all of its values. Gives a fault for each column where they do not
/// decide.
pub fn survey<R: Rows + ?Sized>(part: &MapPart, from: &mut R, look_ups: &LookUps) -> io::Result<Result<Dates, Vec<Fault>>> {
    let of_runs = part.runs.iter().map(|runs| (RUN_DAYS, DaySource::Column(&runs.column), &part.dates));
    let of_cells = part.cells.iter().filter_map(|(at, value, options)| {
        let is_day = part.table.columns[*at].kind == ValueKind::Day;
        let source = match value {
            ValueSource::Column(name) => DaySource::Column(name),
            ValueSource::LookedUp { by, steps } => DaySource::LookedUp(by, steps),
            ValueSource::Is(_) | ValueSource::FirstOfRun | ValueSource::AfterRun => return None,
        };
        is_day.then_some((*at, source, options))
    });
    let mut all: Vec<_> =
        of_runs.chain(of_cells).map(|(at, source, options)| (at, source, options, DateSurvey::default())).collect();
    let mut places: Option<BTreeMap<String, usize>> = None;
    rows::dated_cells(from, &part.columns(), &exact, |place_of_row, row| {
        let Ok(row) = row else { return Ok(()) };
        let Some(places) = &places else {
            let of = |name: &str| Some((name.to_owned(), place(row.texts, name)?));
            places = Some(part.columns().into_iter().filter_map(of).collect());
            return Ok(());
        };
        let get = |name: &str| part.text(&row, places, name);
        for item in part.items(&get) {
            let get = |name: &str| match (&item, &part.split) {
                (Some(item), Some((of, _))) if of == name => *item,
                _ => get(name),
            };
            for (_, source, _, survey) in &mut all {
                match source {
                    DaySource::Column(name) => survey.look(get(name), place_of_row, row.is_date(places, name)),
                    DaySource::LookedUp(by, steps) => {
                        survey.look(found(look_ups, steps, get(by)).unwrap_or_default(), place_of_row, false);
                    }
                }
            }
        }
        Ok(())
    })?;
    let (mut dates, mut faults) = (Dates::new(), Vec::new());
    for (at, source, options, survey) in all {
        let (DaySource::Column(name) | DaySource::LookedUp(name, _)) = source;
        match survey.decide(options, name) {
            Ok(days) => dates.extend(days.map(|days| (at, days))),
            Err(fault) if faults.contains(&*fault) => {}
            Err(fault) => faults.push(*fault),
        }
    }
    Ok(if faults.is_empty() { Ok(dates) } else { Err(faults) })
}

/// Where the dates of a column come from.
enum DaySource<'a> {
    Column(&'a str),
    LookedUp(&'a str, &'a [LookUpStep]),
}

/// The result of looking a value up, file after file.
fn found<'a>(look_ups: &'a LookUps, steps: &[LookUpStep], value: &'a str) -> Option<&'a str> {
    steps.iter().try_fold(value, |text, step| Some(look_ups.get(step)?.get(text)?.as_str()))
}

impl MapPart {
    /// The places of the needed columns in the header row. Those that are missing or there twice are faults.
    fn places(&self, row: &[Cow<'_, str>], faults: &mut Vec<Fault>) -> BTreeMap<String, usize> {
        let columns = self.columns();
        let found = columns.iter().map(|name| ((*name).to_owned(), place(row, name)));
        let (found, missing): (Vec<_>, Vec<_>) = found.partition(|(_, place)| place.is_some());
        faults.extend(missing.into_iter().map(|(name, _)| no_column(row, &columns, &name)));
        let again: Vec<Fault> = columns.iter().filter_map(|name| twice(row, name)).collect();
        let once = |name: &str| !again.iter().any(|fault| fault.column == name);
        let places = found.into_iter().filter(|(name, _)| once(name)).filter_map(|(name, at)| Some((name, at?))).collect();
        faults.extend(again);
        faults.extend(repeated(row, &columns));
        places
    }

    /// Faults of the conditions that rows must meet, once all were read and so many were taken.
    fn not_found(&self, chosen: &[FilterColumn<'_>], taken: u64) -> Vec<Fault> {
        let none = chosen.iter().any(FilterColumn::has_none);
        let mut faults: Vec<Fault> = chosen.iter().flat_map(FilterColumn::faults).collect();
        // The file has each value, but no row meets all conditions.
        if taken == 0 && !none && !self.only.is_empty() {
            let fix = "correct `only` and `given` in the map, or leave the part out";
            faults.push(Fault::file("no row of the file meets both `only` and `given`", "rows that do", fix));
        }
        faults
    }
}

/// Writes the rows of a part: one text for each column of its table, with the row of the file; 0 where it is from several.
pub fn rows<R: Rows + ?Sized>(
    part: &MapPart,
    from: Option<&mut R>,
    look_ups: &LookUps,
    dates: &Dates,
    mut write: impl FnMut(u64, &[String]) -> io::Result<()>,
) -> io::Result<MapResult> {
    let mut done = MapResult::default();
    let Some(from) = from else {
        let row = part.row(
            &MapRow { get: &|_| "", is_date: &|_| false, run: &RunDays::default(), place: 0 },
            look_ups,
            dates,
            &mut done,
        );
        write(0, &row)?;
        return Ok(done);
    };
    let (mut chosen, beside) = (part.chosen(), part.columns_beside_only());
    let mut taken: u64 = 0;
    let mut totals = TotalRows::default();
    let mut places: Option<BTreeMap<String, usize>> = None;
    let mut folded: Vec<FoldedDay> = Vec::new();
    let in_common = part.in_common();
    rows::dated_cells(from, &part.columns(), &exact, |line, dated| {
        let dated = match dated {
            Ok(dated) => dated,
            Err(fault) => {
                done.faults.push(fault);
                return Ok(());
            }
        };
        let row = dated.texts;
        let Some(places) = &places else {
            places = Some(part.places(row, &mut done.faults));
            return Ok(());
        };
        // A part with missing columns writes nothing.
        if places.len() < part.columns().len() {
            return Ok(());
        }
        done.read += 1;
        for (name, _) in places.iter().filter(|(name, _)| part.is_empty_word(name, dated.text(places, name))) {
            done.emptied.entry(name.clone()).or_default().add(line);
        }
        let get = |name: &str| part.text(&dated, places, name);
        let is_date = |name: &str| dated.is_date(places, name);
        let matters = part.may_be_wanted(&chosen, &beside, &get);
        chosen.iter_mut().for_each(|column| column.look(get(column.name), line, matters));
        if !part.takes(&get) {
            return Ok(());
        }
        taken += 1;
        let items = part.items(&get);
        if items.is_empty() {
            done.without_item.add(line);
        }
        for item in items {
            let get = |name: &str| match (&item, &part.split) {
                (Some(item), Some((of, _))) if of == name => *item,
                _ => get(name),
            };
            let day = part.day_of_run(&get, &is_date, dates);
            let run = match day {
                DayOfRun::Day(day) => {
                    let row: Vec<String> = places.keys().map(|name| get(name).to_owned()).collect();
                    folded.push((in_common.iter().map(|name| get(name).to_owned()).collect(), day, row));
                    continue;
                }
                DayOfRun::Blank => {
                    done.without_day.add(line);
                    continue;
                }
                DayOfRun::NoRuns => RunDays::default(),
                // It may be any day. The gate refuses the row, and says what the sum could be.
                DayOfRun::Unreadable(text) => RunDays { first: text.clone(), after: text, readable: false },
            };
            let row = MapRow { get: &get, is_date: &is_date, run: &run, place: line };
            let row = part.row(&row, look_ups, dates, &mut done);
            let (id, has_more) = part.id_and_more(&row);
            totals.look(line, id, has_more);
            write(line, &row)?;
        }
        Ok(())
    })?;
    done.faults.extend(totals.end());
    done.left_out = chosen.iter().filter_map(FilterColumn::left_out).collect();
    if done.read > 0 {
        done.faults.extend(part.not_found(&chosen, taken));
    }
    if let (Some(runs), Some(places)) = (&part.runs, &places) {
        folded.sort();
        let same_run = |a: &FoldedDay, b: &FoldedDay| a.0 == b.0 && b.1 - a.1 - 1 <= runs.breaks;
        for run in folded.chunk_by(same_run) {
            let row = part.row_of_run(run, places, look_ups, dates, &mut done);
            write(0, &row)?;
        }
    }
    Ok(done)
}

/// The person and what else a run has in common, the day, and the row, its cells in the order of the columns that were found.
type FoldedDay = (Vec<String>, Day, Vec<String>);

impl MapPart {
    /// The row of days that follow each other.
    fn row_of_run(
        &self,
        run: &[FoldedDay],
        places: &BTreeMap<String, usize>,
        look_ups: &LookUps,
        dates: &Dates,
        done: &mut MapResult,
    ) -> Vec<String> {
        let (first, last) = (&run[0], &run[run.len() - 1]);
        let get = |name: &str| places.keys().position(|known| known == name).map_or("", |at| first.2[at].as_str());
        let row = MapRow { get: &get, is_date: &|_| false, run: &RunDays::of(first.1, last.1), place: 0 };
        self.row(&row, look_ups, dates, done)
    }
}

/// The text of a run of days: of its first day and of the day after its last.
#[derive(Default)]
struct RunDays {
    first: String,
    after: String,
    /// Whether they are days. Otherwise both are the text of a day that cannot be read.
    readable: bool,
}

impl RunDays {
    fn of(first: Day, last: Day) -> RunDays {
        RunDays { first: day::date(first).to_string(), after: day::date(last + 1).to_string(), readable: true }
    }
}

/// What a row says of the day that is to become part of a run.
enum DayOfRun {
    /// The part makes no runs.
    NoRuns,
    Blank,
    Day(Day),
    /// A text that is no day, as it goes into a table.
    Unreadable(String),
}

/// One row of a file, or the first of a run of days.
struct MapRow<'r, 'a> {
    /// The text of a column.
    get: &'r dyn Fn(&str) -> &'a str,
    /// Whether a column's cell is one that a workbook keeps as a date.
    is_date: &'r dyn Fn(&str) -> bool,
    /// The days of the run.
    run: &'r RunDays,
    /// Where it is in the file, from 1; 0 for a run of several rows.
    place: u64,
}

impl DatedCells<'_> {
    /// The text of a column, without blanks around it; empty where the row or the file has none.
    fn text(&self, places: &BTreeMap<String, usize>, name: &str) -> &str {
        places.get(name).and_then(|at| self.texts.get(*at)).map_or("", |cell| cell.trim())
    }

    fn is_date(&self, places: &BTreeMap<String, usize>, name: &str) -> bool {
        places.get(name).and_then(|at| self.dates.get(*at)).is_some_and(|is_date| *is_date)
    }
}

impl MapPart {
    /// Every column of the file that the part needs, each once.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.only.iter().map(|(name, _)| name.as_str()).collect();
        all.extend(self.given.iter().map(String::as_str));
        all.extend(self.split.iter().map(|(of, _)| of.as_str()));
        all.extend(self.runs.iter().map(|runs| runs.column.as_str()));
        all.extend(self.cells.iter().filter_map(|(_, value, _)| match value {
            ValueSource::Column(name) | ValueSource::LookedUp { by: name, .. } => Some(name.as_str()),
            ValueSource::Is(_) | ValueSource::FirstOfRun | ValueSource::AfterRun => None,
        }));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The columns of `only`, before the file is read.
    fn chosen(&self) -> Vec<FilterColumn<'_>> {
        let personal = |column: &str| {
            self.cells.iter().any(|(at, value, _)| {
                self.table.columns[*at].personal
                    && matches!(value, ValueSource::Column(name) | ValueSource::LookedUp { by: name, .. } if name == column)
            })
        };
        let known = || self.leave_out.iter().chain(&self.taken_elsewhere);
        let left_out =
            |of: &str| known().filter(|(name, _)| name == of).flat_map(|(_, values)| values).map(String::as_str).collect();
        self.only.iter().map(|(name, values)| FilterColumn::new(name, values, left_out(name), personal(name))).collect()
    }

    /// The columns that are read beside those of `only`.
    fn columns_beside_only(&self) -> Vec<&str> {
        let mut columns = self.columns();
        columns.retain(|name| !self.only.iter().any(|(only, _)| only == name));
        columns
    }

    fn takes<'a>(&self, get: &impl Fn(&str) -> &'a str) -> bool {
        self.only.iter().all(|(name, values)| values.iter().any(|value| value == get(name)))
            && self.given.iter().all(|name| !get(name).is_empty())
    }

    /// Whether a row is one to take, as far as anything is said of it. A row with at most one cell beside the columns of `only` is a
    /// note or a sum below the rows.
    fn may_be_wanted<'a>(&self, chosen: &[FilterColumn<'_>], beside: &[&str], get: &impl Fn(&str) -> &'a str) -> bool {
        let filled = beside.iter().filter(|name| !get(name).is_empty()).count();
        let is_note = filled <= 1 && beside.len() >= 2;
        !is_note
            && self.given.iter().all(|name| !get(name).is_empty())
            && !chosen.iter().any(|column| column.leaves_out(get(column.name)))
    }

    /// Whether a value of a column of the file is a word that the map says is empty.
    fn is_empty_word(&self, name: &str, text: &str) -> bool {
        let of = |(column, _): &&(Option<String>, Vec<String>)| column.as_ref().is_none_or(|column| column == name);
        self.empty.iter().filter(of).any(|(_, words)| words.iter().any(|word| word == text))
    }

    /// The text of a column, empty where its word stands for nothing.
    fn text<'a>(&self, row: &'a DatedCells<'_>, places: &BTreeMap<String, usize>, name: &str) -> &'a str {
        let text = row.text(places, name);
        if self.is_empty_word(name, text) { "" } else { text }
    }

    /// The items of the list to split, or the row as it is.
    fn items<'a>(&self, get: &impl Fn(&str) -> &'a str) -> Vec<Option<&'a str>> {
        let Some((of, at)) = &self.split else { return vec![None] };
        get(of).split(at.as_str()).map(str::trim).filter(|item| !item.is_empty()).map(Some).collect()
    }

    /// What a row says of the day that is to become part of a run.
    fn day_of_run<'a>(&self, get: &impl Fn(&str) -> &'a str, is_date: &dyn Fn(&str) -> bool, dates: &Dates) -> DayOfRun {
        let Some(runs) = &self.runs else { return DayOfRun::NoRuns };
        match self.day(get(&runs.column), is_date(&runs.column), dates.get(&RUN_DAYS)) {
            None => DayOfRun::Blank,
            Some(Err(text)) => DayOfRun::Unreadable(text),
            Some(Ok(text)) => day::parse(text.as_bytes()).map_or_else(|_| DayOfRun::Unreadable(text.into_owned()), DayOfRun::Day),
        }
    }

    /// The columns of the file in which the rows of one run are the same: the person first, then every other one that is copied or
    /// looked up as a name or a text, but for the row's own id. Days of two kinds are two runs.
    fn in_common(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.person().into_iter().collect();
        for (at, value, _) in &self.cells {
            let column = &self.table.columns[*at];
            let own_id = *at == 0 && self.table.keyed && self.table.name != "people";
            let is_number = matches!(column.kind, ValueKind::Day | ValueKind::Amount | ValueKind::Share);
            match value {
                ValueSource::Column(name) | ValueSource::LookedUp { by: name, .. } if !own_id && !is_number => names.push(name),
                _ => {}
            }
        }
        names
    }

    /// The id that a row has from the file, and whether it has anything else from there. What the map itself says is in every row.
    fn id_and_more<'r>(&self, row: &'r [String]) -> (&'r str, bool) {
        let of_file = || self.cells.iter().filter(|(_, value, _)| !matches!(value, ValueSource::Is(_)));
        let id = of_file().find(|(at, ..)| self.table.columns[*at].kind == ValueKind::Id).map(|(at, ..)| *at);
        let more = of_file().any(|(at, ..)| Some(*at) != id && !row[*at].is_empty());
        (id.map_or("", |at| row[at].as_str()), more || id.is_none())
    }

    /// The column of the file with the person.
    fn person(&self) -> Option<&str> {
        self.cells.iter().find_map(|(at, value, _)| match value {
            ValueSource::Column(name) if self.table.columns[*at].name == "person" => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether the part has dates from a file, so that the whole file decides how they are read.
    #[must_use]
    pub fn has_days(&self) -> bool {
        let from_file = |value: &ValueSource| matches!(value, ValueSource::Column(_) | ValueSource::LookedUp { .. });
        let is_day = |at: usize| self.table.columns[at].kind == ValueKind::Day;
        self.day_zero.is_none()
            && self.file.is_some()
            && (self.runs.is_some() || self.cells.iter().any(|(at, value, _)| is_day(*at) && from_file(value)))
    }

    /// A date as the tables write it: counted from day zero if there is one, otherwise read in the format of its column. Other
    /// text stays as it is, and is an error if the column has dates.
    fn day<'a>(&self, text: &'a str, is_date: bool, days: Option<&DateReader>) -> Option<Result<Cow<'a, str>, String>> {
        if text.is_empty() {
            return None;
        }
        if let Some(zero) = self.day_zero {
            let number = text.strip_suffix(".0").unwrap_or(text).parse::<Day>().ok().and_then(|number| zero.checked_add(number));
            return Some(match number {
                Some(number) => Ok(Cow::Owned(day::date(number).to_string())),
                None => day::parse(text.as_bytes()).map(|_| Cow::Borrowed(text)).map_err(|_| text.to_owned()),
            });
        }
        let Some(days) = days else { return Some(Ok(Cow::Borrowed(text))) };
        Some(match days.read(text, is_date) {
            Some(day) => Ok(Cow::Owned(day::date(day).to_string())),
            None => Err(days.marked(text)),
        })
    }

    /// One row: a text for each column of the table.
    fn row(&self, row: &MapRow<'_, '_>, look_ups: &LookUps, dates: &Dates, done: &mut MapResult) -> Vec<String> {
        let MapRow { get, run, place, .. } = *row;
        let mut out = vec![String::new(); self.table.columns.len()];
        for (at, value, _) in &self.cells {
            let column = &self.table.columns[*at];
            let text: Cow<'_, str> = match value {
                ValueSource::Is(text) => text.into(),
                ValueSource::Column(name) => get(name).into(),
                ValueSource::FirstOfRun => run.first.as_str().into(),
                ValueSource::AfterRun => run.after.as_str().into(),
                ValueSource::LookedUp { by, steps } => found(look_ups, steps, get(by)).map_or_else(
                    || {
                        done.not_found.entry(column.name).or_default().add(place);
                        "".into()
                    },
                    Cow::Borrowed,
                ),
            };
            let of_run = matches!(value, ValueSource::FirstOfRun | ValueSource::AfterRun);
            let is_day = column.kind == ValueKind::Day && !of_run && !matches!(value, ValueSource::Is(_));
            let read = match is_day {
                true => self.day(&text, matches!(value, ValueSource::Column(name) if (row.is_date)(name)), dates.get(at)),
                false if of_run && !run.readable => Some(Err(text.clone().into_owned())),
                false => Some(Ok(text.clone())),
            };
            out[*at] = match read {
                None => String::new(),
                Some(Ok(text)) => text.into_owned(),
                Some(Err(strange)) => {
                    done.unreadable_days.entry(column.name).or_default().add(place);
                    strange
                }
            };
        }
        done.written += 1;
        if self.table.keyed && out[0].is_empty() {
            out[0] = format!("{}-{}", self.name, done.written);
        }
        out
    }
}

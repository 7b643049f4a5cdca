//! An agency's own tables become the tables that everyone shares: in come a map, which says what column becomes which, and the
//! agency's CSV; out come rows of texts. Nothing is judged here: what a map writes is checked like anything else handed over.
//!
//! A map has a part for each kind of row it writes, `[starts.screened]` for rows of the table of starts. What a part can do is
//! a short closed list: copy a column, write the same words in every row, look a value up in another file, leave rows out, split
//! a list into rows, count days from a day zero, and fold rows of single days into runs of days.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use scheme::document::{Reader, Section};
use scheme::literal::Plain;
use scheme::problem::nearest;

use super::day::{self, Day};
use super::fault::Fault;
use super::rows::{self, Rows};
use super::schema::{Kind, TABLES, Table, table};

/// Rows of one table, and how they come from one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name in the map; rows that have no name of their own are numbered after it.
    pub name: String,
    pub table: &'static Table,
    /// The file that is read; without one the part is a single row of constants.
    pub file: Option<String>,
    /// The sheet of a workbook; without it the only one.
    pub sheet: Option<String>,
    /// Only rows that hold one of these values.
    only: Vec<(String, Vec<String>)>,
    /// Only rows that hold anything here.
    given: Vec<String>,
    /// Days are whole numbers, counted from this day.
    day_zero: Option<Day>,
    /// A column that holds a list, and what stands between its items.
    split: Option<(String, String)>,
    runs: Option<Runs>,
    /// For each column of the table that the part fills.
    cells: Vec<(usize, Value)>,
}

/// Rows of single days that become one row for each run of them.
#[derive(Clone, Debug, PartialEq)]
struct Runs {
    column: String,
    /// More days than this between two of them end a run.
    breaks: Day,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Column(String),
    Is(String),
    /// The column whose value is looked up, in one file, then what is found there in the next.
    LookedUp {
        by: String,
        steps: Vec<Step>,
    },
    FirstOfRun,
    AfterRun,
}

/// File, the column to look in, the column with what is wanted.
type Step = (Source, String, String);

/// A file that values are looked up in, and which of its sheets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    pub file: String,
    pub sheet: Option<String>,
}

/// Files that values are looked up in, by name, key column and value column.
pub type LookUps = BTreeMap<Step, BTreeMap<String, String>>;

/// What became of a part's rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    pub read: u64,
    pub written: u64,
    /// Values that are not in the file they were looked up in; they are left empty.
    pub not_found: u64,
    /// Days that are none, of rows that were to be folded into runs; they are left out.
    pub no_day: u64,
    pub faults: Vec<Fault>,
}

/// What a part may say besides columns.
const WORDS: [&str; 7] = ["file", "sheet", "only", "given", "day_zero", "split", "runs"];

/// Reads a map; problems go to the reader.
#[must_use]
pub fn read(reader: &Reader<'_>, file: &str) -> Vec<Part> {
    let Some(document) =
        reader.document_or(file, "[people.NAME]", "examples/ has some to copy; docs/records.md says what may stand in one")
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
            document.push(problem.expected(expected).mend(near));
            continue;
        };
        parts.extend(section.sections().iter().map(|section| part(section, table)));
    }
    document.finish();
    parts
}

fn part(section: &Section<'_, '_>, table: &'static Table) -> Part {
    let runs = section.section("runs").map(|runs| {
        let column = runs.required_text("of", "the column of days, such as \"date\"");
        let breaks: Plain =
            runs.required_within("breaks", (Plain(0.0), Plain(36_500.0)), "this is no number of days", "give whole days");
        runs.finish();
        Runs { column, breaks: breaks.0 as Day }
    });
    let split = section.section("split").map(|split| {
        let of = split.required_text("of", "the column that holds a list, such as \"partners\"");
        let at = split.required_text("at", "what stands between two of them, such as \";\"");
        split.finish();
        (of, at)
    });
    let owned = |texts: Vec<(&str, _)>| texts.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>();
    let only = section.section("only").map_or(Vec::new(), |only| {
        let keys = only.keys();
        keys.into_iter().filter_map(|(key, _)| Some((key.to_owned(), owned(only.list(key)?)))).collect()
    });
    let cells = table.columns.iter().enumerate().filter_map(|(at, column)| Some((at, value(section, column.name)?))).collect();
    let part = Part {
        name: section.name.clone(),
        table,
        file: section.text("file").map(str::to_owned),
        sheet: section.text("sheet").map(str::to_owned),
        only,
        given: section.list("given").map(owned).unwrap_or_default(),
        day_zero: section.date("day_zero").map(day::day),
        split,
        runs,
        cells,
    };
    hold(section, &part);
    part
}

/// `began = "screened_on"`, `kind = { is = "offence" }`, `provider = { file = "sites.csv", by = "who", column = "site" }`, and,
/// of a run of days, `from = { run = "first" }` and `to = { run = "after" }`.
fn value(section: &Section<'_, '_>, column: &str) -> Option<Value> {
    if !section.has(column) {
        return None;
    }
    if section.says_text(column) {
        return section.text(column).map(|text| Value::Column(text.to_owned()));
    }
    let inside = section.section(column)?;
    let text = |key| inside.text(key).map(str::to_owned);
    let value = if inside.has("is") {
        Value::Is(text("is")?)
    } else if inside.has("run") {
        let first = inside.choice("run", &[("first", true), ("after", false)])?;
        if first { Value::FirstOfRun } else { Value::AfterRun }
    } else {
        let by = inside.required_text("by", "the column to look up, such as \"site\"");
        Value::LookedUp { steps: steps(&inside, Some(&by)), by }
    };
    inside.finish();
    Some(value)
}

/// `{ file = "sites.csv", as = "site", column = "area", then = { … } }`: the first step may leave `as` out where the column is
/// called the same here and there.
fn steps(section: &Section<'_, '_>, by: Option<&str>) -> Vec<Step> {
    let needed = |key| section.required_text(key, "text, such as \"sites.csv\"");
    let key = match by {
        Some(by) if !section.has("as") => by.to_owned(),
        _ => needed("as"),
    };
    let mut steps =
        vec![(Source { file: needed("file"), sheet: section.text("sheet").map(str::to_owned) }, key, needed("column"))];
    if let Some(then) = section.section("then") {
        steps.extend(self::steps(&then, None));
        then.finish();
    }
    steps
}

/// Every key of a part is known, and nothing is asked of a file or a run that is not there.
fn hold(section: &Section<'_, '_>, part: &Part) {
    let columns = || part.table.columns.iter().map(|column| column.name);
    for (key, _) in section.keys() {
        if !columns().chain(WORDS).any(|known| known == key) {
            let problem = section.problem(key, format!("the table {} has no column `{key}`", part.table.name));
            let known = columns().chain(WORDS).collect::<Vec<_>>().join(", ");
            let near = nearest(key, columns().chain(WORDS)).map_or("remove it".into(), |name| format!("is `{name}` meant?"));
            section.push(problem.expected(format!("one of {known}")).mend(near));
        }
    }
    let needs_run = |value: &Value| matches!(value, Value::FirstOfRun | Value::AfterRun);
    for (at, value) in &part.cells {
        let name = part.table.columns[*at].name;
        if needs_run(value) && part.runs.is_none() {
            let problem = section.problem(name, format!("`{name}` asks for a run of days, and the part makes none"));
            section.push(problem.mend("say which days: runs = { of = \"COLUMN\", breaks = 0 }"));
        }
        if part.file.is_none() && !matches!(value, Value::Is(_)) {
            let problem = section.problem(name, format!("`{name}` comes from a file, and the part names none"));
            section.push(problem.mend("name it: file = \"NAME.csv\"; or write the words themselves: { is = \"…\" }"));
        }
    }
    for (at, column) in part.table.columns.iter().enumerate() {
        // The rows' own names are given where the agency has none; a person has one.
        let numbered = at == 0 && part.table.keyed && part.table.name != "people";
        if column.required && !numbered && !part.cells.iter().any(|(filled, _)| *filled == at) {
            let problem = section.problem("", format!("[{}.{}] does not say `{}`", part.table.name, part.name, column.name));
            section.push(problem.expected(column.meaning).mend(format!("add a line: {} = \"COLUMN OF THE FILE\"", column.name)));
        }
    }
    if part.runs.is_some() && part.person().is_none() {
        let problem = section.problem("runs", "runs are made person by person, and the part has no column for the person");
        section.push(problem.mend("add person = \"COLUMN\""));
    }
}

/// Where parts look values up: file, the column to look in, the column with what is wanted.
pub fn look_ups(parts: &[Part]) -> impl Iterator<Item = &Step> {
    let values = parts.iter().flat_map(|part| &part.cells);
    values.filter_map(|(_, value)| if let Value::LookedUp { steps, .. } = value { Some(steps) } else { None }).flatten()
}

/// Reads what is looked up in a file. Of a key that is there twice the first row stands.
pub fn look_up<R: Rows + ?Sized>(
    from: &mut R,
    key: &str,
    column: &str,
    into: &mut BTreeMap<String, String>,
) -> io::Result<Vec<Fault>> {
    let mut places: Result<[usize; 2], Vec<Fault>> = Err(Vec::new());
    let mut faults = Vec::new();
    rows::cells(from, &[key, column], &exact, |_, row| {
        match (row, &places) {
            (Err(fault), _) => faults.push(fault),
            (Ok(header), Err(none)) if none.is_empty() => places = find(header, [key, column]),
            (Ok(row), Ok([key, column])) => {
                if let (Some(key), Some(value)) = (row.get(*key), row.get(*column)) {
                    into.entry(key.clone().into_owned()).or_insert_with(|| value.clone().into_owned());
                }
            }
            (Ok(_), Err(_)) => {}
        }
        Ok(())
    })?;
    faults.extend(places.err().into_iter().flatten());
    Ok(faults)
}

/// Where columns stand in a file, or a fault for each that is not there.
fn find<const N: usize>(header: &[Cow<'_, str>], names: [&str; N]) -> Result<[usize; N], Vec<Fault>> {
    let place = |name: &str| place(header, name);
    let missing: Vec<Fault> =
        names.iter().filter(|name| place(name).is_none()).map(|name| no_column(header, &names, name)).collect();
    if missing.is_empty() { Ok(names.map(|name| place(name).unwrap_or(0))) } else { Err(missing) }
}

/// A map names columns as they are written.
fn exact(known: &str, name: &str) -> bool {
    known == name
}

/// Where a column stands, blanks around its name left aside.
fn place(header: &[Cow<'_, str>], name: &str) -> Option<usize> {
    header.iter().position(|cell| cell.trim() == name)
}

/// The names that are there are shown where they are evidently names: a file without a header begins with somebody's row.
fn no_column(header: &[Cow<'_, str>], wanted: &[&str], name: &str) -> Fault {
    let known = || header.iter().map(|cell| cell.trim()).filter(|name| !name.is_empty());
    let mend = nearest(name, known()).map_or("correct the map".into(), |near| format!("is `{near}` meant?"));
    let expected = match wanted.iter().any(|name| place(header, name).is_some()) {
        true => format!("one of {}", known().collect::<Vec<_>>().join(", ")),
        false => "a row with the names of the columns, as the map has them".into(),
    };
    Fault { column: name.to_owned(), ..Fault::file("the file has no such column", expected, mend) }
}

/// Writes the rows of a part: one text for each column of its table.
pub fn rows<R: Rows + ?Sized>(
    part: &Part,
    from: Option<&mut R>,
    look_ups: &LookUps,
    mut write: impl FnMut(&[String]) -> io::Result<()>,
) -> io::Result<Done> {
    let mut done = Done::default();
    let Some(from) = from else {
        let row = part.row(&|_| "", look_ups, None, &mut done);
        write(&row)?;
        return Ok(done);
    };
    let mut places: Option<BTreeMap<String, usize>> = None;
    // Person, day, and the row, its cells in the order of `places`.
    let mut folded: Vec<(String, Day, Vec<String>)> = Vec::new();
    rows::cells(from, &part.columns(), &exact, |_, row| {
        let row = match row {
            Ok(row) => row,
            Err(fault) => {
                done.faults.push(fault);
                return Ok(());
            }
        };
        let Some(places) = &places else {
            let found = part.columns().into_iter().map(|name| (name.to_owned(), place(row, name)));
            let (found, missing): (Vec<_>, Vec<_>) = found.partition(|(_, place)| place.is_some());
            done.faults.extend(missing.into_iter().map(|(name, _)| no_column(row, &part.columns(), &name)));
            places = Some(found.into_iter().filter_map(|(name, place)| Some((name, place?))).collect());
            return Ok(());
        };
        // A part that asks for columns that are not there writes nothing.
        if places.len() < part.columns().len() {
            return Ok(());
        }
        done.read += 1;
        let get = |name: &str| places.get(name).and_then(|at| row.get(*at)).map_or("", |cell| cell.trim());
        if !part.takes(&get) {
            return Ok(());
        }
        for item in part.items(&get) {
            let get = |name: &str| match (&item, &part.split) {
                (Some(item), Some((of, _))) if of == name => *item,
                _ => get(name),
            };
            let Some(runs) = &part.runs else {
                let row = part.row(&get, look_ups, None, &mut done);
                write(&row)?;
                continue;
            };
            match part.day(get(&runs.column)).and_then(|text| day::parse(text.as_bytes()).ok()) {
                Some(day) => {
                    let row: Vec<String> = places.keys().map(|name| get(name).to_owned()).collect();
                    folded.push((part.person().map_or("", get).to_owned(), day, row));
                }
                None => done.no_day += 1,
            }
        }
        Ok(())
    })?;
    if let (Some(runs), Some(places)) = (&part.runs, &places) {
        folded.sort();
        let apart = |a: &(String, Day, _), b: &(String, Day, _)| a.0 == b.0 && b.1 - a.1 - 1 <= runs.breaks;
        for run in folded.chunk_by(apart) {
            let (first, last) = (&run[0], &run[run.len() - 1]);
            let get = |name: &str| places.keys().position(|known| known == name).map_or("", |at| first.2[at].as_str());
            let row = part.row(&get, look_ups, Some((first.1, last.1 + 1)), &mut done);
            write(&row)?;
        }
    }
    Ok(done)
}

impl Part {
    /// Every column of the file that the part asks for, each once.
    fn columns(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.only.iter().map(|(name, _)| name.as_str()).collect();
        all.extend(self.given.iter().map(String::as_str));
        all.extend(self.split.iter().map(|(of, _)| of.as_str()));
        all.extend(self.runs.iter().map(|runs| runs.column.as_str()));
        all.extend(self.cells.iter().filter_map(|(_, value)| match value {
            Value::Column(name) | Value::LookedUp { by: name, .. } => Some(name.as_str()),
            Value::Is(_) | Value::FirstOfRun | Value::AfterRun => None,
        }));
        all.sort_unstable();
        all.dedup();
        all
    }

    fn takes<'a>(&self, get: &impl Fn(&str) -> &'a str) -> bool {
        self.only.iter().all(|(name, values)| values.iter().any(|value| value == get(name)))
            && self.given.iter().all(|name| !get(name).is_empty())
    }

    /// The items of the list that is split, or the row as it is.
    fn items<'a>(&self, get: &impl Fn(&str) -> &'a str) -> Vec<Option<&'a str>> {
        let Some((of, at)) = &self.split else { return vec![None] };
        get(of).split(at.as_str()).map(str::trim).filter(|item| !item.is_empty()).map(Some).collect()
    }

    /// The column of the file that names the person.
    fn person(&self) -> Option<&str> {
        self.cells.iter().find_map(|(at, value)| match value {
            Value::Column(name) if self.table.columns[*at].name == "person" => Some(name.as_str()),
            _ => None,
        })
    }

    /// A day as the tables write it: counted from day zero where there is one, and without a time of day. What is no day stays
    /// as it is, for the check to tell.
    fn day<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if text.is_empty() {
            return None;
        }
        if let Some(zero) = self.day_zero {
            let number = text.strip_suffix(".0").unwrap_or(text).parse::<Day>().ok().and_then(|number| zero.checked_add(number));
            return Some(number.map_or(Cow::Borrowed(text), |number| Cow::Owned(day::date(number).to_string())));
        }
        let timed = day::parse(text.as_bytes()) == Err(day::NoDay::Time);
        Some(Cow::Borrowed(if timed { &text[..10] } else { text }))
    }

    /// One row: a text for each column of the table.
    fn row<'a>(
        &self,
        get: &impl Fn(&str) -> &'a str,
        look_ups: &LookUps,
        run: Option<(Day, Day)>,
        done: &mut Done,
    ) -> Vec<String> {
        let mut out = vec![String::new(); self.table.columns.len()];
        for (at, value) in &self.cells {
            let text: Cow<'_, str> = match value {
                Value::Is(text) => text.into(),
                Value::Column(name) => get(name).into(),
                Value::FirstOfRun => run.map_or("".into(), |run| day::date(run.0).to_string().into()),
                Value::AfterRun => run.map_or("".into(), |run| day::date(run.1).to_string().into()),
                Value::LookedUp { by, steps } => {
                    let found = steps.iter().try_fold(get(by), |text, step| Some(look_ups.get(step)?.get(text)?.as_str()));
                    done.not_found += u64::from(found.is_none());
                    found.unwrap_or_default().into()
                }
            };
            let of_run = matches!(value, Value::Is(_) | Value::FirstOfRun | Value::AfterRun);
            let is_day = self.table.columns[*at].kind == Kind::Day && !of_run;
            out[*at] = if is_day { self.day(&text).unwrap_or_default().into_owned() } else { text.into_owned() };
        }
        done.written += 1;
        if self.table.keyed && out[0].is_empty() {
            out[0] = format!("{}-{}", self.name, done.written);
        }
        out
    }
}

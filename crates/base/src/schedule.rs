//! A number that may differ by area, segment and time: one amount, a list by contract year or by cohort, or a column of a CSV table.
//!
//! `price = "£4,000"` is the same for everyone. `price = { table = "prices.csv", column = "job outcome" }` looks it up in the
//! table by whichever of the columns `area`, `segment` and `year` or `cohort` the table has. `price = { by_year = ["£600", "£550"] }`
//! and `price = { by_cohort = { 2027-04 = "£600" } }` say it in place.

use std::collections::BTreeMap;

use crate::english::{counted, plural};
use crate::literal::{self, Literal, RefusedNumber, negative};
use crate::problem::Problem;
use crate::reader::Section;
use crate::source::Span;
use crate::table::{CsvTable, TableCell};

/// The names a table may be keyed by.
#[derive(Clone, Debug, Default)]
pub struct ScheduleKeys {
    pub areas: Vec<String>,
    pub segments: Vec<String>,
    /// Number of contract years.
    pub years: usize,
    /// The cohorts by name; none where nothing differs by cohort.
    pub cohorts: Vec<String>,
}

/// A time at which a number is looked up: a cohort and its contract year, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CohortTime {
    pub year: usize,
    pub cohort: usize,
}

impl CohortTime {
    /// The first cohort, for what is the same at all times.
    pub const FIRST: CohortTime = CohortTime { year: 0, cohort: 0 };
}

/// One value for each area, segment and contract year or cohort; a key that the table does not have takes no room.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule<T> {
    values: Vec<T>,
    strides: [usize; 3],
    /// Whether the third key is the cohort, and not the contract year.
    by_cohort: bool,
}

impl<T: Copy> Schedule<T> {
    /// The same for everyone.
    pub fn constant(value: T) -> Self {
        Schedule { values: vec![value], strides: [0; 3], by_cohort: false }
    }

    /// The value for one area, segment and time.
    #[inline]
    pub fn at(&self, area: usize, segment: usize, time: CohortTime) -> T {
        self.at_step(area, segment, if self.by_cohort { time.cohort } else { time.year })
    }

    /// The value for one area, one segment and one step of the time that it is told apart by.
    #[inline]
    fn at_step(&self, area: usize, segment: usize, step: usize) -> T {
        self.values[area * self.strides[0] + segment * self.strides[1] + step * self.strides[2]]
    }

    /// Whether it differs by segment.
    pub fn by_segment(&self) -> bool {
        self.strides[1] > 0
    }

    /// Whether it differs by area.
    pub fn by_area(&self) -> bool {
        self.strides[0] > 0
    }

    /// Whether it differs by contract year.
    pub fn by_year(&self) -> bool {
        self.strides[2] > 0 && !self.by_cohort
    }

    /// Whether it differs by cohort.
    pub fn by_cohort(&self) -> bool {
        self.by_cohort
    }

    /// Whether it differs by contract year or by cohort.
    pub fn differs_in_time(&self) -> bool {
        self.strides[2] > 0
    }

    /// Whether it is one value for everyone.
    pub fn is_constant(&self) -> bool {
        self.strides == [0; 3]
    }

    /// All the values.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The same schedule with every value changed.
    pub fn map<U>(&self, change: impl Fn(T) -> U) -> Schedule<U> {
        let values = self.values.iter().map(|&value| change(value)).collect();
        Schedule { values, strides: self.strides, by_cohort: self.by_cohort }
    }

    /// Whether another schedule differs by the same keys.
    pub fn same_shape<U>(&self, other: &Schedule<U>) -> bool {
        self.strides == other.strides && self.values.len() == other.values.len() && self.by_cohort == other.by_cohort
    }

    /// The same amounts, written out for each of so many areas and segments, and for each of some cohorts.
    pub fn spread(&self, areas: usize, segments: usize, cohorts: &[CohortTime]) -> Self {
        let cells = (0..areas).flat_map(|area| (0..segments).flat_map(move |s| cohorts.iter().map(move |time| (area, s, *time))));
        let values = cells.map(|(area, segment, time)| self.at(area, segment, time)).collect();
        Schedule { values, strides: [segments * cohorts.len(), cohorts.len(), 1], by_cohort: true }
    }

    /// The same schedule with the values of each of so many segments changed.
    pub fn map_segments(&self, segments: usize, change: impl Fn(usize, T) -> T) -> Self {
        let [area, segment, year] = self.strides;
        let years = if year > 0 { self.values.len().min(if segment > 0 { segment } else { self.years() }) } else { 1 };
        let areas = self.values.len().checked_div(area).unwrap_or(1);
        let cells = (0..areas).flat_map(|a| (0..segments).flat_map(move |s| (0..years).map(move |y| (a, s, y))));
        let values = cells.map(|(a, s, y)| change(s, self.at_step(a, s, y))).collect();
        let stride = |used: usize, stride: usize| if used > 0 { stride } else { 0 };
        let strides = [stride(area, segments * years), years, stride(year, 1)];
        Schedule { values, strides, by_cohort: self.by_cohort }
    }

    /// Contract years or cohorts that it tells apart, where it does not tell segments apart.
    fn years(&self) -> usize {
        if self.strides[0] > 0 { self.strides[0] } else { self.values.len() }
    }

    /// A schedule by area alone; one amount where there is one area.
    pub fn of_areas(values: Vec<T>) -> Self {
        let strides = if values.len() > 1 { [1, 0, 0] } else { [0; 3] };
        Schedule { values, strides, by_cohort: false }
    }

    /// A schedule for other segments, each of which copies one of these.
    pub fn taking_segments(&self, like: &[usize]) -> Self {
        let [area, segment, year] = self.strides;
        if segment == 0 {
            return self.clone();
        }
        // Years are the innermost key, so the stride of a segment is their number.
        let years = segment;
        let areas = self.values.len().checked_div(area).unwrap_or(1);
        let cells = (0..areas).flat_map(|a| like.iter().flat_map(move |&s| (0..years).map(move |y| (a, s, y))));
        let values = cells.map(|(a, s, y)| self.at_step(a, s, y)).collect();
        Schedule { values, strides: [if area == 0 { 0 } else { like.len() * years }, years, year], by_cohort: self.by_cohort }
    }

    /// A schedule by segment alone.
    pub fn of_segments(values: Vec<T>) -> Self {
        Schedule { values, strides: [0, 1, 0], by_cohort: false }
    }

    /// A schedule by contract year, or by cohort.
    fn of_times(values: Vec<T>, by_cohort: bool) -> Self {
        match values.len() {
            1 => Schedule { values, strides: [0; 3], by_cohort: false },
            _ => Schedule { values, strides: [0, 0, 1], by_cohort },
        }
    }
}

/// The columns that a table may be keyed by. The third is the contract year, or the cohort in its place.
const KEY_COLUMNS: [&str; 3] = ["area", "segment", "year"];
const COHORT_COLUMN: &str = "cohort";

impl Section<'_, '_> {
    /// A schedule that must be there. A missing table, a missing column, every missing or wrong cell and every value that
    /// `refused` refuses is recorded as a problem.
    pub fn checked_schedule<T: Literal>(
        &self,
        key: &str,
        keys: &ScheduleKeys,
        refused: impl Fn(&T) -> Option<RefusedNumber>,
    ) -> Schedule<T> {
        let schedule = if self.holds_keys(key) && !self.states_value(key) {
            self.looked_up(key, keys, &refused)
        } else {
            if !self.has(key) {
                let _: T = self.required(key);
            }
            self.stated(key).map(|(value, stated)| {
                self.refuse(key, &stated, refused);
                Schedule::constant(value)
            })
        };
        schedule.unwrap_or_else(|| Schedule::constant(T::default()))
    }

    /// Whether a table of keys states a number instead of looking one up.
    fn states_value(&self, key: &str) -> bool {
        self.section(key).is_some_and(|stated| stated.has("value") || stated.has("range"))
    }

    fn looked_up<T: Literal>(
        &self,
        key: &str,
        keys: &ScheduleKeys,
        refused: &impl Fn(&T) -> Option<RefusedNumber>,
    ) -> Option<Schedule<T>> {
        let lookup = self.section(key)?;
        if lookup.has("by_year") || lookup.has("by_cohort") {
            return in_place(&lookup, keys, refused);
        }
        let file = lookup.required_text("table", "the name of a CSV file in the folder, such as \"prices.csv\"");
        let column = lookup.required_text("column", "the name of one of its columns, such as \"price\"");
        lookup.finish();
        if file.is_empty() || column.is_empty() {
            return None;
        }
        let table = find_table(&lookup, "table", &file)?;
        let column = find_column(&lookup, "column", table, &column)?;
        Some(from_table(&lookup, table, column, keys, refused))
    }

    /// A schedule that must be there.
    pub fn required_schedule<T: Literal>(&self, key: &str, keys: &ScheduleKeys) -> Schedule<T> {
        self.checked_schedule(key, keys, |_| None)
    }

    /// A schedule that must be there, without negative values.
    pub fn positive_schedule<T: Literal>(&self, key: &str, keys: &ScheduleKeys) -> Schedule<T> {
        self.checked_schedule(key, keys, negative(key))
    }

    /// A schedule that must be there, without values that are negative or above `most`.
    pub fn schedule_up_to<T: Literal>(&self, key: &str, keys: &ScheduleKeys, most: T, what: &str, fix: &str) -> Schedule<T> {
        let negative = negative(key);
        self.checked_schedule(key, keys, |value: &T| {
            let too_much =
                || RefusedNumber { what: what.to_owned(), expected: format!("at most {}", most.words()), fix: fix.to_owned() };
            negative(value).or_else(|| (*value > most).then(too_much))
        })
    }
}

/// A number by contract year or by cohort that stands in the file itself.
fn in_place<T: Literal>(
    lookup: &Section<'_, '_>,
    keys: &ScheduleKeys,
    refused: &impl Fn(&T) -> Option<RefusedNumber>,
) -> Option<Schedule<T>> {
    let schedule = if lookup.has("by_year") { by_year(lookup, keys, refused) } else { by_cohort(lookup, keys, refused) };
    lookup.finish();
    schedule
}

/// `by_year = ["£600", "£550"]`: the first contract year, the second and so on. Later years repeat the last.
fn by_year<T: Literal>(
    lookup: &Section<'_, '_>,
    keys: &ScheduleKeys,
    refused: &impl Fn(&T) -> Option<RefusedNumber>,
) -> Option<Schedule<T>> {
    let expected = format!("a list with a number for each contract year, such as [\"{0}\", \"{0}\"]", T::default().words());
    let stated = lookup.required_numbers::<T>("by_year", &expected)?;
    for (_, ranged, span) in &stated {
        if let Some((value, refused)) = ranged.ends().into_iter().find_map(|value| Some((value, refused(&value)?))) {
            let problem = Problem::at(lookup.file, *span, refused.what).read(value.words());
            lookup.push(problem.expected(refused.expected).fix(refused.fix));
        }
    }
    let mut values: Vec<T> = stated.iter().map(|(value, ..)| *value).collect();
    let Some(&last) = values.last() else {
        let problem = lookup.problem("by_year", "the list has no number").expected(expected);
        lookup.push(problem.fix("write the number of the first contract year, then of the second and so on"));
        return None;
    };
    let years = keys.years.max(1);
    // Where the cohorts could not be read, the number of years is not known.
    if values.len() > years && lookup.reader.errors() == 0 {
        let only = counted(years, "contract year", "contract years");
        let problem = lookup.problem("by_year", format!("cohorts start in {only} alone, so the numbers after that are not used"));
        let problem =
            problem.read(format!("{} numbers", values.len())).expected("a number for each contract year, from the first");
        lookup.push(problem.fix("remove the numbers of later years, or check the dates of the cohorts").warning());
    }
    values.resize(years, last);
    Some(Schedule::of_times(values, false))
}

/// `by_cohort = { 2027-04 = "£600", 2027-05 = "£550" }`: every cohort by its name.
fn by_cohort<T: Literal>(
    lookup: &Section<'_, '_>,
    keys: &ScheduleKeys,
    refused: &impl Fn(&T) -> Option<RefusedNumber>,
) -> Option<Schedule<T>> {
    if keys.cohorts.is_empty() {
        // Where the cohorts could not be read, that has been reported. Otherwise nothing here differs by cohort.
        if lookup.reader.errors() == 0 {
            let problem =
                lookup.problem("by_cohort", "this number cannot differ by cohort").expected("one number for all cohorts");
            lookup.push(problem.fix("write one number"));
        }
        return None;
    }
    let listed = lookup.section("by_cohort")?;
    let missing: Vec<&str> = keys.cohorts.iter().filter(|name| !listed.has(name)).map(String::as_str).collect();
    if let Some(first) = missing.first() {
        let problem = lookup.problem("by_cohort", format!("there is no number for the cohort `{first}`"));
        let problem = match missing.len() {
            1 => problem,
            many => problem.read(format!("nothing for {many} cohorts: {}", missing[..many.min(4)].join(", "))),
        };
        lookup.push(problem.expected("a number for every cohort, by its name").fix("add the cohorts, each with its number"));
    }
    let value = |name: &String| {
        let (value, stated) = listed.stated::<T>(name)?;
        listed.refuse(name, &stated, refused);
        Some(value)
    };
    let values: Vec<Option<T>> = keys.cohorts.iter().map(value).collect();
    listed.finish();
    let values: Vec<T> = values.into_iter().collect::<Option<_>>()?;
    Some(Schedule::of_times(values, true))
}

/// A table of the folder by its file name.
pub fn find_table<'o>(section: &Section<'_, 'o>, key: &str, file: &str) -> Option<&'o CsvTable> {
    let table = section.reader.table(file).filter(|table| !table.header.is_empty());
    if table.is_none() && !section.reader.is_broken(file) {
        section.push(
            section
                .problem(key, "the scheme folder has no table of this name")
                .read(format!("\"{file}\""))
                .expected("the name of a CSV file in the same folder as scheme.toml")
                .nearest(file, section.reader.files.tables.keys().map(String::as_str))
                .fix("put the file in the folder, or correct the name"),
        );
    }
    table
}

/// A column of a table by its name.
pub fn find_column(section: &Section<'_, '_>, key: &str, table: &CsvTable, column: &str) -> Option<usize> {
    let found = table.column(column);
    if found.is_none() {
        section.push(
            section
                .problem(key, format!("{} has no column `{column}`", table.name))
                .read(format!("\"{column}\""))
                .expected(format!("one of {}", table.columns().collect::<Vec<_>>().join(", ")))
                .nearest(column, table.columns())
                .fix("correct the name here or in the header of the table"),
        );
    }
    found
}

fn from_table<T: Literal>(
    section: &Section<'_, '_>,
    table: &CsvTable,
    column: usize,
    keys: &ScheduleKeys,
    refused: &impl Fn(&T) -> Option<RefusedNumber>,
) -> Schedule<T> {
    let mut key_columns = KEY_COLUMNS.map(|name| table.column(name));
    let cohort_column = table.column(COHORT_COLUMN).filter(|_| !keys.cohorts.is_empty());
    if let (Some(year), Some(_)) = (key_columns[2], cohort_column) {
        section.push_once(
            table
                .problem(table.header[year].span, format!("{} has a column `year` and a column `cohort`", table.name))
                .expected("one of the two, because a cohort has its year")
                .fix("remove the column `year`"),
        );
    }
    let by_cohort = cohort_column.is_some();
    key_columns[2] = cohort_column.or(key_columns[2]);
    let times = if by_cohort { keys.cohorts.len() } else { keys.years.max(1) };
    let sizes = [keys.areas.len().max(1), keys.segments.len().max(1), times];
    // Names that could not be read have been reported already. Then nothing can be looked up.
    let nameless = |axis: usize, names: &[String]| key_columns[axis].is_some() && names.is_empty();
    if nameless(0, &keys.areas) || nameless(1, &keys.segments) {
        return Schedule::constant(T::default());
    }
    let mut strides = [0; 3];
    let mut length = 1;
    for axis in (0..3).rev() {
        if key_columns[axis].is_some() {
            strides[axis] = length;
            length *= sizes[axis];
        }
    }
    let mut given = GivenValues {
        values: vec![None; length],
        last_year: vec![0; length],
        unknown: false,
        // Where the cohorts could not be read, the number of years is not known.
        beyond: section.reader.errors() > 0,
        all_repeat: all_repeat(table, key_columns),
        strides,
        sizes,
        places: [places(&keys.areas), places(&keys.segments), places(if by_cohort { &keys.cohorts } else { &[] })],
        by_cohort,
        first: BTreeMap::new(),
    };
    for row in &table.rows {
        let cell = &row[column];
        let label: Vec<&str> = key_columns.iter().flatten().map(|&at| row[at].text.as_str()).collect();
        let Some(index) = index(section, table, row, key_columns, keys, &mut given) else { continue };
        let path = format!("{}: {}: {}", table.name, label.join(", "), table.header[column].text);
        if given.values[index].is_some() {
            if !section.reader.counts_only(&table.name) {
                given_twice(section, table, column, (cell, index), &label.join(", "), &given);
            }
        } else {
            given.first.insert(index, cell.span);
        }
        match literal::ranged::<T>(&cell.text) {
            Ok(ranged) => {
                if let Some(refused) = ranged.ends().iter().find_map(refused) {
                    let problem = table.problem(cell.span, refused.what).read(cell.text.clone());
                    section.push(problem.expected(refused.expected).fix(refused.fix));
                }
                given.values[index] = Some(section.reader.note(path, ranged, section.source()));
            }
            Err(wrong) => {
                given.values[index] = Some(T::default());
                if section.reader.counts_only(&table.name) {
                    continue;
                }
                section.push(
                    table
                        .problem(cell.span, format!("`{}`: {}", table.header[column].text, wrong.what))
                        .read(cell.text.clone())
                        .expected(T::EXPECTED)
                        .fix(wrong.fix),
                );
            }
        }
    }
    fill(section, table, column, given, keys)
}

/// What the rows of a table give for one of its columns.
struct GivenValues<T> {
    values: Vec<Option<T>>,
    /// For each area and segment, at the place of its first year: the last contract year that has a row (from 1), even if the
    /// contract has fewer years.
    last_year: Vec<usize>,
    /// Whether a row names something that the scheme does not have. Then what seems to be missing may be misspelt.
    unknown: bool,
    /// Whether rows for years beyond the scheme's have been reported, which happens once for each table.
    beyond: bool,
    /// Whether every key has more than one row.
    all_repeat: bool,
    strides: [usize; 3],
    /// How many areas, segments and years the scheme has.
    sizes: [usize; 3],
    /// The position of each area, each segment and each cohort.
    places: [BTreeMap<String, usize>; 3],
    /// Whether the third key is the cohort.
    by_cohort: bool,
    /// Where each value was given first.
    first: BTreeMap<usize, Span>,
}

fn places(names: &[String]) -> BTreeMap<String, usize> {
    names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect()
}

/// The place of a row's value, or `None` with a problem when the row belongs to nothing in the scheme.
fn index<T>(
    section: &Section<'_, '_>,
    table: &CsvTable,
    row: &[TableCell],
    key_columns: [Option<usize>; 3],
    keys: &ScheduleKeys,
    given: &mut GivenValues<T>,
) -> Option<usize> {
    let (mut index, mut known) = (0, true);
    for axis in 0..if given.by_cohort { 3 } else { 2 } {
        let Some(at) = key_columns[axis] else { continue };
        match given.places[axis].get(&row[at].text) {
            Some(position) => index += position * given.strides[axis],
            None => {
                (known, given.unknown) = (false, true);
                unknown_key(section, table, row, at, if axis == 2 { COHORT } else { axis }, keys);
            }
        }
    }
    let Some(at) = key_columns[2].filter(|_| !given.by_cohort) else { return known.then_some(index) };
    let Some(year) = row[at].text.parse::<usize>().ok().filter(|year| *year >= 1) else {
        given.unknown = true;
        unknown_key(section, table, row, at, 2, keys);
        return None;
    };
    if known {
        given.last_year[index] = given.last_year[index].max(year);
    }
    if year > given.sizes[2] {
        if !given.beyond {
            given.beyond = true;
            section.push_once(
                table
                    .problem(row[at].span, format!("no cohort starts in year {year} of the contract, so its rows are not used"))
                    .read(row[at].text.clone())
                    .expected(format!("a contract year from 1 to {}", given.sizes[2]))
                    .fix("correct the year, or remove the rows beyond it")
                    .warning(),
            );
        }
        return None;
    }
    known.then_some(index + (year - 1) * given.strides[2])
}

/// Two rows for one value. Either one row is too many or, where every key has several rows, a column is missing that would
/// distinguish them.
fn given_twice<T>(
    section: &Section<'_, '_>,
    table: &CsvTable,
    column: usize,
    (cell, index): (&TableCell, usize),
    label: &str,
    given: &GivenValues<T>,
) {
    let lacks = |axis: &usize| given.strides[*axis] == 0 && given.sizes[*axis] > 1;
    let missing: Vec<String> = (0..3).filter(lacks).map(|axis| format!("`{}`", KEY_COLUMNS[axis])).collect();
    if missing.is_empty() || !given.all_repeat {
        let of = if label.is_empty() { "everyone" } else { label };
        let line = |span: Span| table.line(&section.reader.files.sources, span);
        let first = given.first.get(&index).map_or(0, |span| line(*span));
        section.push(
            table
                .problem(cell.span, format!("{} is given twice for {of}", table.header[column].text))
                .read(format!("rows {first} and {}", line(cell.span)))
                .expected("one row for each key")
                .fix("remove one of the two rows"),
        );
        return;
    }
    let missing = missing.join(" or ");
    section.push_once(
        table
            .problem(table.head(), format!("{} has several rows for each of its keys, and no column {missing}", table.name))
            .read(table.columns().collect::<Vec<_>>().join(", "))
            .expected(format!("a column {missing} that distinguishes the rows"))
            .fix("rename the column to the expected name, or remove the rows that repeat others"),
    );
}

/// Whether every row of a table has another with the same keys.
fn all_repeat(table: &CsvTable, key_columns: [Option<usize>; 3]) -> bool {
    let mut rows = std::collections::BTreeMap::new();
    for row in &table.rows {
        *rows.entry(key_columns.map(|at| at.map(|at| row[at].text.as_str()))).or_insert(0) += 1;
    }
    rows.values().all(|rows| *rows > 1)
}

/// The key of a cohort, among those of [`KEY_COLUMNS`] by their positions.
const COHORT: usize = 3;

fn unknown_key(section: &Section<'_, '_>, table: &CsvTable, row: &[TableCell], at: usize, axis: usize, keys: &ScheduleKeys) {
    if section.reader.counts_only(&table.name) {
        return;
    }
    let known: Vec<&str> = match axis {
        0 => keys.areas.iter().map(String::as_str).collect(),
        1 => keys.segments.iter().map(String::as_str).collect(),
        COHORT => keys.cohorts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let noun = if axis == COHORT { COHORT_COLUMN } else { KEY_COLUMNS[axis] };
    let expected = if axis == 2 {
        format!("a contract year from 1 to {}", keys.years)
    } else {
        format!("one of {}", known.iter().take(12).copied().collect::<Vec<_>>().join(", "))
    };
    let fix = match axis {
        COHORT => "write the name of a cohort, as docs/scheme-file.md shows them",
        2 => "write the contract year: 1 is the year of the first cohort",
        _ => "correct the name here, or add it to the scheme",
    };
    section.push_once(
        table
            .problem(row[at].span, format!("the scheme has no {noun} `{}`", row[at].text))
            .read(row[at].text.clone())
            .expected(expected)
            .nearest(&row[at].text, known)
            .fix(fix),
    );
}

/// A missing key is an error, except that years after the last one given repeat it.
fn fill<T: Literal>(
    section: &Section<'_, '_>,
    table: &CsvTable,
    column: usize,
    given: GivenValues<T>,
    keys: &ScheduleKeys,
) -> Schedule<T> {
    let GivenValues { mut values, last_year, unknown, strides, sizes, by_cohort, .. } = given;
    let (mut missing, mut gaps) = (Vec::new(), Vec::new());
    let range = |axis: usize| 0..if strides[axis] > 0 { sizes[axis] } else { 1 };
    for area in range(0) {
        for segment in range(1) {
            let first = area * strides[0] + segment * strides[1];
            let mut last: Option<(usize, T)> = None;
            for year in range(2) {
                let index = first + year * strides[2];
                match (values[index], last.filter(|_| !by_cohort)) {
                    (Some(value), _) => last = Some((year, value)),
                    (None, Some((before, value))) => {
                        values[index] = Some(value);
                        if year + 1 < last_year[first] {
                            let next = (year + 1..range(2).end).find(|next| values[first + next * strides[2]].is_some());
                            let after = next.map_or(last_year[first], |next| next + 1);
                            gaps.push((names(keys, strides, (area, segment), None), year + 1, before + 1, after));
                        }
                    }
                    (None, None) => missing.push(names(keys, strides, (area, segment), Some((year, by_cohort)))),
                }
            }
        }
    }
    let head = |what: String| table.problem(table.header[column].span, what);
    let name = &table.header[column].text;
    // Where a name is not known the row that seems to be missing may be that one, misspelt.
    if table.incomplete || unknown {
        return Schedule { values: values.iter().map(|value| value.unwrap_or_default()).collect(), strides, by_cohort };
    }
    let the_rows = |count: usize| format!("add {} to {}", plural(count, "the row", "the rows"), table.name);
    if let Some(one) = missing.first() {
        let mut problem = head(format!("`{name}` is missing for {one}"));
        if missing.len() > 1 {
            let listed = missing.iter().take(4).cloned().collect::<Vec<_>>().join("; ");
            problem = problem.read(format!("no row for {} of the keys: {listed}", missing.len()));
        }
        let time = if by_cohort { "cohort" } else { "year" };
        let expected = format!("a row for every area, segment and {time} the scheme has");
        section.push(problem.expected(expected).fix(the_rows(missing.len())));
    }
    if let Some((of, year, before, after)) = gaps.first() {
        let of = if of.is_empty() { String::new() } else { format!(" for {of}") };
        let years = |year: usize, (before, after): (usize, usize)| format!("year {year} is missing between {before} and {after}");
        let mut problem = head(format!("`{name}`: {}{of}", years(*year, (*before, *after))));
        if gaps.len() > 1 {
            problem = problem.read(format!("{} years missing between others", gaps.len()));
        }
        let expected = "every year up to the last one given, which then applies to all later years";
        section.push(problem.expected(expected).fix(the_rows(gaps.len())));
    }
    Schedule { values: values.iter().map(|value| value.unwrap_or_default()).collect(), strides, by_cohort }
}

/// "area north, segment under 25, year 2", of the keys that the table has.
fn names(keys: &ScheduleKeys, strides: [usize; 3], (area, segment): (usize, usize), time: Option<(usize, bool)>) -> String {
    let mut names = Vec::new();
    if strides[0] > 0 {
        names.push(format!("area {}", keys.areas[area]));
    }
    if strides[1] > 0 {
        names.push(format!("segment {}", keys.segments[segment]));
    }
    match time.filter(|_| strides[2] > 0) {
        Some((cohort, true)) => names.push(format!("cohort {}", keys.cohorts[cohort])),
        Some((year, false)) => names.push(format!("year {}", year + 1)),
        None => {}
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever keys a schedule has, each of its values is changed by its own segment and by nothing else.
    #[test]
    fn segments_are_changed_in_place() {
        let (areas, segments, years) = (2, 3, 4);
        let times: Vec<CohortTime> = (0..years).map(|at| CohortTime { year: at / 2, cohort: at }).collect();
        let whole = Schedule::constant(0).spread(areas, segments, &times);
        let numbered: Vec<i64> = (0..whole.values().len() as i64).collect();
        let by_all = Schedule { values: numbered, strides: whole.strides, by_cohort: true };
        let of = |values: std::ops::Range<i64>, strides| Schedule { values: values.collect(), strides, by_cohort: true };
        let shapes = [
            Schedule::constant(7),
            Schedule::of_areas(vec![1, 2]),
            Schedule::of_segments(vec![1, 2, 3]),
            of(1..5, [0, 0, 1]),
            Schedule { by_cohort: false, ..of(0..2, [0, 0, 1]) },
            of(0..8, [4, 0, 1]),
            of(0..12, [0, 4, 1]),
            Schedule { by_cohort: false, ..of(0..6, [3, 1, 0]) },
            by_all,
        ];
        for shape in shapes {
            let changed = shape.map_segments(segments, |segment, value| 100 * value + segment as i64);
            for area in 0..areas {
                for segment in 0..segments {
                    for &time in &times {
                        let expected = 100 * shape.at(area, segment, time) + segment as i64;
                        assert_eq!(changed.at(area, segment, time), expected, "{shape:?} {area} {segment} {time:?}");
                    }
                }
            }
        }
    }
}

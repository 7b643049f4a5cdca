//! What a map made of an agency's own files, as text and as JSON: rows written and left out for each part of the map, and the faults.

use std::collections::BTreeMap;

use base::english::{counted, plural};
use base::money::thousands;
use records::counted_rows::CountedRows;
use records::fault::{Fault, Grade};
use records::value_filter::LeftOutValues;

use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;
use crate::terminal::Terminal;

/// What a map wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedRecords {
    /// The folder that was written to.
    pub folder: String,
    /// The parts of the map that were carried out, in its order.
    pub parts: Vec<MappedPart>,
    /// Faults by the file they are in; warnings are among them.
    pub faults: Vec<(String, Vec<Fault>)>,
    pub notes: Vec<String>,
}

impl MappedRecords {
    /// What was written, part by part, and what to do next.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        text(self, terminal)
    }

    /// Every fault for standard error. Rows that are wrong in the same way are reported once.
    #[must_use]
    pub fn faults_text(&self) -> Vec<String> {
        faults_text(self)
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> RecordsMapDocument {
        RecordsMapDocument::from(self)
    }

    /// What to do where something was written that cannot be used.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        hint(self)
    }
}

/// What one part of the map wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedPart {
    pub table: &'static str,
    pub name: String,
    /// The file that was read, with its sheet; nothing where the map itself has the values.
    pub file: Option<String>,
    pub read: u64,
    pub written: u64,
    /// Values that are not where they were looked up, and are left empty, by the column of the table.
    pub not_found: BTreeMap<&'static str, CountedRows>,
    /// Rows without a day, which belong to no run of days and are left out.
    pub without_day: CountedRows,
    /// Rows with nothing in the list that was to be split, which are left out.
    pub without_item: CountedRows,
    /// Days that are not written like the others of their column, by the column of the table.
    pub unlike_days: BTreeMap<&'static str, CountedRows>,
    /// Values of the columns of `only` of which the map says nothing; their rows are left out.
    pub left_out: Vec<LeftOutValues>,
    /// Cells with a word that the map says is empty, by the column of the file.
    pub emptied: BTreeMap<String, CountedRows>,
}

impl MappedRecords {
    /// Faults that are not only warnings.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.faults.iter().flat_map(|(_, faults)| faults).filter(|fault| fault.grade != Grade::Warning).count()
    }
}

/// What was written, part by part, and what to do next.
fn text(found: &MappedRecords, terminal: Terminal) -> String {
    let mut out: String = found.parts.iter().map(part_text).collect();
    let errors = counted(found.errors(), "fault", "faults");
    out += &match (found.errors(), found.parts.is_empty()) {
        (0, _) => format!("next: wellspent records check {}\n", found.folder),
        (_, true) => format!("{}\n", terminal.red(&format!("nothing was written: {errors}"))),
        (_, false) => format!(
            "{}\n",
            terminal
                .red(&format!("{}: not everything could be read; {errors}. Every command refuses these tables", found.folder))
        ),
    };
    out
}

/// What to do where something was written that cannot be used.
fn hint(found: &MappedRecords) -> Option<String> {
    let unusable = found.errors() > 0 && !found.parts.is_empty();
    unusable.then(|| format!("hint: correct the faults above, delete {} and make it again", found.folder))
}

fn part_text(part: &MappedPart) -> String {
    let count = |count: u64| thousands(count as i64);
    let from = match &part.file {
        Some(file) => format!("{} of {file}", counted(part.read, "row", "rows")),
        None => "the map itself".to_owned(),
    };
    let rows = plural(part.written, "row", "rows");
    let mut out = format!("{:<14} {:<16} {:>12} {rows} from {from}\n", part.table, part.name, count(part.written));
    let mut line = |rows: &CountedRows, one: &str, many: &str, then: &str| {
        if rows.count > 0 {
            let places =
                Some(rows.places()).filter(|places| !places.is_empty()).map_or(String::new(), |places| format!(", {places}"));
            out += &format!("{:<31} {:>12} {}{places}; {then}\n", "", count(rows.count), plural(rows.count, one, many));
        }
    };
    for (column, rows) in &part.not_found {
        let of = |be: &str| format!("of `{column}` {be} where");
        let (one, many) =
            (format!("value {} it was looked up", of("is not")), format!("values {} they were looked up", of("are not")));
        line(rows, &one, &many, "left empty");
    }
    line(&part.without_day, "row has no day and belongs to no run", "rows have no day and belong to no run", "left out");
    line(&part.without_item, "row has nothing in the list to split", "rows have nothing in the list to split", "left out");
    for (column, rows) in &part.emptied {
        let of = |cells: &str| format!("{cells} of {column} with a word for nothing");
        line(rows, &of("cell"), &of("cells"), "left empty");
    }
    for (column, rows) in &part.unlike_days {
        let (one, many) = (format!("day of `{column}` cannot be read"), format!("days of `{column}` cannot be read"));
        let (it_is, it) = (plural(rows.count, "it is", "they are"), plural(rows.count, "it", "them"));
        line(rows, &one, &many, &format!("copied as {it_is}, and `wellspent records check` refuses {it}"));
    }
    out + &part.left_out.iter().map(left_out_text).collect::<String>()
}

/// Values that nobody has spoken of, each with its rows: a slip looks like any other word.
fn left_out_text(values: &LeftOutValues) -> String {
    let count = |rows: u64| counted(rows, "row", "rows");
    let named: Vec<String> = values.words.iter().map(|(word, rows)| format!("{word} in {}", count(*rows))).collect();
    let named = match (named.is_empty(), values.different) {
        (false, _) => named.join(", "),
        (true, 1) => format!("another value in {}", count(values.rows)),
        (true, different) => format!("{} other values in {}", thousands(different as i64), count(values.rows)),
    };
    format!("{:<44} not in `only` of {}, and left out: {named}\n", "", values.column)
}

/// Every fault for standard error. Rows that are wrong in the same way are reported once.
fn faults_text(found: &MappedRecords) -> Vec<String> {
    let mut out = Vec::new();
    for (file, faults) in &found.faults {
        for (at, fault) in faults.iter().enumerate() {
            let same = |other: &&Fault| (other.what, &other.column) == (fault.what, &fault.column);
            if faults[..at].iter().any(|other| same(&other)) {
                continue;
            }
            let column = if fault.column.is_empty() { String::new() } else { format!(" `{}`:", fault.column) };
            let line = if fault.place > 0 { format!(":{}", fault.place) } else { String::new() };
            let more = faults[at..].iter().filter(same).count() as u64 - 1;
            let more = if more > 0 { format!(", and in {}", counted(more, "more row", "more rows")) } else { String::new() };
            let label = if fault.grade == Grade::Warning { "warning" } else { "error" };
            let value = fault.value.as_ref().map_or_else(String::new, |value| format!("\n      found     {value}"));
            out.push(format!(
                "{label}: {file}{line}:{column} {}{more}{value}\n      expected  {}\nhint: {}",
                fault.what, fault.expected, fault.fix
            ));
        }
    }
    out
}

/// What a map made of an agency's own files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordsMapDocument {
    /// the folder that was written to
    pub folder: String,
    /// how many faults there are that are not only warnings
    pub errors: usize,
    /// the parts of the map that were carried out, in its order
    pub parts: Vec<MappedPartEntry>,
    /// every fault
    pub faults: Vec<MapFaultEntry>,
    /// what else there is to say
    pub notes: Vec<String>,
}

/// What one part of the map wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MappedPartEntry {
    /// the table
    pub table: String,
    /// the name of the part
    pub name: String,
    /// the file that was read; null where the map itself has the values
    pub file: Option<String>,
    /// how many rows were read
    pub read: u64,
    /// how many rows were written
    pub written: u64,
    /// values that are not where they were looked up, and are left empty
    pub not_found: u64,
    /// rows without a day, which belong to no run of days and are left out
    pub without_day: u64,
    /// rows with nothing in the list that was to be split, which are left out
    pub without_item: u64,
    /// days that are not written like the others of their column; they are copied, and the check refuses them
    pub unlike_days: u64,
    /// cells with a word that the map says is empty
    pub emptied: u64,
    /// values of the columns of `only` of which the map says nothing; their rows are left out
    pub left_out: Vec<LeftOutEntry>,
    /// where to look for each of these: the column of the table, empty for the row as a whole, and the first rows of the file
    pub first_rows: Vec<MapRowsEntry>,
}

/// Values of a column of `only` that are none of the wanted ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOutEntry {
    /// the column of the file
    pub column: String,
    /// each value with its rows; empty where the values may identify somebody
    pub values: Vec<LeftOutValue>,
    /// how many different values there are
    pub different: u64,
    /// how many rows have one of them
    pub rows: u64,
}

/// A value, and how many rows have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOutValue {
    /// the value
    pub value: String,
    /// how many rows have it
    pub rows: u64,
}

/// The first rows of a file with one thing that a map could not copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MapRowsEntry {
    /// which of the counts it is about: not_found, without_day, without_item, unlike_days or emptied
    pub of: String,
    /// the column of the table, or of the file for emptied; empty for the row as a whole
    pub column: String,
    /// the first rows of the file, as a spreadsheet counts them
    pub rows: Vec<u64>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MapFaultEntry {
    /// the file
    pub file: String,
    /// the line of a CSV file or the row of another file, from 1; null for the file as a whole
    pub place: Option<u64>,
    /// the column; empty for the row as a whole
    pub column: String,
    /// what is wrong
    pub what: String,
    /// what was read; null where there is no value, or a personal one
    pub value: Option<String>,
    /// what was expected
    pub expected: String,
    /// how to fix it
    pub fix: String,
    /// whether it is only a warning
    pub warning: bool,
}

impl From<&MappedRecords> for RecordsMapDocument {
    fn from(found: &MappedRecords) -> RecordsMapDocument {
        let part = |part: &MappedPart| MappedPartEntry {
            table: part.table.to_owned(),
            name: part.name.clone(),
            file: part.file.clone(),
            read: part.read,
            written: part.written,
            not_found: part.not_found.values().map(|rows| rows.count).sum(),
            without_day: part.without_day.count,
            without_item: part.without_item.count,
            unlike_days: part.unlike_days.values().map(|rows| rows.count).sum(),
            emptied: part.emptied.values().map(|rows| rows.count).sum(),
            left_out: part.left_out.iter().map(left_out).collect(),
            first_rows: first_rows(part),
        };
        let fault = |file: &String, fault: &Fault| MapFaultEntry {
            file: file.clone(),
            place: (fault.place > 0).then_some(fault.place),
            column: fault.column.clone(),
            what: fault.what.to_owned(),
            value: fault.value.clone(),
            expected: fault.expected.clone(),
            fix: fault.fix.clone(),
            warning: fault.grade == Grade::Warning,
        };
        RecordsMapDocument {
            folder: found.folder.clone(),
            errors: found.errors(),
            parts: found.parts.iter().map(part).collect(),
            faults: found.faults.iter().flat_map(|(file, faults)| faults.iter().map(|one| fault(file, one))).collect(),
            notes: found.notes.clone(),
        }
    }
}

fn left_out(values: &LeftOutValues) -> LeftOutEntry {
    let value = |(value, rows): &(String, u64)| LeftOutValue { value: value.clone(), rows: *rows };
    let LeftOutValues { column, words, different, rows } = values;
    LeftOutEntry { column: column.clone(), values: words.iter().map(value).collect(), different: *different, rows: *rows }
}

/// Where to look for what a part could not copy.
fn first_rows(part: &MappedPart) -> Vec<MapRowsEntry> {
    let not_found = part.not_found.iter().map(|(column, rows)| ("not_found", *column, rows));
    let left_out = [("without_day", "", &part.without_day), ("without_item", "", &part.without_item)];
    let unlike = part.unlike_days.iter().map(|(column, rows)| ("unlike_days", *column, rows));
    let emptied = part.emptied.iter().map(|(column, rows)| ("emptied", column.as_str(), rows));
    let all = not_found.chain(left_out).chain(unlike).chain(emptied).filter(|(_, _, rows)| rows.count > 0);
    all.map(|(of, column, rows)| MapRowsEntry { of: of.to_owned(), column: column.to_owned(), rows: rows.first.clone() })
        .collect()
}

impl JsonDocument for RecordsMapDocument {
    const SCHEMA: &'static str = "wellspent-records-map/1";
    const COMMAND: &'static str = "wellspent records map --json";
}

//! What was left out of a folder of records when its tables were made by keeping only the rows that can be used. The list lies
//! beside the tables, and everything that reads them counts these rows as set aside. Otherwise a run that the first tables do not
//! allow would go through on what is left of them. A second, small file says how long the list is, so that a list that was lost or cut is
//! missed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::csv_cell::quoted;
use base::english::counted;
use base::hinted::Hinted;
use base::money::thousands;

use crate::csv;
use crate::fault::{Fault, Grade, visible};
use crate::gate::TableRules;
use crate::schema::{RecordTable, table};
use crate::spelling;

use super::safe::{self, LARGEST_LIST_BYTES};

/// The name of the list in the folder of tables.
pub const SET_ASIDE: &str = "set-aside.csv";

/// What the name of a table ends in when rows were left out of it: `events-kept.csv`.
pub const KEPT_PART: &str = "-kept";

/// The name of the file that says how long the list is.
pub const KEPT: &str = "kept.csv";

const COLUMNS: [&str; 7] = ["table", "row", "column", "grade", "what", "file", "kind"];
const KEPT_COLUMNS: [&str; 1] = ["left_out"];
const ROW: &str = "set aside";
const REFUSED: &str = "refused";

/// A fault of the tables that these tables were made from.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierFault {
    pub table: &'static RecordTable,
    pub fault: Fault,
}

impl EarlierFault {
    /// Whether the row may be one that rules need. Its kind is clearly another one where they need some kinds, and none that is spelled
    /// nearly like it.
    #[must_use]
    pub fn may_be_needed(&self, rules: &TableRules) -> bool {
        let Some(kind) = self.fault.kind.as_deref().filter(|_| self.fault.grade == Grade::Row) else { return true };
        let is_other = rules.other_kinds.iter().any(|other| other == kind);
        let is_near = || spelling::nearest(kind, rules.kinds.iter().map(String::as_str)).is_some();
        rules.kinds.is_empty() || rules.kinds.iter().any(|needed| needed == kind) || !is_other && is_near()
    }
}

/// The list of a folder while it is written. There is none where nothing was left out.
pub struct SetAsideList {
    folder: PathBuf,
    file: Option<BufWriter<File>>,
    rows: u64,
    /// The tables that rows were left out of.
    tables: BTreeSet<&'static str>,
}

impl SetAsideList {
    #[must_use]
    pub fn begin(folder: &Path) -> SetAsideList {
        SetAsideList { folder: folder.to_owned(), file: None, rows: 0, tables: BTreeSet::new() }
    }

    /// Adds a fault of a file, unless its row is used all the same.
    pub fn add(&mut self, table: &'static RecordTable, file: &str, fault: &Fault) -> anyhow::Result<()> {
        let grade = match fault.grade {
            Grade::File | Grade::Refused => REFUSED,
            Grade::Row => ROW,
            Grade::Repeat | Grade::Warning => return Ok(()),
        };
        let list = match &mut self.file {
            Some(list) => list,
            None => {
                let list = self.file.insert(BufWriter::new(create(&self.folder.join(SET_ASIDE))?));
                writeln!(list, "{}", COLUMNS.join(","))?;
                list
            }
        };
        // Only names of our own: others may be anything.
        let column = table.columns.iter().find(|column| column.name == fault.column).map_or("", |column| column.name);
        // A fault that was found before keeps its own words.
        let what = if fault.what == LEFT_OUT || fault.what == STOPS { fault.value.as_deref() } else { None };
        let what = what.unwrap_or(fault.what);
        let (file, kind) = (quoted(file), quoted(fault.kind.as_deref().unwrap_or_default()));
        writeln!(list, "{},{},{column},{grade},{},{file},{kind}", table.name, fault.place, quoted(what))?;
        self.rows += 1;
        self.tables.insert(table.name);
        Ok(())
    }

    /// Finishes the list. A table that rows were left out of says so in the name of its file, so that it is not taken for the whole one
    /// where both lists are lost.
    pub fn end(self) -> anyhow::Result<()> {
        let Some(mut list) = self.file else { return Ok(()) };
        list.flush()?;
        for table in &self.tables {
            for ending in ["csv", "parquet"] {
                let written = self.folder.join(format!("{table}.{ending}"));
                if written.exists() {
                    let kept = self.folder.join(format!("{table}{KEPT_PART}.{ending}"));
                    std::fs::rename(&written, &kept).with_context(|| format!("could not write {}", kept.display()))?;
                }
            }
        }
        write!(create(&self.folder.join(KEPT))?, "{}\n{}\n", KEPT_COLUMNS.join(","), self.rows)?;
        Ok(())
    }
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create_new(path).with_context(|| format!("could not write {}", path.display()))
}

/// What the data-quality report says of such a row, and of a fault that stops a run.
const LEFT_OUT: &str = "the row was set aside when these tables were made";
const STOPS: &str = "the tables that these were made from do not allow a result";

/// What was left out of the tables of a folder; nothing where the folder has no list.
///
/// # Errors
/// The list cannot be read, or is not as long as the folder says.
pub fn read(folder: &Path) -> anyhow::Result<Vec<EarlierFault>> {
    // As the tables are found, whatever the case of the letters in their names.
    let names = std::fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.file_name()).collect::<Vec<_>>());
    let names = names.unwrap_or_default();
    let named = |wanted: &str| {
        let is_it = |name: &&std::ffi::OsString| name.to_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        names.iter().find(is_it).map(|name| folder.join(name))
    };
    let found = named(SET_ASIDE).map_or(Ok(Vec::new()), |path| read_list(&path))?;
    let Some(path) = named(KEPT) else {
        let marked = names.iter().filter_map(|name| name.to_str()).find(|name| has_mark(name));
        return match marked {
            Some(table) => bail!(Hinted::new(
                format!(
                    "{} has what was kept of a table, and {KEPT}, which says how much was left out, is missing",
                    folder.join(table).display()
                ),
                format!("copy {KEPT} and {SET_ASIDE} from where the tables were made, or {MAKE_AGAIN}"),
            )),
            None => Ok(found),
        };
    };
    match read_length(&path)? {
        Some(length) if length == found.len() as u64 => Ok(found),
        Some(length) => bail!(Hinted::new(
            format!(
                "{} says that {} left out of these tables, and {SET_ASIDE} lists {}",
                path.display(),
                counted(length, "row was", "rows were"),
                thousands(found.len() as i64)
            ),
            format!("copy {SET_ASIDE} from where the tables were made, or {MAKE_AGAIN}"),
        )),
        None => bail!(unreadable(&path)),
    }
}

/// Whether the name of a file is that of what was kept of a table.
fn has_mark(name: &str) -> bool {
    let name = name.to_lowercase();
    name.split_once('.').and_then(|(stem, _)| stem.strip_suffix(KEPT_PART)).is_some_and(|stem| table(stem).is_some())
}

const MAKE_AGAIN: &str = "make the tables again: wellspent records check DIR --keep GOOD";

fn unreadable(path: &Path) -> Hinted {
    Hinted::new(format!("{} says which rows were left out of these tables, and it cannot be read", path.display()), MAKE_AGAIN)
}

fn read_list(path: &Path) -> anyhow::Result<Vec<EarlierFault>> {
    let mut out = Some(Vec::new());
    let read = csv::texts(safe::open(path, LARGEST_LIST_BYTES)?, &COLUMNS, |cells| {
        let fault = earlier(cells);
        out = out.take().zip(fault).map(|(mut out, fault)| {
            out.push(fault);
            out
        });
    });
    let (header, faults) = read.with_context(|| format!("could not read {}", path.display()))?;
    let has_columns = COLUMNS.iter().all(|name| header.iter().any(|known| known == name));
    out.filter(|_| has_columns && faults.is_empty()).ok_or_else(|| unreadable(path).into())
}

/// How many rows the list has, as the small file beside it says.
fn read_length(path: &Path) -> anyhow::Result<Option<u64>> {
    let mut lengths = Vec::new();
    let read = csv::texts(safe::open(path, LARGEST_LIST_BYTES)?, &KEPT_COLUMNS, |cells| {
        lengths.push(cells.first().and_then(|cell| cell.parse().ok()));
    });
    read.with_context(|| format!("could not read {}", path.display()))?;
    Ok(if let [length] = lengths[..] { length } else { None })
}

fn earlier(cells: &[&str]) -> Option<EarlierFault> {
    let [name, row, column, grade, what, file, kind] = cells else { return None };
    let table = table(name)?;
    let place: u64 = row.parse().ok()?;
    let fix = "correct the tables that these were made from, and make these again";
    let of = if file.is_empty() { "there".to_owned() } else { format!("of {}", visible(file)) };
    let value = if place > 0 && !what.starts_with("row ") { format!("row {place} {of}: {what}") } else { (*what).to_owned() };
    let fault = match *grade {
        ROW => Fault::row(0, LEFT_OUT, "all rows of the first tables", fix),
        REFUSED => Fault::file(STOPS, "tables without such faults", fix).refused(),
        _ => return None,
    };
    let column = table.columns.iter().find(|known| known.name == *column).map_or(String::new(), |known| known.name.to_owned());
    let kind = (!kind.is_empty()).then(|| (*kind).to_owned());
    Some(EarlierFault { table, fault: Fault { column, value: Some(value), kind, ..fault } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_read_back_and_passed_on() {
        let folder = std::env::temp_dir().join(format!("wellspent-set-aside-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        assert_eq!(read(&folder).expect("no list"), []);
        let events = table("events").expect("a table");
        let faults = [
            Fault { column: "date".into(), ..Fault::row(7, "this day does not exist", "", "") },
            Fault { kind: Some("offence".into()), ..Fault::row(9, "a, \"b\"", "", "") }.refused(),
            Fault::row(11, "it counts once", "", "").warning(),
        ];
        let write = |faults: &[Fault]| {
            let mut list = SetAsideList::begin(&folder);
            faults
                .iter()
                .try_for_each(|fault| list.add(events, "events-2.csv", fault))
                .and_then(|()| list.end())
                .expect("it is written");
            let found = read(&folder).expect("a list");
            let list = std::fs::read_to_string(folder.join(SET_ASIDE)).expect("it is there");
            let lines = list.trim_end().lines().count();
            let cut: String = list.split_inclusive('\n').take(lines - 1).collect();
            std::fs::write(folder.join(SET_ASIDE), cut).expect("it is written");
            assert!(read(&folder).is_err(), "a list that was cut is missed");
            std::fs::remove_file(folder.join(SET_ASIDE)).expect("it is there");
            assert!(read(&folder).is_err(), "a list that was lost is missed");
            std::fs::remove_file(folder.join(KEPT)).expect("it is there");
            found
        };
        let found = write(&faults);
        let said: Vec<_> =
            found.iter().map(|found| (found.fault.grade, found.fault.value.as_deref().unwrap_or_default())).collect();
        assert_eq!(
            said,
            [(Grade::Row, "row 7 of events-2.csv: this day does not exist"), (Grade::Refused, "row 9 of events-2.csv: a, \"b\""),]
        );
        let again: Vec<Fault> = found.iter().map(|found| found.fault.clone()).collect();
        assert_eq!(write(&again), found, "tables made from these have the same list");
        for damaged in [
            "",
            "table,row\n",
            "table,row,column,grade,what,file,kind\nevents,x,date,set aside,y,,\n",
            "table,row,column,grade,what\nevents,1,date,set aside,y\n",
            "table,row,column,grade,what,file,kind\nevents,1\n",
        ] {
            std::fs::write(folder.join(SET_ASIDE), damaged).expect("it is written");
            assert!(read(&folder).is_err(), "{damaged}");
        }
        std::fs::remove_dir_all(&folder).expect("it is removed");
    }
}

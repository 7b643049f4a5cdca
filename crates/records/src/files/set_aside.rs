//! What was left out of a folder of records when its tables were made by keeping only the rows that can be used. The list lies
//! beside the tables, and everything that reads them counts these rows as set aside. Otherwise a run that the first tables do not
//! allow would go through on what is left of them.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::csv_cell::quoted;
use base::hinted::Hinted;

use crate::csv;
use crate::fault::{Fault, Grade};
use crate::schema::{RecordTable, table};

use super::safe::{self, LARGEST_LIST_BYTES};

/// The name of the list in the folder of tables.
pub const SET_ASIDE: &str = "set-aside.csv";

const COLUMNS: [&str; 5] = ["table", "row", "column", "grade", "what"];
const ROW: &str = "set aside";
const REFUSED: &str = "refused";

/// A fault of the tables that these tables were made from.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierFault {
    pub table: &'static RecordTable,
    pub fault: Fault,
}

/// The list of a folder while it is written. There is none where nothing was left out.
pub struct SetAsideList {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl SetAsideList {
    #[must_use]
    pub fn begin(folder: &Path) -> SetAsideList {
        SetAsideList { path: folder.join(SET_ASIDE), file: None }
    }

    /// Adds a fault, unless its row is used all the same.
    pub fn add(&mut self, table: &RecordTable, fault: &Fault) -> anyhow::Result<()> {
        let grade = match fault.grade {
            Grade::File | Grade::Refused => REFUSED,
            Grade::Row => ROW,
            Grade::Repeat | Grade::Warning => return Ok(()),
        };
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = File::create_new(&self.path).with_context(|| format!("could not write {}", self.path.display()))?;
                let file = self.file.insert(BufWriter::new(file));
                writeln!(file, "{}", COLUMNS.join(","))?;
                file
            }
        };
        // Only names of our own: others may be anything.
        let column = table.columns.iter().find(|column| column.name == fault.column).map_or("", |column| column.name);
        // A fault that was found before keeps its own words.
        let what = if fault.what == LEFT_OUT || fault.what == STOPS { fault.value.as_deref() } else { None };
        let what = what.unwrap_or(fault.what);
        writeln!(file, "{},{},{column},{grade},{}", table.name, fault.place, quoted(what))?;
        Ok(())
    }

    /// Finishes the list.
    pub fn end(self) -> anyhow::Result<()> {
        self.file.map_or(Ok(()), |mut file| Ok(file.flush()?))
    }
}

/// What the data-quality report says of such a row, and of a fault that stops a run.
const LEFT_OUT: &str = "the row was set aside when these tables were made";
const STOPS: &str = "the tables that these were made from do not allow a result";

/// What was left out of the tables of a folder; nothing where the folder has no list.
pub fn read(folder: &Path) -> anyhow::Result<Vec<EarlierFault>> {
    // As the tables are found, whatever the case of the letters in their names.
    let names = std::fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.file_name()).collect::<Vec<_>>());
    let own = |name: &std::ffi::OsString| name.to_str().is_some_and(|name| name.eq_ignore_ascii_case(SET_ASIDE));
    let Some(path) = names.unwrap_or_default().into_iter().find(own).map(|name| folder.join(name)) else {
        return Ok(Vec::new());
    };
    let mut out = Some(Vec::new());
    let read = csv::texts(safe::open(&path, LARGEST_LIST_BYTES)?, &COLUMNS, |cells| {
        let fault = earlier(cells);
        out = out.take().zip(fault).map(|(mut out, fault)| {
            out.push(fault);
            out
        });
    });
    let (header, faults) = read.with_context(|| format!("could not read {}", path.display()))?;
    let has_columns = COLUMNS.iter().all(|name| header.iter().any(|known| known == name));
    match out.filter(|_| has_columns && faults.is_empty()) {
        Some(out) => Ok(out),
        None => bail!(Hinted::new(
            format!("{} says which rows were left out of these tables, and it cannot be read", path.display()),
            "make the tables again: wellspent records check DIR --keep GOOD",
        )),
    }
}

fn earlier(cells: &[&str]) -> Option<EarlierFault> {
    let [name, row, column, grade, what] = cells else { return None };
    let table = table(name)?;
    let place: u64 = row.parse().ok()?;
    let fix = "correct the tables that these were made from, and make these again";
    let value = if place > 0 && !what.starts_with("row ") { format!("row {place} there: {what}") } else { (*what).to_owned() };
    let fault = match *grade {
        ROW => Fault::row(0, LEFT_OUT, "all rows of the first tables", fix),
        REFUSED => Fault::file(STOPS, "tables without such faults", fix).refused(),
        _ => return None,
    };
    let column = table.columns.iter().find(|known| known.name == *column).map_or(String::new(), |known| known.name.to_owned());
    Some(EarlierFault { table, fault: Fault { column, value: Some(value), ..fault } })
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
            Fault::row(9, "a, \"b\"", "", "").refused(),
            Fault::row(11, "it counts once", "", "").warning(),
        ];
        let write = |faults: &[Fault]| {
            let mut list = SetAsideList::begin(&folder);
            faults.iter().try_for_each(|fault| list.add(events, fault)).and_then(|()| list.end()).expect("it is written");
            let read = read(&folder).expect("a list");
            std::fs::remove_file(folder.join(SET_ASIDE)).expect("it is there");
            read
        };
        let found = write(&faults);
        let said: Vec<_> =
            found.iter().map(|found| (found.fault.grade, found.fault.value.as_deref().unwrap_or_default())).collect();
        assert_eq!(said, [(Grade::Row, "row 7 there: this day does not exist"), (Grade::Refused, "row 9 there: a, \"b\""),]);
        let again: Vec<Fault> = found.iter().map(|found| found.fault.clone()).collect();
        assert_eq!(write(&again), found, "tables made from these have the same list");
        for damaged in [
            "",
            "table,row\n",
            "table,row,column,grade,what\nevents,x,date,set aside,y\n",
            "table,row,column,grade,what\nevents,1\n",
        ] {
            std::fs::write(folder.join(SET_ASIDE), damaged).expect("it is written");
            assert!(read(&folder).is_err(), "{damaged}");
        }
        std::fs::remove_dir_all(&folder).expect("it is removed");
    }
}

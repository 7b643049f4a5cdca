//! `wellspent records map MAP DATA --out DIR`: an agency's own files, as they are, become the tables of records.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use base::cell::quoted;
use base::money::thousands;
use clap::Args;
use records::csv;
use records::fault::{Fault, Grade};
use records::map::{self, Dates, Done, LookUps, Part, Source};
use records::rows::Rows;

use crate::print;
use records::files::safe::{self, LARGEST_TABLE_BYTES, Reach};
use records::files::write::Unfinished;
use records::files::{input, parquet_rows};
use wellspent::folder;

#[derive(Args)]
pub struct Map {
    /// The map, a TOML file: which column of which file becomes which column of which table
    map: PathBuf,
    /// The folder with the agency's files: CSV, Excel, OpenDocument or Parquet
    data: PathBuf,
    /// Write the tables into this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(command: &Map) -> anyhow::Result<ExitCode> {
    let (parts, warnings) = folder::document(&command.map, map::read)?;
    warnings.iter().for_each(|warning| print::stderr(warning));
    safe::must_be_folder(&command.data, "the folder with the agency's files")?;
    let data = Data { folder: &command.data, reach: Reach::asked(folder::outside_files_allowed()) };
    let mut faults = 0;
    let look_ups = look_ups(&parts, &data, &mut faults)?;
    // Nothing is written where it is open what a value is: who reads the tables could not tell.
    let dates = if faults == 0 { dates(&parts, &data, &look_ups, &mut faults)? } else { Vec::new() };
    if faults > 0 {
        let many = if faults == 1 { "1 fault".to_owned() } else { format!("{} faults", thousands(faults as i64)) };
        print::stdout(&format!("{}\n", print::red(&format!("nothing was written: {many}"))))?;
        return Ok(ExitCode::from(1));
    }
    let unfinished = Unfinished::begin(&command.out)?;
    let mut tables: BTreeMap<&str, BufWriter<File>> = BTreeMap::new();
    for (part, dates) in parts.iter().zip(&dates) {
        if !tables.contains_key(part.table.name) {
            let path = command.out.join(format!("{}.csv", part.table.name));
            let file = File::create_new(&path).with_context(|| format!("could not write {}", path.display()))?;
            tables.entry(part.table.name).or_insert(BufWriter::new(file)).write_all(csv::header_line(part.table).as_bytes())?;
        }
        let Some(table) = tables.get_mut(part.table.name) else { continue };
        let mut from = part.file.as_ref().map(|file| data.open(file, part.sheet.as_deref())).transpose()?;
        let done = map::rows(part, from.as_deref_mut(), &look_ups, dates, |row| write(row, table))
            .with_context(|| format!("could not read {}", part.file.as_deref().unwrap_or_default()))?;
        faults += tell(part, &done)?;
    }
    tables.into_values().try_for_each(|mut table| table.flush())?;
    let into = command.out.display();
    if faults > 0 {
        // The folder keeps its mark, so that nobody pays by what is missing from it.
        let many = if faults == 1 { "1 fault".to_owned() } else { format!("{} faults", thousands(faults as i64)) };
        print::stdout(&format!(
            "{}\n",
            print::red(&format!("{into}: not everything could be read; {many}. These tables are refused by every command"))
        ))?;
        print::stderr(&format!("hint: correct what is told above, delete {into} and make it again"));
        return Ok(ExitCode::from(1));
    }
    print::stdout(&format!("next: wellspent records check {into}\n"))?;
    unfinished.end()?;
    Ok(ExitCode::SUCCESS)
}

/// The folder with the agency's files.
struct Data<'a> {
    folder: &'a Path,
    reach: Reach,
}

impl Data<'_> {
    fn open(&self, file: &str, sheet: Option<&str>) -> anyhow::Result<Box<dyn Rows>> {
        let path = safe::named(self.folder, file, self.reach)?;
        let opened = safe::open(&path, LARGEST_TABLE_BYTES).context("the map names a file that cannot be read")?;
        let refused = |fault: Fault| input::refused(&path, &fault);
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) {
            return Ok(Box::new(parquet_rows::open(opened).map_err(|fault| refused(*fault))?));
        }
        Ok(Box::new(input::open(opened, &path, sheet)?.map_err(refused)?))
    }
}

/// Everything that values are looked up in.
fn look_ups(parts: &[Part], data: &Data<'_>, faults: &mut u64) -> anyhow::Result<LookUps> {
    let mut look_ups = LookUps::new();
    for step in map::look_ups(parts) {
        if !look_ups.contains_key(step) {
            let (Source { file, sheet }, key, column) = step;
            let known = look_ups.entry(step.clone()).or_default();
            let found = map::look_up(&mut *data.open(file, sheet.as_deref())?, key, column, known)
                .with_context(|| format!("could not read {file}"))?;
            *faults += say(&with_sheet(file, sheet.as_deref()), &found);
        }
    }
    Ok(look_ups)
}

/// How the days of each part are read.
fn dates(parts: &[Part], data: &Data<'_>, look_ups: &LookUps, faults: &mut u64) -> anyhow::Result<Vec<Dates>> {
    let mut all = Vec::new();
    for part in parts {
        let mut dates = Dates::new();
        if let Some(file) = part.file.as_ref().filter(|_| part.has_days()) {
            let read = map::survey(part, &mut *data.open(file, part.sheet.as_deref())?, look_ups)
                .with_context(|| format!("could not read {file}"))?;
            match read {
                Ok(read) => dates = read,
                Err(found) => *faults += say(&with_sheet(file, part.sheet.as_deref()), &found),
            }
        }
        all.push(dates);
    }
    Ok(all)
}

/// Says what a part wrote and what it could not; gives the number of faults.
fn tell(part: &Part, done: &Done) -> io::Result<u64> {
    let file = part.file.as_deref().unwrap_or("the map itself");
    let (read, written) = (thousands(done.read as i64), thousands(done.written as i64));
    let from = if part.file.is_some() { format!("{read} rows of {file}") } else { file.to_owned() };
    let mut out = format!("{:<14} {:<16} {written:>12} rows from {from}\n", part.table.name, part.name);
    if done.not_found > 0 {
        out += &format!(
            "{:<31} {:>12} values are not where they were looked up; left empty\n",
            "",
            thousands(done.not_found as i64)
        );
    }
    if done.no_day > 0 {
        out += &format!("{:<31} {:>12} rows have no day and belong to no run; left out\n", "", thousands(done.no_day as i64));
    }
    if let Some((column, row)) = done.first_strange {
        let first = if row > 0 { format!(", the first in row {row}") } else { String::new() };
        let days = if done.strange == 1 { "day is" } else { "days are" };
        out += &format!(
            "{:<31} {:>12} {days} not written like the others of `{column}`{first}; the check will tell\n",
            "",
            thousands(done.strange as i64)
        );
    }
    print::stdout(&out)?;
    Ok(say(&with_sheet(file, part.sheet.as_deref()), &done.faults))
}

/// A file, and its sheet where the map names one.
fn with_sheet(file: &str, sheet: Option<&str>) -> String {
    sheet.map_or(file.to_owned(), |sheet| format!("{file}, sheet {sheet}"))
}

/// Every fault of a file, rows that are wrong in the same way told once.
fn say(file: &str, faults: &[Fault]) -> u64 {
    for (at, fault) in faults.iter().enumerate() {
        let same = |other: &&Fault| (other.what, &other.column) == (fault.what, &fault.column);
        if faults[..at].iter().any(|other| same(&other)) {
            continue;
        }
        let column = if fault.column.is_empty() { String::new() } else { format!(" `{}`:", fault.column) };
        let line = if fault.place > 0 { format!(":{}", fault.place) } else { String::new() };
        let more = faults[at..].iter().filter(same).count() - 1;
        let more = if more > 0 { format!(", and in {more} more rows") } else { String::new() };
        let label = if fault.grade == Grade::Warning { "warning" } else { "error" };
        let found = fault.value.as_ref().map_or_else(String::new, |value| format!("\n      found     {value}"));
        print::stderr(&format!(
            "{label}: {file}{line}:{column} {}{more}{found}\n      expected  {}\nhint: {}",
            fault.what, fault.expected, fault.fix
        ));
    }
    faults.iter().filter(|fault| fault.grade != Grade::Warning).count() as u64
}

/// One row as CSV.
fn write(row: &[String], table: &mut BufWriter<File>) -> io::Result<()> {
    for (at, text) in row.iter().enumerate() {
        if at > 0 {
            table.write_all(b",")?;
        }
        table.write_all(quoted(text).as_bytes())?;
    }
    table.write_all(b"\n")
}

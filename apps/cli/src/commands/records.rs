//! `wellspent records check DIR`: every fault of the tables that agencies hand over, with its fix, in one go. `map` makes such
//! tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use records::batch::Batch;
use records::check::Check;
use records::fault::{Fault, Grade};
use records::gate::{Asked, Door, Known};
use records::people;
use records::schema::TABLES;

use crate::args::TableFormat;
use crate::commands::map::{self, Map};
use crate::print;
use records::files::list::List;
use records::files::through::hearing;
use records::files::write::{Unfinished, Writer};
use records::files::{Format, TableFile, find};

#[derive(Args)]
pub struct Records {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check tables of records: every fault with its file, row, column and fix
    Check {
        /// The folder with people.csv, starts.csv, events.csv …, each as CSV, Excel, OpenDocument or Parquet, or one workbook with
        /// a sheet for each
        folder: PathBuf,
        /// Write the rows that are right into this folder, which must be empty or new
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
        /// The format to keep rows in [default: that of each file]
        #[arg(long = "as", value_name = "FORMAT", requires = "keep")]
        format: Option<TableFormat>,
        /// Write every fault, a line each, into this file: CSV, or an Excel workbook where its name ends in .xlsx
        #[arg(long, value_name = "FILE")]
        list: Option<PathBuf>,
    },
    /// Make the tables from an agency's own files: CSV, Excel, OpenDocument or Parquet
    Map(Map),
}

pub fn run(command: &Records) -> anyhow::Result<ExitCode> {
    match &command.task {
        Task::Check { folder, keep, format, list } => check(folder, keep.as_deref(), format.map(Format::from), list.as_deref()),
        Task::Map(command) => map::run(command),
    }
}

fn check(folder: &Path, keep: Option<&Path>, format: Option<Format>, list: Option<&Path>) -> anyhow::Result<ExitCode> {
    let (files, others) = find(folder)?;
    let unfinished = keep.map(Unfinished::begin).transpose()?;
    let mut told = Told::new(list)?;
    for other in others {
        told.tell(&other.name, Format::Csv, other.fault(&|_| true))?;
    }
    let of = |name: &str| files.iter().filter(|file| file.table.name == name).collect::<Vec<_>>();
    let (mut good, mut all) = (0, 0);
    let mut people = people::Gather::default();
    let mut check = Checking { keep, format, told: &mut told, good: &mut good, all: &mut all };
    check.table(&of("people"), &Known::default(), &mut |batch| people.add(batch))?;
    let people = people.end();
    let mut known = Known::of((!of("people").is_empty()).then_some(&people.names));
    // What others refer to comes before them, and stands after the people in the order of the tables.
    let mut learned = Known::default();
    for name in ["providers", "lots"] {
        check.table(&of(name), &known, &mut |batch| learned.learn(batch))?;
    }
    learned.people = known.people.take();
    for table in TABLES.iter().filter(|table| !["people", "providers", "lots"].contains(&table.name)) {
        check.table(&of(table.name), &learned, &mut |_| {})?;
    }
    unfinished.map_or(Ok(()), Unfinished::end)?;
    print::stderr(&told.summary(&folder.display().to_string()));
    let (errors, warnings) = (told.errors, told.warnings);
    told.end()?;
    let summary = match files.is_empty() {
        true => format!("{}: there is no table here", folder.display()),
        false => format!("{}: {good} of {all} rows are right; {errors} faults, {warnings} warnings", folder.display()),
    };
    let sound = errors == 0 && !files.is_empty();
    print::stdout(&format!("{}\n", if sound { print::green(&summary) } else { print::red(&summary) }))?;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What goes through a check of a folder from table to table.
struct Checking<'a> {
    keep: Option<&'a Path>,
    format: Option<Format>,
    told: &'a mut Told,
    good: &'a mut u64,
    all: &'a mut u64,
}

impl Checking<'_> {
    /// Checks the files of one table through the gate, keeps the rows that can be used, and shows them to `learn`.
    fn table(&mut self, files: &[&TableFile], known: &Known<'_>, learn: &mut dyn FnMut(&Batch)) -> anyhow::Result<()> {
        let Some(first) = files.first() else { return Ok(()) };
        let asked = Asked { touches: true, ..Asked::default() };
        let door = Door::new(first.table, known, &asked);
        let format = self.format.unwrap_or(first.format);
        let mut writer = self.keep.map(|keep| Writer::begin(keep, first.table, format)).transpose()?;
        let mut check = Check::default();
        let told = &mut *self.told;
        let mut take = |batch: Batch, _| {
            check.rows(&batch);
            learn(&batch);
            writer.as_mut().map_or(Ok(()), |writer| writer.write(&batch))
        };
        let found = hearing(files, &door, &mut take, &mut |file, fault| told.tell(&file.name(), file.format, fault))?;
        for fault in check.end(first.table) {
            self.told.tell(&first.name(), first.format, fault)?;
        }
        writer.map_or(Ok(()), |writer| writer.end(first.table))?;
        for (file, rows) in files.iter().zip(&found.files) {
            print::stdout(&format!("{:<20} {:>12} rows, {:>12} of them right\n", file.name(), rows.read, rows.used))?;
            *self.good += rows.used;
            *self.all += rows.read;
        }
        Ok(())
    }
}

/// Faults as they come in: counted by kind with the first few of each kept, so that a million bad rows need no more memory than
/// ten. The list, when one is asked for, has them all.
struct Told {
    kinds: BTreeMap<(String, String, &'static str), Kind>,
    list: Option<List>,
    errors: u64,
    warnings: u64,
}

struct Kind {
    first: Fault,
    place: &'static str,
    count: u64,
    /// Where the first few are, with what was read there.
    places: Vec<(u64, Option<String>)>,
}

/// Places shown for one kind of fault.
const SHOWN: usize = 10;

impl Told {
    fn new(list: Option<&std::path::Path>) -> anyhow::Result<Told> {
        let list = list.map(List::begin).transpose()?;
        Ok(Told { kinds: BTreeMap::new(), list, errors: 0, warnings: 0 })
    }

    fn tell(&mut self, file: &str, format: Format, fault: Fault) -> anyhow::Result<()> {
        if let Some(list) = &mut self.list {
            let grade = if fault.grade >= Grade::Repeat { "warning" } else { "error" };
            list.add(file, grade, &fault)?;
        }
        match fault.grade {
            Grade::Warning | Grade::Repeat => self.warnings += 1,
            Grade::File | Grade::Refused | Grade::Row => self.errors += 1,
        }
        let key = (file.to_owned(), fault.column.clone(), fault.what);
        let place = if format == Format::Csv { "line" } else { "row" };
        let kind = self.kinds.entry(key).or_insert_with(|| Kind { first: fault.clone(), place, count: 0, places: Vec::new() });
        kind.count += 1;
        if kind.places.len() < SHOWN {
            kind.places.push((fault.place, fault.value));
        }
        Ok(())
    }

    /// Every kind of fault, errors first, with its first places.
    fn summary(&self, folder: &str) -> String {
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|((file, column, what), kind)| (kind.first.grade, file, column, what));
        let mut out = String::new();
        for ((file, column, what), kind) in kinds {
            let label = if kind.first.grade >= Grade::Repeat { "warning" } else { "error" };
            let column = if column.is_empty() { String::new() } else { format!(" `{column}`:") };
            let _ = writeln!(out, "{label}: {folder}/{file}:{column} {what}");
            for (place, value) in kind.places.iter().filter(|(place, value)| *place > 0 || value.is_some()) {
                let place = if *place > 0 { format!("{} {place}", kind.place) } else { "found".into() };
                let _ = writeln!(out, "      {place:<9} {}", value.as_deref().unwrap_or("(not shown: personal)"));
            }
            let more = kind.count - kind.places.len() as u64;
            if more > 0 {
                let _ = writeln!(out, "      … and {more} more");
            }
            let _ = writeln!(out, "      {:<9} {}\nhint: {}", "expected", kind.first.expected, kind.first.fix);
        }
        out
    }

    fn end(self) -> anyhow::Result<()> {
        let warning = self.list.map_or(Ok(None), List::end)?;
        warning.iter().for_each(|warning| print::stderr(warning));
        Ok(())
    }
}

//! `wellspent duplication RECORDS --purpose NAME --as-at DATE`: how many agencies hold each person, who has the same work done
//! twice, what that costs by department, and which agencies overlap most.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use base::cell::quoted;
use base::day::date;
use base::problem::Problem;
use base::source::{Bytes, Source};
use base::table::Table;
use clap::Args;
use contract::terms::RecordsPolicy;
use linkage::joined::duplication::{
    self, DUPLICATION_FILE, Entry, Looking, UNIT_COSTS, UnitCost, counts, pieces, readings, unit_costs,
};
use outcomes::Days;
use records::batch::{Batch, Name};

use crate::args::{AcceptArgs, AccessArgs, DaysArgs};
use crate::commands::stress::{is_standard, writable, write};
use crate::print::{self, bold, dim};
use records::files::through::asked;
use records::files::write::plain;
use records::files::{Format, TableFile};
use report::duplication::{Found, NO_COST, page, tables, told};
use report::quality;
use wellspent::access_log;
use wellspent::agencies::{self, Agencies};

#[derive(Args)]
pub struct Duplication {
    /// The folder with persons.csv, purposes.toml and a folder of records for each agency
    records: PathBuf,
    #[command(flatten)]
    access: AccessArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Unit costs of work, with their ranges and sources [default: unit-costs.csv in RECORDS, if it is there]
    #[arg(long, value_name = "FILE")]
    unit_costs: Option<PathBuf>,
    /// Write who has the same work done twice, a line each, into this CSV file
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Write it as a page with charts too; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub fn run(command: &Duplication) -> anyhow::Result<ExitCode> {
    [&command.html, &command.list].into_iter().flatten().try_for_each(|file| writable(file))?;
    let access = command.access.access()?;
    let mut agencies = agencies::open(&command.records, &access.purpose, command.days.days())?;
    let looking = agencies::read(&command.records, DUPLICATION_FILE, duplication::read)?.unwrap_or_default();
    looking.covered_by(&agencies.purpose)?;
    let unit_costs = costs(command, &mut agencies)?;
    let done = done(&mut agencies, &looking, command.days.days())?;
    let quality = agencies.judge(&RecordsPolicy::default(), command.accept.accepted(None)?)?;
    let links = agencies.links()?;
    let persons = readings(&agencies.members, &links, &looking);
    let counts = persons.map(|persons| counts(&agencies.members, &persons, &done));
    let found = Found {
        purpose: &agencies.purpose,
        days: command.days.days(),
        looking: &looking,
        unit_costs: &unit_costs,
        counts,
        links: links.len(),
    };
    // Only the list says who they are.
    let listed = found.counts[0].seconds.iter().filter(|_| command.list.is_some());
    let listed: BTreeSet<&str> = listed.map(|second| agencies.members[second.person].person.as_str()).collect();
    let listed: Vec<&str> = listed.into_iter().collect();
    access_log::note(&command.records, &access, "duplication", &listed)?;
    if let Some(file) = &command.list {
        write(file, &list(&agencies, &found))?;
    }
    if let Some(file) = &command.html {
        write(file, &page(&found))?;
    }
    if !command.html.as_deref().is_some_and(is_standard) {
        print::stdout(&text(&found))?;
    }
    print::notes(&quality::notes(&quality));
    Ok(ExitCode::SUCCESS)
}

/// All work that is looked at, of every agency that the purpose covers.
fn done(agencies: &mut Agencies, looking: &Looking, days: Days) -> anyhow::Result<Vec<duplication::Piece>> {
    let members = agencies.members.clone();
    let names: Vec<String> = agencies.folders.keys().cloned().collect();
    let mut done = Vec::new();
    for agency in names {
        let own = members.iter().enumerate().filter(|(_, member)| member.key.agency == agency);
        let people: BTreeMap<Name<'_>, usize> = own.map(|(at, member)| (Name::of(&member.key.id), at)).collect();
        let kinds = || looking.works.iter().flat_map(|work| &work.kinds);
        agencies.each(&agency, &|_, table| kinds().any(|(of, _)| of.name == table.name), &|_| asked(true), &mut |_, batch| {
            pieces(&mut done, looking, &batch, &people, days.days());
            Ok(())
        })?;
    }
    Ok(done)
}

/// The unit costs that are given; none where there is no file.
fn costs(command: &Duplication, agencies: &mut Agencies) -> anyhow::Result<Vec<UnitCost>> {
    let usual = command.records.join("unit-costs.csv");
    let path = match &command.unit_costs {
        Some(path) => path.clone(),
        None if usual.is_file() => usual,
        None => return Ok(Vec::new()),
    };
    let file = TableFile::new(&UNIT_COSTS, path.clone(), Format::Csv);
    let mut found = Vec::new();
    let mut batches: Vec<Batch> = Vec::new();
    file.read(&|_| true, &mut |batch, faults| {
        found.extend(faults);
        batches.push(batch);
        Ok(())
    })?;
    let database = database();
    let (costs, wrong) = unit_costs(&batches, &|code| database.get(code).cloned());
    found.extend(wrong);
    if !found.is_empty() {
        let lines = found.iter().map(|fault| {
            let value = fault.value.as_ref().map_or(String::new(), |value| format!(" ({value})"));
            format!("line {}, `{}`: {}{value}; expected {}; {}", fault.place, fault.column, fault.what, fault.expected, fault.fix)
        });
        bail!("{} cannot be used\n{}", path.display(), lines.collect::<Vec<_>>().join("\n"));
    }
    print::notes(agencies.left_out().as_slice());
    Ok(costs)
}

/// The fiscal unit costs of the GMCA Unit Cost Database by their codes, where the folder of data sets is at hand.
fn database() -> BTreeMap<String, Entry> {
    const FILE: &str = "gmca_unit_costs/gmca_v1_4.csv";
    let named = std::env::var_os("WELLSPENT_DATA").map(PathBuf::from);
    let folders = named.into_iter().chain([PathBuf::from("../shared/data")]);
    let Some(bytes) = folders.map(|folder| folder.join(FILE)).find_map(|path| std::fs::read(path).ok()) else {
        return BTreeMap::new();
    };
    let source = Source::decode(FILE, &Bytes::Read(bytes)).ok();
    source.map(|source| entries(&Table::parse(&source, &mut Vec::<Problem>::new()))).unwrap_or_default()
}

fn entries(table: &Table) -> BTreeMap<String, Entry> {
    let column = |name: &str| table.column(name);
    let columns = ["code", "saving_detail", "fiscal", "fiscal_year", "source"].map(column);
    let [Some(code), Some(detail), Some(fiscal), Some(year), Some(from)] = columns else { return BTreeMap::new() };
    let entry = |row: &Vec<base::table::Cell>| {
        let text = |column: usize| row[column].text.clone();
        let pounds: f64 = text(fiscal).parse().ok()?;
        let source = format!("GMCA Unit Cost Database v1.4, {}: {} ({})", text(code), text(detail), text(from));
        Some((text(code), ((pounds * 100.0).round() as i64, text(year), source)))
    };
    table.rows.iter().filter_map(entry).collect()
}

fn text(found: &Found<'_>) -> String {
    let mut out = format!("{}\n", bold("Duplication across agencies"));
    for sentence in told(found) {
        let _ = writeln!(out, "{}", print::wrap(&sentence, 100, ""));
    }
    for table in tables(found) {
        let header: Vec<String> = table.header.iter().map(|name| (*name).to_owned()).collect();
        let _ = write!(out, "\n{}\n{}", bold(&table.caption), lined_up(&header, &table.rows));
        if !table.note.is_empty() {
            let _ = writeln!(out, "{}", dim(&print::wrap(&table.note, 100, "")));
        }
    }
    out
}

/// Columns lined up: figures to the right, words to the left.
fn lined_up(header: &[String], rows: &[Vec<String>]) -> String {
    let all = || std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
    let width = |at: usize| all().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let figure = |cell: &String| cell.trim_start_matches('£').starts_with(|c: char| c.is_ascii_digit()) || cell == NO_COST;
    let figures: Vec<bool> = (0..header.len()).map(|at| rows.iter().all(|row| figure(&row[at]))).collect();
    let mut out = String::new();
    for row in all() {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let width = width(at);
            line += &if figures[at] { format!("  {cell:>width$}") } else { format!("  {cell:<width$}") };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Who has the same work done twice: a line for each second piece, as linked.
fn list(agencies: &Agencies, found: &Found<'_>) -> String {
    let mut out = "person,work,need,first_agency,first_from,second_agency,second_from\n".to_owned();
    for second in &found.counts[0].seconds {
        let person = &agencies.members[second.person].person;
        let [first, other] = &second.agencies;
        let work = &found.looking.works[second.work].name;
        let (from, again) = (date(second.from[0]).to_string(), date(second.from[1]).to_string());
        let cells = [person, work, &second.need, first, &from, other, &again].map(|cell| quoted(&plain(cell)).into_owned());
        let _ = writeln!(out, "{}", cells.join(","));
    }
    out
}

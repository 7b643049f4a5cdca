//! How many agencies hold each person, who has the same work done twice, what that costs by department, and which agencies
//! overlap most.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::bail;
use base::problem::Problem;
use base::source::{FileBytes, SourceFile};
use base::table::{CsvTable, TableCell};
use contract::terms::RecordsPolicy;
use linkage::joined::duplication::{
    self, CostEntry, DUPLICATION_FILE, DuplicationRules, PieceOfWork, SecondPiece, UNIT_COSTS, UnitCost, counts, pieces,
    unit_costs, variants,
};
use linkage::joined::work_spellings::WorkSpellings;
use linkage::purpose::Purpose;
use outcomes::QueryDates;
use records::batch::{Batch, Name};
use records::fault::{Fault, Grade, visible};
use records::files::gated::basic_rules;
use records::files::{FileFormat, TableFile};
use records::gate::quality::AcceptedFaults;
use records::schema::RecordTable;
use records::spelling;
pub use report::duplication::{DuplicationReport, RepeatedWork};

use crate::access_log::{self, Access};
use crate::agencies::{self, Agencies};
use crate::error::Error;

/// Which agencies' records are looked at, for whom.
#[derive(Clone, Debug)]
pub struct DuplicationRequest {
    /// The folder of several agencies.
    pub records: PathBuf,
    pub access: Access,
    pub days: QueryDates,
    /// The unit costs of work; without them `unit-costs.csv` in the folder, if it is there.
    pub unit_costs: Option<PathBuf>,
    /// Whether the result lists who has the same work done twice.
    pub with_list: bool,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
}

/// Counts duplication across agencies. The access log gets a row first, and one for each person where they are listed.
///
/// # Errors
/// The purpose does not cover it, or the records do not allow a result.
pub fn duplication(request: &DuplicationRequest) -> Result<DuplicationReport, Error> {
    let mut agencies = agencies::open(&request.records, &request.access.purpose, request.days)?;
    let looking = agencies::read(&request.records, DUPLICATION_FILE, duplication::read)?.unwrap_or_default();
    looking.covered_by(&agencies.purpose).map_err(anyhow::Error::from)?;
    let unit_costs = costs(request, &looking)?;
    let (done, spellings) = work_done(&mut agencies, &looking, request.days)?;
    for (file, fault) in spellings.faults(&looking.kinds(), &looking.other_kinds) {
        let affects_sum = fault.grade < Grade::Repeat;
        agencies.found_in(&file, fault, affects_sum);
    }
    for fault in misspelt_departments(&agencies, &looking) {
        agencies.note(DUPLICATION_FILE, fault);
    }
    let quality = agencies.judge(&RecordsPolicy::default(), request.accepted.clone())?;
    let links = agencies.links()?;
    let persons = variants(&agencies.members, &links, &looking);
    let counts = persons.map(|persons| counts(&agencies.members, &persons, &done));
    let list = request.with_list.then(|| -> Vec<RepeatedWork> {
        let repeated = |second: &SecondPiece| RepeatedWork {
            person: agencies.members[second.person].person.clone(),
            work: looking.works[second.work].name.clone(),
            need: second.need.clone(),
            agencies: second.agencies.clone(),
            from: second.from,
        };
        counts[0].seconds.iter().map(repeated).collect()
    });
    // Only the list shows who the people are.
    let listed: BTreeSet<&str> = list.iter().flatten().map(|repeated| repeated.person.as_str()).collect();
    access_log::note(&request.records, &request.access, "duplication", &listed.into_iter().collect::<Vec<_>>())?;
    let notes = agencies.left_out().into_iter().chain(never_seen(&looking, &done)).collect();
    let (purpose, links) = (agencies.purpose, links.len());
    Ok(DuplicationReport { purpose, days: request.days, looking, unit_costs, counts, links, list, quality, notes })
}

/// All work of the kinds that are counted, of every agency that the purpose covers.
fn work_done(
    agencies: &mut Agencies,
    looking: &DuplicationRules,
    days: QueryDates,
) -> anyhow::Result<(Vec<PieceOfWork>, WorkSpellings)> {
    let members = agencies.members.clone();
    let names: Vec<String> = agencies.folders.keys().cloned().collect();
    let (mut done, mut spellings) = (Vec::new(), WorkSpellings::default());
    for agency in names {
        let own = members.iter().enumerate().filter(|(_, member)| member.key.agency == agency);
        let people: BTreeMap<Name<'_>, usize> = own.map(|(at, member)| (Name::of(&member.key.id), at)).collect();
        let kinds = || looking.works.iter().flat_map(|work| &work.kinds);
        let wanted = |_: &Purpose, table: &RecordTable| kinds().any(|(of, _)| of.name == table.name);
        agencies.note_others(&agency, &wanted)?;
        agencies.each(&agency, &wanted, &|_| basic_rules(true), &mut |_, _, batch| {
            pieces(&mut done, &mut spellings, looking, (&agency, &batch), &people, days.days());
            Ok(())
        })?;
    }
    Ok((done, spellings))
}

/// Departments of agencies that are spelled differently from their folders: the agency would be a department of its own.
fn misspelt_departments(agencies: &Agencies, looking: &DuplicationRules) -> Vec<Fault> {
    let folders = || agencies.folders.keys().map(String::as_str);
    let misspelt = looking.departments.keys().filter(|agency| !agencies.folders.contains_key(*agency));
    let fault = |agency: &String| {
        let named = |folder: &&str| looking.departments.contains_key(*folder);
        let meant = folders().filter(|folder| !named(folder)).find(|folder| spelling::alike(agency, folder))?;
        let what = "[department] spells an agency differently from its folder";
        let fault = Fault::file(what, format!("`{}`", visible(meant)), "spell the agency as its folder");
        Some(Fault { column: "department".to_owned(), value: Some(visible(agency)), ..fault }.refused())
    };
    misspelt.filter_map(fault).collect()
}

/// Work that no agency did, as far as the kinds of its rows say: nothing can be done twice of it.
fn never_seen(looking: &DuplicationRules, done: &[PieceOfWork]) -> Option<String> {
    let seen: BTreeSet<usize> = done.iter().map(|piece| piece.work).collect();
    let missing = looking.works.iter().enumerate().filter(|(at, _)| !seen.contains(at));
    let names: Vec<String> = missing.map(|(_, work)| format!("\"{}\"", visible(&work.name))).collect();
    let (last, others) = names.split_last()?;
    let names = if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) };
    Some(format!(
        "No agency has a row of a kind that counts as {names}. If the agencies use other words, list them in {DUPLICATION_FILE}."
    ))
}

/// Rows of unit costs for work that is spelled differently from the work that is looked for: it would have no cost.
fn misspelt_costs(batches: &[Batch], looking: &DuplicationRules) -> Vec<Fault> {
    let works = || looking.works.iter().map(|work| work.name.as_str());
    let mut out = Vec::new();
    for batch in batches {
        let column = batch.table.column("work");
        for row in 0..batch.rows() {
            let work = batch.text(column, row);
            if works().any(|known| known == work) {
                continue;
            }
            let Some(meant) = works().find(|known| spelling::alike(&work, known)) else { continue };
            let what = "the work is spelled differently from the work that is looked for";
            let fault = Fault::value(batch.places[row], &batch.table.columns[column], &work, what, "spell it the same way");
            out.push(Fault { expected: format!("`{}`", visible(meant)), ..fault });
        }
    }
    out
}

/// Rows that give a cost to work that has another one already. The first would win in silence.
fn contradictory_costs(batches: &[Batch]) -> Vec<Fault> {
    let mut seen: BTreeMap<(String, String), (u64, String)> = BTreeMap::new();
    let mut out = Vec::new();
    for batch in batches {
        let of = |name: &str, row: usize| batch.text(batch.table.column(name), row);
        for row in 0..batch.rows() {
            let key = (of("work", row), of("department", row));
            let all = (0..batch.table.columns.len()).map(|column| batch.text(column, row)).collect::<Vec<_>>().join("\t");
            let (place, first) = seen.entry(key).or_insert_with(|| (batch.places[row], all.clone()));
            if *first == all {
                continue;
            }
            let column = &batch.table.columns[batch.table.column("work")];
            let what = "this work has another cost in another row";
            let fix = "keep the row that is right";
            let fault = Fault::value(batch.places[row], column, &of("work", row), what, fix);
            out.push(Fault { expected: format!("one cost for each work and department, as in row {place}"), ..fault });
        }
    }
    out
}

/// The unit costs that are given; none where there is no file.
fn costs(request: &DuplicationRequest, looking: &DuplicationRules) -> anyhow::Result<Vec<UnitCost>> {
    let usual = request.records.join("unit-costs.csv");
    let path = match &request.unit_costs {
        Some(path) => path.clone(),
        None if usual.is_file() => usual,
        None => return Ok(Vec::new()),
    };
    let file = TableFile::new(&UNIT_COSTS, path.clone(), FileFormat::Csv);
    let mut faults = Vec::new();
    let mut batches: Vec<Batch> = Vec::new();
    file.read(&|_| true, &mut |batch, found| {
        faults.extend(found);
        batches.push(batch);
        Ok(())
    })?;
    let database = database();
    let (costs, more) = unit_costs(&batches, &|code| database.get(code).cloned());
    faults.extend(more);
    faults.extend(misspelt_costs(&batches, looking));
    faults.extend(contradictory_costs(&batches));
    if !faults.is_empty() {
        let lines = faults.iter().map(|fault| {
            let value = fault.value.as_ref().map_or(String::new(), |value| format!(" ({value})"));
            format!("row {}, `{}`: {}{value}; expected {}; {}", fault.place, fault.column, fault.what, fault.expected, fault.fix)
        });
        bail!("{} cannot be used\n{}", path.display(), lines.collect::<Vec<_>>().join("\n"));
    }
    Ok(costs)
}

/// The fiscal unit costs of the GMCA Unit Cost Database by their codes, where the folder of data sets is there.
fn database() -> BTreeMap<String, CostEntry> {
    const FILE: &str = "gmca_unit_costs/gmca_v1_4.csv";
    let named = std::env::var_os("WELLSPENT_DATA").map(PathBuf::from);
    let folders = named.into_iter().chain([PathBuf::from("../shared/data")]);
    let Some(bytes) = folders.map(|folder| folder.join(FILE)).find_map(|path| std::fs::read(path).ok()) else {
        return BTreeMap::new();
    };
    let source = SourceFile::decode(FILE, &FileBytes::Read(bytes)).ok();
    source.map(|source| entries(&CsvTable::parse(&source, &mut Vec::<Problem>::new()))).unwrap_or_default()
}

fn entries(table: &CsvTable) -> BTreeMap<String, CostEntry> {
    let column = |name: &str| table.column(name);
    let columns = ["code", "saving_detail", "fiscal", "fiscal_year", "source"].map(column);
    let [Some(code), Some(detail), Some(fiscal), Some(year), Some(from)] = columns else { return BTreeMap::new() };
    let entry = |row: &Vec<TableCell>| {
        let text = |column: usize| row[column].text.clone();
        let pounds: f64 = text(fiscal).parse().ok()?;
        let source = format!("GMCA Unit Cost Database v1.4, {}: {} ({})", text(code), text(detail), text(from));
        Some((text(code), ((pounds * 100.0).round() as i64, text(year), source)))
    };
    table.rows.iter().filter_map(entry).collect()
}

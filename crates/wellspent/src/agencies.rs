//! A folder of several agencies' records: the table of persons that `link` wrote, the stated purposes, and a folder of tables for
//! each agency, named as the agency. We never open what a purpose does not cover.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use base::Reader;
use base::day::{Day, NEVER, day};
use base::english::{counted, plural};
use contract::terms::RecordsPolicy;
use jiff::civil::Date;
use linkage::identity::{self, History, IDENTITIES};
use linkage::joined::rows::{by_person, by_record};
use linkage::persons::{self, LINKS, Member, PERSONS, RecordLink};
use linkage::purpose::{self, PURPOSES_FILE, Purpose};
use outcomes::effect::SetAside;
use records::batch::{Batch, Name};
use records::counted_rows::CountedRows;
use records::fault::{Fault, Grade, visible};
use records::gate::amount_sizes::AmountsByMonth;
use records::gate::ends::DaysByKind;
use records::gate::evidence;
use records::gate::findings::Findings;
use records::gate::quality;
use records::gate::quality::{AcceptedFaults, FileRead, QualityReport};
use records::gate::{GateResult, KnownNames, QualityGate, TableRules};
use records::names::Names;
use records::schema::{RecordTable, table};
use records::spelling::nearest;

use crate::doubted::{RowsAgain, TakeAgain};
use crate::error::Error;
use crate::folder;
use crate::gate;
use outcomes::QueryDates;
use records::files;
use records::files::gated::{read_table, sha256};
use records::files::others::may_be;
use records::files::safe;
use records::files::set_aside::{self, EarlierFault};
use records::files::source_rows::SourceRows;
use records::files::{FileFormat, TableFile};

/// Agencies' records, joined for one purpose.
pub(crate) struct Agencies {
    pub folder: PathBuf,
    pub purpose: Purpose,
    /// The agencies that the purpose covers and that are in the folder, by name.
    pub folders: BTreeMap<String, PathBuf>,
    /// Their records, each with its person as known on the day.
    pub members: Vec<Member>,
    /// The history of ids; empty where none is kept.
    pub history: History,
    /// Rows of the tables beside the agencies' folders that were left out, by file.
    faults: BTreeMap<String, CountedRows>,
    /// What the gate found in the agencies' tables, and the files that were read.
    findings: Findings,
    read: Vec<FileRead>,
    /// Files that are not read and are already reported.
    reported: BTreeSet<String>,
    /// What was found in each table, over all agencies.
    pub found: BTreeMap<&'static str, GateResult>,
    /// For each agency, its records in the table of persons: those of today and those of the day by which things were known.
    known: BTreeMap<String, Names>,
    /// For each agency whose people were read, the days of birth of those records, in the same order.
    born: BTreeMap<String, Vec<Day>>,
    /// For each agency with events, its file and the sizes of its amounts by needed kind.
    pub amounts: Vec<(String, Vec<AmountsByMonth>)>,
    /// For each table, the days of each agency that has it.
    pub ends: BTreeMap<&'static str, Vec<AgencyDays>>,
    /// What is wrong with the linkage itself, each with its file.
    of_linkage: Vec<(String, Fault)>,
    /// Whether rows about records that the table of persons does not have are set aside, because a sum depends on them.
    all_linked: bool,
}

/// The days of an agency's rows in a table.
pub(crate) struct AgencyDays {
    /// The first of its files.
    pub file: String,
    pub days: DaysByKind,
}

/// Opens a folder for a purpose that holds today. The linkage is that of the day by which things were known.
pub(crate) fn open(folder: &Path, wanted: &str, days: QueryDates) -> anyhow::Result<Agencies> {
    let purposes = read(folder, PURPOSES_FILE, purpose::read)?.ok_or_else(|| {
        let path = folder.join(PURPOSES_FILE);
        let what = format!("We show nothing without a stated purpose, and there is no {}", path.display());
        Error::failed(what, "copy the example in docs/linkage.md")
    })?;
    let purpose = purpose::stated(&purposes, wanted, today()?)?.clone();
    let all_folders = folders(folder)?;
    let there: Vec<String> = all_folders.keys().cloned().collect();
    let folders = all_folders.into_iter().filter(|(agency, _)| purpose.agency(agency).is_ok()).collect();
    let mut agencies = Agencies {
        folder: folder.to_owned(),
        purpose,
        folders,
        members: Vec::new(),
        history: History::default(),
        faults: BTreeMap::new(),
        findings: Findings::default(),
        read: Vec::new(),
        reported: BTreeSet::new(),
        found: BTreeMap::new(),
        known: BTreeMap::new(),
        born: BTreeMap::new(),
        amounts: Vec::new(),
        ends: BTreeMap::new(),
        of_linkage: Vec::new(),
        all_linked: false,
    };
    let batches = agencies.table(&PERSONS)?.ok_or_else(|| {
        let what = format!("there is no persons.csv or persons.parquet in {}", folder.display());
        Error::failed(what, "wellspent link writes it")
    })?;
    agencies.members = persons::members(&batches);
    let today = agencies.members.clone();
    let faults = other_parts(folder)?.into_iter().chain(mistaken(&batches, &agencies, &there));
    agencies.of_linkage.extend(faults.collect::<Vec<_>>());
    if let Some(batches) = agencies.table(&IDENTITIES)? {
        let (history, faults) = identity::read(&batches);
        if let Some(fault) = faults.first() {
            bail!(Error::failed(format!("{}/identities.csv, row {}: {}", folder.display(), fault.place, fault.what), &fault.fix));
        }
        agencies.members = as_known(&agencies.members, &history, days.known_at());
        agencies.history = history;
    }
    let covered = |member: &Member| agencies.purpose.agency(&member.key.agency).is_ok();
    agencies.members.retain(covered);
    for agency in agencies.folders.keys() {
        let own = today.iter().chain(&agencies.members).filter(|member| member.key.agency == *agency);
        let names = Names::of_texts(own.map(|member| member.key.id.as_str()));
        agencies.known.insert(agency.clone(), names);
    }
    Ok(agencies)
}

/// Files beside the agencies' folders that may be parts or copies of the table of persons or of its history. They are not read.
fn other_parts(folder: &Path) -> anyhow::Result<Vec<(String, Fault)>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("could not list the folder {}", folder.display()))? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let is_one = |table: &RecordTable| ["csv", "parquet"].iter().any(|ending| name == format!("{}.{ending}", table.name));
        if path.is_dir() || name.starts_with(['.', '~']) || is_one(&PERSONS) || is_one(&IDENTITIES) {
            continue;
        }
        if let Some(table) = [&PERSONS, &IDENTITIES].into_iter().find(|table| may_be(name, table.name)) {
            let what = "the name looks like that of the linkage, but this is not read";
            let expected = format!("{0}.csv or {0}.parquet, in one file", table.name);
            let fix = "put all rows into that file, or move this one out of the folder";
            out.push((name.to_owned(), Fault::file(what, expected, fix).refused()));
        }
    }
    Ok(out)
}

/// What is wrong in the table of persons: records with two persons, and agencies that are spelled differently from their folders or
/// from the purpose.
fn mistaken(batches: &[Batch], agencies: &Agencies, folders: &[String]) -> Vec<(String, Fault)> {
    let mut out: Vec<Fault> = Vec::new();
    for place in persons::two_persons(batches) {
        let fix = "leave the right row; `wellspent link` writes each record once";
        let fault = Fault::row(place, "this record is in an earlier row with another person", "one person for each record", fix);
        out.push(Fault { column: "id".into(), ..fault }.refused());
    }
    let of_persons: BTreeSet<&str> = agencies.members.iter().map(|member| member.key.agency.as_str()).collect();
    let of_purpose = agencies.purpose.agencies.iter().map(String::as_str);
    let spelled = |name: &str, known: &[&str], what: &'static str, file: &str| {
        let nearest = nearest(name, known.iter().copied()).filter(|_| !known.contains(&name))?;
        let expected = format!("`{}`", visible(nearest));
        let fault = Fault::file(what, expected, "spell the agency the same way in persons, in purposes.toml and as its folder");
        let fault = Fault { column: "agency".into(), value: Some(visible(name)), ..fault }.refused();
        Some((file.to_owned(), fault))
    };
    let folder_names: Vec<&str> = folders.iter().map(String::as_str).collect();
    let known: Vec<&str> = folder_names.iter().copied().chain(of_purpose.clone()).collect();
    let in_persons = "the table of persons spells an agency differently";
    let in_purpose = "the purpose spells an agency differently from its folder";
    let persons = of_persons.iter().filter_map(|name| spelled(name, &known, in_persons, PERSONS.name));
    let purpose = of_purpose.filter_map(|name| spelled(name, &folder_names, in_purpose, PURPOSES_FILE));
    let spelling: Vec<(String, Fault)> = persons.chain(purpose).collect();
    out.into_iter().map(|fault| (PERSONS.name.to_owned(), fault)).chain(spelling).collect()
}

/// Records with the persons they had on a day. The quality is that of today's linkage, where the record is still that person's.
fn as_known(today: &[Member], history: &History, known_at: Date) -> Vec<Member> {
    let qualities: BTreeMap<_, _> =
        today.iter().map(|member| ((member.key.as_ref(), member.person.as_str()), member.quality)).collect();
    let then = identity::persons_at(history, day(known_at)).into_iter();
    then.map(|(key, person)| {
        let quality = qualities.get(&(key, person)).copied().unwrap_or(1.0);
        Member { key: key.to_key(), person: person.to_owned(), quality }
    })
    .collect()
}

/// Whether a folder holds the records of several agencies: it has a table of persons.
pub(crate) fn is_joined(folder: &Path) -> bool {
    ["csv", "parquet"].iter().any(|ending| folder.join(format!("{}.{ending}", PERSONS.name)).is_file())
}

/// The day on which somebody asks. A purpose is a permission: it must hold today, whatever day the question is about.
pub(crate) fn today() -> anyhow::Result<Date> {
    Ok(jiff::Timestamp::now().strftime("%Y-%m-%d").to_string().parse()?)
}

/// The folders inside a folder that hold a table of records.
fn folders(folder: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    safe::must_be_folder(folder, "a folder of several agencies")?;
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("could not list the folder {}", folder.display()))? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        if !path.is_dir() {
            continue;
        }
        let (files, others) = files::find(&path)?;
        // What only looks like a table is reported when the agency is read.
        if !files.is_empty() || others.iter().any(|other| !other.looks_like.is_empty()) {
            found.insert(name, path);
        }
    }
    Ok(found)
}

/// Reads a small TOML file of the folder, or `None` where there is none. Mistakes in it are an error that holds them.
pub(crate) fn read<T>(folder: &Path, name: &'static str, read: impl Fn(&Reader<'_>) -> T) -> anyhow::Result<Option<T>> {
    let path = folder.join(name);
    if !path.is_file() {
        return Ok(None);
    }
    // Warnings about small files beside the tables are shown with the mistakes, where there are any.
    Ok(Some(folder::document(&path, |reader, _| read(reader))?.0))
}

impl Agencies {
    /// A table beside the agencies' folders, as CSV or Parquet; `None` where it is not there.
    pub(crate) fn table(&mut self, table: &'static RecordTable) -> anyhow::Result<Option<Vec<Batch>>> {
        let formats = [(FileFormat::Csv, "csv"), (FileFormat::Parquet, "parquet")];
        let found: Vec<TableFile> = formats
            .into_iter()
            .map(|(format, ending)| TableFile::new(table, self.folder.join(format!("{}.{ending}", table.name)), format))
            .filter(|file| file.path.is_file())
            .collect();
        match found.as_slice() {
            [] => Ok(None),
            [file] => self.batches(file).map(Some),
            [one, other, ..] => {
                bail!(Error::failed(
                    format!("{} and {} are the same table", one.name(), other.name()),
                    "leave only one of them in the folder"
                ))
            }
        }
    }

    /// Links between records of agencies that the purpose covers.
    pub(crate) fn links(&mut self) -> anyhow::Result<Vec<RecordLink>> {
        let mut links = self.table(&LINKS)?.map(|batches| persons::links(&batches)).unwrap_or_default();
        links.retain(|link| link.pair.iter().all(|key| self.purpose.agency(&key.agency).is_ok()));
        Ok(links)
    }

    /// Notes the files of an agency that are no tables. One that may be a part of a wanted table stops the run. `wanted` must say all
    /// that is read of the agency, whether in one go or in several.
    pub(crate) fn note_others(&mut self, agency: &str, wanted: &dyn Fn(&Purpose, &RecordTable) -> bool) -> anyhow::Result<()> {
        let Some(path) = self.folders.get(agency) else { return Ok(()) };
        for other in files::find(path)?.1 {
            let name = format!("{agency}/{}", other.name);
            // A folder may be read several times, for one thing after another.
            if self.reported.insert(name.clone()) {
                let fault = other.fault(&|name| table(name).is_some_and(|table| wanted(&self.purpose, table)));
                let affects_sum = fault.grade == Grade::Refused;
                self.findings.add(&name, fault, affects_sum, None);
            }
        }
        Ok(())
    }

    /// Notes when an agency's people were born, by its rows of people, for the tables that are read after them.
    pub(crate) fn born(&mut self, agency: &str, people: &Batch) {
        let Some(names) = self.known.get(agency) else { return };
        let born = self.born.entry(agency.to_owned()).or_insert_with(|| vec![NEVER; names.len()]);
        let column = |name| people.table.column(name);
        for row in 0..people.rows() {
            if let Some(person) = people.name(column("person"), row).and_then(|name| names.find(name)) {
                born[person as usize] = people.day(column("born"), row);
            }
        }
    }

    /// Reads every wanted table of an agency through the data-quality gate, batch by batch; `asked` is what the rules need of it. `take`
    /// gets each batch with its file, such as `police/events-2.csv`.
    pub(crate) fn each(
        &mut self,
        agency: &str,
        wanted: &dyn Fn(&Purpose, &RecordTable) -> bool,
        asked: &dyn Fn(&RecordTable) -> TableRules,
        take: &mut dyn FnMut(&Purpose, &str, Batch) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(path) = self.folders.get(agency) else { return Ok(()) };
        let (mut files, _) = files::find(path)?;
        let name_of = |file: &TableFile| format!("{agency}/{}", file.name());
        let coverage: Vec<String> = files.iter().filter(|file| file.table.name == "coverage").map(name_of).collect();
        files.retain(|file| wanted(&self.purpose, file.table));
        let mut is_new = BTreeMap::new();
        for earlier in set_aside::read(path)? {
            let affects_sum = earlier.may_be_needed(&asked(earlier.table));
            let EarlierFault { table, fault } = earlier;
            let name = format!("{agency}/{}", table.name);
            let report = || self.reported.insert(format!("{name} in {}", set_aside::SET_ASIDE));
            if wanted(&self.purpose, table) && *is_new.entry(table.name).or_insert_with(report) {
                self.findings.add(&name, fault, affects_sum, None);
            }
        }
        // The table of persons says whom a row is about, not the agency's table of people.
        let mut known = match self.known.get(agency).filter(|_| self.all_linked) {
            Some(names) => KnownNames::of_agency(names),
            None => KnownNames::default(),
        };
        known.born = self.born.get(agency).filter(|_| self.all_linked).map_or(&[][..], Vec::as_slice);
        for of_table in files.chunk_by(|one, other| one.table.name == other.table.name) {
            let (table, of_table) = (of_table[0].table, of_table.iter().collect::<Vec<_>>());
            let asked = asked(table);
            let names: Vec<String> = of_table.iter().map(|file| name_of(file)).collect();
            let mut found = read_table(&of_table, &QualityGate::new(table, &known, &asked), &|_| true, &mut |batch, _| {
                take(&self.purpose, &names[batch.file], batch)
            })?;
            for ((file, name), rows) in of_table.iter().zip(&names).zip(&found.files) {
                self.read.push(FileRead {
                    name: name.clone(),
                    sha256: sha256(file)?,
                    rows: rows.read,
                    used: rows.used,
                    set_aside: rows.set_aside,
                    repeats: rows.repeats,
                });
            }
            if let Some((key, kind)) = found.findings.iter().find(|(key, _)| key.grade == Grade::File) {
                let file = path.join(&key.file);
                bail!(Error::failed(format!("{} cannot be read: {}: {}", file.display(), key.column, key.what), &kind.first.fix));
            }
            let mut own = Findings::with_sources(Arc::new(SourceRows::of(path)));
            own.merge(std::mem::take(&mut found.findings));
            self.findings.merge(own.within(agency));
            let people = known.people.map_or(0, |names| names.len() as u64);
            let zeros = asked.stated.iter().filter(|stated| stated.count == 0);
            let few = zeros.filter_map(|stated| evidence::too_few_people(stated, people));
            for (file, fault) in evidence::differing(table.name, &asked.stated, &found).into_iter().chain(few) {
                self.findings.add(&coverage[file], fault, true, None);
            }
            // They are of this agency.
            found.counted.clear();
            let days = found.ends();
            if !days.is_empty() {
                self.ends.entry(table.name).or_default().push(AgencyDays { file: names[0].clone(), days });
            }
            if table.name == "events" {
                self.amounts.push((names[0].clone(), found.amounts()));
            }
            if let Some(fault) = known.people.and_then(|names| evidence::ids_in_other_forms(&found.unknown, names)) {
                self.findings.add(&format!("{agency}/{}", table.name), fault, false, None);
            }
            self.found.entry(table.name).or_default().merge(found);
        }
        Ok(())
    }

    /// From here on, rows about records that are not in the table of persons are set aside, and what is wrong with the linkage is
    /// a finding: a sum depends on them.
    pub(crate) fn all_must_be_linked(&mut self) {
        self.all_linked = true;
        for (file, fault) in std::mem::take(&mut self.of_linkage) {
            // From here on it is counted among the findings.
            self.faults.remove(&file);
            let affects_sum = fault.grade < Grade::Repeat;
            self.findings.add(&file, fault, affects_sum, None);
        }
    }

    /// Adds something that was found over all agencies.
    pub(crate) fn note(&mut self, file: &str, fault: Fault) {
        self.findings.add(file, fault, true, None);
    }

    /// Adds something that was found in a table, whichever agency it is from.
    pub(crate) fn found_in(&mut self, file: &str, fault: Fault, affects_sum: bool) {
        self.findings.add(file, fault, affects_sum, None);
    }

    /// The rows of a table of every agency, read again from its files, about persons as they were linked: `persons` has the person of each
    /// record.
    fn again(&self, persons: &[u32], table: &str, take: &mut TakeAgain<'_>) -> anyhow::Result<()> {
        for (agency, folder) in &self.folders {
            let own = self.members.iter().enumerate().filter(|(_, member)| member.key.agency == *agency);
            let own: BTreeMap<Name<'_>, usize> = own.map(|(at, member)| (Name::of(&member.key.id), at)).collect();
            for file in files::find(folder)?.0.iter().filter(|file| file.table.name == table) {
                let name = format!("{agency}/{}", file.name());
                file.read(&|_| true, &mut |batch, _| {
                    take(&name, &by_person(&by_record(batch, &own).0, persons));
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    /// Adds what measuring found doubtful, by a function of what was found so far and the files that were read. The rows are read again
    /// with `again`, which is given to it as well.
    pub(crate) fn doubt(
        &mut self,
        persons: &[u32],
        add: impl FnOnce(&RowsAgain<'_>, &mut Findings, &mut [FileRead]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (mut findings, mut read) = (std::mem::take(&mut self.findings), std::mem::take(&mut self.read));
        let again = |table: &str, take: &mut TakeAgain<'_>| self.again(persons, table, take);
        add(&again, &mut findings, &mut read)?;
        (self.findings, self.read) = (findings, read);
        Ok(())
    }

    /// Rows of all agencies that cannot be used, and with which the sum may change.
    pub(crate) fn set_aside(&self) -> SetAside {
        gate::set_aside(&self.findings)
    }

    /// The data-quality report of all that was read, or why there is no result.
    pub(crate) fn judge(&self, policy: &RecordsPolicy, accepted: Option<AcceptedFaults>) -> anyhow::Result<QualityReport> {
        let mut quality =
            QualityReport { files: self.read.clone(), findings: quality::findings(&self.findings), ..QualityReport::default() };
        gate::judge(&self.folder, &self.findings, &mut quality, policy, accepted)?;
        Ok(quality)
    }

    /// A whole table; its faulty rows are counted and left out.
    pub(crate) fn batches(&mut self, file: &TableFile) -> anyhow::Result<Vec<Batch>> {
        let mut batches = Vec::new();
        file.read(&|_| true, &mut |batch, faults| {
            if let Some(fault) = faults.iter().find(|fault| fault.grade == Grade::File) {
                bail!(Error::failed(
                    format!("{} cannot be read: {}: {}", file.path.display(), fault.column, fault.what),
                    &fault.fix
                ));
            }
            for fault in faults.iter().filter(|fault| fault.grade == Grade::Row) {
                self.faults.entry(file.name()).or_default().add(fault.place);
            }
            if [PERSONS.name, IDENTITIES.name].contains(&file.table.name) {
                self.of_linkage.extend(faults.into_iter().map(|fault| (file.name(), fault)));
            }
            batches.push(batch);
            Ok(())
        })?;
        Ok(batches)
    }

    /// What was left out, in words, with the first rows of each file.
    #[must_use]
    pub(crate) fn left_out(&self) -> Option<String> {
        let mut left_out = self.faults.clone();
        for (key, kind) in self.findings.iter().filter(|(key, _)| key.grade <= Grade::Row) {
            let rows = left_out.entry(key.file.clone()).or_default();
            let places = kind.places();
            places.iter().for_each(|(place, _)| rows.add(*place));
            rows.add_without_numbers(kind.count.saturating_sub(places.len() as u64));
        }
        let count: u64 = left_out.values().map(|rows| rows.count).sum();
        let named = left_out.iter().take(MOST_NAMED).map(|(file, rows)| match rows.places().as_str() {
            "" => file.clone(),
            places => format!("{file} {places}"),
        });
        let mut named = named.collect::<Vec<_>>().join("; ");
        if left_out.len() > MOST_NAMED {
            named += "; and in other files";
        }
        let rows = counted(count, "row", "rows");
        let (have, are, them) =
            (plural(count, "has a fault", "have faults"), plural(count, "is", "are"), plural(count, "it", "them"));
        (count > 0).then(|| {
            format!(
                "{rows} of the tables {have} and {are} left out ({named}); `wellspent records check {}/AGENCY` lists {them}",
                self.folder.display()
            )
        })
    }
}

/// How many files a note names.
const MOST_NAMED: usize = 5;

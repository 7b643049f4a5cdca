//! The only way from a folder of records to anything that is measured, paid or counted. Its tables are read through the data-quality
//! gate, everything that the rules need must be there, and the findings become the data-quality report. `judge` says whether the
//! run may go on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use base::day::{Day, day};
use base::english::counted;
use contract::Scheme;
use contract::measurement::OutcomeRule;
use contract::terms::{Better, RecordsPolicy};
use outcomes::effect::SetAside;
use records::batch::Batch;
use records::fault::{Fault, Grade};
use records::gate::amounts;
use records::gate::copies::{COPIED_START, is_of_copy};
use records::gate::ends::stopped_ends;
use records::gate::evidence::{FactsRead, NOBODY_KNOWN, missing_evidence, stated_counts};
use records::gate::findings::Findings;
use records::gate::households::SimilarHouseholds;
use records::gate::quality;
use records::gate::quality::{AcceptedFaults, FileRead, FindingOutcome, QualityReport};
use records::gate::{GateResult, KnownNames, QualityGate, StartScope, TableRules};
use records::gate::{StatedCount, evidence};
use records::names::Names;
use records::need::{audit_columns, told_columns};
use records::payees::ids;
use records::schema::table;
use records::{Coverage, Need, Records, people, starts};

use records::files::gated::{basic_rules, few_enough, read_facts, read_table, sha256};
use records::files::others::UNWANTED;
use records::files::set_aside::{self, EarlierFault};
use records::files::source_rows::SourceRows;
use records::files::{TableFile, find};
use report::quality::refusal;

use crate::error::Error;

/// What is wanted of a folder of records.
#[derive(Default)]
pub(crate) struct WantedRecords<'a> {
    /// The facts that rules need.
    pub need: Option<Need>,
    /// The scheme whose rules they are.
    pub scheme: Option<&'a Scheme>,
    /// Other tables, whole.
    pub tables: &'a [&'static str],
    /// The day up to which the records were known; the last day of all where nothing is asked as at a day.
    pub known_at: Option<Day>,
}

/// Records that came through the data-quality gate.
pub(crate) struct LoadedRecords {
    pub folder: PathBuf,
    /// The files of its tables.
    pub files: Vec<TableFile>,
    /// The ids of the table of providers, where there is one.
    pub providers: Option<Vec<String>>,
    pub records: Records,
    /// Other tables that were wanted and are there, without the rows that cannot be used.
    pub tables: BTreeMap<&'static str, Vec<Batch>>,
    pub findings: Findings,
    pub quality: QualityReport,
    pub policy: RecordsPolicy,
}

/// The files of one folder by table, and what was found so far.
struct FolderReading<'a> {
    files: &'a [TableFile],
    findings: Findings,
    read: BTreeMap<String, FileRead>,
}

impl FolderReading<'_> {
    fn files(&self, name: &str) -> Vec<&TableFile> {
        self.files.iter().filter(|file| file.table.name == name).collect()
    }

    /// Keeps what was found of a table.
    fn done(&mut self, name: &str, found: GateResult) -> GateResult {
        for (file, rows) in self.files(name).iter().map(|file| file.name()).zip(&found.files).collect::<Vec<_>>() {
            let read = self.read.entry(file).or_default();
            read.rows += rows.read;
            read.used += rows.used;
            read.set_aside += rows.set_aside;
            read.repeats += rows.repeats;
        }
        let mut found = found;
        self.findings.merge(std::mem::take(&mut found.findings));
        found
    }

    /// Adds a fault of the tables that these were made from. Its row counts as one that was handed over and set aside.
    fn earlier(&mut self, name: &str, fault: Fault, affects_sum: bool) {
        let file = self.files(name).first().map_or(format!("{name}.csv"), |file| file.name());
        if fault.grade == Grade::Row {
            let read = self.read.entry(file.clone()).or_default();
            read.rows += 1;
            read.set_aside += 1;
        }
        self.findings.add(&file, fault, affects_sum, None);
    }

    /// Reads a table whole.
    fn whole(
        &mut self,
        name: &'static str,
        known: &KnownNames<'_>,
        asked: &TableRules,
    ) -> anyhow::Result<(Vec<Batch>, GateResult)> {
        let Some(table) = table(name) else { return Ok(Default::default()) };
        let mut batches = Vec::new();
        let door = QualityGate::new(table, known, asked);
        let found = read_table(&self.files(name), &door, &|_| true, &mut |batch, _| {
            batches.push(batch);
            Ok(())
        })?;
        let found = self.done(name, found);
        Ok((batches, found))
    }
}

/// Reads what is wanted of a folder.
pub(crate) fn load(folder: &Path, wanted: &WantedRecords<'_>) -> anyhow::Result<LoadedRecords> {
    let need = wanted.need.clone().unwrap_or_default();
    few_enough(&need)?;
    let facts = wanted.need.is_some();
    let (mut files, others) = find(folder)?;
    // No rule asks when people were born. The day is only compared with the days of their rows.
    files.iter_mut().filter(|file| facts && file.table.name == "people").for_each(|file| file.unneeded = &["born"]);
    let policy = wanted.scheme.map(|scheme| scheme.records.clone()).unwrap_or_default();
    let mut reading = FolderReading {
        files: &files,
        findings: Findings::with_sources(Arc::new(SourceRows::of(folder))),
        read: BTreeMap::new(),
    };
    let is_wanted = |name: &str| facts && need.table(name) || wanted.tables.contains(&name);
    // Who is paid is decided by the table of providers, wherever there is one.
    let stops = |name: &str| is_wanted(name) || facts && name == "providers";
    for other in &others {
        let fault = other.fault(&stops);
        let affects_sum = fault.grade == Grade::Refused;
        reading.findings.add(&other.name, fault, affects_sum, None);
    }
    // What others refer to is always read.
    let is_read = |name: &str| is_wanted(name) || ["providers", "lots"].contains(&name);
    for file in files.iter().filter(|file| !is_read(file.table.name)) {
        let fault = Fault::file(UNWANTED, "tables that the rules ask for", "nothing").warning();
        reading.findings.add(&file.name(), fault, false, None);
    }
    // Hashes are made while the tables are read.
    let used: Vec<&TableFile> = files.iter().filter(|file| is_read(file.table.name)).collect();
    let (hashes, loaded) = rayon::join(
        || used.iter().map(|file| Ok((file.name(), sha256(file)?))).collect::<anyhow::Result<Vec<_>>>(),
        || read(&mut reading, wanted, &need, &policy),
    );
    let ReadRecords { records, tables, providers, counts } = loaded?;
    for earlier in set_aside::read(folder)?.into_iter().filter(|earlier| is_read(earlier.table.name)) {
        let affects_sum = stops(earlier.table.name) && earlier.may_be_needed(&asked_of(earlier.table.name, &need, &policy, None));
        let EarlierFault { table, fault } = earlier;
        reading.earlier(table.name, fault, affects_sum);
    }
    for (name, sha256) in hashes? {
        let read = reading.read.entry(name.clone()).or_default();
        (read.name, read.sha256) = (name, sha256);
    }
    reading.read.retain(|_, read| !read.name.is_empty());
    let quality = QualityReport {
        files: reading.read.into_values().collect(),
        findings: quality::findings(&reading.findings),
        zeros: quality::zeros(&counts),
        ..QualityReport::default()
    };
    let findings = reading.findings;
    Ok(LoadedRecords { folder: folder.to_owned(), files, providers, records, tables, findings, quality, policy })
}

type WantedTables = BTreeMap<&'static str, Vec<Batch>>;

/// What was read of a folder, without what was found.
#[derive(Default)]
struct ReadRecords {
    records: Records,
    tables: WantedTables,
    providers: Option<Vec<String>>,
    /// Stated counts.
    counts: Vec<StatedCount>,
}

fn read(
    reading: &mut FolderReading<'_>,
    wanted: &WantedRecords<'_>,
    need: &Need,
    policy: &RecordsPolicy,
) -> anyhow::Result<ReadRecords> {
    let facts = wanted.need.is_some();
    let mut tables = WantedTables::new();
    // Everything else is by person, so people come first.
    let mut gather = people::PeopleBuilder::default();
    let mut people_rows = 0;
    let mut of_people = GateResult::default();
    if facts {
        let (known, asked) = (KnownNames::default(), asked_of("people", need, policy, None));
        let files = reading.files("people");
        if let Some(file) = files.first() {
            let door = QualityGate::new(file.table, &known, &asked);
            let found = read_table(&files, &door, &|column| need.column("people", column), &mut |batch, _| {
                people_rows += batch.rows() as u64;
                gather.add(&batch);
                Ok(())
            })?;
            of_people = reading.done("people", found);
        }
    }
    let people = gather.end();
    let mut known = KnownNames::of(facts.then_some(&people.names));
    known.found("people", &of_people);
    known.born = &people.born;
    let listed = |scheme: &Scheme| scheme.providers.iter().map(|provider| provider.id.clone()).collect::<Vec<_>>();
    known.pays(&wanted.scheme.map(listed).unwrap_or_default());
    let wanted_table = |name: &str| wanted.tables.contains(&name);
    // WantedTables that others refer to, where they were handed over.
    let mut providers = None;
    for name in ["providers", "lots"] {
        let rules = if wanted_table(name) { listed_rules(name) } else { basic_rules(false) };
        let (batches, found) = reading.whole(name, &known, &rules)?;
        batches.iter().for_each(|batch| known.learn(batch));
        known.found(name, &found);
        if name == "providers" && !reading.files(name).is_empty() {
            providers = Some(ids(&batches));
        }
        if wanted_table(name) && !reading.files(name).is_empty() {
            tables.insert(name, batches);
        }
    }
    let of_coverage = asked_of("coverage", need, policy, None);
    let coverage = if facts { reading.whole("coverage", &known, &of_coverage)?.0 } else { Vec::new() };
    let stated = Coverage::new(&coverage);
    for name in wanted.tables.iter().filter(|name| !["providers", "lots"].contains(name)) {
        if !reading.files(name).is_empty() {
            let asked = if *name == "claims" { asked_of_claims(wanted.scheme) } else { listed_rules(name) };
            let asked = asked.with_coverage(name, &stated, &[], wanted.known_at);
            tables.insert(name, reading.whole(name, &known, &asked)?.0);
        }
    }
    if !facts {
        return Ok(ReadRecords { tables, providers, ..ReadRecords::default() });
    }
    let (counts, faults) = stated_counts(&coverage, people_rows);
    let file =
        |reading: &FolderReading<'_>, name: &str| reading.files(name).first().map_or(format!("{name}.csv"), |file| file.name());
    let coverage_file = file(reading, "coverage");
    let coverage_files: Vec<String> = reading.files("coverage").iter().map(|file| file.name()).collect();
    faults.into_iter().for_each(|(file, fault)| reading.findings.add(&coverage_files[file], fault, true, None));
    let of_facts = |name: &str| asked_of(name, need, policy, None).with_coverage(name, &stated, &counts, wanted.known_at);
    let (of_events, of_spells) = (of_facts("events"), of_facts("spells"));
    let of_starts = asked_of("starts", need, policy, wanted.scheme).with_coverage("starts", &stated, &counts, wanted.known_at);
    let (starts_files, event_files, spell_files) = (reading.files("starts"), reading.files("events"), reading.files("spells"));
    let starts = || -> anyhow::Result<_> {
        let mut gather = starts::StartsBuilder::new(&people.names);
        let Some(file) = starts_files.first() else { return Ok((gather.end(), GateResult::default())) };
        let door = QualityGate::new(file.table, &known, &of_starts);
        let found = read_table(&starts_files, &door, &|column| need.column("starts", column), &mut |batch, _| {
            gather.add(&batch);
            Ok(())
        })?;
        Ok((gather.end(), found))
    };
    let facts_of = |files: &[&TableFile], asked: &TableRules| -> anyhow::Result<_> {
        match files.first().filter(|file| need.table(file.table.name)) {
            Some(file) => read_facts(files, &QualityGate::new(file.table, &known, asked), &people.names, need),
            None => Ok((Vec::new(), GateResult::default())),
        }
    };
    let (starts, found) = rayon::join(starts, || -> anyhow::Result<_> {
        Ok((facts_of(&event_files, &of_events)?, facts_of(&spell_files, &of_spells)?))
    });
    let ((starts, of_start), ((events, of_event), (spells, of_spell))) = (starts?, found?);
    let of_start = reading.done("starts", of_start);
    let (of_event, of_spell) = (reading.done("events", of_event), reading.done("spells", of_spell));
    nobody(reading, "people", people.names.len() as u64, &of_people);
    if let Some(fault) = evidence::similar_ids(&people.names) {
        reading.findings.add(&file(reading, "people"), fault, false, None);
    }
    if need.households {
        similar_households(reading, &starts.households)?;
    }
    for (name, found) in [("starts", &of_start), ("spells", &of_spell)] {
        ends_that_stop(reading, name, found, &stated, wanted.known_at);
    }
    let started = of_start.files.iter().map(|rows| rows.used).sum();
    // Without people nobody is known, and that is told already.
    let without_people = people.names.is_empty() && of_people.files.iter().any(|rows| rows.set_aside > 0);
    if !without_people {
        nobody(reading, "starts", started, &of_start);
    }
    for (name, of, found) in [("events", &of_events, &of_event), ("spells", &of_spells, &of_spell)] {
        if !need.table(name) {
            continue;
        }
        let there = !reading.files(name).is_empty();
        let name_of = file(reading, name);
        let read = FactsRead { table: table_name(name), there, kinds: &of.kinds, stated: &of.stated, found };
        let missing = missing_evidence(&read, need, people_rows);
        let of_table = missing.of_table.into_iter().filter(|fault| !without_people || fault.what != NOBODY_KNOWN);
        for fault in of_table {
            let affects_sum = fault.grade != Grade::Warning;
            reading.findings.add(&name_of, fault, affects_sum, None);
        }
        let of_coverage = missing.of_coverage.into_iter();
        of_coverage.for_each(|(file, fault)| reading.findings.add(&coverage_files[file], fault, true, None));
    }
    for (name, found) in [("starts", &of_start), ("events", &of_event), ("spells", &of_spell)] {
        if let Some(fault) = evidence::ids_in_other_forms(&found.unknown, &people.names) {
            reading.findings.add(&file(reading, name), fault, false, None);
        }
    }
    for (name, found, used) in [("events", &of_event, &need.events), ("spells", &of_spell, &need.spells)] {
        if let Some(fault) = evidence::unused_kinds(&found.others, used) {
            reading.findings.add(&file(reading, name), fault, false, None);
        }
    }
    let classes = [
        evidence::classes_without_rows(&of_event, &need.classes),
        evidence::unnamed_classes(&of_event),
        evidence::rows_without_class(&of_event),
    ];
    for fault in classes.into_iter().flatten() {
        reading.findings.add(&file(reading, "events"), fault, false, None);
    }
    let mut records = Records::new(need.clone(), people, starts, &coverage);
    records.add("events", events);
    records.add("spells", spells);
    for (name, kinds) in [("events", &need.events), ("spells", &need.spells)] {
        for kind in kinds.iter().filter(|kind| !covered(&coverage, name, kind)) {
            let known_at = wanted.known_at.unwrap_or(Day::MAX);
            let fault = evidence::coverage_not_stated(name, kind, &records.coverage, known_at);
            reading.findings.add(&coverage_file, fault, false, None);
        }
    }
    for kind in wanted.scheme.map(kinds_missed_in_silence).unwrap_or_default() {
        let is_stated = |stated: &StatedCount| stated.table == "events" && (stated.kind == kind || stated.kind.is_empty());
        if !counts.iter().any(is_stated) {
            reading.findings.add(&coverage_file, evidence::count_not_stated(&kind), false, None);
        }
    }
    Ok(ReadRecords { records, tables, providers, counts })
}

/// Notes ids of households that differ only in their form, with the rows where they are first.
fn similar_households(reading: &mut FolderReading<'_>, households: &Names) -> anyhow::Result<()> {
    let Some(mut similar) = SimilarHouseholds::of(households) else { return Ok(()) };
    let files = reading.files("starts");
    let names: Vec<String> = files.iter().map(|file| file.name()).collect();
    for (at, file) in files.iter().enumerate() {
        file.read(&|column| column == "household", &mut |batch, _| {
            similar.rows(at, &batch);
            Ok(())
        })?;
    }
    for (at, fault) in similar.faults(&names) {
        reading.findings.add(&names[at], fault, true, None);
    }
    Ok(())
}

/// Notes ends of a table that are no longer recorded from a day on.
fn ends_that_stop(reading: &mut FolderReading<'_>, name: &str, found: &GateResult, stated: &Coverage, known_at: Option<Day>) {
    let names: Vec<String> = reading.files(name).iter().map(|file| file.name()).collect();
    let until = |kind: &str| stated.stated_until(name, kind);
    for (at, fault) in stopped_ends(table_name(name), found.ends_by_file(), &until, known_at.unwrap_or(Day::MAX)) {
        reading.findings.add(&names[at], fault, false, None);
    }
}

/// In larger tables we do not look for the rows of each copy, because that takes another reading.
pub(crate) const LOOKED_THROUGH: u64 = 2_000_000;

/// The rows that equal another in all but their key, once measuring found that there are some.
pub(crate) fn copies(
    files: &[TableFile],
    records: &Records,
    policy: &RecordsPolicy,
    quality: &QualityReport,
    starts: u64,
) -> anyhow::Result<Findings> {
    let (need, mut out) = (&records.need, Findings::default());
    if quality.rows() > LOOKED_THROUGH {
        if starts > 0 {
            let fault = Fault::file(COPIED_START, "each row once", "if they are copies, remove them; else nothing").warning();
            out.add("starts", Fault { value: Some(format!("{starts} of the rows")), ..fault }, false, None);
        }
        return Ok(out);
    }
    let known = KnownNames::of(Some(&records.people.names));
    for name in ["starts", "events", "spells"].into_iter().filter(|name| need.table(name)) {
        let Some(table) = table(name) else { continue };
        let files: Vec<&TableFile> = files.iter().filter(|file| file.table.name == name).collect();
        let asked = TableRules { copies_later: false, ..asked_of(name, need, policy, None) };
        let door = QualityGate::new(table, &known, &asked);
        let found = read_table(&files, &door, &|column| need.column(name, column), &mut |_, _| Ok(()))?;
        out.merge(found.findings.only(|key| is_of_copy(key.what)));
    }
    Ok(out)
}

/// Whether a contract pays by the result of an audit of claims.
pub(crate) fn audits(scheme: &Scheme) -> bool {
    (0..scheme.outcomes.len()).any(|at| scheme.checked(at).is_some())
}

fn table_name(name: &str) -> &'static str {
    table(name).map_or("", |table| table.name)
}

/// Whether the table of coverage says how far a kind is complete.
fn covered(coverage: &[Batch], name: &str, kind: &str) -> bool {
    coverage.iter().any(|batch| {
        let text = |column, row| batch.text(batch.table.column(column), row);
        (0..batch.rows()).any(|row| text("table", row) == name && (text("kind", row).is_empty() || text("kind", row) == kind))
    })
}

/// Kinds of event whose amounts are added up where less is better: a row that is missing makes the result better, and nothing shows it.
pub(crate) fn kinds_missed_in_silence(scheme: &Scheme) -> BTreeSet<String> {
    let fewer = scheme.outcomes.iter().filter(|outcome| outcome.better == Better::Fewer);
    let kinds = fewer.filter_map(|outcome| match &outcome.measured.as_ref()?.rule {
        OutcomeRule::SumWithin { events, .. } => Some(events.kinds.clone()),
        _ => None,
    });
    kinds.flatten().collect()
}

/// Refuses a table without people in it: nothing is paid for nobody.
fn nobody(reading: &mut FolderReading<'_>, name: &'static str, used: u64, found: &GateResult) {
    if used > 0 {
        return;
    }
    let files = reading.files(name);
    let file = files.first().map_or(format!("{name}.csv"), |file| file.name());
    let set_aside: u64 = found.files.iter().map(|rows| rows.set_aside).sum();
    let fault = if found.unknown_people > 0 {
        let fix = "hand over both tables with the same ids";
        let fault = Fault::file(NOBODY_KNOWN, "ids of the table of people", fix);
        Fault { column: "person".into(), ..fault }
    } else if set_aside > 0 {
        let fix = "correct the faults of these rows";
        let fault = Fault::file("no row of this table can be used", "a row for each person", fix);
        let value = counted(set_aside, "row, and it has a fault", "rows, and all have faults");
        Fault { value: Some(value), ..fault }
    } else {
        let what = if files.is_empty() { "this table is missing" } else { "this table has no row that can be used" };
        Fault::file(what, "a row for each person", format!("hand over {name}; docs/records.md says what it holds"))
    };
    reading.findings.add(&file, fault.refused(), true, None);
}

/// Where and when people can start under a scheme.
fn places(scheme: &Scheme) -> StartScope {
    StartScope {
        areas: scheme.areas.clone(),
        segments: scheme.segments.clone(),
        cohorts: scheme.cohorts.iter().map(|cohort| (day(cohort.starts), day(cohort.ends))).collect(),
    }
}

/// Rows that cannot be used and may change the sum, and the people they are about where that is known.
pub(crate) fn set_aside(findings: &Findings) -> SetAside {
    let mut out = SetAside::default();
    for (key, kind) in findings.iter().filter(|(key, _)| key.grade == Grade::Row && key.affects_sum) {
        let people = kind.rows_of_people();
        let of = |tables: &[&str]| tables.iter().any(|table| quality::is_of(&key.file, table));
        if of(&["coverage", "providers", "lots"]) {
            out.unbounded += kind.count;
        } else if of(&["starts", "people"]) {
            out.starts += kind.count;
        } else {
            out.people.extend(people);
            out.unknown += kind.count - people.len() as u64;
        }
    }
    out.people.sort_unstable();
    out
}

impl LoadedRecords {
    /// Whether the run may go on: [`judge`].
    ///
    /// # Errors
    /// The run is refused; the message says why, with files and rows.
    pub(crate) fn judge(&mut self, accepted: Option<AcceptedFaults>) -> anyhow::Result<()> {
        judge(&self.folder, &self.findings, &mut self.quality, &self.policy, accepted)
    }
}

/// Whether a run may go on: nothing is refused, and faults that may change the sum are as few as the scheme tolerates, or
/// somebody accepts them.
///
/// # Errors
/// The run is refused; the message says why, with files and rows.
pub(crate) fn judge(
    folder: &Path,
    findings: &Findings,
    quality: &mut QualityReport,
    policy: &RecordsPolicy,
    accepted: Option<AcceptedFaults>,
) -> anyhow::Result<()> {
    let refused = quality.of(FindingOutcome::Refused).next().is_some();
    let too_many = !policy.tolerates(quality.faults(), quality.rows());
    if refused || too_many && accepted.is_none() {
        let (what, hint) = refusal(folder, findings, quality, policy, (refused, accepted.is_some()));
        bail!(Error::failed(what, hint));
    }
    if too_many {
        quality.accepted = accepted;
    }
    Ok(())
}

/// What a contract needs of the table of claims. Where it pays nothing by claims, no sum depends on them.
pub(crate) fn asked_of_claims(scheme: Option<&Scheme>) -> TableRules {
    match scheme {
        Some(scheme) if audits(scheme) => {
            let outcomes = scheme.outcomes.iter().map(|outcome| outcome.name.clone()).collect();
            TableRules { outcomes, columns: audit_columns(), ..basic_rules(true) }
        }
        scheme => basic_rules(scheme.is_none()),
    }
}

/// What is needed of a table whose rows are listed or added up as they are.
fn listed_rules(name: &str) -> TableRules {
    TableRules { columns: table(name).map(told_columns).unwrap_or_default(), ..basic_rules(true) }
}

/// What the rules need of a table.
pub(crate) fn asked_of(name: &str, need: &Need, policy: &RecordsPolicy, scheme: Option<&Scheme>) -> TableRules {
    let kinds = match name {
        "events" => need.events.clone(),
        "spells" => need.spells.clone(),
        "coverage" => need.events.iter().chain(&need.spells).cloned().collect(),
        _ => Vec::new(),
    };
    TableRules {
        affects_sum: true,
        kinds,
        covered: Vec::new(),
        latest: None,
        unasked: None,
        classes: need.classes.clone(),
        classed: need.classed.clone(),
        amounts: if name == "events" { amounts::rules(need) } else { Vec::new() },
        other_kinds: policy.other_kinds.clone(),
        copies_later: matches!(name, "starts" | "events" | "spells"),
        columns: need.required_columns(name),
        outcomes: Vec::new(),
        places: scheme.filter(|_| name == "starts").map(places),
        stated: Vec::new(),
    }
}

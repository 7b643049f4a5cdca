//! Outcomes measured from a folder of several agencies' records. A start may be in one agency's tables and the events of the same
//! person in another's; the table of persons says which records are the same person.
//!
//! One mistaken link gives somebody another person's offence, and one missed link hides it. So we also measure under other
//! linkages, drawn from the links, and report how far the outcomes move.

use std::collections::BTreeMap;
use std::path::Path;

use base::day::Day;
use base::english::{counted, plural};
use base::money::Pence;
use base::philox::{open_unit, words};
use contract::Scheme;
use linkage::draws::{LinkageDraws, draws};
use linkage::joined::birth_dates::{DifferentBirths, different_births};
use linkage::joined::propagated_uncertainty::{EstimateRange, LinkageEstimate, propagate};
use linkage::joined::rows::{about, by_person, by_record};
use linkage::persons::Member;
use linkage::purpose::Purpose;
use linkage::recall::{RECALL, ShareEstimate, read_last};
use outcomes::payees::Payees;
use outcomes::sums::{Sums, sums};
use outcomes::{IndexEvent, MeasuredOutcomes, ProviderTally, QueryDates};
use rayon::prelude::*;
use records::batch::{Batch, ColumnValues, Name};
use records::counted_rows::CountedRows;
use records::fault::Fault;
use records::gate::GateResult;
use records::gate::amount_sizes::AmountsByMonth;
use records::gate::ends::{DaysByKind, stopped_ends, stopped_rows};
use records::gate::evidence::FactsRead;
use records::gate::hundredfold::hundredfold;
use records::gate::quality::{AcceptedFaults, QualityReport};
use records::gate::{StatedCount, TableRules, evidence};
use records::need::{ColumnNeed, RequiredColumn};
use records::schema::{RecordTable, table};
use records::{Coverage, Need, Records, facts, payees, people, starts};
use report::measure::{LinkageUncertainty, OutcomeUncertainty};

use crate::access_log::Access;
use crate::agencies::{self, Agencies};
use crate::doubted::Doubted;
use crate::doubtful_rows;
use crate::doubts::Doubts;
use crate::error::Error;
use crate::gate::{asked_of, asked_of_claims, audits};
use crate::measured::{self as one_folder, MeasuredRecords};

/// How several agencies' records are joined, and how the linkage is drawn.
#[derive(Clone, Debug)]
pub struct JoinOptions {
    /// Who is asking, and the purpose for which the records are joined.
    pub access: Access,
    /// How many linkages are drawn to estimate how certain the outcomes are.
    pub draws: usize,
    /// The seed of the draws.
    pub seed: u64,
}

/// Agencies' records as linked, and what is needed to link them in other ways.
pub(crate) struct JoinedRecords {
    pub measured_records: MeasuredRecords,
    members: Vec<Member>,
    tables: AgencyTables,
    drawn: LinkageDraws,
    draws: usize,
    seed: u64,
    compared: Option<ShareEstimate>,
}

/// Reads the agencies' tables once, and measures them as linked. `more` names tables that are read besides those that the rules
/// need; the purpose must cover all of them. The caller adds to the access log before it shows anything.
fn join(
    scheme: &Scheme,
    folder: &Path,
    joining: &JoinOptions,
    days: QueryDates,
    more: &[&'static str],
    accepted: Option<AcceptedFaults>,
) -> anyhow::Result<JoinedRecords> {
    let need = one_folder::need(scheme)?;
    if scheme.counts_households() {
        anyhow::bail!(Error::failed(
            "households cannot be counted in records of several agencies: each agency has its own ids for them".to_owned(),
            "put the joined records into one folder, with a column `household` in starts, and measure them without --purpose"
        ));
    }
    let mut agencies = agencies::open(folder, &joining.access.purpose, days)?;
    covered(&agencies, &need)?;
    more.iter().filter_map(|name| table(name)).try_for_each(|table| agencies.purpose.rows(table, None))?;
    agencies.all_must_be_linked();
    let links = agencies.links()?;
    let compared = agencies.table(&RECALL)?.as_deref().and_then(read_last);
    // A number for each component, draw and step, apart from all numbers that simulated people have.
    const LINKAGE: u64 = 1 << 40;
    let uniform = |component, draw, step| open_unit(words(joining.seed, component, draw, LINKAGE + step)[0]);
    let drawn = draws(&agencies.members, &links, joining.draws, &uniform);
    let (tables, without_person) = read_tables(&mut agencies, &need, scheme, days.days().1, more)?;
    born_on_different_days(&mut agencies, &tables, &drawn.linked);
    stopped(&mut agencies, &tables.coverage, days.days().1);
    let mut quality = sound(&mut agencies, &need, scheme, &tables, accepted.clone())?;
    let records = tables.records(&need, &drawn.linked);
    let (as_at, known_at) = days.days();
    let mut measured = outcomes::measure(scheme, &records, as_at, known_at);
    let audited = audits(scheme) && !tables.claims.is_empty();
    if let Some(doubts) = Doubts::of(scheme, &records, &measured, known_at, audited, false) {
        agencies.doubt(&drawn.linked, |again, findings, files| {
            let by = as_at.min(known_at);
            doubts.add(&Doubted { scheme, records: &records, measured: &measured, by, known_at, again }, findings, files)
        })?;
        quality = agencies.judge(&scheme.records, accepted)?;
        measured.like_others = doubts.like_others(&measured);
    }
    quality.copies = doubtful_rows::copies(&measured);
    quality.again = doubtful_rows::counted_again(&measured);
    quality.without_class = doubtful_rows::without_class(&measured);
    quality.unlike_others = doubtful_rows::unlike_others(&measured);
    quality.exceptions = one_folder::exceptions(scheme, &records, &measured, as_at);
    let mut notes: Vec<String> = agencies.left_out().into_iter().collect();
    let never_linked = without_person.iter().map(|(file, rows)| {
        let who = plural(rows.count, "a person who was not linked by then is", "people who were not linked by then are");
        format!("{} of {file} about {who} left out: {}", counted(rows.count, "row", "rows"), rows.places())
    });
    notes.extend(never_linked);
    let claims = more.contains(&"claims").then(|| tables.claims.iter().map(|batch| by_person(batch, &drawn.linked)).collect());
    let measured_records = MeasuredRecords {
        folder: folder.to_owned(),
        folders: agencies.folders.values().cloned().collect(),
        providers: tables.providers.as_ref().map(|batches| payees::ids(batches)),
        claims: claims.filter(|claims: &Vec<Batch>| !claims.is_empty()),
        claim_files: tables.claim_files.clone(),
        tables: BTreeMap::new(),
        records,
        measured,
        quality,
        set_aside: agencies.set_aside(),
        notes,
    };
    Ok(JoinedRecords {
        measured_records,
        members: agencies.members,
        tables,
        drawn,
        draws: joining.draws,
        seed: joining.seed,
        compared,
    })
}

/// Adds a finding for each record whose date of birth is another than that of a record that is linked as the same person.
fn born_on_different_days(agencies: &mut Agencies, tables: &AgencyTables, persons: &[u32]) {
    let names: Vec<String> = agencies.members.iter().map(|member| member.key.agency.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for births in different_births(&tables.people, persons, &names) {
        let DifferentBirths { record, row, other, other_row, clearly } = births;
        let (agency, other) = (names[record], names[other]);
        let fault = match clearly {
            true => {
                let fix =
                    "they are two people: correct the table of persons, or `born`. If they are one, agree that and accept it";
                Fault::row(row, TWO_PEOPLE_AS_ONE, "records of one person", fix)
            }
            false => {
                let what = "this record and another are linked as one person, and have different dates of birth";
                Fault::row(row, what, "one date of birth of a person", "no action needed, if one of them is a slip").warning()
            }
        };
        let value = Some(format!("as row {other_row} of {other}/people"));
        agencies.found_in(&format!("{agency}/people"), Fault { column: "born".into(), value, ..fault }, clearly);
    }
}

/// The message about records that are one person by the linkage and two by their dates of birth.
const TWO_PEOPLE_AS_ONE: &str =
    "this record and another of the agency are linked as one person, and no slip explains their dates of birth";

/// Refuses a folder of several agencies without a purpose.
fn one_agency(records: &Path) -> anyhow::Result<()> {
    if agencies::is_joined(records) {
        anyhow::bail!(Error::failed(
            format!("{} is a folder of several agencies' records", records.display()),
            "say why you join them: add --purpose NAME, with a name from its purposes.toml"
        ));
    }
    Ok(())
}

/// Outcomes from the records of one agency, or of several agencies that are joined.
pub(crate) enum OutcomeRecords {
    One(Box<MeasuredRecords>),
    Several(Box<JoinedRecords>),
}

impl OutcomeRecords {
    /// The records and outcomes, as linked.
    #[must_use]
    pub(crate) fn measured(&self) -> &MeasuredRecords {
        match self {
            OutcomeRecords::One(measured) => measured,
            OutcomeRecords::Several(joined) => &joined.measured_records,
        }
    }

    /// The same, given away.
    #[must_use]
    pub(crate) fn into_measured(self) -> MeasuredRecords {
        match self {
            OutcomeRecords::One(measured) => *measured,
            OutcomeRecords::Several(joined) => joined.measured_records,
        }
    }

    /// The joined records, where there are several agencies.
    #[must_use]
    pub(crate) fn joined(&self) -> Option<&JoinedRecords> {
        match self {
            OutcomeRecords::One(_) => None,
            OutcomeRecords::Several(joined) => Some(joined),
        }
    }
}

/// Reads and measures a folder of records. `joining` says how several agencies' records are joined; `more` names tables that are
/// read besides those that the rules need. The caller adds to the access log before it shows anything of several agencies.
///
/// # Errors
/// The records do not allow a result, the purpose does not cover them, or `joining` does not fit the folder.
pub(crate) fn read_outcomes(
    scheme: &Scheme,
    folder: &Path,
    joining: Option<&JoinOptions>,
    days: QueryDates,
    more: &[&'static str],
    accepted: Option<AcceptedFaults>,
) -> anyhow::Result<OutcomeRecords> {
    Ok(match joining {
        None => {
            one_agency(folder)?;
            OutcomeRecords::One(Box::new(one_folder::measured_records(scheme, folder, days, more, accepted)?))
        }
        Some(joining) => OutcomeRecords::Several(Box::new(join(scheme, folder, joining, days, more, accepted)?)),
    })
}

/// A sum of money over all drawn linkages.
pub(crate) struct SumOverLinkages {
    pub draws: usize,
    pub seed: u64,
    pub records: usize,
    /// Records that some draw may move.
    pub doubtful: usize,
    /// Of 100 draws, 95 lie between these.
    pub low: Pence,
    pub high: Pence,
    pub mean: Pence,
}

impl JoinedRecords {
    /// How certain the outcomes are, as far as the linkage goes. `provider` takes only the people of one provider.
    #[must_use]
    pub(crate) fn uncertainty(&self, scheme: &Scheme, days: QueryDates, provider: Option<&str>) -> LinkageUncertainty {
        let (records, measured) = (&self.measured_records.records, &self.measured_records.measured);
        let outcomes = outcomes(scheme, &self.tables, &self.drawn, (records, measured), days.days(), provider);
        LinkageUncertainty {
            draws: self.draws,
            seed: self.seed,
            records: self.members.len(),
            doubtful: self.drawn.components.iter().flat_map(|component| &component.cores).map(Vec::len).sum(),
            components: self.drawn.components.len(),
            large: self.drawn.large(),
            compared: self.compared,
            outcomes,
        }
    }

    /// The sum of a statement under each drawn linkage. People whom every draw links in the same way are counted once, the others
    /// once for each draw. `total` prices groups whose providers are positions of `payees`. Claims that an audit found false are
    /// those of `groups`, which are as linked.
    pub(crate) fn sum_over_linkages(
        &self,
        scheme: &Scheme,
        days: QueryDates,
        payees: &Payees,
        groups: &[ProviderTally],
        total: &(dyn Fn(&[ProviderTally]) -> i64 + Sync),
    ) -> SumOverLinkages {
        let doubtful = self.drawn.doubtful();
        let (records, measured) = (&self.measured_records.records, &self.measured_records.measured);
        let (as_at, known_at) = days.days();
        let unsure = |index: &IndexEvent| doubtful[record(records, index)];
        let certain = outcomes::payable_at(scheme, &measured.only(|index| !unsure(index)), as_at, &payees.places);
        let tables = self.tables.about(&doubtful);
        let one = |draw: usize| {
            let mut others = tables.records(&records.need, &self.drawn.persons(draw));
            others.coverage = records.coverage.clone();
            let found = outcomes::measure(scheme, &others, as_at, known_at);
            // Providers have other positions among fewer rows.
            let mut ids: Vec<String> =
                (0..others.providers.len() as u32).map(|at| others.providers.get(at).to_string()).collect();
            let mut places = Vec::new();
            for (provider, area) in &payees.places {
                let id = &payees.ids[*provider as usize];
                let at = ids.iter().position(|known| known == id).unwrap_or_else(|| {
                    ids.push(id.clone());
                    ids.len() - 1
                });
                places.push((at as u32, *area));
            }
            let mut moved = outcomes::payable_at(scheme, &found, as_at, &places);
            for group in &mut moved {
                let id = &ids[group.provider as usize];
                group.provider = payees.ids.iter().position(|known| known == id).unwrap_or_default() as u32;
            }
            let mut all = certain.clone();
            outcomes::merge(&mut all, moved);
            for group in &mut all {
                let same = |other: &&ProviderTally| (other.provider, other.tally.area) == (group.provider, group.tally.area);
                if let Some(linked) = groups.iter().find(same) {
                    group.tally.found_false.clone_from(&linked.tally.found_false);
                }
            }
            all.sort_by_key(|group| (group.provider, group.tally.area));
            total(&all)
        };
        let mut totals: Vec<i64> = (0..self.draws).into_par_iter().map(one).collect();
        totals.sort_unstable();
        let at = |share: f64| totals.get(((totals.len().max(1) - 1) as f64 * share).round() as usize).copied();
        let linked = total(groups);
        let sum: i128 = totals.iter().map(|total| i128::from(*total)).sum();
        let mean = i64::try_from(sum / totals.len().max(1) as i128).unwrap_or(linked);
        SumOverLinkages {
            draws: self.draws,
            seed: self.seed,
            records: self.members.len(),
            doubtful: doubtful.iter().filter(|doubtful| **doubtful).count(),
            low: Pence(at(0.025).unwrap_or(linked)),
            high: Pence(at(0.975).unwrap_or(linked)),
            mean: Pence(if totals.is_empty() { linked } else { mean }),
        }
    }

    /// The id in the table of persons, of somebody in the records as linked.
    pub(crate) fn person(&self, person: u32) -> &str {
        match self.measured_records.records.people.names.get(person) {
            Name::Number(record) => self.members.get(record as usize).map_or("", |member| &member.person),
            Name::Text(_) => "",
        }
    }

    /// The records that the purpose covers, each with its person.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Somebody in the records as linked, by the id in the table of persons.
    pub(crate) fn find(&self, person: &str) -> Option<u32> {
        let record = self.members.iter().position(|member| member.person == person)?;
        self.measured_records.records.people.names.find(Name::Number(i64::from(self.drawn.linked[record])))
    }

    /// Where the rows about some people come from: by person, the kind of the row (`start` for a start) and its day, the agency of
    /// each row and its id there.
    pub(crate) fn sources(&self, people: &[u32]) -> RowSources {
        let mut wanted: BTreeMap<i64, u32> = BTreeMap::new();
        for person in people {
            if let Name::Number(record) = self.measured_records.records.people.names.get(*person) {
                wanted.insert(record, *person);
            }
        }
        let mut out = RowSources::default();
        let tables = [
            (&self.tables.starts, "began", None),
            (&self.tables.events, "date", Some("kind")),
            (&self.tables.spells, "from", Some("kind")),
        ];
        for (batches, day, kind) in tables {
            for batch in batches {
                let column = |name| batch.table.column(name);
                for row in 0..batch.rows() {
                    let Some(Name::Number(record)) = batch.name(column("person"), row) else { continue };
                    let Some(person) = wanted.get(&i64::from(self.drawn.linked[record as usize])) else { continue };
                    let kind = kind.map_or("start".to_owned(), |kind| batch.text(column(kind), row));
                    let agency = &self.members[record as usize].key.agency;
                    let source = format!("{agency}, {} {}", batch.table.columns[0].name, batch.text(0, row));
                    out.0.entry((*person, kind, batch.day(column(day), row))).or_default().push(source);
                }
            }
        }
        out
    }
}

/// Where rows come from: the agency and the row's own id, by person, kind and day.
#[derive(Default)]
pub(crate) struct RowSources(BTreeMap<(u32, String, Day), Vec<String>>);

impl RowSources {
    /// "police, event e17" for each row; nothing where it is not known.
    pub(crate) fn of(&self, person: u32, kind: &str, day: Day) -> Vec<String> {
        self.0.get(&(person, kind.to_owned(), day)).cloned().unwrap_or_default()
    }
}

/// The record under which a person stands.
fn record(records: &Records, index: &IndexEvent) -> usize {
    match records.people.names.get(index.start.person) {
        Name::Number(record) => record as usize,
        Name::Text(_) => unreachable!("rows stand under the positions of their records"),
    }
}

/// Whether the purpose covers everything that the rules use: to leave some of it out would give another outcome.
fn covered(agencies: &Agencies, need: &Need) -> anyhow::Result<()> {
    let purpose = &agencies.purpose;
    let kinds = |name: &'static str, kinds: &[String]| {
        let table = table(name).into_iter();
        table.flat_map(|table| kinds.iter().map(move |kind| purpose.rows(table, Some(kind)))).collect::<Result<Vec<()>, _>>()
    };
    ["people", "starts"].iter().filter_map(|name| table(name)).try_for_each(|table| purpose.rows(table, None))?;
    kinds("events", &need.events)?;
    kinds("spells", &need.spells)?;
    Ok(())
}

/// All agencies' tables. Each row is filed under the position of the record that it is about.
#[derive(Default)]
struct AgencyTables {
    people: Vec<Batch>,
    starts: Vec<Batch>,
    coverage: Vec<Batch>,
    /// What the tables of coverage count.
    counts: Vec<StatedCount>,
    events: Vec<Batch>,
    spells: Vec<Batch>,
    claims: Vec<Batch>,
    /// The agency and file of each of their batches.
    claim_files: Vec<String>,
    /// Nothing where no agency has the table, or the purpose does not cover it.
    providers: Option<Vec<Batch>>,
}

/// Notes ends that are no longer recorded, and agencies whose rows stop.
fn stopped(agencies: &mut Agencies, coverage: &[Batch], known_at: Day) {
    let stated = Coverage::new(coverage);
    for (table, of) in std::mem::take(&mut agencies.ends) {
        let (files, days): (Vec<String>, Vec<DaysByKind>) = of.into_iter().map(|agency| (agency.file, agency.days)).unzip();
        let until = |kind: &str| stated.stated_until(table, kind);
        let ends = stopped_ends(table, &days, &until, known_at).into_iter();
        for (at, fault) in ends.chain(stopped_rows(&days, &until, known_at)) {
            agencies.found_in(&files[at], fault, false);
        }
    }
}

/// Whether the agencies' records have what the rules need, and few enough faults.
fn sound(
    agencies: &mut Agencies,
    need: &Need,
    scheme: &Scheme,
    tables: &AgencyTables,
    accepted: Option<AcceptedFaults>,
) -> anyhow::Result<QualityReport> {
    for RequiredColumn { name, .. } in
        need.required_columns("people").into_iter().filter(|column| column.need == ColumnNeed::There)
    {
        let absent = |batch: &Batch| batch.columns[batch.table.column(name)] == ColumnValues::Absent;
        if tables.people.iter().all(absent) {
            let what = "the rules need this column, and no agency's table of people has it";
            let fix = "supply the column; if it has another name, rename it to this one; if no row has a value for it, add it without values";
            let fault = Fault::file(what, format!("a column `{name}`"), fix).refused();
            agencies.note("people", Fault { column: name.into(), ..fault });
        }
    }
    // A zero counts where it is stated; other counts are of one agency, and were compared with its rows.
    for (name, kinds) in [("events", &need.events), ("spells", &need.spells)] {
        let none = GateResult::default();
        let found = agencies.found.get(name).unwrap_or(&none);
        let zeros: Vec<StatedCount> =
            tables.counts.iter().filter(|stated| stated.table == name && stated.count == 0).cloned().collect();
        let read = FactsRead { table: name, there: agencies.found.contains_key(name), kinds, stated: &zeros, found };
        // Faults of a row of coverage are its agency's, and were found when its tables were read.
        let faults = if need.table(name) { evidence::missing_evidence(&read, need, 0).of_table } else { Vec::new() };
        let unused = evidence::unused_kinds(&found.others, kinds).filter(|_| need.table(name));
        let of_class = [
            evidence::classes_without_rows(found, &need.classes),
            evidence::unnamed_classes(found),
            evidence::rows_without_class(found),
        ];
        let classes = of_class.into_iter().flatten().filter(|_| name == "events");
        faults.into_iter().for_each(|fault| agencies.note(name, fault));
        unused.into_iter().chain(classes).for_each(|fault| agencies.found_in(name, fault, false));
    }
    let (files, amounts): (Vec<String>, Vec<Vec<AmountsByMonth>>) = std::mem::take(&mut agencies.amounts).into_iter().unzip();
    for (at, fault) in hundredfold(&need.events, &amounts) {
        agencies.found_in(&files[at], fault, false);
    }
    agencies.judge(&scheme.records, accepted)
}

fn read_tables(
    agencies: &mut Agencies,
    need: &Need,
    scheme: &Scheme,
    known_at: Day,
    more: &[&'static str],
) -> anyhow::Result<(AgencyTables, BTreeMap<String, CountedRows>)> {
    let (mut tables, mut without_person) = (AgencyTables::default(), BTreeMap::<String, CountedRows>::new());
    let members: Vec<Member> = agencies.members.clone();
    let names: Vec<String> = agencies.folders.keys().cloned().collect();
    for agency in names {
        let own = members.iter().enumerate().filter(|(_, member)| member.key.agency == agency);
        let own: BTreeMap<Name<'_>, usize> = own.map(|(at, member)| (Name::of(&member.key.id), at)).collect();
        let wanted = |purpose: &Purpose, table: &RecordTable| match table.name {
            "providers" => purpose.rows(table, None).is_ok(),
            name => need.table(name) || more.contains(&name),
        };
        agencies.note_others(&agency, &wanted)?;
        // An agency's own counts are compared with its own rows, so its table of coverage comes first.
        let of_coverage = |table: &RecordTable| asked_of(table.name, need, &scheme.records, Some(scheme));
        let (mut coverage, mut coverage_files) = (Vec::new(), BTreeMap::new());
        agencies.each(&agency, &|_, table| table.name == "coverage", &of_coverage, &mut |_, file, batch| {
            coverage_files.insert(batch.file, file.to_owned());
            coverage.push(batch);
            Ok(())
        })?;
        // An agency looks up its own people, however many the others have.
        let (counts, faults) = evidence::stated_counts(&coverage, 0);
        faults.into_iter().for_each(|(file, fault)| agencies.note(&coverage_files[&file], fault));
        let stated_coverage = Coverage::new(&coverage);
        tables.coverage.extend(coverage);
        tables.counts.extend(counts.iter().cloned());
        let asked = |table: &RecordTable| {
            let of_table = match table.name {
                "claims" => asked_of_claims(Some(scheme)),
                name => asked_of(name, need, &scheme.records, Some(scheme)),
            };
            let of_table = of_table.with_coverage(table.name, &stated_coverage, &counts, Some(known_at));
            // One agency may know of a death for all.
            let columns = if table.name == "people" { Vec::new() } else { of_table.columns };
            TableRules { columns, ..of_table }
        };
        // People come before what is known of them.
        let mut people = Vec::new();
        agencies.each(&agency, &|_, table| table.name == "people", &asked, &mut |_, file, batch| {
            people.push((file.to_owned(), batch));
            Ok(())
        })?;
        people.iter().for_each(|(_, batch)| agencies.born(&agency, batch));
        let mut take = |file: &str, batch: Batch| {
            if batch.table.name == "providers" {
                tables.providers.get_or_insert_default().push(batch);
                return;
            }
            let (batch, left) = by_record(batch, &own);
            if !left.is_empty() {
                let rows = without_person.entry(file.to_owned()).or_default();
                left.into_iter().for_each(|row| rows.add(row));
            }
            if batch.table.name == "claims" {
                tables.claim_files.push(file.to_owned());
            }
            tables.of(batch.table.name).push(batch);
        };
        people.into_iter().for_each(|(file, batch)| take(&file, batch));
        let others =
            |purpose: &Purpose, table: &RecordTable| !["coverage", "people"].contains(&table.name) && wanted(purpose, table);
        agencies.each(&agency, &others, &asked, &mut |_, file, batch| {
            take(file, batch);
            Ok(())
        })?;
    }
    Ok((tables, without_person))
}

impl AgencyTables {
    fn of(&mut self, table: &str) -> &mut Vec<Batch> {
        match table {
            "people" => &mut self.people,
            "starts" => &mut self.starts,
            "coverage" => &mut self.coverage,
            "events" => &mut self.events,
            "claims" => &mut self.claims,
            _ => &mut self.spells,
        }
    }

    /// The rows about some records.
    fn about(&self, wanted: &[bool]) -> AgencyTables {
        let about = |batches: &[Batch]| batches.iter().map(|batch| about(batch, wanted)).collect();
        AgencyTables {
            people: about(&self.people),
            starts: about(&self.starts),
            coverage: self.coverage.clone(),
            counts: Vec::new(),
            events: about(&self.events),
            spells: about(&self.spells),
            claims: Vec::new(),
            claim_files: Vec::new(),
            providers: None,
        }
    }

    /// As records of the persons of a linkage.
    fn records(&self, need: &Need, persons: &[u32]) -> Records {
        let mut people = people::PeopleBuilder::default();
        self.people.iter().for_each(|batch| people.add(&by_person(batch, persons)));
        let people = people.end();
        let mut starts = starts::StartsBuilder::new(&people.names);
        self.starts.iter().for_each(|batch| starts.add(&by_person(batch, persons)));
        let starts = starts.end();
        let mut records = Records::new(need.clone(), people, starts, &self.coverage);
        for (name, batches) in [("events", &self.events), ("spells", &self.spells)] {
            if need.table(name) {
                let mut facts = facts::FactsBuilder::new(&records.people.names, need);
                batches.iter().for_each(|batch| facts.add(&by_person(batch, persons)));
                let gathered = vec![facts.end()];
                records.add(name, gathered);
            }
        }
        records
    }
}

/// People whom every draw links in the same way are measured once, the others once for each draw.
fn outcomes(
    scheme: &Scheme,
    tables: &AgencyTables,
    drawn: &LinkageDraws,
    (records, measured): (&Records, &MeasuredOutcomes),
    (as_at, known_at): (Day, Day),
    provider: Option<&str>,
) -> Vec<OutcomeUncertainty> {
    let doubtful = drawn.doubtful();
    let tables = tables.about(&doubtful);
    let anchors = anchors(&tables.starts, &drawn.linked);
    let of_provider = |records: &Records, index: &IndexEvent| {
        !index.start.comparison && provider.is_none_or(|wanted| records.providers.get(index.start.provider).to_string() == wanted)
    };
    let certain = sums(measured, &|index| of_provider(records, index) && !doubtful[record(records, index)]);
    let as_linked = sums(measured, &|index| of_provider(records, index));
    // People in doubt as they were linked: the record that started, the cohort, and their place in what was measured.
    let all = measured.index.iter().enumerate();
    let unsure = all.filter(|(_, index)| of_provider(records, index) && doubtful[record(records, index)]);
    let unsure: Vec<(u32, u32, usize)> = unsure
        .filter_map(|(at, index)| {
            let anchor = anchors.get(&(record(records, index) as u32, index.start.began))?;
            Some((*anchor, index.cohort, at))
        })
        .collect();
    let one = |draw: usize| {
        let persons = drawn.persons(draw);
        let mut others = tables.records(&records.need, &persons);
        others.coverage = records.coverage.clone();
        let found = outcomes::measure(scheme, &others, as_at, known_at);
        let sums = sums(&found, &|index| of_provider(&others, index));
        let same = |record: u32, cohort: u32| {
            let person = others.people.names.find(Name::Number(i64::from(persons[record as usize])))?;
            let from = found.index.partition_point(|index| index.start.person < person);
            let own = found.index[from..].iter().take_while(|index| index.start.person == person);
            own.zip(from..).find(|(index, _)| index.cohort == cohort && of_provider(&others, index)).map(|(_, at)| at)
        };
        let moved = unsure.iter().flat_map(|(record, cohort, at)| {
            let now = same(*record, *cohort).map(|at| found.of(at));
            let differs = |outcome: usize| {
                let as_linked = &measured.of(*at)[outcome];
                now.is_none_or(|now| (now[outcome].state, now[outcome].value) != (as_linked.state, as_linked.value))
            };
            (0..measured.outcomes).map(differs).collect::<Vec<bool>>()
        });
        (sums, moved.collect::<Vec<bool>>())
    };
    let draws: Vec<(Vec<Sums>, Vec<bool>)> = (0..drawn.count).into_par_iter().map(one).collect();
    let outcome = |at: usize| {
        let figure = |sums: Sums| LinkageEstimate { value: sums.mean(), variance: sums.variance(), people: sums.people };
        let figures: Vec<LinkageEstimate> = draws.iter().map(|(sums, _)| figure(sums[at] + certain[at])).collect();
        let range = if scheme.outcomes[at].is_binary() { EstimateRange::Share } else { EstimateRange::NotBelowZero };
        let moved = |unsure: &usize| draws.iter().any(|(_, moved)| moved[unsure * measured.outcomes + at]);
        let changed = (0..unsure.len()).filter(moved).count();
        OutcomeUncertainty {
            outcome: scheme.outcomes[at].name.clone(),
            carried: propagate(figure(as_linked[at]), &figures, range),
            range,
            changed,
        }
    };
    (0..measured.outcomes).map(outcome).collect()
}

/// The record of each person, as linked, that started on a day.
fn anchors(starts: &[Batch], linked: &[u32]) -> BTreeMap<(u32, Day), u32> {
    let mut anchors: BTreeMap<(u32, Day), u32> = BTreeMap::new();
    for batch in starts {
        let (person, began) = (batch.table.column("person"), batch.table.column("began"));
        for row in 0..batch.rows() {
            let Some(Name::Number(record)) = batch.name(person, row) else { continue };
            let anchor = anchors.entry((linked[record as usize], batch.day(began, row))).or_insert(record as u32);
            *anchor = (*anchor).min(record as u32);
        }
    }
    anchors
}

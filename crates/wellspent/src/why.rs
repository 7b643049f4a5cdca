//! Explains a line of a statement by the people and facts behind it, or everything that was decided for one person. Ids of
//! people are shown here, because somebody asks for them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use base::day::{Day, NEVER, date};
use base::english::counted;
use contract::Scheme;
use ledger::{Statement, StatementLine};
use outcomes::explain::{Explanation, explain, explain_before};
use outcomes::{IndexEvent, OutcomeState, QueryDates};
use records::batch::Name;
use records::facts::Fact;
use records::gate::quality::AcceptedFaults;
use report::statement::place;
pub use report::why::{
    CountedPerson, CountedStart, Explained, FactInWords, LineExplanation, OutcomeExplanation, OutcomeResult, PersonExplanation,
    StartExplanation, WhyReport,
};

use crate::access_log::{self, Access};
use crate::error::Error;
use crate::folder::{self, Reach};
use crate::measure::state;
use crate::measured::MeasuredRecords;
use crate::pay::{claims_asked, from_records};
use crate::person_ids::{self, AskedPerson};
use crate::several_agencies::{JoinOptions, JoinedRecords, RowSources, read_outcomes};

/// What is explained, from which records.
#[derive(Clone, Debug)]
pub struct WhyRequest {
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The folder of records; with `joining`, a folder of several agencies.
    pub records: PathBuf,
    pub joining: Option<JoinOptions>,
    pub days: QueryDates,
    pub about: WhyAbout,
    /// Who asks, and what for: people are shown by their ids.
    pub access: Access,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
}

/// What is explained.
#[derive(Clone, Debug)]
pub enum WhyAbout {
    /// A line of the statement for the same days: its number, or the first characters of its id.
    Line(String),
    /// A person, by the id in the table of people, or with several agencies in the table of persons.
    Person(String),
}

/// Explains a line or a person. The access log gets a row for each person first.
///
/// # Errors
/// The scheme has mistakes, the records do not allow a result, no purpose covers them, or there is no such line or person.
pub fn why(request: &WhyRequest) -> Result<WhyReport, Error> {
    let folder = folder::open(&request.scheme, request.reach)?;
    let scheme = folder.scheme()?;
    let WhyRequest { records, joining, days, .. } = request;
    let read = read_outcomes(&scheme, records, joining.as_ref(), *days, claims_asked(&scheme), request.accepted.clone())?;
    let found = read.measured();
    let explaining = Explaining { scheme: &scheme, found, days: *days, joined: read.joined() };
    let explained = match &request.about {
        WhyAbout::Person(person) => explaining.person(person).map_err(Error::from),
        WhyAbout::Line(line) => from_records(&scheme, &folder, found, *days, None, &[])
            .map_err(Error::from)
            .and_then(|priced| Ok(explaining.line(&priced.statement, line)?)),
    };
    let (about, people) = explained.map_err(|error| error.with_notes(&found.all_notes()))?;
    let persons: BTreeSet<String> = people.iter().map(|person| explaining.name(*person)).collect();
    access_log::note(records, &request.access, "why", &persons.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(WhyReport { about, quality: found.quality.clone(), notes: found.notes.clone() })
}

/// What explanations are made from.
struct Explaining<'a> {
    scheme: &'a Scheme,
    found: &'a MeasuredRecords,
    days: QueryDates,
    /// Several agencies' records: then people have the ids of the table of persons, and rows their agency.
    joined: Option<&'a JoinedRecords>,
}

impl Explaining<'_> {
    /// Everyone whom a line counts, with the day that decided and the facts behind it.
    fn line(&self, statement: &Statement, wanted: &str) -> anyhow::Result<(Explained, Vec<u32>)> {
        let line = find(statement, wanted)?;
        let Explaining { scheme, found, .. } = self;
        let cohort = |name: &str| scheme.cohorts.iter().position(|cohort| cohort.name == name).unwrap_or_default();
        let cohorts = cohort(&line.from_cohort)..=cohort(&line.to_cohort);
        let outcome = scheme.outcome(&line.outcome);
        let measured = &found.measured;
        let here = |index: &IndexEvent| {
            !index.start.comparison
                && found.records.providers.get(index.start.provider).to_string() == line.provider
                && scheme.areas[index.area as usize] == line.area
                && cohorts.contains(&(index.cohort as usize))
                && (line.segment.is_empty() || scheme.segments[index.segment as usize] == line.segment)
        };
        let people: Vec<usize> = (0..measured.index.len()).filter(|at| here(&measured.index[*at])).collect();
        // A fee for each person is for each of them. Any other line without an outcome compares sums and totals, and nobody's records
        // are behind it.
        let clause = scheme.clause(&line.clause).map(|at| &scheme.clauses[at].terms);
        let is_about_people = outcome.is_some() || clause.is_some_and(|terms| terms.fee_varies_with_people());
        let counts = |at: &usize| is_about_people && outcome.is_none_or(|outcome| measured.of(*at)[outcome].value != 0);
        let counted: Vec<usize> = people.iter().copied().filter(counts).collect();
        let (as_at, known_at) = self.days.days();
        let reasons = outcome.map(|_| explain(scheme, &found.records, measured, &counted, as_at, known_at));
        let persons: Vec<u32> = counted.iter().map(|at| measured.index[*at].start.person).collect();
        let sources = self.joined.map(|joined| joined.sources(&persons));
        let sources = sources.as_ref();
        let one = |(place, at): (usize, &usize)| {
            let start = measured.index[*at].start;
            let result = outcome.zip(reasons.as_ref()).map(|(outcome, reasons)| {
                let reasons = &reasons[place][outcome];
                (self.result(reasons, outcome), self.facts(&reasons.facts, start.person, sources))
            });
            CountedPerson {
                person: self.name(start.person),
                started: start.began,
                sources: sources.map_or(Vec::new(), |sources| sources.of(start.person, "start", start.began)),
                result,
            }
        };
        let explained = LineExplanation {
            place: place(line),
            sum: line.sum_for_people().unwrap_or_else(|| line.amount.to_string()),
            reason: line.reason.clone(),
            outcome: outcome.map(|outcome| scheme.outcomes[outcome].name.clone()),
            people: people.len(),
            is_about_people,
            excepted: outcome.map_or(0, |outcome| {
                let excepted = |at: &&usize| measured.of(**at)[outcome].state == OutcomeState::Excepted;
                people.iter().filter(excepted).count()
            }),
            counted: counted.iter().enumerate().map(one).collect(),
        };
        Ok((Explained::Line(explained), persons))
    }

    /// The id by which somebody is shown.
    fn name(&self, person: u32) -> String {
        match self.joined {
            Some(joined) => joined.person(person).to_owned(),
            None => self.found.records.people.names.get(person).to_string(),
        }
    }

    /// Everything that was decided for one person.
    fn person(&self, wanted: &str) -> anyhow::Result<(Explained, Vec<u32>)> {
        let records = &self.found.records;
        let person = match self.joined {
            Some(joined) => joined_person(joined, wanted)?,
            None => records
                .people
                .names
                .find(Name::of(wanted))
                .with_context(|| format!("the table of people has nobody with the id {wanted}"))?,
        };
        let sources = self.joined.map(|joined| joined.sources(&[person]));
        let sources = sources.as_ref();
        let (as_at, known_at) = self.days.days();
        let day = |day: Day| (day != NEVER).then_some(day);
        let ends = records.people.ends(person);
        let starts = records.starts.iter().filter(|start| start.person == person);
        let of_start = |start: &records::Start| StartExplanation {
            began: start.began,
            provider: records.providers.get(start.provider).to_string(),
            sources: sources.map_or(Vec::new(), |sources| sources.of(person, "start", start.began)),
            counts: match self.found.measured.index.iter().position(|index| index.start == *start) {
                Some(at) => Ok(self.counted_start(at, sources)),
                None if start.known > known_at => Err(format!("it became known on {}", date(start.known))),
                None => Err("it is outside the scheme, or an earlier start of the same cohort counts".to_owned()),
            },
        };
        let all: Vec<(Fact, Day)> = records.facts.of(person, known_at).into_iter().map(|fact| (fact, NEVER)).collect();
        let explained = PersonExplanation {
            person: self.name(person),
            as_at,
            known_at,
            died: day(ends.died),
            removed: day(ends.removed),
            starts: starts.map(of_start).collect(),
            facts: self.facts(&all, person, sources),
        };
        Ok((Explained::Person(explained), vec![person]))
    }

    /// Where a start counts, and how each outcome was decided.
    fn counted_start(&self, at: usize, sources: Option<&RowSources>) -> CountedStart {
        let Explaining { scheme, found, .. } = self;
        let measured = &found.measured;
        let index = measured.index[at];
        let (as_at, known_at) = self.days.days();
        let own = scheme.outcomes.iter().enumerate().map(|(outcome, of)| (of.name.clone(), outcome));
        let before = measured.compared_before.iter();
        let before = before.map(|outcome| (format!("{} before the start", scheme.outcomes[*outcome].name), *outcome));
        let reasons = explain(scheme, &found.records, measured, &[at], as_at, known_at).concat();
        let reasons_before = explain_before(scheme, &found.records, measured, &[at], as_at, known_at).concat();
        let of_outcome = |((name, outcome), reasons): ((String, usize), Explanation)| OutcomeExplanation {
            outcome: name,
            result: self.result(&reasons, outcome),
            from: reasons.from,
            to: reasons.to,
            needed: reasons.needed,
            observed: reasons.observed,
            facts: self.facts(&reasons.facts, index.start.person, sources),
        };
        CountedStart {
            comparison: index.start.comparison,
            area: scheme.areas[index.area as usize].clone(),
            cohort: scheme.cohorts[index.cohort as usize].name.clone(),
            segment: scheme.segments[index.segment as usize].clone(),
            outcomes: own.zip(reasons).chain(before.zip(reasons_before)).map(of_outcome).collect(),
        }
    }

    fn result(&self, reasons: &Explanation, outcome: usize) -> OutcomeResult {
        let result = reasons.result;
        let known = result.state == OutcomeState::Observed;
        OutcomeResult {
            state: state(&result, self.scheme.outcomes[outcome].better),
            value: known.then_some(i64::from(result.value)),
            decided: (known && result.day != NEVER).then_some(result.day),
        }
    }

    fn facts(&self, facts: &[(Fact, Day)], person: u32, sources: Option<&RowSources>) -> Vec<FactInWords> {
        let need = &self.found.records.need;
        let in_words = |(fact, proof): &(Fact, Day)| {
            let kind = fact.kind as usize;
            let (kind, is_spell) = match need.events.get(kind) {
                Some(kind) => (kind, false),
                None => (&need.spells[kind - need.events.len()], true),
            };
            FactInWords {
                kind: kind.clone(),
                from: fact.from,
                to: (is_spell && fact.to != NEVER).then_some(fact.to),
                is_spell,
                proven: (!is_spell && *proof != NEVER).then_some(*proof),
                sources: sources.map_or(Vec::new(), |sources| sources.of(person, kind, fact.from)),
            }
        };
        facts.iter().map(in_words).collect()
    }
}

/// Somebody in joined records, by the id of the table of persons or of an agency.
fn joined_person(joined: &JoinedRecords, wanted: &str) -> anyhow::Result<u32> {
    let nobody = || {
        Error::failed(
            format!("no record that the purpose covers has the id {wanted}"),
            "give the id of the table of persons, an agency's own id, or both the agency and its id: AGENCY/ID. A purpose that covers \
             more agencies may know the person",
        )
    };
    match person_ids::asked(joined.members(), wanted) {
        AskedPerson::One(person) => Ok(joined.find(person).ok_or_else(nobody)?),
        AskedPerson::Several(ids) => bail!(Error::failed(
            format!("{wanted} is the id of different people: {}", ids.join(", ")),
            "name the agency as well, as above"
        )),
        AskedPerson::Nobody => bail!(nobody()),
    }
}

/// The line of a number, or of an id that begins so.
fn find<'a>(statement: &'a Statement, wanted: &str) -> anyhow::Result<&'a StatementLine> {
    if let Some(line) = wanted.parse::<usize>().ok().and_then(|number| statement.lines.get(number.checked_sub(1)?)) {
        return Ok(line);
    }
    let found: Vec<&StatementLine> =
        statement.lines.iter().filter(|line| wanted.len() >= 6 && statement.id(line).to_string().starts_with(wanted)).collect();
    match found[..] {
        [line] => Ok(line),
        _ => bail!(Error::failed(
            format!("the statement has {}, and {wanted} is not one of them", counted(statement.lines.len(), "line", "lines")),
            "`wellspent pay` lists them, for the same days"
        )),
    }
}

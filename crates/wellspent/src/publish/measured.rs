//! Outcomes of people, as tables for a release: how many started, whose result is known, and what it was, by group.
//!
//! For each outcome everybody who started is in one state, and those whose result is known are those with the outcome and those without
//! it. These sums are part of the release, so that nobody can subtract what is shown and find what is hidden.

use base::english::capitalised;
use std::collections::BTreeMap;

use contract::Scheme;
use contract::terms::Outcome;
use disclosure::publication::Publication;
use disclosure::register::AlikeMeasures;
use disclosure::rules::DisclosurePolicy;
use disclosure::system::CellId;
use disclosure::table::{Dimension, StatisticalTable};
use outcomes::{IndexEvent, MeasuredOutcomes, OutcomeState, PersonOutcome, QueryDates};
use report::publication::{PublishedColumn, PublishedFigure, PublishedResult, PublishedView};
use sha2::{Digest as _, Sha256};

use super::people_tables::{GroupedStart, PeopleTables};
use super::{PublishOptions, PublishedRelease, ReleaseDraft, publish};
use crate::breakdown::BreakdownBy;
use crate::error::Error;
use crate::measured::MeasuredRecords;

/// What is published of measured outcomes.
pub(crate) struct MeasuredDraft<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) found: &'a MeasuredRecords,
    pub(crate) days: QueryDates,
    pub(crate) by: &'a [BreakdownBy],
    /// Positions of the outcomes.
    pub(crate) outcomes: Vec<usize>,
    /// The command that asks, for the record.
    pub(crate) command: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) remarks: Vec<&'static str>,
    /// For each of `outcomes`, a further column: its name, and a judgement for each group in the order of names. It is shown where all
    /// numbers of the group are.
    pub(crate) judgements: Vec<Option<(&'static str, Vec<&'static str>)>>,
}

/// Publishes outcomes.
pub(crate) fn publish_measured(
    options: &PublishOptions,
    policy: &DisclosurePolicy,
    asked: MeasuredDraft<'_>,
) -> Result<PublishedRelease, Error> {
    let MeasuredDraft { scheme, found, days, by, outcomes, command, kind, remarks, judgements } = asked;
    let scheme_name = scheme.name.clone();
    let starts = served(&found.measured);
    let population = population(found, scheme, &starts);
    let tables = PeopleTables {
        scheme: &scheme.name,
        population: &population,
        dimensions: by.iter().map(|by| dimension(*by, scheme, found)).collect(),
        starts: starts.iter().map(|at| counted(&found.measured.index[*at], by)).collect(),
        smallest_count: policy.smallest_count,
    };
    let results = |outcome: usize| -> Vec<PersonOutcome> { starts.iter().map(|at| found.measured.of(*at)[outcome]).collect() };
    let binary = outcomes.iter().filter(|outcome| scheme.outcomes[**outcome].is_binary()).count();
    let mut draft = Tables::of(1 + outcomes.len() + binary, tables.counts("people who started", None, |_| Some(0))?);
    let mut judgements = judgements.into_iter();
    for outcome in outcomes.iter().copied() {
        draft.add(&tables, (outcome, &scheme.outcomes[outcome]), &results(outcome), judgements.next().flatten())?;
    }
    let part_of = outcomes_within(scheme, &draft);
    let Tables { mut tables, sums, views, totals, .. } = draft;
    let everybody = |table: &StatisticalTable| CellId::of(table, table.cells.len().saturating_sub(1));
    let keep = tables.iter().map(everybody).collect();
    let only_if_open = totals.len();
    tables.extend(totals);
    let names: Vec<&str> = by.iter().map(|by| name(*by)).collect();
    let grouped = if names.is_empty() { String::new() } else { format!(" by {}", names.join(", ")) };
    let asked = format!("{command}{grouped}, as at {}", days.as_at);
    let laid_out = |publication: Publication| PublishedResult {
        kind,
        scheme: scheme_name,
        as_at: days.as_at,
        known_at: days.known_at,
        views,
        remarks,
        publication,
    };
    let alike = vec![AlikeMeasures {
        measures: scheme.outcomes.iter().map(|outcome| PeopleTables::measure(&scheme.name, &by_state(outcome))).collect(),
        dimension: STATE.to_owned(),
        categories: [NOT_YET_KNOWN, LEFT_OUT].map(str::to_owned).to_vec(),
    }];
    let draft = ReleaseDraft { asked, population, tables, sums, within: part_of, alike, only_if_open, keep };
    publish(options, policy, draft, laid_out)
}

/// Positions of the starts of people served.
fn served(measured: &MeasuredOutcomes) -> Vec<usize> {
    (0..measured.index.len()).filter(|at| !measured.index[*at].start.comparison).collect()
}

/// A name for exactly these people with exactly these results: the same records give the same name, and with one result changed it is
/// another. So tables of the same records are checked as one, and those of other records as another version.
fn population(found: &MeasuredRecords, scheme: &Scheme, starts: &[usize]) -> String {
    let mut hash = Sha256::new();
    for at in starts {
        let index = &found.measured.index[*at];
        let provider = found.records.providers.get(index.start.provider).to_string();
        let places = [&provider, &scheme.areas[index.area as usize], &scheme.cohorts[index.cohort as usize].name];
        for text in places.into_iter().chain([&scheme.segments[index.segment as usize]]) {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(index.start.person.to_le_bytes());
        for result in found.measured.of(*at) {
            hash.update([result.state as u8]);
            hash.update(i64::from(result.value).to_le_bytes());
        }
    }
    let hash: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("people served, by records {hash}")
}

fn name(by: BreakdownBy) -> &'static str {
    match by {
        BreakdownBy::Provider => "provider",
        BreakdownBy::Area => "area",
        BreakdownBy::Cohort => "cohort",
        BreakdownBy::Segment => "segment",
    }
}

fn dimension(by: BreakdownBy, scheme: &Scheme, found: &MeasuredRecords) -> Dimension {
    let categories = match by {
        BreakdownBy::Provider => {
            (0..found.records.providers.len()).map(|at| found.records.providers.get(at as u32).to_string()).collect()
        }
        BreakdownBy::Area => scheme.areas.clone(),
        BreakdownBy::Cohort => scheme.cohorts.iter().map(|cohort| cohort.name.clone()).collect(),
        BreakdownBy::Segment => scheme.segments.clone(),
    };
    Dimension { name: name(by).to_owned(), categories }
}

fn counted(index: &IndexEvent, by: &[BreakdownBy]) -> GroupedStart {
    let place = by.iter().map(|by| match by {
        BreakdownBy::Provider => index.start.provider as usize,
        BreakdownBy::Area => index.area as usize,
        BreakdownBy::Cohort => index.cohort as usize,
        BreakdownBy::Segment => index.segment as usize,
    });
    GroupedStart { person: index.start.person, place: place.collect() }
}

/// The dimension of the states.
const STATE: &str = "state";
/// The states that everybody is in, in the order of the columns.
const WITH: &str = "with the outcome";
const WITHOUT: &str = "without it";
const KNOWN: &str = "result known";
const NOT_YET_KNOWN: &str = "not yet known";
const LEFT_OUT: &str = "left out";
const EXCEPTED: &str = "excepted";
const WITH_HOUSEHOLD: &str = "counted with the household";

/// The measure of a table of states.
fn by_state(outcome: &Outcome) -> String {
    format!("{}, by state", outcome.name)
}

/// Which states an outcome can have, by the contract and not by the records.
fn states(outcome: &Outcome) -> Vec<&'static str> {
    let known = if outcome.is_binary() { &[WITH, WITHOUT][..] } else { &[KNOWN] };
    let mut states = [known, &[NOT_YET_KNOWN, LEFT_OUT]].concat();
    if outcome.exceptions.is_some() {
        states.push(EXCEPTED);
    }
    if outcome.counts_households {
        states.push(WITH_HOUSEHOLD);
    }
    states
}

fn state(outcome: &Outcome, result: &PersonOutcome) -> &'static str {
    match result.state {
        OutcomeState::Observed if !outcome.is_binary() => KNOWN,
        OutcomeState::Observed if result.value > 0 => WITH,
        OutcomeState::Observed => WITHOUT,
        OutcomeState::Censored => NOT_YET_KNOWN,
        OutcomeState::LeftOut => LEFT_OUT,
        OutcomeState::Excepted => EXCEPTED,
        OutcomeState::WithHousehold => WITH_HOUSEHOLD,
    }
}

/// The tables of a release, what adds up to what between them, and how they are laid out.
struct Tables {
    /// The first is of everybody who started.
    tables: Vec<StatisticalTable>,
    sums: Vec<(CellId, Vec<CellId>)>,
    views: Vec<PublishedView>,
    /// Of each binary outcome, the position of the table by state.
    by_state: BTreeMap<usize, usize>,
    /// Sums of what each person has, which come after the tables of people.
    totals: Vec<StatisticalTable>,
    first_total: usize,
}

impl Tables {
    /// `count` is how many tables of people there will be.
    fn of(count: usize, started: StatisticalTable) -> Tables {
        Tables {
            tables: vec![started],
            sums: Vec::new(),
            views: Vec::new(),
            by_state: BTreeMap::new(),
            totals: Vec::new(),
            first_total: count,
        }
    }

    /// The tables of one outcome.
    fn add(
        &mut self,
        people: &PeopleTables<'_>,
        (position, outcome): (usize, &Outcome),
        results: &[PersonOutcome],
        judgement: Option<(&'static str, Vec<&'static str>)>,
    ) -> Result<(), Error> {
        let mut states = states(outcome);
        // A state that the contract does not have cannot be left without a column.
        for result in results {
            let state = state(outcome, result);
            if !states.contains(&state) {
                states.push(state);
            }
        }
        let dimension =
            Dimension { name: STATE.to_owned(), categories: states.iter().map(|state| (*state).to_owned()).collect() };
        let category = |at: usize| states.iter().position(|wanted| *wanted == state(outcome, &results[at]));
        let of_states = people.counts(&by_state(outcome), Some(&dimension), category)?;
        let every_state = states.len();
        self.sums.extend(PeopleTables::sums_of_rows(&self.tables[0], &of_states, &[every_state]));
        let at_state = self.tables.len();
        let column = |name: &'static str, category: usize| PublishedColumn {
            name,
            figure: PublishedFigure::Cell { table: at_state, category: Some(category) },
        };
        let mut columns = vec![PublishedColumn { name: "started", figure: PublishedFigure::Cell { table: 0, category: None } }];
        if outcome.is_binary() {
            let is_known = |at: usize| (results[at].state == OutcomeState::Observed).then_some(0);
            let known = people.counts(&format!("{}, {KNOWN}", outcome.name), None, is_known)?;
            self.sums.extend(PeopleTables::sums_of_rows(&known, &of_states, &[0, 1]));
            self.by_state.insert(position, at_state);
            self.tables.extend([of_states, known]);
            columns.push(PublishedColumn { name: KNOWN, figure: PublishedFigure::Cell { table: at_state + 1, category: None } });
            columns.extend([column(WITH, 0), column(WITHOUT, 1)]);
            columns.push(PublishedColumn {
                name: "of 100 (95% interval)",
                figure: PublishedFigure::OfHundred { top: 2, bottom: 1 },
            });
            columns.extend(states.iter().enumerate().skip(2).map(|(at, state)| column(state, at)));
        } else {
            let amount = |at: usize| (results[at].state == OutcomeState::Observed).then_some(i64::from(results[at].value));
            let total = people.sums(&format!("{}, total", outcome.name), amount)?;
            self.tables.push(of_states);
            let at_total = self.first_total + self.totals.len();
            self.totals.push(total);
            columns.push(column(KNOWN, 0));
            columns.push(PublishedColumn { name: "total", figure: PublishedFigure::Cell { table: at_total, category: None } });
            columns.push(PublishedColumn { name: "for each person", figure: PublishedFigure::Mean { top: 2, bottom: 1 } });
            columns.extend(states.iter().enumerate().skip(1).map(|(at, state)| column(state, at)));
        }
        columns.extend(judgement.map(|(name, words)| PublishedColumn { name, figure: PublishedFigure::Judgement(words) }));
        self.views.push(PublishedView { name: outcome.name.clone(), title: capitalised(&outcome.measure), columns });
        Ok(())
    }
}

/// The cells of people with an outcome who all have another one too, and who count where it is counted.
fn outcomes_within(scheme: &Scheme, draft: &Tables) -> Vec<(CellId, CellId)> {
    let mut found = Vec::new();
    for (outcome, at) in &draft.by_state {
        let Some(whole) = scheme.outcomes[*outcome].part_of.and_then(|whole| draft.by_state.get(&whole)) else { continue };
        let (part, whole) = (&draft.tables[*at], &draft.tables[*whole]);
        let width = |table: &StatisticalTable| table.dimensions.last().map_or(1, |dimension| dimension.categories.len() + 1);
        // Those with the outcome are the first state of both.
        for row in 0..draft.tables[0].cells.len() {
            let (inner, outer) = (row * width(part), row * width(whole));
            // Where more are counted in the part, its window or its exceptions are others, and it is not within.
            if part.cells[inner].value <= whole.cells[outer].value {
                found.push((CellId::of(part, inner), CellId::of(whole, outer)));
            }
        }
    }
    found
}

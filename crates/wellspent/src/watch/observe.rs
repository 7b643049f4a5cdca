//! What the records show, as the table that detectors read.

use std::collections::BTreeMap;

use base::day::{Day, NEVER, day};
use contract::Scheme;
use contract::terms::{Baseline, Better, ReportedBy};
use outcomes::claims::placed;
use outcomes::follow_up::{FollowUpDays, events_of_people, follow_up};
use outcomes::{OutcomeState, PersonOutcome};
use records::batch::{Batch, Name};
use records::facts::FactsPart;
use records::names::NOBODY;
use records::{Need, Records};
use risks::observed::{
    ObservedClaim, ObservedFeedback, ObservedOutcome, ObservedRecords, ObservedReferral, ObservedResult, ObservedStart,
    ObservedState,
};

use super::expected::Expected;
use crate::gate::{self, LoadedRecords, WantedRecords};
use crate::measured::MeasuredRecords;

/// The kind of event that says that somebody was referred; its class is the provider.
pub(super) const REFERRAL: &str = "referral";
/// Tables that show what providers do, beside those that the rules ask for.
pub(super) const SHOWN_BY: [&str; 3] = ["claims", "contacts", "feedback"];

/// The table, from records that were measured. `days` are the day that the question is about, and the day up to which records were known.
pub(super) fn observed(scheme: &Scheme, found: &MeasuredRecords, days: (Day, Day)) -> anyhow::Result<ObservedRecords> {
    let (_, known_at) = days;
    let (records, measured) = (&found.records, &found.measured);
    let paid = paid_outcomes(scheme);
    let main = main_outcome(scheme, &paid);
    let follow_up = follow_up(scheme, records, measured, main, days);
    let events = main.map_or_else(Vec::new, |main| events_of_people(scheme, records, main, known_at));
    let events_of = |person: u32| events.get(person as usize).map_or(&[][..], Vec::as_slice);
    let of = |name: &str| found.tables.get(name);
    // No rule asks when a service ended.
    let wanted = WantedRecords { need: None, scheme: Some(scheme), tables: &["starts"], known_at: Some(known_at) };
    let whole = gate::load(&found.folder, &wanted)?;
    let ends = whole.tables.get("starts").map_or_else(BTreeMap::new, |batches| ends(records, batches, known_at));
    let mut starts: Vec<ObservedStart> = Vec::with_capacity(measured.index.len());
    for (at, index) in measured.index.iter().enumerate() {
        let start = &index.start;
        starts.push(ObservedStart {
            provider: (!start.comparison && start.provider != NOBODY).then_some(start.provider as usize),
            area: index.area as usize,
            segment: index.segment as usize,
            cohort: index.cohort as usize,
            began: start.began,
            ended: ends.get(&(start.person, start.provider, start.began)).copied().unwrap_or(NEVER),
            chance: None,
            events: events_of(start.person).to_vec(),
            window: follow_up.windows[at],
            results: results(scheme, measured.of(at), at, &follow_up),
            contacts: Vec::new(),
            claims: Vec::new(),
        });
    }
    // Everything that the rules read says something of the past, and not only what the main outcome counts.
    let past = past_of_people(records, known_at);
    let past_of = |person: u32| past.get(person as usize).map_or(&[][..], Vec::as_slice);
    let of_starts: Vec<&[Day]> = measured.index.iter().map(|index| past_of(index.start.person)).collect();
    let expected = Expected::of(&starts, &of_starts, scheme.outcomes.len(), main);
    let referrals = referrals(scheme, found, days, &expected, &past)?;
    let chances = expected.chances();
    for (at, start) in starts.iter_mut().enumerate() {
        start.chance = chances[at];
        start.results.iter_mut().zip(expected.of_start(at)).for_each(|(result, expected)| result.expected = *expected);
    }
    let own = own_starts(found);
    if let Some(batches) = of("contacts") {
        batches.iter().for_each(|batch| add_contacts(records, batch, &own, known_at, &mut starts));
        starts.iter_mut().for_each(|start| start.contacts.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))));
    }
    for batch in found.claims.iter().flatten() {
        add_claims(scheme, found, batch, known_at, &mut starts);
    }
    let has_claims = found.claims.iter().flatten().any(|batch| batch.rows() > 0);
    let outcomes = outcomes_of(scheme, &paid, &starts);
    let feedback = of("feedback").map(|batches| feedback(records, batches, known_at));
    let providers: Vec<String> = (0..records.providers.len() as u32).map(|at| records.providers.get(at).to_string()).collect();
    let mut starts_in_order = starts;
    starts_in_order.sort_by_key(|start| start.began);
    Ok(ObservedRecords {
        providers,
        areas: scheme.areas.len(),
        outcomes,
        main,
        has_contacts: of("contacts").is_some_and(|batches| batches.iter().any(|batch| batch.rows() > 0)),
        has_claims,
        has_ends: starts_in_order.iter().any(|start| start.ended != NEVER),
        starts: starts_in_order,
        referrals,
        feedback: feedback.filter(|feedback| !feedback.is_empty()),
        cohorts: scheme.cohorts.iter().map(|cohort| (day(cohort.starts), day(cohort.ends))).collect(),
        planned: contract::expected_people::by_cohort(scheme),
        begins: day(scheme.starts),
        as_at: last_recorded(records, of("contacts"), days),
    })
}

/// Whether each outcome decides what is paid: one that a clause pays for or asks about in a gate, or that such an outcome follows from.
fn paid_outcomes(scheme: &Scheme) -> Vec<bool> {
    let mut paid = vec![false; scheme.outcomes.len()];
    for clause in &scheme.clauses {
        clause.outcomes().into_iter().chain(clause.gates().iter().map(|gate| gate.outcome)).for_each(|at| paid[at] = true);
    }
    // An outcome follows from those above it alone.
    for at in (0..paid.len()).rev().filter(|at| paid[*at]).collect::<Vec<usize>>() {
        let outcome = &scheme.outcomes[at];
        outcome.follows_from().iter().for_each(|from| paid[*from] = true);
        paid[outcome.base(at)] = true;
    }
    paid
}

/// The binary outcome that is paid for first and has events of its own, or else the first binary one.
fn main_outcome(scheme: &Scheme, paid: &[bool]) -> Option<usize> {
    let binary = || (0..paid.len()).filter(|at| scheme.outcomes[*at].is_binary());
    binary().find(|at| paid[*at] && scheme.outcomes[*at].follows_from().is_empty()).or_else(|| binary().next())
}

fn outcomes_of(scheme: &Scheme, paid: &[bool], starts: &[ObservedStart]) -> Vec<ObservedOutcome> {
    let claimed = |at: usize| starts.iter().any(|start| start.claims.iter().any(|claim| claim.outcome == at));
    let first = scheme.cohorts.first().map(contract::terms::Cohort::time);
    let of = |(at, outcome): (usize, &contract::terms::Outcome)| ObservedOutcome {
        name: outcome.name.clone(),
        base: outcome.base(at),
        binary: outcome.is_binary(),
        paid: paid[at],
        reported: outcome.reported_by == ReportedBy::Provider || claimed(at),
        compared_before: matches!(outcome.baseline, Baseline::Before { .. }),
        baseline: match (&outcome.baseline, first) {
            (Baseline::Fixed(schedule), Some(time)) if outcome.is_binary() => {
                let share = schedule.at(0, 0, time).0 as f64 / 1e9;
                Some(if outcome.better == Better::More { share } else { 1.0 - share })
            }
            _ => None,
        },
        level: outcome.reaches().map(|(amount, level)| (amount, level as f64 * sign(scheme.outcomes[amount].better))),
        ratchet: outcome.ratchet.0 > 0,
    };
    scheme.outcomes.iter().enumerate().map(of).collect()
}

fn sign(better: Better) -> f64 {
    if better == Better::More { 1.0 } else { -1.0 }
}

fn results(scheme: &Scheme, found: &[PersonOutcome], at: usize, follow_up: &FollowUpDays) -> Vec<ObservedResult> {
    let of = |(outcome, result): (usize, &PersonOutcome)| {
        let definition = &scheme.outcomes[outcome];
        let value = f64::from(result.value);
        ObservedResult {
            state: match result.state {
                OutcomeState::Observed => ObservedState::Known,
                OutcomeState::Censored => ObservedState::NotYet,
                OutcomeState::Excepted | OutcomeState::LeftOut => ObservedState::Left,
                OutcomeState::WithHousehold => ObservedState::WithHousehold,
            },
            good: match definition.better {
                _ if result.state != OutcomeState::Observed => 0.0,
                Better::More => value,
                Better::Fewer if definition.is_binary() => 1.0 - value,
                Better::Fewer => -value,
            },
            expected: 0.0,
            decided: result.day,
            due: follow_up.due(at, outcome),
        }
    };
    found.iter().enumerate().map(of).collect()
}

/// The day up to which something is recorded: months after it would look as if nobody did anything. It is the day that is asked about, or
/// known by, or the last day of any fact or contact, whichever comes first.
fn last_recorded(records: &Records, contacts: Option<&Vec<Batch>>, (as_at, known_at): (Day, Day)) -> Day {
    let facts = records.facts.last();
    let of_batch = |batch: &Batch| {
        let date = batch.table.column("date");
        (0..batch.rows()).map(|row| batch.day(date, row)).filter(|day| *day != NEVER).max().unwrap_or(Day::MIN)
    };
    let contacts = contacts.into_iter().flatten().map(of_batch).max();
    // Where contacts stop before the facts, they decide: help cannot be seen after that.
    let last = contacts.filter(|day| *day > Day::MIN).map_or(facts, |contacts| contacts.min(facts.max(Day::MIN + 1)));
    let last = if last == Day::MIN { as_at } else { last };
    as_at.min(known_at).min(last)
}

/// The days of all events of each person, of whatever kind.
fn past_of_people(records: &Records, known_at: Day) -> Vec<Vec<Day>> {
    let kinds = records.need.events.len() as u16;
    let (mut part, mut out) = (FactsPart::default(), vec![Vec::new(); records.people.names.len()]);
    for at in 0..records.facts.parts() {
        records.facts.fill(at, known_at, &mut part);
        for person in part.people() {
            let facts = part.of(person);
            let mut days: Vec<Day> = (0..kinds).flat_map(|kind| facts.of(kind)).map(|fact| fact.from).collect();
            days.sort_unstable();
            out[person as usize] = days;
        }
    }
    out
}

/// The end of each start, by person, provider and day.
fn ends(records: &Records, batches: &[Batch], known_at: Day) -> BTreeMap<(u32, u32, Day), Day> {
    let mut ends = BTreeMap::new();
    for batch in batches {
        let [person, provider, began, ended] = ["person", "provider", "began", "ended"].map(|name| batch.table.column(name));
        for row in (0..batch.rows()).filter(|row| known(batch, *row) <= known_at && batch.has(ended, *row)) {
            let found = (name_of(&records.people.names, batch, person, row), name_of(&records.providers, batch, provider, row));
            let end = batch.day(ended, row);
            if let (Some(person), Some(provider)) = found
                && end <= known_at
            {
                ends.insert((person, provider, batch.day(began, row)), end);
            }
        }
    }
    ends
}

fn name_of(names: &records::names::Names, batch: &Batch, column: usize, row: usize) -> Option<u32> {
    batch.name(column, row).and_then(|name| names.find(name))
}

/// The day on which a row became known, or [`Day::MIN`] where it does not say.
fn known(batch: &Batch, row: usize) -> Day {
    match batch.day(batch.table.column("known"), row) {
        NEVER => Day::MIN,
        day => day,
    }
}

/// For each person and provider, the days of the starts with the position of each, in order.
type OwnStarts = BTreeMap<(u32, u32), Vec<(Day, usize)>>;

fn own_starts(found: &MeasuredRecords) -> OwnStarts {
    let mut own = OwnStarts::new();
    for (at, index) in found.measured.index.iter().enumerate().filter(|(_, index)| !index.start.comparison) {
        own.entry((index.start.person, index.start.provider)).or_default().push((index.start.began, at));
    }
    own.values_mut().for_each(|starts| starts.sort_unstable());
    own
}

/// Adds each contact to the last start of the person with that provider on or before its day.
fn add_contacts(records: &Records, batch: &Batch, own: &OwnStarts, known_at: Day, starts: &mut [ObservedStart]) {
    let [person, provider, date, hours] = ["person", "provider", "date", "hours"].map(|name| batch.table.column(name));
    for row in 0..batch.rows() {
        let day = batch.day(date, row);
        if known(batch, row).max(day) > known_at {
            continue;
        }
        let found = (name_of(&records.people.names, batch, person, row), name_of(&records.providers, batch, provider, row));
        let (Some(person), Some(provider)) = found else { continue };
        let Some(of) = own.get(&(person, provider)) else { continue };
        if let Some((_, at)) = of.iter().rev().find(|(began, _)| *began <= day) {
            // A contact without its length counts as one hour.
            let hours = batch.amount(hours, row).map_or(1.0, |hundredths| hundredths as f64 / 100.0);
            starts[*at].contacts.push((day, hours.max(0.0)));
        }
    }
}

fn add_claims(scheme: &Scheme, found: &MeasuredRecords, batch: &Batch, known_at: Day, starts: &mut [ObservedStart]) {
    let column = |name| batch.table.column(name);
    for claim in placed(scheme, &found.records, &found.measured, batch, known_at) {
        let row = claim.row;
        let date = batch.day(column("date"), row);
        let audited = match batch.text(column("found"), row).as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        let checked = batch.day(column("checked"), row);
        starts[claim.at].claims.push(ObservedClaim {
            outcome: claim.outcome,
            date,
            known: known(batch, row).max(date),
            audited: audited.filter(|_| checked <= known_at).map(|found| (checked, found)),
        });
    }
}

fn feedback(records: &Records, batches: &[Batch], known_at: Day) -> Vec<ObservedFeedback> {
    let mut out = Vec::new();
    for batch in batches {
        let [provider, date, score] = ["provider", "date", "score"].map(|name| batch.table.column(name));
        for row in (0..batch.rows()).filter(|row| known(batch, *row) <= known_at && batch.day(date, *row) <= known_at) {
            if let (Some(provider), Some(score)) = (name_of(&records.providers, batch, provider, row), batch.amount(score, row)) {
                out.push(ObservedFeedback {
                    provider: provider as usize,
                    day: batch.day(date, row),
                    score: score as f64 / 100.0,
                });
            }
        }
    }
    out
}

/// Everybody who was referred, where the records have such events.
fn referrals(
    scheme: &Scheme,
    found: &MeasuredRecords,
    (as_at, known_at): (Day, Day),
    expected: &Expected,
    past: &[Vec<Day>],
) -> anyhow::Result<Option<Vec<ObservedReferral>>> {
    let records = &found.records;
    let providers: Vec<String> = (0..records.providers.len() as u32).map(|at| records.providers.get(at).to_string()).collect();
    let need =
        Need { events: vec![REFERRAL.to_owned()], classes: providers, classed: vec![REFERRAL.to_owned()], ..Need::default() };
    let wanted = WantedRecords { need: Some(need), scheme: Some(scheme), tables: &[], known_at: Some(known_at) };
    let LoadedRecords { records: referred, .. } = gate::load(&found.folder, &wanted)?;
    let own = own_starts(found);
    let (mut part, mut out) = (FactsPart::default(), Vec::new());
    for at in 0..referred.facts.parts() {
        referred.facts.fill(at, known_at, &mut part);
        for person in part.people() {
            for fact in part.of(person).of(0).filter(|fact| fact.from <= as_at) {
                let Some(provider) = usize::from(fact.class).checked_sub(1).filter(|at| *at < records.providers.len()) else {
                    continue;
                };
                let name: Name<'_> = referred.people.names.get(person);
                let person = records.people.names.find(name);
                let of = person.and_then(|person| own.get(&(person, provider as u32)));
                let started =
                    of.and_then(|of| of.iter().map(|(began, _)| *began).find(|began| *began >= fact.from)).unwrap_or(NEVER);
                let events = person.and_then(|person| past.get(person as usize)).map_or(&[][..], Vec::as_slice);
                let chance = expected.by_events(events, fact.from);
                out.push(ObservedReferral { provider, day: fact.from, chance, started });
            }
        }
    }
    out.sort_by_key(|referral| (referral.day, referral.provider));
    Ok((!out.is_empty()).then_some(out))
}

//! What measuring found doubtful in records, as findings with their files and rows, of one folder and of several agencies alike. The
//! tables are read again, but only where there is something to find.

use std::collections::{BTreeMap, BTreeSet};

use base::day::{Day, NEVER, date};
use base::english::counted;
use contract::Scheme;
use outcomes::inconsistencies::{AfterDeath, DoubtfulSpell};
use outcomes::left_out::LeftOutStart;
use outcomes::{IndexEvent, MeasuredOutcomes};
use records::fault::{Fault, Grade};
use records::gate::about::AboutCheck;
use records::gate::findings::Findings;
use records::gate::quality::{CopiedFacts, CountedInTwoCohorts, FactsWithoutClass, FileRead, RecordedUnlikeOthers};
use records::names::Names;

use crate::doubted::{Doubted, RowsAgain};
use crate::doubtful_audits;
use crate::gate::{LOOKED_THROUGH, audits};
use crate::missing_audits;

/// Adds findings: rows about events that are not in the records, people who are both served and in the comparison group, people with
/// two different starts on one day, people who died or were removed before they started, events and spells that contradict a death,
/// another row or an exit, people who are left out, audits that contradict each other or the records, and audits that are missing.
pub(crate) fn add(doubted: &Doubted<'_>, findings: &mut Findings, files: &mut [FileRead]) -> anyhow::Result<()> {
    let Doubted { scheme, records, measured, again, .. } = *doubted;
    let found = &measured.inconsistencies;
    if !found.missing_targets.is_empty() || !found.missing_about.is_empty() {
        let (wanted, silent) = (found.missing_targets.clone(), found.missing_about.clone());
        let mut answers = AboutCheck::new(&records.need, &records.people.names, wanted, silent);
        let mut names: Vec<String> = Vec::new();
        again("events", &mut |name, batch| {
            let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            answers.rows(at, batch);
        })?;
        for (file, fault, person) in answers.faults() {
            let name = &names[file];
            let aside = fault.grade == Grade::Row;
            if let Some(read) = files.iter_mut().find(|read| read.name == *name && aside) {
                read.used = read.used.saturating_sub(1);
                read.set_aside += 1;
            }
            findings.add(name, fault, aside, Some(person));
        }
    }
    let people = |at: &[usize]| at.iter().map(|at| measured.index[*at].start.person).collect::<BTreeSet<u32>>();
    contradictions(doubted, findings, files)?;
    let both = people(&found.in_both_groups);
    // Nobody starts after a death. Somebody who was removed may have come back.
    let (died, removed) = (people(&found.started_after_death), people(&found.started_after_removal));
    let names = &records.people.names;
    rows_of(again, "starts", &both, names, findings, |place| {
        let what = "a start of a person who is both served and in the comparison group of the same cohort";
        let fix = "leave the person in one of the two";
        Fault::row(place, what, "each person in one group", fix).refused()
    })?;
    rows_of(again, "starts", &people(&found.contested), names, findings, |place| {
        let what = "this person has two starts on one day, with different providers, areas, segments or households";
        let fix = "keep the one that is right. Which of them is paid for must not depend on the order of names";
        Fault::row(place, what, "one start of a person on a day", fix).refused()
    })?;
    rows_of(again, "starts", &people(&found.contested_households), names, findings, |place| {
        let what = "members of this person's household start on one day with different providers or in different areas";
        let fix = "keep the place that is right. Who is paid for the household must not depend on the order of names";
        Fault::row(place, what, "one provider and area for a household on its first day", fix).refused()
    })?;
    rows_of(again, "people", &died, names, findings, |place| {
        Fault::row(place, STARTED_AFTER_DEATH, "a start up to the death", "correct `died`, or the day of the start").refused()
    })?;
    rows_of(again, "people", &removed, names, findings, |place| {
        let what = "this person was removed before a start that counts";
        let fix = "check `removed` and the start; as it is, the person counts by the rules of the scheme";
        Fault::row(place, what, "a start before that", fix).warning()
    })?;
    left_out(doubted, findings)?;
    if !audits(scheme) {
        return Ok(());
    }
    doubtful_audits::add(doubted, findings)?;
    missing_audits::add(doubted, findings)
}

/// People whom the rules leave out of some outcomes and not of others: the tally has one number of people for all outcomes, so what is
/// known of them elsewhere does not count.
const PARTLY_LEFT_OUT: &str = "this person is left out of some outcomes, and so counts in none of the others either";

/// People whom the rules leave out of every outcome.
const LEFT_OUT: &str = "this person is left out, by the rules of the scheme or because the records begin after the window does";

/// A start of somebody who is left out of some outcomes.
fn left_out_fault(scheme: &Scheme, start: &LeftOutStart, place: u64) -> Fault {
    let of: Vec<&str> = start.of.iter().map(|at| scheme.outcomes[*at].name.as_str()).collect();
    let fault = match start.partly {
        true => {
            let fix = "let all outcomes treat such people in the same way (`died`, `removed` and `custody` in scheme.toml, `since` in \
                       coverage), or agree how they are paid and accept it";
            Fault::row(place, PARTLY_LEFT_OUT, "people who are left out of all outcomes or of none", fix)
        }
        false => Fault::row(place, LEFT_OUT, "no action needed, if that is meant", "check `since` in coverage").warning(),
    };
    Fault { value: Some(format!("left out of {}", of.join(", "))), ..fault }
}

/// Adds a finding for each start of somebody who is left out.
fn left_out(doubted: &Doubted<'_>, findings: &mut Findings) -> anyhow::Result<()> {
    let Doubted { scheme, records, measured, again, .. } = *doubted;
    let starts = outcomes::left_out::left_out(measured);
    if starts.is_empty() {
        return Ok(());
    }
    let wanted: BTreeMap<(u32, Day), &LeftOutStart> = starts
        .iter()
        .map(|start| {
            let IndexEvent { start: of, .. } = &measured.index[start.at];
            ((of.person, of.began), start)
        })
        .collect();
    again("starts", &mut |name, batch| {
        let (person, began) = (batch.table.column("person"), batch.table.column("began"));
        for row in 0..batch.rows() {
            let Some(person) = batch.name(person, row).and_then(|name| records.people.names.find(name)) else { continue };
            if let Some(start) = wanted.get(&(person, batch.day(began, row))) {
                findings.add(name, left_out_fault(scheme, start, batch.places[row]), start.partly, Some(person));
            }
        }
    })
}

/// Facts that equal another, of the people who are measured.
pub(crate) fn copies(measured: &MeasuredOutcomes) -> Option<CopiedFacts> {
    let copied = &measured.inconsistencies.copied;
    let rows: u64 = copied.iter().map(|copied| copied.rows).sum();
    let people = copied.iter().filter(|copied| copied.rows > 0).count() as u64;
    (rows > 0).then_some(CopiedFacts { rows, people, sums: None })
}

/// Facts without a class, of the people who are measured, where the class decides whether they count.
pub(crate) fn without_class(measured: &MeasuredOutcomes) -> Option<FactsWithoutClass> {
    let without = &measured.inconsistencies.without_class;
    let rows: u64 = without.iter().map(|without| without.rows).sum();
    let people = without.iter().filter(|without| without.rows > 0).count() as u64;
    (rows > 0).then_some(FactsWithoutClass { rows, people, sums: None })
}

/// People of whom far less or far more is recorded than of the others.
pub(crate) fn unlike_others(measured: &MeasuredOutcomes) -> Option<RecordedUnlikeOthers> {
    let people: BTreeSet<u32> = measured.like_others.iter().map(|(at, _)| measured.index[*at as usize].start.person).collect();
    (!people.is_empty()).then_some(RecordedUnlikeOthers { people: people.len() as u64, sums: None })
}

/// Results that count in a later cohort what counts in an earlier one too.
pub(crate) fn counted_again(measured: &MeasuredOutcomes) -> Option<CountedInTwoCohorts> {
    let again = &measured.inconsistencies.counted_again;
    let people: BTreeSet<u32> = again.iter().map(|again| measured.index[again.at].start.person).collect();
    let results = again.iter().map(|again| again.times).sum();
    (results > 0).then_some(CountedInTwoCohorts { results, people: people.len() as u64, sums: None })
}

/// The message about people who started after their death.
const STARTED_AFTER_DEATH: &str = "this person died before a start that counts";

/// The messages about rows after a death: where a result would be another one if they counted, and where none would.
const AFTER_DEATH: [&str; 2] = [
    "this is after the person's death, and would change a result if it counted",
    "this is after the person's death, and does not count",
];

/// The messages about spells that go on although another row says that they have ended, and although the person has left.
const ENDED_AND_OPEN: &str = "one row says that this spell goes on, and another that it has ended";
const LEFT_AND_OPEN: &str = "this spell goes on, and the person has left for good by an exit that counts";

/// The fault of a row after a death.
fn after_death_fault(place: u64, changes: bool) -> Fault {
    let fix = "check `died` and this day. What was paid or decided after a death is dated on the day it was for. A spell ends with the \
               death at the latest";
    let fault = Fault::row(place, AFTER_DEATH[usize::from(!changes)], "a day up to the death", fix);
    if changes { fault } else { fault.warning() }
}

/// The message about two spells from one day that end on different days.
const TWO_ENDS: &str = "two rows of this kind of spell begin on one day and end on different days";

/// The fault of a spell of which two rows give different ends.
fn two_ends_fault(place: u64, changes: bool) -> Fault {
    let fix =
        "keep the row with the right end. If there were two spells from that day on, write them as one row, up to the later end";
    let fault = Fault::row(place, TWO_ENDS, "one row for each spell", fix);
    if changes { fault.refused() } else { fault.warning() }
}

/// The fault of a spell that goes on although another row says that it has ended.
fn ended_and_open_fault(place: u64, changes: bool) -> Fault {
    let fix = "keep the row with the end. If there were two spells from that day on, give the one that goes on the first day after the \
               records end in `to`";
    let fault = Fault::row(place, ENDED_AND_OPEN, "one row for each spell", fix);
    if changes { fault.refused() } else { fault.warning() }
}

/// The fault of a spell that goes on although the person has left for good.
fn left_and_open_fault(place: u64) -> Fault {
    let fix = "give the spell its end, or correct the exit; if both are right, agree whether the person has left, and accept it";
    Fault::row(place, LEFT_AND_OPEN, "a spell that ended with the exit", fix)
}

/// Adds a finding for each event and spell of the measured people that contradicts their death, another row or their exit.
fn contradictions(doubted: &Doubted<'_>, findings: &mut Findings, files: &mut [FileRead]) -> anyhow::Result<()> {
    let Doubted { records, measured, again, .. } = *doubted;
    let found = &measured.inconsistencies;
    // In larger tables only the rows are looked up that stop the run, because that takes another reading.
    let all = files.iter().map(|file| file.rows).sum::<u64>() <= LOOKED_THROUGH;
    let (looked_up, untold): (Vec<&AfterDeath>, _) = found.after_death.iter().partition(|after| after.changes || all);
    if !untold.is_empty() {
        let value = Some(counted(untold.len(), "person", "people"));
        findings.add("people", Fault { column: "died".into(), value, ..after_death_fault(0, false) }, false, None);
    }
    let dead: BTreeMap<u32, &AfterDeath> = looked_up.into_iter().map(|after| (after.person, after)).collect();
    let of_spell = |spells: &[DoubtfulSpell]| -> BTreeMap<(u32, u16, Day), bool> {
        spells.iter().map(|spell| ((spell.person, spell.kind, spell.from), spell.changes)).collect()
    };
    let (ended, two_ends, left) = (of_spell(&found.ended_and_open), of_spell(&found.two_ends), of_spell(&found.left_and_open));
    if dead.is_empty() && ended.is_empty() && two_ends.is_empty() && left.is_empty() {
        return Ok(());
    }
    // Where the death of each of them is written.
    let mut deaths: BTreeMap<u32, String> = BTreeMap::new();
    if !dead.is_empty() {
        again("people", &mut |name, batch| {
            let (person, died) = (batch.table.column("person"), batch.table.column("died"));
            for row in (0..batch.rows()).filter(|row| batch.day(died, *row) != NEVER) {
                let person = batch.name(person, row).and_then(|name| records.people.names.find(name));
                if let Some(person) = person.filter(|person| dead.contains_key(person)) {
                    deaths.entry(person).or_insert_with(|| format!("; the death is in row {} of {name}", batch.places[row]));
                }
            }
        })?;
    }
    for table in ["events", "spells"] {
        let is_spell = table == "spells";
        let (first, end) = if is_spell { ("from", "to") } else { ("date", "settled") };
        let mut unused: BTreeMap<String, u64> = BTreeMap::new();
        again(table, &mut |name, batch| {
            let at = |name| batch.table.column(name);
            let (person_at, kind_at, first_at, end_at) = (at("person"), at("kind"), at(first), at(end));
            for row in 0..batch.rows() {
                let Some(person) = batch.name(person_at, row).and_then(|name| records.people.names.find(name)) else { continue };
                let kind = batch.text(kind_at, row);
                let kind = if is_spell { records.need.spell(&kind) } else { records.need.event(&kind) };
                let Some(kind) = kind else { continue };
                let (from, to) = (batch.day(first_at, row), batch.day(end_at, row));
                // These are days of events, and no person's own.
                let day = |day: Day| if day == NEVER { "no end".to_owned() } else { date(day).to_string() };
                let mut add = |column: &str, fault: Fault, beside: &str| {
                    let affects_sum = fault.grade != Grade::Warning;
                    let days = if column == first { day(from) } else { format!("{} to {}", day(from), day(to)) };
                    let value = Some(days + beside);
                    findings.add(name, Fault { column: column.into(), value, ..fault }, affects_sum, Some(person));
                };
                if let Some(AfterDeath { died, changes, .. }) = dead.get(&person) {
                    let last = if is_spell { died.saturating_add(1) } else { *died };
                    let death = deaths.get(&person).map_or("", String::as_str);
                    if from > *died {
                        add(first, after_death_fault(batch.places[row], *changes), death);
                        *unused.entry(name.to_owned()).or_default() += u64::from(*changes);
                    } else if to > last && (is_spell || to != NEVER) {
                        add(end, after_death_fault(batch.places[row], *changes), death);
                    }
                }
                if let Some(changes) = ended.get(&(person, kind, from)) {
                    add(end, ended_and_open_fault(batch.places[row], *changes), "");
                }
                if let Some(changes) = two_ends.get(&(person, kind, from)) {
                    add(end, two_ends_fault(batch.places[row], *changes), "");
                }
                if left.contains_key(&(person, kind, from)) && to == NEVER {
                    add(end, left_and_open_fault(batch.places[row]), "");
                }
            }
        })?;
        for read in files.iter_mut() {
            let unused = unused.get(&read.name).copied().unwrap_or_default();
            read.used = read.used.saturating_sub(unused);
            read.set_aside += unused;
        }
    }
    Ok(())
}

/// Adds a fault for each row of a table about some people.
fn rows_of(
    again: &RowsAgain<'_>,
    table: &str,
    people: &BTreeSet<u32>,
    names: &Names,
    findings: &mut Findings,
    fault: impl Fn(u64) -> Fault,
) -> anyhow::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    again(table, &mut |name, batch| {
        let column = batch.table.column("person");
        for row in 0..batch.rows() {
            let person = batch.name(column, row).and_then(|name| names.find(name)).filter(|person| people.contains(person));
            if person.is_some() {
                let fault = Fault { column: "person".into(), ..fault(batch.places[row]) };
                findings.add(name, fault, true, person);
            }
        }
    })
}

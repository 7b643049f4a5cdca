//! What measuring found doubtful in records, as findings with their files and rows. The tables are read again, but only where there
//! is something to find.

use std::collections::{BTreeMap, BTreeSet};

use base::day::{Day, NEVER, date};
use base::english::counted;
use contract::Scheme;
use outcomes::inconsistencies::{AfterDeath, Inconsistencies, OpenSpell};
use outcomes::left_out::LeftOutStart;
use outcomes::{IndexEvent, MeasuredOutcomes};
use records::Records;
use records::fault::{Fault, Grade};
use records::gate::about::AboutCheck;
use records::gate::findings::Findings;
use records::gate::quality::{CopiedFacts, CountedInTwoCohorts, QualityReport};
use records::names::Names;

use records::files::TableFile;

use crate::gate::LOOKED_THROUGH;

/// Adds findings: rows about events that are not in the records, people who are both served and in the comparison group, people with
/// two different starts on one day, people who died or were removed before they started, and events and spells that contradict a death,
/// another row or an exit.
pub(crate) fn add(
    files: &[TableFile],
    records: &Records,
    measured: &MeasuredOutcomes,
    findings: &mut Findings,
    quality: &mut QualityReport,
) -> anyhow::Result<()> {
    let found = &measured.inconsistencies;
    let of = |table: &str| files.iter().filter(|file| file.table.name == table).collect::<Vec<_>>();
    if !found.missing_targets.is_empty() || !found.missing_about.is_empty() {
        let (wanted, silent) = (found.missing_targets.clone(), found.missing_about.clone());
        let (events, mut answers) = (of("events"), AboutCheck::new(&records.need, &records.people.names, wanted, silent));
        for (at, file) in events.iter().enumerate() {
            file.read(&|column| records.need.column("events", column), &mut |batch, _| {
                answers.rows(at, &batch);
                Ok(())
            })?;
        }
        for (file, fault, person) in answers.faults() {
            let name = events[file].name();
            let aside = fault.grade == Grade::Row;
            if let Some(read) = quality.files.iter_mut().find(|read| read.name == name && aside) {
                read.used = read.used.saturating_sub(1);
                read.set_aside += 1;
            }
            findings.add(&name, fault, aside, Some(person));
        }
    }
    let people = |at: &[usize]| at.iter().map(|at| measured.index[*at].start.person).collect::<BTreeSet<u32>>();
    contradictions(files, records, found, findings, quality)?;
    let both = people(&found.in_both_groups);
    // Nobody starts after a death. Somebody who was removed may have come back.
    let (died, removed) = (people(&found.started_after_death), people(&found.started_after_removal));
    let names = &records.people.names;
    rows_of(&of("starts"), &both, names, findings, |place| {
        let what = "a start of a person who is both served and in the comparison group of the same cohort";
        let fix = "leave the person in one of the two";
        Fault::row(place, what, "each person in one group", fix).refused()
    })?;
    rows_of(&of("starts"), &people(&found.contested), names, findings, |place| {
        let what = "this person has two starts on one day, with different providers, areas or segments";
        let fix = "keep the one that is right. Which of them is paid for must not depend on the order of names";
        Fault::row(place, what, "one start of a person on a day", fix).refused()
    })?;
    rows_of(&of("people"), &died, names, findings, |place| {
        Fault::row(place, STARTED_AFTER_DEATH, "a start up to the death", "correct `died`, or the day of the start").refused()
    })?;
    rows_of(&of("people"), &removed, names, findings, |place| {
        let what = "this person was removed before a start that counts";
        let fix = "check `removed` and the start; as it is, the person counts by the rules of the scheme";
        Fault::row(place, what, "a start before that", fix).warning()
    })
}

/// People whom the rules leave out of some outcomes and not of others: the tally has one number of people for all outcomes, so what is
/// known of them elsewhere does not count.
pub(crate) const PARTLY_LEFT_OUT: &str = "this person is left out of some outcomes, and so counts in none of the others either";

/// People whom the rules leave out of every outcome.
pub(crate) const LEFT_OUT: &str =
    "this person is left out, by the rules of the scheme or because the records begin after the window does";

/// A start of somebody who is left out of some outcomes.
pub(crate) fn left_out_fault(scheme: &Scheme, start: &LeftOutStart, place: u64) -> Fault {
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
pub(crate) fn left_out(
    files: &[TableFile],
    records: &Records,
    scheme: &Scheme,
    measured: &MeasuredOutcomes,
    starts: &[LeftOutStart],
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let wanted: BTreeMap<(u32, Day), &LeftOutStart> = starts
        .iter()
        .map(|start| {
            let IndexEvent { start: of, .. } = &measured.index[start.at];
            ((of.person, of.began), start)
        })
        .collect();
    for file in files.iter().filter(|file| file.table.name == "starts") {
        let name = file.name();
        file.read(&|_| true, &mut |batch, _| {
            let (person, began) = (batch.table.column("person"), batch.table.column("began"));
            for row in 0..batch.rows() {
                let Some(person) = batch.name(person, row).and_then(|name| records.people.names.find(name)) else { continue };
                if let Some(start) = wanted.get(&(person, batch.day(began, row))) {
                    findings.add(&name, left_out_fault(scheme, start, batch.places[row]), start.partly, Some(person));
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Facts that equal another, of the people who are measured.
pub(crate) fn copies(measured: &MeasuredOutcomes) -> Option<CopiedFacts> {
    let copied = &measured.inconsistencies.copied;
    let rows: u64 = copied.iter().map(|copied| copied.rows).sum();
    let people = copied.iter().filter(|copied| copied.rows > 0).count() as u64;
    (rows > 0).then_some(CopiedFacts { rows, people, sums: None })
}

/// Results that count in a later cohort what counts in an earlier one too.
pub(crate) fn counted_again(measured: &MeasuredOutcomes) -> Option<CountedInTwoCohorts> {
    let again = &measured.inconsistencies.counted_again;
    let people: BTreeSet<u32> = again.iter().map(|again| measured.index[again.at].start.person).collect();
    let results = again.iter().map(|again| again.times).sum();
    (results > 0).then_some(CountedInTwoCohorts { results, people: people.len() as u64, sums: None })
}

/// The message about people who started after their death.
pub(crate) const STARTED_AFTER_DEATH: &str = "this person died before a start that counts";

/// The messages about rows after a death: where a result would be another one if they counted, and where none would.
pub(crate) const AFTER_DEATH: [&str; 2] = [
    "this is after the person's death, and would change a result if it counted",
    "this is after the person's death, and does not count",
];

/// The messages about spells that go on although another row says that they have ended, and although the person has left.
pub(crate) const ENDED_AND_OPEN: &str = "one row says that this spell goes on, and another that it has ended";
pub(crate) const LEFT_AND_OPEN: &str = "this spell goes on, and the person has left for good by an exit that counts";

/// The fault of a row after a death.
pub(crate) fn after_death_fault(place: u64, changes: bool) -> Fault {
    let fix = "check `died` and this day. What was paid or decided after a death is dated on the day it was for. A spell ends with the \
               death at the latest";
    let fault = Fault::row(place, AFTER_DEATH[usize::from(!changes)], "a day up to the death", fix);
    if changes { fault } else { fault.warning() }
}

/// The fault of a spell that goes on although another row says that it has ended.
pub(crate) fn ended_and_open_fault(place: u64, changes: bool) -> Fault {
    let fix = "keep the row with the end. If there were two spells from that day on, give the one that goes on the first day after the \
               records end in `to`";
    let fault = Fault::row(place, ENDED_AND_OPEN, "one row for each spell", fix);
    if changes { fault.refused() } else { fault.warning() }
}

/// The fault of a spell that goes on although the person has left for good.
pub(crate) fn left_and_open_fault(place: u64) -> Fault {
    let fix = "give the spell its end, or correct the exit; if both are right, agree whether the person has left, and accept it";
    Fault::row(place, LEFT_AND_OPEN, "a spell that ended with the exit", fix)
}

/// Adds a finding for each event and spell of the measured people that contradicts their death, another row or their exit.
fn contradictions(
    files: &[TableFile],
    records: &Records,
    found: &Inconsistencies,
    findings: &mut Findings,
    quality: &mut QualityReport,
) -> anyhow::Result<()> {
    // In larger tables only the rows are looked up that stop the run, because that takes another reading.
    let all = quality.rows() <= LOOKED_THROUGH;
    let (looked_up, untold): (Vec<&AfterDeath>, _) = found.after_death.iter().partition(|after| after.changes || all);
    if !untold.is_empty() {
        let value = Some(counted(untold.len(), "person", "people"));
        findings.add("people", Fault { column: "died".into(), value, ..after_death_fault(0, false) }, false, None);
    }
    let dead: BTreeMap<u32, &AfterDeath> = looked_up.into_iter().map(|after| (after.person, after)).collect();
    let of_spell = |spells: &[OpenSpell]| -> BTreeMap<(u32, u16, Day), bool> {
        spells.iter().map(|spell| ((spell.person, spell.kind, spell.from), spell.changes)).collect()
    };
    let (ended, left) = (of_spell(&found.ended_and_open), of_spell(&found.left_and_open));
    if dead.is_empty() && ended.is_empty() && left.is_empty() {
        return Ok(());
    }
    for file in files.iter().filter(|file| ["events", "spells"].contains(&file.table.name)) {
        let (name, is_spell) = (file.name(), file.table.name == "spells");
        let (first, end) = if is_spell { ("from", "to") } else { ("date", "settled") };
        let mut unused = 0;
        file.read(&|column| ["person", "kind", first, end].contains(&column), &mut |batch, _| {
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
                let mut add = |column: &str, fault: Fault| {
                    let affects_sum = fault.grade != Grade::Warning;
                    let value = Some(if column == first { day(from) } else { format!("{} to {}", day(from), day(to)) });
                    findings.add(&name, Fault { column: column.into(), value, ..fault }, affects_sum, Some(person));
                };
                if let Some(AfterDeath { died, changes, .. }) = dead.get(&person) {
                    let last = if is_spell { died.saturating_add(1) } else { *died };
                    if from > *died {
                        add(first, after_death_fault(batch.places[row], *changes));
                        unused += u64::from(*changes);
                    } else if to > last && (is_spell || to != NEVER) {
                        add(end, after_death_fault(batch.places[row], *changes));
                    }
                }
                if let Some(changes) = ended.get(&(person, kind, from)) {
                    add(end, ended_and_open_fault(batch.places[row], *changes));
                }
                if left.contains_key(&(person, kind, from)) && to == NEVER {
                    add(end, left_and_open_fault(batch.places[row]));
                }
            }
            Ok(())
        })?;
        if let Some(read) = quality.files.iter_mut().find(|read| read.name == name) {
            read.used = read.used.saturating_sub(unused);
            read.set_aside += unused;
        }
    }
    Ok(())
}

/// Adds a fault for each row about some people.
fn rows_of(
    files: &[&TableFile],
    people: &BTreeSet<u32>,
    names: &Names,
    findings: &mut Findings,
    fault: impl Fn(u64) -> Fault,
) -> anyhow::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    for file in files {
        let name = file.name();
        file.read(&|_| true, &mut |batch, _| {
            let column = batch.table.column("person");
            for row in 0..batch.rows() {
                let person = batch.name(column, row).and_then(|name| names.find(name)).filter(|person| people.contains(person));
                if person.is_some() {
                    let fault = Fault { column: "person".into(), ..fault(batch.places[row]) };
                    findings.add(&name, fault, true, person);
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

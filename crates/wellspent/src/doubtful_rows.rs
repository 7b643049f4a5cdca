//! What measuring found doubtful in records, as findings with their files and rows. The tables are read again, but only where there
//! is something to find.

use std::collections::{BTreeMap, BTreeSet};

use base::day::Day;
use contract::Scheme;
use outcomes::left_out::LeftOutStart;
use outcomes::{IndexEvent, MeasuredOutcomes};
use records::Records;
use records::fault::Fault;
use records::gate::about::AboutCheck;
use records::gate::findings::Findings;
use records::gate::quality::{CopiedFacts, QualityReport};
use records::names::Names;

use records::files::TableFile;

/// Adds findings: rows about events that are not in the records, people who are both served and in the comparison group, people with
/// two different starts on one day, and people who died or were removed before they started.
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
            if let Some(read) = quality.files.iter_mut().find(|read| read.name == name) {
                read.used = read.used.saturating_sub(1);
                read.set_aside += 1;
            }
            findings.add(&name, fault, true, Some(person));
        }
    }
    let people = |at: &[usize]| at.iter().map(|at| measured.index[*at].start.person).collect::<BTreeSet<u32>>();
    let (both, ended) = (people(&found.in_both_groups), people(&found.started_after_end));
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
    rows_of(&of("people"), &ended, names, findings, |place| {
        let what = "this person died or was removed before a start that counts";
        let fix = "check `died`, `removed` and the start; as it is, the person counts by the rules of the scheme";
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

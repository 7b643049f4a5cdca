//! Finds records of the measured people that contradict each other, in passing, while measuring has a person's facts together. What
//! shows only in other results is in `remeasured.rs`.

use std::collections::BTreeSet;

use crate::cohorts::IndexEvent;
use crate::evaluate::evaluate_all;
use crate::inconsistencies::{Inconsistencies, PersonWithCopies};
use crate::person_history::PersonHistory;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::plan::OutcomePlan;
use crate::remeasured::Remeasured;
use base::day::{Day, NEVER};
use records::Records;
use records::facts::{Fact, FactsPart, PersonFacts};

/// Kinds of event, by position: those that are about others, and those that others are about. The kinds of spell come after all of
/// them.
pub(crate) struct ReferenceKinds {
    referring: Vec<u16>,
    referred: Vec<u16>,
    first_spell: u16,
    /// Those whose class decides whether they count.
    classed: Vec<u16>,
}

impl ReferenceKinds {
    pub(crate) fn of(records: &Records) -> ReferenceKinds {
        let kinds = |names: &[String]| names.iter().filter_map(|name| records.need.event(name)).collect();
        ReferenceKinds {
            referring: kinds(&records.need.referring),
            referred: kinds(&records.need.referred),
            first_spell: records.need.events.len() as u16,
            classed: kinds(&records.need.classed),
        }
    }
}

/// The inconsistencies of the people of one part. `first` is the position of the first index event.
pub(crate) fn inconsistencies_of(
    (plans, plans_before): (&[OutcomePlan], &[OutcomePlan]),
    links: &ReferenceKinds,
    records: &Records,
    part: &FactsPart,
    index: &[IndexEvent],
    known_at: Day,
    first: usize,
) -> Inconsistencies {
    let (mut out, mut at, mut room, mut keys) = (Inconsistencies::default(), first, Vec::new(), Vec::new());
    let measuring = Remeasured { plans: [plans, plans_before], records, known_at, first_spell: links.first_spell };
    for same in index.chunk_by(|a, b| a.start.person == b.start.person) {
        let person = same[0].start.person;
        let (own, last_seen) = (part.of(person), records.people.ends(person));
        let mut rows = own.copies() as u64;
        if rows > 0 {
            let once = own.once(person);
            let history = PersonHistory::new(once.of(person), last_seen, known_at);
            for (place, index) in same.iter().enumerate() {
                let mut results = vec![PersonOutcome::without_value(OutcomeState::Censored); plans.len()];
                let mut before = vec![PersonOutcome::without_value(OutcomeState::Censored); plans_before.len()];
                evaluate_all(plans, &history, index, &mut results, &mut room);
                evaluate_all(plans_before, &history, index, &mut before, &mut room);
                out.copied.push(PersonWithCopies { at: at + place, rows: std::mem::take(&mut rows), results, before });
            }
        }
        broken_references(person, own, links, &mut keys, &mut out);
        measuring.after_death(own, same, &mut out);
        measuring.spells(own, same, &mut out);
        measuring.counted_again(own, same, at, &mut out);
        measuring.without_class(own, &links.classed, same, at, &mut out);
        for (place, index) in same.iter().enumerate() {
            let before = |end: Day| end < index.start.began && last_seen.known <= known_at;
            if before(last_seen.died) {
                out.started_after_death.push(at + place);
            } else if before(last_seen.removed) {
                out.started_after_removal.push(at + place);
            }
            let other = |other: &IndexEvent| other.cohort == index.cohort && other.start.comparison != index.start.comparison;
            if same[..place].iter().any(other) {
                out.in_both_groups.push(at + place);
            }
        }
        at += same.len();
    }
    out
}

/// Up to this many facts are searched one by one.
const FEW: usize = 32;

fn broken_references(
    person: u32,
    own: PersonFacts<'_>,
    links: &ReferenceKinds,
    keys: &mut Vec<(u64, Day)>,
    out: &mut Inconsistencies,
) {
    keys.clear();
    keys.extend(links.referred.iter().flat_map(|kind| own.of(*kind)).map(|fact| (fact.key, fact.from)));
    if keys.len() > FEW {
        keys.sort_unstable();
    }
    let day = |key: u64| match keys.len() > FEW {
        true => keys.binary_search_by_key(&key, |(key, _)| *key).ok().map(|at| keys[at].1),
        false => keys.iter().find(|(known, _)| *known == key).map(|(_, day)| *day),
    };
    let referring = || links.referring.iter().flat_map(|kind| own.of(*kind));
    let mut silent = None;
    for fact in referring() {
        match fact.about {
            0 => silent = silent.max(Some(fact.from)),
            about if day(about).unwrap_or(NEVER) > fact.from => out.missing_targets.push(about),
            _ => {}
        }
    }
    let Some(last) = silent else { return };
    // Facts that no other fact is about, and that do not state themselves when they were settled.
    let abouts: BTreeSet<u64> = referring().map(|fact| fact.about).collect();
    let open = |fact: Fact| fact.from <= last && fact.to == NEVER && !abouts.contains(&fact.key);
    if links.referred.iter().flat_map(|kind| own.of(*kind)).any(open) {
        out.missing_about.push(person);
    }
}

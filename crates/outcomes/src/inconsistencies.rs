//! Records of the measured people that contradict each other or cannot be true: the same fact under two keys, events about
//! missing events, and starts after a death. Measuring finds them in passing, while it has a person's facts together. What
//! shows only in other results is in `remeasured.rs`.

use std::collections::BTreeSet;

use crate::cohorts::IndexEvent;
use crate::evaluate::evaluate_all;
use crate::person_history::PersonHistory;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::plan::OutcomePlan;
use crate::remeasured::Remeasured;
use base::day::{Day, NEVER};
use records::Records;
use records::facts::{Fact, FactsPart, PersonFacts};

/// Records of the measured people that contradict each other or cannot be true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inconsistencies {
    /// People with facts that equal another fact in everything but the key, in the order of index events.
    pub copied: Vec<PersonWithCopies>,
    /// Starts that equal another start in everything but the key. A person counts once in a cohort, so they change nothing.
    pub starts: u64,
    /// Keys that facts are about, where no suitable earlier fact of the same person has the key.
    pub missing_targets: Vec<u64>,
    /// People with a fact that names no other fact, although there is one that it may be about.
    pub missing_about: Vec<u32>,
    /// Index events of people who died before they started, and of those who were removed before.
    pub started_after_death: Vec<usize>,
    pub started_after_removal: Vec<usize>,
    /// Index events of people who are both served and in the comparison group of one cohort.
    pub in_both_groups: Vec<usize>,
    /// Index events of people with another start on the same day in the same cohort, with another provider, area or segment.
    pub contested: Vec<usize>,
    /// People of whom something is said to have happened after their death. It does not count.
    pub after_death: Vec<AfterDeath>,
    /// People with a spell that goes on in one row and has ended in another, which begins on the same day.
    pub ended_and_open: Vec<OpenSpell>,
    /// People with an exit that counts although they are in a spell that began before it and goes on.
    pub left_and_open: Vec<OpenSpell>,
    /// Index events of people of whom something counts in an earlier cohort too, because the follow-up windows overlap.
    pub counted_again: Vec<CountedAgain>,
}

/// A person of whom something is said to have happened after the death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AfterDeath {
    pub person: u32,
    pub died: Day,
    /// Whether a result would be another one if it counted.
    pub changes: bool,
}

/// A spell that goes on although another row says that it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSpell {
    pub person: u32,
    /// The position of its kind among the needed kinds.
    pub kind: u16,
    /// Its first day.
    pub from: Day,
    /// Whether a result would be another one without it.
    pub changes: bool,
}

/// An index event of a person of whom something counts in an earlier cohort too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedAgain {
    /// The position of the index event in the later cohort.
    pub at: usize,
    /// How many of its results count something again.
    pub times: u64,
    /// Its results if each thing counted only in the first cohort.
    pub results: Vec<PersonOutcome>,
}

/// A person with facts that equal another fact in everything but the key: one event supplied twice, or two events that the
/// records cannot tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonWithCopies {
    /// The position of the index event.
    pub at: usize,
    /// Facts that equal an earlier one; 0 from the person's second index event on.
    pub rows: u64,
    /// The results if each fact counted once.
    pub results: Vec<PersonOutcome>,
    pub before: Vec<PersonOutcome>,
}

impl Inconsistencies {
    pub(crate) fn add(&mut self, other: Inconsistencies) {
        self.copied.extend(other.copied);
        self.starts += other.starts;
        self.missing_targets.extend(other.missing_targets);
        self.missing_about.extend(other.missing_about);
        self.started_after_death.extend(other.started_after_death);
        self.started_after_removal.extend(other.started_after_removal);
        self.in_both_groups.extend(other.in_both_groups);
        self.contested.extend(other.contested);
        self.after_death.extend(other.after_death);
        self.ended_and_open.extend(other.ended_and_open);
        self.left_and_open.extend(other.left_and_open);
        self.counted_again.extend(other.counted_again);
    }
}

/// Kinds of event, by position: those that are about others, and those that others are about. The kinds of spell come after all of
/// them.
pub(crate) struct ReferenceKinds {
    referring: Vec<u16>,
    referred: Vec<u16>,
    first_spell: u16,
}

impl ReferenceKinds {
    pub(crate) fn of(records: &Records) -> ReferenceKinds {
        let kinds = |names: &[String]| names.iter().filter_map(|name| records.need.event(name)).collect();
        ReferenceKinds {
            referring: kinds(&records.need.referring),
            referred: kinds(&records.need.referred),
            first_spell: records.need.events.len() as u16,
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
        measuring.open_spells(own, same, &mut out);
        measuring.counted_again(own, same, at, &mut out);
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

//! What in the records of those who are measured gives pause: facts that stand there twice under two keys, facts about others
//! that are not there, and lives that cannot be. It is seen in passing, while a person's facts stand side by side.

use std::collections::BTreeSet;

use super::life::Life;
use super::plan::Plan;
use super::{Finding, Index, State, of_life};
use base::day::{Day, NEVER};
use records::Records;
use records::facts::{Fact, Own, Part};

/// What gives pause, of the people who are measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// People with facts that equal another one in all but their key, in the order of the index.
    pub copied: Vec<Copied>,
    /// Starts that equal another one in all but their key: a person counts once in a cohort, so they change nothing.
    pub starts: u64,
    /// Keys that facts are about, and that no earlier fact of the same person has which they could be about.
    pub unanswered: Vec<u64>,
    /// People with a fact that should be about another one and names none, although there is one that it may be about.
    pub about_none: Vec<u32>,
    /// Indices of people who died or were removed before they started.
    pub ended: Vec<usize>,
    /// Indices of people who are served and compared with in one cohort.
    pub both: Vec<usize>,
}

/// Somebody with facts that equal others in all but their key: the same thing handed over twice, or two things that the records
/// cannot tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The position of the index.
    pub at: usize,
    /// Facts that equal an earlier one; 0 from the person's second index on.
    pub rows: u64,
    /// What would be found if each counted once.
    pub findings: Vec<Finding>,
    pub before: Vec<Finding>,
}

impl Doubts {
    pub(super) fn add(&mut self, other: Doubts) {
        self.copied.extend(other.copied);
        self.starts += other.starts;
        self.unanswered.extend(other.unanswered);
        self.about_none.extend(other.about_none);
        self.ended.extend(other.ended);
        self.both.extend(other.both);
    }
}

/// Kinds of fact, by position, of which one says something of the other.
pub(super) struct Links {
    referring: Vec<u16>,
    referred: Vec<u16>,
}

impl Links {
    pub(super) fn of(records: &Records) -> Links {
        let kinds = |names: &[String]| names.iter().filter_map(|name| records.need.event(name)).collect();
        Links { referring: kinds(&records.need.referring), referred: kinds(&records.need.referred) }
    }
}

/// The doubts of one part's people. `first` is the position of the first index.
pub(super) fn doubts(
    (plans, plans_before): (&[Plan], &[Plan]),
    links: &Links,
    records: &Records,
    part: &Part,
    index: &[Index],
    known_at: Day,
    first: usize,
) -> Doubts {
    let (mut out, mut at, mut room, mut keys) = (Doubts::default(), first, Vec::new(), Vec::new());
    for same in index.chunk_by(|a, b| a.start.person == b.start.person) {
        let person = same[0].start.person;
        let (own, ends) = (part.of(person), records.people.ends(person));
        let mut rows = own.copies() as u64;
        if rows > 0 {
            let once = own.once(person);
            let life = Life::new(once.of(person), ends, known_at);
            for (place, index) in same.iter().enumerate() {
                let mut findings = vec![Finding::only(State::NotYetKnown); plans.len()];
                let mut before = vec![Finding::only(State::NotYetKnown); plans_before.len()];
                of_life(plans, &life, index, &mut findings, &mut room);
                of_life(plans_before, &life, index, &mut before, &mut room);
                out.copied.push(Copied { at: at + place, rows: std::mem::take(&mut rows), findings, before });
            }
        }
        unanswered(person, own, links, &mut keys, &mut out);
        let ended = ends.died.min(ends.removed);
        for (place, index) in same.iter().enumerate() {
            if ended < index.start.began && ends.known <= known_at {
                out.ended.push(at + place);
            }
            let other = |other: &Index| other.cohort == index.cohort && other.start.comparison != index.start.comparison;
            if same[..place].iter().any(other) {
                out.both.push(at + place);
            }
        }
        at += same.len();
    }
    out
}

/// So many facts are looked through for each that is about one.
const FEW: usize = 32;

fn unanswered(person: u32, own: Own<'_>, links: &Links, keys: &mut Vec<(u64, Day)>, out: &mut Doubts) {
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
            about if day(about).unwrap_or(NEVER) > fact.from => out.unanswered.push(about),
            _ => {}
        }
    }
    let Some(last) = silent else { return };
    // What nothing is about yet, and what does not say itself when it was settled.
    let abouts: BTreeSet<u64> = referring().map(|fact| fact.about).collect();
    let open = |fact: Fact| fact.from <= last && fact.to == NEVER && !abouts.contains(&fact.key);
    if links.referred.iter().flat_map(|kind| own.of(*kind)).any(open) {
        out.about_none.push(person);
    }
}

//! One person's events and spells, as the rules look at them.

use crate::criteria::{EventFilter, FollowUpWindow, SpellSource};
use base::day::{Day, NEVER};
use records::LastSeen;
use records::facts::{Fact, PersonFacts};

/// What was known of one person by a day. Events after the death do not count, and spells end with it.
pub(crate) struct PersonHistory<'a> {
    facts: PersonFacts<'a>,
    pub(crate) died: Day,
    pub(crate) removed: Day,
    /// The last day on which something counts: that of the death, or [`NEVER`].
    last: Day,
    /// For a person with many facts, those about another one, in order: the key of the other one, the kind and the day.
    links: Option<Vec<(u64, u16, Day)>>,
}

/// From this many facts on, sorting them once is faster than searching them again and again.
const MANY: usize = 100;

impl<'a> PersonHistory<'a> {
    pub(crate) fn new(facts: PersonFacts<'a>, last_seen: LastSeen, known_at: Day) -> PersonHistory<'a> {
        let (died, removed) = if last_seen.known <= known_at { (last_seen.died, last_seen.removed) } else { (NEVER, NEVER) };
        let links = (facts.len() >= MANY).then(|| {
            let about = facts.all().filter(|fact| fact.about > 0);
            let mut links: Vec<(u64, u16, Day)> = about.map(|fact| (fact.about, fact.kind, fact.from)).collect();
            links.sort_unstable();
            links
        });
        PersonHistory { facts, died, removed, last: died, links }
    }

    /// The same with everything that is said to have happened after the death.
    pub(crate) fn beyond_death(mut self) -> PersonHistory<'a> {
        self.last = NEVER;
        self
    }

    /// The facts of a kind that count, in no order.
    pub(crate) fn of(&self, kind: u16) -> impl Iterator<Item = Fact> + 'a {
        let last = self.last;
        self.facts.of(kind).filter(move |fact| fact.from <= last)
    }

    /// The first day after a spell, which ends with the death at the latest.
    pub(crate) fn end(&self, spell: &Fact) -> Day {
        spell.to.min(self.last.saturating_add(1))
    }

    /// The first day, from a given day on, of a fact of a kind that is about the event with a key.
    fn about(&self, key: u64, from: Day, kind: u16) -> Day {
        if key == 0 {
            return NEVER;
        }
        let Some(links) = &self.links else {
            let later = |fact: &Fact| fact.about == key && fact.from >= from;
            return self.of(kind).map(|fact| if later(&fact) { fact.from } else { NEVER }).min().unwrap_or(NEVER);
        };
        match links.get(links.partition_point(|link| *link < (key, kind, from))) {
            Some((about, other, day)) if (*about, *other) == (key, kind) && *day <= self.last => *day,
            _ => NEVER,
        }
    }

    /// The day of the first event that counts, or [`NEVER`].
    pub(crate) fn first(&self, events: &EventFilter, window: &FollowUpWindow) -> Day {
        self.matching(events, window).map(|(fact, _)| fact.from).min().unwrap_or(NEVER)
    }

    /// The events that count, each with the day of its proof. They are of the right kind, in the window, and proven in time
    /// where proof is needed.
    pub(crate) fn matching<'b>(
        &'b self,
        events: &'b EventFilter,
        window: &'b FollowUpWindow,
    ) -> impl Iterator<Item = (Fact, Day)> {
        events.kinds.iter().flat_map(|kind| self.of(*kind)).filter_map(move |fact| {
            if !(window.from..window.to).contains(&fact.from) || events.except[fact.class as usize] {
                return None;
            }
            let Some(proven_by) = events.proven_by else { return Some((fact, NEVER)) };
            // Something that comes before an event cannot prove it.
            let settled = if fact.to <= self.last { fact.to } else { NEVER };
            let proof = settled.min(self.about(fact.key, fact.from, proven_by));
            (proof < window.proof).then_some((fact, proof))
        })
    }

    /// The days in spells between two days, as periods in order.
    pub(crate) fn spells(&self, source: &SpellSource, from: Day, to: Day, spells: &mut Vec<(Day, Day)>) {
        spells.clear();
        let mut add = |start: Day, end: Day| {
            let (start, end) = (start.max(from), end.min(to));
            if start < end {
                spells.push((start, end));
            }
        };
        match source {
            SpellSource::Kept(kinds) => {
                kinds.iter().flat_map(|kind| self.of(*kind)).for_each(|fact| add(fact.from, self.end(&fact)))
            }
            SpellSource::Paired { begins, ends } => {
                let begun = self.of(*begins).filter(|fact| fact.from < to);
                let end = |fact: &Fact| self.about(fact.key, Day::MIN, *ends).min(self.last.saturating_add(1));
                begun.for_each(|fact| add(fact.from, end(&fact)));
            }
        }
        spells.sort_unstable();
    }

    /// Whether any day of a window is in a spell of a kind.
    pub(crate) fn in_spell(&self, kind: u16, window: &FollowUpWindow) -> bool {
        let inside = |fact: Fact| fact.from.max(window.from) < self.end(&fact).min(window.seen);
        self.of(kind).any(inside)
    }
}

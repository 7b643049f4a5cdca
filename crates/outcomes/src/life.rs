//! What is known of one person, as the rules look at it.

use super::plan::{Times, Wanted, Window};
use base::day::{Day, NEVER};
use records::Ends;
use records::facts::{Fact, Own};

/// What was known in time of one person.
pub(super) struct Life<'a> {
    pub facts: Own<'a>,
    pub died: Day,
    pub removed: Day,
    /// Of a person with many facts, those that are about another one: that one's key, the kind and the day; in order.
    links: Option<Vec<(u64, u16, Day)>>,
}

/// From so many facts on, looking through them again and again takes longer than putting them in order once.
const MANY: usize = 100;

impl<'a> Life<'a> {
    pub(super) fn new(facts: Own<'a>, ends: Ends, known_at: Day) -> Life<'a> {
        let (died, removed) = if ends.known <= known_at { (ends.died, ends.removed) } else { (NEVER, NEVER) };
        let links = (facts.len() >= MANY).then(|| {
            let about = facts.all().filter(|fact| fact.about > 0);
            let mut links: Vec<(u64, u16, Day)> = about.map(|fact| (fact.about, fact.kind, fact.from)).collect();
            links.sort_unstable();
            links
        });
        Life { facts, died, removed, links }
    }

    /// The first day, from one on, of a fact of a kind that is about another.
    fn about(&self, key: u64, from: Day, kind: u16) -> Day {
        if key == 0 {
            return NEVER;
        }
        let Some(links) = &self.links else {
            let later = |fact: &Fact| fact.about == key && fact.from >= from;
            return self.facts.of(kind).map(|fact| if later(&fact) { fact.from } else { NEVER }).min().unwrap_or(NEVER);
        };
        match links.get(links.partition_point(|link| *link < (key, kind, from))) {
            Some((about, other, day)) if (*about, *other) == (key, kind) => *day,
            _ => NEVER,
        }
    }

    /// The events that count: of the right kind, in the window, and proven in time where proof is asked for. Each with the day
    /// of its proof.
    pub(super) fn hits<'b>(&'b self, wanted: &'b Wanted, window: &'b Window) -> impl Iterator<Item = (Fact, Day)> {
        wanted.kinds.iter().flat_map(|kind| self.facts.of(*kind)).filter_map(move |fact| {
            if !(window.from..window.to).contains(&fact.from) || wanted.except[fact.class as usize] {
                return None;
            }
            let Some(proven_by) = wanted.proven_by else { return Some((fact, NEVER)) };
            // What comes before an event proves nothing of it.
            let proof = fact.to.min(self.about(fact.key, fact.from, proven_by));
            (proof < window.proof).then_some((fact, proof))
        })
    }

    /// The stretches of days in spells, cut to some days and in order.
    pub(super) fn spells(&self, times: &Times, from: Day, to: Day, spells: &mut Vec<(Day, Day)>) {
        spells.clear();
        let mut add = |start: Day, end: Day| {
            let (start, end) = (start.max(from), end.min(to));
            if start < end {
                spells.push((start, end));
            }
        };
        match times {
            Times::Kept(kinds) => kinds.iter().flat_map(|kind| self.facts.of(*kind)).for_each(|fact| add(fact.from, fact.to)),
            Times::Paired { begins, ends } => {
                let begun = self.facts.of(*begins).filter(|fact| fact.from < to);
                begun.for_each(|fact| add(fact.from, self.about(fact.key, Day::MIN, *ends)));
            }
        }
        spells.sort_unstable();
    }

    /// Whether any day of a window lies in a spell of a kind.
    pub(super) fn in_spell(&self, kind: u16, window: &Window) -> bool {
        let inside = |fact: Fact| fact.from.max(window.from) < fact.to.min(window.seen);
        self.facts.of(kind).any(inside)
    }
}

//! What is known of one person, as the rules look at it.

use super::plan::{Times, Wanted, Window};
use crate::records::Ends;
use crate::records::day::{Day, NEVER};
use crate::records::facts::Fact;

/// One person's facts, those that were known in time. Its room is used again from person to person.
#[derive(Default)]
pub(super) struct Life<'a> {
    pub facts: &'a [Fact],
    pub died: Day,
    pub removed: Day,
    /// Facts that are about another one: that one's key, the kind and the day; in order.
    links: Vec<(u64, u16, Day)>,
    /// Room for spells, in order, each a half-open stretch of days.
    spells: Vec<(Day, Day)>,
}

impl<'a> Life<'a> {
    /// Becomes the life of another person.
    pub(super) fn become_that_of(&mut self, facts: &'a [Fact], ends: Ends, known_at: Day, links: bool) {
        self.facts = facts;
        (self.died, self.removed) = if ends.known <= known_at { (ends.died, ends.removed) } else { (NEVER, NEVER) };
        if links {
            self.links.clear();
            self.links.extend(facts.iter().filter(|fact| fact.about > 0).map(|fact| (fact.about, fact.kind, fact.from)));
            self.links.sort_unstable();
        }
    }

    /// The first day of a fact of a kind that is about another.
    fn about(&self, key: u64, kind: u16) -> Day {
        let at = self.links.partition_point(|(about, other, _)| (*about, *other) < (key, kind));
        match self.links.get(at) {
            Some((about, other, day)) if key > 0 && (*about, *other) == (key, kind) => *day,
            _ => NEVER,
        }
    }

    /// The events that count: of the right kind, in the window, and proven in time where proof is asked for. Each with the day
    /// of its proof.
    pub(super) fn hits<'b>(&'b self, wanted: &'b Wanted, window: &'b Window) -> impl Iterator<Item = (&'b Fact, Day)> {
        self.facts.iter().filter_map(move |fact| {
            let here = wanted.kinds[fact.kind as usize] && (window.from..window.to).contains(&fact.from);
            if !here || wanted.except[fact.class as usize] {
                return None;
            }
            let Some(proven_by) = wanted.proven_by else { return Some((fact, NEVER)) };
            let proof = fact.to.min(self.about(fact.key, proven_by));
            (proof < window.proof).then_some((fact, proof))
        })
    }

    /// The stretches of days in spells, cut to some days and in order.
    pub(super) fn spells(&mut self, times: &Times, from: Day, to: Day) -> &[(Day, Day)] {
        let mut spells = std::mem::take(&mut self.spells);
        spells.clear();
        for fact in self.facts {
            let end = match times {
                Times::Kept(kinds) if kinds[fact.kind as usize] => fact.to,
                Times::Paired { begins, ends } if *begins == fact.kind => self.about(fact.key, *ends),
                _ => continue,
            };
            let (start, end) = (fact.from.max(from), end.min(to));
            if start < end {
                spells.push((start, end));
            }
        }
        spells.sort_unstable();
        self.spells = spells;
        &self.spells
    }

    /// Whether any day of a window lies in a spell of a kind.
    pub(super) fn in_spell(&self, kind: u16, window: &Window) -> bool {
        let inside = |fact: &Fact| fact.from.max(window.from) < fact.to.min(window.seen);
        self.facts.iter().any(|fact| fact.kind == kind && inside(fact))
    }
}

//! What results would be if some of a person's facts were others. Whether records that contradict each other may change a sum is
//! found by measuring the person both ways.

use std::cell::LazyCell;

use base::day::{Day, NEVER};
use records::Records;
use records::facts::{Fact, PersonFacts};

use crate::cohorts::IndexEvent;
use crate::evaluate::evaluate_all;
use crate::inconsistencies::{AfterDeath, CountedAgain, DoubtfulSpell, Inconsistencies, PersonWithoutClass};
use crate::person_history::PersonHistory;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::plan::{CompiledRule, OutcomePlan};

/// How people are measured again.
pub(crate) struct Remeasured<'a> {
    /// The plans of the outcomes, and those for the time before the start.
    pub plans: [&'a [OutcomePlan]; 2],
    pub records: &'a Records,
    pub known_at: Day,
    /// The position of the first kind of spell among the needed kinds.
    pub first_spell: u16,
}

impl Remeasured<'_> {
    fn history<'b>(&self, facts: PersonFacts<'b>, person: u32) -> PersonHistory<'b> {
        PersonHistory::new(facts, self.records.people.ends(person), self.known_at)
    }

    /// Every result of one index event, those before the start last.
    fn results(&self, history: &PersonHistory<'_>, index: &IndexEvent) -> Vec<PersonOutcome> {
        let mut out = Vec::new();
        for plans in self.plans {
            let mut own = vec![PersonOutcome::without_value(OutcomeState::Censored); plans.len()];
            evaluate_all(plans, history, index, &mut own, &mut Vec::new());
            out.extend(own);
        }
        out
    }

    /// Whether any result of a person is another one in the second of two histories.
    fn differ(&self, one: &PersonHistory<'_>, other: &PersonHistory<'_>, same: &[IndexEvent]) -> bool {
        let counted = |history: &PersonHistory<'_>, index: &IndexEvent| -> Vec<(OutcomeState, i32)> {
            self.results(history, index).iter().map(|result| (result.state, result.value)).collect()
        };
        same.iter().any(|index| counted(one, index) != counted(other, index))
    }

    /// Events or spells after the day of the death, as the records have it.
    pub(crate) fn after_death(&self, own: PersonFacts<'_>, same: &[IndexEvent], out: &mut Inconsistencies) {
        let person = same[0].start.person;
        let history = self.history(own, person);
        let died = history.died;
        if died == NEVER {
            return;
        }
        let later = |fact: Fact| {
            // A spell ends with the death at the latest, so its first day after the end is the next one.
            let end = if fact.kind >= self.first_spell { died.saturating_add(1) } else { died };
            fact.from > died || fact.to > end && (fact.kind >= self.first_spell || fact.to != NEVER)
        };
        if own.all().any(later) {
            let beyond = self.history(own, person).beyond_death();
            out.after_death.push(AfterDeath { person, died, changes: self.differ(&history, &beyond, same) });
        }
    }

    /// Spells of which the records say two things: two of one kind that begin on the same day have different ends, or one goes on after an
    /// exit that counts.
    pub(crate) fn spells(&self, own: PersonFacts<'_>, same: &[IndexEvent], out: &mut Inconsistencies) {
        let person = same[0].start.person;
        for kind in self.first_spell..self.first_spell + self.records.need.spells.len() as u16 {
            // Most people have none of a kind, or one that has ended.
            if own.of(kind).nth(1).is_none() && own.of(kind).all(|fact| fact.to != NEVER) {
                continue;
            }
            let mut spells: Vec<(Day, Day)> = own.of(kind).map(|fact| (fact.from, fact.to)).collect();
            spells.sort_unstable();
            spells.dedup();
            for of_one_day in spells.chunk_by(|one, other| one.0 == other.0) {
                let (from, is_open) = (of_one_day[0].0, of_one_day.iter().any(|(_, to)| *to == NEVER));
                let spell = DoubtfulSpell { person, kind, from, changes: false };
                if of_one_day.len() > 1 {
                    let changes = of_one_day.iter().any(|(_, end)| self.changes_with_one_end(own, (kind, from, *end), same));
                    let list = if is_open { &mut out.ended_and_open } else { &mut out.two_ends };
                    list.push(DoubtfulSpell { changes, ..spell });
                }
                if is_open && self.left_before_end(own, (kind, from), same) {
                    out.left_and_open.push(DoubtfulSpell { changes: true, ..spell });
                }
            }
        }
    }

    /// Whether a result would be another one if of all spells of one kind that begin on one day only those with one end were there.
    fn changes_with_one_end(&self, own: PersonFacts<'_>, (kind, from, end): (u16, Day, Day), same: &[IndexEvent]) -> bool {
        let person = same[0].start.person;
        let has_another = |fact: &Fact| (fact.kind, fact.from) == (kind, from) && fact.to != end;
        let one = own.changed(person, |fact| (!has_another(&fact)).then_some(fact));
        self.differ(&self.history(own, person), &self.history(one.of(person), person), same)
    }

    /// Whether an exit counts as one without return although the person is in a spell that began before it and goes on.
    fn left_before_end(&self, own: PersonFacts<'_>, (kind, from): (u16, Day), same: &[IndexEvent]) -> bool {
        let of_exits = |plan: &OutcomePlan| match &plan.rule {
            CompiledRule::ExitWithoutReturn { returns, .. } => returns.contains(&kind),
            _ => false,
        };
        if !self.plans.iter().copied().flatten().any(of_exits) {
            return false;
        }
        let history = self.history(own, same[0].start.person);
        let all = || self.plans.iter().copied().flatten();
        same.iter().any(|index| {
            let results = self.results(&history, index);
            let left = |(plan, result): (&OutcomePlan, &PersonOutcome)| {
                of_exits(plan) && result.state == OutcomeState::Observed && result.value > 0 && from <= result.day
            };
            all().zip(&results).any(left)
        })
    }

    /// Results of later cohorts that count what counts in an earlier cohort too. `at` is the position of the first index event.
    pub(crate) fn counted_again(&self, own: PersonFacts<'_>, same: &[IndexEvent], at: usize, out: &mut Inconsistencies) {
        let served: Vec<(usize, &IndexEvent)> = same.iter().enumerate().filter(|(_, index)| !index.start.comparison).collect();
        let person = same[0].start.person;
        let history = self.history(own, person);
        // Few people have windows that overlap, and the others are not measured again.
        let as_measured = LazyCell::new(|| -> Vec<_> { served.iter().map(|(_, index)| self.results(&history, index)).collect() });
        for (place, (later_at, later)) in served.iter().enumerate().skip(1) {
            let (mut results, mut times) = (Vec::new(), 0);
            for (outcome, plan) in self.plans[0].iter().enumerate() {
                let from = later.start.began;
                for (earlier_place, (_, earlier)) in served[..place].iter().enumerate() {
                    let until = plan.window(earlier.start.began).to;
                    // Where nothing happened on the days of both windows, nothing can count twice.
                    if until <= from || !own.all().any(|fact| on_days(&fact, from, until, self.first_spell)) {
                        continue;
                    }
                    let apart = own.changed(person, |fact| outside(fact, from, until, self.first_spell));
                    let without = self.history(apart.of(person), person);
                    let (earlier_without, later_without) = (self.results(&without, earlier), self.results(&without, later));
                    let (own_earlier, own_later) = (&as_measured[earlier_place], &as_measured[place]);
                    let counts = |one: &PersonOutcome, other: &PersonOutcome| {
                        one.state == OutcomeState::Observed && other.state == OutcomeState::Observed && one.value != other.value
                    };
                    if counts(&own_earlier[outcome], &earlier_without[outcome])
                        && counts(&own_later[outcome], &later_without[outcome])
                    {
                        if results.is_empty() {
                            results = own_later[..self.plans[0].len()].to_vec();
                        }
                        results[outcome] = later_without[outcome];
                        times += 1;
                        break;
                    }
                }
            }
            if times > 0 {
                out.counted_again.push(CountedAgain { at: at + later_at, times, results });
            }
        }
    }

    /// Facts without a class, where the class decides whether they count, and the results if none of them did. `at` is the position of the
    /// first index event.
    pub(crate) fn without_class(
        &self,
        own: PersonFacts<'_>,
        classed: &[u16],
        same: &[IndexEvent],
        at: usize,
        out: &mut Inconsistencies,
    ) {
        let none = self.records.need.no_class();
        let is_one = |fact: &Fact| fact.class == none && classed.contains(&fact.kind);
        let mut rows = classed.iter().flat_map(|kind| own.of(*kind)).filter(is_one).count() as u64;
        if rows == 0 {
            return;
        }
        let person = same[0].start.person;
        let apart = own.changed(person, |fact| (!is_one(&fact)).then_some(fact));
        let history = self.history(apart.of(person), person);
        for (place, index) in same.iter().enumerate() {
            let mut results = self.results(&history, index);
            let before = results.split_off(self.plans[0].len());
            out.without_class.push(PersonWithoutClass { at: at + place, rows: std::mem::take(&mut rows), results, before });
        }
    }
}

/// Whether a fact has a day between two days.
fn on_days(fact: &Fact, from: Day, until: Day, first_spell: u16) -> bool {
    let end = if fact.kind >= first_spell { fact.to } else { fact.from.saturating_add(1) };
    fact.from < until && end > from
}

/// A fact without the days between two days: an event on one of them is left out, and a spell begins after them.
fn outside(fact: Fact, from: Day, until: Day, first_spell: u16) -> Option<Fact> {
    if !on_days(&fact, from, until, first_spell) {
        return Some(fact);
    }
    (fact.kind >= first_spell && fact.to > until).then_some(Fact { from: until, ..fact })
}

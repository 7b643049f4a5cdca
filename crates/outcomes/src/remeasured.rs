//! What results would be if some of a person's facts were others. Whether records that contradict each other may change a sum is
//! found by measuring the person both ways.

use std::cell::LazyCell;

use base::day::{Day, NEVER};
use records::Records;
use records::facts::{Fact, PersonFacts};

use crate::cohorts::IndexEvent;
use crate::evaluate::evaluate_all;
use crate::inconsistencies::{AfterDeath, CountedAgain, Inconsistencies, OpenSpell};
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

    /// Spells that go on although another row says that they have ended: one that begins on the same day, or an exit that counts.
    pub(crate) fn open_spells(&self, own: PersonFacts<'_>, same: &[IndexEvent], out: &mut Inconsistencies) {
        let person = same[0].start.person;
        for kind in self.first_spell..self.first_spell + self.records.need.spells.len() as u16 {
            for open in own.of(kind).filter(|fact| fact.to == NEVER) {
                let spell = OpenSpell { person, kind, from: open.from, changes: false };
                let ended = own.of(kind).any(|fact| fact.from == open.from && fact.to != NEVER);
                if ended && !spell.is_among(&out.ended_and_open) {
                    let is_open = |fact: &Fact| (fact.kind, fact.from, fact.to) == (kind, open.from, NEVER);
                    let without = own.changed(person, |fact| (!is_open(&fact)).then_some(fact));
                    let (as_it_is, without) = (self.history(own, person), self.history(without.of(person), person));
                    out.ended_and_open.push(OpenSpell { changes: self.differ(&as_it_is, &without, same), ..spell });
                }
                if self.left_before_end(own, &open, same) && !spell.is_among(&out.left_and_open) {
                    out.left_and_open.push(OpenSpell { changes: true, ..spell });
                }
            }
        }
    }

    /// Whether an exit counts as one without return although the person is in a spell that began before it and goes on.
    fn left_before_end(&self, own: PersonFacts<'_>, open: &Fact, same: &[IndexEvent]) -> bool {
        let of_exits = |plan: &OutcomePlan| match &plan.rule {
            CompiledRule::ExitWithoutReturn { returns, .. } => returns.contains(&open.kind),
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
                of_exits(plan) && result.state == OutcomeState::Observed && result.value > 0 && open.from <= result.day
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
}

impl OpenSpell {
    /// Whether it is among some spells, those of one person together.
    fn is_among(&self, known: &[OpenSpell]) -> bool {
        let of_person = known.iter().rev().take_while(|known| known.person == self.person);
        of_person.into_iter().any(|known| (known.kind, known.from) == (self.kind, self.from))
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
